package layers

import "unsafe"

// ptrTable finds what is kept for a definition by its address. It is a map that
// does nothing else: a packet has dozens of fields, each of which is looked up.
// Linear probing, never more than half full; nothing is taken out.
type ptrTable[K, V any] struct {
	slots []ptrSlot[K, V]
	n     int
	shift uint
}

type ptrSlot[K, V any] struct {
	key   *K
	value *V
}

// get returns nil for a key that was not put.
func (t *ptrTable[K, V]) get(k *K) *V {
	if len(t.slots) == 0 {
		return nil
	}
	mask := len(t.slots) - 1
	for i := t.place(k); ; i++ {
		s := &t.slots[i&mask]
		if s.key == k || s.key == nil {
			return s.value
		}
	}
}

// place multiplies the address by 2^64 divided by the golden ratio, and takes the
// upper bits. Definitions are variables of packages or parts of such: they do not
// move.
func (t *ptrTable[K, V]) place(k *K) int {
	return int(uint64(uintptr(unsafe.Pointer(k))) * 0x9e3779b97f4a7c15 >> t.shift)
}

// put adds a key that is not there.
func (t *ptrTable[K, V]) put(k *K, v *V) {
	if 2*(t.n+1) > len(t.slots) {
		old := t.slots
		size := max(64, 2*len(old))
		t.slots, t.shift, t.n = make([]ptrSlot[K, V], size), 64, 0
		for s := size; s > 1; s >>= 1 {
			t.shift--
		}
		for _, s := range old {
			if s.key != nil {
				t.put(s.key, s.value)
			}
		}
	}
	mask := len(t.slots) - 1
	i := t.place(k)
	for t.slots[i&mask].key != nil {
		i++
	}
	t.slots[i&mask] = ptrSlot[K, V]{k, v}
	t.n++
}

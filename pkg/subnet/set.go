package subnet

import (
	"iter"
	"net/netip"
	"slices"
	"sort"
)

// number is an address as a number: u32 for IPv4, u128 for IPv6. The set
// operations are written once over both.
type number[T any] interface {
	comparable
	less(T) bool
	inc() T
	dec() T
	max() T            // the last address of the family
	last(bits uint8) T // the last address of the prefix that begins here
	head() uint64      // the leading 64 bits
	wide() u128
}

type u32 uint32

func (a u32) less(b u32) bool  { return a < b }
func (a u32) inc() u32         { return a + 1 }
func (a u32) dec() u32         { return a - 1 }
func (a u32) max() u32         { return ^u32(0) }
func (a u32) last(n uint8) u32 { return a | (u32(1)<<(32-n) - 1) }
func (a u32) head() uint64     { return uint64(a) << 32 }
func (a u32) wide() u128       { return u128{0, uint64(a)} }

func (a u128) max() u128         { return ones(128) }
func (a u128) last(n uint8) u128 { return a.or(ones(128 - uint(n))) }
func (a u128) head() uint64      { return a.hi }
func (a u128) wide() u128        { return a }

// extent is first..last, both included.
type extent[T any] struct{ first, last T }

// Set is a set of addresses of both families, as the fewest ranges: sorted,
// neither overlapping nor touching. It is immutable; the zero Set is empty. It
// takes 8 bytes for an IPv4 range and 32 for an IPv6 range.
type Set struct {
	v4 []extent[u32]
	v6 []extent[u128]
}

// SetBuilder collects addresses for a Set. Its zero value is ready to use; it
// grows by 8 bytes for each IPv4 item added and 32 for each IPv6 item, and Set
// needs the same again while it sorts.
type SetBuilder struct {
	v4 []extent[u32]
	v6 []extent[u128]
}

// Add adds the addresses of an item.
func (b *SetBuilder) Add(it Item) {
	if it.last.IsValid() {
		b.AddRange(Range{it.Addr, it.last})
		return
	}
	b.AddPrefix(netip.PrefixFrom(it.Addr, int(it.bits)))
}

// AddPrefix adds the addresses of p; an invalid p adds none.
func (b *SetBuilder) AddPrefix(p netip.Prefix) {
	if !p.IsValid() {
		return
	}
	n := toU128(p.Addr())
	if p.Addr().Is4() {
		host := u32(1)<<(32-p.Bits()) - 1
		b.v4 = append(b.v4, extent[u32]{u32(n.lo) &^ host, u32(n.lo) | host})
		return
	}
	host := ones(uint(128 - p.Bits()))
	b.v6 = append(b.v6, extent[u128]{n.and(host.not()), n.or(host)})
}

// AddRange adds the addresses of r; an invalid r adds none.
func (b *SetBuilder) AddRange(r Range) {
	switch first, last := toU128(r.First), toU128(r.Last); {
	case !r.IsValid():
	case r.First.Is4():
		b.v4 = append(b.v4, extent[u32]{u32(first.lo), u32(last.lo)})
	default:
		b.v6 = append(b.v6, extent[u128]{first, last})
	}
}

// AddSet adds the addresses of s.
func (b *SetBuilder) AddSet(s *Set) {
	b.v4 = append(b.v4, s.v4...)
	b.v6 = append(b.v6, s.v6...)
}

// Grow makes room for times as many items as were added so far.
func (b *SetBuilder) Grow(times int) {
	more := max(times-1, 0)
	b.v4 = slices.Grow(b.v4, len(b.v4)*more)
	b.v6 = slices.Grow(b.v6, len(b.v6)*more)
}

// Len returns how many items were added.
func (b *SetBuilder) Len() int { return len(b.v4) + len(b.v6) }

// Set returns what was added and empties the builder.
func (b *SetBuilder) Set() *Set {
	s := &Set{v4: join(sort4(b.v4)), v6: join(sort6(b.v6))}
	*b = SetBuilder{}
	return s
}

// SetOf returns the set of some prefixes.
func SetOf(prefixes ...netip.Prefix) *Set {
	var b SetBuilder
	for _, p := range prefixes {
		b.AddPrefix(p)
	}
	return b.Set()
}

// join makes sorted extents disjoint, in place.
func join[T number[T]](e []extent[T]) []extent[T] {
	if len(e) == 0 {
		return nil
	}
	out := e[:1]
	for _, x := range e[1:] {
		top := &out[len(out)-1]
		switch {
		case top.last == top.last.max():
			return out
		case top.last.inc().less(x.first):
			out = append(out, x)
		case top.last.less(x.last):
			top.last = x.last
		}
	}
	return out
}

// The truth tables of combine: bit 0 is "in a only", bit 1 "in b only", bit 2 "in both".
const (
	onlyA = 1 << iota
	onlyB
	both
)

// combine walks both lists at once and keeps the stretches that the truth table
// names. It is the one mechanism behind every set operation.
func combine[T number[T]](a, b []extent[T], keep uint) []extent[T] {
	var out []extent[T]
	var pos T // the zero address
	end := pos.max()
	i, j := 0, 0
	for {
		stop := end
		in := uint(0)
		if i < len(a) {
			if pos.less(a[i].first) {
				stop = a[i].first.dec()
			} else {
				in, stop = onlyA, a[i].last
			}
		}
		if j < len(b) {
			if pos.less(b[j].first) {
				if s := b[j].first.dec(); s.less(stop) {
					stop = s
				}
			} else {
				in |= onlyB
				if b[j].last.less(stop) {
					stop = b[j].last
				}
			}
		}
		if in == onlyA|onlyB {
			in = both
		}
		if in&keep != 0 {
			if n := len(out); n > 0 && out[n-1].last.inc() == pos {
				out[n-1].last = stop
			} else {
				out = append(out, extent[T]{pos, stop})
			}
		}
		if stop == end || i >= len(a) && j >= len(b) {
			return out
		}
		pos = stop.inc()
		if i < len(a) && a[i].last.less(pos) {
			i++
		}
		if j < len(b) && b[j].last.less(pos) {
			j++
		}
	}
}

func (s *Set) combine(o *Set, keep uint) *Set {
	return &Set{combine(s.v4, o.v4, keep), combine(s.v6, o.v6, keep)}
}

// Union returns the addresses that are in s or in o.
func (s *Set) Union(o *Set) *Set { return s.combine(o, onlyA|onlyB|both) }

// Minus returns the addresses of s that are not in o.
func (s *Set) Minus(o *Set) *Set { return s.combine(o, onlyA) }

// Intersect returns the addresses that are in both.
func (s *Set) Intersect(o *Set) *Set { return s.combine(o, both) }

// Xor returns the addresses that are in exactly one of the two.
func (s *Set) Xor(o *Set) *Set { return s.combine(o, onlyA|onlyB) }

// Equal reports whether both hold the same addresses.
func (s *Set) Equal(o *Set) bool {
	return slices.Equal(s.v4, o.v4) && slices.Equal(s.v6, o.v6)
}

// IsEmpty reports whether s holds no address.
func (s *Set) IsEmpty() bool { return len(s.v4)+len(s.v6) == 0 }

// NumRanges returns how many ranges s has.
func (s *Set) NumRanges() int { return len(s.v4) + len(s.v6) }

// Count returns how many addresses s holds.
func (s *Set) Count() Count {
	var c Count
	for _, x := range s.v4 {
		c = c.Add(CountOf(uint64(x.last-x.first) + 1))
	}
	for _, x := range s.v6 {
		d, _ := x.last.sub(x.first)
		c = c.Add(Count{0, d.hi, d.lo}).Add(CountOf(1))
	}
	return c
}

// holds reports whether all of first..last is in e.
func holds[T number[T]](e []extent[T], first, last T) bool {
	i := sort.Search(len(e), func(i int) bool { return !e[i].last.less(first) })
	return i < len(e) && !first.less(e[i].first) && !e[i].last.less(last)
}

// touches reports whether any of first..last is in e.
func touches[T number[T]](e []extent[T], first, last T) bool {
	i := sort.Search(len(e), func(i int) bool { return !e[i].last.less(first) })
	return i < len(e) && !last.less(e[i].first)
}

// Contains reports whether a, its zone ignored, is in s.
func (s *Set) Contains(a netip.Addr) bool {
	if !a.IsValid() {
		return false
	}
	return s.ContainsRange(Range{a.WithZone(""), a.WithZone("")})
}

// ContainsRange reports whether all of r is in s.
func (s *Set) ContainsRange(r Range) bool {
	if !r.IsValid() {
		return false
	}
	first, last := toU128(r.First), toU128(r.Last)
	if r.First.Is4() {
		return holds(s.v4, u32(first.lo), u32(last.lo))
	}
	return holds(s.v6, first, last)
}

// OverlapsRange reports whether any address of r is in s.
func (s *Set) OverlapsRange(r Range) bool {
	if !r.IsValid() {
		return false
	}
	first, last := toU128(r.First), toU128(r.Last)
	if r.First.Is4() {
		return touches(s.v4, u32(first.lo), u32(last.lo))
	}
	return touches(s.v6, first, last)
}

// Ranges yields the ranges of s in order, IPv4 first.
func (s *Set) Ranges() iter.Seq[Range] {
	return func(yield func(Range) bool) {
		for _, x := range s.v4 {
			if !yield(Range{fromU128(x.first.wide(), 32), fromU128(x.last.wide(), 32)}) {
				return
			}
		}
		for _, x := range s.v6 {
			if !yield(Range{fromU128(x.first, 128), fromU128(x.last, 128)}) {
				return
			}
		}
	}
}

// Prefixes yields the fewest prefixes that are together exactly s, in order,
// IPv4 first.
func (s *Set) Prefixes() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		more := true
		for _, x := range s.v4 {
			eachPrefix4(uint32(x.first), uint32(x.last), func(n uint32, bits int) bool {
				more = yield(netip.PrefixFrom(fromU128(u128{0, uint64(n)}, 32), bits))
				return more
			})
			if !more {
				return
			}
		}
		for _, x := range s.v6 {
			eachPrefix(x.first, x.last, 128, func(n u128, bits int) bool {
				more = yield(netip.PrefixFrom(fromU128(n, 128), bits))
				return more
			})
			if !more {
				return
			}
		}
	}
}

// NextFree returns the first block of the given prefix length and family
// (width 32 or 128) that lies wholly in s, and false when there is none: with
// s = parent.Minus(used) it is the next free block of that size.
func (s *Set) NextFree(bits, width int) (netip.Prefix, bool) {
	var found netip.Prefix
	if bits < 0 || bits > width {
		return found, false
	}
	host := ones(uint(width - bits))
	try := func(first, last u128) bool {
		start := first.alignUp(host)
		if start.less(first) || start.or(host).less(start) || last.less(start.or(host)) {
			return false
		}
		found = netip.PrefixFrom(fromU128(start, width), bits)
		return true
	}
	if width == 32 {
		for _, x := range s.v4 {
			if try(x.first.wide(), x.last.wide()) {
				return found, true
			}
		}
		return found, false
	}
	for _, x := range s.v6 {
		if try(x.first, x.last) {
			return found, true
		}
	}
	return found, false
}

// alignUp rounds a up to the next multiple of host+1; past the end it wraps.
func (a u128) alignUp(host u128) u128 {
	if a.and(host).isZero() {
		return a
	}
	return a.or(host).inc()
}

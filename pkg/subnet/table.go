package subnet

import (
	"iter"
	"math/bits"
	"net/netip"
	"slices"
)

// Longest-prefix lookup in a table that is built once. The ends of the prefixes
// cut the address space into segments, each with the longest prefix that covers
// it, so a lookup is one search for a segment:
//
//	10.0.0.0/8     [--------------------------------------]
//	10.1.0.0/16            [-----------]
//	10.1.2.0/24                [--]
//	segments        0      1   2   3    4                  5
//	prefix          /8     /16 /24 /16  /8                 none
//
// The search begins in an index of the leading bits, which leaves a few segments
// that lie side by side. That is two reads from memory where a trie takes one
// for each level; LookupAll also overlaps those of different addresses.

// Table maps prefixes to values, for longest-prefix lookup. It is immutable.
//
// A table of n prefixes takes at most 2n+1 segments of 8 bytes (IPv4) or 24
// (IPv6), 5 bytes and a value for each prefix, and an index of at most 4n bytes
// and 4 MiB for each family.
type Table[V any] struct {
	v4 plane[u32, V]
	v6 plane[u128, V]
}

// plane is one family of a table. Prefixes are known by the order in which they
// were added.
type plane[T number[T], V any] struct {
	segments []segment[T]
	index    []int32 // by leading bits: the first segment, from 1 on, that begins there or later
	skip     uint    // leading bits that all segments from 1 on share, left out of the index
	shift    uint

	bits   []uint8
	parent []int32 // the next shorter prefix that covers this one, or none
	value  []V
}

// segment is the addresses from start to the next segment. The first one starts at 0.
type segment[T any] struct {
	start T
	owner int32 // the longest prefix that covers it, or none
}

const none = -1

// Match is a prefix of a table with its value.
type Match[V any] struct {
	Prefix netip.Prefix
	Value  V
}

// TableBuilder collects entries for a Table. Its zero value is ready to use.
type TableBuilder[V any] struct {
	v4 entries[u32, V]
	v6 entries[u128, V]
}

type entries[T number[T], V any] struct {
	keys  []entryKey[T]
	value []V
}

// entryKey is a prefix with the order in which it was added.
type entryKey[T any] struct {
	first T
	nth   int32
	bits  uint8
}

// maxEntries bounds the prefixes of one family, so that they and their segments
// can be numbered in 31 bits.
const maxEntries = 1<<30 - 1

// Add adds a prefix, its host bits ignored, and reports whether it could: an
// invalid prefix, and one beyond 2^30-1 of its family, is left out. A prefix
// that is added twice keeps the value of the last time.
func (b *TableBuilder[V]) Add(p netip.Prefix, v V) bool {
	switch {
	case !p.IsValid():
		return false
	case p.Addr().Is4():
		host := u32(1)<<(32-p.Bits()) - 1
		return b.v4.add(u32(toU128(p.Addr()).lo)&^host, p.Bits(), v)
	}
	return b.v6.add(toU128(p.Addr()).and(ones(uint(128-p.Bits())).not()), p.Bits(), v)
}

// Grow makes room for times as many prefixes as were added so far.
func (b *TableBuilder[V]) Grow(times int) {
	b.v4.grow(times)
	b.v6.grow(times)
}

func (e *entries[T, V]) grow(times int) {
	more := min(len(e.keys)*max(times-1, 0), maxEntries)
	e.keys = slices.Grow(e.keys, more)
	e.value = slices.Grow(e.value, more)
}

func (e *entries[T, V]) add(first T, n int, v V) bool {
	if len(e.keys) == maxEntries {
		return false
	}
	e.keys = append(e.keys, entryKey[T]{first, int32(len(e.keys)), uint8(n)})
	e.value = append(e.value, v)
	return true
}

// Table returns the table of what was added and empties the builder.
func (b *TableBuilder[V]) Table() *Table[V] {
	t := &Table[V]{}
	t.v4.build(sortKeys4(b.v4.keys), b.v4.value)
	t.v6.build(sortKeys6(b.v6.keys), b.v6.value)
	*b = TableBuilder[V]{}
	return t
}

func sortKeys4(e []entryKey[u32]) []entryKey[u32] {
	return radix(e, func(x *entryKey[u32]) uint64 { return uint64(x.first)<<6 | uint64(x.bits) })
}

// sortKeys6 sorts by address, then by length, keeping the order of equals.
func sortKeys6(e []entryKey[u128]) []entryKey[u128] {
	return sortWide(e, func(x *entryKey[u128]) uint64 { return x.first.hi }, func(a, b entryKey[u128]) int {
		if c := a.first.cmp(b.first); c != 0 {
			return c
		}
		return int(a.bits) - int(b.bits)
	}, func(run []entryKey[u128]) []entryKey[u128] {
		run = radix(run, func(x *entryKey[u128]) uint64 { return uint64(x.bits) })
		return radix(run, func(x *entryKey[u128]) uint64 { return x.first.lo })
	})
}

// build takes keys sorted by first address, then length, then order of adding.
func (p *plane[T, V]) build(keys []entryKey[T], value []V) {
	if len(keys) == 0 {
		return
	}
	p.value = value
	p.bits = make([]uint8, len(keys))
	p.parent = make([]int32, len(keys))
	p.segments = make([]segment[T], 1, 2*len(keys)+1)
	p.segments[0].owner = none
	type frame struct {
		last T
		nth  int32
	}
	var open []frame // the prefixes that cover the place we are at, innermost last
	for i, k := range keys {
		if i+1 < len(keys) && keys[i+1].first == k.first && keys[i+1].bits == k.bits {
			continue // the same prefix was added again
		}
		for len(open) > 0 && open[len(open)-1].last.less(k.first) {
			end := open[len(open)-1].last
			open = open[:len(open)-1]
			outer := int32(none)
			if len(open) > 0 {
				outer = open[len(open)-1].nth
			}
			p.segment(end.inc(), outer)
		}
		p.bits[k.nth], p.parent[k.nth] = k.bits, none
		if len(open) > 0 {
			p.parent[k.nth] = open[len(open)-1].nth
		}
		open = append(open, frame{k.first.last(k.bits), k.nth})
		p.segment(k.first, k.nth)
	}
	for i := len(open) - 1; i >= 0 && open[i].last != open[i].last.max(); i-- {
		p.segment(open[i].last.inc(), p.parent[open[i].nth])
	}
	p.buildIndex()
}

// segment begins a stretch with its owner; a later one at the same place
// replaces it.
func (p *plane[T, V]) segment(start T, owner int32) {
	if n := len(p.segments); p.segments[n-1].start == start {
		p.segments[n-1].owner = owner
		return
	}
	p.segments = append(p.segments, segment[T]{start, owner})
}

const maxIndexBits = 20

func (p *plane[T, V]) buildIndex() {
	n := len(p.segments)
	if n < 2 {
		return
	}
	p.skip = uint(bits.LeadingZeros64(p.segments[1].start.head() ^ p.segments[n-1].start.head()))
	p.shift = 64 - uint(min(maxIndexBits, bits.Len(uint(n))))
	p.index = make([]int32, 1<<(64-p.shift)+1)
	b := 0
	for i := 1; i < n; i++ {
		for to := int(p.segments[i].start.head() << p.skip >> p.shift); b <= to; b++ {
			p.index[b] = int32(i)
		}
	}
	for ; b < len(p.index); b++ {
		p.index[b] = int32(n)
	}
}

// bucket returns the bounds of the search for a: the segment wanted is the one
// before the first in segments[lo:hi] that begins after a.
func (p *plane[T, V]) bucket(a T) (lo, hi int32) {
	n := int32(len(p.segments))
	switch {
	case n < 2 || a.less(p.segments[1].start):
		return min(n, 1), min(n, 1)
	case !a.less(p.segments[n-1].start):
		return n, n
	}
	b := a.head() << p.skip >> p.shift
	return p.index[b], p.index[b+1]
}

// search returns the prefix that owns a's segment, or none.
func (p *plane[T, V]) search(a T, lo, hi int32) int32 {
	for lo < hi {
		mid := int32(uint32(lo+hi) >> 1)
		if a.less(p.segments[mid].start) {
			hi = mid
		} else {
			lo = mid + 1
		}
	}
	if lo == 0 {
		return none
	}
	return p.segments[lo-1].owner
}

func (p *plane[T, V]) find(a T) int32 {
	lo, hi := p.bucket(a)
	return p.search(a, lo, hi)
}

func (p *plane[T, V]) match(a netip.Addr, i int32) Match[V] {
	q, _ := a.Prefix(int(p.bits[i])) // the length fits the family
	return Match[V]{q, p.value[i]}
}

// Lookup returns the longest prefix that contains a, its zone ignored, and
// whether there is one.
func (t *Table[V]) Lookup(a netip.Addr) (m Match[V], ok bool) {
	switch n := toU128(a); {
	case a.Is4():
		if i := t.v4.find(u32(n.lo)); i != none {
			return t.v4.match(a, i), true
		}
	case a.Is6():
		if i := t.v6.find(n); i != none {
			return t.v6.match(a, i), true
		}
	}
	return m, false
}

// LookupAll is Lookup of many addresses: f gets the answers in order. It works
// in steps over a group of addresses, so that the reads from memory that one
// step makes do not wait for each other: with large tables that is most of the
// time.
func (t *Table[V]) LookupAll(addrs []netip.Addr, f func(a netip.Addr, m Match[V], ok bool)) {
	const group = 64
	var n [group]u128
	var lo, hi, owner [group]int32
	var length [group]uint8
	var value [group]V
	for len(addrs) > 0 {
		g := addrs[:min(group, len(addrs))]
		addrs = addrs[len(g):]
		for i, a := range g {
			if n[i] = toU128(a); a.Is4() {
				lo[i], hi[i] = t.v4.bucket(u32(n[i].lo))
			} else {
				lo[i], hi[i] = t.v6.bucket(n[i])
			}
		}
		for i, a := range g { // the first probe of each search
			if a.Is4() {
				lo[i], hi[i] = t.v4.halve(u32(n[i].lo), lo[i], hi[i])
			} else {
				lo[i], hi[i] = t.v6.halve(n[i], lo[i], hi[i])
			}
		}
		for i, a := range g {
			if owner[i] = none; !a.IsValid() {
				continue
			}
			if a.Is4() {
				owner[i] = t.v4.search(u32(n[i].lo), lo[i], hi[i])
			} else {
				owner[i] = t.v6.search(n[i], lo[i], hi[i])
			}
		}
		for i, a := range g {
			switch o := owner[i]; {
			case o == none:
			case a.Is4():
				length[i], value[i] = t.v4.bits[o], t.v4.value[o]
			default:
				length[i], value[i] = t.v6.bits[o], t.v6.value[o]
			}
		}
		for i, a := range g {
			if owner[i] == none {
				f(a, Match[V]{}, false)
				continue
			}
			p, _ := a.Prefix(int(length[i])) // the length fits the family
			f(a, Match[V]{p, value[i]}, true)
		}
	}
}

// halve makes one step of search.
func (p *plane[T, V]) halve(a T, lo, hi int32) (int32, int32) {
	if lo < hi {
		mid := int32(uint32(lo+hi) >> 1)
		if a.less(p.segments[mid].start) {
			return lo, mid
		}
		return mid + 1, hi
	}
	return lo, hi
}

// Path yields every prefix that contains a, the longest first.
func (t *Table[V]) Path(a netip.Addr) iter.Seq[Match[V]] {
	return func(yield func(Match[V]) bool) {
		switch n := toU128(a); {
		case a.Is4():
			for i := t.v4.find(u32(n.lo)); i != none && yield(t.v4.match(a, i)); {
				i = t.v4.parent[i]
			}
		case a.Is6():
			for i := t.v6.find(n); i != none && yield(t.v6.match(a, i)); {
				i = t.v6.parent[i]
			}
		}
	}
}

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
// (IPv6), 5 bytes and a value for each prefix, and an index of at most 1 MiB for
// each family.
type Table[V any] struct {
	v4 plane[u32, V]
	v6 plane[u128, V]
}

// plane is one family of a table. Prefixes are known by the order in which they
// were added.
type plane[T number[T], V any] struct {
	finder[T]
	bits   []uint8
	parent []int32 // the next shorter prefix that covers this one, or none
	value  []V
}

// finder finds the segment of an address.
type finder[T any] struct {
	segments []segment[T]
	index    []int32 // by leading bits: the first segment, from 1 on, that begins there or later
	skip     uint    // leading bits that all segments from 1 on share, left out of the index
	shift    uint
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
			p.begin(end.inc(), outer)
		}
		p.bits[k.nth], p.parent[k.nth] = k.bits, none
		if len(open) > 0 {
			p.parent[k.nth] = open[len(open)-1].nth
		}
		open = append(open, frame{k.first.last(k.bits), k.nth})
		p.begin(k.first, k.nth)
	}
	for i := len(open) - 1; i >= 0 && open[i].last != open[i].last.max(); i-- {
		p.begin(open[i].last.inc(), p.parent[open[i].nth])
	}
	p.buildIndex()
}

// begin begins a stretch with its owner; a later one at the same place
// replaces it.
func (p *plane[T, V]) begin(start T, owner int32) {
	if n := len(p.segments); p.segments[n-1].start == start {
		p.segments[n-1].owner = owner
		return
	}
	p.segments = append(p.segments, segment[T]{start, owner})
}

const maxIndexBits = 18 // 1 MiB: what a second-level cache can hold

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

const group = 64 // addresses that are searched together

// find4 sets owner[i] to the prefix with the longest match for a[i], or none, for
// at most group addresses. Each step goes over all of them, so that the reads
// from memory that it makes do not wait for each other: with large tables they
// are most of the time. find6 is the same for IPv6, written out, because calls
// from generic code cost as much as the search.
func find4(f *finder[u32], a []u128, owner []int32) {
	n := int32(len(f.segments))
	if n < 2 {
		for i := range a {
			owner[i] = none // no prefix at all, or /0 alone
			if n == 1 {
				owner[i] = f.segments[0].owner
			}
		}
		return
	}
	var lo, hi [group]int32 // the answer is before the first of segments[lo:hi] that begins after a
	first, last := f.segments[1].start, f.segments[n-1].start
	for i := range a {
		switch x := u32(a[i].lo); {
		case x < first:
			lo[i], hi[i] = 1, 1
		case x >= last:
			lo[i], hi[i] = n, n
		default:
			b := x.head() << f.skip >> f.shift
			lo[i], hi[i] = f.index[b], f.index[b+1]
		}
	}
	for i := range a { // the first step of each search touches its segments
		if l, h := lo[i], hi[i]; l < h {
			if mid := int32(uint32(l+h) >> 1); u32(a[i].lo) < f.segments[mid].start {
				hi[i] = mid
			} else {
				lo[i] = mid + 1
			}
		}
	}
	for i := range a {
		x, l, h := u32(a[i].lo), lo[i], hi[i]
		for l < h {
			if mid := int32(uint32(l+h) >> 1); x < f.segments[mid].start {
				h = mid
			} else {
				l = mid + 1
			}
		}
		owner[i] = f.segments[l-1].owner
	}
}

func find6(f *finder[u128], a []u128, owner []int32) {
	n := int32(len(f.segments))
	if n < 2 {
		for i := range a {
			owner[i] = none
			if n == 1 {
				owner[i] = f.segments[0].owner
			}
		}
		return
	}
	var lo, hi [group]int32
	first, last := f.segments[1].start, f.segments[n-1].start
	for i, x := range a {
		switch {
		case x.less(first):
			lo[i], hi[i] = 1, 1
		case !x.less(last):
			lo[i], hi[i] = n, n
		default:
			b := x.hi << f.skip >> f.shift
			lo[i], hi[i] = f.index[b], f.index[b+1]
		}
	}
	for i, x := range a {
		if l, h := lo[i], hi[i]; l < h {
			if mid := int32(uint32(l+h) >> 1); x.less(f.segments[mid].start) {
				hi[i] = mid
			} else {
				lo[i] = mid + 1
			}
		}
	}
	for i, x := range a {
		l, h := lo[i], hi[i]
		for l < h {
			if mid := int32(uint32(l+h) >> 1); x.less(f.segments[mid].start) {
				h = mid
			} else {
				l = mid + 1
			}
		}
		owner[i] = f.segments[l-1].owner
	}
}

// find returns the prefix with the longest match for a, or none.
func (t *Table[V]) find(a netip.Addr) int32 {
	n, owner := [1]u128{toU128(a)}, [1]int32{none}
	switch {
	case a.Is4():
		find4(&t.v4.finder, n[:], owner[:])
	case a.Is6():
		find6(&t.v6.finder, n[:], owner[:])
	}
	return owner[0]
}

// match returns what prefix i says of an address that it contains.
func (t *Table[V]) match(a netip.Addr, i int32) Match[V] {
	if a.Is4() {
		return t.v4.match(a, i)
	}
	return t.v6.match(a, i)
}

func (p *plane[T, V]) match(a netip.Addr, i int32) Match[V] {
	q, _ := a.Prefix(int(p.bits[i])) // the length fits the family
	return Match[V]{q, p.value[i]}
}

// Lookup returns the longest prefix that contains a, its zone ignored, and
// whether there is one.
func (t *Table[V]) Lookup(a netip.Addr) (m Match[V], ok bool) {
	if i := t.find(a); i != none {
		return t.match(a, i), true
	}
	return m, false
}

// LookupAll is Lookup of many addresses: f gets the answers in order. With large
// tables it takes about half the time of as many calls of Lookup.
func (t *Table[V]) LookupAll(addrs []netip.Addr, f func(a netip.Addr, m Match[V], ok bool)) {
	var n4, n6 [group]u128
	var at4, at6 [group]uint8
	var found, owner [group]int32
	var matches [group]Match[V]
	for len(addrs) > 0 {
		g := addrs[:min(group, len(addrs))]
		addrs = addrs[len(g):]
		c4, c6 := 0, 0
		for i, a := range g {
			switch owner[i] = none; {
			case a.Is4():
				n4[c4], at4[c4] = toU128(a), uint8(i)
				c4++
			case a.Is6():
				n6[c6], at6[c6] = toU128(a), uint8(i)
				c6++
			}
		}
		find4(&t.v4.finder, n4[:c4], found[:])
		for i, at := range at4[:c4] {
			owner[at] = found[i]
		}
		find6(&t.v6.finder, n6[:c6], found[:])
		for i, at := range at6[:c6] {
			owner[at] = found[i]
		}
		for i, a := range g {
			if matches[i] = (Match[V]{}); owner[i] != none {
				matches[i] = t.match(a, owner[i])
			}
		}
		for i, a := range g {
			f(a, matches[i], owner[i] != none)
		}
	}
}

// Path yields every prefix that contains a, the longest first.
func (t *Table[V]) Path(a netip.Addr) iter.Seq[Match[V]] {
	return func(yield func(Match[V]) bool) {
		parent := t.v6.parent
		if a.Is4() {
			parent = t.v4.parent
		}
		for i := t.find(a); i != none && yield(t.match(a, i)); {
			i = parent[i]
		}
	}
}

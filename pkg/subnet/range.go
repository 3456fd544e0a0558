package subnet

import (
	"fmt"
	"iter"
	"math/bits"
	"net/netip"
)

// Range is all addresses from First to Last, both included. The zero Range is
// invalid and empty.
type Range struct{ First, Last netip.Addr }

// RangeOf returns the addresses of p.
func RangeOf(p netip.Prefix) Range { return Range{Network(p), Last(p)} }

// IsValid reports whether r has two addresses of one family in order.
func (r Range) IsValid() bool {
	return r.First.IsValid() && r.First.BitLen() == r.Last.BitLen() &&
		r.First.Zone() == "" && r.Last.Zone() == "" && !r.Last.Less(r.First)
}

// Count returns how many addresses r holds.
func (r Range) Count() Count {
	if !r.IsValid() {
		return Count{}
	}
	d, _ := toU128(r.Last).sub(toU128(r.First))
	return Count{0, d.hi, d.lo}.Add(CountOf(1))
}

// Contains reports whether a, its zone ignored, is in r.
func (r Range) Contains(a netip.Addr) bool {
	if !r.IsValid() || a.BitLen() != r.First.BitLen() {
		return false
	}
	n := toU128(a)
	return !n.less(toU128(r.First)) && !toU128(r.Last).less(n)
}

// ContainsRange reports whether all of o is in r.
func (r Range) ContainsRange(o Range) bool {
	return o.IsValid() && r.Contains(o.First) && r.Contains(o.Last)
}

// Overlaps reports whether r and o share an address.
func (r Range) Overlaps(o Range) bool {
	return r.IsValid() && o.IsValid() && (r.Contains(o.First) || o.Contains(r.First))
}

// Intersect returns the addresses that r and o share, and false when there are none.
func (r Range) Intersect(o Range) (Range, bool) {
	if !r.Overlaps(o) {
		return Range{}, false
	}
	if o.First.Compare(r.First) > 0 {
		r.First = o.First
	}
	if o.Last.Compare(r.Last) < 0 {
		r.Last = o.Last
	}
	return r, true
}

// Prefix returns the prefix that is exactly r, and false when none is.
func (r Range) Prefix() (netip.Prefix, bool) {
	if !r.IsValid() {
		return netip.Prefix{}, false
	}
	p, _ := Common(r.First, r.Last)
	return p, p.Addr() == r.First && Last(p) == r.Last
}

// Covering returns the smallest prefix that contains r; it may be larger than r.
func (r Range) Covering() netip.Prefix {
	if !r.IsValid() {
		return netip.Prefix{}
	}
	p, _ := Common(r.First, r.Last)
	return p
}

// Prefixes yields the fewest prefixes that are together exactly r, in order.
func (r Range) Prefixes() iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		if !r.IsValid() {
			return
		}
		w := r.First.BitLen()
		eachPrefix(toU128(r.First), toU128(r.Last), w, func(n u128, bits int) bool {
			return yield(netip.PrefixFrom(fromU128(n, w), bits))
		})
	}
}

// String returns "first-last".
func (r Range) String() string {
	if !r.IsValid() {
		return "invalid Range"
	}
	return fmt.Sprintf("%s-%s", r.First, r.Last)
}

// eachPrefix calls f with the fewest prefixes that make up first..last: at each
// step the largest block that starts there, is aligned, and does not pass last.
func eachPrefix(first, last u128, width int, f func(n u128, bits int) bool) {
	for {
		left, _ := last.sub(first)
		size := min(first.trailingZeros(), width)
		if left != ones(uint(width)) { // the number of addresses is left+1, which must not overflow
			size = min(size, 127-left.inc().leadingZeros())
		}
		if !f(first, width-size) {
			return
		}
		end := first.or(ones(uint(size)))
		if !end.less(last) {
			return
		}
		first = end.inc()
	}
}

// eachPrefix4 is eachPrefix on 32-bit numbers.
func eachPrefix4(first, last uint32, f func(n uint32, bits int) bool) {
	for {
		size := bits.TrailingZeros32(first)
		if left := uint64(last-first) + 1; size >= bits.Len64(left) {
			size = bits.Len64(left) - 1
		}
		if !f(first, 32-size) {
			return
		}
		end := first | uint32(uint64(1)<<size-1)
		if end >= last {
			return
		}
		first = end + 1
	}
}

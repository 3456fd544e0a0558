package subnet

import (
	"fmt"
	"iter"
	"math/bits"
	"net/netip"
	"slices"
)

// RFC 4632 section 3 (prefixes of any length), RFC 1878 (tables of
// variable-length subnets).

// Split yields the networks of the given length that tile p, in order. The
// length must not be shorter than p's.
func Split(p netip.Prefix, length int) iter.Seq[netip.Prefix] {
	return func(yield func(netip.Prefix) bool) {
		if !p.IsValid() || length < p.Bits() || length > p.Addr().BitLen() {
			return
		}
		w := p.Addr().BitLen()
		size := u128{0, 1}.shl(uint(w - length))
		n, last := toU128(Network(p)), toU128(Last(p))
		for {
			if !yield(netip.PrefixFrom(fromU128(n, w), length)) {
				return
			}
			if n.or(ones(uint(w-length))) == last {
				return
			}
			n, _ = n.add(size)
		}
	}
}

// SplitCount returns how many networks of the given length tile p.
func SplitCount(p netip.Prefix, length int) Count {
	if !p.IsValid() || length < p.Bits() || length > p.Addr().BitLen() {
		return Count{}
	}
	return pow2Count(uint(length - p.Bits()))
}

// SplitBits returns the prefix length of the fewest equal parts of p that are
// at least n.
func SplitBits(p netip.Prefix, n uint64) (int, error) {
	if n == 0 {
		return 0, fmt.Errorf("a split of %s into 0 parts %w", p, ErrRange)
	}
	length := p.Bits() + bits.Len64(n-1)
	if !p.IsValid() || length > p.Addr().BitLen() {
		return 0, fmt.Errorf("a split into %d parts %w: %s has %s addresses", n, ErrNoSpace, p, Total(p))
	}
	return length, nil
}

// BitsForHosts returns the length of the smallest network with room for that
// many hosts in the family of width bits. IPv4 networks keep a network and a
// broadcast address, so they end at /30, unless pointToPoint allows /31 and /32
// (RFC 3021).
func BitsForHosts(hosts Count, width int, pointToPoint bool) (int, bool) {
	n, ok := BitsFor(hosts, width)
	if ok && width == 32 && !pointToPoint {
		n = min(n, 30)
	}
	return n, ok
}

// Order says how Allocate places networks.
type Order uint8

const (
	// LargestFirst places the largest first, each in the smallest free block
	// that holds it. When it fails, nothing could have succeeded.
	LargestFirst Order = iota
	// AsGiven places them one after the other at rising addresses, leaving the
	// gaps that alignment makes.
	AsGiven
)

// Allocate places a network of each wanted length in the free space of one
// family and returns them in the order asked, with the space that is left. The
// error wraps ErrNoSpace and names the first that does not fit.
func Allocate(free *Set, lengths []int, width int, order Order) ([]netip.Prefix, *Set, error) {
	got := make([]netip.Prefix, len(lengths))
	left := free
	if order == AsGiven {
		for i, n := range lengths {
			p, ok := left.NextFree(n, width)
			if !ok {
				return nil, free, noSpace(i, n, left)
			}
			got[i] = p
			left = left.Minus(upTo(p))
		}
		return got, free.Minus(SetOf(got...)), nil
	}
	idx := make([]int, len(lengths))
	for i := range idx {
		idx[i] = i
	}
	slices.SortStableFunc(idx, func(a, b int) int { return lengths[a] - lengths[b] })
	pool := newBuddies(free, width)
	for _, i := range idx {
		p, ok := pool.take(lengths[i])
		if !ok {
			return nil, free, noSpace(i, lengths[i], pool.set())
		}
		got[i] = p
	}
	other := free.Minus(familySet(width))
	return got, other.Union(pool.set()), nil
}

func noSpace(i, length int, left *Set) error {
	largest := "nothing is free"
	best := netip.Prefix{}
	for p := range left.Prefixes() {
		if !best.IsValid() || p.Bits() < best.Bits() {
			best = p
		}
	}
	if best.IsValid() {
		largest = "the largest free block is " + best.String()
	}
	return fmt.Errorf("need %d, a /%d, %w: %s", i+1, length, ErrNoSpace, largest)
}

// upTo is everything from the start of p's family to the end of p.
func upTo(p netip.Prefix) *Set {
	w := p.Addr().BitLen()
	var b SetBuilder
	b.AddRange(Range{fromU128(u128{}, w), Last(p)})
	return b.Set()
}

func familySet(width int) *Set {
	return SetOf(netip.PrefixFrom(fromU128(u128{}, width), 0))
}

// buddies holds free blocks by prefix length, each list in order of address.
type buddies struct {
	free  [129][]u128
	width int
}

func newBuddies(s *Set, width int) *buddies {
	b := &buddies{width: width}
	for p := range s.Prefixes() {
		if p.Addr().BitLen() == width {
			b.free[p.Bits()] = append(b.free[p.Bits()], toU128(p.Addr()))
		}
	}
	return b
}

// take removes a block of the given length: the lowest part of the lowest of
// the smallest blocks that hold one.
func (b *buddies) take(length int) (netip.Prefix, bool) {
	from := length
	for from >= 0 && len(b.free[from]) == 0 {
		from--
	}
	if from < 0 {
		return netip.Prefix{}, false
	}
	n := b.free[from][0]
	b.free[from] = slices.Delete(b.free[from], 0, 1)
	for from < length {
		from++
		upper := n.or(u128{0, 1}.shl(uint(b.width - from)))
		at, _ := slices.BinarySearchFunc(b.free[from], upper, u128.cmp)
		b.free[from] = slices.Insert(b.free[from], at, upper)
	}
	return netip.PrefixFrom(fromU128(n, b.width), length), true
}

func (b *buddies) set() *Set {
	var sb SetBuilder
	for length, list := range b.free {
		for _, n := range list {
			sb.AddPrefix(netip.PrefixFrom(fromU128(n, b.width), length))
		}
	}
	return sb.Set()
}

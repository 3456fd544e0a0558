package subnet

import (
	"cmp"
	"math/bits"
	"slices"
)

// Radix sorts. They are worth their lines from a few thousand entries on;
// smaller inputs go to the library's comparison sort.

const radixFrom = 1 << 11

// sort4 sorts by first address. It may return another slice of the same length.
func sort4(e []extent[u32]) []extent[u32] {
	if len(e) < radixFrom {
		slices.SortFunc(e, func(a, b extent[u32]) int { return cmp.Compare(a.first, b.first) })
		return e
	}
	return radix(e, func(x *extent[u32]) uint64 { return uint64(x.first) })
}

// sort6 sorts by first address. It may return another slice of the same length.
func sort6(e []extent[u128]) []extent[u128] {
	return sortWide(e, func(x *extent[u128]) uint64 { return x.first.hi },
		func(a, b extent[u128]) int { return a.first.cmp(b.first) },
		func(run []extent[u128]) []extent[u128] {
			return radix(run, func(x *extent[u128]) uint64 { return x.first.lo })
		})
}

// sortWide sorts stably by keys of more than 64 bits, of which head gives the
// leading 64. It sorts by as many of the bits in which the keys differ as tell
// most of them apart, then each run that these leave equal: by compare when it is
// short, by the next bits when it is long, and by rest when the heads are equal.
func sortWide[E any](e []E, head func(*E) uint64, compare func(a, b E) int, rest func([]E) []E) []E {
	if len(e) < radixFrom {
		slices.SortStableFunc(e, compare)
		return e
	}
	var differ uint64
	for i := range e {
		differ |= head(&e[i]) ^ head(&e[0])
	}
	if differ == 0 {
		return rest(e)
	}
	low := max(bits.Len64(differ)-3*digit, 0)
	e = radix(e, func(x *E) uint64 { return head(x) >> low })
	for i := 0; i < len(e); {
		j, sorted := i+1, true
		for j < len(e) && head(&e[j])>>low == head(&e[i])>>low {
			sorted = sorted && compare(e[j-1], e[j]) <= 0
			j++
		}
		if !sorted {
			copy(e[i:j], sortWide(slices.Clone(e[i:j]), head, compare, rest))
		}
		i = j
	}
	return e
}

const digit = 11 // bits of a pass: its counters fit in the first-level cache

// radix is a least-significant-digit sort by a key of 64 bits, stable, leaving
// out the digits in which no two keys differ.
func radix[E any](e []E, key func(*E) uint64) []E {
	var differ uint64
	for i := range e {
		differ |= key(&e[i]) ^ key(&e[0])
	}
	var shifts []int
	for shift := bits.TrailingZeros64(differ); differ>>shift != 0; shift += digit {
		if differ>>shift&(1<<digit-1) != 0 {
			shifts = append(shifts, shift)
		}
	}
	if len(shifts) == 0 {
		return e
	}
	counts := make([][1 << digit]int, len(shifts))
	for i := range e {
		k := key(&e[i])
		for p, shift := range shifts {
			counts[p][k>>shift&(1<<digit-1)]++
		}
	}
	tmp := make([]E, len(e))
	for p, shift := range shifts {
		at := &counts[p]
		sum := 0
		for d, n := range at {
			at[d] = sum
			sum += n
		}
		for i := range e {
			d := key(&e[i]) >> shift & (1<<digit - 1)
			tmp[at[d]] = e[i]
			at[d]++
		}
		e, tmp = tmp, e
	}
	return e
}

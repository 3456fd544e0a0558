package kernelpath

import (
	"math"
	"math/bits"
)

// Histogram counts times in buckets whose width grows with the time: each is
// 1/128 of the power of two that it lies in, so that a percentile is
// right to 0.8 %. The zero value is empty.
type Histogram struct {
	buckets [64 << subBits]uint32
	n       uint64
	max     int64
}

const subBits = 7

// Add counts one time in nanoseconds; a negative one as 0.
func (h *Histogram) Add(ns int64) {
	ns = max(ns, 0)
	h.buckets[bucket(ns)]++
	h.n++
	h.max = max(h.max, ns)
}

// bucket: below 1<<subBits every time has its own.
func bucket(ns int64) int {
	v := uint64(ns)
	shift := max(bits.Len64(v)-1-subBits, 0)
	return shift<<subBits + int(v>>shift)
}

// lowest is the least time of a bucket.
func lowest(i int) int64 {
	shift := max(i>>subBits-1, 0)
	return int64(i-shift<<subBits) << shift
}

// Quantile returns the least counted time that at least a share q of them does not
// exceed.
func (h *Histogram) Quantile(q float64) int64 {
	if h.n == 0 {
		return 0
	}
	rank := uint64(math.Ceil(q * float64(h.n)))
	if rank >= h.n {
		return h.max
	}
	rank = max(rank, 1) - 1
	for i, c := range h.buckets {
		if rank < uint64(c) {
			return min(lowest(i), h.max)
		}
		rank -= uint64(c)
	}
	return h.max
}

// N is how many times were counted, Max the longest.
func (h *Histogram) N() uint64  { return h.n }
func (h *Histogram) Max() int64 { return h.max }

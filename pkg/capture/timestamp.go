package capture

import (
	"math"
	"math/bits"
	"strconv"
)

// Resolution is an interface's unit of time, coded as if_tsresol is
// (draft-ietf-opsawg-pcapng, section 4.2): n below 128 is 10⁻ⁿ seconds,
// 128+n is 2⁻ⁿ seconds.
type Resolution uint8

// The usual resolutions.
const (
	Microseconds Resolution = 6 // when if_tsresol is absent
	Nanoseconds  Resolution = 9
)

func (r Resolution) String() string {
	if r&0x80 != 0 {
		return "2^-" + strconv.Itoa(int(r&0x7f)) + " s"
	}
	return "10^-" + strconv.Itoa(int(r)) + " s"
}

var pow10 = [...]uint64{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19}

// Nanoseconds converts a count of units to nanoseconds, rounding down. Every
// one of the 256 resolutions is defined; what int64 cannot hold is
// math.MaxInt64.
func (r Resolution) Nanoseconds(units uint64) int64 {
	e := uint(r & 0x7f)
	var hi, lo uint64
	switch {
	case r&0x80 != 0:
		hi, lo = bits.Mul64(units, 1e9)
		if e >= 64 {
			hi, lo = 0, hi>>(e-64)
		} else {
			hi, lo = hi>>e, lo>>e|hi<<(64-e)
		}
	case e <= 9:
		hi, lo = bits.Mul64(units, pow10[9-e])
	case e-9 < uint(len(pow10)):
		lo = units / pow10[e-9]
	default: // 64 bits of units are less than one nanosecond
	}
	if hi != 0 || lo > math.MaxInt64 {
		return math.MaxInt64
	}
	return int64(lo)
}

// addSeconds adds an if_tsoffset to a time that is not negative, saturating.
func addSeconds(ns, seconds int64) int64 {
	const limit int64 = math.MaxInt64 / 1_000_000_000
	switch {
	case seconds > limit:
		return math.MaxInt64
	case seconds < -limit:
		return math.MinInt64
	}
	sum := ns + seconds*1e9
	if seconds > 0 && sum < ns {
		return math.MaxInt64
	}
	return sum
}

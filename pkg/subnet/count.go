package subnet

import (
	"fmt"
	"math/big"
	"math/bits"
)

// Count is an exact number of addresses: up to 2^128 for one prefix, and more
// for a set that holds both families. The zero Count is 0.
type Count struct{ top, hi, lo uint64 }

// CountOf makes a Count of n.
func CountOf(n uint64) Count { return Count{lo: n} }

// pow2Count returns 2^n, n up to 128.
func pow2Count(n uint) Count {
	if n >= 128 {
		return Count{top: 1}
	}
	s := u128{0, 1}.shl(n)
	return Count{0, s.hi, s.lo}
}

// Add returns c + d.
func (c Count) Add(d Count) Count {
	lo, k := bits.Add64(c.lo, d.lo, 0)
	hi, k := bits.Add64(c.hi, d.hi, k)
	return Count{c.top + d.top + k, hi, lo}
}

// Sub returns c - d; d must not be larger than c.
func (c Count) Sub(d Count) Count {
	lo, k := bits.Sub64(c.lo, d.lo, 0)
	hi, k := bits.Sub64(c.hi, d.hi, k)
	return Count{c.top - d.top - k, hi, lo}
}

// Cmp returns -1, 0 or 1 as c is less than, equal to or greater than d.
func (c Count) Cmp(d Count) int {
	switch {
	case c.top != d.top:
		if c.top < d.top {
			return -1
		}
		return 1
	default:
		return u128{c.hi, c.lo}.cmp(u128{d.hi, d.lo})
	}
}

// IsZero reports whether c is 0.
func (c Count) IsZero() bool { return c.top|c.hi|c.lo == 0 }

// Uint64 returns the count, and whether it fits in 64 bits.
func (c Count) Uint64() (uint64, bool) { return c.lo, c.top|c.hi == 0 }

// Float64 returns the nearest float64, for ratios.
func (c Count) Float64() float64 {
	const two64 = 18446744073709551616.0
	return (float64(c.top)*two64+float64(c.hi))*two64 + float64(c.lo)
}

// Big returns the count as a new big.Int.
func (c Count) Big() *big.Int {
	n := new(big.Int).SetUint64(c.top)
	n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(c.hi))
	return n.Lsh(n, 64).Or(n, new(big.Int).SetUint64(c.lo))
}

// AppendTo appends the decimal digits.
func (c Count) AppendTo(b []byte) []byte {
	const e19 = 10_000_000_000_000_000_000 // the largest power of ten in 64 bits
	var digits [60]byte
	i := len(digits)
	for {
		t, r := c.top/e19, c.top%e19
		h, r := bits.Div64(r, c.hi, e19)
		l, r := bits.Div64(r, c.lo, e19)
		c = Count{t, h, l}
		more := !c.IsZero()
		for n := 0; n < 19 && (more || r != 0 || n == 0); n++ {
			i--
			digits[i] = byte('0' + r%10)
			r /= 10
		}
		if !more {
			return append(b, digits[i:]...)
		}
	}
}

// String returns the decimal digits.
func (c Count) String() string { return string(c.AppendTo(nil)) }

// AppendText implements encoding.TextAppender.
func (c Count) AppendText(b []byte) ([]byte, error) { return c.AppendTo(b), nil }

// MaxJSONNumber is the largest count that MarshalJSON writes as a number.
// RFC 8259, section 6: integers "in the range [-(2**53)+1, (2**53)-1] are
// interoperable in the sense that implementations will agree exactly on their
// numeric values". Larger counts become decimal strings.
const MaxJSONNumber = 1<<53 - 1

// AppendJSON appends a JSON number up to MaxJSONNumber and a string of decimal
// digits above it.
func (c Count) AppendJSON(b []byte) []byte {
	if n, ok := c.Uint64(); ok && n <= MaxJSONNumber {
		return c.AppendTo(b)
	}
	b = append(b, '"')
	return append(c.AppendTo(b), '"')
}

// MarshalJSON implements json.Marshaler by the rule of AppendJSON.
func (c Count) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// UnmarshalJSON accepts both forms that MarshalJSON writes.
func (c *Count) UnmarshalJSON(b []byte) error {
	if len(b) >= 2 && b[0] == '"' && b[len(b)-1] == '"' {
		b = b[1 : len(b)-1]
	}
	n, ok := new(big.Int).SetString(string(b), 10)
	if !ok || n.Sign() < 0 || n.BitLen() > 192 {
		return fmt.Errorf("%q is not a count", b)
	}
	var w [24]byte
	n.FillBytes(w[:])
	word := func(i int) (v uint64) {
		for _, x := range w[i*8 : i*8+8] {
			v = v<<8 | uint64(x)
		}
		return v
	}
	*c = Count{word(0), word(1), word(2)}
	return nil
}

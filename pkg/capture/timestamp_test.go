package capture_test

import (
	"math"
	"math/big"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

func TestPcapng_4_2_TimestampResolution(t *testing.T) {
	tests := []struct {
		r     capture.Resolution
		units uint64
		want  int64
		why   string
	}{
		{capture.Microseconds, 1_700_000_000_123_456, 1_700_000_000_123_456_000, "the default unit"},
		{capture.Nanoseconds, 1_700_000_000_123_456_789, 1_700_000_000_123_456_789, "as it is"},
		{0, 1_700_000_000, 1_700_000_000_000_000_000, "10^0 s: whole seconds"},
		{12, 1_700_000_000_123_456_789, 1_700_000_000_123_456, "picoseconds round down"},
		{19, 15_000_000_000, 1, "10^-19 s: 1.5 ns rounds down"},
		{28, math.MaxUint64, 1, "10^-28 s: the largest power of ten that 64 bits hold still divides"},
		{29, math.MaxUint64, 0, "10^-29 s: all of 64 bits is less than 1 ns"},
		{64, math.MaxUint64, 0, "10^-64 s, which makes a reader that computes 10^64 in 64 bits divide by zero"},
		{127, math.MaxUint64, 0, "the smallest decimal unit"},
		{0x80, 5, 5e9, "2^0 s: whole seconds"},
		{0x80 | 10, 1536, 1.5e9, "the draft's example: 10 means 1/1024 of a second"},
		{0x80 | 32, 1_700_000_000<<32 | 1<<31, 1_700_000_000_500_000_000, "NTP's fixed point"},
		{0x80 | 64, 1 << 63, 5e8, "2^-64 s"},
		{0x80 | 63, 3 << 62, 1.5e9, "2^-63 s"},
		{0x80 | 127, math.MaxUint64, 0, "the smallest binary unit"},
		{0, math.MaxUint64, math.MaxInt64, "beyond 2262 saturates"},
		{0x80, math.MaxUint64, math.MaxInt64, "beyond 2262 saturates"},
		{capture.Nanoseconds, math.MaxUint64, math.MaxInt64, "beyond 2262 saturates"},
	}
	for _, tt := range tests {
		if got := tt.r.Nanoseconds(tt.units); got != tt.want {
			t.Errorf("%v: %d units = %d ns, want %d (%s)", tt.r, tt.units, got, tt.want, tt.why)
		}
	}
}

// FuzzResolution compares with exact arithmetic, for all 256 units.
func FuzzResolution(f *testing.F) {
	f.Add(byte(9), uint64(1))
	f.Add(byte(64), uint64(math.MaxUint64))
	f.Add(byte(0x80|10), uint64(1536))
	f.Add(byte(0xff), uint64(math.MaxUint64))
	f.Fuzz(func(t *testing.T, r byte, units uint64) {
		base, exp := big.NewInt(10), big.NewInt(int64(r&0x7f))
		if r&0x80 != 0 {
			base = big.NewInt(2)
		}
		want := new(big.Int).Mul(new(big.Int).SetUint64(units), big.NewInt(1e9))
		want.Quo(want, new(big.Int).Exp(base, exp, nil))
		if !want.IsInt64() {
			want.SetInt64(math.MaxInt64)
		}
		if got := capture.Resolution(r).Nanoseconds(units); got != want.Int64() {
			t.Errorf("%v: %d units = %d ns, want %v", capture.Resolution(r), units, got, want)
		}
	})
}

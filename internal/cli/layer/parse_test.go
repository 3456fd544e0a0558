package layer

import (
	"net/netip"
	"testing"
	"time"
)

func netipAddr(s string) netip.Addr { return netip.MustParseAddr(s) }

func TestMoments(t *testing.T) {
	for s, want := range map[string]moment{
		"90":                            {true, true, 90e9},
		"+1.5":                          {true, true, 1.5e9},
		"1m30s":                         {true, true, 90e9},
		"@1750000000.25":                {true, false, 1750000000_250_000_000},
		"2025-06-15T15:06:40Z":          {true, false, 1750000000e9},
		"2025-06-15T17:06:40.5+02:00":   {true, false, 1750000000_500_000_000},
		"2025-06-15T15:06:40":           {true, false, 1750000000e9},
		"2025-06-15 15:06:40.000000001": {true, false, 1750000000_000_000_001},
		"2025-06-15":                    {true, false, 1749945600e9},
	} {
		if got, err := parseMoment(s, time.UTC); err != nil || got != want {
			t.Errorf("%q: %+v, %v; want %+v", s, got, err, want)
		}
	}
	for _, s := range []string{"", "-1", "+", "@", "@-1", "1.2.3", "1e9", "yesterday", "2500-01-01", "1960-01-01", "99999999999", "1.0123456789"} {
		if m, err := parseMoment(s, time.UTC); err == nil {
			t.Errorf("%q is %+v, want an error", s, m)
		}
	}
}

func FuzzMoment(f *testing.F) {
	for _, s := range []string{"90", "+1.5", "1m30s", "@1750000000.25", "2025-06-15T15:06:40Z", "2025-06-15"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		if m, err := parseMoment(s, time.UTC); err == nil && (!m.set || m.ns < 0) {
			t.Errorf("%q: %+v", s, m)
		}
	})
}

func FuzzFields(f *testing.F) {
	f.Add("ip.src,tcp.len")
	f.Add("ip.src|ipv6.src, frame.number")
	f.Fuzz(func(t *testing.T, s string) {
		if c, err := columnsOf(s, false); err == nil && (len(c.Names) == 0 || len(c.Names) > maxFields) {
			t.Errorf("%q: %d columns", s, len(c.Names))
		}
	})
}

func TestNearest(t *testing.T) {
	names := []string{"ip.src", "ip.dst", "tcp.flags.syn"}
	for word, want := range map[string]string{"ip.sr": "ip.src", "tcp.flag.syn": "tcp.flags.syn", "http.host": ""} {
		if got := nearest(word, names); got != want {
			t.Errorf("%q: %q, want %q", word, got, want)
		}
	}
}

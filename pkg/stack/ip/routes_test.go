package ip

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
)

func TestRFC1812_5_2_4_3_LongestMatch(t *testing.T) {
	var tab Table
	add := func(dst string, ifc, metric int) {
		t.Helper()
		if err := tab.Add(Route{Dst: netip.MustParsePrefix(dst), If: ifc, Metric: metric}); err != nil {
			t.Fatal(err)
		}
	}
	add("0.0.0.0/0", 1, 0)
	add("10.0.0.0/8", 2, 0)
	add("10.1.2.3/16", 3, 0) // host bits are cut off
	add("10.1.2.3/32", 4, 0)
	add("10.1.0.0/16", 5, 0) // same prefix, younger
	add("10.0.0.0/8", 6, -1) // same prefix, better metric
	add("::/0", 7, 0)
	add("2001:db8::/32", 8, 0)
	for dst, want := range map[string]int{
		"1.2.3.4": 1, "10.9.9.9": 6, "10.1.9.9": 3, "10.1.2.3": 4, "::1": 7, "2001:db8:1::1": 8, "2001:db9::": 7,
	} {
		if r := tab.Lookup(netip.MustParseAddr(dst)); r == nil || r.If != want {
			t.Errorf("%s: %+v, want interface %d", dst, r, want)
		}
	}
	if !tab.Remove(netip.MustParsePrefix("10.1.0.0/16"), 3) || tab.Lookup(netip.MustParseAddr("10.1.9.9")).If != 5 {
		t.Error("after removal the younger route counts")
	}
	if err := tab.Add(Route{Dst: netip.MustParsePrefix("10.0.0.0/8"), Gateway: netip.IPv6Loopback()}); !errors.Is(err, ErrRoute) {
		t.Errorf("a gateway of the other family: %v", err)
	}
}

func TestLookupAgainstNaiveSearch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var tab Table
	var all []Route
	random := func(v6 bool) netip.Addr {
		if v6 {
			return netip.AddrFrom16([16]byte{0x20, 1, byte(rng.IntN(4)), byte(rng.IntN(4)), 15: byte(rng.IntN(4))})
		}
		return netip.AddrFrom4([4]byte{10, byte(rng.IntN(4)), byte(rng.IntN(4)), byte(rng.IntN(4))})
	}
	for i := range 300 {
		a := random(i%2 == 0)
		r := Route{Dst: netip.PrefixFrom(a, rng.IntN(a.BitLen()+1)).Masked(), If: i}
		if err := tab.Add(r); err != nil {
			t.Fatal(err)
		}
		all = append(all, r)
	}
	for i := range 5000 {
		a := random(i%2 == 0)
		best := -1
		for k, r := range all {
			if r.Dst.Contains(a) && (best < 0 || r.Dst.Bits() > all[best].Dst.Bits()) {
				best = k
			}
		}
		got := tab.Lookup(a)
		if (got == nil) != (best < 0) || got != nil && got.If != best {
			t.Fatalf("%v: %+v, want %d", a, got, best)
		}
	}
}

func TestRFC6724_SourceSelection(t *testing.T) {
	addrs := func(s ...string) (p []netip.Prefix) {
		for _, a := range s {
			p = append(p, netip.MustParsePrefix(a))
		}
		return p
	}
	for _, c := range []struct {
		name, dst, want string
		addrs           []netip.Prefix
	}{
		{"rule 1: the destination itself", "2001:db8::9", "2001:db8::9", addrs("2001:db8::1/64", "2001:db8::9/64")},
		{"rule 2: global for global", "2001:db8:9::1", "2001:db8::1", addrs("fe80::1/64", "2001:db8::1/64")},
		{"rule 2: link-local for link-local", "fe80::9", "fe80::1", addrs("2001:db8::1/64", "fe80::1/64")},
		{"rule 2: link-local for a link-local group", "ff02::1", "fe80::1", addrs("2001:db8::1/64", "fe80::1/64")},
		{"rule 8: the longer match", "2001:db8:2::9", "2001:db8:2::1", addrs("2001:db8:1::1/64", "2001:db8:2::1/64")},
		{"RFC 1122 3.3.4.3: the network's own", "198.51.100.9", "198.51.100.1", addrs("192.0.2.1/24", "198.51.100.1/24")},
		{"order of configuration", "203.0.113.1", "192.0.2.1", addrs("192.0.2.1/24", "192.0.2.2/24")},
		{"no address of the family", "203.0.113.1", "", addrs("fe80::1/64")},
	} {
		want, _ := netip.ParseAddr(c.want)
		if got := SelectSource(c.addrs, netip.MustParseAddr(c.dst)); got != want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestRFC1191_PMTUCache(t *testing.T) {
	var c PMTU
	dst, dst6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	if mtu, news := c.Lower(0, dst, 1400, 1500); mtu != 1400 || !news {
		t.Errorf("1400: %d %v", mtu, news)
	}
	if mtu, news := c.Lower(1, dst, 1450, 1500); mtu != 1400 || news {
		t.Errorf("a report must not raise the estimate (RFC 1191 3): %d %v", mtu, news)
	}
	if mtu, _ := c.Get(int64(10*time.Minute)-1, dst, 1500); mtu != 1400 {
		t.Errorf("before ten minutes: %d", mtu)
	}
	if mtu, _ := c.Get(int64(10*time.Minute), dst, 1500); mtu != 1500 {
		t.Errorf("after ten minutes: %d", mtu)
	}
	c.Lower(0, dst, 0, 1500)
	if mtu, noDF := c.Get(1, dst, 1500); mtu != MinPMTU || !noDF {
		t.Errorf("a router older than RFC 1191: %d, DF off %v", mtu, noDF)
	}
	if _, news := c.Lower(0, dst6, 1279, 1500); news {
		t.Error("RFC 8201 4: an MTU below 1280 must be discarded")
	}
	if mtu, news := c.Lower(0, dst6, 1280, 1500); mtu != 1280 || !news {
		t.Errorf("1280: %d %v", mtu, news)
	}
	for i := range 2 * MaxPMTU {
		c.Lower(0, netip.AddrFrom4([4]byte{10, 0, byte(i >> 8), byte(i)}), 1000, 1500)
	}
	if len(c.m) > MaxPMTU || len(c.ring) > MaxPMTU {
		t.Errorf("%d entries, the bound is %d", len(c.m), MaxPMTU)
	}
}

func TestRFC6864_IdentificationsOfOneFlowDiffer(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	d := NewIdents(rng.Uint64)
	a, b := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	seen := map[uint16]bool{}
	for range 65536 {
		id := uint16(d.Next(a, b, 17))
		if seen[id] {
			t.Fatal("an identification came twice within 65536 datagrams of one source, destination and protocol")
		}
		seen[id] = true
	}
	one, two := NewIdents(rng.Uint64), NewIdents(rng.Uint64)
	if one.Next(a, b, 17) == two.Next(a, b, 17) {
		t.Error("two hosts count from the same number")
	}
}

func BenchmarkLookup(b *testing.B) {
	var tab Table
	for _, p := range []string{"0.0.0.0/0", "198.51.100.0/25", "203.0.113.0/24", "198.51.100.128/30", "192.0.2.0/24"} {
		if err := tab.Add(Route{Dst: netip.MustParsePrefix(p)}); err != nil {
			b.Fatal(err)
		}
	}
	dst := netip.MustParseAddr("203.0.113.80")
	b.ReportAllocs()
	for b.Loop() {
		if tab.Lookup(dst) == nil {
			b.Fatal("no route")
		}
	}
}

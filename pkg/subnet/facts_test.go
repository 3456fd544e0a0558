package subnet

import (
	"encoding/json"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"strings"
	"testing"
)

var (
	pfx  = netip.MustParsePrefix
	addr = netip.MustParseAddr
)

// RFC 1122 3.3.1.1: equal under the mask is the connected network, anything else
// goes to a gateway; RFC 3021: a /31 has no broadcast.
func TestRFC1122_3_3_1_1_LocalRemoteDecision(t *testing.T) {
	for _, c := range []struct {
		iface, dst string
		want       Verdict
	}{
		{"192.0.2.10/24", "192.0.2.20", Direct},
		{"192.0.2.10/24", "192.0.3.20", ViaGateway},
		{"192.0.2.10/24", "192.0.2.10", ToSelf},
		{"192.0.2.10/24", "192.0.2.255", ToBroadcast},
		{"192.0.2.10/24", "255.255.255.255", ToBroadcast},
		{"192.0.2.10/24", "224.0.0.1", ToMulticast},
		{"192.0.2.10/31", "192.0.2.11", Direct}, // the all-ones host of a /31 is a host
		{"192.0.2.10/32", "192.0.2.11", ViaGateway},
		{"0.0.0.1/0", "203.0.113.1", Direct},
		{"2001:db8::1/64", "2001:db8::2", Direct},
		{"2001:db8::1/64", "2001:db8:0:1::2", ViaGateway},
		{"2001:db8::1/64", "2001:db8::ffff:ffff:ffff:ffff", Direct}, // IPv6 has no broadcast
		{"fe80::1/64", "fe80::2%eth0", Direct},
		{"fe80::1/64", "fe80::1%eth0", ToSelf},
		{"2001:db8::1/64", "ff02::1", ToMulticast},
		{"192.0.2.10/24", "2001:db8::1", ViaGateway},
	} {
		if got := Decide(pfx(c.iface), addr(c.dst)); got != c.want {
			t.Errorf("%s to %s: %s, want %s", c.iface, c.dst, got, c.want)
		}
	}
}

func TestNetworkEnds(t *testing.T) {
	for _, c := range []struct{ p, network, broadcast, first, last, usable, total string }{
		{"192.168.10.77/26", "192.168.10.64", "192.168.10.127", "192.168.10.65", "192.168.10.126", "62", "64"},
		{"10.0.0.5/30", "10.0.0.4", "10.0.0.7", "10.0.0.5", "10.0.0.6", "2", "4"},
		{"10.0.0.5/31", "10.0.0.4", "invalid IP", "10.0.0.4", "10.0.0.5", "2", "2"},
		{"10.0.0.5/32", "10.0.0.5", "invalid IP", "10.0.0.5", "10.0.0.5", "1", "1"},
		{"0.0.0.0/0", "0.0.0.0", "255.255.255.255", "0.0.0.1", "255.255.255.254", "4294967294", "4294967296"},
		{"2001:db8::5/64", "2001:db8::", "invalid IP", "2001:db8::1", "2001:db8::ffff:ffff:ffff:ffff", "18446744073709551615", "18446744073709551616"},
		{"2001:db8::5/127", "2001:db8::4", "invalid IP", "2001:db8::4", "2001:db8::5", "2", "2"},
		{"2001:db8::5/126", "2001:db8::4", "invalid IP", "2001:db8::5", "2001:db8::7", "3", "4"},
		{"::/0", "::", "invalid IP", "::1", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "340282366920938463463374607431768211455", "340282366920938463463374607431768211456"},
	} {
		f := Describe(pfx(c.p))
		got := []string{f.Network.Addr().String(), f.Broadcast.String(), f.First.String(), f.Last.String(), f.Usable.String(), f.Total.String()}
		want := []string{c.network, c.broadcast, c.first, c.last, c.usable, c.total}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", c.p, got, want)
				break
			}
		}
		if (f.NoBroadcast() == "") != f.Broadcast.IsValid() {
			t.Errorf("%s: broadcast %v but the reason for none is %q", c.p, f.Broadcast, f.NoBroadcast())
		}
	}
}

func TestArithmeticDoesNotAllocate(t *testing.T) {
	for _, p := range []netip.Prefix{pfx("192.168.10.77/26"), pfx("2001:db8::1/64")} {
		b := make([]byte, 0, 200)
		Describe(p) // makes the registry once
		for name, f := range map[string]func(){
			"OnLink":    func() { OnLink(p, p.Addr()) },
			"Decide":    func() { Decide(p, p.Addr()) },
			"HostRange": func() { HostRange(p) },
			"Broadcast": func() { Broadcast(p) },
			"Describe":  func() { Describe(p) },
			"Reverse":   func() { AppendReverseName(b, p.Addr()) },
			"Count":     func() { Total(p).AppendTo(b) },
			"Append":    func() { AppendPrefix(b, p) },
			"Block":     func() { BlockOf(p.Addr()) },
			"Contains":  func() { allSpace.Contains(p.Addr()) },
		} {
			if n := testing.AllocsPerRun(50, f); n != 0 {
				t.Errorf("%s of %s allocates %v times", name, p, n)
			}
		}
	}
}

var allSpace = SetOf(pfx("0.0.0.0/0"), pfx("::/0"))

func TestCount(t *testing.T) {
	r := rand.New(rand.NewPCG(21, 22))
	for range 2000 {
		a, b := Count{r.Uint64() >> 1 >> r.IntN(64), r.Uint64() >> r.IntN(64), r.Uint64() >> r.IntN(64)}, Count{0, r.Uint64() >> r.IntN(64), r.Uint64() >> r.IntN(64)}
		if a.String() != a.Big().String() {
			t.Fatalf("%v is not %v", a, a.Big())
		}
		sum := a.Add(b)
		if want := new(big.Int).Add(a.Big(), b.Big()); sum.Big().Cmp(want) != 0 {
			t.Fatalf("%v + %v = %v", a, b, sum)
		}
		if sum.Sub(b) != a || sum.Cmp(a) != sum.Big().Cmp(a.Big()) {
			t.Fatalf("%v - %v", sum, b)
		}
		j, err := json.Marshal(a)
		var back Count
		if err != nil || json.Unmarshal(j, &back) != nil || back != a {
			t.Fatalf("%v through JSON %s is %v", a, j, back)
		}
	}
	// The rule: a number up to 2^53-1, a string above.
	for n, want := range map[uint64]string{0: "0", MaxJSONNumber: "9007199254740991", MaxJSONNumber + 1: `"9007199254740992"`} {
		if j, _ := json.Marshal(CountOf(n)); string(j) != want {
			t.Errorf("%d is %s in JSON, want %s", n, j, want)
		}
	}
	for _, bad := range []string{`"-1"`, `"x"`, `1.5`, `""`} {
		var c Count
		if err := c.UnmarshalJSON([]byte(bad)); err == nil {
			t.Errorf("%s is read as %v", bad, c)
		}
	}
}

// Every block of the registries answers for its own ends, and no row is double.
func TestRegistryRows(t *testing.T) {
	seen := map[netip.Prefix]bool{}
	v4, v6 := 0, 0
	for _, b := range Blocks() {
		if b.Prefix != b.Prefix.Masked() || seen[b.Prefix] {
			t.Errorf("%v has host bits or stands there twice", b.Prefix)
		}
		seen[b.Prefix] = true
		if b.Registered && b.Prefix.Addr().Is4() {
			v4++
		} else if b.Registered {
			v6++
		}
		if !strings.HasPrefix(b.RFC, "RFC ") || b.Name == "" || b.Scope == "" {
			t.Errorf("%v: %+v", b.Prefix, b)
		}
		got, ok := BlockOf(Last(b.Prefix))
		if !ok || got.Prefix.Bits() < b.Prefix.Bits() {
			t.Errorf("the last address of %v is in %v", b.Prefix, got)
		}
	}
	if v4 != 26 || v6 != 25 {
		t.Errorf("%d IPv4 and %d IPv6 rows, want 26 (192.0.0.170 and .171 apart) and 25", v4, v6)
	}
}

func TestScopeAndBlocks(t *testing.T) {
	for _, c := range []struct {
		a, scope, block string
		global          Flag
	}{
		{"10.1.2.3", "private", "10.0.0.0/8", FlagFalse},
		{"8.8.8.8", "global", "", FlagNone},
		{"192.0.0.9", "global", "192.0.0.9/32", FlagTrue}, // the /32 beats the /24
		{"192.0.0.11", "protocol", "192.0.0.0/24", FlagFalse},
		{"0.0.0.0", "host", "0.0.0.0/32", FlagFalse},
		{"100.64.0.1", "shared", "100.64.0.0/10", FlagFalse},
		{"255.255.255.255", "link", "255.255.255.255/32", FlagFalse},
		{"224.0.0.5", "link", "224.0.0.0/24", FlagNone},
		{"2001:db8::1", "documentation", "2001:db8::/32", FlagFalse},
		{"2001::1", "global", "2001::/32", FlagNone}, // N/A in the registry
		{"2001:1::1", "global", "2001:1::1/128", FlagTrue},
		{"2001:1::4", "protocol", "2001::/23", FlagFalse},
		{"2a00::1", "global", "", FlagNone},
		{"4000::1", "unassigned", "", FlagNone},
		{"ff02::1", "link", "ff00::/8", FlagNone},
		{"ff05::2", "site", "ff00::/8", FlagNone},
		{"ff0f::1", "unassigned", "ff00::/8", FlagNone},
		{"fe80::1%eth0", "link", "fe80::/10", FlagFalse},
		{"::ffff:10.0.0.1", "host", "::ffff:0:0/96", FlagFalse},
	} {
		a := addr(c.a)
		b, ok := BlockOf(a)
		if got := Scope(a); got != c.scope || ok != (c.block != "") || ok && (b.Prefix != pfx(c.block) || b.GloballyReachable != c.global) {
			t.Errorf("%s: scope %s, block %+v; want %s, %s", c.a, got, b, c.scope, c.block)
		}
	}
}

// RFC 1035 3.5, RFC 3596 2.5, RFC 2317 4.
func TestRFC2317_4_ReverseZones(t *testing.T) {
	for _, c := range []struct {
		p, first, last string
		n              int
	}{
		{"10.0.0.0/8", "10.in-addr.arpa", "10.in-addr.arpa", 1},
		{"10.16.0.0/12", "16.10.in-addr.arpa", "31.10.in-addr.arpa", 16},
		{"192.0.2.0/24", "2.0.192.in-addr.arpa", "2.0.192.in-addr.arpa", 1},
		{"192.0.2.64/26", "64/26.2.0.192.in-addr.arpa", "64/26.2.0.192.in-addr.arpa", 1},
		{"192.0.2.77/26", "64/26.2.0.192.in-addr.arpa", "64/26.2.0.192.in-addr.arpa", 1},
		{"192.0.2.1/32", "1.2.0.192.in-addr.arpa", "1.2.0.192.in-addr.arpa", 1},
		{"0.0.0.0/0", "in-addr.arpa", "in-addr.arpa", 1},
		{"2001:db8::/32", "8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa", 1},
		{"2001:db8::/31", "8.b.d.0.1.0.0.2.ip6.arpa", "9.b.d.0.1.0.0.2.ip6.arpa", 2},
		{"::/0", "ip6.arpa", "ip6.arpa", 1},
	} {
		z := ReverseZonesOf(pfx(c.p))
		if f, l := string(z.AppendFirst(nil)), string(z.AppendLast(nil)); f != c.first || l != c.last || z.Count != c.n {
			t.Errorf("%s: %s to %s, %d; want %s to %s, %d", c.p, f, l, z.Count, c.first, c.last, c.n)
		}
	}
}

func TestEmbedded(t *testing.T) {
	for _, c := range []struct{ a, kind, v4 string }{
		{"2002:c000:221::1", "6to4", "192.0.2.33"},
		{"64:ff9b::c000:221", "nat64", "192.0.2.33"}, // RFC 6052 2.4
		{"64:ff9b:1::c000:221", "", ""},              // the prefix inside 64:ff9b:1::/48 is local: nobody else can know it
		{"::ffff:192.0.2.33", "mapped", "192.0.2.33"},
		{"::192.0.2.33", "compatible", "192.0.2.33"},
		{"::1", "", ""},
		{"fe80::5efe:c000:221", "isatap", "192.0.2.33"},
		{"2001:db8::200:5efe:c000:221", "isatap", "192.0.2.33"},
		{"2001:db8::1", "", ""},
		{"192.0.2.33", "", ""},
	} {
		e := EmbeddedIn(addr(c.a))
		if e.Kind != c.kind || c.kind != "" && e.IPv4.String() != c.v4 {
			t.Errorf("%s: %+v, want %s %s", c.a, e, c.kind, c.v4)
		}
	}
	// RFC 4380, section 4: server, flags, then port and client with every bit inverted.
	e := EmbeddedIn(addr("2001:0:c000:221:8000:63bf:3fff:fdd2"))
	if e.Kind != "teredo" || e.Server != addr("192.0.2.33") || e.IPv4 != addr("192.0.2.45") || e.Port != 40000 || e.Flags != 0x8000 {
		t.Errorf("teredo: %+v", e)
	}
}

func TestEthernetAddresses(t *testing.T) {
	if m, ok := MACIn(addr("fe80::211:22ff:fe33:4455")); !ok || m.String() != "00:11:22:33:44:55" {
		t.Errorf("EUI-64: %v %v", m, ok)
	}
	if m, ok := MACIn(addr("fe80::1")); ok {
		t.Errorf("fe80::1 holds no EUI-64, got %v", m)
	}
	if s, ok := SolicitedNode(addr("4037::01:800:200e:8c6c")); !ok || s != addr("ff02::1:ff0e:8c6c") { // RFC 4291 2.7.1
		t.Errorf("solicited-node: %v %v", s, ok)
	}
	for group, want := range map[string]string{
		"224.0.0.251": "01:00:5e:00:00:fb", "239.129.2.3": "01:00:5e:01:02:03", // the 24th bit is lost
		"ff02::1:ff0e:8c6c": "33:33:ff:0e:8c:6c",
	} {
		if m, ok := MulticastMAC(addr(group)); !ok || m.String() != want {
			t.Errorf("%s: %v, want %s", group, m, want)
		}
	}
	if _, ok := MulticastMAC(addr("::ffff:224.0.0.1")); ok {
		t.Error("a mapped address is not a group")
	}
}

func TestMasks(t *testing.T) {
	for w := range []int{32, 128} {
		w = []int{32, 128}[w]
		for n := 0; n <= w; n++ {
			m := MaskOf(n, w)
			if got, ok := BitsFromMask(m); !ok || got != n {
				t.Errorf("%s is /%d, %v; want /%d", m, got, ok, n)
			}
			if n > 1 && n < w {
				if _, ok := BitsFromMask(m.Prev()); n < w-1 && ok {
					t.Errorf("%s is no mask", m.Prev())
				}
			}
		}
	}
	if MaskOf(33, 32).IsValid() || MaskOf(-1, 32).IsValid() || MaskOf(8, 64).IsValid() {
		t.Error("a mask that does not fit")
	}
}

func TestNeighbours(t *testing.T) {
	r := rand.New(rand.NewPCG(23, 24))
	for range 2000 {
		p := edgePrefix(r).Masked()
		if q, ok := NextPrefix(p); ok {
			if back, ok := PrevPrefix(q); !ok || back != p {
				t.Fatalf("the next of %v is %v, the one before that %v", p, q, back)
			}
		} else if Last(p).Next().IsValid() {
			t.Fatalf("%v has a next one", p)
		}
		if parent, ok := Parent(p); ok {
			s, _ := Sibling(p)
			if !SetOf(p, s).Equal(SetOf(parent)) {
				t.Fatalf("%v and its sibling %v are not %v", p, s, parent)
			}
		} else if p.Bits() != 0 {
			t.Fatalf("%v has a parent", p)
		}
	}
}

// A zero value is refused everywhere and panics nowhere.
func TestInvalidInputs(t *testing.T) {
	var p netip.Prefix
	var a netip.Addr
	Network(p)
	if Last(p).IsValid() || Mask(p).IsValid() || Wildcard(p).IsValid() || HasBroadcast(p) || !Total(p).IsZero() || !Usable(p).IsZero() {
		t.Error("an invalid prefix has facts")
	}
	f := Describe(p)
	if f.Network.IsValid() || f.NoBroadcast() != "" {
		t.Error("an invalid prefix is described")
	}
	if OnLink(p, a) || Decide(p, a) != ViaGateway {
		t.Error("nothing is on an invalid link")
	}
	if _, ok := BlockOf(a); ok {
		t.Error("no address is in a block")
	}
	if allSpace.Contains(a) || allSpace.ContainsRange(Range{}) || allSpace.OverlapsRange(Range{}) {
		t.Error("no address is in a set")
	}
	if len(AppendReverseName(nil, a)) != 0 || len(ReverseZonesOf(p).AppendFirst(nil)) != 0 {
		t.Error("no address has a reverse name")
	}
	var tab Table[int]
	if _, ok := tab.Lookup(a); ok {
		t.Error("no address is in a table")
	}
	var b TableBuilder[int]
	if b.Add(p, 1) {
		t.Error("an invalid prefix was added")
	}
	b.Add(pfx("::/0"), 1)
	b.Table().LookupAll([]netip.Addr{a}, func(_ netip.Addr, m Match[int], ok bool) {
		if ok {
			t.Errorf("the zero address matches %v", m)
		}
	})
	for range (Range{}).Prefixes() {
		t.Error("an invalid range has prefixes")
	}
	for range Split(p, 8) {
		t.Error("an invalid prefix splits")
	}
}

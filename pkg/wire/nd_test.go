package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var (
	ndSrc    = netip.MustParseAddr("fe80::1")
	ndDst    = netip.MustParseAddr("ff02::1")
	ndTarget = netip.MustParseAddr("2001:db8::5")
)

// ndPacket is an IPv6 packet around the message that put writes.
func ndPacket(t *testing.T, n int, put func([]byte) int) IPv6 {
	t.Helper()
	b := bytes.Repeat([]byte{0xee}, IPv6HeaderLen+n)
	(&IPv6Fields{PayloadLen: n, NextHeader: ProtoICMPv6, HopLimit: NDHopLimit, Src: ndSrc, Dst: ndDst}).Put(b)
	if got := put(b[IPv6HeaderLen:]); got != n {
		t.Fatalf("Put wrote %d octets, Len says %d", got, n)
	}
	if n%8 != 0 || !ICMPv6(b[IPv6HeaderLen:]).VerifyChecksum(ndSrc, ndDst) {
		t.Fatalf("message of %d octets, or its checksum, is wrong", n)
	}
	return b
}

func ndLayer(p IPv6, want gopacket.LayerType) gopacket.Layer {
	return gopacket.NewPacket(p, layers.LayerTypeIPv6, gopacket.Default).Layer(want)
}

func TestRFC4861_4_3_NeighborSolicitation(t *testing.T) {
	f := NeighborSolicitationFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, SourceLL: testMAC1}
	p := ndPacket(t, f.Len(), f.Put)
	g, ok := ndLayer(p, layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation)
	if !ok || !g.TargetAddress.Equal(ndTarget.AsSlice()) || len(g.Options) != 1 || g.Options[0].Type != layers.ICMPv6OptSourceAddress || !bytes.Equal(g.Options[0].Data, testMAC1[:]) {
		t.Fatalf("gopacket reads %+v", g)
	}
	// gopacket writes the same message but for the ICMPv6 head.
	if out := serialize(t, g); !bytes.Equal(out, p[44:]) {
		t.Errorf("gopacket writes %x, we %x", out, p[44:])
	}
	m, err := ParseNeighborSolicitation(ICMPv6(p.Payload()))
	if err != nil || m.Target() != ndTarget {
		t.Fatal(err)
	}
	if ll, ok := m.Options().SourceLL(); !ok || ll != testMAC1 {
		t.Errorf("source address %v, %v", ll, ok)
	}
	if _, ok := m.Options().TargetLL(); ok {
		t.Error("a target address out of nowhere")
	}
	f.SourceLL = MAC{} // RFC 4861 4.3: no option "when the source IP address is the unspecified address"
	p = ndPacket(t, f.Len(), f.Put)
	if m, err = ParseNeighborSolicitation(ICMPv6(p.Payload())); err != nil || len(m.Options()) != 0 {
		t.Errorf("%v, %d octets of options", err, len(m.Options()))
	}
	if _, err := ParseNeighborAdvertisement(ICMPv6(m)); !errors.Is(err, ErrValue) {
		t.Errorf("a solicitation is no advertisement: %v", err)
	}
}

func TestRFC4861_4_4_NeighborAdvertisement(t *testing.T) {
	for bits := range 8 {
		f := NeighborAdvertisementFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, TargetLL: testMAC2, Router: bits&4 != 0, Solicited: bits&2 != 0, Override: bits&1 != 0}
		p := ndPacket(t, f.Len(), f.Put)
		g, ok := ndLayer(p, layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement)
		if !ok || g.Router() != f.Router || g.Solicited() != f.Solicited || g.Override() != f.Override || !g.TargetAddress.Equal(ndTarget.AsSlice()) || g.Options[0].Type != layers.ICMPv6OptTargetAddress {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		if out := serialize(t, g); !bytes.Equal(out, p[44:]) {
			t.Errorf("gopacket writes %x, we %x", out, p[44:])
		}
		m, err := ParseNeighborAdvertisement(ICMPv6(p.Payload()))
		if err != nil || m.Router() != f.Router || m.Solicited() != f.Solicited || m.Override() != f.Override || m.Target() != ndTarget {
			t.Fatalf("%v: we read %x", err, m)
		}
		if ll, ok := m.Options().TargetLL(); !ok || ll != testMAC2 {
			t.Errorf("target address %v, %v", ll, ok)
		}
	}
}

func TestRFC4861_4_1_RouterSolicitation(t *testing.T) {
	f := RouterSolicitationFields{Src: ndSrc, Dst: ndDst, SourceLL: testMAC1}
	p := ndPacket(t, f.Len(), f.Put)
	g, ok := ndLayer(p, layers.LayerTypeICMPv6RouterSolicitation).(*layers.ICMPv6RouterSolicitation)
	if !ok || len(g.Options) != 1 || !bytes.Equal(g.Options[0].Data, testMAC1[:]) {
		t.Fatalf("gopacket reads %+v", g)
	}
	m, err := ParseRouterSolicitation(ICMPv6(p.Payload()))
	if err != nil {
		t.Fatal(err)
	}
	if ll, ok := m.Options().SourceLL(); !ok || ll != testMAC1 {
		t.Errorf("source address %v, %v", ll, ok)
	}
}

func TestRFC4861_4_2_RouterAdvertisement(t *testing.T) {
	f := RouterAdvertisementFields{Src: ndSrc, Dst: ndDst, CurHopLimit: 64, Managed: true, RouterLifetime: 1800 * time.Second,
		ReachableTime: 30 * time.Second, RetransTimer: 1500 * time.Millisecond, SourceLL: testMAC1, MTU: 1480,
		Prefixes: []PrefixInfo{
			{Prefix: netip.MustParsePrefix("2001:db8:a::7/64"), OnLink: true, Autonomous: true, ValidLifetime: NDInfinity, PreferredLifetime: 14 * 24 * time.Hour},
			{Prefix: netip.MustParsePrefix("2001:db8:b::/48"), OnLink: true},
		},
		RDNSS: RDNSS{Lifetime: time.Hour, Servers: []netip.Addr{ndTarget, ndSrc}},
	}
	p := ndPacket(t, f.Len(), f.Put)
	g, ok := ndLayer(p, layers.LayerTypeICMPv6RouterAdvertisement).(*layers.ICMPv6RouterAdvertisement)
	if !ok || g.HopLimit != 64 || !g.ManagedAddressConfig() || g.OtherConfig() || g.RouterLifetime != 1800 || g.ReachableTime != 30000 || g.RetransTimer != 1500 || len(g.Options) != 5 {
		t.Fatalf("gopacket reads %+v, want %+v", g, f)
	}
	slices.Reverse(g.Options) // gopacket writes them from the last to the first
	if out := serialize(t, g); !bytes.Equal(out, p[44:]) {
		t.Errorf("gopacket writes %x, we %x", out, p[44:])
	}

	m, err := ParseRouterAdvertisement(ICMPv6(p.Payload()))
	if err != nil {
		t.Fatal(err)
	}
	got := RouterAdvertisementFields{Src: ndSrc, Dst: ndDst, CurHopLimit: m.CurHopLimit(), Managed: m.Managed(), OtherConfig: m.OtherConfig(),
		RouterLifetime: m.RouterLifetime(), ReachableTime: m.ReachableTime(), RetransTimer: m.RetransTimer()}
	got.SourceLL, _ = m.Options().SourceLL()
	for opt, rest, ok := m.Options().Next(); ok; opt, rest, ok = rest.Next() {
		if pi, ok := opt.PrefixInfo(); ok {
			got.Prefixes = append(got.Prefixes, pi)
		}
		if mtu, ok := opt.MTU(); ok {
			got.MTU = mtu
		}
		if r, ok := opt.RDNSS(); ok {
			got.RDNSS = r
		}
	}
	f.Prefixes[0].Prefix = f.Prefixes[0].Prefix.Masked() // RFC 4861 4.6.2: bits behind the length are sent as zero
	if !reflect.DeepEqual(got, f) {
		t.Errorf("we read %+v\nwant    %+v", got, f)
	}
}

func TestRFC4861_4_5_Redirect(t *testing.T) {
	quoted := bytes.Repeat([]byte{0x60}, 61) // padded to 64 (RFC 4861 4.6.3 counts units of eight)
	f := RedirectFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, Destination: netip.MustParseAddr("2001:db8:c::1"), TargetLL: testMAC2, Redirected: quoted}
	p := ndPacket(t, f.Len(), f.Put)
	g, ok := ndLayer(p, layers.LayerTypeICMPv6Redirect).(*layers.ICMPv6Redirect)
	if !ok || !g.TargetAddress.Equal(f.Target.AsSlice()) || !g.DestinationAddress.Equal(f.Destination.AsSlice()) || len(g.Options) != 2 {
		t.Fatalf("gopacket reads %+v", g)
	}
	m, err := ParseRedirect(ICMPv6(p.Payload()))
	if err != nil || m.Target() != f.Target || m.Destination() != f.Destination {
		t.Fatalf("%v: we read %x", err, m)
	}
	opt, rest, _ := m.Options().Next()
	if ll, ok := opt.LinkLayer(); !ok || ll != testMAC2 {
		t.Errorf("target address %v, %v", ll, ok)
	}
	opt, rest, _ = rest.Next()
	if q, ok := opt.Redirected(); !ok || !bytes.Equal(q, append(bytes.Clone(quoted), 0, 0, 0)) || opt.Len() != 72 {
		t.Errorf("quoted %x, %v", q, ok)
	}
	if _, _, ok := rest.Next(); ok {
		t.Error("a third option")
	}
}

func TestRFC4861_4_6_OptionOfLengthZero(t *testing.T) {
	f := NeighborSolicitationFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, SourceLL: testMAC1}
	b := make([]byte, f.Len()+8)
	f.Put(b)
	b[f.Len()] = 200 // an unknown option behind the good one
	for units, want := range map[byte]error{0: ErrLength, 1: nil, 2: ErrTruncated, 255: ErrTruncated} {
		b[f.Len()+1] = units
		m, err := ParseNeighborSolicitation(b)
		if !errors.Is(err, want) {
			t.Errorf("length %d: %v, want %v", units, err, want)
		}
		if err == nil {
			if ll, ok := m.Options().SourceLL(); !ok || ll != testMAC1 {
				t.Error("an unknown option hides the known one")
			}
		}
	}
	for n := neighborLen + 1; n < f.Len(); n++ {
		if _, err := ParseNeighborSolicitation(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}

func TestNDMessageLengths(t *testing.T) {
	for typ, c := range map[uint8]struct {
		fixed int
		parse func(ICMPv6) error
	}{
		ICMPv6RouterSol:   {8, func(m ICMPv6) error { _, err := ParseRouterSolicitation(m); return err }},
		ICMPv6RouterAdv:   {16, func(m ICMPv6) error { _, err := ParseRouterAdvertisement(m); return err }},
		ICMPv6NeighborSol: {24, func(m ICMPv6) error { _, err := ParseNeighborSolicitation(m); return err }},
		ICMPv6NeighborAdv: {24, func(m ICMPv6) error { _, err := ParseNeighborAdvertisement(m); return err }},
		ICMPv6Redirect:    {40, func(m ICMPv6) error { _, err := ParseRedirect(m); return err }},
	} {
		b := make([]byte, c.fixed)
		b[0] = typ
		for n := ICMPHeaderLen; n < c.fixed; n++ { // RFC 4861 6.1, 7.1, 8.1: the ICMP length is at least that
			if err := c.parse(b[:n]); !errors.Is(err, ErrTruncated) {
				t.Errorf("type %d, %d octets: %v", typ, n, err)
			}
		}
		if err := c.parse(b); err != nil {
			t.Errorf("type %d: %v", typ, err)
		}
		b[0]++
		if err := c.parse(b); !errors.Is(err, ErrValue) {
			t.Errorf("type %d taken for %d: %v", typ+1, typ, err)
		}
	}
}

func TestNDOptionsOfWrongSize(t *testing.T) {
	b := make([]byte, 48)
	for units := 1; units <= 6; units++ {
		for _, typ := range []uint8{NDOptSourceLL, NDOptTargetLL, NDOptPrefixInfo, NDOptRedirected, NDOptMTU, NDOptRDNSS} {
			b[0], b[1] = typ, byte(units)
			opt, _, ok := NDOptions(b[:units*8]).Next()
			if !ok {
				t.Fatal("no option")
			}
			_, ll := opt.LinkLayer()
			_, pi := opt.PrefixInfo()
			_, rd := opt.Redirected()
			_, mtu := opt.MTU()
			_, dns := opt.RDNSS()
			want := [5]bool{typ <= 2 && units == 1, typ == 3 && units == 4, typ == 4, typ == 5 && units == 1, typ == 25 && units >= 3 && units%2 == 1}
			if got := [5]bool{ll, pi, rd, mtu, dns}; got != want {
				t.Errorf("type %d of %d units: %v, want %v", typ, units, got, want)
			}
		}
	}
	// RFC 4861 4.6.2: the receiver ignores the bits behind the prefix length.
	b[0], b[1], b[2], b[16], b[17] = NDOptPrefixInfo, 4, 12, 0x20, 0x1f
	if pi, ok := NDOption(b[:32]).PrefixInfo(); !ok || pi.Prefix != netip.MustParsePrefix("2010::/12") {
		t.Errorf("prefix %v", pi.Prefix)
	}
	b[0], b[1], b[2] = NDOptPrefixInfo, 4, 129
	if _, ok := NDOption(b[:32]).PrefixInfo(); ok {
		t.Error("a prefix length of 129")
	}
}

func touchNDOptions(t *testing.T, o NDOptions) {
	n := 0
	for opt, rest, ok := o.Next(); ok; opt, rest, ok = rest.Next() {
		n += opt.Len()
		opt.LinkLayer()
		opt.PrefixInfo()
		opt.MTU()
		opt.Redirected()
		opt.RDNSS()
	}
	if n != len(o) {
		t.Errorf("options cover %d of %d octets", n, len(o))
	}
	o.SourceLL()
	o.TargetLL()
}

// touchND parses m as the message that its type says and calls every accessor.
func touchND(t *testing.T, m ICMPv6) {
	switch m.Type() {
	case ICMPv6RouterSol:
		if v, err := ParseRouterSolicitation(m); err == nil {
			touchNDOptions(t, v.Options())
		}
	case ICMPv6RouterAdv:
		if v, err := ParseRouterAdvertisement(m); err == nil {
			touchNDOptions(t, v.Options())
			_, _, _, _ = v.CurHopLimit(), v.Managed(), v.OtherConfig(), v.RouterLifetime()
			_, _ = v.ReachableTime(), v.RetransTimer()
		}
	case ICMPv6NeighborSol:
		if v, err := ParseNeighborSolicitation(m); err == nil {
			touchNDOptions(t, v.Options())
			v.Target()
		}
	case ICMPv6NeighborAdv:
		if v, err := ParseNeighborAdvertisement(m); err == nil {
			touchNDOptions(t, v.Options())
			_, _, _, _ = v.Target(), v.Router(), v.Solicited(), v.Override()
		}
	case ICMPv6Redirect:
		if v, err := ParseRedirect(m); err == nil {
			touchNDOptions(t, v.Options())
			_, _ = v.Target(), v.Destination()
		}
	}
}

func FuzzParseND(f *testing.F) {
	ns := NeighborSolicitationFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, SourceLL: testMAC1}
	ra := RouterAdvertisementFields{Src: ndSrc, Dst: ndDst, MTU: 1500, SourceLL: testMAC1, Prefixes: []PrefixInfo{{Prefix: netip.MustParsePrefix("2001:db8::/64")}},
		RDNSS: RDNSS{Servers: []netip.Addr{ndTarget}}}
	rd := RedirectFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, Destination: ndTarget, Redirected: []byte("packet")}
	b := make([]byte, 200)
	f.Add(bytes.Clone(b[:ns.Put(b)]))
	f.Add(bytes.Clone(b[:ra.Put(b)]))
	f.Add(bytes.Clone(b[:rd.Put(b)]))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseICMPv6(b)
		if err != nil {
			return
		}
		for typ := ICMPv6RouterSol; typ <= ICMPv6Redirect; typ++ { // every shape from the same bytes
			m[0] = typ
			touchND(t, m)
		}
	})
}

func TestICMPAllocs(t *testing.T) {
	b := make([]byte, 300)
	quoted := ipv6With(ProtoTCP, tcpStub)
	e4 := ICMPv4Fields{Type: ICMPv4Unreachable, Payload: quoted}
	e6 := ICMPv6Fields{Type: ICMPv6PacketTooBig, Rest: 1280, Payload: quoted, Src: ndSrc, Dst: ndDst}
	ns := NeighborSolicitationFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, SourceLL: testMAC1}
	na := NeighborAdvertisementFields{Src: ndSrc, Dst: ndDst, Target: ndTarget, TargetLL: testMAC1}
	if n := testing.AllocsPerRun(100, func() {
		e4.Put(b)
		m, err := ParseICMPv6(b[:e6.Put(b)])
		if err != nil {
			t.Fatal(err)
		}
		if q, err := ParseQuote(m.Quoted()); err != nil || q.Proto != ProtoTCP {
			t.Fatal(err)
		}
		ns.Put(b)
		v, err := ParseNeighborAdvertisement(b[:na.Put(b)])
		if err != nil {
			t.Fatal(err)
		}
		if _, ok := v.Options().TargetLL(); !ok {
			t.Fatal("no address")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

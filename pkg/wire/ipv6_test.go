package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func randIPv6Fields(r *rand.Rand) IPv6Fields {
	return IPv6Fields{TrafficClass: uint8(r.Uint32()), FlowLabel: r.Uint32() & 0xfffff, PayloadLen: 1 + r.IntN(100),
		NextHeader: ProtoUDP, HopLimit: uint8(r.Uint32()), Src: randAddr(r, false), Dst: randAddr(r, false)}
}

func ipv6Fields(p IPv6) IPv6Fields {
	return IPv6Fields{TrafficClass: p.TrafficClass(), FlowLabel: p.FlowLabel(), PayloadLen: p.PayloadLen(),
		NextHeader: p.NextHeader(), HopLimit: p.HopLimit(), Src: p.Src(), Dst: p.Dst()}
}

func TestIPv6AgainstGopacket(t *testing.T) {
	r := testRand(40)
	for range 2000 {
		f := randIPv6Fields(r)
		b := make([]byte, IPv6HeaderLen+f.PayloadLen)
		fillRandom(r, b)
		f.Put(b)
		g := &layers.IPv6{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatal(err)
		}
		if g.Version != 6 || g.TrafficClass != f.TrafficClass || g.FlowLabel != f.FlowLabel || int(g.Length) != f.PayloadLen ||
			uint8(g.NextHeader) != f.NextHeader || g.HopLimit != f.HopLimit || !g.SrcIP.Equal(f.Src.AsSlice()) || !g.DstIP.Equal(f.Dst.AsSlice()) {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		out := serialize(t, g, gopacket.Payload(b[IPv6HeaderLen:]))
		p, err := ParseIPv6(append(out, 1, 2, 3))
		if err != nil {
			t.Fatal(err)
		}
		if got := ipv6Fields(p); got != f || !bytes.Equal(p, b) {
			t.Fatalf("we read %+v, want %+v", got, f)
		}

		g2 := f
		g2.HopLimit, g2.TrafficClass, g2.NextHeader, g2.PayloadLen = uint8(r.Uint32()), uint8(r.Uint32()), uint8(r.Uint32()), r.IntN(f.PayloadLen)
		g2.Src, g2.Dst = g2.Dst, randAddr(r, false)
		p.SetHopLimit(g2.HopLimit)
		p.SetTrafficClass(g2.TrafficClass)
		p.SetNextHeader(g2.NextHeader)
		p.SetPayloadLen(g2.PayloadLen)
		p.SetSrc(g2.Src)
		p.SetDst(g2.Dst)
		if got := ipv6Fields(p); got != g2 || p.Version() != 6 || len(p.Payload()) != g2.PayloadLen {
			t.Fatalf("after the setters %+v, want %+v", got, g2)
		}
		if p.DSCP()<<2|p.ECN() != g2.TrafficClass {
			t.Fatal("DSCP and ECN are not the traffic class")
		}
	}
}

func TestIPv6MutationsAgainstGopacket(t *testing.T) {
	r := testRand(41)
	accepted := 0
	for range 10000 {
		f := randIPv6Fields(r)
		b := make([]byte, IPv6HeaderLen+f.PayloadLen)
		f.Put(b)
		for range 1 + r.IntN(3) {
			if i := r.IntN(IPv6HeaderLen); i != 6 { // gopacket reads extension headers in the same step
				b[i] = byte(r.Uint32())
			}
		}
		p, err := ParseIPv6(b)
		if err != nil || p.PayloadLen() == 0 { // which gopacket takes for a jumbogram
			continue
		}
		g := &layers.IPv6{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatalf("gopacket refuses %x: %v", b, err)
		}
		accepted++
		if got := ipv6Fields(p); got.TrafficClass != g.TrafficClass || got.FlowLabel != g.FlowLabel || got.PayloadLen != int(g.Length) ||
			got.HopLimit != g.HopLimit || !bytes.Equal(p.Payload(), g.Payload) {
			t.Fatalf("%x: we read %+v, gopacket %+v", b, got, g)
		}
	}
	if accepted < 3000 {
		t.Errorf("only %d of 10000 compared", accepted)
	}
}

func TestRFC8200_3_Lengths(t *testing.T) {
	f := IPv6Fields{PayloadLen: 4, Src: netip.IPv6Unspecified(), Dst: netip.IPv6Unspecified(), NextHeader: ProtoNoNext}
	b := make([]byte, 44)
	f.Put(b)
	for n := range 44 {
		if _, err := ParseIPv6(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	if p, err := ParseIPv6Header(b[:42]); err != nil || len(p.Payload()) != 2 {
		t.Errorf("quoted: %v", err)
	}
	b[0] = 0x45
	if _, err := ParseIPv6(b); !errors.Is(err, ErrVersion) {
		t.Errorf("version 4: %v", err)
	}
}

func FuzzParseIPv6(f *testing.F) {
	seed := make([]byte, 60)
	(&IPv6Fields{PayloadLen: 20, Src: netip.IPv6Unspecified(), Dst: netip.IPv6Unspecified(), NextHeader: ProtoTCP}).Put(seed)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := ParseIPv6Header(b); err == nil {
			_ = ipv6Fields(h)
			_ = h.Payload()
		}
		p, err := ParseIPv6(b)
		if err != nil {
			return
		}
		g := ipv6Fields(p)
		out := make([]byte, g.Len())
		g.Put(out)
		if !bytes.Equal(out, b[:p.HeaderLen()]) || len(p.Payload()) != p.PayloadLen() {
			t.Errorf("read %x, wrote %x", b, out)
		}
	})
}

// ipv6With builds a packet: pairs of a Next Header value and an extension
// header whose first octet is filled in, then the upper-layer protocol and its data.
func ipv6With(upper uint8, data []byte, ext ...[]byte) IPv6 {
	// ext: each header carries its own protocol number in front.
	next := func(i int) uint8 {
		if i < len(ext) {
			return ext[i][0]
		}
		return upper
	}
	var body []byte
	for i, e := range ext {
		h := bytes.Clone(e[1:])
		h[0] = next(i + 1)
		body = append(body, h...)
	}
	body = append(body, data...)
	f := IPv6Fields{PayloadLen: len(body), NextHeader: next(0), HopLimit: 64,
		Src: netip.MustParseAddr("2001:db8::1"), Dst: netip.MustParseAddr("2001:db8::2")}
	b := make([]byte, IPv6HeaderLen, IPv6HeaderLen+len(body))
	f.Put(b)
	return append(b, body...)
}

var (
	extHopByHop = []byte{ProtoHopByHop, 0, 0, 1, 4, 0, 0, 0, 0}       // PadN of six octets
	extAlert    = []byte{ProtoHopByHop, 0, 0, 5, 2, 0, 0, 0, 0}       // router alert, two Pad1
	extDest     = []byte{ProtoDestOpts, 0, 0, 1, 4, 0, 0, 0, 0}       //
	extRouting0 = []byte{ProtoRouting, 0, 0, 253, 0, 0, 0, 0, 0}      // no segments left
	extRouting1 = []byte{ProtoRouting, 0, 0, 253, 1, 0, 0, 0, 0}      // one segment left
	extFirst    = []byte{ProtoFragment, 0, 0, 0, 1, 0, 0, 0, 9}       // offset 0, more
	extLast     = []byte{ProtoFragment, 0, 0, 0x05, 0xa8, 0, 0, 0, 9} // offset 1448, last
	extAtomic   = []byte{ProtoFragment, 0, 0, 0, 0, 0, 0, 0, 9}       // offset 0, last
	extAH       = append([]byte{ProtoAH, 0, 4}, make([]byte, 22)...)  // 24 octets
	tcpStub     = append(make([]byte, 12), 0x50, 0, 0, 0, 0, 0, 0, 0) // a TCP header
)

func destOpt(b ...byte) []byte { return append([]byte{ProtoDestOpts, 0, byte(len(b)+2)/8 - 1}, b...) }

func TestRFC8200_4_Chains(t *testing.T) {
	for name, c := range map[string]struct {
		p    IPv6
		want IPv6Chain
	}{
		"none": {ipv6With(ProtoTCP, tcpStub), IPv6Chain{Proto: ProtoTCP, Offset: 40, NextHeaderAt: 6}},
		"all": {ipv6With(ProtoTCP, tcpStub, extHopByHop, extDest, extRouting0, extFirst, extAH, extDest),
			IPv6Chain{Proto: ProtoTCP, Offset: 40 + 8*4 + 24 + 8, NextHeaderAt: 40 + 8*4 + 24, HopByHopAt: 40, RoutingAt: 56, FragmentAt: 64, FragmentPrev: 56}},
		"any order": {ipv6With(ProtoUDP, tcpStub, extFirst, extRouting0, extDest),
			IPv6Chain{Proto: ProtoUDP, Offset: 64, NextHeaderAt: 56, RoutingAt: 48, FragmentAt: 40, FragmentPrev: 6}},
		"later fragment": {ipv6With(ProtoDestOpts, []byte{1, 2}, extLast), // its data is no header
			IPv6Chain{Proto: ProtoDestOpts, Offset: 48, NextHeaderAt: 40, FragmentAt: 40, FragmentPrev: 6}},
		"atomic fragment": {ipv6With(ProtoTCP, tcpStub, extAtomic, extDest),
			IPv6Chain{Proto: ProtoTCP, Offset: 56, NextHeaderAt: 48, FragmentAt: 40, FragmentPrev: 6}},
		"no next header": {ipv6With(ProtoNoNext, []byte{9}, extDest), IPv6Chain{Proto: ProtoNoNext, Offset: 48, NextHeaderAt: 40}},
		"ESP ends it":    {ipv6With(ProtoESP, []byte{9}, extDest), IPv6Chain{Proto: ProtoESP, Offset: 48, NextHeaderAt: 40}},
		"unknown":        {ipv6With(253, nil), IPv6Chain{Proto: 253, Offset: 40, NextHeaderAt: 6}},
		"router alert":   {ipv6With(ProtoICMPv6, nil, extAlert), IPv6Chain{Proto: ProtoICMPv6, Offset: 48, NextHeaderAt: 40, HopByHopAt: 40}},
		"eight headers": {ipv6With(ProtoTCP, nil, extDest, extDest, extDest, extDest, extDest, extDest, extDest, extDest),
			IPv6Chain{Proto: ProtoTCP, Offset: 104, NextHeaderAt: 96}},

		// RFC 8200 4: "encounters a Next Header value of zero in any header other than an IPv6 header".
		"late hop-by-hop": {ipv6With(ProtoTCP, nil, extDest, extHopByHop),
			IPv6Chain{Proto: 0, Offset: 48, NextHeaderAt: 40, Problem: IPv6Problem{IPv6ReportUnlessMC, 1, 40}}},
		// RFC 8200 4.4: "Code 0, message to the packet's Source Address, pointing to the unrecognized Routing Type".
		"segments left": {ipv6With(ProtoTCP, nil, extRouting1),
			IPv6Chain{Proto: ProtoRouting, Offset: 40, NextHeaderAt: 6, RoutingAt: 40, Problem: IPv6Problem{IPv6ReportUnlessMC, 0, 42}}},
		// RFC 8883 2: more extension headers than this node takes.
		"nine headers": {ipv6With(ProtoTCP, nil, extDest, extDest, extDest, extDest, extDest, extDest, extDest, extDest, extDest),
			IPv6Chain{Proto: ProtoDestOpts, Offset: 104, NextHeaderAt: 96, Problem: IPv6Problem{IPv6ReportUnlessMC, 8, 104}}},
		// RFC 8200 4.5: "ICMP Parameter Problem, Code 3, message should be sent ... with the Pointer field set to zero".
		"first fragment without its chain": {ipv6With(ProtoDestOpts, []byte{6, 1, 1, 4, 0, 0, 0, 0}, extFirst),
			IPv6Chain{Proto: ProtoDestOpts, Offset: 48, NextHeaderAt: 40, FragmentAt: 40, FragmentPrev: 6, Problem: IPv6Problem{IPv6ReportUnlessMC, 3, 0}}},
		"nested fragments": {ipv6With(ProtoTCP, tcpStub, extFirst, extFirst),
			IPv6Chain{Proto: ProtoFragment, Offset: 48, NextHeaderAt: 40, FragmentAt: 40, FragmentPrev: 6, Problem: IPv6Problem{IPv6Discard, 0, 48}}},
	} {
		if got, err := WalkIPv6(c.p); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v\n want %+v", name, got, err, c.want)
		}
	}
}

func TestRFC8200_4_2_UnrecognizedOptions(t *testing.T) {
	at := func(typ byte) IPv6 { return ipv6With(ProtoTCP, nil, destOpt(1, 0, typ, 2, 0, 0)) }
	for typ, want := range map[byte]IPv6Action{
		0x1e: IPv6Skip, 0x3e: IPv6Skip, 0x5e: IPv6Discard, 0x9e: IPv6Report, 0xbe: IPv6Report, 0xde: IPv6ReportUnlessMC,
		5: IPv6Skip, 0xc2: IPv6ReportUnlessMC, // jumbo payload is not for us
	} {
		c, err := WalkIPv6(at(typ))
		if err != nil || c.Problem.Action != want {
			t.Errorf("option %#02x: %v, %v; want %v", typ, c.Problem.Action, err, want)
		}
		if want != IPv6Skip && (c.Problem.Pointer != 44 || c.Problem.Code != ICMPv6ParamOption) {
			t.Errorf("option %#02x: code %d pointer %d, want 2 and 44, its type octet", typ, c.Problem.Code, c.Problem.Pointer)
		}
	}
}

func TestRFC8200_4_2_MalformedOptions(t *testing.T) {
	for name, ext := range map[string][]byte{
		"length past the header": destOpt(0x1e, 5, 0, 0, 0, 0),
		"no length octet":        destOpt(1, 3, 0, 0, 0, 0x1e),
		"PadN past the header":   destOpt(0, 0, 1, 3, 0, 0),
		// RFC 8504 5.3: more than seven octets of padding serve no alignment.
		"long padding":     destOpt(1, 12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0),
		"many Pad1":        destOpt(0, 0, 0, 0, 0, 0, 0, 0, 0x1e, 4, 0, 0, 0, 0),
		"Pad1 before PadN": destOpt(0, 0, 0, 0, 1, 2, 0, 0, 0x1e, 4, 0, 0, 0, 0),
	} {
		if c, err := WalkIPv6(ipv6With(ProtoTCP, nil, ext)); !errors.Is(err, ErrLength) {
			t.Errorf("%s: %+v, %v", name, c, err)
		}
	}
	many := []byte{}
	for range 9 {
		many = append(many, 0x1e, 0)
	}
	c, err := WalkIPv6(ipv6With(ProtoTCP, nil, destOpt(append(many, 1, 2, 0, 0)...)))
	if err != nil || c.Problem != (IPv6Problem{IPv6ReportUnlessMC, ICMPv6ParamTooManyOpts, 42 + 16}) {
		t.Errorf("nine options: %+v, %v; want a report of the ninth", c.Problem, err)
	}
	if c, err := WalkIPv6(ipv6With(ProtoTCP, nil, destOpt(append(many[:16], 1, 4, 0, 0, 0, 0)...))); err != nil || c.Problem.Action != IPv6Skip {
		t.Errorf("eight options: %+v, %v", c.Problem, err)
	}
}

func TestWalkIPv6Truncated(t *testing.T) {
	p := ipv6With(ProtoTCP, nil, extHopByHop, extRouting0, extAH)
	for n := 0; n < len(p)-IPv6HeaderLen; n++ {
		q := bytes.Clone(p)
		IPv6(q).SetPayloadLen(n)
		v, err := ParseIPv6(q[:IPv6HeaderLen+n])
		if err != nil {
			t.Fatal(err)
		}
		if c, err := WalkIPv6(v); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %+v, %v", n, c, err)
		}
	}
}

func TestIPv6FragmentAgainstGopacket(t *testing.T) {
	r := testRand(42)
	for range 500 {
		f := IPv6FragmentFields{NextHeader: ProtoUDP, FragOffset: r.IntN(1<<13) * 8, MF: r.IntN(2) == 0, ID: r.Uint32()}
		p := ipv6With(ProtoUDP, []byte("some data"), append([]byte{ProtoFragment}, putFragment(&f)...))
		g, ok := gopacket.NewPacket(p, layers.LayerTypeIPv6, gopacket.Default).Layer(layers.LayerTypeIPv6Fragment).(*layers.IPv6Fragment)
		if !ok || uint8(g.NextHeader) != f.NextHeader || int(g.FragmentOffset)*8 != f.FragOffset || g.MoreFragments != f.MF || g.Identification != f.ID {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		v, err := ParseIPv6Fragment(p[IPv6HeaderLen:])
		if err != nil {
			t.Fatal(err)
		}
		got := IPv6FragmentFields{v.NextHeader(), v.FragOffset(), v.MF(), v.ID()}
		if got != f || string(v.Payload()) != "some data" || v.IsAtomic() != (f.FragOffset == 0 && !f.MF) {
			t.Fatalf("we read %+v, want %+v", got, f)
		}
	}
	if _, err := ParseIPv6Fragment(make([]byte, 7)); !errors.Is(err, ErrTruncated) {
		t.Errorf("seven octets: %v", err)
	}
}

func putFragment(f *IPv6FragmentFields) []byte {
	b := make([]byte, IPv6FragHeaderLen)
	return b[:f.Put(b)]
}

func FuzzWalkIPv6(f *testing.F) {
	f.Add([]byte(ipv6With(ProtoTCP, tcpStub, extHopByHop, extDest, extRouting0, extFirst, extAH, extDest)))
	f.Add([]byte(ipv6With(ProtoTCP, nil, destOpt(1, 0, 0xde, 2, 0, 0))))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, err := ParseIPv6Header(b)
		if err != nil {
			return
		}
		c, err := WalkIPv6(p)
		end := IPv6HeaderLen + len(p.Payload())
		if c.Offset < IPv6HeaderLen || c.Offset > end || c.NextHeaderAt >= c.Offset {
			t.Fatalf("%+v in %d octets", c, end)
		}
		if p[c.NextHeaderAt] != c.Proto {
			t.Errorf("protocol %d, but octet %d says %d", c.Proto, c.NextHeaderAt, p[c.NextHeaderAt])
		}
		if fr := c.Fragment(p); fr != nil {
			if _, err := ParseIPv6Fragment(fr); err != nil || p[c.FragmentPrev] != ProtoFragment {
				t.Errorf("fragment header at %d, named at %d: %v", c.FragmentAt, c.FragmentPrev, err)
			}
		}
		if c.Problem.Action != IPv6Skip && int(c.Problem.Pointer) >= max(end, 1) && c.Problem.Code != ICMPv6ParamTooManyExt {
			t.Errorf("problem at %d of %d", c.Problem.Pointer, end)
		}
		if err != nil && c.Problem.Action != IPv6Skip {
			t.Error("both an error and a problem")
		}
	})
}

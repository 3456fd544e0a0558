package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func TestICMPv4AgainstGopacket(t *testing.T) {
	r := testRand(70)
	for range 1000 {
		payload := make([]byte, r.IntN(100))
		fillRandom(r, payload)
		id, seq := uint16(r.Uint32()), uint16(r.Uint32())
		f := ICMPv4Fields{Type: uint8(r.Uint32()), Code: uint8(r.Uint32()), Rest: EchoRest(id, seq), Payload: payload}
		b := make([]byte, f.Len())
		fillRandom(r, b)
		f.Put(b)
		g := &layers.ICMPv4{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatal(err)
		}
		if g.TypeCode.Type() != f.Type || g.TypeCode.Code() != f.Code || g.Id != id || g.Seq != seq || !bytes.Equal(g.Payload, payload) {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		m, err := ParseICMPv4(serialize(t, g, gopacket.Payload(payload)))
		if err != nil || !bytes.Equal(m, b) {
			t.Fatalf("gopacket writes %x\nwe write       %x, %v", m, b, err)
		}
		if m.Type() != f.Type || m.Code() != f.Code || m.ID() != id || m.Seq() != seq || m.Rest() != f.Rest || !m.VerifyChecksum() || !bytes.Equal(m.Payload(), payload) {
			t.Fatalf("we read %x as something else", m)
		}
	}
}

func TestICMPv6AgainstGopacket(t *testing.T) {
	r := testRand(71)
	for range 1000 {
		payload := make([]byte, r.IntN(100))
		fillRandom(r, payload)
		f := ICMPv6Fields{Type: uint8(r.Uint32()), Code: uint8(r.Uint32()), Rest: r.Uint32(), Payload: payload, Src: randAddr(r, false), Dst: randAddr(r, false)}
		b := make([]byte, f.Len())
		fillRandom(r, b)
		f.Put(b)
		g := &layers.ICMPv6{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatal(err)
		}
		if g.TypeCode.Type() != f.Type || g.TypeCode.Code() != f.Code || !bytes.Equal(g.Payload, b[4:]) {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		if err := g.SetNetworkLayerForChecksum(gopacketIP(f.Src, f.Dst, layers.IPProtocolICMPv6).(gopacket.NetworkLayer)); err != nil {
			t.Fatal(err)
		}
		m, err := ParseICMPv6(serialize(t, g, gopacket.Payload(b[4:])))
		if err != nil || !bytes.Equal(m, b) {
			t.Fatalf("gopacket writes %x\nwe write       %x, %v", m, b, err)
		}
		if m.Type() != f.Type || m.Code() != f.Code || m.Rest() != f.Rest || m.MTU() != f.Rest || m.Pointer() != f.Rest ||
			EchoRest(m.ID(), m.Seq()) != f.Rest || !m.VerifyChecksum(f.Src, f.Dst) || !bytes.Equal(m.Payload(), payload) {
			t.Fatalf("we read %x as something else", m)
		}
		if m.IsError() != (f.Type < 128) { // RFC 4443 2.1: error messages have a zero in the high-order bit
			t.Fatalf("type %d: error %v", f.Type, m.IsError())
		}
	}
}

func TestICMPPutInPlace(t *testing.T) {
	// A responder turns the request around in its own buffer: payload and target coincide.
	b := []byte("\x08\x00\x00\x00\x00\x07\x00\x01abcdefg")
	m := ICMPv4(b)
	f := ICMPv4Fields{Type: ICMPv4EchoReply, Rest: m.Rest(), Payload: m.Payload()}
	f.Put(b)
	if string(m.Payload()) != "abcdefg" || m.ID() != 7 || m.Seq() != 1 || m.Type() != ICMPv4EchoReply || !m.VerifyChecksum() {
		t.Errorf("%x", b)
	}
}

func TestICMPv4Rest(t *testing.T) {
	put := func(typ uint8, rest uint32) ICMPv4 {
		b := make([]byte, 8)
		(&ICMPv4Fields{Type: typ, Rest: rest}).Put(b)
		return b
	}
	// RFC 1191 4: the MTU is in the low-order 16 bits of the second word.
	if m := put(ICMPv4Unreachable, FragNeededRest(1400)); m.NextHopMTU() != 1400 || !bytes.Equal(m[4:6], []byte{0, 0}) {
		t.Errorf("MTU %d in %x", m.NextHopMTU(), m)
	}
	// RFC 792: the pointer is the first octet of the second word.
	if m := put(ICMPv4ParamProblem, ParamRest(20)); m.Pointer() != 20 || m[4] != 20 {
		t.Errorf("pointer %d in %x", m.Pointer(), m)
	}
	gw := netip.MustParseAddr("192.0.2.254")
	if m := put(ICMPv4Redirect, RedirectRest(gw)); m.Gateway() != gw {
		t.Errorf("gateway %v", m.Gateway())
	}
	for typ, want := range map[uint8]bool{0: false, 3: true, 4: true, 5: true, 8: false, 11: true, 12: true, 13: false} {
		if put(typ, 0).IsError() != want { // RFC 1122 3.2.2 lists the error messages
			t.Errorf("type %d: error is not %v", typ, want)
		}
	}
}

func TestICMPLengths(t *testing.T) {
	for n := range ICMPHeaderLen {
		if _, err := ParseICMPv4(make([]byte, n)); !errors.Is(err, ErrTruncated) {
			t.Errorf("ICMP of %d octets: %v", n, err)
		}
		if _, err := ParseICMPv6(make([]byte, n)); !errors.Is(err, ErrTruncated) {
			t.Errorf("ICMPv6 of %d octets: %v", n, err)
		}
	}
}

func TestRFC4884_Quoted(t *testing.T) {
	payload := make([]byte, 200)
	for name, c := range map[string]struct{ got, want int }{
		// 4.1, 4.2: octet 5 counts 32-bit words; the extension structure follows.
		"ICMP with extensions":     {len(ICMPv4(append([]byte{3, 0, 0, 0, 0, 32, 0, 0}, payload...)).Quoted()), 128},
		"ICMP without":             {len(ICMPv4(append([]byte{3, 0, 0, 0, 0, 0, 0, 0}, payload...)).Quoted()), 200},
		"ICMP, length too large":   {len(ICMPv4(append([]byte{11, 0, 0, 0, 0, 255, 0, 0}, payload...)).Quoted()), 200},
		"a redirect has no length": {len(ICMPv4(append([]byte{5, 0, 0, 0, 10, 1, 0, 1}, payload...)).Quoted()), 200},
		// 4.4, 4.5: in ICMPv6 octet 4 counts 64-bit words.
		"ICMPv6 with extensions":   {len(ICMPv6(append([]byte{3, 0, 0, 0, 16, 0, 0, 0}, payload...)).Quoted()), 128},
		"ICMPv6 packet too big":    {len(ICMPv6(append([]byte{2, 0, 0, 0, 1, 0, 5, 0}, payload...)).Quoted()), 200},
		"ICMPv6, length too large": {len(ICMPv6(append([]byte{1, 0, 0, 0, 255, 0, 0, 0}, payload...)).Quoted()), 200},
	} {
		if c.got != c.want {
			t.Errorf("%s: %d octets, want %d", name, c.got, c.want)
		}
	}
}

func TestRFC792_ParseQuote(t *testing.T) {
	src, dst := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("198.51.100.7")
	b := make([]byte, 100)
	f := IPv4Fields{TTL: 1, Protocol: ProtoTCP, Src: src, Dst: dst, PayloadLen: 1480, Options: []byte{1, 1, 1, 1}}
	n := f.Put(b)
	(&TCPFields{SrcPort: 1000, DstPort: 80, Seq: 0xdeadbeef}).Put(b[n:])
	// RFC 792: "Internet Header + 64 bits of Original Data Datagram".
	q, err := ParseQuote(b[:n+8])
	if err != nil || q.Src != src || q.Dst != dst || q.Proto != ProtoTCP || q.SrcPort != 1000 || q.DstPort != 80 || q.Seq != 0xdeadbeef || len(q.Transport) != 8 {
		t.Errorf("%+v, %v", q, err)
	}
	if _, err := ParseQuote(b[:n+7]); !errors.Is(err, ErrTruncated) {
		t.Errorf("63 bits or fewer: %v", err)
	}
	f.FragOffset = 8
	f.Put(b)
	if _, err := ParseQuote(b); !errors.Is(err, ErrValue) {
		t.Errorf("a later fragment names no ports: %v", err)
	}

	p := ipv6With(ProtoUDP, []byte{0x12, 0x34, 0, 53, 0, 8, 0, 0}, extDest, extFirst)
	p.SetPayloadLen(1240) // the rest was not quoted
	q, err = ParseQuote(p)
	if err != nil || q.Proto != ProtoUDP || q.SrcPort != 0x1234 || q.DstPort != 53 || q.Src != p.Src() || q.Seq != 0 {
		t.Errorf("IPv6: %+v, %v", q, err)
	}
	if _, err := ParseQuote(ipv6With(ProtoUDP, make([]byte, 8), extLast)); !errors.Is(err, ErrValue) {
		t.Errorf("IPv6, later fragment: %v", err)
	}
	p = ipv6With(ProtoICMPv6, []byte{128, 0, 0, 0, 0, 9, 0, 1})
	if q, err = ParseQuote(p); err != nil || q.SrcPort != 0 || ICMPv6(q.Transport).ID() != 9 {
		t.Errorf("echo: %+v, %v", q, err)
	}
	for _, bad := range [][]byte{nil, {0x50}, {0x45}, {0x60}, p[:47]} {
		if _, err := ParseQuote(bad); err == nil {
			t.Errorf("%x was taken", bad)
		}
	}
}

func FuzzParseICMPv4(f *testing.F) {
	f.Add([]byte("\x08\x00\x00\x00\x00\x07\x00\x01abcdefg"))
	f.Add([]byte("\x03\x04\x00\x00\x00\x08\x05\x00E\x00\x00\x28abcd@\x11zz\xc0\x00\x02\x01\xc0\x00\x02\x02\x00\x01\x00\x02\x00\x14zz123456789012345678901234567890"))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseICMPv4(b)
		if err != nil {
			return
		}
		_, _, _, _, _ = m.NextHopMTU(), m.Pointer(), m.Gateway(), m.IsError(), m.Checksum()
		valid := m.VerifyChecksum()
		if q, err := ParseQuote(m.Quoted()); err == nil && len(q.Transport) < 8 {
			t.Errorf("%+v", q)
		}
		g := ICMPv4Fields{Type: m.Type(), Code: m.Code(), Rest: EchoRest(m.ID(), m.Seq()), Payload: m.Payload()}
		out := make([]byte, g.Len())
		g.Put(out)
		put16(b, 2, 0)
		sum := get16(out, 2)
		put16(out, 2, 0)
		if !bytes.Equal(out, b) {
			t.Errorf("read %x, wrote %x", b, out)
		}
		put16(out, 2, sum)
		if !ICMPv4(out).VerifyChecksum() {
			t.Errorf("our checksum does not verify (theirs: %v)", valid)
		}
	})
}

func FuzzParseICMPv6(f *testing.F) {
	f.Add([]byte("\x80\x00\x00\x00\x00\x07\x00\x01abcdefg"))
	f.Add(append([]byte{2, 0, 0, 0, 0, 0, 5, 0}, ipv6With(ProtoTCP, tcpStub, extDest)...))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ParseICMPv6(b)
		if err != nil {
			return
		}
		_, _, _, _, _ = m.MTU(), m.Pointer(), m.IsError(), m.Checksum(), m.HeaderLen()
		if q, err := ParseQuote(m.Quoted()); err == nil && len(q.Transport) < 8 {
			t.Errorf("%+v", q)
		}
		touchND(t, m)
		a := netip.IPv6Unspecified()
		g := ICMPv6Fields{Type: m.Type(), Code: m.Code(), Rest: EchoRest(m.ID(), m.Seq()), Payload: m.Payload(), Src: a, Dst: a}
		out := make([]byte, g.Len())
		g.Put(out)
		if m.FillChecksum(a, a); !bytes.Equal(out, b) || !m.VerifyChecksum(a, a) {
			t.Errorf("read %x, wrote %x", b, out)
		}
	})
}

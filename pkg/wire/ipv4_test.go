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

func randIPv4Fields(r *rand.Rand) IPv4Fields {
	f := IPv4Fields{
		TOS: uint8(r.Uint32()), ID: uint16(r.Uint32()), DF: r.IntN(2) == 0, MF: r.IntN(2) == 0,
		FragOffset: r.IntN(1<<13) * 8, TTL: uint8(r.Uint32()), Protocol: uint8(r.Uint32()),
		Src: randAddr(r, true), Dst: randAddr(r, true), PayloadLen: r.IntN(100),
	}
	if r.IntN(2) == 0 { // router alert (RFC 2113), then NOPs that gopacket keeps apart
		f.Options = append([]byte{0x94, 4, 0, 0}, bytes.Repeat([]byte{1}, 4*r.IntN(10))...)
	}
	return f
}

func ipv4Fields(p IPv4) IPv4Fields {
	return IPv4Fields{TOS: p.TOS(), ID: p.ID(), DF: p.DF(), MF: p.MF(), FragOffset: p.FragOffset(), TTL: p.TTL(),
		Protocol: p.Protocol(), Src: p.Src(), Dst: p.Dst(), Options: p.Options(), PayloadLen: len(p.Payload())}
}

func equalIPv4Fields(a, b IPv4Fields) bool {
	opts := bytes.Equal(a.Options, b.Options)
	return opts && a.TOS == b.TOS && a.ID == b.ID && a.DF == b.DF && a.MF == b.MF && a.FragOffset == b.FragOffset && a.TTL == b.TTL &&
		a.Protocol == b.Protocol && a.Src == b.Src && a.Dst == b.Dst && a.PayloadLen == b.PayloadLen
}

func TestIPv4AgainstGopacket(t *testing.T) {
	r := testRand(30)
	for range 2000 {
		f := randIPv4Fields(r)
		b := make([]byte, f.Len()+f.PayloadLen)
		fillRandom(r, b)
		f.Put(b)

		g := &layers.IPv4{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		if g.Version != 4 || int(g.IHL) != f.Len()/4 || g.TOS != f.TOS || int(g.Length) != len(b) || g.Id != f.ID ||
			g.Flags&layers.IPv4DontFragment != 0 != f.DF || g.Flags&layers.IPv4MoreFragments != 0 != f.MF || g.Flags&layers.IPv4EvilBit != 0 ||
			int(g.FragOffset)*8 != f.FragOffset || g.TTL != f.TTL || uint8(g.Protocol) != f.Protocol ||
			!g.SrcIP.Equal(f.Src.AsSlice()) || !g.DstIP.Equal(f.Dst.AsSlice()) || len(g.Payload) != f.PayloadLen {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}

		out := serialize(t, g, gopacket.Payload(g.Payload))
		p, err := ParseIPv4(append(out, 0xaa, 0xbb)) // with padding of the link
		if err != nil {
			t.Fatal(err)
		}
		if !p.VerifyChecksum() {
			t.Fatalf("gopacket's checksum %#04x does not verify", p.Checksum())
		}
		if got := ipv4Fields(p); !equalIPv4Fields(got, f) {
			t.Fatalf("we read %+v, want %+v", got, f)
		}
		if !bytes.Equal(out[:f.Len()], b[:f.Len()]) {
			t.Fatalf("headers differ:\nours     %x\ngopacket %x", b[:f.Len()], out[:f.Len()])
		}
	}
}

func TestIPv4MutationsAgainstGopacket(t *testing.T) {
	// What we accept gopacket must read alike, whatever the bytes.
	r := testRand(31)
	accepted := 0
	for range 20000 {
		f := randIPv4Fields(r)
		b := make([]byte, f.Len()+f.PayloadLen)
		f.Put(b)
		for range 1 + r.IntN(3) {
			b[r.IntN(min(len(b), 24))] = byte(r.Uint32())
		}
		p, err := ParseIPv4(b)
		if err != nil {
			continue
		}
		g := &layers.IPv4{}
		if g.DecodeFromBytes(b, gopacket.NilDecodeFeedback) != nil {
			continue // it also refuses options that it finds malformed
		}
		accepted++
		if p.Version() != g.Version || p.IHL() != g.IHL || p.TotalLen() != int(g.Length) || p.TOS() != g.TOS || p.ID() != g.Id || p.TTL() != g.TTL ||
			p.FragOffset() != int(g.FragOffset)*8 || p.Protocol() != uint8(g.Protocol) || p.Checksum() != g.Checksum ||
			p.Reserved() != (g.Flags&layers.IPv4EvilBit != 0) || !bytes.Equal(p.Payload(), g.Payload) {
			t.Fatalf("%x: we read %+v, gopacket %+v", b, ipv4Fields(p), g)
		}
	}
	if accepted < 5000 {
		t.Errorf("only %d of 20000 compared", accepted)
	}
}

func TestRFC791_3_1_Lengths(t *testing.T) {
	f := IPv4Fields{TTL: 1, Protocol: ProtoUDP, Src: netip.IPv4Unspecified(), Dst: netip.IPv4Unspecified(), Options: []byte{1, 1, 1, 0}, PayloadLen: 8}
	good := make([]byte, 32)
	f.Put(good)
	for name, c := range map[string]struct {
		change func(b []byte) []byte
		want   error
	}{
		"nothing":                     {func(b []byte) []byte { return nil }, ErrTruncated},
		"19 octets":                   {func(b []byte) []byte { return b[:19] }, ErrTruncated},
		"options cut":                 {func(b []byte) []byte { return b[:23] }, ErrTruncated},
		"payload cut":                 {func(b []byte) []byte { return b[:31] }, ErrTruncated},
		"version 6":                   {func(b []byte) []byte { b[0] = 0x66; return b }, ErrVersion},
		"IHL 4":                       {func(b []byte) []byte { b[0] = 0x44; return b }, ErrLength},
		"total length below IHL":      {func(b []byte) []byte { b[3] = 23; return b }, ErrLength},
		"total length is zero":        {func(b []byte) []byte { b[3] = 0; return b }, ErrLength},
		"total length is the header":  {func(b []byte) []byte { b[3] = 24; return b }, nil},
		"padding after total length":  {func(b []byte) []byte { return append(b, 1, 2, 3) }, nil},
		"header reaches past the end": {func(b []byte) []byte { b[0] = 0x4f; return b }, ErrTruncated},
	} {
		p, err := ParseIPv4(c.change(bytes.Clone(good)))
		if !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if err == nil && len(p) != p.TotalLen() {
			t.Errorf("%s: view of %d octets, total length %d", name, len(p), p.TotalLen())
		}
	}
	p, err := ParseIPv4Header(good[:28]) // quoted: four of eight octets of payload
	if err != nil || len(p.Payload()) != 4 {
		t.Errorf("quoted: %v", err)
	}
}

func TestRFC1624_IPv4SettersKeepChecksum(t *testing.T) {
	r := testRand(32)
	for range 5000 {
		f := randIPv4Fields(r)
		b := make([]byte, f.Len()+f.PayloadLen)
		f.Put(b)
		p, err := ParseIPv4(b)
		if err != nil {
			t.Fatal(err)
		}
		f.TTL, f.TOS, f.ID = uint8(r.Uint32()), uint8(r.Uint32()), uint16(r.Uint32())
		f.Src, f.Dst, f.PayloadLen = randAddr(r, true), randAddr(r, true), r.IntN(f.PayloadLen+1)
		p.SetTTL(f.TTL)
		p.SetTOS(f.TOS)
		p.SetID(f.ID)
		p.SetSrc(f.Src)
		p.SetDst(f.Dst)
		p.SetTotalLen(f.Len() + f.PayloadLen)
		want := make([]byte, f.Len())
		f.Put(want)
		if !bytes.Equal(p.HeaderBytes(), want) || !p.VerifyChecksum() || len(p.Payload()) != f.PayloadLen {
			t.Fatalf("in place %x, afresh %x", p.HeaderBytes(), want)
		}
	}
}

func TestIPv4OptionsPadded(t *testing.T) {
	// RFC 791 3.1: the header ends on a 32-bit boundary, padding is zero.
	f := IPv4Fields{Options: []byte{1, 1, 1, 1, 1}, Src: netip.IPv4Unspecified(), Dst: netip.IPv4Unspecified()}
	b := bytes.Repeat([]byte{0xff}, 28)
	if n := f.Put(b); n != 28 || !bytes.Equal(b[20:], []byte{1, 1, 1, 1, 1, 0, 0, 0}) || !IPv4(b).VerifyChecksum() {
		t.Errorf("%d octets, %x", n, b)
	}
}

func TestPutRefusesWhatCannotBeEncoded(t *testing.T) {
	a := netip.IPv4Unspecified()
	b := make([]byte, 200)
	for name, put := range map[string]func(){
		"IPv4 payload":    func() { (&IPv4Fields{Src: a, Dst: a, PayloadLen: 65516}).Put(b) },
		"IPv4 negative":   func() { (&IPv4Fields{Src: a, Dst: a, PayloadLen: -21}).Put(b) },
		"IPv4 options":    func() { (&IPv4Fields{Src: a, Dst: a, Options: make([]byte, 41)}).Put(b) },
		"IPv4 offset":     func() { (&IPv4Fields{Src: a, Dst: a, FragOffset: 7}).Put(b) },
		"IPv4 far offset": func() { (&IPv4Fields{Src: a, Dst: a, FragOffset: 65536}).Put(b) },
		"IPv4 buffer":     func() { (&IPv4Fields{Src: a, Dst: a}).Put(make([]byte, 19)) },
		"IPv4 no address": func() { (&IPv4Fields{}).Put(b) },
		"IPv6 payload":    func() { (&IPv6Fields{Src: a, Dst: a, PayloadLen: 65536}).Put(b) },
		"fragment offset": func() { (&IPv6FragmentFields{FragOffset: 4}).Put(b) },
		"UDP payload":     func() { (&UDPFields{PayloadLen: 65528}).Put(b) },
		"RDNSS":           func() { (&RouterAdvertisementFields{RDNSS: RDNSS{Servers: make([]netip.Addr, 128)}}).Len() },
		"redirected":      func() { (&RedirectFields{Redirected: make([]byte, 2033)}).Len() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			put()
		}()
	}
}

func FuzzParseIPv4(f *testing.F) {
	r := testRand(33)
	for range 4 {
		g := randIPv4Fields(r)
		b := make([]byte, g.Len()+g.PayloadLen)
		g.Put(b)
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if h, err := ParseIPv4Header(b); err == nil {
			touchIPv4(h)
		}
		p, err := ParseIPv4(b)
		if err != nil {
			return
		}
		touchIPv4(p)
		if p.HeaderLen()+len(p.Payload()) != len(p) || len(p) != p.TotalLen() {
			t.Errorf("header %d + payload %d is not %d", p.HeaderLen(), len(p.Payload()), len(p))
		}
		g := ipv4Fields(p)
		out := make([]byte, g.Len())
		g.Put(out)
		reserved := p.Reserved()
		valid := p.VerifyChecksum()
		if q, err := ParseIPv4Header(out); err != nil || !equalIPv4Fields(ipv4FieldsOf(q, g.PayloadLen), g) || !q.VerifyChecksum() {
			t.Errorf("round trip: %x, %v", out, err)
		} else if !reserved && valid && !bytes.Equal(out[:10], b[:10]) {
			t.Errorf("read %x, wrote %x", b, out)
		}
		p.SetTTL(p.TTL() - 1)
		p.SetDst(p.Src())
		if p.VerifyChecksum() != valid {
			t.Errorf("setters changed the checksum from %v", valid)
		}
	})
}

func ipv4FieldsOf(p IPv4, payload int) IPv4Fields {
	f := ipv4Fields(p)
	f.PayloadLen = payload
	return f
}

func touchIPv4(p IPv4) {
	_, _, _, _, _ = p.DSCP(), p.ECN(), p.IsFragment(), p.PseudoSum(), p.VerifyChecksum()
	_, _, _ = p.Checksum(), ipv4Fields(p), p.HeaderBytes()
}

func TestIPAllocs(t *testing.T) {
	b := make([]byte, 200)
	f4 := IPv4Fields{Src: netip.IPv4Unspecified(), Dst: netip.IPv4Unspecified(), Options: []byte{1, 1, 1}, PayloadLen: 20}
	f6 := IPv6Fields{Src: netip.IPv6Unspecified(), Dst: netip.IPv6Unspecified(), NextHeader: ProtoFragment, PayloadLen: 100}
	ff := IPv6FragmentFields{NextHeader: ProtoTCP, MF: true}
	if n := testing.AllocsPerRun(100, func() {
		f4.Put(b)
		p, err := ParseIPv4(b)
		if err != nil || !p.VerifyChecksum() {
			t.Fatal(err)
		}
		p.SetTTL(3)
		if _, err := ParseIPv4(b[:30]); err == nil {
			t.Fatal("cut datagram accepted")
		}
		f6.Put(b)
		ff.Put(b[IPv6HeaderLen:])
		q, err := ParseIPv6(b)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := WalkIPv6(q); err != nil || c.Proto != ProtoTCP {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

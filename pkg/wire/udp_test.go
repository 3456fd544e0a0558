package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func TestUDPAgainstGopacket(t *testing.T) {
	r := testRand(50)
	for i := range 1000 {
		payload := make([]byte, r.IntN(200))
		fillRandom(r, payload)
		src, dst := randAddr(r, i%2 == 0), randAddr(r, i%2 == 0)
		f := UDPFields{SrcPort: uint16(r.Uint32()), DstPort: uint16(r.Uint32()), PayloadLen: len(payload)}
		b := make([]byte, UDPHeaderLen, UDPHeaderLen+len(payload))
		f.Put(b)
		b = append(b, payload...)
		UDP(b).FillChecksum(src, dst)

		g := &layers.UDP{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatal(err)
		}
		if uint16(g.SrcPort) != f.SrcPort || uint16(g.DstPort) != f.DstPort || int(g.Length) != len(b) || !bytes.Equal(g.Payload, payload) {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}
		if err := g.SetNetworkLayerForChecksum(gopacketIP(src, dst, layers.IPProtocolUDP).(gopacket.NetworkLayer)); err != nil {
			t.Fatal(err)
		}
		out := serialize(t, g, gopacket.Payload(payload))
		if get16(out, 6) == 0 {
			put16(out, 6, 0xffff) // gopacket forgets RFC 768's rule for a sum of zero
		}
		u, err := ParseUDP(append(out, 7, 7)) // trailing octets of IP are not ours
		if err != nil || !u.VerifyChecksum(src, dst) || u.HeaderLen() != UDPHeaderLen {
			t.Fatalf("%v", err)
		}
		if got := (UDPFields{u.SrcPort(), u.DstPort(), len(u.Payload()), u.Checksum()}); got.SrcPort != f.SrcPort || got.DstPort != f.DstPort || got.PayloadLen != f.PayloadLen || !bytes.Equal(u, b) {
			t.Fatalf("we read %+v, want %+v", got, f)
		}
	}
}

func TestRFC768_Lengths(t *testing.T) {
	b := make([]byte, 12)
	(&UDPFields{PayloadLen: 4}).Put(b)
	for n := range 12 {
		if _, err := ParseUDP(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	for n := range UDPHeaderLen { // "This means the minimum value of the length is eight."
		put16(b, 4, uint16(n))
		if _, err := ParseUDP(b); !errors.Is(err, ErrLength) {
			t.Errorf("length %d: %v", n, err)
		}
	}
}

func TestRFC8200_8_1_ZeroChecksum(t *testing.T) {
	b := make([]byte, 8)
	(&UDPFields{}).Put(b)
	a4, a6 := netip.IPv4Unspecified(), netip.IPv6Unspecified()
	if !UDP(b).VerifyChecksum(a4, a4) {
		t.Error("IPv4: no checksum is a legal choice of the sender (RFC 768)")
	}
	if UDP(b).VerifyChecksum(a6, a6) {
		t.Error("IPv6: receivers must discard packets with a zero checksum")
	}
}

func TestRFC3022_4_1_Translate(t *testing.T) {
	r := testRand(51)
	for i := range 3000 {
		v4 := i%2 == 0
		src, dst := netip.AddrPortFrom(randAddr(r, v4), uint16(r.Uint32())), netip.AddrPortFrom(randAddr(r, v4), uint16(r.Uint32()))
		src2, dst2 := netip.AddrPortFrom(randAddr(r, v4), uint16(r.Uint32())), netip.AddrPortFrom(randAddr(r, v4), uint16(r.Uint32()))

		ub := make([]byte, UDPHeaderLen+r.IntN(40))
		fillRandom(r, ub)
		(&UDPFields{SrcPort: src.Port(), DstPort: dst.Port(), PayloadLen: len(ub) - UDPHeaderLen}).Put(ub)
		u := UDP(ub)
		u.FillChecksum(src.Addr(), dst.Addr())
		u.TranslateSrc(src, src2)
		u.TranslateDst(dst, dst2)
		if u.SrcPort() != src2.Port() || u.DstPort() != dst2.Port() || u.Checksum() == 0 || !u.VerifyChecksum(src2.Addr(), dst2.Addr()) {
			t.Fatalf("UDP %v>%v to %v>%v does not verify", src, dst, src2, dst2)
		}
		// RFC 768: zero means that there is no checksum, so there is nothing to correct.
		u.SetChecksum(0)
		u.TranslateSrc(src2, src)
		u.SetDstPort(5)
		if u.Checksum() != 0 || u.SrcPort() != src.Port() || u.DstPort() != 5 {
			t.Fatal("a datagram without checksum was given one")
		}
		u.SetSrcPort(6)

		tb := make([]byte, TCPMinHeaderLen+r.IntN(40))
		fillRandom(r, tb)
		(&TCPFields{SrcPort: src.Port(), DstPort: dst.Port(), Flags: ACK}).Put(tb)
		s := TCP(tb)
		s.FillChecksum(src.Addr(), dst.Addr())
		s.TranslateSrc(src, src2)
		s.TranslateDst(dst, dst2)
		if s.SrcPort() != src2.Port() || s.DstPort() != dst2.Port() || !s.VerifyChecksum(src2.Addr(), dst2.Addr()) {
			t.Fatalf("TCP %v>%v to %v>%v does not verify", src, dst, src2, dst2)
		}
	}
}

func FuzzParseUDP(f *testing.F) {
	f.Add([]byte{0, 1, 0, 2, 0, 9, 0, 0, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		u, err := ParseUDP(b)
		if err != nil {
			return
		}
		a := netip.IPv4Unspecified()
		u.VerifyChecksum(a, a)
		g := UDPFields{u.SrcPort(), u.DstPort(), len(u.Payload()), u.Checksum()}
		out := make([]byte, g.Len())
		g.Put(out)
		if !bytes.Equal(append(out, u.Payload()...), b[:u.Length()]) {
			t.Errorf("read %x, wrote %x", b, out)
		}
		u.FillChecksum(a, a)
		if !u.VerifyChecksum(a, a) {
			t.Error("filled checksum does not verify")
		}
	})
}

package wire

import (
	"bytes"
	"errors"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func TestARPAgainstGopacket(t *testing.T) {
	r := testRand(20)
	for range 500 {
		f := ARPFields{Op: uint16(r.IntN(5)), SenderIP: randAddr(r, true), TargetIP: randAddr(r, true)}
		fillRandom(r, f.SenderMAC[:])
		fillRandom(r, f.TargetMAC[:])
		b := make([]byte, ARPLen)
		fillRandom(r, b)
		f.Put(b)

		g := &layers.ARP{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatal(err)
		}
		if g.AddrType != layers.LinkTypeEthernet || g.Protocol != layers.EthernetTypeIPv4 || g.Operation != f.Op ||
			!bytes.Equal(g.SourceHwAddress, f.SenderMAC[:]) || !bytes.Equal(g.SourceProtAddress, f.SenderIP.AsSlice()) ||
			!bytes.Equal(g.DstHwAddress, f.TargetMAC[:]) || !bytes.Equal(g.DstProtAddress, f.TargetIP.AsSlice()) {
			t.Fatalf("gopacket reads %+v, want %+v", g, f)
		}

		// Ethernet pads a 28-octet ARP packet to 46: the view must not include that.
		a, err := ParseARP(append(serialize(t, g), make([]byte, 18)...))
		if err != nil {
			t.Fatal(err)
		}
		if got := arpFields(a); got != f || len(a) != ARPLen {
			t.Fatalf("we read %+v (%d octets), want %+v", got, len(a), f)
		}
	}
}

func arpFields(a ARP) ARPFields {
	return ARPFields{Op: a.Op(), SenderMAC: a.SenderMAC(), SenderIP: a.SenderIP(), TargetMAC: a.TargetMAC(), TargetIP: a.TargetIP()}
}

func TestRFC826_Reception(t *testing.T) {
	// RFC 826, "Packet Reception": hardware type and length, protocol and length are checked first.
	f := ARPFields{Op: ARPRequest, SenderIP: netip.IPv4Unspecified(), TargetIP: netip.IPv4Unspecified()}
	good := make([]byte, ARPLen)
	f.Put(good)
	for i, want := range map[int]error{0: ErrValue, 1: ErrValue, 2: ErrValue, 3: ErrValue, 4: ErrLength, 5: ErrLength} {
		b := bytes.Clone(good)
		b[i] ^= 0x11
		if _, err := ParseARP(b); !errors.Is(err, want) {
			t.Errorf("octet %d changed: %v, want %v", i, err, want)
		}
	}
	for n := range ARPLen {
		if _, err := ParseARP(good[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
}

func FuzzParseARP(f *testing.F) {
	seed := make([]byte, 46)
	(&ARPFields{Op: ARPReply, SenderIP: netip.IPv4Unspecified(), TargetIP: netip.IPv4Unspecified()}).Put(seed)
	f.Add(seed)
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := ParseARP(b)
		if err != nil {
			return
		}
		if a.HardwareType() != 1 || a.ProtocolType() != EtherTypeIPv4 || a.HardwareLen() != 6 || a.ProtocolLen() != 4 {
			t.Error("another kind of ARP came through")
		}
		g := arpFields(a)
		out := make([]byte, ARPLen)
		g.Put(out)
		if !bytes.Equal(out, b[:ARPLen]) {
			t.Errorf("read %x, wrote %x", b[:ARPLen], out)
		}
	})
}

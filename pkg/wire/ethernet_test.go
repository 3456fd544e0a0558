package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"hash/crc32"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var (
	testMAC1 = MAC{0x02, 0, 0, 0, 0, 0x01}
	testMAC2 = MAC{0x02, 0, 0, 0, 0, 0x02}
)

func TestMACText(t *testing.T) {
	for in, want := range map[string]string{
		"02:00:00:00:00:01": "02:00:00:00:00:01",
		"02-AB-cd-EF-00-01": "02:ab:cd:ef:00:01",
		"02ab.cdef.0001":    "02:ab:cd:ef:00:01",
	} {
		m, err := ParseMAC(in)
		if err != nil || m.String() != want {
			t.Errorf("ParseMAC(%q) = %v, %v; want %s", in, m, err, want)
		}
	}
	for _, in := range []string{"", "02:00:00:00:00", "02:00:00:00:00:01:02", "02:00:00-00:00:01", "0g:00:00:00:00:01",
		"02:00:00:00:00:0", "020000000001", "02ab.cdef:0001", "02ab.cdef.000g", "02:00:00:00:00:+1"} {
		if m, err := ParseMAC(in); !errors.Is(err, ErrMAC) {
			t.Errorf("ParseMAC(%q) = %v, %v; want ErrMAC", in, m, err)
		}
	}
	b, err := json.Marshal(testMAC1)
	var m MAC
	if err != nil || string(b) != `"02:00:00:00:00:01"` || json.Unmarshal(b, &m) != nil || m != testMAC1 {
		t.Errorf("JSON %s, %v, back %v", b, err, m)
	}
	if json.Unmarshal([]byte(`"nonsense"`), &m) == nil || m != testMAC1 {
		t.Error("a bad address was taken, or destroyed the old one")
	}
}

func FuzzParseMAC(f *testing.F) {
	f.Add("02:00:00:00:00:01")
	f.Add("02ab.cdef.0001")
	f.Fuzz(func(t *testing.T, s string) {
		m, err := ParseMAC(s)
		if err != nil {
			return
		}
		if again, err := ParseMAC(m.String()); err != nil || again != m {
			t.Errorf("%q gave %v, which gave %v, %v", s, m, again, err)
		}
	})
}

func TestMACBits(t *testing.T) {
	for _, c := range []struct {
		m                       MAC
		multi, broadcast, local bool
	}{
		{Broadcast, true, true, true},
		{testMAC1, false, false, true},
		{MAC{0x00, 0x1b, 0x21}, false, false, false},
		{MAC{0x01, 0x00, 0x5e}, true, false, false},
		{MAC{0x33, 0x33}, true, false, true},
	} {
		if c.m.IsMulticast() != c.multi || c.m.IsBroadcast() != c.broadcast || c.m.IsLocal() != c.local {
			t.Errorf("%v: multicast %v, broadcast %v, local %v", c.m, c.m.IsMulticast(), c.m.IsBroadcast(), c.m.IsLocal())
		}
	}
}

func TestRFC1112_6_4_MulticastMAC4(t *testing.T) {
	// Only 23 bits are mapped, so 224.0.0.1 and 239.128.0.1 share an address.
	want := MAC{0x01, 0x00, 0x5e, 0, 0, 1}
	for _, g := range []string{"224.0.0.1", "239.128.0.1"} {
		if m := MulticastMAC4(netip.MustParseAddr(g)); m != want {
			t.Errorf("%s maps to %v, want %v", g, m, want)
		}
	}
	if m := MulticastMAC4(netip.MustParseAddr("239.255.1.2")); m != (MAC{0x01, 0x00, 0x5e, 0x7f, 1, 2}) {
		t.Errorf("239.255.1.2 maps to %v", m)
	}
}

func TestRFC2464_7_MulticastMAC6(t *testing.T) {
	if m := MulticastMAC6(netip.MustParseAddr("ff02::1:ff28:9c5a")); m != (MAC{0x33, 0x33, 0xff, 0x28, 0x9c, 0x5a}) {
		t.Errorf("maps to %v", m)
	}
}

func TestEthernetAgainstGopacket(t *testing.T) {
	r := testRand(10)
	for range 500 {
		f := EthernetFields{EtherType: EtherTypeIPv4, Tagged: r.IntN(2) == 0, TCI: uint16(r.Uint32())}
		fillRandom(r, f.Dst[:])
		fillRandom(r, f.Src[:])
		frame := make([]byte, f.Len()+50)
		fillRandom(r, frame)
		if n := f.Put(frame); n != f.Len() {
			t.Fatalf("Put wrote %d, Len says %d", n, f.Len())
		}
		frame[f.Len()] = 0x45 // let gopacket's IPv4 decoder fail quietly behind us

		p := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Lazy)
		ge := p.Layer(layers.LayerTypeEthernet).(*layers.Ethernet)
		if !bytes.Equal(ge.DstMAC, f.Dst[:]) || !bytes.Equal(ge.SrcMAC, f.Src[:]) {
			t.Fatalf("gopacket reads %v", ge)
		}
		typ := ge.EthernetType
		if f.Tagged {
			q := p.Layer(layers.LayerTypeDot1Q).(*layers.Dot1Q)
			typ = q.Type
			if tci := uint16(q.Priority)<<13 | b2u16(q.DropEligible)<<12 | q.VLANIdentifier; tci != f.TCI {
				t.Fatalf("gopacket reads TCI %#04x, want %#04x", tci, f.TCI)
			}
		}
		if uint16(typ) != f.EtherType {
			t.Fatalf("gopacket reads type %v", typ)
		}

		ls := []gopacket.SerializableLayer{&layers.Ethernet{DstMAC: f.Dst[:], SrcMAC: f.Src[:], EthernetType: layers.EthernetTypeIPv6}}
		if f.Tagged {
			ls[0].(*layers.Ethernet).EthernetType = layers.EthernetTypeDot1Q
			ls = append(ls, &layers.Dot1Q{Priority: uint8(f.TCI >> 13), DropEligible: f.TCI>>12&1 != 0, VLANIdentifier: f.TCI & 0xfff, Type: layers.EthernetTypeIPv6})
		}
		e, err := ParseEthernet(serialize(t, append(ls, gopacket.Payload("0123456789"))...))
		if err != nil {
			t.Fatal(err)
		}
		tci, ok := e.VLAN()
		if e.Dst() != f.Dst || e.Src() != f.Src || e.EtherType() != EtherTypeIPv6 || ok != f.Tagged || ok && tci != f.TCI || !bytes.HasPrefix(e.Payload(), []byte("0123456789")) {
			t.Fatalf("we read %v %v %#x %#x %v %q", e.Dst(), e.Src(), e.EtherType(), tci, ok, e.Payload())
		}
		if len(e) < EthernetMinFrame {
			t.Fatalf("gopacket did not pad to the minimum that we know: %d", len(e))
		}
	}
}

func b2u16(b bool) uint16 {
	if b {
		return 1
	}
	return 0
}

func TestEthernetLengths(t *testing.T) {
	b := make([]byte, 18)
	for n := range EthernetHeaderLen {
		if _, err := ParseEthernet(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	put16(b, 12, EtherTypeVLAN)
	for n := EthernetHeaderLen; n < 18; n++ {
		if _, err := ParseEthernet(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("tagged, %d octets: %v", n, err)
		}
	}
	if e, err := ParseEthernet(b); err != nil || len(e.Payload()) != 0 {
		t.Errorf("tagged, without payload: %v", err)
	}
}

func FuzzParseEthernet(f *testing.F) {
	f.Add(make([]byte, 14))
	f.Add([]byte("\x02\x00\x00\x00\x00\x01\x02\x00\x00\x00\x00\x02\x81\x00\x20\x05\x08\x00payload"))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := ParseEthernet(b)
		if err != nil {
			return
		}
		tci, tagged := e.VLAN()
		g := EthernetFields{Dst: e.Dst(), Src: e.Src(), EtherType: e.EtherType(), Tagged: tagged, TCI: tci}
		out := make([]byte, g.Len())
		g.Put(out)
		if !bytes.Equal(append(out, e.Payload()...), b) {
			t.Errorf("not what was read: %x", out)
		}
		e.SetDst(e.Src())
		e.SetSrc(Broadcast)
		if e.Dst() != g.Src || e.Src() != Broadcast || e.EtherType() != g.EtherType {
			t.Error("setters touched more than their field")
		}
	})
}

func TestIEEE802_3_3_2_9_FCS(t *testing.T) {
	// The check value that every CRC-32 catalogue gives for "123456789".
	if c := FCS([]byte("123456789")); c != 0xcbf43926 {
		t.Errorf("FCS = %#08x", c)
	}
	r := testRand(11)
	frame := make([]byte, EthernetMinFrame+EthernetFCSLen)
	for range 200 {
		fillRandom(r, frame[:EthernetMinFrame])
		PutFCS(frame[EthernetMinFrame:], frame[:EthernetMinFrame])
		if !VerifyFCS(frame) {
			t.Fatal("a frame with its own FCS does not verify")
		}
		// 3.2.9 bit by bit: complement the first 32 bits, divide by the polynomial, complement the remainder.
		if want := bitwiseCRC(frame[:EthernetMinFrame]); want != FCS(frame[:EthernetMinFrame]) {
			t.Fatalf("FCS %#08x, bit by bit %#08x", FCS(frame[:EthernetMinFrame]), want)
		}
		frame[r.IntN(len(frame))] ^= 1 << r.IntN(8)
		if VerifyFCS(frame) {
			t.Fatal("a flipped bit went unnoticed")
		}
	}
	if VerifyFCS(nil) || VerifyFCS(frame[:3]) {
		t.Error("a frame shorter than its FCS verifies")
	}
	var own [4]byte
	PutFCS(own[:], nil)
	if crc32.ChecksumIEEE(own[:]) != fcsResidue {
		t.Error("wrong residue")
	}
}

// bitwiseCRC shifts the frame in as the wire carries it, lowest bit of an octet first.
func bitwiseCRC(b []byte) uint32 {
	reg := uint32(0xffffffff)
	for _, o := range b {
		for i := range 8 {
			top := reg>>31 ^ uint32(o>>i&1)
			reg <<= 1
			if top != 0 {
				reg ^= 0x04c11db7
			}
		}
	}
	var refl uint32 // x^31 becomes the lowest bit
	for i := range 32 {
		refl |= (^reg >> (31 - i) & 1) << i
	}
	return refl
}

func TestEthernetAllocs(t *testing.T) {
	b := make([]byte, 60)
	f := EthernetFields{Dst: Broadcast, Src: testMAC1, EtherType: EtherTypeARP, Tagged: true}
	a := ARPFields{Op: ARPRequest, SenderIP: netip.IPv4Unspecified(), TargetIP: netip.IPv4Unspecified()}
	if n := testing.AllocsPerRun(100, func() {
		f.Put(b)
		e, _ := ParseEthernet(b)
		a.Put(e.Payload())
		p, err := ParseARP(e.Payload())
		_, short := ParseARP(b[:3])
		if err != nil || short == nil || p.SenderIP() != a.SenderIP {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

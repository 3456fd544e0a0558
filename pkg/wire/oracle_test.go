package wire

// gopacket as the independent oracle: what it serializes, our views must read,
// and what our Put writes, it must decode to the same values.

import (
	"bytes"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

var gopacketOptions = gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}

func serialize(t testing.TB, ls ...gopacket.SerializableLayer) []byte {
	t.Helper()
	buf := gopacket.NewSerializeBuffer()
	if err := gopacket.SerializeLayers(buf, gopacketOptions, ls...); err != nil {
		t.Fatalf("gopacket: %v", err)
	}
	return buf.Bytes()
}

func gopacketIP(src, dst netip.Addr, proto layers.IPProtocol) gopacket.SerializableLayer {
	if src.Is4() {
		return &layers.IPv4{Version: 4, IHL: 5, TTL: 64, Protocol: proto, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
	}
	return &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: src.AsSlice(), DstIP: dst.AsSlice()}
}

func TestMutationsAgainstGopacket(t *testing.T) {
	a4, a6 := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("2001:db8::1")
	put := func(n int, f interface{ Put([]byte) int }) []byte {
		b := make([]byte, n)
		f.Put(b)
		return b
	}
	// agree says false where the two differ; it is called where we and gopacket both accept.
	for name, c := range map[string]struct {
		good  []byte
		layer gopacket.DecodingLayer
		parse func(b []byte) error
		agree func(b []byte, g gopacket.DecodingLayer) bool
	}{
		"ethernet": {put(60, &EthernetFields{Dst: Broadcast, Src: testMAC1, EtherType: EtherTypeIPv4}), &layers.Ethernet{},
			func(b []byte) error { _, err := ParseEthernet(b); return err },
			func(b []byte, g gopacket.DecodingLayer) bool {
				e, l := Ethernet(b), g.(*layers.Ethernet)
				if _, tagged := e.VLAN(); tagged {
					return l.EthernetType == layers.EthernetTypeDot1Q
				}
				if e.EtherType() < EthernetMinType {
					return l.Length == e.EtherType()
				}
				return MAC(l.DstMAC) == e.Dst() && MAC(l.SrcMAC) == e.Src() && uint16(l.EthernetType) == e.EtherType() && bytes.Equal(l.Payload, e.Payload())
			}},
		"arp": {put(ARPLen, &ARPFields{Op: ARPReply, SenderIP: a4, TargetIP: a4}), &layers.ARP{},
			func(b []byte) error { _, err := ParseARP(b); return err },
			func(b []byte, g gopacket.DecodingLayer) bool {
				a, l := ARP(b), g.(*layers.ARP)
				return a.Op() == l.Operation && bytes.Equal(l.SourceProtAddress, a.SenderIP().AsSlice()) && MAC(l.SourceHwAddress) == a.SenderMAC() &&
					bytes.Equal(l.DstProtAddress, a.TargetIP().AsSlice()) && MAC(l.DstHwAddress) == a.TargetMAC()
			}},
		"udp": {put(30, &UDPFields{SrcPort: 1, DstPort: 2, PayloadLen: 22}), &layers.UDP{},
			func(b []byte) error { _, err := ParseUDP(b); return err },
			func(b []byte, g gopacket.DecodingLayer) bool {
				u, err := ParseUDP(b)
				l := g.(*layers.UDP)
				return err == nil && u.SrcPort() == uint16(l.SrcPort) && u.DstPort() == uint16(l.DstPort) && u.Length() == int(l.Length) &&
					u.Checksum() == l.Checksum && bytes.Equal(u.Payload(), l.Payload)
			}},
		"icmp": {put(20, &ICMPv4Fields{Type: ICMPv4EchoRequest, Payload: make([]byte, 12)}), &layers.ICMPv4{},
			func(b []byte) error { _, err := ParseICMPv4(b); return err },
			func(b []byte, g gopacket.DecodingLayer) bool {
				m, l := ICMPv4(b), g.(*layers.ICMPv4)
				return m.Type() == l.TypeCode.Type() && m.Code() == l.TypeCode.Code() && m.ID() == l.Id && m.Seq() == l.Seq && m.Checksum() == l.Checksum
			}},
		"ns": {put(neighborLen+8, &NeighborSolicitationFields{Src: a6, Dst: a6, Target: a6, SourceLL: testMAC1})[4:], &layers.ICMPv6NeighborSolicitation{},
			func(b []byte) error {
				_, err := ParseNeighborSolicitation(append([]byte{ICMPv6NeighborSol, 0, 0, 0}, b...))
				return err
			},
			func(b []byte, g gopacket.DecodingLayer) bool {
				m, l := NeighborSolicitation(append([]byte{ICMPv6NeighborSol, 0, 0, 0}, b...)), g.(*layers.ICMPv6NeighborSolicitation)
				opt, _, ok := m.Options().Next()
				if !ok { // cut right behind the target
					return len(l.Options) == 0 && bytes.Equal(l.TargetAddress, m.Target().AsSlice())
				}
				return bytes.Equal(l.TargetAddress, m.Target().AsSlice()) && uint8(l.Options[0].Type) == opt.Type() && len(l.Options[0].Data)+2 == opt.Len()
			}},
	} {
		r := testRand(90)
		compared := 0
		for range 4000 {
			b := bytes.Clone(c.good)
			for range 1 + r.IntN(2) {
				b[r.IntN(len(b))] = byte(r.Uint32())
			}
			if r.IntN(8) == 0 {
				b = b[:r.IntN(len(b))]
			}
			if c.parse(b) != nil || !decodes(c.layer, b) {
				continue
			}
			compared++
			if !c.agree(b, c.layer) {
				t.Fatalf("%s: %x: gopacket reads %+v", name, b, c.layer)
			}
		}
		if compared < 1000 {
			t.Errorf("%s: only %d of 4000 compared", name, compared)
		}
	}
}

// decodes survives gopacket's own panics, of which it has some.
func decodes(l gopacket.DecodingLayer, b []byte) (ok bool) {
	defer func() {
		if recover() != nil {
			ok = false
		}
	}()
	if n, is := l.(*layers.ICMPv6NeighborSolicitation); is {
		n.Options = nil // which it appends to
	}
	return l.DecodeFromBytes(b, gopacket.NilDecodeFeedback) == nil
}

func TestWalkIPv6AgainstGopacket(t *testing.T) {
	r := testRand(91)
	for range 500 {
		var ext [][]byte
		if r.IntN(2) == 0 {
			ext = append(ext, extHopByHop)
		}
		for range r.IntN(6) {
			ext = append(ext, [][]byte{extDest, extAH, destOpt(1, 4, 0, 0, 0, 0, 0x1e, 6, 1, 2, 3, 4, 5, 6)}[r.IntN(3)])
		}
		p := ipv6With(ProtoUDP, []byte{0, 7, 0, 9, 0, 8, 0, 0}, ext...)
		c, err := WalkIPv6(p)
		if err != nil || c.Proto != ProtoUDP || c.Problem.Action != IPv6Skip {
			t.Fatalf("%x: %+v, %v", p, c, err)
		}
		u, ok := gopacket.NewPacket(p, layers.LayerTypeIPv6, gopacket.Default).Layer(layers.LayerTypeUDP).(*layers.UDP)
		if !ok || !bytes.Equal(u.Contents, p[c.Offset:]) {
			t.Fatalf("%x: UDP at %d, gopacket reads %+v", p, c.Offset, u)
		}
	}
}

func TestErrorText(t *testing.T) {
	_, err := ParseIPv4(make([]byte, 3))
	if err.Error() != "wire: ipv4: header: truncated" {
		t.Errorf("%v", err)
	}
	if s := IPv6ReportUnlessMC.String(); s != "report unless multicast" {
		t.Errorf("%q", s)
	}
}

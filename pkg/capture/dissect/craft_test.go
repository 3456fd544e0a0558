package dissect

import (
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Packets made for tests.

var (
	clientMAC = wire.MAC{2, 0, 0, 0, 0, 1}
	serverMAC = wire.MAC{2, 0, 0, 0, 0, 2}
	client4   = netip.MustParseAddr("192.0.2.1")
	server4   = netip.MustParseAddr("198.51.100.2")
	client6   = netip.MustParseAddr("2001:db8::1")
	server6   = netip.MustParseAddr("2001:db8:1::2")
)

func ether(etherType uint16, payload []byte) []byte {
	h := wire.EthernetFields{Dst: serverMAC, Src: clientMAC, EtherType: etherType}
	b := make([]byte, h.Len(), h.Len()+len(payload))
	h.Put(b)
	return append(b, payload...)
}

func ip4(f wire.IPv4Fields, payload []byte) []byte {
	f.PayloadLen = len(payload)
	if !f.Src.IsValid() {
		f.Src, f.Dst = client4, server4
	}
	if f.TTL == 0 {
		f.TTL = 64
	}
	b := make([]byte, f.Len(), f.Len()+len(payload))
	f.Put(b)
	return append(b, payload...)
}

func ip6(next uint8, payload []byte) []byte {
	f := wire.IPv6Fields{PayloadLen: len(payload), NextHeader: next, HopLimit: 64, Src: client6, Dst: server6}
	b := make([]byte, f.Len(), f.Len()+len(payload))
	f.Put(b)
	return append(b, payload...)
}

// seg is a TCP segment of a test.
type seg struct {
	back    bool // from server to client
	sport   uint16
	dport   uint16
	seq     uint32
	ack     uint32
	flags   wire.TCPFlags
	window  uint16
	options wire.TCPOptions
	data    string
}

func (s seg) bytes() []byte {
	src, dst := client4, server4
	f := wire.TCPFields{SrcPort: s.sport, DstPort: s.dport, Seq: s.seq, Ack: s.ack, Flags: s.flags, Window: s.window, Options: s.options}
	if f.SrcPort == 0 {
		f.SrcPort = 40000
	}
	if f.DstPort == 0 {
		f.DstPort = 53
	}
	if s.back {
		src, dst = dst, src
		f.SrcPort, f.DstPort = f.DstPort, f.SrcPort
	}
	b := make([]byte, f.Len(), f.Len()+len(s.data))
	f.Put(b)
	b = append(b, s.data...)
	wire.TCP(b).FillChecksum(src, dst)
	return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoTCP, Src: src, Dst: dst}, b))
}

func udpBytes(src, dst netip.Addr, sport, dport uint16, data []byte) []byte {
	f := wire.UDPFields{SrcPort: sport, DstPort: dport, PayloadLen: len(data)}
	b := make([]byte, f.Len(), f.Len()+len(data))
	f.Put(b)
	b = append(b, data...)
	wire.UDP(b).FillChecksum(src, dst)
	return b
}

// tracked runs packets of Ethernet through one session, a millisecond apart, and
// returns what see makes of each.
func tracked[T any](t testing.TB, cfg Config, packets [][]byte, see func(p *Packet) T) []T {
	t.Helper()
	s := NewSession(cfg)
	d := D{WantFields: true, WantInfo: true}
	var p Packet
	var out []T
	for i, b := range packets {
		cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b), Time: int64(i) * 1e6}
		s.Track(&cp, nil, &p.Meta)
		d.Dissect(&p)
		checkCover(t, &p)
		out = append(out, see(&p))
	}
	return out
}

// dissected is one packet without a session.
func dissected(t testing.TB, b []byte) *Packet {
	t.Helper()
	p := &Packet{Meta: Meta{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}}
	d := D{WantFields: true, WantInfo: true}
	d.Dissect(p)
	checkCover(t, p)
	return p
}

// value is the text of the only field of this name, "" where there is none.
func value(t testing.TB, p *Packet, name string) string {
	t.Helper()
	v := valuesOf(p, name)
	switch len(v) {
	case 0:
		return ""
	case 1:
		return v[0]
	}
	t.Errorf("%d fields %s: %q", len(v), name, v)
	return v[0]
}

func valuesOf(p *Packet, name string) (v []string) {
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Def.Name == name {
			v = append(v, string(p.AppendValue(nil, f)))
		}
	}
	return v
}

func stack(p *Packet) (s string) {
	for i, l := range p.Layers {
		if i > 0 {
			s += " "
		}
		s += l.Proto.Name
	}
	return s
}

// layer is the first layer of a protocol; the test ends where there is none.
func layer(t testing.TB, p *Packet, name string) *Layer {
	t.Helper()
	for i := range p.Layers {
		if p.Layers[i].Proto.Name == name {
			return &p.Layers[i]
		}
	}
	t.Fatalf("no layer %s among %s", name, stack(p))
	return nil
}

// checkCover holds a packet to the promise that every octet belongs to a layer or
// to a field, that fields lie in their buffers and layers have their fields
// together.
func checkCover(t testing.TB, p *Packet) {
	t.Helper()
	covered := make([]bool, len(p.Bufs[0]))
	next := 0
	for i, l := range p.Layers {
		if l.Buf >= len(p.Bufs) || l.Off < 0 || l.Len < 0 || l.Off+l.Len > len(p.Bufs[l.Buf]) {
			t.Fatalf("layer %s at %d+%d of a buffer of %d", l.Proto.Name, l.Off, l.Len, len(p.Bufs[l.Buf]))
		}
		if l.First != next {
			t.Fatalf("fields of layer %d %s begin at %d, not %d", i, l.Proto.Name, l.First, next)
		}
		next += l.N
		if l.Buf == 0 {
			for j := l.Off; j < l.Off+l.Len; j++ {
				covered[j] = true
			}
		}
	}
	if next != len(p.Fields) {
		t.Fatalf("layers have %d fields, the packet %d", next, len(p.Fields))
	}
	for i := range p.Fields {
		f := &p.Fields[i]
		end := (int(f.Bit) + int(f.Bits) + 7) / 8
		if int(f.buf) >= len(p.Bufs) || f.Bit < 0 || f.Bits < 0 || f.Bits > 0 && end > len(p.Bufs[f.buf]) {
			t.Fatalf("field %s at bit %d+%d of a buffer of %d octets", f.Def.Name, f.Bit, f.Bits, len(p.Bufs[f.buf]))
		}
		if f.buf == 0 && f.Bits > 0 {
			for j := int(f.Bit) / 8; j < end; j++ {
				covered[j] = true
			}
		}
	}
	if len(p.Layers) > maxLayers {
		return // more of them than are shown
	}
	for j, ok := range covered {
		if !ok {
			t.Fatalf("octet %d of %d belongs to no layer of %s", j, len(covered), stack(p))
		}
	}
}

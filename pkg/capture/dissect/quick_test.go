package dissect

import (
	"strconv"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// agree holds what Quick finds against the layers of a dissected packet.
func agree(t testing.TB, p *Packet) {
	t.Helper()
	var q Quick
	if p.FCSLen > 0 || !q.Decode(p.LinkType, p.Data, p.OrigLen) {
		return // Quick does not know of an FCS
	}
	ip := -1
	for i, l := range p.Layers {
		if (l.Proto == &ipv4 || l.Proto == &ipv6) && l.Buf == 0 {
			ip = i
			break
		}
	}
	if ip < 0 || p.Layers[ip].Off != q.Net {
		t.Fatalf("Quick finds IP at %d; layers %s, %v", q.Net, stack(p), p.Layers)
	}
	src, dst := "ip.src", "ip.dst"
	if q.Version == 6 {
		src, dst = "ipv6.src", "ipv6.dst"
	}
	if got := fieldsOf(p, &p.Layers[ip], src, dst); len(got) != 2 || got[0] != q.Src.String() || got[1] != q.Dst.String() {
		t.Fatalf("Quick has %v > %v, the fields %q of %s, %v", q.Src, q.Dst, got, stack(p), p.Layers)
	}
	if !q.Ported || q.Fragment {
		return
	}
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Off != q.Transport || l.Buf != 0 {
			continue
		}
		name := l.Proto.Name
		if name == "udplite" {
			name = "udp"
		}
		if name != "tcp" && name != "udp" && name != "sctp" {
			continue
		}
		got := fieldsOf(p, l, name+".srcport", name+".dstport")
		if len(got) != 2 || got[0] != itoa(q.SrcPort) || got[1] != itoa(q.DstPort) {
			t.Fatalf("Quick has ports %d, %d, the fields %q", q.SrcPort, q.DstPort, got)
		}
		return
	}
	t.Fatalf("Quick finds ports at %d, layers %s, %v", q.Transport, stack(p), p.Layers)
}

func itoa(v uint16) string { return strconv.Itoa(int(v)) }

// fieldsOf are the first values of some fields of a layer.
func fieldsOf(p *Packet, l *Layer, names ...string) (v []string) {
	for _, name := range names {
		for i := l.First; i < l.First+l.N; i++ {
			if f := &p.Fields[i]; f.Def.Name == name {
				v = append(v, string(p.AppendValue(nil, f)))
				break
			}
		}
	}
	return v
}

func TestQuickAgreesWithTheLayers(t *testing.T) {
	for _, b := range craftedPackets() {
		agree(t, dissected(t, b))
	}
	for _, file := range captureFiles(t) {
		dissectAll(t, readCapture(t, file), func(p *Packet) { agree(t, p) })
	}
}

func TestQuickTCP(t *testing.T) {
	b := seg{sport: 4000, dport: 443, seq: 7, ack: 8, flags: wire.PSH | wire.ACK, window: 9, data: "hello"}.bytes()
	tagged := append(append([]byte{}, b[:12]...), 0x81, 0, 0x20, 5)
	tagged = append(tagged, b[12:]...)
	var q Quick
	if !q.Decode(capture.LinkTypeEthernet, tagged, len(tagged)) {
		t.Fatal("no IP found")
	}
	want := Quick{VLAN: 5, Tagged: true, EtherType: wire.EtherTypeIPv4, Version: 4, Net: 18, NetLen: 45, Src: client4, Dst: server4, TTL: 64, Proto: 6,
		Reached: true, Transport: 38, SrcPort: 4000, DstPort: 443, Ported: true, Payload: 58, PayloadLen: 5, Numbered: true, Flags: wire.PSH | wire.ACK, Seq: 7, Ack: 8, Window: 9}
	if q != want {
		t.Errorf("got  %+v\nwant %+v", q, want)
	}
	// Cut in the payload: the lengths are still the header's.
	if q.Decode(capture.LinkTypeEthernet, tagged[:60], len(tagged)); q.PayloadLen != 5 {
		t.Errorf("payload of %d octets in a cut capture, want 5", q.PayloadLen)
	}
}

package layers

import (
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// The packets of the tests, made with package wire: a handshake, a line of text
// that would upset a terminal, an ARP question, an echo, a DNS question.

var (
	client = wire.MAC{2, 0, 0, 0, 0, 1}
	server = wire.MAC{2, 0, 0, 0, 0, 2}
	a4     = netip.MustParseAddr("198.51.100.2")
	b4     = netip.MustParseAddr("203.0.113.80")
)

const start = 1_750_000_000_123_456_789

func ethernet(kind uint16, payload []byte) []byte {
	f := wire.EthernetFields{Dst: server, Src: client, EtherType: kind}
	b := make([]byte, f.Len(), f.Len()+len(payload))
	f.Put(b)
	return append(b, payload...)
}

func ipv4(proto uint8, src, dst netip.Addr, payload []byte) []byte {
	f := wire.IPv4Fields{ID: 0x1234, DF: true, TTL: 64, Protocol: proto, Src: src, Dst: dst, PayloadLen: len(payload)}
	b := make([]byte, f.Len(), f.Len()+len(payload))
	f.Put(b)
	return ethernet(wire.EtherTypeIPv4, append(b, payload...))
}

func tcp(src, dst netip.Addr, f wire.TCPFields, data string) []byte {
	b := make([]byte, f.Len(), f.Len()+len(data))
	f.Put(b)
	b = append(b, data...)
	sum := wire.Checksum(b, wire.PseudoSum(src, dst, wire.ProtoTCP, len(b)))
	b[16], b[17] = byte(sum>>8), byte(sum)
	return ipv4(wire.ProtoTCP, src, dst, b)
}

func udp(src, dst netip.Addr, sport, dport uint16, data string) []byte {
	f := wire.UDPFields{SrcPort: sport, DstPort: dport, PayloadLen: len(data)}
	b := make([]byte, f.Len(), f.Len()+len(data))
	f.Put(b)
	b = append(b, data...)
	sum := wire.Checksum(b, wire.PseudoSum(src, dst, wire.ProtoUDP, len(b)))
	b[6], b[7] = byte(sum>>8), byte(sum)
	return ipv4(wire.ProtoUDP, src, dst, b)
}

func echo(data string) []byte {
	b := append([]byte{8, 0, 0, 0, 0x12, 0x34, 0, 7}, data...)
	sum := wire.Checksum(b, 0)
	b[2], b[3] = byte(sum>>8), byte(sum)
	return ipv4(wire.ProtoICMP, a4, b4, b)
}

func arp() []byte {
	b := []byte{0, 1, 8, 0, 6, 4, 0, 1}
	b = append(append(b, client[:]...), a4.AsSlice()...)
	b = append(append(b, make([]byte, 6)...), 198, 51, 100, 1)
	return ethernet(wire.EtherTypeARP, b)
}

func packets() [][]byte {
	syn := wire.TCPFields{SrcPort: 40000, DstPort: 9999, Seq: 1000, Flags: wire.SYN, Window: 64240}
	synack := wire.TCPFields{SrcPort: 9999, DstPort: 40000, Seq: 5000, Ack: 1001, Flags: wire.SYN | wire.ACK, Window: 65535}
	ack := wire.TCPFields{SrcPort: 40000, DstPort: 9999, Seq: 1001, Ack: 5001, Flags: wire.ACK, Window: 502}
	data := wire.TCPFields{SrcPort: 40000, DstPort: 9999, Seq: 1001, Ack: 5001, Flags: wire.ACK | wire.PSH, Window: 502}
	return [][]byte{
		arp(),
		tcp(a4, b4, syn, ""),
		tcp(b4, a4, synack, ""),
		tcp(a4, b4, ack, ""),
		tcp(a4, b4, data, "\x1b[31mred\r\n\x00\xff"),
		echo("abcdefgh"),
		udp(a4, b4, 5000, 53, "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x03lab\x04test\x00\x00\x01\x00\x01"),
		udp(a4, b4, 5000, 6000, "hello"),
	}
}

// dissected calls f for each packet, taken apart.
func dissected(t testing.TB, list [][]byte, f func(p *dissect.Packet, w When, base Base)) {
	t.Helper()
	session := dissect.NewSession(dissect.Config{})
	var seqs Sequences
	var d dissect.D
	d.WantFields, d.WantInfo = true, true
	var p dissect.Packet
	ifc := capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "client-eth0"}
	prev := int64(start)
	for i, b := range list {
		c := capture.Packet{Data: b, OrigLen: len(b), LinkType: capture.LinkTypeEthernet, Time: start + int64(i)*int64(time.Millisecond)}
		if i == 0 {
			c.Comments = []string{"first\x07"}
		}
		base := seqs.Base(b, c.LinkType, c.OrigLen)
		session.Track(&c, &ifc, &p.Meta)
		d.Dissect(&p)
		f(&p, When{Time: c.Time, First: start, Prev: prev}, base)
		prev = c.Time
	}
}

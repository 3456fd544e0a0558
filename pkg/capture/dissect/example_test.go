package dissect_test

import (
	"fmt"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// frame is a UDP datagram in an Ethernet frame.
func frame(data string) []byte {
	src, dst := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	eth := wire.EthernetFields{Dst: wire.MAC{2, 0, 0, 0, 0, 2}, Src: wire.MAC{2, 0, 0, 0, 0, 1}, EtherType: wire.EtherTypeIPv4}
	udp := wire.UDPFields{SrcPort: 5000, DstPort: 5001, PayloadLen: len(data)}
	ip := wire.IPv4Fields{TTL: 64, Protocol: wire.ProtoUDP, Src: src, Dst: dst, PayloadLen: udp.Len() + len(data)}
	b := make([]byte, eth.Len()+ip.Len()+udp.Len())
	n := eth.Put(b)
	n += ip.Put(b[n:])
	udp.Put(b[n:])
	b = append(b, data...)
	wire.UDP(b[n:]).FillChecksum(src, dst)
	return b
}

func Example() {
	session := dissect.NewSession(dissect.Config{})
	d := dissect.D{WantFields: true}
	var p dissect.Packet

	b := frame("hello")
	packet := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}
	session.Track(&packet, nil, &p.Meta) // in the order of the file
	d.Dissect(&p)                        // on any goroutine

	for _, l := range p.Layers[1:] {
		fmt.Printf("%s: octets %d to %d\n", l.Proto.Title, l.Off, l.Off+l.Len)
	}
	var text []byte
	for _, name := range []string{"ip.ttl", "udp.dstport", "udp.checksum.status", "udp.stream"} {
		for i := range p.Fields {
			if f := &p.Fields[i]; f.Def.Name == name {
				text = p.AppendText(text[:0], f)
				fmt.Printf("%s = %s\n", name, text)
			}
		}
	}
	// Output:
	// Ethernet: octets 0 to 14
	// Internet Protocol Version 4: octets 14 to 34
	// User Datagram Protocol: octets 34 to 42
	// Data: octets 42 to 47
	// ip.ttl = 64
	// udp.dstport = 5001
	// udp.checksum.status = 1 (Good)
	// udp.stream = 0
}

func ExampleQuick() {
	b := frame("hello")
	var q dissect.Quick
	if q.Decode(capture.LinkTypeEthernet, b, len(b)) {
		fmt.Printf("%v port %d to %v port %d, %d octets\n", q.Src, q.SrcPort, q.Dst, q.DstPort, q.PayloadLen)
	}
	// Output: 192.0.2.1 port 5000 to 192.0.2.2 port 5001, 5 octets
}

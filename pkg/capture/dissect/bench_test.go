package dissect

import (
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// benchPackets are a segment of a connection under way, as most packets are, and
// those around it.
func benchPackets() [][]byte {
	data := make([]byte, 1000)
	ts := wire.TCPOptions{HasTS: true, TSVal: 1, TSEcr: 2}
	return [][]byte{
		seg{dport: 9999, seq: 100, flags: wire.SYN, window: 64240, options: wire.TCPOptions{MSS: 1460, HasMSS: true, WScale: 7, HasWScale: true, HasTS: true}}.bytes(),
		seg{back: true, dport: 9999, seq: 500, ack: 101, flags: wire.SYN | wire.ACK, window: 65160, options: wire.TCPOptions{MSS: 1460, HasMSS: true, WScale: 7, HasWScale: true, HasTS: true}}.bytes(),
		seg{dport: 9999, seq: 101, ack: 501, flags: wire.ACK, window: 502, options: ts}.bytes(),
		seg{dport: 9999, seq: 101, ack: 501, flags: wire.ACK | wire.PSH, window: 502, options: ts, data: string(data)}.bytes(),
	}
}

func benchDissect(b *testing.B, d D) {
	packets := benchPackets()
	s := NewSession(Config{})
	var p Packet
	for _, data := range packets {
		cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: data, OrigLen: len(data)}
		s.Track(&cp, nil, &p.Meta)
	}
	b.ReportAllocs()
	for b.Loop() {
		d.Dissect(&p)
	}
}

func BenchmarkDissect(b *testing.B)     { benchDissect(b, D{WantFields: true}) }
func BenchmarkDissectInfo(b *testing.B) { benchDissect(b, D{WantFields: true, WantInfo: true}) }

func BenchmarkDissectLayers(b *testing.B) { benchDissect(b, D{}) }

func BenchmarkQuick(b *testing.B) {
	data := benchPackets()[3]
	var q Quick
	b.ReportAllocs()
	for b.Loop() {
		q.Decode(capture.LinkTypeEthernet, data, len(data))
	}
}

func BenchmarkTrack(b *testing.B) {
	s := NewSession(Config{})
	var m Meta
	packets := benchPackets()
	for _, data := range packets {
		cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: data, OrigLen: len(data)}
		s.Track(&cp, nil, &m)
	}
	cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: packets[3], OrigLen: len(packets[3])}
	b.ReportAllocs()
	for b.Loop() {
		cp.Time++
		s.Track(&cp, nil, &m)
	}
}

// BenchmarkTrackMany spreads packets over as many streams as a busy server has.
func BenchmarkTrackMany(b *testing.B) {
	s := NewSession(Config{})
	var m Meta
	var packets [][]byte
	for i := range 10000 {
		packets = append(packets, seg{sport: uint16(10000 + i), dport: 9999, seq: 101, ack: 501, flags: wire.ACK, window: 502}.bytes())
	}
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: packets[i%len(packets)], OrigLen: len(packets[0])}
		i += 7
		s.Track(&cp, nil, &m)
	}
}

func BenchmarkAppendText(b *testing.B) {
	p := dissected(b, benchPackets()[3])
	var out []byte
	b.ReportAllocs()
	for b.Loop() {
		out = out[:0]
		for i := range p.Fields {
			out = p.AppendText(out, &p.Fields[i])
		}
	}
}

// BenchmarkCaptures takes the packets of all real captures, one after the other.
func BenchmarkCaptures(b *testing.B) {
	var packets []captured
	for _, file := range captureFiles(b) {
		packets = append(packets, readCapture(b, file)...)
	}
	s := NewSession(Config{})
	d := D{WantFields: true}
	var p Packet
	i := 0
	b.ReportAllocs()
	for b.Loop() {
		c := &packets[i%len(packets)]
		i++
		s.Track(&c.Packet, &c.ifc, &p.Meta)
		d.Dissect(&p)
	}
}

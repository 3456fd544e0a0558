package dissect

import (
	"encoding/binary"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

// fuzzLinks are the link types that are fuzzed.
var fuzzLinks = []capture.LinkType{
	capture.LinkTypeEthernet, capture.LinkTypeRaw, capture.LinkTypeIPv4, capture.LinkTypeIPv6, capture.LinkTypeNull, capture.LinkTypeLoop,
	capture.LinkTypeLinuxSLL, capture.LinkTypeLinuxSLL2, capture.LinkTypePPP, capture.LinkTypePPPEther, linkCHDLC, linkMPLS, linkIPNET, linkFrameRelay,
	linkPFLOG, linkPPPDir, linkSCTP, capture.LinkTypeIEEE80211, capture.LinkTypeRadiotap,
}

// FuzzDissect dissects one packet of any link type, with and without fields and
// with octets missing. Every octet is accounted for, what is shown can be written,
// and Quick agrees.
func FuzzDissect(f *testing.F) {
	for _, b := range craftedPackets() {
		f.Add(uint8(0), uint16(0), b)
		f.Add(uint8(1), uint16(9), b[14:])
	}
	for _, b := range benchPackets() {
		f.Add(uint8(0), uint16(0), b)
		f.Add(uint8(6), uint16(0), append([]byte{0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 1, 0, 0}, b[12:]...))
	}
	d := D{WantFields: true, WantInfo: true}
	bare := D{}
	var p, q Packet
	var text []byte
	f.Fuzz(func(t *testing.T, link uint8, missing uint16, b []byte) {
		p.Meta = Meta{LinkType: fuzzLinks[int(link)%len(fuzzLinks)], Data: b, OrigLen: len(b) + int(missing), FCSLen: int(link) / 64 * 4}
		d.Dissect(&p)
		checkCover(t, &p)
		agree(t, &p)
		text = text[:0]
		for i := range p.Fields {
			text = p.AppendText(text[:0], &p.Fields[i])
			_ = p.Fields[i].Meaning()
		}
		q.Meta = p.Meta
		bare.Dissect(&q)
		if len(q.Layers) != len(p.Layers) {
			t.Fatalf("%s with fields, %s without", stack(&p), stack(&q))
		}
	})
}

// FuzzSession runs packets cut from the input, two octets of length before each,
// through a session that may keep little.
func FuzzSession(f *testing.F) {
	join := func(packets [][]byte) (all []byte) {
		for _, b := range packets {
			all = append(binary.BigEndian.AppendUint16(all, uint16(len(b))), b...)
		}
		return all
	}
	q := dnsMessage(7, false, 30)
	f.Add(uint8(0), join(append(handshake(), seg{seq: 1000, data: q[:40]}.bytes(), seg{seq: 1060, data: q[60:]}.bytes(), seg{seq: 1040, data: q[40:60]}.bytes())))
	f.Add(uint8(1), join(append(handshake(), seg{dport: 80, seq: 1000, data: "GET / HTTP/1.1\r\n"}.bytes(), seg{dport: 80, seq: 1016, data: "\r\n"}.bytes())))
	payload := udpBytes(client4, server4, 53, 53, make([]byte, 100))
	f.Add(uint8(2), join([][]byte{fragment4(1, payload, 0, 48), fragment4(1, payload, 40, 108), fragment4(1, payload, 8, 16)}))
	f.Add(uint8(3), join(craftedPackets()[:20]))
	d := D{WantFields: true, WantInfo: true}
	f.Fuzz(func(t *testing.T, bound uint8, b []byte) {
		cfg := Config{MaxUnit: 1 << (bound % 16), MaxBuffered: 1 << (bound / 16)}
		s := NewSession(cfg)
		var p Packet
		for n := 0; len(b) >= 2 && n < 64; n++ {
			size := min(int(binary.BigEndian.Uint16(b)), len(b)-2)
			pkt := b[2 : 2+size]
			b = b[2+size:]
			cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: pkt, OrigLen: size + int(bound&1)*3, Time: int64(n) * 1e9}
			s.Track(&cp, nil, &p.Meta)
			d.Dissect(&p)
			checkCover(t, &p)
			if kept := held(s); s.buffered != kept || kept > max(cfg.MaxBuffered, cfg.MaxUnit)+1<<17 {
				t.Fatalf("%d octets are said to be kept, %d are", s.buffered, kept)
			}
		}
	})
}

// held counts what a session keeps.
func held(s *Session) (n int) {
	for i := range s.streams.all {
		if t := s.streams.all[i].tcp; t != nil {
			for j := range t.dir {
				if u := t.dir[j].unit; u != nil {
					n += u.size()
				}
			}
		}
	}
	for _, d := range s.frags.queue {
		n += len(d.data)
	}
	return n
}

// FuzzQuick: any bytes, any link type, tunnels inside one another.
func FuzzQuick(f *testing.F) {
	for _, b := range benchPackets() {
		f.Add(uint8(0), b)
	}
	f.Fuzz(func(t *testing.T, link uint8, b []byte) {
		var q, in Quick
		ok := q.Decode(fuzzLinks[int(link)%len(fuzzLinks)], b, len(b))
		for range 8 {
			if !ok {
				return
			}
			if q.Net >= len(b) || q.Transport > len(b) || q.Payload > len(b) || q.NetLen < 0 || q.PayloadLen < 0 || q.Payload+q.PayloadLen > len(b) {
				t.Fatalf("out of bounds: %+v in %d octets", q, len(b))
			}
			ok = q.Inner(b, &in)
			q = in
		}
	})
}

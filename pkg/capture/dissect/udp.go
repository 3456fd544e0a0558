package dissect

// UDP: RFC 768, RFC 8200 section 8.1; UDP-Lite: RFC 3828.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

const protoUDPLite = 136

var udp = Proto{Name: "udp", Title: "User Datagram Protocol", TCPIP: Transport, OSI: OSITransport,
	Header: []Def{
		field("udp.srcport", "Source Port", 0, 16, wire.FieldDec),
		field("udp.dstport", "Destination Port", 16, 16, wire.FieldDec),
		field("udp.length", "Length", 32, 16, wire.FieldDec),
		field("udp.checksum", "Checksum", 48, 16, wire.FieldHex),
	},
	Fields: udpFields}

var udpLite = Proto{Name: "udplite", Title: "Lightweight User Datagram Protocol", TCPIP: Transport, OSI: OSITransport,
	Header: []Def{
		field("udp.srcport", "Source Port", 0, 16, wire.FieldDec),
		field("udp.dstport", "Destination Port", 16, 16, wire.FieldDec),
		field("udp.checksum_coverage", "Checksum Coverage", 32, 16, wire.FieldDec),
		field("udp.checksum", "Checksum", 48, 16, wire.FieldHex),
	},
	Fields: udpFields}

var udpFields = []*Def{&udpChecksumStatus, &udpChecksumCalculated, &udpChecksumPartial, &udpStream, &udpPayload, &udpSinceFirst, &udpSinceLast}

var (
	udpChecksumStatus     = looseCode("udp.checksum.status", "Status", checksumStatus)
	udpChecksumCalculated = loose("udp.checksum_calculated", "Calculated", wire.FieldHex)
	udpChecksumPartial    = loose("udp.checksum.partial", "Left to the card", wire.FieldFlag)
	udpStream             = loose("udp.stream", "Stream", 0)
	udpPayload            = loose("udp.payload", "Payload", Bytes)
	udpSinceFirst         = loose("udp.time_relative", "Since the stream's first packet", Dur)
	udpSinceLast          = loose("udp.time_delta", "Since the stream's packet before", Dur)
)

var udpSums = sumDefs{&udpChecksumStatus, &udpChecksumCalculated, &udpChecksumPartial}

func dissectUDP(d *D, b []byte) {
	d.Begin(&udp)
	if !d.Header() {
		return
	}
	there := len(b) + d.Missing
	stated := int(binary.BigEndian.Uint16(b[4:]))
	n := stated
	switch {
	case n == 0 && d.ip == 6 && there > wire.IPv4MaxTotalLen || n == 0 && there > wire.UDPHeaderLen && d.offloading():
		n = there // RFC 2675 4: a jumbogram; or left for the card
	case n < wire.UDPHeaderLen:
		d.Wrong("length is less than the header's", 4)
		n = there
	case n > there && d.ipWhole:
		d.Wrong("length runs past the end", 4)
		n = there
	case n > there:
		n = there // a fragment, or cut
	}
	d.udpChecksum(b, max(n, stated))
	d.udpPayload(b, n)
}

// udpChecksum checks a datagram of n octets. RFC 768: "An all zero transmitted
// checksum value means that the transmitter generated no checksum"; over
// IPv6 that is allowed for tunnels only (RFC 6935).
func (d *D) udpChecksum(b []byte, n int) {
	if !d.WantFields {
		return
	}
	if b[6] == 0 && b[7] == 0 {
		d.depth++
		d.Gen(&udpChecksumStatus, sumAbsent)
		d.depth--
		return
	}
	d.checksum(&udpSums, b, n, 6, wire.ProtoUDP, n)
}

func (d *D) udpPayload(b []byte, n int) {
	d.SrcPort, d.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	f := d.flow()
	if f != nil {
		d.Gen(&udpStream, uint64(f.stream))
		if !d.P.NoTime && !d.quoted {
			d.Gen(&udpSinceFirst, uint64(f.sinceFirst))
			d.Gen(&udpSinceLast, uint64(f.sinceLast))
		}
	}
	d.Claim(wire.UDPHeaderLen)
	if n <= wire.UDPHeaderLen {
		return
	}
	payload := b[wire.UDPHeaderLen:min(n, len(b))]
	if len(payload) > 0 {
		d.Bytes(&udpPayload, wire.UDPHeaderLen, len(payload))
	}
	d.udpInfo(n)
	fn := d.udpApp(payload)
	if fn == nil {
		fn = dissectData
	}
	if k := d.hand(fn, wire.UDPHeaderLen, n-wire.UDPHeaderLen); k != nil && f != nil && f.answers != 0 {
		k.answer = answer{kind: dnsAnswer, frame: f.answers, elapsed: f.elapsed}
	}
}

// udpInfo says it as tcpdump does.
func (d *D) udpInfo(n int) {
	d.newInfo()
	d.say("UDP, length ")
	d.sayUint(uint64(n - wire.UDPHeaderLen))
}

// udpApp is who dissects a datagram: by its destination port if that is a
// tunnel's, by either port, or by how it begins.
func (d *D) udpApp(payload []byte) Func {
	if fn := byUDPPortTunnel(d.DstPort); fn != nil {
		return fn
	}
	if !d.NoApplications {
		a := appByUDPPort(d.SrcPort, d.DstPort)
		if a == nil {
			a = appByContent(false, payload)
		}
		if a != nil {
			return a.Dissect
		}
	}
	return byUDPPortTunnel(d.SrcPort)
}

func dissectUDPLite(d *D, b []byte) {
	d.Begin(&udpLite)
	if !d.Header() {
		return
	}
	there := len(b) + d.Missing
	cover := int(binary.BigEndian.Uint16(b[4:]))
	switch {
	case cover == 0:
		cover = there // RFC 3828 3.1: the entire datagram
	case cover < wire.UDPHeaderLen || cover > there && d.ipWhole:
		d.Wrong("checksum coverage does not fit", 4)
	}
	if cover >= wire.UDPHeaderLen && cover <= len(b) {
		d.checksum(&udpSums, b, cover, 6, protoUDPLite, there)
	}
	d.udpPayload(b, there)
}

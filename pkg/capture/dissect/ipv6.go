package dissect

// IPv6: RFC 8200. Extension headers are layers of their own, in ipv6ext.go.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ipv6 = Proto{Name: "ipv6", Title: "Internet Protocol Version 6", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("ipv6.version", "Version", 0, 4, wire.FieldDec),
		field("ipv6.tclass", "Traffic Class", 4, 8, wire.FieldHex),
		code("ipv6.tclass.dscp", "DSCP", 4, 6, dscpName),
		code("ipv6.tclass.ecn", "ECN", 10, 2, ecnName),
		field("ipv6.flow", "Flow Label", 12, 20, wire.FieldHex),
		field("ipv6.plen", "Payload Length", 32, 16, wire.FieldDec),
		code("ipv6.nxt", "Next Header", 48, 8, ipProtoName),
		field("ipv6.hlim", "Hop Limit", 56, 8, wire.FieldDec),
		field("ipv6.src", "Source Address", 64, 128, wire.FieldIPv6),
		field("ipv6.dst", "Destination Address", 192, 128, wire.FieldIPv6),
	}}

func dissectIPv6(d *D, b []byte) {
	d.Begin(&ipv6)
	if !d.Header() {
		return
	}
	d.Claim(wire.IPv6HeaderLen)
	if b[0]>>4 != 6 {
		d.Wrong("version is not 6", 0)
		return
	}
	there := len(b) - wire.IPv6HeaderLen + d.Missing
	n, stated := ipv6PayloadLen(b)
	if !stated {
		n = there
	}
	if n > there && !d.quoted {
		d.Wrong("payload length runs past the end", 4)
		n = there
	}
	d.ipWhole = n <= len(b)-wire.IPv6HeaderLen
	d.ip = 6
	d.ipSum = sum128(b[8:24]) + sum128(b[24:40])
	if b[6] == wire.ProtoNoNext {
		d.Next(nil, wire.IPv6HeaderLen, n)
	} else if n > 0 {
		d.Next(byIPv6Next(b[6]), wire.IPv6HeaderLen, n)
	}
}

// ipv6PayloadLen is the length of what follows the fixed header, by the header
// itself or by a jumbo payload option (RFC 2675). A length of 0 with a
// payload of another kind is left for the card to fill in.
func ipv6PayloadLen(b []byte) (n int, stated bool) {
	n = int(binary.BigEndian.Uint16(b[4:]))
	if n != 0 || b[6] == wire.ProtoNoNext {
		return n, true
	}
	const jumbo, at = 0xc2, wire.IPv6HeaderLen
	if b[6] == wire.ProtoHopByHop && len(b) >= at+8 && b[at+2] == jumbo && b[at+3] == 4 {
		return int(binary.BigEndian.Uint32(b[at+4:])), true
	}
	return 0, false
}

func sum128(b []byte) uint64 {
	hi, lo := binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:16])
	return hi>>32 + hi&0xffffffff + lo>>32 + lo&0xffffffff
}

// byIPv6Next is the dissector of what a Next Header field names, or nil.
func byIPv6Next(p uint8) Func {
	switch p {
	case wire.ProtoHopByHop:
		return dissectHopByHop
	case wire.ProtoRouting:
		return dissectRouting
	case wire.ProtoFragment:
		return dissectFragment
	case wire.ProtoDestOpts:
		return dissectDestOpts
	case wire.ProtoNoNext:
		return nil
	}
	return byIPProto(p)
}

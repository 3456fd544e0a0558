package dissect

// Cisco's HDLC framing (RFC 1547 section 4.3.1, RFC 4349 section 3) and its
// keepalive protocol.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var chdlc = Proto{Name: "chdlc", Title: "Cisco HDLC", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	hexCode("chdlc.address", "Address", 0, 8, chdlcAddress),
	field("chdlc.control", "Control", 8, 8, wire.FieldHex),
	hexCode("chdlc.protocol", "Protocol", 16, 16, etherTypeName),
}}

func chdlcAddress(v uint64) string {
	switch v {
	case 0x0f:
		return "Unicast"
	case 0x8f:
		return "Multicast"
	}
	return ""
}

func dissectCHDLC(d *D, b []byte) {
	d.Begin(&chdlc)
	if !d.Header() {
		return
	}
	proto := binary.BigEndian.Uint16(b[2:])
	var fn Func
	switch proto {
	case 0x8035:
		fn = dissectSLARP
	case 0x2000:
		fn = dissectCDP
	case 0xfefe: // RFC 1547: OSI, after an octet of padding where that aligns it
		if len(b) > 4 && b[4] != 0x83 && b[4] != 0x82 && b[4] != 0x81 {
			d.Next(dissectOSI, 5, len(b)-5)
			return
		}
		fn = dissectOSI
	default:
		fn = byEtherType(proto)
	}
	d.Next(fn, 4, len(b)-4)
}

var slarp = Proto{Name: "slarp", Title: "Cisco SLARP", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{code("slarp.ptype", "Packet type", 0, 32, slarpType)},
	Fields: []*Def{&slarpAddress, &slarpMask, &slarpMine, &slarpYours}}

var (
	slarpAddress = loose("slarp.address", "Address", wire.FieldIPv4)
	slarpMask    = loose("slarp.netmask", "Netmask", wire.FieldIPv4)
	slarpMine    = loose("slarp.mysequence", "Outgoing sequence number", wire.FieldDec)
	slarpYours   = loose("slarp.yoursequence", "Returned sequence number", wire.FieldDec)
)

func slarpType(v uint64) string {
	switch v {
	case 0:
		return "Request"
	case 1:
		return "Reply"
	case 2:
		return "Line keepalive"
	}
	return ""
}

func dissectSLARP(d *D, b []byte) {
	d.Begin(&slarp)
	if !d.Header() {
		return
	}
	switch binary.BigEndian.Uint32(b) {
	case 0, 1:
		d.Uint(&slarpAddress, 4, 4)
		d.Uint(&slarpMask, 8, 4)
	case 2:
		mine, yours := d.Uint(&slarpMine, 4, 4), d.Uint(&slarpYours, 8, 4)
		d.info("SLARP (length: %d), keepalive: mineseen=0x%08x, yourseen=0x%08x, reliability=0x%04x", len(b), mine, yours, be16(b, 12))
	default:
		d.Wrong("unknown packet type", 0)
	}
}

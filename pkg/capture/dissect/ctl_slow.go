package dissect

// Slow protocols: IEEE 802.3 annex 57A; LACP and the marker protocol, IEEE
// 802.1AX sections 6.4 and 6.5; OAM, IEEE 802.3 section 57.4.

import (
	"github.com/netkit-go/netkit/pkg/wire"
)

var slow = Proto{Name: "slow", Title: "Slow Protocols", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{hexCode("slow.subtype", "Slow Protocols subtype", 0, 8, slowSubtype)}}

func slowSubtype(v uint64) string {
	switch v {
	case 1:
		return "LACP"
	case 2:
		return "Marker Protocol"
	case 3:
		return "OAM"
	case 10:
		return "Organization Specific Slow Protocol"
	}
	return ""
}

func dissectSlow(d *D, b []byte) {
	d.Begin(&slow)
	if !d.Header() {
		return
	}
	var fn Func
	switch b[0] {
	case 1:
		fn = dissectLACP
	case 2:
		fn = dissectMarker
	case 3:
		fn = dissectOAM
	}
	d.info("unknown (%d), length %d", b[0], len(b))
	d.Next(fn, 1, len(b)-1)
}

var lacp = Proto{Name: "lacp", Title: "Link Aggregation Control Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{field("lacp.version", "LACP Version", 0, 8, wire.FieldHex)},
	Parts:  [][]Def{lacpActor, lacpPartner, lacpCollector},
	Fields: []*Def{&lacpType, &lacpLen, &lacpPad, &lacpUnknown}}

var (
	lacpType    = Def{Field: wire.Field{Name: "lacp.tlv_type", Label: "TLV Type", Kind: wire.FieldHex}, Meaning: lacpTLV}
	lacpLen     = loose("lacp.tlv_length", "TLV Length", wire.FieldHex)
	lacpPad     = loose("lacp.pad", "Pad", Bytes)
	lacpUnknown = loose("lacp.vendor", "Unknown vendor", Bytes)
)

var lacpActor = []Def{
	field("lacp.actor.sys_priority", "Actor System Priority", 0, 16, wire.FieldDec),
	field("lacp.actor.sysid", "Actor System ID", 16, 48, wire.FieldMAC),
	field("lacp.actor.key", "Actor Key", 64, 16, wire.FieldDec),
	field("lacp.actor.port_priority", "Actor Port Priority", 80, 16, wire.FieldDec),
	field("lacp.actor.port", "Actor Port", 96, 16, wire.FieldDec),
	field("lacp.actor.state", "Actor State", 112, 8, wire.FieldHex),
	field("lacp.actor.state.expired", "Expired", 112, 1, wire.FieldFlag),
	field("lacp.actor.state.defaulted", "Defaulted", 113, 1, wire.FieldFlag),
	field("lacp.actor.state.distributing", "Distributing", 114, 1, wire.FieldFlag),
	field("lacp.actor.state.collecting", "Collecting", 115, 1, wire.FieldFlag),
	field("lacp.actor.state.synchronization", "Synchronization", 116, 1, wire.FieldFlag),
	field("lacp.actor.state.aggregation", "Aggregation", 117, 1, wire.FieldFlag),
	field("lacp.actor.state.timeout", "LACP Timeout", 118, 1, wire.FieldFlag),
	field("lacp.actor.state.activity", "LACP Activity", 119, 1, wire.FieldFlag),
	field("lacp.actor.reserved", "Reserved", 120, 24, Bytes),
}

var lacpPartner = []Def{
	field("lacp.partner.sys_priority", "Partner System Priority", 0, 16, wire.FieldDec),
	field("lacp.partner.sysid", "Partner System", 16, 48, wire.FieldMAC),
	field("lacp.partner.key", "Partner Key", 64, 16, wire.FieldDec),
	field("lacp.partner.port_priority", "Partner Port Priority", 80, 16, wire.FieldDec),
	field("lacp.partner.port", "Partner Port", 96, 16, wire.FieldDec),
	field("lacp.partner.state", "Partner State", 112, 8, wire.FieldHex),
	field("lacp.partner.state.expired", "Expired", 112, 1, wire.FieldFlag),
	field("lacp.partner.state.defaulted", "Defaulted", 113, 1, wire.FieldFlag),
	field("lacp.partner.state.distributing", "Distributing", 114, 1, wire.FieldFlag),
	field("lacp.partner.state.collecting", "Collecting", 115, 1, wire.FieldFlag),
	field("lacp.partner.state.synchronization", "Synchronization", 116, 1, wire.FieldFlag),
	field("lacp.partner.state.aggregation", "Aggregation", 117, 1, wire.FieldFlag),
	field("lacp.partner.state.timeout", "LACP Timeout", 118, 1, wire.FieldFlag),
	field("lacp.partner.state.activity", "LACP Activity", 119, 1, wire.FieldFlag),
	field("lacp.partner.reserved", "Reserved", 120, 24, Bytes),
}

var lacpCollector = []Def{
	field("lacp.collector.max_delay", "Collector Max Delay", 0, 16, wire.FieldDec),
	field("lacp.coll_reserved", "Reserved", 16, 96, Bytes),
}

func lacpTLV(v uint64) string {
	switch v {
	case 0:
		return "Terminator"
	case 1:
		return "Actor Information"
	case 2:
		return "Partner Information"
	case 3:
		return "Collector Information"
	}
	return ""
}

func dissectLACP(d *D, b []byte) {
	d.Begin(&lacp)
	if !d.Header() {
		return
	}
	d.info("LACPv%d, length %d", b[0], len(b)+1)
	for off := 1; off < len(b); {
		t := d.Uint(&lacpType, off, 1)
		n := int(d.Uint(&lacpLen, off+1, 1))
		body := off + 2
		if t == 0 {
			if body < len(b) {
				d.Bytes(&lacpPad, body, len(b)-body)
			}
			return
		}
		if n < 2 || off+n > len(b) {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+1)
			return
		}
		switch {
		case t == 1 && n == 20:
			d.part(lacpActor, body)
		case t == 2 && n == 20:
			d.part(lacpPartner, body)
		case t == 3 && n == 16:
			d.part(lacpCollector, body)
		case n > 2:
			d.Bytes(&lacpUnknown, body, n-2)
		}
		off += n
	}
}

var marker = Proto{Name: "marker", Title: "Link Aggregation Marker Protocol", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	field("marker.version", "Version Number", 0, 8, wire.FieldHex),
	code("marker.tlvType", "TLV Type", 8, 8, markerTypeName),
	field("marker.tlvLen", "TLV Length", 16, 8, wire.FieldHex),
	field("marker.requesterPort", "Requester Port", 24, 16, wire.FieldDec),
	field("marker.requesterSystem", "Requester System", 40, 48, wire.FieldMAC),
	field("marker.requesterTransId", "Requester Transaction ID", 88, 32, wire.FieldDec),
}, Fields: []*Def{&markerPad, &markerType, &markerLen, &markerReserved}}

var (
	markerPad      = loose("marker.requesterPad", "Requester Pad", wire.FieldHex)
	markerType     = looseCode("marker.tlvType", "TLV Type", markerTypeName)
	markerLen      = loose("marker.tlvLen", "TLV Length", wire.FieldHex)
	markerReserved = loose("marker.reserved", "Reserved", Bytes)
)

func markerTypeName(v uint64) string {
	switch v {
	case 0:
		return "Marker Terminator"
	case 1:
		return "Marker Information"
	case 2:
		return "Marker Response Information"
	}
	return ""
}

func dissectMarker(d *D, b []byte) {
	d.Begin(&marker)
	if !d.Header() {
		return
	}
	d.info("MARKERv%d, length %d", b[0], len(b)+1)
	d.Uint(&markerPad, 15, 2)
	if len(b) > 17 { // the terminator, and what fills the frame
		d.Uint(&markerType, 17, 1)
		d.Uint(&markerLen, 18, 1)
		d.some(&markerReserved, 19, len(b))
	}
}

var oam = Proto{Name: "oampdu", Title: "OAM Protocol Data Unit", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		field("oampdu.flags", "Flags", 0, 16, wire.FieldHex),
		field("oampdu.flags.remoteStable", "Remote Stable", 9, 1, wire.FieldFlag),
		field("oampdu.flags.remoteEvaluating", "Remote Evaluating", 10, 1, wire.FieldFlag),
		field("oampdu.flags.localStable", "Local Stable", 11, 1, wire.FieldFlag),
		field("oampdu.flags.localEvaluating", "Local Evaluating", 12, 1, wire.FieldFlag),
		field("oampdu.flags.criticalEvent", "Critical Event", 13, 1, wire.FieldFlag),
		field("oampdu.flags.dyingGasp", "Dying Gasp", 14, 1, wire.FieldFlag),
		field("oampdu.flags.linkFault", "Link Fault", 15, 1, wire.FieldFlag),
		hexCode("oampdu.code", "OAMPDU code", 16, 8, oamCode),
	},
	Fields: []*Def{&oamType, &oamLen, &oamValue}}

var (
	oamType  = loose("oampdu.info.type", "Type", wire.FieldHex)
	oamLen   = loose("oampdu.info.length", "TLV Length", wire.FieldHex)
	oamValue = loose("oampdu.data", "Data", Bytes)
)

func oamCode(v uint64) string {
	switch v {
	case 0:
		return "Information"
	case 1:
		return "Event notification"
	case 2:
		return "Variable Request"
	case 3:
		return "Variable Response"
	case 4:
		return "Loopback Control"
	case 0xfe:
		return "Organization Specific"
	}
	return ""
}

func dissectOAM(d *D, b []byte) {
	d.Begin(&oam)
	if !d.Header() {
		return
	}
	d.info("OAM, %s, length %d", oamCode(uint64(b[2])), len(b)+1)
	off := 3
	for b[2] == 0 && off < len(b) {
		t, n := d.Uint(&oamType, off, 1), 0
		if t == 0 {
			break
		}
		n = int(d.Uint(&oamLen, off+1, 1))
		if n < 2 || off+n > len(b) {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+1)
			return
		}
		if n > 2 {
			d.Bytes(&oamValue, off+2, n-2)
		}
		off += n
	}
	if b[2] != 0 && off < len(b) {
		d.Bytes(&oamValue, off, len(b)-off)
	}
}

package dissect

// What networks were built of besides IP on Ethernet: AppleTalk's AARP and DDP
// (Inside AppleTalk, chapters 2 and 4), Novell's IPX, frame relay (RFC 2427); and
// the header of OpenBSD's packet filter log.

import "github.com/netkit-go/netkit/pkg/wire"

var aarp = Proto{Name: "aarp", Title: "AppleTalk Address Resolution Protocol", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	code("aarp.hard.type", "Hardware type", 0, 16, hardwareName),
	hexCode("aarp.proto.type", "Protocol type", 16, 16, etherTypeName),
	field("aarp.hard.size", "Hardware size", 32, 8, wire.FieldDec),
	field("aarp.proto.size", "Protocol size", 40, 8, wire.FieldDec),
	code("aarp.opcode", "Opcode", 48, 16, aarpOp),
	field("aarp.src.hw_mac", "Sender MAC address", 64, 48, wire.FieldMAC),
	field("aarp.src.proto_id", "Sender ID", 112, 32, Bytes),
	field("aarp.dst.hw_mac", "Target MAC address", 144, 48, wire.FieldMAC),
	field("aarp.dst.proto_id", "Target ID", 192, 32, Bytes),
}}

func aarpOp(v uint64) string {
	switch v {
	case 1:
		return "request"
	case 2:
		return "reply"
	case 3:
		return "probe"
	}
	return ""
}

func dissectAARP(d *D, b []byte) {
	d.Begin(&aarp)
	if !d.Header() {
		return
	}
	d.Claim(28)
	if op := be16(b, 6); op == 2 {
		d.info("aarp reply %d.%d is-at %v", be16(b, 15), b[17], mac(b[8:]))
	} else if op == 1 {
		d.info("aarp who-has %d.%d tell %d.%d", be16(b, 25), b[27], be16(b, 15), b[17])
	} else {
		d.info("aarp %s %d.%d tell %d.%d", aarpOp(uint64(op)), be16(b, 25), b[27], be16(b, 15), b[17])
	}
}

var ddp = Proto{Name: "ddp", Title: "Datagram Delivery Protocol", TCPIP: Internet, OSI: OSINetwork, Header: []Def{
	field("ddp.hopcount", "Hop count", 2, 4, wire.FieldDec),
	field("ddp.len", "Datagram length", 6, 10, wire.FieldDec),
	field("ddp.checksum", "Checksum", 16, 16, wire.FieldHex),
	field("ddp.dst.net", "Destination Net", 32, 16, wire.FieldDec),
	field("ddp.src.net", "Source Net", 48, 16, wire.FieldDec),
	field("ddp.dst.node", "Destination Node", 64, 8, wire.FieldDec),
	field("ddp.src.node", "Source Node", 72, 8, wire.FieldDec),
	field("ddp.dst_socket", "Destination Socket", 80, 8, wire.FieldDec),
	field("ddp.src_socket", "Source Socket", 88, 8, wire.FieldDec),
	code("ddp.type", "Protocol type", 96, 8, ddpType),
}}

const ddpLen = 13

func ddpType(v uint64) string {
	switch v {
	case 1, 5:
		return "RTMP"
	case 2:
		return "NBP"
	case 3:
		return "ATP"
	case 4:
		return "AEP"
	case 6:
		return "ZIP"
	case 7:
		return "ADSP"
	case 0x58:
		return "EIGRP for AppleTalk"
	}
	return ""
}

func dissectDDP(d *D, b []byte) {
	d.Begin(&ddp)
	if !d.Header() {
		return
	}
	d.info("AT %d.%d.%d > %d.%d.%d: at-%s %d", be16(b, 6), b[9], b[11], be16(b, 4), b[8], b[10], ddpType(uint64(b[12])), len(b)-ddpLen)
	d.Next(nil, ddpLen, max(0, min(be16(b, 0)&0x3ff, len(b))-ddpLen))
}

var ipx = Proto{Name: "ipx", Title: "Internetwork Packet eXchange", TCPIP: Internet, OSI: OSINetwork, Header: []Def{
	field("ipx.checksum", "Checksum", 0, 16, wire.FieldHex),
	field("ipx.len", "Length", 16, 16, wire.FieldDec),
	field("ipx.hops", "Transport Control (Hops)", 32, 8, wire.FieldDec),
	code("ipx.packet_type", "Packet Type", 40, 8, ipxType),
	field("ipx.dst.net", "Destination Network", 48, 32, wire.FieldHex),
	field("ipx.dst.node", "Destination Node", 80, 48, wire.FieldMAC),
	code("ipx.dst.socket", "Destination Socket", 128, 16, ipxSocket),
	field("ipx.src.net", "Source Network", 144, 32, wire.FieldHex),
	field("ipx.src.node", "Source Node", 176, 48, wire.FieldMAC),
	code("ipx.src.socket", "Source Socket", 224, 16, ipxSocket),
}}

const ipxLen = 30

func ipxType(v uint64) string {
	switch v {
	case 0:
		return "IPX"
	case 1:
		return "RIP"
	case 4:
		return "PEP"
	case 5:
		return "SPX"
	case 17:
		return "NCP"
	case 20:
		return "NetBIOS Broadcast"
	}
	return ""
}

func ipxSocket(v uint64) string {
	switch v {
	case 0x451:
		return "NCP"
	case 0x452:
		return "SAP"
	case 0x453:
		return "RIP"
	case 0x455:
		return "NetBIOS"
	case 0x456:
		return "Diagnostic"
	case 0x457:
		return "Serialization"
	}
	return ""
}

func dissectIPX(d *D, b []byte) {
	d.Begin(&ipx)
	if !d.Header() {
		return
	}
	end := be16(b, 2)
	if end < ipxLen || end > len(b) {
		d.Wrong("length does not fit", 2)
		end = len(b)
	}
	d.info("IPX %08x.%v.%04x > %08x.%v.%04x: ipx-%s %d", be32(b, 18), mac(b[22:]), be16(b, 28), be32(b, 6), mac(b[10:]), be16(b, 16),
		ipxType(uint64(b[5])), end-ipxLen)
	d.Next(nil, ipxLen, end-ipxLen)
}

var frameRelay = Proto{Name: "fr", Title: "Frame Relay", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		field("fr.upper_dlci", "Upper DLCI", 0, 6, wire.FieldHex),
		field("fr.cr", "CR", 6, 1, wire.FieldFlag),
		field("fr.ea", "EA", 7, 1, wire.FieldFlag),
		field("fr.second_dlci", "Second DLCI", 8, 4, wire.FieldHex),
		field("fr.fecn", "FECN", 12, 1, wire.FieldFlag),
		field("fr.becn", "BECN", 13, 1, wire.FieldFlag),
		field("fr.de", "DE", 14, 1, wire.FieldFlag),
		field("fr.ea", "EA", 15, 1, wire.FieldFlag),
	},
	Fields: []*Def{&frDLCI, &frControl, &frNLPID, &frOUI, &frPID, &frType}}

var (
	frDLCI    = loose("fr.dlci", "DLCI", wire.FieldDec)
	frControl = loose("fr.control", "Control Field", wire.FieldHex)
	frNLPID   = Def{Field: wire.Field{Name: "fr.nlpid", Label: "NLPID", Kind: wire.FieldHex}, Meaning: nlpidName}
	frOUI     = Def{Field: wire.Field{Name: "fr.snap.oui", Label: "Organization Code", Kind: wire.FieldHex}, Meaning: ouiName}
	frPID     = Def{Field: wire.Field{Name: "fr.snap.pid", Label: "Protocol ID", Kind: wire.FieldHex}}
	frType    = Def{Field: wire.Field{Name: "fr.snaptype", Label: "Type", Kind: wire.FieldHex}, Meaning: etherTypeName}
)

// dissectFrameRelay takes addresses of two octets, RFC 2427's encapsulation and
// Cisco's, which has an EtherType where RFC 2427 has the control field.
func dissectFrameRelay(d *D, b []byte) {
	d.Begin(&frameRelay)
	if !d.Header() {
		return
	}
	d.Num(&frDLCI, 0, 2, uint64(b[0]>>2)<<4|uint64(b[1]>>4))
	if b[0]&1 == 1 || b[1]&1 == 0 {
		d.Wrong("the address is not of two octets", 0)
		return
	}
	if t := be16(b, 2); t >= wire.EthernetMinType && etherTypeName(uint64(t)) != "" {
		d.Uint(&frType, 2, 2)
		d.Next(byEtherType(uint16(t)), 4, len(b)-4)
		return
	}
	d.Uint(&frControl, 2, 1)
	off := 3
	if off < len(b) && b[off] == 0 { // RFC 2427 section 3: padding
		off++
	}
	nlpid := d.Uint(&frNLPID, off, 1)
	if off >= len(b) {
		return
	}
	if nlpid != 0x80 {
		d.Next(dissectOSI, off, len(b)-off)
		return
	}
	oui := d.Uint(&frOUI, off+1, 3)
	if off+6 > len(b) {
		d.cut(off + 4)
		return
	}
	pid := uint16(be16(b, off+4))
	if oui == ouiEncapsulated {
		d.Uint(&frType, off+4, 2)
		d.Next(byEtherType(pid), off+6, len(b)-off-6)
		return
	}
	d.Uint(&frPID, off+4, 2)
	var fn Func
	if oui == ouiBridged && (pid == 1 || pid == 7) {
		fn = dissectEthernet
	}
	d.Next(fn, off+6, len(b)-off-6)
}

var pflog = Proto{Name: "pflog", Title: "OpenBSD Packet Filter log file", TCPIP: Link, OSI: OSIDataLink, Parts: [][]Def{pflogHead}}

var pflogHead = []Def{
	field("pflog.length", "Header Length", 0, 8, wire.FieldDec),
	code("pflog.af", "Address Family", 8, 8, familyName),
	code("pflog.action", "Action", 16, 8, pflogAction),
	code("pflog.reason", "Reason", 24, 8, pflogReason),
	field("pflog.ifname", "Interface", 32, 128, Text),
	field("pflog.ruleset", "Ruleset", 160, 128, Text),
	field("pflog.rulenr", "Rule Number", 288, 32, wire.FieldDec),
	field("pflog.subrulenr", "Sub Rule Number", 320, 32, wire.FieldDec),
	field("pflog.uid", "UID", 352, 32, wire.FieldDec),
	field("pflog.pid", "PID", 384, 32, wire.FieldDec),
	field("pflog.rule_uid", "Rule UID", 416, 32, wire.FieldDec),
	field("pflog.rule_pid", "Rule PID", 448, 32, wire.FieldDec),
	code("pflog.dir", "Direction", 480, 8, pflogDirection),
}

func pflogAction(v uint64) string {
	switch v {
	case 0:
		return "pass"
	case 1:
		return "block"
	case 2:
		return "scrub"
	case 4:
		return "nat"
	case 6:
		return "binat"
	case 8:
		return "rdr"
	}
	return ""
}

func pflogReason(v uint64) string {
	switch v {
	case 0:
		return "match"
	case 1:
		return "bad-offset"
	case 2:
		return "fragment"
	case 3:
		return "short"
	case 4:
		return "normalize"
	case 5:
		return "memory"
	}
	return ""
}

func pflogDirection(v uint64) string {
	switch v {
	case 0:
		return "inout"
	case 1:
		return "in"
	case 2:
		return "out"
	}
	return ""
}

func dissectPFLOG(d *D, b []byte) {
	d.Begin(&pflog)
	if !d.part(pflogHead, 0) {
		return
	}
	n := (int(b[0]) + 3) &^ 3 // the length leaves out the padding
	if n < 61 {
		d.Wrong("header length is too short", 0)
		return
	}
	d.Next(dissectRawIP, n, len(b)-n)
}

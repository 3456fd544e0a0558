package dissect

// The frames of protocols that are shown by their messages and objects, without
// what is in each: EIGRP (RFC 7868 section 6), LDP (RFC 5036 section 3), RSVP (RFC
// 2205 section 3.1).

import "github.com/netkit-go/netkit/pkg/wire"

var eigrp = Proto{Name: "eigrp", Title: "Enhanced Interior Gateway Routing Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("eigrp.version", "Version", 0, 8, wire.FieldDec),
		code("eigrp.opcode", "Opcode", 8, 8, eigrpOp),
	},
	Parts:  [][]Def{eigrpRest, eigrpTLVHead, eigrpParameters},
	Fields: []*Def{&eigrpChecksum, &eigrpStatus, &eigrpTLV, &eigrpValue}}

var eigrpRest = []Def{
	field("eigrp.flags", "Flags", 32, 32, wire.FieldHex),
	field("eigrp.flags.eot", "End Of Table", 60, 1, wire.FieldFlag),
	field("eigrp.flags.restart", "Restart", 61, 1, wire.FieldFlag),
	field("eigrp.flags.condrecv", "Conditional Receive", 62, 1, wire.FieldFlag),
	field("eigrp.flags.init", "Init", 63, 1, wire.FieldFlag),
	field("eigrp.seq", "Sequence", 64, 32, wire.FieldDec),
	field("eigrp.ack", "Acknowledge", 96, 32, wire.FieldDec),
	field("eigrp.vrid", "Virtual Router ID", 128, 16, wire.FieldDec),
	field("eigrp.as", "Autonomous System", 144, 16, wire.FieldDec),
}

var eigrpTLVHead = []Def{
	hexCode("eigrp.tlv_type", "Type", 0, 16, eigrpTLVName),
	field("eigrp.tlv.len", "Length", 16, 16, wire.FieldDec),
}

var eigrpParameters = []Def{
	field("eigrp.par.k1", "K1", 0, 8, wire.FieldDec),
	field("eigrp.par.k2", "K2", 8, 8, wire.FieldDec),
	field("eigrp.par.k3", "K3", 16, 8, wire.FieldDec),
	field("eigrp.par.k4", "K4", 24, 8, wire.FieldDec),
	field("eigrp.par.k5", "K5", 32, 8, wire.FieldDec),
	field("eigrp.par.k6", "K6", 40, 8, wire.FieldDec),
	field("eigrp.par.holdtime", "Hold Time", 48, 16, wire.FieldDec),
}

var (
	eigrpChecksum = field("eigrp.checksum", "Checksum", 16, 16, wire.FieldHex)
	eigrpStatus   = looseCode("eigrp.checksum.status", "Checksum Status", checksumStatus)
	eigrpTLV      = loose("eigrp.tlv", "TLV", Group)
	eigrpValue    = loose("eigrp.tlv.value", "Value", Bytes)
)

func eigrpOp(v uint64) string {
	switch v {
	case 1:
		return "Update"
	case 3:
		return "Query"
	case 4:
		return "Reply"
	case 5:
		return "Hello"
	case 10:
		return "SIA-Query"
	case 11:
		return "SIA-Reply"
	}
	return ""
}

func eigrpTLVName(v uint64) string {
	switch v {
	case 0x0001:
		return "Parameters"
	case 0x0002:
		return "Authentication"
	case 0x0003:
		return "Sequence"
	case 0x0004:
		return "Software Version"
	case 0x0005:
		return "Next multicast sequence"
	case 0x0006:
		return "Stub routing"
	case 0x0102:
		return "Internal Route (IPv4)"
	case 0x0103:
		return "External Route (IPv4)"
	case 0x0402:
		return "Internal Route (IPv6)"
	case 0x0403:
		return "External Route (IPv6)"
	case 0x0602:
		return "Internal Route (wide metric)"
	case 0x0603:
		return "External Route (wide metric)"
	}
	return ""
}

func dissectEIGRP(d *D, b []byte) {
	d.Begin(&eigrp)
	if !d.Header() {
		return
	}
	d.info("EIGRP %s, length: %d", eigrpOp(uint64(b[1])), len(b))
	d.sum16(&eigrpChecksum, &eigrpStatus, 2, d.sum(b, false, 88))
	if !d.part(eigrpRest, 0) {
		return
	}
	for off := 20; off < len(b); {
		if off+4 > len(b) {
			d.cut(off)
			return
		}
		typ, n := be16(b, off), be16(b, off+2)
		d.openName(&eigrpTLV, off, n, eigrpTLVName(uint64(typ)))
		d.part(eigrpTLVHead, off)
		if n < 4 || off+n > len(b) {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+2)
			d.Close()
			return
		}
		if typ == 1 && n == 12 {
			d.part(eigrpParameters, off+4)
		} else {
			d.some(&eigrpValue, off+4, off+n)
		}
		d.Close()
		off += n
	}
}

var ldp = Proto{Name: "ldp", Title: "Label Distribution Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("ldp.hdr.version", "Version", 0, 16, wire.FieldDec),
		field("ldp.hdr.pdu_len", "PDU Length", 16, 16, wire.FieldDec),
		field("ldp.hdr.ldpid.lsr", "LSR ID", 32, 32, wire.FieldIPv4),
		field("ldp.hdr.ldpid.lsid", "Label Space ID", 64, 16, wire.FieldDec),
	},
	Parts:  [][]Def{ldpMessageHead, ldpTLVHead, ldpHello},
	Fields: []*Def{&ldpMessage, &ldpTLV, &ldpValue, &ldpAddr4, &ldpAddr6, &ldpLabel}}

var ldpMessageHead = []Def{
	field("ldp.msg.ubit", "U bit", 0, 1, wire.FieldFlag),
	hexCode("ldp.msg.type", "Message Type", 1, 15, ldpMessageName),
	field("ldp.msg.len", "Message Length", 16, 16, wire.FieldDec),
	field("ldp.msg.id", "Message ID", 32, 32, wire.FieldHex),
}

var ldpTLVHead = []Def{
	field("ldp.msg.tlv.unknown", "TLV Unknown bits", 0, 2, wire.FieldHex),
	hexCode("ldp.msg.tlv.type", "TLV Type", 2, 14, ldpTLVName),
	field("ldp.msg.tlv.len", "TLV Length", 16, 16, wire.FieldDec),
}

var ldpHello = []Def{
	field("ldp.msg.tlv.hello.hold", "Hold Time", 0, 16, wire.FieldDec),
	field("ldp.msg.tlv.hello.targeted", "Targeted Hello", 16, 1, wire.FieldFlag),
	field("ldp.msg.tlv.hello.requested", "Hello Requested", 17, 1, wire.FieldFlag),
	field("ldp.msg.tlv.hello.gtsm", "GTSM Flag", 18, 1, wire.FieldFlag),
}

var (
	ldpMessage = loose("ldp.msg", "Message", Group)
	ldpTLV     = loose("ldp.msg.tlv", "TLV", Group)
	ldpValue   = loose("ldp.msg.tlv.value", "TLV Value", Bytes)
	ldpAddr4   = loose("ldp.msg.tlv.ipv4.taddr", "IPv4 Transport Address", wire.FieldIPv4)
	ldpAddr6   = loose("ldp.msg.tlv.ipv6.taddr", "IPv6 Transport Address", wire.FieldIPv6)
	ldpLabel   = loose("ldp.msg.tlv.generic.label", "Generic Label", wire.FieldDec)
)

func ldpMessageName(v uint64) string {
	switch v {
	case 0x0001:
		return "Notification Message"
	case 0x0100:
		return "Hello Message"
	case 0x0200:
		return "Initialization Message"
	case 0x0201:
		return "Keep Alive Message"
	case 0x0300:
		return "Address Message"
	case 0x0301:
		return "Address Withdrawal Message"
	case 0x0400:
		return "Label Mapping Message"
	case 0x0401:
		return "Label Request Message"
	case 0x0402:
		return "Label Withdrawal Message"
	case 0x0403:
		return "Label Release Message"
	case 0x0404:
		return "Label Abort Request Message"
	}
	return ""
}

func ldpTLVName(v uint64) string {
	switch v {
	case 0x100:
		return "Forwarding Equivalence Classes TLV"
	case 0x101:
		return "Address List TLV"
	case 0x103:
		return "Hop Count TLV"
	case 0x104:
		return "Path Vector TLV"
	case 0x200:
		return "Generic Label TLV"
	case 0x300:
		return "Status TLV"
	case 0x400:
		return "Common Hello Parameters TLV"
	case 0x401:
		return "IPv4 Transport Address TLV"
	case 0x402:
		return "Configuration Sequence Number TLV"
	case 0x403:
		return "IPv6 Transport Address TLV"
	case 0x500:
		return "Common Session Parameters TLV"
	}
	return ""
}

func dissectLDP(d *D, b []byte) {
	d.Begin(&ldp)
	if !d.Header() {
		return
	}
	d.info("LDP, Label-Space-ID: %v:%d, pdu-length: %d", addr4(b[4:]), be16(b, 8), be16(b, 2))
	end := 4 + be16(b, 2) // RFC 5036 3.1: without the version and the length itself
	if end < 10 || end > len(b) {
		d.Wrong("PDU length does not fit", 2)
		end = len(b)
	}
	d.Claim(end)
	for off := 10; off < end; {
		if off+8 > end {
			d.cut(off)
			return
		}
		n := 4 + be16(b, off+2)
		d.openName(&ldpMessage, off, n, ldpMessageName(uint64(be16(b, off)&0x7fff)))
		d.part(ldpMessageHead, off)
		if n < 8 || off+n > end {
			d.Wrong("message's length does not fit", off+2)
			d.Close()
			return
		}
		ldpTLVs(d, b, off+8, off+n)
		d.Close()
		off += n
	}
}

func ldpTLVs(d *D, b []byte, off, end int) {
	for off < end {
		if off+4 > end {
			d.cut(off)
			return
		}
		typ, n := be16(b, off)&0x3fff, be16(b, off+2)
		d.openName(&ldpTLV, off, 4+n, ldpTLVName(uint64(typ)))
		d.part(ldpTLVHead, off)
		at := off + 4
		switch {
		case at+n > end:
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+2)
		case typ == 0x400 && n >= 4:
			d.part(ldpHello, at)
		case typ == 0x401 && n == 4:
			d.Uint(&ldpAddr4, at, 4)
		case typ == 0x403 && n == 16:
			d.Bytes(&ldpAddr6, at, 16)
		case typ == 0x200 && n == 4:
			d.Bits(&ldpLabel, at*8+12, 20)
		default:
			d.some(&ldpValue, at, at+n)
		}
		d.Close()
		off = at + n
	}
}

var rsvp = Proto{Name: "rsvp", Title: "Resource ReserVation Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("rsvp.version", "Version", 0, 4, wire.FieldDec),
		field("rsvp.flags", "Flags", 4, 4, wire.FieldHex),
		code("rsvp.msg", "Message Type", 8, 8, rsvpMessage),
		field("rsvp.checksum", "Message Checksum", 16, 16, wire.FieldHex),
		field("rsvp.sending_ttl", "Sending TTL", 32, 8, wire.FieldDec),
		field("rsvp.message_length", "Message length", 48, 16, wire.FieldDec),
	},
	Parts:  [][]Def{rsvpObjectHead},
	Fields: []*Def{&rsvpStatus, &rsvpObject, &rsvpData}}

var rsvpObjectHead = []Def{
	field("rsvp.length", "Length", 0, 16, wire.FieldDec),
	code("rsvp.object", "Object class", 16, 8, rsvpClass),
	field("rsvp.ctype", "C-type", 24, 8, wire.FieldDec),
}

var (
	rsvpStatus = looseCode("rsvp.checksum.status", "Checksum Status", checksumStatus)
	rsvpObject = loose("rsvp.object_item", "Object", Group)
	rsvpData   = loose("rsvp.object_data", "Data", Bytes)
)

func rsvpMessage(v uint64) string {
	switch v {
	case 1:
		return "PATH Message"
	case 2:
		return "RESV Message"
	case 3:
		return "PATH ERROR Message"
	case 4:
		return "RESV ERROR Message"
	case 5:
		return "PATH TEAR Message"
	case 6:
		return "RESV TEAR Message"
	case 7:
		return "CONFIRM Message"
	case 12:
		return "BUNDLE Message"
	case 13:
		return "ACK Message"
	case 15:
		return "SREFRESH Message"
	case 20:
		return "HELLO Message"
	}
	return ""
}

// rsvpWord is tcpdump's word for a message.
func rsvpWord(t byte) string {
	switch t {
	case 1:
		return "Path"
	case 2:
		return "Resv"
	case 3:
		return "PathErr"
	case 4:
		return "ResvErr"
	case 5:
		return "PathTear"
	case 6:
		return "ResvTear"
	case 7:
		return "ResvConf"
	case 12:
		return "Bundle"
	case 13:
		return "ACK"
	case 15:
		return "Refresh"
	case 20:
		return "Hello"
	}
	return "Unknown"
}

func rsvpClass(v uint64) string {
	switch v {
	case 1:
		return "SESSION object"
	case 3:
		return "HOP object"
	case 4:
		return "INTEGRITY object"
	case 5:
		return "TIME VALUES object"
	case 6:
		return "ERROR object"
	case 7:
		return "SCOPE object"
	case 8:
		return "STYLE object"
	case 9:
		return "FLOWSPEC object"
	case 10:
		return "FILTERSPEC object"
	case 11:
		return "SENDER TEMPLATE object"
	case 12:
		return "SENDER TSPEC object"
	case 13:
		return "ADSPEC object"
	case 14:
		return "POLICY object"
	case 15:
		return "CONFIRM object"
	case 16:
		return "LABEL object"
	case 19:
		return "LABEL REQUEST object"
	case 20:
		return "EXPLICIT ROUTE object"
	case 21:
		return "RECORD ROUTE object"
	case 22:
		return "HELLO object"
	case 23:
		return "MESSAGE-ID object"
	case 207:
		return "SESSION ATTRIBUTE object"
	}
	return ""
}

func dissectRSVP(d *D, b []byte) {
	d.Begin(&rsvp)
	if !d.Header() {
		return
	}
	d.info("RSVPv%d %s Message, length: %d", b[0]>>4, rsvpWord(b[1]), len(b))
	end := be16(b, 6)
	if end < 8 || end > len(b) {
		d.Wrong("message length does not fit", 6)
		end = len(b)
	}
	if be16(b, 2) == 0 { // RFC 2205 3.1.1: no checksum was transmitted
		d.Gen(&rsvpStatus, sumAbsent)
	} else {
		d.sumVerdict(&rsvpStatus, 2, d.sum(b[:end], false, 46))
	}
	d.Claim(end)
	for off := 8; off < end; {
		if off+4 > end {
			d.cut(off)
			return
		}
		n := be16(b, off)
		d.openName(&rsvpObject, off, n, rsvpClass(uint64(b[off+2])))
		d.part(rsvpObjectHead, off)
		if n < 4 || off+n > end {
			d.Wrong("object's length does not fit", off)
			d.Close()
			return
		}
		d.some(&rsvpData, off+4, off+n)
		d.Close()
		off += n
	}
}

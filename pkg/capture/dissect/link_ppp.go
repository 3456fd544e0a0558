package dissect

// The Point-to-Point Protocol: RFC 1661 (framing, sections 2 and 5: the control
// protocols' packets, 6: LCP's options), RFC 1662 section 3.1 (HDLC address and
// control fields), RFC 1332 and 1877 (IPCP), RFC 5072 (IPV6CP), RFC 1334 (PAP),
// RFC 1994 (CHAP).

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ppp = Proto{Name: "ppp", Title: "Point-to-Point Protocol", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&pppDirection, &pppAddress, &pppControl, &pppProtocol}}

var (
	pppDirection = looseCode("ppp.direction", "Direction", pppDirectionName)
	pppAddress   = loose("ppp.address", "Address", wire.FieldHex)
	pppControl   = loose("ppp.control", "Control", wire.FieldHex)
	pppProtocol  = Def{Field: wire.Field{Name: "ppp.protocol", Label: "Protocol", Kind: wire.FieldHex}, Meaning: pppProtocolName}
	pppCode      = code("ppp.code", "Code", 0, 8, pppCodeName)
	pppID        = field("ppp.identifier", "Identifier", 8, 8, wire.FieldDec)
	pppLength    = field("ppp.length", "Length", 16, 16, wire.FieldDec)
	pppMagic     = loose("ppp.magic_number", "Magic Number", wire.FieldHex)
	pppData      = loose("ppp.data", "Data", Bytes)
)

func pppDirectionName(v uint64) string {
	if v == 0 {
		return "DTE->DCE"
	}
	return "DCE->DTE"
}

func pppProtocolName(v uint64) string {
	switch v {
	case 0x0021:
		return "Internet Protocol version 4"
	case 0x0023:
		return "OSI Network Layer"
	case 0x0029:
		return "AppleTalk"
	case 0x002b:
		return "Novell IPX"
	case 0x002d:
		return "Van Jacobson Compressed TCP/IP"
	case 0x002f:
		return "Van Jacobson Uncompressed TCP/IP"
	case 0x0031:
		return "Bridging PDU"
	case 0x003d:
		return "PPP Multilink Protocol"
	case 0x0053:
		return "Encryption"
	case 0x0057:
		return "Internet Protocol version 6"
	case 0x00fd:
		return "Compressed datagram"
	case 0x0281:
		return "MPLS Unicast"
	case 0x0283:
		return "MPLS Multicast"
	case 0x8021:
		return "Internet Protocol Control Protocol"
	case 0x8053:
		return "Encryption Control Protocol"
	case 0x8057:
		return "IPv6 Control Protocol"
	case 0x80fd:
		return "Compression Control Protocol"
	case 0x8281:
		return "MPLS Control Protocol"
	case 0xc021:
		return "Link Control Protocol"
	case 0xc023:
		return "Password Authentication Protocol"
	case 0xc025:
		return "Link Quality Report"
	case 0xc223:
		return "Challenge Handshake Authentication Protocol"
	case 0xc227:
		return "Extensible Authentication Protocol"
	}
	return ""
}

func byPPP(proto uint16) Func {
	switch proto {
	case 0x0021:
		return dissectIPv4
	case 0x0023:
		return dissectOSI
	case 0x0029:
		return dissectDDP
	case 0x002b:
		return dissectIPX
	case 0x0057:
		return dissectIPv6
	case 0x0281, 0x0283:
		return dissectMPLS
	case 0x8021:
		return dissectIPCP
	case 0x8057:
		return dissectIPV6CP
	case 0x80fd:
		return dissectCCP
	case 0xc021:
		return dissectLCP
	case 0xc023:
		return dissectPAP
	case 0xc223:
		return dissectCHAP
	case 0xc227:
		return dissectEAP
	}
	return nil
}

// dissectPPP accepts the HDLC address and control fields and their absence, both
// forms of the protocol field (RFC 1661 6.5: its last octet alone is odd), and
// Cisco's framing, which begins with another address.
func dissectPPP(d *D, b []byte) {
	if len(b) >= 4 && (b[0] == 0x0f || b[0] == 0x8f) {
		dissectCHDLC(d, b)
		return
	}
	d.Begin(&ppp)
	dissectPPPAt(d, b, 0)
}

// dissectPPPDirected has the direction in an octet before the frame.
func dissectPPPDirected(d *D, b []byte) {
	d.Begin(&ppp)
	d.Uint(&pppDirection, 0, 1)
	dissectPPPAt(d, b, 1)
}

func dissectPPPAt(d *D, b []byte, off int) {
	if len(b) >= off+2 && b[off] == 0xff && b[off+1] == 0x03 {
		d.Uint(&pppAddress, off, 1)
		d.Uint(&pppControl, off+1, 1)
		off += 2
	}
	n := 2
	if len(b) > off && b[off]&1 == 1 {
		n = 1
	}
	if len(b) < off+n {
		d.Wrong("cut short", off)
		return
	}
	proto := uint16(d.Uint(&pppProtocol, off, n))
	d.info("PPP, %s (0x%04x), length %d", pppProtocolName(uint64(proto)), proto, len(b))
	d.Next(byPPP(proto), off+n, len(b)-off-n)
}

var lcp = Proto{Name: "lcp", Title: "PPP Link Control Protocol", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&pppCode, &pppID, &pppLength, &pppMagic, &pppData, &lcpMagic, &lcpData, &lcpMessage, &lcpSeconds, &lcpRejected, &lcpOption, &lcpOptType, &lcpOptLength,
		&lcpOptData, &lcpMRU, &lcpMap, &lcpAuth, &lcpAlgorithm, &lcpQuality, &lcpPeriod, &lcpOptMagic, &lcpFCS, &lcpCallback,
		&lcpMRRU, &lcpEndpoint}}

var (
	lcpMagic     = loose("lcp.magic_number", "Magic Number", wire.FieldHex)
	lcpData      = loose("lcp.data", "Data", Bytes)
	lcpMessage   = loose("lcp.message", "Message", Text)
	lcpSeconds   = loose("lcp.secs_remaining", "Seconds Remaining", wire.FieldDec)
	lcpRejected  = Def{Field: wire.Field{Name: "lcp.rej_proto", Label: "Rejected Protocol", Kind: wire.FieldHex}, Meaning: pppProtocolName}
	lcpOption    = loose("lcp.opt", "Option", Group)
	lcpOptType   = looseCode("lcp.opt.type", "Type", lcpOptionName)
	lcpOptLength = loose("lcp.opt.length", "Length", wire.FieldDec)
	lcpOptData   = loose("lcp.opt.data", "Data", Bytes)
	lcpMRU       = loose("lcp.opt.mru", "Maximum Receive Unit", wire.FieldDec)
	lcpMap       = loose("lcp.opt.asyncmap", "Async Control Character Map", wire.FieldHex)
	lcpAuth      = Def{Field: wire.Field{Name: "lcp.opt.auth_protocol", Label: "Authentication Protocol", Kind: wire.FieldHex}, Meaning: pppProtocolName}
	lcpAlgorithm = looseCode("lcp.opt.algorithm", "Algorithm", chapAlgorithm)
	lcpQuality   = Def{Field: wire.Field{Name: "lcp.opt.quality_protocol", Label: "Quality Protocol", Kind: wire.FieldHex}, Meaning: pppProtocolName}
	lcpPeriod    = loose("lcp.opt.reporting_period", "Reporting Period", wire.FieldDec)
	lcpOptMagic  = loose("lcp.opt.magic_number", "Magic Number", wire.FieldHex)
	lcpFCS       = loose("lcp.opt.fcs_alternatives", "FCS Alternatives", wire.FieldHex)
	lcpCallback  = loose("lcp.opt.operation", "Operation", wire.FieldDec)
	lcpMRRU      = loose("lcp.opt.mrru", "MRRU", wire.FieldDec)
	lcpEndpoint  = loose("lcp.opt.ep_disc_class", "Class", wire.FieldDec)
)

// pppCodeName is RFC 1661 section 5, with RFC 1570's two.
func pppCodeName(v uint64) string {
	switch v {
	case 0:
		return "Vendor Specific"
	case 1:
		return "Configuration Request"
	case 2:
		return "Configuration Ack"
	case 3:
		return "Configuration Nak"
	case 4:
		return "Configuration Reject"
	case 5:
		return "Termination Request"
	case 6:
		return "Termination Ack"
	case 7:
		return "Code Reject"
	case 8:
		return "Protocol Reject"
	case 9:
		return "Echo Request"
	case 10:
		return "Echo Reply"
	case 11:
		return "Discard Request"
	case 12:
		return "Identification"
	case 13:
		return "Time Remaining"
	}
	return ""
}

// pppCodeWord is tcpdump's word for a code.
func pppCodeWord(v byte) string {
	switch v {
	case 1:
		return "Conf-Request"
	case 2:
		return "Conf-Ack"
	case 3:
		return "Conf-Nack"
	case 4:
		return "Conf-Reject"
	case 5:
		return "Term-Request"
	case 6:
		return "Term-Ack"
	case 7:
		return "Code-Reject"
	case 8:
		return "Prot-Reject"
	case 9:
		return "Echo-Request"
	case 10:
		return "Echo-Reply"
	case 11:
		return "Disc-Req"
	case 12:
		return "Ident"
	case 13:
		return "Time-Remaining"
	}
	return fmt.Sprintf("unknown ctrl-proto code (0x%02x)", v)
}

func lcpOptionName(v uint64) string {
	switch v {
	case 0:
		return "Vendor Specific"
	case 1:
		return "Maximum Receive Unit"
	case 2:
		return "Async Control Character Map"
	case 3:
		return "Authentication Protocol"
	case 4:
		return "Quality Protocol"
	case 5:
		return "Magic Number"
	case 7:
		return "Protocol Field Compression"
	case 8:
		return "Address and Control Field Compression"
	case 9:
		return "FCS Alternatives"
	case 13:
		return "Callback"
	case 17:
		return "Multilink MRRU"
	case 18:
		return "Multilink Short Sequence Number Header"
	case 19:
		return "Multilink Endpoint Discriminator"
	}
	return ""
}

func chapAlgorithm(v uint64) string {
	switch v {
	case 5:
		return "CHAP with MD5"
	case 128:
		return "MS-CHAP"
	case 129:
		return "MS-CHAP-2"
	}
	return ""
}

// control takes the head of a control protocol's packet, which all have in
// common, and returns the code and where the packet ends, or 0.
func dissectControl(d *D, b []byte, p *Proto, name string) (op byte, end int) {
	d.Begin(p)
	op = byte(d.Uint(&pppCode, 0, 1))
	d.Uint(&pppID, 1, 1)
	n := int(d.Uint(&pppLength, 2, 2))
	if len(b) < 4 {
		return 0, 0
	}
	if n < 4 || n > len(b) {
		d.MarkBad()
		d.Wrong("length does not fit", 2)
		n = max(4, min(n, len(b)))
	}
	if d.WantInfo {
		d.info("%s, %s (0x%02x), id %d, length %d", name, pppCodeWord(op), op, b[1], len(b)+2)
	}
	d.Claim(n)
	return op, n
}

// pppOptions walks the options of a configuration packet: type, length, value.
// value adds the fields of a value of n octets and reports whether it knew it.
func pppOptions(d *D, b []byte, end int, group, typ, length, data *Def, value func(d *D, typ byte, off, n int) bool) {
	for off := 4; off < end; {
		if off+2 > end {
			d.Wrong("option is cut short", off)
			return
		}
		n := int(b[off+1])
		if n < 2 || off+n > end {
			d.Uint(typ, off, 1)
			d.Uint(length, off+1, 1)
			d.MarkBad()
			d.Wrong("option's length does not fit", off+1)
			return
		}
		name := ""
		if typ.Meaning != nil {
			name = typ.Meaning(uint64(b[off]))
		}
		d.openName(group, off, n, name)
		d.Uint(typ, off, 1)
		d.Uint(length, off+1, 1)
		if n > 2 && !value(d, b[off], off+2, n-2) {
			d.Bytes(data, off+2, n-2)
		}
		d.Close()
		off += n
	}
}

func dissectLCP(d *D, b []byte) {
	op, end := dissectControl(d, b, &lcp, "LCP")
	if end == 0 {
		return
	}
	switch op {
	case 1, 2, 3, 4:
		pppOptions(d, b, end, &lcpOption, &lcpOptType, &lcpOptLength, &lcpOptData, lcpValue)
	case 8:
		d.Uint(&lcpRejected, 4, 2)
		if end > 6 {
			d.Bytes(&lcpData, 6, end-6)
		}
	case 9, 10, 11, 12, 13:
		d.Uint(&lcpMagic, 4, 4)
		switch {
		case end <= 8:
		case op == 12:
			d.Bytes(&lcpMessage, 8, end-8)
		case op == 13:
			d.Uint(&lcpSeconds, 8, 4)
			if end > 12 {
				d.Bytes(&lcpMessage, 12, end-12)
			}
		default:
			d.Bytes(&lcpData, 8, end-8)
		}
	default:
		if end > 4 {
			d.Bytes(&lcpData, 4, end-4)
		}
	}
}

func lcpValue(d *D, typ byte, off, n int) bool {
	switch {
	case typ == 1 && n == 2:
		d.Uint(&lcpMRU, off, 2)
	case typ == 2 && n == 4:
		d.Uint(&lcpMap, off, 4)
	case typ == 3 && n >= 2:
		if d.Uint(&lcpAuth, off, 2) == 0xc223 && n >= 3 {
			d.Uint(&lcpAlgorithm, off+2, 1)
		} else if n > 2 {
			d.Bytes(&lcpOptData, off+2, n-2)
		}
	case typ == 4 && n >= 2:
		d.Uint(&lcpQuality, off, 2)
		if n == 6 {
			d.Uint(&lcpPeriod, off+2, 4)
		}
	case typ == 5 && n == 4:
		d.Uint(&lcpOptMagic, off, 4)
	case typ == 9 && n == 1:
		d.Uint(&lcpFCS, off, 1)
	case typ == 13 && n >= 1:
		d.Uint(&lcpCallback, off, 1)
		if n > 1 {
			d.Bytes(&lcpOptData, off+1, n-1)
		}
	case typ == 17 && n == 2:
		d.Uint(&lcpMRRU, off, 2)
	case typ == 19 && n >= 1:
		d.Uint(&lcpEndpoint, off, 1)
		if n > 1 {
			d.Bytes(&lcpOptData, off+1, n-1)
		}
	default:
		return false
	}
	return true
}

var ipcp = Proto{Name: "ipcp", Title: "PPP IP Control Protocol", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&pppCode, &pppID, &pppLength, &pppData, &ipcpOption, &ipcpOptType, &ipcpOptLength, &ipcpOptData, &ipcpSource, &ipcpDest, &ipcpCompress, &ipcpSlots,
		&ipcpSlotID, &ipcpAddress, &ipcpDNS1, &ipcpDNS2, &ipcpNBNS1, &ipcpNBNS2}}

var (
	ipcpOption    = loose("ipcp.opt", "Option", Group)
	ipcpOptType   = looseCode("ipcp.opt.type", "Type", ipcpOptionName)
	ipcpOptLength = loose("ipcp.opt.length", "Length", wire.FieldDec)
	ipcpOptData   = loose("ipcp.data", "Data", Bytes)
	ipcpSource    = loose("ipcp.opt.src_address", "Source IP Address", wire.FieldIPv4)
	ipcpDest      = loose("ipcp.opt.dst_address", "Destination IP Address", wire.FieldIPv4)
	ipcpCompress  = Def{Field: wire.Field{Name: "ipcp.opt.compress_proto", Label: "IP Compression Protocol", Kind: wire.FieldHex}, Meaning: pppProtocolName}
	ipcpSlots     = loose("ipcp.opt.max_slot_id", "Max Slot ID", wire.FieldDec)
	ipcpSlotID    = loose("ipcp.opt.comp_slot_id", "Comp Slot ID", wire.FieldFlag)
	ipcpAddress   = loose("ipcp.opt.ip_address", "IP Address", wire.FieldIPv4)
	ipcpDNS1      = loose("ipcp.opt.pri_dns_address", "Primary DNS Address", wire.FieldIPv4)
	ipcpDNS2      = loose("ipcp.opt.sec_dns_address", "Secondary DNS Address", wire.FieldIPv4)
	ipcpNBNS1     = loose("ipcp.opt.pri_nbns_address", "Primary NBNS Address", wire.FieldIPv4)
	ipcpNBNS2     = loose("ipcp.opt.sec_nbns_address", "Secondary NBNS Address", wire.FieldIPv4)
)

func ipcpOptionName(v uint64) string {
	switch v {
	case 1:
		return "IP Addresses (deprecated)"
	case 2:
		return "IP Compression Protocol"
	case 3:
		return "IP Address"
	case 4:
		return "Mobile IPv4"
	case 129:
		return "Primary DNS Server IP Address"
	case 130:
		return "Primary NBNS Server IP Address"
	case 131:
		return "Secondary DNS Server IP Address"
	case 132:
		return "Secondary NBNS Server IP Address"
	}
	return ""
}

func dissectIPCP(d *D, b []byte) {
	op, end := dissectControl(d, b, &ipcp, "IPCP")
	dissectConfig(d, b, op, end, &ipcpOption, &ipcpOptType, &ipcpOptLength, &ipcpOptData, ipcpValue)
}

// dissectConfig takes the body of a network control protocol's packet: options,
// or what it carries back.
func dissectConfig(d *D, b []byte, op byte, end int, group, typ, length, data *Def, value func(d *D, typ byte, off, n int) bool) {
	if end > 4 && op >= 1 && op <= 4 {
		pppOptions(d, b, end, group, typ, length, data, value)
	} else if end > 4 {
		d.Bytes(&pppData, 4, end-4)
	}
}

func ipcpValue(d *D, typ byte, off, n int) bool {
	switch {
	case typ == 1 && n == 8:
		d.Uint(&ipcpSource, off, 4)
		d.Uint(&ipcpDest, off+4, 4)
		return true
	case typ == 2 && n >= 2:
		if d.Uint(&ipcpCompress, off, 2) == 0x2d && n == 4 {
			d.Uint(&ipcpSlots, off+2, 1)
			d.Uint(&ipcpSlotID, off+3, 1)
		} else if n > 2 {
			d.Bytes(&ipcpOptData, off+2, n-2)
		}
		return true
	case n != 4:
		return false
	}
	var def *Def
	switch typ {
	case 3, 4:
		def = &ipcpAddress
	case 129:
		def = &ipcpDNS1
	case 130:
		def = &ipcpNBNS1
	case 131:
		def = &ipcpDNS2
	case 132:
		def = &ipcpNBNS2
	default:
		return false
	}
	d.Uint(def, off, 4)
	return true
}

var ipv6cp = Proto{Name: "ipv6cp", Title: "PPP IPv6 Control Protocol", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&pppCode, &pppID, &pppLength, &pppData, &ipv6cpOption, &ipv6cpOptType, &ipv6cpOptLength, &ipv6cpOptData, &ipv6cpInterface}}

var (
	ipv6cpOption    = loose("ipv6cp.opt", "Option", Group)
	ipv6cpOptType   = looseCode("ipv6cp.opt.type", "Type", ipv6cpOptionName)
	ipv6cpOptLength = loose("ipv6cp.opt.length", "Length", wire.FieldDec)
	ipv6cpOptData   = loose("ipv6cp.opt.data", "Data", Bytes)
	ipv6cpInterface = loose("ipv6cp.interface_identifier", "Interface Identifier", Bytes)
)

func ipv6cpOptionName(v uint64) string {
	switch v {
	case 1:
		return "Interface Identifier"
	case 2:
		return "IPv6 Compression Protocol"
	}
	return ""
}

func dissectIPV6CP(d *D, b []byte) {
	op, end := dissectControl(d, b, &ipv6cp, "IP6CP")
	dissectConfig(d, b, op, end, &ipv6cpOption, &ipv6cpOptType, &ipv6cpOptLength, &ipv6cpOptData, ipv6cpValue)
}

func ipv6cpValue(d *D, typ byte, off, n int) bool {
	if typ != 1 || n != 8 {
		return false
	}
	d.Bytes(&ipv6cpInterface, off, 8)
	return true
}

var ccp = Proto{Name: "ccp", Title: "PPP Compression Control Protocol", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&pppCode, &pppID, &pppLength, &pppData, &ccpOption, &ccpOptType, &ccpOptLength, &ccpOptData}}

var (
	ccpOption    = loose("ccp.opt", "Option", Group)
	ccpOptType   = looseCode("ccp.opt.type", "Type", ccpOptionName)
	ccpOptLength = loose("ccp.opt.length", "Length", wire.FieldDec)
	ccpOptData   = loose("ccp.opt.data", "Data", Bytes)
)

func ccpOptionName(v uint64) string {
	switch v {
	case 0:
		return "OUI"
	case 1:
		return "Predictor type 1"
	case 2:
		return "Predictor type 2"
	case 17:
		return "Stac Electronics LZS"
	case 18:
		return "Microsoft PPE/PPC"
	case 21:
		return "BSD Compress"
	case 26:
		return "Deflate"
	}
	return ""
}

func dissectCCP(d *D, b []byte) {
	op, end := dissectControl(d, b, &ccp, "CCP")
	dissectConfig(d, b, op, end, &ccpOption, &ccpOptType, &ccpOptLength, &ccpOptData, ccpValue)
}

func ccpValue(*D, byte, int, int) bool { return false }

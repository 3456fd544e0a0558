package dissect

// L2TP: RFC 2661 sections 3.1 and 4.1 (version 2), RFC 3931 sections 3.2, 4.1 and
// 5.1 (version 3); EtherIP: RFC 3378 section 3.

import (
	"fmt"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

var l2tp = Proto{Name: "l2tp", Title: "Layer 2 Tunneling Protocol", TCPIP: Application, OSI: OSIDataLink,
	Header: []Def{
		field("l2tp.flags", "Flags", 0, 16, wire.FieldHex),
		code("l2tp.type", "Type", 0, 1, l2tpType),
		field("l2tp.length_bit", "Length Bit", 1, 1, wire.FieldFlag),
		field("l2tp.seq_bit", "Sequence Bit", 4, 1, wire.FieldFlag),
		field("l2tp.offset_bit", "Offset bit", 6, 1, wire.FieldFlag),
		field("l2tp.priority", "Priority", 7, 1, wire.FieldFlag),
		field("l2tp.version", "Version", 12, 4, wire.FieldDec),
	},
	Parts: [][]Def{l2tpAVPHead},
	Fields: []*Def{&l2tpLength, &l2tpTunnel, &l2tpSession, &l2tpNs, &l2tpNr, &l2tpOffset, &l2tpAVP, &l2tpMessage, &l2tpValue, &l2tpHost,
		&l2tpVendor, &l2tpTunnelID, &l2tpSessionID, &l2tpCCID, &l2tpSID}}

var l2tpAVPHead = []Def{
	field("l2tp.avp.mandatory", "Mandatory", 0, 1, wire.FieldFlag),
	field("l2tp.avp.hidden", "Hidden", 1, 1, wire.FieldFlag),
	field("l2tp.avp.length", "Length", 6, 10, wire.FieldDec),
	field("l2tp.avp.vendor_id", "Vendor ID", 16, 16, wire.FieldDec),
	code("l2tp.avp.type", "AVP Type", 32, 16, l2tpAVPName),
}

var (
	l2tpLength    = loose("l2tp.length", "Length", wire.FieldDec)
	l2tpTunnel    = loose("l2tp.tunnel", "Tunnel ID", wire.FieldDec)
	l2tpSession   = loose("l2tp.session", "Session ID", wire.FieldDec)
	l2tpNs        = loose("l2tp.Ns", "Ns", wire.FieldDec)
	l2tpNr        = loose("l2tp.Nr", "Nr", wire.FieldDec)
	l2tpOffset    = loose("l2tp.offset", "Offset", wire.FieldDec)
	l2tpAVP       = loose("l2tp.avp", "AVP", Group)
	l2tpMessage   = looseCode("l2tp.avp.message_type", "Message Type", l2tpMessageName)
	l2tpHost      = loose("l2tp.avp.host_name", "Host Name", Text)
	l2tpVendor    = loose("l2tp.avp.vendor_name", "Vendor Name", Text)
	l2tpTunnelID  = loose("l2tp.avp.assigned_tunnel_id", "Assigned Tunnel ID", wire.FieldDec)
	l2tpSessionID = loose("l2tp.avp.assigned_session_id", "Assigned Session ID", wire.FieldDec)
	l2tpValue     = loose("l2tp.avp.value", "Value", Bytes)
	l2tpCCID      = loose("l2tp.ccid", "Control Connection ID", wire.FieldHex)
	l2tpSID       = loose("l2tp.sid", "Session ID", wire.FieldHex)
)

func l2tpType(v uint64) string {
	if v == 1 {
		return "Control Message"
	}
	return "Data Message"
}

func l2tpMessageName(v uint64) string {
	switch v {
	case 1:
		return "Start_Control_Request"
	case 2:
		return "Start_Control_Reply"
	case 3:
		return "Start_Control_Connected"
	case 4:
		return "Stop_Control_Notification"
	case 6:
		return "Hello"
	case 7:
		return "Outgoing_Call_Request"
	case 8:
		return "Outgoing_Call_Reply"
	case 9:
		return "Outgoing_Call_Connected"
	case 10:
		return "Incoming_Call_Request"
	case 11:
		return "Incoming_Call_Reply"
	case 12:
		return "Incoming_Call_Connected"
	case 14:
		return "Call_Disconnect_Notification"
	case 15:
		return "WAN_Error_Notify"
	case 16:
		return "Set_Link_Info"
	}
	return ""
}

// l2tpWord is tcpdump's word for a message.
func l2tpWord(v uint64) string {
	if v < 17 {
		if w := [17]string{1: "SCCRQ", 2: "SCCRP", 3: "SCCCN", 4: "StopCCN", 6: "Hello", 7: "OCRQ", 8: "OCRP", 9: "OCCN", 10: "ICRQ", 11: "ICRP",
			12: "ICCN", 14: "CDN", 15: "WEN", 16: "SLI"}[v]; w != "" {
			return w
		}
	}
	return strconv.FormatUint(v, 10)
}

func l2tpAVPName(v uint64) string {
	switch v {
	case 0:
		return "Control Message"
	case 1:
		return "Result-Error Code"
	case 2:
		return "Protocol Version"
	case 3:
		return "Framing Capabilities"
	case 4:
		return "Bearer Capabilities"
	case 5:
		return "Tie Breaker"
	case 6:
		return "Firmware Revision"
	case 7:
		return "Host Name"
	case 8:
		return "Vendor Name"
	case 9:
		return "Assigned Tunnel ID"
	case 10:
		return "Receive Window Size"
	case 11:
		return "Challenge"
	case 13:
		return "CHAP Challenge Response"
	case 14:
		return "Assigned Session"
	case 15:
		return "Call Serial Number"
	case 18:
		return "Bearer Type"
	case 19:
		return "Framing Type"
	case 24:
		return "Tx Connect Speed"
	}
	return ""
}

// The bits of L2TP's first two octets.
const (
	l2tpControl   = 0x8000
	l2tpHasLength = 0x4000
	l2tpHasSeq    = 0x0800
	l2tpHasOffset = 0x0200
)

func dissectL2TP(d *D, b []byte) {
	d.Begin(&l2tp)
	if !d.Header() {
		return
	}
	flags := be16(b, 0)
	switch flags & 0xf {
	case 2:
	case 3:
		l2tp3(d, b, flags)
		return
	default:
		d.Wrong("unknown version", 1)
		return
	}
	off, end := 2, len(b)
	if flags&l2tpHasLength != 0 {
		if n := int(d.Uint(&l2tpLength, off, 2)); n < 6 || n > len(b) {
			d.MarkBad()
			d.Wrong("length does not fit", off)
		} else {
			end = n
		}
		off += 2
	}
	tunnel, session := d.Uint(&l2tpTunnel, off, 2), d.Uint(&l2tpSession, off+2, 2)
	off += 4
	if d.WantInfo {
		d.info("l2tp:[%s](%d/%d)", l2tpFlags(flags), tunnel, session)
	}
	if flags&l2tpHasSeq != 0 {
		ns, nr := d.Uint(&l2tpNs, off, 2), d.Uint(&l2tpNr, off+2, 2)
		off += 4
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, "Ns=%d,Nr=%d", ns, nr)
		}
	}
	if flags&l2tpHasOffset != 0 {
		off += 2 + int(d.Uint(&l2tpOffset, off, 2))
	}
	if off > end {
		d.cut(end)
		return
	}
	if flags&l2tpControl == 0 {
		d.Next(dissectPPP, off, end-off)
		return
	}
	d.Claim(end)
	if off == end && d.WantInfo {
		d.P.Info = append(d.P.Info, " ZLB"...)
	}
	l2tpAVPs(d, b, off, end)
}

func l2tpFlags(flags int) string {
	var s []byte
	for _, f := range [...]struct {
		bit int
		c   byte
	}{{l2tpControl, 'T'}, {l2tpHasLength, 'L'}, {l2tpHasSeq, 'S'}, {l2tpHasOffset, 'O'}, {0x0100, 'P'}} {
		if flags&f.bit != 0 {
			s = append(s, f.c)
		}
	}
	return string(s)
}

func l2tpAVPs(d *D, b []byte, off, end int) {
	for off < end {
		if off+6 > end {
			d.cut(off)
			return
		}
		n, typ := be16(b, off)&0x3ff, be16(b, off+4)
		name := ""
		if be16(b, off+2) == 0 {
			name = l2tpAVPName(uint64(typ))
		}
		d.openName(&l2tpAVP, off, n, name)
		d.part(l2tpAVPHead, off)
		if n < 6 || off+n > end {
			d.Wrong("AVP's length does not fit", off)
			d.Close()
			return
		}
		at, v := off+6, n-6
		switch {
		case be16(b, off+2) != 0 || b[off]&0x40 != 0:
			d.some(&l2tpValue, at, off+n)
		case typ == 0 && v == 2:
			m := d.Uint(&l2tpMessage, at, 2)
			d.say(" *MSGTYPE(" + l2tpWord(m) + ")")
		case typ == 7:
			d.some(&l2tpHost, at, off+n)
			if d.WantInfo {
				d.P.Info = fmt.Appendf(d.P.Info, " *HOST_NAME(%s)", b[at:off+n])
			}
		case typ == 8:
			d.some(&l2tpVendor, at, off+n)
		case typ == 9 && v == 2:
			d.Uint(&l2tpTunnelID, at, 2)
		case typ == 14 && v == 2:
			d.Uint(&l2tpSessionID, at, 2)
		default:
			d.some(&l2tpValue, at, off+n)
		}
		d.Close()
		off += n
	}
}

// l2tp3 takes version 3 in UDP (RFC 3931 4.1.2): what a data message carries is
// known to its session alone.
func l2tp3(d *D, b []byte, flags int) {
	if flags&l2tpControl == 0 {
		d.Uint(&l2tpSID, 4, 4)
		d.Claim(8)
		d.Next(nil, 8, len(b)-8)
		return
	}
	end := len(b)
	if n := int(d.Uint(&l2tpLength, 2, 2)); n >= 12 && n <= end {
		end = n
	}
	d.Uint(&l2tpCCID, 4, 4)
	d.Uint(&l2tpNs, 8, 2)
	d.Uint(&l2tpNr, 10, 2)
	d.Claim(end)
	l2tpAVPs(d, b, 12, end)
}

var l2tpv3 = Proto{Name: "l2tp", Title: "Layer 2 Tunneling Protocol, version 3", TCPIP: Internet, OSI: OSIDataLink,
	Header: []Def{field("l2tp.sid", "Session ID", 0, 32, wire.FieldHex)}}

// dissectL2TPv3 takes version 3 on IP. A session of 0 means a control message
// (RFC 3931 4.1.1.2), which then looks as in UDP.
func dissectL2TPv3(d *D, b []byte) {
	d.Begin(&l2tpv3)
	if !d.Header() {
		return
	}
	if be32(b, 0) == 0 {
		d.Next(dissectL2TP, 4, len(b)-4)
		return
	}
	d.Next(nil, 4, len(b)-4)
}

var etherIP = Proto{Name: "etherip", Title: "Ethernet over IP", TCPIP: Internet, OSI: OSINetwork, Header: []Def{
	field("etherip.ver", "Version", 0, 4, wire.FieldDec),
	field("etherip.reserved", "Reserved", 4, 12, wire.FieldHex),
}}

func dissectEtherIP(d *D, b []byte) {
	d.Begin(&etherIP)
	if !d.Header() {
		return
	}
	d.info("etherip %d", b[0]>>4)
	if b[0]>>4 != 3 {
		d.Wrong("version is not 3", 0)
	}
	d.Next(dissectEthernet, 2, len(b)-2)
}

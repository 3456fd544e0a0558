package dissect

// IEEE 802.11 section 9.2 (the frame header), 9.3 (the frames), 9.4 (fields and
// elements of management frames). Numbers go least significant octet first.

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/netkit-go/netkit/pkg/wire"
)

var dot11 = Proto{Name: "wlan", Title: "IEEE 802.11 wireless LAN", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		field("wlan.fc", "Frame Control Field", 0, 16, wire.FieldHex),
		field("wlan.fc.subtype", "Subtype", 0, 4, wire.FieldDec),
		code("wlan.fc.type", "Type", 4, 2, dot11Type),
		field("wlan.fc.version", "Version", 6, 2, wire.FieldDec),
		field("wlan.flags", "Flags", 8, 8, wire.FieldHex),
		field("wlan.fc.order", "+HTC/Order flag", 8, 1, wire.FieldFlag),
		field("wlan.fc.protected", "Protected flag", 9, 1, wire.FieldFlag),
		field("wlan.fc.moredata", "More Data", 10, 1, wire.FieldFlag),
		field("wlan.fc.pwrmgt", "PWR MGT", 11, 1, wire.FieldFlag),
		field("wlan.fc.retry", "Retry", 12, 1, wire.FieldFlag),
		field("wlan.fc.frag", "More Fragments", 13, 1, wire.FieldFlag),
		field("wlan.fc.fromds", "From DS", 14, 1, wire.FieldFlag),
		field("wlan.fc.tods", "To DS", 15, 1, wire.FieldFlag),
	},
	Fields: []*Def{&dot11Subtype, &dot11Duration, &dot11AID, &dot11RA, &dot11TA, &dot11DA, &dot11SA, &dot11BSSID, &dot11Seq, &dot11Frag,
		&dot11QoS, &dot11TID, &dot11HTC, &dot11FCS, &dot11FCSStatus, &dot11Fixed, &dot11Tag, &dot11TagNumber, &dot11TagLen, &dot11TagData,
		&dot11SSID, &dot11Timestamp, &dot11Interval, &dot11Caps, &dot11Listen, &dot11AP, &dot11Status, &dot11Reason,
		&dot11AuthAlg, &dot11AuthSeq, &dot11Category, &dot11Action, &dot11Body}}

var (
	dot11Subtype   = hexCode("wlan.fc.type_subtype", "Type/Subtype", 0, 0, dot11Name)
	dot11Duration  = loose("wlan.duration", "Duration", wire.FieldDec)
	dot11AID       = loose("wlan.aid", "Association ID", wire.FieldDec)
	dot11RA        = loose("wlan.ra", "Receiver address", wire.FieldMAC)
	dot11TA        = loose("wlan.ta", "Transmitter address", wire.FieldMAC)
	dot11DA        = loose("wlan.da", "Destination address", wire.FieldMAC)
	dot11SA        = loose("wlan.sa", "Source address", wire.FieldMAC)
	dot11BSSID     = loose("wlan.bssid", "BSS Id", wire.FieldMAC)
	dot11Seq       = loose("wlan.seq", "Sequence number", wire.FieldDec)
	dot11Frag      = loose("wlan.frag", "Fragment number", wire.FieldDec)
	dot11QoS       = loose("wlan.qos", "Qos Control", wire.FieldHex)
	dot11TID       = loose("wlan.qos.tid", "TID", wire.FieldDec)
	dot11HTC       = loose("wlan.htc", "HT Control (+HTC)", wire.FieldHex)
	dot11FCS       = loose("wlan.fcs", "Frame check sequence", wire.FieldHex)
	dot11FCSStatus = looseCode("wlan.fcs.status", "FCS Status", checksumStatus)
	dot11Fixed     = loose("wlan.fixed.all", "Fixed parameters", Group)
	dot11Tag       = loose("wlan.tag", "Tag", Group)
	dot11TagNumber = looseCode("wlan.tag.number", "Tag Number", dot11TagName)
	dot11TagLen    = loose("wlan.tag.length", "Tag length", wire.FieldDec)
	dot11TagData   = loose("wlan.tag.data", "Tag Data", Bytes)
	dot11SSID      = loose("wlan.ssid", "SSID", Text)
	dot11Timestamp = loose("wlan.fixed.timestamp", "Timestamp", wire.FieldDec)
	dot11Interval  = loose("wlan.fixed.beacon", "Beacon Interval", wire.FieldDec)
	dot11Caps      = loose("wlan.fixed.capabilities", "Capabilities Information", wire.FieldHex)
	dot11Listen    = loose("wlan.fixed.listen_ival", "Listen Interval", wire.FieldDec)
	dot11AP        = loose("wlan.fixed.current_ap", "Current AP", wire.FieldMAC)
	dot11Status    = loose("wlan.fixed.status_code", "Status code", wire.FieldDec)
	dot11Reason    = loose("wlan.fixed.reason_code", "Reason code", wire.FieldDec)
	dot11AuthAlg   = looseCode("wlan.fixed.auth.alg", "Authentication Algorithm", dot11AuthName)
	dot11AuthSeq   = loose("wlan.fixed.auth_seq", "Authentication SEQ", wire.FieldHex)
	dot11Category  = loose("wlan.fixed.category_code", "Category code", wire.FieldDec)
	dot11Action    = loose("wlan.fixed.action_code", "Action code", wire.FieldDec)
	dot11Body      = loose("wlan.body", "Body", Bytes)
)

const (
	dot11Mgmt    = 0
	dot11Control = 1
	dot11Data    = 2
)

func dot11Type(v uint64) string {
	return [4]string{"Management frame", "Control frame", "Data frame", "Extension frame"}[v&3]
}

// dot11Name names type and subtype, in one number as Wireshark has it.
func dot11Name(v uint64) string {
	switch v {
	case 0x00:
		return "Association Request"
	case 0x01:
		return "Association Response"
	case 0x02:
		return "Reassociation Request"
	case 0x03:
		return "Reassociation Response"
	case 0x04:
		return "Probe Request"
	case 0x05:
		return "Probe Response"
	case 0x08:
		return "Beacon frame"
	case 0x09:
		return "ATIM"
	case 0x0a:
		return "Disassociate"
	case 0x0b:
		return "Authentication"
	case 0x0c:
		return "Deauthentication"
	case 0x0d:
		return "Action"
	case 0x0e:
		return "Action No Ack"
	case 0x12:
		return "Trigger"
	case 0x14:
		return "Beamforming Report Poll"
	case 0x15:
		return "VHT/HE NDP Announcement"
	case 0x17:
		return "Control Wrapper"
	case 0x18:
		return "802.11 Block Ack Req"
	case 0x19:
		return "802.11 Block Ack"
	case 0x1a:
		return "Power-Save poll"
	case 0x1b:
		return "Request-to-send"
	case 0x1c:
		return "Clear-to-send"
	case 0x1d:
		return "Acknowledgement"
	case 0x1e:
		return "CF-End (Control-frame)"
	case 0x1f:
		return "CF-End + CF-Ack (Control-frame)"
	case 0x20:
		return "Data"
	case 0x24:
		return "Null function (No data)"
	case 0x28:
		return "QoS Data"
	case 0x2c:
		return "QoS Null function (No data)"
	}
	return ""
}

// dot11Word is tcpdump's word for a frame.
func dot11Word(v uint64) string {
	switch v {
	case 0x00:
		return "Assoc Request"
	case 0x01:
		return "Assoc Response"
	case 0x02:
		return "ReAssoc Request"
	case 0x03:
		return "ReAssoc Response"
	case 0x08:
		return "Beacon"
	case 0x0a:
		return "Disassociation"
	case 0x0c:
		return "DeAuthentication"
	case 0x18:
		return "BAR"
	case 0x19:
		return "BA"
	case 0x1a:
		return "Power Save-Poll"
	case 0x1b:
		return "Request-To-Send"
	case 0x1c:
		return "Clear-To-Send"
	case 0x1d:
		return "Acknowledgment"
	case 0x1e:
		return "CF-End"
	}
	return dot11Name(v)
}

func dot11TagName(v uint64) string {
	switch v {
	case 0:
		return "SSID parameter set"
	case 1:
		return "Supported Rates"
	case 3:
		return "DS Parameter set"
	case 5:
		return "Traffic Indication Map (TIM)"
	case 7:
		return "Country Information"
	case 11:
		return "QBSS Load Element"
	case 42:
		return "ERP Information"
	case 45:
		return "HT Capabilities"
	case 48:
		return "RSN Information"
	case 50:
		return "Extended Supported Rates"
	case 61:
		return "HT Information"
	case 114:
		return "Mesh ID"
	case 127:
		return "Extended Capabilities"
	case 191:
		return "VHT Capabilities"
	case 192:
		return "VHT Operation"
	case 221:
		return "Vendor Specific"
	case 255:
		return "Element ID Extension"
	}
	return ""
}

func dot11AuthName(v uint64) string {
	switch v {
	case 0:
		return "Open System"
	case 1:
		return "Shared key"
	case 3:
		return "Simultaneous Authentication of Equals (SAE)"
	}
	return ""
}

// dissectDot11 takes a frame whose capture says whether an FCS follows.
func dissectDot11(d *D, b []byte) { dot11Frame(d, b, d.P.FCSLen == 4, false) }

// dot11Func is for a frame behind a radio header, which says more: whether there
// is an FCS, and whether the header is padded to 4 octets.
func dot11Func(fcs, padded bool) Func {
	return func(d *D, b []byte) { dot11Frame(d, b, fcs, padded) }
}

func dot11Frame(d *D, b []byte, fcs, padded bool) {
	d.Begin(&dot11)
	if !d.Header() {
		return
	}
	typ, subtype, flags := b[0]>>2&3, b[0]>>4, b[1]
	d.Num(&dot11Subtype, 0, 1, uint64(typ)<<4|uint64(subtype))
	if d.WantInfo {
		d.info("%s", dot11Word(uint64(typ)<<4|uint64(subtype)))
	}
	end := len(b)
	if fcs && d.Missing == 0 && end >= 14 {
		end -= 4
		dot11Check(d, b, end)
	}
	switch typ {
	case dot11Control:
		dot11ControlFrame(d, b, subtype, end)
		return
	case dot11Mgmt, dot11Data:
	default:
		d.some(&dot11Body, 2, end)
		return
	}
	d.UintLE(&dot11Duration, 2, 2)
	toDS, fromDS := flags&1 != 0, flags&2 != 0
	d.Uint(&dot11RA, 4, 6)
	d.Uint(&dot11TA, 10, 6)
	four := typ == dot11Data && toDS && fromDS
	switch {
	case typ == dot11Mgmt || !toDS && !fromDS:
		dot11Addrs(d, 4, 10, 16)
	case four:
		dot11Addrs(d, 16, 24, -1)
	case toDS:
		dot11Addrs(d, 16, 10, 4)
	default:
		dot11Addrs(d, 4, 16, 10)
	}
	if end < 24 {
		d.cut(end)
		return
	}
	n := binary.LittleEndian.Uint16(b[22:])
	d.Num(&dot11Frag, 22, 2, uint64(n&0xf))
	d.Num(&dot11Seq, 22, 2, uint64(n>>4))
	off := 24
	if four {
		off += 6
	}
	amsdu := false
	if typ == dot11Data && subtype&8 != 0 {
		qos := d.UintLE(&dot11QoS, off, 2)
		d.Num(&dot11TID, off, 2, qos&0xf)
		amsdu = qos&0x80 != 0
		off += 2
	}
	if flags&0x80 != 0 && (typ == dot11Mgmt || subtype&8 != 0) {
		d.UintLE(&dot11HTC, off, 4)
		off += 4
	}
	if padded {
		off = (off + 3) &^ 3
	}
	if off > end {
		d.cut(end)
		return
	}
	switch {
	case flags&0x40 != 0:
		d.some(&dot11Body, off, end)
	case typ == dot11Mgmt:
		dot11MgmtFrame(d, b, subtype, off, end)
	case subtype&4 != 0: // no data
		d.some(&dot11Body, off, end)
	case amsdu || n&0xf != 0 || flags&4 != 0:
		d.Next(nil, off, end-off)
	default:
		d.Next(dissectLLC, off, end-off)
	}
	if end < len(b) {
		d.Own(end, len(b)-end)
	}
}

// dot11Addrs adds the addresses by their roles; -1 for one that is not there.
func dot11Addrs(d *D, da, sa, bssid int) {
	d.Uint(&dot11DA, da, 6)
	d.Uint(&dot11SA, sa, 6)
	if bssid >= 0 {
		d.Uint(&dot11BSSID, bssid, 6)
	}
}

func dot11Check(d *D, b []byte, end int) {
	d.UintLE(&dot11FCS, end, 4)
	if crc32.ChecksumIEEE(b[:end]) == binary.LittleEndian.Uint32(b[end:]) {
		d.Gen(&dot11FCSStatus, sumGood)
		return
	}
	d.MarkBad()
	d.Gen(&dot11FCSStatus, sumBad)
	d.Wrong("frame check sequence is wrong", end)
}

func dot11ControlFrame(d *D, b []byte, subtype byte, end int) {
	if subtype == 0xa {
		v := d.UintLE(&dot11AID, 2, 2)
		d.Uint(&dot11BSSID, 4, 6)
		d.Uint(&dot11TA, 10, 6)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, " AID(%x)", v&0x3fff)
		}
		d.some(&dot11Body, 16, end)
		return
	}
	d.UintLE(&dot11Duration, 2, 2)
	d.Uint(&dot11RA, 4, 6)
	off := 10
	switch subtype {
	case 0xc, 0xd:
	default:
		d.Uint(&dot11TA, 10, 6)
		off = 16
	}
	if d.WantInfo && len(b) >= 10 {
		d.P.Info = fmt.Appendf(d.P.Info, " RA:%v", mac(b[4:]))
	}
	d.some(&dot11Body, off, end)
}

func dot11MgmtFrame(d *D, b []byte, subtype byte, off, end int) {
	i := d.openHere(&dot11Fixed, off)
	tags := true
	switch subtype {
	case 0, 2:
		d.UintLE(&dot11Caps, off, 2)
		d.UintLE(&dot11Listen, off+2, 2)
		off += 4
		if subtype == 2 {
			d.Uint(&dot11AP, off, 6)
			off += 6
		}
	case 1, 3:
		d.UintLE(&dot11Caps, off, 2)
		d.UintLE(&dot11Status, off+2, 2)
		d.UintLE(&dot11AID, off+4, 2)
		off += 6
	case 4:
	case 5, 8:
		d.UintLE(&dot11Timestamp, off, 8)
		d.UintLE(&dot11Interval, off+8, 2)
		d.UintLE(&dot11Caps, off+10, 2)
		off += 12
	case 0xa, 0xc:
		d.UintLE(&dot11Reason, off, 2)
		off += 2
	case 0xb:
		d.UintLE(&dot11AuthAlg, off, 2)
		d.UintLE(&dot11AuthSeq, off+2, 2)
		d.UintLE(&dot11Status, off+4, 2)
		off += 6
	case 0xd, 0xe:
		d.Uint(&dot11Category, off, 1)
		d.Uint(&dot11Action, off+1, 1)
		off += 2
		tags = false
	default:
		tags = false
	}
	d.closeAt(i, min(off, end))
	if !tags {
		d.some(&dot11Body, off, end)
		return
	}
	for off < end {
		if off+2 > end {
			d.Wrong("tag is cut short", off)
			d.some(&dot11Body, off, end)
			return
		}
		n := int(b[off+1])
		d.openName(&dot11Tag, off, 2+n, dot11TagName(uint64(b[off])))
		d.Uint(&dot11TagNumber, off, 1)
		d.Uint(&dot11TagLen, off+1, 1)
		if off+2+n > end {
			d.MarkBad()
			d.Wrong("tag's length does not fit", off+1)
			d.some(&dot11TagData, off+2, end)
			d.Close()
			return
		}
		if b[off] == 0 {
			d.some(&dot11SSID, off+2, off+2+n)
		} else {
			d.some(&dot11TagData, off+2, off+2+n)
		}
		if d.WantInfo {
			d.P.Info = appendTag(d.P.Info, b[off], b[off+2:off+2+n])
		}
		d.Close()
		off += 2 + n
	}
}

// appendTag writes what tcpdump tells of a network: its name, rates and channel.
func appendTag(dst []byte, tag byte, v []byte) []byte {
	switch tag {
	case 0:
		return fmt.Appendf(dst, " (%s)", bytes.TrimRight(v, "\x00"))
	case 1:
		dst = append(dst, " ["...)
		for i, r := range v {
			if i > 0 {
				dst = append(dst, ' ')
			}
			dst = fmt.Appendf(dst, "%d.%d", r&0x7f/2, r&1*5)
			if r&0x80 != 0 {
				dst = append(dst, '*')
			}
		}
		dst = append(dst, " Mbit]"...)
	case 3:
		if len(v) == 1 {
			dst = fmt.Appendf(dst, " CH: %d", v[0])
		}
	}
	return dst
}

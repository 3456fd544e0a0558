package dissect

// IEEE 802.1Q tags: the customer's (0x8100, and 0x9100 and others before there was
// a standard for two) and the service's (0x88a8), and the choice between a type and a length
// that follows every tag and every Ethernet header.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var vlan = Proto{Name: "vlan", Title: "802.1Q Virtual LAN", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("vlan.priority", "Priority", 0, 3, vlanPriority),
		field("vlan.dei", "DEI", 3, 1, wire.FieldFlag),
		field("vlan.id", "ID", 4, 12, wire.FieldDec),
	},
	Fields: []*Def{&vlanType, &vlanLen, &vlanTrailer}}

var qinq = Proto{Name: "ieee8021ad", Title: "802.1ad Service VLAN", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("ieee8021ad.priority", "Priority", 0, 3, vlanPriority),
		field("ieee8021ad.dei", "DEI", 3, 1, wire.FieldFlag),
		field("ieee8021ad.id", "ID", 4, 12, wire.FieldDec),
	},
	Fields: []*Def{&qinqType, &qinqLen, &vlanTrailer}}

var (
	vlanType    = Def{Field: wire.Field{Name: "vlan.etype", Label: "Type", Bit: 16, Width: 16, Kind: wire.FieldHex}, Meaning: etherTypeName}
	qinqType    = Def{Field: wire.Field{Name: "ieee8021ad.etype", Label: "Type", Bit: 16, Width: 16, Kind: wire.FieldHex}, Meaning: etherTypeName}
	qinqLen     = field("ieee8021ad.len", "Length", 16, 16, wire.FieldDec)
	vlanLen     = field("vlan.len", "Length", 16, 16, wire.FieldDec)
	vlanTrailer = loose("vlan.trailer", "Trailer", Bytes)
)

// vlanPriority is table I-2 of 802.1Q.
func vlanPriority(v uint64) string {
	switch v {
	case 0:
		return "Best Effort (default)"
	case 1:
		return "Background"
	case 2:
		return "Excellent Effort"
	case 3:
		return "Critical Applications"
	case 4:
		return "Video"
	case 5:
		return "Voice"
	case 6:
		return "Internetwork Control"
	case 7:
		return "Network Control"
	}
	return ""
}

func dissectVLAN(d *D, b []byte) { dissectTag(d, b, &vlan, &vlanType, &vlanLen) }
func dissectQinQ(d *D, b []byte) { dissectTag(d, b, &qinq, &qinqType, &qinqLen) }

func dissectTag(d *D, b []byte, p *Proto, etype, length *Def) {
	d.Begin(p)
	if !d.Header() {
		return
	}
	if len(b) < 4 {
		d.Uint(etype, 2, 2)
		return
	}
	t := binary.BigEndian.Uint16(b[2:])
	if t >= wire.EthernetMinType {
		d.Uint(etype, 2, 2)
		d.Next(byEtherType(t), 4, len(b)-4)
		return
	}
	d.Uint(length, 2, 2)
	n := int(t)
	if n > len(b)-4 {
		d.MarkBad()
		d.Wrong("length runs past the end", 2)
		n = len(b) - 4
	}
	d.Next(by8023(b[4:4+n]), 4, n)
	if 4+n < len(b) {
		d.Bytes(&vlanTrailer, 4+n, len(b)-4-n)
		d.Own(4+n, len(b)-4-n)
	}
}

// by8023 is the dissector of a frame whose type field is a length. IPX came
// first, without an LLC header: its checksum field is all ones.
func by8023(b []byte) Func {
	if len(b) >= 2 && b[0] == 0xff && b[1] == 0xff {
		return dissectIPX
	}
	return dissectLLC
}

// linkPayloadLen is how long the payload of an Ethernet frame says that it is, of
// the types that are tunnels or control protocols.
func linkPayloadLen(t uint16, b []byte) (n int, ok bool) {
	switch t {
	case 0x8847, 0x8848: // what the last label is before tells, if it is IP
		for off := 0; off+4 <= len(b); off += 4 {
			if b[off+2]&1 == 0 {
				continue
			}
			if n = ipTotal(b[off+4:]); n > 0 {
				return off + 4 + n, true
			}
			return 0, false
		}
	case 0x8863, 0x8864:
		if len(b) >= 6 {
			return 6 + be16(b, 4), true
		}
	case 0x888e:
		if len(b) >= 4 {
			return 4 + be16(b, 2), true
		}
	}
	return 0, false
}

// ipTotal is the length that an IP header states, 0 where there is none.
func ipTotal(b []byte) int {
	switch {
	case len(b) >= wire.IPv4MinHeaderLen && b[0]>>4 == 4 && be16(b, 2) >= wire.IPv4MinHeaderLen:
		return be16(b, 2)
	case len(b) >= wire.IPv6HeaderLen && b[0]>>4 == 6 && be16(b, 4) > 0:
		return wire.IPv6HeaderLen + be16(b, 4)
	}
	return 0
}

package dissect

// MPLS: RFC 3032 section 2.1 (the label stack), RFC 4385 (the pseudowire control
// word and associated channel), RFC 4448 (Ethernet pseudowires).

import (
	"encoding/binary"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

// MPLS sits between link and internet layer; RFC 3031 calls what is below it
// layer 2 and forwards on it as a layer 2 of its own.
var mpls = Proto{Name: "mpls", Title: "MultiProtocol Label Switching Header", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	code("mpls.label", "MPLS Label", 0, 20, mplsLabelName),
	field("mpls.exp", "MPLS Experimental Bits", 20, 3, wire.FieldDec),
	field("mpls.bottom", "MPLS Bottom Of Label Stack", 23, 1, wire.FieldFlag),
	field("mpls.ttl", "MPLS TTL", 24, 8, wire.FieldDec),
}}

func mplsLabelName(v uint64) string {
	switch v {
	case 0:
		return "IPv4 Explicit-Null"
	case 1:
		return "Router Alert"
	case 2:
		return "IPv6 Explicit-Null"
	case 3:
		return "Implicit-Null"
	case 7:
		return "Entropy Label Indicator"
	case 13:
		return "Generic Associated Channel Label"
	case 14:
		return "OAM Alert"
	}
	return ""
}

func dissectMPLS(d *D, b []byte) {
	d.Begin(&mpls)
	if d.WantInfo {
		d.P.Info = append(d.P.Info[:0], "MPLS"...)
	}
	for off := 0; ; off += 4 {
		if off+4 > len(b) {
			d.cut(off)
			return
		}
		for i := range mpls.Header {
			def := &mpls.Header[i]
			d.Bits(def, off*8+def.Bit, def.Width)
		}
		e := binary.BigEndian.Uint32(b[off:])
		if d.WantInfo {
			d.P.Info = appendLabel(d.P.Info, e)
		}
		if e>>8&1 == 1 {
			rest := b[off+4:]
			d.Next(byLabel(e>>12, rest), off+4, len(rest))
			return
		}
	}
}

func appendLabel(dst []byte, e uint32) []byte {
	bottom := ""
	if e>>8&1 == 1 {
		bottom = ", [S]"
	}
	return fmt.Appendf(dst, " (label %d, tc %d%s, ttl %d)", e>>12, e>>9&7, bottom, e&0xff)
}

// byLabel guesses what is below the last label, which the label's owner alone
// knows: the first four bits tell IP from a control word (RFC 4385 section 3).
func byLabel(label uint32, b []byte) Func {
	if len(b) == 0 {
		return nil
	}
	switch {
	case label == 13:
		return dissectPWACH
	case b[0]>>4 == 4:
		return dissectIPv4
	case b[0]>>4 == 6:
		return dissectIPv6
	case b[0]>>4 == 1:
		return dissectPWACH
	case b[0]>>4 == 0 && len(b) >= 18 && ethernetLike(b[4:]):
		return dissectPWEthernet
	case len(b) >= 14 && ethernetLike(b):
		return dissectEthernet
	}
	return nil
}

// ethernetLike reports whether b could be an Ethernet frame: a source that is no
// group, and a type that is known or a length that fits.
func ethernetLike(b []byte) bool {
	if len(b) < 14 || b[6]&1 == 1 {
		return false
	}
	t := binary.BigEndian.Uint16(b[12:])
	return t >= wire.EthernetMinType && etherTypeName(uint64(t)) != "" || int(t) <= len(b)-14 && t <= 1500 && t >= 3
}

var pwEthernet = Proto{Name: "pwethcw", Title: "PW Ethernet Control Word", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	field("pweth.cw.flags", "Flags", 0, 16, wire.FieldHex),
	field("pweth.cw.sequence_number", "Sequence Number", 16, 16, wire.FieldDec),
}}

func dissectPWEthernet(d *D, b []byte) {
	d.Begin(&pwEthernet)
	if d.Header() {
		d.Next(dissectEthernet, 4, len(b)-4)
	}
}

var pwach = Proto{Name: "pwach", Title: "PW Associated Channel Header", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	field("pwach.ver", "Channel Version", 4, 4, wire.FieldDec),
	field("pwach.res", "Reserved", 8, 8, wire.FieldHex),
	hexCode("pwach.channel_type", "Channel Type", 16, 16, pwachChannel),
}}

func pwachChannel(v uint64) string {
	switch v {
	case 0x0007:
		return "BFD Control, PW-ACH-encapsulated"
	case 0x0021:
		return "IPv4 packet"
	case 0x0022:
		return "MPLS-TP CC message"
	case 0x0023:
		return "MPLS-TP CV message"
	case 0x0057:
		return "IPv6 packet"
	case 0x8902:
		return "Y.1731 OAM"
	}
	return ""
}

func dissectPWACH(d *D, b []byte) {
	d.Begin(&pwach)
	if !d.Header() {
		return
	}
	var fn Func
	switch binary.BigEndian.Uint16(b[2:]) {
	case 0x0007, 0x0022:
		fn = dissectBFD
	case 0x0021:
		fn = dissectIPv4
	case 0x0057:
		fn = dissectIPv6
	}
	d.Next(fn, 4, len(b)-4)
}

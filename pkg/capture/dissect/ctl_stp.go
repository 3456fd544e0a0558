package dissect

// Bridge PDUs: IEEE 802.1D-2004 section 9.3 (spanning tree and rapid spanning
// tree), 802.1Q section 14 (multiple spanning trees), and Cisco's per-VLAN TLV.

import (
	"encoding/binary"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var stp = Proto{Name: "stp", Title: "Spanning Tree Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		hexCode("stp.protocol", "Protocol Identifier", 0, 16, stpProtocol),
		code("stp.version", "Protocol Version Identifier", 16, 8, stpVersion),
		hexCode("stp.type", "BPDU Type", 24, 8, stpType),
	},
	Parts: [][]Def{stpConfig, stpMST, stpMSTI},
	Fields: []*Def{&stpMsgAge, &stpMaxAge, &stpHello, &stpForward, &stpV1Len, &stpV3Len, &stpPVSTType, &stpPVSTLen,
		&stpPVSTVLAN, &stpMSTIGroup}}

var stpConfig = []Def{
	field("stp.flags", "BPDU flags", 0, 8, wire.FieldHex),
	field("stp.flags.tcack", "Topology Change Acknowledgment", 0, 1, wire.FieldFlag),
	field("stp.flags.agreement", "Agreement", 1, 1, wire.FieldFlag),
	field("stp.flags.forwarding", "Forwarding", 2, 1, wire.FieldFlag),
	field("stp.flags.learning", "Learning", 3, 1, wire.FieldFlag),
	code("stp.flags.port_role", "Port Role", 4, 2, stpRole),
	field("stp.flags.proposal", "Proposal", 6, 1, wire.FieldFlag),
	field("stp.flags.tc", "Topology Change", 7, 1, wire.FieldFlag),
	{Field: wire.Field{Name: "stp.root.prio", Label: "Root Bridge Priority", Bit: 8, Width: 4, Unit: 4096}},
	field("stp.root.ext", "Root Bridge System ID Extension", 12, 12, wire.FieldDec),
	field("stp.root.hw", "Root Bridge System ID", 24, 48, wire.FieldMAC),
	field("stp.root.cost", "Root Path Cost", 72, 32, wire.FieldDec),
	{Field: wire.Field{Name: "stp.bridge.prio", Label: "Bridge Priority", Bit: 104, Width: 4, Unit: 4096}},
	field("stp.bridge.ext", "Bridge System ID Extension", 108, 12, wire.FieldDec),
	field("stp.bridge.hw", "Bridge System ID", 120, 48, wire.FieldMAC),
	field("stp.port", "Port identifier", 168, 16, wire.FieldHex),
}

// 802.1Q 14.2: the part of the common and internal spanning tree.
var stpMST = []Def{
	field("mstp.config_format_selector", "MST Config ID format selector", 0, 8, wire.FieldDec),
	field("mstp.config_name", "MST Config name", 8, 256, Text),
	field("mstp.config_revision_level", "MST Config revision", 264, 16, wire.FieldDec),
	field("mstp.config_digest", "MST Config digest", 280, 128, Bytes),
	field("mstp.cist_internal_root_path_cost", "CIST Internal Root Path Cost", 408, 32, wire.FieldDec),
	{Field: wire.Field{Name: "mstp.cist_bridge.prio", Label: "CIST Bridge Priority", Bit: 440, Width: 4, Unit: 4096}},
	field("mstp.cist_bridge.ext", "CIST Bridge Identifier System ID Extension", 444, 12, wire.FieldDec),
	field("mstp.cist_bridge.hw", "CIST Bridge Identifier System ID", 456, 48, wire.FieldMAC),
	field("mstp.cist_remaining_hops", "CIST Remaining hops", 504, 8, wire.FieldDec),
}

// One instance, 16 octets.
var stpMSTI = []Def{
	field("mstp.msti.flags", "MSTI flags", 0, 8, wire.FieldHex),
	field("mstp.msti.priority", "Priority", 8, 4, wire.FieldHex),
	field("mstp.msti.msti_id", "MSTID", 12, 12, wire.FieldDec),
	field("mstp.msti.root.hw", "Regional Root", 24, 48, wire.FieldMAC),
	field("mstp.msti.root_cost", "Internal root path cost", 72, 32, wire.FieldDec),
	field("mstp.msti.bridge_priority", "Bridge Identifier Priority", 104, 4, wire.FieldDec),
	field("mstp.msti.port_priority", "Port identifier priority", 112, 4, wire.FieldDec),
	field("mstp.msti.remaining_hops", "Remaining hops", 120, 8, wire.FieldDec),
}

const stpMSTILen = 16

var (
	stpMsgAge    = loose("stp.msg_age", "Message Age", Dur)
	stpMaxAge    = loose("stp.max_age", "Max Age", Dur)
	stpHello     = loose("stp.hello", "Hello Time", Dur)
	stpForward   = loose("stp.forward", "Forward Delay", Dur)
	stpV1Len     = loose("stp.version_1_length", "Version 1 Length", wire.FieldDec)
	stpV3Len     = loose("mstp.version_3_length", "Version 3 Length", wire.FieldDec)
	stpPVSTType  = loose("stp.pvst.tlvtype", "Type", wire.FieldHex)
	stpPVSTLen   = loose("stp.pvst.tlvlen", "Length", wire.FieldDec)
	stpPVSTVLAN  = loose("stp.pvst.origvlan", "Originating VLAN", wire.FieldDec)
	stpMSTIGroup = loose("mstp.msti", "MSTI", Group)
)

func stpProtocol(v uint64) string {
	if v == 0 {
		return "Spanning Tree Protocol"
	}
	return ""
}

func stpVersion(v uint64) string {
	switch v {
	case 0:
		return "Spanning Tree"
	case 2:
		return "Rapid Spanning Tree"
	case 3:
		return "Multiple Spanning Tree"
	case 4:
		return "Shortest Path Tree"
	}
	return ""
}

func stpType(v uint64) string {
	switch v {
	case 0x00:
		return "Configuration"
	case 0x02:
		return "Rapid/Multiple Spanning Tree"
	case 0x80:
		return "Topology Change Notification"
	}
	return ""
}

func stpRole(v uint64) string {
	switch v {
	case 1:
		return "Alternate or Backup"
	case 2:
		return "Root"
	case 3:
		return "Designated"
	}
	return "Unknown"
}

const (
	stpConfigLen = 35
	stpRapidLen  = 36
	stpMSTLen    = 102
)

func dissectSTP(d *D, b []byte) {
	d.Begin(&stp)
	if !d.Header() {
		return
	}
	version, typ := b[2], b[3]
	if binary.BigEndian.Uint16(b) != 0 {
		d.Wrong("unknown protocol", 0)
		return
	}
	if d.WantInfo {
		stpInfo(d, b)
	}
	switch typ {
	case 0x80:
		d.Claim(4)
		return
	case 0x00, 0x02:
	default:
		d.Wrong("unknown type", 3)
		return
	}
	d.part(stpConfig, 4)
	for i, def := range [...]*Def{&stpMsgAge, &stpMaxAge, &stpHello, &stpForward} {
		off := 27 + 2*i
		d.Num(def, off, 2, uint64(be16(b, off))*1e9/256) // 802.1D 9.2.8: in units of 1/256 s
	}
	end := stpConfigLen
	if typ == 0x02 {
		d.Uint(&stpV1Len, 35, 1)
		end = stpRapidLen
		if version >= 3 && len(b) >= stpMSTLen {
			end = stpTrees(d, b)
		}
	}
	// Cisco's TLV of the VLAN that the tree is for.
	if end == stpRapidLen && len(b) >= end+1 && b[end] == 0 && len(b) >= end+7 {
		end++
	}
	if len(b) >= end+6 && be16(b, end) == 0 && be16(b, end+2) == 2 {
		d.Uint(&stpPVSTType, end, 2)
		d.Uint(&stpPVSTLen, end+2, 2)
		d.Uint(&stpPVSTVLAN, end+4, 2)
		end += 6
	}
	d.Claim(end)
}

// stpTrees adds what multiple spanning trees have beyond one, and returns where
// it ends.
func stpTrees(d *D, b []byte) int {
	n := int(d.Uint(&stpV3Len, 36, 2))
	d.part(stpMST, 38)
	end := 38 + n
	if end > len(b) {
		d.Wrong("version 3 length runs past the end", 36)
		end = len(b)
	}
	off := stpMSTLen
	for ; off+stpMSTILen <= end; off += stpMSTILen {
		d.Open(&stpMSTIGroup, off, stpMSTILen)
		d.part(stpMSTI, off)
		d.Close()
	}
	return max(end, off)
}

func stpInfo(d *D, b []byte) {
	word := "802.1d"
	switch b[2] {
	case 2:
		word = "802.1w"
	case 3:
		word = "802.1s"
	case 4:
		word = "802.1aq"
	}
	switch {
	case b[3] == 0x80:
		d.info("STP %s, Topology Change", word)
		return
	case b[3] == 0x00:
		word += ", Config"
	case b[2] == 3 && len(b) >= stpMSTLen:
		word += ", Rapid STP, CIST"
	default:
		word += ", Rapid STP"
	}
	if len(b) < 27 {
		d.info("STP %s", word)
		return
	}
	sep := ", "
	if b[2] == 3 && len(b) >= stpMSTLen {
		sep = " "
	}
	d.info("STP %s%sFlags [", word, sep)
	first := true
	for _, f := range [...]struct {
		bit  byte
		name string
	}{{0x01, "Topology change"}, {0x02, "Proposal"}, {0x10, "Learn"}, {0x20, "Forward"}, {0x40, "Agreement"}, {0x80, "Topology change ACK"}} {
		if b[4]&f.bit != 0 {
			if !first {
				d.P.Info = append(d.P.Info, ", "...)
			}
			d.P.Info, first = append(d.P.Info, f.name...), false
		}
	}
	if first {
		d.P.Info = append(d.P.Info, "none"...)
	}
	if sep == " " {
		d.P.Info = fmt.Appendf(d.P.Info, "], length %d", len(b))
		return
	}
	d.P.Info = fmt.Appendf(d.P.Info, "], bridge-id %04x.%v.%04x, length %d", be16(b, 17), mac(b[19:]), be16(b, 25), len(b))
}

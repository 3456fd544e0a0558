package dissect

// Cisco's inter-switch link frame, which wraps a whole Ethernet frame, and MAC
// control (IEEE 802.3 annex 31B, 31D).

import "github.com/netkit-go/netkit/pkg/wire"

var isl = Proto{Name: "isl", Title: "Cisco ISL", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	field("isl.dst", "Destination", 0, 48, wire.FieldMAC),
	code("isl.type", "Type", 40, 4, islType),
	field("isl.user", "User", 44, 4, wire.FieldHex),
	field("isl.src", "Source", 48, 48, wire.FieldMAC),
	field("isl.len", "Length", 96, 16, wire.FieldDec),
	field("isl.dsap", "DSAP", 112, 8, wire.FieldHex),
	field("isl.ssap", "SSAP", 120, 8, wire.FieldHex),
	field("isl.control", "Control", 128, 8, wire.FieldHex),
	field("isl.hsa", "HSA", 136, 24, wire.FieldHex),
	field("isl.vlan_id", "VLAN ID", 160, 15, wire.FieldHex),
	field("isl.bpdu", "BPDU/CDP/VTP", 175, 1, wire.FieldFlag),
	field("isl.index", "Index", 176, 16, wire.FieldDec),
	field("isl.reserved", "Reserved", 192, 16, wire.FieldHex),
}}

const islLen = 26

func islType(v uint64) string {
	switch v {
	case 0:
		return "Ethernet"
	case 1:
		return "Token-Ring"
	case 2:
		return "FDDI"
	case 3:
		return "ATM"
	}
	return ""
}

// isISL tells it by its group address, of which it takes 40 bits, and by the SNAP
// header that it has where an Ethernet frame has its data.
func isISL(b []byte) bool {
	return len(b) >= islLen && (b[0] == 0x01 || b[0] == 0x0c) && b[1] == 0 && b[2] == 0x0c && b[3] == 0 && b[4] == 0 &&
		b[14] == 0xaa && b[15] == 0xaa && b[16] == 0x03
}

func dissectISL(d *D, b []byte) {
	d.Begin(&isl)
	if !d.Header() {
		return
	}
	var fn Func
	if b[5]>>4 == 0 {
		fn = dissectEthernet
	}
	d.Next(fn, islLen, len(b)-islLen)
}

var macControl = Proto{Name: "macc", Title: "MAC Control", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{hexCode("macc.opcode", "Opcode", 0, 16, macControlOp)},
	Fields: []*Def{&macControlTime, &macControlEnable}}

var (
	macControlTime   = loose("macc.pause_time", "pause_time", wire.FieldDec)
	macControlEnable = loose("macc.cbfc.enbv", "CBFC Class Enable Vector", wire.FieldHex)
)

func macControlOp(v uint64) string {
	switch v {
	case 0x0001:
		return "Pause"
	case 0x0002:
		return "Gate"
	case 0x0003:
		return "Report"
	case 0x0101:
		return "Class Based Flow Control [CBFC] Pause"
	}
	return ""
}

func dissectMACControl(d *D, b []byte) {
	d.Begin(&macControl)
	if !d.Header() {
		return
	}
	op := be16(b, 0)
	d.info("MPCP, Opcode %s, length %d", macControlOp(uint64(op)), len(b))
	switch op {
	case 1:
		d.Uint(&macControlTime, 2, 2)
	case 0x0101:
		d.Uint(&macControlEnable, 2, 2)
	}
}

package dissect

// VXLAN: RFC 7348 section 5, with the group policy extension (draft-smith-vxlan-
// group-policy) and the generic protocol extension (draft-ietf-nvo3-vxlan-gpe).
// Geneve: RFC 8926 section 3.

import (
	"encoding/binary"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var vxlan = Proto{Name: "vxlan", Title: "Virtual eXtensible Local Area Network", TCPIP: Application, OSI: OSIApplication, Header: []Def{
	field("vxlan.flags", "Flags", 0, 16, wire.FieldHex),
	field("vxlan.flag_g", "GBP Extension", 0, 1, wire.FieldFlag),
	field("vxlan.flag_i", "VXLAN Network ID (VNI)", 4, 1, wire.FieldFlag),
	field("vxlan.flag_d", "Don't Learn", 9, 1, wire.FieldFlag),
	field("vxlan.flag_a", "Policy Applied", 12, 1, wire.FieldFlag),
	field("vxlan.gbp", "Group Policy ID", 16, 16, wire.FieldDec),
	field("vxlan.vni", "VXLAN Network Identifier (VNI)", 32, 24, wire.FieldDec),
	field("vxlan.reserved8", "Reserved", 56, 8, wire.FieldDec),
}}

func dissectVXLAN(d *D, b []byte) {
	d.Begin(&vxlan)
	if !d.Header() {
		return
	}
	if d.WantInfo {
		i := "."
		if b[0]&0x08 != 0 {
			i = "I"
		}
		d.info("VXLAN, flags [%s] (0x%02x), vni %d", i, b[0], binary.BigEndian.Uint32(b[4:])>>8)
	}
	d.Next(dissectEthernet, 8, len(b)-8)
}

var vxlanGPE = Proto{Name: "vxlan_gpe", Title: "Virtual eXtensible Local Area Network, Generic Protocol Extension", TCPIP: Application, OSI: OSIApplication, Header: []Def{
	field("vxlan.flags", "Flags", 0, 8, wire.FieldHex),
	field("vxlan.ver", "Version", 2, 2, wire.FieldDec),
	field("vxlan.i_bit", "Instance", 4, 1, wire.FieldFlag),
	field("vxlan.p_bit", "Next Protocol Bit", 5, 1, wire.FieldFlag),
	field("vxlan.o_bit", "OAM bit", 7, 1, wire.FieldFlag),
	field("vxlan.reserved_16", "Reserved", 8, 16, wire.FieldHex),
	code("vxlan.next_proto", "Next Protocol", 24, 8, vxlanNext),
	field("vxlan.vni", "VXLAN Network Identifier (VNI)", 32, 24, wire.FieldDec),
	field("vxlan.reserved8", "Reserved", 56, 8, wire.FieldDec),
}}

func vxlanNext(v uint64) string {
	switch v {
	case 1:
		return "IPv4"
	case 2:
		return "IPv6"
	case 3:
		return "Ethernet"
	case 4:
		return "Network Service Header"
	case 5:
		return "MPLS"
	}
	return ""
}

func dissectVXLANGPE(d *D, b []byte) {
	d.Begin(&vxlanGPE)
	if !d.Header() {
		return
	}
	var fn Func
	switch b[3] {
	case 1:
		fn = dissectIPv4
	case 2:
		fn = dissectIPv6
	case 3:
		fn = dissectEthernet
	case 5:
		fn = dissectMPLS
	}
	if d.WantInfo {
		d.info("VXLAN-GPE, vni %d, %s", binary.BigEndian.Uint32(b[4:])>>8, vxlanNext(uint64(b[3])))
	}
	d.Next(fn, 8, len(b)-8)
}

var geneve = Proto{Name: "geneve", Title: "Generic Network Virtualization Encapsulation", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("geneve.version", "Version", 0, 2, wire.FieldDec),
		{Field: wire.Field{Name: "geneve.option.length", Label: "Opt Len", Bit: 2, Width: 6, Unit: 4}},
		field("geneve.flags", "Flags", 8, 8, wire.FieldHex),
		field("geneve.flags.oam", "Operations, Administration and Management Frame", 8, 1, wire.FieldFlag),
		field("geneve.flags.critical", "Critical Options Present", 9, 1, wire.FieldFlag),
		field("geneve.flags.reserved", "Reserved", 10, 6, wire.FieldHex),
		hexCode("geneve.proto_type", "Protocol Type", 16, 16, etherTypeName),
		field("geneve.vni", "Virtual Network Identifier (VNI)", 32, 24, wire.FieldHex),
		field("geneve.reserved", "Reserved", 56, 8, wire.FieldHex),
	},
	Fields: []*Def{&geneveOptions, &geneveOption, &geneveClass, &geneveType, &geneveCritical, &geneveOptFlags, &geneveOptLen, &geneveData}}

var (
	geneveOptions  = loose("geneve.options", "Geneve Options", Group)
	geneveOption   = loose("geneve.option", "Option", Group)
	geneveClass    = Def{Field: wire.Field{Name: "geneve.option.class", Label: "Class", Kind: wire.FieldHex}, Meaning: geneveClassName}
	geneveType     = loose("geneve.option.type", "Type", wire.FieldHex)
	geneveCritical = loose("geneve.option.type.critical", "Critical Option", wire.FieldFlag)
	geneveOptFlags = loose("geneve.option.flags.reserved", "Reserved", wire.FieldHex)
	geneveOptLen   = loose("geneve.option.length", "Length", wire.FieldDec)
	geneveData     = loose("geneve.option.unknown.data", "Unknown Option Data", Bytes)
)

// geneveClassName is IANA's registry of option classes, in part.
func geneveClassName(v uint64) string {
	switch {
	case v <= 0x00ff:
		return "Standard"
	case v == 0x0100:
		return "Linux"
	case v == 0x0101:
		return "Open vSwitch"
	case v == 0x0102:
		return "Open Virtual Networking (OVN)"
	case v == 0x0103:
		return "In-band Network Telemetry (INT)"
	case v == 0x0104:
		return "VMware"
	case v >= 0xfff0:
		return "Experimental"
	}
	return ""
}

func dissectGeneve(d *D, b []byte) {
	d.Begin(&geneve)
	if !d.Header() {
		return
	}
	n := int(b[0]&0x3f) * 4
	end := 8 + n
	proto := binary.BigEndian.Uint16(b[2:])
	if d.WantInfo {
		flags := "none"
		if b[1]&0xc0 != 0 {
			flags = [...]string{"C", "O", "OC"}[b[1]>>6-1]
		}
		d.info("Geneve, Flags [%s], vni 0x%x", flags, binary.BigEndian.Uint32(b[4:])>>8)
		if n > 0 {
			d.P.Info = fmt.Appendf(d.P.Info, ", options [%d bytes]", n)
		}
	}
	if b[0]>>6 != 0 {
		d.Wrong("unknown version", 0)
		return
	}
	if end > len(b) {
		d.cut(len(b))
		end = len(b)
	}
	if n > 0 {
		d.Open(&geneveOptions, 8, end-8)
		for off := 8; off < end; {
			if off+4 > end {
				d.Wrong("option is cut short", off)
				break
			}
			n := 4 + int(b[off+3]&0x1f)*4
			d.Open(&geneveOption, off, n)
			d.Uint(&geneveClass, off, 2)
			d.Uint(&geneveType, off+2, 1)
			d.Bits(&geneveCritical, (off+2)*8, 1)
			d.Bits(&geneveOptFlags, (off+3)*8, 3)
			d.Num(&geneveOptLen, off+3, 1, uint64(n))
			if off+n > end {
				d.MarkBad()
				d.Wrong("option's length does not fit", off+3)
				d.Close()
				break
			}
			if n > 4 {
				d.Bytes(&geneveData, off+4, n-4)
			}
			d.Close()
			off += n
		}
		d.Close()
	}
	d.Next(byEtherType(proto), end, len(b)-end)
}

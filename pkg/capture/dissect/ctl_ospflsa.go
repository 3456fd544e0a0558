package dissect

// OSPF's link state advertisements: RFC 2328 A.4, RFC 5340 A.4.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ospfLSA2 = []Def{
	field("ospf.lsa.donotage", "Do Not Age Flag", 0, 1, wire.FieldFlag),
	field("ospf.lsa.age", "LS Age (seconds)", 1, 15, wire.FieldDec),
	field("ospf.v2.options", "Options", 16, 8, wire.FieldHex),
	code("ospf.lsa", "LS Type", 24, 8, ospfLSAName),
	field("ospf.lsa.id", "Link State ID", 32, 32, wire.FieldIPv4),
	field("ospf.advrouter", "Advertising Router", 64, 32, wire.FieldIPv4),
	field("ospf.lsa.seqnum", "Sequence Number", 96, 32, wire.FieldHex),
	field("ospf.lsa.chksum", "Checksum", 128, 16, wire.FieldHex),
	field("ospf.lsa.length", "Length", 144, 16, wire.FieldDec),
}

var ospfLSA3 = []Def{
	field("ospf.v3.lsa.do_not_age", "Do Not Age", 0, 1, wire.FieldFlag),
	field("ospf.lsa.age", "LS Age (seconds)", 1, 15, wire.FieldDec),
	field("ospf.v3.lsa", "LS Type", 16, 16, wire.FieldHex),
	field("ospf.v3.lsa.u", "LSA Handling", 16, 1, wire.FieldFlag),
	field("ospf.v3.lsa.s12", "Flooding Scope", 17, 2, wire.FieldHex),
	code("ospf.v3.lsa.fc", "Function Code", 19, 13, ospfFunction),
	field("ospf.link_state_id", "Link State ID", 32, 32, wire.FieldIPv4),
	field("ospf.advrouter", "Advertising Router", 64, 32, wire.FieldIPv4),
	field("ospf.lsa.seqnum", "Sequence Number", 96, 32, wire.FieldHex),
	field("ospf.lsa.chksum", "Checksum", 128, 16, wire.FieldHex),
	field("ospf.lsa.length", "Length", 144, 16, wire.FieldDec),
}

const ospfLSALen = 20

var ospfLink2 = []Def{
	field("ospf.lsa.router.linkid", "Link ID", 0, 32, wire.FieldIPv4),
	field("ospf.lsa.router.linkdata", "Link Data", 32, 32, wire.FieldIPv4),
	code("ospf.lsa.router.linktype", "Link Type", 64, 8, ospfLinkName),
	field("ospf.lsa.router.nummetrics", "Number of Metrics", 72, 8, wire.FieldDec),
	field("ospf.lsa.router.metric0", "0 Metric", 80, 16, wire.FieldDec),
}

var ospfExternal2 = []Def{
	field("ospf.lsa.asext.type", "External Type", 0, 1, wire.FieldFlag),
	field("ospf.lsa.tos", "TOS", 1, 7, wire.FieldDec),
	field("ospf.metric", "Metric", 8, 24, wire.FieldDec),
	field("ospf.lsa.asext.fwdaddr", "Forwarding Address", 32, 32, wire.FieldIPv4),
	field("ospf.lsa.asext.extrttag", "External Route Tag", 64, 32, wire.FieldDec),
}

var ospfOptions3 = []Def{
	field("ospf.v3.options", "Options", 0, 24, wire.FieldHex),
	field("ospf.v3.options.dc", "DC", 18, 1, wire.FieldFlag),
	field("ospf.v3.options.r", "R", 19, 1, wire.FieldFlag),
	field("ospf.v3.options.n", "N", 20, 1, wire.FieldFlag),
	field("ospf.v3.options.mc", "MC", 21, 1, wire.FieldFlag),
	field("ospf.v3.options.e", "E", 22, 1, wire.FieldFlag),
	field("ospf.v3.options.v6", "V6", 23, 1, wire.FieldFlag),
}

var ospfRouter3 = []Def{
	field("ospf.v3.router.lsa.flags", "Flags", 0, 8, wire.FieldHex),
	field("ospf.v3.router.lsa.flags.w", "(W) Wild-card multicast receiver", 4, 1, wire.FieldFlag),
	field("ospf.v3.router.lsa.flags.v", "(V) Virtual link endpoint", 5, 1, wire.FieldFlag),
	field("ospf.v3.router.lsa.flags.e", "(E) AS boundary router", 6, 1, wire.FieldFlag),
	field("ospf.v3.router.lsa.flags.b", "(B) Area border router", 7, 1, wire.FieldFlag),
}

var ospfLink3 = []Def{
	code("ospf.v3.lsa.type", "Type", 0, 8, ospfLinkName),
	field("ospf.metric", "Metric", 16, 16, wire.FieldDec),
	field("ospf.v3.lsa.interface_id", "Interface ID", 32, 32, wire.FieldDec),
	field("ospf.v3.lsa.neighbor_interface_id", "Neighbor Interface ID", 64, 32, wire.FieldDec),
	field("ospf.v3.lsa.neighbor_router_id", "Neighbor Router ID", 96, 32, wire.FieldIPv4),
}

var ospfExternal3 = []Def{
	field("ospf.v3.as.external.flags", "Flags", 0, 8, wire.FieldHex),
	field("ospf.v3.as.external.flags.e", "(E) External Metric", 5, 1, wire.FieldFlag),
	field("ospf.v3.as.external.flags.f", "(F) Forwarding Address", 6, 1, wire.FieldFlag),
	field("ospf.v3.as.external.flags.t", "(T) External Route Tag", 7, 1, wire.FieldFlag),
	field("ospf.metric", "Metric", 8, 24, wire.FieldDec),
}

var ospfIntra3 = []Def{
	field("ospf.v3.lsa.num_prefixes", "# prefixes", 0, 16, wire.FieldDec),
	field("ospf.v3.lsa.referenced_ls_type", "Referenced LS type", 16, 16, wire.FieldHex),
	field("ospf.v3.lsa.referenced_link_state_id", "Referenced Link State ID", 32, 32, wire.FieldIPv4),
	field("ospf.v3.lsa.referenced_advertising_router", "Referenced Advertising Router", 64, 32, wire.FieldIPv4),
}

var (
	ospfMask       = loose("ospf.lsa.network.netmask", "Netmask", wire.FieldIPv4)
	ospfAttached   = loose("ospf.lsa.network.attchrtr", "Attached Router", wire.FieldIPv4)
	ospfAttached3  = loose("ospf.v3.lsa.attached_router", "Attached Router", wire.FieldIPv4)
	ospfDest3      = loose("ospf.v3.lsa.destination_router_id", "Destination Router ID", wire.FieldIPv4)
	ospfMetric     = loose("ospf.metric", "Metric", wire.FieldDec)
	ospfTOS        = loose("ospf.lsa.tos", "TOS", wire.FieldDec)
	ospfTOSMetric  = loose("ospf.ls.metric", "Metric", wire.FieldDec)
	ospfOpaque     = loose("ospf.unknown_data", "Data", Bytes)
	ospfLinks      = loose("ospf.lsa.number_of_links", "Number of Links", wire.FieldDec)
	ospfPrefixes   = loose("ospf.v3.lsa.num_prefixes", "# prefixes", wire.FieldDec)
	ospfPrefix     = loose("ospf.v3.prefix", "Prefix", Group)
	ospfPrefixLen  = loose("ospf.prefix_length", "PrefixLength", wire.FieldDec)
	ospfPrefixOpts = loose("ospf.v3.prefix.options", "PrefixOptions", wire.FieldHex)
	ospfAddress    = loose("ospf.v3.address_prefix.ipv6", "Address Prefix", Text)
	ospfRefType    = loose("ospf.v3.lsa.referenced_ls_type", "Referenced LS type", wire.FieldHex)
	ospfRefID      = loose("ospf.v3.lsa.referenced_link_state_id", "Referenced Link State ID", wire.FieldIPv4)
	ospfForward6   = loose("ospf.v3.lsa.forwarding_address.ipv6", "Forwarding Address", wire.FieldIPv6)
	ospfTag        = loose("ospf.lsa.asext.extrttag", "External Route Tag", wire.FieldDec)
	ospfPriority   = loose("ospf.v3.lsa.router_priority", "Router Priority", wire.FieldDec)
	ospfLinkLocal  = loose("ospf.v3.lsa.link_local_interface_address.ipv6", "Link-local Interface Address", wire.FieldIPv6)
)

func ospfLSAName(v uint64) string {
	switch v {
	case 1:
		return "Router-LSA"
	case 2:
		return "Network-LSA"
	case 3:
		return "Summary-LSA (IP network)"
	case 4:
		return "Summary-LSA (ASBR)"
	case 5:
		return "AS-External-LSA (ASBR)"
	case 6:
		return "Group-membership-LSA"
	case 7:
		return "NSSA AS-External-LSA"
	case 8:
		return "External attributes LSA"
	case 9:
		return "Opaque LSA, Link-local scope"
	case 10:
		return "Opaque LSA, Area-local scope"
	case 11:
		return "Opaque LSA, AS-local scope"
	}
	return ""
}

func ospfFunction(v uint64) string {
	switch v {
	case 1:
		return "Router-LSA"
	case 2:
		return "Network-LSA"
	case 3:
		return "Inter-Area-Prefix-LSA"
	case 4:
		return "Inter-Area-Router-LSA"
	case 5:
		return "AS-External-LSA"
	case 6:
		return "Group-Membership-LSA"
	case 7:
		return "NSSA-LSA"
	case 8:
		return "Link-LSA"
	case 9:
		return "Intra-Area-Prefix-LSA"
	case 12:
		return "Router Information Opaque-LSA"
	}
	return ""
}

func ospfLinkName(v uint64) string {
	switch v {
	case 1:
		return "Point-to-point connection to another router"
	case 2:
		return "Connection to a transit network"
	case 3:
		return "Connection to a stub network"
	case 4:
		return "Virtual link"
	}
	return ""
}

// ospfEntry takes an LSA, or only its header, and returns where it ends.
func ospfEntry(d *D, b []byte, version byte, off, end int, body bool) int {
	if off+ospfLSALen > end {
		d.cut(off)
		return end
	}
	n := be16(b, off+18)
	name := ospfLSAName(uint64(b[off+3]))
	if version == 3 {
		name = ospfFunction(uint64(be16(b, off+2) & 0x1fff))
	}
	size := ospfLSALen
	if body {
		size = max(n, ospfLSALen)
	}
	d.openName(&ospfLSA, off, size, name)
	defer d.Close()
	if version == 2 {
		d.part(ospfLSA2, off)
	} else {
		d.part(ospfLSA3, off)
	}
	if !body {
		return off + ospfLSALen
	}
	if n < ospfLSALen || off+n > end {
		d.Wrong("LSA's length does not fit", off+18)
		return end
	}
	at, stop := off+ospfLSALen, off+n
	if version == 2 {
		ospfBody2(d, b, b[off+3], at, stop)
	} else {
		ospfBody3(d, b, be16(b, off+2)&0x1fff, at, stop)
	}
	return stop
}

func ospfBody2(d *D, b []byte, typ byte, off, end int) {
	switch typ {
	case 1:
		n := int(d.Uint(&ospfLinks, off+2, 2))
		off += 4
		for ; n > 0 && off+12 <= end; n-- {
			d.part(ospfLink2, off)
			tos := int(b[off+9])
			off += 12
			for ; tos > 0 && off+4 <= end; tos-- {
				d.Uint(&ospfTOS, off, 1)
				d.Uint(&ospfTOSMetric, off+2, 2)
				off += 4
			}
		}
	case 2:
		d.Uint(&ospfMask, off, 4)
		for off += 4; off+4 <= end; off += 4 {
			d.Uint(&ospfAttached, off, 4)
		}
	case 3, 4:
		d.Uint(&ospfMask, off, 4)
		for off += 4; off+4 <= end; off += 4 {
			d.Uint(&ospfTOS, off, 1)
			d.Uint(&ospfMetric, off+1, 3)
		}
	case 5, 7:
		d.Uint(&ospfMask, off, 4)
		for off += 4; off+12 <= end; off += 12 {
			d.part(ospfExternal2, off)
		}
	}
	if off < end {
		d.Bytes(&ospfOpaque, off, end-off)
	}
}

func ospfBody3(d *D, b []byte, function, off, end int) {
	switch {
	case function == 1 && off+4 <= end:
		d.part(ospfRouter3, off)
		d.part(ospfOptions3, off+1)
		for off += 4; off+16 <= end; off += 16 {
			d.part(ospfLink3, off)
		}
	case function == 2 && off+4 <= end:
		d.part(ospfOptions3, off+1)
		for off += 4; off+4 <= end; off += 4 {
			d.Uint(&ospfAttached3, off, 4)
		}
	case function == 3 && off+8 <= end:
		d.Uint(&ospfMetric, off+1, 3)
		off = ospfPrefixAt(d, b, off+4, end, nil)
	case function == 4 && off+12 <= end:
		d.part(ospfOptions3, off+1)
		d.Uint(&ospfMetric, off+5, 3)
		d.Uint(&ospfDest3, off+8, 4)
		off += 12
	case (function == 5 || function == 7) && off+8 <= end:
		flags, ref := b[off], be16(b, off+6)
		d.part(ospfExternal3, off)
		off = ospfPrefixAt(d, b, off+4, end, &ospfRefType)
		if flags&2 != 0 && off+16 <= end {
			d.Bytes(&ospfForward6, off, 16)
			off += 16
		}
		if flags&1 != 0 && off+4 <= end {
			d.Uint(&ospfTag, off, 4)
			off += 4
		}
		if ref != 0 && off+4 <= end {
			d.Uint(&ospfRefID, off, 4)
			off += 4
		}
	case function == 8 && off+24 <= end:
		d.Uint(&ospfPriority, off, 1)
		d.part(ospfOptions3, off+1)
		d.Bytes(&ospfLinkLocal, off+4, 16)
		n := d.Uint(&ospfPrefixes, off+20, 4)
		for off += 24; n > 0 && off < end; n-- {
			off = ospfPrefixAt(d, b, off, end, nil)
		}
	case function == 9 && off+12 <= end:
		n := be16(b, off)
		d.part(ospfIntra3, off)
		for off += 12; n > 0 && off < end; n-- {
			off = ospfPrefixAt(d, b, off, end, &ospfMetric)
		}
	}
	if off < end {
		d.Bytes(&ospfOpaque, off, end-off)
	}
}

// ospfPrefixAt takes an address prefix (RFC 5340 A.4.1) whose 16 bits after the
// options are extra, and returns where it ends.
func ospfPrefixAt(d *D, b []byte, off, end int, extra *Def) int {
	if off+4 > end {
		d.cut(off)
		return end
	}
	bits := int(b[off])
	n := (bits + 31) / 32 * 4
	d.Open(&ospfPrefix, off, 4+n)
	defer d.Close()
	d.Uint(&ospfPrefixLen, off, 1)
	d.Uint(&ospfPrefixOpts, off+1, 1)
	if extra != nil {
		d.Uint(extra, off+2, 2)
	}
	if bits > 128 || off+4+n > end {
		d.Wrong("prefix's length does not fit", off)
		return end
	}
	var a [16]byte
	copy(a[:], b[off+4:off+4+n])
	var text [48]byte
	d.Made(&ospfAddress, off+4, n, netip.AddrFrom16(a).AppendTo(text[:0]))
	return off + 4 + n
}

package dissect

// IPv6 extension headers: RFC 8200 section 4; options: RFC 2675 (jumbo), RFC 2711
// (router alert), RFC 2473 (tunnel limit), RFC 6275 (home address, routing type 2),
// RFC 6553 (RPL), RFC 6554 (routing type 3), RFC 8250 (PDM), RFC 8754 (segment
// routing), RFC 9268 (minimum path MTU), RFC 4782 (Quick-Start).

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ipv6OptionFields = []*Def{&ip6Opt, &ip6OptType, &ip6OptAction, &ip6OptChange, &ip6OptRest, &ip6OptLen, &ip6OptPadN,
	&ip6OptAlert, &ip6OptTEL, &ip6OptJumbo, &ip6OptMinMTU, &ip6OptRtnMTU, &ip6OptQSFunc, &ip6OptQSRate, &ip6OptQSTTL, &ip6OptQSNonce,
	&ip6OptHome, &ip6OptRPLFlag, &ip6OptRPLInstance, &ip6OptRPLRank, &ip6OptPDMScaleR, &ip6OptPDMScaleS, &ip6OptPDMThis, &ip6OptPDMLast,
	&ip6OptPDMDeltaR, &ip6OptPDMDeltaS, &ip6OptUnknown, &ip6OptCalipsoDOI, &ip6OptCalipsoLen, &ip6OptCalipsoLevel, &ip6OptCalipsoSum, &ip6OptCalipsoMap}

var hopByHop = Proto{Name: "ipv6.hopopts", Title: "IPv6 Hop-by-Hop Options", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ipv6.hopopts.nxt", "Next Header", 0, 8, ipProtoName),
		field("ipv6.hopopts.len", "Hdr Ext Len", 8, 8, wire.FieldDec),
	},
	Fields: ipv6OptionFields}

var destOpts = Proto{Name: "ipv6.dstopts", Title: "IPv6 Destination Options", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ipv6.dstopts.nxt", "Next Header", 0, 8, ipProtoName),
		field("ipv6.dstopts.len", "Hdr Ext Len", 8, 8, wire.FieldDec),
	},
	Fields: ipv6OptionFields}

var routing = Proto{Name: "ipv6.routing", Title: "IPv6 Routing Header", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ipv6.routing.nxt", "Next Header", 0, 8, ipProtoName),
		field("ipv6.routing.len", "Hdr Ext Len", 8, 8, wire.FieldDec),
		code("ipv6.routing.type", "Routing Type", 16, 8, routingType),
		field("ipv6.routing.segleft", "Segments Left", 24, 8, wire.FieldDec),
	},
	Fields: []*Def{&rtReserved, &rtAddr, &rtHomeReserved, &rtHome, &rtCmprI, &rtCmprE, &rtPad, &rtRPLReserved, &rtRPLAddr, &rtLastEntry, &rtFlags,
		&rtTag, &rtSegment, &rtTLV, &rtUnknown}}

var fragmentHeader = Proto{Name: "ipv6.fraghdr", Title: "IPv6 Fragment Header", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("ipv6.fraghdr.nxt", "Next Header", 0, 8, ipProtoName),
		field("ipv6.fraghdr.reserved_octet", "Reserved", 8, 8, wire.FieldHex),
		code("ipv6.fraghdr.offset", "Fragment Offset, in units of 8", 16, 13, fragmentAt),
		field("ipv6.fraghdr.reserved_bits", "Res", 29, 2, wire.FieldDec),
		field("ipv6.fraghdr.more", "M", 31, 1, wire.FieldFlag),
		field("ipv6.fraghdr.ident", "Identification", 32, 32, wire.FieldHex),
	},
	Fields: []*Def{&ip6FragData, &ip6Fragments, &ip6Fragment, &ip6FragmentCount, &ip6ReassembledLen, &ip6FragmentOverlap}}

var (
	ip6Opt             = loose("ipv6.opt", "Option", Group)
	ip6OptType         = hexLoose("ipv6.opt.type", "Type", ip6OptionName)
	ip6OptAction       = looseCode("ipv6.opt.type.action", "Where unknown", ip6OptionAction)
	ip6OptChange       = loose("ipv6.opt.type.change", "May change", wire.FieldFlag)
	ip6OptRest         = loose("ipv6.opt.type.rest", "Low-order bits", wire.FieldHex)
	ip6OptLen          = loose("ipv6.opt.length", "Length", 0)
	ip6OptPadN         = loose("ipv6.opt.padn", "PadN", Bytes)
	ip6OptAlert        = looseCode("ipv6.opt.router_alert", "Router Alert", ip6RouterAlert)
	ip6OptTEL          = loose("ipv6.opt.tel", "Tunnel encapsulation limit", 0)
	ip6OptJumbo        = loose("ipv6.opt.jumbo", "Jumbo payload length", 0)
	ip6OptMinMTU       = loose("ipv6.opt.pmtu.min", "Minimum reported MTU", 0)
	ip6OptRtnMTU       = loose("ipv6.opt.pmtu.rtn", "Returned MTU", 0)
	ip6OptQSFunc       = looseCode("ipv6.opt.qs_func", "Function", quickStartFunction)
	ip6OptQSRate       = loose("ipv6.opt.qs_rate", "Rate", 0)
	ip6OptQSTTL        = loose("ipv6.opt.qs_ttl", "QS TTL", 0)
	ip6OptQSNonce      = loose("ipv6.opt.qs_nonce", "QS nonce", wire.FieldHex)
	ip6OptHome         = loose("ipv6.opt.mipv6.home_address", "Home address", wire.FieldIPv6)
	ip6OptRPLFlag      = loose("ipv6.opt.rpl.flag", "Flags", wire.FieldHex)
	ip6OptRPLInstance  = loose("ipv6.opt.rpl.instance_id", "RPL instance", wire.FieldHex)
	ip6OptRPLRank      = loose("ipv6.opt.rpl.sender_rank", "Sender rank", wire.FieldHex)
	ip6OptPDMScaleR    = loose("ipv6.opt.pdm.scale_dtlr", "Scale DTLR", 0)
	ip6OptPDMScaleS    = loose("ipv6.opt.pdm.scale_dtls", "Scale DTLS", 0)
	ip6OptPDMThis      = loose("ipv6.opt.pdm.psn_this_pkt", "PSN of this packet", 0)
	ip6OptPDMLast      = loose("ipv6.opt.pdm.psn_last_recv", "PSN last received", 0)
	ip6OptPDMDeltaR    = loose("ipv6.opt.pdm.delta_last_recv", "Delta time last received", 0)
	ip6OptPDMDeltaS    = loose("ipv6.opt.pdm.delta_last_sent", "Delta time last sent", 0)
	ip6OptCalipsoDOI   = loose("ipv6.opt.calipso.doi", "Domain of interpretation", 0)
	ip6OptCalipsoLen   = loose("ipv6.opt.calipso.cmpt.length", "Compartment length", 0)
	ip6OptCalipsoLevel = loose("ipv6.opt.calipso.sens_level", "Sensitivity level", 0)
	ip6OptCalipsoSum   = loose("ipv6.opt.calipso.checksum", "Checksum", wire.FieldHex)
	ip6OptCalipsoMap   = loose("ipv6.opt.calipso.cmpt_bitmap", "Compartment bitmap", Bytes)
	ip6OptUnknown      = loose("ipv6.opt.unknown", "Data", Bytes)

	rtReserved     = loose("ipv6.routing.src.reserved", "Reserved", Bytes)
	rtAddr         = loose("ipv6.routing.src.addr", "Address", wire.FieldIPv6)
	rtHomeReserved = loose("ipv6.routing.mipv6.reserved", "Reserved", Bytes)
	rtHome         = loose("ipv6.routing.mipv6.home_address", "Home address", wire.FieldIPv6)
	rtCmprI        = loose("ipv6.routing.rpl.cmprI", "CmprI", 0)
	rtCmprE        = loose("ipv6.routing.rpl.cmprE", "CmprE", 0)
	rtPad          = loose("ipv6.routing.rpl.pad", "Pad", 0)
	rtRPLReserved  = loose("ipv6.routing.rpl.reserved", "Reserved", 0)
	rtRPLAddr      = loose("ipv6.routing.rpl.address", "Address, compressed", Bytes)
	rtLastEntry    = loose("ipv6.routing.srh.last_entry", "Last entry", 0)
	rtFlags        = loose("ipv6.routing.srh.flags", "Flags", wire.FieldHex)
	rtTag          = loose("ipv6.routing.srh.tag", "Tag", Bytes)
	rtSegment      = loose("ipv6.routing.srh.addr", "Segment", wire.FieldIPv6)
	rtTLV          = loose("ipv6.routing.srh.tlv", "TLVs", Bytes)
	rtUnknown      = loose("ipv6.routing.unknown_data", "Type-specific data", Bytes)

	ip6FragData        = loose("ipv6.fragment.data", "Fragment", Bytes)
	ip6Fragments       = loose("ipv6.fragments", "Put together from", Group)
	ip6Fragment        = loose("ipv6.fragment", "Frame", 0)
	ip6FragmentCount   = loose("ipv6.fragment.count", "Fragments", 0)
	ip6FragmentOverlap = loose("ipv6.fragment.overlap", "Fragments overlap", wire.FieldFlag)
	ip6ReassembledLen  = loose("ipv6.reassembled.length", "Length together", 0)
)

var ipv6FragDefs = fragOf{&ip6FragData, &ip6Fragments, &ip6Fragment, &ip6FragmentCount, &ip6ReassembledLen, &ip6FragmentOverlap}

// Types of options, of both headers.
const (
	ip6Pad1     = 0
	ip6PadN     = 1
	ip6TEL      = 4
	ip6Alert    = 5
	ip6Calipso  = 7
	ip6PDM      = 0x0f
	ip6RPL      = 0x63
	ip6RPLOld   = 0x23
	ip6Quick    = 0x26
	ip6PMTU     = 0x30
	ip6Jumbo    = 0xc2
	ip6HomeAddr = 0xc9
)

func ip6OptionName(v uint64) string {
	switch v {
	case ip6Pad1:
		return "Pad1"
	case ip6PadN:
		return "PadN"
	case ip6TEL:
		return "Tunnel Encapsulation Limit"
	case ip6Alert:
		return "Router Alert"
	case ip6Calipso:
		return "CALIPSO"
	case 8:
		return "SMF_DPD"
	case ip6PDM:
		return "Performance and Diagnostic Metrics"
	case 0x11, 0x31:
		return "IOAM"
	case ip6RPL, ip6RPLOld:
		return "RPL Option"
	case ip6Quick:
		return "Quick-Start"
	case ip6PMTU:
		return "Minimum Path MTU Hop-by-Hop Option"
	case 0x6d:
		return "MPL Option"
	case 0x8b:
		return "ILNP Nonce"
	case ip6Jumbo:
		return "Jumbo Payload"
	case ip6HomeAddr:
		return "Home Address"
	}
	return ""
}

func ip6OptionAction(v uint64) string { return wire.IPv6Action(v & 3).String() }

func ip6RouterAlert(v uint64) string {
	switch v {
	case 0:
		return "MLD"
	case 1:
		return "RSVP"
	case 2:
		return "Active Networks"
	}
	return ""
}

func routingType(v uint64) string {
	switch v {
	case 0:
		return "Source Route, deprecated"
	case 2:
		return "Type 2, Mobile IPv6"
	case 3:
		return "RPL Source Route"
	case 4:
		return "Segment Routing"
	case 5:
		return "CRH-16"
	case 6:
		return "CRH-32"
	}
	return ""
}

// extension dissects the first two octets of a header that states its length in
// units of eight octets beyond the first eight, and gives its length as far as it
// is there.
func (d *D) extension(p *Proto, b []byte) (n int, ok bool) {
	d.Begin(p)
	if !d.Header() {
		return 0, false
	}
	n = 8 + 8*int(b[1])
	d.Claim(n)
	if n > len(b) {
		d.cut(1)
		return len(b), true
	}
	return n, true
}

// after hands on what follows an extension header.
func (d *D) after(b []byte, n int) {
	if n < len(b) {
		d.Next(byIPv6Next(b[0]), n, len(b)-n+d.Missing)
	}
}

func dissectHopByHop(d *D, b []byte) { d.ipv6Options(&hopByHop, b) }
func dissectDestOpts(d *D, b []byte) { d.ipv6Options(&destOpts, b) }

func (d *D) ipv6Options(p *Proto, b []byte) {
	end, ok := d.extension(p, b)
	if !ok {
		return
	}
	for off := 2; off < end; {
		t, n := b[off], 1
		if t != ip6Pad1 {
			if off+1 >= end || off+2+int(b[off+1]) > end {
				d.Open(&ip6Opt, off, end-off)
				d.ipv6OptionType(off)
				d.Close()
				d.Wrong("option runs past the header's end", off)
				break
			}
			n = 2 + int(b[off+1])
		}
		d.Open(&ip6Opt, off, n)
		d.ipv6OptionType(off)
		if n > 1 {
			d.Uint(&ip6OptLen, off+1, 1)
			d.ipv6Option(t, off+2, n-2)
		}
		d.Close()
		off += n
	}
	d.after(b, end)
}

func (d *D) ipv6OptionType(off int) {
	d.OpenUint(&ip6OptType, off, 1)
	d.Bits(&ip6OptAction, off*8, 2)
	d.Bits(&ip6OptChange, off*8+2, 1)
	d.Bits(&ip6OptRest, off*8+3, 5)
	d.Close()
}

// ipv6Option dissects an option's n octets of data.
func (d *D) ipv6Option(t byte, off, n int) {
	switch {
	case t == ip6PadN:
		d.Bytes(&ip6OptPadN, off, n)
	case t == ip6Alert && n == 2:
		d.Uint(&ip6OptAlert, off, 2)
	case t == ip6TEL && n == 1:
		d.Uint(&ip6OptTEL, off, 1)
	case t == ip6Jumbo && n == 4:
		d.Uint(&ip6OptJumbo, off, 4)
	case t == ip6PMTU && n == 4:
		d.Uint(&ip6OptMinMTU, off, 2)
		d.Uint(&ip6OptRtnMTU, off+2, 2)
	case t == ip6Quick && n == 6:
		d.Bits(&ip6OptQSFunc, off*8, 4)
		d.Bits(&ip6OptQSRate, off*8+4, 4)
		d.Uint(&ip6OptQSTTL, off+1, 1)
		d.Bits(&ip6OptQSNonce, (off+2)*8, 30)
	case t == ip6HomeAddr && n == 16:
		d.Bytes(&ip6OptHome, off, 16)
	case (t == ip6RPL || t == ip6RPLOld) && n == 4:
		d.Uint(&ip6OptRPLFlag, off, 1)
		d.Uint(&ip6OptRPLInstance, off+1, 1)
		d.Uint(&ip6OptRPLRank, off+2, 2)
	case t == ip6PDM && n == 10:
		d.Uint(&ip6OptPDMScaleR, off, 1)
		d.Uint(&ip6OptPDMScaleS, off+1, 1)
		d.Uint(&ip6OptPDMThis, off+2, 2)
		d.Uint(&ip6OptPDMLast, off+4, 2)
		d.Uint(&ip6OptPDMDeltaR, off+6, 2)
		d.Uint(&ip6OptPDMDeltaS, off+8, 2)
	case t == ip6Calipso && n >= 8:
		d.Uint(&ip6OptCalipsoDOI, off, 4)
		d.Uint(&ip6OptCalipsoLen, off+4, 1)
		d.Uint(&ip6OptCalipsoLevel, off+5, 1)
		d.Uint(&ip6OptCalipsoSum, off+6, 2)
		if n > 8 {
			d.Bytes(&ip6OptCalipsoMap, off+8, n-8)
		}
	case n > 0:
		d.Bytes(&ip6OptUnknown, off, n)
	}
}

func dissectRouting(d *D, b []byte) {
	end, ok := d.extension(&routing, b)
	if !ok {
		return
	}
	if end >= 8 {
		d.routes(b, end)
	}
	d.after(b, end)
}

// routes dissects what a routing header holds behind its first four octets. While
// segments are left, transport checksums cover the last address, not the
// header's destination (RFC 8200 8.1).
func (d *D) routes(b []byte, end int) {
	left := int(b[3])
	final := -1
	switch b[2] {
	case 0:
		d.Bytes(&rtReserved, 4, 4)
		for i := 8; i+16 <= end; i += 16 {
			d.Bytes(&rtAddr, i, 16)
			final = i
		}
		if left > (end-8)/16 {
			d.Wrong("more segments left than addresses", 3)
			final = -1
		}
	case 2:
		d.Bytes(&rtHomeReserved, 4, 4)
		if end >= 24 {
			d.Bytes(&rtHome, 8, 16)
			final = 8
		}
	case 3:
		d.Bits(&rtCmprI, 32, 4)
		d.Bits(&rtCmprE, 36, 4)
		d.Bits(&rtPad, 40, 4)
		d.Bits(&rtRPLReserved, 44, 20)
		cmprI, cmprE, pad := int(b[4]>>4), int(b[4]&15), int(b[5]>>4)
		i, last := 8, end-pad-(16-cmprE)
		for ; i+16-cmprI <= last; i += 16 - cmprI {
			d.Bytes(&rtRPLAddr, i, 16-cmprI)
		}
		if i <= last {
			d.Bytes(&rtRPLAddr, last, 16-cmprE)
		}
	case 4:
		d.Uint(&rtLastEntry, 4, 1)
		d.Uint(&rtFlags, 5, 1)
		d.Bytes(&rtTag, 6, 2)
		i := 8
		for ; i+16 <= end && i < 8+16*(int(b[4])+1); i += 16 {
			d.Bytes(&rtSegment, i, 16)
		}
		if end >= 24 {
			final = 8 // RFC 8754 2: Segment List[0] contains the last segment
		}
		if i < end {
			d.Bytes(&rtTLV, i, end-i)
		}
	default:
		if end > 4 {
			d.Bytes(&rtUnknown, 4, end-4)
		}
	}
	if final >= 0 && left > 0 {
		d.reroute(b[final : final+16])
	}
}

// reroute puts dst in the place of the IPv6 header's destination in the
// pseudo-header's sum.
func (d *D) reroute(dst []byte) {
	for i := len(d.P.Layers) - 1; i >= 0; i-- {
		l := &d.P.Layers[i]
		if l.Proto == &ipv6 && l.Len >= wire.IPv6HeaderLen {
			d.ipSum = sum128(d.P.Bufs[l.Buf][l.Off+8:]) + sum128(dst)
			return
		}
	}
}

func dissectFragment(d *D, b []byte) {
	d.Begin(&fragmentHeader)
	if !d.Header() {
		return
	}
	d.Claim(wire.IPv6FragHeaderLen)
	n := len(b) - wire.IPv6FragHeaderLen + d.Missing
	frag := binary.BigEndian.Uint16(b[2:])
	if frag&0xfff9 != 0 {
		d.ipWhole = false
		if d.fragment(&ipv6FragDefs, b[0], wire.IPv6FragHeaderLen, n, frag&0xfff8 == 0) {
			return
		}
	}
	if n > 0 {
		d.Next(byIPv6Next(b[0]), wire.IPv6FragHeaderLen, n)
	}
}

package dissect

// IPv4 options: RFC 791 section 3.1 (record route, source routes, timestamp,
// stream identifier, security), RFC 1063 (MTU probe and reply), RFC 1108 (security),
// RFC 1393 (traceroute), RFC 2113 (router alert), RFC 4782 (Quick-Start),
// FIPS 188 (CIPSO).

import "github.com/netkit-go/netkit/pkg/wire"

var (
	ipOption        = loose("ip.opt", "Option", Group)
	ipOptType       = looseCode("ip.opt.type", "Type", ipOptionName)
	ipOptCopy       = loose("ip.opt.type.copy", "Copied", wire.FieldFlag)
	ipOptClass      = looseCode("ip.opt.type.class", "Class", ipOptionClass)
	ipOptNumber     = loose("ip.opt.type.number", "Number", 0)
	ipOptLen        = loose("ip.opt.len", "Length", 0)
	ipOptPtr        = loose("ip.opt.ptr", "Pointer", 0)
	ipRecRoute      = loose("ip.rec_rt", "Recorded route", wire.FieldIPv4)
	ipSrcRoute      = loose("ip.src_rt", "Source route", wire.FieldIPv4)
	ipOverflow      = loose("ip.opt.overflow", "Overflow", 0)
	ipOptFlag       = looseCode("ip.opt.flag", "Flag", ipTimestampFlag)
	ipOptTime       = loose("ip.opt.time_stamp", "Timestamp", 0)
	ipOptTimeAddr   = loose("ip.opt.time_stamp_addr", "Address", wire.FieldIPv4)
	ipOptRA         = looseCode("ip.opt.ra", "Router Alert", routerAlert)
	ipOptSID        = loose("ip.opt.sid", "Stream identifier", 0)
	ipOptMTU        = loose("ip.opt.mtu", "MTU", 0)
	ipOptID         = loose("ip.opt.id_number", "ID number", 0)
	ipOptOHC        = loose("ip.opt.ohc", "Outbound hop count", 0)
	ipOptRHC        = loose("ip.opt.rhc", "Return hop count", 0)
	ipOptOrig       = loose("ip.opt.originator", "Originator", wire.FieldIPv4)
	ipOptSec        = loose("ip.opt.sec_rfc791_sec", "Security", wire.FieldHex)
	ipOptComp       = loose("ip.opt.sec_rfc791_comp", "Compartments", 0)
	ipOptHandling   = loose("ip.opt.sec_rfc791_hr", "Handling restrictions", Text)
	ipOptTCC        = loose("ip.opt.sec_rfc791_tcc", "Transmission control code", Text)
	ipOptClassLevel = looseCode("ip.opt.sec_cl", "Classification level", classificationLevel)
	ipOptProtAuth   = loose("ip.opt.sec_prot_auth_flags", "Protection authority", Bytes)
	ipOptQSFunc     = looseCode("ip.opt.qs_func", "Function", quickStartFunction)
	ipOptQSRate     = loose("ip.opt.qs_rate", "Rate", 0)
	ipOptQSTTL      = loose("ip.opt.qs_ttl", "QS TTL", 0)
	ipOptQSNonce    = loose("ip.opt.qs_nonce", "QS nonce", wire.FieldHex)
	ipOptData       = loose("ip.opt.data", "Data", Bytes)
	cipsoDOI        = loose("ip.cipso.doi", "Domain of interpretation", 0)
	cipsoTagType    = loose("ip.cipso.tag_type", "Tag type", 0)
	cipsoLevel      = loose("ip.cipso.sensitivity_level", "Sensitivity level", 0)
	cipsoData       = loose("ip.cipso.tag_data", "Tag data", Bytes)
)

// Option types with the copied flag and the class.
const (
	ipOptEnd        = 0
	ipOptNOP        = 1
	ipOptRecord     = 7
	ipOptMTUProbe   = 11
	ipOptMTUReply   = 12
	ipOptQuickStart = 25
	ipOptTimestamp  = 68
	ipOptTraceroute = 82
	ipOptSecurity   = 130
	ipOptLoose      = 131
	ipOptCIPSO      = 134
	ipOptStream     = 136
	ipOptStrict     = 137
	ipOptAlert      = 148
)

func ipOptionName(v uint64) string {
	switch v {
	case ipOptEnd:
		return "End of Option List"
	case ipOptNOP:
		return "No-Operation"
	case ipOptRecord:
		return "Record Route"
	case ipOptMTUProbe:
		return "MTU Probe"
	case ipOptMTUReply:
		return "MTU Reply"
	case ipOptQuickStart:
		return "Quick-Start"
	case ipOptTimestamp:
		return "Timestamp"
	case ipOptTraceroute:
		return "Traceroute"
	case ipOptSecurity:
		return "Security"
	case ipOptLoose:
		return "Loose Source Route"
	case 133:
		return "Extended Security"
	case ipOptCIPSO:
		return "Commercial Security"
	case ipOptStream:
		return "Stream ID"
	case ipOptStrict:
		return "Strict Source Route"
	case 145:
		return "Extended Internet Protocol"
	case 147:
		return "Address Extension"
	case ipOptAlert:
		return "Router Alert"
	case 149:
		return "Selective Directed Broadcast"
	case 151:
		return "Dynamic Packet State"
	case 152:
		return "Upstream Multicast Packet"
	}
	return ""
}

func ipOptionClass(v uint64) string {
	return [...]string{"control", "reserved", "debugging and measurement", "reserved"}[v&3]
}

func ipTimestampFlag(v uint64) string {
	switch v {
	case 0:
		return "timestamps only"
	case 1:
		return "timestamps with addresses"
	case 3:
		return "timestamps of given addresses"
	}
	return ""
}

// routerAlert is the registry that IPv4 and IPv6 share (RFC 5350).
func routerAlert(v uint64) string {
	switch v {
	case 0:
		return "every router examines the packet"
	}
	return ""
}

func classificationLevel(v uint64) string {
	switch v {
	case 0x3d:
		return "Top Secret"
	case 0x5a:
		return "Secret"
	case 0x96:
		return "Confidential"
	case 0xab:
		return "Unclassified"
	}
	return ""
}

func quickStartFunction(v uint64) string {
	switch v {
	case 0:
		return "rate request"
	case 8:
		return "report of approved rate"
	}
	return ""
}

// ipv4Options dissects the options, which end before octet hl. dst is where a
// source route ends, which is the destination that transport checksums cover.
func (d *D) ipv4Options(b []byte, hl int) (dst uint32, routed bool) {
	for off := wire.IPv4MinHeaderLen; off < hl; {
		t, n := b[off], 1
		if t != ipOptEnd && t != ipOptNOP {
			if off+1 >= hl || b[off+1] < 2 || off+int(b[off+1]) > hl {
				d.Bytes(&ipOptData, off, hl-off)
				d.Wrong("option length does not fit the header", off+1)
				return dst, routed
			}
			n = int(b[off+1])
		}
		d.Open(&ipOption, off, n)
		d.ipv4OptionType(off)
		if n > 1 {
			d.Uint(&ipOptLen, off+1, 1)
			d.ipv4Option(t, b, off, n)
			if (t == ipOptLoose || t == ipOptStrict) && n >= 7 && int(b[off+2]) < n {
				dst, routed = be32(b, off+(n-3)/4*4-1), true
			}
		}
		d.Close()
		off += n
		if t == ipOptEnd {
			break
		}
	}
	return dst, routed
}

func (d *D) ipv4OptionType(off int) {
	d.OpenUint(&ipOptType, off, 1)
	d.Bits(&ipOptCopy, off*8, 1)
	d.Bits(&ipOptClass, off*8+1, 2)
	d.Bits(&ipOptNumber, off*8+3, 5)
	d.Close()
}

// ipv4Option dissects the n octets of an option, type and length included. One
// that is too short for its type is shown as octets.
func (d *D) ipv4Option(t byte, b []byte, off, n int) {
	switch {
	case (t == ipOptRecord || t == ipOptLoose || t == ipOptStrict) && n >= 3:
		d.Uint(&ipOptPtr, off+2, 1)
		def := &ipSrcRoute
		if t == ipOptRecord {
			def = &ipRecRoute
		}
		for i := off + 3; i+4 <= off+n; i += 4 {
			d.Bytes(def, i, 4)
		}
	case t == ipOptTimestamp && n >= 4:
		d.Uint(&ipOptPtr, off+2, 1)
		d.Bits(&ipOverflow, (off+3)*8, 4)
		flag := d.Bits(&ipOptFlag, (off+3)*8+4, 4)
		for i := off + 4; i+4 <= off+n; i += 4 {
			if flag != 0 && i+8 <= off+n {
				d.Bytes(&ipOptTimeAddr, i, 4)
				i += 4
			}
			d.Uint(&ipOptTime, i, 4)
		}
	case t == ipOptAlert && n == 4:
		d.Uint(&ipOptRA, off+2, 2)
	case t == ipOptStream && n == 4:
		d.Uint(&ipOptSID, off+2, 2)
	case (t == ipOptMTUProbe || t == ipOptMTUReply) && n == 4:
		d.Uint(&ipOptMTU, off+2, 2)
	case t == ipOptTraceroute && n == 12:
		d.Uint(&ipOptID, off+2, 2)
		d.Uint(&ipOptOHC, off+4, 2)
		d.Uint(&ipOptRHC, off+6, 2)
		d.Bytes(&ipOptOrig, off+8, 4)
	case t == ipOptSecurity && n == 11: // RFC 791's form; RFC 1108's is shorter
		d.Uint(&ipOptSec, off+2, 2)
		d.Uint(&ipOptComp, off+4, 2)
		d.Bytes(&ipOptHandling, off+6, 2)
		d.Bytes(&ipOptTCC, off+8, 3)
	case t == ipOptSecurity && n >= 3:
		d.Uint(&ipOptClassLevel, off+2, 1)
		if n > 3 {
			d.Bytes(&ipOptProtAuth, off+3, n-3)
		}
	case t == ipOptQuickStart && n == 8:
		d.Bits(&ipOptQSFunc, (off+2)*8, 4)
		d.Bits(&ipOptQSRate, (off+2)*8+4, 4)
		d.Uint(&ipOptQSTTL, off+3, 1)
		d.Bits(&ipOptQSNonce, (off+4)*8, 30)
	case t == ipOptCIPSO && n >= 6:
		d.Uint(&cipsoDOI, off+2, 4)
		for i := off + 6; i+2 <= off+n && b[i+1] >= 2 && i+int(b[i+1]) <= off+n; i += int(b[i+1]) {
			tag, l := d.Uint(&cipsoTagType, i, 1), int(b[i+1])
			if (tag == 1 || tag == 2 || tag == 5) && l >= 4 {
				d.Uint(&cipsoLevel, i+3, 1)
				d.Bytes(&cipsoData, i+4, l-4)
			} else {
				d.Bytes(&cipsoData, i+2, l-2)
			}
		}
	case n > 2:
		d.Bytes(&ipOptData, off+2, n-2)
	}
}

package dissect

// PIM: RFC 7761 section 4.9 (version 2, sparse mode), RFC 3973 (dense mode), RFC
// 5059 section 4 (bootstrap), RFC 4601's encodings, and version 1 inside IGMP.

import "github.com/netkit-go/netkit/pkg/wire"

var pim = Proto{Name: "pim", Title: "Protocol Independent Multicast", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("pim.version", "Version", 0, 4, wire.FieldDec),
		code("pim.type", "Type", 4, 4, pimType),
		field("pim.res_bytes", "Reserved byte(s)", 8, 8, Bytes),
	},
	Fields: []*Def{&pimChecksum, &pimStatus, &pimOptions, &pimOption, &pimOptType, &pimOptLen, &pimOptValue, &pimRegister, &pimBorder, &pimNull,
		&pimHold, &pimGroups, &pimJoins, &pimPrunes, &pimT, &pimDelay, &pimOverride, &pimDR, &pimGenID, &pimSRVersion,
		&pimSRInterval, &pimRPT, &pimPref, &pimMetric, &pimPruneInd, &pimPruneNow, &pimAssertOver, &pimSource, &pimSource6,
		&pimGroup, &pimGroup6, &pimUpstream, &pimUpstream6, &pimJoin, &pimPrune, &pimList, &pimList6, &pimBSR, &pimBSR6,
		&pimRP, &pimRP6, &pimOriginator, &pimOriginator6, &pimTag, &pimHash, &pimBSRPrio, &pimRPCount, &pimFRPCount,
		&pimPriority, &pimPrefixes, &pimMaskLen, &pimFamily, &pimEncoding, &pimUnicast, &pimUnicast6, &pimGroupSet,
		&pimGroupFlags, &pimGroupB, &pimGroupZ, &pimSourceFlags, &pimSourceS, &pimSourceW, &pimSourceR, &pimTTL, &pimInterval, &pimReserved, &pimSRReserved}}

var (
	pimChecksum    = field("pim.cksum", "Checksum", 16, 16, wire.FieldHex)
	pimStatus      = looseCode("pim.cksum.status", "Checksum Status", checksumStatus)
	pimReserved    = loose("pim.res_bytes", "Reserved byte(s)", Bytes)
	pimOptions     = loose("pim.option", "PIM Options", Group)
	pimOption      = loose("pim.option.item", "Option", Group)
	pimOptType     = looseCode("pim.optiontype", "Type", pimOptionName)
	pimOptLen      = loose("pim.optionlength", "Length", wire.FieldDec)
	pimOptValue    = loose("pim.optionvalue", "Unknown", Bytes)
	pimRegister    = loose("pim.register_flag", "Flags", wire.FieldHex)
	pimBorder      = loose("pim.register_flag.border", "Border", wire.FieldFlag)
	pimNull        = loose("pim.register_flag.null_register", "Null-Register", wire.FieldFlag)
	pimHold        = looseCode("pim.holdtime", "Holdtime", pimHoldtime)
	pimGroups      = loose("pim.numgroups", "Num Groups", wire.FieldDec)
	pimJoins       = loose("pim.numjoins", "Num Joins", wire.FieldDec)
	pimPrunes      = loose("pim.numprunes", "Num Prunes", wire.FieldDec)
	pimT           = loose("pim.t", "T", wire.FieldFlag)
	pimDelay       = loose("pim.propagation_delay", "Propagation Delay", wire.FieldDec)
	pimOverride    = loose("pim.override_interval", "Override Interval", wire.FieldDec)
	pimDR          = loose("pim.dr_priority", "DR Priority", wire.FieldDec)
	pimGenID       = loose("pim.generation_id", "Generation ID", wire.FieldDec)
	pimSRVersion   = loose("pim.state_refresh_version", "Version", wire.FieldDec)
	pimSRInterval  = loose("pim.state_refresh_interval", "Interval", wire.FieldDec)
	pimSRReserved  = loose("pim.state_refresh_reserved", "Reserved", wire.FieldDec)
	pimRPT         = loose("pim.rpt", "RP Tree", wire.FieldFlag)
	pimPref        = loose("pim.metric_pref", "Metric Preference", wire.FieldDec)
	pimMetric      = loose("pim.metric", "Metric", wire.FieldDec)
	pimPruneInd    = loose("pim.prune_indicator", "Prune indicator", wire.FieldFlag)
	pimPruneNow    = loose("pim.prune_now", "Prune now", wire.FieldFlag)
	pimAssertOver  = loose("pim.assert_override", "Assert override", wire.FieldFlag)
	pimSource      = loose("pim.source", "Source", wire.FieldIPv4)
	pimSource6     = loose("pim.source_ip6", "Source", wire.FieldIPv6)
	pimGroup       = loose("pim.group", "Group", wire.FieldIPv4)
	pimGroup6      = loose("pim.group_ip6", "Group", wire.FieldIPv6)
	pimUpstream    = loose("pim.upstream_neighbor", "Upstream-neighbor", wire.FieldIPv4)
	pimUpstream6   = loose("pim.upstream_neighbor_ip6", "Upstream-neighbor", wire.FieldIPv6)
	pimJoin        = loose("pim.join", "Join", Group)
	pimPrune       = loose("pim.prune", "Prune", Group)
	pimList        = loose("pim.address_list", "Address", wire.FieldIPv4)
	pimList6       = loose("pim.address_list_ip6", "Address", wire.FieldIPv6)
	pimBSR         = loose("pim.bsr", "BSR", wire.FieldIPv4)
	pimBSR6        = loose("pim.bsr_ip6", "BSR", wire.FieldIPv6)
	pimRP          = loose("pim.rp", "RP", wire.FieldIPv4)
	pimRP6         = loose("pim.rp_ip6", "RP", wire.FieldIPv6)
	pimOriginator  = loose("pim.originator", "Originator", wire.FieldIPv4)
	pimOriginator6 = loose("pim.originator_ip6", "Originator", wire.FieldIPv6)
	pimTag         = loose("pim.fragment_tag", "Fragment tag", wire.FieldHex)
	pimHash        = loose("pim.hash_mask_len", "Hash mask len", wire.FieldDec)
	pimBSRPrio     = loose("pim.bsr_priority", "BSR priority", wire.FieldDec)
	pimRPCount     = loose("pim.rp_count", "RP count", wire.FieldDec)
	pimFRPCount    = loose("pim.frp_count", "FRP count", wire.FieldDec)
	pimPriority    = loose("pim.priority", "Priority", wire.FieldDec)
	pimPrefixes    = loose("pim.prefix_count", "Prefix-count", wire.FieldDec)
	pimMaskLen     = loose("pim.mask_len", "Masklen", wire.FieldDec)
	pimFamily      = looseCode("pim.addr_address_family", "Address Family", addrFamily)
	pimEncoding    = loose("pim.addr_encoding_type", "Encoding Type", wire.FieldDec)
	pimUnicast     = loose("pim.unicast", "Unicast", wire.FieldIPv4)
	pimUnicast6    = loose("pim.unicast_ipv6", "Unicast", wire.FieldIPv6)
	pimGroupSet    = loose("pim.group_set", "Group", Group)
	pimGroupFlags  = loose("pim.group_addr.flags", "Flags", wire.FieldHex)
	pimGroupB      = loose("pim.group_addr.flags.b", "Bidirectional PIM", wire.FieldFlag)
	pimGroupZ      = loose("pim.group_addr.flags.z", "Admin Scope Zone", wire.FieldFlag)
	pimSourceFlags = loose("pim.source_addr.flags", "Flags", wire.FieldHex)
	pimSourceS     = loose("pim.source_addr.flags.s", "Sparse", wire.FieldFlag)
	pimSourceW     = loose("pim.source_addr.flags.w", "WildCard", wire.FieldFlag)
	pimSourceR     = loose("pim.source_addr.flags.r", "Rendezvous Point Tree", wire.FieldFlag)
	pimTTL         = loose("pim.ttl", "TTL", wire.FieldDec)
	pimInterval    = loose("pim.interval", "Interval", wire.FieldDec)
)

func pimType(v uint64) string {
	switch v {
	case 0:
		return "Hello"
	case 1:
		return "Register"
	case 2:
		return "Register-stop"
	case 3:
		return "Join/Prune"
	case 4:
		return "Bootstrap"
	case 5:
		return "Assert"
	case 6:
		return "Graft"
	case 7:
		return "Graft-Ack"
	case 8:
		return "Candidate-RP-Advertisement"
	case 9:
		return "State-Refresh"
	case 10:
		return "DF election"
	case 11:
		return "ECMP redirect"
	case 12:
		return "PIM Flooding Mechanism"
	}
	return ""
}

// pimWord is tcpdump's word for a type.
func pimWord(t byte) string {
	switch t {
	case 2:
		return "Register-Stop"
	case 3:
		return "Join / Prune"
	case 7:
		return "Graft-ACK"
	case 8:
		return "Candidate RP Advertisement"
	case 9:
		return "Prune-Refresh"
	case 10:
		return "DF Election"
	}
	if name := pimType(uint64(t)); name != "" {
		return name
	}
	return "Unknown"
}

func pimOptionName(v uint64) string {
	switch v {
	case 1:
		return "Hold Time"
	case 2:
		return "LAN Prune Delay"
	case 17:
		return "DR Priority (old)"
	case 18:
		return "Deprecated and not used"
	case 19:
		return "DR Priority"
	case 20:
		return "Generation ID"
	case 21:
		return "State Refresh Capable"
	case 22:
		return "Bidir Capable"
	case 24:
		return "Address List"
	case 65001:
		return "Address List (old)"
	}
	return ""
}

func pimHoldtime(v uint64) string {
	switch v {
	case 0:
		return "Goodbye"
	case 0xffff:
		return "Infinity"
	}
	return ""
}

func dissectPIM(d *D, b []byte) {
	d.Begin(&pim)
	if !d.Header() {
		return
	}
	if len(b) < 4 {
		d.cut(2)
		return
	}
	typ := b[0] & 0xf
	if d.WantInfo {
		d.info("PIMv%d, %s, length %d", b[0]>>4, pimWord(typ), len(b))
	}
	// RFC 7761 4.9: in a Register the checksum covers the first 8 octets alone;
	// some senders sum up all of it nevertheless.
	verdict := d.sum(b, d.ip == 6, 103)
	if typ == 1 && verdict == sumBad && len(b) >= 8 {
		verdict = d.sum(b[:8], d.ip == 6, 103)
	}
	d.sum16(&pimChecksum, &pimStatus, 2, verdict)
	if b[0]>>4 != 2 {
		d.Wrong("unknown version", 0)
		return
	}
	if typ == 1 {
		pimRegisterBody(d, b)
		return
	}
	d.Open(&pimOptions, 4, len(b)-4)
	switch typ {
	case 0:
		pimHello(d, b)
	case 2:
		off := pimGroupAddr(d, b, 4)
		pimUnicastAddr(d, b, off, &pimSource, &pimSource6)
	case 3, 6, 7:
		pimJoinPrune(d, b)
	case 4:
		pimBootstrap(d, b)
	case 5:
		off := pimGroupAddr(d, b, 4)
		off = pimUnicastAddr(d, b, off, &pimSource, &pimSource6)
		d.Bits(&pimRPT, off*8, 1)
		d.Bits(&pimPref, off*8+1, 31)
		d.Uint(&pimMetric, off+4, 4)
	case 8:
		n := int(d.Uint(&pimPrefixes, 4, 1))
		d.Uint(&pimPriority, 5, 1)
		d.Uint(&pimHold, 6, 2)
		off := pimUnicastAddr(d, b, 8, &pimRP, &pimRP6)
		for range n {
			if off >= len(b) {
				d.cut(off)
				break
			}
			off = pimGroupAddr(d, b, off)
		}
	case 9:
		off := pimGroupAddr(d, b, 4)
		off = pimUnicastAddr(d, b, off, &pimSource, &pimSource6)
		off = pimUnicastAddr(d, b, off, &pimOriginator, &pimOriginator6)
		d.Bits(&pimRPT, off*8, 1)
		d.Bits(&pimPref, off*8+1, 31)
		d.Uint(&pimMetric, off+4, 4)
		d.Uint(&pimMaskLen, off+8, 1)
		d.Uint(&pimTTL, off+9, 1)
		d.Bits(&pimPruneInd, (off+10)*8, 1)
		d.Bits(&pimPruneNow, (off+10)*8+1, 1)
		d.Bits(&pimAssertOver, (off+10)*8+2, 1)
		d.Uint(&pimInterval, off+11, 1)
	default:
		if len(b) > 4 {
			d.Bytes(&pimOptValue, 4, len(b)-4)
		}
	}
	d.Close()
}

func pimHello(d *D, b []byte) {
	for off := 4; off < len(b); {
		if off+4 > len(b) {
			d.cut(off)
			return
		}
		typ, n := be16(b, off), be16(b, off+2)
		d.openName(&pimOption, off, 4+n, pimOptionName(uint64(typ)))
		d.Uint(&pimOptType, off, 2)
		d.Uint(&pimOptLen, off+2, 2)
		at := off + 4
		switch {
		case at+n > len(b):
			d.MarkBad()
			d.Wrong("option's length does not fit", off+2)
		case typ == 1 && n == 2:
			d.Uint(&pimHold, at, 2)
		case typ == 2 && n == 4:
			d.Bits(&pimT, at*8, 1)
			d.Bits(&pimDelay, at*8+1, 15)
			d.Uint(&pimOverride, at+2, 2)
		case typ == 19 && n == 4:
			d.Uint(&pimDR, at, 4)
		case typ == 20 && n == 4:
			d.Uint(&pimGenID, at, 4)
		case typ == 21 && n == 4:
			d.Uint(&pimSRVersion, at, 1)
			d.Uint(&pimSRInterval, at+1, 1)
			d.Uint(&pimSRReserved, at+2, 2)
		case typ == 24 || typ == 65001:
			for o := at; o < at+n; {
				o = pimUnicastAddr(d, b[:at+n], o, &pimList, &pimList6)
			}
		case n > 0:
			d.Bytes(&pimOptValue, at, n)
		}
		d.Close()
		off = at + n
	}
}

// pimSize is the length of an address of a family, 0 for one that is unknown.
func pimSize(family byte) int {
	switch family {
	case 1:
		return 4
	case 2:
		return 16
	}
	return 0
}

// pimUnicastAddr takes an Encoded-Unicast address (RFC 7761 4.9.1) and returns
// where it ends: at the end of everything, if it cannot be told.
func pimUnicastAddr(d *D, b []byte, off int, v4, v6 *Def) int {
	if off+2 > len(b) {
		d.cut(off)
		return len(b)
	}
	n := pimSize(b[off])
	d.Uint(&pimFamily, off, 1)
	d.Uint(&pimEncoding, off+1, 1)
	if n == 0 || b[off+1] != 0 {
		d.Wrong("unknown address family", off)
		return len(b)
	}
	if off+2+n > len(b) {
		d.cut(off + 2)
		return len(b)
	}
	if n == 16 {
		v4 = v6
	}
	d.Bytes(v4, off+2, n)
	return off + 2 + n
}

// pimGroupAddr takes an Encoded-Group address.
func pimGroupAddr(d *D, b []byte, off int) int {
	return pimMasked(d, b, off, &pimGroup, &pimGroup6, func(bit int) {
		d.OpenBits(&pimGroupFlags, bit, 8)
		d.Bits(&pimGroupB, bit, 1)
		d.Bits(&pimGroupZ, bit+7, 1)
		d.Close()
	})
}

// pimSourceAddr takes an Encoded-Source address.
func pimSourceAddr(d *D, b []byte, off int) int {
	return pimMasked(d, b, off, &pimSource, &pimSource6, func(bit int) {
		d.OpenBits(&pimSourceFlags, bit, 8)
		d.Bits(&pimSourceS, bit+5, 1)
		d.Bits(&pimSourceW, bit+6, 1)
		d.Bits(&pimSourceR, bit+7, 1)
		d.Close()
	})
}

func pimMasked(d *D, b []byte, off int, v4, v6 *Def, flags func(bit int)) int {
	if off+4 > len(b) {
		d.cut(off)
		return len(b)
	}
	n := pimSize(b[off])
	d.Uint(&pimFamily, off, 1)
	d.Uint(&pimEncoding, off+1, 1)
	flags((off + 2) * 8)
	d.Uint(&pimMaskLen, off+3, 1)
	if n == 0 || b[off+1] != 0 {
		d.Wrong("unknown address family or encoding", off)
		return len(b)
	}
	if off+4+n > len(b) {
		d.cut(off + 4)
		return len(b)
	}
	if n == 16 {
		v4 = v6
	}
	d.Bytes(v4, off+4, n)
	return off + 4 + n
}

func pimJoinPrune(d *D, b []byte) {
	off := pimUnicastAddr(d, b, 4, &pimUpstream, &pimUpstream6)
	if off+4 > len(b) {
		d.cut(off)
		return
	}
	d.Bytes(&pimReserved, off, 1)
	groups := int(d.Uint(&pimGroups, off+1, 1))
	d.Uint(&pimHold, off+2, 2)
	off += 4
	for range groups {
		if off >= len(b) {
			d.cut(off)
			return
		}
		i := d.openHere(&pimGroupSet, off)
		off = pimGroupAddr(d, b, off)
		joins, prunes := int(d.Uint(&pimJoins, off, 2)), int(d.Uint(&pimPrunes, off+2, 2))
		off = pimSources(d, b, off+4, joins, &pimJoin)
		off = pimSources(d, b, off, prunes, &pimPrune)
		d.closeAt(i, off)
	}
}

func pimSources(d *D, b []byte, off, n int, group *Def) int {
	for range n {
		if off >= len(b) {
			d.cut(off)
			return len(b)
		}
		i := d.openHere(group, off)
		off = pimSourceAddr(d, b, off)
		d.closeAt(i, off)
	}
	return off
}

func pimBootstrap(d *D, b []byte) {
	d.Uint(&pimTag, 4, 2)
	d.Uint(&pimHash, 6, 1)
	d.Uint(&pimBSRPrio, 7, 1)
	off := pimUnicastAddr(d, b, 8, &pimBSR, &pimBSR6)
	for off < len(b) {
		i := d.openHere(&pimGroupSet, off)
		off = pimGroupAddr(d, b, off)
		d.Uint(&pimRPCount, off, 1)
		n := int(d.Uint(&pimFRPCount, off+1, 1))
		off += 4
		for range n {
			if off >= len(b) {
				d.cut(off)
				break
			}
			off = pimUnicastAddr(d, b, off, &pimRP, &pimRP6)
			d.Uint(&pimHold, off, 2)
			d.Uint(&pimPriority, off+2, 1)
			off += 4
		}
		d.closeAt(i, off)
	}
}

// pimRegisterBody takes the flags and what is registered: a whole IP packet,
// whose header a null register imitates.
func pimRegisterBody(d *D, b []byte) {
	if len(b) < 8 {
		d.cut(4)
		return
	}
	d.OpenBits(&pimRegister, 32, 32)
	d.Bits(&pimBorder, 32, 1)
	d.Bits(&pimNull, 33, 1)
	d.Close()
	d.Next(dissectRawIP, 8, len(b)-8)
}

// PIM version 1 follows the type of an IGMP message.
var pimv1 = Proto{Name: "pim", Title: "Protocol Independent Multicast, version 1", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{code("pim.code", "Code", 0, 8, pimv1Code)},
	Fields: []*Def{&pimv1Checksum, &pimv1Version, &pimOptValue}}

var (
	pimv1Checksum = field("pim.cksum", "Checksum", 8, 16, wire.FieldHex)
	pimv1Version  = field("pim.version", "Version", 24, 4, wire.FieldDec)
)

func pimv1Code(v uint64) string {
	switch v {
	case 0:
		return "Query"
	case 1:
		return "Register"
	case 2:
		return "Register-stop"
	case 3:
		return "Join/Prune"
	case 4:
		return "RP-Reachable"
	case 5:
		return "Assert"
	case 6:
		return "Graft"
	case 7:
		return "Graft-Ack"
	case 8:
		return "Mode"
	}
	return ""
}

func dissectPIMv1(d *D, b []byte) {
	d.Begin(&pimv1)
	if !d.Header() {
		return
	}
	if b[0] == 4 {
		d.info("igmp pimv1 RP-reachable")
	} else {
		d.info("igmp pimv1 %s", pimv1Code(uint64(b[0])))
	}
	d.Uint(&pimv1Checksum, 1, 2)
	d.Bits(&pimv1Version, 24, 4)
	if len(b) > 4 {
		d.Bytes(&pimOptValue, 4, len(b)-4)
	}
}

package dissect

// ICMPv6: RFC 4443; Neighbor Discovery: RFC 4861; node information: RFC 4620; router
// renumbering: RFC 2894; extended echo: RFC 8335; multicast router discovery:
// RFC 4286; duplicate address confirmation: RFC 6775; RPL: RFC 6550. Options of
// Neighbor Discovery are in ndopt.go, MLD's messages in mld.go.

import "github.com/netkit-go/netkit/pkg/wire"

var icmpv6 = Proto{Name: "icmpv6", Title: "Internet Control Message Protocol v6", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("icmpv6.type", "Type", 0, 8, icmpv6TypeName),
		field("icmpv6.code", "Code", 8, 8, wire.FieldDec),
		field("icmpv6.checksum", "Checksum", 16, 16, wire.FieldHex),
	},
	Fields: icmpv6Fields}

var icmpv6Fields = []*Def{&icmp6ChecksumStatus, &icmp6ChecksumCalculated, &icmp6ChecksumPartial, &icmp6CodeText, &icmp6Reserved, &icmp6Ident, &icmp6Seq,
	&icmp6MTU, &icmp6Pointer, &icmp6Length, &icmp6RespTo, &icmp6RespTime, &icmp6Quotes, &icmp6ExtSeq, &icmp6ExtLocal, &icmp6ExtState, &icmp6ExtActive,
	&icmp6ExtIPv4, &icmp6ExtIPv6,
	&raHops, &raFlags, &raM, &raO, &raH, &raPrf, &raP, &raRsv, &raLifetime, &raReachable, &raRetrans, &nsTarget, &naFlags, &naR, &naS, &naO, &naRsv,
	&naTarget, &rdTarget, &rdDest, &niQType, &niFlags, &niNonce, &niIPv6, &niName, &niIPv4, &rrSeq, &rrSegment, &rrFlags, &rrDelay,
	&mrdInterval, &mrdRobust, &darStatus, &darLifetime, &darEUI, &darAddr, &certID, &certComponent, &certAll, &icmp6Data,
	&ndOpt, &ndOptType, &ndOptLen, &ndOptReserved, &ndOptPadding, &ndOptAddr, &ndOptSource, &ndOptTarget, &ndPrefixLen, &ndPrefixFlags, &ndPrefixL, &ndPrefixA,
	&ndPrefixR, &ndPrefixRsv, &ndPrefixValid, &ndPrefixPreferred, &ndPrefix, &ndRedirected, &ndMTU, &ndShortcut, &ndAdvInterval, &ndHomePref,
	&ndHomeLifetime, &ndRoutePrf, &ndRouteLifetime, &ndRDNSSLifetime, &ndRDNSS, &ndDNSSLLifetime, &ndDNSSL, &ndFlagsExt, &ndTimestamp, &ndNonce,
	&ndKeyHash, &ndSignature, &ndCGAPad, &ndCGA, &ndNameType, &ndName, &ndX501, &ndCertificate, &ndAROStatus, &ndAROLifetime, &ndAROEUI, &ndCOLen, &ndCOC, &ndCOCID, &ndCOLifetime,
	&ndCOPrefix, &ndABROLow, &ndABROHigh, &ndABROLifetime, &ndABROAddr, &ndCaptive, &ndPref64Lifetime, &ndPref64PLC, &ndPref64, &ndMAPDist,
	&ndMAPPref, &ndMAPFlags, &ndMAPLifetime, &ndMAPAddr, &nd6CIO, &ndData,
	&mldMaxDelay, &mldMaxCode, &mldAddr, &mldFlags, &mldS, &mldQRV, &mldQQIC, &mldSources, &mldSource, &mldRecords,
	&mldRecord, &mldRecordType, &mldAuxLen, &mldRecordSources, &mldRecordAddr, &mldRecordSource, &mldAux}

var (
	icmp6ChecksumStatus     = looseCode("icmpv6.checksum.status", "Status", checksumStatus)
	icmp6ChecksumCalculated = loose("icmpv6.checksum_calculated", "Calculated", wire.FieldHex)
	icmp6ChecksumPartial    = loose("icmpv6.checksum.partial", "Left to the card", wire.FieldFlag)
	icmp6CodeText           = loose("icmpv6.code.meaning", "Code means", Text)
	icmp6Reserved           = loose("icmpv6.reserved", "Reserved", Bytes)
	icmp6Ident              = loose("icmpv6.echo.identifier", "Identifier", wire.FieldHex)
	icmp6Seq                = loose("icmpv6.echo.sequence_number", "Sequence Number", 0)
	icmp6MTU                = loose("icmpv6.mtu", "MTU", 0)
	icmp6Pointer            = loose("icmpv6.pointer", "Pointer", 0)
	icmp6Length             = Def{Field: wire.Field{Name: "icmpv6.length", Label: "Length of the original datagram", Unit: 8}}
	icmp6RespTo             = loose("icmpv6.resp_to", "Answers frame", 0)
	icmp6RespTime           = Def{Field: wire.Field{Name: "icmpv6.resptime", Label: "Time between", Kind: Dur, Unit: millisecond}}
	icmp6Quotes             = loose("icmpv6.quotes", "Quotes frame", 0)
	icmp6ExtSeq             = loose("icmpv6.ext.echo.seq", "Sequence Number", 0)
	icmp6ExtLocal           = loose("icmpv6.ext.echo.req.local", "Local", wire.FieldFlag)
	icmp6ExtState           = looseCode("icmpv6.ext.echo.rsp.state", "State", neighbourState)
	icmp6ExtActive          = loose("icmpv6.ext.echo.rsp.active", "Active", wire.FieldFlag)
	icmp6ExtIPv4            = loose("icmpv6.ext.echo.rsp.ipv4", "IPv4", wire.FieldFlag)
	icmp6ExtIPv6            = loose("icmpv6.ext.echo.rsp.ipv6", "IPv6", wire.FieldFlag)
	icmp6Data               = loose("icmpv6.data", "Data", Bytes)

	raHops      = loose("icmpv6.nd.ra.cur_hop_limit", "Cur Hop Limit", 0)
	raFlags     = loose("icmpv6.nd.ra.flag", "Flags", wire.FieldHex)
	raM         = loose("icmpv6.nd.ra.flag.m", "M, managed addresses", wire.FieldFlag)
	raO         = loose("icmpv6.nd.ra.flag.o", "O, other configuration", wire.FieldFlag)
	raH         = loose("icmpv6.nd.ra.flag.h", "H, home agent", wire.FieldFlag)
	raPrf       = looseCode("icmpv6.nd.ra.flag.prf", "Prf", routerPreference)
	raP         = loose("icmpv6.nd.ra.flag.p", "P, proxy", wire.FieldFlag)
	raRsv       = loose("icmpv6.nd.ra.flag.rsv", "Reserved", 0)
	raLifetime  = loose("icmpv6.nd.ra.router_lifetime", "Router Lifetime, s", 0)
	raReachable = loose("icmpv6.nd.ra.reachable_time", "Reachable Time, ms", 0)
	raRetrans   = loose("icmpv6.nd.ra.retrans_timer", "Retrans Timer, ms", 0)
	nsTarget    = loose("icmpv6.nd.ns.target_address", "Target Address", wire.FieldIPv6)
	naFlags     = loose("icmpv6.nd.na.flag", "Flags", wire.FieldHex)
	naR         = loose("icmpv6.nd.na.flag.r", "R, router", wire.FieldFlag)
	naS         = loose("icmpv6.nd.na.flag.s", "S, solicited", wire.FieldFlag)
	naO         = loose("icmpv6.nd.na.flag.o", "O, override", wire.FieldFlag)
	naRsv       = loose("icmpv6.nd.na.flag.rsv", "Reserved", 0)
	naTarget    = loose("icmpv6.nd.na.target_address", "Target Address", wire.FieldIPv6)
	rdTarget    = loose("icmpv6.nd.rd.target_address", "Target Address", wire.FieldIPv6)
	rdDest      = loose("icmpv6.rd.na.destination_address", "Destination Address", wire.FieldIPv6)

	niQType       = looseCode("icmpv6.ni.qtype", "Qtype", niQTypeName)
	niFlags       = loose("icmpv6.ni.flag", "Flags", wire.FieldHex)
	niNonce       = loose("icmpv6.ni.nonce", "Nonce", wire.FieldHex)
	niIPv6        = loose("icmpv6.ni.query.subject_ipv6", "Address", wire.FieldIPv6)
	niName        = loose("icmpv6.ni.query.subject_fqdn", "Name", Bytes)
	niIPv4        = loose("icmpv6.ni.query.subject_ipv4", "Address", wire.FieldIPv4)
	rrSeq         = loose("icmpv6.rr.sequence_number", "Sequence Number", 0)
	rrSegment     = loose("icmpv6.rr.segment_number", "Segment Number", 0)
	rrFlags       = loose("icmpv6.rr.flag", "Flags", wire.FieldHex)
	rrDelay       = loose("icmpv6.rr.maxdelay", "MaxDelay, ms", 0)
	mrdInterval   = loose("icmpv6.mcast_ra.query_interval", "Query Interval, s", 0)
	mrdRobust     = loose("icmpv6.mcast_ra.robustness_variable", "Robustness Variable", 0)
	darStatus     = loose("icmpv6.6lowpannd.da.status", "Status", 0)
	darLifetime   = loose("icmpv6.6lowpannd.da.lifetime", "Registration Lifetime, min", 0)
	darEUI        = loose("icmpv6.6lowpannd.da.eui64", "EUI-64", Bytes)
	darAddr       = loose("icmpv6.6lowpannd.da.reg_addr", "Registered Address", wire.FieldIPv6)
	certID        = loose("icmpv6.send.identifier", "Identifier", 0)
	certAll       = loose("icmpv6.send.all_components", "All Components", 0)
	certComponent = loose("icmpv6.send.component", "Component", 0)
)

var icmpv6Sums = sumDefs{&icmp6ChecksumStatus, &icmp6ChecksumCalculated, &icmp6ChecksumPartial}

// ICMPv6 types beside those of package wire.
const (
	icmpv6RouterRenumber = 138
	icmpv6NodeQuery      = 139
	icmpv6NodeReply      = 140
	icmpv6InverseSol     = 141
	icmpv6InverseAdv     = 142
	icmpv6HomeRequest    = 144
	icmpv6HomeReply      = 145
	icmpv6PrefixSol      = 146
	icmpv6PrefixAdv      = 147
	icmpv6CertSol        = 148
	icmpv6CertAdv        = 149
	icmpv6MulticastAdv   = 151
	icmpv6DupRequest     = 157
	icmpv6DupConfirm     = 158
	icmpv6ExtEcho        = 160
	icmpv6ExtEchoReply   = 161
)

func icmpv6TypeName(v uint64) string {
	switch v {
	case 1:
		return "Destination Unreachable"
	case 2:
		return "Packet Too Big"
	case 3:
		return "Time Exceeded"
	case 4:
		return "Parameter Problem"
	case 128:
		return "Echo Request"
	case 129:
		return "Echo Reply"
	case 130:
		return "Multicast Listener Query"
	case 131:
		return "Multicast Listener Report"
	case 132:
		return "Multicast Listener Done"
	case 133:
		return "Router Solicitation"
	case 134:
		return "Router Advertisement"
	case 135:
		return "Neighbor Solicitation"
	case 136:
		return "Neighbor Advertisement"
	case 137:
		return "Redirect"
	case icmpv6RouterRenumber:
		return "Router Renumbering"
	case icmpv6NodeQuery:
		return "Node Information Query"
	case icmpv6NodeReply:
		return "Node Information Response"
	case icmpv6InverseSol:
		return "Inverse Neighbor Discovery Solicitation"
	case icmpv6InverseAdv:
		return "Inverse Neighbor Discovery Advertisement"
	case 143:
		return "Multicast Listener Report v2"
	case icmpv6HomeRequest:
		return "Home Agent Address Discovery Request"
	case icmpv6HomeReply:
		return "Home Agent Address Discovery Reply"
	case icmpv6PrefixSol:
		return "Mobile Prefix Solicitation"
	case icmpv6PrefixAdv:
		return "Mobile Prefix Advertisement"
	case icmpv6CertSol:
		return "Certification Path Solicitation"
	case icmpv6CertAdv:
		return "Certification Path Advertisement"
	case icmpv6MulticastAdv:
		return "Multicast Router Advertisement"
	case 152:
		return "Multicast Router Solicitation"
	case 153:
		return "Multicast Router Termination"
	case 154:
		return "FMIPv6"
	case 155:
		return "RPL Control"
	case icmpv6DupRequest:
		return "Duplicate Address Request"
	case icmpv6DupConfirm:
		return "Duplicate Address Confirmation"
	case 159:
		return "MPL Control"
	case icmpv6ExtEcho:
		return "Extended Echo Request"
	case icmpv6ExtEchoReply:
		return "Extended Echo Reply"
	}
	return ""
}

func icmpv6CodeName(typ, code byte) string {
	switch typ {
	case 1:
		if code < 9 {
			return [...]string{"no route to destination", "administratively prohibited", "beyond scope of source address", "address unreachable",
				"port unreachable", "source address failed ingress/egress policy", "reject route to destination",
				"error in source routing header", "headers too long"}[code]
		}
	case 3:
		if code < 2 {
			return [...]string{"hop limit exceeded in transit", "fragment reassembly time exceeded"}[code]
		}
	case 4:
		if code < 11 {
			return [...]string{"erroneous header field", "unrecognized Next Header", "unrecognized IPv6 option", "first fragment has incomplete header chain",
				"SR upper-layer header error", "unrecognized Next Header at intermediate node", "extension header too big",
				"extension header chain too long", "too many extension headers", "too many options in extension header", "option too big"}[code]
		}
	case icmpv6ExtEchoReply:
		return icmpCodeName(icmpExtEchoReply, code)
	}
	return ""
}

func routerPreference(v uint64) string {
	return [...]string{"medium", "high", "reserved", "low"}[v&3]
}

func niQTypeName(v uint64) string {
	switch v {
	case 0:
		return "NOOP"
	case 2:
		return "Node Name"
	case 3:
		return "Node Addresses"
	case 4:
		return "IPv4 Addresses"
	}
	return ""
}

func dissectICMPv6(d *D, b []byte) {
	d.Begin(&icmpv6)
	if !d.Header() {
		return
	}
	d.checksum(&icmpv6Sums, b, len(b), 2, wire.ProtoICMPv6, len(b)+d.Missing)
	typ, c := b[0], b[1]
	if name := icmpv6CodeName(typ, c); name != "" {
		d.put(d.add(&icmp6CodeText, (d.off+1)*8, 8), []byte(name))
	}
	d.icmpv6Info(b)
	switch typ {
	case wire.ICMPv6Unreachable, wire.ICMPv6TimeExceeded:
		d.Bits(&icmp6Length, 32, 8)
		d.Bytes(&icmp6Reserved, 5, 3)
		if len(b) > 4 {
			d.quote(dissectIPv6, b, int(b[4])*8, &icmp6Quotes)
		}
	case wire.ICMPv6PacketTooBig:
		d.Uint(&icmp6MTU, 4, 4)
		d.quote(dissectIPv6, b, 0, &icmp6Quotes)
	case wire.ICMPv6ParamProblem:
		d.Uint(&icmp6Pointer, 4, 4)
		d.quote(dissectIPv6, b, 0, &icmp6Quotes)
	case wire.ICMPv6EchoRequest, wire.ICMPv6EchoReply:
		d.Uint(&icmp6Ident, 4, 2)
		d.Uint(&icmp6Seq, 6, 2)
		d.answers(&icmp6RespTo, &icmp6RespTime)
		if len(b) > wire.ICMPHeaderLen {
			d.Next(nil, wire.ICMPHeaderLen, len(b)-wire.ICMPHeaderLen)
		}
	case wire.ICMPv6RouterSol:
		d.Bytes(&icmp6Reserved, 4, 4)
		d.ndOptions(b, 8)
	case wire.ICMPv6RouterAdv:
		d.routerAdvertisement()
		d.ndOptions(b, 16)
	case wire.ICMPv6NeighborSol:
		d.Bytes(&icmp6Reserved, 4, 4)
		d.Bytes(&nsTarget, 8, 16)
		d.ndOptions(b, 24)
	case wire.ICMPv6NeighborAdv:
		d.OpenUint(&naFlags, 4, 4)
		d.Bits(&naR, 32, 1)
		d.Bits(&naS, 33, 1)
		d.Bits(&naO, 34, 1)
		d.Bits(&naRsv, 35, 29)
		d.Close()
		d.Bytes(&naTarget, 8, 16)
		d.ndOptions(b, 24)
	case wire.ICMPv6Redirect:
		d.Bytes(&icmp6Reserved, 4, 4)
		d.Bytes(&rdTarget, 8, 16)
		d.Bytes(&rdDest, 24, 16)
		d.ndOptions(b, 40)
	default:
		d.icmpv6Rare(typ, b)
	}
}

func (d *D) routerAdvertisement() {
	d.Uint(&raHops, 4, 1)
	d.OpenUint(&raFlags, 5, 1)
	d.Bits(&raM, 40, 1)
	d.Bits(&raO, 41, 1)
	d.Bits(&raH, 42, 1)
	d.Bits(&raPrf, 43, 2)
	d.Bits(&raP, 45, 1)
	d.Bits(&raRsv, 46, 2)
	d.Close()
	d.Uint(&raLifetime, 6, 2)
	d.Uint(&raReachable, 8, 4)
	d.Uint(&raRetrans, 12, 4)
}

// icmpv6Rare dissects the messages that few networks have.
func (d *D) icmpv6Rare(typ byte, b []byte) {
	switch typ {
	case mldQuery, mldReport, mldDone, mldReport2:
		d.mld(typ, b)
	case icmpv6InverseSol, icmpv6InverseAdv:
		d.Bytes(&icmp6Reserved, 4, 4)
		d.ndOptions(b, 8)
	case icmpv6RouterRenumber:
		d.Uint(&rrSeq, 4, 4)
		d.Uint(&rrSegment, 8, 1)
		d.Uint(&rrFlags, 9, 1)
		d.Uint(&rrDelay, 10, 2)
		d.icmpv6Rest(b, 16)
	case icmpv6NodeQuery, icmpv6NodeReply:
		d.Uint(&niQType, 4, 2)
		d.Uint(&niFlags, 6, 2)
		d.Uint(&niNonce, 8, 8)
		switch {
		case len(b) == 32 && b[1] == 0 && typ == icmpv6NodeQuery:
			d.Bytes(&niIPv6, 16, 16)
		case len(b) == 20 && b[1] == 2 && typ == icmpv6NodeQuery:
			d.Bytes(&niIPv4, 16, 4)
		case len(b) > 16 && b[1] == 1 && typ == icmpv6NodeQuery:
			d.Bytes(&niName, 16, len(b)-16)
		default:
			d.icmpv6Rest(b, 16)
		}
	case icmpv6HomeRequest, icmpv6PrefixSol, icmpv6HomeReply, icmpv6PrefixAdv:
		d.Uint(&icmp6Ident, 4, 2)
		d.Bytes(&icmp6Reserved, 6, 2)
		if typ == icmpv6PrefixAdv {
			d.ndOptions(b, 8)
		} else {
			d.icmpv6Rest(b, 8)
		}
	case icmpv6CertSol:
		d.Uint(&certID, 4, 2)
		d.Uint(&certComponent, 6, 2)
		d.ndOptions(b, 8)
	case icmpv6CertAdv:
		d.Uint(&certID, 4, 2)
		d.Uint(&certAll, 6, 2)
		d.Uint(&certComponent, 8, 2)
		d.Bytes(&icmp6Reserved, 10, 2)
		d.ndOptions(b, 12)
	case icmpv6MulticastAdv:
		d.Uint(&mrdInterval, 4, 2)
		d.Uint(&mrdRobust, 6, 2)
		d.icmpv6Rest(b, 8)
	case icmpv6DupRequest, icmpv6DupConfirm:
		d.Uint(&darStatus, 4, 1)
		d.Bytes(&icmp6Reserved, 5, 1)
		d.Uint(&darLifetime, 6, 2)
		d.Bytes(&darEUI, 8, 8)
		d.Bytes(&darAddr, 16, 16)
		d.icmpv6Rest(b, 32)
	case icmpv6ExtEcho, icmpv6ExtEchoReply:
		d.Uint(&icmp6Ident, 4, 2)
		d.Uint(&icmp6ExtSeq, 6, 1)
		if typ == icmpv6ExtEcho {
			d.Bits(&icmp6ExtLocal, 63, 1)
			d.extendedEcho(b, wire.ICMPHeaderLen)
			return
		}
		d.Bits(&icmp6ExtState, 56, 3)
		d.Bits(&icmp6ExtActive, 61, 1)
		d.Bits(&icmp6ExtIPv4, 62, 1)
		d.Bits(&icmp6ExtIPv6, 63, 1)
		d.answers(&icmp6RespTo, &icmp6RespTime)
	default:
		d.icmpv6Rest(b, 4)
	}
}

// icmpv6Rest shows what is not dissected further as octets.
func (d *D) icmpv6Rest(b []byte, off int) {
	if off < len(b) {
		d.Bytes(&icmp6Data, off, len(b)-off)
	}
}

// icmpv6Info says it as tcpdump does.
func (d *D) icmpv6Info(b []byte) {
	if !d.WantInfo {
		return
	}
	d.newInfo()
	d.say("ICMP6, ")
	switch typ := b[0]; typ {
	case wire.ICMPv6EchoRequest, wire.ICMPv6EchoReply:
		if typ == wire.ICMPv6EchoRequest {
			d.say("echo request, id ")
		} else {
			d.say("echo reply, id ")
		}
		d.sayUint(uint64(be16(b, 4)))
		d.say(", seq ")
		d.sayUint(uint64(be16(b, 6)))
	default:
		if name := icmpv6TypeName(uint64(typ)); name != "" {
			d.say(name)
		} else {
			d.say("type ")
			d.sayUint(uint64(typ))
		}
		if name := icmpv6CodeName(typ, b[1]); name != "" {
			d.say(", ")
			d.say(name)
		}
		if (typ == wire.ICMPv6NeighborSol || typ == wire.ICMPv6NeighborAdv) && len(b) >= 24 {
			d.say(", ")
			d.sayAddr(b[8:24])
		}
	}
	d.say(", length ")
	d.sayUint(uint64(len(b) + d.Missing))
}

package dissect

// ICMP: RFC 792; router discovery: RFC 1256; address masks: RFC 950; extended echo:
// RFC 8335; next-hop MTU: RFC 1191. Extensions are in icmpext.go.

import "github.com/netkit-go/netkit/pkg/wire"

var icmp = Proto{Name: "icmp", Title: "Internet Control Message Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		code("icmp.type", "Type", 0, 8, icmpTypeName),
		field("icmp.code", "Code", 8, 8, wire.FieldDec),
		field("icmp.checksum", "Checksum", 16, 16, wire.FieldHex),
	},
	Fields: []*Def{&icmpChecksumStatus, &icmpChecksumCalculated, &icmpUnused, &icmpIdent, &icmpIdentLE, &icmpSeq, &icmpSeqLE, &icmpMTU,
		&icmpPointer, &icmpGateway, &icmpLength, &icmpOrigin, &icmpReceive, &icmpTransmit, &icmpMask, &icmpAddrs, &icmpAddrSize,
		&icmpLifetime, &icmpRouter, &icmpPreference, &icmpRespTo, &icmpRespTime, &icmpQuotes, &icmpCodeText,
		&icmpExtSeq, &icmpExtLocal, &icmpExtState, &icmpExtActive, &icmpExtIPv4, &icmpExtIPv6, &icmpExtReserved,
		&extGroup, &extVersion, &extReserved, &extChecksum, &extChecksumStatus, &extObject, &extLength, &extClass, &extType, &extData,
		&extLabel, &extExp, &extBottom, &extTTL, &extRole, &extIfIndex, &extAFI, &extIPv4, &extIPv6, &extAddr, &extNameLen, &extName, &extMTU,
		&extIdentName, &extIdentIndex, &extIdentAFI, &extIdentLen, &extIdentIPv4, &extIdentIPv6, &extIdentAddr}}

var (
	icmpChecksumStatus     = looseCode("icmp.checksum.status", "Status", checksumStatus)
	icmpChecksumCalculated = loose("icmp.checksum_calculated", "Calculated", wire.FieldHex)
	icmpCodeText           = loose("icmp.code.meaning", "Code means", Text)
	icmpUnused             = loose("icmp.unused", "Unused", Bytes)
	icmpIdent              = loose("icmp.ident", "Identifier", 0)
	icmpIdentLE            = loose("icmp.ident_le", "Identifier, other byte order", 0)
	icmpSeq                = loose("icmp.seq", "Sequence Number", 0)
	icmpSeqLE              = loose("icmp.seq_le", "Sequence Number, other byte order", 0)
	icmpMTU                = loose("icmp.mtu", "Next-Hop MTU", 0)
	icmpPointer            = loose("icmp.pointer", "Pointer", 0)
	icmpGateway            = loose("icmp.redir_gw", "Gateway Address", wire.FieldIPv4)
	icmpLength             = Def{Field: wire.Field{Name: "icmp.length", Label: "Length of the original datagram", Unit: 4}}
	icmpOrigin             = loose("icmp.originate_timestamp", "Originate Timestamp, ms since midnight", 0)
	icmpReceive            = loose("icmp.receive_timestamp", "Receive Timestamp", 0)
	icmpTransmit           = loose("icmp.transmit_timestamp", "Transmit Timestamp", 0)
	icmpMask               = loose("icmp.address_mask", "Address Mask", wire.FieldIPv4)
	icmpAddrs              = loose("icmp.num_addrs", "Num Addrs", 0)
	icmpAddrSize           = loose("icmp.addr_entry_size", "Addr Entry Size", 0)
	icmpLifetime           = loose("icmp.lifetime", "Lifetime, s", 0)
	icmpRouter             = loose("icmp.router_address", "Router Address", wire.FieldIPv4)
	icmpPreference         = loose("icmp.pref_level", "Preference Level", Signed)
	icmpRespTo             = loose("icmp.resp_to", "Answers frame", 0)
	icmpRespTime           = Def{Field: wire.Field{Name: "icmp.resptime", Label: "Time between", Kind: Dur, Unit: millisecond}}
	icmpQuotes             = loose("icmp.quotes", "Quotes frame", 0)
	icmpExtSeq             = loose("icmp.ext.echo.seq", "Sequence Number", 0)
	icmpExtLocal           = loose("icmp.ext.echo.req.local", "Local", wire.FieldFlag)
	icmpExtState           = looseCode("icmp.ext.echo.rsp.state", "State", neighbourState)
	icmpExtActive          = loose("icmp.ext.echo.rsp.active", "Active", wire.FieldFlag)
	icmpExtIPv4            = loose("icmp.ext.echo.rsp.ipv4", "IPv4", wire.FieldFlag)
	icmpExtIPv6            = loose("icmp.ext.echo.rsp.ipv6", "IPv6", wire.FieldFlag)
	icmpExtReserved        = loose("icmp.ext.echo.req.res", "Reserved", wire.FieldHex)
)

// millisecond is the unit of what Wireshark states in milliseconds.
const millisecond = 1e6

// ICMP types beside those of package wire.
const (
	icmpRouterAdvert   = 9
	icmpRouterSolicit  = 10
	icmpTimestamp      = 13
	icmpTimestampReply = 14
	icmpInfoRequest    = 15
	icmpInfoReply      = 16
	icmpMaskRequest    = 17
	icmpMaskReply      = 18
	icmpSourceQuench   = 4
	icmpExtEcho        = 42
	icmpExtEchoReply   = 43
)

func icmpTypeName(v uint64) string {
	switch v {
	case 0:
		return "Echo Reply"
	case 3:
		return "Destination Unreachable"
	case icmpSourceQuench:
		return "Source Quench"
	case 5:
		return "Redirect"
	case 6:
		return "Alternate Host Address"
	case 8:
		return "Echo"
	case icmpRouterAdvert:
		return "Router Advertisement"
	case icmpRouterSolicit:
		return "Router Solicitation"
	case 11:
		return "Time Exceeded"
	case 12:
		return "Parameter Problem"
	case icmpTimestamp:
		return "Timestamp"
	case icmpTimestampReply:
		return "Timestamp Reply"
	case icmpInfoRequest:
		return "Information Request"
	case icmpInfoReply:
		return "Information Reply"
	case icmpMaskRequest:
		return "Address Mask Request"
	case icmpMaskReply:
		return "Address Mask Reply"
	case 30:
		return "Traceroute"
	case 40:
		return "Photuris"
	case icmpExtEcho:
		return "Extended Echo Request"
	case icmpExtEchoReply:
		return "Extended Echo Reply"
	}
	return ""
}

func icmpCodeName(typ, code byte) string {
	switch typ {
	case 3:
		if int(code) < len(icmpUnreachable) {
			return icmpUnreachable[code]
		}
	case 5:
		if code < 4 {
			return [...]string{"for network", "for host", "for TOS and network", "for TOS and host"}[code]
		}
	case 11:
		if code < 2 {
			return [...]string{"TTL exceeded in transit", "fragment reassembly time exceeded"}[code]
		}
	case 12:
		if code < 3 {
			return [...]string{"pointer indicates the error", "missing a required option", "bad length"}[code]
		}
	case icmpExtEchoReply:
		if code < 5 {
			return [...]string{"no error", "malformed query", "no such interface", "no such table entry", "multiple interfaces satisfy query"}[code]
		}
	}
	return ""
}

var icmpUnreachable = [...]string{"net unreachable", "host unreachable", "protocol unreachable", "port unreachable",
	"fragmentation needed and DF set", "source route failed", "destination network unknown", "destination host unknown",
	"source host isolated", "network administratively prohibited", "host administratively prohibited",
	"network unreachable for TOS", "host unreachable for TOS", "communication administratively prohibited",
	"host precedence violation", "precedence cutoff in effect"}

func neighbourState(v uint64) string {
	if v < 7 {
		return [...]string{"reserved", "incomplete", "reachable", "stale", "delay", "probe", "failed"}[v]
	}
	return ""
}

func dissectICMPv4(d *D, b []byte) {
	d.Begin(&icmp)
	if !d.Header() {
		return
	}
	d.plainChecksum(&icmpChecksumStatus, &icmpChecksumCalculated, b, 2)
	typ, c := b[0], b[1]
	if name := icmpCodeName(typ, c); name != "" {
		d.put(d.add(&icmpCodeText, (d.off+1)*8, 8), []byte(name))
	}
	d.icmpInfo(b)
	rest := len(b) - wire.ICMPHeaderLen
	switch typ {
	case wire.ICMPv4EchoRequest, wire.ICMPv4EchoReply, icmpInfoRequest, icmpInfoReply:
		d.icmpEcho()
	case icmpTimestamp, icmpTimestampReply:
		d.icmpEcho()
		d.Uint(&icmpOrigin, 8, 4)
		d.Uint(&icmpReceive, 12, 4)
		d.Uint(&icmpTransmit, 16, 4)
		d.Claim(20)
		return
	case icmpMaskRequest, icmpMaskReply:
		d.icmpEcho()
		d.Bytes(&icmpMask, 8, 4)
		d.Claim(12)
		return
	case icmpRouterAdvert:
		d.icmpRouters(b)
		return
	case icmpExtEcho, icmpExtEchoReply:
		d.icmpExtended(typ, b)
		return
	case wire.ICMPv4Unreachable, wire.ICMPv4TimeExceeded, wire.ICMPv4ParamProblem, wire.ICMPv4Redirect, icmpSourceQuench:
		d.icmpError(b)
		return
	default:
		if rest >= 0 {
			d.Bytes(&icmpUnused, 4, 4)
		}
	}
	if rest > 0 {
		d.Next(nil, wire.ICMPHeaderLen, rest)
	}
}

func (d *D) icmpEcho() {
	v := d.Uint(&icmpIdent, 4, 2)
	d.Num(&icmpIdentLE, 4, 2, v>>8|v&0xff<<8)
	v = d.Uint(&icmpSeq, 6, 2)
	d.Num(&icmpSeqLE, 6, 2, v>>8|v&0xff<<8)
	d.answers(&icmpRespTo, &icmpRespTime)
}

// answers adds which frame a reply replies to, where the session knows.
func (d *D) answers(frame, elapsed *Def) {
	if f := d.flow(); f != nil && f.answers != 0 {
		d.Gen(frame, uint64(f.answers))
		d.Gen(elapsed, uint64(f.elapsed))
	}
}

func (d *D) icmpError(b []byte) {
	words := 0
	if len(b) > 5 && b[0] != wire.ICMPv4Redirect && b[0] != icmpSourceQuench {
		words = int(b[5])
	}
	switch typ := b[0]; {
	case typ == wire.ICMPv4Redirect:
		d.Bytes(&icmpGateway, 4, 4)
	case typ == icmpSourceQuench:
		d.Bytes(&icmpUnused, 4, 4)
	case typ == wire.ICMPv4ParamProblem:
		d.Uint(&icmpPointer, 4, 1)
		d.Bits(&icmpLength, 40, 8)
		d.Bytes(&icmpUnused, 6, 2)
	case typ == wire.ICMPv4Unreachable && b[1] == wire.ICMPv4FragNeeded:
		d.Bytes(&icmpUnused, 4, 1)
		d.Bits(&icmpLength, 40, 8)
		d.Uint(&icmpMTU, 6, 2)
	case words == 0:
		d.Bytes(&icmpUnused, 4, 4)
	default:
		d.Bytes(&icmpUnused, 4, 1)
		d.Bits(&icmpLength, 40, 8)
		d.Bytes(&icmpUnused, 6, 2)
	}
	d.quote(dissectIPv4, b, words*4, &icmpQuotes)
}

// quote hands on the packet that an error is about, and dissects the extensions
// behind it, which begin length octets into the message's data; 0 stands for
// none, or for the 128 octets of routers older than RFC 4884.
func (d *D) quote(fn Func, b []byte, length int, frame *Def) {
	if len(b) <= wire.ICMPHeaderLen {
		return
	}
	if f := d.flow(); f != nil && f.answers != 0 {
		d.Gen(frame, uint64(f.answers))
	}
	const old = 128
	end := len(b)
	at := wire.ICMPHeaderLen + length
	if length == 0 {
		at = wire.ICMPHeaderLen + old
	}
	if at+4 <= len(b) && (length > 0 && d.Missing == 0 || b[at]>>4 == 2 && wire.Fold(wire.Sum(b[at:], 0)) == 0xffff) {
		end = at
		d.extensions(b, at)
	}
	d.quoted = true
	d.Next(fn, wire.ICMPHeaderLen, end-wire.ICMPHeaderLen)
	if end < len(b) {
		d.Own(end, len(b)-end)
	}
}

func (d *D) icmpRouters(b []byte) {
	n, size := int(d.Uint(&icmpAddrs, 4, 1)), int(d.Uint(&icmpAddrSize, 5, 1))*4
	d.Uint(&icmpLifetime, 6, 2)
	off := wire.ICMPHeaderLen
	for range n {
		if size < 8 || off+size > len(b) {
			d.Wrong("fewer addresses than stated", 4)
			break
		}
		d.Bytes(&icmpRouter, off, 4)
		d.Uint(&icmpPreference, off+4, 4)
		off += size
	}
	d.Claim(off)
}

// icmpExtended dissects the messages of RFC 8335 section 2 and 3.
func (d *D) icmpExtended(typ byte, b []byte) {
	v := d.Uint(&icmpIdent, 4, 2)
	d.Num(&icmpIdentLE, 4, 2, v>>8|v&0xff<<8)
	d.Uint(&icmpExtSeq, 6, 1)
	if typ == icmpExtEcho {
		d.Bits(&icmpExtReserved, 56, 7)
		d.Bits(&icmpExtLocal, 63, 1)
		d.extendedEcho(b, wire.ICMPHeaderLen)
		return
	}
	d.Bits(&icmpExtState, 56, 3)
	d.Bits(&icmpExtActive, 61, 1)
	d.Bits(&icmpExtIPv4, 62, 1)
	d.Bits(&icmpExtIPv6, 63, 1)
	d.Claim(wire.ICMPHeaderLen)
	d.answers(&icmpRespTo, &icmpRespTime)
}

// plainChecksum judges a checksum that covers the layer alone.
func (d *D) plainChecksum(status, calculated *Def, b []byte, at int) {
	if !d.WantFields {
		return
	}
	field := uint16(be16(b, at))
	got := wire.Fold(wire.Sum(b, 0))
	d.depth++
	switch {
	case d.NoChecksums || d.quoted || d.Missing > 0 || d.ip != 0 && !d.ipWhole:
		d.Gen(status, sumUnverified)
	case got == 0xffff:
		d.Gen(status, sumGood)
	case field == 0 && d.offloading():
		d.Gen(status, sumUnverified)
	default:
		d.markSum(at)
		d.Wrong("checksum is wrong", at)
		d.Gen(status, sumBad)
		d.Gen(calculated, uint64(wire.UpdateChecksum16(^got, field, 0)))
	}
	d.depth--
}

// icmpInfo says it as tcpdump does.
func (d *D) icmpInfo(b []byte) {
	if !d.WantInfo {
		return
	}
	d.newInfo()
	d.say("ICMP ")
	switch b[0] {
	case wire.ICMPv4EchoRequest, wire.ICMPv4EchoReply:
		if b[0] == wire.ICMPv4EchoRequest {
			d.say("echo request, id ")
		} else {
			d.say("echo reply, id ")
		}
		d.sayUint(uint64(be16(b, 4)))
		d.say(", seq ")
		d.sayUint(uint64(be16(b, 6)))
	default:
		if name := icmpTypeName(uint64(b[0])); name != "" {
			d.say(name)
		} else {
			d.say("type ")
			d.sayUint(uint64(b[0]))
		}
		if name := icmpCodeName(b[0], b[1]); name != "" {
			d.say(", ")
			d.say(name)
		}
	}
	d.say(", length ")
	d.sayUint(uint64(len(b) + d.Missing))
}

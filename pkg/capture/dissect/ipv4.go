package dissect

// IPv4: RFC 791 section 3.1; DSCP and ECN: RFC 2474, RFC 3168. Options are in
// ipv4opt.go.

import (
	"encoding/binary"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ipv4 = Proto{Name: "ip", Title: "Internet Protocol Version 4", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("ip.version", "Version", 0, 4, wire.FieldDec),
		{Field: wire.Field{Name: "ip.hdr_len", Label: "IHL", Bit: 4, Width: 4, Unit: 4}},
		field("ip.dsfield", "Differentiated Services", 8, 8, wire.FieldHex),
		code("ip.dsfield.dscp", "DSCP", 8, 6, dscpName),
		code("ip.dsfield.ecn", "ECN", 14, 2, ecnName),
		field("ip.len", "Total Length", 16, 16, wire.FieldDec),
		field("ip.id", "Identification", 32, 16, wire.FieldHex),
		field("ip.flags", "Flags", 48, 3, wire.FieldHex),
		field("ip.flags.rb", "Reserved", 48, 1, wire.FieldFlag),
		field("ip.flags.df", "Don't Fragment", 49, 1, wire.FieldFlag),
		field("ip.flags.mf", "More Fragments", 50, 1, wire.FieldFlag),
		code("ip.frag_offset", "Fragment Offset, in units of 8", 51, 13, fragmentAt),
		field("ip.ttl", "Time to Live", 64, 8, wire.FieldDec),
		code("ip.proto", "Protocol", 72, 8, ipProtoName),
		field("ip.checksum", "Header Checksum", 80, 16, wire.FieldHex),
		field("ip.src", "Source Address", 96, 32, wire.FieldIPv4),
		field("ip.dst", "Destination Address", 128, 32, wire.FieldIPv4),
	},
	Fields: []*Def{&ipChecksumStatus, &ipChecksumCalculated, &ipFragData, &ipFragments, &ipFragment, &ipFragmentCount, &ipReassembledLen,
		&ipFragmentOverlap,
		&ipOption, &ipOptType, &ipOptCopy, &ipOptClass, &ipOptNumber, &ipOptLen, &ipOptPtr, &ipRecRoute, &ipSrcRoute, &ipOverflow, &ipOptFlag,
		&ipOptTime, &ipOptTimeAddr, &ipOptRA, &ipOptSID, &ipOptMTU, &ipOptID, &ipOptOHC, &ipOptRHC, &ipOptOrig, &ipOptSec, &ipOptComp,
		&ipOptHandling, &ipOptTCC, &ipOptClassLevel, &ipOptProtAuth, &ipOptQSFunc, &ipOptQSRate, &ipOptQSTTL, &ipOptQSNonce, &ipOptData,
		&cipsoDOI, &cipsoTagType, &cipsoLevel, &cipsoData}}

// Indices into the header table.
const ipv4AfterChecksum = 15

var (
	ipChecksumStatus     = looseCode("ip.checksum.status", "Status", checksumStatus)
	ipChecksumCalculated = loose("ip.checksum_calculated", "Calculated", wire.FieldHex)
	ipFragData           = loose("ip.fragment.data", "Fragment", Bytes)
	ipFragments          = loose("ip.fragments", "Put together from", Group)
	ipFragment           = loose("ip.fragment", "Frame", 0)
	ipFragmentCount      = loose("ip.fragment.count", "Fragments", 0)
	ipFragmentOverlap    = loose("ip.fragment.overlap", "Fragments overlap", wire.FieldFlag)
	ipReassembledLen     = loose("ip.reassembled.length", "Length together", 0)
)

func dissectIPv4(d *D, b []byte) {
	d.Begin(&ipv4)
	if len(b) > 0 && (b[0]>>4 != 4 || b[0]&15 < wire.IPv4MinHeaderLen/4) {
		d.ipv4Bogus(b)
		return
	}
	if !d.header(ipv4.Header[:ipv4AfterChecksum]) {
		return
	}
	hl, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
	d.ipv4Checksum(b, hl)
	if !d.header(ipv4.Header[ipv4AfterChecksum:]) {
		return
	}
	d.Claim(hl)
	if hl > len(b) {
		d.cut(len(b))
	}
	addrs := binary.BigEndian.Uint64(b[12:])
	if hl > wire.IPv4MinHeaderLen {
		if dst, ok := d.ipv4Options(b, min(hl, len(b))); ok {
			addrs = addrs>>32<<32 | uint64(dst)
		}
	}
	there := len(b) + d.Missing
	if total == 0 {
		total = there // left for the card to fill in, with segmentation offload
	}
	if total < hl {
		d.Wrong("total length is less than the header's", 2)
		total = there
	}
	if total > there && !d.quoted {
		d.Wrong("total length runs past the end", 2)
		total = there
	}
	d.ipWhole = total <= len(b)
	d.ip, d.ipSum = 4, addrs>>32+addrs&0xffffffff
	n := max(0, total-hl)
	if frag := binary.BigEndian.Uint16(b[6:]); frag&0x3fff != 0 {
		d.ipWhole = false
		if d.fragment(&ipv4Frag, b[9], hl, n, frag&0x1fff == 0) {
			return
		}
	}
	if n > 0 {
		d.Next(byIPProto(b[9]), hl, n)
	}
}

// ipv4Bogus is for what cannot be an IPv4 header: what follows the first octet has
// no known meaning.
func (d *D) ipv4Bogus(b []byte) {
	if b[0]>>4 != 4 {
		d.header(ipv4.Header[:1])
		d.Wrong("version is not 4", 0)
	} else {
		d.header(ipv4.Header[:2])
		d.Wrong("header length is less than 20", 0)
	}
	d.Claim(1)
	if len(b) > 1 {
		d.Next(nil, 1, len(b)-1+d.Missing)
	}
}

func (d *D) ipv4Checksum(b []byte, hl int) {
	if d.WantFields && hl > len(b) {
		d.depth++
		d.Gen(&ipChecksumStatus, sumUnverified)
		d.depth--
		return
	}
	if d.WantFields {
		field := binary.BigEndian.Uint16(b[10:])
		sum := wire.Fold(wire.Sum(b[:hl], 0))
		d.depth++
		switch {
		case d.NoChecksums:
			d.Gen(&ipChecksumStatus, sumUnverified)
		case sum == 0xffff:
			d.Gen(&ipChecksumStatus, sumGood)
		case d.quoted:
			// A quoting router may have changed the header; RFC 1122 3.2.2 wants
			// it unaltered, but many do not restore TTL and checksum. So it says
			// nothing of this packet.
			d.Gen(&ipChecksumStatus, sumBad)
		case field == 0 && d.offloading():
			d.Gen(&ipChecksumStatus, sumUnverified)
		default:
			d.depth--
			d.MarkBad()
			d.depth++
			d.Wrong("header checksum is wrong", 10)
			d.Gen(&ipChecksumStatus, sumBad)
			d.Gen(&ipChecksumCalculated, uint64(wire.UpdateChecksum16(^sum, field, 0)))
		}
		d.depth--
	}
}

// fragOf names the fields of either version for fragments.
type fragOf struct {
	data, group, frame, count, length, overlap *Def
}

var ipv4Frag = fragOf{&ipFragData, &ipFragments, &ipFragment, &ipFragmentCount, &ipReassembledLen, &ipFragmentOverlap}

// fragment deals with n octets at off that are a fragment: where the datagram is
// complete with it, what was put together goes on; else, where the session keeps
// it, it stands for itself. It reports false for a first fragment that nobody
// keeps, whose beginning can be dissected like a whole datagram.
func (d *D) fragment(defs *fragOf, proto uint8, off, n int, first bool) bool {
	m, buf := d.madeHere()
	if m == nil {
		if first && !d.P.keepsFragments {
			return false
		}
	}
	have := max(0, min(n, len(d.cur)-off))
	d.Bytes(defs.data, off, have)
	d.Own(off, have)
	if m == nil {
		return true
	}
	d.Gen(defs.group, 0)
	d.depth++
	for _, p := range d.P.parts[m.first : m.first+m.nparts] {
		d.Gen(defs.frame, uint64(p.frame))
	}
	d.Gen(defs.count, uint64(m.nparts))
	if m.overlap {
		d.Gen(defs.overlap, 1)
	}
	d.Gen(defs.length, uint64(m.n))
	d.depth--
	d.ipWhole = true
	d.nextBuf(byIPv6Next(proto), buf, 0, m.n, 0)
	return true
}

// fragmentAt is where a fragment belongs in its datagram.
func fragmentAt(v uint64) string {
	if v == 0 {
		return ""
	}
	return "octet " + strconv.FormatUint(v*8, 10)
}

func dscpName(v uint64) string {
	switch v {
	case 0:
		return "CS0, best effort"
	case 8, 16, 24, 32, 40, 48, 56:
		return [...]string{"CS1", "CS2", "CS3", "CS4", "CS5", "CS6", "CS7"}[v/8-1]
	case 10, 12, 14:
		return [...]string{"AF11", "AF12", "AF13"}[(v-10)/2]
	case 18, 20, 22:
		return [...]string{"AF21", "AF22", "AF23"}[(v-18)/2]
	case 26, 28, 30:
		return [...]string{"AF31", "AF32", "AF33"}[(v-26)/2]
	case 34, 36, 38:
		return [...]string{"AF41", "AF42", "AF43"}[(v-34)/2]
	case 44:
		return "VOICE-ADMIT"
	case 46:
		return "EF"
	case 1:
		return "LE"
	}
	return ""
}

func ecnName(v uint64) string {
	return [...]string{"Not-ECT", "ECT(1)", "ECT(0)", "CE"}[v&3]
}

// ipProtoName names Internet protocol numbers as IANA does.
func ipProtoName(v uint64) string {
	switch v {
	case 0:
		return "HOPOPT"
	case 1:
		return "ICMP"
	case 2:
		return "IGMP"
	case 4:
		return "IPv4"
	case 6:
		return "TCP"
	case 8:
		return "EGP"
	case 17:
		return "UDP"
	case 33:
		return "DCCP"
	case 41:
		return "IPv6"
	case 43:
		return "IPv6-Route"
	case 44:
		return "IPv6-Frag"
	case 46:
		return "RSVP"
	case 47:
		return "GRE"
	case 50:
		return "ESP"
	case 51:
		return "AH"
	case 58:
		return "ICMPv6"
	case 59:
		return "IPv6-NoNxt"
	case 60:
		return "IPv6-Opts"
	case 88:
		return "EIGRP"
	case 89:
		return "OSPF"
	case 97:
		return "EtherIP"
	case 103:
		return "PIM"
	case 108:
		return "IPComp"
	case 112:
		return "VRRP"
	case 115:
		return "L2TP"
	case 132:
		return "SCTP"
	case 135:
		return "Mobility"
	case 136:
		return "UDPLite"
	case 137:
		return "MPLS-in-IP"
	case 139:
		return "HIP"
	case 140:
		return "Shim6"
	case 143:
		return "Ethernet"
	case 255:
		return "Reserved"
	}
	return ""
}

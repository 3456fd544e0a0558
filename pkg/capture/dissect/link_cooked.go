package dissect

// Headers that a capturing machine puts in place of the one on the wire:
// LINKTYPE_LINUX_SLL and _SLL2, NULL and LOOP, RAW, IPNET. The link-layer header
// types at tcpdump.org describe them.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var sll = Proto{Name: "sll", Title: "Linux cooked capture v1", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("sll.pkttype", "Packet type", 0, 16, sllPacketType),
		code("sll.hatype", "Link-layer address type", 16, 16, hardwareName),
		field("sll.halen", "Link-layer address length", 32, 16, wire.FieldDec),
	},
	Fields: []*Def{&sllMAC, &sllIPv4, &sllOther, &sllUnused, &sllEType, &sllLType, &sllGREType, &sllIfIndex}}

// Wireshark gives version 2 no names of its own: its fields are version 1's, and
// so is the name that filters know.
var sll2 = Proto{Name: "sll", Title: "Linux cooked capture v2", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		hexCode("sll.etype", "Protocol", 0, 16, etherTypeName),
		field("sll.reserved", "Reserved", 16, 16, wire.FieldHex),
		field("sll.ifindex", "Interface index", 32, 32, wire.FieldDec),
		code("sll.hatype", "Link-layer address type", 64, 16, hardwareName),
		code("sll.pkttype", "Packet type", 80, 8, sllPacketType),
		field("sll.halen", "Link-layer address length", 88, 8, wire.FieldDec),
	},
	Fields: []*Def{&sllMAC, &sllIPv4, &sllOther, &sllUnused, &sllLType}}

var (
	sllMAC     = loose("sll.src.eth", "Source", wire.FieldMAC)
	sllIPv4    = loose("sll.src.ipv4", "Source", wire.FieldIPv4)
	sllOther   = loose("sll.src.other", "Source", Bytes)
	sllUnused  = loose("sll.unused", "Unused", Bytes)
	sllEType   = hexCode("sll.etype", "Protocol", 112, 16, etherTypeName)
	sllLType   = hexCode("sll.ltype", "Protocol", 112, 16, sllProtocol)
	sllGREType = hexCode("sll.gretype", "Protocol", 112, 16, etherTypeName)
	sllIfIndex = loose("sll.ifindex", "Interface index", wire.FieldDec)
)

func sllPacketType(v uint64) string {
	switch v {
	case 0:
		return "Unicast to us"
	case 1:
		return "Broadcast"
	case 2:
		return "Multicast"
	case 3:
		return "Unicast to another host"
	case 4:
		return "Sent by us"
	}
	return ""
}

// sllProtocol names Linux's ETH_P_ numbers below 0x600.
func sllProtocol(v uint64) string {
	switch v {
	case 1:
		return "802.3 without 802.2"
	case 4:
		return "802.2 LLC"
	case 0x0c:
		return "CAN"
	case 0x0d:
		return "CAN FD"
	}
	return ""
}

// The ARPHRD_ values after which the protocol field is something else than an
// EtherType (linux/if_arp.h).
const (
	hwEthernet  = 1
	hwFrameRly  = 770
	hwLoopback  = 772
	hwIPGRE     = 778
	hwRadiotap  = 803
	hwNetlink   = 824
	hwTunnel    = 768
	hwPPP       = 512
	hwNone      = 65534
	hwIEEE80211 = 801
)

// hardwareName names ARP's hardware types and Linux's numbers beyond them.
func hardwareName(v uint64) string {
	switch v {
	case hwEthernet:
		return "Ethernet"
	case 6:
		return "IEEE 802"
	case 7:
		return "ARCNET"
	case 15:
		return "Frame Relay"
	case 16, 19, 21:
		return "ATM"
	case 24:
		return "IEEE 1394"
	case 32:
		return "InfiniBand"
	case 280:
		return "CAN"
	case hwPPP:
		return "PPP"
	case 513:
		return "Cisco HDLC"
	case hwTunnel:
		return "IPIP tunnel"
	case 769:
		return "IPv6 in IPv6 tunnel"
	case hwFrameRly:
		return "Frame Relay access device"
	case hwLoopback:
		return "Loopback"
	case 776:
		return "SIT tunnel"
	case hwIPGRE:
		return "GRE over IPv4"
	case hwIEEE80211:
		return "IEEE 802.11"
	case 802:
		return "IEEE 802.11 with Prism header"
	case hwRadiotap:
		return "IEEE 802.11 with radiotap header"
	case 823:
		return "GRE over IPv6"
	case hwNetlink:
		return "Netlink"
	case hwNone:
		return "None"
	}
	return ""
}

func dissectSLL(d *D, b []byte) {
	d.Begin(&sll)
	if !d.Header() {
		return
	}
	sllAddr(d, 6, int(binary.BigEndian.Uint16(b[4:])))
	if len(b) < 16 {
		d.Uint(&sllEType, 14, 2)
		return
	}
	sllPayload(d, b, 16, binary.BigEndian.Uint16(b[2:]), binary.BigEndian.Uint16(b[14:]), false)
}

func dissectSLL2(d *D, b []byte) {
	d.Begin(&sll2)
	if !d.Header() {
		return
	}
	sllAddr(d, 12, int(b[11]))
	if len(b) < 20 {
		return
	}
	sllPayload(d, b, 20, binary.BigEndian.Uint16(b[8:]), binary.BigEndian.Uint16(b), true)
}

// sllAddr adds the address field, 8 octets whatever the address takes of them.
func sllAddr(d *D, off, n int) {
	switch {
	case n == 0:
	case n == 4:
		d.Uint(&sllIPv4, off, 4)
	case n == 6:
		d.Uint(&sllMAC, off, 6)
	default:
		d.Bytes(&sllOther, off, min(n, 8))
	}
	if n < 8 {
		d.Bytes(&sllUnused, off+n, 8-n)
	}
}

func sllPayload(d *D, b []byte, off int, hatype, proto uint16, v2 bool) {
	var fn Func
	def := &sllEType
	switch {
	case hatype == hwIPGRE:
		def, fn = &sllGREType, byEtherType(proto)
	case hatype == hwNetlink:
		def = &sllLType
	case hatype == hwRadiotap:
		def, fn = &sllLType, dissectRadiotap
	case hatype == hwIEEE80211:
		def, fn = &sllLType, dissectDot11
	case proto == 1:
		def, fn = &sllLType, dissectIPX
	case proto == 4:
		def, fn = &sllLType, dissectLLC
	case proto < wire.EthernetMinType:
		def = &sllLType
	default:
		fn = byEtherType(proto)
	}
	if !v2 {
		d.Uint(def, off-2, 2)
	}
	d.Next(fn, off, len(b)-off)
}

var null = Proto{Name: "null", Title: "Null/Loopback", TCPIP: Link, OSI: OSIDataLink, Fields: []*Def{&nullFamily}}

var nullFamily = Def{Field: wire.Field{Name: "null.family", Label: "Family", Width: 32}, Meaning: familyName}

// The address families of the systems that write such captures. IPv6 alone has a
// number for each of them.
const (
	afINET         = 2
	afINET6Linux   = 10
	afINET6NetBSD  = 24
	afINET6FreeBSD = 28
	afINET6Darwin  = 30
	afOSI          = 7
)

func familyName(v uint64) string {
	switch v {
	case afINET:
		return "IP"
	case afOSI:
		return "OSI"
	case 16:
		return "Appletalk"
	case 23:
		return "Netware IPX/SPX"
	case afINET6Linux, afINET6NetBSD, afINET6FreeBSD, afINET6Darwin:
		return "IPv6"
	}
	return ""
}

// dissectNull reads the family in the byte order of the machine that captured,
// which is the one that makes a small number of it.
func dissectNull(d *D, b []byte) {
	d.Begin(&null)
	if len(b) < 4 {
		d.Uint(&nullFamily, 0, 4)
		return
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	d.Num(&nullFamily, 0, 4, uint64(family))
	var fn Func
	switch {
	case family == afINET:
		fn = dissectIPv4
	case family == afINET6Linux, family == afINET6NetBSD, family == afINET6FreeBSD, family == afINET6Darwin:
		fn = dissectIPv6
	case family == afOSI:
		fn = dissectOSI
	case family >= wire.EthernetMinType && family <= 0xffff: // some tunnels write an EtherType here
		fn = byEtherType(uint16(family))
	}
	d.Next(fn, 4, len(b)-4)
}

// dissectRawIP takes what begins with an IP header, of the version that its
// first four bits say. It is no layer of its own.
func dissectRawIP(d *D, b []byte) {
	switch {
	case len(b) > 0 && b[0]>>4 == 4:
		dissectIPv4(d, b)
	case len(b) > 0 && b[0]>>4 == 6:
		dissectIPv6(d, b)
	default:
		dissectData(d, b)
	}
}

var ipnet = Proto{Name: "ipnet", Title: "Solaris IPNET", TCPIP: Link, OSI: OSIDataLink, Header: []Def{
	field("ipnet.version", "Header version", 0, 8, wire.FieldDec),
	code("ipnet.family", "Address family", 8, 8, ipnetFamily),
	code("ipnet.htype", "Hook type", 16, 16, ipnetHook),
	field("ipnet.pktlen", "Data length", 32, 32, wire.FieldDec),
	field("ipnet.ifindex", "Interface index", 64, 32, wire.FieldDec),
	field("ipnet.grifindex", "Group interface index", 96, 32, wire.FieldDec),
	field("ipnet.zsrc", "Source Zone ID", 128, 32, wire.FieldDec),
	field("ipnet.zdst", "Destination Zone ID", 160, 32, wire.FieldDec),
}}

func ipnetFamily(v uint64) string {
	switch v {
	case 2:
		return "Solaris AF_INET"
	case 26:
		return "Solaris AF_INET6"
	}
	return ""
}

func ipnetHook(v uint64) string {
	switch v {
	case 0:
		return "Inbound"
	case 1:
		return "Outbound"
	case 2:
		return "Local"
	}
	return ""
}

func dissectIPNet(d *D, b []byte) {
	d.Begin(&ipnet)
	if !d.Header() {
		return
	}
	var fn Func
	switch b[1] {
	case 2:
		fn = dissectIPv4
	case 26:
		fn = dissectIPv6
	}
	d.Next(fn, 24, len(b)-24)
}

// The Configuration Testing Protocol of Ethernet V2.0, chapter 8, whose numbers
// go least significant octet first.
var ctp = Proto{Name: "loop", Title: "Configuration Test Protocol (loopback)", TCPIP: Link, OSI: OSIDataLink,
	Fields: []*Def{&ctpSkip, &ctpFunction, &ctpForward, &ctpReceipt}}

var (
	ctpSkip     = field("loop.skipcount", "skipCount", 0, 16, wire.FieldDec)
	ctpFunction = looseCode("loop.function", "Function", ctpFunctionName)
	ctpForward  = loose("loop.forwarding_address", "Forwarding address", wire.FieldMAC)
	ctpReceipt  = loose("loop.receipt_number", "Receipt number", wire.FieldDec)
)

func ctpFunctionName(v uint64) string {
	switch v {
	case 1:
		return "Reply"
	case 2:
		return "Forward Data"
	}
	return ""
}

func dissectCTP(d *D, b []byte) {
	d.Begin(&ctp)
	skip := int(d.UintLE(&ctpSkip, 0, 2))
	off := 2
	said := false
	for off+2 <= len(b) {
		f := d.UintLE(&ctpFunction, off, 2)
		tell := off-2 == skip && !said
		switch f {
		case 2:
			d.Uint(&ctpForward, off+2, 6)
			if tell && off+8 <= len(b) {
				said = true
				d.info("Loopback, skipCount %d, Forward Data, forwarding address %v, data (%d octets)", skip, mac(b[off+2:]), len(b)-off-8)
			}
			off += 8
			continue
		case 1:
			n := d.UintLE(&ctpReceipt, off+2, 2)
			off += 4
			if tell {
				d.info("Loopback, skipCount %d, Reply, receipt number %d, data (%d octets)", skip, n, max(0, len(b)-off))
			}
		default:
			d.Wrong("unknown function", off)
			off += 2
		}
		break
	}
	if off < len(b) {
		d.Next(nil, off, len(b)-off)
	}
}

package pcapfilter

import "github.com/netkit-go/netkit/pkg/capture"

// EtherTypes (IEEE registry) and 802.2 service access points. Values up to
// maxLength are SAPs wherever a link protocol is named.
const (
	typeIP       = 0x0800
	typeARP      = 0x0806
	typeRARP     = 0x8035
	typeIP6      = 0x86dd
	typeATalk    = 0x809b
	typeAARP     = 0x80f3
	typeIPX      = 0x8137
	typeDECnet   = 0x6003
	typeLAT      = 0x6004
	typeMOPDL    = 0x6001
	typeMOPRC    = 0x6002
	typeSCA      = 0x6007
	typeLoopback = 0x9000
	typeMPLS     = 0x8847
	typePPPoED   = 0x8863
	typePPPoES   = 0x8864
	typeVLAN     = 0x8100
	typeVLANSvc  = 0x88a8 // 802.1ad service tag
	typeVLANOld  = 0x9100 // QinQ before 802.1ad
	typeBridged  = 0x6558 // transparent Ethernet bridging
	typeXNS      = 0x0600

	sapIP      = 0x06
	sapSTP     = 0x42
	sapSNAP    = 0xaa
	sapIPX     = 0xe0
	sapNetBEUI = 0xf0
	sapISO     = 0xfe

	maxLength = 1500
)

// Protocol numbers of PPP (IANA registry).
const (
	pppIP      = 0x0021
	pppOSI     = 0x0023
	pppXNS     = 0x0025
	pppDECnet  = 0x0027
	pppATalk   = 0x0029
	pppIPX     = 0x002b
	pppBridge  = 0x0031
	pppIP6     = 0x0057
	pppMPLS    = 0x0281
	sllRaw8023 = 1 // LINUX_SLL protocol: Novell 802.3 without 802.2
	sllLLC     = 4 // LINUX_SLL protocol: 802.2
)

// linkProto is "the link layer says that it carries p".
func (g *generator) linkProto(p uint32) cond {
	if g.labels > 0 {
		return g.mplsCarries(p)
	}
	field := at(g.linkType, 2)
	switch g.link {
	case capture.LinkTypeEthernet:
		return g.framed(p, invert(compare(opGt, field, constant(maxLength))))
	case capture.LinkTypeLinuxSLL:
		return g.framed(p, is(field, sllLLC))
	case capture.LinkTypeRaw, linkTypeRawBSD:
		switch p {
		case typeIP:
			return masked(at(g.header, 1), 0xf0, 0x40)
		case typeIP6:
			return masked(at(g.header, 1), 0xf0, 0x60)
		}
		return fixed(false)
	case capture.LinkTypeIPv4:
		return fixed(p == typeIP)
	case capture.LinkTypeIPv6:
		return fixed(p == typeIP6)
	case capture.LinkTypePPP, linkTypePPPHDLC, capture.LinkTypePPPEther:
		return is(field, pppProto(p))
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		return g.family(p)
	}
	return is(field, p)
}

// framed is linkProto for Ethernet, and for SLL, which has Ethernet's type
// field; isLLC tells that an 802.2 header follows.
func (g *generator) framed(p uint32, isLLC cond) cond {
	field := at(g.linkType, 2)
	switch {
	case p == sapISO || p == sapIP || p == sapNetBEUI:
		return all(isLLC, is(at(g.payload, 2), p<<8|p))
	case p == sapIPX && g.link == capture.LinkTypeLinuxSLL:
		return either(is(field, typeIPX), is(field, sllRaw8023),
			all(isLLC, either(g.snap(0, typeIPX), is(at(g.payload, 1), sapIPX))))
	case p == sapIPX:
		return either(is(field, typeIPX),
			all(isLLC, either(g.snap(0, typeIPX), is(at(g.payload, 1), sapIPX), is(at(g.payload, 2), 0xffff))))
	case p == typeATalk:
		return either(is(field, p), all(isLLC, g.snap(0x080007, p)))
	case p == typeAARP:
		return either(is(field, p), all(isLLC, g.snap(0, p)))
	case p <= maxLength && g.link == capture.LinkTypeLinuxSLL:
		return all(isLLC, is(at(g.payload, 1), p))
	case p <= maxLength:
		return all(isLLC, is(at(g.linkType.plus(2), 1), p))
	}
	return is(field, p)
}

// snap is an 802.2 header of SNAP form with this organization and protocol.
func (g *generator) snap(org, proto uint32) cond {
	return bytesAre(g.payload, []byte{sapSNAP, sapSNAP, 3,
		byte(org >> 16), byte(org >> 8), byte(org), byte(proto >> 8), byte(proto)})
}

func pppProto(p uint32) uint32 {
	switch p {
	case typeIP:
		return pppIP
	case typeIP6:
		return pppIP6
	case typeDECnet:
		return pppDECnet
	case typeATalk:
		return pppATalk
	case typeXNS:
		return pppXNS
	case sapISO:
		return pppOSI
	case sapSTP:
		return pppBridge
	case sapIPX:
		return pppIPX
	}
	return p
}

// family tests the address family that BSD loopback begins with. AF_INET is 2
// everywhere; AF_INET6 is 24 on NetBSD and OpenBSD, 28 on FreeBSD, 30 on macOS.
func (g *generator) family(p uint32) cond {
	word := func(n uint32) cond {
		if g.link == capture.LinkTypeNull && !g.cfg.BigEndian {
			n <<= 24
		}
		return is(at(g.header, 4), n)
	}
	switch p {
	case typeIP:
		return word(2)
	case typeIP6:
		return either(word(30), word(24), word(28))
	}
	return fixed(false)
}

// linkHeaderPresent is true where the link header of an Ethernet primitive is
// certain to be there. Geneve may carry a network packet without one.
func (g *generator) linkHeaderPresent() cond {
	if g.inGeneve {
		return invert(compare(opEq, g.header.slot, g.payload.slot))
	}
	return fixed(true)
}

// etherOnly refuses what needs Ethernet addresses on a link without.
func (g *generator) etherOnly(what string) {
	if g.link != capture.LinkTypeEthernet {
		g.refuse(ErrUnsupported, "%s needs Ethernet addresses, and link type %s has none", what, g.link)
	}
}

func (g *generator) etherHost(mac [6]byte, dir word) cond {
	return all(g.linkHeaderPresent(), directed(dir, func(d word) cond {
		if d == wSrc {
			return bytesAre(g.header.plus(6), mac[:])
		}
		return bytesAre(g.header, mac[:])
	}))
}

// directed makes the test for one direction, or for both, the source first.
func directed(dir word, f func(dir word) cond) cond {
	switch dir {
	case wSrc, wDst:
		return f(dir)
	case wSrcAndDst:
		return all(f(wSrc), f(wDst))
	}
	return either(f(wSrc), f(wDst))
}

func (g *generator) broadcast(proto word) cond {
	switch proto {
	case none, wLink:
		g.etherOnly("broadcast")
		return g.etherHost([6]byte{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, wDst)
	case wIP:
		host := uint32(1<<32 - 1)
		if p := g.cfg.Netmask; p.IsValid() && p.Addr().Is4() {
			host = uint32(uint64(host) >> p.Bits())
		}
		return all(g.linkProto(typeIP), either(masked(g.network(16, 4), host, 0), masked(g.network(16, 4), host, host)))
	}
	g.refuse(ErrUnsupported, "broadcast is known for ether and ip only, not for %s", protoNames[proto])
	return nil
}

func (g *generator) multicast(proto word) cond {
	switch proto {
	case none, wLink:
		g.etherOnly("multicast")
		return all(g.linkHeaderPresent(), compare(opSet, at(g.header, 1), constant(1)))
	case wIP:
		return all(g.linkProto(typeIP), compare(opGe, g.network(16, 1), constant(224)))
	case wIP6:
		return all(g.linkProto(typeIP6), is(g.network(24, 1), 255))
	}
	g.refuse(ErrUnsupported, "multicast is known for ether, ip and ip6 only, not for %s", protoNames[proto])
	return nil
}

// llcControl has the control byte of each 802.2 PDU and the mask to see it
// with: IEEE 802.2, section 5.4.
var llcControl = map[string]struct{ mask, value uint32 }{
	"i": {0x01, 0x00}, "s": {0x03, 0x01}, "u": {0x03, 0x03},
	"rr": {0x0f, 0x01}, "rnr": {0x0f, 0x05}, "rej": {0x0f, 0x09},
	"ui": {0xef, 0x03}, "ua": {0xef, 0x63}, "disc": {0xef, 0x43}, "sabme": {0xef, 0x6f},
	"test": {0xef, 0xe3}, "xid": {0xef, 0xaf}, "frmr": {0xef, 0x87},
}

func (g *generator) llc(name string) cond {
	if g.link != capture.LinkTypeEthernet {
		g.refuse(ErrUnsupported, "llc is not supported on link type %s", g.link)
	}
	// 0xffff is Novell's 802.3 without 802.2.
	frame := all(invert(compare(opGt, at(g.linkType, 2), constant(maxLength))), invert(is(at(g.payload, 2), 0xffff)))
	if name == "" {
		return frame
	}
	if name == "rulenum" { // the same keyword to the scanner as rnr
		name = "rnr"
	}
	if len(name) == 1 {
		name = string(name[0] | 0x20)
	}
	c, ok := llcControl[name]
	if !ok {
		g.refuse(ErrUnknownName, "%q is no LLC type: i, s, u, rr, rnr, rej, ui, ua, disc, sabme, test, xid, frmr", name)
	}
	return all(frame, masked(at(g.payload.plus(2), 1), c.mask, c.value))
}

// Numbers of linux/filter.h: loads at SKF_AD_OFF plus one of these ask the
// kernel about the packet.
const (
	skfOffset      = 1<<32 - 0x1000
	skfPacketType  = 4
	skfIfindex     = 8
	skfVLANTag     = 44
	skfVLANPresent = 48

	packetOutgoing = 4 // PACKET_OUTGOING, linux/if_packet.h
)

func (g *generator) direction(outbound bool) cond {
	var c cond
	switch {
	case g.cfg.Live:
		c = is(ancillary(skfPacketType), packetOutgoing)
	case g.link == capture.LinkTypeLinuxSLL:
		c = is(at(g.header, 2), packetOutgoing)
	case g.link == capture.LinkTypeLinuxSLL2:
		c = is(at(g.header.plus(10), 1), packetOutgoing)
	default:
		g.refuse(ErrUnsupported, "packets of link type %s do not say whether they are inbound or outbound", g.link)
	}
	if outbound {
		return c
	}
	return invert(c)
}

func (g *generator) ifindex(n uint32) cond {
	switch {
	case g.cfg.Live:
		return is(ancillary(skfIfindex), n)
	case g.link == capture.LinkTypeLinuxSLL2:
		return is(at(g.header.plus(4), 4), n)
	}
	g.refuse(ErrUnsupported, "packets of link type %s do not say which interface they are from", g.link)
	return nil
}

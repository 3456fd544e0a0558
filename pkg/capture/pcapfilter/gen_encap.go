package pcapfilter

import (
	"github.com/netkit-go/netkit/pkg/capture"
)

const genevePort = 6081 // RFC 8926, section 3.3

func (g *generator) encap(e *encap) cond {
	switch e.kind {
	case wVLAN:
		return g.vlan(e)
	case wMPLS:
		return g.mpls(e)
	case wPPPoED:
		return g.linkProto(typePPPoED)
	case wPPPoES:
		return g.pppoes(e)
	}
	return g.geneve(e)
}

// bounded refuses a number that its field cannot hold.
func (g *generator) bounded(e *encap, what string, limit uint32) {
	if e.n > limit {
		g.refuse(ErrValue, "%s %d is greater than %d", what, e.n, limit)
	}
}

// vlan tests for a tag of any of the three types, and moves the offsets behind
// it.
func (g *generator) vlan(e *encap) cond {
	if g.labels > 0 {
		g.refuse(ErrUnsupported, "no VLAN tag is looked for behind MPLS")
	}
	if g.link != capture.LinkTypeEthernet {
		g.refuse(ErrUnsupported, "link type %s has no VLAN tags", g.link)
	}
	g.bounded(e, "VLAN", 0xfff)
	tag := either(g.linkProto(typeVLANOld), g.linkProto(typeVLAN), g.linkProto(typeVLANSvc))
	id := masked(g.network(0, 2), 0xfff, e.n)

	outermost := g.vlans == 0 && g.header.slot == nil && g.header.fixed == 0
	g.vlans++
	if g.cfg.Live && outermost {
		return g.strippedVLAN(e, tag, id)
	}
	g.payload.fixed += 4
	g.linkType.fixed += 4
	if !e.has {
		return tag
	}
	return all(tag, id)
}

// strippedVLAN is vlan for a tag that Linux may have moved from the frame to
// the socket buffer (skb_vlan_untag in net/core/skbuff.c). Then the offsets
// stay; otherwise they move, found or not, as in a file. So from here on they
// have a variable part.
func (g *generator) strippedVLAN(e *encap, tag, id cond) cond {
	moved := g.newSlot()
	g.payload.slot, g.linkType.slot = moved, moved
	stripped := is(ancillary(skfVLANPresent), 1)
	tag = either(
		all(stripped, &assign{moved.k, constant(0)}),
		all(&assign{moved.k, constant(4)}, tag))
	if !e.has {
		return tag
	}
	return all(tag, either(
		all(stripped, masked(ancillary(skfVLANTag), 0xfff, e.n)),
		all(invert(stripped), id)))
}

// mpls tests for a label stack entry: for the first by the link layer's type,
// for the next by the bottom-of-stack bit of the one before (RFC 3032, section
// 2.1).
func (g *generator) mpls(e *encap) cond {
	var c cond
	switch {
	case g.labels > 0:
		c = masked(at(g.payload.plus(g.net-4+2), 1), 1, 0)
	case g.link == capture.LinkTypeEthernet:
		c = g.linkProto(typeMPLS)
	case g.link == capture.LinkTypePPP:
		c = g.linkProto(pppMPLS)
	default:
		g.refuse(ErrUnsupported, "MPLS is not looked for on link type %s", g.link)
	}
	g.bounded(e, "MPLS label", 0xfffff)
	if e.has {
		c = all(c, masked(g.network(0, 4), 0xfffff000, e.n<<12))
	}
	g.net += 4
	g.netLLC += 4
	g.labels++
	return c
}

// mplsCarries tests what is behind the last label: there is no type field, so
// IP's version tells.
func (g *generator) mplsCarries(p uint32) cond {
	bottom := masked(at(g.payload.plus(g.net-2), 1), 1, 1)
	switch p {
	case typeIP:
		return all(bottom, masked(g.network(0, 1), 0xf0, 0x40))
	case typeIP6:
		return all(bottom, masked(g.network(0, 1), 0xf0, 0x60))
	}
	g.refuse(ErrUnsupported, "only IPv4 and IPv6 are looked for behind MPLS")
	return nil
}

// pppoes tests for a PPPoE session. What follows its six-byte header is PPP
// without HDLC framing (RFC 2516, section 4).
func (g *generator) pppoes(e *encap) cond {
	c := g.linkProto(typePPPoES)
	g.bounded(e, "PPPoE session", 0xffff)
	if e.has {
		c = all(c, masked(g.network(0, 4), 0xffff, e.n))
	}
	g.header = g.payload.plus(g.net + 6)
	g.link, g.noType = capture.LinkTypePPP, false
	g.linkType = g.header
	g.payload = g.header.plus(2)
	g.net, g.netLLC = 0, 0
	return c
}

// geneve tests for the Geneve header (RFC 8926, section 3.4) and computes,
// into three scratch words, where what it carries begins:
//
//	                   ┌ link type's field
//	UDP │ Geneve │ options │ MAC header │ network
//	                       └ header     └ payload
//
// Without a MAC header, header and payload are the same, and Geneve's own
// protocol field is the link type.
func (g *generator) geneve(e *encap) cond {
	g.bounded(e, "Geneve VNI", 0xffffff)
	typeAt, headerAt, payloadAt := g.newSlot(), g.newSlot(), g.newSlot()

	udp := func(ip cond, tran func(off, size uint32) *value, headerLen *value) cond {
		c := all(ip, is(tran(2, 2), genevePort), masked(tran(8, 1), 0xc0, 0))
		if e.has {
			c = all(c, masked(tran(12, 4), 0xffffff00, e.n<<8))
		}
		start := alu(wAdd, headerLen, constant(g.payload.fixed+g.net+8))
		return all(c, &assign{typeAt.k, start})
	}
	len6 := constant(40)
	if g.payload.slot != nil {
		len6 = alu(wAdd, g.payload.slot, len6)
	}
	c := either(
		udp(g.ip4Proto(protoUDP, true), g.transport4, g.ipv4HeaderLen()),
		udp(g.ip6Proto(protoUDP), g.transport6, len6))

	options := alu(wMul, alu(wBitAnd, load(1, 0, typeAt), constant(0x3f)), constant(4))
	c = all(c,
		&assign{headerAt.k, alu(wAdd, alu(wAdd, options, constant(8)), typeAt)},
		&assign{payloadAt.k, headerAt},
		either(
			all(is(load(2, 2, typeAt), typeBridged),
				&assign{typeAt.k, alu(wAdd, headerAt, constant(12))},
				&assign{payloadAt.k, alu(wAdd, headerAt, constant(14))}),
			&assign{typeAt.k, alu(wAdd, typeAt, constant(2))}))

	g.link, g.noType = capture.LinkTypeEthernet, false
	g.linkType, g.header, g.payload = offset{slot: typeAt}, offset{slot: headerAt}, offset{slot: payloadAt}
	g.net = 0
	g.inGeneve = true
	return c
}

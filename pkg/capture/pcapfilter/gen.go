package pcapfilter

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/capture"
)

// Link types without a name in package capture.
const (
	linkTypeRawBSD  capture.LinkType = 12 // raw IP, as most systems number it
	linkTypePPPHDLC capture.LinkType = 50 // PPP in HDLC-like framing, RFC 1662
)

// offset is where a header begins: const bytes after the scratch word in slot,
// if there is one.
type offset struct {
	fixed uint32
	slot  *value
}

func (o offset) plus(n uint32) offset {
	o.fixed += n
	return o
}

// generator turns the parsed expression into tests. It goes through the
// expression in the order of the text, because vlan, mpls, pppoes and geneve
// move the offsets for all that stands behind them, also behind an "or" and
// inside a "not": pcap-filter(7) says "for the remainder of the expression".
type generator struct {
	cfg *Config
	at  int // position in the text, for errors

	link     capture.LinkType // of the header at linkHeader
	noType   bool             // the link type has no field that tells the protocol
	header   offset           // link-layer header
	linkType offset           // its protocol field
	payload  offset           // what follows it, be that an 802.2 header
	net      uint32           // the network header, from payload
	netLLC   uint32           // the same behind 802.2 without SNAP

	labels   int  // MPLS labels passed
	vlans    int  // VLAN tags passed
	inGeneve bool // the link header may be missing
	slots    uint32
}

// refusal is an error on its way up from deep inside the generator.
type refusal struct{ err *SyntaxError }

// refuse ends the compilation. [generator.expression] catches it.
func (g *generator) refuse(reason error, format string, args ...any) {
	panic(refusal{&SyntaxError{Offset: g.at, What: fmt.Sprintf(format, args...), Err: reason}})
}

func newGenerator(cfg *Config, tree expr) (*generator, *SyntaxError) {
	g := &generator{cfg: cfg, link: cfg.LinkType}
	switch cfg.LinkType {
	case capture.LinkTypeEthernet:
		g.linkType.fixed, g.payload.fixed, g.netLLC = 12, 14, 3
	case capture.LinkTypeLinuxSLL:
		g.linkType.fixed, g.payload.fixed = 14, 16
	case capture.LinkTypeLinuxSLL2:
		g.payload.fixed = 20
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		g.payload.fixed = 4
	case capture.LinkTypePPP, linkTypePPPHDLC:
		g.linkType.fixed, g.payload.fixed = 2, 4
	case capture.LinkTypePPPEther:
		g.linkType.fixed, g.payload.fixed = 6, 8
	case capture.LinkTypeRaw, linkTypeRawBSD, capture.LinkTypeIPv4, capture.LinkTypeIPv6:
		g.noType = true
	default:
		if at, ok := needsLink(tree); ok {
			return nil, &SyntaxError{Offset: at, Err: ErrUnsupported, What: fmt.Sprintf(
				"filters on link type %s are not supported, except on the packet's length (less, greater, len)", cfg.LinkType)}
		}
	}
	return g, nil
}

// needsLink returns the position of the first primitive that depends on the
// link type.
func needsLink(e expr) (int, bool) {
	switch e := e.(type) {
	case nil, *length:
		return 0, false
	case *logic:
		if at, ok := needsLink(e.l); ok {
			return at, ok
		}
		return needsLink(e.r)
	case *negation:
		return needsLink(e.x)
	case *relation:
		if at, ok := needsPacket(e.l); ok {
			return at, ok
		}
		return needsPacket(e.r)
	}
	return e.position(), true
}

func needsPacket(a arith) (int, bool) {
	switch a := a.(type) {
	case *access:
		return a.position(), true
	case *operation:
		if at, ok := needsPacket(a.l); ok {
			return at, ok
		}
		return needsPacket(a.r)
	case *minus:
		return needsPacket(a.x)
	}
	return 0, false
}

// expression is the entry: the tests for the whole expression.
func (g *generator) expression(e expr) (c cond, err *SyntaxError) {
	defer func() {
		if r := recover(); r != nil {
			refused, ok := r.(refusal)
			if !ok {
				panic(r)
			}
			err = refused.err
		}
	}()
	if e == nil {
		return fixed(true), nil
	}
	return g.expr(e), nil
}

func (g *generator) expr(e expr) cond {
	g.at = e.position()
	switch e := e.(type) {
	case *logic:
		l := g.expr(e.l)
		if r := g.expr(e.r); e.or {
			return &any2{l, r}
		} else {
			return &both{l, r}
		}
	case *negation:
		return invert(g.expr(e.x))
	case *match:
		return g.match(e)
	case *abbreviation:
		return g.abbreviation(e.proto)
	case *cast:
		if e.kind == wBroadcast {
			return g.broadcast(e.proto)
		}
		return g.multicast(e.proto)
	case *length:
		if e.greater {
			return compare(opGe, packetLength, constant(e.n))
		}
		return invert(compare(opGt, packetLength, constant(e.n)))
	case *byteTest:
		return g.byteTest(e)
	case *direction:
		return g.direction(e.outbound)
	case *ifindex:
		return g.ifindex(e.n)
	case *encap:
		return g.encap(e)
	case *llc:
		return g.llc(e.name)
	case *relation:
		return g.relation(e)
	}
	panic("pcapfilter: expression of unknown type")
}

// newSlot takes a word of scratch memory for the rest of the program.
func (g *generator) newSlot() *value {
	if g.slots == scratchWords {
		g.refuse(ErrTooLong, "this takes more than the %d words of scratch memory", scratchWords)
	}
	g.slots++
	return slotValue(g.slots - 1)
}

// at loads size bytes at o.
func at(o offset, size uint32) *value { return load(size, o.fixed, o.slot) }

// network loads from the network-layer header.
func (g *generator) network(off, size uint32) *value { return at(g.payload.plus(g.net+off), size) }

// ipv4HeaderLen is the length of the IPv4 header, counted from the variable
// part of the payload's offset if it has one.
func (g *generator) ipv4HeaderLen() *value {
	if g.payload.slot == nil {
		return headerLen(g.payload.fixed + g.net)
	}
	return alu(wAdd, alu(wLsh, alu(wBitAnd, g.network(0, 1), constant(15)), constant(2)), g.payload.slot)
}

// transport4 and transport6 load from behind the IP header. For IPv6 that is
// right after the fixed header.
func (g *generator) transport4(off, size uint32) *value {
	return load(size, g.payload.fixed+g.net+off, g.ipv4HeaderLen())
}

func (g *generator) transport6(off, size uint32) *value { return g.network(40+off, size) }

// bytesAre compares b with what is at o, the last bytes first.
func bytesAre(o offset, b []byte) cond {
	var cs []cond
	for len(b) > 0 {
		n := 4
		if len(b) < n {
			n = 2
		}
		if len(b) < n {
			n = 1
		}
		rest := len(b) - n
		var k uint32
		for _, c := range b[rest:] {
			k = k<<8 | uint32(c)
		}
		cs = append(cs, is(at(o.plus(uint32(rest)), uint32(n)), k))
		b = b[:rest]
	}
	return all(cs...)
}

func (g *generator) byteTest(e *byteTest) cond {
	v, n := at(g.header.plus(e.at), 1), constant(e.n)
	switch e.op {
	case wEq:
		return compare(opEq, v, n)
	case wLt:
		return invert(compare(opGe, v, n))
	case wGt:
		return compare(opGt, v, n)
	}
	return invert(is(alu(e.op, v, n), 0))
}

package pcapfilter

import "strings"

// IP protocol numbers (IANA registry) and the OSI network layer's protocol
// identifiers (ISO/IEC TR 9577).
const (
	protoICMP     = 1
	protoIGMP     = 2
	protoTCP      = 6
	protoIGRP     = 9
	protoUDP      = 17
	protoFragment = 44
	protoESP      = 50
	protoAH       = 51
	protoICMP6    = 58
	protoPIM      = 103
	protoVRRP     = 112 // CARP has the same
	protoSCTP     = 132

	osiCLNP = 0x81
	osiESIS = 0x82
	osiISIS = 0x83
)

// isisTypes are the PDU types that the IS-IS words stand for (ISO/IEC 10589).
// A point-to-point hello, 17, counts for both levels.
var isisTypes = map[word][]uint32{
	wL1:   {26, 24, 18, 15, 17},
	wL2:   {27, 25, 20, 16, 17},
	wIIH:  {17, 15, 16},
	wLSP:  {18, 20},
	wSNP:  {27, 26, 24, 25},
	wCSNP: {24, 25},
	wPSNP: {26, 27},
}

// linkProtos are the protocols that the link layer names.
var linkProtos = map[word]uint32{
	wIP: typeIP, wARP: typeARP, wRARP: typeRARP, wIP6: typeIP6, wATalk: typeATalk, wAARP: typeAARP,
	wDECnet: typeDECnet, wLAT: typeLAT, wSCA: typeSCA, wMOPDL: typeMOPDL, wMOPRC: typeMOPRC,
	wISO: sapISO, wSTP: sapSTP, wIPX: sapIPX, wNetBEUI: sapNetBEUI,
}

// ipProtos are the protocols that IPv4 carries, and IPv6 where both is set.
var ipProtos = map[word]struct {
	n    uint32
	both bool
}{
	wTCP: {protoTCP, true}, wUDP: {protoUDP, true}, wSCTP: {protoSCTP, true}, wPIM: {protoPIM, true},
	wAH: {protoAH, true}, wESP: {protoESP, true},
	wICMP: {protoICMP, false}, wIGMP: {protoIGMP, false}, wIGRP: {protoIGRP, false},
	wVRRP: {protoVRRP, false}, wCARP: {protoVRRP, false},
}

// abbreviation is a protocol's name alone.
func (g *generator) abbreviation(p word) cond {
	if n, ok := linkProtos[p]; ok {
		return g.linkProto(n)
	}
	if ip, ok := ipProtos[p]; ok {
		if ip.both {
			return either(g.proto(ip.n, wIP6), g.proto(ip.n, wIP))
		}
		return g.proto(ip.n, wIP)
	}
	switch p {
	case wICMP6:
		return g.proto(protoICMP6, wIP6)
	case wCLNP:
		return g.proto(osiCLNP, wISO)
	case wESIS:
		return g.proto(osiESIS, wISO)
	case wISIS:
		return g.proto(osiISIS, wISO)
	case wLink:
		g.refuse(ErrSyntax, "a link layer's name alone says nothing: it takes an address, a type or an index behind it")
	case wRadio:
		g.refuse(ErrUnsupported, "radio is about the header that 802.11 captures begin with, and no link type with that is supported")
	}
	var cs []cond
	for _, n := range isisTypes[p] {
		cs = append(cs, g.proto(n, wISIS))
	}
	return either(cs...)
}

// ip4Proto is IPv4 with protocol n, and, if that is asked for, not a fragment
// other than the first.
func (g *generator) ip4Proto(n uint32, unfragmented bool) cond {
	c := all(g.linkProto(typeIP), is(g.network(9, 1), n))
	if unfragmented {
		c = all(c, g.firstFragment())
	}
	return c
}

func (g *generator) firstFragment() cond {
	return invert(compare(opSet, g.network(6, 2), constant(0x1fff)))
}

// ip6Proto is IPv6 with n as the first next header.
func (g *generator) ip6Proto(n uint32) cond {
	return all(g.linkProto(typeIP6), is(g.network(6, 1), n))
}

// proto is "in proto n".
func (g *generator) proto(n uint32, in word) cond {
	switch in {
	case none:
		ip4 := g.proto(n, wIP)
		return either(ip4, g.proto(n, wIP6))
	case wLink:
		return g.linkProto(n)
	case wIP:
		return g.ip4Proto(n, false)
	case wIP6:
		// Also behind a fragment header, where n is the first field.
		return all(g.linkProto(typeIP6), either(is(g.network(6, 1), n),
			all(is(g.network(6, 1), protoFragment), is(g.network(40, 1), n))))
	case wISO:
		return all(g.linkProto(sapISO), is(g.osi(0), n))
	case wISIS:
		return all(g.proto(osiISIS, wISO), is(g.osi(4), n))
	}
	g.refuse(ErrUnsupported, "%s has no field that names a protocol: ether, ip, ip6, iso and isis have", protoNames[in])
	return nil
}

// osi loads a byte of the OSI network header.
func (g *generator) osi(off uint32) *value { return at(g.payload.plus(g.netLLC+off), 1) }

// protoByName is the number of a protocol's name.
func (g *generator) protoByName(name string, in word) uint32 {
	var table map[string]uint32
	switch in {
	case none, wIP, wIP6:
		if f := g.cfg.Resolve.Protocol; f != nil {
			if n, err := f(name); err == nil {
				return uint32(n)
			}
		}
		table = ipProtoNames
	case wLink:
		table = linkProtoNames
	case wISO:
		table = osiProtoNames
	}
	n, ok := table[strings.ToLower(name)]
	if !ok {
		g.refuse(ErrUnknownName, "%q is no protocol of %s", name, protoOrIP(in))
	}
	return n
}

func protoOrIP(p word) string {
	if p == none {
		return "ip or ip6"
	}
	return protoNames[p]
}

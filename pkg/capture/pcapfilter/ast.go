package pcapfilter

import "net/netip"

// expr is a node of the parsed expression: what the words say, before anything
// is known of offsets.
type expr interface{ position() int }

type pos int

func (p pos) position() int { return int(p) }

type (
	// logic is "l and r", or "l or r".
	logic struct {
		pos
		or   bool
		l, r expr
	}
	// negation is "not x".
	negation struct {
		pos
		x expr
	}
	// match is an id with its qualifiers: "tcp dst port 80".
	match struct {
		pos
		q  qualifiers
		id identifier
	}
	// abbreviation is a protocol's name alone: "tcp".
	abbreviation struct {
		pos
		proto word
	}
	// cast is "broadcast" or "multicast" with the protocol before it, if any.
	cast struct {
		pos
		proto, kind word
	}
	// length is "less n" or "greater n".
	length struct {
		pos
		greater bool
		n       uint32
	}
	// byteTest is "byte at op n".
	byteTest struct {
		pos
		at, n uint32
		op    word
	}
	// direction is "inbound" or "outbound".
	direction struct {
		pos
		outbound bool
	}
	// ifindex is "ifindex n".
	ifindex struct {
		pos
		n uint32
	}
	// encap is vlan, mpls, pppoed, pppoes or geneve, with a number or without.
	encap struct {
		pos
		kind word
		has  bool
		n    uint32
	}
	// llc is "llc", or "llc type".
	llc struct {
		pos
		name string
	}
	// relation is "l op r".
	relation struct {
		pos
		op   word
		l, r arith
	}
)

// qualifiers say what kind of thing an id is. The zero value, which no head
// has set, makes a bare id a syntax error.
type qualifiers struct {
	set   bool
	proto word // a protocol, or none
	dir   word // wSrc, wDst, wSrcOrDst, wSrcAndDst, or none
	kind  word // wHost, wNet, wPort, wPortrange, wProto, wGateway, or none
}

type idKind uint8

const (
	idName    idKind = iota // a name, or what follows a backslash
	idNumber                // a bare number
	idDotted                // 10, 10.1, 10.1.2 or 10.1.2.3 with at least one dot
	idMask                  // dotted "mask" dotted
	idPrefix                // dotted / n
	idIPv6                  // address
	idIPv6Len               // address / n
	idMAC
)

type identifier struct {
	kind idKind
	text string // as written: name, or dotted address
	mask string // idMask
	n    uint32 // idNumber, or a prefix length
	addr netip.Addr
	mac  [6]byte
}

// arith is a node of an arithmetic expression.
type arith interface{ position() int }

type (
	number struct {
		pos
		n uint32
	}
	packetLen struct{ pos }
	// access is "proto[at:size]".
	access struct {
		pos
		proto word
		at    arith
		size  uint32
	}
	operation struct {
		pos
		op   word
		l, r arith
	}
	minus struct {
		pos
		x arith
	}
)

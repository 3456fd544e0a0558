package display

import (
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// class is what a value is, as far as comparing goes.
type class uint8

const (
	noClass class = iota
	uintClass
	intClass
	boolClass
	timeClass // nanoseconds since the Unix epoch
	durClass  // nanoseconds
	macClass  // from here on, the value is octets
	ipv4Class
	ipv6Class
	bytesClass
	textClass
	protoClass
)

func (c class) String() string {
	return [...]string{"nothing", "a number", "a signed number", "a Boolean", "a time", "a duration",
		"a MAC address", "an IPv4 address", "an IPv6 address", "octets", "text", "a protocol"}[c]
}

func (c class) octets() bool { return c >= macClass }

// number reports whether arithmetic and bits make sense.
func (c class) number() bool { return c == uintClass || c == intClass }

func (c class) sliceable() bool {
	return c == macClass || c == ipv4Class || c == ipv6Class || c == bytesClass || c == textClass || c == protoClass
}

// searchable reports whether the value can be looked into for others.
func (c class) searchable() bool {
	return c == macClass || c == bytesClass || c == textClass || c == protoClass
}

// comparable reports whether values of two fields can be compared.
func comparable(a, b class) bool {
	count := func(c class) bool { return c == uintClass || c == intClass || c == boolClass }
	return a == b || count(a) && count(b) || a.searchable() && b.searchable()
}

func classOf(d *dissect.Def) class {
	switch d.Kind {
	case wire.FieldDec, wire.FieldHex:
		return uintClass
	case wire.FieldFlag:
		return boolClass
	case wire.FieldMAC:
		return macClass
	case wire.FieldIPv4:
		return ipv4Class
	case wire.FieldIPv6:
		return ipv6Class
	case dissect.Signed:
		return intClass
	case dissect.Time:
		return timeClass
	case dissect.Dur:
		return durClass
	case dissect.Text:
		return textClass
	}
	return bytesClass
}

// value is one value of a field, a literal or a function.
type value struct {
	num uint64 // a number, or an int64 with the same bits
	b   []byte // octets
}

// An operand gives values for a packet.
type operand interface {
	push(m *machine) // onto the stack
}

// A tester is a yes or no for a packet.
type tester interface {
	match(m *machine) bool
}

// machine is what an evaluation works with; it is kept between packets.
type machine struct {
	p       *dissect.Packet
	stack   []value
	scratch []byte // octets that were made
}

// made returns the scratch octets from start, which a value may keep: what is
// appended later does not change them.
func (m *machine) made(start int) value {
	return value{b: m.scratch[start:len(m.scratch):len(m.scratch)]}
}

package dissect

import "github.com/netkit-go/netkit/pkg/wire"

// Kind says what a field's value is and how it is best written: the kinds of
// package wire, and those below.
type Kind = wire.FieldKind

// Kinds beside those of package wire.
const (
	Bytes  Kind = 32 + iota // octets without further meaning
	Text                    // octets that are text, in whatever bytes came
	Signed                  // a number in two's complement
	Time                    // a moment, in nanoseconds since the Unix epoch
	Dur                     // a length of time, in nanoseconds; written in units of Def.Unit of them, 0 for seconds
	Group                   // a heading: the fields below it belong together
)

// Def defines a field. Name is Wireshark's wherever Wireshark has the field.
// Bit and Width are its place in a fixed header; a field whose place varies
// has them 0.
type Def struct {
	wire.Field
	Meaning func(v uint64) string // what a number means; nil or "" for nothing
}

// TCPIPLayer is a layer of the TCP/IP model (RFC 1122 section 1.1.3).
type TCPIPLayer uint8

// The layers of the TCP/IP model.
const (
	Link TCPIPLayer = 1 + iota
	Internet
	Transport
	Application
)

// OSILayer is a layer of the OSI model, by its number (ISO/IEC 7498-1).
type OSILayer uint8

// The layers of the OSI model.
const (
	OSIPhysical OSILayer = 1 + iota
	OSIDataLink
	OSINetwork
	OSITransport
	OSISession
	OSIPresentation
	OSIApplication
)

// Proto is a protocol. It is declared as data, so that linking it costs nothing
// at start:
//
//	var ntp = Proto{Name: "ntp", Title: "Network Time Protocol", TCPIP: Application, OSI: OSIApplication,
//		Header: []Def{ … the fixed header, in the order of the wire … },
//		Fields: []*Def{&ntpKeyID, … all other fields that its dissector makes … }}
type Proto struct {
	Name   string // Wireshark's, as display filters have it
	Title  string
	TCPIP  TCPIPLayer
	OSI    OSILayer
	Header []Def
	Fields []*Def
	Parts  [][]Def // what stands at a varying place with a fixed layout of its own: a message's body, an entry of a list
}

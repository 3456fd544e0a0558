package wire

// ICMPv6: RFC 4443; code numbers added since: RFC 7112 (first fragment), RFC 8883
// (processing limits); extensions: RFC 4884. Neighbour Discovery is in nd.go.

import "net/netip"

// ICMPv6 message types. Those below 128 are errors.
const (
	ICMPv6Unreachable   uint8 = 1
	ICMPv6PacketTooBig  uint8 = 2
	ICMPv6TimeExceeded  uint8 = 3
	ICMPv6ParamProblem  uint8 = 4
	ICMPv6EchoRequest   uint8 = 128
	ICMPv6EchoReply     uint8 = 129
	ICMPv6RouterSol     uint8 = 133
	ICMPv6RouterAdv     uint8 = 134
	ICMPv6NeighborSol   uint8 = 135
	ICMPv6NeighborAdv   uint8 = 136
	ICMPv6Redirect      uint8 = 137
	icmpv6Informational uint8 = 128
)

// Codes of Destination Unreachable, Time Exceeded and Parameter Problem.
const (
	ICMPv6NoRoute            uint8 = 0
	ICMPv6AdminProhibited    uint8 = 1
	ICMPv6BeyondScope        uint8 = 2
	ICMPv6AddrUnreachable    uint8 = 3
	ICMPv6PortUnreachable    uint8 = 4
	ICMPv6SourcePolicy       uint8 = 5
	ICMPv6RejectRoute        uint8 = 6
	ICMPv6HopLimitExceeded   uint8 = 0
	ICMPv6ReassemblyExceeded uint8 = 1

	ICMPv6ParamField         uint8 = 0
	ICMPv6ParamNextHeader    uint8 = 1
	ICMPv6ParamOption        uint8 = 2
	ICMPv6ParamFirstFragment uint8 = 3
	ICMPv6ParamTooManyExt    uint8 = 8
	ICMPv6ParamTooManyOpts   uint8 = 9
)

// ICMPv6 is a message, header and data.
type ICMPv6 []byte

var errICMPv6Short = &Error{"icmpv6", "header", ErrTruncated}

// ParseICMPv6 checks that b holds the first eight octets, which every message
// of RFC 4443 and RFC 4861 has.
func ParseICMPv6(b []byte) (ICMPv6, error) {
	if len(b) < ICMPHeaderLen {
		return nil, errICMPv6Short
	}
	return b, nil
}

func (m ICMPv6) Type() uint8      { return m[0] }
func (m ICMPv6) Code() uint8      { return m[1] }
func (m ICMPv6) Checksum() uint16 { return get16(m, 2) }
func (m ICMPv6) HeaderLen() int   { return ICMPHeaderLen }

// Rest is the four octets whose meaning depends on the type.
func (m ICMPv6) Rest() uint32 { return get32(m, 4) }

func (m ICMPv6) ID() uint16      { return get16(m, 4) } // echo
func (m ICMPv6) Seq() uint16     { return get16(m, 6) } // echo
func (m ICMPv6) MTU() uint32     { return get32(m, 4) } // packet too big
func (m ICMPv6) Pointer() uint32 { return get32(m, 4) } // parameter problem
func (m ICMPv6) Payload() []byte { return m[ICMPHeaderLen:] }

// IsError says whether the message reports on a packet that it quotes.
func (m ICMPv6) IsError() bool { return m.Type() < icmpv6Informational }

// Quoted is the start of the packet that an error message is about, without RFC 4884 extensions.
func (m ICMPv6) Quoted() []byte {
	q := m.Payload()
	switch m.Type() {
	case ICMPv6Unreachable, ICMPv6TimeExceeded:
		// RFC 4884 4.4, 4.5: the first octet of Rest counts 64-bit words of the quotation.
		if n := int(m[4]) * 8; n > 0 && n < len(q) {
			return q[:n]
		}
	}
	return q
}

// VerifyChecksum sums the pseudo-header and the message.
func (m ICMPv6) VerifyChecksum(src, dst netip.Addr) bool {
	return Fold(Sum(m, PseudoSum(src, dst, ProtoICMPv6, len(m)))) == 0xffff
}

// FillChecksum computes the checksum over the pseudo-header and the whole view.
func (m ICMPv6) FillChecksum(src, dst netip.Addr) {
	put16(m, 2, 0)
	put16(m, 2, Checksum(m, PseudoSum(src, dst, ProtoICMPv6, len(m))))
}

// ICMPv6Fields is what a message holds. The addresses are those of the IPv6 header.
type ICMPv6Fields struct {
	Type, Code uint8
	Rest       uint32 // EchoRest, an MTU or a pointer; zero elsewhere
	Payload    []byte // copied behind the header; it may already be there
	Src, Dst   netip.Addr
}

// Len is the length of the message.
func (f *ICMPv6Fields) Len() int { return ICMPHeaderLen + len(f.Payload) }

// Put writes the message with its checksum to b and returns its length.
func (f *ICMPv6Fields) Put(b []byte) int {
	n := f.Len()
	b = b[:n]
	b[0], b[1] = f.Type, f.Code
	put32(b, 4, f.Rest)
	copy(b[ICMPHeaderLen:], f.Payload)
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return n
}

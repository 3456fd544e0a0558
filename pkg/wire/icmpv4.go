package wire

// ICMP: RFC 792; codes for hosts: RFC 1122 3.2.2; next-hop MTU: RFC 1191 4;
// administrative codes: RFC 1812 5.2.7.1; extensions: RFC 4884.

import "net/netip"

// ICMPHeaderLen is the length of the part of an ICMP or ICMPv6 message before
// its data: type, code, checksum and four octets that depend on the type.
const ICMPHeaderLen = 8

// ICMP message types.
const (
	ICMPv4EchoReply    uint8 = 0
	ICMPv4Unreachable  uint8 = 3
	ICMPv4Redirect     uint8 = 5
	ICMPv4EchoRequest  uint8 = 8
	ICMPv4TimeExceeded uint8 = 11
	ICMPv4ParamProblem uint8 = 12
)

// Codes of Destination Unreachable.
const (
	ICMPv4NetUnreachable      uint8 = 0
	ICMPv4HostUnreachable     uint8 = 1
	ICMPv4ProtoUnreachable    uint8 = 2
	ICMPv4PortUnreachable     uint8 = 3
	ICMPv4FragNeeded          uint8 = 4
	ICMPv4SourceRouteFailed   uint8 = 5
	ICMPv4NetUnknown          uint8 = 6
	ICMPv4HostUnknown         uint8 = 7
	ICMPv4SourceIsolated      uint8 = 8
	ICMPv4NetProhibited       uint8 = 9
	ICMPv4HostProhibited      uint8 = 10
	ICMPv4NetUnreachableTOS   uint8 = 11
	ICMPv4HostUnreachableTOS  uint8 = 12
	ICMPv4CommProhibited      uint8 = 13
	ICMPv4PrecedenceViolation uint8 = 14
	ICMPv4PrecedenceCutoff    uint8 = 15
)

// Codes of Time Exceeded, Redirect and Parameter Problem.
const (
	ICMPv4TTLExceeded        uint8 = 0
	ICMPv4ReassemblyExceeded uint8 = 1

	ICMPv4RedirectNet     uint8 = 0
	ICMPv4RedirectHost    uint8 = 1
	ICMPv4RedirectTOSNet  uint8 = 2
	ICMPv4RedirectTOSHost uint8 = 3

	ICMPv4ParamPointer       uint8 = 0
	ICMPv4ParamMissingOption uint8 = 1
	ICMPv4ParamBadLength     uint8 = 2
)

// ICMPv4 is a message, header and data.
type ICMPv4 []byte

var errICMPv4Short = &Error{"icmp", "header", ErrTruncated}

// ParseICMPv4 checks that b holds the eight octets that every message of RFC 792 has.
func ParseICMPv4(b []byte) (ICMPv4, error) {
	if len(b) < ICMPHeaderLen {
		return nil, errICMPv4Short
	}
	return b, nil
}

func (m ICMPv4) Type() uint8      { return m[0] }
func (m ICMPv4) Code() uint8      { return m[1] }
func (m ICMPv4) Checksum() uint16 { return get16(m, 2) }
func (m ICMPv4) HeaderLen() int   { return ICMPHeaderLen }

// Rest is the four octets whose meaning depends on the type.
func (m ICMPv4) Rest() uint32 { return get32(m, 4) }

func (m ICMPv4) ID() uint16         { return get16(m, 4) } // echo
func (m ICMPv4) Seq() uint16        { return get16(m, 6) } // echo
func (m ICMPv4) NextHopMTU() uint16 { return get16(m, 6) } // fragmentation needed; zero from a router older than RFC 1191
func (m ICMPv4) Pointer() uint8     { return m[4] }        // parameter problem
func (m ICMPv4) Payload() []byte    { return m[ICMPHeaderLen:] }

// Gateway is the address that a redirect points to.
func (m ICMPv4) Gateway() netip.Addr { return netip.AddrFrom4([4]byte(m[4:8])) }

// IsError says whether the message reports on a packet that it quotes.
func (m ICMPv4) IsError() bool {
	switch m.Type() {
	case ICMPv4Unreachable, ICMPv4Redirect, ICMPv4TimeExceeded, ICMPv4ParamProblem, icmpv4SourceQuench:
		return true
	}
	return false
}

// icmpv4SourceQuench is deprecated (RFC 6633) but still an error message.
const icmpv4SourceQuench uint8 = 4

// Quoted is the start of the packet that an error message is about, without RFC 4884 extensions.
func (m ICMPv4) Quoted() []byte {
	q := m.Payload()
	switch m.Type() {
	case ICMPv4Unreachable, ICMPv4TimeExceeded, ICMPv4ParamProblem:
		// RFC 4884 4.1: the second octet of Rest counts 32-bit words of the quotation.
		if n := int(m[5]) * 4; n > 0 && n < len(q) {
			return q[:n]
		}
	}
	return q
}

// VerifyChecksum sums the message.
func (m ICMPv4) VerifyChecksum() bool { return Fold(Sum(m, 0)) == 0xffff }

// ICMPv4Fields is what a message holds.
type ICMPv4Fields struct {
	Type, Code uint8
	Rest       uint32 // EchoRest, FragNeededRest, ParamRest or RedirectRest; zero elsewhere
	Payload    []byte // copied behind the header; it may already be there
}

// Len is the length of the message.
func (f *ICMPv4Fields) Len() int { return ICMPHeaderLen + len(f.Payload) }

// Put writes the message with its checksum to b and returns its length.
func (f *ICMPv4Fields) Put(b []byte) int {
	n := f.Len()
	b = b[:n]
	b[0], b[1] = f.Type, f.Code
	put16(b, 2, 0)
	put32(b, 4, f.Rest)
	copy(b[ICMPHeaderLen:], f.Payload)
	put16(b, 2, Checksum(b, 0))
	return n
}

// EchoRest is the Rest of an echo message, ICMP and ICMPv6.
func EchoRest(id, seq uint16) uint32 { return uint32(id)<<16 | uint32(seq) }

// FragNeededRest is the Rest of an ICMP Destination Unreachable with code ICMPv4FragNeeded.
func FragNeededRest(mtu int) uint32 { return uint32(length16(mtu)) }

// ParamRest is the Rest of an ICMP Parameter Problem; that of ICMPv6 is the pointer itself.
func ParamRest(pointer uint8) uint32 { return uint32(pointer) << 24 }

// RedirectRest is the Rest of an ICMP Redirect.
func RedirectRest(gateway netip.Addr) uint32 {
	a := gateway.As4()
	return get32(a[:], 0)
}

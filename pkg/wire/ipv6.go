package wire

// The IPv6 header: RFC 8200 3; flow label: RFC 6437.

import "net/netip"

// Sizes of IPv6, in octets.
const (
	IPv6HeaderLen     = 40
	IPv6MaxPayloadLen = 65535
	IPv6MinMTU        = 1280 // RFC 8200 5
)

// IPv6 is a packet, header and payload, without the link's padding.
type IPv6 []byte

var (
	errIPv6Short   = &Error{"ipv6", "header", ErrTruncated}
	errIPv6Version = &Error{"ipv6", "version", ErrVersion}
	errIPv6Cut     = &Error{"ipv6", "payload", ErrTruncated}
)

// ParseIPv6 checks version and length and ends the view behind the payload.
// Jumbograms (RFC 2675) are not supported: a Payload Length of zero means no payload.
func ParseIPv6(b []byte) (IPv6, error) {
	ip, err := ParseIPv6Header(b)
	if err != nil {
		return nil, err
	}
	n := IPv6HeaderLen + ip.PayloadLen()
	if n > len(b) {
		return nil, errIPv6Cut
	}
	return ip[:n:n], nil
}

// ParseIPv6Header is ParseIPv6 for a packet whose end may be missing: one that
// an ICMPv6 error quotes, or a capture cut short. Payload is what there is.
func ParseIPv6Header(b []byte) (IPv6, error) {
	if len(b) < IPv6HeaderLen {
		return nil, errIPv6Short
	}
	if b[0]>>4 != 6 {
		return nil, errIPv6Version
	}
	return b, nil
}

func (p IPv6) Version() uint8      { return p[0] >> 4 }
func (p IPv6) TrafficClass() uint8 { return uint8(get16(p, 0) >> 4) }
func (p IPv6) DSCP() uint8         { return p.TrafficClass() >> 2 }
func (p IPv6) ECN() uint8          { return p.TrafficClass() & 3 }
func (p IPv6) FlowLabel() uint32   { return get32(p, 0) & 0xfffff }
func (p IPv6) PayloadLen() int     { return int(get16(p, 4)) }
func (p IPv6) NextHeader() uint8   { return p[6] }
func (p IPv6) HopLimit() uint8     { return p[7] }
func (p IPv6) Src() netip.Addr     { return netip.AddrFrom16([16]byte(p[8:24])) }
func (p IPv6) Dst() netip.Addr     { return netip.AddrFrom16([16]byte(p[24:40])) }
func (p IPv6) HeaderLen() int      { return IPv6HeaderLen }

// Payload is what follows the fixed header, extension headers included, to
// Payload Length at most.
func (p IPv6) Payload() []byte { return p[IPv6HeaderLen:min(IPv6HeaderLen+p.PayloadLen(), len(p))] }

func (p IPv6) SetTrafficClass(v uint8) {
	put16(p, 0, get16(p, 0)&0xf00f|uint16(v)<<4)
}

func (p IPv6) SetPayloadLen(n int)   { put16(p, 4, length16(n)) }
func (p IPv6) SetNextHeader(v uint8) { p[6] = v }
func (p IPv6) SetHopLimit(v uint8)   { p[7] = v }

// SetSrc does not touch the checksum of the payload; see TCP.TranslateSrc.
func (p IPv6) SetSrc(a netip.Addr) { putAddr16(p, 8, a) }

// SetDst does not touch the checksum of the payload; see TCP.TranslateDst.
func (p IPv6) SetDst(a netip.Addr) { putAddr16(p, 24, a) }

// IPv6Fields is what an IPv6 header holds.
type IPv6Fields struct {
	TrafficClass uint8
	FlowLabel    uint32 // 20 bits
	PayloadLen   int    // with extension headers
	NextHeader   uint8
	HopLimit     uint8
	Src, Dst     netip.Addr
}

// Len is IPv6HeaderLen.
func (f *IPv6Fields) Len() int { return IPv6HeaderLen }

// Put writes the header to b and returns its length.
func (f *IPv6Fields) Put(b []byte) int {
	b = b[:IPv6HeaderLen]
	put32(b, 0, 6<<28|uint32(f.TrafficClass)<<20|f.FlowLabel&0xfffff)
	put16(b, 4, length16(f.PayloadLen))
	b[6] = f.NextHeader
	b[7] = f.HopLimit
	putAddr16(b, 8, f.Src)
	putAddr16(b, 24, f.Dst)
	return IPv6HeaderLen
}

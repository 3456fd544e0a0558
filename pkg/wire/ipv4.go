package wire

// The IPv4 header: RFC 791 3.1, RFC 2474 (DSCP), RFC 3168 (ECN), RFC 6864 (identification).

import (
	"encoding/binary"
	"net/netip"
)

// Sizes of IPv4, in octets.
const (
	IPv4MinHeaderLen = 20
	IPv4MaxHeaderLen = 60
	IPv4MaxTotalLen  = 65535
	IPv4MinMTU       = 68 // RFC 791 3.2: "able to forward a datagram of 68 octets without further fragmentation"
)

// IPv4 is a datagram, header and payload, without the link's padding.
type IPv4 []byte

var (
	errIPv4Short    = &Error{"ipv4", "header", ErrTruncated}
	errIPv4Version  = &Error{"ipv4", "version", ErrVersion}
	errIPv4IHL      = &Error{"ipv4", "header length", ErrLength}
	errIPv4Options  = &Error{"ipv4", "options", ErrTruncated}
	errIPv4TotalLen = &Error{"ipv4", "total length", ErrLength}
	errIPv4Cut      = &Error{"ipv4", "payload", ErrTruncated}
)

// ParseIPv4 checks version and lengths and ends the view at Total Length; what
// follows in b is padding of the link.
func ParseIPv4(b []byte) (IPv4, error) {
	ip, err := ParseIPv4Header(b)
	if err != nil {
		return nil, err
	}
	n := ip.TotalLen()
	if n > len(b) {
		return nil, errIPv4Cut
	}
	return ip[:n:n], nil
}

// ParseIPv4Header is ParseIPv4 for a datagram whose end may be missing: one
// that an ICMP error quotes, or a capture cut short. Payload is what there is.
func ParseIPv4Header(b []byte) (IPv4, error) {
	if len(b) < IPv4MinHeaderLen {
		return nil, errIPv4Short
	}
	if b[0]>>4 != 4 {
		return nil, errIPv4Version
	}
	h := int(b[0]&15) * 4
	if h < IPv4MinHeaderLen {
		return nil, errIPv4IHL
	}
	if h > len(b) {
		return nil, errIPv4Options
	}
	if int(get16(b, 2)) < h {
		return nil, errIPv4TotalLen
	}
	return b, nil
}

func (p IPv4) Version() uint8      { return p[0] >> 4 }
func (p IPv4) IHL() uint8          { return p[0] & 15 }
func (p IPv4) HeaderLen() int      { return int(p[0]&15) * 4 }
func (p IPv4) TOS() uint8          { return p[1] }
func (p IPv4) DSCP() uint8         { return p[1] >> 2 }
func (p IPv4) ECN() uint8          { return p[1] & 3 }
func (p IPv4) TotalLen() int       { return int(get16(p, 2)) }
func (p IPv4) ID() uint16          { return get16(p, 4) }
func (p IPv4) Reserved() bool      { return p[6]&0x80 != 0 }
func (p IPv4) DF() bool            { return p[6]&0x40 != 0 }
func (p IPv4) MF() bool            { return p[6]&0x20 != 0 }
func (p IPv4) TTL() uint8          { return p[8] }
func (p IPv4) Protocol() uint8     { return p[9] }
func (p IPv4) Checksum() uint16    { return get16(p, 10) }
func (p IPv4) Src() netip.Addr     { return netip.AddrFrom4([4]byte(p[12:16])) }
func (p IPv4) Dst() netip.Addr     { return netip.AddrFrom4([4]byte(p[16:20])) }
func (p IPv4) Options() []byte     { return p[IPv4MinHeaderLen:p.HeaderLen()] }
func (p IPv4) HeaderBytes() []byte { return p[:p.HeaderLen()] }

// FragOffset is in octets: eight times the field.
func (p IPv4) FragOffset() int { return int(get16(p, 6)&0x1fff) * 8 }

// IsFragment says whether the datagram is a part of a larger one.
func (p IPv4) IsFragment() bool { return get16(p, 6)&0x3fff != 0 }

// Payload is what follows the header, to Total Length at most.
func (p IPv4) Payload() []byte {
	h := p.HeaderLen()
	n := min(p.TotalLen(), len(p))
	return p[h:max(h, n)]
}

// VerifyChecksum sums the header. All ones are the same in either byte order, so
// a header without options is summed as it lies in memory.
func (p IPv4) VerifyChecksum() bool {
	if p.HeaderLen() != IPv4MinHeaderLen {
		return Fold(Sum(p.HeaderBytes(), 0)) == 0xffff
	}
	word := func(i int) uint64 { return uint64(binary.LittleEndian.Uint32(p[i:])) }
	return Fold(word(0)+word(4)+word(8)+word(12)+word(16)) == 0xffff
}

// PseudoSum is the pseudo-header sum for this datagram's payload.
func (p IPv4) PseudoSum() uint64 { return PseudoSum(p.Src(), p.Dst(), p.Protocol(), len(p.Payload())) }

// set16 stores a word of the header and keeps the checksum right.
func (p IPv4) set16(i int, v uint16) {
	put16(p, 10, UpdateChecksum16(p.Checksum(), get16(p, i), v))
	put16(p, i, v)
}

func (p IPv4) SetTOS(v uint8)    { p.set16(0, uint16(p[0])<<8|uint16(v)) }
func (p IPv4) SetTotalLen(n int) { p.set16(2, length16(n)) }
func (p IPv4) SetID(v uint16)    { p.set16(4, v) }
func (p IPv4) SetTTL(v uint8)    { p.set16(8, uint16(v)<<8|uint16(p[9])) }

// SetSrc does not touch the checksum of the payload; see TCP.TranslateSrc.
func (p IPv4) SetSrc(a netip.Addr) { p.setAddr(12, a) }

// SetDst does not touch the checksum of the payload; see TCP.TranslateDst.
func (p IPv4) SetDst(a netip.Addr) { p.setAddr(16, a) }

func (p IPv4) setAddr(i int, a netip.Addr) {
	v := a.As4()
	put16(p, 10, UpdateChecksum32(p.Checksum(), get32(p, i), get32(v[:], 0)))
	copy(p[i:i+4], v[:])
}

// IPv4Fields is what an IPv4 header holds. Src and Dst must be IPv4 addresses.
type IPv4Fields struct {
	TOS        uint8
	ID         uint16
	DF, MF     bool
	FragOffset int // octets, a multiple of 8
	TTL        uint8
	Protocol   uint8
	Src, Dst   netip.Addr
	Options    []byte // at most 40 octets; padded with End of Option List to a multiple of 4
	PayloadLen int
}

// Len is the length of the header.
func (f *IPv4Fields) Len() int { return IPv4MinHeaderLen + (len(f.Options)+3)&^3 }

// Put writes the header with its checksum to b and returns its length.
func (f *IPv4Fields) Put(b []byte) int {
	n := f.Len()
	if n > IPv4MaxHeaderLen || f.FragOffset&7 != 0 || uint(f.FragOffset) > 0x1fff*8 {
		panic("wire: IPv4Fields: options or fragment offset cannot be encoded")
	}
	b = b[:n]
	b[0] = 4<<4 | uint8(n/4)
	b[1] = f.TOS
	put16(b, 2, length16(n+f.PayloadLen))
	put16(b, 4, f.ID)
	frag := uint16(f.FragOffset / 8)
	if f.DF {
		frag |= 0x4000
	}
	if f.MF {
		frag |= 0x2000
	}
	put16(b, 6, frag)
	b[8] = f.TTL
	b[9] = f.Protocol
	put16(b, 10, 0)
	putAddr4(b, 12, f.Src)
	putAddr4(b, 16, f.Dst)
	clear(b[IPv4MinHeaderLen+copy(b[IPv4MinHeaderLen:], f.Options):])
	put16(b, 10, Checksum(b, 0))
	return n
}

// length16 refuses a length that its field cannot hold.
func length16(n int) uint16 {
	if uint(n) > 0xffff {
		panic("wire: length does not fit 16 bits")
	}
	return uint16(n)
}

package wire

// UDP: RFC 768; over IPv6: RFC 8200 8.1.

import "net/netip"

// UDPHeaderLen is the length of a UDP header.
const UDPHeaderLen = 8

// UDP is a datagram, header and payload.
type UDP []byte

var (
	errUDPShort  = &Error{"udp", "header", ErrTruncated}
	errUDPLength = &Error{"udp", "length", ErrLength}
	errUDPCut    = &Error{"udp", "payload", ErrTruncated}
)

// ParseUDP checks the lengths and ends the view at Length. A Length of zero,
// which RFC 2675 gives a meaning, is refused.
func ParseUDP(b []byte) (UDP, error) {
	if len(b) < UDPHeaderLen {
		return nil, errUDPShort
	}
	n := int(get16(b, 4))
	if n < UDPHeaderLen {
		return nil, errUDPLength
	}
	if n > len(b) {
		return nil, errUDPCut
	}
	return b[:n:n], nil
}

func (u UDP) SrcPort() uint16  { return get16(u, 0) }
func (u UDP) DstPort() uint16  { return get16(u, 2) }
func (u UDP) Length() int      { return int(get16(u, 4)) }
func (u UDP) Checksum() uint16 { return get16(u, 6) }
func (u UDP) HeaderLen() int   { return UDPHeaderLen }
func (u UDP) Payload() []byte  { return u[UDPHeaderLen:] }

// VerifyChecksum sums the pseudo-header and the datagram. Over IPv4 a zero
// checksum means that the sender made none; over IPv6 it is an error (RFC 8200 8.1).
func (u UDP) VerifyChecksum(src, dst netip.Addr) bool {
	if u.Checksum() == 0 {
		return src.Is4()
	}
	return Fold(Sum(u, PseudoSum(src, dst, ProtoUDP, len(u)))) == 0xffff
}

func (u UDP) SetSrcPort(v uint16)  { put16(u, 0, v) }
func (u UDP) SetDstPort(v uint16)  { put16(u, 2, v) }
func (u UDP) SetChecksum(v uint16) { put16(u, 6, v) }

// FillChecksum computes the checksum over the pseudo-header and the whole view.
// RFC 768: "If the computed checksum is zero, it is transmitted as all ones".
func (u UDP) FillChecksum(src, dst netip.Addr) {
	u.SetChecksum(0)
	u.SetChecksum(notZero(Checksum(u, PseudoSum(src, dst, ProtoUDP, len(u)))))
}

// FillPartialChecksum stores the folded pseudo-header sum for FinishChecksum.
func (u UDP) FillPartialChecksum(src, dst netip.Addr) {
	u.SetChecksum(Fold(PseudoSum(src, dst, ProtoUDP, u.Length())))
}

// TranslateSrc replaces the source port and corrects the checksum for it and for
// the source address, which the caller sets in the IP header (RFC 3022 4.1).
func (u UDP) TranslateSrc(from, to netip.AddrPort) { u.translate(0, from, to) }

// TranslateDst is TranslateSrc for the destination.
func (u UDP) TranslateDst(from, to netip.AddrPort) { u.translate(2, from, to) }

func (u UDP) translate(i int, from, to netip.AddrPort) {
	if c := u.Checksum(); c != 0 {
		u.SetChecksum(notZero(translateChecksum(c, from.Addr(), to.Addr(), get16(u, i), to.Port())))
	}
	put16(u, i, to.Port())
}

func translateChecksum(c uint16, fromAddr, toAddr netip.Addr, fromPort, toPort uint16) uint16 {
	return UpdateChecksum16(UpdateChecksumAddr(c, fromAddr, toAddr), fromPort, toPort)
}

// UDPFields is what a UDP header holds.
type UDPFields struct {
	SrcPort, DstPort uint16
	PayloadLen       int
	Checksum         uint16 // zero until FillChecksum
}

// Len is UDPHeaderLen.
func (f *UDPFields) Len() int { return UDPHeaderLen }

// Put writes the header to b and returns its length.
func (f *UDPFields) Put(b []byte) int {
	b = b[:UDPHeaderLen]
	put16(b, 0, f.SrcPort)
	put16(b, 2, f.DstPort)
	put16(b, 4, length16(UDPHeaderLen+f.PayloadLen))
	put16(b, 6, f.Checksum)
	return UDPHeaderLen
}

package wire

// The TCP header: RFC 9293 3.1; ECN flags: RFC 3168 6.1; AE: RFC 9768 (Accurate ECN).

import (
	"net/netip"
	"strings"
)

// Sizes of TCP, in octets.
const (
	TCPMinHeaderLen  = 20
	TCPMaxHeaderLen  = 60
	TCPMaxOptionsLen = TCPMaxHeaderLen - TCPMinHeaderLen
)

// TCPFlags are the control bits, from FIN at bit 0 to AE at bit 8.
type TCPFlags uint16

const (
	FIN TCPFlags = 1 << iota
	SYN
	RST
	PSH
	ACK
	URG
	ECE
	CWR
	AE

	tcpFlagsMask = AE<<1 - 1
)

var tcpFlagNames = [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"}

// String gives the form "SYN|ACK", and "none" where no bit is set.
func (f TCPFlags) String() string {
	var b strings.Builder
	for i, name := range tcpFlagNames {
		if f>>i&1 != 0 {
			if b.Len() > 0 {
				b.WriteByte('|')
			}
			b.WriteString(name)
		}
	}
	if b.Len() == 0 {
		return "none"
	}
	return b.String()
}

// Has says whether all bits of g are set.
func (f TCPFlags) Has(g TCPFlags) bool { return f&g == g }

// TCP is a segment, header and payload.
type TCP []byte

var (
	errTCPShort   = &Error{"tcp", "header", ErrTruncated}
	errTCPOffset  = &Error{"tcp", "data offset", ErrLength}
	errTCPOptions = &Error{"tcp", "options", ErrTruncated}
)

// ParseTCP checks that b holds the header and its options.
func ParseTCP(b []byte) (TCP, error) {
	if len(b) < TCPMinHeaderLen {
		return nil, errTCPShort
	}
	h := int(b[12]>>4) * 4
	if h < TCPMinHeaderLen {
		return nil, errTCPOffset
	}
	if h > len(b) {
		return nil, errTCPOptions
	}
	return b, nil
}

func (t TCP) SrcPort() uint16     { return get16(t, 0) }
func (t TCP) DstPort() uint16     { return get16(t, 2) }
func (t TCP) Seq() uint32         { return get32(t, 4) }
func (t TCP) Ack() uint32         { return get32(t, 8) }
func (t TCP) DataOffset() uint8   { return t[12] >> 4 }
func (t TCP) HeaderLen() int      { return int(t[12]>>4) * 4 }
func (t TCP) Reserved() uint8     { return t[12] >> 1 & 7 }
func (t TCP) Flags() TCPFlags     { return TCPFlags(get16(t, 12)) & tcpFlagsMask }
func (t TCP) Window() uint16      { return get16(t, 14) }
func (t TCP) Checksum() uint16    { return get16(t, 16) }
func (t TCP) Urgent() uint16      { return get16(t, 18) }
func (t TCP) Options() []byte     { return t[TCPMinHeaderLen:t.HeaderLen()] }
func (t TCP) HeaderBytes() []byte { return t[:t.HeaderLen()] }
func (t TCP) Payload() []byte     { return t[t.HeaderLen():] }

// SegLen is SEG.LEN of RFC 9293 3.4: the octets of data, and one each for SYN and FIN.
func (t TCP) SegLen() uint32 {
	f := t.Flags()
	return uint32(len(t)-t.HeaderLen()) + uint32(f&FIN) + uint32(f&SYN>>1)
}

// VerifyChecksum sums the pseudo-header and the segment.
func (t TCP) VerifyChecksum(src, dst netip.Addr) bool {
	return Fold(Sum(t, PseudoSum(src, dst, ProtoTCP, len(t)))) == 0xffff
}

func (t TCP) SetSrcPort(v uint16) { put16(t, 0, v) }
func (t TCP) SetDstPort(v uint16) { put16(t, 2, v) }
func (t TCP) SetSeq(v uint32)     { put32(t, 4, v) }
func (t TCP) SetAck(v uint32)     { put32(t, 8, v) }
func (t TCP) SetFlags(f TCPFlags) {
	put16(t, 12, get16(t, 12)&^uint16(tcpFlagsMask)|uint16(f&tcpFlagsMask))
}
func (t TCP) SetWindow(v uint16)   { put16(t, 14, v) }
func (t TCP) SetChecksum(v uint16) { put16(t, 16, v) }

// FillChecksum computes the checksum over the pseudo-header and the whole view.
func (t TCP) FillChecksum(src, dst netip.Addr) {
	t.SetChecksum(0)
	t.SetChecksum(Checksum(t, PseudoSum(src, dst, ProtoTCP, len(t))))
}

// FillPartialChecksum stores the folded pseudo-header sum for FinishChecksum.
// length is that of the segment with all of its payload, wherever it lies.
func (t TCP) FillPartialChecksum(src, dst netip.Addr, length int) {
	t.SetChecksum(Fold(PseudoSum(src, dst, ProtoTCP, length)))
}

// TranslateSrc replaces the source port and corrects the checksum for it and for
// the source address, which the caller sets in the IP header (RFC 3022 4.1).
func (t TCP) TranslateSrc(from, to netip.AddrPort) { t.translate(0, from, to) }

// TranslateDst is TranslateSrc for the destination.
func (t TCP) TranslateDst(from, to netip.AddrPort) { t.translate(2, from, to) }

func (t TCP) translate(i int, from, to netip.AddrPort) {
	t.SetChecksum(translateChecksum(t.Checksum(), from.Addr(), to.Addr(), get16(t, i), to.Port()))
	put16(t, i, to.Port())
}

// TCPFields is what a TCP header holds.
type TCPFields struct {
	SrcPort, DstPort uint16
	Seq, Ack         uint32
	Flags            TCPFlags
	Window           uint16
	Checksum         uint16 // zero until FillChecksum
	Urgent           uint16
	Options          TCPOptions
}

// Len is the length of the header with its options.
func (f *TCPFields) Len() int { return TCPMinHeaderLen + f.Options.Len() }

// Put writes the header to b and returns its length.
func (f *TCPFields) Put(b []byte) int {
	n := TCPMinHeaderLen + f.Options.Put(b[TCPMinHeaderLen:])
	put16(b, 0, f.SrcPort)
	put16(b, 2, f.DstPort)
	put32(b, 4, f.Seq)
	put32(b, 8, f.Ack)
	put16(b, 12, uint16(n/4)<<12|uint16(f.Flags&tcpFlagsMask))
	put16(b, 14, f.Window)
	put16(b, 16, f.Checksum)
	put16(b, 18, f.Urgent)
	return n
}

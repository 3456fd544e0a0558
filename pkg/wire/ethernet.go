package wire

// Ethernet II and the 802.1Q tag: IEEE 802.3-2018 3.1-3.2, IEEE 802.1Q-2018 9.6, RFC 894, RFC 2464.

import "hash/crc32"

// Sizes of an Ethernet frame and of what surrounds it on the wire, in octets.
const (
	EthernetHeaderLen   = 14
	VLANTagLen          = 4
	EthernetMTU         = 1500
	EthernetMinFrame    = 60                                                                  // without FCS; shorter frames are padded
	EthernetMaxFrame    = EthernetHeaderLen + EthernetMTU                                     // without FCS, untagged
	EthernetPreambleLen = 7                                                                   // octets of EthernetPreamble before the SFD
	EthernetSFDLen      = 1                                                                   //
	EthernetFCSLen      = 4                                                                   //
	EthernetIFG         = 12                                                                  // inter-frame gap: 96 bit times
	EthernetPreamble    = 0x55                                                                // one octet of the preamble
	EthernetSFD         = 0xd5                                                                // start of frame delimiter
	EthernetMinType     = 0x0600                                                              // below this the type field is an 802.3 length
	EthernetOverhead    = EthernetPreambleLen + EthernetSFDLen + EthernetFCSLen + EthernetIFG // wire time of a frame beyond its own octets
)

// Ethernet is a frame from the destination address to the last octet before
// the FCS, padding included. One 802.1Q tag is seen through: EtherType and
// Payload are those behind it.
type Ethernet []byte

var (
	errEthernetShort = &Error{"ethernet", "header", ErrTruncated}
	errVLANShort     = &Error{"ethernet", "802.1Q tag", ErrTruncated}
)

// ParseEthernet checks that b holds the header and, if there is one, the tag.
func ParseEthernet(b []byte) (Ethernet, error) {
	if len(b) < EthernetHeaderLen {
		return nil, errEthernetShort
	}
	if get16(b, 12) == EtherTypeVLAN && len(b) < EthernetHeaderLen+VLANTagLen {
		return nil, errVLANShort
	}
	return b, nil
}

func (e Ethernet) Dst() MAC { return MAC(e[0:6]) }
func (e Ethernet) Src() MAC { return MAC(e[6:12]) }

// EtherType is the type of the payload, behind a tag if there is one. Below
// EthernetMinType it is the length of an 802.3 frame.
func (e Ethernet) EtherType() uint16 { return get16(e, e.HeaderLen()-2) }

// HeaderLen is 14, or 18 with a tag.
func (e Ethernet) HeaderLen() int {
	if get16(e, 12) == EtherTypeVLAN {
		return EthernetHeaderLen + VLANTagLen
	}
	return EthernetHeaderLen
}

// VLAN is the tag control information: 3 bits priority, 1 bit drop eligible,
// 12 bits VLAN identifier.
func (e Ethernet) VLAN() (tci uint16, ok bool) {
	if get16(e, 12) != EtherTypeVLAN {
		return 0, false
	}
	return get16(e, 14), true
}

// Payload is everything behind the header, padding included.
func (e Ethernet) Payload() []byte { return e[e.HeaderLen():] }

func (e Ethernet) SetDst(m MAC) { copy(e[0:6], m[:]) }
func (e Ethernet) SetSrc(m MAC) { copy(e[6:12], m[:]) }

// EthernetFields is what an Ethernet header holds.
type EthernetFields struct {
	Dst, Src  MAC
	EtherType uint16
	Tagged    bool   // write an 802.1Q tag
	TCI       uint16 // its tag control information
}

// Len is the number of octets that Put writes.
func (f *EthernetFields) Len() int {
	if f.Tagged {
		return EthernetHeaderLen + VLANTagLen
	}
	return EthernetHeaderLen
}

// Put writes the header to b and returns its length.
func (f *EthernetFields) Put(b []byte) int {
	n := f.Len()
	b = b[:n]
	copy(b[0:6], f.Dst[:])
	copy(b[6:12], f.Src[:])
	if f.Tagged {
		put16(b, 12, EtherTypeVLAN)
		put16(b, 14, f.TCI)
	}
	put16(b, n-2, f.EtherType)
	return n
}

// FCS is the frame check sequence over a frame without its FCS: the IEEE
// CRC-32, which 802.3 3.2.9 transmits from the coefficient of x^31 down. In the
// bit-reflected form that this function returns, x^31 is the lowest bit; and as
// Ethernet sends the lowest bit of an octet first, the FCS follows the
// frame as a little-endian number.
func FCS(frame []byte) uint32 { return crc32.ChecksumIEEE(frame) }

// fcsResidue is the CRC-32 of any frame followed by its own FCS.
const fcsResidue = 0x2144df1c

// PutFCS writes the FCS of frame to b in the order of the wire.
func PutFCS(b, frame []byte) {
	c := FCS(frame)
	b[3], b[2], b[1], b[0] = byte(c>>24), byte(c>>16), byte(c>>8), byte(c)
}

// VerifyFCS checks a frame that ends in its FCS.
func VerifyFCS(frame []byte) bool {
	return len(frame) >= EthernetFCSLen && crc32.ChecksumIEEE(frame) == fcsResidue
}

package wire

// The Internet checksum: RFC 1071; incremental update: RFC 1624; pseudo-headers:
// RFC 9293 3.1, RFC 768, RFC 8200 8.1.

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
)

// A running sum is a uint64 that is congruent, modulo 0xffff, to the sum of the
// big-endian 16-bit words seen so far. Plain values may be added to it. Sum,
// SumCopy and PseudoSum add less than 2^20 a call, so it does not overflow.

// Sum adds the words of b to acc. An odd last octet counts as the high half of
// a word, so only the last piece of a run may have odd length; Combine lifts that.
func Sum(b []byte, acc uint64) uint64 { return acc + swapped(sumWords(b)) }

// Fold reduces a running sum to 16 bits. It does not complement: a block that
// contains its right checksum folds to 0xffff.
func Fold(acc uint64) uint16 {
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>32 + acc&0xffffffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	acc = acc>>16 + acc&0xffff
	return uint16(acc)
}

// Checksum is the value for a checksum field: the complement of the sum of acc
// and b, where b's own checksum field is zero.
func Checksum(b []byte, acc uint64) uint16 { return ^Fold(Sum(b, acc)) }

// Combine adds the sum of a piece that starts offset octets into the block
// that acc covers. At an odd offset each octet of the piece is in the other half
// of its word, and the sum with it (RFC 1071 2 (B)).
func Combine(acc, piece uint64, offset int) uint64 {
	if offset&1 != 0 {
		return acc + uint64(bits.ReverseBytes16(Fold(piece)))
	}
	return acc + uint64(Fold(piece))
}

// swapped folds a sum of little-endian words to that of big-endian ones: the
// sum does not depend on byte order but for a swap at the end (RFC 1071 2 (B)).
func swapped(s uint64) uint64 { return uint64(bits.ReverseBytes16(Fold(s))) }

// sumWords is the ones' complement sum of b as little-endian 64-bit words, the last
// one padded with zeros. Two chains of eight carry-adds run side by side. A chain starts
// without carry, so it cannot end with a carry and all ones: adding the carry is safe.
func sumWords(b []byte) uint64 {
	var s, t, c uint64
	for len(b) >= 128 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[0:]), 0)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[32:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[40:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[48:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[56:]), c)
		s += c
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[64:]), 0)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[72:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[80:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[88:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[96:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[104:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[112:]), c)
		t, c = bits.Add64(t, binary.LittleEndian.Uint64(b[120:]), c)
		t += c
		b = b[128:]
	}
	s, c = bits.Add64(s, t, 0)
	s += c
	for len(b) >= 32 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[0:]), 0)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[8:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[16:]), c)
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b[24:]), c)
		s += c
		b = b[32:]
	}
	for len(b) >= 8 {
		s, c = bits.Add64(s, binary.LittleEndian.Uint64(b), 0)
		s += c
		b = b[8:]
	}
	s, c = bits.Add64(s, tailWord(b), 0)
	return s + c
}

// tailWord reads fewer than eight octets as a little-endian word.
func tailWord(b []byte) uint64 {
	var w uint64
	shift := 0
	if len(b) >= 4 {
		w, shift, b = uint64(binary.LittleEndian.Uint32(b)), 32, b[4:]
	}
	if len(b) >= 2 {
		w |= uint64(binary.LittleEndian.Uint16(b)) << shift
		shift, b = shift+16, b[2:]
	}
	if len(b) >= 1 {
		w |= uint64(b[0]) << shift
	}
	return w
}

// SumCopy copies src to the start of dst, which must be at least as long, and
// adds its words to acc as Sum does. The runtime's copy and then Sum over the cached
// octets beats a single loop that does both, from one full-sized segment up.
func SumCopy(dst, src []byte, acc uint64) uint64 {
	dst = dst[:len(src)]
	copy(dst, src)
	return Sum(dst, acc)
}

// PseudoSum is the sum of the pseudo-header that TCP, UDP and ICMPv6 checksums
// cover: both addresses, the protocol, and the length of what follows. Both
// addresses are of one family, which is that of src.
func PseudoSum(src, dst netip.Addr, proto uint8, length int) uint64 {
	return addrSum(src) + addrSum(dst) + uint64(proto) + uint64(length)
}

func addrSum(a netip.Addr) uint64 {
	if a.Is4() {
		v := a.As4()
		return uint64(binary.BigEndian.Uint32(v[:]))
	}
	v := a.As16()
	hi, lo := binary.BigEndian.Uint64(v[:8]), binary.BigEndian.Uint64(v[8:])
	return hi>>32 + hi&0xffffffff + lo>>32 + lo&0xffffffff
}

// UpdateChecksum16 is the checksum after one aligned word of the block changed:
// HC' = ~(~HC + ~m + m') (RFC 1624 3, eqn. 3).
func UpdateChecksum16(old, from, to uint16) uint16 {
	return ^Fold(uint64(^old) + uint64(^from) + uint64(to))
}

// UpdateChecksum32 is UpdateChecksum16 for two neighbouring words.
func UpdateChecksum32(old uint16, from, to uint32) uint16 {
	return ^Fold(uint64(^old) + uint64(^from) + uint64(to))
}

// UpdateChecksumAddr is UpdateChecksum16 for an address, in the block or in its
// pseudo-header. Both addresses are of one family.
func UpdateChecksumAddr(old uint16, from, to netip.Addr) uint16 {
	return ^Fold(uint64(^old) + uint64(^Fold(addrSum(from))) + addrSum(to))
}

// FinishChecksum completes a partial checksum as a device does that was told
// start and offset: the field at b[start+offset] holds the folded sum of the
// pseudo-header, and the checksum covers b[start:]. RFC 768 has a UDP checksum of
// zero sent as 0xffff, since zero says that there is none. A TCP checksum of zero
// stays: 0xffff is no complement of a sum that is not zero (RFC 1624 3), and who
// computes it again and compares takes it for wrong.
func FinishChecksum(b []byte, start, offset int) {
	c := Checksum(b[start:], 0)
	if offset == udpChecksumOffset {
		c = notZero(c)
	}
	put16(b, start+offset, c)
}

const udpChecksumOffset = 6

func notZero(c uint16) uint16 {
	if c == 0 {
		return 0xffff
	}
	return c
}

package subnet

import (
	"net/netip"
)

// RFC 4632 section 3.1 (prefixes), RFC 1122 section 3.2.1.3 (all-zeros and
// all-ones hosts), RFC 3021 section 2 (31-bit prefixes), RFC 4291 section 2.6.1
// (the subnet-router anycast address), RFC 6164 section 5 (127-bit prefixes).

// Network returns the first address of p, its host bits all zero. The zone is
// dropped. An invalid p gives the zero Addr.
func Network(p netip.Prefix) netip.Addr { return p.Masked().Addr() }

// Last returns the last address of p, its host bits all one.
func Last(p netip.Prefix) netip.Addr {
	if !p.IsValid() {
		return netip.Addr{}
	}
	w := p.Addr().BitLen()
	return fromU128(toU128(p.Addr()).or(ones(uint(w-p.Bits()))), w)
}

// HasBroadcast reports whether networks of p's size have a broadcast address:
// IPv4 only, and only up to /30. RFC 3021, section 2.2: in a 31-bit prefix both
// addresses "MUST be interpreted as host addresses"; a /32 is one host.
func HasBroadcast(p netip.Prefix) bool {
	return p.IsValid() && p.Addr().Is4() && p.Bits() <= 30
}

// Broadcast returns the directed broadcast address of p, and whether it has one.
func Broadcast(p netip.Prefix) (netip.Addr, bool) {
	if !HasBroadcast(p) {
		return netip.Addr{}, false
	}
	return Last(p), true
}

// HostRange returns the first and the last address of p that a host may have.
//
// IPv4 up to /30 leaves out the network and the broadcast address. IPv6 up to
// /126 leaves out the first, which is the subnet-router anycast address
// (RFC 4291, section 2.6.1) and has no broadcast to leave out. /31 and /127
// (RFC 3021, RFC 6164) and single addresses are all hosts.
func HostRange(p netip.Prefix) (first, last netip.Addr) {
	if !p.IsValid() {
		return netip.Addr{}, netip.Addr{}
	}
	first, last = Network(p), Last(p)
	if p.Addr().BitLen()-p.Bits() < 2 {
		return first, last
	}
	first = first.Next()
	if p.Addr().Is4() {
		last = last.Prev()
	}
	return first, last
}

// Mask returns the mask of p's length in p's family.
func Mask(p netip.Prefix) netip.Addr {
	if !p.IsValid() {
		return netip.Addr{}
	}
	return MaskOf(p.Bits(), p.Addr().BitLen())
}

// MaskOf returns the mask with n leading ones in the family that has width bits
// (32 or 128). It gives the zero Addr when n does not fit.
func MaskOf(n, width int) netip.Addr {
	if n < 0 || n > width || width != 32 && width != 128 {
		return netip.Addr{}
	}
	return fromU128(ones(uint(width-n)).not(), width)
}

// Wildcard returns the complement of the mask: the host bits, as router access
// lists write it.
func Wildcard(p netip.Prefix) netip.Addr {
	if !p.IsValid() {
		return netip.Addr{}
	}
	w := p.Addr().BitLen()
	return fromU128(ones(uint(w-p.Bits())), w)
}

// Total returns how many addresses p holds.
func Total(p netip.Prefix) Count {
	if !p.IsValid() {
		return Count{}
	}
	return pow2Count(uint(p.Addr().BitLen() - p.Bits()))
}

// Usable returns how many addresses of p a host may have: those of HostRange.
func Usable(p netip.Prefix) Count {
	c := Total(p)
	if !p.IsValid() || p.Addr().BitLen()-p.Bits() < 2 {
		return c
	}
	if p.Addr().Is4() {
		return c.Sub(CountOf(2))
	}
	return c.Sub(CountOf(1))
}

// BitsFromMask returns the prefix length of a mask, and false when its ones are
// not contiguous from the left.
func BitsFromMask(mask netip.Addr) (int, bool) {
	if !mask.IsValid() {
		return 0, false
	}
	w := mask.BitLen()
	host := toU128(mask).not().and(ones(uint(w)))
	n := 128 - host.leadingZeros()
	if host != ones(uint(n)) {
		return 0, false
	}
	return w - n, true
}

// BitsFor returns the longest prefix length whose networks have room for that
// many hosts in the family of width bits, and false when none has.
func BitsFor(hosts Count, width int) (int, bool) {
	for n := width; n >= 0; n-- {
		p := netip.PrefixFrom(fromU128(u128{}, width), n)
		if Usable(p).Cmp(hosts) >= 0 {
			return n, true
		}
	}
	return 0, false
}

// Parent returns the prefix one bit shorter that contains p, and false for /0.
func Parent(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() || p.Bits() == 0 {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(p.Addr(), p.Bits()-1).Masked(), true
}

// Sibling returns the other half of p's parent, and false for /0.
func Sibling(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() || p.Bits() == 0 {
		return netip.Prefix{}, false
	}
	w := p.Addr().BitLen()
	bit := u128{0, 1}.shl(uint(w - p.Bits()))
	return netip.PrefixFrom(fromU128(toU128(Network(p)).xor(bit), w), p.Bits()), true
}

// NextPrefix returns the prefix of p's length that follows p, and false at the
// end of the address space.
func NextPrefix(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() {
		return netip.Prefix{}, false
	}
	a := Last(p).Next()
	if !a.IsValid() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, p.Bits()), true
}

// PrevPrefix returns the prefix of p's length that precedes p, and false at the
// start of the address space.
func PrevPrefix(p netip.Prefix) (netip.Prefix, bool) {
	if !p.IsValid() {
		return netip.Prefix{}, false
	}
	a := Network(p).Prev()
	if !a.IsValid() {
		return netip.Prefix{}, false
	}
	return netip.PrefixFrom(a, p.Bits()).Masked(), true
}

// Common returns the longest prefix that contains both a and b, and false when
// they are of different families.
func Common(a, b netip.Addr) (netip.Prefix, bool) {
	if !a.IsValid() || a.BitLen() != b.BitLen() {
		return netip.Prefix{}, false
	}
	w := a.BitLen()
	same := toU128(a).xor(toU128(b)).leadingZeros() - (128 - w)
	return netip.PrefixFrom(a.WithZone(""), same).Masked(), true
}

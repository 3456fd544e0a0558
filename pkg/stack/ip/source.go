package ip

// Source address selection: RFC 6724 5. The rules about mobility, temporary
// addresses and prefix policy have no case here: an interface has static
// addresses and there is one policy. Kept are rule 1 (the destination itself), rule 2
// (scope) and rule 8 (longest matching prefix); what is left is decided by order
// of configuration. IPv4 addresses are chosen in the same way, which for one
// subnet per interface gives what RFC 1122 3.3.4.3 asks for: an address of the
// network that the packet leaves on.

import (
	"math/bits"
	"net/netip"
)

// SelectSource returns the best of an interface's addresses for dst, or the
// zero Addr when none is of its family.
func SelectSource(addrs []netip.Prefix, dst netip.Addr) netip.Addr {
	var best netip.Addr
	bestMatch := 0
	for _, p := range addrs {
		a := p.Addr()
		if a.Is4() != dst.Is4() {
			continue
		}
		if a == dst {
			return a // rule 1
		}
		// Rule 8: CommonPrefixLen compares no further than the source's prefix length (RFC 6724 2.2).
		match := min(commonBits(a, dst), p.Bits())
		switch {
		case !best.IsValid():
		case scope(a) != scope(best):
			if better := betterScope(scope(a), scope(best), scope(dst)); !better {
				continue
			}
		case match <= bestMatch:
			continue
		}
		best, bestMatch = a, match
	}
	return best
}

// betterScope is rule 2, "prefer appropriate scope": of two different scopes,
// the smaller one if it reaches the destination, else the larger one.
func betterScope(a, b, dst int) bool {
	if a < b {
		return a >= dst
	}
	return b < dst
}

// The scopes of RFC 4291 2.7, with 3.1 and 3.2 of RFC 6724 for unicast and IPv4.
const (
	scopeLink   = 2
	scopeSite   = 5
	scopeGlobal = 14
)

func scope(a netip.Addr) int {
	switch {
	case a.Is6() && a.IsMulticast():
		return int(a.As16()[1] & 15)
	case a.IsLoopback(), a.IsLinkLocalUnicast(), a.IsLinkLocalMulticast():
		return scopeLink
	case a.Is6() && a.As16()[0] == 0xfe && a.As16()[1]&0xc0 == 0xc0:
		return scopeSite
	}
	return scopeGlobal
}

func commonBits(a, b netip.Addr) int {
	x, y := a.As16(), b.As16()
	skip := 0
	if a.Is4() {
		skip = 12
	}
	for i := skip; i < 16; i++ {
		if d := x[i] ^ y[i]; d != 0 {
			return (i-skip)*8 + bits.LeadingZeros8(d)
		}
	}
	return (16 - skip) * 8
}

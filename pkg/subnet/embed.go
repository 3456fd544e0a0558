package subnet

import (
	"encoding/binary"
	"net/netip"
)

// RFC 4291 section 2.5.5 (mapped and compatible), section 2.7.1
// (solicited-node) and appendix A (EUI-64); RFC 3056 section 2 (6to4); RFC 4380
// section 4 (Teredo); RFC 6052 section 2.2 (NAT64); RFC 5214 section 6.1
// (ISATAP); RFC 1112 section 6.4 and RFC 2464 section 7 (multicast on Ethernet).

// MAC is an Ethernet address.
type MAC [6]byte

// AppendTo appends the six octets with colons.
func (m MAC) AppendTo(b []byte) []byte {
	for i, o := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, hexLower[o>>4], hexLower[o&15])
	}
	return b
}

// String returns the six octets with colons.
func (m MAC) String() string { return string(m.AppendTo(nil)) }

// AppendText implements encoding.TextAppender.
func (m MAC) AppendText(b []byte) ([]byte, error) { return m.AppendTo(b), nil }

// Embedded is an IPv4 address found inside an IPv6 address.
type Embedded struct {
	Kind string     // mapped, compatible, 6to4, teredo, nat64, isatap; "" for none
	IPv4 netip.Addr // of teredo, the client's address outside its NAT

	// Of teredo only.
	Server netip.Addr
	Port   uint16 // the client's port outside its NAT
	Flags  uint16
}

// EmbeddedIn decodes the IPv4 address that a carries, if it carries one.
func EmbeddedIn(a netip.Addr) Embedded {
	if !a.Is6() {
		return Embedded{}
	}
	b := a.As16()
	v4 := func(i int) netip.Addr { return netip.AddrFrom4([4]byte(b[i : i+4])) }
	hi, lo := binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	switch {
	case a.Is4In6():
		return Embedded{Kind: "mapped", IPv4: v4(12)}
	case hi == 0 && lo>>32 == 0 && lo > 0xffff: // ::, ::1 and other small numbers are not IPv4 addresses
		return Embedded{Kind: "compatible", IPv4: v4(12)}
	case hi>>48 == 0x2002:
		return Embedded{Kind: "6to4", IPv4: v4(2)}
	case hi>>32 == 0x20010000:
		// Section 4: "obfuscated" means that every bit is inverted.
		var c [4]byte
		binary.BigEndian.PutUint32(c[:], ^uint32(lo))
		return Embedded{Kind: "teredo", IPv4: netip.AddrFrom4(c), Server: v4(4), Port: ^uint16(lo >> 32), Flags: uint16(lo >> 48)}
	case hi == 0x0064ff9b<<32 && lo>>32 == 0:
		return Embedded{Kind: "nat64", IPv4: v4(12)}
	case lo>>32&^(2<<24) == 0x00005efe:
		return Embedded{Kind: "isatap", IPv4: v4(12)}
	}
	return Embedded{}
}

// MACIn returns the Ethernet address from which a's interface identifier was
// made as a modified EUI-64, and false when it was not: ff:fe in the middle,
// and the universal/local bit inverted.
func MACIn(a netip.Addr) (MAC, bool) {
	if !a.Is6() || isMulticast(a) {
		return MAC{}, false
	}
	b := a.As16()
	if b[11] != 0xff || b[12] != 0xfe {
		return MAC{}, false
	}
	return MAC{b[8] ^ 2, b[9], b[10], b[13], b[14], b[15]}, true
}

// SolicitedNode returns the solicited-node multicast address of a unicast IPv6
// address, which Neighbor Discovery asks instead of broadcasting.
func SolicitedNode(a netip.Addr) (netip.Addr, bool) {
	if !a.Is6() || a.Is4In6() || isMulticast(a) || a.IsUnspecified() {
		return netip.Addr{}, false
	}
	return fromU128(u128{0xff02 << 48, 0x1ff000000 | toU128(a).lo&0xffffff}, 128), true
}

// MulticastMAC returns the Ethernet address that carries a group address. 32
// IPv4 groups share one, as only 23 bits of the group go into it.
func MulticastMAC(a netip.Addr) (MAC, bool) {
	if !isMulticast(a) {
		return MAC{}, false
	}
	n := toU128(a).lo
	if a.Is4() {
		return MAC{0x01, 0x00, 0x5e, byte(n >> 16 & 0x7f), byte(n >> 8), byte(n)}, true
	}
	return MAC{0x33, 0x33, byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}, true
}

// isMulticast is a.IsMulticast without its unmapping: ::ffff:224.0.0.1 is a
// unicast IPv6 address, if an odd one.
func isMulticast(a netip.Addr) bool {
	if a.Is4() {
		return a.As4()[0]>>4 == 0xe
	}
	return a.Is6() && a.As16()[0] == 0xff
}

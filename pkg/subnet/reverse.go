package subnet

import (
	"net/netip"
	"strconv"
)

// RFC 1035 section 3.5 (in-addr.arpa), RFC 3596 section 2.5 (ip6.arpa), RFC 2317
// section 4 (delegation of less than an octet).

// AppendReverseName appends the name at which the PTR record of a stands.
func AppendReverseName(b []byte, a netip.Addr) []byte {
	if !a.IsValid() {
		return b
	}
	return appendReverse(b, a, a.BitLen())
}

// appendReverse appends the name of the first bits of a, which must be a
// multiple of the family's label: 8 bits or 4.
func appendReverse(b []byte, a netip.Addr, bits int) []byte {
	if a.Is4() {
		o := a.As4()
		for i := bits/8 - 1; i >= 0; i-- {
			b = append(appendOctet(b, o[i]), '.')
		}
		return append(b, "in-addr.arpa"...)
	}
	o := a.As16()
	for i := bits/4 - 1; i >= 0; i-- {
		d := o[i/2]
		if i%2 == 0 {
			d >>= 4
		}
		b = append(b, hexLower[d&15], '.')
	}
	return append(b, "ip6.arpa"...)
}

// ReverseZones is the DNS zones that hold the PTR records of a network. Where
// the length falls between two labels there are several, one for each label
// value, from First to Last. IPv4 networks longer than /24 have one by the
// convention of RFC 2317: "64/26.2.0.192.in-addr.arpa".
type ReverseZones struct {
	Count int
	p     netip.Prefix
	bits  int
}

// ReverseZonesOf returns the zones of p.
func ReverseZonesOf(p netip.Prefix) ReverseZones {
	if !p.IsValid() {
		return ReverseZones{}
	}
	p = p.Masked()
	label := 4
	if p.Addr().Is4() {
		label = 8
		if p.Bits() > 24 {
			return ReverseZones{1, p, p.Bits()}
		}
	}
	bits := (p.Bits() + label - 1) / label * label
	return ReverseZones{1 << (bits - p.Bits()), p, bits}
}

// AppendFirst appends the first zone's name, or the only one's.
func (z ReverseZones) AppendFirst(b []byte) []byte { return z.append(b, z.p.Addr()) }

// AppendLast appends the last zone's name.
func (z ReverseZones) AppendLast(b []byte) []byte {
	if z.Count < 2 {
		return z.append(b, z.p.Addr())
	}
	return z.append(b, Last(z.p))
}

func (z ReverseZones) append(b []byte, a netip.Addr) []byte {
	if !z.p.IsValid() {
		return b
	}
	if a.Is4() && z.bits > 24 {
		if z.bits == 32 {
			return appendReverse(b, a, 32)
		}
		b = append(appendOctet(b, a.As4()[3]), '/')
		b = strconv.AppendInt(b, int64(z.bits), 10)
		b = append(b, '.')
		return appendReverse(b, a, 24)
	}
	return appendReverse(b, a, z.bits)
}

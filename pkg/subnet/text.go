package subnet

import (
	"net/netip"
	"strconv"
)

// RFC 4291 section 2.2 (text forms of IPv6 addresses), RFC 5952 (the one form
// that is written), RFC 6943 section 3.1.1 (why loose IPv4 forms are refused).
//
// The readers here work on bytes and convert to numbers directly: reading a
// million lines is the larger part of most commands.

// read4 reads a strict dotted quad at the start of b and returns its length, or
// 0 when there is none: four decimal octets without leading zeros.
func read4(b []byte) (v uint32, n int) {
	i := 0
	for octet := 0; ; octet++ {
		start, d := i, uint32(0)
		for i < len(b) && i < start+4 && b[i]-'0' <= 9 {
			d = d*10 + uint32(b[i]-'0')
			i++
		}
		if i == start || d > 255 || i > start+1 && b[start] == '0' || i == start+4 {
			return 0, 0
		}
		v = v<<8 | d
		if octet == 3 {
			break
		}
		if i >= len(b) || b[i] != '.' {
			return 0, 0
		}
		i++
	}
	if i < len(b) && b[i] == '.' {
		return 0, 0
	}
	return v, i
}

// hexDigit maps a byte to its value as a hexadecimal digit, or 0xff.
var hexDigit = func() (t [256]uint8) {
	for i := range t {
		t[i] = 0xff
	}
	for i := range 10 {
		t['0'+i] = uint8(i)
	}
	for i := range 6 {
		t['a'+i], t['A'+i] = uint8(10+i), uint8(10+i)
	}
	return t
}()

// read6 reads an IPv6 address without a zone at the start of b and returns its
// length, or 0 when there is none. It stops before the first byte that cannot
// belong to an address.
func read6(b []byte) (v u128, n int) {
	var head u128   // groups before "::"
	var groups uint // groups read so far
	var gap = -1    // number of groups before "::"
	put := func(g uint64) { v = u128{v.hi<<16 | v.lo>>48, v.lo<<16 | g} }
	i := 0
	if len(b) >= 2 && b[0] == ':' {
		if b[1] != ':' {
			return u128{}, 0
		}
		gap, i = 0, 2
	}
	for groups < 8 {
		start, g := i, uint64(0)
		for i < len(b) && hexDigit[b[i]] != 0xff {
			g = g<<4 | uint64(hexDigit[b[i]])
			i++
			if i > start+4 {
				return u128{}, 0
			}
		}
		if i == start {
			if gap == int(groups) { // "::" ends the address
				break
			}
			return u128{}, 0
		}
		if i < len(b) && b[i] == '.' {
			q, m := read4(b[start:])
			if m == 0 || groups > 6 {
				return u128{}, 0
			}
			put(uint64(q >> 16))
			put(uint64(q & 0xffff))
			groups += 2
			i = start + m
			break
		}
		put(g)
		groups++
		if i >= len(b) || b[i] != ':' || groups == 8 {
			break
		}
		if i+1 < len(b) && b[i+1] == ':' {
			if gap >= 0 {
				return u128{}, 0
			}
			gap, head, v = int(groups), v, u128{}
			i += 2
			continue
		}
		i++
	}
	if i < len(b) && (b[i] == ':' || b[i] == '.') {
		return u128{}, 0
	}
	switch {
	case gap < 0:
		if groups != 8 {
			return u128{}, 0
		}
	case groups >= 8: // "::" must stand for at least one group
		return u128{}, 0
	default:
		v = v.or(head.shl(16 * (8 - uint(gap))))
	}
	return v, i
}

// readUint reads up to 39 decimal digits that make up all of b.
func readUint(b []byte) (v u128, ok bool) {
	if len(b) == 0 || len(b) > 39 {
		return u128{}, false
	}
	for _, c := range b {
		if c < '0' || c > '9' {
			return u128{}, false
		}
		w, over := v.mul64(10)
		s, carry := w.add(u128{0, uint64(c - '0')})
		if over || carry != 0 {
			return u128{}, false
		}
		v = s
	}
	return v, true
}

// readHex reads 1 to 32 hexadecimal digits that make up all of b.
func readHex(b []byte) (v u128, ok bool) {
	if len(b) == 0 || len(b) > 32 {
		return u128{}, false
	}
	for _, c := range b {
		d := hexDigit[c]
		if d == 0xff {
			return u128{}, false
		}
		v = v.shl(4).or(u128{0, uint64(d)})
	}
	return v, true
}

// octets holds the decimal digits of each octet, and in its fourth byte how many
// there are.
var octets = func() (t [256][4]byte) {
	for i := range t {
		t[i][3] = byte(copy(t[i][:], strconv.AppendInt(nil, int64(i), 10)))
	}
	return t
}()

func appendOctet(b []byte, o byte) []byte {
	t := &octets[o]
	b = append(b, t[0], t[1], t[2])
	return b[:len(b)-3+int(t[3])]
}

func append4(b []byte, v uint32) []byte {
	b = append(appendOctet(b, byte(v>>24)), '.')
	b = append(appendOctet(b, byte(v>>16)), '.')
	b = append(appendOctet(b, byte(v>>8)), '.')
	return appendOctet(b, byte(v))
}

func append6(b []byte, v u128) []byte {
	return fromU128(v, 128).AppendTo(b)
}

// AppendAddr appends the text of a, as a.AppendTo does and faster for IPv4.
func AppendAddr(b []byte, a netip.Addr) []byte {
	if a.Is4() {
		return append4(b, uint32(toU128(a).lo))
	}
	return a.AppendTo(b)
}

// AppendPrefix appends the text of p, as p.AppendTo does and faster for IPv4.
// A mapped IPv4 address keeps its IPv6 form.
func AppendPrefix(b []byte, p netip.Prefix) []byte {
	b = AppendAddr(b, p.Addr())
	b = append(b, '/')
	return strconv.AppendInt(b, int64(p.Bits()), 10)
}

// AppendMask appends a mask or wildcard. IPv6 ones are written in groups
// throughout: ::ffff:ffff:ffff is no IPv4-mapped address when it is a wildcard.
func AppendMask(b []byte, m netip.Addr) []byte {
	if !m.Is4In6() {
		return AppendAddr(b, m)
	}
	v := toU128(m)
	b = append(b, "::ffff:"...)
	b = strconv.AppendUint(b, v.lo>>16&0xffff, 16)
	b = append(b, ':')
	return strconv.AppendUint(b, v.lo&0xffff, 16)
}

const hexLower = "0123456789abcdef"

// AppendHex appends 0x and all hexadecimal digits of a: 8 or 32 of them.
func AppendHex(b []byte, a netip.Addr) []byte {
	b = append(b, '0', 'x')
	if a.Is4() {
		for _, o := range a.As4() {
			b = append(b, hexLower[o>>4], hexLower[o&15])
		}
		return b
	}
	for _, o := range a.As16() {
		b = append(b, hexLower[o>>4], hexLower[o&15])
	}
	return b
}

// AppendInteger appends a as a decimal integer.
func AppendInteger(b []byte, a netip.Addr) []byte {
	n := toU128(a)
	return Count{0, n.hi, n.lo}.AppendTo(b)
}

// AppendExpanded appends an IPv6 address with all its digits, and an IPv4
// address as usual.
func AppendExpanded(b []byte, a netip.Addr) []byte {
	if a.Is4() {
		return AppendAddr(b, a)
	}
	for i, o := range a.As16() {
		if i > 0 && i%2 == 0 {
			b = append(b, ':')
		}
		b = append(b, hexLower[o>>4], hexLower[o&15])
	}
	if a.Zone() != "" {
		b = append(b, '%')
		b = append(b, a.Zone()...)
	}
	return b
}

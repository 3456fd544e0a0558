package layers

// Numbers, addresses and text, appended without allocation. IPv6 addresses are
// written as RFC 5952 section 4 has them.

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"unicode"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// hexPairs holds the two digits of every octet.
var hexPairs = func() (t [512]byte) {
	for i := range 256 {
		t[2*i], t[2*i+1] = hexDigits[i>>4], hexDigits[i&15]
	}
	return t
}()

// octets holds the decimal digits of every octet.
const octetDigits = 3

var octets, octetLen = func() (t [256][octetDigits]byte, n [256]uint8) {
	for i := range 256 {
		n[i] = uint8(copy(t[i][:], strconv.Itoa(i)))
	}
	return t, n
}()

func appendUint(dst []byte, v uint64) []byte {
	if v < 256 {
		return appendOctet(dst, byte(v))
	}
	return strconv.AppendUint(dst, v, 10)
}

// appendHex writes v with the given number of digits, at least those it needs.
func appendHex(dst []byte, v uint64, digits int) []byte {
	for digits < 16 && v>>(4*digits) != 0 {
		digits++
	}
	for i := digits - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

func appendHexBytes(dst, b []byte) []byte {
	n := len(dst)
	if cap(dst)-n < 2*len(b) {
		dst = append(dst, make([]byte, 2*len(b))...)
	} else {
		dst = dst[:n+2*len(b)]
	}
	out := dst[n:]
	for i, c := range b {
		p := hexPairs[2*int(c) : 2*int(c)+2]
		out[2*i], out[2*i+1] = p[0], p[1]
	}
	return dst
}

func appendMAC(dst, b []byte) []byte {
	for i, c := range b {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, hexPairs[2*int(c)], hexPairs[2*int(c)+1])
	}
	return dst
}

func appendOctet(dst []byte, c byte) []byte {
	return append(dst, octets[c][:octetLen[c]]...)
}

func appendIPv4(dst []byte, b []byte) []byte {
	_ = b[3]
	dst = append(appendOctet(dst, b[0]), '.')
	dst = append(appendOctet(dst, b[1]), '.')
	dst = append(appendOctet(dst, b[2]), '.')
	return appendOctet(dst, b[3])
}

func appendIPv6(dst []byte, b []byte) []byte {
	return netip.AddrFrom16([16]byte(b)).AppendTo(dst)
}

// appendAddr writes an address of either family by its length.
func appendAddr(dst []byte, b []byte) []byte {
	if len(b) == 4 {
		return appendIPv4(dst, b)
	}
	return appendIPv6(dst, b)
}

// appendDigits writes the last n decimal digits of v, with leading zeros.
func appendDigits(dst []byte, v uint64, n int) []byte {
	at := len(dst)
	for range n {
		dst = append(dst, '0')
	}
	for i := at + n - 1; i >= at; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}

// appendText makes text from outside safe to print on one line of a terminal, as
// the command line's escaping does: controls, bytes that are not UTF-8, and what
// changes the direction or visibility of its neighbours become \n, \r, \t, \xNN
// or \u{N}.
func appendText(dst, s []byte) []byte {
	start := 0
	for i := 0; i < len(s); {
		if c := s[i]; c >= 0x20 && c < 0x7f {
			i++
			continue
		}
		dst = append(dst, s[start:i]...)
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == '\n':
			dst = append(dst, '\\', 'n')
		case r == '\r':
			dst = append(dst, '\\', 'r')
		case r == '\t':
			dst = append(dst, '\\', 't')
		case r == utf8.RuneError && n == 1, r < 0x20, r >= 0x7f && r < 0xa0:
			for _, c := range s[i : i+n] {
				dst = append(dst, '\\', 'x', hexPairs[2*int(c)], hexPairs[2*int(c)+1])
			}
		case !unicode.IsPrint(r):
			dst = append(dst, '\\', 'u', '{')
			dst = strconv.AppendUint(dst, uint64(r), 16)
			dst = append(dst, '}')
		default:
			dst = append(dst, s[i:i+n]...)
		}
		i += n
		start = i
	}
	return append(dst, s[start:]...)
}

// appendJSONString writes s as a JSON string (RFC 8259 section 7). Bytes that
// are not UTF-8 become U+FFFD, which JSON has no other way to say; U+2028 and
// U+2029 are escaped, as encoding/json does.
func appendJSONString(dst, s []byte) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x20 && c < 0x7f && c != '"' && c != '\\' {
			i++
			continue
		}
		if c < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			switch c {
			case '"', '\\':
				dst = append(dst, '\\', c)
			case '\n':
				dst = append(dst, '\\', 'n')
			case '\r':
				dst = append(dst, '\\', 'r')
			case '\t':
				dst = append(dst, '\\', 't')
			default:
				dst = append(dst, '\\', 'u', '0', '0', hexPairs[2*int(c)], hexPairs[2*int(c)+1])
			}
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRune(s[i:])
		switch {
		case r == utf8.RuneError && n == 1:
			dst = append(append(dst, s[start:i]...), `\ufffd`...)
			start = i + n
		case r < 0xa0 || r == 0x2028 || r == 0x2029: // C1 controls would reach a terminal
			dst = append(append(dst, s[start:i]...), '\\', 'u')
			dst = appendHex(dst, uint64(r), 4)
			start = i + n
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

// appendSeconds writes nanoseconds as seconds with the given number of decimals.
func appendSeconds(dst []byte, ns int64, decimals int) []byte {
	v := uint64(ns)
	if ns < 0 {
		dst = append(dst, '-')
		v = -v
	}
	dst = append(appendUint(dst, v/1e9), '.')
	frac := v % 1e9
	for d := decimals; d < 9; d++ {
		frac /= 10
	}
	return appendDigits(dst, frac, decimals)
}

func be16(b []byte) uint16 { return binary.BigEndian.Uint16(b) }
func be32(b []byte) uint32 { return binary.BigEndian.Uint32(b) }

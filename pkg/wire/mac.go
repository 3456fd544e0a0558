package wire

// MAC addresses: IEEE 802-2014 8.2, RFC 1112 6.4, RFC 2464 7.

import (
	"errors"
	"fmt"
	"net/netip"
)

// MAC is a 48-bit IEEE 802 address. The zero value means "no address".
type MAC [6]byte

// Broadcast is the address of every station.
var Broadcast = MAC{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}

// ErrMAC is wrapped by the errors of ParseMAC.
var ErrMAC = errors.New("not a MAC address")

const hexDigits = "0123456789abcdef"

// String gives the form "02:00:00:00:00:01".
func (m MAC) String() string { return string(m.AppendTo(make([]byte, 0, 17))) }

// AppendTo appends the form of String to b.
func (m MAC) AppendTo(b []byte) []byte {
	for i, o := range m {
		if i > 0 {
			b = append(b, ':')
		}
		b = append(b, hexDigits[o>>4], hexDigits[o&15])
	}
	return b
}

// MarshalText makes a MAC a string in JSON.
func (m MAC) MarshalText() ([]byte, error) { return m.AppendTo(nil), nil }

// UnmarshalText is the inverse of MarshalText; it takes what ParseMAC takes.
func (m *MAC) UnmarshalText(b []byte) error {
	v, err := ParseMAC(string(b))
	if err == nil {
		*m = v
	}
	return err
}

// ParseMAC reads six two-digit groups joined by one kind of ":" or "-", or
// three four-digit groups joined by ".".
func ParseMAC(s string) (MAC, error) {
	var m MAC
	var group int
	var sep byte
	switch {
	case len(s) == 17 && (s[2] == ':' || s[2] == '-'):
		group, sep = 2, s[2]
	case len(s) == 14 && s[4] == '.':
		group, sep = 4, '.'
	default:
		return m, fmt.Errorf("%w: %q", ErrMAC, s)
	}
	n := 0
	for i := 0; i < len(s); i++ {
		if i%(group+1) == group {
			if s[i] != sep {
				return MAC{}, fmt.Errorf("%w: %q", ErrMAC, s)
			}
			continue
		}
		d, ok := hexDigit(s[i])
		if !ok {
			return MAC{}, fmt.Errorf("%w: %q", ErrMAC, s)
		}
		m[n/2] = m[n/2]<<4 | d
		n++
	}
	return m, nil
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

// IsMulticast says whether the group bit is set. Broadcast is a group too.
func (m MAC) IsMulticast() bool { return m[0]&1 != 0 }

// IsBroadcast says whether m is Broadcast.
func (m MAC) IsBroadcast() bool { return m == Broadcast }

// IsLocal says whether m is locally administered.
func (m MAC) IsLocal() bool { return m[0]&2 != 0 }

// IsZero says whether m is the zero value.
func (m MAC) IsZero() bool { return m == MAC{} }

// MulticastMAC4 maps an IPv4 group to its Ethernet group: the low 23 bits of
// the address below 01-00-5E-00-00-00 (RFC 1112 6.4). Thirty-two groups share one.
func MulticastMAC4(group netip.Addr) MAC {
	a := group.As4()
	return MAC{0x01, 0x00, 0x5e, a[1] & 0x7f, a[2], a[3]}
}

// MulticastMAC6 maps an IPv6 group to its Ethernet group: 33-33 and the last
// four octets of the address (RFC 2464 7).
func MulticastMAC6(group netip.Addr) MAC {
	a := group.As16()
	return MAC{0x33, 0x33, a[12], a[13], a[14], a[15]}
}

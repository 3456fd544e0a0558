package display

// Literals: what is written, as a value of the type that it is compared with.

import (
	"math"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// constant is a literal's value.
type constant struct {
	value
	bits int // of an address prefix; -1 for all else
}

func (c *constant) push(m *machine) { m.stack = append(m.stack, c.value) }

// literal reads n as a value that compares with like.
func literal(n *node, like typed) *constant {
	v := &constant{bits: -1}
	switch like.class {
	case uintClass, boolClass, intClass:
		v.num = number(n, like)
	case timeClass:
		v.num = uint64(moment(n))
	case durClass:
		ns, ok := seconds(n.text)
		if !ok || n.kind != nodeWord {
			fail(n.span, "%s is not a number of seconds", quoted(n))
		}
		v.num = uint64(ns)
	case macClass:
		v.b = octets(n)
		if len(v.b) != 6 {
			fail(n.span, "%s is not a MAC address: it has %d octets", quoted(n), len(v.b))
		}
	case ipv4Class, ipv6Class:
		v.b, v.bits = address(n, like.class)
	case textClass:
		v.b = []byte(n.text) // a word stands for itself
	default:
		v.b = octets(n)
	}
	return v
}

// quoted is how the literal is called in an error.
func quoted(n *node) string {
	if n.kind == nodeWord {
		return n.text
	}
	return strconv.Quote(n.text)
}

// wrong fails for a literal that is no value of its class: perhaps it was meant
// as a name.
func wrong(n *node, want string) {
	if n.kind == nodeWord && n.text[0] >= 'A' {
		if near := nearest(n.text); near != "" {
			fail(n.span, "%s is neither a field nor %s; did you mean %s?", n.text, want, near)
		}
		fail(n.span, "%s is neither a field nor %s", n.text, want)
	}
	fail(n.span, "%s is not %s", quoted(n), want)
}

func number(n *node, like typed) uint64 {
	if n.kind == nodeChar {
		return uint64(n.text[0])
	}
	if n.kind == nodeWord {
		if like.class == boolClass {
			switch n.text {
			case "True", "TRUE", "true":
				return 1
			case "False", "FALSE", "false":
				return 0
			}
		}
		if isDigit(n.text[0]) || n.text[0] == '-' {
			return count(n, like)
		}
	}
	if v, ok := meant(n.text, like.defs); ok && like.class != boolClass {
		return v
	}
	wrong(n, like.class.String())
	return 0
}

// count reads decimal, 0x, 0b and octal (0…) numbers.
func count(n *node, like typed) uint64 {
	text, neg := strings.CutPrefix(n.text, "-")
	base, digits := 10, text
	switch {
	case len(text) > 2 && (text[:2] == "0x" || text[:2] == "0X"):
		base, digits = 16, text[2:]
	case len(text) > 2 && (text[:2] == "0b" || text[:2] == "0B"):
		base, digits = 2, text[2:]
	case len(text) > 1 && text[0] == '0':
		base, digits = 8, text[1:]
	}
	v, err := strconv.ParseUint(digits, base, 64)
	switch {
	case err != nil:
		fail(n.span, "%s is not a number", n.text)
	case like.class == intClass:
		if v > math.MaxInt64 {
			fail(n.span, "%s is too large", n.text)
		}
		if neg {
			v = -v
		}
	case neg && v != 0:
		fail(n.span, "%s is negative, which the field never is", n.text)
	case like.class == boolClass:
		v = min(v, 1)
	case like.max != 0 && v > like.max:
		fail(n.span, "%s is too large for this field, whose largest value is %d", n.text, like.max)
	}
	return v
}

// meant finds the number whose meaning this is, whatever the case of its letters.
func meant(text string, defs []*dissect.Def) (uint64, bool) {
	for _, d := range defs {
		if d.Meaning == nil || d.Kind == wire.FieldFlag {
			continue
		}
		for v := range uint64(1 << 16) {
			if m := d.Meaning(v); m != "" && strings.EqualFold(m, text) {
				return v, true
			}
		}
	}
	return 0, false
}

// octets reads text, a character, one octet as 0x…, or octets joined by colons,
// dots or hyphens.
func octets(n *node) []byte {
	if n.kind == nodeString || n.kind == nodeChar {
		return []byte(n.text)
	}
	s := n.text
	if digits, ok := strings.CutPrefix(s, "0x"); ok {
		v, err := strconv.ParseUint(digits, 16, 8)
		if err != nil {
			fail(n.span, "%s is not one octet; write more of them as aa:bb:cc", s)
		}
		return []byte{byte(v)}
	}
	var out []byte
	for i := 0; i < len(s); {
		end := i
		for end < len(s) && isHex(s[end]) {
			end++
		}
		switch digits := end - i; {
		case digits == 1:
			out = append(out, unhex(s[i]))
		case digits > 0 && digits%2 == 0:
			for ; i < end; i += 2 {
				out = append(out, unhex(s[i])<<4|unhex(s[i+1]))
			}
		default:
			wrong(n, "octets in hexadecimal")
		}
		if i = end; i < len(s) {
			if strings.IndexByte(":.-", s[i]) < 0 || i+1 == len(s) {
				wrong(n, "octets in hexadecimal")
			}
			i++
		}
	}
	return out
}

func unhex(c byte) byte {
	switch {
	case isDigit(c):
		return c - '0'
	case c >= 'a':
		return c - 'a' + 10
	}
	return c - 'A' + 10
}

func address(n *node, c class) ([]byte, int) {
	if n.kind != nodeWord {
		fail(n.span, "%s is not %v: write it without quotes", quoted(n), c)
	}
	host, length, prefix := strings.Cut(n.text, "/")
	a, err := netip.ParseAddr(host)
	if err != nil || a.Zone() != "" || a.Is4() != (c == ipv4Class) {
		if len(host) > 0 && isDigit(host[0]) || strings.Contains(host, ":") {
			fail(n.span, "%s is not %v", host, c)
		}
		wrong(n, c.String())
	}
	if !prefix {
		return a.AsSlice(), -1
	}
	bits, err := strconv.Atoi(length)
	if err != nil || bits < 0 || bits > a.BitLen() {
		fail(n.span, "%s is not the length of a prefix, which is at most %d", length, a.BitLen())
	}
	return a.AsSlice(), bits
}

// seconds reads a number of seconds with a fraction, in nanoseconds.
func seconds(s string) (int64, bool) {
	s, neg := strings.CutPrefix(s, "-")
	whole, frac, _ := strings.Cut(s, ".")
	v, err := strconv.ParseUint(whole, 10, 63)
	if err != nil || v > 9_000_000_000 || len(frac) > 9 {
		return 0, false
	}
	ns := int64(v) * 1e9
	if frac != "" {
		f, err := strconv.ParseUint(frac+strings.Repeat("0", 9-len(frac)), 10, 63)
		if err != nil {
			return 0, false
		}
		ns += int64(f)
	}
	if neg {
		ns = -ns
	}
	return ns, true
}

// moments are the forms of a time; a fraction of seconds may follow each.
var moments = []string{"2006-01-02T15:04:05Z07:00", "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05", "2006-01-02 15:04:05",
	"2006-01-02 15:04", "2006-01-02T15:04", "2006-01-02", "Jan 2, 2006 15:04:05", "Jan 2, 2006 15:04", "Jan 2, 2006"}

// moment reads a time: as a date, local where it names no zone, or in seconds
// since the Unix epoch.
func moment(n *node) int64 {
	if ns, ok := seconds(n.text); ok {
		return ns
	}
	text, utc := strings.CutSuffix(n.text, "UTC")
	place := time.Local
	if utc {
		text, place = strings.TrimSpace(text), time.UTC
	}
	for _, form := range moments {
		if t, err := time.ParseInLocation(form, text, place); err == nil {
			if t.Year() < 1970 || t.Year() > 2261 {
				fail(n.span, "%s is out of the range of capture files", quoted(n))
			}
			return t.UnixNano()
		}
	}
	fail(n.span, `%s is not a time such as "2024-01-31 12:34:56.5", "2024-01-31T12:34:56Z" or 1706704496.5`, quoted(n))
	return 0
}

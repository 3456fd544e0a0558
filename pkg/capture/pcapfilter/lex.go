package pcapfilter

import (
	"fmt"
	"net/netip"
	"strings"
)

// The words of the language are found as a scanner with the rule "the longest
// match wins, and of equally long ones the more special" finds them: "80-90"
// is one name, "80 - 90" three words.

type tokenKind uint8

const (
	tEnd    tokenKind = iota
	tWord             // a keyword or an operator, in token.word
	tNumber           // token.n
	tName
	tDotted
	tIPv6
	tMAC
	tARCnet
)

type token struct {
	kind tokenKind
	word word
	at   int
	text string
	n    uint32
	addr netip.Addr
	mac  [6]byte
}

func (t *token) String() string {
	if t.kind == tEnd {
		return "the end"
	}
	return fmt.Sprintf("%q", t.text)
}

// is reports whether t is the keyword or operator w.
func (t *token) is(w word) bool { return t.kind == tWord && t.word == w }

func lexError(at int, reason error, format string, args ...any) *SyntaxError {
	return &SyntaxError{Offset: at, What: fmt.Sprintf(format, args...), Err: reason}
}

// scan splits s into tokens; the last is tEnd.
func scan(s string) ([]token, *SyntaxError) {
	toks := make([]token, 0, 16)
	for i := 0; i < len(s); {
		switch s[i] {
		case ' ', '\t', '\r', '\n':
			i++
			continue
		}
		t, n, err := next(s[i:], i)
		if err != nil {
			return nil, err
		}
		toks = append(toks, t)
		i += n
	}
	return append(toks, token{kind: tEnd, at: len(s)}), nil
}

// next scans the token at the start of s, which stands at offset at.
func next(s string, at int) (token, int, *SyntaxError) {
	t := token{at: at}
	if s[0] == '\\' {
		n := strings.IndexAny(s, " !()\n\t")
		if n < 0 {
			n = len(s)
		}
		if n == 1 {
			return t, 0, lexError(at, ErrSyntax, "nothing follows the backslash")
		}
		t.kind, t.text = tName, s[:n]
		return t, n, nil
	}
	if s[0] == '$' {
		if n := hexRun(s[1:], 2); n > 0 {
			t.kind, t.text = tARCnet, s[:1+n]
			return t, 1 + n, nil
		}
	}
	nIP6, addr := ipv6Run(s)
	for _, op := range operators {
		if strings.HasPrefix(s, op.text) && len(op.text) > nIP6 {
			t.kind, t.word, t.text = tWord, op.word, op.text
			return t, len(op.text), nil
		}
	}

	nWord, nNum, nDot, nMAC := wordRun(s), numberRun(s), dottedRun(s), macRun(s)
	longest := max(nWord, nNum, nDot, nMAC, nIP6)
	if n := bogusMACRun(s); n > longest {
		return t, 0, lexError(at, ErrSyntax, "%q is no Ethernet address", s[:n])
	}
	if longest == 0 {
		return t, 0, lexError(at, ErrSyntax, "unexpected character %q", s[:1])
	}
	t.text = s[:longest]
	if w, ok := keywords[t.text]; ok && nWord == longest {
		t.kind, t.word = tWord, w
		return t, longest, nil
	}
	switch longest {
	case nMAC:
		t.kind, t.mac = tMAC, parseMAC(t.text)
	case nNum:
		n, err := parseNumber(t.text, at)
		if err != nil {
			return t, 0, err
		}
		t.kind, t.n = tNumber, n
	case nDot:
		t.kind = tDotted
	case nIP6:
		t.kind, t.addr = tIPv6, addr
	default:
		t.kind = tName
		if n, ok := constants[t.text]; ok {
			t.kind, t.n = tNumber, n
		}
	}
	return t, longest, nil
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isAlnum(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'z' }

// hexRun counts the hex digits that start s, up to limit.
func hexRun(s string, limit int) int {
	n := 0
	for n < len(s) && n < limit && isHex(s[n]) {
		n++
	}
	return n
}

// wordRun returns the length of a name: letters, digits, and inside it - _ and
// points, which may end it too.
func wordRun(s string) int {
	if !isAlnum(s[0]) {
		return 0
	}
	end := 1
	for n := 1; n < len(s); n++ {
		switch c := s[n]; {
		case isAlnum(c) || c == '.':
			end = n + 1
		case c != '-' && c != '_':
			return end
		}
	}
	return end
}

// numberRun returns the length of a decimal, octal or hexadecimal number.
func numberRun(s string) int {
	if len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		if n := hexRun(s[2:], len(s)); n > 0 {
			return 2 + n
		}
	}
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// dottedRun returns the length of two to four numbers with points between.
func dottedRun(s string) int {
	n, end := numberRun(s), 0
	if n == 0 {
		return 0
	}
	for range 3 {
		if n == len(s) || s[n] != '.' {
			break
		}
		m := numberRun(s[n+1:])
		if m == 0 {
			break
		}
		n += 1 + m
		end = n
	}
	return end
}

// macRun returns the length of a MAC address: six groups of one or two hex
// digits between colons, dashes or points, three of four between points, or
// twelve digits.
func macRun(s string) int {
	best := 0
	if hexRun(s, 12) == 12 {
		best = 12
	}
	if len(s) >= 14 && hexRun(s, 4) == 4 && s[4] == '.' && hexRun(s[5:], 4) == 4 && s[9] == '.' && hexRun(s[10:], 4) == 4 {
		best = 14
	}
	for _, sep := range []byte(":-.") {
		n := 0
		for group := range 6 {
			if group > 0 {
				if n == len(s) || s[n] != sep {
					n = 0
					break
				}
				n++
			}
			m := hexRun(s[n:], 2)
			if m == 0 {
				n = 0
				break
			}
			n += m
		}
		best = max(best, n)
	}
	return best
}

// bogusMACRun returns the length of what looks like a MAC address but has too
// few or too many groups: two or more groups each followed by colons.
func bogusMACRun(s string) int {
	n, groups, end := 0, 0, 0
	for {
		m := hexRun(s[n:], 2)
		if m == 0 || n+m == len(s) || s[n+m] != ':' {
			break
		}
		n += m
		for n < len(s) && s[n] == ':' {
			n++
		}
		if groups++; groups >= 2 {
			end = n
		}
	}
	return end
}

func parseMAC(s string) (mac [6]byte) {
	var digits []byte
	groups := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == '-' || r == '.' })
	for _, g := range groups {
		if len(g) == 1 {
			digits = append(digits, '0')
		}
		digits = append(digits, g...)
	}
	for i := range mac {
		mac[i] = hexDigit(digits[2*i])<<4 | hexDigit(digits[2*i+1])
	}
	return mac
}

func hexDigit(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

// ipv6Run returns the length of the longest IPv6 address that starts s.
func ipv6Run(s string) (int, netip.Addr) {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	n, colons := 0, 0
	for n < len(s) && n < longest && (isHex(s[n]) || s[n] == ':' || s[n] == '.') {
		if s[n] == ':' {
			colons++
		}
		n++
	}
	if colons < 2 {
		return 0, netip.Addr{}
	}
	for ; n >= 2; n-- {
		if a, err := netip.ParseAddr(s[:n]); err == nil && a.Is6() {
			return n, a
		}
	}
	return 0, netip.Addr{}
}

// parseNumber reads a number as C writes it.
func parseNumber(s string, at int) (uint32, *SyntaxError) {
	digits, base := s, uint64(10)
	switch {
	case len(s) > 1 && s[1]|0x20 == 'x':
		digits, base = s[2:], 16
	case s[0] == '0':
		base = 8
	}
	var n uint64
	for i := range len(digits) {
		d := uint64(hexDigit(digits[i]))
		if d >= base {
			return 0, lexError(at, ErrSyntax, "%q begins with 0 and so is octal, but has the digit %c", s, digits[i])
		}
		if n = n*base + d; n > 1<<32-1 {
			return 0, lexError(at, ErrValue, "%q does not fit 32 bits", s)
		}
	}
	return uint32(n), nil
}

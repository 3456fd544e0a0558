package display

// Words, strings and operators: wireshark-filter(4); epan/dfilter/scanner.l.

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokEnd    tokenKind = iota
	tokWord             // a name or an unquoted literal
	tokString           // "…" or r"…"; text holds its value
	tokChar             // '…'; text holds its value
	tokOp               // text says which
	tokSlice            // […] behind an operand; text is what is between
	tokLayer            // #n or #[…]; text is the ranges
)

type token struct {
	span
	kind tokenKind
	text string
	raw  bool // of a string: r"…"
}

// operators, the longer before those that they begin with.
var operators = []string{"===", "!==", "==", "!=", "~=", ">=", "<=", "&&", "||", "^^", "..", ">", "<", "~", "!", "&", "+", "-", "*", "/", "%", "(", ")", "{", "}", ","}

// wordOperators are operators that are spelled out.
var wordOperators = map[string]string{
	"eq": "==", "any_eq": "==", "ne": "!=", "all_ne": "!=", "all_eq": "===", "any_ne": "!==",
	"gt": ">", "lt": "<", "ge": ">=", "le": "<=", "contains": "contains", "matches": "~", "in": "in",
	"and": "&&", "or": "||", "xor": "^^", "not": "!", "bitwise_and": "&", "any": "any", "all": "all",
}

func lex(s string) (list []token) {
	for i := 0; ; {
		for i < len(s) && strings.IndexByte(" \t\r\n", s[i]) >= 0 {
			i++
		}
		if i == len(s) {
			return append(list, token{span: span{off: i}})
		}
		t := scan(s, i, len(list) > 0 && list[len(list)-1].endsOperand())
		i += t.len
		list = append(list, t)
	}
}

// endsOperand reports whether a slice may follow.
func (t token) endsOperand() bool {
	return t.kind == tokWord || t.kind == tokString || t.kind == tokSlice || t.kind == tokLayer || t.kind == tokOp && (t.text == ")" || t.text == "}")
}

func scan(s string, i int, operand bool) token {
	c := s[i]
	switch {
	case c == '"':
		return scanString(s, i, i+1, false)
	case c == 'r' && strings.HasPrefix(s[i:], `r"`):
		return scanString(s, i, i+2, true)
	case c == '\'':
		text, n := unquote(s, i+1, '\'')
		at := span{i, n + 1}
		if len(text) != 1 {
			fail(at, "%s is not one character", s[i:i+n+1])
		}
		return token{span: at, kind: tokChar, text: text}
	case c == '[' && operand:
		end := strings.IndexByte(s[i:], ']')
		if end < 0 {
			fail(span{i, 1}, "the slice has no end: ] is missing")
		}
		return token{span: span{i, end + 1}, kind: tokSlice, text: s[i+1 : i+end]}
	case c == '#' && operand:
		return scanLayer(s, i)
	}
	if n := wordLen(s[i:]); n > 0 {
		at, text := span{i, n}, s[i:i+n]
		if op, ok := wordOperators[text]; ok {
			return token{span: at, kind: tokOp, text: op}
		}
		return token{span: at, kind: tokWord, text: text}
	}
	for _, op := range operators {
		if strings.HasPrefix(s[i:], op) {
			return token{span: span{i, len(op)}, kind: tokOp, text: op}
		}
	}
	_, size := utf8.DecodeRuneInString(s[i:])
	fail(span{i, size}, "%q means nothing here", s[i:i+size])
	return token{}
}

// scanLayer reads #2 and #[1,3-4].
func scanLayer(s string, i int) token {
	rest := s[i+1:]
	if strings.HasPrefix(rest, "[") {
		end := strings.IndexByte(rest, ']')
		if end < 0 {
			fail(span{i, 2}, "the layers have no end: ] is missing")
		}
		return token{span: span{i, end + 2}, kind: tokLayer, text: rest[1:end]}
	}
	n := 0
	for n < len(rest) && isDigit(rest[n]) || n == 0 && strings.HasPrefix(rest, "-") {
		n++
	}
	return token{span: span{i, n + 1}, kind: tokLayer, text: rest[:n]}
}

func scanString(s string, start, i int, raw bool) token {
	if !raw {
		text, n := unquote(s, i, '"')
		return token{span: span{start, n + 1}, kind: tokString, text: text}
	}
	for j := i; j < len(s); j++ {
		switch s[j] {
		case '\\': // also before a quote; both stay
			j++
		case '"':
			return token{span: span{start, j + 1 - start}, kind: tokString, text: s[i:j], raw: true}
		}
	}
	fail(span{start, len(s) - start}, "the string has no end: \" is missing")
	return token{}
}

// unquote reads up to the closing quote and returns the text and how many octets
// it took, that quote included.
func unquote(s string, start int, quote byte) (string, int) {
	var b []byte
	for i := start; i < len(s); i++ {
		switch c := s[i]; c {
		case quote:
			return string(b), i + 1 - start
		case '\\':
			var n int
			b, n = escape(b, s, i)
			i += n - 1
		default:
			b = append(b, c)
		}
	}
	fail(span{start - 1, len(s) - start + 1}, "the closing %c is missing", quote)
	return "", 0
}

// escape appends what the escape sequence at s[i] stands for, and returns its
// length.
func escape(b []byte, s string, i int) ([]byte, int) {
	if i+1 == len(s) {
		fail(span{i, 1}, "the filter ends in an escape sequence")
	}
	simple := strings.IndexByte(`'"\abfnrtv`, s[i+1])
	if simple >= 0 {
		return append(b, "'\"\\\a\b\f\n\r\t\v"[simple]), 2
	}
	number := func(from, most, base int) (uint64, int) {
		end := from
		for end < len(s) && end-from < most && isBase(s[end], base) {
			end++
		}
		v, err := strconv.ParseUint(s[from:end], base, 32)
		if err != nil || base == 16 && most > 2 && end-from != most {
			fail(span{i, end - i}, "%s is not a whole escape sequence", s[i:end])
		}
		return v, end - i
	}
	switch c := s[i+1]; {
	case c >= '0' && c <= '7':
		v, n := number(i+1, 3, 8)
		if v > 255 {
			fail(span{i, n}, "%s is more than one octet", s[i:i+n])
		}
		return append(b, byte(v)), n
	case c == 'x':
		v, n := number(i+2, 2, 16)
		return append(b, byte(v)), n
	case c == 'u', c == 'U':
		v, n := number(i+2, map[byte]int{'u': 4, 'U': 8}[c], 16)
		if v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
			fail(span{i, n}, "%s is no Unicode character", s[i:i+n])
		}
		return utf8.AppendRune(b, rune(v)), n
	}
	_, size := utf8.DecodeRuneInString(s[i+1:])
	fail(span{i, size + 1}, `%s is not an escape sequence; for a backslash write \\, or r"…" for the whole string`, s[i:i+1+size])
	return nil, 0
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func isHex(c byte) bool {
	return isDigit(c) || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}

func isBase(c byte, base int) bool {
	if base == 16 {
		return isHex(c)
	}
	return c >= '0' && c < '0'+byte(base)
}

// wordLen is the length of the word that s begins with. A word is letters,
// digits, dots, underscores and colons; ".." ends it. A minus belongs to it
// only between pairs of hexadecimal digits (00-11-22), a slash only behind an
// address (10.0.0.0/8).
func wordLen(s string) int {
	n := 0
	for n < len(s) {
		switch c := s[n]; {
		case isDigit(c), c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c == '_', c >= utf8.RuneSelf:
			n++
		case c == ':':
			n++
		case c == '.' && !strings.HasPrefix(s[n:], ".."):
			n++
		case c == '-' && hexPairs(s[:n]) && len(s) >= n+3 && isHex(s[n+1]) && isHex(s[n+2]):
			n += 3
		case c == '/' && n > 0 && strings.ContainsAny(s[:n], ".:") && (isDigit(s[0]) || strings.Contains(s[:n], ":")) && n+1 < len(s) && isDigit(s[n+1]):
			n++
		default:
			return n
		}
	}
	return n
}

// hexPairs reports whether s is 00 or 00-11-22 and so on.
func hexPairs(s string) bool {
	for i := range len(s) {
		if i%3 == 2 && s[i] != '-' || i%3 != 2 && !isHex(s[i]) {
			return false
		}
	}
	return len(s)%3 == 2
}

package display

// The slice and layer operators: wireshark-filter(4); epan/dfilter/drange.c.

import (
	"strconv"
	"strings"
)

// ranges are the parts of what stands in brackets.
type ranges []part

type part struct {
	start, end int  // end is inclusive, or a length
	length     bool // end is a length
	open       bool // to the end
}

// cut resolves a part of n items: from and to are offsets.
func (r part) cut(n int) (from, to int, ok bool) {
	from = r.start
	if from < 0 {
		from += n
	}
	switch {
	case r.open:
		to = n
	case r.length:
		to = from + r.end
	case r.end < 0:
		to = r.end + n + 1
	default:
		to = r.end + 1
	}
	return from, to, from >= 0 && from < n && to > from && to <= n
}

// has reports whether item i, from 1, of n is in one of the parts.
func (r ranges) has(i, n int) bool {
	for _, x := range r {
		// A layer past the last one is simply not there.
		if !x.open && !x.length && x.end > n {
			x.end = n
		}
		if from, to, ok := x.cut(n + 1); ok && from <= i && i < to {
			return true
		}
	}
	return false
}

// parseRanges reads i:j, i-j, i, :j, i: and lists of them.
func parseRanges(n *node) ranges {
	var out ranges
	for _, s := range strings.Split(n.text, ",") {
		s = strings.TrimSpace(s)
		number := func(s string) int {
			v, err := strconv.ParseInt(strings.TrimSpace(s), 0, 32)
			if err != nil {
				fail(n.span, "[%s]: %q is not an offset or a length", n.text, s)
			}
			return int(v)
		}
		r := part{}
		if a, b, ok := strings.Cut(s, ":"); ok {
			if a != "" {
				r.start = number(a)
			}
			if r.open = b == ""; !r.open {
				r.end, r.length = number(b), true
			}
		} else if i := strings.IndexByte(strings.TrimPrefix(s, "-"), '-'); i >= 0 {
			i += len(s) - len(strings.TrimPrefix(s, "-"))
			r.start, r.end = number(s[:i]), number(s[i+1:])
		} else {
			r.start = number(s)
			r.end, r.length = 1, true
		}
		if r.length && r.end <= 0 || !r.open && !r.length && r.start >= 0 && r.end >= 0 && r.end < r.start {
			fail(n.span, "[%s] is empty", n.text)
		}
		out = append(out, r)
	}
	return out
}

// slice gives parts of the octets of its operand's values. Where one of the
// parts is not there, the value is empty.
type slice struct {
	of    operand
	parts ranges
}

func (s *slice) push(m *machine) {
	base := len(m.stack)
	s.of.push(m)
	for i := base; i < len(m.stack); i++ {
		m.stack[i] = s.take(m, m.stack[i].b)
	}
}

func (s *slice) take(m *machine, b []byte) value {
	if len(s.parts) == 1 {
		from, to, ok := s.parts[0].cut(len(b))
		if !ok {
			return value{}
		}
		return value{b: b[from:to]}
	}
	start := len(m.scratch)
	for _, p := range s.parts {
		from, to, ok := p.cut(len(b))
		if !ok {
			return value{}
		}
		m.scratch = append(m.scratch, b[from:to]...)
	}
	return m.made(start)
}

func (s *slice) exists(m *machine) bool {
	base := len(m.stack)
	s.push(m)
	for _, v := range m.stack[base:] {
		if len(v.b) > 0 {
			return true
		}
	}
	return false
}

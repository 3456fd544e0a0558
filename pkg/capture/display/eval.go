package display

// What a compiled filter consists of.

import (
	"bytes"
	"cmp"
	"math"
	"regexp"
)

type (
	always struct{}
	not    struct{ a tester }
	and    struct{ a, b tester }
	or     struct{ a, b tester }
	xor    struct{ a, b tester }
	exists struct{ a present }
)

// present is an operand that can be asked for without its values.
type present interface{ exists(m *machine) bool }

func (always) match(*machine) bool      { return true }
func (t *not) match(m *machine) bool    { return !t.a.match(m) }
func (t *and) match(m *machine) bool    { return t.a.match(m) && t.b.match(m) }
func (t *or) match(m *machine) bool     { return t.a.match(m) || t.b.match(m) }
func (t *xor) match(m *machine) bool    { return t.a.match(m) != t.b.match(m) }
func (t *exists) match(m *machine) bool { return t.a.exists(m) }

// Results of a comparison, as bits.
const (
	less byte = 1 << iota
	equal
	greater
)

// relation compares the values of two operands, all pairs of them.
type relation struct {
	a, b   operand
	cmp    func(x, y *value) int
	accept byte
	all    bool
}

func (t *relation) match(m *machine) bool {
	base := len(m.stack)
	t.a.push(m)
	mid := len(m.stack)
	if mid == base {
		return false
	}
	t.b.push(m)
	if len(m.stack) == mid {
		return false
	}
	for i := base; i < mid; i++ {
		for j := mid; j < len(m.stack); j++ {
			result := byte(equal)
			switch c := t.cmp(&m.stack[i], &m.stack[j]); {
			case c < 0:
				result = less
			case c > 0:
				result = greater
			}
			if (result&t.accept != 0) != t.all {
				return !t.all
			}
		}
	}
	return t.all
}

func compareUnsigned(x, y *value) int { return cmp.Compare(x.num, y.num) }
func compareSigned(x, y *value) int   { return cmp.Compare(int64(x.num), int64(y.num)) }
func compareOctets(x, y *value) int   { return bytes.Compare(x.b, y.b) }

// compareMixed compares a signed number with an unsigned one.
func compareMixed(x, y *value) int {
	if int64(x.num) < 0 {
		return -1
	}
	return cmp.Compare(x.num, y.num)
}

// compareContains is 0 where y is in x.
func compareContains(x, y *value) int {
	if bytes.Contains(x.b, y.b) {
		return 0
	}
	return 1
}

// comparePrefix compares the first bits of two addresses of one length.
func comparePrefix(x, y []byte, bits int) int {
	n := bits / 8
	if c := bytes.Compare(x[:n], y[:n]); c != 0 || bits%8 == 0 {
		return c
	}
	shift := 8 - bits%8
	return cmp.Compare(x[n]>>shift, y[n]>>shift)
}

// pattern matches values with a regular expression.
type pattern struct {
	a   operand
	re  *regexp.Regexp
	all bool
}

func (t *pattern) match(m *machine) bool {
	base := len(m.stack)
	t.a.push(m)
	for i := base; i < len(m.stack); i++ {
		if t.re.Match(m.stack[i].b) != t.all {
			return !t.all
		}
	}
	return t.all && len(m.stack) > base
}

// member looks for values in a set.
type member struct {
	a   operand
	set []element
	all bool
}

// element is a value, or a range if it has a high end.
type element struct {
	low, high       operand
	cmpLow, cmpHigh func(x, y *value) int
}

func (t *member) match(m *machine) bool {
	base := len(m.stack)
	t.a.push(m)
	end := len(m.stack)
	for i := base; i < end; i++ {
		if t.has(m, i) != t.all {
			return !t.all
		}
	}
	return t.all && end > base
}

// has reports whether the value at this place of the stack is in the set.
func (t *member) has(m *machine, at int) bool {
	base := len(m.stack)
	for i := range t.set {
		e := &t.set[i]
		m.stack = m.stack[:base]
		e.low.push(m)
		mid := len(m.stack)
		if e.high != nil {
			e.high.push(m)
		}
		v := &m.stack[at]
		for j := base; j < mid; j++ {
			if e.high == nil && e.cmpLow(v, &m.stack[j]) == 0 {
				return true
			}
			for k := mid; k < len(m.stack); k++ {
				if e.cmpLow(v, &m.stack[j]) >= 0 && e.cmpHigh(v, &m.stack[k]) <= 0 {
					return true
				}
			}
		}
	}
	return false
}

// nonzero tests bits.
type nonzero struct{ a *arith }

func (t *nonzero) match(m *machine) bool {
	base := len(m.stack)
	t.a.push(m)
	for _, v := range m.stack[base:] {
		if v.num != 0 {
			return true
		}
		for _, b := range v.b {
			if b != 0 {
				return true
			}
		}
	}
	return false
}

// maxResults bounds what arithmetic makes of two fields with many values.
const maxResults = 1 << 14

// arith calculates with all pairs of values. What cannot be calculated, such as
// a division by zero, gives no value.
type arith struct {
	op     byte
	a, b   operand
	signed bool
	octets bool
}

func (t *arith) push(m *machine) {
	base := len(m.stack)
	t.a.push(m)
	mid := len(m.stack)
	t.b.push(m)
	end := len(m.stack)
	for i := base; i < mid; i++ {
		for j := mid; j < end && len(m.stack)-end < maxResults; j++ {
			if v, ok := t.calculate(m, &m.stack[i], &m.stack[j]); ok {
				m.stack = append(m.stack, v)
			}
		}
	}
	m.stack = m.stack[:base+copy(m.stack[base:], m.stack[end:])]
}

func (t *arith) calculate(m *machine, x, y *value) (value, bool) {
	switch t.op {
	case '+':
		return value{num: x.num + y.num}, true
	case '-':
		return value{num: x.num - y.num}, true
	case '*':
		return value{num: x.num * y.num}, true
	case '/', '%':
		a, b := int64(x.num), int64(y.num)
		switch {
		case b == 0, t.signed && a == math.MinInt64 && b == -1:
			return value{}, false
		case t.signed && t.op == '/':
			return value{num: uint64(a / b)}, true
		case t.signed:
			return value{num: uint64(a % b)}, true
		case t.op == '/':
			return value{num: x.num / y.num}, true
		}
		return value{num: x.num % y.num}, true
	}
	if !t.octets {
		return value{num: x.num & y.num}, true
	}
	start := len(m.scratch)
	for i := range min(len(x.b), len(y.b)) {
		m.scratch = append(m.scratch, x.b[i]&y.b[i])
	}
	return m.made(start), true
}

// negative is the number with the other sign.
type negative struct{ a operand }

func (t *negative) push(m *machine) {
	base := len(m.stack)
	t.a.push(m)
	for i := base; i < len(m.stack); i++ {
		m.stack[i].num = -m.stack[i].num
	}
}

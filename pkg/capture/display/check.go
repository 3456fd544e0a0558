package display

// From the tree to what is run: names become fields, literals values, and types
// that do not fit are errors.

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// typed is an operand and what is known of its values. A literal has no operand
// before it is known what it is compared with.
type typed struct {
	operand
	lit   *node
	class class
	defs  []*dissect.Def // of a field: for the names of its values
	max   uint64         // the largest number, 0 for unknown
}

type checker struct {
	needs Needs
}

func (c *checker) test(n *node) tester {
	switch n.kind {
	case nodeLogic:
		a := c.test(n.kids[0])
		if n.text == "!" {
			return &not{a}
		}
		b := c.test(n.kids[1])
		switch n.text {
		case "&&":
			return &and{a, b}
		case "||":
			return &or{a, b}
		}
		return &xor{a, b}
	case nodeRelation:
		return c.relation(n)
	case nodeIn:
		return c.member(n)
	}
	return c.exists(n.kids[0])
}

func (c *checker) exists(n *node) tester {
	t := c.expr(n)
	if t.lit != nil {
		if n.kind == nodeWord {
			unknown(n)
		}
		fail(n.span, "%s alone is no test", quoted(n))
	}
	if e, ok := t.operand.(present); ok {
		return &exists{e}
	}
	if a, ok := t.operand.(*arith); ok && a.op == '&' {
		return &nonzero{a}
	}
	fail(n.span, "the result has to be compared with something")
	return nil
}

func unknown(n *node) {
	if near := nearest(n.text); near != "" {
		fail(n.span, "%s is neither a field nor a protocol; did you mean %s?", n.text, near)
	}
	fail(n.span, "%s is neither a field nor a protocol", n.text)
}

// misspelt fails for the first of these literals that was meant as a name.
func misspelt(list []*node) {
	for _, n := range list {
		if n.kind == nodeWord && !isDigit(n.text[0]) && n.text[0] != '-' {
			unknown(n)
		}
	}
}

// expr types an operand.
func (c *checker) expr(n *node) typed {
	switch n.kind {
	case nodeWord:
		if t, ok := c.lookup(n.text); ok {
			return t
		}
		return typed{lit: n}
	case nodeString, nodeChar:
		return typed{lit: n}
	case nodeCall:
		return c.call(n)
	case nodeSlice:
		t := c.known(n.kids[0], "only a field has parts")
		if !t.class.sliceable() {
			fail(n.span, "%v has no octets to take a part of", t.class)
		}
		s := &slice{of: t.operand, parts: parseRanges(n)}
		if t.class != textClass {
			t.class = bytesClass
		}
		return typed{operand: s, class: t.class}
	case nodeLayer:
		t := c.known(n.kids[0], "only a field has layers")
		layers := parseRanges(n)
		for _, r := range layers {
			if r.start == 0 {
				fail(n.span, "layers are counted from 1")
			}
		}
		switch f := t.operand.(type) {
		case *field:
			t.operand = &field{defs: f.defs, class: f.class, layers: layers}
		case *proto:
			t.operand = &proto{name: f.name, layers: layers}
		default:
			fail(n.span, "only a field or a protocol has layers")
		}
		return t
	}
	return c.arith(n)
}

// known types an operand that must not be a literal.
func (c *checker) known(n *node, why string) typed {
	t := c.expr(n)
	if t.lit != nil {
		misspelt([]*node{n})
		fail(n.span, "%s, and %s is a literal", why, quoted(n))
	}
	return t
}

// pair types the two sides of an operator; a literal takes the other's type.
func (c *checker) pair(n *node) (a, b typed) {
	a, b = c.expr(n.kids[0]), c.expr(n.kids[1])
	switch {
	case a.lit != nil && b.lit != nil:
		misspelt(n.kids)
		fail(n.span, "one side of %s has to be a field", n.text)
	case a.lit != nil:
		a = a.as(b)
	case b.lit != nil:
		b = b.as(a)
	}
	return a, b
}

// as gives a literal the type of what it is compared with.
func (t typed) as(like typed) typed {
	if t.lit != nil {
		t.operand, t.class, t.lit = literal(t.lit, like), like.class, nil
		if like.class == protoClass {
			t.class = bytesClass
		}
	}
	return t
}

// accepted are the results of a comparison that an operator takes.
var accepted = map[string]byte{"==": equal, "===": equal, "!=": less | greater, "!==": less | greater, "~=": less | greater,
	"<": less, ">": greater, "<=": less | equal, ">=": greater | equal}

func (c *checker) relation(n *node) tester {
	switch n.text {
	case "contains":
		return c.contains(n)
	case "~":
		return c.matches(n)
	}
	a, b := c.pair(n)
	r := &relation{a: a.operand, b: b.operand, cmp: c.comparison(n, a, b), accept: accepted[n.text]}
	r.all = n.text == "!=" || n.text == "==="
	if n.all != 0 {
		r.all = n.all == 'a'
	}
	return r
}

// comparison says how values of a and b are compared.
func (c *checker) comparison(n *node, a, b typed) func(x, y *value) int {
	if !comparable(a.class, b.class) {
		fail(n.span, "%s is %v and %s is %v: they do not compare", name(n.kids[0]), a.class, name(n.kids[1]), b.class)
	}
	if k, ok := b.operand.(*constant); ok && k.bits >= 0 {
		return func(x, y *value) int { return comparePrefix(x.b, y.b, k.bits) }
	}
	if k, ok := a.operand.(*constant); ok && k.bits >= 0 {
		return func(x, y *value) int { return comparePrefix(x.b, y.b, k.bits) }
	}
	signed := func(c class) bool { return c == intClass || c == timeClass || c == durClass }
	switch {
	case a.class.octets():
		return compareOctets
	case signed(a.class) && signed(b.class):
		return compareSigned
	case signed(a.class):
		return func(x, y *value) int { return compareMixed(x, y) }
	case signed(b.class):
		return func(x, y *value) int { return -compareMixed(y, x) }
	}
	return compareUnsigned
}

// name is how an operand is called in an error.
func name(n *node) string {
	switch n.kind {
	case nodeWord:
		return n.text
	case nodeString, nodeChar:
		return strconv.Quote(n.text)
	case nodeCall:
		return n.text + "()"
	case nodeSlice, nodeLayer:
		return name(n.kids[0]) + "[…]"
	}
	return "the result"
}

func (c *checker) contains(n *node) tester {
	a := c.known(n.kids[0], "only a field can contain something")
	if !a.class.searchable() {
		fail(n.kids[0].span, "%s is %v, which cannot contain anything; string(%s) can", name(n.kids[0]), a.class, name(n.kids[0]))
	}
	b := c.expr(n.kids[1])
	if b.lit != nil {
		like := a
		if like.class == macClass {
			like.class = bytesClass // a part of an address, too
		}
		b = b.as(like)
	}
	if !b.class.searchable() {
		fail(n.kids[1].span, "%s is %v: only text and octets can be contained", name(n.kids[1]), b.class)
	}
	return &relation{a: whole(a.operand), b: b.operand, cmp: compareContains, accept: equal, all: n.all == 'a'}
}

// maxPattern bounds what a pattern can cost in memory.
const maxPattern = 4 << 10

func (c *checker) matches(n *node) tester {
	a := c.known(n.kids[0], "only a field can match something")
	if !a.class.searchable() || a.class == macClass {
		fail(n.kids[0].span, "%s is %v, which cannot be matched; string(%s) can", name(n.kids[0]), a.class, name(n.kids[0]))
	}
	p := n.kids[1]
	if p.kind != nodeString {
		fail(p.span, "a pattern is written in double quotes")
	}
	if len(p.text) > maxPattern {
		fail(p.span, "the pattern is longer than %d octets", maxPattern)
	}
	re, err := regexp.Compile("(?i)" + p.text)
	if err != nil {
		fail(p.span, "not a regular expression: %s", strings.TrimPrefix(err.Error(), "error parsing regexp: "))
	}
	return &pattern{a: whole(a.operand), re: re, all: n.all == 'a'}
}

// whole lets a protocol's value reach over all that its layer carries, as
// contains and matches have it.
func whole(o operand) operand {
	if p, ok := o.(*proto); ok {
		return &proto{name: p.name, layers: p.layers, whole: true}
	}
	return o
}

func (c *checker) member(n *node) tester {
	left := n.kids[0]
	a := c.known(left, "only a field can be in a set")
	out := &member{a: a.operand, all: n.all == 'a'}
	one := func(k *node) (operand, func(x, y *value) int) {
		b := c.expr(k).as(a)
		return b.operand, c.comparison(&node{span: k.span, kids: []*node{left, k}}, a, b)
	}
	for _, k := range n.kids[1:] {
		var e element
		if k.kind != nodeRange {
			e.low, e.cmpLow = one(k)
		} else {
			e.low, e.cmpLow = one(k.kids[0])
			e.high, e.cmpHigh = one(k.kids[1])
			low, ok1 := e.low.(*constant)
			high, ok2 := e.high.(*constant)
			if ok1 && ok2 && e.cmpLow(&low.value, &high.value) > 0 {
				fail(k.span, "the range is empty: its first value is the larger one")
			}
		}
		out.set = append(out.set, e)
	}
	return out
}

func (c *checker) arith(n *node) typed {
	if len(n.kids) == 1 { // minus
		t := c.known(n.kids[0], "minus is for fields")
		if !t.class.number() && t.class != durClass {
			fail(n.span, "%s is %v, which has no negative", name(n.kids[0]), t.class)
		}
		if t.class == uintClass {
			t.class = intClass
		}
		return typed{operand: &negative{t.operand}, class: t.class}
	}
	a, b := c.expr(n.kids[0]), c.expr(n.kids[1])
	if a.lit != nil && b.lit != nil {
		misspelt(n.kids)
		// Only numbers make sense without a field to say what they are.
		a = a.as(typed{class: intClass})
	}
	// What is added to a time is a duration, and a mask may be larger than
	// the field's values.
	free := func(t typed) typed {
		if t.class == timeClass {
			t.class = durClass
		}
		t.max = 0
		return t
	}
	if a.lit != nil {
		a = a.as(free(b))
	} else {
		b = b.as(free(a))
	}
	out := typed{class: a.class, operand: &arith{op: n.text[0], a: a.operand, b: b.operand, signed: a.class == intClass || b.class == intClass || a.class == durClass, octets: a.class.octets()}}
	var ok bool
	switch n.text {
	case "&":
		ok = a.class.number() && b.class.number() || a.class.sliceable() && b.class.sliceable()
		if a.class.octets() {
			out.class = bytesClass
		}
	case "+", "-":
		ok = a.class.number() && b.class.number() || b.class == durClass && (a.class == durClass || a.class == timeClass)
		if n.text == "-" && a.class == timeClass && b.class == timeClass {
			ok, out.class = true, durClass
		}
	default:
		ok = a.class.number() && b.class.number()
	}
	if b.class == intClass && a.class == uintClass {
		out.class = intClass
	}
	if !ok {
		fail(n.span, "%s is %v and %s is %v: %s cannot be used on them", name(n.kids[0]), a.class, name(n.kids[1]), b.class, n.text)
	}
	return out
}

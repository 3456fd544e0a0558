package display

import (
	"net/netip"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

func (c *checker) call(n *node) typed {
	switch n.text {
	case "max", "min":
		return c.extreme(n)
	case "len", "count", "upper", "lower", "string", "abs":
	default:
		fail(span{n.off, len(n.text)}, "there is no function %s; there are len, count, upper, lower, string, max, min and abs", n.text)
	}
	if len(n.kids) != 1 {
		fail(n.span, "%s takes one argument, not %d", n.text, len(n.kids))
	}
	arg := n.kids[0]
	t := c.known(arg, n.text+" takes a field")
	need := func(ok bool) {
		if !ok {
			fail(arg.span, "%s is %v, which %s does not take", name(arg), t.class, n.text)
		}
	}
	switch n.text {
	case "len":
		need(t.class.octets())
		return typed{operand: &apply{t.operand, length}, class: uintClass}
	case "count":
		return typed{operand: &tally{t.operand}, class: uintClass}
	case "upper":
		need(t.class == textClass)
		return typed{operand: &apply{t.operand, upper}, class: textClass}
	case "lower":
		need(t.class == textClass)
		return typed{operand: &apply{t.operand, lower}, class: textClass}
	case "abs":
		need(t.class.number() || t.class == durClass)
		if t.class == uintClass {
			return t
		}
		return typed{operand: &apply{t.operand, absolute}, class: t.class}
	}
	write := writers[t.class]
	need(write != nil)
	return typed{operand: &apply{t.operand, write}, class: textClass}
}

// apply changes each value.
type apply struct {
	a  operand
	do func(m *machine, v value) value
}

func (t *apply) push(m *machine) {
	base := len(m.stack)
	t.a.push(m)
	for i := base; i < len(m.stack); i++ {
		m.stack[i] = t.do(m, m.stack[i])
	}
}

func length(_ *machine, v value) value { return value{num: uint64(len(v.b))} }

func absolute(_ *machine, v value) value {
	if int64(v.num) < 0 {
		v.num = -v.num
	}
	return v
}

func upper(m *machine, v value) value {
	start := len(m.scratch)
	for _, c := range v.b {
		if c >= 'a' && c <= 'z' {
			c -= 'a' - 'A'
		}
		m.scratch = append(m.scratch, c)
	}
	return m.made(start)
}

func lower(m *machine, v value) value {
	start := len(m.scratch)
	for _, c := range v.b {
		if c >= 'A' && c <= 'Z' {
			c += 'a' - 'A'
		}
		m.scratch = append(m.scratch, c)
	}
	return m.made(start)
}

// writers write values as text; what has none cannot be written.
var writers = [...]func(m *machine, v value) value{
	uintClass: func(m *machine, v value) value {
		start := len(m.scratch)
		m.scratch = strconv.AppendUint(m.scratch, v.num, 10)
		return m.made(start)
	},
	intClass: func(m *machine, v value) value {
		start := len(m.scratch)
		m.scratch = strconv.AppendInt(m.scratch, int64(v.num), 10)
		return m.made(start)
	},
	macClass: func(m *machine, v value) value {
		start := len(m.scratch)
		m.scratch = wire.MAC(v.b).AppendTo(m.scratch)
		return m.made(start)
	},
	ipv4Class:  writeAddress,
	ipv6Class:  writeAddress,
	protoClass: nil,
}

func writeAddress(m *machine, v value) value {
	start := len(m.scratch)
	a, _ := netip.AddrFromSlice(v.b)
	m.scratch = a.AppendTo(m.scratch)
	return m.made(start)
}

// tally counts values.
type tally struct{ a operand }

func (t *tally) push(m *machine) {
	base := len(m.stack)
	t.a.push(m)
	if n := len(m.stack) - base; n > 0 {
		m.stack = append(m.stack[:base], value{num: uint64(n)})
	}
}

// extreme is max() and min().
func (c *checker) extreme(n *node) typed {
	args := make([]typed, len(n.kids))
	first := -1
	for i, k := range n.kids {
		args[i] = c.expr(k)
		if args[i].lit == nil && first < 0 {
			first = i
		}
	}
	if first < 0 {
		fail(n.span, "%s needs a field among its arguments", n.text)
	}
	like := args[first]
	out := &best{sign: map[string]int{"max": 1, "min": -1}[n.text]}
	for i, k := range n.kids {
		t := args[i].as(like)
		if t.class != like.class {
			fail(k.span, "%s is %v; the arguments have to be of one type, here %v", name(k), t.class, like.class)
		}
		out.args = append(out.args, t.operand)
		out.cmp = c.comparison(&node{span: k.span, kids: []*node{n.kids[first], k}}, like, t)
	}
	return typed{operand: out, class: like.class, defs: like.defs, max: like.max}
}

type best struct {
	args []operand
	cmp  func(x, y *value) int
	sign int
}

func (t *best) push(m *machine) {
	base := len(m.stack)
	for _, a := range t.args {
		before := len(m.stack)
		if a.push(m); len(m.stack) == before {
			m.stack = m.stack[:base]
			return
		}
	}
	top := base
	for i := base + 1; i < len(m.stack); i++ {
		if t.cmp(&m.stack[i], &m.stack[top])*t.sign > 0 {
			top = i
		}
	}
	m.stack = append(m.stack[:base], m.stack[top])
}

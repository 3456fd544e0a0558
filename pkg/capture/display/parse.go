package display

// The grammar, loosest binding first:
//
//	test     = conj { "or" conj }     conj = both { "xor" both }
//	both     = not { "and" not }      not  = "not" not | "(" test ")" | relation
//	relation = ["any"|"all"] sum [ op sum { op sum } | ["not"] "in" "{" set "}" ]
//	sum      = add { "&" add }        add = mul { "+"|"-" mul }
//	mul      = unary { "*"|"/"|"%" unary }
//	unary    = "-" unary | operand { slice | layer }
//	operand  = "{" sum "}" | name "(" sum { "," sum } ")" | name | literal

// MaxLen is the longest filter, in octets, MaxDepth how deep one may nest.
const (
	MaxLen   = 16 << 10
	MaxDepth = 100
)

// A node is a part of the filter before names and types are known.
type node struct {
	span
	kind nodeKind
	text string // an operator, a word, a string's value, a function's name, what is between […]
	raw  bool
	kids []*node
	all  byte // of a relation: 'a' for all, 'o' for any, 0 for neither
}

type nodeKind uint8

const (
	nodeLogic    nodeKind = iota // && || ^^ !
	nodeRelation                 // kids compared, text says how
	nodeIn                       // kids[0] in the others, each nodeRange or an operand
	nodeRange                    // kids[0] .. kids[1]
	nodeExists
	nodeArith // & + - * / %, or - with one kid
	nodeWord
	nodeString
	nodeChar
	nodeCall
	nodeSlice // of kids[0]
	nodeLayer // of kids[0]
)

type parser struct {
	list  []token
	at    int
	depth int
}

func parse(s string) *node {
	p := &parser{list: lex(s)}
	n := p.test()
	if t := p.peek(); t.kind != tokEnd {
		fail(t.span, "%q was not expected here", s[t.off:t.off+t.len])
	}
	return n
}

func (p *parser) peek() token { return p.list[p.at] }

func (p *parser) next() token {
	t := p.list[p.at]
	if t.kind != tokEnd {
		p.at++
	}
	return t
}

// take consumes an operator if it is one of these.
func (p *parser) take(ops ...string) (token, bool) {
	t := p.peek()
	for _, op := range ops {
		if t.kind == tokOp && t.text == op {
			return p.next(), true
		}
	}
	return t, false
}

func (p *parser) expect(op, why string) token {
	t, ok := p.take(op)
	if !ok {
		fail(t.span, "%s is missing: %s", op, why)
	}
	return t
}

func (p *parser) enter(t token) {
	if p.depth++; p.depth > MaxDepth {
		fail(t.span, "nested more than %d deep", MaxDepth)
	}
}

func (p *parser) binary(kind nodeKind, below func() *node, ops ...string) *node {
	n := below()
	for {
		op, ok := p.take(ops...)
		if !ok {
			return n
		}
		right := below()
		n = &node{kind: kind, span: n.span.to(right.span), text: op.text, kids: []*node{n, right}}
	}
}

func (p *parser) test() *node { return p.binary(nodeLogic, p.conj, "||") }
func (p *parser) conj() *node { return p.binary(nodeLogic, p.both, "^^") }
func (p *parser) both() *node { return p.binary(nodeLogic, p.not, "&&") }

func (p *parser) not() *node {
	t := p.peek()
	p.enter(t)
	defer func() { p.depth-- }()
	if _, ok := p.take("!"); ok {
		n := p.not()
		return &node{kind: nodeLogic, span: t.span.to(n.span), text: "!", kids: []*node{n}}
	}
	if _, ok := p.take("("); ok {
		n := p.test()
		p.expect(")", "it closes the parenthesis")
		return n
	}
	return p.relation()
}

var relations = []string{"==", "!=", "===", "!==", "~=", ">", "<", ">=", "<=", "contains", "~"}

func (p *parser) relation() *node {
	var all byte
	first := p.peek()
	if t, ok := p.take("any", "all"); ok {
		all = map[string]byte{"any": 'o', "all": 'a'}[t.text]
	}
	left := p.sum()
	span := first.span.to(left.span)
	if not, ok := p.take("!"); ok {
		p.at--
		if p.list[p.at+1].kind != tokOp || p.list[p.at+1].text != "in" {
			fail(not.span, "only in may follow not here")
		}
		p.at++
		n := p.set(left, all)
		return &node{kind: nodeLogic, span: n.span, text: "!", kids: []*node{n}}
	}
	if t := p.peek(); t.kind == tokOp && t.text == "in" {
		return p.set(left, all)
	}
	var n *node
	for {
		op, ok := p.take(relations...)
		if !ok {
			break
		}
		right := p.sum()
		r := &node{kind: nodeRelation, span: left.span.to(right.span), text: op.text, kids: []*node{left, right}, all: all}
		if n == nil {
			n = r
		} else { // a < b < c
			n = &node{kind: nodeLogic, span: n.span.to(r.span), text: "&&", kids: []*node{n, r}}
		}
		left = right
	}
	if n != nil {
		return n
	}
	if all != 0 {
		fail(span, "%s needs a comparison", first.text)
	}
	return &node{kind: nodeExists, span: span, kids: []*node{left}}
}

func (p *parser) set(left *node, all byte) *node {
	p.next() // in
	p.expect("{", "a set is written in braces")
	n := &node{kind: nodeIn, kids: []*node{left}, all: all}
	for {
		e := p.sum()
		if _, ok := p.take(".."); ok {
			to := p.sum()
			e = &node{kind: nodeRange, span: e.span.to(to.span), kids: []*node{e, to}}
		}
		n.kids = append(n.kids, e)
		if t, ok := p.take("}"); ok {
			n.span = left.span.to(t.span)
			return n
		}
		p.take(",") // older filters have only a space
		if t := p.peek(); t.kind == tokEnd {
			fail(t.span, "} is missing: it closes the set")
		}
	}
}

func (p *parser) sum() *node { return p.binary(nodeArith, p.add, "&") }
func (p *parser) add() *node { return p.binary(nodeArith, p.mul, "+", "-") }
func (p *parser) mul() *node { return p.binary(nodeArith, p.unary, "*", "/", "%") }

func (p *parser) unary() *node {
	t := p.peek()
	p.enter(t)
	defer func() { p.depth-- }()
	if _, ok := p.take("-"); ok {
		n := p.unary()
		if n.kind == nodeWord && isDigit(n.text[0]) {
			return &node{kind: nodeWord, span: t.span.to(n.span), text: "-" + n.text}
		}
		return &node{kind: nodeArith, span: t.span.to(n.span), text: "-", kids: []*node{n}}
	}
	n := p.operand()
	for {
		switch t := p.peek(); t.kind {
		case tokSlice, tokLayer:
			kind := nodeSlice
			if t.kind == tokLayer {
				kind = nodeLayer
			}
			p.enter(t)
			defer func() { p.depth-- }()
			n = &node{kind: kind, span: n.span.to(t.span), text: t.text, kids: []*node{n}}
			p.next()
		default:
			return n
		}
	}
}

func (p *parser) operand() *node {
	t := p.next()
	n := &node{span: t.span, text: t.text, raw: t.raw}
	switch {
	case t.kind == tokString:
		n.kind = nodeString
	case t.kind == tokChar:
		n.kind = nodeChar
	case t.kind == tokWord:
		n.kind = nodeWord
		if _, ok := p.take("("); ok {
			n.kind = nodeCall
			for {
				n.kids = append(n.kids, p.sum())
				if _, ok := p.take(","); !ok {
					break
				}
			}
			n.span = n.span.to(p.expect(")", "it closes the arguments").span)
		}
	case t.kind == tokOp && t.text == "{":
		n = p.sum()
		p.expect("}", "it closes the group")
	case t.kind == tokEnd:
		fail(t.span, "the filter ends where a field or a value was expected")
	default:
		fail(t.span, "a field or a value was expected here")
	}
	return n
}

package pcapfilter

import "fmt"

// A recursive-descent parser of the grammar of pcap-filter(7). Three things
// are not as in other languages:
//
//   - "and" and "or" have the same precedence and associate to the left.
//   - An id without qualifiers takes those of the id before it, in the order of
//     the text: "tcp port 80 or 443". A protocol's name or a relation has none
//     to give, and a group in parentheses gives what stood before it.
//   - In parentheses stand either ids only, "port (80 or 443)", or an
//     expression, whose first member is no bare id.

type parser struct {
	toks  []token
	i     int
	depth int
}

func parse(s string) (expr, *SyntaxError) {
	toks, err := scan(s)
	if err != nil {
		return nil, err
	}
	if len(toks) == 1 {
		return nil, nil
	}
	p := &parser{toks: toks}
	e, err := p.expression(qualifiers{})
	if err != nil {
		return nil, err
	}
	if t := p.peek(); t.kind != tEnd {
		return nil, p.unexpected(`"and", "or" or the end`)
	}
	return e, nil
}

func (p *parser) peek() *token { return &p.toks[p.i] }

// take returns the token and goes on, but never past tEnd.
func (p *parser) take() *token {
	t := &p.toks[p.i]
	if t.kind != tEnd {
		p.i++
	}
	return t
}

// accept takes the token if it is the keyword or operator w.
func (p *parser) accept(w word) bool {
	if p.peek().is(w) {
		p.i++
		return true
	}
	return false
}

func (p *parser) unexpected(expected string) *SyntaxError {
	t := p.peek()
	return &SyntaxError{Offset: t.at, What: "unexpected " + t.String(), Expected: expected, Err: ErrSyntax}
}

func (p *parser) enter() *SyntaxError {
	if p.depth++; p.depth > maxDepth {
		return &SyntaxError{Offset: p.peek().at, What: fmt.Sprintf("nested deeper than %d", maxDepth), Err: ErrTooLong}
	}
	return nil
}

// form tells what a member of an expression was, which decides where it may
// stand and what may follow it.
type form uint8

const (
	formTerm   form = iota
	formID          // an id that may begin a list of ids
	formIDList      // a list of ids in parentheses, which may not
)

// want tells what may stand at some place.
type want uint8

const (
	wantTerm want = 1 << iota
	wantID
)

// expression parses members joined by and and or; the first is no bare id.
func (p *parser) expression(ctx qualifiers) (expr, *SyntaxError) {
	first, q, _, err := p.member(ctx, wantTerm)
	if err != nil {
		return nil, err
	}
	e, _, err := p.joined(first, q, wantTerm|wantID)
	return e, err
}

// joined parses what follows the first member.
func (p *parser) joined(e expr, q qualifiers, w want) (expr, qualifiers, *SyntaxError) {
	for {
		t := p.peek()
		if !t.is(wAnd) && !t.is(wOr) {
			return e, q, nil
		}
		p.take()
		r, rq, _, err := p.member(q, w)
		if err != nil {
			return nil, q, err
		}
		e, q = &logic{pos(t.at), t.word == wOr, e, r}, rq
	}
}

// member parses one member. It returns the qualifiers that a bare id after it
// inherits.
func (p *parser) member(ctx qualifiers, w want) (expr, qualifiers, form, *SyntaxError) {
	if err := p.enter(); err != nil {
		return nil, ctx, 0, err
	}
	defer func() { p.depth-- }()
	t := p.peek()
	if t.is(wNot) {
		p.take()
		x, q, f, err := p.member(ctx, w)
		if f == formIDList {
			f = formID
		}
		return &negation{pos(t.at), x}, q, f, err
	}
	if w&wantTerm != 0 {
		if r, err := p.relation(); r != nil || err != nil {
			return r, qualifiers{}, formTerm, err
		}
	}
	if t.is(wOpen) {
		return p.group(ctx, w)
	}
	if t.kind != tWord && w&wantID != 0 && t.kind != tEnd {
		id, err := p.id()
		return &match{pos(t.at), ctx, id}, ctx, formID, err
	}
	if t.kind == tWord && w&wantTerm != 0 {
		e, q, err := p.term()
		return e, q, formTerm, err
	}
	switch {
	case t.kind == tWord && t.word.isProto() && w == wantID:
		return nil, ctx, 0, p.unexpected(fmt.Sprintf(`a name or a number (a name that is also a keyword is written "\%s")`, t.text))
	case w == wantID:
		return nil, ctx, 0, p.unexpected("an address, a name or a number")
	case t.kind != tWord && t.kind != tEnd:
		return nil, ctx, 0, p.unexpected(`a qualifier before it, such as "host" or "port"`)
	}
	return nil, ctx, 0, p.unexpected("a primitive")
}

// group parses what stands in parentheses.
func (p *parser) group(ctx qualifiers, w want) (expr, qualifiers, form, *SyntaxError) {
	p.take()
	e, q, f, err := p.member(ctx, w)
	if err != nil {
		return nil, ctx, f, err
	}
	inner := want(wantTerm | wantID)
	if f != formTerm {
		inner = wantID
		if f == formIDList && !p.peek().is(wClose) {
			return nil, ctx, f, p.unexpected(`")": a list in parentheses does not begin with another`)
		}
	}
	if e, q, err = p.joined(e, q, inner); err != nil {
		return nil, ctx, f, err
	}
	if !p.accept(wClose) {
		return nil, ctx, f, p.unexpected(`"and", "or" or ")"`)
	}
	if f == formTerm {
		return e, ctx, formTerm, nil
	}
	return e, q, formIDList, nil
}

// id parses a name, an address or a number.
func (p *parser) id() (identifier, *SyntaxError) {
	t := p.take()
	id := identifier{text: t.text, n: t.n, addr: t.addr, mac: t.mac}
	switch t.kind {
	case tNumber:
		id.kind = idNumber
	case tName:
		if id.text[0] == '\\' {
			id.text = id.text[1:]
		}
	case tMAC:
		id.kind = idMAC
	case tARCnet:
		return id, lexError(t.at, ErrUnsupported, "%s is an ARCnet address, and no link type with those is supported", t)
	case tDotted:
		id.kind = idDotted
		switch {
		case p.accept(wDiv):
			id.kind = idPrefix
			return id, p.number(&id.n)
		case p.accept(wMask):
			if p.peek().kind != tDotted {
				return id, p.unexpected("a network mask such as 255.255.0.0")
			}
			id.kind, id.mask = idMask, p.take().text
		}
	case tIPv6:
		id.kind = idIPv6
		if p.accept(wDiv) {
			id.kind = idIPv6Len
			return id, p.number(&id.n)
		}
	}
	return id, nil
}

// number parses a plain number.
func (p *parser) number(n *uint32) *SyntaxError {
	if p.peek().kind != tNumber {
		return p.unexpected("a number")
	}
	*n = p.take().n
	return nil
}

// optionalNumber parses a number, which may stand in parentheses, if one
// follows.
func (p *parser) optionalNumber() (n uint32, ok bool, err *SyntaxError) {
	open := 0
	for p.accept(wOpen) {
		open++
	}
	if p.peek().kind != tNumber {
		if open > 0 {
			return 0, false, p.unexpected("a number")
		}
		return 0, false, nil
	}
	n = p.take().n
	for ; open > 0; open-- {
		if !p.accept(wClose) {
			return 0, false, p.unexpected(`")"`)
		}
	}
	return n, true, nil
}

// term parses a primitive that begins with a keyword, and is no relation.
func (p *parser) term() (expr, qualifiers, *SyntaxError) {
	start := p.peek()
	q := qualifiers{set: true}
	if start.word.isProto() {
		q.proto = p.take().word
	}
	t := p.peek()
	at := pos(start.at)
	if t.kind == tWord {
		switch t.word {
		case wSrc, wDst:
			return p.headed(q)
		case wHost, wNet, wPort, wPortrange, wProto, wGateway:
			return p.headed(q)
		case wProtochain:
			return nil, q, lexError(t.at, ErrUnsupported,
				"protochain follows a chain of headers of any length, which takes a loop, and BPF has none")
		case wBroadcast, wMulticast:
			p.take()
			return &cast{at, q.proto, t.word}, qualifiers{}, nil
		case wWLAN:
			return nil, q, lexError(t.at, ErrUnsupported, "%s is about 802.11 headers, and no link type with those is supported", t)
		}
	}
	if q.proto != none {
		return &abbreviation{at, q.proto}, qualifiers{}, nil
	}
	p.take()
	e, err := p.special(start)
	return e, qualifiers{}, err
}

// headed parses direction and type, and the id that they are about.
func (p *parser) headed(q qualifiers) (expr, qualifiers, *SyntaxError) {
	if t := p.peek(); t.is(wSrc) || t.is(wDst) {
		q.dir = p.take().word
		other := wSrc + wDst - q.dir
		if j := p.peek(); j.is(wOr) || j.is(wAnd) {
			p.take()
			if !p.accept(other) {
				return nil, q, p.unexpected(fmt.Sprintf("%q", [...]string{"src", "dst"}[other-wSrc]))
			}
			q.dir = wSrcOrDst
			if j.word == wAnd {
				q.dir = wSrcAndDst
			}
		}
	}
	if t := p.peek(); t.kind == tWord {
		switch t.word {
		case wHost, wNet, wPort, wPortrange:
			q.kind = p.take().word
		case wProto, wGateway:
			if q.dir == none {
				q.kind = p.take().word
			}
		}
	}
	e, q, _, err := p.member(q, wantID)
	return e, q, err
}

// special parses the primitives with a form of their own; their keyword t has
// been taken.
func (p *parser) special(t *token) (expr, *SyntaxError) {
	at := pos(t.at)
	switch t.word {
	case wLess, wGreater:
		e := &length{pos: at, greater: t.word == wGreater}
		return e, p.number(&e.n)
	case wByte:
		e := &byteTest{pos: at}
		if err := p.number(&e.at); err != nil {
			return nil, err
		}
		switch op := p.peek(); {
		case op.is(wBitAnd), op.is(wBitOr), op.is(wLt), op.is(wGt), op.is(wEq):
			e.op = p.take().word
		default:
			return nil, p.unexpected(`one of & | < > =`)
		}
		return e, p.number(&e.n)
	case wInbound, wOutbound:
		return &direction{at, t.word == wOutbound}, nil
	case wIfindex:
		e := &ifindex{pos: at}
		return e, p.number(&e.n)
	case wPPPoED:
		return &encap{pos: at, kind: t.word}, nil
	case wVLAN, wMPLS, wPPPoES, wGeneve:
		e := &encap{pos: at, kind: t.word}
		var err *SyntaxError
		e.n, e.has, err = p.optionalNumber()
		return e, err
	case wLLC:
		e := &llc{pos: at}
		if n := p.peek(); n.kind == tName || n.is(wRnr) {
			e.name = p.take().text
		}
		return e, nil
	case wPF, wRnr:
		return nil, lexError(t.at, ErrUnsupported, "%s is about the log of the pf firewall, a link type that is not supported", t)
	case wATM:
		return nil, lexError(t.at, ErrUnsupported, "%s is about raw ATM, a link type that is not supported", t)
	case wSS7:
		return nil, lexError(t.at, ErrUnsupported, "%s is about MTP2 and MTP3 of SS7, link types that are not supported", t)
	}
	p.i--
	return nil, p.unexpected("a primitive")
}

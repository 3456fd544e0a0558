package pcapfilter

import "fmt"

// strength orders the operators: | is the weakest. % and ^ have none: whatever
// stands around them, they bind what follows, as far as it goes, so that
// "8 % 3 + 1" is 8 % 4.
var strength = map[word]int{
	wBitOr: 1, wBitAnd: 2, wLsh: 3, wRsh: 3, wAdd: 4, wSub: 4, wMul: 5, wDiv: 5,
}

const unaryStrength = 6

// relation parses "arith relop arith". It returns nil, and has taken nothing,
// if no such thing stands here.
func (p *parser) relation() (expr, *SyntaxError) {
	start := p.i
	switch t := p.peek(); {
	case t.kind == tNumber, t.is(wLen), t.is(wSub), t.is(wOpen):
	case t.kind == tWord && t.word.isProto() && p.toks[p.i+1].is(wOpenIndex):
	default:
		return nil, nil
	}
	committed := !p.peek().is(wOpen) && p.peek().kind != tNumber
	l, err := p.arith(0)
	op := p.peek()
	if err != nil || op.kind != tWord || op.word < wEq || op.word > wGe {
		if committed || err != nil && err.Err == ErrTooLong {
			if err == nil {
				err = p.unexpected("a comparison such as = or >")
			}
			return nil, err
		}
		p.i = start
		return nil, nil
	}
	p.take()
	r, err := p.arith(0)
	if err != nil {
		return nil, err
	}
	return &relation{pos(op.at), op.word, l, r}, nil
}

// arith parses operators stronger than min.
func (p *parser) arith(min int) (arith, *SyntaxError) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	l, err := p.operand()
	if err != nil {
		return nil, err
	}
	for {
		t := p.peek()
		free := t.is(wMod) || t.is(wXor)
		s, binary := strength[t.word]
		if t.kind != tWord || !free && (!binary || s <= min) {
			return l, nil
		}
		p.take()
		r, err := p.arith(s)
		if err != nil {
			return nil, err
		}
		l = &operation{pos(t.at), t.word, l, r}
	}
}

func (p *parser) operand() (arith, *SyntaxError) {
	t := p.take()
	at := pos(t.at)
	switch {
	case t.kind == tNumber:
		return &number{at, t.n}, nil
	case t.is(wLen):
		return &packetLen{at}, nil
	case t.is(wSub):
		x, err := p.arith(unaryStrength)
		return &minus{at, x}, err
	case t.is(wOpen):
		x, err := p.arith(0)
		if err == nil && !p.accept(wClose) {
			err = p.unexpected(`an operator or ")"`)
		}
		return x, err
	case t.kind == tWord && t.word.isProto() && p.accept(wOpenIndex):
		a := &access{pos: at, proto: t.word, size: 1}
		var err *SyntaxError
		if a.at, err = p.arith(0); err != nil {
			return nil, err
		}
		if p.accept(wColon) {
			sizeAt := p.peek().at
			if err := p.number(&a.size); err != nil {
				return nil, err
			}
			if a.size != 1 && a.size != 2 && a.size != 4 {
				return nil, &SyntaxError{Offset: sizeAt, What: fmt.Sprintf("the size of a field is %d", a.size), Expected: "1, 2 or 4", Err: ErrValue}
			}
		}
		if !p.accept(wCloseIndex) {
			return nil, p.unexpected(`"]"`)
		}
		return a, nil
	}
	if t.kind != tEnd {
		p.i--
	}
	return nil, p.unexpected(`a number, "len", or a field such as ip[9]`)
}

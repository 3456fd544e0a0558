package pcapfilter

// relation compares two arithmetic expressions. The protocols that they look
// into are tested first.
func (g *generator) relation(e *relation) cond {
	lTests, l := g.arith(e.l)
	rTests, r := g.arith(e.r)
	var c cond
	switch e.op {
	case wEq:
		c = compare(opEq, l, r)
	case wNe:
		c = invert(compare(opEq, l, r))
	case wGt:
		c = compare(opGt, l, r)
	case wLe:
		c = invert(compare(opGt, l, r))
	case wGe:
		c = compare(opGe, l, r)
	default:
		c = invert(compare(opGe, l, r))
	}
	return all(append(append(lTests, rTests...), c)...)
}

// arith returns what must be true before the value may be computed, and the
// value.
func (g *generator) arith(a arith) ([]cond, *value) {
	tests, v := g.compute(a)
	if len(v.key) > maxArithmetic {
		g.at = a.position()
		g.refuse(ErrTooLong, "the arithmetic expression is too long")
	}
	return tests, v
}

func (g *generator) compute(a arith) ([]cond, *value) {
	switch a := a.(type) {
	case *number:
		return nil, constant(a.n)
	case *packetLen:
		return nil, packetLength
	case *minus:
		tests, v := g.arith(a.x)
		return tests, alu(wMul, v, constant(1<<32-1))
	case *operation:
		// As in libpcap, only the left side's protocols are tested: 1 + ip[8]
		// loads the byte also from what is not IP.
		tests, l := g.arith(a.l)
		_, r := g.arith(a.r)
		g.at = a.position()
		switch {
		case (a.op == wDiv || a.op == wMod) && r.isConst(0):
			g.refuse(ErrValue, "division by zero")
		case (a.op == wLsh || a.op == wRsh) && r.op == vConst && r.k > 31:
			if _, literal := a.r.(*number); literal {
				g.refuse(ErrValue, "shift by %d, more than 31 bits", r.k)
			}
			return tests, constant(0)
		}
		return tests, alu(a.op, l, r)
	case *access:
		tests, index := g.arith(a.at)
		g.at = a.position()
		return g.access(a, tests, index)
	}
	panic("pcapfilter: arithmetic of unknown type")
}

// access is a field of a header, with the tests that the header is there.
func (g *generator) access(a *access, tests []cond, index *value) ([]cond, *value) {
	// from loads at index, counted from o.
	from := func(o offset) *value {
		if o.slot != nil {
			index = alu(wAdd, index, o.slot)
		}
		return load(a.size, o.fixed, index)
	}
	switch a.proto {
	case wLink:
		return tests, from(g.header)
	case wIP, wARP, wRARP, wATalk, wDECnet, wSCA, wLAT, wMOPRC, wMOPDL, wIP6:
		return append(tests, g.abbreviation(a.proto)), from(g.payload.plus(g.net))
	case wICMP6:
		return append(tests, g.ip6Proto(protoICMP6)), from(g.payload.plus(g.net + 40))
	case wSCTP, wTCP, wUDP, wICMP, wIGMP, wIGRP, wPIM, wVRRP, wCARP:
		// Only over IPv4, and only in the first fragment.
		tests = append([]cond{g.linkProto(typeIP)}, tests...)
		tests = append(tests, g.abbreviation(a.proto), g.firstFragment())
		header := g.ipv4HeaderLen()
		if index.op != vConst {
			return tests, load(a.size, g.payload.fixed+g.net, alu(wAdd, index, header))
		}
		return tests, load(a.size, g.payload.fixed+g.net+index.k, header)
	}
	g.refuse(ErrUnsupported, "the header of %s cannot be looked into", protoNames[a.proto])
	return nil, nil
}

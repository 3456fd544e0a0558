package pcapfilter

// cond is a node of the tree between the expression and the blocks: what is
// tested, in the order in which the tests are made. A load beyond the packet's
// end rejects the packet at once, so the order is part of the meaning.
type cond interface{ condNode() }

type (
	// test compares l with r. A test of constants does not occur.
	test struct {
		op   testOp
		l, r *value
	}
	// assign sets a scratch word and is true.
	assign struct {
		slot uint32
		v    *value
	}
	both struct{ l, r cond } // l and r
	any2 struct{ l, r cond } // l or r
	not  struct{ x cond }
	// fixed is true or false, whatever the packet.
	fixed bool
)

func (*test) condNode()   {}
func (*assign) condNode() {}
func (*both) condNode()   {}
func (*any2) condNode()   {}
func (*not) condNode()    {}
func (fixed) condNode()   {}

type testOp uint8

const (
	opEq  testOp = iota
	opGt         // unsigned
	opGe         // unsigned
	opSet        // l & r != 0
)

func (op testOp) holds(l, r uint32) bool {
	switch op {
	case opEq:
		return l == r
	case opGt:
		return l > r
	case opGe:
		return l >= r
	}
	return l&r != 0
}

// compare makes a test, with a constant on the right if there is one.
func compare(op testOp, l, r *value) cond {
	switch {
	case l.op == vConst && r.op == vConst:
		return fixed(op.holds(l.k, r.k))
	case l.op == vConst && op == opGt: // l > r is not r >= l
		return invert(compare(opGe, r, l))
	case l.op == vConst && op == opGe:
		return invert(compare(opGt, r, l))
	case l.op == vConst:
		l, r = r, l
	}
	if op == opEq && r.isConst(0) && l.op == vALU && l.alu == wBitAnd && l.r.op == vConst {
		return invert(&test{opSet, l.l, l.r})
	}
	return &test{op, l, r}
}

func is(v *value, k uint32) cond { return compare(opEq, v, constant(k)) }

// masked is v & mask == k.
func masked(v *value, mask, k uint32) cond { return is(alu(wBitAnd, v, constant(mask)), k) }

func all(cs ...cond) cond { return join(cs, func(l, r cond) cond { return &both{l, r} }) }

func either(cs ...cond) cond { return join(cs, func(l, r cond) cond { return &any2{l, r} }) }

func join(cs []cond, f func(l, r cond) cond) cond {
	c := cs[len(cs)-1]
	for i := len(cs) - 2; i >= 0; i-- {
		c = f(cs[i], c)
	}
	return c
}

func invert(c cond) cond { return &not{c} }

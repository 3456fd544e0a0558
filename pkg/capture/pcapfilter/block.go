package pcapfilter

// block is one test, or one assignment, and where to go from there. Blocks form
// a graph without cycles: a block's targets have smaller numbers than the block.
type block struct {
	kind  blockKind
	id    int
	op    testOp // kindTest
	l, r  *value // kindTest; l alone in kindAssign
	slot  uint32 // kindAssign
	t, f  *block // f is nil in kindAssign
	facts *fact
	seen  bool // facts are set: something leads here
}

type blockKind uint8

const (
	kindTest blockKind = iota
	kindAssign
	kindReturn
)

// graph is the program as blocks.
type graph struct {
	root, accept, reject *block
	order                []*block // what root leads to, from root to the returns
}

// lowering makes blocks from conditions, the last first.
type lowering struct{ n int }

func lower(c cond) *graph {
	var lo lowering
	reject := lo.add(block{kind: kindReturn})
	accept := lo.add(block{kind: kindReturn})
	return &graph{root: lo.cond(c, accept, reject), accept: accept, reject: reject}
}

func (lo *lowering) add(b block) *block {
	b.id = lo.n
	lo.n++
	return &b
}

// cond returns the block to begin with to get to t if c holds, and else to f.
func (lo *lowering) cond(c cond, t, f *block) *block {
	switch c := c.(type) {
	case *both:
		return lo.cond(c.l, lo.cond(c.r, t, f), f)
	case *any2:
		return lo.cond(c.l, t, lo.cond(c.r, t, f))
	case *not:
		return lo.cond(c.x, f, t)
	case fixed:
		if c {
			return t
		}
		return f
	case *assign:
		return lo.add(block{kind: kindAssign, l: c.v, slot: c.slot, t: t})
	}
	x := c.(*test)
	return lo.add(block{op: x.op, l: x.l, r: x.r, t: t, f: f})
}

// sort fills g.order.
func (g *graph) sort() {
	reached := make([]*block, g.root.id+1)
	reached[g.root.id] = g.root
	g.order = g.order[:0]
	for i := g.root.id; i >= 0; i-- {
		b := reached[i]
		if b == nil {
			continue
		}
		g.order = append(g.order, b)
		for _, next := range [2]*block{b.t, b.f} {
			if next != nil {
				reached[next.id] = next
			}
		}
	}
}

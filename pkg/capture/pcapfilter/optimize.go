package pcapfilter

// The blocks that lowering makes repeat tests: each member of "port 80" asks for
// the protocol again. Two steps take that out, in turns until nothing changes.
// Neither changes a verdict, because a test is left out only where the same
// value was loaded before on every way there, so that the load cannot be what
// rejects the packet, or where the packet is rejected anyway.
//
//	thread  An edge leads to a test whose outcome is known from the tests
//	        before it: lead it to where that outcome leads.
//	merge   Two blocks do the same and go on to the same blocks: keep one.
//
// Then tests of the same value in a list are put beside each other, so that the
// value is loaded once.

// fact is a test with its outcome, and before it the facts that were known when
// it was made: a list that blocks share.
type fact struct {
	op     testOp
	holds  bool
	k      uint32
	l      *value
	r      *value // nil where the test was against the constant k
	before *fact
	n      int // length of the list
}

// maxFacts bounds what is remembered on the way to a block. Beyond it, further
// facts are forgotten: the program gets longer, not wrong.
const maxFacts = 64

// maxRounds bounds the turns.
const maxRounds = 16

func optimize(g *graph) *graph {
	for range maxRounds {
		g.sort()
		threaded := g.thread()
		g.sort()
		if merged := g.merge(); !threaded && !merged {
			g.regroup()
			break
		}
	}
	g.sort()
	return g
}

// regroup sorts lists like "src port 1, dst port 1, src port 2 …": tests that
// are made one after the other, nowhere else, and all lead to the same block if
// they hold. Their order is free where all their values are known to lie within
// the packet, or, for the first one's value, will be known.
func (g *graph) regroup() {
	ways := make(map[*block]int, len(g.order))
	for _, b := range g.order {
		ways[b.t]++
		ways[b.f]++
	}
	done := make(map[*block]bool)
	for _, first := range g.order {
		if first.kind != kindTest || done[first] {
			continue
		}
		list := []*block{first}
		for b := first.f; b.kind == kindTest && b.t == first.t && ways[b] == 1 && loaded(b.r, first.facts); b = b.f {
			if b.l.key != first.l.key && !loaded(b.l, first.facts) {
				break
			}
			list = append(list, b)
			done[b] = true
		}
		groups := make(map[string][]block)
		var keys []string
		for _, b := range list {
			if groups[b.l.key] == nil {
				keys = append(keys, b.l.key)
			}
			groups[b.l.key] = append(groups[b.l.key], *b)
		}
		i := 0
		for _, key := range keys {
			for _, b := range groups[key] {
				list[i].op, list[i].l, list[i].r = b.op, b.l, b.r
				i++
			}
		}
	}
}

// thread goes through the blocks from the root, so that the facts of a block
// are complete when it is looked at.
func (g *graph) thread() bool {
	for _, b := range g.order {
		b.facts, b.seen = nil, false
	}
	g.root.seen = true
	changed := false
	for _, b := range g.order {
		if !b.seen {
			continue
		}
		switch b.kind {
		case kindTest:
			changed = follow(&b.t, withFact(b, true)) || changed
			changed = follow(&b.f, withFact(b, false)) || changed
		case kindAssign:
			kept := b.facts.filter(func(f *fact) bool {
				return !f.l.reads(b.slot) && (f.r == nil || !f.r.reads(b.slot))
			})
			changed = follow(&b.t, kept) || changed
		}
	}
	return changed
}

// follow leads an edge past all tests that the facts decide, and tells the block
// that it ends at.
func follow(edge **block, facts *fact) bool {
	b := *edge
	for b.kind == kindTest {
		holds, known := decide(b, facts)
		if !known {
			break
		}
		if holds {
			b = b.t
		} else {
			b = b.f
		}
	}
	changed := b != *edge
	*edge = b
	if !b.seen {
		b.seen, b.facts = true, facts
	} else {
		b.facts = common(b.facts, facts)
	}
	return changed
}

func withFact(b *block, holds bool) *fact {
	f := &fact{op: b.op, holds: holds, l: b.l, before: b.facts}
	if b.r.op == vConst {
		f.k = b.r.k
	} else {
		f.r = b.r
	}
	if b.facts != nil {
		f.n = b.facts.n
	}
	if f.n++; f.n > maxFacts {
		return b.facts
	}
	return f
}

func (f *fact) same(o *fact) bool {
	if f.op != o.op || f.holds != o.holds || f.k != o.k || f.l.key != o.l.key {
		return false
	}
	return f.r == o.r || f.r != nil && o.r != nil && f.r.key == o.r.key
}

// filter returns the facts that keep says to keep, in their order.
func (f *fact) filter(keep func(*fact) bool) *fact {
	if f == nil {
		return nil
	}
	before := f.before.filter(keep)
	switch {
	case !keep(f):
		return before
	case before == f.before:
		return f
	}
	kept := *f
	kept.before, kept.n = before, 1
	if before != nil {
		kept.n += before.n
	}
	return &kept
}

// common returns the facts that are in both lists.
func common(a, b *fact) *fact {
	if a == b {
		return a
	}
	return a.filter(func(f *fact) bool {
		for o := b; o != nil; o = o.before {
			if o == f || o.same(f) {
				return true
			}
		}
		return false
	})
}

// decide returns the outcome of b's test, if the facts tell it.
func decide(b *block, facts *fact) (holds, known bool) {
	low, high := uint32(0), uint32(1<<32-1)
	for f := facts; f != nil; f = f.before {
		if f.l != b.l && f.l.key != b.l.key {
			continue
		}
		if b.r.op != vConst {
			if f.r != nil && f.r.key == b.r.key && f.op == b.op {
				return f.holds, true
			}
			continue
		}
		if f.r != nil {
			continue
		}
		if f.op == b.op && f.k == b.r.k {
			return f.holds, true
		}
		switch {
		case f.op == opEq && f.holds:
			return b.op.holds(f.k, b.r.k), true
		case f.op == opGt && f.holds:
			low = max(low, f.k+1)
		case f.op == opGt:
			high = min(high, f.k)
		case f.op == opGe && f.holds:
			low = max(low, f.k)
		case f.op == opGe && f.k > 0:
			high = min(high, f.k-1)
		}
	}
	if b.r.op != vConst || b.op == opSet || low == 0 && high == 1<<32-1 {
		return false, false
	}
	k := b.r.k
	switch b.op {
	case opEq:
		return false, k < low || k > high
	case opGt:
		return low > k, low > k || high <= k
	}
	return low >= k, low >= k || high < k
}

// merge keeps one of each kind of block, beginning with the returns, so that
// equal chains become one from their ends.
func (g *graph) merge() bool {
	type shape struct {
		kind blockKind
		op   testOp
		slot uint32
		l, r string
		t, f *block
	}
	kept := make(map[shape]*block, len(g.order))
	instead := make(map[*block]*block)
	resolve := func(b *block) *block {
		if o, ok := instead[b]; ok {
			return o
		}
		return b
	}
	changed := false
	for i := len(g.order) - 1; i >= 0; i-- {
		b := g.order[i]
		if b.kind == kindReturn {
			continue
		}
		s := shape{kind: b.kind, op: b.op, slot: b.slot, l: b.l.key}
		b.t = resolve(b.t)
		if s.t = b.t; b.kind == kindTest {
			b.f = resolve(b.f)
			s.f, s.r = b.f, b.r.key
		}
		o, ok := kept[s]
		if b.kind == kindTest && b.t == b.f && (b.t == g.reject || loaded(b.l, b.facts) && loaded(b.r, b.facts)) {
			o, ok = b.t, true // the outcome does not matter
		}
		if ok {
			instead[b] = o
			changed = true
			continue
		}
		kept[s] = b
	}
	g.root = resolve(g.root)
	return changed
}

// loaded reports whether the value is known to lie within the packet.
func loaded(v *value, facts *fact) bool {
	if v.op == vConst || v.op == vLen || v.op == vAncillary || v.op == vSlot {
		return true
	}
	for f := facts; f != nil; f = f.before {
		if f.l.key == v.key || f.r != nil && f.r.key == v.key {
			return true
		}
	}
	return false
}

package skb

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

func fill(s *SKB, from, n int) {
	b := s.Put(n)
	for i := range b {
		b[i] = byte(from + i)
	}
}

func all(s *SKB) []byte {
	b := make([]byte, s.Len())
	if n := s.CopyTo(b, 0); n != len(b) {
		panic("CopyTo is short of Len")
	}
	return b
}

func TestHeadersArePushedAndPulledWithoutCopying(t *testing.T) {
	var p Pool
	s := p.Alloc(Headroom, 100)
	fill(s, 0, 100)
	first := &s.Bytes()[0]
	copy(s.Push(20), bytes.Repeat([]byte{0xff}, 20))
	if s.Len() != 120 || s.Headroom() != Headroom-20 {
		t.Fatalf("len %d headroom %d after Push(20)", s.Len(), s.Headroom())
	}
	if got := s.Pull(20); len(got) != 20 || got[0] != 0xff {
		t.Fatal("Pull did not return the header")
	}
	if &s.Bytes()[0] != first {
		t.Fatal("the payload moved")
	}
	s.Free()
	if p.Live != 0 {
		t.Fatalf("%d descriptors live", p.Live)
	}
}

func TestCloneSharesTheBlockAndCounts(t *testing.T) {
	var p Pool
	s := p.Alloc(Headroom, 10)
	fill(s, 0, 10)
	c := s.Clone()
	if s.Block() != c.Block() || s.Block().Refs() != 2 || s.Writable() {
		t.Fatalf("refs %d; want the same block counted twice", s.Block().Refs())
	}
	c.Pull(3)
	if s.Len() != 10 {
		t.Fatal("a clone's offsets are its own")
	}
	s.Free()
	if !c.Writable() || c.Bytes()[0] != 3 {
		t.Fatal("the block must live until its last holder frees it")
	}
	c.Free()
}

func mustPanic(t *testing.T, what string, fn func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s must panic", what)
		}
	}()
	fn()
}

func TestMisuseIsCaught(t *testing.T) {
	var p Pool
	s := p.Alloc(8, 8)
	mustPanic(t, "push beyond the headroom", func() { s.Push(9) })
	mustPanic(t, "pull beyond the data", func() { s.Pull(1) })
	mustPanic(t, "put beyond the end", func() { s.Put(SmallSize) })
	b := s.Block()
	s.Free()
	mustPanic(t, "a second Free", func() { s.Free() })
	mustPanic(t, "a reference on a freed block", func() { b.Get() })
}

func TestCopyHeaderLeavesTheOriginalsHeadroomAlone(t *testing.T) {
	var p Pool
	s := p.Alloc(Headroom, 50)
	fill(s, 0, 50)
	s.L4 = s.Data()
	first := s.Clone()
	copy(first.Push(4), "old!")
	again := s.CopyHeader(Headroom, 20)
	if again.L4 != again.Data() {
		t.Fatal("header offsets must follow the copied header")
	}
	copy(again.Push(4), "new!")
	if string(first.Bytes()[:4]) != "old!" {
		t.Fatal("the retransmission's header overwrote the one still queued")
	}
	if got := all(again); !bytes.Equal(got[4:], all(s)) {
		t.Fatal("the payload differs")
	}
	if s.Block().Refs() != 3 {
		t.Fatalf("refs %d, want 3: the payload behind the header is shared", s.Block().Refs())
	}
	first.Free()
	again.Free()
	s.Free()
	if p.Live != 0 {
		t.Fatalf("%d descriptors live", p.Live)
	}
}

// A chain behaves as the one long buffer that it stands for.
func TestChainAgainstAFlatModel(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	var p Pool
	for range 2000 {
		var model []byte
		var s *SKB
		for range 1 + rng.IntN(5) {
			f := p.Alloc(16, 100)
			fill(f, rng.IntN(256), rng.IntN(60))
			if rng.IntN(3) == 0 {
				g := p.Alloc(16, 100)
				fill(g, rng.IntN(256), rng.IntN(60))
				f.AppendFrag(g)
			}
			model = append(model, all(f)...)
			if s == nil {
				s = f
			} else {
				s.AppendFrag(f)
			}
		}
		c := s.Clone()
		for range 6 {
			switch rng.IntN(3) {
			case 0:
				n := rng.IntN(len(model) + 1)
				s.Advance(n)
				model = model[n:]
			case 1:
				n := rng.IntN(len(model) + 1)
				s.Trim(n)
				model = model[:n]
			case 2:
				off := rng.IntN(len(model) + 1)
				got := make([]byte, rng.IntN(100))
				n := s.CopyTo(got, off)
				if want := min(len(got), len(model)-off); n != want || !bytes.Equal(got[:n], model[off:off+n]) {
					t.Fatalf("CopyTo(%d bytes, %d) of %d gave %d", len(got), off, len(model), n)
				}
			}
			if s.Len() != len(model) || !bytes.Equal(all(s), model) {
				t.Fatalf("chain of %d bytes, model %d", s.Len(), len(model))
			}
		}
		s.Free()
		c.Free()
		if p.Live != 0 {
			t.Fatalf("%d descriptors live", p.Live)
		}
	}
}

func TestQueueCountsBytes(t *testing.T) {
	var p Pool
	var q Queue
	for i := 1; i <= 3; i++ {
		s := p.Alloc(0, 10)
		fill(s, i, i)
		q.Push(s)
	}
	if q.N != 3 || q.Bytes != 6 {
		t.Fatalf("N %d Bytes %d", q.N, q.Bytes)
	}
	if s := q.Pop(); s.Bytes()[0] != 1 || q.Bytes != 5 {
		t.Fatal("not first in, first out")
	} else {
		s.Free()
	}
	q.Clear()
	if q.N != 0 || p.Live != 0 || q.Pop() != nil {
		t.Fatal("Clear left something")
	}
}

func TestPoolReusesWithoutAllocating(t *testing.T) {
	var p Pool
	run := func() {
		s := p.Alloc(Headroom, 1448)
		c := s.Clone()
		s.Free()
		c.Free()
		l := p.Alloc(Headroom, 60000)
		l.Free()
	}
	run()
	if n := testing.AllocsPerRun(100, run); n != 0 {
		t.Errorf("%v allocations a round, want none", n)
	}
	a := p.Block(100)
	id := a.ID
	a.Put()
	if b := p.Block(100); b != a || b.ID == id {
		t.Error("a block's new life must have a new id")
	}
}

func TestGiveKeepsTheBlock(t *testing.T) {
	var p Pool
	s := p.Alloc(10, 20)
	fill(s, 0, 20)
	f := p.Alloc(10, 5)
	fill(f, 20, 5)
	s.AppendFrag(f)
	b := s.Give()
	if s.Block() != nil || s.Len() != 25 || s.HeadLen() != 20 || s.Frags != f {
		t.Fatalf("len %d, own %d: the buffer keeps its lengths and its frags", s.Len(), s.HeadLen())
	}
	s.Free()
	if b.Refs() != 1 || p.Live != 0 {
		t.Fatalf("refs %d live %d, want the one reference that was given", b.Refs(), p.Live)
	}
	if other := p.Block(100); other == b {
		t.Error("the block that was given was freed with the descriptor")
	}
	p.Build(b, 10, 20).Free()
}

func TestSumIsOfTheBytesThatAreThere(t *testing.T) {
	var p Pool
	for name, change := range map[string]func(s *SKB){
		"Put":  func(s *SKB) { s.Put(1) },
		"Trim": func(s *SKB) { s.Trim(50) },
	} {
		s := p.Alloc(Headroom, 200)
		fill(s, 0, 100)
		s.SumLen = 60
		s.Push(20)
		s.Pull(60)
		if s.SumLen != 60 {
			t.Error("what happens in front of the summed bytes does not matter to the sum")
		}
		if change(s); s.SumLen != 0 {
			t.Errorf("after %s the sum is still there: the data end elsewhere", name)
		}
	}
	// The end of the data may also be cut in a frag.
	s, f := p.Alloc(Headroom, 100), p.Alloc(Headroom, 100)
	fill(s, 0, 100)
	fill(f, 0, 100)
	s.SumLen, f.SumLen = 100, 100
	s.AppendFrag(f)
	if s.Trim(150); s.SumLen != 100 || f.SumLen != 0 {
		t.Errorf("sums of %d and %d bytes, want 100 and 0", s.SumLen, f.SumLen)
	}
}

func BenchmarkAllocFree(b *testing.B) {
	var p Pool
	b.ReportAllocs()
	for range b.N {
		p.Alloc(Headroom, 1448).Free()
	}
}

func BenchmarkCloneFree(b *testing.B) {
	var p Pool
	s := p.Alloc(Headroom, 1448)
	b.ReportAllocs()
	for range b.N {
		s.Clone().Free()
	}
}

func BenchmarkPushPull(b *testing.B) {
	var p Pool
	s := p.Alloc(Headroom, 1448)
	for range b.N {
		s.Push(20)
		s.Pull(20)
	}
}

package subnet

import (
	"math/rand/v2"
	"net/netip"
	"slices"
	"testing"

	"go4.org/netipx"
)

// randomPrefix makes prefixes that often touch and nest: few distinct bits.
func randomPrefix(r *rand.Rand) netip.Prefix {
	switch r.IntN(5) {
	case 0: // anywhere in IPv4
		return netip.PrefixFrom(fromU128(u128{0, uint64(r.Uint32())}, 32), r.IntN(33)).Masked()
	case 1: // a crowded /24, and the two ends of the space
		base := []uint32{0, 0xffffff00, 0x0a000000}[r.IntN(3)]
		return netip.PrefixFrom(fromU128(u128{0, uint64(base | r.Uint32()&0xff)}, 32), 24+r.IntN(9)).Masked()
	case 2:
		return netip.PrefixFrom(fromU128(u128{r.Uint64(), r.Uint64()}, 128), r.IntN(129)).Masked()
	case 3:
		base := []u128{{}, ones(128).xor(ones(8)), {0x20010db8 << 32, ^uint64(0xff)}}[r.IntN(3)]
		return netip.PrefixFrom(fromU128(base.or(u128{0, r.Uint64() & 0xff}), 128), 120+r.IntN(9)).Masked()
	}
	return netip.PrefixFrom(fromU128(u128{0x20010db8<<32 | r.Uint64()&0xffff, 0}, 128), 48+r.IntN(17)).Masked()
}

func randomSet(r *rand.Rand, n int) ([]netip.Prefix, *Set) {
	var ps []netip.Prefix
	for range n {
		ps = append(ps, randomPrefix(r))
	}
	return ps, SetOf(ps...)
}

func oracle(t *testing.T, ps []netip.Prefix) *netipx.IPSet {
	t.Helper()
	var b netipx.IPSetBuilder
	for _, p := range ps {
		b.AddPrefix(p)
	}
	s, err := b.IPSet()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func prefixes(s *Set) []netip.Prefix { return slices.Collect(s.Prefixes()) }

// Another implementation must agree on every operation.
func TestSetOperationsAgreeWithNetipx(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		pa, a := randomSet(r, r.IntN(12))
		pb, b := randomSet(r, r.IntN(12))
		oa, ob := oracle(t, pa), oracle(t, pb)
		check := func(name string, got *Set, build func(b *netipx.IPSetBuilder)) {
			t.Helper()
			var nb netipx.IPSetBuilder
			build(&nb)
			want, err := nb.IPSet()
			if err != nil {
				t.Fatal(err)
			}
			if g, w := prefixes(got), want.Prefixes(); !slices.Equal(g, w) {
				t.Fatalf("%s of %v and %v = %v, want %v", name, pa, pb, g, w)
			}
		}
		check("merge", a, func(x *netipx.IPSetBuilder) { x.AddSet(oa) })
		check("union", a.Union(b), func(x *netipx.IPSetBuilder) { x.AddSet(oa); x.AddSet(ob) })
		check("minus", a.Minus(b), func(x *netipx.IPSetBuilder) { x.AddSet(oa); x.RemoveSet(ob) })
		check("intersect", a.Intersect(b), func(x *netipx.IPSetBuilder) { x.AddSet(oa); x.Intersect(ob) })
		check("xor", a.Xor(b), func(x *netipx.IPSetBuilder) {
			var both netipx.IPSetBuilder
			both.AddSet(oa)
			both.Intersect(ob)
			i, _ := both.IPSet()
			x.AddSet(oa)
			x.AddSet(ob)
			x.RemoveSet(i)
		})
	}
}

// The laws of the algebra, which need no second implementation.
func TestSetLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	everything := SetOf(netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0"))
	for range 3000 {
		_, a := randomSet(r, r.IntN(15))
		_, b := randomSet(r, r.IntN(15))
		if again := SetOf(prefixes(a)...); !again.Equal(a) || !slices.Equal(prefixes(again), prefixes(a)) {
			t.Fatal("merge is not idempotent")
		}
		ab, i := a.Minus(b), a.Intersect(b)
		if !ab.Union(i).Equal(a) || !ab.Intersect(i).IsEmpty() {
			t.Fatal("A-B and A∩B do not partition A")
		}
		if ab.Count().Add(i.Count()).Cmp(a.Count()) != 0 {
			t.Fatal("the counts of A-B and A∩B do not add up to A's")
		}
		if !a.Xor(b).Equal(a.Union(b).Minus(i)) {
			t.Fatal("A xor B is not (A∪B)-(A∩B)")
		}
		if !everything.Minus(everything.Minus(a)).Equal(a) {
			t.Fatal("the complement of the complement is not the set")
		}
		// Minimal: no two siblings both present, no prefix inside another.
		ps := prefixes(a)
		have := map[netip.Prefix]bool{}
		for _, p := range ps {
			have[p] = true
		}
		for j, p := range ps {
			if s, ok := Sibling(p); ok && have[s] {
				t.Fatalf("%v and %v could be one prefix", p, s)
			}
			if j > 0 && ps[j-1].Overlaps(p) {
				t.Fatalf("%v and %v overlap", ps[j-1], p)
			}
		}
		for _, p := range ps {
			if !a.ContainsRange(RangeOf(p)) || !a.OverlapsRange(RangeOf(p)) || !a.Contains(p.Addr()) || !a.Contains(Last(p)) {
				t.Fatalf("%v is not found in its own set", p)
			}
			if prev := p.Addr().Prev(); prev.IsValid() && a.Contains(prev) != slices.ContainsFunc(ps, func(q netip.Prefix) bool { return q.Contains(prev) }) {
				t.Fatalf("membership of %v differs from its prefixes", prev)
			}
		}
	}
}

// The radix path begins at 2048 entries; it must give what the plain sort gives.
func TestSortLarge(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	ps, s := randomSet(r, 40000)
	if !slices.Equal(prefixes(s), oracle(t, ps).Prefixes()) {
		t.Fatal("a large set differs from netipx's")
	}
	var b SetBuilder // many equal upper halves
	for range 20000 {
		b.AddPrefix(netip.PrefixFrom(fromU128(u128{7, r.Uint64()}, 128), 128))
	}
	if s := b.Set(); s.NumRanges() < 19990 || !slices.IsSortedFunc(s.v6, func(a, b extent[u128]) int { return a.first.cmp(b.first) }) {
		t.Fatalf("%d ranges, or out of order", s.NumRanges())
	}
}

// Skewed keys take the sort's other paths: many equal leading bits, all equal, and
// already sorted. Tables of many prefixes go through it with lengths as well.
func TestSortSkewed(t *testing.T) {
	r := rand.New(rand.NewPCG(51, 52))
	for name, draw := range map[string]func(i int) u128{
		"one /32":   func(int) u128 { return u128{0x20010db8<<32 | r.Uint64()&0xffff, r.Uint64() & 3} },
		"one /64":   func(int) u128 { return u128{7, r.Uint64()} },
		"few /64s":  func(int) u128 { return u128{r.Uint64() & 3, r.Uint64()} },
		"one value": func(int) u128 { return u128{1, 2} },
		"sorted":    func(i int) u128 { return u128{uint64(i), 0} },
		"ends":      func(int) u128 { return []u128{{}, ones(128)}[r.IntN(2)] },
	} {
		var sb SetBuilder
		var tb TableBuilder[int]
		var all []netip.Addr
		ps := make([]netip.Prefix, 9000)
		for i := range ps {
			ps[i] = netip.PrefixFrom(fromU128(draw(i), 128), 96+r.IntN(33)).Masked()
			sb.AddPrefix(ps[i])
			tb.Add(ps[i], i)
			all = append(all, ps[i].Addr(), Last(ps[i]))
		}
		if got := prefixes(sb.Set()); !slices.Equal(got, oracle(t, ps).Prefixes()) {
			t.Errorf("%s: the merged set differs from netipx's", name)
		}
		last := map[netip.Prefix]int{}
		for i, p := range ps {
			last[p] = i
		}
		i := 0
		tb.Table().LookupAll(all, func(a netip.Addr, m Match[int], ok bool) {
			want := netip.Prefix{}
			for n := 128; n >= 96; n-- {
				p, _ := a.Prefix(n)
				if _, ok := last[p]; ok {
					want = p
					break
				}
			}
			if a != all[i] || !ok || m.Prefix != want || m.Value != last[want] {
				t.Fatalf("%s: %v gives %v, want %v of line %d", name, a, m, want, last[want])
			}
			i++
		})
	}
}

func BenchmarkMerge(b *testing.B) {
	r := rand.New(rand.NewPCG(61, 62))
	for name, p := range map[string]func() netip.Prefix{
		"IPv4": func() netip.Prefix { return netip.PrefixFrom(fromU128(u128{0, uint64(r.Uint32())}, 32), 22+r.IntN(11)) },
		"IPv6": func() netip.Prefix {
			return netip.PrefixFrom(fromU128(u128{r.Uint64()>>3 | 1<<61, r.Uint64()}, 128), 16+r.IntN(113))
		},
	} {
		ps := make([]netip.Prefix, 100000)
		for i := range ps {
			ps[i] = p()
		}
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				SetOf(ps...)
			}
		})
	}
}

func BenchmarkLookup(b *testing.B) {
	r := rand.New(rand.NewPCG(63, 64))
	var tb TableBuilder[int32]
	addrs := make([]netip.Addr, 100000)
	for i := range addrs {
		tb.Add(netip.PrefixFrom(fromU128(u128{0, uint64(r.Uint32())}, 32), 16+r.IntN(17)), int32(i))
		addrs[i] = fromU128(u128{0, uint64(r.Uint32())}, 32)
	}
	t := tb.Table()
	b.Run("one", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			t.Lookup(addrs[i%len(addrs)])
		}
	})
	b.Run("all", func(b *testing.B) {
		for b.Loop() {
			t.LookupAll(addrs, func(netip.Addr, Match[int32], bool) {})
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(len(addrs)), "ns/addr")
	})
}

func TestTableAgreesWithScan(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 400 {
		var b TableBuilder[int]
		n := r.IntN(60)
		ps := make([]netip.Prefix, n)
		for i := range ps {
			ps[i] = randomPrefix(r)
			b.Add(ps[i], i)
		}
		tab := b.Table()
		for range 300 {
			var a netip.Addr
			if n > 0 && r.IntN(3) > 0 {
				p := ps[r.IntN(n)]
				a = []netip.Addr{p.Addr(), Last(p), p.Addr().Prev(), Last(p).Next()}[r.IntN(4)]
			} else {
				a = randomPrefix(r).Addr()
			}
			if !a.IsValid() {
				continue
			}
			best := -1
			var path []netip.Prefix
			for i, p := range ps {
				if !p.Contains(a) {
					continue
				}
				if !slices.Contains(path, p) {
					path = append(path, p)
				}
				if best < 0 || p.Bits() >= ps[best].Bits() {
					best = i
				}
			}
			slices.SortFunc(path, func(x, y netip.Prefix) int { return y.Bits() - x.Bits() })
			m, ok := tab.Lookup(a)
			tab.LookupAll([]netip.Addr{a}, func(_ netip.Addr, all Match[int], found bool) {
				if found != ok || all != m {
					t.Fatalf("LookupAll of %v is %v %v, Lookup is %v %v", a, all, found, m, ok)
				}
			})
			if ok != (best >= 0) || ok && (m.Prefix != ps[best] || m.Value != best) {
				t.Fatalf("lookup of %v in %v = %v %v, want %d", a, ps, m, ok, best)
			}
			var got []netip.Prefix
			for m := range tab.Path(a) {
				got = append(got, m.Prefix)
			}
			if !slices.Equal(got, path) {
				t.Fatalf("path of %v in %v = %v, want %v", a, ps, got, path)
			}
		}
	}
}

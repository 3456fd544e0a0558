package subnet

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

func TestAddrsSteps(t *testing.T) {
	r := rand.New(rand.NewPCG(41, 42))
	for range 200 {
		var b SetBuilder
		for range 1 + r.IntN(4) {
			n := uint64(r.IntN(400))
			b.AddRange(Range{fromU128(u128{0, n}, 32), fromU128(u128{0, n + uint64(r.IntN(90))}, 32)})
			b.AddRange(Range{fromU128(u128{9, ^uint64(0) - n}, 128), fromU128(u128{10, n}, 128)})
		}
		s := b.Set()
		all := slices.Collect(s.Addrs(1))
		if CountOf(uint64(len(all))) != s.Count() || !slices.IsSortedFunc(all, netip.Addr.Compare) {
			t.Fatalf("%d addresses of %s", len(all), s.Count())
		}
		step := uint64(1 + r.IntN(120))
		var want []netip.Addr
		for i := 0; i < len(all); i += int(step) {
			want = append(want, all[i])
		}
		if got := slices.Collect(s.Addrs(step)); !slices.Equal(got, want) {
			t.Fatalf("step %d: %v, want %v", step, got, want)
		}
		index := NewIndex(s)
		for i, a := range all {
			if got, ok := index.At(CountOf(uint64(i))); !ok || got != a {
				t.Fatalf("address %d is %v, want %v", i, got, a)
			}
		}
		if _, ok := index.At(s.Count()); ok {
			t.Fatal("there is an address after the last")
		}
	}
	// A step beyond the end of the space ends, and does not wrap.
	if got := slices.Collect(SetOf(pfx("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffc/126")).Addrs(3)); len(got) != 2 {
		t.Errorf("%v", got)
	}
}

// Each number below the count comes exactly once, at any count and seed.
func TestPermutationIsOne(t *testing.T) {
	for _, n := range []uint64{1, 2, 3, 4, 5, 15, 16, 17, 255, 1000, 4097} {
		for seed := range uint64(20) {
			p := NewPermutation(CountOf(n), seed)
			seen := make([]bool, n)
			for i := range n {
				at, ok := p.At(CountOf(i))
				v, small := at.Uint64()
				if !ok || !small || v >= n || seen[v] {
					t.Fatalf("%d numbers, seed %d: position %d gives %v again or beyond", n, seed, i, at)
				}
				seen[v] = true
			}
			if _, ok := p.At(CountOf(n)); ok {
				t.Fatal("there is a number after the last")
			}
		}
	}
	// Distinct positions give distinct numbers in the largest domains too.
	for _, count := range []Count{pow2Count(64), pow2Count(128), pow2Count(128).Add(CountOf(1 << 32)), pow2Count(100).Sub(CountOf(1))} {
		p := NewPermutation(count, 7)
		seen := map[Count]bool{}
		for i := range uint64(3000) {
			at, ok := p.At(CountOf(i))
			if !ok || seen[at] || at.Cmp(count) >= 0 {
				t.Fatalf("%s numbers: position %d gives %s", count, i, at)
			}
			seen[at] = true
		}
	}
	a, _ := NewPermutation(CountOf(1<<20), 1).At(CountOf(5))
	b, _ := NewPermutation(CountOf(1<<20), 2).At(CountOf(5))
	if a == b {
		t.Error("two seeds agree where they should hardly ever")
	}
	if _, ok := NewPermutation(Count{}, 1).At(Count{}); ok {
		t.Error("there is a number below 0")
	}
}

func TestWriteAddrs(t *testing.T) {
	for _, r := range []Range{
		{addr("10.0.0.250"), addr("10.0.2.3")}, {addr("0.0.0.0"), addr("0.0.0.0")}, {addr("255.255.254.250"), addr("255.255.255.255")},
		{addr("99.99.99.99"), addr("99.99.100.100")}, {addr("2001:db8::fffe"), addr("2001:db8::1:1")}, {addr("1.0.0.0"), addr("1.0.60.255")},
		{addr("::ffff:1.2.3.4"), addr("::ffff:1.2.3.6")},
	} {
		var b bytes.Buffer
		if err := WriteAddrs(&b, r); err != nil {
			t.Fatal(err)
		}
		var want strings.Builder
		for a := r.First; ; a = a.Next() {
			want.WriteString(a.String() + "\n")
			if a == r.Last {
				break
			}
		}
		if b.String() != want.String() {
			t.Errorf("%v is written differently: %d bytes, want %d", r, b.Len(), want.Len())
		}
	}
}

func TestAppendForms(t *testing.T) {
	r := rand.New(rand.NewPCG(43, 44))
	for range 3000 {
		p := edgePrefix(r)
		a := p.Addr()
		if got := string(AppendAddr(nil, a)); got != a.String() {
			t.Fatalf("%s is written %s", a, got)
		}
		if got := string(AppendPrefix(nil, p)); got != p.String() {
			t.Fatalf("%s is written %s", p, got)
		}
		if got := string(AppendExpanded(nil, a)); got != a.StringExpanded() && !a.Is4In6() {
			t.Fatalf("%s in full is %s", a, got)
		}
		if back, err := Parse(string(AppendHex(nil, a))); err != nil || back.Addr != a {
			t.Fatalf("%s as hex reads back as %v, %v", a, back, err)
		}
		if n := AppendInteger(nil, a); toU128(a).hi != 0 && len(n) != 32 {
			if back, err := Parse(string(n)); err != nil || back.Addr != a {
				t.Fatalf("%s as an integer reads back as %v, %v", a, back, err)
			}
		}
	}
}

// TestAddrsFromSkipsWithoutWalking skips further than a walk could get, and
// across a gap.
func TestAddrsFromSkipsWithoutWalking(t *testing.T) {
	all := SetOf(netip.MustParsePrefix("::/0"))
	for a := range all.AddrsFrom(1<<63, 1<<63) {
		if want := netip.MustParseAddr("4000::"); a != want { // 2^126
			t.Errorf("2^63 steps of 2^63 lead to %v, want %v", a, want)
		}
		break
	}
	s := SetOf(netip.MustParsePrefix("10.0.0.0/30"), netip.MustParsePrefix("10.0.1.0/30"))
	want := slices.Collect(s.Addrs(3))[1:]
	if got := slices.Collect(s.AddrsFrom(1, 3)); !slices.Equal(got, want) {
		t.Errorf("after one step of three: %v, want %v", got, want)
	}
	for a := range s.AddrsFrom(8, 1) {
		t.Errorf("%v lies beyond the last address", a)
	}
}

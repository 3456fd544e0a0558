package subnet

import (
	"errors"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
)

// A split tiles its block: in order, without gaps, overlaps or anything else.
func TestSplitTiles(t *testing.T) {
	r := rand.New(rand.NewPCG(31, 32))
	for range 500 {
		p := edgePrefix(r).Masked()
		length := min(p.Bits()+r.IntN(9), p.Addr().BitLen())
		parts := slices.Collect(Split(p, length))
		if CountOf(uint64(len(parts))).Cmp(SplitCount(p, length)) != 0 {
			t.Fatalf("%v into /%d: %d parts", p, length, len(parts))
		}
		at := Network(p)
		for i, q := range parts {
			if q.Addr() != at || q.Bits() != length {
				t.Fatalf("%v into /%d: part %d is %v, want it at %v", p, length, i, q, at)
			}
			if nth, ok := Nth(p, length, CountOf(uint64(i))); !ok || nth != q {
				t.Fatalf("Nth(%v, %d, %d) = %v", p, length, i, nth)
			}
			at = Last(q).Next()
		}
		if Last(parts[len(parts)-1]) != Last(p) {
			t.Fatalf("%v into /%d ends early", p, length)
		}
	}
	for range Split(pfx("10.0.0.0/24"), 23) {
		t.Fatal("a split into larger parts")
	}
}

func TestSplitBits(t *testing.T) {
	for n, want := range map[uint64]int{1: 24, 2: 25, 3: 26, 4: 26, 5: 27, 6: 27, 256: 32} {
		if got, err := SplitBits(pfx("192.0.2.0/24"), n); err != nil || got != want {
			t.Errorf("%d parts: /%d %v, want /%d", n, got, err, want)
		}
	}
	if _, err := SplitBits(pfx("192.0.2.0/24"), 257); !errors.Is(err, ErrNoSpace) {
		t.Errorf("257 parts of 256 addresses: %v", err)
	}
	if _, err := SplitBits(pfx("192.0.2.0/24"), 0); !errors.Is(err, ErrRange) {
		t.Errorf("0 parts: %v", err)
	}
}

func TestBitsForHosts(t *testing.T) {
	for _, c := range []struct {
		hosts uint64
		width int
		p2p   bool
		want  int
	}{
		{500, 32, false, 23}, {254, 32, false, 24}, {255, 32, false, 23}, {10, 32, false, 28},
		{2, 32, false, 30}, {1, 32, false, 30}, {2, 32, true, 31}, {1, 32, true, 32}, {3, 32, true, 29},
		{255, 128, false, 120}, {256, 128, false, 119}, // the subnet-router anycast address is no host
	} {
		if got, ok := BitsForHosts(CountOf(c.hosts), c.width, c.p2p); !ok || got != c.want {
			t.Errorf("%d hosts of width %d: /%d, want /%d", c.hosts, c.width, got, c.want)
		}
	}
	if n, ok := BitsForHosts(CountOf(1<<32), 32, false); ok {
		t.Errorf("2^32 hosts fit a /%d", n)
	}
}

// Allocations are aligned, disjoint, inside, of the size asked, and with what is
// left they are the whole; whatever fits by size does fit.
func TestAllocateLaws(t *testing.T) {
	r := rand.New(rand.NewPCG(33, 34))
	failed := 0
	for range 1500 {
		block := pfx("10.0.0.0/16")
		free := SetOf(block)
		for range r.IntN(4) {
			hole := netip.PrefixFrom(fromU128(u128{0, 0x0a000000 | uint64(r.IntN(1<<16))}, 32), 20+r.IntN(13))
			free = free.Minus(SetOf(hole.Masked()))
		}
		free = free.Union(SetOf(pfx("2001:db8::/64"))) // the other family stays out of it
		lengths := make([]int, r.IntN(20))
		for i := range lengths {
			lengths[i] = 17 + r.IntN(16)
		}
		for _, order := range []Order{LargestFirst, AsGiven} {
			got, left, err := Allocate(free, lengths, 32, order)
			if err != nil {
				if failed++; !errors.Is(err, ErrNoSpace) || !left.Equal(free) {
					t.Fatalf("%v, and %d ranges left", err, left.NumRanges())
				}
				continue
			}
			used := SetOf(got...)
			var sum Count
			for i, p := range got {
				if p != p.Masked() || p.Bits() != lengths[i] {
					t.Fatalf("need %d of /%d got %v", i, lengths[i], p)
				}
				sum = sum.Add(Total(p))
				if order == AsGiven && i > 0 && !got[i-1].Addr().Less(p.Addr()) {
					t.Fatalf("as given: %v after %v", p, got[i-1])
				}
			}
			if used.Count() != sum || !left.Union(used).Equal(free) || !left.Intersect(used).IsEmpty() {
				t.Fatalf("%v and the rest are not the whole", got)
			}
		}
	}
	if failed == 0 {
		t.Error("no allocation failed, so the failures were not tested")
	}
	// A full block: the sizes add up, so largest first must place them all.
	got, left, err := Allocate(SetOf(pfx("10.0.0.0/24")), []int{28, 26, 27, 28, 25}, 32, LargestFirst)
	if err != nil || !left.IsEmpty() {
		t.Fatalf("%v, %v, left %v", got, err, left)
	}
	_, _, err = Allocate(SetOf(pfx("10.0.0.0/24")), []int{25, 23}, 32, LargestFirst)
	if err == nil || !strings.Contains(err.Error(), "need 2, a /23") || !strings.Contains(err.Error(), "10.0.0.0/24") {
		t.Errorf("the error names neither the need nor what is free: %v", err)
	}
}

func intp(n int) *int { return &n }

func TestPlanIsStable(t *testing.T) {
	plan := Plan{Parent: "10.20.0.0/22", Growth: 25, Reserved: []string{"10.20.3.0/24"}, Needs: []Need{
		{Name: "office", Hosts: 100}, {Name: "printers", Hosts: 20, Growth: intp(0)}, {Name: "transit", Prefix: 30},
	}}
	apply := func() []Assignment {
		t.Helper()
		out, _, free, err := plan.Assign()
		if err != nil {
			t.Fatal(err)
		}
		var all []netip.Prefix
		for i, a := range out {
			plan.Needs[i].Network = a.Network.String()
			all = append(all, a.Network)
		}
		all = append(all, pfx("10.20.3.0/24"))
		if !free.Union(SetOf(all...)).Equal(SetOf(pfx(plan.Parent))) || !free.Intersect(SetOf(all...)).IsEmpty() {
			t.Fatalf("networks, reserved and free are not the parent: %v", out)
		}
		return out
	}
	first := apply()
	for i, want := range []string{"10.20.2.0/25", "10.20.2.128/27", "10.20.2.160/30"} { // 125, 20 and 2 hosts, in the smaller of the free blocks
		if first[i].Network.String() != want || first[i].Change != Added {
			t.Errorf("%s has %v (%s), want %s", first[i].Need.Name, first[i].Network, first[i].Change, want)
		}
	}
	for _, a := range apply() {
		if a.Change != Kept {
			t.Errorf("%s %s although nothing changed", a.Need.Name, a.Change)
		}
	}
	plan.Needs = append(plan.Needs, Need{Name: "lab", Hosts: 200})
	plan.Needs[2].Prefix = 29 // its sibling /30 is free: grows in place
	plan.Needs[0].Hosts = 200 // 10.20.2.0/24 is taken in part: moves
	out := apply()
	got := map[string]Change{}
	for _, a := range out {
		got[a.Need.Name] = a.Change
	}
	want := map[string]Change{"office": Moved, "printers": Kept, "transit": Grown, "lab": Added}
	for name, c := range want {
		if got[name] != c {
			t.Errorf("%s: %s, want %s", name, got[name], c)
		}
	}
	if out[2].Network.String() != "10.20.2.160/29" || out[0].Was.String() != "10.20.2.0/25" {
		t.Errorf("%+v", out)
	}
}

func TestPlanRefuses(t *testing.T) {
	for reason, p := range map[string]Plan{
		"parent":       {Parent: "10.0.0.0/33", Needs: []Need{{Name: "a", Hosts: 1}}},
		"taken":        {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 1}, {Name: "a", Hosts: 1}}},
		"neither":      {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a"}}},
		"both":         {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 1, Prefix: 30}}},
		"outside":      {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 1, Network: "10.0.1.0/24"}}},
		"another":      {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 1, Network: "10.0.0.0/30"}, {Name: "b", Hosts: 1, Network: "10.0.0.0/29"}}},
		"do not fit":   {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 300}}},
		"percent":      {Parent: "10.0.0.0/24", Growth: -1, Needs: []Need{{Name: "a", Hosts: 3}}},
		"family has":   {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Hosts: 1 << 40}}},
		"length 33":    {Parent: "10.0.0.0/24", Needs: []Need{{Name: "a", Prefix: 33}}},
		"is empty":     {Parent: "10.0.0.0/24", Needs: []Need{{Hosts: 1}}},
		"not a networ": {Parent: "10.0.0.0-10.0.0.2", Needs: []Need{{Name: "a", Hosts: 1}}},
	} {
		if _, _, _, err := p.Assign(); !errors.Is(err, ErrPlan) || !strings.Contains(err.Error(), reason) {
			t.Errorf("%+v: %v, want a plan error with %q", p, err, reason)
		}
	}
}

func TestNextFree(t *testing.T) {
	free := SetOf(pfx("10.0.0.0/24")).Minus(SetOf(pfx("10.0.0.0/28"), pfx("10.0.0.64/26")))
	for length, want := range map[int]string{25: "10.0.0.128/25", 26: "10.0.0.128/26", 27: "10.0.0.32/27", 28: "10.0.0.16/28", 32: "10.0.0.16/32"} {
		if p, ok := free.NextFree(length, 32); !ok || p.String() != want {
			t.Errorf("/%d: %v %v, want %s", length, p, ok, want)
		}
	}
	if p, ok := free.NextFree(24, 32); ok {
		t.Errorf("/24: %v", p)
	}
	if p, ok := allSpace.NextFree(0, 128); !ok || p.Bits() != 0 {
		t.Errorf("::/0 in everything: %v %v", p, ok)
	}
	end := SetOf(pfx("255.255.255.255/32"))
	if p, ok := end.NextFree(31, 32); ok {
		t.Errorf("a /31 at the end of the space: %v", p)
	}
}

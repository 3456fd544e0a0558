package subnet

import (
	"errors"
	"fmt"
	"net/netip"
)

// An address plan: named needs inside one parent, each with the network it was
// given. Making the plan again with other needs leaves every network where it
// is as long as it is large enough.

// Plan is the plan as people write and keep it.
type Plan struct {
	Parent   string   `json:"parent" yaml:"parent"`
	Growth   int      `json:"growth,omitempty" yaml:"growth,omitempty"`     // percent, for needs without their own
	Reserved []string `json:"reserved,omitempty" yaml:"reserved,omitempty"` // blocks to leave alone
	Needs    []Need   `json:"needs" yaml:"needs"`
}

// Need is one network of a plan: how many hosts now, or which prefix length.
type Need struct {
	Name    string `json:"name" yaml:"name"`
	Hosts   uint64 `json:"hosts,omitempty" yaml:"hosts,omitempty"`
	Prefix  int    `json:"prefix,omitempty" yaml:"prefix,omitempty"` // a length, instead of hosts
	Growth  *int   `json:"growth,omitempty" yaml:"growth,omitempty"` // percent
	Network string `json:"network,omitempty" yaml:"network,omitempty"`
}

// Change says what planning did with a need.
type Change string

const (
	Kept  Change = "kept"  // it has the network that it had
	Added Change = "added" // it had none
	Grown Change = "grown" // its network was enlarged in place
	Moved Change = "moved" // its network could not be enlarged, so it has another
)

// Assignment is the outcome for one need, in the order of the plan.
type Assignment struct {
	Need    Need
	Planned Count // hosts with growth; 0 where the need gives a length
	Network netip.Prefix
	Was     netip.Prefix // the network before, invalid for Added
	Change  Change
}

// ErrPlan is wrapped by errors about what a plan says.
var ErrPlan = errors.New("bad plan")

func planError(format string, args ...any) error {
	return fmt.Errorf("%w: %w", ErrPlan, fmt.Errorf(format, args...))
}

// MaxNeeds bounds the needs of one plan: planning walks the list for each.
const MaxNeeds = 1 << 16

// Assign gives every need a network and returns the assignments, the parent and
// what is left free. It does not change the plan.
func (p *Plan) Assign() (out []Assignment, parent netip.Prefix, free *Set, err error) {
	fail := func(err error) ([]Assignment, netip.Prefix, *Set, error) {
		return nil, netip.Prefix{}, nil, err
	}
	if parent, err = planNetwork("parent", p.Parent); err != nil {
		return fail(err)
	}
	if len(p.Needs) > MaxNeeds {
		return fail(planError("%d needs are more than %d", len(p.Needs), MaxNeeds))
	}
	width := parent.Addr().BitLen()
	free = SetOf(parent)
	for _, r := range p.Reserved {
		q, err := planNetwork("reserved", r)
		if err != nil {
			return fail(err)
		}
		free = free.Minus(SetOf(q))
	}
	out = make([]Assignment, len(p.Needs))
	want := make([]int, len(p.Needs))
	seen := map[string]bool{}
	for i, n := range p.Needs {
		if n.Name == "" || seen[n.Name] {
			return fail(planError("need %d has the name %q, which is empty or taken", i+1, n.Name))
		}
		seen[n.Name] = true
		out[i].Need = n
		if want[i], out[i].Planned, err = p.size(n, width); err != nil {
			return fail(err)
		}
		if n.Network == "" {
			continue
		}
		q, err := planNetwork(n.Name, n.Network)
		if err != nil {
			return fail(err)
		}
		if !free.ContainsRange(RangeOf(q)) {
			return fail(planError("%s has %s, which is outside the parent, reserved, or another need's", n.Name, q))
		}
		free = free.Minus(SetOf(q))
		out[i].Was = q
	}
	// Those that are large enough stay; those that are not grow in place if
	// their surroundings are free, else give their network back and move.
	var place []int
	for i := range out {
		a := &out[i]
		switch {
		case !a.Was.IsValid():
			a.Change = Added
			place = append(place, i)
		case a.Was.Bits() <= want[i]:
			a.Change, a.Network = Kept, a.Was
		default:
			whole := netip.PrefixFrom(a.Was.Addr(), want[i]).Masked()
			if more := SetOf(whole).Minus(SetOf(a.Was)); more.Minus(free).IsEmpty() {
				a.Change, a.Network = Grown, whole
				free = free.Minus(more)
				continue
			}
			a.Change = Moved
			place = append(place, i)
		}
	}
	lengths := make([]int, len(place))
	for j, i := range place {
		if out[i].Change == Moved {
			free = free.Union(SetOf(out[i].Was))
		}
		lengths[j] = want[i]
	}
	got, left, err := Allocate(free, lengths, width, LargestFirst)
	if err != nil {
		return fail(planError("the needs do not fit in %s: %w", parent, err))
	}
	for j, i := range place {
		out[i].Network = got[j]
	}
	return out, parent, left, nil
}

// size returns the prefix length that a need asks for.
func (p *Plan) size(n Need, width int) (int, Count, error) {
	if n.Prefix != 0 {
		if n.Hosts != 0 {
			return 0, Count{}, planError("%s gives both hosts and a prefix length", n.Name)
		}
		if n.Prefix < 0 || n.Prefix > width {
			return 0, Count{}, planError("%s has the prefix length %d", n.Name, n.Prefix)
		}
		return n.Prefix, Count{}, nil
	}
	if n.Hosts == 0 {
		return 0, Count{}, planError("%s says neither how many hosts nor a prefix length", n.Name)
	}
	growth := p.Growth
	if n.Growth != nil {
		growth = *n.Growth
	}
	if growth < 0 || growth > 10000 {
		return 0, Count{}, planError("%s grows by %d percent; 0 to 10000 are accepted", n.Name, growth)
	}
	// hosts * (100+growth) / 100, rounded up, in 128 bits.
	grown, _ := u128{0, n.Hosts}.mul64(uint64(100 + growth))
	grown, _ = grown.add(u128{0, 99})
	grown, _ = grown.quoRem64(100)
	planned := Count{0, grown.hi, grown.lo}
	length, ok := BitsForHosts(planned, width, false)
	if !ok {
		return 0, Count{}, planError("%s wants %s hosts, more than the family has", n.Name, planned)
	}
	return length, planned, nil
}

func planNetwork(what, s string) (netip.Prefix, error) {
	it, err := Parse(s)
	if err != nil {
		return netip.Prefix{}, planError("%s: %w", what, err)
	}
	q, ok := it.Prefix()
	if !ok {
		return netip.Prefix{}, planError("%s: %s is not a network", what, s)
	}
	return q.Masked(), nil
}

package ip

// Longest match: RFC 1812 5.2.4.3; RFC 1122 3.3.1.1 (the mask decides), RFC 4861
// 5.2 (next-hop determination).

import (
	"cmp"
	"errors"
	"net/netip"
	"slices"

	"github.com/netkit-go/netkit/pkg/subnet"
)

// MaxRoutes bounds a table. More is refused.
const MaxRoutes = 16384

// Errors of Table.Add.
var (
	ErrTooManyRoutes = errors.New("ip: routing table is full")
	ErrRoute         = errors.New("ip: invalid route")
)

// Route says where packets for a prefix go.
type Route struct {
	Dst     netip.Prefix
	Gateway netip.Addr // invalid: the destination is on the link
	If      int        // the stack's number of the interface
	Metric  int        // of several routes for one prefix the lowest counts
	MTU     int        // 0: the interface's
	Src     netip.Addr // preferred source address; invalid: selection decides
}

// Table is a routing table. Routes of one prefix length lie together, sorted by
// address; lookup goes from the longest length to the shortest, with one binary
// search in each. A host's or a small router's table has few lengths. The zero
// value is ready.
type Table struct {
	v4, v6 []group
	n      int
}

// group is the routes of one prefix length, by address, then by metric, then by age.
type group struct {
	bits   int
	routes []*Route
}

// Add inserts a route.
func (t *Table) Add(r Route) error {
	if !r.Dst.IsValid() || r.Gateway.IsValid() && r.Gateway.Is4() != r.Dst.Addr().Is4() {
		return ErrRoute
	}
	if t.n >= MaxRoutes {
		return ErrTooManyRoutes
	}
	r.Dst = r.Dst.Masked()
	groups := t.family(r.Dst.Addr())
	i, found := slices.BinarySearchFunc(*groups, r.Dst.Bits(), func(g group, bits int) int { return cmp.Compare(bits, g.bits) })
	if !found {
		*groups = slices.Insert(*groups, i, group{bits: r.Dst.Bits()})
	}
	g := &(*groups)[i]
	at, _ := slices.BinarySearchFunc(g.routes, &r, func(a, b *Route) int {
		// Equal ones go behind: the older route counts.
		return cmp.Or(a.Dst.Addr().Compare(b.Dst.Addr()), cmp.Compare(a.Metric, b.Metric), -1)
	})
	g.routes = slices.Insert(g.routes, at, &r)
	t.n++
	return nil
}

// Remove deletes the routes for a prefix through an interface and reports whether there were any.
func (t *Table) Remove(dst netip.Prefix, ifc int) bool {
	dst = dst.Masked()
	groups := t.family(dst.Addr())
	for i := range *groups {
		g := &(*groups)[i]
		if g.bits != dst.Bits() {
			continue
		}
		n := len(g.routes)
		g.routes = slices.DeleteFunc(g.routes, func(r *Route) bool { return r.Dst == dst && r.If == ifc })
		t.n -= n - len(g.routes)
		return n != len(g.routes)
	}
	return false
}

// Lookup returns the route with the longest prefix that contains dst, or nil.
func (t *Table) Lookup(dst netip.Addr) *Route {
	for _, g := range *t.family(dst) {
		net, err := dst.Prefix(g.bits)
		if err != nil {
			continue
		}
		lo, hi := 0, len(g.routes)
		for lo < hi {
			m := int(uint(lo+hi) >> 1)
			if g.routes[m].Dst.Addr().Less(net.Addr()) {
				lo = m + 1
			} else {
				hi = m
			}
		}
		if lo < len(g.routes) && subnet.OnLink(g.routes[lo].Dst, dst) {
			return g.routes[lo]
		}
	}
	return nil
}

// Each calls f for all routes: IPv4 first, longest prefixes first.
func (t *Table) Each(f func(*Route)) {
	for _, groups := range [][]group{t.v4, t.v6} {
		for _, g := range groups {
			for _, r := range g.routes {
				f(r)
			}
		}
	}
}

func (t *Table) family(a netip.Addr) *[]group {
	if a.Is4() {
		return &t.v4
	}
	return &t.v6
}

package stack

// The way out: RFC 1122 3.3.1 (routing outbound datagrams), RFC 4861 5.2 (next-hop
// determination).

import (
	"net/netip"
	"syscall"

	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/subnet"
	"github.com/netkit-go/netkit/pkg/trace"
)

// reach says how the next hop is addressed on the link.
type reach uint8

const (
	toNeighbor reach = iota
	toSelf
	toBroadcast
	toMulticast
)

// path is a route decision, kept by a socket until something changes.
type path struct {
	ifc     *Interface
	to      reach
	next    netip.Addr // next hop, or the group
	src     netip.Addr // source address, unless the socket has one
	mtu     int        // path MTU
	link    int        // what the first link and the route carry
	noDF    bool       // the path MTU is below what is believed: RFC 1191 3
	gen     uint32
	expires int64 // of the path MTU; 0: none
}

// fresh says whether a cached path still holds.
func (p *path) fresh(s *Stack, now int64) bool {
	return p.gen == s.gen && (p.expires == 0 || now < p.expires)
}

// route decides how a packet for dst leaves. src is the source address if one is
// chosen already.
func (s *Stack) route(now int64, dst, src netip.Addr) (path, error) {
	s.meter.Charge(stage.RouteOutput)
	p, prefix, gw, err := s.lookup(now, dst, src)
	if s.tr.On() {
		e := trace.Event{Kind: trace.RouteLookup, Stage: byVersion(dst, "fib_table_lookup", "fib6_table_lookup"), Route: trace.Route{Dst: dst, Prefix: prefix, Gateway: gw}}
		switch {
		case err != nil:
			e.Text = "unreachable"
		default:
			e.Dev = p.ifc.info.Name
			e.Text = p.verdict(gw)
			e.Route.Local = p.ifc.prefixOf(p.src)
		}
		s.tr.Emit(e)
	}
	return p, err
}

func (p *path) verdict(gw netip.Addr) string {
	switch {
	case p.to == toSelf:
		return subnet.ToSelf.String()
	case p.to == toBroadcast:
		return subnet.ToBroadcast.String()
	case p.to == toMulticast:
		return subnet.ToMulticast.String()
	case gw.IsValid():
		return subnet.ViaGateway.String()
	}
	return subnet.Direct.String()
}

// lookup is route without the event.
func (s *Stack) lookup(now int64, dst, src netip.Addr) (p path, prefix netip.Prefix, gw netip.Addr, err error) {
	p.gen = s.gen
	zone := dst.Zone()
	dst = dst.WithZone("")
	if s.localInterface(dst) != nil {
		p.ifc, p.to, p.next, p.src, p.mtu, p.link = s.ifaces[0], toSelf, dst, dst, loopbackMTU, loopbackMTU
		return p, netip.PrefixFrom(dst, dst.BitLen()), gw, nil
	}
	r := s.routes.Lookup(dst)
	mtu := 0
	switch {
	case zone != "":
		for _, i := range s.ifaces {
			if i.info.Name == zone {
				p.ifc = i
			}
		}
	case r != nil:
		p.ifc, prefix, gw, mtu = s.ifaces[r.If], r.Dst, r.Gateway, r.MTU
	case dst == broadcast4 || dst.IsMulticast():
		p.ifc = s.defaultInterface(dst)
	}
	if p.ifc == nil {
		return p, prefix, gw, syscall.ENETUNREACH
	}
	p.next = dst
	p.src = ip.SelectSource(p.ifc.addrs, dst)
	switch p.ifc.decide(dst) {
	case subnet.ToMulticast:
		p.to, gw = toMulticast, netip.Addr{}
	case subnet.ToBroadcast:
		p.to, gw = toBroadcast, netip.Addr{}
	default:
		if gw.IsValid() {
			p.next = gw
		}
	}
	if r != nil && zone == "" && r.Src.IsValid() {
		p.src = r.Src
	}
	if !p.src.IsValid() {
		p.src = s.anySource(dst)
	}
	if src.IsValid() && !src.IsUnspecified() {
		p.src = src
	}
	if mtu == 0 || mtu > p.ifc.info.MTU {
		mtu = p.ifc.info.MTU
	}
	p.link = mtu
	p.mtu, p.noDF = s.pmtu.Get(now, dst, mtu)
	p.expires = s.pmtu.Expires(now, dst)
	if !p.src.IsValid() {
		return p, prefix, gw, syscall.EADDRNOTAVAIL
	}
	return p, prefix, gw, nil
}

// decide compares dst with the interface's own networks, bit by bit under their
// masks. An interface without a matching one leaves it to the gateway.
func (i *Interface) decide(dst netip.Addr) subnet.Verdict {
	v := subnet.ViaGateway
	for _, p := range i.addrs {
		if p.Addr().Is4() == dst.Is4() {
			if v = subnet.Decide(p, dst); v != subnet.ViaGateway {
				return v
			}
		}
	}
	switch {
	case dst.IsMulticast():
		return subnet.ToMulticast
	case dst == broadcast4:
		return subnet.ToBroadcast
	}
	return v
}

// prefixOf is one of the interface's addresses with its mask; invalid for others.
func (i *Interface) prefixOf(a netip.Addr) netip.Prefix {
	for _, p := range i.addrs {
		if p.Addr() == a {
			return p
		}
	}
	return netip.Prefix{}
}

// defaultInterface is where groups and the limited broadcast go without a
// route: the first interface with an address of the family.
func (s *Stack) defaultInterface(dst netip.Addr) *Interface {
	for _, i := range s.ifaces[1:] {
		for _, p := range i.addrs {
			if p.Addr().Is4() == dst.Is4() {
				return i
			}
		}
	}
	return nil
}

// anySource is the source address on an interface without one: RFC 1122 3.3.4.3
// allows any of the host's.
func (s *Stack) anySource(dst netip.Addr) netip.Addr {
	for _, i := range s.ifaces[1:] {
		if a := ip.SelectSource(i.addrs, dst); a.IsValid() && !a.IsLinkLocalUnicast() {
			return a
		}
	}
	return netip.Addr{}
}

package story

// Step 5: the IP packet and where it goes. RFC 791, RFC 8200; RFC 1122 3.3.1.1
// (local or remote), RFC 4861 5.2 (next hop).

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/subnet"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// opening is the packet that opens the connection: the SYN that the server took, or
// the first.
func (r *run) opening() *trace.Event {
	if r.conn == nil {
		return nil
	}
	sent := func(pkt uint64) *trace.Event {
		return r.first(trace.IPSend, func(e *trace.Event) bool { return e.Pkt == pkt })
	}
	for _, got := range r.gets(0) {
		if has(got, wire.SYN, wire.ACK) {
			if e := sent(got.Pkt); e != nil {
				return e
			}
		}
	}
	if h := r.handshake(); h.syn != nil {
		if e := sent(h.syn.Pkt); e != nil {
			return e
		}
	}
	return r.first(trace.IPSend, func(e *trace.Event) bool { return r.conn.side(e.Flow) == 0 })
}

// lookup is the client's route decision for the connection.
func (r *run) lookup() *trace.Event {
	if r.conn == nil {
		return nil
	}
	dst := r.conn.dstAddr().WithZone("")
	toward := func(e *trace.Event) bool { return e.Route.Dst.WithZone("") == dst }
	if e := r.prev(trace.RouteLookup, r.o.Client, r.conn.first+1, toward); e != nil {
		return e
	}
	return r.first(trace.RouteLookup, toward)
}

func (r *run) v6() bool { return r.conn != nil && r.conn.dstAddr().Is6() }

// hops is the name of the field that limits how far a packet goes.
func (r *run) hops() string {
	if r.v6() {
		return "hop limit"
	}
	return "TTL"
}

func (r *run) ipStep(s *Step) {
	s.Title = "IP addresses the packet, and finds its way"
	s.About = "Each segment travels in an IP packet of its own. The host finds out whether the destination is on its own link: destination AND own mask must be the own network (RFC 1122 3.3.1.1). If so, the packet goes there directly; else a route must name a gateway."
	if r.v6() {
		s.About = "Each segment travels in an IP packet of its own. The host finds out whether the destination is on its own link: its first bits must be a prefix of that link (RFC 4861 5.2). If so, the packet goes there directly; else a route must name a gateway."
	}
	e := r.opening()
	if e == nil {
		s.never("no IP packet of the connection was sent.")
		return
	}
	n := r.number(e.Pkt)
	s.text("source", e.Flow.Src.Addr().String(), n)
	s.text("destination", e.Flow.Dst.Addr().String(), n)
	s.textf(n, "protocol", "%02d, which is TCP", e.Flow.Proto)
	s.number("packet", int64(e.Len), "bytes", n)
	if e.TTL > 0 {
		s.number(r.hops(), int64(e.TTL), "", n)
	}
	l := r.layers(n)
	if p, err := wire.ParseIPv4Header(l.ip4); err == nil {
		if p.DF() {
			s.text("don't fragment", "set: a router that would have to cut the packet reports its MTU instead", n)
		}
		s.headerOf(n, "IPv4", "RFC 791 3.1", wire.IPv4FieldTable, l.ip4)
	} else if l.ip6 != nil {
		s.headerOf(n, "IPv6", "RFC 8200 3", wire.IPv6FieldTable, l.ip6)
	}
	s.told("%s sends to %s.", e.Flow.Src.Addr(), e.Flow.Dst.Addr())
	if look := r.lookup(); look == nil {
		s.missing("route look-up")
	} else {
		r.decision(s, look)
	}
	h := r.handshake()
	if h.synAck != nil {
		if got := r.first(trace.IPRecv, func(e *trace.Event) bool { return e.Pkt == h.synAck.Pkt }); got != nil {
			s.number(r.hops()+" of the answer on arrival", int64(got.TTL), "", r.number(got.Pkt))
			if sent := r.next(trace.IPSend, r.serverName(), 0, func(e *trace.Event) bool { return e.Pkt == h.synAck.Pkt }); sent != nil && sent.TTL >= got.TTL {
				s.textf(0, "routers that it passed", "%d: %s had sent it with %d", sent.TTL-got.TTL, sent.Host, sent.TTL)
			}
		} else {
			s.missing(r.hops() + " of the answer on arrival")
		}
	}
	whole := func(e *trace.Event) bool {
		return e.Flow.Src.Addr() == r.conn.dstAddr() || e.Flow.Dst.Addr() == r.conn.dstAddr()
	}
	frags := r.of(trace.IPFragment, "", whole)
	joined := r.of(trace.IPReassemble, "", whole)
	switch {
	case len(frags) > 0:
		s.number("fragments", int64(len(frags)), "packets", r.number(frags[0].Pkt))
	default:
		s.text("fragmentation", Missing, 0)
	}
	if len(joined) > 0 {
		s.number("reassembled", int64(len(joined)), "packets", 0)
	}
	nd := map[uint64]bool{} // told in the next step
	for _, m := range r.of(trace.NDRecv, r.o.Client, nil) {
		nd[m.Pkt] = true
	}
	for i, m := range r.of(trace.ICMPRecv, r.o.Client, func(m *trace.Event) bool { return !nd[m.Pkt] }) {
		if i == maxListed {
			break
		}
		s.text("ICMP received", orElse(m.Text, "a message"), r.number(m.Pkt))
	}
}

// decision tells how the next hop was found.
func (r *run) decision(s *Step, look *trace.Event) {
	dst, own := look.Route.Dst, look.Route.Local
	if own.IsValid() && own.Addr().Is4() == dst.Is4() {
		net, mine := masked(dst, own.Bits()), own.Masked().Addr()
		verdict := "the same network: it is on our link"
		if !subnet.OnLink(own, dst) {
			verdict = "another network: it is not on our link"
		}
		if own.Addr().Is4() {
			s.textf(0, "own address and mask", "%s, mask %s (/%d)", own.Addr(), maskOf(own), own.Bits())
		} else {
			s.textf(0, "own address and prefix", "%s/%d", own.Addr(), own.Bits())
		}
		s.textf(0, "destination AND mask", "%s AND %s = %s", dst, maskOf(own), net)
		s.textf(0, "own network", "%s AND %s = %s", own.Addr(), maskOf(own), mine)
		s.text("so it is", verdict, 0)
	}
	switch {
	case !look.Route.Prefix.IsValid():
		s.text("route", "none: "+orElse(look.Text, "unreachable"), 0)
		s.Text += " No route leads there."
	case look.Route.Gateway.IsValid():
		s.textf(0, "longest matching route", "%s via gateway %s", prefixName(look.Route.Prefix), look.Route.Gateway)
		s.Text += " The destination is on another network, so the packet goes to the gateway " + look.Route.Gateway.String() + "."
	default:
		s.textf(0, "longest matching route", "%s, on the link of %s", look.Route.Prefix, look.Dev)
		s.Text += " The destination is on the client's own link, so no gateway is needed."
	}
}

func prefixName(p netip.Prefix) string {
	if p.Bits() == 0 {
		return p.String() + " (the default route)"
	}
	return p.String()
}

func orElse(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

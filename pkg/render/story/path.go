package story

// Step 8: switches, routers, and the uplink.

import (
	"net/netip"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
)

func (r *run) pathStep(s *Step) {
	s.Title = "The switch and the router"
	s.About = "A switch reads MAC addresses only. It learns behind which port each sender is, forwards a frame to the port of its destination, and floods it to all ports while it does not know that, or when it is for everybody."
	r.switchPart(s)
	r.routerPart(s)
	r.uplinkPart(s)
}

func (r *run) switchPart(s *Step) {
	ours := func(e *trace.Event) bool { return r.number(e.Pkt) > 0 }
	learned := r.of(trace.SwitchLearn, "", ours)
	floods := r.of(trace.SwitchFlood, "", ours)
	forwards := r.of(trace.SwitchForward, "", ours)
	if len(learned)+len(floods)+len(forwards) == 0 {
		s.never("no switch reported a frame of the client's capture.")
		return
	}
	s.told("Of the frames in the client's capture switches forwarded %d and flooded %d; %d of them taught a switch where a station is.", len(forwards), len(floods), len(learned))
	list := func(name, verb string, events []*trace.Event) {
		if len(events) == 0 {
			s.missing(name)
			return
		}
		for i, e := range events {
			if i == 4 {
				break
			}
			s.textf(r.number(e.Pkt), name, verb, e.Host, mac(e.Neigh.MAC), e.Dev)
		}
		if n := len(events) - 4; n > 0 {
			s.number(name+", further", int64(n), "packets", 0)
		}
	}
	list("learned", "%s: %s is behind %s", learned)
	list("flooded", "%s: for %s, from %s to all other ports", floods)
	if e := r.opening(); e != nil {
		mine := func(x *trace.Event) bool { return x.Pkt == e.Pkt }
		path := append(r.of(trace.SwitchForward, "", mine), r.of(trace.SwitchFlood, "", mine)...)
		if len(path) == 0 {
			s.missing("the SYN, forwarded")
		}
		for _, x := range path {
			how := "forwarded"
			if x.Kind == trace.SwitchFlood {
				how = "flooded"
			}
			s.textf(r.number(x.Pkt), "the SYN, "+how, "%s: for %s, %s %s", x.Host, mac(x.Neigh.MAC), map[bool]string{true: "from", false: "to"}[x.Kind == trace.SwitchFlood], x.Dev)
		}
	}
	if len(floods) > 0 {
		pkts := map[uint64]bool{}
		for _, e := range floods {
			pkts[e.Pkt] = true
		}
		n := 0
		for _, e := range r.kinds[trace.Drop] {
			if e.Drop == trace.OtherHost && e.Ctx == trace.Hardware && pkts[e.Pkt] {
				n++
			}
		}
		if n > 0 {
			s.number("flooded frames that other stations' cards dropped", int64(n), "packets", 0)
		}
	}
}

func (r *run) routerPart(s *Step) {
	p := s.add("The router", "A router takes only frames that are for its own MAC address, takes the frame off, looks up the longest matching route, makes TTL or hop limit one less, and puts the packet into a new frame with new MAC addresses.")
	e := r.opening()
	if e == nil {
		p.never("no packet of the connection was sent.")
		return
	}
	n := r.number(e.Pkt)
	hops := r.of(trace.IPForward, "", func(x *trace.Event) bool { return x.Pkt == e.Pkt })
	if len(hops) == 0 {
		if hop, ok := r.nextHop(); ok && hop == r.conn.dstAddr() {
			p.never("the destination is on the client's own link.")
		} else {
			p.never("no router forwarded the packet that opened the connection.")
		}
		return
	}
	var names []string
	for _, x := range hops {
		names = append(names, x.Host)
		where := func(k trace.Kind) *trace.Event {
			return r.prev(k, x.Host, x.Seq, func(y *trace.Event) bool { return y.Pkt == e.Pkt })
		}
		if in := where(trace.RxDMA); in != nil {
			p.textf(n, "taken in", "%s by %s: the destination MAC address is its own, and the FCS 0x%08x is right", x.Host, in.Dev, in.NIC.FCS)
			p.modelled(in)
		} else {
			p.text("taken in", Missing, 0)
		}
		look := r.prev(trace.RouteLookup, x.Host, x.Seq, func(y *trace.Event) bool { return y.Route.Dst == r.conn.dstAddr() })
		next := r.conn.dstAddr()
		if look != nil {
			if look.Route.Gateway.IsValid() {
				next = look.Route.Gateway
				p.textf(0, "route taken", "%s via %s, out of %s", prefixName(look.Route.Prefix), next, look.Dev)
			} else {
				p.textf(0, "route taken", "%s, on the link of %s", look.Route.Prefix, look.Dev)
			}
		} else {
			p.missing("route taken")
		}
		if got := where(trace.IPRecv); got != nil && got.TTL > 0 {
			p.textf(n, r.hops(), "%d → %d", got.TTL, x.TTL)
		} else {
			p.textf(n, r.hops()+" afterwards", "%d", x.TTL)
		}
		v := r.resolve(x.Host, next)
		switch {
		case v.found != nil && len(v.asks) > 0:
			p.textf(0, "next MAC address", "%s for %s, which %s had to ask for", mac(v.mac), next, x.Host)
		case v.found != nil:
			p.textf(0, "next MAC address", "%s for %s, from the cache", mac(v.mac), next)
		default:
			p.missing("next MAC address")
		}
		if out := r.next(trace.TxDMA, x.Host, x.Seq, func(y *trace.Event) bool { return y.Pkt == e.Pkt }); out != nil {
			p.textf(0, "re-framed", "out of %s with a new header and the FCS 0x%08x", out.Dev, out.NIC.FCS)
			p.modelled(out)
			p.number("time in the router", out.Time-takenAt(where(trace.RxDMA), x), "ns", 0)
		} else {
			p.missing("re-framed")
		}
	}
	p.told("Packet %d, which opened the connection, went through %s.", n, strings.Join(names, " and "))
}

func takenAt(in, forward *trace.Event) int64 {
	if in != nil {
		return in.Time
	}
	return forward.Time
}

// uplink lists what the uplink did with the story's connection.
func (r *run) uplink() []*trace.Event {
	if r.conn == nil {
		return nil
	}
	var out []*trace.Event
	for i := range r.ev {
		e := &r.ev[i]
		switch e.Kind {
		case trace.UplinkDial, trace.UplinkOpen, trace.UplinkRefused, trace.UplinkClose:
			if r.conn.side(e.Flow) >= 0 {
				out = append(out, e)
			}
		}
	}
	return out
}

func (r *run) uplinkPart(s *Step) {
	p := s.add("The uplink", "A destination outside the lab is reached through the lab's gateway. It ends the TCP connection in its own stack and carries the bytes on over an ordinary socket of this machine; it answers the SYN only when that socket is connected.")
	list := r.uplink()
	if len(list) == 0 {
		p.never("the connection stayed inside the lab.")
		return
	}
	p.told("The gateway ended the connection (terminated_by: uplink). The SYN-ACK, its options and the %s of what comes back are the gateway's, not the far server's.", r.hops())
	for _, e := range list {
		if e.Kind == trace.UplinkRefused {
			p.told("The gateway could not connect: %s. It told the client so in its own name (terminated_by: uplink).", e.Text)
		}
	}
	p.text("terminated by", "uplink", 0)
	names := map[trace.Kind]string{trace.UplinkDial: "dialled", trace.UplinkOpen: "open", trace.UplinkRefused: "not connected", trace.UplinkClose: "ended"}
	for _, e := range list[:min(len(list), maxListed)] {
		p.text(names[e.Kind], e.Text, 0)
		p.number("at", r.at(e), "ns", 0)
		if e.Kind != trace.UplinkDial {
			continue
		}
		if to, err := netip.ParseAddrPort(e.Text); err == nil && to.Addr() != r.conn.dstAddr() {
			p.textf(0, "NAT", "%s stands for %s of this machine: the address is translated here", r.conn.dstAddr(), to.Addr())
		}
	}
	for _, k := range []trace.Kind{trace.UplinkDial, trace.UplinkOpen, trace.UplinkClose} {
		found := false
		for _, e := range list {
			found = found || e.Kind == k || e.Kind == trace.UplinkRefused && k != trace.UplinkDial
		}
		if !found {
			p.missing(names[k])
		}
	}
}

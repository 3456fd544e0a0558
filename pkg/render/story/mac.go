package story

// Step 6: the frame, and how the next hop's MAC address was found. RFC 826, RFC 4861 7.2,
// RFC 894, RFC 2464.

import (
	"net/netip"
	"strings"

	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// resolution is how the client found a neighbour's MAC address.
type resolution struct {
	addr    netip.Addr
	changes []*trace.Event // NeighState
	asks    []*trace.Event // ARPSend or NDSend
	answers []*trace.Event // ARPRecv or NDRecv
	waits   []*trace.Event // NeighQueue
	mac     [6]byte
	found   *trace.Event // the change that brought the address
}

func (r *run) nextHop() (netip.Addr, bool) {
	look := r.lookup()
	if look == nil {
		return netip.Addr{}, false
	}
	if look.Route.Gateway.IsValid() {
		return look.Route.Gateway, true
	}
	return look.Route.Dst, true
}

func (r *run) resolve(host string, a netip.Addr) (v resolution) {
	v.addr = a
	mine := func(e *trace.Event) bool { return e.Neigh.Addr.WithZone("") == a.WithZone("") }
	v.changes = r.of(trace.NeighState, host, mine)
	send, recv, ask, answer := trace.ARPSend, trace.ARPRecv, "request", "reply"
	if a.Is6() {
		send, recv, ask, answer = trace.NDSend, trace.NDRecv, "solicitation", "advertisement"
	}
	v.asks = r.of(send, host, func(e *trace.Event) bool { return mine(e) && e.Text == ask })
	v.answers = r.of(recv, host, func(e *trace.Event) bool { return mine(e) && e.Text == answer })
	v.waits = r.of(trace.NeighQueue, host, mine)
	for _, e := range v.changes {
		if e.Neigh.MAC != ([6]byte{}) && v.found == nil {
			v.found, v.mac = e, e.Neigh.MAC
		}
	}
	return v
}

func (r *run) macStep(s *Step) {
	how := "ARP"
	s.About = "On the link a frame goes to a MAC address. Who knows only the IP address of the next hop asks everybody with ARP: who has it? (RFC 826). The answer is kept in the neighbour cache. The MAC addresses change at each router; the IP addresses stay."
	if r.v6() {
		how = "Neighbour Discovery"
		s.About = "On the link a frame goes to a MAC address. Who knows only the IPv6 address of the next hop asks with a Neighbor Solicitation, sent to a multicast group that few stations listen to (RFC 4861 7.2). The answer is kept in the neighbour cache. The MAC addresses change at each router; the IP addresses stay."
	}
	s.Title = "The MAC header, and how " + how + " found the address"
	hop, ok := r.nextHop()
	if !ok {
		s.never("no route was looked up, so there was no next hop to find.")
		return
	}
	v := r.resolve(r.o.Client, hop)
	s.text("next hop", hop.String(), 0)
	switch {
	case v.found != nil:
		s.told("%s found that %s is at %s.", how, hop, mac(v.mac))
		if len(v.asks) == 0 && len(v.answers) == 0 {
			s.Text = "The neighbour cache has " + hop.String() + " at " + mac(v.mac) + "; no question of ours is on record."
		}
		s.text("its MAC address", mac(v.mac), 0)
	case len(v.asks) > 0 || len(v.waits) > 0:
		s.never("no change of the neighbour cache brought an address for %s.", hop)
	default:
		s.never("nobody was asked, and no change of the neighbour cache is on record.")
	}
	request, reply, to := "ARP request", "ARP reply", "broadcast, to ff:ff:ff:ff:ff:ff"
	if hop.Is6() {
		request, reply = "Neighbor Solicitation", "Neighbor Advertisement"
		to = "multicast"
	}
	if len(v.asks) == 0 {
		s.missing(request)
	}
	for _, e := range v.asks[:min(len(v.asks), maxListed)] {
		n := r.number(e.Pkt)
		way := to
		if e.Neigh.MAC != ([6]byte{}) {
			way = "to " + mac(e.Neigh.MAC) + ", to see whether it is still there"
		} else if eth := r.layers(n).eth; hop.Is6() && eth != nil {
			way = "multicast, to " + wire.Ethernet(eth).Dst().String()
		}
		s.textf(n, request, "who has %s? %s", hop, way)
		s.number("asked at", r.at(e), "ns", n)
	}
	if len(v.answers) == 0 {
		s.missing(reply)
	}
	for _, e := range v.answers[:min(len(v.answers), maxListed)] {
		n := r.number(e.Pkt)
		s.textf(n, reply, "%s is at %s", e.Neigh.Addr, mac(e.Neigh.MAC))
		s.number("answered at", r.at(e), "ns", n)
	}
	if len(v.waits) > 0 {
		n := r.number(v.waits[0].Pkt)
		s.number("packets that waited for it", int64(len(v.waits)), "packets", n)
		if f := r.frameOf(v.waits[0].Pkt); f != nil {
			s.number("the first waited", f.ev.Time-v.waits[0].Time, "ns", n)
		}
	} else {
		s.text("a packet that waited for it", Missing, 0)
	}
	if len(v.changes) > 0 {
		list := []string{neigh.State(v.changes[0].Neigh.Old).String()}
		for _, e := range v.changes[:min(len(v.changes), maxListed)] {
			list = append(list, neigh.State(e.Neigh.New).String())
		}
		s.text("neighbour cache", strings.Join(list, " → "), 0)
	} else {
		s.text("a change in the neighbour cache", Missing, 0)
	}
	if e := r.opening(); e != nil {
		n := r.number(e.Pkt)
		l := r.layers(n)
		if l.eth != nil {
			h := wire.Ethernet(l.eth)
			s.textf(n, "frame of the SYN", "from %s to %s, type 0x%04x", h.Src(), h.Dst(), h.EtherType())
			s.headerOf(n, "Ethernet", "IEEE 802.3 3.1.1", wire.EthernetFieldTable, l.eth)
		}
		if v.found != nil && v.found.Seq < r.conn.first {
			s.text("for the connection", "the cache had the address already when the SYN was sent", 0)
		}
	}
	if len(v.asks) > 0 {
		n := r.number(v.asks[0].Pkt)
		l := r.layers(n)
		s.headerOf(n, "ARP", "RFC 826", wire.ARPFieldTable, l.arp)
		if l.icmp6 != nil {
			s.headerOf(n, "ICMPv6 Neighbor Solicitation", "RFC 4861 4.3", wire.ICMPv6FieldTable(wire.ICMPv6(l.icmp6).Type()), l.icmp6)
		}
	}
}

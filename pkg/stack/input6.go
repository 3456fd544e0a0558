package stack

// IPv6 input: RFC 8200; addresses that must not be on the wire: RFC 4291 2.5, 2.7.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// input6 is ipv6_rcv: s starts at the IPv6 header.
func (st *Stack) input6(i *Interface, s *skb.SKB, group bool) {
	now := st.l.Now()
	st.meter.Charge(stage.IPv6Receive)
	st.n.Ip6InReceives++
	p, err := wire.ParseIPv6Header(s.Bytes())
	if err != nil {
		st.n.Ip6InHdrErrors++
		st.drop(s, i, trace.IPInHdr, "ip6_rcv_core", "")
		return
	}
	n := wire.IPv6HeaderLen + p.PayloadLen()
	if n > s.Len() {
		st.n.Ip6InTruncatedPkts++
		st.drop(s, i, trace.PktTooSmall, "ip6_rcv_core", "")
		return
	}
	s.Trim(n)
	if st.tr.On() {
		st.tr.Emit(ipEvent(trace.IPRecv, "ipv6_rcv", i, s))
	}
	st.meter.Charge(stage.RouteInput)
	src, dst := p.Src(), p.Dst()
	if why := st.martian6(i, src, dst); why != "" {
		st.n.Ip6InAddrErrors++
		st.drop(s, i, trace.IPInNoRoutes, "ip6_rcv_core", why)
		return
	}
	switch {
	case dst.IsMulticast():
		st.n.Ip6InMcastPkts++
		if !i.inGroup(dst) {
			st.drop(s, i, trace.OtherHost, "ip6_mc_input", "")
			return
		}
		st.deliver6(now, i, s, true)
	case st.localInterface(dst) != nil:
		if group {
			st.drop(s, i, trace.UnicastInL2Multicast, "ip6_rcv_core", "")
			return
		}
		st.deliver6(now, i, s, false)
	case !group && st.fwd.f != nil && st.intercepts(upperProto6(p)):
		if p.HopLimit() <= 1 {
			st.expired6(now, i, s)
			return
		}
		st.deliver6(now, i, s, false)
	case !group && st.interceptsError(p.NextHeader(), p.Payload()):
		st.deliver6(now, i, s, false)
	default:
		st.forward6(now, i, s, group)
	}
}

// upperProto6 is the upper-layer protocol, also of a fragment.
func upperProto6(p wire.IPv6) uint8 {
	c, err := wire.WalkIPv6(p)
	if err != nil || c.Problem.Action != wire.IPv6Skip {
		return wire.ProtoNoNext
	}
	return c.Proto
}

func (st *Stack) martian6(i *Interface, src, dst netip.Addr) string {
	lo := i.info.Loopback
	switch {
	case src.IsMulticast():
		return "martian source: a group" // RFC 4291 2.7: "must not be used as source addresses"
	case !lo && (src.IsLoopback() || dst.IsLoopback()):
		return "martian: loopback" // RFC 4291 2.5.3: "must be dropped"
	case dst.IsUnspecified():
		return "martian destination: unspecified"
	case src.Is4In6() || dst.Is4In6():
		return "martian: IPv4-mapped" // no socket could tell it from IPv4
	case src.IsUnspecified() && !dst.IsMulticast():
		return "martian source: unspecified"
	case dst.IsMulticast() && dst.As16()[1]&15 <= 1 && !lo:
		return "martian destination: scope" // RFC 4291 2.7: interface-local groups do not leave the node
	case !lo && st.local[src] != nil:
		return "martian source: own address"
	}
	return ""
}

// inGroup says whether the interface receives a group: all nodes, and the
// solicited-node groups of its addresses (RFC 4291 2.8).
func (i *Interface) inGroup(g netip.Addr) bool {
	if g == allNodes6 || i.info.Loopback && g == netip.MustParseAddr("ff01::1") {
		return true
	}
	for _, p := range i.addrs {
		if p.Addr().Is6() && solicitedNode(p.Addr()) == g {
			return true
		}
	}
	return false
}

// deliver6 processes the extension headers and hands the packet to the transport.
func (st *Stack) deliver6(now int64, i *Interface, s *skb.SKB, group bool) {
	p := wire.IPv6(s.Bytes())
	c, err := wire.WalkIPv6(p)
	if err != nil {
		st.n.Ip6InHdrErrors++
		st.drop(s, i, trace.IPInHdr, "ip6_protocol_deliver_rcu", "")
		return
	}
	if c.Problem.Action != wire.IPv6Skip {
		st.problem6(now, i, s, &c, group)
		return
	}
	if f := c.Fragment(p); f != nil && !f.IsAtomic() {
		if s = st.reassemble6(now, i, s, &c); s != nil {
			st.deliver6(now, i, s, group) // it has no fragment header any more
		}
		return
	}
	st.meter.Charge(stage.LocalDeliver)
	src, dst := p.Src(), p.Dst()
	hops := p.HopLimit()
	s.Pull(c.Offset)
	s.L4 = s.Data()
	st.n.Ip6InDelivers++
	switch c.Proto {
	case wire.ProtoTCP:
		st.inputTCP(now, i, s, src, dst, group)
	case wire.ProtoUDP:
		st.inputUDP(now, i, s, src, dst, group)
	case wire.ProtoICMPv6:
		st.inputICMP6(now, i, s, src, dst, hops, group)
	case wire.ProtoNoNext:
		st.drop(s, i, trace.NotSpecified, "ip6_protocol_deliver_rcu", "no next header") // RFC 8200 4.7
	default:
		// RFC 8200 4: "an ICMP Parameter Problem message to the source of the packet, with an ICMP Code
		// value of 1 ("unrecognized Next Header type encountered")".
		st.n.Ip6InUnknownProtos++
		st.sendError6(now, s, group, wire.ICMPv6ParamProblem, wire.ICMPv6ParamNextHeader, uint32(c.NextHeaderAt))
		st.drop(s, i, trace.UnhandledProto, "ip6_protocol_deliver_rcu", "")
	}
}

// problem6 drops a packet whose headers cannot be processed, and says so if
// they ask for it.
func (st *Stack) problem6(now int64, i *Interface, s *skb.SKB, c *wire.IPv6Chain, group bool) {
	st.n.Ip6InHdrErrors++
	a := c.Problem.Action
	if a == wire.IPv6Report || a == wire.IPv6ReportUnlessMC && !wire.IPv6(s.Bytes()).Dst().IsMulticast() {
		st.sendError6(now, s, group, wire.ICMPv6ParamProblem, c.Problem.Code, c.Problem.Pointer)
	}
	st.drop(s, i, trace.IPInHdr, "ip6_protocol_deliver_rcu", "")
}

// reassemble6 is ipv6_frag_rcv.
func (st *Stack) reassemble6(now int64, i *Interface, s *skb.SKB, c *wire.IPv6Chain) *skb.SKB {
	st.meter.Charge(stage.Reassemble)
	p := wire.IPv6(s.Bytes())
	f := c.Fragment(p)
	off, more := f.FragOffset(), f.MF()
	n := s.Len() - c.FragmentAt - wire.IPv6FragHeaderLen
	switch {
	case more && n%8 != 0:
		// RFC 8200 4.5: "an ICMP Parameter Problem, Code 0, message should be sent to the source of the
		// fragment, pointing to the Payload Length field of the fragment packet".
		st.n.Ip6InHdrErrors++
		st.sendError6(now, s, false, wire.ICMPv6ParamProblem, wire.ICMPv6ParamField, 4)
		st.drop(s, i, trace.IPInHdr, "ip6_frag_queue", "")
		return nil
	case off+n > wire.IPv6MaxPayloadLen:
		// RFC 8200 4.5: the same, "pointing to the Fragment Offset field".
		st.n.Ip6InHdrErrors++
		st.sendError6(now, s, false, wire.ICMPv6ParamProblem, wire.ICMPv6ParamField, uint32(c.FragmentAt+2))
		st.drop(s, i, trace.IPInHdr, "ip6_frag_queue", "")
		return nil
	}
	key := ip.FragKey{Src: p.Src(), Dst: p.Dst(), ID: f.ID()}
	s.Pull(c.FragmentAt + wire.IPv6FragHeaderLen)
	whole := st.reasm6.Add(now, key, off, more, s)
	st.armReassembly(&st.reasmTimer6, st.reasm6)
	if whole == nil {
		return nil
	}
	// The unfragmentable part and the Next Header are those of the first fragment (RFC 8200 4.5).
	whole.Push(int(whole.Data() - whole.L3))
	whole = st.unshare(whole)
	b := whole.Bytes()
	first, err := wire.WalkIPv6(wire.IPv6(b))
	if err != nil || first.FragmentAt == 0 {
		st.drop(whole, i, trace.IPInHdr, "ip6_frag_reasm", "")
		return nil
	}
	b[first.FragmentPrev] = b[first.FragmentAt]
	copy(b[wire.IPv6FragHeaderLen:], b[:first.FragmentAt])
	whole.Pull(wire.IPv6FragHeaderLen)
	whole.L3 = whole.Data()
	payload := whole.Len() - wire.IPv6HeaderLen
	if payload > wire.IPv6MaxPayloadLen {
		st.drop(whole, i, trace.PktTooBig, "ip6_frag_reasm", "")
		return nil
	}
	wire.IPv6(whole.Bytes()).SetPayloadLen(payload)
	st.reassembled(whole, "ip6_frag_reasm")
	return whole
}

func (st *Stack) reassemblyTimer6() {
	now := st.l.Now()
	st.softirq(func() {
		st.reasm6.OnTimer(now, func(first *skb.SKB) {
			st.sendError6(now, first, false, wire.ICMPv6TimeExceeded, wire.ICMPv6ReassemblyExceeded, 0)
		})
	})
	st.armReassembly(&st.reasmTimer6, st.reasm6)
}

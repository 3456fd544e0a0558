package stack

// ICMP of both versions: RFC 792, RFC 1122 3.2.2, RFC 1812 4.3, RFC 4443. When and how
// much: package icmp.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// internetControl is the precedence of ICMP errors: RFC 1812 4.3.2.5.
const internetControl = 0xc0

// sendError4 answers the datagram that s holds, whose IPv4 header lies at L3, with
// an ICMP error, if the rules and the limit allow one. s stays the caller's.
func (st *Stack) sendError4(now int64, s *skb.SKB, group bool, typ, code uint8, rest uint32) {
	b := s.From(s.L3)
	p, err := wire.ParseIPv4Header(b)
	if err != nil || !icmp.May4(p, group, st.isBroadcast(p.Dst())) {
		return
	}
	to := p.Src()
	out, err := st.route(now, to, netip.Addr{})
	if err != nil {
		return
	}
	// From the address that the datagram was sent to, as in Linux; RFC 1812 4.3.2.4: from a router, an
	// address of the interface that the message leaves on.
	src := out.src
	if st.localInterface(p.Dst()) != nil {
		src = p.Dst()
	}
	if !out.ifc.info.Loopback && !st.limiter.Allow(now, to) {
		st.n.IcmpOutRateLimitHost++
		return
	}
	quote := b[:icmp.Quote4Len(min(len(b), p.TotalLen()))]
	m := wire.ICMPv4Fields{Type: typ, Code: code, Rest: rest, Payload: quote}
	e := st.pool.Alloc(skb.Headroom, m.Len())
	m.Put(e.Put(m.Len()))
	e.Pkt, e.Parent = st.tr.NextPkt(), s.Pkt
	st.n.IcmpOutMsgs++
	switch typ {
	case wire.ICMPv4Unreachable:
		st.n.IcmpOutDestUnreachs++
	case wire.ICMPv4TimeExceeded:
		st.n.IcmpOutTimeExcds++
	}
	if st.tr.On() {
		ev := packetEvent(trace.ICMPSend, "icmp_send", out.ifc, e)
		ev.Flow = addrFlow(wire.ProtoICMP, src, to)
		ev.Text = icmpText4(typ, code)
		st.tr.Emit(ev)
	}
	st.send(now, &out, &header{src: src, dst: to, proto: wire.ProtoICMP, tos: p.TOS()&0x1e | internetControl}, e)
}

// sendError6 is sendError4 for IPv6.
func (st *Stack) sendError6(now int64, s *skb.SKB, group bool, typ, code uint8, rest uint32) {
	b := s.From(s.L3)
	p, err := wire.ParseIPv6Header(b)
	if err != nil {
		return
	}
	c, err := wire.WalkIPv6(p)
	if err != nil {
		return
	}
	if !icmp.May6(p, &c, group, typ, code) {
		return
	}
	to := p.Src()
	out, err := st.route(now, to, netip.Addr{})
	if err != nil {
		return
	}
	// RFC 4443 2.2 (a): "If the message is a response to a message sent to one of the node's unicast
	// addresses, the Source Address of the reply MUST be that same address."
	src := out.src
	if st.localInterface(p.Dst()) != nil {
		src = p.Dst()
	}
	if !out.ifc.info.Loopback && !st.limiter.Allow(now, to) {
		st.n.Icmp6OutRateLimitHost++
		return
	}
	quote := b[:icmp.Quote6Len(min(len(b), wire.IPv6HeaderLen+p.PayloadLen()))]
	m := wire.ICMPv6Fields{Type: typ, Code: code, Rest: rest, Payload: quote, Src: src, Dst: to}
	e := st.pool.Alloc(skb.Headroom, m.Len())
	m.Put(e.Put(m.Len()))
	e.Pkt, e.Parent = st.tr.NextPkt(), s.Pkt
	st.n.Icmp6OutMsgs++
	switch typ {
	case wire.ICMPv6Unreachable:
		st.n.Icmp6OutDestUnreachs++
	case wire.ICMPv6PacketTooBig:
		st.n.Icmp6OutPktTooBigs++
	case wire.ICMPv6TimeExceeded:
		st.n.Icmp6OutTimeExcds++
	case wire.ICMPv6ParamProblem:
		st.n.Icmp6OutParmProblems++
	}
	if st.tr.On() {
		ev := packetEvent(trace.ICMPSend, "icmp6_send", out.ifc, e)
		ev.Flow = addrFlow(wire.ProtoICMPv6, src, to)
		ev.Text = icmpText6(typ, code)
		st.tr.Emit(ev)
	}
	st.send(now, &out, &header{src: src, dst: to, proto: wire.ProtoICMPv6}, e)
}

func addrFlow(proto uint8, src, dst netip.Addr) trace.Flow {
	return trace.Flow{Proto: proto, Src: netip.AddrPortFrom(src, 0), Dst: netip.AddrPortFrom(dst, 0)}
}

// inputICMP4 is icmp_rcv: s starts at the message.
func (st *Stack) inputICMP4(now int64, i *Interface, s *skb.SKB, src, dst netip.Addr, group bool) {
	st.meter.Charge(stage.ICMPReceive)
	st.n.IcmpInMsgs++
	s = st.linear(s)
	m, err := wire.ParseICMPv4(s.Bytes())
	if err != nil {
		st.n.IcmpInErrors++
		st.drop(s, i, trace.HdrTrunc, "icmp_rcv", "")
		return
	}
	if s.Checksum == skb.ChecksumNone && !m.VerifyChecksum() {
		st.n.IcmpInCsumErrors++
		st.n.IcmpInErrors++
		st.drop(s, i, trace.ICMPCSum, "icmp_rcv", "")
		return
	}
	if st.tr.On() {
		ev := packetEvent(trace.ICMPRecv, "icmp_rcv", i, s)
		ev.Flow = addrFlow(wire.ProtoICMP, src, dst)
		ev.Text = icmpText4(m.Type(), m.Code())
		st.tr.Emit(ev)
	}
	switch m.Type() {
	case wire.ICMPv4EchoRequest:
		st.n.IcmpInEchos++
		// RFC 1122 3.2.2.6: one to a group "MAY be silently discarded".
		if !group {
			st.n.IcmpOutEchoReps++
			st.n.IcmpOutMsgs++
			r := wire.ICMPv4Fields{Type: wire.ICMPv4EchoReply, Rest: m.Rest(), Payload: m.Payload()}
			e := st.pool.Alloc(skb.Headroom, r.Len())
			r.Put(e.Put(r.Len()))
			st.echoReply(now, i, s, e, dst, src, wire.ProtoICMP, "icmp_echo")
		}
	case wire.ICMPv4EchoReply:
		st.n.IcmpInEchoReps++
		if st.pong(s, m.ID(), src) {
			return
		}
	case wire.ICMPv4Unreachable, wire.ICMPv4TimeExceeded, wire.ICMPv4ParamProblem:
		switch m.Type() {
		case wire.ICMPv4Unreachable:
			st.n.IcmpInDestUnreachs++
		case wire.ICMPv4TimeExceeded:
			st.n.IcmpInTimeExcds++
		default:
			st.n.IcmpInParmProbs++
		}
		if e, ok := icmp.Parse4(m); ok {
			st.icmpError(now, &e)
		} else {
			st.n.IcmpInErrors++
		}
	}
	st.free(s, "consume_skb")
}

// inputICMP6 is icmpv6_rcv.
func (st *Stack) inputICMP6(now int64, i *Interface, s *skb.SKB, src, dst netip.Addr, hops uint8, group bool) {
	st.meter.Charge(stage.ICMPReceive)
	st.n.Icmp6InMsgs++
	s = st.linear(s)
	m, err := wire.ParseICMPv6(s.Bytes())
	if err != nil {
		st.n.Icmp6InErrors++
		st.drop(s, i, trace.HdrTrunc, "icmpv6_rcv", "")
		return
	}
	if s.Checksum == skb.ChecksumNone && !m.VerifyChecksum(src, dst) {
		st.n.Icmp6InCsumErrors++
		st.n.Icmp6InErrors++
		st.drop(s, i, trace.ICMPCSum, "icmpv6_rcv", "")
		return
	}
	if st.tr.On() {
		ev := packetEvent(trace.ICMPRecv, "icmpv6_rcv", i, s)
		ev.Flow = addrFlow(wire.ProtoICMPv6, src, dst)
		ev.Text = icmpText6(m.Type(), m.Code())
		st.tr.Emit(ev)
	}
	switch m.Type() {
	case wire.ICMPv6EchoRequest:
		st.n.Icmp6InEchos++
		if !group {
			st.n.Icmp6OutEchoReplies++
			st.n.Icmp6OutMsgs++
			r := wire.ICMPv6Fields{Type: wire.ICMPv6EchoReply, Rest: m.Rest(), Payload: m.Payload(), Src: dst, Dst: src}
			e := st.pool.Alloc(skb.Headroom, r.Len())
			r.Put(e.Put(r.Len()))
			st.echoReply(now, i, s, e, dst, src, wire.ProtoICMPv6, "icmpv6_echo_reply")
		}
	case wire.ICMPv6EchoReply:
		st.n.Icmp6InEchoReplies++
		if st.pong(s, m.ID(), src) {
			return
		}
	case wire.ICMPv6RouterSol, wire.ICMPv6RouterAdv, wire.ICMPv6NeighborSol, wire.ICMPv6NeighborAdv, wire.ICMPv6Redirect:
		if !i.ndInput(now, s, m, src, dst, hops) {
			st.n.Icmp6InErrors++
		}
	case wire.ICMPv6Unreachable, wire.ICMPv6PacketTooBig, wire.ICMPv6TimeExceeded, wire.ICMPv6ParamProblem:
		switch m.Type() {
		case wire.ICMPv6Unreachable:
			st.n.Icmp6InDestUnreachs++
		case wire.ICMPv6PacketTooBig:
			st.n.Icmp6InPktTooBigs++
		case wire.ICMPv6TimeExceeded:
			st.n.Icmp6InTimeExcds++
		default:
			st.n.Icmp6InParmProblems++
		}
		if e, ok := icmp.Parse6(m); ok {
			st.icmpError(now, &e)
		} else {
			st.n.Icmp6InErrors++
		}
	}
	st.free(s, "consume_skb")
}

// echoReply sends e, the answer to s, from the address that was asked.
func (st *Stack) echoReply(now int64, i *Interface, s, e *skb.SKB, from, to netip.Addr, proto uint8, stageName string) {
	e.Pkt, e.Parent = st.tr.NextPkt(), s.Pkt
	out, err := st.route(now, st.scoped(i, to), from)
	if err != nil {
		e.Free()
		return
	}
	if st.tr.On() {
		ev := packetEvent(trace.ICMPSend, stageName, out.ifc, e)
		ev.Flow, ev.Text = addrFlow(proto, from, to), "echo reply"
		st.tr.Emit(ev)
	}
	st.send(now, &out, &header{src: from, dst: to, proto: proto}, e)
}

// scoped gives a link-local address the zone of the interface that it was
// heard on.
func (st *Stack) scoped(i *Interface, a netip.Addr) netip.Addr {
	if a.Is6() && a.IsLinkLocalUnicast() && !i.info.Loopback {
		return a.WithZone(i.info.Name)
	}
	return a
}

// icmpError tells the socket that the quoted packet names. The quotation must be
// of a packet from an address of ours, or of a flow that the forwarder ended.
func (st *Stack) icmpError(now int64, e *icmp.Error) {
	local, remote := netip.AddrPortFrom(e.Src, e.SrcPort), netip.AddrPortFrom(e.Dst, e.DstPort)
	switch e.Proto {
	case wire.ProtoTCP:
		st.tcpError(now, e, local, remote)
	case wire.ProtoUDP:
		st.udpError(now, e, local, remote)
	case wire.ProtoICMP, wire.ProtoICMPv6:
		st.pingError(now, e)
	}
}

// tooBig takes in a path MTU report that a socket has vouched for, and returns
// what is believed now and whether it is news.
func (st *Stack) tooBig(now int64, e *icmp.Error) (int, bool) {
	link := loopbackMTU
	if r := st.routes.Lookup(e.Dst); r != nil {
		link = st.ifaces[r.If].info.MTU
		if r.MTU > 0 {
			link = min(link, r.MTU)
		}
	}
	mtu, news := st.pmtu.Lower(now, e.Dst, e.MTU, link)
	if news {
		st.gen++
	}
	return mtu, news
}

// icmpText4 names a message as RFC 792 and RFC 1812 do.
func icmpText4(typ, code uint8) string {
	switch typ {
	case wire.ICMPv4EchoReply:
		return "echo reply"
	case wire.ICMPv4EchoRequest:
		return "echo request"
	case wire.ICMPv4Unreachable:
		switch code {
		case wire.ICMPv4NetUnreachable:
			return "network unreachable"
		case wire.ICMPv4HostUnreachable:
			return "host unreachable"
		case wire.ICMPv4ProtoUnreachable:
			return "protocol unreachable"
		case wire.ICMPv4PortUnreachable:
			return "port unreachable"
		case wire.ICMPv4FragNeeded:
			return "fragmentation needed"
		case wire.ICMPv4NetProhibited, wire.ICMPv4HostProhibited, wire.ICMPv4CommProhibited:
			return "administratively prohibited"
		}
		return "destination unreachable"
	case wire.ICMPv4Redirect:
		return "redirect"
	case wire.ICMPv4TimeExceeded:
		if code == wire.ICMPv4ReassemblyExceeded {
			return "reassembly time exceeded"
		}
		return "time to live exceeded"
	case wire.ICMPv4ParamProblem:
		return "parameter problem"
	}
	return "other"
}

// icmpText6 names a message as RFC 4443 and RFC 4861 do.
func icmpText6(typ, code uint8) string {
	switch typ {
	case wire.ICMPv6EchoReply:
		return "echo reply"
	case wire.ICMPv6EchoRequest:
		return "echo request"
	case wire.ICMPv6Unreachable:
		switch code {
		case wire.ICMPv6NoRoute:
			return "no route to destination"
		case wire.ICMPv6AdminProhibited:
			return "administratively prohibited"
		case wire.ICMPv6AddrUnreachable:
			return "address unreachable"
		case wire.ICMPv6PortUnreachable:
			return "port unreachable"
		}
		return "destination unreachable"
	case wire.ICMPv6PacketTooBig:
		return "packet too big"
	case wire.ICMPv6TimeExceeded:
		if code == wire.ICMPv6ReassemblyExceeded {
			return "fragment reassembly time exceeded"
		}
		return "hop limit exceeded"
	case wire.ICMPv6ParamProblem:
		return "parameter problem"
	case wire.ICMPv6RouterSol:
		return "router solicitation"
	case wire.ICMPv6RouterAdv:
		return "router advertisement"
	case wire.ICMPv6NeighborSol:
		return "neighbor solicitation"
	case wire.ICMPv6NeighborAdv:
		return "neighbor advertisement"
	case wire.ICMPv6Redirect:
		return "redirect"
	}
	return "other"
}

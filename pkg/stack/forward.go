package stack

// Forwarding: RFC 1812 4.2.2.9 (TTL), 5.2.7.1 (unreachable), 5.3.1; RFC 8200 3 (hop
// limit); RFC 1191 3 and RFC 4443 3.2 (packets that do not fit); RFC 2644 (directed
// broadcasts stay out). Redirects are not sent.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// forward4 is ip_forward: s starts at the header of a datagram for somebody else.
func (st *Stack) forward4(now int64, i *Interface, s *skb.SKB, group bool) {
	p := wire.IPv4(s.Bytes())
	dst := p.Dst()
	switch {
	case !st.cfg.Forwarding:
		st.n.IpInAddrErrors++
		st.drop(s, i, trace.OtherHost, "ip_route_input_slow", "not a router")
		return
	case group || dst.IsLinkLocalUnicast() || p.Src().IsLinkLocalUnicast() || p.Src().IsUnspecified():
		st.n.IpInAddrErrors++
		st.drop(s, i, trace.OtherHost, "ip_forward", "not to be forwarded")
		return
	case p.TTL() <= 1:
		st.expired4(now, i, s)
		return
	}
	st.meter.Charge(stage.Forward)
	out, err := st.route(now, dst, p.Src())
	if err != nil {
		st.n.IpExtInNoRoutes++
		st.sendError4(now, s, group, wire.ICMPv4Unreachable, wire.ICMPv4NetUnreachable, 0)
		st.drop(s, i, trace.IPInNoRoutes, "ip_error", "")
		return
	}
	if out.to != toNeighbor {
		st.n.IpInAddrErrors++
		st.drop(s, i, trace.OtherHost, "ip_forward", "directed broadcast")
		return
	}
	out.mtu = out.link // what this host has learned about paths of its own does not count here
	if p.DF() && st.segmentLen(s, p.HeaderLen()) > out.mtu {
		st.n.IpFragFails++
		st.sendError4(now, s, group, wire.ICMPv4Unreachable, wire.ICMPv4FragNeeded, wire.FragNeededRest(out.mtu))
		st.drop(s, i, trace.PktTooBig, "ip_forward", "")
		return
	}
	s = st.unshare(s)
	p = wire.IPv4(s.Bytes())
	p.SetTTL(p.TTL() - 1)
	s.L4 = s.L3 + int32(p.HeaderLen())
	s.Priority = priority(p[1])
	st.n.IpForwDatagrams++
	if st.tr.On() {
		st.tr.Emit(ipEvent(trace.IPForward, "ip_forward", out.ifc, s))
	}
	st.forwardOutput(now, &out, s)
}

// expired4 drops a datagram whose time to live is over.
func (st *Stack) expired4(now int64, i *Interface, s *skb.SKB) {
	st.n.IpInHdrErrors++
	st.sendError4(now, s, false, wire.ICMPv4TimeExceeded, wire.ICMPv4TTLExceeded, 0)
	st.drop(s, i, trace.TTLExpired, "ip_forward", "")
}

// forward6 is ip6_forward.
func (st *Stack) forward6(now int64, i *Interface, s *skb.SKB, group bool) {
	p := wire.IPv6(s.Bytes())
	src, dst := p.Src(), p.Dst()
	switch {
	case !st.cfg.Forwarding:
		st.n.Ip6InAddrErrors++
		st.drop(s, i, trace.OtherHost, "ip6_pkt_drop", "not a router")
		return
	case group || src.IsUnspecified():
		st.n.Ip6InAddrErrors++
		st.drop(s, i, trace.OtherHost, "ip6_forward", "not to be forwarded")
		return
	case p.HopLimit() <= 1:
		st.expired6(now, i, s)
		return
	}
	st.meter.Charge(stage.Forward)
	if src.IsLinkLocalUnicast() || dst.IsLinkLocalUnicast() {
		// RFC 4291 2.5.6: routers must not forward them; RFC 4443 3.1: code 2, beyond scope of source address.
		st.n.Ip6InAddrErrors++
		st.sendError6(now, s, group, wire.ICMPv6Unreachable, wire.ICMPv6BeyondScope, 0)
		st.drop(s, i, trace.OtherHost, "ip6_forward", "link-local")
		return
	}
	out, err := st.route(now, dst, src)
	if err != nil {
		st.n.Ip6InNoRoutes++
		st.sendError6(now, s, group, wire.ICMPv6Unreachable, wire.ICMPv6NoRoute, 0)
		st.drop(s, i, trace.IPInNoRoutes, "ip6_pkt_drop", "")
		return
	}
	out.mtu = out.link
	if st.segmentLen(s, wire.IPv6HeaderLen) > out.mtu {
		st.n.Ip6InTooBigErrors++
		st.n.Ip6FragFails++
		st.sendError6(now, s, group, wire.ICMPv6PacketTooBig, 0, uint32(out.mtu))
		st.drop(s, i, trace.PktTooBig, "ip6_forward", "")
		return
	}
	s = st.unshare(s)
	p = wire.IPv6(s.Bytes())
	p.SetHopLimit(p.HopLimit() - 1)
	s.L4 = s.L3 + wire.IPv6HeaderLen
	st.n.Ip6OutForwDatagrams++
	if st.tr.On() {
		st.tr.Emit(ipEvent(trace.IPForward, "ip6_forward", out.ifc, s))
	}
	st.forwardOutput(now, &out, s)
}

func (st *Stack) expired6(now int64, i *Interface, s *skb.SKB) {
	st.n.Ip6InHdrErrors++
	st.sendError6(now, s, false, wire.ICMPv6TimeExceeded, wire.ICMPv6HopLimitExceeded, 0)
	st.drop(s, i, trace.TTLExpired, "ip6_forward", "")
}

// segmentLen is the length of the largest packet that s will be on the wire: of
// a super-segment, that of one segment.
func (st *Stack) segmentLen(s *skb.SKB, ipLen int) int {
	if s.GSOSize == 0 {
		return s.Len()
	}
	t, err := wire.ParseTCP(s.Bytes()[ipLen:])
	if err != nil {
		return s.Len()
	}
	return ipLen + t.HeaderLen() + int(s.GSOSize)
}

// forwardOutput sends a packet whose transport checksum is somebody else's: it
// stays as it is, except for a super-segment, which has none.
func (st *Stack) forwardOutput(now int64, p *path, s *skb.SKB) {
	if s.GSOSize > 0 {
		b := s.Bytes()
		ipLen := int(s.L4 - s.L3)
		src, dst := ends(b)
		wire.TCP(b[ipLen:]).FillPartialChecksum(src, dst, s.Len()-ipLen)
		s.Checksum, s.CsumStart, s.CsumOffset = skb.ChecksumPartial, s.L4, tcpChecksumOffset
	} else {
		s.Checksum = skb.ChecksumNone
	}
	st.finishOutput(now, p, s)
}

// ends reads the addresses of an IP header.
func ends(b []byte) (src, dst netip.Addr) {
	if b[0]>>4 == 4 {
		p := wire.IPv4(b)
		return p.Src(), p.Dst()
	}
	p := wire.IPv6(b)
	return p.Src(), p.Dst()
}

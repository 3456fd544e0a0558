package stack

// IPv4 input: RFC 791, RFC 1122 3.2.1 (checks), RFC 1812 5.3.7 (martian addresses).

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// input4 is ip_rcv: s starts at the IPv4 header. group says that the frame was
// addressed to a link-layer group.
func (st *Stack) input4(i *Interface, s *skb.SKB, group bool) {
	now := st.l.Now()
	st.meter.Charge(stage.IPReceive)
	st.n.IpInReceives++
	p, err := wire.ParseIPv4Header(s.Bytes())
	switch {
	case err != nil:
		st.n.IpInHdrErrors++
		st.drop(s, i, trace.IPInHdr, "ip_rcv_core", "")
		return
	case !p.VerifyChecksum():
		st.n.IpExtInCsumErrors++
		st.n.IpInHdrErrors++
		st.drop(s, i, trace.IPCSum, "ip_rcv_core", "")
		return
	case p.TotalLen() > s.Len():
		st.n.IpExtInTruncatedPkts++
		st.drop(s, i, trace.PktTooSmall, "ip_rcv_core", "")
		return
	}
	s.Trim(p.TotalLen()) // the link's padding
	if st.tr.On() {
		st.tr.Emit(ipEvent(trace.IPRecv, "ip_rcv", i, s))
	}
	st.meter.Charge(stage.RouteInput)
	src, dst := p.Src(), p.Dst()
	if why := st.martian4(i, src, dst); why != "" {
		st.n.IpInAddrErrors++
		st.drop(s, i, trace.IPInNoRoutes, "ip_route_input_slow", why)
		return
	}
	broadcast := st.isBroadcast(dst)
	switch {
	case st.localInterface(dst) != nil:
		if group {
			// RFC 1122 3.3.6: a host "SHOULD silently discard a datagram that is received via a link-layer
			// broadcast ... but does not specify an IP multicast or broadcast destination address".
			st.drop(s, i, trace.UnicastInL2Multicast, "ip_rcv_finish_core", "")
			return
		}
		st.deliver4(now, i, s, group)
	case broadcast:
		st.n.IpExtInBcastPkts++
		st.deliver4(now, i, s, true)
	case dst.IsMulticast():
		st.n.IpExtInMcastPkts++
		if dst != allSystems4 {
			st.drop(s, i, trace.OtherHost, "ip_mc_validate_source", "")
			return
		}
		st.deliver4(now, i, s, true)
	case !group && st.intercepts(p.Protocol()):
		if p.TTL() <= 1 {
			st.expired4(now, i, s)
			return
		}
		st.deliver4(now, i, s, false)
	case !group && !p.IsFragment() && st.interceptsError(p.Protocol(), p.Payload()):
		st.deliver4(now, i, s, false)
	default:
		st.forward4(now, i, s, group)
	}
}

// martian4 says what is wrong with a pair of addresses, if anything (RFC 1122
// 3.2.1.3, RFC 1812 5.3.7).
func (st *Stack) martian4(i *Interface, src, dst netip.Addr) string {
	lo := i.info.Loopback
	switch {
	case src.IsMulticast() || src.As4()[0] >= 240 || st.isBroadcast(src):
		// RFC 9293 3.9.2.3: a SYN from such an address would be answered to everybody.
		return "martian source: a group"
	case !lo && src.IsLoopback():
		return "martian source: loopback"
	case !lo && dst.IsLoopback():
		return "martian destination: loopback"
	case dst.IsUnspecified():
		return "martian destination: unspecified"
	case src.IsUnspecified() && dst != broadcast4 && !dst.IsMulticast():
		return "martian source: unspecified"
	case !lo && st.local[src] != nil:
		return "martian source: own address"
	}
	return ""
}

// deliver4 is ip_local_deliver: reassembly, then the transport.
func (st *Stack) deliver4(now int64, i *Interface, s *skb.SKB, group bool) {
	p := wire.IPv4(s.Bytes())
	if p.IsFragment() {
		if s = st.reassemble4(now, s); s == nil {
			return
		}
		p = wire.IPv4(s.Bytes())
	}
	st.meter.Charge(stage.LocalDeliver)
	src, dst, proto := p.Src(), p.Dst(), p.Protocol()
	s.Pull(p.HeaderLen())
	s.L4 = s.Data()
	st.n.IpInDelivers++
	switch proto {
	case wire.ProtoTCP:
		st.inputTCP(now, i, s, src, dst, group)
	case wire.ProtoUDP:
		st.inputUDP(now, i, s, src, dst, group)
	case wire.ProtoICMP:
		st.inputICMP4(now, i, s, src, dst, group)
	default:
		st.n.IpInUnknownProtos++
		st.sendError4(now, s, group, wire.ICMPv4Unreachable, wire.ICMPv4ProtoUnreachable, 0)
		st.drop(s, i, trace.UnhandledProto, "ip_protocol_deliver_rcu", "")
	}
}

// reassemble4 is ip_defrag. It returns the whole datagram, or nil.
func (st *Stack) reassemble4(now int64, s *skb.SKB) *skb.SKB {
	st.meter.Charge(stage.Reassemble)
	p := wire.IPv4(s.Bytes())
	key := ip.FragKey{Src: p.Src(), Dst: p.Dst(), ID: uint32(p.ID()), Proto: p.Protocol()}
	off, more := p.FragOffset(), p.MF()
	s.Pull(p.HeaderLen())
	whole := st.reasm4.Add(now, key, off, more, s)
	st.armReassembly(&st.reasmTimer4, st.reasm4)
	if whole == nil {
		return nil
	}
	hlen := int(whole.Data() - whole.L3)
	whole.Push(hlen)
	if whole.Len() > wire.IPv4MaxTotalLen {
		st.drop(whole, nil, trace.PktTooBig, "ip_frag_reasm", "")
		return nil
	}
	whole = st.unshare(whole)
	h := wire.IPv4(whole.Bytes())
	h[6], h[7] = 0, 0
	h[10], h[11] = 0, 0
	c := wire.Checksum(h.HeaderBytes(), 0)
	h[10], h[11] = byte(c>>8), byte(c)
	h.SetTotalLen(whole.Len())
	st.reassembled(whole, "ip_frag_reasm")
	return whole
}

func (st *Stack) reassembled(whole *skb.SKB, stageName string) {
	whole.Parent, whole.Pkt = whole.Pkt, st.tr.NextPkt()
	whole.Checksum = skb.ChecksumNone
	if st.tr.On() {
		e := ipEvent(trace.IPReassemble, stageName, nil, whole)
		e.ParentOp = trace.Reasm
		st.tr.Emit(e)
	}
}

// unshare returns s with headers that may be written (skb_cow_head).
func (st *Stack) unshare(s *skb.SKB) *skb.SKB {
	const headers = 128 // IP and transport headers at most
	if s.Writable() {
		return s
	}
	n := min(s.HeadLen(), headers)
	c := s.CopyHeader(skb.Headroom, n)
	st.copied(c, "pskb_expand_head", n)
	st.free(s, "consume_skb")
	return c
}

func (st *Stack) armReassembly(t *loop.Timer, r *ip.Reassembler) {
	if at := r.Next(); at != 0 {
		t.Set(at)
	} else {
		t.Stop()
	}
}

func (st *Stack) reassemblyTimer4() {
	now := st.l.Now()
	st.softirq(func() {
		st.reasm4.OnTimer(now, func(first *skb.SKB) {
			if st.localInterface(wire.IPv4(first.From(first.L3)).Dst()) != nil {
				st.sendError4(now, first, false, wire.ICMPv4TimeExceeded, wire.ICMPv4ReassemblyExceeded, 0)
			}
		})
	})
	st.armReassembly(&st.reasmTimer4, st.reasm4)
}

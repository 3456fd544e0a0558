package stack

// IP output: RFC 791 3, RFC 8200 3; identification: RFC 6864 (see ip.Idents); flow
// labels: RFC 6437.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// header is what an outgoing packet's IP header holds beside lengths and fragments.
type header struct {
	src, dst netip.Addr
	proto    uint8
	ttl      uint8 // 0: the stack's
	tos      uint8
	df       bool   // IPv4
	id       uint16 // IPv4, with df
	label    uint32 // IPv6
	sock     uint64 // whose it is, for the trace
}

// send pushes the IP header onto s, which starts at the transport header, and
// sends it along p. It takes ownership.
func (st *Stack) send(now int64, p *path, h *header, s *skb.SKB) {
	if pass := st.cfg.Pass; pass != nil {
		pass()
	}
	st.meter.Charge(stage.IPQueueXmit)
	if s.Pkt == 0 {
		s.Pkt = st.tr.NextPkt()
	}
	s.L4 = s.Data()
	ttl := h.ttl
	if ttl == 0 {
		ttl = st.cfg.TTL
	}
	n := s.Len()
	is4 := h.dst.Is4()
	if is4 {
		st.n.IpOutRequests++
		f := wire.IPv4Fields{TOS: h.tos, ID: h.id, DF: h.df, TTL: ttl, Protocol: h.proto, Src: h.src, Dst: h.dst, PayloadLen: n}
		if !h.df {
			f.ID = uint16(st.idents.Next(h.src, h.dst, h.proto))
		}
		f.Put(s.Push(wire.IPv4MinHeaderLen))
		s.Protocol = wire.EtherTypeIPv4
	} else {
		st.n.Ip6OutRequests++
		f := wire.IPv6Fields{TrafficClass: h.tos, FlowLabel: h.label, PayloadLen: n, NextHeader: h.proto, HopLimit: ttl, Src: h.src, Dst: h.dst}
		f.Put(s.Push(wire.IPv6HeaderLen))
		s.Protocol = wire.EtherTypeIPv6
	}
	s.L3 = s.Data()
	s.Priority = priority(h.tos)
	if st.tr.On() {
		st.tr.Emit(ipEvent(trace.IPSend, byVersion(h.dst, "ip_output", "ip6_output"), p.ifc, s))
	}
	st.finishOutput(now, p, s)
}

// priority is that of a packet with a type of service (rt_tos2priority, ip_tos2prio):
// best effort, filler, bulk, interactive or interactive bulk.
func priority(tos uint8) uint8 {
	return [...]uint8{0, 1, 0, 0, 2, 2, 2, 2, 6, 6, 6, 6, 4, 4, 4, 4}[tos>>1&15]
}

// finishOutput makes a packet with its IP header fit the path and the device
// (ip_finish_output).
func (st *Stack) finishOutput(now int64, p *path, s *skb.SKB) {
	st.meter.Charge(stage.IPOutput)
	i := p.ifc
	if s.GSOSize > 0 {
		if i.info.GSOMax >= s.Len() {
			i.output(now, p, s)
			return
		}
		q := *p
		st.segment(s, func(x *skb.SKB) { st.finishOutput(now, &q, x) })
		return
	}
	if s.Len() > p.mtu {
		q := *p
		st.fragment(now, &q, s)
		return
	}
	if s.Checksum == skb.ChecksumPartial && !i.info.TxChecksum {
		completeChecksum(s)
	}
	i.output(now, p, s)
}

// fragment sends a packet in pieces, or answers that it must not.
func (st *Stack) fragment(now int64, p *path, s *skb.SKB) {
	if s.Checksum == skb.ChecksumPartial {
		completeChecksum(s)
	}
	if s.From(s.L3)[0]>>4 == 4 {
		if wire.IPv4(s.From(s.L3)).DF() {
			st.n.IpFragFails++
			st.sendError4(now, s, false, wire.ICMPv4Unreachable, wire.ICMPv4FragNeeded, wire.FragNeededRest(p.mtu))
			st.drop(s, p.ifc, trace.PktTooBig, "ip_fragment", "")
			return
		}
		n := ip.Fragment4(s, p.mtu, func(f *skb.SKB) { st.sendFragment(now, p, f, "ip_do_fragment", &st.n.IpFragCreates) })
		st.n.IpFragOKs++
		st.meter.ChargeBytes(stage.Fragment, n)
		st.free(s, "consume_skb")
		return
	}
	h := wire.IPv6(s.From(s.L3))
	id := st.idents.Next(h.Src(), h.Dst(), wire.ProtoFragment)
	n := ip.Fragment6(s, p.mtu, id, func(f *skb.SKB) { st.sendFragment(now, p, f, "ip6_fragment", &st.n.Ip6FragCreates) })
	st.n.Ip6FragOKs++
	st.meter.ChargeBytes(stage.Fragment, n)
	st.free(s, "consume_skb")
}

func (st *Stack) sendFragment(now int64, p *path, f *skb.SKB, stageName string, created *uint64) {
	*created++
	f.Pkt = st.tr.NextPkt()
	if st.tr.On() {
		e := ipEvent(trace.IPFragment, stageName, p.ifc, f)
		e.ParentOp, e.Copied = trace.Frag, int32(f.Len())
		st.tr.Emit(e)
	}
	p.ifc.output(now, p, f)
}

// completeChecksum does in software what ChecksumPartial asks a device for.
func completeChecksum(s *skb.SKB) {
	at := int(s.CsumStart)
	sum := wire.Sum(s.From(s.CsumStart), 0)
	n := int(s.Data()) + s.HeadLen() - at
	for f := s.Frags; f != nil; f = f.Next {
		sum = wire.Combine(sum, wire.Sum(f.Bytes(), 0), n)
		n += f.HeadLen()
	}
	c := ^wire.Fold(sum)
	if c == 0 && s.CsumOffset == udpChecksumOffset {
		c = 0xffff // RFC 768; not for TCP, see wire.FinishChecksum
	}
	b := s.From(s.CsumStart + s.CsumOffset)
	b[0], b[1] = byte(c>>8), byte(c)
	s.Checksum = skb.ChecksumNone
}

// payloadSum is the running sum of all bytes of s.
func payloadSum(s *skb.SKB) uint64 {
	sum := wire.Sum(s.Bytes(), 0)
	n := s.HeadLen()
	for f := s.Frags; f != nil; f = f.Next {
		sum = wire.Combine(sum, wire.Sum(f.Bytes(), 0), n)
		n += f.HeadLen()
	}
	return sum
}

// linear returns s with all of its bytes in one block: s itself, or a copy.
func (st *Stack) linear(s *skb.SKB) *skb.SKB {
	if s.Frags == nil {
		return s
	}
	front := int(s.Data() - s.L3)
	n := s.Len()
	c := s.Pool().Alloc(skb.Headroom, front+n)
	b := c.Put(front + n)
	copy(b, s.From(s.L3)[:front])
	s.CopyTo(b[front:], 0)
	c.L3 = c.Data()
	c.Pull(front)
	c.L4 = c.Data()
	c.Pkt, c.Parent, c.Stamp, c.Protocol, c.Checksum = s.Pkt, s.Parent, s.Stamp, s.Protocol, s.Checksum
	c.Hash, c.Dev = s.Hash, s.Dev
	st.copied(c, "skb_copy", front+n)
	st.free(s, "consume_skb")
	return c
}

// orphan copies what of s is somebody else's memory: the receiver may keep a
// packet for as long as it likes (skb_orphan_frags_rx).
func (st *Stack) orphan(s *skb.SKB) *skb.SKB {
	for f := s.Frags; f != nil; f = f.Next {
		if f.Block().Foreign() {
			return st.copyAll(s)
		}
	}
	return s
}

// copyAll returns a copy of s in one block.
func (st *Stack) copyAll(s *skb.SKB) *skb.SKB {
	n := s.Len()
	c := st.pool.Alloc(skb.Headroom, n)
	s.CopyTo(c.Put(n), 0)
	by := c.Data() - s.Data()
	c.L2, c.L3, c.L4 = s.L2+by, s.L3+by, s.L4+by
	c.Pkt, c.Parent, c.Stamp, c.Protocol, c.Checksum = s.Pkt, s.Parent, s.Stamp, s.Protocol, s.Checksum
	c.GSOSize, c.GSOSegs, c.Hash = s.GSOSize, s.GSOSegs, s.Hash
	st.copied(c, "skb_copy_ubufs", n)
	st.free(s, "consume_skb")
	return c
}

// flowLabel is a label that is the same for all packets of a flow and tells
// nothing else (RFC 6437 3).
func (st *Stack) flowLabel(local, remote netip.AddrPort) uint32 {
	h := ip.Hash(st.secret^uint64(local.Port())<<16^uint64(remote.Port()), local.Addr(), remote.Addr())
	return uint32(h) & 0xfffff
}

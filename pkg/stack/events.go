package stack

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// packetEvent fills in what an event says of a buffer.
func packetEvent(k trace.Kind, stage string, i *Interface, s *skb.SKB) trace.Event {
	e := s.Event(k, stage)
	e.Parent = s.Parent
	if i != nil {
		e.Dev = i.info.Name
	}
	return e
}

// ipEvent is packetEvent for a buffer whose IP header lies at L3.
func ipEvent(k trace.Kind, stage string, i *Interface, s *skb.SKB) trace.Event {
	e := packetEvent(k, stage, i, s)
	b := s.From(s.L3)
	e.Flow, e.TTL = flowOf(b), ttlOf(b)
	return e
}

// flowOf reads the flow from a packet of which little has been checked.
func flowOf(b []byte) (f trace.Flow) {
	var src, dst netip.Addr
	var l4 []byte
	if p, err := wire.ParseIPv4Header(b); err == nil {
		f.Proto, src, dst = p.Protocol(), p.Src(), p.Dst()
		if p.FragOffset() == 0 {
			l4 = b[p.HeaderLen():]
		}
	} else if p, err := wire.ParseIPv6Header(b); err == nil {
		f.Proto, src, dst = p.NextHeader(), p.Src(), p.Dst()
		l4 = b[wire.IPv6HeaderLen:]
	}
	var sport, dport uint16
	if (f.Proto == wire.ProtoTCP || f.Proto == wire.ProtoUDP) && len(l4) >= 4 {
		sport, dport = uint16(l4[0])<<8|uint16(l4[1]), uint16(l4[2])<<8|uint16(l4[3])
	}
	f.Src, f.Dst = netip.AddrPortFrom(src, sport), netip.AddrPortFrom(dst, dport)
	return f
}

// ttlOf reads the TTL or hop limit.
func ttlOf(b []byte) uint8 {
	if p, err := wire.ParseIPv4Header(b); err == nil {
		return p.TTL()
	}
	if p, err := wire.ParseIPv6Header(b); err == nil {
		return p.HopLimit()
	}
	return 0
}

// byVersion picks Linux's name for a step that it has once for each IP version.
func byVersion(a netip.Addr, v4, v6 string) string {
	if a.Is4() {
		return v4
	}
	return v6
}

// drop reports and frees a packet (kfree_skb_reason).
func (st *Stack) drop(s *skb.SKB, i *Interface, why trace.DropReason, stageName, text string) {
	st.meter.Charge(stage.SkbFree)
	if st.tr.On() {
		e := packetEvent(trace.Drop, stageName, i, s)
		if s.Block() != nil {
			e.Refs--
		}
		if s.L3 != 0 && s.L3 <= s.Data() {
			e.Flow = flowOf(s.From(s.L3))
		}
		e.Drop, e.Text = why, text
		st.tr.Emit(e)
	}
	s.Free()
}

// alloc makes a packet's buffer and reports it.
func (st *Stack) alloc(headroom, size int, stageName string) *skb.SKB {
	s := st.pool.Alloc(headroom, size)
	s.Pkt = st.tr.NextPkt()
	if st.tr.On() {
		st.tr.Emit(packetEvent(trace.SkbAlloc, stageName, nil, s))
	}
	return s
}

// free reports and frees a buffer that has served its purpose (consume_skb).
func (st *Stack) free(s *skb.SKB, stageName string) {
	st.meter.Charge(stage.SkbFree)
	if st.tr.On() {
		e := packetEvent(trace.SkbFree, stageName, nil, s)
		if s.Block() != nil {
			e.Refs--
		}
		st.tr.Emit(e)
	}
	s.Free()
}

// consume frees a buffer that has been read; one of another CPU's goes back there
// (skb_attempt_defer_free).
func (st *Stack) consume(s *skb.SKB) {
	if later := st.cfg.Defer; later != nil && later(s) {
		return
	}
	st.free(s, "consume_skb")
}

// copied reports a copy of n bytes into s.
func (st *Stack) copied(s *skb.SKB, stageName string, n int) {
	st.meter.ChargeBytes(stage.SkbCopy, n)
	if st.tr.On() {
		e := packetEvent(trace.SkbCopy, stageName, nil, s)
		e.Copied = int32(n)
		st.tr.Emit(e)
	}
}

// softirq runs the work of a timer of the stack's own in the context where
// Linux runs its timers.
func (st *Stack) softirq(work func()) {
	if st.cfg.SoftIRQ != nil {
		st.cfg.SoftIRQ(work)
		return
	}
	if st.tr == nil {
		work()
		return
	}
	old := st.tr.Ctx
	st.tr.Ctx = trace.SoftIRQ
	work()
	st.tr.Ctx = old
}

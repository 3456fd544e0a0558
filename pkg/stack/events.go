package stack

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
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

// drop reports and frees a packet.
func (st *Stack) drop(s *skb.SKB, i *Interface, why trace.DropReason, stage, text string) {
	if st.tr.On() {
		e := packetEvent(trace.Drop, stage, i, s)
		if s.L3 != 0 && s.L3 <= s.Data() {
			e.Flow = flowOf(s.From(s.L3))
		}
		e.Drop, e.Text = why, text
		st.tr.Emit(e)
	}
	s.Free()
}

// softirq runs the work of a timer of the stack's own in the context where
// Linux runs its timers.
func (st *Stack) softirq(work func()) {
	if st.tr == nil {
		work()
		return
	}
	old := st.tr.Ctx
	st.tr.Ctx = trace.SoftIRQ
	work()
	st.tr.Ctx = old
}

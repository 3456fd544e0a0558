package nic

// Transmission: the engine that serves the TX ring.

import (
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// txQuantum is how many frames the device sends in one loop callback before
// others get their turn. It goes on to the end of a super-segment, which the
// receiver can then merge whole, but never beyond half a receive ring: an unpaced
// sender must not overrun a receiver that is ready to run.
const (
	txQuantum    = 32
	txQuantumMax = DefaultRing / 2
)

// txDesc is a transmit descriptor.
type txDesc struct {
	own bool // the device owns it
	s   *skb.SKB
}

type txRing struct {
	desc            []txDesc
	reap, dma, post int
	fill            int // descriptors that the device owns
	done            int // transmitted, not reaped

	timer   loop.Timer // the engine's next step
	cut     cutter     // cuts the descriptor at dma
	out     Frame      // the frame on its way out; no block: none
	departs int64      // when out has left
	free    int64      // when the line is free again
	rem     int64      // sub-nanosecond rest of free, in octets·8·10⁹ modulo Rate
}

// TxPost fills the next descriptor with a buffer that starts at its Ethernet
// header. The device owns both until TxReap. False: the ring is full and the
// buffer stays the caller's.
func (n *NIC) TxPost(s *skb.SKB) bool {
	r := &n.tx
	d := &r.desc[r.post]
	if d.s != nil {
		return false
	}
	d.s, d.own = s, true
	r.fill++
	slot := r.post
	r.post = next(r.post, len(r.desc))
	if n.tr.On() {
		head, data, tail, end := s.Offsets()
		n.tr.Emit(trace.Event{Kind: trace.TxDesc, Dev: n.cfg.Name, Pkt: s.Pkt, Buf: s.Block().ID, Refs: s.Block().Refs(),
			Head: head, Data: data, Tail: tail, End: end, Len: int32(s.Len()),
			NIC: trace.NIC{Slot: int32(slot), Fill: int32(r.fill)}})
	}
	return true
}

// TxFree returns how many descriptors can be filled.
func (n *NIC) TxFree() int { return len(n.tx.desc) - n.tx.fill - n.tx.done }

// Doorbell tells the device that descriptors are waiting.
func (n *NIC) Doorbell() {
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.Doorbell, Dev: n.cfg.Name, NIC: trace.NIC{Slot: int32(n.tx.post), Fill: int32(n.tx.fill)}})
	}
	if !n.tx.timer.Armed() && n.tx.fill > 0 {
		n.tx.timer.Set(n.l.Now())
	}
}

// TxReap takes the oldest transmitted buffer off the ring, or returns nil.
func (n *NIC) TxReap() *skb.SKB {
	r := &n.tx
	d := &r.desc[r.reap]
	if d.own || d.s == nil {
		return nil
	}
	s := d.s
	d.s = nil
	r.done--
	r.reap = next(r.reap, len(r.desc))
	return s
}

// transmit is one step of the engine.
func (n *NIC) transmit() {
	r := &n.tx
	for i := 0; i < txQuantum || r.cut.left > 0 && i < txQuantumMax; i++ {
		if r.out.Block == nil && !n.fetch() {
			return
		}
		if r.departs > n.l.Now() {
			r.timer.Set(r.departs)
			return
		}
		n.send()
		if r.cut.left == 0 {
			n.txDone()
		}
	}
	if r.fill > 0 {
		r.timer.Set(n.l.Now())
	}
}

// fetch reads the next frame from memory. False: there is nothing to send.
func (n *NIC) fetch() bool {
	r := &n.tx
	for r.cut.left == 0 {
		d := &r.desc[r.dma]
		if !d.own {
			return false
		}
		if why := n.begin(d.s); why != trace.NotDropped {
			n.Stats.TxErrors++
			n.drop(d.s.Pkt, d.s.Len(), why)
			n.txDone()
		}
	}
	n.dmaOut(&r.cut)
	if n.cfg.Rate > 0 {
		n.schedule(&r.out)
	}
	return true
}

// begin prepares the cutter, or says why the device cannot send this buffer.
func (n *NIC) begin(s *skb.SKB) trace.DropReason {
	c := &n.tx.cut
	why := trace.NotDropped
	switch {
	case !c.init(s) || c.gso && n.cfg.NoTSO || !c.gso && c.csumAt >= 0 && n.cfg.NoTxChecksum:
		why = trace.NotSpecified
	case c.frameLen() > n.maxFrame():
		why = trace.PktTooBig
	case c.gso:
		n.Stats.TxTSO++
	}
	if why != trace.NotDropped {
		c.left = 0
	}
	return why
}

// dmaOut reads one frame into a block for the wire, or takes the block that the
// frame is in.
func (n *NIC) dmaOut(c *cutter) {
	size := c.frameLen()
	f := &n.tx.out
	f.Len, f.Summed, f.Sealed, f.Sum = size, c.gso || c.csumAt >= 0, false, 0
	if !c.take(f) {
		f.Block, f.Off = n.pool.Block(Headroom+max(size, wire.EthernetMinFrame)), Headroom
		c.copy(f)
	}
	f.Pkt = c.s.Pkt
	if c.gso || f.Pkt == 0 {
		f.Pkt = n.tr.NextPkt()
	}
	if size < wire.EthernetMinFrame {
		f.Len = wire.EthernetMinFrame
		clear(f.Bytes()[size:])
	}
	n.tx.departs = 0
	if c.gso && n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.TSOCut, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: f.Pkt, Buf: f.Block.ID, Refs: f.Block.Refs(), Parent: c.s.Pkt, ParentOp: trace.GSO, Len: int32(f.Len),
			NIC: trace.NIC{Slot: int32(n.tx.dma), Fill: int32(n.tx.fill)}})
	}
}

// schedule says when the frame will have left: the line is busy with it for
// all its octets; its last bit is out before the gap.
func (n *NIC) schedule(f *Frame) {
	r := &n.tx
	if now := n.l.Now(); r.free < now {
		r.free, r.rem = now, 0
	}
	bits := func(octets int) int64 { return int64(octets)*8*int64(time.Second) + r.rem }
	r.departs = r.free + bits(f.WireLen()-wire.EthernetIFG)/n.cfg.Rate
	busy := bits(f.WireLen())
	r.free += busy / n.cfg.Rate
	r.rem = busy % n.cfg.Rate
}

// send puts the frame on the wire.
func (n *NIC) send() {
	f := &n.tx.out
	if n.wire == nil {
		n.Stats.TxErrors++
		n.Stats.TxCarrierErrors++
		n.tap(Out, f, trace.LinkDown)
		n.drop(f.Pkt, f.Len, trace.LinkDown)
		f.Free()
		return
	}
	n.Stats.TxPackets++
	n.Stats.TxBytes += uint64(f.Len)
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.TxDMA, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: f.Pkt, Buf: f.Block.ID, Refs: f.Block.Refs(), Len: int32(f.Len),
			Data: int32(f.Off), Tail: int32(f.Off + f.Len), End: int32(len(f.Block.B)),
			NIC: trace.NIC{Slot: int32(n.tx.dma), Fill: int32(n.tx.fill), FCS: wire.FCS(f.Bytes()), Wire: int32(f.WireLen())}})
	}
	n.tap(Out, f, trace.NotDropped)
	n.wire.Send(f)
	f.Block = nil
}

// txDone hands the descriptor back: its last frame has left.
func (n *NIC) txDone() {
	r := &n.tx
	slot := r.dma
	d := &r.desc[slot]
	d.own = false
	r.fill--
	r.done++
	r.dma = next(slot, len(r.desc))
	r.cut.s = nil
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.TxDone, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: d.s.Pkt, Len: int32(d.s.Len()), NIC: trace.NIC{Slot: int32(slot), Fill: int32(r.fill)}})
	}
	n.txWait.done(r.done)
}

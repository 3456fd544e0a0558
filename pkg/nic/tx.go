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
	own bool  // the device owns it
	at  int64 // from when on
	s   *skb.SKB
}

type txRing struct {
	desc            []txDesc
	reap, dma, post int
	fill            int // descriptors that the device owns
	done            int // transmitted, not reaped
}

// engine reads descriptors and puts frames on the wire. Queues with work take
// turns, one descriptor each.
type engine struct {
	timer   loop.Timer // the next step
	q       *Queue     // whose descriptor is being sent; nil: none
	turn    int        // queue to look at first
	fill    int        // descriptors that the device owns, of all queues
	cut     cutter     // cuts the descriptor at q's dma
	out     Frame      // the frame on its way out; no block: none
	departs int64      // when out has left
	free    int64      // when the line is free again
	rem     int64      // sub-nanosecond rest of free, in octets·8·10⁹ modulo Rate
}

// TxPost fills the next descriptor with a buffer that starts at its Ethernet
// header. The device owns both until TxReap. False: the ring is full and the
// buffer stays the caller's.
func (q *Queue) TxPost(s *skb.SKB) bool {
	n, r := q.n, &q.tx
	d := &r.desc[r.post]
	if d.s != nil {
		return false
	}
	d.s, d.own, d.at = s, true, n.now()
	r.fill++
	n.engine.fill++
	slot := r.post
	r.post = next(r.post, len(r.desc))
	if n.tr.On() {
		head, data, tail, end := s.Offsets()
		n.tr.Emit(trace.Event{Kind: trace.TxDesc, Dev: n.cfg.Name, Pkt: s.Pkt, Buf: s.Block().ID, Refs: s.Block().Refs(),
			Head: head, Data: data, Tail: tail, End: end, Len: int32(s.Len()),
			Queue: trace.Queue{Len: int32(r.fill + r.done), Limit: int32(len(r.desc))},
			NIC:   trace.NIC{Queue: int16(q.index), Slot: int32(slot), Fill: int32(r.fill)}})
	}
	return true
}

// TxFree returns how many descriptors can be filled.
func (q *Queue) TxFree() int { return len(q.tx.desc) - q.tx.fill - q.tx.done }

// Doorbell tells the device that descriptors are waiting. A device at rest has to
// fetch the first of them.
func (q *Queue) Doorbell() {
	n := q.n
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.Doorbell, Dev: n.cfg.Name,
			NIC: trace.NIC{Queue: int16(q.index), Slot: int32(q.tx.post), Fill: int32(q.tx.fill)}})
	}
	if e := &n.engine; !e.timer.Armed() && e.fill > 0 {
		e.timer.Set(n.now() + int64(n.cfg.TxLatency))
	}
}

// TxReap takes the oldest transmitted buffer off the ring, or returns nil.
func (q *Queue) TxReap() *skb.SKB {
	r := &q.tx
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
	e := &n.engine
	for i := 0; i < txQuantum || e.cut.left > 0 && i < txQuantumMax; i++ {
		if e.out.Block == nil && !n.fetch() {
			return
		}
		if e.departs > n.l.Now() {
			e.timer.Set(e.departs)
			return
		}
		n.send()
		if e.cut.left == 0 {
			n.txDone()
		}
	}
	if e.fill > 0 {
		e.timer.Set(n.l.Now())
	}
}

// choose picks the queue whose descriptor is next. False: there is none yet; the
// engine comes back when there will be one.
func (n *NIC) choose() bool {
	e := &n.engine
	now, later := n.l.Now(), int64(loop.Never)
	for range n.queues {
		q := n.queues[e.turn]
		e.turn = next(e.turn, len(n.queues))
		d := &q.tx.desc[q.tx.dma]
		if d.own && d.at <= now {
			e.q = q
			return true
		}
		if d.own {
			later = min(later, d.at)
		}
	}
	if later != loop.Never {
		e.timer.Set(later + int64(n.cfg.TxLatency))
	}
	return false
}

// fetch reads the next frame from memory. False: there is nothing to send.
func (n *NIC) fetch() bool {
	e := &n.engine
	for e.cut.left == 0 {
		if !n.choose() {
			return false
		}
		d := &e.q.tx.desc[e.q.tx.dma]
		if why := n.begin(d.s); why != trace.NotDropped {
			n.Stats.TxErrors++
			n.drop(d.s.Pkt, d.s.Len(), why)
			n.txDone()
		}
	}
	n.dmaOut(&e.cut)
	if n.cfg.Rate > 0 {
		n.schedule(&e.out)
	}
	return true
}

// begin prepares the cutter, or says why the device cannot send this buffer.
func (n *NIC) begin(s *skb.SKB) trace.DropReason {
	c := &n.engine.cut
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
	f := &n.engine.out
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
	n.engine.departs = 0
	if c.gso && n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.TSOCut, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: f.Pkt, Buf: f.Block.ID, Refs: f.Block.Refs(), Parent: c.s.Pkt, ParentOp: trace.GSO, Len: int32(f.Len),
			NIC: n.engine.nic()})
	}
}

// schedule says when the frame will have left: the line is busy with it for
// all its octets; its last bit is out before the gap.
func (n *NIC) schedule(f *Frame) {
	r := &n.engine
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
	f := &n.engine.out
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
	n.engine.q.Stats.TxPackets++
	if n.tr.On() {
		at := n.engine.nic()
		at.FCS, at.Wire = wire.FCS(f.Bytes()), int32(f.WireLen())
		e := trace.Event{Kind: trace.TxDMA, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: f.Pkt, Buf: f.Block.ID, Refs: f.Block.Refs(), Len: int32(f.Len),
			Data: int32(f.Off), Tail: int32(f.Off + f.Len), End: int32(len(f.Block.B)),
			NIC: at}
		if s := n.engine.cut.s; s.Block() != nil { // the host's memory, not the card's
			e.Buf, e.Refs = s.Block().ID, s.Block().Refs()
			e.Head, e.Data, e.Tail, e.End = s.Offsets()
		}
		n.tr.Emit(e)
	}
	n.tap(Out, f, trace.NotDropped)
	n.wire.Send(f)
	f.Block = nil
}

// nic begins the section of an event about the descriptor that is being sent.
func (e *engine) nic() trace.NIC {
	return trace.NIC{Queue: int16(e.q.index), Slot: int32(e.q.tx.dma), Fill: int32(e.q.tx.fill)}
}

// txDone hands the descriptor back: its last frame has left.
func (n *NIC) txDone() {
	e := &n.engine
	q := e.q
	r := &q.tx
	d := &r.desc[r.dma]
	d.own = false
	r.fill--
	r.done++
	e.fill--
	e.cut.s = nil
	if n.tr.On() {
		at := e.nic()
		n.tr.Emit(trace.Event{Kind: trace.TxDone, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: d.s.Pkt, Len: int32(d.s.Len()), NIC: at})
	}
	r.dma = next(r.dma, len(r.desc))
	q.txWait.done(r.done)
}

package host

// The queueing discipline: net/core/dev.c (__dev_queue_xmit), net/sched/sch_generic.c.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// devTxWeight is how many packets one run of the qdisc sends before NET_TX goes
// on with the rest (dev_tx_weight in net/core/hotdata.c).
const devTxWeight = 64

// QdiscStats counts as `tc -s qdisc` shows.
type QdiscStats struct {
	Packets uint64 // sent, those that passed an empty queue by included
	Bytes   uint64
	Drops   uint64 // the queue was full
	Qlen    int    // packets waiting now
	Backlog int    // bytes waiting now
}

// qdisc is pfifo_fast with one band: no packet has a priority yet.
type qdisc struct {
	p       *Port
	limit   int
	queue   skb.Queue
	stopped bool // no descriptor is free: the driver stopped the queue
	running bool // QDISC_STATE_RUNNING
	owes    bool // on the output queue of NET_TX
	stats   QdiscStats
}

func (q *qdisc) init(p *Port, limit int) { q.p, q.limit = p, limit }

// QdiscStats returns the counters of the port's queue.
func (p *Port) QdiscStats() QdiscStats {
	s := p.qdisc.stats
	s.Qlen, s.Backlog = p.qdisc.queue.N, p.qdisc.queue.Bytes
	return s
}

// Xmit implements [stack.Device]: dev_queue_xmit. It runs in the context of
// whoever sends: the driver is called from here unless the queue owes work.
func (p *Port) Xmit(s *skb.SKB) {
	p.h.meter.Charge(stage.DevQueueXmit)
	if s.Pkt == 0 {
		s.Pkt = p.h.tr.NextPkt()
	}
	q := &p.qdisc
	switch {
	case q.queue.N == 0 && !q.stopped && !q.running:
		q.hardStart(s, false)
	case q.queue.N >= q.limit:
		q.stats.Drops++
		p.drop(s, trace.QdiscDrop)
	default:
		q.enqueue(s)
		q.run()
	}
}

func (p *Port) drop(s *skb.SKB, why trace.DropReason) {
	if p.h.tr.On() {
		e := p.event(trace.Drop, "kfree_skb", s)
		e.Drop = why
		p.h.tr.Emit(e)
	}
	s.Free()
}

func (q *qdisc) enqueue(s *skb.SKB) {
	q.queue.Push(s)
	q.p.h.meter.Charge(stage.QdiscEnqueue)
	if q.p.h.tr.On() {
		q.p.h.tr.Emit(q.p.event(trace.QdiscEnqueue, "qdisc_enqueue", s))
	}
}

func (q *qdisc) dequeue() *skb.SKB {
	s := q.queue.Pop()
	q.p.h.meter.Charge(stage.QdiscDequeue)
	if q.p.h.tr.On() {
		q.p.h.tr.Emit(q.p.event(trace.QdiscDequeue, "qdisc_dequeue", s))
	}
	return s
}

// run is __qdisc_run: it sends what is queued while descriptors are free, and
// leaves the rest to NET_TX when that is too much.
func (q *qdisc) run() {
	if q.running {
		return
	}
	q.running = true
	for quota := devTxWeight; q.queue.N > 0 && !q.stopped; quota-- {
		if quota == 0 {
			q.schedule()
			break
		}
		q.hardStart(q.dequeue(), q.queue.N > 0)
	}
	q.running = false
}

// hardStart is dev_hard_start_xmit with the driver's ndo_start_xmit: descriptor,
// doorbell. When more packets follow at once, the doorbell waits for the last. A
// driver that has used its last descriptor stops the queue, so that a running
// queue always finds one free.
func (q *qdisc) hardStart(s *skb.SKB, more bool) {
	n := q.p.nic
	q.p.h.meter.Charge(stage.HardStartXmit)
	if !n.TxPost(s) {
		q.p.drop(s, trace.FullRing)
		return
	}
	q.stats.Packets++
	q.stats.Bytes += uint64(s.Len())
	q.stopped = n.TxFree() == 0
	if !more || q.stopped {
		q.p.h.meter.Charge(stage.Doorbell)
		n.Doorbell()
	}
	q.started(s)
}

// started reports that the driver has the packet, as the tracepoint
// net_dev_xmit does.
func (q *qdisc) started(s *skb.SKB) {
	if q.p.h.tr.On() {
		q.p.h.tr.Emit(q.p.event(trace.DevXmit, "net_dev_xmit", s))
	}
}

// wake is netif_tx_wake_queue: descriptors are free again.
func (q *qdisc) wake() {
	q.stopped = false
	if q.queue.N > 0 {
		q.schedule()
	}
}

// schedule is __netif_schedule: the queue owes work, and NET_TX will do it, on
// the CPU that serves the device.
func (q *qdisc) schedule() {
	q.owes = true
	c := q.p.napi.c
	c.raise(netTx)
	c.kick()
}

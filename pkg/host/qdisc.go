package host

// Transmission: net/core/dev.c (__dev_queue_xmit, netdev_pick_tx),
// net/sched/sch_generic.c (__qdisc_run), and a driver's ndo_start_xmit with byte queue
// limits (include/linux/netdevice.h, netdev_tx_sent_queue).

import (
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// devTxWeight is how many packets one run of the qdisc sends before NET_TX goes
// on with the rest (dev_tx_weight in net/core/hotdata.c).
const devTxWeight = 64

// QdiscStats counts as `tc -s qdisc` shows, and what byte queue limits did.
type QdiscStats struct {
	Packets  uint64 // sent, those that passed an empty queue by included
	Bytes    uint64
	Drops    uint64 // the queue was full, or CoDel dropped
	Requeues uint64
	Qlen     int // packets waiting now
	Backlog  int // bytes waiting now

	// fq_codel.
	DropOverlimit, DropOvermemory, DropCodel, NewFlows uint64

	// The driver's queue: how often it stopped for want of a descriptor, and by its
	// byte limit, and that limit now (/sys/class/net/*/queues/tx-*/byte_queue_limits).
	RingStops, BQLStops uint64
	BQLLimit            int
	BQLInflight         int
}

// discipline is a queueing discipline. enqueue returns what had to be dropped, linked
// by Next.
type discipline interface {
	enqueue(s *skb.SKB, now int64) (dropped *skb.SKB)
	dequeue(now int64, drop func(*skb.SKB)) *skb.SKB
	len() (packets, bytes int)
}

// txQueue is one of a device's transmit queues (netdev_queue) with its queueing
// discipline.
type txQueue struct {
	p *Port
	q *nic.Queue
	c *cpu       // whose NET_TX does the work that is owed
	d discipline // nil: noqueue

	ringFull  bool // no descriptor is free: the driver stopped the queue
	overLimit bool // too many bytes are in the device: byte queue limits did
	running   bool // QDISC_STATE_RUNNING
	owes      bool // on the output queue of NET_TX
	bypass    bool // TCQ_F_CAN_BYPASS

	bql   dql
	sent  int64 // bytes completed in the poll under way
	stats QdiscStats
}

func (q *txQueue) init(p *Port, i int, c *cpu) {
	q.p, q.q, q.c = p, p.nic.Queue(i), c
	q.bql.init(p.h.l.Now())
	switch cfg := &p.h.cfg; cfg.Qdisc {
	case NoQueue:
	case FQCoDel:
		q.d = newFQCodel(cfg.FQCodel, p.info.MTU+ethernetHeader)
	default:
		q.d, q.bypass = &pfifo{limit: cfg.TxQueueLen}, true
	}
}

const ethernetHeader = 14

func (q *txQueue) qlen() int {
	if q.d == nil {
		return 0
	}
	n, _ := q.d.len()
	return n
}

// stopped reports whether the driver takes no packet now.
func (q *txQueue) stopped() bool { return q.ringFull || q.overLimit }

// QdiscStats returns the counters of the port's queues, added up.
func (p *Port) QdiscStats() QdiscStats {
	var sum QdiscStats
	for i := range p.tx {
		s := p.QueueStats(i)
		sum.Packets += s.Packets
		sum.Bytes += s.Bytes
		sum.Drops += s.Drops
		sum.Requeues += s.Requeues
		sum.Qlen += s.Qlen
		sum.Backlog += s.Backlog
		sum.DropOverlimit += s.DropOverlimit
		sum.DropOvermemory += s.DropOvermemory
		sum.DropCodel += s.DropCodel
		sum.NewFlows += s.NewFlows
		sum.RingStops += s.RingStops
		sum.BQLStops += s.BQLStops
		sum.BQLLimit += s.BQLLimit
		sum.BQLInflight += s.BQLInflight
	}
	return sum
}

// QueueStats returns the counters of one transmit queue.
func (p *Port) QueueStats(i int) QdiscStats {
	q := p.tx[i]
	s := q.stats
	s.BQLLimit, s.BQLInflight = int(q.bql.limit), int(q.bql.queued-q.bql.completed)
	if q.d != nil {
		s.Qlen, s.Backlog = q.d.len()
	}
	if f, ok := q.d.(*fqCodel); ok {
		s.DropOverlimit, s.DropOvermemory, s.DropCodel, s.NewFlows = f.dropOverlimit, f.dropOvermemory, f.dropCodel, f.newFlowCount
	}
	return s
}

// Xmit implements [stack.Device]: dev_queue_xmit. It runs in the context of
// whoever sends: the driver is called from here unless the queue owes work.
func (p *Port) Xmit(s *skb.SKB) {
	p.h.meter.Charge(stage.DevQueueXmit)
	if s.Pkt == 0 {
		s.Pkt = p.h.tr.NextPkt()
	}
	q := p.pick(s)
	switch {
	case q.d == nil:
		q.direct(s)
	case q.bypass && !q.stopped() && !q.running && q.qlen() == 0:
		q.hardStart(s, false)
	default:
		if q.enqueue(s) {
			q.run()
		}
	}
}

// pick is netdev_pick_tx: the queue that the socket used last while its data are in
// flight, else that of the CPU (XPS as drivers set it up, netif_set_xps_queue).
func (p *Port) pick(s *skb.SKB) *txQueue {
	if len(p.tx) == 1 {
		return p.tx[0]
	}
	i := int(s.TxQueue) - 1
	if i < 0 {
		i = p.h.cur.id
	}
	return p.tx[i%len(p.tx)]
}

// direct is the path of a device without a queue: what the driver cannot take is
// dropped.
func (q *txQueue) direct(s *skb.SKB) {
	if q.stopped() {
		q.p.nic.Stats.TxDropped++
		q.p.drop(s, trace.FullRing)
		return
	}
	q.hardStart(s, false)
}

func (p *Port) drop(s *skb.SKB, why trace.DropReason) {
	if p.h.tr.On() {
		e := p.event(trace.Drop, "kfree_skb", s)
		e.Drop = why
		p.h.tr.Emit(e)
	}
	s.Free()
}

// enqueue reports whether s itself was taken.
func (q *txQueue) enqueue(s *skb.SKB) bool {
	h := q.p.h
	h.meter.Charge(stage.QdiscEnqueue)
	dropped := q.d.enqueue(s, h.now())
	taken := true
	for x := dropped; x != nil; {
		next := x.Next
		x.Next = nil
		taken = taken && x != s
		q.discard(x)
		x = next
	}
	if taken && h.tr.On() {
		e := q.p.event(trace.QdiscEnqueue, "qdisc_enqueue", s)
		e.Queue, e.NIC.Queue = q.fill(), int16(q.q.Index())
		h.tr.Emit(e)
	}
	return taken
}

// discard drops a packet that the discipline gave up.
func (q *txQueue) discard(s *skb.SKB) {
	q.stats.Drops++
	q.p.drop(s, trace.QdiscDrop)
}

// fill is what events say of the queue.
func (q *txQueue) fill() trace.Queue {
	n, bytes := q.d.len()
	limit := q.p.h.cfg.TxQueueLen
	if f, ok := q.d.(*fqCodel); ok {
		limit = f.cfg.Limit
	}
	return trace.Queue{Len: int32(n), Bytes: int32(bytes), Limit: int32(limit)}
}

func (q *txQueue) dequeue() *skb.SKB {
	h := q.p.h
	h.meter.Charge(stage.QdiscDequeue)
	s := q.d.dequeue(h.now(), q.discard)
	if s != nil && h.tr.On() {
		e := q.p.event(trace.QdiscDequeue, "qdisc_dequeue", s)
		e.Queue, e.NIC.Queue = q.fill(), int16(q.q.Index())
		h.tr.Emit(e)
	}
	return s
}

// run is __qdisc_run: it sends what is queued while the driver takes it, and
// leaves the rest to NET_TX when that is too much.
func (q *txQueue) run() {
	if q.running || q.d == nil {
		return
	}
	q.running = true
	for quota := devTxWeight; q.qlen() > 0 && !q.stopped(); quota-- {
		if quota == 0 {
			q.schedule()
			break
		}
		if s := q.dequeue(); s != nil {
			q.hardStart(s, q.qlen() > 0)
		}
	}
	q.running = false
}

// hardStart is dev_hard_start_xmit with the driver's ndo_start_xmit: descriptor,
// doorbell. When more packets follow at once, the doorbell waits for the last. A
// driver that has used its last descriptor stops the queue, so that a running
// queue always finds one free.
func (q *txQueue) hardStart(s *skb.SKB, more bool) {
	h := q.p.h
	h.meter.Charge(stage.ValidateXmit)
	h.meter.Charge(stage.HardStartXmit)
	n := int64(s.Len())
	frames, octets := pktLen(s)
	q.p.tap(nic.Out, s)
	if !q.q.TxPost(s) {
		q.stats.Drops++
		q.p.drop(s, trace.FullRing)
		return
	}
	q.stats.Packets += frames
	q.stats.Bytes += octets
	if q.ringFull = q.q.TxFree() == 0; q.ringFull {
		q.stats.RingStops++
		q.report(trace.TxStop, "netif_tx_stop_queue", "ring")
	}
	if !h.cfg.NoBQL {
		q.bql.queue(n)
		if q.bql.avail() < 0 && !q.overLimit {
			q.overLimit = true
			q.stats.BQLStops++
			q.report(trace.TxStop, "netdev_tx_sent_queue", "bql")
		}
	}
	if !more || q.stopped() {
		h.meter.Charge(stage.Doorbell)
		q.q.Doorbell()
	}
	q.started(s)
}

// pktLen is what a packet counts for in a discipline's statistics: a super-segment
// as the frames that it will be, each with headers of its own (bstats_update and
// qdisc_pkt_len_init).
func pktLen(s *skb.SKB) (frames, octets uint64) {
	frames, octets = 1, uint64(s.Len())
	if s.GSOSize > 0 && s.GSOSegs > 1 {
		frames = uint64(s.GSOSegs)
		headers := int(s.L4-s.Data()) + wire.TCP(s.From(s.L4)).HeaderLen()
		octets += (frames - 1) * uint64(headers)
	}
	return frames, octets
}

// started reports that the driver has the packet, as the tracepoint
// net_dev_xmit does.
func (q *txQueue) started(s *skb.SKB) {
	if q.p.h.tr.On() {
		e := q.p.event(trace.DevXmit, "net_dev_xmit", s)
		e.NIC.Queue = int16(q.q.Index())
		q.p.h.tr.Emit(e)
	}
}

func (q *txQueue) report(k trace.Kind, stage, why string) {
	if h := q.p.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: k, Stage: stage, Dev: q.p.info.Name, Text: why, NIC: trace.NIC{Queue: int16(q.q.Index())},
			Queue: trace.Queue{Bytes: int32(q.bql.queued - q.bql.completed), Limit: int32(q.bql.limit)}})
	}
}

// completed frees a buffer that the device has sent.
func (q *txQueue) completed(s *skb.SKB) {
	h := q.p.h
	h.meter.Charge(stage.TxComplete)
	q.sent += int64(s.Len())
	if h.tr.On() {
		e := q.p.event(trace.TxComplete, "napi_consume_skb", s)
		e.NIC.Queue = int16(q.q.Index())
		if s.Block() != nil {
			e.Refs--
		}
		h.tr.Emit(e)
	}
	s.Free()
}

// settle ends a run of completions (netdev_tx_completed_queue): the queue starts
// again when descriptors and the byte limit allow it.
func (q *txQueue) settle() {
	h := q.p.h
	was, wake := q.stopped(), "netif_schedule_queue"
	if !h.cfg.NoBQL && q.sent > 0 {
		q.bql.complete(q.sent, h.now())
		q.overLimit = q.overLimit && q.bql.avail() < 0
	}
	q.sent = 0
	if q.ringFull && q.q.TxFree() > 0 {
		q.ringFull, wake = false, "netif_tx_wake_queue"
	}
	if was && !q.stopped() {
		q.report(trace.TxWake, wake, "")
		if q.d != nil {
			q.schedule() // whether or not anything waits: NET_TX finds out
		}
	}
}

// schedule is __netif_schedule: the queue owes work, and NET_TX will do it, on
// the CPU that serves the device.
func (q *txQueue) schedule() {
	if q.owes {
		return
	}
	q.owes = true
	q.c.output = append(q.c.output, q)
	q.c.raise(netTx)
	q.c.kick()
}

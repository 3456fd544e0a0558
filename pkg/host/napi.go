package host

// NAPI: net/core/dev.c (net_rx_action, napi_poll); the driver is modelled on
// drivers/net/virtio_net.c (virtnet_poll).

import (
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// poller is what net_rx_action polls: a device's queue, or a CPU's backlog.
type poller interface {
	begin()
	step() (done bool)             // one unit
	ended() (work int, again bool) // packets done; the weight is used up
}

// netRx is a CPU's state of net_rx_action.
type netRx struct {
	polls    []poller // softnet_data.poll_list
	active   bool
	list     []poller // taken from polls by the running action
	repoll   []poller // used up their weight
	cur      poller   // being polled
	budget   int
	deadline int64
	ipis     []*cpu // softnet_data.rps_ipi_list: backlogs to start when the action ends
}

// netRxAction does the next unit of net_rx_action and reports whether it ended.
func (c *cpu) netRxAction() (done bool) {
	r := &c.rx
	if !r.active {
		r.active = true
		r.budget = c.h.cfg.NetdevBudget
		r.deadline = after(c.h.now(), c.h.cfg.NetdevBudgetUsecs)
		c.h.meter.Charge(stage.NetRxAction)
		c.flushDeferred()
	}
	if r.cur == nil {
		if len(r.list) == 0 && len(r.repoll) == 0 {
			r.list, r.polls = r.polls, r.list
		}
		if len(r.list) == 0 {
			return c.endNetRx()
		}
		r.cur = r.list[0]
		n := copy(r.list, r.list[1:])
		r.list[n] = nil
		r.list = r.list[:n]
		r.cur.begin()
	}
	n := r.cur
	if !n.step() {
		return false
	}
	r.cur = nil
	work, again := n.ended()
	r.budget -= work
	if again {
		r.repoll = append(r.repoll, n)
	}
	if r.budget <= 0 || c.h.now() >= r.deadline {
		c.squeeze()
		return c.endNetRx()
	}
	return len(r.list) == 0 && len(r.repoll)+len(r.polls) == 0 && c.endNetRx()
}

// endNetRx puts back what is still to be polled and asks for another round.
func (c *cpu) endNetRx() (done bool) {
	r := &c.rx
	r.active = false
	r.list = append(r.list, r.polls...)
	r.list = append(r.list, r.repoll...)
	clear(r.polls)
	clear(r.repoll)
	r.polls, r.list, r.repoll = r.list, r.polls[:0], r.repoll[:0]
	if len(r.polls) > 0 {
		c.raise(netRX)
	}
	c.sendIPIs()
	return true
}

func (c *cpu) squeeze() {
	c.stat.TimeSqueeze++
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.TimeSqueeze, Stage: "net_rx_action",
			NIC: trace.NIC{Work: int32(c.h.cfg.NetdevBudget - c.rx.budget), Budget: int32(c.h.cfg.NetdevBudget)}})
	}
}

// napiSchedule is __napi_schedule. A net_rx_action that is under way sees the list
// before it ends, so NET_RX is not raised for it.
func (c *cpu) napiSchedule(n poller, dev string) {
	c.rx.polls = append(c.rx.polls, n)
	h := c.h
	h.meter.Charge(stage.NAPISchedule)
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPISchedule, Stage: "__napi_schedule", Dev: dev})
	}
	if !c.rx.active {
		c.raise(netRX)
	}
}

// napi is a queue's polling: struct napi_struct and the driver's receive side.
type napi struct {
	p         *Port
	q         *nic.Queue
	tx        *txQueue // of the same interrupt
	c         *cpu
	gro       gro
	dim       dim
	scheduled bool // NAPI_STATE_SCHED

	phase pollPhase
	work  int
	again bool // the weight is used up
}

type pollPhase uint8

const (
	pollTx     pollPhase = iota // free what was transmitted
	pollRx                      // take packets off the ring
	pollFinish                  // the poll is over; what GRO held is on its way up
)

func (n *napi) init(p *Port, i int, c *cpu, tx *txQueue) {
	n.p, n.q, n.c, n.tx = p, p.nic.Queue(i), c, tx
	n.gro.off = p.h.cfg.NoGRO
	n.gro.batch = p.h.cfg.GRONormalBatch
	n.gro.completed = n.groCompleted
	n.dim.init(n)
}

// fill posts a buffer for each free descriptor.
func (n *napi) fill() {
	for n.refill() {
	}
}

func (n *napi) refill() bool {
	b := n.p.h.pool.Block(n.p.nic.RxBuffer())
	if !n.q.RxPost(b) {
		b.Put()
		return false
	}
	return true
}

// interrupt is the registered handler.
func (n *napi) interrupt() {
	n.dim.events++
	if n.p.h.cfg.NoNAPI {
		n.handleAll()
		return
	}
	if !n.scheduled {
		n.q.Mask()
		n.scheduled = true
		n.c.napiSchedule(n, n.p.info.Name)
	}
}

// maxInterruptWork is how many frames a handler without NAPI takes at most
// (max_interrupt_work of the drivers of that time).
const maxInterruptWork = 20

// handleAll is the interrupt handler of a driver without NAPI: it takes the frames
// off the ring and queues them to the CPU's backlog, and frees what was sent.
func (n *napi) handleAll() {
	for s := n.q.TxReap(); s != nil; s = n.q.TxReap() {
		n.tx.completed(s)
	}
	n.tx.settle()
	for range maxInterruptWork {
		s := n.build()
		if s == nil {
			return
		}
		n.p.h.meter.Charge(stage.RxRefill)
		n.refill()
		s.Dev = n.p
		n.c.enqueue(s)
	}
	n.q.Recheck()
}

func (n *napi) begin() {
	n.phase, n.work, n.again = pollTx, 0, false
	n.p.h.meter.Charge(stage.NAPIPoll)
}

// step does one unit of a poll and reports whether the poll is over.
func (n *napi) step() (done bool) {
	if s := n.gro.next(); s != nil {
		n.p.receive(s)
		return false
	}
	switch n.phase {
	case pollTx:
		n.phase = pollRx
		if n.cleanTx() {
			return false
		}
		fallthrough
	case pollRx:
		if n.work < n.p.h.cfg.DevWeight && n.take() {
			return false
		}
		n.again = n.work >= n.p.h.cfg.DevWeight
		n.phase = pollFinish
		n.flush()
		return false
	default:
		if !n.again {
			n.complete()
		}
		n.polled()
		return true
	}
}

func (n *napi) ended() (work int, again bool) { return n.work, n.again }

// cleanTx frees the buffers that the device has transmitted, and starts a queue
// again that had to stop.
func (n *napi) cleanTx() bool {
	worked := false
	for s := n.q.TxReap(); s != nil; s = n.q.TxReap() {
		n.tx.completed(s)
		worked = true
	}
	if worked {
		n.tx.settle()
	}
	return worked
}

// take makes an skb of the oldest received frame, refills its slot and gives it
// to GRO. False: the ring is empty.
func (n *napi) take() bool {
	s := n.build()
	if s == nil {
		return false
	}
	n.work++
	n.p.h.meter.Charge(stage.RxRefill)
	n.refill()
	n.receive(s)
	return true
}

// build puts a descriptor around the received buffer.
func (n *napi) build() *skb.SKB {
	d := n.q.RxReap()
	if d == nil {
		return nil
	}
	h := n.p.h
	h.meter.Charge(stage.BuildSkb)
	s := h.pool.Build(d.Block, d.Off, d.Len)
	s.Pkt, s.Stamp, s.Checksum, s.Sum, s.Hash = d.Pkt, d.Stamp, d.Checksum, d.Sum, d.Hash
	s.L2 = s.Data()
	s.CPU = int16(n.c.id) + 1
	n.dim.packets++
	n.dim.bytes += uint64(d.Len)
	if h.tr.On() {
		e := n.p.event(trace.SkbBuild, "napi_build_skb", s)
		e.NIC.Queue = int16(n.q.Index())
		h.tr.Emit(e)
	}
	return s
}

// receive is gro_receive_skb.
func (n *napi) receive(s *skb.SKB) {
	h := n.p.h
	h.meter.Charge(stage.GROReceive)
	var e trace.Event
	if h.tr.On() {
		e = n.p.event(trace.GROReceive, "gro_receive_skb", s)
	}
	into, result := n.gro.receive(s)
	if h.tr.On() {
		e.Text = result.String()
		if result == groMerged {
			e.Parent, e.ParentOp = into, trace.GRO
		}
		h.tr.Emit(e)
	}
}

// groCompleted accounts for a held packet that goes up.
func (n *napi) groCompleted(s *skb.SKB, segs int) {
	h := n.p.h
	if segs == 1 {
		return
	}
	h.meter.Charge(stage.GROComplete)
	if h.tr.On() {
		e := n.p.event(trace.GROComplete, "gro_complete", s)
		e.NIC.Work = int32(segs)
		h.tr.Emit(e)
	}
}

// flush passes up all that GRO holds. Linux keeps what arrived in the current
// jiffy when a poll used up its weight and HZ is 1000 or more; this is HZ 250.
func (n *napi) flush() {
	n.gro.flush()
	n.gro.deliver()
}

// complete is napi_complete_done, and the driver's unmasking after it. Frames
// that came meanwhile raise the interrupt again.
func (n *napi) complete() {
	n.scheduled = false
	h := n.p.h
	h.meter.Charge(stage.NAPIComplete)
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPIComplete, Stage: "napi_complete_done", Dev: n.p.info.Name,
			NIC: trace.NIC{Queue: int16(n.q.Index()), Work: int32(n.work), Budget: int32(h.cfg.DevWeight)}})
	}
	n.dim.sample()
	n.q.Unmask()
}

// polled reports the poll that has ended, as the tracepoint napi_poll does.
func (n *napi) polled() {
	if h := n.p.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPIPoll, Stage: "napi_poll", Dev: n.p.info.Name,
			NIC: trace.NIC{Queue: int16(n.q.Index()), Work: int32(n.work), Budget: int32(h.cfg.DevWeight)}})
	}
}

// receive is netif_receive_skb: here, or through the backlog of the CPU that RPS
// chooses.
func (p *Port) receive(s *skb.SKB) {
	if to := p.h.rpsCPU(s); to != nil {
		s.Dev = p
		to.enqueue(s)
		return
	}
	p.netifReceive(s)
}

// netifReceive hands one packet to the stack.
func (p *Port) netifReceive(s *skb.SKB) {
	h := p.h
	h.cur.stat.Processed++
	h.meter.Charge(stage.NetifReceive)
	if h.tr.On() {
		h.tr.Emit(p.event(trace.NetifReceive, "netif_receive_skb", s))
	}
	p.tap(nic.In, s)
	p.iface.Input(s)
}

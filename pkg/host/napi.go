package host

// NAPI: net/core/dev.c (net_rx_action, napi_poll); the driver is modelled on
// drivers/net/virtio_net.c (virtnet_poll).

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// netRx is a CPU's state of net_rx_action.
type netRx struct {
	polls    []*napi // softnet_data.poll_list
	active   bool
	list     []*napi // taken from polls by the running action
	repoll   []*napi // used up their weight
	cur      *napi   // being polled
	budget   int
	deadline int64
}

// netRxAction does the next unit of net_rx_action and reports whether it ended.
func (c *cpu) netRxAction() (done bool) {
	r := &c.rx
	if !r.active {
		r.active = true
		r.budget = c.h.cfg.NetdevBudget
		r.deadline = after(c.h.l.Now(), c.h.cfg.NetdevBudgetUsecs)
		c.h.meter.Charge(stage.NetRxAction)
	}
	if r.cur == nil {
		if len(r.list) == 0 && len(r.repoll) == 0 {
			r.list, r.polls = r.polls, r.list
		}
		if len(r.list) == 0 {
			return c.endNetRx()
		}
		r.cur = r.list[0]
		r.list = append(r.list[:0], r.list[1:]...)
		r.cur.begin()
	}
	n := r.cur
	if !n.step() {
		return false
	}
	r.cur = nil
	r.budget -= n.work
	if n.again {
		r.repoll = append(r.repoll, n)
	}
	if r.budget <= 0 || c.h.l.Now() >= r.deadline {
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
	r.polls, r.list, r.repoll = r.list, r.polls[:0], r.repoll[:0]
	if len(r.polls) > 0 {
		c.raise(netRX)
	}
	return true
}

func (c *cpu) squeeze() {
	c.stat.TimeSqueeze++
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.TimeSqueeze, Stage: "net_rx_action",
			NIC: trace.NIC{Work: int32(c.h.cfg.NetdevBudget - c.rx.budget), Budget: int32(c.h.cfg.NetdevBudget)}})
	}
}

// napi is a device's polling: struct napi_struct and the driver's receive side.
type napi struct {
	p         *Port
	c         *cpu
	gro       gro
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

func (n *napi) init(p *Port, c *cpu) {
	n.p, n.c = p, c
	n.gro.off = p.h.cfg.NoGRO
}

// fill posts a buffer for each free descriptor.
func (n *napi) fill() {
	for n.refill() {
	}
}

func (n *napi) refill() bool {
	b := n.p.h.pool.Block(n.p.nic.RxBuffer())
	if !n.p.nic.RxPost(b) {
		b.Put()
		return false
	}
	return true
}

// interrupt is the registered handler.
func (n *napi) interrupt() {
	if !n.scheduled {
		n.p.nic.Mask()
		n.schedule()
	}
}

// schedule is __napi_schedule. A net_rx_action that is under way sees the list
// before it ends, so NET_RX is not raised for it.
func (n *napi) schedule() {
	n.scheduled = true
	n.c.rx.polls = append(n.c.rx.polls, n)
	h := n.p.h
	h.meter.Charge(stage.NAPISchedule)
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPISchedule, Stage: "__napi_schedule", Dev: n.p.info.Name})
	}
	if !n.c.rx.active {
		n.c.raise(netRX)
	}
}

func (n *napi) begin() {
	n.phase, n.work, n.again = pollTx, 0, false
	n.p.h.meter.Charge(stage.NAPIPoll)
}

// step does one unit of a poll and reports whether the poll is over.
func (n *napi) step() (done bool) {
	if s := n.gro.next(); s != nil {
		n.p.netifReceive(s)
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

// cleanTx frees the buffers that the device has transmitted, and starts a queue
// again that had to stop for want of descriptors.
func (n *napi) cleanTx() bool {
	worked := false
	for s := n.p.nic.TxReap(); s != nil; s = n.p.nic.TxReap() {
		n.txComplete(s)
		worked = true
	}
	if worked && n.p.qdisc.stopped {
		n.p.qdisc.wake()
	}
	return worked
}

func (n *napi) txComplete(s *skb.SKB) {
	h := n.p.h
	h.meter.Charge(stage.TxComplete)
	if h.tr.On() {
		e := n.p.event(trace.TxComplete, "napi_consume_skb", s)
		if s.Block() != nil {
			e.Refs--
		}
		h.tr.Emit(e)
	}
	s.Free()
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
	d := n.p.nic.RxReap()
	if d == nil {
		return nil
	}
	h := n.p.h
	h.meter.Charge(stage.BuildSkb)
	s := h.pool.Build(d.Block, d.Off, d.Len)
	s.Pkt, s.Stamp, s.Checksum, s.Sum = d.Pkt, d.Stamp, d.Checksum, d.Sum
	s.L2 = s.Data()
	if h.tr.On() {
		h.tr.Emit(n.p.event(trace.SkbBuild, "napi_build_skb", s))
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
	if h := n.p.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPIComplete, Stage: "napi_complete_done", Dev: n.p.info.Name,
			NIC: trace.NIC{Work: int32(n.work), Budget: int32(h.cfg.DevWeight)}})
	}
	n.p.nic.Unmask()
}

// polled reports the poll that has ended, as the tracepoint napi_poll does.
func (n *napi) polled() {
	if h := n.p.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPIPoll, Stage: "napi_poll", Dev: n.p.info.Name,
			NIC: trace.NIC{Work: int32(n.work), Budget: int32(h.cfg.DevWeight)}})
	}
}

// netifReceive hands one packet to the stack.
func (p *Port) netifReceive(s *skb.SKB) {
	h := p.h
	p.napi.c.stat.Processed++
	h.meter.Charge(stage.NetifReceive)
	if h.tr.On() {
		h.tr.Emit(p.event(trace.NetifReceive, "netif_receive_skb", s))
	}
	p.iface.Input(s)
}

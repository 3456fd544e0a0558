package host

// The CPUs' backlogs and receive packet steering: net/core/dev.c (get_rps_cpu,
// enqueue_to_backlog, process_backlog, net_rps_action_and_irq_enable,
// skb_flow_limit), Documentation/networking/scaling.rst.

import (
	"encoding/binary"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// receiver is the device on whose behalf a packet waits in a backlog.
type receiver interface{ netifReceive(s *skb.SKB) }

// backlog is a CPU's input queue with the NAPI that empties it (softnet_data). It
// holds netdev_max_backlog packets and, as Linux's comparison has it, one more;
// the newest are dropped.
type backlog struct {
	c         *cpu
	input     skb.Queue // input_pkt_queue
	process   skb.Queue // process_queue: taken from input by the poll under way
	scheduled bool
	work      int
	again     bool
	limit     flowLimit

	ipi loop.Timer // an interrupt from another CPU on its way here
}

func (b *backlog) init(c *cpu) {
	b.c = c
	b.ipi.Init(c.h.l, b.interrupt)
}

// enqueue is enqueue_to_backlog, called on whatever CPU runs. It takes ownership.
func (c *cpu) enqueue(s *skb.SKB) bool {
	h, b := c.h, &c.backlog
	h.meter.Charge(stage.EnqueueToBacklog)
	if b.input.N > h.cfg.NetdevMaxBacklog || h.cfg.FlowLimit && b.limit.over(c, s) {
		c.stat.Dropped++
		if p, ok := s.Dev.(*Port); ok {
			p.nic.Stats.RxDropped++
		}
		if h.tr.On() {
			e := s.Event(trace.Drop, "enqueue_to_backlog")
			e.Drop = trace.CPUBacklog
			e.Queue = trace.Queue{Len: int32(b.input.N), Limit: int32(h.cfg.NetdevMaxBacklog)}
			h.tr.Emit(e)
		}
		s.Free()
		return false
	}
	empty := b.input.N == 0
	b.input.Push(s)
	if h.tr.On() {
		e := s.Event(trace.RPSEnqueue, "enqueue_to_backlog")
		e.NIC.Queue = int16(c.id)
		e.Queue = trace.Queue{Len: int32(b.input.N), Bytes: int32(b.input.Bytes), Limit: int32(h.cfg.NetdevMaxBacklog)}
		h.tr.Emit(e)
	}
	if empty && !b.scheduled {
		b.scheduled = true
		if me := h.cur; me == c {
			c.napiSchedule(b, "backlog")
			c.kick()
		} else {
			me.rx.ipis = append(me.rx.ipis, c)
			if !me.rx.active {
				me.raise(netRX)
				me.kick()
			}
		}
	}
	return true
}

// sendIPIs interrupts the CPUs whose backlogs this one has filled.
func (c *cpu) sendIPIs() {
	h := c.h
	for _, to := range c.rx.ipis {
		h.meter.Charge(stage.SendIPI)
		if h.tr.On() {
			h.tr.Emit(trace.Event{Kind: trace.IPI, Stage: "smp_call_function_single_async", NIC: trace.NIC{Queue: int16(to.id)}})
		}
		to.backlog.ipi.Set(h.now() + h.deviceTime(stage.IPIDelivery))
	}
	clear(c.rx.ipis)
	c.rx.ipis = c.rx.ipis[:0]
}

// interrupt is rps_trigger_softirq, in hardirq context of the backlog's CPU.
func (b *backlog) interrupt() {
	c := b.c
	c.stat.ReceivedRPS++
	c.hardirq(func() {
		c.h.meter.Charge(stage.IPIHandler)
		c.napiSchedule(b, "backlog")
	})
}

func (b *backlog) begin() {
	b.work, b.again = 0, false
	b.c.h.meter.Charge(stage.NAPIPoll)
}

// step is a unit of process_backlog: one packet.
func (b *backlog) step() (done bool) {
	if b.work >= b.c.h.cfg.DevWeight {
		b.again = true
		b.polled()
		return true
	}
	if b.process.N == 0 {
		if b.input.N == 0 {
			b.scheduled = false
			b.polled()
			return true
		}
		b.process, b.input = b.input, skb.Queue{}
	}
	s := b.process.Pop()
	b.work++
	dev := s.Dev.(receiver)
	s.Dev = nil
	dev.netifReceive(s)
	return false
}

func (b *backlog) ended() (work int, again bool) { return b.work, b.again }

func (b *backlog) polled() {
	if h := b.c.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.NAPIPoll, Stage: "napi_poll", Dev: "backlog",
			NIC: trace.NIC{Work: int32(b.work), Budget: int32(h.cfg.DevWeight)}})
	}
}

// rpsCPU is get_rps_cpu: the CPU for a packet's flow, or nil without RPS.
func (h *Host) rpsCPU(s *skb.SKB) *cpu {
	if len(h.rps) == 0 {
		return nil
	}
	if s.Hash == 0 {
		s.Hash = dissect(s)
	}
	if s.Hash == 0 {
		return nil // no flow: it stays where it is
	}
	return h.rps[uint64(s.Hash)*uint64(len(h.rps))>>32] // reciprocal_scale
}

// dissect hashes the flow of a packet that no device has hashed.
func dissect(s *skb.SKB) uint32 {
	b := s.From(s.L2)
	if len(b) < wire.EthernetHeaderLen {
		return 0
	}
	ip := b[wire.EthernetHeaderLen:]
	var ports [4]byte
	switch binary.BigEndian.Uint16(b[12:]) {
	case wire.EtherTypeIPv4:
		p, err := wire.ParseIPv4Header(ip)
		if err != nil {
			return 0
		}
		if l4 := ip[p.HeaderLen():]; !p.IsFragment() && (p.Protocol() == wire.ProtoTCP || p.Protocol() == wire.ProtoUDP) && len(l4) >= 4 {
			copy(ports[:], l4)
		}
		return flowHash(p[12:20], ports[:])
	case wire.EtherTypeIPv6:
		p, err := wire.ParseIPv6Header(ip)
		if err != nil {
			return 0
		}
		if l4 := ip[wire.IPv6HeaderLen:]; (p.NextHeader() == wire.ProtoTCP || p.NextHeader() == wire.ProtoUDP) && len(l4) >= 4 {
			copy(ports[:], l4)
		}
		return flowHash(p[8:40], ports[:])
	}
	return 0
}

// flowLimit is sd_flow_limit: of a backlog that is half full no flow may have more
// than half of the last packets.
type flowLimit struct {
	history [128]uint16
	head    int
	buckets []uint8
}

const flowLimitBuckets = 1 << 12 // netdev_flow_limit_table_len

func (f *flowLimit) over(c *cpu, s *skb.SKB) bool {
	if c.backlog.input.N < c.h.cfg.NetdevMaxBacklog>>1 {
		return false
	}
	if s.Hash == 0 {
		s.Hash = dissect(s)
	}
	if f.buckets == nil {
		f.buckets = make([]uint8, flowLimitBuckets)
	}
	flow := uint16(s.Hash & (flowLimitBuckets - 1))
	old := f.history[f.head]
	f.history[f.head] = flow
	f.head = (f.head + 1) % len(f.history)
	if f.buckets[old] > 0 {
		f.buckets[old]--
	}
	if f.buckets[flow]++; f.buckets[flow] > uint8(len(f.history)>>1) {
		c.stat.FlowLimit++
		return true
	}
	return false
}

// loopback receives what the stack's loopback device sends: through the backlog of
// the CPU that sends, so that it is received when the sender's code has returned.
type loopback struct {
	h   *Host
	ifc *stack.Interface
}

func (l *loopback) netifReceive(s *skb.SKB) {
	h := l.h
	h.cur.stat.Processed++
	h.meter.Charge(stage.NetifReceive)
	if h.tr.On() {
		e := s.Event(trace.NetifReceive, "netif_receive_skb")
		e.Dev = l.ifc.Name()
		h.tr.Emit(e)
	}
	l.ifc.Input(s)
}

// netifRx is netif_rx for the stack's loopback.
func (h *Host) netifRx(i *stack.Interface, s *skb.SKB) bool {
	h.lo.ifc = i
	s.Dev = &h.lo
	return h.cur.enqueue(s)
}

// deviceTime is a time of the hardware's, which costs no CPU.
func (h *Host) deviceTime(id stage.ID) int64 {
	if h.meter == nil {
		return 0
	}
	return int64(h.cfg.Costs[id].Cost / time.Nanosecond)
}

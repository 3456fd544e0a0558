package host

// Buffers that another CPU frees: net/core/skbuff.c (skb_attempt_defer_free),
// net/core/dev.c (skb_defer_free_flush).

import (
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// deferMax is how many buffers may wait (skb_defer_max); at half of it the CPU is
// interrupted, and beyond it they are freed where they were read.
const deferMax = 64

// deferred is the list of buffers that other CPUs have read. The next net_rx_action
// frees them.
type deferred struct {
	c    *cpu
	list skb.Queue
	ipi  loop.Timer
}

func (d *deferred) init(c *cpu) {
	d.c = c
	d.ipi.Init(c.h.l, func() {
		c.hardirq(func() {
			c.h.meter.Charge(stage.IPIHandler)
			c.raise(netRX)
		})
	})
}

// deferFree leaves a buffer to the CPU that made it. False: it is this one.
func (h *Host) deferFree(s *skb.SKB) bool {
	if s.CPU == 0 || int(s.CPU)-1 == h.cur.id {
		return false
	}
	d := &h.cpus[s.CPU-1].defers
	if d.list.N >= deferMax {
		return false
	}
	d.list.Push(s)
	if h.tr.On() {
		e := s.Event(trace.SkbDefer, "skb_attempt_defer_free")
		e.NIC.Queue = int16(d.c.id)
		e.Queue = trace.Queue{Len: int32(d.list.N), Limit: deferMax}
		h.tr.Emit(e)
	}
	if d.list.N == deferMax/2 && !d.ipi.Armed() {
		h.meter.Charge(stage.SendIPI)
		if h.tr.On() {
			h.tr.Emit(trace.Event{Kind: trace.IPI, Stage: "smp_call_function_single_async", NIC: trace.NIC{Queue: int16(d.c.id)}})
		}
		d.ipi.Set(h.now() + h.deviceTime(stage.IPIDelivery))
	}
	return true
}

// flushDeferred is skb_defer_free_flush.
func (c *cpu) flushDeferred() {
	for s := c.defers.list.Pop(); s != nil; s = c.defers.list.Pop() {
		c.h.meter.Charge(stage.SkbFree)
		if c.h.tr.On() {
			e := s.Event(trace.SkbFree, "skb_defer_free_flush")
			e.Refs--
			c.h.tr.Emit(e)
		}
		s.Free()
	}
}

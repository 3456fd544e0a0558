package host

// The interrupt table: kernel/irq/handle.c, kernel/softirq.c (irq_exit).

import (
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// irq is one entry of the table: what request_irq registered for a vector.
type irq struct {
	name    string
	cpu     *cpu
	handler func()
	count   []uint64 // by CPU
}

// firstVector is the first vector that devices get: below are the CPU's
// exceptions (FIRST_EXTERNAL_VECTOR in arch/x86/include/asm/irq_vectors.h).
const firstVector = 0x20

// requestIRQ registers a handler and returns its vector.
func (h *Host) requestIRQ(name string, c *cpu, handler func()) int {
	h.irqs = append(h.irqs, irq{name: name, cpu: c, handler: handler, count: make([]uint64, len(h.cpus))})
	return firstVector + len(h.irqs) - 1
}

// interrupt is a device's interrupt at its CPU, which looks the vector up and runs
// its handler in hardirq context, whatever it was doing, unless another
// handler is running: then this one comes after it.
func (h *Host) interrupt(vector int) {
	e := &h.irqs[vector-firstVector]
	c := e.cpu
	if h.meter != nil && h.l.Now() < c.hardEnd {
		c.latch(vector)
		return
	}
	e.count[c.id]++
	c.hardirq(func() {
		h.meter.Charge(stage.IRQHandler)
		if h.tr.On() {
			h.tr.Emit(trace.Event{Kind: trace.IRQ, Stage: "irq_handler_entry", Evidence: trace.Modelled, Dev: e.name,
				NIC: trace.NIC{Vector: int16(vector)}})
		}
		e.handler()
		h.handled(vector, e)
	})
}

// handled is the end of a handler.
func (h *Host) handled(vector int, e *irq) {
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.IRQExit, Stage: "irq_handler_exit", Evidence: trace.Modelled, Dev: e.name,
			NIC: trace.NIC{Vector: int16(vector)}})
	}
}

// hardirq runs a handler in hardirq context. One that the CPU's own running code has
// caused is a part of that unit; any other has a time of its own.
func (c *cpu) hardirq(handler func()) {
	h := c.h
	from := h.here()
	nested := c.running || c.taken
	if nested {
		c.enter(trace.HardIRQ)
		handler()
		h.enter(from)
		return
	}
	outer := h.meter.Swap()
	c.enter(trace.HardIRQ)
	handler()
	cost := h.meter.Take()
	h.meter.Restore(outer)
	h.enter(from)
	if h.meter == nil {
		c.kick()
		return
	}
	c.irqExit(cost)
}

// latch keeps an interrupt until the CPU takes interrupts again. One vector is
// latched once.
func (c *cpu) latch(vector int) {
	for _, v := range c.latched {
		if v == vector {
			return
		}
	}
	c.latched = append(c.latched, vector)
	c.unlatch.Set(c.hardEnd)
}

func (c *cpu) pendingIRQs() {
	v := c.latched[0]
	c.latched = append(c.latched[:0], c.latched[1:]...)
	c.h.interrupt(v)
	if len(c.latched) > 0 {
		c.unlatch.Set(c.hardEnd)
	}
}

// IRQStat is a line of /proc/interrupts.
type IRQStat struct {
	Vector int
	Name   string
	Count  []uint64 // by CPU
}

// Interrupts returns what /proc/interrupts shows.
func (h *Host) Interrupts() []IRQStat {
	out := make([]IRQStat, len(h.irqs))
	for i, e := range h.irqs {
		out[i] = IRQStat{Vector: firstVector + i, Name: e.name, Count: append([]uint64(nil), e.count...)}
	}
	return out
}

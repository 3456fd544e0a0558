package host

// Softirqs: kernel/softirq.c.

import (
	"math/bits"

	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Softirq vectors, by their number in include/linux/interrupt.h.
const (
	netTx = 2
	netRX = 3

	softirqs = 4
)

var softirqNames = [softirqs]string{netTx: "NET_TX", netRX: "NET_RX"}

// softirq is a CPU's state of handle_softirqs.
type softirq struct {
	pending  uint32 // raised, not yet served
	batch    uint32 // being served: pending at the start of the pass
	vec      int    // the one whose action runs; -1: none
	active   bool   // a round is on
	restarts int
	deadline int64
	yield    bool // what is pending is ksoftirqd's
	thread   bool // the round is ksoftirqd's
	counts   [softirqs]uint64
	wakeups  uint64 // of ksoftirqd
}

// due reports whether softirqs may run now.
func (s *softirq) due() bool { return s.active || s.pending != 0 && !s.yield }

// raise is __raise_softirq_irqoff.
func (c *cpu) raise(vec int) {
	c.soft.pending |= 1 << vec
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.SoftIRQRaise, Stage: "softirq_raise", Text: softirqNames[vec]})
	}
}

// step does one unit of a round and reports whether it did anything: false ends
// the round.
func (c *cpu) step() bool {
	s := &c.soft
	if s.vec < 0 && !c.pick() {
		return false
	}
	var done bool
	if s.vec == netTx {
		done = c.netTxAction()
	} else {
		done = c.netRxAction()
	}
	if done {
		c.leave()
	}
	return true
}

// pick is the loop of handle_softirqs: the next vector of the pass, else the
// next pass, else the end of the round. What is pending beyond the limits
// is ksoftirqd's.
func (c *cpu) pick() bool {
	s := &c.soft
	if !s.active {
		s.active = true
		s.thread = c.sched.cur == &c.sched.ksoftirqd
		s.restarts = c.h.cfg.SoftirqRestart
		s.deadline = c.h.now() + int64(c.h.cfg.SoftirqTime)
		s.batch, s.pending = s.pending, 0
		c.h.meter.Charge(stage.SoftIRQEntry)
	} else if s.batch == 0 {
		if s.pending == 0 {
			s.active, s.thread = false, false
			return false
		}
		if s.restarts--; s.restarts == 0 || c.h.now() >= s.deadline || c.needResched() {
			s.active, s.thread = false, false
			c.wakeKsoftirqd()
			return false
		}
		s.batch, s.pending = s.pending, 0
	}
	s.vec = bits.TrailingZeros32(s.batch)
	s.batch &^= 1 << s.vec
	s.counts[s.vec]++
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.SoftIRQEntry, Stage: "softirq_entry", Text: softirqNames[s.vec]})
	}
	return true
}

func (c *cpu) leave() {
	vec := c.soft.vec
	c.soft.vec = -1
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.SoftIRQExit, Stage: "softirq_exit", Text: softirqNames[vec]})
	}
}

// wakeKsoftirqd leaves pending softirqs to the thread, which the scheduler treats as
// any other.
func (c *cpu) wakeKsoftirqd() {
	c.soft.yield = true
	if c.sched.cur == &c.sched.ksoftirqd {
		return // it is the thread's own round that ends
	}
	c.soft.wakeups++
	c.h.runnable(&c.sched.ksoftirqd)
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: trace.KsoftirqdWake, Stage: "wakeup_softirqd", Text: c.sched.ksoftirqd.name})
	}
}

// runKsoftirqd is the thread's turn: a round of softirqs (run_ksoftirqd).
func (c *cpu) runKsoftirqd() {
	s := &c.sched
	c.soft.yield = false
	if s.last != &s.ksoftirqd {
		s.last = &s.ksoftirqd
		c.h.enter(where{c, trace.Process, s.ksoftirqd.name})
		c.h.meter.Charge(stage.ContextSwitch)
		c.emitTask(trace.TaskRun, "sched_switch", s.last)
		c.leaveContext()
	}
	c.next()
}

// netTxAction runs the queueing disciplines that owe work.
func (c *cpu) netTxAction() (done bool) {
	c.h.meter.Charge(stage.NetTxAction)
	c.output, c.owing = c.owing[:0], c.output
	for _, q := range c.owing {
		q.owes = false
		q.run()
	}
	return true
}

// SoftIRQStat is a line of /proc/softirqs.
type SoftIRQStat struct {
	Name  string
	Count []uint64 // by CPU
}

// SoftIRQs returns the network's lines of /proc/softirqs.
func (h *Host) SoftIRQs() []SoftIRQStat {
	out := []SoftIRQStat{}
	for vec := netTx; vec <= netRX; vec++ {
		s := SoftIRQStat{Name: softirqNames[vec]}
		for _, c := range h.cpus {
			s.Count = append(s.Count, c.soft.counts[vec])
		}
		out = append(out, s)
	}
	return out
}

// SoftnetStat is a line of /proc/net/softnet_stat (net/core/net-procfs.c).
type SoftnetStat struct {
	Processed     uint64
	Dropped       uint64
	TimeSqueeze   uint64
	ReceivedRPS   uint64
	FlowLimit     uint64
	BacklogLen    uint64
	CPU           int
	KsoftirqdWake uint64 // not in the file: how often ksoftirqd was woken
}

// Softnet returns what /proc/net/softnet_stat shows.
func (h *Host) Softnet() []SoftnetStat {
	out := make([]SoftnetStat, len(h.cpus))
	for i, c := range h.cpus {
		out[i] = c.stat
		out[i].KsoftirqdWake = c.soft.wakeups
		out[i].BacklogLen = uint64(c.backlog.input.N + c.backlog.process.N)
	}
	return out
}

package host

// The scheduler: kernel/sched/fair.c in essence. Every task has a virtual run time;
// who has had least of the CPU is next, and keeps it until it sleeps, until its
// turn (SchedSlice) is over while others wait, or until one wakes that has had
// less by a quarter of a turn. Differences: all tasks have one weight; system
// calls are not preempted, a program's own time is at the end of a turn; a CPU
// with nothing to do takes a waiting task from another.
//
// An application that is outside of system calls and of Host.Compute takes no
// time: between two calls in the same moment it keeps its CPU.

import (
	"strconv"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// thread is what the scheduler knows: an application, or ksoftirqd.
type thread struct {
	id       uint64
	name     string
	vruntime int64
	cpu      *cpu           // where it runs, or ran last
	wait     loop.WaitQueue // until it has the CPU
	queued   bool
}

// maxThreads bounds what the host remembers of applications: beyond it those that
// do not run or wait are forgotten, and begin anew when they come back.
const maxThreads = 4096

// sched is a CPU's run queue.
type sched struct {
	runq      []*thread
	ksoftirqd thread
	cur       *thread // who has the CPU; nil: idle
	last      *thread // who had it last: another one costs a context switch
	turn      int64   // when cur's turn began
	blocked   bool    // cur sleeps when its system call's time is over
	grace     bool    // cur may call again in this moment
	granted   *thread // picked, on its way to the CPU
}

func (s *sched) init(id int) { s.ksoftirqd.name = "ksoftirqd/" + strconv.Itoa(id) }

// charge adds to the run time of who has the CPU.
func (c *cpu) charge(cost int64) {
	t := c.sched.cur
	if t == nil {
		return
	}
	t.vruntime += cost
	if len(c.sched.runq) == 0 {
		c.h.minVruntime = max(c.h.minVruntime, t.vruntime)
	}
}

// self returns the calling application's thread.
func (h *Host) self() *thread {
	id, name := h.l.Self()
	if t := h.lastThread; t != nil && t.id == id {
		return t
	}
	t := h.threads[id]
	if t == nil {
		if len(h.threads) >= maxThreads {
			for id, t := range h.threads {
				if !t.queued && (t.cpu == nil || t.cpu.sched.cur != t) {
					delete(h.threads, id)
				}
			}
		}
		t = &thread{id: id, name: name, vruntime: h.minVruntime}
		h.threads[id] = t
	}
	h.lastThread = t
	return t
}

// runnable places a thread that wakes: however long it slept, it is at most one
// turn ahead of the others.
func (h *Host) runnable(t *thread) {
	t.vruntime = max(t.vruntime, h.minVruntime-int64(h.cfg.SchedSlice))
}

// contended reports whether somebody else wants the CPU.
func (c *cpu) contended() bool {
	return len(c.sched.runq) > 0 || c.ksoftirqdWaits()
}

// ksoftirqdWaits reports whether the thread has work and is not running.
func (c *cpu) ksoftirqdWaits() bool {
	return c.soft.pending != 0 && c.soft.yield && c.sched.cur != &c.sched.ksoftirqd
}

// turnOver reports whether who has the CPU has had it for a turn.
func (c *cpu) turnOver() bool {
	return c.h.now()-c.sched.turn >= int64(c.h.cfg.SchedSlice)
}

// needResched reports whether a task that waits should have the CPU: it is
// nobody's, its owner's turn is over, or the other has had less by far.
func (c *cpu) needResched() bool {
	if len(c.sched.runq) == 0 {
		return false
	}
	cur := c.sched.cur
	if cur == nil || c.turnOver() {
		return true
	}
	t, _ := c.first()
	return t.vruntime+int64(c.h.cfg.SchedSlice/4) < cur.vruntime
}

// schedule gives the CPU to a thread. Whoever has returned from a system call may
// call again in the same moment, and goes on unless its turn is over.
func (c *cpu) schedule() {
	s := &c.sched
	if t := s.cur; t == &s.ksoftirqd {
		if c.soft.pending != 0 && !c.needResched() {
			c.runKsoftirqd() // the next round of its turn
			return
		}
		if c.soft.pending != 0 {
			c.preempted(t)
		}
		s.cur = nil
	} else if t != nil {
		if !c.contended() {
			return
		}
		if !c.turnOver() && !c.needResched() && !s.grace {
			s.grace = true
			c.timer.Set(c.h.l.Now())
			return
		}
		if !s.grace {
			c.preempted(t)
		}
		s.cur, s.grace = nil, false
	}
	if s.granted == nil {
		c.choose()
	}
}

// choose gives the CPU to who has had least; of equals an application goes first.
func (c *cpu) choose() {
	s := &c.sched
	kthread := c.ksoftirqdWaits()
	from := c
	t, at := c.first()
	if t == nil && !kthread {
		if from = c.h.busiest(); from == nil {
			return
		}
		t, at = from.first()
	}
	if kthread && (t == nil || s.ksoftirqd.vruntime < t.vruntime) {
		c.h.minVruntime = max(c.h.minVruntime, s.ksoftirqd.vruntime)
		s.cur, s.turn = &s.ksoftirqd, c.h.l.Now()
		c.runKsoftirqd()
		return
	}
	from.sched.runq = append(from.sched.runq[:at], from.sched.runq[at+1:]...)
	c.h.minVruntime = max(c.h.minVruntime, t.vruntime)
	t.queued = false
	s.granted = t
	t.wait.WakeOne()
}

// first finds the waiting thread that has had least.
func (c *cpu) first() (t *thread, at int) {
	for i, x := range c.sched.runq {
		if t == nil || x.vruntime < t.vruntime {
			t, at = x, i
		}
	}
	return t, at
}

// busiest is the CPU for which most threads wait; nil: none waits.
func (h *Host) busiest() (c *cpu) {
	n := 0
	for _, x := range h.cpus {
		if len(x.sched.runq) > n {
			c, n = x, len(x.sched.runq)
		}
	}
	return c
}

// free reports whether t can have the CPU now.
func (c *cpu) free(t *thread) bool {
	s := &c.sched
	return !c.taken && c.who == nobody && !c.interrupted && s.granted == nil && (!s.grace || s.cur == t)
}

// place chooses a CPU for t: the one it ran on, another that is free, or else the
// one with the shortest queue.
func (h *Host) place(t *thread) *cpu {
	if t.cpu != nil && t.cpu.free(t) {
		return t.cpu
	}
	var best *cpu
	for _, c := range h.cpus {
		if c.free(t) {
			return c
		}
		if best == nil || len(c.sched.runq) < len(best.sched.runq) ||
			len(c.sched.runq) == len(best.sched.runq) && c.end < best.end {
			best = c
		}
	}
	return best
}

// takeCPU gives the calling application a CPU, for which it may have to wait.
func (h *Host) takeCPU() {
	if h.meter == nil {
		c := h.cpus[0]
		c.taken = true
		c.enter(trace.Process)
		_, h.tr.Task = h.l.Self()
		return
	}
	t := h.self()
	c := h.place(t)
	if !c.free(t) || c.soft.due() {
		h.runnable(t)
		t.cpu, t.queued = c, true
		c.sched.runq = append(c.sched.runq, t)
		c.kick()
		for t.queued {
			t.wait.Wait(h.l, loop.Never)
		}
		c = h.holder(t)
	}
	s := &c.sched
	s.granted, s.grace = nil, false
	if s.cur != t {
		s.cur, s.turn = t, h.l.Now()
	}
	t.cpu = c
	c.taken, c.app = true, true
	c.timer.Stop()
	c.enter(trace.Process)
	if s.last != t {
		s.last = t
		h.meter.Charge(stage.ContextSwitch)
		c.emitTask(trace.TaskRun, "sched_switch", t)
	}
}

// holder is the CPU that was granted to t.
func (h *Host) holder(t *thread) *cpu {
	for _, c := range h.cpus {
		if c.sched.granted == t {
			return c
		}
	}
	panic("host: a task runs without a CPU")
}

func (c *cpu) emitTask(k trace.Kind, stage string, t *thread) {
	if c.h.tr.On() {
		c.h.tr.Emit(trace.Event{Kind: k, Stage: stage, Text: t.name})
	}
}

// preempted reports that the CPU is taken from a thread that could go on.
func (c *cpu) preempted(t *thread) {
	c.h.enter(where{c, trace.Process, t.name})
	c.emitTask(trace.TaskPreempt, "sched_switch", t)
	c.leaveContext()
}

// release lets the time of the task's work pass. With wait the task goes on when
// it has; otherwise it sleeps for something else.
func (c *cpu) release(wait bool) {
	c.taken, c.app = false, false
	if c.h.meter == nil {
		c.next()
		return
	}
	cost := c.h.meter.Take()
	c.sched.blocked = !wait
	if cost == 0 {
		if c.returned() {
			c.next()
			return
		}
	} else {
		c.charge(cost)
		if wait && c.h.l.Skip(c.h.l.Now()+cost) {
			c.time.Process += cost
			if c.returned() {
				c.next()
				return
			}
		} else {
			c.occupy(task, cost)
		}
	}
	if wait {
		c.exit.Wait(c.h.l, loop.Never)
	}
}

package host

// CPUs in virtual time: who has the CPU, and until when.

import (
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// occupant says what a CPU's time is being spent on.
type occupant uint8

const (
	nobody occupant = iota
	kernel          // an interrupt or a unit of softirq
	task            // a system call whose effects have happened
)

// cpu is one CPU. Without costs only the softirq state is used.
type cpu struct {
	h     *Host
	id    int
	timer loop.Timer // the end of what occupies the CPU; without costs: softirqs are due

	who         occupant
	end         int64 // until when
	interrupted bool  // an interrupt took the CPU from a system call
	left        int64 // and that much of it is still to come
	taken       bool  // a system call is executing
	app         bool  // in the goroutine of its application, which can wait
	midCall     bool  // the time of the call's first part is passing
	running     bool  // a softirq unit is executing

	hardEnd int64 // interrupts are off until then
	latched []int // vectors whose interrupts came meanwhile
	unlatch loop.Timer

	sched sched
	exit  loop.WaitQueue   // the task whose system call ends when its time has passed
	owned *stack.TCPSocket // the socket that the system call has locked

	soft    softirq
	rx      netRx
	backlog backlog
	output  []*txQueue // softnet_data.output_queue: they owe work
	owing   []*txQueue // taken from output by the running action
	defers  deferred
	stat    SoftnetStat
	time    CPUTime
}

func newCPU(h *Host, id int) *cpu {
	c := &cpu{h: h, id: id}
	c.stat.CPU, c.time.CPU = id, id
	c.soft.vec = -1
	c.timer.Init(h.l, c.expire)
	c.unlatch.Init(h.l, c.pendingIRQs)
	c.sched.init(id)
	c.backlog.init(c)
	c.defers.init(c)
	return c
}

// where is the place at which a host's code is running.
type where struct {
	cpu  *cpu
	ctx  trace.Context
	task string
}

func (h *Host) here() where { return where{h.cur, h.tr.Ctx, h.tr.Task} }

// enter makes w the place where code runs.
func (h *Host) enter(w where) {
	h.cur = w.cpu
	h.tr.CPU, h.tr.Ctx, h.tr.Task = int16(w.cpu.id), w.ctx, w.task
}

// enter makes c the CPU whose code runs, in the given context.
func (c *cpu) enter(ctx trace.Context) {
	name := ""
	switch {
	case ctx == trace.Process && c.sched.cur != nil:
		name = c.sched.cur.name
	case ctx == trace.SoftIRQ && c.soft.thread:
		name = c.sched.ksoftirqd.name
	}
	c.h.enter(where{c, ctx, name})
}

// expire: what occupied the CPU is over.
func (c *cpu) expire() {
	who := c.who
	c.who = nobody
	if who == task && !c.returned() {
		return
	}
	c.next()
}

// returned is the end of a system call's time. False: the call goes on, or
// releasing the socket takes more time.
func (c *cpu) returned() bool {
	if c.midCall {
		c.midCall, c.taken = false, true
		c.exit.WakeAll()
		return false
	}
	for k := c.owned; k != nil; {
		c.taken = true
		c.enter(trace.Process)
		more := k.Release()
		cost := c.h.meter.Take()
		c.taken = false
		c.leaveContext()
		if !more {
			c.owned, k = nil, nil
		}
		if cost > 0 {
			c.charge(cost)
			c.occupy(task, cost)
			return false
		}
	}
	c.exit.WakeAll()
	if c.sched.blocked {
		c.sched.blocked, c.sched.cur = false, nil
	}
	return true
}

// leaveContext: nothing runs any more; what comes next is some timer of the
// host's.
func (c *cpu) leaveContext() { c.h.tr.Ctx, c.h.tr.Task = trace.SoftIRQ, "" }

// occupy spends the cost of what has just happened.
func (c *cpu) occupy(who occupant, cost int64) {
	c.who, c.end = who, c.h.l.Now()+cost
	if who == task {
		c.time.Process += cost
	} else {
		c.time.SoftIRQ += cost
	}
	c.timer.Set(c.end)
}

// next gives the CPU, which nobody occupies, to whoever comes next: softirqs,
// then the system call that they interrupted, then whom the scheduler picks.
func (c *cpu) next() {
	if c.taken {
		return
	}
	for c.soft.due() {
		if c.unit() && c.h.meter != nil {
			cost := c.h.meter.Take()
			if c.soft.thread {
				c.charge(cost)
			}
			if l := c.h.l; l.Stepping() && l.Skip(l.Now()+cost) {
				c.time.SoftIRQ += cost
				continue
			}
			c.occupy(kernel, cost)
			return
		}
	}
	if c.h.meter == nil {
		c.soft.yield = false // ksoftirqd's turn comes after the devices'
		if c.soft.pending != 0 {
			c.timer.Set(c.h.l.Now())
		}
		return
	}
	if c.interrupted {
		c.interrupted = false
		if c.left > 0 {
			c.time.Process -= c.left // counted when it began
			c.occupy(task, c.left)
			c.left = 0
			return
		}
		if !c.returned() {
			return
		}
	}
	c.schedule()
}

// unit executes one unit of softirq work and reports whether there was any.
func (c *cpu) unit() bool {
	c.running = true
	c.enter(trace.SoftIRQ)
	worked := c.step()
	c.running = false
	c.leaveContext()
	return worked
}

// kick sees to it that softirqs which were raised outside of any interrupt and
// any unit will run.
func (c *cpu) kick() {
	if !c.running && !c.taken && c.who == nobody && !c.timer.Armed() {
		c.timer.Set(c.h.l.Now())
	}
}

// bhEnable is local_bh_enable: softirqs that a system call has raised run before it
// goes on.
func (c *cpu) bhEnable() {
	if c.h.meter == nil || c.soft.active || c.soft.pending == 0 || c.soft.yield {
		return
	}
	from := c.h.here()
	for c.soft.due() && c.unit() {
	}
	c.h.enter(from)
}

// irqExit is the end of a hard interrupt which took that long. Its time puts off the
// end of whatever occupied the CPU; the rest of a system call runs after the
// softirqs.
func (c *cpu) irqExit(cost int64) {
	// Since Linux 6.5 softirqs run at interrupt exit also while ksoftirqd is runnable.
	c.soft.yield = false
	c.hardEnd = c.h.l.Now() + cost
	c.time.HardIRQ += cost
	c.putOff(cost)
}

// putOff lets time pass that was spent on something which came between.
func (c *cpu) putOff(cost int64) {
	now := c.h.l.Now()
	switch c.who {
	case nobody:
		c.end = now
	case task:
		c.interrupted = true
		c.left = c.end - now
		c.end = now
	}
	c.who = kernel
	c.end += cost
	c.timer.Set(c.end)
}

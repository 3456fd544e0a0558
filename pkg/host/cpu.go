package host

// CPUs in virtual time: who has the CPU, and until when.

import (
	"github.com/netkit-go/netkit/pkg/loop"
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

	who     occupant
	end     int64 // until when
	left    int64 // a task's time that an interrupt put off
	taken   bool  // a task is between acquire and release
	running bool  // a softirq unit is executing

	runq loop.WaitQueue // tasks that want the CPU
	exit loop.WaitQueue // the task whose system call ends when its time has passed

	soft softirq
	rx   netRx
	stat SoftnetStat
}

func newCPU(h *Host, id int) *cpu {
	c := &cpu{h: h, id: id}
	c.stat.CPU = id
	c.soft.vec = -1
	c.timer.Init(h.l, c.expire)
	return c
}

// enter makes c the CPU whose code runs, in the given context.
func (c *cpu) enter(ctx trace.Context) {
	c.h.cur = c
	c.h.tr.CPU, c.h.tr.Ctx = int16(c.id), ctx
}

// expire: what occupied the CPU is over.
func (c *cpu) expire() {
	if c.who == task {
		c.exit.WakeAll()
	}
	c.who = nobody
	c.next()
}

// occupy spends the cost of what has just happened.
func (c *cpu) occupy(who occupant, cost int64) {
	c.who, c.end = who, c.h.l.Now()+cost
	c.timer.Set(c.end)
}

// next gives the CPU, which nobody occupies, to whoever comes next: softirqs,
// then the task that they interrupted, then a task that waits.
func (c *cpu) next() {
	if c.taken {
		return
	}
	for c.soft.due() {
		c.running = true
		c.enter(trace.SoftIRQ)
		worked := c.step()
		c.running = false
		if worked && c.h.meter != nil {
			c.occupy(kernel, c.h.meter.Take())
			return
		}
	}
	c.soft.yield = false // ksoftirqd's turn comes after whoever has the CPU next
	switch {
	case c.left > 0:
		c.occupy(task, c.left)
		c.left = 0
	case !c.runq.Empty():
		c.runq.WakeOne()
	case c.soft.pending != 0:
		// Nobody else wants the CPU. Devices have their turn first.
		c.timer.Set(c.h.l.Now())
	}
}

// kick sees to it that softirqs which were raised outside of any interrupt and
// any unit will run.
func (c *cpu) kick() {
	if !c.running && !c.taken && c.who == nobody && !c.timer.Armed() {
		c.timer.Set(c.h.l.Now())
	}
}

// irqExit is the end of a hard interrupt. Its time puts off the end of whatever
// occupied the CPU; a task's rest runs after the softirqs.
func (c *cpu) irqExit() {
	if c.h.meter == nil {
		c.kick()
		return
	}
	if c.running || c.taken {
		return // part of the unit or the system call that is executing
	}
	now := c.h.l.Now()
	switch c.who {
	case nobody:
		c.end = now
	case task:
		if c.left = c.end - now; c.left == 0 {
			c.exit.WakeAll() // the interrupt came in the moment in which its time was over
		}
		c.end = now
	}
	c.who = kernel
	c.end += c.h.meter.Take()
	c.timer.Set(c.end)
}

// free reports whether a task can have the CPU now.
func (c *cpu) free() bool {
	return !c.taken && c.who == nobody && c.left == 0
}

// acquire gives the CPU to the calling task, which may have to wait for it.
func (c *cpu) acquire() {
	for !c.free() {
		c.runq.Wait(c.h.l, loop.Never)
	}
	c.taken = true
	c.timer.Stop()
}

// release lets the time of the task's work pass. With wait the task sleeps until
// it has; otherwise it blocks for something else.
func (c *cpu) release(wait bool) {
	c.taken = false
	cost := c.h.meter.Take()
	if cost == 0 {
		c.next()
		return
	}
	c.occupy(task, cost)
	if wait {
		c.exit.Wait(c.h.l, loop.Never)
	}
}

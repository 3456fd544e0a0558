package host

// Process context: system calls, and the time of applications.

import (
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Enter begins a system call of the calling application: it takes the loop's
// baton and, in virtual time, waits for a CPU. Calls do not nest.
func (h *Host) Enter(call string) {
	h.l.Enter()
	h.begin(call)
}

func (h *Host) begin(call string) {
	h.takeCPU()
	h.meter.Charge(stage.SyscallEntry)
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.SysEnter, Stage: "sys_enter", Text: call})
	}
}

// Exit ends the system call, which handled n bytes: it lets the time pass that
// the call took, runs softirqs that the call raised, and gives the baton back.
func (h *Host) Exit(call string, n int) {
	h.end(call, n)
	h.l.Exit()
}

// Later runs fn, which handles a number of bytes, as a system call of a task
// that does not wait for it, on a loop in real time: see [loop.Loop.Later].
func (h *Host) Later(call string, fn func() (n int)) {
	h.l.Later(func() {
		h.begin(call)
		h.end(call, fn())
	})
}

func (h *Host) end(call string, n int) {
	c := h.cur
	c.bhEnable()
	h.meter.Charge(stage.SyscallExit)
	task := h.tr.Task
	c.release(true)
	if h.tr.On() {
		h.enter(where{c, trace.Process, task})
		h.tr.Emit(trace.Event{Kind: trace.SysExit, Stage: "sys_exit", Text: call, Len: int32(n)})
	}
	c.leaveContext()
}

// Wait puts the calling task to sleep on q, inside a system call, until it is
// woken (true) or the deadline in nanoseconds since the Unix epoch passes
// (false). The task gives up its CPU and has one again when Wait returns.
func (h *Host) Wait(q *loop.WaitQueue, what string, deadline int64) bool {
	if deadline <= h.l.Now() {
		return false
	}
	c := h.cur
	c.bhEnable()
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.TaskBlock, Stage: "sched_switch", Text: what})
	}
	if h.meter != nil && !c.contended() {
		h.meter.Charge(stage.ContextSwitch) // to the idle task
		c.sched.last = nil
	}
	c.release(false)
	c.leaveContext()
	woken := q.Wait(h.l, deadline)
	h.takeCPU()
	return woken
}

// Compute lets the calling application use the CPU for a while, outside of system
// calls. Others get their turns meanwhile. Without costs it takes no time.
func (h *Host) Compute(d time.Duration) {
	h.l.Enter()
	defer h.l.Exit()
	if h.meter == nil {
		return
	}
	for left := int64(d); left > 0; {
		n := min(left, int64(h.cfg.SchedSlice))
		left -= n
		h.takeCPU()
		c := h.cur
		h.meter.Add(n)
		c.release(true)
		c.leaveContext()
	}
}

// pass lets the time pass that the running system call has taken so far, so that what
// it does next to queues and devices comes after what interrupts do meanwhile.
func (h *Host) pass() {
	c := h.cur
	if !c.app || h.tr.Ctx != trace.Process {
		return
	}
	cost := h.meter.Take()
	if cost == 0 {
		return
	}
	c.charge(cost)
	if h.l.Skip(h.l.Now() + cost) {
		c.time.Process += cost
		return
	}
	c.taken, c.app, c.midCall = false, false, true
	c.occupy(task, cost)
	c.leaveContext()
	c.exit.Wait(h.l, loop.Never)
	c.app = true
	c.enter(trace.Process)
}

// lock is lock_sock: the running system call owns the socket, once no other does. What
// arrives until the call's time has passed goes to the socket's backlog.
func (h *Host) lock(k *stack.TCPSocket) {
	c := h.cur
	if !c.app || h.tr.Ctx != trace.Process || c.owned == k {
		return
	}
	for !k.Own() {
		c.release(false)
		c.leaveContext()
		k.Unlocked.Wait(h.l, loop.Never)
		h.takeCPU()
		c = h.cur
	}
	c.owned = k
}

// wakeLater is a wake-up that takes effect when the running unit has come that
// far.
type wakeLater struct {
	at int64
	q  *loop.WaitQueue
}

// wake makes the tasks that wait on q runnable. Another CPU can run them no earlier
// than the unit has reached the wake-up.
func (h *Host) wake(q *loop.WaitQueue) {
	if len(h.cpus) == 1 || h.meter.Spent() == 0 {
		q.WakeAll()
		return
	}
	w := wakeLater{h.now(), q}
	i := len(h.wakes)
	for i > 0 && h.wakes[i-1].at > w.at {
		i--
	}
	h.wakes = append(h.wakes, wakeLater{})
	copy(h.wakes[i+1:], h.wakes[i:])
	h.wakes[i] = w
	h.wakeTimer.Set(h.wakes[0].at)
}

func (h *Host) wakeDue() {
	now := h.l.Now()
	n := 0
	for n < len(h.wakes) && h.wakes[n].at <= now {
		h.wakes[n].q.WakeAll()
		n++
	}
	rest := copy(h.wakes, h.wakes[n:])
	clear(h.wakes[rest:])
	h.wakes = h.wakes[:rest]
	if rest > 0 {
		h.wakeTimer.Set(h.wakes[0].at)
	}
}

package host

// Process context: system calls.

import (
	"github.com/netkit-go/netkit/pkg/loop"
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
	h.meter.Charge(stage.SyscallExit)
	c := h.cur
	c.release(true)
	if h.tr.On() {
		c.enter(trace.Process)
		h.tr.Emit(trace.Event{Kind: trace.SysExit, Stage: "sys_exit", Text: call, Len: int32(n)})
	}
	h.tr.Ctx = trace.SoftIRQ
}

// Wait puts the calling task to sleep on q, inside a system call, until it is
// woken (true) or the deadline in nanoseconds since the Unix epoch passes
// (false). The task gives up its CPU and has one again when Wait returns.
func (h *Host) Wait(q *loop.WaitQueue, what string, deadline int64) bool {
	if deadline <= h.l.Now() {
		return false
	}
	h.meter.Charge(stage.ContextSwitch)
	if h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.TaskBlock, Stage: "sched_switch", Text: what})
	}
	h.cur.release(false)
	h.tr.Ctx = trace.SoftIRQ
	woken := q.Wait(h.l, deadline)
	h.takeCPU()
	h.meter.Charge(stage.ContextSwitch)
	return woken
}

// takeCPU gives the calling task a CPU: the first that is free, else the one
// that will be free first.
func (h *Host) takeCPU() {
	c := h.cpus[0]
	if h.meter != nil {
		for _, x := range h.cpus {
			if x.free() {
				c = x
				break
			}
			if x.end < c.end {
				c = x
			}
		}
		c.acquire()
	} else {
		c.taken = true
	}
	c.enter(trace.Process)
}

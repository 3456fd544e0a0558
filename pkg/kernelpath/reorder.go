package kernelpath

import "github.com/netkit-go/netkit/pkg/trace"

// maxWaiting bounds the events that wait for their time. Beyond it the earliest is
// handed on.
const maxWaiting = 1 << 14

// reorder hands events on in order of time. A unit of CPU work has its effects when it
// starts, and reports them with the times that its stages reach later: what a
// device does meanwhile is reported after, with an earlier time. Nothing that is still
// to come can be earlier than the loop's now. Events of one time stay in the order in
// which they were reported.
//
// When an interrupt, or the softirq after it, takes the CPU from a unit whose events
// wait here, they happen that much later.
type reorder struct {
	now  func() int64
	to   trace.Sink
	wait []*trace.Event // by time, from first on
	from int            // the first in wait
	free []*trace.Event
}

// Emit implements trace.Sink.
func (r *reorder) Emit(e *trace.Event) {
	r.release(r.now())
	if e.Dur > 0 && (e.Ctx == trace.HardIRQ || e.Ctx == trace.SoftIRQ) && r.from < len(r.wait) {
		r.putOff(e)
	}
	if len(r.wait) == r.from && e.Time <= r.now() {
		r.to.Emit(e)
		return
	}
	if len(r.wait)-r.from == maxWaiting {
		r.first()
	}
	r.insert(e)
}

func (r *reorder) insert(e *trace.Event) {
	var own *trace.Event
	if n := len(r.free); n > 0 {
		own, r.free = r.free[n-1], r.free[:n-1]
	} else {
		own = new(trace.Event)
	}
	*own = *e
	if len(r.wait) == cap(r.wait) && r.from > 0 {
		r.wait = r.wait[:copy(r.wait, r.wait[r.from:])]
		r.from = 0
	}
	i := len(r.wait)
	r.wait = append(r.wait, own)
	for ; i > r.from && r.wait[i-1].Time > e.Time; i-- {
		r.wait[i] = r.wait[i-1]
	}
	r.wait[i] = own
}

// putOff moves what the CPU would have done while it was busy with what led to e.
func (r *reorder) putOff(e *trace.Event) {
	began := e.Time - e.Dur
	for i := r.from; i < len(r.wait); i++ {
		x := r.wait[i]
		if x.Time > began && x.CPU == e.CPU && interrupts(e.Ctx, x.Ctx) && x.Host == e.Host {
			x.Time += e.Dur
		}
	}
	for i := r.from + 1; i < len(r.wait); i++ {
		for k := i; k > r.from && r.wait[k-1].Time > r.wait[k].Time; k-- {
			r.wait[k-1], r.wait[k] = r.wait[k], r.wait[k-1]
		}
	}
}

// interrupts says whether one context takes the CPU from another.
func interrupts(a, b trace.Context) bool {
	return b == trace.Process || a == trace.HardIRQ && b == trace.SoftIRQ
}

// release hands on what happened before a moment.
func (r *reorder) release(before int64) {
	for r.from < len(r.wait) && r.wait[r.from].Time < before {
		r.first()
	}
	if r.from == len(r.wait) {
		r.wait, r.from = r.wait[:0], 0
	}
}

func (r *reorder) first() {
	e := r.wait[r.from]
	r.wait[r.from] = nil
	r.from++
	r.to.Emit(e)
	r.free = append(r.free, e)
}

// flush hands on all that waits.
func (r *reorder) flush() {
	for r.from < len(r.wait) {
		r.first()
	}
}

package kernelpath

import (
	"math/rand/v2"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Whatever the order of the reports, as long as none is earlier than now, events
// come out by time, and those of one time in the order of the reports.
func TestReorder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	now, n := int64(0), 0
	var last trace.Event
	r := &reorder{now: func() int64 { return now }, to: sinkFunc(func(e *trace.Event) {
		if e.Time < last.Time || e.Time == last.Time && e.Seq < last.Seq {
			t.Fatalf("%d of time %d comes after %d of time %d", e.Seq, e.Time, last.Seq, last.Time)
		}
		last = *e
		n++
	})}
	const total = 100_000
	for i := range uint64(total) {
		now += rnd.Int64N(3)
		e := trace.Event{Seq: i + 1, Time: now + rnd.Int64N(20)*rnd.Int64N(2)}
		r.Emit(&e)
		e.Time = -1 // a sink must not keep what it is given
	}
	r.flush()
	if n != total || len(r.free) > 100 {
		t.Errorf("%d of %d events came out; %d were kept", n, total, len(r.free))
	}
}

// A machine that stands still cannot fill the memory.
func TestReorderIsBounded(t *testing.T) {
	n := 0
	r := &reorder{now: func() int64 { return 0 }, to: sinkFunc(func(*trace.Event) { n++ })}
	for i := range int64(3 * maxWaiting) {
		r.Emit(&trace.Event{Time: i + 1})
	}
	if len(r.wait)-r.from > maxWaiting || n != 2*maxWaiting {
		t.Errorf("%d wait, %d were handed on", len(r.wait)-r.from, n)
	}
}

// What sinks of a run see goes forward in time.
func TestEventsComeInOrderOfTime(t *testing.T) {
	for _, s := range []Scenario{{}, {Kind: Bulk, CPUs: 2, Queues: 2}, {Kind: Storm, Packets: 2000}} {
		last := int64(0)
		run(t, s, sinkFunc(func(e *trace.Event) {
			if e.Time < last {
				t.Fatalf("%s: event %d (%v) at %d follows one at %d", s.Kind, e.Seq, e.Kind, e.Time, last)
			}
			last = e.Time
		}))
	}
}

// A CPU does one thing at a time: what an interrupt has taken the CPU from happens
// later, on that CPU only.
func TestInterruptedWorkHappensLater(t *testing.T) {
	var got []trace.Event
	r := &reorder{now: func() int64 { return 100 }, to: sinkFunc(func(e *trace.Event) { got = append(got, *e) })}
	for i, e := range []trace.Event{
		{Host: "a", Ctx: trace.Process, Time: 150, Text: "call"},
		{Host: "a", Ctx: trace.Process, Time: 300, Text: "copy"},
		{Host: "a", CPU: 1, Ctx: trace.Process, Time: 310, Text: "elsewhere"},
		{Host: "b", Ctx: trace.Process, Time: 320, Text: "another machine"},
		{Host: "a", Ctx: trace.HardIRQ, Time: 200, Text: "irq"},
		{Host: "a", Ctx: trace.HardIRQ, Time: 240, Dur: 40, Text: "mask"},
		{Host: "a", Ctx: trace.SoftIRQ, Time: 260, Dur: 20, Text: "softirq"},
		{Host: "a", Ctx: trace.SoftIRQ, Time: 400, Dur: 140, Text: "poll"},
	} {
		e.Seq = uint64(i)
		r.Emit(&e)
	}
	r.flush()
	want := []struct {
		at   int64
		text string
	}{{150, "call"}, {200, "irq"}, {240, "mask"}, {260, "softirq"}, {310, "elsewhere"}, {320, "another machine"}, {400, "poll"}, {500, "copy"}}
	for i, w := range want {
		if i >= len(got) || got[i].Time != w.at || got[i].Text != w.text {
			t.Fatalf("%+v\nwant %+v", got, want)
		}
	}
}

// In a run nobody copies in the middle of an interrupt on the same CPU.
func TestContextsOfOneCPUDoNotOverlap(t *testing.T) {
	in := map[int16]bool{} // CPUs between irq_handler_entry and the end of the softirq
	n := 0
	run(t, Scenario{Kind: Bulk, Size: 50_000, Packets: 10}, sinkFunc(func(e *trace.Event) {
		if e.Host != Host {
			return
		}
		switch {
		case e.Kind == trace.IRQ:
			in[e.CPU] = true
		case e.Ctx == trace.SoftIRQ:
			in[e.CPU] = false
		case e.Ctx == trace.Process && in[e.CPU]:
			t.Fatalf("event %d: %v in process context inside an interrupt", e.Seq, e.Kind)
		case e.Ctx == trace.Process:
			n++
		}
	}))
	if n == 0 {
		t.Error("nothing happened in process context")
	}
}

package trace

import "testing"

func TestEveryKindAndDropReasonHasAName(t *testing.T) {
	seen := map[string]bool{}
	for k := None; k < kindEnd; k++ {
		if n := k.String(); n == "" || n == "unknown" || seen[n] {
			t.Errorf("kind %d has the name %q", k, n)
		} else {
			seen[n] = true
		}
	}
	clear(seen)
	for d := NotDropped + 1; d < dropEnd; d++ {
		if n := d.String(); n == "" || n == "unknown" || seen[n] {
			t.Errorf("drop reason %d has the name %q", d, n)
		} else {
			seen[n] = true
		}
	}
	if kindEnd.String() != "unknown" || dropEnd.String() != "unknown" {
		t.Error("a value beyond the end must not panic")
	}
}

func TestTracerCompletesTheEvent(t *testing.T) {
	rec := &Recorder{}
	run := &Run{Sink: rec, Now: func() int64 { return 77 }}
	tr := New(run, "client")
	tr.CPU, tr.Ctx = 2, SoftIRQ
	tr.Emit(Event{Kind: TCPRecv})
	tr.Emit(Event{Kind: RxDMA, Ctx: Hardware, Time: 70})
	a, b := rec.Events[0], rec.Events[1]
	if a.Host != "client" || a.CPU != 2 || a.Ctx != SoftIRQ || a.Time != 77 || a.Seq != 1 {
		t.Errorf("%+v", a)
	}
	if b.Ctx != Hardware || b.Time != 70 || b.Seq != 2 {
		t.Errorf("hardware keeps its context and time: %+v", b)
	}
}

func TestSilentTracer(t *testing.T) {
	var none *Tracer
	if none.On() || none.NextPkt() != 0 {
		t.Error("a nil tracer is off")
	}
	none.Emit(Event{})
	run := &Run{}
	tr := New(run, "h")
	if tr.On() {
		t.Error("a run without a sink is off")
	}
	// The same ids with a sink and without: a capture must not depend on it.
	if tr.NextPkt() != 1 || tr.NextPkt() != 2 {
		t.Error("packet ids are given whether or not anybody listens")
	}
}

func TestRecorderKeepsTheBeginning(t *testing.T) {
	rec := &Recorder{Limit: 3}
	run := &Run{Sink: Tee{rec}, Now: func() int64 { return 1 }}
	tr := New(run, "h")
	for range 5 {
		tr.Emit(Event{Kind: IRQ})
	}
	if len(rec.Events) != 3 || rec.Lost != 2 || rec.Events[0].Seq != 1 {
		t.Errorf("%d kept, %d lost", len(rec.Events), rec.Lost)
	}
	if n := len(rec.OfKind(IRQ)); n != 3 {
		t.Errorf("OfKind gave %d", n)
	}
}

func BenchmarkEmitOff(b *testing.B) {
	tr := New(&Run{}, "h")
	for range b.N {
		if tr.On() {
			tr.Emit(Event{Kind: IRQ})
		}
	}
}

type discard struct{}

func (discard) Emit(*Event) {}

func BenchmarkEmit(b *testing.B) {
	tr := New(&Run{Sink: discard{}, Now: func() int64 { return 1 }}, "h")
	b.ReportAllocs()
	for range b.N {
		tr.Emit(Event{Kind: IRQ})
	}
}

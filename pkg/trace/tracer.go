package trace

// Sink receives events. Emit must not keep e: it is reused.
type Sink interface {
	Emit(e *Event)
}

// Run is shared by all tracers of one run: it numbers the events and holds
// the sink and the clock.
type Run struct {
	Sink Sink
	Now  func() int64 // nanoseconds since the Unix epoch

	seq uint64
	pkt uint64
	ev  Event
}

// NextPkt returns a packet id, unique within the run. Ids are given whether or
// not anybody listens, so that a capture is the same with a trace and without.
func (r *Run) NextPkt() uint64 {
	r.pkt++
	return r.pkt
}

// Tracer is a host's door to the run's sink. CPU and Ctx say where the host's
// code is running, Task for whom; the host keeps them current.
type Tracer struct {
	Host string
	CPU  int16
	Ctx  Context
	Task string

	// Spent tells how much CPU time the running unit has spent, in all and
	// since Spent was last called; nil: time stands still while code runs.
	Spent func() (total, lap int64)

	run *Run
}

// New returns a tracer for the named host. A nil run is a tracer that is off.
func New(run *Run, host string) *Tracer { return &Tracer{Host: host, run: run} }

// On reports whether anybody listens.
func (t *Tracer) On() bool { return t != nil && t.run != nil && t.run.Sink != nil }

// NextPkt returns a fresh packet id, or 0 without a run.
func (t *Tracer) NextPkt() uint64 {
	if t == nil || t.run == nil {
		return 0
	}
	return t.run.NextPkt()
}

// Emit completes e with host, CPU, context, time and number, and hands it on.
// An event that sets Ctx to Hardware keeps it.
func (t *Tracer) Emit(e Event) {
	if !t.On() {
		return
	}
	r := t.run
	r.seq++
	r.ev = e
	p := &r.ev
	p.Seq = r.seq
	p.Host = t.Host
	if p.Ctx != Hardware {
		p.CPU, p.Ctx, p.Task = t.CPU, t.Ctx, t.Task
		if t.Spent != nil {
			spent, lap := t.Spent()
			p.Time, p.Dur = r.Now()+spent, lap
		}
	}
	if p.Time == 0 {
		p.Time = r.Now()
	}
	r.Sink.Emit(p)
}

// Tee hands each event to several sinks in order.
type Tee []Sink

// Emit implements [Sink].
func (s Tee) Emit(e *Event) {
	for _, x := range s {
		x.Emit(e)
	}
}

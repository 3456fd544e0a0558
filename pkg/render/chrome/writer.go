package chrome

// The format: "Trace Event Format" by the Chromium project, sections "JSON
// Object Format", "Complete Events", "Counter Events", "Flow Events" and
// "Metadata Events".

import (
	"io"
	"strconv"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/trace"
)

const (
	// MaxOpen is the number of unfinished slices kept in one lane.
	MaxOpen = 16

	// FlowSlots is the number of packets that are followed at a time.
	FlowSlots = 1 << 15

	flushAt = 64 << 10
)

// Writer is a [trace.Sink] that writes a trace file. Close completes it.
type Writer struct {
	w   io.Writer
	buf []byte
	err error

	started bool
	any     bool // a record has been written
	closed  bool
	start   int64 // time of the first event

	hosts map[string]*host
	last  *host // of the event before: most come in runs
	lanes []*lane
	flows []flow
}

// host is a process of the trace.
type host struct {
	name  string
	pid   int
	lanes []*lane // by laneIndex
}

// lane is a thread of the trace: what one CPU does in one context, or what the
// hardware does.
type lane struct {
	pid, tid int
	next     int64 // where the next slice may start at the earliest
	open     []slice
}

// slice is an entry that waits for its exit.
type slice struct {
	kind  trace.Kind
	text  string
	start int64
	head  []byte // the event as far as it is known: all but dur
}

// flow is where a packet was last seen.
type flow struct {
	pkt   uint64
	lane  *lane
	at    int64
	begun bool // its start has been written
}

// NewWriter returns a Writer to w.
func NewWriter(w io.Writer) *Writer {
	return &Writer{w: w, hosts: make(map[string]*host), flows: make([]flow, FlowSlots)}
}

// Emit implements [trace.Sink]. After a failed write it does nothing; Close
// returns the error.
func (w *Writer) Emit(e *trace.Event) {
	if w.err != nil || w.closed {
		return
	}
	if !w.started {
		w.begin(e.Time)
	}
	l := w.lane(e)
	now := e.Time - w.start
	switch e.Kind {
	case trace.SysEnter, trace.SoftIRQEntry:
		w.enter(l, e, now)
	case trace.SysExit, trace.SoftIRQExit:
		w.exit(l, e, now)
	default:
		if e.Kind == trace.TaskBlock {
			l.endTop(w, trace.SysEnter, now)
		}
		at := w.short(l, e, now)
		w.counters(l, e, at)
		if e.Pkt != 0 {
			w.follow(e.Pkt, l, at)
		}
	}
	if len(w.buf) >= flushAt {
		w.flush()
	}
}

// Close ends unfinished slices and flows, and the file. It returns the first
// error of the underlying writer, which it does not close.
func (w *Writer) Close() error {
	if w.closed {
		return w.err
	}
	w.closed = true
	if !w.started {
		w.begin(0)
	}
	for _, l := range w.lanes {
		l.endDownTo(w, 0, l.next)
	}
	for i := range w.flows {
		w.endFlow(&w.flows[i])
	}
	w.buf = append(w.buf, "\n]}\n"...)
	w.flush()
	return w.err
}

func (w *Writer) flush() {
	if w.err == nil && len(w.buf) > 0 {
		_, w.err = w.w.Write(w.buf)
	}
	w.buf = w.buf[:0]
}

func (w *Writer) begin(start int64) {
	w.started, w.start = true, start
	w.buf = append(w.buf, `{"displayTimeUnit":"ns","otherData":{"start_ns":"`...)
	w.buf = strconv.AppendInt(w.buf, start, 10)
	w.buf = append(w.buf, `"},"traceEvents":[`...)
}

// laneIndex orders the lanes of a host as a viewer shows them.
func laneIndex(e *trace.Event) int {
	if e.Ctx == trace.Hardware {
		return 0
	}
	i := 1 + 3*int(max(e.CPU, 0))
	switch e.Ctx {
	case trace.SoftIRQ:
		i++
	case trace.Process:
		i += 2
	}
	return i
}

// lane returns the event's lane, and writes the names of a new one.
func (w *Writer) lane(e *trace.Event) *lane {
	h := w.last
	if h == nil || h.name != e.Host {
		if h = w.hosts[e.Host]; h == nil {
			h = &host{name: e.Host, pid: len(w.hosts) + 1}
			w.hosts[e.Host] = h
			w.name("process_name", h.pid, 0, h.name)
			w.sortIndex("process_sort_index", h.pid, 0, h.pid)
		}
		w.last = h
	}
	i := laneIndex(e)
	for i >= len(h.lanes) {
		h.lanes = append(h.lanes, nil)
	}
	if h.lanes[i] == nil {
		// Thread ids are unique in the whole file: some viewers ignore whose they are.
		l := &lane{pid: h.pid, tid: len(w.lanes) + 1}
		h.lanes[i] = l
		w.lanes = append(w.lanes, l)
		name := "hardware"
		if e.Ctx != trace.Hardware {
			name = "cpu" + strconv.Itoa(int(max(e.CPU, 0))) + " " + e.Ctx.String()
		}
		w.name("thread_name", l.pid, l.tid, name)
		w.sortIndex("thread_sort_index", l.pid, l.tid, i)
	}
	return h.lanes[i]
}

func (w *Writer) metadata(what string, pid, tid int) {
	if w.any { // the first record of a file is a host's name
		w.buf = append(w.buf, ',')
	}
	w.any = true
	w.buf = append(w.buf, "\n{\"ph\":\"M\",\"name\":\""...)
	w.buf = append(w.buf, what...)
	w.buf = append(w.buf, `","pid":`...)
	w.buf = strconv.AppendInt(w.buf, int64(pid), 10)
	if tid != 0 {
		w.buf = append(w.buf, `,"tid":`...)
		w.buf = strconv.AppendInt(w.buf, int64(tid), 10)
	}
}

func (w *Writer) name(what string, pid, tid int, name string) {
	w.metadata(what, pid, tid)
	w.buf = append(w.buf, `,"args":{"name":`...)
	w.buf = jsonl.AppendString(w.buf, name)
	w.buf = append(w.buf, `}}`...)
}

func (w *Writer) sortIndex(what string, pid, tid, i int) {
	w.metadata(what, pid, tid)
	w.buf = append(w.buf, `,"args":{"sort_index":`...)
	w.buf = strconv.AppendInt(w.buf, int64(i), 10)
	w.buf = append(w.buf, `}}`...)
}

// appendTime appends nanoseconds as microseconds.
func appendTime(b []byte, ns int64) []byte {
	b = strconv.AppendInt(b, ns/1000, 10)
	f := ns % 1000
	return append(b, '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10))
}

// place appends ph, pid, tid and ts.
func place(b []byte, ph byte, l *lane, at int64) []byte {
	b = append(b, ",\n{\"ph\":\""...)
	b = append(b, ph)
	b = append(b, `","pid":`...)
	b = strconv.AppendInt(b, int64(l.pid), 10)
	b = append(b, `,"tid":`...)
	b = strconv.AppendInt(b, int64(l.tid), 10)
	b = append(b, `,"ts":`...)
	return appendTime(b, at)
}

package chrome

import (
	"strconv"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/trace"
)

// short writes an event as a slice as long as the work that led to it, at least
// 1 ns, and returns where it starts.
func (w *Writer) short(l *lane, e *trace.Event, now int64) int64 {
	begin := now - e.Dur
	at := max(begin, l.next, w.seen(e.Pkt))
	dur := max(1, e.Dur-(at-begin))
	l.next = at + dur
	w.buf = appendSlice(w.buf, l, e, begin, at)
	w.buf = append(w.buf, `,"dur":`...)
	w.buf = append(appendTime(w.buf, dur), '}')
	return at
}

// appendSlice appends an event's slice, all but its duration. It would start at
// begin, and starts at at.
func appendSlice(b []byte, l *lane, e *trace.Event, begin, at int64) []byte {
	b = place(b, 'X', l, at)
	b = append(b, `,"name":`...)
	b = appendName(b, e)
	b = append(b, `,"cat":"`...)
	b = append(b, e.Evidence.String()...)
	b = append(b, `","args":{"seq":`...)
	b = strconv.AppendUint(b, e.Seq, 10)
	b = append(b, `,"ev":"`...)
	b = append(b, e.Kind.String()...)
	b = append(b, '"')
	if at != begin {
		b = append(b, `,"at_ns":"`...) // a string: a double would round it
		b = strconv.AppendInt(b, e.Time, 10)
		b = append(b, '"')
	}
	if e.Dev != "" {
		b = append(b, `,"dev":`...)
		b = jsonl.AppendString(b, e.Dev)
	}
	b = jsonl.AppendPacket(b, e)
	b = jsonl.AppendSections(b, e)
	return append(b, '}')
}

// appendName appends what a slice is called: Linux's name where there is one;
// for a drop its reason, for a system call which one.
func appendName(b []byte, e *trace.Event) []byte {
	switch e.Kind {
	case trace.Drop:
		b = append(b, `"drop `...)
		b = append(b, e.Drop.String()...)
		return append(b, '"')
	case trace.SysEnter, trace.SoftIRQEntry:
		if e.Text != "" {
			return jsonl.AppendString(b, e.Text)
		}
	}
	if e.Stage == "" {
		b = append(b, '"')
		b = append(b, e.Kind.String()...)
		return append(b, '"')
	}
	b = jsonl.AppendString(b, e.Stage)
	if e.Kind == trace.SysExit && e.Text != "" {
		b = append(b[:len(b)-1], ' ') // the name goes on
		mark := len(b)
		b = jsonl.AppendString(b, e.Text)
		b = append(b[:mark], b[mark+1:]...)
	}
	return b
}

// enter opens a slice.
func (w *Writer) enter(l *lane, e *trace.Event, now int64) {
	if len(l.open) == MaxOpen {
		w.short(l, e, now)
		return
	}
	at := max(now, l.next)
	l.next = at + 1 // what it holds starts later than it does
	if len(l.open) < cap(l.open) {
		l.open = l.open[:len(l.open)+1] // with the buffer of the slice that was there
	} else {
		l.open = append(l.open, slice{})
	}
	s := &l.open[len(l.open)-1]
	s.kind, s.text, s.start = e.Kind, e.Text, at
	s.head = appendSlice(s.head[:0], l, e, now, at)
}

// exit ends the slice that the event's entry opened, and those inside it. An
// exit without an entry, as after a block, is a slice of its own.
func (w *Writer) exit(l *lane, e *trace.Event, now int64) {
	entry := trace.SysEnter
	if e.Kind == trace.SoftIRQExit {
		entry = trace.SoftIRQEntry
	}
	for i := len(l.open) - 1; i >= 0; i-- {
		if s := &l.open[i]; s.kind == entry && s.text == e.Text {
			l.endDownTo(w, i, now)
			return
		}
	}
	w.short(l, e, now)
}

// endTop ends the innermost slice if it is of that kind.
func (l *lane) endTop(w *Writer, kind trace.Kind, now int64) {
	if i := len(l.open) - 1; i >= 0 && l.open[i].kind == kind {
		l.endDownTo(w, i, now)
	}
}

// endDownTo ends the slices from the innermost to number i.
func (l *lane) endDownTo(w *Writer, i int, now int64) {
	end := max(now, l.next)
	for j := len(l.open) - 1; j >= i; j-- {
		s := &l.open[j]
		w.buf = append(w.buf, s.head...)
		w.buf = append(w.buf, `,"dur":`...)
		w.buf = appendTime(w.buf, end-s.start)
		w.buf = append(w.buf, '}')
	}
	l.open = l.open[:i]
	l.next = end
}

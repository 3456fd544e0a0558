package story

import (
	"bytes"
	"strconv"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Recorder is a [trace.Sink] that keeps what a story needs of a run, however long that
// is: the beginning and the end. It is not for concurrent use; in a lab
// everything happens inside the loop.
type Recorder struct {
	Options Options // Frames and Lost are the recorder's to fill in

	// Limit is how many events are kept of the beginning, and an eighth of it of the end;
	// 0: 1<<17, about 50 MB. What lies between is counted.
	Limit int

	head, tail []trace.Event
	next       int // where the ring of the tail is written
	gap        gapInRecord
	devices    map[string]bool
	taps       int // frames that Frame was told of
}

// gapInRecord is what was not kept.
type gapInRecord struct {
	at     int // index in the events
	events uint64
	frames int // that the capture has for them
	client int // of these the client's
}

// Bounds of what a Recorder keeps of frames.
const (
	wholeFrames = 1000 // the first ones, as they are
	manyFrames  = 1 << 15
	headOfFrame = 128 // bytes of further ones
)

// unused are the kinds that no step asks for and that are many.
var unused = map[trace.Kind]bool{
	trace.SysEnter: true, trace.SysExit: true, trace.TaskBlock: true, trace.SkbAlloc: true, trace.SkbClone: true, trace.SkbFree: true,
	trace.QdiscEnqueue: true, trace.QdiscDequeue: true, trace.WireSend: true, trace.WireRecv: true,
}

// Emit implements [trace.Sink].
func (r *Recorder) Emit(e *trace.Event) {
	if unused[e.Kind] {
		return
	}
	if r.devices == nil {
		r.devices = map[string]bool{}
		if r.Limit == 0 {
			r.Limit = 1 << 17
		}
	}
	if e.Kind == trace.TxDMA || e.Kind == trace.RxDMA {
		r.devices[e.Host] = true
	}
	size := max(r.Limit/8, 1)
	switch {
	case len(r.head) < r.Limit:
		r.head = append(r.head, *e)
	case len(r.tail) < size:
		r.tail = append(r.tail, *e)
	default:
		r.forget(&r.tail[r.next])
		r.tail[r.next] = *e
		r.next = (r.next + 1) % size
	}
}

// forget counts an event that is not kept.
func (r *Recorder) forget(e *trace.Event) {
	r.gap.events++
	o := r.Options.withDefaults()
	if r.devices[e.Host] && tapEvent(e) && o.tapped(e.Host) {
		r.gap.frames++
		if e.Host == o.Client && e.Dev == o.Dev {
			r.gap.client++
		}
	}
}

// Frame is told of every frame that a tap saw, in order, with the host of the tap.
func (r *Recorder) Frame(host, dev string, data []byte) {
	o := r.Options.withDefaults()
	if !o.tapped(host) {
		return
	}
	r.taps++
	n := len(r.Options.Frames)
	if host != o.Client || dev != o.Dev || n >= manyFrames {
		return
	}
	if n >= wholeFrames {
		data = data[:min(len(data), headOfFrame)]
	}
	r.Options.Frames = append(r.Options.Frames, Frame{Packet: r.taps, Data: bytes.Clone(data)})
}

// Story tells what was recorded.
func (r *Recorder) Story() *Story {
	o := r.Options
	events := r.head
	if len(r.tail) > 0 {
		events = append(append(append([]trace.Event(nil), r.head...), r.tail[r.next:]...), r.tail[:r.next]...)
	}
	o.gap = r.gap
	o.gap.at = len(r.head)
	s := Tell(events, o)
	if r.gap.events > 0 {
		s.Incomplete = strconv.FormatUint(r.gap.events, 10) + " events in the middle of the run were not kept, so figures of the whole run are too small"
	}
	return s
}

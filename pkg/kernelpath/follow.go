package kernelpath

// One sk_buff on its way through the layers (include/linux/skbuff.h: head,
// data, tail, end), from events alone.

import (
	"cmp"

	"github.com/netkit-go/netkit/pkg/trace"
)

// DefaultViews bounds what a Follow keeps.
const DefaultViews = 256

// Follow is a trace.Sink that follows one buffer of a host from where it appears to
// where it is freed: on receive the Nth frame that arrives, on send the Nth
// buffer that a user's bytes go into. Views beyond the limit are counted in Lost.
type Follow struct {
	Host string // "": the machine under test
	Dir  Direction
	Nth  int // from 1; 0: 1
	Max  int // views kept; 0: DefaultViews

	Views []View
	Lost  int

	n    int         // candidates so far
	last uint64      // the latest of them
	made trace.Event // the latest buffer made
	buf  uint64      // followed; 0: none yet
	pkt  uint64      // its packet while the device has it
	over bool
}

// View is an sk_buff as a stage left it.
type View struct {
	Time   int64  `json:"ts_ns"`
	CPU    int16  `json:"cpu"`
	Ctx    string `json:"ctx"`
	Stage  string `json:"stage" doc:"The kernel's function."`
	Event  string `json:"ev"`
	Packet uint64 `json:"pkt,omitempty"`
	Buf    uint64 `json:"buf"`
	Head   int32  `json:"head"`
	Data   int32  `json:"data"`
	Tail   int32  `json:"tail"`
	End    int32  `json:"end"`
	Len    int32  `json:"len"`
	Refs   int32  `json:"refs"`
	Op     string `json:"op,omitempty" doc:"What happened to the offsets: skb_push, skb_pull, skb_put, skb_trim."`
	Moved  int32  `json:"moved,omitempty" doc:"By how many bytes."`
	Copied int32  `json:"copied,omitempty"`
	Holder string `json:"holder"`

	another bool // it is another descriptor of the same block
}

// Headroom is the space before the data, Tailroom the space behind them.
func (v View) Headroom() int32 { return v.Data - v.Head }
func (v View) Tailroom() int32 { return v.End - v.Tail }

func (*Follow) causal() {}

// Emit implements trace.Sink.
func (f *Follow) Emit(e *trace.Event) {
	if f.over || e.Host != f.Host && (f.Host != "" || e.Host != Host) {
		return
	}
	if f.buf == 0 {
		f.find(e)
	}
	switch {
	case f.buf == 0:
	case e.Buf == f.buf && e.Kind != trace.TxDMA && e.Kind != trace.TSOCut && e.Kind != trace.RxPost:
		f.view(e)
	case e.Kind == trace.TxComplete && e.Buf == 0 && e.Pkt == f.pkt:
		f.free(e)
	}
}

// find looks for the buffer to follow. What a buffer was made for shows when a user's
// bytes go into it.
func (f *Follow) find(e *trace.Event) {
	candidate := e.Kind == trace.RxDMA
	if f.Dir == TX {
		if candidate = e.Kind == trace.CopyFromUser || pins(e); e.Kind == trace.SkbAlloc && !candidate {
			f.made = *e
		}
	}
	if !candidate || e.Buf == 0 || e.Buf == f.last {
		return
	}
	f.last = e.Buf
	if f.n++; f.n < f.Nth {
		return
	}
	f.buf = e.Buf
	if f.made.Buf == f.buf {
		f.view(&f.made)
	}
}

func (f *Follow) view(e *trace.Event) {
	set(&f.Max, DefaultViews)
	if e.Kind == trace.TxDesc {
		f.pkt = e.Pkt
	}
	v := View{Time: e.Time, CPU: e.CPU, Ctx: e.Ctx.String(), Stage: cmp.Or(e.Stage, e.Kind.String()), Event: e.Kind.String(), Packet: e.Pkt, Buf: e.Buf,
		Head: e.Head, Data: e.Data, Tail: e.Tail, End: e.End, Len: e.Len, Refs: e.Refs, Copied: e.Copied, Holder: holderOf(e),
		another: e.Kind == trace.SkbClone || e.Kind == trace.SkbFree}
	if n := len(f.Views); n > 0 {
		v.after(&f.Views[n-1])
	}
	if e.Refs == 0 || e.Kind == trace.Drop {
		f.over = true
		v.Holder = "nobody: freed"
	}
	f.keep(v)
}

// after works out what happened between two views.
func (v *View) after(was *View) {
	if v.Holder == "" {
		v.Holder = was.Holder
	}
	switch {
	case v.another:
	case v.Data < was.Data:
		v.Op, v.Moved = "skb_push", was.Data-v.Data
	case v.Data > was.Data:
		v.Op, v.Moved = "skb_pull", v.Data-was.Data
	case v.Tail > was.Tail:
		v.Op, v.Moved = "skb_put", v.Tail-was.Tail
	case v.Tail < was.Tail:
		v.Op, v.Moved = "skb_trim", was.Tail-v.Tail
	}
}

func (f *Follow) keep(v View) {
	if len(f.Views) == f.Max {
		f.Lost++
		return
	}
	f.Views = append(f.Views, v)
}

// free notes the end of a buffer whose block is on the wire.
func (f *Follow) free(e *trace.Event) {
	v := View{}
	if n := len(f.Views); n > 0 {
		v = f.Views[n-1]
	}
	v.Time, v.CPU, v.Ctx, v.Stage, v.Event = e.Time, e.CPU, e.Ctx.String(), e.Stage, e.Kind.String()
	v.Op, v.Moved, v.Copied, v.Refs, v.Holder = "", 0, 0, 0, "nobody: freed"
	f.over = true
	f.keep(v)
}

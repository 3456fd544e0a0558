package kernelpath

import (
	"bufio"
	"cmp"
	"io"
	"slices"
	"strconv"

	"github.com/netkit-go/netkit/pkg/trace"
)

// MaxStacks bounds the distinct stacks of Folded. CPU time of further ones is
// counted under "other".
const MaxStacks = 1 << 14

// Folded is a [trace.Sink] that adds up CPU time, and writes it when it is closed
// in the form that flame graph tools read: a stack, its frames apart by
// semicolons, and nanoseconds.
//
//	host;cpu0;softirq;tcp_v4_rcv 1234
type Folded struct {
	w     io.Writer
	ns    map[stack]int64
	other int64
}

type stack struct {
	host, task, stage string
	cpu               int16
	ctx               trace.Context
}

// NewFolded returns a Folded that will write to w.
func NewFolded(w io.Writer) *Folded { return &Folded{w: w, ns: map[stack]int64{}} }

// Emit implements [trace.Sink].
func (f *Folded) Emit(e *trace.Event) {
	if e.Dur == 0 || e.Ctx == trace.Hardware {
		return
	}
	k := stack{e.Host, e.Task, name(e), e.CPU, e.Ctx}
	if _, ok := f.ns[k]; !ok && len(f.ns) >= MaxStacks {
		f.other += e.Dur
		return
	}
	f.ns[k] += e.Dur
}

// Close writes the stacks, sorted.
func (f *Folded) Close() error {
	w := bufio.NewWriter(f.w)
	keys := make([]stack, 0, len(f.ns))
	for k := range f.ns {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b stack) int {
		return cmp.Or(cmp.Compare(a.host, b.host), cmp.Compare(a.cpu, b.cpu), cmp.Compare(a.ctx, b.ctx), cmp.Compare(a.task, b.task), cmp.Compare(a.stage, b.stage))
	})
	var b []byte
	for _, k := range keys {
		b = frame(b[:0], k.host)
		b = append(strconv.AppendInt(append(b, ";cpu"...), int64(k.cpu), 10), ';')
		b = append(b, k.ctx.String()...)
		if k.task != "" {
			b = frame(append(b, ';'), k.task)
		}
		b = frame(append(b, ';'), k.stage)
		b = append(strconv.AppendInt(append(b, ' '), f.ns[k], 10), '\n')
		_, _ = w.Write(b) // a bufio.Writer keeps its first error
	}
	if f.other > 0 {
		_, _ = w.WriteString("other " + strconv.FormatInt(f.other, 10) + "\n")
	}
	return w.Flush()
}

// frame appends a frame's name without what separates frames and counts.
func frame(b []byte, s string) []byte {
	for _, r := range s {
		if r == ';' || r == ' ' || r < 0x20 || r == 0x7f {
			r = '_'
		}
		b = append(b, string(r)...)
	}
	return b
}

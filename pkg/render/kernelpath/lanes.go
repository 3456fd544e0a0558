package kernelpath

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
)

const (
	// MaxSpans bounds the spans with names that Lanes keeps for its SVG.
	// When there are more, busy time is drawn without names.
	MaxSpans = 4096

	buckets = 1 << 12 // of each lane; their width doubles as the run goes on
)

// Lanes is a [trace.Sink] that collects who had each CPU when. It draws after the
// run.
type Lanes struct {
	Host string // only this machine's lanes; "" for all

	begun      bool
	start, end int64
	width      int64 // of a bucket, ns
	lanes      map[laneKey]*lane
	spans      int
}

type laneKey struct {
	host string
	cpu  int16
	ctx  trace.Context
}

// lane is what one CPU did in one context, or a machine's devices.
type lane struct {
	key   laneKey
	busy  [buckets]int64 // ns, or events of a device
	total int64
	spans []span
}

type span struct {
	from, to int64
	name     string
	drop     bool
}

// NewLanes returns an empty Lanes.
func NewLanes() *Lanes { return &Lanes{width: 1, lanes: map[laneKey]*lane{}} }

// Emit implements [trace.Sink].
func (l *Lanes) Emit(e *trace.Event) {
	if l.Host != "" && e.Host != l.Host {
		return
	}
	from := e.Time - e.Dur
	if !l.begun {
		l.begun, l.start, l.end = true, from, e.Time
	}
	from = max(from, l.start) // an interrupt's time may lie before that of a unit which was seen first
	to := max(e.Time, from)
	l.end = max(l.end, to)
	for l.end-l.start >= buckets*l.width {
		l.widen()
	}
	k := laneKey{e.Host, e.CPU, e.Ctx}
	if e.Ctx == trace.Hardware {
		k.cpu = -1
	}
	a := l.lanes[k]
	if a == nil {
		a = &lane{key: k}
		l.lanes[k] = a
	}
	if l.spans <= MaxSpans {
		l.spans++
		a.spans = append(a.spans, span{from, to, name(e), e.Kind == trace.Drop})
	}
	if e.Ctx == trace.Hardware {
		a.busy[(to-l.start)/l.width]++
		a.total++
		return
	}
	a.total += to - from
	for at := from; at < to; {
		i := (at - l.start) / l.width
		next := min(to, l.start+(i+1)*l.width)
		a.busy[i] += next - at
		at = next
	}
}

// widen doubles the width of the buckets.
func (l *Lanes) widen() {
	l.width *= 2
	for _, a := range l.lanes {
		for i := range buckets / 2 {
			a.busy[i] = a.busy[2*i] + a.busy[2*i+1]
		}
		clear(a.busy[buckets/2:])
	}
}

// ordered returns the lanes as they are drawn: machines by name, devices last.
func (l *Lanes) ordered() []*lane {
	out := make([]*lane, 0, len(l.lanes))
	for _, a := range l.lanes {
		out = append(out, a)
	}
	// A device's CPU is -1: it sorts as the largest.
	slices.SortFunc(out, func(a, b *lane) int {
		return cmp.Or(cmp.Compare(a.key.host, b.key.host), cmp.Compare(uint16(a.key.cpu), uint16(b.key.cpu)), -cmp.Compare(a.key.ctx, b.key.ctx))
	})
	return out
}

// label is a lane's name.
func (k laneKey) label() string {
	if k.ctx == trace.Hardware {
		return k.host + " hardware"
	}
	return fmt.Sprintf("%s cpu%d %s", k.host, k.cpu, k.ctx)
}

// Style says what the terminal can show.
type Style struct {
	Width int  // columns; 0: 80
	ASCII bool // no characters beyond ASCII
}

const (
	blocks = " ▁▂▃▄▅▆▇█"
	ascii  = " ..:-=+*#"
)

// WriteText draws the lanes, as wide as the terminal. A column is as high as the
// share of its time that the CPU was busy there; a device's column shows that
// something happened.
func (l *Lanes) WriteText(w io.Writer, style Style) error {
	lanes := l.ordered()
	if len(lanes) == 0 {
		_, err := fmt.Fprintln(w, "no events")
		return err
	}
	label := 0
	for _, a := range lanes {
		label = max(label, len(a.key.label()))
	}
	cols := max(10, cmp.Or(style.Width, 80)-label-2-6)
	span := max(1, l.end-l.start)
	glyphs, dot := []rune(blocks), "▪"
	if style.ASCII {
		glyphs, dot = []rune(ascii), "*"
	}
	var b strings.Builder
	left, right := "0", fmt.Sprintf("%.3f us", float64(span)/1e3)
	fmt.Fprintf(&b, "%*s  %s%s%s\n", label, "", left, strings.Repeat(" ", max(1, cols-len(left)-len(right))), right)
	for _, a := range lanes {
		fmt.Fprintf(&b, "%-*s  ", label, a.key.label())
		line := ""
		for c := range cols {
			from, to := l.start+span*int64(c)/int64(cols), l.start+span*int64(c+1)/int64(cols)
			n, width := a.sum(l, from, max(to, from+1))
			switch {
			case n == 0:
				line += " "
			case a.key.ctx == trace.Hardware:
				line += dot
			default:
				line += string(glyphs[min(8, 1+int(7*float64(n)/float64(width)+0.5))])
			}
		}
		b.WriteString(line)
		if a.key.ctx != trace.Hardware {
			fmt.Fprintf(&b, " %4.1f%%", 100*float64(a.total)/float64(span))
		}
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "%*s  one column is %.3f us; height and %% say how much of it the CPU was busy there\n", label, "", float64(span)/float64(cols)/1e3)
	_, err := io.WriteString(w, trimLines(b.String()))
	return err
}

// sum adds up the buckets that begin in [from, to), at least one, and how long
// they are.
func (a *lane) sum(l *Lanes, from, to int64) (n, width int64) {
	i, j := (from-l.start)/l.width, (to-l.start+l.width-1)/l.width
	j = min(max(j, i+1), buckets)
	for _, v := range a.busy[min(i, buckets-1):j] {
		n += v
	}
	return n, (j - i) * l.width
}

func trimLines(s string) string {
	var b strings.Builder
	for line := range strings.Lines(s) {
		b.WriteString(strings.TrimRight(line, " \n") + "\n")
	}
	return b.String()
}

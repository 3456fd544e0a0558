package kernelpath

import (
	"bufio"
	"io"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Timeline is a [trace.Sink] that writes a row for each event, in the order in
// which things happened. Close writes what is left.
type Timeline struct {
	// Explain, when set, is asked once for each stage; what it says is
	// written below the stage's first row, unless it stands above already, in lines
	// that end before Width, if that is set.
	Explain func(stage string) string
	Width   int
	// Host, when set, is the only machine whose events are shown.
	Host string

	w         *bufio.Writer
	line      []byte
	start     int64
	begun     bool
	explained map[string]bool
	err       error
}

// NewTimeline returns a Timeline on w.
func NewTimeline(w io.Writer) *Timeline {
	return &Timeline{w: bufio.NewWriterSize(w, 64<<10), explained: map[string]bool{}}
}

// Emit implements [trace.Sink].
func (t *Timeline) Emit(e *trace.Event) {
	if t.err != nil || t.Host != "" && e.Host != t.Host {
		return
	}
	if !t.begun {
		t.begun, t.start = true, e.Time-e.Dur
		t.head()
	}
	b := pad(t.line[:0], e.Host, 8)
	b = appendMicros(b, e.Time-t.start, 11)
	cpu := ""
	if e.Ctx != trace.Hardware {
		cpu = strconv.Itoa(int(e.CPU))
	}
	b = padLeft(append(b, ' ', ' '), cpu, 3)
	b = pad(append(b, ' ', ' '), e.Ctx.String(), 8)
	b = pad(append(b, ' ', ' '), e.Task, 12)
	b = pad(append(b, ' ', ' '), name(e), 26)
	b = number(append(b, ' ', ' '), e.Pkt, 6)
	b = number(append(b, ' ', ' '), e.Buf, 6)
	b = number(append(b, ' ', ' '), uint64(max(e.Len, 0)), 6)
	b = appendWhat(append(b, ' '), e)
	b = append(trimRight(b), '\n')
	t.line = b
	_, t.err = t.w.Write(b)
	if stage := name(e); t.Explain != nil && !t.explained[stage] {
		t.explained[stage] = true
		if text := t.Explain(stage); text != "" && !t.explained[text] {
			t.explained[text] = true
			t.explain(text)
		}
	}
}

// explain writes a text behind a margin. Lines have room for a few words however
// narrow the terminal is.
func (t *Timeline) explain(text string) {
	const margin = "                       | "
	b := append(t.line[:0], margin...)
	col := len(margin)
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
		case t.Width > 0 && col+1+len(word) > max(t.Width, len(margin)+30):
			b = append(append(b, '\n'), margin...)
			col = len(margin)
		default:
			b = append(b, ' ')
			col++
		}
		b = append(b, word...)
		col += len(word)
	}
	t.line = append(b, '\n')
	_, t.err = t.w.Write(t.line)
}

func (t *Timeline) head() {
	_, t.err = t.w.WriteString("HOST        TIME us  CPU  CONTEXT   TASK          STAGE                          PKT     BUF     LEN  WHAT\n")
}

// Close writes what is left and returns the first error.
func (t *Timeline) Close() error {
	if t.err == nil {
		t.err = t.w.Flush()
	}
	return t.err
}

// appendMicros appends nanoseconds as microseconds with three decimals.
func appendMicros(b []byte, ns int64, width int) []byte {
	var a [24]byte
	s := a[:0]
	if ns < 0 {
		s, ns = append(s, '-'), -ns
	}
	s = strconv.AppendInt(s, ns/1000, 10)
	f := ns % 1000
	s = append(s, '.', byte('0'+f/100), byte('0'+f/10%10), byte('0'+f%10))
	for n := len(s); n < width; n++ {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func number(b []byte, v uint64, width int) []byte {
	var a [20]byte
	s := a[:0]
	if v != 0 {
		s = strconv.AppendUint(s, v, 10)
	}
	for n := len(s); n < width; n++ {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func pad(b []byte, s string, width int) []byte {
	b = append(b, s...)
	for n := len(s); n < width; n++ {
		b = append(b, ' ')
	}
	return b
}

func padLeft(b []byte, s string, width int) []byte {
	for n := len(s); n < width; n++ {
		b = append(b, ' ')
	}
	return append(b, s...)
}

func trimRight(b []byte) []byte {
	for len(b) > 0 && b[len(b)-1] == ' ' {
		b = b[:len(b)-1]
	}
	return b
}

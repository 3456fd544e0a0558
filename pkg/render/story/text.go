package story

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// TextOptions are for terminals. The zero value is 80 columns without colour.
type TextOptions struct {
	Width int // columns; 0: 80; at least 60
	Color bool
}

const (
	bold  = "1"
	dim   = "2"
	red   = "31"
	cyan  = "36"
	green = "32"
)

type textWriter struct {
	w     *bufio.Writer
	width int
	color bool
}

// WriteText writes the story for a terminal. Whatever came from outside is escaped.
func (s *Story) WriteText(w io.Writer, o TextOptions) error {
	if o.Width == 0 {
		o.Width = 80
	}
	t := &textWriter{w: bufio.NewWriter(w), width: max(o.Width, 60), color: o.Color}
	t.wrap("", "", "The journey of "+orElse(clean(s.URL), "a run without a URL"), bold)
	t.wrap("", "", fmt.Sprintf("%s at the client's NIC. #N is packet N of that capture. Times count from the moment when the URL was parsed.", count(s.Packets, "packet")), dim)
	if s.Incomplete != "" {
		t.wrap("", "", "The record is not complete: "+clean(s.Incomplete)+".", red)
	}
	for i := range s.Steps {
		st := &s.Steps[i]
		t.line("")
		t.heading(strconv.Itoa(st.N)+"  ", &st.Part)
		t.part(&st.Part)
		for j := range st.Parts {
			p := &st.Parts[j]
			t.line("")
			t.heading("   · ", p)
			t.part(p)
		}
		if st.N == 4 {
			t.ladder(&s.Ladder)
		}
	}
	return t.w.Flush()
}

func (t *textWriter) paint(s, code string) string {
	if !t.color || code == "" || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

func (t *textWriter) line(s string) { t.w.WriteString(strings.TrimRight(s, " ") + "\n") }

// wrap writes text in lines of the width. The first begins with first, the others with
// rest.
func (t *textWriter) wrap(first, rest, s, code string) {
	lead := first
	for _, l := range fold(s, t.width-utf8.RuneCountInString(rest)) {
		t.line(lead + t.paint(l, code))
		lead = rest
	}
}

// fold breaks text at spaces.
func fold(s string, width int) []string {
	var out []string
	line := ""
	n := 0
	for _, w := range strings.Fields(s) {
		m := utf8.RuneCountInString(w)
		if n > 0 && n+1+m > width {
			out, line, n = append(out, line), "", 0
		}
		for m > width { // a word that fits no line
			cut := 0
			for i := range w {
				if cut == width {
					out, w = append(out, w[:i]), w[i:]
					break
				}
				cut++
			}
			m -= width
		}
		if n > 0 {
			line, n = line+" ", n+1
		}
		line, n = line+w, n+m
	}
	return append(out, line)
}

func (t *textWriter) heading(lead string, p *Part) {
	s := t.paint(clean(p.Title), bold)
	if !p.Happened {
		s += t.paint(" (did not happen)", dim)
	}
	t.line(t.paint(lead, bold) + s)
}

const indent = "   "

func (t *textWriter) part(p *Part) {
	t.wrap(indent, indent, p.About, dim)
	t.wrap(indent, indent, clean(p.Text), map[bool]string{true: green, false: dim}[p.Happened])
	column := 0
	for i := range p.Facts {
		column = max(column, utf8.RuneCountInString(p.Facts[i].Name))
	}
	column = min(column, t.width*2/5)
	for i := range p.Facts {
		f := &p.Facts[i]
		name := clean(f.Name)
		code := ""
		if f.missing() {
			code = dim
		}
		v := f.value()
		if f.Evidence != "" {
			v += " (" + f.Evidence + ")"
		}
		if f.Packet > 0 {
			v += " #" + strconv.Itoa(f.Packet)
		}
		pad := strings.Repeat(" ", max(0, column-utf8.RuneCountInString(name)))
		rest := strings.Repeat(" ", len(indent)+2+column+2)
		if utf8.RuneCountInString(name) > column {
			t.line(indent + "  " + t.paint(name, cyan))
			t.wrap(rest, rest, v, code)
			continue
		}
		t.wrap(indent+"  "+t.paint(name, cyan)+pad+"  ", rest, v, code)
	}
	if p.Dump != nil {
		t.dump(p.Dump)
	}
	if len(p.Packets) > 0 {
		t.wrap(indent+"  ", indent+"  ", packets(p.Packets), dim)
	}
}

// rows of a dump: offset, 16 bytes, what they are in ASCII.
func (d *Dump) lines(each func(offset int, hex, text string)) {
	for i := 0; i < len(d.Bytes); i += 16 {
		row := d.Bytes[i:min(i+16, len(d.Bytes))]
		var h, a strings.Builder
		for j := range 16 {
			if j == 8 {
				h.WriteByte(' ')
			}
			if j >= len(row) {
				h.WriteString("   ")
				continue
			}
			fmt.Fprintf(&h, "%02x ", row[j])
			if row[j] >= 0x20 && row[j] < 0x7f {
				a.WriteByte(row[j])
			} else {
				a.WriteByte('.')
			}
		}
		each(d.Offset+i, h.String(), a.String())
	}
}

func (t *textWriter) dump(d *Dump) {
	t.line(fmt.Sprintf("%s  the bytes, as in packet #%d:", indent, d.Packet))
	d.lines(func(off int, hex, text string) {
		t.line(fmt.Sprintf("%s  %s  %s %s", indent, t.paint(fmt.Sprintf("%04x", off), dim), hex, t.paint(text, cyan)))
	})
	if n := d.Total - len(d.Bytes); n > 0 {
		t.line(fmt.Sprintf("%s  and %d bytes more", indent, n))
	}
}

// ladderRows is how many segments a drawing in text has at most.
const ladderRows = 60

func (t *textWriter) ladder(l *Ladder) {
	if len(l.Rows) == 0 {
		return
	}
	t.line("")
	t.line(indent + "· " + t.paint("Segment by segment, as seen at the client's NIC", bold))
	t.wrap(indent, indent, "Sequence numbers count from the initial ones. Beside each segment stand the states that it led to.", dim)
	const left, right = 13, 13 // states
	mid := max(t.width-len(indent)-left-right-22, 24)
	t.line(fmt.Sprintf("%s%5s %11s  %*s  %-*s  %s", indent, "", "", left, "client", mid, "", "server"))
	for _, g := range l.sketch(ladderRows) {
		if g.row == nil {
			t.line(fmt.Sprintf("%s%5s %11s  %*s  %s", indent, "", "", left, "", t.paint("… "+count(g.hide, "segment")+" …", dim)))
			continue
		}
		r := g.row
		number := "-"
		if r.Packet > 0 {
			number = "#" + strconv.Itoa(r.Packet)
		}
		t.line(fmt.Sprintf("%s%5s %11s  %*s  %s  %s", indent, number, duration(r.Time), left, r.ClientState, t.arrow(r, mid), r.ServerState))
	}
}

// arrow draws a segment in width columns, and says behind it what is wrong with it.
func (t *textWriter) arrow(r *Row, width int) string {
	label := r.segmentText()
	room := width - 6
	if utf8.RuneCountInString(label) > room {
		label = strings.TrimSuffix(label, " win="+strconv.FormatUint(uint64(r.Window), 10))
	}
	fill := strings.Repeat("─", max(0, room-utf8.RuneCountInString(label)))
	var s string
	switch {
	case r.Out && r.Lost != "":
		s = "── " + label + " " + fill + "─×"
	case r.Out:
		s = "── " + label + " " + fill + "─>"
	case r.Lost != "":
		s = "×─" + fill + " " + label + " ──"
	default:
		s = "<─" + fill + " " + label + " ──"
	}
	code := ""
	switch {
	case r.Lost != "":
		code = red
		s = t.paint(s, code) + " " + t.paint(clean(r.Lost), code)
	case r.Note != "":
		s += " " + t.paint(r.Note, cyan)
	}
	return s
}

package layers

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// A header as rows of 32 bits, in the manner of the RFCs' diagrams. The text and
// the SVG drawing are made from it.

const rowBits = 32

// maxCellRows is how many rows one field is drawn with; a longer one is cut, and
// its last row says how many octets it has.
const maxCellRows = 4

// cell is one field's part of one row.
type cell struct {
	from, to     int    // bits of the row
	label, value string // only in the part that has most room
	begins, ends bool   // the field's first and last part
	bad          bool
}

type row struct {
	bit   int // of the buffer, the row's first
	cells []cell
}

// span is a field that is drawn: a run of bits in the buffer.
type span struct {
	from, to int
	field    *dissect.Field
}

// made is 1 for a number that is not what its bits say, as a relative sequence
// number is not, and for text.
func (s span) made(p *dissect.Packet) int {
	f := s.field
	if _, text := p.Text(f); text {
		return 1
	}
	if width := s.to - s.from; f.IsNumber() && width <= 64 {
		place := wire.Field{Bit: s.from, Width: width}
		if v, ok := place.Uint(p.Bufs[f.Buf()]); ok && v != f.Num {
			return 1
		}
	}
	return 0
}

// rows lays out a layer.
func (r *Renderer) rows(p *dissect.Packet, l *dissect.Layer) []row {
	spans := r.spans(p, l)
	origin := l.Off * 8
	var out []row
	at := 0 // bits of the drawing so far
	put := func(s span, label, value string, bad bool) {
		width := s.to - s.from
		// What would take too many rows loses its middle: the diagram's bits go on
		// behind it as if it were shorter by whole rows.
		if most := maxCellRows * rowBits; width > most {
			width = most + (width % rowBits)
			if at%rowBits+width > (maxCellRows+1)*rowBits {
				width -= rowBits
			}
		}
		parts := cut(at, width)
		widest := 0
		for i, c := range parts {
			if c.to-c.from > parts[widest].to-parts[widest].from {
				widest = i
			}
		}
		for i, c := range parts {
			if at%rowBits == 0 || len(out) == 0 {
				out = append(out, row{bit: s.from})
			}
			c.begins, c.ends, c.bad = i == 0, i == len(parts)-1, bad
			if i == widest {
				c.label, c.value = label, value
			}
			y := &out[len(out)-1]
			y.cells = append(y.cells, c)
			at += c.to - c.from
		}
	}
	pos := origin
	for _, s := range spans {
		if s.from > pos {
			put(span{from: pos, to: s.from}, "", "", false)
		}
		t := r.def(s.field.Def)
		r.col = r.appendValue(r.col[:0], p, l, s.field, t, 16)
		put(s, s.field.Def.Label, string(r.col), s.field.Bad)
		pos = s.to
	}
	if end := (l.Off + l.Len) * 8; end > pos {
		put(span{from: pos, to: end}, "", "", false)
	}
	return out
}

// cut divides width bits that begin at bit "at" of the drawing into rows.
func cut(at, width int) []cell {
	var parts []cell
	for width > 0 {
		from := at % rowBits
		n := min(width, rowBits-from)
		parts = append(parts, cell{from: from, to: from + n})
		at, width = at+n, width-n
	}
	return parts
}

// spans are the fields that tile the layer: those that others lie in are left out,
// and so is what has no place in the layer's own bytes.
func (r *Renderer) spans(p *dissect.Packet, l *dissect.Layer) []span {
	var list []span
	fields := p.Fields[l.First : l.First+l.N]
	for i := range fields {
		f := &fields[i]
		s := span{int(f.Bit), int(f.Bit) + int(f.Bits), f}
		if f.Bits == 0 || s.from < l.Off*8 || s.to > (l.Off+l.Len)*8 || f.Def.Kind == dissect.Group {
			continue
		}
		list = append(list, s)
	}
	// Of two that begin together the wider comes first: it is the heading. Of two
	// with the same bits that one is drawn whose value is what they say.
	slices.SortStableFunc(list, func(a, b span) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(b.to, a.to), cmp.Compare(a.made(p), b.made(p)))
	})
	out := list[:0]
	for i := 0; i < len(list); i++ {
		s := list[i]
		if n := len(out); n > 0 && s.from < out[n-1].to {
			continue // it lies in what is drawn already, or overlaps it
		}
		if parted(s, list[i+1:]) {
			continue // its parts are drawn instead
		}
		out = append(out, s)
	}
	return out
}

// parted reports whether a field is drawn as the fields that lie in it: numbers
// and headings are, when those make up most of it; an address is one thing.
func parted(s span, behind []span) bool {
	switch s.field.Def.Kind {
	case wire.FieldMAC, wire.FieldIPv4, wire.FieldIPv6, dissect.Bytes:
		return false
	}
	covered, pos := 0, s.from
	for _, c := range behind {
		if c.from >= s.to {
			break
		}
		if c.to <= s.to && c.to-c.from < s.to-s.from && c.from >= pos {
			covered += c.to - c.from
			pos = c.to
		}
	}
	return 2*covered > s.to-s.from
}

// AppendDiagram draws each header of a packet as the RFCs do, 32 bits wide, with
// the packet's values in the fields.
func (r *Renderer) AppendDiagram(dst []byte, p *dissect.Packet, w When) []byte {
	dst = r.appendHead(dst, p, w)
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Len == 0 {
			continue
		}
		dst = append(dst, r.proto(l.Proto).tree...)
		dst = append(appendRange(dst, l.Off, l.Len), '\n')
		if l.Bad != "" {
			dst = r.appendWrong(dst, l)
		}
		dst = appendGrid(dst, r.rows(p, l))
	}
	return append(dst, '\n')
}

const (
	gridMargin = "   "
	gridScale  = "    0                   1                   2                   3\n" +
		"    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1\n"
)

func appendGrid(dst []byte, rows []row) []byte {
	dst = append(dst, gridScale...)
	for i := range rows {
		var above *row
		if i > 0 {
			above = &rows[i-1]
		}
		dst = appendRule(dst, above, &rows[i])
		dst = appendCells(dst, rows[i].cells)
	}
	if n := len(rows); n > 0 {
		dst = appendRule(dst, &rows[n-1], nil)
	}
	return dst
}

// appendRule draws the line between two rows. Where a field goes on below, the
// line is open.
func appendRule(dst []byte, above, below *row) []byte {
	line := []byte(gridMargin)
	for range rowBits {
		line = append(line, "  "...)
	}
	line = append(line, ' ')
	draw := func(y *row, open func(cell) bool) {
		if y == nil {
			return
		}
		for _, c := range y.cells {
			at := len(gridMargin) + 2*c.from
			for i := 0; i <= 2*(c.to-c.from); i++ {
				ch := byte('-')
				if i%2 == 0 {
					ch = '+'
				}
				if open(c) && i > 0 && i < 2*(c.to-c.from) {
					ch = ' '
				}
				if line[at+i] != '+' || ch == '+' {
					line[at+i] = ch
				}
			}
		}
	}
	if below == nil {
		draw(above, func(cell) bool { return false })
	} else {
		draw(above, func(c cell) bool { return !c.ends })
		draw(below, func(c cell) bool { return !c.begins })
		// A part that goes on over the edge is open below only where it covers.
		if above != nil {
			for _, c := range above.cells {
				if c.ends {
					closeRule(line, c)
				}
			}
		}
	}
	return append(append(dst, bytes.TrimRight(line, " ")...), '\n')
}

func closeRule(line []byte, c cell) {
	at := len(gridMargin) + 2*c.from
	for i := 0; i <= 2*(c.to-c.from); i++ {
		line[at+i] = "+-"[i%2]
	}
}

// appendCells draws a row: labels, cut into lines where they do not fit, and the
// values below them.
func appendCells(dst []byte, cells []cell) []byte {
	height := 0
	text := make([][]string, len(cells))
	for i, c := range cells {
		room := 2*(c.to-c.from) - 1
		text[i] = fold(c.label, room)
		if c.value != "" {
			text[i] = append(text[i], clip(c.value, room))
		}
		height = max(height, len(text[i]))
	}
	end := 0
	for y := range max(height, 1) {
		dst = append(dst, gridMargin...)
		for i, c := range cells {
			room := 2*(c.to-c.from) - 1
			s := ""
			// The value stands in the last line, the label from the first on.
			switch n := len(text[i]); {
			case c.value != "" && y == height-1:
				s = text[i][n-1]
			case y < n && (c.value == "" || y < n-1):
				s = text[i][y]
			}
			dst = append(dst, '|')
			left := (room - runes(s)) / 2
			dst = append(dst, bytes.Repeat([]byte{' '}, left)...)
			dst = append(dst, s...)
			dst = append(dst, bytes.Repeat([]byte{' '}, room-left-runes(s))...)
			end = c.to
		}
		if end > 0 {
			dst = append(dst, '|')
		}
		dst = append(dst, '\n')
	}
	return dst
}

func runes(s string) int {
	n := 0
	for range s {
		n++
	}
	return n
}

// clip cuts what is longer than room.
func clip(s string, room int) string {
	if runes(s) <= room {
		return s
	}
	n := 0
	for i := range s {
		if n == room-1 {
			return s[:i] + "~"
		}
		n++
	}
	return s
}

// fold cuts a label into lines, between words where they fit. One bit has room
// for one letter: its label, or the initials of its words, is written downwards, four
// letters at most.
func fold(s string, room int) []string {
	if s == "" {
		return nil
	}
	var out []string
	if room == 1 {
		words := bytes.Fields([]byte(s))
		if len(words) > 1 { // as DF stands for "don't fragment"
			for _, w := range words {
				out = append(out, string(bytes.ToUpper(w[:1])))
			}
		} else {
			for _, c := range s {
				out = append(out, string(c))
			}
		}
		return out[:min(len(out), 4)]
	}
	line := ""
	for _, word := range bytes.Fields([]byte(s)) {
		w := string(word)
		if line != "" && runes(line)+1+runes(w) <= room {
			line += " " + w
			continue
		}
		if line != "" {
			out = append(out, line)
		}
		line = clip(w, room)
	}
	return append(out, line)
}

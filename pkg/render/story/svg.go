package story

import (
	"fmt"
	"html"
	"strings"
)

// Drawings: a header 32 bits wide, as in the RFCs, and the ladder.

const (
	bitWidth  = 30
	rowHeight = 46
	rulerH    = 22
	sideW     = 12
)

// piece is the part of a field that lies in one row of 32 bits.
type piece struct {
	row, from, to int // bits of the row, to is exclusive
}

func pieces(f *Field) []piece {
	var out []piece
	for bit, end := f.Bit, f.Bit+f.Width; bit < end; {
		row := bit / 32
		to := min(end, (row+1)*32)
		out = append(out, piece{row, bit - row*32, to - row*32})
		bit = to
	}
	return out
}

// letters is about how many characters of a size fit into a width.
func letters(width, size float64) int { return int((width - 6) / (size * .56)) }

func (b *page) header(h *Header) {
	rows := 0
	for i := range h.Fields {
		rows = max(rows, (h.Fields[i].Bit+h.Fields[i].Width+31)/32)
	}
	if rows == 0 || rows > 32 {
		return
	}
	width, height := 32*bitWidth+2*sideW, rulerH+rows*rowHeight+4
	b.put(`<figure><figcaption>The %s header of packet %s, after %s</figcaption><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s header">`,
		esc(h.Name), b.chip(h.Packet), esc(h.Ref), width, height, esc(h.Name))
	for bit := range 32 {
		b.put(`<text class="s m" x="%d" y="15" font-size="10" text-anchor="middle">%d</text>`, sideW+bit*bitWidth+bitWidth/2, bit)
	}
	for i := range h.Fields {
		b.field(&h.Fields[i])
	}
	b.put("</svg></figure>")
}

// field draws a field as one shape, also when it goes on in the next row.
func (b *page) field(f *Field) {
	list := pieces(f)
	class := "box"
	if f.Width == 1 && f.Value == "1" {
		class = "set"
	}
	b.put("<g><title>%s (%s): %s</title>", esc(f.Label), esc(f.Name), esc(f.Value))
	at := func(bit int) int { return sideW + bit*bitWidth }
	edge := func(x1, y1, x2, y2 int) string { return fmt.Sprintf("M%d %dL%d %d", x1, y1, x2, y2) }
	var edges strings.Builder
	for i, p := range list {
		y := rulerH + p.row*rowHeight
		b.put(`<rect class="%s" x="%d" y="%d" width="%d" height="%d"/>`, class, at(p.from), y, at(p.to)-at(p.from), rowHeight)
		edges.WriteString(edge(at(p.from), y, at(p.from), y+rowHeight) + edge(at(p.to), y, at(p.to), y+rowHeight))
		top, bottom := p.to, p.from // the edges towards neighbours of the same field are left out
		if i > 0 {
			top = min(p.to, list[i-1].from)
		}
		if i+1 < len(list) {
			bottom = max(p.from, list[i+1].to)
		}
		if top > p.from {
			edges.WriteString(edge(at(p.from), y, at(top), y))
		}
		if bottom < p.to {
			edges.WriteString(edge(at(bottom), y+rowHeight, at(p.to), y+rowHeight))
		}
	}
	b.put(`<path class="edge" d="%s"/>`, edges.String())
	first, rows := 0, 1 // the widest part, with the rows of that width
	for i, p := range list {
		switch width := list[first].to - list[first].from; {
		case p.to-p.from > width:
			first, rows = i, 1
		case i > first && p.to-p.from == width && i == first+rows:
			rows++
		}
	}
	p := list[first]
	w := float64((p.to - p.from) * bitWidth)
	x, y := at(p.from)+int(w)/2, rulerH+p.row*rowHeight+(rows-1)*rowHeight/2
	label, size := f.Label, 11.0
	if len(label) > letters(w, size) { // the last part of the name is the short form
		label, size = strings.ToUpper(f.Name[strings.LastIndexByte(f.Name, '.')+1:]), 9.5
	}
	value := f.Value
	if len(value) > letters(w, 13) {
		value, _, _ = strings.Cut(value, " (")
	}
	b.put(`<text class="s" x="%d" y="%d" font-size="%.1f" text-anchor="middle">%s</text>`, x, y+17, size, esc(label))
	b.put(`<text class="m" x="%d" y="%d" font-size="13" text-anchor="middle">%s</text></g>`, x, y+36, esc(value))
}

// drawnRows is how many segments a drawing has at most.
const drawnRows = 100

// Columns of the ladder.
const (
	ladderW  = 1000
	packetX  = 44
	timeX    = 140
	clientX  = 290
	serverX  = 850
	ladderH  = 40 // of a row
	slant    = 13
	headingH = 44
)

func (b *page) ladder(l *Ladder) {
	list := l.sketch(drawnRows)
	height := headingH + len(list)*ladderH + 16
	b.put(`<figure><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Segments between client and server">`, ladderW, height)
	b.put(`<line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/><line class="life" x1="%d" y1="%d" x2="%d" y2="%d"/>`,
		clientX, headingH-12, clientX, height-4, serverX, headingH-12, serverX, height-4)
	b.ladderHead(clientX, l.Client)
	b.ladderHead(serverX, l.Server)
	for i, g := range list {
		y := headingH + i*ladderH
		if g.row == nil {
			b.put(`<text class="s" x="%d" y="%d" font-size="12" text-anchor="middle">… %s …</text>`, (clientX+serverX)/2, y+ladderH/2+4, esc(count(g.hide, "segment")))
			continue
		}
		b.rung(g.row, y)
	}
	b.put("</svg></figure>")
}

func (b *page) ladderHead(x int, s string) {
	name, addr, _ := strings.Cut(s, " ")
	b.put(`<text x="%d" y="14" font-size="13" font-weight="600" text-anchor="middle">%s</text>`, x, esc(name))
	b.put(`<text class="s m" x="%d" y="29" font-size="11" text-anchor="middle">%s</text>`, x, esc(addr))
}

func (b *page) rung(r *Row, y int) {
	id := ""
	if r.Packet > 0 {
		id = fmt.Sprintf(` id="p%d"`, r.Packet)
	}
	b.put(`<g%s><rect class="hit" x="0" y="%d" width="%d" height="%d"/>`, id, y, ladderW, ladderH)
	top, bottom := y+ladderH-slant-7, y+ladderH-7
	if r.Packet > 0 {
		b.put(`<text class="b m" x="%d" y="%d" font-size="12" font-weight="600" text-anchor="end">#%d</text>`, packetX, top+4, r.Packet)
	}
	b.put(`<text class="s m" x="%d" y="%d" font-size="11" text-anchor="end">%s</text>`, timeX, top+4, esc(duration(r.Time)))
	x1, x2, y1, y2 := clientX, serverX, top, bottom
	if !r.Out {
		x1, x2 = serverX, clientX
	}
	kind := ""
	switch {
	case r.Lost != "":
		kind = " x"
		x2 = x1 + (x2-x1)*11/20
		y2 = y1 + (y2-y1)*11/20
	case r.Again != "":
		kind = " a"
	}
	b.put(`<line class="seg%s" x1="%d" y1="%d" x2="%d" y2="%d"/>`, kind, x1, y1, x2, y2)
	if r.Lost != "" {
		b.put(`<path class="seg" style="stroke:var(--bad)" d="M%d %dl10 10m0 -10l-10 10"/>`, x2-5, y2-5)
		anchor, at := "start", x2+14
		if !r.Out {
			anchor, at = "end", x2-14
		}
		b.put(`<text class="r" x="%d" y="%d" font-size="11" text-anchor="%s">%s</text>`, at, y2+4, anchor, esc(r.Lost))
	} else {
		d := 9
		if !r.Out {
			d = -9
		}
		b.put(`<path class="tip%s" d="M%d %dl%d -5v9z"/>`, kind, x2, y2, -d)
	}
	label, class := r.segmentText(), ""
	if r.Note != "" && r.Lost == "" {
		label += " · " + r.Note
		class = ` class="w"`
	}
	angle := 1.33 // of the slant
	if !r.Out {
		angle = -angle
	}
	at, line, anchor := (clientX+serverX)/2, (top+bottom)/2, "middle"
	if r.Lost != "" { // beside its shorter line
		at, line, anchor = x1+14, y1, "start"
		if !r.Out {
			at, anchor = x1-14, "end"
		}
	}
	b.put(`<text%s x="%d" y="%d" font-size="12" text-anchor="%s" transform="rotate(%.2f %d %d)">%s</text>`,
		class, at, line-5, anchor, angle, at, line, html.EscapeString(clean(label)))
	b.pill(r.ClientState, clientX, top, true)
	b.pill(r.ServerState, serverX, bottom-4, false)
	b.put("</g>")
}

// pill writes a state beside its line of life.
func (b *page) pill(s string, x, y int, left bool) {
	if s == "" {
		return
	}
	w := 7*len(s) + 18
	at := x + 10
	if left {
		at = x - 10 - w
	}
	b.put(`<rect class="pill" x="%d" y="%d" width="%d" height="18" rx="9"/><text class="b" x="%d" y="%d" font-size="11" text-anchor="middle">%s</text>`,
		at, y-9, w, at+w/2, y+4, esc(s))
}

package kernelpath

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"strconv"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Sizes of the drawings, in pixels.
const (
	svgWidth  = 1200
	svgLabel  = 150
	svgLane   = 26
	svgHead   = 34
	svgMargin = 12
)

// colours of the contexts, apart in grey too.
var colours = map[trace.Context]string{
	trace.HardIRQ: "#c0392b", trace.SoftIRQ: "#e08e0b", trace.Process: "#2471a3", trace.Hardware: "#5d6d7e",
}

// drawing builds an SVG.
type drawing struct{ bytes.Buffer }

func newDrawing(width, height int, title string) *drawing {
	d := &drawing{}
	fmt.Fprintf(d, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12">`+"\n", width, height, width, height)
	d.WriteString(`<title>` + escape(title) + "</title>\n")
	fmt.Fprintf(d, `<rect width="%d" height="%d" fill="#ffffff"/>`+"\n", width, height)
	return d
}

func escape(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(s)) // a bytes.Buffer does not fail
	return b.String()
}

func px(v float64) string { return strconv.FormatFloat(v, 'f', 2, 64) }

func (d *drawing) text(x, y float64, anchor, s string) {
	fmt.Fprintf(d, `<text x="%s" y="%s" text-anchor="%s">%s</text>`+"\n", px(x), px(y), anchor, escape(s))
}

func (d *drawing) rect(x, y, w, h float64, fill, title string) {
	fmt.Fprintf(d, `<rect x="%s" y="%s" width="%s" height="%s" fill="%s"`, px(x), px(y), px(w), px(h), fill)
	if title == "" {
		d.WriteString("/>\n")
		return
	}
	d.WriteString(`><title>` + escape(title) + "</title></rect>\n")
}

func (d *drawing) line(x1, y1, x2, y2 float64, stroke string) {
	fmt.Fprintf(d, `<line x1="%s" y1="%s" x2="%s" y2="%s" stroke="%s"/>`+"\n", px(x1), px(y1), px(x2), px(y2), stroke)
}

func (d *drawing) end(w io.Writer) error {
	d.WriteString("</svg>\n")
	_, err := w.Write(d.Bytes())
	return err
}

// WriteSVG draws the lanes. Each span says its stage and time when it is pointed
// at; of a run with more than [MaxSpans] events it draws how busy each CPU was.
func (l *Lanes) WriteSVG(w io.Writer) error {
	lanes := l.ordered()
	height := svgHead + svgLane*len(lanes) + 2*svgMargin
	d := newDrawing(svgWidth, height, "kernel path: who had each CPU when")
	span := float64(max(1, l.end-l.start))
	area := float64(svgWidth - svgLabel - svgMargin)
	x := func(t int64) float64 { return svgLabel + area*float64(t-l.start)/span }
	const ticks = 8
	for i := range ticks + 1 {
		at := svgLabel + area*float64(i)/ticks
		d.line(at, svgHead-6, at, float64(height-svgMargin), "#dddddd")
		d.text(at, svgHead-12, "middle", px(span*float64(i)/ticks/1e3)+" us")
	}
	for i, a := range lanes {
		y := float64(svgHead + svgLane*i)
		d.text(svgMargin, y+svgLane*0.65, "start", a.key.label())
		fill := colours[a.key.ctx]
		if l.spans > MaxSpans {
			for j, n := range a.busy {
				if n == 0 {
					continue
				}
				share := min(1, float64(n)/float64(l.width))
				at := x(l.start + int64(j)*l.width)
				h := (svgLane - 6) * share
				d.rect(at, y+3+(svgLane-6)-h, max(0.3, x(l.start+int64(j+1)*l.width)-at), h, fill, "")
			}
			continue
		}
		for _, s := range a.spans {
			c, width := fill, max(0.8, x(s.to)-x(s.from))
			if s.drop {
				c = "#000000"
			}
			d.rect(x(s.from), y+3, width, svgLane-6, c, fmt.Sprintf("%s, %.3f us to %.3f us", s.name, float64(s.from-l.start)/1e3, float64(s.to-l.start)/1e3))
		}
	}
	return d.end(w)
}

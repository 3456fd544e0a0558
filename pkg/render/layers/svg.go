package layers

import (
	"fmt"
	"io"
	"strings"
	"sync"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// MaxSVG is how many packets one drawing holds; those after it are counted only.
const MaxSVG = 100

// SVG gathers the diagrams of packets for one drawing. It may be shared by
// renderers; packets stand in the order of their numbers.
type SVG struct {
	mu      sync.Mutex
	packets []drawn
	left    int64
}

type drawn struct {
	number int64
	title  string
	layers []drawnLayer
}

type drawnLayer struct {
	title string
	wrong string
	rows  []row
}

// Add draws a packet.
func (s *SVG) Add(r *Renderer, p *dissect.Packet) {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := len(s.packets)
	for at > 0 && s.packets[at-1].number > p.Number {
		at--
	}
	if at == MaxSVG {
		s.left++
		return
	}
	d := drawn{number: p.Number, title: fmt.Sprintf("Packet %d, %d bytes", p.Number, p.OrigLen)}
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Len == 0 {
			continue
		}
		d.layers = append(d.layers, drawnLayer{
			title: fmt.Sprintf("%s: TCP/IP %s, OSI %d %s, %s", l.Proto.Title, TCPIPName(l.Proto.TCPIP), l.Proto.OSI, OSIName(l.Proto.OSI), appendRange(nil, l.Off, l.Len)),
			wrong: l.Bad, rows: r.rows(p, l),
		})
	}
	s.packets = append(s.packets, drawn{})
	copy(s.packets[at+1:], s.packets[at:])
	s.packets[at] = d
	if len(s.packets) > MaxSVG {
		s.packets = s.packets[:MaxSVG]
		s.left++
	}
}

// Left is how many packets are not in the drawing.
func (s *SVG) Left() int64 { return s.left }

// Measures of the drawing, in SVG's user units.
const (
	svgBit    = 28
	svgRow    = 44
	svgLeft   = 16
	svgText   = 22
	svgWidth  = svgLeft*2 + svgBit*rowBits
	svgLetter = 6.6 // of the 11-unit monospace face
)

const svgStyle = `<style>text{font:11px ui-monospace,monospace;fill:#1b1f24;text-anchor:middle}
.p{font-size:16px;font-weight:bold;text-anchor:start}.t{font-size:13px;text-anchor:start}.w{fill:#b3261e;text-anchor:start}
.n{fill:#6a737d;font-size:9px}.v{font-weight:bold}rect{fill:#fff;stroke:#57606a}rect.b{fill:#fde7e5}svg{background:#fff}</style>
`

// WriteTo writes the drawing.
func (s *SVG) WriteTo(w io.Writer) (int64, error) {
	var b strings.Builder
	y := svgText
	for i := range s.packets {
		y = s.packets[i].draw(&b, y)
	}
	n, err := fmt.Fprintf(w, "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" role=\"img\">\n<title>Headers, 32 bits wide</title>\n%s%s</svg>\n",
		svgWidth, y, svgWidth, y, svgStyle, b.String())
	return int64(n), err
}

func (d *drawn) draw(b *strings.Builder, y int) int {
	fmt.Fprintf(b, "<text class=\"p\" x=\"%d\" y=\"%d\">%s</text>\n", svgLeft, y, escapeXML(d.title))
	y += svgText
	for i := range d.layers {
		l := &d.layers[i]
		fmt.Fprintf(b, "<text class=\"t\" x=\"%d\" y=\"%d\">%s</text>\n", svgLeft, y, escapeXML(l.title))
		y += svgText / 2
		if l.wrong != "" {
			fmt.Fprintf(b, "<text class=\"w\" x=\"%d\" y=\"%d\">%s</text>\n", svgLeft, y+6, escapeXML("wrong: "+l.wrong))
			y += svgText / 2
		}
		for bit := range rowBits {
			fmt.Fprintf(b, "<text class=\"n\" x=\"%d\" y=\"%d\">%d</text>\n", svgLeft+bit*svgBit+svgBit/2, y, bit)
		}
		y += 4
		for _, r := range l.rows {
			for _, c := range r.cells {
				c.draw(b, y)
			}
			y += svgRow
		}
		y += svgText
	}
	return y + svgText
}

func (c *cell) draw(b *strings.Builder, y int) {
	x, width := svgLeft+c.from*svgBit, (c.to-c.from)*svgBit
	class := ""
	if c.bad {
		class = ` class="b"`
	}
	fmt.Fprintf(b, "<rect%s x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", class, x, y, width, svgRow)
	room := int(float64(width) / svgLetter)
	if c.label != "" {
		fmt.Fprintf(b, "<text x=\"%d\" y=\"%d\">%s<title>%s</title></text>\n", x+width/2, y+17, escapeXML(clip(c.label, room)), escapeXML(c.label))
	}
	if c.value != "" {
		fmt.Fprintf(b, "<text class=\"v\" x=\"%d\" y=\"%d\">%s<title>%s</title></text>\n", x+width/2, y+34, escapeXML(clip(c.value, room)), escapeXML(c.value))
	}
}

func escapeXML(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(s)
}

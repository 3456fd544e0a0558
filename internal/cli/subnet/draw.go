package subnet

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// drawn is one part of a block in a drawing.
type drawn struct {
	p    netip.Prefix
	name string
	free bool
}

// maxDrawn bounds a drawing: one with more parts shows nothing.
const maxDrawn = 1024

func tooManyParts() error {
	return &cli.Error{Code: "too-large", Message: fmt.Sprintf("a drawing of more than %d parts shows nothing", maxDrawn),
		Hint: "leave out --draw and --svg, or cut the block into fewer parts"}
}

func freeParts(free *subnet.Set) []drawn {
	var out []drawn
	for p := range free.Prefixes() {
		out = append(out, drawn{p, "free", true})
	}
	return out
}

// place returns where p begins and how large it is, as shares of the block.
func place(block, p netip.Prefix) (at, size float64) {
	before := subnet.Range{First: subnet.Network(block), Last: subnet.Network(p)}.Count().Sub(subnet.CountOf(1))
	total := subnet.Total(block).Float64()
	return before.Float64() / total, subnet.Total(p).Float64() / total
}

func sortParts(parts []drawn) {
	slices.SortStableFunc(parts, func(a, b drawn) int { return a.p.Addr().Compare(b.p.Addr()) })
}

// drawText draws the block as a bar on each line, with the part's own stretch
// filled: parts that take no whole column still get one mark.
func drawText(w io.Writer, s *cli.Streams, block netip.Prefix, parts []drawn) error {
	if len(parts) > maxDrawn {
		return tooManyParts()
	}
	sortParts(parts)
	label, name := len(block.String()), 0
	for _, d := range parts {
		label = max(label, len(d.p.String()))
		name = max(name, len([]rune(cli.Escape(d.name))))
	}
	bar := max(16, min(64, s.Width()-label-name-5))
	color := s.Color()
	if _, err := fmt.Fprintf(w, "%-*s  ┌%s┐\n", label, block, strings.Repeat("─", bar)); err != nil {
		return err
	}
	for _, d := range parts {
		at, size := place(block, d.p)
		from := min(int(at*float64(bar)+0.5), bar-1)
		to := min(max(int((at+size)*float64(bar)+0.5), from+1), bar)
		fill, on := "█", colorNetwork
		if d.free {
			fill, on = "░", colorHost
		}
		body := strings.Repeat(fill, to-from)
		if color {
			body = on + body + colorOff
		}
		line := fmt.Sprintf("%-*s  │%s%s%s│ %s", label, d.p, strings.Repeat(" ", from), body, strings.Repeat(" ", bar-to), cli.Escape(d.name))
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintf(w, "%-*s  └%s┘\n", label, "", strings.Repeat("─", bar))
	return err
}

// writeSVG draws the block as one bar with its parts side by side, and a legend.
func writeSVG(w io.Writer, block netip.Prefix, parts []drawn) error {
	if len(parts) > maxDrawn {
		return tooManyParts()
	}
	sortParts(parts)
	const width, bar, row, margin = 960, 56, 20, 16
	height := margin*2 + 24 + bar + 16 + row*len(parts)
	var b bytes.Buffer
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="monospace" font-size="13">`+"\n",
		width+2*margin, height, width+2*margin, height)
	fmt.Fprintf(&b, `<title>%s</title>`+"\n", escapeXML(block.String()))
	fmt.Fprintf(&b, `<rect width="100%%" height="100%%" fill="#ffffff"/>`+"\n")
	fmt.Fprintf(&b, `<text x="%d" y="%d" fill="#1a1a1a">%s to %s</text>`+"\n", margin, margin+13, escapeXML(block.String()), subnet.Last(block))
	palette := []string{"#2f6fb0", "#3f9b6b", "#b0682f", "#8a4fa3", "#b03f52", "#4a8f9b", "#8f8a2f", "#5b5fb0"}
	top := margin + 24
	n := 0
	for i, d := range parts {
		at, size := place(block, d.p)
		fill := "#e4e4e4"
		if !d.free {
			fill = palette[n%len(palette)]
			n++
		}
		text := d.p.String()
		if d.name != "" {
			text += "  " + d.name
		}
		fmt.Fprintf(&b, `<rect x="%.2f" y="%d" width="%.2f" height="%d" fill="%s" stroke="#ffffff" stroke-width="1"><title>%s</title></rect>`+"\n",
			margin+at*width, top, max(size*width, 1), bar, fill, escapeXML(text))
		y := top + bar + 16 + row*i
		fmt.Fprintf(&b, `<rect x="%d" y="%d" width="12" height="12" fill="%s"/><text x="%d" y="%d" fill="#1a1a1a">%s</text>`+"\n",
			margin, y, fill, margin+20, y+11, escapeXML(text))
	}
	b.WriteString("</svg>\n")
	_, err := w.Write(b.Bytes())
	return err
}

func escapeXML(s string) string {
	var b bytes.Buffer
	_ = xml.EscapeText(&b, []byte(cli.Escape(s))) // a bytes.Buffer cannot fail
	return b.String()
}

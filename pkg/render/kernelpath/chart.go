package kernelpath

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/netkit-go/netkit/pkg/trace"
)

// Chart compares one figure over the runs of a comparison.
type Chart struct {
	Title string
	Unit  string
	X     []string // what varied, a value for each run
	Y     []float64
}

// WriteText draws a bar for each run, as wide as the terminal.
func (c *Chart) WriteText(w io.Writer, style Style) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s (%s)\n", c.Title, c.Unit)
	label, top := 0, 0.0
	for i, x := range c.X {
		label = max(label, utf8.RuneCountInString(x))
		top = max(top, c.Y[i])
	}
	const figure = 12
	cols := max(10, cmp.Or(style.Width, 80)-label-figure-4)
	for i, x := range c.X {
		fmt.Fprintf(&b, "  %-*s %*s ", label, x, figure-1, figureText(c.Y[i]))
		if top > 0 {
			b.WriteString(bar(c.Y[i]/top*float64(cols), style.ASCII))
		}
		b.WriteString("\n")
	}
	_, err := io.WriteString(w, trimLines(b.String()))
	return err
}

// bar is n columns long, to the eighth of a column.
func bar(n float64, ascii bool) string {
	if ascii {
		return strings.Repeat("#", int(n+0.5))
	}
	eighths := int(n*8 + 0.5)
	s := strings.Repeat("█", eighths/8)
	if r := eighths % 8; r > 0 {
		s += string([]rune(" ▏▎▍▌▋▊▉")[r])
	}
	return s
}

// figureText writes a number with four significant digits.
func figureText(v float64) string {
	if v == math.Trunc(v) && math.Abs(v) < 1e15 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	digits := 4
	for a := math.Abs(v); a >= 1 && digits > 0; a /= 10 {
		digits--
	}
	return strconv.FormatFloat(v, 'f', min(digits, 4), 64)
}

// WriteSVGs draws charts below each other in one SVG.
func WriteSVGs(w io.Writer, title string, charts []*Chart) error {
	const row, head = 24, 46
	height := 2 * svgMargin
	for _, c := range charts {
		height += head + row*len(c.X)
	}
	d := newDrawing(svgWidth/2, height, title)
	y := float64(svgMargin)
	for _, c := range charts {
		top := 0.0
		for _, v := range c.Y {
			top = max(top, v)
		}
		d.text(svgMargin, y+22, "start", c.Title+" ("+c.Unit+")")
		y += head - 12
		area := float64(svgWidth/2 - svgLabel - svgMargin - 90)
		for i, x := range c.X {
			d.text(svgLabel-8, y+row*0.65, "end", x)
			width := 0.0
			if top > 0 {
				width = area * c.Y[i] / top
			}
			d.rect(svgLabel, y+3, width, row-6, colours[trace.Process], "")
			d.text(svgLabel+width+6, y+row*0.65, "start", figureText(c.Y[i]))
			y += row
		}
		y += 12
	}
	return d.end(w)
}

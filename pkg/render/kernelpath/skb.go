package kernelpath

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/trace"
)

// scale maps offsets in a data block to a drawing's width. What moves are headers,
// a few tens of bytes at the front of a block of thousands: the front has a scale
// of its own where that helps.
type scale struct {
	knee, end     float64 // bytes
	front, behind float64 // width of each part
}

func newScale(views []kernelpath.View, width float64) scale {
	var s scale
	low := 1e9
	for _, v := range views {
		s.knee = max(s.knee, float64(v.Data))
		s.end = max(s.end, float64(v.End))
		low = min(low, float64(v.Data))
	}
	s.knee += max(16, (s.knee-low)/2)
	if s.knee*2 >= s.end {
		s.knee = 0
	}
	if s.knee > 0 {
		s.front = width * 0.6
	}
	s.behind = width - s.front
	return s
}

func (s scale) at(off int32) float64 {
	o := float64(off)
	if o < s.knee {
		return s.front * o / s.knee
	}
	return s.front + s.behind*(o-s.knee)/max(1, s.end-s.knee)
}

func (s scale) note() string {
	if s.knee == 0 {
		return "to scale"
	}
	return fmt.Sprintf("the first %.0f bytes are drawn %.0f times as wide as the rest", s.knee, (s.front/s.knee)/(s.behind/(s.end-s.knee)))
}

// WriteSKB draws one sk_buff as each stage left it.
func WriteSKB(w io.Writer, views []kernelpath.View, style Style) error {
	if len(views) == 0 {
		_, err := fmt.Fprintln(w, "no such buffer in this run")
		return err
	}
	stage := 0
	for _, v := range views {
		stage = max(stage, len(v.Stage))
	}
	const figures = 62
	cols := max(24, cmp.Or(style.Width, 80)-2)
	if cols > 100+figures {
		cols -= figures + stage
	}
	s := newScale(views, float64(cols))
	full, empty := "█", "░"
	if style.ASCII {
		full, empty = "#", "."
	}
	var b strings.Builder
	start := views[0].Time
	for _, v := range views {
		fmt.Fprintf(&b, "%10.3f us  %-8s  %-*s", float64(v.Time-start)/1e3, v.Ctx, stage, v.Stage)
		if v.Op != "" {
			fmt.Fprintf(&b, "  %s %d", v.Op, v.Moved)
		}
		if v.Copied > 0 {
			fmt.Fprintf(&b, "  copied %d", v.Copied)
		}
		b.WriteString("\n")
		if v.End > 0 {
			data, tail := int(s.at(v.Data)+0.5), int(s.at(v.Tail)+0.5)
			fmt.Fprintf(&b, "  %s%s%s\n", strings.Repeat(empty, data), strings.Repeat(full, max(1, tail-data)), strings.Repeat(empty, max(0, cols-max(tail, data+1))))
		}
		fmt.Fprintf(&b, "  head %d  data %d  tail %d  end %d  headroom %d  len %d  tailroom %d  refs %d  held by %s\n",
			v.Head, v.Data, v.Tail, v.End, v.Headroom(), v.Len, v.Tailroom(), v.Refs, v.Holder)
	}
	fmt.Fprintf(&b, "\n%s data   %s headroom and tailroom; %s\n", full, empty, s.note())
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteSKBSVG draws the same as SVG.
func WriteSKBSVG(w io.Writer, views []kernelpath.View) error {
	const row, text = 40, 420
	d := newDrawing(svgWidth, svgHead+row*len(views)+2*svgMargin, "one sk_buff through the layers")
	area := float64(svgWidth - text - 2*svgMargin)
	s := newScale(views, area)
	d.text(svgMargin, 20, "start", "stage")
	d.text(text, 20, "start", "data block: "+s.note())
	for i, v := range views {
		y := float64(svgHead + row*i)
		what := fmt.Sprintf("%.3f us  %s", float64(v.Time-views[0].Time)/1e3, v.Stage)
		if v.Op != "" {
			what += fmt.Sprintf(": %s %d", v.Op, v.Moved)
		}
		d.text(svgMargin, y+14, "start", what)
		d.text(svgMargin, y+29, "start", fmt.Sprintf("headroom %d, len %d, tailroom %d, refs %d, held by %s", v.Headroom(), v.Len, v.Tailroom(), v.Refs, v.Holder))
		if v.End == 0 {
			continue
		}
		d.rect(text, y+6, area, row-16, "#e8e8e8", fmt.Sprintf("head %d, end %d", v.Head, v.End))
		at := text + s.at(v.Data)
		d.rect(at, y+6, max(1, text+s.at(v.Tail)-at), row-16, colourOf(v.Ctx), fmt.Sprintf("data %d, tail %d", v.Data, v.Tail))
	}
	return d.end(w)
}

// colourOf finds the colour of a context by its name.
func colourOf(name string) string {
	for c, colour := range colours {
		if c.String() == name {
			return colour
		}
	}
	return colours[trace.Hardware]
}

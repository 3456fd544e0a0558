package kernelpath

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/kernelpath"
	render "github.com/netkit-go/netkit/pkg/render/kernelpath"
)

// Comparison is the document of netkit kernel-path trace --vary.
type Comparison struct {
	SchemaVersion int              `json:"schema_version" doc:"Version of this document's form."`
	Varied        string           `json:"varied" doc:"The parameter that differs from run to run."`
	Runs          []kernelpath.Row `json:"runs" doc:"What each run measured."`

	plot string
}

// compare runs the scenario for each value.
func (o *traceOptions) compare(ctx context.Context, s *cli.Streams) error {
	v, err := kernelpath.ParseVariation(o.vary)
	if err != nil {
		return usage(err)
	}
	rows, err := v.Run(ctx, o.scenario, nil)
	if err != nil {
		return usage(err)
	}
	c := &Comparison{SchemaVersion: 1, Varied: v.Knob.Name, Runs: rows, plot: o.plot}
	if o.plot == "svg" {
		return render.WriteSVGs(s.Out, c.title(), c.charts())
	}
	return o.out.Write(s, c)
}

func (c *Comparison) title() string {
	return string(c.Runs[0].Result.Scenario.Kind) + ", varying " + c.Varied
}

// Records implements cli.Recorder.
func (c *Comparison) Records() []any {
	var out []any
	for _, r := range c.Runs {
		out = append(out, r)
	}
	return out
}

// Cells implements cli.Doc.
func (c *Comparison) Cells() cli.Cells {
	t := cli.Cells{Columns: []string{c.Varied, "packets/s", "goodput bit/s", "irq/frame", "time_squeeze", "ksoftirqd", "p50 us", "p99 us", "busy %", "lost", "by reason"}}
	for _, r := range c.Runs {
		x := r.Result
		t.Rows = append(t.Rows, []string{r.Value, fixed(x.PPS, 0), fixed(x.BitsPerSecond, 0), fixed(x.IRQPerPacket, 3),
			strconv.FormatUint(x.TimeSqueeze, 10), strconv.FormatUint(x.KsoftirqdWake, 10),
			latency(x, x.Latency.P50), latency(x, x.Latency.P99), fixed(100*x.Busy(), 1),
			strconv.FormatUint(x.Dropped(), 10), reasons(x)})
	}
	return t
}

// latency writes one of a run's times; nothing where none was measured.
func latency(r *kernelpath.Result, d time.Duration) string {
	if r.Latency.N == 0 {
		return ""
	}
	return fixed(float64(d)/1e3, 1)
}

func fixed(v float64, digits int) string { return strconv.FormatFloat(v, 'f', digits, 64) }

func reasons(r *kernelpath.Result) string {
	var list []string
	for _, d := range r.Drops {
		list = append(list, fmt.Sprintf("%s %d", d.Reason, d.Packets))
	}
	return strings.Join(list, ", ")
}

// WriteText implements cli.Texter.
func (c *Comparison) WriteText(w io.Writer, s *cli.Streams) error {
	if c.plot != "" {
		for i, x := range c.charts() {
			if i > 0 {
				if _, err := io.WriteString(w, "\n"); err != nil {
					return err
				}
			}
			if err := x.WriteText(w, render.Style{Width: s.Width()}); err != nil {
				return err
			}
		}
	} else if err := cli.WriteTable(w, c.Cells()); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, "\n%s\n", assumed(c.Runs[0].Result))
	return err
}

// charts are the figures that differ between the runs.
func (c *Comparison) charts() []*render.Chart {
	var out []*render.Chart
	for _, f := range []struct {
		title, unit string
		value       func(*kernelpath.Result) float64
	}{
		{"delivered", "packets/s", func(r *kernelpath.Result) float64 { return r.PPS }},
		{"goodput", "Mbit/s", func(r *kernelpath.Result) float64 { return r.BitsPerSecond / 1e6 }},
		{"lost", "packets", func(r *kernelpath.Result) float64 { return float64(r.Dropped()) }},
		{"interrupts", "a frame", func(r *kernelpath.Result) float64 { return r.IRQPerPacket }},
		{"time_squeeze", "times", func(r *kernelpath.Result) float64 { return float64(r.TimeSqueeze) }},
		{"latency p50", "us", func(r *kernelpath.Result) float64 { return float64(r.Latency.P50) / 1e3 }},
		{"latency p99", "us", func(r *kernelpath.Result) float64 { return float64(r.Latency.P99) / 1e3 }},
		{"CPUs busy", "%", func(r *kernelpath.Result) float64 { return 100 * r.Busy() }},
	} {
		x := &render.Chart{Title: f.title, Unit: f.unit}
		some := false
		for _, r := range c.Runs {
			y := f.value(r.Result)
			some = some || y != 0
			x.X, x.Y = append(x.X, r.Value), append(x.Y, y)
		}
		if some {
			out = append(out, x)
		}
	}
	return out
}

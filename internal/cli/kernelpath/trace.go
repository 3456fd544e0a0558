package kernelpath

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/render/chrome"
	"github.com/netkit-go/netkit/pkg/render/jsonl"
	render "github.com/netkit-go/netkit/pkg/render/kernelpath"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// The views of a trace in the format table.
const (
	viewTable  = "table"
	viewLanes  = "lanes"
	viewFtrace = "ftrace"
	viewFolded = "folded"
	viewSVG    = "svg"
)

var views = []string{viewTable, viewLanes, viewFtrace, viewFolded, viewSVG}

// Limits of what is shown unless --limit says otherwise: a screen or three for
// people; for a document, which is kept in memory, what fits there with ease.
const (
	tableLimit    = 300
	documentLimit = 20_000
)

// traceOptions are what the flags of netkit kernel-path trace say.
type traceOptions struct {
	options
	view     string
	limit    int
	show     string
	explain  bool
	vary     string
	plot     string
	pcap     string
	tap      []string
	traceOut string
}

func newTrace(s *cli.Streams) *cobra.Command {
	o := &traceOptions{}
	cmd := newVerb(s, "trace", "Every step of every packet, in the order in which it happened",
		`Run a scenario and show what happened: when, on which CPU, in which context, at which
stage, to which packet. Below it stands what the run measured.

With --vary the scenario runs once for each value, and what was measured is compared.`,
		`  netkit kernel-path trace
  netkit kernel-path trace rx --packets 5000 --pps 2M --ring 256 --view lanes
  netkit kernel-path trace --scenario bulk --vary gro=on,off
  netkit kernel-path trace rx --vary pps=100k,300k,1M --format csv
  netkit kernel-path trace --format jsonl | jq -r 'select(.ctx=="softirq").stage'
  netkit kernel-path trace rx --packets 100 --trace-out rx.json --pcap rx.pcapng
  netkit kernel-path trace --pcap - --tap host-eth0-stack | tshark -r -`,
		&o.options, func(cmd *cobra.Command) error { return o.run(cmd.Context(), s, cmd.Flags().Changed("limit")) })
	f := cmd.Flags()
	f.StringVar(&o.view, "view", viewTable, "what the format table shows, a `VIEW`: "+strings.Join(views, ", "))
	f.IntVar(&o.limit, "limit", 0, fmt.Sprintf("show up to `NUMBER` events, 0 for all (default %d in a table, %d in a document)", tableLimit, documentLimit))
	f.StringVar(&o.show, "show", kernelpath.Host, "whose events: the `MACHINE` host, another one, or all")
	f.BoolVar(&o.explain, "explain", false, "say at the first event of each stage what it does, and why")
	f.StringVar(&o.vary, "vary", "", "compare: `NAME=VALUE,VALUE` of any parameter, as ring=64,256,1024")
	f.StringVar(&o.plot, "plot", "", "with --vary: draw a `CHART` instead of the table: text or svg")
	f.StringVar(&o.pcap, "pcap", "", "write the packets at each tap point to `FILE` as pcapng, - for stdout")
	f.StringSliceVar(&o.tap, "tap", nil, "capture at this `POINT` only: host-eth0, at the wire, host-eth0-stack, where tcpdump listens, or another machine's")
	f.StringVar(&o.traceOut, "trace-out", "", "write the timeline to `FILE` as Chrome trace JSON, which Perfetto opens")
	_ = cmd.RegisterFlagCompletionFunc("view", cobra.FixedCompletions(views, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("show", cobra.FixedCompletions([]string{kernelpath.Host, kernelpath.Peer, "all"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("plot", cobra.FixedCompletions([]string{"text", "svg"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("vary", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		var out []string
		for _, k := range kernelpath.Knobs() {
			out = append(out, k.Name+"=")
		}
		return out, cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
	})
	return cmd
}

func (o *traceOptions) check() error {
	s := o.scenario
	s.Fill()
	machines := append(s.Machines(), "all")
	switch {
	case !has(machines, o.show):
		return cli.Usagef("--show %s: there is no such machine in this scenario", o.show).WithHint("one of %s", strings.Join(machines, ", "))
	case o.out.Format != cli.Table && (o.view != viewTable || o.plot != "" || o.explain):
		return cli.Usagef("--view, --plot and --explain are for the format table, not %s", o.out.Format).WithHint("leave them out, or --format table")
	case o.explain && (o.view != viewTable || o.vary != ""):
		return cli.Usagef("--explain explains the stages of the view table")
	case !has(views, o.view):
		return cli.Usagef("unknown view %q", o.view).WithHint("one of %s", strings.Join(views, ", "))
	case o.limit < 0:
		return cli.Usagef("--limit is 0 or more, not %d", o.limit)
	case o.plot != "" && o.plot != "text" && o.plot != "svg":
		return cli.Usagef("unknown chart %q: text or svg", o.plot)
	case o.plot != "" && o.vary == "":
		return cli.Usagef("--plot draws a comparison, but there is no --vary").WithHint("as --vary ring=64,256,1024")
	case o.vary != "" && (o.pcap != "" || o.traceOut != "" || o.view != viewTable || o.show != kernelpath.Host):
		return cli.Usagef("--vary compares runs: --view, --show, --pcap and --trace-out show a single one")
	case len(o.tap) > 0 && o.pcap == "":
		return cli.Usagef("--tap says where to capture, but there is no --pcap FILE")
	case o.pcap == "-" && o.traceOut == "-":
		return cli.Usagef("both --pcap and --trace-out want stdout")
	}
	return nil
}

func (o *traceOptions) run(ctx context.Context, s *cli.Streams, limited bool) error {
	if err := o.check(); err != nil {
		return err
	}
	if o.vary != "" {
		return o.compare(ctx, s)
	}
	files := &outputs{}
	defer files.discard()
	sinks, err := o.files(s, files)
	if err != nil {
		return err
	}
	p, err := o.printer(s, limited)
	if err != nil {
		return err
	}
	if o.pcap == "-" || o.traceOut == "-" {
		p = &silent{}
	}
	ledger := &kernelpath.Ledger{}
	sinks = append(sinks, ledger, &chosen{host: o.show, to: p})
	r, err := kernelpath.Run(ctx, o.scenario, sinks...)
	if err != nil {
		return usage(err)
	}
	if err := files.close(); err != nil {
		return err
	}
	return p.finish(r, ledger)
}

// printer is what shows a trace.
type printer interface {
	trace.Sink
	finish(r *kernelpath.Result, g *kernelpath.Ledger) error
}

func (o *traceOptions) printer(s *cli.Streams, limited bool) (printer, error) {
	limit := o.limit
	pick := func(def int) int {
		if limited {
			return limit
		}
		return def
	}
	switch o.out.Format {
	case cli.JSONL:
		return &lines{limiter: limiter{max: pick(0)}, w: jsonl.NewWriter(s.Out)}, nil
	case cli.JSON, cli.YAML:
		return &document{limiter: limiter{max: pick(documentLimit)}, o: o, s: s}, nil
	case cli.CSV, cli.Plain:
		return &records{limiter: limiter{max: pick(0)}, to: o.out.NewRecords(s, "events", columns...)}, nil
	}
	switch o.view {
	case viewLanes, viewSVG:
		return &lanes{s: s, svg: o.view == viewSVG, l: render.NewLanes()}, nil
	case viewFtrace:
		return &stream{to: render.NewFtrace(s.Out)}, nil
	case viewFolded:
		return &stream{to: render.NewFolded(s.Out)}, nil
	}
	t := render.NewTimeline(s.Out)
	if o.explain {
		t.Explain, t.Width = stage.Explain, s.Width()
	}
	return &table{limiter: limiter{max: pick(tableLimit)}, s: s, to: t}, nil
}

// chosen passes the events of one machine, or of all.
type chosen struct {
	host string
	to   trace.Sink
}

func (c *chosen) Emit(e *trace.Event) {
	if c.host == "all" || e.Host == c.host {
		c.to.Emit(e)
	}
}

// limiter counts events up to a limit; 0 is none.
type limiter struct {
	max, n int
	lost   uint64
}

func (l *limiter) take() bool {
	if l.max > 0 && l.n == l.max {
		l.lost++
		return false
	}
	l.n++
	return true
}

// table is the timeline with the measurements below it.
type table struct {
	limiter
	s  *cli.Streams
	to *render.Timeline
}

func (t *table) Emit(e *trace.Event) {
	if t.take() {
		t.to.Emit(e)
	}
}

func (t *table) finish(r *kernelpath.Result, g *kernelpath.Ledger) error {
	if err := t.to.Close(); err != nil {
		return err
	}
	if t.lost > 0 {
		if _, err := fmt.Fprintf(t.s.Out, "… %d more events (--limit 0 shows all)\n", t.lost); err != nil {
			return err
		}
	}
	return writeResult(t.s.Out, r, g)
}

// lanes is the chart of who had which CPU.
type lanes struct {
	s   *cli.Streams
	svg bool
	l   *render.Lanes
}

func (v *lanes) Emit(e *trace.Event) { v.l.Emit(e) }

func (v *lanes) finish(r *kernelpath.Result, g *kernelpath.Ledger) error {
	if v.svg {
		return v.l.WriteSVG(v.s.Out)
	}
	if err := v.l.WriteText(v.s.Out, render.Style{Width: v.s.Width()}); err != nil {
		return err
	}
	return writeResult(v.s.Out, r, g)
}

// closer is a view that is written as events come.
type closer interface {
	trace.Sink
	Close() error
}

// stream is a text that programs read: nothing stands below it.
type stream struct{ to closer }

func (v *stream) Emit(e *trace.Event)                                 { v.to.Emit(e) }
func (v *stream) finish(*kernelpath.Result, *kernelpath.Ledger) error { return v.to.Close() }

// silent shows nothing: stdout is a file's.
type silent struct{}

func (*silent) Emit(*trace.Event)                                   {}
func (*silent) finish(*kernelpath.Result, *kernelpath.Ledger) error { return nil }

// lines are the events as JSON lines.
type lines struct {
	limiter
	w *jsonl.Writer
}

func (v *lines) Emit(e *trace.Event) {
	if v.take() {
		v.w.Emit(e)
	}
}
func (v *lines) finish(*kernelpath.Result, *kernelpath.Ledger) error { return v.w.Flush() }

// Trace is the document of netkit kernel-path trace.
type Trace struct {
	SchemaVersion int `json:"schema_version" doc:"Version of this document's form."`
	kernelpath.Result
	Copies     string            `json:"copies" doc:"What became of the bytes, in a line."`
	Events     []json.RawMessage `json:"events" doc:"What happened, in order: the records of the format jsonl."`
	EventsLost uint64            `json:"events_lost" doc:"Further events, beyond --limit."`
}

// Cells implements cli.Doc; the formats that need cells are written as events come.
func (t *Trace) Cells() cli.Cells { return cli.Cells{} }

type document struct {
	limiter
	o   *traceOptions
	s   *cli.Streams
	buf []byte
	doc Trace
}

func (d *document) Emit(e *trace.Event) {
	if d.take() {
		d.buf = jsonl.AppendEvent(d.buf[:0], e)
		d.doc.Events = append(d.doc.Events, append(json.RawMessage(nil), strings.TrimSuffix(string(d.buf), "\n")...))
	}
}

func (d *document) finish(r *kernelpath.Result, g *kernelpath.Ledger) error {
	d.doc.SchemaVersion, d.doc.Result, d.doc.Copies, d.doc.EventsLost = 1, *r, g.Summary(), d.lost
	if d.doc.Events == nil {
		d.doc.Events = []json.RawMessage{}
	}
	return d.o.out.Write(d.s, &d.doc)
}

// columns of the formats csv and plain.
var columns = []string{"ts_ns", "dur_ns", "host", "cpu", "ctx", "task", "dev", "stage", "event", "pkt", "buf", "len", "refs", "copied", "drop", "text"}

// row is an event in columns.
type row struct{ e *trace.Event }

// Cells implements cli.Record.
func (r row) Cells() []string {
	e := r.e
	n := func(v int64) string {
		if v == 0 {
			return ""
		}
		return strconv.FormatInt(v, 10)
	}
	cpu, drop := "", ""
	if e.Ctx != trace.Hardware {
		cpu = strconv.Itoa(int(e.CPU))
	}
	if e.Drop != trace.NotDropped {
		drop = e.Drop.String()
	}
	return []string{strconv.FormatInt(e.Time, 10), n(e.Dur), e.Host, cpu, e.Ctx.String(), e.Task, e.Dev, e.Stage, e.Kind.String(),
		n(int64(e.Pkt)), n(int64(e.Buf)), n(int64(e.Len)), n(int64(e.Refs)), n(int64(e.Copied)), drop, e.Text}
}

type records struct {
	limiter
	to  *cli.Records
	err error
}

func (v *records) Emit(e *trace.Event) {
	if v.err == nil && v.take() {
		v.err = v.to.Write(row{e})
	}
}

func (v *records) finish(*kernelpath.Result, *kernelpath.Ledger) error { return v.to.Close(v.err) }

// files opens the outputs beside stdout.
func (o *traceOptions) files(s *cli.Streams, files *outputs) ([]trace.Sink, error) {
	var sinks []trace.Sink
	open := func(name string) (io.Writer, error) {
		if name == "-" {
			return s.Out, nil
		}
		return files.create(name)
	}
	if o.traceOut != "" {
		w, err := open(o.traceOut)
		if err != nil {
			return nil, err
		}
		c := chrome.NewWriter(w)
		files.closers = append(files.closers, c.Close)
		sinks = append(sinks, c)
	}
	if o.pcap != "" {
		w, err := open(o.pcap)
		if err != nil {
			return nil, err
		}
		p, err := newPcap(w, o.tap)
		if err != nil {
			return nil, err
		}
		files.closers = append(files.closers, p.close)
		sinks = append(sinks, p)
	}
	return sinks, nil
}

// outputs are the files of a run.
type outputs struct {
	files   []*cli.File
	closers []func() error
}

func (f *outputs) create(name string) (io.Writer, error) {
	x, err := cli.CreateFile(name)
	if err != nil {
		return nil, &cli.Error{Code: "write", Message: "cannot write " + err.Error(), Err: err}
	}
	f.files = append(f.files, x)
	return x, nil
}

func (f *outputs) close() error {
	for _, c := range f.closers {
		if err := c(); err != nil {
			var e *cli.Error
			if errors.As(err, &e) {
				return err
			}
			return &cli.Error{Code: "write", Message: "cannot write the capture or trace: " + err.Error(), Err: err}
		}
	}
	for _, x := range f.files {
		if err := x.Commit(); err != nil {
			return err
		}
	}
	return nil
}

func (f *outputs) discard() {
	for _, x := range f.files {
		x.Discard()
	}
}

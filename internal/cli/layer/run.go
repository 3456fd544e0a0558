package layer

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/display"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/hostif"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// run is one run of netkit layer dump.
type run struct {
	o *Options
	s *cli.Streams

	form     form
	time     layers.TimeForm
	columns  *layers.Columns
	names    *layers.Names
	filter   *packetFilter
	stream   *streamFilter
	svg      *layers.SVG
	writer   *fileWriter
	out      *printer
	pipe     *pipeline
	drawers  []*drawer
	opened   bool // an input could be opened
	failures []error
}

// Run shows the packets.
func (o *Options) Run(ctx context.Context, s *cli.Streams) error {
	r := &run{o: o, s: s}
	if err := r.prepare(); err != nil {
		return err
	}
	defer debug.SetGCPercent(debug.SetGCPercent(gcPercent))
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(memoryGoal))
	if o.Dev != "" {
		return r.live(ctx)
	}
	return r.files(ctx)
}

// The heap is small whatever the size of the input. It may grow a little more than
// usual between two collections, which saves a sixth of the time, as long as the
// whole stays below the goal. It is a goal, not a bound: what is in use counts first.
const (
	gcPercent  = 150
	memoryGoal = 76 << 20
)

// prepare checks everything that can be checked before the input is opened.
func (r *run) prepare() (err error) {
	o := r.o
	if r.form, err = o.form(r.s); err != nil {
		return err
	}
	if r.time, err = layers.ParseTimeForm(o.Time); err != nil {
		return cli.Usagef("--time %s: %v", o.Time, err).WithHint("one of %s", strings.Join(layers.TimeForms, ", "))
	}
	sel := selection{skip: o.Skip, count: o.Count}
	switch {
	case o.Skip < 0:
		return cli.Usagef("--skip %d: a number of packets is not negative", o.Skip)
	case o.Count < 0:
		return cli.Usagef("-c %d: a number of packets is not negative", o.Count)
	case o.SnapLen < 0:
		return cli.Usagef("--snaplen %d: a number of bytes is not negative", o.SnapLen)
	case strings.HasSuffix(o.Write, ".gz") || strings.HasSuffix(o.Write, ".zst"):
		return cli.Usagef("-w %s: packets are written uncompressed", o.Write).WithHint("use -w - and a pipe into gzip or zstd")
	}
	for _, limit := range []struct {
		flag, text string
		to         *moment
	}{{"--after", o.After, &sel.after}, {"--before", o.Before, &sel.before}} {
		if limit.text == "" {
			continue
		}
		if *limit.to, err = parseMoment(limit.text, o.location()); err != nil {
			e := *cli.Describe(err)
			e.Message = limit.flag + ": " + e.Message
			return &e
		}
	}
	if r.form == formCSV || r.form == formPlain {
		list := o.Columns
		if list == "" {
			list = defaultFields
		}
		if r.columns, err = columnsOf(list, r.form == formPlain); err != nil {
			return err
		}
	}
	if r.stream, err = parseStream(o.Stream); err != nil {
		return err
	}
	if r.filter, err = compileFilter(r.s, o.Filter, o.Output.Format.Machine()); err != nil {
		if o.words {
			first, _, _ := strings.Cut(o.Filter, " ")
			return cli.Describe(err).WithHint("the filter begins with the first word that names no file: %q", first)
		}
		return err
	}
	if err := checkDisplay(r.s, o.Display, o.Output.Format.Machine()); err != nil {
		return err
	}
	if r.names, err = o.names(); err != nil {
		return err
	}
	if o.SVG != "" {
		r.svg = &layers.SVG{}
	}
	r.assemble(sel)
	return nil
}

// form is how the packets are drawn, from the flags that say so.
func (o *Options) form(s *cli.Streams) (form, error) {
	chosen, by := formTree, ""
	for _, c := range []struct {
		on   bool
		flag string
		form form
	}{
		{o.OneLine, "--oneline", formLine}, {o.Hex, "--hex", formHex}, {o.Diagram, "--diagram", formDiagram},
		{o.Columns != "", "-T", formCSV}, {o.Stats, "--stats", formStats},
	} {
		switch {
		case !c.on:
		case by != "":
			return 0, cli.Usagef("%s and %s do not go together", by, c.flag)
		default:
			chosen, by = c.form, c.flag
		}
	}
	if f := o.Output.Format; f != cli.Table && chosen != formStats {
		forms := map[cli.Format]form{cli.JSON: formJSON, cli.JSONL: formJSONL, cli.YAML: formYAML, cli.CSV: formCSV, cli.Plain: formPlain}
		if by != "" && (chosen != formCSV || f.Machine()) {
			return 0, cli.Usagef("%s and --format %s do not go together", by, f)
		}
		chosen, by = forms[f], "--format"
	}
	switch {
	case o.Write != "" && by != "" && by != "--format":
		return 0, cli.Usagef("-w writes packets and shows none: leave out %s", by)
	case o.Write != "":
		chosen = formNone
	case o.SVG != "" && by == "":
		chosen = formSVG
	}
	if o.SVG == "-" && (chosen != formSVG && chosen != formNone || o.Write == "-") {
		return 0, cli.Usagef("--svg - and another output on standard output do not go together")
	}
	return chosen, nil
}

// assemble builds the pipeline.
func (r *run) assemble(sel selection) {
	o := r.o
	p := &pipeline{sel: sel, live: o.Dev != "" || r.fromPipe()}
	fields := o.Display != "" || r.stream != nil
	plain := r.form == formLine && !fields && r.svg == nil
	later := fields && (sel.skip > 0 || sel.count > 0 || r.time == layers.Delta)
	if r.form == formLine {
		p.seqs = &layers.Sequences{}
	}
	headers, noChecks := belowApplications(r.columns)
	headers, noChecks = headers && o.Display == "", noChecks && o.Display == "" || o.NoChecks
	if (r.form != formNone || fields || r.svg != nil) && !plain && !o.NoReasm {
		p.session = dissect.NewSession(dissect.Config{NoApplications: headers})
	}
	n := workerCount()
	if later {
		n = 1
	}
	for range n {
		w := &drawer{form: r.form, stream: r.stream, columns: r.columns, svg: r.svg, quick: plain}
		w.r = layers.New(layers.Config{Time: r.time, Location: o.location(), Color: r.s.Color(), Names: r.names, MaxBytes: -min(o.Verbose, 1), Verbose: o.Verbose > 0})
		if o.Display != "" {
			w.filter, _ = display.Compile(o.Display) // prepare has compiled it before
		}
		w.d.WantInfo, w.d.NoApplications, w.d.NoChecksums = r.form == formLine, headers, noChecks
		switch r.form {
		case formLine, formNone, formStats:
			w.d.WantFields = fields || r.svg != nil
		default:
			w.d.WantFields = true
		}
		if r.form == formStats {
			w.stats = layers.NewStats()
		}
		if later {
			w.counts, w.skip, w.count, w.delta = true, sel.skip, sel.count, r.time == layers.Delta
			p.sel.skip, p.sel.count = 0, 0
		}
		r.drawers = append(r.drawers, w)
		p.workers = append(p.workers, w)
	}
	if r.filter != nil {
		p.match = r.filter.match
	}
	r.out = &printer{form: r.form, w: r.s.Out}
	if r.columns != nil {
		r.out.heads = r.columns.AppendHeading(nil)
	}
	p.sink = r.out
	r.pipe = p
}

// fromPipe says whether an input may keep its reader waiting.
func (r *run) fromPipe() bool {
	return slices.ContainsFunc(r.o.Files, func(name string) bool { return mayWait(r.s, name) })
}

// begin opens -w and starts the pipeline.
func (r *run) begin(ctx context.Context) (context.Context, func() error, error) {
	if r.o.Write != "" {
		w, err := createWriter(r.s, r.o.Write, r.pipe.live)
		if err != nil {
			return ctx, nil, err
		}
		r.writer, r.out.files = w, w
	}
	ctx, wait := r.pipe.start(ctx)
	return ctx, wait, nil
}

// files reads the files in turn.
func (r *run) files(ctx context.Context) error {
	outer := ctx
	ctx, wait, err := r.begin(ctx) // a write that fails ends the wait for input, too
	if err != nil {
		return err
	}
	for _, name := range r.o.Files {
		if ctx.Err() != nil || r.pipe.ended {
			break
		}
		if err := r.file(ctx, name); err != nil && ctx.Err() == nil {
			r.failures = append(r.failures, err)
		}
	}
	if r.filter != nil && r.filter.failed != nil {
		r.failures = append(r.failures, r.filter.failed)
	}
	err = wait()
	if r.pipe.seen == 0 && len(r.failures) == 0 && err == nil && !r.o.Quiet && outer.Err() == nil {
		fmt.Fprintln(r.s.Err, "netkit layer dump: there are no packets in the input")
	}
	if cause := context.Cause(outer); cause != nil && (err == nil || errors.Is(err, context.Canceled)) {
		err = cause
	}
	return r.finish(err)
}

func (r *run) file(ctx context.Context, name string) error {
	src, err := openFile(ctx, r.s, name, r.pipe.meta)
	if err != nil {
		return err
	}
	defer src.close()
	r.opened = true
	if r.writer != nil && r.pipe.file == 0 { // nothing is under way that the sink could write
		if err := r.writer.section(src.r.Section()); err != nil {
			return err
		}
	}
	return r.pipe.read(ctx, src)
}

// finish writes what is left, once the last packet is written. failed is what
// ended the run before the end of the input.
func (r *run) finish(failed error) error {
	if failed == nil {
		failed = r.damage()
	}
	if failed != nil && cli.Describe(failed).Code == "pipe" {
		r.discard()
		return failed
	}
	if r.svg != nil {
		if err := r.writeSVG(); err != nil {
			return err
		}
	}
	switch {
	case r.writer != nil && failed != nil && !r.opened && r.o.Dev == "":
		r.discard() // nothing was read: what the file held before is worth more
		return failed
	case r.writer != nil:
		if err := r.writer.close(); err != nil {
			return err
		}
		return failed
	case r.form == formStats:
		return r.writeStats(failed)
	}
	return r.out.end(failed)
}

func (r *run) discard() {
	if r.writer != nil {
		r.writer.discard()
	}
}

// damage joins what was wrong with the inputs. All but the last are said at once.
func (r *run) damage() error {
	n := len(r.failures)
	if n == 0 {
		return nil
	}
	for _, err := range r.failures[:n-1] {
		cli.PrintError(r.s, "netkit layer dump", cli.Describe(err))
	}
	return r.failures[n-1]
}

func (r *run) writeSVG() error {
	if r.o.SVG == "-" {
		_, err := r.svg.WriteTo(r.s.Out)
		r.svgLeft("the drawing")
		return err
	}
	f, err := cli.CreateFile(r.o.SVG)
	if err != nil {
		return err
	}
	if _, err := r.svg.WriteTo(f); err != nil {
		f.Discard()
		return err
	}
	r.svgLeft(cli.Escape(r.o.SVG))
	return f.Commit()
}

// svgLeft says how many packets are not in the drawing.
func (r *run) svgLeft(name string) {
	if n := r.svg.Left(); n > 0 && !r.o.Quiet {
		fmt.Fprintf(r.s.Err, "netkit layer dump: %s holds the first %d packets; %d more are not in it\n", name, layers.MaxSVG, n)
	}
}

func (r *run) writeStats(failed error) error {
	total := r.drawers[0].stats
	for _, w := range r.drawers[1:] {
		total.Merge(w.stats)
	}
	doc := StatsDoc{SchemaVersion: 1, Summary: total.Summary(layers.Config{Location: r.o.location()})}
	if failed != nil && r.o.Output.Format.Machine() {
		d := *cli.Describe(failed)
		if !d.Reported {
			body := d.Body()
			doc.Error = &body
			d.Reported = true
			failed = &d
		}
	}
	if err := r.o.Output.Write(r.s, doc); err != nil {
		return err
	}
	return failed
}

// live captures until it is interrupted or has as many packets as were asked for.
func (r *run) live(ctx context.Context) error {
	live, err := r.open()
	if err != nil {
		return err
	}
	defer live.close()
	outer := ctx
	ctx, wait, err := r.begin(ctx)
	if err != nil {
		return err
	}
	if !r.o.Quiet {
		fmt.Fprintf(r.s.Err, "listening on %s, link type %v\n", cli.Escape(r.o.Dev), live.desc.LinkType)
	}
	readErr := r.pipe.read(ctx, live)
	if ctx.Err() != nil { // told to end: that is no failure of the interface
		readErr = nil
	}
	stats := live.l.Stats()
	if err = wait(); err == nil {
		err = readErr
	}
	if cause := context.Cause(outer); cause != nil && err == nil {
		err = cause
	}
	if r.writer != nil && err == nil || errors.Is(err, cli.ErrInterrupted) {
		r.statistics(stats)
	}
	err = r.finish(err)
	if !r.o.Quiet {
		fmt.Fprintf(r.s.Err, "%d packets captured\n%d packets received by filter\n%d packets dropped by kernel\n", r.pipe.seen, stats.Seen, stats.Dropped)
	}
	if errors.Is(err, cli.ErrInterrupted) { // the way in which a live capture ends
		d := *cli.Describe(err)
		d.Reported = true
		return &d
	}
	return err
}

// statistics puts the interface's counts at the end of -w.
func (r *run) statistics(st hostif.Stats) {
	if w := r.writer; w != nil && w.ng != nil {
		if id, ok := w.ids[interfaceKey{}]; ok {
			_ = w.ng.WriteStatistics(capture.Statistics{Interface: id, Time: r.pipe.prev, Received: st.Seen, Dropped: st.Dropped}) // the packets matter more
		}
	}
}

// open starts the capture. What a filter means depends on the link type, which is
// known of an open interface: it is opened twice.
func (r *run) open() (*liveSource, error) {
	cfg := hostif.Config{Interface: r.o.Dev, SnapLen: r.o.SnapLen, NotPromiscuous: r.o.NoMix}
	if r.filter != nil {
		first, err := hostif.Open(cfg)
		if err != nil {
			return nil, liveError(err)
		}
		link := first.Interface().LinkType
		first.Close()
		if cfg.Filter, err = r.filter.live(link); err != nil {
			return nil, err
		}
		r.pipe.match = nil // the kernel does it
	}
	l, err := hostif.Open(cfg)
	if err != nil {
		return nil, liveError(err)
	}
	return &liveSource{l: l, desc: l.Interface()}, nil
}

func liveError(err error) error {
	switch {
	case errors.Is(err, hostif.ErrPermission):
		return &cli.Error{Code: "permission", Message: err.Error(), Err: err} // it says the remedy
	case errors.Is(err, hostif.ErrNoDevice):
		return &cli.Error{Code: "usage", Exit: cli.ExitUsage, Message: err.Error(), Err: err}
	}
	return err
}

// streamFilter takes the packets of one stream.
type streamFilter struct {
	number uint64
	defs   []*dissect.Def
}

func parseStream(s string) (*streamFilter, error) {
	if s == "" {
		return nil, nil
	}
	f := &streamFilter{}
	kind, number, found := strings.Cut(s, ":")
	if !found {
		kind, number = "tcp", s
	}
	n, err := strconv.ParseUint(number, 10, 32)
	if err != nil || kind != "tcp" && kind != "udp" {
		return nil, cli.Usagef("--stream %s: not the number of a stream", s).WithHint("write 3, tcp:3 or udp:3; tcp.stream and udp.stream in the tree have the numbers")
	}
	f.number, f.defs = n, dissect.FieldDefs(kind+".stream")
	return f, nil
}

func (f *streamFilter) match(p *dissect.Packet) bool {
	for i := range p.Fields {
		if p.Fields[i].Num == f.number {
			for _, d := range f.defs {
				if d == p.Fields[i].Def {
					return true
				}
			}
		}
	}
	return false
}

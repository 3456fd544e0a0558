package kernelpath

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/kernelpath"
	render "github.com/netkit-go/netkit/pkg/render/kernelpath"
	"github.com/netkit-go/netkit/pkg/stage"
)

// Counters is the document of netkit kernel-path counters.
type Counters struct {
	SchemaVersion int                 `json:"schema_version" doc:"Version of this document's form."`
	Scenario      kernelpath.Scenario `json:"parameters" doc:"What ran."`
	kernelpath.Counters
}

func newCounters(s *cli.Streams) *cobra.Command {
	o := &options{}
	return newVerb(s, "counters", "What the machine has counted, in the forms of Linux's own files",
		`Run a scenario and print the machine's counters as Linux does: /proc/net/softnet_stat,
/proc/interrupts, /proc/softirqs, /proc/net/dev, ethtool -S, tc -s qdisc and nstat.`,
		`  netkit kernel-path counters
  netkit kernel-path counters rx --pps 2M --ring 64
  netkit kernel-path counters --scenario storm --json | jq .softnet_stat`,
		o, func(cmd *cobra.Command) error {
			r, err := kernelpath.Run(cmd.Context(), o.scenario)
			if err != nil {
				return usage(err)
			}
			return o.out.Write(s, &Counters{1, r.Scenario, r.Counters})
		})
}

// Cells implements cli.Doc: a row for each value.
func (c *Counters) Cells() cli.Cells {
	t := cli.Cells{Columns: []string{"where", "counter", "cpu", "value"}}
	add := func(where, name, cpu string, v uint64) {
		t.Rows = append(t.Rows, []string{where, name, cpu, strconv.FormatUint(v, 10)})
	}
	for _, s := range c.Softnet {
		cpu := strconv.Itoa(s.CPU)
		add("softnet_stat", "processed", cpu, s.Processed)
		add("softnet_stat", "dropped", cpu, s.Dropped)
		add("softnet_stat", "time_squeeze", cpu, s.TimeSqueeze)
		add("softnet_stat", "received_rps", cpu, s.ReceivedRPS)
		add("softnet_stat", "flow_limit_count", cpu, s.FlowLimit)
		add("softnet_stat", "backlog_len", cpu, s.BacklogLen)
		add("ksoftirqd", "wakeups", cpu, s.Ksoftirqd)
	}
	for _, i := range c.Interrupts {
		for cpu, n := range i.Count {
			add("interrupts", i.Name, strconv.Itoa(cpu), n)
		}
	}
	for _, x := range c.SoftIRQs {
		for cpu, n := range x.Count {
			add("softirqs", x.Name, strconv.Itoa(cpu), n)
		}
	}
	for _, d := range c.Devices {
		for _, v := range d.Values {
			add(d.Name, v.Name, "", v.Value)
		}
		for _, v := range d.QdiscRows {
			add(d.Name+" "+d.QdiscKind, v.Name, "", v.Value)
		}
	}
	for _, v := range c.SNMP {
		add("nstat", v.Name, "", v.Value)
	}
	return t
}

// WriteText implements cli.Texter.
func (c *Counters) WriteText(w io.Writer, _ *cli.Streams) error {
	for i, f := range c.Files() {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		if _, err := fmt.Fprintf(w, "==> %s <==\n", f.Name); err != nil {
			return err
		}
		if err := f.Write(w); err != nil {
			return err
		}
	}
	return nil
}

// Copies is the document of netkit kernel-path copies.
type Copies struct {
	SchemaVersion int                 `json:"schema_version" doc:"Version of this document's form."`
	Scenario      kernelpath.Scenario `json:"parameters" doc:"What ran."`
	Summary       string              `json:"summary" doc:"What became of the bytes, in a line."`
	Totals        []kernelpath.Entry  `json:"totals" doc:"Each operation on bytes, by stage."`
	Buffers       []kernelpath.Buffer `json:"buffers" doc:"The first blocks of data, and what happened to each."`
	StepsLost     uint64              `json:"steps_lost" doc:"Steps of further blocks, which were not kept."`

	show int
}

func newCopies(s *cli.Streams) *cobra.Command {
	o := &options{}
	buffers := 0
	cmd := newVerb(s, "copies", "The copy ledger: which bytes are copied, cloned or shared, and where",
		`Run a scenario and account for every buffer of the host: who holds it, how many
references it has, which of its bytes were copied, and at which stage. All of it
follows from the events of the run.`,
		`  netkit kernel-path copies
  netkit kernel-path copies tx --proto udp --size 4000 --packets 1
  netkit kernel-path copies --scenario forward --size 4000 --mtu 9000 --out-mtu 1500 --packets 1
  netkit kernel-path copies --scenario bulk tx --zerocopy --buffers 0`,
		o, func(cmd *cobra.Command) error {
			if buffers < 0 {
				return cli.Usagef("--buffers is 0 or more, not %d", buffers)
			}
			g := &kernelpath.Ledger{}
			r, err := kernelpath.Run(cmd.Context(), o.scenario, g)
			if err != nil {
				return usage(err)
			}
			list := g.List()
			if list == nil {
				list = []kernelpath.Buffer{}
			}
			return o.out.Write(s, &Copies{1, r.Scenario, g.Summary(), g.Totals(), list, g.Lost(), buffers})
		})
	cmd.Flags().IntVar(&buffers, "buffers", 10, "in the format table, tell of the first `NUMBER` buffers step by step")
	return cmd
}

// Cells implements cli.Doc: a row for each operation at a stage.
func (c *Copies) Cells() cli.Cells {
	t := cli.Cells{Columns: []string{"operation", "stage", "count", "bytes", "copied by a CPU"}}
	for _, x := range c.Totals {
		copied := "no"
		if x.Op.Copies() {
			copied = "yes"
		}
		t.Rows = append(t.Rows, []string{string(x.Op), x.Stage, strconv.FormatUint(x.Count, 10), strconv.FormatUint(x.Bytes, 10), copied})
	}
	return t
}

// WriteText implements cli.Texter.
func (c *Copies) WriteText(w io.Writer, _ *cli.Streams) error {
	if _, err := fmt.Fprintf(w, "%s\n\n", c.Summary); err != nil {
		return err
	}
	if err := cli.WriteTable(w, c.Cells()); err != nil {
		return err
	}
	shown := c.Buffers[:min(max(c.show, 0), len(c.Buffers))]
	for i := range shown {
		if err := writeBuffer(w, &shown[i]); err != nil {
			return err
		}
	}
	if n := len(c.Buffers) - len(shown); n > 0 {
		_, err := fmt.Fprintf(w, "\n… and %d more buffers (--buffers shows more)\n", n)
		return err
	}
	return nil
}

func writeBuffer(w io.Writer, b *kernelpath.Buffer) error {
	end := "still held at the end"
	if b.Freed() {
		end = "freed"
	}
	if _, err := fmt.Fprintf(w, "\nbuffer %d: %d bytes of memory, up to %s, %d bytes copied, %s\n",
		b.ID, b.Size, references(b.MaxRefs), b.Copied, end); err != nil {
		return err
	}
	t := cli.Cells{Columns: []string{"time us", "context", "stage", "packet", "what", "held by", "refs"}}
	for _, s := range b.Steps {
		what := s.Event
		if s.Op != "" {
			what = fmt.Sprintf("%s, %d bytes", s.Op, s.Bytes)
		}
		t.Rows = append(t.Rows, []string{micros(s.Time - b.Steps[0].Time), s.Ctx, s.Stage, id(s.Packet), what, s.Holder, strconv.Itoa(int(s.Refs))})
	}
	return cli.WriteTable(w, t)
}

func references(n int32) string {
	if n == 1 {
		return "1 reference"
	}
	return fmt.Sprintf("%d references", n)
}

func id(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

func micros(ns int64) string { return fixed(float64(ns)/1e3, 3) }

// SKB is the document of netkit kernel-path skb.
type SKB struct {
	SchemaVersion int                 `json:"schema_version" doc:"Version of this document's form."`
	Scenario      kernelpath.Scenario `json:"parameters" doc:"What ran."`
	Views         []kernelpath.View   `json:"views" doc:"The sk_buff as each stage left it."`
	Lost          int                 `json:"views_lost" doc:"Further stages, which were not kept."`
}

func newSKB(s *cli.Streams) *cobra.Command {
	o := &options{}
	nth, svg := 1, false
	cmd := newVerb(s, "skb", "One sk_buff through the layers: head, data, tail, end, references",
		`Run a scenario and follow one buffer of the host: how each layer moves data and tail, how
the headroom shrinks and grows, who holds it, and how often. With rx it is a
frame that arrived, with tx a buffer that a user's bytes went into; without
either, the request that arrived.`,
		`  netkit kernel-path skb
  netkit kernel-path skb tx --proto tcp --size 1000
  netkit kernel-path skb rx --nth 3 --format csv`,
		o, func(cmd *cobra.Command) error {
			switch {
			case nth < 1:
				return cli.Usagef("--nth is 1 or more, not %d", nth)
			case svg && o.out.Format != cli.Table:
				return cli.Usagef("--svg draws, and %s writes figures", o.out.Format).WithHint("leave out one of them")
			}
			f := &kernelpath.Follow{Dir: kernelpath.Direction(o.side), Nth: nth}
			if o.scenario.Kind == kernelpath.Send {
				f.Dir = kernelpath.TX
			}
			r, err := kernelpath.Run(cmd.Context(), o.scenario, f)
			if err != nil {
				return usage(err)
			}
			if len(f.Views) == 0 {
				return &cli.Error{Code: "not-found", Message: fmt.Sprintf("there is no buffer number %d in this run", nth), Hint: "a smaller --nth, or more --packets"}
			}
			if svg {
				return render.WriteSKBSVG(s.Out, f.Views)
			}
			return o.out.Write(s, &SKB{1, r.Scenario, f.Views, f.Lost})
		})
	cmd.Flags().IntVar(&nth, "nth", 1, "follow the `NUMBER`th buffer")
	cmd.Flags().BoolVar(&svg, "svg", false, "write a drawing as SVG")
	return cmd
}

// Cells implements cli.Doc.
func (k *SKB) Cells() cli.Cells {
	t := cli.Cells{Columns: []string{"time us", "cpu", "context", "stage", "event", "op", "moved", "head", "data", "tail", "end", "headroom", "tailroom", "len", "refs", "copied", "held by"}}
	for _, v := range k.Views {
		n := func(v int32) string { return strconv.Itoa(int(v)) }
		t.Rows = append(t.Rows, []string{micros(v.Time - k.Views[0].Time), strconv.Itoa(int(v.CPU)), v.Ctx, v.Stage, v.Event, v.Op, n(v.Moved),
			n(v.Head), n(v.Data), n(v.Tail), n(v.End), n(v.Headroom()), n(v.Tailroom()), n(v.Len), n(v.Refs), n(v.Copied), v.Holder})
	}
	return t
}

// WriteText implements cli.Texter.
func (k *SKB) WriteText(w io.Writer, s *cli.Streams) error {
	return render.WriteSKB(w, k.Views, render.Style{Width: s.Width()})
}

// Stages is the document of netkit kernel-path stages.
type Stages struct {
	SchemaVersion int     `json:"schema_version" doc:"Version of this document's form."`
	Stages        []Stage `json:"stages" doc:"The path, in order."`

	explain bool
}

// Stage is a step of the path.
type Stage struct {
	Name    string        `json:"stage" doc:"The kernel's function."`
	Side    string        `json:"side" doc:"rx, tx or both."`
	Context string        `json:"context" doc:"Where it runs: hardware, hardirq, softirq, process or caller's."`
	Does    string        `json:"does"`
	Source  string        `json:"source,omitempty" doc:"File in Linux's source tree."`
	Cost    time.Duration `json:"cost_ns" doc:"What it costs its CPU, nanoseconds."`
	PerKB   time.Duration `json:"cost_per_kib_ns" doc:"In addition for each 1024 bytes."`
	Basis   string        `json:"basis" doc:"Where the cost comes from."`
	Explain string        `json:"explain" doc:"For learners: what happens, why, and what the kernel calls it."`
}

func newStages(s *cli.Streams) *cobra.Command {
	o := &options{}
	explain := false
	cmd := &cobra.Command{
		Use:   "stages [rx|tx]",
		Short: "The path as reference: function, context, what it does, source file, cost",
		Long: `List the stages of a packet's path through Linux, in the order of the path: the
kernel's function, the context in which it runs, what it does, the source file to
read, and what it costs a CPU of the simulation.`,
		Example: `  netkit kernel-path stages rx
  netkit kernel-path stages --explain
  netkit kernel-path stages --json | jq -r '.stages[]|select(.basis=="assumed").stage'`,
		Args:      cobra.MatchAll(cobra.MaximumNArgs(1), cobra.OnlyValidArgs),
		ValidArgs: []string{"rx", "tx"},
		RunE: func(_ *cobra.Command, args []string) error {
			costs, err := o.costTable()
			if err != nil {
				return err
			}
			return o.out.Write(s, listStages(costs, strings.Join(args, ""), explain))
		},
	}
	cmd.Flags().BoolVar(&explain, "explain", false, "say of each stage what it is for")
	cmd.Flags().StringArrayVar(&o.costs, "cost", nil, "a stage costs its CPU this much, as `STAGE=NS`. May be repeated")
	cmd.Flags().StringVar(&o.costFile, "cost-file", "", "costs from a `FILE` of such lines")
	o.out.AddFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: append(verbs("stages"), "netkit-kernel-path(1)")})
	return cmd
}

func listStages(t *stage.Table, side string, explain bool) *Stages {
	d := &Stages{SchemaVersion: 1, explain: explain}
	for _, s := range t {
		x := Stage{Name: s.Name, Side: string(s.ID.Side()), Context: string(s.Context), Does: s.Does, Source: s.Source, Cost: s.Cost, PerKB: s.PerKB,
			Basis: s.Basis, Explain: stage.Explain(s.Name)}
		if side == "" || x.Side == side || x.Side == string(stage.Both) {
			d.Stages = append(d.Stages, x)
		}
	}
	return d
}

// Records implements cli.Recorder.
func (d *Stages) Records() []any {
	var out []any
	for _, s := range d.Stages {
		out = append(out, s)
	}
	return out
}

// Cells implements cli.Doc.
func (d *Stages) Cells() cli.Cells {
	t := cli.Cells{Columns: []string{"stage", "side", "context", "cost ns", "per KiB", "basis", "source", "does"}}
	for _, s := range d.Stages {
		t.Rows = append(t.Rows, []string{s.Name, s.Side, s.Context, strconv.FormatInt(int64(s.Cost), 10), strconv.FormatInt(int64(s.PerKB), 10), s.Basis, s.Source, s.Does})
	}
	return t
}

// WriteText implements cli.Texter.
func (d *Stages) WriteText(w io.Writer, s *cli.Streams) error {
	if !d.explain {
		return d.writeTable(w)
	}
	for i, x := range d.Stages {
		if i > 0 {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
		cost := fmt.Sprintf("%d ns", x.Cost)
		if x.PerKB > 0 {
			cost += fmt.Sprintf(" and %d ns for each 1024 bytes", x.PerKB)
		}
		where := x.Context
		if x.Source != "" {
			where += ", " + x.Source
		}
		if _, err := fmt.Fprintf(w, "%s  (%s)\n%s\n%s\n", x.Name, where, wrap(x.Explain, s.Width(), "    "),
			wrap(fmt.Sprintf("cost: %s (%s)", cost, x.Basis), s.Width(), "    ")); err != nil {
			return err
		}
	}
	return nil
}

// writeTable writes the table with what the costs rest on below it.
func (d *Stages) writeTable(w io.Writer) error {
	c := d.Cells()
	const basis = 5
	var notes []string
	for _, row := range c.Rows {
		if row[basis] == stage.Assumed || row[basis] == stage.User {
			continue
		}
		i := slices.Index(notes, row[basis])
		if i < 0 {
			i = len(notes)
			notes = append(notes, row[basis])
		}
		row[basis] = fmt.Sprintf("[%d]", i+1)
	}
	if err := cli.WriteTable(w, c); err != nil {
		return err
	}
	for i, n := range notes {
		lead := ""
		if i == 0 {
			lead = "\n"
		}
		if _, err := fmt.Fprintf(w, "%s[%d] %s\n", lead, i+1, n); err != nil {
			return err
		}
	}
	return nil
}

// wrap breaks a text into indented lines.
func wrap(text string, width int, indent string) string {
	var b strings.Builder
	line := 0
	for i, word := range strings.Fields(text) {
		switch {
		case i == 0:
			b.WriteString(indent)
			line = len(indent)
		case line+1+len(word) > max(width, 40):
			b.WriteString("\n" + indent)
			line = len(indent)
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += len(word)
	}
	return b.String()
}

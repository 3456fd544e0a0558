// Package kernelpath is the command netkit kernel-path: how Linux receives and
// sends packets, on a simulated machine.
package kernelpath

import (
	"slices"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/kernelpath"
)

// NewCmd returns the command with its verbs.
func NewCmd(s *cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "kernel-path",
		Short: "How Linux receives and sends a packet: DMA, interrupt, softirq, NAPI, sk_buff, socket",
		Long: `Follow packets through a machine built as Linux builds it: the card's rings and
its DMA, the hard interrupt, the softirq and NAPI, GRO, IP, TCP and UDP, the
socket, the copy to the reader; and all the way back out.

The machine is simulated, in virtual time: each stage costs its CPU what a
table says (kernel-path stages), and everything else follows from that. Each
command runs a scenario and shows one side of it. The same command gives the same
output every time.`,
		Example: `  netkit kernel-path trace
  netkit kernel-path trace rx --packets 5000 --pps 2000000 --ring 256 --view lanes
  netkit kernel-path trace --scenario bulk --vary gro=on,off
  netkit kernel-path copies tx --proto udp --size 4000
  netkit kernel-path counters --scenario storm
  netkit kernel-path skb tx`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: verbs("")})
	cmd.AddCommand(newTrace(s), newCounters(s), newStages(s), newCopies(s), newSKB(s))
	return cmd
}

func exits() []cli.Entry {
	return []cli.Entry{
		{Term: "0", Text: "success"},
		{Term: "1", Text: "failure"},
		{Term: "2", Text: "bad usage"},
		{Term: "130", Text: "interrupted (SIGINT)"},
	}
}

// verbs are the manual pages of the others.
func verbs(self string) []string {
	var out []string
	for _, v := range []string{"trace", "counters", "stages", "copies", "skb"} {
		if v != self {
			out = append(out, "netkit-kernel-path-"+v+"(1)")
		}
	}
	return out
}

// sides are the arguments that choose the usual scenario of a direction.
var sides = map[string]kernelpath.Kind{"rx": kernelpath.Flood, "tx": kernelpath.Send}

// newVerb returns a verb that runs a scenario first.
func newVerb(s *cli.Streams, name, short, long, example string, o *options, run func(cmd *cobra.Command) error) *cobra.Command {
	cmd := &cobra.Command{
		Use:     name + " [rx|tx]",
		Short:   short,
		Long:    long,
		Example: example,
		Args: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) > 1:
				return cli.Usagef("one direction at most: rx or tx").WithHint("see %s --help", cmd.CommandPath())
			case len(args) == 1 && sides[args[0]] == "":
				return cli.Usagef("%q is no direction: rx or tx", args[0]).WithHint("a scenario is chosen with --scenario")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				o.side = args[0]
			}
			if err := o.complete(s); err != nil {
				return err
			}
			return run(cmd)
		},
		ValidArgs: []string{"rx", "tx"},
	}
	o.addFlags(cmd)
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: append(verbs(name), "netkit-kernel-path(1)"), Notes: []cli.Entry{
		{Term: "SCENARIOS", Text: scenarioText()},
		{Term: "COSTS", Text: "What a stage costs its CPU is a table: netkit kernel-path stages prints it with the source of each number. What has no source is a guess of the right order of magnitude, called assumed; times and rates depend on it. --cost and --cost-file change costs."},
	}})
	return cmd
}

func scenarioText() string {
	return "request: one TCP request to the host and its answer. bulk: a TCP transfer to the host (rx) or from it (tx). " +
		"flood: UDP datagrams of one flow at a rate, to a task that reads. storm: the smallest datagrams, of many flows. " +
		"incast: many machines send to the host at once, through a switch. slow-reader: the reader pauses after each read. " +
		"forward: the host is a router. send: the host sends messages of one size. " +
		"mixed: the host sends in bulk, and every millisecond a datagram, whose way to the other end is the latency. " +
		"Without --scenario it is request; with rx it is flood, with tx it is send."
}

func kindNames() []string {
	var out []string
	for _, k := range kernelpath.Kinds() {
		out = append(out, string(k))
	}
	return out
}

func knownKind(name string) bool { return slices.Contains(kindNames(), name) }

// Documents returns the form of every JSON document of the command, by the name
// of its schema.
func Documents() map[string]any {
	return map[string]any{
		"kernel-path-trace.json":    Trace{},
		"kernel-path-compare.json":  Comparison{},
		"kernel-path-counters.json": Counters{},
		"kernel-path-copies.json":   Copies{},
		"kernel-path-skb.json":      SKB{},
		"kernel-path-stages.json":   Stages{},
	}
}

package layer

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/hostif"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// NewCmd returns the command with its verbs.
func NewCmd(s *cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "layer",
		Short: "Packets layer by layer, on the TCP/IP and the OSI model",
		Long: `Take packets apart: every layer with its place in the TCP/IP and the OSI model,
every field with its value, its meaning and the bits that hold it.`,
		Example: `  netkit layer dump capture.pcapng
  netkit layer models`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: []string{"netkit-layer-dump(1)", "netkit-layer-models(1)"}})
	cmd.AddCommand(newDump(s), newModels(s), newSizes(s))
	return cmd
}

func exits() []cli.Entry {
	return []cli.Entry{
		{Term: "0", Text: "success"},
		{Term: "1", Text: "an input was damaged (what could be read of it has been shown), or the work failed"},
		{Term: "2", Text: "bad usage: a filter, a field or a time that is not understood"},
		{Term: "130", Text: "interrupted (SIGINT); a live capture has been ended in order"},
		{Term: "141", Text: "the reader of the output went away"},
	}
}

// Options are what the flags of netkit layer dump say.
type Options struct {
	Files []string // "-" is standard input
	Dev   string   // capture live from this interface instead

	Filter  string // in the language of tcpdump
	Display string // in the language of Wireshark's display filters
	Stream  string // N, tcp:N or udp:N
	Count   int64
	Skip    int64
	After   string
	Before  string
	Write   string // "-" is standard output

	OneLine, Hex, Stats, Diagram bool
	SVG                          string
	Columns                      string

	Time     string
	UTC      bool
	Names    bool
	Resolve  bool
	OUI      string
	Verbose  int
	Quiet    bool
	SnapLen  int
	NoMix    bool // not promiscuous
	NoReasm  bool
	NoChecks bool

	Output cli.Output

	words bool // the filter is words behind the files
}

func newDump(s *cli.Streams) *cobra.Command {
	o := &Options{}
	cmd := &cobra.Command{
		Use:   "dump [FILE]... [FILTER...]",
		Short: "Show packets layer by layer, from files or live",
		Long: `Show each packet as a tree of its layers and their fields, from capture files
(pcap and pcapng, also compressed with gzip or zstd), from standard input (also
named -), or live from an interface with --dev.

Words after the files are a filter in tcpdump's language, as if given with -f.`,
		Example: `  netkit layer dump capture.pcapng
  netkit fetch -s -o /dev/null --pcap - http://web.lab.test/ | netkit layer dump -
  netkit layer dump capture.pcap --oneline tcp port 80
  netkit layer dump capture.pcap -Y 'tcp.flags.syn == 1 && ip.ttl < 64'
  netkit layer dump capture.pcap -T frame.number,ip.src,tcp.len
  netkit layer dump capture.pcap -Y dns --diagram -c 1
  netkit layer dump --dev lo -f 'tcp port 80' -w web.pcapng`,
		Args: cobra.ArbitraryArgs,
		RunE: func(cmd *cobra.Command, args []string) error {
			for _, name := range []string{"dev", "write", "fields", "svg", "stream"} { // as "$UNSET" gives
				if fl := cmd.Flags().Lookup(name); fl.Changed && fl.Value.String() == "" {
					return cli.Usagef("--%s: an empty value", name)
				}
			}
			if err := o.operands(s, args); err != nil {
				return err
			}
			return o.Run(cmd.Context(), s)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return captureExtensions, cobra.ShellCompDirectiveFilterFileExt
		},
	}
	f := cmd.Flags()
	f.SortFlags = false
	f.StringVar(&o.Dev, "dev", "", "capture live from this `INTERFACE`, or any")
	f.StringVarP(&o.Filter, "filter", "f", "", "only packets that match this `FILTER` in tcpdump's language")
	f.StringVarP(&o.Display, "display-filter", "Y", "", "only packets that match this `FILTER` on fields, as tcp.flags.syn == 1")
	f.StringVar(&o.Stream, "stream", "", "only the TCP stream of this `NUMBER`, from 0; udp:NUMBER for UDP")
	f.Int64VarP(&o.Count, "count", "c", 0, "stop after this `NUMBER` of packets that match")
	f.Int64Var(&o.Skip, "skip", 0, "pass over the first `NUMBER` of packets that match")
	f.StringVar(&o.After, "after", "", "only packets from this `TIME` on: RFC 3339, or as 90 or 1m30s after the first packet")
	f.StringVar(&o.Before, "before", "", "only packets before this `TIME`")
	f.StringVarP(&o.Write, "write", "w", "", "write the packets that match to `FILE` and show none: pcapng, pcap if the name ends in .pcap, - for stdout")
	f.BoolVar(&o.OneLine, "oneline", false, "one line a packet, as tcpdump -nn has it")
	f.BoolVar(&o.Hex, "hex", false, "the tree, and below each layer its bytes")
	f.StringVarP(&o.Columns, "fields", "T", "", "these `FIELDS` as comma-separated values: ip.src,tcp.len; A|B takes either")
	f.BoolVar(&o.Stats, "stats", false, "protocols, conversations, endpoints, sizes and timeline instead of packets")
	f.BoolVar(&o.Diagram, "diagram", false, "draw each header as the RFCs do, filled with the packet's values")
	f.StringVar(&o.SVG, "svg", "", fmt.Sprintf("draw the headers of the first %d packets into `FILE`, - for stdout", layers.MaxSVG))
	o.Output.AddFlags(cmd)
	f.StringVar(&o.Time, "time", "absolute", "`FORM` of times: "+strings.Join(layers.TimeForms, ", "))
	f.BoolVar(&o.UTC, "utc", false, "times in UTC instead of the local zone")
	f.BoolVar(&o.Names, "names", false, "name the makers of network cards and the services of ports")
	f.BoolVar(&o.Resolve, "resolve", false, "ask the host's resolver for the names of addresses")
	f.StringVar(&o.OUI, "oui", "", "take the makers of network cards from this `FILE` first: the IEEE's CSV, Wireshark's manuf or arp-scan's form")
	f.CountVarP(&o.Verbose, "verbose", "v", "show all bytes of long fields, and what the first line of a packet says as fields, too")
	f.BoolVar(&o.NoReasm, "no-reassembly", false, "take each packet by itself: nothing is put together, no streams are counted")
	f.BoolVar(&o.NoChecks, "no-checksums", false, "do not verify checksums")
	f.IntVar(&o.SnapLen, "snaplen", 0, "live: keep at most this number of `BYTES` of a packet")
	f.BoolVarP(&o.NoMix, "no-promiscuous", "p", false, "live: only packets that concern this machine")
	f.BoolVarP(&o.Quiet, "quiet", "q", false, "no summary of a live capture")
	complete := func(flag string, list func() []string) {
		_ = cmd.RegisterFlagCompletionFunc(flag, func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return list(), cobra.ShellCompDirectiveNoFileComp
		})
	}
	complete("dev", deviceNames)
	complete("time", func() []string { return layers.TimeForms })
	_ = cmd.RegisterFlagCompletionFunc("fields", completeField)
	_ = cmd.RegisterFlagCompletionFunc("display-filter", completeField)
	cli.SetManual(cmd, manual())
	return cmd
}

var captureExtensions = []string{"pcap", "pcapng", "cap", "gz", "zst"}

func deviceNames() []string {
	list, err := hostif.Devices()
	if err != nil {
		return nil
	}
	var names []string
	for _, d := range list {
		names = append(names, d.Name)
	}
	return names
}

// completeField completes the last of several names of fields.
func completeField(_ *cobra.Command, _ []string, text string) ([]string, cobra.ShellCompDirective) {
	at := strings.LastIndexAny(text, ", |&!(") + 1
	var list []string
	for _, name := range fieldNames() {
		if strings.HasPrefix(name, text[at:]) {
			list = append(list, text[:at]+name)
		}
	}
	return list, cobra.ShellCompDirectiveNoFileComp | cobra.ShellCompDirectiveNoSpace
}

// fieldNames lists all fields that packets may have.
func fieldNames() []string {
	var list []string
	for _, p := range dissect.Protos() {
		for i := range p.Header {
			list = append(list, p.Header[i].Name)
		}
		for _, d := range p.Fields {
			list = append(list, d.Name)
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// location is the zone of times.
func (o *Options) location() *time.Location {
	if o.UTC {
		return time.UTC
	}
	return time.Local
}

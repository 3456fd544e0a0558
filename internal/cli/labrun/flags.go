// Package labrun gives a command its network: the flags that describe the lab,
// the capture and the trace, and a lab that does what they say.
package labrun

import (
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/lab"
)

// Flags are the flags of every command that sends packets.
type Flags struct {
	Dev string // "lab" or "host"

	Link  lab.Impairments
	MTU   int
	Seed  uint64
	Hosts int

	Pcap     string // file, "-" for stdout, "" for none
	Tap      []string
	Secrets  bool // TLS secrets into the capture
	TraceOut string

	WriteExit int // exit code for a capture or trace that cannot be written; 0: 1
}

// AddFlags gives cmd the flags.
func (f *Flags) AddFlags(cmd *cobra.Command) {
	s := cmd.Flags()
	s.StringVar(&f.Dev, "dev", "lab", "network `DEVICE`: lab (our own stack) or host (the kernel's sockets)")
	s.Var(share{&f.Link.Loss}, "loss", "lose this `SHARE` of the frames, as 5%")
	s.Var(delay{&f.Link.Delay}, "delay", "delay frames by this `TIME` one way, as 20ms")
	s.Var(delay{&f.Link.Jitter}, "jitter", "delay each frame by up to this `TIME` more")
	s.Var(rate{&f.Link.Rate}, "rate", "links have this `RATE`, as 10mbit")
	s.Var(share{&f.Link.Reorder}, "reorder", "hold back this `SHARE` of the frames so that others pass them")
	s.Var(share{&f.Link.Duplicate}, "duplicate", "duplicate this `SHARE` of the frames")
	s.Var(share{&f.Link.Corrupt}, "corrupt", "invert a bit in this `SHARE` of the frames")
	s.IntVar(&f.MTU, "mtu", 0, "MTU of the client's LAN in `BYTES`, 68 to 1500 (default 1500)")
	s.Uint64Var(&f.Seed, "seed", 0, "`NUMBER` that random events come from")
	s.IntVar(&f.Hosts, "hosts", 0, "`NUMBER` of further hosts on the client's LAN")
	s.StringVar(&f.Pcap, "pcap", "", "write packets to `FILE` as pcapng, - for stdout")
	s.StringSliceVar(&f.Tap, "tap", nil, "capture at `HOST`: client, all, or names of lab hosts (default client)")
	s.BoolVar(&f.Secrets, "pcap-secrets", false, "put the secrets of TLS connections into the capture: whoever has it can read them")
	s.StringVar(&f.TraceOut, "trace-out", "", "write the run's timeline to `FILE` as Chrome trace JSON, which Perfetto opens")
	_ = cmd.RegisterFlagCompletionFunc("dev", cobra.FixedCompletions([]string{"lab", "host"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("tap", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return append([]string{"all"}, hostNames()...), cobra.ShellCompDirectiveNoFileComp
	})
}

// Check refuses flags that do not go together.
func (f *Flags) Check() error {
	switch f.Dev {
	case "lab":
	case "host":
		switch {
		case f.Link != lab.Impairments{} || f.MTU != 0 || f.Hosts != 0:
			return cli.Usagef("impairments, --mtu and --hosts describe the lab: --dev host uses the kernel's network as it is")
		case f.Pcap != "" || f.TraceOut != "" || len(f.Tap) > 0 || f.Secrets:
			return cli.Usagef("--pcap, --tap and --trace-out need our own stack: --dev host uses the kernel's").
				WithHint("leave out --dev host, or capture with tcpdump")
		}
	default:
		return cli.Usagef("unknown device %q: lab or host", f.Dev)
	}
	if len(f.Tap) > 0 && f.Pcap == "" {
		return cli.Usagef("--tap says where to capture, but there is no --pcap FILE")
	}
	if f.Secrets && f.Pcap == "" {
		return cli.Usagef("--pcap-secrets puts secrets into a capture, but there is no --pcap FILE")
	}
	known := hostNames()
	for _, t := range f.Tap {
		name := strings.TrimSuffix(t, "."+lab.Domain)
		found := t == "all"
		for _, k := range known {
			found = found || k == name
		}
		if n, ok := strings.CutPrefix(name, "host"); ok && !found {
			_, err := strconv.Atoi(n)
			found = err == nil && f.Hosts > 0
		}
		if !found {
			return cli.Usagef("--tap %s: no such host in the lab", t).WithHint("all, or of %s; see netkit lab show", strings.Join(known, ", "))
		}
	}
	if err := f.Link.Check(); err != nil {
		return cli.Usagef("%s", strings.TrimPrefix(err.Error(), lab.ErrImpairment.Error()+": "))
	}
	return nil
}

// hostNames lists the hosts of the lab that can be tapped.
func hostNames() []string { return []string{"client", "peer", "printer", "r1", "dns", "web", "gw"} }

// share is a flag for a share of frames.
type share struct{ v *float64 }

func (f share) Type() string { return "SHARE" }
func (f share) String() string {
	if *f.v == 0 {
		return "" // no default to speak of
	}
	return strconv.FormatFloat(*f.v*100, 'g', -1, 64) + "%"
}
func (f share) Set(s string) error {
	n, err := lab.ParseShare(s)
	if err != nil {
		return cli.Usagef("%s", err)
	}
	*f.v = n
	return nil
}

// delay is a flag for a time with its unit.
type delay struct{ v *time.Duration }

func (f delay) Type() string { return "TIME" }
func (f delay) String() string {
	if *f.v == 0 {
		return ""
	}
	return f.v.String()
}
func (f delay) Set(s string) error {
	d, err := time.ParseDuration(s)
	if err != nil || d < 0 {
		return cli.Usagef("%q is no time: a number with ns, us, ms, s or m", s)
	}
	*f.v = d
	return nil
}

// RateFlag returns a flag's value for a rate in bits per second.
func RateFlag(v *int64) pflag.Value { return rate{v} }

// rate is a flag for bits per second.
type rate struct{ v *int64 }

func (f rate) Type() string   { return "RATE" }
func (f rate) String() string { return strconv.FormatInt(*f.v, 10) }
func (f rate) Set(s string) error {
	n, err := lab.ParseRate(s)
	if err != nil {
		return cli.Usagef("%s", err)
	}
	*f.v = n
	return nil
}

package subnet

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/netip"
	"slices"
	"sync"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// NewCmd returns the command netkit subnet with all its verbs.
func NewCmd(s *cli.Streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "subnet",
		Short: "Address and prefix arithmetic, IPv4 and IPv6, at any size",
		Long: `Calculate with addresses, networks and ranges: facts, splitting and planning,
sets of any number of prefixes, longest-prefix lookup, listing, predicates.

An ITEM is an address, a network or a range in any form: 192.0.2.1/26,
192.0.2.1/255.255.255.192, /0.0.0.63, /0xffffffc0, 192.0.2.5-192.0.2.9,
192.0.2.5:+4, 3221225985, 0xc0000201, fe80::1%eth0, an interface name, a line of
"ip route" or "ip addr", an access list entry. An OPERAND is an ITEM, the name of
a file of them, or - for standard input; @NAME is always a file.`,
		Example: `  netkit subnet calc 192.168.10.77/26
  netkit subnet split 10.0.0.0/8 --hosts 500,100,50,10
  netkit subnet exclude 0.0.0.0/0 192.168.0.0/16 --separator ', '
  ip route | netkit subnet merge
  netkit subnet contains 10.0.0.0/8 10.1.2.3 && echo inside`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cli.SetManual(cmd, cli.Manual{Exit: exits(), SeeAlso: []string{"netkit-subnet-calc(1)", "netkit-subnet-merge(1)", "netkit-subnet-lookup(1)"}})
	cmd.AddCommand(
		newCalc(s), newSplit(s), newPlan(s),
		newMerge(s), newExclude(s), newIntersect(s), newDiff(s), newFree(s),
		newRange(s), newList(s), newRandom(s), newLookup(s),
		newContains(s), newOverlaps(s), newEqual(s), newPrivate(s),
	)
	return cmd
}

// interfaceAddrs returns the addresses of an interface of this host. The host is
// asked once: a long input may hold many words that could be names.
func interfaceAddrs(name string) ([]netip.Prefix, error) {
	all, err := interfaces()
	if err != nil {
		return nil, err
	}
	p, ok := all[name]
	if !ok {
		return nil, errors.New("there is no interface of that name")
	}
	return p, nil
}

var interfaces = sync.OnceValues(func() (map[string][]netip.Prefix, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("the interfaces cannot be listed: %w", err)
	}
	all := make(map[string][]netip.Prefix, len(list))
	for _, ifi := range list {
		addrs, err := ifi.Addrs()
		if err != nil {
			return nil, fmt.Errorf("the interfaces cannot be listed: %w", err)
		}
		all[ifi.Name] = nil
		for _, a := range addrs {
			if n, ok := a.(*net.IPNet); ok {
				ip, ok := netip.AddrFromSlice(n.IP)
				bits, _ := n.Mask.Size()
				if ok {
					all[ifi.Name] = append(all[ifi.Name], netip.PrefixFrom(ip.Unmap(), bits))
				}
			}
		}
	}
	return all, nil
})

// completeOperand knows the host's interfaces; the shell adds the files.
func completeOperand(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	all, err := interfaces()
	if err != nil {
		return nil, cobra.ShellCompDirectiveDefault
	}
	return slices.Sorted(maps.Keys(all)), cobra.ShellCompDirectiveDefault
}

// options are what all verbs share.
type options struct {
	s      *cli.Streams
	out    cli.Output
	strict bool
	name   string // the command's path, for messages
	exit   int    // the exit code for input that is not understood
}

func newOptions(s *cli.Streams, format cli.Format) options {
	return options{s: s, out: cli.Output{Format: format}, exit: cli.ExitFailure}
}

// begin notes which command runs, and makes its streams end when ctx does.
func (o *options) begin(cmd *cobra.Command) {
	o.name = cmd.CommandPath()
	s := *o.s
	ctx := cmd.Context()
	s.In, s.Out = interruptible{ctx: ctx, r: s.In}, interruptible{ctx: ctx, w: s.Out, exit: o.exit}
	o.s = &s
}

// interruptible ends a read that waits, and the next write, when its context
// ends. A read that is left behind keeps its buffer until it returns, so it has
// one of its own.
type interruptible struct {
	ctx context.Context
	r   io.Reader
	w   io.Writer

	exit int // the exit code when w fails: a predicate's must not read as "no"
}

func (i interruptible) Read(p []byte) (int, error) {
	type result struct {
		n   int
		err error
	}
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	buf := make([]byte, len(p))
	done := make(chan result, 1)
	go func() {
		n, err := i.r.Read(buf)
		done <- result{n, err}
	}()
	select {
	case r := <-done:
		return copy(p, buf[:r.n]), r.err
	case <-i.ctx.Done():
		return 0, context.Cause(i.ctx)
	}
}

func (i interruptible) Write(p []byte) (int, error) {
	if i.ctx.Err() != nil {
		return 0, context.Cause(i.ctx)
	}
	n, err := i.w.Write(p)
	if err != nil && !errors.Is(err, syscall.EPIPE) && !errors.Is(err, io.ErrClosedPipe) {
		err = &cli.Error{Code: "write", Exit: i.exit, Message: err.Error(), Err: err}
	}
	return n, err
}

func (o *options) addFlags(cmd *cobra.Command) {
	o.out.AddFlags(cmd)
	cmd.ValidArgsFunction = completeOperand
	cmd.Flags().BoolVar(&o.strict, "strict", false, "stop at the first item that is not understood")
}

// exclusive refuses a command line with more than one of some flags.
func exclusive(cmd *cobra.Command, flags ...string) error {
	first := ""
	for _, f := range flags {
		switch {
		case !cmd.Flags().Changed(f):
		case first == "":
			first = f
		default:
			return cli.Usagef("--%s and --%s do not go together", first, f)
		}
	}
	return nil
}

func exits(more ...cli.Entry) []cli.Entry {
	list := []cli.Entry{
		{Term: "0", Text: "success"},
		{Term: "1", Text: "a line of the input was not understood, or the work failed"},
		{Term: "2", Text: "bad usage, or an operand that is not understood"},
	}
	if more != nil {
		list = more
	}
	return append(list, cli.Entry{Term: "130", Text: "interrupted (SIGINT)"}, cli.Entry{Term: "141", Text: "the reader of the output went away"})
}

// prefixLengthFlag checks a flag that holds a prefix length.
func prefixLengthFlag(flag string, n, lo, width int) error {
	if n < lo || n > width {
		return cli.Usagef("--%s %d is outside %d to %d", flag, n, lo, width)
	}
	return nil
}

// one reads an operand that must be a single network.
func (o *options) one(what, text string) (netip.Prefix, error) {
	in := o.input()
	var got []subnet.Item
	if err := in.operands([]string{text}, func(it subnet.Item) error { got = append(got, it); return nil }); err != nil {
		return netip.Prefix{}, err
	}
	if len(got) == 1 {
		if p, ok := got[0].Prefix(); ok {
			return p, nil
		}
	}
	return netip.Prefix{}, &cli.Error{Code: "input", Exit: o.exit, Message: what + " must be one network, which " + text + " is not"}
}

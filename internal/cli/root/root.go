// Package root puts netkit's command tree together and runs it.
package root

//go:generate go run github.com/netkit-go/netkit/internal/cli/gen -o ../../..

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
)

// Main runs the command line args and returns the exit code.
func Main(ctx context.Context, s *cli.Streams, args []string) int {
	cmd, started := New(s)
	help := &watched{w: s.Out}
	cmd.SetOut(help)
	cmd.SetArgs(args)
	ran, err := cmd.ExecuteContextC(ctx)
	if help.err != nil && (err == nil || errors.Is(err, help.err)) {
		err, *started = help.err, true
	}
	if err == nil {
		return cli.ExitOK
	}
	asJSON := cli.WantsMachine(args)
	if f := ran.Flags().Lookup("format"); f != nil && cli.Format(f.Value.String()).Machine() {
		asJSON = true
	}
	var e *cli.Error
	if !*started && !errors.As(err, &e) {
		// What cobra itself refuses is the command line's fault.
		err = cli.Usagef("%s", strings.TrimSpace(err.Error())).WithHint("see %s --help", ran.CommandPath())
	}
	if cause := context.Cause(ctx); cause != nil {
		err = interrupted(cause, err)
	}
	return cli.Report(s, ran.CommandPath(), err, asJSON)
}

// watched remembers that writing failed: cobra's own texts do not look.
type watched struct {
	w   io.Writer
	err error
}

func (w *watched) Write(p []byte) (int, error) {
	n, err := w.w.Write(p)
	if w.err == nil {
		w.err = err
	}
	return n, err
}

// interrupted makes what failed because of a signal say so, unless the command
// has reported it already.
func interrupted(cause, err error) error {
	d := *cli.Describe(cause)
	d.Reported = cli.Describe(err).Reported
	return &d
}

// New returns the command tree, and where it notes that a command line was
// understood and its command started.
func New(s *cli.Streams) (cmd *cobra.Command, started *bool) {
	started = new(bool)
	noConfig := false
	cmd = &cobra.Command{
		Use:   "netkit",
		Short: "Network utilities over a userspace TCP/IP stack and a simulated NIC",
		Long: `netkit is a set of network utilities over its own userspace TCP/IP stack and a
simulated network card. Without root and without anything to set up, every
packet of a run is made, queued, switched, routed and received inside the process,
and can be looked at.`,
		Example: `  netkit fetch http://web.lab.test/
  netkit fetch https://example.com/ --pcap page.pcapng -o page.html
  netkit lab show`,
		Version:       build().String(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error {
			if err := cli.Configure(s, cmd, noConfig); err != nil {
				return err
			}
			// Cobra checks these after this function, when what it finds could
			// no longer be told from a failure of the command.
			if err := errors.Join(cmd.ValidateRequiredFlags(), cmd.ValidateFlagGroups()); err != nil {
				return err
			}
			*started = true
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.SetIn(s.In)
	cmd.SetOut(s.Out)
	cmd.SetErr(s.Err)
	cmd.SetVersionTemplate("netkit {{.Version}}\n")
	cmd.PersistentFlags().BoolVar(&noConfig, "no-config", false, "do not read the configuration file")
	cmd.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		var e *cli.Error
		if errors.As(err, &e) && e.Hint != "" {
			return e
		}
		return cli.Usagef("%s", err.Error()).WithHint("see %s --help", c.CommandPath())
	})
	cli.SetManual(cmd, cli.Manual{
		Exit:        commonExit(),
		Environment: environment(),
		Files:       []cli.Entry{{Term: "$XDG_CONFIG_HOME/netkit/config.yaml", Text: "Defaults for flags: the flag's name under its command's name. ~/.config is used when XDG_CONFIG_HOME is not set."}},
	})
	cmd.AddCommand(commands(s)...)
	strict(cmd)
	return cmd, started
}

// strict makes cobra's own commands refuse what they do not know: they would print
// help and succeed.
func strict(root *cobra.Command) {
	root.InitDefaultCompletionCmd()
	root.InitDefaultHelpCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
		case "help":
			c.Run = nil
			c.RunE = func(c *cobra.Command, args []string) error {
				about, rest, err := c.Root().Find(args)
				if err != nil || len(rest) > 0 {
					return cli.Usagef("there is no command %q to help with", strings.Join(args, " ")).WithHint("see %s --help", c.Root().Name())
				}
				about.InitDefaultHelpFlag()
				return about.Help()
			}
		}
	}
}

func commonExit() []cli.Entry {
	return []cli.Entry{
		{Term: "0", Text: "success"},
		{Term: "1", Text: "failure"},
		{Term: "2", Text: "bad usage"},
		{Term: "129", Text: "the terminal went away (SIGHUP)"},
		{Term: "130", Text: "interrupted (SIGINT)"},
		{Term: "141", Text: "the reader of the output went away (SIGPIPE)"},
		{Term: "143", Text: "terminated (SIGTERM)"},
	}
}

func environment() []cli.Entry {
	return []cli.Entry{
		{Term: "NETKIT_COMMAND_FLAG", Text: "Default of a command's flag, as NETKIT_FETCH_MAX_TIME=10. NETKIT_FORMAT holds for all commands. The environment wins over the configuration file, the command line over both."},
		{Term: "NETKIT_CONFIG", Text: "The configuration file to read instead of the usual one."},
		{Term: "NETKIT_NO_CONFIG", Text: "When not empty: as --no-config."},
		{Term: "NO_COLOR, CLICOLOR, CLICOLOR_FORCE, TERM", Text: "Whether output is coloured. Without them it is on a terminal that is not dumb."},
		{Term: "COLUMNS", Text: "Width of drawings; else the terminal's, else 80."},
	}
}

// Package fetch is the command netkit fetch.
package fetch

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// Raw is the command's own format: the bodies as they are.
const Raw cli.Format = "body"

// Options are what the flags of netkit fetch say.
type Options struct {
	URLs   []string
	Output cli.Output // Raw, or a document of the result
	Net    labrun.Flags

	Targets          []Target // -o and -O in their order
	RemoteHeaderName bool
	OutputDir        string
	CreateDirs       bool
	Continue         string
	DumpHeader       string
	Silent           bool
	ShowError        bool
	Verbose          bool
	Head             bool
	Include          bool
	WriteOut         string
	Fail             bool
	FailWithBody     bool
	MaxFileSize      int64
	Compressed       bool
	Timing           bool
	Explain          Explain

	Location    bool
	MaxRedirs   int
	Method      string
	Header      []string
	UserAgent   string
	Referer     string
	Range       string
	User        string
	Netrc       bool
	NetrcFile   string
	Cookie      []string
	CookieJar   string
	JunkSession bool

	Data   []Data
	Get    bool
	Form   []Field
	Upload []string

	IPv4, IPv6   bool
	Resolve      []string
	ConnectTo    []string
	Proxy        string
	ProxySet     bool // -x was given, perhaps empty
	ProxyUser    string
	NoProxy      string
	ProxyTunnel  bool
	Insecure     bool
	CACert       string
	Cert, Key    string
	TLS12, TLS13 bool
	TLSMax       string

	ConnectTimeout time.Duration
	MaxTime        time.Duration
	LimitRate      int64
	Retry          int
	RetryDelay     time.Duration
	RetryMaxTime   time.Duration
	RetryRefused   bool
	RetryAll       bool
}

// NewCmd returns the command.
func NewCmd(s *cli.Streams) *cobra.Command {
	o := &Options{Output: cli.Output{Format: Raw}}
	cmd := &cobra.Command{
		Use:   "fetch URL...",
		Short: "Fetch URLs with curl's habits, over netkit's own TCP/IP stack",
		Long: `Fetch URLs over HTTP/1.1 and TLS and write their bodies to stdout.

Names under lab.test are served by a network inside the process; every other
destination is reached through the lab's uplink, so that no privilege is needed.
All packets between the client and the lab's servers, or its uplink, are netkit's own:
--pcap shows them. A run in which everything is plain http under lab.test happens in
virtual time and gives the same packets every time.`,
		Example: `  netkit fetch http://web.lab.test/
  netkit fetch -sS -o page.html -w '%{http_code} %{time_total}\n' https://example.com/
  netkit fetch -IL http://web.lab.test/redirect/3
  netkit fetch -d a=1 -H 'X-A: b' http://web.lab.test/echo
  netkit fetch --json http://web.lab.test/ | jq .status
  netkit fetch -s -o /dev/null --pcap - http://web.lab.test/ | tshark -r -
  netkit fetch -s -o /dev/null --loss 3% --delay 10ms --tap all --pcap all.pcapng http://web.lab.test/bytes/300000`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return cli.Usagef("no URL given").WithHint("see %s --help", cmd.CommandPath())
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			o.URLs = args
			o.ProxySet = cmd.Flags().Changed("proxy")
			return o.Run(cmd.Context(), s)
		},
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return labURLs(), cobra.ShellCompDirectiveNoSpace | cobra.ShellCompDirectiveNoFileComp
		},
	}
	o.addFlags(cmd)
	cli.SetManual(cmd, manual())
	return cmd
}

// labURLs lists pages of the lab, for completion.
func labURLs() []string {
	var out []string
	for _, p := range []string{"", "bytes/", "status/", "redirect/", "echo", "headers", "gzip", "range/"} {
		out = append(out, "http://web.lab.test/"+p)
	}
	return out
}

// header reads the -H lines.
func (o *Options) header(s *cli.Streams) ([]fetch.Line, error) {
	var list []fetch.Line
	lines, err := o.headerLines(s)
	if err != nil {
		return nil, err
	}
	for _, h := range lines {
		l, err := fetch.ParseLine(h)
		if err != nil {
			return nil, usage(err)
		}
		if strings.EqualFold(l.Name, "Transfer-Encoding") || strings.EqualFold(l.Name, "Content-Length") && !l.Remove {
			return nil, cli.Usagef("header %s is netkit's to send: it says how long the body is", l.Name)
		}
		list = append(list, l)
	}
	return list, nil
}

// headerLines replaces @FILE by the file's lines.
func (o *Options) headerLines(s *cli.Streams) ([]string, error) {
	var list []string
	for _, h := range o.Header {
		name, ok := strings.CutPrefix(h, "@")
		if !ok {
			list = append(list, h)
			continue
		}
		b, err := readInput(s, name)
		if err != nil {
			return nil, readError(err)
		}
		for line := range strings.Lines(string(b)) {
			if line = strings.TrimRight(line, "\r\n"); line != "" {
				list = append(list, line)
			}
		}
	}
	return list, nil
}

func usage(err error) error {
	var e *fetch.Error
	if errors.As(err, &e) {
		return &cli.Error{Code: "usage", Exit: cli.ExitUsage, Message: e.Message, Hint: e.Hint}
	}
	return err
}

// Run fetches.
func (o *Options) Run(ctx context.Context, s *cli.Streams) error {
	r := &runner{o: o, s: s, sig: ctx}
	return r.run(ctx)
}

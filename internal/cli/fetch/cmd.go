// Package fetch is the command netkit fetch.
package fetch

import (
	"context"
	"errors"
	"path"
	"strconv"
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

	Files      []string // -o, for one URL after the other; "-" is stdout
	RemoteName bool     // -O
	Silent     bool
	ShowError  bool
	Verbose    bool
	Head       bool
	Include    bool
	Location   bool
	MaxRedirs  int
	Method     string
	Header     []string
	Data       []Data
	UserAgent  string
	Fail       bool
	WriteOut   string

	IPv4, IPv6     bool
	Resolve        []string
	Insecure       bool
	CACert         string
	ConnectTimeout time.Duration
	MaxTime        time.Duration
}

// Data is one -d or --data-raw.
type Data struct {
	Text string
	Raw  bool // an @ is an @
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

func (o *Options) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringArrayVarP(&o.Files, "output", "o", nil, "write the body to `FILE`, - for stdout; once for each URL")
	f.BoolVarP(&o.RemoteName, "remote-name", "O", false, "write each body to a file named as the last part of its URL")
	f.BoolVarP(&o.Silent, "silent", "s", false, "no progress and no error messages")
	f.BoolVarP(&o.ShowError, "show-error", "S", false, "error messages also with -s")
	f.BoolVarP(&o.Verbose, "verbose", "v", false, "tell on stderr what is sent and received")
	f.BoolVarP(&o.Head, "head", "I", false, "ask for the head only, and print it")
	f.BoolVarP(&o.Include, "include", "i", false, "print the response's head before its body")
	f.BoolVarP(&o.Location, "location", "L", false, "follow redirects")
	f.IntVar(&o.MaxRedirs, "max-redirs", 50, "follow up to `NUMBER` redirects, -1 for any number")
	f.StringVarP(&o.Method, "request", "X", "", "use this `METHOD`, also after redirects")
	f.StringArrayVarP(&o.Header, "header", "H", nil, "send this header `LINE`; 'Name:' sends none of that name, 'Name;' an empty one")
	f.VarP(dataFlag{&o.Data, false}, "data", "d", "send `DATA` as a form, @FILE from a file, @- from stdin; several are joined by &")
	f.Var(dataFlag{&o.Data, true}, "data-raw", "send `DATA` as it is")
	f.StringVarP(&o.UserAgent, "user-agent", "A", "netkit", "`NAME` of the client; an empty one sends none")
	f.BoolVarP(&o.Fail, "fail", "f", false, "fail with exit code 22 on a status of 400 or more")
	f.StringVarP(&o.WriteOut, "write-out", "w", "", "print `FORMAT` after each URL, @FILE from a file; %{variables} as curl's")
	f.BoolVarP(&o.IPv4, "ipv4", "4", false, "use IPv4 only")
	f.BoolVarP(&o.IPv6, "ipv6", "6", false, "use IPv6 only")
	f.StringArrayVar(&o.Resolve, "resolve", nil, "use `HOST:PORT:ADDRESS[,ADDRESS]` instead of the DNS; * for any host")
	f.BoolVarP(&o.Insecure, "insecure", "k", false, "do not verify the server's certificate")
	f.StringVar(&o.CACert, "cacert", "", "trust the certificate authorities in this PEM `FILE` instead of the system's")
	f.Var(secondsFlag{&o.ConnectTimeout}, "connect-timeout", "limit look-up, connection and TLS handshake to `SECONDS`")
	f.VarP(secondsFlag{&o.MaxTime}, "max-time", "m", "limit each URL to `SECONDS`")
	o.Output.AddFlags(cmd)
	f.Lookup("format").Usage = "print a document of the result as `FORMAT`: " + strings.Join(cli.Formats(), ", ")
	o.Net.AddFlags(cmd)
}

type dataFlag struct {
	list *[]Data
	raw  bool
}

func (dataFlag) Type() string   { return "DATA" }
func (dataFlag) String() string { return "" }
func (f dataFlag) Set(s string) error {
	*f.list = append(*f.list, Data{s, f.raw})
	return nil
}

// secondsFlag is a time in seconds with decimals, as curl has it.
type secondsFlag struct{ v *time.Duration }

func (secondsFlag) Type() string { return "SECONDS" }
func (f secondsFlag) String() string {
	return strconv.FormatFloat(f.v.Seconds(), 'g', -1, 64)
}
func (f secondsFlag) Set(s string) error {
	n, err := strconv.ParseFloat(s, 64)
	if err != nil || !(n >= 0 && n < 1e9) {
		return cli.Usagef("%q is no number of seconds", s)
	}
	*f.v = time.Duration(n * float64(time.Second))
	return nil
}

// job is one URL and where it goes.
type job struct {
	url  *fetch.URL
	file string // "" or "-": stdout
}

// jobs checks what can be checked before anything is sent.
func (o *Options) jobs() ([]job, error) {
	if err := o.Net.Check(); err != nil {
		return nil, err
	}
	var list []job
	stdout := false // a body goes there
	for i, s := range o.URLs {
		u, err := fetch.ParseURL(s)
		if err != nil {
			return nil, err
		}
		j := job{url: u}
		switch {
		case i < len(o.Files):
			j.file = o.Files[i]
		case o.RemoteName:
			if j.file = path.Base(u.Path); strings.HasSuffix(u.Path, "/") || j.file == "/" || j.file == "." || j.file == ".." {
				return nil, &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile,
					Message: "the URL " + u.String() + " ends without a file name", Hint: "name one with -o"}
			}
		}
		stdout = stdout || (j.file == "" || j.file == "-") && o.Output.Format == Raw || j.file == "-"
		list = append(list, j)
	}
	switch {
	case o.IPv4 && o.IPv6:
		return nil, cli.Usagef("-4 and -6 together leave no address")
	case o.Head && len(o.Data) > 0:
		return nil, cli.Usagef("-I asks for a head and -d sends a body: use one of them")
	case o.WriteOut != "" && o.Output.Format != Raw:
		return nil, cli.Usagef("-w prints to stdout, where the %s document goes", o.Output.Format).
			WithHint("the document has what -w can print")
	case o.Output.Format != Raw && (o.Include || hasStdout(o.Files)):
		return nil, cli.Usagef("stdout takes the %s document: the body goes to -o FILE, or into the document", o.Output.Format)
	case (o.Net.Pcap == "-" || o.Net.TraceOut == "-") && (stdout || o.WriteOut != "" || o.Output.Format != Raw || o.Net.Pcap == o.Net.TraceOut):
		return nil, cli.Usagef("stdout takes the packets of --pcap - or the timeline of --trace-out -, so nothing else can go there").
			WithHint("write the body with -o FILE, or drop it with -o /dev/null")
	}
	return list, nil
}

func hasStdout(files []string) bool {
	for _, f := range files {
		if f == "-" {
			return true
		}
	}
	return false
}

// header reads the -H lines.
func (o *Options) header() ([]fetch.Line, error) {
	var list []fetch.Line
	for _, h := range o.Header {
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

func usage(err error) error {
	var e *fetch.Error
	if errors.As(err, &e) {
		return &cli.Error{Code: "usage", Exit: cli.ExitUsage, Message: e.Message, Hint: e.Hint}
	}
	return err
}

// body reads what -d and --data-raw send. As with curl, line breaks and NUL bytes
// of files are left out.
func (o *Options) body(s *cli.Streams) (*fetch.Body, error) {
	if len(o.Data) == 0 {
		return nil, nil
	}
	var all []byte
	for i, d := range o.Data {
		if i > 0 {
			all = append(all, '&')
		}
		if d.Raw || !strings.HasPrefix(d.Text, "@") {
			all = append(all, d.Text...)
			continue
		}
		data, err := readInput(s, d.Text[1:])
		if err != nil {
			return nil, &fetch.Error{Code: fetch.ReadError, Layer: fetch.LayerFile, Message: "cannot read " + err.Error(), Err: err}
		}
		for _, c := range data {
			if c != '\r' && c != '\n' && c != 0 {
				all = append(all, c)
			}
		}
	}
	return fetch.BytesBody(all, "application/x-www-form-urlencoded"), nil
}

// Run fetches.
func (o *Options) Run(ctx context.Context, s *cli.Streams) error {
	r := &runner{o: o, s: s, sig: ctx}
	return r.run(ctx)
}

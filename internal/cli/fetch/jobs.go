package fetch

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// job is one URL, what is sent to it and where its answer goes.
type job struct {
	url    *fetch.URL
	target Target
	file   string      // "" or "-": stdout
	upload string      // -T; "": none
	body   *fetch.Body // nil: none
}

// jobs checks what can be checked before anything is sent.
func (o *Options) jobs(s *cli.Streams) ([]job, error) {
	if err := o.Net.Check(); err != nil {
		return nil, err
	}
	if err := o.Explain.settle(o); err != nil {
		return nil, err
	}
	if err := o.conflicts(); err != nil {
		return nil, err
	}
	query := ""
	if o.Get && len(o.Data) > 0 {
		b, err := o.joined(s)
		if err != nil {
			return nil, err
		}
		query = string(b)
	}
	var list []job
	stdout := o.DumpHeader == "-" || o.CookieJar == "-" || o.Explain.On() && o.Explain.file == "" // something goes there
	for i, text := range o.URLs {
		u, err := fetch.ParseURL(text)
		if err != nil {
			return nil, err
		}
		if query != "" {
			u.AddQuery(query)
		}
		j := job{url: u, target: o.target(i)}
		if i < len(o.Upload) {
			j.upload = o.Upload[i]
			uploadURL(u, j.upload)
			if j.body, err = upload(s, j.upload); err != nil {
				return nil, err
			}
		}
		j.file = o.place(j.target, u)
		stdout = stdout || (j.file == "" || j.file == "-") && o.Output.Format == Raw || j.file == "-"
		if o.Continue != "" && (j.file == "" || j.file == "-") {
			return nil, cli.Usagef("-C continues a file: name it with -o, or take that of the URL with -O")
		}
		list = append(list, j)
	}
	if (o.Net.Pcap == "-" || o.Net.TraceOut == "-") && (stdout || o.WriteOut != "" || o.Output.Format != Raw || o.Net.Pcap == o.Net.TraceOut) {
		return nil, cli.Usagef("stdout takes the packets of --pcap - or the timeline of --trace-out -, so nothing else can go there").
			WithHint("write the body with -o FILE, or drop it with -o /dev/null")
	}
	return list, o.clash(list)
}

// clash finds a file that two kinds of output would both write, so that one
// would be lost.
func (o *Options) clash(list []job) error {
	used := map[string]string{}
	take := func(flag, name string) error {
		if name == "" || name == "-" || name == os.DevNull {
			return nil
		}
		if path, err := filepath.Abs(name); err == nil {
			name = path
		}
		if other := used[name]; other != "" && other != flag {
			return cli.Usagef("%s and %s name the same file: one would overwrite the other", other, flag)
		}
		used[name] = flag
		return nil
	}
	err := take("--pcap", o.Net.Pcap)
	for _, out := range []struct{ flag, name string }{{"--trace-out", o.Net.TraceOut}, {"-D", o.DumpHeader}, {"-c", o.CookieJar}, {"--explain", o.Explain.file}} {
		if err == nil {
			err = take(out.flag, out.name)
		}
	}
	for _, j := range list {
		if err == nil {
			err = take("-o", j.file)
		}
	}
	return err
}

// conflicts finds flags that cannot be together.
func (o *Options) conflicts() error {
	sent := 0
	for _, has := range []bool{len(o.Data) > 0, len(o.Form) > 0, len(o.Upload) > 0} {
		if has {
			sent++
		}
	}
	switch {
	case o.IPv4 && o.IPv6:
		return cli.Usagef("-4 and -6 together leave no address")
	case sent > 1:
		return cli.Usagef("-d, -F and -T each say what is sent: use one of them")
	case o.Head && (sent > 0 && !o.Get || len(o.Form) > 0 || len(o.Upload) > 0):
		return cli.Usagef("-I asks for a head, and -d, -F and -T send a body: use one of them")
	case o.Get && len(o.Form)+len(o.Upload) > 0:
		return cli.Usagef("-G puts the data of -d into the URL: -F and -T have none")
	case o.WriteOut != "" && o.Output.Format != Raw:
		return cli.Usagef("-w prints to stdout, where the %s document goes", o.Output.Format).
			WithHint("the document has what -w can print")
	case o.Output.Format != Raw && (o.Include || hasStdout(o.Targets)):
		return cli.Usagef("stdout takes the %s document: the body goes to -o FILE, or into the document", o.Output.Format)
	case o.Output.Format != Raw && (o.DumpHeader == "-" || o.CookieJar == "-"):
		return cli.Usagef("stdout takes the %s document: -D and -c need files", o.Output.Format)
	case o.Timing && hasStdout(o.Targets):
		return cli.Usagef("stdout takes the chart of --timing: the body goes to -o FILE")
	case o.Continue != "" && o.Range != "":
		return cli.Usagef("-C asks for the rest and -r for a part: use one of them")
	case o.Continue != "" && sent > 0 && !o.Get:
		return cli.Usagef("-C continues a download, and -d, -F and -T send something")
	case o.Continue != "" && o.Compressed:
		return cli.Usagef("-C counts bytes as they are stored, and --compressed changes their number: use one of them")
	case o.Continue != "" && (o.Include || o.Head):
		return cli.Usagef("-C continues a body, and -i and -I would put a head into it").WithHint("-D FILE writes heads elsewhere")
	case o.Continue != "" && o.RemoteHeaderName:
		return cli.Usagef("-C needs to know the file before the server names it: leave out -J")
	case o.RemoteHeaderName && !hasRemote(o.Targets):
		return cli.Usagef("-J says how -O finds a name: add -O")
	case o.Fail && o.FailWithBody:
		return cli.Usagef("-f drops the body of an error, and --fail-with-body keeps it: use one of them")
	case o.MaxRedirs < -1:
		return cli.Usagef("--max-redirs %d: a number from 0, or -1 for any", o.MaxRedirs)
	case o.Retry < 0:
		return cli.Usagef("--retry %d: a number of tries is not below zero", o.Retry)
	}
	return nil
}

func hasStdout(list []Target) bool {
	for _, t := range list {
		if t.File == "-" {
			return true
		}
	}
	return false
}

func hasRemote(list []Target) bool {
	for _, t := range list {
		if t.Remote {
			return true
		}
	}
	return false
}

// referer is -e: a URL, ";auto", or both.
func (o *Options) referer() (text string, auto bool, err error) {
	text, auto = strings.CutSuffix(o.Referer, ";auto")
	if strings.ContainsAny(text, "\r\n\x00") || bytes.ContainsAny([]byte(o.UserAgent), "\r\n\x00") {
		return "", false, cli.Usagef("-e and -A are header lines: they have no line break and no NUL byte")
	}
	return text, auto, nil
}

// ranges checks -r.
func (o *Options) ranges() error {
	for part := range strings.SplitSeq(o.Range, ",") {
		if strings.Trim(part, "0123456789-") != "" || o.Range != "" && !strings.Contains(part, "-") {
			return cli.Usagef("-r %q is no range: 0-99, 100- or -100", o.Range)
		}
	}
	return nil
}

package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/loop"
)

// runner is one run of the command.
type runner struct {
	o   *Options
	s   *cli.Streams
	sig context.Context // ends with a signal

	lab      *labrun.Run // nil with --dev host
	net      *network
	client   *fetch.Client
	header   []fetch.Line
	body     *fetch.Body
	writeOut string
	keyLog   *os.File
	bar      *bar
	records  *cli.Records // of several URLs
	next     int          // number of the next URL, from 0
	last     error        // of the latest URL
}

func (r *runner) run(ctx context.Context) error {
	jobs, err := r.prepare()
	if err != nil {
		return r.before(err)
	}
	do := func(ctx context.Context) error {
		r.client = fetch.New(r.net.cfg)
		defer r.client.Close()
		for _, j := range jobs {
			if err := r.fetch(ctx, j); err != nil {
				return err
			}
			r.next++
			if context.Cause(r.sig) != nil {
				break
			}
		}
		return nil
	}
	if r.lab == nil {
		err = do(ctx)
	} else {
		err = stuck(r.lab.Do(ctx, do))
		if cerr := r.lab.Close(); err == nil {
			err = cerr
		}
	}
	if r.keyLog != nil {
		if cerr := r.keyLog.Close(); err == nil {
			err = cerr
		}
	}
	if r.records != nil {
		if cerr := r.records.Close(nil); err == nil {
			err = cerr
		}
	}
	if err == nil {
		err = r.last // as curl: the code is that of the last URL
	}
	return err
}

// stuck says what a virtual run that cannot go on means.
func stuck(err error) error {
	if errors.Is(err, loop.ErrStalled) || errors.Is(err, loop.ErrTimeCap) {
		return &cli.Error{Code: fetch.TimedOut.String(), Exit: int(fetch.TimedOut), Message: "nothing more happens in the lab, and the transfer is not complete",
			Hint: "set a limit with -m, and look at the packets with --pcap", Err: err}
	}
	return err
}

// before reports what failed before anything was fetched.
func (r *runner) before(err error) error {
	var e *fetch.Error
	if !errors.As(err, &e) {
		return err
	}
	c := describe(e)
	if r.o.Output.Format == Raw {
		r.complain(e)
		c.Reported = true
	}
	return c
}

func (r *runner) prepare() ([]job, error) {
	o := r.o
	jobs, err := o.jobs()
	if err != nil {
		return nil, err
	}
	if r.header, err = o.header(); err != nil {
		return nil, err
	}
	if r.body, err = o.body(r.s); err != nil {
		return nil, err
	}
	if r.writeOut, err = readFormat(r.s, o.WriteOut); err != nil {
		return nil, err
	}
	pins, err := parseResolve(o.Resolve)
	if err != nil {
		return nil, err
	}
	tlsConfig, err := r.tls()
	if err != nil {
		return nil, err
	}
	if o.Net.Dev == "host" {
		r.net = o.hostNetwork(pins)
	} else {
		if r.lab, err = o.Net.Open(r.s, !virtual(jobs, pins)); err != nil {
			return nil, err
		}
		r.net = o.labNetwork(r.lab, pins)
	}
	r.net.cfg.TLS = tlsConfig
	r.net.cfg.ConnectTimeout = o.ConnectTimeout
	r.net.cfg.Observer = r.observer()
	if !r.net.virtual {
		r.net.cfg.Dial = r.interruptible(r.net.cfg.Dial)
	}
	if len(jobs) > 1 && o.Output.Format != Raw {
		r.records = o.Output.NewRecords(r.s, "results", columns()...)
	}
	return jobs, nil
}

// virtual reports whether everything that takes part is in the lab.
func virtual(jobs []job, pins pinned) bool {
	for _, j := range jobs {
		if j.url.Scheme != "http" {
			return false
		}
		if addrs := pins.lookup(j.url.Host, j.url.Port); addrs != nil {
			for _, a := range addrs {
				if !labAddr(a) {
					return false
				}
			}
		} else if !inLab(j.url) {
			return false
		}
	}
	return true
}

// interruptible makes a signal end what waits on a connection. Only in machine
// time: a virtual run never waits long.
func (r *runner) interruptible(dial func(context.Context, string, string) (net.Conn, error)) func(context.Context, string, string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		if err == nil {
			context.AfterFunc(r.sig, func() { _ = c.SetDeadline(time.Unix(1, 0)) }) // a closed one needs none
		}
		return c, err
	}
}

func (r *runner) tls() (*tls.Config, error) {
	c := &tls.Config{InsecureSkipVerify: r.o.Insecure}
	if r.o.CACert != "" {
		pem, err := os.ReadFile(r.o.CACert)
		bad := &fetch.Error{Code: fetch.BadCAFile, Layer: fetch.LayerTLS, Hint: "--cacert wants certificates in PEM form"}
		if err != nil {
			bad.Message, bad.Err = "cannot read the certificate authorities: "+err.Error(), err
			return nil, bad
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			bad.Message = r.o.CACert + " holds no certificate"
			return nil, bad
		}
	}
	if name := r.s.Env("SSLKEYLOGFILE"); name != "" {
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, &cli.Error{Code: "write", Exit: int(fetch.WriteError), Message: "SSLKEYLOGFILE: " + err.Error(), Err: err}
		}
		r.keyLog, c.KeyLogWriter = f, f
	}
	return c, nil
}

// fetch does one URL, and says what there is to say about it. Its own error ends
// the run; that of the URL is in r.last.
func (r *runner) fetch(ctx context.Context, j job) error {
	o := r.o
	if o.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = r.net.cfg.Clock.WithTimeout(ctx, o.MaxTime)
		defer cancel()
	}
	out := &output{r: r, name: j.file}
	defer out.abandon() // also when a virtual run ends before this call does
	req := &fetch.Request{
		URL: j.url, Method: o.Method, FixedMethod: o.Method != "", Header: r.header, UserAgent: o.UserAgent, Body: r.body,
		FailHTTP: o.Fail, Out: out, OnHead: out.head,
	}
	if o.Head && o.Method == "" {
		req.Method = "HEAD"
	}
	if o.Location {
		req.Redirects = o.MaxRedirs
	}
	r.bar = nil
	if o.showsProgress(r.s, j) {
		r.bar = &bar{s: r.s, name: j.url.String()}
	}
	res, err := r.client.Do(ctx, req)
	if r.bar != nil {
		r.bar.end()
	}
	if ferr := out.finish(err); ferr != nil && err == nil {
		err = ferr
	}
	r.last = nil
	var e *fetch.Error
	if err != nil {
		if !errors.As(err, &e) {
			return err
		}
		c := describe(e)
		c.Reported = true
		r.last = c
		if context.Cause(r.sig) != nil {
			r.last = &cli.Error{Code: "interrupted", Exit: cli.Describe(context.Cause(r.sig)).Exit, Message: "interrupted", Reported: true}
		}
	}
	if o.Output.Format != Raw {
		return r.document(j, out, res, e)
	}
	if e != nil {
		r.complain(e)
	}
	if o.WriteOut != "" {
		v := &variables{r: r, job: j, res: res, out: out, err: e}
		return r.expand(v)
	}
	return nil
}

// document prints the result in the chosen format.
func (r *runner) document(j job, out *output, res *fetch.Result, e *fetch.Error) error {
	doc := r.result(j, out, res, e)
	var err error
	if r.records != nil {
		if err = r.records.Write(record{doc}); err == nil {
			err = r.records.Flush()
		}
	} else {
		err = r.o.Output.Write(r.s, document{doc})
	}
	if err != nil {
		return describe(stdoutError(err))
	}
	if e != nil && !r.o.Output.Format.Machine() {
		r.complain(e)
	}
	return nil
}

// complain prints an error as curl does: its number first; nothing with -s unless
// -S; and nothing when the reader of stdout went away or the user interrupted.
func (r *runner) complain(e *fetch.Error) {
	if r.o.Silent && !r.o.ShowError || errors.Is(e, syscall.EPIPE) {
		return
	}
	if cause := context.Cause(r.sig); cause != nil {
		cli.PrintError(r.s, "netkit fetch", &cli.Error{Message: cause.Error()})
		return
	}
	cli.PrintError(r.s, "netkit fetch", &cli.Error{Message: fmt.Sprintf("(%d) %s: %s", int(e.Code), e.Layer, e.Message), Hint: e.Hint})
}

// describe maps a fetch error to the command's error: curl's code is the exit code.
func describe(e *fetch.Error) *cli.Error {
	c := &cli.Error{Code: e.Code.String(), Exit: int(e.Code), Message: e.Message, Hint: e.Hint, Err: e}
	if errors.Is(e, syscall.EPIPE) && e.Code == fetch.WriteError {
		c.Reported = true
	}
	return c
}

// observer tells -v and the progress bar what happens.
func (r *runner) observer() fetch.Observer {
	ob := fetch.Observer{Progress: func(done, expected int64) {
		if r.bar != nil {
			r.bar.set(done, expected)
		}
	}}
	if r.o.Verbose {
		ob.Info = func(text string) { fmt.Fprintf(r.s.Err, "* %s\n", cli.Escape(text)) }
		ob.Request = func(head []byte) { r.lines(r.s.Err, "> ", head) }
	}
	return ob
}

// lines prints a head, each line escaped.
func (r *runner) lines(w io.Writer, prefix string, head []byte) {
	for line := range strings.Lines(string(head)) {
		fmt.Fprintf(w, "%s%s\n", prefix, cli.Escape(strings.TrimRight(line, "\r\n")))
	}
}

package fetch

import (
	"context"
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
	"github.com/netkit-go/netkit/pkg/trace"
)

// runner is one run of the command.
type runner struct {
	o   *Options
	s   *cli.Streams
	sig context.Context // ends with a signal

	lab      *labrun.Run // nil with --dev host
	net      *network
	neigh    *neighbours // with --timing
	client   *fetch.Client
	header   []fetch.Line
	cookie   string // of -b
	referer  string
	autoRef  bool
	writeOut string
	keys     *os.File  // SSLKEYLOGFILE
	dump     io.Writer // of -D
	dumpFile *cli.File
	bar      *bar
	records  *cli.Records // of several URLs
	next     int          // number of the next URL, from 0
	last     error        // of the latest URL
}

func (r *runner) run(ctx context.Context) error {
	jobs, err := r.prepare()
	defer func() {
		if r.dumpFile != nil {
			r.dumpFile.Discard() // unless it has its name
		}
	}()
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
	var late error // of a file that is written behind the results
	close := func(cerr error) {
		if late == nil {
			late = cerr
		}
	}
	if r.lab == nil {
		err = do(ctx)
	} else {
		err = stuck(r.lab.Do(ctx, do))
		close(r.lab.Close())
	}
	if r.o.Explain.On() {
		close(r.o.Explain.write(r.s))
	}
	if r.keys != nil {
		close(r.keys.Close())
	}
	if r.dumpFile != nil {
		if cerr := r.dumpFile.Commit(); cerr != nil {
			close(&cli.Error{Code: "write", Exit: int(fetch.WriteError), Message: "cannot write " + r.o.DumpHeader + ": " + cerr.Error(), Err: cerr})
		}
	}
	close(r.saveCookies())
	if r.records != nil {
		close(r.records.Close(nil))
	}
	if err == nil && late != nil {
		err = r.behind(late)
	}
	if err == nil {
		err = r.last // as curl: the code is that of the last URL
	}
	return err
}

// behind is an error that comes after the results: stdout has its document
// already, so the error goes to stderr alone.
func (r *runner) behind(err error) error {
	if r.o.Output.Format == Raw || r.next == 0 {
		return err
	}
	e := *cli.Describe(err)
	if !e.Reported {
		cli.PrintError(r.s, "netkit fetch", &e)
		e.Reported = true
	}
	return &e
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
	jobs, err := o.jobs(r.s)
	if err != nil {
		return nil, err
	}
	if err := o.ranges(); err != nil {
		return nil, err
	}
	if r.header, err = o.header(r.s); err != nil {
		return nil, err
	}
	if r.referer, r.autoRef, err = o.referer(); err != nil {
		return nil, err
	}
	if r.writeOut, err = readFormat(r.s, o.WriteOut); err != nil {
		return nil, err
	}
	pins, err := parseResolve(o.Resolve)
	if err != nil {
		return nil, err
	}
	others, err := parseConnectTo(o.ConnectTo)
	if err != nil {
		return nil, err
	}
	proxy, err := o.proxies(r.s, o.ProxySet)
	if err != nil {
		return nil, err
	}
	inside := o.Net.Dev == "lab" && virtual(jobs, pins, others, proxy)
	body, err := o.content(r.s, func() string { return boundary(inside, o.Net.Seed) })
	if err != nil {
		return nil, err
	}
	tlsConfig, err := o.tlsConfig()
	if err != nil {
		return nil, err
	}
	known, err := o.credentials(r.s, jobs)
	if err != nil {
		return nil, err
	}
	for i := range jobs {
		known.apply(jobs[i].url)
		if jobs[i].body == nil {
			jobs[i].body = body
		}
	}
	now := time.Now()
	if inside {
		now = time.Unix(0, loop.Epoch)
	}
	jar, cookie, err := o.cookies(r.s, now)
	if err != nil {
		return nil, err
	}
	r.cookie = cookie
	if err := r.openKeyLog(); err != nil {
		return nil, err
	}
	if o.DumpHeader != "" && o.DumpHeader != "-" {
		if err := o.parents(o.DumpHeader); err != nil {
			return nil, &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + err.Error(), Err: err}
		}
		if r.dumpFile, err = cli.CreateFile(o.DumpHeader); err != nil {
			return nil, &fetch.Error{Code: fetch.WriteError, Layer: fetch.LayerFile, Message: "cannot write " + err.Error(), Err: err}
		}
		r.dump = r.dumpFile
	} else if o.DumpHeader == "-" {
		r.dump = r.s.Out
	}
	if o.Net.Dev == "host" {
		r.net = o.hostNetwork(pins)
	} else {
		var watch []trace.Sink
		if o.Timing {
			r.neigh = &neighbours{}
			watch = append(watch, r.neigh)
		}
		if o.Explain.On() {
			watch = append(watch, &o.Explain.rec)
		}
		if r.lab, err = o.Net.Open(r.s, !inside, watch...); err != nil {
			return nil, err
		}
		r.net = o.labNetwork(r.lab, pins)
	}
	r.net.cfg.TLS = tlsConfig
	r.net.cfg.Proxy = proxy
	r.net.cfg.Cookies = jar
	r.net.cfg.Credentials = known.lookup
	if len(others) > 0 {
		r.net.cfg.ConnectTo = others.to
	}
	if keys := r.keyLogs(); len(keys) > 0 {
		tlsConfig.KeyLogWriter = io.MultiWriter(keys...)
	}
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
func virtual(jobs []job, pins pinned, others redirections, proxy func(*fetch.URL) *fetch.Proxy) bool {
	for _, j := range jobs {
		if j.url.Scheme != "http" {
			return false
		}
		host, port := others.to(j.url.Host, j.url.Port)
		if proxy != nil {
			if p := proxy(j.url); p != nil && p.URL.Scheme != "http" {
				return false
			} else if p != nil {
				host, port = p.URL.Host, p.URL.Port
			}
		}
		if addrs := pins.lookup(host, port); addrs != nil {
			for _, a := range addrs {
				if !labAddr(a) {
					return false
				}
			}
		} else if !inLab(&fetch.URL{Host: host}) {
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

// openKeyLog opens SSLKEYLOGFILE.
func (r *runner) openKeyLog() error {
	name := r.s.Env("SSLKEYLOGFILE")
	if name == "" {
		return nil
	}
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return &cli.Error{Code: "write", Exit: int(fetch.WriteError), Message: "SSLKEYLOGFILE: " + err.Error(), Err: err}
	}
	r.keys = f
	return nil
}

// keyLogs lists where TLS secrets go.
func (r *runner) keyLogs() (list []io.Writer) {
	if r.keys != nil {
		list = append(list, r.keys)
	}
	if r.lab != nil {
		if w := r.lab.KeyLog(); w != nil {
			list = append(list, w)
		}
	}
	return list
}

// fetch does one URL, and says what there is to say about it. Its own error ends
// the run; that of the URL is in r.last.
func (r *runner) fetch(ctx context.Context, j job) error {
	o, clock := r.o, r.net.cfg.Clock
	again := o.newRetry(clock.Now())
	out := &output{r: r, name: j.file, target: j.target, retry: again}
	defer out.abandon() // also when a virtual run ends before this call does
	req := &fetch.Request{
		URL: j.url, Method: o.Method, FixedMethod: o.Method != "", Header: r.header, UserAgent: o.UserAgent, Body: j.body,
		Referer: r.referer, AutoReferer: r.autoRef, Cookie: r.cookie, Range: o.Range, Compressed: o.Compressed,
		MaxSize: o.MaxFileSize, Rate: o.LimitRate, FailHTTP: o.Fail || o.FailWithBody, FailBody: o.FailWithBody,
		Out: out, OnHead: out.head,
	}
	switch {
	case o.Method != "":
	case o.Head:
		req.Method = "HEAD"
	case j.upload != "":
		req.Method = "PUT"
	}
	if o.Location {
		req.Redirects = o.MaxRedirs
	}
	var res *fetch.Result
	var err error
	if out.base, err = o.offset(j.file); err != nil {
		return err
	}
	if out.base > 0 {
		req.Resume = &fetch.Resume{Offset: out.base}
	}
	for {
		res, err = r.try(ctx, j, req)
		if err == nil {
			if x := res.Last(); x == nil || x.Head == nil || !fetch.TransientStatus(x.Head.Status) {
				break
			}
		}
		wait, why, more := again.next(res, err, clock.Now())
		if !more || context.Cause(r.sig) != nil || !out.resume(req, res) {
			break
		}
		r.warn(again, wait, why)
		if serr := clock.Sleep(ctx, wait); serr != nil {
			break
		}
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
	if o.Timing {
		if err := r.chart(res); err != nil {
			return err
		}
	}
	if o.WriteOut != "" {
		v := &variables{r: r, job: j, res: res, out: out, err: e}
		return r.expand(v)
	}
	return nil
}

// try fetches a URL once.
func (r *runner) try(ctx context.Context, j job, req *fetch.Request) (*fetch.Result, error) {
	if r.o.MaxTime > 0 {
		var cancel context.CancelFunc
		ctx, cancel = r.net.cfg.Clock.WithTimeout(ctx, r.o.MaxTime)
		defer cancel()
	}
	r.bar = nil
	if r.o.showsProgress(r.s, j) {
		r.bar = &bar{s: r.s, name: j.url.String()}
	}
	res, err := r.client.Do(ctx, req)
	if r.bar != nil {
		r.bar.end()
	}
	return res, err
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
		ob.Tunnel = func(h *fetch.Head) { r.lines(r.s.Err, "< ", h.Raw) }
	}
	return ob
}

// lines prints a head, each line escaped.
func (r *runner) lines(w io.Writer, prefix string, head []byte) {
	for line := range strings.Lines(string(head)) {
		fmt.Fprintf(w, "%s%s\n", prefix, cli.Escape(masked(strings.TrimRight(line, "\r\n"))))
	}
}

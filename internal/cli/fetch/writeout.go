package fetch

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/fetch"
)

// variables is what -w may print about one URL.
type variables struct {
	r   *runner
	job job
	res *fetch.Result
	out *output
	err *fetch.Error
}

// expand prints the format of -w.
func (r *runner) expand(v *variables) error {
	format := r.writeOut
	w := r.s.Out
	var failed error
	emit := func(text string) {
		if _, err := io.WriteString(w, text); err != nil && w == r.s.Out && failed == nil {
			failed = stdoutError(err)
		}
	}
	for len(format) > 0 {
		i := strings.IndexAny(format, `%\`)
		if i < 0 {
			emit(format)
			break
		}
		emit(format[:i])
		format = format[i:]
		switch {
		case strings.HasPrefix(format, "%%"):
			emit("%")
			format = format[2:]
		case strings.HasPrefix(format, "%{"):
			name, rest, ok := strings.Cut(format[2:], "}")
			if !ok {
				emit(format)
				return describeOrNil(failed)
			}
			format = rest
			switch name {
			case "stdout":
				w = r.s.Out
			case "stderr":
				w = r.s.Err
			case "onerror":
				if v.err == nil {
					return describeOrNil(failed)
				}
			default:
				text, ok := v.get(name)
				if !ok {
					fmt.Fprintf(r.s.Err, "netkit fetch: unknown --write-out variable: %q\n", cli.Escape(name))
				}
				emit(text)
			}
		case strings.HasPrefix(format, "%header{"):
			name, rest, ok := strings.Cut(format[len("%header{"):], "}")
			if !ok {
				emit(format)
				return describeOrNil(failed)
			}
			format = rest
			if h := v.head(); h != nil {
				emit(cli.Escape(h.Get(name)))
			}
		case len(format) > 1 && format[0] == '\\':
			switch format[1] {
			case 'n':
				emit("\n")
			case 'r':
				emit("\r")
			case 't':
				emit("\t")
			default:
				emit(format[:2])
			}
			format = format[2:]
		default:
			emit(format[:1])
			format = format[1:]
		}
	}
	return describeOrNil(failed)
}

func describeOrNil(err error) error {
	if err == nil {
		return nil
	}
	return describe(stdoutError(err))
}

func (v *variables) last() *fetch.Exchange {
	if x := v.res.Last(); x != nil {
		return x
	}
	return &fetch.Exchange{URL: v.job.url}
}

func (v *variables) head() *fetch.Head { return v.last().Head }

func (v *variables) get(name string) (string, bool) {
	x := v.last()
	t := totals(v.res)
	seconds := func(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }
	number := func(n int64) string { return strconv.FormatInt(n, 10) }
	switch name {
	case "http_code", "response_code":
		if h := x.Head; h != nil {
			return fmt.Sprintf("%03d", h.Status), true
		}
		return "000", true
	case "http_version":
		if h := x.Head; h != nil {
			return strings.TrimPrefix(h.Proto, "HTTP/"), true
		}
		return "0", true
	case "content_type":
		if h := x.Head; h != nil {
			return cli.Escape(h.Get("Content-Type")), true
		}
		return "", true
	case "redirect_url":
		if x.Redirect != nil && !v.r.o.Location {
			return x.Redirect.String(), true
		}
		return "", true
	case "errormsg":
		if v.err != nil {
			return cli.Escape(v.err.Message), true
		}
		return "", true
	case "exitcode":
		if v.err != nil {
			return number(int64(v.err.Code)), true
		}
		return "0", true
	case "filename_effective":
		if v.job.file == "-" {
			return "", true
		}
		return cli.Escape(v.job.file), true
	case "local_ip":
		return addrText(x.Conn.Local.Addr()), true
	case "remote_ip":
		return addrText(x.Conn.Remote.Addr()), true
	case "local_port":
		return number(int64(x.Conn.Local.Port())), true
	case "remote_port":
		return number(int64(x.Conn.Remote.Port())), true
	case "method":
		return x.Method, true
	case "scheme":
		return strings.ToUpper(x.URL.Scheme), true
	case "ssl_verify_result":
		if x.Conn.TLS != nil && !x.Conn.TLS.Verified || v.err != nil && v.err.Code == fetch.BadCertificate {
			return "1", true
		}
		return "0", true
	case "url":
		return cli.Escape(v.r.o.URLs[v.r.next]), true
	case "url_effective":
		return x.URL.String(), true
	case "urlnum":
		return number(int64(v.r.next)), true
	case "referer":
		for _, l := range v.r.header {
			if strings.EqualFold(l.Name, "Referer") {
				return cli.Escape(l.Value), true
			}
		}
		return "", true
	case "num_connects":
		return number(t.connects), true
	case "num_headers":
		if x.Head == nil {
			return "0", true
		}
		return number(int64(len(x.Head.Fields))), true
	case "num_redirects":
		return number(int64(max(0, len(v.res.Exchanges)-1))), true
	case "size_download":
		return number(x.BodySize), true
	case "size_upload":
		return number(x.Uploaded), true
	case "size_header":
		return number(t.header), true
	case "size_request":
		return number(t.request), true
	case "speed_download":
		return number(perSecond(x.BodySize, v.res.Total)), true
	case "speed_upload":
		return number(perSecond(x.Uploaded, v.res.Total)), true
	case "time_namelookup":
		return seconds(t.NameLookup), true
	case "time_connect":
		return seconds(t.Connect), true
	case "time_appconnect":
		return seconds(t.AppConnect), true
	case "time_pretransfer":
		return seconds(t.PreTransfer), true
	case "time_starttransfer":
		return seconds(t.StartTransfer), true
	case "time_redirect":
		return seconds(t.redirect), true
	case "time_total":
		return seconds(v.res.Total), true
	}
	return "", false
}

func perSecond(n int64, d time.Duration) int64 {
	if d <= 0 {
		return 0
	}
	return int64(float64(n) / d.Seconds())
}

// sums are figures over all exchanges, as curl has them: the phases of redirects
// add up.
type sums struct {
	fetch.Timing
	redirect                  time.Duration
	header, request, connects int64
}

func totals(res *fetch.Result) (t sums) {
	for i, x := range res.Exchanges {
		t.NameLookup += x.Timing.NameLookup
		t.Connect += x.Timing.Connect
		t.AppConnect += x.Timing.AppConnect
		t.PreTransfer += x.Timing.PreTransfer
		t.StartTransfer += x.Timing.StartTransfer
		t.header += x.HeadSize
		t.request += x.SentSize
		if x.Timing.Connect > 0 {
			t.connects++
		}
		if i < len(res.Exchanges)-1 {
			t.redirect += x.Timing.Total
		}
	}
	return t
}

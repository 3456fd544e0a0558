package fetch

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
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

// variable is one variable of -w; numbers are numbers in %{json}.
type variable struct {
	name    string
	numeric bool
	value   func(v *variables, x *fetch.Exchange) string
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

func seconds(d time.Duration) string { return strconv.FormatFloat(d.Seconds(), 'f', 6, 64) }

// vars lists the variables by name, as %{json} prints them.
var vars = []variable{
	{"certs", false, func(_ *variables, x *fetch.Exchange) string {
		var b strings.Builder
		if x.Conn.TLS != nil {
			for _, der := range x.Conn.TLS.Chain {
				b.Write(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
			}
		}
		return b.String()
	}},
	{"content_type", false, func(_ *variables, x *fetch.Exchange) string {
		if x.Head == nil {
			return ""
		}
		return x.Head.Get("Content-Type")
	}},
	{"errormsg", false, func(v *variables, _ *fetch.Exchange) string {
		if v.err == nil {
			return ""
		}
		return v.err.Message
	}},
	{"exitcode", true, func(v *variables, _ *fetch.Exchange) string {
		if v.err == nil {
			return "0"
		}
		return number(int64(v.err.Code))
	}},
	{"filename_effective", false, func(v *variables, _ *fetch.Exchange) string {
		if !v.out.toFile() {
			return ""
		}
		return v.out.name
	}},
	{"http_code", true, (*variables).status},
	{"http_connect", true, func(_ *variables, x *fetch.Exchange) string {
		if x.Conn.Tunnel == nil {
			return "000"
		}
		return fmt.Sprintf("%03d", x.Conn.Tunnel.Status)
	}},
	{"http_version", false, func(_ *variables, x *fetch.Exchange) string {
		if x.Head == nil {
			return "0"
		}
		return strings.TrimPrefix(x.Head.Proto, "HTTP/")
	}},
	{"local_ip", false, func(_ *variables, x *fetch.Exchange) string { return addrText(x.Conn.Local.Addr()) }},
	{"local_port", true, func(_ *variables, x *fetch.Exchange) string { return number(int64(x.Conn.Local.Port())) }},
	{"method", false, func(_ *variables, x *fetch.Exchange) string { return x.Method }},
	{"num_certs", true, func(_ *variables, x *fetch.Exchange) string {
		if x.Conn.TLS == nil {
			return "0"
		}
		return number(int64(len(x.Conn.TLS.Chain)))
	}},
	{"num_connects", true, func(v *variables, _ *fetch.Exchange) string { return number(totals(v.res).connects) }},
	{"num_headers", true, func(_ *variables, x *fetch.Exchange) string {
		if x.Head == nil {
			return "0"
		}
		return number(int64(len(x.Head.Fields)))
	}},
	{"num_redirects", true, func(v *variables, _ *fetch.Exchange) string { return number(int64(max(0, len(v.res.Exchanges)-1))) }},
	{"num_retries", true, func(v *variables, _ *fetch.Exchange) string { return number(int64(v.out.retry.done)) }},
	{"proxy_used", true, func(_ *variables, x *fetch.Exchange) string {
		if x.Conn.Proxy == nil {
			return "0"
		}
		return "1"
	}},
	{"redirect_url", false, func(v *variables, x *fetch.Exchange) string {
		if x.Redirect == nil || v.r.o.Location {
			return ""
		}
		return x.Redirect.String()
	}},
	{"referer", false, (*variables).referer},
	{"remote_ip", false, func(_ *variables, x *fetch.Exchange) string { return addrText(x.Conn.Remote.Addr()) }},
	{"remote_port", true, func(_ *variables, x *fetch.Exchange) string { return number(int64(x.Conn.Remote.Port())) }},
	{"response_code", true, (*variables).status},
	{"scheme", false, func(_ *variables, x *fetch.Exchange) string { return strings.ToUpper(x.URL.Scheme) }},
	{"size_download", true, func(_ *variables, x *fetch.Exchange) string { return number(x.BodySize) }},
	{"size_header", true, func(v *variables, _ *fetch.Exchange) string { return number(totals(v.res).header) }},
	{"size_request", true, func(v *variables, _ *fetch.Exchange) string { return number(totals(v.res).request) }},
	{"size_upload", true, func(_ *variables, x *fetch.Exchange) string { return number(x.Uploaded) }},
	{"speed_download", true, func(v *variables, x *fetch.Exchange) string { return number(perSecond(x.BodySize, v.res.Total)) }},
	{"speed_upload", true, func(v *variables, x *fetch.Exchange) string { return number(perSecond(x.Uploaded, v.res.Total)) }},
	{"ssl_verify_result", true, func(v *variables, x *fetch.Exchange) string {
		if x.Conn.TLS != nil && !x.Conn.TLS.Verified || v.err != nil && v.err.Code == fetch.BadCertificate {
			return "1"
		}
		return "0"
	}},
	{"time_appconnect", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).AppConnect) }},
	{"time_connect", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).Connect) }},
	{"time_namelookup", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).NameLookup) }},
	{"time_pretransfer", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).PreTransfer) }},
	{"time_redirect", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).redirect) }},
	{"time_starttransfer", true, func(v *variables, _ *fetch.Exchange) string { return seconds(totals(v.res).StartTransfer) }},
	{"time_total", true, func(v *variables, _ *fetch.Exchange) string { return seconds(v.res.Total) }},
	{"url", false, func(v *variables, _ *fetch.Exchange) string { return v.r.o.URLs[v.r.next] }},
	{"url_effective", false, func(_ *variables, x *fetch.Exchange) string { return x.URL.String() }},
	{"urlnum", true, func(v *variables, _ *fetch.Exchange) string { return number(int64(v.r.next)) }},
}

func (v *variables) status(x *fetch.Exchange) string {
	if x.Head == nil {
		return "000"
	}
	return fmt.Sprintf("%03d", x.Head.Status)
}

func (v *variables) referer(*fetch.Exchange) string {
	for _, l := range v.r.header {
		if strings.EqualFold(l.Name, "Referer") {
			return l.Value
		}
	}
	return v.r.referer
}

func (v *variables) get(name string) (string, bool) {
	switch name {
	case "json":
		return v.json(), true
	case "header_json":
		return v.headerJSON(), true
	}
	for _, e := range vars {
		if e.name == name {
			text := e.value(v, v.last())
			if name == "certs" {
				return text, true // has its line breaks
			}
			return cli.Escape(text), true
		}
	}
	return "", false
}

// json is all variables as one object on one line, as curl prints it.
func (v *variables) json() string {
	var b bytes.Buffer
	for i, e := range vars {
		b.WriteByte("{,"[min(i, 1)])
		writeString(&b, e.name)
		b.WriteByte(':')
		text := e.value(v, v.last())
		switch {
		case e.numeric && strings.TrimLeft(text, "0") == "":
			b.WriteByte('0')
		case e.numeric && !strings.Contains(text, "."):
			b.WriteString(strings.TrimLeft(text, "0"))
		case e.numeric:
			b.WriteString(text)
		default:
			writeString(&b, text)
		}
	}
	b.WriteByte('}')
	return b.String()
}

// headerJSON is the head's fields by lower-case name, each with its values.
func (v *variables) headerJSON() string {
	var b bytes.Buffer
	h := v.head()
	if h == nil {
		return "{}"
	}
	b.WriteByte('{')
	seen := map[string]bool{}
	for _, f := range h.Fields {
		name := strings.ToLower(f.Name)
		if seen[name] {
			continue
		}
		if len(seen) > 0 {
			b.WriteString(",\n")
		}
		seen[name] = true
		writeString(&b, name)
		b.WriteString(":[")
		first := true
		for _, g := range h.Fields {
			if strings.EqualFold(g.Name, name) {
				if !first {
					b.WriteByte(',')
				}
				first = false
				writeString(&b, g.Value)
			}
		}
		b.WriteByte(']')
	}
	b.WriteString("\n}")
	return b.String()
}

func writeString(b *bytes.Buffer, s string) {
	text, _ := json.Marshal(s) // a string always can be
	b.Write(text)
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

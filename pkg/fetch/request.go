package fetch

// Requests: RFC 9112 section 3 (request line), RFC 9110 section 7.2 (Host).

import (
	"bytes"
	"encoding/base64"
	"io"
	"strconv"
	"strings"
)

// Request is one thing to fetch.
type Request struct {
	URL *URL

	// Method is GET when it is empty, or POST when there is a Body. With
	// FixedMethod it also holds after redirects, as curl's -X does.
	Method      string
	FixedMethod bool

	Header    []Line // the user's own header lines, in order
	UserAgent string // "": none
	Body      *Body  // nil: none

	Referer     string // "": none
	AutoReferer bool   // after a redirect the URL that led there

	// Cookie is sent besides those of [Config].Cookies, to the first URL's
	// scheme, host and port only.
	Cookie string

	Range  string  // as "0-99"; "": none
	Resume *Resume // nil: from the beginning

	Compressed bool // ask for content codings, and undo them

	// MaxSize is the largest body that is taken, in bytes as they are handed to
	// Out; 0: any.
	MaxSize int64

	Rate int64 // bytes a second, up and down; 0: any

	// Redirects is how many redirects are followed: 0 none, less than 0 any
	// number.
	Redirects int

	// FailHTTP makes a status of 400 or more an error, and leaves its body; with
	// FailBody that still comes.
	FailHTTP bool
	FailBody bool

	// Out receives the body of the last response; nil drops it. Only
	// redirects that are followed have their bodies dropped. Its error ends
	// the fetch with WriteError.
	Out io.Writer

	// OnHead is called with each head that arrives, those of 1xx responses
	// and of redirects too, before the body. Its error ends the fetch with
	// WriteError.
	OnHead func(*Head) error
}

// Body is a request's content.
type Body struct {
	Type   string                        // Content-Type; "": none
	Length int64                         // -1: not known, it is sent in chunks
	Open   func() (io.ReadCloser, error) // called once for each time it is sent

	// MayBlock says that a read may wait for ever, as one from a terminal.
	MayBlock bool
}

// BytesBody is a body that is in memory.
func BytesBody(data []byte, contentType string) *Body {
	return &Body{Type: contentType, Length: int64(len(data)), Open: func() (io.ReadCloser, error) {
		return io.NopCloser(bytes.NewReader(data)), nil
	}}
}

// Line is a header line of the user's: it replaces the line of that name that
// the client would send.
type Line struct {
	Name, Value string
	Remove      bool // send none of that name
}

// ParseLine reads a header line as curl's -H does: "Name: value", "Name:" to send
// none, "Name;" to send an empty one.
func ParseLine(s string) (Line, error) {
	if strings.ContainsAny(s, "\r\n\x00") {
		return Line{}, failf(2, LayerHTTP, "header line %q has a line break or NUL byte in it", s)
	}
	name, value, ok := strings.Cut(s, ":")
	value = strings.Trim(value, " \t")
	l := Line{Name: name, Value: value, Remove: ok && value == ""}
	if !ok {
		if name, ok = strings.CutSuffix(strings.TrimRight(s, " \t"), ";"); !ok {
			return Line{}, failf(2, LayerHTTP, "header line %q has no colon", s).hint("write it as 'Name: value'")
		}
		l.Name = name
	}
	if l.Name == "" || strings.IndexFunc(l.Name, func(r rune) bool { return !tokenRune(r) }) >= 0 {
		return Line{}, failf(2, LayerHTTP, "header line %q begins with no field name", s)
	}
	return l, nil
}

// tokenRune is tchar of RFC 9110 5.6.2.
func tokenRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r < 0x80 && strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

// step is a request on its way through redirects.
type step struct {
	url     *URL
	method  string
	body    *Body
	header  []Line
	referer string
	cookie  string
}

func (r *Request) firstStep() (step, error) {
	s := step{url: r.URL, method: r.Method, body: r.Body, header: r.Header, referer: r.Referer, cookie: r.Cookie}
	if s.method == "" {
		s.method = "GET"
		if s.body != nil {
			s.method = "POST"
		}
	}
	if strings.IndexFunc(s.method, func(c rune) bool { return !tokenRune(c) }) >= 0 {
		return s, failf(2, LayerHTTP, "method %q is no token", s.method)
	}
	return s, nil
}

func (s *step) line(name string) (Line, bool) {
	for _, l := range s.header {
		if strings.EqualFold(l.Name, name) {
			return l, true
		}
	}
	return Line{}, false
}

// head writes the request's head in curl's order: Host, authorization, Range,
// User-Agent, Accept, what content codings are taken, Referer, Cookie, the user's
// lines, then what the body needs.
func (x *exchange) head() []byte {
	s, r := &x.step, x.req
	b := make([]byte, 0, 256)
	target := s.url.Target()
	forwarded := x.proxy != nil && !x.proxy.tunnels(s.url)
	if forwarded {
		target = s.url.Scheme + "://" + s.url.Authority() + target
	}
	b = append(b, s.method+" "+target+" HTTP/1.1\r\n"...)
	add := func(name, value string) {
		b = append(b, name+":"...)
		if value != "" {
			b = append(append(b, ' '), value...)
		}
		b = append(b, "\r\n"...)
	}
	own := func(name, value string) {
		if _, ok := s.line(name); !ok && value != "" {
			add(name, value)
		}
	}
	// "A user agent … SHOULD send Host as the first field": the user's too.
	if l, ok := s.line("Host"); !ok {
		add("Host", s.url.Authority())
	} else if !l.Remove {
		add("Host", l.Value)
	}
	if forwarded {
		own("Proxy-Authorization", x.proxy.authorization())
	}
	if s.url.HasUser {
		own("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(s.url.User+":"+s.url.Password)))
	}
	switch {
	case r.Resume != nil && r.Resume.Offset > 0 && s.method == "GET":
		own("Range", "bytes="+strconv.FormatInt(r.Resume.Offset, 10)+"-")
		own("If-Range", r.Resume.Validator)
	case r.Range != "" && (s.method == "GET" || s.method == "HEAD"):
		own("Range", "bytes="+r.Range)
	}
	own("User-Agent", r.UserAgent)
	own("Accept", "*/*")
	if r.Compressed {
		own("Accept-Encoding", acceptEncoding)
	}
	own("Referer", s.referer)
	if forwarded {
		own("Proxy-Connection", "Keep-Alive")
	}
	own("Cookie", x.cookies())
	for _, l := range s.header {
		if !l.Remove && !strings.EqualFold(l.Name, "Host") {
			add(l.Name, l.Value)
		}
	}
	if s.body != nil {
		if s.body.Length >= 0 {
			own("Content-Length", strconv.FormatInt(s.body.Length, 10))
		} else {
			add("Transfer-Encoding", "chunked")
		}
		own("Content-Type", s.body.Type)
	}
	return append(b, "\r\n"...)
}

// cookies is the value of the Cookie field.
func (x *exchange) cookies() string {
	value := ""
	if j := x.c.cfg.Cookies; j != nil {
		value = j.Header(x.step.url, x.c.cfg.Clock.Now())
	}
	if value != "" && x.step.cookie != "" {
		value += "; "
	}
	return value + x.step.cookie
}

// wantsClose reports whether the request itself ends the connection.
func (s *step) wantsClose() bool {
	l, ok := s.line("Connection")
	return ok && strings.EqualFold(l.Value, "close")
}

// next is the step that a redirect asks for (RFC 9110 15.4), as curl takes it: 301
// and 302 turn POST into GET, 303 turns everything but HEAD into GET.
func (s *step) next(status int, to *URL, r *Request) step {
	n := *s
	n.url = to
	fixedMethod := r.FixedMethod
	if r.AutoReferer {
		n.referer = s.url.Scheme + "://" + s.url.Authority() + s.url.Target()
	}
	switch {
	case (status == 301 || status == 302) && s.body != nil && (s.method == "POST" || fixedMethod),
		status == 303:
		n.body = nil
		if !fixedMethod && s.method != "HEAD" {
			n.method = "GET"
		}
	}
	if !sameOrigin(s.url, to) {
		n.header, n.cookie = nil, ""
		for _, l := range s.header {
			if !strings.EqualFold(l.Name, "Authorization") && !strings.EqualFold(l.Name, "Cookie") && !strings.EqualFold(l.Name, "Host") {
				n.header = append(n.header, l)
			}
		}
	}
	return n
}

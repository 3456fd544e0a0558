package fetch

// Response heads: RFC 9112 section 2.2 (parsing), 4 (status line), 5 (fields).

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// Limits of what a server may send before and after a body.
const (
	MaxLine = 100 << 10
	MaxHead = 300 << 10
)

// Field is one header field.
type Field struct{ Name, Value string }

// Head is the head of a response.
type Head struct {
	Proto  string // "HTTP/1.0" or "HTTP/1.1"
	Status int
	Reason string
	Fields []Field
	Raw    []byte // as received, with the empty line at its end
}

// Get returns the value of the first field of that name, "" when there is none.
func (h *Head) Get(name string) string {
	for _, f := range h.Fields {
		if strings.EqualFold(f.Name, name) {
			return f.Value
		}
	}
	return ""
}

// has reports whether a field of that name has token in its comma-separated list.
func (h *Head) has(name, token string) bool {
	for _, f := range h.Fields {
		if !strings.EqualFold(f.Name, name) {
			continue
		}
		for v := range strings.SplitSeq(f.Value, ",") {
			if strings.EqualFold(strings.TrimSpace(v), token) {
				return true
			}
		}
	}
	return false
}

// lineReader reads lines of bounded length, with a budget for all of them.
type lineReader struct {
	r      *bufio.Reader
	budget int
}

// line returns the next line with its end. It is valid until the next read.
// A line that the connection's end cuts short is returned with io.EOF.
func (l *lineReader) line() ([]byte, error) {
	line, err := l.r.ReadSlice('\n')
	if errors.Is(err, bufio.ErrBufferFull) {
		long := append([]byte(nil), line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(long) > MaxLine || len(long) > l.budget {
				return nil, tooLong(len(long))
			}
			line, err = l.r.ReadSlice('\n')
			long = append(long, line...)
		}
		line = long
	}
	if len(line) > MaxLine || len(line) > l.budget {
		return nil, tooLong(len(line))
	}
	l.budget -= len(line)
	return line, err
}

func tooLong(n int) *Error {
	return failf(RecvError, LayerHTTP, "the response's head is too large: a line of %d bytes or more, %d are allowed, %d for the whole head",
		n, MaxLine, MaxHead)
}

// chomp cuts the line's end: "a recipient MAY recognize a single LF as a line
// terminator and ignore any preceding CR".
func chomp(line []byte) []byte {
	line = bytes.TrimSuffix(line, []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r"))
}

// readHead reads one head. An error of the connection comes back as it is, with
// how many bytes of the head had arrived.
func (l *lineReader) readHead() (h *Head, got int, err error) {
	line, err := l.line()
	got = len(line)
	if err != nil && (got == 0 || err != io.EOF) {
		return nil, got, err
	}
	if err == io.EOF && bytes.HasPrefix(line, []byte("HTTP/")) {
		return nil, got, failf(GotNothing, LayerHTTP, "the server closed the connection in the middle of the status line")
	}
	h = &Head{Raw: append([]byte(nil), line...)}
	if perr := h.statusLine(chomp(line)); perr != nil {
		return nil, got, perr
	}
	for {
		line, err := l.line()
		got += len(line)
		if err != nil {
			return nil, got, err
		}
		h.Raw = append(h.Raw, line...)
		text := chomp(line)
		if len(text) == 0 {
			return h, got, nil
		}
		if h.Fields, err = appendField(h.Fields, text); err != nil {
			return nil, got, err
		}
	}
}

// statusLine is RFC 9112 4: HTTP-version SP status-code SP [ reason-phrase ].
func (h *Head) statusLine(line []byte) error {
	rest, ok := bytes.CutPrefix(line, []byte("HTTP/"))
	if !ok {
		return failf(UnsupportedProtocol, LayerHTTP, "the server does not speak HTTP/1: its answer begins with %q", clip(line)).
			hint("is this the port of another service, or does it want https?")
	}
	version, rest, _ := bytes.Cut(rest, []byte(" "))
	switch string(version) {
	case "1.0", "1.1":
		h.Proto = "HTTP/" + string(version)
	default:
		return failf(UnsupportedProtocol, LayerHTTP, "the server answers with HTTP version %q: 1.0 and 1.1 are supported", clip(version))
	}
	code, reason, _ := bytes.Cut(rest, []byte(" "))
	if len(code) != 3 {
		return failf(UnsupportedProtocol, LayerHTTP, "the server's status line %q has no three-digit status", clip(line))
	}
	for _, c := range code {
		if c < '0' || c > '9' {
			return failf(UnsupportedProtocol, LayerHTTP, "the server's status line %q has no three-digit status", clip(line))
		}
		h.Status = h.Status*10 + int(c-'0')
	}
	if h.Status < 100 {
		return failf(WeirdReply, LayerHTTP, "the server's status %03d is below 100", h.Status)
	}
	h.Reason = string(reason)
	return nil
}

// appendField is RFC 9112 5. A line fold becomes a space (5.2); white space
// before the colon is dropped, as curl does.
func appendField(fields []Field, line []byte) ([]Field, error) {
	if bytes.IndexByte(line, 0) >= 0 {
		return nil, failf(WeirdReply, LayerHTTP, "the response's head has a NUL byte: %q", clip(line))
	}
	if line[0] == ' ' || line[0] == '\t' {
		if len(fields) == 0 {
			return nil, failf(WeirdReply, LayerHTTP, "the response's first header line begins with a space: %q", clip(line))
		}
		f := &fields[len(fields)-1]
		f.Value = strings.TrimSpace(f.Value + " " + trim(line))
		return fields, nil
	}
	name, value, ok := bytes.Cut(line, []byte(":"))
	if !ok || len(bytes.TrimSpace(name)) == 0 {
		return nil, failf(WeirdReply, LayerHTTP, "the response has a header line without a name: %q", clip(line))
	}
	return append(fields, Field{trim(name), trim(value)}), nil
}

func trim(b []byte) string { return string(bytes.Trim(b, " \t\r")) }

func clip(b []byte) []byte {
	if len(b) > 40 {
		return b[:40]
	}
	return b
}

package fetch

// Message bodies: RFC 9112 section 6.3 (length), 7.1 (chunked).

import (
	"errors"
	"io"
	"strconv"
	"strings"
)

// framing says how a response's body ends.
type framing uint8

const (
	noBody  framing = iota
	counted         // by Content-Length
	chunked
	untilClose
)

// frame is RFC 9112 6.3: which rule gives the body its length.
func (h *Head) frame(method string) (framing, int64, error) {
	// "Any response to a HEAD request and any response with a 1xx, 204, or 304
	// status code is always terminated by the first empty line".
	if method == "HEAD" || h.Status/100 == 1 || h.Status == 204 || h.Status == 304 {
		return noBody, 0, nil
	}
	chunks := false
	for _, f := range h.Fields {
		if !strings.EqualFold(f.Name, "Transfer-Encoding") {
			continue
		}
		for coding := range strings.SplitSeq(f.Value, ",") {
			switch coding = strings.ToLower(strings.TrimSpace(coding)); coding {
			case "", "identity":
			case "chunked":
				if chunks {
					return 0, 0, failf(BadEncoding, LayerHTTP, "the response is chunked twice")
				}
				chunks = true
			default:
				return 0, 0, failf(BadEncoding, LayerHTTP, "the response has transfer coding %q, which was not asked for", clip([]byte(coding)))
			}
		}
	}
	if chunks {
		return chunked, 0, nil // "the Transfer-Encoding overrides the Content-Length"
	}
	length := int64(-1)
	for _, f := range h.Fields {
		if !strings.EqualFold(f.Name, "Content-Length") {
			continue
		}
		for v := range strings.SplitSeq(f.Value, ",") {
			v = strings.TrimSpace(v)
			n, err := strconv.ParseUint(v, 10, 63)
			switch {
			case errors.Is(err, strconv.ErrRange):
				return untilClose, -1, nil // longer than can be counted, as curl takes it
			case err != nil || v[0] == '+':
				return 0, 0, failf(WeirdReply, LayerHTTP, "the response's Content-Length %q is no number", clip([]byte(v)))
			case length >= 0 && length != int64(n):
				return 0, 0, failf(WeirdReply, LayerHTTP, "the response has two lengths, %d and %d", length, n)
			}
			length = int64(n)
		}
	}
	if length >= 0 {
		return counted, length, nil
	}
	return untilClose, -1, nil
}

// body is a response's body without its framing, as an io.Reader.
type body struct {
	lines   lineReader
	kind    framing
	left    int64 // of the body when counted, of the chunk when chunked
	budget  int   // for the lines of one chunk
	inside  bool  // a chunk has begun whose end has not been read
	err     error // how it ended; io.EOF when it is complete
	got     int64 // bytes read
	trailer []Field
}

func newBody(lines lineReader, kind framing, length int64) *body {
	b := &body{lines: lines, kind: kind, budget: lines.budget}
	switch kind {
	case noBody:
		b.err = io.EOF
	case counted:
		b.left = length
	}
	return b
}

// Read implements io.Reader. An error that is no [*Error] is the connection's.
func (b *body) Read(p []byte) (int, error) {
	for b.err == nil {
		if b.kind != untilClose && b.left == 0 {
			if b.err = b.next(); b.err != nil || b.left == 0 {
				continue
			}
		}
		if b.kind != untilClose && int64(len(p)) > b.left {
			p = p[:b.left]
		}
		n, err := b.lines.r.Read(p)
		b.got += int64(n)
		if b.kind != untilClose {
			b.left -= int64(n)
		}
		if err != nil {
			b.err = b.cutShort(err)
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, b.err
}

// cutShort says what the connection's end means here.
func (b *body) cutShort(err error) error {
	if err != io.EOF {
		return err
	}
	switch b.kind {
	case counted:
		if b.left == 0 {
			return nil
		}
		return failf(PartialFile, LayerHTTP, "the server closed the connection %d bytes before the end of the response", b.left).
			hint("what arrived has been kept")
	case chunked:
		return failf(PartialFile, LayerHTTP, "the server closed the connection before the last chunk of the response").
			hint("what arrived has been kept")
	}
	return io.EOF
}

// next begins the next chunk, or ends the body.
func (b *body) next() error {
	if b.kind == counted {
		return io.EOF
	}
	if b.inside {
		line, err := b.line()
		if err != nil {
			return err
		}
		if len(line) != 0 {
			return failf(RecvError, LayerHTTP, "a chunk of the response is longer than it says")
		}
		b.inside = false
	}
	line, err := b.line()
	if err != nil {
		return err
	}
	if b.left, err = chunkSize(line); err != nil {
		return err
	}
	if b.left > 0 {
		b.inside = true
		return nil
	}
	for {
		line, err := b.lines.line()
		if err != nil {
			return b.cutShort(err)
		}
		text := chomp(line)
		if len(text) == 0 {
			return io.EOF
		}
		if b.trailer, err = appendField(b.trailer, text); err != nil {
			return err
		}
	}
}

// line reads a line of a chunk's frame, which costs nothing for good: there may be
// many.
func (b *body) line() ([]byte, error) {
	line, err := b.lines.line()
	if err != nil {
		return nil, b.cutShort(err)
	}
	b.lines.budget = b.budget
	return chomp(line), nil
}

// chunkSize is RFC 9112 7.1: 1*HEXDIG, then perhaps extensions, which are ignored.
func chunkSize(line []byte) (int64, error) {
	var n int64
	i := 0
	for ; i < len(line); i++ {
		var d byte
		switch c := line[i]; {
		case c >= '0' && c <= '9':
			d = c - '0'
		case c >= 'a' && c <= 'f':
			d = c - 'a' + 10
		case c >= 'A' && c <= 'F':
			d = c - 'A' + 10
		default:
			d = 16
		}
		if d == 16 {
			break
		}
		if n >= 1<<58 {
			return 0, failf(RecvError, LayerHTTP, "a chunk of the response is beyond any size: %q", clip(line))
		}
		n = n<<4 | int64(d)
	}
	rest := strings.TrimLeft(string(clip(line[i:])), " \t")
	if i == 0 || rest != "" && rest[0] != ';' {
		return 0, failf(RecvError, LayerHTTP, "a chunk of the response begins with %q, which is no size", clip(line))
	}
	return n, nil
}

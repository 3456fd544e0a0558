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

// body copies a response's body to out.
type body struct {
	lines lineReader
	buf   []byte
	out   func(p []byte) error // counts and writes; its error ends the transfer
	got   int64                // bytes handed to out

	trailer []Field
}

// read reads a body of the given framing to its end.
func (b *body) read(kind framing, length int64) error {
	switch kind {
	case counted:
		if n, err := b.copy(length); err != nil {
			return cutShort(err, func() *Error {
				return failf(PartialFile, LayerHTTP, "the server closed the connection %d bytes before the end of the response", length-n)
			})
		}
	case chunked:
		return b.chunks()
	case untilClose:
		if _, err := b.copy(-1); err != io.EOF {
			return err
		}
	}
	return nil
}

// cutShort replaces the connection's end by what it means here.
func cutShort(err error, meaning func() *Error) error {
	if err == io.EOF {
		return meaning().hint("what arrived has been kept")
	}
	return err
}

// copy moves n bytes, or with n < 0 all until the connection ends.
func (b *body) copy(n int64) (done int64, err error) {
	for n < 0 || done < n {
		p := b.buf
		if n >= 0 && int64(len(p)) > n-done {
			p = p[:n-done]
		}
		k, err := b.lines.r.Read(p)
		if k > 0 {
			if werr := b.out(p[:k]); werr != nil {
				return done, werr
			}
			done += int64(k)
			b.got += int64(k)
		}
		if err != nil && (n < 0 || done < n) {
			return done, err
		}
	}
	return done, nil
}

func (b *body) chunks() error {
	ended := func() *Error {
		return failf(PartialFile, LayerHTTP, "the server closed the connection before the last chunk of the response")
	}
	budget := b.lines.budget
	for {
		line, err := b.lines.line()
		if err != nil {
			return cutShort(err, ended)
		}
		b.lines.budget = budget // a chunk's line costs nothing for good: there may be many
		size, err := chunkSize(chomp(line))
		if err != nil {
			return err
		}
		if size == 0 {
			break
		}
		if _, err := b.copy(size); err != nil {
			return cutShort(err, ended)
		}
		if line, err = b.lines.line(); err != nil {
			return cutShort(err, ended)
		}
		b.lines.budget = budget
		if len(chomp(line)) != 0 {
			return failf(RecvError, LayerHTTP, "a chunk of the response is longer than it says")
		}
	}
	for {
		line, err := b.lines.line()
		if err != nil {
			return cutShort(err, ended)
		}
		text := chomp(line)
		if len(text) == 0 {
			return nil
		}
		if b.trailer, err = appendField(b.trailer, text); err != nil {
			return err
		}
	}
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

package fetch

// Content codings: RFC 9110 section 8.4; gzip is RFC 1952, "deflate" RFC 1950, br
// RFC 7932, zstd RFC 8878.

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/zstd"
)

// acceptEncoding lists the codings that a Compressed request asks for.
const acceptEncoding = "deflate, gzip, br, zstd"

// zstdWindow is the largest window that a content coding may need (RFC 9659
// section 3).
const zstdWindow = 8 << 20

// maxCodings is how many codings of one body are undone. It is curl's limit.
const maxCodings = 5

// decode undoes the codings that a head names, the last one first (RFC 9110 8.4:
// "listed in the order in which they were applied").
func decode(h *Head, r io.Reader) (io.Reader, []string, error) {
	var list []string
	for _, f := range h.Fields {
		if !strings.EqualFold(f.Name, "Content-Encoding") {
			continue
		}
		for coding := range strings.SplitSeq(f.Value, ",") {
			switch coding = strings.ToLower(strings.TrimSpace(coding)); coding {
			case "", "identity", "none":
			case "gzip", "x-gzip", "deflate", "br", "zstd":
				list = append(list, strings.TrimPrefix(coding, "x-"))
			default:
				return nil, nil, failf(BadEncoding, LayerHTTP, "the response has content coding %q, which was not asked for", clip([]byte(coding))).
					hint("leave out --compressed to get it as it is")
			}
		}
	}
	if len(list) > maxCodings {
		return nil, nil, failf(BadEncoding, LayerHTTP, "the response has %d content codings, one over the other", len(list))
	}
	for i := len(list) - 1; i >= 0; i-- {
		r = &decoder{coding: list[i], src: r}
	}
	return r, list, nil
}

// decoder undoes one coding. It looks at its source when it is first read: an
// empty body has nothing to undo.
type decoder struct {
	coding string
	src    io.Reader
	in     source
	r      io.Reader
}

// source remembers how reading the coded data ended, to tell damage in them from
// what went wrong below.
type source struct {
	src io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.src.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.r == nil {
		if err := d.begin(); err != nil {
			return 0, err
		}
	}
	n, err := d.r.Read(p)
	if err == io.EOF {
		_, cerr := io.Copy(io.Discard, d.src) // the rest of the body's framing
		if cerr != nil {
			return n, cerr
		}
		return n, err
	}
	return n, d.fault(err)
}

func (d *decoder) begin() error {
	d.in.src = d.src
	br := bufio.NewReader(&d.in)
	head, err := br.Peek(2)
	if len(head) == 0 {
		return err
	}
	switch {
	case d.coding == "gzip":
		d.r, err = gzip.NewReader(br)
	case d.coding == "br":
		d.r, err = brotli.NewReader(br), nil
	case d.coding == "zstd":
		// One at a time: the caller's goroutine decodes.
		d.r, err = zstd.NewReader(br, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(zstdWindow))
	case len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0:
		d.r, err = zlib.NewReader(br)
	default: // RFC 9110 8.4.1.2: "Some non-conformant implementations send the 'deflate' compressed data without the zlib wrapper."
		d.r, err = flate.NewReader(br), nil
	}
	return d.fault(err)
}

// fault tells damaged data from what went wrong below.
func (d *decoder) fault(err error) error {
	switch {
	case err == nil:
		return nil
	case d.in.err != nil:
		return d.in.err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return failf(BadEncoding, LayerHTTP, "the response's %s data end too early", d.coding).because(err)
	}
	return failf(BadEncoding, LayerHTTP, "the response is no valid %s data: %v", d.coding, err).because(err)
}

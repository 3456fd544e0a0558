package fetch

// Content codings: RFC 9110 section 8.4; gzip is RFC 1952, "deflate" RFC 1950.

import (
	"bufio"
	"compress/flate"
	"compress/gzip"
	"compress/zlib"
	"errors"
	"io"
	"strings"
)

// acceptEncoding lists the codings that a Compressed request asks for.
const acceptEncoding = "deflate, gzip"

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
			case "gzip", "x-gzip", "deflate":
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
	r      io.Reader
}

func (d *decoder) Read(p []byte) (int, error) {
	if d.r == nil {
		br := bufio.NewReader(d.src)
		head, err := br.Peek(2)
		if len(head) == 0 {
			return 0, err
		}
		switch {
		case d.coding == "gzip":
			d.r, err = gzip.NewReader(br)
		case len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0:
			d.r, err = zlib.NewReader(br)
		default: // RFC 9110 8.4.1.2: "Some non-conformant implementations send the 'deflate' compressed data without the zlib wrapper."
			d.r, err = flate.NewReader(br), nil
		}
		if err != nil {
			return 0, d.fault(err)
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

// fault tells damaged data from what went wrong below.
func (d *decoder) fault(err error) error {
	var corrupt flate.CorruptInputError
	switch {
	case errors.As(err, &corrupt), errors.Is(err, gzip.ErrHeader), errors.Is(err, gzip.ErrChecksum),
		errors.Is(err, zlib.ErrHeader), errors.Is(err, zlib.ErrChecksum), errors.Is(err, zlib.ErrDictionary):
		return failf(BadEncoding, LayerHTTP, "the response is no valid %s data: %v", d.coding, err).because(err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return failf(BadEncoding, LayerHTTP, "the response's %s data end too early", d.coding).because(err)
	}
	return err
}

package fetch

// Continuing a transfer: RFC 9110 section 13.1.5 (If-Range), 14.2 (Range), 14.4
// (Content-Range), 15.3.7 (206), 15.5.17 (416).

import (
	"strconv"
	"strings"
)

// Resume continues a transfer of which the beginning is there already.
type Resume struct {
	Offset int64 // bytes that are there

	// Validator is the entity tag of the response that the beginning came from,
	// "" when it is not known. With it a server that has something else now sends
	// that from its beginning.
	Validator string

	// Restart is called when the server sends the whole: what is there has to be
	// dropped. nil makes that an error.
	Restart func() error
}

// Validator returns the strong entity tag of a response, "" when it has none.
// "A client MUST NOT generate an If-Range header field containing an entity tag
// that is marked as weak."
func (h *Head) Validator() string {
	tag := h.Get("ETag")
	if len(tag) < 2 || tag[0] != '"' || tag[len(tag)-1] != '"' {
		return ""
	}
	return tag
}

// contentRange reads "bytes FIRST-LAST/COMPLETE" and "bytes */COMPLETE". What is
// not told is -1.
func contentRange(s string) (first, last, complete int64, ok bool) {
	s, ok = strings.CutPrefix(strings.TrimSpace(s), "bytes")
	if !ok {
		return 0, 0, 0, false
	}
	span, total, ok := strings.Cut(strings.TrimLeft(s, " :="), "/")
	if !ok {
		return 0, 0, 0, false
	}
	first, last, complete = -1, -1, -1
	number := func(s string, n *int64) {
		if v, err := strconv.ParseUint(s, 10, 63); err == nil {
			*n = int64(v)
		} else if s != "*" {
			ok = false
		}
	}
	number(total, &complete)
	if span != "*" {
		a, b, _ := strings.Cut(span, "-")
		number(a, &first)
		number(b, &last)
		ok = ok && first >= 0 && last >= first
	}
	return first, last, complete, ok
}

// resumed decides what a final response means to a transfer that is continued.
// complete means that there is nothing left to fetch.
func (x *exchange) resumed(h *Head) (complete bool, err error) {
	r := x.req.Resume
	if r == nil || r.Offset == 0 || x.step.method != "GET" {
		return false, nil
	}
	first, _, total, ok := contentRange(h.Get("Content-Range"))
	switch {
	case h.Status == 206 && ok && first == r.Offset:
		x.ex.Offset = first
		x.ex.Complete = total
		return false, nil
	case h.Status == 206:
		return false, failf(RangeError, LayerHTTP, "asked for the bytes from %d on, and the server sends others: Content-Range %q", r.Offset, clip([]byte(h.Get("Content-Range"))))
	case h.Status == 416 && (!ok || total < 0 || total == r.Offset):
		x.c.info("The file is complete already: nothing is left of it from byte %d on", r.Offset)
		return true, nil
	case h.Status == 416:
		return false, failf(RangeError, LayerHTTP, "the file has %d bytes here and %d at the server: it is another one", r.Offset, total).
			hint("remove it to fetch it anew")
	case h.Status/100 != 2 || x.ex.Redirect != nil && x.req.Redirects != 0:
		return false, nil
	case r.Validator == "" && h.Get("Content-Length") == strconv.FormatInt(r.Offset, 10):
		x.c.info("The file is complete already: it has all %d bytes", r.Offset)
		return true, nil
	case r.Restart != nil:
		x.c.info("The server sends the whole file: starting over")
		if err := r.Restart(); err != nil {
			return false, x.writeError(err)
		}
		return false, nil
	}
	return false, failf(RangeError, LayerHTTP, "the server does not send parts of this, so the transfer cannot be continued").
		hint("fetch it anew without -C")
}

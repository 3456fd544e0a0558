package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/trace"
)

// exchange is one request on its way.
type exchange struct {
	c      *Client
	ctx    context.Context
	req    *Request
	step   step
	ex     *Exchange
	begun  time.Time // of the whole call
	follow bool      // a redirect may be followed
	proxy  *Proxy    // nil: none

	upload upload
}

func (x *exchange) since() time.Duration { return x.c.cfg.Clock.Now().Sub(x.ex.Timing.Start) }

func (c *Client) info(format string, args ...any) {
	if c.cfg.Observer.Info != nil {
		c.cfg.Observer.Info(fmt.Sprintf(format, args...))
	}
}

// run makes the exchange. A connection that was kept may have been closed by the
// server in the meantime: then it is made again on a new one (RFC 9112 9.3.1).
func (x *exchange) run() error {
	k, err := x.connect()
	if err != nil {
		return err
	}
	err = x.on(k)
	var stale staleError
	if errors.As(err, &stale) {
		x.c.info("Connection #%d had been closed by the server: connecting again", k.info.ID)
		*x.ex = Exchange{URL: x.ex.URL, Method: x.ex.Method, Length: -1, Timing: Timing{Start: x.ex.Timing.Start}}
		if k, err = x.dial(); err != nil {
			return err
		}
		err = x.on(k)
	}
	return err
}

// staleError wraps what came instead of the first byte on a reused connection.
type staleError struct{ error }

func (e staleError) Unwrap() error { return e.error }

// on makes the exchange on one connection, and keeps or closes it.
func (x *exchange) on(k *conn) (err error) {
	kept := false
	defer func() {
		if !kept {
			if cerr := k.Close(); cerr == nil {
				x.c.info("Closing connection %d", k.info.ID)
			}
		}
		x.settle()
	}()
	deadline, _ := x.ctx.Deadline()
	if err := k.SetDeadline(deadline); err != nil {
		return failf(SendError, LayerTCP, "cannot use the connection: %v", err).because(err)
	}
	x.ex.Timing.PreTransfer = x.since()
	senderr := x.send(k)
	if senderr != nil && !x.broken(senderr) {
		return senderr
	}
	lines := lineReader{k.r, MaxHead}
	kind, length, err := x.heads(k, &lines)
	if err != nil {
		if senderr != nil && x.ex.Head == nil {
			return senderr
		}
		return err
	}
	b := newBody(lines, kind, length)
	err = x.deliver(b, length)
	x.ex.Trailer = b.trailer
	x.ex.HeadSize += int64(lines.budget - b.lines.budget)
	if err != nil {
		return x.bodyError(err)
	}
	x.c.trace(trace.Event{Kind: trace.HTTPBody, Len: int32(min(x.ex.BodySize, 1<<31-1))})
	kept = senderr == nil && x.upload.join == nil && kind != untilClose && x.persistent() && k.r.Buffered() == 0
	if kept {
		x.c.keep(k)
	}
	if x.req.FailHTTP && x.req.FailBody && x.ex.Head.Status >= 400 {
		return x.httpError()
	}
	return nil
}

func (x *exchange) httpError() error {
	return failf(HTTPError, LayerHTTP, "the server answers %d %s", x.ex.Head.Status, x.ex.Head.Reason)
}

// broken reports whether sending failed because the server stopped reading: it
// may have answered all the same.
func (x *exchange) broken(err error) bool {
	return errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNRESET)
}

// persistent is RFC 9112 9.3.
func (x *exchange) persistent() bool {
	h := x.ex.Head
	switch {
	case h.has("Connection", "close") || x.step.wantsClose():
		return false
	case h.Proto == "HTTP/1.1":
		return true
	}
	return h.has("Connection", "keep-alive")
}

// inline is the largest body that is sent in one piece with the head, before the
// response is read.
const inline = 64 << 10

func (x *exchange) send(k *conn) error {
	head := x.head()
	x.ex.RequestHead = head
	if x.c.cfg.Observer.Request != nil {
		x.c.cfg.Observer.Request(head)
	}
	if x.c.cfg.Trace != nil {
		x.c.trace(trace.Event{Kind: trace.HTTPRequest, Len: int32(len(head)),
			Text: x.step.method + " " + x.step.url.Target() + " HTTP/1.1"})
	}
	var src io.ReadCloser
	if x.step.body != nil {
		var err error
		if src, err = x.step.body.Open(); err != nil {
			var own *Error
			if errors.As(err, &own) {
				return own
			}
			return failf(ReadError, LayerFile, "cannot read what is to be sent: %v", err).because(err)
		}
		if size := x.step.body.Length; size >= 0 && size <= inline && x.req.Rate == 0 {
			data, err := io.ReadAll(io.LimitReader(src, size))
			_ = src.Close() // it has been read
			if err == nil && int64(len(data)) < size {
				err = io.ErrUnexpectedEOF
			}
			if err != nil {
				return failf(ReadError, LayerFile, "cannot read what is to be sent: %v", err).because(err)
			}
			n, err := k.Write(append(head[:len(head):len(head)], data...))
			x.ex.SentSize = int64(min(n, len(head)))
			x.ex.Uploaded = int64(max(0, n-len(head)))
			return x.sendError(err)
		}
	}
	n, err := k.Write(head)
	x.ex.SentSize = int64(n)
	if err != nil || src == nil {
		if src != nil {
			_ = src.Close() // nothing of it was sent
		}
		return x.sendError(err)
	}
	if x.c.cfg.Go == nil {
		x.sendBody(k, src)
		x.ex.Uploaded = x.upload.sent.Load()
		return x.upload.err
	}
	x.upload.join = x.c.cfg.Go("upload", func() { x.sendBody(k, src) })
	return nil
}

func (x *exchange) sendError(err error) error {
	if err == nil {
		return nil
	}
	if e := x.interrupted(err); e != nil {
		return e
	}
	return failf(SendError, LayerTCP, "cannot send the request: %s", plain(err)).because(err)
}

// heads reads heads up to the final one.
func (x *exchange) heads(k *conn, lines *lineReader) (framing, int64, error) {
	for {
		if x.ex.Timing.StartTransfer == 0 {
			if _, err := k.r.Peek(1); err != nil {
				return 0, 0, x.headError(k, err, 0)
			}
			x.ex.Timing.StartTransfer = x.since()
		}
		before := lines.budget
		h, got, err := lines.readHead()
		x.ex.HeadSize += int64(before - lines.budget)
		if err != nil {
			return 0, 0, x.headError(k, err, got)
		}
		x.c.trace(trace.Event{Kind: trace.HTTPStatus, Len: int32(len(h.Raw)), Text: statusText(h)})
		if h.Status/100 != 1 {
			x.ex.Head = h
			return x.final(h)
		}
		if h.Status == 101 {
			return 0, 0, failf(WeirdReply, LayerHTTP, "the server switches to protocol %q, which nobody asked for", h.Get("Upgrade"))
		}
		x.ex.Interim = append(x.ex.Interim, h)
		if err := x.onHead(h); err != nil {
			return 0, 0, err
		}
	}
}

func statusText(h *Head) string {
	line, _, _ := strings.Cut(string(h.Raw), "\n")
	return strings.TrimRight(line, "\r")
}

func (x *exchange) onHead(h *Head) error {
	if x.req.OnHead == nil {
		return nil
	}
	if err := x.req.OnHead(h); err != nil {
		return x.writeError(err)
	}
	return nil
}

// final looks at the final head: what it says of the body, and whether it leads
// elsewhere.
func (x *exchange) final(h *Head) (framing, int64, error) {
	if x.c.cfg.Cookies != nil {
		x.c.cfg.Cookies.Receive(x.step.url, h, x.c.cfg.Clock.Now())
	}
	var bad error
	if location := h.Get("Location"); location != "" && h.Status/100 == 3 && h.Status != 304 {
		to, err := x.step.url.Ref(location)
		switch {
		case err == nil:
			x.ex.Redirect = to
		case x.req.Redirects != 0:
			bad = err
		}
	}
	done, err := x.resumed(h)
	x.ex.Finished = done
	if err == nil {
		err = x.onHead(h)
	} else if herr := x.onHead(h); herr != nil {
		err = herr
	}
	if err == nil {
		err = bad
	}
	if err != nil {
		return 0, 0, err
	}
	if x.ex.Finished {
		return noBody, 0, nil
	}
	if x.req.FailHTTP && !x.req.FailBody && h.Status >= 400 {
		return 0, 0, x.httpError()
	}
	kind, length, err := h.frame(x.step.method)
	if err != nil {
		return 0, 0, err
	}
	if kind == counted {
		x.ex.Length = length
		if m := x.req.MaxSize; m > 0 && length > m && !x.redirected() && x.step.method != "HEAD" {
			return 0, 0, failf(TooLarge, LayerHTTP, "the response has %d bytes; --max-filesize allows %d", length, m)
		}
	}
	return kind, length, nil
}

// redirected reports whether the response is one that is followed.
func (x *exchange) redirected() bool { return x.ex.Redirect != nil && x.req.Redirects != 0 }

// deliver reads the body and hands it on.
func (x *exchange) deliver(b *body, expected int64) error {
	out := x.req.Out
	var src io.Reader = b
	switch {
	case x.redirected():
		x.c.info("Ignoring the response's body")
		out = nil
	case x.req.Compressed:
		var err error
		if src, x.ex.Codings, err = decode(x.ex.Head, b); err != nil {
			return err
		}
	}
	p := newPace(x.c.cfg.Clock, x.req.Rate)
	buf := x.c.buf[:p.piece(len(x.c.buf))]
	before := int64(0)
	for {
		n, err := src.Read(buf)
		x.ex.BodySize = b.got
		if n > 0 && out != nil {
			room := int64(n)
			if m := x.req.MaxSize; m > 0 {
				room = min(room, m-x.ex.Written)
			}
			if _, werr := out.Write(buf[:room]); werr != nil {
				return errWrite{werr}
			}
			x.ex.Written += room
			if room < int64(n) {
				return failf(TooLarge, LayerHTTP, "the response goes on after the %d bytes that --max-filesize allows", x.req.MaxSize).
					hint("what arrived has been kept")
			}
			if progress := x.c.cfg.Observer.Progress; progress != nil {
				progress(b.got, expected)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = p.wait(x.ctx, int(b.got-before))
			before = b.got
		}
		if err != nil {
			return err
		}
	}
}

func (x *exchange) headError(k *conn, err error, got int) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	if e := x.interrupted(err); e != nil {
		return e
	}
	if x.upload.join != nil {
		_ = k.Close() // sending must not outlive the answer
		if x.settle() && x.upload.err != nil && !x.broken(x.upload.err) {
			return x.upload.err
		}
	}
	var e *Error
	var alert tls.AlertError
	switch {
	case errors.As(err, &alert): // TLS 1.3 says only now that it wants a certificate
		e = failf(RecvError, LayerTLS, "the server ended the TLS connection: %s", strings.TrimPrefix(alert.Error(), "tls: ")).
			because(err).hint("a server that wants a client certificate gets it with --cert FILE")
	case err == io.EOF && got == 0 && len(x.ex.Interim) > 0:
		e = failf(GotNothing, LayerHTTP, "the server closed the connection after an interim response")
	case err == io.EOF && got == 0:
		e = failf(GotNothing, LayerHTTP, "the server closed the connection without an answer").
			hint("does this port speak %s?", x.step.url.Scheme)
	case err == io.EOF:
		e = failf(RecvError, LayerHTTP, "the server closed the connection in the middle of the response's head")
	default:
		e = failf(RecvError, LayerTCP, "cannot receive the response: %s", plain(err)).because(err)
	}
	if k.info.Reused && got == 0 && len(x.ex.Interim) == 0 && x.ex.Uploaded == 0 {
		return staleError{e}
	}
	return e
}

func (x *exchange) bodyError(err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	var w errWrite
	if errors.As(err, &w) {
		return x.writeError(w.err)
	}
	if e := x.interrupted(err); e != nil {
		return e
	}
	return failf(RecvError, LayerTCP, "cannot receive the rest of the response after %d bytes: %s", x.ex.BodySize, plain(err)).because(err)
}

func (x *exchange) writeError(err error) error {
	var own *Error
	if errors.As(err, &own) {
		return own
	}
	return failf(WriteError, LayerFile, "cannot write the response: %v", err).because(err)
}

// interrupted turns a deadline that passed, or a context that was cancelled, into
// its error; nil when err is something else.
func (x *exchange) interrupted(err error) *Error {
	if errors.Is(x.ctx.Err(), context.Canceled) {
		return failf(Aborted, LayerHTTP, "interrupted").because(x.ctx.Err())
	}
	if !timedOut(err) {
		return nil
	}
	e := failf(TimedOut, LayerHTTP, "timed out after %s with %d bytes received", x.elapsed(), x.ex.BodySize)
	if x.ex.Length >= 0 {
		e.Message = fmt.Sprintf("timed out after %s with %d of %d bytes received", x.elapsed(), x.ex.BodySize, x.ex.Length)
	}
	return e.because(err)
}

// elapsed is the time since the call began, to the millisecond.
func (x *exchange) elapsed() string {
	return fmt.Sprintf("%d ms", x.c.cfg.Clock.Now().Sub(x.begun).Milliseconds())
}

func (x *exchange) resolveError(ctx context.Context, host string, err error) error {
	if errors.Is(x.ctx.Err(), context.Canceled) {
		return failf(Aborted, LayerDNS, "interrupted").because(x.ctx.Err())
	}
	if timedOut(ctx.Err()) || timedOut(err) && x.late(ctx) {
		return failf(TimedOut, LayerDNS, "looking up %s timed out after %s", host, x.elapsed()).because(err)
	}
	var own *Error
	if !errors.As(err, &own) {
		own = failf(CannotResolve, LayerDNS, "cannot resolve %s: %v", host, err).because(err)
	}
	if x.proxy != nil && own.Code == CannotResolve {
		e := *own
		e.Code, e.Message = CannotResolveProxy, "the proxy: "+own.Message
		return &e
	}
	return own
}

// late reports whether ctx's deadline has passed, which the deadline of a
// connection may tell a moment earlier than ctx itself.
func (x *exchange) late(ctx context.Context) bool {
	d, ok := ctx.Deadline()
	return ok && !x.c.cfg.Clock.Now().Before(d)
}

func (x *exchange) dialError(ctx context.Context, host string, to netip.AddrPort, err error) *Error {
	where := fmt.Sprintf("%s port %d", to.Addr(), to.Port())
	if host != to.Addr().String() {
		where = fmt.Sprintf("%s (%s) port %d", host, to.Addr(), to.Port())
	}
	var e *Error
	var own *Error
	switch {
	case errors.Is(x.ctx.Err(), context.Canceled):
		e = failf(Aborted, LayerTCP, "interrupted")
	case errors.As(err, &own):
		return own
	case timedOut(err), errors.Is(err, syscall.ETIMEDOUT), x.late(ctx):
		e = failf(TimedOut, LayerTCP, "connecting to %s timed out after %s", where, x.elapsed()).
			hint("nothing answers there: a wrong address, a firewall, or a host that is down")
	case errors.Is(err, syscall.ECONNREFUSED):
		e = failf(CannotConnect, LayerTCP, "connection to %s refused", where).
			hint("the host answers, but nothing listens on that port")
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		e = failf(CannotConnect, LayerTCP, "%s is unreachable: %s", where, plain(err)).
			hint("no route leads there, or something on the way refuses")
	default:
		e = failf(CannotConnect, LayerTCP, "cannot connect to %s: %s", where, plain(err))
	}
	return e.because(err)
}

// plain is an error's innermost text, without the addresses that net puts around
// it: the message names them already.
func plain(err error) string {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return errno.Error()
	}
	return err.Error()
}

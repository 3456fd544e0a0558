package lab

// HTTP/1.1 server: RFC 9110, RFC 9112 (6.3 message body length, 9.3 persistence, 9.6 tear-down).
//
// net/http's Server starts goroutines of its own, which no loop counts. This
// one serves any http.Handler with one application per connection and one
// exchange after the other, so that a run in virtual time is deterministic.
// Requests are read by http.ReadRequest, which takes the first of several Host
// lines; RFC 9112 3.2 would have them refused.

import (
	"bufio"
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
)

// Bounds of the server.
const (
	httpMaxConns     = 512              // connections served at once; more wait in the accept queue
	httpMaxHeader    = 64 << 10         // bytes of a request head; more is answered 431
	httpMaxDrain     = 256 << 10        // bytes of an unread request body that are read away to keep a connection
	httpHeadTimeout  = 30 * time.Second // for a whole request head, from its first byte
	httpIdleTimeout  = 75 * time.Second // for the next request to begin
	httpStallTimeout = 5 * time.Minute  // for one read of a body or one write to make progress: bad cables are for trying out
	httpLinger       = 2 * time.Second  // to let the peer read a refusal before the connection goes
	httpBuffer       = 2048             // a response body up to here is sent with its length
	httpWritePiece   = 16 << 10         // bytes that count as progress of a write
)

// HTTPServer serves a handler on listeners of a loop.
type HTTPServer struct {
	Loop    *loop.Loop
	Handler http.Handler

	conns tracked
}

// Serve accepts connections until the listener is closed. It is an application
// of the loop.
func (s *HTTPServer) Serve(ln net.Listener) {
	s.conns.serve(s.Loop, ln, "http", httpMaxConns, s.serveConn)
}

// Close ends all connections.
func (s *HTTPServer) Close() { s.conns.close(s.Loop) }

func (s *HTTPServer) now() time.Time {
	s.Loop.Enter()
	defer s.Loop.Exit()
	return time.Unix(0, s.Loop.Now()).UTC()
}

// httpConn is one connection. It sets a deadline for every read and write.
type httpConn struct {
	net.Conn
	s        *HTTPServer
	left     int64         // bytes that may still be read for this request head
	overrun  bool          // left was used up
	readErr  error         // of the latest read: a parser may not pass it on
	stall    time.Duration // 0: a deadline for the whole has been set
	br       *bufio.Reader
	bw       *bufio.Writer
	writeErr error
}

func (c *httpConn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		c.overrun = true
		return 0, io.EOF
	}
	if c.stall > 0 {
		c.SetReadDeadline(c.s.now().Add(c.stall))
	}
	n, err := c.Conn.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	c.readErr = err
	return n, err
}

// Write goes on for as long as the connection takes something now and then.
func (c *httpConn) Write(p []byte) (n int, err error) {
	for err == nil && n < len(p) {
		c.SetWriteDeadline(c.s.now().Add(httpStallTimeout))
		var k int
		k, err = c.Conn.Write(p[n:min(n+httpWritePiece, len(p))])
		n += k
	}
	if err != nil {
		c.writeErr = err
	}
	return n, err
}

func (s *HTTPServer) serveConn(conn net.Conn) {
	c := &httpConn{Conn: conn, s: s}
	c.br = bufio.NewReaderSize(c, 4096)
	c.bw = bufio.NewWriterSize(c, 64<<10)
	for s.exchange(c) {
	}
}

// refuse answers what is no acceptable request and gives the peer time to read
// the answer: closing with bytes unread would reset the connection (RFC 9112 9.6).
func (c *httpConn) refuse(status int, why string) {
	body := why + "\n"
	io.WriteString(c.bw, "HTTP/1.1 "+strconv.Itoa(status)+" "+http.StatusText(status)+
		"\r\nConnection: close\r\nContent-Length: "+strconv.Itoa(len(body))+
		"\r\nContent-Type: text/plain; charset=utf-8\r\nDate: "+c.s.now().Format(http.TimeFormat)+"\r\n\r\n"+body)
	c.lingeringClose()
}

func (c *httpConn) lingeringClose() {
	if c.bw.Flush() != nil {
		return
	}
	if cw, ok := c.Conn.(interface{ CloseWrite() error }); ok && cw.CloseWrite() == nil {
		c.SetReadDeadline(c.s.now().Add(httpLinger))
		io.CopyN(io.Discard, c.Conn, httpMaxDrain)
	}
}

// exchange serves one request and reports whether another may follow.
func (s *HTTPServer) exchange(c *httpConn) bool {
	c.left, c.overrun, c.readErr, c.stall = httpMaxHeader, false, nil, 0
	if c.br.Buffered() == 0 {
		c.SetReadDeadline(s.now().Add(httpIdleTimeout))
		if _, err := c.br.Peek(1); err != nil {
			return false
		}
	}
	c.SetReadDeadline(s.now().Add(httpHeadTimeout))
	req, err := http.ReadRequest(c.br)
	if err != nil {
		switch {
		case c.overrun:
			c.refuse(http.StatusRequestHeaderFieldsTooLarge, "the request head is larger than "+strconv.Itoa(httpMaxHeader)+" bytes")
		case errors.Is(c.readErr, os.ErrDeadlineExceeded):
			c.refuse(http.StatusRequestTimeout, "the request head took too long")
		case c.readErr != nil:
			// The peer has gone: nobody reads an answer.
		default:
			c.refuse(http.StatusBadRequest, "this is not an HTTP/1.1 request")
		}
		return false
	}
	c.left, c.stall = 1<<62, httpStallTimeout
	switch {
	case req.ProtoMajor != 1:
		c.refuse(http.StatusHTTPVersionNotSupported, "only HTTP/1.0 and HTTP/1.1 are spoken here")
		return false
	case req.Host == "" && req.ProtoAtLeast(1, 1):
		// RFC 9112 3.2: "A server MUST respond with a 400 (Bad Request) status code
		// to any HTTP/1.1 request message that lacks a Host header field".
		c.refuse(http.StatusBadRequest, "the request has no Host")
		return false
	case !validFields(req):
		c.refuse(http.StatusBadRequest, "a header field is malformed")
		return false
	}
	w := &response{c: c, req: req, header: make(http.Header), length: -1}
	w.close = !keepsAlive(req)
	body := &requestBody{ReadCloser: req.Body, w: w}
	if expect := req.Header.Get("Expect"); expect != "" && req.ProtoAtLeast(1, 1) {
		if !strings.EqualFold(expect, "100-continue") {
			c.refuse(http.StatusExpectationFailed, "only 100-continue can be expected")
			return false
		}
		body.expect = req.ContentLength != 0
	}
	req.Body = body
	req.RemoteAddr = c.RemoteAddr().String()
	if !s.handle(w, req) {
		return false
	}
	return w.finish(body)
}

// handle runs the handler; false means that it gave the connection up.
func (s *HTTPServer) handle(w *response, req *http.Request) (ok bool) {
	defer func() {
		if ok {
			return
		}
		// Also when the loop ends this application: then recover gives nil.
		if r := recover(); r != nil && r != http.ErrAbortHandler {
			panic(r)
		}
		w.c.bw.Flush()
	}()
	s.Handler.ServeHTTP(w, req)
	return true
}

// validFields: http.ReadRequest leaves it to the server to see what names and
// values are made of. RFC 9110 5.1: a name is a token; 5.5: a value has visible
// characters, octets above 127, spaces and tabs; RFC 3986 3.2.2: a host has
// neither spaces nor controls.
func validFields(req *http.Request) bool {
	for i := range len(req.Host) {
		if c := req.Host[i]; c <= ' ' || c >= 0x7f {
			return false
		}
	}
	for name, values := range req.Header {
		for i := range len(name) {
			if !tokenChar(name[i]) {
				return false
			}
		}
		for _, v := range values {
			for i := range len(v) {
				if c := v[i]; c < ' ' && c != '\t' || c == 0x7f {
					return false
				}
			}
		}
	}
	return true
}

// tokenChar is tchar of RFC 9110 5.6.2.
func tokenChar(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z' || strings.IndexByte("!#$%&'*+-.^_`|~", c) >= 0
}

// keepsAlive: RFC 9112 9.3.
func keepsAlive(req *http.Request) bool {
	if req.Close {
		return false
	}
	return req.ProtoAtLeast(1, 1) || hasToken(req.Header["Connection"], "keep-alive")
}

func hasToken(fields []string, token string) bool {
	for _, f := range fields {
		for t := range strings.SplitSeq(f, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// requestBody asks for the body when it is first wanted (RFC 9110 10.1.1) and
// remembers how it ended.
type requestBody struct {
	io.ReadCloser
	w      *response
	expect bool // 100 (Continue) has not been sent yet
	err    error
}

func (b *requestBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	if b.expect {
		b.expect = false
		io.WriteString(b.w.c.bw, "HTTP/1.1 100 Continue\r\n\r\n")
		if err := b.w.c.bw.Flush(); err != nil {
			b.err = err
			return 0, err
		}
	}
	n, err := b.ReadCloser.Read(p)
	b.err = err
	return n, err
}

func (b *requestBody) Close() error { return nil }

// response is the handler's ResponseWriter.
type response struct {
	c       *httpConn
	req     *http.Request
	header  http.Header
	status  int    // 0: WriteHeader has not been called
	sent    bool   // the head has been written out
	held    []byte // body bytes before the head is sent
	length  int64  // Content-Length; -1: not known
	written int64
	chunked bool
	noBody  bool
	close   bool
}

func (w *response) Header() http.Header { return w.header }

func (w *response) WriteHeader(status int) {
	if w.status != 0 {
		return
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		w.writeStatusLine(status)
		w.header.Write(w.c.bw)
		io.WriteString(w.c.bw, "\r\n")
		w.c.bw.Flush()
		return
	}
	w.status = status
	if cl := w.header.Get("Content-Length"); cl != "" {
		n, err := strconv.ParseInt(cl, 10, 64)
		if err != nil || n < 0 {
			w.header.Del("Content-Length")
		} else {
			w.length = n
		}
	}
	// RFC 9112 6.3, 1: a response to HEAD, and any with 1xx, 204 or 304, ends
	// with its head.
	w.noBody = w.req.Method == http.MethodHead || status == http.StatusNoContent || status == http.StatusNotModified
}

func (w *response) writeStatusLine(status int) {
	io.WriteString(w.c.bw, "HTTP/1.1 "+strconv.Itoa(status)+" "+http.StatusText(status)+"\r\n")
}

// sendHead writes the head; whole says that the held bytes are the whole body.
func (w *response) sendHead(whole bool) {
	w.sent = true
	h := w.header
	h.Del("Transfer-Encoding")
	noLength := w.status == http.StatusNoContent // RFC 9110 8.6: no Content-Length in it
	switch {
	case noLength:
		h.Del("Content-Length")
	case w.length >= 0 || w.status == http.StatusNotModified:
	case whole && (w.req.Method != http.MethodHead || len(w.held) > 0):
		w.length = int64(len(w.held))
		h.Set("Content-Length", strconv.FormatInt(w.length, 10))
	case w.req.ProtoAtLeast(1, 1):
		w.chunked = true
		h.Set("Transfer-Encoding", "chunked")
	default:
		w.close = true // RFC 9112 6.3: the body ends with the connection
	}
	if _, set := h["Content-Type"]; !set && len(w.held) > 0 {
		h.Set("Content-Type", http.DetectContentType(w.held))
	}
	if _, set := h["Date"]; !set {
		h.Set("Date", w.c.s.now().Format(http.TimeFormat))
	}
	if hasToken(h["Connection"], "close") {
		w.close = true
	}
	if w.close {
		h.Set("Connection", "close")
	} else if !w.req.ProtoAtLeast(1, 1) {
		h.Set("Connection", "keep-alive")
	}
	w.writeStatusLine(w.status)
	h.Write(w.c.bw) // sorted by name
	io.WriteString(w.c.bw, "\r\n")
}

func (w *response) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if w.length >= 0 && w.written+int64(len(p)) > w.length {
		return 0, http.ErrContentLength
	}
	if w.status == http.StatusNoContent || w.status == http.StatusNotModified {
		return 0, http.ErrBodyNotAllowed
	}
	w.written += int64(len(p))
	if !w.sent {
		if len(w.held)+len(p) <= httpBuffer {
			w.held = append(w.held, p...)
			return len(p), nil
		}
		held := w.held
		if len(held) == 0 {
			w.held = p[:min(len(p), 512)] // for the content type
		}
		w.sendHead(false)
		w.held = nil
		if len(held) > 0 {
			w.writeBody(held)
		}
	}
	return w.writeBody(p)
}

func (w *response) writeBody(p []byte) (int, error) {
	if w.noBody || len(p) == 0 {
		return len(p), nil
	}
	bw := w.c.bw
	if w.chunked {
		var size [20]byte
		bw.Write(append(strconv.AppendInt(size[:0], int64(len(p)), 16), '\r', '\n'))
	}
	n, err := bw.Write(p)
	if err == nil && w.chunked {
		_, err = bw.WriteString("\r\n")
	}
	return n, err
}

// Flush implements http.Flusher.
func (w *response) Flush() {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	if !w.sent {
		w.sendHead(false)
		w.writeBody(w.held)
		w.held = nil
	}
	w.c.bw.Flush()
}

// finish completes the response and reports whether the connection can be used
// again.
func (w *response) finish(body *requestBody) bool {
	if w.status == 0 {
		w.WriteHeader(http.StatusOK)
	}
	// A body nobody asked for will not come, or may (RFC 9110 10.1.1): the end
	// of the request cannot be known.
	if body.expect {
		w.close = true
	}
	drained := body.err == io.EOF || w.req.ContentLength == 0
	if !drained && !w.close && body.err == nil {
		// Before the head, which says whether the connection stays.
		_, err := io.CopyN(io.Discard, body, httpMaxDrain)
		drained = err == io.EOF
	}
	if !drained {
		w.close = true
	}
	if !w.sent {
		w.sendHead(true)
		w.writeBody(w.held)
	}
	if w.chunked && !w.noBody {
		io.WriteString(w.c.bw, "0\r\n\r\n")
	}
	if !w.noBody && w.length >= 0 && w.written < w.length {
		// Less than was promised: only the end of the connection can tell.
		w.c.bw.Flush()
		return false
	}
	if w.close && !drained {
		w.c.lingeringClose()
		return false
	}
	return w.c.bw.Flush() == nil && w.c.writeErr == nil && !w.close
}

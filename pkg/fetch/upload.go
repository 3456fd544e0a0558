package fetch

// Request bodies on their way: RFC 9112 section 6.2 and 7.1 (chunked).

import (
	"fmt"
	"io"
	"sync/atomic"
)

// upload is the request's body on its way.
type upload struct {
	join func() // waits for its end; nil when it was sent in line
	err  error  // for who has joined it

	sent    atomic.Int64
	reading atomic.Bool // in Read of a body that may block
	stop    atomic.Bool // nobody wants the rest
}

// settle ends what still sends the body, and reports whether it has ended. What
// waits for more to send, as from a terminal, is left behind: an answer that came
// early must not wait for that.
func (x *exchange) settle() bool {
	u := &x.upload
	if u.join == nil {
		return true
	}
	u.stop.Store(true)
	ended := !u.reading.Load()
	if ended {
		u.join()
	}
	u.join = nil
	x.ex.Uploaded = u.sent.Load()
	return ended
}

// sendBody sends the request's body after its head.
func (x *exchange) sendBody(k *conn, src io.ReadCloser) {
	defer src.Close() // it was only read
	p := newPace(x.c.cfg.Clock, x.req.Rate)
	buf := make([]byte, p.piece(inline))
	length := x.step.body.Length
	put := func(b []byte) bool {
		_, err := k.Write(b)
		x.upload.err = x.sendError(err)
		return err == nil
	}
	for left := length; left != 0; {
		room := buf
		if left > 0 && int64(len(room)) > left {
			room = room[:left]
		}
		x.upload.reading.Store(x.step.body.MayBlock)
		if x.upload.stop.Load() {
			return
		}
		n, err := src.Read(room)
		x.upload.reading.Store(false)
		if n > 0 {
			if length < 0 && !put(fmt.Appendf(nil, "%x\r\n", n)) || !put(room[:n]) || length < 0 && !put([]byte("\r\n")) {
				return
			}
			x.upload.sent.Add(int64(n))
			if left > 0 {
				left -= int64(n)
			}
			if perr := p.wait(x.ctx, n); perr != nil && err == nil {
				err = perr
			}
		}
		switch {
		case err == io.EOF && length < 0:
			put([]byte("0\r\n\r\n"))
			return
		case err == io.EOF && left > 0:
			err = io.ErrUnexpectedEOF
			fallthrough
		case err != nil && left != 0:
			if e := x.interrupted(err); e != nil {
				x.upload.err = e
			} else {
				x.upload.err = failf(ReadError, LayerFile, "cannot read what is to be sent: %v", err).because(err)
			}
			_ = k.Close() // the reader of the response learns it this way
			return
		}
	}
}

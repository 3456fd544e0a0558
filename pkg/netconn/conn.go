package netconn

import (
	"io"
	"net"
	"os"
	"time"

	"github.com/netkit-go/netkit/pkg/stack"
)

// Conn is a TCP connection.
type Conn struct {
	n      *Net
	s      *stack.TCPSocket
	netw   string
	local  net.Addr
	remote net.Addr

	// Inside only.
	closed     bool
	linger0    bool
	read, writ deadline
	zeroCopy   bool // Write refers to the caller's memory
	writing    bool // a Write is under way: others wait, so that writes do not mix
}

func newConn(n *Net, netw string, s *stack.TCPSocket) *Conn {
	s.Conn.SetNoDelay(n.l.Now(), true) // as package net
	return &Conn{n: n, s: s, netw: netw, local: netAddr("tcp", s.LocalAddr()), remote: netAddr("tcp", s.RemoteAddr())}
}

// Socket returns the stack's socket. Its methods are for use inside the loop.
func (c *Conn) Socket() *stack.TCPSocket { return c.s }

func (c *Conn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.netw, Source: c.local, Addr: c.remote, Err: err}
}

// Read implements net.Conn.
func (c *Conn) Read(p []byte) (n int, err error) {
	h := c.n.h
	h.Enter("recvfrom")
	defer func() { h.Exit("recvfrom", n) }()
	for {
		switch {
		case c.closed:
			return 0, c.opError("read", net.ErrClosed)
		case c.read.passed(c.n.l.Now()):
			return 0, c.opError("read", os.ErrDeadlineExceeded)
		case len(p) == 0:
			return 0, nil
		}
		n, err = c.s.Read(p)
		switch err {
		case nil, io.EOF:
			return n, err
		case stack.ErrWouldBlock:
			h.Wait(&c.s.ReadQ, "recvfrom", c.read.at())
		default:
			return n, c.opError("read", sysError("read", err))
		}
	}
}

// Write implements net.Conn. It returns when all of p is on the send queue.
func (c *Conn) Write(p []byte) (n int, err error) {
	h := c.n.h
	h.Enter("sendto")
	defer func() { h.Exit("sendto", n) }()
	for c.writing {
		if err := c.writable(); err != nil {
			return 0, err
		}
		h.Wait(&c.s.WriteQ, "sendto", c.writ.at())
	}
	c.writing = true
	defer func() {
		c.writing = false
		c.s.WriteQ.WakeAll()
	}()
	for {
		if err := c.writable(); err != nil {
			return n, err
		}
		if n == len(p) {
			return n, nil
		}
		var k int
		if c.zeroCopy {
			k, err = c.s.WriteZeroCopy(p[n:])
		} else {
			k, err = c.s.Write(p[n:])
		}
		n += k
		switch {
		case err == stack.ErrWouldBlock || err == nil && n < len(p):
			h.Wait(&c.s.WriteQ, "sendto", c.writ.at())
		case err != nil:
			return n, c.opError("write", sysError("write", err))
		}
	}
}

func (c *Conn) writable() error {
	switch {
	case c.closed:
		return c.opError("write", net.ErrClosed)
	case c.writ.passed(c.n.l.Now()):
		return c.opError("write", os.ErrDeadlineExceeded)
	}
	return nil
}

// Close implements net.Conn: what was written is still sent, in the
// background, unless SetLinger(0) asked for a reset.
func (c *Conn) Close() error {
	h := c.n.h
	h.Enter("close")
	defer h.Exit("close", 0)
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	if c.linger0 {
		c.s.Abort()
	} else {
		c.s.Close()
	}
	c.s.ReadQ.WakeAll()
	c.s.WriteQ.WakeAll()
	return nil
}

// CloseWrite ends the sending half (shutdown with SHUT_WR): FIN follows what
// was written.
func (c *Conn) CloseWrite() error {
	h := c.n.h
	h.Enter("shutdown")
	defer h.Exit("shutdown", 0)
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	if err := c.s.CloseWrite(); err != nil {
		return c.opError("close", sysError("shutdown", err))
	}
	return nil
}

// SetLinger chooses what Close does: with 0 it resets the connection and drops
// what was not sent; with any other value it sends the rest in the background.
func (c *Conn) SetLinger(sec int) error {
	return c.set(func() { c.linger0 = sec == 0 })
}

// SetNoDelay turns Nagle's algorithm off (true, as package net's default) or on.
func (c *Conn) SetNoDelay(on bool) error {
	return c.set(func() { c.s.Conn.SetNoDelay(c.n.l.Now(), on) })
}

// SetZeroCopy makes Write refer to the caller's memory instead of copying it, as
// MSG_ZEROCOPY does: what was written must not change until WaitZeroCopy returns.
func (c *Conn) SetZeroCopy(on bool) error {
	return c.set(func() { c.zeroCopy = on })
}

// WaitZeroCopy waits until nothing refers to memory that was written without a
// copy: it has been acknowledged and has left every queue.
func (c *Conn) WaitZeroCopy() error {
	h := c.n.h
	h.Enter("recvmsg")
	defer h.Exit("recvmsg", 0)
	for c.s.ZeroCopyPending() > 0 {
		if err := c.writable(); err != nil {
			return err
		}
		h.Wait(&c.s.WriteQ, "recvmsg", c.writ.at())
	}
	return nil
}

// SetDeadline implements net.Conn; the time is the loop's.
func (c *Conn) SetDeadline(t time.Time) error {
	return c.set(func() { c.read.set(t); c.writ.set(t); c.s.ReadQ.WakeAll(); c.s.WriteQ.WakeAll() })
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	return c.set(func() { c.read.set(t); c.s.ReadQ.WakeAll() })
}

// SetWriteDeadline implements net.Conn.
func (c *Conn) SetWriteDeadline(t time.Time) error {
	return c.set(func() { c.writ.set(t); c.s.WriteQ.WakeAll() })
}

func (c *Conn) set(fn func()) error {
	c.n.l.Enter()
	defer c.n.l.Exit()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	fn()
	return nil
}

// LocalAddr implements net.Conn.
func (c *Conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *Conn) RemoteAddr() net.Addr { return c.remote }

package netconn

import (
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/netkit-go/netkit/pkg/stack"
)

// PacketConn is a UDP socket. One that was dialled is also a net.Conn.
type PacketConn struct {
	n      *Net
	s      *stack.UDPSocket
	netw   string
	local  net.Addr
	remote net.Addr // nil: not connected

	closed     bool
	read, writ deadline
}

func newPacketConn(n *Net, netw string, s *stack.UDPSocket) *PacketConn {
	c := &PacketConn{n: n, s: s, netw: netw, local: netAddr("udp", s.LocalAddr())}
	if r := s.RemoteAddr(); r.IsValid() {
		c.remote = netAddr("udp", r)
	}
	return c
}

// ListenPacket opens a UDP socket on a literal address and port. Port 0 lets
// the stack choose.
func (n *Net) ListenPacket(netw, address string) (*PacketConn, error) {
	at, err := passive("udp", netw, address)
	if err != nil {
		return nil, err
	}
	n.h.Enter("bind")
	defer n.h.Exit("bind", 0)
	s, err := n.h.Stack().BindUDP(at, netip.AddrPort{})
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: netw, Addr: netAddr("udp", at), Err: sysError("bind", err)}
	}
	return newPacketConn(n, netw, s), nil
}

func (c *PacketConn) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: c.netw, Source: c.local, Addr: c.remote, Err: err}
}

// ReadFromAddrPort reads one datagram; what does not fit into p is lost.
func (c *PacketConn) ReadFromAddrPort(p []byte) (n int, from netip.AddrPort, err error) {
	h := c.n.h
	h.Enter("recvfrom")
	defer func() { h.Exit("recvfrom", n) }()
	for {
		switch {
		case c.closed:
			return 0, from, c.opError("read", net.ErrClosed)
		case c.read.passed(c.n.l.Now()):
			return 0, from, c.opError("read", os.ErrDeadlineExceeded)
		}
		n, from, err = c.s.Recv(p)
		switch err {
		case nil:
			return n, from, nil
		case stack.ErrWouldBlock:
			h.Wait(&c.s.RecvQ, "recvfrom", c.read.at())
		default:
			return n, from, c.opError("read", sysError("recvfrom", err))
		}
	}
}

// WriteToAddrPort sends one datagram. The zero AddrPort is the connected peer.
func (c *PacketConn) WriteToAddrPort(p []byte, to netip.AddrPort) (n int, err error) {
	h := c.n.h
	h.Enter("sendto")
	defer func() { h.Exit("sendto", n) }()
	switch {
	case c.closed:
		return 0, c.opError("write", net.ErrClosed)
	case c.writ.passed(c.n.l.Now()):
		return 0, c.opError("write", os.ErrDeadlineExceeded)
	}
	if err := c.s.Send(p, netip.AddrPortFrom(to.Addr().Unmap(), to.Port())); err != nil {
		return 0, c.opError("write", sysError("sendto", err))
	}
	return len(p), nil
}

// ReadFrom implements net.PacketConn.
func (c *PacketConn) ReadFrom(p []byte) (int, net.Addr, error) {
	n, from, err := c.ReadFromAddrPort(p)
	if err != nil {
		return n, nil, err
	}
	return n, net.UDPAddrFromAddrPort(from), nil
}

// WriteTo implements net.PacketConn.
func (c *PacketConn) WriteTo(p []byte, to net.Addr) (int, error) {
	a, ok := to.(*net.UDPAddr)
	if !ok {
		return 0, c.opError("write", &net.AddrError{Err: "not a UDP address", Addr: to.String()})
	}
	return c.WriteToAddrPort(p, a.AddrPort())
}

// Read implements net.Conn.
func (c *PacketConn) Read(p []byte) (int, error) {
	n, _, err := c.ReadFromAddrPort(p)
	return n, err
}

// Write implements net.Conn.
func (c *PacketConn) Write(p []byte) (int, error) {
	return c.WriteToAddrPort(p, netip.AddrPort{})
}

// Close implements net.Conn.
func (c *PacketConn) Close() error {
	c.n.h.Enter("close")
	defer c.n.h.Exit("close", 0)
	if c.closed {
		return c.opError("close", net.ErrClosed)
	}
	c.closed = true
	c.s.Close()
	c.s.RecvQ.WakeAll()
	return nil
}

// LocalAddr implements net.Conn.
func (c *PacketConn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn; it is nil for a socket that is not connected.
func (c *PacketConn) RemoteAddr() net.Addr { return c.remote }

// SetDeadline implements net.Conn; the time is the loop's.
func (c *PacketConn) SetDeadline(t time.Time) error {
	return c.set(func() { c.read.set(t); c.writ.set(t); c.s.RecvQ.WakeAll() })
}

// SetReadDeadline implements net.Conn.
func (c *PacketConn) SetReadDeadline(t time.Time) error {
	return c.set(func() { c.read.set(t); c.s.RecvQ.WakeAll() })
}

// SetWriteDeadline implements net.Conn.
func (c *PacketConn) SetWriteDeadline(t time.Time) error {
	return c.set(func() { c.writ.set(t) })
}

// SetReadBuffer bounds the memory of datagrams that wait (SO_RCVBUF), in bytes.
// Linux doubles what a program asks for, for its own overhead; this is the bound
// itself.
func (c *PacketConn) SetReadBuffer(bytes int) error {
	return c.set(func() { c.s.SetRecvBuf(bytes) })
}

func (c *PacketConn) set(fn func()) error {
	c.n.l.Enter()
	defer c.n.l.Exit()
	if c.closed {
		return c.opError("set", net.ErrClosed)
	}
	fn()
	return nil
}

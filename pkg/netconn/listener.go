package netconn

import (
	"context"
	"net"
	"os"
	"time"

	"github.com/netkit-go/netkit/pkg/stack"
)

// Listener accepts TCP connections.
type Listener struct {
	n      *Net
	s      *stack.TCPListener
	netw   string
	addr   net.Addr
	closed bool
	accept deadline
}

// Backlog is the length of the accept queue of listeners made by Listen:
// Linux's net.core.somaxconn.
const Backlog = 4096

// Listen listens on a literal address and port. Port 0 lets the stack choose;
// the address may be empty for all addresses of both families.
func (n *Net) Listen(netw, address string) (*Listener, error) {
	at, err := passive("tcp", netw, address)
	if err != nil {
		return nil, err
	}
	n.h.Enter("listen")
	defer n.h.Exit("listen", 0)
	s, err := n.h.Stack().ListenTCP(at, Backlog)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: netw, Addr: netAddr("tcp", at), Err: sysError("bind", err)}
	}
	return &Listener{n: n, s: s, netw: netw, addr: netAddr("tcp", s.LocalAddr())}, nil
}

// Accept implements net.Listener.
func (l *Listener) Accept() (net.Conn, error) {
	h := l.n.h
	h.Enter("accept4")
	defer h.Exit("accept4", 0)
	for {
		if l.closed {
			return nil, l.opError("accept", net.ErrClosed)
		}
		if l.accept.passed(l.n.l.Now()) {
			return nil, l.opError("accept", os.ErrDeadlineExceeded)
		}
		s, err := l.s.Accept()
		if err == nil {
			return newConn(l.n, l.netw, s), nil
		}
		if err != stack.ErrWouldBlock {
			return nil, l.opError("accept", sysError("accept4", err))
		}
		h.Wait(&l.s.AcceptQ, "accept4", l.accept.at())
	}
}

func (l *Listener) opError(op string, err error) error {
	return &net.OpError{Op: op, Net: l.netw, Addr: l.addr, Err: err}
}

// Close implements net.Listener. Connections that nobody accepted are reset.
func (l *Listener) Close() error {
	l.n.h.Enter("close")
	defer l.n.h.Exit("close", 0)
	if l.closed {
		return l.opError("close", net.ErrClosed)
	}
	l.closed = true
	l.s.Close()
	l.s.AcceptQ.WakeAll()
	return nil
}

// Addr implements net.Listener.
func (l *Listener) Addr() net.Addr { return l.addr }

// SetDeadline limits Accept.
func (l *Listener) SetDeadline(t time.Time) error {
	l.n.l.Enter()
	defer l.n.l.Exit()
	if l.closed {
		return l.opError("set", net.ErrClosed)
	}
	l.accept.set(t)
	l.s.AcceptQ.WakeAll()
	return nil
}

// Dial is DialContext without a context.
func (n *Net) Dial(netw, address string) (net.Conn, error) {
	return n.DialContext(context.Background(), netw, address)
}

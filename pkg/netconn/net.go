package netconn

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"os"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
)

// Net is the socket layer of one host.
type Net struct {
	h *host.Host
	l *loop.Loop
}

// New returns the socket layer of h.
func New(h *host.Host) *Net { return &Net{h: h, l: h.Loop()} }

// Host returns the host.
func (n *Net) Host() *host.Host { return n.h }

// network splits a network name such as "tcp4".
func network(name string) (proto string, v4, v6 bool, err error) {
	switch name {
	case "tcp", "udp":
		return name, true, true, nil
	case "tcp4", "udp4":
		return name[:3], true, false, nil
	case "tcp6", "udp6":
		return name[:3], false, true, nil
	}
	return "", false, false, net.UnknownNetworkError(name)
}

// addrPort reads an address of literal IP and port: names are a resolver's work.
func addrPort(address string, v4, v6, passive bool) (netip.AddrPort, error) {
	if passive && len(address) > 0 && address[0] == ':' {
		if v6 {
			address = "[::]" + address
		} else {
			address = "0.0.0.0" + address
		}
	}
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return ap, &net.AddrError{Err: "not an IP address and port", Addr: address}
	}
	ap = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	if ap.Addr().Is4() && !v4 || ap.Addr().Is6() && !v6 {
		return ap, &net.AddrError{Err: "address family does not fit the network", Addr: address}
	}
	return ap, nil
}

// passive reads the arguments of a listening call for the given protocol.
func passive(proto, netw, address string) (netip.AddrPort, error) {
	p, v4, v6, err := network(netw)
	if err == nil && p != proto {
		err = net.UnknownNetworkError(netw)
	}
	var at netip.AddrPort
	if err == nil {
		at, err = addrPort(address, v4, v6, true)
	}
	if err != nil {
		err = &net.OpError{Op: "listen", Net: netw, Err: err}
	}
	return at, err
}

// DialContext connects to a literal IP address and port. The networks are tcp
// and udp, with 4 or 6 behind them to insist on a family.
func (n *Net) DialContext(ctx context.Context, netw, address string) (net.Conn, error) {
	return n.DialFrom(ctx, netw, netip.AddrPort{}, address)
}

// DialFrom is DialContext from a given local address; the zero AddrPort, or
// a zero port, leaves the choice to the stack.
func (n *Net) DialFrom(ctx context.Context, netw string, local netip.AddrPort, address string) (net.Conn, error) {
	proto, v4, v6, err := network(netw)
	fail := func(to netip.AddrPort, err error) (net.Conn, error) {
		op := &net.OpError{Op: "dial", Net: netw, Err: err}
		if to.IsValid() {
			op.Addr = netAddr(proto, to)
		}
		return nil, op
	}
	if err != nil {
		return fail(netip.AddrPort{}, err)
	}
	to, err := addrPort(address, v4, v6, false)
	if err != nil {
		return fail(to, err)
	}
	if err := ctx.Err(); err != nil {
		return fail(to, contextError(err))
	}
	if proto == "udp" {
		n.h.Enter("connect")
		s, err := n.h.Stack().BindUDP(local, to)
		n.h.Exit("connect", 0)
		if err != nil {
			return fail(to, os.NewSyscallError("connect", err))
		}
		return newPacketConn(n, netw, s), nil
	}

	n.h.Enter("connect")
	defer n.h.Exit("connect", 0)
	s, err := n.h.Stack().DialTCP(local, to)
	if err != nil {
		return fail(to, os.NewSyscallError("connect", err))
	}
	undo := n.l.OnDone(ctx, s.WriteQ.WakeAll)
	defer undo()
	for !connected(s.Conn.State()) {
		if err := s.Conn.Err(); err != nil {
			s.Close()
			return fail(to, os.NewSyscallError("connect", err))
		}
		if err := ctx.Err(); err != nil {
			s.Abort()
			return fail(to, contextError(err))
		}
		n.h.Wait(&s.WriteQ, "connect", loop.Never)
	}
	return newConn(n, netw, s), nil
}

// connected reports whether the handshake is behind.
func connected(s tcp.State) bool {
	return s != tcp.StateClosed && s != tcp.StateSynSent && s != tcp.StateSynReceived
}

// contextError maps the end of a context as package net does.
func contextError(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return os.ErrDeadlineExceeded
	}
	return err
}

func netAddr(proto string, ap netip.AddrPort) net.Addr {
	if proto[:3] == "udp" {
		return net.UDPAddrFromAddrPort(ap)
	}
	return net.TCPAddrFromAddrPort(ap)
}

// deadline is a moment of the loop's time; 0 is none.
type deadline int64

func (d *deadline) set(t time.Time) {
	if t.IsZero() {
		*d = 0
	} else {
		*d = deadline(max(t.UnixNano(), 1))
	}
}

func (d deadline) passed(now int64) bool { return d != 0 && int64(d) <= now }

func (d deadline) at() int64 {
	if d == 0 {
		return loop.Never
	}
	return int64(d)
}

// sysError turns a stack's errno into what package net returns for the call.
func sysError(call string, err error) error {
	var errno syscall.Errno
	if errors.As(err, &errno) {
		return os.NewSyscallError(call, errno)
	}
	return err
}

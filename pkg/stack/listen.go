package stack

// Listening TCP sockets, and connections that a gateway accepts for others.

import (
	"net/netip"
	"syscall"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/stack/udp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// somaxconn is the backlog of a listener that does not say (net.core.somaxconn).
const somaxconn = 4096

// TCPListener accepts connections.
type TCPListener struct {
	// AcceptQ is woken when Accept would return a connection, and by Close.
	AcceptQ loop.WaitQueue

	st     *Stack
	m      *tcp.Listener
	closed bool

	// While a SYN is processed: where it came from, and the way back.
	in   *Interface
	to   netip.Addr
	path path
}

// ListenTCP opens a listener. A zero local address is [::], which takes IPv4 too;
// port 0 is chosen. The backlog's meaning and the policy at it are tcp.Listener's; 0
// means 4096.
func (s *Stack) ListenTCP(local netip.AddrPort, backlog int) (*TCPListener, error) {
	addr := local.Addr()
	if !addr.IsValid() {
		addr = netip.IPv6Unspecified()
	}
	if err := s.mayBind(&addr, netip.IPv6Unspecified()); err != nil {
		return nil, err
	}
	if addr.IsMulticast() || s.isBroadcast(addr) {
		return nil, syscall.EADDRNOTAVAIL
	}
	t := &s.tcp
	port := local.Port()
	if port == 0 {
		var err error
		if port, err = s.ephemeral(func(p uint16) bool { return t.ports[p] > 0 }); err != nil {
			return nil, err
		}
	}
	local = netip.AddrPortFrom(addr.WithZone(""), port)
	if len(t.byPort) >= MaxTCP {
		return nil, syscall.ENOBUFS
	}
	for _, l := range t.byPort[port] {
		if udp.Overlap(l.m.Local().Addr(), local.Addr()) {
			return nil, syscall.EADDRINUSE
		}
	}
	if backlog <= 0 {
		backlog = somaxconn
	}
	l := &TCPListener{st: s}
	l.m = tcp.NewListener((*listenerEnv)(l), s.pool, s.tr, &t.cfg, local, backlog)
	t.lastID++
	l.m.ID = t.lastID
	t.byPort[port] = append(t.byPort[port], l)
	t.ports[port]++
	return l, nil
}

// LocalAddr is the address of the listener.
func (l *TCPListener) LocalAddr() netip.AddrPort { return l.m.Local() }

// Accept returns the connection that has waited longest; ErrWouldBlock means none.
func (l *TCPListener) Accept() (*TCPSocket, error) {
	if l.closed {
		return nil, ErrClosed
	}
	if c := l.m.Accept(); c != nil {
		return c.User.(*TCPSocket), nil
	}
	return nil, ErrWouldBlock
}

// Close ends listening; connections that nobody accepted are reset.
func (l *TCPListener) Close() {
	if l.closed {
		return
	}
	l.closed = true
	t := &l.st.tcp
	port := l.m.Local().Port()
	list := t.byPort[port]
	for i, x := range list {
		if x == l {
			list = append(list[:i:i], list[i+1:]...)
			break
		}
	}
	if len(list) == 0 {
		delete(t.byPort, port)
	} else {
		t.byPort[port] = list
	}
	t.release(port)
	l.m.Close(l.st.l.Now())
	l.AcceptQ.WakeAll()
}

// listener finds who listens: on the address itself before a wildcard.
func (s *Stack) listener(local netip.AddrPort) *TCPListener {
	var wild *TCPListener
	for _, l := range s.tcp.byPort[local.Port()] {
		a := l.m.Local().Addr()
		if a == local.Addr() {
			return l
		}
		if a.IsUnspecified() && udp.Overlap(a, local.Addr()) {
			wild = l
		}
	}
	return wild
}

// segment gives the listener what no connection wants.
func (l *TCPListener) segment(now int64, i *Interface, s *skb.SKB, local, remote netip.AddrPort) {
	st := l.st
	if len(st.tcp.conns) >= MaxTCP {
		st.n.TCP.ListenDrops++
		st.drop(s, i, trace.TCPListenOverflow, "tcp_conn_request", "")
		return
	}
	pkt := s.Pkt
	l.in = i
	if rst := l.m.Segment(now, local, remote, s); rst != nil {
		rst.Parent = pkt
		st.sendReset(now, i, rst, local, remote)
	}
}

// reuse gives the listener a SYN for a connection in TIME-WAIT, if it may take its place.
func (l *TCPListener) reuse(now int64, i *Interface, k *TCPSocket, s *skb.SKB) bool {
	l.in = i
	return l.m.Reuse(now, k.Conn, s)
}

// listenerEnv is the listener as tcp.ListenerEnv: calls about a connection go to
// its socket.
type listenerEnv TCPListener

func (e *listenerEnv) Output(now int64, c *tcp.Conn, s *skb.SKB) {
	c.User.(*TCPSocket).Output(now, c, s)
}
func (e *listenerEnv) Free(s *skb.SKB)                    { e.st.consume(s) }
func (e *listenerEnv) SetTimer(c *tcp.Conn, at int64)     { c.User.(*TCPSocket).SetTimer(c, at) }
func (e *listenerEnv) Notify(c *tcp.Conn, what tcp.Event) { c.User.(*TCPSocket).Notify(c, what) }
func (e *listenerEnv) Embryo(l *tcp.Listener, c *tcp.Conn) {
	(&TCPSocket{Conn: c, to: e.to, path: e.path}).enter(e.st)
}
func (e *listenerEnv) Acceptable(l *tcp.Listener) { e.AcceptQ.WakeOne() }
func (e *listenerEnv) Path(l *tcp.Listener, local, remote netip.AddrPort) *tcp.Config {
	s := e.st
	cfg := s.tcp.cfg
	e.to, e.path = s.scoped(e.in, remote.Addr()), path{}
	if p, err := s.route(s.l.Now(), e.to, local.Addr()); err == nil {
		e.path = p
		s.pathConfig(&cfg, &p, remote.Addr())
	}
	return &cfg
}

// interceptTCP asks the forwarder about a segment for somebody else.
func (s *Stack) interceptTCP(now int64, i *Interface, x *skb.SKB, h wire.TCP, local, remote netip.AddrPort) {
	f := h.Flags()
	if r := s.fwd.pending[requestKey(wire.ProtoTCP, local, remote)]; r != nil {
		if f.Has(wire.RST) {
			r.abort(trace.TCPReset)
		}
		// A repeated SYN changes nothing: the answer is on its way.
		s.drop(x, i, trace.NotSpecified, "netkit_forwarder", "request is pending")
		return
	}
	if f&(wire.SYN|wire.ACK|wire.RST|wire.FIN) != wire.SYN {
		s.refuse(now, i, x, h, local, remote)
		return
	}
	r := &TCPRequest{}
	if s.hold(now, i, &r.request, x, wire.ProtoTCP, local, remote) {
		s.fwd.f.TCP(r)
	}
}

// Accept answers the SYN in the destination's name. The socket completes the
// handshake by itself: WriteQ is woken when it is established.
func (r *TCPRequest) Accept() (*TCPSocket, error) {
	held, ok := r.finish()
	if !ok {
		return nil, ErrAborted
	}
	s, now := r.st, r.st.l.Now()
	to := s.scoped(r.ifc, r.Flow.Src.Addr())
	p, err := s.route(now, to, r.Flow.Dst.Addr())
	if err != nil {
		held.Clear()
		return nil, err
	}
	k, err := s.newTCP(r.Flow.Dst, r.Flow.Src, to, &p)
	if err != nil {
		held.Clear()
		return nil, err
	}
	if err := k.Conn.Passive(now, held.Pop()); err != nil {
		k.forget()
		return nil, err
	}
	return k, nil
}

// Refuse answers with a reset: nobody listens there.
func (r *TCPRequest) Refuse() {
	held, ok := r.finish()
	if !ok {
		return
	}
	x := held.Pop()
	// The SYN was parsed when it came.
	r.st.refuse(r.st.l.Now(), r.ifc, x, wire.TCP(x.Bytes()), r.Flow.Dst, r.Flow.Src)
}

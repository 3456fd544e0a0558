package tcp

// Passive open: RFC 9293 3.10.1 and 3.10.7.2; RFC 4987 (SYN floods).

import (
	"net/netip"
	"syscall"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// ListenerEnv is what a listener needs from the stack beside what its connections
// need.
type ListenerEnv interface {
	Env
	// Path returns the configuration of a connection that a SYN asks for: the MSS
	// and GSO of the way to the remote address are in it. Nil is the listener's.
	Path(l *Listener, local, remote netip.AddrPort) *Config
	// Embryo announces a connection in SYN-RECEIVED, before its SYN-ACK leaves:
	// segments of this pair of addresses go to it from now on.
	Embryo(l *Listener, c *Conn)
	// Acceptable reports that Accept will return a connection.
	Acceptable(l *Listener)
}

// Listener is a socket in LISTEN. It has two queues with the bounds of Linux's:
// connections in SYN-RECEIVED, at most backlog of them, beyond which a SYN is
// dropped; and established connections that wait for Accept, at most backlog+1 of
// them, beyond which a SYN is dropped, and the ACK that would complete a handshake
// is ignored, so that both sides try again. There are no SYN cookies: a flood keeps
// new clients out until the embryos time out, but takes no more memory than the
// bound allows.
type Listener struct {
	ID   uint64 // in traces; the stack may set it
	User any    // the stack's

	env     ListenerEnv
	pool    *skb.Pool
	tr      *trace.Tracer
	cfg     Config
	n       *Counters
	local   netip.AddrPort
	backlog int
	closed  bool

	// Both queues, linked by Conn.prev and next, in order of arrival.
	embryos, ready connList
}

type connList struct {
	head, tail *Conn
	n          int
}

func (l *connList) push(c *Conn) {
	c.prev, c.next = l.tail, nil
	if l.tail == nil {
		l.head = c
	} else {
		l.tail.next = c
	}
	l.tail = c
	l.n++
}

func (l *connList) remove(c *Conn) {
	if c.prev != nil {
		c.prev.next = c.next
	} else {
		l.head = c.next
	}
	if c.next != nil {
		c.next.prev = c.prev
	} else {
		l.tail = c.prev
	}
	c.prev, c.next = nil, nil
	l.n--
}

// NewListener returns a listener. A backlog below 1 is taken for 1.
func NewListener(env ListenerEnv, pool *skb.Pool, tr *trace.Tracer, cfg *Config, local netip.AddrPort, backlog int) *Listener {
	l := &Listener{env: env, pool: pool, tr: tr, cfg: *cfg, local: local, backlog: max(backlog, 1)}
	l.n = cfg.Counters
	if l.n == nil {
		l.n = new(Counters)
		l.cfg.Counters = l.n
	}
	return l
}

// Local returns the address.
func (l *Listener) Local() netip.AddrPort { return l.local }

// Segment takes a segment for which there is no connection (3.10.7.2). s.Bytes()
// starts at the TCP header. Segment takes ownership. It returns the RST that the
// stack must send to remote, or nil.
func (l *Listener) Segment(now int64, local, remote netip.AddrPort, s *skb.SKB) (rst *skb.SKB) {
	return l.segment(now, local, remote, s, nil)
}

func (l *Listener) segment(now int64, local, remote netip.AddrPort, s *skb.SKB, old *Conn) *skb.SKB {
	t, err := wire.ParseTCP(s.Bytes())
	if err != nil {
		l.n.InErrs++
		l.drop(now, local, remote, s, trace.HdrTrunc)
		return nil
	}
	f := t.Flags()
	switch {
	case f&wire.RST != 0:
		// "First, check for a RST: An incoming RST should be ignored."
	case f&wire.ACK != 0:
		// "Second, check for an ACK: Any acknowledgment is bad if it arrives on a
		// connection still in the LISTEN state."
		rst := ResetFor(l.pool, local, remote, t, s.Len()-t.HeaderLen())
		l.n.InSegs++
		l.n.OutSegs++
		l.n.OutRsts++
		consume(l.tr, now, s, trace.Flow{Proto: wire.ProtoTCP, Src: remote, Dst: local}, 0)
		return rst
	case f&wire.SYN != 0 && f&wire.FIN == 0:
		if l.closed {
			break
		}
		if l.embryos.n >= l.backlog || l.ready.n > l.backlog {
			if l.ready.n > l.backlog {
				l.n.ListenOverflows++
			}
			l.n.ListenDrops++
			l.n.InSegs++
			l.drop(now, local, remote, s, trace.TCPListenOverflow)
			return nil
		}
		cfg := l.env.Path(l, local, remote)
		if cfg == nil {
			cfg = &l.cfg
		}
		c := New(l.env, l.pool, l.tr, cfg, local, remote)
		c.n = l.n
		c.parent = l
		l.embryos.push(c)
		l.env.Embryo(l, c)
		c.accept(now, s, old)
		return nil
	}
	// "Fourth, other data or control: ... drop the segment": also SYN with FIN, which
	// no TCP sends.
	l.n.InSegs++
	l.drop(now, local, remote, s, trace.TCPFlags)
	return nil
}

// Reuse gives a SYN for a connection in TIME-WAIT to the listener, if the SYN may
// take its place. It reports false, and leaves s alone, if not: then the segment
// is the old connection's.
func (l *Listener) Reuse(now int64, old *Conn, s *skb.SKB) bool {
	t, err := wire.ParseTCP(s.Bytes())
	if err != nil || l.closed {
		return false
	}
	if _, ok := old.mayReuse(t); !ok {
		return false
	}
	old.inside = true
	old.finish(now, nil)
	old.leave(now)
	l.segment(now, old.local, old.remote, s, old)
	return true
}

func (l *Listener) drop(now int64, local, remote netip.AddrPort, s *skb.SKB, why trace.DropReason) {
	if l.tr.On() {
		e := trace.Event{Time: now, Kind: trace.Drop, Stage: "tcp_conn_request", Pkt: s.Pkt, Len: int32(s.Len()), Drop: why}
		e.Flow = trace.Flow{Proto: wire.ProtoTCP, Src: remote, Dst: local}
		describe(&e, s)
		l.tr.Emit(e)
	}
	s.Free()
}

// Passive opens a connection in CLOSED from a SYN, without a listener: the SYN-ACK
// is sent, and the Conn completes the handshake. s.Bytes() starts at the TCP header.
// Passive takes ownership. It is for whoever answers for others, as a gateway.
func (c *Conn) Passive(now int64, s *skb.SKB) error {
	t, err := wire.ParseTCP(s.Bytes())
	if err != nil || t.Flags()&(wire.SYN|wire.ACK|wire.RST|wire.FIN) != wire.SYN || c.state != StateClosed || c.userGone {
		s.Free()
		return syscall.EINVAL
	}
	c.accept(now, s, nil)
	return nil
}

// accept is 3.10.7.2, third: "Set RCV.NXT to SEG.SEQ+1, IRS is set to SEG.SEQ ... ISS
// should be selected and a SYN segment sent of the form <SEQ=ISS><ACK=RCV.NXT><CTL=SYN,ACK>".
// Data on the SYN are not taken: the peer sends them again.
func (c *Conn) accept(now int64, s *skb.SKB, old *Conn) {
	c.inside = true
	c.passive = true
	c.n.PassiveOpens++
	c.state = StateListen // as a copy of the listener; its own first change is the next
	var seg segment
	if c.parse(now, s, &seg) {
		c.consumed(now, s)
		c.start(now)
		if old != nil && seqLE(c.iss, old.sndNxt) {
			// RFC 1122 4.2.2.13 (b): "its initial sequence number ... is larger than the
			// largest sequence number it used on the previous connection incarnation".
			c.restartISN(old.sndNxt + 65537)
		}
		c.takeSYN(now, &seg)
		c.setState(now, StateSynReceived)
		c.sq.pushControl(c, wire.SYN)
		c.sndWnd, c.maxWnd = seg.wnd, seg.wnd
		c.sndWL1, c.sndWL2 = seg.seq, c.iss
		c.output(now)
	}
	c.leave(now)
}

func (c *Conn) restartISN(isn uint32) {
	c.iss, c.sndUna, c.sndNxt, c.sndEnd = isn, isn, isn, isn
	c.nagleSmall, c.rec.point = isn, isn
}

// admit moves an embryo to the accept queue. It reports false when that is full.
func (l *Listener) admit(c *Conn) bool {
	if l.ready.n > l.backlog {
		l.n.ListenOverflows++
		return false
	}
	l.embryos.remove(c)
	l.ready.push(c)
	c.queued = true
	return true
}

// announce tells the listener's user of a connection that has been admitted.
func (l *Listener) announce(now int64, c *Conn) {
	if l.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SockAccept, Stage: "inet_csk_complete_hashdance", Flow: c.flowIn()}
		e.TCP.Conn = c.ID
		l.tr.Emit(e)
	}
	l.env.Acceptable(l)
}

// forget takes a connection that has ended off its queue. One that was established
// stays: its user finds out what became of it.
func (l *Listener) forget(c *Conn) {
	if !c.queued {
		l.embryos.remove(c)
		c.parent = nil
	}
}

// Accept returns the connection that has waited longest, or nil.
func (l *Listener) Accept() *Conn {
	c := l.ready.head
	if c != nil {
		l.ready.remove(c)
		c.parent, c.queued = nil, false
	}
	return c
}

// Waiting is the number of connections that Accept would return.
func (l *Listener) Waiting() int { return l.ready.n }

// Close ends listening. Embryos are forgotten, and connections that nobody has
// accepted are reset, as in Linux.
func (l *Listener) Close(now int64) {
	l.closed = true
	for c := l.embryos.head; c != nil; c = l.embryos.head {
		c.inside = true
		c.userGone = true
		c.finish(now, nil)
		c.leave(now)
	}
	for c := l.Accept(); c != nil; c = l.Accept() {
		c.Abort(now)
	}
}

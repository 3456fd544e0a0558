package tcp

// The connection and its user calls: RFC 9293 3.3.1 (variables), 3.9.1 (user
// interface), 3.10.1 to 3.10.6 (what the calls do).

import (
	"errors"
	"io"
	"net/netip"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Env is what a connection needs from the stack.
type Env interface {
	// Output sends a segment: s.Bytes() starts at the TCP header, whose checksum
	// is partial. It takes ownership of s.
	Output(now int64, c *Conn, s *skb.SKB)
	// SetTimer asks for one call of c.OnTimer at that time, in place of the
	// one asked for before; 0 asks for none. c.TimerBackground() tells whether
	// anything but housekeeping waits for it.
	SetTimer(c *Conn, at int64)
	// Free gives back a received buffer that the user has read.
	Free(s *skb.SKB)
	// Notify reports what has changed since the last call. After Closed the
	// stack forgets c; what has been received can still be read.
	Notify(c *Conn, what Event)
}

// Event is a set of changes.
type Event uint8

// The changes.
const (
	Readable    Event = 1 << iota // data, or the end of data, or an error
	Writable                      // room in the send buffer after Write had found none, or an error
	Connected                     // ESTABLISHED reached
	Closed                        // CLOSED reached
	Failed                        // with an error: see Conn.Err
	Unthrottled                   // small queues let it send again: call Resume
)

// Errors of the user calls beside system error numbers.
var (
	ErrWouldBlock = errors.New("tcp: operation would block")
	ErrClosed     = errors.New("tcp: connection closed by its user")
)

// Conn is one connection.
type Conn struct {
	// ID is the connection's number in traces. The stack may set it.
	ID uint64
	// User is the stack's, for what it keeps beside the connection.
	User any

	env    Env
	pool   *skb.Pool
	tr     *trace.Tracer
	cfg    Config
	n      *Counters
	local  netip.AddrPort
	remote netip.AddrPort

	state State
	err   error
	soft  error // what a soft ICMP error said last: the reason given when the connection times out

	// RFC 9293 3.3.1, send.
	iss     uint32
	sndUna  uint32
	sndNxt  uint32 // the highest sent; a time-out does not move it back
	sndEnd  uint32 // behind the last byte, or FIN, that the user has given
	sndWnd  uint32 // bytes
	sndWL1  uint32
	sndWL2  uint32
	maxWnd  uint32 // largest SND.WND seen: MAX.SND.WND of RFC 5961, Max(SND.WND) of RFC 9293 3.8.6.2.1
	finSent bool   // the user has closed: the last byte of the queue is FIN

	// RFC 9293 3.3.1, receive.
	irs      uint32
	rcvNxt   uint32
	rcvAdv   uint32 // right edge of the window that was announced
	lastAck  uint32 // the acknowledgement sent last: Last.ACK.sent of RFC 7323 4.3
	finRcvd  bool
	userGone bool // Close was called: nobody will read
	passive  bool // MUST-11: SYN-RECEIVED was reached by a passive OPEN

	opt  negotiated
	sq   sendQueue
	rq   recvQueue
	ooo  reassembly
	rtt  rttEstimator
	rec  recovery
	cwnd uint32
	ssth uint32
	cc   congestionControl
	tm   timers
	ack  ackState
	rw   rcvWindow
	ka   keepAliveState
	chal challenge
	zwp  zeroWindow

	nagleSmall uint32 // end of the last short segment sent (Minshall)
	noDelay    bool
	lastSend   int64 // time of the last transmission of data
	lastRecv   int64 // time of the last segment from the peer
	cwndFull   bool  // the last output stopped at the congestion window
	wantWrite  bool  // Write found no room

	wmem      int  // truesize of what is below TCP
	throttled bool // by small queues
	resume    bool // not any more: to be sent when the call under way ends

	inside  bool
	backlog skb.Queue
	events  Event
	pending struct { // reported from within Output
		err  error
		hard bool
		mtu  int
	}

	// A passive connection's listener, until it has been accepted.
	parent     *Listener
	prev, next *Conn
	queued     bool // in the accept queue
	announced  bool // and its user knows
}

// New returns a connection in CLOSED. Config may be shared; it is copied.
// The addresses are of one family, without IPv4-mapped forms.
func New(env Env, pool *skb.Pool, tr *trace.Tracer, cfg *Config, local, remote netip.AddrPort) *Conn {
	c := &Conn{env: env, pool: pool, tr: tr, local: local, remote: remote}
	c.cfg = cfg.withDefaults(remote.Addr())
	c.n = c.cfg.Counters
	if c.n == nil {
		c.n = new(Counters)
	}
	c.noDelay = c.cfg.NoDelay
	c.ka.KeepAlive = c.cfg.KeepAlive
	c.opt.init(&c.cfg)
	c.rtt.init(&c.cfg)
	c.rw.init(&c.cfg)
	c.cc = newCongestionControl(c.cfg.CongestionControl)
	c.ssth = 1<<31 - 1 // RFC 5681 3.1: "SHOULD be set arbitrarily high"
	return c
}

// Connect is an active OPEN (3.10.1). It sends the SYN and returns at once.
func (c *Conn) Connect(now int64) error {
	if c.state != StateClosed || c.sndEnd != c.iss || c.err != nil || c.userGone {
		return syscall.EISCONN
	}
	c.inside = true
	c.n.ActiveOpens++
	c.start(now)
	c.setState(now, StateSynSent)
	c.sq.pushControl(c, wire.SYN)
	c.output(now)
	c.leave(now)
	return nil
}

// start chooses the initial sequence number.
func (c *Conn) start(now int64) {
	isn, tsOff := initialSequence(&c.cfg.Secret, now, c.local, c.remote)
	if c.cfg.ISN != nil {
		isn = c.cfg.ISN(now, c.local, c.remote)
	}
	c.iss = isn
	c.sndUna, c.sndNxt, c.sndEnd, c.nagleSmall = isn, isn, isn, isn
	c.rec.point = isn
	c.opt.tsOffset = tsOff
	c.lastRecv = now
}

// established does what is due on entering ESTABLISHED.
func (c *Conn) established(now int64) {
	c.setState(now, StateEstablished)
	c.cwnd = initialWindow(c.opt.mss)
	// RFC 5681 3.1: "if the SYN or SYN/ACK is lost, the initial window used by
	// a sender after a correctly transmitted SYN MUST be one segment".
	if c.rtt.synRetransmitted {
		c.cwnd = uint32(c.opt.mss)
		c.rtt.afterHandshake()
	}
	c.lastSend = now
	c.ack.quick = maxQuickAcks
	c.rw.start(c, now)
	c.growSendBuf()
	c.keepAliveStart(now)
	c.events |= Connected | Writable
}

// Write copies as much of p as the send buffer takes (3.10.2, SEND).
func (c *Conn) Write(now int64, p []byte) (int, error) {
	if err := c.mayWrite(); err != nil || len(p) == 0 {
		return 0, err
	}
	c.inside = true
	return c.wrote(now, c.sq.write(c, now, p), len(p))
}

// wrote sends what it may of n octets that the send queue has taken, and remembers
// the user who has more than that.
func (c *Conn) wrote(now int64, n, asked int) (int, error) {
	if n < asked {
		c.wantWrite = true
	}
	c.output(now)
	c.leave(now)
	if n == 0 {
		return 0, ErrWouldBlock
	}
	return n, nil
}

// mayWrite says why the user cannot write now, if so.
func (c *Conn) mayWrite() error {
	if c.err != nil {
		return c.err
	}
	if c.userGone {
		return ErrClosed
	}
	switch c.state {
	case StateSynSent, StateSynReceived:
		if c.finSent {
			return syscall.EPIPE
		}
		c.wantWrite = true
		return ErrWouldBlock
	case StateEstablished, StateCloseWait:
		return nil
	}
	return syscall.EPIPE
}

// Reserve is a write without the copy: it returns a buffer whose bytes the caller
// fills and gives back by Commit. Until then they count as written.
func (c *Conn) Reserve(now int64) (*skb.SKB, error) {
	if err := c.mayWrite(); err != nil {
		return nil, err
	}
	s := c.sq.reserve(c, now)
	if s == nil {
		c.wantWrite = true
		return nil, ErrWouldBlock
	}
	return s, nil
}

// Commit sends the first n bytes of a buffer from Reserve, whose owner it
// becomes. With 0 bytes it only gives the room back.
func (c *Conn) Commit(now int64, s *skb.SKB, n int) error {
	c.sq.reserved -= s.Len()
	err := c.mayWrite()
	if err != nil || n == 0 {
		s.Free()
		return err
	}
	c.inside = true
	c.sq.commit(c, now, s, n)
	c.output(now)
	c.leave(now)
	return nil
}

// Read copies received bytes to p and frees what has been read (3.10.3,
// RECEIVE). It returns io.EOF once the peer's FIN has been reached.
func (c *Conn) Read(now int64, p []byte) (int, error) {
	if c.userGone {
		return 0, ErrClosed
	}
	if c.rq.bytes == 0 {
		switch {
		case c.finRcvd:
			return 0, io.EOF
		case c.err != nil:
			return 0, c.err
		case c.state == StateClosed:
			return 0, io.EOF
		}
		return 0, ErrWouldBlock
	}
	if len(p) == 0 {
		return 0, nil
	}
	c.inside = true
	n := c.rq.read(c, now, p)
	c.rw.afterRead(c, now, n)
	c.leave(now)
	return n, nil
}

// Buffered is the number of bytes that Read would find.
func (c *Conn) Buffered() int { return c.rq.bytes }

// CloseWrite sends FIN behind what has been written: the first half of CLOSE
// (3.10.4). Reading goes on.
func (c *Conn) CloseWrite(now int64) error {
	if c.err != nil {
		return c.err
	}
	if c.finSent {
		return nil
	}
	switch c.state {
	case StateEstablished, StateSynReceived, StateCloseWait:
	default:
		return syscall.ENOTCONN
	}
	c.inside = true
	c.sendFin(now)
	c.leave(now)
	return nil
}

// sendFin queues FIN and enters the state that goes with it. In SYN-RECEIVED it is
// always queued "for processing after entering ESTABLISHED state".
func (c *Conn) sendFin(now int64) {
	c.finSent = true
	c.sq.pushFin(c)
	switch c.state {
	case StateEstablished:
		c.setState(now, StateFinWait1)
	case StateCloseWait:
		c.setState(now, StateLastAck)
	}
	c.output(now)
}

// Close says that the user is done with both directions (3.10.4). What has been
// written is still delivered. Received data that nobody has read turn the
// close into a reset: RFC 9293 3.6.1 "its TCP implementation SHOULD send a RST to
// show that data was lost" (SHLD-3).
func (c *Conn) Close(now int64) {
	if c.userGone {
		return
	}
	c.inside = true
	unread := c.rq.bytes > 0
	c.userGone = true
	c.rq.clear(c, now)
	switch c.state {
	case StateClosed:
	case StateListen, StateSynSent:
		c.finish(now, nil)
	case StateSynReceived, StateEstablished, StateCloseWait, StateFinWait1, StateFinWait2:
		switch {
		case unread:
			c.n.TCPAbortOnClose++
			c.sendReset(now)
			c.finish(now, nil)
		case !c.finSent:
			c.sendFin(now)
		case c.state == StateFinWait2:
			c.finWaitStart(now)
		}
	}
	c.leave(now)
}

// Abort ends the connection at once (3.10.5): RST to a peer that knows of it, and
// nothing more is sent. It is also a close with a linger time of zero.
func (c *Conn) Abort(now int64) {
	c.inside = true
	c.userGone = true
	c.rq.clear(c, now)
	switch c.state {
	case StateSynReceived, StateEstablished, StateFinWait1, StateFinWait2, StateCloseWait:
		c.sendReset(now)
	}
	c.finish(now, nil)
	c.leave(now)
}

// fail ends the connection with an error for the user.
func (c *Conn) fail(now int64, err error) { c.finish(now, err) }

// finish enters CLOSED and frees everything but what can still be read.
func (c *Conn) finish(now int64, err error) {
	if c.state == StateClosed {
		return
	}
	if err != nil && !c.userGone {
		c.err = err
		c.events |= Failed
	}
	switch c.state {
	case StateSynSent, StateSynReceived:
		c.n.AttemptFails++
	case StateEstablished, StateCloseWait:
		c.n.EstabResets++
	}
	c.setState(now, StateClosed)
	c.sq.clear(c, now)
	c.ooo.clear(c, now)
	c.rec.clear()
	if c.userGone {
		c.rq.clear(c, now)
	}
	c.tm.deadline = [numTimers]int64{}
	if c.parent != nil {
		c.parent.forget(c)
	}
	c.events |= Closed | Readable | Writable
}

// leave ends a call: the backlog is worked off, then the stack is told.
func (c *Conn) leave(now int64) {
	for {
		if s := c.backlog.Pop(); s != nil {
			c.segment(now, s)
			continue
		}
		if c.resume {
			c.resume = false
			c.output(now)
			continue
		}
		if p := &c.pending; p.mtu != 0 || p.err != nil {
			mtu, err, hard := p.mtu, p.err, p.hard
			p.mtu, p.err = 0, nil
			if mtu != 0 {
				c.setMTU(now, mtu)
			}
			if err != nil {
				c.icmpError(now, err, hard)
			}
			continue
		}
		break
	}
	c.inside = false
	c.armTimer()
	if ev := c.events; ev != 0 {
		c.events = 0
		c.env.Notify(c, ev)
	}
	if c.queued && !c.announced {
		c.announced = true
		c.parent.announce(now, c)
	}
}

// State returns the state.
func (c *Conn) State() State { return c.state }

// Err returns why the connection failed, or nil.
func (c *Conn) Err() error { return c.err }

// Local and Remote return the addresses.
func (c *Conn) Local() netip.AddrPort  { return c.local }
func (c *Conn) Remote() netip.AddrPort { return c.remote }

// SetNoDelay turns the Nagle algorithm off, or on again. Data that it held back
// are sent.
func (c *Conn) SetNoDelay(now int64, on bool) {
	c.noDelay = on
	if c.inside {
		c.resume = c.resume || on
		return
	}
	if on && c.state.synchronized() {
		c.inside = true
		c.output(now)
		c.leave(now)
	}
}

// SetUserTimeout changes Config.UserTimeout.
func (c *Conn) SetUserTimeout(d time.Duration) { c.cfg.UserTimeout = d }

// Info is what there is to know about a connection, after Linux's tcp_info.
type Info struct {
	State       State
	CAState     CAState
	Options     struct{ Timestamps, SACK, WindowScale bool }
	SndWScale   uint8
	RcvWScale   uint8
	MSS         int // payload of the largest segment sent now
	RTT         time.Duration
	RTTVar      time.Duration
	RTO         time.Duration
	Backoff     int
	Cwnd        uint32 // bytes
	Ssthresh    uint32 // bytes
	InFlight    uint32 // bytes: RFC 6675's pipe
	Unacked     uint32 // bytes: SND.NXT - SND.UNA
	Unsent      uint32 // bytes
	Sacked      uint32 // bytes
	Lost        uint32 // bytes
	Retransmits uint64 // segments
	SndWnd      uint32
	RcvWnd      uint32
	SendBuf     int
	RecvBuf     int
	Buffered    int // bytes to read
	OutOfOrder  int // bytes received out of order
}

// Info returns a snapshot.
func (c *Conn) Info() Info {
	i := Info{
		State: c.state, CAState: c.rec.state, SndWScale: c.opt.sndWScale, RcvWScale: c.opt.rcvWScale,
		MSS: int(c.opt.mss), RTT: time.Duration(c.rtt.srtt), RTTVar: time.Duration(c.rtt.rttvar), RTO: time.Duration(c.rtt.rto),
		Backoff: c.rtt.backoff, Cwnd: c.cwnd, Ssthresh: c.ssth, InFlight: c.pipe(), Unacked: c.sndNxt - c.sndUna,
		Unsent: c.sndEnd - c.sndNxt, Sacked: c.rec.sacked, Lost: c.rec.lost, Retransmits: c.rec.total,
		SndWnd: c.sndWnd, RcvWnd: c.rcvAdv - c.rcvNxt, SendBuf: c.sq.limit, RecvBuf: c.rw.buf,
		Buffered: c.rq.bytes, OutOfOrder: c.ooo.bytes,
	}
	i.Options.Timestamps, i.Options.SACK, i.Options.WindowScale = c.opt.ts, c.opt.sack, c.opt.wscale
	return i
}

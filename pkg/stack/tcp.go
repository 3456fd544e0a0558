package stack

// TCP sockets: the glue between package tcp's machines and IP. Demultiplexing: RFC
// 9293 3.9.2, 3.10.7; path MTU discovery: RFC 1191 6.4, RFC 8201 5.4; ICMP errors: RFC
// 9293 3.9.2.2, RFC 5927.

import (
	"errors"
	"net/netip"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// MaxTCP bounds the connections of a stack, those in TIME-WAIT included. Beyond it
// DialTCP returns ENOBUFS and a SYN is dropped.
const MaxTCP = 65536

// limitOutputBytes is the default of tcp_limit_output_bytes. In real time, where
// devices complete at once, small queues are off.
const limitOutputBytes = 4 << 20

// Errors of socket calls beside system error numbers.
var (
	ErrWouldBlock = tcp.ErrWouldBlock
	ErrClosed     = tcp.ErrClosed
	ErrAborted    = errors.New("stack: the client has given up")
)

// flowKey is a flow without pointers, so that hashing it is cheap. IPv4
// addresses are in their mapped form, which no IPv6 packet here can have.
type flowKey struct {
	local, remote         [16]byte
	localPort, remotePort uint16
	proto                 uint8 // 0: TCP's connections
}

func makeKey(local, remote netip.AddrPort) flowKey {
	return flowKey{local: local.Addr().As16(), remote: remote.Addr().As16(), localPort: local.Port(), remotePort: remote.Port()}
}

// tcpState is the stack's TCP tables.
type tcpState struct {
	cfg    tcp.Config
	conns  map[flowKey]*TCPSocket    // looked up only
	byPort map[uint16][]*TCPListener // in order of listening
	ports  map[uint16]int            // connections and listeners on a local port
	lastID uint64
}

func (s *Stack) initTCP() {
	t := &s.tcp
	t.cfg = s.cfg.TCP
	t.cfg.Counters = &s.n.TCP
	if t.cfg.LimitOutputBytes == 0 && s.cfg.Meter != nil {
		t.cfg.LimitOutputBytes = limitOutputBytes
	}
	if t.cfg.Secret == [32]byte{} {
		for i := range t.cfg.Secret {
			t.cfg.Secret[i] = byte(s.rand() >> 32)
		}
	}
	t.conns = make(map[flowKey]*TCPSocket)
	t.byPort = make(map[uint16][]*TCPListener)
	t.ports = make(map[uint16]int)
}

// TCPSocket is one connection with its place in the stack. Its calls do not block.
type TCPSocket struct {
	Conn *tcp.Conn
	// ReadQ is woken when Read would find data, the end, or an error; WriteQ
	// when the connection is established, when Write would find room, and on errors.
	ReadQ, WriteQ loop.WaitQueue
	// Unlocked is woken when a system call lets go of the socket.
	Unlocked loop.WaitQueue

	st     *Stack
	key    flowKey
	path   path
	to     netip.Addr // the remote address with its zone, for the route
	h      header
	timer  loop.Timer
	listed bool // in the stack's table

	owned      bool      // by a system call
	backlog    skb.Queue // what came meanwhile
	backlogMem int
	timerDue   bool  // its timer fired while it was owned
	resume     bool  // small queues let it send again, once it is not owned
	txQueue    int16 // sk_tx_queue_mapping plus one; 0: none
	pinned     int   // bytes of its writer's memory that it refers to

	confirmed int64 // when the neighbour was last told that the path works
}

// newTCP makes a connection for a path.
func (s *Stack) newTCP(local, remote netip.AddrPort, to netip.Addr, p *path) (*TCPSocket, error) {
	if len(s.tcp.conns) >= MaxTCP {
		return nil, syscall.ENOBUFS
	}
	if s.tcp.conns[makeKey(local, remote)] != nil {
		return nil, syscall.EADDRINUSE
	}
	k := &TCPSocket{path: *p, to: to}
	cfg := s.tcp.cfg
	s.pathConfig(&cfg, p, remote.Addr())
	k.Conn = tcp.New(k, s.pool, s.tr, &cfg, local, remote)
	k.enter(s)
	return k, nil
}

// maxSegmentPacket is the largest packet that carries one segment: the loopback's
// MTU is larger than the length field of IP can say, and package tcp leaves room for the
// largest headers.
const maxSegmentPacket = wire.IPv4MaxTotalLen - wire.IPv4MaxHeaderLen - wire.TCPMaxHeaderLen + wire.IPv4MinHeaderLen + wire.TCPMinHeaderLen

// pathConfig fills in what the path decides: the MSS (RFC 9293 3.7.1, RFC 6691: the
// MTU less the fixed headers) and super-segments.
func (s *Stack) pathConfig(cfg *tcp.Config, p *path, remote netip.Addr) {
	hlen := wire.IPv6HeaderLen
	if remote.Is4() {
		hlen = wire.IPv4MinHeaderLen
	}
	cfg.MSS = min(p.mtu, maxSegmentPacket) - hlen - wire.TCPMinHeaderLen
	if limit := s.cfg.TCP.MSS; limit > 0 {
		cfg.MSS = min(cfg.MSS, limit)
	}
	if s.cfg.TCP.GSOMax == 0 {
		cfg.GSOMax = p.ifc.info.GSOMax
	}
}

// enter puts a socket with its connection into the tables.
func (k *TCPSocket) enter(s *Stack) {
	c, t := k.Conn, &s.tcp
	local, remote := c.Local(), c.Remote()
	k.st, k.key = s, makeKey(local, remote)
	t.lastID++
	c.ID, c.User = t.lastID, k
	k.timer.Init(s.l, k.onTimer)
	k.h = header{src: local.Addr(), dst: remote.Addr(), proto: wire.ProtoTCP, id: uint16(s.rand()), label: s.flowLabel(local, remote)}
	t.conns[k.key] = k
	t.ports[local.Port()]++
	k.listed = true
}

// DialTCP sends a SYN and returns at once: Conn.State and Conn.Err tell, and
// WriteQ is woken. A zero local address or port is chosen.
func (s *Stack) DialTCP(local, remote netip.AddrPort) (*TCPSocket, error) {
	now := s.l.Now()
	if !remote.IsValid() || remote.Port() == 0 {
		return nil, syscall.EINVAL
	}
	addr := local.Addr()
	if err := s.mayBind(&addr, remote.Addr()); err != nil {
		return nil, err
	}
	dst := remote.Addr()
	if dst.IsUnspecified() {
		// As in Linux: the unspecified address means this host.
		dst = netip.IPv6Loopback()
		if remote.Addr().Is4() {
			dst = s.ifaces[0].addrs[0].Addr()
		}
	}
	if dst.IsMulticast() || s.isBroadcast(dst) {
		return nil, syscall.ENETUNREACH
	}
	p, err := s.route(now, dst, addr)
	if err != nil {
		return nil, err
	}
	remote = netip.AddrPortFrom(dst.WithZone(""), remote.Port())
	port := local.Port()
	if port == 0 {
		port, err = s.ephemeral(func(port uint16) bool {
			return s.tcp.ports[port] > 0 && (len(s.tcp.byPort[port]) > 0 || s.tcp.conns[makeKey(netip.AddrPortFrom(p.src, port), remote)] != nil)
		})
		if err != nil {
			return nil, err
		}
	}
	k, err := s.newTCP(netip.AddrPortFrom(p.src, port), remote, dst, &p)
	if err != nil {
		return nil, err
	}
	k.lock()
	if err := k.Conn.Connect(now); err != nil {
		k.forget()
		return nil, err
	}
	return k, nil
}

// LocalAddr and RemoteAddr return the ends of the connection.
func (k *TCPSocket) LocalAddr() netip.AddrPort  { return k.Conn.Local() }
func (k *TCPSocket) RemoteAddr() netip.AddrPort { return k.Conn.Remote() }

// Read, Write, CloseWrite, Close and Abort are those of tcp.Conn, now.
func (k *TCPSocket) Read(p []byte) (int, error) {
	k.lock()
	k.st.meter.Charge(stage.TCPRecvmsg)
	n, err := k.Conn.Read(k.st.l.Now(), p)
	if n > 0 {
		k.st.meter.ChargeBytes(stage.CopyToUser, n)
	}
	return n, err
}

func (k *TCPSocket) Write(p []byte) (int, error) {
	k.lock()
	k.st.meter.Charge(stage.TCPSendmsg)
	n, err := k.Conn.Write(k.st.l.Now(), p)
	if n > 0 {
		k.st.meter.ChargeBytes(stage.CopyFromUser, n)
	}
	return n, err
}

// Reserve and Commit are a write without a copy inside: see tcp.Conn.
func (k *TCPSocket) Reserve() (*skb.SKB, error) { return k.Conn.Reserve(k.st.l.Now()) }

func (k *TCPSocket) Commit(s *skb.SKB, n int) error {
	k.lock()
	k.st.meter.Charge(stage.TCPSendmsg)
	if n > 0 {
		k.st.meter.ChargeBytes(stage.CopyFromUser, n)
	}
	return k.Conn.Commit(k.st.l.Now(), s, n)
}

func (k *TCPSocket) CloseWrite() error { k.lock(); return k.Conn.CloseWrite(k.st.l.Now()) }
func (k *TCPSocket) Close()            { k.lock(); k.Conn.Close(k.st.l.Now()); k.wake() }
func (k *TCPSocket) Abort()            { k.lock(); k.Conn.Abort(k.st.l.Now()); k.wake() }

func (k *TCPSocket) wake() {
	k.ReadQ.WakeAll()
	k.WriteQ.WakeAll()
}

// WriteZeroCopy is Write without the copy: p must not change until ZeroCopyPending says
// that it is no longer referred to; WriteQ is woken then.
func (k *TCPSocket) WriteZeroCopy(p []byte) (int, error) {
	k.lock()
	k.st.meter.Charge(stage.TCPSendmsg)
	n, err := k.Conn.WriteZeroCopy(k.st.l.Now(), p, k.unpin)
	if n > 0 {
		k.pinned += n
		k.st.meter.ChargeBytes(stage.ZeroCopyPin, n)
	}
	return n, err
}

// ZeroCopyPending is how many bytes of its writer's memory the socket refers to.
func (k *TCPSocket) ZeroCopyPending() int { return k.pinned }

// unpin is the completion of a piece (msg_zerocopy_callback).
func (k *TCPSocket) unpin(n int) {
	k.pinned -= n
	if k.st.tr.On() {
		k.st.tr.Emit(trace.Event{Kind: trace.ZeroCopyDone, Stage: "msg_zerocopy_complete", Sock: k.Conn.ID, Len: int32(n),
			Flow: trace.Flow{Proto: wire.ProtoTCP, Src: k.Conn.Local(), Dst: k.Conn.Remote()}})
	}
	if k.pinned == 0 {
		k.st.wakeTasks(&k.WriteQ, "sock_def_error_report", k.Conn.ID, wire.ProtoTCP, k.Conn.Local(), k.Conn.Remote())
	}
}

// Output implements tcp.Env: it pushes IP and sends (__ip_queue_xmit).
func (k *TCPSocket) Output(now int64, c *tcp.Conn, s *skb.SKB) {
	st := k.st
	st.meter.Charge(stage.TCPTransmit)
	if !k.path.fresh(st, now) {
		p, err := st.route(now, k.to, k.h.src)
		if err != nil {
			if k.h.dst.Is4() {
				st.n.IpOutNoRoutes++
			} else {
				st.n.Ip6OutNoRoutes++
			}
			st.drop(s, nil, trace.IPOutNoRoutes, byVersion(k.h.dst, "__ip_queue_xmit", "inet6_csk_xmit"), "")
			c.ICMPError(now, err, false)
			return
		}
		if p.mtu != k.path.mtu {
			c.SetMTU(now, min(p.mtu, maxSegmentPacket))
		}
		k.path = p
	}
	if cpu := st.cfg.CPU; cpu != nil && s.Owner != nil {
		// The queue may change when nothing of the socket's is below it (ooo_okay).
		if k.txQueue == 0 || c.Below() <= s.Truesize() {
			k.txQueue = int16(cpu() + 1)
		}
		s.TxQueue = k.txQueue
	}
	k.h.df = !k.path.noDF
	segs := max(s.GSOSegs, 1)
	st.send(now, &k.path, &k.h, s)
	k.h.id += segs // the device numbers the segments of a super-segment on from the first
}

// Free implements tcp.Env.
func (k *TCPSocket) Free(s *skb.SKB) { k.st.consume(s) }

// SetTimer implements tcp.Env.
func (k *TCPSocket) SetTimer(c *tcp.Conn, at int64) { setTimer(&k.timer, at, c.TimerBackground()) }

// Notify implements tcp.Env.
func (k *TCPSocket) Notify(c *tcp.Conn, what tcp.Event) {
	if what&(tcp.Readable|tcp.Failed) != 0 {
		k.st.wakeTasks(&k.ReadQ, "sock_def_readable", c.ID, wire.ProtoTCP, c.Local(), c.Remote())
	}
	if what&(tcp.Writable|tcp.Connected|tcp.Failed) != 0 {
		k.st.wakeTasks(&k.WriteQ, "sk_stream_write_space", c.ID, wire.ProtoTCP, c.Local(), c.Remote())
	}
	if what&tcp.Unthrottled != 0 {
		if k.owned {
			k.resume = true // TCP_TSQ_DEFERRED
		} else {
			k.st.meter.Charge(stage.TCPWriteXmit)
			c.Resume(k.st.l.Now())
		}
	}
	if what&tcp.Closed != 0 {
		k.forget()
	}
}

// forget takes the connection out of the tables.
func (k *TCPSocket) forget() {
	if !k.listed {
		return
	}
	k.listed = false
	k.timer.Stop()
	t := &k.st.tcp
	delete(t.conns, k.key)
	t.release(k.Conn.Local().Port())
}

func (t *tcpState) release(port uint16) {
	if t.ports[port]--; t.ports[port] == 0 {
		delete(t.ports, port)
	}
}

func (k *TCPSocket) onTimer() {
	if k.owned {
		k.timerDue = true
		return
	}
	k.st.softirq(func() {
		k.st.meter.Charge(stage.TCPTimer)
		k.Conn.OnTimer(k.st.l.Now())
	})
}

// inputTCP is tcp_v4_rcv: s starts at the TCP header.
func (st *Stack) inputTCP(now int64, i *Interface, s *skb.SKB, src, dst netip.Addr, group bool) {
	st.meter.Charge(stage.TCPReceive)
	stageName := byVersion(dst, "tcp_v4_rcv", "tcp_v6_rcv")
	h, err := wire.ParseTCP(s.Bytes())
	if err != nil && s.Frags != nil {
		s = st.linear(s) // the header itself came in fragments
		h, err = wire.ParseTCP(s.Bytes())
	}
	switch {
	case group:
		st.drop(s, i, trace.NotSpecified, stageName, "for a group") // RFC 9293 3.9.2.3: MUST-57
		return
	case err != nil:
		st.n.TCP.InErrs++
		st.drop(s, i, trace.PktTooSmall, stageName, "")
		return
	case s.Checksum == skb.ChecksumNone && wire.Fold(payloadSum(s)+wire.PseudoSum(src, dst, wire.ProtoTCP, s.Len())) != 0xffff:
		st.n.TcpInCsumErrors++
		st.n.TCP.InErrs++
		st.drop(s, i, trace.TCPCSum, stageName, "")
		return
	}
	if s.Stamp == 0 {
		s.Stamp = now
	}
	st.meter.Charge(stage.SocketLookup)
	local, remote := netip.AddrPortFrom(dst, h.DstPort()), netip.AddrPortFrom(src, h.SrcPort())
	if k := st.tcp.conns[makeKey(local, remote)]; k != nil {
		if !k.owned && k.Conn.State() == tcp.StateTimeWait && h.Flags().Has(wire.SYN) {
			if l := st.listener(local); l != nil && l.reuse(now, i, k, s) {
				return
			}
		}
		k.confirm(now, h)
		if k.owned {
			st.addBacklog(i, k, s)
			return
		}
		st.meter.Charge(stage.TCPEstablished)
		k.Conn.Segment(now, s)
		return
	}
	if st.localInterface(dst) == nil {
		st.interceptTCP(now, i, s, h, local, remote)
		return
	}
	if l := st.listener(local); l != nil {
		l.segment(now, i, s, local, remote)
		return
	}
	st.refuse(now, i, s, h, local, remote)
}

// confirm tells the neighbour cache that the first hop works: an acknowledgement of
// new data is the example of forward progress in RFC 4861 7.3.1. Once a second is
// enough.
func (k *TCPSocket) confirm(now int64, h wire.TCP) {
	if now-k.confirmed < int64(time.Second) || k.path.ifc == nil || k.path.to != toNeighbor {
		return
	}
	if h.Flags().Has(wire.ACK) && k.Conn.InFlight(h.Ack()-1) {
		k.confirmed = now
		k.path.ifc.neigh.Confirm(now, k.path.next)
	}
}

// refuse answers a segment for no connection with a reset, if one is due (RFC
// 9293 3.10.7.1), and frees it.
func (st *Stack) refuse(now int64, i *Interface, s *skb.SKB, h wire.TCP, local, remote netip.AddrPort) {
	st.n.TCP.InSegs++
	if r := tcp.ResetFor(st.pool, local, remote, h, s.Len()-h.HeaderLen()); r != nil {
		st.n.TCP.OutRsts++
		st.n.TCP.OutSegs++
		r.Parent = s.Pkt
		st.sendReset(now, i, r, local, remote)
	}
	st.drop(s, i, trace.NoSocket, byVersion(local.Addr(), "tcp_v4_rcv", "tcp_v6_rcv"), "")
}

func (st *Stack) sendReset(now int64, i *Interface, r *skb.SKB, local, remote netip.AddrPort) {
	p, err := st.route(now, st.scoped(i, remote.Addr()), local.Addr())
	if err != nil {
		r.Free()
		return
	}
	r.Pkt = st.tr.NextPkt()
	if st.tr.On() {
		e := packetEvent(trace.TCPSend, byVersion(local.Addr(), "tcp_v4_send_reset", "tcp_v6_send_reset"), p.ifc, r)
		e.Flow = trace.Flow{Proto: wire.ProtoTCP, Src: local, Dst: remote}
		if h, err := wire.ParseTCP(r.Bytes()); err == nil {
			e.TCP = trace.TCP{Flags: uint16(h.Flags()), Seq: h.Seq(), Ack: h.Ack()}
		}
		st.tr.Emit(e)
	}
	st.send(now, &p, &header{src: local.Addr(), dst: remote.Addr(), proto: wire.ProtoTCP, df: true, label: st.flowLabel(local, remote)}, r)
}

// tcpError passes an ICMP error to the connection that it names. RFC 5927 4.1: the
// quoted sequence number must be of data in flight.
func (st *Stack) tcpError(now int64, e *icmp.Error, local, remote netip.AddrPort) {
	k := st.tcp.conns[makeKey(local, remote)]
	if k == nil || !k.Conn.InFlight(e.Seq) {
		return
	}
	if e.TooBig {
		// Another connection may have learned it before: this one has lost a
		// segment all the same, and is to send it again (RFC 8201 5.4).
		if mtu, _ := st.tooBig(now, e); mtu < k.path.mtu {
			k.Conn.SetMTU(now, mtu)
		}
		return
	}
	k.Conn.ICMPError(now, e.Errno, e.Hard)
}

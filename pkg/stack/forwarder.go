package stack

// The transparent gateway: flows to addresses that are not the host's own end here,
// and a Forwarder decides what becomes of them. To the client everything looks
// as if the destination had answered.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/stack/udp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Forwarder receives the flows. Its functions run inside the loop and must not
// block; a request may be answered at once or later.
type Forwarder interface {
	TCP(r *TCPRequest)
	UDP(r *UDPRequest)
}

// Limits of pending requests.
const (
	MaxPending = 1024 // TCP and UDP together; beyond it SYNs and datagrams are dropped
	// PendingTimeout ends a request that nobody answered: a SYN's sender has
	// long given up (RFC 9293 3.8.3, R2 for SYN at least 3 minutes).
	PendingTimeout = 180e9
	pendingQueue   = 16 // datagrams kept for one UDP request
)

// Unreachable says why a flow cannot be carried.
type Unreachable uint8

// The reasons, for both versions of ICMP.
const (
	NetUnreachable  Unreachable = iota // no route
	HostUnreachable                    // the address does not answer
	PortUnreachable                    // nobody listens there
	AdminProhibited                    // it is not allowed
)

func (u Unreachable) code4() uint8 {
	return [...]uint8{wire.ICMPv4NetUnreachable, wire.ICMPv4HostUnreachable, wire.ICMPv4PortUnreachable, wire.ICMPv4CommProhibited}[u&3]
}

func (u Unreachable) code6() uint8 {
	return [...]uint8{wire.ICMPv6NoRoute, wire.ICMPv6AddrUnreachable, wire.ICMPv6PortUnreachable, wire.ICMPv6AdminProhibited}[u&3]
}

// forwarding is the stack's side of the gateway.
type forwarding struct {
	f           Forwarder
	pending     map[flowKey]*request // looked up only
	first, last *request             // in order of arrival
	timer       loop.Timer
}

// request is what TCP and UDP requests have in common.
type request struct {
	// Flow names the flow in the direction of the request: Src is the client,
	// Dst what it wants to reach.
	Flow trace.Flow
	// OnAbort, when set, is called once if the client gives up before the
	// request is answered, or if it is too old.
	OnAbort func()

	st          *Stack
	ifc         *Interface
	held        skb.Queue // the SYN, or the datagrams; each starts at its transport header
	expires     int64
	prev, nextR *request
	done        bool
}

// TCPRequest is a SYN that waits for an answer. Exactly one of Accept, Refuse,
// Unreachable and Drop is called; after OnAbort they have no effect.
type TCPRequest struct{ request }

// UDPRequest is the first datagram of a flow. Exactly one of Accept, Unreachable
// and Drop is called.
type UDPRequest struct{ request }

func (w *forwarding) init(s *Stack) {
	w.pending = make(map[flowKey]*request)
	w.timer.Init(s.l, func() { s.softirq(s.expireRequests) })
	w.timer.Background = true
}

// SetForwarder makes the host a transparent gateway; nil ends that.
func (s *Stack) SetForwarder(f Forwarder) { s.fwd.f = f }

// intercepts says whether packets of a protocol for others end here.
func (s *Stack) intercepts(proto uint8) bool {
	return s.fwd.f != nil && (proto == wire.ProtoTCP || proto == wire.ProtoUDP)
}

// interceptsError says whether an ICMP error for somebody else is about a flow that
// ends here: b is its message.
func (s *Stack) interceptsError(proto uint8, b []byte) bool {
	if s.fwd.f == nil {
		return false
	}
	var e icmp.Error
	ok := false
	switch proto {
	case wire.ProtoICMP:
		if m, err := wire.ParseICMPv4(b); err == nil {
			e, ok = icmp.Parse4(m)
		}
	case wire.ProtoICMPv6:
		if m, err := wire.ParseICMPv6(b); err == nil {
			e, ok = icmp.Parse6(m)
		}
	}
	if !ok {
		return false
	}
	local, remote := netip.AddrPortFrom(e.Src, e.SrcPort), netip.AddrPortFrom(e.Dst, e.DstPort)
	switch e.Proto {
	case wire.ProtoTCP:
		return s.tcp.conns[makeKey(local, remote)] != nil
	case wire.ProtoUDP:
		return s.udp.Exact(local, remote) != nil
	}
	return false
}

// hold makes a request pending, or drops the packet.
func (s *Stack) hold(now int64, i *Interface, r *request, x *skb.SKB, proto uint8, local, remote netip.AddrPort) bool {
	if s.fwd.f == nil || len(s.fwd.pending) >= MaxPending {
		s.n.ForwarderOverflows++
		s.drop(x, i, trace.SocketBacklog, "netkit_forwarder", "")
		return false
	}
	s.n.ForwarderRequests++
	*r = request{Flow: trace.Flow{Proto: proto, Src: remote, Dst: local}, st: s, ifc: i, expires: now + PendingTimeout}
	r.held.Push(x)
	s.fwd.pending[requestKey(proto, local, remote)] = r
	if r.prev = s.fwd.last; r.prev != nil {
		r.prev.nextR = r
	} else {
		s.fwd.first = r
		s.fwd.timer.Set(r.expires)
	}
	s.fwd.last = r
	return true
}

func requestKey(proto uint8, local, remote netip.AddrPort) flowKey {
	k := makeKey(local, remote)
	k.proto = proto
	return k
}

// finish takes a request out and returns what it held; ok is false when it was
// answered or aborted before.
func (r *request) finish() (held skb.Queue, ok bool) {
	if r.done {
		return held, false
	}
	r.done = true
	w := &r.st.fwd
	delete(w.pending, requestKey(r.Flow.Proto, r.Flow.Dst, r.Flow.Src))
	if r.prev != nil {
		r.prev.nextR = r.nextR
	} else {
		w.first = r.nextR
	}
	if r.nextR != nil {
		r.nextR.prev = r.prev
	} else {
		w.last = r.prev
	}
	if w.first == nil {
		w.timer.Stop()
	} else {
		w.timer.Set(w.first.expires)
	}
	held, r.held = r.held, skb.Queue{}
	return held, true
}

// abort ends a request from the client's side.
func (r *request) abort(why trace.DropReason) {
	held, ok := r.finish()
	if !ok {
		return
	}
	for x := held.Pop(); x != nil; x = held.Pop() {
		r.st.drop(x, r.ifc, why, "netkit_forwarder", "")
	}
	if r.OnAbort != nil {
		r.OnAbort()
	}
}

func (s *Stack) expireRequests() {
	now := s.l.Now()
	for r := s.fwd.first; r != nil && r.expires <= now; r = s.fwd.first {
		r.abort(trace.NotSpecified)
	}
}

// Drop answers nothing: the client hears silence.
func (r *request) Drop() {
	held, _ := r.finish()
	for x := held.Pop(); x != nil; x = held.Pop() {
		r.st.drop(x, r.ifc, trace.NotSpecified, "netkit_forwarder", "")
	}
}

// Unreachable answers with an ICMP error about what the client sent.
func (r *request) Unreachable(u Unreachable) {
	held, ok := r.finish()
	if !ok {
		return
	}
	s, now := r.st, r.st.l.Now()
	for x := held.Pop(); x != nil; x = held.Pop() {
		if r.Flow.Src.Addr().Is4() {
			s.sendError4(now, x, false, wire.ICMPv4Unreachable, u.code4(), 0)
		} else {
			s.sendError6(now, x, false, wire.ICMPv6Unreachable, u.code6(), 0)
		}
		s.drop(x, r.ifc, trace.NoSocket, "netkit_forwarder", "")
	}
}

// interceptUDP asks the forwarder about a datagram for somebody else. While its
// request is pending further datagrams of the flow wait with it.
func (s *Stack) interceptUDP(now int64, i *Interface, x *skb.SKB, local, remote netip.AddrPort) {
	if r := s.fwd.pending[requestKey(wire.ProtoUDP, local, remote)]; r != nil {
		if r.held.N >= pendingQueue {
			s.drop(x, i, trace.SocketRcvbuff, "netkit_forwarder", "")
			return
		}
		r.held.Push(x)
		return
	}
	r := &UDPRequest{}
	if s.hold(now, i, &r.request, x, wire.ProtoUDP, local, remote) {
		s.fwd.f.UDP(r)
	}
}

// Accept opens a socket that is connected to the client and has the
// destination's address. The datagrams that came so far are in its queue.
func (r *UDPRequest) Accept() (*UDPSocket, error) {
	held, ok := r.finish()
	if !ok {
		return nil, ErrAborted
	}
	s := r.st
	u := &UDPSocket{st: s}
	u.k.RecvBuf = udp.RecvBuf
	u.k.Ready = u.wake
	if err := s.bindUDP(u, r.Flow.Dst, r.Flow.Src); err != nil {
		held.Clear()
		return nil, err
	}
	n := s.udpCounters(r.Flow.Dst.Addr())
	for x := held.Pop(); x != nil; x = held.Pop() {
		s.queueUDP(r.ifc, &u.k, x, n)
	}
	return u, nil
}

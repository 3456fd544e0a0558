package stack

// ICMP echo sockets, as Linux's ping sockets (SOCK_DGRAM, IPPROTO_ICMP): RFC 792,
// RFC 4443 4.1.

import (
	"net/netip"
	"syscall"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Limits of echo sockets.
const (
	maxPings  = 1024
	pingQueue = 64 // replies that wait; a further one is dropped
)

// PingSocket sends echo requests under an identifier of its own and receives
// their replies.
type PingSocket struct {
	RecvQ loop.WaitQueue

	st      *Stack
	id      uint16
	replies []Pong
}

// Pong is what came back for an echo request.
type Pong struct {
	From       netip.Addr // who answered; of an error, the destination asked
	Seq        uint16
	Len        int // bytes of data
	TTL        uint8
	At         int64         // time of arrival
	Err        syscall.Errno // an ICMP error came instead: 0 means that this is a reply
	Type, Code uint8         // of the error
}

// NewPing opens an echo socket.
func (s *Stack) NewPing() (*PingSocket, error) {
	if len(s.pings) >= maxPings {
		return nil, syscall.ENOBUFS
	}
	for s.ping++; s.pings[s.ping] != nil; s.ping++ {
	}
	k := &PingSocket{st: s, id: s.ping}
	s.pings[k.id] = k
	return k, nil
}

// Close frees the identifier.
func (k *PingSocket) Close() {
	delete(k.st.pings, k.id)
	k.RecvQ.WakeAll()
}

// Send sends one echo request. A ttl of 0 means the stack's.
func (k *PingSocket) Send(to netip.Addr, seq uint16, ttl uint8, data []byte) error {
	s, now := k.st, k.st.l.Now()
	if len(data) > 65507 {
		return syscall.EMSGSIZE
	}
	p, err := s.route(now, to, netip.Addr{})
	if err != nil {
		return err
	}
	to = to.WithZone("")
	h := header{src: p.src, dst: to, ttl: ttl}
	e := s.pool.Alloc(skb.Headroom, wire.ICMPHeaderLen+len(data))
	b := e.Put(wire.ICMPHeaderLen + len(data))
	if to.Is4() {
		m := wire.ICMPv4Fields{Type: wire.ICMPv4EchoRequest, Rest: wire.EchoRest(k.id, seq), Payload: data}
		m.Put(b)
		h.proto = wire.ProtoICMP
		s.n.IcmpOutEchos++
		s.n.IcmpOutMsgs++
	} else {
		m := wire.ICMPv6Fields{Type: wire.ICMPv6EchoRequest, Rest: wire.EchoRest(k.id, seq), Payload: data, Src: p.src, Dst: to}
		m.Put(b)
		h.proto = wire.ProtoICMPv6
		s.n.Icmp6OutEchos++
		s.n.Icmp6OutMsgs++
	}
	e.Pkt = s.tr.NextPkt()
	if s.tr.On() {
		ev := packetEvent(trace.ICMPSend, byVersion(to, "ping_v4_sendmsg", "ping_v6_sendmsg"), p.ifc, e)
		ev.Flow, ev.Text = addrFlow(h.proto, h.src, to), "echo request"
		s.tr.Emit(ev)
	}
	s.send(now, &p, &h, e)
	return nil
}

// Recv takes the oldest answer.
func (k *PingSocket) Recv() (Pong, error) {
	if len(k.replies) == 0 {
		return Pong{}, ErrWouldBlock
	}
	r := k.replies[0]
	k.replies = append(k.replies[:0], k.replies[1:]...)
	return r, nil
}

func (k *PingSocket) push(r Pong) {
	if len(k.replies) < pingQueue {
		k.replies = append(k.replies, r)
		k.RecvQ.WakeAll()
	}
}

// pong gives an echo reply to its socket and frees it; false means that there is none.
func (st *Stack) pong(s *skb.SKB, id uint16, from netip.Addr) bool {
	k := st.pings[id]
	if k == nil {
		return false
	}
	m := wire.ICMPv4(s.Bytes())
	r := Pong{From: from, Seq: m.Seq(), Len: len(m.Payload()), At: st.l.Now()}
	if b := s.From(s.L3); from.Is4() {
		r.TTL = wire.IPv4(b).TTL()
	} else {
		r.TTL = wire.IPv6(b).HopLimit()
	}
	k.push(r)
	st.free(s, "consume_skb")
	return true
}

func (st *Stack) pingError(now int64, e *icmp.Error) {
	m := wire.ICMPv4(e.Transport) // the quotation has at least its first eight octets
	k := st.pings[m.ID()]
	if k == nil || m.Type() != wire.ICMPv4EchoRequest && m.Type() != wire.ICMPv6EchoRequest {
		return
	}
	if e.TooBig {
		st.tooBig(now, e)
	}
	k.push(Pong{From: e.Dst, Seq: m.Seq(), At: now, Err: e.Errno, Type: e.Type, Code: e.Code})
}

package stack

// UDP sockets: RFC 768, RFC 1122 4.1, RFC 8200 8.1 (checksum), RFC 8085 3.2 (message
// size and path MTU).

import (
	"net/netip"
	"syscall"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/stack/udp"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// UDPSocket is a UDP endpoint. Its calls do not block.
type UDPSocket struct {
	// RecvQ is woken when Recv would find a datagram or an error.
	RecvQ loop.WaitQueue
	// TTL is that of sent datagrams; 0 means the stack's.
	TTL uint8

	k      udp.Socket
	st     *Stack
	path   path
	to     netip.Addr // destination of path
	label  uint32
	closed bool
}

// BindUDP opens a socket. A local address without port gets an ephemeral one. With
// a remote address the socket is connected: it receives from there only, and
// ICMP errors reach it. A zero local address means any address, or, connected,
// the one that the route gives. A socket bound to [::] takes IPv4 as well.
//
// It may send to broadcast addresses; there is no SO_BROADCAST to ask for. Of
// several sockets that a group or broadcast datagram fits, one receives it.
func (s *Stack) BindUDP(local, remote netip.AddrPort) (*UDPSocket, error) {
	u := &UDPSocket{st: s}
	s.tcp.lastID++
	u.k.ID = s.tcp.lastID // TCP's connections are numbered in the same row
	u.k.RecvBuf = udp.RecvBuf
	u.k.Ready = u.wake
	addr := local.Addr()
	if remote.IsValid() {
		if remote.Port() == 0 {
			return nil, syscall.EINVAL
		}
		if err := s.mayBind(&addr, remote.Addr()); err != nil {
			return nil, err
		}
		p, err := s.route(s.l.Now(), remote.Addr(), addr)
		if err != nil {
			return nil, err
		}
		addr = p.src
		u.path, u.to = p, remote.Addr()
		remote = netip.AddrPortFrom(remote.Addr().WithZone(""), remote.Port())
	} else if err := s.mayBind(&addr, netip.IPv6Unspecified()); err != nil {
		return nil, err
	}
	return u, s.bindUDP(u, netip.AddrPortFrom(addr.WithZone(""), local.Port()), remote)
}

// bindUDP enters the socket into the table, with a port.
func (s *Stack) bindUDP(u *UDPSocket, local, remote netip.AddrPort) error {
	u.k.Local, u.k.Remote = local, remote
	if local.Port() == 0 {
		port, err := s.ephemeral(s.udp.PortUsed)
		if err != nil {
			return err
		}
		u.k.Local = netip.AddrPortFrom(local.Addr(), port)
	}
	if remote.IsValid() {
		u.label = s.flowLabel(u.k.Local, remote)
	}
	return s.udp.Add(&u.k)
}

// mayBind checks a local address and fills in the wildcard that goes with remote.
func (s *Stack) mayBind(a *netip.Addr, remote netip.Addr) error {
	switch {
	case !a.IsValid():
		*a = netip.IPv6Unspecified()
		if remote.Is4() {
			*a = netip.IPv4Unspecified()
		}
	case a.Is4In6() || remote.Is4In6():
		return syscall.EAFNOSUPPORT
	case a.IsUnspecified():
		if a.Is6() && remote.Is4() {
			*a = netip.IPv4Unspecified()
		}
	case !s.IsLocal(a.WithZone("")) && !s.isBroadcast(*a) && !a.IsMulticast():
		return syscall.EADDRNOTAVAIL
	}
	if !remote.IsUnspecified() && a.Is4() != remote.Is4() {
		return syscall.EAFNOSUPPORT
	}
	return nil
}

// LocalAddr and RemoteAddr return the socket's addresses; a socket that is not
// connected has a zero remote address.
func (u *UDPSocket) LocalAddr() netip.AddrPort  { return u.k.Local }
func (u *UDPSocket) RemoteAddr() netip.AddrPort { return u.k.Remote }

// SetRecvBuf bounds the memory of datagrams that wait, in bytes.
func (u *UDPSocket) SetRecvBuf(n int) { u.k.RecvBuf = n }

// Drops counts the datagrams that found no room in the receive buffer.
func (u *UDPSocket) Drops() uint64 { return u.k.Drops }

// Readable says whether Recv would find something.
func (u *UDPSocket) Readable() bool { return u.k.Readable() }

// Close ends the socket. Who waits on it is woken.
func (u *UDPSocket) Close() {
	if u.closed {
		return
	}
	u.closed = true
	u.st.udp.Remove(&u.k)
	u.k.Close()
	u.RecvQ.WakeAll()
}

// Send sends p as one datagram to to, or to the remote address if to is zero.
func (u *UDPSocket) Send(p []byte, to netip.AddrPort) error {
	s := u.st
	switch {
	case u.closed:
		return ErrClosed
	case u.k.Remote.IsValid():
		if to.IsValid() && to != u.k.Remote {
			return syscall.EISCONN
		}
		to = u.k.Remote
	case !to.IsValid():
		return syscall.EDESTADDRREQ
	case to.Port() == 0:
		return syscall.EINVAL
	}
	if err := u.k.TakeError(); err != nil {
		return err
	}
	now := s.l.Now()
	if err := u.connectPath(now, to.Addr()); err != nil {
		return err
	}
	dst := to.Addr().WithZone("")
	h := header{src: u.path.src, dst: dst, proto: wire.ProtoUDP, ttl: u.TTL, label: u.label, sock: u.k.ID}
	limit, hlen := udp.MaxPayload6, wire.IPv6HeaderLen
	if dst.Is4() {
		limit, hlen = udp.MaxPayload4, wire.IPv4MinHeaderLen
		h.df = !u.path.noDF
	}
	if len(p) > limit {
		return syscall.EMSGSIZE
	}
	s.meter.Charge(stage.UDPSendmsg)
	f := wire.UDPFields{SrcPort: u.k.Local.Port(), DstPort: to.Port(), PayloadLen: len(p)}
	via := u.path // another call on the socket may change it meanwhile
	if hlen+wire.UDPHeaderLen+len(p) > via.mtu {
		s.sendPieces(now, &via, &h, &f, p)
	} else {
		s.sendDatagram(now, &via, &h, &f, p)
	}
	if dst.Is4() {
		s.n.UdpOutDatagrams++
	} else {
		s.n.Udp6OutDatagrams++
	}
	return nil
}

// connectPath makes u.path the way to dst.
func (u *UDPSocket) connectPath(now int64, dst netip.Addr) error {
	if u.to == dst && u.path.fresh(u.st, now) {
		return nil
	}
	local := u.k.Local.Addr()
	if local.Is4() != dst.Is4() && (!local.IsUnspecified() || local.Is4()) {
		return syscall.EAFNOSUPPORT
	}
	p, err := u.st.route(now, dst, local)
	if err != nil {
		return err
	}
	u.path, u.to = p, dst
	return nil
}

// sendDatagram sends a datagram that fits the path.
func (s *Stack) sendDatagram(now int64, p *path, h *header, f *wire.UDPFields, data []byte) {
	x := s.alloc(skb.Headroom, wire.UDPHeaderLen+len(data), "sock_alloc_send_pskb")
	b := x.Put(wire.UDPHeaderLen + len(data))
	f.Put(b)
	s.copyIn(x, b[wire.UDPHeaderLen:], data)
	d := wire.UDP(b)
	if p.ifc.info.TxChecksum {
		d.FillPartialChecksum(h.src, h.dst)
		x.Checksum, x.CsumStart, x.CsumOffset = skb.ChecksumPartial, x.Data(), udpChecksumOffset
	} else {
		d.FillChecksum(h.src, h.dst)
	}
	s.udpSent(x, p, h, f, len(data))
	s.send(now, p, h, x)
}

const udpChecksumOffset = 6

// copyIn is the copy from the sender's memory.
func (s *Stack) copyIn(x *skb.SKB, dst, src []byte) {
	s.meter.ChargeBytes(stage.CopyFromUser, len(src))
	copy(dst, src)
	if s.tr.On() {
		e := packetEvent(trace.CopyFromUser, "ip_generic_getfrag", nil, x)
		e.Copied = int32(len(src))
		s.tr.Emit(e)
	}
}

func (s *Stack) udpSent(x *skb.SKB, p *path, h *header, f *wire.UDPFields, n int) {
	if s.tr.On() {
		e := packetEvent(trace.UDPSend, byVersion(h.dst, "udp_sendmsg", "udpv6_sendmsg"), p.ifc, x)
		e.Flow = trace.Flow{Proto: wire.ProtoUDP, Src: netip.AddrPortFrom(h.src, f.SrcPort), Dst: netip.AddrPortFrom(h.dst, f.DstPort)}
		e.Sock, e.Len = h.sock, int32(n)
		s.tr.Emit(e)
	}
}

// sendPieces builds a datagram larger than the path MTU as fragments from the
// start (ip_append_data): the sender's bytes are copied once, into the buffers
// that go out when all of them are filled. DF is clear.
func (s *Stack) sendPieces(now int64, p *path, h *header, f *wire.UDPFields, data []byte) {
	var uh [wire.UDPHeaderLen]byte
	f.Put(uh[:])
	total := len(uh) + len(data)
	sum := wire.Sum(data, wire.Sum(uh[:], wire.PseudoSum(h.src, h.dst, wire.ProtoUDP, total)))
	c := ^wire.Fold(sum)
	if c == 0 {
		c = 0xffff
	}
	wire.UDP(uh[:]).SetChecksum(c)
	is4 := h.dst.Is4()
	hlen, id := wire.IPv6HeaderLen+wire.IPv6FragHeaderLen, uint32(0)
	if is4 {
		hlen, id = wire.IPv4MinHeaderLen, s.idents.Next(h.src, h.dst, wire.ProtoUDP)
		s.n.IpOutRequests++
		s.n.IpFragOKs++
	} else {
		id = s.idents.Next(h.src, h.dst, wire.ProtoFragment)
		s.n.Ip6OutRequests++
		s.n.Ip6FragOKs++
	}
	ttl := h.ttl
	if ttl == 0 {
		ttl = s.cfg.TTL
	}
	parent := s.tr.NextPkt()
	room := (p.mtu - hlen) &^ 7
	var first *skb.SKB
	last := &first
	for off := 0; off < total; off += room {
		n := min(room, total-off)
		more := off+n < total
		x := s.alloc(skb.Headroom, hlen+n, "sock_alloc_send_pskb")
		x.Parent = parent
		b := x.Put(hlen + n)
		x.L3 = x.Data()
		if is4 {
			ih := wire.IPv4Fields{TOS: h.tos, ID: uint16(id), MF: more, FragOffset: off, TTL: ttl, Protocol: h.proto, Src: h.src, Dst: h.dst, PayloadLen: n}
			ih.Put(b)
			x.Protocol = wire.EtherTypeIPv4
		} else {
			ih := wire.IPv6Fields{TrafficClass: h.tos, FlowLabel: h.label, PayloadLen: wire.IPv6FragHeaderLen + n, NextHeader: wire.ProtoFragment, HopLimit: ttl, Src: h.src, Dst: h.dst}
			ih.Put(b)
			fh := wire.IPv6FragmentFields{NextHeader: h.proto, FragOffset: off, MF: more, ID: id}
			fh.Put(b[wire.IPv6HeaderLen:])
			x.Protocol = wire.EtherTypeIPv6
		}
		body := b[hlen:]
		if off == 0 {
			k := copy(body, uh[:])
			s.copyIn(x, body[k:], data[:n-k])
		} else {
			s.copyIn(x, body, data[off-len(uh):off-len(uh)+n])
		}
		*last, last = x, &x.Next
	}
	s.udpSent(first, p, h, f, len(data))
	for x := first; x != nil; {
		next := x.Next
		x.Next = nil
		s.sendPiece(now, p, x, is4)
		x = next
	}
}

func (s *Stack) sendPiece(now int64, p *path, x *skb.SKB, is4 bool) {
	stageName, created := "ip_do_fragment", &s.n.IpFragCreates
	if !is4 {
		stageName, created = "ip6_fragment", &s.n.Ip6FragCreates
	}
	*created++
	if pass := s.cfg.Pass; pass != nil {
		pass()
	}
	s.meter.Charge(stage.IPOutput)
	if s.tr.On() {
		e := ipEvent(trace.IPFragment, stageName, p.ifc, x)
		e.ParentOp = trace.Frag
		s.tr.Emit(e)
	}
	p.ifc.output(now, p, x)
}

// Recv takes the oldest datagram: as much of it as fits into p. The rest is lost, as
// with recvfrom.
func (u *UDPSocket) Recv(p []byte) (n int, from netip.AddrPort, err error) {
	if u.closed {
		return 0, from, ErrClosed
	}
	x := u.k.Pop()
	if x == nil {
		if err := u.k.TakeError(); err != nil {
			return 0, from, err
		}
		return 0, from, ErrWouldBlock
	}
	s := u.st
	s.meter.Charge(stage.UDPRecvmsg)
	from = udp.Source(x)
	n = x.CopyTo(p, 0)
	s.copyOut(x, u.k.ID, n)
	s.free(x, "consume_skb")
	return n, from, nil
}

// copyOut accounts for the copy to the reader's memory.
func (s *Stack) copyOut(x *skb.SKB, sock uint64, n int) {
	s.meter.ChargeBytes(stage.CopyToUser, n)
	if s.tr.On() {
		e := packetEvent(trace.CopyToUser, "skb_copy_datagram_iter", nil, x)
		e.Sock, e.Copied = sock, int32(n)
		s.tr.Emit(e)
	}
}

// inputUDP is __udp4_lib_rcv: s starts at the UDP header.
func (st *Stack) inputUDP(now int64, i *Interface, s *skb.SKB, src, dst netip.Addr, group bool) {
	st.meter.Charge(stage.UDPReceive)
	n := st.udpCounters(dst)
	stageName := byVersion(dst, "__udp4_lib_rcv", "__udp6_lib_rcv")
	if s.HeadLen() < wire.UDPHeaderLen {
		*n.errors++
		st.drop(s, i, trace.PktTooSmall, stageName, "")
		return
	}
	h := wire.UDP(s.Bytes())
	if l := h.Length(); l < wire.UDPHeaderLen || l > s.Len() {
		*n.errors++
		st.drop(s, i, trace.PktTooSmall, stageName, "")
		return
	}
	s.Trim(h.Length())
	if s.Checksum == skb.ChecksumNone && !udp.Verify(h, src, dst, s.Len(), payloadSum(s)) {
		*n.csum++
		*n.errors++
		st.drop(s, i, trace.UDPCSum, stageName, "")
		return
	}
	local, remote := netip.AddrPortFrom(dst, h.DstPort()), netip.AddrPortFrom(src, h.SrcPort())
	if st.tr.On() {
		e := packetEvent(trace.UDPRecv, byVersion(dst, "udp_rcv", "udpv6_rcv"), i, s)
		e.Flow = trace.Flow{Proto: wire.ProtoUDP, Src: remote, Dst: local}
		st.tr.Emit(e)
	}
	k := st.udp.Lookup(local, remote)
	if k != nil && !group && k.Local.Addr().IsUnspecified() && st.localInterface(dst) == nil {
		k = nil // a wildcard stands for the host's own addresses, not for those that it intercepts
	}
	if k != nil {
		st.queueUDP(i, k, s, n)
		return
	}
	if !group && st.localInterface(dst) == nil {
		st.interceptUDP(now, i, s, local, remote)
		return
	}
	*n.noPorts++
	// RFC 1122 4.1.3.1; nothing is answered to a broadcast or multicast.
	if dst.Is4() {
		st.sendError4(now, s, group, wire.ICMPv4Unreachable, wire.ICMPv4PortUnreachable, 0)
	} else {
		st.sendError6(now, s, group, wire.ICMPv6Unreachable, wire.ICMPv6PortUnreachable, 0)
	}
	st.drop(s, i, trace.NoSocket, stageName, "")
}

// queueUDP appends a datagram to a socket's queue.
func (st *Stack) queueUDP(i *Interface, k *udp.Socket, s *skb.SKB, n udpCounters) {
	s.L4 = s.Data()
	s.Pull(wire.UDPHeaderLen)
	if !k.Queue(s) {
		*n.rcvbuf++
		*n.errors++
		st.drop(s, i, udp.DropReason, "__udp_enqueue_schedule_skb", "")
		return
	}
	*n.in++
	if st.tr.On() {
		e := packetEvent(trace.SockQueue, "__udp_enqueue_schedule_skb", i, s)
		e.Sock, e.Flow = k.ID, flowOf(s.From(s.L3))
		e.Queue = trace.Queue{Len: int32(k.Queued()), Bytes: int32(k.Mem()), Limit: int32(k.RecvBuf)}
		st.tr.Emit(e)
	}
	k.Ready()
}

// udpCounters are those of one IP version.
type udpCounters struct{ in, noPorts, errors, csum, rcvbuf *uint64 }

func (st *Stack) udpCounters(dst netip.Addr) udpCounters {
	n := &st.n
	if dst.Is4() {
		return udpCounters{&n.UdpInDatagrams, &n.UdpNoPorts, &n.UdpInErrors, &n.UdpInCsumErrors, &n.UdpRcvbufErrors}
	}
	return udpCounters{&n.Udp6InDatagrams, &n.Udp6NoPorts, &n.Udp6InErrors, &n.Udp6InCsumErrors, &n.Udp6RcvbufErrors}
}

// udpError passes an ICMP error to the connected socket that it names. RFC 1122
// 4.1.3.3: "UDP MUST pass to the application layer all ICMP error messages that it
// receives from the IP layer." Linux keeps the soft ones from sockets that did
// not ask for them; a reader that waits for an answer is better served by
// the error. Path MTU reports are acted on and not passed: the next datagram is
// sent in fragments.
func (st *Stack) udpError(now int64, e *icmp.Error, local, remote netip.AddrPort) {
	k := st.udp.Lookup(local, remote)
	if k == nil {
		return
	}
	if e.TooBig {
		st.tooBig(now, e)
		return
	}
	if k.Remote == remote {
		k.Fail(e.Errno)
	}
}

package udp

// RFC 768; RFC 1122 4.1; RFC 8085 (what applications need).

import (
	"net/netip"
	"slices"
	"syscall"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Limits.
const (
	MaxSockets  = 65536
	RecvBuf     = 212992 // rmem_default
	MaxPayload4 = wire.IPv4MaxTotalLen - wire.IPv4MinHeaderLen - wire.UDPHeaderLen
	MaxPayload6 = wire.IPv6MaxPayloadLen - wire.UDPHeaderLen
)

// Socket is one endpoint.
type Socket struct {
	Local  netip.AddrPort
	Remote netip.AddrPort // invalid: not connected

	// ID is the socket's number in traces.
	ID uint64

	// RecvBuf bounds the memory of the queue.
	RecvBuf int

	// Drops counts datagrams for which there was no room.
	Drops uint64

	// Ready wakes who waits: Fail calls it, and whoever has queued a datagram.
	Ready func()

	queue skb.Queue
	mem   int
	err   error
}

// Queue appends a datagram and reports whether there was room: as in Linux
// (__udp_enqueue_schedule_skb) there is while the bound is not exceeded, so that the
// last one may exceed it. s starts at its
// payload, L3 and L4 are set. If there was room the socket owns it.
func (k *Socket) Queue(s *skb.SKB) bool {
	if k.mem > k.RecvBuf {
		k.Drops++
		return false
	}
	k.queue.Push(s)
	k.mem += s.Truesize()
	return true
}

// Pop takes the oldest datagram, or nil.
func (k *Socket) Pop() *skb.SKB {
	s := k.queue.Pop()
	if s != nil {
		k.mem -= s.Truesize()
	}
	return s
}

// Mem is the memory of the datagrams that wait (sk_rmem_alloc).
func (k *Socket) Mem() int { return k.mem }

// Queued is the number of datagrams that wait.
func (k *Socket) Queued() int { return k.queue.N }

// Fail leaves an error for the next call, as an ICMP error does on a connected
// socket (RFC 1122 4.1.3.3).
func (k *Socket) Fail(err error) {
	k.err = err
	k.Ready()
}

// TakeError returns the error that waits, once.
func (k *Socket) TakeError() error {
	err := k.err
	k.err = nil
	return err
}

// Readable says whether Recv would not have to wait.
func (k *Socket) Readable() bool { return k.queue.N > 0 || k.err != nil }

// Close frees what waits.
func (k *Socket) Close() {
	k.queue.Clear()
	k.mem = 0
}

// Source is the sender of a queued datagram, read from the headers that are
// still in front of the payload.
func Source(s *skb.SKB) netip.AddrPort {
	src, _, sport, _ := ends(s)
	return netip.AddrPortFrom(src, sport)
}

// Destination is the address that a queued datagram was sent to.
func Destination(s *skb.SKB) netip.AddrPort {
	_, dst, _, dport := ends(s)
	return netip.AddrPortFrom(dst, dport)
}

func ends(s *skb.SKB) (src, dst netip.Addr, sport, dport uint16) {
	h, u := s.Block().B[s.L3:], wire.UDP(s.Block().B[s.L4:])
	if h[0]>>4 == 4 {
		ip := wire.IPv4(h)
		return ip.Src(), ip.Dst(), u.SrcPort(), u.DstPort()
	}
	ip := wire.IPv6(h)
	return ip.Src(), ip.Dst(), u.SrcPort(), u.DstPort()
}

// Table finds sockets. The zero value is ready.
type Table struct {
	byKey  map[key]*Socket
	byPort map[uint16][]*Socket // in order of binding
}

type key struct{ local, remote netip.AddrPort }

// Len is the number of sockets.
func (t *Table) Len() int { return len(t.byKey) }

// PortUsed says whether any socket is bound to the port.
func (t *Table) PortUsed(port uint16) bool { return len(t.byPort[port]) > 0 }

// Add binds a socket to its Local and Remote. EADDRINUSE: another socket would
// receive the same datagrams. A connected and an unconnected socket may
// share a local address: the lookup tells them apart. ENOBUFS: the table is full.
func (t *Table) Add(k *Socket) error {
	if len(t.byKey) >= MaxSockets {
		return syscall.ENOBUFS
	}
	id := key{k.Local, k.Remote}
	if t.byKey[id] != nil {
		return syscall.EADDRINUSE
	}
	if !k.Remote.IsValid() {
		for _, o := range t.byPort[k.Local.Port()] {
			if !o.Remote.IsValid() && Overlap(o.Local.Addr(), k.Local.Addr()) {
				return syscall.EADDRINUSE
			}
		}
	}
	if t.byKey == nil {
		t.byKey, t.byPort = make(map[key]*Socket), make(map[uint16][]*Socket)
	}
	t.byKey[id] = k
	t.byPort[k.Local.Port()] = append(t.byPort[k.Local.Port()], k)
	return nil
}

// Overlap says whether sockets bound to a and b could receive the same packet.
// The IPv6 wildcard takes IPv4 too.
func Overlap(a, b netip.Addr) bool {
	if a == b {
		return true
	}
	if a.IsUnspecified() && (a.Is6() || b.Is4()) {
		return true
	}
	return b.IsUnspecified() && (b.Is6() || a.Is4())
}

// Remove unbinds a socket.
func (t *Table) Remove(k *Socket) {
	delete(t.byKey, key{k.Local, k.Remote})
	port := k.Local.Port()
	list := t.byPort[port]
	if i := slices.Index(list, k); i >= 0 {
		list = slices.Delete(list, i, i+1)
	}
	if len(list) == 0 {
		delete(t.byPort, port)
	} else {
		t.byPort[port] = list
	}
}

// Lookup finds the socket for a datagram: the connected one, the one bound to
// the address, the one bound to the port alone.
func (t *Table) Lookup(local, remote netip.AddrPort) *Socket {
	if k := t.Exact(local, remote); k != nil {
		return k
	}
	if k := t.byKey[key{local: local}]; k != nil {
		return k
	}
	if local.Addr().Is4() {
		if k := t.byKey[key{local: netip.AddrPortFrom(netip.IPv4Unspecified(), local.Port())}]; k != nil {
			return k
		}
	}
	return t.byKey[key{local: netip.AddrPortFrom(netip.IPv6Unspecified(), local.Port())}]
}

// Exact finds a connected socket.
func (t *Table) Exact(local, remote netip.AddrPort) *Socket { return t.byKey[key{local, remote}] }

// Verify checks a datagram's checksum where the device did not: RFC 768, and RFC
// 8200 8.1 for the zero that IPv6 does not allow. sum is the running sum of the
// whole datagram, u its first bytes.
func Verify(u wire.UDP, src, dst netip.Addr, n int, sum uint64) (ok bool) {
	if u.Checksum() == 0 {
		return src.Is4()
	}
	return wire.Fold(sum+wire.PseudoSum(src, dst, wire.ProtoUDP, n)) == 0xffff
}

// DropReason is why Queue had no room.
const DropReason = trace.SocketRcvbuff

package lab

// UDP through the uplink. This file runs goroutines and blocks on sockets of
// this machine; it enters the loop for everything that is the lab's.

import (
	"errors"
	"net"
	"net/netip"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// maxDatagram is the largest UDP payload that a length field can tell of.
const maxDatagram = 65535 - 8

// udpFlow is one client's datagrams to one destination, and back.
type udpFlow struct {
	u     *uplink
	flow  trace.Flow
	sock  *stack.UDPSocket
	conn  *net.UDPConn
	last  int64 // time of the latest datagram
	idle  loop.Timer
	ended bool
}

// UDP implements [stack.Forwarder]: a datagram of a new flow has arrived.
func (u *uplink) UDP(r *stack.UDPRequest) {
	dst, ok := u.destination(r.Flow.Dst)
	switch {
	case !ok:
		r.Unreachable(stack.HostUnreachable)
		return
	case u.closed:
		r.Drop()
		return
	case u.wasRefused(r.Flow):
		r.Unreachable(stack.PortUnreachable)
		return
	}
	if len(u.udp) >= u.cfg.MaxUDP {
		u.silent().end()
	}
	f := &udpFlow{u: u, flow: r.Flow, last: u.l.Now()}
	u.event(trace.UplinkDial, f.flow, dst.String())
	// Opening a UDP socket sends nothing and waits for nothing.
	conn, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(dst))
	if err == nil {
		f.conn = conn
		f.sock, err = r.Accept()
	} else if code, how := dialAnswer(err); how == unreachable {
		r.Unreachable(code)
	} else {
		r.Drop()
	}
	if err != nil {
		if conn != nil {
			conn.Close()
		}
		u.event(trace.UplinkRefused, f.flow, err.Error())
		return
	}
	u.udp = append(u.udp, f)
	u.event(trace.UplinkOpen, f.flow, dst.String())
	f.idle.Init(u.l, f.expire)
	f.idle.Background = true
	f.idle.After(u.cfg.UDPIdle)
	u.task("uplink udp up", f.up)
	u.task("uplink udp down", f.down)
}

// silent returns the flow whose latest datagram is the oldest: it gives its
// place to a new one.
func (u *uplink) silent() *udpFlow {
	oldest := u.udp[0]
	for _, f := range u.udp {
		if f.last < oldest.last {
			oldest = f
		}
	}
	return oldest
}

func (f *udpFlow) expire() {
	if at := f.last + int64(f.u.cfg.UDPIdle); at > f.u.l.Now() {
		f.idle.Set(at)
		return
	}
	f.end()
}

// end closes both sockets. Inside.
func (f *udpFlow) end() {
	if f.ended {
		return
	}
	f.ended = true
	f.idle.Stop()
	f.conn.Close()
	f.sock.Close()
	f.sock.RecvQ.WakeAll()
	u := f.u
	for i, x := range u.udp {
		if x == f {
			u.udp = append(u.udp[:i], u.udp[i+1:]...)
			break
		}
	}
	u.event(trace.UplinkClose, f.flow, "closed")
}

func (f *udpFlow) up() {
	buf := make([]byte, maxDatagram)
	for {
		n, ok := f.recv(buf)
		if !ok {
			return
		}
		f.conn.Write(buf[:n]) // an error is a datagram lost, which UDP may
	}
}

func (f *udpFlow) recv(p []byte) (n int, ok bool) {
	h := f.u.h
	h.Enter("recvfrom")
	defer func() { h.Exit("recvfrom", n) }()
	for !f.ended {
		k, _, err := f.sock.Recv(p)
		switch err {
		case nil:
			f.last = f.u.l.Now()
			n = k
			return n, true
		case stack.ErrWouldBlock:
			h.Wait(&f.sock.RecvQ, "recvfrom", loop.Never)
		}
		// Any other error is an ICMP message for what was sent, and is over
		// with this call.
	}
	return 0, false
}

func (f *udpFlow) down() {
	u, h := f.u, f.u.h
	buf := make([]byte, maxDatagram)
	for {
		n, err := f.conn.Read(buf)
		h.Enter("sendto")
		if f.ended {
			h.Exit("sendto", 0)
			return
		}
		switch {
		case err == nil:
			f.last = u.l.Now()
			f.sock.Send(buf[:n], netip.AddrPort{})
		case refusedError(err):
			u.refuse(f.flow)
		}
		if err != nil {
			f.end()
		}
		h.Exit("sendto", n)
	}
}

// refusedError says whether a read told of an ICMP port unreachable.
func refusedError(err error) bool {
	var errno syscall.Errno
	return errors.As(err, &errno) && (portable(errno) == syscall.ECONNREFUSED || portable(errno) == syscall.ECONNRESET)
}

// A machine's socket tells that a datagram was refused when the datagram itself is
// gone, and an ICMP error must quote what it is about. So the refusal is kept
// for the flow's next datagram, which is answered with it.
type refusal struct {
	flow  trace.Flow
	until int64
}

const (
	maxRefusals = 64 // beyond, the oldest is forgotten
	refusalTime = 10 * time.Second
)

func (u *uplink) refuse(flow trace.Flow) {
	if len(u.refused) == maxRefusals {
		u.refused = append(u.refused[:0], u.refused[1:]...)
	}
	u.refused = append(u.refused, refusal{flow, u.l.Now() + int64(refusalTime)})
	u.event(trace.UplinkRefused, flow, "port unreachable")
}

// wasRefused says so once: the datagram after tries again.
func (u *uplink) wasRefused(flow trace.Flow) bool {
	for i, r := range u.refused {
		if r.flow == flow {
			u.refused = append(u.refused[:i], u.refused[i+1:]...)
			return u.l.Now() < r.until
		}
	}
	return false
}

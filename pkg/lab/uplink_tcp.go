package lab

// TCP through the uplink. This file runs goroutines and blocks on sockets of
// this machine; it enters the loop for everything that is the lab's.

import (
	"context"
	"errors"
	"io"
	"net"
	"syscall"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Buffers of a copying direction: they begin small and grow while they are filled.
const (
	minCopy = 16 << 10
	maxCopy = 256 << 10
)

// tcpFlow is one connection of the lab and the one outside that carries it on.
type tcpFlow struct {
	u      *uplink
	flow   trace.Flow
	cancel context.CancelFunc // of the dial
	sock   *stack.TCPSocket   // nil until the far side has answered
	conn   *net.TCPConn
	open   int  // directions that still carry bytes
	reset  bool // the flow ends by reset and not by FIN
}

// TCP implements [stack.Forwarder]: a SYN has arrived that is not the gateway's.
func (u *uplink) TCP(r *stack.TCPRequest) {
	dst, ok := u.destination(r.Flow.Dst)
	switch {
	case !ok:
		r.Unreachable(stack.HostUnreachable)
		return
	case u.closed || len(u.tcp) >= u.cfg.MaxFlows:
		r.Drop() // the client sends its SYN again: by then there may be room
		return
	}
	ctx, cancel := context.WithCancel(context.Background())
	f := &tcpFlow{u: u, flow: r.Flow, cancel: cancel}
	r.OnAbort = f.abort
	u.tcp = append(u.tcp, f)
	u.event(trace.UplinkDial, f.flow, dst.String())
	u.task("uplink tcp", func() {
		defer f.remove()
		defer cancel()
		// Opened before the SYN is answered, so that the answer is the far side's.
		conn, err := u.dial(ctx, "tcp", dst.String())
		if f.answer(r, conn, err) {
			f.carry()
		}
	})
}

// answer answers the SYN as the far side has done, and reports whether there is
// a flow.
func (f *tcpFlow) answer(r *stack.TCPRequest, conn net.Conn, err error) bool {
	u := f.u
	u.h.Enter("connect")
	defer u.h.Exit("connect", 0)
	if err == nil {
		f.conn = conn.(*net.TCPConn)
		if u.closed || f.reset {
			f.abort()
			return false
		}
		if f.sock, err = r.Accept(); err != nil {
			f.abort()
			return false
		}
		f.open = 2
		u.event(trace.UplinkOpen, f.flow, conn.RemoteAddr().String())
		return true
	}
	if f.reset || u.closed {
		return false // the request is gone
	}
	code, how := dialAnswer(err)
	switch how {
	case refuse:
		r.Refuse()
	case unreachable:
		r.Unreachable(code)
	default:
		r.Drop()
	}
	u.event(trace.UplinkRefused, f.flow, err.Error())
	return false
}

// answerKind is what becomes of a SYN whose dial failed.
type answerKind uint8

const (
	silence answerKind = iota
	refuse
	unreachable
)

// dialAnswer turns the error of a dial into what the far side or the network did.
func dialAnswer(err error) (stack.Unreachable, answerKind) {
	var errno syscall.Errno
	if !errors.As(err, &errno) {
		return 0, silence // a time-out or a cancelled dial
	}
	switch portable(errno) {
	case syscall.ECONNREFUSED, syscall.ECONNRESET:
		return 0, refuse
	case syscall.ETIMEDOUT:
		return 0, silence
	case syscall.ENETUNREACH, syscall.EAFNOSUPPORT, syscall.EADDRNOTAVAIL:
		return stack.NetUnreachable, unreachable // no route, or no IPv6 here at all
	case syscall.EACCES, syscall.EPERM:
		return stack.AdminProhibited, unreachable
	}
	return stack.HostUnreachable, unreachable
}

// carry copies both ways until both are done.
func (f *tcpFlow) carry() {
	f.u.l.Enter()
	f.u.task("uplink tcp up", f.up)
	f.u.l.Exit()
	f.down()
}

// done ends one direction; the last one closes both connections.
func (f *tcpFlow) done() {
	u := f.u
	u.h.Enter("close")
	defer u.h.Exit("close", 0)
	if f.open--; f.open > 0 {
		return
	}
	f.sock.Close()
	f.conn.Close()
	how := "closed"
	if f.reset {
		how = "reset"
	}
	u.event(trace.UplinkClose, f.flow, how)
}

// abort ends the flow in both directions by reset. Inside.
func (f *tcpFlow) abort() {
	f.reset = true
	f.cancel()
	if f.conn != nil {
		f.conn.SetLinger(0) // Close sends RST
		f.conn.Close()
	}
	if f.sock != nil {
		f.sock.Abort()
		f.sock.ReadQ.WakeAll()
		f.sock.WriteQ.WakeAll()
	}
}

func (f *tcpFlow) remove() {
	u := f.u
	u.l.Enter()
	defer u.l.Exit()
	for i, x := range u.tcp {
		if x == f {
			u.tcp = append(u.tcp[:i], u.tcp[i+1:]...)
			return
		}
	}
}

// up carries what the client sends.
func (f *tcpFlow) up() {
	defer f.done()
	if f.pump(f.read, f.conn.Write) {
		f.conn.CloseWrite()
	}
}

// down carries what the far side sends. A client that does not read fills the
// gateway's send buffer, then nothing is read here, and the far side must wait.
func (f *tcpFlow) down() {
	defer f.done()
	if f.pump(f.conn.Read, f.write) {
		f.u.h.Enter("shutdown")
		f.sock.CloseWrite()
		f.u.h.Exit("shutdown", 0)
	}
}

// piece is what one read gave.
type piece struct {
	b   []byte
	err error
}

// pump carries one direction and reports whether it ended with the sender's FIN;
// if not, the flow has been reset. Reading has a goroutine of its own, so that
// the machine's socket is served while the stack works, and the other way round.
// Two buffers go back and forth: this and the socket buffers are all that is
// held of a direction.
func (f *tcpFlow) pump(read, write func([]byte) (int, error)) (fin bool) {
	empty, full := make(chan []byte, 2), make(chan piece, 2)
	empty <- nil
	empty <- nil
	defer close(empty)
	f.u.l.Enter()
	f.u.task("uplink tcp read", func() {
		size := minCopy
		for b := range empty {
			if len(b) < size {
				b = make([]byte, size)
			}
			n, err := read(b)
			full <- piece{b[:n], err} // there is room for both buffers
			if err != nil {
				return
			}
			if n == size {
				size = min(2*size, maxCopy)
			}
		}
	})
	f.u.l.Exit()
	for {
		p := <-full
		if len(p.b) > 0 {
			if _, err := write(p.b); err != nil {
				f.fail()
				return false
			}
		}
		switch {
		case p.err == io.EOF:
			return true
		case p.err != nil:
			f.fail()
			return false
		}
		empty <- p.b[:cap(p.b)]
	}
}

// fail ends both directions after one of the connections was reset.
func (f *tcpFlow) fail() {
	f.u.l.Enter()
	f.abort()
	f.u.l.Exit()
}

func (f *tcpFlow) read(p []byte) (n int, err error) {
	h := f.u.h
	h.Enter("read")
	defer func() { h.Exit("read", n) }()
	for {
		if f.reset {
			return 0, net.ErrClosed
		}
		n, err = f.sock.Read(p)
		if err != stack.ErrWouldBlock {
			return n, err
		}
		h.Wait(&f.sock.ReadQ, "read", loop.Never)
	}
}

func (f *tcpFlow) write(p []byte) (n int, err error) {
	h := f.u.h
	h.Enter("write")
	defer func() { h.Exit("write", n) }()
	for n < len(p) {
		if f.reset {
			return n, net.ErrClosed
		}
		k, err := f.sock.Write(p[n:])
		n += k
		switch {
		case err == stack.ErrWouldBlock:
			h.Wait(&f.sock.WriteQ, "write", loop.Never)
		case err != nil:
			return n, err
		}
	}
	return n, nil
}

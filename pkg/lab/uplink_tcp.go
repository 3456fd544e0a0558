package lab

// TCP through the uplink. This file runs goroutines and blocks on sockets of
// this machine; it enters the loop for everything that is the lab's.

import (
	"context"
	"errors"
	"io"
	"net"
	"sync/atomic"
	"syscall"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
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
	open   int         // directions that still carry bytes
	broken atomic.Bool // the far side takes no more
	reset  bool        // the flow ends by reset and not by FIN
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
	buf := make([]byte, minCopy)
	for {
		n, err := f.read(buf)
		if n > 0 {
			if _, err := f.conn.Write(buf[:n]); err != nil {
				f.breakOff()
				return
			}
		}
		switch {
		case err == io.EOF:
			f.conn.CloseWrite()
			return
		case err != nil:
			f.fail()
			return
		case n == len(buf) && n < maxCopy:
			buf = make([]byte, 2*n)
		}
	}
}

// down carries what the far side sends, reading it into buffers of the send
// queue: their bytes are this task's until it commits them. It leaves the commit
// to whoever holds the loop's baton and reads on, so that the machine's socket is
// served while the stack works. A client that does not read fills the gateway's
// send buffer, then nothing is read here, and the far side must wait.
func (f *tcpFlow) down() {
	defer f.done()
	d := downstream{f: f, next: make(chan *skb.SKB, downBuffers)}
	err := d.carry()
	d.rest()
	switch {
	case err == io.EOF && !f.broken.Load():
		f.u.h.Enter("shutdown")
		f.sock.CloseWrite()
		f.u.h.Exit("shutdown", 0)
	default:
		f.fail()
	}
}

// downBuffers is how many buffers of the send queue are in use at once.
const downBuffers = 4

type downstream struct {
	f    *tcpFlow
	have []*skb.SKB    // to be filled
	out  int           // filled, and the answer is not here yet
	next chan *skb.SKB // the answer to a commit: the next buffer, or nil
}

// carry returns the error that ended the direction, io.EOF for a FIN.
func (d *downstream) carry() error {
	for {
		for d.out > 0 && (len(d.have) == 0 || len(d.next) > 0) {
			d.answer()
		}
		if len(d.have) == 0 {
			if err := d.reserve(); err != nil {
				return err
			}
		}
		s := d.have[0]
		n, err := d.f.conn.Read(s.Bytes())
		if n > 0 {
			d.have = append(d.have[:0], d.have[1:]...)
			d.commit(s, n)
		}
		if err != nil {
			return err
		}
	}
}

func (d *downstream) answer() {
	if s := <-d.next; s != nil {
		d.have = append(d.have, s)
	}
	d.out--
}

// reserve waits for room in the send queue. Nothing is reserved when it is called.
func (d *downstream) reserve() error {
	h := d.f.u.h
	h.Enter("write")
	defer h.Exit("write", 0)
	for {
		if d.f.reset {
			return net.ErrClosed
		}
		s, err := d.f.sock.Reserve()
		switch {
		case err == nil:
			d.have = append(d.have, s)
			if len(d.have) == downBuffers {
				return nil
			}
		case len(d.have) > 0:
			return nil
		case err == stack.ErrWouldBlock:
			h.Wait(&d.f.sock.WriteQ, "write", loop.Never)
		default:
			return err
		}
	}
}

// commit leaves n bytes for the gateway to send.
func (d *downstream) commit(s *skb.SKB, n int) {
	d.out++
	d.f.u.h.Later("write", func() int {
		var next *skb.SKB
		if d.f.sock.Commit(s, n) == nil {
			next, _ = d.f.sock.Reserve() // an error is nil: reserve will see it again
		}
		d.next <- next // has room: one for each buffer
		return n
	})
}

// rest waits for the commits and gives back what was not filled.
func (d *downstream) rest() {
	for d.out > 0 {
		d.answer()
	}
	d.f.u.l.Enter()
	for _, s := range d.have {
		d.f.sock.Commit(s, 0)
	}
	d.f.u.l.Exit()
}

// breakOff ends what the client sends to a far side that takes no more. One that has
// gone may have answered before: a socket of this machine's still gives that, and so
// does the flow, which is reset afterwards.
func (f *tcpFlow) breakOff() {
	f.u.l.Enter()
	defer f.u.l.Exit()
	f.broken.Store(true)
	if f.open == 1 { // the answer has been carried
		f.abort()
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

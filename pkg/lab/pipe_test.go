package lab

import (
	"io"
	"net"
	"net/netip"
	"os"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
)

// half is one direction of a pipe: bytes in memory, readers and writers that
// wait in the loop.
type half struct {
	buf    []byte
	eof    bool
	broken bool
	change loop.WaitQueue
}

// pipe is a net.Conn of a virtual loop without a network below, so that a
// server can be tested with exact pieces of input.
type pipe struct {
	l       *loop.Loop
	in, out *half
	rd, wd  int64
}

const pipeRoom = 64 << 10

func newPipe(l *loop.Loop) (client, server *pipe) {
	a, b := &half{}, &half{}
	return &pipe{l: l, in: a, out: b, rd: loop.Never, wd: loop.Never}, &pipe{l: l, in: b, out: a, rd: loop.Never, wd: loop.Never}
}

func (p *pipe) Read(b []byte) (int, error) {
	p.l.Enter()
	defer p.l.Exit()
	for len(p.in.buf) == 0 {
		switch {
		case p.in.broken:
			return 0, &net.OpError{Op: "read", Err: net.ErrClosed}
		case p.in.eof:
			return 0, io.EOF
		case p.l.Now() >= p.rd:
			return 0, &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}
		}
		p.in.change.Wait(p.l, p.rd)
	}
	n := copy(b, p.in.buf)
	p.in.buf = p.in.buf[n:]
	p.in.change.WakeAll()
	return n, nil
}

func (p *pipe) Write(b []byte) (n int, err error) {
	p.l.Enter()
	defer p.l.Exit()
	for len(b) > 0 {
		switch {
		case p.out.broken || p.out.eof:
			return n, &net.OpError{Op: "write", Err: net.ErrClosed}
		case p.l.Now() >= p.wd:
			return n, &net.OpError{Op: "write", Err: os.ErrDeadlineExceeded}
		}
		k := min(len(b), pipeRoom-len(p.out.buf))
		if k == 0 {
			p.out.change.Wait(p.l, p.wd)
			continue
		}
		p.out.buf = append(p.out.buf, b[:k]...)
		b, n = b[k:], n+k
		p.out.change.WakeAll()
	}
	return n, nil
}

func (p *pipe) CloseWrite() error {
	p.out.eof = true
	p.out.change.WakeAll()
	return nil
}

func (p *pipe) Close() error {
	p.out.eof, p.in.broken = true, true
	p.out.change.WakeAll()
	p.in.change.WakeAll()
	return nil
}

func (p *pipe) LocalAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.2:80"))
}
func (p *pipe) RemoteAddr() net.Addr {
	return net.TCPAddrFromAddrPort(netip.MustParseAddrPort("192.0.2.1:4000"))
}
func (p *pipe) SetDeadline(t time.Time) error {
	p.SetReadDeadline(t)
	return p.SetWriteDeadline(t)
}
func (p *pipe) SetReadDeadline(t time.Time) error  { p.rd = t.UnixNano(); return nil }
func (p *pipe) SetWriteDeadline(t time.Time) error { p.wd = t.UnixNano(); return nil }

// pipeListener gives out the server ends of pipes.
type pipeListener struct{ q *loop.Queue[net.Conn] }

func newPipeListener(l *loop.Loop) *pipeListener {
	return &pipeListener{loop.NewQueue[net.Conn](l, 64)}
}

func (p *pipeListener) Accept() (net.Conn, error) {
	if c, ok := p.q.Get(); ok {
		return c, nil
	}
	return nil, net.ErrClosed
}
func (p *pipeListener) Close() error   { p.q.Close(); return nil }
func (p *pipeListener) Addr() net.Addr { return nil }

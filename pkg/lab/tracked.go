package lab

import (
	"errors"
	"net"

	"github.com/netkit-go/netkit/pkg/loop"
)

// tracked is a server's listeners and connections: how many connections there
// are at once is bounded, and closing the server closes all.
type tracked struct {
	open    []net.Conn
	ln      []net.Listener
	closed  bool
	running int            // applications that serve or accept
	change  loop.WaitQueue // a connection has gone, or an application has ended
}

// serve accepts on ln and runs handle as an application for each connection,
// at most max at once: beyond, nothing is accepted and the listener's backlog
// fills, as with any server that is busy.
func (t *tracked) serve(l *loop.Loop, ln net.Listener, name string, max int, handle func(net.Conn)) {
	if !t.add(l, ln) {
		ln.Close()
		return
	}
	defer t.done(l, nil)
	for {
		l.Enter()
		for len(t.open) >= max && !t.closed {
			t.change.Wait(l, loop.Never)
		}
		l.Exit()
		c, err := ln.Accept()
		if err != nil {
			return
		}
		l.Enter()
		if t.closed {
			l.Exit()
			c.Close()
			return
		}
		t.open = append(t.open, c)
		t.running++
		l.Go(name, func() {
			defer t.done(l, c)
			defer c.Close()
			handle(c)
		})
		l.Exit()
	}
}

func (t *tracked) add(l *loop.Loop, ln net.Listener) bool {
	l.Enter()
	defer l.Exit()
	if t.closed {
		return false
	}
	t.ln = append(t.ln, ln)
	t.running++
	return true
}

func (t *tracked) done(l *loop.Loop, c net.Conn) {
	l.Enter()
	defer l.Exit()
	for i, x := range t.open {
		if x == c {
			t.open = append(t.open[:i], t.open[i+1:]...)
			break
		}
	}
	t.running--
	t.change.WakeAll()
}

// close ends the listeners and connections and waits for their applications.
func (t *tracked) close(l *loop.Loop) {
	l.Enter()
	t.closed = true
	open := append([]net.Conn(nil), t.open...)
	ln := t.ln
	t.ln = nil
	t.change.WakeAll()
	l.Exit()
	for _, x := range ln {
		x.Close()
	}
	for _, c := range open {
		c.Close()
	}
	l.Enter()
	defer l.Exit()
	for t.running > 0 {
		t.change.Wait(l, loop.Never)
	}
}

// closedError says whether the error of a call means that its socket is closed.
func closedError(err error) bool { return errors.Is(err, net.ErrClosed) }

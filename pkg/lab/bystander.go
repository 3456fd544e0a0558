package lab

import (
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/netconn"
)

// bystanders make a little traffic of their own, so that the switch floods and
// forwards while the client works: peer asks the printer how it is, the
// printer answers. Background timers drive them, which keep no run alive.
type bystanders struct {
	l       *loop.Loop
	conns   []*netconn.PacketConn
	next    loop.WaitQueue
	timer   loop.Timer
	rnd     *rand.Rand
	closed  bool
	running int
	ended   loop.WaitQueue
}

const (
	printerPort    = 9
	bystanderFirst = 200 * time.Microsecond // early: most runs are short
	bystanderEvery = 700 * time.Millisecond // and up to half as much again
)

func (b *bystanders) start(lab *Lab) error {
	b.l = lab.l
	b.rnd = stream(lab.cfg.Seed, "bystanders")
	printer, err := lab.Dialer("printer").ListenPacket("udp", ":9")
	if err != nil {
		return err
	}
	peer, err := lab.Dialer("peer").ListenPacket("udp", ":0")
	if err != nil {
		return err
	}
	b.conns = []*netconn.PacketConn{printer, peer}
	b.timer.Init(b.l, func() { b.next.WakeAll() })
	b.timer.Background = true
	b.l.Enter()
	defer b.l.Exit()
	b.timer.After(bystanderFirst)
	b.running = 3
	b.l.Go("printer", func() { b.answer(printer) })
	b.l.Go("peer reads", func() { b.hear(peer) })
	b.l.Go("peer", func() { b.ask(peer, netip.AddrPortFrom(lanA.addr4(numPrinter), printerPort)) })
	return nil
}

// ask sends a question each time the timer says so.
func (b *bystanders) ask(c *netconn.PacketConn, to netip.AddrPort) {
	defer b.end()
	for {
		b.l.Enter()
		if !b.closed {
			b.next.Wait(b.l, loop.Never)
		}
		closed := b.closed
		if !closed {
			b.timer.After(bystanderEvery + time.Duration(b.rnd.Int64N(int64(bystanderEvery/2))))
		}
		b.l.Exit()
		if closed {
			return
		}
		c.WriteToAddrPort([]byte("status?"), to)
	}
}

// hear reads the answers.
func (b *bystanders) hear(c *netconn.PacketConn) {
	defer b.end()
	buf := make([]byte, 512)
	for {
		if _, _, err := c.ReadFromAddrPort(buf); closedError(err) {
			return
		}
	}
}

func (b *bystanders) answer(c *netconn.PacketConn) {
	defer b.end()
	buf := make([]byte, 512)
	for {
		_, from, err := c.ReadFromAddrPort(buf)
		switch {
		case err == nil:
			c.WriteToAddrPort([]byte("ready, tray 1 half full"), from)
		case closedError(err):
			return
		}
	}
}

func (b *bystanders) end() {
	b.l.Enter()
	defer b.l.Exit()
	b.running--
	b.ended.WakeAll()
}

// close ends them and waits until they have.
func (b *bystanders) close() {
	if b.l == nil {
		return
	}
	b.l.Enter()
	b.closed = true
	b.next.WakeAll()
	b.l.Exit()
	for _, c := range b.conns {
		c.Close()
	}
	b.l.Enter()
	defer b.l.Exit()
	for b.running > 0 {
		b.ended.Wait(b.l, loop.Never)
	}
}

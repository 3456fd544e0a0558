package kernelpath

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Run runs a scenario, whose events go to sinks, and returns what it measured. A
// sink that is a FrameSink sees the packets too; the others get events in order of
// time. The same scenario gives the same events and the same result, every time. When ctx ends the run does.
func Run(ctx context.Context, s Scenario, sinks ...trace.Sink) (*Result, error) {
	s.Fill()
	if err := s.Check(); err != nil {
		return nil, err
	}
	own := *s.Costs // a caller may go on to change its table
	s.Costs = &own
	b := newBench(&s, sinks)
	var r *Result
	err := b.l.Run(func() error {
		var failed error
		over := false
		var wait loop.WaitQueue
		b.l.Go(string(s.Kind), func() {
			r, failed = b.play()
			over = true
			wait.WakeAll()
		})
		undo := b.l.OnDone(ctx, wait.WakeAll)
		defer undo()
		b.l.Enter()
		defer b.l.Exit()
		for !over {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			wait.Wait(b.l, loop.Never)
		}
		return failed
	})
	switch {
	case errors.Is(err, loop.ErrStalled):
		return nil, fmt.Errorf("kernelpath: %s: nothing moves any more, a connection was given up: %w", s.Kind, err)
	case errors.Is(err, loop.ErrTimeCap):
		return nil, fmt.Errorf("kernelpath: %s: not over after %v of virtual time: %w", s.Kind, maxVirtual, err)
	case err != nil:
		return nil, fmt.Errorf("kernelpath: %s: %w", s.Kind, err)
	}
	return r, nil
}

// play runs the scenario and waits until all is at rest.
func (b *bench) play() (*Result, error) {
	var err error
	switch b.s.Kind {
	case Request:
		err = b.request()
	case Bulk:
		err = b.bulk()
	case Flood, Storm:
		err = b.flood()
	case Incast:
		err = b.incast()
	case SlowReader:
		err = b.slowReader()
	case Forward:
		err = b.forward()
	case Send:
		err = b.send()
	case Mixed:
		err = b.mixed()
	}
	if err != nil {
		return nil, err
	}
	b.l.Settle(drain)
	if b.order != nil {
		b.order.flush()
	}
	return b.result(), nil
}

const tcpPort = "80"

// service is the port of the first reader at an address.
func service(at endpoint) string { return netip.AddrPortFrom(at.addr, readerPort).String() }

func web(at endpoint) string { return net.JoinHostPort(at.addr.String(), tcpPort) }

// accepted makes a listener at a machine and a connection to it.
func (b *bench) accepted(from, to *machine) (client, server net.Conn, err error) {
	ln, err := to.net.Listen("tcp", web(to.at))
	if err != nil {
		return nil, nil, err
	}
	return b.connect(from, ln, to)
}

// connect makes a connection to a listener of another machine.
func (b *bench) connect(from *machine, ln *netconn.Listener, to *machine) (client, server net.Conn, err error) {
	var failed error
	t := b.l.Go("connect", func() {
		if client, failed = from.net.DialContext(context.Background(), "tcp", web(to.at)); failed != nil {
			_ = ln.Close() // whoever waits for the connection need not
		}
	})
	server, err = ln.Accept()
	t.Join()
	if failed != nil {
		return nil, nil, failed
	}
	return client, server, err
}

// pin makes a connection of the host's send without a copy where the scenario says
// so, and unpin waits until what it has sent may be written to again.
func (b *bench) pin(c net.Conn) error {
	if !b.s.ZeroCopy {
		return nil
	}
	return c.(*netconn.Conn).SetZeroCopy(true)
}

func (b *bench) unpin(c net.Conn) error {
	if !b.s.ZeroCopy {
		return nil
	}
	return c.(*netconn.Conn).WaitZeroCopy()
}

// request: a client asks the host, which answers.
func (b *bench) request() error {
	host, peer, err := b.pair()
	if err != nil {
		return err
	}
	b.taps.built()
	client, server, err := b.accepted(peer, host)
	if err != nil {
		return err
	}
	if err := b.pin(server); err != nil {
		return err
	}
	b.l.Settle(drain)
	var failed error
	serve := b.l.Go("server", func() {
		buf := make([]byte, b.s.Size)
		for range b.s.Packets {
			n, err := io.ReadFull(server, buf)
			if err == nil {
				b.m.delivered(n)
				_, err = server.Write(buf)
			}
			if err == nil {
				err = b.unpin(server) // buf is read into again
			}
			if err != nil {
				failed = errors.Join(failed, err)
				return
			}
		}
	})
	b.l.Settle(drain) // the server waits in its call
	b.begin()
	buf := make([]byte, b.s.Size)
	for range b.s.Packets {
		if _, err := client.Write(buf); err != nil {
			return err
		}
		if _, err := io.ReadFull(client, buf); err != nil {
			return err
		}
	}
	b.m.stop()
	serve.Join()
	return failed
}

// bulk: a transfer to the host, or from it.
func (b *bench) bulk() error {
	host, peer, err := b.pair()
	if err != nil {
		return err
	}
	b.taps.built()
	from, to := peer, host
	if b.s.Direction == TX {
		from, to = host, peer
	}
	client, server, err := b.accepted(from, to)
	if err != nil {
		return err
	}
	if from == host {
		if err := b.pin(client); err != nil {
			return err
		}
	}
	b.l.Settle(drain)
	return b.transfer(client, server, func() {})
}

// transfer sends all messages from one end to the other, which reads with
// buffers of one message, and pauses where the scenario says so. begun runs when
// the traffic begins.
func (b *bench) transfer(client, server net.Conn, begun func()) error {
	var failed error
	read := b.l.Go("reader", func() { failed = b.read(server, int64(b.s.Size)*int64(b.s.Packets)) })
	b.l.Settle(drain)
	b.begin()
	begun()
	buf := make([]byte, b.s.Size)
	for range b.s.Packets {
		if _, err := client.Write(buf); err != nil {
			return err
		}
	}
	read.Join()
	b.m.stop()
	return failed
}

// read takes that many bytes off a stream.
func (b *bench) read(c net.Conn, total int64) error {
	buf := make([]byte, min(b.s.Size, 64<<10))
	for total > 0 {
		n, err := c.Read(buf)
		if err != nil {
			return err
		}
		b.m.delivered(n)
		total -= int64(n)
		if b.s.Pause > 0 {
			b.l.Sleep(b.s.Pause)
		}
	}
	return nil
}

// flood: a source on the wire, and tasks that read.
func (b *bench) flood() error {
	host, err := b.build()
	if err != nil {
		return err
	}
	from := station(2)
	c := b.cable(hostCable, host.port, false, b.s.MTU)
	out := &sink{}
	c.B.Connect(out)
	host.knows(host.port, from)
	b.taps.built()
	for i := range b.s.Readers {
		if b.s.NoSocket {
			break
		}
		at := netip.AddrPortFrom(host.at.addr, uint16(readerPort+i)).String()
		pc, err := host.net.ListenPacket("udp", at)
		if err != nil {
			return err
		}
		if b.s.RcvBuf > 0 {
			if err := pc.SetReadBuffer(b.s.RcvBuf); err != nil {
				return err
			}
		}
		b.l.Go(fmt.Sprintf("reader/%d", i), func() { b.drainSocket(pc) })
	}
	b.l.Settle(drain) // the readers wait in their calls
	x := b.newSource(c.B, from, host.at.mac, host.at.addr)
	return b.pour(x)
}

// pour lets a source run to its end.
func (b *bench) pour(x *source) error {
	x.atEnd = func() { b.m.stop() }
	b.begin()
	b.m.start += x.flight // the first datagram has arrived
	x.begin()
	x.wait()
	return nil
}

// drainSocket reads datagrams until the socket ends.
func (b *bench) drainSocket(pc *netconn.PacketConn) {
	buf := make([]byte, b.s.Size)
	for {
		n, _, err := pc.ReadFromAddrPort(buf)
		if err != nil {
			return
		}
		b.m.delivered(n)
		b.m.latency.Add(b.l.Now() - stampOf(buf))
		if b.s.Pause > 0 {
			b.l.Sleep(b.s.Pause)
		}
	}
}

// slowReader: the host reads more slowly than the other side sends.
func (b *bench) slowReader() error {
	if b.s.Proto == "udp" {
		return b.flood()
	}
	return b.bulk()
}

// forward: the host is a router between two networks; beyond it a wire ends.
func (b *bench) forward() error {
	router, err := b.build()
	if err != nil {
		return err
	}
	from, to := station(2), beyond(2)
	in := b.cable(hostCable, router.port, false, b.s.MTU)
	in.B.Connect(&sink{})
	card := b.card("eth1", beyond(1), b.s.OutMTU)
	port, err := router.h.AddNIC(card, netip.PrefixFrom(beyond(1).addr, 24))
	if err != nil {
		return err
	}
	b.taps.add(Host, card, port)
	out := b.cable(farCable, port, false, b.s.MTU)
	end := &sink{}
	out.B.Connect(end)
	router.knows(router.port, from)
	router.knows(port, to)
	b.taps.built()
	x := b.newSource(in.B, from, router.at.mac, to.addr)
	// What the router took: from the last bit on one wire to the first bit on the
	// other.
	end.deliver = func(payload []byte, octets int) {
		b.m.delivered(b.s.Size)
		b.m.latency.Add(b.l.Now() - int64(b.s.Delay) - lineTime(octets, b.s.Rate) - stampOf(payload))
	}
	return b.pour(x)
}

// send: the host sends messages of one size.
func (b *bench) send() error {
	if b.s.Proto == "tcp" {
		b.s.Direction = TX
		return b.bulk()
	}
	host, err := b.build()
	if err != nil {
		return err
	}
	c := b.cable(hostCable, host.port, false, 0)
	end := &sink{}
	c.B.Connect(end)
	host.knows(host.port, station(2))
	b.taps.built()
	pc, err := host.net.DialContext(context.Background(), "udp", service(station(2)))
	if err != nil {
		return err
	}
	b.l.Settle(drain)
	end.deliver = func([]byte, int) { b.m.delivered(b.s.Size) }
	b.m.expect = uint64(b.s.Packets * b.s.Size)
	b.begin()
	buf := make([]byte, b.s.Size)
	for range b.s.Packets {
		if _, err := pc.Write(buf); err != nil {
			return err
		}
		if b.s.Pause > 0 {
			b.l.Sleep(b.s.Pause)
		}
	}
	b.l.Settle(drain)
	b.m.stop()
	return nil
}

// incast: all senders answer one question at once, through a switch whose one
// port is the host's.
func (b *bench) incast() error {
	host, err := b.build()
	if err != nil {
		return err
	}
	sw := lab.NewSwitch(b.l, b.pool, trace.New(b.run, "switch"), "switch")
	sw.AddPort("port0", b.cable(hostCable, host.port, false, b.s.MTU).B)
	ln, err := host.net.Listen("tcp", web(host.at))
	if err != nil {
		return err
	}
	var senders []*machine
	for i := range b.s.Senders {
		p, err := b.peer(senderName(i), station(i+2))
		if err != nil {
			return err
		}
		senders = append(senders, p)
		sw.AddPort(fmt.Sprintf("port%d", i+1), b.cable(fmt.Sprintf("%s%d", hostCable, i+1), p.port, false, b.s.MTU).B)
	}
	b.taps.built()
	conns := make([]net.Conn, len(senders))
	var failed error
	for i, p := range senders {
		if conns[i], err = b.join(p, ln, host); err != nil {
			return err
		}
	}
	b.l.Settle(drain)
	b.begin()
	each := (b.s.Packets + len(senders) - 1) / len(senders)
	b.m.expect = uint64(each * len(senders) * b.s.Size)
	var tasks []interface{ Join() }
	for i, c := range conns {
		tasks = append(tasks, b.l.Go(fmt.Sprintf("sender/%d", i+1), func() {
			buf := make([]byte, b.s.Size)
			for range each {
				if _, err := c.Write(buf); err != nil {
					failed = errors.Join(failed, err)
					return
				}
			}
			failed = errors.Join(failed, c.Close())
		}))
	}
	for _, t := range tasks {
		t.Join()
	}
	b.l.Settle(drain)
	b.m.stop()
	return failed
}

// join connects a sender to the host, where a task of its own reads.
func (b *bench) join(p *machine, ln *netconn.Listener, host *machine) (net.Conn, error) {
	client, server, err := b.connect(p, ln, host)
	if err != nil {
		return nil, err
	}
	b.l.Go("reader "+p.h.Name(), func() {
		buf := make([]byte, min(b.s.Size, 64<<10))
		for {
			n, err := server.Read(buf)
			if err != nil {
				return
			}
			b.m.delivered(n)
		}
	})
	return client, nil
}

// mixed: the host sends in bulk over TCP, and every millisecond a datagram of
// another flow, whose way from the call to the other end of the wire is measured.
func (b *bench) mixed() error {
	host, peer, err := b.pair()
	if err != nil {
		return err
	}
	b.taps.built()
	client, server, err := b.accepted(host, peer)
	if err != nil {
		return err
	}
	small, err := host.net.DialContext(context.Background(), "udp", service(peer.at))
	if err != nil {
		return err
	}
	pc, err := peer.net.ListenPacket("udp", service(peer.at))
	if err != nil {
		return err
	}
	b.l.Go("small reader", func() {
		buf := make([]byte, stampLen)
		for {
			if _, _, err := pc.ReadFromAddrPort(buf); err != nil {
				return
			}
			b.m.latency.Add(b.l.Now() - stampOf(buf))
		}
	})
	if _, err := small.Write(make([]byte, stampLen)); err != nil { // finds the neighbour
		return err
	}
	b.l.Settle(drain)
	b.m.latency = Histogram{}
	over := false
	err = b.transfer(client, server, func() {
		b.l.Go("small writer", func() {
			buf := make([]byte, stampLen)
			for !over {
				b.l.Sleep(time.Millisecond)
				binary.BigEndian.PutUint64(buf, uint64(b.l.Now()))
				if _, err := small.Write(buf); err != nil {
					return
				}
			}
		})
	})
	over = true
	return err
}

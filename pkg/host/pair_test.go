package host

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"reflect"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// pair is two hosts on a cable without delay.
type pair struct {
	l    *loop.Loop
	pool *skb.Pool
	rec  *trace.Recorder
	a, b *Host
}

func newPair(t testing.TB, lc loop.Config, cfg Config, dev nic.Config, traced bool) *pair {
	t.Helper()
	p := &pair{l: loop.New(lc), pool: &skb.Pool{}}
	run := &trace.Run{Now: p.l.Now}
	if traced {
		p.rec = &trace.Recorder{}
		run.Sink = p.rec
	}
	seed := uint64(1)
	cfg.Stack.Rand = func() uint64 {
		seed = seed*6364136223846793005 + 1442695040888963407
		return seed ^ seed>>33
	}
	add := func(name string, mac wire.MAC, v4, v6 netip.Addr) *Host {
		cfg.Name = name
		h := New(p.l, run, p.pool, cfg)
		dev.Name, dev.MAC = "eth0", mac
		if _, err := h.AddNIC(dev, netip.PrefixFrom(v4, 25), netip.PrefixFrom(v6, 64)); err != nil {
			t.Fatal(err)
		}
		return h
	}
	p.a = add("a", macA, addrA4, addrA6)
	p.b = add("b", macB, addrB4, addrB6)
	p.a.ports[0].nic.Connect(&toPort{p.b.ports[0]})
	p.b.ports[0].nic.Connect(&toPort{p.a.ports[0]})
	return p
}

// conn is a connection with blocking calls.
type conn struct {
	h *Host
	s *stack.TCPSocket
}

func (c conn) write(b []byte) error {
	c.h.Enter("sendto")
	defer c.h.Exit("sendto", len(b))
	for len(b) > 0 {
		n, err := c.s.Write(b)
		b = b[n:]
		switch {
		case errors.Is(err, stack.ErrWouldBlock) || err == nil && len(b) > 0:
			c.h.Wait(&c.s.WriteQ, "sendto", loop.Never)
		case err != nil:
			return err
		}
	}
	return nil
}

func (c conn) read(b []byte) (int, error) {
	c.h.Enter("recvfrom")
	n := 0
	defer func() { c.h.Exit("recvfrom", n) }()
	for {
		var err error
		n, err = c.s.Read(b)
		if !errors.Is(err, stack.ErrWouldBlock) {
			return n, err
		}
		c.h.Wait(&c.s.ReadQ, "recvfrom", loop.Never)
	}
}

func (c conn) close() {
	c.h.Enter("close")
	c.s.Close()
	c.h.Exit("close", 0)
}

func listen(t testing.TB, h *Host, at netip.AddrPort) *stack.TCPListener {
	h.Enter("listen")
	defer h.Exit("listen", 0)
	l, err := h.Stack().ListenTCP(at, 16)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func accept(h *Host, l *stack.TCPListener) (conn, error) {
	h.Enter("accept")
	defer h.Exit("accept", 0)
	for {
		s, err := l.Accept()
		if !errors.Is(err, stack.ErrWouldBlock) {
			return conn{h, s}, err
		}
		h.Wait(&l.AcceptQ, "accept", loop.Never)
	}
}

func dial(h *Host, to netip.AddrPort) (conn, error) {
	h.Enter("connect")
	defer h.Exit("connect", 0)
	s, err := h.Stack().DialTCP(netip.AddrPort{}, to)
	if err != nil {
		return conn{}, err
	}
	for s.Conn.State().String() == "SYN-SENT" {
		h.Wait(&s.WriteQ, "connect", loop.Never)
	}
	return conn{h, s}, s.Conn.Err()
}

// transfer sends data from a to b and returns what b read.
func (p *pair) transfer(t testing.TB, to netip.AddrPort, data []byte) []byte {
	l := listen(t, p.b, to)
	var got bytes.Buffer
	server := p.l.Go("server", func() {
		c, err := accept(p.b, l)
		if err != nil {
			t.Error(err)
			return
		}
		buf := make([]byte, 64<<10)
		for {
			n, err := c.read(buf)
			got.Write(buf[:n])
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Error(err)
				break
			}
		}
		c.close()
	})
	c, err := dial(p.a, to)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.write(data); err != nil {
		t.Error(err)
	}
	c.close()
	server.Join()
	p.b.Enter("close")
	l.Close()
	p.b.Exit("close", 0)
	return got.Bytes()
}

func TestTransferOverTwoHosts(t *testing.T) {
	data := payload(3 << 20)
	for _, c := range []struct {
		name string
		to   netip.Addr
		cfg  Config
		dev  nic.Config
	}{
		{"costs and 10 Gbit/s", addrB4, Config{}, nic.Config{Rate: 10_000_000_000}},
		{"costs, two CPUs", addrB4, Config{CPUs: 2}, nic.Config{Rate: 10_000_000_000}},
		{"no costs, no delay", addrB4, Config{NoCosts: true}, nic.Config{}},
		{"IPv6", addrB6, Config{NoCosts: true}, nic.Config{}},
		{"no offloads", addrB4, Config{NoGRO: true}, nic.Config{NoTSO: true, NoTxChecksum: true, NoRxChecksum: true, Rate: 1_000_000_000}},
		{"small rings", addrB6, Config{}, nic.Config{RxRing: 8, TxRing: 2, Rate: 1_000_000_000}},
		{"coalescing", addrB4, Config{}, nic.Config{RxUsecs: 20, RxFrames: 32, TxUsecs: 20, TxFrames: 32, Rate: 10_000_000_000}},
		{"jumbo", addrB6, Config{}, nic.Config{MTU: 9000, Rate: 10_000_000_000}},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := newPair(t, loop.Config{Watchdog: 30 * time.Second}, c.cfg, c.dev, false)
			var start, end int64
			err := p.l.Run(func() error {
				start = p.l.Now()
				if got := p.transfer(t, netip.AddrPortFrom(c.to, 80), data); !bytes.Equal(got, data) {
					t.Errorf("%d bytes arrived, not the %d that were sent", len(got), len(data))
				}
				end = p.l.Now()
				p.l.Settle(10 * time.Minute)
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if p.pool.Live != 0 {
				t.Errorf("%d buffers leaked", p.pool.Live)
			}
			a, b := p.a.ports[0].nic.Stats, p.b.ports[0].nic.Stats
			if c.dev.RxRing == 0 && b.RxMissedErrors+a.RxMissedErrors != 0 {
				t.Errorf("missed %d and %d frames", a.RxMissedErrors, b.RxMissedErrors)
			}
			if (a.TxTSO > 0) == c.dev.NoTSO {
				t.Errorf("%d super-segments cut", a.TxTSO)
			}
			if c.dev.Rate > 0 {
				if floor := int64(len(data)) * 8 * int64(time.Second) / c.dev.Rate; end-start < floor {
					t.Errorf("took %d ns, less than the line needs: %d", end-start, floor)
				}
			}
			t.Logf("%v virtual, %d frames, %d super-segments, %d interrupts at the receiver, missed %d",
				time.Duration(end-start), a.TxPackets, a.TxTSO, b.Interrupts, b.RxMissedErrors)
		})
	}
}

func TestTransferInRealTime(t *testing.T) {
	p := newPair(t, loop.Config{Real: true}, Config{}, nic.Config{}, false)
	defer p.l.Close()
	data := payload(8 << 20)
	if got := p.transfer(t, netip.AddrPortFrom(addrB6, 80), data); !bytes.Equal(got, data) {
		t.Errorf("%d bytes arrived, not the %d that were sent", len(got), len(data))
	}
	p.a.Enter("stat")
	defer p.a.Exit("stat", 0)
	if n := p.b.ports[0].nic.Stats.RxMissedErrors; n != 0 {
		t.Errorf("missed %d frames on a cable without delay", n)
	}
	if p.a.meter != nil {
		t.Error("costs are charged in real time")
	}
}

// Once windows are open, a TCP transfer through both rings, GRO and TSO allocates
// nothing: not for a segment, not for a call.
func TestTCPSteadyStateDoesNotAllocate(t *testing.T) {
	p := newPair(t, loop.Config{}, Config{NoCosts: true}, nic.Config{}, false)
	at := netip.AddrPortFrom(addrB4, 80)
	err := p.l.Run(func() error {
		l := listen(t, p.b, at)
		p.l.Go("server", func() {
			c, err := accept(p.b, l)
			buf := make([]byte, 64<<10)
			for err == nil {
				_, err = c.read(buf)
			}
		})
		c, err := dial(p.a, at)
		if err != nil {
			return err
		}
		buf := make([]byte, 1<<20)
		send := func() {
			if err := c.write(buf); err != nil {
				t.Error(err)
			}
		}
		for range 64 {
			send()
		}
		if n := testing.AllocsPerRun(20, send); n >= 1 {
			t.Errorf("%v allocations a MiB, want none", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The order seen on a virtio NIC on a virtio NIC, for one data segment that a reader waits for.
func TestOneReceivedSegmentInLinuxOrder(t *testing.T) {
	p := newPair(t, loop.Config{}, Config{}, nic.Config{Rate: 10_000_000_000}, true)
	to := netip.AddrPortFrom(addrB4, 80)
	err := p.l.Run(func() error {
		l := listen(t, p.b, to)
		server := p.l.Go("server", func() {
			c, err := accept(p.b, l)
			if err != nil {
				t.Error(err)
				return
			}
			buf := make([]byte, 100)
			for {
				if n, err := c.read(buf); n == 0 || err != nil {
					break
				}
			}
			c.close()
		})
		c, err := dial(p.a, to)
		if err != nil {
			return err
		}
		p.l.Settle(10 * time.Millisecond)
		p.rec.Events = nil
		if err := c.write([]byte("hello")); err != nil {
			return err
		}
		p.l.Settle(time.Millisecond)
		var got []string
		for _, e := range p.rec.Events {
			if e.Host != "b" {
				continue
			}
			switch e.Kind {
			case trace.TCPCwnd, trace.RouteLookup, trace.TCPTimer, trace.SkbClone, trace.NeighState:
				continue
			}
			got = append(got, fmt.Sprintf("%v/%v", e.Ctx, e.Kind))
			if e.Kind == trace.SysExit {
				break
			}
		}
		want := []string{
			"hardware/rx_dma",
			"hardirq/irq", "hardirq/irq_mask", "hardirq/napi_schedule", "hardirq/softirq_raise", "hardirq/irq_exit",
			"softirq/softirq_entry", "softirq/skb_build", "softirq/rx_post", "softirq/gro",
			"softirq/netif_receive_skb", "softirq/ip_recv", "softirq/tcp_recv", "softirq/sock_queue",
		}
		if len(got) < len(want) || !reflect.DeepEqual(got[:len(want)], want) {
			t.Errorf("events of the receiver\n%v\nwant first\n%v", got, want)
		}
		// Then the reader becomes runnable, the poll ends, and only then does the
		// reader copy, in its own context. (Whether the acknowledgement goes out
		// before or after the wake-up is TCP's business: Linux does both.)
		rest := []string{"softirq/sock_queue", "softirq/task_wake", "softirq/napi_complete", "softirq/irq_unmask", "softirq/napi_poll", "softirq/softirq_exit", "process/task_run", "process/copy_to_user", "process/skb_free", "process/sys_exit"}
		i := 0
		for _, k := range got {
			if i < len(rest) && k == rest[i] {
				i++
			}
		}
		if i < len(rest) {
			t.Errorf("%v does not come in its place in\n%v", rest[i:], got)
		}
		c.close()
		server.Join()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

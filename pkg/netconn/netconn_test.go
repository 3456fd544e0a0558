package netconn

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
	"golang.org/x/net/nettest"
)

// wireEnd is one end of a cable without delay that loses nothing.
type wireEnd struct {
	l     *loop.Loop
	to    *nic.NIC
	queue []nic.Frame
	timer loop.Timer
}

func (w *wireEnd) Send(f *nic.Frame) {
	w.queue = append(w.queue, *f)
	if !w.timer.Armed() {
		w.timer.Set(w.l.Now())
	}
}

func (w *wireEnd) deliver() {
	q := w.queue
	w.queue = nil
	for i := range q {
		w.to.Receive(&q[i])
	}
	if w.queue == nil {
		w.queue = q[:0]
	}
}

// pair is two hosts on one wire.
type pair struct {
	l    *loop.Loop
	a, b *Net
	pool *skb.Pool
	run  *trace.Run
}

var addrs = [2][]netip.Prefix{
	{netip.MustParsePrefix("198.51.100.1/24"), netip.MustParsePrefix("2001:db8::1/64")},
	{netip.MustParsePrefix("198.51.100.2/24"), netip.MustParsePrefix("2001:db8::2/64")},
}

func newPair(t testing.TB, cfg loop.Config) *pair {
	l := loop.New(cfg)
	p := &pair{l: l, pool: &skb.Pool{}}
	run := &trace.Run{Now: l.Now}
	p.run = run
	var nics [2]*nic.NIC
	var nets [2]*Net
	l.Enter()
	for i := range 2 {
		h := host.New(l, run, p.pool, host.Config{Name: fmt.Sprint("h", i+1)})
		port, err := h.AddNIC(nic.Config{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, 0, byte(i + 1)}}, addrs[i]...)
		if err != nil {
			t.Fatal(err)
		}
		nics[i] = port.NIC()
		nets[i] = New(h)
	}
	for i := range 2 {
		w := &wireEnd{l: l, to: nics[1-i]}
		w.timer.Init(l, w.deliver)
		nics[i].Connect(w)
	}
	l.Exit()
	p.a, p.b = nets[0], nets[1]
	t.Cleanup(l.Close)
	return p
}

func (p *pair) connect(t testing.TB, v6 bool) (client, server net.Conn) {
	t.Helper()
	at := "198.51.100.2:0"
	if v6 {
		at = "[2001:db8::2]:0"
	}
	ln, err := p.b.Listen("tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	accepted := p.l.Go("accept", func() {
		if c, err := ln.Accept(); err == nil {
			server = c
		}
	})
	client, err = p.a.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted.Join()
	if server == nil {
		t.Fatal("nothing accepted")
	}
	return client, server
}

// The net package's own suite: blocking, deadlines, closing, concurrency.
func TestConnBehavesAsPackageNetDemands(t *testing.T) {
	for _, v6 := range []bool{false, true} {
		t.Run(map[bool]string{false: "IPv4", true: "IPv6"}[v6], func(t *testing.T) {
			nettest.TestConn(t, func() (c1, c2 net.Conn, stop func(), err error) {
				p := newPair(t, loop.Config{Real: true})
				c1, c2 = p.connect(t, v6)
				return c1, c2, func() { c1.Close(); c2.Close() }, nil
			})
		})
	}
}

func virtually(t *testing.T, fn func(p *pair)) {
	t.Helper()
	p := newPair(t, loop.Config{Watchdog: 20 * time.Second})
	if err := p.l.Run(func() error { fn(p); return nil }); err != nil {
		t.Fatal(err)
	}
}

func TestTransferBothWaysInVirtualTime(t *testing.T) {
	virtually(t, func(p *pair) {
		for _, v6 := range []bool{false, true} {
			c, s := p.connect(t, v6)
			want := bytes.Repeat([]byte("0123456789abcdef"), 100_000)
			echo := p.l.Go("echo", func() {
				_, _ = io.Copy(struct{ io.Writer }{s}, struct{ io.Reader }{s})
				_ = s.(*Conn).CloseWrite()
			})
			writer := p.l.Go("write", func() {
				if _, err := c.Write(want); err != nil {
					t.Error(err)
				}
				if err := c.(*Conn).CloseWrite(); err != nil {
					t.Error(err)
				}
			})
			got, err := io.ReadAll(c)
			if err != nil || !bytes.Equal(got, want) {
				t.Errorf("v6=%v: got %d bytes back, %v; want the %d sent", v6, len(got), err, len(want))
			}
			writer.Join()
			echo.Join()
			c.Close()
			s.Close()
		}
	})
}

func TestBuffersComeBackWhenConnectionsAreGone(t *testing.T) {
	virtually(t, func(p *pair) {
		before := p.pool.Live
		for range 20 {
			c, s := p.connect(t, false)
			_, _ = c.Write(make([]byte, 100_000))
			s.Close()
			c.Close()
		}
		p.l.Sleep(5 * time.Minute) // past TIME-WAIT
		if p.pool.Live != before {
			t.Errorf("%d buffers out, %d before", p.pool.Live, before)
		}
	})
}

func TestDialErrorsAreThoseOfPackageNet(t *testing.T) {
	virtually(t, func(p *pair) {
		_, err := p.a.Dial("tcp", "198.51.100.2:81")
		var op *net.OpError
		if !errors.As(err, &op) || op.Op != "dial" || !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("closed port: %v, want a dial OpError around ECONNREFUSED", err)
		}
		if _, err = p.a.Dial("tcp", "198.51.100.77:80"); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("nobody answers ARP: %v, want EHOSTUNREACH", err)
		}
		if _, err = p.a.Dial("tcp", "192.0.2.1:80"); !errors.Is(err, syscall.ENETUNREACH) {
			t.Errorf("no route: %v, want ENETUNREACH", err)
		}
		if _, err = p.a.Dial("tcp4", "[2001:db8::2]:80"); err == nil {
			t.Error("tcp4 must refuse an IPv6 address")
		}
		if _, err = p.a.Dial("sctp", "198.51.100.2:80"); !errors.As(err, new(net.UnknownNetworkError)) {
			t.Errorf("unknown network: %v", err)
		}
		if _, err = p.a.Dial("tcp", "example.test:80"); !errors.As(err, new(*net.AddrError)) {
			t.Errorf("a name: %v, want AddrError: names are a resolver's work", err)
		}
	})
}

func TestDialEndsWithItsContext(t *testing.T) {
	virtually(t, func(p *pair) {
		ctx, cancel := p.l.WithTimeout(context.Background(), 300*time.Millisecond)
		defer cancel()
		start := p.l.Now()
		_, err := p.a.DialContext(ctx, "tcp", "198.51.100.77:80")
		if !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want a deadline error", err)
		}
		if d := p.l.Now() - start; d > int64(301*time.Millisecond) {
			t.Errorf("came back after %v", time.Duration(d))
		}
		ctx2, cancel2 := p.l.WithCancel(context.Background())
		p.l.Go("cancel", func() { p.l.Sleep(time.Millisecond); cancel2() })
		if _, err = p.a.DialContext(ctx2, "tcp", "198.51.100.77:80"); !errors.Is(err, context.Canceled) {
			t.Errorf("%v, want Canceled", err)
		}
	})
}

func TestLingerZeroResets(t *testing.T) {
	virtually(t, func(p *pair) {
		c, s := p.connect(t, false)
		_ = c.(*Conn).SetLinger(0)
		c.Close()
		if _, err := s.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v, want ECONNRESET", err)
		}
		if _, err := s.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("write after reset: %v", err)
		}
		if err := c.Close(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("second Close: %v, want net.ErrClosed", err)
		}
	})
}

func TestUDP(t *testing.T) {
	virtually(t, func(p *pair) {
		for _, at := range []string{"198.51.100.2:53", "[2001:db8::2]:53"} {
			s, err := p.b.ListenPacket("udp", at)
			if err != nil {
				t.Error(err)
				return
			}
			p.l.Go("echo", func() {
				buf := make([]byte, 2000)
				for {
					n, from, err := s.ReadFrom(buf)
					if err != nil {
						return
					}
					_, _ = s.WriteTo(buf[:n], from)
				}
			})
			c, err := p.a.Dial("udp", at)
			if err != nil {
				t.Error(err)
				return
			}
			for _, n := range []int{0, 1, 1400, 1999} { // the last is fragmented
				msg := bytes.Repeat([]byte{byte(n)}, n)
				if _, err := c.Write(msg); err != nil {
					t.Error(err)
				}
				_ = c.SetReadDeadline(time.Unix(0, p.l.Now()+int64(time.Second)))
				got := make([]byte, 2000)
				k, err := c.Read(got)
				if err != nil || !bytes.Equal(got[:k], msg) {
					t.Errorf("%s: %d bytes came back as %d, %v", at, n, k, err)
				}
			}
			_ = c.SetReadDeadline(time.Unix(0, p.l.Now()+1000))
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%v, want a deadline error", err)
			}
			s.Close()
			_, _ = c.Write([]byte("anybody?"))
			_ = c.SetReadDeadline(time.Time{})
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("port unreachable: %v, want ECONNREFUSED", err)
			}
			c.Close()
		}
	})
}

func TestListenRefusesAPortInUse(t *testing.T) {
	virtually(t, func(p *pair) {
		l1, err := p.a.Listen("tcp", ":80")
		if err != nil {
			t.Error(err)
			return
		}
		if _, err = p.a.Listen("tcp", ":80"); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%v, want EADDRINUSE", err)
		}
		_ = l1.SetDeadline(time.Unix(0, p.l.Now()+1000))
		if _, err = l1.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v, want a deadline error", err)
		}
		l1.Close()
		if _, err = l1.Accept(); !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v, want net.ErrClosed", err)
		}
	})
}

// One flow of bulk data through both hosts' rings, at 1500-byte frames.
func BenchmarkOneFlow(b *testing.B) {
	for _, real := range []bool{false, true} {
		b.Run(map[bool]string{false: "virtual", true: "real"}[real], func(b *testing.B) {
			p := newPair(b, loop.Config{Real: real, MaxVirtual: 1 << 62})
			buf := make([]byte, 256*1024)
			b.SetBytes(int64(len(buf)))
			b.ReportAllocs()
			_ = p.l.Run(func() error {
				c, s := p.connect(b, false)
				reader := p.l.Go("read", func() {
					in := make([]byte, 256*1024)
					for {
						if _, err := s.Read(in); err != nil {
							return
						}
					}
				})
				for range 50 {
					_, _ = c.Write(buf)
				}
				b.ResetTimer()
				for range b.N {
					if _, err := c.Write(buf); err != nil {
						b.Error(err)
						return nil
					}
				}
				b.StopTimer()
				c.Close()
				reader.Join()
				return nil
			})
			segs := float64(b.N) * float64(len(buf)) / 1448
			b.ReportMetric(float64(b.N)*float64(len(buf))*8/b.Elapsed().Seconds()/1e9, "Gbit/s")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/segs, "ns/segment")
		})
	}
}

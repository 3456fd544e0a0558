package lab

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/trace"
)

// realLab runs fn as the client of a lab in real time and checks that nothing
// is left over.
func realLab(t testing.TB, cfg Config, fn func(ctx context.Context, lab *Lab)) {
	t.Helper()
	before := runtime.NumGoroutine()
	cfg.Real = true
	if cfg.Uplink.HostsFile == "" {
		cfg.Uplink.HostsFile = os.DevNull
	}
	lab, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	err = lab.Run(context.Background(), func(ctx context.Context) error {
		fn(ctx, lab)
		return nil
	})
	lab.Close()
	if err != nil {
		t.Fatal(err)
	}
	// Goroutines of package net end a moment after their sockets.
	for i := 0; i < 200 && runtime.NumGoroutine() > before; i++ {
		time.Sleep(10 * time.Millisecond)
	}
	if n := runtime.NumGoroutine(); n > before {
		buf := make([]byte, 1<<20)
		t.Errorf("%d goroutines before, %d after Close:\n%s", before, n, buf[:runtime.Stack(buf, true)])
	}
	if len(lab.uplink.tcp)+len(lab.uplink.udp) > 0 {
		t.Errorf("%d TCP and %d UDP flows are left", len(lab.uplink.tcp), len(lab.uplink.udp))
	}
}

// outsideServer listens on this machine's loopback and runs handle for each connection.
func outsideServer(t testing.TB, handle func(*net.TCPConn)) netip.AddrPort {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				handle(c.(*net.TCPConn))
			})
		}
	})
	t.Cleanup(func() { ln.Close(); wg.Wait() })
	return ln.Addr().(*net.TCPAddr).AddrPort()
}

// alias returns an outside server's address in the lab.
func alias(lab *Lab, at netip.AddrPort) string {
	a, _ := lab.HostAlias(at.Addr())
	return netip.AddrPortFrom(a, at.Port()).String()
}

type tcpConn interface {
	net.Conn
	CloseWrite() error
	SetLinger(int) error
}

func dialOutside(ctx context.Context, t testing.TB, lab *Lab, at netip.AddrPort) tcpConn {
	t.Helper()
	c, err := lab.Dialer("client").DialContext(ctx, "tcp", alias(lab, at))
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(20 * time.Second))
	return c.(tcpConn)
}

func TestUplinkCarriesTCP(t *testing.T) {
	at := outsideServer(t, func(c *net.TCPConn) { io.Copy(c, c) })
	rec := &lockedRecorder{}
	realLab(t, Config{Trace: rec}, func(ctx context.Context, lab *Lab) {
		c := dialOutside(ctx, t, lab, at)
		defer c.Close()
		data := make([]byte, 3<<20)
		Content(data, 0)
		var wg sync.WaitGroup
		wg.Go(func() { c.Write(data); c.CloseWrite() })
		got, err := io.ReadAll(c)
		wg.Wait()
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("%d of %d bytes came back, %v", len(got), len(data), err)
		}
	})
	for _, k := range []trace.Kind{trace.UplinkDial, trace.UplinkOpen, trace.UplinkClose} {
		if e := rec.of(k); len(e) != 1 || e[0].Host != "uplink" || e[0].Flow.Dst.Addr() != loopback4 {
			t.Errorf("%v: %+v", k, e)
		}
	}
	if e := rec.of(trace.UplinkClose); len(e) == 1 && e[0].Text != "closed" {
		t.Errorf("the flow ended %q, want closed", e[0].Text)
	}
	if e := rec.of(trace.UplinkDial); len(e) == 1 && e[0].Text != at.String() {
		t.Errorf("the NAT step says %q, want %v", e[0].Text, at)
	}
}

// lockedRecorder records the uplink's events only: those of a real run are many.
type lockedRecorder struct {
	mu     sync.Mutex
	events []trace.Event
}

func (r *lockedRecorder) Emit(e *trace.Event) {
	if e.Host == "uplink" {
		r.mu.Lock()
		r.events = append(r.events, *e)
		r.mu.Unlock()
	}
}

func (r *lockedRecorder) of(k trace.Kind) (out []trace.Event) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, e := range r.events {
		if e.Kind == k {
			out = append(out, e)
		}
	}
	return out
}

func TestUplinkIPv6(t *testing.T) {
	ln, err := net.Listen("tcp", "[::1]:0")
	if err != nil {
		t.Skip("this machine has no IPv6 loopback")
	}
	defer ln.Close()
	go func() {
		if c, err := ln.Accept(); err == nil {
			io.Copy(c, c)
			c.Close()
		}
	}()
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		c := dialOutside(ctx, t, lab, ln.Addr().(*net.TCPAddr).AddrPort())
		defer c.Close()
		c.Write([]byte("six"))
		c.CloseWrite()
		if got, err := io.ReadAll(c); string(got) != "six" || err != nil {
			t.Errorf("%q %v", got, err)
		}
	})
}

func TestUplinkRefusedIsReset(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := ln.Addr().(*net.TCPAddr).AddrPort()
	ln.Close() // now nobody listens there
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		if _, err := lab.Dialer("client").DialContext(ctx, "tcp", alias(lab, at)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("got %v, want connection refused", err)
		}
	})
}

// What the far side does to the dial is what the client sees of its SYN.
func TestUplinkAnswersAsTheFarSide(t *testing.T) {
	for _, c := range []struct {
		errno syscall.Errno
		want  error
	}{
		{syscall.ECONNREFUSED, syscall.ECONNREFUSED}, // RST
		{syscall.EHOSTUNREACH, syscall.EHOSTUNREACH}, // ICMP 3/1
		{syscall.ENETUNREACH, syscall.ENETUNREACH},   // ICMP 3/0
		{syscall.EACCES, syscall.EHOSTUNREACH},       // ICMP 3/13, which Linux maps to EHOSTUNREACH
		{syscall.ETIMEDOUT, os.ErrDeadlineExceeded},  // silence
	} {
		realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
			lab.uplink.dial = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Err: os.NewSyscallError("connect", c.errno)}
			}
			c2, cancel := lab.Loop().WithTimeout(ctx, 300*time.Millisecond)
			defer cancel()
			if _, err := lab.Dialer("client").DialContext(c2, "tcp", "8.8.8.8:80"); !errors.Is(err, c.want) {
				t.Errorf("%v outside was %v to the client, want %v", c.errno, err, c.want)
			}
		})
	}
}

func TestUplinkUnusedAliasesLeadNowhere(t *testing.T) {
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		lab.uplink.dial = func(context.Context, string, string) (net.Conn, error) {
			t.Error("an address that stands for nothing was dialled")
			return nil, syscall.ECONNREFUSED
		}
		if _, err := lab.Dialer("client").DialContext(ctx, "tcp", "192.0.2.200:80"); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("%v, want no route to host", err)
		}
	})
}

func TestUplinkRepeatedSYNDialsOnceAndAbortCancels(t *testing.T) {
	var dials atomic.Int32
	cancelled := make(chan error, 1)
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		lab.uplink.dial = func(ctx context.Context, _, _ string) (net.Conn, error) {
			dials.Add(1)
			<-ctx.Done() // a far side that is silent
			cancelled <- ctx.Err()
			return nil, ctx.Err()
		}
		// The SYN is sent again after a second.
		c, cancel := lab.Loop().WithTimeout(ctx, 1300*time.Millisecond)
		defer cancel()
		if _, err := lab.Dialer("client").DialContext(c, "tcp", "8.8.8.8:80"); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("a silent far side: %v", err)
		}
		// The client knows no connection that it could reset, so that the
		// gateway hears of the end only when the lab is closed.
	})
	if n := dials.Load(); n != 1 {
		t.Errorf("%d dials for one connection", n)
	}
	if err := <-cancelled; err != context.Canceled {
		t.Errorf("the dial ended with %v", err)
	}
}

func TestUplinkAnswerAfterTheClientHasGone(t *testing.T) {
	at := outsideServer(t, func(c *net.TCPConn) { io.Copy(io.Discard, c) })
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		answer := make(chan bool)
		lab.uplink.dial = func(ctx context.Context, network, _ string) (net.Conn, error) {
			<-answer
			return net.Dial(network, at.String())
		}
		c, cancel := lab.Loop().WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if _, err := lab.Dialer("client").DialContext(c, "tcp", "8.8.8.8:80"); err == nil {
			t.Error("connected before the far side answered")
		}
		close(answer)
		// The SYN-ACK that comes now meets a closed port, whose RST ends the flow.
		left := 1
		for i := 0; i < 200 && left > 0; i++ {
			time.Sleep(10 * time.Millisecond)
			lab.Loop().Enter()
			left = len(lab.uplink.tcp)
			lab.Loop().Exit()
		}
		if left > 0 {
			t.Error("the flow of a client that has gone stays open")
		}
	})
}

func TestUplinkHalfCloseBothWays(t *testing.T) {
	t.Run("client first", func(t *testing.T) {
		at := outsideServer(t, func(c *net.TCPConn) {
			got, _ := io.ReadAll(c) // ends by the client's FIN
			fmt.Fprintf(c, "heard %d", len(got))
		})
		realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
			c := dialOutside(ctx, t, lab, at)
			defer c.Close()
			c.Write(make([]byte, 1000))
			c.CloseWrite()
			if got, err := io.ReadAll(c); string(got) != "heard 1000" || err != nil {
				t.Errorf("%q %v", got, err)
			}
		})
	})
	t.Run("server first", func(t *testing.T) {
		heard := make(chan string, 1)
		at := outsideServer(t, func(c *net.TCPConn) {
			c.Write([]byte("that is all"))
			c.CloseWrite()
			got, _ := io.ReadAll(c)
			heard <- string(got)
		})
		realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
			c := dialOutside(ctx, t, lab, at)
			if got, err := io.ReadAll(c); string(got) != "that is all" || err != nil {
				t.Errorf("%q %v", got, err)
			}
			c.Write([]byte("but I go on"))
			c.Close()
			if got := <-heard; got != "but I go on" {
				t.Errorf("the server heard %q after it had finished", got)
			}
		})
	})
}

func TestUplinkResetIsCarried(t *testing.T) {
	t.Run("from outside", func(t *testing.T) {
		at := outsideServer(t, func(c *net.TCPConn) {
			io.ReadFull(c, make([]byte, 1))
			c.SetLinger(0) // the Close that follows is an RST
		})
		realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
			c := dialOutside(ctx, t, lab, at)
			defer c.Close()
			c.Write([]byte("x"))
			if _, err := io.ReadAll(c); !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("%v, want connection reset", err)
			}
		})
	})
	t.Run("from the client", func(t *testing.T) {
		heard := make(chan error, 1)
		at := outsideServer(t, func(c *net.TCPConn) {
			io.ReadFull(c, make([]byte, 1))
			_, err := c.Read(make([]byte, 1))
			heard <- err
		})
		realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
			c := dialOutside(ctx, t, lab, at)
			c.Write([]byte("x"))
			time.Sleep(20 * time.Millisecond)
			c.SetLinger(0)
			c.Close()
			if err := <-heard; !errors.Is(err, syscall.ECONNRESET) {
				t.Errorf("the server got %v, want connection reset", err)
			}
		})
	})
}

// RFC 9112 9.6: a server that closes with bytes unread resets the connection. What
// it has answered before is there to be read on a socket of this machine's, and so it
// is through the uplink.
func TestUplinkEarlyAnswerIsCarried(t *testing.T) {
	const answer = "too much, thank you"
	at := outsideServer(t, func(c *net.TCPConn) {
		io.ReadFull(c, make([]byte, 1000))
		io.WriteString(c, answer)
	})
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		for range 20 {
			c := dialOutside(ctx, t, lab, at)
			var wg sync.WaitGroup
			wg.Go(func() {
				if n, err := c.Write(make([]byte, 16<<20)); err == nil {
					t.Errorf("%d bytes were taken by a server that has gone", n)
				}
			})
			got, _ := io.ReadAll(c) // and then the reset
			wg.Wait()
			c.Close()
			if string(got) != answer {
				t.Fatalf("%q arrived, want %q", got, answer)
			}
		}
	})
}

func TestUplinkBackPressure(t *testing.T) {
	var sent atomic.Int64
	at := outsideServer(t, func(c *net.TCPConn) {
		block := make([]byte, 64<<10)
		for {
			n, err := c.Write(block)
			sent.Add(int64(n))
			if err != nil {
				return
			}
		}
	})
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		c := dialOutside(ctx, t, lab, at)
		defer c.Close()
		io.ReadFull(c, make([]byte, 1))
		// A reader that stops: the server must come to a stop as well.
		last, still := int64(-1), 0
		for i := 0; i < 200 && still < 10; i++ {
			time.Sleep(20 * time.Millisecond)
			if now := sent.Load(); now == last {
				still++
			} else {
				last, still = now, 0
			}
		}
		// The machine's own socket buffers, the gateway's and the client's.
		if still < 10 || last > 64<<20 {
			t.Errorf("%d bytes were taken from the server while nobody read (still %d)", last, still)
		}
		// And it goes on when the reader does.
		if n, err := io.CopyN(io.Discard, c, last+1<<20); err != nil {
			t.Errorf("after %d more bytes: %v", n, err)
		}
	})
}

func TestUplinkFlowsAreBounded(t *testing.T) {
	at := outsideServer(t, func(c *net.TCPConn) { io.Copy(io.Discard, c) })
	realLab(t, Config{Uplink: UplinkConfig{MaxFlows: 2}}, func(ctx context.Context, lab *Lab) {
		a, b := dialOutside(ctx, t, lab, at), dialOutside(ctx, t, lab, at)
		defer b.Close()
		short, cancel := lab.Loop().WithTimeout(ctx, 200*time.Millisecond)
		defer cancel()
		if c, err := lab.Dialer("client").DialContext(short, "tcp", alias(lab, at)); err == nil {
			c.Close()
			t.Error("a third flow was opened beyond a limit of two")
		}
		a.Close()
		c := dialOutside(ctx, t, lab, at) // its SYN is sent again until there is room
		c.Close()
	})
}

// outsideUDP answers datagrams on this machine's loopback with "re: ".
func outsideUDP(t testing.TB) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			c.WriteToUDPAddrPort(append([]byte("re: "), buf[:n]...), from)
		}
	})
	t.Cleanup(func() { c.Close(); wg.Wait() })
	return c.LocalAddr().(*net.UDPAddr).AddrPort()
}

func TestUplinkCarriesUDP(t *testing.T) {
	at := outsideUDP(t)
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		c, err := lab.Dialer("client").DialContext(ctx, "udp", alias(lab, at))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(10 * time.Second))
		buf := make([]byte, 65536)
		for _, size := range []int{0, 1, 1000, 1472, 9000} {
			msg := make([]byte, size)
			Content(msg, 0)
			c.Write(msg)
			n, err := c.Read(buf)
			if err != nil || string(buf[:n]) != "re: "+string(msg) {
				t.Errorf("%d bytes: %d came back, %v", size, n, err)
			}
		}
	})
}

func TestUplinkUDPRefusalIsICMP(t *testing.T) {
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	c.Close()
	realLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		c, err := lab.Dialer("client").DialContext(ctx, "udp", alias(lab, at))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for range 20 {
			c.Write([]byte("anybody?"))
			c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
			if _, err = c.Read(make([]byte, 10)); errors.Is(err, syscall.ECONNREFUSED) {
				return
			}
		}
		t.Errorf("after twenty datagrams to a closed port: %v", err)
	})
}

func TestUplinkUDPFlowsAreBoundedAndEnd(t *testing.T) {
	at := outsideUDP(t)
	realLab(t, Config{Uplink: UplinkConfig{MaxUDP: 3, UDPIdle: 100 * time.Millisecond}}, func(ctx context.Context, lab *Lab) {
		for range 10 {
			c, err := lab.Dialer("client").DialContext(ctx, "udp", alias(lab, at))
			if err != nil {
				t.Fatal(err)
			}
			c.SetDeadline(time.Now().Add(10 * time.Second))
			c.Write([]byte("x"))
			if _, err := c.Read(make([]byte, 10)); err != nil {
				t.Errorf("a new flow gets the place of a silent one: %v", err)
			}
			c.Close()
			lab.Loop().Enter()
			if n := len(lab.uplink.udp); n > 3 {
				t.Errorf("%d flows with a limit of 3", n)
			}
			lab.Loop().Exit()
		}
		left := 1
		for i := 0; i < 100 && left > 0; i++ {
			time.Sleep(20 * time.Millisecond)
			lab.Loop().Enter()
			left = len(lab.uplink.udp)
			lab.Loop().Exit()
		}
		if left > 0 {
			t.Errorf("%d silent flows never ended", left)
		}
	})
}

// resolver answers on this machine's loopback, UDP and TCP, from the lab's zones.
func resolver(t testing.TB, z *zones, count *atomic.Int32) netip.AddrPort {
	t.Helper()
	c, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.MustParseAddrPort("127.0.0.1:0")))
	if err != nil {
		t.Fatal(err)
	}
	at := c.LocalAddr().(*net.UDPAddr).AddrPort()
	ln, err := net.Listen("tcp", at.String())
	if err != nil {
		t.Skip("the same port is not free for TCP")
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buf := make([]byte, 65536)
		for {
			n, from, err := c.ReadFromUDPAddrPort(buf)
			if err != nil {
				return
			}
			count.Add(1)
			c.WriteToUDPAddrPort(z.answer(buf[:n], true), from)
		}
	})
	wg.Go(func() {
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			if q, err := readDNS(c); err == nil {
				count.Add(1)
				writeDNS(c, z.answer(q, false))
			}
			c.Close()
		}
	})
	t.Cleanup(func() { c.Close(); ln.Close(); wg.Wait() })
	return at
}

func TestUplinkForwardsDNS(t *testing.T) {
	z, err := parseZones("example. 60 IN SOA ns.example. me.example. 1 2 3 4 5\nwww.example. 60 IN A 192.0.2.77\nbig.example. 60 IN TXT \"" + strings.Repeat("x", 250) + "\"\nbig.example. 60 IN TXT \"" + strings.Repeat("y", 250) + "\"\n")
	if err != nil {
		t.Fatal(err)
	}
	var count, refusing atomic.Int32
	good := resolver(t, z, &count)
	bad := resolver(t, &zones{}, &refusing) // refuses everything
	dead := netip.MustParseAddrPort("127.0.0.1:1")
	hosts := filepath.Join(t.TempDir(), "hosts")
	os.WriteFile(hosts, []byte("127.0.0.1 localhost\n# comment\n10.9.8.7\tIntra.Example intra # x\nfd00::7 intra.example\nbroken line\n"), 0o600)
	cfg := Config{Uplink: UplinkConfig{Resolvers: []netip.AddrPort{dead, bad, good}, HostsFile: hosts}}
	realLab(t, cfg, func(ctx context.Context, lab *Lab) {
		at := lab.Nameservers("www.example")[0].String()
		for _, network := range []string{"udp", "tcp"} {
			before := count.Load()
			m, err := ask(lab, network, at, question("www.example.", dns.TypeA), 10*time.Second)
			if err != nil || rdata(m.Answer) != "192.0.2.77" || count.Load() != before+1 {
				t.Errorf("%s: %v %v, %d queries", network, m, err, count.Load()-before)
			}
		}
		if refusing.Load() == 0 {
			t.Error("the resolver in between was left out")
		}
		// Bytes are carried unchanged: TC stays, and TCP has the whole.
		if m, err := ask(lab, "udp", at, question("big.example.", dns.TypeTXT), 10*time.Second); err != nil || !m.Truncated {
			t.Errorf("%v %v", m, err)
		}
		if m, err := ask(lab, "tcp", at, question("big.example.", dns.TypeTXT), 10*time.Second); err != nil || len(m.Answer) != 2 {
			t.Errorf("%v %v", m, err)
		}
		if m, err := ask(lab, "udp", at, question("none.example.", dns.TypeA), 10*time.Second); err != nil || m.Rcode != dns.RcodeNameError {
			t.Errorf("%v %v", m, err)
		}
		before := count.Load()
		for _, c := range []struct {
			name  string
			qtype uint16
			want  string
		}{
			{"intra.example.", dns.TypeA, "10.9.8.7"},
			{"INTRA.", dns.TypeA, "10.9.8.7"},
			{"intra.example.", dns.TypeAAAA, "fd00::7"},
			{"intra.", dns.TypeAAAA, ""},
			{"localhost.", dns.TypeA, "127.0.0.1"},
			{"a.localhost.", dns.TypeAAAA, "::1"},
			{"7.8.9.10.in-addr.arpa.", dns.TypePTR, "intra.example."},
		} {
			m, err := ask(lab, "udp", at, question(c.name, c.qtype), 10*time.Second)
			if err != nil || rdata(m.Answer) != c.want || m.Rcode != dns.RcodeSuccess {
				t.Errorf("%s: %v %v", c.name, m, err)
			}
		}
		if count.Load() != before {
			t.Error("a resolver was asked for what the hosts file has")
		}
	})
}

func TestUplinkDNSFailure(t *testing.T) {
	cfg := Config{Uplink: UplinkConfig{Resolvers: []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}}}
	realLab(t, cfg, func(ctx context.Context, lab *Lab) {
		at := lab.Nameservers("www.example")[0].String()
		m, err := ask(lab, "udp", at, question("www.example.", dns.TypeA), 15*time.Second)
		if err != nil || m.Rcode != dns.RcodeServerFailure {
			t.Errorf("all resolvers refuse: %v %v", m, err)
		}
	})
}

func TestResolvConf(t *testing.T) {
	got := parseResolvConf(strings.NewReader("# c\nnameserver 192.0.2.1 # one\n;nameserver 9.9.9.9\nsearch a b\nnameserver nonsense\nnameserver fe80::1%eth0\nnameserver 2001:db8::1\nnameserver 192.0.2.4\n"))
	want := "[192.0.2.1:53 [fe80::1%eth0]:53 [2001:db8::1]:53]"
	if fmt.Sprint(got) != want {
		t.Errorf("%v, want %s: the first three", got, want)
	}
}

func TestDialAnswers(t *testing.T) {
	for _, c := range []struct {
		err  error
		want answerKind
	}{
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}, refuse},
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.EHOSTUNREACH)}, unreachable},
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.ENETUNREACH)}, unreachable},
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.EACCES)}, unreachable},
		{&net.OpError{Err: os.NewSyscallError("connect", syscall.ETIMEDOUT)}, silence},
		{context.Canceled, silence},
		{os.ErrDeadlineExceeded, silence},
	} {
		if _, got := dialAnswer(c.err); got != c.want {
			t.Errorf("%v: %v, want %v", c.err, got, c.want)
		}
	}
}

func FuzzNamesFiles(f *testing.F) {
	f.Add("127.0.0.1 localhost\nnameserver 1.2.3.4\n")
	f.Add("0.0.0.0 .00.. web. . ..") // empty labels make no name
	f.Fuzz(func(t *testing.T, s string) {
		if n := len(parseResolvConf(strings.NewReader(s))); n > maxNameservers {
			t.Errorf("%d nameservers", n)
		}
		h := parseHosts(strings.NewReader(s))
		for name, addrs := range h.addrs {
			if got, ok := h.lookup(name); !ok || len(got) != len(addrs) {
				t.Errorf("%q is in the table and not found", name)
			}
		}
	})
}

// One flow from a server on this machine's loopback to the client.
func BenchmarkUplinkFlow(b *testing.B) {
	const size = 256 << 20
	at := outsideServer(b, func(c *net.TCPConn) {
		block := make([]byte, 1<<20)
		for sent := 0; sent < size; sent += len(block) {
			if _, err := c.Write(block); err != nil {
				return
			}
		}
	})
	b.SetBytes(size)
	b.ReportAllocs()
	realLab(b, Config{NoBystanders: true}, func(ctx context.Context, lab *Lab) {
		buf := make([]byte, 256<<10)
		b.ResetTimer()
		for range b.N {
			c := dialOutside(ctx, b, lab, at)
			n, err := io.CopyBuffer(onlyWriter{}, onlyReader{c}, buf)
			if err != nil || n != size {
				b.Fatal(n, err)
			}
			c.Close()
		}
		b.StopTimer()
	})
}

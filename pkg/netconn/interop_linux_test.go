package netconn

// The stack against the Linux kernel's. The test starts itself again in two fresh
// network namespaces, which end with their processes:
//
//	netkit eth0 ═ bridge ═ tap0 [near: the kernel as router and peer] r0 ── p0 [far: the kernel as server]
//	198.51.100.1           .254                           203.0.113.254       .2
//	2001:db8:a::1          ::fe                           2001:db8:b::fe      ::2
//
// The bridge is a Wire that reads and writes the TAP device, with loss, delay and
// reordering of its own.

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

const interopRole = "NETKIT_INTEROP_ROLE"

// The addresses of each family: netkit's, the near and the far kernel's.
var interopAddrs = []struct{ name, self, near, far string }{
	{"IPv4", "198.51.100.1", "198.51.100.254", "203.0.113.2"},
	{"IPv6", "2001:db8:a::1", "2001:db8:a::fe", "2001:db8:b::2"},
}

// Services of the far kernel.
const (
	portEcho   = "7"
	portSink   = "9"  // reads to the end, then answers with a line: bytes read and "ok" if they were the pattern
	portSource = "19" // reads eight bytes, a count, and sends as much of the pattern
	portReset  = "13" // resets what it accepts
	portSlow   = "5"  // the sink, which starts to read after a while
	portClosed = "81"
	portOwn    = "40999" // netkit's UDP echo; tshark knows no protocol by it
)

func TestInteropWithTheLinuxKernel(t *testing.T) {
	switch os.Getenv(interopRole) {
	case "far":
		farKernel()
	case "near":
		nearKernel(t)
	default:
		need.Root(t)
		need.Tool(t, "ip")
		need.File(t, "/dev/net/tun")
		cmd := interopProcess(t, "near")
		out, err := cmd.CombinedOutput()
		t.Logf("%s", out)
		if err != nil {
			t.Fatalf("in its namespace: %v", err)
		}
	}
}

// interopProcess is this test again, in a network namespace of its own.
func interopProcess(t *testing.T, role string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], "-test.run=^"+strings.Split(t.Name(), "/")[0]+"$", "-test.v", "-test.timeout=5m")
	cmd.Env = append(os.Environ(), interopRole+"="+role)
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	return cmd
}

func ip(t *testing.T, args ...string) {
	t.Helper()
	if out, err := exec.Command("ip", args...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", strings.Join(args, " "), err, out)
	}
}

func sysctl(name, value string) error {
	return os.WriteFile("/proc/sys/net/"+name, []byte(value), 0)
}

// patternOf fills b with what a stream has from an offset on.
func patternOf(b []byte, off int) {
	for i := range b {
		n := uint32(off + i)
		b[i] = byte(n) ^ byte(n>>8) ^ byte(n>>16)*3
	}
}

// sink reads to the end and says how much it was and whether it was the pattern.
func sink(r io.Reader) (n int, ok bool, err error) {
	got, want := make([]byte, 1<<16), make([]byte, 1<<16)
	ok = true
	for {
		k, err := r.Read(got)
		patternOf(want[:k], n)
		ok = ok && bytes.Equal(got[:k], want[:k])
		n += k
		if err == io.EOF {
			return n, ok, nil
		}
		if err != nil {
			return n, ok, err
		}
	}
}

// source writes n bytes of the pattern.
func source(w io.Writer, n int) error {
	b := make([]byte, 1<<16)
	for off := 0; off < n; {
		k := min(len(b), n-off)
		patternOf(b[:k], off)
		if _, err := w.Write(b[:k]); err != nil {
			return err
		}
		off += k
	}
	return nil
}

// farKernel serves until its standard input ends. A line on it says that the
// veth is there.
func farKernel() {
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		os.Exit(1)
	}
	for _, a := range [][]string{
		{"link", "set", "lo", "up"},
		{"link", "set", "p0", "up", "gso_max_segs", "1"},
		{"addr", "add", "203.0.113.2/24", "dev", "p0"},
		{"addr", "add", "2001:db8:b::2/64", "dev", "p0", "nodad"},
		{"route", "add", "default", "via", "203.0.113.254"},
		{"-6", "route", "add", "default", "via", "2001:db8:b::fe"},
	} {
		if out, err := exec.Command("ip", a...).CombinedOutput(); err != nil {
			fmt.Printf("ip %v: %v %s\n", a, err, out)
			os.Exit(1)
		}
	}
	serve := func(port string, fn func(c *net.TCPConn)) {
		ln, err := net.Listen("tcp", ":"+port)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		go func() {
			for {
				c, err := ln.Accept()
				if err != nil {
					return
				}
				go fn(c.(*net.TCPConn))
			}
		}()
	}
	report := func(c *net.TCPConn) {
		n, ok, err := sink(c)
		fmt.Fprintf(c, "%d %v %v\n", n, ok, err)
		c.Close()
	}
	serve(portEcho, func(c *net.TCPConn) { io.Copy(c, c); c.Close() })
	serve(portSink, report)
	serve(portSource, func(c *net.TCPConn) {
		var n [8]byte
		if _, err := io.ReadFull(c, n[:]); err == nil {
			source(c, int(binary.BigEndian.Uint64(n[:])))
		}
		c.Close()
	})
	serve(portReset, func(c *net.TCPConn) {
		var b [1]byte
		c.Read(b[:])
		c.SetLinger(0)
		c.Close()
	})
	serve(portSlow, func(c *net.TCPConn) {
		time.Sleep(700 * time.Millisecond)
		report(c)
	})
	u, err := net.ListenPacket("udp", ":"+portEcho)
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	go func() {
		b := make([]byte, 65536)
		for {
			n, from, err := u.ReadFrom(b)
			if err != nil {
				return
			}
			u.WriteTo(b[:n], from)
		}
	}()
	fmt.Println("ready")
	in.ReadString('\n')
	os.Exit(0)
}

// tapWire is the bridge.
type tapWire struct {
	l   *loop.Loop
	nic *nic.NIC
	f   *os.File
	buf [128][]byte

	// Of both directions. What is reordered overtakes what is delayed.
	loss, reorder float64
	delay         time.Duration
	rnd           *rand.Rand
	queue         []held
	timer         loop.Timer
}

type held struct {
	at int64
	fn func()
}

// impair passes a frame on, perhaps later or never. Inside the loop.
func (w *tapWire) impair(fn, lose func()) {
	switch {
	case w.loss > 0 && w.rnd.Float64() < w.loss:
		lose()
	case w.delay == 0 || w.reorder > 0 && w.rnd.Float64() < w.reorder:
		fn()
	default:
		w.queue = append(w.queue, held{w.l.Now() + int64(w.delay), fn})
		if !w.timer.Armed() {
			w.timer.Set(w.queue[0].at)
		}
	}
}

func (w *tapWire) due() {
	for len(w.queue) > 0 && w.queue[0].at <= w.l.Now() {
		fn := w.queue[0].fn
		w.queue = w.queue[1:]
		fn()
	}
	if len(w.queue) > 0 {
		w.timer.Set(w.queue[0].at)
	}
}

// Send implements nic.Wire.
func (w *tapWire) Send(frame *nic.Frame) {
	f := *frame // it may be delayed
	w.impair(func() { w.f.Write(f.Bytes()); f.Free() }, f.Free)
}

// read takes frames from the TAP device until it is closed.
func (w *tapWire) read(pool *skb.Pool) {
	raw, err := w.f.SyscallConn()
	if err != nil {
		panic(err)
	}
	for i := range w.buf {
		w.buf[i] = make([]byte, 2048)
	}
	for {
		var size [len(w.buf)]int
		n := 0
		err := raw.Read(func(fd uintptr) bool {
			for n < len(w.buf) {
				k, err := syscall.Read(int(fd), w.buf[n])
				if err != nil {
					break
				}
				size[n] = k
				n++
			}
			return n > 0
		})
		if err != nil {
			return
		}
		w.l.Post(func() {
			for i, b := range w.buf[:n] {
				k := max(size[i], wire.EthernetMinFrame)
				f := &nic.Frame{Block: pool.Block(nic.Headroom + k), Off: nic.Headroom, Len: k}
				clear(f.Bytes())
				copy(f.Bytes(), b[:size[i]])
				w.impair(func() { w.nic.Receive(f) }, f.Free)
			}
		})
	}
}

// openTap makes a TAP device in the namespace of the calling thread.
func openTap(t *testing.T, name string) *os.File {
	fd, err := syscall.Open("/dev/net/tun", syscall.O_RDWR|syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	var req struct {
		name  [16]byte
		flags uint16
		_     [22]byte
	}
	copy(req.name[:], name)
	req.flags = syscall.IFF_TAP | syscall.IFF_NO_PI
	if _, _, e := syscall.Syscall(syscall.SYS_IOCTL, uintptr(fd), syscall.TUNSETIFF, uintptr(unsafe.Pointer(&req))); e != 0 {
		t.Fatalf("TUNSETIFF: %v", e)
	}
	return os.NewFile(uintptr(fd), name)
}

// interop is the near kernel's side with the netkit host beside it.
type interop struct {
	l    *loop.Loop
	h    *host.Host
	n    *Net
	port *host.Port
	wire *tapWire
	cap  *capture.Writer // nil: frames are not kept
}

func (x *interop) inside(fn func()) {
	x.l.Enter()
	defer x.l.Exit()
	fn()
}

func newInterop(t *testing.T) *interop {
	far := interopProcess(t, "far")
	stdin, err := far.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err := far.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := far.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stdin.Close(); far.Wait() })

	f := openTap(t, "tap0")
	ip(t, "link", "set", "lo", "up")
	ip(t, "link", "add", "r0", "type", "veth", "peer", "name", "p0", "netns", strconv.Itoa(far.Process.Pid))
	ip(t, "link", "set", "r0", "up", "gso_max_segs", "1")
	ip(t, "link", "set", "tap0", "up", "txqueuelen", "5000")
	for _, a := range [][2]string{{"198.51.100.254/24", "tap0"}, {"203.0.113.254/24", "r0"}} {
		ip(t, "addr", "add", a[0], "dev", a[1])
	}
	for _, a := range [][2]string{{"2001:db8:a::fe/64", "tap0"}, {"2001:db8:b::fe/64", "r0"}} {
		ip(t, "addr", "add", a[0], "dev", a[1], "nodad")
	}
	for _, s := range []string{"ipv4/ip_forward", "ipv6/conf/all/forwarding"} {
		if err := sysctl(s, "1"); err != nil {
			t.Fatal(err)
		}
	}
	fmt.Fprintln(stdin)
	lines := bufio.NewReader(stdout)
	for line := ""; line != "ready\n"; { // what goes before is the test's own heading
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatalf("the far kernel says %q, %v", line, err)
		}
	}

	x := &interop{l: loop.New(loop.Config{Real: true})}
	pool := &skb.Pool{}
	x.l.Enter()
	x.h = host.New(x.l, &trace.Run{Now: x.l.Now}, pool, host.Config{Name: "netkit"})
	x.port, err = x.h.AddNIC(nic.Config{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, 0, 1}, RxRing: 4096},
		netip.MustParsePrefix("198.51.100.1/24"), netip.MustParsePrefix("2001:db8:a::1/64"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range [][2]string{{"0.0.0.0/0", "198.51.100.254"}, {"::/0", "2001:db8:a::fe"}} {
		if err := x.h.Stack().AddRoute(stack.Route{Dst: netip.MustParsePrefix(r[0]), Gateway: netip.MustParseAddr(r[1])}); err != nil {
			t.Fatal(err)
		}
	}
	x.wire = &tapWire{l: x.l, nic: x.port.NIC(), f: f, rnd: rand.New(rand.NewPCG(1, 2))}
	x.wire.timer.Init(x.l, x.wire.due)
	x.port.NIC().Connect(x.wire)
	x.n = New(x.h)
	x.l.Exit()
	go x.wire.read(pool)
	t.Cleanup(func() { f.Close(); x.l.Close() })
	return x
}

func (x *interop) dial(t *testing.T, addr, port string) *Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := x.n.DialContext(ctx, "tcp", net.JoinHostPort(addr, port))
	if err != nil {
		t.Fatal(err)
	}
	c.SetDeadline(time.Now().Add(60 * time.Second))
	t.Cleanup(func() { c.Close() })
	return c.(*Conn)
}

// upload sends n bytes to a sink, half closes and reads what it says.
func (x *interop) upload(t *testing.T, addr, port string, n int) *Conn {
	t.Helper()
	c := x.dial(t, addr, port)
	start := time.Now()
	if err := source(c, n); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	said, err := io.ReadAll(c)
	if want := fmt.Sprintf("%d true <nil>\n", n); err != nil || string(said) != want {
		t.Fatalf("the kernel says %q (%v), want %q", said, err, want)
	}
	x.rate(t, "to the kernel", n, start, c)
	return c
}

// download has n bytes sent.
func (x *interop) download(t *testing.T, addr string, n int) *Conn {
	t.Helper()
	c := x.dial(t, addr, portSource)
	start := time.Now()
	var b [8]byte
	binary.BigEndian.PutUint64(b[:], uint64(n))
	if _, err := c.Write(b[:]); err != nil {
		t.Fatal(err)
	}
	k, ok, err := sink(c)
	if k != n || !ok || err != nil {
		t.Fatalf("received %d bytes of %d, as sent %v, %v", k, n, ok, err)
	}
	x.rate(t, "from the kernel", n, start, c)
	return c
}

func (x *interop) rate(t *testing.T, what string, n int, start time.Time, c *Conn) {
	d := time.Since(start)
	x.inside(func() {
		i := c.Socket().Conn.Info()
		m := x.h.Stack().Stats().TCP
		t.Logf("%s: %d bytes in %v, %.1f Mbit/s; retransmitted %d, time-outs in all %d, srtt %v, rto %v, cwnd %d",
			what, n, d.Round(time.Millisecond), float64(n)*8/d.Seconds()/1e6, i.Retransmits, m.TCPTimeouts, i.RTT, i.RTO, i.Cwnd)
	})
}

func nearKernel(t *testing.T) {
	x := newInterop(t)
	pcap := filepath.Join(t.TempDir(), "interop.pcapng")
	if p := os.Getenv("NETKIT_INTEROP_PCAP"); p != "" {
		pcap = p
	}
	file, err := os.Create(pcap)
	if err != nil {
		t.Fatal(err)
	}
	w, err := capture.NewWriter(file, capture.SectionInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet}); err != nil {
		t.Fatal(err)
	}
	x.inside(func() {
		x.port.NIC().AddTap(func(p nic.Tap) {
			if x.cap != nil {
				b := p.Frame.Bytes()
				if err := x.cap.WritePacket(capture.Packet{Time: p.Time, Data: b, OrigLen: len(b)}); err != nil {
					t.Error(err)
				}
			}
		})
		x.cap = w
	})
	for _, a := range interopAddrs {
		t.Run(a.name, func(t *testing.T) {
			x.small(t, a.self, a.near, a.far)
		})
	}
	x.inside(func() { x.cap = nil })
	for _, a := range interopAddrs {
		t.Run(a.name+"/Bulk", func(t *testing.T) {
			x.upload(t, a.far, portSink, 32<<20)
			x.download(t, a.far, 32<<20)
		})
	}
	x.inside(func() { x.cap = w })
	for _, a := range interopAddrs {
		t.Run(a.name+"/Impaired", func(t *testing.T) {
			x.impaired(t, a.far)
		})
	}
	for _, a := range interopAddrs {
		t.Run(a.name+"/Bottleneck", func(t *testing.T) {
			x.bottleneck(t, a.far)
		})
		t.Run(a.name+"/PathMTU", func(t *testing.T) {
			x.pathMTU(t, a.far)
		})
	}
	x.inside(func() { x.cap = nil })
	if err := errors.Join(w.Flush(), file.Close()); err != nil {
		t.Fatal(err)
	}
	t.Run("Tshark", func(t *testing.T) { judge(t, pcap) })
}

// small is everything that takes little time, on a wire that does no harm.
func (x *interop) small(t *testing.T, self, near, far string) {
	t.Run("AddressResolution", func(t *testing.T) {
		// Both sides solicit: the kernel first, for a datagram to a port nobody has.
		c, err := net.Dial("udp", net.JoinHostPort(self, portClosed))
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		c.SetDeadline(time.Now().Add(5 * time.Second))
		c.Write([]byte("x"))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the kernel heard %v, want the port unreachable", err)
		}
		if err := exec.Command("ip", "neigh", "get", self, "dev", "tap0").Run(); err != nil {
			t.Errorf("the kernel does not know its neighbour: %v", err)
		}
		x.inside(func() {
			// The kernel asked, and by that told its own address.
			e := x.port.Interface().Neighbors().Lookup(netip.MustParseAddr(near))
			if e == nil || e.State() == neigh.Failed || e.MAC().IsZero() {
				t.Errorf("netkit knows %+v", e)
			}
			x.port.Interface().Neighbors().Remove(netip.MustParseAddr(near))
		})
		x.ping(t, near, 56) // now netkit has to ask
	})
	t.Run("Ping", func(t *testing.T) {
		for _, n := range []int{0, 56, 1400, 4000, 30000} {
			x.ping(t, far, n)
			x.ping(t, near, n)
			kernelPing(t, self, n)
		}
	})
	t.Run("UDP", func(t *testing.T) {
		for _, n := range []int{0, 1, 1472, 1473, 9000, 65000} {
			x.udpEcho(t, far, n)
		}
		x.udpServe(t, self)
	})
	t.Run("Refused", func(t *testing.T) {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if _, err := x.n.DialContext(ctx, "tcp", net.JoinHostPort(far, portClosed)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("netkit: %v", err)
		}
		if _, err := net.DialTimeout("tcp", net.JoinHostPort(self, portClosed), 10*time.Second); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("the kernel: %v", err)
		}
	})
	t.Run("Reset", func(t *testing.T) {
		c := x.dial(t, far, portReset)
		c.Write([]byte("x"))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("read from a connection that the kernel has reset: %v", err)
		}
		k, n := x.accept(t, self)
		n.SetLinger(0)
		n.Close()
		if _, err := k.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("the kernel reads from a connection that netkit has reset: %v", err)
		}
	})
	t.Run("Echo", func(t *testing.T) {
		c := x.dial(t, far, portEcho)
		got := make([]byte, 3000)
		want := make([]byte, 3000)
		for i := 1; i < 200; i++ {
			n := i * 15
			patternOf(want[:n], i)
			if _, err := c.Write(want[:n]); err != nil {
				t.Fatal(err)
			}
			if _, err := io.ReadFull(c, got[:n]); err != nil || !bytes.Equal(got[:n], want[:n]) {
				t.Fatalf("echo of %d bytes: %v", n, err)
			}
		}
	})
	t.Run("HalfClose", func(t *testing.T) {
		x.upload(t, far, portSink, 100_000)
		// The kernel closes its half; what netkit sends then still arrives.
		k, n := x.accept(t, self)
		k.(*net.TCPConn).CloseWrite()
		if _, err := n.Read(make([]byte, 1)); err != io.EOF {
			t.Errorf("netkit reads %v, want the end", err)
		}
		go func() { source(n, 100_000); n.Close() }()
		if c, ok, err := sink(k); c != 100_000 || !ok || err != nil {
			t.Errorf("the kernel received %d %v %v", c, ok, err)
		}
	})
	t.Run("ZeroWindow", func(t *testing.T) {
		x.upload(t, far, portSlow, 3<<20)
		// The other way round: netkit does not read for a while.
		k, n := x.accept(t, self)
		go func() { source(k, 3<<20); k.(*net.TCPConn).CloseWrite() }()
		x.l.Sleep(700 * time.Millisecond)
		x.inside(func() {
			if i := n.Socket().Conn.Info(); i.Buffered == 0 || i.RcvWnd >= 65535 || i.Buffered > i.RecvBuf {
				t.Errorf("the reader sleeps: %d bytes wait, window %d, buffer %d", i.Buffered, i.RcvWnd, i.RecvBuf)
			}
		})
		if c, ok, err := sink(n); c != 3<<20 || !ok || err != nil {
			t.Errorf("received %d %v %v", c, ok, err)
		}
	})
}

// accept makes a connection from the near kernel to netkit.
func (x *interop) accept(t *testing.T, self string) (kernel net.Conn, own *Conn) {
	t.Helper()
	ln, err := x.n.Listen("tcp", net.JoinHostPort(self, "0"))
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	kernel, err = net.DialTimeout("tcp", ln.Addr().String(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c, err := ln.Accept()
	if err != nil {
		t.Fatal(err)
	}
	d := time.Now().Add(30 * time.Second)
	kernel.SetDeadline(d)
	c.SetDeadline(d)
	t.Cleanup(func() { kernel.Close(); c.Close() })
	return kernel, c.(*Conn)
}

// ping sends an echo request with n bytes from netkit.
func (x *interop) ping(t *testing.T, to string, n int) {
	t.Helper()
	x.l.Enter()
	defer x.l.Exit()
	k, err := x.h.Stack().NewPing()
	if err != nil {
		t.Fatal(err)
	}
	defer k.Close()
	if err := k.Send(netip.MustParseAddr(to), 1, 0, make([]byte, n)); err != nil {
		t.Fatal(err)
	}
	if !k.RecvQ.Wait(x.l, x.l.Now()+int64(5*time.Second)) {
		t.Errorf("no answer from %s to an echo request of %d bytes", to, n)
		return
	}
	if r, err := k.Recv(); err != nil || r.Err != 0 || r.Len != n {
		t.Errorf("echo of %d bytes from %s: %+v, %v", n, to, r, err)
	}
}

// kernelPing sends an echo request with n bytes from the near kernel.
func kernelPing(t *testing.T, to string, n int) {
	t.Helper()
	netw, req, rep := "ip4:icmp", byte(8), byte(0)
	if strings.Contains(to, ":") {
		netw, req, rep = "ip6:ipv6-icmp", 128, 129
	}
	c, err := net.Dial(netw, to)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	m := make([]byte, 8+n)
	m[0], m[4], m[7] = req, 0x77, byte(n)
	patternOf(m[8:], 0)
	if req == 8 {
		sum := wire.Checksum(m, 0)
		m[2], m[3] = byte(sum>>8), byte(sum)
	}
	if _, err := c.Write(m); err != nil {
		t.Fatal(err)
	}
	b := make([]byte, 65536)
	for {
		k, err := c.Read(b)
		if err != nil {
			t.Errorf("no answer to the kernel's echo request of %d bytes: %v", n, err)
			return
		}
		r := b[:k]
		if rep == 0 {
			r = r[wire.IPv4MinHeaderLen:] // a raw IPv4 socket reads the header too
		}
		if r[0] == rep && r[4] == 0x77 && r[7] == byte(n) {
			if !bytes.Equal(r[8:], m[8:]) {
				t.Errorf("the echo of %d bytes has %d others", n, k-8)
			}
			return
		}
	}
}

// udpEcho sends a datagram, in fragments if it must, and waits for it to come back.
func (x *interop) udpEcho(t *testing.T, far string, n int) {
	t.Helper()
	c, err := x.n.Dial("udp", net.JoinHostPort(far, portEcho))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	want, got := make([]byte, n), make([]byte, 65536)
	patternOf(want, n)
	if _, err := c.Write(want); err != nil {
		t.Fatal(err)
	}
	if k, err := c.Read(got); err != nil || !bytes.Equal(got[:k], want) {
		t.Errorf("datagram of %d bytes came back with %d: %v", n, k, err)
	}
}

// udpServe lets the kernel ask netkit.
func (x *interop) udpServe(t *testing.T, self string) {
	t.Helper()
	s, err := x.n.ListenPacket("udp", net.JoinHostPort(self, portOwn))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	go func() {
		b := make([]byte, 65536)
		for {
			n, from, err := s.ReadFrom(b)
			if err != nil {
				return
			}
			s.WriteTo(b[:n], from)
		}
	}()
	c, err := net.Dial("udp", net.JoinHostPort(self, portOwn))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.SetDeadline(time.Now().Add(5 * time.Second))
	got := make([]byte, 65536)
	for _, n := range []int{0, 1, 1472, 1473, 40000} {
		want := make([]byte, n)
		patternOf(want, n)
		if _, err := c.Write(want); err != nil {
			t.Fatal(err)
		}
		if k, err := c.Read(got); err != nil || !bytes.Equal(got[:k], want) {
			t.Errorf("the kernel's datagram of %d bytes came back with %d: %v", n, k, err)
		}
	}
}

// impaired transfers over a wire that loses, delays and reorders in both directions.
func (x *interop) impaired(t *testing.T, far string) {
	for _, c := range []struct {
		loss, reorder float64
		delay         time.Duration
		n             int
	}{
		{0, 0, 10 * time.Millisecond, 8 << 20},
		{0.01, 0, 5 * time.Millisecond, 2 << 20},
		{0, 0.02, 5 * time.Millisecond, 4 << 20},
		{0.05, 0.01, 2 * time.Millisecond, 1 << 19},
	} {
		t.Run(fmt.Sprintf("loss %v reorder %v delay %v", c.loss, c.reorder, c.delay), func(t *testing.T) {
			x.inside(func() { x.wire.loss, x.wire.reorder, x.wire.delay = c.loss, c.reorder, c.delay })
			defer x.inside(func() { x.wire.loss, x.wire.reorder, x.wire.delay = 0, 0, 0 })
			x.upload(t, far, portSink, c.n)
			x.download(t, far, c.n)
		})
	}
}

// bottleneck sends through a slow link with a deep queue, so that the round trip
// grows a hundredfold.
func (x *interop) bottleneck(t *testing.T, far string) {
	tc := need.Tool(t, "tc")
	if out, err := exec.Command(tc, "qdisc", "add", "dev", "r0", "root", "tbf", "rate", "40mbit", "burst", "32k", "limit", "4m").CombinedOutput(); err != nil {
		t.Skipf("needs the token bucket filter: %v %s", err, out)
	}
	defer exec.Command(tc, "qdisc", "del", "dev", "r0", "root").Run()
	x.upload(t, far, portSink, 8<<20)
}

// pathMTU narrows the second link behind netkit's back.
func (x *interop) pathMTU(t *testing.T, far string) {
	ip(t, "link", "set", "r0", "mtu", "1400")
	defer ip(t, "link", "set", "r0", "mtu", "1500")
	c := x.upload(t, far, portSink, 1<<20)
	x.inside(func() {
		if i := c.Socket().Conn.Info(); i.MSS > 1400-40 {
			t.Errorf("segments of %d bytes on a path with an MTU of 1400", i.MSS)
		}
	})
}

// judge has tshark look at all that netkit sent.
func judge(t *testing.T, pcap string) {
	tshark := need.Tool(t, "tshark")
	run := func(filter string) string {
		out, err := exec.Command(tshark, "-n", "-r", pcap, "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE",
			"-o", "ip.check_checksum:TRUE", "-Y", filter).Output()
		if err != nil {
			t.Fatal(err)
		}
		return string(out)
	}
	bad := run("eth.src == 02:00:00:00:00:01 && (_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || " +
		"udp.checksum.status == 0 || icmp.checksum.status == 0 || icmpv6.checksum.status == 0 || _ws.expert.severity == error)")
	if bad != "" {
		t.Errorf("tshark objects to:\n%.4000s", bad)
	}
	if all := run("eth.src == 02:00:00:00:00:01 && (arp || icmp || icmpv6 || udp)"); strings.Count(all, "\n") < 50 {
		t.Errorf("the capture does not show what was done:\n%s", all)
	}
}

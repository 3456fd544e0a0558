package hostif

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
)

// namespace puts the test into a network of its own and gives it a loopback and a
// pair va-vb of virtual Ethernet interfaces.
func namespace(t *testing.T) {
	t.Helper()
	need.Tool(t, "ip")
	need.Namespace(t)
	for _, c := range []string{
		"link set lo up",
		"link add name va address 02:00:00:00:00:0a type veth peer name vb address 02:00:00:00:00:0b",
		"addr add 198.51.100.1/24 dev va",
	} {
		ip(t, c)
	}
	for _, name := range []string{"va", "vb"} {
		// Without IPv6 nobody but the test sends anything there.
		if err := os.WriteFile("/proc/sys/net/ipv6/conf/"+name+"/disable_ipv6", []byte("1"), 0); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
		ip(t, "link set "+name+" up")
	}
	for _, name := range []string{"va", "vb"} { // what is sent before a link is running is lost
		for running := false; !running; time.Sleep(time.Millisecond) {
			i, err := net.InterfaceByName(name)
			if err != nil {
				t.Fatal(err)
			}
			running = i.Flags&net.FlagRunning != 0
		}
	}
}

func ip(t *testing.T, command string) {
	t.Helper()
	if out, err := exec.Command("ip", strings.Fields(command)...).CombinedOutput(); err != nil {
		t.Fatalf("ip %s: %v: %s", command, err, out)
	}
}

// marked is an Ethernet frame of a type that nobody else uses here.
func marked(n byte, size int) []byte {
	f := make([]byte, max(size, 15))
	copy(f, "\x02\x00\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x0a\x88\xb5")
	f[14] = n
	return f
}

// onlyMarked is a filter for such frames.
var onlyMarked = assemble(
	bpf.LoadAbsolute{Off: 12, Size: 2},
	bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x88b5, SkipFalse: 1},
	bpf.RetConstant{Val: 262144},
	bpf.RetConstant{Val: 0},
)

func assemble(list ...bpf.Instruction) []bpf.RawInstruction {
	raw, err := bpf.Assemble(list)
	if err != nil {
		panic(err)
	}
	return raw
}

// sender sends frames out of an interface.
func sender(t *testing.T, name string) func(frame []byte) {
	t.Helper()
	i, err := net.InterfaceByName(name)
	if err != nil {
		t.Fatal(err)
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { unix.Close(fd) })
	return func(frame []byte) {
		t.Helper()
		if err := unix.Sendto(fd, frame, 0, &unix.SockaddrLinklayer{Ifindex: i.Index}); err != nil {
			t.Fatal(err)
		}
	}
}

func start(t *testing.T, cfg Config) *Live {
	t.Helper()
	l, err := Open(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if (l.ring == nil) != cfg.NoRing {
		t.Fatalf("NoRing %v, and there is a ring: %v", cfg.NoRing, l.ring != nil)
	}
	return l
}

// next is the next packet, which must come.
func next(t *testing.T, l *Live) capture.Packet {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	p, err := l.Next(ctx)
	if err != nil {
		t.Fatalf("%v; %+v", err, l.Stats())
	}
	return p
}

// none says that nothing more comes: nothing is under way in a namespace whose
// only sender is the test, so a time much longer than the latency tells.
func none(t *testing.T, l *Live) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if p, err := l.Next(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatalf("there is one more: %x, %v", p.Data, err)
	}
}

// both runs a test with the ring and with recvmsg.
func both(t *testing.T, f func(t *testing.T, cfg Config)) {
	t.Run("ring", func(t *testing.T) { namespace(t); f(t, Config{}) })
	t.Run("recvmsg", func(t *testing.T) { namespace(t); f(t, Config{NoRing: true}) })
}

func TestFramesAndTheirFlags(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		cfg.Filter = onlyMarked
		cfg.Interface = "vb"
		in := start(t, cfg)
		cfg.Interface = "va"
		out := start(t, cfg)
		send := sender(t, "va")

		own, other, broadcast, multicast := marked(1, 60), marked(2, 1514), marked(3, 60), marked(4, 60)
		other[5] = 0x77
		copy(broadcast, "\xff\xff\xff\xff\xff\xff")
		copy(multicast, "\x01\x00\x5e\x00\x00\x01")
		for i, tt := range []struct {
			frame []byte
			flags capture.Flags
		}{
			{own, capture.Inbound | capture.Unicast},
			{other, capture.Inbound | capture.Promiscuous},
			{broadcast, capture.Inbound | capture.Broadcast},
			{multicast, capture.Inbound | capture.Multicast},
		} {
			var before, after unix.Timespec
			unix.ClockGettime(unix.CLOCK_REALTIME, &before)
			send(tt.frame)
			p := next(t, in)
			unix.ClockGettime(unix.CLOCK_REALTIME, &after)
			const checksums = capture.ChecksumNotReady | capture.ChecksumValid
			if !bytes.Equal(p.Data, tt.frame) || p.OrigLen != len(tt.frame) || p.Flags&^checksums != tt.flags || p.LinkType != capture.LinkTypeEthernet {
				t.Errorf("frame %d: %d octets of %d, flags %#x, link %v; want all %d, flags %#x", i, len(p.Data), p.OrigLen, p.Flags, p.LinkType, len(tt.frame), tt.flags)
			}
			if p.Time < before.Nano() || p.Time > after.Nano() {
				t.Errorf("frame %d: time %d is not between %d and %d", i, p.Time, before.Nano(), after.Nano())
			}
			if p := next(t, out); !bytes.Equal(p.Data, tt.frame) || p.Flags.Direction() != capture.Outbound {
				t.Errorf("frame %d at its sender: %x, flags %#x", i, p.Data, p.Flags)
			}
		}
	})
}

// Every packet on the loopback passes the sockets twice.
func TestLoopbackHasNoDuplicates(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		for _, name := range []string{"lo", Any} {
			cfg.Interface = name
			// IPv4, UDP to port 9999
			cfg.Filter = assemble(bpf.LoadAbsolute{Off: map[string]uint32{"lo": 14 + 22, Any: 20 + 22}[name], Size: 2},
				bpf.JumpIf{Cond: bpf.JumpEqual, Val: 9999, SkipFalse: 1}, bpf.RetConstant{Val: 262144}, bpf.RetConstant{Val: 0})
			l := start(t, cfg)
			server, err := net.ListenPacket("udp4", "127.0.0.1:9999")
			if err != nil {
				t.Fatal(err)
			}
			c, err := net.Dial("udp4", "127.0.0.1:9999")
			if err != nil {
				t.Fatal(err)
			}
			for i := range 3 {
				c.Write([]byte{byte(i)})
			}
			c.Close()
			server.Close()
			for i := range 3 {
				if p := next(t, l); p.Data[len(p.Data)-1] != byte(i) || p.Flags.Direction() != capture.Inbound {
					t.Errorf("%s, packet %d: %x, flags %#x", name, i, p.Data, p.Flags)
				}
			}
			none(t, l)
			if s := l.Stats(); s != (Stats{Seen: 3, Delivered: 3}) {
				t.Errorf("%s: %+v, want 3 packets seen and delivered", name, s)
			}
		}
	})
}

// A frame's outer VLAN tag is taken off before a packet socket sees it, and told
// beside it.
func TestVLANTagIsPutBack(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		for _, tag := range []string{"\x81\x00\x60\x05", "\x88\xa8\x00\x06", "\x88\xa8\x00\x06\x81\x00\x00\x07", "\x81\x00\x00\x00"} {
			plain := marked(7, 60)
			want := bytes.Join([][]byte{plain[:12], []byte(tag), plain[12:]}, nil)
			cfg.Interface, cfg.Filter, cfg.SnapLen = "vb", nil, 0
			in := start(t, cfg)
			cfg.SnapLen = 17
			short := start(t, cfg)
			cfg.Interface, cfg.SnapLen = Any, 0
			cooked := start(t, cfg)
			cfg.Interface = "vb"
			// What the kernel's filter sees is the frame without the tag.
			cfg.Filter = assemble(bpf.LoadExtension{Num: bpf.ExtVLANTagPresent}, bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0, SkipTrue: 1}, bpf.RetConstant{Val: 262144}, bpf.RetConstant{Val: 0})
			filtered := start(t, cfg)
			sender(t, "va")(want)

			find := func(l *Live, has func(p capture.Packet) bool) capture.Packet {
				for {
					if p := next(t, l); has(p) {
						return p
					}
				}
			}
			ours := func(p capture.Packet) bool { return bytes.HasPrefix(p.Data, want[:17]) }
			for _, l := range []*Live{in, filtered} {
				if p := find(l, ours); !bytes.Equal(p.Data, want) || p.OrigLen != len(want) {
					t.Errorf("% x of %d\nwant % x", p.Data, p.OrigLen, want)
				}
			}
			if p := find(short, ours); !bytes.Equal(p.Data, want[:17]) || p.OrigLen != len(want) {
				t.Errorf("cut to 17 octets: % x of %d", p.Data, p.OrigLen)
			}
			i, _ := net.InterfaceByName("vb")
			p := find(cooked, func(p capture.Packet) bool {
				return int(binary.BigEndian.Uint32(p.Data[4:])) == i.Index && bytes.HasSuffix(p.Data, plain[14:])
			})
			if len(tag) > 4 {
				continue // see the package's doc: the kernel does not tell the inner tag's type
			}
			if string(p.Data[:4]) != tag[:2]+"\x00\x00" || !bytes.Equal(p.Data[20:], want[14:]) || p.OrigLen != 20+len(want)-14 {
				t.Errorf("cooked: % x of %d", p.Data, p.OrigLen)
			}
		}
	})
}

// TCP leaves its checksum and its cutting to the card: on a virtual one the
// octets show neither done, and the flags say so.
func TestOffloadIsFlagged(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		ip(t, "link set lo mtu 1500")
		cfg.Interface = "lo"
		l := start(t, cfg)
		ln, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		go func() {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			defer c.Close()
			for b := make([]byte, 1<<16); ; {
				if _, err := c.Read(b); err != nil {
					return
				}
			}
		}()
		c, err := net.Dial("tcp4", ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		for big := false; !big; {
			p := next(t, l)
			if p.OrigLen != len(p.Data) {
				t.Fatalf("%d octets of %d: frames are not whole", len(p.Data), p.OrigLen)
			}
			if p.Flags&capture.ChecksumNotReady == 0 {
				t.Errorf("flags %#x of a packet of %d octets: the checksum is not said to be unfinished", p.Flags, p.OrigLen)
			}
			big = p.OrigLen > 14+1500
			if big != (p.Flags&capture.SegmentationOffload != 0) {
				t.Errorf("flags %#x of a packet of %d octets on a link of 1500", p.Flags, p.OrigLen)
			}
		}
	})
}

func TestAnyIsCooked(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		cfg.Interface = Any
		cfg.Filter = assemble(
			bpf.LoadAbsolute{Off: 0, Size: 2}, // the protocol, of the SLL2 header
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: 0x88b5, SkipFalse: 7},
			bpf.LoadAbsolute{Off: 10, Size: 1}, // the kind of packet
			bpf.JumpIf{Cond: bpf.JumpNotEqual, Val: unix.PACKET_HOST, SkipTrue: 5},
			bpf.LoadAbsolute{Off: 20, Size: 1}, // the first octet behind it
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: 9, SkipFalse: 3},
			bpf.LoadExtension{Num: bpf.ExtLen},
			bpf.JumpIf{Cond: bpf.JumpEqual, Val: 20 + 46, SkipFalse: 1},
			bpf.RetConstant{Val: 262144},
			bpf.RetConstant{Val: 0},
		)
		l := start(t, cfg)
		send := sender(t, "va")
		send(marked(8, 60))
		send(marked(9, 61))
		send(marked(9, 60))
		p := next(t, l)
		b, _ := net.InterfaceByName("vb")
		want := append([]byte{0x88, 0xb5, 0, 0, 0, 0, 0, byte(b.Index), 0, 1, unix.PACKET_HOST, 6, 2, 0, 0, 0, 0, 0x0a, 0, 0}, marked(9, 60)[14:]...)
		if !bytes.Equal(p.Data, want) || p.LinkType != capture.LinkTypeLinuxSLL2 || p.OrigLen != 66 {
			t.Errorf("% x of %d\nwant % x", p.Data, p.OrigLen, want)
		}
		none(t, l)
		if i := l.Interface(); i.LinkType != capture.LinkTypeLinuxSLL2 || i.Name != "any" {
			t.Errorf("%+v", i)
		}
	})
}

// What is sent in one burst is all delivered, in its order, while the buffer
// lasts; what is lost beyond it is counted.
func TestBurstsAndDrops(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		cfg.Interface, cfg.Filter = "vb", onlyMarked
		l := start(t, cfg)
		send := sender(t, "va")
		const burst = 5000
		for i := range burst {
			f := marked(0, 60)
			binary.BigEndian.PutUint32(f[14:], uint32(i))
			send(f)
		}
		for i := range uint32(burst) {
			if p := next(t, l); binary.BigEndian.Uint32(p.Data[14:]) != i {
				t.Fatalf("packet %d is number %d", i, binary.BigEndian.Uint32(p.Data[14:]))
			}
		}
		if s := l.Stats(); s != (Stats{Seen: burst, Delivered: burst}) {
			t.Errorf("%+v", s)
		}

		cfg.Buffer = 1 << 20
		small := start(t, cfg)
		const flood = 3000 // of 1514 octets, more than 4 MB
		for range flood {
			send(marked(1, 1514))
		}
		s := small.Stats()
		if s.Seen != flood || s.Dropped == 0 || s.Dropped == flood {
			t.Errorf("%+v after %d packets into a buffer for fewer", s, flood)
		}
		for range flood - s.Dropped {
			next(t, small)
		}
		none(t, small)
		if err := small.Close(); err != nil {
			t.Error(err)
		}
		if s := small.Stats(); s.Seen != flood || s.Delivered != flood-s.Dropped {
			t.Errorf("%+v at the end: delivered and dropped are not all", s)
		}
	})
}

// The socket must not hold what came before its filter.
func TestNothingSlipsInBeforeTheFilter(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		send := sender(t, "va")
		stop, done := make(chan struct{}), make(chan struct{})
		i, _ := net.InterfaceByName("va")
		fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_RAW, 0)
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			defer close(done)
			for f := []byte("\x02\x00\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x0a\x88\xb6 not asked for"); ; {
				select {
				case <-stop:
					return
				default:
					unix.Sendto(fd, f, 0, &unix.SockaddrLinklayer{Ifindex: i.Index})
				}
			}
		}()
		cfg.Interface, cfg.Filter = "vb", onlyMarked
		for n := range byte(20) {
			l := start(t, cfg)
			send(marked(n, 60))
			if p := next(t, l); p.Data[14] != n || p.Data[13] != 0xb5 {
				t.Errorf("a packet slipped in: % x", p.Data)
			}
			l.Close()
		}
		close(stop)
		<-done
		unix.Close(fd)
	})
}

func TestEndings(t *testing.T) {
	both(t, func(t *testing.T, cfg Config) {
		cfg.Interface, cfg.Filter = "vb", onlyMarked
		l := start(t, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		result := make(chan error)
		go func() { _, err := l.Next(ctx); result <- err }()
		cancel()
		if err := <-result; !errors.Is(err, context.Canceled) {
			t.Errorf("cancelled: %v", err)
		}
		sender(t, "va")(marked(1, 60))
		if p := next(t, l); p.Data[14] != 1 { // a cancelled Next leaves the capture as it is
			t.Errorf("after it: %x", p.Data)
		}

		go func() { _, err := l.Next(t.Context()); result <- err }()
		if err := l.Close(); err != nil {
			t.Error(err)
		}
		if err := <-result; !errors.Is(err, os.ErrClosed) {
			t.Errorf("closed: %v", err)
		}
		if _, err := l.Next(t.Context()); !errors.Is(err, os.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
		if err := l.Close(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("second Close: %v", err)
		}

		down := start(t, cfg)
		ip(t, "link set vb down")
		if _, err := down.Next(t.Context()); !errors.Is(err, ErrDown) {
			t.Errorf("interface taken down: %v", err)
		}
		if _, err := Open(cfg); !errors.Is(err, ErrDown) || !strings.Contains(err.Error(), "vb:") {
			t.Errorf("interface that is down: %v", err)
		}
	})
}

func TestPromiscuousUnlessToldOtherwise(t *testing.T) {
	namespace(t)
	for _, tt := range []struct {
		cfg  Config
		want bool
	}{{Config{Interface: "vb"}, true}, {Config{Interface: "vb", NotPromiscuous: true}, false}} {
		l := start(t, tt.cfg)
		out, err := exec.Command("ip", "-d", "link", "show", "vb").Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(string(out), "promiscuity 1"); got != tt.want {
			t.Errorf("NotPromiscuous %v: promiscuous %v", tt.cfg.NotPromiscuous, got)
		}
		l.Close()
	}
}

func TestInterfacesWithoutAnEthernetHeader(t *testing.T) {
	namespace(t)
	need.File(t, "/dev/net/tun")
	ip(t, "tuntap add tun7 mode tun")
	ip(t, "addr add 203.0.113.1/24 dev tun7")
	ip(t, "link set tun7 up")
	tun, err := os.OpenFile("/dev/net/tun", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer tun.Close()
	req, _ := unix.NewIfreq("tun7")
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(int(tun.Fd()), unix.TUNSETIFF, req); err != nil {
		t.Fatal(err)
	}
	l := start(t, Config{Interface: "tun7", Filter: assemble(bpf.LoadAbsolute{Off: 9, Size: 1}, bpf.JumpIf{Cond: bpf.JumpEqual, Val: 17, SkipFalse: 1}, bpf.RetConstant{Val: 99}, bpf.RetConstant{Val: 0})})
	c, err := net.Dial("udp4", "203.0.113.2:9")
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	c.Write(make([]byte, 100))
	if p := next(t, l); p.LinkType != capture.LinkTypeRaw || p.Data[0] != 0x45 || p.OrigLen != 128 || len(p.Data) != 99 {
		t.Errorf("%v, %d octets of %d: % x", p.LinkType, len(p.Data), p.OrigLen, p.Data)
	}
}

func TestErrorsSayWhatToDo(t *testing.T) {
	namespace(t)
	_, err := Open(Config{Interface: "nosuch0"})
	if !errors.Is(err, ErrNoDevice) || !strings.Contains(err.Error(), `"nosuch0"; there are lo, `) || !strings.HasSuffix(err.Error(), ", any") {
		t.Errorf("%v", err)
	}
	// A jump past the end: the kernel refuses it.
	bad := []bpf.RawInstruction{{Op: jumpEqual, Jt: 200}, {Op: returnK}}
	for _, name := range []string{"lo", Any} {
		if _, err := Open(Config{Interface: name, Filter: bad}); !errors.Is(err, ErrFilter) {
			t.Errorf("%s: %v", name, err)
		}
	}
	address := assemble(bpf.LoadAbsolute{Off: 12, Size: 4}, bpf.RetConstant{Val: 1})
	if _, err := Open(Config{Interface: Any, Filter: address}); !errors.Is(err, ErrFilter) || !strings.Contains(err.Error(), "octet 12") {
		t.Errorf("%v", err)
	}

	// The capability is the thread's, which ends with this test.
	hdr := unix.CapUserHeader{Version: unix.LINUX_CAPABILITY_VERSION_3}
	var caps [2]unix.CapUserData
	if err := unix.Capget(&hdr, &caps[0]); err != nil {
		t.Fatal(err)
	}
	caps[0].Effective &^= 1 << unix.CAP_NET_RAW
	if err := unix.Capset(&hdr, &caps[0]); err != nil {
		t.Fatal(err)
	}
	_, err = Open(Config{Interface: "lo"})
	if !errors.Is(err, ErrPermission) || !strings.Contains(err.Error(), "sudo setcap cap_net_raw+ep /") {
		t.Errorf("%v", err)
	}
}

func TestDevices(t *testing.T) {
	namespace(t)
	list, err := Devices()
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]Device{}
	for _, d := range list {
		found[d.Name] = d
	}
	if d := found["lo"]; !d.Loopback || !d.Up {
		t.Errorf("lo: %+v", d)
	}
	if d := found["va"]; d.Loopback || d.MTU != 1500 || len(d.Addrs) == 0 || d.Addrs[0] != netip.MustParsePrefix("198.51.100.1/24") {
		t.Errorf("va: %+v", d)
	}
	if list[len(list)-1].Name != Any {
		t.Errorf("any is not the last of %+v", list)
	}
}

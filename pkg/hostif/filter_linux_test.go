package hostif

import (
	"context"
	"errors"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/pcapfilter"
)

// drained returns all packets that come until none has for a while, as text.
func drained(t *testing.T, l *Live, while time.Duration) (list []string) {
	t.Helper()
	for {
		ctx, cancel := context.WithTimeout(t.Context(), while)
		p, err := l.Next(ctx)
		cancel()
		if errors.Is(err, context.DeadlineExceeded) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, string(p.Data))
	}
}

// A filter is compiled for the packets that are delivered. The kernel, which sees
// them without the SLL2 header and with their VLAN tags beside them, takes the same
// ones.
func TestKernelTakesWhatTheFilterMeans(t *testing.T) {
	namespace(t)
	filters := []string{"ip", "ip6", "arp", "udp", "tcp", "udp port 9999", "tcp[tcpflags] & tcp-syn != 0", "host 127.0.0.1", "ip6 host ::1",
		"len > 100", "greater 500 and udp", "less 80", "udp[8:2] = 0x7878", "ip[8] = 64", "inbound", "outbound and udp", "not ip", "icmp or arp or tcp port 9998"}
	for _, name := range []string{Any, "lo", "vb"} {
		link := capture.LinkTypeEthernet
		list := filters
		if name == Any {
			link = capture.LinkTypeLinuxSLL2
		}
		if name == "vb" {
			list = append([]string{"vlan", "vlan 5", "vlan 6 and udp", "vlan and ip", "not vlan"}, list...)
		}
		everything := start(t, Config{Interface: name, NoRing: true})
		lives := make([]*Live, len(list))
		for i, text := range list {
			p, err := pcapfilter.Compile(text, pcapfilter.Config{LinkType: link, Live: true})
			if err != nil {
				t.Fatalf("%s: %v", text, err)
			}
			l, err := Open(Config{Interface: name, Filter: p.Raw(), NoRing: true, Buffer: 1 << 20})
			if err != nil {
				t.Fatalf("%s on %s: %v", text, name, err)
			}
			defer l.Close()
			lives[i] = l
		}
		traffic(t)
		all := drained(t, everything, 300*time.Millisecond)
		if len(all) < 4 {
			t.Fatalf("%s: only %d packets", name, len(all))
		}
		for i, text := range list {
			p, err := pcapfilter.Compile(text, pcapfilter.Config{LinkType: link})
			if err != nil { // what files do not tell has no meaning there
				continue
			}
			var want []string
			for _, data := range all {
				if p.Match([]byte(data), len(data)) {
					want = append(want, data)
				}
			}
			// What all sockets were given at one time is there by now.
			got := drained(t, lives[i], 10*time.Millisecond)
			if !strings.Contains(text, "vlan") {
				// A live filter without "vlan" sees past a tag that was taken
				// off, as tcpdump's does.
				at := map[string]int{"vb": 12}[name]
				tagged := func(data string) bool { return data[at:at+2] == "\x81\x00" }
				got, want = slices.DeleteFunc(got, tagged), slices.DeleteFunc(want, tagged)
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s on %s: %d packets, want %d of %d, or other ones", text, name, len(got), len(want), len(all))
			}
		}
	}
}

// traffic is some of each kind, on the loopback and between va and vb.
func traffic(t *testing.T) {
	t.Helper()
	server, err := net.ListenPacket("udp", "[::]:9999")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, to := range []string{"127.0.0.1:9999", "[::1]:9999"} {
		c, err := net.Dial("udp", to)
		if err != nil {
			t.Fatal(err)
		}
		c.Write([]byte("xx"))
		c.Write(make([]byte, 1000))
		c.Close()
	}
	if c, err := net.Dial("tcp", "127.0.0.1:9998"); err == nil { // refused: SYN and RST
		c.Close()
	}
	send := sender(t, "va")
	udp := "\x08\x00\x45\x00\x00\x1e\x00\x00\x00\x00\x40\x11\x00\x00\xc6\x33\x64\x01\xc6\x33\x64\x02\x27\x0f\x27\x0f\x00\x0a\x00\x00xx"
	for _, tag := range []string{"", "\x81\x00\x00\x05", "\x81\x00\x20\x06"} {
		frame := make([]byte, 60)
		copy(frame, "\x02\x00\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x0a"+tag+udp)
		send(frame)
	}
	send(append([]byte("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x0a\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01\x02\x00\x00\x00\x00\x0a\xc6\x33\x64\x01\x00\x00\x00\x00\x00\x00\xc6\x33\x64\x63"), make([]byte, 18)...))
}

// Jumps go where they went although instructions come in between.
func TestJumpsOverTheLength(t *testing.T) {
	filter := assemble(
		bpf.Jump{Skip: 1},
		bpf.RetConstant{Val: 1},
		bpf.LoadAbsolute{Off: 20, Size: 1},
		bpf.JumpIf{Cond: bpf.JumpEqual, Val: 7, SkipTrue: 3, SkipFalse: 1},
		bpf.RetConstant{Val: 2},
		bpf.LoadExtension{Num: bpf.ExtLen},
		bpf.JumpIf{Cond: bpf.JumpGreaterThan, Val: 30, SkipFalse: 1},
		bpf.RetConstant{Val: 3},
		bpf.RetConstant{Val: 4},
	)
	out, err := withoutSLL2(filter)
	if err != nil {
		t.Fatal(err)
	}
	instructions, ok := bpf.Disassemble(out)
	if !ok {
		t.Fatal("not a program")
	}
	vm, err := bpf.NewVM(instructions)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		packet []byte // without the header
		want   int
	}{{[]byte{7}, 3}, {make([]byte, 10), 4}, {make([]byte, 11), 3}} {
		if got, err := vm.Run(tt.packet); err != nil || got != tt.want {
			t.Errorf("%x: %d, %v; want %d", tt.packet, got, err, tt.want)
		}
	}

	// Past the end, in either way of jumping, and a jump that grows too long.
	long := []bpf.RawInstruction{{Op: jumpEqual, Jt: 255}}
	for range 256 {
		long = append(long, bpf.RawInstruction{Op: classLD | modeLEN})
	}
	long = append(long, bpf.RawInstruction{Op: returnK})
	for _, bad := range [][]bpf.RawInstruction{
		{{Op: jumpAlways, K: 5}, {Op: returnK}}, {{Op: jumpAlways, K: math.MaxUint32}, {Op: returnK}}, {{Op: jumpEqual, Jf: 1}, {Op: returnK}}, long,
		{{Op: classLDX | modeLEN}, {Op: returnK}}, {{Op: classLDX | modeMSH | sizeB, K: 14}, {Op: returnK}}, {{Op: classLD | modeIND, K: 2}, {Op: returnK}},
	} {
		if out, err := withoutSLL2(bad); !errors.Is(err, ErrFilter) {
			t.Errorf("%v became %v, %v", bad[:2], out, err)
		}
	}
	if _, err := program(make([]bpf.RawInstruction, unix.BPF_MAXINSNS), false, 1); !errors.Is(err, ErrFilter) {
		t.Errorf("a program that is too long: %v", err)
	}
}

package pcapfilter

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"golang.org/x/net/bpf"

	"github.com/netkit-go/netkit/pkg/capture"
)

var ethernet = Config{LinkType: capture.LinkTypeEthernet}

func mustCompile(t testing.TB, expr string, cfg Config) *Program {
	t.Helper()
	p, err := Compile(expr, cfg)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestLongListsJumpRight: a conditional jump reaches 255 instructions, and a
// list of a thousand members needs to go farther.
func TestLongListsJumpRight(t *testing.T) {
	for _, n := range []int{3, 60, 127, 128, 129, 255, 256, 257, 1000, 5000} {
		var list []string
		for i := range n {
			list = append(list, fmt.Sprint(10*i+1))
		}
		for _, prefix := range []string{"tcp dst port ", "port ", "udp src port "} {
			p := mustCompile(t, prefix+strings.Join(list, " or "), ethernet)
			vm := machine(t, decode(t, p.Raw()))
			for port := 0; port < min(10*n+20, 65536); port += 7 {
				in := port%10 == 1 && port < 10*n
				tcpSeg := eth(typeIP, ip4(protoTCP, hostA, hostB, 0, 0, tcp(4, port, 2)))
				want := in && prefix != "udp src port "
				if got := p.Match(tcpSeg, len(tcpSeg)); got != want || passes(t, vm, tcpSeg) != want {
					t.Fatalf("%s of %d ports: TCP to port %d: %v", prefix, n, port, got)
				}
				dgram := eth(typeIP6, ip6(protoUDP, 1, 2, udp(port, 4)))
				want = in && prefix != "tcp dst port "
				if got := p.Match(dgram, len(dgram)); got != want {
					t.Fatalf("%s of %d ports: UDP over IPv6 from port %d: %v", prefix, n, port, got)
				}
			}
		}
	}
}

// TestListsShareTheirTests: each further port of a list costs one comparison
// for source and one for destination, not another look at the protocol.
func TestListsShareTheirTests(t *testing.T) {
	size := func(expr string) int { return len(mustCompile(t, expr, ethernet).Raw()) }
	if one, two := size("tcp src port 1"), size("tcp src port 1 or 2"); two != one+2 {
		t.Errorf("a second port took %d instructions, want 2: one for IPv4, one for IPv6", two-one)
	}
	if three, four := size("udp port 1 or 2 or 3"), size("udp port 1 or 2 or 3 or 4"); four != three+4 {
		t.Errorf("a fourth port took %d instructions, want 4: one for each end and version", four-three)
	}
	if n := size("port 80"); n > 24 {
		t.Errorf("port 80 takes %d instructions, and tcpdump needs 24", n)
	}
	if n := size("tcp port 80"); n > 20 {
		t.Errorf("tcp port 80 takes %d instructions, and tcpdump needs 20", n)
	}
}

func TestStringIsAsTcpdumpPrints(t *testing.T) {
	const want = `(000) ldh      [12]
(001) jeq      #0x800           jt 2	jf 10
(002) ldb      [23]
(003) jeq      #0x11            jt 4	jf 10
(004) ldh      [20]
(005) jset     #0x1fff          jt 10	jf 6
(006) ldxb     4*([14]&0xf)
(007) ldh      [x + 14]
(008) jeq      #0x35            jt 9	jf 10
(009) ret      #96
(010) ret      #0
`
	cfg := ethernet
	cfg.SnapLen = 96
	if got := mustCompile(t, "ip and udp src port 53", cfg).String(); got != want {
		t.Errorf("got\n%swant, from tcpdump -s 96 -d,\n%s", got, want)
	}
}

// TestErrorsSayWhere: an error points at the word that is wrong and tells what
// could stand there.
func TestErrorsSayWhere(t *testing.T) {
	for _, c := range []struct {
		expr     string
		offset   int
		what     string // part of the message
		expected string // part of what was expected
		reason   error
	}{
		{"tcp prot 80", 4, `unexpected "prot"`, `"and", "or"`, ErrSyntax},
		{"tcp and", 7, "unexpected the end", "a primitive", ErrSyntax},
		{"host", 4, "unexpected the end", "an address", ErrSyntax},
		{"10.0.0.1", 0, `unexpected "10.0.0.1"`, `"host"`, ErrSyntax},
		{"ip proto tcp", 9, `unexpected "tcp"`, `"\tcp"`, ErrSyntax},
		{"(tcp or udp", 11, "unexpected the end", `")"`, ErrSyntax},
		{"ip[0", 4, "unexpected the end", `"]"`, ErrSyntax},
		{"ip[0:3] = 1", 5, "size of a field is 3", "1, 2 or 4", ErrValue},
		{"tcp and ip proto 080", 17, "octal", "", ErrSyntax},
		{"len > 99999999999", 6, "32 bits", "", ErrValue},
		{"port 65536", 5, "65535", "", ErrValue},
		{"port nosuch", 5, "nosuch", "", ErrUnknownName},
		{"host www.example", 5, "not looked up", "", ErrUnknownName},
		{"net 10.1.2.3/8", 4, "outside the network", "", ErrValue},
		{"tcp or vlan 5000", 7, "5000 is greater than 4095", "", ErrValue},
		{"ip protochain 6", 3, "loop", "", ErrUnsupported},
		{"wlan addr2 0:1:2:3:4:5", 5, "802.11", "", ErrUnsupported},
		{"type mgt", 0, "802.11", "", ErrUnsupported},
		{"ifname eth0", 0, "pf firewall", "", ErrUnsupported},
		{"vpi 3", 0, "ATM", "", ErrUnsupported},
		{"opc 3", 0, "SS7", "", ErrUnsupported},
		{"mpls and arp", 9, "MPLS", "", ErrUnsupported},
		{"inbound", 0, "inbound or outbound", "", ErrUnsupported},
		{"ether host 1:2:3:4:5", 11, "no Ethernet address", "", ErrSyntax},
		{"len / 0 = 1", 4, "division by zero", "", ErrValue},
		{"ip and arp", 0, "no packet", "", ErrRejectsAll},
		{strings.Repeat("(", 1001) + "tcp", maxDepth - 1, "nested deeper", "", ErrTooLong},
		{strings.Repeat("-", 1001) + "1 = 1", maxDepth - 1, "nested deeper", "", ErrTooLong},
		{strings.Repeat("len * ip[0] + ", 2000) + "1 = 2", 3820, "too long", "", ErrTooLong},
		{strings.Repeat("a", MaxExpression+1), MaxExpression, "longer than", "", ErrTooLong},
	} {
		_, err := Compile(c.expr, ethernet)
		var e *SyntaxError
		if !errors.As(err, &e) {
			t.Errorf("%.30q: %v is no SyntaxError", c.expr, err)
			continue
		}
		if e.Offset != c.offset || !strings.Contains(e.What, c.what) || !strings.Contains(e.Expected, c.expected) || !errors.Is(err, c.reason) {
			t.Errorf("%.30q: %q (offset %d, expected %q, reason %v)", c.expr, e.What, e.Offset, e.Expected, e.Err)
		}
	}
}

// TestOtherLinkTypes: what does not look into the packet works on any.
func TestOtherLinkTypes(t *testing.T) {
	cfg := Config{LinkType: capture.LinkTypeRadiotap}
	for _, expr := range []string{"less 100", "greater 20 and len < 60", "not len % 2 = 0", ""} {
		if _, err := Compile(expr, cfg); err != nil {
			t.Errorf("%q: %v", expr, err)
		}
	}
	for _, expr := range []string{"tcp", "less 100 and ip", "len > ip[2:2]", "ether[0] = 1", "vlan"} {
		_, err := Compile(expr, cfg)
		if !errors.Is(err, ErrUnsupported) || !strings.Contains(err.Error(), "IEEE802_11_RADIOTAP") {
			t.Errorf("%q: %v", expr, err)
		}
	}
}

// TestLengthIsThatOnTheWire: len, less and greater are about the packet, not
// about what was captured of it.
func TestLengthIsThatOnTheWire(t *testing.T) {
	p := mustCompile(t, "greater 1000", ethernet)
	if !p.Match(make([]byte, 60), 1500) || p.Match(make([]byte, 60), 60) {
		t.Error("greater 1000 does not go by the original length")
	}
}

// TestLoadBeyondTheEndRejects, also inside a negation: pcap-filter programs end
// there.
func TestLoadBeyondTheEndRejects(t *testing.T) {
	p := mustCompile(t, "not ether[100] = 1", ethernet)
	if p.Match(make([]byte, 100), 100) || !p.Match(make([]byte, 101), 101) {
		t.Error("a byte beyond the end was compared")
	}
}

func TestNullIsInTheByteOrderOfItsMachine(t *testing.T) {
	little, big := binary.LittleEndian.AppendUint32(nil, 2), binary.BigEndian.AppendUint32(nil, 2)
	le := mustCompile(t, "ip", Config{LinkType: capture.LinkTypeNull})
	be := mustCompile(t, "ip", Config{LinkType: capture.LinkTypeNull, BigEndian: true})
	if !le.Match(little, 4) || le.Match(big, 4) || !be.Match(big, 4) || be.Match(little, 4) {
		t.Error("the address family was read in the wrong byte order")
	}
}

func TestBroadcastGoesByTheNetmask(t *testing.T) {
	to := func(a [4]byte) []byte { return eth(typeIP, ip4(protoUDP, hostA, a, 0, 0, udp(1, 2))) }
	for _, c := range []struct {
		mask string
		dst  [4]byte
		want bool
	}{
		{"10.1.2.0/24", [4]byte{10, 1, 2, 255}, true},
		{"10.1.2.0/24", [4]byte{10, 1, 2, 0}, true},
		{"10.1.2.0/24", [4]byte{10, 1, 2, 254}, false},
		{"10.0.0.0/8", [4]byte{10, 1, 2, 255}, false},
		{"", [4]byte{10, 1, 2, 255}, false},
		{"", [4]byte{255, 255, 255, 255}, true},
	} {
		cfg := ethernet
		if c.mask != "" {
			cfg.Netmask = netip.MustParsePrefix(c.mask)
		}
		if got := mustCompile(t, "ip broadcast", cfg).Match(to(c.dst), 42); got != c.want {
			t.Errorf("mask %q, to %v: %v", c.mask, c.dst, got)
		}
	}
}

func TestNamesAreResolvedByTheCaller(t *testing.T) {
	mac := [6]byte{2, 0, 0, 0, 0, 1}
	cfg := ethernet
	cfg.Resolve = Resolve{
		Host: func(name string) ([]netip.Addr, error) {
			if name != "box" {
				return nil, errors.New("no such host")
			}
			return []netip.Addr{netip.MustParseAddr("10.1.2.3"), netip.MustParseAddr("2001:db8::1")}, nil
		},
		Ether:    func(string) ([6]byte, error) { return mac, nil },
		Net:      func(string) (netip.Prefix, error) { return netip.MustParsePrefix("10.1.0.0/16"), nil },
		Port:     func(string) (uint16, uint8, error) { return 80, protoTCP, nil },
		Protocol: func(string) (uint8, error) { return protoTCP, nil },
	}
	same := func(names, numbers string) {
		t.Helper()
		if a, b := mustCompile(t, names, cfg).String(), mustCompile(t, numbers, ethernet).String(); a != b {
			t.Errorf("%q is\n%sand %q is\n%s", names, a, numbers, b)
		}
	}
	same("host box", "host 10.1.2.3 or host 2001:db8::1")
	same("ip host box", "ip host 10.1.2.3")
	same("ip6 src box", "ip6 src host 2001:db8::1")
	same("ether src box", "ether src 2:0:0:0:0:1")
	same("net lab", "net 10.1")
	same("port web", "tcp port 80")
	same("ip proto stream", "ip proto 6")
	same("gateway box", "ether host 2:0:0:0:0:1 and not (host 10.1.2.3 or host 2001:db8::1)")
	_, err := Compile("host other", cfg)
	if err == nil || !strings.Contains(err.Error(), "no such host") {
		t.Errorf("the resolver's error is lost: %v", err)
	}
}

// TestMatchWithoutWhatTheKernelKnows: a live program run on a packet by Match
// finds the tag in the packet.
func TestMatchWithoutWhatTheKernelKnows(t *testing.T) {
	cfg := ethernet
	cfg.Live = true
	p := mustCompile(t, "vlan 5 and ip", cfg)
	pkt := eth(typeVLAN, cat(be16(5), be16(typeIP), ip4(protoUDP, hostA, hostB, 0, 0, udp(1, 2))))
	if !p.Match(pkt, len(pkt)) || p.Match(eth(typeIP, pkt), len(pkt)) {
		t.Error("the tag in the packet was not found")
	}
}

func TestMatchAllocatesNothing(t *testing.T) {
	p := mustCompile(t, "tcp port 80 or udp port 53", ethernet)
	pkt := eth(typeIP, ip4(protoTCP, hostA, hostB, 0, 0, tcp(1025, 80, 2)))
	if n := testing.AllocsPerRun(100, func() { p.Match(pkt, len(pkt)) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzCompile: whatever the expression, the compiler comes back, and what it
// makes passes x/net/bpf's checks, ends, and means the same in both machines.
func FuzzCompile(f *testing.F) {
	for i, expr := range expressions() {
		if i%7 == 0 {
			f.Add(expr, uint16(i%3), i%2 == 0)
		}
	}
	pkt := eth(typeVLAN, cat(be16(5), be16(typeIP), ip4(protoTCP, hostA, hostB, 0, 0, tcp(1025, 80, 2))))
	f.Fuzz(func(t *testing.T, expr string, link uint16, live bool) {
		lt := linkTypes[int(link)%len(linkTypes)]
		p, err := Compile(expr, Config{LinkType: lt, Live: live})
		if err != nil {
			var e *SyntaxError
			if !errors.As(err, &e) || e.Offset < 0 || e.Offset > len(expr) || e.What == "" || e.Err == nil {
				t.Fatalf("%q: %#v", expr, err)
			}
			return
		}
		raw := p.offline
		for i, in := range raw {
			if in.Op&7 == bpfJMP && in.Op != bpfJMP|bpfJA && i+1+int(max(in.Jt, in.Jf)) >= len(raw) {
				t.Fatalf("%q: instruction %d jumps out\n%s", expr, i, p)
			}
		}
		vm := machine(t, decode(t, raw))
		for _, b := range [][]byte{pkt, pkt[:30], nil} {
			if got, want := p.Match(b, len(b)), passes(t, vm, b); got != want {
				t.Fatalf("%q: Match %v, x/net/bpf %v\n%s", expr, got, want, p)
			}
		}
	})
}

func BenchmarkMatch(b *testing.B) {
	p := mustCompile(b, "tcp port 80", ethernet)
	for _, c := range []struct {
		name string
		pkt  []byte
	}{
		{"hit", eth(typeIP, ip4(protoTCP, hostA, hostB, 0, 0, tcp(1025, 80, 2)))},
		{"miss", eth(typeIP, ip4(protoTCP, hostA, hostB, 0, 0, tcp(1025, 81, 2)))},
		{"udp", eth(typeIP, ip4(protoUDP, hostA, hostB, 0, 0, udp(1025, 81)))},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				p.Match(c.pkt, len(c.pkt))
			}
		})
		b.Run(c.name+"/x-net-bpf", func(b *testing.B) {
			ins, _ := bpf.Disassemble(p.Raw())
			vm, err := bpf.NewVM(ins)
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if _, err := vm.Run(c.pkt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	var ports []string
	for i := range 1000 {
		ports = append(ports, fmt.Sprint(i+1))
	}
	for name, expr := range map[string]string{"one": "tcp port 80", "thousand": "port " + strings.Join(ports, " or ")} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				mustCompile(b, expr, ethernet)
			}
		})
	}
}

package stack

import (
	"bytes"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/wire"
)

// gate is a Forwarder that leaves the decision to the test.
type gate struct {
	tcp []*TCPRequest
	udp []*UDPRequest
	t   func(*TCPRequest)
	u   func(*UDPRequest)
}

func (g *gate) TCP(r *TCPRequest) {
	g.tcp = append(g.tcp, r)
	if g.t != nil {
		g.t(r)
	}
}

func (g *gate) UDP(r *UDPRequest) {
	g.udp = append(g.udp, r)
	if g.u != nil {
		g.u(r)
	}
}

// outside is an address that nobody in the world has.
var outside = map[bool]netip.AddrPort{
	false: netip.MustParseAddrPort("203.0.113.80:80"),
	true:  netip.MustParseAddrPort("[2001:db8:ffff::80]:80"),
}

// newGate is a trio whose router sends what it does not know to b, the gateway.
func newGate(t *testing.T) (*trio, *gate) {
	x := newTrio(t, DeviceInfo{}, DeviceInfo{})
	x.gateway(x.r, "0.0.0.0/0", "198.51.100.2")
	x.gateway(x.r, "::/0", "2001:db8:2::2")
	g := &gate{}
	x.b.SetForwarder(g)
	return x, g
}

func TestForwarder_AcceptLater(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x, g := newGate(t)
		x.do(func() {
			// The gateway dials for five seconds: the client repeats its SYN meanwhile.
			g.t = func(r *TCPRequest) {
				x.l.NewTimer(func() {
					k, err := r.Accept()
					if err != nil {
						t.Errorf("Accept: %v", err)
						return
					}
					x.l.Go("uplink", func() {
						got, err := x.readAll(k)
						if err != nil || string(got) != "request" {
							t.Errorf("%q %v", got, err)
						}
						if err := x.write(k, payload(50000)); err != nil {
							t.Error(err)
						}
						k.Close()
					})
				}).After(5 * time.Second)
			}
			k, err := x.connect(x.a, outside[v6])
			must(t, err)
			if k.RemoteAddr() != outside[v6] {
				t.Errorf("connected to %v", k.RemoteAddr())
			}
			must(t, x.write(k, []byte("request")))
			must(t, k.CloseWrite())
			got, err := x.readAll(k)
			if err != nil || !bytes.Equal(got, payload(50000)) {
				t.Errorf("%d bytes %v", len(got), err)
			}
			k.Close()
			x.sleep(2 * time.Minute)
		})
		if len(g.tcp) != 1 {
			t.Errorf("the forwarder was asked %d times; a repeated SYN is no new request", len(g.tcp))
		}
		if x.a.Stats().TCP.RetransSegs == 0 {
			t.Error("the SYN was not repeated: the test shows nothing")
		}
		if f := g.tcp[0].Flow; f.Dst != outside[v6] || f.Src.Addr() != x.a.ifaces[1].addrs[map[bool]int{false: 1, true: 2}[v6]].Addr() {
			t.Errorf("flow %+v", f)
		}
		checkSent(t, x.pa, x.pra, x.prb, x.pb)
		x.checkLeaks()
	})
}

// An ICMP error about a flow that the gateway ended is addressed to the
// destination in whose name it speaks: the gateway takes it.
func TestForwarder_PathMTUTowardsTheClient(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x := newTrio(t, DeviceInfo{MTU: 1300}, DeviceInfo{})
		x.gateway(x.r, "0.0.0.0/0", "198.51.100.2")
		x.gateway(x.r, "::/0", "2001:db8:2::2")
		x.pa.info.MTU, x.pa.ifc.info.MTU = 1500, 1500 // the client announces an MSS that its link does not carry
		g := &gate{}
		x.b.SetForwarder(g)
		x.do(func() {
			g.t = func(r *TCPRequest) {
				k, err := r.Accept()
				must(t, err)
				x.l.Go("uplink", func() {
					if err := x.write(k, payload(100000)); err != nil {
						t.Error(err)
					}
					k.Close()
				})
			}
			k, err := x.connect(x.a, outside[v6])
			must(t, err)
			got, err := x.readAll(k)
			if err != nil || !bytes.Equal(got, payload(100000)) {
				t.Errorf("%d bytes %v", len(got), err)
			}
			k.Close()
			x.sleep(2 * time.Minute)
		})
		if n := x.b.Stats(); n.IcmpInDestUnreachs+n.Icmp6InPktTooBigs == 0 {
			t.Error("no report reached the gateway")
		}
		x.checkLeaks()
	})
}

func TestForwarder_RefuseUnreachableDrop(t *testing.T) {
	for _, c := range []struct {
		name   string
		answer func(*TCPRequest)
		want   error
	}{
		{"refused is RST", func(r *TCPRequest) { r.Refuse() }, syscall.ECONNREFUSED},
		{"host unreachable is ICMP", func(r *TCPRequest) { r.Unreachable(HostUnreachable) }, syscall.EHOSTUNREACH},
		{"no route is ICMP", func(r *TCPRequest) { r.Unreachable(NetUnreachable) }, syscall.ENETUNREACH},
		{"silence is silence", func(r *TCPRequest) { r.Drop() }, syscall.ETIMEDOUT},
	} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			x, g := newGate(t)
			g.t = c.answer
			x.do(func() {
				if _, err := x.connect(x.a, outside[v6]); err != c.want {
					t.Errorf("%s: %v", c.name, err)
				}
				// A second answer changes nothing.
				g.tcp[0].Refuse()
				g.tcp[0].Drop()
				if _, err := g.tcp[0].Accept(); err != ErrAborted {
					t.Errorf("%s: Accept afterwards: %v", c.name, err)
				}
			})
			checkSent(t, x.pa, x.pra, x.prb, x.pb)
			x.checkLeaks()
		})
	}
}

func TestForwarder_ClientAbort(t *testing.T) {
	x, g := newGate(t)
	aborted := 0
	g.t = func(r *TCPRequest) { r.OnAbort = func() { aborted++ } }
	x.do(func() {
		k, err := x.a.DialTCP(netip.AddrPort{}, outside[false])
		must(t, err)
		x.sleep(100 * time.Millisecond)
		// Close in SYN-SENT sends nothing (RFC 9293 3.10.4); a client that resets its
		// request does.
		seg := wire.TCPFields{SrcPort: k.LocalAddr().Port(), DstPort: 80, Flags: wire.RST}
		b := make([]byte, seg.Len())
		seg.Put(b)
		wire.TCP(b).FillChecksum(t4a, outside[false].Addr())
		x.pb.inject(x.pb.frame(x.prb.info.MAC, wire.EtherTypeIPv4, ipPacket(t4a, outside[false].Addr(), wire.ProtoTCP, 64, b)))
		if aborted != 1 || len(x.b.fwd.pending) != 0 {
			t.Errorf("aborted %d times, %d requests pending", aborted, len(x.b.fwd.pending))
		}
		k.Close()
		// A request that nobody answers ends by itself.
		k, err = x.a.DialTCP(netip.AddrPort{}, outside[false])
		must(t, err)
		x.sleep(100 * time.Millisecond)
		k.Close()
		x.sleep(4 * time.Minute)
		if aborted != 2 || len(x.b.fwd.pending) != 0 {
			t.Errorf("aborted %d times, %d requests pending", aborted, len(x.b.fwd.pending))
		}
		if _, err := g.tcp[1].Accept(); err != ErrAborted {
			t.Errorf("Accept after the end: %v", err)
		}
	})
	x.checkLeaks()
}

func TestForwarder_UDP(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x, g := newGate(t)
		x.do(func() {
			u, err := x.a.BindUDP(netip.AddrPort{}, outside[v6])
			must(t, err)
			must(t, u.Send([]byte("one"), netip.AddrPort{}))
			x.sleep(10 * time.Millisecond)
			must(t, u.Send([]byte("two"), netip.AddrPort{}))
			x.sleep(10 * time.Millisecond)
			if len(g.udp) != 1 {
				t.Fatalf("asked %d times for one flow", len(g.udp))
			}
			s, err := g.udp[0].Accept()
			must(t, err)
			for _, want := range []string{"one", "two"} {
				if b, from, err := x.recv(s); err != nil || string(b) != want || from != u.LocalAddr() {
					t.Errorf("%q from %v, %v", b, from, err)
				}
			}
			must(t, s.Send([]byte("answer"), netip.AddrPort{}))
			if b, from, err := x.recv(u); err != nil || string(b) != "answer" || from != outside[v6] {
				t.Errorf("%q from %v, %v", b, from, err)
			}
			s.Close()
			// After the end of the socket the flow is asked about again.
			g.u = func(r *UDPRequest) { r.Unreachable(PortUnreachable) }
			must(t, u.Send([]byte("three"), netip.AddrPort{}))
			if _, _, err := x.recv(u); err != syscall.ECONNREFUSED {
				t.Errorf("Recv: %v", err)
			}
			// A fragmented datagram is put together first.
			g.u = func(r *UDPRequest) { s, err = r.Accept() }
			must(t, u.Send(payload(5000), netip.AddrPort{}))
			x.sleep(10 * time.Millisecond)
			if b, _, err := x.recv(s); err != nil || !bytes.Equal(b, payload(5000)) {
				t.Errorf("%d bytes %v", len(b), err)
			}
			u.Close()
			s.Close()
		})
		x.checkLeaks()
	})
}

// Time to live is checked before anything is intercepted: traceroute sees the
// gateway as a hop.
func TestForwarder_TTLAndOtherProtocols(t *testing.T) {
	x, g := newGate(t)
	x.do(func() {
		u, err := x.a.BindUDP(netip.AddrPort{}, outside[false])
		must(t, err)
		u.TTL = 2
		must(t, u.Send(nil, netip.AddrPort{}))
		if _, _, err := x.recv(u); err != syscall.EHOSTUNREACH {
			t.Errorf("Recv: %v, want the time exceeded of the gateway", err)
		}
		if n := x.b.Stats().IcmpOutTimeExcds; n != 1 || len(g.udp) != 0 {
			t.Errorf("time exceeded %d, requests %d", n, len(g.udp))
		}
		// The gateway's own address is its own.
		if _, err := x.connect(x.a, netip.AddrPortFrom(t4b, 99)); err != syscall.ECONNREFUSED || len(g.tcp) != 0 {
			t.Errorf("own address: %v, %d requests", err, len(g.tcp))
		}
		u.Close()
	})
	x.checkLeaks()
}

func TestForwarder_PendingRequestsAreBounded(t *testing.T) {
	x, g := newGate(t)
	x.pb.ifc.neigh.Heard(x.l.Now(), netip.MustParseAddr("198.51.100.254"), x.prb.info.MAC)
	for i := range MaxPending + 10 {
		seg := wire.TCPFields{SrcPort: uint16(1000 + i), DstPort: 80, Flags: wire.SYN}
		b := make([]byte, seg.Len())
		seg.Put(b)
		wire.TCP(b).FillChecksum(t4a, outside[false].Addr())
		x.pb.inject(x.pb.frame(x.prb.info.MAC, wire.EtherTypeIPv4, ipPacket(t4a, outside[false].Addr(), wire.ProtoTCP, 64, b)))
	}
	if len(g.tcp) != MaxPending || x.b.Stats().ForwarderOverflows != 10 {
		t.Errorf("%d requests, %d refused", len(g.tcp), x.b.Stats().ForwarderOverflows)
	}
	for _, r := range g.tcp {
		r.Drop()
	}
	x.do(func() {})
	x.checkLeaks()
}

// A segment of a flow that the gateway does not know is answered with a reset, in
// the name of the destination.
func TestForwarder_StrayTCPSegment(t *testing.T) {
	x, g := newGate(t)
	x.pb.ifc.neigh.Heard(x.l.Now(), netip.MustParseAddr("198.51.100.254"), x.prb.info.MAC)
	seg := wire.TCPFields{SrcPort: 1000, DstPort: 80, Seq: 5, Ack: 77, Flags: wire.ACK}
	b := make([]byte, seg.Len())
	seg.Put(b)
	wire.TCP(b).FillChecksum(t4a, outside[false].Addr())
	x.pb.inject(x.pb.frame(x.prb.info.MAC, wire.EtherTypeIPv4, ipPacket(t4a, outside[false].Addr(), wire.ProtoTCP, 64, b)))
	if len(g.tcp) != 0 || len(x.pb.sent) != 1 {
		t.Fatalf("%d requests, %d frames", len(g.tcp), len(x.pb.sent))
	}
	r, err := wire.ParseTCP(x.pb.sent[0][34:])
	if err != nil || r.Flags() != wire.RST || r.Seq() != 77 {
		t.Errorf("%v %v", r.Flags(), r.Seq())
	}
	x.do(func() {})
}

func TestForwarder_AcceptedConnectionAfterClientIsGone(t *testing.T) {
	x, g := newGate(t)
	x.do(func() {
		k, err := x.a.DialTCP(netip.AddrPort{}, outside[false])
		must(t, err)
		x.sleep(10 * time.Millisecond)
		k.Close()
		s, err := g.tcp[0].Accept()
		must(t, err)
		x.sleep(time.Minute)
		// The client answers the SYN-ACK with a reset.
		if s.Conn.State() != tcp.StateClosed {
			t.Errorf("%v", s.Conn.State())
		}
	})
	x.checkLeaks()
}

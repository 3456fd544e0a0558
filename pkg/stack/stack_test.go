package stack

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// One datagram through a router, told by events alone, in the order in which
// things happened. The packet keeps its id from host to host.
func TestTrace_OneDatagramThroughTheRouter(t *testing.T) {
	x := newTrio(t, DeviceInfo{}, DeviceInfo{})
	var from int
	x.do(func() {
		srv, err := x.b.BindUDP(netip.AddrPortFrom(t4b, 4007), netip.AddrPort{})
		must(t, err)
		u, err := x.a.BindUDP(netip.AddrPort{}, netip.AddrPort{})
		must(t, err)
		to := netip.AddrPortFrom(t4b, 4007)
		must(t, u.Send([]byte("warm"), to))
		_, _, err = x.recv(srv)
		must(t, err)
		from = len(x.rec.Events)
		x.a.gen++ // the cached path is out of date: the route is looked up again
		must(t, u.Send([]byte("hello"), to))
		_, _, err = x.recv(srv)
		must(t, err)
		u.Close()
		srv.Close()
	})
	type step struct{ host, kind, stage string }
	var got []step
	ids := map[uint64]bool{}
	for _, e := range x.rec.Events[from:] {
		got = append(got, step{e.Host, e.Kind.String(), e.Stage})
		if e.Kind != trace.RouteLookup && e.Kind != trace.CopyFromUser && e.Kind != trace.SockReady && e.Kind != trace.TaskWake {
			ids[e.Pkt] = true
		}
		if e.Stage == "" {
			t.Errorf("%v has no stage", e.Kind)
		}
	}
	want := []step{
		{"a", "route_lookup", "fib_table_lookup"},
		{"a", "skb_alloc", "sock_alloc_send_pskb"},
		{"a", "copy_from_user", "ip_generic_getfrag"},
		{"a", "udp_send", "udp_sendmsg"},
		{"a", "ip_send", "ip_output"},
		{"r", "ip_recv", "ip_rcv"},
		{"r", "route_lookup", "fib_table_lookup"},
		{"r", "ip_forward", "ip_forward"},
		{"b", "ip_recv", "ip_rcv"},
		{"b", "udp_recv", "udp_rcv"},
		{"b", "sock_queue", "__udp_enqueue_schedule_skb"},
		{"b", "sock_ready", "sock_def_readable"},
		{"b", "task_wake", "sched_wakeup"},
		{"b", "copy_to_user", "skb_copy_datagram_iter"},
		{"b", "skb_free", "consume_skb"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("the events tell\n%v, want\n%v", got, want)
	}
	if len(ids) != 1 {
		t.Errorf("the datagram had %d ids on its way", len(ids))
	}
	for _, e := range x.rec.OfKind(trace.RouteLookup)[:1] {
		if e.Route.Prefix != netip.MustParsePrefix("0.0.0.0/0") || e.Route.Gateway != netip.MustParseAddr("192.0.2.254") || e.Text != "via-gateway" {
			t.Errorf("the route decision is told as %+v %q", e.Route, e.Text)
		}
	}
	x.checkLeaks()
}

// Route decisions as RFC 1122 3.3.1.1 makes them, told with the verdict.
func TestRFC1122_3_3_1_1_RouteDecision(t *testing.T) {
	x := newTrio(t, DeviceInfo{}, DeviceInfo{})
	for _, c := range []struct{ dst, verdict, dev, src string }{
		{"192.0.2.9", "direct", "eth0", "192.0.2.1"},
		{"192.0.3.9", "via-gateway", "eth0", "192.0.2.1"},
		{"192.0.2.1", "self", "lo", "192.0.2.1"},
		{"127.0.0.5", "self", "lo", "127.0.0.5"},
		{"192.0.2.255", "broadcast", "eth0", "192.0.2.1"},
		{"255.255.255.255", "broadcast", "eth0", "192.0.2.1"},
		{"224.0.0.251", "multicast", "eth0", "192.0.2.1"},
		{"2001:db8:1::9", "direct", "eth0", "2001:db8:1::1"},
		{"2001:db8:9::9", "via-gateway", "eth0", "2001:db8:1::1"},
		{"ff02::fb", "multicast", "eth0", x.pa.ifc.Addrs()[0].Addr().String()},
	} {
		n := len(x.rec.Events)
		p, err := x.a.route(0, netip.MustParseAddr(c.dst), netip.Addr{})
		if err != nil {
			t.Errorf("%s: %v", c.dst, err)
			continue
		}
		e := x.rec.Events[n]
		if e.Text != c.verdict || e.Dev != c.dev || p.src.String() != c.src {
			t.Errorf("%s: %s through %s from %v, want %s %s %s", c.dst, e.Text, e.Dev, p.src, c.verdict, c.dev, c.src)
		}
	}
	x.do(func() {})
}

func TestUDP_Broadcast(t *testing.T) {
	for _, dst := range []string{"192.0.2.255:4007", "255.255.255.255:4007"} {
		p := newPair(t, DeviceInfo{})
		p.do(func() {
			srv, err := p.b.BindUDP(netip.AddrPortFrom(netip.IPv4Unspecified(), 4007), netip.AddrPort{})
			must(t, err)
			u, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPort{})
			must(t, err)
			must(t, u.Send([]byte("all"), netip.MustParseAddrPort(dst)))
			if b, from, err := p.recv(srv); err != nil || string(b) != "all" || from.Addr() != a4 {
				t.Errorf("%q from %v, %v", b, from, err)
			}
			// Nobody answers a broadcast to a closed port (RFC 1122 3.2.2).
			must(t, u.Send([]byte("all"), netip.AddrPortFrom(netip.MustParseAddrPort(dst).Addr(), 9)))
			p.sleep(time.Second)
			if n := p.b.Stats(); n.UdpNoPorts != 1 || n.IcmpOutMsgs != 0 {
				t.Errorf("NoPorts %d, ICMP sent %d", n.UdpNoPorts, n.IcmpOutMsgs)
			}
			u.Close()
			srv.Close()
		})
		if len(p.rec.OfKind(trace.ARPSend)) != 0 {
			t.Error("a broadcast needs no address resolution")
		}
		checkSent(t, p.pa)
		p.checkLeaks()
	}
}

// RFC 4291 appendix A.
func TestRFC4291_LinkLocalFromMAC(t *testing.T) {
	got := linkLocal(wire.MAC{0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde})
	if want := netip.MustParseAddr("fe80::3656:78ff:fe9a:bcde"); got != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestConfigurationErrors(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	for _, a := range []string{"192.0.2.1/24", "224.0.0.1/24", "0.0.0.0/8", "::ffff:1.2.3.4/128"} {
		if err := p.pa.ifc.AddAddr(netip.MustParsePrefix(a)); err == nil {
			t.Errorf("%s was accepted", a)
		}
	}
	if err := p.a.AddRoute(Route{Dst: netip.MustParsePrefix("0.0.0.0/0"), Gateway: netip.MustParseAddr("203.0.113.1")}); err == nil {
		t.Error("a gateway that is not on-link was accepted")
	}
	p.do(func() {})
}

func TestMeterIsCharged(t *testing.T) {
	w := newWorld(t)
	m := stage.NewMeter(stage.Default())
	s := w.stack("h", Config{Meter: m})
	w.do(func() {
		u, err := s.BindUDP(netip.AddrPort{}, netip.MustParseAddrPort("127.0.0.1:9"))
		must(t, err)
		m.Take()
		must(t, u.Send(make([]byte, 100), netip.AddrPort{}))
		if m.Take() == 0 {
			t.Error("sending costs nothing")
		}
		w.sleep(time.Millisecond)
		if m.Take() == 0 {
			t.Error("receiving costs nothing")
		}
	})
}

// The steady state of UDP, TCP and forwarding allocates nothing per packet.
func TestNoAllocationPerPacket(t *testing.T) {
	l, a, b := quietPair(t)
	err := l.Run(func() error {
		srv, err := b.BindUDP(netip.AddrPortFrom(b4, 4007), netip.AddrPort{})
		must(t, err)
		cl, err := a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(b4, 4007))
		must(t, err)
		msg, buf := make([]byte, 1000), make([]byte, 200000)
		udpRound := func() {
			must(t, cl.Send(msg, netip.AddrPort{}))
			for {
				if _, _, err := srv.Recv(buf); err == nil {
					return
				}
				srv.RecvQ.Wait(l, loop.Never)
			}
		}
		ln, err := b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
		must(t, err)
		k, err := a.DialTCP(netip.AddrPort{}, netip.AddrPortFrom(b4, 80))
		must(t, err)
		ln.AcceptQ.Wait(l, loop.Never)
		peer, err := ln.Accept()
		must(t, err)
		tcpRound := func() {
			for sent, got := 0, 0; got < len(msg)*50; {
				if n, err := k.Write(msg); err == nil && sent < len(msg)*50 {
					sent += n
				}
				n, err := peer.Read(buf)
				if err == nil {
					got += n
					continue
				}
				peer.ReadQ.Wait(l, loop.Never)
			}
		}
		for range 200 {
			udpRound()
			tcpRound()
		}
		if n := testing.AllocsPerRun(200, udpRound); n != 0 {
			t.Errorf("UDP: %v allocations per datagram", n)
		}
		if n := testing.AllocsPerRun(200, tcpRound); n >= 1 {
			t.Errorf("TCP: %v allocations for 50 kB", n)
		}
		return nil
	})
	must(t, err)

	r := New(l, trace.New(nil, "r"), &skb.Pool{}, Config{Forwarding: true})
	in := &sinkPort{info: DeviceInfo{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, 0, 1}, MTU: 1500}}
	out := &sinkPort{info: DeviceInfo{Name: "eth1", MAC: wire.MAC{2, 0, 0, 0, 0, 2}, MTU: 1500}}
	ia, err := r.AddInterface(in, InterfaceConfig{})
	must(t, err)
	ib, err := r.AddInterface(out, InterfaceConfig{})
	must(t, err)
	must(t, ia.AddAddr(netip.MustParsePrefix("192.0.2.254/24")))
	must(t, ib.AddAddr(netip.MustParsePrefix("198.51.100.254/24")))
	ib.neigh.AddPermanent(0, t4b, wire.MAC{2, 0, 0, 0, 0, 3})
	frame := make([]byte, 14)
	(&wire.EthernetFields{Dst: in.info.MAC, Src: wire.MAC{2, 0, 0, 0, 0, 9}, EtherType: wire.EtherTypeIPv4}).Put(frame)
	frame = append(frame, udpPacket(netip.AddrPortFrom(t4a, 1), netip.AddrPortFrom(t4b, 2), 64, make([]byte, 1000))...)
	if n := testing.AllocsPerRun(200, func() {
		s := r.pool.Alloc(64, len(frame))
		copy(s.Put(len(frame)), frame)
		ia.Input(s)
	}); n != 0 || out.n == 0 {
		t.Errorf("forwarding: %v allocations per packet, %d forwarded", n, out.n)
	}
}

func TestStats_EachNamesAreLinuxs(t *testing.T) {
	var n Stats
	n.IpInReceives, n.TCP.InSegs, n.TCP.ListenDrops = 1, 2, 3
	got := map[string]uint64{}
	n.Each(func(name string, v uint64) {
		if _, twice := got[name]; twice {
			t.Errorf("%s is listed twice", name)
		}
		got[name] = v
	})
	if got["IpInReceives"] != 1 || got["TcpInSegs"] != 2 || got["TcpExtListenDrops"] != 3 {
		t.Errorf("%v", got)
	}
}

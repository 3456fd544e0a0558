package stack

import (
	"bytes"
	"errors"
	"net/netip"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func trioAddrs(v6 bool) (a, b netip.Addr) {
	if v6 {
		return t6a, t6b
	}
	return t4a, t4b
}

func (w *world) pong(k *PingSocket) (Pong, error) {
	for {
		r, err := k.Recv()
		if !errors.Is(err, ErrWouldBlock) || !k.RecvQ.Wait(w.l, w.l.Now()+int64(5*time.Second)) {
			return r, err
		}
	}
}

func TestPingThroughRouter(t *testing.T) {
	for _, n := range []int{0, 56, 1472, 3000} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			x := newTrio(t, DeviceInfo{}, DeviceInfo{})
			_, dst := trioAddrs(v6)
			x.do(func() {
				k, err := x.a.NewPing()
				must(t, err)
				must(t, k.Send(dst, 7, 0, make([]byte, n)))
				r, err := x.pong(k)
				must(t, err)
				if r.Err != 0 || r.From != dst || r.Seq != 7 || r.Len != n || r.TTL != 63 {
					t.Errorf("%+v: want %d bytes from %v with TTL 63", r, n, dst)
				}
				k.Close()
			})
			checkSent(t, x.pa, x.pra, x.prb, x.pb)
			x.checkLeaks()
			fwd := x.rec.OfKind(trace.IPForward)
			if len(fwd) < 2 || fwd[0].Host != "r" {
				t.Errorf("%d packets forwarded", len(fwd))
			}
		})
	}
}

// RFC 1812 5.3.1, RFC 4443 3.3: traceroute works.
func TestRFC1812_5_3_1_TTLExpires(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x := newTrio(t, DeviceInfo{}, DeviceInfo{})
		_, dst := trioAddrs(v6)
		x.do(func() {
			k, err := x.a.NewPing()
			must(t, err)
			must(t, k.Send(dst, 1, 1, nil))
			r, err := x.pong(k)
			must(t, err)
			if v6 && r.Type != wire.ICMPv6TimeExceeded || !v6 && r.Type != wire.ICMPv4TimeExceeded || r.Code != 0 || r.Err != syscall.EHOSTUNREACH {
				t.Errorf("%+v", r)
			}
			must(t, k.Send(dst, 2, 2, nil))
			if r, err := x.pong(k); err != nil || r.Err != 0 || r.Seq != 2 {
				t.Errorf("with TTL 2: %+v %v", r, err)
			}
			k.Close()
		})
		if d := x.drops("r"); !slices.Equal(d, []trace.DropReason{trace.TTLExpired}) {
			t.Errorf("the router dropped %v", d)
		}
		// From an address of the interface that the message leaves on.
		var from netip.Addr
		for _, f := range x.pra.sent {
			pkt := oracle(t, f)
			if l := pkt.Layer(layers.LayerTypeICMPv4); l != nil && !v6 {
				from, _ = netip.AddrFromSlice(pkt.NetworkLayer().(*layers.IPv4).SrcIP)
				break
			}
			if l := pkt.Layer(layers.LayerTypeICMPv6); l != nil && v6 && l.(*layers.ICMPv6).TypeCode.Type() == layers.ICMPv6TypeTimeExceeded {
				from, _ = netip.AddrFromSlice(pkt.NetworkLayer().(*layers.IPv6).SrcIP)
			}
		}
		if !v6 && from != netip.MustParseAddr("192.0.2.254") || v6 && from != netip.MustParseAddr("2001:db8:1::fe") {
			t.Errorf("time exceeded came from %v", from)
		}
		x.checkLeaks()
	})
}

func TestRFC1812_5_2_7_1_NoRouteAndNoHost(t *testing.T) {
	for _, c := range []struct {
		dst       string
		typ, code uint8
	}{
		{"203.0.113.1", wire.ICMPv4Unreachable, wire.ICMPv4NetUnreachable},
		{"198.51.100.77", wire.ICMPv4Unreachable, wire.ICMPv4HostUnreachable},
		{"2001:db8:ffff::1", wire.ICMPv6Unreachable, wire.ICMPv6NoRoute},
		{"2001:db8:2::77", wire.ICMPv6Unreachable, wire.ICMPv6AddrUnreachable},
	} {
		x := newTrio(t, DeviceInfo{}, DeviceInfo{})
		x.do(func() {
			k, err := x.a.NewPing()
			must(t, err)
			must(t, k.Send(netip.MustParseAddr(c.dst), 1, 0, nil))
			r, err := x.pong(k)
			if err != nil || r.Type != c.typ || r.Code != c.code {
				t.Errorf("%s: %+v %v, want type %d code %d", c.dst, r, err, c.typ, c.code)
			}
			k.Close()
		})
		x.checkLeaks()
	}
}

// RFC 791: without DF the router fragments; RFC 1191 3, RFC 4443 3.2: with DF, or
// IPv6, it answers with the next hop's MTU, and the sender fragments.
func TestRFC1191_RouterAndSourceFragmentation(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x := newTrio(t, DeviceInfo{}, DeviceInfo{MTU: 1300})
		_, dst := trioAddrs(v6)
		x.do(func() {
			srv, err := x.b.BindUDP(netip.AddrPortFrom(dst, 4007), netip.AddrPort{})
			must(t, err)
			u, err := x.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 4007))
			must(t, err)
			must(t, u.Send(make([]byte, 1400), netip.AddrPort{})) // DF: lost, reported
			x.sleep(time.Second)
			if _, _, err := srv.Recv(nil); err != ErrWouldBlock {
				t.Error("1400 bytes went through 1300 with DF")
			}
			must(t, u.Send(payload(1400), netip.AddrPort{})) // in fragments from the source
			got, _, err := x.recv(srv)
			if err != nil || !bytes.Equal(got, payload(1400)) {
				t.Errorf("%d bytes %v", len(got), err)
			}
			if n := x.r.Stats(); n.IpFragCreates+n.Ip6FragCreates != 0 {
				t.Error("the router fragmented")
			}
			if v6 {
				return
			}
			// An echo request has no DF: the router cuts it.
			k, err := x.a.NewPing()
			must(t, err)
			x.a.pmtu = x.b.pmtu // forget
			x.a.gen++
			must(t, k.Send(dst, 1, 0, payload(1400)))
			if r, err := x.pong(k); err != nil || r.Len != 1400 {
				t.Errorf("%+v %v", r, err)
			}
			if n := x.r.Stats(); n.IpFragOKs != 1 || n.IpFragCreates != 2 {
				t.Errorf("FragOKs %d FragCreates %d", n.IpFragOKs, n.IpFragCreates)
			}
		})
		checkSent(t, x.pa, x.pra, x.prb, x.pb)
	})
}

// A forwarded super-segment is measured segment by segment; a port without TSO
// gets segments, one with TSO gets it whole.
func TestForward_SuperSegments(t *testing.T) {
	for _, c := range []struct {
		name  string
		right DeviceInfo
		whole bool
	}{
		{"to TSO", DeviceInfo{TxChecksum: true, GSOMax: 65536}, true},
		{"to checksums only", DeviceInfo{TxChecksum: true}, false},
		{"to a plain device", DeviceInfo{}, false},
	} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			x := newTrio(t, DeviceInfo{TxChecksum: true, GSOMax: 65536}, c.right)
			_, dst := trioAddrs(v6)
			data := payload(500000)
			x.do(func() {
				l, err := x.b.ListenTCP(netip.AddrPortFrom(dst, 80), 0)
				must(t, err)
				done := x.l.Go("server", func() {
					k := x.accept(l)
					got, err := x.readAll(k)
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
					k.Close()
				})
				k, err := x.connect(x.a, netip.AddrPortFrom(dst, 80))
				must(t, err)
				must(t, x.write(k, data))
				k.Close()
				done.Join()
				x.sleep(2 * time.Minute)
			})
			if x.pa.gso == 0 {
				t.Fatal("no super-segment was sent: the test shows nothing")
			}
			if (x.prb.gso > 0) != c.whole {
				t.Errorf("%s: %d super-segments left the router", c.name, x.prb.gso)
			}
			checkSent(t, x.pa, x.pra, x.prb, x.pb)
			x.checkLeaks()
		})
	}
}

func TestInput_WhatIsNotForUs(t *testing.T) {
	x := newTrio(t, DeviceInfo{}, DeviceInfo{})
	mac := x.pa.info.MAC
	send := func(frame []byte) trace.DropReason {
		n := len(x.rec.Events)
		x.pra.inject(frame)
		for _, e := range x.rec.Events[n:] {
			if e.Kind == trace.Drop {
				return e.Drop
			}
		}
		return trace.NotDropped
	}
	good := func(src, dst netip.Addr) []byte {
		return x.pra.frame(mac, etherType(src.Is6()), udpPacket(netip.AddrPortFrom(src, 1), netip.AddrPortFrom(dst, 2), 64, nil))
	}
	ip := func(s string) netip.Addr { return netip.MustParseAddr(s) }
	other := good(t4a, t4b)
	other[5]++
	group := good(t4a, ip("192.0.2.254"))
	copy(group, wire.Broadcast[:])
	tagged := append(append(slices.Clone(good(t4a, t4b)[:12]), 0x81, 0, 0, 5), good(t4a, t4b)[12:]...)
	short := good(t4a, t4b)[:20]
	csum := good(t4a, t4b)
	csum[14+10]++
	long := good(t4a, t4b)
	wire.IPv4(long[14:]).SetTotalLen(200)
	for _, c := range []struct {
		name  string
		frame []byte
		want  trace.DropReason
	}{
		{"another station's frame", other, trace.OtherHost},
		{"a unicast packet in a broadcast frame", group, trace.UnicastInL2Multicast},
		{"a VLAN tag", tagged, trace.OtherHost},
		{"an unknown EtherType", x.pra.frame(mac, 0x88cc, make([]byte, 46)), trace.UnhandledProto},
		{"a cut header", short, trace.IPInHdr},
		{"a bad header checksum", csum, trace.IPCSum},
		{"a length beyond the frame", long, trace.PktTooSmall},
		{"loopback source", good(ip("127.0.0.1"), t4b), trace.IPInNoRoutes},
		{"loopback destination", good(t4a, ip("127.0.0.1")), trace.IPInNoRoutes},
		{"multicast source", good(ip("224.0.0.1"), t4b), trace.IPInNoRoutes},
		{"our own source", good(ip("192.0.2.254"), t4b), trace.IPInNoRoutes},
		{"class E source", good(ip("240.0.0.1"), t4b), trace.IPInNoRoutes},
		{"zero destination", good(t4a, ip("0.0.0.0")), trace.IPInNoRoutes},
		{"a directed broadcast (RFC 2644)", good(t4a, ip("198.51.100.255")), trace.NoSocket},
		{"an IPv6 loopback source", good(ip("::1"), t6b), trace.IPInNoRoutes},
		{"an IPv4-mapped source", good(ip("::ffff:192.0.2.1"), t6b), trace.IPInNoRoutes},
		{"an IPv6 multicast source", good(ip("ff02::1"), t6b), trace.IPInNoRoutes},
		{"a link-local source for outside", good(ip("fe80::1"), t6b), trace.OtherHost},
		{"a group nobody joined", good(t6a, ip("ff02::99")), trace.OtherHost},
		{"a frame of nothing", nil, trace.HdrTrunc},
	} {
		if got := send(c.frame); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	// A host that is no router drops what is not its own.
	n := len(x.rec.Events)
	x.pb.inject(x.pb.frame(mac, wire.EtherTypeIPv4, ipPacket(t4a, ip("203.0.113.1"), 17, 64, make([]byte, 8))))
	if e := x.rec.Events[n:]; e[len(e)-1].Drop != trace.OtherHost {
		t.Error("a host forwarded")
	}
	x.do(func() {})
	if x.r.Stats().IpForwDatagrams != 0 {
		t.Error("something was forwarded")
	}
}

// A router writes the TTL; a buffer that somebody else holds too must not change.
func TestForward_SharedBufferIsNotWritten(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x := newTrio(t, DeviceInfo{}, DeviceInfo{})
		src, dst := trioAddrs(v6)
		x.prb.ifc.neigh.Heard(x.l.Now(), dst, x.pb.info.MAC)
		frame := x.pra.frame(x.pa.info.MAC, etherType(v6), udpPacket(netip.AddrPortFrom(src, 1), netip.AddrPortFrom(dst, 2), 64, payload(500)))
		s := x.pool.Alloc(0, len(frame))
		copy(s.Put(len(frame)), frame)
		other := s.Clone()
		x.pra.ifc.Input(s)
		if !bytes.Equal(other.Bytes(), frame) {
			t.Error("the shared block was written")
		}
		other.Free()
		if len(x.prb.sent) != 1 || !bytes.Equal(x.prb.sent[0][14+40+8:], frame[14+40+8:]) {
			t.Error("the packet was not forwarded as it was")
		}
		x.do(func() { x.sleep(time.Second) })
		checkSent(t, x.prb)
		x.checkLeaks()
	})
}

// RFC 1122 3.3.2: reassembly time-out is reported, fragment zero quoted.
func TestRFC1122_3_3_2_ReassemblyTimeoutIsReported(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		h := wire.IPv4Fields{TTL: 64, ID: 9, MF: true, Protocol: 17, Src: a4, Dst: b4, PayloadLen: 16}
		b := make([]byte, 36)
		h.Put(b)
		p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv4, b))
		h6 := wire.IPv6Fields{HopLimit: 64, NextHeader: wire.ProtoFragment, Src: a6, Dst: b6, PayloadLen: 24}
		b = make([]byte, 64)
		h6.Put(b)
		f := wire.IPv6FragmentFields{NextHeader: 17, MF: true, ID: 9}
		f.Put(b[40:])
		p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv6, b))
		p.sleep(35 * time.Second)
		if n := p.b.Stats(); n.IpReasmTimeout != 1 || n.IcmpOutTimeExcds != 1 || n.Ip6ReasmTimeout != 0 {
			t.Errorf("after 35 s: %d %d %d", n.IpReasmTimeout, n.IcmpOutTimeExcds, n.Ip6ReasmTimeout)
		}
		p.sleep(30 * time.Second)
		if n := p.b.Stats(); n.Ip6ReasmTimeout != 1 || n.Icmp6OutTimeExcds != 1 {
			t.Errorf("after 65 s: %d %d", n.Ip6ReasmTimeout, n.Icmp6OutTimeExcds)
		}
		if n := p.a.Stats(); n.IcmpInTimeExcds != 1 || n.Icmp6InTimeExcds != 1 {
			t.Error("the reports did not arrive")
		}
	})
	checkSent(t, p.pb)
	p.checkLeaks()
}

// RFC 8200 4 and 4.5: parameter problems.
func TestRFC8200_ParameterProblems(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	frag := func(off int, more bool, n int) []byte {
		b := make([]byte, 8+n)
		f := wire.IPv6FragmentFields{NextHeader: 17, FragOffset: off, MF: more, ID: 9}
		f.Put(b)
		return b
	}
	for _, c := range []struct {
		name    string
		next    uint8
		payload []byte
		code    uint8
		pointer uint32
	}{
		{"unknown next header", 200, make([]byte, 8), wire.ICMPv6ParamNextHeader, 6},
		{"fragment that is no multiple of 8", wire.ProtoFragment, frag(0, true, 9), wire.ICMPv6ParamField, 4},
		{"fragment beyond 65535", wire.ProtoFragment, frag(65528, false, 100), wire.ICMPv6ParamField, 42},
		{"unknown option that says so", wire.ProtoDestOpts, []byte{17, 0, 0x9e, 4, 0, 0, 0, 0}, wire.ICMPv6ParamOption, 42},
		{"routing header with segments left", wire.ProtoRouting, []byte{17, 0, 0, 1, 0, 0, 0, 0}, wire.ICMPv6ParamField, 42},
	} {
		p.pb.ifc.neigh.Heard(p.l.Now(), a6, p.pa.info.MAC)
		n := len(p.pb.sent)
		p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv6, ipPacket(a6, b6, c.next, 64, c.payload)))
		if len(p.pb.sent) != n+1 {
			t.Errorf("%s: no answer", c.name)
			continue
		}
		m, err := wire.ParseICMPv6(p.pb.sent[n][14+40:])
		if err != nil || m.Type() != wire.ICMPv6ParamProblem || m.Code() != c.code || m.Pointer() != c.pointer {
			t.Errorf("%s: type %d code %d pointer %d, want code %d pointer %d", c.name, m.Type(), m.Code(), m.Pointer(), c.code, c.pointer)
		}
	}
	p.do(func() {})
	checkSent(t, p.pb)
}

func TestRFC4443_2_4_f_ErrorsAreLimited(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.pb.ifc.neigh.Heard(p.l.Now(), a4, p.pa.info.MAC)
	for range 50 {
		p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv4, udpPacket(netip.AddrPortFrom(a4, 1), netip.AddrPortFrom(b4, 2), 64, nil)))
	}
	if n := p.b.Stats(); n.IcmpOutDestUnreachs != icmp.PeerBurst || n.IcmpOutRateLimitHost != 50-icmp.PeerBurst {
		t.Errorf("%d errors sent, %d held back", n.IcmpOutDestUnreachs, n.IcmpOutRateLimitHost)
	}
	p.do(func() {})
}

// What the emitted error quotes is what gopacket finds in it.
func TestRFC792_ErrorQuotesTheDatagram(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.pb.ifc.neigh.Heard(p.l.Now(), a4, p.pa.info.MAC)
	d := udpPacket(netip.AddrPortFrom(a4, 1111), netip.AddrPortFrom(b4, 2222), 33, make([]byte, 1000))
	p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv4, d))
	pkt := oracle(t, p.pb.sent[0])
	ipl := pkt.NetworkLayer().(*layers.IPv4)
	if ipl.TOS != 0xc0 || ipl.Length != 576 {
		t.Errorf("TOS %#x length %d: RFC 1812 4.3.2.5 and 4.3.2.3", ipl.TOS, ipl.Length)
	}
	m := pkt.Layer(layers.LayerTypeICMPv4).(*layers.ICMPv4)
	if m.TypeCode.Type() != 3 || m.TypeCode.Code() != 3 || !bytes.Equal(m.Payload, d[:548]) {
		t.Errorf("%v quoting %d bytes", m.TypeCode, len(m.Payload))
	}
	if q := gopacket.NewPacket(m.Payload, layers.LayerTypeIPv4, gopacket.Default); q.NetworkLayer().(*layers.IPv4).TTL != 33 {
		t.Error("the quotation is not the datagram as it was received")
	}
	p.do(func() {})
}

// BenchmarkForward is one UDP datagram through a router: receive, look up,
// decrement, send.
func BenchmarkForward(b *testing.B) {
	l := loop.New(loop.Config{MaxVirtual: 1 << 62})
	pool := &skb.Pool{}
	r := New(l, trace.New(nil, "r"), pool, Config{Forwarding: true})
	sink := &sinkPort{info: DeviceInfo{Name: "eth1", MAC: wire.MAC{2, 0, 0, 0, 0, 2}, MTU: 1500}}
	left := &sinkPort{info: DeviceInfo{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, 0, 1}, MTU: 1500}}
	in, err := r.AddInterface(left, InterfaceConfig{})
	must(b, err)
	out, err := r.AddInterface(sink, InterfaceConfig{})
	must(b, err)
	must(b, in.AddAddr(netip.MustParsePrefix("192.0.2.254/24")))
	must(b, out.AddAddr(netip.MustParsePrefix("198.51.100.254/24")))
	out.neigh.AddPermanent(0, t4b, wire.MAC{2, 0, 0, 0, 0, 3})
	frame := make([]byte, 14)
	(&wire.EthernetFields{Dst: left.info.MAC, Src: wire.MAC{2, 0, 0, 0, 0, 9}, EtherType: wire.EtherTypeIPv4}).Put(frame)
	frame = append(frame, udpPacket(netip.AddrPortFrom(t4a, 1), netip.AddrPortFrom(t4b, 2), 64, make([]byte, 1000))...)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	for b.Loop() {
		s := pool.Alloc(64, len(frame))
		copy(s.Put(len(frame)), frame)
		s.Pkt = 1
		in.Input(s)
	}
	if sink.n == 0 || r.Stats().IpForwDatagrams != uint64(sink.n) {
		b.Fatal("nothing was forwarded")
	}
}

// sinkPort frees what it is given.
type sinkPort struct {
	info DeviceInfo
	n    int
}

func (d *sinkPort) Info() DeviceInfo { return d.info }
func (d *sinkPort) Xmit(s *skb.SKB)  { d.n++; s.Free() }

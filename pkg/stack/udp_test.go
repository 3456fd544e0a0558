package stack

import (
	"bytes"
	"errors"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/trace"
)

// recv waits for a datagram for at most a second.
func (w *world) recv(u *UDPSocket) ([]byte, netip.AddrPort, error) {
	buf := make([]byte, 65535)
	for {
		n, from, err := u.Recv(buf)
		if !errors.Is(err, ErrWouldBlock) {
			return buf[:n], from, err
		}
		if !u.RecvQ.Wait(w.l, w.l.Now()+int64(time.Second)) {
			return nil, from, err
		}
	}
}

func addrs(v6 bool) (a, b netip.Addr) {
	if v6 {
		return a6, b6
	}
	return a4, b4
}

func bothVersions(t *testing.T, f func(t *testing.T, v6 bool)) {
	t.Run("IPv4", func(t *testing.T) { f(t, false) })
	t.Run("IPv6", func(t *testing.T) { f(t, true) })
}

func TestRFC768_EchoBetweenTwoHosts(t *testing.T) {
	for _, info := range []DeviceInfo{{}, {TxChecksum: true}} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			p := newPair(t, info)
			_, dst := addrs(v6)
			p.do(func() {
				srv, err := p.b.BindUDP(netip.AddrPortFrom(netip.Addr{}, 4007), netip.AddrPort{})
				must(t, err)
				cl, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 4007))
				must(t, err)
				must(t, cl.Send([]byte("question"), netip.AddrPort{}))
				q, from, err := p.recv(srv)
				must(t, err)
				if string(q) != "question" || from != cl.LocalAddr() {
					t.Fatalf("got %q from %v", q, from)
				}
				must(t, srv.Send([]byte("answer"), from))
				a, from, err := p.recv(cl)
				must(t, err)
				if string(a) != "answer" || from != netip.AddrPortFrom(dst, 4007) {
					t.Fatalf("got %q from %v", a, from)
				}
				cl.Close()
				srv.Close()
			})
			checkSent(t, p.pa, p.pb)
			p.checkLeaks()
		})
	}
}

func TestRFC1122_4_1_3_1_PortUnreachableReachesConnectedSocket(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		_, dst := addrs(v6)
		p.do(func() {
			cl, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 9))
			must(t, err)
			must(t, cl.Send([]byte("x"), netip.AddrPort{}))
			if _, _, err := p.recv(cl); err != syscall.ECONNREFUSED {
				t.Fatalf("Recv: %v; the peer answered port unreachable", err)
			}
			if _, _, err := cl.Recv(nil); err != ErrWouldBlock {
				t.Fatalf("Recv again: %v; an error is told once", err)
			}
			n := p.b.Stats()
			if n.UdpNoPorts+n.Udp6NoPorts != 1 {
				t.Errorf("NoPorts is not 1: %+v", n)
			}
			cl.Close()
		})
		checkSent(t, p.pa, p.pb)
		p.checkLeaks()
	})
}

// An unconnected socket talks to many: whose error would it be?
func TestRFC1122_4_1_3_3_UnconnectedSocketHearsNoError(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		cl, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPort{})
		must(t, err)
		must(t, cl.Send([]byte("x"), netip.AddrPortFrom(b4, 9)))
		if _, _, err := p.recv(cl); err != ErrWouldBlock {
			t.Fatalf("Recv: %v", err)
		}
		if p.a.Stats().IcmpInDestUnreachs != 1 {
			t.Error("the ICMP error did not even arrive")
		}
	})
}

func TestUDP_ReceiveBufferBoundDropsNewest(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		srv, err := p.b.BindUDP(netip.AddrPortFrom(b4, 4007), netip.AddrPort{})
		must(t, err)
		srv.SetRecvBuf(3 * 2048)
		cl, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(b4, 4007))
		must(t, err)
		for i := range 5 {
			must(t, cl.Send([]byte{byte(i)}, netip.AddrPort{}))
		}
		p.sleep(time.Second)
		if n := p.b.Stats(); n.UdpRcvbufErrors != 2 || n.UdpInErrors != 2 || n.UdpInDatagrams != 3 || srv.Drops() != 2 {
			t.Errorf("RcvbufErrors %d InErrors %d InDatagrams %d Drops %d, want 2 2 3 2", n.UdpRcvbufErrors, n.UdpInErrors, n.UdpInDatagrams, srv.Drops())
		}
		for want := range 3 {
			b, _, err := p.recv(srv)
			must(t, err)
			if b[0] != byte(want) {
				t.Errorf("datagram %d survived in place of %d: the newest are to be dropped", b[0], want)
			}
		}
		cl.Close()
		srv.Close()
	})
	if d := p.drops("b"); len(d) != 2 || d[0] != trace.SocketRcvbuff {
		t.Errorf("drops %v", d)
	}
	p.checkLeaks()
}

func TestRFC768_ChecksumZeroMeansNone_RFC8200_8_1_NotInIPv6(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		src, dst := addrs(v6)
		p.do(func() {
			srv, err := p.b.BindUDP(netip.AddrPortFrom(dst, 4007), netip.AddrPort{})
			must(t, err)
			p.pb.inject(p.pb.frame(p.pa.info.MAC, etherType(v6), ipPacket(src, dst, 17, 64, []byte{0, 7, 0x0f, 0xa7, 0, 9, 0, 0, 'x'})))
			_, _, err = srv.Recv(make([]byte, 9))
			if v6 && err != ErrWouldBlock {
				t.Error("IPv6: a datagram without checksum was accepted")
			}
			if !v6 && err != nil {
				t.Errorf("IPv4: %v; zero says that there is no checksum", err)
			}
			p.pb.inject(p.pb.frame(p.pa.info.MAC, etherType(v6), ipPacket(src, dst, 17, 64, []byte{0, 7, 0x0f, 0xa7, 0, 9, 1, 2, 'x'})))
			if _, _, err = srv.Recv(make([]byte, 9)); err != ErrWouldBlock {
				t.Error("a wrong checksum was accepted")
			}
			if n := p.b.Stats(); v6 && n.Udp6InCsumErrors != 2 || !v6 && n.UdpInCsumErrors != 1 {
				t.Error("InCsumErrors")
			}
			srv.Close()
		})
		p.checkLeaks()
	})
}

// A datagram larger than the MTU leaves in fragments and arrives whole; the
// sender's bytes are copied once.
func TestUDP_LargeDatagramIsFragmentedAtTheSource(t *testing.T) {
	for _, n := range []int{1472, 1473, 4000, 65507} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			p := newPair(t, DeviceInfo{TxChecksum: true})
			_, dst := addrs(v6)
			p.do(func() {
				srv, err := p.b.BindUDP(netip.AddrPortFrom(dst, 4007), netip.AddrPort{})
				must(t, err)
				cl, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 4007))
				must(t, err)
				data := bytes.Repeat([]byte("0123456789abcde"), 65507/15+1)[:n]
				must(t, cl.Send(data, netip.AddrPort{}))
				got, _, err := p.recv(srv)
				must(t, err)
				if !bytes.Equal(got, data) {
					t.Fatalf("%d bytes sent, %d other bytes received", n, len(got))
				}
				copied := 0
				for _, e := range p.rec.OfKind(trace.CopyFromUser) {
					copied += int(e.Copied)
				}
				if copied != n {
					t.Errorf("%d bytes copied for a datagram of %d", copied, n)
				}
				frags := len(p.rec.OfKind(trace.IPFragment))
				if whole := len(p.rec.OfKind(trace.IPReassemble)); (frags > 0) != (whole == 1) {
					t.Errorf("%d fragments, %d reassembled", frags, whole)
				}
				if n == 1472 && !v6 && frags != 0 || n == 1473 && frags == 0 {
					t.Errorf("%d bytes: %d fragments", n, frags)
				}
				if err := cl.Send(make([]byte, 65528), netip.AddrPort{}); err != syscall.EMSGSIZE {
					t.Errorf("65528 bytes: %v", err)
				}
				cl.Close()
				srv.Close()
			})
			checkSent(t, p.pa, p.pb)
			p.checkLeaks()
		})
	}
}

func TestUDP_DemuxPrefersConnectedThenBoundThenWildcard(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		peer := netip.AddrPortFrom(a4, 1000)
		wild, err := p.b.BindUDP(netip.AddrPortFrom(netip.IPv6Unspecified(), 4007), netip.AddrPort{})
		must(t, err)
		if _, err := p.b.BindUDP(netip.AddrPortFrom(b4, 4007), netip.AddrPort{}); err != syscall.EADDRINUSE {
			t.Fatalf("bind beside the wildcard: %v", err)
		}
		conn, err := p.b.BindUDP(netip.AddrPortFrom(b4, 4007), peer)
		must(t, err)
		cl, err := p.a.BindUDP(peer, netip.AddrPortFrom(b4, 4007))
		must(t, err)
		other, err := p.a.BindUDP(netip.AddrPortFrom(a4, 1001), netip.AddrPortFrom(b4, 4007))
		must(t, err)
		must(t, cl.Send([]byte("1"), netip.AddrPort{}))
		must(t, other.Send([]byte("2"), netip.AddrPort{}))
		if b, _, err := p.recv(conn); err != nil || string(b) != "1" {
			t.Errorf("connected socket: %q %v", b, err)
		}
		if b, _, err := p.recv(wild); err != nil || string(b) != "2" {
			t.Errorf("wildcard socket: %q %v", b, err)
		}
		if _, _, err := conn.Recv(nil); err != ErrWouldBlock {
			t.Error("the connected socket heard somebody else")
		}
	})
}

func TestUDP_LoopbackWithinOneHost(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		w := newWorld(t)
		s := w.stack("h", Config{})
		lo := netip.MustParseAddr("127.0.0.1")
		if v6 {
			lo = netip.IPv6Loopback()
		}
		w.do(func() {
			srv, err := s.BindUDP(netip.AddrPortFrom(lo, 4007), netip.AddrPort{})
			must(t, err)
			cl, err := s.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(lo, 4007))
			must(t, err)
			must(t, cl.Send([]byte("hello"), netip.AddrPort{}))
			b, from, err := w.recv(srv)
			must(t, err)
			if string(b) != "hello" || from != cl.LocalAddr() {
				t.Errorf("%q from %v", b, from)
			}
			// Nobody listens: the error comes over the loopback as well.
			no, err := s.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(lo, 54))
			must(t, err)
			must(t, no.Send(nil, netip.AddrPort{}))
			if _, _, err := w.recv(no); err != syscall.ECONNREFUSED {
				t.Errorf("closed port: %v", err)
			}
		})
		for _, e := range w.rec.OfKind(trace.ARPSend, trace.NDSend) {
			t.Errorf("the loopback asked for an address: %v", e)
		}
		w.checkLeaks()
	})
}

func TestUDP_NoRoute(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		u, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPort{})
		must(t, err)
		if err := u.Send(nil, netip.MustParseAddrPort("203.0.113.9:1")); err != syscall.ENETUNREACH {
			t.Errorf("Send: %v", err)
		}
		if _, err := p.a.BindUDP(netip.MustParseAddrPort("203.0.113.9:1"), netip.AddrPort{}); err != syscall.EADDRNOTAVAIL {
			t.Errorf("BindUDP: %v", err)
		}
	})
}

func BenchmarkUDPSendRecv(b *testing.B) {
	l, a, bb := quietPair(b)
	err := l.Run(func() error {
		srv, err := bb.BindUDP(netip.AddrPortFrom(b4, 4007), netip.AddrPort{})
		must(b, err)
		cl, err := a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(b4, 4007))
		must(b, err)
		msg, buf := make([]byte, 1000), make([]byte, 2000)
		b.SetBytes(int64(len(msg)))
		b.ReportAllocs()
		for b.Loop() {
			must(b, cl.Send(msg, netip.AddrPort{}))
			for {
				if _, _, err := srv.Recv(buf); err == nil {
					break
				}
				srv.RecvQ.Wait(l, loop.Never)
			}
		}
		return nil
	})
	must(b, err)
}

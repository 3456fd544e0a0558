package stack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// patience is how long a blocking call of the tests waits, in the loop's time.
const patience = int64(10 * time.Minute)

func (w *world) accept(l *TCPListener) *TCPSocket {
	w.t.Helper()
	for {
		k, err := l.Accept()
		if err == nil {
			return k
		}
		if !errors.Is(err, ErrWouldBlock) || !l.AcceptQ.Wait(w.l, w.l.Now()+patience) {
			w.t.Fatalf("accept: %v", err)
		}
	}
}

// connect dials and waits for the end of the handshake.
func (w *world) connect(s *Stack, to netip.AddrPort) (*TCPSocket, error) {
	k, err := s.DialTCP(netip.AddrPort{}, to)
	if err != nil {
		return nil, err
	}
	return k, w.established(k)
}

func (w *world) established(k *TCPSocket) error {
	for {
		switch {
		case k.Conn.Err() != nil:
			return k.Conn.Err()
		case k.Conn.State() == tcp.StateClosed:
			return io.ErrUnexpectedEOF
		case k.Conn.State() > tcp.StateSynReceived:
			return nil
		}
		if !k.WriteQ.Wait(w.l, w.l.Now()+patience) {
			return syscall.ETIMEDOUT
		}
	}
}

func (w *world) write(k *TCPSocket, p []byte) error {
	for len(p) > 0 {
		n, err := k.Write(p)
		p = p[n:]
		if err == nil {
			continue
		}
		if !errors.Is(err, ErrWouldBlock) {
			return err
		}
		if !k.WriteQ.Wait(w.l, w.l.Now()+patience) {
			return syscall.ETIMEDOUT
		}
	}
	return nil
}

// readAll reads to the end.
func (w *world) readAll(k *TCPSocket) ([]byte, error) {
	var all []byte
	buf := make([]byte, 32768)
	for {
		n, err := k.Read(buf)
		all = append(all, buf[:n]...)
		switch {
		case err == nil:
		case err == io.EOF:
			return all, nil
		case !errors.Is(err, ErrWouldBlock):
			return all, err
		case !k.ReadQ.Wait(w.l, w.l.Now()+patience):
			return all, syscall.ETIMEDOUT
		}
	}
}

// payload is n bytes that differ from place to place.
func payload(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i>>8) ^ byte(i*7)
	}
	return b
}

func TestTCP_TransferAndCloseBothWays(t *testing.T) {
	for _, info := range []DeviceInfo{{}, {TxChecksum: true, GSOMax: 65536}} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			p := newPair(t, info)
			_, dst := addrs(v6)
			data := payload(1 << 20)
			p.do(func() {
				l, err := p.b.ListenTCP(netip.AddrPortFrom(dst, 80), 0)
				must(t, err)
				p.l.Go("server", func() {
					k := p.accept(l)
					got, err := p.readAll(k)
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("server read %d bytes, %v", len(got), err)
					}
					if err := p.write(k, data[:100000]); err != nil {
						t.Error(err)
					}
					k.Close()
				})
				k, err := p.connect(p.a, netip.AddrPortFrom(dst, 80))
				must(t, err)
				must(t, p.write(k, data))
				must(t, k.CloseWrite())
				got, err := p.readAll(k)
				if err != nil || !bytes.Equal(got, data[:100000]) {
					t.Errorf("client read %d bytes, %v", len(got), err)
				}
				k.Close()
				p.sleep(2 * time.Minute) // TIME-WAIT passes
				if n := len(p.a.tcp.conns) + len(p.b.tcp.conns); n != 0 {
					t.Errorf("%d connections are left after TIME-WAIT", n)
				}
				l.Close()
				if n := len(p.a.tcp.ports) + len(p.b.tcp.ports) + len(p.b.tcp.byPort); n != 0 {
					t.Errorf("%d ports are still taken", n)
				}
			})
			if info.GSOMax > 0 && p.pa.gso == 0 {
				t.Error("no super-segment was sent to a device that takes them")
			}
			checkSent(t, p.pa, p.pb)
			p.checkLeaks()
		})
	}
}

func TestRFC9293_3_10_7_1_ClosedPortIsRefused(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		_, dst := addrs(v6)
		p.do(func() {
			if _, err := p.connect(p.a, netip.AddrPortFrom(dst, 81)); err != syscall.ECONNREFUSED {
				t.Fatalf("connect: %v; nobody listens", err)
			}
			if p.b.Stats().TCP.OutRsts != 1 {
				t.Error("TcpOutRsts is not 1")
			}
		})
		checkSent(t, p.pb)
		p.checkLeaks()
	})
}

func TestRFC4861_7_2_2_SilentNeighborIsEHOSTUNREACH(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		dst := netip.MustParseAddr("192.0.2.77")
		if v6 {
			dst = netip.MustParseAddr("2001:db8::77")
		}
		p.do(func() {
			start := p.l.Now()
			if _, err := p.connect(p.a, netip.AddrPortFrom(dst, 80)); err != syscall.EHOSTUNREACH {
				t.Fatalf("connect: %v", err)
			}
			if d := time.Duration(p.l.Now() - start); d < 3*time.Second || d > 3100*time.Millisecond {
				t.Errorf("the failure took %v; three solicitations one second apart take three", d)
			}
		})
		p.checkLeaks()
	})
}

func TestTCP_LoopbackTransfer(t *testing.T) {
	w := newWorld(t)
	s := w.stack("h", Config{})
	data := payload(300000)
	w.do(func() {
		l, err := s.ListenTCP(netip.MustParseAddrPort("127.0.0.1:80"), 0)
		must(t, err)
		w.l.Go("server", func() {
			k := w.accept(l)
			if err := w.write(k, data); err != nil {
				t.Error(err)
			}
			k.Close()
		})
		k, err := w.connect(s, netip.MustParseAddrPort("127.0.0.1:80"))
		must(t, err)
		got, err := w.readAll(k)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
		k.Close()
		w.sleep(2 * time.Minute)
		l.Close()
	})
	w.checkLeaks()
}

func TestTCP_DualStackListenerTakesBothVersions(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(netip.IPv6Unspecified(), 80), 0)
		must(t, err)
		if _, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0); err != syscall.EADDRINUSE {
			t.Errorf("a second listener on the port: %v", err)
		}
		for _, dst := range []netip.Addr{b4, b6} {
			k, err := p.connect(p.a, netip.AddrPortFrom(dst, 80))
			must(t, err)
			peer := p.accept(l)
			if peer.LocalAddr().Addr() != dst || peer.RemoteAddr() != k.LocalAddr() {
				t.Errorf("accepted %v from %v", peer.LocalAddr(), peer.RemoteAddr())
			}
		}
	})
}

// A connection to a link-local address needs the zone, and answers go back
// over the interface that the SYN came in on.
func TestRFC4007_LinkLocalConnection(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(netip.IPv6Unspecified(), 80), 0)
		must(t, err)
		dst := p.pb.ifc.Addrs()[0].Addr()
		if !dst.IsLinkLocalUnicast() {
			t.Fatalf("%v is not link-local", dst)
		}
		k, err := p.connect(p.a, netip.AddrPortFrom(dst.WithZone("eth0"), 80))
		must(t, err)
		must(t, p.write(k, []byte("hi")))
		k.Close()
		if b, err := p.readAll(p.accept(l)); string(b) != "hi" || err != nil {
			t.Errorf("%q %v", b, err)
		}
	})
}

// Path MTU discovery: the link behind the router is smaller than the MSS that
// the ends announced. The router answers, the sender cuts smaller.
func TestRFC1191_RFC8201_PathMTUDiscovery(t *testing.T) {
	for _, gso := range []int{0, 65536} {
		bothVersions(t, func(t *testing.T, v6 bool) {
			x := newTrio(t, DeviceInfo{TxChecksum: true, GSOMax: gso}, DeviceInfo{TxChecksum: true, GSOMax: gso, MTU: 1300})
			// The far host believes in 1500: its announced MSS does not help.
			x.pb.info.MTU, x.pb.ifc.info.MTU = 1500, 1500
			dst := t4b
			if v6 {
				dst = t6b
			}
			data := payload(200000)
			x.do(func() {
				l, err := x.b.ListenTCP(netip.AddrPortFrom(dst, 80), 0)
				must(t, err)
				done := x.l.Go("server", func() {
					got, err := x.readAll(x.accept(l))
					if err != nil || !bytes.Equal(got, data) {
						t.Errorf("read %d bytes, %v", len(got), err)
					}
				})
				k, err := x.connect(x.a, netip.AddrPortFrom(dst, 80))
				must(t, err)
				must(t, x.write(k, data))
				k.Close()
				done.Join()
				want := 1300 - 40 - 12 // timestamps take 12
				if v6 {
					want -= 20
				}
				if mss := k.Conn.Info().MSS; mss != want {
					t.Errorf("segments of %d bytes, want %d", mss, want)
				}
				n := x.a.Stats()
				if n.IcmpInDestUnreachs+n.Icmp6InPktTooBigs == 0 {
					t.Error("no report arrived: the test shows nothing")
				}
			})
			for _, f := range x.prb.sent {
				if len(f) > 1300+wire.EthernetHeaderLen && gso == 0 {
					t.Errorf("the router sent %d bytes on a link of 1300", len(f))
				}
			}
			checkSent(t, x.pa, x.pra, x.prb, x.pb)
		})
	}
}

// RFC 5927 4.1: an error that quotes no data in flight is a forgery.
func TestRFC5927_ForgedErrorsAreIgnored(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
		must(t, err)
		k, err := p.connect(p.a, netip.AddrPortFrom(b4, 80))
		must(t, err)
		p.accept(l)
		seg := wire.TCPFields{SrcPort: k.LocalAddr().Port(), DstPort: 80, Seq: 1, Flags: wire.ACK}
		b := make([]byte, seg.Len())
		seg.Put(b)
		quote := ipPacket(a4, b4, wire.ProtoTCP, 64, b)
		for _, m := range []wire.ICMPv4Fields{
			{Type: wire.ICMPv4Unreachable, Code: wire.ICMPv4FragNeeded, Rest: wire.FragNeededRest(600), Payload: quote},
			{Type: wire.ICMPv4Unreachable, Code: wire.ICMPv4PortUnreachable, Payload: quote},
		} {
			b := make([]byte, m.Len())
			m.Put(b)
			p.pa.inject(p.pa.frame(p.pb.info.MAC, wire.EtherTypeIPv4, ipPacket(b4, a4, wire.ProtoICMP, 64, b)))
		}
		if p.a.Stats().IcmpInDestUnreachs != 2 {
			t.Fatal("the errors did not arrive")
		}
		if mtu, _ := p.a.pmtu.Get(p.l.Now(), b4, 1500); mtu != 1500 {
			t.Errorf("path MTU is %d", mtu)
		}
		if k.Conn.State() != tcp.StateEstablished || k.Conn.Err() != nil {
			t.Errorf("%v %v", k.Conn.State(), k.Conn.Err())
		}
	})
}

// RFC 1122 4.2.2.13 and RFC 6191: a new connection may take the place of one in
// TIME-WAIT at the server.
func TestTCP_SynReusesTimeWait(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
		must(t, err)
		from := netip.AddrPortFrom(a4, 5000)
		for round := range 3 {
			k, err := p.a.DialTCP(from, netip.AddrPortFrom(b4, 80))
			must(t, err)
			must(t, p.established(k))
			srv := p.accept(l)
			srv.Close() // the server closes first: TIME-WAIT is its own
			if _, err := p.readAll(k); err != nil {
				t.Fatal(err)
			}
			k.Close()
			p.sleep(2 * time.Second)
			if s := srv.Conn.State(); s != tcp.StateTimeWait {
				t.Fatalf("round %d: the server is in %v", round, s)
			}
		}
	})
}

func TestRFC9293_3_10_5_AbortResetsThePeer(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		_, dst := addrs(v6)
		p.do(func() {
			l, err := p.b.ListenTCP(netip.AddrPortFrom(dst, 80), 0)
			must(t, err)
			k, err := p.connect(p.a, netip.AddrPortFrom(dst, 80))
			must(t, err)
			peer := p.accept(l)
			k.Abort()
			if _, err := p.readAll(peer); err != syscall.ECONNRESET {
				t.Errorf("the peer reads %v", err)
			}
			// Who waits to be accepted when the listener closes is reset, too.
			k, err = p.connect(p.a, netip.AddrPortFrom(dst, 80))
			must(t, err)
			p.sleep(time.Second)
			l.Close()
			if _, err := p.readAll(k); err != syscall.ECONNRESET {
				t.Errorf("after Close of the listener: %v", err)
			}
			if _, err := l.Accept(); err != ErrClosed {
				t.Errorf("Accept: %v", err)
			}
			p.sleep(2 * time.Minute)
			if n := len(p.a.tcp.conns) + len(p.b.tcp.conns); n != 0 {
				t.Errorf("%d connections are left", n)
			}
		})
		checkSent(t, p.pa, p.pb)
		p.checkLeaks()
	})
}

// RFC 9293 3.10.7.2: an acknowledgement that arrives in LISTEN is answered with a
// reset; 3.9.2.3: what comes for a group is dropped; checksums are checked.
func TestRFC9293_3_10_7_2_StraySegments(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.pb.ifc.neigh.Heard(p.l.Now(), a4, p.pa.info.MAC)
	l, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
	must(t, err)
	seg := func(dst netip.Addr, f wire.TCPFlags, ok bool) []byte {
		h := wire.TCPFields{SrcPort: 1000, DstPort: 80, Seq: 5, Ack: 77, Flags: f}
		b := make([]byte, h.Len())
		h.Put(b)
		wire.TCP(b).FillChecksum(a4, dst)
		if !ok {
			b[16]++
		}
		return p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv4, ipPacket(a4, dst, wire.ProtoTCP, 64, b))
	}
	p.pb.inject(seg(b4, wire.ACK, true))
	if len(p.pb.sent) != 1 {
		t.Fatal("no reset")
	}
	if r, err := wire.ParseTCP(p.pb.sent[0][34:]); err != nil || r.Flags() != wire.RST || r.Seq() != 77 {
		t.Errorf("%v %v", r, err)
	}
	p.pb.inject(seg(b4, wire.RST, true))
	p.pb.inject(seg(b4, wire.SYN, false))
	p.pb.inject(seg(netip.MustParseAddr("192.0.2.255"), wire.SYN, true))
	if len(p.pb.sent) != 1 {
		t.Errorf("%d frames sent", len(p.pb.sent))
	}
	if d := p.drops("b"); len(d) != 3 || d[1] != trace.TCPCSum || p.b.Stats().TcpInCsumErrors != 1 {
		t.Errorf("drops %v", d)
	}
	l.Close()
	p.do(func() {})
	p.checkLeaks()
}

func TestTCP_LossySlowCable(t *testing.T) {
	p := newPair(t, DeviceInfo{TxChecksum: true})
	lose := func([]byte) bool { return p.rng.IntN(20) == 0 }
	p.pa.drop, p.pb.drop = lose, lose
	p.pa.delay, p.pb.delay = 10*time.Millisecond, 10*time.Millisecond
	data := payload(300000)
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
		must(t, err)
		p.l.Go("server", func() {
			k := p.accept(l)
			if err := p.write(k, data); err != nil {
				t.Error(err)
			}
			k.Close()
		})
		k, err := p.connect(p.a, netip.AddrPortFrom(b4, 80))
		must(t, err)
		got, err := p.readAll(k)
		if err != nil || !bytes.Equal(got, data) {
			t.Errorf("read %d bytes, %v", len(got), err)
		}
		k.Close()
		p.sleep(5 * time.Minute)
		l.Close()
	})
	if len(p.rec.OfKind(trace.TCPRetransmit)) == 0 {
		t.Error("nothing was lost: the test shows nothing")
	}
	p.checkLeaks()
}

// RFC 4861 7.3.1: acknowledged data confirm the neighbour, and it is not probed.
func TestRFC4861_7_3_1_AcknowledgementsConfirmTheNeighbor(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		l, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
		must(t, err)
		k, err := p.connect(p.a, netip.AddrPortFrom(b4, 80))
		must(t, err)
		p.accept(l)
		for range 60 {
			must(t, p.write(k, []byte("x")))
			p.sleep(5 * time.Second)
		}
	})
	for _, e := range p.rec.OfKind(trace.ARPSend)[1:] {
		if e.Host == "a" && e.Text == "request" {
			t.Fatalf("a asked again at %v", time.Duration(e.Time-loop.Epoch))
		}
	}
}

func BenchmarkTCPStream(b *testing.B) {
	for _, chunk := range []int{1448, 65536} {
		b.Run(fmt.Sprint(chunk), func(b *testing.B) {
			l, x, y := quietPair(b)
			err := l.Run(func() error {
				ln, err := y.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
				must(b, err)
				k, err := x.DialTCP(netip.AddrPort{}, netip.AddrPortFrom(b4, 80))
				must(b, err)
				ln.AcceptQ.Wait(l, loop.Never)
				srv, err := ln.Accept()
				must(b, err)
				msg, buf := make([]byte, chunk), make([]byte, chunk)
				b.SetBytes(int64(chunk))
				b.ReportAllocs()
				for b.Loop() {
					for sent, got := 0, 0; got < chunk; {
						if sent < chunk {
							if n, err := k.Write(msg[sent:]); err == nil {
								sent += n
							}
						}
						n, err := srv.Read(buf)
						if err == nil {
							got += n
							continue
						}
						srv.ReadQ.Wait(l, loop.Never)
					}
				}
				return nil
			})
			must(b, err)
		})
	}
}

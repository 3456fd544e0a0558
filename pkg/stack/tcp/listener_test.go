package tcp

import (
	"fmt"
	"net/netip"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// passive completes a handshake with a listener.
func (s *script) passive(opt wire.TCPOptions) *Conn {
	s.t.Helper()
	s.c = nil
	s.in(seg{flags: wire.SYN, seq: 0, opt: opt})
	s.want("SYN-ACK", wire.SYN|wire.ACK, 0, 1, 0)
	s.wantState("SYN", StateSynReceived)
	if s.l.Accept() != nil {
		s.t.Fatal("accepted before the handshake is done")
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	s.wantState("ACK of SYN-ACK", StateEstablished)
	return s.c
}

func TestRFC9293_3_10_7_2_Listen(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	for _, k := range []struct {
		why   string
		in    seg
		flags wire.TCPFlags
		seq   uint32
	}{
		{"an RST is ignored", seg{flags: wire.RST}, 0, 0},
		{"any ACK is bad: <SEQ=SEG.ACK><CTL=RST>", seg{flags: wire.ACK, ack: 33}, wire.RST, 33},
		{"the same with SYN", seg{flags: wire.ACK | wire.SYN, ack: 34}, wire.RST, 34},
		{"text alone is dropped", seg{flags: wire.PSH, data: []byte("x")}, 0, 0},
		{"so is FIN", seg{flags: wire.FIN}, 0, 0},
		{"and SYN with FIN", seg{flags: wire.SYN | wire.FIN}, 0, 0},
	} {
		s.c = nil
		s.in(k.in)
		if k.flags == 0 {
			s.wantNothing(k.why)
		} else {
			s.want(k.why, k.flags, k.seq, 0, 0)
		}
	}
	c := s.passive(wire.TCPOptions{})
	if s.ready != 1 || s.l.Waiting() != 1 || s.l.Accept() != c || s.l.Accept() != nil {
		t.Error("the accept queue does not hold the connection, once")
	}
	s.done()
}

func TestSynDataIsLeftToBeSentAgain(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0, data: []byte("early")})
	s.want("the SYN alone is acknowledged", wire.SYN|wire.ACK, 0, 1, 0)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, data: []byte("early")})
	s.want("and then the text", wire.ACK, 1, 6, 0)
	s.done()
}

func TestListenerSynAckRetransmission(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.want("SYN-ACK", wire.SYN|wire.ACK, 0, 1, 0)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.want("a repeated SYN", wire.SYN|wire.ACK, 0, 1, 0)
	// 1+2+4+8+16 s and 32 more: five retries, as tcp_synack_retries.
	s.run(120 * sec)
	if n := len(s.take()); n != 5 {
		t.Errorf("%d retries, want 5", n)
	}
	s.wantState("nobody answers", StateClosed)
	if s.l.embryos.n != 0 || s.events&Closed == 0 {
		t.Error("the embryo was not forgotten")
	}
	s.done()
}

func TestListenerBacklog(t *testing.T) {
	const backlog = 3
	s := newListenScript(t, plain(), backlog)
	syn := func(port int) {
		b := seg{flags: wire.SYN, seq: 7}.build(&s.pool, addrB, addrA)
		s.l.Segment(s.now, addrA, netip.AddrPortFrom(addrB.Addr(), uint16(port)), b)
	}
	var conns []*Conn
	for i := range backlog + 3 {
		s.c = nil
		syn(1000 + i)
		if s.c != nil {
			conns = append(conns, s.c)
		}
	}
	if len(conns) != backlog || s.n.ListenDrops != 3 {
		t.Errorf("%d embryos, %d drops; want %d and 3", len(conns), s.n.ListenDrops, backlog)
	}
	// backlog+1 established connections fit, as in Linux; with the next the ACK of the
	// handshake is ignored, and the embryo stays.
	ack := func(c *Conn) {
		b := seg{flags: wire.ACK, seq: 8, ack: s.iss + 1, wnd: 1000}.build(&s.pool, addrB, addrA)
		c.Segment(s.now, b)
	}
	for _, c := range conns {
		ack(c)
	}
	syn(2000)
	ack(s.c)
	syn(2001)
	if s.l.Waiting() != backlog+1 || s.n.ListenOverflows != 1 {
		t.Errorf("%d waiting, %d overflows", s.l.Waiting(), s.n.ListenOverflows)
	}
	if c := s.l.Accept(); c != conns[0] {
		t.Error("not in order of arrival")
	}
	s.c = nil
	syn(2002)
	late := s.c
	syn(2003)
	ack(s.c) // the queue is full again
	ack(late)
	if late.State() != StateSynReceived {
		t.Errorf("state %v with a full accept queue", late.State())
	}
	s.l.Accept()
	ack(late)
	if late.State() != StateEstablished {
		t.Errorf("state %v once there is room", late.State())
	}
	conns[0].Abort(s.now)
	conns[1].Abort(s.now)
	s.c = nil
	s.out = nil
	s.l.Close(s.now)
	resets := 0
	for _, x := range s.take() {
		if x.flags&wire.RST != 0 {
			resets++
		}
	}
	if resets != 4 {
		t.Errorf("%d resets for 4 connections that nobody has accepted", resets)
	}
	s.done()
}

func TestResetInAcceptQueue(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	c := s.passive(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, data: []byte("bye")})
	s.take()
	s.in(seg{flags: wire.RST, seq: 4})
	if got := s.l.Accept(); got != c {
		t.Fatal("the connection left the queue: accept(2) returns it, and its user learns of the reset")
	}
	sameBytes(t, "what came before the reset", s.read(10), []byte("bye"))
	if _, err := c.Read(s.now, make([]byte, 1)); err != syscall.ECONNRESET {
		t.Errorf("then %v", err)
	}
	s.done()
}

func TestRFC6191_TimeWaitReuse(t *testing.T) {
	setup := func(t *testing.T, tsVal uint32) (*script, *Conn) {
		opt := wire.TCPOptions{}
		cfg := plain()
		if tsVal != 0 {
			opt = wire.TCPOptions{HasTS: true, TSVal: tsVal}
			cfg.NoTimestamps = false
		}
		s := newListenScript(t, cfg, 5)
		s.c = nil
		s.in(seg{flags: wire.SYN, seq: 0, opt: opt})
		s.in(seg{flags: wire.ACK, seq: 1, ack: 1, opt: opt})
		c := s.l.Accept()
		if err := c.CloseWrite(s.now); err != nil {
			t.Fatal(err)
		}
		s.in(seg{flags: finAck, seq: 1, ack: 2, opt: opt})
		s.wantState("closed from both sides", StateTimeWait)
		s.take()
		return s, c
	}
	for _, k := range []struct {
		why   string
		tsVal uint32
		in    seg
		want  bool
	}{
		{"greater timestamp", 100, seg{flags: wire.SYN, seq: minus(50), opt: wire.TCPOptions{HasTS: true, TSVal: 101}}, true},
		{"smaller timestamp", 100, seg{flags: wire.SYN, seq: 50, opt: wire.TCPOptions{HasTS: true, TSVal: 99}}, false},
		{"same timestamp, number above", 100, seg{flags: wire.SYN, seq: 50, opt: wire.TCPOptions{HasTS: true, TSVal: 100}}, true},
		{"RFC 1122 4.2.2.13: number above", 0, seg{flags: wire.SYN, seq: 50}, true},
		{"number below", 0, seg{flags: wire.SYN, seq: 1}, false},
		{"not a SYN", 0, seg{flags: wire.ACK, seq: 50, ack: 2}, false},
	} {
		t.Run(k.why, func(t *testing.T) {
			s, old := setup(t, k.tsVal)
			x := k.in
			x.seq += s.irs
			b := x.build(&s.pool, addrB, addrA)
			got := s.l.Reuse(s.now, old, b)
			if got != k.want {
				t.Fatalf("Reuse %v", got)
			}
			if !got {
				if old.State() != StateTimeWait {
					t.Errorf("old connection in %v", old.State())
				}
				b.Free()
				old.Abort(s.now)
				s.done()
				return
			}
			if old.State() != StateClosed || s.c == old || s.c.State() != StateSynReceived {
				t.Errorf("old in %v, new in %v", old.State(), s.c.State())
			}
			// The test's ISN is always the same, so it had to be moved.
			if !seqGT(s.c.iss, old.sndNxt) {
				t.Error("the new ISN is not above what the old connection has used")
			}
			old.Close(s.now)
			s.done()
		})
	}
}

func TestPassiveWithoutListener(t *testing.T) {
	s := newScript(t, Config{})
	if err := s.c.Passive(s.now, seg{flags: wire.ACK}.build(&s.pool, addrB, addrA)); err == nil {
		t.Error("opened by something that is not a SYN")
	}
	if err := s.c.Passive(s.now, seg{flags: wire.SYN, seq: s.irs}.build(&s.pool, addrB, addrA)); err != nil {
		t.Fatal(err)
	}
	s.want("SYN-ACK", wire.SYN|wire.ACK, 0, 1, 0)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	s.wantState("handshake", StateEstablished)
	if s.events&Connected == 0 {
		t.Error("not told")
	}
	s.done()
}

func TestRFC6528_InitialSequence(t *testing.T) {
	secret := [32]byte{1}
	a, tsA := initialSequence(&secret, epoch, addrA, addrB)
	if b, ts := initialSequence(&secret, epoch+4000*1000, addrA, addrB); b-a != 1000 || ts != tsA {
		t.Errorf("M is a 4-microsecond clock: 4 ms later the ISN is %d higher; timestamp offsets %d, %d", b-a, tsA, ts)
	}
	seen := map[uint32]string{a: "first"}
	other := [32]byte{2}
	for name, f := range map[string]func() (uint32, uint32){
		"secret": func() (uint32, uint32) { return initialSequence(&other, epoch, addrA, addrB) },
		"remote port": func() (uint32, uint32) {
			return initialSequence(&secret, epoch, addrA, netip.AddrPortFrom(addrB.Addr(), 81))
		},
		"local port": func() (uint32, uint32) {
			return initialSequence(&secret, epoch, netip.AddrPortFrom(addrA.Addr(), 1), addrB)
		},
		"direction": func() (uint32, uint32) { return initialSequence(&secret, epoch, addrB, addrA) },
		"address": func() (uint32, uint32) {
			return initialSequence(&secret, epoch, addrA, netip.MustParseAddrPort("192.0.2.3:80"))
		},
		"family": func() (uint32, uint32) {
			return initialSequence(&secret, epoch, addrA, netip.MustParseAddrPort("[2001:db8::1]:80"))
		},
	} {
		x, _ := f()
		if was, ok := seen[x]; ok {
			t.Errorf("%s does not matter: same ISN as %s", name, was)
		}
		seen[x] = name
	}
}

func TestOptionsOfSyn(t *testing.T) {
	for _, k := range []struct {
		cfg  Config
		want string
	}{
		{Config{}, "mss 1460 sack ts ws 9"},
		{Config{NoTimestamps: true}, "mss 1460 sack ws 9"},
		{Config{NoSACK: true, NoWindowScale: true}, "mss 1460 ts"},
		{plain(), "mss 1460"},
	} {
		s := newScript(t, k.cfg)
		s.c.Connect(s.now)
		o := s.take()[0].opt
		got := fmt.Sprintf("mss %d", o.MSS)
		if o.SACKPermitted {
			got += " sack"
		}
		if o.HasTS {
			got += " ts"
		}
		if o.HasWScale {
			got += fmt.Sprintf(" ws %d", o.WScale)
		}
		if got != k.want {
			t.Errorf("SYN with %s, want %s", got, k.want)
		}
		s.done()
	}
}

func TestRFC9293_3_7_1_DefaultMSS(t *testing.T) {
	// MUST-15: without the option, 536 for IPv4 and 1220 for IPv6.
	s := newScript(t, plain())
	s.c.Connect(s.now)
	s.take()
	s.in(seg{flags: wire.SYN | wire.ACK, ack: 1})
	s.take()
	s.write(3000)
	if n := len(s.take()[0].data); n != 536 {
		t.Errorf("IPv4: %d", n)
	}
	s.done()
	var cfg Config
	d := cfg.withDefaults(netip.MustParseAddr("2001:db8::1"))
	if d.MSS != 1220 {
		t.Errorf("IPv6: %d", d.MSS)
	}
}

// A trace says what was done, by whom, once.
func TestTraceOfAnExchange(t *testing.T) {
	cfg := plain()
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.write(100)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 101, data: []byte("answer")})
	s.read(10)
	s.c.Abort(s.now)
	var got []string
	for _, e := range s.rec.Events {
		got = append(got, e.Kind.String())
		if e.Kind == trace.TCPSend && (e.Pkt == 0 || e.Flow.Src != addrA || e.Len < 20) {
			t.Errorf("TCPSend %+v", e)
		}
		if e.Kind == trace.TCPRecv && e.Flow.Src != addrB {
			t.Errorf("TCPRecv in the wrong direction: %+v", e)
		}
	}
	want := "[sock_state skb_alloc tcp_send" + // SYN
		" tcp_recv skb_free sock_state skb_free skb_alloc tcp_send" + // SYN-ACK: the SYN is acknowledged, the segment done; ACK
		" skb_alloc copy_from_user skb_clone tcp_send" + // Write
		" tcp_recv skb_free sock_queue skb_alloc tcp_send" + // the answer; cwnd was not the limit and does not grow
		" copy_to_user" + // Read
		" tcp_send sock_state]" // RST
	if fmt.Sprint(got) != want {
		t.Errorf("events\n%v\nwant\n%v", got, want)
	}
	s.done()
}

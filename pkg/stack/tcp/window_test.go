package tcp

import (
	"errors"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/wire"
)

func TestRFC9293_3_8_6_1_ZeroWindowProbe(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1}) // closed
	s.write(100)
	s.wantNothing("the window is closed")
	s.run(199 * ms)
	s.wantNothing("SHLD-29: not before the RTO")
	s.run(2 * ms)
	s.want("first probe", wire.ACK, 0, 1, 0)
	// The peer answers each probe with its closed window: MUST-37, the connection
	// stays open, and SHLD-30, the intervals grow.
	var times []int64
	for {
		if s.now-epoch > 3600*sec {
			break
		}
		s.run(10 * ms)
		for range s.take() {
			times = append(times, s.now)
			s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
		}
	}
	s.wantState("MUST-37", StateEstablished)
	if len(times) < 20 {
		t.Fatalf("%d probes in an hour", len(times))
	}
	for i := 2; i < len(times); i++ {
		a, b := times[i-1]-times[i-2], times[i]-times[i-1]
		if b < a-20*ms || b > 121*sec {
			t.Fatalf("interval %d ms after %d ms", b/ms, a/ms)
		}
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 5000})
	s.want("the window opens", wire.ACK|wire.PSH, 1, 1, 100)
	s.done()
}

func TestRFC9293_3_8_6_1_ProbesWithoutAnswerEnd(t *testing.T) {
	cfg := plain()
	cfg.Retries = 4
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(100)
	s.run(60 * sec)
	if n := len(s.take()); n != 4 {
		t.Errorf("%d probes, want 4", n)
	}
	s.wantState("the peer is gone", StateClosed)
	s.done()
}

func TestRFC9293_3_8_6_2_1_SenderSillyWindow(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.write(3 * mss)
	s.take()
	s.in(seg{flags: wire.ACK, seq: 1, ack: at(3), wnd: 100})
	s.write(mss)
	s.wantNothing("MUST-38: 100 bytes of window are not worth a segment")
	s.run(201 * ms)
	s.want("(4): the override time-out sends what fits", wire.ACK, at(3), 1, 100)
	s.in(seg{flags: wire.ACK, seq: 1, ack: at(3) + 100, wnd: 2 * mss})
	s.want("the rest", wire.ACK|wire.PSH, at(3)+100, 1, mss-100)
	s.done()

	// A peer whose window was never larger than a segment gets half of it at a time.
	cfg := plain()
	cfg.GSOMax = 65536
	s = newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(6000)
	s.c.maxWnd = 0
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1000})
	wantSeqs(t, "half of the maximum window a segment", s.take(), 1, 501)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1001, wnd: 400})
	s.wantNothing("(3): less than Fs = 1/2")
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1001, wnd: 500})
	s.want("half", wire.ACK, 1001, 1, 500)
	s.done()
}

func TestRFC9293_3_7_4_Nagle(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.write(10)
	s.want("nothing is outstanding: at once", wire.ACK|wire.PSH, 1, 1, 10)
	s.write(10)
	s.write(10)
	s.wantNothing("a short segment is unacknowledged")
	s.write(mss)
	s.want("a full segment goes", wire.ACK, 11, 1, mss)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 11})
	s.want("and with the ACK the rest", wire.ACK|wire.PSH, 11+mss, 1, 20)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 31 + mss})
	s.write(mss + 5)
	if out := s.take(); len(out) != 2 {
		t.Errorf("sent %v; Minshall: the end of a large write does not wait for its own beginning", out)
	}
	s.write(5)
	s.wantNothing("held back again")
	s.c.SetNoDelay(s.now, true)
	s.want("TCP_NODELAY", wire.ACK|wire.PSH, 31+2*mss+5, 1, 5)
	s.write(5)
	s.want("TCP_NODELAY", wire.ACK|wire.PSH, 31+2*mss+10, 1, 5)
	s.done()

	s = newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.write(10)
	s.take()
	s.write(10)
	s.c.Close(s.now)
	s.want("FIN takes the rest with it", wire.FIN|wire.ACK|wire.PSH, 11, 1, 10)
	s.done()
}

func TestRFC9293_3_8_6_3_DelayedAck(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	seq := uint32(1)
	text := func(n int) {
		s.in(seg{flags: wire.ACK, seq: seq, ack: s.c.sndNxt - s.iss, data: pattern(n)})
		seq += uint32(n)
		if s.c.Buffered() > 0 {
			s.read(1 << 20)
		}
	}
	for i := range maxQuickAcks {
		text(mss)
		if n := len(s.take()); n != 1 {
			t.Fatalf("segment %d: %d ACKs, want quick ones at the start", i, n)
		}
	}
	text(mss)
	s.wantNothing("one segment may wait")
	text(mss)
	s.want("SHLD-19: every second full-sized segment", wire.ACK, 1, seq, 0)
	text(mss)
	s.run(39 * ms)
	s.wantNothing("39 ms")
	s.run(ms)
	s.want("MUST-40: within 0.5 s; 40 ms here", wire.ACK, 1, seq, 0)
	if s.n.DelayedACKs != 1 {
		t.Error("not counted")
	}
	text(mss)
	s.write(10)
	s.want("the answer carries it", wire.ACK|wire.PSH, 1, seq, 10)
	s.run(sec)
	for _, x := range s.take() {
		if len(x.data) == 0 {
			t.Errorf("sent %v, though the answer had acknowledged", x)
		}
	}
	s.done()
}

func TestRFC5681_4_2_ImmediateAcks(t *testing.T) {
	s := newScript(t, sackOnly())
	s.open(wire.TCPOptions{SACKPermitted: true})
	s.c.ack.quick = 0
	in := func(i int) {
		s.in(seg{flags: wire.ACK, seq: at(i), ack: 1, data: patternAt(i*mss, mss)})
		s.c.ack.quick = 0
	}
	in(1)
	x := s.want("out of order", wire.ACK, 1, 1, 0)
	if x.opt.NSACK != 1 || x.opt.SACK[0].Left != s.irs+at(1) || x.opt.SACK[0].Right != s.irs+at(2) {
		t.Errorf("RFC 2018 4: %+v", x.opt)
	}
	in(3)
	x = s.want("out of order", wire.ACK, 1, 1, 0)
	if x.opt.NSACK != 2 || x.opt.SACK[0].Left != s.irs+at(3) || x.opt.SACK[1].Left != s.irs+at(1) {
		t.Errorf("RFC 2018 4: the block of the segment that came last goes first: %+v", x.opt)
	}
	in(3)
	x = s.want("duplicate", wire.ACK, 1, 1, 0)
	if x.opt.NSACK != 3 || x.opt.SACK[0].Left != s.irs+at(3) || x.opt.SACK[1].Left != s.irs+at(3) || x.opt.SACK[2].Left != s.irs+at(1) {
		t.Errorf("RFC 2883 4.1: D-SACK first, then the run that holds it: %+v", x.opt)
	}
	in(0)
	x = s.want("fills a gap", wire.ACK, 1, at(2), 0)
	if x.opt.NSACK != 1 {
		t.Errorf("D-SACK is reported once: %+v", x.opt)
	}
	in(0)
	x = s.want("old duplicate", wire.ACK, 1, at(2), 0)
	if x.opt.NSACK != 2 || x.opt.SACK[0] != (wire.SACKBlock{Left: s.irs + at(0), Right: s.irs + at(1)}) {
		t.Errorf("RFC 2883 4: below the cumulative acknowledgement: %+v", x.opt)
	}
	s.done()
}

func TestRFC9293_3_8_6_WindowIsNeverShrunk(t *testing.T) {
	// SHLD-14 and 3.8.6.2.2: the right edge only moves right, and in steps that are
	// worth it.
	cfg := plain()
	cfg.RecvBuf = 20000 // 10000 of window
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	edge := s.c.rcvAdv
	seq := uint32(1)
	for seq < 10001 {
		n := min(700, 10001-seq)
		s.in(seg{flags: wire.ACK, seq: seq, ack: 1, data: pattern(int(n))})
		seq += n
		for _, x := range s.take() {
			if got := s.irs + x.ack + uint32(x.wnd); got != edge {
				t.Fatalf("right edge at %d, was %d, with nothing read", got, edge)
			}
		}
	}
	s.in(seg{flags: wire.ACK, seq: seq, ack: 1, data: []byte{1}})
	x := s.want("zero window: an ACK without taking the byte", wire.ACK, 1, 10001, 0)
	if x.wnd != 0 || s.c.Buffered() != 10000 {
		t.Errorf("window %d, %d bytes held", x.wnd, s.c.Buffered())
	}
	s.read(100)
	s.wantNothing("MUST-39: 100 bytes are not announced")
	s.read(1300)
	s.wantNothing("less than a segment")
	s.read(100)
	if x := s.want("a segment's worth", wire.ACK, 1, 10001, 0); x.wnd != 1500 {
		t.Errorf("window %d, want 1500", x.wnd)
	}
	s.in(seg{flags: finAck, seq: seq, ack: 1})
	s.wantState("FIN", StateCloseWait)
	s.done()
}

func TestBareFinInZeroWindow(t *testing.T) {
	cfg := plain()
	cfg.RecvBuf = 2000
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, data: pattern(1000)})
	s.take()
	s.in(seg{flags: finAck, seq: 1001, ack: 1})
	s.want("FIN takes no room", wire.ACK, 1, 1002, 0)
	s.wantState("FIN", StateCloseWait)
	s.done()
}

func TestRFC7323_2_WindowScale(t *testing.T) {
	s := newScript(t, Config{})
	s.c.Connect(s.now)
	syn := s.want("SYN", wire.SYN, 0, 0, 0)
	// 16 MiB of window at most: 65535 << 9 is the first that reaches it.
	if !syn.opt.HasWScale || syn.opt.WScale != 9 || syn.wnd != 65535 {
		t.Errorf("SYN %v", syn)
	}
	s.in(seg{flags: wire.SYN | wire.ACK, ack: 1, wnd: 1000, opt: wire.TCPOptions{HasWScale: true, WScale: 14}})
	s.take()
	if s.c.sndWnd != 1000 {
		t.Errorf("2.2: the window of a SYN is never scaled: %d", s.c.sndWnd)
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 10})
	if s.c.sndWnd != 10<<14 {
		t.Errorf("window %d", s.c.sndWnd)
	}
	s.done()
}

func TestReceiveBufferGrows(t *testing.T) {
	w := newWorld(t, 1, linkConfig{delay: 20 * ms, gro: true}, Config{GSOMax: 65536}, Config{})
	a, b := w.ends[0], w.ends[1]
	a.tosend = 30 << 20
	if err := a.c.Connect(w.now); err != nil {
		t.Fatal(err)
	}
	w.run(20 * sec)
	if b.got != a.tosend {
		t.Fatalf("received %d", b.got)
	}
	if buf := b.c.Info().RecvBuf; buf < 1<<20 || buf > defaultRecvBufMax {
		t.Errorf("receive buffer %d after 30 MB at 40 ms, want growth within the bound", buf)
	}
	if lim := a.c.Info().SendBuf; lim != defaultSendBufMax {
		t.Errorf("send buffer %d, want the bound reached", lim)
	}
	a.c.Abort(w.now)
	w.run(sec)
	b.c.Abort(w.now)

	// Set explicitly it stays.
	w = newWorld(t, 1, linkConfig{delay: 20 * ms, gro: true}, Config{GSOMax: 65536}, Config{RecvBuf: 60000})
	a, b = w.ends[0], w.ends[1]
	a.tosend = 1 << 20
	if err := a.c.Connect(w.now); err != nil {
		t.Fatal(err)
	}
	w.run(60 * sec)
	if b.got != a.tosend || b.c.Info().RecvBuf != 60000 {
		t.Errorf("received %d, buffer %d", b.got, b.c.Info().RecvBuf)
	}
	a.c.Abort(w.now)
	w.run(sec)
	b.c.Abort(w.now)
}

func TestRFC9293_3_8_4_KeepAlive(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.run(24 * 3600 * sec)
	s.wantNothing("MUST-25: off by default")
	s.c.SetKeepAlive(s.now, KeepAlive{On: true, Idle: 60 * 1e9, Interval: 10 * 1e9, Count: 3})
	s.run(59 * sec)
	s.wantNothing("not idle long enough")
	s.run(sec)
	s.want("probe: SEG.SEQ = SND.NXT-1", wire.ACK, 0, 1, 0)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	s.run(59 * sec)
	s.wantNothing("the peer is alive")
	s.run(sec)
	s.want("probe", wire.ACK, 0, 1, 0)
	s.run(10 * sec)
	s.want("second probe", wire.ACK, 0, 1, 0)
	s.run(10 * sec)
	s.want("third probe", wire.ACK, 0, 1, 0)
	s.run(10 * sec)
	s.want("given up", wire.RST|wire.ACK, 1, 1, 0)
	if s.c.Err() != syscall.ETIMEDOUT {
		t.Errorf("error %v", s.c.Err())
	}
	s.done()
}

func TestKeepAliveProbeIsAnswered(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 0, ack: 1})
	s.want("a segment with an old number is answered", wire.ACK, 1, 1, 0)
	s.in(seg{flags: wire.ACK, seq: 0, ack: 1, data: []byte{0}})
	s.want("the form with one octet of garbage too", wire.ACK, 1, 1, 0)
	if s.c.Buffered() != 0 {
		t.Error("the garbage was taken")
	}
	s.done()
}

func TestWriterIsToldOfRoom(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.events = 0
	n := 0
	for {
		k, err := s.c.Write(s.now, pattern(5000))
		n += k
		if err != nil {
			if !errors.Is(err, ErrWouldBlock) {
				t.Fatal(err)
			}
			break
		}
	}
	s.ackTo(1)
	if s.events&Writable != 0 {
		t.Error("told with less than a third free")
	}
	s.ackTo(9)
	if s.events&Writable == 0 {
		t.Errorf("not told, with %d of %d bytes in use", s.c.sq.bytes, s.c.sq.limit)
	}
	s.done()
}

func TestAcknowledgementAtTheRightEdge(t *testing.T) {
	// The peer has filled the window and lost a segment of it. What it acknowledges
	// comes with SEG.SEQ = RCV.NXT + RCV.WND and must count.
	cfg := plain()
	cfg.RecvBuf = 8000
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.write(100)
	s.take()
	s.in(seg{flags: wire.ACK, seq: 4001, ack: 101})
	if s.c.sndUna != s.iss+101 {
		t.Error("the acknowledgement was dropped")
	}
	s.done()
}

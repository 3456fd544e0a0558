package tcp

import (
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

func TestRFC9438_4_8_FirstAvoidanceAfterATimeout(t *testing.T) {
	s := newScript(t, Config{})
	s.open(wire.TCPOptions{})
	c := s.c
	q := c.cc.(*cubic)
	c.opt.mss, c.rtt.srtt = 1000, 100*ms
	c.cwnd = 100 * 1000
	c.sndNxt = c.sndUna + c.cwnd
	ssth := q.ssthresh(c, s.now)
	q.timeout()
	q.avoid(c, s.now, ssth, 1000)
	if q.k != 0 || q.wMax != 70 {
		t.Errorf("K %v W_max %v: \"K is set to 0, and W_max is set to the congestion window size at the beginning\", 70", q.k, q.wMax)
	}
	c.sndNxt = c.sndUna
	s.done()
}

func TestRFC9438_4_2_TimeDoesNotRunWhileTheApplicationIsTheLimit(t *testing.T) {
	s := newScript(t, Config{})
	s.open(wire.TCPOptions{})
	c := s.c
	q := c.cc.(*cubic)
	c.opt.mss, c.rtt.srtt = 1000, 100*ms
	c.cwnd = 100 * 1000
	c.sndNxt = c.sndUna + c.cwnd
	c.ssth = q.ssthresh(c, s.now)
	c.cwnd = c.ssth
	now := s.now
	round := func(full bool) {
		for range 10 {
			now += 10 * ms
			c.cwndFull = full
			c.increase(&ackInfo{now: now, flight: c.cwnd / 2, una: true, acked: 7000, delivered: 7000})
		}
	}
	for range 20 {
		round(true)
	}
	before := c.cwnd
	for range 600 { // a minute in which a segment now and then is all there is to send
		round(false)
	}
	if c.cwnd != before {
		t.Fatalf("5.8: cwnd grew from %d to %d without having been the limit", before, c.cwnd)
	}
	round(true)
	if c.cwnd > before+before/10 {
		t.Errorf("cwnd %d after one round trip from %d: the minute counted as time in congestion avoidance", c.cwnd, before)
	}
	c.sndNxt = c.sndUna
	s.done()
}

// swallow is an Env that sends nothing: for many bytes.
type swallow struct {
	*script
	end uint32 // of the last data
}

func (w *swallow) Output(_ int64, c *Conn, b *skb.SKB) {
	w.end = c.sndNxt
	b.Free()
}

func TestRFC6582_3_2_RecoverDoesNotComeRoundAgain(t *testing.T) {
	// recover is the initial sequence number until there is a loss. After 2^31 bytes
	// it must not look as if it were ahead of SND.UNA.
	cfg := plain()
	cfg.NoWindowScale, cfg.GSOMax, cfg.SendBuf = false, 65536, 2<<20
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{HasWScale: true, WScale: 7})
	w := &swallow{script: s}
	c := s.c
	c.env = w
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	for sent := 0; sent < 1<<31+1<<20; {
		n, err := c.Write(s.now, pattern(1<<20))
		if err != nil {
			t.Fatal(err)
		}
		sent += n
		for c.sndUna != c.sndEnd {
			s.now += ms
			s.in(seg{flags: wire.ACK, seq: 1, ack: w.end - s.iss})
		}
	}
	c.env = s
	s.write(10 * mss)
	s.take()
	first := c.sndUna - s.iss
	for range 3 {
		s.in(seg{flags: wire.ACK, seq: 1, ack: first})
	}
	if out := s.take(); len(out) == 0 || out[0].seq != first || s.n.TCPRenoRecovery != 1 {
		t.Errorf("three duplicates: sent %v, want the first segment again", out)
	}
	s.done()
}

func TestRFC7323_G_StretchedAcknowledgementsCountForWhatTheyCover(t *testing.T) {
	var r rttEstimator
	cfg := Config{MinRTO: 200 * time.Millisecond, MaxRTO: 120 * time.Second}
	r.init(&cfg)
	r.sample(100*ms, mss, mss, mss)
	// A flight of 1000 segments, acknowledged 50 at a time over a path that has become
	// slow: one round trip weighs like one sample of RFC 6298.
	for range 20 {
		r.sample(500*ms, 1000*mss, 50*mss, mss)
	}
	if got := r.srtt; got < 140*ms || got > 155*ms {
		t.Errorf("SRTT %v after a flight at 500 ms, want about 100 ms + 400 ms / 8", time.Duration(got))
	}
	if r.rto < 500*ms {
		t.Errorf("RTO %v is less than the round trip: a spurious time-out each time", time.Duration(r.rto))
	}
}

func TestRFC9293_3_4_FinWaitsForItsPlaceInTheWindow(t *testing.T) {
	// FIN takes a sequence number, which must lie in the window like any other.
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1}) // closed
	s.write(500)
	if err := s.c.CloseWrite(s.now); err != nil {
		t.Fatal(err)
	}
	s.wantNothing("the window is closed")
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 500})
	if x := s.take(); len(x) != 1 || x[0].flags&wire.FIN != 0 || len(x[0].data) != 500 {
		t.Fatalf("a window of 500 bytes: sent %v, want 500 bytes without FIN", x)
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: 501, wnd: 1})
	s.wantNothing("the window is closed")
	s.in(seg{flags: wire.ACK, seq: 1, ack: 501, wnd: 10})
	s.want("the window opens", wire.FIN|wire.ACK, 501, 1, 0)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 502})
	s.wantState("FIN is acknowledged", StateFinWait2)
	s.done()

	// The persist timer's override sends what fits, which FIN does not either.
	s = newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(500)
	if err := s.c.CloseWrite(s.now); err != nil {
		t.Fatal(err)
	}
	s.c.sndWnd = 500 // too little for what follows, were it not for the timer
	s.run(2 * sec)
	for _, x := range s.take() {
		if x.seq+uint32(len(x.data))+uint32(x.flags&wire.FIN) > 501 {
			t.Errorf("sent %v beyond the window's edge at 501", x)
		}
	}
	s.done()
}

func TestRepeatedSynDoesNotKeepAnEmbryo(t *testing.T) {
	// 3.8.3: R2 for SYN-ACK is a number of retransmissions. A SYN that comes
	// again just before each of them must not put it off.
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.take()
	for s.now < epoch+100*sec && s.c.state != StateClosed {
		s.run(900 * ms)
		if s.c.state == StateSynReceived {
			s.in(seg{flags: wire.SYN, seq: 0})
		}
	}
	s.wantState("63 s for five retransmissions are over", StateClosed)
	s.done()
}

func TestRFC9293_3_8_6_AcknowledgementsStayInsideAShrunkWindow(t *testing.T) {
	// MUST-34. SND.NXT lies beyond what the peer accepts now, and it would drop an
	// acknowledgement with that number.
	s := flight(t, plain(), 4)
	s.in(seg{flags: wire.ACK, seq: 1, ack: at(1), wnd: 100})
	s.take()
	s.in(seg{flags: wire.ACK, seq: 1, ack: at(1), wnd: 100, data: pattern(1000)})
	out := s.take()
	if len(out) != 1 || out[0].ack != 1001 || out[0].seq != at(1)+100 {
		t.Errorf("sent %v, want an acknowledgement at the window's right edge, %d", out, at(1)+100)
	}
	s.done()
}

func TestRFC7323_2_3_RoundedWindowDoesNotLiftTheBound(t *testing.T) {
	// A window smaller than its unit is announced as one unit. A peer that sends byte
	// by byte has it announced again and again.
	s := newScript(t, Config{RecvBuf: 1 << 16, RecvBufMax: 1 << 16, NoTimestamps: true, NoSACK: true})
	s.c.opt.rcvWScale = 9 // as with the largest buffers
	s.open(wire.TCPOptions{HasWScale: true, WScale: 0})
	c := s.c
	for c.rcvNxt != c.rcvAdv-uint32(100) { // up to a window of 100 bytes
		n := min(int(c.rcvAdv-uint32(100)-c.rcvNxt), mss)
		s.in(seg{flags: wire.ACK, seq: c.rcvNxt - s.irs, ack: 1, data: pattern(n)})
	}
	for range 1 << 16 {
		s.in(seg{flags: wire.ACK, seq: c.rcvNxt - s.irs, ack: 1, data: pattern(1)})
		s.run(50 * ms) // the delayed acknowledgement
		s.out = nil
	}
	if i := c.Info(); i.Buffered > i.RecvBuf {
		t.Errorf("%d bytes wait in a buffer of %d", i.Buffered, i.RecvBuf)
	}
	s.read(1 << 15)
	s.in(seg{flags: wire.ACK, seq: c.rcvNxt - s.irs, ack: 1, data: pattern(1)})
	if c.ack.unacked == 0 && len(s.take()) == 0 {
		t.Error("with room again the byte is taken")
	}
	s.done()
}

func TestRFC2018_SACKDoesNotCutTheQueueIntoCrumbs(t *testing.T) {
	// A peer that has asked for segments of 48 bytes reports every other one. Each
	// report costs a walk through the queue, which must stay short.
	s := newScript(t, Config{NoTimestamps: true, GSOMax: 65536, SendBuf: 4 << 20})
	s.open(wire.TCPOptions{HasMSS: true, MSS: 48, SACKPermitted: true, HasWScale: true, WScale: 10})
	w := &swallow{script: s}
	c := s.c
	c.env = w
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	c.cwnd = 4 << 20
	if _, err := c.Write(s.now, patternBytes); err != nil {
		t.Fatal(err)
	}
	una := c.sndUna
	for k := uint32(0); k < 20000; k += 3 {
		x := seg{flags: wire.ACK, seq: 1, ack: una - s.iss}
		for j := uint32(0); j < 3; j++ {
			left := una + 48 + (k+j)*96
			x.opt.SACK[j] = wire.SACKBlock{Left: left, Right: left + 48}
		}
		x.opt.NSACK = 3
		if seqGT(x.opt.SACK[2].Right, c.sndNxt) {
			break
		}
		c.Segment(s.now, x2(s, x))
	}
	check(t, c)
	n := 0
	for b := c.sq.head; b != nil; b = b.Next {
		n++
	}
	if n > maxBuffers || n != c.sq.n {
		t.Errorf("%d buffers on the queue, counted %d, the bound is %d", n, c.sq.n, maxBuffers)
	}
	if n < maxBuffers/2 {
		t.Errorf("%d buffers: the attack is none", n)
	}
	c.env = s
	s.done()
}

// x2 builds a segment from the peer without what script.in checks each time.
func x2(s *script, x seg) *skb.SKB {
	x.seq += s.irs
	x.ack += s.iss
	x.wnd = 65535
	return x.build(&s.pool, addrB, addrA)
}

func TestRFC9293_3_8_4_ForgedSegmentsAreNoSignOfLife(t *testing.T) {
	// MUST-26 counts what has been received "for the connection": not what lies outside
	// of its windows, which anybody can send.
	cfg := plain()
	cfg.KeepAlive = KeepAlive{On: true, Idle: 10 * time.Second, Interval: time.Second, Count: 3}
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	for range 5 {
		s.run(4 * sec)
		s.in(seg{flags: wire.ACK, seq: 1 << 30, ack: 1 << 30})
	}
	s.wantState("the peer is gone", StateClosed)
	s.done()
}

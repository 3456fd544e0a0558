package tcp

import (
	"testing"

	"github.com/netkit-go/netkit/pkg/wire"
)

const mss = 1460

// flight opens a connection and sends n segments, numbered from 0.
func flight(t *testing.T, cfg Config, n int) *script {
	t.Helper()
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{SACKPermitted: !cfg.NoSACK, HasTS: !cfg.NoTimestamps, TSVal: 1})
	s.c.cwnd = uint32(n * mss)
	s.write(n * mss)
	if got := len(s.take()); got != n {
		t.Fatalf("sent %d segments, want %d", got, n)
	}
	s.run(20 * ms)
	return s
}

func at(i int) uint32 { return uint32(1 + i*mss) }

// ackTo injects an acknowledgement of all segments before una, with SACK blocks given as
// pairs of segment numbers.
func (s *script) ackTo(una int, sack ...int) {
	s.t.Helper()
	x := seg{flags: wire.ACK, seq: 1, ack: at(una)}
	for i := 0; i < len(sack); i += 2 {
		x.opt.SACK[x.opt.NSACK] = wire.SACKBlock{Left: s.iss + at(sack[i]), Right: s.iss + at(sack[i+1])}
		x.opt.NSACK++
	}
	s.in(x)
}

func TestRFC6675_5_FastRetransmit(t *testing.T) {
	s := flight(t, sackOnly(), 10)
	s.ackTo(0, 1, 2)
	s.ackTo(0, 1, 3)
	s.wantNothing("two segments above the hole are not enough (DupThresh)")
	s.ackTo(0, 1, 4)
	s.want("(4): the first segment is retransmitted", wire.ACK, at(0), 1, mss)
	if i := s.c.Info(); i.CAState != CARecovery || i.Ssthresh != 5*mss || i.Sacked != 3*mss || i.Lost != mss {
		t.Errorf("on entry: %+v", i)
	}
	for k := 5; k <= 10; k++ {
		s.ackTo(0, 1, k)
	}
	wantSeqs(t, "nothing else is lost and there are no new data: NextSeg (4), the last segment once", s.take(), at(9))
	s.ackTo(10)
	if i := s.c.Info(); i.CAState != CAOpen || i.Cwnd != 5*mss {
		t.Errorf("RFC 9937: recovery ends with cwnd = ssthresh: %+v", i)
	}
	if s.n.TCPSackRecovery != 1 || s.n.TCPFastRetrans != 2 || s.n.TCPTimeouts != 0 {
		t.Errorf("counters %+v", s.n)
	}
	s.done()
}

func TestRFC6675_4_IsLostByBytes(t *testing.T) {
	// "more than (DupThresh - 1) * SMSS bytes ... have been SACKed" above.
	s := flight(t, sackOnly(), 10)
	s.ackTo(0, 4, 7)
	out := s.take()
	if i := s.c.Info(); i.Lost != 4*mss {
		t.Errorf("lost %d bytes, want the four segments below", i.Lost)
	}
	if len(out) == 0 || out[0].seq != at(0) {
		t.Fatalf("sent %v, want the first segment", out)
	}
	s.done()
}

func TestRFC6675_4_IsLostByRuns(t *testing.T) {
	// "DupThresh discontiguous SACKed sequences": three small ones, far less
	// than 2*SMSS bytes.
	cfg := sackOnly()
	cfg.NoDelay = true
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{SACKPermitted: true})
	for range 7 {
		s.write(10)
	}
	s.take()
	b := func(i int) wire.SACKBlock {
		return wire.SACKBlock{Left: s.iss + 1 + uint32(i)*10, Right: s.iss + 11 + uint32(i)*10}
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, opt: wire.TCPOptions{NSACK: 2, SACK: [4]wire.SACKBlock{b(1), b(3)}}})
	s.wantNothing("two sequences")
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, opt: wire.TCPOptions{NSACK: 3, SACK: [4]wire.SACKBlock{b(5), b(1), b(3)}}})
	out := s.take()
	if len(out) == 0 || out[0].seq != 1 || len(out[0].data) != 10 {
		t.Fatalf("sent %v, want the first ten bytes", out)
	}
	if i := s.c.Info(); i.Lost != 10 {
		t.Errorf("lost %d: only the first has three sequences above it", i.Lost)
	}
	s.done()
}

func TestRFC6675_SeveralHoles(t *testing.T) {
	s := flight(t, sackOnly(), 20)
	// 2, 5, 6 and 11 are lost; each other segment gives an ACK.
	lost := map[int]bool{2: true, 5: true, 6: true, 11: true}
	s.ackTo(2)
	var sack []int
	last := -1
	sent := map[uint32]int{}
	for i := 3; i < 20; i++ {
		if lost[i] {
			continue
		}
		if i == last+1 {
			sack[1] = i + 1
		} else {
			sack = append([]int{i, i + 1}, sack...)
		}
		last = i
		s.ackTo(2, sack[:min(len(sack), 8)]...)
		for _, x := range s.take() {
			sent[x.seq]++
		}
	}
	for i := range 20 {
		want := 0
		if lost[i] {
			want = 1
		}
		if i == 19 {
			want = 1 // NextSeg (4)
		}
		if sent[at(i)] != want {
			t.Errorf("segment %d retransmitted %d times, want %d", i, sent[at(i)], want)
		}
	}
	if got := s.c.Info(); got.Retransmits != 5 || s.n.TCPTimeouts != 0 {
		t.Errorf("%d retransmissions, %d time-outs", got.Retransmits, s.n.TCPTimeouts)
	}
	s.ackTo(20)
	if s.c.pipe() != 0 || s.c.rec.state != CAOpen {
		t.Errorf("%+v", s.c.Info())
	}
	s.done()
}

func TestRFC6675_4_RescueRetransmission(t *testing.T) {
	// The last segments are lost with the first: NextSeg (4) sends the last one once,
	// so that its SACK, or an acknowledgement, tells more, before the time-out.
	s := flight(t, sackOnly(), 10)
	s.ackTo(0, 1, 8) // 0, 8 and 9 are lost
	out := s.take()
	found := false
	for _, x := range out {
		if x.seq == at(9) {
			found = true
		}
	}
	if !found || out[0].seq != at(0) {
		t.Errorf("sent %v, want the first segment and the last", out)
	}
	n := s.c.rec.total
	s.ackTo(0, 1, 8)
	if s.c.rec.total != n {
		t.Error("a second rescue in one recovery")
	}
	s.done()
}

func TestRFC6582_NewReno(t *testing.T) {
	s := flight(t, plain(), 10)
	for range 2 {
		s.ackTo(0)
	}
	s.wantNothing("two duplicates")
	s.ackTo(0)
	s.want("3.2 (2): third duplicate ACK", wire.ACK, at(0), 1, mss)
	for range 6 {
		s.ackTo(0) // what follows the two lost ones: 0 and 3
	}
	s.wantNothing("no new data")
	s.ackTo(3)
	s.want("3.2 (4): a partial ACK, the next hole", wire.ACK, at(3), 1, mss)
	if s.c.rec.state != CARecovery {
		t.Error("recovery ended with a partial ACK")
	}
	s.ackTo(10)
	if i := s.c.Info(); i.CAState != CAOpen || i.Retransmits != 2 || i.Cwnd != 5*mss {
		t.Errorf("3.2 (3): %+v", i)
	}
	s.done()
}

func TestRFC6582_3_2_NoSecondRecoveryForOldDuplicates(t *testing.T) {
	// After a time-out, duplicates of what was sent again are no sign of loss:
	// "covers more than recover".
	s := flight(t, plain(), 6)
	s.run(300 * ms)
	s.want("time-out", wire.ACK, at(0), 1, mss)
	s.ackTo(6)
	s.write(5 * mss)
	s.take()
	for range 5 {
		s.ackTo(6)
	}
	if s.n.TCPRenoRecovery != 0 {
		t.Error("fast retransmit for duplicates that acknowledge recover")
	}
	s.done()
}

func TestRFC3042_LimitedTransmit(t *testing.T) {
	for _, cfg := range []Config{plain(), sackOnly()} {
		s := flight(t, cfg, 4)
		s.c.sq.limit = 1 << 20
		s.write(5 * mss)
		s.wantNothing("the window is full")
		s.ackTo(0, 1, 2)
		s.want("first duplicate: one new segment", wire.ACK, at(4), 1, mss)
		s.ackTo(0, 1, 3)
		s.want("second duplicate: another", wire.ACK, at(5), 1, mss)
		s.done()
	}
}

func TestRFC6298_5_TimeoutBackoffAndKarn(t *testing.T) {
	s := flight(t, plain(), 1)
	// The handshake took no time, so RTO is the minimum. 20 ms have gone by.
	s.run(179 * ms)
	s.wantNothing("before the RTO")
	for i, d := range []int64{2, 400, 800, 1600, 3200} {
		s.run(d * ms)
		if out := s.take(); len(out) != 1 || out[0].seq != at(0) {
			t.Fatalf("time-out %d: sent %v", i, out)
		}
	}
	if s.c.cwnd != mss {
		t.Errorf("cwnd %d after a time-out, want the loss window, 1 segment", s.c.cwnd)
	}
	if b := s.c.Info().Backoff; b != 5 {
		t.Errorf("backoff %d, want 5", b)
	}
	srtt, rto := s.c.rtt.srtt, s.c.rtt.rto
	s.ackTo(1)
	if s.c.rtt.srtt != srtt || s.c.rtt.rto != rto {
		t.Error("Karn: a retransmitted segment gave a sample, or reset the backoff")
	}
	s.write(mss)
	s.take()
	s.run(30 * ms)
	s.ackTo(2)
	if s.c.rtt.rto >= rto || s.c.rtt.backoff != 0 {
		t.Errorf("RTO %d after a valid sample, was %d", s.c.rtt.rto, rto)
	}
	s.done()
}

func TestRFC7323_4_SampleFromTimestampOfRetransmission(t *testing.T) {
	s := newScript(t, Config{NoSACK: true})
	s.open(wire.TCPOptions{HasTS: true, TSVal: 1})
	s.write(1000)
	s.take()
	s.run(300 * ms)
	last := s.want("time-out", wire.ACK|wire.PSH, 1, 1, 1000)
	s.run(50 * ms)
	s.in(seg{flags: wire.ACK, seq: 1, ack: s.c.sndNxt - s.iss, opt: wire.TCPOptions{HasTS: true, TSVal: 2, TSEcr: last.opt.TSVal}})
	if s.c.rtt.backoff != 0 {
		t.Error("the timestamp tells which transmission was acknowledged: the backoff ends")
	}
	s.done()
}

func TestRFC6298_2_RTOFollowsRTT(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	for i := range 50 {
		s.write(100)
		s.take()
		s.run(300 * ms)
		s.in(seg{flags: wire.ACK, seq: 1, ack: uint32(1 + 100*(i+1))})
	}
	if i := s.c.Info(); i.RTT.Milliseconds() < 290 || i.RTT.Milliseconds() > 301 || i.RTO.Milliseconds() < 495 || i.RTO.Milliseconds() > 520 {
		t.Errorf("steady 300 ms: SRTT %v RTO %v, want SRTT + 200 ms", i.RTT, i.RTO)
	}
	s.done()
}

func TestSynRetransmission(t *testing.T) {
	s, _, _ := inState(t, StateSynSent)
	// 1 s, doubled each time (RFC 6298 2.1 and 5.5): six retries end after
	// 1+2+4+8+16+32+64 = 127 s, as in Linux.
	n := 0
	for i := range 128 {
		s.run(sec)
		for _, x := range s.take() {
			if x.flags != wire.SYN || x.seq != 0 {
				t.Fatalf("sent %v", x)
			}
			n++
		}
		if i == 125 && s.c.State() != StateSynSent {
			t.Fatal("given up too early")
		}
	}
	if n != 6 || s.c.State() != StateClosed {
		t.Errorf("%d retries, state %v", n, s.c.State())
	}
	if s.c.Err() == nil || s.c.Err().Error() != "connection timed out" {
		t.Errorf("error %v", s.c.Err())
	}
	s.done()
}

func TestRFC5681_3_1_LostSynMeansOneSegment(t *testing.T) {
	s, _, _ := inState(t, StateSynSent)
	s.run(1500 * ms)
	s.want("SYN again", wire.SYN, 0, 0, 0)
	s.in(seg{flags: wire.SYN | wire.ACK, seq: 0, ack: 1, opt: wire.TCPOptions{HasMSS: true, MSS: mss}})
	s.take()
	if s.c.cwnd != mss {
		t.Errorf("cwnd %d, want one segment", s.c.cwnd)
	}
	if s.c.rtt.rto != 3*sec {
		t.Errorf("RTO %d, want 3 s (RFC 6298 5.7)", s.c.rtt.rto)
	}
	s.done()
}

func TestRetriesThenTimedOut(t *testing.T) {
	cfg := plain()
	cfg.Retries = 3
	s := flight(t, cfg, 1)
	s.run(60 * sec)
	if n := len(s.take()); n != 3 {
		t.Errorf("%d retransmissions, want 3", n)
	}
	s.wantState("R2", StateClosed)
	if s.events&Failed == 0 {
		t.Error("the user was not told")
	}
	s.done()
}

func TestRFC9293_3_9_1_UserTimeout(t *testing.T) {
	cfg := plain()
	cfg.UserTimeout = 700 * 1e6
	s := flight(t, cfg, 1) // 20 ms have gone by
	s.run(679 * ms)
	s.wantState("before the user timeout", StateEstablished)
	s.run(ms)
	s.wantState("at the user timeout", StateClosed)
	s.done()
}

func TestSACKRenegingIsSurvived(t *testing.T) {
	// RFC 2018 8: the receiver may drop what it had reported. All is SACKed but the
	// first, whose retransmission is acknowledged alone.
	s := flight(t, sackOnly(), 5)
	s.ackTo(0, 1, 5)
	s.want("fast retransmit", wire.ACK, at(0), 1, mss)
	s.ackTo(1)
	s.wantNothing("the rest is known to have arrived")
	s.run(2 * sec)
	if s.n.TCPSACKReneging == 0 {
		t.Error("not noticed")
	}
	out := s.take()
	if len(out) == 0 || out[0].seq != at(1) {
		t.Errorf("sent %v, want what the receiver has dropped", out)
	}
	s.ackTo(5)
	s.done()
}

func TestSACKWithinSuperSegment(t *testing.T) {
	// A super-segment's parts are lost one by one, and only those are sent again.
	cfg := sackOnly()
	cfg.GSOMax = 65536
	s := flight(t, cfg, 20)
	s.ackTo(3, 4, 9)
	wantSeqs(t, "one segment of the twenty, and NextSeg (4)", s.take(), at(3), at(19))
	s.ackTo(3, 11, 15, 4, 9)
	out := s.take()
	s.ackTo(9, 11, 20)
	wantSeqs(t, "the next hole, as PRR lets it", append(out, s.take()...), at(9), at(10))
	s.ackTo(20)
	if i := s.c.Info(); i.Retransmits != 4 || s.c.sq.bytes != 0 {
		t.Errorf("%d segments sent again, %d bytes left", i.Retransmits, s.c.sq.bytes)
	}
	s.done()
}

func TestRFC5681_4_1_RestartAfterIdle(t *testing.T) {
	s := flight(t, plain(), 20)
	s.ackTo(20)
	s.c.cwnd = 40 * mss
	s.run(10 * sec)
	s.c.sq.limit = 1 << 20
	s.write(30 * mss)
	if n := len(s.take()); n != 10 {
		t.Errorf("%d segments after a pause, want the restart window of 10", n)
	}
	s.done()
}

func TestRFC6928_InitialWindow(t *testing.T) {
	for _, k := range []struct{ mss, want uint32 }{{1460, 14600}, {1448, 14480}, {536, 5360}, {8960, 17920}, {100, 1000}} {
		if got := initialWindow(k.mss); got != k.want {
			t.Errorf("MSS %d: %d, want %d", k.mss, got, k.want)
		}
	}
}

func TestRFC5681_3_1_SlowStartAndAvoidance(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.c.sq.limit = 1 << 22
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	una := uint32(1)
	round := func() {
		for s.c.sndEnd-s.c.sndUna < 200*mss {
			s.write(40 * mss)
		}
		out := s.take()
		for _, x := range out {
			una = x.seq + uint32(len(x.data))
			s.in(seg{flags: wire.ACK, seq: 1, ack: una})
		}
		for _, x := range s.take() {
			una = x.seq + uint32(len(x.data))
		}
		s.run(20 * ms)
		s.in(seg{flags: wire.ACK, seq: 1, ack: una})
	}
	before := s.c.cwnd
	round()
	if s.c.cwnd < 2*before {
		t.Errorf("slow start: cwnd %d after one round from %d", s.c.cwnd, before)
	}
	s.c.ssth = s.c.cwnd
	s.c.maxWnd, s.c.sndWnd = 1<<20, 1<<20
	s.take()
	before = s.c.cwnd
	r := &reno{}
	got := before
	for n := uint32(0); n < before; n += mss {
		got = r.avoid(s.c, s.now, got, mss)
	}
	if got != before+mss {
		t.Errorf("congestion avoidance: cwnd %d after one round from %d, want one segment more", got, before)
	}
	s.done()
}

func TestRFC9438_Cubic(t *testing.T) {
	s := newScript(t, Config{})
	s.open(wire.TCPOptions{})
	c := s.c
	q := c.cc.(*cubic)
	c.opt.mss = 1000
	c.rtt.srtt = 100 * ms
	c.cwnd = 100 * 1000
	c.sndNxt = c.sndUna + c.cwnd
	ssth := q.ssthresh(c, s.now)
	if ssth != 70*1000 {
		t.Errorf("4.6: ssthresh %d, want beta_cubic 0.7 of the flight", ssth)
	}
	// From the reduction on, W_cubic reaches W_max after K = cbrt(W_max*(1-beta)/C).
	cwnd := ssth
	now := s.now
	k := 4.217 // cbrt(30/0.4)
	var atK uint32
	for now-s.now < 8*sec {
		cwnd = q.avoid(c, now, cwnd, cwnd/10)
		now += 10 * ms
		if atK == 0 && float64(now-s.now)/1e9 >= k {
			atK = cwnd
		}
	}
	if atK < 96*1000 || atK > 104*1000 {
		t.Errorf("4.2: cwnd %d at K, want about W_max = 100000", atK)
	}
	if cwnd < 115*1000 {
		t.Errorf("4.2: cwnd %d well after K, want convex growth above W_max", cwnd)
	}
	// 4.7: a second loss below W_max gives up more of it.
	c.cwnd = 80 * 1000
	q.wMax = 100
	q.ssthresh(c, now)
	if q.wMax != 80*(1+cubicBeta)/2 {
		t.Errorf("4.7: W_max %v", q.wMax)
	}
	c.sndNxt = c.sndUna
	s.done()
}

package tcp

import (
	"errors"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

func TestRFC5961_5_DataInjection(t *testing.T) {
	// SND.UNA - MAX.SND.WND =< SEG.ACK =< SND.NXT, else a challenge ACK and no text.
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	for _, ack := range []uint32{2, 1 << 30, minus(65535)} {
		s.now += sec // past the limit of one challenge ACK each half second
		s.in(seg{flags: wire.ACK, seq: 1, ack: ack, data: []byte("evil")})
		s.want("challenge", wire.ACK, 1, 1, 0)
	}
	s.in(seg{flags: wire.ACK, seq: 1, ack: minus(65534), data: []byte("good")})
	s.want("an old ACK within MAX.SND.WND is ignored, its text is taken", wire.ACK, 1, 5, 0)
	sameBytes(t, "text", s.read(10), []byte("good"))
	s.done()
}

func TestRFC5961_7_ChallengeAcksAreLimited(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	n := 0
	for range 1000 { // in one second
		s.in(seg{flags: wire.SYN, seq: 100})
		n += len(s.take())
		s.now += ms
	}
	if n != 2 {
		t.Errorf("%d challenge ACKs in a second, want 2", n)
	}
	if s.n.TCPChallengeACK != 2 || s.n.TCPSYNChallenge != 1000 || s.n.TCPACKSkippedChallenge != 998 {
		t.Errorf("counters %+v", s.n)
	}
	s.done()
}

func TestRFC5961_3_HalfOpenConnectionIsRecovered(t *testing.T) {
	// RFC 9293 3.5.1, with the challenge of RFC 5961: the peer has crashed
	// and opens anew; its RST to our challenge ends the old connection.
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.SYN, seq: 400})
	x := s.want("challenge", wire.ACK, 1, 1, 0)
	s.in(seg{flags: wire.RST, seq: x.ack})
	s.wantState("the answer of a TCP without this connection", StateClosed)
	s.done()
}

func TestRFC7323_5_3_PAWS(t *testing.T) {
	ts := func(v, e uint32) wire.TCPOptions { return wire.TCPOptions{HasTS: true, TSVal: v, TSEcr: e} }
	s := newScript(t, Config{NoSACK: true})
	s.open(ts(1000, 0))
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, opt: ts(1010, 0), data: []byte("one")})
	s.want("newer", wire.ACK, 1, 4, 0)
	s.in(seg{flags: wire.ACK, seq: 4, ack: 1, opt: ts(1009, 0), data: []byte("old")})
	x := s.want("R1: SEG.TSval < TS.Recent is not acceptable", wire.ACK, 1, 4, 0)
	if x.opt.TSEcr != 1010 {
		t.Errorf("TSecr %d, want TS.Recent 1010", x.opt.TSEcr)
	}
	if s.n.PAWSEstab != 1 {
		t.Error("not counted")
	}
	s.in(seg{flags: wire.ACK, seq: 4, ack: 1, data: []byte("bare")})
	s.wantNothing("3.2: a segment without TSopt is silently dropped")
	s.in(seg{flags: wire.ACK, seq: 4, ack: 1, opt: ts(1010, 0), data: []byte("two")})
	s.want("equal is acceptable", wire.ACK, 1, 7, 0)
	// 4.3: a segment out of order must not move TS.Recent.
	s.in(seg{flags: wire.ACK, seq: 100, ack: 1, opt: ts(2000, 0), data: []byte("ahead")})
	if x := s.want("dup ACK", wire.ACK, 1, 7, 0); x.opt.TSEcr != 1010 {
		t.Errorf("TSecr %d after a segment that is not at Last.ACK.sent, want 1010", x.opt.TSEcr)
	}
	// 5.5: after 24 days TS.Recent is outdated.
	s.now += 25 * 24 * 3600 * sec
	s.in(seg{flags: wire.ACK, seq: 7, ack: 1, opt: ts(5, 0), data: []byte("x")})
	s.want("after 25 idle days", wire.ACK, 1, 8, 0)
	// An RST is not subject to PAWS.
	s.in(seg{flags: wire.RST, seq: 8, opt: ts(1, 0)})
	s.wantState("RST", StateClosed)
	s.done()
}

func TestRFC7323_3_2_TimestampsNeedBothSides(t *testing.T) {
	s := newScript(t, Config{})
	s.open(wire.TCPOptions{})
	s.write(10)
	x := s.want("the peer's SYN had no options", wire.ACK|wire.PSH, 1, 1, 10)
	if x.opt.HasTS || s.c.Info().Options.SACK || s.c.Info().Options.WindowScale {
		t.Errorf("options in use that were not negotiated: %+v", s.c.Info().Options)
	}
	s.done()
}

func TestRFC9293_3_10_7_4_OverlappingAndTrimmedText(t *testing.T) {
	s := newScript(t, sackOnly())
	s.open(wire.TCPOptions{SACKPermitted: true})
	in := func(off, n int) {
		s.in(seg{flags: wire.ACK, seq: uint32(1 + off), ack: 1, data: patternAt(off, n)})
	}
	in(500, 100)
	in(700, 100)
	in(450, 100) // overlaps the first run at its start
	in(590, 120) // joins both
	in(400, 500) // covers all
	if n := len(s.c.ooo.runs); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
	in(0, 450)
	sameBytes(t, "reassembled", s.read(2000), pattern(900))
	in(800, 200) // old and new
	sameBytes(t, "new part", s.read(2000), patternAt(900, 100))
	// Beyond the window only what fits is taken.
	edge := int(s.c.rcvAdv - s.c.rcvNxt)
	s.in(seg{flags: finAck, seq: 1001, ack: 1, data: patternAt(1000, edge+500)})
	if got := s.c.Buffered(); got != edge {
		t.Errorf("%d bytes taken with a window of %d", got, edge)
	}
	s.wantState("a FIN that was cut off does not count", StateEstablished)
	s.done()
}

func TestFinOutOfOrder(t *testing.T) {
	s := newScript(t, sackOnly())
	s.open(wire.TCPOptions{SACKPermitted: true})
	s.in(seg{flags: finAck, seq: 101, ack: 1, data: patternAt(100, 50)})
	s.wantState("FIN waits for what is before it", StateEstablished)
	s.in(seg{flags: wire.ACK, seq: 152, ack: 1, data: []byte("text behind FIN")})
	s.take()
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, data: pattern(100)})
	s.want("all of it, and FIN", wire.ACK, 1, 152, 0)
	s.wantState("FIN in order", StateCloseWait)
	sameBytes(t, "text", s.read(1000), pattern(150))
	s.done()
}

// Bounds: each of these would take memory without limit.
func TestBounds(t *testing.T) {
	t.Run("tiny segments with gaps", func(t *testing.T) {
		s := newScript(t, Config{RecvBufMax: 1 << 20})
		s.open(wire.TCPOptions{SACKPermitted: true})
		for i := range 20000 {
			s.in(seg{flags: wire.ACK, seq: uint32(2 + 2*i), ack: 1, data: []byte{1}})
			s.out = nil
		}
		if n := len(s.c.ooo.runs); n > maxRuns {
			t.Errorf("%d runs", n)
		}
		if m := s.c.ooo.mem; m > memFactor*s.c.rw.buf {
			t.Errorf("%d bytes of blocks, buffer %d", m, s.c.rw.buf)
		}
		s.done()
	})
	t.Run("gap filled under memory pressure", func(t *testing.T) {
		cfg := sackOnly()
		cfg.RecvBuf = 8192
		s := newScript(t, cfg)
		s.open(wire.TCPOptions{SACKPermitted: true})
		for i := range 200 {
			s.in(seg{flags: wire.ACK, seq: uint32(2 + 2*i), ack: 1, data: []byte{1}})
		}
		s.out = nil
		for i := range 500 {
			s.in(seg{flags: wire.ACK, seq: uint32(1 + i), ack: 1, data: patternAt(i, 1)})
		}
		if s.c.rcvNxt-s.irs-1 < 500 {
			t.Errorf("only %d bytes taken in order", s.c.rcvNxt-s.irs-1)
		}
		if s.n.OfoPruned == 0 {
			t.Error("the test did not come to the bound")
		}
		s.done()
	})
	t.Run("byte by byte", func(t *testing.T) {
		s := newScript(t, plain())
		s.open(wire.TCPOptions{})
		for i := range 30000 {
			s.in(seg{flags: wire.ACK, seq: uint32(1 + i), ack: 1, data: patternAt(i, 1)})
			s.out = nil
		}
		if m := s.c.rq.mem; m > 3*30000 {
			t.Errorf("%d bytes of blocks for 30000 of text", m)
		}
		sameBytes(t, "text", s.read(30000), pattern(30000))
		s.done()
	})
	t.Run("writes without window", func(t *testing.T) {
		s := newScript(t, plain())
		s.open(wire.TCPOptions{})
		s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
		total := 0
		for {
			n, err := s.c.Write(s.now, pattern(777))
			total += n
			if errors.Is(err, ErrWouldBlock) {
				break
			}
		}
		if total > s.c.sq.limit || s.c.sq.mem > memFactor*s.c.sq.limit {
			t.Errorf("%d bytes, %d of blocks, limit %d", total, s.c.sq.mem, s.c.sq.limit)
		}
		s.done()
	})
	t.Run("one-byte writes sent at once", func(t *testing.T) {
		cfg := plain()
		cfg.NoDelay = true
		s := newScript(t, cfg)
		s.open(wire.TCPOptions{})
		for range 100000 {
			if _, err := s.c.Write(s.now, []byte{1}); err != nil {
				break
			}
			s.out = nil
		}
		if m := s.c.sq.mem; m > memFactor*s.c.sq.limit+skb.LargeSize {
			t.Errorf("%d bytes of blocks, limit %d", m, s.c.sq.limit)
		}
		s.done()
	})
	t.Run("silly SACK blocks", func(t *testing.T) {
		s := newScript(t, Config{NoTimestamps: true, GSOMax: 65536})
		s.open(wire.TCPOptions{SACKPermitted: true, HasWScale: true, WScale: 7})
		s.c.cwnd = 1 << 20
		s.c.sq.limit = 1 << 20
		s.write(500000)
		s.out = nil
		for i := range 2000 {
			left := s.iss + 1 + uint32(i*3)%490000
			s.in(seg{flags: wire.ACK, seq: 1, ack: 1, opt: wire.TCPOptions{NSACK: 1, SACK: [4]wire.SACKBlock{{Left: left, Right: left + 2}}}})
		}
		n := 0
		for b := s.c.sq.head; b != nil; b = b.Next {
			n++
		}
		if n > 500000/1448+20 {
			t.Errorf("the send queue was cut into %d pieces", n)
		}
		s.done()
	})
}

func TestRFC5461_ICMPErrors(t *testing.T) {
	s, _, _ := inState(t, StateSynSent)
	s.c.ICMPError(s.now, syscall.EHOSTUNREACH, false)
	if s.c.Err() != syscall.EHOSTUNREACH {
		t.Errorf("SYN-SENT: %v; an attempt ends so that the user can try elsewhere", s.c.Err())
	}
	s.done()

	s, _, _ = inState(t, StateEstablished)
	s.write(10)
	s.c.ICMPError(s.now, syscall.EHOSTUNREACH, true)
	s.wantState("RFC 5461 2: no abort once synchronized, whatever the error", StateEstablished)
	s.run(3600 * sec)
	if s.c.Err() != syscall.EHOSTUNREACH {
		t.Errorf("timed out with %v, want the reason that ICMP gave", s.c.Err())
	}
	s.done()

	s, _, _ = inState(t, StateEstablished)
	s.write(10)
	if s.c.InFlight(s.iss) || !s.c.InFlight(s.iss+1) || s.c.InFlight(s.iss+11) {
		t.Error("RFC 5927 4.1: only numbers in flight are believed")
	}
	s.done()
}

func TestRFC1191_PathMTUChange(t *testing.T) {
	for _, gso := range []int{0, 65536} {
		cfg := sackOnly()
		cfg.GSOMax = gso
		s := newScript(t, cfg)
		s.open(wire.TCPOptions{SACKPermitted: true})
		s.write(5 * 1460)
		wantSeqs(t, "segments", s.take(), 1, 1461, 2921, 4381, 5841)
		cwnd := s.c.cwnd
		s.maxSeg = 1000 - 20
		s.c.SetMTU(s.now, 1000)
		check(t, s.c)
		out := s.take()
		n := 0
		for _, x := range out {
			if len(x.data) > 960 {
				t.Errorf("sent %v on a path of 1000", x)
			}
			n += len(x.data)
		}
		if n != 5*1460 || out[0].seq != 1 {
			t.Errorf("%d bytes sent again from %d, want all", n, out[0].seq)
		}
		if s.c.cwnd != cwnd {
			t.Errorf("cwnd %d, was %d: no congestion was seen", s.c.cwnd, cwnd)
		}
		s.in(seg{flags: wire.ACK, seq: 1, ack: 5*1460 + 1})
		s.done()
	}
}

// minus is a number below our ISS.
func minus(n uint32) uint32 { return -n }

package tcp

import (
	"errors"
	"io"
	"net/netip"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

const finAck = wire.FIN | wire.ACK

// inState brings a connection without options to a state. Sent and received so far:
// the SYNs, and the FINs that the state implies; our next number is nxt, the
// peer's is rcv.
func inState(t *testing.T, st State) (s *script, nxt, rcv uint32) {
	t.Helper()
	s = newScript(t, plain())
	nxt, rcv = 1, 1
	if st == StateClosed {
		return s, 0, 0
	}
	if st == StateSynSent || st == StateSynReceived {
		if err := s.c.Connect(s.now); err != nil {
			t.Fatal(err)
		}
		s.want("active open", wire.SYN, 0, 0, 0)
		if st == StateSynReceived {
			s.in(seg{flags: wire.SYN, seq: 0})
			s.want("SYN crossing ours", wire.SYN|wire.ACK, 0, 1, 0)
		} else {
			rcv = 0
		}
		s.wantState("opening", st)
		return s, nxt, rcv
	}
	s.open(wire.TCPOptions{})
	peerFin := func() {
		s.in(seg{flags: finAck, seq: rcv, ack: nxt})
		rcv++
		s.want("ACK of FIN", wire.ACK, nxt, rcv, 0)
	}
	ourFin := func() {
		if err := s.c.CloseWrite(s.now); err != nil {
			t.Fatal(err)
		}
		s.want("our FIN", finAck, nxt, rcv, 0)
		nxt++
	}
	switch st {
	case StateFinWait1:
		ourFin()
	case StateFinWait2:
		ourFin()
		s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt})
	case StateCloseWait:
		peerFin()
	case StateClosing:
		ourFin()
		s.in(seg{flags: finAck, seq: rcv, ack: nxt - 1})
		rcv++
		s.want("ACK of crossing FIN", wire.ACK, nxt, rcv, 0)
	case StateLastAck:
		peerFin()
		ourFin()
	case StateTimeWait:
		ourFin()
		s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt})
		peerFin()
	}
	s.wantState("set-up", st)
	s.wantNothing("set-up")
	return s, nxt, rcv
}

var synchronizedStates = []State{
	StateEstablished, StateFinWait1, StateFinWait2, StateCloseWait, StateClosing, StateLastAck, StateTimeWait,
}

// RFC 9293 3.10.7.4 for each synchronized state: what each kind of segment does.
func TestRFC9293_3_10_7_4_EveryStateEveryEvent(t *testing.T) {
	for _, st := range synchronizedStates {
		ours := st // state after an event that changes nothing
		unackedFin := st == StateFinWait1 || st == StateClosing || st == StateLastAck
		run := func(name string, fn func(t *testing.T, s *script, nxt, rcv uint32)) {
			t.Run(st.String()+"/"+name, func(t *testing.T) {
				s, nxt, rcv := inState(t, st)
				fn(t, s, nxt, rcv)
				s.done()
			})
		}
		una := func(nxt uint32) uint32 {
			if unackedFin {
				return nxt - 1
			}
			return nxt
		}

		run("RST at RCV.NXT", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.RST, seq: rcv})
			s.wantNothing("a reset is never answered")
			switch st {
			case StateTimeWait:
				s.wantState("RFC 1337 F1: TIME-WAIT ignores RST", st)
			case StateClosing, StateLastAck:
				s.wantState("3.10.7.4: enter CLOSED", StateClosed)
				if s.c.Err() != nil {
					t.Errorf("error %v, but the user had closed in an orderly way", s.c.Err())
				}
			default:
				s.wantState("3.10.7.4: enter CLOSED", StateClosed)
				if s.c.Err() != syscall.ECONNRESET {
					t.Errorf("error %v, want connection reset", s.c.Err())
				}
				if s.events&(Failed|Closed) != Failed|Closed {
					t.Error("the user was not told")
				}
			}
		})
		run("RST elsewhere in the window", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.RST, seq: rcv + 1})
			if st == StateTimeWait || rcv+1 == rcv+s.c.rcvAdv-s.c.rcvNxt {
				s.wantNothing("ignored")
			} else {
				s.want("RFC 5961 3.2: challenge ACK", wire.ACK, nxt, rcv, 0)
			}
			s.wantState("RFC 5961 3.2: no reset", ours)
		})
		run("RST outside of the window", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.RST, seq: rcv - 1})
			s.in(seg{flags: wire.RST, seq: rcv + 1<<20})
			s.wantNothing("RFC 5961 3.2: silently dropped")
			s.wantState("no reset", ours)
		})
		run("SYN in the window", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.SYN, seq: rcv})
			s.want("RFC 5961 4.2: challenge ACK", wire.ACK, nxt, rcv, 0)
			s.wantState("no reset", ours)
		})
		run("no ACK bit", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.PSH, seq: rcv, data: []byte("x")})
			if st != StateTimeWait {
				s.wantNothing("fifth step: if the ACK bit is off, drop the segment")
			}
			if s.c.Buffered() != 0 {
				t.Error("text of a segment without ACK was taken")
			}
			s.wantState("dropped", ours)
		})
		run("ACK beyond SND.NXT", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt + 1})
			if st == StateTimeWait {
				s.wantNothing("nothing to tell")
			} else {
				s.want("fifth step: send an ACK", wire.ACK, nxt, rcv, 0)
			}
			s.wantState("dropped", ours)
		})
		run("text", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.ACK, seq: rcv, ack: una(nxt), data: []byte("hello")})
			if st.mayReceive() {
				s.want("seventh step: ACK of the text", wire.ACK, nxt, rcv+5, 0)
				sameBytes(t, "text", s.read(10), []byte("hello"))
			} else if s.c.Buffered() != 0 {
				t.Error("text after FIN was taken")
			}
			s.wantState("no change", ours)
		})
		run("FIN", func(t *testing.T, s *script, nxt, rcv uint32) {
			want := map[State]State{
				StateEstablished: StateCloseWait, StateFinWait1: StateClosing, StateFinWait2: StateTimeWait,
				StateCloseWait: StateCloseWait, StateClosing: StateClosing, StateLastAck: StateLastAck, StateTimeWait: StateTimeWait,
			}[st]
			if st.mayReceive() {
				s.in(seg{flags: finAck, seq: rcv, ack: una(nxt)})
				s.want("eighth step: ACK of FIN", wire.ACK, nxt, rcv+1, 0)
				if _, err := s.c.Read(s.now, make([]byte, 1)); err != io.EOF {
					t.Errorf("Read after FIN: %v, want EOF", err)
				}
			} else {
				s.in(seg{flags: finAck, seq: rcv - 1, ack: una(nxt)}) // the one we have, again
				s.want("a retransmitted FIN is acknowledged", wire.ACK, nxt, rcv, 0)
			}
			s.wantState("eighth step", want)
		})
		run("FIN with the ACK of ours", func(t *testing.T, s *script, nxt, rcv uint32) {
			if st != StateFinWait1 {
				return
			}
			s.in(seg{flags: finAck, seq: rcv, ack: nxt})
			s.want("ACK of FIN", wire.ACK, nxt, rcv+1, 0)
			s.wantState("eighth step: our FIN has been ACKed, TIME-WAIT", StateTimeWait)
		})
		run("ACK of everything", func(t *testing.T, s *script, nxt, rcv uint32) {
			want := map[State]State{StateFinWait1: StateFinWait2, StateClosing: StateTimeWait, StateLastAck: StateClosed}
			s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt})
			s.wantNothing("an ACK is not answered")
			if w, ok := want[st]; ok {
				s.wantState("fifth step: our FIN is acknowledged", w)
			} else {
				s.wantState("fifth step", ours)
			}
		})
		run("old duplicate", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.ACK, seq: rcv - 20, ack: una(nxt), data: pattern(10)})
			s.want("first step: not acceptable, send an ACK", wire.ACK, nxt, rcv, 0)
			s.wantState("dropped", ours)
		})
		run("beyond the window", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.in(seg{flags: wire.ACK, seq: rcv + 1<<20, ack: una(nxt), data: pattern(10)})
			s.want("first step: not acceptable, send an ACK", wire.ACK, nxt, rcv, 0)
			s.wantState("dropped", ours)
		})

		run("CLOSE call", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.c.Close(s.now)
			check(t, s.c)
			switch st {
			case StateEstablished:
				s.want("3.10.4: FIN", finAck, nxt, rcv, 0)
				s.wantState("3.10.4", StateFinWait1)
			case StateCloseWait:
				s.want("3.10.4: FIN", finAck, nxt, rcv, 0)
				s.wantState("3.10.4", StateLastAck)
			default:
				s.wantNothing("3.10.4: FIN has been sent")
				s.wantState("3.10.4", ours)
			}
			if _, err := s.c.Read(s.now, make([]byte, 1)); !errors.Is(err, ErrClosed) {
				t.Errorf("Read after Close: %v", err)
			}
		})
		run("ABORT call", func(t *testing.T, s *script, nxt, rcv uint32) {
			s.c.Abort(s.now)
			switch st {
			case StateEstablished, StateFinWait1, StateFinWait2, StateCloseWait:
				s.want("3.10.5: RST", wire.RST|wire.ACK, nxt, rcv, 0)
			default:
				s.wantNothing("3.10.5: no RST is needed")
			}
			s.wantState("3.10.5", StateClosed)
		})
		run("SEND call", func(t *testing.T, s *script, nxt, rcv uint32) {
			_, err := s.c.Write(s.now, []byte("data"))
			if st == StateEstablished || st == StateCloseWait {
				if err != nil {
					t.Fatal(err)
				}
				s.want("3.10.2: segmentize", wire.ACK|wire.PSH, nxt, rcv, 4)
			} else if err != syscall.EPIPE {
				t.Errorf("3.10.2: %v, want an error: the connection is closing", err)
			}
		})
		run("RECEIVE call", func(t *testing.T, s *script, nxt, rcv uint32) {
			_, err := s.c.Read(s.now, make([]byte, 1))
			if st.mayReceive() != errors.Is(err, ErrWouldBlock) || !st.mayReceive() && err != io.EOF {
				t.Errorf("3.10.3: %v", err)
			}
		})
	}
}

func TestRFC9293_3_10_7_1_Closed(t *testing.T) {
	s, _, _ := inState(t, StateClosed)
	for _, k := range []struct {
		why        string
		flags      wire.TCPFlags
		wantFlags  wire.TCPFlags
		seq, ack   uint32
		data       int
		wantAnswer bool
	}{
		{"no ACK: <SEQ=0><ACK=SEG.SEQ+SEG.LEN><CTL=RST,ACK>", wire.SYN, wire.RST | wire.ACK, 0, 701, 0, true},
		{"no ACK, with text and FIN", wire.FIN, wire.RST | wire.ACK, 0, 711, 10, true},
		{"ACK: <SEQ=SEG.ACK><CTL=RST>", wire.ACK, wire.RST, 99, 0, 0, true},
		{"RST is discarded", wire.RST, 0, 0, 0, 0, false},
	} {
		x := seg{flags: k.flags, seq: 700, ack: 99, data: pattern(k.data)}
		b := x.build(&s.pool, addrB, addrA)
		h := wire.TCP(b.Bytes())
		rst := ResetFor(&s.pool, addrA, addrB, h, k.data)
		b.Free()
		if (rst != nil) != k.wantAnswer {
			t.Fatalf("%s: answer %v", k.why, rst)
		}
		if rst == nil {
			continue
		}
		y := cut(t, rst, addrA, addrB, 0)[0]
		rst.Free()
		if y.flags != k.wantFlags || y.seq != k.seq || y.ack != k.ack {
			t.Errorf("%s: %v", k.why, y)
		}
	}
	s.done()
}

func TestRFC9293_3_10_7_3_SynSent(t *testing.T) {
	for _, k := range []struct {
		why   string
		in    seg
		state State
		err   error
		flags wire.TCPFlags
		seq   uint32
		ack   uint32
	}{
		{"ACK of nothing sent: reset", seg{flags: wire.ACK, ack: 77}, StateSynSent, nil, wire.RST, 77, 0},
		{"ACK of our ISS: reset", seg{flags: wire.SYN | wire.ACK, ack: 0}, StateSynSent, nil, wire.RST, 0, 0},
		{"the same with RST: dropped", seg{flags: wire.RST | wire.ACK, ack: 77}, StateSynSent, nil, 0, 0, 0},
		{"RST with acceptable ACK: connection reset", seg{flags: wire.RST | wire.ACK, ack: 1}, StateClosed, syscall.ECONNREFUSED, 0, 0, 0},
		{"RST without ACK: dropped", seg{flags: wire.RST}, StateSynSent, nil, 0, 0, 0},
		{"neither SYN nor RST: dropped", seg{flags: wire.ACK, ack: 1}, StateSynSent, nil, 0, 0, 0},
		{"SYN-ACK: established", seg{flags: wire.SYN | wire.ACK, ack: 1}, StateEstablished, nil, wire.ACK, 1, 1},
		{"SYN: simultaneous open", seg{flags: wire.SYN}, StateSynReceived, nil, wire.SYN | wire.ACK, 0, 1},
	} {
		t.Run(k.why, func(t *testing.T) {
			s, _, _ := inState(t, StateSynSent)
			s.in(k.in)
			if k.flags == 0 {
				s.wantNothing(k.why)
			} else {
				s.want(k.why, k.flags, k.seq, k.ack, 0)
			}
			s.wantState(k.why, k.state)
			if s.c.Err() != k.err {
				t.Errorf("error %v, want %v", s.c.Err(), k.err)
			}
			s.done()
		})
	}
}

func TestRFC9293_3_10_7_4_SynReceived(t *testing.T) {
	for _, k := range []struct {
		why   string
		in    seg
		state State
		flags wire.TCPFlags
		seq   uint32
		ack   uint32
		n     int
	}{
		{"ACK of our SYN", seg{flags: wire.ACK, seq: 1, ack: 1}, StateEstablished, 0, 0, 0, 0},
		{"ACK with text", seg{flags: wire.ACK, seq: 1, ack: 1, data: []byte("hi")}, StateEstablished, wire.ACK, 1, 3, 0},
		{"ACK with FIN", seg{flags: finAck, seq: 1, ack: 1}, StateCloseWait, wire.ACK, 1, 2, 0},
		{"unacceptable ACK: reset", seg{flags: wire.ACK, seq: 1, ack: 9}, StateSynReceived, wire.RST, 9, 0, 0},
		{"repeated SYN: SYN-ACK again", seg{flags: wire.SYN, seq: 0}, StateSynReceived, wire.SYN | wire.ACK, 0, 1, 0},
		{"other SYN in the window: challenge", seg{flags: wire.SYN, seq: 10}, StateSynReceived, wire.ACK, 1, 1, 0},
		{"RST", seg{flags: wire.RST, seq: 1}, StateClosed, 0, 0, 0, 0},
	} {
		t.Run(k.why, func(t *testing.T) {
			s, _, _ := inState(t, StateSynReceived)
			s.in(k.in)
			if k.flags == 0 {
				s.wantNothing(k.why)
			} else {
				s.want(k.why, k.flags, k.seq, k.ack, k.n)
			}
			s.wantState(k.why, k.state)
			s.done()
		})
	}
}

func TestRFC9293_3_5_SimultaneousOpen(t *testing.T) {
	// Figure 7: both SYNs cross, both sides answer with SYN-ACK, and each other's
	// SYN-ACK completes the handshake.
	s, _, _ := inState(t, StateSynReceived)
	s.in(seg{flags: wire.SYN | wire.ACK, seq: 0, ack: 1})
	s.wantState("figure 7, line 7", StateEstablished)
	s.done()

	// And two Conns do it with one another.
	w := newWorld(t, 1, linkConfig{delay: 5 * ms}, Config{}, Config{})
	if err := w.ends[1].c.Connect(w.now); err != nil {
		t.Fatal(err)
	}
	w.transfer(100000, 100000)
}

func TestRFC9293_3_6_SimultaneousClose(t *testing.T) {
	// Figure 13: FINs cross; both sides go through CLOSING to TIME-WAIT.
	w := newWorld(t, 1, linkConfig{delay: 5 * ms}, Config{}, Config{})
	a, b := w.ends[0], w.ends[1]
	var states [2][]State
	for i, e := range w.ends {
		e.c.tr = trace.New(&trace.Run{Now: func() int64 { return w.now }, Sink: sinkFunc(func(ev *trace.Event) {
			if ev.Kind == trace.SockState {
				states[i] = append(states[i], State(ev.TCP.New))
			}
		})}, "x")
	}
	if err := a.c.Connect(w.now); err != nil {
		t.Fatal(err)
	}
	w.run(sec)
	for _, e := range w.ends {
		if err := e.c.CloseWrite(w.now); err != nil {
			t.Fatal(err)
		}
	}
	w.run(sec)
	for i, e := range w.ends {
		if e.c.State() != StateTimeWait {
			t.Errorf("end %d in %v, want TIME-WAIT", i, e.c.State())
		}
		n := len(states[i])
		if n < 3 || states[i][n-2] != StateClosing || states[i][n-3] != StateFinWait1 {
			t.Errorf("end %d went through %v", i, states[i])
		}
	}
	if !b.c.TimerBackground() {
		t.Error("only TIME-WAIT is left, but its timer keeps the run alive")
	}
	w.run(120 * sec)
	for i, e := range w.ends {
		if e.c.State() != StateClosed || e.events&Closed == 0 {
			t.Errorf("end %d in %v after 2 MSL", i, e.c.State())
		}
		e.c.Close(w.now)
	}
	if w.pool.Live != 0 {
		t.Errorf("%d buffers leaked", w.pool.Live)
	}
}

type sinkFunc func(*trace.Event)

func (f sinkFunc) Emit(e *trace.Event) { f(e) }

func TestRFC9293_3_6_HalfClose(t *testing.T) {
	// "A user who CLOSEs may continue to RECEIVE until the TCP receiver is told that the
	// remote peer has CLOSED also."
	s, nxt, rcv := inState(t, StateFinWait2)
	for i := range 5 {
		s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt, data: patternAt(100*i, 100)})
		rcv += 100
		s.run(sec)
	}
	sameBytes(t, "after our FIN", s.read(1000), pattern(500))
	s.done()
}

func TestRFC9293_3_6_1_CloseWithUnreadData(t *testing.T) {
	// SHLD-3: "its TCP implementation SHOULD send a RST to show that data was lost".
	s, nxt, rcv := inState(t, StateEstablished)
	s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt, data: pattern(10)})
	s.take()
	s.c.Close(s.now)
	s.want("unread data", wire.RST|wire.ACK, nxt, rcv+10, 0)
	s.wantState("reset", StateClosed)
	s.done()

	s, nxt, rcv = inState(t, StateEstablished)
	s.c.Close(s.now)
	s.want("orderly", finAck, nxt, rcv, 0)
	s.in(seg{flags: wire.ACK, seq: rcv, ack: nxt + 1, data: pattern(10)})
	s.want("new data after CLOSE", wire.RST|wire.ACK, nxt+1, rcv, 0)
	s.wantState("reset", StateClosed)
	s.done()
}

func TestFinWait2OfClosedConnectionEnds(t *testing.T) {
	// tcp_fin_timeout: a peer that never closes does not hold a connection that
	// its user has closed; one that is half-closed stays.
	s, _, _ := inState(t, StateFinWait2)
	s.run(3600 * sec)
	s.wantState("half-closed", StateFinWait2)
	s.c.Close(s.now)
	if !s.c.TimerBackground() {
		t.Error("nobody waits for this timer")
	}
	s.run(61 * sec)
	s.wantState("closed and silent for 60 s", StateClosed)
	s.done()
}

func TestRFC9293_3_10_7_4_TimeWaitRestartsOnFin(t *testing.T) {
	s, nxt, rcv := inState(t, StateTimeWait)
	s.run(50 * sec)
	s.in(seg{flags: finAck, seq: rcv - 1, ack: nxt})
	s.want("acknowledge the remote FIN", wire.ACK, nxt, rcv, 0)
	s.run(50 * sec)
	s.wantState("2 MSL start anew with the FIN", StateTimeWait)
	s.run(11 * sec)
	s.wantState("60 s after the FIN", StateClosed)
	s.done()
}

func TestRFC9293_3_10_4_CloseInSynReceived(t *testing.T) {
	s, _, _ := inState(t, StateSynReceived)
	s.c.Close(s.now)
	s.wantNothing("queued for processing after entering ESTABLISHED")
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	s.want("FIN after the handshake", finAck, 1, 1, 0)
	s.wantState("3.10.4", StateFinWait1)
	s.done()
}

func TestRFC9293_3_10_4_CloseInSynSent(t *testing.T) {
	s, _, _ := inState(t, StateSynSent)
	s.c.Close(s.now)
	s.wantNothing("delete the TCB")
	s.wantState("3.10.4", StateClosed)
	s.done()
}

// The sequence numbers of every state's segments wrap around within the exchange.
func TestRFC9293_3_4_Wraparound(t *testing.T) {
	for _, iss := range []uint32{0, 1, ^uint32(0), ^uint32(0) - 1, ^uint32(0) - 700, 1<<31 - 1, 1 << 31} {
		cfg := sackOnly()
		s := newScript(t, cfg)
		s.iss, s.irs = iss, iss-3
		s.open(wire.TCPOptions{SACKPermitted: true})
		s.write(3000)
		wantSeqs(t, "segments", s.take(), 1, 1461, 2921)
		// The second is lost and found by SACK.
		s.in(seg{flags: wire.ACK, seq: 1, ack: 1461, opt: wire.TCPOptions{NSACK: 1, SACK: [4]wire.SACKBlock{{Left: iss + 2921, Right: iss + 3001}}}})
		s.run(300 * ms)
		s.want("retransmission", wire.ACK, 1461, 1, 1460)
		s.in(seg{flags: wire.ACK, seq: 1, ack: 3001})
		// Out of order, then the gap.
		s.in(seg{flags: wire.ACK, seq: 101, ack: 3001, data: patternAt(100, 100)})
		x := s.want("duplicate ACK", wire.ACK, 3001, 1, 0)
		if x.opt.NSACK != 1 || x.opt.SACK[0] != (wire.SACKBlock{Left: s.irs + 101, Right: s.irs + 201}) {
			t.Errorf("SACK %+v", x.opt)
		}
		s.in(seg{flags: wire.ACK, seq: 1, ack: 3001, data: pattern(100)})
		s.want("the gap is filled", wire.ACK, 3001, 201, 0)
		sameBytes(t, "data", s.read(300), pattern(200))
		s.done()
	}
}

func TestSelfConnect(t *testing.T) {
	// A connection from an address to itself is a simultaneous open with itself, and
	// all of it comes in while the Conn is at work: it goes through the backlog.
	e := &selfEnv{t: t}
	cfg := Config{MSS: 1460}
	c := New(e, &e.pool, nil, &cfg, addrA, netip.AddrPort(addrA))
	if err := c.Connect(epoch); err != nil {
		t.Fatal(err)
	}
	if c.State() != StateEstablished {
		t.Fatalf("state %v", c.State())
	}
	if _, err := c.Write(epoch, []byte("echo")); err != nil {
		t.Fatal(err)
	}
	var b [10]byte
	if n, err := c.Read(epoch, b[:]); n != 4 || err != nil || string(b[:4]) != "echo" {
		t.Fatalf("Read %q, %v", b[:n], err)
	}
	check(t, c)
	c.Abort(epoch)
	if e.pool.Live != 0 {
		t.Errorf("%d buffers leaked", e.pool.Live)
	}
}

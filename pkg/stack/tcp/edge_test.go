package tcp

import (
	"errors"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// What the user calls say on a connection that is not, or no longer, there.
func TestUserCallsOutOfPlace(t *testing.T) {
	s := newScript(t, plain())
	c := s.c
	if err := c.CloseWrite(s.now); err != syscall.ENOTCONN {
		t.Errorf("CloseWrite in CLOSED: %v", err)
	}
	if err := c.Connect(s.now); err != nil {
		t.Fatal(err)
	}
	if err := c.Connect(s.now); err != syscall.EISCONN {
		t.Errorf("second Connect: %v", err)
	}
	if _, err := c.Write(s.now, []byte("x")); !errors.Is(err, ErrWouldBlock) {
		t.Errorf("Write in SYN-SENT: %v", err)
	}
	if _, err := c.Read(s.now, make([]byte, 1)); !errors.Is(err, ErrWouldBlock) {
		t.Errorf("Read in SYN-SENT: %v", err)
	}
	s.take()
	s.in(seg{flags: wire.SYN | wire.ACK, ack: 1})
	if s.events&Writable == 0 {
		t.Error("a writer who came too early was not told")
	}
	if n, err := c.Write(s.now, nil); n != 0 || err != nil {
		t.Errorf("Write of nothing: %d, %v", n, err)
	}
	if err := c.CloseWrite(s.now); err != nil {
		t.Fatal(err)
	}
	if err := c.CloseWrite(s.now); err != nil {
		t.Errorf("second CloseWrite: %v", err)
	}
	s.in(seg{flags: wire.RST, seq: 1})
	if _, err := c.Write(s.now, []byte("x")); err != syscall.ECONNRESET {
		t.Errorf("Write after RST: %v", err)
	}
	if err := c.CloseWrite(s.now); err != syscall.ECONNRESET {
		t.Errorf("CloseWrite after RST: %v", err)
	}
	s.take()
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1})
	s.want("3.10.7.1: a segment for CLOSED", wire.RST, 1, 0, 0)
	c.Close(s.now)
	if _, err := c.Read(s.now, make([]byte, 1)); !errors.Is(err, ErrClosed) {
		t.Errorf("Read after Close: %v", err)
	}
	s.done()

	for name, want := range map[string]error{"": nil, "cubic": nil, "reno": nil, "bbr": ErrCongestionControl} {
		if err := (&Config{CongestionControl: name}).Validate(); err != want {
			t.Errorf("congestion control %q: %v", name, err)
		}
	}
	if StateTimeWait.String() != "TIME-WAIT" || State(99).String() != "unknown" {
		t.Error("state names")
	}
}

func TestMalformedSegments(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	for _, b := range [][]byte{nil, make([]byte, 19), {12: 0x40, 19: 0}, {12: 0xf0, 19: 0}} {
		x := s.pool.Alloc(0, len(b))
		copy(x.Put(len(b)), b)
		s.c.Segment(s.now, x)
	}
	if s.n.InErrs != 4 {
		t.Errorf("%d errors counted, want 4", s.n.InErrs)
	}
	s.wantNothing("not even a reset")
	s.done()
}

func TestReassemblyJoinsRuns(t *testing.T) {
	s := newScript(t, sackOnly())
	s.open(wire.TCPOptions{SACKPermitted: true})
	in := func(off, n int) {
		s.in(seg{flags: wire.ACK, seq: uint32(1 + off), ack: 1, data: patternAt(off, n)})
		s.out = nil
	}
	in(100, 100)
	in(300, 100)
	in(500, 100)
	in(200, 100) // exactly between two
	if n := len(s.c.ooo.runs); n != 2 {
		t.Errorf("%d runs, want 2", n)
	}
	in(50, 50)   // before the first
	in(390, 120) // overlaps both neighbours
	if n := len(s.c.ooo.runs); n != 1 {
		t.Errorf("%d runs, want 1", n)
	}
	in(0, 50)
	sameBytes(t, "reassembled", s.read(1000), pattern(600))
	s.done()
}

func TestReassemblyBoundOfRuns(t *testing.T) {
	cfg := sackOnly()
	cfg.RecvBuf = 8 << 20
	cfg.NoWindowScale = false
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{SACKPermitted: true, HasWScale: true})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, data: pattern(1)}) // the window opens with the ACK
	for i := range maxRuns + 10 {
		s.in(seg{flags: wire.ACK, seq: uint32(10 + 2*i), ack: 1, data: []byte{1}})
		s.out = nil
	}
	if n := len(s.c.ooo.runs); n != maxRuns || s.n.TCPOFODrop != 10 {
		t.Errorf("%d runs, %d dropped", n, s.n.TCPOFODrop)
	}
	s.done()
}

func TestBacklogBound(t *testing.T) {
	e := &holdEnv{}
	c := e.establish(t, Config{})
	e.call = func(c *Conn) {
		for range maxBacklog + 5 {
			c.Segment(epoch, seg{flags: wire.ACK, seq: 1, ack: c.sndUna, wnd: 1000}.build(&e.pool, addrB, addrA))
		}
		e.call = nil
	}
	if _, err := c.Write(epoch, pattern(10)); err != nil {
		t.Fatal(err)
	}
	if c.n.TCPBacklogDrop != 5 {
		t.Errorf("%d dropped, want 5", c.n.TCPBacklogDrop)
	}
	check(t, c)
	c.Abort(epoch)
	for _, s := range e.held {
		s.Free()
	}
	if e.pool.Live != 0 {
		t.Errorf("%d buffers leaked", e.pool.Live)
	}
}

func TestListenerCloseForgetsEmbryos(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.take()
	s.l.Close(s.now)
	s.wantNothing("an embryo is forgotten in silence")
	s.wantState("forgotten", StateClosed)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.wantNothing("a closed listener does not answer")
	s.done()
}

func TestRepeatedSynIsLimited(t *testing.T) {
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.take()
	for range 10 {
		s.in(seg{flags: wire.SYN, seq: 0})
	}
	if n := len(s.take()); n != 1 || s.n.TCPACKSkippedSynRecv != 9 {
		t.Errorf("%d SYN-ACKs, %d skipped", n, s.n.TCPACKSkippedSynRecv)
	}
	s.done()
}

func TestUserTimeoutWithClosedWindow(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.c.SetUserTimeout(5e9)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(10)
	for s.now < epoch+60*sec {
		s.run(100 * ms)
		for range s.take() {
			s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
		}
	}
	s.wantState("the peer answers", StateEstablished)
	s.run(200 * sec)
	s.wantState("it no longer does", StateClosed)
	s.done()
}

func TestOrphanWithClosedWindowEnds(t *testing.T) {
	// A peer that answers probes forever must not hold what nobody owns any more.
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(10)
	s.c.Close(s.now)
	for s.now < epoch+3600*sec && s.c.State() != StateClosed {
		s.run(sec)
		for range s.take() {
			s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
		}
	}
	s.wantState("given up", StateClosed)
	s.done()
}

func TestKeepAliveWaitsForOutstandingData(t *testing.T) {
	cfg := plain()
	cfg.KeepAlive = KeepAlive{On: true, Idle: 1e9}
	s := newScript(t, cfg)
	s.open(wire.TCPOptions{})
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	s.write(10)
	s.run(10 * sec)
	if s.n.TCPKeepAlive != 0 || s.n.TCPWinProbe == 0 {
		t.Errorf("%d keep-alives, %d window probes: MUST-26", s.n.TCPKeepAlive, s.n.TCPWinProbe)
	}
	s.done()
}

func TestGROSegmentWithFrags(t *testing.T) {
	s := newScript(t, plain())
	s.open(wire.TCPOptions{})
	b := seg{flags: wire.ACK, seq: s.irs + 1, ack: s.iss + 1, wnd: 1000, data: pattern(1000)}.build(&s.pool, addrB, addrA)
	for i := 1; i < 5; i++ {
		f := s.pool.Alloc(skb.Headroom, 1000)
		copy(f.Put(1000), patternAt(1000*i, 1000))
		b.AppendFrag(f)
	}
	b.GSOSize, b.GSOSegs = 1000, 5
	before := s.n.InSegs
	s.c.Segment(s.now, b)
	check(t, s.c)
	s.want("one acknowledgement for all", wire.ACK, 1, 5001, 0)
	if s.n.InSegs != before+1 { // TCP_MIB_INSEGS counts sk_buffs
		t.Errorf("%d segments counted", s.n.InSegs-before)
	}
	sameBytes(t, "part", s.read(2500), pattern(2500))
	sameBytes(t, "rest", s.read(9000), patternAt(2500, 2500))
	s.done()
}

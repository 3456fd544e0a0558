package tcp

import (
	"bytes"
	"errors"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// holdEnv keeps what is sent, as a queue below TCP does.
type holdEnv struct {
	pool skb.Pool
	held []*skb.SKB
	was  [][]byte
	at   int64
	call func(c *Conn) // from within Output
}

func (e *holdEnv) Output(_ int64, c *Conn, s *skb.SKB) {
	e.held = append(e.held, s)
	e.was = append(e.was, linear(s))
	if e.call != nil {
		e.call(c)
	}
}
func (e *holdEnv) Free(s *skb.SKB)            { s.Free() }
func (e *holdEnv) SetTimer(_ *Conn, at int64) { e.at = at }
func (e *holdEnv) Notify(*Conn, Event)        {}

func (e *holdEnv) unchanged(t *testing.T, when string) {
	t.Helper()
	for i, s := range e.held {
		if !bytes.Equal(linear(s), e.was[i]) {
			t.Fatalf("%s: segment %d in flight was overwritten", when, i)
		}
	}
}

func (e *holdEnv) establish(t *testing.T, cfg Config) *Conn {
	t.Helper()
	cfg.MSS = mss
	c := New(e, &e.pool, nil, &cfg, addrA, addrB)
	if err := c.Connect(epoch); err != nil {
		t.Fatal(err)
	}
	x := seg{flags: wire.SYN | wire.ACK, seq: 0, ack: c.iss + 1, wnd: 65535}
	x.opt = wire.TCPOptions{HasMSS: true, MSS: mss, SACKPermitted: true, HasWScale: true, WScale: 7}
	c.Segment(epoch, x.build(&e.pool, addrB, addrA))
	return c
}

// While a segment waits below TCP, its data are sent again, split, acknowledged in
// part and written behind. None of it may change what waits.
func TestSegmentsInFlightAreNotOverwritten(t *testing.T) {
	e := &holdEnv{}
	c := e.establish(t, Config{GSOMax: 65536})
	now := epoch
	c.cwnd = 12 * mss
	c.sq.limit = 1 << 20
	if n, err := c.Write(now, pattern(30*mss)); n != 30*mss || err != nil {
		t.Fatal(n, err)
	}
	e.unchanged(t, "split at the congestion window")
	first := c.sq.head.Block()
	for s := c.sq.head; s != nil; s = s.Next {
		if s.Block() != first {
			t.Fatal("splitting has copied: the parts are in different blocks")
		}
	}
	if n, err := c.Write(now, patternAt(30*mss, 3000)); n != 3000 || err != nil {
		t.Fatal(n, err)
	}
	e.unchanged(t, "written behind")
	sent := len(e.held)
	for range 3 {
		now = e.at
		c.OnTimer(now)
		e.unchanged(t, "retransmitted")
	}
	if len(e.held) < sent+3 {
		t.Fatal("no retransmissions")
	}
	una := c.sndUna
	ack := func(n uint32, blocks ...wire.SACKBlock) {
		now += ms
		x := seg{flags: wire.ACK, seq: 1, ack: una + n, wnd: 65535}
		x.opt.NSACK = copy(x.opt.SACK[:], blocks)
		c.Segment(now, x.build(&e.pool, addrB, addrA))
		check(t, c)
	}
	ack(0, wire.SACKBlock{Left: una + 3*mss, Right: una + 5*mss})
	ack(700)
	ack(700, wire.SACKBlock{Left: una + 3*mss, Right: una + 8*mss})
	e.unchanged(t, "SACK and partial ACK")
	now = e.at
	c.OnTimer(now)
	e.unchanged(t, "retransmitted from the middle")
	got := map[uint32]byte{}
	for _, b := range e.was {
		h := wire.TCP(b)
		for i, x := range h.Payload() {
			seq := h.Seq() + uint32(i)
			if old, ok := got[seq]; ok && old != x {
				t.Fatalf("byte %d was sent with two values", seq-una)
			}
			got[seq] = x
			if x != patternBytes[seq-una] {
				t.Fatalf("byte %d is wrong", seq-una)
			}
		}
	}
	for _, s := range e.held {
		s.Free()
	}
	e.held = nil
	c.Abort(now)
	for _, s := range e.held {
		s.Free()
	}
	if e.pool.Live != 0 {
		t.Errorf("%d buffers leaked", e.pool.Live)
	}
}

// The first transmission takes no second block: the header goes in front of the
// payload (one copy on the way from Write to the device).
func TestFirstTransmissionIsAClone(t *testing.T) {
	e := &holdEnv{}
	c := e.establish(t, Config{})
	if _, err := c.Write(epoch, pattern(1000)); err != nil {
		t.Fatal(err)
	}
	s := e.held[len(e.held)-1]
	if s.Frags != nil || s.Block() != c.sq.head.Block() || s.Block().Refs() != 2 {
		t.Error("not a clone with its header in the headroom")
	}
	now := e.at
	c.OnTimer(now)
	s = e.held[len(e.held)-1]
	if s.Frags == nil || s.Block() == c.sq.head.Block() || s.Frags.Block() != c.sq.head.Block() {
		t.Error("while the first is in flight, a retransmission has headers of its own and shares the payload")
	}
	for _, s := range e.held {
		s.Free()
	}
	e.held = nil
	now = e.at
	c.OnTimer(now)
	if s = e.held[0]; s.Frags != nil || s.Block() != c.sq.head.Block() {
		t.Error("with the block free again, a retransmission is a clone")
	}
	s.Free()
	e.held = nil
	e.call = nil
	c.Abort(now)
	e.held[0].Free()
}

// What the stack finds out while it sends: no route, a smaller MTU.
func TestErrorsFromWithinOutput(t *testing.T) {
	e := &holdEnv{}
	e.call = func(c *Conn) { c.ICMPError(epoch, syscall.ENETUNREACH, false) }
	cfg := Config{MSS: mss}
	c := New(e, &e.pool, nil, &cfg, addrA, addrB)
	if err := c.Connect(epoch); err != nil {
		t.Fatal(err)
	}
	if c.State() != StateClosed || !errors.Is(c.Err(), syscall.ENETUNREACH) {
		t.Errorf("%v, %v", c.State(), c.Err())
	}
	for _, s := range e.held {
		s.Free()
	}

	e = &holdEnv{}
	c = e.establish(t, Config{})
	e.call = func(c *Conn) { c.SetMTU(epoch, 1000) }
	if _, err := c.Write(epoch, pattern(3*mss)); err != nil {
		t.Fatal(err)
	}
	check(t, c)
	n := 0
	for i, s := range e.held[2:] {
		if l := s.Len(); l > 1000-20 {
			n++
			if i > 2 {
				t.Errorf("segment of %d bytes after the MTU was known", l)
			}
		}
		s.Free()
	}
	for _, s := range e.held[:2] {
		s.Free()
	}
	if n == 0 || c.rec.total == 0 {
		t.Errorf("%d large segments, %d sent again", n, c.rec.total)
	}
	e.held, e.call = nil, nil
	c.Abort(epoch)
	e.held[0].Free()
	if e.pool.Live != 0 {
		t.Errorf("%d buffers leaked", e.pool.Live)
	}
}

func TestRFC9293_3_8_6_ShrunkWindow(t *testing.T) {
	// MUST-34: a peer takes back its window with data in flight, and answers each
	// retransmission: the connection stays.
	cfg := plain()
	cfg.Retries = 3
	s := flight(t, cfg, 4)
	s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
	for s.now < epoch+1800*sec {
		s.run(100 * ms)
		for range s.take() {
			s.in(seg{flags: wire.ACK, seq: 1, ack: 1, wnd: 1})
		}
	}
	s.wantState("the peer answers", StateEstablished)
	s.in(seg{flags: wire.ACK, seq: 1, ack: at(2), wnd: 60000})
	if out := s.take(); len(out) == 0 || out[0].seq != at(2) {
		t.Errorf("sent %v once the window is open", out)
	}
	s.done()
}

func TestResetInSynReceivedOfPassiveOpen(t *testing.T) {
	// MUST-11: the listener's user never hears of it.
	s := newListenScript(t, plain(), 5)
	s.in(seg{flags: wire.SYN, seq: 0})
	s.take()
	s.in(seg{flags: wire.RST, seq: 1})
	if s.l.embryos.n != 0 || s.ready != 0 || s.c.State() != StateClosed {
		t.Errorf("embryos %d, ready %d, %v", s.l.embryos.n, s.ready, s.c.State())
	}
	s.passive(wire.TCPOptions{})
	s.done()
}

// Bytes that the user fills in place go out as those that Write copies.
func TestReserveAndCommit(t *testing.T) {
	e := &holdEnv{}
	c := e.establish(t, Config{GSOMax: 65536, SendBuf: 256 << 10})
	c.cwnd = 1 << 20
	syn := len(e.was) // the handshake
	sent := 0
	for _, n := range []int{1, 10 * mss, 500, 0, 3*mss + 7, smallPayload, smallPayload + 1, 20 * mss} {
		before := c.sq.room()
		s, err := c.Reserve(epoch)
		if err != nil || s.Len() < n {
			t.Fatalf("%d bytes of room: %v, %v", before, s, err)
		}
		if got := before - c.sq.room(); got != s.Len() {
			t.Errorf("a reservation of %d bytes takes %d", s.Len(), got)
		}
		if s.Len() > mss && s.Len()%mss != 0 {
			t.Errorf("%d bytes, want whole segments", s.Len())
		}
		for i := range n {
			s.Bytes()[i] = patternBytes[sent+i]
		}
		if err := c.Commit(epoch, s, n); err != nil {
			t.Fatal(err)
		}
		if got := before - c.sq.room(); got != n {
			t.Errorf("%d bytes committed: the send buffer holds %d more", n, got)
		}
		sent += n
		check(t, c)
		e.unchanged(t, "committed behind")
	}
	var got []byte
	for _, b := range e.was[syn:] {
		got = append(got, wire.TCP(b).Payload()...)
	}
	sameBytes(t, "sent", got, pattern(sent))

	// Little data must not keep large blocks.
	mem := c.sq.mem
	s, _ := c.Reserve(epoch)
	c.Commit(epoch, s, 10)
	if got := c.sq.mem - mem; got > skb.SmallSize {
		t.Errorf("10 bytes take %d bytes of memory", got)
	}

	// The send buffer bounds reservations, and who found no room is told.
	var held []*skb.SKB
	for {
		s, err := c.Reserve(epoch)
		if err != nil {
			if err != ErrWouldBlock || c.sq.room() != 0 {
				t.Errorf("%v with %d bytes of room", err, c.sq.room())
			}
			break
		}
		held = append(held, s)
	}
	if n, err := c.Write(epoch, pattern(1)); n != 0 || err != ErrWouldBlock {
		t.Errorf("Write took %d bytes, %v: the room is reserved", n, err)
	}
	c.Commit(epoch, held[0], 0)
	if c.sq.room() == 0 {
		t.Error("what was not filled does not come back")
	}
	// After a reset what is reserved is freed by Commit.
	c.Abort(epoch)
	for _, s := range held[1:] {
		if err := c.Commit(epoch, s, s.Len()); err == nil {
			t.Error("a commit after Abort must fail")
		}
	}
	if c.sq.reserved != 0 {
		t.Errorf("%d bytes are still reserved", c.sq.reserved)
	}
	for _, s := range e.held {
		s.Free()
	}
	if e.pool.Live != 0 {
		t.Errorf("%d buffers leaked", e.pool.Live)
	}
}

package tcp

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

const (
	epoch = int64(1_700_000_000_000_000_000)
	ms    = int64(time.Millisecond)
	sec   = int64(time.Second)
)

var (
	addrA = netip.MustParseAddrPort("192.0.2.1:40000")
	addrB = netip.MustParseAddrPort("192.0.2.2:80")
)

// seg is a segment as the tests speak of it.
type seg struct {
	flags    wire.TCPFlags
	seq, ack uint32
	wnd      uint16
	opt      wire.TCPOptions
	data     []byte
}

func (s seg) String() string {
	return fmt.Sprintf("<seq=%d ack=%d ctl=%v wnd=%d len=%d opt=%+v>", s.seq, s.ack, s.flags, s.wnd, len(s.data), s.opt)
}

// build makes the buffer that the stack would hand over.
func (s seg) build(pool *skb.Pool, src, dst netip.AddrPort) *skb.SKB {
	f := wire.TCPFields{SrcPort: src.Port(), DstPort: dst.Port(), Seq: s.seq, Ack: s.ack, Flags: s.flags, Window: s.wnd, Options: s.opt}
	n := f.Len()
	b := pool.Alloc(skb.Headroom, n+len(s.data))
	f.Put(b.Put(n))
	copy(b.Put(len(s.data)), s.data)
	return b
}

// linear copies a buffer with its frags to one slice.
func linear(s *skb.SKB) []byte {
	b := make([]byte, s.Len())
	s.CopyTo(b, 0)
	return b
}

// cut parses what a Conn sent, as the segments that a device would cut, and checks
// checksums and sizes.
func cut(t testing.TB, s *skb.SKB, src, dst netip.AddrPort, maxSeg int) []seg {
	t.Helper()
	b := linear(s)
	h, err := wire.ParseTCP(b)
	if err != nil {
		t.Fatalf("sent a malformed segment: %v", err)
	}
	if s.Checksum != skb.ChecksumPartial || s.CsumOffset != 16 || s.CsumStart != s.Data() || s.L4 != s.Data() {
		t.Fatalf("offload fields: checksum %d start %d offset %d L4 %d data %d", s.Checksum, s.CsumStart, s.CsumOffset, s.L4, s.Data())
	}
	wire.FinishChecksum(b, 0, 16)
	if !h.VerifyChecksum(src.Addr(), dst.Addr()) {
		t.Fatal("bad checksum after completing the partial one")
	}
	opt, err := h.ParseOptions()
	if err != nil {
		t.Fatalf("sent malformed options: %v", err)
	}
	one := seg{flags: h.Flags(), seq: h.Seq(), ack: h.Ack(), wnd: h.Window(), opt: opt, data: h.Payload()}
	size := int(s.GSOSize)
	if size == 0 {
		if maxSeg > 0 && len(b) > maxSeg {
			t.Fatalf("segment of %d bytes on a path for %d", len(b), maxSeg)
		}
		return []seg{one}
	}
	if maxSeg > 0 && size+h.HeaderLen() > maxSeg {
		t.Fatalf("super-segment of %d+%d bytes a segment on a path for %d", h.HeaderLen(), size, maxSeg)
	}
	if want := (len(one.data) + size - 1) / size; want != int(s.GSOSegs) || want < 2 {
		t.Fatalf("GSOSegs %d, want %d", s.GSOSegs, want)
	}
	var out []seg
	for off := 0; off < len(one.data); off += size {
		x := one
		x.seq += uint32(off)
		x.data = one.data[off:min(off+size, len(one.data))]
		if off+size < len(one.data) {
			x.flags &^= wire.PSH | wire.FIN
		}
		out = append(out, x)
	}
	return out
}

// check verifies what must hold at any time.
func check(t testing.TB, c *Conn) {
	t.Helper()
	if seqGT(c.sndUna, c.sndNxt) || seqGT(c.sndNxt, c.sndEnd) {
		t.Fatalf("SND.UNA %d, SND.NXT %d, end %d out of order", c.sndUna, c.sndNxt, c.sndEnd)
	}
	if seqLT(c.rcvAdv, c.rcvNxt) {
		t.Fatalf("window's right edge %d left of RCV.NXT %d", c.rcvAdv, c.rcvNxt)
	}
	var sacked, lost, retrans, out uint32
	n, mem := 0, 0
	seq := c.sndUna
	inFlight := true
	for s := c.sq.head; s != nil; s = s.Next {
		if s == c.sq.unsent {
			inFlight = false
			if s.CB.Seq != c.sndNxt {
				t.Fatalf("first unsent at %d, SND.NXT %d", s.CB.Seq, c.sndNxt)
			}
		}
		if s.CB.Seq != seq {
			t.Fatalf("send queue has a gap: %d after %d", s.CB.Seq, seq)
		}
		seq = s.CB.EndSeq
		ctl := 0
		if s.CB.Flags&uint16(wire.SYN|wire.FIN) != 0 {
			ctl = 1
		}
		if int(seqLen(s)) != s.Len()+ctl {
			t.Fatalf("buffer of %d bytes spans %d numbers", s.Len(), seqLen(s))
		}
		if s.CB.Flags&cbCharged != 0 {
			mem += len(s.Block().B)
		}
		n += s.Len()
		if inFlight {
			out += seqLen(s)
			if s.CB.Sacked&tagSacked != 0 {
				sacked += seqLen(s)
				if s.CB.Sacked != tagSacked {
					t.Fatal("SACKed and lost at once")
				}
			}
			if s.CB.Sacked&tagLost != 0 {
				lost += seqLen(s)
			}
			if s.CB.Sacked&tagRetrans != 0 {
				retrans += seqLen(s)
			}
		}
		if s.Next == nil && c.sq.tail != s {
			t.Fatal("send queue's tail is wrong")
		}
	}
	if c.sq.head != nil && seq != c.sndEnd {
		t.Fatalf("send queue ends at %d, not %d", seq, c.sndEnd)
	}
	if n != c.sq.bytes || mem != c.sq.mem {
		t.Fatalf("send queue: %d bytes, %d memory; counted %d, %d", n, mem, c.sq.bytes, c.sq.mem)
	}
	if c.state != StateClosed && c.state != StateTimeWait {
		if out != c.sndNxt-c.sndUna {
			t.Fatalf("in flight %d, SND.NXT-SND.UNA %d", out, c.sndNxt-c.sndUna)
		}
		if lost != c.rec.lost || retrans != c.rec.retrans || c.opt.sack && sacked != c.rec.sacked {
			t.Fatalf("scoreboard: sacked %d lost %d retrans %d; counted %d %d %d", sacked, lost, retrans, c.rec.sacked, c.rec.lost, c.rec.retrans)
		}
		if p := c.pipe(); p > 2*out {
			t.Fatalf("pipe %d with %d in flight", p, out)
		}
	}
	if c.sq.bytes > c.cfg.SendBufMax {
		t.Fatalf("send queue of %d bytes", c.sq.bytes)
	}
	n, mem = 0, 0
	for s := c.rq.head; s != nil; s = s.Next {
		n += s.Len()
		mem += blockMem(s)
	}
	if n != c.rq.bytes || mem != c.rq.mem {
		t.Fatalf("receive queue: %d bytes, %d memory; counted %d, %d", n, mem, c.rq.bytes, c.rq.mem)
	}
	if mem > memFactor*c.rw.buf+skb.LargeSize {
		t.Fatalf("receive queue of %d memory, buffer %d", mem, c.rw.buf)
	}
	n, mem = 0, 0
	edge := c.rcvNxt
	for _, r := range c.ooo.runs {
		if !seqGT(r.start, edge) {
			t.Fatalf("run at %d touches %d", r.start, edge)
		}
		at := r.start
		for s := r.head; s != nil; s = s.Next {
			if s.CB.Seq != at {
				t.Fatalf("run has a gap: %d after %d", s.CB.Seq, at)
			}
			at = s.CB.EndSeq
			n += s.Len()
			mem += blockMem(s)
			if s.Next == nil && s != r.tail {
				t.Fatal("run's tail is wrong")
			}
		}
		if at != r.end {
			t.Fatalf("run ends at %d, not %d", at, r.end)
		}
		edge = r.end
	}
	if seqGT(edge, c.rcvAdv+1) {
		t.Fatalf("held data up to %d, window to %d", edge, c.rcvAdv)
	}
	if n != c.ooo.bytes || mem != c.ooo.mem {
		t.Fatalf("runs: %d bytes, %d memory; counted %d, %d", n, mem, c.ooo.bytes, c.ooo.mem)
	}
	if c.backlog.N != 0 || c.inside {
		t.Fatal("not at rest")
	}
}

// script is one Conn whose peer is the test. Numbers are relative: ours to iss,
// the peer's to irs, as in 0 for the SYN and 1 for the first byte.
type script struct {
	t      testing.TB
	pool   skb.Pool
	rec    trace.Recorder
	c      *Conn
	l      *Listener
	all    []*Conn // that the listener has made
	now    int64
	iss    uint32
	irs    uint32
	out    []seg
	timer  int64
	events Event
	ready  int
	scale  uint8 // shift of our window fields, for the test's reading of them
	maxSeg int
	n      Counters
}

func (s *script) Output(_ int64, c *Conn, b *skb.SKB) {
	for _, x := range cut(s.t, b, c.local, c.remote, s.maxSeg) {
		x.seq -= s.iss
		if x.flags&wire.ACK != 0 {
			x.ack -= s.irs
		}
		s.out = append(s.out, x)
	}
	b.Free()
}

func (s *script) Free(b *skb.SKB)                                        { b.Free() }
func (s *script) SetTimer(_ *Conn, at int64)                             { s.timer = at }
func (s *script) Notify(_ *Conn, what Event)                             { s.events |= what }
func (s *script) Path(*Listener, netip.AddrPort, netip.AddrPort) *Config { return nil }
func (s *script) Embryo(_ *Listener, c *Conn)                            { s.c = c; s.all = append(s.all, c) }
func (s *script) Acceptable(*Listener)                                   { s.ready++ }

// newScript returns a Conn in CLOSED. Tests of one mechanism turn off what would
// only be in the way.
func newScript(t testing.TB, cfg Config) *script {
	s := &script{t: t, now: epoch, iss: 1000, irs: 5000}
	s.init(&cfg)
	s.c = New(s, &s.pool, s.tracer(), &cfg, addrA, addrB)
	return s
}

func (s *script) init(cfg *Config) {
	if cfg.MSS == 0 {
		cfg.MSS = 1460
	}
	if cfg.ISN == nil {
		cfg.ISN = func(int64, netip.AddrPort, netip.AddrPort) uint32 { return s.iss }
	}
	cfg.Counters = &s.n
	s.maxSeg = cfg.MSS + wire.TCPMinHeaderLen
}

func (s *script) tracer() *trace.Tracer {
	return trace.New(&trace.Run{Sink: &s.rec, Now: func() int64 { return s.now }}, "test")
}

func newListenScript(t testing.TB, cfg Config, backlog int) *script {
	s := &script{t: t, now: epoch, iss: 1000, irs: 5000}
	s.init(&cfg)
	s.l = NewListener(s, &s.pool, s.tracer(), &cfg, addrA, backlog)
	return s
}

// in injects a segment from the peer.
func (s *script) in(x seg) {
	s.t.Helper()
	x.seq += s.irs
	if x.flags&wire.ACK != 0 {
		x.ack += s.iss
	}
	if x.wnd == 0 {
		x.wnd = 65535
	} else if x.wnd == 1 {
		x.wnd = 0 // tests write 1 for a closed window
	}
	b := x.build(&s.pool, addrB, addrA)
	if s.c == nil || s.c.state == StateClosed && s.l != nil {
		if rst := s.l.Segment(s.now, addrA, addrB, b); rst != nil {
			y := cut(s.t, rst, addrA, addrB, 0)[0]
			y.seq -= s.iss
			s.out = append(s.out, y)
			rst.Free()
		}
	} else {
		s.c.Segment(s.now, b)
	}
	if s.c != nil {
		check(s.t, s.c)
	}
}

// run lets time pass and timers fire.
func (s *script) run(d int64) {
	s.t.Helper()
	end := s.now + d
	for s.timer != 0 && s.timer <= end {
		s.now = max(s.now, s.timer)
		s.timer = 0
		s.c.OnTimer(s.now)
		check(s.t, s.c)
	}
	s.now = end
}

// take returns what has been sent since the last call.
func (s *script) take() []seg {
	out := s.out
	s.out = nil
	return out
}

// want takes exactly one segment and compares flags, seq, ack and length.
func (s *script) want(why string, flags wire.TCPFlags, seq, ack uint32, n int) seg {
	s.t.Helper()
	out := s.take()
	if len(out) != 1 {
		s.t.Fatalf("%s: sent %v, want one segment", why, out)
	}
	x := out[0]
	if x.flags != flags || x.seq != seq || flags&wire.ACK != 0 && x.ack != ack || len(x.data) != n {
		s.t.Fatalf("%s: sent %v, want <seq=%d ack=%d ctl=%v len=%d>", why, x, seq, ack, flags, n)
	}
	return x
}

func (s *script) wantNothing(why string) {
	s.t.Helper()
	if out := s.take(); len(out) != 0 {
		s.t.Fatalf("%s: sent %v, want nothing", why, out)
	}
}

func (s *script) wantState(why string, st State) {
	s.t.Helper()
	if s.c.state != st {
		s.t.Fatalf("%s: state %v, want %v", why, s.c.state, st)
	}
}

// open does the handshake from our side, with the peer's options.
func (s *script) open(opt wire.TCPOptions) {
	s.t.Helper()
	if !opt.HasMSS {
		opt.MSS, opt.HasMSS = 1460, true
	}
	if err := s.c.Connect(s.now); err != nil {
		s.t.Fatal(err)
	}
	syn := s.want("SYN", wire.SYN, 0, 0, 0)
	if syn.opt.HasWScale && opt.HasWScale {
		s.scale = syn.opt.WScale
	}
	s.in(seg{flags: wire.SYN | wire.ACK, seq: 0, ack: 1, opt: opt})
	s.want("ACK of SYN-ACK", wire.ACK, 1, 1, 0)
	s.wantState("after the handshake", StateEstablished)
}

// plain turns off what most scripts do not look at.
func plain() Config {
	return Config{NoTimestamps: true, NoSACK: true, NoWindowScale: true, CongestionControl: "reno"}
}

func sackOnly() Config {
	c := plain()
	c.NoSACK = false
	return c
}

func (s *script) write(n int) {
	s.t.Helper()
	k, err := s.c.Write(s.now, pattern(n))
	if err != nil || k != n {
		s.t.Fatalf("Write(%d) = %d, %v", n, k, err)
	}
	check(s.t, s.c)
}

func (s *script) read(n int) []byte {
	s.t.Helper()
	b := make([]byte, n)
	k, err := s.c.Read(s.now, b)
	if err != nil {
		s.t.Fatalf("Read: %v", err)
	}
	check(s.t, s.c)
	return b[:k]
}

// done closes everything and checks that no buffer is left.
func (s *script) done() {
	s.t.Helper()
	if s.c != nil {
		s.c.Abort(s.now)
		check(s.t, s.c)
		s.wantState("after Abort", StateClosed)
		if s.timer != 0 {
			s.t.Fatal("a closed connection keeps its timer")
		}
	}
	if s.l != nil {
		s.l.Close(s.now)
		for _, c := range s.all {
			c.Abort(s.now)
		}
	}
	if s.pool.Live != 0 {
		s.t.Fatalf("%d buffers leaked", s.pool.Live)
	}
}

var patternBytes = func() []byte {
	b := make([]byte, 1<<20+251)
	for i := range b {
		b[i] = byte(i % 251)
	}
	return b
}()

// pattern returns bytes that tell their position.
func pattern(n int) []byte { return patternBytes[:n] }

func patternAt(off, n int) []byte { return patternBytes[off%251:][:n] }

func sameBytes(t testing.TB, what string, got, want []byte) {
	t.Helper()
	if !bytes.Equal(got, want) {
		t.Fatalf("%s: %d bytes differ from the %d expected", what, len(got), len(want))
	}
}

func seqs(out []seg) []uint32 {
	var r []uint32
	for _, x := range out {
		r = append(r, x.seq)
	}
	return r
}

func wantSeqs(t testing.TB, why string, out []seg, want ...uint32) {
	t.Helper()
	if !slices.Equal(seqs(out), want) {
		t.Fatalf("%s: sent %v, want segments at %v", why, out, want)
	}
}

package tcp

import (
	"container/heap"
	"errors"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// world is two connections on a link that loses, delays, duplicates and reorders, in
// virtual time.
type world struct {
	t     testing.TB
	now   int64
	q     events
	order uint64
	pool  skb.Pool
	rnd   *rand.Rand
	ends  [2]*end
	link  linkConfig
	sent  int
}

type linkConfig struct {
	delay, jitter      int64
	loss, dup, reorder float64
	gro                bool // super-segments arrive whole, with frags
	drop               func(from int, s *skb.SKB) bool
	garbage            float64 // old segments again, and forged ones
}

type end struct {
	w      *world
	i      int
	c      *Conn
	timer  int64
	tgen   uint64
	events Event
	maxSeg int
	old    []seg

	tosend, sent, got int
	closeAfter        bool
	closed            bool
	eof               bool
	readMax           int
	err               error
}

type event struct {
	at    int64
	order uint64
	fn    func()
}

type events []event

func (q events) Len() int { return len(q) }
func (q events) Less(i, j int) bool {
	return q[i].at < q[j].at || q[i].at == q[j].at && q[i].order < q[j].order
}
func (q events) Swap(i, j int) { q[i], q[j] = q[j], q[i] }
func (q *events) Push(x any)   { *q = append(*q, x.(event)) }
func (q *events) Pop() any {
	x := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return x
}

func (w *world) at(t int64, fn func()) {
	w.order++
	heap.Push(&w.q, event{max(t, w.now), w.order, fn})
}

func newWorld(t testing.TB, seed uint64, link linkConfig, a, b Config) *world {
	w := &world{t: t, now: epoch, rnd: rand.New(rand.NewPCG(seed, 1)), link: link}
	addrs := [2]netip.AddrPort{addrA, addrB}
	for i, cfg := range []Config{a, b} {
		e := &end{w: w, i: i, readMax: 1 << 20}
		if cfg.MSS == 0 {
			cfg.MSS = 1460
		}
		e.maxSeg = cfg.MSS + 20
		cfg.Secret[0] = byte(seed)
		w.ends[i] = e
		e.c = New(e, &w.pool, nil, &cfg, addrs[i], addrs[1-i])
	}
	return w
}

func (e *end) Output(now int64, c *Conn, s *skb.SKB) {
	w := e.w
	w.sent++
	other := w.ends[1-e.i]
	if w.link.drop != nil && w.link.drop(e.i, s) {
		s.Free()
		return
	}
	if w.link.gro {
		if h := int(wire.TCP(s.Bytes()).HeaderLen()); true {
			w.carry(other, groCopy(&w.pool, s, h))
		}
		s.Free()
		return
	}
	for _, x := range cut(w.t, s, c.local, c.remote, e.maxSeg) {
		n := 1
		if w.rnd.Float64() < w.link.loss {
			n = 0
		} else if w.rnd.Float64() < w.link.dup {
			n = 2
		}
		for ; n > 0; n-- {
			w.carry(other, x.build(&w.pool, c.local, c.remote))
		}
		if w.link.garbage > 0 {
			w.inject(e, other, x)
		}
	}
	s.Free()
}

// inject sends what does not belong there: a segment of long ago, or one whose
// numbers are far from the window, with any flags.
func (w *world) inject(e, other *end, x seg) {
	if len(e.old) < 1000 {
		e.old = append(e.old, x)
	} else {
		e.old[w.rnd.IntN(1000)] = x
	}
	if w.rnd.Float64() >= w.link.garbage {
		return
	}
	y := e.old[w.rnd.IntN(len(e.old))]
	if w.rnd.IntN(2) == 0 && other.c.state != StateClosed {
		y = x
		y.seq = other.c.rcvNxt + 1<<30 + w.rnd.Uint32N(1<<30)
		y.ack = w.rnd.Uint32()
		y.flags = wire.TCPFlags(w.rnd.Uint32N(512))
		y.data = pattern(w.rnd.IntN(1400))
	}
	w.carry(other, y.build(&w.pool, e.c.local, e.c.remote))
}

// groCopy makes what GRO hands up: the headers and the first payload in one buffer,
// the rest as frags.
func groCopy(pool *skb.Pool, s *skb.SKB, h int) *skb.SKB {
	b := linear(s)
	size := int(s.GSOSize)
	if size == 0 {
		size = len(b)
	}
	n := min(len(b), h+size)
	out := pool.Alloc(64, n)
	copy(out.Put(n), b)
	for b = b[n:]; len(b) > 0; b = b[min(size, len(b)):] {
		k := min(size, len(b))
		f := pool.Alloc(128, k)
		copy(f.Put(k), b)
		out.AppendFrag(f)
	}
	out.GSOSize = s.GSOSize
	return out
}

func (w *world) carry(to *end, s *skb.SKB) {
	d := w.link.delay
	if w.link.jitter > 0 {
		d += w.rnd.Int64N(w.link.jitter)
	}
	if w.rnd.Float64() < w.link.reorder {
		d += w.link.delay/2 + 2*ms
	}
	w.at(w.now+d, func() {
		s.Stamp = w.now
		w.deliver(to, s)
	})
}

func (w *world) deliver(to *end, s *skb.SKB) {
	t, _ := wire.ParseTCP(s.Bytes())
	switch {
	case to.c.state != StateClosed:
		to.c.Segment(w.now, s)
	case t.Flags() == wire.SYN && to.c.sndEnd == to.c.iss:
		if err := to.c.Passive(w.now, s); err != nil {
			w.t.Fatal(err)
		}
	default:
		s.Free()
	}
	check(w.t, to.c)
	to.work()
}

func (e *end) Free(s *skb.SKB) { s.Free() }

func (e *end) SetTimer(_ *Conn, at int64) {
	e.timer = at
	e.tgen++
	gen := e.tgen
	if at == 0 {
		return
	}
	e.w.at(at, func() {
		if e.tgen != gen {
			return
		}
		e.timer = 0
		e.c.OnTimer(e.w.now)
		check(e.w.t, e.c)
		e.work()
	})
}

func (e *end) Notify(_ *Conn, what Event) { e.events |= what }

// work is the application: it writes what it has to, reads and verifies what has
// come, and closes.
func (e *end) work() {
	w := e.w
	for e.sent < e.tosend {
		k := min(e.tosend-e.sent, 1+w.rnd.IntN(100000))
		n, err := e.c.Write(w.now, patternAt(e.sent, k))
		if n == 0 {
			if !errors.Is(err, ErrWouldBlock) {
				e.err = err
			}
			break
		}
		e.sent += n
	}
	var buf [65536]byte
	for e.got >= 0 {
		n, err := e.c.Read(w.now, buf[:min(e.readMax, len(buf))])
		if n > 0 {
			sameBytes(w.t, "received data", buf[:n], patternAt(e.got, n))
			e.got += n
			continue
		}
		if err == io.EOF {
			e.eof = true
		} else if err != nil && !errors.Is(err, ErrWouldBlock) {
			e.err = err
		}
		break
	}
	if e.closeAfter && e.sent == e.tosend && !e.closed && e.c.state.synchronized() && e.err == nil {
		e.closed = true
		if err := e.c.CloseWrite(w.now); err != nil {
			w.t.Fatal(err)
		}
	}
	check(w.t, e.c)
}

// run goes on until nothing is left to happen or the time is over.
func (w *world) run(d int64) {
	end := w.now + d
	for len(w.q) > 0 && w.q[0].at <= end {
		x := heap.Pop(&w.q).(event)
		w.now = x.at
		x.fn()
	}
	if len(w.q) > 0 {
		w.now = end
	}
}

// transfer moves n bytes each way and closes both sides.
func (w *world) transfer(ab, ba int) {
	w.t.Helper()
	a, b := w.ends[0], w.ends[1]
	a.tosend, b.tosend = ab, ba
	a.closeAfter, b.closeAfter = true, true
	if err := a.c.Connect(w.now); err != nil {
		w.t.Fatal(err)
	}
	w.run(4 * 3600 * sec)
	for _, e := range w.ends {
		if e.err != nil {
			w.t.Fatalf("end %d: %v, %+v; the other: %+v", e.i, e.err, e.c.Info(), w.ends[1-e.i].c.Info())
		}
		if e.c.state != StateClosed || !e.eof {
			w.t.Fatalf("end %d: state %v, EOF %v, sent %d of %d, %+v; the other: %+v", e.i, e.c.state, e.eof, e.sent, e.tosend, e.c.Info(), w.ends[1-e.i].c.Info())
		}
	}
	if a.got != ba || b.got != ab {
		w.t.Fatalf("received %d and %d bytes, want %d and %d", a.got, b.got, ba, ab)
	}
	a.c.Close(w.now)
	b.c.Close(w.now)
	if w.pool.Live != 0 {
		w.t.Fatalf("%d buffers leaked", w.pool.Live)
	}
}

package tcp

import (
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// wired is two connections back to back: what one sends, the other gets, copied
// once into receive buffers as a device would.
type wired struct {
	pool skb.Pool
	c    [2]*Conn
	now  int64
	q    [2]skb.Queue
	segs int
	buf  []byte
}

type wiredEnd struct {
	w *wired
	i int
}

func (e wiredEnd) Output(_ int64, _ *Conn, s *skb.SKB) { e.w.q[1-e.i].Push(s) }
func (e wiredEnd) Free(s *skb.SKB)                     { s.Free() }
func (e wiredEnd) SetTimer(*Conn, int64)               {}
func (e wiredEnd) Notify(*Conn, Event)                 {}

func newWired(tb testing.TB, cfg Config) *wired {
	w := &wired{now: epoch, buf: make([]byte, 65536)}
	cfg.MSS = 1460
	w.c[0] = New(wiredEnd{w, 0}, &w.pool, nil, &cfg, addrA, addrB)
	w.c[1] = New(wiredEnd{w, 1}, &w.pool, nil, &cfg, addrB, addrA)
	if err := w.c[0].Connect(w.now); err != nil {
		tb.Fatal(err)
	}
	if err := w.c[1].Passive(w.now, w.receive(w.q[1].Pop())); err != nil {
		tb.Fatal(err)
	}
	w.pump()
	if w.c[0].State() != StateEstablished || w.c[1].State() != StateEstablished {
		tb.Fatal("no connection")
	}
	return w
}

// receive makes what arrives out of what was sent: the sender's clone is freed, as
// after DMA, and the payload is shared instead of copied, since the copy is not
// TCP's work.
func (w *wired) receive(s *skb.SKB) *skb.SKB {
	h := wire.TCP(s.Bytes()).HeaderLen()
	in := w.pool.Alloc(64, h)
	copy(in.Put(h), s.Bytes()[:h])
	in.GSOSize, in.Stamp = s.GSOSize, w.now
	if s.Len() > h {
		s.Pull(h)
		in.AppendFrag(s)
	} else {
		s.Free()
	}
	return in
}

func (w *wired) pump() {
	for w.q[0].N+w.q[1].N > 0 {
		w.now += 1000
		for i := range w.q {
			for s := w.q[i].Pop(); s != nil; s = w.q[i].Pop() {
				w.segs++
				w.c[i].Segment(w.now, w.receive(s))
			}
		}
	}
}

// step writes and reads one chunk.
func (w *wired) step(n int) {
	for done := 0; done < n; {
		k, _ := w.c[0].Write(w.now, w.buf[:n-done])
		done += k
		w.pump()
		for {
			r, err := w.c[1].Read(w.now, w.buf)
			if r == 0 || err != nil {
				break
			}
		}
		w.pump()
	}
}

func benchmarkTransfer(b *testing.B, cfg Config, chunk int) {
	w := newWired(b, cfg)
	for range 200 {
		w.step(chunk)
	}
	w.segs = 0
	b.SetBytes(int64(chunk))
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		w.step(chunk)
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(w.segs), "ns/segment")
}

func BenchmarkSegment1448(b *testing.B) { benchmarkTransfer(b, Config{}, 1448) }

func BenchmarkBulk1448(b *testing.B) { benchmarkTransfer(b, Config{}, 45*1448) }

func BenchmarkSuperSegment(b *testing.B) { benchmarkTransfer(b, Config{GSOMax: 65536}, 45*1448) }

func TestNoAllocationPerSegment(t *testing.T) {
	for _, k := range []struct {
		name  string
		cfg   Config
		chunk int
	}{
		{"segments", Config{}, 45 * 1448},
		{"super-segments", Config{GSOMax: 65536}, 45 * 1448},
		{"reno", Config{CongestionControl: "reno"}, 20000},
	} {
		t.Run(k.name, func(t *testing.T) {
			w := newWired(t, k.cfg)
			for range 300 {
				w.step(k.chunk)
			}
			if n := testing.AllocsPerRun(200, func() { w.step(k.chunk) }); n != 0 {
				t.Errorf("%v allocations for %d bytes in the steady state", n, k.chunk)
			}
		})
	}
}

package lab

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// arrival is a frame as a receiver got it.
type arrival struct {
	at     int64
	id     uint32
	intact bool // the FCS holds
	equal  bool // the bytes are those that were sent
}

// sinkhole notes and frees what arrives.
type sinkhole struct {
	l   *loop.Loop
	got []arrival
}

func (s *sinkhole) Receive(f *nic.Frame) {
	b := f.Bytes()
	id := binary.BigEndian.Uint32(b[20:])
	want := testFrame(nil, id, len(b))
	s.got = append(s.got, arrival{s.l.Now(), id, !f.Sealed || wire.FCS(b) == f.FCS, slices.Equal(b, want)})
	f.Free()
}

// testFrame is an IPv4-typed frame of n bytes that says its number.
func testFrame(b []byte, id uint32, n int) []byte {
	b = append(b[:0], make([]byte, n)...)
	(&wire.EthernetFields{Dst: wire.MAC{2, 0, 0, 0, 0, 2}, Src: wire.MAC{2, 0, 0, 0, 0, 1}, EtherType: wire.EtherTypeIPv4}).Put(b)
	binary.BigEndian.PutUint32(b[20:], id)
	Content(b[24:], int64(id)<<16)
	return b
}

func newFrame(pool *skb.Pool, id uint32, n int) *nic.Frame {
	f := &nic.Frame{Block: pool.Block(64 + n), Off: 64, Len: n, Pkt: uint64(id)}
	copy(f.Bytes(), testFrame(nil, id, n))
	return f
}

// sendOver sends n frames over a new cable, gap apart, and returns what arrived
// and the direction's counters.
func sendOver(t testing.TB, cfg CableConfig, n, size int, gap time.Duration) ([]arrival, CableStats) {
	t.Helper()
	l := loop.New(loop.Config{Watchdog: 10 * time.Second})
	pool := &skb.Pool{}
	to := &sinkhole{l: l}
	c := NewCable(l, pool, nil, cfg)
	c.B.Connect(to)
	err := l.Run(func() error {
		for id := range n {
			c.A.Send(newFrame(pool, uint32(id), size))
			if gap > 0 {
				l.Sleep(gap)
			}
		}
		l.Settle(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	st := c.A.Stats()
	if st.Sent != uint64(n) || st.Delivered != uint64(len(to.got)) {
		t.Fatalf("counted %d sent, %d delivered; were %d, %d", st.Sent, st.Delivered, n, len(to.got))
	}
	if st.Sent+st.Duplicated != st.Delivered+st.Lost+st.QueueDropped+st.Giants {
		t.Fatalf("frames are not accounted for: %+v", st)
	}
	return to.got, st
}

func ids(got []arrival) []uint32 {
	var out []uint32
	for _, a := range got {
		out = append(out, a.id)
	}
	return out
}

func TestCableGoodWireIsFIFOAndIntact(t *testing.T) {
	got, _ := sendOver(t, CableConfig{Name: "x"}, 1000, 100, 0)
	if len(got) != 1000 {
		t.Fatalf("%d of 1000 arrived over a good cable", len(got))
	}
	for i, a := range got {
		if a.id != uint32(i) || !a.equal || a.at != loop.Epoch {
			t.Fatalf("frame %d: %+v; want it intact, in order, and without delay", i, a)
		}
	}
}

func TestCableDelayAndJitterKeepTheOrder(t *testing.T) {
	cfg := CableConfig{Name: "x", Seed: 3, Impairments: Impairments{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond}}
	got, _ := sendOver(t, cfg, 500, 100, time.Millisecond)
	if !slices.IsSorted(ids(got)) || len(got) != 500 {
		t.Fatal("jitter lost or reordered frames")
	}
	var different bool
	for i, a := range got {
		took := time.Duration(a.at - loop.Epoch - int64(i)*int64(time.Millisecond))
		if took < 20*time.Millisecond || took > 25*time.Millisecond {
			t.Fatalf("frame %d took %v; want delay to delay+jitter", i, took)
		}
		different = different || took != 20*time.Millisecond
	}
	if !different {
		t.Fatal("there was no jitter")
	}
}

func TestCableRatePacesOctetsOnTheWire(t *testing.T) {
	// 1230 bytes are 1254 octets on the wire; at 10.032 Mbit/s that is 1 ms.
	got, _ := sendOver(t, CableConfig{Name: "x", Impairments: Impairments{Rate: 10_032_000}}, 10, 1230, 0)
	for i, a := range got {
		if want := loop.Epoch + int64(i+1)*int64(time.Millisecond); a.at != want {
			t.Fatalf("frame %d arrived at +%v, want +%v: its last bit leaves then", i, time.Duration(a.at-loop.Epoch), time.Duration(want-loop.Epoch))
		}
	}
}

func TestCablePacedEndIsNotPacedTwice(t *testing.T) {
	got, _ := sendOver(t, CableConfig{Name: "x", Impairments: Impairments{Rate: 1000}, PacedA: true}, 10, 1230, 0)
	if len(got) != 10 || got[9].at != loop.Epoch {
		t.Fatal("what a NIC has paced was paced again")
	}
}

func TestCableQueueDropsAtTheTail(t *testing.T) {
	got, st := sendOver(t, CableConfig{Name: "x", Impairments: Impairments{Rate: 1_000_000}, Queue: 4}, 50, 1514, 0)
	// One is being sent, four have room behind it, and room is what is free
	// when the frame comes.
	if len(got) != 5 || st.QueueDropped != 45 {
		t.Fatalf("%d arrived, %d dropped; want 5 and 45", len(got), st.QueueDropped)
	}
	if !slices.Equal(ids(got), []uint32{0, 1, 2, 3, 4}) {
		t.Fatalf("tail drop keeps the first ones, not %v", ids(got))
	}
}

func TestCableMTUDropsGiants(t *testing.T) {
	_, st := sendOver(t, CableConfig{Name: "x", MTU: 600}, 10, 700, 0)
	if st.Giants != 10 {
		t.Fatalf("%d of 10 frames of 686 bytes payload dropped with MTU 600", st.Giants)
	}
	_, st = sendOver(t, CableConfig{Name: "x", MTU: 600}, 10, 614, 0)
	if st.Giants != 0 {
		t.Fatal("a packet of exactly the MTU was dropped")
	}
}

// near fails unless got of n trials is within five standard deviations of p.
func near(t *testing.T, what string, got uint64, n int, p float64) {
	t.Helper()
	want, dev := float64(n)*p, math.Sqrt(float64(n)*p*(1-p))
	if math.Abs(float64(got)-want) > 5*dev {
		t.Errorf("%s: %d of %d, want about %.0f ± %.0f", what, got, n, want, dev)
	}
}

func TestCableImpairmentShares(t *testing.T) {
	const n = 20000
	gap := 10 * time.Microsecond
	t.Run("loss", func(t *testing.T) {
		_, st := sendOver(t, CableConfig{Name: "x", Seed: 1, Impairments: Impairments{Loss: 0.05}}, n, 64, gap)
		near(t, "lost", st.Lost, n, 0.05)
	})
	t.Run("all lost", func(t *testing.T) {
		got, _ := sendOver(t, CableConfig{Name: "x", Seed: 1, Impairments: Impairments{Loss: 1}}, n, 64, gap)
		if len(got) != 0 {
			t.Errorf("%d frames arrived with a loss of 100%%", len(got))
		}
	})
	t.Run("duplicate", func(t *testing.T) {
		got, st := sendOver(t, CableConfig{Name: "x", Seed: 1, Impairments: Impairments{Duplicate: 0.1}}, n, 64, gap)
		near(t, "duplicated", st.Duplicated, n, 0.1)
		for _, a := range got {
			if !a.equal {
				t.Fatal("a duplicate differs from what was sent")
			}
		}
	})
	t.Run("corrupt", func(t *testing.T) {
		got, st := sendOver(t, CableConfig{Name: "x", Seed: 1, Impairments: Impairments{Corrupt: 0.2}}, n, 64, gap)
		all := st.CorruptedWire + st.CorruptedDevice
		near(t, "corrupted", all, n, 0.2)
		near(t, "corrupted in a device", st.CorruptedDevice, int(all), 1.0/DeviceCorruptShare)
		var broken, silent uint64
		for _, a := range got {
			switch {
			case a.intact == a.equal:
			case a.equal:
				t.Fatal("a good frame has a bad FCS")
			default:
				silent++
			}
			if !a.intact {
				broken++
			}
		}
		if broken != st.CorruptedWire || silent != st.CorruptedDevice {
			t.Errorf("the FCS tells of %d and not of %d; want %d and %d", broken, silent, st.CorruptedWire, st.CorruptedDevice)
		}
	})
	t.Run("reorder", func(t *testing.T) {
		got, st := sendOver(t, CableConfig{Name: "x", Seed: 1, Impairments: Impairments{Reorder: 0.02}}, n, 64, gap)
		near(t, "reordered", st.Reordered, n, 0.02)
		// A frame held for 20 µs is passed by those sent 10 and 20 µs later.
		var passed uint64
		for i := 1; i < len(got); i++ {
			if got[i].id < got[i-1].id {
				passed++
			}
		}
		if passed == 0 || passed > st.Reordered {
			t.Errorf("%d frames arrived late, %d were held back", passed, st.Reordered)
		}
		if len(got) != n {
			t.Errorf("reordering lost %d frames", n-len(got))
		}
	})
}

// The k-th frame meets the same fate whichever other impairments are on.
func TestCableImpairmentsAreIndependent(t *testing.T) {
	lost := func(m Impairments) []uint32 {
		got, _ := sendOver(t, CableConfig{Name: "x", Seed: 42, Impairments: m}, 2000, 64, 100*time.Microsecond)
		seen := map[uint32]bool{}
		for _, a := range got {
			seen[a.id] = true
		}
		var out []uint32
		for id := range uint32(2000) {
			if !seen[id] {
				out = append(out, id)
			}
		}
		return out
	}
	alone := lost(Impairments{Loss: 0.03})
	// Corruption would hide the number of a frame, so it is left out.
	with := lost(Impairments{Loss: 0.03, Duplicate: 0.2, Reorder: 0.1, Jitter: time.Millisecond, Delay: time.Millisecond})
	if len(alone) == 0 || !slices.Equal(alone, with) {
		t.Errorf("with the same seed %v were lost alone and %v with others", alone, with)
	}
	got, _ := sendOver(t, CableConfig{Name: "x", Seed: 43, Impairments: Impairments{Loss: 0.03}}, 2000, 64, 0)
	again, _ := sendOver(t, CableConfig{Name: "x", Seed: 42, Impairments: Impairments{Loss: 0.03}}, 2000, 64, 0)
	if slices.Equal(ids(got), ids(again)) {
		t.Error("another seed made no difference")
	}
}

func TestCableDirectionsDrawFromStreamsOfTheirOwn(t *testing.T) {
	l := loop.New(loop.Config{})
	pool := &skb.Pool{}
	a, b := &sinkhole{l: l}, &sinkhole{l: l}
	c := NewCable(l, pool, nil, CableConfig{Name: "x", Seed: 9, Impairments: Impairments{Loss: 0.5}})
	c.A.Connect(a)
	c.B.Connect(b)
	l.Run(func() error {
		for id := range uint32(200) {
			c.A.Send(newFrame(pool, id, 64))
			c.B.Send(newFrame(pool, id, 64))
		}
		l.Settle(time.Second)
		return nil
	})
	if slices.Equal(ids(a.got), ids(b.got)) {
		t.Error("both directions lost the same frames")
	}
	alone, _ := sendOver(t, CableConfig{Name: "x", Seed: 9, Impairments: Impairments{Loss: 0.5}}, 200, 64, 0)
	if !slices.Equal(ids(b.got), ids(alone)) {
		t.Error("traffic in one direction changed what the other lost")
	}
}

func TestCableReportsWhatItDoes(t *testing.T) {
	rec := &trace.Recorder{}
	l := loop.New(loop.Config{})
	run := &trace.Run{Sink: rec, Now: l.Now}
	pool := &skb.Pool{}
	to := &sinkhole{l: l}
	c := NewCable(l, pool, trace.New(run, "client-sw1"), CableConfig{Name: "client-sw1", Seed: 1,
		Impairments: Impairments{Loss: 0.2, Duplicate: 0.2, Reorder: 0.2, Corrupt: 0.2}})
	c.B.Connect(to)
	l.Run(func() error {
		for id := range uint32(500) {
			c.A.Send(newFrame(pool, id, 64))
		}
		l.Settle(time.Second)
		return nil
	})
	st := c.A.Stats()
	count := func(k trace.Kind) uint64 { return uint64(len(rec.OfKind(k))) }
	if count(trace.WireSend) != st.Sent || count(trace.WireRecv) != st.Delivered || count(trace.Drop) != st.Lost {
		t.Errorf("events: %d sent, %d received, %d dropped; counters %+v", count(trace.WireSend), count(trace.WireRecv), count(trace.Drop), st)
	}
	if count(trace.WireImpair) != st.Duplicated+st.Reordered+st.CorruptedDevice+st.CorruptedWire {
		t.Errorf("%d impairments reported; counters %+v", count(trace.WireImpair), st)
	}
}

func TestImpairmentsCheck(t *testing.T) {
	for _, m := range []Impairments{{Loss: 1.01}, {Loss: -0.1}, {Corrupt: math.NaN()}, {Delay: -1}, {Jitter: 2 * time.Hour}} {
		if err := m.Check(); !errors.Is(err, ErrImpairment) {
			t.Errorf("%+v: %v", m, err)
		}
	}
	if err := (&Impairments{Loss: 1, Delay: time.Second}).Check(); err != nil {
		t.Error(err)
	}
}

func TestCableSteadyStateDoesNotAllocate(t *testing.T) {
	for _, m := range []Impairments{{}, {Rate: 1e10, Delay: time.Millisecond, Jitter: time.Millisecond, Loss: 0.1}} {
		l := loop.New(loop.Config{})
		pool := &skb.Pool{}
		bounce := &freeing{}
		c := NewCable(l, pool, nil, CableConfig{Name: "x", Impairments: m})
		c.B.Connect(bounce)
		err := l.Run(func() error {
			train := func() {
				for id := range uint32(32) {
					f := &nic.Frame{Block: pool.Block(1578), Off: 64, Len: 1514, Pkt: uint64(id)}
					c.A.Send(f)
				}
				l.Settle(time.Second)
			}
			train()
			if n := testing.AllocsPerRun(100, train); n != 0 {
				return fmt.Errorf("%v allocations for 32 frames with %+v", n, m)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

type freeing struct{ n int }

func (r *freeing) Receive(f *nic.Frame) { r.n++; f.Free() }

func BenchmarkCable(b *testing.B) {
	for _, bc := range []struct {
		name string
		cfg  CableConfig
	}{
		{"good", CableConfig{}},
		{"delay", CableConfig{Impairments: Impairments{Delay: 20 * time.Microsecond}}},
		{"paced", CableConfig{Impairments: Impairments{Rate: 1e10}, Queue: 1 << 14}},
		{"impaired", CableConfig{Impairments: Impairments{Delay: 20 * time.Microsecond, Jitter: time.Microsecond, Loss: .01, Duplicate: .01, Reorder: .01}}},
	} {
		b.Run(bc.name, func(b *testing.B) {
			l := loop.New(loop.Config{MaxVirtual: 1 << 60})
			pool := &skb.Pool{}
			to := &freeing{}
			c := NewCable(l, pool, nil, bc.cfg)
			c.B.Connect(to)
			l.Run(func() error {
				b.ReportAllocs()
				for i := 0; i < b.N; i++ {
					c.A.Send(&nic.Frame{Block: pool.Block(1578), Off: 64, Len: 1514})
					if i%64 == 63 {
						l.Settle(time.Second)
					}
				}
				return nil
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
		})
	}
}

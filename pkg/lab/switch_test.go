package lab

import (
	"encoding/binary"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// bridge is a switch with stations, for tests.
type bridge struct {
	l    *loop.Loop
	pool *skb.Pool
	sw   *Switch
	rec  *trace.Recorder
	ends []*CableEnd
	got  []*stationed
}

// stationed keeps the frames that reached a station.
type stationed struct{ frames [][]byte }

func (s *stationed) Receive(f *nic.Frame) {
	s.frames = append(s.frames, append([]byte(nil), f.Bytes()...))
	f.Free()
}

func newBridge(ports int) *bridge {
	b := &bridge{l: loop.New(loop.Config{Watchdog: 10 * time.Second}), pool: &skb.Pool{}, rec: &trace.Recorder{}}
	run := &trace.Run{Sink: b.rec, Now: b.l.Now}
	b.sw = NewSwitch(b.l, b.pool, trace.New(run, "sw"), "sw")
	for i := range ports {
		name := string(rune('a' + i))
		c := NewCable(b.l, b.pool, nil, CableConfig{Name: name})
		b.sw.AddPort(name, c.B)
		st := &stationed{}
		c.A.Connect(st)
		b.ends, b.got = append(b.ends, c.A), append(b.got, st)
	}
	return b
}

func macOf(i int) wire.MAC { return wire.MAC{2, 0, 0, 0, byte(i >> 8), byte(i)} }

// send sends a frame from a station's port and returns how many frames each
// station got of it.
func (b *bridge) send(port int, src, dst wire.MAC) []int {
	before := make([]int, len(b.got))
	for i, g := range b.got {
		before[i] = len(g.frames)
	}
	f := &nic.Frame{Block: b.pool.Block(128), Off: 64, Len: 60}
	clear(f.Bytes())
	(&wire.EthernetFields{Dst: dst, Src: src, EtherType: 0x88b5}).Put(f.Bytes())
	b.ends[port].Send(f)
	b.l.Settle(time.Second)
	for i, g := range b.got {
		before[i] = len(g.frames) - before[i]
	}
	return before
}

func (b *bridge) expect(t *testing.T, why string, got []int, want ...int) {
	t.Helper()
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%s: frames per station %v, want %v", why, got, want)
			return
		}
	}
}

func TestSwitchLearnsForwardsAndFloods(t *testing.T) {
	b := newBridge(3)
	b.l.Run(func() error {
		b.expect(t, "an unknown destination is flooded, but not back", b.send(0, macOf(0), macOf(1)), 0, 1, 1)
		b.expect(t, "the sender was learned", b.send(1, macOf(1), macOf(0)), 1, 0, 0)
		b.expect(t, "both are known", b.send(0, macOf(0), macOf(1)), 0, 1, 0)
		b.expect(t, "broadcast goes everywhere", b.send(2, macOf(2), wire.Broadcast), 1, 1, 0)
		b.expect(t, "multicast goes everywhere", b.send(0, macOf(0), wire.MAC{0x33, 0x33, 0, 0, 0, 1}), 0, 1, 1)
		b.expect(t, "link-local protocols stay on their link", b.send(0, macOf(0), wire.MAC{1, 0x80, 0xc2, 0, 0, 0}), 0, 0, 0)
		b.expect(t, "a destination behind the same port is not sent back", b.send(0, macOf(7), macOf(0)), 0, 0, 0)
		b.send(0, wire.MAC{0x03, 0, 0, 0, 0, 9}, macOf(1))
		if b.sw.Learned(wire.MAC{0x03, 0, 0, 0, 0, 9}) != nil {
			t.Error("a group address was learned as a sender")
		}
		// The station moves to port 2.
		b.expect(t, "from its new place", b.send(2, macOf(1), macOf(0)), 1, 0, 0)
		b.expect(t, "to its new place", b.send(0, macOf(0), macOf(1)), 0, 0, 1)
		return nil
	})
	st := b.sw.Stats
	if st.Moved != 1 || st.Learned != 4 {
		t.Errorf("learned %d, moved %d; want 4 (three stations and the one behind port a) and 1", st.Learned, st.Moved)
	}
	for k, want := range map[trace.Kind]uint64{trace.SwitchLearn: st.Learned + st.Moved, trace.SwitchForward: st.Forwarded, trace.SwitchFlood: st.Flooded} {
		if got := uint64(len(b.rec.OfKind(k))); got != want {
			t.Errorf("%v: %d events, counted %d", k, got, want)
		}
	}
	for _, e := range b.rec.Events {
		if e.Ctx != trace.Hardware || e.Host != "sw" {
			t.Fatalf("event of a switch says %v on %q", e.Ctx, e.Host)
		}
	}
}

func TestSwitchFloodedCopiesShareNothing(t *testing.T) {
	b := newBridge(3)
	blocks := map[*skb.Block]bool{}
	for i := range b.ends {
		b.ends[i].Connect(receiverFunc(func(f *nic.Frame) {
			if blocks[f.Block] || f.Block.Refs() != 1 {
				t.Error("two receivers got the same memory")
			}
			blocks[f.Block] = true
		}))
	}
	b.l.Run(func() error { b.send(0, macOf(0), wire.Broadcast); return nil })
	if len(blocks) != 2 {
		t.Errorf("%d copies, want 2", len(blocks))
	}
}

type receiverFunc func(*nic.Frame)

func (fn receiverFunc) Receive(f *nic.Frame) { fn(f) }

func TestSwitchForgetsAfterTheAgeingTime(t *testing.T) {
	b := newBridge(3)
	err := b.l.Run(func() error {
		b.send(0, macOf(0), wire.Broadcast)
		b.send(1, macOf(1), wire.Broadcast)
		b.l.Sleep(AgeingTime - time.Second)
		b.expect(t, "not too old yet", b.send(1, macOf(1), macOf(0)), 1, 0, 0)
		b.l.Sleep(12 * time.Second) // the sweep comes every 10 s
		b.expect(t, "forgotten: flooded", b.send(1, macOf(1), macOf(0)), 1, 0, 1)
		if b.sw.Learned(macOf(1)) == nil {
			t.Error("a station that kept sending was forgotten")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if aged := b.rec.OfKind(trace.SwitchAge); len(aged) != 1 || aged[0].Neigh.MAC != macOf(0) || aged[0].Dev != "a" {
		t.Errorf("ageing events: %+v; want one, for the station behind a", aged)
	}
}

func TestSwitchTableIsBounded(t *testing.T) {
	b := newBridge(2)
	b.l.Run(func() error {
		for i := range MaxLearned + 100 {
			var m wire.MAC
			m[0] = 2
			binary.BigEndian.PutUint32(m[2:], uint32(i))
			b.send(0, m, wire.Broadcast)
		}
		return nil
	})
	if b.sw.Stats.Learned != MaxLearned || b.sw.Stats.TableFull != 100 {
		t.Errorf("learned %d, refused %d; want %d and 100", b.sw.Stats.Learned, b.sw.Stats.TableFull, MaxLearned)
	}
}

func TestSwitchDropsDamagedFrames(t *testing.T) {
	b := newBridge(2)
	b.l.Run(func() error {
		f := newFrame(b.pool, 1, 60)
		f.Seal()
		f.Bytes()[30] ^= 1
		b.ends[0].Send(f)
		b.l.Settle(time.Second)
		return nil
	})
	if len(b.got[1].frames) != 0 || b.sw.Stats.BadFCS != 1 || b.sw.Stats.Learned != 0 {
		t.Error("a frame with a bad FCS was forwarded or learned from")
	}
}

func BenchmarkSwitch(b *testing.B) {
	br := newBridge(4)
	br.sw.tr = nil
	br.ends[1].Connect(&freeing{})
	br.l.Run(func() error {
		br.send(0, macOf(0), wire.Broadcast)
		br.send(1, macOf(1), macOf(0))
		b.ReportAllocs()
		b.ResetTimer()
		for i := 0; i < b.N; i++ {
			f := &nic.Frame{Block: br.pool.Block(1578), Off: 64, Len: 1514}
			(&wire.EthernetFields{Dst: macOf(1), Src: macOf(0), EtherType: wire.EtherTypeIPv4}).Put(f.Bytes())
			br.ends[0].Send(f)
			if i%64 == 63 {
				br.l.Settle(time.Second)
			}
		}
		return nil
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "frames/s")
}

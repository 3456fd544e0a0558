package host

import (
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// A device that runs dry while more was held back gets a larger limit; one that never
// needs what it holds gets a smaller one, after a second.
func TestDynamicQueueLimitGrowsOnStarvationAndShrinksOnSlack(t *testing.T) {
	var d dql
	d.init(0)
	d.queue(1500)
	if d.avail() >= 0 {
		t.Error("the first packet does not exceed the limit of 0")
	}
	d.complete(1500, 1)
	if d.limit != 1500 {
		t.Errorf("limit %d after the queue starved with 1500 bytes over it, want 1500", d.limit)
	}
	now := int64(1)
	for range 20 { // always over the limit, always run dry
		for d.avail() >= 0 {
			d.queue(1500)
		}
		now += 1000
		d.complete(d.queued-d.completed, now)
	}
	grown := d.limit
	if grown < 10*1500 {
		t.Errorf("limit %d after 20 starvations", grown)
	}
	for range 3000 { // never dry: 1500 bytes complete at a time
		for d.avail() >= 0 {
			d.queue(1500)
		}
		now += int64(time.Millisecond)
		d.complete(1500, now)
	}
	if d.limit > grown/2 {
		t.Errorf("limit %d after 3 s with slack, was %d", d.limit, grown)
	}
}

func TestByteQueueLimitsKeepTheDeviceBusyWithFewBytes(t *testing.T) {
	inflight := func(noBQL bool) (most int, m *machine) {
		m = newMachine(t, Config{NoBQL: noBQL}, nic.Config{Rate: 1_000_000_000}, 1)
		m.run(t, func() {
			for i := range 900 {
				m.port.Xmit(m.packet(byte(i)))
			}
			for range 800 {
				m.l.Sleep(time.Microsecond)
				most = max(most, 900-len(m.out.frames)-m.port.QdiscStats().Qlen)
			}
		})
		m.noLeak(t)
		return most, m
	}
	with, m := inflight(false)
	without, _ := inflight(true)
	if with > 60 || without < 200 {
		t.Errorf("%d packets in the device with byte queue limits, %d without: want a few, and the ring full", with, without)
	}
	if q := m.port.QdiscStats(); q.BQLStops == 0 || q.BQLLimit == 0 || q.BQLInflight != 0 || len(m.out.frames) != 900 {
		t.Errorf("%+v, %d frames sent", q, len(m.out.frames))
	}
	if len(m.rec.OfKind(trace.TxStop)) == 0 || len(m.rec.OfKind(trace.TxWake)) == 0 {
		t.Error("no events say that the queue stopped and started")
	}
}

func TestPfifoFastServesBandsByPriority(t *testing.T) {
	m := newMachine(t, Config{NoBQL: true}, nic.Config{TxRing: 1, Rate: 1_000_000_000}, 1)
	m.run(t, func() {
		for i, prio := range []uint8{0, 0, 2, 6, 0} { // best effort, bulk, interactive
			s := m.packet(byte(i))
			s.Priority = prio
			m.port.Xmit(s)
		}
	})
	var order []byte
	for _, f := range m.out.frames {
		order = append(order, f[50])
	}
	if string(order) != "\x00\x03\x01\x04\x02" {
		t.Errorf("order %v, want 0 (it passed the empty queue by), then band 0: 3, band 1: 1 4, band 2: 2", order)
	}
}

func TestNoQueueDropsWhatTheDriverCannotTake(t *testing.T) {
	m := newMachine(t, Config{Qdisc: NoQueue, NoBQL: true}, nic.Config{TxRing: 2, Rate: 1_000_000_000}, 1)
	m.run(t, func() {
		for i := range 5 {
			m.port.Xmit(m.packet(byte(i)))
		}
	})
	if q := m.port.QdiscStats(); q.Packets != 2 || m.port.nic.Stats.TxDropped != 3 || q.Drops != 0 || len(m.rec.OfKind(trace.QdiscEnqueue)) != 0 {
		t.Errorf("%+v, tx_dropped %d", q, m.port.nic.Stats.TxDropped)
	}
	m.noLeak(t)
}

// flowPacket is a packet of one of several flows.
func flowPacket(m *machine, port uint16, size int) *skb.SKB {
	b := datagram(netip.AddrPortFrom(addrA4, port), netip.AddrPortFrom(addrB4, 9), size)
	s := m.pool.Alloc(skb.Headroom, len(b))
	copy(s.Put(len(b)), b)
	s.L2 = s.Data()
	return s
}

// RFC 8290 4: a sparse flow does not wait behind a bulk flow's queue.
func TestFQCoDelLetsASparseFlowOvertakeABulkFlow(t *testing.T) {
	m := newMachine(t, Config{Qdisc: FQCoDel}, nic.Config{Rate: 100_000_000}, 1)
	m.run(t, func() {
		for range 100 {
			m.port.Xmit(flowPacket(m, 1, 1000))
		}
		s := flowPacket(m, 2, 10)
		s.Bytes()[50] = 77
		m.port.Xmit(s)
	})
	at := -1
	for i, f := range m.out.frames {
		if f[50] == 77 {
			at = i
		}
	}
	if at < 0 || at > 20 {
		t.Errorf("the sparse flow's packet left as number %d of %d", at, len(m.out.frames))
	}
	if q := m.port.QdiscStats(); q.NewFlows < 2 {
		t.Errorf("%+v", q)
	}
	m.noLeak(t)
}

// RFC 8289: what stands in the queue for longer than the target during an interval is
// thinned out, more often the longer it lasts; a burst is not.
func TestCoDelDropsFromAStandingQueueOnly(t *testing.T) {
	drops := func(packets int, gap time.Duration) QdiscStats {
		m := newMachine(t, Config{Qdisc: FQCoDel}, nic.Config{Rate: 10_000_000}, 1)
		m.rec.Limit = 1
		m.run(t, func() {
			for range packets {
				m.port.Xmit(flowPacket(m, 1, 1000))
				if gap > 0 {
					m.l.Sleep(gap)
				}
			}
		})
		m.noLeak(t)
		return m.port.QdiscStats()
	}
	if q := drops(60, 0); q.DropCodel != 0 || q.Packets != 60 {
		t.Errorf("a burst of 50 ms: %+v, want no drop", q)
	}
	if q := drops(1000, 600*time.Microsecond); q.DropCodel < 5 || q.Drops != q.DropCodel {
		t.Errorf("more than the link's rate for 0.6 s: %+v, want drops by CoDel", q)
	}
	m := newMachine(t, Config{Qdisc: FQCoDel, FQCodel: FQCodel{Limit: 20}}, nic.Config{Rate: 1_000_000}, 1)
	m.run(t, func() {
		for range 40 {
			m.port.Xmit(flowPacket(m, 1, 1000))
		}
	})
	if q := m.port.QdiscStats(); q.DropOverlimit == 0 || q.Drops < q.DropOverlimit {
		t.Errorf("%+v, want drops at the limit of 20 packets", q)
	}
	m.noLeak(t)
}

// readAll accepts a connection and reads it to its end.
func readAll(t *testing.T, h *Host, l *stack.TCPListener) {
	c, err := accept(h, l)
	if err != nil {
		t.Error(err)
		return
	}
	buf := make([]byte, 1<<20)
	for {
		if _, err := c.read(buf); err != nil {
			break
		}
	}
	c.close()
}

// A segment that comes while a system call owns its socket waits in the socket's
// backlog, and the system call processes it in its own context before it returns.
func TestSegmentForAnOwnedSocketWaitsInItsBacklog(t *testing.T) {
	p := newPair(t, loop.Config{}, Config{CPUs: 2}, nic.Config{}, true)
	err := p.l.Run(func() error {
		at := netip.AddrPortFrom(addrB4, 80)
		l := listen(t, p.b, at)
		server := p.l.Go("server", func() { readAll(t, p.b, l) })
		c, err := dial(p.a, at)
		if err != nil {
			return err
		}
		if err := c.write(make([]byte, 2<<20)); err != nil {
			return err
		}
		c.close()
		server.Join()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	waiting := map[uint64]bool{}
	run := 0
	for _, e := range p.rec.Events {
		switch e.Kind {
		case trace.BacklogAdd:
			if e.Ctx != trace.SoftIRQ || e.Queue.Len == 0 || e.Queue.Limit == 0 {
				t.Fatalf("%+v", e)
			}
			waiting[e.Pkt] = true
		case trace.BacklogRun:
			if e.Ctx != trace.Process || !waiting[e.Pkt] {
				t.Fatalf("%v in %v, queued before: %v", e.Kind, e.Ctx, waiting[e.Pkt])
			}
			delete(waiting, e.Pkt)
			run++
		}
	}
	if run == 0 || len(waiting) != 0 {
		t.Errorf("%d segments were processed by system calls, %d were left", run, len(waiting))
	}
	if n := len(p.rec.OfKind(trace.SkbDefer)); n == 0 {
		t.Error("no buffer went back to the CPU that had made it, though readers ran on another")
	}
}

// tcp_small_queue_check: a connection has no more than about a millisecond's worth
// below it, and completions let it go on.
func TestSmallQueuesBoundWhatIsBelowTCP(t *testing.T) {
	below := func() (most int, throttles uint64) {
		p := newPair(t, loop.Config{}, Config{NoBQL: true}, nic.Config{Rate: 100_000_000}, false)
		err := p.l.Run(func() error {
			at := netip.AddrPortFrom(addrB4, 80)
			l := listen(t, p.b, at)
			server := p.l.Go("server", func() { readAll(t, p.b, l) })
			c, err := dial(p.a, at)
			if err != nil {
				return err
			}
			watch := p.l.NewTimer(nil)
			watch.Init(p.l, func() {
				most = max(most, c.s.Conn.Below())
				watch.After(100 * time.Microsecond)
			})
			watch.Background = true
			watch.After(0)
			if err := c.write(make([]byte, 4<<20)); err != nil {
				return err
			}
			c.close()
			server.Join()
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		n := p.a.Stack().Stats()
		return most, n.TCP.TSQThrottles
	}
	// The pacing rate follows the round trip, which begins with that of the empty path.
	if most, n := below(); n == 0 || most > 1<<20 {
		t.Errorf("%d bytes below TCP at most, held back %d times", most, n)
	}
}

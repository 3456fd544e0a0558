package host

import (
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// udpMachine is a machine with an address and a UDP socket on port 2000.
func udpMachine(t testing.TB, cfg Config, dev nic.Config) (*machine, *stack.UDPSocket) {
	t.Helper()
	m := newMachine(t, cfg, dev, 1)
	if err := m.port.iface.AddAddr(netip.PrefixFrom(addrA4, 25)); err != nil {
		t.Fatal(err)
	}
	s, err := m.stack.BindUDP(netip.AddrPortFrom(addrA4, 2000), netip.AddrPort{})
	if err != nil {
		t.Fatal(err)
	}
	return m, s
}

// flood lets n datagrams arrive, gap apart, from that many flows in turn.
func (m *machine) flood(n, flows int, gap time.Duration) {
	sent := 0
	var f nic.Frame
	feed := m.l.NewTimer(nil)
	feed.Init(m.l, func() {
		b := datagram(netip.AddrPortFrom(addrB4, uint16(1000+sent%flows)), netip.AddrPortFrom(addrA4, 2000), 18)
		m.arriveBytes(m.port, b, &f)
		if sent++; sent < n {
			feed.After(gap)
		}
	})
	feed.After(0)
}

// reader reads until the socket is closed and counts.
func (m *machine) reader(s *stack.UDPSocket, got *int) *loop.Task {
	return m.l.Go("reader", func() {
		buf := make([]byte, 64)
		for {
			m.Enter("recvfrom")
			_, _, err := s.Recv(buf)
			if err == stack.ErrWouldBlock {
				m.Wait(&s.RecvQ, "recvfrom", loop.Never)
			}
			m.Exit("recvfrom", 0)
			if err == nil {
				*got++
			} else if err != stack.ErrWouldBlock {
				return
			}
		}
	})
}

// Receive livelock (Mogul and Ramakrishnan, 1996): with an interrupt for each packet
// the work of interrupts displaces everything else as load rises; with NAPI the
// rest is lost in the ring, at no cost, and the reader goes on.
func TestLivelockWithoutNAPIAndNoneWithIt(t *testing.T) {
	read := func(noNAPI bool, gap time.Duration) (int, *machine) {
		m, s := udpMachine(t, Config{NoNAPI: noNAPI}, nic.Config{})
		m.rec.Limit = 1
		got := 0
		m.run(t, func() {
			r := m.reader(s, &got)
			m.flood(int(20*time.Millisecond/gap), 1, gap)
			m.l.Sleep(20 * time.Millisecond)
			done := got
			m.l.Sleep(20 * time.Millisecond)
			s.Close()
			r.Join()
			got = done
		})
		m.noLeak(t)
		return got, m
	}
	const light, heavy = 20 * time.Microsecond, 400 * time.Nanosecond
	old, _ := read(true, light)
	if old < 950 {
		t.Errorf("without NAPI %d of 1000 packets were read at 50 kpps: light load is no problem", old)
	}
	overload, m := read(true, heavy)
	if overload*20 > 50_000 {
		t.Errorf("without NAPI %d packets were read at 2.5 Mpps: this should be livelock", overload)
	}
	if m.Softnet()[0].Dropped == 0 {
		t.Error("nothing was dropped at the backlog")
	}
	napi, m := read(false, heavy)
	if napi < 5*max(overload, 400) {
		t.Errorf("with NAPI %d packets were read at 2.5 Mpps, without %d: NAPI should degrade gracefully", napi, overload)
	}
	if d := m.Softnet()[0]; m.port.nic.Stats.RxMissedErrors == 0 || d.Dropped != 0 {
		t.Errorf("missed %d, softnet_stat %+v: overload is lost in the ring, before the kernel knows of it", m.port.nic.Stats.RxMissedErrors, d)
	}
}

func TestRSSSpreadsFlowsAndKeepsEachOnItsQueue(t *testing.T) {
	m, s := udpMachine(t, Config{CPUs: 4}, nic.Config{Queues: 4})
	queue := map[uint64]int16{}
	m.run(t, func() {
		m.flood(400, 40, 2*time.Microsecond)
		m.l.Sleep(10 * time.Millisecond)
		s.Close()
	})
	flowOf := map[trace.Flow]int16{}
	for _, e := range m.rec.Events {
		switch e.Kind {
		case trace.RxDMA:
			queue[e.Pkt] = e.NIC.Queue
		case trace.UDPRecv:
			if q, ok := flowOf[e.Flow]; ok && q != queue[e.Pkt] {
				t.Fatalf("flow %v came through queues %d and %d", e.Flow, q, queue[e.Pkt])
			}
			flowOf[e.Flow] = queue[e.Pkt]
			if e.CPU != queue[e.Pkt] {
				t.Fatalf("queue %d was served by CPU %d: vectors are dealt to the CPUs in turn", queue[e.Pkt], e.CPU)
			}
		}
	}
	if len(flowOf) != 40 {
		t.Errorf("%d flows arrived, want 40", len(flowOf))
	}
	for i := range 4 {
		if n := m.port.nic.Queue(i).Stats.RxPackets; n == 0 {
			t.Errorf("queue %d received nothing of 40 flows", i)
		}
		if m.Softnet()[i].Processed == 0 {
			t.Errorf("CPU %d processed nothing", i)
		}
	}
}

func TestRPSHandsPacketsToOtherCPUsByInterrupt(t *testing.T) {
	m, s := udpMachine(t, Config{CPUs: 3, RPSCPUs: 0b110}, nic.Config{})
	m.run(t, func() {
		m.flood(300, 30, 2*time.Microsecond)
		m.l.Sleep(10 * time.Millisecond)
		s.Close()
	})
	st := m.Softnet()
	if st[0].Processed != 0 || st[1].Processed == 0 || st[2].Processed == 0 || st[1].Processed+st[2].Processed != 300 {
		t.Errorf("processed %d, %d and %d: CPU 0 polls, 1 and 2 share the rest", st[0].Processed, st[1].Processed, st[2].Processed)
	}
	if st[0].ReceivedRPS != 0 || st[1].ReceivedRPS == 0 || st[2].ReceivedRPS == 0 {
		t.Errorf("received_rps %d, %d, %d: it counts where the interrupt arrives", st[0].ReceivedRPS, st[1].ReceivedRPS, st[2].ReceivedRPS)
	}
	sent := map[int16]int64{}
	for _, e := range m.rec.Events {
		switch {
		case e.Kind == trace.IPI:
			sent[e.NIC.Queue] = e.Time
		case e.Kind == trace.NAPISchedule && e.Dev == "backlog" && e.CPU > 0:
			if at, ok := sent[e.CPU]; !ok || e.Time < at {
				t.Fatalf("CPU %d's backlog is scheduled at %d, its interrupt was sent at %d", e.CPU, e.Time, at)
			}
		}
	}
}

// A backlog holds netdev_max_backlog packets and, as Linux compares, one more.
func TestBacklogIsBounded(t *testing.T) {
	m, s := udpMachine(t, Config{CPUs: 2, RPSCPUs: 0b10, NetdevMaxBacklog: 10}, nic.Config{})
	m.run(t, func() {
		c := m.cpus[1]
		for range 15 {
			b := datagram(netip.AddrPortFrom(addrB4, 1000), netip.AddrPortFrom(addrA4, 2000), 18)
			x := m.pool.Alloc(64, len(b))
			copy(x.Put(len(b)), b)
			x.Dev = m.port
			c.enqueue(x)
		}
		if n := m.Softnet()[1]; n.BacklogLen != 11 || n.Dropped != 4 {
			t.Errorf("softnet_stat %+v, want 11 waiting and 4 dropped", n)
		}
		m.l.Sleep(time.Millisecond)
		s.Close()
	})
	for _, e := range m.rec.OfKind(trace.Drop) {
		if e.Drop != trace.CPUBacklog {
			t.Errorf("reason %v", e.Drop)
		}
	}
	m.noLeak(t)
}

// ksoftirqd and a program that computes share a CPU under overload.
func TestKsoftirqdAndAProgramGetFairTurns(t *testing.T) {
	m, s := udpMachine(t, Config{}, nic.Config{})
	var took time.Duration
	m.run(t, func() {
		m.flood(100_000, 1, 300*time.Nanosecond) // 30 ms of far more than the CPU can do
		m.l.Sleep(5 * time.Millisecond)
		start := m.l.Now()
		m.Compute(5 * time.Millisecond)
		took = time.Duration(m.l.Now() - start)
		s.Close()
	})
	if took < 7*time.Millisecond || took > 16*time.Millisecond {
		t.Errorf("5 ms of computing took %v beside ksoftirqd, want about twice as long", took)
	}
	var run, preempt int
	for _, e := range m.rec.Events {
		switch {
		case e.Kind == trace.TaskRun && e.Text == "ksoftirqd/0":
			run++
		case e.Kind == trace.TaskPreempt && e.Text == "main":
			preempt++
		}
	}
	if run < 5 || preempt < 5 {
		t.Errorf("ksoftirqd ran %d times, the program was preempted %d times: turns are of 0.7 ms", run, preempt)
	}
}

// The stages of one unit lie one after another, each as long as it took.
func TestEventsOfAUnitFollowEachOtherInTime(t *testing.T) {
	m, s := udpMachine(t, Config{}, nic.Config{})
	m.run(t, func() {
		m.flood(1, 1, time.Microsecond)
		m.l.Sleep(time.Millisecond)
		s.Close()
	})
	var last int64
	seen := 0
	for _, e := range m.rec.Events {
		if e.Ctx != trace.SoftIRQ || e.Pkt == 0 {
			continue
		}
		if e.Time < last || e.Dur < 0 || e.Time-e.Dur < last && e.Kind != trace.NetifReceive && seen > 0 {
			t.Errorf("%v at %d lasting %d, after one at %d", e.Kind, e.Time, e.Dur, last)
		}
		if e.Time > last {
			seen++
		}
		last = e.Time
	}
	if seen < 4 {
		t.Errorf("only %d moments in the softirq's work on a packet", seen)
	}
}

// Adaptive moderation goes to fewer interrupts as the load rises.
func TestAdaptiveCoalescingFollowsTheLoad(t *testing.T) {
	perPacket := func(adaptive bool) float64 {
		m, s := udpMachine(t, Config{}, nic.Config{AdaptiveRx: adaptive})
		m.rec.Limit = 1
		m.run(t, func() {
			m.flood(20_000, 1, 5*time.Microsecond)
			m.l.Sleep(110 * time.Millisecond)
			s.Close()
		})
		return float64(m.port.nic.Stats.Interrupts) / float64(m.port.nic.Stats.RxPackets)
	}
	if with, without := perPacket(true), perPacket(false); with > without/2 {
		t.Errorf("%.3f interrupts a packet with adaptive moderation, %.3f without: want half or less", with, without)
	}
}

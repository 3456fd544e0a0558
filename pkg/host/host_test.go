package host

import (
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// etherTest is EtherType "Local Experimental 1" (IEEE 802): the stack counts and
// frees it, which is all that tests of the machine need.
const etherTest = 0x88b5

// machine is a host on a virtual loop, with a recorder.
type machine struct {
	*Host
	l    *loop.Loop
	rec  trace.Recorder
	port *Port
	out  collect
}

// flatCosts charges every stage the same.
func flatCosts(ns time.Duration) *stage.Table {
	t := stage.Default()
	for id := range t {
		t[id].Cost, t[id].PerKB = ns, 0
	}
	return t
}

func newMachine(t testing.TB, cfg Config, dev nic.Config, ports int) *machine {
	t.Helper()
	m := &machine{l: loop.New(loop.Config{Watchdog: 10 * time.Second})}
	cfg.Name = "a"
	m.Host = New(m.l, &trace.Run{Sink: &m.rec, Now: m.l.Now}, &skb.Pool{}, cfg)
	for range max(1, ports) {
		dev.Name, dev.MAC = "eth0", macA
		p, err := m.AddNIC(dev)
		if err != nil {
			t.Fatal(err)
		}
		p.NIC().Connect(&m.out)
	}
	m.port = m.ports[0]
	return m
}

// run calls fn as an application of the loop and lets the rest settle.
func (m *machine) run(t testing.TB, fn func()) {
	t.Helper()
	err := m.l.Run(func() error {
		m.l.Settle(time.Second) // what the stack says when an interface comes up
		m.rec.Events = nil
		m.out.frames = nil
		fn()
		m.l.Settle(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func testFrame(n int) []byte {
	b := make([]byte, n)
	e := wire.EthernetFields{Dst: macA, Src: macB, EtherType: etherTest}
	e.Put(b)
	return b
}

// arrive puts a frame into the device.
func (m *machine) arrive(p *Port) {
	b := testFrame(100)
	f := &nic.Frame{Block: m.pool.Block(2048), Off: nic.Headroom, Len: len(b)}
	copy(f.Bytes(), b)
	p.nic.Receive(f)
}

// packet makes a buffer to send; seq is its mark.
func (m *machine) packet(seq byte) *skb.SKB {
	s := m.pool.Alloc(skb.Headroom, 100)
	b := s.Put(100)
	copy(b, testFrame(100))
	b[50] = seq
	return s
}

func (m *machine) noLeak(t testing.TB) {
	t.Helper()
	if m.pool.Live != 0 {
		t.Errorf("%d buffers leaked", m.pool.Live)
	}
}

func kinds(events []trace.Event) []trace.Kind {
	out := []trace.Kind{}
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func TestOneFrameInLinuxOrder(t *testing.T) {
	for _, noCosts := range []bool{false, true} {
		m := newMachine(t, Config{NoCosts: noCosts}, nic.Config{}, 1)
		m.run(t, func() { m.arrive(m.port) })
		want := []trace.Kind{
			trace.RxDMA,
			trace.IRQ, trace.IRQMask, trace.NAPISchedule, trace.SoftIRQRaise, trace.IRQExit,
			trace.SoftIRQEntry, trace.SkbBuild, trace.RxPost, trace.GROReceive, trace.NetifReceive, trace.Drop,
			// The poll's event comes after the poll, and unmasking is its end.
			trace.NAPIComplete, trace.IRQUnmask, trace.NAPIPoll, trace.SoftIRQExit,
		}
		if got := kinds(m.rec.Events); !reflect.DeepEqual(got, want) {
			t.Fatalf("NoCosts %v: events\n%v\nwant\n%v", noCosts, got, want)
		}
		for _, e := range m.rec.Events {
			want := trace.SoftIRQ
			switch e.Kind {
			case trace.RxDMA:
				want = trace.Hardware
			case trace.IRQ, trace.IRQMask, trace.NAPISchedule, trace.SoftIRQRaise, trace.IRQExit:
				want = trace.HardIRQ
			}
			if e.Ctx != want {
				t.Errorf("%v runs in %v, want %v", e.Kind, e.Ctx, want)
			}
		}
		if e := m.rec.OfKind(trace.IRQ)[0]; e.NIC.Vector != firstVector || e.Stage != "irq_handler_entry" {
			t.Errorf("interrupt event %+v", e)
		}
		if e := m.rec.OfKind(trace.NAPIPoll)[0]; e.NIC.Work != 1 || e.NIC.Budget != 64 {
			t.Errorf("poll event: work %d, budget %d; want 1, 64", e.NIC.Work, e.NIC.Budget)
		}
		m.noLeak(t)
	}
}

func TestUnitsTakeTime(t *testing.T) {
	costs := stage.Default()
	for id := range costs {
		costs[id].Cost = 0
	}
	costs[stage.IRQHandler].Cost = 100
	costs[stage.BuildSkb].Cost = 1000
	costs[stage.NetifReceive].Cost = 500
	m := newMachine(t, Config{Costs: costs, NoGRO: true}, nic.Config{}, 1)
	var start int64
	m.run(t, func() {
		start = m.l.Now()
		for range 3 {
			m.arrive(m.port)
		}
	})
	at := func(k trace.Kind) (out []int64) {
		for _, e := range m.rec.OfKind(k) {
			out = append(out, e.Time-start)
		}
		return out
	}
	if got, want := at(trace.SkbBuild), []int64{1100, 2100, 3100}; !reflect.DeepEqual(got, want) {
		t.Errorf("buffers built at %v ns, want %v: one packet is one unit of 1000 after an interrupt of 100, and the event is its end", got, want)
	}
	if got, want := at(trace.NetifReceive), []int64{3600, 4100, 4600}; !reflect.DeepEqual(got, want) {
		t.Errorf("packets up at %v ns, want %v: fewer than 8 wait for the end of the poll", got, want)
	}
	if got := at(trace.RxDMA); !reflect.DeepEqual(got, []int64{0, 0, 0}) {
		t.Errorf("DMA at %v: it takes no CPU", got)
	}
}

func TestPollWeightAndRounds(t *testing.T) {
	m := newMachine(t, Config{}, nic.Config{}, 1)
	m.run(t, func() {
		for range 150 {
			m.arrive(m.port)
		}
	})
	var work []int32
	for _, e := range m.rec.OfKind(trace.NAPIPoll) {
		work = append(work, e.NIC.Work)
	}
	if want := []int32{64, 64, 22}; !reflect.DeepEqual(work, want) {
		t.Errorf("polls did %v packets, want %v", work, want)
	}
	if n := m.Interrupts()[0].Count[0]; n != 1 {
		t.Errorf("%d interrupts, want 1: masked until a poll finds the ring empty", n)
	}
	if n := len(m.rec.OfKind(trace.NAPIComplete)); n != 1 {
		t.Errorf("%d completions, want 1", n)
	}
	// Each poll that uses up its weight ends net_rx_action, which raises NET_RX again.
	if n := len(m.rec.OfKind(trace.SoftIRQEntry)); n != 3 {
		t.Errorf("NET_RX ran %d times, want 3", n)
	}
	s := m.Softnet()[0]
	if s.Processed != 150 || s.TimeSqueeze != 0 {
		t.Errorf("softnet_stat %+v, want 150 processed and no squeeze", s)
	}
	m.noLeak(t)
}

func TestTimeSqueezeByBudgetAndByTime(t *testing.T) {
	m := newMachine(t, Config{NetdevBudget: 64}, nic.Config{}, 1)
	m.run(t, func() {
		for range 200 {
			m.arrive(m.port)
		}
	})
	if s := m.Softnet()[0]; s.TimeSqueeze != 3 || s.Processed != 200 {
		t.Errorf("softnet_stat %+v, want 3 squeezes: 64 of 64 are used up three times in 200", s)
	}
	m = newMachine(t, Config{Costs: flatCosts(10 * time.Microsecond), NetdevBudgetUsecs: 100}, nic.Config{}, 1)
	m.run(t, func() {
		for range 10 {
			m.arrive(m.port)
		}
	})
	if s := m.Softnet()[0]; s.TimeSqueeze != 1 || s.Processed != 10 {
		t.Errorf("softnet_stat %+v, want one squeeze: the poll took longer than 100 µs", s)
	}
	if e := m.rec.OfKind(trace.TimeSqueeze); len(e) != 1 {
		t.Errorf("events %v", e)
	}
}

func TestInterruptsFallWithLoad(t *testing.T) {
	count := func(gap time.Duration) uint64 {
		m := newMachine(t, Config{}, nic.Config{}, 1)
		m.run(t, func() {
			for range 200 {
				m.arrive(m.port)
				m.l.Sleep(gap)
			}
		})
		if got := m.port.NIC().Stats.RxPackets; got != 200 {
			t.Errorf("received %d of 200", got)
		}
		return m.Interrupts()[0].Count[0]
	}
	if n := count(100 * time.Microsecond); n != 200 {
		t.Errorf("%d interrupts for 200 packets 100 µs apart, want 200: each finds the CPU idle", n)
	}
	if n := count(100 * time.Nanosecond); n == 0 || n > 20 {
		t.Errorf("%d interrupts for 200 packets 100 ns apart, want a tenth or less: polling", n)
	}
}

func TestOverloadIsLostInTheDevice(t *testing.T) {
	m := newMachine(t, Config{Costs: flatCosts(time.Microsecond)}, nic.Config{RxRing: 16}, 1)
	m.run(t, func() {
		for range 300 {
			m.arrive(m.port)
			m.l.Sleep(200 * time.Nanosecond)
		}
	})
	st := m.port.NIC().Stats
	if st.RxMissedErrors == 0 || st.RxPackets+st.RxMissedErrors != 300 {
		t.Errorf("received %d, missed %d; want both, 300 in all", st.RxPackets, st.RxMissedErrors)
	}
	if n := len(m.rec.OfKind(trace.SkbBuild)); uint64(n) != st.RxPackets {
		t.Errorf("%d skbs for %d received frames: a missed frame has none", n, st.RxPackets)
	}
	m.noLeak(t)
}

func TestKsoftirqdLetsTasksRun(t *testing.T) {
	m := newMachine(t, Config{Costs: flatCosts(time.Microsecond)}, nic.Config{}, 1)
	var waited time.Duration
	m.run(t, func() {
		stop := false
		feed := m.l.NewTimer(nil)
		feed.Init(m.l, func() {
			m.arrive(m.port)
			if !stop {
				feed.After(time.Microsecond)
			}
		})
		feed.After(0)
		m.l.Sleep(10 * time.Millisecond) // far more than the CPU can do
		before := m.l.Now()
		m.Enter("getpid")
		waited = time.Duration(m.l.Now() - before)
		m.Exit("getpid", 0)
		stop = true
	})
	if m.Softnet()[0].KsoftirqdWake == 0 {
		t.Error("ksoftirqd did not start under overload")
	}
	// One round may take 2 ms and the unit that ends it.
	if waited == 0 || waited > 3*time.Millisecond {
		t.Errorf("the task waited %v for the CPU, want one round of ksoftirqd", waited)
	}
	if wakes := m.rec.OfKind(trace.KsoftirqdWake); len(wakes) == 0 || wakes[0].Text != "ksoftirqd/0" {
		t.Error("no event says that ksoftirqd woke")
	}
	m.noLeak(t)
}

// need_resched: a task that wants the CPU gets it after the pass under way, not
// after 2 ms or 10 restarts.
func TestWaitingTaskEndsARoundOfSoftirqs(t *testing.T) {
	m := newMachine(t, Config{Costs: flatCosts(time.Microsecond)}, nic.Config{}, 1)
	m.run(t, func() {
		for range 250 {
			m.arrive(m.port)
		}
		m.l.Sleep(10 * time.Microsecond)
		before := m.l.Now()
		m.Enter("getpid")
		waited := time.Duration(m.l.Now() - before)
		done := len(m.rec.OfKind(trace.SkbBuild))
		m.Exit("getpid", 0)
		if done != 64 {
			t.Errorf("%d packets were taken before the task ran, want 64: one poll", done)
		}
		if waited == 0 {
			t.Error("the CPU was busy, yet the task did not wait")
		}
	})
	m.noLeak(t)
}

func TestInterruptTakesTheCPUFromATask(t *testing.T) {
	costs := stage.Default()
	for id := range costs {
		costs[id].Cost = 0
	}
	costs[stage.SyscallEntry].Cost = 10_000
	costs[stage.IRQHandler].Cost = 300
	costs[stage.BuildSkb].Cost = 2_000
	m := newMachine(t, Config{Costs: costs}, nic.Config{}, 1)
	m.run(t, func() {
		arrival := m.l.NewTimer(func() { m.arrive(m.port) })
		arrival.After(4 * time.Microsecond)
		start := m.l.Now()
		m.Enter("write")
		m.Exit("write", 5)
		if got := m.l.Now() - start; got != 12_300 {
			t.Errorf("the call ended after %d ns, want 12300: 10000 of its own, 300 of hardirq, 2000 of softirq", got)
		}
		if got := m.rec.OfKind(trace.SkbBuild)[0].Time - start; got != 6_300 {
			t.Errorf("the packet was taken at %d ns, want 6300: softirqs run before the task goes on", got)
		}
	})
	exit := m.rec.OfKind(trace.SysExit)
	if len(exit) != 1 || exit[0].Ctx != trace.Process || exit[0].Text != "write" || exit[0].Len != 5 {
		t.Errorf("events %+v", exit)
	}
}

func TestTasksShareACPU(t *testing.T) {
	costs := flatCosts(0)
	costs[stage.SyscallEntry].Cost = 1000
	for cpus, want := range map[int][]int64{1: {1000, 2000, 3000}, 2: {1000, 1000, 2000}} {
		m := newMachine(t, Config{CPUs: cpus, Costs: costs}, nic.Config{}, 1)
		var ended []int64
		m.run(t, func() {
			start := m.l.Now()
			var tasks []*loop.Task
			for range 3 {
				tasks = append(tasks, m.l.Go("task", func() {
					m.Enter("call")
					m.Exit("call", 0)
					ended = append(ended, m.l.Now()-start)
				}))
			}
			for _, task := range tasks {
				task.Join()
			}
		})
		if !reflect.DeepEqual(ended, want) {
			t.Errorf("%d CPUs: calls ended at %v, want %v", cpus, ended, want)
		}
	}
}

func TestWaitGivesTheCPUUp(t *testing.T) {
	m := newMachine(t, Config{}, nic.Config{}, 1)
	var q loop.WaitQueue
	var order []string
	m.run(t, func() {
		reader := m.l.Go("reader", func() {
			m.Enter("read")
			if !m.Wait(&q, "data", loop.Never) {
				t.Error("not woken")
			}
			order = append(order, "read")
			if m.tr.Ctx != trace.Process {
				t.Error("the task does not run in process context after it was woken")
			}
			if m.Wait(&q, "more", m.l.Now()+1000) {
				t.Error("woken by nobody")
			}
			m.Exit("read", 1)
		})
		m.l.Sleep(time.Millisecond)
		m.Enter("write")
		order = append(order, "write")
		q.WakeAll()
		m.Exit("write", 1)
		reader.Join()
	})
	if !reflect.DeepEqual(order, []string{"write", "read"}) {
		t.Errorf("order %v", order)
	}
	if n := len(m.rec.OfKind(trace.TaskBlock)); n != 2 {
		t.Errorf("%d TaskBlock events, want 2", n)
	}
}

// Tasks, interrupts and softirqs of any cost share the CPUs: everybody gets on,
// and a run never stalls. (Without NAPI they would not: that is receive livelock.)
func TestNobodyStarves(t *testing.T) {
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(seed, 2))
		costs := stage.Default()
		for id := range costs {
			costs[id].Cost = time.Duration(r.IntN(3000) * r.IntN(2))
		}
		m := newMachine(t, Config{CPUs: 1 + r.IntN(3), Costs: costs, NetdevBudget: 1 + r.IntN(100), DevWeight: 1 + r.IntN(64),
			RPSCPUs: uint64(r.IntN(8)), Qdisc: QdiscKind(r.IntN(3)), NoBQL: r.IntN(2) == 0, NetdevMaxBacklog: 1 + r.IntN(50)},
			nic.Config{Queues: 1 + r.IntN(3), AdaptiveRx: r.IntN(3) == 0, RxRing: 1 + r.IntN(64), TxRing: 1 + r.IntN(8), RxUsecs: r.IntN(2) * 30, Rate: int64(r.IntN(2)) * 1_000_000_000}, 1+r.IntN(3))
		var q loop.WaitQueue
		calls := 0
		m.run(t, func() {
			busy := true
			feed := m.l.NewTimer(nil)
			feed.Init(m.l, func() {
				if r.IntN(4) == 0 {
					q.WakeOne()
				} else {
					m.arrive(m.ports[r.IntN(len(m.ports))])
				}
				if busy {
					feed.After(time.Duration(r.IntN(2000)))
				}
			})
			feed.After(0)
			var tasks []*loop.Task
			for range 1 + r.IntN(5) {
				tasks = append(tasks, m.l.Go("task", func() {
					for range 50 {
						m.Enter("call")
						switch r.IntN(4) {
						case 0:
							m.Wait(&q, "wake", m.l.Now()+int64(r.IntN(20000)))
						case 1:
							m.ports[r.IntN(len(m.ports))].Xmit(m.packet(1))
						}
						m.Exit("call", 0)
						calls++
					}
				}))
			}
			for _, task := range tasks {
				task.Join()
			}
			if calls != 50*len(tasks) {
				t.Errorf("seed %d: %d calls of %d", seed, calls, 50*len(tasks))
			}
			busy = false
		})
		for i, c := range m.cpus {
			if c.taken || c.who != nobody || c.left != 0 || c.soft.active || c.soft.pending != 0 || len(c.rx.polls) != 0 {
				t.Errorf("seed %d: CPU %d did not come to rest: %+v", seed, i, c)
			}
		}
		m.noLeak(t)
	}
}

func TestQdiscIsPassedByWhenEmpty(t *testing.T) {
	m := newMachine(t, Config{NoBQL: true}, nic.Config{}, 1)
	m.run(t, func() {
		m.Enter("write")
		m.port.Xmit(m.packet(1))
		m.Exit("write", 100)
	})
	var got []trace.Kind
	for _, e := range m.rec.Events {
		if e.Ctx == trace.Process && e.Kind != trace.SysEnter && e.Kind != trace.SysExit && e.Kind != trace.TaskRun {
			got = append(got, e.Kind)
		}
	}
	// In the writer's own context, and no qdisc event.
	if want := []trace.Kind{trace.TxDesc, trace.Doorbell, trace.DevXmit}; !reflect.DeepEqual(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	if q := m.port.QdiscStats(); q != (QdiscStats{Packets: 1, Bytes: 100}) {
		t.Errorf("qdisc %+v", q)
	}
	m.noLeak(t)
}

func TestFullRingStopsTheQueueAndCompletionWakesIt(t *testing.T) {
	m := newMachine(t, Config{TxQueueLen: 6, NoBQL: true}, nic.Config{TxRing: 4, Rate: 1_000_000_000}, 1)
	m.run(t, func() {
		for i := range 12 {
			m.port.Xmit(m.packet(byte(i)))
		}
		q := m.port.QdiscStats()
		if q.Packets != 4 || q.Qlen != 6 || q.Backlog != 600 || q.Drops != 2 {
			t.Errorf("qdisc %+v, want 4 in the ring, 6 queued, 2 dropped", q)
		}
		if n := len(m.rec.OfKind(trace.QdiscEnqueue)); n != 6 {
			t.Errorf("%d packets enqueued, want 6", n)
		}
	})
	if len(m.out.frames) != 10 {
		t.Fatalf("%d frames left, want 10", len(m.out.frames))
	}
	for i, f := range m.out.frames {
		if f[50] != byte(i) {
			t.Errorf("frame %d is packet %d: order is lost", i, f[50])
		}
	}
	raised := m.rec.Select(func(e *trace.Event) bool { return e.Kind == trace.SoftIRQRaise && e.Text == "NET_TX" })
	if len(raised) == 0 {
		t.Error("completion did not raise NET_TX, though the queue owed work")
	}
	if d := m.rec.OfKind(trace.Drop); len(d) != 2 || d[0].Drop != trace.QdiscDrop {
		t.Errorf("drops %v", d)
	}
	if q := m.port.QdiscStats(); q.Packets != 10 || q.Qlen != 0 || q.Backlog != 0 {
		t.Errorf("qdisc %+v", q)
	}
	m.noLeak(t)
}

// "TX completion rides NET_RX, not NET_TX": the interrupt handler frees nothing.
func TestTransmittedBuffersAreFreedInNetRx(t *testing.T) {
	m := newMachine(t, Config{NoBQL: true}, nic.Config{}, 1)
	m.run(t, func() { m.port.Xmit(m.packet(1)) })
	want := []trace.Kind{
		trace.TxDesc, trace.Doorbell, trace.DevXmit,
		trace.TxDMA, trace.TxDone,
		trace.IRQ, trace.IRQMask, trace.NAPISchedule, trace.SoftIRQRaise, trace.IRQExit,
		trace.SoftIRQEntry, trace.TxComplete, trace.NAPIComplete, trace.IRQUnmask, trace.NAPIPoll, trace.SoftIRQExit,
	}
	if got := kinds(m.rec.Events); !reflect.DeepEqual(got, want) {
		t.Fatalf("events\n%v\nwant\n%v", got, want)
	}
	for _, e := range m.rec.OfKind(trace.SoftIRQEntry) {
		if e.Text != "NET_RX" {
			t.Errorf("softirq %s", e.Text)
		}
	}
	if e := m.rec.OfKind(trace.NAPIPoll)[0]; e.NIC.Work != 0 {
		t.Errorf("work %d: completions are not counted as received packets", e.NIC.Work)
	}
	m.noLeak(t)
}

func TestCountersOfSeveralCPUs(t *testing.T) {
	m := newMachine(t, Config{CPUs: 2}, nic.Config{}, 3)
	m.run(t, func() {
		for _, p := range m.ports {
			m.arrive(p)
			m.l.Sleep(time.Millisecond)
		}
	})
	var counts [][]uint64
	for _, x := range m.Interrupts() {
		counts = append(counts, x.Count)
	}
	if want := [][]uint64{{1, 0}, {0, 1}, {1, 0}}; !reflect.DeepEqual(counts, want) {
		t.Errorf("interrupts %v, want %v: vectors are dealt to the CPUs in turn", counts, want)
	}
	if s := m.SoftIRQs(); !reflect.DeepEqual(s[1], SoftIRQStat{Name: "NET_RX", Count: []uint64{2, 1}}) {
		t.Errorf("softirqs %+v", s)
	}
	if s := m.Softnet(); s[0].Processed != 2 || s[1].Processed != 1 || s[1].CPU != 1 {
		t.Errorf("softnet_stat %+v", s)
	}
	for _, e := range m.rec.OfKind(trace.IRQ) {
		if want := int16(0); e.NIC.Vector == firstVector+1 {
			want = 1
			if e.CPU != want {
				t.Errorf("vector %d on CPU %d", e.NIC.Vector, e.CPU)
			}
		} else if e.CPU != want {
			t.Errorf("vector %d on CPU %d", e.NIC.Vector, e.CPU)
		}
	}
}

// toPort is a cable without delay.
type toPort struct{ p *Port }

func (w *toPort) Send(f *nic.Frame) { w.p.nic.Receive(f) }

// An unpaced sender does not overrun a receiver that is ready to run: devices
// and softirqs take turns.
func TestUnpacedSenderDoesNotOverrunTheRing(t *testing.T) {
	m := newMachine(t, Config{NoCosts: true}, nic.Config{}, 2)
	m.ports[0].nic.Connect(&toPort{m.ports[1]})
	m.run(t, func() {
		for i := range 1000 {
			m.port.Xmit(m.packet(byte(i)))
		}
	})
	st := m.ports[1].nic.Stats
	if st.RxMissedErrors != 0 || st.RxPackets != 1000 {
		t.Errorf("received %d, missed %d; want 1000 and 0", st.RxPackets, st.RxMissedErrors)
	}
	m.noLeak(t)
}

func TestSameInputsSameEvents(t *testing.T) {
	run := func() []trace.Event {
		m := newMachine(t, Config{CPUs: 2}, nic.Config{RxRing: 32, TxRing: 8, Rate: 10_000_000_000}, 2)
		m.ports[0].nic.Connect(&toPort{m.ports[1]})
		m.run(t, func() {
			for i := range 300 {
				m.port.Xmit(m.packet(byte(i)))
				if i%7 == 0 {
					m.Enter("call")
					m.Exit("call", i)
				}
			}
		})
		return m.rec.Events
	}
	first := run()
	for range 5 {
		if again := run(); !reflect.DeepEqual(first, again) {
			t.Fatal("the same run gave other events")
		}
	}
	if len(first) < 1000 {
		t.Errorf("only %d events", len(first))
	}
}

type release struct{}

func (release) Send(f *nic.Frame) { f.Free() }

// fullSegments are consecutive segments of one flow that GRO merges into one.
func fullSegments(n int) [][]byte {
	frames := make([][]byte, n)
	for i := range frames {
		frames[i] = tcpFrame{seq: uint32(i * 1448), id: uint16(i), payload: payload(1448), opt: wire.TCPOptions{HasTS: true}}.bytes()
	}
	return frames
}

func TestReceivePathDoesNotAllocate(t *testing.T) {
	m := newMachine(t, Config{NoCosts: true}, nic.Config{}, 1)
	*m.tr = *trace.New(nil, "a")
	m.port.nic.Connect(release{})
	frames := fullSegments(44)
	reply := testFrame(100)
	cycle := func() {
		for _, b := range frames {
			f := &nic.Frame{Block: m.pool.Block(2048), Off: nic.Headroom, Len: len(b)}
			copy(f.Bytes(), b)
			m.port.nic.Receive(f)
		}
		s := m.pool.Alloc(skb.Headroom, len(reply))
		copy(s.Put(len(reply)), reply)
		m.port.Xmit(s)
		m.l.Settle(time.Second)
	}
	m.run(t, func() {
		cycle()
		if n := testing.AllocsPerRun(50, cycle); n != 0 {
			t.Errorf("%v allocations for 44 segments through ring, poll and GRO, want 0", n)
		}
	})
	m.noLeak(t)
}

func TestChecksumDamagedInMemoryReachesTheStackUnverified(t *testing.T) {
	m := newMachine(t, Config{}, nic.Config{}, 1)
	m.run(t, func() {
		b := tcpFrame{payload: payload(500), edit: func(b []byte) { b[300] ^= 1 }}.bytes()
		f := &nic.Frame{Block: m.pool.Block(2048), Off: nic.Headroom, Len: len(b)}
		copy(f.Bytes(), b)
		m.port.nic.Receive(f)
	})
	if n := m.port.nic.Stats.RxCSumBad; n != 1 {
		t.Errorf("bad checksums %d, want 1", n)
	}
	if n := len(m.rec.OfKind(trace.NetifReceive)); n != 1 {
		t.Errorf("%d packets up, want 1: dropping is the stack's", n)
	}
	m.noLeak(t)
}

func BenchmarkReceive44Segments(b *testing.B) {
	m := newMachine(b, Config{NoCosts: true}, nic.Config{}, 1)
	*m.tr = *trace.New(nil, "a")
	frames := fullSegments(44)
	m.run(b, func() {
		b.ReportAllocs()
		b.SetBytes(44 * 1448)
		for b.Loop() {
			for _, x := range frames {
				f := &nic.Frame{Block: m.pool.Block(2048), Off: nic.Headroom, Len: len(x)}
				copy(f.Bytes(), x)
				m.port.nic.Receive(f)
			}
			m.l.Settle(time.Second)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/44, "ns/segment")
	})
}

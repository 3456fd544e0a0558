package kernelpath

// Known behaviours of Linux that no scenario and no line of the model states: they
// have to come out of rings, interrupts, budgets and CPU time.

import (
	"slices"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/trace"
)

func lost(r *Result, reason trace.DropReason) (n uint64) {
	for _, d := range r.Drops {
		if d.Reason == reason.String() {
			n += d.Packets
		}
	}
	return n
}

// NAPI: a busy machine is hardly interrupted at all, since frames that arrive while
// it polls need no interrupt.
func TestInterruptsPerPacketFallAsLoadRises(t *testing.T) {
	before := 2.0
	for _, pps := range []int64{50_000, 800_000, 3_000_000} {
		r := run(t, Scenario{Kind: Flood, PPS: pps, Packets: 20_000})
		if r.IRQPerPacket > before {
			t.Errorf("%d packets a second: %.4f interrupts a packet, more than %.4f at a lower load", pps, r.IRQPerPacket, before)
		}
		before = r.IRQPerPacket
		t.Logf("%d pps: %.4f", pps, r.IRQPerPacket)
		switch {
		case pps == 50_000 && r.IRQPerPacket < 0.9:
			t.Errorf("an idle machine is interrupted for each packet, not for %.2f of them", r.IRQPerPacket)
		case pps == 3_000_000 && r.IRQPerPacket > 0.1:
			t.Errorf("an overloaded machine polls; it was interrupted for %.2f of the packets", r.IRQPerPacket)
		}
	}
}

// Mogul and Ramakrishnan, "Eliminating Receive Livelock in an Interrupt-Driven
// Kernel" (1997): with an interrupt for each frame a router that is offered too
// much forwards ever less; with polling it goes on forwarding what it can.
func TestReceiveLivelockWithoutNAPI(t *testing.T) {
	forwarded := func(pps int64, noNAPI bool) float64 {
		return run(t, Scenario{Kind: Forward, PPS: pps, Packets: int(pps / 20), NoNAPI: noNAPI}).PPS
	}
	peak, over := forwarded(600_000, false), forwarded(6_000_000, false)
	t.Logf("NAPI: %.0f, overloaded %.0f", peak, over)
	if over < 0.8*peak {
		t.Errorf("with NAPI overload costs throughput: %.0f packets a second instead of %.0f", over, peak)
	}
	peak = max(forwarded(200_000, true), forwarded(400_000, true), forwarded(600_000, true))
	over = forwarded(6_000_000, true)
	t.Logf("no NAPI: %.0f, overloaded %.0f", peak, over)
	if over > 0.2*peak {
		t.Errorf("without NAPI a machine under overload should get nothing done: it forwards %.0f packets a second, %.0f at best", over, peak)
	}
}

// A ring that overflows loses frames in the card. softnet_stat's dropped is another
// queue's.
func TestRingOverrunIsRxMissedNotSoftnetDropped(t *testing.T) {
	r := run(t, Scenario{Kind: Storm, Ring: 64, PPS: 10_000_000})
	if lost(r, trace.RxMissed) == 0 {
		t.Error("no frame was missed at 10 million a second with 64 descriptors")
	}
	for _, s := range r.Counters.Softnet {
		if s.Dropped != 0 {
			t.Errorf("CPU %d: softnet_stat says %d dropped, but no packet goes through a backlog", s.CPU, s.Dropped)
		}
	}
	small, large := lost(r, trace.RxMissed), lost(run(t, Scenario{Kind: Storm, Ring: 4096, PPS: 10_000_000}), trace.RxMissed)
	if large >= small {
		t.Errorf("a ring of 4096 misses %d frames, one of 64 %d", large, small)
	}
}

// net_rx_action that may do little at a time is interrupted by its own budget.
func TestSmallBudgetRaisesTimeSqueeze(t *testing.T) {
	s := Scenario{Kind: Flood, PPS: 3_000_000}
	usual := run(t, s).TimeSqueeze
	s.Budget = 16
	small := run(t, s).TimeSqueeze
	t.Logf("time_squeeze %d, with a budget of 16 %d", usual, small)
	if small < 4*max(usual, 1) {
		t.Errorf("time_squeeze is %d with a budget of 16 and %d with 300", small, usual)
	}
}

// softirqPerFrame is the softirq time that a received frame costs.
func softirqPerFrame(r *Result) float64 {
	var ns time.Duration
	for _, c := range r.CPUs {
		ns += c.SoftIRQ
	}
	return float64(ns) / float64(r.Frames)
}

// GRO saves the path above it for segments that follow each other; single requests
// do not have such.
func TestGROPaysOnBulkOnly(t *testing.T) {
	bulk := Scenario{Kind: Bulk, RxUsecs: 50}
	on := softirqPerFrame(run(t, bulk))
	bulk.NoGRO = true
	off := softirqPerFrame(run(t, bulk))
	t.Logf("bulk: %.0f ns a frame with GRO, %.0f without", on, off)
	if on > 0.75*off {
		t.Errorf("bulk: a frame costs %.0f ns with GRO and %.0f without", on, off)
	}
	small := Scenario{Packets: 200, RxUsecs: 50}
	on = softirqPerFrame(run(t, small))
	small.NoGRO = true
	off = softirqPerFrame(run(t, small))
	t.Logf("requests: %.0f ns a frame with GRO, %.0f without", on, off)
	if on < 0.9*off || on > 1.1*off {
		t.Errorf("requests: a frame costs %.0f ns with GRO and %.0f without", on, off)
	}
}

// Interrupt coalescing trades latency for interrupts.
func TestCoalescingTradesLatencyForInterrupts(t *testing.T) {
	s := Scenario{Kind: Flood, PPS: 200_000, Packets: 5000}
	now := run(t, s)
	s.RxUsecs, s.RxFrames = 50, 64
	later := run(t, s)
	t.Logf("%.3f interrupts a packet and p50 %v; with rx-usecs 50: %.3f and %v", now.IRQPerPacket, now.Latency.P50, later.IRQPerPacket, later.Latency.P50)
	if later.IRQPerPacket > now.IRQPerPacket/4 {
		t.Errorf("%.3f interrupts a packet, %.3f without coalescing", later.IRQPerPacket, now.IRQPerPacket)
	}
	if later.Latency.P50 < 2*now.Latency.P50 || later.Latency.P50 > now.Latency.P50+200*time.Microsecond {
		t.Errorf("the median latency is %v, %v without coalescing", later.Latency.P50, now.Latency.P50)
	}
}

// A reader that does not read fills its receive buffer, and TCP closes the window
// to less than a segment, upon which the sender waits (RFC 9293 3.8.6.2.1): nothing is
// lost, and the ring stays as empty as ever.
func TestSlowReaderClosesTheWindowNotTheRing(t *testing.T) {
	closed := 0
	r := run(t, Scenario{Kind: SlowReader, Size: 256 << 10, Packets: 64, Pause: 5 * time.Millisecond}, sinkFunc(func(e *trace.Event) {
		if e.Host == Host && e.Kind == trace.TCPSend && e.TCP.Window < 1448 {
			closed++
		}
	}))
	if closed < 10 {
		t.Errorf("%d segments announce less than a segment's window, with a reader that pauses 64 times and more", closed)
	}
	if r.Dropped() != 0 {
		t.Errorf("lost: %+v", r.Drops)
	}
}

// Over UDP there is no window: what a slow reader does not take is lost at its
// socket, still not in the ring.
func TestSlowReaderOfUDPLosesAtTheSocket(t *testing.T) {
	r := run(t, Scenario{Kind: SlowReader, Proto: "udp"})
	if lost(r, trace.SocketRcvbuff) == 0 || lost(r, trace.RxMissed) != 0 {
		t.Errorf("lost: %+v", r.Drops)
	}
}

// Receive side scaling: the hash of the four-tuple spreads flows over queues, and
// their interrupts over CPUs; the packets of one flow stay together.
func TestRSSSpreadsFlowsOverCPUs(t *testing.T) {
	s := Scenario{Kind: Storm, PPS: 1_000_000, Packets: 20_000, Queues: 4, CPUs: 4, Readers: 4}
	r := run(t, s)
	for _, x := range r.Counters.Softnet {
		if x.Processed < 20_000/4*7/10 || x.Processed > 20_000/4*13/10 {
			t.Errorf("CPU %d processed %d of 20,000 packets of 1024 flows, want about a quarter", x.CPU, x.Processed)
		}
	}
	s.Flows = 1
	s.Readers = 1
	busy := 0
	for _, x := range run(t, s).Counters.Softnet {
		if x.Processed > 0 {
			busy++
		}
	}
	if busy != 1 {
		t.Errorf("a single flow was processed by %d CPUs", busy)
	}
}

// Receive packet steering: one interrupt, and the protocols run on another CPU.
func TestRPSMovesTheProtocols(t *testing.T) {
	s := Scenario{Kind: Storm, PPS: 300_000, Packets: 10_000, CPUs: 4}
	here := run(t, s)
	s.RPSCPUs = 0b1100
	there := run(t, s)
	if n := there.Counters.Softnet[2].Processed + there.Counters.Softnet[3].Processed; n < 10_000 {
		t.Errorf("CPUs 2 and 3 processed %d packets", n)
	}
	if there.Counters.Softnet[2].ReceivedRPS == 0 || there.Counters.Softnet[3].ReceivedRPS == 0 {
		t.Errorf("no interrupt from CPU to CPU: %+v", there.Counters.Softnet)
	}
	if there.CPUs[0].SoftIRQ >= here.CPUs[0].SoftIRQ {
		t.Errorf("CPU 0 spends %v in softirq, %v without RPS", there.CPUs[0].SoftIRQ, here.CPUs[0].SoftIRQ)
	}
}

// fq_codel and byte queue limits let a small flow overtake a large one: with one
// queue, and a ring that takes all it can, it waits behind. (Super-segments of 64 KB,
// 5 ms each on this line, would hide the difference.)
func TestSmallFlowBesideBulk(t *testing.T) {
	s := Scenario{Kind: Mixed, NoTSO: true, NoBQL: true}
	behind := run(t, s).Latency.P50
	s.Qdisc, s.NoBQL = "fq_codel", false
	beside := run(t, s).Latency.P50
	t.Logf("pfifo_fast without BQL %v, fq_codel with BQL %v", behind, beside)
	if beside*3 > behind {
		t.Errorf("a datagram takes %v beside a bulk flow with fq_codel and BQL, %v with pfifo_fast and neither", beside, behind)
	}
}

// kinds notes the order of a host's events.
type order struct {
	host   string
	events []trace.Event
}

func (o *order) Emit(e *trace.Event) {
	if e.Host == o.host {
		o.events = append(o.events, *e)
	}
}

// The order seen on a virtio NIC of a live 6.18 kernel for one segment that a reader
// waits for.
func TestOrderOfOneReceivedSegment(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{}, o)
	want := []struct {
		kind trace.Kind
		ctx  trace.Context
	}{
		{trace.RxDMA, trace.Hardware},
		{trace.IRQ, trace.HardIRQ}, {trace.IRQMask, trace.HardIRQ}, {trace.NAPISchedule, trace.HardIRQ}, {trace.SoftIRQRaise, trace.HardIRQ}, {trace.IRQExit, trace.HardIRQ},
		{trace.SoftIRQEntry, trace.SoftIRQ}, {trace.SkbBuild, trace.SoftIRQ}, {trace.GROReceive, trace.SoftIRQ},
		{trace.NetifReceive, trace.SoftIRQ}, {trace.IPRecv, trace.SoftIRQ}, {trace.TCPRecv, trace.SoftIRQ},
		{trace.SockQueue, trace.SoftIRQ}, {trace.SockReady, trace.SoftIRQ}, {trace.TaskWake, trace.SoftIRQ},
		{trace.NAPIComplete, trace.SoftIRQ}, {trace.IRQUnmask, trace.SoftIRQ}, {trace.NAPIPoll, trace.SoftIRQ}, {trace.SoftIRQExit, trace.SoftIRQ},
		{trace.CopyToUser, trace.Process}, {trace.SysExit, trace.Process},
	}
	i := 0
	for _, e := range o.events {
		if i < len(want) && e.Kind == want[i].kind && e.Ctx == want[i].ctx {
			i++
		}
	}
	if i < len(want) {
		t.Errorf("%v in %v does not come in its place", want[i].kind, want[i].ctx)
	}
}

// The reader is woken before its data are copied, and copies in its own context.
func TestReaderIsWokenBeforeTheCopy(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{}, o)
	wake := slices.IndexFunc(o.events, func(e trace.Event) bool { return e.Kind == trace.TaskWake })
	cp := slices.IndexFunc(o.events, func(e trace.Event) bool { return e.Kind == trace.CopyToUser })
	if wake < 0 || cp < wake || o.events[wake].Ctx != trace.SoftIRQ || o.events[cp].Ctx != trace.Process {
		t.Errorf("woken at event %d, copied at %d", wake, cp)
	}
}

// The interrupt stays masked from the handler until NAPI completes: not until the
// softirq was raised.
func TestInterruptStaysMaskedUntilNAPICompletes(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Kind: Flood, PPS: 800_000, Packets: 2000}, o)
	masked, completed, times := false, false, 0
	for _, e := range o.events {
		switch e.Kind {
		case trace.IRQMask:
			masked, completed = true, false
		case trace.NAPIComplete:
			completed = true
		case trace.IRQ:
			if masked {
				t.Fatalf("event %d: an interrupt while it is masked", e.Seq)
			}
		case trace.IRQUnmask:
			if times++; !completed {
				t.Fatalf("event %d: unmasked before napi_complete_done", e.Seq)
			}
			masked = false
		}
	}
	if times == 0 {
		t.Error("never unmasked")
	}
}

// Finished transmissions are freed by the poll of NET_RX, before it takes packets off
// the ring. NET_TX has nothing to do with them.
func TestTxCompletionRidesNetRX(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Kind: Bulk, Size: 100_000, Packets: 3}, o)
	in, freed, both := "", 0, 0
	built, completed := false, false // in this poll
	for _, e := range o.events {
		switch e.Kind {
		case trace.SkbBuild:
			built = true
		case trace.NAPIPoll:
			if built && completed {
				both++
			}
			built, completed = false, false
		case trace.SoftIRQEntry:
			in = e.Text
		case trace.SoftIRQExit:
			in = ""
		case trace.TxComplete:
			if freed++; in != "NET_RX" {
				t.Fatalf("event %d: a transmission is completed in %q", e.Seq, in)
			}
			if completed = true; built {
				t.Fatalf("event %d: a poll completes a transmission after it has taken a packet", e.Seq)
			}
		}
	}
	if freed < 20 || both == 0 {
		t.Errorf("%d transmissions completed, %d polls did both", freed, both)
	}
}

// Clones are made of what is kept for retransmission. Pure acknowledgements and
// SYN-ACKs are not.
func TestPureACKsAndSYNACKsAreNotCloned(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Handshake: true, Packets: 5}, o)
	cloned := map[uint64]bool{}
	data, empty := 0, 0
	for _, e := range o.events {
		switch {
		case e.Kind == trace.SkbClone:
			cloned[e.Buf] = true
		case e.Kind == trace.TCPSend && e.TCP.Len > 0:
			if data++; !cloned[e.Buf] {
				t.Errorf("event %d: a segment with data was sent without a clone", e.Seq)
			}
		case e.Kind == trace.TCPSend:
			if empty++; cloned[e.Buf] {
				t.Errorf("event %d: a segment without data was cloned", e.Seq)
			}
		}
	}
	if data != 5 || empty < 2 {
		t.Errorf("%d segments with data and %d without", data, empty)
	}
}

// A retransmission clones the same data again.
func TestRetransmissionClonesTheSameData(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Kind: Bulk, Direction: TX, Loss: 0.02, Seed: 1, Size: 100_000, Packets: 10}, o)
	clones := map[uint64]int{}
	again := 0
	for i, e := range o.events {
		switch e.Kind {
		case trace.SkbClone:
			clones[e.Buf]++
		case trace.TCPRetransmit:
			// The clone for it comes next, before or after the event.
			if clones[e.Buf] > 0 && slices.ContainsFunc(o.events[i:min(i+4, len(o.events))], func(x trace.Event) bool { return x.Kind == trace.SkbClone && x.Buf == e.Buf }) {
				again++
			}
		}
	}
	if again == 0 {
		t.Error("no retransmission cloned a block that had been cloned before")
	}
}

// Without hurry the driver is called in the context of whoever sends, and an empty
// pfifo_fast is passed by.
func TestSendReachesTheRingInProcessContext(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Kind: Send, Packets: 10, Pause: 100 * time.Microsecond}, o)
	n := 0
	for _, e := range o.events {
		switch e.Kind {
		case trace.TxDesc:
			if n++; e.Ctx != trace.Process {
				t.Errorf("event %d: a descriptor is filled in %v", e.Seq, e.Ctx)
			}
		case trace.QdiscEnqueue:
			t.Errorf("event %d: a packet is queued in an empty pfifo_fast", e.Seq)
		}
	}
	if n != 10 {
		t.Errorf("%d descriptors, want 10", n)
	}
}

// The loopback has no ring, no DMA and no interrupt: a datagram to the own address is
// received inside the sender's system call.
func TestLoopbackReceivesInsideTheSendersCall(t *testing.T) {
	o := &order{host: Host}
	s := Scenario{Handshake: true}
	s.Fill()
	b := newBench(&s, []trace.Sink{o})
	err := b.l.Run(func() error {
		m, err := b.build()
		if err != nil {
			return err
		}
		pc, err := m.net.ListenPacket("udp", service(m.at))
		if err != nil {
			return err
		}
		b.l.Go("reader", func() { _, _, _ = pc.ReadFromAddrPort(make([]byte, 10)) })
		b.l.Settle(drain)
		o.events = nil
		c, err := m.net.Dial("udp", service(m.at))
		if err != nil {
			return err
		}
		if _, err := c.Write([]byte("hello")); err != nil {
			return err
		}
		b.l.Settle(drain)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	var story []string
	for _, e := range o.events {
		switch e.Kind {
		case trace.RxDMA, trace.IRQ, trace.TxDesc:
			t.Errorf("event %d: %v", e.Seq, e.Kind)
		case trace.SysEnter, trace.SysExit:
			story = append(story, e.Kind.String()+" "+e.Text)
		case trace.UDPSend, trace.UDPRecv, trace.SockQueue, trace.CopyToUser:
			story = append(story, e.Kind.String())
		}
	}
	t.Log(story)
	i := slices.Index(story, "sys_enter sendto")
	k := slices.Index(story, "sys_exit sendto")
	at := slices.Index(story, "udp_recv")
	if i < 0 || at < i || k < at {
		t.Errorf("received at %d, the call goes from %d to %d of %q", at, i, k, story)
	}
}

// kindsOf counts a run's events of the host by kind and context.
type kindsOf map[trace.Kind]map[trace.Context]int

func (k kindsOf) Emit(e *trace.Event) {
	if e.Host != Host {
		return
	}
	if k[e.Kind] == nil {
		k[e.Kind] = map[trace.Context]int{}
	}
	k[e.Kind][e.Ctx]++
}

// Softirqs run at the exit of interrupts. ksoftirqd takes over when they go on too
// long, not before.
func TestKsoftirqdTakesOverOnlyUnderOverload(t *testing.T) {
	if n := run(t, Scenario{Kind: Flood, PPS: 100_000}).KsoftirqdWake; n != 0 {
		t.Errorf("ksoftirqd was woken %d times at a load of half a CPU", n)
	}
	if n := run(t, Scenario{Kind: Flood, PPS: 5_000_000, Packets: 50_000}).KsoftirqdWake; n == 0 {
		t.Error("ksoftirqd was never woken at five million packets a second")
	}
}

// A segment that comes while a system call owns the socket waits in its backlog, and
// the call processes it in process context before it ends.
func TestSegmentsWaitWhileTheSocketIsOwned(t *testing.T) {
	k := kindsOf{}
	run(t, Scenario{Kind: Bulk}, k)
	added, done := k[trace.BacklogAdd], k[trace.BacklogRun]
	if added[trace.SoftIRQ] == 0 || added[trace.SoftIRQ] != done[trace.Process] || len(added) != 1 || len(done) != 1 {
		t.Errorf("added to a backlog: %v; taken from it: %v", added, done)
	}
}

// TCP small queues: of one connection only so much waits below TCP; completions let
// it go on.
func TestSmallQueuesKeepTheRestInTCP(t *testing.T) {
	k := kindsOf{}
	run(t, Scenario{Kind: Bulk, Direction: TX, Rate: 100_000_000}, k)
	if k[trace.TSQThrottle] == nil || k[trace.TSQWake] == nil {
		t.Errorf("throttled %v, let go %v", k[trace.TSQThrottle], k[trace.TSQWake])
	}
}

// Adaptive moderation interrupts at once when there is little to do, and seldom when
// there is much.
func TestAdaptiveModerationFollowsTheLoad(t *testing.T) {
	s := Scenario{Kind: Flood, PPS: 1000, Packets: 500, AdaptiveRx: true}
	idle := run(t, s)
	s.PPS, s.Packets, s.CPUs = 400_000, 40_000, 2
	busy := run(t, s)
	s.AdaptiveRx = false
	fixed := run(t, s)
	t.Logf("idle %.3f interrupts a packet and p50 %v; busy %.3f, without moderation %.3f", idle.IRQPerPacket, idle.Latency.P50, busy.IRQPerPacket, fixed.IRQPerPacket)
	if busy.IRQPerPacket > fixed.IRQPerPacket/2 {
		t.Errorf("under load %.3f interrupts a packet, %.3f without moderation", busy.IRQPerPacket, fixed.IRQPerPacket)
	}
	if idle.Latency.P50 > 100*time.Microsecond {
		t.Errorf("an idle machine takes %v for a packet", idle.Latency.P50)
	}
}

// RPS fills the backlog of another CPU, and what finds no room there is softnet_stat's
// dropped, not the ring's.
func TestFullBacklogIsSoftnetDropped(t *testing.T) {
	r := run(t, Scenario{Kind: Storm, PPS: 3_000_000, CPUs: 2, RPSCPUs: 0b10, MaxBacklog: 16})
	if lost(r, trace.CPUBacklog) == 0 || r.Counters.Softnet[1].Dropped == 0 {
		t.Errorf("nothing was dropped from a backlog of 16: %+v", r.Drops)
	}
}

package chrome_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net/netip"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/render/chrome"
	"github.com/netkit-go/netkit/pkg/trace"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// record is any entry of traceEvents.
type record struct {
	Ph, Name, Cat, BP string
	Pid, Tid          int
	TS, Dur           *float64
	ID                uint64
	Args              map[string]any
}

func (r record) start() int64 { return ns(*r.TS) }
func (r record) end() int64   { return ns(*r.TS) + ns(*r.Dur) }

// ns turns a time of the file into nanoseconds, as a viewer that computes with
// doubles would get it.
func ns(us float64) int64 { return int64(math.Round(us * 1000)) }

type laneID struct{ pid, tid int }

// parse reads a trace and checks what every trace must fulfil.
func parse(t *testing.T, b []byte) []record {
	t.Helper()
	var doc struct {
		DisplayTimeUnit string
		OtherData       map[string]string
		TraceEvents     []record
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&doc); err != nil {
		t.Fatalf("not the JSON expected: %v\n%.2000s", err, b)
	}
	if doc.DisplayTimeUnit != "ns" || doc.OtherData["start_ns"] == "" || doc.TraceEvents == nil {
		t.Fatalf("head is wrong: %.200s", b)
	}
	processes, threads := map[int]bool{}, map[laneID]bool{}
	byLane := map[laneID][]record{}
	flows := map[uint64][]record{}
	last := map[laneID]int64{}
	for i, r := range doc.TraceEvents {
		id := laneID{r.Pid, r.Tid}
		switch r.Ph {
		case "M":
			switch r.Name {
			case "process_name":
				if processes[r.Pid] {
					t.Errorf("process %d is named twice", r.Pid)
				}
				processes[r.Pid] = true
			case "thread_name":
				if threads[id] || !processes[r.Pid] {
					t.Errorf("thread %v is named twice or before its process", id)
				}
				threads[id] = true
			case "process_sort_index", "thread_sort_index":
			default:
				t.Errorf("unknown metadata %q", r.Name)
			}
			continue
		case "X":
			if r.TS == nil || r.Dur == nil || *r.TS < 0 || ns(*r.Dur) < 1 || r.Cat == "" || r.Args == nil {
				t.Fatalf("slice %d is incomplete: %+v", i, r)
			}
			if r.end() < last[id] {
				t.Errorf("slice %d of lane %v ends at %d, before the end %d of one that was written earlier", i, id, r.end(), last[id])
			}
			last[id] = r.end()
			byLane[id] = append(byLane[id], r)
		case "s", "t", "f":
			if (r.BP == "e") != (r.Ph == "f") {
				t.Errorf("flow %d has bp %q", i, r.BP)
			}
			// It binds to the slice that starts there, which must be in the file already.
			if !slices.ContainsFunc(byLane[id], func(s record) bool { return s.start() == ns(*r.TS) && ns(*s.Dur) == 1 }) {
				t.Errorf("flow %d at %v has no slice to bind to", i, *r.TS)
			}
			flows[r.ID] = append(flows[r.ID], r)
		case "C":
			if len(r.Args) == 0 || r.TS == nil || *r.TS < 0 {
				t.Errorf("counter %d is incomplete: %+v", i, r)
			}
		default:
			t.Errorf("unknown phase %q", r.Ph)
		}
		if !threads[id] {
			t.Errorf("record %d is of lane %v, which has no name", i, id)
		}
	}
	for id, list := range byLane {
		checkNesting(t, id, list)
	}
	for id, list := range flows {
		open := false
		at := int64(0)
		for _, r := range list {
			if (r.Ph == "s") == open || open && ns(*r.TS) < at {
				t.Errorf("flow %d: %s at %d, where open is %v since %d", id, r.Ph, ns(*r.TS), open, at)
			}
			open, at = r.Ph != "f", ns(*r.TS)
		}
		if open {
			t.Errorf("flow %d has a start but no end", id)
		}
	}
	return doc.TraceEvents
}

// checkNesting does what a viewer does: slices sorted by their starts, the
// longer first, must lie one inside or after the other. Two that start together
// are refused: a viewer cannot tell which is inside.
func checkNesting(t *testing.T, id laneID, list []record) {
	t.Helper()
	slices.SortStableFunc(list, func(a, b record) int { return int(a.start() - b.start()) })
	var stack []record
	for i, r := range list {
		if i > 0 && r.start() == list[i-1].start() {
			t.Errorf("lane %v: %q and %q both start at %d", id, list[i-1].Name, r.Name, r.start())
		}
		for len(stack) > 0 && stack[len(stack)-1].end() <= r.start() {
			stack = stack[:len(stack)-1]
		}
		if len(stack) > 0 && stack[len(stack)-1].end() < r.end() {
			p := stack[len(stack)-1]
			t.Errorf("lane %v: %q %d-%d overlaps %q %d-%d", id, p.Name, p.start(), p.end(), r.Name, r.start(), r.end())
		}
		stack = append(stack, r)
	}
}

func render(t testing.TB, events []trace.Event) []byte {
	t.Helper()
	var out bytes.Buffer
	w := chrome.NewWriter(&out)
	for i := range events {
		w.Emit(&events[i])
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const epoch = 1_700_000_000_000_000_000

var (
	flowOut = trace.Flow{Proto: 6, Src: netip.MustParseAddrPort("198.51.100.2:49152"), Dst: netip.MustParseAddrPort("203.0.113.80:80")}
	syn     = trace.TCP{Conn: 1, Flags: 2, Seq: 100, Window: 64240}
)

// handshake is the first packet of a connection from the caller's connect to
// the server's answer, in virtual time: all events of a unit have one time.
func handshake() []trace.Event {
	list := []trace.Event{
		{Time: 0, Host: "client", Kind: trace.SysEnter, Stage: "sys_enter", Text: "connect"},
		{Time: 0, Host: "client", Kind: trace.SockState, Stage: "inet_sock_set_state", Flow: flowOut, TCP: trace.TCP{Conn: 1, New: 2}},
		{Time: 0, Host: "client", Kind: trace.TCPCwnd, TCP: trace.TCP{Conn: 1, Cwnd: 14480, Ssthresh: math.MaxUint32, InFlight: 1}},
		{Time: 0, Host: "client", Kind: trace.TCPSend, Stage: "__tcp_transmit_skb", Pkt: 1, Buf: 1, Data: 80, Tail: 120, End: 2048, Flow: flowOut, Len: 40, Refs: 1, TCP: syn},
		{Time: 0, Host: "client", Kind: trace.TxDesc, Dev: "eth0", Pkt: 1, Buf: 1, Len: 74, Refs: 1, NIC: trace.NIC{Fill: 1}},
		{Time: 0, Host: "client", Kind: trace.TaskBlock},
		{Time: 1200, Host: "client", Ctx: trace.Hardware, Kind: trace.TxDMA, Evidence: trace.Modelled, Dev: "eth0", Pkt: 1, Len: 74, NIC: trace.NIC{Fill: 1, FCS: 7, Wire: 98}},
		{Time: 1200, Host: "cable client-sw1", Ctx: trace.Hardware, Kind: trace.WireSend, Dev: "client", Pkt: 1, Len: 74},
		{Time: 1700, Host: "web", Ctx: trace.Hardware, Kind: trace.RxDMA, Evidence: trace.Modelled, Dev: "eth0", Pkt: 1, Len: 74, NIC: trace.NIC{Slot: 0, Fill: 255}},
		{Time: 1700, Host: "web", CPU: 1, Ctx: trace.HardIRQ, Kind: trace.IRQ, Stage: "irq_handler_entry", Evidence: trace.Modelled, Dev: "eth0", NIC: trace.NIC{Vector: 24}},
		{Time: 2000, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.SoftIRQEntry, Stage: "softirq_entry", Text: "NET_RX"},
		{Time: 2000, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.TCPRecv, Stage: "tcp_v4_rcv", Pkt: 1, Flow: flowOut, Len: 40, TCP: syn},
		{Time: 2000, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.Drop, Pkt: 9, Drop: trace.NoSocket, Text: "a \"quoted\" \x1b reason"},
		{Time: 2900, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.NAPIPoll, Stage: "napi_poll", Dev: "eth0", NIC: trace.NIC{Work: 1, Budget: 64}},
		{Time: 2900, Host: "web", CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.SoftIRQExit, Stage: "softirq_exit", Text: "NET_RX"},
		{Time: 9000, Host: "client", Kind: trace.SysExit, Stage: "sys_exit", Text: "connect"},
	}
	for i := range list {
		list[i].Seq = uint64(i + 1)
		list[i].Time += epoch
	}
	return list
}

func TestGolden(t *testing.T) {
	got := render(t, handshake())
	parse(t, got)
	const path = "testdata/handshake.json"
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("the trace is not as in %s (see it with -update and git diff):\n%s", path, got)
	}
}

// find returns the only record of that phase and name.
func find(t *testing.T, list []record, ph, name string) record {
	t.Helper()
	var found []record
	for _, r := range list {
		if r.Ph == ph && r.Name == name {
			found = append(found, r)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d records %s %q, want one", len(found), ph, name)
	}
	return found[0]
}

func TestSlicesAndLanes(t *testing.T) {
	list := parse(t, render(t, handshake()))

	lane := map[string]laneID{}
	process := map[int]string{}
	for _, r := range list {
		switch r.Name {
		case "process_name":
			process[r.Pid] = r.Args["name"].(string)
		case "thread_name":
			lane[process[r.Pid]+"/"+r.Args["name"].(string)] = laneID{r.Pid, r.Tid}
		}
	}
	for _, want := range []string{"client/cpu0 process", "client/hardware", "cable client-sw1/hardware", "web/hardware", "web/cpu1 hardirq", "web/cpu1 softirq"} {
		if _, ok := lane[want]; !ok {
			t.Errorf("no lane %q among %v", want, lane)
		}
	}
	softirq := find(t, list, "X", "NET_RX")
	if got := (laneID{softirq.Pid, softirq.Tid}); got != lane["web/cpu1 softirq"] {
		t.Errorf("the softirq is in lane %v", got)
	}
	if softirq.start() != 2000 || softirq.end() != 2901 {
		t.Errorf("softirq from %d to %d, want 2000 to 2901: the exit came at 2900, when the poll's own nanosecond began", softirq.start(), softirq.end())
	}
	recv := find(t, list, "X", "tcp_v4_rcv")
	if recv.start() <= softirq.start() || recv.end() > softirq.end() {
		t.Errorf("tcp_v4_rcv %d-%d is not inside the softirq", recv.start(), recv.end())
	}
	if recv.Args["at_ns"] != fmt.Sprint(epoch+2000) {
		t.Errorf("a slice that was moved says at_ns %v", recv.Args["at_ns"])
	}
	if find(t, list, "X", "drop NO_SOCKET").Args["text"] != "a \"quoted\" \x1b reason" {
		t.Error("text does not survive")
	}
	connect := find(t, list, "X", "connect")
	if connect.start() != 0 || connect.end() > 100 {
		t.Errorf("connect %d-%d: the task blocked at 0, so the CPU was free from then on", connect.start(), connect.end())
	}
	if x := find(t, list, "X", "sys_exit connect"); x.start() != 9000 || ns(*x.Dur) != 1 {
		t.Errorf("the exit after a block is a slice of its own: %+v", x)
	}
	if ring := find(t, list, "C", "eth0 rx ring 0"); ring.Args["device"] != 255.0 {
		t.Errorf("ring counter %v", ring.Args)
	}
	if cwnd := find(t, list, "C", "tcp 1"); cwnd.Args["cwnd"] != 14480.0 || cwnd.Args["in_flight"] != 1.0 {
		t.Errorf("cwnd counter %v", cwnd.Args)
	}
}

// The packet is followed from the client's TCP to the server's, over four hosts
// and lanes; a packet that is seen once is not.
func TestFlow(t *testing.T) {
	var path, hosts []string
	process := map[int]string{}
	for _, r := range parse(t, render(t, handshake())) {
		if r.Name == "process_name" {
			process[r.Pid] = r.Args["name"].(string)
		}
		if r.ID != 0 {
			if r.ID != 1 {
				t.Errorf("flow of packet %d, which was seen once", r.ID)
			}
			path, hosts = append(path, r.Ph), append(hosts, process[r.Pid])
		}
	}
	if got := strings.Join(path, ""); got != "sttttf" {
		t.Errorf("flow is %s, want sttttf: one for each of the packet's six places", got)
	}
	if got := strings.Join(hosts, ","); got != "client,client,client,cable client-sw1,web,web" {
		t.Errorf("flow goes over %s", got)
	}
}

func TestEmptyTrace(t *testing.T) {
	if list := parse(t, render(t, nil)); len(list) != 0 {
		t.Errorf("%d records without an event", len(list))
	}
}

// Any order of entries, exits and blocks gives slices that nest, times that do
// not go back and flows that end; twice the same events give the same bytes.
func TestRandomTraces(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	kinds := []trace.Kind{
		trace.SysEnter, trace.SysExit, trace.SysEnter, trace.SysExit, trace.SoftIRQEntry, trace.SoftIRQExit, trace.TaskBlock,
		trace.TCPRecv, trace.TCPSend, trace.RxDMA, trace.TxDone, trace.TCPCwnd, trace.Drop,
	}
	for range 60 {
		now := int64(epoch)
		events := make([]trace.Event, rnd.IntN(400))
		for i := range events {
			if rnd.IntN(3) == 0 {
				now += rnd.Int64N(5)
			}
			events[i] = trace.Event{
				Seq: uint64(i + 1), Time: now - rnd.Int64N(2), // also a little out of order
				Host: []string{"a", "b", "c \"d\"", ""}[rnd.IntN(4)], CPU: int16(rnd.IntN(3) - 1), Ctx: trace.Context(rnd.IntN(4)),
				Kind: kinds[rnd.IntN(len(kinds))], Text: []string{"read", "write"}[rnd.IntN(2)],
				Pkt: []uint64{0, 1, 2, chrome.FlowSlots + 1}[rnd.IntN(4)],
			}
		}
		a := render(t, events)
		list := parse(t, a)
		slices := 0
		for _, r := range list {
			if r.Ph == "X" {
				slices++
			}
		}
		exits := 0 // those that ended an entry are not slices of their own
		for _, e := range events {
			if e.Kind == trace.SysExit || e.Kind == trace.SoftIRQExit {
				exits++
			}
		}
		if slices > len(events) || slices < len(events)-exits {
			t.Fatalf("%d slices of %d events, %d of them exits", slices, len(events), exits)
		}
		if !bytes.Equal(a, render(t, events)) {
			t.Fatal("the same events gave two different files")
		}
	}
}

// An exit ends the entry of the same call, and what was entered since.
func TestExitEndsItsOwnEntry(t *testing.T) {
	list := parse(t, render(t, []trace.Event{
		{Time: epoch, Kind: trace.SysEnter, Text: "read"},
		{Time: epoch + 100, Kind: trace.SysEnter, Text: "write"},
		{Time: epoch + 200, Kind: trace.SysExit, Text: "read"},
		{Time: epoch + 300, Kind: trace.SysExit, Text: "write"},
	}))
	read, write, exit := find(t, list, "X", "read"), find(t, list, "X", "write"), find(t, list, "X", "sys_exit")
	if read.end() != 200 || write.end() != 200 || exit.start() != 300 {
		t.Errorf("read ends at %d and write at %d, want 200 for both; the late exit is at %d, want 300", read.end(), write.end(), exit.start())
	}
}

// More unfinished entries than are kept: the rest are short slices.
func TestOpenSlicesAreBounded(t *testing.T) {
	var events []trace.Event
	for i := range chrome.MaxOpen + 5 {
		events = append(events, trace.Event{Time: epoch + int64(i)*1000, Kind: trace.SysEnter, Text: "nested"})
	}
	events = append(events, trace.Event{Time: epoch + 1e6, Kind: trace.Doorbell})
	long := 0
	for _, r := range parse(t, render(t, events)) {
		if r.Ph == "X" && ns(*r.Dur) > 1 {
			long++
		}
	}
	if long != chrome.MaxOpen {
		t.Errorf("%d long slices, want %d", long, chrome.MaxOpen)
	}
}

// State does not grow with the number of packets.
func TestMemoryIsFlat(t *testing.T) {
	w := chrome.NewWriter(io.Discard)
	events := handshake()
	next := uint64(1)
	step := func() {
		for i := range events {
			e := events[i]
			if e.Pkt != 0 {
				e.Pkt = next
			}
			e.Time += int64(next) * 10_000
			w.Emit(&e)
		}
		next++
	}
	for range 2 * chrome.FlowSlots {
		step()
	}
	runtime.GC()
	if n := testing.AllocsPerRun(1000, step); n != 0 {
		t.Errorf("%v allocations for %d events", n, len(events))
	}
}

type failing struct{ calls int }

var errFull = errors.New("disk full")

func (f *failing) Write([]byte) (int, error) { f.calls++; return 0, errFull }

func TestCloseReturnsTheWritersError(t *testing.T) {
	f := &failing{}
	w := chrome.NewWriter(f)
	for i := range int64(5000) {
		w.Emit(&trace.Event{Time: epoch + i, Kind: trace.Doorbell})
	}
	if err := w.Close(); !errors.Is(err, errFull) || f.calls != 1 {
		t.Errorf("%v after %d writes, want the first write's error and no second write", err, f.calls)
	}
	if err := w.Close(); !errors.Is(err, errFull) {
		t.Errorf("second Close: %v", err)
	}
}

func BenchmarkEmit(b *testing.B) {
	b.ReportAllocs()
	w := chrome.NewWriter(io.Discard)
	events := handshake()
	for i := 0; b.Loop(); i++ {
		e := &events[i%len(events)]
		e.Time += 10_000
		w.Emit(e)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
}

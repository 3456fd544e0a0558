package kernelpath

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/trace"
)

const epoch = int64(1_700_000_000_000_000_000)

// some is a piece of a run: an interrupt, its softirq on CPU 1, and a reader.
func some() []trace.Event {
	return []trace.Event{
		{Host: "host", Time: epoch, Ctx: trace.Hardware, Kind: trace.RxDMA, Dev: "eth0", Pkt: 7, Buf: 9, Len: 98, NIC: trace.NIC{Slot: 3, Fill: 255, Wire: 122}},
		{Host: "host", Time: epoch + 200, Dur: 200, CPU: 1, Ctx: trace.HardIRQ, Kind: trace.IRQ, Stage: "irq_handler_entry", Dev: "eth0", NIC: trace.NIC{Vector: 0x21}},
		{Host: "host", Time: epoch + 250, Dur: 50, CPU: 1, Ctx: trace.HardIRQ, Kind: trace.SoftIRQRaise, Stage: "softirq_raise", Text: "NET_RX"},
		{Host: "host", Time: epoch + 300, Dur: 50, CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.SoftIRQEntry, Stage: "softirq_entry", Text: "NET_RX"},
		{Host: "host", Time: epoch + 1000, Dur: 700, CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.NetifReceive, Stage: "netif_receive_skb", Dev: "eth0", Pkt: 7, Buf: 9, Len: 84, Refs: 1},
		{Host: "host", Time: epoch + 1100, Dur: 100, CPU: 1, Ctx: trace.SoftIRQ, Kind: trace.TaskWake, Stage: "sched_wakeup", Text: "web server"},
		{Host: "host", Time: epoch + 2100, Dur: 1000, Task: "web server", Ctx: trace.Process, Kind: trace.CopyToUser, Stage: "skb_copy_datagram_iovec", Pkt: 7, Buf: 9, Copied: 84},
		{Host: "host", Time: epoch + 2150, Task: "web server", Ctx: trace.Process, Kind: trace.TaskBlock, Stage: "sched_switch", Text: "recvfrom"},
		{Host: "host", Time: epoch + 2180, Task: "b", Ctx: trace.Process, Kind: trace.TaskRun, Stage: "sched_switch", Text: "b"},
		{Host: "host", Time: epoch + 2190, Task: "b", Ctx: trace.Process, Kind: trace.TaskPreempt, Stage: "sched_switch", Text: "b"},
		{Host: "peer", Time: epoch + 2200, Dur: 30, Ctx: trace.SoftIRQ, Kind: trace.Drop, Stage: "kfree_skb", Pkt: 8, Drop: trace.NoSocket, Text: "\x1b[31m"},
	}
}

func feed(sinks ...trace.Sink) {
	for _, e := range some() {
		for _, s := range sinks {
			s.Emit(&e)
		}
	}
}

func TestTimelineHasARowForEachEvent(t *testing.T) {
	var b bytes.Buffer
	tl := NewTimeline(&b)
	tl.Explain = func(stage string) string { return "about " + stage }
	feed(tl, tl)
	if err := tl.Close(); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	if n := strings.Count(text, "| about rx_dma\n"); n != 1 { // an event without a stage's name
		t.Errorf("the device's event is explained %d times, want once", n)
	}
	if n := strings.Count(text, "about netif_receive_skb"); n != 1 {
		t.Errorf("a stage is explained %d times, want once", n)
	}
	for _, want := range []string{
		"host          0.200    1  hardirq                 irq_handler_entry                                   vector 0x21\n",
		"host          1.000    1  softirq                 netif_receive_skb                7       9      84  refs=1\n",
		"host          2.100    0  process   web server    skb_copy_datagram_iovec          7       9          copied=84\n",
		`dropped: NO_SOCKET \u001b[31m`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if strings.Contains(text, "\x1b") {
		t.Error("a control character reached the terminal")
	}
}

// include/trace/events and trace_output.c: the forms that tools parse.
func TestFtraceLinesAsTheKernelPrintsThem(t *testing.T) {
	var b bytes.Buffer
	f := NewFtrace(&b)
	f.Host = "host"
	feed(f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	form := regexp.MustCompile(`^ *(\S.*)-(\d+) +\[(\d{3})\] ([.dhs1]{5}) +(\d+\.\d{9}): (\w+):( .*)?$`)
	n := 0
	for line := range strings.Lines(b.String()) {
		line = strings.TrimSuffix(line, "\n")
		if strings.HasPrefix(line, "#") {
			continue
		}
		n++
		if !form.MatchString(line) {
			t.Errorf("%q has not the form of a trace line", line)
		}
	}
	if n != 10 {
		t.Errorf("%d lines for the 10 events of the machine", n)
	}
	for _, want := range []string{
		"          <idle>-0       [001] d.h1.     0.000000200: irq_handler_entry: irq=33 name=eth0\n",
		"softirq_raise: vec=3 [action=NET_RX]\n",
		"netif_receive_skb: dev=eth0 skbaddr=7 len=84\n",
		"sched_wakeup: comm=web server pid=1000 prio=120 target_cpu=001\n",
		"web server-1000    [000] .....     0.000002150: sched_switch: prev_comm=web server prev_pid=1000 prev_prio=120 prev_state=S ==> next_comm=swapper/0 next_pid=0 next_prio=120\n",
		"<idle>-0       [000] .....     0.000002180: sched_switch: prev_comm=swapper/0 prev_pid=0 prev_prio=120 prev_state=R ==> next_comm=b next_pid=1001 next_prio=120\n",
		"b-1001    [000] .....     0.000002190: sched_switch: prev_comm=b prev_pid=1001 prev_prio=120 prev_state=R ==> next_comm=swapper/0 next_pid=0 next_prio=120\n",
		"      web server-1000    [000] .....     0.000002100: skb_copy_datagram_iovec: skbaddr=7 len=84\n",
		"          <eth0>-0       [000] .....     0.000000000: rx_dma:",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestFoldedAddsUpToTheCPUTime(t *testing.T) {
	var b bytes.Buffer
	f := NewFolded(&b)
	feed(f, f)
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	var sum int64
	for line := range strings.Lines(b.String()) {
		i := strings.LastIndexByte(line, ' ')
		n, err := strconv.ParseInt(strings.TrimSpace(line[i:]), 10, 64)
		if err != nil || strings.Count(line, " ") != 1 {
			t.Errorf("%q is not a stack and a count", line)
		}
		sum += n
	}
	var want int64
	for _, e := range some() {
		want += 2 * e.Dur
	}
	if sum != want {
		t.Errorf("%d ns in all stacks, the events say %d", sum, want)
	}
	if !strings.Contains(b.String(), "host;cpu0;process;web_server;skb_copy_datagram_iovec 2000\n") {
		t.Errorf("the reader's stack is missing:\n%s", b.String())
	}
}

func TestFoldedIsBounded(t *testing.T) {
	var b bytes.Buffer
	f := NewFolded(&b)
	for i := range MaxStacks + 10 {
		f.Emit(&trace.Event{Dur: 1, Task: strconv.Itoa(i)})
	}
	if err := f.Close(); err != nil || len(f.ns) != MaxStacks || !strings.HasSuffix(b.String(), "other 10\n") {
		t.Errorf("%d stacks, %v", len(f.ns), err)
	}
}

func TestLanesAreAsWideAsTheTerminal(t *testing.T) {
	l := NewLanes()
	feed(l)
	for _, width := range []int{40, 80, 200} {
		for _, ascii := range []bool{false, true} {
			var b bytes.Buffer
			if err := l.WriteText(&b, Style{Width: width, ASCII: ascii}); err != nil {
				t.Fatal(err)
			}
			lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
			for _, line := range lines[:len(lines)-1] { // the legend is a sentence
				if n := utf8.RuneCountInString(line); n > width {
					t.Errorf("width %d: a line of %d: %q", width, n, line)
				}
				if ascii && strings.IndexFunc(line, func(r rune) bool { return r > 0x7e }) >= 0 {
					t.Errorf("not ASCII: %q", line)
				}
			}
			// softirq on CPU 1: 850 of 2200 ns.
			if !regexp.MustCompile(`host cpu1 softirq.* 38\.6%`).MatchString(b.String()) {
				t.Errorf("the share of softirq is not 38.6%%:\n%s", b.String())
			}
		}
	}
}

// However long the run, busy time is neither lost nor made.
func TestLanesKeepBusyTimeWhenBucketsWiden(t *testing.T) {
	l := NewLanes()
	var want int64
	for i := range int64(100_000) {
		l.Emit(&trace.Event{Host: "host", Time: epoch + i*1000 + 300, Dur: 300, Ctx: trace.SoftIRQ, Stage: "net_rx_action"})
		want += 300
	}
	var got int64
	for _, n := range l.lanes[laneKey{"host", 0, trace.SoftIRQ}].busy {
		got += n
	}
	if got != want {
		t.Errorf("buckets hold %d ns, want %d", got, want)
	}
	for _, many := range []bool{false, true} {
		d := l
		if !many {
			d = NewLanes()
			feed(d)
		}
		var b bytes.Buffer
		if err := d.WriteSVG(&b); err != nil {
			t.Fatal(err)
		}
		wellFormed(t, b.Bytes())
		if got := strings.Contains(b.String(), "netif_receive_skb"); got == many {
			t.Errorf("spans with names: %v, with more than %d events: %v", got, MaxSpans, many)
		}
	}
}

func wellFormed(t *testing.T, b []byte) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(b))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatalf("no XML: %v", err)
		}
	}
}

func TestChart(t *testing.T) {
	c := &Chart{Title: "drops", Unit: "packets", X: []string{"64", "1024"}, Y: []float64{3000, 0.12345}}
	var b bytes.Buffer
	if err := c.WriteText(&b, Style{Width: 60, ASCII: true}); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(b.String(), "\n")
	if !strings.Contains(lines[1], "3000 #####") || strings.Contains(lines[2], "#") || !strings.Contains(lines[2], "0.1235") {
		t.Errorf("%s", b.String())
	}
	var svg bytes.Buffer
	if err := WriteSVGs(&svg, "a & b", []*Chart{c, c}); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, svg.Bytes())
}

func TestSKBShowsTheHeadroomShrink(t *testing.T) {
	views := []kernelpath.View{
		{Time: epoch, Ctx: "process", Stage: "tcp_sendmsg_locked", Head: 0, Data: 160, Tail: 260, End: 2048, Len: 100, Refs: 1, Copied: 100, Holder: "send queue"},
		{Time: epoch + 900, Ctx: "process", Stage: "__tcp_transmit_skb", Head: 0, Data: 128, Tail: 260, End: 2048, Len: 132, Refs: 2, Op: "skb_push", Moved: 32, Holder: "tcp"},
	}
	var b bytes.Buffer
	if err := WriteSKB(&b, views, Style{Width: 80, ASCII: true}); err != nil {
		t.Fatal(err)
	}
	var bars []string
	for line := range strings.Lines(b.String()) {
		if strings.HasPrefix(line, "  .") {
			bars = append(bars, strings.TrimSpace(line))
		}
	}
	if len(bars) != 2 || strings.IndexByte(bars[1], '#') >= strings.IndexByte(bars[0], '#') || len(bars[0]) != len(bars[1]) {
		t.Errorf("a pushed header must begin further left in a block of the same length: %q", bars)
	}
	if !strings.Contains(b.String(), "skb_push 32") || !strings.Contains(b.String(), "headroom 128") {
		t.Errorf("%s", b.String())
	}
	var svg bytes.Buffer
	if err := WriteSKBSVG(&svg, views); err != nil {
		t.Fatal(err)
	}
	wellFormed(t, svg.Bytes())
}

type failing struct{}

func (failing) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

func TestAWriterThatFailsIsReported(t *testing.T) {
	for _, s := range []interface {
		trace.Sink
		Close() error
	}{NewTimeline(failing{}), NewFtrace(failing{}), NewFolded(failing{})} {
		feed(s)
		if err := s.Close(); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("%T: %v", s, err)
		}
	}
}

func TestStreamsDoNotAllocate(t *testing.T) {
	tl, ft := NewTimeline(io.Discard), NewFtrace(io.Discard)
	feed(tl, ft)
	e := some()[4]
	if n := testing.AllocsPerRun(100, func() { tl.Emit(&e) }); n != 0 {
		t.Errorf("timeline: %v allocations a row", n)
	}
	if n := testing.AllocsPerRun(100, func() { ft.Emit(&e) }); n != 0 {
		t.Errorf("ftrace: %v allocations a row", n)
	}
}

func BenchmarkTimeline(b *testing.B) { bench(b, NewTimeline(io.Discard)) }
func BenchmarkFtrace(b *testing.B)   { bench(b, NewFtrace(io.Discard)) }
func BenchmarkLanes(b *testing.B)    { bench(b, NewLanes()) }
func BenchmarkFolded(b *testing.B)   { bench(b, NewFolded(io.Discard)) }

func bench(b *testing.B, s trace.Sink) {
	events := some()
	b.ReportAllocs()
	for i := range b.N {
		e := &events[i%len(events)]
		e.Time += 1000
		s.Emit(e)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds()/1e6, "Mrec/s")
}

// Two names for one stage are explained once, in lines that fit.
func TestExplanationsFitTheTerminal(t *testing.T) {
	var b bytes.Buffer
	tl := NewTimeline(&b)
	tl.Explain, tl.Width = func(string) string { return strings.Repeat("eleven more ", 20) }, 60
	feed(tl)
	if err := tl.Close(); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(b.String(), "more"); n != 20 {
		t.Errorf("%d words, want the 20 of one explanation", n)
	}
	for line := range strings.Lines(b.String()) {
		if strings.Contains(line, "| ") && len(line) > 61 {
			t.Errorf("%d columns: %q", len(line)-1, line)
		}
	}
}

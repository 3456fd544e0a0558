package kernelpath

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// run runs a scenario that has to succeed.
func run(t testing.TB, s Scenario, sinks ...trace.Sink) *Result {
	t.Helper()
	r, err := Run(context.Background(), s, sinks...)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// Every scenario runs to its end with its defaults and delivers something.
func TestEveryScenarioRuns(t *testing.T) {
	for _, k := range Kinds() {
		r := run(t, Scenario{Kind: k})
		if r.Packets == 0 || r.Frames == 0 || r.Duration <= 0 || len(r.CPUs) != 1 || r.Busy() <= 0 || r.Busy() > 1 {
			t.Errorf("%s: nothing happened: %+v", k, r)
		}
		if k != Send && r.Latency.N == 0 {
			t.Errorf("%s: no latency was measured", k)
		}
	}
}

// digest is a sink that hashes what events say.
type digest struct {
	h hash.Hash
	n int
	b []byte
}

func (d *digest) Emit(e *trace.Event) {
	d.n++
	b := d.b[:0]
	for _, v := range []uint64{e.Seq, uint64(e.Time), uint64(e.Dur), uint64(e.CPU), uint64(e.Ctx), uint64(e.Kind), e.Pkt, e.Buf, e.Parent, e.Sock,
		uint64(e.Data), uint64(e.Tail), uint64(e.Len), uint64(e.Refs), uint64(e.Copied), uint64(e.Drop), uint64(e.NIC.Slot), uint64(e.NIC.Fill), uint64(e.NIC.FCS),
		uint64(e.Queue.Len), uint64(e.TCP.Seq), uint64(e.TCP.Ack), uint64(e.TCP.Window), uint64(e.TCP.Cwnd)} {
		b = binary.AppendUvarint(b, v)
	}
	for _, v := range []string{e.Host, e.Dev, e.Stage, e.Task, e.Text} {
		b = append(append(b, v...), 0)
	}
	d.b = b
	d.h.Write(b)
}

// The same scenario gives the same events and the same result, every time.
func TestRunsAreReproducible(t *testing.T) {
	for _, s := range []Scenario{
		{Packets: 3},
		{Kind: Storm, Packets: 200, Arrival: Poisson, Seed: 7, CPUs: 2, Queues: 2},
		{Kind: Bulk, Size: 20_000, Packets: 4, Loss: 0.02, Seed: 3},
		{Kind: Incast, Senders: 4, Size: 10_000, Packets: 4},
		{Kind: Forward, Packets: 50, Size: 2000, MTU: 9000, OutMTU: 1500},
	} {
		var want string
		for i := range 100 {
			d := &digest{h: sha256.New()}
			r := run(t, s, d)
			b, err := json.Marshal(r)
			if err != nil {
				t.Fatal(err)
			}
			got := fmt.Sprintf("%x %s", d.h.Sum(nil), b)
			if i == 0 {
				want = got
			}
			if got != want || d.n == 0 {
				t.Fatalf("%s: run %d differs:\n%s\n%s", s.Kind, i, got, want)
			}
			if testing.Short() && i == 3 {
				break
			}
		}
	}
	a, b := &digest{h: sha256.New()}, &digest{h: sha256.New()}
	run(t, Scenario{Kind: Storm, Packets: 200, Arrival: Poisson, Seed: 1}, a)
	run(t, Scenario{Kind: Storm, Packets: 200, Arrival: Poisson, Seed: 2}, b)
	if bytes.Equal(a.h.Sum(nil), b.h.Sum(nil)) {
		t.Error("another seed changes nothing")
	}
}

// Whether somebody listens does not change what happens.
func TestListeningChangesNothing(t *testing.T) {
	s := Scenario{Kind: Flood, Packets: 3000, PPS: 700_000}
	quiet, traced := run(t, s), run(t, s, &digest{h: sha256.New()})
	a, _ := json.Marshal(quiet)
	b, _ := json.Marshal(traced)
	if !bytes.Equal(a, b) {
		t.Errorf("with a trace\n%s\nwithout\n%s", b, a)
	}
}

// A run ends with its context.
func TestRunEndsWithContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(context.Background())
	why := errors.New("enough")
	n := 0
	_, err := Run(ctx, Scenario{Kind: Flood, Packets: 1_000_000}, sinkFunc(func(*trace.Event) {
		if n++; n == 1000 {
			cancel(why)
		}
	}))
	if !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
}

// A run whose connection cannot come about, or breaks down, says so; it does not wait
// for ever.
func TestBrokenConnectionIsAnError(t *testing.T) {
	for _, s := range []Scenario{{Kind: Bulk, Delay: 20 * time.Minute}, {Kind: Incast, Senders: 2, Delay: 20 * time.Minute}} {
		if _, err := Run(context.Background(), s); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("%s: %v, want what ARP finds out: nobody answers", s.Kind, err)
		}
	}
	if _, err := Run(context.Background(), Scenario{Kind: Bulk, Packets: 2, Loss: 0.8, Seed: 4}); err == nil {
		t.Error("a transfer over a line that loses four frames of five succeeds")
	}
}

type sinkFunc func(*trace.Event)

func (f sinkFunc) Emit(e *trace.Event) { f(e) }

// Without Handshake events begin with the traffic: nothing of the connection being
// set up is in them.
func TestEventsBeginWithTheTraffic(t *testing.T) {
	for _, handshake := range []bool{false, true} {
		syn := 0
		run(t, Scenario{Handshake: handshake}, sinkFunc(func(e *trace.Event) {
			if e.Kind == trace.TCPRecv && e.TCP.Flags&uint16(wire.SYN) != 0 {
				syn++
			}
		}))
		if (syn > 0) != handshake {
			t.Errorf("handshake %v: %d segments with SYN", handshake, syn)
		}
	}
}

// frames is a FrameSink that checks what a source sends.
type frames struct {
	t       *testing.T
	points  []TapPoint
	n       int
	packets int // at packet sockets
	ports   map[uint16]int
}

func (f *frames) Emit(*trace.Event)    {}
func (f *frames) Taps(list []TapPoint) { f.points = list }
func (f *frames) Packet(at int, x host.Tap) {
	if p := f.points[at]; !p.Stack || f.points[at-1].Dev != p.Dev {
		f.t.Errorf("tap %d is no packet socket: %+v", at, p)
	}
	f.packets++
}
func (f *frames) Frame(at int, x nic.Tap) {
	if f.points[at].Host != Host || x.Dir != nic.In {
		return
	}
	f.n++
	e, err := wire.ParseEthernet(x.Frame.Bytes())
	if err != nil {
		f.t.Fatal(err)
	}
	p, err := wire.ParseIPv4(e.Payload())
	if err != nil || !p.VerifyChecksum() {
		f.t.Fatalf("IPv4 header: %v", err)
	}
	u := p[p.HeaderLen():p.TotalLen()]
	h, err := wire.ParseUDP(u)
	if err != nil {
		f.t.Fatal(err)
	}
	if wire.Fold(wire.Sum(u, wire.PseudoSum(p.Src(), p.Dst(), wire.ProtoUDP, len(u)))) != 0xffff {
		f.t.Fatal("UDP checksum is wrong")
	}
	if at := stampOf(u[wire.UDPHeaderLen:]); at != x.Time {
		f.t.Fatalf("the datagram says that it arrives at %d, and arrives at %d", at, x.Time)
	}
	f.ports[h.SrcPort()]++
}

// What a source puts on the wire is right to the last bit, and carries the time of
// its arrival; its flows take turns.
func TestSourceFrames(t *testing.T) {
	for _, s := range []Scenario{
		{Kind: Storm, Packets: 1000, Flows: 10, PPS: 20_000_000},
		{Kind: Flood, Packets: 50, Size: 1001},
		{Kind: Forward, Packets: 50, Size: 3001, MTU: 9000},
		{Kind: Storm, Packets: 1000, Flows: 3, Arrival: Poisson, Seed: 5, PPS: 100_000},
	} {
		f := &frames{t: t, ports: map[uint16]int{}}
		run(t, s, f)
		s.Fill()
		if f.n != s.Packets || len(f.ports) != s.Flows {
			t.Errorf("%s: %d frames of %d flows, want %d of %d", s.Kind, f.n, len(f.ports), s.Packets, s.Flows)
		}
		if s.Kind == Flood && f.packets != s.Packets {
			t.Errorf("a packet socket saw %d of %d datagrams", f.packets, s.Packets)
		}
	}
}

// A source keeps its rate exactly, and never goes beyond the line's.
func TestSourceRate(t *testing.T) {
	r := run(t, Scenario{Kind: Flood, Packets: 1000, PPS: 100_000})
	if r.Duration != 9_990_000 {
		t.Errorf("1000 datagrams at 100,000 a second arrive within %v, want 999 times 10 us", r.Duration)
	}
	r = run(t, Scenario{Kind: Storm, Packets: 1000, PPS: 100_000_000, Rate: 1_000_000_000})
	if want := 999 * 672; int(r.Duration) != want {
		t.Errorf("on 1 Gbit/s 1000 frames of 84 octets take %v, want %d ns from the first to the last", r.Duration, want)
	}
}

// What makes no sense is refused with the parameter's name.
func TestScenarioCheck(t *testing.T) {
	for want, s := range map[string]Scenario{
		"no scenario":        {Kind: "tea"},
		"size":               {Kind: Flood, Size: 1473},
		"tcp":                {Kind: Bulk, Proto: "udp"},
		"protocol":           {Kind: Send, Proto: "sctp"},
		"zerocopy":           {Kind: Send, ZeroCopy: true},
		"rps-cpus":           {RPSCPUs: 4, CPUs: 2},
		"ring":               {Ring: 1 << 20},
		"queueing":           {Qdisc: "htb"},
		"mtu":                {MTU: 100},
		"loss":               {Loss: 1},
		"arrivals":           {Kind: Flood, Arrival: "tidal"},
		"direction":          {Kind: Bulk, Direction: "up"},
		"out-mtu is from":    {Kind: Forward, OutMTU: 68},
		"cpus is from 1":     {CPUs: -1},
		"size is from 8 to ": {Kind: Storm, Size: 2},
		"corrupt":            {Corrupt: 1},
		"rcvbuf is from":     {RcvBuf: 1},
		"sndbuf is from":     {SndBuf: 1000},
		"use for pps":        {PPS: 1},
		"use for senders":    {Kind: Flood, Senders: 2},
		"use for readers":    {Kind: Forward, Readers: 2},
		"use for out-mtu":    {Kind: Bulk, OutMTU: 1500},
		"use for pause":      {Pause: 1},
		"use for no-socket":  {Kind: Send, NoSocket: true},
	} {
		if _, err := Run(context.Background(), s); !errors.Is(err, ErrScenario) || !strings.Contains(err.Error(), want) {
			t.Errorf("%+v: %v, want an error about %s", s, err, want)
		}
	}
}

// Every parameter can be set by name to what it says it is.
func TestKnobs(t *testing.T) {
	for _, k := range Knobs() {
		s := Scenario{}
		s.Fill()
		if err := k.Set(&s, k.Get(&s)); err != nil && k.Get(&s) != "0" && k.Get(&s) != "0s" && k.Get(&s) != "" {
			t.Errorf("%s: its own default %q is refused: %v", k.Name, k.Get(&s), err)
		}
		if err := k.Set(&s, "?"); !errors.Is(err, ErrScenario) {
			t.Errorf("%s took a question mark", k.Name)
		}
	}
	for _, x := range []struct{ name, value, want string }{
		{"pps", "2M", "2000000"}, {"rate", "2.5gbit", "2500000000"}, {"gro", "off", "off"}, {"napi", "on", "on"},
		{"rps-cpus", "0x3", "3"}, {"loss", "5%", "5%"}, {"delay", "20us", "20µs"}, {"qdisc", "fq_codel", "fq_codel"}, {"ring", "1k", "1000"},
	} {
		var s Scenario
		k, ok := FindKnob(x.name)
		if !ok {
			t.Fatalf("no %s", x.name)
		}
		if err := k.Set(&s, x.value); err != nil || k.Get(&s) != x.want {
			t.Errorf("%s=%s: %q, %v", x.name, x.value, k.Get(&s), err)
		}
	}
	if v, err := ParseVariation("socket=on,off"); err != nil {
		t.Error(err)
	} else if rows, err := v.Run(context.Background(), Scenario{Kind: Bulk}, nil); !errors.Is(err, ErrScenario) || rows != nil {
		t.Errorf("a comparison ran %d times before it found a value that makes no sense: %v", len(rows), err)
	}
	for _, bad := range []string{"ring", "ring=", "tea=1", "ring=0", "ring=1,x", "cpus=-1", "pause=0s", "ring=" + strings.Repeat("1,", 100) + "1"} {
		if _, err := ParseVariation(bad); !errors.Is(err, ErrScenario) {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// A comparison runs the same scenario with one difference.
func TestVariation(t *testing.T) {
	v, err := ParseVariation("packets=10,20")
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	rows, err := v.Run(context.Background(), Scenario{Kind: Flood, PPS: 1000}, func(Row) error { told++; return nil })
	if err != nil || len(rows) != 2 || told != 2 || rows[0].Result.Packets != 10 || rows[1].Result.Packets != 20 {
		t.Errorf("%+v, %v", rows, err)
	}
}

// A trace streams: a run ten times as long takes hardly more memory.
func TestMemoryIsFlat(t *testing.T) {
	allocated := func(packets int) int64 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		run(t, Scenario{Kind: Flood, Packets: packets, PPS: 250_000}, nothing{}, &Ledger{Buffers: 16})
		runtime.ReadMemStats(&after)
		return int64(after.TotalAlloc - before.TotalAlloc)
	}
	allocated(1000) // what is made once
	short, long := allocated(5_000), allocated(50_000)
	if grown := long - short; grown > 45_000*16 {
		t.Errorf("45,000 more packets, of which each makes a dozen events, allocate %d bytes", grown)
	}
}

// Percentiles are right to a bucket's width.
func TestHistogram(t *testing.T) {
	var h Histogram
	if h.Quantile(0.5) != 0 {
		t.Error("an empty histogram has a median")
	}
	for i := range int64(10_000) {
		h.Add(i * 1000)
	}
	h.Add(-1)
	for _, q := range []float64{0.01, 0.5, 0.99, 1} {
		want := q * 1e7
		if got := float64(h.Quantile(q)); got > want || got < want*0.99-1000 {
			t.Errorf("quantile %v is %v, want %v", q, got, want)
		}
	}
	one := Histogram{}
	one.Add(5998) // inside a bucket
	if one.Quantile(0.5) != 5998 || one.Quantile(0.99) != 5998 {
		t.Error("the percentiles of a single time are not that time")
	}
	one.Add(7000)
	one.Add(8000)
	if one.Quantile(0.99) != 8000 {
		t.Errorf("99 %% of three times do not exceed %d", one.Quantile(0.99))
	}
	h.Add(1<<63 - 1)
	if h.Max() != 1<<63-1 || h.Quantile(1) > h.Max() {
		t.Errorf("the largest is %d", h.Max())
	}
}

// The texts have the columns of the kernel's own files.
func TestCounterFiles(t *testing.T) {
	c := Counters{
		Softnet:    []Softnet{{CPU: 0, Processed: 0x1234, Dropped: 2, TimeSqueeze: 3, ReceivedRPS: 4, FlowLimit: 5, BacklogLen: 6}, {CPU: 1}},
		Interrupts: []Interrupt{{Vector: 32, Name: "eth0", Count: []uint64{7, 8}}},
		SoftIRQs:   []SoftIRQ{{"NET_RX", []uint64{9, 10}}},
		Devices: []Device{{Name: "eth0", QdiscKind: "pfifo_fast", Stats: nic.Stats{RxBytes: 1, RxPackets: 2, RxErrors: 3, RxDropped: 1, RxMissedErrors: 3, RxCRCErrors: 5, Multicast: 6,
			TxBytes: 7, TxPackets: 8, TxErrors: 9, TxDropped: 10, TxCarrierErrors: 11}, Qdisc: host.QdiscStats{Packets: 1, Bytes: 100, Drops: 2, Qlen: 3, Backlog: 300}}},
		SNMP: []Counter{{"IpInReceives", 12}},
	}
	want := map[string]string{
		"/proc/net/softnet_stat": "00001234 00000002 00000003 00000000 00000000 00000000 00000000 00000000 00000000 00000004 00000005 00000006 00000000 00000006 00000000\n" +
			"00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000000 00000001 00000000 00000000\n",
		"/proc/interrupts": "           CPU0       CPU1       \n 32:          7          8  PCI-MSIX   0-edge      eth0\n",
		"/proc/softirqs":   "                    CPU0       CPU1       \n      NET_RX:          9         10\n",
		"/proc/net/dev": "Inter-|   Receive                                                |  Transmit\n" +
			" face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n" +
			"  eth0:       1       2    3    4    0     5          0         6        7       8    9   10    0     0      11          0\n",
		"tc -s qdisc show dev eth0": "qdisc pfifo_fast 0: dev eth0 root refcnt 2 bands 3 priomap 1 2 2 2 1 2 0 0 1 1 1 1 1 1 1 1\n" +
			" Sent 100 bytes 1 pkt (dropped 2, overlimits 0 requeues 0) \n backlog 300b 3p requeues 0\n",
		"ethtool -S eth0": "NIC statistics:\n",
		"nstat":           "#kernel\nIpInReceives                    12                 0.0\n",
	}
	for _, f := range c.Files() {
		var b bytes.Buffer
		if err := f.Write(&b); err != nil || b.String() != want[f.Name] {
			t.Errorf("%s: %v\n%q\nwant\n%q", f.Name, err, b.String(), want[f.Name])
		}
	}
	d := Device{Name: "eth0", QdiscKind: "fq_codel", Qdisc: host.QdiscStats{Packets: 3, Bytes: 30}, Queues: []host.QdiscStats{{Packets: 1, Bytes: 10}, {Packets: 2, Bytes: 20}}}
	var b strings.Builder
	stats := func(packets int) string {
		return fmt.Sprintf(" Sent %d0 bytes %d pkt (dropped 0, overlimits 0 requeues 0) \n backlog 0b 0p requeues 0\n", packets, packets)
	}
	if err := d.WriteQdisc(&b); err != nil || b.String() != "qdisc mq 0: dev eth0 root\n"+stats(3)+
		"qdisc fq_codel 0: dev eth0 parent :2\n"+stats(2)+"qdisc fq_codel 0: dev eth0 parent :1\n"+stats(1) {
		t.Errorf("several queues: %v\n%s", err, b.String())
	}
	if got := snake("RxCRCErrors") + " " + snake("TxTSO") + " " + snake("RxMissedErrors"); got != "rx_crc_errors tx_tso rx_missed_errors" {
		t.Error(got)
	}
}

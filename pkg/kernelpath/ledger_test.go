package kernelpath

import (
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
)

// ledgerOf runs a scenario and returns its ledger.
func ledgerOf(t *testing.T, s Scenario) *Ledger {
	t.Helper()
	g := &Ledger{}
	run(t, s, g)
	return g
}

// A transfer over TCP is copied once from the writer and once to the reader; in
// between it is cloned, never copied ("three copies on send" is a myth).
func TestOneCopyOnEachSide(t *testing.T) {
	g := ledgerOf(t, Scenario{Size: 1000})
	if got, want := g.Summary(), "1 copy on send (1000 bytes), 1 clone, 0 fragment copies; 1 copy on receive (1000 bytes)"; got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
	for _, s := range []Scenario{{Kind: Bulk, Direction: TX, Size: 100_000, Packets: 10}, {Kind: Bulk, Size: 100_000, Packets: 10}} {
		g := ledgerOf(t, s)
		in, out := g.Total(CopyToUser), g.Total(CopyFromUser)
		want := uint64(1_000_000)
		if s.Direction == TX {
			in, out = out, in
		}
		if in.Bytes != want || out.Bytes != 0 {
			t.Errorf("%s: %d bytes copied, and %d in the other direction; each of %d is copied once", s.Direction, in.Bytes, out.Bytes, want)
		}
		if n := g.Total(FragmentCopy).Count; n != 0 {
			t.Errorf("%s: %d fragments: TCP's segments fit the MTU", s.Direction, n)
		}
	}
}

// With MSG_ZEROCOPY the writer's own pages are sent: nothing is copied on send.
func TestZeroCopySendsWithoutACopy(t *testing.T) {
	s := Scenario{Kind: Bulk, Direction: TX, Size: 100_000, Packets: 5}
	copied := run(t, s)
	s.ZeroCopy = true
	g := &Ledger{}
	r := run(t, s, g)
	if c, p := g.Total(CopyFromUser), g.Total(Pinned); c.Bytes != 0 || p.Bytes != 500_000 {
		t.Errorf("%d bytes copied from the user, %d referred to; want 0 and 500,000", c.Bytes, p.Bytes)
	}
	if !strings.HasPrefix(g.Summary(), "0 copies on send (zero copy: 500000 bytes)") {
		t.Error(g.Summary())
	}
	if r.CPUs[0].Process >= copied.CPUs[0].Process {
		t.Errorf("%v in process context without the copies, %v with them", r.CPUs[0].Process, copied.CPUs[0].Process)
	}
}

// A local datagram of 4000 bytes is built as pieces of the MTU: three buffers,
// each byte copied once, and no copy for the fragmentation.
func TestLocalUDP4000HasNoFragmentCopy(t *testing.T) {
	g := ledgerOf(t, Scenario{Kind: Send, Size: 4000, Packets: 1})
	if c := g.Total(CopyFromUser); c.Bytes != 4000 || c.Count != 3 {
		t.Errorf("%d bytes copied in %d pieces, want 4000 in 3", c.Bytes, c.Count)
	}
	if c := g.Total(FragmentCopy); c.Count != 0 {
		t.Errorf("%d bytes copied for fragments", c.Bytes)
	}
	if n := len(g.List()); n != 3 {
		t.Errorf("%d buffers, want one for each fragment", n)
	}
}

// A forwarded packet of 4028 bytes that does not fit is cut into three new buffers:
// here fragmentation copies. What fits is forwarded without a copy.
func TestForwardedFragmentsAreCopies(t *testing.T) {
	s := Scenario{Kind: Forward, Size: 4000, Packets: 1, PPS: 1000, MTU: 9000, OutMTU: 1500}
	g := ledgerOf(t, s)
	if c := g.Total(FragmentCopy); c.Count != 3 || c.Bytes < 4000 {
		t.Errorf("%d bytes copied into %d fragments, want more than 4000 into 3", c.Bytes, c.Count)
	}
	s.OutMTU = 9000
	for _, e := range ledgerOf(t, s).Totals() {
		if e.Op.Copies() {
			t.Errorf("a packet that fits is copied: %+v", e)
		}
	}
}

// The ledger follows references: the clone makes two, the completion takes one back,
// the acknowledgement the last; then the buffer is nobody's.
func TestLedgerFollowsReferences(t *testing.T) {
	g := ledgerOf(t, Scenario{})
	for _, b := range g.List() {
		if b.MaxRefs != 2 {
			continue
		}
		var refs []int32
		for _, s := range b.Steps {
			if n := len(refs); n == 0 || refs[n-1] != s.Refs {
				refs = append(refs, s.Refs)
			}
		}
		if len(refs) != 4 || refs[0] != 1 || refs[1] != 2 || refs[2] != 1 || refs[3] != 0 || !b.Freed() {
			t.Errorf("references %v, want 1 2 1 0", refs)
		}
		return
	}
	t.Error("no buffer was ever shared")
}

// Every buffer ends: when all is at rest nobody holds one of those that packets were
// in.
func TestNoBufferIsHeldAtTheEnd(t *testing.T) {
	for _, s := range []Scenario{
		{Packets: 5}, {Kind: Bulk, Size: 50_000, Packets: 4}, {Kind: Bulk, Direction: TX, Size: 50_000, Packets: 4, Loss: 0.02, Seed: 2},
		{Kind: Flood, Packets: 200}, {Kind: Storm, Packets: 2000, Ring: 64}, {Kind: Send, Size: 4000}, {Kind: Forward, Packets: 20, Size: 3000, MTU: 9000, OutMTU: 1500},
		{Kind: SlowReader, Proto: "udp"},
	} {
		for _, b := range ledgerOf(t, s).List() {
			if !b.Freed() {
				t.Errorf("%s: buffer %d is still held: %+v", s.Kind, b.ID, b.Steps[len(b.Steps)-1])
				break
			}
		}
	}
}

// Beyond its bounds a ledger goes on counting and keeps what it has.
func TestLedgerIsBounded(t *testing.T) {
	g := &Ledger{Buffers: 8, Steps: 3}
	run(t, Scenario{Kind: Flood, Packets: 500, PPS: 100_000}, g)
	if len(g.List()) != 8 || g.Lost() == 0 {
		t.Errorf("%d buffers kept, %d steps lost", len(g.List()), g.Lost())
	}
	for _, b := range g.List() {
		if len(b.Steps) != 3 || b.Lost == 0 {
			t.Errorf("%d steps kept, %d lost", len(b.Steps), b.Lost)
		}
	}
	if c := g.Total(CopyToUser); c.Count != 500 {
		t.Errorf("%d copies counted, want all 500", c.Count)
	}
	if len(g.sent) > 8 {
		t.Errorf("%d packets remembered", len(g.sent))
	}
}

// What the ledger says follows from the events: without the event the copy did not
// happen.
func TestLedgerSaysWhatEventsSay(t *testing.T) {
	g := &Ledger{}
	run(t, Scenario{}, without{trace.CopyToUser, g})
	if got := g.Summary(); !strings.Contains(got, "0 copies on receive") {
		t.Error(got)
	}
}

// without hides events of a kind.
type without struct {
	kind trace.Kind
	to   trace.Sink
}

func (w without) Emit(e *trace.Event) {
	if e.Kind != w.kind {
		w.to.Emit(e)
	}
}

// A received sk_buff loses its headers from the front: Ethernet, IP, TCP; the
// bytes stay where DMA put them.
func TestFollowReceivedBuffer(t *testing.T) {
	f := &Follow{Dir: RX}
	run(t, Scenario{Size: 500}, f)
	var pulls []int32
	for i, v := range f.Views {
		if v.Op == "skb_pull" {
			pulls = append(pulls, v.Moved)
		}
		if v.Buf != f.Views[0].Buf || v.Tail != f.Views[0].Tail || v.End != f.Views[0].End {
			t.Errorf("view %d: %+v: another buffer, or its end moved", i, v)
		}
	}
	if len(pulls) != 3 || pulls[0] != 14 || pulls[1] != 20 || pulls[2] != 32 {
		t.Errorf("pulled %v, want Ethernet's 14, IPv4's 20, and TCP's 20 with 12 of timestamps", pulls)
	}
	if last := f.Views[len(f.Views)-1]; f.Views[0].Event != "rx_dma" || last.Copied == 0 && last.Refs != 0 {
		t.Errorf("from %s to %+v", f.Views[0].Event, last)
	}
}

// A sent one gains them: each layer takes its share of the headroom.
func TestFollowSentBuffer(t *testing.T) {
	f := &Follow{Dir: TX}
	run(t, Scenario{Size: 500}, f)
	var ops []string
	room := int32(1 << 30)
	for _, v := range f.Views {
		if v.Op != "" {
			ops = append(ops, v.Op)
		}
		if v.Op == "skb_push" {
			if v.Headroom() >= room {
				t.Errorf("headroom %d after a push, %d before", v.Headroom(), room)
			}
			room = v.Headroom()
		}
	}
	if got, want := strings.Join(ops, " "), "skb_put skb_push skb_push skb_push"; got != want {
		t.Errorf("%s, want the user's bytes and then TCP, IP, Ethernet: %s", got, want)
	}
	if last := f.Views[len(f.Views)-1]; last.Refs != 0 {
		t.Errorf("it ends with %d references", last.Refs)
	}
	second := &Follow{Dir: TX, Nth: 2}
	run(t, Scenario{Packets: 3}, second)
	if second.Views[0].Buf == f.Views[0].Buf {
		t.Error("the second buffer is the first")
	}
}

package kernelpath

// The copy ledger: what happened to the bytes and to the memory that they lie in,
// from events alone.

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds of a Ledger.
const (
	DefaultBuffers = 4096
	DefaultSteps   = 64
)

// Ledger is a trace.Sink that keeps an account of a host's buffers: who held each
// block of data, how many references it had, which bytes were copied, cloned
// or shared, and at which stage. The totals count everything; single buffers are
// kept up to a limit, the first ones, each with its first steps, since the
// beginning explains the rest. What is beyond is counted in Lost. Times are
// those of the events.
type Ledger struct {
	Host    string // whose buffers; "": the machine under test
	Buffers int    // how many are kept; 0: DefaultBuffers
	Steps   int    // and steps of each; 0: DefaultSteps

	list  []Buffer
	index map[uint64]int   // of kept buffers, by block id
	sent  map[uint64]int   // and of those in a TX ring, by packet id
	parts map[uint64][]int // of those merged into a packet, by its id
	lost  uint64
	sums  []Entry
}

// Buffer is one block of data during one life.
type Buffer struct {
	ID      uint64 `json:"buf" doc:"Block id. Clones share it."`
	Packet  uint64 `json:"pkt,omitempty" doc:"The first packet that was in it."`
	Size    int32  `json:"size" doc:"Bytes of memory."`
	MaxRefs int32  `json:"max_refs" doc:"The most references that it had at once."`
	Refs    int32  `json:"refs" doc:"References at the end."`
	Copied  int64  `json:"copied" doc:"Bytes that a CPU copied into it or out of it."`
	Steps   []Step `json:"steps"`
	Lost    int    `json:"steps_lost,omitempty" doc:"Steps that were not kept."`
}

// Freed reports whether nobody holds the buffer any more.
func (b *Buffer) Freed() bool { return b.Refs == 0 }

// Step is something that happened to a buffer.
type Step struct {
	Time   int64  `json:"ts_ns"`
	CPU    int16  `json:"cpu"`
	Ctx    string `json:"ctx"`
	Stage  string `json:"stage" doc:"The kernel's function."`
	Event  string `json:"ev"`
	Packet uint64 `json:"pkt,omitempty"`
	Op     Op     `json:"op,omitempty" doc:"What was done with the bytes, if anything."`
	Bytes  int32  `json:"bytes,omitempty" doc:"How many bytes that concerns."`
	Holder string `json:"holder" doc:"Who holds the buffer then."`
	Refs   int32  `json:"refs"`
}

// Op is what a step does with bytes.
type Op string

// The operations. Only those that say so copy bytes with a CPU.
const (
	CopyFromUser Op = "copy from user"
	CopyToUser   Op = "copy to user"
	HeaderCopy   Op = "header copy"
	FragmentCopy Op = "fragment copy"
	OtherCopy    Op = "copy"
	Share        Op = "clone"
	Merge        Op = "merge" // GRO: the data stay where they are
	Cut          Op = "cut"   // GSO in software: headers copied, data shared
	DMAIn        Op = "DMA in"
	DMAOut       Op = "DMA out"
	Pinned       Op = "zero copy" // the user's own pages are sent
)

// Copies reports whether a CPU copied bytes.
func (o Op) Copies() bool {
	switch o {
	case CopyFromUser, CopyToUser, HeaderCopy, FragmentCopy, OtherCopy:
		return true
	}
	return false
}

// Entry is the total of one operation at one stage.
type Entry struct {
	Op    Op     `json:"op"`
	Stage string `json:"stage"`
	Count uint64 `json:"count"`
	Bytes uint64 `json:"bytes"`
}

// opOf says what an event did with bytes.
func opOf(e *trace.Event) (Op, int32) {
	switch e.Kind {
	case trace.CopyFromUser:
		return CopyFromUser, e.Copied
	case trace.SkbAlloc:
		if pins(e) {
			return Pinned, e.Len
		}
	case trace.CopyToUser:
		return CopyToUser, e.Copied
	case trace.IPFragment:
		if e.Copied > 0 {
			return FragmentCopy, e.Copied
		}
	case trace.SkbClone:
		return Share, e.Len
	case trace.GROReceive:
		if e.ParentOp == trace.GRO {
			return Merge, e.Len
		}
	case trace.GSOSegment:
		return Cut, e.Len
	case trace.RxDMA:
		return DMAIn, e.Len
	case trace.TxDMA:
		return DMAOut, e.Len
	case trace.SkbCopy:
		if e.ParentOp == trace.Frag {
			return FragmentCopy, e.Copied
		}
		return HeaderCopy, e.Copied
	}
	if e.Copied > 0 {
		return OtherCopy, e.Copied
	}
	return "", 0
}

// pins says whether a buffer is made around a user's own pages.
func pins(e *trace.Event) bool {
	return e.Kind == trace.SkbAlloc && e.Stage == "skb_zerocopy_iter_stream"
}

// holderOf says who holds a buffer after an event; "" when the event does not
// change that.
func holderOf(e *trace.Event) string {
	switch e.Kind {
	case trace.RxDMA:
		return "RX ring"
	case trace.SkbBuild:
		return "driver"
	case trace.GROReceive:
		if e.ParentOp == trace.GRO {
			return fmt.Sprintf("GRO, as part of packet %d", e.Parent)
		}
		if e.Text == "held" {
			return "GRO"
		}
		return "softirq"
	case trace.RPSEnqueue:
		return fmt.Sprintf("backlog of CPU %d", e.NIC.Queue)
	case trace.GROComplete, trace.NetifReceive, trace.IPRecv, trace.TCPRecv, trace.UDPRecv, trace.IPForward, trace.BacklogRun:
		return "protocols"
	case trace.BacklogAdd:
		return "socket backlog"
	case trace.SockQueue:
		return "receive queue"
	case trace.CopyToUser:
		return "reader"
	case trace.SkbDefer:
		return "defer list"
	case trace.SkbAlloc, trace.CopyFromUser:
		if e.Flow.Proto == wire.ProtoTCP && e.Stage != "alloc_skb" {
			return "send queue"
		}
		return "protocols" // what is not kept: acknowledgements, datagrams
	case trace.SkbClone:
		return "send queue and clone"
	case trace.NeighQueue:
		return "neighbour's queue"
	case trace.QdiscEnqueue:
		return "qdisc"
	case trace.TxDesc:
		return "TX ring"
	case trace.TxComplete:
		if e.Refs > 0 {
			return "send queue, until the ACK"
		}
	}
	return ""
}

func (*Ledger) causal() {}

// Emit implements trace.Sink.
func (g *Ledger) Emit(e *trace.Event) {
	if e.Host != g.Host && (g.Host != "" || e.Host != Host) {
		return
	}
	op, n := opOf(e)
	if op != "" {
		g.count(op, e.Stage, n)
	}
	switch e.Kind {
	case trace.TxDMA, trace.TSOCut, trace.RxPost:
		// What the device reads goes into a frame of its own on the wire, and what
		// it owns is not interesting before something is in it.
		return
	}
	b := g.buffer(e)
	if b == nil {
		return
	}
	b.add(g, e, op, n)
	if b.Freed() && len(g.parts[e.Pkt]) > 0 {
		g.freeParts(e)
	}
}

// freeParts ends the buffers that were merged into a packet: with the packet's
// own descriptor those of its parts are given back.
func (g *Ledger) freeParts(e *trace.Event) {
	own := *e
	own.Refs, own.Copied = 0, 0
	for _, i := range g.parts[e.Pkt] {
		if b := &g.list[i]; !b.Freed() {
			own.End = b.Size
			b.add(g, &own, "", 0)
		}
	}
	delete(g.parts, e.Pkt)
}

func (g *Ledger) count(op Op, stage string, n int32) {
	for i := range g.sums {
		if s := &g.sums[i]; s.Op == op && s.Stage == stage {
			s.Count++
			s.Bytes += uint64(n)
			return
		}
	}
	g.sums = append(g.sums, Entry{op, stage, 1, uint64(n)})
}

// buffer finds the block of an event. It is nil for one that is not kept.
func (g *Ledger) buffer(e *trace.Event) *Buffer {
	if g.index == nil {
		g.index, g.sent, g.parts = make(map[uint64]int), make(map[uint64]int), make(map[uint64][]int)
		set(&g.Buffers, DefaultBuffers)
		set(&g.Steps, DefaultSteps)
	}
	if e.Buf == 0 {
		// The device has put the block itself on the wire. The memory is the
		// driver's all the same until the completion.
		i, ok := g.sent[e.Pkt]
		if !ok || e.Kind != trace.TxComplete {
			return nil
		}
		delete(g.sent, e.Pkt)
		return &g.list[i]
	}
	i, ok := g.index[e.Buf]
	if !ok {
		if len(g.list) == g.Buffers {
			g.lost++
			return nil
		}
		i = len(g.list)
		g.index[e.Buf] = i
		g.list = append(g.list, Buffer{ID: e.Buf, Packet: e.Pkt})
	}
	switch e.Kind {
	case trace.GROReceive:
		if e.ParentOp == trace.GRO {
			g.parts[e.Parent] = append(g.parts[e.Parent], i)
		}
	case trace.TxDesc:
		g.sent[e.Pkt] = i
	case trace.TxComplete:
		delete(g.sent, e.Pkt)
	}
	return &g.list[i]
}

func (b *Buffer) add(g *Ledger, e *trace.Event, op Op, n int32) {
	b.Size = max(b.Size, e.End)
	b.Refs = e.Refs
	b.MaxRefs = max(b.MaxRefs, e.Refs)
	if b.Packet == 0 {
		b.Packet = e.Pkt
	}
	if op.Copies() {
		b.Copied += int64(n)
	}
	holder := holderOf(e)
	if e.Kind == trace.Drop || e.Refs == 0 {
		holder, b.Refs = "nobody: freed", 0
	}
	if len(b.Steps) == g.Steps {
		b.Lost++
		return
	}
	if holder == "" {
		if len(b.Steps) > 0 {
			holder = b.Steps[len(b.Steps)-1].Holder
		} else {
			holder = "protocols"
		}
	}
	b.Steps = append(b.Steps, Step{Time: e.Time, CPU: e.CPU, Ctx: e.Ctx.String(), Stage: cmp.Or(e.Stage, e.Kind.String()), Event: e.Kind.String(),
		Packet: e.Pkt, Op: op, Bytes: n, Holder: holder, Refs: b.Refs})
}

// List returns the buffers that were kept, in the order in which they appeared.
func (g *Ledger) List() []Buffer { return g.list }

// Lost is how many steps are missing because they happened to buffers that were
// not kept.
func (g *Ledger) Lost() uint64 { return g.lost }

// Totals returns the totals in the order in which the operations first happened.
func (g *Ledger) Totals() []Entry { return g.sums }

// Total adds up one operation over all stages.
func (g *Ledger) Total(op Op) (sum Entry) {
	sum.Op = op
	for _, s := range g.sums {
		if s.Op == op {
			sum.Count += s.Count
			sum.Bytes += s.Bytes
		}
	}
	return sum
}

// Summary says in one line what became of the bytes.
func (g *Ledger) Summary() string {
	from, to, pinned := g.Total(CopyFromUser), g.Total(CopyToUser), g.Total(Pinned)
	var send []string
	switch {
	case pinned.Count > 0 && from.Count == 0:
		send = append(send, fmt.Sprintf("0 copies on send (zero copy: %s)", amount(pinned)))
	default:
		send = append(send, copies(from, "send"))
	}
	send = append(send, plural(g.Total(Share).Count, "clone", "clones"))
	if h := g.Total(HeaderCopy); h.Count > 0 {
		send = append(send, plural(h.Count, "header copy", "header copies")+" ("+amount(h)+")")
	}
	frag := g.Total(FragmentCopy)
	text := plural(frag.Count, "fragment copy", "fragment copies")
	if frag.Count > 0 {
		text += " (" + amount(frag) + ")"
	}
	send = append(send, text)
	receive := []string{copies(to, "receive")}
	if m := g.Total(Merge); m.Count > 0 {
		receive = append(receive, plural(m.Count, "packet merged", "packets merged")+" without a copy")
	}
	if o := g.Total(OtherCopy); o.Count > 0 {
		receive = append(receive, plural(o.Count, "other copy", "other copies")+" ("+amount(o)+")")
	}
	return strings.Join(send, ", ") + "; " + strings.Join(receive, ", ")
}

// copies tells how often the bytes were copied: a copy may be made in pieces,
// which together are the bytes once.
func copies(e Entry, side string) string {
	if e.Count == 0 {
		return "0 copies on " + side
	}
	text := "1 copy on " + side
	if e.Count == 1 {
		return text + " (" + amount(e) + ")"
	}
	return fmt.Sprintf("%s (%s, in %d pieces)", text, amount(e), e.Count)
}

func amount(e Entry) string { return plural(e.Bytes, "byte", "bytes") }

func plural(n uint64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

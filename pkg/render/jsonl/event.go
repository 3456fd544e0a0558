package jsonl

import (
	"cmp"
	"net/netip"
	"strconv"

	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Version is the value of the member v.
const Version = 1

// AppendEvent appends e's record, without a line end.
func AppendEvent(b []byte, e *trace.Event) []byte {
	b = append(b, `{"v":`...)
	b = strconv.AppendInt(b, Version, 10)
	b = word(b, "src", e.Source.String())
	b = number(b, "seq", e.Seq)
	b = signed(b, "ts_ns", e.Time)
	b = nonZero(b, "dur_ns", e.Dur)
	if e.Host != "" {
		b = text(b, "host", e.Host)
	}
	if e.Ctx != trace.Hardware {
		b = signed(b, "cpu", int64(e.CPU))
	}
	b = word(b, "ctx", e.Ctx.String())
	if e.Task != "" {
		b = text(b, "task", e.Task)
	}
	if e.Dev != "" {
		b = text(b, "dev", e.Dev)
	}
	if e.Stage != "" {
		b = text(b, "stage", e.Stage)
	}
	b = word(b, "ev", e.Kind.String())
	b = word(b, "evidence", e.Evidence.String())
	b = AppendPacket(b, e)
	mark := len(b)
	b = append(b, `,"args":{`...)
	open := len(b)
	b = AppendSections(b, e)
	if len(b) == open {
		return append(b[:mark], '}')
	}
	return append(closeObject(b, open), '}')
}

// AppendPacket appends the members from pkt to drop, each with a comma before
// it, without braces.
func AppendPacket(b []byte, e *trace.Event) []byte {
	if e.Pkt != 0 {
		b = number(b, "pkt", e.Pkt)
	}
	if e.Buf != 0 {
		b = number(b, "buf", e.Buf)
	}
	if e.End != 0 {
		b = signed(b, "head", int64(e.Head))
		b = signed(b, "data", int64(e.Data))
		b = signed(b, "tail", int64(e.Tail))
		b = signed(b, "end", int64(e.End))
	}
	if e.Parent != 0 {
		b = append(b, `,"parents":[{"id":`...)
		b = strconv.AppendUint(b, e.Parent, 10)
		b = word(b, "op", e.ParentOp.String())
		b = append(b, `}]`...)
	}
	if sk := cmp.Or(e.Sock, e.TCP.Conn); sk != 0 {
		b = number(b, "sk", sk)
	}
	if e.Flow != (trace.Flow{}) {
		b = append(b, `,"tuple":{"proto":`...)
		b = strconv.AppendUint(b, uint64(e.Flow.Proto), 10)
		b = addrPort(b, "src", e.Flow.Src)
		b = addrPort(b, "dst", e.Flow.Dst)
		b = append(b, '}')
	}
	b = nonZero(b, "len", int64(e.Len))
	b = nonZero(b, "refs", int64(e.Refs))
	b = nonZero(b, "copied", int64(e.Copied))
	b = nonZero(b, "ttl", int64(e.TTL))
	if e.Drop != trace.NotDropped {
		b = word(b, "drop", e.Drop.String())
	}
	return b
}

// AppendSections appends text, nic, queue, tcp, neigh and route, each with a comma
// before it, without braces.
func AppendSections(b []byte, e *trace.Event) []byte {
	if e.Text != "" {
		b = text(b, "text", e.Text)
	}
	b = appendNIC(b, e)
	b = appendQueue(b, e)
	if e.TCP != (trace.TCP{}) {
		b = appendTCP(b, e)
	}
	if e.Neigh != (trace.Neigh{}) {
		b = appendNeigh(b, e)
	}
	if e.Route != (trace.Route{}) {
		b = append(b, `,"route":{`...)
		open := len(b)
		b = addr(b, "dst", e.Route.Dst)
		if e.Route.Prefix.IsValid() {
			b = append(b, `,"prefix":"`...)
			b = e.Route.Prefix.AppendTo(b)
			b = append(b, '"')
		}
		b = addr(b, "gateway", e.Route.Gateway)
		if e.Route.Local.IsValid() {
			b = append(b, `,"local":"`...)
			b = e.Route.Local.AppendTo(b)
			b = append(b, '"')
		}
		b = closeObject(b, open)
	}
	return b
}

// HasQueue reports whether events of that kind tell how full a queue is, so that
// an empty one is a fact and not a gap.
func HasQueue(k trace.Kind) bool {
	switch k {
	case trace.QdiscEnqueue, trace.QdiscDequeue, trace.RPSEnqueue, trace.BacklogAdd, trace.BacklogRun, trace.SockQueue:
		return true
	}
	return false
}

func appendQueue(b []byte, e *trace.Event) []byte {
	q := &e.Queue
	if *q == (trace.Queue{}) && !HasQueue(e.Kind) {
		return b
	}
	b = append(b, `,"queue":{`...)
	open := len(b)
	b = signed(b, "len", int64(q.Len))
	b = signed(b, "bytes", int64(q.Bytes))
	b = nonZero(b, "limit", int64(q.Limit))
	return closeObject(b, open)
}

// nicFields says which of the NIC section's fields a kind of event has, so that
// their zeros are facts and not gaps.
func nicFields(k trace.Kind) (ring, irq, poll bool) {
	switch k {
	case trace.RxDMA, trace.RxPost, trace.TxDesc, trace.Doorbell, trace.TxDMA, trace.TxDone, trace.TSOCut:
		return true, false, false
	case trace.IRQ, trace.IRQExit:
		return false, true, false
	case trace.NAPIPoll:
		return false, false, true
	}
	return false, false, false
}

func appendNIC(b []byte, e *trace.Event) []byte {
	ring, irq, poll := nicFields(e.Kind)
	n := &e.NIC
	if *n == (trace.NIC{}) && !ring && !irq && !poll {
		return b
	}
	b = append(b, `,"nic":{`...)
	open := len(b)
	b = signed(b, "queue", int64(n.Queue))
	if ring || n.Slot|n.Fill != 0 {
		b = signed(b, "slot", int64(n.Slot))
		b = signed(b, "fill", int64(n.Fill))
	}
	if irq || n.Vector != 0 {
		b = signed(b, "vector", int64(n.Vector))
	}
	if poll || n.Work|n.Budget != 0 {
		b = signed(b, "work", int64(n.Work))
		b = signed(b, "budget", int64(n.Budget))
	}
	if n.FCS != 0 {
		b = number(b, "fcs", uint64(n.FCS))
	}
	b = nonZero(b, "wire", int64(n.Wire))
	return closeObject(b, open)
}

func appendTCP(b []byte, e *trace.Event) []byte {
	t := &e.TCP
	b = append(b, `,"tcp":{`...)
	open := len(b)
	switch {
	case e.Kind == trace.SockState:
		b = word(b, "old", tcp.State(t.Old).String())
		b = word(b, "new", tcp.State(t.New).String())
	case t.New != 0: // the state that the connection is in
		b = word(b, "state", tcp.State(t.New).String())
	}
	if t.Flags != 0 { // every segment but a malformed one has a flag
		b = number(b, "flags", uint64(t.Flags))
		b = number(b, "seq", uint64(t.Seq))
		b = number(b, "ack", uint64(t.Ack))
		b = number(b, "win", uint64(t.Window))
	}
	b = nonZero(b, "payload", int64(t.Len))
	b = nonZero(b, "mss", int64(t.MSS))
	if t.Cwnd != 0 { // a congestion window is never 0: these are there together
		b = number(b, "cwnd", uint64(t.Cwnd))
		b = number(b, "ssthresh", uint64(t.Ssthresh))
		b = number(b, "in_flight", uint64(t.InFlight))
	}
	b = nonZero(b, "srtt_ns", t.SRTT)
	b = nonZero(b, "rto_ns", t.RTO)
	if t.Retrans != 0 {
		b = word(b, "retrans", trace.RetransCause(t.Retrans).String())
	}
	return closeObject(b, open)
}

func appendNeigh(b []byte, e *trace.Event) []byte {
	n := &e.Neigh
	b = append(b, `,"neigh":{`...)
	open := len(b)
	b = addr(b, "addr", n.Addr)
	if n.MAC != ([6]byte{}) {
		b = append(b, `,"mac":"`...)
		for i, c := range n.MAC {
			if i > 0 {
				b = append(b, ':')
			}
			b = append(b, hexDigits[c>>4], hexDigits[c&15])
		}
		b = append(b, '"')
	}
	if e.Kind == trace.NeighState || n.Old|n.New != 0 {
		b = word(b, "old", neigh.State(n.Old).String())
		b = word(b, "new", neigh.State(n.New).String())
	}
	return closeObject(b, open)
}

// closeObject ends an object whose members, from open on, each begin with a
// comma: the first one's goes.
func closeObject(b []byte, open int) []byte {
	if len(b) > open {
		b = append(b[:open], b[open+1:]...)
	}
	return append(b, '}')
}

func key(b []byte, k string) []byte {
	b = append(b, ',', '"')
	b = append(b, k...)
	return append(b, '"', ':')
}

// text appends a string from outside; word one of our own names, which needs no
// escaping.
func text(b []byte, k, v string) []byte { return AppendString(key(b, k), v) }

func word(b []byte, k, v string) []byte {
	b = append(key(b, k), '"')
	b = append(b, v...)
	return append(b, '"')
}

func number(b []byte, k string, v uint64) []byte { return strconv.AppendUint(key(b, k), v, 10) }

func signed(b []byte, k string, v int64) []byte { return strconv.AppendInt(key(b, k), v, 10) }

func nonZero(b []byte, k string, v int64) []byte {
	if v == 0 {
		return b
	}
	return signed(b, k, v)
}

func addr(b []byte, k string, a netip.Addr) []byte {
	if !a.IsValid() {
		return b
	}
	if a.Zone() != "" { // may hold any character
		return text(b, k, a.String())
	}
	b = append(key(b, k), '"')
	b = a.AppendTo(b)
	return append(b, '"')
}

func addrPort(b []byte, k string, a netip.AddrPort) []byte {
	if !a.IsValid() {
		return b
	}
	if a.Addr().Zone() != "" {
		return text(b, k, a.String())
	}
	b = append(key(b, k), '"')
	b = a.AppendTo(b)
	return append(b, '"')
}

package kernelpath

import (
	"cmp"
	"strconv"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
)

// words appends to a line; each method adds a space before what it adds.
type words []byte

func (w words) s(s string) words {
	if s == "" {
		return w
	}
	return append(append(w, ' '), s...)
}

// text adds what a name or a reason says, with control characters escaped.
func (w words) text(s string) words {
	if s == "" {
		return w
	}
	quoted := jsonl.AppendString(nil, s)
	return append(append(w, ' '), quoted[1:len(quoted)-1]...)
}

func (w words) n(name string, v int64) words {
	return strconv.AppendInt(append(append(append(w, ' '), name...), '='), v, 10)
}

// nz adds a number unless it is 0.
func (w words) nz(name string, v int64) words {
	if v == 0 {
		return w
	}
	return w.n(name, v)
}

// appendWhat appends in a few words what an event says beyond its stage and
// packet, a space before each.
func appendWhat(b []byte, e *trace.Event) []byte {
	w := words(b)
	switch e.Kind {
	case trace.Drop:
		w = w.s("dropped:").s(e.Drop.String())
	case trace.RxDMA, trace.TxDesc, trace.TxDMA, trace.TxDone, trace.RxPost, trace.Doorbell:
		w = w.n("queue", int64(e.NIC.Queue)).n("slot", int64(e.NIC.Slot)).n("fill", int64(e.NIC.Fill)).nz("wire", int64(e.NIC.Wire))
	case trace.IRQ, trace.IRQExit:
		w = append(w.s("vector"), " 0x"...)
		w = strconv.AppendInt(w, int64(e.NIC.Vector), 16)
	case trace.IRQMask:
		w = w.s("interrupt masked")
	case trace.IRQUnmask:
		w = w.s("interrupt unmasked")
	case trace.NAPIPoll, trace.NAPIComplete, trace.TimeSqueeze:
		w = w.n("work", int64(e.NIC.Work)).n("budget", int64(e.NIC.Budget))
	case trace.CoalesceSet:
		w = w.n("rx-usecs", int64(e.NIC.Work)).n("rx-frames", int64(e.NIC.Budget))
	case trace.RPSEnqueue, trace.IPI:
		w = w.s("to").n("cpu", int64(e.NIC.Queue))
	case trace.TCPSend, trace.TCPRecv, trace.TCPRetransmit:
		w = w.s(flags(e.TCP.Flags)).n("seq", int64(e.TCP.Seq)).n("ack", int64(e.TCP.Ack)).nz("data", int64(e.TCP.Len)).n("win", int64(e.TCP.Window))
	case trace.SockState:
		w = w.s(tcp.State(e.TCP.Old).String()).s("->").s(tcp.State(e.TCP.New).String())
	case trace.TCPCwnd:
		w = w.n("cwnd", int64(e.TCP.Cwnd)).n("ssthresh", int64(e.TCP.Ssthresh)).n("in-flight", int64(e.TCP.InFlight))
	case trace.NeighState:
		w = w.s(e.Neigh.Addr.String()).s(neigh.State(e.Neigh.Old).String()).s("->").s(neigh.State(e.Neigh.New).String())
	case trace.RouteLookup:
		if e.Route.Dst.IsValid() {
			w = w.s(e.Route.Dst.String()).s("by").s(e.Route.Prefix.String())
		}
		if e.Route.Gateway.IsValid() {
			w = w.s("via").s(e.Route.Gateway.String())
		}
	}
	if jsonl.HasQueue(e.Kind) {
		if e.Queue.Len > 0 || e.Queue.Bytes == 0 { // a stream's queue counts bytes only
			w = w.n("packets", int64(e.Queue.Len))
		}
		w = w.n("bytes", int64(e.Queue.Bytes)).nz("limit", int64(e.Queue.Limit))
	}
	if e.Parent != 0 {
		w = w.s(e.ParentOp.String()).s("of").n("pkt", int64(e.Parent))
	}
	if e.Copied != 0 {
		w = w.n("copied", int64(e.Copied))
	}
	if e.Refs != 0 {
		w = w.n("refs", int64(e.Refs))
	}
	if e.TTL != 0 {
		w = w.n("ttl", int64(e.TTL))
	}
	return w.text(e.Text)
}

// flags are a segment's control bits, as in RFC 9293 3.1.
func flags(f uint16) string {
	const names = "FIN SYN RST PSH ACK URG ECE CWR "
	if f&0xff == 0 {
		return "-"
	}
	var b [40]byte
	out := b[:0]
	for i := range 8 {
		if f&(1<<i) != 0 {
			if len(out) > 0 {
				out = append(out, ',')
			}
			out = append(out, names[4*i:4*i+3]...)
		}
	}
	return string(out)
}

// name is what a stage is called: Linux's name where there is one.
func name(e *trace.Event) string { return cmp.Or(e.Stage, e.Kind.String()) }

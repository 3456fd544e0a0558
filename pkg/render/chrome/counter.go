package chrome

import (
	"cmp"
	"strconv"

	"github.com/netkit-go/netkit/pkg/render/jsonl"
	"github.com/netkit-go/netkit/pkg/trace"
)

// counters writes the counter tracks that an event carries a value of.
func (w *Writer) counters(l *lane, e *trace.Event, at int64) {
	switch e.Kind {
	case trace.RxDMA, trace.RxPost:
		w.ring(l, e, at, " rx ring ")
	case trace.TxDesc, trace.TxDone:
		w.ring(l, e, at, " tx ring ")
	}
	if jsonl.HasQueue(e.Kind) {
		w.queue(l, e, at)
	}
	if e.TCP.Conn != 0 && e.TCP.Cwnd != 0 {
		w.buf = place(w.buf, 'C', l, at)
		w.buf = append(w.buf, `,"name":"tcp `...)
		w.buf = strconv.AppendUint(w.buf, e.TCP.Conn, 10)
		w.buf = append(w.buf, `","args":{"cwnd":`...)
		w.buf = strconv.AppendUint(w.buf, uint64(e.TCP.Cwnd), 10)
		w.buf = append(w.buf, `,"in_flight":`...)
		w.buf = strconv.AppendUint(w.buf, uint64(e.TCP.InFlight), 10)
		w.buf = append(w.buf, `}}`...)
	}
}

func (w *Writer) ring(l *lane, e *trace.Event, at int64, what string) {
	w.buf = place(w.buf, 'C', l, at)
	w.buf = append(w.buf, `,"name":`...)
	w.buf = jsonl.AppendString(w.buf, e.Dev)
	w.buf = w.buf[:len(w.buf)-1] // the name goes on
	w.buf = append(w.buf, what...)
	w.buf = strconv.AppendInt(w.buf, int64(e.NIC.Queue), 10)
	w.buf = append(w.buf, `","args":{"device":`...)
	w.buf = strconv.AppendInt(w.buf, int64(e.NIC.Fill), 10)
	w.buf = append(w.buf, `}}`...)
}

// queue is a track of what waits: packets and bytes.
func (w *Writer) queue(l *lane, e *trace.Event, at int64) {
	w.buf = place(w.buf, 'C', l, at)
	w.buf = append(w.buf, `,"name":`...)
	switch e.Kind {
	case trace.QdiscEnqueue, trace.QdiscDequeue:
		w.buf = jsonl.AppendString(w.buf, e.Dev)
		w.buf = append(w.buf[:len(w.buf)-1], " qdisc "...) // the name goes on
		w.buf = strconv.AppendInt(w.buf, int64(e.NIC.Queue), 10)
	case trace.RPSEnqueue:
		w.buf = append(w.buf, `"cpu`...)
		w.buf = strconv.AppendInt(w.buf, int64(e.NIC.Queue), 10)
		w.buf = append(w.buf, " backlog"...)
	default:
		w.buf = append(w.buf, `"socket `...)
		w.buf = strconv.AppendUint(w.buf, cmp.Or(e.Sock, e.TCP.Conn), 10)
		if e.Kind == trace.SockQueue {
			w.buf = append(w.buf, " receive queue"...)
		} else {
			w.buf = append(w.buf, " backlog"...)
		}
	}
	w.buf = append(w.buf, `","args":{"packets":`...)
	w.buf = strconv.AppendInt(w.buf, int64(e.Queue.Len), 10)
	w.buf = append(w.buf, `,"bytes":`...)
	w.buf = strconv.AppendInt(w.buf, int64(e.Queue.Bytes), 10)
	w.buf = append(w.buf, `}}`...)
}

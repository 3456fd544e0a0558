package chrome

import "strconv"

// A flow is written one place behind: what a place is (start, step, end) shows
// only when the packet is seen again, or not any more. A packet that is seen
// once has no flow.

// follow notes that a packet was seen at a slice of lane l.
func (w *Writer) follow(pkt uint64, l *lane, at int64) {
	f := &w.flows[pkt%FlowSlots]
	if f.pkt != pkt {
		w.endFlow(f)
		*f = flow{pkt: pkt, lane: l, at: at}
		return
	}
	ph := byte('t')
	if !f.begun {
		ph, f.begun = 's', true
	}
	w.flow(f, ph)
	f.lane, f.at = l, at
}

// seen returns where the packet was last: its next slice is not drawn before
// that, as a flow that goes backwards is not shown.
func (w *Writer) seen(pkt uint64) int64 {
	if f := &w.flows[pkt%FlowSlots]; pkt != 0 && f.pkt == pkt {
		return f.at
	}
	return 0
}

func (w *Writer) endFlow(f *flow) {
	if f.begun {
		w.flow(f, 'f')
		f.begun = false
	}
}

// flow writes a flow event. It starts with its slice, which is in the file
// before it, and so binds to that slice. On the end, "bp":"e" asks for that:
// the default is the slice that comes next.
func (w *Writer) flow(f *flow, ph byte) {
	w.buf = place(w.buf, ph, f.lane, f.at)
	w.buf = append(w.buf, `,"name":"packet","cat":"packet","id":`...)
	w.buf = strconv.AppendUint(w.buf, f.pkt, 10)
	if ph == 'f' {
		w.buf = append(w.buf, `,"bp":"e"`...)
	}
	w.buf = append(w.buf, '}')
}

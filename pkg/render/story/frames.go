package story

import (
	"slices"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// segment is the part of the connection's stream that a packet carries. It
// is known from where it was sent, and followed through cutting and merging.
type segment struct {
	flow   trace.Flow
	flags  uint16
	seq    uint32
	ack    uint32
	data   uint32 // octets
	window uint32
	head   uint32 // octets of Ethernet, IP and TCP header
	from   string // host
	origin []origin
}

// origin is where octets come from: GRO may merge what was sent separately.
type origin struct {
	seq   uint32 // of the first octet
	sent  uint64 // Seq of the TCPSend
	cause trace.RetransCause
}

// first is where the segment's first octet comes from.
func (s *segment) first() origin {
	at := s.origin[0]
	for _, o := range s.origin[1:] {
		if int32(o.seq-s.seq) <= 0 {
			at = o
		}
	}
	return at
}

// frame is a frame at the client's device, or one that would have come there.
type frame struct {
	number int // in the capture; 0: it never came
	ev     *trace.Event
	out    bool
	seg    *segment // nil: no TCP
	lost   string   // why it went no further, "" when it did
	lostAt string
}

// lineage follows segments from packet to packet.
type lineage struct {
	now map[uint64]*segment // what a packet holds at this moment
	cut map[uint64]uint32   // how much of a super-segment has been cut off
}

func (l *lineage) take(e *trace.Event) {
	switch e.Kind {
	case trace.TCPSend:
		ip := uint32(wire.IPv4MinHeaderLen)
		if e.Flow.Src.Addr().Is6() {
			ip = wire.IPv6HeaderLen
		}
		l.now[e.Pkt] = &segment{flow: e.Flow, flags: e.TCP.Flags, seq: e.TCP.Seq, ack: e.TCP.Ack, data: e.TCP.Len, window: e.TCP.Window,
			head: wire.EthernetHeaderLen + ip + uint32(e.Len) - e.TCP.Len, from: e.Host,
			origin: []origin{{e.TCP.Seq, e.Seq, trace.RetransCause(e.TCP.Retrans)}}}
	case trace.GROReceive:
		if e.ParentOp != trace.GRO {
			return
		}
		into, s := l.now[e.Parent], l.now[e.Pkt]
		if into == nil || s == nil {
			return
		}
		whole := *into
		whole.data += s.data
		whole.flags |= s.flags
		whole.ack, whole.window = s.ack, s.window
		if o := s.first(); o.sent != whole.origin[len(whole.origin)-1].sent {
			whole.origin = append(slices.Clip(whole.origin), origin{s.seq, o.sent, o.cause})
		}
		l.now[e.Parent] = &whole
	case trace.TSOCut:
		whole := l.now[e.Parent]
		if whole == nil {
			return
		}
		off := l.cut[e.Parent]
		piece := *whole
		piece.seq += off
		piece.data = min(uint32(max(e.Len-int32(whole.head), 0)), whole.data-min(off, whole.data))
		if off+piece.data < whole.data {
			piece.flags &^= uint16(wire.FIN | wire.PSH)
		}
		l.cut[e.Parent] = off + piece.data
		l.now[e.Pkt] = &piece
	}
}

// tapEvent says whether the device's taps saw a frame with this event; see the
// package comment.
func tapEvent(e *trace.Event) bool {
	switch e.Kind {
	case trace.TxDMA, trace.RxDMA:
		return true
	case trace.Drop:
		if e.Ctx != trace.Hardware {
			return false
		}
		switch e.Drop {
		case trace.RxLength, trace.BadFCS, trace.OtherHost, trace.RxMissed, trace.LinkDown:
			return true
		}
	}
	return false
}

// follow numbers the client's frames and finds out what became of them.
func (r *run) follow() {
	l := lineage{map[uint64]*segment{}, map[uint64]uint32{}}
	devices := map[string]bool{} // hosts that have a device, which cables and switches have not
	for i := range r.ev {
		if k := r.ev[i].Kind; k == trace.TxDMA || k == trace.RxDMA {
			devices[r.ev[i].Host] = true
		}
	}
	devices[r.o.Client] = true
	latest := map[uint64]int{} // packet id -> index of its latest frame
	n := 0
	for i := range r.ev {
		e := &r.ev[i]
		if i == r.o.gap.at {
			n += r.o.gap.frames
			r.clientFrames += r.o.gap.client
		}
		l.take(e)
		if devices[e.Host] && tapEvent(e) && r.o.tapped(e.Host) {
			n++
			if e.Host == r.o.Client && e.Dev == r.o.Dev {
				r.clientFrames++
				f := frame{number: n, ev: e, out: e.Kind == trace.TxDMA || e.Drop == trace.LinkDown, seg: l.now[e.Pkt]}
				if e.Kind == trace.Drop {
					f.lost, f.lostAt = lossWord(e.Drop), e.Host
				}
				if _, ok := r.numbers[e.Pkt]; !ok {
					r.numbers[e.Pkt] = n
				}
				latest[e.Pkt] = len(r.frames)
				r.frames = append(r.frames, f)
				continue
			}
		}
		if e.Kind != trace.Drop || e.Drop == trace.OtherHost {
			continue
		}
		damaged := e.Drop == trace.TCPCSum || e.Drop == trace.IPCSum // found by the stack, in a frame that the card had taken
		if e.Host == r.o.Client {
			if j, ok := latest[e.Pkt]; ok && damaged && !r.frames[j].out && r.frames[j].lost == "" {
				r.frames[j].lost, r.frames[j].lostAt = lossWord(e.Drop), e.Host
			}
			continue
		}
		// Lost on the way: a frame that the client had sent, or one that will never come.
		if j, ok := latest[e.Pkt]; ok && r.frames[j].out {
			if r.frames[j].lost == "" && (e.Ctx == trace.Hardware || damaged) {
				r.frames[j].lost, r.frames[j].lostAt = lossWord(e.Drop), e.Host
			}
		} else if s := l.now[e.Pkt]; s != nil && s.from != e.Host && s.from != r.o.Client || s != nil && e.Ctx == trace.Hardware {
			r.frames = append(r.frames, frame{ev: e, out: s.from == r.o.Client, seg: s, lost: lossWord(e.Drop), lostAt: e.Host})
		}
	}
}

// stream lists the frames of the story's connection.
func (r *run) stream() []*frame {
	if r.flowing == nil {
		r.flowing = []*frame{}
		for i := range r.frames {
			if f := &r.frames[i]; f.seg != nil && r.conn.side(f.seg.flow) >= 0 {
				r.flowing = append(r.flowing, f)
			}
		}
	}
	return r.flowing
}

// frameOf is the first captured frame of a packet, or nil.
func (r *run) frameOf(pkt uint64) *frame {
	for i := range r.frames {
		if f := &r.frames[i]; f.ev.Pkt == pkt && f.number > 0 {
			return f
		}
	}
	return nil
}

// carried lists the captured frames that brought octets of [from, to) of a side.
func (r *run) carried(side int, from, to uint32) []int {
	var out []int
	for _, f := range r.stream() {
		if f.number == 0 || r.conn.side(f.seg.flow) != side {
			continue
		}
		if int32(f.seg.seq-to) < 0 && int32(f.seg.seq+f.seg.data-from) > 0 {
			out = append(out, f.number)
		}
	}
	return out
}

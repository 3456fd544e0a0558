package story

// Step 9: the answer, and the close (RFC 9293 3.6).

import (
	"strings"

	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func (r *run) answerStep(s *Step) {
	s.Title = "The answer, and the close"
	s.About = "The server's TCP acknowledges the bytes of the request, often before the server has an answer. The answer comes as a stream as well: segments are put in order, the reader is woken, and then the bytes are copied to the application."
	q := r.request()
	var acked *trace.Event
	if q.first != nil {
		for _, e := range r.gets(1) {
			if e.Seq > q.first.Seq && has(e, wire.ACK, 0) && int32(e.TCP.Ack-q.to) >= 0 {
				acked = e
				break
			}
		}
	}
	status := r.first(trace.HTTPStatus, nil)
	body := r.first(trace.HTTPBody, nil)
	switch {
	case status != nil:
		s.told("%s arrived %s after the request was written.", status.Text, sinceRequest(r, q, status))
	case acked != nil:
		s.never("no status line arrived, though the request was acknowledged.")
	default:
		s.never("no answer arrived.")
	}
	if acked != nil {
		s.textf(r.number(acked.Pkt), "request acknowledged", "acknowledgement number %d: all %d bytes have arrived", acked.TCP.Ack, q.to-q.from)
		s.number("acknowledged after", acked.Time-q.first.Time, "ns", r.number(acked.Pkt))
	} else {
		s.missing("request acknowledged")
	}
	if status != nil {
		s.text("status line", status.Text, 0)
		s.number("head", int64(status.Len), "bytes", 0)
		if q.head != nil {
			s.number("time to the status line", status.Time-q.head.Time, "ns", 0)
		}
	} else {
		s.missing("status line")
	}
	if body != nil {
		s.number("body", int64(body.Len), "bytes", 0)
		s.number("complete at", r.at(body), "ns", 0)
	} else {
		s.text("complete body", Missing, 0)
	}
	v := r.volume(1)
	if v.frames > 0 {
		s.number("packets with data on this connection", int64(v.frames), "packets", v.packets[0])
		s.points(v.packets...)
	}
	r.delivery(s)
	r.closePart(s)
}

func sinceRequest(r *run, q requested, e *trace.Event) string {
	if q.head == nil {
		return duration(r.at(e)) + " (of the run)"
	}
	return duration(e.Time - q.head.Time)
}

// delivery tells how the data came from TCP to the application.
func (r *run) delivery(s *Step) {
	mine := func(e *trace.Event) bool { return r.conn.side(e.Flow) == 1 }
	sum := func(name string, k trace.Kind, of func(*trace.Event) int32) {
		list := r.of(k, r.o.Client, mine)
		if len(list) == 0 {
			s.missing(name)
			return
		}
		total := int64(0)
		for _, e := range list {
			total += int64(of(e))
		}
		s.textf(0, name, "%d bytes in %s", total, count(len(list), "piece"))
	}
	sum("put on the receive queue", trace.SockQueue, func(e *trace.Event) int32 { return e.Len })
	if list := r.of(trace.TaskWake, r.o.Client, func(e *trace.Event) bool { return e.Flow.Proto == wire.ProtoTCP && mine(e) }); len(list) > 0 {
		s.number("reader or writer woken", int64(len(list)), "times", 0)
	} else {
		s.missing("reader or writer woken")
	}
	sum("copied to the application", trace.CopyToUser, func(e *trace.Event) int32 { return e.Copied })
}

func (r *run) closePart(s *Step) {
	p := s.add("The close", "Each direction is closed on its own: a FIN, and its acknowledgement. With both directions that makes four steps, of which the middle two can share a segment. Who closed first waits in TIME-WAIT, so that late segments cannot disturb a new connection (RFC 9293 3.6).")
	if r.conn == nil {
		p.never("there was no connection.")
		return
	}
	var fins [2]*trace.Event // taken or sent at the client
	var acks [2]*trace.Event
	var rst *trace.Event
	for i := range r.ev {
		e := &r.ev[i]
		if e.Host != r.o.Client || e.Kind != trace.TCPSend && e.Kind != trace.TCPRecv {
			continue
		}
		side := r.conn.side(e.Flow)
		if side < 0 || (side == 0) != (e.Kind == trace.TCPSend) {
			continue
		}
		if has(e, wire.FIN, 0) && fins[side] == nil {
			fins[side] = e
		}
		if other := fins[1-side]; other != nil && acks[1-side] == nil && has(e, wire.ACK, 0) &&
			int32(e.TCP.Ack-(other.TCP.Seq+span(other.TCP.Len, other.TCP.Flags))) >= 0 {
			acks[1-side] = e
		}
		if has(e, wire.RST, 0) && rst == nil {
			rst = e
		}
	}
	first := 0
	if fins[1] != nil && (fins[0] == nil || fins[1].Seq < fins[0].Seq) {
		first = 1
	}
	names := []string{"client", "server"}
	step := 0
	for _, side := range []int{first, 1 - first} {
		step++
		if f := fins[side]; f != nil {
			n := r.number(f.Pkt)
			p.textf(n, "FIN of the "+names[side], "sequence number %d: after these %d bytes nothing more comes", f.TCP.Seq+f.TCP.Len, r.conn.rel(side, f.TCP.Seq+f.TCP.Len)-1)
			p.number("at", r.at(f), "ns", n)
		} else {
			p.missing("FIN of the " + names[side])
		}
		if a := acks[side]; a != nil {
			n := r.number(a.Pkt)
			p.textf(n, "acknowledged by the "+names[1-side], "acknowledgement number %d", a.TCP.Ack)
		} else {
			p.missing("acknowledged by the " + names[1-side])
		}
	}
	if rst != nil {
		p.text("RST", "the connection was reset", r.number(rst.Pkt))
	}
	for side, who := range names {
		if list := r.closing(side); len(list) > 0 {
			p.text(who+"'s states", strings.Join(list, " → "), 0)
		} else {
			p.missing(who + "'s states")
		}
	}
	switch {
	case fins[0] != nil && fins[1] != nil && acks[0] != nil && acks[1] != nil:
		n := 4
		if acks[first] == fins[1-first] {
			n = 3
		}
		p.told("The %s closed first; both directions were closed with %d segments.", names[first], n)
	case rst != nil:
		p.never("a RST ended the connection without the four steps.")
	case fins[0] == nil && fins[1] == nil:
		p.never("no side sent a FIN while the run was recorded.")
	default:
		p.never("the close was not complete when the record ended.")
	}
}

// closing lists the states from ESTABLISHED on.
func (r *run) closing(side int) []string {
	var out []string
	for _, e := range r.stateEvents(side) {
		old, to := tcp.State(e.TCP.Old), tcp.State(e.TCP.New)
		if old < tcp.StateEstablished {
			continue
		}
		if len(out) == 0 {
			out = append(out, old.String())
		}
		out = append(out, to.String())
	}
	return out
}

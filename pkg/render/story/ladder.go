package story

import (
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// ladder lists the segments of the connection with the states that they led to.
func (r *run) ladder() Ladder {
	l := Ladder{Client: r.o.Client, Server: r.serverName(), Rows: []Row{}}
	if r.conn == nil {
		return l
	}
	l.Client += " " + r.conn.flow.Src.String()
	l.Server += " " + r.conn.flow.Dst.String()
	stream := r.stream()
	if len(stream) > maxRows {
		l.Omitted = len(stream) - maxRows
		stream = stream[:maxRows]
	}
	for _, f := range stream {
		side := r.conn.side(f.seg.flow)
		row := Row{Packet: f.number, Time: r.at(f.ev), Out: f.out, Flags: flagNames(f.seg.flags), Seq: r.conn.rel(side, f.seg.seq),
			Len: f.seg.data, Window: f.seg.window, Again: f.seg.first().cause.String()}
		if f.seg.flags&uint16(wire.ACK) != 0 {
			row.Ack = r.conn.rel(1-side, f.seg.ack)
		}
		if f.lost != "" {
			row.Lost = f.lost + ", " + f.lostAt
		}
		row.Note = note(row)
		l.Rows = append(l.Rows, row)
	}
	for side := range 2 {
		for _, e := range r.stateEvents(side) {
			if i := rowOf(stream, e, side); i >= 0 {
				to := tcp.State(e.TCP.New).String()
				if side == 0 {
					l.Rows[i].ClientState = to
				} else {
					l.Rows[i].ServerState = to
				}
			}
		}
	}
	return l
}

// rowOf is the segment that a change of state belongs to: the next one that
// the side sent with SYN or FIN, when the change is one that sending makes; else the last
// that the side had got.
func rowOf(stream []*frame, e *trace.Event, side int) int {
	out := side == 0
	var flag uint16
	switch tcp.State(e.TCP.New) {
	case tcp.StateSynSent:
		flag = uint16(wire.SYN)
	case tcp.StateFinWait1, tcp.StateLastAck:
		flag = uint16(wire.FIN)
	}
	last := -1
	for i, f := range stream {
		switch {
		case flag != 0 && f.out == out && f.seg.flags&flag != 0:
			return i
		case flag == 0 && f.out != out && f.ev.Seq < e.Seq && f.lost == "":
			last = i
		}
	}
	return last
}

// note says what a segment is for.
func note(r Row) string {
	switch r.Again {
	case "rto":
		return "again: time-out"
	case "fast":
		return "again: fast or SACK recovery"
	case "tlp":
		return "again: tail loss probe"
	case "syn":
		return "again: handshake"
	case "zwp":
		return "zero-window probe"
	}
	return ""
}

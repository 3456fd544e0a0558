package story

// Losses and retransmissions: RFC 6298 (time-out), RFC 6675 (SACK recovery), RFC 8985
// (tail loss probe).

import (
	"fmt"
	"maps"
	"slices"

	"github.com/netkit-go/netkit/pkg/trace"
)

// causes says why a segment is sent again.
var causes = map[trace.RetransCause]string{
	trace.RetransRTO:  "the retransmission timer ran out",
	trace.RetransFast: "acknowledgements told of a gap (fast retransmit, SACK recovery)",
	trace.RetransTLP:  "a probe, as the last data stayed unacknowledged (tail loss probe)",
	trace.RetransSyn:  "the handshake was not answered in time",
	trace.RetransZWP:  "a probe of a closed window",
}

func (r *run) retransmissions() []Retransmission {
	out := []Retransmission{}
	if r.conn == nil {
		return out
	}
	stream := r.stream()
	for side := range 2 {
		list := r.sends(side)
		for i, e := range list {
			if e.TCP.Retrans == 0 || len(out) >= maxRetrans {
				continue
			}
			t := Retransmission{From: e.Host, Seq: r.conn.rel(side, e.TCP.Seq), Len: e.TCP.Len, Flags: flagNames(e.TCP.Flags),
				Cause: trace.RetransCause(e.TCP.Retrans).String(), Again: r.at(e)}
			from, to := e.TCP.Seq, e.TCP.Seq+span(e.TCP.Len, e.TCP.Flags)
			for j := i - 1; j >= 0; j-- { // the latest transmission of the first of these octets
				b := list[j]
				if int32(b.TCP.Seq-from) <= 0 && int32(b.TCP.Seq+span(b.TCP.Len, b.TCP.Flags)-from) > 0 {
					t.First = r.at(b)
					t.Cost = t.Again - t.First
					break
				}
			}
			for _, f := range stream {
				if r.conn.side(f.seg.flow) != side || int32(f.seg.seq-to) >= 0 || int32(f.seg.seq+span(f.seg.data, f.seg.flags)-from) <= 0 {
					continue
				}
				switch {
				case f.ev.Seq < e.Seq && f.lost != "":
					t.LostAt, t.Why = f.lostAt, f.lost
				case f.seg.first().sent == e.Seq && f.number > 0 && t.Packet == 0:
					t.Packet = f.number
				}
			}
			out = append(out, t)
		}
	}
	return out
}

// lossWords are reasons of drops for people. Others are said by their name.
var lossWords = map[trace.DropReason]string{
	trace.WireLoss:   "lost on the cable",
	trace.WireQueue:  "the queue before the cable was full",
	trace.BadFCS:     "damaged: the FCS is wrong",
	trace.RxMissed:   "no buffer was posted",
	trace.TCPCSum:    "damaged: the checksum is wrong",
	trace.IPCSum:     "damaged: the checksum is wrong",
	trace.LinkDown:   "no cable",
	trace.QdiscDrop:  "the queue was full",
	trace.TTLExpired: "its hops were used up",
}

func lossWord(d trace.DropReason) string {
	if w, ok := lossWords[d]; ok {
		return w
	}
	return d.String()
}

// span is the sequence numbers that a segment takes: its data, SYN and FIN.
func span(data uint32, flags uint16) uint32 { return data + uint32(flags&1) + uint32(flags>>1&1) }

func (r *run) lossPart(s *Step) {
	p := s.add("What was lost, and sent again", "What is not acknowledged is sent again: at once when acknowledgements of later data show a gap, else when the retransmission timer runs out.")
	list := r.retransmissions()
	lost := 0
	for _, f := range r.stream() {
		if f.lost == "" {
			continue
		}
		if lost++; lost <= maxListed {
			side := r.conn.side(f.seg.flow)
			p.textf(f.number, "lost", "%s's %s at %s, %s after the start: %s", r.sideName(side), r.what(f), f.lostAt, duration(r.at(f.ev)), f.lost)
		}
	}
	changed := map[uint64]string{}
	for _, e := range r.kinds[trace.WireImpair] {
		changed[e.Pkt] = e.Text
	}
	impaired := map[string][]int{}
	for _, f := range r.stream() {
		if how := changed[f.ev.Pkt]; how != "" {
			delete(changed, f.ev.Pkt) // a duplicate is the same packet again
			impaired[how] = append(impaired[how], f.number)
		}
	}
	again := r.of(trace.TCPRetransmit, "", func(e *trace.Event) bool { return r.conn.side(e.Flow) >= 0 })
	timers := r.of(trace.TCPTimer, "", func(e *trace.Event) bool { return r.conn.side(e.Flow) >= 0 && e.Text == "rto" })
	for _, how := range slices.Sorted(maps.Keys(impaired)) {
		p.number("on the cable: "+how, int64(len(impaired[how])), "packets", 0)
		p.points(impaired[how]...)
	}
	if lost == 0 && len(list) == 0 && len(impaired) == 0 {
		p.never("no segment was lost, and none was sent twice.")
		return
	}
	p.told("%s lost; %s sent again.", were(lost, "frame"), were(len(list), "segment"))
	if lost > maxListed {
		p.number("further losses", int64(lost-maxListed), "packets", 0)
	}
	for i, t := range list[:min(len(list), maxListed)] {
		why := causes[causeOf(t.Cause)]
		what := fmt.Sprintf("%s's %s", t.From, octets(t.Seq, t.Len, t.Flags))
		p.textf(t.Packet, fmt.Sprintf("again %d", i+1), "%s, sent at %s and again at %s: %s", what, duration(t.First), duration(t.Again), why)
		p.number("that cost", t.Cost, "ns", t.Packet)
	}
	if n := len(list) - maxListed; n > 0 {
		p.number("further retransmissions", int64(n), "segments", 0)
	}
	if len(again) > 0 {
		p.number("decisions to retransmit", int64(len(again)), "segments", 0)
	} else {
		p.missing("decisions to retransmit")
	}
	if len(timers) > 0 {
		p.number("time-outs", int64(len(timers)), "times", 0)
	} else {
		p.text("time-outs", Missing, 0)
	}
}

func causeOf(name string) trace.RetransCause {
	for c := range causes {
		if c.String() == name {
			return c
		}
	}
	return trace.NotRetrans
}

func were(n int, noun string) string {
	if n == 1 {
		return "1 " + noun + " was"
	}
	return count(n, noun) + " were"
}

// octets names a segment by its relative sequence numbers.
func octets(seq, n uint32, flags string) string {
	if n == 0 {
		return flags
	}
	return fmt.Sprintf("bytes %d to %d", seq, seq+n-1)
}

func (r *run) what(f *frame) string {
	return octets(r.conn.rel(r.conn.side(f.seg.flow), f.seg.seq), f.seg.data, flagNames(f.seg.flags))
}

func (r *run) sideName(side int) string {
	if side == 0 {
		return r.o.Client
	}
	return r.serverName()
}

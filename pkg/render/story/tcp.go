package story

// Step 4: the connection. RFC 9293 3.5 (handshake), 3.7.1 (MSS); RFC 5681 (congestion
// window); RFC 7323 (window scale, timestamps); RFC 2018 (SACK).

import (
	"fmt"
	"strings"

	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// shake is the three-way handshake.
type shake struct {
	syns   int          // how many were sent
	syn    *trace.Event // sent by the client, the first
	synAck *trace.Event // taken by the client
	ack    *trace.Event // sent by the client
	open   *trace.Event // the client's change to ESTABLISHED
	rst    *trace.Event // taken instead
}

func (r *run) handshake() (h shake) {
	for _, e := range r.sends(0) {
		if has(e, wire.SYN, wire.ACK) {
			if h.syns++; h.syn == nil {
				h.syn = e
			}
		}
	}
	for _, e := range r.gets(1) {
		switch {
		case has(e, wire.SYN|wire.ACK, 0) && h.synAck == nil:
			h.synAck = e
		case has(e, wire.RST, 0) && h.synAck == nil && h.rst == nil:
			h.rst = e
		}
	}
	if h.synAck != nil {
		for _, e := range r.sends(0) {
			if e.Seq > h.synAck.Seq && has(e, wire.ACK, wire.SYN|wire.RST) {
				h.ack = e
				break
			}
		}
	}
	h.open = r.first(trace.SockState, func(e *trace.Event) bool {
		return r.conn.side(e.Flow) == 0 && tcp.State(e.TCP.New) == tcp.StateEstablished
	})
	return h
}

func (r *run) tcpStep(s *Step) {
	s.Title = "TCP connects"
	s.About = "TCP makes a reliable stream of bytes out of packets that can be lost. First each side tells where it begins to count, and hears that the other has understood: three segments, the three-way handshake (RFC 9293 3.5)."
	if r.conn == nil {
		s.never("no TCP connection was opened.")
		return
	}
	h := r.handshake()
	c := r.conn
	switch {
	case h.syn == nil:
		s.never("no SYN was sent.")
	case h.rst != nil:
		s.never("the SYN was answered with a RST: nobody listens there, and the connection was refused.")
	case h.synAck == nil:
		s.never("the SYN was not answered.")
	case h.open == nil:
		s.never("the connection never became ESTABLISHED.")
	default:
		s.told("%s and %s were connected after %s, in three segments.", c.flow.Src, c.flow.Dst, duration(h.open.Time-h.syn.Time))
		if h.syns > 1 {
			s.told("%s and %s were connected after %s; the SYN had to be sent %d times.", c.flow.Src, c.flow.Dst, duration(h.open.Time-h.syn.Time), h.syns)
		}
	}
	s.number("client's port", int64(c.flow.Src.Port()), "", 0)
	s.number("server's port", int64(c.flow.Dst.Port()), "", 0)
	segment := func(name string, e *trace.Event) {
		if e == nil {
			s.missing(name)
			return
		}
		n := r.number(e.Pkt)
		ack := "nothing to acknowledge yet"
		if has(e, wire.ACK, 0) {
			ack = fmt.Sprintf("acknowledgement number %d", e.TCP.Ack)
		}
		s.textf(n, name, "flags %s; sequence number %d; %s; window %d bytes", flagNames(e.TCP.Flags), e.TCP.Seq, ack, e.TCP.Window)
	}
	segment("1. SYN, client to server", h.syn)
	segment("2. SYN-ACK, server to client", h.synAck)
	segment("3. ACK, client to server", h.ack)
	if h.rst != nil {
		segment("RST, server to client", h.rst)
	}
	for side, who := range []string{"client's states", "server's states"} {
		list := r.states(side, func(st tcp.State) bool { return st <= tcp.StateEstablished })
		if len(list) == 0 {
			s.missing(who)
		} else {
			s.text(who, strings.Join(list, " → "), 0)
		}
	}
	if h.syn != nil {
		n := r.number(h.syn.Pkt)
		s.synOptions("client offers", r, n)
		s.headerOf(n, "TCP", "RFC 9293 3.1", wire.TCPFieldTable, r.layers(n).tcp)
	}
	if h.synAck != nil {
		n := r.number(h.synAck.Pkt)
		s.synOptions("server offers", r, n)
	}
	if h.ack != nil && h.ack.TCP.MSS > 0 {
		s.number("data in a full segment from the client", int64(h.ack.TCP.MSS), "bytes", 0)
	}
	r.tlsPart(s)
	r.cutPart(s)
	r.windowPart(s)
	r.lossPart(s)
}

// states lists the states that one side of the connection went through.
func (r *run) states(side int, keep func(tcp.State) bool) []string {
	var out []string
	for _, e := range r.stateEvents(side) {
		to := tcp.State(e.TCP.New)
		if !keep(to) {
			break
		}
		if len(out) == 0 {
			out = append(out, tcp.State(e.TCP.Old).String())
		}
		out = append(out, to.String())
	}
	return out
}

func (r *run) stateEvents(side int) []*trace.Event {
	if r.conn == nil || r.sideHost(side) == "" {
		return nil
	}
	return r.of(trace.SockState, r.sideHost(side), func(e *trace.Event) bool { return r.conn.side(e.Flow) == side })
}

// synOptions tells the options of a captured SYN.
func (p *Part) synOptions(who string, r *run, packet int) {
	t := r.layers(packet).tcp
	if t == nil {
		return
	}
	o, err := wire.TCP(t).ParseOptions()
	if err != nil {
		return
	}
	var list []string
	if o.HasMSS {
		list = append(list, fmt.Sprintf("MSS %d, the most that it takes in a segment, data and options together", o.MSS))
	}
	if o.HasWScale {
		list = append(list, fmt.Sprintf("window scale %d: its later windows count in units of %d", o.WScale, 1<<o.WScale))
	}
	if o.SACKPermitted {
		list = append(list, "SACK permitted")
	}
	if o.HasTS {
		list = append(list, "timestamps")
	}
	if len(list) > 0 {
		p.text(who, strings.Join(list, "; "), packet)
	}
}

func (r *run) tlsPart(s *Step) {
	e := r.first(trace.TLSDone, nil)
	if e == nil && (r.u == nil || r.u.Scheme != "https") {
		return
	}
	p := s.add("TLS on top", "With https both sides agree on keys before the first byte of HTTP, and the server shows its certificate (RFC 8446). To TCP all of it is data.")
	if e == nil {
		p.never("no TLS handshake was completed.")
		return
	}
	words := strings.Fields(e.Text)
	if len(words) > 1 && words[0] == "TLS" { // "TLS 1.3" is one of them
		words = append([]string{words[0] + " " + words[1]}, words[2:]...)
	}
	p.told("The TLS handshake was complete %s after the start.", duration(r.at(e)))
	for i, name := range []string{"version", "cipher suite", "application protocol (ALPN)"} {
		if i < len(words) {
			p.text(name, words[i], 0)
		}
	}
	p.number("complete at", r.at(e), "ns", 0)
	if h := r.handshake(); h.open != nil {
		p.number("after TCP was connected", e.Time-h.open.Time, "ns", 0)
		for _, f := range r.stream() {
			if f.number > 0 && f.seg.data > 0 && f.ev.Seq < e.Seq {
				p.points(f.number)
			}
		}
	}
}

// volume is what one side's frames carried.
type volume struct {
	frames, again int // with data; of these retransmitted
	bytes         int64
	largest       *frame
	packets       []int
}

func (r *run) volume(side int) (v volume) {
	for _, f := range r.stream() {
		if r.conn.side(f.seg.flow) != side || f.seg.data == 0 || f.number == 0 {
			continue
		}
		v.frames++
		v.bytes += int64(f.seg.data)
		if f.seg.first().cause != trace.NotRetrans {
			v.again++
		}
		if v.largest == nil || f.seg.data > v.largest.seg.data {
			v.largest = f
		}
		v.packets = append(v.packets, f.number)
	}
	return v
}

func (r *run) cutPart(s *Step) {
	p := s.add("How the data were cut", "A segment with its headers has to fit into one packet of the link (its MTU). Each side says in its SYN how much data it takes at most (MSS), and the sender cuts its stream accordingly. Often TCP hands over one long super-segment and the NIC does the cutting (TSO).")
	total := 0
	for side, who := range []string{"client", "server"} {
		v := r.volume(side)
		if v.frames == 0 {
			continue
		}
		total += v.frames
		p.number(who+": frames with data", int64(v.frames), "packets", 0)
		p.number(who+": data in them", v.bytes, "bytes", 0)
		f := v.largest
		p.textf(f.number, who+": largest packet", "%d bytes = %d of IP and TCP header + %d of data", f.seg.head-wire.EthernetHeaderLen+f.seg.data, f.seg.head-wire.EthernetHeaderLen, f.seg.data)
		p.points(v.packets...)
		if cut := r.tsoCuts(side); cut.pieces > 0 {
			p.textf(0, who+": NIC cut", "%s into %s", count(cut.supers, "super-segment"), count(cut.pieces, "frame"))
		} else {
			p.text(who+": NIC cut", "nothing", 0)
		}
	}
	if total == 0 {
		p.never("no frame with data passed the client's NIC.")
		return
	}
	p.told("%s with data passed the client's NIC.", count(total, "frame"))
}

type cuts struct{ supers, pieces int }

func (r *run) tsoCuts(side int) (c cuts) {
	mine := map[uint64]bool{}
	for _, e := range r.sends(side) {
		mine[e.Pkt] = true
	}
	seen := map[uint64]bool{}
	for _, e := range r.of(trace.TSOCut, r.sideHost(side), nil) {
		if mine[e.Parent] {
			c.pieces++
			if !seen[e.Parent] {
				seen[e.Parent] = true
				c.supers++
			}
		}
	}
	return c
}

func (r *run) windowPart(s *Step) {
	p := s.add("How much may be on the way", "Two windows limit it. The receiver's window says how much it has room for; the congestion window is the sender's own guess of what the network bears, which grows with acknowledgements and shrinks with losses (RFC 5681, RFC 9438).")
	var most string // of the side that sent more
	var sent int64
	for side, who := range []string{"client", "server"} {
		var first, peak, last, low uint32
		var flight uint32
		var srtt, rto int64
		v := r.volume(side)
		if v.frames == 0 {
			continue
		}
		for _, e := range r.sends(side) {
			t := &e.TCP
			if t.Cwnd == 0 {
				continue
			}
			if first == 0 {
				first = t.Cwnd
			}
			peak, last, flight = max(peak, t.Cwnd), t.Cwnd, max(flight, t.InFlight)
			srtt, rto = t.SRTT, t.RTO
		}
		if first == 0 {
			continue
		}
		changes := r.of(trace.TCPCwnd, r.sideHost(side), func(e *trace.Event) bool { return r.conn.side(e.Flow) == side })
		low = first
		for _, e := range changes {
			peak, last, low = max(peak, e.TCP.Cwnd), e.TCP.Cwnd, min(low, e.TCP.Cwnd)
		}
		if v.bytes > sent {
			sent = v.bytes
			most = fmt.Sprintf("Of the %s's data at most %d bytes were on the way at once; its congestion window began with %d bytes and was between %d and %d.", who, flight, first, low, peak)
		}
		p.number(who+": congestion window at first", int64(first), "bytes", 0)
		if len(changes) > 0 {
			p.number(who+": changes of it", int64(len(changes)), "times", 0)
			p.number(who+": largest", int64(peak), "bytes", 0)
			p.number(who+": smallest", int64(low), "bytes", 0)
			p.number(who+": in the end", int64(last), "bytes", 0)
		} else {
			p.missing(who + ": a change of it")
		}
		p.number(who+": most in flight", int64(flight), "bytes", 0)
		if srtt > 0 {
			p.number(who+": smoothed round-trip time", srtt, "ns", 0)
			p.number(who+": retransmission time-out", rto, "ns", 0)
		}
	}
	for side, who := range []string{"client", "server"} {
		var low, high uint32
		for _, e := range r.sends(side) {
			if e.TCP.Flags&uint16(wire.RST) != 0 || e.TCP.Cwnd == 0 {
				continue
			}
			if high == 0 || e.TCP.Window < low {
				low = e.TCP.Window
			}
			high = max(high, e.TCP.Window)
		}
		if high > 0 {
			p.number(who+": smallest window that it offers", int64(low), "bytes", 0)
			p.number(who+": largest window that it offers", int64(high), "bytes", 0)
		}
	}
	if most == "" {
		p.never("nothing was sent that a congestion window would limit.")
		return
	}
	p.told("%s", most)
}

package dissect

// What answers what: replies of DNS and of ICMP echo to what asked for them, responses
// of HTTP to requests, ICMP errors to the packets that they quote.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/wire"
)

const dnsPort = 53

// queryKey names a DNS query: its transaction, between two sockets.
type queryKey struct {
	stream uint32
	proto  uint8
	id     uint16
}

// dns notes a query, or finds the one that a reply answers. A query that is sent
// again before it is answered stays where it was first.
func (s *Session) dns(st *stream, b []byte) answer {
	if len(b) < 12 {
		return answer{}
	}
	k := queryKey{st.index, st.key.proto, uint16(be16(b, 0))}
	old, known := s.queries.m[k]
	if b[2]&0x80 == 0 {
		if !known || old.answered {
			s.queries.put(k, asked{frame: s.m.Number, time: s.m.Time})
		}
		return answer{}
	}
	if !known {
		return answer{}
	}
	old.answered = true
	s.queries.m[k] = old
	return answer{dnsAnswer, old.frame, s.m.Time - old.time}
}

// maxRequests is how many HTTP requests of a connection may wait for their
// responses; those beyond get none.
const maxRequests = 64

// http notes a request, or takes the oldest one that waits for its response.
func (s *Session) http(t *connection, b []byte) answer {
	if len(b) < 12 || string(b[:5]) != "HTTP/" {
		if len(t.requests) < maxRequests {
			t.requests = append(t.requests, asked{frame: s.m.Number, time: s.m.Time})
		}
		return answer{}
	}
	if len(t.requests) == 0 {
		return answer{}
	}
	r := t.requests[0]
	// RFC 9110 15.2: 1xx comes before the final response. 101 is the last of HTTP.
	if b[9] != '1' || string(b[9:12]) == "101" {
		t.requests = append(t.requests[:0], t.requests[1:]...)
	}
	return answer{httpAnswer, r.frame, s.m.Time - r.time}
}

// echoKey names an echo request: who asks whom, identifier and sequence number.
type echoKey struct {
	from, to netip.Addr
	id, seq  uint16
	extended bool
}

// icmp follows messages of ICMP.
func (s *Session) icmp(q *Quick, b []byte, buf int) {
	h := b[q.Transport:]
	if len(h) < wire.ICMPHeaderLen {
		return
	}
	switch h[0] {
	case wire.ICMPv4EchoRequest, icmpExtEcho, icmpTimestamp, icmpMaskRequest:
		s.echo(q, h, h[0] == icmpExtEcho)
	case wire.ICMPv4EchoReply, icmpExtEchoReply, icmpTimestampReply, icmpMaskReply:
		s.echoed(q, h, buf, h[0] == icmpExtEchoReply)
	case wire.ICMPv4Unreachable, wire.ICMPv4TimeExceeded, wire.ICMPv4ParamProblem, wire.ICMPv4Redirect, icmpSourceQuench:
		s.quoted(q, b, buf, wire.EtherTypeIPv4)
	}
}

// icmpv6 follows messages of ICMPv6.
func (s *Session) icmpv6(q *Quick, b []byte, buf int) {
	h := b[q.Transport:]
	if len(h) < wire.ICMPHeaderLen {
		return
	}
	switch h[0] {
	case wire.ICMPv6EchoRequest, icmpv6ExtEcho:
		s.echo(q, h, h[0] == icmpv6ExtEcho)
	case wire.ICMPv6EchoReply, icmpv6ExtEchoReply:
		s.echoed(q, h, buf, h[0] == icmpv6ExtEchoReply)
	case wire.ICMPv6Unreachable, wire.ICMPv6PacketTooBig, wire.ICMPv6TimeExceeded, wire.ICMPv6ParamProblem:
		s.quoted(q, b, buf, wire.EtherTypeIPv6)
	}
}

func echoSeq(h []byte, extended bool) uint16 {
	if extended {
		return uint16(h[6]) // RFC 8335 2: the other octet holds flags
	}
	return uint16(be16(h, 6))
}

func (s *Session) echo(q *Quick, h []byte, extended bool) {
	s.echoes.put(echoKey{q.Src, q.Dst, uint16(be16(h, 4)), echoSeq(h, extended), extended}, asked{frame: s.m.Number, time: s.m.Time})
}

func (s *Session) echoed(q *Quick, h []byte, buf int, extended bool) {
	a, ok := s.echoes.m[echoKey{q.Dst, q.Src, uint16(be16(h, 4)), echoSeq(h, extended), extended}]
	if !ok {
		return
	}
	if f := s.m.newFlow(buf, q.Transport); f != nil {
		f.answers, f.elapsed = a.frame, s.m.Time-a.time
	}
}

// quoted finds the frame that an error is about: the last one of its stream where
// its sequence number is the same, or the echo request. The quoted header gets its
// stream, too.
func (s *Session) quoted(q *Quick, b []byte, buf int, etherType uint16) {
	in := Quick{EtherType: etherType}
	off := q.Transport + wire.ICMPHeaderLen
	if off >= len(b) || !in.ether(b, off, off+maxQuoted) || !in.Reached {
		return
	}
	about := s.m.newFlow(buf, q.Transport)
	if about == nil {
		return
	}
	k, dir := keyOf(&in)
	switch {
	case in.Proto == wire.ProtoTCP && in.Numbered:
		st, t := s.connection(k)
		if st.dir[dir].seq == in.Seq {
			about.answers = st.dir[dir].frame
		}
		if f := s.m.newFlow(buf, in.Transport); f != nil {
			f.stream, f.completeness = st.index, t.completeness
			f.seqBase, f.ackBase = t.dir[dir].base, t.dir[1-dir].base
		}
	case in.Proto == wire.ProtoTCP && in.Ported:
		// Eight octets are quoted at least: ports and sequence number.
		if st := s.streams.get(k); st != nil && in.Transport+8 <= len(b) && st.dir[dir].seq == be32(b, in.Transport+4) {
			about.answers = st.dir[dir].frame
		}
	case in.Proto == wire.ProtoUDP && in.Payload != 0:
		st := s.udpStream(k)
		about.answers = st.dir[dir].frame
		if f := s.m.newFlow(buf, in.Transport); f != nil {
			f.stream = st.index
		}
	case in.Proto == wire.ProtoICMP || in.Proto == wire.ProtoICMPv6:
		if h := b[in.Transport:]; len(h) >= wire.ICMPHeaderLen {
			about.answers = s.echoes.m[echoKey{in.Src, in.Dst, uint16(be16(h, 4)), uint16(be16(h, 6)), false}].frame
		}
	}
}

// maxQuoted is more than any quoted packet states as its length.
const maxQuoted = 1 << 17

// What the session concludes about layers of applications, added to them when
// they have been dissected.
var (
	dnsResponseTo = loose("dns.response_to", "Answers frame", 0)
	dnsTime       = loose("dns.time", "Time between", Dur)
	httpRequestIn = loose("http.request_in", "Answers frame", 0)
	httpTime      = loose("http.time", "Time between", Dur)
)

// answerDefs are fields that no protocol lists.
func answerDefs() []*Def { return []*Def{&dnsResponseTo, &dnsTime, &httpRequestIn, &httpTime} }

func (d *D) answered(a answer) {
	frame, elapsed := &dnsResponseTo, &dnsTime
	if a.kind == httpAnswer {
		frame, elapsed = &httpRequestIn, &httpTime
	}
	d.depth = 0
	d.Gen(frame, uint64(a.frame))
	d.Gen(elapsed, uint64(a.elapsed))
}

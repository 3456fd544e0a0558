package story

// Steps 1 to 3: what the application does before TCP.

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func (r *run) urlStep(s *Step) {
	s.Title = "The URL is parsed"
	s.About = "A URL says how to speak (scheme), with whom (host and port), and about what (path and query). So far nothing is sent."
	e := r.first(trace.URLParsed, nil)
	if e == nil {
		s.never("no URL was parsed.")
		return
	}
	s.told("%s is taken apart.", r.url)
	s.text("URL", r.url, 0)
	if u := r.u; u != nil {
		s.text("scheme", u.Scheme, 0)
		s.text("host", u.Hostname(), 0)
		switch {
		case u.Port() != "":
			s.number("port", int64(r.port), "", 0)
		case r.port != 0:
			s.textf(0, "port", "%d, the default of %s", r.port, u.Scheme)
		}
		s.text("target", u.RequestURI(), 0)
		if u.User != nil {
			s.text("user", "given; it is sent as a header field, not shown here", 0)
		}
		if u.Fragment != "" {
			s.text("fragment", "#"+u.Fragment+", which stays here: it is never sent", 0)
		}
	}
	more := r.of(trace.URLParsed, r.o.Client, func(x *trace.Event) bool { return x.Seq > e.Seq })
	if len(more) > 0 {
		p := s.add("Further URLs", "A redirect's Location and each URL on the command line are parsed in their turn. The story goes on with the first.")
		p.told("%s followed.", count(len(more), "URL"))
		for i, x := range more[:min(len(more), maxListed)] {
			p.text("URL "+strconv.Itoa(i+2), redact(x.Text), 0)
			p.number("parsed at", r.at(x), "ns", 0)
		}
	}
}

// redact leaves out who a URL names.
func redact(s string) string {
	scheme, rest, ok := strings.Cut(s, "://")
	if !ok {
		return s
	}
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if i := strings.LastIndexByte(rest[:end], '@'); i >= 0 {
		return scheme + "://…" + rest[i:]
	}
	return s
}

// requested is what the client wrote to the connection with its first request.
type requested struct {
	head     *trace.Event // HTTPRequest
	copied   *trace.Event // CopyFromUser; nil: not recorded
	first    *trace.Event // TCPSend of its first segment
	from, to uint32       // octets of the stream
	packets  []int
}

func (r *run) request() (q requested) {
	q.head = r.first(trace.HTTPRequest, nil)
	if q.head == nil || r.conn == nil {
		return q
	}
	mine := func(e *trace.Event) bool { return r.conn.side(e.Flow) == 0 }
	if e := r.next(trace.CopyFromUser, r.o.Client, q.head.Seq, mine); e != nil {
		q.copied = e
	}
	q.first = r.next(trace.TCPSend, r.o.Client, q.head.Seq, func(e *trace.Event) bool { return mine(e) && e.TCP.Len > 0 })
	if q.first == nil {
		return q
	}
	n := q.first.TCP.Len
	if q.copied != nil {
		n = uint32(q.copied.Len)
	}
	q.from, q.to = q.first.TCP.Seq, q.first.TCP.Seq+n
	q.packets = r.carried(0, q.from, q.to)
	return q
}

func (r *run) requestStep(s *Step) {
	s.Title = "The HTTP request, as bytes"
	s.About = "A request is a line, header fields and an empty line (RFC 9112). For TCP it is a run of bytes like any other; it is written when the connection is there (step 4)."
	q := r.request()
	if q.head == nil {
		s.never("no request was sent.")
		return
	}
	s.told("%s: a head of %d bytes, written %s after the start.", q.head.Text, q.head.Len, duration(r.at(q.head)))
	s.text("request line", q.head.Text, 0)
	s.number("head", int64(q.head.Len), "bytes", 0)
	s.number("written at", r.at(q.head), "ns", 0)
	tls := r.first(trace.TLSDone, nil)
	if tls != nil {
		s.text("in TLS records", "yes: on the wire these bytes are encrypted", 0)
	}
	if q.copied != nil {
		s.number("copied from the application", int64(q.copied.Copied), "bytes", 0)
	} else {
		s.missing("copied from the application")
	}
	if q.first == nil {
		s.text("sent", "never: no segment carried it", 0)
		return
	}
	if len(q.packets) > 0 {
		s.number("packets that carried it", int64(len(q.packets)), "packets", q.packets[0])
		s.points(q.packets...)
		if off, data := r.payload(q.packets[0]); len(data) > 0 {
			s.Dump = &Dump{Packet: q.packets[0], Offset: off, Total: int(q.to - q.from), Bytes: data[:min(len(data), int(q.to-q.from), maxDump)]}
		}
	} else {
		s.missing("packets that carried it")
	}
	if more := r.of(trace.HTTPRequest, r.o.Client, func(e *trace.Event) bool { return e.Seq > q.head.Seq }); len(more) > 0 {
		p := s.add("Further requests", "After a redirect or for the next URL another request follows, on the same connection where that can be.")
		p.told("%s followed.", count(len(more), "request"))
		for i, e := range more[:min(len(more), maxListed)] {
			p.text("request "+strconv.Itoa(i+2), e.Text, 0)
			p.number("written at", r.at(e), "ns", 0)
		}
	}
}

func (r *run) nameStep(s *Step) {
	s.Title = "The name is resolved"
	s.About = "Packets go to addresses, not to names. The DNS is asked for the name's addresses: A for IPv4, AAAA for IPv6 (RFC 1035, RFC 3596)."
	before := func(e *trace.Event) bool { return r.conn == nil || e.Seq < r.conn.first }
	queries := r.of(trace.DNSQuery, r.o.Client, before)
	answers := r.of(trace.DNSAnswer, r.o.Client, before)
	hit := r.first(trace.DNSCacheHit, before)
	switch {
	case hit != nil && len(queries) == 0:
		s.told("%s was in the cache: nobody was asked.", hit.Text)
		s.text("from cache", hit.Text, 0)
		return
	case len(queries) == 0:
		s.never("no name server was asked, and no cache answered.")
		if r.conn != nil {
			s.never("no name server was asked, and no cache: the address was known without them.")
		}
		if r.u != nil {
			if _, err := netip.ParseAddr(strings.Trim(r.u.Hostname(), "[]")); err == nil {
				s.never("the URL has an address, so there is no name to ask for.")
			}
		}
		return
	}
	isDNS := func(a netip.AddrPort) bool { return a.Port() == 53 }
	sent := r.of(trace.UDPSend, r.o.Client, func(e *trace.Event) bool { return before(e) && isDNS(e.Flow.Dst) })
	got := r.of(trace.UDPRecv, r.o.Client, func(e *trace.Event) bool { return before(e) && isDNS(e.Flow.Src) })
	s.told("%s sent and %s received in %s.", count(len(queries), "question"), count(len(answers), "answer"),
		duration(lastTime(answers, queries)-queries[0].Time))
	for i, q := range queries[:min(len(queries), maxListed)] {
		end := r.end
		if i+1 < len(queries) {
			end = queries[i+1].Seq
		}
		var by *trace.Event
		for _, u := range sent {
			if u.Seq > q.Seq && u.Seq < end {
				by = u
				break
			}
		}
		if by == nil {
			s.text("question", q.Text, 0)
			continue
		}
		packet := r.number(by.Pkt)
		s.text("question", q.Text, packet)
		s.textf(packet, "asked at", "%s, from port %d, over UDP", by.Flow.Dst, by.Flow.Src.Port())
	}
	for i, a := range answers[:min(len(answers), maxListed)] {
		packet := 0
		if i < len(got) {
			packet = r.number(got[i].Pkt)
		}
		s.text("answer", a.Text, packet)
		s.number("answer's length", int64(a.Len), "bytes", packet)
	}
	if len(answers) == 0 {
		s.missing("answer")
	}
	if r.conn != nil && len(answers) > 0 {
		s.text("address that is used", r.conn.dstAddr().String(), 0)
	}
	if len(sent) == 0 {
		s.text("datagrams sent", Missing, 0)
	} else {
		s.number("datagrams sent", int64(len(sent)), "packets", 0)
	}
	if len(got) == 0 {
		s.text("datagrams received", Missing, 0)
	} else {
		s.number("datagrams received", int64(len(got)), "packets", 0)
	}
	if hit != nil {
		s.text("also from cache", hit.Text, 0)
	}
	for _, u := range sent {
		s.points(r.number(u.Pkt))
	}
	for _, u := range got {
		s.points(r.number(u.Pkt))
	}
	if len(sent) > 0 {
		n := r.number(sent[0].Pkt)
		s.headerOf(n, "UDP", "RFC 768", wire.UDPFieldTable, r.layers(n).udp)
	}
}

// lastTime is the time of the last event of the first list that has one.
func lastTime(lists ...[]*trace.Event) int64 {
	for _, l := range lists {
		if len(l) > 0 {
			return l[len(l)-1].Time
		}
	}
	return 0
}

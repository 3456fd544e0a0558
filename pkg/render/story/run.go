package story

import (
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// run is the events of a run, indexed for the questions of the steps.
type run struct {
	o     Options
	ev    []trace.Event
	kinds map[trace.Kind][]*trace.Event
	start int64
	end   uint64 // Seq after the last event

	url  string
	u    *url.URL // nil: no URL was parsed, or not as Go does
	port uint16   // of the URL; 0: not known

	clientFrames int // in the client's capture
	frames       []frame
	flowing      []*frame       // what stream returns
	numbers      map[uint64]int // packet id -> first number in the capture
	data         map[int][]byte // number -> captured bytes

	conn *conn // the connection of the story; nil: there was none
}

// conn is the TCP connection of the story.
type conn struct {
	flow   trace.Flow // from the client
	server string     // host that ended it; "": nobody answered
	first  uint64     // Seq of its first event at the client

	iss [2]uint32 // initial sequence numbers of client and server
	iok [2]bool   // and whether they are known
}

func newRun(events []trace.Event, o Options) *run {
	r := &run{o: o, ev: events, kinds: map[trace.Kind][]*trace.Event{}, numbers: map[uint64]int{}, data: map[int][]byte{}}
	for i := range events {
		e := &events[i]
		r.kinds[e.Kind] = append(r.kinds[e.Kind], e)
		r.end = max(r.end, e.Seq+1)
	}
	for _, f := range o.Frames {
		r.data[f.Packet] = f.Data
	}
	r.findURL()
	r.follow()
	r.findConn()
	return r
}

// findURL takes the first URL of the run: the story is about that one.
func (r *run) findURL() {
	if len(r.ev) > 0 {
		r.start = r.ev[0].Time
	}
	e := r.first(trace.URLParsed, nil)
	if e == nil {
		return
	}
	r.start, r.url = e.Time, e.Text
	u, err := url.Parse(e.Text)
	if err != nil {
		return
	}
	r.u = u
	if u.User != nil {
		u.User = url.User("…") // who asks is nobody's business who reads the story
		r.url = strings.Replace(u.String(), "%E2%80%A6", "…", 1)
	}
	port := u.Port()
	switch {
	case port != "":
	case u.Scheme == "https":
		port = "443"
	case u.Scheme == "http":
		port = "80"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err == nil {
		r.port = uint16(n)
	}
}

// at is a time from the start of the story.
func (r *run) at(e *trace.Event) int64 { return e.Time - r.start }

// of lists the events of a kind at a host for which keep holds. "" is any host.
func (r *run) of(k trace.Kind, host string, keep func(*trace.Event) bool) []*trace.Event {
	var out []*trace.Event
	for _, e := range r.kinds[k] {
		if (host == "" || e.Host == host) && (keep == nil || keep(e)) {
			out = append(out, e)
		}
	}
	return out
}

// first is the first event of a kind at the client for which keep holds, or nil.
func (r *run) first(k trace.Kind, keep func(*trace.Event) bool) *trace.Event {
	return r.next(k, r.o.Client, 0, keep)
}

// next is the first event of a kind at a host after the one numbered seq, or nil.
func (r *run) next(k trace.Kind, host string, seq uint64, keep func(*trace.Event) bool) *trace.Event {
	for _, e := range r.kinds[k] {
		if e.Seq > seq && (host == "" || e.Host == host) && (keep == nil || keep(e)) {
			return e
		}
	}
	return nil
}

// prev is the last one before it, or nil.
func (r *run) prev(k trace.Kind, host string, seq uint64, keep func(*trace.Event) bool) *trace.Event {
	list := r.kinds[k]
	for i := len(list) - 1; i >= 0; i-- {
		if e := list[i]; e.Seq < seq && (host == "" || e.Host == host) && (keep == nil || keep(e)) {
			return e
		}
	}
	return nil
}

// number is where a packet is in the capture, 0 when it is not.
func (r *run) number(pkt uint64) int { return r.numbers[pkt] }

// reverse is the flow of the other direction.
func reverse(f trace.Flow) trace.Flow { return trace.Flow{Proto: f.Proto, Src: f.Dst, Dst: f.Src} }

// side says whether a flow is the connection's: 0 from the client, 1 from the
// server, -1 of another.
func (c *conn) side(f trace.Flow) int {
	switch {
	case c == nil || f.Proto != wire.ProtoTCP:
	case f == c.flow:
		return 0
	case f == reverse(c.flow):
		return 1
	}
	return -1
}

// findConn chooses the connection of the story: the first that the client
// opened to the URL's port and that was established, else the first tried. When
// there is none to that port (a proxy has its own), it is the first that is not to a
// name server.
func (r *run) findConn() {
	var list []*conn
	known := map[trace.Flow]*conn{}
	note := func(f trace.Flow, e *trace.Event) *conn {
		c := known[f]
		if c == nil {
			c = &conn{flow: f, first: e.Seq}
			known[f] = c
			list = append(list, c)
		}
		return c
	}
	open := map[*conn]bool{}
	for i := range r.ev {
		e := &r.ev[i]
		if e.Host != r.o.Client || e.Flow.Proto != wire.ProtoTCP {
			continue
		}
		switch e.Kind {
		case trace.TCPSend:
			note(e.Flow, e)
		case trace.TCPRecv:
			note(reverse(e.Flow), e)
		case trace.SockState:
			if c := note(e.Flow, e); tcp.State(e.TCP.New) == tcp.StateEstablished {
				open[c] = true
			}
		}
	}
	best := 0
	for _, c := range list {
		rank := 1
		switch c.flow.Dst.Port() {
		case r.port:
			rank = 3
		case 53:
			continue
		}
		if open[c] {
			rank++
		}
		if rank > best {
			r.conn, best = c, rank
		}
	}
	c := r.conn
	if c == nil {
		return
	}
	syn := uint16(wire.SYN)
	for i := range r.ev {
		e := &r.ev[i]
		if e.Kind != trace.TCPSend && e.Kind != trace.TCPRecv && e.Kind != trace.SockState {
			continue
		}
		side := c.side(e.Flow)
		if side < 0 {
			continue
		}
		if e.Kind != trace.TCPRecv && side == 1 && e.Host != r.o.Client && c.server == "" {
			c.server = e.Host
		}
		if e.Kind != trace.SockState && e.TCP.Flags&syn != 0 && !c.iok[side] {
			c.iss[side], c.iok[side] = e.TCP.Seq, true
		}
	}
}

// rel makes a sequence number relative to the initial one of a side.
func (c *conn) rel(side int, seq uint32) uint32 {
	if !c.iok[side] {
		return seq
	}
	return seq - c.iss[side]
}

// sends are the segments that one side of the connection handed to IP.
func (r *run) sends(side int) []*trace.Event {
	if r.conn == nil {
		return nil
	}
	host := r.sideHost(side)
	return r.of(trace.TCPSend, host, func(e *trace.Event) bool { return host != "" && r.conn.side(e.Flow) == side })
}

// gets are the segments of one side that the other took.
func (r *run) gets(side int) []*trace.Event {
	if r.conn == nil {
		return nil
	}
	host := r.sideHost(1 - side)
	return r.of(trace.TCPRecv, host, func(e *trace.Event) bool { return host != "" && r.conn.side(e.Flow) == side })
}

func (r *run) sideHost(side int) string {
	if side == 0 {
		return r.o.Client
	}
	return r.conn.server
}

// serverName is how the far end is called.
func (r *run) serverName() string {
	if r.conn == nil || r.conn.server == "" {
		return "server"
	}
	return r.conn.server
}

// has says whether a segment event has all the flags and none of the others.
func has(e *trace.Event, set, clear wire.TCPFlags) bool {
	f := wire.TCPFlags(e.TCP.Flags)
	return f.Has(set) && f&clear == 0
}

// dstAddr is the address that the client connected to.
func (c *conn) dstAddr() netip.Addr { return c.flow.Dst.Addr() }

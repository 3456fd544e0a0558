package dissect

// TCP streams: relative numbers, window scaling, and units of applications put
// together from segments, each once and in order (RFC 9293 section 3.10.7.4).

import (
	"github.com/netkit-go/netkit/pkg/wire"
)

// connection is what a stream of TCP has beside what all streams have.
type connection struct {
	completeness uint8
	asked        bool // app has been looked for
	met          bool // a unit of it has been met
	app          *App
	requests     []asked // of HTTP, without a response
	dir          [2]connHalf
}

// connHalf is one direction.
type connHalf struct {
	based, ordered, synced bool
	base                   uint32 // what relative numbers count from
	next                   uint32 // of the octets that come next in order, once ordered
	acked                  uint32 // the highest number that the other end has acknowledged, once synced
	finished               bool   // a FIN has come
	fin                    uint32 // its number
	shift                  int8   // that its SYN announced
	unit                   *assembly
}

// The bits of completeness.
const (
	sawSYN = 1 << iota
	sawSYNACK
	sawACK
	sawData
	sawFIN
	sawRST
)

// connection is the stream of this key, made if it is new.
func (s *Session) connection(k streamKey) (*stream, *connection) {
	st := s.streams.get(k)
	if st == nil {
		st = s.streams.add(k, s.m.Time, s.streams.tcp, s.forget)
		s.streams.tcp++
		st.tcp = newConnection()
	}
	return st, st.tcp
}

func newConnection() *connection {
	t := &connection{}
	t.dir[0].shift, t.dir[1].shift = scaleUnknown, scaleUnknown
	return t
}

// forget gives back what a stream has kept.
func (s *Session) forget(st *stream) {
	if st.tcp != nil {
		for i := range st.tcp.dir {
			if u := st.tcp.dir[i].unit; u != nil {
				s.buffered -= u.size()
			}
		}
	}
}

// tcp follows a segment.
func (s *Session) tcp(q *Quick, b []byte, buf int) {
	if !q.Numbered {
		return
	}
	f := s.m.newFlow(buf, q.Transport)
	if f == nil {
		return
	}
	k, dir := keyOf(q)
	st, t := s.connection(k)
	if q.Flags&(wire.SYN|wire.ACK) == wire.SYN && t.dir[dir].based && t.dir[dir].base != q.Seq {
		// The ports are used again: another connection.
		s.forget(st)
		t = newConnection()
		st.index, st.first, st.last, st.dir, st.tcp = s.streams.tcp, s.m.Time, s.m.Time, [2]half{}, t
		s.streams.tcp++
	}
	s.speak(st, f, dir, q.Seq)
	if hl := int(b[q.Transport+12]>>4) * 4; q.Transport+hl > q.Net+q.NetLen {
		return // nor can its numbers be believed
	}
	me, peer := &t.dir[dir], &t.dir[1-dir]
	if !me.based {
		me.based, me.base = true, q.Seq
		if q.Flags&wire.SYN == 0 {
			me.base--
		}
	} else if q.Flags.Has(wire.SYN|wire.ACK) && me.base != q.Seq {
		// It says where both ends begin, whatever was there before.
		me.base = q.Seq
		peer.based, peer.base = true, q.Ack-1
	}
	if q.Flags&wire.ACK != 0 {
		if !peer.based {
			peer.based, peer.base = true, q.Ack-1
		}
		if !peer.synced || int32(q.Ack-peer.acked) > 0 {
			peer.synced, peer.acked = true, q.Ack
		}
	}
	if q.Flags&wire.SYN != 0 {
		s.synchronize(q, b, t, dir)
	}
	t.saw(q)
	f.seqBase, f.ackBase, f.completeness = me.base, peer.base, t.completeness
	f.scale = me.shift
	if q.PayloadLen > 0 {
		s.data(q, b, st, f, dir)
	} else if q.Flags&wire.SYN != 0 {
		me.ordered, me.next = true, q.Seq+1
	}
	if q.Flags&wire.FIN != 0 {
		me.finished, me.fin = true, q.Seq+uint32(q.PayloadLen)
	}
	if me.unit != nil && (q.Flags&wire.RST != 0 || me.finished && me.next == me.fin) {
		s.end(st, f, dir)
	}
	f.app = t.app
	f.nunits = len(s.m.units) - f.unit
}

// saw notes what kinds of segments the connection has had.
func (t *connection) saw(q *Quick) {
	switch {
	case q.Flags&wire.RST != 0:
		t.completeness |= sawRST
	case q.Flags&(wire.SYN|wire.ACK) == wire.SYN:
		t.completeness |= sawSYN
	case q.Flags&wire.SYN != 0:
		t.completeness |= sawSYNACK
	case q.PayloadLen > 0:
		t.completeness |= sawData | sawACK
	case q.Flags&wire.ACK != 0:
		t.completeness |= sawACK
	}
	if q.Flags&wire.FIN != 0 {
		t.completeness |= sawFIN
	}
}

// synchronize takes the window scale from a SYN. RFC 7323 2.2: it is used only if
// both ends sent the option in their SYN.
func (s *Session) synchronize(q *Quick, b []byte, t *connection, dir int) {
	me, peer := &t.dir[dir], &t.dir[1-dir]
	me.shift = scaleNone
	if q.Payload > len(b) {
		me.shift = scaleUnknown // the capture may have cut the option off
	}
	for opts := q.options(b); len(opts) > 0; {
		opt, rest, err := wire.NextTCPOption(opts)
		if err != nil {
			break
		}
		if opt.Kind == wire.TCPOptWScale && len(opt.Data) == 1 {
			me.shift = int8(min(opt.Data[0], wire.TCPMaxWScale))
		}
		opts = rest
	}
	if q.Flags&wire.ACK != 0 && (me.shift == scaleNone || peer.shift == scaleNone) {
		me.shift, peer.shift = scaleNone, scaleNone
	}
}

// data follows a segment with payload.
func (s *Session) data(q *Quick, b []byte, st *stream, f *flow, dir int) {
	t := st.tcp
	me := &t.dir[dir]
	seq, n := q.Seq, q.PayloadLen
	if q.Flags&wire.SYN != 0 {
		seq++
	}
	if !me.ordered {
		me.ordered, me.next = true, seq
	}
	piece := b[min(len(b), q.Payload):min(len(b), q.Payload+n)]
	if !s.cfg.NoApplications && (!t.asked || t.app == nil && t.completeness&sawFIN == 0 && len(piece) > 0 && q.Seq == me.base+1) {
		t.asked = true
		if t.app = appByTCPPort(q.SrcPort, q.DstPort); t.app == nil {
			t.app = appByContent(true, piece)
		}
	}
	a := arrival{s: s, st: st, f: f, dir: dir, frame: s.m.Number}
	ahead := int(int32(seq - me.next))
	switch {
	case ahead+n <= 0:
		f.marks |= markAgain
		a.emit(unit{kind: unitAgain, n: n})
		return
	case ahead < 0:
		a.emit(unit{kind: unitAgain, n: -ahead})
		piece, n = piece[min(len(piece), -ahead):], n+ahead
		ahead = 0
	}
	if t.app == nil || t.app.PDU == nil {
		if me.unit != nil { // the protocol turned out to be another
			s.buffered -= me.unit.size()
			me.unit = nil
		}
		if ahead > 0 {
			f.marks |= markLost
		}
		me.next += uint32(ahead + n)
		a.emit(unit{kind: unitWhole, n: n})
		return
	}
	if me.unit == nil {
		me.unit = &assembly{}
	}
	a.u = me.unit
	if ahead > 0 {
		s.early(&a, me, seq, piece, n)
		return
	}
	me.next += uint32(n)
	a.take(piece, n)
	s.catchUp(&a, me)
}

// early deals with a segment ahead of octets that have not come. They may still
// come, and then it is kept; or the other end has acknowledged them, so that it is the
// capture that lacks them.
func (s *Session) early(a *arrival, me *connHalf, seq uint32, piece []byte, n int) {
	u := a.u
	lost := me.synced && int32(me.acked-seq) >= 0
	full := len(u.early) >= maxEarly || s.buffered+len(piece) > s.cfg.MaxBuffered
	if !lost && !full && len(piece) == n {
		a.f.marks |= markAhead
		u.keep(seq, piece, a.frame)
		s.buffered += len(piece)
		a.emit(unit{kind: unitPart, n: n})
		return
	}
	// What is missing is given up. The segments that were kept are older than
	// this one or will be passed over as known.
	a.f.marks |= markLost
	a.giveUp()
	for len(u.early) > 0 && int32(u.early[0].seq-seq) < 0 {
		e := u.pop()
		s.buffered -= len(e.data)
		a.kept(&e, me)
	}
	if d := int(int32(seq - me.next)); d < 0 {
		cut := min(n, -d)
		a.emit(unit{kind: unitAgain, n: cut})
		piece, n = piece[min(len(piece), cut):], n-cut
	} else if d > 0 {
		a.giveUp()
		me.next = seq
	}
	if n > 0 {
		me.next += uint32(n)
		a.take(piece, n)
	}
	s.catchUp(a, me)
}

// catchUp takes the segments that came early and are next now.
func (s *Session) catchUp(a *arrival, me *connHalf) {
	u := a.u
	for len(u.early) > 0 && int32(u.early[0].seq-me.next) <= 0 {
		e := u.pop()
		s.buffered -= len(e.data)
		a.kept(&e, me)
	}
}

// end hands over what has come of a unit when its sender has finished: that was
// its end.
func (s *Session) end(st *stream, f *flow, dir int) {
	u := st.tcp.dir[dir].unit
	a := arrival{s: s, st: st, f: f, dir: dir, frame: s.m.Number, u: u}
	a.giveUp()
	u.skip = 0
}

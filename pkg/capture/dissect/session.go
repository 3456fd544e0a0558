package dissect

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// MaxStreams is how many streams a session knows at one time. Beyond, the one that
// was quiet longest is forgotten; should it speak again it is a new stream.
const MaxStreams = 1 << 17

// Config says what a session may keep. The zero value is good for any file.
type Config struct {
	// MaxUnit is the longest unit of an application that is put together from
	// TCP segments, in octets; 0 means 1 MiB. Of a longer one the first segment is
	// dissected, and the others are passed over as parts of it.
	MaxUnit int

	// MaxBuffered is how many octets of incomplete units, of segments that came
	// too early and of fragments are kept in all; 0 means 32 MiB. At the bound a unit
	// is dissected as far as it has come, an early segment is dissected alone, and
	// the datagrams that began first are given up.
	MaxBuffered int

	// NoApplications leaves what TCP carries alone: no units are put together.
	NoApplications bool
}

// Session is what the packets of a file say about each other. It serves one
// goroutine.
type Session struct {
	cfg Config

	count       int64
	first, last int64
	timed       bool

	streams  streams
	frags    fragments
	echoes   recent[echoKey]
	queries  recent[queryKey]
	buffered int

	m *Meta // the packet under way
}

// NewSession returns a session that has seen nothing.
func NewSession(cfg Config) *Session {
	if cfg.MaxUnit <= 0 {
		cfg.MaxUnit = 1 << 20
	}
	if cfg.MaxBuffered <= 0 {
		cfg.MaxBuffered = 32 << 20
	}
	s := &Session{cfg: cfg}
	s.streams.init()
	s.frags.init()
	s.echoes.init(maxAsked)
	s.queries.init(maxAsked)
	return s
}

// Track takes the next packet of the file and fills m for its dissection. It
// keeps no reference to p's data; m does. ifc describes the interface of the
// packet; it may be nil.
func (s *Session) Track(p *capture.Packet, ifc *capture.Interface, m *Meta) {
	s.count++
	m.Number = s.count
	m.Time, m.NoTime, m.LinkType, m.OrigLen, m.Data = p.Time, p.NoTime, p.LinkType, max(p.OrigLen, len(p.Data)), p.Data
	m.Interface, m.Flags, m.Comments, m.SectionComments = p.Interface, p.Flags, p.Comments, p.SectionComments
	m.FCSLen, m.InterfaceName = p.Flags.FCSLen(), ""
	if ifc != nil {
		m.InterfaceName = ifc.Name
		if m.FCSLen == 0 {
			m.FCSLen = int(ifc.FCSLen)
		}
	}
	m.tracked, m.keepsFragments, m.nflows = true, false, 0
	m.units, m.bufs, m.parts, m.store = m.units[:0], m.bufs[:0], m.parts[:0], m.store[:0]
	if !p.NoTime {
		if !s.timed {
			s.first, s.last, s.timed = p.Time, p.Time, true
		}
		m.sinceFirst, m.sinceLast = p.Time-s.first, p.Time-s.last
		s.last = p.Time
	}
	s.m = m
	var q Quick
	if q.Decode(p.LinkType, p.Data, p.OrigLen) {
		s.packet(&q, p.Data, 0)
	}
	s.m = nil
}

// packet follows an IP packet, and those inside it, in the buffer of this index.
func (s *Session) packet(q *Quick, b []byte, buf int) {
	for range maxFlows {
		if q.Fragment {
			whole := s.fragment(q, b, buf)
			switch {
			case whole != nil:
				b, buf = whole, len(s.m.bufs)
			case s.m.keepsFragments || q.Version == 6:
				return
			}
		}
		switch {
		case !q.Reached:
			return
		case q.Proto == wire.ProtoTCP:
			s.tcp(q, b, buf)
		case q.Proto == wire.ProtoUDP || q.Proto == protoUDPLite:
			s.udp(q, b, buf)
		case q.Proto == wire.ProtoICMP:
			s.icmp(q, b, buf)
		case q.Proto == wire.ProtoICMPv6:
			s.icmpv6(q, b, buf)
		}
		var in Quick
		if !q.Inner(b, &in) {
			return
		}
		*q = in
	}
}

// newFlow is a place for what is known of the transport header at octet off; nil
// where the packet has more of them than are followed.
func (m *Meta) newFlow(buf, off int) *flow {
	if m.nflows == maxFlows {
		return nil
	}
	f := &m.flows[m.nflows]
	m.nflows++
	*f = flow{buf: int32(buf), off: int32(off), scale: scaleUnknown, unit: len(m.units)}
	return f
}

// maxAsked is how many questions of a kind are remembered, the latest ones.
const maxAsked = 1 << 14

// asked is a question that may be answered.
type asked struct {
	frame, time int64
	answered    bool
}

// recent remembers questions by a key. When it is full the oldest is forgotten.
type recent[K comparable] struct {
	m    map[K]asked
	ring []K
	at   int
}

func (r *recent[K]) init(n int) { r.m, r.ring = make(map[K]asked), make([]K, 0, n) }

func (r *recent[K]) put(k K, a asked) {
	if _, known := r.m[k]; !known {
		if len(r.ring) < cap(r.ring) {
			r.ring = append(r.ring, k)
		} else {
			delete(r.m, r.ring[r.at])
			r.ring[r.at] = k
			r.at = (r.at + 1) % len(r.ring)
		}
	}
	r.m[k] = a
}

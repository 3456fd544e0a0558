package dissect

// Fragments put together: RFC 791 section 3.2, RFC 8200 section 4.5.
//
// Where fragments overlap, the octets that came first stay, and the datagram is
// marked. (RFC 5722 wants receivers of IPv6 to discard it; who looks at a
// capture wants to see it.)

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/wire"
)

const (
	maxDatagrams = 1024 // incomplete at one time; beyond, the oldest is given up
	maxPieces    = 8192 // fragments of one datagram
	fragTimeout  = 60e9 // RFC 8200 4.5: 60 seconds, from the first to arrive
)

type fragKey struct {
	src, dst netip.Addr
	id       uint32
	proto    uint8 // of IPv4; IPv6 goes by the identification alone
}

// datagram is one that is not complete.
type datagram struct {
	key     fragKey
	time    int64
	proto   uint8 // that the first fragment states
	data    []byte
	have    []span // of data, in order, with gaps between them
	total   int    // -1 until the last fragment has come
	frames  []part
	overlap bool
}

type span struct{ from, to int }

// fragments are the datagrams under way, the oldest first.
type fragments struct {
	byKey map[fragKey]*datagram
	queue []*datagram
}

func (t *fragments) init() { t.byKey = make(map[fragKey]*datagram) }

// fragment takes a fragment. With the last one missing it returns the whole
// payload, and q says where the transport header is in it; nil for more to come.
func (s *Session) fragment(q *Quick, b []byte, buf int) []byte {
	off := q.frag + wire.IPv6FragHeaderLen
	if q.Version == 4 {
		off = q.Net + int(b[q.Net]&15)*4
	}
	n := q.Net + q.NetLen - off
	if n <= 0 || off+n > len(b) || q.FragOffset+n > wire.IPv4MaxTotalLen || q.FragMore && n%8 != 0 {
		return nil // cut by the capture, or damaged
	}
	k := fragKey{src: q.Src, dst: q.Dst, id: q.FragID}
	if q.Version == 4 {
		k.proto = q.Proto
	}
	d := s.frags.byKey[k]
	if d != nil && s.m.Time-d.time > fragTimeout {
		s.dropDatagram(d)
		d = nil
	}
	if d == nil {
		if len(s.frags.queue) >= maxDatagrams || s.buffered+n > s.cfg.MaxBuffered {
			if len(s.frags.queue) == 0 {
				return nil
			}
			s.dropDatagram(s.frags.queue[0])
		}
		d = &datagram{key: k, time: s.m.Time, total: -1}
		s.frags.byKey[k] = d
		s.frags.queue = append(s.frags.queue, d)
	}
	if len(d.frames) >= maxPieces || s.buffered+n > s.cfg.MaxBuffered {
		return nil
	}
	s.m.keepsFragments = true
	if q.FragOffset == 0 {
		d.proto = q.Proto
	}
	if !q.FragMore && d.total < 0 {
		d.total = q.FragOffset + n
	}
	d.frames = append(d.frames, part{s.m.Number})
	s.buffered += d.put(q.FragOffset, b[off:off+n])
	if d.total < 0 || len(d.have) != 1 || d.have[0].from != 0 || d.have[0].to < d.total {
		return nil
	}
	return s.complete(q, d, buf)
}

// put copies a piece to its place, and returns how much longer data became.
func (d *datagram) put(at int, piece []byte) (grown int) {
	end := at + len(piece)
	if grown = end - len(d.data); grown > 0 {
		d.data = append(d.data, make([]byte, grown)...)
	} else {
		grown = 0
	}
	// Fill the gaps only, so that what came first stays.
	pos := at
	for _, h := range d.have {
		if h.to <= pos || h.from >= end {
			continue
		}
		d.overlap = true
		if h.from > pos {
			copy(d.data[pos:h.from], piece[pos-at:])
		}
		pos = max(pos, h.to)
	}
	if pos < end {
		copy(d.data[pos:end], piece[pos-at:])
	}
	d.join(span{at, end})
	return grown
}

// join adds a span to those that are there, and makes one of those that touch.
func (d *datagram) join(n span) {
	kept := d.have[:0]
	var after []span
	for _, h := range d.have {
		switch {
		case h.to < n.from:
			kept = append(kept, h)
		case h.from > n.to:
			after = append(after, h)
		default:
			n.from, n.to = min(n.from, h.from), max(n.to, h.to)
		}
	}
	d.have = append(append(kept, n), after...)
}

// complete hands a datagram to the packet that completed it.
func (s *Session) complete(q *Quick, d *datagram, buf int) []byte {
	m := s.m
	at := len(m.store)
	m.store = append(m.store, d.data[:d.total]...)
	m.bufs = append(m.bufs, made{off: at, n: d.total, first: len(m.parts), nparts: len(d.frames),
		byBuf: int32(buf), byOff: int32(q.frag), overlap: d.overlap})
	m.parts = append(m.parts, d.frames...)
	s.dropDatagram(d)
	b := m.store[at : at+d.total : at+d.total]
	src, dst, version := q.Src, q.Dst, q.Version
	*q = Quick{Version: version, Src: src, Dst: dst, NetLen: len(b), Proto: d.proto}
	if version == 6 {
		q.extensions(b, d.proto, 0, len(b))
	} else {
		q.transport(b, 0, len(b))
	}
	return b
}

func (s *Session) dropDatagram(d *datagram) {
	s.buffered -= len(d.data)
	delete(s.frags.byKey, d.key)
	for i, other := range s.frags.queue {
		if other == d {
			s.frags.queue = append(s.frags.queue[:i], s.frags.queue[i+1:]...)
			return
		}
	}
}

package dissect

// The table of streams: who talks to whom, numbered as Wireshark numbers them, each
// protocol from 0 in the order in which they begin.

import "net/netip"

// streamKey names a stream, the same from both ends: the lower of the two
// addresses, with ports, comes first.
type streamKey struct {
	a, b   netip.Addr
	pa, pb uint16
	proto  uint8
}

func keyOf(q *Quick) (k streamKey, dir int) {
	c := q.Src.Compare(q.Dst)
	if c < 0 || c == 0 && q.SrcPort <= q.DstPort {
		return streamKey{q.Src, q.Dst, q.SrcPort, q.DstPort, q.Proto}, 0
	}
	return streamKey{q.Dst, q.Src, q.DstPort, q.SrcPort, q.Proto}, 1
}

// stream is a conversation of TCP or UDP.
type stream struct {
	key          streamKey
	index        uint32
	older, newer int32 // by when they spoke last; -1 at the ends
	first, last  int64 // times
	dir          [2]half
	tcp          *connection // of TCP
}

// half is one direction of a stream.
type half struct {
	frame int64  // that spoke last
	seq   uint32 // of that frame
}

// streams holds streams by key, and by when they spoke last.
type streams struct {
	byKey          map[streamKey]int32
	all            []stream
	oldest, newest int32
	tcp, udp       uint32 // how many there were
}

func (t *streams) init() {
	t.byKey = make(map[streamKey]int32)
	t.oldest, t.newest = -1, -1
}

// get is the stream of this key; nil where there is none.
func (t *streams) get(k streamKey) *stream {
	i, ok := t.byKey[k]
	if !ok {
		return nil
	}
	if i != t.newest {
		t.unlink(i)
		t.link(i)
	}
	return &t.all[i]
}

// add makes a stream. The one that it displaces, in a full table, is given to
// drop first.
func (t *streams) add(k streamKey, now int64, index uint32, drop func(*stream)) *stream {
	i := int32(len(t.all))
	if len(t.all) == MaxStreams {
		i = t.oldest
		drop(&t.all[i])
		delete(t.byKey, t.all[i].key)
		t.unlink(i)
	} else {
		t.all = append(t.all, stream{})
	}
	t.all[i] = stream{key: k, index: index, first: now, last: now}
	t.byKey[k] = i
	t.link(i)
	return &t.all[i]
}

func (t *streams) unlink(i int32) {
	st := &t.all[i]
	if st.older >= 0 {
		t.all[st.older].newer = st.newer
	} else {
		t.oldest = st.newer
	}
	if st.newer >= 0 {
		t.all[st.newer].older = st.older
	} else {
		t.newest = st.older
	}
}

func (t *streams) link(i int32) {
	st := &t.all[i]
	st.older, st.newer = t.newest, -1
	if t.newest >= 0 {
		t.all[t.newest].newer = i
	} else {
		t.oldest = i
	}
	t.newest = i
}

// speak notes that a stream spoke, and says when it did so before.
func (s *Session) speak(st *stream, f *flow, dir int, seq uint32) {
	now := s.m.Time
	f.stream = st.index
	f.sinceFirst, f.sinceLast = now-st.first, now-st.last
	st.last = now
	st.dir[dir] = half{frame: s.m.Number, seq: seq}
}

// udp follows a datagram.
func (s *Session) udp(q *Quick, b []byte, buf int) {
	if q.Payload == 0 {
		return
	}
	f := s.m.newFlow(buf, q.Transport)
	if f == nil {
		return
	}
	k, dir := keyOf(q)
	st := s.udpStream(k)
	s.speak(st, f, dir, 0)
	if q.SrcPort == dnsPort || q.DstPort == dnsPort {
		end := min(len(b), q.Payload+q.PayloadLen)
		if a := s.dns(st, b[q.Payload:end]); a.kind != noAnswer {
			f.answers, f.elapsed = a.frame, a.elapsed
		}
	}
}

func (s *Session) udpStream(k streamKey) *stream {
	st := s.streams.get(k)
	if st == nil {
		st = s.streams.add(k, s.m.Time, s.streams.udp, s.forget)
		s.streams.udp++
	}
	return st
}

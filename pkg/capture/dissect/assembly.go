package dissect

import "slices"

// maxEarly is how many segments that came too early one direction of a stream
// keeps.
const maxEarly = 256

// assembly is a unit that is not complete, and segments that came before their
// turn.
type assembly struct {
	have   []byte // the unit's octets so far
	frames []part // that brought them
	need   int    // its length; 0 for not known
	skip   int    // octets to come of a unit that is too long to be kept
	early  []early
}

// early is a segment that came before its turn.
type early struct {
	seq   uint32
	data  []byte
	frame int64
}

func (u *assembly) size() int {
	n := len(u.have)
	for i := range u.early {
		n += len(u.early[i].data)
	}
	return n
}

// keep puts a segment among those that came early, the first in order first.
func (u *assembly) keep(seq uint32, data []byte, frame int64) {
	i := len(u.early)
	for i > 0 && int32(u.early[i-1].seq-seq) > 0 {
		i--
	}
	u.early = slices.Insert(u.early, i, early{seq, slices.Clone(data), frame})
}

func (u *assembly) pop() early {
	e := u.early[0]
	u.early = slices.Delete(u.early, 0, 1)
	return e
}

// arrival is a packet that brings octets of a stream, in order.
type arrival struct {
	s     *Session
	st    *stream
	f     *flow
	u     *assembly
	dir   int
	frame int64 // that brought the octets at hand: this packet, or one that came early
	old   bool  // it is one that came early: this packet's payload does not hold them
}

// emit notes what the next n octets of this packet's payload are.
func (a *arrival) emit(u unit) {
	if a.old && u.kind != unitMade {
		return
	}
	m := a.s.m
	if k := len(m.units) - a.f.unit; k >= maxUnits {
		if last := &m.units[len(m.units)-1]; last.kind == unitWhole && u.kind == unitWhole {
			last.n += u.n
			return
		}
	}
	m.units = append(m.units, u)
}

// whole notes a unit that lies in the octets at hand.
func (a *arrival) whole(b []byte, missing int) {
	ans := a.answers(b)
	if a.old {
		a.made(b, []part{{a.frame}}, 0, missing, ans)
		return
	}
	a.emit(unit{kind: unitWhole, n: len(b), missing: missing, answer: ans})
}

// made notes a unit that was put together, of which n octets are in this packet.
func (a *arrival) made(b []byte, frames []part, n, missing int, ans answer) {
	m := a.s.m
	if len(m.bufs) >= maxBufs-1 {
		a.emit(unit{kind: unitPart, n: n})
		return
	}
	at := len(m.store)
	m.store = append(m.store, b...)
	m.bufs = append(m.bufs, made{off: at, n: len(b), first: len(m.parts), nparts: len(frames), byBuf: -1})
	m.parts = append(m.parts, frames...)
	if a.old {
		n = 0
	}
	a.emit(unit{kind: unitMade, n: n, made: len(m.bufs) - 1, missing: missing, answer: ans})
}

func (a *arrival) answers(b []byte) answer {
	switch a.st.tcp.app.Name {
	case "dns":
		if len(b) > 2 {
			return a.s.dns(a.st, b[2:])
		}
	case "http":
		return a.s.http(a.st.tcp, b)
	}
	return answer{}
}

// kept takes a segment that came early, or what of it is new.
func (a *arrival) kept(e *early, me *connHalf) {
	d := int(int32(me.next - e.seq))
	switch {
	case d >= len(e.data):
		return
	case d < 0:
		a.giveUp()
		d = 0
	}
	me.next = e.seq + uint32(len(e.data))
	old, frame := a.old, a.frame
	a.old, a.frame = true, e.frame
	a.take(e.data[d:], len(e.data)-d)
	a.old, a.frame = old, frame
}

// take takes n octets in order, of which b are captured.
func (a *arrival) take(b []byte, n int) {
	if len(b) < n {
		// The capture was cut: nothing can be put together across the hole.
		if a.u.skip == 0 && len(a.u.have) == 0 {
			a.whole(b, n-len(b))
			a.rest(n - len(b))
			return
		}
		a.giveUp()
		a.u.skip = 0
		a.emit(unit{kind: unitPart, n: n})
		return
	}
	u := a.u
	for len(b) > 0 {
		pdu := a.st.tcp.app.PDU
		switch {
		case pdu == nil:
			a.whole(b, 0)
			return
		case u.skip > 0:
			k := min(u.skip, len(b))
			u.skip -= k
			a.emit(unit{kind: unitPart, n: k})
			b = b[k:]
		case len(u.have) == 0:
			b = a.begin(b, pdu(b))
		case u.need > 0:
			k := min(u.need-len(u.have), len(b))
			b = a.grow(b, k)
		default:
			b = a.grow(b, len(b))
		}
	}
}

// rest notes octets of the payload that were not captured.
func (a *arrival) rest(n int) {
	if m := a.s.m; !a.old && len(m.units) > a.f.unit {
		m.units[len(m.units)-1].n += n
	}
}

// begin deals with a unit that begins with b and has size octets, as far as b tells.
// It returns what follows it.
func (a *arrival) begin(b []byte, size int) []byte {
	u := a.u
	t := a.st.tcp
	if size < 0 && !t.met {
		// The port misled.
		if app := appByContent(true, b); app != nil && app != t.app {
			if t.app = app; app.PDU == nil {
				a.whole(b, 0)
				return nil
			}
			size = app.PDU(b)
		}
	}
	t.met = t.met || size >= 0
	switch {
	case size < 0:
		// Not this protocol, or not the beginning of a unit: the capture may have
		// begun in the middle. The next segment may be in step again.
		a.emit(unit{kind: unitData, n: len(b)})
		return nil
	case size > 0 && size <= len(b):
		a.whole(b[:size], 0)
		return b[size:]
	case size > a.s.cfg.MaxUnit || a.s.buffered+len(b) > a.s.cfg.MaxBuffered:
		a.whole(b, max(0, size-len(b)))
		u.skip = max(0, size-len(b))
		return nil
	}
	u.need = size
	a.store(b)
	a.emit(unit{kind: unitPart, n: len(b)})
	return nil
}

func (a *arrival) store(b []byte) {
	if n := len(a.u.have) + len(b); n > cap(a.u.have) {
		// Room for the whole unit, but for no more than few times what has come: the
		// length is only what somebody says.
		a.u.have = slices.Grow(a.u.have, min(max(n, a.u.need), 4*n)-len(a.u.have))
	}
	a.u.have = append(a.u.have, b...)
	a.s.buffered += len(b)
	if k := len(a.u.frames); k == 0 || a.u.frames[k-1].frame != a.frame {
		a.u.frames = append(a.u.frames, part{a.frame})
	}
}

// grow adds the first k octets of b to the unit, and hands it over if that
// completes it. It returns what is left of b.
func (a *arrival) grow(b []byte, k int) []byte {
	u := a.u
	if a.s.buffered+k > a.s.cfg.MaxBuffered {
		left := u.need - len(u.have)
		a.giveUp()
		u.skip = max(0, left)
		if left <= 0 {
			a.emit(unit{kind: unitPart, n: len(b)})
			return nil
		}
		return b
	}
	a.store(b[:k])
	b = b[k:]
	if u.need == 0 {
		size := a.st.tcp.app.PDU(u.have)
		switch {
		case size < 0 || size == 0 && len(u.have) > a.s.cfg.MaxUnit:
			a.hand(len(u.have), k, 0)
			return b
		case size > a.s.cfg.MaxUnit:
			left := size - len(u.have)
			a.hand(len(u.have), k, left)
			u.skip = left
			return b
		case size > len(u.have) || size == 0:
			u.need = size
			a.emit(unit{kind: unitPart, n: k})
			return b
		}
		// What follows the unit came with these k octets, or the length would
		// have been known before.
		over := min(len(u.have)-size, k)
		tail := u.have[len(u.have)-over:]
		a.hand(len(u.have)-over, k-over, 0)
		return slices.Concat(tail, b)
	}
	if len(u.have) < u.need {
		a.emit(unit{kind: unitPart, n: k})
		return b
	}
	a.hand(u.need, k, 0)
	return b
}

// hand hands over the first size octets of what has come, n of which are in this
// packet, and begins anew.
func (a *arrival) hand(size, n, missing int) {
	u := a.u
	b := u.have[:size]
	a.made(b, u.frames, n, missing, a.answers(b))
	a.s.buffered -= len(u.have)
	u.have, u.frames, u.need = nil, u.frames[:0], 0
}

// giveUp hands over what has come of a unit that will not be completed.
func (a *arrival) giveUp() {
	if u := a.u; len(u.have) > 0 {
		a.hand(len(u.have), 0, max(0, u.need-len(u.have)))
	}
	a.u.need = 0
}

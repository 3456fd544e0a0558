package tcp

// The send queue: what the user has written, from SND.UNA to the end, in buffers
// that carry their sequence space in the control block. See the package
// documentation for who may write to which block.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// CB.Sacked of a buffer that has been sent, as Linux's TCPCB_ bits.
const (
	tagSacked  = 1 << iota // covered by a SACK block
	tagLost                // taken for lost
	tagRetrans             // sent again, and that transmission is in flight
)

// cbCharged in CB.Flags marks the buffer that answers for its block's memory.
const cbCharged = 1 << 15

// In CB.User: of an unsent buffer how many bytes it may grow to, of a sent one
// the segment size with which it was sent.

type sendQueue struct {
	head, tail *skb.SKB
	unsent     *skb.SKB // the first buffer that has not been sent
	bytes      int      // payload
	mem        int      // of blocks
	n          int      // buffers
	limit      int      // SO_SNDBUF
	reserved   int      // of it, payload in buffers that are being filled
}

// maxBuffers bounds the buffers into which SACK blocks cut the queue: each
// acknowledgement looks at all of them. The largest send buffer by default, full of
// segments of 536 bytes, has fewer. Beyond it what covers a part of a buffer is not
// believed, as if it had not been reported.
const maxBuffers = 8192

// memFactor bounds block memory relative to a buffer's limit: short writes that are
// sent at once, and short segments, leave most of their blocks empty.
const memFactor = 8

const (
	smallPayload = skb.SmallSize - skb.Headroom
	// The largest payload of a super-segment: an IP packet of 65535 bytes less the
	// largest IP and TCP headers.
	maxPayload = 65535 - 60 - wire.TCPMaxHeaderLen
)

func seqLen(s *skb.SKB) uint32 { return s.CB.EndSeq - s.CB.Seq }

func (q *sendQueue) push(s *skb.SKB) {
	s.Next = nil
	if q.tail == nil {
		q.head = s
	} else {
		q.tail.Next = s
	}
	q.tail = s
	if q.unsent == nil {
		q.unsent = s
	}
	s.CB.Flags |= cbCharged
	q.mem += len(s.Block().B)
	q.n++
}

// pushControl appends a SYN or FIN, which takes one number of sequence space.
func (q *sendQueue) pushControl(c *Conn, flag wire.TCPFlags) {
	s := c.pool.Alloc(skb.Headroom, 0)
	s.CB.Seq, s.CB.EndSeq, s.CB.Flags = c.sndEnd, c.sndEnd+1, uint16(flag)
	c.sndEnd++
	q.push(s)
}

// pushFin puts FIN on the last buffer, or behind it if that has been sent.
func (q *sendQueue) pushFin(c *Conn) {
	if q.unsent == nil || q.tail.CB.Flags&uint16(wire.SYN) != 0 {
		q.pushControl(c, wire.FIN)
		return
	}
	q.tail.CB.Flags |= uint16(wire.FIN)
	q.tail.CB.EndSeq++
	c.sndEnd++
}

// write copies p to the end of the queue, as far as there is room.
func (q *sendQueue) write(c *Conn, now int64, p []byte) int {
	done := 0
	for done < len(p) {
		room := q.room()
		if room == 0 {
			break
		}
		want := min(len(p)-done, room)
		s := q.tail
		if q.unsent == nil || s.Len() >= int(s.CB.User) || s.Tailroom() == 0 {
			s = q.grow(c, now, want)
		}
		n := min(want, int(s.CB.User)-s.Len(), s.Tailroom())
		copy(s.Put(n), p[done:])
		q.written(c, now, s, n)
		done += n
	}
	return done
}

// room is how many bytes may be written.
func (q *sendQueue) room() int {
	if q.mem >= memFactor*q.limit {
		return 0
	}
	return max(q.limit-q.bytes-q.reserved, 0)
}

// written accounts for n bytes that a user has put at the end of s.
func (q *sendQueue) written(c *Conn, now int64, s *skb.SKB, n int) {
	s.CB.EndSeq += uint32(n)
	c.sndEnd += uint32(n)
	q.bytes += n
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.CopyFromUser, Stage: "tcp_sendmsg_locked", Flow: c.flowOut(), Sock: c.ID, Len: int32(n), Copied: int32(n)}
		describe(&e, s)
		e.TCP = trace.TCP{Conn: c.ID, Seq: s.CB.Seq}
		c.tr.Emit(e)
	}
}

// reserve returns a buffer full of bytes to be filled, in whole segments where
// there is room for them.
func (q *sendQueue) reserve(c *Conn, now int64) *skb.SKB {
	size := min(q.room(), maxPayload)
	if size == 0 {
		return nil
	}
	mss := int(c.opt.mss)
	if c.superSegment(mss) <= smallPayload {
		size = min(size, mss, smallPayload)
	}
	if size > mss {
		size -= size % mss
	}
	q.reserved += size
	s := c.pool.Alloc(skb.Headroom, size)
	s.Put(size)
	c.allocated(now, s)
	return s
}

// commit appends the first n bytes of a reserved buffer. Where most of a large
// block would stay empty they are copied.
func (q *sendQueue) commit(c *Conn, now int64, s *skb.SKB, n int) {
	s.Trim(n)
	if n > smallPayload || len(s.Block().B) == skb.SmallSize {
		s.CB.Seq, s.CB.EndSeq, s.CB.User = c.sndEnd, c.sndEnd, uint32(n)
		q.push(s)
		q.written(c, now, s, n)
		return
	}
	for p := s.Bytes(); len(p) > 0; {
		t := q.tail
		if q.unsent == nil || t.Len() >= int(t.CB.User) || t.Tailroom() == 0 {
			t = q.grow(c, now, len(p))
		}
		k := min(len(p), int(t.CB.User)-t.Len(), t.Tailroom())
		copy(t.Put(k), p)
		q.written(c, now, t, k)
		p = p[k:]
	}
	s.Free()
}

// grow appends a buffer for want bytes or more. Little data get a small block, of
// one segment at most. A super-segment's block is for those who write much at
// once or faster than the network takes it.
func (q *sendQueue) grow(c *Conn, now int64, want int) *skb.SKB {
	mss := int(c.opt.mss)
	size := min(mss, smallPayload)
	bulk := want >= 4*mss || want > smallPayload && mss > smallPayload || q.unsent != nil
	if bulk && c.superSegment(mss) > smallPayload {
		size = maxPayload - maxPayload%mss
	}
	s := c.pool.Alloc(skb.Headroom, size)
	s.CB.Seq, s.CB.EndSeq = c.sndEnd, c.sndEnd
	s.CB.User = uint32(size)
	q.push(s)
	c.allocated(now, s)
	return s
}

func (c *Conn) allocated(now int64, s *skb.SKB) {
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SkbAlloc, Stage: "tcp_stream_alloc_skb", Flow: c.flowOut(), Sock: c.ID}
		describe(&e, s)
		e.TCP.Conn = c.ID
		c.tr.Emit(e)
	}
}

// superSegment is the payload that may be sent as one buffer: a multiple of mss.
func (c *Conn) superSegment(mss int) int {
	n := min(c.cfg.GSOMax-60-wire.TCPMaxHeaderLen, maxPayload)
	n = min(n, int(c.maxWnd/2)) // see segMSS
	return max(n-n%mss, mss)
}

// split makes s the first n bytes of payload and puts the rest behind it.
func (q *sendQueue) split(s *skb.SKB, n int) {
	r := s.Clone()
	r.Advance(n)
	s.Trim(n)
	r.CB.Seq += uint32(n)
	s.CB.EndSeq = r.CB.Seq
	s.CB.Flags &^= uint16(wire.FIN)
	r.CB.Flags &^= cbCharged
	if r.CB.User > uint32(n) {
		r.CB.User -= uint32(n) // of an unsent one; for a sent one see splitSent
	} else {
		r.CB.User = uint32(r.Len())
	}
	r.Next = s.Next
	s.Next = r
	q.n++
	if q.tail == s {
		q.tail = r
	}
}

// splitSent is split for a buffer that has been sent.
func (q *sendQueue) splitSent(s *skb.SKB, n int) {
	mss := s.CB.User
	q.split(s, n)
	s.Next.CB.User = mss
}

// free takes the first buffer, which is acknowledged, off the queue.
func (q *sendQueue) free(c *Conn, now int64) {
	s := q.head
	q.head = s.Next
	if q.head == nil {
		q.tail = nil
	}
	if q.unsent == s {
		q.unsent = s.Next
	}
	s.Next = nil
	q.n--
	q.bytes -= s.Len()
	q.release(s)
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SkbFree, Stage: "tcp_rtx_queue_unlink_and_free", Flow: c.flowOut(), Sock: c.ID, Len: int32(s.Len()), Pkt: s.Pkt}
		describe(&e, s)
		e.Refs--
		c.tr.Emit(e)
	}
	s.Free()
}

func (q *sendQueue) release(s *skb.SKB) {
	if s.CB.Flags&cbCharged != 0 {
		q.mem -= len(s.Block().B)
	}
}

func (q *sendQueue) clear(c *Conn, now int64) {
	for s := q.head; s != nil; {
		next := s.Next
		s.Next = nil
		c.consumed(now, s)
		s = next
	}
	*q = sendQueue{limit: q.limit, reserved: q.reserved}
}

// growSendBuf is Linux's tcp_sndbuf_expand: room for two congestion windows, one in
// flight and one to write into.
func (c *Conn) growSendBuf() {
	want := 2 * int(max(c.cwnd, initialWindow(c.opt.mss)))
	c.sq.limit = min(max(c.sq.limit, c.cfg.SendBuf, want), c.cfg.SendBufMax)
}

// spaceFreed tells a writer who found no room, once a third is free.
func (c *Conn) spaceFreed() {
	q := &c.sq
	if c.wantWrite && q.bytes+q.reserved <= q.limit-q.limit/3 && q.mem < memFactor*q.limit {
		c.wantWrite = false
		c.events |= Writable
	}
}

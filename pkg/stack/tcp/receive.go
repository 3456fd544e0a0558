package tcp

// Segment text and FIN: RFC 9293 3.10.7.4, seventh and eighth steps; RFC 5681 4.2 (when
// to acknowledge at once).

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// recvQueue holds data in order that the user has not read.
type recvQueue struct {
	head, tail *skb.SKB
	bytes      int
	mem        int    // of blocks
	next       uint32 // sequence number of the next byte that the user reads
}

// blockMem is the memory behind a buffer and its frags.
func blockMem(s *skb.SKB) int {
	n := len(s.Block().B)
	for f := s.Frags; f != nil; f = f.Next {
		n += len(f.Block().B)
	}
	return n
}

// Buffers returns the sizes of the receive and the send buffer now (sk_rcvbuf,
// sk_sndbuf).
func (c *Conn) Buffers() (rcv, snd int) { return c.rw.buf, c.sq.limit }

// ReceiveMem is the memory of what has been received and not been read
// (sk_rmem_alloc).
func (c *Conn) ReceiveMem() int { return c.rq.mem + c.ooo.mem }

// receive takes text and FIN of an acceptable segment. It reports whether s was
// kept.
func (c *Conn) receive(now int64, s *skb.SKB, seg *segment) bool {
	if c.userGone && seg.len > uint32(seg.flags&wire.FIN) && seqGT(seg.end-uint32(seg.flags&wire.FIN), c.rcvNxt) {
		// RFC 9293 3.6.1: "if new data is received after CLOSE is called, its TCP SHOULD
		// send a RST to show that data was lost."
		c.n.TCPAbortOnData++
		c.sendReset(now)
		c.finish(now, nil)
		return false
	}
	if seqLE(seg.end, c.rcvNxt) {
		c.duplicateData(seg.seq, seg.end)
		c.ack.now = true
		return false
	}
	s.CB = skb.CB{Seq: seg.seq, EndSeq: seg.end, Flags: uint16(seg.flags & wire.FIN)}
	c.measure(s)
	c.rw.measure(c, seg)
	// Text beyond the window is cut off. FIN takes no room and may be one beyond.
	if text := seg.seq + uint32(s.Len()); seqGT(text, c.rcvAdv) {
		c.ack.now = true
		over := text - c.rcvAdv
		if int(over) >= s.Len() {
			c.n.TCPZeroWindowDrop++
			return false
		}
		s.Trim(s.Len() - int(over))
		s.CB.EndSeq, s.CB.Flags = c.rcvAdv, 0
	}
	// The window bounds the payload, but for what its scale rounds up: to a peer that
	// sends a few bytes at a time that room is given again and again.
	full := c.rq.bytes > 0 && c.rq.bytes+s.Len() > c.rw.buf
	if full || !c.room(now, blockMem(s), seqGT(s.CB.Seq, c.rcvNxt)) {
		c.n.TCPRcvQDrop++
		c.ack.now = true
		c.drop(now, s, trace.SocketRcvbuff)
		return true
	}
	if seqGT(s.CB.Seq, c.rcvNxt) {
		c.ack.now = true // RFC 5681 4.2: "SHOULD send an immediate duplicate ACK"
		c.ack.quick = maxQuickAcks
		return c.ooo.insert(c, now, s)
	}
	if seqLT(s.CB.Seq, c.rcvNxt) {
		c.duplicateData(s.CB.Seq, c.rcvNxt)
		s.Advance(int(c.rcvNxt - s.CB.Seq))
		s.CB.Seq = c.rcvNxt
	}
	kept := c.inOrder(now, s)
	if len(c.ooo.runs) > 0 {
		c.ack.now = true // RFC 5681 4.2: a segment that fills a gap
		c.ooo.drain(c, now)
	}
	return kept
}

// room reports whether block memory is left for a segment. Only segments that
// leave most of their blocks empty find none. What comes in order takes the place of
// what came out of order (tcp_prune_ofo_queue): otherwise the gap could never be
// filled. RFC 2018 8 allows to drop what has been reported by SACK.
func (c *Conn) room(now int64, mem int, outOfOrder bool) bool {
	for c.rq.mem+c.ooo.mem+mem > memFactor*c.rw.buf {
		k := len(c.ooo.runs)
		if outOfOrder || k == 0 {
			return c.rq.bytes == 0 && !outOfOrder
		}
		c.ooo.release(c, now, &c.ooo.runs[k-1])
		c.ooo.runs = c.ooo.runs[:k-1]
		c.n.OfoPruned++
	}
	return true
}

// inOrder appends the next data to the receive queue. It reports whether s was
// kept: short data are copied into the block before.
func (c *Conn) inOrder(now int64, s *skb.SKB) bool {
	q := &c.rq
	n := s.Len()
	fin := s.CB.Flags&uint16(wire.FIN) != 0
	c.rcvNxt = s.CB.EndSeq
	c.ack.unacked += uint32(n)
	kept := false
	if n > 0 {
		q.bytes += n
		c.events |= Readable
		copied := q.coalesce(s)
		if copied == 0 {
			kept = true
			s.Next = nil
			if q.tail == nil {
				q.head = s
			} else {
				q.tail.Next = s
			}
			q.tail = s
			q.mem += blockMem(s)
		} else {
			c.n.TCPRcvCoalesce++
		}
		if c.tr.On() {
			e := trace.Event{Time: now, Kind: trace.SockQueue, Stage: "tcp_queue_rcv", Flow: c.flowIn(), Sock: c.ID, Pkt: s.Pkt, Len: int32(n), Copied: int32(copied)}
			e.Queue = trace.Queue{Bytes: int32(c.ReceiveMem()), Limit: int32(c.rw.buf)}
			describe(&e, s)
			e.TCP = trace.TCP{Conn: c.ID, Seq: s.CB.Seq}
			c.tr.Emit(e)
		}
	}
	if fin {
		c.finArrives(now)
	}
	return kept
}

// coalesce copies a short payload into the tailroom of the last buffer, so that a
// peer that sends byte by byte does not take a block for each.
func (q *recvQueue) coalesce(s *skb.SKB) int {
	t := q.tail
	n := s.Len()
	if t == nil || n > skb.SmallSize/2 || s.Frags != nil || t.Frags != nil || t.Tailroom() < n || !t.Writable() {
		return 0
	}
	return copy(t.Put(n), s.Bytes())
}

// read copies to the user and frees what has been read.
func (q *recvQueue) read(c *Conn, now int64, p []byte) int {
	done := 0
	for done < len(p) && q.head != nil {
		s := q.head
		n := s.CopyTo(p[done:], 0)
		done += n
		q.bytes -= n
		q.next += uint32(n)
		if c.tr.On() {
			e := trace.Event{Time: now, Kind: trace.CopyToUser, Stage: "skb_copy_datagram_iter", Flow: c.flowIn(), Sock: c.ID, Pkt: s.Pkt, Len: int32(n), Copied: int32(n)}
			describe(&e, s)
			e.TCP = trace.TCP{Conn: c.ID, Seq: q.next - uint32(n)}
			c.tr.Emit(e)
		}
		if n < s.Len() {
			q.mem -= blockMem(s)
			s.Advance(n)
			q.mem += blockMem(s)
			break
		}
		q.head = s.Next
		if q.head == nil {
			q.tail = nil
		}
		q.mem -= blockMem(s)
		s.Next = nil
		c.env.Free(s)
	}
	return done
}

func (q *recvQueue) clear(c *Conn, now int64) {
	for s := q.head; s != nil; {
		next := s.Next
		s.Next = nil
		c.consumed(now, s)
		s = next
	}
	*q = recvQueue{next: q.next}
}

// duplicateData notes what RFC 2883 calls a duplicate segment, for the next
// acknowledgement.
func (c *Conn) duplicateData(left, right uint32) {
	if c.opt.sack && c.state.synchronized() {
		c.ooo.dsack = wire.SACKBlock{Left: left, Right: seqMin(right, c.rcvNxt)}
		if seqLT(left, right) {
			c.n.TCPDSACKOldSent++
		}
	}
	// As tcp_send_dupack: the acknowledgements seem to get lost.
	c.ack.quick = maxQuickAcks
}

// finArrives is the eighth step, in order: "signal the user 'connection closing'
// ..., advance RCV.NXT over the FIN, and send an acknowledgment for the FIN".
func (c *Conn) finArrives(now int64) {
	c.finRcvd = true
	c.rcvAdv = seqMax(c.rcvAdv, c.rcvNxt)
	c.events |= Readable
	c.ack.now = true
	c.ooo.clear(c, now)
	switch c.state {
	case StateSynReceived, StateEstablished:
		c.setState(now, StateCloseWait)
	case StateFinWait1:
		// Had our FIN been acknowledged with this segment, the fifth step would
		// have entered FIN-WAIT-2.
		c.setState(now, StateClosing)
	case StateFinWait2:
		c.timeWait(now)
	}
}

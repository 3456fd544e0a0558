package tcp

// Sending without a copy: Documentation/networking/msg_zerocopy.rst,
// net/core/skbuff.c (skb_zerocopy_iter_stream). The send queue refers to the
// caller's memory until the data are acknowledged and no transmission of them
// is left in a queue or a device.

import (
	"github.com/netkit-go/netkit/pkg/trace"
)

// WriteZeroCopy is Write without the copy: p belongs to the connection until done is
// called for it, once for each piece, with its length.
func (c *Conn) WriteZeroCopy(now int64, p []byte, done func(n int)) (int, error) {
	if err := c.mayWrite(); err != nil || len(p) == 0 {
		return 0, err
	}
	c.inside = true
	return c.wrote(now, c.sq.refer(c, now, p, done), len(p))
}

// refer appends buffers whose blocks are pieces of p, as far as there is room.
func (q *sendQueue) refer(c *Conn, now int64, p []byte, done func(n int)) int {
	mss := int(c.opt.mss)
	most := mss
	if c.superSegment(mss) > mss {
		most = maxPayload - maxPayload%mss
	}
	total := 0
	for total < len(p) {
		n := min(len(p)-total, q.room(), most)
		if n == 0 {
			break
		}
		b := c.pool.Wrap(p[total:total+n], func() { done(n) })
		s := c.pool.Build(b, 0, n)
		s.CB.Seq, s.CB.EndSeq, s.CB.User = c.sndEnd, c.sndEnd+uint32(n), uint32(n)
		q.push(s)
		c.sndEnd += uint32(n)
		q.bytes += n
		total += n
		if c.tr.On() {
			e := trace.Event{Time: now, Kind: trace.SkbAlloc, Stage: "skb_zerocopy_iter_stream", Flow: c.flowOut(), Sock: c.ID,
				Len: int32(n), Text: "zerocopy"}
			describe(&e, s)
			e.TCP = trace.TCP{Conn: c.ID, Seq: s.CB.Seq}
			c.tr.Emit(e)
		}
	}
	return total
}

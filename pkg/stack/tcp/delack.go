package tcp

// Acknowledging: RFC 9293 3.8.6.3 (delayed acknowledgements), RFC 5681 4.2, RFC 1122
// 4.2.3.2.

import "github.com/netkit-go/netkit/pkg/skb"

// maxQuickAcks is how many segments are acknowledged at once when a connection
// starts, and after anything unusual: the sender's slow start waits for them
// (TCP_MAX_QUICKACKS).
const maxQuickAcks = 16

type ackState struct {
	now     bool   // an acknowledgement is owed at once
	quick   int    // acknowledgements still sent without delay
	unacked uint32 // bytes received since the last acknowledgement
	mss     uint32 // the peer's full segment, as seen
}

// measure learns the size of the peer's segments, up to what we have announced.
func (c *Conn) measure(s *skb.SKB) {
	n := int(s.GSOSize)
	if n == 0 {
		n = s.HeadLen()
	}
	c.ack.mss = max(c.ack.mss, uint32(min(n, c.cfg.MSS)))
}

// ackCheck sends the acknowledgement that is due, or starts the timer for it.
func (c *Conn) ackCheck(now int64) {
	a := &c.ack
	if !a.now && a.unacked == 0 {
		return
	}
	// RFC 9293 3.8.6.3: "an ACK SHOULD be generated for at least every second full-sized
	// segment": more than one is enough here, since GRO hands over several at once.
	if a.now || a.quick > 0 || a.unacked > a.mss || len(c.ooo.runs) > 0 {
		c.sendAck(now)
		return
	}
	if c.tm.deadline[timerDelAck] == 0 {
		c.tm.deadline[timerDelAck] = now + int64(c.cfg.DelAck)
	}
}

// acked notes that a segment with an acknowledgement of RCV.NXT goes out.
func (c *Conn) acked() {
	a := &c.ack
	c.lastAck = c.rcvNxt
	if a.quick > 0 && a.unacked > 0 {
		a.quick--
	}
	a.now, a.unacked = false, 0
	c.tm.deadline[timerDelAck] = 0
	c.ooo.dsack.Left = c.ooo.dsack.Right
}

func (c *Conn) onDelAck(now int64) {
	if c.ack.unacked == 0 || !c.state.synchronized() {
		return
	}
	c.timerEvent(now, "delack")
	c.n.DelayedACKs++
	c.sendAck(now)
}

package tcp

// TIME-WAIT: RFC 9293 3.6.1 and 3.10.7.4; RFC 1337 (hazards), RFC 6191 (reuse with
// timestamps), RFC 1122 4.2.2.13.

import (
	"github.com/netkit-go/netkit/pkg/wire"
)

// timeWait enters TIME-WAIT: "start the time-wait timer, turn off the other timers".
func (c *Conn) timeWait(now int64) {
	c.n.TW++
	c.setState(now, StateTimeWait)
	c.tm.deadline = [numTimers]int64{}
	c.tm.deadline[timerWait] = now + int64(c.cfg.TimeWait)
	c.sq.clear(c, now)
	c.ooo.clear(c, now)
	c.rec.clear()
	c.events |= Readable | Writable
}

// finWaitStart bounds FIN-WAIT-2 of a connection whose user has closed it: a peer
// that never closes must not hold it forever.
func (c *Conn) finWaitStart(now int64) {
	c.tm.deadline[timerWait] = now + int64(c.cfg.FinTimeout)
}

// timeWaitSegment is 3.10.7.4 in TIME-WAIT.
func (c *Conn) timeWaitSegment(now int64, seg *segment) {
	// RFC 1337 3, fix F1: "Ignore RST segments in TIME-WAIT state", where RFC 9293 would
	// enter CLOSED: an old duplicate that draws a reset must not end the quiet time.
	if seg.flags&wire.RST != 0 {
		return
	}
	if c.opt.ts && !seg.opt.HasTS {
		return
	}
	if c.opt.ts && c.pawsReject(now, &seg.opt) {
		c.n.PAWSEstab++
		c.outOfWindow(now, seg, &c.n.TCPACKSkippedPAWS)
		return
	}
	if seg.flags&wire.SYN != 0 {
		// One that may open a new connection does not come here: Listener.Reuse.
		c.challengeAck(now)
		return
	}
	// "The only thing that can arrive in this state is a retransmission of the remote
	// FIN. Acknowledge it, and restart the 2 MSL timeout."
	if seg.flags&wire.FIN != 0 && seg.end == c.rcvNxt {
		c.ack.now = true
		c.tm.deadline[timerWait] = now + int64(c.cfg.TimeWait)
		return
	}
	if seg.len > 0 || seg.seq != c.rcvNxt {
		c.outOfWindow(now, seg, &c.n.TCPACKSkippedSeq)
	}
}

// mayReuse reports whether a SYN opens a new connection in the place of this one in
// TIME-WAIT: RFC 6191 2 with timestamps ("a greater timestamp"), else RFC 1122
// 4.2.2.13 (a sequence number above the last one). The new initial sequence number
// must be above what the old connection has used.
func (c *Conn) mayReuse(seg wire.TCP) (above uint32, ok bool) {
	if c.state != StateTimeWait || seg.Flags()&(wire.SYN|wire.ACK|wire.RST|wire.FIN) != wire.SYN {
		return 0, false
	}
	opt, _ := seg.ParseOptions()
	switch {
	case c.opt.ts && opt.HasTS && opt.TSVal != c.opt.tsRecent:
		ok = int32(opt.TSVal-c.opt.tsRecent) > 0
	default:
		ok = seqGT(seg.Seq(), c.rcvNxt)
	}
	return c.sndNxt, ok
}

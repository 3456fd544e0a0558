package tcp

// What an acknowledgement does: RFC 9293 3.10.7.4, fifth step; RFC 5681 2 (what a
// duplicate is), RFC 5961 5 (range of acceptable acknowledgements), RFC 6298 5.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
)

// ackArrives processes SEG.ACK. It reports false when the segment must be dropped.
func (c *Conn) ackArrives(now int64, seg *segment) bool {
	ack := seg.ack
	// "If the ACK acks something not yet sent (SEG.ACK > SND.NXT), then send an ACK,
	// drop the segment, and return"; RFC 5961 5.2 adds the lower bound
	// SND.UNA - MAX.SND.WND and makes both answers challenge ACKs.
	if seqGT(ack, c.sndNxt) || seqLT(ack, c.sndUna-c.maxWnd) {
		c.challengeAck(now)
		return false
	}
	c.lastRecv = now // MUST-26 counts what the peer sent, not what anybody may forge
	if seqLT(ack, c.sndUna) {
		return true // "If the ACK is a duplicate (SEG.ACK =< SND.UNA), it can be ignored"
	}
	windowSame := seg.wnd == c.sndWnd
	c.updateSendWindow(seg)
	flight := c.sndNxt - c.sndUna
	if flight == 0 {
		c.rtt.retries = 0 // the answer to a window probe, if any
		c.zwp.since = 0
		return true
	}

	a := ackInfo{now: now, flight: flight, priorSacked: c.rec.sacked, una: ack != c.sndUna}
	if seg.opt.NSACK > 0 && c.opt.sack {
		c.sackArrives(seg, &a)
	}
	// RFC 5681 2: a duplicate acknowledgement (a) comes while data are
	// outstanding, (b) carries none, (c) nor SYN or FIN, (d) acknowledges nothing
	// and (e) leaves the window as it was. With SACK it is one that reports
	// something new (RFC 6675 2).
	if !a.una {
		if c.opt.sack {
			a.dup = a.sacked > 0
		} else {
			a.dup = seg.len == 0 && windowSame
		}
	}
	if a.una {
		c.cleanQueue(seg, &a)
	}
	c.lossDetection(&a)
	if a.una {
		c.rtt.retries = 0
		c.rec.dupAcks = 0
		c.soft = nil
		if c.sndNxt == c.sndUna {
			c.tm.deadline[timerRTO] = 0 // RFC 6298 (5.2)
		} else {
			c.setRTO(now) // RFC 6298 (5.3)
		}
		c.spaceFreed()
	}
	return true
}

// ackInfo is what one acknowledgement brought.
type ackInfo struct {
	now         int64
	flight      uint32 // SND.NXT - SND.UNA before
	priorSacked uint32 // bytes known as SACKed before
	una         bool   // SND.UNA advances
	dup         bool
	acked       uint32 // bytes by which it advances
	sacked      uint32 // bytes newly SACKed
	delivered   uint32 // bytes newly known to have arrived
	lost        bool   // something was newly taken for lost
}

// cleanQueue takes what is acknowledged off the send queue, takes the RTT from it
// and moves SND.UNA.
func (c *Conn) cleanQueue(seg *segment, a *ackInfo) {
	ack := seg.ack
	var firstSent int64
	clean := true // Karn: nothing of it was sent twice
	for s := c.sq.head; s != nil && s != c.sq.unsent && seqLT(s.CB.Seq, ack); s = c.sq.head {
		n := seqMin(s.CB.EndSeq, ack) - s.CB.Seq
		if s.CB.Retrans > 0 {
			clean = false
		} else if firstSent == 0 {
			firstSent = s.CB.FirstSent
		}
		a.delivered += n
		if s.CB.Sacked&tagSacked != 0 {
			c.rec.sacked -= n
			a.delivered -= n
		}
		if s.CB.Sacked&tagLost != 0 {
			c.rec.lost -= n
		}
		if s.CB.Sacked&tagRetrans != 0 {
			c.rec.retrans -= n
		}
		if seqGT(s.CB.EndSeq, ack) {
			c.trimHead(s, n)
			break
		}
		c.sq.free(c, a.now)
	}
	a.acked = ack - c.sndUna
	c.sndUna = ack
	if !c.opt.sack {
		c.rec.removeDuplicates(a, c.opt.mss)
		c.rec.sacked = min(c.rec.sacked, c.sndNxt-c.sndUna-c.rec.lost)
	}
	switch {
	case clean && firstSent != 0:
		c.rtt.sample(seg.at-firstSent, a.flight, a.acked, c.opt.mss)
	case c.opt.ts && seg.opt.TSEcr != 0:
		// RFC 7323 4.1 (RTTM): the timestamp tells the transmissions apart.
		if d := c.tsNow(seg.at) - seg.opt.TSEcr; int32(d) >= 0 {
			c.rtt.sample(int64(d)*int64(tsTick), a.flight, a.acked, c.opt.mss)
		}
	}
	c.growSendBuf()
}

// trimHead drops n acknowledged bytes from the front of the first buffer.
func (c *Conn) trimHead(s *skb.SKB, n uint32) {
	k := min(int(n), s.Len())
	s.Advance(k)
	c.sq.bytes -= k
	s.CB.Seq += n
}

// setCwnd changes the window and its threshold.
func (c *Conn) setCwnd(now int64, cwnd, ssth uint32) {
	if cwnd == c.cwnd && ssth == c.ssth {
		return
	}
	c.cwnd, c.ssth = cwnd, ssth
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TCPCwnd, Flow: c.flowOut(), Text: c.rec.state.String()}
		c.describeConn(&e)
		c.tr.Emit(e)
	}
}

// increase lets the congestion control use an acknowledgement. A window that
// was not the limit says nothing about the network and does not grow
// (RFC 9293 3.8.2 refers to RFC 5681; the rule is that of Linux's
// tcp_is_cwnd_limited: slow start may run to twice what was used).
func (c *Conn) increase(a *ackInfo) {
	if !c.cwndFull && (c.cwnd >= c.ssth || c.cwnd >= 2*a.flight) {
		c.cc.paused(a.now)
		return
	}
	cwnd := c.cwnd
	acked := a.delivered
	if cwnd < c.ssth {
		cwnd, acked = slowStart(cwnd, c.ssth, acked)
	}
	if acked > 0 {
		cwnd = c.cc.avoid(c, a.now, cwnd, acked)
	}
	c.setCwnd(a.now, min(cwnd, maxCwnd), c.ssth)
}

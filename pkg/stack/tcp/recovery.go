package tcp

// Loss recovery: RFC 6675 5 (with SACK), RFC 6582 3 (NewReno, without), RFC 5681 3.2,
// RFC 9937 (proportional rate reduction), RFC 6298 5 (time-out).

import (
	"syscall"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// CAState is where the sender stands with loss, named as in Linux.
type CAState uint8

// Linux's Disorder is Open with a number of duplicate acknowledgements.
const (
	CAOpen     CAState = iota // nothing is known to be lost
	CARecovery                // fast recovery
	CALoss                    // after a time-out
)

func (s CAState) String() string {
	return [...]string{"open", "recovery", "loss", ""}[s&3]
}

const dupThresh = 3

type recovery struct {
	state   CAState
	point   uint32 // RecoveryPoint of RFC 6675, recover of RFC 6582
	dupAcks int

	// Bytes of sequence space between SND.UNA and SND.NXT.
	sacked  uint32 // without SACK: estimated from duplicate acknowledgements
	lost    uint32
	retrans uint32

	// RFC 9937 6.
	prrDelivered, prrOut, recoverFS uint32

	rescued bool   // RFC 6675: RescueRxt has been used in this recovery
	total   uint64 // segments sent again
}

func (r *recovery) clear() {
	r.state, r.dupAcks = CAOpen, 0
	r.sacked, r.lost, r.retrans = 0, 0, 0
}

// removeDuplicates corrects the estimate that stands for SACK information: an
// acknowledgement of new data fills one hole, and the rest of what it covers had
// been announced by duplicates.
func (r *recovery) removeDuplicates(a *ackInfo, mss uint32) {
	known := min(r.sacked, a.acked-min(a.acked, mss))
	a.delivered -= min(a.delivered, known)
	r.sacked -= known
}

// lossDetection takes what an acknowledgement tells to the state of recovery and
// the congestion window.
func (c *Conn) lossDetection(a *ackInfo) {
	r := &c.rec
	if a.dup {
		r.dupAcks++
		if !c.opt.sack {
			// RFC 5681 3.2: a duplicate means that a segment has left the network.
			if n := min(c.opt.mss, c.sndNxt-c.sndUna-r.sacked-r.lost); n > 0 {
				r.sacked += n
				a.delivered += n
			}
		}
	}
	if r.state != CAOpen && a.una && seqGE(c.sndUna, r.point) {
		c.endRecovery(a.now)
	}
	if c.opt.sack && a.sacked > 0 {
		a.lost = c.markLost()
	}
	switch r.state {
	case CAOpen:
		if c.shouldRecover(a) {
			c.enterRecovery(a)
			c.prr(a)
			return
		}
		if a.una {
			// recover stays behind SND.UNA: left where it was, it would be ahead again
			// after 2^31 bytes.
			if seqGT(c.sndUna, r.point) {
				r.point = c.sndUna - 1
			}
			c.increase(a)
		}
	case CARecovery:
		if a.una && !c.opt.sack {
			// RFC 6582 3.2 (4): a partial acknowledgement means that the segment
			// behind it was lost too.
			c.markHead()
		}
		c.prr(a)
	case CALoss:
		if a.una {
			c.increase(a)
		}
	}
}

// shouldRecover is RFC 6675 5 (1) and (2), and RFC 6582 3.2 (2).
func (c *Conn) shouldRecover(a *ackInfo) bool {
	r := &c.rec
	if c.opt.sack {
		return r.lost > 0 && a.lost || r.dupAcks >= dupThresh
	}
	// "the Cumulative Acknowledgment field covers more than recover": duplicates of
	// what was sent again before a time-out are no sign of loss.
	return r.dupAcks >= dupThresh && seqGT(c.sndUna, r.point)
}

func (c *Conn) enterRecovery(a *ackInfo) {
	r := &c.rec
	if c.opt.sack {
		c.n.TCPSackRecovery++
	} else {
		c.n.TCPRenoRecovery++
	}
	r.state = CARecovery
	r.point = c.sndNxt
	r.rescued = false
	ssth := c.cc.ssthresh(c, a.now)
	// RFC 9937 6: what was known as SACKed before is not delivered in recovery.
	r.prrDelivered, r.prrOut = 0, 0
	r.recoverFS = max(a.flight-min(a.flight, a.priorSacked), c.opt.mss)
	c.setCwnd(a.now, c.cwnd, ssth)
	if r.lost == 0 {
		c.markHead()
	}
}

func (c *Conn) endRecovery(now int64) {
	r := &c.rec
	was := r.state
	r.state = CAOpen
	r.dupAcks = 0
	if !c.opt.sack {
		r.sacked = 0
	}
	if was == CARecovery {
		c.setCwnd(now, max(c.ssth, c.opt.mss), c.ssth) // RFC 9937 6: "cwnd = ssthresh"
	}
}

// prr sets the window in fast recovery: RFC 9937 6.
func (c *Conn) prr(a *ackInfo) {
	r := &c.rec
	mss := c.opt.mss
	r.prrDelivered += a.delivered
	pipe := c.pipe()
	var n uint32
	if pipe > c.ssth {
		// Proportional Rate Reduction.
		want := (uint64(r.prrDelivered)*uint64(c.ssth) + uint64(r.recoverFS) - 1) / uint64(r.recoverFS)
		if want > uint64(r.prrOut) {
			n = uint32(want) - r.prrOut
		}
	} else {
		// Packet Conservation, or Slow Start when the acknowledgement is safe:
		// "SND.UNA advances and no further loss" indicated.
		if r.prrDelivered > r.prrOut {
			n = r.prrDelivered - r.prrOut
		}
		n = max(n, a.delivered)
		if a.una && !a.lost {
			n += mss
		}
		n = min(n, c.ssth-pipe)
	}
	// One segment at once on entry, and, without SACK, for each partial
	// acknowledgement (RFC 6582 3.2 (4): "retransmit the first unacknowledged segment").
	if r.prrOut == 0 || a.una && !c.opt.sack {
		n = max(n, mss)
	}
	c.setCwnd(a.now, max(pipe+n, mss), c.ssth)
}

// markHead takes the first segment that is outstanding for lost.
func (c *Conn) markHead() {
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if s.CB.Sacked&tagSacked != 0 {
			continue
		}
		if s.CB.Sacked&(tagLost|tagRetrans) != 0 {
			return
		}
		if mss := int(c.opt.mss); s.Len() > mss {
			c.sq.splitSent(s, mss)
		}
		c.tagLost(s)
		return
	}
}

func (c *Conn) tagLost(s *skb.SKB) {
	if s.CB.Sacked&tagLost == 0 {
		s.CB.Sacked |= tagLost
		c.rec.lost += seqLen(s)
		if !c.opt.sack {
			// The estimate never exceeds what can have arrived.
			c.rec.sacked = min(c.rec.sacked, c.sndNxt-c.sndUna-c.rec.lost)
		}
	}
}

// retransmitLost sends what is taken for lost and has not been sent again, as far
// as the congestion window goes: RFC 6675 4, NextSeg (1).
func (c *Conn) retransmitLost(now int64) {
	mss := c.segMSS()
	limit := uint32(c.superSegment(int(mss)))
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if s.CB.Sacked&(tagLost|tagRetrans|tagSacked) != tagLost {
			continue
		}
		quota := c.quota()
		n := uint32(s.Len())
		if quota < min(n, mss) || quota == 0 {
			c.cwndFull = true
			return
		}
		// Nothing beyond a window that the peer has taken back, but for the
		// first segment, which probes it.
		if s != c.sq.head && seqGE(s.CB.Seq, c.sndUna+c.sndWnd) {
			return
		}
		if most := min(quota-quota%mss, limit); n > mss && n > most {
			c.sq.splitSent(s, int(max(most, mss)))
		}
		c.retransmit(now, s, c.cause())
	}
}

func (c *Conn) cause() trace.RetransCause {
	if c.rec.state == CALoss {
		return trace.RetransRTO
	}
	return trace.RetransFast
}

// retransmitSpeculative is what RFC 6675's NextSeg offers when nothing is known to
// be lost and no new data can be sent: (3) a segment below the highest SACKed one,
// and (4) once per recovery the last segment outstanding.
func (c *Conn) retransmitSpeculative(now int64) {
	r := &c.rec
	mss := c.segMSS()
	if !c.opt.sack || r.sacked == 0 || c.quota() < mss {
		return
	}
	if c.sq.unsent != nil && c.sndWnd > c.sndNxt-c.sndUna {
		return // there are new data to send
	}
	var last *skb.SKB
	left := r.sacked
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if s.CB.Sacked&tagSacked != 0 {
			left -= seqLen(s)
			continue
		}
		if s.CB.Sacked&(tagLost|tagRetrans) == 0 && left > 0 {
			if c.quota() < mss {
				return
			}
			if uint32(s.Len()) > mss {
				c.sq.splitSent(s, int(mss))
			}
			c.retransmit(now, s, trace.RetransFast)
		}
		last = s
	}
	if last == nil || r.rescued || last.CB.Sacked&tagRetrans != 0 || c.quota() < mss {
		return
	}
	// RFC 6675 would send it at once. Within a round trip of its transmission
	// nothing can have answered it, and the copy would be for nothing.
	if now-last.Stamp < c.rtt.srtt {
		return
	}
	r.rescued = true
	if n := uint32(last.Len()); n > mss {
		c.sq.splitSent(last, int(n-1-(n-1)%mss))
		last = last.Next
	}
	c.retransmit(now, last, trace.RetransFast)
}

func (c *Conn) retransmit(now int64, s *skb.SKB, cause trace.RetransCause) {
	segs := uint64((max(s.Len(), 1) + int(c.opt.mss) - 1) / int(c.opt.mss))
	c.n.RetransSegs += segs
	c.rec.total += segs
	switch cause {
	case trace.RetransFast:
		c.n.TCPFastRetrans += segs
	case trace.RetransRTO:
		c.n.TCPSlowStartRetrans += segs
	}
	if s.CB.Sacked&tagRetrans == 0 {
		s.CB.Sacked |= tagRetrans
		c.rec.retrans += seqLen(s)
	}
	if s.CB.Retrans < 255 {
		s.CB.Retrans++
	}
	c.rec.prrOut += seqLen(s)
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TCPRetransmit, Stage: "tcp_retransmit_skb", Flow: c.flowOut(), Pkt: s.Pkt, Len: int32(s.Len())}
		describe(&e, s)
		c.describeConn(&e)
		e.TCP.Seq, e.TCP.Len, e.TCP.Retrans = s.CB.Seq, uint32(s.Len()), uint8(cause)
		c.tr.Emit(e)
	}
	c.transmit(now, s, cause)
	if c.tm.deadline[timerRTO] == 0 {
		c.setRTO(now)
	}
}

// setRTO starts the retransmission timer. With a user timeout it fires in time for
// that.
func (c *Conn) setRTO(now int64) {
	at := now + c.rtt.rto
	if u := int64(c.cfg.UserTimeout); u != 0 && c.sq.head != nil && c.sq.head != c.sq.unsent {
		at = max(min(at, c.sq.head.CB.FirstSent+u), now)
	}
	c.tm.deadline[timerRTO] = at
}

// timedOut reports whether a connection without answers is to be given up:
// RFC 9293 3.8.3, thresholds R2 for data and for SYN.
func (c *Conn) timedOut(now, since int64) bool {
	if u := int64(c.cfg.UserTimeout); u != 0 && since != 0 && now-since >= u {
		return true
	}
	switch c.state {
	case StateSynSent:
		return c.rtt.retries >= c.cfg.SynRetries
	case StateSynReceived:
		return c.rtt.retries >= c.cfg.SynAckRetries
	}
	limit := c.cfg.Retries
	if c.userGone {
		limit = min(limit, orphanRetries)
	} else if c.sndWnd == 0 && now-c.lastRecv < c.rtt.max {
		// The peer has taken back a window in which data are in flight, and answers:
		// RFC 9293 3.8.6, MUST-34, "a sending TCP peer MUST be robust against window
		// shrinking".
		return false
	}
	return c.rtt.retries >= limit
}

// orphanRetries is how long a connection that nobody holds any more is tried, as
// Linux's tcp_orphan_retries.
const orphanRetries = 8

func (c *Conn) giveUp(now int64) {
	c.n.TCPAbortOnTimeout++
	err := c.soft // RFC 9293 3.9.2.2: the reason that ICMP had given
	if err == nil {
		err = syscall.ETIMEDOUT
	}
	c.fail(now, err)
}

// onRTO is RFC 6298 (5.4) to (5.6).
func (c *Conn) onRTO(now int64) {
	s := c.sq.head
	if s == nil || s == c.sq.unsent {
		return
	}
	c.timerEvent(now, "rto")
	c.n.TCPTimeouts++
	if c.timedOut(now, s.CB.FirstSent) {
		c.giveUp(now)
		return
	}
	if s.CB.Flags&uint16(wire.SYN) != 0 {
		c.rtt.synRetransmitted = true
		c.rtt.retries++
		c.rtt.back()
		c.n.RetransSegs++
		c.rec.total++
		s.CB.Retrans++
		c.transmit(now, s, trace.RetransSyn)
		c.setRTO(now)
		return
	}
	c.enterLoss(now)
	c.rtt.retries++
	c.rtt.back()
	c.tm.deadline[timerRTO] = 0
	c.output(now)
	if c.tm.deadline[timerRTO] == 0 {
		c.setRTO(now)
	}
}

// enterLoss takes everything that is outstanding for lost.
func (c *Conn) enterLoss(now int64) {
	r := &c.rec
	ssth := c.ssth
	// RFC 5681 3.1: "when a TCP sender detects segment loss using the retransmission
	// timer and the given segment has already been retransmitted ... the value of
	// ssthresh is held constant".
	if c.rtt.retries == 0 {
		ssth = c.cc.ssthresh(c, now)
	}
	c.cc.timeout()
	// A SACKed segment at the head means that the receiver has dropped what it had
	// reported. RFC 2018 5 would have all SACK information forgotten at
	// every time-out; as Linux we do so only with this proof.
	renege := c.sq.head.CB.Sacked&tagSacked != 0
	if renege {
		c.n.TCPSACKReneging++
	}
	r.sacked, r.lost, r.retrans = 0, 0, 0
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if renege {
			s.CB.Sacked = 0
		}
		if s.CB.Sacked&tagSacked != 0 {
			r.sacked += seqLen(s)
			continue
		}
		s.CB.Sacked = tagLost
		r.lost += seqLen(s)
	}
	r.state = CALoss
	r.point = c.sndNxt
	r.dupAcks = 0
	// RFC 5681 3.1: "cwnd MUST be set to no more than the loss window, LW, which equals
	// 1 full-sized segment".
	c.setCwnd(now, c.opt.mss, ssth)
}

package tcp

// A segment arrives: RFC 9293 3.10.7, in the order of its steps; RFC 7323 5 (PAWS),
// RFC 5961 3 and 4 (RST and SYN in synchronized states).

import (
	"syscall"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// segment is a received header, with the names of RFC 9293 3.3.1.
type segment struct {
	seq, ack uint32
	len      uint32 // SEG.LEN: data, SYN and FIN
	end      uint32 // seq + len
	wnd      uint32 // SEG.WND in bytes
	flags    wire.TCPFlags
	at       int64 // time of arrival at the device
	opt      wire.TCPOptions
}

// maxBacklog bounds the segments that wait for a Conn which is at work.
const maxBacklog = 1024

// Segment takes a segment for this connection. s.Bytes() starts at the TCP
// header, s ends with the IP payload, and the checksum has been verified. What GRO
// has merged is one segment with frags. Segment takes ownership.
func (c *Conn) Segment(now int64, s *skb.SKB) {
	if c.inside {
		if c.backlog.N >= maxBacklog {
			c.n.TCPBacklogDrop++
			c.drop(now, s, trace.SocketBacklog)
			return
		}
		c.backlog.Push(s)
		return
	}
	c.inside = true
	c.segment(now, s)
	c.leave(now)
}

func (c *Conn) segment(now int64, s *skb.SKB) {
	var seg segment
	if !c.parse(now, s, &seg) {
		return
	}
	kept := false
	switch c.state {
	case StateClosed:
		c.refuse(now, &seg)
	case StateSynSent:
		kept = c.synSent(now, s, &seg)
	case StateTimeWait:
		c.timeWaitSegment(now, &seg)
	default:
		kept = c.arrives(now, s, &seg)
	}
	if !kept {
		c.consumed(now, s)
	}
	if c.state == StateClosed {
		return
	}
	c.output(now)
	c.ackCheck(now)
}

// parse reads the header and pulls it. It frees s when it reports false.
func (c *Conn) parse(now int64, s *skb.SKB, seg *segment) bool {
	c.n.InSegs++ // what GRO merged counts once, as in tcp_v4_rcv
	t, err := wire.ParseTCP(s.Bytes())
	if err != nil {
		c.n.InErrs++
		c.drop(now, s, trace.HdrTrunc)
		return false
	}
	h := t.HeaderLen()
	seg.seq, seg.ack, seg.flags = t.Seq(), t.Ack(), t.Flags()
	seg.len = uint32(s.Len()-h) + uint32(seg.flags&wire.FIN) + uint32(seg.flags&wire.SYN>>1)
	seg.end = seg.seq + seg.len
	seg.wnd = uint32(t.Window())
	if seg.flags&wire.SYN == 0 {
		seg.wnd <<= c.opt.sndWScale // RFC 7323 2.2: never that of a SYN
	}
	// Options before a malformed one count: RFC 9293 3.1 (MUST-7) only asks not to crash.
	seg.opt, _ = t.ParseOptions()
	seg.at = s.Stamp
	if seg.at == 0 || seg.at > now {
		seg.at = now
	}
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TCPRecv, Stage: "tcp_v4_rcv", Flow: c.flowIn(), Sock: c.ID, Pkt: s.Pkt, Len: int32(s.Len())}
		if c.remote.Addr().Is6() {
			e.Stage = "tcp_v6_rcv"
		}
		describe(&e, s)
		c.describeConn(&e)
		e.TCP.Flags, e.TCP.Seq, e.TCP.Ack, e.TCP.Window = uint16(seg.flags), seg.seq, seg.ack, seg.wnd
		e.TCP.Len = uint32(s.Len() - h)
		c.tr.Emit(e)
	}
	s.Pull(h)
	return true
}

// synSent is 3.10.7.3. It reports whether s was kept.
func (c *Conn) synSent(now int64, s *skb.SKB, seg *segment) bool {
	// First, check the ACK bit: "If SEG.ACK =< ISS or SEG.ACK > SND.NXT, send a reset
	// (unless the RST bit is set, if so drop the segment and return)".
	acked := seg.flags&wire.ACK != 0
	if acked && (seqLE(seg.ack, c.iss) || seqGT(seg.ack, c.sndNxt)) {
		c.refuse(now, seg)
		return false
	}
	// Second, the RST bit. RFC 9293: only with an acceptable ACK.
	if seg.flags&wire.RST != 0 {
		if acked {
			c.fail(now, syscall.ECONNREFUSED)
		}
		return false
	}
	// Fourth, the SYN bit.
	if seg.flags&wire.SYN == 0 {
		return false
	}
	c.takeSYN(now, seg)
	if !acked {
		// Simultaneous open: SYN-RECEIVED, and the SYN goes out again as SYN-ACK.
		c.setState(now, StateSynReceived)
		c.resendSYN(now)
		return false
	}
	a := ackInfo{now: now, flight: 1}
	c.cleanQueue(seg, &a)
	c.tm.deadline[timerRTO] = 0
	c.sndWnd, c.maxWnd = seg.wnd, seg.wnd
	c.sndWL1, c.sndWL2 = seg.seq, seg.ack
	c.rtt.retries = 0
	c.soft = nil
	c.established(now)
	c.ack.now = true
	// "If there are other controls or text in the segment, then continue
	// processing at the sixth step".
	seg.seq++
	if seg.end == seg.seq {
		return false
	}
	seg.len--
	return c.receive(now, s, seg)
}

// takeSYN sets what the peer's SYN says.
func (c *Conn) takeSYN(now int64, seg *segment) {
	c.irs = seg.seq
	c.rcvNxt = seg.seq + 1
	c.rcvAdv = c.rcvNxt
	c.lastAck = c.rcvNxt
	c.rq.next = c.rcvNxt
	c.fromSYN(now, &seg.opt)
	c.rw.afterSYN(c)
}

// resendSYN sends the SYN, or SYN-ACK, again outside of the timer. That goes on as
// it was: who repeats a SYN often enough must not keep an embryo alive.
func (c *Conn) resendSYN(now int64) {
	if s := c.sq.head; s != nil && s.CB.Flags&uint16(wire.SYN) != 0 {
		s.CB.Retrans++
		c.n.RetransSegs++
		c.transmit(now, s, trace.RetransSyn)
	}
}

// arrives is 3.10.7.4, "other states", without TIME-WAIT. It reports whether s
// was kept.
func (c *Conn) arrives(now int64, s *skb.SKB, seg *segment) bool {
	// Header prediction: the next data in order, or a pure acknowledgement, on an
	// established connection with nothing unusual about it.
	if c.state == StateEstablished && seg.flags&^wire.PSH == wire.ACK && seg.seq == c.rcvNxt &&
		len(c.ooo.runs) == 0 && seg.opt.NSACK == 0 && seqLE(seg.end, c.rcvAdv) &&
		(!c.opt.ts || seg.opt.HasTS && int32(seg.opt.TSVal-c.opt.tsRecent) >= 0) {
		c.n.TCPHPHits++
		if c.opt.ts {
			c.updateTSRecent(now, seg.seq, &seg.opt)
		}
		if !c.ackArrives(now, seg) {
			return false
		}
		return seg.len > 0 && c.receive(now, s, seg)
	}

	if !c.acceptable(now, seg) {
		return false
	}

	// Second, check the RST bit.
	if seg.flags&wire.RST != 0 {
		c.resetArrives(now, seg)
		return false
	}

	// Fourth, check the SYN bit.
	if seg.flags&wire.SYN != 0 && !c.synArrives(now, seg) {
		return false
	}

	// Fifth, check the ACK field: "if the ACK bit is off, drop the segment and return".
	if seg.flags&wire.ACK == 0 {
		return false
	}
	if c.state == StateSynReceived {
		if !c.handshakeDone(now, seg) {
			return false
		}
	} else if !c.ackArrives(now, seg) {
		return false
	}
	if c.sq.head == nil && c.finSent {
		switch c.state {
		case StateFinWait1:
			c.setState(now, StateFinWait2)
			if c.userGone {
				c.finWaitStart(now)
			}
		case StateClosing:
			c.timeWait(now)
			return false
		case StateLastAck:
			c.finish(now, nil)
			return false
		}
	}

	// Sixth, the URG bit: ignored, see the package documentation. Seventh, the
	// segment text, and eighth, the FIN bit.
	if seg.end == seg.seq {
		return false
	}
	if !c.state.mayReceive() {
		if seqLE(seg.end, c.rcvNxt) {
			c.ack.now = true // the FIN again: our acknowledgement was lost
		}
		return false
	}
	return c.receive(now, s, seg)
}

// acceptable does the first step, the sequence number check, and before it that
// of the timestamp (RFC 7323 5.3). It answers what is not acceptable.
func (c *Conn) acceptable(now int64, seg *segment) bool {
	rst := seg.flags&wire.RST != 0
	if c.opt.ts && !rst {
		if !seg.opt.HasTS {
			// RFC 7323 3.2: "If a non-<RST> segment is received without a TSopt, a TCP
			// SHOULD silently drop the segment."
			return false
		}
		if c.pawsReject(now, &seg.opt) {
			c.n.PAWSEstab++
			c.outOfWindow(now, seg, &c.n.TCPACKSkippedPAWS)
			return false
		}
	}
	// As Linux's tcp_sequence, wider than the RFC's table at both edges: a segment
	// that ends where the last acknowledgement stood, and one without data
	// at the right edge, are taken for what they acknowledge. The second is
	// what a peer sends that has filled the window and lost a segment of it.
	if seqGE(seg.end, c.lastAck) && seqLE(seg.seq, c.rcvAdv) {
		if c.opt.ts && !rst {
			c.updateTSRecent(now, seg.seq, &seg.opt)
		}
		return true
	}
	if !rst {
		// "an acknowledgment should be sent in reply (unless the RST bit is set ...)".
		if seg.len > 0 && seqLE(seg.end, c.rcvNxt) {
			c.duplicateData(seg.seq, seg.end)
		}
		c.outOfWindow(now, seg, &c.n.TCPACKSkippedSeq)
	}
	return false
}

// resetArrives is the second step with RFC 5961 3.2: only an RST that is exactly
// RCV.NXT resets the connection, another one in the window is challenged.
func (c *Conn) resetArrives(now int64, seg *segment) {
	if seg.seq != c.rcvNxt {
		if seqGT(seg.seq, c.rcvNxt) && seqLT(seg.seq, c.rcvAdv) {
			c.challengeAck(now)
		}
		return
	}
	switch c.state {
	case StateSynReceived:
		// An active connection (simultaneous open) was refused. A passive one goes
		// back to LISTEN, which for the listener's user never left it.
		if c.passive {
			c.fail(now, syscall.ECONNRESET)
		} else {
			c.fail(now, syscall.ECONNREFUSED)
		}
	case StateClosing, StateLastAck:
		c.finish(now, nil)
	default:
		c.fail(now, syscall.ECONNRESET)
	}
}

// synArrives is the fourth step with RFC 5961 4. It reports true for the SYN-ACK
// that completes a simultaneous open.
func (c *Conn) synArrives(now int64, seg *segment) bool {
	if c.state == StateSynReceived && seg.seq == c.irs {
		// RFC 9293 figure 7: the other side's SYN, now with the acknowledgement of
		// ours. It repeats a sequence number that has been received, so the first
		// step as it is written would only answer it.
		if seg.flags&wire.ACK != 0 && seg.ack == c.sndNxt {
			seg.seq++
			seg.len--
			return true
		}
		if seg.flags&wire.ACK == 0 {
			c.synAgain(now)
			return false
		}
	}
	c.n.TCPSYNChallenge++
	c.challengeAck(now)
	return false
}

// synAgain answers a repeated SYN with the SYN-ACK again.
func (c *Conn) synAgain(now int64) {
	if !c.chal.allow(now) {
		c.n.TCPACKSkippedSynRecv++
		return
	}
	c.resendSYN(now)
}

// handshakeDone is the fifth step in SYN-RECEIVED: "If SND.UNA < SEG.ACK =< SND.NXT,
// then enter ESTABLISHED state ... If the segment acknowledgment is not acceptable,
// form a reset segment".
func (c *Conn) handshakeDone(now int64, seg *segment) bool {
	if !seqLT(c.sndUna, seg.ack) || seqGT(seg.ack, c.sndNxt) {
		c.refuse(now, seg)
		return false
	}
	if c.parent != nil && !c.parent.admit(c) {
		return false
	}
	a := ackInfo{now: now, flight: 1}
	c.cleanQueue(seg, &a)
	c.tm.deadline[timerRTO] = 0
	c.sndWnd, c.maxWnd = seg.wnd, max(c.maxWnd, seg.wnd)
	c.sndWL1, c.sndWL2 = seg.seq, seg.ack
	c.rtt.retries = 0
	c.soft = nil
	c.established(now)
	if c.finSent {
		c.setState(now, StateFinWait1)
	}
	return true
}

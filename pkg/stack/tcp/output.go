package tcp

// Sending: RFC 9293 3.7.4 (Nagle), 3.8.6.2.1 (silly window, sender), 3.8.6.1
// (windows); RFC 5681 3.1 and 4.1 (congestion window, restart).

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// pipe is RFC 6675's estimate of the bytes in the network.
func (c *Conn) pipe() uint32 {
	return c.sndNxt - c.sndUna - c.rec.sacked - c.rec.lost + c.rec.retrans
}

// quota is what the congestion window lets go.
func (c *Conn) quota() uint32 {
	if p := c.pipe(); p < c.cwnd {
		return c.cwnd - p
	}
	return 0
}

// output sends what may be sent: first what is taken for lost, then new data
// (the order of NextSeg, RFC 6675 4).
func (c *Conn) output(now int64) {
	if c.sq.head == nil {
		c.tm.deadline[timerPersist] = 0
		return
	}
	c.cwndFull = false
	if c.rec.lost != 0 {
		c.retransmitLost(now)
	}
	c.sendNew(now)
	if c.rec.state == CARecovery {
		c.retransmitSpeculative(now)
	}
	c.persistCheck(now)
}

func (c *Conn) sendNew(now int64) {
	if c.sq.unsent == nil {
		return
	}
	if !c.state.synchronized() {
		// Only the SYN or SYN-ACK, which is first on the queue.
		if s := c.sq.unsent; s.CB.Flags&uint16(wire.SYN) != 0 {
			c.sent(now, s)
			c.transmit(now, s, trace.NotRetrans)
		}
		return
	}
	if c.sndNxt == c.sndUna && c.lastSend != 0 && now-c.lastSend > c.rtt.rto {
		c.restartAfterIdle(now)
	}
	mss := c.segMSS()
	limit := uint32(c.superSegment(int(mss)))
	for s := c.sq.unsent; s != nil; s = c.sq.unsent {
		quota := c.quota()
		var window uint32
		if edge := c.sndUna + c.sndWnd; seqGT(edge, s.CB.Seq) {
			window = edge - s.CB.Seq
		}
		if window == 0 {
			break
		}
		if c.smallQueueFull(now, s) {
			break
		}
		n := uint32(s.Len())
		if quota < min(n, mss) || quota == 0 {
			c.cwndFull = true
			break
		}
		if most := min(quota, window, limit); n > most {
			// Whole segments only: RFC 9293 3.8.6.2.1, MUST-38. Of a window that was
			// never larger than two segments half is taken ("at least a fraction
			// Fs of the maximum window"); the persist timer is the override.
			k := most - most%mss
			if k == 0 {
				if window > quota || window < c.maxWnd/2 {
					break
				}
				k = window
			}
			n = k
			c.sq.split(s, int(n))
		} else if s.CB.EndSeq == c.sndEnd {
			// The end of the data. What is short of a full segment may have to wait.
			if short := n % mss; short != 0 && c.nagle(s) {
				if n == short {
					break
				}
				c.sq.split(s, int(n-short))
				n -= short
			}
		}
		if n == window && s.CB.Flags&uint16(wire.FIN) != 0 {
			// FIN has a number of its own, which this window does not reach. The peer
			// may cut off "any portions that lie outside the window (including SYN and
			// FIN)" (3.10.7.4), and only a time-out would send it again.
			c.sq.split(s, int(n))
		}
		if n%mss != 0 && s.CB.Flags&uint16(wire.FIN) == 0 {
			c.nagleSmall = s.CB.EndSeq
		}
		c.sent(now, s)
		c.transmit(now, s, trace.NotRetrans)
	}
}

// nagle reports whether the short segment at the end of s has to wait for an
// acknowledgement. As Linux (Minshall's modification): only while another
// short segment is unacknowledged, so that a large write's last segment does not
// wait for the peer's delayed acknowledgement.
func (c *Conn) nagle(s *skb.SKB) bool {
	return !c.noDelay && s.CB.Flags&uint16(wire.FIN) == 0 &&
		seqGT(c.nagleSmall, c.sndUna) && seqLE(c.nagleSmall, c.sndNxt)
}

// restartAfterIdle is RFC 5681 4.1: after an RTO without sending, cwnd is at most
// the restart window, RW = min(IW, cwnd).
func (c *Conn) restartAfterIdle(now int64) {
	c.cc.paused(now)
	if iw := initialWindow(c.opt.mss); c.cwnd > iw && c.rec.state == CAOpen {
		c.setCwnd(now, iw, c.ssth)
	}
}

// sent moves the buffer from unsent to in flight.
func (c *Conn) sent(now int64, s *skb.SKB) {
	c.sq.unsent = s.Next
	c.sndNxt = s.CB.EndSeq
	s.CB.FirstSent = now
	s.CB.Sacked, s.CB.Retrans = 0, 0
	c.rec.prrOut += seqLen(s)
	if c.tm.deadline[timerRTO] == 0 {
		c.setRTO(now) // RFC 6298 (5.1)
	}
}

// transmit sends a buffer of the queue, for the first time or again.
func (c *Conn) transmit(now int64, s *skb.SKB, cause trace.RetransCause) {
	var out *skb.SKB
	switch n := s.Len(); {
	case n == 0:
		out = c.bare(now)
	case s.Writable():
		out = c.cloneFor(now, s)
	default:
		out = c.headerFor(now, s, cause)
	}
	flags := wire.TCPFlags(s.CB.Flags) & (wire.SYN | wire.FIN)
	if c.state != StateSynSent {
		flags |= wire.ACK
	}
	if s.Next == nil && s.Len() > 0 {
		// RFC 9293 3.9.1.2, SEND: without a PUSH call of its own a TCP "MUST set the PSH
		// bit in the last buffered segment".
		flags |= wire.PSH
	}
	if cause != trace.NotRetrans {
		out.Parent = s.Pkt
	}
	s.Stamp = now
	s.CB.User = c.segMSS()
	if s.Len() > 0 && c.tm.deadline[timerDelAck] != 0 {
		c.ack.quick = 0 // the answer carries the acknowledgement: an interactive exchange
	}
	c.lastSend = now
	s.Pkt = c.emit(now, out, s.CB.Seq, flags, cause)
}

func (c *Conn) cloneFor(now int64, s *skb.SKB) *skb.SKB {
	out := s.Clone()
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SkbClone, Stage: "skb_clone", Flow: c.flowOut(), Sock: c.ID, Len: int32(s.Len())}
		describe(&e, out)
		c.tr.Emit(e)
	}
	return out
}

// headerFor makes a header's block in front of a block that somebody else holds: a
// clone that is still below TCP, or the writer's own memory. In Linux only the first
// needs another block; what is sent for the first time is always cloned.
func (c *Conn) headerFor(now int64, s *skb.SKB, cause trace.RetransCause) *skb.SKB {
	out := s.CopyHeader(skb.Headroom, 0)
	if c.tr.On() {
		fn := "__pskb_copy_fclone"
		if cause == trace.NotRetrans {
			fn = "skb_clone"
		}
		e := trace.Event{Time: now, Kind: trace.SkbClone, Stage: fn, Flow: c.flowOut(), Sock: c.ID, Len: int32(s.Len())}
		describe(&e, out.Frags) // the payload, shared
		c.tr.Emit(e)
	}
	return out
}

// sendAck sends a segment without data. Its number is SND.NXT, unless the peer has
// taken back a window in which data are in flight: then SND.NXT lies outside of
// what the peer accepts, and it would not see the acknowledgement (MUST-34;
// tcp_acceptable_seq). What the scale rounds off is no such case.
func (c *Conn) sendAck(now int64) {
	seq := c.sndNxt
	if edge := c.sndUna + c.sndWnd; c.state.synchronized() && seqLT(edge, seq) && seq-edge >= 1<<c.opt.sndWScale {
		seq = edge
	}
	c.emit(now, c.bare(now), seq, wire.ACK, trace.NotRetrans)
}

// bare makes a buffer for a segment without data: it is not cloned, as nothing of it
// is kept.
func (c *Conn) bare(now int64) *skb.SKB {
	out := c.pool.Alloc(skb.Headroom, 0)
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.SkbAlloc, Stage: "alloc_skb", Flow: c.flowOut(), Sock: c.ID}
		describe(&e, out)
		c.tr.Emit(e)
	}
	return out
}

// emit pushes the header and hands the segment down. It returns its packet id.
func (c *Conn) emit(now int64, out *skb.SKB, seq uint32, flags wire.TCPFlags, cause trace.RetransCause) uint64 {
	n := out.Len()
	f := wire.TCPFields{SrcPort: c.local.Port(), DstPort: c.remote.Port(), Seq: seq, Flags: flags}
	if flags&wire.SYN != 0 {
		c.synOptions(now, &f.Options)
		f.Window = c.synWindow()
	} else {
		c.segOptions(now, &f.Options)
		f.Window = c.announceWindow()
		if mss := c.segMSS(); n > int(mss) {
			out.GSOSize, out.GSOSegs = uint16(mss), uint16((n+int(mss)-1)/int(mss))
		}
	}
	if flags&wire.ACK != 0 {
		f.Ack = c.rcvNxt
		c.acked()
	}
	h := f.Len()
	f.Put(out.Push(h))
	prepare(out, c.local, c.remote)
	out.Pkt = c.tr.NextPkt()
	pkt := out.Pkt
	if n > 0 {
		c.charge(out)
	}
	c.n.OutSegs += uint64(max(1, out.GSOSegs))
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TCPSend, Stage: "__tcp_transmit_skb", Flow: c.flowOut(), Sock: c.ID, Pkt: pkt, Len: int32(h + n)}
		describe(&e, out)
		if out.Parent != 0 {
			e.Parent, e.ParentOp = out.Parent, trace.Retrans
		}
		c.describeConn(&e)
		e.TCP.Flags, e.TCP.Seq, e.TCP.Ack, e.TCP.Retrans = uint16(flags), seq, f.Ack, uint8(cause)
		e.TCP.Len, e.TCP.Window = uint32(n), c.rcvAdv-c.rcvNxt
		if flags&wire.SYN != 0 {
			e.TCP.Window = uint32(f.Window) // RFC 7323 2.2: that of a SYN is not scaled
		}
		c.tr.Emit(e)
	}
	c.env.Output(now, c, out)
	return pkt
}

// prepare sets the offsets and the partial checksum of a segment whose header has
// been pushed.
func prepare(s *skb.SKB, local, remote netip.AddrPort) {
	s.L4 = s.Data()
	s.Checksum = skb.ChecksumPartial
	s.CsumStart, s.CsumOffset = s.L4, 16
	wire.TCP(s.Bytes()).FillPartialChecksum(local.Addr(), remote.Addr(), s.Len())
}

package tcp

// Windows: RFC 9293 3.8.6 (SHLD-14: not shrunk), 3.8.6.2.2 (silly window, receiver),
// 3.10.7.4 fifth step (SND.WND); RFC 7323 2.3 (scaling).

// updateSendWindow takes SEG.WND: "If (SND.WL1 < SEG.SEQ or (SND.WL1 = SEG.SEQ and
// SND.WL2 =< SEG.ACK)), set SND.WND <- SEG.WND".
func (c *Conn) updateSendWindow(seg *segment) {
	if seqLT(c.sndWL1, seg.seq) || c.sndWL1 == seg.seq && seqLE(c.sndWL2, seg.ack) {
		c.sndWnd = seg.wnd
		c.sndWL1, c.sndWL2 = seg.seq, seg.ack
		c.maxWnd = max(c.maxWnd, seg.wnd)
	}
}

// rcvWindow is the receive buffer's size and what tells whether it should grow.
type rcvWindow struct {
	buf, max int // memory; half of it is window

	// Growth, after Linux's tcp_rcv_space_adjust (dynamic right-sizing): when the
	// user has read more in one round trip than ever before, the next round trip
	// may bring twice as much.
	rtt   int64  // of the receiver: 0 unknown
	space int    // most bytes read in a round trip
	mark  uint32 // sequence number read when the round trip began
	since int64
}

func (w *rcvWindow) init(cfg *Config) { w.buf, w.max = cfg.RecvBuf, cfg.RecvBufMax }

// afterSYN fixes the first window, which stands in an unscaled field.
func (w *rcvWindow) afterSYN(c *Conn) {
	c.rcvAdv = c.rcvNxt + uint32(min(w.buf/2, 65535))
}

func (w *rcvWindow) start(c *Conn, now int64) {
	w.mark, w.since = c.rcvNxt, now
	w.rtt = c.rtt.srtt
	w.space = 10 * int(c.opt.mss)
}

// freeWindow is the window that the buffer has room for.
func (c *Conn) freeWindow() uint32 {
	free := c.rw.buf/2 - c.rq.bytes
	if free < 0 {
		free = 0
	}
	return min(uint32(free), 65535<<c.opt.rcvWScale)
}

// synWindow is the window field of SYN and SYN-ACK, never scaled.
func (c *Conn) synWindow() uint16 {
	return uint16(min(c.rw.buf/2, 65535))
}

// announceWindow returns the window field and moves the right edge. The edge moves
// only by min(Fr * RCV.BUFF, Eff.snd.MSS) or more (3.8.6.2.2, MUST-39), and never
// back.
func (c *Conn) announceWindow() uint16 {
	old := c.rcvAdv - c.rcvNxt
	wnd := old
	if free := c.freeWindow(); free > old && free-old >= min(uint32(c.rw.buf/4), c.opt.mss) {
		wnd = free
	}
	// Rounded up to what the field can say: rounded down, the edge would move back.
	scale := c.opt.rcvWScale
	field := min((wnd+1<<scale-1)>>scale, 65535)
	wnd = field << scale
	if wnd > old {
		c.rcvAdv = c.rcvNxt + wnd
	}
	if field == 0 && old != 0 {
		c.n.TCPToZeroWindowAdv++
	}
	return uint16(field)
}

// afterRead gives the room that a read has made to the peer.
func (w *rcvWindow) afterRead(c *Conn, now int64, n int) {
	w.adjust(c, now)
	if !c.state.mayReceive() {
		return
	}
	// As tcp_cleanup_rbuf: a window update of its own is worth it when it doubles
	// the window that the peer knows of.
	old := c.rcvAdv - c.rcvNxt
	if free := c.freeWindow(); free >= 2*old && free-old >= min(uint32(w.buf/4), c.opt.mss) {
		c.sendAck(now)
	}
}

func (w *rcvWindow) adjust(c *Conn, now int64) {
	if w.buf >= w.max || w.rtt == 0 || now-w.since < w.rtt {
		return
	}
	read := int(c.rq.next - w.mark)
	w.mark, w.since = c.rq.next, now
	if read <= w.space {
		return
	}
	// Twice what was read, 16 segments for the growth of slow start within the
	// round trip, and as much more as the last one had brought.
	want := 2*read + 16*int(c.opt.mss)
	want += want * (read - w.space) / w.space * 2
	w.space = read
	w.buf = min(max(w.buf, 2*want), w.max)
}

// measure estimates the round trip of a receiver that sends nothing, from the
// timestamps that come back with data (tcp_rcv_rtt_measure_ts).
func (w *rcvWindow) measure(c *Conn, seg *segment) {
	if !seg.opt.HasTS || seg.opt.TSEcr == 0 {
		return
	}
	d := int64(c.tsNow(seg.at)-seg.opt.TSEcr) * int64(tsTick)
	if d > c.rtt.max {
		return
	}
	d = max(d, int64(tsTick))
	if w.rtt != 0 && d > w.rtt && (c.rq.bytes > 0 || len(c.ooo.runs) > 0 || d == int64(tsTick)) {
		// A reader that is late says nothing of the network, and should not get a larger
		// buffer for it (as Linux since 6.16); nor does a segment's second transmission, nor
		// the clock's own tick.
		return
	}
	if w.rtt == 0 {
		w.rtt = d
	} else {
		w.rtt += (d - w.rtt) / 8
	}
}

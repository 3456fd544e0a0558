package tcp

// Congestion control: RFC 5681 3.1, RFC 6928 (initial window), RFC 3465
// (appropriate byte counting). Windows are in bytes.

// congestionControl is an algorithm. The window and the threshold are the
// connection's; slow start, recovery and the loss window are common to all.
type congestionControl interface {
	// ssthresh answers a loss: the new threshold.
	ssthresh(c *Conn, now int64) uint32
	// avoid is congestion avoidance: the window after acked bytes more.
	avoid(c *Conn, now int64, cwnd, acked uint32) uint32
	// timeout says that a retransmission time-out has happened.
	timeout()
	// paused says that until now the window was not updated, since it was not
	// what limited the sender.
	paused(now int64)
}

func newCongestionControl(name string) congestionControl {
	if name == "reno" {
		return &reno{}
	}
	return &cubic{}
}

const maxCwnd = 1 << 30

// initialWindow is RFC 6928 2: min (10*MSS, max (2*MSS, 14600)).
func initialWindow(mss uint32) uint32 { return min(10*mss, max(2*mss, 14600)) }

// slowStart adds what was acknowledged, up to the threshold, and returns what is
// left of it. RFC 3465 2.3 limits the step of one acknowledgement to
// L = 2*SMSS; as in Linux there is no limit, since a receiver behind GRO
// acknowledges tens of segments at once.
func slowStart(cwnd, ssth, acked uint32) (newCwnd, rest uint32) {
	n := min(acked, ssth-cwnd)
	return cwnd + n, acked - n
}

// halfFlight is RFC 5681 equation (4): max (FlightSize / 2, 2*SMSS).
func halfFlight(c *Conn) uint32 {
	return max(min(c.cwnd, c.sndNxt-c.sndUna)/2, 2*c.opt.mss)
}

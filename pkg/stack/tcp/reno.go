package tcp

// Reno's congestion avoidance: RFC 5681 3.1, with the byte counting of RFC 3465 2.1.

type reno struct {
	acked uint32
}

func (r *reno) ssthresh(c *Conn, _ int64) uint32 {
	r.acked = 0
	return halfFlight(c)
}

// avoid: when bytes_acked reaches cwnd, cwnd grows by one segment.
func (r *reno) avoid(c *Conn, _ int64, cwnd, acked uint32) uint32 {
	r.acked += acked
	if r.acked >= cwnd {
		n := r.acked / cwnd
		r.acked -= n * cwnd
		cwnd += n * c.opt.mss
	}
	return cwnd
}

func (r *reno) timeout() { r.acked = 0 }

func (r *reno) paused(int64) {}

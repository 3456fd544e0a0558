package tcp

// CUBIC: RFC 9438 4.1 (definitions), 4.2 (window increase), 4.3 (Reno-friendly
// region), 4.6 (multiplicative decrease), 4.7 (fast convergence), 4.8 (time-out).

import "math"

// RFC 9438 4.1.1, 4.6 and 5.
const (
	cubicBeta  = 0.7
	cubicC     = 0.4
	cubicAlpha = 3 * (1 - cubicBeta) / (1 + cubicBeta)
)

type cubic struct {
	epoch     int64   // start of the congestion avoidance stage; 0: none
	wMax      float64 // segments
	k         float64 // seconds
	wEst      float64 // segments
	cwndPrior float64 // segments
	frac      float64 // bytes of growth not yet given
	seen      int64   // the last update, or the end of the last pause
}

func (q *cubic) ssthresh(c *Conn, _ int64) uint32 {
	mss := float64(c.opt.mss)
	cwnd := float64(c.cwnd) / mss
	q.epoch = 0
	q.cwndPrior = cwnd
	if cwnd < q.wMax {
		// 4.7: "W_max is reduced further" when a flow has not come back to it, so
		// that it releases bandwidth to new ones.
		q.wMax = cwnd * (1 + cubicBeta) / 2
	} else {
		q.wMax = cwnd
	}
	flight := min(float64(c.cwnd), float64(c.sndNxt-c.sndUna))
	return uint32(max(flight*cubicBeta, 2*mss))
}

func (q *cubic) avoid(c *Conn, now int64, cwndBytes, acked uint32) uint32 {
	mss := float64(c.opt.mss)
	cwnd := float64(cwndBytes) / mss
	segs := float64(acked) / mss
	if q.epoch == 0 {
		q.epoch = now
		q.wEst = cwnd
		q.frac = 0
		if cwnd < q.wMax {
			q.k = math.Cbrt((q.wMax - cwnd) / cubicC) // 4.2, figure 2
		} else {
			q.k, q.wMax = 0, cwnd
		}
	}
	q.seen = now
	t := float64(now-q.epoch) / 1e9
	rtt := float64(c.rtt.srtt) / 1e9

	// 4.3: the window that Reno would have.
	alpha := cubicAlpha
	if q.wEst >= q.cwndPrior {
		alpha = 1
	}
	q.wEst += alpha * segs / cwnd
	if q.window(t) < q.wEst {
		q.frac = 0
		return max(cwndBytes, uint32(q.wEst*mss))
	}
	// 4.2: the target one RTT from now, between cwnd and 1.5*cwnd.
	target := min(max(q.window(t+rtt), cwnd), 1.5*cwnd)
	q.frac += (target - cwnd) / cwnd * segs * mss
	n := math.Floor(q.frac)
	q.frac -= n
	return cwndBytes + uint32(n)
}

// window is W_cubic(t) = C*(t-K)^3 + W_max (4.2, figure 1).
func (q *cubic) window(t float64) float64 {
	d := t - q.k
	return cubicC*d*d*d + q.wMax
}

// timeout: 4.8, after a time-out "K is set to 0, and W_max is set to the congestion
// window size at the beginning of the current congestion avoidance stage". avoid
// does that when there is no W_max.
func (q *cubic) timeout() { q.epoch, q.wMax = 0, 0 }

// paused: 4.2, the elapsed time "MUST NOT include periods during which cwnd has not
// been updated due to application-limited behavior".
func (q *cubic) paused(now int64) {
	if q.epoch != 0 {
		q.epoch += now - q.seen
		q.seen = now
	}
}

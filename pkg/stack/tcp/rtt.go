package tcp

// Round-trip time and retransmission time-out: RFC 6298; RFC 7323 4.1 to 4.3 and
// appendix G (samples from every segment); RFC 9293 3.8.1.

import "time"

type rttEstimator struct {
	srtt, rttvar int64 // ns; srtt 0: no sample yet
	rto          int64 // with backoff
	min, max     int64
	backoff      int // doublings since the last valid sample
	retries      int // time-outs since the last acknowledgement of new data

	synRetransmitted bool
}

const (
	// RFC 6298 (2.1): "Until a round-trip time (RTT) measurement has been made
	// ... the sender SHOULD set RTO <- 1 second".
	initialRTO = int64(time.Second)
	// RFC 6298 (5.7): after a lost SYN the "RTO MUST be re-initialized to 3
	// seconds when data transmission begins".
	lostSynRTO = 3 * int64(time.Second)
)

func (r *rttEstimator) init(cfg *Config) {
	r.min, r.max = int64(cfg.MinRTO), int64(cfg.MaxRTO)
	r.rto = min(initialRTO, r.max)
}

// afterHandshake applies RFC 6298 (5.7), which is for connections without a valid
// sample: with timestamps the SYN-ACK may have given one.
func (r *rttEstimator) afterHandshake() {
	if r.srtt == 0 {
		r.rto = min(lostSynRTO, r.max)
	}
}

// sample takes one measurement, from an acknowledgement of acked bytes when flight
// were out.
func (r *rttEstimator) sample(rtt int64, flight, acked, mss uint32) {
	if rtt <= 0 {
		rtt = 1
	}
	if r.srtt == 0 {
		r.srtt, r.rttvar = rtt, rtt/2
	} else {
		// RFC 7323 appendix G: alpha' = alpha/ExpectedSamples and beta' likewise,
		// with ExpectedSamples = ceiling(FlightSize / (SMSS * 2)). That is for a
		// receiver that acknowledges every second segment. One behind GRO
		// acknowledges tens of them at once, and as many fewer samples come: what is
		// expected is the number of acknowledgements like this one in a flight.
		each := max(2*mss, acked)
		expected := int64(max(1, (flight+each-1)/each))
		d := r.srtt - rtt
		if d < 0 {
			d = -d
		}
		r.rttvar += (d - r.rttvar) / (4 * expected)
		r.srtt += (rtt - r.srtt) / (8 * expected)
	}
	r.backoff = 0
	r.set()
}

// set computes RTO <- SRTT + max(G, K*RTTVAR). The minimum is applied to the
// second term, as Linux does: the peer's delayed acknowledgement comes on
// top of the round trip, however long and steady that is.
func (r *rttEstimator) set() {
	r.rto = min(r.srtt+max(4*r.rttvar, r.min), r.max)
}

// back doubles the time-out: RFC 6298 (5.5).
func (r *rttEstimator) back() {
	r.backoff++
	r.rto = min(2*r.rto, r.max)
}

package tcp

// TCP small queues: net/ipv4/tcp_output.c (tcp_small_queue_check, tcp_wfree,
// tcp_tsq_handler). What one connection has queued below TCP, in queueing discipline
// and device, is bounded by two buffers or a millisecond at its pacing rate, and by
// Config.LimitOutputBytes. A completion lets it go on. Retransmissions are not
// held back (Linux doubles the bound for them).

import (
	"math"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
)

// pacingShift is sk_pacing_shift: a 1024th of a second.
const pacingShift = 10

// pacingRate is sk_pacing_rate in bytes per second (tcp_update_pacing_rate): the window
// per round trip, doubled in slow start and otherwise a fifth more.
func (c *Conn) pacingRate() uint64 {
	if c.rtt.srtt == 0 {
		return math.MaxUint64
	}
	ratio := uint64(120)
	if c.cwnd < c.ssth/2 {
		ratio = 200
	}
	return uint64(max(c.cwnd, c.sndNxt-c.sndUna)) * ratio / 100 * uint64(time.Second) / uint64(c.rtt.srtt)
}

// smallQueueFull reports whether s has to wait for completions.
func (c *Conn) smallQueueFull(now int64, s *skb.SKB) bool {
	if c.cfg.LimitOutputBytes <= 0 {
		return false
	}
	limit := max(uint64(2*s.Truesize()), c.pacingRate()>>pacingShift)
	limit = min(limit, uint64(c.cfg.LimitOutputBytes))
	if uint64(c.wmem) <= limit {
		return false
	}
	// With one buffer in flight or none there may be no completion to wait for.
	if h := c.sq.head; h == c.sq.unsent || h.Next == c.sq.unsent {
		return false
	}
	if !c.throttled {
		c.throttled = true
		c.n.TSQThrottles++
		if c.tr.On() {
			e := trace.Event{Time: now, Kind: trace.TSQThrottle, Stage: "tcp_small_queue_check", Flow: c.flowOut(), Sock: c.ID,
				Queue: trace.Queue{Bytes: int32(c.wmem), Limit: int32(limit)}}
			c.describeConn(&e)
			c.tr.Emit(e)
		}
	}
	return true
}

// charge makes the connection answer for a buffer that goes down.
func (c *Conn) charge(s *skb.SKB) {
	if c.cfg.LimitOutputBytes > 0 {
		c.wmem += s.Charge(c)
	}
}

// Below is the memory of the connection's buffers below TCP (sk_wmem_alloc).
func (c *Conn) Below() int { return c.wmem }

// Freed implements [skb.Owner]: tcp_wfree.
func (c *Conn) Freed(truesize int) {
	c.wmem -= truesize
	if !c.throttled {
		return
	}
	c.throttled = false
	if c.inside {
		c.resume = true
		return
	}
	c.env.Notify(c, Unthrottled)
}

// Resume sends what small queues held back (tcp_tsq_write).
func (c *Conn) Resume(now int64) {
	if c.inside {
		c.resume = true
		return
	}
	if c.tr.On() {
		e := trace.Event{Time: now, Kind: trace.TSQWake, Stage: "tcp_tsq_handler", Flow: c.flowOut(), Sock: c.ID,
			Queue: trace.Queue{Bytes: int32(c.wmem)}}
		c.describeConn(&e)
		c.tr.Emit(e)
	}
	c.inside = true
	c.output(now)
	c.leave(now)
}

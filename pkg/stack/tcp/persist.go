package tcp

// Zero-window probes: RFC 9293 3.8.6.1.

import (
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

type zeroWindow struct {
	backoff int   // probes since the window closed
	since   int64 // when the peer was asked first of all those times without an answer; 0: it has answered
}

// persistCheck runs the persist timer while data wait for the window and nothing is
// in flight whose retransmission would find out.
func (c *Conn) persistCheck(now int64) {
	if c.sq.unsent == nil || c.sndUna != c.sndNxt || !c.state.synchronized() {
		c.tm.deadline[timerPersist] = 0
		c.zwp = zeroWindow{}
		return
	}
	if c.tm.deadline[timerPersist] == 0 {
		// SHLD-29: "The transmitting host SHOULD send the first zero-window probe when a
		// zero window has existed for the retransmission timeout period".
		c.tm.deadline[timerPersist] = now + c.probeInterval()
	}
}

// probeInterval is the RTO, doubled for each probe (SHLD-30: "SHOULD increase
// exponentially the interval between successive probes").
func (c *Conn) probeInterval() int64 {
	d := c.rtt.rto
	for i := 0; i < c.zwp.backoff && d < c.rtt.max; i++ {
		d *= 2
	}
	return min(d, c.rtt.max)
}

// onPersist probes. As Linux, without data: a segment whose number was acknowledged
// long ago, which the peer must answer with an acknowledgement that carries
// its window. When the window has room, but less than the sender's silly window
// avoidance waits for, this is the override timer of 3.8.6.2.1, and what fits is
// sent. MUST-37: as long as the peer answers, the connection stays open; only one
// that its user has closed is given up then too.
func (c *Conn) onPersist(now int64) {
	s := c.sq.unsent
	if s == nil || c.sndUna != c.sndNxt {
		return
	}
	c.timerEvent(now, "persist")
	if c.probesLost(now) || c.userGone && c.zwp.backoff >= orphanRetries {
		c.giveUp(now)
		return
	}
	if c.sndWnd > 0 && s.Len() > 0 {
		if n := min(uint32(s.Len()), c.sndWnd, c.segMSS()); n < uint32(s.Len()) || n == c.sndWnd && s.CB.Flags&uint16(wire.FIN) != 0 {
			c.sq.split(s, int(n))
		}
		c.sent(now, s)
		c.transmit(now, s, trace.NotRetrans)
		return
	}
	if c.rtt.retries == 0 {
		c.zwp.since = now
	}
	c.rtt.retries++
	c.zwp.backoff++
	c.n.TCPWinProbe++
	c.probe(now)
	c.tm.deadline[timerPersist] = now + c.probeInterval()
}

// probesLost reports whether probes have been without an answer for so long that
// the peer must be gone.
func (c *Conn) probesLost(now int64) bool {
	if u := int64(c.cfg.UserTimeout); u != 0 && c.zwp.since != 0 && now-c.zwp.since >= u {
		return true
	}
	return c.rtt.retries >= c.cfg.Retries
}

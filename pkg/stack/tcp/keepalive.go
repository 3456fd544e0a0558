package tcp

// Keep-alives: RFC 9293 3.8.4 (MUST-24 to MUST-28, SHLD-12).

import (
	"syscall"
	"time"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

type keepAliveState struct {
	KeepAlive
	probes int // without an answer
}

// SetKeepAlive changes Config.KeepAlive. Zero durations keep what is set.
func (c *Conn) SetKeepAlive(now int64, k KeepAlive) {
	c.ka.On = k.On
	if k.Idle != 0 {
		c.ka.Idle = k.Idle
	}
	if k.Interval != 0 {
		c.ka.Interval = k.Interval
	}
	if k.Count != 0 {
		c.ka.Count = k.Count
	}
	c.ka.probes = 0
	c.keepAliveStart(now)
	if !c.inside {
		c.armTimer()
	}
}

func (c *Conn) keepAliveStart(now int64) {
	c.tm.deadline[timerKeepAlive] = 0
	if c.ka.On && c.state.synchronized() && c.state != StateTimeWait {
		c.tm.deadline[timerKeepAlive] = now + int64(c.ka.Idle)
	}
}

// onKeepAlive probes a connection from which nothing has come for the idle time.
// MUST-26: "keep-alive packets MUST only be sent when no sent data is outstanding, and no data
// or acknowledgment packets have been received for the connection within an interval".
func (c *Conn) onKeepAlive(now int64) {
	if !c.ka.On || !c.state.synchronized() || c.state == StateTimeWait {
		return
	}
	next := func(d time.Duration) { c.tm.deadline[timerKeepAlive] = now + int64(d) }
	if c.sq.head != nil {
		next(c.ka.Idle) // the retransmission or persist timer watches the peer
		return
	}
	idle := now - c.lastRecv
	if wait := int64(c.ka.Idle) - idle; wait > 0 {
		c.ka.probes = 0
		next(time.Duration(wait))
		return
	}
	c.timerEvent(now, "keepalive")
	if c.ka.probes >= c.ka.Count {
		c.n.TCPAbortOnTimeout++
		c.sendReset(now)
		c.fail(now, syscall.ETIMEDOUT)
		return
	}
	c.ka.probes++
	c.n.TCPKeepAlive++
	c.probe(now)
	next(c.ka.Interval)
}

// probe sends a segment without data whose number the peer has acknowledged, which
// it must answer: SEG.SEQ = SND.NXT-1 (3.8.4; also for the zero window).
func (c *Conn) probe(now int64) {
	c.emit(now, c.bare(now), c.sndUna-1, wire.ACK, trace.RetransZWP)
}

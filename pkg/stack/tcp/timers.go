package tcp

// The connection's timers share the one that the stack keeps for it.

// The timers, in the order in which they run when several are due.
const (
	timerRTO       = iota // rtt.go, recovery.go
	timerPersist          // persist.go
	timerDelAck           // delack.go
	timerKeepAlive        // keepalive.go
	timerWait             // timewait.go: TIME-WAIT, and FIN-WAIT-2 of a closed connection
	numTimers
)

type timers struct {
	deadline   [numTimers]int64 // 0: not running
	armed      int64            // what the stack was told
	background bool
}

// armTimer brings the stack's timer up to date. It is only moved when it
// would be late, or when what it waits for changes its nature: a timer that
// fires early finds nothing due and is set again, which is cheaper than
// moving it with every segment.
func (c *Conn) armTimer() {
	var at, fg int64
	for i, d := range c.tm.deadline {
		if d == 0 {
			continue
		}
		if at == 0 || d < at {
			at = d
		}
		if i != timerWait {
			fg = d
		}
	}
	tm := &c.tm
	if at == 0 {
		if c.state == StateClosed && tm.armed != 0 {
			tm.armed = 0
			c.env.SetTimer(c, 0)
		}
		return
	}
	background := fg == 0
	if tm.armed != 0 && tm.armed <= at && tm.background == background {
		return
	}
	tm.armed, tm.background = at, background
	c.env.SetTimer(c, at)
}

// TimerBackground reports whether the timer that was last asked for serves only
// to forget the connection (TIME-WAIT, FIN-WAIT-2 after Close): nobody waits
// for it.
func (c *Conn) TimerBackground() bool { return c.tm.background }

// OnTimer is the call that SetTimer asked for.
func (c *Conn) OnTimer(now int64) {
	c.tm.armed = 0
	c.inside = true
	for i := range c.tm.deadline {
		if d := c.tm.deadline[i]; d == 0 || d > now {
			continue
		}
		c.tm.deadline[i] = 0
		switch i {
		case timerRTO:
			c.onRTO(now)
		case timerPersist:
			c.onPersist(now)
		case timerDelAck:
			c.onDelAck(now)
		case timerKeepAlive:
			c.onKeepAlive(now)
		case timerWait:
			c.finish(now, nil)
		}
	}
	c.leave(now)
}

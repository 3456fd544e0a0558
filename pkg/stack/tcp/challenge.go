package tcp

// Challenge ACKs: RFC 5961 3 to 5, and their limit, 7.

import (
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

// challengeInterval is the least time between two acknowledgements of a connection
// that answer something unacceptable: tcp_invalid_ratelimit. It ends the loops of
// two connections that answer one another.
const challengeInterval = int64(500 * time.Millisecond)

type challenge struct {
	last int64 // 0: none yet
}

func (h *challenge) allow(now int64) bool {
	if h.last != 0 && now-h.last < challengeInterval {
		return false
	}
	h.last = now
	return true
}

// challengeAck tells the peer where this connection stands: RFC 5961's
// <SEQ=SND.NXT><ACK=RCV.NXT><CTL=ACK>.
func (c *Conn) challengeAck(now int64) {
	if !c.chal.allow(now) {
		c.n.TCPACKSkippedChallenge++
		return
	}
	c.n.TCPChallengeACK++
	c.sendAck(now)
}

// outOfWindow acknowledges an unacceptable segment. Data that come again are always
// answered, since the peer waits for that.
func (c *Conn) outOfWindow(now int64, seg *segment, skipped *uint64) {
	if (seg.len == 0 || seg.flags&wire.SYN != 0) && !c.chal.allow(now) {
		*skipped++
		return
	}
	c.sendAck(now)
}

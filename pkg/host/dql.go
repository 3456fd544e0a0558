package host

// Dynamic queue limits: lib/dynamic_queue_limits.c. How many bytes a device may hold so
// that it never runs dry and nothing waits in it for longer than that takes: the
// limit grows when the device has run out of work while more was held back, and
// shrinks by the least slack seen within a second.

import (
	"math"
	"time"
)

// dqlHold is how long slack is observed before the limit shrinks (slack_hold_time,
// HZ in netdev_queue's dql).
const dqlHold = int64(time.Second)

// dql counts bytes; all counters but limits only grow.
type dql struct {
	queued, completed        int64
	limit, adjLimit          int64 // adjLimit: queued may reach it
	lastObj                  int64 // bytes queued last
	prevQueued, prevOvlimit  int64
	prevLastObj, lowestSlack int64
	slackStart               int64
	minLimit, maxLimit       int64
}

// dqlMaxLimit is DQL_MAX_LIMIT: half of an unsigned int less an object.
const dqlMaxLimit = math.MaxUint32/2 - math.MaxUint32/16

func (d *dql) init(now int64) {
	*d = dql{maxLimit: dqlMaxLimit, lowestSlack: math.MaxInt64, slackStart: now}
}

// queue counts n more bytes in the device.
func (d *dql) queue(n int64) { d.lastObj = n; d.queued += n }

// avail is how many bytes may still be queued; negative: the queue must stop.
func (d *dql) avail() int64 { return d.adjLimit - d.queued }

// complete counts n bytes as sent and adjusts the limit.
func (d *dql) complete(n, now int64) {
	done := d.completed + n
	limit := d.limit
	over := max(0, d.queued-d.completed-limit)
	inProgress := d.queued - done
	prevInProgress := d.prevQueued - d.completed
	allPrev := max(0, done-d.prevQueued)
	switch {
	case over > 0 && inProgress == 0, d.prevOvlimit > 0 && allPrev > 0:
		// Starved: what was sent in the interval beyond what it began with would have
		// been needed, and what was over the limit.
		limit += allPrev + d.prevOvlimit
		d.slackStart, d.lowestSlack = now, math.MaxInt64
	case inProgress > 0 && prevInProgress > 0 && allPrev == 0:
		// Busy throughout: twice what was completed bounds what is needed.
		slack := max(0, limit+d.prevOvlimit-2*n)
		if d.prevOvlimit > 0 {
			slack = max(slack, d.prevLastObj-d.prevOvlimit)
		}
		d.lowestSlack = min(d.lowestSlack, slack)
		if now > d.slackStart+dqlHold {
			limit = max(0, limit-d.lowestSlack)
			d.slackStart, d.lowestSlack = now, math.MaxInt64
		}
	}
	limit = min(max(limit, d.minLimit), d.maxLimit)
	if limit != d.limit {
		d.limit = limit
		over = 0
	}
	d.adjLimit = limit + done
	d.prevOvlimit = over
	d.prevLastObj = d.lastObj
	d.completed = done
	d.prevQueued = d.queued
}

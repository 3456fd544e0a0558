package host

// Adaptive interrupt moderation: lib/dim/net_dim.c and dim.c. Every 64 interrupts
// the load since then is compared with that of the 64 before; while bytes, else
// packets, rise, or interrupts fall, the search goes on in the same direction through
// five profiles, else it turns. It rests on the top, until the load changes, or when it
// is tired of finding none, for as many samples as it took steps.

import (
	"math"

	"github.com/netkit-go/netkit/pkg/trace"
)

// dimEvents is how many interrupts make a sample (DIM_NEVENTS).
const dimEvents = 64

// dimProfiles are the moderation settings, from low latency to few interrupts
// (NET_DIM_RX_EQE_PROFILES).
var dimProfiles = [...]struct{ usecs, frames int }{{1, 256}, {8, 256}, {64, 256}, {128, 256}, {256, 256}}

type dimState uint8

const (
	dimParked dimState = iota
	dimTired
	dimRight
	dimLeft
)

// dimPatience is how many steps the search makes without a rest.
const dimPatience = 2 * len(dimProfiles)

type dimStats struct{ bytes, packets, events float64 } // per millisecond

type dim struct {
	n       *napi
	on      bool
	events  uint64
	packets uint64
	bytes   uint64

	started                       int64
	startEvents, startPkts, start uint64
	prev                          dimStats
	profile                       int
	rights, lefts                 int // steps since the last turn that way
	tired                         int // steps since it rested
	state                         dimState
	armed                         bool
}

func (d *dim) init(n *napi) {
	d.n, d.on = n, n.p.nic.Config().AdaptiveRx
	if d.on {
		d.profile = 1
		d.apply()
	}
}

func (d *dim) apply() {
	p := dimProfiles[d.profile]
	d.n.q.SetRxCoalesce(p.usecs, p.frames)
	if h := d.n.p.h; h.tr.On() {
		h.tr.Emit(trace.Event{Kind: trace.CoalesceSet, Stage: "net_dim", Dev: d.n.p.info.Name,
			NIC: trace.NIC{Queue: int16(d.n.q.Index()), Work: int32(p.usecs), Budget: int32(p.frames)}})
	}
}

// sample is net_dim, called when a poll completes.
func (d *dim) sample() {
	if !d.on {
		return
	}
	now := d.n.p.h.now()
	if !d.armed {
		d.armed = true
		d.restart(now)
		return
	}
	if d.events-d.startEvents < dimEvents || now <= d.started {
		return
	}
	ms := float64(now-d.started) / 1e6
	cur := dimStats{float64(d.bytes-d.start) / ms, float64(d.packets-d.startPkts) / ms, float64(d.events-d.startEvents) / ms}
	if old := d.profile; d.decide(cur) != old {
		d.apply()
	}
	d.restart(now)
}

func (d *dim) restart(now int64) {
	d.started, d.startEvents, d.startPkts, d.start = now, d.events, d.packets, d.bytes
}

// better compares two samples: bytes first, then packets, then interrupts, each by
// more than a tenth (net_dim_stats_compare). It is 0 when they are alike.
func (a dimStats) better(b dimStats) int {
	if b.bytes == 0 {
		if a.bytes > 0 {
			return 1
		}
		return 0
	}
	for _, v := range [...]struct{ x, y float64 }{{a.bytes, b.bytes}, {a.packets, b.packets}, {-a.events, -b.events}} {
		switch diff := v.x - v.y; {
		case diff > 0.1*math.Abs(v.y):
			return 1
		case diff < -0.1*math.Abs(v.y):
			return -1
		}
	}
	return 0
}

// decide moves through the profiles and returns the new one (net_dim_decision).
func (d *dim) decide(cur dimStats) int {
	was := d.state
	switch d.state {
	case dimParked:
		if cur.better(d.prev) != 0 {
			d.search()
		}
	case dimTired:
		if d.tired--; d.tired == 0 {
			d.search()
		}
	default:
		if cur.better(d.prev) <= 0 {
			d.turn()
		}
		if d.onTop() || !d.step() {
			d.rest(dimParked)
			d.tired = 0
		} else if d.tired == dimPatience {
			d.rest(dimTired)
		}
	}
	if was != dimParked || d.state != dimParked {
		d.prev = cur
	}
	return d.profile
}

// search begins a search: towards low latency where there is room.
func (d *dim) search() {
	d.state = dimLeft
	if d.profile == 0 {
		d.state = dimRight
	}
	d.step()
}

// step goes one profile on. False: there is none.
func (d *dim) step() bool {
	switch {
	case d.state == dimRight && d.profile < len(dimProfiles)-1:
		d.profile++
		d.rights++
	case d.state == dimLeft && d.profile > 0:
		d.profile--
		d.lefts++
	default:
		return false
	}
	d.tired++
	return true
}

func (d *dim) turn() {
	if d.state == dimRight {
		d.state, d.lefts = dimLeft, 0
	} else {
		d.state, d.rights = dimRight, 0
	}
}

// onTop: it went well for several steps one way, and one step too far.
func (d *dim) onTop() bool {
	if d.state == dimRight {
		return d.lefts > 1 && d.rights == 1
	}
	return d.rights > 1 && d.lefts == 1
}

func (d *dim) rest(s dimState) { d.state, d.rights, d.lefts = s, 0, 0 }

package icmp

// Rate limits: RFC 4443 2.4 (f) ("a token bucket"), RFC 1812 4.3.2.8; the figures
// are Linux's: icmp_msgs_per_sec and icmp_msgs_burst for all, icmp_ratelimit for each
// destination.

import (
	"net/netip"
	"time"
)

// Defaults of a Limiter.
const (
	PerSecond = 1000        // all destinations together
	Burst     = 50          //
	PeerGap   = time.Second // one error per destination and gap
	PeerBurst = 6           // XRLIM_BURST_FACTOR
	MaxPeers  = 1024        // destinations remembered; the oldest goes first
)

// bucket is a token bucket counted in time: credit grows with the clock up to a
// burst, and a token costs its gap.
type bucket struct {
	credit time.Duration
	last   int64
	known  bool
}

func (b *bucket) refill(now int64, gap time.Duration, burst int) {
	limit := gap * time.Duration(burst)
	if !b.known {
		b.credit, b.last, b.known = limit, now, true
		return
	}
	b.credit = min(b.credit+time.Duration(now-b.last), limit)
	b.last = now
}

// Limiter says whether one more error may be sent. The zero value is ready.
type Limiter struct {
	all   bucket
	peers map[netip.Addr]*bucket // looked up only
	ring  []netip.Addr           // keys in order of insertion
	next  int
}

// Allow takes a token for dst. What is refused costs nothing.
func (l *Limiter) Allow(now int64, dst netip.Addr) bool {
	const gap = time.Second / PerSecond
	l.all.refill(now, gap, Burst)
	if l.all.credit < gap {
		return false
	}
	p := l.peer(dst)
	p.refill(now, PeerGap, PeerBurst)
	if p.credit < PeerGap {
		return false
	}
	p.credit -= PeerGap
	l.all.credit -= gap
	return true
}

func (l *Limiter) peer(dst netip.Addr) *bucket {
	if p := l.peers[dst]; p != nil {
		return p
	}
	if l.peers == nil {
		l.peers = make(map[netip.Addr]*bucket)
	}
	p := &bucket{}
	if len(l.ring) < MaxPeers {
		l.ring = append(l.ring, dst)
	} else {
		delete(l.peers, l.ring[l.next])
		l.ring[l.next] = dst
		l.next = (l.next + 1) % MaxPeers
	}
	l.peers[dst] = p
	return p
}

package ip

// Path MTU: RFC 1191 (IPv4), RFC 8201 (IPv6).

import (
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds of the cache.
const (
	MaxPMTU    = 1024             // destinations; the oldest entry goes first
	PMTUExpiry = 10 * time.Minute // the time that RFC 1191 6.3 and RFC 8201 5.3 recommend
	// MinPMTU is the least that an IPv4 path is believed to have, as Linux's
	// ip_rt_min_pmtu; for a smaller report packets go out without DF.
	MinPMTU = 552
)

// PMTU remembers the path MTU of destinations where it is below the first
// link's. It is lowered by reports and never raised except by expiry.
type PMTU struct {
	m    map[netip.Addr]pmtuEntry // looked up only
	ring []netip.Addr             // keys in order of insertion
	next int
}

type pmtuEntry struct {
	mtu     int
	locked  bool
	expires int64
}

// Lower takes in a report that packets to dst must not be larger than mtu. It
// returns what is now believed, and whether that is news. The caller has checked
// that the report quotes a packet which this host sent.
func (c *PMTU) Lower(now int64, dst netip.Addr, mtu, link int) (int, bool) {
	locked := false
	if dst.Is4() {
		// A router older than RFC 1191 reports 0. Linux stopped guessing plateaus and takes the least.
		if mtu < MinPMTU {
			mtu, locked = min(MinPMTU, link), true
		}
	} else if mtu < wire.IPv6MinMTU {
		// RFC 8201 4: a report below the IPv6 minimum link MTU is discarded.
		mtu = link
	}
	old, oldLocked := c.Get(now, dst, link)
	if mtu >= old && locked == oldLocked {
		return old, false
	}
	mtu = min(mtu, old)
	if c.m == nil {
		c.m = make(map[netip.Addr]pmtuEntry)
	}
	if _, ok := c.m[dst]; !ok {
		if len(c.ring) < MaxPMTU {
			c.ring = append(c.ring, dst)
		} else {
			delete(c.m, c.ring[c.next])
			c.ring[c.next] = dst
			c.next = (c.next + 1) % MaxPMTU
		}
	}
	c.m[dst] = pmtuEntry{mtu, locked, now + int64(PMTUExpiry)}
	return mtu, true
}

// Get returns the MTU towards dst and whether DF must stay clear.
func (c *PMTU) Get(now int64, dst netip.Addr, link int) (mtu int, locked bool) {
	e, ok := c.m[dst]
	if !ok || now >= e.expires {
		return link, false
	}
	return min(e.mtu, link), e.locked
}

// Expires returns when the entry for dst ends, or 0.
func (c *PMTU) Expires(now int64, dst netip.Addr) int64 {
	if e, ok := c.m[dst]; ok && now < e.expires {
		return e.expires
	}
	return 0
}

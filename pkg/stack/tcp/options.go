package tcp

// Options: RFC 9293 3.2 and 3.7.1 (MSS), RFC 7323 2 (window scale), 3 (timestamps),
// RFC 2018 2 and 3 (SACK), RFC 6691 (what the MSS counts).

import (
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

// negotiated is what both sides have agreed on, and the state that belongs to it.
type negotiated struct {
	ts, sack, wscale     bool // offered until the handshake is done, then in use
	sndWScale, rcvWScale uint8
	peerMSS              int
	pathMSS              int    // from the MTU
	mss                  uint32 // payload of a full segment without SACK blocks

	tsOffset   uint32
	tsRecent   uint32
	tsRecentAt int64
}

func (o *negotiated) init(cfg *Config) {
	o.ts, o.sack, o.wscale = !cfg.NoTimestamps, !cfg.NoSACK, !cfg.NoWindowScale
	o.pathMSS = cfg.MSS
	// RFC 9293 3.7.1, MUST-15: the default until the peer's option has come.
	o.peerMSS = defaultMSS4
	o.mss = defaultMSS4
	if o.wscale {
		for o.rcvWScale < wire.TCPMaxWScale && 65535<<o.rcvWScale < cfg.RecvBufMax/2 {
			o.rcvWScale++
		}
	}
}

// tsLen is the timestamps option with its padding.
const tsLen = 12

// update computes what a segment carries: Eff.snd.MSS of RFC 9293 3.7.1.
func (o *negotiated) update() {
	m := max(min(o.peerMSS, o.pathMSS), minMSS)
	if o.ts {
		m = max(m-tsLen, minMSS)
	}
	o.mss = uint32(m)
}

// fromSYN takes the peer's options. active says that the SYN answers ours, so
// that both have spoken.
func (c *Conn) fromSYN(now int64, p *wire.TCPOptions) {
	o := &c.opt
	o.peerMSS = defaultMSS4
	if c.remote.Addr().Is6() {
		o.peerMSS = defaultMSS6
	}
	if p.HasMSS {
		o.peerMSS = int(p.MSS)
	}
	// RFC 7323 1.3: an option is used only if both SYNs carry it.
	o.ts = o.ts && p.HasTS
	o.sack = o.sack && p.SACKPermitted
	o.wscale = o.wscale && p.HasWScale
	if o.wscale {
		o.sndWScale = p.WScale
	} else {
		o.sndWScale, o.rcvWScale = 0, 0
	}
	if o.ts {
		o.tsRecent, o.tsRecentAt = p.TSVal, now
	}
	o.update()
}

// tsTick is the timestamp clock's, between the bounds of RFC 7323 5.4.
const tsTick = time.Millisecond

func (c *Conn) tsNow(now int64) uint32 {
	return uint32(now/int64(tsTick)) + c.opt.tsOffset
}

// synOptions are those of our SYN and SYN-ACK.
func (c *Conn) synOptions(now int64, o *wire.TCPOptions) {
	o.MSS, o.HasMSS = uint16(c.cfg.MSS), true
	o.SACKPermitted = c.opt.sack
	o.HasWScale, o.WScale = c.opt.wscale, c.opt.rcvWScale
	if c.opt.ts {
		o.HasTS, o.TSVal, o.TSEcr = true, c.tsNow(now), c.opt.tsRecent
	}
}

// segOptions are those of every other segment.
func (c *Conn) segOptions(now int64, o *wire.TCPOptions) {
	if c.opt.ts {
		o.HasTS, o.TSVal, o.TSEcr = true, c.tsNow(now), c.opt.tsRecent
	}
	if c.sackDue() {
		c.ooo.blocks(o)
	}
}

// sackDue reports whether segments carry SACK blocks now.
func (c *Conn) sackDue() bool {
	return c.opt.sack && (len(c.ooo.runs) > 0 || c.ooo.dsack.Left != c.ooo.dsack.Right)
}

// segMSS is the payload that a segment sent now may carry. SACK blocks take room
// (RFC 6691: "the sender MUST reduce the TCP data length to account for any IP
// or TCP options"). And as tcp_bound_to_half_wnd it is at most half of the largest
// window: a segment that fills the window (loopback) would wait for the peer's
// delayed acknowledgement each time.
func (c *Conn) segMSS() uint32 {
	m := c.opt.mss
	if w := c.maxWnd; w > defaultMSS4 && m > w/2 {
		m = max(w/2, minMSS)
	}
	if c.sackDue() {
		var o wire.TCPOptions
		o.HasTS = c.opt.ts
		c.ooo.blocks(&o)
		n := uint32(o.Len())
		if o.HasTS {
			n -= tsLen
		}
		m = max(m-min(m, n), minMSS)
	}
	return m
}

// pawsOutdated is how long TS.Recent stays valid on an idle connection: RFC 7323
// 5.5, 24 days.
const pawsOutdated = 24 * 24 * int64(time.Hour)

// pawsReject is rule R1 of RFC 7323 5.3.
func (c *Conn) pawsReject(now int64, o *wire.TCPOptions) bool {
	return int32(o.TSVal-c.opt.tsRecent) < 0 && now-c.opt.tsRecentAt < pawsOutdated
}

// updateTSRecent is RFC 7323 4.3 (2): "If SEG.TSval >= TS.Recent and SEG.SEQ <=
// Last.ACK.sent, then SEG.TSval is copied to TS.Recent".
func (c *Conn) updateTSRecent(now int64, seq uint32, o *wire.TCPOptions) {
	if seqLE(seq, c.lastAck) && (int32(o.TSVal-c.opt.tsRecent) >= 0 || now-c.opt.tsRecentAt >= pawsOutdated) {
		c.opt.tsRecent, c.opt.tsRecentAt = o.TSVal, now
	}
}

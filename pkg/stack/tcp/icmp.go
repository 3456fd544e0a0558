package tcp

// ICMP: RFC 9293 3.9.2.2, RFC 5461 (soft errors), RFC 5927 4 (attacks), RFC 8899 is
// not used: path MTU by RFC 1191 and RFC 8201.

import "github.com/netkit-go/netkit/pkg/wire"

// InFlight reports whether a sequence number quoted by an ICMP message is of data
// that are sent and not acknowledged. RFC 5927 4.1: others are to be ignored, so
// that only somebody on the path can forge one. The stack asks before ICMPError
// and SetMTU.
func (c *Conn) InFlight(seq uint32) bool {
	return c.state != StateClosed && seqGE(seq, c.sndUna) && seqLT(seq, c.sndNxt)
}

// ICMPError reports an ICMP error for a segment of this connection. hard is
// RFC 1122's notion: protocol or port unreachable, or administratively prohibited.
func (c *Conn) ICMPError(now int64, err error, hard bool) {
	if c.inside {
		c.pending.err, c.pending.hard = err, hard
		return
	}
	c.inside = true
	c.icmpError(now, err, hard)
	c.leave(now)
}

func (c *Conn) icmpError(now int64, err error, hard bool) {
	switch c.state {
	case StateClosed, StateTimeWait:
	case StateSynSent:
		// RFC 5461 4.1: an attempt to connect ends with soft errors too, as in Linux, so
		// that the user can go on to another address at once.
		c.fail(now, err)
	case StateSynReceived:
		if hard {
			c.fail(now, err)
		} else {
			c.soft = err
		}
	default:
		// RFC 5461 2: hard errors are taken for soft ones once the connection is
		// synchronized, as they can be forged and the path may recover. The user
		// learns of them when the connection times out.
		c.soft = err
	}
}

// SetMTU says that the path to the peer carries packets of mtu bytes.
func (c *Conn) SetMTU(now int64, mtu int) {
	if c.inside {
		c.pending.mtu = mtu
		return
	}
	c.inside = true
	c.setMTU(now, mtu)
	c.leave(now)
}

func (c *Conn) setMTU(now int64, mtu int) {
	headers := 20 + wire.TCPMinHeaderLen
	if c.remote.Addr().Is6() {
		headers += 20
	}
	mss := max(mtu-headers, minMSS)
	if mss == c.opt.pathMSS {
		return
	}
	smaller := mss < c.opt.pathMSS
	c.opt.pathMSS = mss
	if c.state == StateClosed || !c.state.synchronized() {
		c.cfg.MSS = min(mss, c.cfg.MSS)
		return
	}
	c.opt.update()
	c.cwnd = max(c.cwnd, c.opt.mss)
	if !smaller || c.state == StateTimeWait {
		return
	}
	// What is in flight in larger segments was dropped by the router that told us:
	// it is sent again in smaller ones. No congestion: the window stays
	// (tcp_simple_retransmit; RFC 8201 5.4).
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if s.CB.Sacked&(tagSacked|tagLost) == 0 && s.CB.User > c.opt.mss && s.Len() > int(c.opt.mss) {
			if s.CB.Sacked&tagRetrans != 0 {
				s.CB.Sacked &^= tagRetrans
				c.rec.retrans -= seqLen(s)
			}
			c.tagLost(s)
		}
	}
	c.output(now)
}

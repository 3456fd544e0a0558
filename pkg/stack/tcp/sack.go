package tcp

// The sender's scoreboard: RFC 2018 5, RFC 2883 (D-SACK), RFC 6675 2 to 4 (Update,
// IsLost).

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// sackArrives tags what the blocks of an acknowledgement cover.
func (c *Conn) sackArrives(seg *segment, a *ackInfo) {
	var blocks [wire.TCPMaxSACK]wire.SACKBlock
	k := 0
	for i, b := range seg.opt.SACK[:seg.opt.NSACK] {
		if !seqLT(b.Left, b.Right) || seqGT(b.Right, c.sndNxt) {
			continue
		}
		// RFC 2883 4: a first block at or below the cumulative acknowledgement, or
		// within the second block, reports a duplicate.
		if i == 0 && (seqLE(b.Right, seg.ack) || seg.opt.NSACK > 1 &&
			seqGE(b.Left, seg.opt.SACK[1].Left) && seqLE(b.Right, seg.opt.SACK[1].Right)) {
			c.n.TCPDSACKRecv++
			continue
		}
		if seqLT(b.Left, seg.ack) {
			continue
		}
		// Sorted by insertion: four at most.
		j := k
		for ; j > 0 && seqLT(b.Left, blocks[j-1].Left); j-- {
			blocks[j] = blocks[j-1]
		}
		blocks[j] = b
		k++
	}
	i := 0
	var prev *skb.SKB
	for s := c.sq.head; s != nil && s != c.sq.unsent; prev, s = s, s.Next {
		for i < k && seqLE(blocks[i].Right, s.CB.Seq) {
			i++
		}
		if i == k {
			return
		}
		b := blocks[i]
		if seqLE(s.CB.EndSeq, b.Left) || s.CB.Sacked&tagSacked != 0 {
			continue
		}
		if seqLT(s.CB.Seq, b.Left) {
			// What lies before the block becomes a buffer of its own, up to the next
			// segment boundary: blocks that do not end where segments do must
			// not cut the queue into crumbs.
			n := roundUp(b.Left-s.CB.Seq, s.CB.User)
			if n >= uint32(s.Len()) || c.sq.n >= maxBuffers {
				continue
			}
			c.sq.splitSent(s, int(n))
			continue // the next turn sees the rest
		}
		if seqGT(s.CB.EndSeq, b.Right) {
			n := b.Right - s.CB.Seq
			n -= n % max(s.CB.User, 1)
			if n == 0 || n >= uint32(s.Len()) {
				continue
			}
			if c.extendSacked(prev, s, n, a) || c.sq.n >= maxBuffers {
				continue
			}
			c.sq.splitSent(s, int(n))
		}
		c.tagSacked(s, a)
	}
}

func roundUp(n, unit uint32) uint32 {
	unit = max(unit, 1)
	return (n + unit - 1) / unit * unit
}

func (c *Conn) tagSacked(s *skb.SKB, a *ackInfo) {
	n := seqLen(s)
	if s.CB.Sacked&tagLost != 0 {
		c.rec.lost -= n
	}
	if s.CB.Sacked&tagRetrans != 0 {
		c.rec.retrans -= n
	}
	s.CB.Sacked = tagSacked
	c.rec.sacked += n
	a.sacked += n
	a.delivered += n
}

// extendSacked moves the first n bytes of s, newly SACKed, to the end of the buffer
// before it, if that is SACKed too and the bytes follow its own in the same
// block: a block that grows segment by segment must not cut the queue into
// segments (tcp_shift_skb_data does this for Linux).
func (c *Conn) extendSacked(prev, s *skb.SKB, n uint32, a *ackInfo) bool {
	if prev == nil || prev.CB.Sacked&tagSacked == 0 || prev.Block() != s.Block() || s.CB.Retrans != prev.CB.Retrans {
		return false
	}
	_, _, tail, _ := prev.Offsets()
	if tail != s.Data() {
		return false
	}
	if s.CB.Sacked&tagLost != 0 {
		c.rec.lost -= n
	}
	if s.CB.Sacked&tagRetrans != 0 {
		c.rec.retrans -= n
	}
	prev.Put(int(n))
	prev.CB.EndSeq += n
	s.Advance(int(n))
	s.CB.Seq += n
	c.rec.sacked += n
	a.sacked += n
	a.delivered += n
	return true
}

// markLost tags what RFC 6675's IsLost holds for lost: segments above which
// DupThresh discontiguous sequences, or more than (DupThresh - 1) * SMSS bytes,
// have been SACKed. It reports whether there were new ones.
func (c *Conn) markLost() bool {
	runs := 0
	in := false
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		sacked := s.CB.Sacked&tagSacked != 0
		if sacked && !in {
			runs++
		}
		in = sacked
	}
	above := c.rec.sacked
	limit := (dupThresh - 1) * c.opt.mss
	found := false
	in = false
	for s := c.sq.head; s != nil && s != c.sq.unsent; s = s.Next {
		if s.CB.Sacked&tagSacked != 0 {
			above -= seqLen(s)
			if !in {
				runs--
			}
			in = true
			continue
		}
		in = false
		if above <= limit && runs < dupThresh {
			break
		}
		if s.CB.Sacked&tagLost == 0 {
			c.tagLost(s)
			found = true
		}
	}
	return found
}

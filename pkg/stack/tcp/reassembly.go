package tcp

// Data out of order, and the SACK blocks that tell of them: RFC 2018 3 and 4, RFC 2883 4.

import (
	"sort"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// maxRuns bounds the gaps. A segment that would make one more is dropped, and the
// peer sends it again.
const maxRuns = 1024

// run is contiguous data above RCV.NXT.
type run struct {
	start, end uint32
	head, tail *skb.SKB
}

// reassembly keeps the runs in order, without overlap, and never adjacent to one
// another. Overlapping data are cut to what is new: what came first stays.
type reassembly struct {
	runs   []run
	bytes  int
	mem    int
	recent [wire.TCPMaxSACK]uint32 // a number in each of the runs that changed last
	nrec   int
	dsack  wire.SACKBlock // to be reported once; empty: none
}

// insert takes a segment whose first number is above RCV.NXT. It reports whether
// s was kept.
func (r *reassembly) insert(c *Conn, now int64, s *skb.SKB) bool {
	c.n.TCPOFOQueue++
	seq, end := s.CB.Seq, s.CB.EndSeq
	// The first run that ends at or after the segment's start.
	i := len(r.runs)
	if i > 0 && !seqGE(r.runs[i-1].end, seq) {
		// Behind everything: the usual case.
	} else {
		i = sort.Search(len(r.runs), func(k int) bool { return seqGE(r.runs[k].end, seq) })
	}
	if i < len(r.runs) {
		x := &r.runs[i]
		if seqGE(seq, x.start) && seqLE(end, x.end) {
			r.setDSACK(c, seq, end)
			r.touch(seq)
			return false
		}
		if seqGE(seq, x.start) && seqLT(seq, x.end) {
			r.setDSACK(c, seq, x.end)
			s.Advance(int(x.end - seq))
			seq = x.end
			s.CB.Seq = seq
		}
	}
	// Runs that the segment covers give way to it.
	j := i
	if j < len(r.runs) && r.runs[j].end == seq {
		j++ // it continues this one
	}
	k := j
	for k < len(r.runs) && seqLE(r.runs[k].end, end) && seqGE(r.runs[k].start, seq) {
		r.setDSACK(c, r.runs[k].start, r.runs[k].end)
		r.release(c, now, &r.runs[k])
		k++
	}
	if k > j {
		r.runs = append(r.runs[:j], r.runs[k:]...)
	}
	if j < len(r.runs) && seqLT(r.runs[j].start, end) {
		over := end - r.runs[j].start
		r.setDSACK(c, r.runs[j].start, end)
		if s.CB.Flags&uint16(wire.FIN) != 0 {
			s.CB.Flags = 0
			over--
		}
		s.Trim(s.Len() - int(over))
		end = r.runs[j].start
		s.CB.EndSeq = end
	}
	joinsLeft := i < j
	joinsRight := j < len(r.runs) && r.runs[j].start == end
	if !joinsLeft && !joinsRight && len(r.runs) >= maxRuns {
		c.n.TCPOFODrop++
		c.drop(now, s, trace.TCPOfoMerge)
		return true
	}
	s.Next = nil
	r.bytes += s.Len()
	r.mem += blockMem(s)
	switch {
	case joinsLeft && joinsRight:
		x, y := &r.runs[i], r.runs[j]
		x.tail.Next = s
		s.Next = y.head
		x.tail, x.end = y.tail, y.end
		r.runs = append(r.runs[:j], r.runs[j+1:]...)
	case joinsLeft:
		x := &r.runs[i]
		x.tail.Next = s
		x.tail, x.end = s, end
	case joinsRight:
		y := &r.runs[j]
		s.Next = y.head
		y.head, y.start = s, seq
	default:
		r.runs = append(r.runs, run{})
		copy(r.runs[j+1:], r.runs[j:])
		r.runs[j] = run{start: seq, end: end, head: s, tail: s}
	}
	r.touch(seq)
	return true
}

// drain moves what has become contiguous to the receive queue.
func (r *reassembly) drain(c *Conn, now int64) {
	for len(r.runs) > 0 && seqLE(r.runs[0].start, c.rcvNxt) {
		// Taken out first: a FIN in it clears what is left.
		x := r.runs[0]
		r.runs = append(r.runs[:0], r.runs[1:]...)
		for s := x.head; s != nil; {
			next := s.Next
			s.Next = nil
			r.bytes -= s.Len()
			r.mem -= blockMem(s)
			if seqLE(s.CB.EndSeq, c.rcvNxt) || !c.state.mayReceive() {
				c.consumed(now, s)
			} else {
				if seqLT(s.CB.Seq, c.rcvNxt) {
					c.duplicateData(s.CB.Seq, c.rcvNxt)
					s.Advance(int(c.rcvNxt - s.CB.Seq))
					s.CB.Seq = c.rcvNxt
				}
				if !c.inOrder(now, s) {
					c.consumed(now, s)
				}
			}
			s = next
		}
	}
}

func (r *reassembly) release(c *Conn, now int64, x *run) {
	for s := x.head; s != nil; {
		next := s.Next
		s.Next = nil
		r.bytes -= s.Len()
		r.mem -= blockMem(s)
		c.consumed(now, s)
		s = next
	}
}

func (r *reassembly) clear(c *Conn, now int64) {
	for i := range r.runs {
		r.release(c, now, &r.runs[i])
	}
	r.runs = r.runs[:0]
	r.nrec = 0
	r.dsack = wire.SACKBlock{}
}

// setDSACK notes a duplicate above RCV.NXT.
func (r *reassembly) setDSACK(c *Conn, left, right uint32) {
	if c.opt.sack {
		r.dsack = wire.SACKBlock{Left: left, Right: right}
		c.n.TCPDSACKOfoSent++
	}
}

// touch makes the run around seq the most recent one.
func (r *reassembly) touch(seq uint32) {
	copy(r.recent[1:], r.recent[:])
	r.recent[0] = seq
	r.nrec = min(r.nrec+1, len(r.recent))
}

// blocks fills in SACK blocks: the duplicate first (RFC 2883 4), then the run with
// the segment that came last (RFC 2018 4: "The first SACK block ... MUST specify
// the contiguous block of data containing the segment which triggered this ACK"),
// then those that changed before, then others from the lowest on.
func (r *reassembly) blocks(o *wire.TCPOptions) {
	limit := wire.TCPMaxSACK
	if o.HasTS {
		limit--
	}
	o.NSACK = 0
	if r.dsack.Left != r.dsack.Right {
		o.SACK[0] = r.dsack
		o.NSACK = 1
	}
	for _, seq := range r.recent[:r.nrec] {
		if o.NSACK == limit {
			return
		}
		i := sort.Search(len(r.runs), func(k int) bool { return seqGT(r.runs[k].end, seq) })
		if i < len(r.runs) && seqLE(r.runs[i].start, seq) {
			r.addBlock(o, r.runs[i])
		}
	}
	for i := 0; i < len(r.runs) && i < limit && o.NSACK < limit; i++ {
		r.addBlock(o, r.runs[i])
	}
}

func (r *reassembly) addBlock(o *wire.TCPOptions, x run) {
	first := 0
	if r.dsack.Left != r.dsack.Right {
		first = 1 // the duplicate may be the same as a run, and both are reported
	}
	for _, b := range o.SACK[first:o.NSACK] {
		if b.Left == x.start {
			return
		}
	}
	o.SACK[o.NSACK] = wire.SACKBlock{Left: x.start, Right: x.end}
	o.NSACK++
}

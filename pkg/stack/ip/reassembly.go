package ip

// Reassembly: RFC 791 3.2, RFC 815; RFC 8200 4.5, RFC 5722 (IPv6 overlaps). For
// IPv4 overlaps we do as Linux has done since 4.20, which is what RFC 5722 asks for
// IPv6: an overlap discards the datagram, and a fragment that lies wholly inside
// what is there already counts as a duplicate and is ignored
// (inet_frag_queue_insert in net/ipv4/inet_fragment.c). RFC 791's own rule, that newer
// data replaces older, is what attacks with overlapping fragments live on.

import (
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Defaults of a Reassembler.
const (
	FragMemory   = 4 << 20          // ipfrag_high_thresh
	FragTimeout4 = 30 * time.Second // ipfrag_time
	FragTimeout6 = 60 * time.Second // RFC 8200 4.5; ip6frag_time
)

// maxDatagram is the largest payload of an IP packet with its header's lengths.
const maxDatagram = 65535

// FragKey says which fragments belong together: for IPv4 source, destination,
// protocol and identification (RFC 791 3.2); for IPv6 without the protocol (RFC
// 8200 4.5).
type FragKey struct {
	Src, Dst netip.Addr
	ID       uint32
	Proto    uint8
}

// ReasmStats counts as /proc/net/snmp does.
type ReasmStats struct {
	Reqds, OKs, Fails, Timeouts, Overlaps uint64
}

// Reassembler puts the fragments of one IP version together. Its bound is the
// memory that waiting fragments hold; a fragment that would exceed it is dropped,
// which gives what is there the chance to complete or to time out.
type Reassembler struct {
	Stats ReasmStats

	// Timeout and Memory may be changed before the first fragment.
	Timeout time.Duration
	Memory  int

	tr          *trace.Tracer
	stage       string // Linux's name of this step
	queues      map[FragKey]*fragQueue
	first, last *fragQueue // by time of the first fragment
	mem         int
}

// fragQueue is a datagram in the making. Fragments lie in a list by offset,
// with offset and end in their control block.
type fragQueue struct {
	key         FragKey
	expires     int64
	head, tail  *skb.SKB
	length      int // end of the data seen so far; of the datagram once lastIn
	lastIn      bool
	have        int // bytes present
	mem         int
	prev, nextQ *fragQueue
}

// NewReassembler returns one for IPv4 or IPv6.
func NewReassembler(tr *trace.Tracer, v6 bool) *Reassembler {
	r := &Reassembler{tr: tr, Timeout: FragTimeout4, Memory: FragMemory, stage: "ip_frag_queue", queues: make(map[FragKey]*fragQueue)}
	if v6 {
		r.Timeout, r.stage = FragTimeout6, "ip6_frag_queue"
	}
	return r
}

// Len is the number of datagrams in the making, Mem the memory that they hold.
func (r *Reassembler) Len() int { return len(r.queues) }
func (r *Reassembler) Mem() int { return r.mem }

func fragStart(s *skb.SKB) int { return int(s.CB.Seq) }
func fragEnd(s *skb.SKB) int   { return int(s.CB.EndSeq) }

// Add takes in a fragment: s starts at its payload, off is its offset in octets
// and more its M flag. When the datagram is whole it returns the first fragment
// with the others as Frags, lengths in the header not yet corrected. It takes
// ownership.
func (r *Reassembler) Add(now int64, key FragKey, off int, more bool, s *skb.SKB) *skb.SKB {
	r.Stats.Reqds++
	if more {
		s.Trim(s.Len() &^ 7)
	}
	end := off + s.Len()
	q := r.queues[key]
	size := s.Truesize()
	switch {
	case s.Len() == 0, end > maxDatagram:
		r.discard(q, s, trace.NotSpecified)
		return nil
	case r.mem+size > r.Memory:
		r.Stats.Fails++
		r.drop(s, trace.NoMem)
		return nil
	}
	if q == nil {
		q = r.create(now, key)
	}
	// The end of the datagram must stay what the last fragment says.
	if !more {
		if end < q.length || q.lastIn && end != q.length {
			r.discard(q, s, trace.NotSpecified)
			return nil
		}
		q.lastIn, q.length = true, end
	} else if end > q.length {
		if q.lastIn {
			r.discard(q, s, trace.NotSpecified)
			return nil
		}
		q.length = end
	}
	s.CB = skb.CB{Seq: uint32(off), EndSeq: uint32(end)}
	switch q.insert(s) {
	case duplicate:
		r.drop(s, trace.DupFrag)
		return nil
	case overlap:
		r.Stats.Overlaps++
		r.discard(q, s, trace.NotSpecified)
		return nil
	}
	q.have += end - off
	q.mem += size
	r.mem += size
	if !q.lastIn || q.have != q.length {
		return nil
	}
	return r.finish(q)
}

type placed uint8

const (
	fits placed = iota
	duplicate
	overlap
)

func (q *fragQueue) insert(s *skb.SKB) placed {
	start, end := fragStart(s), fragEnd(s)
	if q.head == nil {
		q.head, q.tail = s, s
		return fits
	}
	if start >= fragEnd(q.tail) {
		q.tail.Next = s
		q.tail = s
		return fits
	}
	// after is the last fragment that ends before s; what follows it is compared as
	// stretches of adjoining fragments.
	var after *skb.SKB
	f := q.head
	for ; f != nil && fragEnd(f) <= start; f = f.Next {
		after = f
	}
	if f != nil && fragStart(f) < end {
		if start < fragStart(f) {
			return overlap
		}
		for fragEnd(f) < end {
			if f.Next == nil || fragStart(f.Next) != fragEnd(f) {
				return overlap
			}
			f = f.Next
		}
		return duplicate
	}
	s.Next = f
	if after == nil {
		q.head = s
	} else {
		after.Next = s
	}
	return fits
}

// finish takes a complete datagram out.
func (r *Reassembler) finish(q *fragQueue) *skb.SKB {
	whole := q.head
	rest := whole.Next
	whole.Next = nil
	for rest != nil {
		f := rest
		rest = f.Next
		f.Next = nil
		whole.AppendFrag(f)
	}
	q.head, q.tail = nil, nil
	r.unlink(q)
	r.Stats.OKs++
	return whole
}

// discard drops a datagram in the making, if there is one, with the fragment
// that spoilt it.
func (r *Reassembler) discard(q *fragQueue, s *skb.SKB, why trace.DropReason) {
	r.Stats.Fails++
	if q != nil {
		r.free(q, why)
	}
	r.drop(s, why)
}

func (r *Reassembler) free(q *fragQueue, why trace.DropReason) {
	for f := q.head; f != nil; {
		next := f.Next
		f.Next = nil
		r.drop(f, why)
		f = next
	}
	q.head, q.tail = nil, nil
	r.unlink(q)
}

// Next is when the oldest datagram expires, or 0.
func (r *Reassembler) Next() int64 {
	if r.first == nil {
		return 0
	}
	return r.first.expires
}

// OnTimer drops what has expired. If its fragment 0 was received, exceeded is
// called with that fragment first (RFC 792: "if fragment zero is not available
// then no time exceeded need be sent at all"; RFC 8200 4.5); the fragment stays
// ours.
func (r *Reassembler) OnTimer(now int64, exceeded func(first *skb.SKB)) {
	for q := r.first; q != nil && q.expires <= now; q = r.first {
		r.Stats.Timeouts++
		r.Stats.Fails++
		if q.head != nil && fragStart(q.head) == 0 {
			exceeded(q.head)
		}
		r.free(q, trace.FragReasmTimeout)
	}
}

func (r *Reassembler) create(now int64, key FragKey) *fragQueue {
	q := &fragQueue{key: key, expires: now + int64(r.Timeout), prev: r.last}
	r.queues[key] = q
	if r.last != nil {
		r.last.nextQ = q
	} else {
		r.first = q
	}
	r.last = q
	return q
}

func (r *Reassembler) unlink(q *fragQueue) {
	r.mem -= q.mem
	delete(r.queues, q.key)
	if q.prev != nil {
		q.prev.nextQ = q.nextQ
	} else {
		r.first = q.nextQ
	}
	if q.nextQ != nil {
		q.nextQ.prev = q.prev
	} else {
		r.last = q.prev
	}
}

func (r *Reassembler) drop(s *skb.SKB, why trace.DropReason) {
	if r.tr.On() {
		e := s.Event(trace.Drop, r.stage)
		e.Drop = why
		r.tr.Emit(e)
	}
	s.Free()
}

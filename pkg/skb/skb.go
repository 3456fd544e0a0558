package skb

import "github.com/netkit-go/netkit/pkg/trace"

// Checksum states, with Linux's names (include/linux/skbuff.h).
type Checksum uint8

// On receive: None, nothing is known; Unnecessary, the device has verified the
// transport checksum. On send: None, the checksum is in place; Partial, the
// device must sum from CsumStart to the end and store at CsumStart+CsumOffset,
// where the pseudo-header sum already stands.
const (
	ChecksumNone Checksum = iota
	ChecksumUnnecessary
	ChecksumPartial
)

// SKB is a socket buffer's descriptor.
type SKB struct {
	// Next links descriptors in a queue of their owner's. Free with Next set
	// frees this one only.
	Next *SKB
	// Frags are further buffers whose data continue this one's (GRO).
	Frags    *SKB
	fragTail *SKB
	fragLen  int32

	block      *Block
	pool       *Pool
	data, tail int32
	charged    int32 // to Owner
	freed      bool

	// L2, L3 and L4 are where the headers begin, from the start of the
	// block, once a layer has set them (mac_header, network_header,
	// transport_header).
	L2, L3, L4 int32

	// Pkt is the packet id of the trace; Parent the packet it came from.
	Pkt, Parent uint64
	// Stamp is the time of arrival at the ring, nanoseconds since the Unix
	// epoch; on a send queue, the time of the latest transmission.
	Stamp int64

	Protocol uint16 // EtherType
	Hash     uint32 // receive hash of the flow; 0: not computed
	Priority uint8  // of a packet to be sent (include/uapi/linux/pkt_sched.h, TC_PRIO)
	TxQueue  int16  // sk_tx_queue_mapping plus one; 0: the device's choice
	CPU      int16  // that made the buffer (alloc_cpu) plus one; 0: not known
	Dev      any    // of a packet that waits to be received: the host's device

	// Owner, when not nil, is told when this descriptor is freed (the destructor
	// of a socket's buffer). A clone has none.
	Owner Owner

	Checksum   Checksum
	CsumStart  int32 // from the start of the block
	CsumOffset int32

	// GSO: payload bytes per segment and number of segments of a
	// super-segment; 0 means an ordinary packet.
	GSOSize, GSOSegs uint16

	// Sum is the ones' complement sum of the last SumLen bytes of this
	// descriptor's own data, which a device has computed (Linux's
	// CHECKSUM_COMPLETE); SumLen of 0: not known. Whoever writes to
	// these bytes sets SumLen to 0.
	Sum, SumLen uint16

	// CB is for the layer that holds the buffer (Linux's cb[]). It does not
	// survive being handed to another layer.
	CB CB
}

// Owner is who answers for the memory of a buffer below it.
type Owner interface {
	// Freed says that a buffer is gone which was charged with that truesize.
	Freed(truesize int)
}

// CB is the control block. TCP keeps its sequence space here while a segment
// is on one of its queues.
type CB struct {
	Seq, EndSeq uint32
	Flags       uint16
	Sacked      uint8
	Retrans     uint8
	TSVal       uint32
	TSEcr       uint32
	FirstSent   int64
	Delivered   uint64
	DeliveredAt int64
	User        uint32
}

// Len is the number of bytes, with those in Frags.
func (s *SKB) Len() int { return int(s.tail - s.data + s.fragLen) }

// DescSize is what a descriptor counts for in Truesize: sizeof(struct sk_buff), 232
// bytes on a 64-bit machine, rounded up to cache lines.
const DescSize = 256

// Truesize is the memory that the buffer holds, as sk_buff's truesize: descriptors
// and blocks.
func (s *SKB) Truesize() int {
	n := DescSize
	if s.block != nil {
		n += len(s.block.B)
	}
	for f := s.Frags; f != nil; f = f.Next {
		n += DescSize + len(f.block.B)
	}
	return n
}

// Charge makes o the buffer's owner, who answers for its truesize until it is
// freed (skb_set_owner_w). It returns the truesize.
func (s *SKB) Charge(o Owner) int {
	n := s.Truesize()
	s.Owner, s.charged = o, int32(n)
	return n
}

// Uncharge takes the buffer's owner off before it is freed (skb_orphan).
func (s *SKB) Uncharge() {
	if o := s.Owner; o != nil {
		s.Owner = nil
		o.Freed(int(s.charged))
	}
}

// Disown takes the charge off the buffer and gives it to another (what
// tcp_gso_segment does for the last segment).
func (s *SKB) Disown(to *SKB) {
	to.Owner, to.charged = s.Owner, s.charged
	s.Owner, s.charged = nil, 0
}

// HeadLen is the number of bytes in this descriptor's own block.
func (s *SKB) HeadLen() int { return int(s.tail - s.data) }

// Bytes returns this descriptor's own data. It is valid until the buffer is
// changed or freed.
func (s *SKB) Bytes() []byte { return s.block.B[s.data:s.tail:s.tail] }

// From returns the bytes from an absolute offset (such as L3) to the tail.
func (s *SKB) From(off int32) []byte { return s.block.B[off:s.tail:s.tail] }

// Offsets returns head, data, tail and end, as the trace reports them.
func (s *SKB) Offsets() (head, data, tail, end int32) {
	return 0, s.data, s.tail, int32(len(s.block.B))
}

// Event begins an event about the buffer. One that the device has put on the wire
// has no block any more.
func (s *SKB) Event(k trace.Kind, stage string) trace.Event {
	e := trace.Event{Kind: k, Stage: stage, Pkt: s.Pkt, Len: int32(s.Len())}
	if b := s.block; b != nil {
		e.Buf, e.Refs = b.ID, b.refs
		e.Head, e.Data, e.Tail, e.End = s.Offsets()
	}
	return e
}

// Data returns the absolute offset of the first byte.
func (s *SKB) Data() int32 { return s.data }

// Headroom is the space that Push can take.
func (s *SKB) Headroom() int { return int(s.data) }

// Tailroom is the space that Put can take.
func (s *SKB) Tailroom() int { return len(s.block.B) - int(s.tail) }

// Block returns the data block; nil after Give.
func (s *SKB) Block() *Block { return s.block }

// Pool returns the pool the descriptor belongs to.
func (s *SKB) Pool() *Pool { return s.pool }

// Writable reports whether the block has no other holder, and is the pool's.
func (s *SKB) Writable() bool { return s.block.refs == 1 && s.block.done == nil }

// Push extends the data by n bytes at the front and returns them. The caller
// made sure of the headroom; too little is a bug and panics.
func (s *SKB) Push(n int) []byte {
	if int(s.data) < n {
		panic("skb: push beyond the headroom")
	}
	s.data -= int32(n)
	return s.block.B[s.data : int(s.data)+n : s.tail]
}

// Pull drops n bytes at the front, which must be there, and returns them.
func (s *SKB) Pull(n int) []byte {
	if n > s.HeadLen() {
		panic("skb: pull beyond the data")
	}
	b := s.block.B[s.data : int(s.data)+n]
	s.data += int32(n)
	return b
}

// Put extends the data by n bytes at the end and returns them.
func (s *SKB) Put(n int) []byte {
	if s.Tailroom() < n {
		panic("skb: put beyond the end")
	}
	b := s.block.B[s.tail : int(s.tail)+n]
	s.tail += int32(n)
	s.SumLen = 0
	return b
}

// Trim cuts the data to n bytes in all, dropping what is behind. Frags beyond
// are freed.
func (s *SKB) Trim(n int) {
	if n >= s.Len() {
		return
	}
	if h := s.HeadLen(); n <= h {
		s.freeFrags()
		s.tail = s.data + int32(n)
		s.SumLen = 0
		return
	}
	rest := n - s.HeadLen()
	for f := s.Frags; f != nil; f = f.Next {
		if rest < f.HeadLen() {
			f.tail = f.data + int32(rest)
			f.SumLen = 0
		}
		rest -= f.HeadLen()
		if rest <= 0 {
			for x := f.Next; x != nil; {
				next := x.Next
				x.Next = nil
				x.Free()
				x = next
			}
			f.Next = nil
			s.fragTail = f
			break
		}
	}
	s.fragLen = int32(n - s.HeadLen())
}

// Advance drops n payload bytes at the front, from the head and then from the
// frags, freeing frags that are used up.
func (s *SKB) Advance(n int) {
	if h := s.HeadLen(); n <= h {
		s.data += int32(n)
		return
	} else {
		s.data = s.tail
		n -= h
	}
	for n > 0 && s.Frags != nil {
		f := s.Frags
		if k := f.HeadLen(); n < k {
			f.data += int32(n)
			s.fragLen -= int32(n)
			return
		} else {
			n -= k
			s.fragLen -= int32(k)
		}
		s.Frags = f.Next
		if s.Frags == nil {
			s.fragTail = nil
		}
		f.Next = nil
		f.Free()
	}
}

// CopyTo copies bytes from offset off (of all data, with frags) into p and
// returns how many there were.
func (s *SKB) CopyTo(p []byte, off int) int {
	n := 0
	if h := s.HeadLen(); off < h {
		n = copy(p, s.block.B[int(s.data)+off:s.tail])
		off = 0
	} else {
		off -= h
	}
	for f := s.Frags; f != nil && n < len(p); f = f.Next {
		k := f.HeadLen()
		if off >= k {
			off -= k
			continue
		}
		n += copy(p[n:], f.block.B[int(f.data)+off:f.tail])
		off = 0
	}
	return n
}

// AppendFrag makes f, and what f has in Frags, the last part of s. The caller
// has pulled f's headers.
func (s *SKB) AppendFrag(f *SKB) {
	s.fragLen += int32(f.Len())
	last := f
	if f.Frags != nil {
		last = f.fragTail
		f.Next = f.Frags
		f.Frags, f.fragTail, f.fragLen = nil, nil, 0
	} else {
		f.Next = nil
	}
	if s.Frags == nil {
		s.Frags = f
	} else {
		s.fragTail.Next = f
	}
	s.fragTail = last
}

// Clone returns a second descriptor on the same data. Frags are cloned too.
func (s *SKB) Clone() *SKB {
	c := s.cloneOne()
	for f := s.Frags; f != nil; f = f.Next {
		c.AppendFrag(f.cloneOne())
	}
	return c
}

func (s *SKB) cloneOne() *SKB {
	c := s.pool.get()
	pool := c.pool
	*c = *s
	c.pool = pool
	c.Next, c.Frags, c.fragTail, c.fragLen = nil, nil, nil, 0
	c.Owner, c.charged = nil, 0
	s.block.Get()
	return c
}

// CopyHeader returns a buffer whose first n bytes are a copy with headroom of
// its own and whose remaining bytes are shared with s: what a retransmission
// needs while the first transmission still holds the block.
func (s *SKB) CopyHeader(headroom, n int) *SKB {
	c := s.pool.Alloc(headroom, n)
	copy(c.Put(n), s.Bytes()[:n])
	rest := s.Clone()
	rest.Pull(n)
	off := c.data - s.data
	c.L2, c.L3, c.L4 = s.L2+off, s.L3+off, s.L4+off
	c.Pkt, c.Parent, c.Stamp, c.Protocol, c.Hash = s.Pkt, s.Parent, s.Stamp, s.Protocol, s.Hash
	c.Checksum, c.CsumStart, c.CsumOffset = s.Checksum, s.CsumStart+off, s.CsumOffset
	c.GSOSize, c.GSOSegs, c.CB = s.GSOSize, s.GSOSegs, s.CB
	c.AppendFrag(rest)
	return c
}

func (s *SKB) freeFrags() {
	for f := s.Frags; f != nil; {
		next := f.Next
		f.Next = nil
		f.Free()
		f = next
	}
	s.Frags, s.fragTail, s.fragLen = nil, nil, 0
}

// Free gives the descriptor, its frags and its references back.
func (s *SKB) Free() {
	if s.freed {
		panic("skb: buffer freed twice")
	}
	if s.Frags != nil {
		s.freeFrags()
	}
	s.freed = true
	if s.block != nil {
		s.block.Put()
		s.block = nil
	}
	p := s.pool
	p.Live--
	if s.Owner != nil {
		s.Uncharge()
	}
	if p.nskbs < keepSKB {
		s.Next = p.skbs
		p.skbs = s
		p.nskbs++
	}
}

// Give takes the data block, with its reference, out of a buffer that is left
// to be freed: a device has put the block on the wire as it is. The lengths
// stay; frags keep their blocks.
func (s *SKB) Give() *Block {
	b := s.block
	s.block = nil
	return b
}

// Queue is a first-in first-out list of buffers linked by Next. The zero value
// is empty.
type Queue struct {
	Head, Tail *SKB
	N          int // buffers
	Bytes      int // bytes in them when they were added
}

// Push appends s.
func (q *Queue) Push(s *SKB) {
	s.Next = nil
	if q.Tail == nil {
		q.Head = s
	} else {
		q.Tail.Next = s
	}
	q.Tail = s
	q.N++
	q.Bytes += s.Len()
}

// Pop removes and returns the first buffer, or nil. The owner must not have
// changed the lengths of queued buffers without telling Bytes.
func (q *Queue) Pop() *SKB {
	s := q.Head
	if s == nil {
		return nil
	}
	q.Head = s.Next
	if q.Head == nil {
		q.Tail = nil
	}
	s.Next = nil
	q.N--
	q.Bytes -= s.Len()
	return s
}

// Clear frees all buffers.
func (q *Queue) Clear() {
	for s := q.Pop(); s != nil; s = q.Pop() {
		s.Free()
	}
	*q = Queue{}
}

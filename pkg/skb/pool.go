package skb

// Size classes of data blocks. Small holds a frame of up to 1518 bytes with
// headroom, as the 2 KiB buffers of most drivers; Large holds a super-segment.
const (
	SmallSize = 2048
	LargeSize = 64*1024 + 512

	// Headroom is what a sender leaves before its payload: the largest TCP
	// header (60), the largest IPv4 header or IPv6 with a fragment header
	// (60), Ethernet with a VLAN tag (18), rounded up to a cache line.
	Headroom = 192
)

// Limits of what a pool keeps; what is freed beyond goes to the garbage
// collector.
const (
	keepSmall = 16384
	keepLarge = 512
	keepSKB   = 16384
)

// Block is a counted piece of memory. Refs of 1 means that its holder may
// write to it.
type Block struct {
	B    []byte
	ID   uint64 // unique for each life of the block within its pool
	refs int32
	pool *Pool
	done func() // of foreign memory: the last reference is gone
}

// Foreign reports whether the block is memory of somebody else's, which may only
// be read (a program's pages, with zero-copy sending).
func (b *Block) Foreign() bool { return b.done != nil }

// Wrap makes a block of memory that is not the pool's. done is called when nobody
// refers to it any more.
func (p *Pool) Wrap(mem []byte, done func()) *Block {
	p.nextID++
	return &Block{B: mem[:len(mem):len(mem)], ID: p.nextID, refs: 1, pool: p, done: done}
}

// Refs returns the reference count.
func (b *Block) Refs() int32 { return b.refs }

// Get counts one more holder.
func (b *Block) Get() *Block {
	if b.refs <= 0 {
		panic("skb: reference taken on a freed block")
	}
	b.refs++
	return b
}

// Put gives one reference back; the last one returns the block to its pool.
func (b *Block) Put() {
	b.refs--
	if b.refs > 0 {
		return
	}
	if b.refs < 0 {
		panic("skb: block freed twice")
	}
	if b.done != nil {
		b.done()
		return
	}
	if poison {
		for i := range b.B {
			b.B[i] = 0xa5
		}
	}
	p := b.pool
	switch {
	case len(b.B) == SmallSize && len(p.small) < keepSmall:
		p.small = append(p.small, b)
	case len(b.B) == LargeSize && len(p.large) < keepLarge:
		p.large = append(p.large, b)
	}
}

// Pool hands out blocks and descriptors. The zero value is ready.
type Pool struct {
	small, large []*Block
	skbs         *SKB
	nskbs        int
	nextID       uint64

	// Live counts descriptors that are out: a test's leak check.
	Live int
	// Misses counts blocks that had to be made.
	Misses uint64
}

// Block returns a block of at least size bytes, with one reference. Its
// contents are whatever its last life left.
func (p *Pool) Block(size int) *Block {
	var list *[]*Block
	n := size
	switch {
	case size <= SmallSize:
		list, n = &p.small, SmallSize
	case size <= LargeSize:
		list, n = &p.large, LargeSize
	}
	p.nextID++
	if list != nil {
		if k := len(*list); k > 0 {
			b := (*list)[k-1]
			(*list)[k-1] = nil
			*list = (*list)[:k-1]
			b.refs, b.ID = 1, p.nextID
			return b
		}
	}
	p.Misses++
	return &Block{B: make([]byte, n), ID: p.nextID, refs: 1, pool: p}
}

// Alloc returns an empty buffer with the given headroom and room for size
// bytes behind it.
func (p *Pool) Alloc(headroom, size int) *SKB {
	return p.Build(p.Block(headroom+size), headroom, 0)
}

// Build makes a descriptor around a block, whose reference it takes over, with
// n bytes of data at off: what a driver does with a received buffer
// (build_skb).
func (p *Pool) Build(b *Block, off, n int) *SKB {
	s := p.get()
	s.block = b
	s.data, s.tail = int32(off), int32(off+n)
	return s
}

func (p *Pool) get() *SKB {
	s := p.skbs
	if s != nil {
		p.skbs = s.Next
		p.nskbs--
		*s = SKB{pool: p}
	} else {
		s = &SKB{pool: p}
	}
	p.Live++
	return s
}

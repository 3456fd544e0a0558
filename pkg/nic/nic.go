package nic

import (
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Defaults of Config.
const (
	DefaultRing = 256 // descriptors, as virtio-net
	DefaultMTU  = wire.EthernetMTU
	MaxQueues   = 128
)

// Headroom is what the device leaves before a frame in its block, so that a
// router finds room for a longer header (Linux's NET_SKB_PAD).
const Headroom = 64

// Config describes a device. The zero value is a device with all offloads, 256
// descriptors a ring, an MTU of 1500 and no limit of rate.
type Config struct {
	Name string
	MAC  wire.MAC
	MTU  int // 0: 1500

	RxRing, TxRing int // descriptors of a queue; 0: 256

	// Queues is the number of RX and of TX queues, each with a vector of its
	// own; 0: 1, at most MaxQueues.
	Queues int
	// RSSKey is the key of the Toeplitz hash; zero: Microsoft's, which drivers use.
	RSSKey [40]byte

	// RxHash has every received frame hashed, also with one queue.
	RxHash bool

	// AdaptiveRx lets the driver choose RxUsecs and RxFrames by the load.
	AdaptiveRx bool

	// Device times; the host fills in those of its cost table.
	RxLatency  time.Duration // from the end of the frame to the descriptor in memory
	TxLatency  time.Duration // from the doorbell to the frame in the device
	IRQLatency time.Duration // from the device to the CPU

	NoTSO        bool // super-segments must be cut by software
	NoTxChecksum bool // checksums must be complete
	NoRxChecksum bool // received checksums are not verified
	Promiscuous  bool // frames for other stations are received too

	// Interrupt coalescing (ethtool -C). An interrupt waits until RxFrames
	// are done or RxUsecs have passed since the first. Without RxUsecs
	// every frame interrupts at once.
	RxUsecs, RxFrames int
	TxUsecs, TxFrames int

	Rate int64 // bit/s of the link; 0: frames leave without delay
}

// Stats counts as struct rtnl_link_stats64 does (include/uapi/linux/if_link.h).
// Bytes are those of frames without FCS.
type Stats struct {
	RxPackets, TxPackets uint64
	RxBytes, TxBytes     uint64
	RxErrors, TxErrors   uint64
	RxDropped            uint64 // taken from the ring and lost at a CPU's backlog: the host counts
	TxDropped            uint64
	Multicast            uint64 // received, broadcast not counted
	RxLengthErrors       uint64 // shorter than 60 octets or longer than the MTU allows
	RxCRCErrors          uint64
	RxMissedErrors       uint64 // no posted buffer
	TxCarrierErrors      uint64 // no cable

	// What drivers report by ethtool -S.
	RxFiltered uint64 // for other stations
	RxCSumBad  uint64 // TCP or UDP checksum wrong: passed up unverified
	TxTSO      uint64 // super-segments cut
	Interrupts uint64
}

// NIC is a device. All methods are inside the loop.
type NIC struct {
	l    *loop.Loop
	pool *skb.Pool
	tr   *trace.Tracer
	cfg  Config
	wire Wire
	taps []func(Tap)
	seen Frame        // what taps look at: a parameter would have to live on the heap
	now  func() int64 // the moment at which the driver's code runs

	queues []*Queue
	rss    *rss // nil: received frames are not hashed
	engine engine

	Stats Stats
}

// Queue is a pair of rings with an interrupt of its own.
type Queue struct {
	n     *NIC
	index int

	rx rxRing
	tx txRing

	raise  func()
	irq    loop.Timer // an interrupt on its way to the CPU
	masked bool
	rxWait coalesce
	txWait coalesce

	Stats QueueStats
}

// QueueStats counts what a queue did, as drivers report by ethtool -S.
type QueueStats struct {
	RxPackets, RxMissed, TxPackets, Interrupts uint64
}

// New returns a device without a cable whose rings are empty.
func New(l *loop.Loop, pool *skb.Pool, tr *trace.Tracer, cfg Config) *NIC {
	if cfg.MTU == 0 {
		cfg.MTU = DefaultMTU
	}
	if cfg.RxRing == 0 {
		cfg.RxRing = DefaultRing
	}
	if cfg.TxRing == 0 {
		cfg.TxRing = DefaultRing
	}
	cfg.Queues = min(max(cfg.Queues, 1), MaxQueues)
	n := &NIC{l: l, pool: pool, tr: tr, cfg: cfg, now: l.Now}
	if cfg.Queues > 1 || cfg.RxHash {
		n.rss = newRSS(cfg.RSSKey, cfg.Queues)
	}
	for i := range cfg.Queues {
		q := &Queue{n: n, index: i}
		q.rx.desc = make([]rxDesc, cfg.RxRing)
		q.tx.desc = make([]txDesc, cfg.TxRing)
		q.rxWait.init(q, cfg.RxUsecs, cfg.RxFrames)
		q.txWait.init(q, cfg.TxUsecs, cfg.TxFrames)
		q.irq.Init(l, q.deliver)
		n.queues = append(n.queues, q)
	}
	n.engine.timer.Init(l, n.transmit)
	return n
}

// SetClock tells the device at which moment the driver's code runs, where that
// is not the loop's time.
func (n *NIC) SetClock(now func() int64) { n.now = now }

// Queue returns a queue, from 0.
func (n *NIC) Queue(i int) *Queue { return n.queues[i] }

// Queues returns how many queues there are.
func (n *NIC) Queues() int { return len(n.queues) }

// Config returns the configuration with its defaults filled in.
func (n *NIC) Config() Config { return n.cfg }

// Connect plugs the cable in; nil pulls it out.
func (n *NIC) Connect(w Wire) { n.wire = w }

// AddTap calls fn for each frame that the device sends or receives, also for
// those that it drops.
func (n *NIC) AddTap(fn func(Tap)) { n.taps = append(n.taps, fn) }

func (n *NIC) tap(d Dir, f *Frame, dropped trace.DropReason) {
	if len(n.taps) == 0 {
		return
	}
	n.seen = *f
	for _, fn := range n.taps {
		fn(Tap{Time: n.l.Now(), Dir: d, Frame: &n.seen, Dropped: dropped})
	}
	n.seen = Frame{}
}

// SetPromiscuous turns the address filter off or on.
func (n *NIC) SetPromiscuous(on bool) { n.cfg.Promiscuous = on }

// maxFrame is the longest frame that the device handles: the MTU, an Ethernet
// header and an 802.1Q tag.
func (n *NIC) maxFrame() int {
	return n.cfg.MTU + wire.EthernetHeaderLen + wire.VLANTagLen
}

// drop reports a frame or packet that ends in the device.
func (n *NIC) drop(pkt uint64, length int, why trace.DropReason) {
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.Drop, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: pkt, Len: int32(length), Drop: why})
	}
}

// Index is the queue's number.
func (q *Queue) Index() int { return q.index }

// Recheck raises the interrupt again when descriptors are done that the driver has
// not taken, as one that is level-triggered would.
func (q *Queue) Recheck() {
	if q.rx.done > 0 || q.tx.done > 0 {
		q.interrupt()
	}
}

// SetInterrupt connects the queue's interrupt.
func (q *Queue) SetInterrupt(raise func()) { q.raise = raise }

// Mask keeps the queue from raising its interrupt.
func (q *Queue) Mask() {
	q.masked = true
	q.emitMask(trace.IRQMask)
}

// Unmask lets the queue raise its interrupt again. Descriptors that are done and
// that the driver has not taken interrupt as if they had just become so: at once, or
// when moderation lets them.
func (q *Queue) Unmask() {
	q.masked = false
	q.emitMask(trace.IRQUnmask)
	if q.rx.done > 0 {
		q.rxWait.done(q.rx.done)
	}
	if q.tx.done > 0 {
		q.txWait.done(q.tx.done)
	}
}

// Masked reports whether the interrupt is masked.
func (q *Queue) Masked() bool { return q.masked }

func (q *Queue) emitMask(k trace.Kind) {
	if n := q.n; n.tr.On() {
		n.tr.Emit(trace.Event{Kind: k, Evidence: trace.Modelled, Dev: n.cfg.Name, NIC: trace.NIC{Queue: int16(q.index)}})
	}
}

// interrupt sends the interrupt unless it is masked: then Unmask will. It follows
// the descriptors to memory, and needs a time of its own to the CPU.
func (q *Queue) interrupt() {
	q.rxWait.timer.Stop()
	q.txWait.timer.Stop()
	if q.masked || q.raise == nil || q.irq.Armed() {
		return
	}
	n := q.n
	at := n.now() + int64(n.cfg.IRQLatency)
	if q.rx.done > 0 && q.tx.done == 0 {
		at = max(at, q.rx.desc[q.rx.reap].ready+int64(n.cfg.IRQLatency))
	}
	if at > n.l.Now() {
		q.irq.Set(at)
		return
	}
	q.deliver()
}

// deliver is the interrupt's arrival at the CPU.
func (q *Queue) deliver() {
	if q.masked {
		return
	}
	q.Stats.Interrupts++
	q.n.Stats.Interrupts++
	q.raise()
}

// coalesce delays the interrupt of one ring.
type coalesce struct {
	q      *Queue
	usecs  int
	frames int
	timer  loop.Timer
}

func (c *coalesce) init(q *Queue, usecs, frames int) {
	c.q, c.usecs, c.frames = q, usecs, frames
	c.timer.Init(q.n.l, q.interrupt)
}

// SetRxCoalesce changes when received frames interrupt, as ethtool -C does.
func (q *Queue) SetRxCoalesce(usecs, frames int) { q.rxWait.usecs, q.rxWait.frames = usecs, frames }

// RxCoalesce returns when received frames interrupt.
func (q *Queue) RxCoalesce() (usecs, frames int) { return q.rxWait.usecs, q.rxWait.frames }

// done tells that one more descriptor is done; pending of them wait.
func (c *coalesce) done(pending int) {
	switch {
	case c.q.masked:
	case c.usecs <= 0 || c.frames > 0 && pending >= c.frames:
		c.q.interrupt()
	case !c.timer.Armed():
		c.timer.After(time.Duration(c.usecs) * time.Microsecond)
	}
}

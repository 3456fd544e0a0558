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

	RxRing, TxRing int // descriptors; 0: 256

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
	seen Frame // what taps look at: a parameter would have to live on the heap

	rx rxRing
	tx txRing

	raise  func()
	masked bool
	rxWait coalesce
	txWait coalesce

	Stats Stats
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
	n := &NIC{l: l, pool: pool, tr: tr, cfg: cfg}
	n.rx.desc = make([]rxDesc, cfg.RxRing)
	n.tx.desc = make([]txDesc, cfg.TxRing)
	n.tx.timer.Init(l, n.transmit)
	n.rxWait.init(n, cfg.RxUsecs, cfg.RxFrames)
	n.txWait.init(n, cfg.TxUsecs, cfg.TxFrames)
	return n
}

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

// SetInterrupt connects the interrupt line.
func (n *NIC) SetInterrupt(raise func()) { n.raise = raise }

// Mask keeps the device from raising its interrupt.
func (n *NIC) Mask() {
	n.masked = true
	n.emitMask(trace.IRQMask)
}

// Unmask lets the device raise its interrupt again, which it does at once when
// descriptors are done that the driver has not taken.
func (n *NIC) Unmask() {
	n.masked = false
	n.emitMask(trace.IRQUnmask)
	if n.rx.done > 0 || n.tx.done > 0 {
		n.interrupt()
	}
}

// Masked reports whether the interrupt is masked.
func (n *NIC) Masked() bool { return n.masked }

func (n *NIC) emitMask(k trace.Kind) {
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: k, Evidence: trace.Modelled, Dev: n.cfg.Name})
	}
}

// interrupt raises the line unless it is masked: then Unmask will.
func (n *NIC) interrupt() {
	n.rxWait.timer.Stop()
	n.txWait.timer.Stop()
	if n.masked || n.raise == nil {
		return
	}
	n.Stats.Interrupts++
	n.raise()
}

// coalesce delays the interrupt of one ring.
type coalesce struct {
	n      *NIC
	usecs  int
	frames int
	timer  loop.Timer
}

func (c *coalesce) init(n *NIC, usecs, frames int) {
	c.n, c.usecs, c.frames = n, usecs, frames
	c.timer.Init(n.l, n.interrupt)
}

// done tells that one more descriptor is done; pending of them wait.
func (c *coalesce) done(pending int) {
	switch {
	case c.n.masked:
	case c.usecs <= 0 || c.frames > 0 && pending >= c.frames:
		c.n.interrupt()
	case !c.timer.Armed():
		c.timer.After(time.Duration(c.usecs) * time.Microsecond)
	}
}

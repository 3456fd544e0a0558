package lab

// A full-duplex cable. Octets on the wire: IEEE 802.3-2018 3.1, 4.4.2 (inter-packet gap).

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Impairments make a cable worse than wire. They act on each direction alone.
// The zero value is a good cable of unlimited rate.
type Impairments struct {
	// Rate is the line rate in bits per second; 0 is unlimited.
	Rate int64
	// Delay is the time of propagation, one way.
	Delay time.Duration
	// Jitter adds a time between 0 and Jitter to each frame. It does not
	// change the order of frames: one that is held up holds up those behind.
	Jitter time.Duration
	// Loss, Duplicate, Reorder and Corrupt are shares of the frames, 0 to 1.
	Loss      float64
	Duplicate float64
	// Reorder holds a frame back for [ReorderHold] to [ReorderHold] plus a
	// quarter of Delay, while those behind it pass.
	Reorder float64
	// Corrupt inverts one bit of a frame. One in [DeviceCorruptShare] of
	// these happens inside a device, to the IP packet and before the FCS is
	// computed, so that the FCS is right and only checksums can tell; the
	// others happen on the wire, and the FCS tells.
	Corrupt float64
}

// ReorderHold is the least time for which a reordered frame is held back: at
// 10 Gbit/s about sixteen frames of full size pass meanwhile.
const ReorderHold = 20 * time.Microsecond

// DeviceCorruptShare: one of so many corruptions is made behind the FCS's back.
const DeviceCorruptShare = 8

// Bounds of a direction. Beyond either, the arriving frame is dropped
// (WIRE_QUEUE, tail drop).
const (
	// DefaultQueue is for how many frames of full size there is room while
	// the line is busy.
	DefaultQueue = 256
	// maxFlight is how many frames are on the way at once.
	maxFlight = 1 << 16
	// deliverBatch is how many frames are delivered before others get their
	// turn: a NAPI weight, well below the smallest ring.
	deliverBatch = 64
)

// ErrImpairment is wrapped by the errors of a Check.
var ErrImpairment = errors.New("lab: bad impairment")

// Check says whether the values make sense.
func (m *Impairments) Check() error {
	for _, s := range []struct {
		name  string
		share float64
	}{{"loss", m.Loss}, {"duplicate", m.Duplicate}, {"reorder", m.Reorder}, {"corrupt", m.Corrupt}} {
		if !(s.share >= 0 && s.share <= 1) {
			return fmt.Errorf("%w: %s is a share from 0%% to 100%%", ErrImpairment, s.name)
		}
	}
	if m.Rate < 0 {
		return fmt.Errorf("%w: a rate is not negative", ErrImpairment)
	}
	if m.Delay < 0 || m.Jitter < 0 || m.Delay > time.Hour || m.Jitter > time.Hour {
		return fmt.Errorf("%w: delay and jitter are from 0 to an hour", ErrImpairment)
	}
	return nil
}

// CableConfig describes a cable between an end A and an end B.
type CableConfig struct {
	Name string // for the trace; also what the random streams are derived from
	Impairments
	// PacedA and PacedB say that the device at that end, a NIC, keeps to the
	// rate by itself. At the other ends, those of switch ports, the cable is
	// the transmitter and its queue the port's output queue.
	PacedA, PacedB bool
	Queue          int // frames of full size that can wait for the line; 0 means DefaultQueue
	MTU            int // longer packets are dropped as giants; 0: no limit
	Seed           uint64
}

// Receiver is what frames are delivered to. It takes over the frame's block,
// and copies what it keeps of f.
type Receiver interface{ Receive(f *nic.Frame) }

// Cable is a full-duplex link. Its ends are the wires that devices send on.
// Sending never delivers: frames arrive from a timer of the loop.
type Cable struct {
	Name string
	A, B *CableEnd
}

// CableEnd is where a device is plugged in: it sends here, and what the other
// end sent is delivered to the receiver connected here.
type CableEnd struct {
	out *direction // what is sent at this end
	in  *direction // what arrives at it
}

// NewCable returns a cable. pool is where copies of frames come from.
func NewCable(l *loop.Loop, pool *skb.Pool, tr *trace.Tracer, cfg CableConfig) *Cable {
	ab := newDirection(l, pool, tr, &cfg, "a>b", cfg.PacedA)
	ba := newDirection(l, pool, tr, &cfg, "b>a", cfg.PacedB)
	return &Cable{Name: cfg.Name, A: &CableEnd{out: ab, in: ba}, B: &CableEnd{out: ba, in: ab}}
}

// Connect says who receives at this end.
func (e *CableEnd) Connect(r Receiver) { e.in.to = r }

// Send implements [nic.Wire].
func (e *CableEnd) Send(f *nic.Frame) { e.out.send(f) }

// Stats counts what was sent at this end.
func (e *CableEnd) Stats() CableStats { return e.out.stats }

// CableStats counts the frames of one direction.
type CableStats struct {
	Sent            uint64 // handed to the cable
	Delivered       uint64 // handed to the receiver, copies included
	Lost            uint64
	QueueDropped    uint64
	Giants          uint64
	Duplicated      uint64
	Reordered       uint64
	CorruptedWire   uint64 // the FCS is wrong
	CorruptedDevice uint64 // the FCS is right
}

// transit is a frame on its way.
type transit struct {
	f  nic.Frame
	at int64 // time of arrival
}

// direction is one of a cable's two.
type direction struct {
	l    *loop.Loop
	pool *skb.Pool
	tr   *trace.Tracer
	to   Receiver
	name string
	imp  Impairments
	plan draws
	rate int64
	wait int64 // for how long what is queued may keep the line busy
	mtu  int

	// ring holds what is on the way, in order of arrival.
	ring  []transit
	head  int
	n     int
	timer loop.Timer
	stats CableStats
	free  int64 // when the line has sent what it was given
	last  int64 // latest arrival of a frame that was not held back
}

func newDirection(l *loop.Loop, pool *skb.Pool, tr *trace.Tracer, cfg *CableConfig, way string, paced bool) *direction {
	d := &direction{l: l, pool: pool, tr: tr, name: cfg.Name + " " + way, imp: cfg.Impairments, mtu: cfg.MTU}
	if cfg.Rate > 0 && !paced {
		d.rate = cfg.Rate
		queue := cfg.Queue
		if queue == 0 {
			queue = DefaultQueue
		}
		d.wait = int64(queue) * sendTime(wire.EthernetMaxFrame+wire.EthernetOverhead, d.rate)
	}
	d.plan = newDraws(cfg.Impairments, stream(cfg.Seed, "link "+d.name))
	d.ring = make([]transit, 64)
	d.timer.Init(l, d.deliver)
	return d
}

// stream is a random source of its own for whoever has the name.
func stream(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// draws decides what happens to each frame. It draws the same number of values
// for each, whether or not an impairment wants them, so that the frames lost
// with one seed are the same ones when duplication is added.
type draws struct {
	rnd                               *rand.Rand // nil: nothing can happen
	loss, corrupt, duplicate, reorder uint64     // thresholds
}

type fate struct {
	lost, corrupt, duplicate, reorder bool
	jitter                            uint64 // uniform
	hold                              uint64 // uniform: how long, when reordered
	spot                              uint64 // uniform: which bit, when corrupted
}

func newDraws(m Impairments, rnd *rand.Rand) draws {
	d := draws{loss: threshold(m.Loss), corrupt: threshold(m.Corrupt), duplicate: threshold(m.Duplicate), reorder: threshold(m.Reorder)}
	if d.loss|d.corrupt|d.duplicate|d.reorder != 0 || m.Jitter > 0 {
		d.rnd = rnd
	}
	return d
}

// threshold turns a share into a bound on 63 random bits: below it, it happens.
// 1 always does.
func threshold(share float64) uint64 {
	return uint64(share * (1 << 63))
}

func (d *draws) next() (f fate) {
	r := d.rnd
	f.lost = r.Uint64()>>1 < d.loss
	f.corrupt = r.Uint64()>>1 < d.corrupt
	f.duplicate = r.Uint64()>>1 < d.duplicate
	f.reorder = r.Uint64()>>1 < d.reorder
	f.jitter, f.hold, f.spot = r.Uint64(), r.Uint64(), r.Uint64()
	return f
}

// upTo scales a uniform value to 0 … max.
func upTo(u uint64, max time.Duration) int64 {
	return int64(float64(u>>11) / (1 << 53) * float64(max))
}

func (d *direction) send(f *nic.Frame) {
	d.stats.Sent++
	if d.mtu > 0 && f.Len > d.mtu+wire.EthernetHeaderLen+wire.VLANTagLen {
		d.stats.Giants++
		d.drop(f, trace.RxLength)
		return
	}
	now := d.l.Now()
	at := now
	if d.rate > 0 {
		var ok bool
		if at, ok = d.serialise(now, f.WireLen()); !ok {
			d.stats.QueueDropped++
			d.drop(f, trace.WireQueue)
			return
		}
	}
	if d.tr.On() {
		d.tr.Emit(trace.Event{Kind: trace.WireSend, Ctx: trace.Hardware, Dev: d.name, Pkt: f.Pkt, Buf: f.Block.ID, Len: int32(f.Len),
			NIC: trace.NIC{Wire: int32(f.WireLen())}, Evidence: trace.Modelled})
	}
	at += int64(d.imp.Delay)
	if d.plan.rnd == nil {
		d.fly(f, max(at, d.last), false)
		return
	}
	what := d.plan.next()
	if what.lost {
		d.stats.Lost++
		d.drop(f, trace.WireLoss)
		return
	}
	var twin nic.Frame
	if what.duplicate {
		twin = f.Copy(d.pool)
	}
	if what.corrupt {
		d.corrupt(f, what.spot)
	}
	at = max(at+upTo(what.jitter, d.imp.Jitter), d.last)
	arrive := at
	if what.reorder {
		arrive += int64(ReorderHold) + upTo(what.hold, d.imp.Delay/4)
		d.stats.Reordered++
		d.impaired(f, "reordered")
	}
	d.fly(f, arrive, what.reorder)
	if what.duplicate {
		d.stats.Duplicated++
		d.impaired(&twin, "duplicated")
		d.fly(&twin, at, false)
	}
}

// serialise gives the time at which the last bit has left, or false when too
// much waits for the line already.
func (d *direction) serialise(now int64, octets int) (int64, bool) {
	start := max(now, d.free)
	if start-now > d.wait {
		return 0, false
	}
	d.free = start + sendTime(octets, d.rate)
	return d.free, true
}

// sendTime is how long a line of the given rate is busy, in nanoseconds.
func sendTime(octets int, rate int64) int64 {
	return (int64(octets)*8e9 + rate - 1) / rate
}

// fly puts a frame on its way. A frame held back lets others arrive first.
func (d *direction) fly(f *nic.Frame, at int64, held bool) {
	if d.n >= maxFlight {
		d.stats.QueueDropped++
		d.drop(f, trace.WireQueue)
		return
	}
	if d.n == len(d.ring) {
		d.grow()
	}
	if !held {
		d.last = at
	}
	mask := len(d.ring) - 1
	i := d.n
	for ; i > 0; i-- { // past the few that are held back
		prev := &d.ring[(d.head+i-1)&mask]
		if prev.at <= at {
			break
		}
		d.ring[(d.head+i)&mask] = *prev
	}
	t := &d.ring[(d.head+i)&mask]
	t.f, t.at = *f, at
	d.n++
	if i == 0 {
		d.timer.Set(at)
	}
}

func (d *direction) grow() {
	ring := make([]transit, 2*len(d.ring))
	for i := range d.n {
		ring[i] = d.ring[(d.head+i)&(len(d.ring)-1)]
	}
	d.ring, d.head = ring, 0
}

// deliver hands over the frames that have arrived.
func (d *direction) deliver() {
	now := d.l.Now()
	for range deliverBatch {
		if d.n == 0 {
			return
		}
		t := &d.ring[d.head]
		if t.at > now {
			break
		}
		d.stats.Delivered++
		if d.tr.On() {
			d.tr.Emit(trace.Event{Kind: trace.WireRecv, Ctx: trace.Hardware, Dev: d.name, Pkt: t.f.Pkt, Buf: t.f.Block.ID, Len: int32(t.f.Len), Evidence: trace.Modelled})
		}
		d.to.Receive(&t.f)
		d.head = (d.head + 1) & (len(d.ring) - 1)
		d.n--
	}
	if d.n > 0 {
		d.timer.Set(max(now, d.ring[d.head].at))
	}
}

func (d *direction) drop(f *nic.Frame, why trace.DropReason) {
	if d.tr.On() {
		d.tr.Emit(trace.Event{Kind: trace.Drop, Ctx: trace.Hardware, Dev: d.name, Pkt: f.Pkt, Buf: f.Block.ID, Len: int32(f.Len), Drop: why})
	}
	f.Free()
}

func (d *direction) impaired(f *nic.Frame, how string) {
	if d.tr.On() {
		d.tr.Emit(trace.Event{Kind: trace.WireImpair, Ctx: trace.Hardware, Dev: d.name, Pkt: f.Pkt, Buf: f.Block.ID, Len: int32(f.Len), Text: how})
	}
}

// corrupt inverts one bit, in a block of the frame's own.
func (d *direction) corrupt(f *nic.Frame, spot uint64) {
	if f.Block.Refs() > 1 {
		c := f.Copy(d.pool)
		f.Free()
		*f = c
	}
	b := f.Bytes()
	// Inside a device: only what a checksum covers, an IP packet, so that
	// somebody can notice.
	if e, err := wire.ParseEthernet(b); err == nil && spot%DeviceCorruptShare == 0 && len(e.Payload()) > 0 &&
		(e.EtherType() == wire.EtherTypeIPv4 || e.EtherType() == wire.EtherTypeIPv6) {
		p := e.Payload()
		flip(p, spot/DeviceCorruptShare%uint64(8*len(p)))
		f.Sealed = false
		f.Seal()
		d.stats.CorruptedDevice++
		d.impaired(f, "corrupted in a device")
		return
	}
	if !f.Sealed {
		f.Seal()
	}
	flip(b, spot/DeviceCorruptShare%uint64(8*len(b)))
	d.stats.CorruptedWire++
	d.impaired(f, "corrupted on the wire")
}

func flip(b []byte, bit uint64) { b[bit/8] ^= 1 << (bit % 8) }

package nic

import (
	"encoding/binary"
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

var (
	macA = wire.MAC{2, 0, 0, 0, 0, 0xa}
	macB = wire.MAC{2, 0, 0, 0, 0, 0xb}

	addrA4 = netip.MustParseAddr("198.51.100.2")
	addrB4 = netip.MustParseAddr("203.0.113.80")
	addrA6 = netip.MustParseAddr("2001:db8:a::2")
	addrB6 = netip.MustParseAddr("2001:db8:b::80")
)

// sink keeps what a device sends, with the time of each frame.
type sink struct {
	l      *loop.Loop
	frames []Frame
	at     []int64
}

func (s *sink) Send(f *Frame) {
	s.frames = append(s.frames, *f)
	s.at = append(s.at, s.l.Now())
}

// bench is a device on a virtual loop with a sink as its cable.
type bench struct {
	l    *loop.Loop
	pool *skb.Pool
	rec  trace.Recorder
	nic  *NIC
	out  *sink
}

func newBench(cfg Config) *bench {
	b := &bench{l: loop.New(loop.Config{}), pool: &skb.Pool{}}
	run := &trace.Run{Sink: &b.rec, Now: b.l.Now}
	cfg.Name, cfg.MAC = "eth0", macA
	b.nic = New(b.l, b.pool, trace.New(run, "a"), cfg)
	b.out = &sink{l: b.l}
	b.nic.Connect(b.out)
	return b
}

// run calls fn inside the loop and lets what it started come to rest.
func (b *bench) run(t testing.TB, fn func()) {
	t.Helper()
	err := b.l.Run(func() error {
		fn()
		b.l.Settle(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// post gives the device n empty buffers.
func (b *bench) post(n int) {
	for range n {
		b.nic.Queue(0).RxPost(b.pool.Block(b.nic.RxBuffer()))
	}
}

// segment describes a TCP segment or UDP datagram for tests.
type segment struct {
	dst     wire.MAC
	v6      bool
	udp     bool
	id      uint16
	tos     uint8
	seq     uint32
	flags   wire.TCPFlags
	options wire.TCPOptions
	payload []byte
}

// headers writes all headers to b with a complete checksum over the payload, and
// returns the offsets of L3, L4 and the payload.
func (g *segment) headers(b []byte) (l3, l4, end int) {
	eth := wire.EthernetFields{Dst: g.dst, Src: macB, EtherType: wire.EtherTypeIPv4}
	src, dst := addrB4, addrA4
	if g.v6 {
		eth.EtherType = wire.EtherTypeIPv6
		src, dst = addrB6, addrA6
	}
	tcp := wire.TCPFields{SrcPort: 80, DstPort: 40000, Seq: g.seq, Ack: 77, Flags: g.flags, Window: 1000, Options: g.options}
	proto, l4len := wire.ProtoTCP, tcp.Len()
	if g.udp {
		proto, l4len = wire.ProtoUDP, wire.UDPHeaderLen
	}
	l3 = eth.Put(b)
	l4 = l3
	if g.v6 {
		ip := wire.IPv6Fields{TrafficClass: g.tos, FlowLabel: 0x12345, PayloadLen: l4len + len(g.payload), NextHeader: proto, HopLimit: 64, Src: src, Dst: dst}
		l4 += ip.Put(b[l3:])
	} else {
		ip := wire.IPv4Fields{TOS: g.tos, ID: g.id, DF: true, TTL: 64, Protocol: proto, Src: src, Dst: dst, PayloadLen: l4len + len(g.payload)}
		l4 += ip.Put(b[l3:])
	}
	end = l4 + l4len
	copy(b[end:], g.payload)
	if g.udp {
		u := wire.UDPFields{SrcPort: 53, DstPort: 5353, PayloadLen: len(g.payload)}
		u.Put(b[l4:])
		wire.UDP(b[l4:end+len(g.payload)]).FillChecksum(src, dst)
	} else {
		tcp.Put(b[l4:])
		wire.TCP(b[l4:end+len(g.payload)]).FillChecksum(src, dst)
	}
	return l3, l4, end
}

// frame makes a frame for the device.
func (b *bench) frame(g segment) *Frame {
	if g.dst.IsZero() {
		g.dst = macA
	}
	f := &Frame{Block: b.pool.Block(Headroom + 200 + len(g.payload)), Off: Headroom}
	_, _, end := g.headers(f.Block.B[Headroom:])
	f.Len = end + len(g.payload)
	if f.Len < wire.EthernetMinFrame {
		clear(f.Block.B[Headroom+f.Len : Headroom+wire.EthernetMinFrame])
		f.Len = wire.EthernetMinFrame
	}
	return f
}

// skb makes a buffer to send. With partial, the checksum is left to the device.
// The payload is split at cuts into frags.
func (b *bench) skb(g segment, partial bool, cuts ...int) *skb.SKB {
	if g.dst.IsZero() {
		g.dst = macB
	}
	s := b.pool.Alloc(skb.Headroom, 200+len(g.payload))
	tmp := make([]byte, 200+len(g.payload))
	l3, l4, end := g.headers(tmp)
	total := end + len(g.payload)
	at := len(g.payload)
	if len(cuts) > 0 {
		at = cuts[0]
	}
	copy(s.Put(end+at), tmp[:end+at])
	for i := range cuts {
		to := len(g.payload)
		if i+1 < len(cuts) {
			to = cuts[i+1]
		}
		f := b.pool.Alloc(0, to-cuts[i])
		copy(f.Put(to-cuts[i]), g.payload[cuts[i]:to])
		s.AppendFrag(f)
	}
	s.L2 = s.Data()
	s.L3, s.L4 = s.L2+int32(l3), s.L2+int32(l4)
	s.Protocol = binary.BigEndian.Uint16(tmp[12:])
	if partial {
		src, dst := addrB4, addrA4
		if g.v6 {
			src, dst = addrB6, addrA6
		}
		s.Checksum, s.CsumStart, s.CsumOffset = skb.ChecksumPartial, s.L4, 16
		if g.udp {
			s.CsumOffset = 6
			wire.UDP(s.From(s.L4)).FillPartialChecksum(src, dst)
		} else {
			wire.TCP(s.From(s.L4)).FillPartialChecksum(src, dst, total-l4)
		}
	}
	return s
}

func payload(n int) []byte {
	p := make([]byte, n)
	x := uint32(1)
	for i := range p {
		x = x*1664525 + 1013904223
		p[i] = byte(x >> 24)
	}
	return p
}

func kinds(events []trace.Event) []trace.Kind {
	var out []trace.Kind
	for _, e := range events {
		out = append(out, e.Kind)
	}
	return out
}

func TestInterruptIsMaskedUntilUnmask(t *testing.T) {
	b := newBench(Config{})
	raised := 0
	b.nic.Queue(0).SetInterrupt(func() { raised++; b.nic.Queue(0).Mask() })
	b.post(4)
	b.nic.Receive(b.frame(segment{}))
	b.nic.Receive(b.frame(segment{}))
	if raised != 1 {
		t.Fatalf("raised %d times, want 1: the handler masked after the first", raised)
	}
	if b.nic.Queue(0).RxReap() == nil {
		t.Fatal("nothing to reap")
	}
	b.nic.Queue(0).Unmask()
	if raised != 2 {
		t.Errorf("raised %d times, want 2: a frame was left when the driver unmasked", raised)
	}
	b.nic.Queue(0).RxReap()
	b.nic.Queue(0).Unmask()
	if raised != 2 {
		t.Errorf("raised %d times, want 2: nothing was left", raised)
	}
	b.nic.Receive(b.frame(segment{}))
	if raised != 3 || b.nic.Stats.Interrupts != 3 {
		t.Errorf("raised %d, counted %d, want 3: unmasked, a frame interrupts at once", raised, b.nic.Stats.Interrupts)
	}
}

func TestCoalescingByTimeAndByFrames(t *testing.T) {
	b := newBench(Config{RxUsecs: 50, RxFrames: 3})
	var at []int64
	b.nic.Queue(0).SetInterrupt(func() { at = append(at, b.l.Now()-loop.Epoch) })
	b.post(8)
	b.run(t, func() {
		b.nic.Receive(b.frame(segment{}))
		b.l.Sleep(100 * time.Microsecond)
		for range 2 {
			b.nic.Queue(0).RxReap()
			b.nic.Receive(b.frame(segment{}))
		}
		b.nic.Receive(b.frame(segment{}))
		b.nic.Receive(b.frame(segment{}))
	})
	if len(at) != 2 || at[0] != 50_000 || at[1] != 100_000 {
		t.Errorf("interrupts at %v ns, want [50000 100000]: one frame waits 50 µs, the third of a burst does not", at)
	}
}

func TestTapsSeeDroppedFrames(t *testing.T) {
	b := newBench(Config{})
	var seen []Tap
	b.nic.AddTap(func(x Tap) { seen = append(seen, x) })
	b.nic.Receive(b.frame(segment{}))
	b.post(1)
	b.nic.Receive(b.frame(segment{}))
	b.run(t, func() {
		b.nic.Queue(0).TxPost(b.skb(segment{}, true))
		b.nic.Queue(0).Doorbell()
	})
	if len(seen) != 3 || seen[0].Dropped != trace.RxMissed || seen[1].Dropped != trace.NotDropped || seen[2].Dir != Out {
		t.Errorf("taps saw %+v, want a missed frame, a received one and a sent one", seen)
	}
}

func TestNoCableIsACarrierError(t *testing.T) {
	b := newBench(Config{})
	b.nic.Connect(nil)
	b.run(t, func() {
		b.nic.Queue(0).TxPost(b.skb(segment{}, true))
		b.nic.Queue(0).Doorbell()
	})
	if b.nic.Stats.TxCarrierErrors != 1 || b.nic.Stats.TxPackets != 0 {
		t.Errorf("stats %+v, want one carrier error", b.nic.Stats)
	}
	if s := b.nic.Queue(0).TxReap(); s == nil {
		t.Error("the descriptor must come back")
	} else {
		s.Free()
	}
}

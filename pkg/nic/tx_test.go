package nic

import (
	"bytes"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// decoded is what gopacket, which knows nothing of this package, reads.
type decoded struct {
	ip4     *layers.IPv4
	ip6     *layers.IPv6
	tcp     *layers.TCP
	payload []byte
}

// decode has gopacket read a frame and recompute its checksums.
func decode(t *testing.T, f *Frame) decoded {
	t.Helper()
	p := gopacket.NewPacket(f.Bytes(), layers.LayerTypeEthernet, gopacket.Default)
	if e := p.ErrorLayer(); e != nil {
		t.Fatalf("gopacket: %v", e.Error())
	}
	var d decoded
	var network gopacket.SerializableLayer
	if l := p.Layer(layers.LayerTypeIPv4); l != nil {
		d.ip4 = l.(*layers.IPv4)
		network = d.ip4
	} else if l := p.Layer(layers.LayerTypeIPv6); l != nil {
		d.ip6 = l.(*layers.IPv6)
		network = d.ip6
	}
	d.tcp = p.Layer(layers.LayerTypeTCP).(*layers.TCP)
	d.payload = d.tcp.Payload
	if err := d.tcp.SetNetworkLayerForChecksum(network.(gopacket.NetworkLayer)); err != nil {
		t.Fatal(err)
	}
	buf := gopacket.NewSerializeBuffer()
	eth := p.LinkLayer().(*layers.Ethernet)
	opts := gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}
	if err := gopacket.SerializeLayers(buf, opts, eth, network, d.tcp, gopacket.Payload(d.payload)); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(buf.Bytes(), f.Bytes()) {
		t.Errorf("gopacket writes the frame with other lengths or checksums:\n%x\n%x", buf.Bytes()[:80], f.Bytes()[:80])
	}
	return d
}

func TestTSOAgainstGopacket(t *testing.T) {
	opts := wire.TCPOptions{HasTS: true, TSVal: 7, TSEcr: 9}
	for _, v6 := range []bool{false, true} {
		mss := 1448
		if v6 {
			mss = 1428
		}
		for _, size := range []int{mss + 1, 2 * mss, 44*mss + 17} {
			for _, cuts := range [][]int{nil, {0}, {1}, {333, 1201, 1202}} {
				t.Run(fmt.Sprintf("v6=%v/%d/%v", v6, size, cuts), func(t *testing.T) {
					b := newBench(Config{})
					data := payload(size)
					s := b.skb(segment{v6: v6, id: 0xfff0, seq: 0xffffff00, flags: wire.ACK | wire.PSH | wire.FIN | wire.CWR, options: opts, payload: data}, true, cuts...)
					s.GSOSize, s.GSOSegs = uint16(mss), uint16((size+mss-1)/mss)
					s.Pkt = 1000
					b.run(t, func() {
						b.nic.Queue(0).TxPost(s)
						b.nic.Queue(0).Doorbell()
					})
					if len(b.out.frames) != int(s.GSOSegs) {
						t.Fatalf("%d frames, want %d", len(b.out.frames), s.GSOSegs)
					}
					var got []byte
					for i := range b.out.frames {
						f := &b.out.frames[i]
						first, last := i == 0, i == len(b.out.frames)-1
						d := decode(t, f)
						if d.tcp.Seq != 0xffffff00+uint32(i*mss) {
							t.Errorf("frame %d: sequence number %#x", i, d.tcp.Seq)
						}
						if d.tcp.PSH != last || d.tcp.FIN != last {
							t.Errorf("frame %d: PSH %v FIN %v; they belong to the last byte", i, d.tcp.PSH, d.tcp.FIN)
						}
						if d.tcp.CWR != first || !d.tcp.ACK || d.tcp.Window != 1000 || d.tcp.Ack != 77 {
							t.Errorf("frame %d: CWR %v ACK %v window %d ack %d", i, d.tcp.CWR, d.tcp.ACK, d.tcp.Window, d.tcp.Ack)
						}
						if !v6 && d.ip4.Id != 0xfff0+uint16(i) {
							t.Errorf("frame %d: identification %#x, want one more each time", i, d.ip4.Id)
						}
						if !last && len(d.payload) != mss {
							t.Errorf("frame %d: %d bytes of payload", i, len(d.payload))
						}
						got = append(got, d.payload...)
						if f.Sealed || f.Block == s.Block() {
							t.Errorf("frame %d: sealed %v, or not a copy", i, f.Sealed)
						}
						f.Free()
					}
					if !bytes.Equal(got, data) {
						t.Error("the frames' payloads are not the super-segment's")
					}
					if b.nic.Queue(0).TxReap() != s || b.nic.Queue(0).TxReap() != nil {
						t.Error("one descriptor must come back, once")
					}
					s.Free()
					if b.pool.Live != 0 {
						t.Errorf("%d buffers leaked", b.pool.Live)
					}
					cuts := b.rec.OfKind(trace.TSOCut)
					if len(cuts) != len(b.out.frames) || cuts[0].Parent != 1000 || cuts[0].ParentOp != trace.GSO || cuts[0].Pkt == 1000 {
						t.Errorf("%d TSOCut events, first %+v", len(cuts), cuts[0])
					}
				})
			}
		}
	}
}

func TestChecksumIsCompletedAtDMA(t *testing.T) {
	for _, g := range []segment{
		{payload: payload(999), flags: wire.ACK},
		{v6: true, payload: payload(999), flags: wire.ACK},
		{udp: true, payload: payload(999)},
		{udp: true, v6: true, payload: payload(999)},
		{flags: wire.SYN},
	} {
		for _, cuts := range [][]int{nil, {0}, {7}} {
			if len(g.payload) == 0 && cuts != nil {
				continue
			}
			b := newBench(Config{})
			want := b.skb(g, false)
			got := b.skb(g, true, cuts...)
			mine := got.Clone() // as TCP's send queue has it
			b.run(t, func() {
				b.nic.Queue(0).TxPost(want)
				b.nic.Queue(0).TxPost(got)
				b.nic.Queue(0).Doorbell()
			})
			if !bytes.Equal(b.out.frames[0].Bytes(), b.out.frames[1].Bytes()) {
				t.Errorf("%+v cut at %v: the device's checksum is not the stack's", g, cuts)
			}
			if sum := b.out.frames[0].Bytes()[got.CsumStart-got.Data()+got.CsumOffset:][:2]; bytes.Equal(mine.From(mine.CsumStart + mine.CsumOffset)[:2], sum) {
				t.Error("DMA must not write to the sender's buffer")
			}
		}
	}
}

// merged is a super-segment as GRO makes it: each segment in the block in which
// it came, behind headers of its own that have been pulled.
func (b *bench) merged(segs, size int, summed bool) (s *skb.SKB, data []byte) {
	data = payload(segs * size)
	for i := range segs {
		p := data[i*size:][:size]
		g := segment{id: uint16(7 + i), seq: uint32(1000 + i*size), flags: wire.ACK, payload: p, dst: macB}
		f := b.frame(g)
		x := b.pool.Build(f.Block, f.Off, f.Len)
		if summed {
			x.Sum, x.SumLen = wire.Fold(wire.Sum(p, 0)), uint16(size)
		}
		if s == nil {
			s = x
			s.L2, s.L3, s.L4 = s.Data(), s.Data()+14, s.Data()+34
			continue
		}
		x.Pull(54)
		s.AppendFrag(x)
	}
	s.GSOSize, s.GSOSegs = uint16(size), uint16(segs)
	return s, data
}

// A router's frames leave in the blocks in which they came.
func TestForwardedSegmentsAreNotCopied(t *testing.T) {
	for _, summed := range []bool{false, true} {
		b := newBench(Config{})
		s, data := b.merged(5, 1460, summed)
		want := []*skb.Block{s.Block()}
		for f := s.Frags; f != nil; f = f.Next {
			want = append(want, f.Block())
		}
		misses := b.pool.Misses
		b.run(t, func() {
			b.nic.Queue(0).TxPost(s)
			b.nic.Queue(0).Doorbell()
		})
		var got []byte
		for i := range b.out.frames {
			f := &b.out.frames[i]
			if f.Block != want[i] || f.Block.Refs() != 1 {
				t.Errorf("frame %d is not in its block, or somebody else (%d) holds it", i, f.Block.Refs())
			}
			got = append(got, decode(t, f).payload...) // checks the checksums, too
			if want := wire.Fold(wire.Sum(data[i*1460:][:1460], 0)); f.Sum != want || !f.Summed {
				t.Errorf("frame %d: payload sum %#x, want %#x", i, f.Sum, want)
			}
			f.Free()
		}
		if !bytes.Equal(got, data) || b.pool.Misses != misses {
			t.Errorf("payload %v, %d blocks more", bytes.Equal(got, data), b.pool.Misses-misses)
		}
		done := b.nic.Queue(0).TxReap()
		if done != s || done.Block() != nil || done.Len() != 54+len(data) {
			t.Error("the descriptor comes back with its lengths and without its block")
		}
		s.Free()
		if b.pool.Live != 0 {
			t.Errorf("%d buffers leaked", b.pool.Live)
		}
	}
}

// What somebody else holds is copied, frame by frame.
func TestSharedSegmentsAreCopied(t *testing.T) {
	b := newBench(Config{})
	s, data := b.merged(3, 1000, true)
	other := s.Frags.Clone() // of the second
	was := append([]byte(nil), other.Block().B...)
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
	})
	var got []byte
	for i := range b.out.frames {
		f := &b.out.frames[i]
		if shared := f.Block == other.Block(); shared || f.Block.Refs() != 1 {
			t.Errorf("frame %d is in a block that somebody else holds", i)
		}
		got = append(got, decode(t, f).payload...)
		for j := range f.Bytes() {
			f.Bytes()[j] ^= 0xff // as a cable may
		}
	}
	if !bytes.Equal(got, data) {
		t.Error("the frames' payloads are not the super-segment's")
	}
	if !bytes.Equal(other.Block().B, was) {
		t.Error("the other holder's bytes have changed")
	}
}

func TestTheSumThatCameIsUsed(t *testing.T) {
	b := newBench(Config{})
	right, _ := b.merged(2, 1460, true)
	wrong, _ := b.merged(2, 1460, true)
	wrong.Frags.Sum ^= 0x55
	longer, _ := b.merged(2, 1460, true)
	longer.Frags.Sum ^= 0x55
	longer.Frags.SumLen-- // not what is sent
	b.run(t, func() {
		for _, s := range []*skb.SKB{right, wrong, longer} {
			b.nic.Queue(0).TxPost(s)
		}
		b.nic.Queue(0).Doorbell()
	})
	checksum := func(i int) uint16 { return wire.TCP(b.out.frames[i].Bytes()[34:]).Checksum() }
	if checksum(0) != checksum(2) || checksum(1) == checksum(3) {
		t.Error("the payload was summed again although its sum is known")
	}
	if checksum(1) != checksum(5) {
		t.Error("a sum of other bytes was used")
	}
}

func TestPayloadSumOfZeroIsKnown(t *testing.T) {
	b := newBench(Config{})
	s := b.skb(segment{flags: wire.ACK, payload: make([]byte, 2920)}, true)
	s.GSOSize, s.GSOSegs = 1460, 2
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
	})
	for i := range b.out.frames {
		decode(t, &b.out.frames[i])
		if b.out.frames[i].Sum != 0xffff {
			t.Errorf("sum %#x, want 0xffff: 0 says that it is not known", b.out.frames[i].Sum)
		}
	}
}

func TestRFC768_ZeroChecksumIsSentAsOnes(t *testing.T) {
	b := newBench(Config{})
	g := segment{udp: true, payload: []byte{0, 0}}
	// Choose the payload so that the sum comes out as zero.
	s := b.skb(g, false)
	c := wire.UDP(s.From(s.L4)).Checksum()
	s.Free()
	g.payload = []byte{byte(c >> 8), byte(c)}
	s = b.skb(g, true)
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
	})
	if got := wire.UDP(b.out.frames[0].Bytes()[34:]).Checksum(); got != 0xffff {
		t.Errorf("checksum %#x, want 0xffff: \"transmitted as all ones\"", got)
	}
}

func TestShortFramesArePadded(t *testing.T) {
	for _, shared := range []bool{false, true} {
		testShortFrame(t, shared)
	}
}

func testShortFrame(t *testing.T, shared bool) {
	b := newBench(Config{})
	s := b.pool.Alloc(100, 42)
	for i := range s.Block().B {
		s.Block().B[i] = 0xee
	}
	copy(s.Put(42), payload(42))
	if shared {
		s.Clone()
	}
	dirty := b.pool.Block(2048)
	for i := range dirty.B {
		dirty.B[i] = 0xee
	}
	dirty.Put() // a frame that is copied gets this block
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
	})
	f := b.out.frames[0]
	if f.Len != 60 || f.WireLen() != 84 {
		t.Errorf("length %d, on the wire %d; want 60 and 84", f.Len, f.WireLen())
	}
	if !bytes.Equal(f.Bytes()[42:], make([]byte, 18)) {
		t.Errorf("padding %x, want zeros: old memory must not leak", f.Bytes()[42:])
	}
}

func TestTxRingOwnership(t *testing.T) {
	b := newBench(Config{TxRing: 4})
	b.run(t, func() {
		for i := range 4 {
			s := b.skb(segment{seq: uint32(i)}, true)
			s.Pkt = uint64(100 + i)
			if !b.nic.Queue(0).TxPost(s) {
				t.Fatalf("post %d failed on a ring of 4", i)
			}
		}
		extra := b.skb(segment{}, true)
		if b.nic.Queue(0).TxPost(extra) || b.nic.Queue(0).TxFree() != 0 {
			t.Error("a fifth buffer was taken")
		}
		extra.Free()
		if b.nic.Queue(0).TxReap() != nil {
			t.Error("a descriptor was reaped that the device owns")
		}
		b.nic.Queue(0).Doorbell()
		if len(b.out.frames) != 0 {
			t.Error("a frame left inside Doorbell: the device runs beside the CPU")
		}
	})
	if b.nic.Queue(0).TxFree() != 0 {
		t.Error("descriptors that were not reaped are not free")
	}
	for i := range 4 {
		s := b.nic.Queue(0).TxReap()
		if s == nil || s.Pkt != uint64(100+i) {
			t.Fatalf("reap %d: %v, want the buffers in order", i, s)
		}
		s.Free()
	}
	if b.nic.Queue(0).TxFree() != 4 || b.pool.Live != 0 {
		t.Errorf("free %d, live %d; want 4 and 0", b.nic.Queue(0).TxFree(), b.pool.Live)
	}
}

// 1538 octets at 10 Gbit/s are 1230.4 ns; the last bit of the FCS leaves 9.6 ns
// before the gap ends.
func TestPacingAt10Gbit(t *testing.T) {
	b := newBench(Config{Rate: 10_000_000_000})
	var done []int64
	b.nic.Queue(0).SetInterrupt(func() { done = append(done, b.l.Now()-loop.Epoch) })
	big := segment{payload: payload(1448), options: wire.TCPOptions{HasTS: true}}
	b.run(t, func() {
		for range 5 {
			b.nic.Queue(0).TxPost(b.skb(big, true))
		}
		b.nic.Queue(0).Doorbell()
		b.l.Sleep(10 * time.Microsecond)
		b.nic.Queue(0).TxPost(b.skb(big, true))
		b.nic.Queue(0).Doorbell()
	})
	var at []int64
	for _, x := range b.out.at {
		at = append(at, x-loop.Epoch)
	}
	// Multiples of 1230.4 less 9.6, rounded down; an idle line starts afresh.
	want := []int64{1220, 2451, 3681, 4912, 6142, 11220}
	if !reflect.DeepEqual(at, want) {
		t.Errorf("frames left at %v, want %v", at, want)
	}
	if !reflect.DeepEqual(done, want) {
		t.Errorf("descriptors done at %v, want %v: when the frame has left", done, want)
	}
}

func TestSuperSegmentIsPacedFrameByFrame(t *testing.T) {
	b := newBench(Config{Rate: 1_000_000_000})
	done := 0
	b.nic.Queue(0).SetInterrupt(func() { done++ })
	s := b.skb(segment{payload: payload(3 * 1460), flags: wire.ACK}, true)
	s.GSOSize, s.GSOSegs = 1460, 3
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
		b.l.Sleep(30 * time.Microsecond)
		if len(b.out.frames) != 2 || done != 0 {
			t.Errorf("after 30 µs at 1 Gbit/s %d frames and %d interrupts, want 2 and 0", len(b.out.frames), done)
		}
	})
	if len(b.out.frames) != 3 || done != 1 {
		t.Errorf("%d frames and %d interrupts, want 3 and 1: the descriptor is done with its last frame", len(b.out.frames), done)
	}
}

func TestDeviceRefusesWhatItCannotSend(t *testing.T) {
	super := func(b *bench) *skb.SKB {
		s := b.skb(segment{payload: payload(3000), flags: wire.ACK}, true)
		s.GSOSize, s.GSOSegs = 1460, 3
		return s
	}
	for _, c := range []struct {
		name string
		cfg  Config
		make func(b *bench) *skb.SKB
		why  trace.DropReason
	}{
		{"longer than the MTU", Config{}, func(b *bench) *skb.SKB { return b.skb(segment{payload: payload(1600)}, true) }, trace.PktTooBig},
		{"segments longer than the MTU", Config{MTU: 1000}, super, trace.PktTooBig},
		{"super-segment without TSO", Config{NoTSO: true}, super, trace.NotSpecified},
		{"partial checksum without offload", Config{NoTxChecksum: true}, func(b *bench) *skb.SKB { return b.skb(segment{}, true) }, trace.NotSpecified},
		{"super-segment that is not TCP", Config{}, func(b *bench) *skb.SKB {
			s := super(b)
			s.From(s.L3)[9] = wire.ProtoUDP
			return s
		}, trace.NotSpecified},
		{"super-segment without offsets", Config{}, func(b *bench) *skb.SKB {
			s := super(b)
			s.L3, s.L4 = 0, 0
			return s
		}, trace.NotSpecified},
		{"super-segment with a wrong data offset", Config{}, func(b *bench) *skb.SKB {
			s := super(b)
			s.From(s.L4)[12] = 0x10
			return s
		}, trace.NotSpecified},
		{"shorter than a header", Config{}, func(b *bench) *skb.SKB {
			s := b.pool.Alloc(64, 10)
			s.Put(10)
			return s
		}, trace.NotSpecified},
	} {
		b := newBench(c.cfg)
		ok := b.skb(segment{}, false)
		b.run(t, func() {
			b.nic.Queue(0).TxPost(c.make(b))
			b.nic.Queue(0).TxPost(ok)
			b.nic.Queue(0).Doorbell()
		})
		if b.nic.Stats.TxErrors != 1 || len(b.out.frames) != 1 {
			t.Errorf("%s: %d errors and %d frames, want 1 and 1: the next packet still goes", c.name, b.nic.Stats.TxErrors, len(b.out.frames))
		}
		if d := b.rec.OfKind(trace.Drop); len(d) != 1 || d[0].Drop != c.why {
			t.Errorf("%s: drops %v, want %v", c.name, d, c.why)
		}
		for s := b.nic.Queue(0).TxReap(); s != nil; s = b.nic.Queue(0).TxReap() {
			s.Free()
		}
		if b.pool.Live != 0 {
			t.Errorf("%s: %d buffers leaked", c.name, b.pool.Live)
		}
	}
}

func TestTransmitEvents(t *testing.T) {
	b := newBench(Config{})
	s := b.skb(segment{payload: payload(100)}, true)
	s.Pkt = 42
	b.run(t, func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.Queue(0).Doorbell()
	})
	want := []trace.Kind{trace.TxDesc, trace.Doorbell, trace.TxDMA, trace.TxDone}
	if got := kinds(b.rec.Events); !reflect.DeepEqual(got, want) {
		t.Errorf("events %v, want %v", got, want)
	}
	dma := b.rec.OfKind(trace.TxDMA)[0]
	f := b.out.frames[0]
	if dma.Pkt != 42 || f.Pkt != 42 {
		t.Errorf("packet ids %d and %d, want 42: an uncut packet keeps its id", dma.Pkt, f.Pkt)
	}
	if dma.NIC.FCS != wire.FCS(f.Bytes()) || dma.Buf != f.Block.ID {
		t.Errorf("TxDMA %+v: wants the FCS and the block on the wire", dma.NIC)
	}
}

func BenchmarkRingPostReap(b *testing.B) {
	x := newBench(Config{})
	x.nic.tr = nil
	x.post(256)
	f := x.frame(segment{payload: payload(1448)})
	b.ReportAllocs()
	b.SetBytes(int64(f.Len))
	for b.Loop() {
		x.nic.Receive(&Frame{Block: f.Block.Get(), Off: f.Off, Len: f.Len})
		d := x.nic.Queue(0).RxReap()
		d.Block.Put()
		x.nic.Queue(0).RxPost(x.pool.Block(2048))
	}
}

type release struct{}

func (release) Send(f *Frame) { f.Free() }

func BenchmarkTSOCut64KiB(b *testing.B) {
	x := newBench(Config{})
	x.nic.tr = nil
	x.nic.Connect(release{})
	data := payload(44 * 1448)
	s := x.skb(segment{payload: data, flags: wire.ACK, options: wire.TCPOptions{HasTS: true}}, true)
	s.GSOSize, s.GSOSegs = 1448, 44
	b.ReportAllocs()
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		x.nic.Queue(0).TxPost(s)
		x.nic.transmit()
		x.nic.Queue(0).TxReap()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/44, "ns/segment")
}

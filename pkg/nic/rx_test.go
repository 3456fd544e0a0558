package nic

import (
	"testing"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func TestRingWithoutBuffersDropsBeforeAnySkb(t *testing.T) {
	b := newBench(Config{RxRing: 4})
	for i := range 4 {
		if !b.nic.Queue(0).RxPost(b.pool.Block(2048)) {
			t.Fatalf("post %d failed on a ring of 4", i)
		}
	}
	extra := b.pool.Block(2048)
	if b.nic.Queue(0).RxPost(extra) {
		t.Fatal("a fifth buffer was taken: its descriptor is the device's")
	}
	for range 6 {
		b.nic.Receive(b.frame(segment{}))
	}
	if s := b.nic.Stats; s.RxPackets != 4 || s.RxMissedErrors != 2 {
		t.Errorf("received %d, missed %d; want 4 and 2: nobody refilled", s.RxPackets, s.RxMissedErrors)
	}
	if b.pool.Live != 0 {
		t.Errorf("%d skbs exist, want 0: the device has none", b.pool.Live)
	}
	// Taking a frame is not refilling: reception stays stalled.
	d := b.nic.Queue(0).RxReap()
	if d == nil {
		t.Fatal("nothing to reap")
	}
	d.Block.Put()
	b.nic.Receive(b.frame(segment{}))
	if b.nic.Stats.RxMissedErrors != 3 {
		t.Errorf("missed %d, want 3: the taken descriptor has no buffer", b.nic.Stats.RxMissedErrors)
	}
	if !b.nic.Queue(0).RxPost(extra) {
		t.Fatal("refill refused")
	}
	b.nic.Receive(b.frame(segment{}))
	if b.nic.Stats.RxPackets != 5 {
		t.Errorf("received %d, want 5: one buffer was posted", b.nic.Stats.RxPackets)
	}
}

func TestReceiveKeepsOrderAndSwapsBuffers(t *testing.T) {
	b := newBench(Config{RxRing: 3})
	b.post(3)
	for i := range 10 {
		f := b.frame(segment{seq: uint32(i)})
		id, stamp := f.Block.ID, b.l.Now()
		b.nic.Receive(f)
		d := b.nic.Queue(0).RxReap()
		if d == nil {
			t.Fatalf("frame %d: nothing to reap", i)
		}
		if d.Block.ID != id {
			t.Errorf("frame %d is in block %d, want %d: DMA swaps the arriving block in", i, d.Block.ID, id)
		}
		if d.Stamp != stamp || d.Pkt == 0 || d.Checksum != skb.ChecksumUnnecessary {
			t.Errorf("frame %d: %+v", i, d)
		}
		if got := wire.TCP(d.Block.B[d.Off+34:]).Seq(); got != uint32(i) {
			t.Errorf("frame %d has sequence number %d", i, got)
		}
		if d.Block.Refs() != 1 {
			t.Errorf("frame %d: %d references", i, d.Block.Refs())
		}
		d.Block.Put()
		b.post(1)
	}
	if b.nic.Queue(0).RxReap() != nil {
		t.Error("an empty descriptor was reaped: the device owns it")
	}
}

func TestAddressFilter(t *testing.T) {
	other := wire.MAC{2, 0, 0, 0, 0, 0xc}
	for _, c := range []struct {
		name    string
		dst     wire.MAC
		promisc bool
		want    bool
	}{
		{"own address", macA, false, true},
		{"broadcast", wire.Broadcast, false, true},
		{"group", wire.MAC{0x33, 0x33, 0, 0, 0, 1}, false, true},
		{"another station", other, false, false},
		{"another station, promiscuous", other, true, true},
	} {
		b := newBench(Config{})
		b.nic.SetPromiscuous(c.promisc)
		b.post(1)
		b.nic.Receive(b.frame(segment{dst: c.dst}))
		if ok := b.nic.Queue(0).RxReap() != nil; ok != c.want {
			t.Errorf("%s: received %v, want %v", c.name, ok, c.want)
		}
		if drops := b.rec.OfKind(trace.Drop); len(drops) == 0 != c.want {
			t.Errorf("%s: drops %v", c.name, drops)
		}
		group := c.dst.IsMulticast() && !c.dst.IsBroadcast()
		if (b.nic.Stats.Multicast == 1) != group {
			t.Errorf("%s: multicast counter %d", c.name, b.nic.Stats.Multicast)
		}
	}
}

func TestFrameChangedOnTheCableHasABadFCS(t *testing.T) {
	b := newBench(Config{})
	b.post(2)
	f := b.frame(segment{payload: payload(100)})
	f.Seal()
	f.Bytes()[70] ^= 4
	b.nic.Receive(f)
	if s := b.nic.Stats; s.RxCRCErrors != 1 || s.RxErrors != 1 || s.RxPackets != 0 {
		t.Errorf("stats %+v, want one CRC error", s)
	}
	f = b.frame(segment{payload: payload(100)})
	f.Seal()
	b.nic.Receive(f)
	if b.nic.Stats.RxPackets != 1 {
		t.Error("a sealed frame that nobody changed is good")
	}
	if d := b.rec.OfKind(trace.Drop); len(d) != 1 || d[0].Drop != trace.BadFCS {
		t.Errorf("drops %v, want BAD_FCS", d)
	}
}

func TestFrameLengths(t *testing.T) {
	b := newBench(Config{MTU: 1500})
	b.post(4)
	for _, c := range []struct {
		len  int
		want bool
	}{
		{59, false},  // 802.3 4A.2.9: shorter than minFrameSize, a collision fragment
		{60, true},   //
		{1514, true}, // full MTU
		{1518, true}, // and an 802.1Q tag
		{1519, false},
	} {
		f := b.frame(segment{payload: payload(1600)})
		f.Len = c.len
		before := b.nic.Stats.RxPackets
		b.nic.Receive(f)
		if got := b.nic.Stats.RxPackets > before; got != c.want {
			t.Errorf("%d octets: received %v, want %v", c.len, got, c.want)
		}
	}
	if b.nic.Stats.RxLengthErrors != 2 {
		t.Errorf("rx_length_errors %d, want 2", b.nic.Stats.RxLengthErrors)
	}
}

func TestReceiveChecksumIsVerifiedOverTheBytes(t *testing.T) {
	for _, c := range []struct {
		name string
		g    segment
		edit func(b []byte)
		want skb.Checksum
		bad  uint64
	}{
		{name: "TCP", g: segment{payload: payload(1001)}, want: skb.ChecksumUnnecessary},
		{name: "TCP over IPv6", g: segment{v6: true, payload: payload(1001)}, want: skb.ChecksumUnnecessary},
		{name: "UDP", g: segment{udp: true, payload: payload(1001)}, want: skb.ChecksumUnnecessary},
		{name: "UDP over IPv6", g: segment{v6: true, udp: true, payload: payload(1001)}, want: skb.ChecksumUnnecessary},
		{name: "padded", g: segment{udp: true, payload: payload(1)}, want: skb.ChecksumUnnecessary},
		{name: "padding is not covered", g: segment{udp: true, payload: payload(1)}, edit: func(b []byte) { b[59] = 1 }, want: skb.ChecksumUnnecessary},
		{name: "payload changed in memory", g: segment{payload: payload(1001)}, edit: func(b []byte) { b[900] ^= 1 }, bad: 1},
		{name: "address changed in memory", g: segment{v6: true, payload: payload(9)}, edit: func(b []byte) { b[25] ^= 1 }, bad: 1},
		{name: "UDP without a checksum", g: segment{udp: true, payload: payload(9)}, edit: func(b []byte) { b[40], b[41] = 0, 0 }},
		{name: "fragment", g: segment{payload: payload(9)}, edit: func(b []byte) { b[20] |= 0x20 }},
		{name: "another protocol", g: segment{payload: payload(9)}, edit: func(b []byte) { b[23] = wire.ProtoICMP }},
		{name: "another EtherType", g: segment{payload: payload(9)}, edit: func(b []byte) { b[12], b[13] = 8, 6 }},
		{name: "total length beyond the frame", g: segment{payload: payload(9)}, edit: func(b []byte) { b[16] = 9 }},
		{name: "UDP length beyond the packet", g: segment{udp: true, payload: payload(9)}, edit: func(b []byte) { b[38] = 9 }},
	} {
		b := newBench(Config{})
		b.post(1)
		f := b.frame(c.g)
		if c.edit != nil {
			c.edit(f.Bytes())
		}
		b.nic.Receive(f)
		d := b.nic.Queue(0).RxReap()
		if d == nil {
			t.Errorf("%s: dropped; a checksum is the stack's business", c.name)
			continue
		}
		if d.Checksum != c.want || b.nic.Stats.RxCSumBad != c.bad {
			t.Errorf("%s: checksum state %d, bad %d; want %d, %d", c.name, d.Checksum, b.nic.Stats.RxCSumBad, c.want, c.bad)
		}
	}
}

func TestNoRxChecksumLeavesItToTheStack(t *testing.T) {
	b := newBench(Config{NoRxChecksum: true})
	b.post(1)
	b.nic.Receive(b.frame(segment{payload: payload(10)}))
	if d := b.nic.Queue(0).RxReap(); d.Checksum != skb.ChecksumNone {
		t.Errorf("checksum state %d, want none", d.Checksum)
	}
}

func TestReceiveEventSaysSlotAndFill(t *testing.T) {
	b := newBench(Config{RxRing: 4})
	b.post(4)
	b.nic.Receive(b.frame(segment{}))
	b.nic.Receive(b.frame(segment{payload: payload(100)}))
	dma := b.rec.OfKind(trace.RxDMA)
	if len(dma) != 2 || dma[1].NIC.Slot != 1 || dma[1].NIC.Fill != 2 || dma[1].Ctx != trace.Hardware || dma[1].Evidence != trace.Modelled {
		t.Errorf("RxDMA events %+v", dma)
	}
	if got, want := dma[1].NIC.Wire, int32(154+7+1+4+12); got != want {
		t.Errorf("a frame of 154 octets takes %d on the wire, want %d: preamble, SFD, FCS, gap", got, want)
	}
	if dma[1].NIC.FCS == 0 {
		t.Error("no FCS in the event")
	}
}

// The sum of the payload is believed only of a frame that nobody has touched.
func TestPayloadSumOfASealedFrameIsForgotten(t *testing.T) {
	for _, sealed := range []bool{false, true} {
		b := newBench(Config{})
		b.post(1)
		f := b.frame(segment{payload: payload(100)})
		f.Summed, f.Sum = true, 0x1234
		if sealed {
			f.Seal()
		}
		b.nic.Receive(f)
		want := uint16(0x1234)
		if sealed {
			want = 0
		}
		if d := b.nic.Queue(0).RxReap(); d.Sum != want || d.Checksum != skb.ChecksumUnnecessary {
			t.Errorf("sealed %v: sum %#x, want %#x", sealed, d.Sum, want)
		}
	}
}

// loopback is a cable back to the device itself.
type loopback struct{ n *NIC }

func (w loopback) Send(f *Frame) { w.n.Receive(f) }

func TestRingsDoNotAllocate(t *testing.T) {
	b := newBench(Config{})
	b.nic.tr = nil
	b.nic.Connect(loopback{b.nic})
	b.post(256)
	data := payload(44 * 1448)
	s := b.skb(segment{dst: macA, flags: wire.ACK, payload: data}, true)
	s.GSOSize, s.GSOSegs = 1448, 44
	cycle := func() {
		b.nic.Queue(0).TxPost(s)
		b.nic.transmit()
		for d := b.nic.Queue(0).RxReap(); d != nil; d = b.nic.Queue(0).RxReap() {
			d.Block.Put()
			b.nic.Queue(0).RxPost(b.pool.Block(b.nic.RxBuffer()))
		}
		if b.nic.Queue(0).TxReap() != s {
			t.Fatal("not transmitted")
		}
	}
	cycle()
	if n := testing.AllocsPerRun(50, cycle); n != 0 {
		t.Errorf("%v allocations for 44 frames through both rings, want 0", n)
	}
	if want := uint64(44 * 52); b.nic.Stats.RxPackets != want {
		t.Errorf("received %d, want %d", b.nic.Stats.RxPackets, want)
	}
}

// FuzzReceive feeds the device any bytes: it may drop them, but a checksum that
// it calls verified must be right.
func FuzzReceive(f *testing.F) {
	b := newBench(Config{})
	for _, g := range []segment{{payload: payload(30)}, {v6: true, payload: payload(30)}, {udp: true}, {udp: true, v6: true, payload: payload(99)}} {
		fr := b.frame(g)
		f.Add(append([]byte(nil), fr.Bytes()...))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1600 {
			return
		}
		pool := &skb.Pool{}
		n := New(loop.New(loop.Config{}), pool, nil, Config{MAC: macA, Promiscuous: true})
		n.Queue(0).RxPost(pool.Block(2048))
		fr := &Frame{Block: pool.Block(2048), Len: len(data)}
		copy(fr.Bytes(), data)
		n.Receive(fr)
		d := n.Queue(0).RxReap()
		ok := d != nil
		if ok != (len(data) >= 60 && len(data) <= 1518) {
			t.Fatalf("%d octets: received %v", len(data), ok)
		}
		if !ok || d.Checksum != skb.ChecksumUnnecessary {
			return
		}
		var right bool
		if ip, err := wire.ParseIPv4(data[14:]); err == nil {
			if u, err := wire.ParseUDP(ip.Payload()); ip.Protocol() == wire.ProtoUDP {
				right = err == nil && u.VerifyChecksum(ip.Src(), ip.Dst())
			} else {
				right = wire.TCP(ip.Payload()).VerifyChecksum(ip.Src(), ip.Dst())
			}
		} else if ip, err := wire.ParseIPv6(data[14:]); err == nil {
			if u, err := wire.ParseUDP(ip.Payload()); ip.NextHeader() == wire.ProtoUDP {
				right = err == nil && u.VerifyChecksum(ip.Src(), ip.Dst())
			} else {
				right = wire.TCP(ip.Payload()).VerifyChecksum(ip.Src(), ip.Dst())
			}
		}
		if !right {
			t.Error("a wrong checksum is called verified")
		}
	})
}

package nic

// Reception: address filter, frame checks (IEEE 802.3 4A.2.9), DMA, checksum verification.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// rxDesc is a receive descriptor.
type rxDesc struct {
	own   bool // the device owns it: the buffer is empty
	csum  skb.Checksum
	block *skb.Block // nil: no buffer is posted
	off   int32
	len   int32
	stamp int64
	pkt   uint64
}

// rxRing is the ring with its three indices; see the package comment.
type rxRing struct {
	desc            []rxDesc
	reap, dma, post int
	fill            int // descriptors that the device owns
	done            int // filled, not reaped
}

func next(i, size int) int {
	if i++; i == size {
		return 0
	}
	return i
}

// RxDone is a received frame, as the driver takes it from the ring.
type RxDone struct {
	Block    *skb.Block
	Off, Len int
	Stamp    int64 // time of arrival
	Pkt      uint64
	Checksum skb.Checksum // Unnecessary: TCP or UDP checksum verified
}

// RxPost gives the device an empty buffer, whose reference it takes. False: the
// ring is full and the buffer stays the caller's.
func (n *NIC) RxPost(b *skb.Block) bool {
	r := &n.rx
	d := &r.desc[r.post]
	if d.block != nil {
		return false
	}
	d.block, d.own = b, true
	r.fill++
	slot := r.post
	r.post = next(r.post, len(r.desc))
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.RxPost, Dev: n.cfg.Name, Buf: b.ID, Refs: b.Refs(),
			NIC: trace.NIC{Slot: int32(slot), Fill: int32(r.fill)}})
	}
	return true
}

// RxReap takes the oldest received frame off the ring; its reference is the
// caller's. False: none is done.
func (n *NIC) RxReap() (RxDone, bool) {
	r := &n.rx
	d := &r.desc[r.reap]
	if d.own || d.block == nil {
		return RxDone{}, false
	}
	done := RxDone{Block: d.block, Off: int(d.off), Len: int(d.len), Stamp: d.stamp, Pkt: d.pkt, Checksum: d.csum}
	d.block = nil
	r.done--
	r.reap = next(r.reap, len(r.desc))
	return done, true
}

// RxPosted returns how many buffers the device owns.
func (n *NIC) RxPosted() int { return n.rx.fill }

// RxBuffer is the size of buffer that holds any frame the device receives.
func (n *NIC) RxBuffer() int { return Headroom + n.maxFrame() }

// Receive takes a frame off the cable.
func (n *NIC) Receive(f Frame) {
	why := n.check(&f)
	n.tap(In, f, why)
	if why != trace.NotDropped {
		n.drop(f.Pkt, f.Len, why)
		f.Free()
		return
	}
	n.dmaIn(f)
	n.rxWait.done(n.rx.done)
}

// check decides, in the order of a MAC, whether the frame reaches memory.
func (n *NIC) check(f *Frame) trace.DropReason {
	s := &n.Stats
	if f.Len < wire.EthernetMinFrame || f.Len > n.maxFrame() {
		s.RxErrors++
		s.RxLengthErrors++
		return trace.RxLength
	}
	if f.Sealed && wire.FCS(f.Bytes()) != f.FCS {
		s.RxErrors++
		s.RxCRCErrors++
		return trace.BadFCS
	}
	b := f.Bytes()
	if b[0]&1 == 0 {
		if wire.MAC(b[:6]) != n.cfg.MAC && !n.cfg.Promiscuous {
			s.RxFiltered++
			return trace.OtherHost
		}
	} else if !wire.MAC(b[:6]).IsBroadcast() {
		// All groups pass, as with IFF_ALLMULTI: which ones a host has
		// joined is the stack's business.
		s.Multicast++
	}
	if !n.rx.desc[n.rx.dma].own {
		s.RxMissedErrors++
		return trace.RxMissed
	}
	return trace.NotDropped
}

// dmaIn puts the frame into the next posted buffer and hands the descriptor back.
func (n *NIC) dmaIn(f Frame) {
	r := &n.rx
	slot := r.dma
	d := &r.desc[slot]
	d.block.Put()
	d.block, d.off, d.len = f.Block, int32(f.Off), int32(f.Len)
	d.stamp, d.pkt = n.l.Now(), f.Pkt
	if d.pkt == 0 {
		d.pkt = n.tr.NextPkt()
	}
	switch {
	case n.cfg.NoRxChecksum:
		d.csum = skb.ChecksumNone
	case f.Summed && !f.Sealed: // untouched since a device summed it
		d.csum = skb.ChecksumUnnecessary
	default:
		d.csum = n.verify(f.Bytes())
	}
	d.own = false
	r.fill--
	r.done++
	r.dma = next(slot, len(r.desc))
	n.Stats.RxPackets++
	n.Stats.RxBytes += uint64(f.Len)
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.RxDMA, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: d.pkt, Buf: d.block.ID, Refs: d.block.Refs(), Len: d.len,
			Data: d.off, Tail: d.off + d.len, End: int32(len(d.block.B)),
			NIC: trace.NIC{Slot: int32(slot), Fill: int32(r.fill), FCS: wire.FCS(f.Bytes()), Wire: int32(f.WireLen())}})
	}
}

// verify sums a TCP segment or UDP datagram with its pseudo-header. A wrong
// sum is no error here: the frame goes up unverified and the stack, which sums
// it again, drops and counts it, as with Linux's drivers.
func (n *NIC) verify(frame []byte) skb.Checksum {
	var proto uint8
	var addrs, payload []byte
	switch e := wire.Ethernet(frame); uint16(e[12])<<8 | uint16(e[13]) {
	case wire.EtherTypeIPv4:
		p, err := wire.ParseIPv4(frame[wire.EthernetHeaderLen:])
		if err != nil || p.IsFragment() {
			return skb.ChecksumNone
		}
		proto, addrs, payload = p.Protocol(), p[12:20], p[p.HeaderLen():]
	case wire.EtherTypeIPv6:
		p, err := wire.ParseIPv6(frame[wire.EthernetHeaderLen:])
		if err != nil {
			return skb.ChecksumNone
		}
		proto, addrs, payload = p.NextHeader(), p[8:40], p[wire.IPv6HeaderLen:]
	default:
		return skb.ChecksumNone
	}
	switch proto {
	case wire.ProtoTCP:
		if len(payload) < wire.TCPMinHeaderLen {
			return skb.ChecksumNone
		}
	case wire.ProtoUDP:
		// A zero checksum means none (RFC 768): nothing to verify.
		u, err := wire.ParseUDP(payload)
		if err != nil || u.Checksum() == 0 {
			return skb.ChecksumNone
		}
		payload = u
	default:
		return skb.ChecksumNone
	}
	sum := wire.Sum(addrs, uint64(proto)+uint64(len(payload)))
	if wire.Fold(wire.Sum(payload, sum)) != 0xffff {
		n.Stats.RxCSumBad++
		return skb.ChecksumNone
	}
	return skb.ChecksumUnnecessary
}

package nic

// Reception: address filter, frame checks (IEEE 802.3 4A.2.9), DMA, checksum verification.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// rxDesc is a receive descriptor.
type rxDesc struct {
	RxDone
	state rxState
	ready int64 // when a filled one is in memory
}

type rxState uint8

const (
	rxEmpty  rxState = iota // no buffer is posted
	rxPosted                // the device owns it: the buffer is empty
	rxFilled                // the driver owns it
)

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
	Sum      uint16       // ones' complement sum of the TCP payload; 0: not known
	Hash     uint32       // RSS hash; 0: not computed
}

// RxPost gives the device an empty buffer, whose reference it takes. False: the
// ring is full and the buffer stays the caller's.
func (q *Queue) RxPost(b *skb.Block) bool {
	n, r := q.n, &q.rx
	d := &r.desc[r.post]
	if d.state != rxEmpty {
		return false
	}
	d.Block, d.state = b, rxPosted
	r.fill++
	slot := r.post
	r.post = next(r.post, len(r.desc))
	if n.tr.On() {
		n.tr.Emit(trace.Event{Kind: trace.RxPost, Dev: n.cfg.Name, Buf: b.ID, Refs: b.Refs(), End: int32(len(b.B)),
			NIC: trace.NIC{Queue: int16(q.index), Slot: int32(slot), Fill: int32(r.fill)}})
	}
	return true
}

// RxReap takes the oldest received frame off the ring; its reference is the
// caller's. What it returns is in the descriptor and there until the next
// RxPost. Nil: none is done.
func (q *Queue) RxReap() *RxDone {
	r := &q.rx
	d := &r.desc[r.reap]
	if d.state != rxFilled || d.ready > q.n.l.Now() && d.ready > q.n.now() {
		return nil
	}
	d.state = rxEmpty
	r.done--
	r.reap = next(r.reap, len(r.desc))
	return &d.RxDone
}

// RxPosted returns how many buffers the device owns.
func (q *Queue) RxPosted() int { return q.rx.fill }

// RxBuffer is the size of buffer that holds any frame the device receives.
func (n *NIC) RxBuffer() int { return Headroom + n.maxFrame() }

// Receive takes a frame off the cable, as [Wire] does.
func (n *NIC) Receive(f *Frame) {
	why := n.check(f)
	q, hash := n.queues[0], uint32(0)
	if n.rss != nil && why == trace.NotDropped {
		hash, q = n.steer(f.Bytes())
	}
	if why == trace.NotDropped && q.rx.desc[q.rx.dma].state != rxPosted {
		n.Stats.RxMissedErrors++
		q.Stats.RxMissed++
		why = trace.RxMissed
	}
	n.tap(In, f, why)
	if why != trace.NotDropped {
		n.drop(f.Pkt, f.Len, why)
		f.Free()
		return
	}
	q.dmaIn(f, hash)
	q.rxWait.done(q.rx.done)
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
	return trace.NotDropped
}

// dmaIn puts the frame into the next posted buffer and hands the descriptor back.
func (q *Queue) dmaIn(f *Frame, hash uint32) {
	n, r := q.n, &q.rx
	slot := r.dma
	d := &r.desc[slot]
	d.Block.Put()
	d.Block, d.Off, d.Len = f.Block, f.Off, f.Len
	d.Stamp, d.Pkt, d.Sum, d.Hash = n.l.Now(), f.Pkt, 0, hash
	d.ready = d.Stamp + int64(n.cfg.RxLatency)
	if d.Pkt == 0 {
		d.Pkt = n.tr.NextPkt()
	}
	switch {
	case n.cfg.NoRxChecksum:
		d.Checksum = skb.ChecksumNone
	case f.Summed && !f.Sealed: // untouched since a device summed it
		d.Checksum, d.Sum = skb.ChecksumUnnecessary, f.Sum
	default:
		d.Checksum = n.verify(f.Bytes())
	}
	d.state = rxFilled
	r.fill--
	r.done++
	r.dma = next(slot, len(r.desc))
	n.Stats.RxPackets++
	n.Stats.RxBytes += uint64(f.Len)
	q.Stats.RxPackets++
	if n.tr.On() {
		n.tr.Emit(trace.Event{Time: d.ready, Kind: trace.RxDMA, Ctx: trace.Hardware, Evidence: trace.Modelled, Dev: n.cfg.Name,
			Pkt: d.Pkt, Buf: d.Block.ID, Refs: d.Block.Refs(), Len: int32(d.Len),
			Data: int32(d.Off), Tail: int32(d.Off + d.Len), End: int32(len(d.Block.B)),
			Queue: trace.Queue{Len: int32(r.done), Limit: int32(len(r.desc))},
			NIC:   trace.NIC{Queue: int16(q.index), Slot: int32(slot), Fill: int32(r.fill), FCS: wire.FCS(f.Bytes()), Wire: int32(f.WireLen())}})
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

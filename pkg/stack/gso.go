package stack

// Segmentation in software, for devices that do not cut super-segments: what
// skb_segment and tcp_gso_segment do. Every segment gets the headers of the
// super-segment with its own lengths, identification, sequence number and flags;
// the payload is copied, as the next step is DMA anyway.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// segment cuts a TCP super-segment that starts at its IP header. s is freed. The
// pieces have partial checksums.
func (st *Stack) segment(s *skb.SKB, out func(*skb.SKB)) {
	b := s.Bytes()
	ipLen := int(s.L4 - s.L3)
	t := wire.TCP(b[ipLen:])
	hlen := ipLen + t.HeaderLen()
	total, size := s.Len()-hlen, int(s.GSOSize)
	src, dst := ends(b)
	flags, seq := t.Flags(), t.Seq()
	st.meter.ChargeBytes(stage.GSOSegment, total)
	for off, k := 0, 0; off < total; off, k = off+size, k+1 {
		n := min(size, total-off)
		x := st.pool.Alloc(skb.Headroom, hlen+n)
		c := x.Put(hlen + n)
		copy(c, b[:hlen])
		s.CopyTo(c[hlen:], hlen+off)
		if src.Is4() {
			h := wire.IPv4(c)
			h.SetTotalLen(len(c))
			h.SetID(h.ID() + uint16(k))
		} else {
			wire.IPv6(c).SetPayloadLen(len(c) - wire.IPv6HeaderLen)
		}
		f := flags
		if off+n < total {
			f &^= wire.FIN | wire.PSH // only the last one pushes and ends
		}
		if off > 0 {
			f &^= wire.CWR // RFC 3168 6.1.2: only the first one answers ECE
		}
		seg := wire.TCP(c[ipLen:])
		seg.SetFlags(f)
		seg.SetSeq(seq + uint32(off))
		seg.FillPartialChecksum(src, dst, len(seg))
		x.L3, x.L4 = x.Data(), x.Data()+int32(ipLen)
		x.Protocol, x.Parent, x.Stamp, x.Hash = s.Protocol, s.Pkt, s.Stamp, s.Hash
		x.Pkt = st.tr.NextPkt()
		x.Priority, x.TxQueue = s.Priority, s.TxQueue
		if off+n >= total {
			s.Disown(x) // as tcp_gso_segment: the last segment answers for all
		}
		if st.tr.On() {
			e := packetEvent(trace.GSOSegment, "skb_segment", nil, x)
			e.Parent, e.ParentOp, e.Copied = s.Pkt, trace.GSO, int32(hlen+n)
			e.Flow = flowOf(c)
			st.tr.Emit(e)
		}
		x.Checksum, x.CsumStart, x.CsumOffset = skb.ChecksumPartial, x.L4, tcpChecksumOffset
		out(x)
	}
	st.free(s, "consume_skb")
}

const tcpChecksumOffset = 16

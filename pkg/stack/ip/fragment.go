package ip

// Fragmentation: RFC 791 2.3 and 3.2 (routers and hosts), RFC 8200 4.5 (only the
// source). This is the slow path: every byte is copied into new buffers, as in
// Linux's ip_do_fragment for a packet that came as one buffer.

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Fragment4 cuts a datagram larger than mtu and hands the pieces to out in
// order. s starts at its IPv4 header, has DF clear and a complete transport
// checksum; it stays the caller's. It returns the bytes copied.
func Fragment4(s *skb.SKB, mtu int, out func(f *skb.SKB)) int {
	h := wire.IPv4(s.Bytes())
	hlen := h.HeaderLen()
	total := s.Len() - hlen
	room := (mtu - hlen) &^ 7
	base, more := h.FragOffset(), h.MF()
	copied := 0
	for off := 0; off < total; off += room {
		n := min(room, total-off)
		f := s.Pool().Alloc(skb.Headroom, hlen+n)
		b := f.Put(hlen + n)
		copy(b, h.HeaderBytes())
		s.CopyTo(b[hlen:], hlen+off)
		copied += len(b)
		if base+off > 0 {
			clearUncopiedOptions(b[wire.IPv4MinHeaderLen:hlen])
		}
		finishFragment4(b, hlen, base+off, more || off+n < total)
		inherit(f, s)
		out(f)
	}
	return copied
}

// finishFragment4 sets length, offset, MF and checksum of a fragment whose
// header was copied from the whole.
func finishFragment4(b []byte, hlen, off int, more bool) {
	b[2], b[3] = byte(len(b)>>8), byte(len(b))
	w := uint16(off / 8)
	if more {
		w |= 0x2000
	}
	b[6], b[7] = byte(w>>8), byte(w)
	b[10], b[11] = 0, 0
	c := wire.Checksum(b[:hlen], 0)
	b[10], b[11] = byte(c>>8), byte(c)
}

// clearUncopiedOptions overwrites with no-operation the options that RFC 791 3.1
// does not copy into further fragments.
func clearUncopiedOptions(o []byte) {
	const end, nop, copiedFlag = 0, 1, 0x80
	for i := 0; i < len(o) && o[i] != end; {
		if o[i] == nop {
			i++
			continue
		}
		if i+1 >= len(o) || o[i+1] < 2 || i+int(o[i+1]) > len(o) {
			return
		}
		n := int(o[i+1])
		if o[i]&copiedFlag == 0 {
			for j := i; j < i+n; j++ {
				o[j] = nop
			}
		}
		i += n
	}
}

// Fragment6 is Fragment4 for a packet of this host's own, which has no extension
// headers: fixed header, then the upper layer.
func Fragment6(s *skb.SKB, mtu int, id uint32, out func(f *skb.SKB)) int {
	const hlen = wire.IPv6HeaderLen + wire.IPv6FragHeaderLen
	h := wire.IPv6(s.Bytes())
	total := s.Len() - wire.IPv6HeaderLen
	room := (mtu - hlen) &^ 7
	copied := 0
	for off := 0; off < total; off += room {
		n := min(room, total-off)
		f := s.Pool().Alloc(skb.Headroom, hlen+n)
		b := f.Put(hlen + n)
		copy(b, h[:wire.IPv6HeaderLen])
		fh := wire.IPv6FragmentFields{NextHeader: h.NextHeader(), FragOffset: off, MF: off+n < total, ID: id}
		fh.Put(b[wire.IPv6HeaderLen:])
		s.CopyTo(b[hlen:], wire.IPv6HeaderLen+off)
		copied += len(b)
		p := wire.IPv6(b)
		p.SetNextHeader(wire.ProtoFragment)
		p.SetPayloadLen(len(b) - wire.IPv6HeaderLen)
		inherit(f, s)
		out(f)
	}
	return copied
}

func inherit(f, s *skb.SKB) {
	f.Parent, f.Protocol, f.Stamp = s.Pkt, s.Protocol, s.Stamp
	f.L3 = f.Data()
}

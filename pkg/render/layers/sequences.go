package layers

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Base is what a line's sequence numbers are counted from: those of the sender's
// direction, and of the direction that it acknowledges. Zero means as they are.
type Base struct{ Seq, Ack uint32 }

// Sequences finds the bases of TCP segments, which must come in the order of the
// file. As in tcpdump, a conversation is counted from its SYN-ACK, or from the
// first segment that is seen; that one itself is written as it is. When
// MaxSequences conversations are known, those that have been silent the longest
// are forgotten.
type Sequences struct {
	young, old map[conversation]origin
}

// MaxSequences bounds the conversations that are known.
const MaxSequences = 1 << 17

type conversation struct {
	a, b   netip.Addr
	pa, pb uint16
}

// origin holds the first sequence numbers of the conversation's two directions.
type origin struct{ fromA, fromB uint32 }

// Base returns what the numbers of a packet are counted from: those of the
// innermost TCP header.
func (s *Sequences) Base(data []byte, link capture.LinkType, origLen int) Base {
	var q, in dissect.Quick
	if !q.Decode(link, data, origLen) {
		return Base{}
	}
	for range maxTunnels {
		if q.Proto == wire.ProtoTCP || !q.Inner(data, &in) {
			break
		}
		q = in
	}
	if q.Proto != wire.ProtoTCP || q.Transport == 0 || len(data) < q.Transport+wire.TCPMinHeaderLen || !q.Flags.Has(wire.ACK) {
		return Base{}
	}
	key := conversation{q.Src, q.Dst, q.SrcPort, q.DstPort}
	reversed := q.SrcPort > q.DstPort || q.SrcPort == q.DstPort && q.Src.Compare(q.Dst) > 0
	if reversed {
		key = conversation{q.Dst, q.Src, q.DstPort, q.SrcPort}
	}
	at, known := s.young[key]
	if !known {
		at, known = s.old[key]
		if known && !q.Flags.Has(wire.SYN) {
			s.put(key, at)
		}
	}
	if !known || q.Flags.Has(wire.SYN) {
		at = origin{q.Seq, q.Ack - 1}
		if reversed {
			at = origin{q.Ack - 1, q.Seq}
		}
		s.put(key, at)
		return Base{}
	}
	if reversed {
		return Base{at.fromB, at.fromA}
	}
	return Base{at.fromA, at.fromB}
}

// maxTunnels is how deep a TCP header is looked for.
const maxTunnels = 4

func (s *Sequences) put(key conversation, at origin) {
	if s.young == nil || len(s.young) >= MaxSequences/2 {
		s.young, s.old = make(map[conversation]origin), s.young
	}
	s.young[key] = at
}

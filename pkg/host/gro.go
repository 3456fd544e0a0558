package host

// Generic receive offload: net/core/gro.c, net/ipv4/tcp_offload.c,
// net/ipv4/af_inet.c (inet_gro_receive), net/ipv6/ip6_offload.c.

import (
	"bytes"
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds, from include/linux/netdevice.h and net/core/gro.c. A full bucket passes
// its oldest packet up.
const (
	groBuckets    = 8
	groBucketSize = 8
	groMaxSize    = 65536
)

// groResult is enum gro_result.
type groResult uint8

const (
	groNormal groResult = iota // on its way up as it is
	groHeld                    // the first of its flow: waits for the next
	groMerged                  // part of a held packet
)

func (r groResult) String() string { return [...]string{"normal", "held", "merged"}[r] }

// gro merges consecutive segments of one TCP flow into one buffer: the first
// keeps its headers, the others follow as frags. It merges only what cutting
// the result at its GSOSize gives back bit for bit, so that a router can
// forward it.
//
// A held buffer keeps in its control block: Seq, the IPv4 identification of
// the next segment; EndSeq, its sequence number; User, the length of the
// headers from L3 on.
type gro struct {
	off       bool
	batch     int                        // gro_normal_batch
	completed func(s *skb.SKB, segs int) // told of held packets that go up
	buckets   [groBuckets]groBucket
	held      int

	list  skb.Queue // napi_struct.rx_list: on its way up
	segs  int       // segments in list
	going bool      // list is being passed up
}

type groBucket struct {
	s [groBucketSize]*skb.SKB // oldest first
	n int
}

// next takes the next packet that is to go up now.
func (g *gro) next() *skb.SKB {
	if !g.going {
		return nil
	}
	s := g.list.Pop()
	if s == nil {
		g.going, g.segs = false, 0
	}
	return s
}

// deliver starts passing the list up (gro_normal_list).
func (g *gro) deliver() { g.going = g.list.N > 0 }

// normal is gro_normal_one: packets go up in batches.
func (g *gro) normal(s *skb.SKB, segs int) {
	g.list.Push(s)
	if g.segs += segs; g.segs >= g.batch {
		g.deliver()
	}
}

// complete passes up a packet that was held (gro_complete).
func (g *gro) complete(s *skb.SKB) {
	g.held--
	segs := int(s.GSOSegs)
	if segs == 1 {
		s.GSOSize, s.GSOSegs = 0, 0
	} else {
		ip := s.From(s.L3)
		if length := s.Len() - int(s.L3-s.Data()); s.Protocol == wire.EtherTypeIPv4 {
			wire.IPv4(ip).SetTotalLen(length)
		} else {
			wire.IPv6(ip).SetPayloadLen(length - wire.IPv6HeaderLen)
		}
	}
	s.CB = skb.CB{}
	if g.completed != nil {
		g.completed(s, segs)
	}
	g.normal(s, segs)
}

// flush passes up everything that is held, bucket by bucket, oldest first.
func (g *gro) flush() {
	for i := 0; g.held > 0 && i < groBuckets; i++ {
		b := &g.buckets[i]
		for k := range b.n {
			g.complete(b.s[k])
			b.s[k] = nil
		}
		b.n = 0
	}
}

// take removes the packet at index k.
func (b *groBucket) take(k int) *skb.SKB {
	s := b.s[k]
	copy(b.s[k:b.n], b.s[k+1:b.n])
	b.n--
	b.s[b.n] = nil
	return s
}

// flags that end a packet: nothing may be merged behind them.
const groFlushFlags = wire.URG | wire.PSH | wire.RST | wire.SYN | wire.FIN

// receive is dev_gro_receive with tcp_gro_receive. It returns the packet id of
// the held packet that s was merged into.
func (g *gro) receive(s *skb.SKB) (into uint64, result groResult) {
	if g.off || !groParse(s) {
		g.normal(s, 1)
		return 0, groNormal
	}
	hdr := int(s.CB.User)
	ip := s.From(s.L3)
	tcp := wire.TCP(s.From(s.L4))
	payload := len(ip) - hdr
	flags := tcp.Flags()
	seq := tcp.Seq()
	// Padding of the link behind the packet: it could not be cut away again.
	padded := groIPLen(s.Protocol, ip) != len(ip)
	if s.Sum != 0 && !padded {
		s.SumLen = uint16(payload)
	}

	b := &g.buckets[s.Hash%groBuckets]
	k := 0
	for ; k < b.n && !groSameFlow(b.s[k], s); k++ {
	}
	flush := payload == 0 || flags&groFlushFlags != 0
	if k < b.n {
		p := b.s[k]
		mss := int(p.GSOSize)
		merge := !padded && flags&wire.CWR == 0 && payload > 0 && payload <= mss &&
			p.Len()-int(p.L3-p.Data())+payload < groMaxSize &&
			groSameHeaders(p, s, hdr) && p.CB.EndSeq == seq &&
			(s.Protocol == wire.EtherTypeIPv6 || uint16(p.CB.Seq) == wire.IPv4(ip).ID())
		if merge {
			into = p.Pkt
			p.GSOSegs++
			p.CB.Seq++
			p.CB.EndSeq += uint32(payload)
			t := wire.TCP(p.From(p.L4))
			t.SetFlags(t.Flags() | flags&(wire.FIN|wire.PSH))
			flush = flush || payload < mss
			s.Pull(int(s.L3-s.Data()) + hdr)
			p.AppendFrag(s)
		}
		// What cannot be merged must not overtake what is held.
		if !merge || flush {
			g.complete(b.take(k))
		}
		if merge {
			return into, groMerged
		}
	}
	if flush || padded || !s.Writable() {
		s.CB = skb.CB{}
		g.normal(s, 1)
		return 0, groNormal
	}
	if b.n == groBucketSize {
		g.complete(b.take(0))
	}
	s.GSOSize, s.GSOSegs = uint16(payload), 1
	s.CB.EndSeq = seq + uint32(payload)
	if s.Protocol == wire.EtherTypeIPv4 {
		s.CB.Seq = uint32(wire.IPv4(ip).ID() + 1)
	}
	b.s[b.n] = s
	b.n++
	g.held++
	return 0, groHeld
}

// groParse finds the headers of a TCP segment with a right checksum. What it
// refuses goes up alone: other protocols, IP options, extension headers,
// fragments, tags.
func groParse(s *skb.SKB) bool {
	b := s.Bytes()
	if len(b) < wire.EthernetHeaderLen+wire.IPv4MinHeaderLen+wire.TCPMinHeaderLen {
		return false
	}
	s.Protocol = binary.BigEndian.Uint16(b[12:])
	ip := b[wire.EthernetHeaderLen:]
	l4 := wire.IPv4MinHeaderLen
	var addrs []byte
	switch s.Protocol {
	case wire.EtherTypeIPv4:
		v, err := wire.ParseIPv4(ip)
		if err != nil || v.HeaderLen() != l4 || v.Protocol() != wire.ProtoTCP || v.IsFragment() || !v.VerifyChecksum() {
			return false
		}
		ip, addrs = v, v[12:20]
	case wire.EtherTypeIPv6:
		v, err := wire.ParseIPv6(ip)
		if err != nil || v.NextHeader() != wire.ProtoTCP {
			return false
		}
		ip, addrs, l4 = v, v[8:40], wire.IPv6HeaderLen
	default:
		return false
	}
	t, err := wire.ParseTCP(ip[l4:])
	if err != nil {
		return false
	}
	if s.Checksum == skb.ChecksumNone {
		sum := wire.Sum(addrs, uint64(wire.ProtoTCP)+uint64(len(t)))
		if wire.Fold(wire.Sum(t, sum)) != 0xffff {
			return false
		}
		s.Checksum = skb.ChecksumUnnecessary
	}
	s.L3 = s.L2 + wire.EthernetHeaderLen
	s.L4 = s.L3 + int32(l4)
	s.CB = skb.CB{User: uint32(l4 + t.HeaderLen())}
	if s.Hash == 0 {
		s.Hash = flowHash(addrs, t[:4])
	}
	return true
}

// flowHash spreads flows over buckets.
func flowHash(addrs, ports []byte) uint32 {
	h := uint64(binary.BigEndian.Uint32(ports))
	for ; len(addrs) >= 8; addrs = addrs[8:] {
		h = (h ^ binary.BigEndian.Uint64(addrs)) * 0x9e3779b97f4a7c15
		h ^= h >> 32
	}
	return max(1, uint32(h)) // 0 means that there is none
}

// groIPLen is the length of the packet by its own header.
func groIPLen(proto uint16, ip []byte) int {
	if proto == wire.EtherTypeIPv4 {
		return wire.IPv4(ip).TotalLen()
	}
	return wire.IPv6HeaderLen + wire.IPv6(ip).PayloadLen()
}

// groSameFlow compares what names a flow: Ethernet header, addresses, ports.
func groSameFlow(p, s *skb.SKB) bool {
	if p.Hash != s.Hash || p.Protocol != s.Protocol {
		return false
	}
	a, b := p.From(p.L2), s.From(s.L2)
	if *(*[12]byte)(a) != *(*[12]byte)(b) { // both MAC addresses
		return false
	}
	a, b = a[wire.EthernetHeaderLen:], b[wire.EthernetHeaderLen:]
	if s.Protocol == wire.EtherTypeIPv6 {
		return *(*[36]byte)(a[8:]) == *(*[36]byte)(b[8:])
	}
	return *(*[12]byte)(a[12:]) == *(*[12]byte)(b[12:])
}

// groSameHeaders compares all that cutting repeats from the first segment: in
// IP everything but length, identification and checksum; in TCP everything
// but sequence number, FIN, PSH and checksum.
func groSameHeaders(p, s *skb.SKB, hdr int) bool {
	if p.CB.User != uint32(hdr) {
		return false
	}
	a, b := p.From(p.L3), s.From(s.L3)
	l4 := wire.IPv4MinHeaderLen
	if s.Protocol == wire.EtherTypeIPv4 {
		if a[1] != b[1] || a[6] != b[6] || a[8] != b[8] {
			return false // type of service, DF, time to live
		}
	} else {
		l4 = wire.IPv6HeaderLen
		if binary.BigEndian.Uint32(a) != binary.BigEndian.Uint32(b) || a[7] != b[7] {
			return false // traffic class and flow label, hop limit
		}
	}
	a, b = a[l4:hdr], b[l4:hdr]
	const finPSH = uint64(wire.FIN|wire.PSH) << 16
	x := binary.BigEndian.Uint64(a[8:]) ^ binary.BigEndian.Uint64(b[8:]) // acknowledgement, flags, window
	return x&^finPSH == 0 && binary.BigEndian.Uint16(a[18:]) == binary.BigEndian.Uint16(b[18:]) && bytes.Equal(a[20:], b[20:])
}

package nic

// TCP segmentation offload and checksum completion, in one pass over the bytes.
// RFC 9293 3.1 (TCP header), RFC 791 3.1, RFC 8200 3, RFC 3168 6.1.2 (CWR).

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// maxHeaders is Ethernet with a tag, the longest IPv4 or an IPv6 header, and
// the longest TCP header.
const maxHeaders = wire.EthernetHeaderLen + wire.VLANTagLen + wire.IPv4MaxHeaderLen + wire.TCPMaxHeaderLen

// cutter turns one buffer into frames. An ordinary buffer gives one frame, a
// super-segment one for each GSOSize bytes of payload. The headers are summed
// once: a frame's checksums differ from the sums by its length, identification,
// sequence number, flags and payload only.
type cutter struct {
	s    *skb.SKB
	left int // bytes still to be cut: payload of a super-segment, else the whole frame
	at   cursor

	// An ordinary frame.
	csumAt    int // where the checksum starts; -1: it is complete
	csumField int

	// A super-segment.
	gso     bool
	v6      bool
	first   bool
	size    int // payload bytes a frame
	hdr     int // length of the headers
	l3, l4  int // where they begin
	id      uint16
	seq     uint32
	flags   uint16 // data offset, reserved bits and flags
	ipSum   uint64 // IPv4 header but for length, identification and checksum
	tcpSum  uint64 // pseudo-header but for the length; TCP header but for sequence number, flags and checksum
	headers [maxHeaders]byte
}

// TCP flags as bits of the header's word at offset 12.
const (
	flagsFINPSH = uint16(wire.FIN | wire.PSH)
	flagCWR     = uint16(wire.CWR)
)

// init starts on s. It reports false if s is marked as a super-segment but is
// not a TCP segment whose headers are all in its head.
func (c *cutter) init(s *skb.SKB) bool {
	c.s = s
	c.at = cursor{f: s}
	c.gso = s.GSOSize > 0 && s.GSOSegs > 1
	if c.gso {
		return c.initGSO()
	}
	c.left = s.Len()
	c.csumAt = -1
	if s.Checksum == skb.ChecksumPartial {
		c.csumAt = int(s.CsumStart - s.Data())
		c.csumField = c.csumAt + int(s.CsumOffset)
	}
	return c.left >= wire.EthernetHeaderLen
}

func (c *cutter) initGSO() bool {
	s := c.s
	b := s.Bytes()
	c.left = 0
	c.l3, c.l4 = int(s.L3-s.Data()), int(s.L4-s.Data())
	if c.l3 < wire.EthernetHeaderLen || c.l4 < c.l3+wire.IPv4MinHeaderLen || c.l4 > len(b) {
		return false
	}
	t, err := wire.ParseTCP(b[c.l4:])
	if err != nil {
		return false
	}
	c.hdr = c.l4 + t.HeaderLen()
	if c.hdr > maxHeaders || c.hdr >= s.Len() {
		return false
	}
	if c.v6 = b[c.l3]>>4 == 6; c.v6 {
		if c.l4 != c.l3+wire.IPv6HeaderLen || b[c.l3+6] != wire.ProtoTCP {
			return false
		}
	} else if c.l4 != c.l3+int(b[c.l3]&15)*4 || b[c.l3+9] != wire.ProtoTCP {
		return false
	}
	h := c.headers[:c.hdr]
	c.at.read(h)
	c.left = s.Len() - c.hdr
	c.size = int(s.GSOSize)
	c.first = true
	c.seq = t.Seq()
	c.flags = binary.BigEndian.Uint16(t[12:])
	ip, tcp := h[c.l3:c.l4], h[c.l4:]
	clear(tcp[4:8])   // sequence number
	clear(tcp[12:14]) // flags
	clear(tcp[16:18]) // checksum
	addrs := ip[8:]
	if !c.v6 {
		c.id = binary.BigEndian.Uint16(ip[4:])
		clear(ip[2:6])   // length and identification
		clear(ip[10:12]) // checksum
		c.ipSum = wire.Sum(ip, 0)
		addrs = ip[12:20]
	}
	c.tcpSum = wire.Sum(tcp, wire.Sum(addrs, uint64(wire.ProtoTCP)))
	return true
}

// frameLen is the length of the next frame, without padding.
func (c *cutter) frameLen() int {
	if c.gso {
		return c.hdr + min(c.left, c.size)
	}
	return c.left
}

// copy copies the next frame into f's block.
func (c *cutter) copy(f *Frame) {
	b := f.Bytes()
	if c.gso {
		c.finish(f, wire.Fold(c.at.sumRead(b[c.hdr:], 0)))
		return
	}
	c.left = 0
	c.at.read(b)
	if c.csumAt >= 0 {
		wire.FinishChecksum(b, c.csumAt, c.csumField-c.csumAt)
	}
}

// take makes the next frame, whose length f has, of the block that its bytes are
// in: nothing is copied. This needs a block that nobody else holds and that ends
// where the frame ends, with room in front for the frame's headers and for the
// headroom, as a block has that a device filled.
func (c *cutter) take(f *Frame) bool {
	c.at.skip()
	s, lead := c.at.f, 0
	if c.gso {
		lead = c.hdr
	}
	n := f.Len - lead
	start := int(s.Data()) + c.at.off - lead
	if s.HeadLen()-c.at.off != n || start < Headroom || !s.Writable() {
		return false
	}
	if size := len(s.Block().B); size > skb.SmallSize || size < start+wire.EthernetMinFrame {
		return false
	}
	c.at.off += n
	f.Block, f.Off = s.Give(), start
	b := f.Bytes()
	switch {
	case !c.gso:
		c.left = 0
		if c.csumAt >= 0 {
			wire.FinishChecksum(b, c.csumAt, c.csumField-c.csumAt)
		}
	case int(s.SumLen) == n:
		c.finish(f, s.Sum)
	default:
		c.finish(f, wire.Fold(wire.Sum(b[lead:], 0)))
	}
	return true
}

// finish writes the headers of a segment in front of its payload, whose sum is
// given.
func (c *cutter) finish(f *Frame, payloadSum uint16) {
	b := f.Bytes()
	payload := len(b) - c.hdr
	copy(b, c.headers[:c.hdr])
	c.left -= payload

	ip := b[c.l3:c.l4]
	if c.v6 {
		binary.BigEndian.PutUint16(ip[4:], uint16(len(b)-c.l4))
	} else {
		length := uint16(len(b) - c.l3)
		binary.BigEndian.PutUint16(ip[2:], length)
		binary.BigEndian.PutUint16(ip[4:], c.id)
		binary.BigEndian.PutUint16(ip[10:], ^wire.Fold(c.ipSum+uint64(length)+uint64(c.id)))
		c.id++
	}

	tcp := b[c.l4:c.hdr]
	flags := c.flags
	if c.left > 0 {
		flags &^= flagsFINPSH
	}
	if !c.first {
		// RFC 3168 6.1.2: CWR is set on the first new data segment.
		flags &^= flagCWR
	}
	c.first = false
	binary.BigEndian.PutUint32(tcp[4:], c.seq)
	binary.BigEndian.PutUint16(tcp[12:], flags)
	sum := c.tcpSum + uint64(len(b)-c.l4) + uint64(c.seq) + uint64(flags) + uint64(payloadSum)
	binary.BigEndian.PutUint16(tcp[16:], ^wire.Fold(sum))
	c.seq += uint32(payload)
	if f.Sum = payloadSum; payloadSum == 0 {
		f.Sum = 0xffff // the same number in ones' complement; 0 says that it is not known
	}
}

// cursor reads a buffer and its frags from front to back.
type cursor struct {
	f    *skb.SKB
	off  int
	body bool // f is one of the frags
}

// skip goes to where the next byte is, of which there must be one.
func (c *cursor) skip() {
	for c.off == c.f.HeadLen() {
		c.off = 0
		if c.body {
			c.f = c.f.Next
		} else {
			c.f, c.body = c.f.Frags, true
		}
	}
}

// chunk returns the next piece of at most n bytes, of which there must be some.
func (c *cursor) chunk(n int) []byte {
	c.skip()
	b := c.f.Bytes()[c.off:]
	b = b[:min(n, len(b))]
	c.off += len(b)
	return b
}

func (c *cursor) read(dst []byte) {
	for len(dst) > 0 {
		dst = dst[copy(dst, c.chunk(len(dst))):]
	}
}

// sumRead copies and sums in one pass.
func (c *cursor) sumRead(dst []byte, sum uint64) uint64 {
	for done := 0; done < len(dst); {
		p := c.chunk(len(dst) - done)
		if done&1 == 0 {
			sum = wire.SumCopy(dst[done:], p, sum)
		} else {
			sum = wire.Combine(sum, wire.SumCopy(dst[done:], p, 0), done)
		}
		done += len(p)
	}
	return sum
}

package dissect

// The least that is worth knowing about a packet, found without fields or layers.

import (
	"encoding/binary"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

const protoSCTP = 132

// EtherTypes of what lies between the link and IP.
const (
	etherTypePPPoE         = 0x8864
	etherTypeMPLS          = 0x8847
	etherTypeMPLSMulticast = 0x8848
)

// Quick is where the IP and transport headers of a packet are, and what they say.
// Offsets count from the packet's first octet; lengths are those that the
// headers state, whether or not all of it was captured.
type Quick struct {
	VLAN      uint16 // identifier of the innermost tag
	Tagged    bool
	EtherType uint16 // what follows the link header and its tags; 0 where it has no such number

	Version  uint8 // of IP: 4, 6, or 0 for none
	Net      int   // offset of the IP header
	NetLen   int   // of the IP packet, header included
	Src, Dst netip.Addr
	TTL      uint8
	Proto    uint8 // what follows IP and its extension headers

	Fragment   bool // the packet is a part of a larger one
	FragOffset int
	FragMore   bool
	FragID     uint32
	frag       int // offset of the header that says so

	Reached          bool // what follows IP is captured, and no later fragment
	Transport        int  // its offset
	SrcPort, DstPort uint16
	Ported           bool // the ports are known: of TCP, UDP, UDP-Lite or SCTP
	Payload          int  // offset of the payload of TCP or UDP, captured or not; 0 where the header does not tell
	PayloadLen       int

	Numbered bool // of TCP: all below is known
	Flags    wire.TCPFlags
	Seq, Ack uint32
	Window   uint16
}

// Decode reads a packet of which origLen octets were on the wire, and reports
// whether there is an IP header in it.
func (q *Quick) Decode(t capture.LinkType, b []byte, origLen int) bool {
	*q = Quick{}
	off, ok := q.link(t, b)
	if !ok {
		return false
	}
	return q.ether(b, off, max(origLen, len(b)))
}

// link goes past the link header and notes the EtherType behind it.
func (q *Quick) link(t capture.LinkType, b []byte) (off int, ok bool) {
	switch t {
	case capture.LinkTypeEthernet:
		return q.ethernet(b, 0)
	case capture.LinkTypeRaw, linkRawBSD, linkRawOpenBSD:
		return 0, q.byVersion(b, 0)
	case capture.LinkTypeIPv4:
		q.EtherType = wire.EtherTypeIPv4
		return 0, true
	case capture.LinkTypeIPv6:
		q.EtherType = wire.EtherTypeIPv6
		return 0, true
	case capture.LinkTypeLinuxSLL:
		if len(b) < 16 || !sllHasEtherType(binary.BigEndian.Uint16(b[2:])) {
			return 0, false
		}
		q.EtherType = binary.BigEndian.Uint16(b[14:])
		return 16, true
	case capture.LinkTypeLinuxSLL2:
		if len(b) < 20 || !sllHasEtherType(binary.BigEndian.Uint16(b[8:])) {
			return 0, false
		}
		q.EtherType = binary.BigEndian.Uint16(b)
		return 20, true
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		return 4, q.byFamily(b)
	case capture.LinkTypePPP, linkPPPHDLC, linkPPPPPD:
		return q.ppp(b, 0)
	case capture.LinkTypePPPEther:
		q.EtherType = etherTypePPPoE
		return 0, true
	case linkMPLS:
		q.EtherType = etherTypeMPLS
		return 0, true
	case linkIPNET:
		return 24, q.solaris(b)
	}
	return 0, false
}

// sllHasEtherType says whether a cooked header of this hardware type has an
// EtherType in its protocol field.
func sllHasEtherType(hw uint16) bool {
	switch hw {
	case hwNetlink, hwRadiotap, hwIEEE80211:
		return false
	}
	return true
}

func (q *Quick) ethernet(b []byte, off int) (int, bool) {
	if len(b) < off+wire.EthernetHeaderLen {
		return 0, false
	}
	q.EtherType = binary.BigEndian.Uint16(b[off+12:])
	return off + wire.EthernetHeaderLen, true
}

func (q *Quick) byVersion(b []byte, off int) bool {
	if len(b) <= off {
		return false
	}
	switch b[off] >> 4 {
	case 4:
		q.EtherType = wire.EtherTypeIPv4
	case 6:
		q.EtherType = wire.EtherTypeIPv6
	default:
		return false
	}
	return true
}

// byFamily reads the address family of BSD's loopback header, which is in the
// byte order of the machine that captured.
func (q *Quick) byFamily(b []byte) bool {
	if len(b) < 4 {
		return false
	}
	family := binary.LittleEndian.Uint32(b)
	if family > 0xffff {
		family = binary.BigEndian.Uint32(b)
	}
	switch family {
	case 2: // AF_INET everywhere
		q.EtherType = wire.EtherTypeIPv4
	case 10, 24, 28, 30: // AF_INET6 of Linux, NetBSD and OpenBSD, FreeBSD, macOS
		q.EtherType = wire.EtherTypeIPv6
	default:
		return false
	}
	return true
}

// ether goes past tags and what else may lie between the link and IP, which end
// before octet end of the wire.
func (q *Quick) ether(b []byte, off, end int) bool {
	for range maxTags {
		switch {
		case q.EtherType == wire.EtherTypeIPv4:
			return q.ipv4(b, off, end)
		case q.EtherType == wire.EtherTypeIPv6:
			return q.ipv6(b, off, end)
		case isTag(q.EtherType) && len(b) >= off+wire.VLANTagLen:
			q.VLAN, q.Tagged = binary.BigEndian.Uint16(b[off:])&0xfff, true
			q.EtherType = binary.BigEndian.Uint16(b[off+2:])
			off += wire.VLANTagLen
		case q.EtherType == etherTypePPPoE && len(b) >= off+8:
			end = min(end, off+6+int(binary.BigEndian.Uint16(b[off+4:])))
			var ok bool
			if off, ok = q.ppp(b, off+6); !ok {
				return false
			}
		case (q.EtherType == etherTypeMPLS || q.EtherType == etherTypeMPLSMulticast) && len(b) >= off+4:
			bottom := b[off+2]&1 != 0
			off += 4
			if bottom && !q.byVersion(b, off) {
				return false
			}
		default:
			return false
		}
	}
	return false
}

// ppp goes past the header at octet off, whose address and control fields, and
// whose protocol field's first octet, may have been left out (RFC 1661 section 6.5, 6.6).
func (q *Quick) ppp(b []byte, off int) (int, bool) {
	if len(b) >= off+2 && b[off] == 0xff && b[off+1] == 0x03 {
		off += 2
	}
	if len(b) < off+2 {
		return 0, false
	}
	proto := binary.BigEndian.Uint16(b[off:])
	off += 2
	if b[off-2]&1 == 1 {
		proto >>= 8
		off--
	}
	switch proto {
	case 0x0021:
		q.EtherType = wire.EtherTypeIPv4
	case 0x0057:
		q.EtherType = wire.EtherTypeIPv6
	case 0x0281:
		q.EtherType = etherTypeMPLS
	case 0x0283:
		q.EtherType = etherTypeMPLSMulticast
	default:
		return 0, false
	}
	return off, true
}

// solaris reads the address family of Solaris' IPNET header.
func (q *Quick) solaris(b []byte) bool {
	if len(b) < 24 {
		return false
	}
	switch b[1] {
	case 2:
		q.EtherType = wire.EtherTypeIPv4
	case 26:
		q.EtherType = wire.EtherTypeIPv6
	default:
		return false
	}
	return true
}

func (q *Quick) ipv4(b []byte, off, end int) bool {
	if min(len(b), end) < off+wire.IPv4MinHeaderLen {
		return false
	}
	h := b[off:]
	hl := int(h[0]&15) * 4
	if h[0]>>4 != 4 || hl < wire.IPv4MinHeaderLen {
		return false
	}
	q.Version, q.Net, q.TTL, q.Proto = 4, off, h[8], h[9]
	q.Src, q.Dst = netip.AddrFrom4([4]byte(h[12:16])), netip.AddrFrom4([4]byte(h[16:20]))
	q.NetLen = int(binary.BigEndian.Uint16(h[2:]))
	if q.NetLen < hl || q.NetLen > end-off {
		q.NetLen = end - off
	}
	if frag := binary.BigEndian.Uint16(h[6:]); frag&0x3fff != 0 {
		q.Fragment, q.frag = true, off
		q.FragOffset, q.FragMore = int(frag&0x1fff)*8, frag&0x2000 != 0
		q.FragID = uint32(binary.BigEndian.Uint16(h[4:]))
		if q.FragOffset > 0 {
			return true
		}
	}
	at := off + hl
	for range maxAH {
		if q.Proto != wire.ProtoAH {
			q.transport(b, at, off+q.NetLen)
			break
		}
		if at = q.behindAH(b, at, off+q.NetLen); at == 0 {
			break
		}
	}
	return true
}

// maxAH is how many authentication headers in a row are seen through.
const maxAH = 4

// behindAH is the octet behind the authentication header at octet off, 0 where
// that does not fit (RFC 4302 section 2).
func (q *Quick) behindAH(b []byte, off, end int) int {
	end = min(len(b), end)
	if off+12 > end {
		return 0
	}
	n := (int(b[off+1]) + 2) * 4
	if n < 12 || off+n > end {
		return 0
	}
	q.Proto = b[off]
	return off + n
}

func (q *Quick) ipv6(b []byte, off, end int) bool {
	if min(len(b), end) < off+wire.IPv6HeaderLen || b[off]>>4 != 6 {
		return false
	}
	h := b[off:]
	q.Version, q.Net, q.TTL = 6, off, h[7]
	q.Src, q.Dst = netip.AddrFrom16([16]byte(h[8:24])), netip.AddrFrom16([16]byte(h[24:40]))
	n, stated := ipv6PayloadLen(h)
	q.NetLen = n + wire.IPv6HeaderLen
	if !stated || q.NetLen > end-off {
		q.NetLen = end - off
	}
	q.extensions(b, h[6], off+wire.IPv6HeaderLen, off+q.NetLen)
	return true
}

// extensions goes past the extension headers from octet at on, the first of which
// is of type next, to the transport header.
func (q *Quick) extensions(b []byte, next uint8, at, end int) {
	for range maxLayers / 2 {
		q.Proto = next
		switch next {
		case wire.ProtoHopByHop, wire.ProtoRouting, wire.ProtoDestOpts:
			if at+8 > min(len(b), end) || at+8+8*int(b[at+1]) > min(len(b), end) {
				return
			}
			next, at = b[at], at+8+8*int(b[at+1])
			continue
		case wire.ProtoAH:
			if at = q.behindAH(b, at, end); at == 0 {
				return
			}
			next = q.Proto
			continue
		case wire.ProtoFragment:
			if at+wire.IPv6FragHeaderLen > min(len(b), end) {
				return
			}
			if frag := binary.BigEndian.Uint16(b[at+2:]); frag&0xfff9 != 0 {
				q.Fragment, q.frag = true, at
				q.FragOffset, q.FragMore = int(frag&0xfff8), frag&1 != 0
				q.FragID = binary.BigEndian.Uint32(b[at+4:])
			}
			next, at = b[at], at+wire.IPv6FragHeaderLen
			if q.FragOffset > 0 {
				q.Proto = next
				return
			}
			continue
		}
		break
	}
	q.transport(b, at, end)
}

// transport reads the header at octet off of a packet that ends before octet end
// of the wire.
func (q *Quick) transport(b []byte, off, end int) {
	if off >= min(len(b), end) {
		return
	}
	q.Reached, q.Transport = true, off
	h := b[off:min(len(b), end)]
	switch q.Proto {
	case wire.ProtoTCP:
		if len(h) < 4 {
			return
		}
		q.SrcPort, q.DstPort, q.Ported = binary.BigEndian.Uint16(h), binary.BigEndian.Uint16(h[2:]), true
		if len(h) < tcpChecksumOff {
			return
		}
		q.Numbered = true
		q.Seq, q.Ack = binary.BigEndian.Uint32(h[4:]), binary.BigEndian.Uint32(h[8:])
		q.Flags = wire.TCPFlags(binary.BigEndian.Uint16(h[12:]) & 0x1ff)
		q.Window = binary.BigEndian.Uint16(h[14:])
		if hl := int(h[12]>>4) * 4; hl >= wire.TCPMinHeaderLen && off+hl <= end {
			q.Payload, q.PayloadLen = off+hl, max(0, end-off-hl)
		}
	case wire.ProtoUDP, protoUDPLite:
		if len(h) < 4 {
			return
		}
		q.SrcPort, q.DstPort, q.Ported = binary.BigEndian.Uint16(h), binary.BigEndian.Uint16(h[2:]), true
		if len(h) < wire.UDPHeaderLen {
			return
		}
		n := int(binary.BigEndian.Uint16(h[4:]))
		if q.Proto == protoUDPLite || n < wire.UDPHeaderLen || n > end-off {
			n = end - off
		}
		q.Payload, q.PayloadLen = off+wire.UDPHeaderLen, max(0, n-wire.UDPHeaderLen)
	case protoSCTP:
		if len(h) >= 4 {
			q.SrcPort, q.DstPort, q.Ported = binary.BigEndian.Uint16(h), binary.BigEndian.Uint16(h[2:]), true
		}
	}
}

// options are those of the TCP header, as far as they are captured.
func (q *Quick) options(b []byte) []byte {
	end := min(len(b), q.Payload)
	return b[min(end, q.Transport+wire.TCPMinHeaderLen):end]
}

// Inner reads the packet that this one carries through a tunnel, from the same
// bytes: IP in IP, GRE, VXLAN or Geneve. It reports false where there is none.
func (q *Quick) Inner(b []byte, in *Quick) bool {
	if !q.Reached || q.Fragment {
		return false
	}
	off, end := q.Transport, q.Net+q.NetLen
	*in = Quick{}
	ok := true
	switch q.Proto {
	case 4:
		in.EtherType = wire.EtherTypeIPv4
	case 41:
		in.EtherType = wire.EtherTypeIPv6
	case 47:
		off, ok = in.gre(b, off)
	case wire.ProtoUDP:
		if q.Payload == 0 {
			return false
		}
		off, end = q.Payload, q.Payload+q.PayloadLen
		switch q.DstPort {
		case 4789, 8472:
			off, ok = in.ethernet(b, off+8)
		case 6081:
			off, ok = in.geneve(b, off)
		default:
			return false
		}
	default:
		return false
	}
	return ok && in.ether(b, off, end)
}

func (q *Quick) gre(b []byte, off int) (int, bool) {
	if len(b) < off+4 {
		return 0, false
	}
	flags := binary.BigEndian.Uint16(b[off:])
	if flags&7 != 0 || flags&greHasRouting != 0 {
		return 0, false
	}
	q.EtherType = binary.BigEndian.Uint16(b[off+2:])
	n := 4
	for _, bit := range [...]uint16{greHasChecksum, greHasKey, greHasSeq} {
		if flags&bit != 0 {
			n += 4
		}
	}
	switch {
	case q.EtherType == 0x6558:
		return q.ethernet(b, off+n)
	case q.EtherType == 0x88be && flags&greHasSeq == 0: // ERSPAN type I has no header of its own
		return q.ethernet(b, off+n)
	case q.EtherType == 0x88be:
		return q.ethernet(b, off+n+8)
	}
	return off + n, true
}

func (q *Quick) geneve(b []byte, off int) (int, bool) {
	if len(b) < off+8 || b[off]>>6 != 0 {
		return 0, false
	}
	q.EtherType = binary.BigEndian.Uint16(b[off+2:])
	off += 8 + 4*int(b[off]&0x3f)
	if q.EtherType == 0x6558 {
		return q.ethernet(b, off)
	}
	return off, true
}

package icmp

// When no error may be sent: RFC 1122 3.2.2, RFC 1812 4.3.2.7 (IPv4); RFC 4443 2.4
// (e) (IPv6).

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/wire"
)

// May4 says whether an ICMP error may be sent about an IPv4 packet. groupFrame
// says that it came as a link-layer broadcast or multicast; broadcast, that its
// destination is a broadcast address of this host's networks.
func May4(p wire.IPv4, groupFrame, broadcast bool) bool {
	switch {
	case groupFrame, broadcast, p.Dst().IsMulticast():
		return false // "a datagram destined to an IP broadcast or IP multicast address; a datagram sent as a link-layer broadcast"
	case p.FragOffset() != 0:
		return false // "a non-initial fragment"
	case !single4(p.Src()):
		return false // "a datagram whose source address does not define a single host"
	}
	if p.Protocol() == wire.ProtoICMP {
		m, err := wire.ParseICMPv4(p.Payload())
		// "an ICMP error message". One that is too short to tell, or of an unknown type, is
		// taken for an error, as in Linux.
		return err == nil && query4(m.Type())
	}
	return true
}

// single4 says whether an address defines one host: RFC 1122 3.2.2, "e.g., a zero
// address, a loopback address, a broadcast address, a multicast address, or a
// Class E address". Loopback is allowed: it is a single host to itself, and does
// not arrive from outside.
func single4(a netip.Addr) bool {
	return !a.IsUnspecified() && !a.IsMulticast() && a.As4()[0] < 240
}

// query4 lists the types that are not errors (RFC 792, RFC 950, RFC 1256).
func query4(t uint8) bool {
	switch t {
	case wire.ICMPv4EchoReply, wire.ICMPv4EchoRequest, 9, 10, 13, 14, 15, 16, 17, 18:
		return true
	}
	return false
}

// May6 says whether an ICMPv6 error of the given type and code may be sent about a
// packet whose headers were walked. groupFrame says that it came as a link-layer
// multicast.
func May6(p wire.IPv6, c *wire.IPv6Chain, groupFrame bool, typ, code uint8) bool {
	src := p.Src()
	if src.IsUnspecified() || src.IsMulticast() {
		return false // (e.6) "a packet whose source address does not uniquely identify a single node"
	}
	// (e.3) excepts Packet Too Big and Parameter Problem code 2.
	exception := typ == wire.ICMPv6PacketTooBig || typ == wire.ICMPv6ParamProblem && code == wire.ICMPv6ParamOption
	if (groupFrame || p.Dst().IsMulticast()) && !exception {
		return false // (e.3), (e.4), (e.5)
	}
	if f := c.Fragment(p); f != nil && f.FragOffset() != 0 {
		// RFC 4443 has no such clause, but the ports are missing: nobody could use the message, except
		// one about the fragment itself (RFC 8200 4.5).
		return typ == wire.ICMPv6ParamProblem
	}
	if c.Proto == wire.ProtoICMPv6 && c.Offset <= len(p) {
		m, err := wire.ParseICMPv6(p[c.Offset:])
		// (e.1) "An ICMPv6 error message", (e.2) "An ICMPv6 redirect message".
		return err == nil && !m.IsError() && m.Type() != wire.ICMPv6Redirect
	}
	return true
}

// Quote4Len is how much of an n-octet packet an ICMP error quotes: RFC 1812
// 4.3.2.3, "as much of the original datagram as possible without the length of the
// ICMP datagram exceeding 576 bytes".
func Quote4Len(n int) int { return min(n, 576-wire.IPv4MinHeaderLen-wire.ICMPHeaderLen) }

// Quote6Len is Quote4Len for ICMPv6: "as much of invoking packet as possible
// without the ICMPv6 packet exceeding the minimum IPv6 MTU" (RFC 4443 3.1).
func Quote6Len(n int) int {
	return min(n, wire.IPv6MinMTU-wire.IPv6HeaderLen-wire.ICMPHeaderLen)
}

package subnet

import "net/netip"

// RFC 1122 section 3.3.1.1 (local/remote decision), RFC 4861 section 5.2
// (next-hop determination), RFC 3021 section 2 (31-bit prefixes).

// Verdict says how a datagram leaves for a destination.
type Verdict uint8

const (
	ViaGateway  Verdict = iota // another network: resolve the gateway's link-layer address
	Direct                     // same network: resolve the destination's own link-layer address
	ToSelf                     // the sender's own address: never leaves the host
	ToBroadcast                // limited or directed broadcast: link-layer broadcast, nothing to resolve
	ToMulticast                // group address: link-layer multicast, nothing to resolve
)

var verdictNames = [...]string{"via-gateway", "direct", "self", "broadcast", "multicast"}

// String returns a word for the verdict, as used in JSON output.
func (v Verdict) String() string {
	if int(v) < len(verdictNames) {
		return verdictNames[v]
	}
	return "unknown"
}

// OnLink reports whether a is in the network of p, whatever p's host bits and
// whatever the zone of a. RFC 1122, section 3.3.1.1: "If the IP destination
// address bits extracted by the address mask match the IP source address bits
// extracted by the same mask, then the destination is on the corresponding
// connected network".
func OnLink(p netip.Prefix, a netip.Addr) bool {
	if a.Zone() != "" {
		a = a.WithZone("")
	}
	return p.Contains(a)
}

// Decide makes the local/remote decision for a host whose interface has the
// address and prefix length of iface. A destination of the other family is
// never on the link.
func Decide(iface netip.Prefix, dst netip.Addr) Verdict {
	switch {
	case isMulticast(dst):
		return ToMulticast
	case dst == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return ToBroadcast
	case !OnLink(iface, dst):
		return ViaGateway
	case dst.WithZone("") == iface.Addr():
		return ToSelf
	case HasBroadcast(iface) && dst == Last(iface):
		return ToBroadcast
	}
	return Direct
}

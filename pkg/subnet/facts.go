package subnet

import "net/netip"

// RFC 791 section 3.2 and RFC 1112 section 4 (address classes), RFC 3021
// (31-bit prefixes).

// Role is what an address is in its own network.
type Role string

const (
	RoleHost      Role = "host"
	RoleNetwork   Role = "network"
	RoleBroadcast Role = "broadcast"
	RoleAnycast   Role = "subnet-router-anycast"
	RoleGroup     Role = "multicast"
)

// Facts is what Describe knows of an address and its network. Making it
// allocates nothing; addresses that do not apply are invalid.
type Facts struct {
	Item      Item
	Prefix    netip.Prefix // the address as written, with its length
	Network   netip.Prefix
	Broadcast netip.Addr // invalid where there is none: see NoBroadcast
	First     netip.Addr // of the hosts
	Last      netip.Addr
	Mask      netip.Addr
	Wildcard  netip.Addr
	Total     Count
	Usable    Count
	Role      Role
	Class     string // A to E for IPv4, "" for IPv6; history since RFC 4632
	Scope     string
	Block     *Block // the most specific special-purpose block of the address, or nil
	// BlockHolds is false when the network reaches beyond Block.
	BlockHolds bool

	Reverse       ReverseZones
	Embedded      Embedded
	MAC           MAC // in a modified EUI-64 interface identifier
	HasMAC        bool
	SolicitedNode netip.Addr
	GroupMAC      MAC // of a multicast address, or of the solicited-node address
	HasGroupMAC   bool
}

// Describe gathers the facts of p, whose address may have host bits.
func Describe(p netip.Prefix) Facts {
	if !p.IsValid() {
		return Facts{}
	}
	a := p.Addr()
	f := Facts{
		Item:     ItemOf(p),
		Prefix:   p,
		Network:  p.Masked(),
		Mask:     Mask(p),
		Wildcard: Wildcard(p),
		Total:    Total(p),
		Usable:   Usable(p),
		Role:     RoleOf(p),
		Class:    Class(a),
		Scope:    Scope(a),
		Reverse:  ReverseZonesOf(p),
		Embedded: EmbeddedIn(a),
	}
	f.First, f.Last = HostRange(p)
	f.Broadcast, _ = Broadcast(p)
	if b, ok := BlockOf(a); ok {
		f.Block = b
		f.BlockHolds = b.Prefix.Bits() <= p.Bits()
	}
	f.MAC, f.HasMAC = MACIn(a)
	f.SolicitedNode, _ = SolicitedNode(a)
	group := a
	if f.SolicitedNode.IsValid() {
		group = f.SolicitedNode
	}
	f.GroupMAC, f.HasGroupMAC = MulticastMAC(group)
	return f
}

// DescribeItem is Describe of what the item denotes, and false for a range that
// is not one prefix.
func DescribeItem(it Item) (Facts, bool) {
	p, ok := it.Prefix()
	if !ok {
		return Facts{}, false
	}
	f := Describe(p)
	f.Item = it
	return f, true
}

// NoBroadcast says why the network has no broadcast address, or "" when it has one.
func (f *Facts) NoBroadcast() string {
	switch {
	case f.Broadcast.IsValid() || !f.Prefix.IsValid():
		return ""
	case f.Prefix.Addr().Is6():
		return "IPv6 has no broadcast"
	case f.Prefix.Bits() == 31:
		return "both addresses of a /31 are hosts (RFC 3021)"
	}
	return "a /32 is one host"
}

// RoleOf says what the address of p is in the network of p.
func RoleOf(p netip.Prefix) Role {
	a := p.Addr()
	switch left := a.BitLen() - p.Bits(); {
	case isMulticast(a):
		return RoleGroup
	case left < 2:
		return RoleHost
	case a == Network(p) && a.Is4():
		return RoleNetwork
	case a == Network(p):
		return RoleAnycast
	case a.Is4() && a == Last(p):
		return RoleBroadcast
	}
	return RoleHost
}

// Class returns the historical class of an IPv4 address, A to E, and "" for IPv6.
func Class(a netip.Addr) string {
	if !a.Is4() {
		return ""
	}
	switch o := a.As4()[0]; {
	case o < 128:
		return "A"
	case o < 192:
		return "B"
	case o < 224:
		return "C"
	case o < 240:
		return "D"
	}
	return "E"
}

// ClassBits returns the prefix length that the class implied: 8, 16 or 24, and
// false for classes D and E, which have no networks.
func ClassBits(a netip.Addr) (int, bool) {
	switch Class(a) {
	case "A":
		return 8, true
	case "B":
		return 16, true
	case "C":
		return 24, true
	}
	return 0, false
}

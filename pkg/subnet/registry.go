package subnet

import (
	"net/netip"
	"sync"
)

// RFC 6890 and RFC 8190 (the special-purpose registries and their columns). The
// rows are those of the IANA IPv4 and IPv6 Special-Purpose Address Registries
// as of 2025-10-09; a few blocks that the address architecture or the multicast
// registries define, and not these registries, follow with Registered false.

// Flag is a column of the registry: it may be true, false, or not answered
// (deprecated blocks, and blocks whose reachability depends on what they embed).
type Flag uint8

const (
	FlagNone Flag = iota
	FlagFalse
	FlagTrue
)

// Block is one special-purpose block.
type Block struct {
	Prefix     netip.Prefix
	Name       string // as in the registry
	RFC        string // "RFC 1918"; several are separated by ", "
	Scope      string // where its addresses mean something: see Scope
	Registered bool   // in the special-purpose registries

	Source             Flag // may be a packet's source
	Destination        Flag // may be a packet's destination
	Forwardable        Flag // a router may forward it between interfaces
	GloballyReachable  Flag // it may be forwarded beyond an administrative domain
	ReservedByProtocol Flag // IP itself treats it specially
}

// Source, Destination, Forwardable, Globally Reachable, Reserved-by-Protocol:
// T, F or - for each.
type blockRow struct{ prefix, name, rfc, flags, scope string }

var blockRows = [...]blockRow{
	{"0.0.0.0/8", "This network", "RFC 791", "TFFFT", "host"},
	{"0.0.0.0/32", "This host on this network", "RFC 1122", "TFFFT", "host"},
	{"10.0.0.0/8", "Private-Use", "RFC 1918", "TTTFF", "private"},
	{"100.64.0.0/10", "Shared Address Space", "RFC 6598", "TTTFF", "shared"},
	{"127.0.0.0/8", "Loopback", "RFC 1122", "FFFFT", "host"},
	{"169.254.0.0/16", "Link Local", "RFC 3927", "TTFFT", "link"},
	{"172.16.0.0/12", "Private-Use", "RFC 1918", "TTTFF", "private"},
	{"192.0.0.0/24", "IETF Protocol Assignments", "RFC 6890", "FFFFF", "protocol"},
	{"192.0.0.0/29", "IPv4 Service Continuity Prefix", "RFC 7335", "TTTFF", "protocol"},
	{"192.0.0.8/32", "IPv4 dummy address", "RFC 7600", "TFFFF", "protocol"},
	{"192.0.0.9/32", "Port Control Protocol Anycast", "RFC 7723", "TTTTF", "global"},
	{"192.0.0.10/32", "Traversal Using Relays around NAT Anycast", "RFC 8155", "TTTTF", "global"},
	{"192.0.0.170/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", "FFFFT", "protocol"},
	{"192.0.0.171/32", "NAT64/DNS64 Discovery", "RFC 8880, RFC 7050", "FFFFT", "protocol"},
	{"192.0.2.0/24", "Documentation (TEST-NET-1)", "RFC 5737", "FFFFF", "documentation"},
	{"192.31.196.0/24", "AS112-v4", "RFC 7535", "TTTTF", "global"},
	{"192.52.193.0/24", "AMT", "RFC 7450", "TTTTF", "global"},
	{"192.88.99.0/24", "Deprecated (6to4 Relay Anycast)", "RFC 7526", "-----", "deprecated"},
	{"192.88.99.2/32", "6a44-relay anycast address", "RFC 6751", "TTTFF", "protocol"},
	{"192.168.0.0/16", "Private-Use", "RFC 1918", "TTTFF", "private"},
	{"192.175.48.0/24", "Direct Delegation AS112 Service", "RFC 7534", "TTTTF", "global"},
	{"198.18.0.0/15", "Benchmarking", "RFC 2544", "TTTFF", "benchmarking"},
	{"198.51.100.0/24", "Documentation (TEST-NET-2)", "RFC 5737", "FFFFF", "documentation"},
	{"203.0.113.0/24", "Documentation (TEST-NET-3)", "RFC 5737", "FFFFF", "documentation"},
	{"240.0.0.0/4", "Reserved", "RFC 1112", "FFFFT", "reserved"},
	{"255.255.255.255/32", "Limited Broadcast", "RFC 8190, RFC 919", "FTFFT", "link"},

	{"::1/128", "Loopback Address", "RFC 4291", "FFFFT", "host"},
	{"::/128", "Unspecified Address", "RFC 4291", "TFFFT", "host"},
	{"::ffff:0:0/96", "IPv4-mapped Address", "RFC 4291", "FFFFT", "host"},
	{"64:ff9b::/96", "IPv4-IPv6 Translat.", "RFC 6052", "TTTTF", "global"},
	{"64:ff9b:1::/48", "IPv4-IPv6 Translat.", "RFC 8215", "TTTFF", "private"},
	{"100::/64", "Discard-Only Address Block", "RFC 6666", "TTTFF", "private"},
	{"100:0:0:1::/64", "Dummy IPv6 Prefix", "RFC 9780", "TFFFF", "protocol"},
	{"2001::/23", "IETF Protocol Assignments", "RFC 2928", "FFFFF", "protocol"},
	{"2001::/32", "TEREDO", "RFC 4380, RFC 8190", "TTT-F", "global"},
	{"2001:1::1/128", "Port Control Protocol Anycast", "RFC 7723", "TTTTF", "global"},
	{"2001:1::2/128", "Traversal Using Relays around NAT Anycast", "RFC 8155", "TTTTF", "global"},
	{"2001:1::3/128", "DNS-SD Service Registration Protocol Anycast", "RFC 9665", "TTTTF", "global"},
	{"2001:2::/48", "Benchmarking", "RFC 5180", "TTTFF", "benchmarking"},
	{"2001:3::/32", "AMT", "RFC 7450", "TTTTF", "global"},
	{"2001:4:112::/48", "AS112-v6", "RFC 7535", "TTTTF", "global"},
	{"2001:10::/28", "Deprecated (previously ORCHID)", "RFC 4843", "-----", "deprecated"},
	{"2001:20::/28", "ORCHIDv2", "RFC 7343", "TTTTF", "global"},
	{"2001:30::/28", "Drone Remote ID Protocol Entity Tags (DETs) Prefix", "RFC 9374", "TTTTF", "global"},
	{"2001:db8::/32", "Documentation", "RFC 3849", "FFFFF", "documentation"},
	{"2002::/16", "6to4", "RFC 3056", "TTT-F", "global"},
	{"2620:4f:8000::/48", "Direct Delegation AS112 Service", "RFC 7534", "TTTTF", "global"},
	{"3fff::/20", "Documentation", "RFC 9637", "FFFFF", "documentation"},
	{"5f00::/16", "Segment Routing (SRv6) SIDs", "RFC 9602", "TTTFF", "private"},
	{"fc00::/7", "Unique-Local", "RFC 4193, RFC 8190", "TTTFF", "private"},
	{"fe80::/10", "Link-Local Unicast", "RFC 4291", "TTFFT", "link"},
}

// registered is how many blockRows the special-purpose registries hold; the
// blocks below come from elsewhere.
const registered = len(blockRows)

var otherRows = [...]blockRow{
	{"224.0.0.0/4", "Multicast", "RFC 5771", "-----", "global"},
	{"224.0.0.0/24", "Multicast, Local Network Control Block", "RFC 5771", "-----", "link"},
	{"232.0.0.0/8", "Multicast, Source-Specific Block", "RFC 4607", "-----", "global"},
	{"233.0.0.0/8", "Multicast, GLOP Block", "RFC 3180", "-----", "global"},
	{"233.252.0.0/24", "Multicast, Documentation (MCAST-TEST-NET)", "RFC 6676", "-----", "documentation"},
	{"239.0.0.0/8", "Multicast, Administratively Scoped Block", "RFC 2365", "-----", "private"},
	{"::/96", "IPv4-compatible Address (deprecated)", "RFC 4291", "-----", "deprecated"},
	{"fec0::/10", "Site-Local Unicast (deprecated)", "RFC 3879", "-----", "deprecated"},
	{"ff00::/8", "Multicast", "RFC 4291", "-----", "global"},
	{"ff3e::/16", "Multicast, Source-Specific, global", "RFC 4607", "-----", "global"},
}

var registry = sync.OnceValues(func() ([]Block, *Table[int]) {
	blocks := make([]Block, 0, registered+len(otherRows))
	var b TableBuilder[int]
	add := func(r blockRow, reg bool) {
		var f [5]Flag
		for i := range f {
			switch r.flags[i] {
			case 'T':
				f[i] = FlagTrue
			case 'F':
				f[i] = FlagFalse
			}
		}
		p := netip.MustParsePrefix(r.prefix)
		b.Add(p, len(blocks))
		blocks = append(blocks, Block{p, r.name, r.rfc, r.scope, reg, f[0], f[1], f[2], f[3], f[4]})
	}
	for _, r := range blockRows {
		add(r, true)
	}
	for _, r := range otherRows {
		add(r, false)
	}
	return blocks, b.Table()
})

// Blocks returns all special-purpose blocks, those of the IANA registries
// first, IPv4 before IPv6. The caller must not change them.
func Blocks() []Block {
	b, _ := registry()
	return b
}

// BlockOf returns the most specific special-purpose block that contains a, and
// false when a is ordinary address space.
func BlockOf(a netip.Addr) (*Block, bool) {
	blocks, table := registry()
	m, ok := table.Lookup(a)
	if !ok {
		return nil, false
	}
	return &blocks[m.Value], true
}

// The multicast scopes of RFC 7346, section 2, by the scope field.
var multicastScopes = [16]string{
	1: "interface", 2: "link", 3: "realm", 4: "admin", 5: "site", 8: "organization", 14: "global",
}

// Scope says where an address means something: host, link, private, shared,
// documentation, benchmarking, protocol, deprecated, reserved, global; of IPv6
// multicast also interface, realm, admin, site, organization (RFC 7346).
// IPv6 space that is neither special nor in 2000::/3 is "unassigned".
func Scope(a netip.Addr) string {
	if a.Is6() && isMulticast(a) {
		if s := multicastScopes[a.As16()[1]&15]; s != "" {
			return s
		}
		return "unassigned"
	}
	if b, ok := BlockOf(a); ok {
		return b.Scope
	}
	if a.Is6() && toU128(a).hi>>61 != 1 {
		return "unassigned"
	}
	return "global"
}

var privateSpace = sync.OnceValue(func() *Set {
	return SetOf(netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("172.16.0.0/12"),
		netip.MustParsePrefix("192.168.0.0/16"), netip.MustParsePrefix("fc00::/7"))
})

// IsPrivate reports whether all of r is private-use space: RFC 1918 or the
// unique-local addresses of RFC 4193.
func IsPrivate(r Range) bool { return privateSpace().ContainsRange(r) }

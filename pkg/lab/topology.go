package lab

// Addresses of the lab. Documentation ranges: RFC 5737 (IPv4), RFC 3849 (IPv6).
// MAC addresses are locally administered (IEEE 802-2014 8.2) and fixed:
// 02:6e:6b, then the LAN (a, b, c) and the host.

import (
	"encoding/hex"
	"fmt"
	"net/netip"
	"strings"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Domain is the zone of the lab's names.
const Domain = "lab.test"

// MaxHosts is how many stations LAN A takes beside client, peer and printer.
const MaxHosts = 100

// lan is a network of the lab.
type lan struct {
	octet  byte // third octet of the MAC addresses' second half
	v4, v6 netip.Prefix
}

var (
	lanA = lan{0x0a, netip.MustParsePrefix("198.51.100.0/25"), netip.MustParsePrefix("2001:db8:a::/64")}
	lanB = lan{0x0b, netip.MustParsePrefix("203.0.113.0/24"), netip.MustParsePrefix("2001:db8:b::/64")}
	lanC = lan{0x0c, netip.MustParsePrefix("198.51.100.128/30"), netip.MustParsePrefix("2001:db8:c::/64")}

	// aliases stand for this machine's loopback, behind the gateway.
	aliases4  = netip.MustParsePrefix("192.0.2.0/24")
	loopback4 = netip.MustParseAddr("192.0.2.1")
	loopback6 = netip.MustParseAddr("2001:db8:d::1")
)

// addrs returns a host's addresses: the number is its last IPv4 octet less that
// of the network, and in IPv6 its digits, read as hexadecimal.
func (n lan) addrs(host int) (v4, v6 netip.Prefix) {
	a := n.v4.Addr().As4()
	a[3] += byte(host)
	b := n.v6.Addr().As16()
	digits := fmt.Sprintf("%04d", host)
	hex.Decode(b[14:], []byte(digits))
	return netip.PrefixFrom(netip.AddrFrom4(a), n.v4.Bits()), netip.PrefixFrom(netip.AddrFrom16(b), n.v6.Bits())
}

func (n lan) mac(host int) wire.MAC {
	return wire.MAC{0x02, 0x6e, 0x6b, n.octet, 0, byte(host)}
}

func (n lan) addr4(host int) netip.Addr { p, _ := n.addrs(host); return p.Addr() }
func (n lan) addr6(host int) netip.Addr { _, p := n.addrs(host); return p.Addr() }

// Host numbers.
const (
	numRouter  = 1 // on every LAN
	numClient  = 2
	numPeer    = 3
	numPrinter = 9
	numExtra   = 10 // and up
	numDNS     = 53
	numWeb     = 80
	numGateway = 2 // on the /30
)

// attachment is a host's port on a LAN.
type attachment struct {
	lan lan
	num int
}

// station is a host of the lab.
type station struct {
	name  string
	kind  string
	ports []attachment
	does  []string // services
}

// stations lists the hosts in a fixed order.
func stations(extra int) []station {
	list := []station{
		{"client", "host", []attachment{{lanA, numClient}}, nil},
		{"peer", "host", []attachment{{lanA, numPeer}}, nil},
		{"printer", "host", []attachment{{lanA, numPrinter}}, []string{"status 9/udp"}},
	}
	for i := range extra {
		list = append(list, station{fmt.Sprintf("host%d", numExtra+i), "host", []attachment{{lanA, numExtra + i}}, nil})
	}
	return append(list,
		station{"r1", "router", []attachment{{lanA, numRouter}, {lanB, numRouter}, {lanC, numRouter}}, nil},
		station{"dns", "host", []attachment{{lanB, numDNS}}, []string{"dns 53/udp", "dns 53/tcp"}},
		station{"web", "host", []attachment{{lanB, numWeb}}, []string{"http 80/tcp"}},
		station{"gw", "gateway", []attachment{{lanC, numGateway}}, nil},
	)
}

// Topology is what the lab consists of.
type Topology struct {
	Nodes    []Node    `json:"nodes"`
	Links    []Link    `json:"links"`
	Networks []Network `json:"networks"`
	Names    []Name    `json:"names"`
}

// Node is a host, a router, a switch or the gateway.
type Node struct {
	Name     string   `json:"name"`
	Kind     string   `json:"kind"` // host, router, switch, gateway
	Ports    []Port   `json:"ports"`
	Services []string `json:"services,omitempty"`
}

// Port is where a node's cable is plugged in. A switch's ports have no addresses.
type Port struct {
	Name  string         `json:"name"`
	MAC   string         `json:"mac,omitempty"`
	MTU   int            `json:"mtu,omitempty"`
	Addrs []netip.Prefix `json:"addresses,omitempty"`
	Link  string         `json:"link"`
}

// Link is a cable.
type Link struct {
	Name     string `json:"name"`
	A        string `json:"a"` // node and port, as "client eth0"
	B        string `json:"b"`
	Rate     int64  `json:"rate_bps"`           // 0: not paced
	Impaired bool   `json:"impaired,omitempty"` // the one that the impairments act on
}

// Network is a range of addresses and where it is.
type Network struct {
	Prefix netip.Prefix `json:"prefix"`
	Where  string       `json:"where"`
}

// Name is a host name and its addresses, or what it is an alias of.
type Name struct {
	Name  string       `json:"name"`
	Addrs []netip.Addr `json:"addresses,omitempty"`
	Alias string       `json:"alias_of,omitempty"`
}

func networks() []Network {
	return []Network{
		{lanA.v4, "LAN A"}, {lanA.v6, "LAN A"},
		{lanB.v4, "LAN B"}, {lanB.v6, "LAN B"},
		{lanC.v4, "r1 to the gateway"}, {lanC.v6, "r1 to the gateway"},
		{aliases4, "this machine's loopback, by the gateway"},
		{netip.PrefixFrom(loopback6, 128), "this machine's loopback, by the gateway"},
	}
}

// names lists the names that dns.lab.test serves addresses for.
func names(list []station, noV6 func(lan) bool) []Name {
	var out []Name
	for _, s := range list {
		n := Name{Name: s.name + "." + Domain}
		for _, p := range s.ports {
			n.Addrs = append(n.Addrs, p.lan.addr4(p.num))
		}
		for _, p := range s.ports {
			if !noV6(p.lan) {
				n.Addrs = append(n.Addrs, p.lan.addr6(p.num))
			}
		}
		out = append(out, n)
	}
	return append(out,
		Name{Name: "host." + Domain, Addrs: []netip.Addr{loopback4, loopback6}},
		Name{Name: "www." + Domain, Alias: "web." + Domain},
		Name{Name: "a." + Domain, Alias: "web." + Domain},
		Name{Name: "b." + Domain, Alias: "web." + Domain})
}

// reverseZones hold the PTR records of the lab's ranges.
var reverseZones = []string{"100.51.198.in-addr.arpa.", "113.0.203.in-addr.arpa.", "2.0.192.in-addr.arpa.", "8.b.d.0.1.0.0.2.ip6.arpa."}

const soaData = "86400 IN SOA dns.lab.test. hostmaster.lab.test. 2026010100 7200 900 1209600 300\n"

// zoneFiles writes the zones as zone files.
func zoneFiles(list []Name) []string {
	var b strings.Builder
	zone := func(origin string) {
		b.Reset()
		fmt.Fprintf(&b, "%s %s%s 86400 IN NS dns.lab.test.\n", origin, soaData, origin)
	}
	var files []string
	zone(Domain + ".")
	fmt.Fprintf(&b, "lab.test. 3600 IN MX 10 web.lab.test.\n")
	fmt.Fprintf(&b, "lab.test. 3600 IN TXT \"v=spf1 -all\"\n")
	fmt.Fprintf(&b, "lab.test. 3600 IN TXT \"a network that exists only while you look\"\n")
	// Large enough for one answer to need TCP, or EDNS and fragments.
	for i := range 12 {
		fmt.Fprintf(&b, "big.lab.test. 3600 IN TXT \"%02d %s\"\n", i, strings.Repeat("netkit ", 28))
	}
	fmt.Fprintf(&b, "_http._tcp.lab.test. 3600 IN SRV 0 0 80 web.lab.test.\n")
	for _, n := range list {
		if n.Alias != "" {
			fmt.Fprintf(&b, "%s. 3600 IN CNAME %s.\n", n.Name, n.Alias)
		}
		for _, a := range n.Addrs {
			t := "AAAA"
			if a.Is4() {
				t = "A"
			}
			fmt.Fprintf(&b, "%s. 3600 IN %s %s\n", n.Name, t, a)
		}
	}
	files = append(files, b.String())
	for _, origin := range reverseZones {
		zone(origin)
		for _, n := range list {
			for _, a := range n.Addrs {
				if rev, err := dns.ReverseAddr(a.String()); err == nil && dns.IsSubDomain(origin, rev) {
					fmt.Fprintf(&b, "%s 3600 IN PTR %s.\n", rev, n.Name)
				}
			}
		}
		files = append(files, b.String())
	}
	return files
}

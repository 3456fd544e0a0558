package subnet

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// kind is how a field's text stands in JSON.
type kind uint8

const (
	text   kind = iota // a string of printable ASCII without quotes or backslashes
	free               // a string that may hold anything
	number             // a number
	truth              // true or false
	count              // a number up to 2^53-1, else a string
)

// field is one fact. append adds its text, or nothing where the fact does not
// apply: then JSON leaves the member out. Every format is made from this one
// table.
type field struct {
	name   string
	title  string
	kind   kind
	doc    string
	append func(b []byte, f *subnet.Facts) []byte
	extra  bool // only with --explain or when asked for
}

func addrField(get func(f *subnet.Facts) netip.Addr) func([]byte, *subnet.Facts) []byte {
	return func(b []byte, f *subnet.Facts) []byte {
		if a := get(f); a.IsValid() {
			return subnet.AppendAddr(b, a)
		}
		return b
	}
}

func stringField(get func(f *subnet.Facts) string) func([]byte, *subnet.Facts) []byte {
	return func(b []byte, f *subnet.Facts) []byte { return append(b, get(f)...) }
}

func flagField(get func(b *subnet.Block) subnet.Flag) func([]byte, *subnet.Facts) []byte {
	return func(b []byte, f *subnet.Facts) []byte {
		if f.Block == nil {
			return b
		}
		switch get(f.Block) {
		case subnet.FlagTrue:
			return append(b, "true"...)
		case subnet.FlagFalse:
			return append(b, "false"...)
		}
		return b
	}
}

func bitsField(get func(f *subnet.Facts) netip.Addr) func([]byte, *subnet.Facts) []byte {
	return func(b []byte, f *subnet.Facts) []byte { return appendBits(b, get(f)) }
}

func appendBits(b []byte, a netip.Addr) []byte {
	for _, o := range a.AsSlice() {
		for i := 7; i >= 0; i-- {
			b = append(b, '0'+o>>i&1)
		}
	}
	return b
}

var fields = []field{
	{"address", "Address", free, "The address as written, with its zone; of a block of a range, its first.", addrField(func(f *subnet.Facts) netip.Addr {
		if f.Item.IsRange() {
			return f.Prefix.Addr()
		}
		return f.Item.Addr
	}), false},
	{"form", "Written as", text, "How the input was written: address, prefix, mask, wildcard, range, offset, integer, hex, interface, route, addr-line or acl.", stringField(func(f *subnet.Facts) string { return f.Item.Form.String() }), false},
	{"range", "Part of range", text, "The range that this block is a part of, when a range was given.", func(b []byte, f *subnet.Facts) []byte {
		if !f.Item.IsRange() {
			return b
		}
		r := f.Item.Range()
		b = append(subnet.AppendAddr(b, r.First), '-')
		return subnet.AppendAddr(b, r.Last)
	}, false},
	{"family", "Family", number, "4 or 6.", func(b []byte, f *subnet.Facts) []byte {
		if f.Prefix.Addr().Is4() {
			return append(b, '4')
		}
		return append(b, '6')
	}, false},
	{"network", "Network", text, "The network with its length.", func(b []byte, f *subnet.Facts) []byte {
		return subnet.AppendPrefix(b, f.Network)
	}, false},
	{"prefix_length", "Prefix length", number, "How many bits are network.", func(b []byte, f *subnet.Facts) []byte {
		return strconv.AppendInt(b, int64(f.Prefix.Bits()), 10)
	}, false},
	{"mask", "Mask", text, "The network bits as ones.", addrField(func(f *subnet.Facts) netip.Addr { return f.Mask }), false},
	{"wildcard", "Wildcard", text, "The host bits as ones.", func(b []byte, f *subnet.Facts) []byte { return subnet.AppendMask(b, f.Wildcard) }, false},
	{"broadcast", "Broadcast", text, "The directed broadcast address; none on /31, /32 and in IPv6.", addrField(func(f *subnet.Facts) netip.Addr { return f.Broadcast }), false},
	{"no_broadcast", "No broadcast", text, "Why there is none.", stringField((*subnet.Facts).NoBroadcast), false},
	{"first", "First host", text, "The first address that a host may have.", addrField(func(f *subnet.Facts) netip.Addr { return f.First }), false},
	{"last", "Last host", text, "The last address that a host may have.", addrField(func(f *subnet.Facts) netip.Addr { return f.Last }), false},
	{"usable", "Usable hosts", count, "How many addresses hosts may have: a number up to 2^53-1, a string of digits above.", func(b []byte, f *subnet.Facts) []byte { return f.Usable.AppendTo(b) }, false},
	{"total", "Addresses", count, "How many addresses there are: a number up to 2^53-1, a string of digits above.", func(b []byte, f *subnet.Facts) []byte { return f.Total.AppendTo(b) }, false},
	{"role", "Address is", text, "What the address is in its network: host, network, broadcast, subnet-router-anycast or multicast.", stringField(func(f *subnet.Facts) string { return string(f.Role) }), false},
	{"scope", "Scope", text, "Where the address means something: host, interface, link, realm, admin, site, organization, private, shared, documentation, benchmarking, protocol, deprecated, reserved, unassigned or global.", stringField(func(f *subnet.Facts) string { return f.Scope }), false},
	{"block", "Special block", text, "The most specific special-purpose block of the address.", func(b []byte, f *subnet.Facts) []byte {
		if f.Block == nil {
			return b
		}
		return subnet.AppendPrefix(b, f.Block.Prefix)
	}, false},
	{"block_name", "Block name", text, "What the block is for, as IANA has it.", stringField(func(f *subnet.Facts) string {
		if f.Block == nil {
			return ""
		}
		return f.Block.Name
	}), false},
	{"block_rfc", "Defined by", text, "The RFCs that define the block.", stringField(func(f *subnet.Facts) string {
		if f.Block == nil {
			return ""
		}
		return f.Block.RFC
	}), false},
	{"block_holds_network", "Whole network", truth, "Whether the whole network is in that block.", func(b []byte, f *subnet.Facts) []byte {
		if f.Block == nil {
			return b
		}
		return strconv.AppendBool(b, f.BlockHolds)
	}, false},
	{"globally_reachable", "Globally reachable", truth, "The registry's column, where it answers.", flagField(func(b *subnet.Block) subnet.Flag { return b.GloballyReachable }), false},
	{"forwardable", "Forwardable", truth, "The registry's column, where it answers.", flagField(func(b *subnet.Block) subnet.Flag { return b.Forwardable }), false},
	{"class", "Class", text, "A to E: history since 1993.", stringField(func(f *subnet.Facts) string { return f.Class }), false},
	{"hex", "Hexadecimal", text, "The address as a number in hexadecimal.", func(b []byte, f *subnet.Facts) []byte { return subnet.AppendHex(b, f.Prefix.Addr()) }, false},
	{"integer", "Integer", count, "The address as a number: a JSON number up to 2^53-1, a string of digits above.", func(b []byte, f *subnet.Facts) []byte { return subnet.AppendInteger(b, f.Prefix.Addr()) }, false},
	{"expanded", "All digits", text, "An IPv6 address with all its digits.", func(b []byte, f *subnet.Facts) []byte {
		if f.Prefix.Addr().Is4() {
			return b
		}
		return subnet.AppendExpanded(b, f.Prefix.Addr())
	}, false},
	{"reverse_name", "Reverse name", text, "The name of the address's PTR record.", func(b []byte, f *subnet.Facts) []byte { return subnet.AppendReverseName(b, f.Prefix.Addr()) }, false},
	{"reverse_zone", "Reverse zone", text, "The zone of the network's PTR records, or the first of several. Beyond /24 it is named as in RFC 2317.", func(b []byte, f *subnet.Facts) []byte { return f.Reverse.AppendFirst(b) }, false},
	{"reverse_zone_last", "to", text, "The last of several zones.", func(b []byte, f *subnet.Facts) []byte {
		if f.Reverse.Count < 2 {
			return b
		}
		return f.Reverse.AppendLast(b)
	}, false},
	{"reverse_zones", "Reverse zones", number, "How many zones.", func(b []byte, f *subnet.Facts) []byte {
		return strconv.AppendInt(b, int64(f.Reverse.Count), 10)
	}, false},
	{"solicited_node", "Solicited-node", text, "The multicast address that Neighbor Discovery asks for the address.", addrField(func(f *subnet.Facts) netip.Addr { return f.SolicitedNode }), false},
	{"multicast_mac", "Multicast MAC", text, "The Ethernet address of the multicast or solicited-node address.", func(b []byte, f *subnet.Facts) []byte {
		if !f.HasGroupMAC {
			return b
		}
		return f.GroupMAC.AppendTo(b)
	}, false},
	{"eui64_mac", "EUI-64 MAC", text, "The Ethernet address in the interface identifier.", func(b []byte, f *subnet.Facts) []byte {
		if !f.HasMAC {
			return b
		}
		return f.MAC.AppendTo(b)
	}, false},
	{"embedded", "Embeds", text, "How an IPv4 address is embedded: mapped, compatible, 6to4, teredo, nat64 or isatap.", stringField(func(f *subnet.Facts) string { return f.Embedded.Kind }), false},
	{"embedded_ipv4", "Embedded IPv4", text, "That address; of Teredo the client's, outside its NAT.", addrField(func(f *subnet.Facts) netip.Addr { return f.Embedded.IPv4 }), false},
	{"teredo_server", "Teredo server", text, "The client's server.", addrField(func(f *subnet.Facts) netip.Addr { return f.Embedded.Server }), false},
	{"teredo_port", "Teredo port", number, "The client's UDP port outside its NAT.", func(b []byte, f *subnet.Facts) []byte {
		if f.Embedded.Kind != "teredo" {
			return b
		}
		return strconv.AppendInt(b, int64(f.Embedded.Port), 10)
	}, false},
	{"address_bits", "Address bits", text, "The bits of the address.", bitsField(func(f *subnet.Facts) netip.Addr { return f.Prefix.Addr() }), true},
	{"mask_bits", "Mask bits", text, "The bits of the mask.", bitsField(func(f *subnet.Facts) netip.Addr { return f.Mask }), true},
	{"network_bits", "Network bits", text, "The bits of address AND mask.", bitsField(func(f *subnet.Facts) netip.Addr { return f.Network.Addr() }), true},
}

// chooseFields returns the fields of a list of names, or all that are not extra.
func chooseFields(names []string, extra bool) ([]field, error) {
	if len(names) == 0 {
		var out []field
		for _, f := range fields {
			if !f.extra || extra {
				out = append(out, f)
			}
		}
		return out, nil
	}
	var out []field
next:
	for _, n := range names {
		n = strings.ReplaceAll(strings.TrimSpace(n), "-", "_")
		for _, f := range fields {
			if f.name == n {
				out = append(out, f)
				continue next
			}
		}
		return nil, cli.Usagef("unknown field %q", n).WithHint("the fields are %s", strings.Join(fieldNames(), ", "))
	}
	return out, nil
}

func fieldNames() []string {
	var out []string
	for _, f := range fields {
		out = append(out, f.name)
	}
	return out
}

// appendFieldsJSON appends one record.
func appendFieldsJSON(b []byte, chosen []field, f *subnet.Facts) []byte {
	b = append(b, '{')
	first := true
	for i := range chosen {
		c := &chosen[i]
		start := len(b)
		if !first {
			b = append(b, ',')
		}
		b = append(b, '"')
		b = append(b, c.name...)
		b = append(b, '"', ':')
		at := len(b)
		if c.kind == text {
			b = append(b, '"')
		}
		value := len(b)
		b = c.append(b, f)
		if len(b) == value {
			b = b[:start]
			continue
		}
		first = false
		switch c.kind {
		case text:
			b = append(b, '"')
		case free:
			b = quoteTail(b, at)
		case count:
			if digits := b[at:]; len(digits) > 16 || len(digits) == 16 && string(digits) > maxJSONNumber {
				b = quoteTail(b, at)
			}
		}
	}
	return append(b, '}')
}

var maxJSONNumber = strconv.Itoa(subnet.MaxJSONNumber)

// quoteTail makes b[at:] a JSON string.
func quoteTail(b []byte, at int) []byte {
	for _, c := range b[at:] {
		if c < 0x20 || c > 0x7e || c == '"' || c == '\\' {
			return appendJSONString(b[:at], string(b[at:]))
		}
	}
	b = append(b, `""`...)
	copy(b[at+1:], b[at:len(b)-2])
	b[at], b[len(b)-1] = '"', '"'
	return b
}

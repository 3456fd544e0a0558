package wire

// The fields of each header, in the order of the wire and without gaps: RFC 826,
// RFC 791, RFC 8200, RFC 768, RFC 9293, RFC 792, RFC 4443, RFC 4861, IEEE 802.1Q. Options are not fields:
// see IPv4.Options, NextTCPOption, NDOptions.

// EthernetFieldTable is the untagged header, and the start of a tagged one.
var EthernetFieldTable = []Field{
	{Name: "eth.dst", Label: "Destination", Bit: 0, Width: 48, Kind: FieldMAC},
	{Name: "eth.src", Label: "Source", Bit: 48, Width: 48, Kind: FieldMAC},
	{Name: "eth.type", Label: "Type", Bit: 96, Width: 16, Kind: FieldHex},
}

// VLANFieldTable is the four octets behind an Ethernet header of type EtherTypeVLAN.
var VLANFieldTable = []Field{
	{Name: "vlan.priority", Label: "Priority", Bit: 0, Width: 3, Kind: FieldDec},
	{Name: "vlan.dei", Label: "Drop Eligible", Bit: 3, Width: 1, Kind: FieldFlag},
	{Name: "vlan.id", Label: "VLAN Identifier", Bit: 4, Width: 12, Kind: FieldDec},
	{Name: "vlan.etype", Label: "Type", Bit: 16, Width: 16, Kind: FieldHex},
}

// ARPFieldTable is the packet for IPv4 over Ethernet.
var ARPFieldTable = []Field{
	{Name: "arp.hw.type", Label: "Hardware Type", Bit: 0, Width: 16, Kind: FieldDec},
	{Name: "arp.proto.type", Label: "Protocol Type", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "arp.hw.size", Label: "Hardware Length", Bit: 32, Width: 8, Kind: FieldDec},
	{Name: "arp.proto.size", Label: "Protocol Length", Bit: 40, Width: 8, Kind: FieldDec},
	{Name: "arp.opcode", Label: "Operation", Bit: 48, Width: 16, Kind: FieldDec},
	{Name: "arp.src.hw_mac", Label: "Sender MAC", Bit: 64, Width: 48, Kind: FieldMAC},
	{Name: "arp.src.proto_ipv4", Label: "Sender IP", Bit: 112, Width: 32, Kind: FieldIPv4},
	{Name: "arp.dst.hw_mac", Label: "Target MAC", Bit: 144, Width: 48, Kind: FieldMAC},
	{Name: "arp.dst.proto_ipv4", Label: "Target IP", Bit: 192, Width: 32, Kind: FieldIPv4},
}

// IPv4FieldTable is the header without options.
var IPv4FieldTable = []Field{
	{Name: "ip.version", Label: "Version", Bit: 0, Width: 4, Kind: FieldDec},
	{Name: "ip.hdr_len", Label: "IHL", Bit: 4, Width: 4, Kind: FieldDec, Unit: 4},
	{Name: "ip.dsfield.dscp", Label: "DSCP", Bit: 8, Width: 6, Kind: FieldDec},
	{Name: "ip.dsfield.ecn", Label: "ECN", Bit: 14, Width: 2, Kind: FieldDec},
	{Name: "ip.len", Label: "Total Length", Bit: 16, Width: 16, Kind: FieldDec},
	{Name: "ip.id", Label: "Identification", Bit: 32, Width: 16, Kind: FieldHex},
	{Name: "ip.flags.rb", Label: "Reserved", Bit: 48, Width: 1, Kind: FieldFlag},
	{Name: "ip.flags.df", Label: "Don't Fragment", Bit: 49, Width: 1, Kind: FieldFlag},
	{Name: "ip.flags.mf", Label: "More Fragments", Bit: 50, Width: 1, Kind: FieldFlag},
	{Name: "ip.frag_offset", Label: "Fragment Offset", Bit: 51, Width: 13, Kind: FieldDec, Unit: 8},
	{Name: "ip.ttl", Label: "Time to Live", Bit: 64, Width: 8, Kind: FieldDec},
	{Name: "ip.proto", Label: "Protocol", Bit: 72, Width: 8, Kind: FieldDec},
	{Name: "ip.checksum", Label: "Header Checksum", Bit: 80, Width: 16, Kind: FieldHex},
	{Name: "ip.src", Label: "Source Address", Bit: 96, Width: 32, Kind: FieldIPv4},
	{Name: "ip.dst", Label: "Destination Address", Bit: 128, Width: 32, Kind: FieldIPv4},
}

// IPv6FieldTable is the fixed header.
var IPv6FieldTable = []Field{
	{Name: "ipv6.version", Label: "Version", Bit: 0, Width: 4, Kind: FieldDec},
	{Name: "ipv6.tclass.dscp", Label: "DSCP", Bit: 4, Width: 6, Kind: FieldDec},
	{Name: "ipv6.tclass.ecn", Label: "ECN", Bit: 10, Width: 2, Kind: FieldDec},
	{Name: "ipv6.flow", Label: "Flow Label", Bit: 12, Width: 20, Kind: FieldHex},
	{Name: "ipv6.plen", Label: "Payload Length", Bit: 32, Width: 16, Kind: FieldDec},
	{Name: "ipv6.nxt", Label: "Next Header", Bit: 48, Width: 8, Kind: FieldDec},
	{Name: "ipv6.hlim", Label: "Hop Limit", Bit: 56, Width: 8, Kind: FieldDec},
	{Name: "ipv6.src", Label: "Source Address", Bit: 64, Width: 128, Kind: FieldIPv6},
	{Name: "ipv6.dst", Label: "Destination Address", Bit: 192, Width: 128, Kind: FieldIPv6},
}

// IPv6FragmentFieldTable is the fragment header.
var IPv6FragmentFieldTable = []Field{
	{Name: "ipv6.fraghdr.nxt", Label: "Next Header", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "ipv6.fraghdr.reserved_octet", Label: "Reserved", Bit: 8, Width: 8, Kind: FieldHex},
	{Name: "ipv6.fraghdr.offset", Label: "Fragment Offset", Bit: 16, Width: 13, Kind: FieldDec, Unit: 8},
	{Name: "ipv6.fraghdr.reserved_bits", Label: "Res", Bit: 29, Width: 2, Kind: FieldHex},
	{Name: "ipv6.fraghdr.more", Label: "M", Bit: 31, Width: 1, Kind: FieldFlag},
	{Name: "ipv6.fraghdr.ident", Label: "Identification", Bit: 32, Width: 32, Kind: FieldHex},
}

// UDPFieldTable is the header.
var UDPFieldTable = []Field{
	{Name: "udp.srcport", Label: "Source Port", Bit: 0, Width: 16, Kind: FieldDec},
	{Name: "udp.dstport", Label: "Destination Port", Bit: 16, Width: 16, Kind: FieldDec},
	{Name: "udp.length", Label: "Length", Bit: 32, Width: 16, Kind: FieldDec},
	{Name: "udp.checksum", Label: "Checksum", Bit: 48, Width: 16, Kind: FieldHex},
}

// TCPFieldTable is the header without options.
var TCPFieldTable = []Field{
	{Name: "tcp.srcport", Label: "Source Port", Bit: 0, Width: 16, Kind: FieldDec},
	{Name: "tcp.dstport", Label: "Destination Port", Bit: 16, Width: 16, Kind: FieldDec},
	{Name: "tcp.seq_raw", Label: "Sequence Number", Bit: 32, Width: 32, Kind: FieldDec},
	{Name: "tcp.ack_raw", Label: "Acknowledgment Number", Bit: 64, Width: 32, Kind: FieldDec},
	{Name: "tcp.hdr_len", Label: "Data Offset", Bit: 96, Width: 4, Kind: FieldDec, Unit: 4},
	{Name: "tcp.flags.res", Label: "Reserved", Bit: 100, Width: 3, Kind: FieldHex},
	{Name: "tcp.flags.ae", Label: "AE", Bit: 103, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.cwr", Label: "CWR", Bit: 104, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.ece", Label: "ECE", Bit: 105, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.urg", Label: "URG", Bit: 106, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.ack", Label: "ACK", Bit: 107, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.push", Label: "PSH", Bit: 108, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.reset", Label: "RST", Bit: 109, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.syn", Label: "SYN", Bit: 110, Width: 1, Kind: FieldFlag},
	{Name: "tcp.flags.fin", Label: "FIN", Bit: 111, Width: 1, Kind: FieldFlag},
	{Name: "tcp.window_size_value", Label: "Window", Bit: 112, Width: 16, Kind: FieldDec},
	{Name: "tcp.checksum", Label: "Checksum", Bit: 128, Width: 16, Kind: FieldHex},
	{Name: "tcp.urgent_pointer", Label: "Urgent Pointer", Bit: 144, Width: 16, Kind: FieldDec},
}

// ICMPv4FieldTable is the header of an ICMP message of the given type.
func ICMPv4FieldTable(typ uint8) []Field {
	switch typ {
	case ICMPv4EchoRequest, ICMPv4EchoReply:
		return icmpv4Echo
	case ICMPv4Unreachable:
		return icmpv4Unreach
	case ICMPv4TimeExceeded:
		return icmpv4Time
	case ICMPv4ParamProblem:
		return icmpv4Param
	case ICMPv4Redirect:
		return icmpv4Redirect
	}
	return icmpv4Rest
}

// ICMPv6FieldTable is the fixed part of an ICMPv6 message of the given type,
// which for Neighbour Discovery goes on to the options.
func ICMPv6FieldTable(typ uint8) []Field {
	switch typ {
	case ICMPv6Unreachable, ICMPv6TimeExceeded:
		return icmpv6Error
	case ICMPv6PacketTooBig:
		return icmpv6TooBig
	case ICMPv6ParamProblem:
		return icmpv6Param
	case ICMPv6EchoRequest, ICMPv6EchoReply:
		return icmpv6Echo
	case ICMPv6RouterAdv:
		return icmpv6RouterAdv
	case ICMPv6NeighborSol:
		return icmpv6NeighborSol
	case ICMPv6NeighborAdv:
		return icmpv6NeighborAdv
	case ICMPv6Redirect:
		return icmpv6Redirect
	}
	return icmpv6Rest
}

// icmpv4Rest is the first eight octets of a message without a table of its own.
var icmpv4Rest = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.unused", Label: "Rest of Header", Bit: 32, Width: 32, Kind: FieldHex},
}

// icmpv4Echo is Echo and Echo Reply.
var icmpv4Echo = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.ident", Label: "Identifier", Bit: 32, Width: 16, Kind: FieldHex},
	{Name: "icmp.seq", Label: "Sequence Number", Bit: 48, Width: 16, Kind: FieldDec},
}

// icmpv4Unreach is Destination Unreachable, with the length of RFC 4884.
var icmpv4Unreach = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.unused", Label: "Unused", Bit: 32, Width: 8, Kind: FieldHex},
	{Name: "icmp.length", Label: "Length", Bit: 40, Width: 8, Kind: FieldDec, Unit: 4},
	{Name: "icmp.mtu", Label: "Next-Hop MTU", Bit: 48, Width: 16, Kind: FieldDec},
}

// icmpv4Time is Time Exceeded, with the length of RFC 4884.
var icmpv4Time = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.unused", Label: "Unused", Bit: 32, Width: 8, Kind: FieldHex},
	{Name: "icmp.length", Label: "Length", Bit: 40, Width: 8, Kind: FieldDec, Unit: 4},
	{Name: "icmp.unused", Label: "Unused", Bit: 48, Width: 16, Kind: FieldHex},
}

// icmpv4Param is Parameter Problem, with the length of RFC 4884.
var icmpv4Param = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.pointer", Label: "Pointer", Bit: 32, Width: 8, Kind: FieldDec},
	{Name: "icmp.length", Label: "Length", Bit: 40, Width: 8, Kind: FieldDec, Unit: 4},
	{Name: "icmp.unused", Label: "Unused", Bit: 48, Width: 16, Kind: FieldHex},
}

// icmpv4Redirect is Redirect.
var icmpv4Redirect = []Field{
	{Name: "icmp.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmp.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmp.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmp.redir_gw", Label: "Gateway Address", Bit: 32, Width: 32, Kind: FieldIPv4},
}

// icmpv6Rest is the first eight octets of a message without a table of its own.
var icmpv6Rest = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.reserved", Label: "Reserved", Bit: 32, Width: 32, Kind: FieldHex},
}

// icmpv6Error is Destination Unreachable and Time Exceeded, with the length of RFC 4884.
var icmpv6Error = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.length", Label: "Length", Bit: 32, Width: 8, Kind: FieldDec, Unit: 8},
	{Name: "icmpv6.reserved", Label: "Unused", Bit: 40, Width: 24, Kind: FieldHex},
}

// icmpv6TooBig is Packet Too Big.
var icmpv6TooBig = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.mtu", Label: "MTU", Bit: 32, Width: 32, Kind: FieldDec},
}

// icmpv6Param is Parameter Problem.
var icmpv6Param = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.pointer", Label: "Pointer", Bit: 32, Width: 32, Kind: FieldDec},
}

// icmpv6Echo is Echo Request and Echo Reply.
var icmpv6Echo = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.echo.identifier", Label: "Identifier", Bit: 32, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.echo.sequence_number", Label: "Sequence Number", Bit: 48, Width: 16, Kind: FieldDec},
}

// icmpv6RouterAdv is Router Advertisement.
var icmpv6RouterAdv = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.nd.ra.cur_hop_limit", Label: "Cur Hop Limit", Bit: 32, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.nd.ra.flag.m", Label: "M", Bit: 40, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.ra.flag.o", Label: "O", Bit: 41, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.ra.flag.h", Label: "H", Bit: 42, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.ra.flag.prf", Label: "Prf", Bit: 43, Width: 2, Kind: FieldDec},
	{Name: "icmpv6.nd.ra.flag.p", Label: "P", Bit: 45, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.ra.flag.rsv", Label: "Reserved", Bit: 46, Width: 2, Kind: FieldHex},
	{Name: "icmpv6.nd.ra.router_lifetime", Label: "Router Lifetime", Bit: 48, Width: 16, Kind: FieldDec},
	{Name: "icmpv6.nd.ra.reachable_time", Label: "Reachable Time", Bit: 64, Width: 32, Kind: FieldDec},
	{Name: "icmpv6.nd.ra.retrans_timer", Label: "Retrans Timer", Bit: 96, Width: 32, Kind: FieldDec},
}

// icmpv6NeighborSol is Neighbor Solicitation.
var icmpv6NeighborSol = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.reserved", Label: "Reserved", Bit: 32, Width: 32, Kind: FieldHex},
	{Name: "icmpv6.nd.ns.target_address", Label: "Target Address", Bit: 64, Width: 128, Kind: FieldIPv6},
}

// icmpv6NeighborAdv is Neighbor Advertisement.
var icmpv6NeighborAdv = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.nd.na.flag.r", Label: "R", Bit: 32, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.na.flag.s", Label: "S", Bit: 33, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.na.flag.o", Label: "O", Bit: 34, Width: 1, Kind: FieldFlag},
	{Name: "icmpv6.nd.na.flag.rsv", Label: "Reserved", Bit: 35, Width: 29, Kind: FieldHex},
	{Name: "icmpv6.nd.na.target_address", Label: "Target Address", Bit: 64, Width: 128, Kind: FieldIPv6},
}

// icmpv6Redirect is Redirect.
var icmpv6Redirect = []Field{
	{Name: "icmpv6.type", Label: "Type", Bit: 0, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.code", Label: "Code", Bit: 8, Width: 8, Kind: FieldDec},
	{Name: "icmpv6.checksum", Label: "Checksum", Bit: 16, Width: 16, Kind: FieldHex},
	{Name: "icmpv6.reserved", Label: "Reserved", Bit: 32, Width: 32, Kind: FieldHex},
	{Name: "icmpv6.nd.rd.target_address", Label: "Target Address", Bit: 64, Width: 128, Kind: FieldIPv6},
	{Name: "icmpv6.rd.na.destination_address", Label: "Destination Address", Bit: 192, Width: 128, Kind: FieldIPv6},
}

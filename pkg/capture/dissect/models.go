package dissect

import "slices"

// Model is one of the two ways to divide the work of a network into layers.
type Model struct {
	Name   string
	Source string // the document that defines it
	Note   string
	Layers []ModelLayer // the topmost first
}

// ModelLayer is one layer of a model.
type ModelLayer struct {
	Number  int // OSI's; of TCP/IP, which numbers none, counted from below
	Name    string
	Does    string
	Unit    string // what it calls a piece of data
	Address string // what it tells its peers apart by; "" for nothing
	OSI     []int  // of TCP/IP: the OSI layers that it answers to; of OSI: none

	// Protocols that are registered here with this layer, some of them.
	Examples []string
}

// Models are the TCP/IP model and the OSI model. What the layers do is data of
// this file; which protocols stand as examples is asked of the protocols
// themselves, so that it cannot differ from what a dissected packet says.
func Models() [2]Model {
	models := [2]Model{
		{Name: "TCP/IP", Source: "RFC 1122 section 1.1.3",
			Note: "Four layers, made to describe protocols that existed. Inside the application layer it makes no divisions: " +
				"how data is represented and how a dialogue is kept are left to each application.",
			Layers: []ModelLayer{
				{Number: 4, Name: "Application", Does: "what users and services want of each other: names, pages, mail, files, management",
					Unit: "message", Address: "name, URL, address of a mailbox", OSI: []int{7, 6, 5}},
				{Number: 3, Name: "Transport", Does: "carries data between processes of two hosts, with order and repetition or without",
					Unit: "segment (TCP), datagram (UDP)", Address: "port", OSI: []int{4}},
				{Number: 2, Name: "Internet", Does: "carries each datagram to its host, across networks of any kind, with no promise that it arrives",
					Unit: "datagram, packet", Address: "IP address", OSI: []int{3}},
				{Number: 1, Name: "Link", Does: "carries a datagram to a host or router on the same network, whatever that network is made of",
					Unit: "frame", Address: "hardware address", OSI: []int{2, 1}},
			}},
		{Name: "OSI", Source: "ISO/IEC 7498-1 (ITU-T X.200) section 7",
			Note: "Seven layers, made before most protocols that should fill them. The session and the presentation layer do not map " +
				"one to one: an internet protocol that does their work, such as TLS, does parts of both, and its place is a choice.",
			Layers: []ModelLayer{
				{Number: 7, Name: "Application", Does: "gives application processes access to communication", Unit: "message", Address: "application-entity title"},
				{Number: 6, Name: "Presentation", Does: "agrees on how information is represented: syntax, transformation, encryption", Unit: "message", Address: "presentation address"},
				{Number: 5, Name: "Session", Does: "organises and synchronises a dialogue: beginning, turns, checkpoints, end", Unit: "message", Address: "session address"},
				{Number: 4, Name: "Transport", Does: "carries data transparently from end system to end system, at the quality that was asked for", Unit: "segment", Address: "transport address"},
				{Number: 3, Name: "Network", Does: "routes and relays between end systems over any number of subnetworks", Unit: "packet", Address: "network address"},
				{Number: 2, Name: "Data Link", Does: "makes frames of bits between neighbours, and finds the errors of the physical layer", Unit: "frame", Address: "MAC address"},
				{Number: 1, Name: "Physical", Does: "passes bits over a medium: signals, timing, connectors", Unit: "bit"},
			}},
	}
	protos := Protos()
	for i := range models[0].Layers {
		l := &models[0].Layers[i]
		l.Examples = examples(protos, func(p *Proto) bool { return int(p.TCPIP) == l.Number })
	}
	for i := range models[1].Layers {
		l := &models[1].Layers[i]
		l.Examples = examples(protos, func(p *Proto) bool { return int(p.OSI) == l.Number })
	}
	return models
}

// maxExamples is how many protocols stand for a layer.
const maxExamples = 12

// examples picks protocols of a layer: those that most people know, and then
// others in the order of their registration.
func examples(protos []*Proto, in func(*Proto) bool) (names []string) {
	add := func(p *Proto) {
		if len(names) < maxExamples && in(p) && !slices.Contains(names, p.Name) {
			names = append(names, p.Name)
		}
	}
	for _, name := range [...]string{"eth", "vlan", "arp", "ppp", "lldp", "ip", "ipv6", "icmp", "icmpv6", "igmp", "ospf", "tcp", "udp", "sctp",
		"tls", "quic", "dns", "http", "dhcp", "ntp", "ssh", "smtp", "bgp"} {
		for _, p := range ProtoByName(name) {
			add(p)
		}
	}
	for _, p := range protos {
		if p.Name != "frame" && p.Name != "data" {
			add(p)
		}
	}
	return names
}

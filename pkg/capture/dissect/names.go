package dissect

import "sync"

// Protos lists all protocols that packets can be dissected into.
func Protos() []*Proto { return index().protos }

// FieldDefs lists the definitions that go by a name: mostly one; several where
// variants of a header share it; and for ip.addr, tcp.port and their like the
// fields of either direction, and for ip.version that of IPv6, too. It is nil for a name that no field has.
func FieldDefs(name string) []*Def { return index().fields[name] }

// ProtoByName lists the protocols that go by a name.
func ProtoByName(name string) []*Proto { return index().byName[name] }

type names struct {
	protos []*Proto
	byName map[string][]*Proto
	fields map[string][]*Def
}

// index is made when it is first asked for: most programs that link this package
// never do.
var index = sync.OnceValue(func() *names {
	n := &names{byName: map[string][]*Proto{}, fields: map[string][]*Def{}}
	for _, list := range [][]*Proto{coreProtos(), linkProtos(), appProtos()} {
		n.protos = append(n.protos, list...)
	}
	seen := map[*Def]bool{}
	put := func(d *Def) {
		if !seen[d] {
			seen[d] = true
			n.fields[d.Name] = append(n.fields[d.Name], d)
		}
	}
	for _, p := range n.protos {
		n.byName[p.Name] = append(n.byName[p.Name], p)
		for i := range p.Header {
			put(&p.Header[i])
		}
		for _, part := range p.Parts {
			for i := range part {
				put(&part[i])
			}
		}
		for _, d := range p.Fields {
			put(d)
		}
		for _, part := range p.Parts {
			for i := range part {
				put(&part[i])
			}
		}
	}
	for _, d := range answerDefs() {
		put(d)
	}
	for either, of := range map[string][2]string{
		"eth.addr":  {"eth.src", "eth.dst"},
		"ip.addr":   {"ip.src", "ip.dst"},
		"ipv6.addr": {"ipv6.src", "ipv6.dst"},
		"tcp.port":  {"tcp.srcport", "tcp.dstport"},
		"udp.port":  {"udp.srcport", "udp.dstport"},
		"sctp.port": {"sctp.srcport", "sctp.dstport"},
	} {
		for _, name := range of {
			n.fields[either] = append(n.fields[either], n.fields[name]...)
		}
	}
	n.fields["ip.version"] = append(n.fields["ip.version"], n.fields["ipv6.version"]...)
	return n
})

// coreProtos are the protocols of the files that no other list names.
func coreProtos() []*Proto {
	return []*Proto{&frameProto, &ethernet, &arp, &ipv4, &ipv6, &hopByHop, &destOpts, &routing, &fragmentHeader,
		&icmp, &icmpv6, &udp, &udpLite, &tcp, &data}
}

package pcapfilter

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// match is an id with its qualifiers.
func (g *generator) match(m *match) cond {
	q, id := m.q, &m.id
	if !q.set {
		g.refuse(ErrSyntax, "%q stands alone, and nothing before it says what it is: host, net, port …", id.text)
	}
	switch id.kind {
	case idName:
		return g.named(q, id.text)
	case idMAC:
		if q.proto != wLink || q.kind != none && q.kind != wHost {
			g.refuse(ErrUnsupported, `an Ethernet address takes "ether host", "ether src" or "ether dst" before it`)
		}
		g.etherOnly("an Ethernet address")
		return g.etherHost(id.mac, q.dir)
	case idIPv6, idIPv6Len:
		return g.ipv6(q, id)
	}
	switch q.kind {
	case wPort, wPortrange, wProto:
		if id.kind != idNumber {
			g.refuse(ErrUnsupported, "%s takes a number or a name, not an address", kindNames[q.kind])
		}
	case wGateway:
		g.refuse(ErrUnsupported, "gateway takes a name")
	}
	switch q.kind {
	case wPort, wPortrange:
		p := g.portProto(q)
		if id.n > 0xffff {
			g.refuse(ErrValue, "port %d is greater than 65535", id.n)
		}
		if q.kind == wPort {
			return g.port(id.n, p, q.dir)
		}
		return g.portRange(id.n, id.n, p, q.dir)
	case wProto:
		return g.proto(id.n, q.proto)
	}
	addr, mask := g.ipv4(q, id)
	return g.host(addr, mask, q)
}

var kindNames = map[word]string{none: "host", wHost: "host", wNet: "net", wPort: "port", wPortrange: "portrange", wProto: "proto", wGateway: "gateway"}

// ipv4 reads an address, which may be short, and the mask that goes with it.
func (g *generator) ipv4(q qualifiers, id *identifier) (addr, mask uint32) {
	mask = 1<<32 - 1
	switch id.kind {
	case idNumber:
		if q.proto == wLink {
			g.refuse(ErrUnsupported, "%s is no Ethernet address", id.text)
		}
		// A bare number is a net of one to four bytes, or a whole address.
		addr = id.n
		if q.kind == wNet && q.proto != wDECnet {
			for addr != 0 && addr&0xff000000 == 0 {
				addr <<= 8
				mask <<= 8
			}
		}
		return addr, mask
	case idDotted:
		if q.proto == wDECnet {
			return g.decnetAddr(id.text), mask
		}
		if q.proto == wLink {
			g.refuse(ErrUnsupported, "%s is no Ethernet address", id.text)
		}
		addr, bits := g.dotted(id.text)
		return addr, mask << (32 - bits)
	}
	addr, _ = g.dotted(id.text)
	what := ""
	if id.kind == idMask {
		mask, _ = g.dotted(id.mask)
		what = id.text + " mask " + id.mask
	} else {
		if id.n > 32 {
			g.refuse(ErrValue, "a prefix of IPv4 has no more than 32 bits, not %d", id.n)
		}
		mask = uint32(uint64(mask) << (32 - id.n))
		what = id.text + "/" + strconv.FormatUint(uint64(id.n), 10)
	}
	if addr&^mask != 0 {
		g.refuse(ErrValue, "%s has bits set outside the network", what)
	}
	if q.kind != wNet {
		g.refuse(ErrUnsupported, `%s is a network, and takes "net" before it`, what)
	}
	return addr, mask
}

// dotted reads one to four bytes, aligned to the left.
func (g *generator) dotted(s string) (addr uint32, bits int) {
	for part := range strings.SplitSeq(s, ".") {
		n, err := strconv.ParseUint(part, 10, 64)
		if err != nil || n > 255 {
			g.refuse(ErrValue, "%q is no IPv4 address or beginning of one", s)
		}
		addr = addr<<8 | uint32(n)
		bits += 8
	}
	return addr << (32 - bits), bits
}

// host tests an IPv4 address wherever the protocol, or each that may, has one.
func (g *generator) host(addr, mask uint32, q qualifiers) cond {
	switch q.proto {
	case none:
		q.proto = wIP
		ip := g.host(addr, mask, q)
		if g.labels > 0 {
			return ip
		}
		q.proto = wARP
		arp := g.host(addr, mask, q)
		q.proto = wRARP
		return either(ip, arp, g.host(addr, mask, q))
	case wIP:
		return g.addressIn(typeIP, 12, 16, addr, mask, q.dir)
	case wARP:
		return g.addressIn(typeARP, 14, 24, addr, mask, q.dir)
	case wRARP:
		return g.addressIn(typeRARP, 14, 24, addr, mask, q.dir)
	case wDECnet:
		return g.decnetHost(addr, q.dir)
	}
	g.refuse(ErrUnsupported, "%s packets have no IPv4 address of their own: ip, arp and rarp have", protoNames[q.proto])
	return nil
}

func (g *generator) addressIn(link, src, dst, addr, mask uint32, dir word) cond {
	return directed(dir, func(d word) cond {
		off := dst
		if d == wSrc {
			off = src
		}
		return all(g.linkProto(link), masked(g.network(off, 4), mask, addr))
	})
}

func (g *generator) ipv6(q qualifiers, id *identifier) cond {
	bits := 128
	if id.kind == idIPv6Len {
		if id.n > 128 {
			g.refuse(ErrValue, "a prefix of IPv6 has no more than 128 bits, not %d", id.n)
		}
		bits = int(id.n)
	}
	switch q.kind {
	case wPort, wPortrange, wProto, wGateway:
		g.refuse(ErrUnsupported, "%s does not take an IPv6 address", kindNames[q.kind])
	}
	p := netip.PrefixFrom(id.addr, bits)
	if p.Masked() != p {
		g.refuse(ErrValue, "%s has bits set outside the network", p)
	}
	if bits != 128 && q.kind != wNet {
		g.refuse(ErrUnsupported, `%s is a network, and takes "net" before it`, p)
	}
	return g.net6(p, q)
}

// net6 tests an IPv6 address against a prefix, four bytes at a time.
func (g *generator) net6(p netip.Prefix, q qualifiers) cond {
	if q.proto != none && q.proto != wIP6 {
		g.refuse(ErrUnsupported, "%s packets have no IPv6 address of their own: ip6 has", protoNames[q.proto])
	}
	addr := p.Addr().As16()
	return directed(q.dir, func(d word) cond {
		off := uint32(24)
		if d == wSrc {
			off = 8
		}
		cs := []cond{g.linkProto(typeIP6)}
		for i := range 4 {
			left := min(max(p.Bits()-32*i, 0), 32)
			mask := uint32(uint64(1<<32-1) << (32 - left))
			cs = append(cs, masked(g.network(off+uint32(4*i), 4), mask, binary.BigEndian.Uint32(addr[4*i:])))
		}
		return all(cs...)
	})
}

// decnetAddr reads area.node: 6 and 10 bits.
func (g *generator) decnetAddr(s string) uint32 {
	area, node, _ := strings.Cut(s, ".")
	a, err := strconv.ParseUint(area, 10, 32)
	n, err2 := strconv.ParseUint(node, 10, 32)
	if err != nil || err2 != nil {
		g.refuse(ErrValue, "%q is no DECnet address: area.node", s)
	}
	return uint32(a&0x3f<<10 | n&0x3ff)
}

// decnetHost tests data packets with the long or the short routing header, each
// with a byte of padding before it or without. DECnet is little-endian.
func (g *generator) decnetHost(addr uint32, dir word) cond {
	addr = addr&0xff<<8 | addr>>8&0xff
	return directed(dir, func(d word) cond {
		short, long := uint32(1), uint32(7)
		if d == wSrc {
			short, long = 3, 15
		}
		form := func(flags cond, off uint32) cond { return all(flags, is(g.network(off, 2), addr)) }
		return all(g.linkProto(typeDECnet), either(
			form(masked(g.network(2, 1), 0x07, 0x02), 2+short),
			form(masked(g.network(2, 2), 0xff07, 0x8102), 3+short),
			form(masked(g.network(2, 1), 0x07, 0x06), 2+long),
			form(masked(g.network(2, 2), 0xff07, 0x8106), 3+long)))
	})
}

// portProto is the IP protocol whose ports are meant, or 0 for all three.
func (g *generator) portProto(q qualifiers) uint32 {
	switch q.proto {
	case none:
		return 0
	case wTCP, wUDP, wSCTP:
		return ipProtos[q.proto].n
	}
	g.refuse(ErrUnsupported, "%s has no ports: tcp, udp and sctp have", protoNames[q.proto])
	return 0
}

// port tests for a port in TCP, UDP and SCTP, or the one of them that proto is.
func (g *generator) port(n, proto uint32, dir word) cond {
	return g.ports(proto, dir, func(v *value) cond { return is(v, n) })
}

func (g *generator) portRange(low, high, proto uint32, dir word) cond {
	if low > high {
		low, high = high, low
	}
	return g.ports(proto, dir, func(v *value) cond {
		return all(compare(opGe, v, constant(low)), invert(compare(opGt, v, constant(high))))
	})
}

func (g *generator) ports(proto uint32, dir word, matches func(*value) cond) cond {
	ends := func(tran func(off, size uint32) *value) cond {
		return directed(dir, func(d word) cond {
			if d == wSrc {
				return matches(tran(0, 2))
			}
			return matches(tran(2, 2))
		})
	}
	protos := []uint32{protoSCTP, protoTCP, protoUDP}
	if proto != 0 {
		protos = []uint32{proto}
	}
	var v4, v6 []cond
	for _, p := range protos {
		v4 = append(v4, all(is(g.network(9, 1), p), g.firstFragment(), ends(g.transport4)))
		v6 = append(v6, all(is(g.network(6, 1), p), ends(g.transport6)))
	}
	ip6 := all(g.linkProto(typeIP6), either(v6...))
	return either(ip6, all(g.linkProto(typeIP), either(v4...)))
}

// named is an id that is a name.
func (g *generator) named(q qualifiers, name string) cond {
	switch q.kind {
	case wPort:
		port, proto := g.service(name)
		return g.port(port, g.agree(q, name, proto), q.dir)
	case wPortrange:
		low, high, proto := g.serviceRange(name)
		return g.portRange(low, high, g.agree(q, name, proto), q.dir)
	case wProto:
		return g.proto(g.protoByName(name, q.proto), q.proto)
	case wNet:
		p := resolve(g, "network", name, g.cfg.Resolve.Net).Masked()
		if p.Addr().Is4() {
			a := p.Addr().As4()
			return g.host(binary.BigEndian.Uint32(a[:]), uint32(uint64(1<<32-1)<<(32-p.Bits())), q)
		}
		return g.net6(p, q)
	case wGateway:
		return g.gateway(q, name)
	}
	switch q.proto {
	case wLink:
		g.etherOnly("an Ethernet host's name")
		return g.etherHost(resolve(g, "Ethernet host", name, g.cfg.Resolve.Ether), q.dir)
	case wDECnet:
		g.refuse(ErrUnsupported, "names of DECnet hosts are not supported: %q", name)
	}
	return g.hostByName(q, name)
}

// resolve asks a hook.
func resolve[T any](g *generator, what, name string, f func(string) (T, error)) T {
	var v T
	if f == nil {
		g.refuse(ErrUnknownName, "%q is no address, and names of a %s are not looked up", name, what)
		return v
	}
	v, err := f(name)
	if err != nil {
		g.refuse(err, "%s %q: %v", what, name, err)
	}
	return v
}

// hostByName tests for each address of the name that the protocol can have.
func (g *generator) hostByName(q qualifiers, name string) cond {
	var cs []cond
	for _, a := range resolve(g, "host", name, g.cfg.Resolve.Host) {
		a = a.Unmap()
		switch {
		case a.Is4() && q.proto != wIP6:
			b := a.As4()
			cs = append(cs, g.host(binary.BigEndian.Uint32(b[:]), 1<<32-1, q))
		case a.Is6() && q.proto != wIP && q.proto != wARP && q.proto != wRARP:
			cs = append(cs, g.net6(netip.PrefixFrom(a, 128), q))
		}
	}
	if cs == nil {
		g.refuse(ErrUnknownName, "%q has no address of the family asked for", name)
	}
	return either(cs...)
}

// gateway is "ether host NAME and not host NAME".
func (g *generator) gateway(q qualifiers, name string) cond {
	switch q.proto {
	case none, wIP, wARP, wRARP:
	default:
		g.refuse(ErrUnsupported, "gateway takes ip, arp, rarp or nothing before it, not %s", protoNames[q.proto])
	}
	g.etherOnly("gateway")
	mac := resolve(g, "Ethernet host", name, g.cfg.Resolve.Ether)
	q.kind, q.dir = wHost, none
	return all(g.etherHost(mac, none), invert(g.hostByName(q, name)))
}

// agree checks the protocol that a service's name brings against the one that
// was written.
func (g *generator) agree(q qualifiers, name string, real uint32) uint32 {
	p := g.portProto(q)
	if p == 0 {
		return real
	}
	if real != 0 && real != p {
		g.refuse(ErrUnsupported, "%q is not a service of %s", name, protoNames[q.proto])
	}
	return p
}

// service is the port of a service's name, with its protocol or 0.
func (g *generator) service(name string) (port, proto uint32) {
	if f := g.cfg.Resolve.Port; f != nil {
		if n, p, err := f(name); err == nil {
			return uint32(n), uint32(p)
		}
	}
	if s, ok := services[name]; ok {
		return s.port, s.proto
	}
	n, err := strconv.ParseUint(name, 10, 16)
	if err != nil {
		g.refuse(ErrUnknownName, "%q is no known service", name)
	}
	return uint32(n), 0
}

// serviceRange reads "low-high".
func (g *generator) serviceRange(s string) (low, high, proto uint32) {
	l, h, ok := strings.Cut(s, "-")
	if !ok {
		g.refuse(ErrSyntax, "%q is no range of ports: low-high", s)
	}
	low, proto = g.service(l)
	high, other := g.service(h)
	if proto != other {
		proto = 0
	}
	return low, high, proto
}

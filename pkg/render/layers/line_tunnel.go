package layers

// Packets inside packets on one line: RFC 2784 and RFC 2890 (GRE), RFC 7348 (VXLAN),
// RFC 8926 (Geneve). tcpdump begins a new line behind a VXLAN header; here the line
// goes on.

// inside writes the packet behind the layer of that name, and reports whether
// there is one.
func (l *liner) inside(name string) bool {
	i := l.carried(name)
	if i < 0 {
		return false
	}
	at := len(l.dst)
	l.text(": ")
	if l.fromLayer(i + 1) {
		return true
	}
	l.dst = l.dst[:at]
	return false
}

// carried is the layer of that name between the header of IP under way and the
// next one, which has tunnels of its own; -1 where there is none.
func (l *liner) carried(name string) int {
	if l.p == nil {
		return -1
	}
	for i := l.net + 1; i < len(l.p.Layers); i++ {
		switch l.p.Layers[i].Proto.Name {
		case name:
			return i
		case "ip", "ipv6":
			return -1
		}
	}
	return -1
}

func (l *liner) has(name string) bool { return l.carried(name) >= 0 }

// tunnel writes what UDP carries if that is a tunnel.
func (l *liner) tunnel(b []byte) bool {
	switch {
	case l.p == nil || len(b) < 8:
		return false
	case l.has("vxlan"):
		l.text("VXLAN, flags [")
		if b[0]&0x08 != 0 {
			l.text("I")
		} else {
			l.text(".")
		}
		l.text("] (0x")
		l.dst = appendHex(l.dst, uint64(b[0]), 2)
		l.num("), vni ", uint64(be32(b[4:])>>8))
		l.inside("vxlan")
		return true
	case l.has("geneve"):
		l.text("Geneve, Flags [")
		switch flags := b[1] & 0xc0; flags {
		case 0:
			l.text("none")
		case 0x40:
			l.text("C")
		case 0x80:
			l.text("O")
		default:
			l.text("OC")
		}
		l.text("], vni 0x")
		l.dst = appendHex(l.dst, uint64(be32(b[4:])>>8), 1)
		if n := int(b[0]&0x3f) * 4; n > 0 {
			l.num(", options [", uint64(n))
			l.text(" bytes]")
		}
		l.inside("geneve")
		return true
	}
	return false
}

// gre writes a GRE header of version 0 and what it carries.
func (l *liner) gre(b []byte, size int) bool {
	if !l.has("gre") || len(b) < 4 || b[1]&7 != 0 {
		return false
	}
	l.text("GREv0")
	at := 4
	if b[0]&0x80 != 0 {
		at += 4
	}
	if b[0]&0x20 != 0 && len(b) >= at+4 {
		l.text(", key=0x")
		l.dst = appendHex(l.dst, uint64(be32(b[at:])), 1)
		at += 4
	}
	if b[0]&0x10 != 0 && len(b) >= at+4 {
		l.num(", seq ", uint64(be32(b[at:])))
	}
	l.num(", length ", uint64(max(0, size)))
	l.inside("gre")
	return true
}

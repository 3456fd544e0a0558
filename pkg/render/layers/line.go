package layers

// One line a packet, as tcpdump 4.99 writes it with -nn. The headers up to the
// transport are written from the bytes; what an application says comes from its
// dissector (Packet.Info).

import (
	"bytes"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// liner writes one line.
type liner struct {
	r    *Renderer
	dst  []byte
	m    *dissect.Meta
	p    *dissect.Packet // nil: only what needs no dissection
	base Base
	left int // octets on the wire from here on, by the record's length
	net  int // index of the layer of IP under way
}

// AppendQuickLine writes a packet as one line if that takes no more than its
// headers: plain TCP, UDP, ICMP and ARP. If not, it reports false and dst is as it
// was; AppendLine then does it.
func (r *Renderer) AppendQuickLine(dst []byte, m *dissect.Meta, w When, base Base) ([]byte, bool) {
	l := liner{r: r, dst: dst, m: m, base: base}
	if !l.write(w) {
		return dst, false
	}
	return append(l.dst, '\n'), true
}

// AppendLine writes a packet as one line. It reads the packet's bytes, its layers
// and its Info; fields are not needed.
func (r *Renderer) AppendLine(dst []byte, p *dissect.Packet, w When, base Base) []byte {
	l := liner{r: r, dst: dst, m: &p.Meta, p: p, base: base}
	if !l.write(w) {
		l = liner{r: r, dst: dst, m: &p.Meta, p: p}
		l.time(w)
		l.info()
	}
	return append(l.dst, '\n')
}

// write reports whether it wrote the line.
func (l *liner) write(w When) bool {
	var q dissect.Quick
	data := l.m.Data
	at := 0
	if l.p != nil {
		return l.byLayers(w)
	}
	switch {
	case q.Decode(l.m.LinkType, data, l.m.OrigLen):
		if at = q.Net; !cooked(l.m.LinkType) && (at < 2 || be16(data[at-2:]) != q.EtherType) {
			return false // something lies between that has words of its own
		}
	case q.EtherType == wire.EtherTypeARP:
		at = linkLen(l.m.LinkType, data)
	default:
		return false
	}
	l.left = l.m.OrigLen - at
	l.time(w)
	switch q.EtherType {
	case wire.EtherTypeIPv4:
		l.text("IP ")
		return l.ipv4(data[at:])
	case wire.EtherTypeIPv6:
		l.text("IP6 ")
		return l.ipv6(data[at:])
	}
	return l.arp(data[at:])
}

// byLayers writes a packet that has been dissected, from its first header of IP or
// ARP on. What lies below has words only where tcpdump has some without -e.
func (l *liner) byLayers(w When) bool {
	l.time(w)
	return l.fromLayer(0)
}

func (l *liner) fromLayer(first int) bool {
	for i := first; i < len(l.p.Layers); i++ {
		y := &l.p.Layers[i]
		if y.Buf != 0 || y.Off > len(l.m.Data) {
			break
		}
		b := l.m.Data[y.Off:]
		l.left, l.net = l.m.OrigLen-y.Off, i
		switch y.Proto.Name {
		case "ip":
			l.text("IP ")
			return l.ipv4(b)
		case "ipv6":
			l.text("IP6 ")
			return l.ipv6(b)
		case "arp":
			return l.arp(b)
		case "mpls":
			l.mpls(b[:min(y.Len, len(b))])
		case "frame", "eth", "vlan", "sll", "null", "raw", "loop", "ieee8021ad":
		default:
			if y.Len > 0 && y.Proto.TCPIP != dissect.Link {
				return false
			}
		}
	}
	return false
}

// mpls writes an entry of the label stack (RFC 3032 2.1).
func (l *liner) mpls(b []byte) {
	for i := 0; len(b) >= 4; i, b = i+1, b[4:] {
		v := be32(b)
		if !bytes.HasSuffix(l.dst, []byte("), ")) && i == 0 {
			l.text("MPLS ")
		}
		l.num("(label ", uint64(v>>12))
		l.num(", tc ", uint64(v>>9&7))
		if v>>8&1 != 0 {
			l.text(", [S]")
		}
		l.num(", ttl ", uint64(v&255))
		if v>>8&1 != 0 {
			l.text(") ")
		} else {
			l.text("), ")
		}
	}
}

// cooked says whether IP follows the link header without an EtherType before it.
func cooked(t capture.LinkType) bool {
	switch t {
	case capture.LinkTypeRaw, capture.LinkTypeIPv4, capture.LinkTypeIPv6, capture.LinkTypeNull, capture.LinkTypeLoop, capture.LinkTypeLinuxSLL2:
		return true
	}
	return false
}

// linkLen is where what the link carries begins, behind its tags.
func linkLen(t capture.LinkType, b []byte) int {
	at := 0
	switch t {
	case capture.LinkTypeEthernet:
		at = wire.EthernetHeaderLen
	case capture.LinkTypeLinuxSLL:
		at = 16
	case capture.LinkTypeLinuxSLL2:
		return min(20, len(b))
	}
	for at+wire.VLANTagLen <= len(b) && at >= 2 && be16(b[at-2:]) != wire.EtherTypeARP {
		at += wire.VLANTagLen
	}
	return min(at, len(b))
}

func (l *liner) time(w When) { l.dst = append(l.r.appendTime(l.dst, w, true), ' ') }

func (l *liner) text(s string) { l.dst = append(l.dst, s...) }
func (l *liner) uint(v uint64) { l.dst = appendUint(l.dst, v) }
func (l *liner) num(s string, v uint64) {
	l.dst = append(l.dst, s...)
	l.dst = appendUint(l.dst, v)
}

func (l *liner) addr(b []byte) {
	if n := l.r.c.Names; n != nil && n.Hosts != nil {
		l.dst = n.appendHost(l.dst, b)
		return
	}
	l.dst = appendAddr(l.dst, b)
}

func (l *liner) port(udp bool, port uint16) {
	if l.r.c.Names != nil {
		if s := ServiceName(udp, port); s != "" {
			l.text(s)
			return
		}
	}
	l.uint(uint64(port))
}

// ends writes "a > b: ".
func (l *liner) ends(src, dst []byte) {
	if src == nil {
		return // written before
	}
	l.addr(src)
	l.text(" > ")
	l.addr(dst)
	l.text(": ")
}

func (l *liner) portEnds(udp bool, src, dst, t []byte) {
	if src != nil {
		l.addr(src)
		l.text(".")
	}
	l.port(udp, be16(t))
	l.text(" > ")
	if src != nil {
		l.addr(dst)
		l.text(".")
	}
	l.port(udp, be16(t[2:]))
	l.text(": ")
}

// info writes what the dissectors say about a packet that has no form above.
func (l *liner) info() {
	if len(l.p.Info) > 0 {
		l.dst = appendText(l.dst, l.p.Info)
		return
	}
	for i := range l.p.Layers {
		if y := &l.p.Layers[i]; y.Proto.Name != "frame" {
			if l.dst[len(l.dst)-1] != ' ' {
				l.text(", ")
			}
			l.text(y.Proto.Title)
		}
	}
	l.num(", length ", uint64(l.m.OrigLen))
}

// What the dissectors of the transports say, which is written here.
var tcpInfo, udpInfo = []byte("Flags ["), []byte("UDP, ")

// app writes what the application's dissector says, sep before it, and reports
// whether it says anything.
func (l *liner) app(sep string) bool {
	if l.p == nil || len(l.p.Info) == 0 || bytes.HasPrefix(l.p.Info, tcpInfo) || bytes.HasPrefix(l.p.Info, udpInfo) {
		return false
	}
	l.text(sep)
	l.dst = appendText(l.dst, l.p.Info)
	return true
}

// RFC 826 and RFC 903.
func (l *liner) arp(b []byte) bool {
	if len(b) < 8 || len(b) < 8+2*int(b[4])+2*int(b[5]) {
		l.text(" [|arp]")
		return true
	}
	hw, proto := int(b[4]), int(b[5])
	l.text("ARP, ")
	if be16(b[2:]) != wire.EtherTypeIPv4 || proto != 4 || hw == 0 {
		l.foreignARP(b)
		return true
	}
	sender, target := b[8:8+hw+4], b[12+hw:16+2*hw]
	switch op := be16(b[6:]); op {
	case 1:
		l.text("Request who-has ")
		l.addr(target[hw:])
		if given(target[:hw]) {
			l.text(" (")
			l.dst = append(appendMAC(l.dst, target[:hw]), ')')
		}
		l.text(" tell ")
		l.addr(sender[hw:])
	case 2:
		l.text("Reply ")
		l.addr(sender[hw:])
		l.text(" is-at ")
		l.dst = appendMAC(l.dst, sender[:hw])
	case 3:
		l.text("Reverse Request who-is ")
		l.dst = appendMAC(l.dst, target[:hw])
		l.text(" tell ")
		l.dst = appendMAC(l.dst, sender[:hw])
	case 4:
		l.text("Reverse Reply ")
		l.dst = appendMAC(l.dst, target[:hw])
		l.text(" at ")
		l.addr(target[hw:])
	default:
		l.num("Unknown (", uint64(op))
		l.text(") ")
		return true
	}
	l.num(", length ", uint64(max(0, l.left)))
	return true
}

// foreignARP writes what is not about IPv4 addresses.
func (l *liner) foreignARP(b []byte) {
	switch hw := be16(b); hw {
	case 1:
		l.text("Ethernet")
	default:
		l.num("Unknown Hardware (", uint64(hw))
		l.text(")")
	}
	l.num(" (len ", uint64(b[4]))
	switch proto := be16(b[2:]); proto {
	case wire.EtherTypeIPv4:
		l.text("), IPv4")
	default:
		l.text("), Unknown Protocol (0x")
		l.dst = append(appendHex(l.dst, uint64(proto), 4), ')')
	}
	l.num(" (len ", uint64(b[5]))
	l.num("), length ", uint64(max(0, l.left)))
}

func given(addr []byte) bool {
	for _, c := range addr {
		if c != 0 {
			return true
		}
	}
	return false
}

// RFC 791.
func (l *liner) ipv4(b []byte) bool {
	if len(b) < 20 || b[0]>>4 != 4 {
		return false
	}
	n, size := int(b[0]&15)*4, int(be16(b[2:]))
	if n < 20 || n > len(b) || size != 0 && size < n {
		return false
	}
	if size == 0 { // the sender left the cutting, and the length, to its device
		size = l.left
	}
	if missing := size - l.left; missing > 0 {
		l.num("truncated-ip - ", uint64(missing))
		l.text(" bytes missing! ")
	}
	src, dst, rest := b[12:16], b[16:20], b[n:min(len(b), size)]
	frag := be16(b[6:])
	if frag&0x1fff != 0 {
		l.addr(src)
		l.text(" > ")
		l.addr(dst)
		l.text(": ")
		l.text(protocolName(b[9]))
		return true
	}
	return l.transport(b[9], src, dst, rest, size-n, frag&0x2000 != 0)
}

// RFC 8200 sections 3 and 4. Behind an extension header the ports stand alone, as
// the addresses have been written.
func (l *liner) ipv6(b []byte) bool {
	if len(b) < 40 || b[0]>>4 != 6 {
		return false
	}
	size := int(be16(b[4:]))
	if size == 0 {
		size = l.left - 40
	}
	if missing := size + 40 - l.left; missing > 0 {
		l.num("truncated-ip6 - ", uint64(missing))
		l.text(" bytes missing!")
	}
	src, dst, next, rest := b[8:24], b[24:40], b[6], b[40:min(len(b), 40+max(0, size))]
	fragment := false
	for first := true; next == wire.ProtoHopByHop || next == wire.ProtoDestOpts || next == wire.ProtoFragment; first = false {
		if len(rest) < 8 {
			return false
		}
		if first {
			l.ends(src, dst)
		}
		n := 8
		switch next {
		case wire.ProtoFragment:
			at := be16(rest[2:])
			l.num("frag (", uint64(at&^7))
			l.num("|", uint64(max(0, size-n)))
			l.text(") ")
			if fragment = true; at&^7 != 0 {
				return true
			}
		case wire.ProtoHopByHop:
			n = int(rest[1])*8 + 8
			l.text("HBH ")
		default:
			n = int(rest[1])*8 + 8
			l.text("DSTOPT ")
		}
		if len(rest) < n {
			return false
		}
		next, rest, size = rest[0], rest[n:], size-n
		src, dst = nil, nil
	}
	return l.transport(next, src, dst, rest, size, fragment)
}

// transport writes what IP carries: b is there, size octets were sent.
func (l *liner) transport(proto byte, src, dst, b []byte, size int, fragment bool) bool {
	switch proto {
	case wire.ProtoTCP:
		return l.tcp(src, dst, b, size)
	case wire.ProtoUDP:
		return l.udp(src, dst, b, size, fragment)
	case wire.ProtoICMP:
		l.ends(src, dst)
		return l.icmpv4(b, size)
	case wire.ProtoICMPv6:
		l.ends(src, dst)
		return l.icmpv6(b, size)
	}
	if l.p == nil {
		return false
	}
	l.ends(src, dst)
	l.left = size
	switch {
	case proto == 4:
		l.text("IP ")
		return l.ipv4(b)
	case proto == 41:
		l.text("IP6 ")
		return l.ipv6(b)
	case proto == 47 && l.gre(b, size):
		return true
	}
	if !l.app("") {
		l.text(protocolName(proto))
		l.num(" ", uint64(max(0, size)))
	}
	return true
}

func protocolName(p byte) string {
	switch p {
	case wire.ProtoTCP:
		return "tcp"
	case wire.ProtoUDP:
		return "udp"
	case wire.ProtoICMP:
		return "icmp"
	}
	return "ip-proto-" + string(appendUint(nil, uint64(p)))
}

// RFC 768.
func (l *liner) udp(src, dst, b []byte, size int, fragment bool) bool {
	if len(b) < 8 {
		return false
	}
	if l.p == nil && (dissectedPort(true, be16(b)) || dissectedPort(true, be16(b[2:]))) {
		return false
	}
	l.portEnds(true, src, dst, b)
	stated := int(be16(b[4:]))
	if stated == 0 && size > 65535 {
		stated = size
	}
	if stated < 8 {
		l.num("truncated-udplength ", uint64(stated))
		return true
	}
	if l.tunnel(b[8:]) || l.app("") {
		return true
	}
	if stated > size && !fragment {
		l.num("UDP, bad length ", uint64(stated-8))
		l.num(" > ", uint64(size-8))
		return true
	}
	l.num("UDP, length ", uint64(stated-8))
	return true
}

// appendHost writes an address by its name, if it has one.
func (n *Names) appendHost(dst, b []byte) []byte {
	if name := n.host(b); name != "" {
		return appendText(dst, []byte(name))
	}
	return appendAddr(dst, b)
}

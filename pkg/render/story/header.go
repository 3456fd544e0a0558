package story

import (
	"fmt"
	"net/netip"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

// layers of a captured frame. Each may be missing.
type layers struct {
	eth, arp, ip4, ip6, icmp6, udp, tcp []byte
}

// dissect reads a captured frame as far as it can be trusted. A frame that was cut
// off is read as far as it goes.
func dissect(b []byte) (l layers) {
	e, err := wire.ParseEthernet(b)
	if err != nil {
		return l
	}
	l.eth = b[:e.HeaderLen()]
	rest := e.Payload()
	var proto uint8
	switch e.EtherType() {
	case wire.EtherTypeARP:
		if a, err := wire.ParseARP(rest); err == nil {
			l.arp = a[:wire.ARPLen]
		}
		return l
	case wire.EtherTypeIPv4:
		p, err := wire.ParseIPv4Header(rest)
		if err != nil || p.FragOffset() > 0 {
			return l
		}
		l.ip4, proto, rest = p.HeaderBytes(), p.Protocol(), rest[p.HeaderLen():min(len(rest), max(p.TotalLen(), p.HeaderLen()))]
	case wire.EtherTypeIPv6:
		p, err := wire.ParseIPv6Header(rest)
		if err != nil {
			return l
		}
		l.ip6, proto, rest = rest[:wire.IPv6HeaderLen], p.NextHeader(), rest[wire.IPv6HeaderLen:min(len(rest), wire.IPv6HeaderLen+p.PayloadLen())]
	}
	switch proto {
	case wire.ProtoTCP:
		if t, err := wire.ParseTCP(rest); err == nil {
			l.tcp = t
		}
	case wire.ProtoUDP:
		if len(rest) >= wire.UDPHeaderLen {
			l.udp = rest
		}
	case wire.ProtoICMPv6:
		if m, err := wire.ParseICMPv6(rest); err == nil {
			l.icmp6 = m
		}
	}
	return l
}

func (r *run) layers(packet int) layers { return dissect(r.data[packet]) }

// headerOf adds a drawing of a header, when its bytes were captured.
func (p *Part) headerOf(packet int, name, ref string, table []wire.Field, b []byte) {
	if len(b) == 0 {
		return
	}
	h := Header{Name: name, Ref: ref, Packet: packet}
	for _, f := range table {
		v, ok := fieldValue(f, b)
		if !ok {
			return // cut off
		}
		h.Fields = append(h.Fields, Field{Name: f.Name, Label: f.Label, Bit: f.Bit, Width: f.Width, Value: v})
	}
	p.Headers = append(p.Headers, h)
}

func fieldValue(f wire.Field, b []byte) (string, bool) {
	switch f.Kind {
	case wire.FieldMAC:
		v, ok := f.Bytes(b)
		if !ok || len(v) != 6 {
			return "", false
		}
		return wire.MAC(v).String(), true
	case wire.FieldIPv4, wire.FieldIPv6:
		v, ok := f.Bytes(b)
		a, ok2 := netip.AddrFromSlice(v)
		return a.String(), ok && ok2
	}
	v, ok := f.Uint(b)
	switch {
	case !ok:
		return "", false
	case f.Kind == wire.FieldHex:
		return fmt.Sprintf("0x%0*x", (f.Width+3)/4, v), true
	case f.Unit > 0 && v > 0:
		return fmt.Sprintf("%d (%d bytes)", v, v*uint64(f.Unit)), true
	}
	return strconv.FormatUint(v, 10), true
}

// payload is the data of a captured TCP segment and where they begin in the frame.
func (r *run) payload(packet int) (offset int, data []byte) {
	t := r.layers(packet).tcp
	if t == nil {
		return 0, nil
	}
	data = wire.TCP(t).Payload()
	l := r.layers(packet)
	return len(l.eth) + len(l.ip4) + len(l.ip6) + wire.TCP(t).HeaderLen(), data
}

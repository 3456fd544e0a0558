package story

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Missing is the value of a fact whose event is not in the record.
const Missing = "did not happen"

func (p *Part) number(name string, n int64, unit string, packet int) {
	p.Facts = append(p.Facts, Fact{Name: name, Value: Value{Number: n}, Unit: unit, Packet: packet})
}

func (p *Part) text(name, s string, packet int) {
	p.Facts = append(p.Facts, Fact{Name: name, Value: Value{Text: s, IsText: true}, Packet: packet})
}

func (p *Part) textf(packet int, name, format string, args ...any) {
	p.text(name, fmt.Sprintf(format, args...), packet)
}

func (p *Part) missing(name string) { p.text(name, Missing, 0) }

// modelled marks the latest fact with what its event says of how it is known.
func (p *Part) modelled(e *trace.Event) {
	if e.Evidence == trace.Modelled {
		p.Facts[len(p.Facts)-1].Evidence = e.Evidence.String()
	}
}

func (p *Part) points(packets ...int) {
	for _, n := range packets {
		if n > 0 {
			p.Packets = append(p.Packets, n)
		}
	}
}

// never says that a part did not happen.
func (p *Part) never(format string, args ...any) {
	p.Happened = false
	p.Text = "This did not happen: " + fmt.Sprintf(format, args...)
}

func (p *Part) told(format string, args ...any) {
	p.Happened = true
	p.Text = fmt.Sprintf(format, args...)
}

// finish puts the packets of a part in order.
func (p *Part) finish() {
	for _, f := range p.Facts {
		p.points(f.Packet)
	}
	slices.Sort(p.Packets)
	p.Packets = slices.Compact(p.Packets)
	if len(p.Packets) > maxPackets {
		p.Packets = p.Packets[:maxPackets]
	}
	if p.Facts == nil {
		p.Facts = []Fact{}
	}
	if p.Packets == nil {
		p.Packets = []int{}
	}
}

func (s *Step) finish() {
	s.Part.finish()
	for i := range s.Parts {
		s.Parts[i].finish()
		if len(s.Parts[i].Packets) > 0 {
			s.Packets = append(s.Packets, s.Parts[i].Packets...)
		}
	}
	s.Part.finish()
}

// add appends a further part and returns it. The pointer is good until the next add.
func (s *Step) add(title, about string) *Part {
	s.Parts = append(s.Parts, Part{Title: title, About: about})
	return &s.Parts[len(s.Parts)-1]
}

// count writes a number with its noun: "1 packet", "2 packets".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// duration writes nanoseconds for people: three significant digits or more.
func duration(ns int64) string {
	neg := ""
	if ns < 0 {
		neg, ns = "-", -ns
	}
	var s string
	switch {
	case ns < 1000:
		return fmt.Sprintf("%s%d ns", neg, ns)
	case ns < 1000_000:
		s = fmt.Sprintf("%.3f µs", float64(ns)/1e3)
	case ns < 1000_000_000:
		s = fmt.Sprintf("%.3f ms", float64(ns)/1e6)
	default:
		s = fmt.Sprintf("%.3f s", float64(ns)/1e9)
	}
	return neg + s
}

func mac(m [6]byte) string { return wire.MAC(m).String() }

// flagNames are flags as people write them, "SYN, ACK".
func flagNames(f uint16) string {
	var out []string
	for _, n := range []struct {
		bit  wire.TCPFlags
		name string
	}{{wire.SYN, "SYN"}, {wire.FIN, "FIN"}, {wire.RST, "RST"}, {wire.PSH, "PSH"}, {wire.ACK, "ACK"}, {wire.URG, "URG"}, {wire.ECE, "ECE"}, {wire.CWR, "CWR"}} {
		if wire.TCPFlags(f).Has(n.bit) {
			out = append(out, n.name)
		}
	}
	return strings.Join(out, ", ")
}

// masked is an address AND the mask of a prefix.
func masked(a netip.Addr, bits int) netip.Addr {
	p, err := a.WithZone("").Prefix(bits)
	if err != nil {
		return netip.Addr{}
	}
	return p.Addr()
}

// maskOf is the mask of an IPv4 prefix as an address; of an IPv6 prefix likewise.
func maskOf(p netip.Prefix) netip.Addr {
	ones := netip.AddrFrom4([4]byte{255, 255, 255, 255})
	if p.Addr().Is6() {
		var b [16]byte
		for i := range b {
			b[i] = 255
		}
		ones = netip.AddrFrom16(b)
	}
	return masked(ones, p.Bits())
}

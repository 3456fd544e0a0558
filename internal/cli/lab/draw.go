package lab

import (
	"fmt"
	"net/netip"
	"strings"

	"github.com/netkit-go/netkit/pkg/lab"
)

// draw draws each switch as a bus with its hosts above it, and the routers below,
// with what they join:
//
//	LAN A  198.51.100.0/25  2001:db8:a::/64
//
//	  client   peer   printer
//	    .2      .3      .9
//	    ‖       │       │
//	  ══╧═══════╧═══════╧══════ sw1 ── r1 .1
func (d Show) draw(width int) string {
	var b strings.Builder
	for _, sw := range d.Nodes {
		if sw.Kind == "switch" {
			d.drawSwitch(&b, sw, width)
		}
	}
	for _, l := range d.Links {
		a, pa := d.end(l.A)
		z, pz := d.end(l.B)
		if a.Kind != "switch" && z.Kind != "switch" {
			fmt.Fprintf(&b, "%s\n\n", d.title(pa.Addrs))
			fmt.Fprintf(&b, "  %s %s ══════ %s %s", a.Name, short(pa.Addrs), z.Name, short(pz.Addrs))
			if a.Kind == "gateway" || z.Kind == "gateway" {
				b.WriteString(" ─ ─ this machine's sockets, in machine time only")
			}
			b.WriteString("\n")
		}
	}
	for _, l := range d.Links {
		if l.Impaired {
			fmt.Fprintf(&b, "\n‖ the impairment flags act on this cable: %s to %s\n", l.A, l.B)
		}
	}
	return b.String()
}

// end finds "node port".
func (d Show) end(s string) (node lab.Node, port lab.Port) {
	name, dev, _ := strings.Cut(s, " ")
	for _, n := range d.Nodes {
		for _, p := range n.Ports {
			if n.Name == name && p.Name == dev {
				return n, p
			}
		}
	}
	return node, port
}

// title names the networks that a port is in.
func (d Show) title(addrs []netip.Prefix) string {
	var parts []string
	for _, a := range addrs {
		for _, n := range d.Networks {
			if n.Prefix == a.Masked() {
				if len(parts) == 0 {
					parts = append(parts, n.Where)
				}
				parts = append(parts, n.Prefix.String())
			}
		}
	}
	return strings.Join(parts, "  ")
}

// short is an IPv4 address's last part.
func short(addrs []netip.Prefix) string {
	for _, a := range addrs {
		if a.Addr().Is4() {
			return fmt.Sprintf(".%d", a.Addr().As4()[3])
		}
	}
	return ""
}

// stop is one cable on a bus.
type stop struct {
	name, addr string
	impaired   bool
}

func (d Show) drawSwitch(b *strings.Builder, sw lab.Node, width int) {
	var hosts []stop
	var routers []string
	title := ""
	for _, l := range d.Links {
		far := ""
		switch {
		case strings.HasPrefix(l.A, sw.Name+" "):
			far = l.B
		case strings.HasPrefix(l.B, sw.Name+" "):
			far = l.A
		default:
			continue
		}
		n, p := d.end(far)
		if title == "" {
			title = d.title(p.Addrs)
		}
		if n.Kind == "router" {
			routers = append(routers, n.Name+" "+short(p.Addrs))
		} else {
			hosts = append(hosts, stop{n.Name, short(p.Addrs), l.Impaired})
		}
	}
	fmt.Fprintf(b, "%s\n\n", title)
	tail := " " + sw.Name
	if len(routers) > 0 {
		tail += " ── " + strings.Join(routers, ", ")
	}
	for len(hosts) > 0 {
		n, used := 0, 4+len([]rune(tail))
		for n < len(hosts) && (n == 0 || used+cell(hosts[n]) <= width) {
			used += cell(hosts[n])
			n++
		}
		row := hosts[:n]
		hosts = hosts[n:]
		names, addrs, wires, bus := "  ", "  ", "  ", "  "
		for _, h := range row {
			w, wire := cell(h), "│"
			if h.impaired {
				wire = "‖"
			}
			names += centre(h.name, w, " ")
			addrs += centre(h.addr, w, " ")
			wires += centre(wire, w, " ")
			bus += centre("╧", w, "═")
		}
		if len(hosts) == 0 {
			bus += "══" + tail
		} else {
			bus += "══ …"
		}
		for _, line := range []string{names, addrs, wires, bus} {
			b.WriteString(strings.TrimRight(line, " ") + "\n")
		}
		b.WriteString("\n")
	}
}

func cell(h stop) int { return max(len(h.name), len(h.addr)) + 3 }

func centre(s string, width int, fill string) string {
	n := width - len([]rune(s))
	return strings.Repeat(fill, n/2) + s + strings.Repeat(fill, n-n/2)
}

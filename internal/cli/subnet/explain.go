package subnet

import (
	"bufio"
	"fmt"
	"net/netip"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/subnet"
)

// The colours of the drawing: the network part and the host part.
const (
	colorNetwork = "\x1b[36m"
	colorHost    = "\x1b[33m"
	colorOff     = "\x1b[0m"
)

// explain draws the AND of address and mask, and what a host decides by it.
func explain(w *bufio.Writer, s *cli.Streams, f *subnet.Facts, to netip.Addr) error {
	color := s.Color()
	n, width := f.Prefix.Bits(), f.Prefix.Addr().BitLen()
	fmt.Fprintf(w, "%s/%d: %s of network, %s of host\n\n", cli.Escape(f.Item.Addr.String()), n, bits(n), bits(width-n))
	draw := func(name string, a netip.Addr) { drawBits(w, name, a, n, color) }
	draw("address", f.Prefix.Addr())
	draw("mask", f.Mask)
	draw("AND", f.Network.Addr())
	if f.Broadcast.IsValid() {
		draw("broadcast", f.Broadcast)
	}
	fmt.Fprintf(w, "\nThe mask keeps the network part: %s. ", f.Network)
	switch {
	case f.Broadcast.IsValid():
		fmt.Fprintf(w, "All host bits one is the broadcast address, %s.\n", f.Broadcast)
	default:
		fmt.Fprintf(w, "There is no broadcast address: %s.\n", f.NoBroadcast())
	}
	resolve := "ARP for it"
	if f.Prefix.Addr().Is6() {
		resolve = "ask Neighbor Discovery for it"
	}
	if !to.IsValid() {
		fmt.Fprintf(w, "A destination AND the mask equals %s: same network, so %s.\n", f.Network.Addr(), resolve)
		_, err := fmt.Fprintf(w, "It differs: other network, so send to the gateway.\n")
		return err
	}
	return explainDecision(w, f, to, resolve, color)
}

func bits(n int) string {
	if n == 1 {
		return "1 bit"
	}
	return fmt.Sprintf("%d bits", n)
}

func explainDecision(w *bufio.Writer, f *subnet.Facts, to netip.Addr, resolve string, color bool) error {
	_, _ = w.WriteString("\n") // a bufio.Writer keeps its first error
	if to.BitLen() != f.Prefix.Addr().BitLen() {
		_, err := fmt.Fprintf(w, "%s is of the other family: it is never in this network.\n", to)
		return err
	}
	n := f.Prefix.Bits()
	same := netip.PrefixFrom(to.WithZone(""), n).Masked().Addr()
	drawBits(w, "to", to.WithZone(""), n, color)
	drawBits(w, "mask", f.Mask, n, color)
	drawBits(w, "AND", same, n, color)
	_, _ = w.WriteString("\n")
	var why string
	switch subnet.Decide(f.Prefix, to) {
	case subnet.Direct:
		why = fmt.Sprintf("%s = %s: same network, so %s.", same, f.Network.Addr(), resolve)
	case subnet.ViaGateway:
		if local := neverForwarded(to, resolve); local != "" {
			why = local
			break
		}
		why = fmt.Sprintf("%s ≠ %s: other network, so send to the gateway.", same, f.Network.Addr())
	case subnet.ToSelf:
		why = "It is the host's own address: nothing leaves the host."
	case subnet.ToBroadcast:
		why = "It is a broadcast address: every host of the link gets it, there is nothing to resolve."
	case subnet.ToMulticast:
		mac, _ := subnet.MulticastMAC(to)
		why = fmt.Sprintf("It is a multicast group: the frame goes to %s, there is nothing to resolve.", mac)
	}
	_, err := fmt.Fprintln(w, why)
	return err
}

// neverForwarded says of an address outside the network why no gateway gets it
// all the same, or "" when one does.
func neverForwarded(to netip.Addr, resolve string) string {
	switch {
	case to.IsUnspecified():
		return "It is the unspecified address: nothing is ever sent to it."
	case to.IsLoopback():
		return "It is a loopback address: nothing leaves the host."
	case to.IsLinkLocalUnicast():
		// RFC 4861, section 5.1: "The link-local prefix is considered to be on
		// the prefix list with an infinite invalidation timer"; RFC 3927,
		// section 2.6.2, asks the same for 169.254/16.
		return "It is a link-local address, which no router forwards: it is on this link, so " + resolve + "."
	}
	return ""
}

// drawBits prints the bits of a, 32 to a line, with a bar between the network
// part and the host part.
func drawBits(w *bufio.Writer, name string, a netip.Addr, n int, color bool) {
	const label = 10
	b := a.AsSlice()
	for row := 0; row*4 < len(b); row++ {
		var line strings.Builder
		for i := range 32 {
			at := row*32 + i
			switch {
			case at == n && i > 0:
				line.WriteByte('|')
			case i > 0 && i%8 == 0:
				line.WriteByte(' ')
			}
			if color && (i == 0 || at == n) {
				if at < n {
					line.WriteString(colorNetwork)
				} else {
					line.WriteString(colorHost)
				}
			}
			line.WriteByte('0' + b[at/8]>>(7-at%8)&1)
		}
		if color {
			line.WriteString(colorOff)
		}
		if n == row*32+32 {
			line.WriteByte('|')
		}
		text := ""
		if row == 0 {
			text = a.String()
		} else {
			name = ""
		}
		fmt.Fprintln(w, strings.TrimRight(fmt.Sprintf("%-*s %s   %s", label, name, line.String(), text), " "))
	}
}

package layers

import (
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// A tunnel's header is written once, before the packet that it carries; what that
// one carries over UDP is its own.
func TestLineOfUDPInsideTunnels(t *testing.T) {
	inner := string(udp(a4, b4, 5000, 6000, "hello"))
	vxlan := udp(b4, a4, 7000, 4789, "\x08\x00\x00\x00\x00\x00\x2a\x00"+inner)
	geneve := udp(b4, a4, 7000, 6081, "\x00\x00\x65\x58\x00\x00\x2a\x00"+inner)
	twice := udp(b4, a4, 7000, 4789, "\x08\x00\x00\x00\x00\x00\x2b\x00"+string(vxlan))
	want := []string{
		"IP 203.0.113.80.7000 > 198.51.100.2.4789: VXLAN, flags [I] (0x08), vni 42: IP 198.51.100.2.5000 > 203.0.113.80.6000: UDP, length 5",
		"IP 203.0.113.80.7000 > 198.51.100.2.6081: Geneve, Flags [none], vni 0x2a: IP 198.51.100.2.5000 > 203.0.113.80.6000: UDP, length 5",
		"IP 203.0.113.80.7000 > 198.51.100.2.4789: VXLAN, flags [I] (0x08), vni 43: IP 203.0.113.80.7000 > 198.51.100.2.4789: VXLAN, flags [I] (0x08), vni 42: IP 198.51.100.2.5000 > 203.0.113.80.6000: UDP, length 5",
	}
	r := New(Config{})
	i := 0
	dissected(t, [][]byte{vxlan, geneve, twice}, func(p *dissect.Packet, w When, base Base) {
		if got := string(r.AppendLine(nil, p, w, base)); !strings.HasSuffix(got, " "+want[i]+"\n") {
			t.Errorf("got  %s\nwant %s", got, want[i])
		}
		i++
	})
}

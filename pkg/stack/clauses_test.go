package stack

import (
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

// RFC 8201 5.4, RFC 1191 6.4: each connection whose segment was too big sends it again
// at once, also one that is not the first to hear of the path's MTU.
func TestRFC8201_5_4_EveryConnectionIsTold(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		x := newTrio(t, DeviceInfo{}, DeviceInfo{MTU: 1300})
		x.pb.info.MTU, x.pb.ifc.info.MTU = 1500, 1500 // the far host announces the MSS of a wider link
		dst := netip.AddrPortFrom(t4b, 80)
		if v6 {
			dst = netip.AddrPortFrom(t6b, 80)
		}
		x.do(func() {
			l, err := x.b.ListenTCP(dst, 0)
			must(t, err)
			var k [2]*TCPSocket
			for i := range k {
				k[i], err = x.connect(x.a, dst)
				must(t, err)
				x.accept(l)
			}
			for i := range k { // both flights are under way before the router speaks
				if _, err := k[i].Write(payload(5000)); err != nil {
					t.Fatal(err)
				}
			}
			x.sleep(50 * time.Millisecond)
			for i := range k {
				if n := k[i].Conn.Info(); n.Unacked != 0 {
					t.Errorf("connection %d waits for its time-out: %d bytes are unacknowledged", i, n.Unacked)
				}
			}
			if n := x.a.Stats().TCP.TCPTimeouts; n != 0 {
				t.Errorf("%d time-outs", n)
			}
		})
	})
}

// RFC 8201 4: a report below 1280 is discarded, and does not undo what is known.
func TestRFC8201_4_TooSmallReportChangesNothing(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	now := p.l.Now()
	if mtu, news := p.a.pmtu.Lower(now, b6, 1400, 1500); mtu != 1400 || !news {
		t.Fatalf("%d %v", mtu, news)
	}
	if mtu, news := p.a.pmtu.Lower(now, b6, 1000, 1500); mtu != 1400 || news {
		t.Errorf("after a report of 1000: %d %v, want 1400 as before", mtu, news)
	}
}

// RFC 9293 3.9.2.3 with RFC 1122 3.2.1.3: a segment whose source is a broadcast
// address is dropped; its answer would go to all hosts of the link.
func TestRFC1122_3_2_1_3_BroadcastSource(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	_, err := p.b.ListenTCP(netip.AddrPortFrom(b4, 80), 0)
	must(t, err)
	from := netip.MustParseAddr("192.0.2.255")
	h := wire.TCPFields{SrcPort: 1000, DstPort: 80, Seq: 5, Flags: wire.SYN}
	b := make([]byte, h.Len())
	h.Put(b)
	wire.TCP(b).FillChecksum(from, b4)
	p.pb.inject(p.pb.frame(p.pa.info.MAC, wire.EtherTypeIPv4, ipPacket(from, b4, wire.ProtoTCP, 64, b)))
	if len(p.pb.sent) != 0 || p.b.Stats().IpInAddrErrors != 1 {
		t.Errorf("answered with %x", p.pb.sent)
	}
}

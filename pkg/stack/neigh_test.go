package stack

import (
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/google/gopacket/layers"

	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func (p *port) neighState(a netip.Addr) neigh.State {
	if e := p.ifc.neigh.Lookup(a); e != nil {
		return e.State()
	}
	return neigh.None
}

// RFC 826: one broadcast request, one unicast reply; the asked one learns the
// asker from the request. RFC 4861 7.2: the same with a solicited-node group.
func TestRFC826_RFC4861_ResolutionOnTheWire(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		src, dst := addrs(v6)
		p.do(func() {
			u, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 4007))
			must(t, err)
			must(t, u.Send([]byte("1"), netip.AddrPort{}))
			must(t, u.Send([]byte("2"), netip.AddrPort{}))
			p.sleep(time.Second)
			if s := p.pa.neighState(dst); s != neigh.Reachable {
				t.Errorf("the asker has %v: a solicited answer makes REACHABLE", s)
			}
			if s := p.pb.neighState(src); s != neigh.Stale && s != neigh.Delay {
				t.Errorf("the asked one has %v: a request makes STALE", s)
			}
		})
		ask, answer := oracle(t, p.pa.sent[0]), oracle(t, p.pb.sent[0])
		eth := ask.LinkLayer().(*layers.Ethernet)
		if v6 {
			if want := solicitedNode(b6); wire.MAC(eth.DstMAC) != wire.MulticastMAC6(want) {
				t.Errorf("asked %v, want the group of %v", eth.DstMAC, want)
			}
			ns := ask.Layer(layers.LayerTypeICMPv6NeighborSolicitation).(*layers.ICMPv6NeighborSolicitation)
			na := answer.Layer(layers.LayerTypeICMPv6NeighborAdvertisement).(*layers.ICMPv6NeighborAdvertisement)
			if a, _ := netip.AddrFromSlice(ns.TargetAddress); a != b6 {
				t.Errorf("asked for %v", a)
			}
			if !na.Solicited() || !na.Override() || na.Router() {
				t.Errorf("advertisement %+v: solicited, override, no router", na)
			}
			if ip := ask.NetworkLayer().(*layers.IPv6); ip.HopLimit != 255 {
				t.Errorf("hop limit %d", ip.HopLimit)
			}
		} else {
			if wire.MAC(eth.DstMAC) != wire.Broadcast {
				t.Errorf("asked %v", eth.DstMAC)
			}
			req, rep := ask.Layer(layers.LayerTypeARP).(*layers.ARP), answer.Layer(layers.LayerTypeARP).(*layers.ARP)
			if req.Operation != layers.ARPRequest || rep.Operation != layers.ARPReply || wire.MAC(rep.SourceHwAddress) != p.pb.info.MAC {
				t.Errorf("%+v answered by %+v", req, rep)
			}
			if wire.MAC(answer.LinkLayer().(*layers.Ethernet).DstMAC) != p.pa.info.MAC {
				t.Error("the reply is unicast")
			}
		}
		if n := len(p.rec.OfKind(trace.NeighQueue)); n != 2 {
			t.Errorf("%d packets were told to wait, 2 did", n)
		}
	})
}

// RFC 4861 7.3.3 over the wire: idle, then traffic: DELAY, then a unicast probe.
func TestRFC4861_7_3_3_UnicastProbe(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		_, dst := addrs(v6)
		p.do(func() {
			u, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(dst, 4007))
			must(t, err)
			must(t, u.Send(nil, netip.AddrPort{}))
			p.sleep(time.Minute)
			if s := p.pa.neighState(dst); s != neigh.Stale {
				t.Fatalf("after a minute %v", s)
			}
			sent := len(p.pa.sent)
			u.Recv(nil) // the port is closed: take the error
			must(t, u.Send(nil, netip.AddrPort{}))
			p.sleep(4 * time.Second)
			if s := p.pa.neighState(dst); s != neigh.Delay {
				t.Errorf("after a packet %v", s)
			}
			p.sleep(2 * time.Second)
			if s := p.pa.neighState(dst); s != neigh.Reachable {
				t.Errorf("after the probe %v", s)
			}
			probe := p.pa.sent[sent+1]
			if wire.MAC(probe[:6]) != p.pb.info.MAC {
				t.Errorf("the probe went to %v", wire.MAC(probe[:6]))
			}
		})
		checkSent(t, p.pa, p.pb)
	})
}

// RFC 5227 2.1.1: a probe (sender address zero) for an address of ours is
// answered, and nothing is learned from it.
func TestRFC5227_ProbeIsAnsweredAndNotLearned(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.do(func() {
		mac := wire.MAC{2, 9, 9, 9, 9, 9}
		f := wire.ARPFields{Op: wire.ARPRequest, SenderMAC: mac, SenderIP: netip.IPv4Unspecified(), TargetIP: b4}
		b := make([]byte, wire.ARPLen)
		f.Put(b)
		p.pb.inject(p.pb.frame(mac, wire.EtherTypeARP, b))
		if len(p.pb.sent) != 1 || p.b.Stats().ArpOut != 1 {
			t.Fatal("no answer")
		}
		if p.pb.ifc.neigh.Len() != 0 {
			t.Error("something was learned")
		}
		// Somebody else's use of our address is counted, and does not poison anything.
		f = wire.ARPFields{Op: wire.ARPReply, SenderMAC: mac, SenderIP: b4, TargetMAC: p.pb.info.MAC, TargetIP: b4}
		f.Put(b)
		p.pb.inject(p.pb.frame(mac, wire.EtherTypeARP, b))
		if p.b.Stats().ArpConflicts != 1 || p.pb.ifc.neigh.Len() != 0 {
			t.Error("conflict")
		}
	})
}

func TestRFC5227_2_3_AnnouncementUpdatesNeighbors(t *testing.T) {
	bothVersions(t, func(t *testing.T, v6 bool) {
		p := newPair(t, DeviceInfo{})
		src, dst := addrs(v6)
		p.do(func() {
			p.pb.ifc.neigh.Heard(p.l.Now(), src, wire.MAC{2, 9, 9, 9, 9, 9})
			p.pa.ifc.Announce(src)
			p.sleep(time.Second)
			if m := p.pb.ifc.neigh.Lookup(src).MAC(); m != p.pa.info.MAC {
				t.Errorf("the neighbour still believes in %v", m)
			}
			p.pb.ifc.Announce(dst)
			p.sleep(time.Second)
			if p.pa.ifc.neigh.Lookup(dst) != nil {
				t.Error("an announcement makes no entry")
			}
		})
		checkSent(t, p.pa, p.pb)
	})
}

// RFC 4861 7.1: what makes a message invalid.
func TestRFC4861_7_1_InvalidMessagesAreDiscarded(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	mac := wire.MAC{2, 9, 9, 9, 9, 9}
	ns := func(src, dst netip.Addr, target netip.Addr, ll wire.MAC) []byte {
		f := wire.NeighborSolicitationFields{Src: src, Dst: dst, Target: target, SourceLL: ll}
		b := make([]byte, f.Len())
		f.Put(b)
		return b
	}
	group := solicitedNode(b6)
	unspecified := netip.IPv6Unspecified()
	badCode := ns(a6, b6, b6, mac)
	badCode[1] = 1
	wire.ICMPv6(badCode).FillChecksum(a6, b6)
	badSum := ns(a6, b6, b6, mac)
	badSum[2] ^= 1
	for _, c := range []struct {
		name     string
		src, dst netip.Addr
		hops     uint8
		m        []byte
		answered bool
	}{
		{"valid, unicast", a6, b6, 255, ns(a6, b6, b6, mac), true},
		{"valid, group", a6, group, 255, ns(a6, group, b6, mac), true},
		{"valid, from the unspecified address", unspecified, group, 255, ns(unspecified, group, b6, wire.MAC{}), true},
		{"hop limit 254", a6, b6, 254, ns(a6, b6, b6, mac), false},
		{"code 1", a6, b6, 255, badCode, false},
		{"bad checksum", a6, b6, 255, badSum, false},
		{"multicast target", a6, b6, 255, ns(a6, b6, group, mac), false},
		{"unspecified source with an address option", unspecified, group, 255, ns(unspecified, group, b6, mac), false},
		{"somebody else's address", a6, b6, 255, ns(a6, b6, netip.MustParseAddr("2001:db8::99"), mac), false},
		{"cut", a6, b6, 255, ns(a6, b6, b6, mac)[:20], false},
	} {
		n := p.b.Stats().Icmp6OutNeighborAdvertisements
		dst := p.pb.info.MAC
		if c.dst.IsMulticast() {
			dst = wire.MulticastMAC6(c.dst)
		}
		frame := p.pb.frame(mac, wire.EtherTypeIPv6, ipPacket(c.src, c.dst, wire.ProtoICMPv6, c.hops, c.m))
		copy(frame, dst[:])
		p.pb.inject(frame)
		if got := p.b.Stats().Icmp6OutNeighborAdvertisements - n; (got == 1) != c.answered {
			t.Errorf("%s: %d advertisements", c.name, got)
		}
	}
	p.do(func() {})
}

// RFC 1122 2.3.2.2 and the bound of the waiting queue, seen from a socket.
func TestNeighborQueueKeepsTheLatest(t *testing.T) {
	p := newPair(t, DeviceInfo{})
	p.pa.drop = func(f []byte) bool { return true }
	var got []byte
	p.do(func() {
		srv, err := p.b.BindUDP(netip.AddrPortFrom(b4, 4007), netip.AddrPort{})
		must(t, err)
		u, err := p.a.BindUDP(netip.AddrPort{}, netip.AddrPortFrom(b4, 4007))
		must(t, err)
		for i := range 150 { // 92 buffers of 2304 bytes wait
			must(t, u.Send([]byte{byte(i)}, netip.AddrPort{}))
		}
		p.pa.drop = nil // the second request gets through
		p.sleep(2 * time.Second)
		buf := make([]byte, 10)
		for {
			if _, _, err := srv.Recv(buf); err != nil {
				break
			}
			got = append(got, buf[0])
		}
	})
	if len(got) != 92 || got[0] != 58 || !slices.IsSorted(got) {
		t.Errorf("%d datagrams arrived, from %d on", len(got), got[0])
	}
	if d := p.drops("a"); len(d) != 58 || d[0] != trace.NeighQueueFull {
		t.Errorf("%d drops", len(d))
	}
}

package stack

import (
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

// FuzzInput gives a router with sockets and a gateway's forwarder arbitrary
// frames. Nothing may panic, and when all is closed no buffer may be out.
func FuzzInput(f *testing.F) {
	me := wire.MAC{2, 0, 0, 0, 0, 1}
	seed := func(typ uint16, packet []byte) {
		b := make([]byte, 14)
		(&wire.EthernetFields{Dst: me, Src: wire.MAC{2, 0, 0, 0, 0, 9}, EtherType: typ}).Put(b)
		f.Add(append(b, packet...), uint8(0))
	}
	peer, own := netip.MustParseAddrPort("192.0.2.9:1000"), netip.MustParseAddrPort("192.0.2.1:4007")
	seed(wire.EtherTypeIPv4, udpPacket(peer, own, 64, []byte("hello")))
	seed(wire.EtherTypeIPv4, udpPacket(peer, netip.MustParseAddrPort("203.0.113.1:53"), 1, []byte("hello")))
	seed(wire.EtherTypeIPv6, udpPacket(netip.MustParseAddrPort("[2001:db8::9]:1"), netip.MustParseAddrPort("[2001:db8::1]:4007"), 64, nil))
	syn := wire.TCPFields{SrcPort: 1000, DstPort: 80, Seq: 1, Flags: wire.SYN, Window: 1000}
	b := make([]byte, syn.Len())
	syn.Put(b)
	wire.TCP(b).FillChecksum(peer.Addr(), own.Addr())
	seed(wire.EtherTypeIPv4, ipPacket(peer.Addr(), own.Addr(), wire.ProtoTCP, 64, b))
	arp := wire.ARPFields{Op: wire.ARPRequest, SenderMAC: me, SenderIP: peer.Addr(), TargetIP: own.Addr()}
	b = make([]byte, wire.ARPLen)
	arp.Put(b)
	seed(wire.EtherTypeARP, b)
	ns := wire.NeighborSolicitationFields{Src: netip.MustParseAddr("2001:db8::9"), Dst: netip.MustParseAddr("2001:db8::1"), Target: netip.MustParseAddr("2001:db8::1"), SourceLL: me}
	b = make([]byte, ns.Len())
	ns.Put(b)
	seed(wire.EtherTypeIPv6, ipPacket(ns.Src, ns.Dst, wire.ProtoICMPv6, 255, b))
	m := wire.ICMPv4Fields{Type: 3, Code: 3, Payload: udpPacket(own, peer, 64, nil)}
	b = make([]byte, m.Len())
	m.Put(b)
	seed(wire.EtherTypeIPv4, ipPacket(peer.Addr(), own.Addr(), wire.ProtoICMP, 64, b))
	f.Fuzz(func(t *testing.T, frame []byte, mode uint8) {
		w := newWorld(t)
		s := w.stack("f", Config{Forwarding: true})
		p := &port{w: w, info: DeviceInfo{Name: "eth0", MAC: me, MTU: 1500}}
		var err error
		p.ifc, err = s.AddInterface(p, InterfaceConfig{})
		must(t, err)
		w.addr(p, "192.0.2.1/24", "2001:db8::1/64")
		w.gateway(s, "198.51.100.0/24", "192.0.2.9")
		g := &gate{}
		var accepted []*UDPSocket
		if mode&1 != 0 {
			s.SetForwarder(g)
		}
		if mode&2 != 0 {
			g.t = func(r *TCPRequest) { r.Accept() }
			g.u = func(r *UDPRequest) {
				if k, err := r.Accept(); err == nil {
					accepted = append(accepted, k)
				}
			}
		}
		w.do(func() {
			l, err := s.ListenTCP(netip.AddrPortFrom(netip.IPv6Unspecified(), 80), 1)
			must(t, err)
			u, err := s.BindUDP(netip.AddrPortFrom(netip.IPv6Unspecified(), 4007), netip.AddrPort{})
			must(t, err)
			for off := 0; off < len(frame); {
				// Several frames in one input: the first byte of each says how long it is.
				n := min(len(frame)-off, 14+int(frame[off])*4)
				x := w.pool.Alloc(0, max(n, 1))
				copy(x.Put(n), frame[off:off+n])
				if mode&16 != 0 && n >= 6 {
					copy(x.Bytes(), me[:])
				}
				if mode&4 != 0 {
					x.Checksum = skb.ChecksumUnnecessary
				}
				p.ifc.Input(x)
				off += n
				if mode&8 == 0 {
					x := w.pool.Alloc(0, len(frame))
					copy(x.Put(len(frame)), frame)
					p.ifc.Input(x)
					break
				}
			}
			w.sleep(400e9) // time-outs of everything
			u.Close()
			l.Close()
			for _, r := range g.tcp {
				r.Drop()
			}
			for _, r := range g.udp {
				r.Drop()
			}
			for _, k := range accepted {
				k.Close()
			}
			for _, k := range s.tcp.conns {
				k.Abort()
			}
			w.sleep(400e9)
		})
		if w.pool.Live != 0 {
			t.Fatalf("%d buffers are lost", w.pool.Live)
		}
	})
}

package stack

// Neighbour Discovery: RFC 4861 7.1 (validity), 7.2 (address resolution). Router
// discovery and redirects are left out.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// solicitedNode is ff02::1:ff00:0/104 with the low 24 bits of an address (RFC
// 4291 2.7.1).
func solicitedNode(a netip.Addr) netip.Addr {
	v := a.As16()
	return netip.AddrFrom16([16]byte{0xff, 0x02, 11: 1, 12: 0xff, 13: v[13], 14: v[14], 15: v[15]})
}

// ndInput handles a message whose ICMPv6 checksum was verified (ndisc_rcv). It
// reports whether the message was valid.
func (i *Interface) ndInput(now int64, s *skb.SKB, m wire.ICMPv6, src, dst netip.Addr, hops uint8) bool {
	i.st.meter.Charge(stage.NDReceive)
	// RFC 4861 7.1.1: "The IP Hop Limit field has a value of 255, i.e., the packet could not possibly
	// have been forwarded by a router."
	if hops != wire.NDHopLimit || m.Code() != 0 || i.info.Loopback {
		return false
	}
	switch m.Type() {
	case wire.ICMPv6NeighborSol:
		i.st.n.Icmp6InNeighborSolicits++
		return i.ndSolicited(now, s, m, src, dst)
	case wire.ICMPv6NeighborAdv:
		i.st.n.Icmp6InNeighborAdvertisements++
		return i.ndAdvertised(now, s, m, dst)
	}
	return true // router discovery, redirects: not for a host with configured routes
}

func (i *Interface) ndSolicited(now int64, s *skb.SKB, m wire.ICMPv6, src, dst netip.Addr) bool {
	ns, err := wire.ParseNeighborSolicitation(m)
	if err != nil {
		return false
	}
	target := ns.Target()
	mac, hasMAC := ns.Options().SourceLL()
	dad := src.IsUnspecified()
	// RFC 4861 7.1.1: the target is no group; a solicitation from the unspecified address goes to a
	// solicited-node group and has no source link-layer address option.
	if target.IsMulticast() || dad && (hasMAC || !isSolicitedNode(dst)) || hasMAC && mac.IsMulticast() {
		return false
	}
	i.ndEvent(s, trace.NDRecv, "ndisc_recv_ns", "solicitation", target, mac)
	if i.st.local[target] != i {
		return true
	}
	if dad {
		// RFC 4861 7.2.4: "if the source of the solicitation is the unspecified address, the node MUST set
		// the Solicited flag to zero and multicast the advertisement to the all-nodes address."
		i.ndAdvertise(target, allNodes6, false)
		return true
	}
	if hasMAC {
		i.neigh.Heard(now, src, mac)
	}
	i.ndAdvertise(target, src, true)
	return true
}

func (i *Interface) ndAdvertised(now int64, s *skb.SKB, m wire.ICMPv6, dst netip.Addr) bool {
	na, err := wire.ParseNeighborAdvertisement(m)
	if err != nil {
		return false
	}
	target := na.Target()
	mac, hasMAC := na.Options().TargetLL()
	// RFC 4861 7.1.2: "If the IP Destination Address is a multicast address the Solicited flag is zero."
	if target.IsMulticast() || dst.IsMulticast() && na.Solicited() || hasMAC && mac.IsMulticast() {
		return false
	}
	i.ndEvent(s, trace.NDRecv, "ndisc_recv_na", "advertisement", target, mac)
	if i.st.local[target] == i {
		i.st.n.ArpConflicts++ // RFC 4862 5.4.4: somebody else has the address
		return true
	}
	i.neigh.Advert(now, target, neigh.Advert{MAC: mac, Solicited: na.Solicited(), Override: na.Override(), Router: na.Router()})
	return true
}

func isSolicitedNode(a netip.Addr) bool { return a == solicitedNode(a) }

// ndSolicit asks for target: its solicited-node group, or the station that had
// it.
func (i *Interface) ndSolicit(target netip.Addr, to wire.MAC) {
	st := i.st
	src := ip.SelectSource(i.addrs, target)
	dst := target
	if to.IsZero() {
		dst = solicitedNode(target)
	}
	f := wire.NeighborSolicitationFields{Src: src, Dst: dst, Target: target, SourceLL: i.info.MAC}
	if !src.IsValid() {
		f.Src, f.SourceLL = netip.IPv6Unspecified(), wire.MAC{}
	}
	s := st.pool.Alloc(skb.Headroom, f.Len())
	f.Put(s.Put(f.Len()))
	st.n.Icmp6OutNeighborSolicits++
	s = i.ndPacket(s, f.Src, dst)
	i.ndEvent(s, trace.NDSend, "ndisc_send_ns", "solicitation", target, to)
	if to.IsZero() {
		to = wire.MulticastMAC6(dst)
	}
	i.transmit(s, to)
}

// ndAdvertise answers for an own address.
func (i *Interface) ndAdvertise(target, dst netip.Addr, solicited bool) {
	st := i.st
	f := wire.NeighborAdvertisementFields{Src: target, Dst: dst, Router: st.cfg.Forwarding, Solicited: solicited, Override: true, Target: target, TargetLL: i.info.MAC}
	s := st.pool.Alloc(skb.Headroom, f.Len())
	f.Put(s.Put(f.Len()))
	st.n.Icmp6OutNeighborAdvertisements++
	s = i.ndPacket(s, target, dst)
	i.ndEvent(s, trace.NDSend, "ndisc_send_na", "advertisement", target, i.info.MAC)
	if dst.IsMulticast() {
		i.transmit(s, wire.MulticastMAC6(dst))
		return
	}
	i.neigh.Output(st.l.Now(), dst, s)
}

// ndPacket pushes the IPv6 header.
func (i *Interface) ndPacket(s *skb.SKB, src, dst netip.Addr) *skb.SKB {
	st := i.st
	f := wire.IPv6Fields{PayloadLen: s.Len(), NextHeader: wire.ProtoICMPv6, HopLimit: wire.NDHopLimit, Src: src, Dst: dst}
	s.L4 = s.Data()
	f.Put(s.Push(wire.IPv6HeaderLen))
	s.L3 = s.Data()
	s.Pkt, s.Protocol = st.tr.NextPkt(), wire.EtherTypeIPv6
	st.n.Icmp6OutMsgs++
	st.n.Ip6OutRequests++
	return s
}

func (i *Interface) ndEvent(s *skb.SKB, k trace.Kind, stageName, text string, target netip.Addr, mac wire.MAC) {
	if tr := i.st.tr; tr.On() {
		e := packetEvent(k, stageName, i, s)
		e.Text, e.Neigh = text, trace.Neigh{Addr: target, MAC: mac}
		tr.Emit(e)
	}
}

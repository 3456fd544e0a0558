package stack

// ARP: RFC 826; probes, announcements, conflicts: RFC 5227; checks as in Linux's
// arp_process.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// arpInput is arp_rcv: s starts at the ARP packet.
func (i *Interface) arpInput(s *skb.SKB, group bool) {
	st := i.st
	st.meter.Charge(stage.ARPReceive)
	a, err := wire.ParseARP(s.Bytes())
	if err != nil || a.SenderMAC().IsMulticast() || i.info.Loopback {
		st.drop(s, i, trace.IPInHdr, "arp_rcv", "")
		return
	}
	st.n.ArpIn++
	now := st.l.Now()
	op, sip, tip, sha := a.Op(), a.SenderIP(), a.TargetIP(), a.SenderMAC()
	if st.tr.On() {
		e := packetEvent(trace.ARPRecv, "arp_process", i, s)
		e.Neigh = trace.Neigh{Addr: sip, MAC: sha}
		e.Text = arpText(op)
		st.tr.Emit(e)
	}
	i.st.free(s, "consume_skb")
	if tip.IsMulticast() || tip.IsLoopback() || sip.IsMulticast() || sip.IsLoopback() || op != wire.ARPRequest && op != wire.ARPReply {
		return
	}
	if st.local[sip] != nil && sha != i.info.MAC {
		// RFC 5227 2.4 (a): the address is used by another host. It is counted, not
		// defended: addresses here are configured.
		st.n.ArpConflicts++
		return
	}
	ours := st.local[tip] != nil
	probe := sip.IsUnspecified() // RFC 5227 2.1.1: a probe's sender IP address is zero: nothing to learn
	if op == wire.ARPRequest && ours {
		if !probe {
			i.neigh.Heard(now, sip, sha)
		}
		i.arpSend(wire.ARPFields{Op: wire.ARPReply, SenderMAC: i.info.MAC, SenderIP: tip, TargetMAC: sha, TargetIP: sip}, sha)
		return
	}
	if !probe {
		i.neigh.ARP(now, sip, sha, op == wire.ARPReply && !group && ours, sip == tip)
	}
}

// arpRequest asks for target, everybody or (a unicast probe, RFC 1122 2.3.2.1)
// the station that had it.
func (i *Interface) arpRequest(target netip.Addr, to wire.MAC) {
	src := ip.SelectSource(i.addrs, target)
	if !src.IsValid() {
		src = netip.IPv4Unspecified()
	}
	dst := to
	if to.IsZero() {
		dst = wire.Broadcast
	}
	i.arpSend(wire.ARPFields{Op: wire.ARPRequest, SenderMAC: i.info.MAC, SenderIP: src, TargetMAC: to, TargetIP: target}, dst)
}

func (i *Interface) arpSend(f wire.ARPFields, dst wire.MAC) {
	st := i.st
	s := st.pool.Alloc(skb.Headroom, wire.ARPLen)
	f.Put(s.Put(wire.ARPLen))
	s.Pkt, s.Protocol, s.L3 = st.tr.NextPkt(), wire.EtherTypeARP, s.Data()
	st.n.ArpOut++
	if st.tr.On() {
		e := packetEvent(trace.ARPSend, "arp_send", i, s)
		e.Neigh = trace.Neigh{Addr: f.TargetIP, MAC: f.TargetMAC}
		e.Text = arpText(f.Op)
		st.tr.Emit(e)
	}
	i.transmit(s, dst)
}

// Announce broadcasts an ARP announcement for an own IPv4 address (RFC 5227 2.3),
// or an unsolicited Neighbour Advertisement for an IPv6 one (RFC 4861 7.2.6).
func (i *Interface) Announce(a netip.Addr) {
	if a.Is4() {
		i.arpSend(wire.ARPFields{Op: wire.ARPRequest, SenderMAC: i.info.MAC, SenderIP: a, TargetIP: a}, wire.Broadcast)
		return
	}
	i.ndAdvertise(a, allNodes6, false)
}

func arpText(op uint16) string {
	switch op {
	case wire.ARPRequest:
		return "request"
	case wire.ARPReply:
		return "reply"
	}
	return "other"
}

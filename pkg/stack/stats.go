package stack

import (
	"reflect"

	"github.com/netkit-go/netkit/pkg/stack/tcp"
)

// Stats counts what a stack did, with the names of /proc/net/snmp,
// /proc/net/snmp6 and /proc/net/netstat. A counter that has no name there says so.
type Stats struct {
	IpInReceives, IpInHdrErrors, IpInAddrErrors, IpForwDatagrams, IpInUnknownProtos, IpInDelivers uint64
	IpOutRequests, IpOutNoRoutes                                                                  uint64
	IpReasmTimeout, IpReasmReqds, IpReasmOKs, IpReasmFails, IpFragOKs, IpFragFails, IpFragCreates uint64
	IpExtInNoRoutes, IpExtInTruncatedPkts, IpExtInCsumErrors, IpExtReasmOverlaps                  uint64
	IpExtInMcastPkts, IpExtInBcastPkts                                                            uint64

	Ip6InReceives, Ip6InHdrErrors, Ip6InTooBigErrors, Ip6InNoRoutes, Ip6InAddrErrors, Ip6InUnknownProtos     uint64
	Ip6InTruncatedPkts, Ip6InDelivers, Ip6OutForwDatagrams, Ip6OutRequests                                   uint64
	Ip6OutNoRoutes, Ip6ReasmTimeout, Ip6ReasmReqds, Ip6ReasmOKs, Ip6ReasmFails                               uint64
	Ip6FragOKs, Ip6FragFails, Ip6FragCreates, Ip6InMcastPkts                                                 uint64
	IcmpInMsgs, IcmpInErrors, IcmpInCsumErrors, IcmpInDestUnreachs, IcmpInTimeExcds, IcmpInParmProbs         uint64
	IcmpInEchos, IcmpInEchoReps, IcmpOutMsgs, IcmpOutDestUnreachs, IcmpOutTimeExcds                          uint64
	IcmpOutEchos, IcmpOutEchoReps, IcmpOutRateLimitHost                                                      uint64
	Icmp6InMsgs, Icmp6InErrors, Icmp6InCsumErrors, Icmp6InDestUnreachs, Icmp6InPktTooBigs, Icmp6InTimeExcds  uint64
	Icmp6InParmProblems, Icmp6InEchos, Icmp6InEchoReplies, Icmp6InNeighborSolicits                           uint64
	Icmp6InNeighborAdvertisements, Icmp6OutMsgs, Icmp6OutDestUnreachs, Icmp6OutPktTooBigs, Icmp6OutTimeExcds uint64
	Icmp6OutParmProblems, Icmp6OutEchos, Icmp6OutEchoReplies, Icmp6OutNeighborSolicits                       uint64
	Icmp6OutNeighborAdvertisements, Icmp6OutRateLimitHost                                                    uint64
	UdpInDatagrams, UdpNoPorts, UdpInErrors, UdpOutDatagrams, UdpRcvbufErrors, UdpInCsumErrors               uint64
	Udp6InDatagrams, Udp6NoPorts, Udp6InErrors, Udp6OutDatagrams, Udp6RcvbufErrors, Udp6InCsumErrors         uint64
	TcpInCsumErrors                                                                                          uint64

	// TCP's own counters: Tcp and TcpExt.
	TCP tcp.Counters

	// Of our own: packets for another station, frames of a type that nobody
	// speaks here, and what the loopback's backlog could not take.
	OtherHost, UnknownEtherType, LoopbackDrops uint64
	// Of our own: ARP packets, and those in which another station used an
	// address of ours (RFC 5227 2.4).
	ArpIn, ArpOut, ArpConflicts uint64
	// Of our own: SYNs and datagrams handed to the Forwarder, and those for
	// which too many were pending.
	ForwarderRequests, ForwarderOverflows uint64
}

// Each calls f for all counters in a fixed order.
func (s *Stats) Each(f func(name string, value uint64)) {
	v := reflect.ValueOf(s).Elem()
	for i := range v.NumField() {
		if v.Field(i).Kind() == reflect.Uint64 {
			f(v.Type().Field(i).Name, v.Field(i).Uint())
		}
	}
	v = reflect.ValueOf(&s.TCP).Elem()
	for i := range v.NumField() {
		name := v.Type().Field(i).Name
		switch name {
		case "ActiveOpens", "PassiveOpens", "AttemptFails", "EstabResets", "InSegs", "OutSegs", "RetransSegs", "InErrs", "OutRsts":
			f("Tcp"+name, v.Field(i).Uint())
		case "TSQThrottles":
			f(name, v.Field(i).Uint())
		default:
			f("TcpExt"+name, v.Field(i).Uint())
		}
	}
}

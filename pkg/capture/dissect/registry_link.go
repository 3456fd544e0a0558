package dissect

import "github.com/netkit-go/netkit/pkg/capture"

// byLinkType is the dissector of a capture's packets, or nil.
func byLinkType(t capture.LinkType) Func {
	switch t {
	case capture.LinkTypeEthernet:
		return dissectEthernet
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		return dissectNull
	case capture.LinkTypePPP, linkPPPHDLC, linkPPPPPD:
		return dissectPPP
	case linkPPPDir, linkCHDLCDir:
		return dissectPPPDirected
	case linkCHDLC:
		return dissectCHDLC
	case capture.LinkTypePPPEther:
		return dissectPPPoE
	case linkRawBSD, linkRawOpenBSD, capture.LinkTypeRaw:
		return dissectRawIP
	case capture.LinkTypeIPv4:
		return dissectIPv4
	case capture.LinkTypeIPv6:
		return dissectIPv6
	case capture.LinkTypeLinuxSLL:
		return dissectSLL
	case capture.LinkTypeLinuxSLL2:
		return dissectSLL2
	case linkFrameRelay:
		return dissectFrameRelay
	case linkPFLOG:
		return dissectPFLOG
	case linkMPLS:
		return dissectMPLS
	case linkIPNET:
		return dissectIPNet
	case linkSCTP:
		return dissectSCTP
	case linkFDDI:
		return dissectFDDI
	case capture.LinkTypeIEEE80211:
		return dissectDot11
	case linkPrism:
		return dissectPrism
	case capture.LinkTypeRadiotap:
		return dissectRadiotap
	case linkUSB:
		return dissectUSB
	case linkUSBLong:
		return dissectUSBLong
	}
	return nil
}

// Link types that have no name in package capture.
const (
	linkFDDI       capture.LinkType = 10
	linkRawBSD     capture.LinkType = 12 // DLT_RAW's number where it was not translated
	linkRawOpenBSD capture.LinkType = 14
	linkPPPHDLC    capture.LinkType = 50
	linkCHDLC      capture.LinkType = 104
	linkFrameRelay capture.LinkType = 107
	linkPFLOG      capture.LinkType = 117
	linkPrism      capture.LinkType = 119
	linkPPPPPD     capture.LinkType = 166
	linkUSB        capture.LinkType = 189
	linkPPPDir     capture.LinkType = 204
	linkCHDLCDir   capture.LinkType = 205
	linkMPLS       capture.LinkType = 219
	linkUSBLong    capture.LinkType = 220
	linkIPNET      capture.LinkType = 226
	linkSCTP       capture.LinkType = 248
)

// byEtherType is the dissector of what an Ethernet type announces, or nil.
func byEtherType(t uint16) Func {
	switch t {
	case 0x0800:
		return dissectIPv4
	case 0x0806, 0x8035:
		return dissectARP
	case 0x86dd:
		return dissectIPv6
	case 0x8100, 0x9100, 0x9200, 0x9300: // the last three before 802.1ad had a number
		return dissectVLAN
	case 0x88a8:
		return dissectQinQ
	case 0x6558: // transparent Ethernet bridging
		return dissectEthernet
	case 0x809b:
		return dissectDDP
	case 0x80f3:
		return dissectAARP
	case 0x8137:
		return dissectIPX
	case 0x8808:
		return dissectMACControl
	case 0x8809:
		return dissectSlow
	case 0x880b:
		return dissectPPP
	case 0x8847, 0x8848:
		return dissectMPLS
	case 0x8863:
		return dissectPPPoED
	case 0x8864:
		return dissectPPPoES
	case 0x888e:
		return dissectEAPOL
	case 0x88be:
		return dissectERSPAN2
	case 0x22eb:
		return dissectERSPAN3
	case 0x88cc:
		return dissectLLDP
	case 0x9000:
		return dissectCTP
	}
	return nil
}

// etherTypeName names Ethernet types, of the IEEE's list.
func etherTypeName(v uint64) string {
	switch v {
	case 0x0800:
		return "IPv4"
	case 0x0806:
		return "ARP"
	case 0x0842:
		return "Wake on LAN"
	case 0x22eb:
		return "ERSPAN Type III"
	case 0x22ea:
		return "SRP"
	case 0x22f3:
		return "TRILL"
	case 0x6002:
		return "DEC MOP Remote Console"
	case 0x6003:
		return "DECNET Phase IV"
	case 0x6004:
		return "DEC LAT"
	case 0x6558:
		return "Transparent Ethernet bridging"
	case 0x8035:
		return "RARP"
	case 0x809b:
		return "AppleTalk"
	case 0x80f3:
		return "AARP"
	case 0x8100:
		return "802.1Q Virtual LAN"
	case 0x8137:
		return "IPX"
	case 0x86dd:
		return "IPv6"
	case 0x8808:
		return "MAC Control"
	case 0x8809:
		return "Slow Protocols"
	case 0x880b:
		return "PPP"
	case 0x8847:
		return "MPLS label switched packet"
	case 0x8848:
		return "MPLS multicast"
	case 0x8863:
		return "PPPoE Discovery"
	case 0x8864:
		return "PPPoE Session"
	case 0x888e:
		return "802.1X Authentication"
	case 0x8892:
		return "PROFINET"
	case 0x88a2:
		return "ATA over Ethernet"
	case 0x88a4:
		return "EtherCAT"
	case 0x88a8:
		return "802.1ad Provider Bridge"
	case 0x88be:
		return "ERSPAN"
	case 0x88cc:
		return "LLDP"
	case 0x88e5:
		return "802.1AE MACsec"
	case 0x88e7:
		return "802.1ah Provider Backbone Bridge"
	case 0x88f5:
		return "MVRP"
	case 0x88f7:
		return "PTPv2 over Ethernet"
	case 0x8902:
		return "802.1ag CFM"
	case 0x8906:
		return "FCoE"
	case 0x8914:
		return "FCoE Initialization"
	case 0x894f:
		return "NSH"
	case 0x9000:
		return "Loopback"
	case 0x9100:
		return "QinQ"
	}
	return ""
}

// byIPProto is the dissector of an internet protocol, or nil. IPv6's extension
// headers belong to IPv6.
func byIPProto(p uint8) Func {
	switch p {
	case 1:
		return dissectICMPv4
	case 2:
		return dissectIGMP
	case 4:
		return dissectIPv4
	case 6:
		return dissectTCP
	case 17:
		return dissectUDP
	case 33:
		return dissectDCCP
	case 41:
		return dissectIPv6
	case 46:
		return dissectRSVP
	case 47:
		return dissectGRE
	case 50:
		return dissectESP
	case 51:
		return dissectAH
	case 58:
		return dissectICMPv6
	case 88:
		return dissectEIGRP
	case 89:
		return dissectOSPF
	case 97:
		return dissectEtherIP
	case 103:
		return dissectPIM
	case 108:
		return dissectIPComp
	case 112:
		return dissectVRRP
	case 115:
		return dissectL2TPv3
	case 132:
		return dissectSCTP
	case 136:
		return dissectUDPLite
	case 137:
		return dissectMPLS
	case 143: // RFC 8986 10.1
		return dissectEthernet
	}
	return nil
}

// byUDPPortTunnel is the dissector of what goes to a well-known UDP port and is
// a tunnel or a control protocol, or nil.
func byUDPPortTunnel(dst uint16) Func {
	switch dst {
	case 520:
		return dissectRIP
	case 521:
		return dissectRIPng
	case 623, 664:
		return dissectRMCP
	case 646:
		return dissectLDP
	case 1701:
		return dissectL2TP
	case 1985, 2029:
		return dissectHSRP
	case 2123, 2152:
		return dissectGTP
	case 3784, 3785, 4784, 6784, 7784:
		return dissectBFD
	case 4500:
		return dissectUDPEncap
	case 4754:
		return dissectGRE
	case 4789, 8472:
		return dissectVXLAN
	case 4790:
		return dissectVXLANGPE
	case 6081:
		return dissectGeneve
	case 6343:
		return dissectSFlow
	case 6635:
		return dissectMPLS
	}
	return nil
}

// linkProtos are the protocols that this file leads to.
func linkProtos() []*Proto {
	return []*Proto{
		&isl, &macControl,
		&bfd, &cdp, &dccp, &eapol, &eap, &igmp, &osi, &isis, &lldp, &ospf, &pim, &pimv1, &rip, &ripng, &rmcp, &asf,
		&eigrp, &ldp, &rsvp, &sctp, &sflow, &slow, &lacp, &marker, &oam, &stp, &vrrp, &carp, &hsrp, &sll, &sll2,
		&null, &ipnet, &ctp, &dot11, &aarp, &ddp, &ipx, &frameRelay, &pflog, &llc, &ppp, &chdlc, &slarp, &lcp,
		&ipcp, &ipv6cp, &ccp, &pap, &chap, &pppoed, &pppoes, &radiotap, &prism, &usb, &fddi, &vlan, &qinq, &gre,
		&erspan, &gtp, &ah, &esp, &ipcomp, &udpEncap, &l2tp, &l2tpv3, &etherIP, &mpls, &pwEthernet, &pwach, &vxlan,
		&vxlanGPE, &geneve,
	}
}

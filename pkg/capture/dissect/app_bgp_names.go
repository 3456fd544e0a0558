package dissect

// What the numbers in BGP mean (IANA BGP Parameters).

func bgpTypeName(v uint64) string {
	switch v {
	case 1:
		return "OPEN"
	case 2:
		return "UPDATE"
	case 3:
		return "NOTIFICATION"
	case 4:
		return "KEEPALIVE"
	case 5:
		return "ROUTE-REFRESH"
	}
	return ""
}

func bgpOptName(v uint64) string {
	switch v {
	case 1:
		return "Authentication"
	case 2:
		return "Capabilities"
	case 255:
		return "Extended length"
	}
	return ""
}

func bgpCapName(v uint64) string {
	switch v {
	case 1:
		return "Multiprotocol"
	case 2:
		return "Route refresh"
	case 3:
		return "Outbound route filtering"
	case 5:
		return "Extended next hop"
	case 6:
		return "Extended message"
	case 7:
		return "BGPsec"
	case 8:
		return "Multiple labels"
	case 9:
		return "BGP role"
	case 64:
		return "Graceful restart"
	case 65:
		return "Four-octet AS number"
	case 67:
		return "Dynamic capability"
	case 68:
		return "Multisession"
	case 69:
		return "ADD-PATH"
	case 70:
		return "Enhanced route refresh"
	case 71:
		return "Long-lived graceful restart"
	case 73:
		return "FQDN"
	case 75:
		return "Software version"
	case 76:
		return "Paths limit"
	case 128:
		return "Route refresh (Cisco)"
	case 130:
		return "Outbound route filtering (Cisco)"
	case 131:
		return "Multisession (Cisco)"
	}
	return ""
}

func bgpSAFI(v uint64) string {
	switch v {
	case 1:
		return "unicast"
	case 2:
		return "multicast"
	case 4:
		return "labeled unicast"
	case 5:
		return "MCAST-VPN"
	case 65:
		return "VPLS"
	case 66:
		return "MDT"
	case 70:
		return "EVPN"
	case 71:
		return "BGP-LS"
	case 72:
		return "BGP-LS-VPN"
	case 73:
		return "SR policy"
	case 128:
		return "labeled VPN unicast"
	case 129:
		return "labeled VPN multicast"
	case 132:
		return "route target constraint"
	case 133:
		return "flow specification"
	case 134:
		return "flow specification, VPN"
	}
	return ""
}

func bgpSendReceive(v uint64) string {
	switch v {
	case 1:
		return "receive"
	case 2:
		return "send"
	case 3:
		return "both"
	}
	return ""
}

func bgpMajorName(v uint64) string {
	switch v {
	case 1:
		return "Message header error"
	case 2:
		return "OPEN message error"
	case 3:
		return "UPDATE message error"
	case 4:
		return "Hold timer expired"
	case 5:
		return "Finite state machine error"
	case 6:
		return "Cease"
	case 7:
		return "ROUTE-REFRESH message error"
	case 8:
		return "Send hold timer expired"
	}
	return ""
}

func bgpMinorHeaderName(v uint64) string {
	switch v {
	case 1:
		return "Connection not synchronized"
	case 2:
		return "Bad message length"
	case 3:
		return "Bad message type"
	}
	return ""
}

func bgpMinorOpenName(v uint64) string {
	switch v {
	case 1:
		return "Unsupported version number"
	case 2:
		return "Bad peer AS"
	case 3:
		return "Bad BGP identifier"
	case 4:
		return "Unsupported optional parameter"
	case 5:
		return "Authentication failure (deprecated)"
	case 6:
		return "Unacceptable hold time"
	case 7:
		return "Unsupported capability"
	case 11:
		return "Role mismatch"
	}
	return ""
}

func bgpMinorUpdateName(v uint64) string {
	switch v {
	case 1:
		return "Malformed attribute list"
	case 2:
		return "Unrecognized well-known attribute"
	case 3:
		return "Missing well-known attribute"
	case 4:
		return "Attribute flags error"
	case 5:
		return "Attribute length error"
	case 6:
		return "Invalid ORIGIN attribute"
	case 7:
		return "AS routing loop (deprecated)"
	case 8:
		return "Invalid NEXT_HOP attribute"
	case 9:
		return "Optional attribute error"
	case 10:
		return "Invalid network field"
	case 11:
		return "Malformed AS_PATH"
	}
	return ""
}

func bgpMinorStateName(v uint64) string {
	switch v {
	case 1:
		return "Unexpected message in OpenSent"
	case 2:
		return "Unexpected message in OpenConfirm"
	case 3:
		return "Unexpected message in Established"
	}
	return ""
}

func bgpMinorCeaseName(v uint64) string {
	switch v {
	case 1:
		return "Maximum number of prefixes reached"
	case 2:
		return "Administrative shutdown"
	case 3:
		return "Peer de-configured"
	case 4:
		return "Administrative reset"
	case 5:
		return "Connection rejected"
	case 6:
		return "Other configuration change"
	case 7:
		return "Connection collision resolution"
	case 8:
		return "Out of resources"
	case 9:
		return "Hard reset"
	case 10:
		return "BFD down"
	}
	return ""
}

func bgpRefreshName(v uint64) string {
	switch v {
	case 0:
		return "Request"
	case 1:
		return "Begin of route refresh"
	case 2:
		return "End of route refresh"
	}
	return ""
}

func bgpAttrName(v uint64) string {
	switch v {
	case 1:
		return "ORIGIN"
	case 2:
		return "AS_PATH"
	case 3:
		return "NEXT_HOP"
	case 4:
		return "MULTI_EXIT_DISC"
	case 5:
		return "LOCAL_PREF"
	case 6:
		return "ATOMIC_AGGREGATE"
	case 7:
		return "AGGREGATOR"
	case 8:
		return "COMMUNITIES"
	case 9:
		return "ORIGINATOR_ID"
	case 10:
		return "CLUSTER_LIST"
	case 14:
		return "MP_REACH_NLRI"
	case 15:
		return "MP_UNREACH_NLRI"
	case 16:
		return "EXTENDED COMMUNITIES"
	case 17:
		return "AS4_PATH"
	case 18:
		return "AS4_AGGREGATOR"
	case 22:
		return "PMSI_TUNNEL"
	case 23:
		return "Tunnel encapsulation"
	case 24:
		return "Traffic engineering"
	case 25:
		return "IPv6 extended communities"
	case 26:
		return "AIGP"
	case 27:
		return "PE distinguisher labels"
	case 29:
		return "BGP-LS"
	case 32:
		return "LARGE_COMMUNITIES"
	case 33:
		return "BGPsec_PATH"
	case 35:
		return "ONLY_TO_CUSTOMER"
	case 36:
		return "D-PATH"
	case 40:
		return "BGP prefix-SID"
	case 128:
		return "ATTR_SET"
	}
	return ""
}

func bgpOriginName(v uint64) string {
	switch v {
	case 0:
		return "IGP"
	case 1:
		return "EGP"
	case 2:
		return "INCOMPLETE"
	}
	return ""
}

func bgpSegmentName(v uint64) string {
	switch v {
	case 1:
		return "AS_SET"
	case 2:
		return "AS_SEQUENCE"
	case 3:
		return "AS_CONFED_SEQUENCE"
	case 4:
		return "AS_CONFED_SET"
	}
	return ""
}

func bgpCommunityName(v uint64) string {
	switch v {
	case 0xffff0000:
		return "GRACEFUL_SHUTDOWN"
	case 0xffff0001:
		return "ACCEPT_OWN"
	case 0xffff0006:
		return "LLGR_STALE"
	case 0xffff0007:
		return "NO_LLGR"
	case 0xffff029a:
		return "BLACKHOLE"
	case 0xffffff01:
		return "NO_EXPORT"
	case 0xffffff02:
		return "NO_ADVERTISE"
	case 0xffffff03:
		return "NO_EXPORT_SUBCONFED"
	case 0xffffff04:
		return "NOPEER"
	}
	return ""
}

func bgpExtName(v uint64) string {
	switch v {
	case 0x0:
		return "Two-octet AS"
	case 0x1:
		return "IPv4 address"
	case 0x2:
		return "Four-octet AS"
	case 0x3:
		return "Opaque"
	case 0x4:
		return "QoS marking"
	case 0x5:
		return "CoS capability"
	case 0x6:
		return "EVPN"
	case 0x8:
		return "Flow specification redirect/mirror"
	case 0x40:
		return "Two-octet AS, non-transitive"
	case 0x41:
		return "IPv4 address, non-transitive"
	case 0x42:
		return "Four-octet AS, non-transitive"
	case 0x43:
		return "Opaque, non-transitive"
	case 0x80:
		return "Experimental"
	}
	return ""
}

func bgpExtSubName(v uint64) string {
	switch v {
	case 0x2:
		return "Route target"
	case 0x3:
		return "Route origin"
	case 0x5:
		return "OSPF domain identifier"
	case 0x6:
		return "OSPF route type"
	case 0x7:
		return "OSPF router ID"
	case 0x8:
		return "BGP data collection"
	case 0xa:
		return "Layer 2 information"
	case 0xc:
		return "Encapsulation"
	}
	return ""
}

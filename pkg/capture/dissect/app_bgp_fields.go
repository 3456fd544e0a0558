package dissect

// The fields of BGP messages: RFC 4271 section 4, RFC 4760 (multiprotocol), RFC
// 5492 (capabilities), RFC 1997, 4360 and 8092 (communities).

import "github.com/netkit-go/netkit/pkg/wire"

var bgp = Proto{Name: "bgp", Title: "Border Gateway Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("bgp.marker", "Marker", 0, 128, Bytes),
		field("bgp.length", "Length", 128, 16, wire.FieldDec),
		code("bgp.type", "Type", 144, 8, bgpTypeName),
	},
	Fields: []*Def{
		&bgpVersion, &bgpMyAS, &bgpHold, &bgpID, &bgpOptLen, &bgpOpt, &bgpOptType, &bgpOptPLen, &bgpOptValue, &bgpCap, &bgpCapType,
		&bgpCapLen, &bgpCapAFI, &bgpCapReserved, &bgpCapSAFI, &bgpCapAS4, &bgpCapGR, &bgpCapGRFlag, &bgpCapGRNotify, &bgpCapGRTime,
		&bgpCapGRAFI, &bgpCapGRSAFI, &bgpCapGRFlags, &bgpCapGRPreserve, &bgpCapAPAFI, &bgpCapAPSAFI, &bgpCapAPSend, &bgpCapENHAFI,
		&bgpCapENHSAFI, &bgpCapENHNext, &bgpCapHostLen, &bgpCapHost, &bgpCapDomainLen, &bgpCapDomain, &bgpCapValue, &bgpMajor,
		&bgpMinor, &bgpMinorHeader, &bgpMinorOpen, &bgpMinorUpdate, &bgpMinorState, &bgpMinorCease, &bgpNotifyData, &bgpCommLen,
		&bgpComm, &bgpRefreshAFI, &bgpRefreshSub, &bgpRefreshSAFI, &bgpRefreshORF, &bgpWithdrawnLen, &bgpWithdrawn, &bgpAttrsLen,
		&bgpAttrs, &bgpAttr, &bgpAttrFlags, &bgpAttrOptional, &bgpAttrTransitive, &bgpAttrPartial, &bgpAttrExtended, &bgpAttrUnused,
		&bgpAttrType, &bgpAttrLen, &bgpAttrValue, &bgpOrigin, &bgpSegment, &bgpSegType, &bgpSegLen, &bgpAS2, &bgpAS4, &bgpNextHop,
		&bgpMED, &bgpLocalPref, &bgpAggAS, &bgpAggID, &bgpCommunity, &bgpCommunityKnown, &bgpCommunityAS, &bgpCommunityValue,
		&bgpOriginator, &bgpCluster, &bgpReachAFI, &bgpReachSAFI, &bgpReachHopLen, &bgpReachHop4, &bgpReachHop6, &bgpReachLocal,
		&bgpReachHop, &bgpReachRD, &bgpReachSNPA, &bgpReachNLRI, &bgpUnreachAFI, &bgpUnreachSAFI, &bgpUnreachNLRI, &bgpExtCommunity,
		&bgpExtType, &bgpExtSub, &bgpExtAS2, &bgpExtAN4, &bgpExtIP, &bgpExtAS4, &bgpExtAN2, &bgpExtValue, &bgpLarge, &bgpLargeGA,
		&bgpLarge1, &bgpLarge2, &bgpAttrSetAS, &bgpNLRI, &bgpPathID, &bgpPrefixLen, &bgpPrefix4, &bgpPrefix6, &bgpPrefix4MP,
		&bgpPrefix4W, &bgpPrefix6MPU, &bgpPrefix4MPU,
	}}

var (
	bgpVersion        = loose("bgp.open.version", "Version", wire.FieldDec)
	bgpMyAS           = loose("bgp.open.myas", "My AS", wire.FieldDec)
	bgpHold           = loose("bgp.open.holdtime", "Hold time", wire.FieldDec)
	bgpID             = loose("bgp.open.identifier", "BGP identifier", wire.FieldIPv4)
	bgpOptLen         = loose("bgp.open.opt.len", "Optional parameters length", wire.FieldDec)
	bgpOpt            = loose("bgp.open.opt.param", "Optional parameter", Group)
	bgpOptType        = looseCode("bgp.open.opt.param.type", "Type", bgpOptName)
	bgpOptPLen        = loose("bgp.open.opt.param.len", "Length", wire.FieldDec)
	bgpOptValue       = loose("bgp.open.opt.param.unknown", "Value", Bytes)
	bgpCap            = loose("bgp.cap", "Capability", Group)
	bgpCapType        = looseCode("bgp.cap.type", "Type", bgpCapName)
	bgpCapLen         = loose("bgp.cap.length", "Length", wire.FieldDec)
	bgpCapAFI         = looseCode("bgp.cap.mp.afi", "AFI", addrFamily)
	bgpCapReserved    = loose("bgp.cap.reserved", "Reserved", Bytes)
	bgpCapSAFI        = looseCode("bgp.cap.mp.safi", "SAFI", bgpSAFI)
	bgpCapAS4         = loose("bgp.cap.4as", "AS number", wire.FieldDec)
	bgpCapGR          = loose("bgp.cap.gr.timers", "Restart", wire.FieldHex)
	bgpCapGRFlag      = loose("bgp.cap.gr.timers.restart_flag", "Restart state", wire.FieldFlag)
	bgpCapGRNotify    = loose("bgp.cap.gr.timers.notification_flag", "Notification", wire.FieldFlag)
	bgpCapGRTime      = loose("bgp.cap.gr.timers.restart_time", "Restart time", wire.FieldDec)
	bgpCapGRAFI       = looseCode("bgp.cap.gr.afi", "AFI", addrFamily)
	bgpCapGRSAFI      = looseCode("bgp.cap.gr.safi", "SAFI", bgpSAFI)
	bgpCapGRFlags     = loose("bgp.cap.gr.flag", "Flags", wire.FieldHex)
	bgpCapGRPreserve  = loose("bgp.cap.gr.flag.pfs", "Forwarding state preserved", wire.FieldFlag)
	bgpCapAPAFI       = looseCode("bgp.cap.ap.afi", "AFI", addrFamily)
	bgpCapAPSAFI      = looseCode("bgp.cap.ap.safi", "SAFI", bgpSAFI)
	bgpCapAPSend      = looseCode("bgp.cap.ap.sendreceive", "Send or receive", bgpSendReceive)
	bgpCapENHAFI      = looseCode("bgp.cap.enh.afi", "AFI", addrFamily)
	bgpCapENHSAFI     = looseCode("bgp.cap.enh.safi", "SAFI", bgpSAFI)
	bgpCapENHNext     = looseCode("bgp.cap.enh.nhafi", "Next hop AFI", addrFamily)
	bgpCapHostLen     = loose("bgp.cap.orf.fqdn.hostname.len", "Host name length", wire.FieldDec)
	bgpCapHost        = loose("bgp.cap.orf.fqdn.hostname", "Host name", Text)
	bgpCapDomainLen   = loose("bgp.cap.orf.fqdn.domain_name.len", "Domain name length", wire.FieldDec)
	bgpCapDomain      = loose("bgp.cap.orf.fqdn.domain_name", "Domain name", Text)
	bgpCapValue       = loose("bgp.cap.unknown", "Value", Bytes)
	bgpMajor          = looseCode("bgp.notify.major_error", "Error", bgpMajorName)
	bgpMinor          = loose("bgp.notify.minor_error_unknown", "Suberror", wire.FieldDec)
	bgpMinorHeader    = looseCode("bgp.notify.minor_error", "Suberror", bgpMinorHeaderName)
	bgpMinorOpen      = looseCode("bgp.notify.minor_error_open", "Suberror", bgpMinorOpenName)
	bgpMinorUpdate    = looseCode("bgp.notify.minor_error_update", "Suberror", bgpMinorUpdateName)
	bgpMinorState     = looseCode("bgp.notify.minor_error_state", "Suberror", bgpMinorStateName)
	bgpMinorCease     = looseCode("bgp.notify.minor_error_cease", "Suberror", bgpMinorCeaseName)
	bgpNotifyData     = loose("bgp.notify.minor_data", "Data", Bytes)
	bgpCommLen        = loose("bgp.notify.communication_length", "Shutdown message length", wire.FieldDec)
	bgpComm           = loose("bgp.notify.communication", "Shutdown message", Text)
	bgpRefreshAFI     = looseCode("bgp.route_refresh.afi", "AFI", addrFamily)
	bgpRefreshSub     = looseCode("bgp.route_refresh.subtype", "Subtype", bgpRefreshName)
	bgpRefreshSAFI    = looseCode("bgp.route_refresh.safi", "SAFI", bgpSAFI)
	bgpRefreshORF     = loose("bgp.route_refresh.orf", "Outbound route filters", Bytes)
	bgpWithdrawnLen   = loose("bgp.update.withdrawn_routes.length", "Withdrawn routes length", wire.FieldDec)
	bgpWithdrawn      = loose("bgp.update.withdrawn_routes", "Withdrawn routes", Group)
	bgpAttrsLen       = loose("bgp.update.path_attributes.length", "Path attributes length", wire.FieldDec)
	bgpAttrs          = loose("bgp.update.path_attributes", "Path attributes", Group)
	bgpAttr           = loose("bgp.update.path_attribute", "Path attribute", Group)
	bgpAttrFlags      = loose("bgp.update.path_attribute.flags", "Flags", wire.FieldHex)
	bgpAttrOptional   = loose("bgp.update.path_attribute.flags.optional", "Optional", wire.FieldFlag)
	bgpAttrTransitive = loose("bgp.update.path_attribute.flags.transitive", "Transitive", wire.FieldFlag)
	bgpAttrPartial    = loose("bgp.update.path_attribute.flags.partial", "Partial", wire.FieldFlag)
	bgpAttrExtended   = loose("bgp.update.path_attribute.flags.extended_length", "Extended length", wire.FieldFlag)
	bgpAttrUnused     = loose("bgp.update.path_attribute.flags.unused", "Unused", wire.FieldHex)
	bgpAttrType       = looseCode("bgp.update.path_attribute.type_code", "Type", bgpAttrName)
	bgpAttrLen        = loose("bgp.update.path_attribute.length", "Length", wire.FieldDec)
	bgpAttrValue      = loose("bgp.update.path_attributes.unknown", "Value", Bytes)
	bgpOrigin         = looseCode("bgp.update.path_attribute.origin", "Origin", bgpOriginName)
	bgpSegment        = loose("bgp.update.path_attribute.as_path_segment", "AS path segment", Group)
	bgpSegType        = looseCode("bgp.update.path_attribute.as_path_segment.type", "Type", bgpSegmentName)
	bgpSegLen         = loose("bgp.update.path_attribute.as_path_segment.length", "ASes", wire.FieldDec)
	bgpAS2            = loose("bgp.update.path_attribute.as_path_segment.as2", "AS", wire.FieldDec)
	bgpAS4            = loose("bgp.update.path_attribute.as_path_segment.as4", "AS", wire.FieldDec)
	bgpNextHop        = loose("bgp.update.path_attribute.next_hop", "Next hop", wire.FieldIPv4)
	bgpMED            = loose("bgp.update.path_attribute.multi_exit_disc", "Multi-exit discriminator", wire.FieldDec)
	bgpLocalPref      = loose("bgp.update.path_attribute.local_pref", "Local preference", wire.FieldDec)
	bgpAggAS          = loose("bgp.update.path_attribute.aggregator_as", "Aggregator AS", wire.FieldDec)
	bgpAggID          = loose("bgp.update.path_attribute.aggregator_origin", "Aggregator", wire.FieldIPv4)
	bgpCommunity      = loose("bgp.update.path_attribute.community", "Community", Group)
	bgpCommunityKnown = Def{Field: wire.Field{Name: "bgp.update.path_attribute.community_wellknown", Label: "Well-known community", Kind: wire.FieldHex}, Meaning: bgpCommunityName}
	bgpCommunityAS    = loose("bgp.update.path_attribute.community_as", "AS", wire.FieldDec)
	bgpCommunityValue = loose("bgp.update.path_attribute.community_value", "Value", wire.FieldDec)
	bgpOriginator     = loose("bgp.update.path_attribute.originator_id", "Originator", wire.FieldIPv4)
	bgpCluster        = loose("bgp.path_attribute.cluster_id", "Cluster", wire.FieldIPv4)
	bgpReachAFI       = looseCode("bgp.update.path_attribute.mp_reach_nlri.afi", "AFI", addrFamily)
	bgpReachSAFI      = looseCode("bgp.update.path_attribute.mp_reach_nlri.safi", "SAFI", bgpSAFI)
	bgpReachHopLen    = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop_length", "Next hop length", wire.FieldDec)
	bgpReachHop4      = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv4", "Next hop", wire.FieldIPv4)
	bgpReachHop6      = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6", "Next hop", wire.FieldIPv6)
	bgpReachLocal     = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6.link_local", "Link-local next hop", wire.FieldIPv6)
	bgpReachHop       = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop", "Next hop", Bytes)
	bgpReachRD        = loose("bgp.update.path_attribute.mp_reach_nlri.next_hop.rd", "Route distinguisher", Bytes)
	bgpReachSNPA      = loose("bgp.update.path_attribute.mp_reach_nlri.nbr_snpa", "SNPAs", wire.FieldDec)
	bgpReachNLRI      = loose("bgp.update.path_attribute.mp_reach_nlri", "Reachable", Bytes)
	bgpUnreachAFI     = looseCode("bgp.update.path_attribute.mp_unreach_nlri.afi", "AFI", addrFamily)
	bgpUnreachSAFI    = looseCode("bgp.update.path_attribute.mp_unreach_nlri.safi", "SAFI", bgpSAFI)
	bgpUnreachNLRI    = loose("bgp.update.path_attribute.mp_unreach_nlri", "Unreachable", Bytes)
	bgpExtCommunity   = loose("bgp.ext_community", "Extended community", Group)
	bgpExtType        = Def{Field: wire.Field{Name: "bgp.ext_com.type", Label: "Type", Kind: wire.FieldHex}, Meaning: bgpExtName}
	bgpExtSub         = Def{Field: wire.Field{Name: "bgp.ext_com.stype", Label: "Subtype", Kind: wire.FieldHex}, Meaning: bgpExtSubName}
	bgpExtAS2         = loose("bgp.ext_com.value_as2", "AS", wire.FieldDec)
	bgpExtAN4         = loose("bgp.ext_com.value_an4", "Number", wire.FieldDec)
	bgpExtIP          = loose("bgp.ext_com.value_IP4", "Address", wire.FieldIPv4)
	bgpExtAS4         = loose("bgp.ext_com.value_as4", "AS", wire.FieldDec)
	bgpExtAN2         = loose("bgp.ext_com.value_an2", "Number", wire.FieldDec)
	bgpExtValue       = loose("bgp.ext_com.value_raw", "Value", Bytes)
	bgpLarge          = loose("bgp.large_communities", "Large community", Group)
	bgpLargeGA        = loose("bgp.large_communities.ga", "Global administrator", wire.FieldDec)
	bgpLarge1         = loose("bgp.large_communities.ldp1", "Local data 1", wire.FieldDec)
	bgpLarge2         = loose("bgp.large_communities.ldp2", "Local data 2", wire.FieldDec)
	bgpAttrSetAS      = loose("bgp.update.path_attribute.attr_set.origin_as", "Origin AS", wire.FieldDec)
	bgpNLRI           = loose("bgp.update.nlri", "Network layer reachability information", Group)
	bgpPathID         = loose("bgp.nlri_path_id", "Path ID", wire.FieldDec)
	bgpPrefixLen      = loose("bgp.prefix_length", "Prefix length", wire.FieldDec)
	bgpPrefix4        = loose("bgp.nlri_prefix", "Prefix", Text)
	bgpPrefix6        = loose("bgp.mp_reach_nlri_ipv6_prefix", "Prefix", Text)
	bgpPrefix4MP      = loose("bgp.mp_reach_nlri_ipv4_prefix", "Prefix", Text)
	bgpPrefix4W       = loose("bgp.withdrawn_prefix", "Prefix", Text)
	bgpPrefix6MPU     = loose("bgp.mp_unreach_nlri_ipv6_prefix", "Prefix", Text)
	bgpPrefix4MPU     = loose("bgp.mp_unreach_nlri_ipv4_prefix", "Prefix", Text)
)

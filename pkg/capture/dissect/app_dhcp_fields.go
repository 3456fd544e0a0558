package dissect

// The fields of DHCP messages: RFC 2131 section 2, RFC 2132, and the RFCs of the
// later options.

import "github.com/netkit-go/netkit/pkg/wire"

// Places in the header of dhcp.
const (
	dhcpHType = iota
	dhcpHHType
	dhcpHHLen
	dhcpHHops
	dhcpHID
	dhcpHSecs
	dhcpHFlags
	dhcpHBroadcast
	dhcpHReserved
	dhcpHClient
	dhcpHYour
	dhcpHServer
	dhcpHRelay
)

var dhcp = Proto{Name: "dhcp", Title: "Dynamic Host Configuration Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		code("dhcp.type", "Message type", 0, 8, dhcpOp),
		hexCode("dhcp.hw.type", "Hardware type", 8, 8, dhcpHardware),
		field("dhcp.hw.len", "Hardware address length", 16, 8, wire.FieldDec),
		field("dhcp.hops", "Hops", 24, 8, wire.FieldDec),
		field("dhcp.id", "Transaction ID", 32, 32, wire.FieldHex),
		field("dhcp.secs", "Seconds elapsed", 64, 16, wire.FieldDec),
		field("dhcp.flags", "Flags", 80, 16, wire.FieldHex),
		field("dhcp.flags.bc", "Broadcast", 80, 1, wire.FieldFlag),
		field("dhcp.flags.reserved", "Reserved", 81, 15, wire.FieldHex),
		field("dhcp.ip.client", "Client IP address", 96, 32, wire.FieldIPv4),
		field("dhcp.ip.your", "Your IP address", 128, 32, wire.FieldIPv4),
		field("dhcp.ip.server", "Next server IP address", 160, 32, wire.FieldIPv4),
		field("dhcp.ip.relay", "Relay agent IP address", 192, 32, wire.FieldIPv4),
	},
	Fields: []*Def{
		&dhcpMAC, &dhcpHWAddr, &dhcpHWPad, &dhcpServerName, &dhcpFile, &dhcpCookie, &dhcpBootpVendor, &dhcpOption, &dhcpOptLen,
		&dhcpOptValue, &dhcpPad, &dhcpEnd, &dhcpMessage, &dhcpMask, &dhcpTimeOffset, &dhcpRouter, &dhcpTimeServer, &dhcpNameServer,
		&dhcpDNS, &dhcpLogServer, &dhcpQuotes, &dhcpLPR, &dhcpImpress, &dhcpRLP, &dhcpHostname, &dhcpBootSize, &dhcpMerit, &dhcpDomain,
		&dhcpSwap, &dhcpRoot, &dhcpExtPath, &dhcpForwarding, &dhcpNonLocal, &dhcpMaxReasm, &dhcpTTL, &dhcpMTU, &dhcpAllLocal,
		&dhcpBroadcast, &dhcpMaskDiscovery, &dhcpMaskSupplier, &dhcpRouterDiscover, &dhcpRouterSolicit, &dhcpStaticIP,
		&dhcpStaticRouter, &dhcpARPTimeout, &dhcpTCPTTL, &dhcpKeepalive, &dhcpNISDomain, &dhcpNIS, &dhcpNTP, &dhcpNBNS, &dhcpNBDD,
		&dhcpNBType, &dhcpNBScope, &dhcpXFont, &dhcpXDisplay, &dhcpRequested, &dhcpLease, &dhcpOverload, &dhcpServerID,
		&dhcpRequestItem, &dhcpText, &dhcpMaxSize, &dhcpRenewal, &dhcpRebinding, &dhcpVendorClass, &dhcpClientID, &dhcpClientType,
		&dhcpIAID, &dhcpDUIDType, &dhcpUUID, &dhcpNISPDomain, &dhcpNISP, &dhcpTFTPName, &dhcpBootfile, &dhcpHomeAgent, &dhcpSMTP,
		&dhcpPOP3, &dhcpNNTP, &dhcpWWW, &dhcpFinger, &dhcpIRC, &dhcpUserClass, &dhcpFQDNFlags, &dhcpFQDNmbz, &dhcpFQDNn, &dhcpFQDNe,
		&dhcpFQDNo, &dhcpFQDNs, &dhcpFQDNr1, &dhcpFQDNr2, &dhcpFQDN, &dhcpSubOption, &dhcpSubLen, &dhcpSubValue, &dhcpCircuit,
		&dhcpRemote, &dhcpLinkSelect, &dhcpSubscriber, &dhcpServerOverride, &dhcpArch, &dhcpNetMajor, &dhcpNetMinor, &dhcpTZ,
		&dhcpTZName, &dhcpAutoConf, &dhcpSearch, &dhcpClassless, &dhcpLastTime, &dhcpAssocIP, &dhcpSubnetSel, &dhcpVIEnterprise,
		&dhcpVIClassEnterprise, &dhcpVIClassLen, &dhcpVIClassData, &dhcpTFTPAddr, &dhcpMUD, &dhcpPXEConfig, &dhcpPXEPrefix,
		&dhcpCaptive, &dhcpWPAD, &dhcpNonce, &dhcpCAPWAP, &dhcpPathMTU, &dhcpPlateau, &dhcpPolicyIP, &dhcpPolicyMask, &dhcpTrailer,
		&dhcpEtherEncap, &dhcpGarbage,
	}}

var (
	dhcpMAC               = loose("dhcp.hw.mac_addr", "Client MAC address", wire.FieldMAC)
	dhcpHWAddr            = loose("dhcp.hw.addr", "Client hardware address", Bytes)
	dhcpHWPad             = loose("dhcp.hw.addr_padding", "Hardware address padding", Bytes)
	dhcpServerName        = loose("dhcp.server", "Server host name", Text)
	dhcpFile              = loose("dhcp.file", "Boot file name", Text)
	dhcpCookie            = loose("dhcp.cookie", "Magic cookie", wire.FieldIPv4)
	dhcpBootpVendor       = loose("dhcp.vendor_specific_options", "Vendor information", Bytes)
	dhcpOption            = looseCode("dhcp.option.type", "Option", dhcpOptionName)
	dhcpOptLen            = loose("dhcp.option.length", "Length", wire.FieldDec)
	dhcpOptValue          = loose("dhcp.option.value", "Value", Bytes)
	dhcpPad               = loose("dhcp.option.padding", "Padding", Bytes)
	dhcpEnd               = loose("dhcp.option.end", "End", wire.FieldDec)
	dhcpMessage           = looseCode("dhcp.option.dhcp", "DHCP message", dhcpMessageName)
	dhcpMask              = loose("dhcp.option.subnet_mask", "Subnet mask", wire.FieldIPv4)
	dhcpTimeOffset        = loose("dhcp.option.time_offset", "Time offset, s", Signed)
	dhcpRouter            = loose("dhcp.option.router", "Router", wire.FieldIPv4)
	dhcpTimeServer        = loose("dhcp.option.time_server", "Time server", wire.FieldIPv4)
	dhcpNameServer        = loose("dhcp.option.name_server", "Name server (IEN 116)", wire.FieldIPv4)
	dhcpDNS               = loose("dhcp.option.domain_name_server", "DNS server", wire.FieldIPv4)
	dhcpLogServer         = loose("dhcp.option.log_server", "Log server", wire.FieldIPv4)
	dhcpQuotes            = loose("dhcp.option.quotes_server", "Quotes server", wire.FieldIPv4)
	dhcpLPR               = loose("dhcp.option.lpr_server", "LPR server", wire.FieldIPv4)
	dhcpImpress           = loose("dhcp.option.impress_server", "Impress server", wire.FieldIPv4)
	dhcpRLP               = loose("dhcp.option.resource_location_server", "Resource location server", wire.FieldIPv4)
	dhcpHostname          = loose("dhcp.option.hostname", "Host name", Text)
	dhcpBootSize          = loose("dhcp.option.boot_file_size", "Boot file size, 512 octets", wire.FieldDec)
	dhcpMerit             = loose("dhcp.option.merit_dump_file", "Merit dump file", Text)
	dhcpDomain            = loose("dhcp.option.domain_name", "Domain name", Text)
	dhcpSwap              = loose("dhcp.option.swap_server", "Swap server", wire.FieldIPv4)
	dhcpRoot              = loose("dhcp.option.root_path", "Root path", Text)
	dhcpExtPath           = loose("dhcp.option.extension_path", "Extension path", Text)
	dhcpForwarding        = loose("dhcp.option.ip_forwarding", "IP forwarding", wire.FieldDec)
	dhcpNonLocal          = loose("dhcp.option.non_local_source_routing", "Non-local source routing", wire.FieldDec)
	dhcpMaxReasm          = loose("dhcp.option.max_datagram_reassembly_size", "Most octets to reassemble", wire.FieldDec)
	dhcpTTL               = loose("dhcp.option.default_ip_ttl", "Default TTL", wire.FieldDec)
	dhcpMTU               = loose("dhcp.option.interface_mtu", "Interface MTU", wire.FieldDec)
	dhcpAllLocal          = loose("dhcp.option.all_subnets_are_local", "All subnets local", wire.FieldDec)
	dhcpBroadcast         = loose("dhcp.option.broadcast_address", "Broadcast address", wire.FieldIPv4)
	dhcpMaskDiscovery     = loose("dhcp.option.perform_mask_discovery", "Perform mask discovery", wire.FieldDec)
	dhcpMaskSupplier      = loose("dhcp.option.mask_supplier", "Mask supplier", wire.FieldDec)
	dhcpRouterDiscover    = loose("dhcp.option.perform_router_discover", "Perform router discovery", wire.FieldDec)
	dhcpRouterSolicit     = loose("dhcp.option.router_solicitation_address", "Router solicitation address", wire.FieldIPv4)
	dhcpStaticIP          = loose("dhcp.option.static_route.ip", "Static route to", wire.FieldIPv4)
	dhcpStaticRouter      = loose("dhcp.option.static_route.router", "By router", wire.FieldIPv4)
	dhcpARPTimeout        = loose("dhcp.option.arp_cache_timeout", "ARP cache timeout, s", wire.FieldDec)
	dhcpTCPTTL            = loose("dhcp.option.tcp_default_ttl", "TCP default TTL", wire.FieldDec)
	dhcpKeepalive         = loose("dhcp.option.tcp_keepalive_interval", "TCP keepalive, s", wire.FieldDec)
	dhcpNISDomain         = loose("dhcp.option.nis_domain", "NIS domain", Text)
	dhcpNIS               = loose("dhcp.option.nis_server", "NIS server", wire.FieldIPv4)
	dhcpNTP               = loose("dhcp.option.ntp_server", "NTP server", wire.FieldIPv4)
	dhcpNBNS              = loose("dhcp.option.netbios_over_tcpip_name_server", "NetBIOS name server", wire.FieldIPv4)
	dhcpNBDD              = loose("dhcp.option.netbios_over_tcpip_dd_name_server", "NetBIOS datagram server", wire.FieldIPv4)
	dhcpNBType            = looseCode("dhcp.option.netbios_over_tcpip_node_type", "NetBIOS node type", dhcpNodeType)
	dhcpNBScope           = loose("dhcp.option.netbios_over_tcpip_scope", "NetBIOS scope", Text)
	dhcpXFont             = loose("dhcp.option.xwindows_system_font_server", "X font server", wire.FieldIPv4)
	dhcpXDisplay          = loose("dhcp.option.xwindows_system_display_manager", "X display manager", wire.FieldIPv4)
	dhcpRequested         = loose("dhcp.option.requested_ip_address", "Requested IP address", wire.FieldIPv4)
	dhcpLease             = looseCode("dhcp.option.ip_address_lease_time", "Lease time, s", dhcpForever)
	dhcpOverload          = looseCode("dhcp.option.option_overload", "Option overload", dhcpOverloadName)
	dhcpServerID          = loose("dhcp.option.dhcp_server_id", "Server identifier", wire.FieldIPv4)
	dhcpRequestItem       = looseCode("dhcp.option.request_list_item", "Requested option", dhcpOptionName)
	dhcpText              = loose("dhcp.option.message", "Message", Text)
	dhcpMaxSize           = loose("dhcp.option.dhcp_max_message_size", "Largest message", wire.FieldDec)
	dhcpRenewal           = looseCode("dhcp.option.renewal_time_value", "Renewal time, s", dhcpForever)
	dhcpRebinding         = looseCode("dhcp.option.rebinding_time_value", "Rebinding time, s", dhcpForever)
	dhcpVendorClass       = loose("dhcp.option.vendor_class_id", "Vendor class", Text)
	dhcpClientID          = loose("dhcp.client_id", "Client identifier", Bytes)
	dhcpClientType        = loose("dhcp.client_id.type", "Client identifier type", wire.FieldDec)
	dhcpIAID              = loose("dhcp.client_id.iaid", "IAID", wire.FieldHex)
	dhcpDUIDType          = looseCode("dhcp.client_id.duid_type", "DUID type", duidType)
	dhcpUUID              = loose("dhcp.client_id.uuid", "UUID", Bytes)
	dhcpNISPDomain        = loose("dhcp.option.nis_plus_domain", "NIS+ domain", Text)
	dhcpNISP              = loose("dhcp.option.nis_plus_server", "NIS+ server", wire.FieldIPv4)
	dhcpTFTPName          = loose("dhcp.option.tftp_server_name", "TFTP server name", Text)
	dhcpBootfile          = loose("dhcp.option.bootfile_name", "Boot file name", Text)
	dhcpHomeAgent         = loose("dhcp.option.mobile_ip_home_agent", "Mobile IP home agent", wire.FieldIPv4)
	dhcpSMTP              = loose("dhcp.option.smtp_server", "SMTP server", wire.FieldIPv4)
	dhcpPOP3              = loose("dhcp.option.pop3_server", "POP3 server", wire.FieldIPv4)
	dhcpNNTP              = loose("dhcp.option.nntp_server", "NNTP server", wire.FieldIPv4)
	dhcpWWW               = loose("dhcp.option.default_www_server", "WWW server", wire.FieldIPv4)
	dhcpFinger            = loose("dhcp.option.default_finger_server", "Finger server", wire.FieldIPv4)
	dhcpIRC               = loose("dhcp.option.default_irc_server", "IRC server", wire.FieldIPv4)
	dhcpUserClass         = loose("dhcp.option.user_class", "User class", Bytes)
	dhcpFQDNFlags         = loose("dhcp.fqdn.flags", "Flags", wire.FieldHex)
	dhcpFQDNmbz           = loose("dhcp.fqdn.mbz", "Reserved", wire.FieldHex)
	dhcpFQDNn             = loose("dhcp.fqdn.n", "Server does no updates", wire.FieldFlag)
	dhcpFQDNe             = loose("dhcp.fqdn.e", "Name in wire format", wire.FieldFlag)
	dhcpFQDNo             = loose("dhcp.fqdn.o", "Server overrides", wire.FieldFlag)
	dhcpFQDNs             = loose("dhcp.fqdn.s", "Server updates the address record", wire.FieldFlag)
	dhcpFQDNr1            = loose("dhcp.fqdn.rcode1", "RCODE 1", wire.FieldDec)
	dhcpFQDNr2            = loose("dhcp.fqdn.rcode2", "RCODE 2", wire.FieldDec)
	dhcpFQDN              = loose("dhcp.fqdn.name", "Name", Text)
	dhcpSubOption         = looseCode("dhcp.option.agent_information_option.suboption", "Suboption", dhcpAgentName)
	dhcpSubLen            = loose("dhcp.option.suboption_length", "Length", wire.FieldDec)
	dhcpSubValue          = loose("dhcp.option.agent_information_option.value", "Value", Bytes)
	dhcpCircuit           = loose("dhcp.option.agent_information_option.agent_circuit_id", "Circuit ID", Bytes)
	dhcpRemote            = loose("dhcp.option.agent_information_option.agent_remote_id", "Remote ID", Bytes)
	dhcpLinkSelect        = loose("dhcp.option.agent_information_option.link_selection", "Link selection", wire.FieldIPv4)
	dhcpSubscriber        = loose("dhcp.option.agent_information_option.subscriber_id", "Subscriber ID", Text)
	dhcpServerOverride    = loose("dhcp.option.agent_information_option.server_id_override", "Server ID override", wire.FieldIPv4)
	dhcpArch              = looseCode("dhcp.option.client_system_architecture", "Client architecture", dhcpArchitecture)
	dhcpNetMajor          = loose("dhcp.client_network_id_major", "Network interface, major", wire.FieldDec)
	dhcpNetMinor          = loose("dhcp.client_network_id_minor", "Network interface, minor", wire.FieldDec)
	dhcpTZ                = loose("dhcp.option.tz_pcode", "Time zone, POSIX", Text)
	dhcpTZName            = loose("dhcp.option.tz_tcode", "Time zone, name", Text)
	dhcpAutoConf          = loose("dhcp.option.dhcp_auto_configuration", "Auto-configuration", wire.FieldDec)
	dhcpSearch            = loose("dhcp.option.dhcp_dns_domain_search_list_fqdn", "Search domain", Text)
	dhcpClassless         = loose("dhcp.option.classless_static_route", "Classless static route", Text)
	dhcpLastTime          = loose("dhcp.option.client_last_transaction_time", "Last transaction, s ago", wire.FieldDec)
	dhcpAssocIP           = loose("dhcp.option.associated_ip_option", "Associated IP address", wire.FieldIPv4)
	dhcpSubnetSel         = loose("dhcp.option.subnet_selection_option", "Subnet selection", wire.FieldIPv4)
	dhcpVIEnterprise      = loose("dhcp.option.vi.enterprise", "Enterprise", wire.FieldDec)
	dhcpVIClassEnterprise = loose("dhcp.option.vi_class.enterprise", "Enterprise", wire.FieldDec)
	dhcpVIClassLen        = loose("dhcp.option.vi_class.length", "Length", wire.FieldDec)
	dhcpVIClassData       = loose("dhcp.option.vi_class.data", "Data", Bytes)
	dhcpTFTPAddr          = loose("dhcp.option.tftp_server_address", "TFTP server address", wire.FieldIPv4)
	dhcpMUD               = loose("dhcp.option.mudurl", "MUD URL", Text)
	dhcpPXEConfig         = loose("dhcp.option.pxe_config_file", "PXE configuration file", Text)
	dhcpPXEPrefix         = loose("dhcp.option.pxe_path_prefix", "PXE path prefix", Text)
	dhcpCaptive           = loose("dhcp.option.captive_portal", "Captive portal", Text)
	dhcpWPAD              = loose("dhcp.option.private_proxy_autodiscovery", "Proxy configuration URL", Text)
	dhcpNonce             = loose("dhcp.option.forcerenew_nonce.algorithm", "Force renew nonce algorithm", wire.FieldDec)
	dhcpCAPWAP            = loose("dhcp.option.capwap_access_controller", "CAPWAP controller", wire.FieldIPv4)
	dhcpPathMTU           = loose("dhcp.option.path_mtu_aging_timeout", "Path MTU timeout, s", wire.FieldDec)
	dhcpPlateau           = loose("dhcp.option.path_mtu_plateau_table_item", "Path MTU plateau", wire.FieldDec)
	dhcpPolicyIP          = loose("dhcp.option.policy_filter.ip", "Policy filter", wire.FieldIPv4)
	dhcpPolicyMask        = loose("dhcp.option.policy_filter.subnet_mask", "Mask", wire.FieldIPv4)
	dhcpTrailer           = loose("dhcp.option.trailer_encapsulation", "Trailer encapsulation", wire.FieldDec)
	dhcpEtherEncap        = loose("dhcp.option.ethernet_encapsulation", "IEEE 802.3 encapsulation", wire.FieldDec)
	dhcpGarbage           = loose("dhcp.option.tcp_keepalive_garbage", "TCP keepalive garbage", wire.FieldDec)
)

package dissect

// The fields of DHCPv6: RFC 8415.

import "github.com/netkit-go/netkit/pkg/wire"

var dhcpv6 = Proto{Name: "dhcpv6", Title: "DHCPv6", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&d6Type, &d6XID, &d6Hops, &d6Link, &d6Peer, &d6Option, &d6Length, &d6Value, &d6DUID, &d6DUIDType, &d6LLTHw, &d6LLTTime,
		&d6LLTAddr, &d6LLHw, &d6LLAddr, &d6EN, &d6ENID, &d6UUID, &d6IAID, &d6T1, &d6T2, &d6IATA, &d6Addr, &d6AddrPref, &d6AddrValid,
		&d6PDPref, &d6PDValid, &d6PDLen, &d6PDAddr, &d6Requested, &d6Preference, &d6Elapsed, &d6AuthProto, &d6AuthAlg, &d6AuthRDM,
		&d6AuthReplay, &d6AuthInfo, &d6Unicast, &d6Status, &d6StatusText, &d6UserClassLen, &d6UserClass, &d6VendorClass,
		&d6VendorClassData, &d6VendorOpts, &d6VendorCode, &d6VendorLen, &d6VendorData, &d6Interface, &d6Reconf, &d6SIPName, &d6SIP,
		&d6DNS, &d6Search, &d6NIS, &d6NISP, &d6SNTP, &d6Lifetime, &d6RemoteEN, &d6Subscriber, &d6FQDNFlags, &d6FQDN, &d6PANA, &d6TZ,
		&d6TZDB, &d6CLT, &d6CAPWAP, &d6AFTR, &d6NTPType, &d6NTPLen, &d6NTPAddr, &d6NTPMulti, &d6NTPName6, &d6MUD, &d6Captive,
	}}

var (
	d6Type            = looseCode("dhcpv6.msgtype", "Message type", d6TypeName)
	d6XID             = loose("dhcpv6.xid", "Transaction ID", wire.FieldHex)
	d6Hops            = loose("dhcpv6.hopcount", "Hop count", wire.FieldDec)
	d6Link            = loose("dhcpv6.linkaddr", "Link address", wire.FieldIPv6)
	d6Peer            = loose("dhcpv6.peeraddr", "Peer address", wire.FieldIPv6)
	d6Option          = looseCode("dhcpv6.option.type", "Option", d6OptionName)
	d6Length          = loose("dhcpv6.option.length", "Length", wire.FieldDec)
	d6Value           = loose("dhcpv6.option.value", "Value", Bytes)
	d6DUID            = loose("dhcpv6.duid.bytes", "DUID", Bytes)
	d6DUIDType        = looseCode("dhcpv6.duid.type", "DUID type", duidType)
	d6LLTHw           = looseCode("dhcpv6.duidllt.hwtype", "Hardware type", dhcpHardware)
	d6LLTTime         = loose("dhcpv6.duidllt.time", "Time", Time)
	d6LLTAddr         = loose("dhcpv6.duidllt.link_layer_addr", "Link-layer address", wire.FieldMAC)
	d6LLHw            = looseCode("dhcpv6.duidll.hwtype", "Hardware type", dhcpHardware)
	d6LLAddr          = loose("dhcpv6.duidll.link_layer_addr", "Link-layer address", wire.FieldMAC)
	d6EN              = looseCode("dhcpv6.duiden.enterprise", "Enterprise", enterprise)
	d6ENID            = loose("dhcpv6.duiden.identifier", "Identifier", Bytes)
	d6UUID            = loose("dhcpv6.duiduuid.bytes", "UUID", Bytes)
	d6IAID            = loose("dhcpv6.iaid", "IAID", wire.FieldHex)
	d6T1              = looseCode("dhcpv6.iaid.t1", "T1", dhcpForever)
	d6T2              = looseCode("dhcpv6.iaid.t2", "T2", dhcpForever)
	d6IATA            = loose("dhcpv6.iata", "IAID", wire.FieldHex)
	d6Addr            = loose("dhcpv6.iaaddr.ip", "Address", wire.FieldIPv6)
	d6AddrPref        = looseCode("dhcpv6.iaaddr.pref_lifetime", "Preferred lifetime", dhcpForever)
	d6AddrValid       = looseCode("dhcpv6.iaaddr.valid_lifetime", "Valid lifetime", dhcpForever)
	d6PDPref          = looseCode("dhcpv6.iaprefix.pref_lifetime", "Preferred lifetime", dhcpForever)
	d6PDValid         = looseCode("dhcpv6.iaprefix.valid_lifetime", "Valid lifetime", dhcpForever)
	d6PDLen           = loose("dhcpv6.iaprefix.pref_len", "Prefix length", wire.FieldDec)
	d6PDAddr          = loose("dhcpv6.iaprefix.pref_addr", "Prefix", wire.FieldIPv6)
	d6Requested       = looseCode("dhcpv6.requested_option_code", "Requested option", d6OptionName)
	d6Preference      = loose("dhcpv6.option_preference", "Preference", wire.FieldDec)
	d6Elapsed         = loose("dhcpv6.elapsed_time", "Elapsed, ms", wire.FieldDec)
	d6AuthProto       = loose("dhcpv6.auth.protocol", "Protocol", wire.FieldDec)
	d6AuthAlg         = loose("dhcpv6.auth.algorithm", "Algorithm", wire.FieldDec)
	d6AuthRDM         = loose("dhcpv6.auth.rdm", "Replay detection method", wire.FieldDec)
	d6AuthReplay      = loose("dhcpv6.auth.replay_detection", "Replay detection", wire.FieldHex)
	d6AuthInfo        = loose("dhcpv6.auth.info", "Information", Bytes)
	d6Unicast         = loose("dhcpv6.unicast", "Server address", wire.FieldIPv6)
	d6Status          = looseCode("dhcpv6.status_code", "Status", d6StatusName)
	d6StatusText      = loose("dhcpv6.status_msg", "Message", Text)
	d6UserClassLen    = loose("dhcpv6.userclass.length", "Length", wire.FieldDec)
	d6UserClass       = loose("dhcpv6.userclass.opaque_data", "User class", Bytes)
	d6VendorClass     = looseCode("dhcpv6.vendorclass.enterprise", "Enterprise", enterprise)
	d6VendorClassData = loose("dhcpv6.vendorclass.data", "Data", Text)
	d6VendorOpts      = looseCode("dhcpv6.vendoropts.enterprise", "Enterprise", enterprise)
	d6VendorCode      = loose("dhcpv6.vendoropts.enterprise.option_code", "Option code", wire.FieldDec)
	d6VendorLen       = loose("dhcpv6.vendoropts.enterprise.option_length", "Option length", wire.FieldDec)
	d6VendorData      = loose("dhcpv6.vendoropts.enterprise.option_data", "Option data", Bytes)
	d6Interface       = loose("dhcpv6.interface_id", "Interface ID", Bytes)
	d6Reconf          = looseCode("dhcpv6.reconf_msg", "Reconfigure message", d6TypeName)
	d6SIPName         = loose("dhcpv6.sip_server_domain_search_fqdn", "SIP server name", Text)
	d6SIP             = loose("dhcpv6.sip_server_a", "SIP server", wire.FieldIPv6)
	d6DNS             = loose("dhcpv6.dns_server", "DNS server", wire.FieldIPv6)
	d6Search          = loose("dhcpv6.search_list_entry", "Search domain", Text)
	d6NIS             = loose("dhcpv6.nis_server", "NIS server", wire.FieldIPv6)
	d6NISP            = loose("dhcpv6.nisp_server", "NIS+ server", wire.FieldIPv6)
	d6SNTP            = loose("dhcpv6.sntp_server", "SNTP server", wire.FieldIPv6)
	d6Lifetime        = loose("dhcpv6.lifetime", "Information refresh time", wire.FieldDec)
	d6RemoteEN        = looseCode("dhcpv6.remoteid.enterprise", "Enterprise", enterprise)
	d6Subscriber      = loose("dhcpv6.subscriber_id", "Subscriber ID", Bytes)
	d6FQDNFlags       = loose("dhcpv6.client_fqdn_flags", "Flags", wire.FieldHex)
	d6FQDN            = loose("dhcpv6.client_domain", "Client name", Text)
	d6PANA            = loose("dhcpv6.pana_agent", "PANA agent", wire.FieldIPv6)
	d6TZ              = loose("dhcpv6.timezone", "Time zone", Text)
	d6TZDB            = loose("dhcpv6.tzdb", "Time zone name", Text)
	d6CLT             = loose("dhcpv6.clt_time", "Client's last transaction, s ago", wire.FieldDec)
	d6CAPWAP          = loose("dhcpv6.capwap_ac_v6", "CAPWAP controller", wire.FieldIPv6)
	d6AFTR            = loose("dhcpv6.aftr_name", "AFTR name", Text)
	d6NTPType         = looseCode("dhcpv6.ntpserver.option.type", "NTP suboption", d6NTPName)
	d6NTPLen          = loose("dhcpv6.ntpserver.option.length", "Length", wire.FieldDec)
	d6NTPAddr         = loose("dhcpv6.ntpserver.addr", "NTP server", wire.FieldIPv6)
	d6NTPMulti        = loose("dhcpv6.ntpserver.mc_addr", "NTP multicast address", wire.FieldIPv6)
	d6NTPName6        = loose("dhcpv6.ntpserver.fqdn", "NTP server name", Text)
	d6MUD             = loose("dhcpv6.mudurl", "MUD URL", Text)
	d6Captive         = loose("dhcpv6.captive_portal", "Captive portal", Text)
)

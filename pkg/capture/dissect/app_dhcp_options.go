package dissect

// The options of DHCP (IANA BOOTP Vendor Extensions and DHCP Options).

var dhcpOptions = [256]string{
	0: "Pad", 1: "Subnet mask", 2: "Time offset", 3: "Router", 4: "Time server", 5: "Name server",
	6: "DNS server", 7: "Log server", 8: "Quotes server", 9: "LPR server", 10: "Impress server",
	11: "Resource location server", 12: "Host name", 13: "Boot file size", 14: "Merit dump file",
	15: "Domain name", 16: "Swap server", 17: "Root path", 18: "Extensions path", 19: "IP forwarding",
	20: "Non-local source routing", 21: "Policy filter", 22: "Maximum datagram reassembly size",
	23: "Default IP TTL", 24: "Path MTU aging timeout", 25: "Path MTU plateau table", 26: "Interface MTU",
	27: "All subnets local", 28: "Broadcast address", 29: "Perform mask discovery", 30: "Mask supplier",
	31: "Perform router discovery", 32: "Router solicitation address", 33: "Static route",
	34: "Trailer encapsulation", 35: "ARP cache timeout", 36: "Ethernet encapsulation", 37: "TCP default TTL",
	38: "TCP keepalive interval", 39: "TCP keepalive garbage", 40: "NIS domain", 41: "NIS servers",
	42: "NTP servers", 43: "Vendor-specific information", 44: "NetBIOS name server",
	45: "NetBIOS datagram distribution server", 46: "NetBIOS node type", 47: "NetBIOS scope",
	48: "X font server", 49: "X display manager", 50: "Requested IP address", 51: "IP address lease time",
	52: "Option overload", 53: "DHCP message type", 54: "Server identifier", 55: "Parameter request list",
	56: "Message", 57: "Maximum DHCP message size", 58: "Renewal time", 59: "Rebinding time",
	60: "Vendor class identifier", 61: "Client identifier", 62: "NetWare/IP domain",
	63: "NetWare/IP information", 64: "NIS+ domain", 65: "NIS+ servers", 66: "TFTP server name",
	67: "Bootfile name", 68: "Mobile IP home agent", 69: "SMTP server", 70: "POP3 server", 71: "NNTP server",
	72: "WWW server", 73: "Finger server", 74: "IRC server", 75: "StreetTalk server",
	76: "StreetTalk directory assistance server", 77: "User class", 78: "SLP directory agent",
	79: "SLP service scope", 80: "Rapid commit", 81: "Client FQDN", 82: "Relay agent information", 83: "iSNS",
	85: "NDS servers", 86: "NDS tree name", 87: "NDS context", 88: "BCMCS domain names", 89: "BCMCS addresses",
	90: "Authentication", 91: "Client last transaction time", 92: "Associated IP",
	93: "Client system architecture", 94: "Client network interface", 95: "LDAP",
	97: "Client machine identifier", 98: "User authentication", 99: "Civic location", 100: "Time zone, POSIX",
	101: "Time zone, name", 108: "IPv6-only preferred", 109: "DHCPv4-over-DHCPv6 source address",
	112: "NetInfo address", 113: "NetInfo tag", 114: "Captive portal", 116: "Auto-configuration",
	117: "Name service search", 118: "Subnet selection", 119: "Domain search", 120: "SIP servers",
	121: "Classless static route", 122: "CableLabs client configuration", 123: "Geographic location",
	124: "Vendor-identifying vendor class", 125: "Vendor-identifying vendor-specific information", 128: "PXE",
	129: "PXE", 130: "PXE", 131: "PXE", 132: "PXE", 133: "PXE", 134: "PXE", 135: "PXE", 136: "PANA agent",
	137: "LoST server", 138: "CAPWAP access controller", 139: "Mobility services addresses",
	140: "Mobility services names", 141: "SIP user agent configuration domains", 142: "ANDSF addresses",
	143: "SZTP redirect", 144: "Geographic location (GeoLoc)", 145: "Force renew nonce capable",
	146: "RDNSS selection", 147: "DOTS reference identifier", 148: "DOTS address", 150: "TFTP server address",
	151: "Status code", 152: "Base time", 153: "Start time of state", 154: "Query start time",
	155: "Query end time", 156: "DHCP state", 157: "Data source", 158: "PCP server", 159: "Port parameters",
	161: "Manufacturer usage description URL", 162: "DNR", 208: "PXELINUX magic",
	209: "PXELINUX configuration file", 210: "PXELINUX path prefix", 211: "PXELINUX reboot time", 212: "6RD",
	213: "Access network domain name", 220: "Subnet allocation", 221: "Virtual subnet selection",
	249: "Classless static route (Microsoft)", 252: "Proxy autodiscovery", 255: "End",
}

func dhcpOptionName(v uint64) string {
	if v < uint64(len(dhcpOptions)) {
		return dhcpOptions[v]
	}
	return ""
}

// dhcpForm is how an option's value is made up.
type dhcpForm uint8

const (
	dhcpOther  dhcpForm = iota // in a way of its own, or none that is known
	dhcp1                      // a number of so many octets
	dhcp2                      //
	dhcp4                      //
	dhcp1s                     // such numbers to the end
	dhcp2s                     //
	dhcpAddr                   // an IPv4 address
	dhcpAddrs                  // such addresses to the end
	dhcpString                 // text
)

type dhcpOptionDef struct {
	def  *Def
	form dhcpForm
}

var dhcpOptionDefs = [256]dhcpOptionDef{
	1:   {&dhcpMask, dhcpAddr},
	2:   {&dhcpTimeOffset, dhcp4},
	3:   {&dhcpRouter, dhcpAddrs},
	4:   {&dhcpTimeServer, dhcpAddrs},
	5:   {&dhcpNameServer, dhcpAddrs},
	6:   {&dhcpDNS, dhcpAddrs},
	7:   {&dhcpLogServer, dhcpAddrs},
	8:   {&dhcpQuotes, dhcpAddrs},
	9:   {&dhcpLPR, dhcpAddrs},
	10:  {&dhcpImpress, dhcpAddrs},
	11:  {&dhcpRLP, dhcpAddrs},
	12:  {&dhcpHostname, dhcpString},
	13:  {&dhcpBootSize, dhcp2},
	14:  {&dhcpMerit, dhcpString},
	15:  {&dhcpDomain, dhcpString},
	16:  {&dhcpSwap, dhcpAddr},
	17:  {&dhcpRoot, dhcpString},
	18:  {&dhcpExtPath, dhcpString},
	19:  {&dhcpForwarding, dhcp1},
	20:  {&dhcpNonLocal, dhcp1},
	22:  {&dhcpMaxReasm, dhcp2},
	23:  {&dhcpTTL, dhcp1},
	24:  {&dhcpPathMTU, dhcp4},
	25:  {&dhcpPlateau, dhcp2s},
	26:  {&dhcpMTU, dhcp2},
	27:  {&dhcpAllLocal, dhcp1},
	28:  {&dhcpBroadcast, dhcpAddr},
	29:  {&dhcpMaskDiscovery, dhcp1},
	30:  {&dhcpMaskSupplier, dhcp1},
	31:  {&dhcpRouterDiscover, dhcp1},
	32:  {&dhcpRouterSolicit, dhcpAddr},
	34:  {&dhcpTrailer, dhcp1},
	35:  {&dhcpARPTimeout, dhcp4},
	36:  {&dhcpEtherEncap, dhcp1},
	37:  {&dhcpTCPTTL, dhcp1},
	38:  {&dhcpKeepalive, dhcp4},
	39:  {&dhcpGarbage, dhcp1},
	40:  {&dhcpNISDomain, dhcpString},
	41:  {&dhcpNIS, dhcpAddrs},
	42:  {&dhcpNTP, dhcpAddrs},
	44:  {&dhcpNBNS, dhcpAddrs},
	45:  {&dhcpNBDD, dhcpAddrs},
	46:  {&dhcpNBType, dhcp1},
	47:  {&dhcpNBScope, dhcpString},
	48:  {&dhcpXFont, dhcpAddrs},
	49:  {&dhcpXDisplay, dhcpAddrs},
	50:  {&dhcpRequested, dhcpAddr},
	51:  {&dhcpLease, dhcp4},
	52:  {&dhcpOverload, dhcp1},
	53:  {&dhcpMessage, dhcp1},
	54:  {&dhcpServerID, dhcpAddr},
	55:  {&dhcpRequestItem, dhcp1s},
	56:  {&dhcpText, dhcpString},
	57:  {&dhcpMaxSize, dhcp2},
	58:  {&dhcpRenewal, dhcp4},
	59:  {&dhcpRebinding, dhcp4},
	60:  {&dhcpVendorClass, dhcpString},
	64:  {&dhcpNISPDomain, dhcpString},
	65:  {&dhcpNISP, dhcpAddrs},
	66:  {&dhcpTFTPName, dhcpString},
	67:  {&dhcpBootfile, dhcpString},
	68:  {&dhcpHomeAgent, dhcpAddrs},
	69:  {&dhcpSMTP, dhcpAddrs},
	70:  {&dhcpPOP3, dhcpAddrs},
	71:  {&dhcpNNTP, dhcpAddrs},
	72:  {&dhcpWWW, dhcpAddrs},
	73:  {&dhcpFinger, dhcpAddrs},
	74:  {&dhcpIRC, dhcpAddrs},
	77:  {&dhcpUserClass, dhcpString},
	91:  {&dhcpLastTime, dhcp4},
	92:  {&dhcpAssocIP, dhcpAddrs},
	93:  {&dhcpArch, dhcp2s},
	100: {&dhcpTZ, dhcpString},
	101: {&dhcpTZName, dhcpString},
	114: {&dhcpCaptive, dhcpString},
	116: {&dhcpAutoConf, dhcp1},
	118: {&dhcpSubnetSel, dhcpAddr},
	138: {&dhcpCAPWAP, dhcpAddrs},
	145: {&dhcpNonce, dhcp1s},
	150: {&dhcpTFTPAddr, dhcpAddrs},
	161: {&dhcpMUD, dhcpString},
	209: {&dhcpPXEConfig, dhcpString},
	210: {&dhcpPXEPrefix, dhcpString},
	252: {&dhcpWPAD, dhcpString},
}

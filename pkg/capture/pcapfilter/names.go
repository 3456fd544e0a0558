package pcapfilter

// ipProtoNames are IP protocols by the names of the IANA registry that are in
// common use. A keyword among them is written with a backslash: "ip proto \tcp".
var ipProtoNames = map[string]uint32{
	"ip": 0, "hopopt": 0, "icmp": protoICMP, "igmp": protoIGMP, "ggp": 3, "ipencap": 4, "st": 5, "tcp": protoTCP,
	"egp": 8, "igp": 9, "pup": 12, "udp": protoUDP, "hmp": 20, "xns-idp": 22, "rdp": 27, "iso-tp4": 29, "dccp": 33,
	"xtp": 36, "ddp": 37, "idpr-cmtp": 38, "ipv6": 41, "ipv6-route": 43, "ipv6-frag": protoFragment, "idrp": 45,
	"rsvp": 46, "gre": 47, "esp": protoESP, "ah": protoAH, "skip": 57, "ipv6-icmp": protoICMP6, "ipv6-nonxt": 59,
	"ipv6-opts": 60, "rspf": 73, "vmtp": 81, "eigrp": 88, "ospf": 89, "ax.25": 93, "ipip": 94, "etherip": 97,
	"encap": 98, "pim": protoPIM, "ipcomp": 108, "vrrp": protoVRRP, "l2tp": 115, "isis": 124, "sctp": protoSCTP,
	"fc": 133, "mobility-header": 135, "udplite": 136, "mpls-in-ip": 137, "manet": 138, "hip": 139, "shim6": 140,
	"wesp": 141, "rohc": 142, "ethernet": 143,
}

var linkProtoNames = map[string]uint32{
	"aarp": typeAARP, "arp": typeARP, "atalk": typeATalk, "decnet": typeDECnet, "ip": typeIP, "ip6": typeIP6,
	"lat": typeLAT, "loopback": typeLoopback, "mopdl": typeMOPDL, "moprc": typeMOPRC, "rarp": typeRARP,
	"sca": typeSCA, "iso": sapISO, "stp": sapSTP, "ipx": sapIPX, "netbeui": sapNetBEUI,
}

var osiProtoNames = map[string]uint32{"clnp": osiCLNP, "esis": osiESIS, "isis": osiISIS}

type serviceEntry struct{ port, proto uint32 }

// services are the names known without a Resolve function. Where a service has
// its port with several transports, proto is 0.
var services = map[string]serviceEntry{
	"echo": {7, 0}, "discard": {9, 0}, "daytime": {13, 0}, "ftp-data": {20, protoTCP}, "ftp": {21, protoTCP},
	"ssh": {22, protoTCP}, "telnet": {23, protoTCP}, "smtp": {25, protoTCP}, "time": {37, 0},
	"whois": {43, protoTCP}, "tacacs": {49, 0}, "domain": {53, 0}, "bootps": {67, protoUDP},
	"bootpc": {68, protoUDP}, "tftp": {69, protoUDP}, "gopher": {70, protoTCP}, "finger": {79, protoTCP},
	"http": {80, protoTCP}, "www": {80, protoTCP}, "kerberos": {88, 0}, "pop3": {110, protoTCP}, "sunrpc": {111, 0},
	"auth": {113, protoTCP}, "nntp": {119, protoTCP}, "ntp": {123, protoUDP}, "netbios-ns": {137, protoUDP},
	"netbios-dgm": {138, protoUDP}, "netbios-ssn": {139, protoTCP}, "imap": {143, protoTCP}, "imap2": {143, protoTCP},
	"snmp": {161, 0}, "snmp-trap": {162, 0}, "snmptrap": {162, 0}, "bgp": {179, protoTCP}, "ldap": {389, 0},
	"https": {443, 0}, "microsoft-ds": {445, protoTCP}, "submissions": {465, protoTCP}, "isakmp": {500, protoUDP},
	"exec": {512, protoTCP}, "biff": {512, protoUDP}, "login": {513, protoTCP}, "who": {513, protoUDP},
	"shell": {514, protoTCP}, "syslog": {514, protoUDP}, "printer": {515, protoTCP}, "route": {520, protoUDP},
	"dhcpv6-client": {546, protoUDP}, "dhcpv6-server": {547, protoUDP}, "rtsp": {554, 0},
	"submission": {587, protoTCP}, "ipp": {631, protoTCP}, "ldaps": {636, 0}, "domain-s": {853, 0},
	"rsync": {873, protoTCP}, "telnets": {992, protoTCP}, "imaps": {993, protoTCP}, "pop3s": {995, protoTCP},
	"socks": {1080, protoTCP}, "openvpn": {1194, 0}, "radius": {1812, 0}, "radius-acct": {1813, 0}, "nfs": {2049, 0},
	"mysql": {3306, protoTCP}, "svn": {3690, protoTCP}, "sip": {5060, 0}, "sip-tls": {5061, 0},
	"mdns": {5353, protoUDP}, "postgresql": {5432, protoTCP}, "x11": {6000, protoTCP}, "redis": {6379, protoTCP},
	"http-alt": {8080, protoTCP}, "git": {9418, protoTCP},
}

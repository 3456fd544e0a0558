package pcapfilter

// word is a keyword or an operator.
type word uint8

const (
	none word = iota

	// Protocols. The order is that of protoNames.
	wLink
	wIP
	wARP
	wRARP
	wSCTP
	wTCP
	wUDP
	wICMP
	wIGMP
	wIGRP
	wPIM
	wVRRP
	wCARP
	wIP6
	wICMP6
	wAH
	wESP
	wATalk
	wAARP
	wDECnet
	wLAT
	wSCA
	wMOPRC
	wMOPDL
	wISO
	wESIS
	wISIS
	wL1
	wL2
	wIIH
	wLSP
	wSNP
	wCSNP
	wPSNP
	wCLNP
	wSTP
	wIPX
	wNetBEUI
	wRadio
	lastProto = wRadio
)

const (
	wSrc word = lastProto + 1 + iota
	wDst
	wSrcOrDst  // "src or dst"; no word of its own
	wSrcAndDst // "src and dst"
	wHost
	wNet
	wMask
	wPort
	wPortrange
	wProto
	wProtochain
	wGateway
	wLess
	wGreater
	wByte
	wBroadcast
	wMulticast
	wAnd
	wOr
	wNot
	wLen
	wInbound
	wOutbound
	wIfindex
	wVLAN
	wMPLS
	wPPPoED
	wPPPoES
	wGeneve
	wLLC
	wWLAN  // all that only 802.11 has
	wPF    // all that only pflog has
	wRnr   // pflog's, and an LLC type
	wATM   // all that only SunATM has
	wSS7   // all that only MTP2 and MTP3 have
	wOpen  // (
	wClose // )
	wOpenIndex
	wCloseIndex
	wColon
	wAdd
	wSub
	wMul
	wDiv
	wMod
	wBitAnd
	wBitOr
	wXor
	wLsh
	wRsh
	wEq
	wNe
	wLt
	wLe
	wGt
	wGe
)

// isProto reports whether w names a protocol.
func (w word) isProto() bool { return wLink <= w && w <= lastProto }

var protoNames = [...]string{
	wLink: "ether", wIP: "ip", wARP: "arp", wRARP: "rarp", wSCTP: "sctp", wTCP: "tcp", wUDP: "udp", wICMP: "icmp",
	wIGMP: "igmp", wIGRP: "igrp", wPIM: "pim", wVRRP: "vrrp", wCARP: "carp", wIP6: "ip6", wICMP6: "icmp6", wAH: "ah",
	wESP: "esp", wATalk: "atalk", wAARP: "aarp", wDECnet: "decnet", wLAT: "lat", wSCA: "sca", wMOPRC: "moprc",
	wMOPDL: "mopdl", wISO: "iso", wESIS: "esis", wISIS: "isis", wL1: "l1", wL2: "l2", wIIH: "iih", wLSP: "lsp",
	wSNP: "snp", wCSNP: "csnp", wPSNP: "psnp", wCLNP: "clnp", wSTP: "stp", wIPX: "ipx", wNetBEUI: "netbeui",
	wRadio: "radio",
}

// operators are tried in this order, the longer before their beginnings.
var operators = []struct {
	text string
	word word
}{
	{"&&", wAnd}, {"||", wOr}, {"!=", wNe}, {"==", wEq}, {"<=", wLe}, {">=", wGe}, {"<<", wLsh}, {">>", wRsh},
	{"!", wNot}, {"=", wEq}, {"<", wLt}, {">", wGt}, {"(", wOpen}, {")", wClose}, {"[", wOpenIndex},
	{"]", wCloseIndex}, {"+", wAdd}, {"-", wSub}, {"*", wMul}, {"/", wDiv}, {"%", wMod}, {"&", wBitAnd},
	{"|", wBitOr}, {"^", wXor}, {":", wColon},
}

var keywords = map[string]word{
	"link": wLink, "ether": wLink, "ppp": wLink, "slip": wLink, "fddi": wLink, "tr": wLink, "wlan": wLink,
	"arp": wARP, "rarp": wRARP, "ip": wIP, "sctp": wSCTP, "tcp": wTCP, "udp": wUDP, "icmp": wICMP, "igmp": wIGMP,
	"igrp": wIGRP, "pim": wPIM, "vrrp": wVRRP, "carp": wCARP, "radio": wRadio, "ip6": wIP6, "icmp6": wICMP6,
	"ah": wAH, "esp": wESP, "atalk": wATalk, "aarp": wAARP, "decnet": wDECnet, "lat": wLAT, "sca": wSCA,
	"moprc": wMOPRC, "mopdl": wMOPDL, "iso": wISO, "esis": wESIS, "es-is": wESIS, "isis": wISIS, "is-is": wISIS,
	"l1": wL1, "l2": wL2, "iih": wIIH, "lsp": wLSP, "snp": wSNP, "csnp": wCSNP, "psnp": wPSNP, "clnp": wCLNP,
	"stp": wSTP, "ipx": wIPX, "netbeui": wNetBEUI,

	"src": wSrc, "dst": wDst, "host": wHost, "net": wNet, "mask": wMask, "port": wPort, "portrange": wPortrange,
	"proto": wProto, "protochain": wProtochain, "gateway": wGateway, "less": wLess, "greater": wGreater,
	"byte": wByte, "broadcast": wBroadcast, "multicast": wMulticast, "and": wAnd, "or": wOr, "not": wNot,
	"len": wLen, "length": wLen, "inbound": wInbound, "outbound": wOutbound, "ifindex": wIfindex,
	"vlan": wVLAN, "mpls": wMPLS, "pppoed": wPPPoED, "pppoes": wPPPoES, "geneve": wGeneve, "llc": wLLC,

	"type": wWLAN, "subtype": wWLAN, "direction": wWLAN, "dir": wWLAN, "ra": wWLAN, "ta": wWLAN,
	"address1": wWLAN, "addr1": wWLAN, "address2": wWLAN, "addr2": wWLAN,
	"address3": wWLAN, "addr3": wWLAN, "address4": wWLAN, "addr4": wWLAN,

	"on": wPF, "ifname": wPF, "rset": wPF, "ruleset": wPF, "rnr": wRnr, "rulenum": wRnr, "srnr": wPF,
	"subrulenum": wPF, "reason": wPF, "action": wPF,

	"lane": wATM, "metac": wATM, "bcc": wATM, "oam": wATM, "oamf4": wATM, "oamf4ec": wATM, "oamf4sc": wATM,
	"sc": wATM, "ilmic": wATM, "vpi": wATM, "vci": wATM, "connectmsg": wATM, "metaconnect": wATM,

	"fisu": wSS7, "lssu": wSS7, "lsu": wSS7, "msu": wSS7, "hfisu": wSS7, "hlssu": wSS7, "hmsu": wSS7,
	"sio": wSS7, "opc": wSS7, "dpc": wSS7, "sls": wSS7, "hsio": wSS7, "hopc": wSS7, "hdpc": wSS7, "hsls": wSS7,
}

// constants are the names that stand for numbers: header offsets, ICMP types
// (RFC 792, RFC 950, RFC 1256), ICMPv6 types (the IANA registry), TCP flags.
var constants = map[string]uint32{
	"icmptype": 0, "icmpcode": 1, "icmp6type": 0, "icmp6code": 1, "tcpflags": 13,

	"icmp-echoreply": 0, "icmp-unreach": 3, "icmp-sourcequench": 4, "icmp-redirect": 5, "icmp-echo": 8,
	"icmp-routeradvert": 9, "icmp-routersolicit": 10, "icmp-timxceed": 11, "icmp-paramprob": 12,
	"icmp-tstamp": 13, "icmp-tstampreply": 14, "icmp-ireq": 15, "icmp-ireqreply": 16, "icmp-maskreq": 17,
	"icmp-maskreply": 18,

	"icmp6-destinationunreach": 1, "icmp6-packettoobig": 2, "icmp6-timeexceeded": 3, "icmp6-parameterproblem": 4,
	"icmp6-echo": 128, "icmp6-echoreply": 129, "icmp6-multicastlistenerquery": 130,
	"icmp6-multicastlistenerreportv1": 131, "icmp6-multicastlistenerdone": 132, "icmp6-routersolicit": 133,
	"icmp6-routeradvert": 134, "icmp6-neighborsolicit": 135, "icmp6-neighboradvert": 136, "icmp6-redirect": 137,
	"icmp6-routerrenum": 138, "icmp6-nodeinformationquery": 139, "icmp6-nodeinformationresponse": 140,
	"icmp6-ineighbordiscoverysolicit": 141, "icmp6-ineighbordiscoveryadvert": 142,
	"icmp6-multicastlistenerreportv2": 143, "icmp6-homeagentdiscoveryrequest": 144,
	"icmp6-homeagentdiscoveryreply": 145, "icmp6-mobileprefixsolicit": 146, "icmp6-mobileprefixadvert": 147,
	"icmp6-certpathsolicit": 148, "icmp6-certpathadvert": 149, "icmp6-multicastrouteradvert": 151,
	"icmp6-multicastroutersolicit": 152, "icmp6-multicastrouterterm": 153,

	"tcp-fin": 0x01, "tcp-syn": 0x02, "tcp-rst": 0x04, "tcp-push": 0x08, "tcp-ack": 0x10, "tcp-urg": 0x20,
	"tcp-ece": 0x40, "tcp-cwr": 0x80,
}

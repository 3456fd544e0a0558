package pcapfilter

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
)

// exceptions are the expressions on which we differ from tcpdump, and why.
var exceptions = map[string]string{
	"ip protochain 6":      "needs a loop, which neither a socket nor our machine runs",
	"ip6 protochain 6":     "needs a loop",
	"protochain 6":         "needs a loop",
	"protochain \\tcp":     "needs a loop",
	"byte 0 & 1":           "libpcap's program does not load the byte before it masks it",
	"byte 12 | 0":          "libpcap's program does not load the byte before it masks it",
	"host localhost":       "names are not looked up unless the caller says how",
	"src host localhost":   "names are not looked up unless the caller says how",
	"decnet host 10.1.2.3": "libpcap reads area.node and ignores the rest",
	"decnet host 10.10.10": "libpcap reads area.node and ignores the rest",
	"net loopback":         "names are not looked up unless the caller says how",
}

// expressions are those that every link type is tried with.
func expressions() []string {
	list := strings.Split(strings.TrimSpace(expressionList), "\n")
	for _, p := range protoNames {
		if p == "" {
			continue
		}
		list = append(list, p, "not "+p, p+"[0] = 1", p+"[1:2] > 7", p+" host 10.1.2.3", p+" net 10.1", p+" port 80", p+" portrange 1-80", p+" proto 6", p+" src host 2001:db8::1",
			p+" broadcast", p+" multicast", p+" gateway x", p+" host 2:0:0:0:0:1", "ether proto \\"+p, "ip proto \\"+p, "iso proto \\"+p, "proto \\"+p, p+" and port 80")
	}
	for _, dir := range []string{"", "src ", "dst ", "src or dst ", "src and dst ", "dst or src ", "dst and src "} {
		for _, x := range []string{"host 10.1.2.3", "net 10", "net 192.168.1", "port 80", "portrange 53-80", "portrange 80-53", "host 2001:db8::1", "net 2001:db8::/32", "10.1.2.3", "2001:db8::2", "port http", "port domain"} {
			list = append(list, dir+x)
		}
		for _, p := range []string{"tcp", "udp", "sctp"} {
			list = append(list, p+" "+dir+"port 80", p+" "+dir+"portrange 22-443")
		}
		for _, p := range []string{"ip", "arp", "rarp"} {
			list = append(list, p+" "+dir+"host 10.1.2.3", p+" "+dir+"net 192.168.0.0/16")
		}
		list = append(list, "ip6 "+dir+"host 2001:db8::1", "ether "+dir+"host 02:00:00:00:00:01", "ether "+dir+"2:0:0:0:0:2", "decnet "+dir+"host 10.10", "decnet "+dir+"2570")
	}
	for _, op := range []string{"=", "==", "!=", "<", "<=", ">", ">="} {
		list = append(list, "len "+op+" 60", "ip[8] "+op+" 64", "3 "+op+" ip[0] & 0xf", "ip[2:2] "+op+" ip6[4:2] + 20", "tcp[0:2] "+op+" tcp[2:2]", "2 "+op+" 3", "3 "+op+" 3")
	}
	for _, op := range []string{"+", "-", "*", "/", "%", "&", "|", "^", "<<", ">>"} {
		list = append(list, "ip[8] "+op+" 3 = 7", "ip[8] "+op+" ip[9] > 7", "7 "+op+" 3 = 1", "ip[9] "+op+" 0 = 0", "ip[8] "+op+" 3 "+op+" 2 > 1",
			"len "+op+" 3 + 2 * 4 & 12 > 9", "1 + ip[8] "+op+" 2 + 3 > 9", "2 * ip[8] "+op+" ip[9] * 3 > 90", "-ip[8] "+op+" 2 > 3", "(len "+op+" (2 + ip[0])) - 1 > 2")
	}
	for _, k := range []string{"i", "s", "u", "rr", "rnr", "rej", "ui", "ua", "disc", "sabme", "test", "xid", "frmr", "I", "foo", ""} {
		list = append(list, "llc "+k)
	}
	for _, name := range slices.Sorted(maps.Keys(services)) {
		list = append(list, "port "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		list = append(list, "ip[9] = "+name)
	}
	for _, name := range slices.Sorted(maps.Keys(keywords)) {
		if w := keywords[name]; w >= wWLAN && w <= wSS7 {
			list = append(list, name, name+" 3", name+" foo", "llc "+name)
		}
	}
	return list
}

const expressionList = `
ip and tcp
tcp port 80
tcp port 80 or 443
tcp port 80 or 443 or 22 and not src net 10
tcp port (80 or 443)
tcp port (80 or 443) or 22
tcp port ((80 or 443) or 22)
tcp port (22 or (80 or 443))
tcp port (not 80)
port not 80
port not (80 or 443)
not port 80 and 443
not port 80 or not 443
host 10.1.2.3 or 192.168.1.9
host 10.1.2.3 and not 192.168.1.9
host 10.1.2.3 or (192.168.1.9)
host 10.1.2.3 or (192.168.1.9 or tcp)
host 10.1.2.3 or (tcp or 192.168.1.9)
host 10.1.2.3 or (tcp port 80 or 443)
tcp port 80 or (udp port 53) or 443
(tcp port 80) or 443
((tcp port 80)) and (ip)
not (not (tcp))
! tcp
!tcp&&!udp
tcp||udp
tcp && udp
tcp or udp port 53
10.1.2.3
80
port
host
port 80 443
tcp udp
and tcp
tcp and
tcp or
()
(tcp
tcp)
not
tcp and 80
tcp and 10.1.2.3
port 80 and tcp and 443
port 80 and host 10.1.2.3 and 192.168.1.9
port 65535
port 65536
port 80-90
portrange 80
portrange 80-
portrange 80-90
portrange 65536-1
portrange ftp-http
portrange http-90
portrange ftp-data
port ftp-data
port ftp
tcp port ftp
udp port ftp
udp port ntp
tcp port ntp
udp port domain
port nosuchservice
ip port 80
icmp port 80
src port 80 and dst port 1025
src or 10.1.2.3
src and 10.1.2.3
src 10.1.2.3 or dst 10.1.2.3
src 10.1.2.3 and port 80
net 10
net 10.1
net 10.1.2
net 10.1.2.3
net 10/8
net 10.0.0.0/8
net 10.1.2.0/24
net 10.1.2.3/24
net 10.1.2.3/32
net 0.0.0.0/0
net 10.1/33
net 10.1.2.0 mask 255.255.255.0
net 10.1.2.3 mask 255.255.255.0
net 10.1 mask 255.255.0.0
net 0
net 300
net 65537
net 0x0a
net 192.168
host 10.1
host 10
host 256.1.1.1
host 1.2.3.4.5
host 010.001.2.3
host 0x0a.1.2.3
host 10.1.2.0/24
port 10.1.2.3
port 10.1.2.0/24
proto 10.1.2.3
ether host 10.1.2.3
ether host 80
ip host 2001:db8::1
ip6 host 10.1.2.3
host 2001:db8::1
host 2001:db8::1/128
host 2001:db8::/32
net 2001:db8::/32
net 2001:db8::1/32
net 2001:db8::1
net ::/0
net 2001:db8::/129
net 2001:db8::/65
net 2001:db8::/127
host ::1
host ::ffff:10.1.2.3
host ::
host 1:2:3:4:5:6:7:8
host 1:2:3:4:5:6:7::
host 1::3:4:5:6:7:8
host 1:2:3
host ::1.2.3.400
port 2001:db8::1
ip6 net 2001:db8::/64
ip6 proto 6
ip6 proto 17
ip6 proto \tcp
ip proto 6
ip proto \tcp
ip proto \udp
ip proto tcp
ip proto gre
ip proto ospf
ip proto eigrp
ip proto \icmp
ip proto 256
ip proto nosuch
proto 6
proto gre
proto \tcp
tcp proto 6
src proto 6
ether proto 0x800
ether proto \ip
ether proto \arp
ether proto ip
ether proto loopback
ether proto 0x42
ether proto 0xfe
ether proto 0xe0
ether proto 0xf0
ether proto 0x06
ether proto 0x0600
ether proto 1500
ether proto 1501
ether proto 0x10000
ether proto foo
ether proto (0x800)
ether proto 0x800 or 0x806
ether proto \iso
ether proto \stp
ether proto \ipx
ether proto \netbeui
iso proto 0x81
iso proto \clnp
iso proto \tcp
isis proto 18
isis proto \foo
esis
es-is
is-is
l1
l2 and len > 20
ether host 02:00:00:00:00:01
ether src 02:00:00:00:00:02
ether dst 02-00-00-00-00-01
ether host 02.00.00.00.00.01
ether host 0200.0000.0001
ether host 020000000001
ether host 2:0:0:0:0:1 or 2:0:0:0:0:2
ether host 2:0:0:0:0
ether host 2:0:0:0:0:0:1
ether 2:0:0:0:0:1
host 2:0:0:0:0:1
ip host 2:0:0:0:0:1
ether port 2:0:0:0:0:1
ether host foo
ether[0] & 1 != 0
ether[12:2] = 0x800
ether[0:4] = 0x02000000
ether[0:3] = 0
ether[1000] = 0
ether[0xffffffff] = 0
link[0] = 2
fddi[0] = 2
wlan[0] = 2
ppp[0] = 2
slip[0] = 2
radio[0] = 2
broadcast
multicast
ether broadcast
ether multicast
ip multicast
ip6 multicast
ip broadcast
tcp broadcast
arp multicast
ether multicast and not ip6
less 60
greater 60
less 60 or greater 100
less (60)
len
len > 60
length > 60
len = 60 or len = 74
len - 14 = ip[2:2]
60 < len
byte 0 = 2
byte 0 > 1
byte 0 < 3
byte 0 & 1
byte 12 | 0
byte 0 != 2
byte 5000 = 0
inbound
outbound
not inbound
inbound and tcp
ifindex 3
ifindex 4 or tcp
ifindex (3)
vlan
vlan 5
vlan 100 and ip
vlan and ip
vlan and tcp port 80
vlan and vlan
vlan 300 and vlan 100
vlan and vlan 300 and ip
vlan 5 and vlan 5 and vlan and tcp
vlan 4095
vlan 4096
vlan (5)
vlan ((5)) and ip
vlan 5 or 100
vlan 5 or vlan 100
vlan or ip
ip or vlan
not vlan and ip
not vlan
(vlan and ip) or ip
vlan and arp host 10.1.2.3
vlan and ether host 2:0:0:0:0:1
vlan and ip6 and udp
vlan and iso
vlan and llc
vlan and stp
vlan and mpls
vlan and pppoes and ip
vlan and geneve and ip
mpls
mpls 1024
mpls 100000 and tcp port 80
mpls and ip
mpls and ip6
mpls and tcp
mpls and udp port 53
mpls and mpls
mpls 16 and mpls 1024
mpls and mpls and host 10.1.2.3
mpls and arp
mpls and vlan
mpls and host 10.1.2.3
mpls and host 2001:db8::1
mpls and pppoed
mpls and iso
mpls and ether[0] = 2
mpls 1048575
mpls 1048576
mpls and tcp[0] > 0
mpls and ip[8] = 64
mpls or ip
pppoed
pppoes
pppoes 0x27
pppoes 0x28 or tcp
pppoes 65536
pppoes and ip
pppoes and ip6
pppoes 0x27 and ip
pppoes and tcp port 80
pppoes and host 10.1.2.3
pppoes and vlan
pppoes and mpls
pppoes and pppoes
pppoes and ether host 2:0:0:0:0:1
pppoes and ether[0] = 0
pppoes and iso
pppoes and atalk
pppoed or pppoes
geneve
geneve 0xb
geneve 256
geneve 0x1000000
geneve and ip
geneve 0xb and ip
geneve and arp
geneve and tcp port 80
geneve and ip6 and udp
geneve and host 10.1.2.3
geneve and ether host 2:0:0:0:0:1
geneve and ether[0] = 2
geneve and broadcast
geneve and multicast
geneve and vlan
geneve and vlan 5 and ip
geneve and mpls and ip
geneve and pppoes and ip
geneve and geneve
geneve and tcp[tcpflags] & tcp-syn != 0
geneve and ip[9] = 6
geneve and icmp6
geneve and llc
geneve and iso
geneve or ip
not geneve
geneve or tcp port 80
vxlan
batadv
ip[0] & 0xf != 5
ip[6:2] & 0x1fff = 0
ip[6:2] & 0x2000 != 0
ip[8] < 65
ip[12:4] = 0x0a010203
ip[ip[0]] > 3
ip[(ip[0] & 0xf) << 2] = 4
ip[ip[ip[0]]] > 3
ip6[6] = 6
ip6[40] = 0
ip6[ip6[6]] > 3
ether[ip[0]] > 3
tcp[tcpflags] & (tcp-syn|tcp-fin) != 0
tcp[tcpflags] & tcp-syn != 0
tcp[tcpflags] == tcp-syn
tcp[tcpflags] & (tcp-rst|tcp-ack) == (tcp-rst|tcp-ack)
tcp[13] = 2
tcp[0:2] = 80
tcp[(tcp[12] & 0xf0) >> 2:4] = 0x47455420
tcp port 80 and (((ip[2:2] - ((ip[0]&0xf)<<2)) - ((tcp[12]&0xf0)>>2)) != 0)
udp[0:2] = udp[2:2]
udp[4:2] > 10
sctp[0:2] = 80
icmp[icmptype] = icmp-echo
icmp[icmptype] != icmp-echo and icmp[icmptype] != icmp-echoreply
icmp[icmpcode] = 1
icmp[icmptype] = 3 or icmp
icmp6[icmp6type] = icmp6-echo
icmp6[icmp6type] = icmp6-neighborsolicit or icmp6[0] = 128
icmp6[icmp6code] = 0
igmp[0] = 0x16
arp[6:2] = 1
arp[6:2] = 2 and arp host 10.1.2.3
esp[0] = 1
ah[0] = 1
stp[0] = 1
1 = 1
1 = 2
2 * 3 = 6
8 % 3 + 1 = 0
8 % (3 + 1) = 0
1 + 8 % 3 = 3
2 * 3 % 4 = 6
7 ^ 2 + 1 = 4
1 | 2 & 2 = 3
1 << 2 + 1 = 8
(1 << 2) + 1 = 5
10 - 3 - 2 = 5
100 / 10 / 2 = 5
-1 = 0xffffffff
- 1 + 2 = 1
-(1 + 2) = 0xfffffffd
--1 = 1
0x7fffffff + 1 = 0x80000000
4294967295 = 0xffffffff
4294967296 = 0
0x100000000 = 0
017 = 15
018 = 15
0x = 0
0xg = 0
1/0 = 1
1%0 = 1
len / 0 = 1
len / (2 - 2) = 1
len % (ip[0] - ip[0]) = 1
1 << 32 = 0
1 << 31 = 0x80000000
len << 32 = 0
len << (16 + 16) = 0
len << ip[8] > 3
len >> ip[8] = 0
len / ip[8] = 0
len % ip[8] > 3
((len)) > 60
((60)) < len
(len) > 60
(60) < (len)
len + 1
ip[0
ip[0]
ip[]
ip[0:]
ip[0:5] = 1
ip[0:(2)] = 1
ip [0] = 0x45
ip[-1] = 0
ip[0] = 0x45 and tcp port 80 or 443
ip[0] = 0x45 and 80
decnet host 10.10
decnet src 10.10
decnet host 10.10.10
decnet net 10.10
decnet host foo
atalk host 10.10
gateway foo
gateway 10.1.2.3
src gateway foo
llc and stp
ip protochain 6
ip6 protochain 6
protochain 6
protochain \tcp
host localhost
src host localhost
net loopback
net nosuchnet
host foo_
host -foo
host foo;
foo
host \tcp
port \80
\tcp
\
tcp \
TCP
Port 80
icmp-echo
tcp[icmptype] = 1
host $1
ether host $1
$1
tcp[0] @ 3
tcp;udp
"tcp"
ip and ip6
arp and tcp
tcp and udp
not ip and not ip6 and not arp
tcp and not tcp
tcp or not tcp
(ip or ip6) and (tcp or udp) and (port 80 or 443 or 53)
tcp port 80 and host 10.1.2.3 and not net 192.168.1
icmp or icmp6
ip host 10.1.2.3 and not 192.168.1.9
ether[0] & 1 = 0 and ip[16] >= 224
arp or rarp or ip
(tcp port 80 or tcp port 443) and src net 10
host 10.1.2.3 and (port 22 or port 8080)
ip6 and not icmp6
ip6 and tcp and dst port 80
tcp[2:2] > 1024 and tcp[0:2] < 1024
udp portrange 5000-6000 or tcp portrange 20-23
portrange 53-53
net 10 or 192.168
net 10 and not net 10.1
net 224.0.0.0/4
dst net 224.0.0.0/4
src net 10.0.0.0/8 and dst net 192.168.0.0/16
ip proto 6 or 17
ip proto \tcp or \udp
ip proto (6 or 17)
ether proto \arp or \rarp
host 10.1.2.3 and tcp or udp and 192.168.1.9
`

// randomExpr makes an expression, most of them correct.
func randomExpr(r *rand.Rand, depth int) string {
	if depth > 0 {
		switch r.IntN(6) {
		case 0, 1:
			return randomExpr(r, depth-1) + " and " + randomExpr(r, depth-1)
		case 2:
			return randomExpr(r, depth-1) + " or " + randomExpr(r, depth-1)
		case 3:
			return "not " + randomExpr(r, depth-1)
		case 4:
			return "(" + randomExpr(r, depth-1) + ")"
		}
	}
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	addr := func() string { return pick("10.1.2.3", "192.168.1.9", "224.0.0.5", "2001:db8::1", "2001:db8::2") }
	port := func() string { return pick("80", "443", "53", "22", "http", "domain", "8080", "1025") }
	dir := func() string { return pick("", "", "src ", "dst ", "src or dst ", "src and dst ") }
	switch r.IntN(16) {
	case 0:
		return pick("", "", "ip ", "arp ", "ip6 ") + dir() + "host " + addr()
	case 1:
		return dir() + "net " + pick("10", "192.168", "10.1.2.0/24", "224.0.0.0/4", "2001:db8::/32", "2001:db8::/126")
	case 2:
		return pick("", "tcp ", "udp ", "sctp ") + dir() + "port " + port()
	case 3:
		return pick("", "tcp ", "udp ") + dir() + "portrange " + pick("1-1024", "53-80", "443-80", "5000-6000")
	case 4:
		return pick("tcp", "udp", "") + " port " + port() + pick(" or ", " and ") + port()
	case 5:
		return fmt.Sprintf("host (%s or %s)", addr(), addr())
	case 6:
		return pick("vlan", "vlan 5", "vlan 100", "vlan 300")
	case 7:
		return pick("mpls", "mpls 1024", "pppoes", "pppoes 0x27")
	case 8:
		return pick("ip", "ip6", "arp", "tcp", "udp", "icmp", "icmp6", "iso", "isis", "l1", "stp", "ipx", "atalk", "aarp", "decnet", "netbeui", "llc", "llc u", "llc s", "pppoed", "sctp", "esp", "clnp")
	case 9:
		return pick("ether ", "ether src ", "ether dst ", "ether src and dst ") + "host " + pick("2:0:0:0:0:1", "ff:ff:ff:ff:ff:ff")
	case 10:
		return pick("broadcast", "multicast", "ip multicast", "ip6 multicast", "less 60", "greater 70", "byte 13 = 0", "inbound")
	case 11:
		return pick("ip", "ip6", "") + " proto " + pick("6", "\\udp", "44", "58") + pick("", " or 17")
	default:
		return randomArith(r, 2) + " " + pick("=", "!=", "<", "<=", ">", ">=") + " " + randomArith(r, 1)
	}
}

func randomArith(r *rand.Rand, depth int) string {
	pick := func(list ...string) string { return list[r.IntN(len(list))] }
	if depth > 0 {
		switch r.IntN(5) {
		case 0, 1:
			return randomArith(r, depth-1) + pick(" + ", " - ", " * ", " / ", " % ", " & ", " | ", " ^ ", " << ", " >> ") + randomArith(r, depth-1)
		case 2:
			return "(" + randomArith(r, depth-1) + ")"
		case 3:
			return pick("ether", "ip", "ip6", "tcp", "udp", "icmp", "icmp6", "arp", "sctp") + "[" + randomArith(r, depth-1) + pick("", ":1", ":2", ":4") + "]"
		}
	}
	switch r.IntN(4) {
	case 0:
		return "len"
	case 1:
		return pick("ip[0]", "ip[2:2]", "tcp[13]", "ip6[6]", "ether[12:2]", "udp[4:2]", "ip[8]")
	}
	return pick("0", "1", "2", "3", "6", "9", "12", "13", "20", "60", "64", "255", "0x0f", "0x800")
}

package dissect

// Packets made by hand, after the layouts in the documents that the dissectors
// name, for protocols that the captures lack.

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// hx reads hexadecimal with spaces; what stands in quotation marks is text.
func hx(parts ...string) (b []byte) {
	for _, part := range parts {
		for i, s := range strings.Split(part, `"`) {
			if i%2 == 1 {
				b = append(b, s...)
				continue
			}
			raw, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
			if err != nil {
				panic(err)
			}
			b = append(b, raw...)
		}
	}
	return b
}

func join(parts ...[]byte) (b []byte) {
	for _, p := range parts {
		b = append(b, p...)
	}
	return b
}

func ethOf(typ uint16, payload []byte) []byte {
	b := join(hx("020000000002 020000000001"), binary.BigEndian.AppendUint16(nil, typ), payload)
	for len(b) < 60 {
		b = append(b, 0)
	}
	return b
}

// llcOf is an 802.3 frame, whose type is its length.
func llcOf(payload []byte) []byte { return ethOf(uint16(len(payload)), payload) }

func ip4Of(proto byte, payload []byte) []byte {
	b := join(hx("45c0 0000 0001 0000 01"), []byte{proto}, hx("0000 0a000001 0a000002"), payload)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(b[10:], ^wire.Fold(wire.Sum(b[:20], 0)))
	return b
}

func ip6Of(proto byte, payload []byte) []byte {
	b := join(hx("60000000 0000"), []byte{proto}, hx("ff fe80000000000000 0000000000000001 ff02000000000000 0000000000000005"), payload)
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	return b
}

func udpOf(port uint16, payload []byte) []byte {
	b := join(binary.BigEndian.AppendUint16(nil, 40000+port), binary.BigEndian.AppendUint16(nil, port), binary.BigEndian.AppendUint16(nil, uint16(8+len(payload))), hx("0000"), payload)
	return ip4Of(17, b)
}

// summed puts the internet checksum of b, with acc before it, at octet off.
func summed(b []byte, off int, acc uint64) []byte {
	binary.BigEndian.PutUint16(b[off:], ^wire.Fold(wire.Sum(b, acc)))
	return b
}

// pseudo is the sum of the pseudo-header of ip4Of's and ip6Of's packets.
func pseudo(ip6 bool, proto byte, n int) uint64 {
	addrs := hx("0a000001 0a000002")
	if ip6 {
		addrs = hx("fe80000000000000 0000000000000001 ff02000000000000 0000000000000005")
	}
	return wire.Sum(addrs, uint64(proto)+uint64(n))
}

func crc32c(b []byte) []byte {
	binary.LittleEndian.PutUint32(b[8:], crc32.Checksum(b, crc32.MakeTable(crc32.Castagnoli)))
	return b
}

// fcsOf is an 802.11 frame with its frame check sequence.
func fcsOf(b []byte) []byte {
	return binary.LittleEndian.AppendUint32(b, crc32.ChecksumIEEE(b))
}

type madePacket struct {
	name string
	link capture.LinkType
	data []byte

	stack  string            // its layers
	fields map[string]string // some of its fields, values separated by spaces
	info   string            // the packet's line, if it is tested
}

func madePackets() []madePacket {
	inner := ip4Of(1, hx("0800f7fd 00010001"))
	innerEth := join(hx("020000000004 020000000003 0800"), inner)
	dot1q := ethOf(0x88a8, join(hx("6064 8100 a00a 0800"), inner))
	list := []madePacket{
		{name: "QinQ", link: 1, data: dot1q, stack: "eth ieee8021ad vlan ip icmp",
			fields: map[string]string{"ieee8021ad.id": "100", "ieee8021ad.priority": "3", "vlan.id": "10", "vlan.priority": "5", "vlan.dei": "0", "vlan.etype": "0x0800"}},
		{name: "QinQ of old", link: 1, data: ethOf(0x9100, join(hx("0064 8100 000a 0800"), inner)), stack: "eth vlan vlan ip icmp", fields: map[string]string{"vlan.id": "100 10"}},
		{name: "ISL", link: 1, data: join(hx("01000c000000 020000000001 0060 aaaa03 000000 0014 0001 0000"), ethOf(0x0800, inner), hx("00000000")), stack: "isl eth ip icmp",
			fields: map[string]string{"isl.vlan_id": "0x000a", "isl.len": "96"}},
		{name: "pause", link: 1, data: ethOf(0x8808, hx("0001 00ff")), stack: "eth macc", fields: map[string]string{"macc.pause_time": "255"}},
		{name: "VLAN with a length and a wrong BPDU", link: 1, data: ethOf(0x8100, hx("0005 0006 424203 000000")), stack: "eth vlan llc stp"},
		{name: "SNAP", link: 1, data: llcOf(join(hx("aaaa03 000000 0800"), inner)), stack: "eth llc ip icmp",
			fields: map[string]string{"llc.dsap": "0xaa", "llc.oui": "0x000000", "llc.type": "0x0800"}},
		{name: "LLC supervisory", link: 1, data: llcOf(hx("f0f1 0143")), stack: "eth llc",
			fields: map[string]string{"llc.control": "0x4301", "llc.control.n_r": "33", "llc.control.s_ftype": "0", "llc.control.f": "1"}},
		{name: "LLC information", link: 1, data: llcOf(hx("f0f0 0a0c 0102")), stack: "eth llc data",
			fields: map[string]string{"llc.control.n_s": "5", "llc.control.n_r": "6", "llc.control.p": "0"}},
		{name: "SLL", link: 113, data: join(hx("0004 0001 0006 020000000001 0000 0800"), inner), stack: "sll ip icmp",
			fields: map[string]string{"sll.pkttype": "4", "sll.src.eth": "02:00:00:00:00:01", "sll.etype": "0x0800"}},
		{name: "SLL2", link: 276, data: join(hx("0800 0000 00000003 0001 04 06 020000000001 0000"), inner), stack: "sll ip icmp",
			fields: map[string]string{"sll.ifindex": "3", "sll.pkttype": "4", "sll.hatype": "1"}},
		{name: "NULL, big endian", link: 0, data: join(hx("00000002"), inner), stack: "null ip icmp", fields: map[string]string{"null.family": "2"}},
		{name: "raw IP", link: 101, data: inner, stack: "ip icmp"},
		{name: "PPP, LCP", link: 9, data: hx("ff03 c021 01 05 0017 01 04 05dc 03 05 c223 05 05 06 12345678 07 02 0802"), stack: "ppp lcp",
			fields: map[string]string{"ppp.protocol": "0xc021", "ppp.code": "1", "ppp.length": "23", "lcp.opt.type": "1 3 5 7 8", "lcp.opt.mru": "1500",
				"lcp.opt.auth_protocol": "0xc223", "lcp.opt.algorithm": "5", "lcp.opt.magic_number": "0x12345678"},
			info: "LCP, Conf-Request (0x01), id 5, length 25"},
		{name: "PPP, IPCP", link: 9, data: hx("8021 02 07 0016 03 06 c0000201 81 06 c0000235 83 06 c0000236"), stack: "ppp ipcp",
			fields: map[string]string{"ipcp.opt.ip_address": "192.0.2.1", "ipcp.opt.pri_dns_address": "192.0.2.53", "ipcp.opt.sec_dns_address": "192.0.2.54"}},
		{name: "PPP, IPV6CP", link: 9, data: hx("8057 01 01 000e 01 0a 020000fffe000001"), stack: "ppp ipv6cp",
			fields: map[string]string{"ipv6cp.interface_identifier": "020000fffe000001"}},
		{name: "PPP, PAP", link: 9, data: hx(`c023 01 01 0010 04 "user" 06 "secret"`), stack: "ppp pap",
			fields: map[string]string{"pap.peer_id": "user", "pap.password": "secret"}, info: "PAP, Auth-Req (0x01), id 1, Peer user, Name secret"},
		{name: "PPP, CHAP", link: 9, data: hx(`c223 01 01 000d 04 01020304 "peer"`), stack: "ppp chap",
			fields: map[string]string{"chap.value_size": "4", "chap.value": "01020304", "chap.name": "peer"}},
		{name: "PPP, protocol in one octet", link: 9, data: join(hx("ff03 21"), inner), stack: "ppp ip icmp"},
		{name: "Cisco HDLC", link: 104, data: hx("0f00 8035 00000002 00000005 00000004 ffff"), stack: "chdlc slarp",
			fields: map[string]string{"slarp.mysequence": "5", "slarp.yoursequence": "4"}},
		{name: "PPPoE session", link: 1, data: ethOf(0x8864, join(hx("11 00 0011 001e 0021"), inner)), stack: "eth pppoes ppp ip icmp",
			fields: map[string]string{"pppoe.session_id": "0x0011", "pppoe.payload_length": "30"}},
		{name: "PPPoE discovery", link: 1, data: ethOf(0x8863, hx(`11 07 0000 0014 0101 0000 0102 0004 "bras" 0104 0004 00010203`)), stack: "eth pppoed",
			fields: map[string]string{"pppoed.tags.ac_name": "bras", "pppoed.tags.ac_cookie": "00010203"},
			info:   `PPPoE PADO [Service-Name] [AC-Name "bras"] [AC-Cookie 0x00010203]`},
		{name: "PPPoE discovery, captured without Ethernet", link: 51, data: hx(`11 09 0000 0004 0101 0000`), stack: "pppoed"},
		{name: "MPLS, two labels", link: 1, data: ethOf(0x8847, join(hx("00010040 00020140"), inner)), stack: "eth mpls ip icmp",
			fields: map[string]string{"mpls.label": "16 32", "mpls.bottom": "0 1", "mpls.ttl": "64 64"},
			info:   ""},
		{name: "MPLS, Ethernet with control word", link: 1, data: ethOf(0x8847, join(hx("00010140 00000000"), innerEth)), stack: "eth mpls pwethcw eth ip icmp"},
		{name: "GRE with all", link: 1, data: ethOf(0x0800, ip4Of(47, summed(join(hx("b000 0800 0000 0000 00000007 00000009"), inner), 4, 0))), stack: "eth ip gre ip icmp",
			fields: map[string]string{"gre.key": "0x00000007", "gre.sequence_number": "9", "gre.checksum.status": "1", "gre.flags.version": "0"}},
		{name: "GRE with a wrong checksum", link: 1, data: ethOf(0x0800, ip4Of(47, join(hx("8000 0800 1234 0000"), inner))), stack: "eth ip gre ip icmp",
			fields: map[string]string{"gre.checksum.status": "0"}},
		{name: "GRE of PPTP", link: 1, data: ethOf(0x0800, ip4Of(47, join(hx("3081 880b 0020 0100 00000001 00000000 ff03 0021"), inner))), stack: "eth ip gre ppp ip icmp",
			fields: map[string]string{"gre.key.payload_length": "32", "gre.key.call_id": "256", "gre.ack_number": "0", "gre.flags.version": "1"}},
		{name: "ERSPAN II", link: 1, data: ethOf(0x0800, ip4Of(47, join(hx("1000 88be 00000001 100a 0064 00000000"), innerEth))), stack: "eth ip gre erspan eth ip icmp",
			fields: map[string]string{"erspan.vlan": "10", "erspan.spanid": "100"}},
		{name: "VXLAN", link: 1, data: ethOf(0x0800, udpOf(4789, join(hx("08000000 00006400"), innerEth))), stack: "eth ip udp vxlan eth ip icmp",
			fields: map[string]string{"vxlan.vni": "100", "vxlan.flag_i": "1"}},
		{name: "VXLAN-GPE", link: 1, data: ethOf(0x0800, udpOf(4790, join(hx("0c000001 00006400"), inner))), stack: "eth ip udp vxlan_gpe ip icmp"},
		{name: "IPv6 in IPv4", link: 1, data: ethOf(0x0800, ip4Of(41, ip6Of(59, nil))), stack: "eth ip ipv6"},
		{name: "IPv4 in IPv4", link: 1, data: ethOf(0x0800, ip4Of(4, inner)), stack: "eth ip ip icmp"},
		{name: "EtherIP", link: 1, data: ethOf(0x0800, ip4Of(97, join(hx("3000"), innerEth))), stack: "eth ip etherip eth ip icmp", fields: map[string]string{"etherip.ver": "3"}},
		{name: "L2TP data", link: 1, data: ethOf(0x0800, udpOf(1701, join(hx("0002 0001 0002 ff03 0021"), inner))), stack: "eth ip udp l2tp ppp ip icmp",
			fields: map[string]string{"l2tp.tunnel": "1", "l2tp.session": "2"}},
		{name: "L2TP control", link: 1, data: ethOf(0x0800, udpOf(1701, hx(`c802 001e 0000 0000 0000 0000 8008 0000 0000 0001 800a 0000 0007 "host"`))), stack: "eth ip udp l2tp",
			fields: map[string]string{"l2tp.avp.message_type": "1", "l2tp.avp.host_name": "host"}, info: "l2tp:[TLS](0/0)Ns=0,Nr=0 *MSGTYPE(SCCRQ) *HOST_NAME(host)"},
		{name: "IGMPv3 report", link: 1, data: ethOf(0x0800, ip4Of(2, summed(hx("22 00 0000 0000 0001 04 00 0001 e8010203 c0000201"), 2, 0))), stack: "eth ip igmp",
			fields: map[string]string{"igmp.record_type": "4", "igmp.maddr": "232.1.2.3", "igmp.saddr": "192.0.2.1", "igmp.checksum.status": "1"},
			info:   "igmp v3 report, 1 group record(s)"},
		{name: "IGMPv3 query", link: 1, data: ethOf(0x0800, ip4Of(2, summed(hx("11 64 0000 e8010203 0a 7d 0001 c0000201"), 2, 0))), stack: "eth ip igmp",
			fields: map[string]string{"igmp.s": "1", "igmp.qrv": "2", "igmp.qqic": "125", "igmp.num_src": "1"},
			info:   "igmp query v3 [gaddr 232.1.2.3, 1 source(s)]"},
		{name: "PIM bootstrap", link: 1, data: ethOf(0x0800, ip4Of(103, summed(hx("24 00 0000 0001 1e 40 01 00 c0000201 01 00 00 04 e0000000 01 01 0000 01 00 c0000202 0096 00 00"), 2, 0))), stack: "eth ip pim",
			fields: map[string]string{"pim.bsr": "192.0.2.1", "pim.rp": "192.0.2.2", "pim.holdtime": "150", "pim.cksum.status": "1"}},
		{name: "SCTP init", link: 1, data: ethOf(0x0800, ip4Of(132, crc32c(hx("1388 0b59 00000000 00000000 01 00 001c 11223344 00010000 000a 000a 00000001 0005 0008 c0000201")))), stack: "eth ip sctp",
			fields: map[string]string{"sctp.chunk_type": "1", "sctp.init_initiate_tag": "0x11223344", "sctp.parameter_ipv4_address": "192.0.2.1", "sctp.checksum.status": "1"},
			info:   "sctp (1) [INIT] [init tag: 287454020] [rwnd: 65536] [OS: 10] [MIS: 10] [init TSN: 1]"},
		{name: "SCTP data and sack", link: 1, data: ethOf(0x0800, ip4Of(132, crc32c(hx("1388 0b59 11223344 00000000 03 00 0010 00000005 00010000 0000 0000 00 03 0015 00000001 0002 0003 00000000 0102030405 000000")))), stack: "eth ip sctp data",
			fields: map[string]string{"sctp.data_tsn_raw": "1", "sctp.data_ssn": "3", "sctp.sack_cumulative_tsn_ack_raw": "5", "sctp.data_b_bit": "1", "data.data": "0102030405"},
			info:   "sctp (1) [SACK] [cum ack 5] [a_rwnd 65536] [#gap acks 0] [#dup tsns 0] (2) [DATA] (B)(E) [TSN: 1] [SID: 2] [SSEQ 3] [PPID 0x0]"},
		{name: "SCTP abort", link: 1, data: ethOf(0x0800, ip4Of(132, crc32c(hx(`1388 0b59 11223344 00000000 06 00 000c 000c 0008 "bye!"`)))), stack: "eth ip sctp",
			fields: map[string]string{"sctp.cause_code": "0x000c", "sctp.chunk_type": "6"}},
		{name: "OSPFv2 hello", link: 1, data: ethOf(0x0800, ip4Of(89, summed(hx("02 01 0030 01010101 00000000 0000 0000 0000000000000000 ffffff00 000a 02 01 00000028 0a000001 0a000002 02020202"), 12, 0))), stack: "eth ip ospf",
			fields: map[string]string{"ospf.srcrouter": "1.1.1.1", "ospf.hello.hello_interval": "10", "ospf.hello.active_neighbor": "2.2.2.2", "ospf.checksum.status": "1"},
			info:   "OSPFv2, Hello, length 48"},
		{name: "OSPFv2 update", link: 1, data: ethOf(0x0800, ip4Of(89, summed(hx("02 04 0064 01010101 00000000 0000 0000 0000000000000000 00000002",
			"0001 02 01 01010101 01010101 80000001 1234 0024 00 00 0001 c0000200 ffffff00 03 00 000a",
			"0001 02 05 c6336400 01010101 80000001 1234 0024 ffffff00 80000014 00000000 00000000"), 12, 0))), stack: "eth ip ospf",
			fields: map[string]string{"ospf.ls.number_of_lsas": "2", "ospf.lsa": "1 5", "ospf.lsa.router.linkid": "192.0.2.0", "ospf.lsa.asext.type": "1", "ospf.lsa.length": "36 36"}},
		{name: "VRRPv2", link: 1, data: ethOf(0x0800, ip4Of(112, summed(hx("21 01 64 01 00 01 0000 0a000064 0000000000000000"), 6, 0))), stack: "eth ip vrrp",
			fields: map[string]string{"vrrp.virt_rtr_id": "1", "vrrp.prio": "100", "vrrp.ip_addr": "10.0.0.100", "vrrp.checksum.status": "1"},
			info:   "VRRPv2, Advertisement, vrid 1, prio 100, authtype none, intvl 1s, length 20"},
		{name: "VRRPv3", link: 1, data: ethOf(0x86dd, ip6Of(112, summed(hx("31 01 64 01 00 64 0000 fe800000000000000000000000000064"), 6, pseudo(true, 112, 24)))), stack: "eth ipv6 vrrp",
			fields: map[string]string{"vrrp.short_adver_int": "100", "vrrp.ipv6_addr": "fe80::64", "vrrp.checksum.status": "1"},
			info:   "VRRPv3, Advertisement, vrid 1, prio 100, intvl 100cs, length 24"},
		{name: "HSRP", link: 1, data: ethOf(0x0800, udpOf(1985, hx(`00 00 10 03 0a 64 01 00 "cisco" 000000 0a000064`))), stack: "eth ip udp hsrp",
			fields: map[string]string{"hsrp.state": "16", "hsrp.virt_ip": "10.0.0.100", "hsrp.priority": "100"}},
		{name: "BFD", link: 1, data: ethOf(0x0800, udpOf(3784, hx("20 c0 03 18 00000001 00000002 000f4240 000f4240 00000000"))), stack: "eth ip udp bfd",
			fields: map[string]string{"bfd.sta": "0x03", "bfd.my_discriminator": "0x00000001", "bfd.desired_min_tx_interval": "1000000"},
			info:   "BFDv1, Control, State Up, Flags: [none], length: 24"},
		{name: "RIPv2", link: 1, data: ethOf(0x0800, udpOf(520, hx("02 02 0000 0002 0000 c0000200 ffffff00 00000000 00000001"))), stack: "eth ip udp rip",
			fields: map[string]string{"rip.ip": "192.0.2.0", "rip.netmask": "255.255.255.0", "rip.metric": "1"}},
		{name: "RIPng", link: 1, data: ethOf(0x0800, udpOf(521, hx("02 01 0000 20010db8000000000000000000000000 0000 20 01"))), stack: "eth ip udp ripng",
			fields: map[string]string{"ripng.rte.ipv6_prefix": "2001:db8::", "ripng.rte.prefix_length": "32"}, info: "ripng-resp 1: 2001:db8::/32 (1)"},
		{name: "AH", link: 1, data: ethOf(0x0800, ip4Of(51, join(hx("01 04 0000 00000100 00000001 000102030405060708090a0b"), inner[20:]))), stack: "eth ip ah icmp",
			fields: map[string]string{"ah.spi": "0x00000100", "ah.icv": "000102030405060708090a0b"}},
		{name: "ESP", link: 1, data: ethOf(0x0800, ip4Of(50, hx("00000100 00000002 0102030405060708"))), stack: "eth ip esp",
			fields: map[string]string{"esp.spi": "0x00000100", "esp.sequence": "2"}, info: "ESP(spi=0x00000100,seq=0x2), length 16"},
		{name: "ESP in UDP", link: 1, data: ethOf(0x0800, udpOf(4500, hx("00000100 00000002 0102030405060708"))), stack: "eth ip udp udpencap esp"},
		{name: "DCCP request", link: 1, data: ethOf(0x0800, ip4Of(33, summed(hx("1388 1389 05 00 0000 01 00 000000000001 00000001"), 6, pseudo(false, 33, 20)))), stack: "eth ip dccp",
			fields: map[string]string{"dccp.type": "0", "dccp.x": "1", "dccp.service_code": "1", "dccp.checksum.status": "1"}},
		{name: "EIGRP hello", link: 1, data: ethOf(0x0800, ip4Of(88, summed(hx("02 05 0000 00000000 00000000 00000000 0000 0001 0001 000c 01 00 01 00 00 00 000f"), 2, 0))), stack: "eth ip eigrp",
			fields: map[string]string{"eigrp.as": "1", "eigrp.par.holdtime": "15", "eigrp.checksum.status": "1"}, info: "EIGRP Hello, length: 32"},
		{name: "LDP hello", link: 1, data: ethOf(0x0800, udpOf(646, hx("0001 001e 01010101 0000 0100 0014 00000001 0400 0004 000f 0000 0401 0004 01010101"))), stack: "eth ip udp ldp",
			fields: map[string]string{"ldp.msg.type": "0x0100", "ldp.msg.tlv.hello.hold": "15", "ldp.msg.tlv.ipv4.taddr": "1.1.1.1"}},
		{name: "RSVP hello", link: 1, data: ethOf(0x0800, ip4Of(46, summed(hx("10 14 0000 01 00 0014 000c 16 01 00000001 00000002"), 2, 0))), stack: "eth ip rsvp",
			fields: map[string]string{"rsvp.msg": "20", "rsvp.object": "22"}},
		{name: "EAPOL start", link: 1, data: ethOf(0x888e, hx("01 01 0000")), stack: "eth eapol", info: "EAPOL start (1) v1, len 0"},
		{name: "EAP identity", link: 1, data: ethOf(0x888e, hx(`01 00 0009 02 01 0009 01 "user"`)), stack: "eth eapol eap",
			fields: map[string]string{"eap.identity": "user", "eap.code": "2", "eap.len": "9"}},
		{name: "LACP marker", link: 1, data: ethOf(0x8809, hx("02 01 01 10 0001 020000000001 00000007 0000 00 00")), stack: "eth slow marker",
			fields: map[string]string{"marker.requesterTransId": "7"}},
		{name: "IS-IS hello", link: 1, data: llcOf(hx("fefe03 83 1b 01 00 0f 01 00 00 03 020202020202 001e 0024 40 020202020202 01 0104 03490001 8101cc")), stack: "eth llc isis",
			fields: map[string]string{"isis.hello.holding_timer": "30", "isis.hello.clv_nlpid.nlpid": "204", "isis.type": "15"}},
		{name: "MSTP", link: 1, data: llcOf(hx("424203 0000 03 02 7c 8001020000000001 00000000 8001020000000001 8001 0000 1400 0200 0f00 00 0050 00",
			`"region" 0000000000000000000000000000000000000000000000000000`, "0001 000102030405060708090a0b0c0d0e0f 00000000 8001020000000001 14",
			"7c 8002 020000000001 00000000 80 80 14")), stack: "eth llc stp",
			fields: map[string]string{"stp.version": "3", "mstp.config_revision_level": "1", "mstp.msti.msti_id": "2", "stp.max_age": "20.000000000"},
			info:   "STP 802.1s, Rapid STP, CIST Flags [Learn, Forward, Agreement], length 118"},
		{name: "AARP", link: 1, data: llcOf(hx("aaaa03 000000 80f3 0001 809b 06 04 0001 020000000001 00000101 000000000000 00000102")), stack: "eth llc aarp"},
		{name: "DDP", link: 1, data: llcOf(hx("aaaa03 080007 809b 000f 0000 0001 0002 03 04 02 02 02 0102")), stack: "eth llc ddp data",
			fields: map[string]string{"ddp.dst.net": "1", "ddp.src.node": "4", "ddp.len": "15"}},
		{name: "IPX", link: 1, data: llcOf(hx("e0e003 ffff 0020 00 04 00000001 ffffffffffff 0453 00000001 020000000001 0453 0102")), stack: "eth llc ipx data",
			fields: map[string]string{"ipx.len": "32", "ipx.dst.socket": "1107"}},
		{name: "Frame relay", link: 107, data: join(hx("0401 03 cc"), inner), stack: "fr osi ip icmp", fields: map[string]string{"fr.dlci": "16"}},
		{name: "PFLOG", link: 117, data: join(hx("3d 02 01 00", `"em0"`, "00000000000000000000000000", "00000000000000000000000000000000", "00000001 00000000 00000000 00000000 00000000 00000000 01 000000"), inner), stack: "pflog ip icmp"},
		{name: "sFlow", link: 1, data: ethOf(0x0800, udpOf(6343, hx("00000005 00000001 c0000201 00000000 00000001 00000064 00000000"))), stack: "eth ip udp sflow",
			fields: map[string]string{"sflow_245.agent": "192.0.2.1"}},
		{name: "GTP-U", link: 1, data: ethOf(0x0800, udpOf(2152, join(hx("30 ff 001c 00000001"), inner))), stack: "eth ip udp gtp ip icmp",
			fields: map[string]string{"gtp.teid": "0x00000001", "gtp.message": "0xff", "gtp.length": "28"}},
		{name: "GTP-U with an extension", link: 1, data: ethOf(0x0800, udpOf(2152, join(hx("34 ff 0024 00000001 0000 00 85 01 1009 00"), inner))), stack: "eth ip udp gtp ip icmp"},
		{name: "RMCP ping", link: 1, data: ethOf(0x0800, udpOf(623, hx("06 00 ff 06 000011be 80 01 00 00"))), stack: "eth ip udp rmcp asf",
			fields: map[string]string{"rmcp.class": "6", "asf.iana": "4542", "asf.type": "0x80"}},
		{name: "802.11 beacon", link: 105, data: hx(`8000 0000 ffffffffffff 020000000001 020000000001 3012 0102030405060708 6400 0104 00 03 "net" 01 02 8296`), stack: "wlan",
			fields: map[string]string{"wlan.ssid": "net", "wlan.seq": "291", "wlan.fixed.beacon": "100", "wlan.tag.number": "0 1", "wlan.bssid": "02:00:00:00:00:01", "wlan.fc.type_subtype": "0x08"},
			info:   "Beacon (net) [1.0* 11.0* Mbit]"},
		{name: "802.11 acknowledgement", link: 105, data: hx("d400 0000 020000000001"), stack: "wlan", info: "Acknowledgment RA:02:00:00:00:00:01"},
		{name: "802.11 to the DS", link: 105, data: join(hx("0801 0000 020000000001 020000000002 020000000003 0000 aaaa03 000000 0800"), inner), stack: "wlan llc ip icmp",
			fields: map[string]string{"wlan.bssid": "02:00:00:00:00:01", "wlan.sa": "02:00:00:00:00:02", "wlan.da": "02:00:00:00:00:03"}},
		{name: "802.11 protected", link: 105, data: hx("0842 0000 020000000001 020000000002 020000000003 0000 0102030405060708"), stack: "wlan",
			fields: map[string]string{"wlan.fc.protected": "1", "wlan.sa": "02:00:00:00:00:03"}},
		{name: "radiotap with FCS", link: 127, data: join(hx("00 00 0f00 2a000000 10 00 6c09 a000 c4"), fcsOf(hx("d400 0000 020000000001"))), stack: "radiotap wlan",
			fields: map[string]string{"radiotap.channel.freq": "2412", "radiotap.dbm_antsignal": "-60", "radiotap.flags.fcs": "1", "wlan.fcs.status": "1"}},
		{name: "USB", link: 189, data: hx("0102030405060708 53 02 80 05 0100 00 3c 0000000000000001 00000002 8dffffff 12000000 00000000 8006000100001200"), stack: "usb",
			fields: map[string]string{"usb.bus_id": "1", "usb.device_address": "5", "usb.urb_len": "18", "usb.urb_status": "-115"}},
		{name: "FDDI", link: 10, data: join(hx("50 020000000001 020000000002 aaaa03 000000 0800"), inner), stack: "fddi llc ip icmp"},
	}
	return list
}

// dissectMade dissects one of them and checks what holds of every packet.
func dissectMade(t *testing.T, m madePacket) *Packet {
	t.Helper()
	var d D
	d.WantFields, d.WantInfo = true, true
	p := &Packet{}
	p.LinkType, p.Data, p.OrigLen = m.link, m.data, len(m.data)
	d.Dissect(p)
	sound(t, p)
	return p
}

// sound fails the test unless each octet of the packet is in a layer, each layer
// and each field in its buffer, and each field one of its protocol's.
func sound(t testing.TB, p *Packet) {
	t.Helper()
	covered := make([]bool, len(p.Bufs[0]))
	for _, l := range p.Layers {
		b := p.Bufs[l.Buf]
		if l.Off < 0 || l.Len < 0 || l.Off+l.Len > len(b) {
			t.Fatalf("layer %s is [%d, +%d) of %d octets", l.Proto.Name, l.Off, l.Len, len(b))
		}
		if l.Bad != "" && (l.BadOff < 0 || l.BadOff > len(b)) {
			t.Fatalf("layer %s: %q at octet %d of %d", l.Proto.Name, l.Bad, l.BadOff, len(b))
		}
		if l.Buf == 0 {
			for i := l.Off; i < l.Off+l.Len; i++ {
				covered[i] = true
			}
		}
		defs := l.Proto.defs()
		for i := l.First; i < l.First+l.N; i++ {
			f := &p.Fields[i]
			if f.Bit < 0 || f.Bits < 0 || int(f.Bit+f.Bits+7)/8 > len(b) {
				t.Fatalf("field %s is bits [%d, +%d) of %d octets", f.Def.Name, f.Bit, f.Bits, len(b))
			}
			found := false
			for _, d := range defs {
				found = found || d == f.Def
			}
			if !found {
				t.Fatalf("field %s is not in the lists of %s", f.Def.Name, l.Proto.Name)
			}
			p.AppendText(nil, f)
		}
	}
	for _, f := range p.Fields {
		for bit := f.Bit; f.buf == 0 && bit < f.Bit+f.Bits && f.Def.Kind != Group; bit += 8 {
			covered[bit/8] = true // a layer's fields may lie behind what it handed on: trailers
		}
	}
	for i, ok := range covered {
		if !ok {
			t.Fatalf("octet %d is in no layer: %s", i, stackOf(p))
		}
	}
}

func stackOf(p *Packet) string {
	var s []string
	for _, l := range p.Layers {
		if l.Proto.Name != "frame" {
			s = append(s, l.Proto.Name)
		}
	}
	return strings.Join(s, " ")
}

func TestMadePackets(t *testing.T) {
	for _, m := range madePackets() {
		t.Run(m.name, func(t *testing.T) {
			p := dissectMade(t, m)
			if s := stackOf(p); s != m.stack {
				t.Errorf("layers are %q, want %q", s, m.stack)
			}
			got := map[string]string{}
			for i := range p.Fields {
				f := &p.Fields[i]
				v := string(p.AppendValue(nil, f))
				if old, ok := got[f.Def.Name]; ok {
					v = old + " " + v
				}
				got[f.Def.Name] = v
			}
			for name, want := range m.fields {
				if got[name] != want {
					t.Errorf("%s is %q, want %q", name, got[name], want)
				}
			}
			if m.info != "" && string(p.Info) != m.info {
				t.Errorf("line is %q, want %q", p.Info, m.info)
			}
			for _, l := range p.Layers {
				if l.Bad != "" && !strings.Contains(m.name, "wrong") {
					t.Errorf("%s is marked: %s at %d", l.Proto.Name, l.Bad, l.BadOff)
				}
			}
		})
	}
}

// The line and the layers do not hang on whether fields are asked for.
func TestMadePacketsWithoutFields(t *testing.T) {
	for _, m := range madePackets() {
		with := dissectMade(t, m)
		var d D
		d.WantInfo = true
		p := &Packet{}
		p.LinkType, p.Data, p.OrigLen = m.link, m.data, len(m.data)
		d.Dissect(p)
		if len(p.Fields) > 0 || stackOf(p) != stackOf(with) || string(p.Info) != string(with.Info) {
			t.Errorf("%s: without fields %s %q (%d fields), with them %s %q", m.name, stackOf(p), p.Info, len(p.Fields), stackOf(with), with.Info)
		}
		for i := range p.Layers {
			if a, b := p.Layers[i], with.Layers[i]; a.Off != b.Off || a.Len != b.Len || a.Bad != b.Bad {
				t.Errorf("%s: without fields layer %s is [%d, +%d) %q, with them [%d, +%d) %q", m.name, a.Proto.Name, a.Off, a.Len, a.Bad, b.Off, b.Len, b.Bad)
			}
		}
	}
}

// Cut anywhere, a packet still gives layers that are sound, and the last one or
// the one that was cut says so or is shorter.
func TestMadePacketsCutShort(t *testing.T) {
	for _, m := range madePackets() {
		for n := range m.data {
			cut := m
			cut.data = m.data[:n:n]
			dissectMade(t, cut)
		}
	}
}

// linkFuncs are the dissectors of registry_link.go, for the fuzzer to choose from
// directly: not all are reached from every link type.
func linkFuncs() []Func {
	return []Func{
		dissectVLAN, dissectQinQ, dissectLLC, dissectSLL, dissectSLL2, dissectNull, dissectRawIP, dissectIPNet, dissectCTP,
		dissectPPP, dissectPPPDirected, dissectCHDLC, dissectSLARP, dissectLCP, dissectIPCP, dissectIPV6CP, dissectCCP, dissectPAP, dissectCHAP,
		dissectPPPoED, dissectPPPoES, dissectMPLS, dissectPWEthernet, dissectPWACH, dissectGRE, dissectERSPAN2, dissectERSPAN3,
		dissectVXLAN, dissectVXLANGPE, dissectGeneve, dissectAH, dissectESP, dissectIPComp, dissectUDPEncap, dissectL2TP, dissectL2TPv3,
		dissectEtherIP, dissectGTP, dissectIGMP, dissectPIM, dissectPIMv1, dissectSCTP, dissectDCCP, dissectOSPF, dissectRIP, dissectRIPng,
		dissectEIGRP, dissectVRRP, dissectHSRP, dissectSTP, dissectLLDP, dissectCDP, dissectSlow, dissectLACP, dissectMarker, dissectOAM,
		dissectEAPOL, dissectEAP, dissectISIS, dissectOSI, dissectAARP, dissectDDP, dissectIPX, dissectFrameRelay, dissectPFLOG, dissectBFD,
		dissectLDP, dissectRSVP, dissectSFlow, dissectRMCP, dissectASF, dissectRadiotap, dissectDot11, dissectPrism, dissectUSB,
		dissectUSBLong, dissectFDDI, dissectISL, dissectMACControl,
	}
}

func FuzzLinkDissectors(f *testing.F) {
	funcs := linkFuncs()
	for _, m := range madePackets() {
		var d D
		d.WantFields = true
		p := &Packet{}
		p.LinkType, p.Data = m.link, m.data
		d.Dissect(p)
		for _, l := range p.Layers { // each layer's octets are a seed for each dissector in turn
			if l.Buf == 0 && l.Proto.Name != "frame" {
				f.Add(uint8(l.Off), m.data[l.Off:])
			}
		}
	}
	for i := range funcs {
		f.Add(uint8(i), bytes.Repeat([]byte{0}, 64))
		f.Add(uint8(i), bytes.Repeat([]byte{0xff}, 64))
	}
	f.Fuzz(func(t *testing.T, which uint8, b []byte) {
		if len(b) > 1<<12 {
			return
		}
		var d D
		d.WantFields, d.WantInfo = true, true
		p := &Packet{Bufs: [][]byte{b}}
		d.DissectAs(p, funcs[int(which)%len(funcs)])
		sound(t, p)
	})
}

// Real packets that are damaged at random, the same way each time, neither
// fail nor lose an octet.
func TestDamagedCapturesAreSound(t *testing.T) {
	files, _ := filepath.Glob(filepath.Join(need.Captures(t), "public", "*.pcap*"))
	rnd := rand.New(rand.NewPCG(1, 2))
	var d D
	d.WantFields, d.WantInfo = true, true
	p := &Packet{}
	for _, file := range files {
		for i, c := range linkPackets(t, file) {
			if i == 100 {
				break
			}
			for range 10 {
				b := bytes.Clone(c.Data[:min(len(c.Data), 2000)])
				for range rnd.IntN(8) {
					if len(b) > 0 {
						b[rnd.IntN(len(b))] ^= byte(1 << rnd.IntN(8))
					}
				}
				if rnd.IntN(3) == 0 {
					b = b[:rnd.IntN(len(b)+1)]
				}
				p.LinkType, p.Data, p.OrigLen = c.LinkType, b, max(len(b), c.OrigLen)
				d.Dissect(p)
				sound(t, p)
			}
		}
	}
}

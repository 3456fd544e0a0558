package dissect

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
)

// tsharkFields are compared value for value, in every packet of every capture.
var tsharkFields = []string{
	"frame.number", "frame.len", "frame.cap_len", "frame.time_epoch", "frame.time_delta", "frame.time_relative", "frame.comment",
	"eth.padding", "eth.trailer", "eth.len", "eth.dst.ig", "eth.src.lg", "arp.isgratuitous", "arp.isprobe",
	"tcp.time_relative", "tcp.time_delta", "udp.time_relative", "udp.time_delta", "dns.time", "icmp.resptime", "icmp.ident_le", "icmp.seq_le",
	"tcp.payload", "udp.payload", "tcp.options.md5.digest", "tcp.options.tfo.cookie", "tcp.options.experimental.exid",
	"tcp.options.mptcp.sendkey", "tcp.options.mptcp.rawdataseqno", "tcp.options.mptcp.rawdataack", "tcp.options.mptcp.addrid", "tcp.options.mptcp.ipv4",
	"tcp.options.mptcp.flags", "tcp.options.mptcp.datalvllen", "tcp.options.mptcp.subflowseqno", "tcp.options.mptcp.version",
	"icmp.ext.version", "icmp.ext.class", "icmp.mpls.label", "icmp.mpls.ttl", "icmp.length", "icmp.unused", "icmp.int_ident.name", "icmp.ext.echo.seq",
	"icmpv6.nd.ra.cur_hop_limit", "icmpv6.nd.ra.flag", "icmpv6.nd.ra.flag.m", "icmpv6.nd.ra.flag.prf", "icmpv6.nd.ra.reachable_time", "icmpv6.reserved",
	"icmpv6.nd.na.flag", "icmpv6.nd.na.flag.s", "icmpv6.opt.linkaddr", "icmpv6.opt.src_linkaddr", "icmpv6.opt.prefix.flag", "icmpv6.opt.prefix.flag.l",
	"icmpv6.opt.mtu", "icmpv6.opt.rdnss", "icmpv6.opt.rdnss.lifetime", "icmpv6.opt.pref64.prefix", "icmpv6.opt.pref64.plc",
	"icmpv6.mldr.nb_mcast_records", "icmpv6.mldr.mar.record_type", "icmpv6.mldr.mar.multicast_address", "icmpv6.mld.multicast_address",
	"ipv6.tclass", "ipv6.opt.router_alert", "ipv6.routing.srh.addr", "ipv6.routing.srh.tag", "ipv6.routing.nxt", "ipv6.hopopts.nxt", "ip.opt.ra",
	"ip.fragment", "ip.reassembled.length",
	"eth.dst", "eth.src", "eth.type", "vlan.id",
	"arp.opcode", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.hw_mac", "arp.dst.proto_ipv4", "arp.hw.type", "arp.proto.type",
	"ip.hdr_len", "ip.dsfield", "ip.dsfield.dscp", "ip.dsfield.ecn", "ip.len", "ip.id", "ip.flags", "ip.flags.df", "ip.flags.mf",
	"ip.frag_offset", "ip.ttl", "ip.proto", "ip.checksum", "ip.checksum.status", "ip.src", "ip.dst", "ip.opt.type",
	"ipv6.version", "ipv6.tclass.dscp", "ipv6.tclass.ecn", "ipv6.flow", "ipv6.plen", "ipv6.nxt", "ipv6.hlim", "ipv6.src", "ipv6.dst",
	"ipv6.fraghdr.offset", "ipv6.fraghdr.more", "ipv6.fraghdr.ident", "ipv6.routing.type", "ipv6.routing.segleft", "ipv6.opt.type",
	"icmp.type", "icmp.code", "icmp.checksum", "icmp.checksum.status", "icmp.ident", "icmp.seq", "icmp.resp_to", "icmp.mtu", "icmp.redir_gw",
	"icmpv6.type", "icmpv6.code", "icmpv6.checksum", "icmpv6.checksum.status", "icmpv6.echo.identifier", "icmpv6.echo.sequence_number",
	"icmpv6.nd.ns.target_address", "icmpv6.nd.na.target_address", "icmpv6.opt.type", "icmpv6.opt.length", "icmpv6.opt.prefix",
	"icmpv6.opt.prefix.length", "icmpv6.opt.prefix.valid_lifetime", "icmpv6.nd.ra.router_lifetime", "icmpv6.opt.pref64.scaled_lifetime",
	"udp.srcport", "udp.dstport", "udp.length", "udp.checksum", "udp.checksum.status", "udp.stream",
	"tcp.srcport", "tcp.dstport", "tcp.stream", "tcp.len", "tcp.seq", "tcp.seq_raw", "tcp.nxtseq", "tcp.ack", "tcp.ack_raw", "tcp.hdr_len", "tcp.flags",
	"tcp.flags.syn", "tcp.flags.ack", "tcp.flags.fin", "tcp.flags.reset", "tcp.flags.push", "tcp.flags.urg", "tcp.flags.ece", "tcp.flags.cwr",
	"tcp.window_size_value", "tcp.window_size", "tcp.window_size_scalefactor", "tcp.checksum", "tcp.checksum.status", "tcp.urgent_pointer",
	"tcp.option_kind", "tcp.options.mss_val", "tcp.options.wscale.shift", "tcp.options.sack_le", "tcp.options.sack_re",
	"tcp.options.timestamp.tsval", "tcp.options.timestamp.tsecr", "tcp.options.mptcp.subtype",
	"dns.id", "dns.qry.name", "dns.response_to",
}

// TestAgainstTshark holds every packet of the captures against tshark, field for
// field, with its checksum verdicts switched on.
func TestAgainstTshark(t *testing.T) {
	tshark := need.Tool(t, "tshark")
	for _, file := range captureFiles(t) {
		base := filepath.Base(file)
		t.Run(base, func(t *testing.T) {
			t.Parallel()
			args := []string{"-r", file, "-n", "-T", "fields", "-E", "occurrence=a", "-E", "aggregator=;",
				"-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE", "-o", "udp.check_checksum:TRUE"}
			for _, f := range tsharkFields {
				args = append(args, "-e", f)
			}
			out, err := exec.Command(tshark, args...).Output()
			if err != nil {
				t.Logf("tshark: %v", err) // it says so of damaged files, after what it could read
			}
			var want [][]string
			for line := range bytes.Lines(out) {
				want = append(want, strings.Split(strings.TrimRight(string(line), "\n"), "\t"))
			}
			n := 0
			dissectAll(t, readCapture(t, file), func(p *Packet) {
				if n >= len(want) {
					return
				}
				compareTshark(t, base, p, want[n])
				n++
			})
			if n < len(want) {
				t.Errorf("%d packets, tshark has %d", n, len(want))
			}
		})
	}
}

// ownNames are fields of the core protocols that Wireshark does not have.
var ownNames = []string{"frame.linktype", "icmp.checksum_calculated", "icmp.code.meaning", "icmp.ext.object", "icmp.quotes",
	"icmpv6.checksum.partial", "icmpv6.checksum_calculated", "icmpv6.code.meaning", "icmpv6.opt.data", "icmpv6.quotes", "ip.fragment.data", "ip.opt", "ip.opt.data",
	"ipv6.fragment.data", "ipv6.routing.srh.tlv", "tcp.checksum.partial", "tcp.option", "tcp.options.qs.nonce", "tcp.segment.again", "udp.checksum.partial"}

// TestCoreFieldNamesAreWiresharks: habits and filters carry over.
func TestCoreFieldNamesAreWiresharks(t *testing.T) {
	out, err := exec.Command(need.Tool(t, "tshark"), "-G", "fields").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := make(map[string]bool)
	for line := range bytes.Lines(out) {
		if f := strings.Split(string(line), "\t"); len(f) > 2 && f[0] == "F" {
			known[f[2]] = true
		}
	}
	check := func(d *Def) {
		if own := slices.Contains(ownNames, d.Name); known[d.Name] == own {
			t.Errorf("%s: known to Wireshark: %v, in our list: %v", d.Name, !own, own)
		}
	}
	for _, p := range coreProtos() {
		for i := range p.Header {
			check(&p.Header[i])
		}
		for _, d := range p.Fields {
			check(d)
		}
	}
	for _, d := range answerDefs() {
		check(d)
	}
}

func compareTshark(t *testing.T, file string, p *Packet, want []string) {
	t.Helper()
	got := make(map[string]string)
	for i := range p.Fields {
		f := &p.Fields[i]
		v := string(p.AppendValue(nil, f))
		if old, ok := got[f.Def.Name]; ok {
			v = old + ";" + v
		}
		got[f.Def.Name] = v
	}
	for i, name := range tsharkFields {
		w := ""
		if i < len(want) {
			w = want[i]
		}
		if g := got[name]; inDecimal(g) != inDecimal(w) && !explained(file, p, name, g, w) {
			t.Errorf("packet %d: %s = %q, tshark has %q", p.Number, name, g, w)
		}
	}
}

// inDecimal makes equal what differs in writing only.
func inDecimal(v string) string {
	parts := strings.Split(v, ";")
	for i, s := range parts {
		if hex, ok := strings.CutPrefix(s, "0x"); ok {
			if n, err := strconv.ParseUint(hex, 16, 64); err == nil {
				parts[i] = strconv.FormatUint(n, 10)
			}
		}
	}
	return strings.Join(parts, ";")
}

// explained lists where we differ from tshark on purpose.
func explained(file string, p *Packet, name, got, want string) bool {
	switch name {
	case "tcp.checksum.status", "udp.checksum.status":
		// What was left to the card is no damage to us; tshark 4.0 calls it bad.
		return partialInstead(p, got, want)
	case "tcp.flags.ece", "tcp.flags.cwr":
		// tshark shows ACE in their place once it has seen Accurate ECN negotiated.
		return want == "" && file == "accecn_handshake.pcap"
	case "icmp.resp_to", "icmp.resptime":
		// tshark does not pair extended echo messages.
		return want == "" && file == "icmp-rfc8335.pcap"
	case "arp.src.hw_mac", "arp.dst.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4", "arp.opcode", "arp.hw.type", "arp.proto.type":
		// tshark shows less of packets whose lengths cannot be, and takes the type of
		// ATM for what it is, which this damaged packet is not.
		return want == "" && file == "arp-oobr.pcap"
	case "eth.padding", "eth.trailer":
		// tshark takes the last four octets for an FCS also where they are none, calls a
		// trailer what a protocol leaves (we: data), and shows none behind damage.
		return file == "802.1ad_QinQ.pcap" || file == "LLDP_and_CDP.pcap" || file == "arp-oobr.pcap" || file == "sflow_print-segv.pcap"
	case "udp.payload":
		// Its length field ends the datagram; tshark shows what follows it, too.
		return file == "sflow_print-segv.pcap" && strings.HasPrefix(want, got)
	case "icmp.ext.class":
		// What follows the one object of an extended echo is its data; tshark reads on.
		return file == "icmp-rfc8335.pcap" && strings.HasPrefix(want, got+";")
	case "udp.stream", "udp.time_relative", "udp.time_delta":
		// Streams are not followed through IEEE 802.11.
		return got == "" && file == "ieee802.11_htc.pcap"
	case "tcp.payload":
		// tshark shows the text of a reset as tcp.reset_cause.
		return want == "" && file == "tcp_rst_data.pcap"
	case "icmpv6.opt.pref64.prefix":
		// tshark 4.0 shows prefixes of 96 bits only.
		return want == "" && file == "icmpv6-ra-pref64.pcap"
	case "eth.len", "eth.dst.ig", "eth.src.lg":
		// The same, with all that an Ethernet header has.
		return file == "of10_s4810.pcap"
	case "dns.response_to", "dns.time":
		// A reply that the capture cut short answers its query all the same.
		return want == "" && file == "dns_udp_2.pcap"
	case "ipv6.fraghdr.offset", "ipv6.fraghdr.more":
		// tshark shows nothing of a header that is cut short.
		return want == "" && file == "ip6_frag_asan.pcap"
	case "eth.dst", "eth.src", "eth.type":
		// tshark goes on into the packets that OpenFlow messages carry.
		return file == "of10_s4810.pcap" && strings.HasPrefix(want, got+";")
	}
	return false
}

// partialInstead says whether the verdicts differ only where a checksum was left
// unfinished.
func partialInstead(p *Packet, got, want string) bool {
	g, w := strings.Split(got, ";"), strings.Split(want, ";")
	if len(g) != len(w) {
		return false
	}
	partial := 0
	for i := range p.Fields {
		if d := p.Fields[i].Def; d == &tcpChecksumPartial || d == &udpChecksumPartial {
			partial++
		}
	}
	for i := range g {
		if g[i] == "2" && w[i] == "0" {
			partial--
		} else if g[i] != w[i] {
			return false
		}
	}
	return partial == 0
}

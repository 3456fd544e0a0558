package wire

import (
	"bytes"
	"math/big"
	"net/netip"
	"os/exec"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
)

// fieldTables is every table with the length of the header that it describes.
func fieldTables() map[string]struct {
	fields []Field
	octets int
} {
	type entry = struct {
		fields []Field
		octets int
	}
	return map[string]entry{
		"ethernet": {EthernetFieldTable, EthernetHeaderLen}, "vlan": {VLANFieldTable, VLANTagLen}, "arp": {ARPFieldTable, ARPLen},
		"ipv4": {IPv4FieldTable, IPv4MinHeaderLen}, "ipv6": {IPv6FieldTable, IPv6HeaderLen}, "fragment": {IPv6FragmentFieldTable, IPv6FragHeaderLen},
		"udp": {UDPFieldTable, UDPHeaderLen}, "tcp": {TCPFieldTable, TCPMinHeaderLen},
		"icmp echo": {ICMPv4FieldTable(ICMPv4EchoRequest), 8}, "icmp unreachable": {ICMPv4FieldTable(ICMPv4Unreachable), 8},
		"icmp time": {ICMPv4FieldTable(ICMPv4TimeExceeded), 8}, "icmp parameter": {ICMPv4FieldTable(ICMPv4ParamProblem), 8},
		"icmp redirect": {ICMPv4FieldTable(ICMPv4Redirect), 8}, "icmp other": {ICMPv4FieldTable(200), 8},
		"icmpv6 unreachable": {ICMPv6FieldTable(ICMPv6Unreachable), 8}, "icmpv6 too big": {ICMPv6FieldTable(ICMPv6PacketTooBig), 8},
		"icmpv6 parameter": {ICMPv6FieldTable(ICMPv6ParamProblem), 8}, "icmpv6 echo": {ICMPv6FieldTable(ICMPv6EchoReply), 8},
		"rs": {ICMPv6FieldTable(ICMPv6RouterSol), routerSolLen}, "ra": {ICMPv6FieldTable(ICMPv6RouterAdv), routerAdvLen},
		"ns": {ICMPv6FieldTable(ICMPv6NeighborSol), neighborLen}, "na": {ICMPv6FieldTable(ICMPv6NeighborAdv), neighborLen},
		"redirect": {ICMPv6FieldTable(ICMPv6Redirect), redirectLen}, "icmpv6 other": {ICMPv6FieldTable(200), 8},
	}
}

func TestFieldTablesTileTheirHeaders(t *testing.T) {
	widths := map[FieldKind]int{FieldFlag: 1, FieldMAC: 48, FieldIPv4: 32, FieldIPv6: 128}
	for name, tab := range fieldTables() {
		bit := 0
		for _, f := range tab.fields {
			if f.Bit != bit {
				t.Errorf("%s: %s starts at bit %d, the field before it ends at %d", name, f.Name, f.Bit, bit)
			}
			if w := widths[f.Kind]; w != 0 && f.Width != w || f.Width < 1 || f.Label == "" || f.Name == "" {
				t.Errorf("%s: %+v", name, f)
			}
			bit = f.Bit + f.Width
		}
		if bit != tab.octets*8 {
			t.Errorf("%s: fields end at bit %d of %d", name, bit, tab.octets*8)
		}
	}
}

func TestFieldNamesAreWiresharks(t *testing.T) {
	tshark := need.Tool(t, "tshark")
	out, err := exec.Command(tshark, "-G", "fields").Output()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for line := range strings.Lines(string(out)) {
		if c := strings.Split(line, "\t"); len(c) > 2 && c[0] == "F" {
			known[c[2]] = true
		}
	}
	for name, tab := range fieldTables() {
		for _, f := range tab.fields {
			if !known[f.Name] {
				t.Errorf("%s: Wireshark has no field %s", name, f.Name)
			}
		}
	}
}

func TestFieldUintAgainstBigInt(t *testing.T) {
	r := testRand(80)
	b := make([]byte, 40)
	for range 20000 {
		fillRandom(r, b)
		f := Field{Bit: r.IntN(40 * 8), Width: 1 + r.IntN(64)}
		got, ok := f.Uint(b)
		if want := f.Bit+f.Width <= 40*8; ok != want {
			t.Fatalf("%+v: %v, want %v", f, ok, want)
		}
		if !ok {
			continue
		}
		v := new(big.Int).SetBytes(b)
		v.Rsh(v, uint(40*8-f.Bit-f.Width))
		v.And(v, new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), uint(f.Width)), big.NewInt(1)))
		if v.Uint64() != got {
			t.Fatalf("%+v: %#x, want %#x", f, got, v)
		}
	}
	for _, f := range []Field{{}, {Bit: -1, Width: 1}, {Width: 65}, {Width: -3}} {
		if v, ok := f.Uint(b); ok {
			t.Errorf("%+v gave %d", f, v)
		}
	}
	if _, ok := (Field{Width: 128}).Bytes(b[:15]); ok {
		t.Error("bytes behind the end")
	}
	if _, ok := (Field{}).Bytes(b); ok {
		t.Error("bytes of an empty field")
	}
}

// fieldValue is what the table says of the field called name.
func fieldValue(t *testing.T, fields []Field, name string, b []byte) any {
	t.Helper()
	for _, f := range fields {
		if f.Name != name {
			continue
		}
		raw, ok := f.Bytes(b)
		if !ok {
			t.Fatalf("%s does not lie in %d octets", name, len(b))
		}
		switch f.Kind {
		case FieldMAC:
			return MAC(raw)
		case FieldIPv4, FieldIPv6:
			a, _ := netip.AddrFromSlice(raw)
			return a
		}
		v, ok := f.Uint(b)
		if !ok {
			t.Fatalf("%s does not lie in %d octets", name, len(b))
		}
		if f.Kind == FieldFlag {
			return v == 1
		}
		return v * uint64(max(f.Unit, 1))
	}
	t.Fatalf("no field %s", name)
	return nil
}

func TestFieldTablesAgreeWithAccessors(t *testing.T) {
	r := testRand(81)
	for range 300 {
		b := make([]byte, 64)
		fillRandom(r, b)
		check := func(fields []Field, want map[string]any) {
			t.Helper()
			for name, w := range want {
				if got := fieldValue(t, fields, name, b); got != w {
					t.Fatalf("%s is %v, the accessor says %v", name, got, w)
				}
			}
		}
		u := func(v any) uint64 {
			switch v := v.(type) {
			case uint8:
				return uint64(v)
			case uint16:
				return uint64(v)
			case uint32:
				return uint64(v)
			case int:
				return uint64(v)
			}
			t.Fatalf("%T", v)
			return 0
		}

		put16(b, 12, EtherTypeIPv6)
		e := Ethernet(b)
		check(EthernetFieldTable, map[string]any{"eth.dst": e.Dst(), "eth.src": e.Src(), "eth.type": u(e.EtherType())})
		put16(b, 12, EtherTypeVLAN)
		tci, _ := e.VLAN()
		tag := bytes.Clone(b[14:])
		for name, w := range map[string]any{"vlan.priority": u(tci >> 13), "vlan.dei": tci>>12&1 == 1, "vlan.id": u(tci & 0xfff), "vlan.etype": u(e.EtherType())} {
			if got := fieldValue(t, VLANFieldTable, name, tag); got != w {
				t.Fatalf("%s is %v, the accessor says %v", name, got, w)
			}
		}

		a := ARP(b)
		check(ARPFieldTable, map[string]any{"arp.hw.type": u(a.HardwareType()), "arp.proto.type": u(a.ProtocolType()), "arp.hw.size": u(a.HardwareLen()),
			"arp.proto.size": u(a.ProtocolLen()), "arp.opcode": u(a.Op()), "arp.src.hw_mac": a.SenderMAC(), "arp.src.proto_ipv4": a.SenderIP(),
			"arp.dst.hw_mac": a.TargetMAC(), "arp.dst.proto_ipv4": a.TargetIP()})

		p := IPv4(b)
		check(IPv4FieldTable, map[string]any{"ip.version": u(p.Version()), "ip.hdr_len": u(p.HeaderLen()), "ip.dsfield.dscp": u(p.DSCP()), "ip.dsfield.ecn": u(p.ECN()),
			"ip.len": u(p.TotalLen()), "ip.id": u(p.ID()), "ip.flags.rb": p.Reserved(), "ip.flags.df": p.DF(), "ip.flags.mf": p.MF(), "ip.frag_offset": u(p.FragOffset()),
			"ip.ttl": u(p.TTL()), "ip.proto": u(p.Protocol()), "ip.checksum": u(p.Checksum()), "ip.src": p.Src(), "ip.dst": p.Dst()})

		q := IPv6(b)
		check(IPv6FieldTable, map[string]any{"ipv6.version": u(q.Version()), "ipv6.tclass.dscp": u(q.DSCP()), "ipv6.tclass.ecn": u(q.ECN()), "ipv6.flow": u(q.FlowLabel()),
			"ipv6.plen": u(q.PayloadLen()), "ipv6.nxt": u(q.NextHeader()), "ipv6.hlim": u(q.HopLimit()), "ipv6.src": q.Src(), "ipv6.dst": q.Dst()})

		fr := IPv6Fragment(b)
		check(IPv6FragmentFieldTable, map[string]any{"ipv6.fraghdr.nxt": u(fr.NextHeader()), "ipv6.fraghdr.offset": u(fr.FragOffset()), "ipv6.fraghdr.more": fr.MF(), "ipv6.fraghdr.ident": u(fr.ID())})

		d := UDP(b)
		check(UDPFieldTable, map[string]any{"udp.srcport": u(d.SrcPort()), "udp.dstport": u(d.DstPort()), "udp.length": u(d.Length()), "udp.checksum": u(d.Checksum())})

		s := TCP(b)
		f := s.Flags()
		check(TCPFieldTable, map[string]any{"tcp.srcport": u(s.SrcPort()), "tcp.dstport": u(s.DstPort()), "tcp.seq_raw": u(s.Seq()), "tcp.ack_raw": u(s.Ack()),
			"tcp.hdr_len": u(s.HeaderLen()), "tcp.flags.res": u(s.Reserved()), "tcp.flags.ae": f.Has(AE), "tcp.flags.cwr": f.Has(CWR), "tcp.flags.ece": f.Has(ECE),
			"tcp.flags.urg": f.Has(URG), "tcp.flags.ack": f.Has(ACK), "tcp.flags.push": f.Has(PSH), "tcp.flags.reset": f.Has(RST), "tcp.flags.syn": f.Has(SYN), "tcp.flags.fin": f.Has(FIN),
			"tcp.window_size_value": u(s.Window()), "tcp.checksum": u(s.Checksum()), "tcp.urgent_pointer": u(s.Urgent())})

		m := ICMPv4(b)
		check(ICMPv4FieldTable(ICMPv4EchoReply), map[string]any{"icmp.type": u(m.Type()), "icmp.code": u(m.Code()), "icmp.checksum": u(m.Checksum()), "icmp.ident": u(m.ID()), "icmp.seq": u(m.Seq())})
		check(ICMPv4FieldTable(ICMPv4Unreachable), map[string]any{"icmp.mtu": u(m.NextHopMTU())})
		check(ICMPv4FieldTable(ICMPv4ParamProblem), map[string]any{"icmp.pointer": u(m.Pointer())})
		check(ICMPv4FieldTable(ICMPv4Redirect), map[string]any{"icmp.redir_gw": m.Gateway()})
		check(ICMPv4FieldTable(99), map[string]any{"icmp.unused": u(m.Rest())})

		m6 := ICMPv6(b)
		check(ICMPv6FieldTable(ICMPv6EchoRequest), map[string]any{"icmpv6.type": u(m6.Type()), "icmpv6.code": u(m6.Code()), "icmpv6.checksum": u(m6.Checksum()),
			"icmpv6.echo.identifier": u(m6.ID()), "icmpv6.echo.sequence_number": u(m6.Seq())})
		check(ICMPv6FieldTable(ICMPv6PacketTooBig), map[string]any{"icmpv6.mtu": u(m6.MTU())})
		check(ICMPv6FieldTable(ICMPv6ParamProblem), map[string]any{"icmpv6.pointer": u(m6.Pointer())})
		ra := RouterAdvertisement(b)
		check(ICMPv6FieldTable(ICMPv6RouterAdv), map[string]any{"icmpv6.nd.ra.cur_hop_limit": u(ra.CurHopLimit()), "icmpv6.nd.ra.flag.m": ra.Managed(), "icmpv6.nd.ra.flag.o": ra.OtherConfig(),
			"icmpv6.nd.ra.router_lifetime": uint64(ra.RouterLifetime().Seconds()), "icmpv6.nd.ra.reachable_time": uint64(ra.ReachableTime().Milliseconds()), "icmpv6.nd.ra.retrans_timer": uint64(ra.RetransTimer().Milliseconds())})
		check(ICMPv6FieldTable(ICMPv6NeighborSol), map[string]any{"icmpv6.nd.ns.target_address": NeighborSolicitation(b).Target()})
		na := NeighborAdvertisement(b)
		check(ICMPv6FieldTable(ICMPv6NeighborAdv), map[string]any{"icmpv6.nd.na.flag.r": na.Router(), "icmpv6.nd.na.flag.s": na.Solicited(), "icmpv6.nd.na.flag.o": na.Override(), "icmpv6.nd.na.target_address": na.Target()})
		check(ICMPv6FieldTable(ICMPv6Redirect), map[string]any{"icmpv6.nd.rd.target_address": Redirect(b).Target(), "icmpv6.rd.na.destination_address": Redirect(b).Destination()})
	}
}

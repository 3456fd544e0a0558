package dissect

import (
	"encoding/binary"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// craftedPackets are packets of Ethernet with what captures rarely have.
func craftedPackets() [][]byte {
	var all [][]byte
	options := [][]byte{
		{7, 7, 4, 1, 2, 3, 4, 0},                          // record route
		{131, 11, 4, 10, 0, 0, 1, 10, 0, 0, 2, 1},         // loose source route, NOP
		{68, 12, 13, 1, 10, 0, 0, 1, 0, 0, 0, 5},          // timestamp with address
		{148, 4, 0, 0},                                    // router alert
		{136, 4, 0, 9, 11, 4, 5, 220},                     // stream, MTU probe
		{82, 12, 0, 1, 0, 2, 0, 3, 10, 0, 0, 9},           // traceroute
		{130, 11, 0, 1, 0, 2, 'a', 'b', 'x', 'y', 'z', 0}, // security
		{134, 12, 0, 0, 0, 1, 1, 6, 0, 3, 0xff, 0},        // CIPSO
		{25, 8, 0x12, 3, 0, 0, 0, 4},                      // Quick-Start
		{99, 4, 1, 2}, {7, 200, 4, 0},                     // unknown; too long
	}
	for _, o := range options {
		all = append(all, ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 253, Options: o}, []byte("payload"))))
	}
	tcpOptions := [][]byte{
		{2, 4, 5, 180, 1, 3, 3, 7, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2},
		{5, 10, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0},
		append([]byte{19, 18}, make([]byte, 18)...),
		{29, 8, 1, 2, 3, 4, 5, 6}, {34, 2, 1, 1}, {34, 6, 1, 2, 3, 4, 1, 1}, {28, 4, 0x80, 5},
		{27, 8, 5, 3, 0, 0, 0, 4}, {172, 11, 0, 0, 1, 0, 0, 2, 0, 0, 3, 1}, {174, 5, 0, 0, 1, 0, 0, 0},
		{254, 4, 0xf9, 0x89}, {253, 6, 0x12, 0x34, 1, 2, 1, 1}, {77, 4, 1, 2}, {6, 6, 0, 0, 0, 1, 1, 1}, {2, 40, 0, 0}, {0, 1, 2, 3},
		{30, 12, 0x11, 2, 0, 0, 0, 1, 0, 0, 0, 2}, {30, 4, 0x40, 1}, {30, 4, 0x51, 1}, {30, 12, 0x60, 0, 0, 0, 0, 0, 0, 0, 0, 1},
		{30, 8, 0x30, 1, 10, 0, 0, 1}, {30, 4, 0x81, 1}, {30, 12, 0x70, 0, 1, 2, 3, 4, 5, 6, 7, 8},
	}
	for _, o := range tcpOptions {
		h := make([]byte, 20+(len(o)+3)/4*4)
		copy(h[20:], o)
		h[12] = byte(len(h)/4) << 4
		h[13] = 2
		binary.BigEndian.PutUint16(h, 5)
		wire.TCP(h).FillChecksum(client4, server4)
		all = append(all, ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoTCP}, h)))
	}
	inner := ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 7000, 7001, []byte("hello")))
	for _, h := range [][8]byte{{3, 4, 0, 0, 0, 0, 5, 0}, {5, 1, 0, 0, 10, 0, 0, 1}, {11, 0}, {12, 0, 0, 0, 4}, {4}} {
		all = append(all, icmp4(h, inner))
	}
	// RFC 4884: 32 octets of the original, then an extension with a label.
	long := append(slices.Clone(inner), make([]byte, 128-len(inner))...)
	ext := []byte{0x20, 0, 0, 0, 0, 8, 1, 1, 0x12, 0x34, 0x51, 64}
	binary.BigEndian.PutUint16(ext[2:], wire.Checksum(ext, 0))
	all = append(all, icmp4([8]byte{11, 0, 0, 0, 0, 32}, append(long, ext...)))
	all = append(all, icmp4([8]byte{13, 0, 0, 0, 0, 1, 0, 2}, make([]byte, 12)), icmp4([8]byte{17, 0}, make([]byte, 4)),
		icmp4([8]byte{9, 0, 0, 0, 1, 2, 0, 9}, make([]byte, 8)), icmp4([8]byte{42, 0, 0, 0, 0, 1, 2, 1}, nil), icmp4([8]byte{43, 0, 0, 0, 0, 1, 2, 0x45}, nil),
		icmp4([8]byte{200}, []byte("?")))
	for _, n := range ndMessages() {
		all = append(all, icmp6(n))
	}
	hop := append([]byte{wire.ProtoNoNext, 1, 5, 2, 0, 0, 0xc2, 4, 0, 1, 0, 0, 1, 2, 0, 0}, "left"...)
	dest := []byte{wire.ProtoNoNext, 2, 4, 1, 3, 0x30, 4, 5, 0, 5, 0, 0x99, 2, 1, 2, 0, 0x63, 4, 0, 1, 0, 2, 1, 0}
	route := append([]byte{wire.ProtoNoNext, 2, 4, 1, 0, 0, 0, 7}, server6.AsSlice()...)
	rt0 := append([]byte{wire.ProtoNoNext, 2, 0, 1, 0, 0, 0, 0}, server6.AsSlice()...)
	rpl := append([]byte{wire.ProtoNoNext, 1, 3, 1, 0x88, 0, 0, 0}, make([]byte, 8)...)
	all = append(all, ether(wire.EtherTypeIPv6, ip6(wire.ProtoHopByHop, hop)), ether(wire.EtherTypeIPv6, ip6(wire.ProtoDestOpts, dest)),
		ether(wire.EtherTypeIPv6, ip6(wire.ProtoRouting, route)), ether(wire.EtherTypeIPv6, ip6(wire.ProtoRouting, rt0)), ether(wire.EtherTypeIPv6, ip6(wire.ProtoRouting, rpl)))
	lite := udpBytes(client4, server4, 1, 2, []byte("partly covered"))
	binary.BigEndian.PutUint16(lite[4:], 8)
	all = append(all, ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: protoUDPLite}, lite)))
	return all
}

func icmp4(h [8]byte, data []byte) []byte {
	b := append(h[:], data...)
	binary.BigEndian.PutUint16(b[2:], wire.Checksum(b, 0))
	return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoICMP}, b))
}

func icmp6(b []byte) []byte {
	wire.ICMPv6(b).FillChecksum(client6, server6)
	return ether(wire.EtherTypeIPv6, ip6(wire.ProtoICMPv6, b))
}

// ndMessages are ICMPv6 messages, one with each option of Neighbor Discovery.
func ndMessages() (all [][]byte) {
	ra := []byte{134, 0, 0, 0, 64, 0xc8, 7, 8, 0, 0, 0, 1, 0, 0, 0, 2}
	for t := byte(1); t <= 40; t++ {
		for _, units := range []int{1, 2, 3, 4} {
			o := make([]byte, units*8)
			for i := range o {
				o[i] = byte(i)
			}
			o[0], o[1] = t, byte(units)
			all = append(all, append(slices.Clone(ra), o...))
		}
	}
	inner := ip6(wire.ProtoUDP, udpBytes(client6, server6, 7000, 7001, []byte("hello123")))
	redirected := append([]byte{4, 0, 0, 0, 0, 0, 0, 0}, inner...)
	redirected = append(redirected, make([]byte, (8-len(redirected)%8)%8)...)
	redirected[1] = byte(len(redirected) / 8)
	all = append(all, append(append([]byte{137, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 32)...), redirected...))
	for _, t := range []byte{1, 2, 3, 4} {
		all = append(all, append([]byte{t, 0, 0, 0, 0, 0, 5, 0}, inner...))
	}
	for _, t := range []byte{128, 129, 130, 131, 132, 133, 135, 136, 138, 139, 140, 141, 142, 143, 144, 145, 146, 147, 148, 149, 151, 152, 157, 160, 161, 200} {
		all = append(all, append([]byte{t, 0, 0, 0, 0, 1, 0, 1}, make([]byte, 40)...))
	}
	// RFC 8106 5.2: a search list of two names.
	dnssl := append([]byte{31, 4, 0, 0, 0, 0, 0, 60}, "\x03lab\x04test\x00\x02a1\x01b\x00"...)
	all = append(all, append(slices.Clone(ra), append(dnssl, make([]byte, 32-len(dnssl))...)...))
	return all
}

func TestRFC791_3_1_Header(t *testing.T) {
	b := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{TOS: 0xb9, ID: 0x1234, DF: true, TTL: 7, Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 9, 10, []byte("x"))))
	p := dissected(t, b)
	for name, want := range map[string]string{
		"ip.version": "4", "ip.hdr_len": "20", "ip.dsfield": "0xb9", "ip.dsfield.dscp": "46", "ip.dsfield.ecn": "1", "ip.len": "29",
		"ip.id": "0x1234", "ip.flags": "0x02", "ip.flags.df": "1", "ip.flags.mf": "0", "ip.frag_offset": "0", "ip.ttl": "7", "ip.proto": "17",
		"ip.checksum.status": "1", "ip.src": "192.0.2.1", "ip.dst": "198.51.100.2", "udp.length": "9", "udp.checksum.status": "1",
	} {
		if got := value(t, p, name); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got := stack(p); got != "frame eth ip udp data" {
		t.Errorf("layers %q", got)
	}
}

// RFC 791 3.1: a header whose checksum fails is discarded; it is shown and marked.
func TestRFC791_3_1_WrongChecksumIsMarked(t *testing.T) {
	b := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 253}, []byte("x")))
	b[14+8]-- // the TTL, without its checksum
	p := dissected(t, b)
	l := layer(t, p, "ip")
	if value(t, p, "ip.checksum.status") != "0" || l.Bad == "" || l.BadOff != 24 {
		t.Errorf("status %s, marked %q at %d; want 0 and the checksum's place, 24", value(t, p, "ip.checksum.status"), l.Bad, l.BadOff)
	}
	want := wire.UpdateChecksum16(uint16(be16(b, 24)), uint16(64)<<8|253, uint16(63)<<8|253)
	if got := value(t, p, "ip.checksum_calculated"); got != string(appendHex(nil, uint64(want), 2)) && got != string(appendHex(nil, uint64(want), 4)) {
		t.Errorf("calculated %s, want %#x", got, want)
	}
}

// IEEE 802.3 3.2.8 and 4.2.3.3: a frame shorter than 64 octets with its FCS is
// padded. What pads it is no part of the datagram.
func TestIEEE802_3_PaddingBelongsToTheFrame(t *testing.T) {
	b := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 7, 8, []byte("hi"))))
	n := len(b)
	p := dissected(t, append(b, make([]byte, 60-n)...))
	if got := len(value(t, p, "eth.padding")); got != 2*(60-n) {
		t.Errorf("padding has %d hex digits, want %d", got, 2*(60-n))
	}
	if got := stack(p); got != "frame eth ip udp data" {
		t.Errorf("layers %q: padding must not become data", got)
	}
	if got := value(t, p, "data.len"); got != "2" {
		t.Errorf("data of %s octets, want 2", got)
	}
}

// The FCS is recognized by what the capture says of it, or by its being right.
func TestIEEE802_3_FCS(t *testing.T) {
	b := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 253}, []byte(strings.Repeat("x", 40))))
	b = append(b, 0, 0, 0, 0)
	wire.PutFCS(b[len(b)-4:], b[:len(b)-4])
	if p := dissected(t, b); value(t, p, "eth.fcs.status") != "1" {
		t.Error("a right FCS behind a whole datagram was not recognized")
	}
	b[20]++
	if p := dissected(t, b); value(t, p, "eth.trailer") == "" || value(t, p, "eth.fcs.status") != "" {
		t.Error("four octets that are no FCS must be a trailer")
	}
	d := D{WantFields: true}
	p := &Packet{Meta: Meta{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b), FCSLen: 4}}
	d.Dissect(p)
	if value(t, p, "eth.fcs.status") != "0" || layer(t, p, "eth").Bad == "" {
		t.Error("an FCS that the capture vouches for, and that is wrong, must be marked")
	}
}

// RFC 826: lengths of addresses are the packet's own.
func TestRFC826_OtherAddressLengths(t *testing.T) {
	b := ether(wire.EtherTypeARP, []byte{0, 32, 8, 0, 2, 4, 0, 1, 1, 2, 10, 0, 0, 1, 0, 0, 10, 0, 0, 2})
	p := dissected(t, b)
	if value(t, p, "arp.src.hw") != "0102" || value(t, p, "arp.dst.proto_ipv4") != "10.0.0.2" {
		t.Errorf("hardware address %s, protocol address %s", value(t, p, "arp.src.hw"), value(t, p, "arp.dst.proto_ipv4"))
	}
}

func TestRFC5227_ProbeAndAnnouncement(t *testing.T) {
	f := wire.ARPFields{Op: wire.ARPRequest, SenderMAC: clientMAC, SenderIP: client4, TargetIP: client4}
	b := make([]byte, wire.ARPLen)
	f.Put(b)
	if p := dissected(t, ether(wire.EtherTypeARP, b)); value(t, p, "arp.isgratuitous") != "1" || value(t, p, "arp.isannouncement") != "1" {
		t.Error("RFC 5227 1.1: an announcement has sender and target address alike")
	}
	copy(b[14:18], make([]byte, 4))
	if p := dissected(t, ether(wire.EtherTypeARP, b)); value(t, p, "arp.isprobe") != "1" {
		t.Error("RFC 5227 1.1: a probe has an all-zero sender address")
	}
}

// A checksum that holds the pseudo-header's sum alone was left to the card.
func TestUnfinishedChecksumIsNotWrong(t *testing.T) {
	b := seg{flags: wire.ACK, seq: 1, ack: 1}.bytes()
	sum := 14 + 20 + 16
	right := binary.BigEndian.Uint16(b[sum:])
	if p := dissected(t, b); value(t, p, "tcp.checksum.status") != "1" {
		t.Fatal("a right checksum is not called right")
	}
	partial := wire.Fold(wire.PseudoSum(client4, server4, wire.ProtoTCP, 20))
	binary.BigEndian.PutUint16(b[sum:], partial)
	p := dissected(t, b)
	if value(t, p, "tcp.checksum.status") != "2" || value(t, p, "tcp.checksum.partial") != "1" || layer(t, p, "tcp").Bad != "" {
		t.Errorf("the pseudo-header's sum alone: status %s, marked %q", value(t, p, "tcp.checksum.status"), layer(t, p, "tcp").Bad)
	}
	binary.BigEndian.PutUint16(b[sum:], right+1)
	if p = dissected(t, b); value(t, p, "tcp.checksum.status") != "0" || layer(t, p, "tcp").Bad == "" {
		t.Error("a wrong checksum is not called wrong")
	}
	d := D{WantFields: true}
	d.Dissect(&Packet{Meta: Meta{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b), Flags: capture.ChecksumNotReady}})
	if value(t, d.P, "tcp.checksum.status") != "2" {
		t.Error("epb_flags bit 9 says that the checksum was not ready")
	}
	d.Dissect(&Packet{Meta: Meta{LinkType: capture.LinkTypeEthernet, Data: b[:len(b)-1], OrigLen: len(b)}})
	if value(t, d.P, "tcp.checksum.status") == "0" {
		t.Error("what was not captured whole cannot be judged")
	}
}

// RFC 792: an error carries the header and 64 bits of what it is about.
func TestRFC792_QuotedPacketIsDissected(t *testing.T) {
	inner := ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 7000, 7001, []byte("hello")))
	p := dissected(t, icmp4([8]byte{3, 3}, inner[:28]))
	if got := stack(p); got != "frame eth ip icmp ip udp" {
		t.Errorf("layers %q", got)
	}
	if l := layer(t, p, "udp"); l.Bad != "" {
		t.Errorf("a quotation that ends early is no damage: %q", l.Bad)
	}
	if got := valuesOf(p, "ip.src"); len(got) != 2 {
		t.Errorf("source addresses %q, want the error's and the quoted one", got)
	}
}

// RFC 4884 5: the length field says where the extensions begin; RFC 4950 puts
// label stack entries there.
func TestRFC4884_Extensions(t *testing.T) {
	var p *Packet
	for _, b := range craftedPackets() {
		if q := dissected(t, b); value(t, q, "icmp.ext.version") != "" && len(valuesOf(q, "icmp.mpls.label")) > 0 {
			p = q
		}
	}
	if p == nil {
		t.Fatal("no packet with extensions")
	}
	for name, want := range map[string]string{"icmp.ext.version": "2", "icmp.ext.checksum.status": "1", "icmp.mpls.label": "74565", "icmp.mpls.s": "1", "icmp.mpls.ttl": "64", "icmp.length": "128"} {
		if got := value(t, p, name); got != want {
			t.Errorf("%s = %s, want %s", name, got, want)
		}
	}
}

// RFC 4861 4.6: "Nodes MUST silently discard an ND packet that contains an option
// with length zero."
func TestRFC4861_4_6_OptionOfLengthZero(t *testing.T) {
	b := []byte{133, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 3, 4, 5, 6}
	p := dissected(t, icmp6(b))
	if layer(t, p, "icmpv6").Bad == "" {
		t.Error("not marked")
	}
	if typ, n := value(t, p, "icmpv6.opt.type"), value(t, p, "icmpv6.opt.length"); typ != "1" || n != "0" {
		t.Errorf("type %q, length %q, want 1 and 0", typ, n)
	}
}

func TestRFC8106_5_2_SearchList(t *testing.T) {
	m := ndMessages()
	p := dissected(t, icmp6(m[len(m)-1]))
	if got := valuesOf(p, "icmpv6.opt.dnssl"); !slices.Equal(got, []string{"lab.test", "a1.b"}) {
		t.Errorf("search list %q", got)
	}
}

// RFC 8200 8.1: with a routing header the checksum covers the final destination.
func TestRFC8200_8_1_ChecksumBehindRoutingHeader(t *testing.T) {
	final := client6
	udp := udpBytes(client6, final, 1000, 1001, []byte("routed"))
	h := append([]byte{wire.ProtoUDP, 2, 4, 1, 0, 0, 0, 0}, final.AsSlice()...)
	p := dissected(t, ether(wire.EtherTypeIPv6, ip6(wire.ProtoRouting, append(h, udp...))))
	if got := value(t, p, "udp.checksum.status"); got != "1" {
		t.Errorf("status %s, want 1", got)
	}
}

// RFC 2675 3: the payload length is 0 and a hop-by-hop option has the real one.
func TestRFC2675_Jumbo(t *testing.T) {
	payload := []byte{253, 0, 0xc2, 4, 0, 0, 0, 0}
	payload = append(payload, make([]byte, 66000)...)
	binary.BigEndian.PutUint32(payload[4:], uint32(len(payload)))
	h := wire.IPv6Fields{NextHeader: wire.ProtoHopByHop, HopLimit: 1, Src: client6, Dst: server6}
	b := make([]byte, 40, 40+len(payload))
	h.Put(b)
	p := dissected(t, ether(wire.EtherTypeIPv6, append(b, payload...)))
	if value(t, p, "ipv6.opt.jumbo") != "66008" || value(t, p, "data.len") != "66000" {
		t.Errorf("jumbo length %s, data %s", value(t, p, "ipv6.opt.jumbo"), value(t, p, "data.len"))
	}
}

// What follows an option that does not fit is not guessed at.
func TestOptionsThatDoNotFitAreMarked(t *testing.T) {
	p := dissected(t, ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 253, Options: []byte{7, 39, 4, 0}}, nil)))
	if layer(t, p, "ip").Bad == "" {
		t.Error("an IPv4 option that runs past the header is not marked")
	}
}

// A packet that nests without end is bounded, and what is beyond is shown.
func TestLayersAreBounded(t *testing.T) {
	b := []byte("core")
	for range 200 {
		b = ip4(wire.IPv4Fields{Protocol: 4}, b)
	}
	p := dissected(t, ether(wire.EtherTypeIPv4, b))
	if n := len(p.Layers); n < maxLayers || n > 2*maxLayers {
		t.Errorf("%d layers", n)
	}
	if last := p.Layers[len(p.Layers)-1]; last.Proto != &data || last.Off+last.Len != len(p.Bufs[0]) {
		t.Errorf("the rest is %s at %d+%d of %d", last.Proto.Name, last.Off, last.Len, len(p.Bufs[0]))
	}
}

// Gaps between what a dissector hands on are data, in the order of the bytes
// where it hands on in that order.
func TestWhatNobodyTakesIsData(t *testing.T) {
	d := D{WantFields: true}
	p := &Packet{Bufs: [][]byte{make([]byte, 30)}}
	d.DissectAs(p, func(d *D, b []byte) {
		d.Begin(&arp)
		d.Claim(4)
		d.Next(dissectData, 6, 4)
		d.Next(dissectData, 20, 4)
		d.Own(24, 2)
	})
	var got []int
	for _, l := range p.Layers {
		got = append(got, l.Off, l.Len)
	}
	if want := []int{0, 4, 4, 2, 6, 4, 10, 10, 20, 4, 26, 4}; !slices.Equal(got, want) {
		t.Errorf("offsets and lengths %v, want %v", got, want)
	}
	d.DissectAs(p, func(d *D, b []byte) {
		d.Begin(&arp)
		d.Claim(0)
		d.Next(dissectData, 20, 10)
		d.Next(dissectData, 0, 10)
	})
	got = got[:0]
	for _, l := range p.Layers {
		got = append(got, l.Off, l.Len)
	}
	if want := []int{0, 0, 20, 10, 0, 10, 10, 10}; !slices.Equal(got, want) {
		t.Errorf("out of order: offsets and lengths %v, want %v", got, want)
	}
}

// A mistake in a dissector costs one layer, not the program.
func TestFailureOfADissectorIsShown(t *testing.T) {
	guard = true
	defer func() { guard = false }()
	d := D{WantFields: true}
	p := &Packet{Bufs: [][]byte{{1, 2, 3}}}
	d.DissectAs(p, func(d *D, b []byte) {
		d.Begin(&arp)
		_ = b[len(b)+0*len(p.Fields)]
	})
	if len(p.Layers) != 1 || p.Layers[0].Bad == "" {
		t.Errorf("layers %v", p.Layers)
	}
}

func TestNumber(t *testing.T) {
	b := []byte{0x12, 0x34, 0x56, 0x78, 0x9a, 0xbc, 0xde, 0xf0, 0x11, 0x22}
	for _, c := range []struct {
		bit, width int
		want       uint64
	}{
		{0, 4, 1}, {4, 4, 2}, {0, 8, 0x12}, {4, 8, 0x23}, {0, 64, 0x123456789abcdef0}, {4, 64, 0x23456789abcdef01},
		{8, 64, 0x3456789abcdef011}, {16, 64, 0x56789abcdef01122}, {72, 8, 0x22}, {79, 1, 0}, {78, 1, 1}, {71, 9, 0x122}, {0, 0, 0},
	} {
		if got := number(b, c.bit, c.width); got != c.want {
			t.Errorf("bits %d+%d are %#x, want %#x", c.bit, c.width, got, c.want)
		}
	}
}

func TestAppendDecimal(t *testing.T) {
	for _, c := range []struct {
		ns   int64
		unit int
		want string
	}{
		{1, 0, "0.000000001"}, {-1500000000, 0, "-1.500000000"}, {12345678, millisecond, "12.345678"}, {88897000, millisecond, "88.897"}, {5e6, millisecond, "5.0"}, {0, 0, "0.000000000"},
	} {
		if got := string(appendDecimal(nil, c.ns, c.unit)); got != c.want {
			t.Errorf("%d in units of %d: %s, want %s", c.ns, c.unit, got, c.want)
		}
	}
}

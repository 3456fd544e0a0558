package dissect

// Packets that a capture cut, or that are not what their headers say: the values
// are those that tshark gives.

import (
	"encoding/binary"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// cutAt runs packets through one session as a capture with this snap length has
// them.
func cutAt(t *testing.T, snap int, packets [][]byte, see func(i int, p *Packet)) {
	t.Helper()
	s := NewSession(Config{})
	d := D{WantFields: true, WantInfo: true}
	var p Packet
	for i, b := range packets {
		cp := capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b[:min(len(b), snap)], OrigLen: len(b), Time: int64(i) * 1e6}
		s.Track(&cp, nil, &p.Meta)
		d.Dissect(&p)
		checkCover(t, &p)
		see(i, &p)
	}
}

// expect compares fields by name; an absent one is "".
func expect(t *testing.T, p *Packet, want map[string]string) {
	t.Helper()
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if got := strings.Join(valuesOf(p, name), ","); got != want[name] {
			t.Errorf("packet %d: %s = %q, want %q", p.Number, name, got, want[name])
		}
	}
}

// 68 octets is what tcpdump kept for many years: a SYN's options do not fit, yet the
// stream has a number and its numbers are relative.
func TestCutOptionsKeepTheStream(t *testing.T) {
	opts := wire.TCPOptions{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTS: true, TSVal: 7, HasWScale: true, WScale: 7}
	packets := [][]byte{
		seg{dport: 9, seq: 1000, flags: wire.SYN, window: 5, options: opts}.bytes(),
		seg{dport: 9, back: true, seq: 5000, ack: 1001, flags: wire.SYN | wire.ACK, options: opts}.bytes(),
		seg{dport: 9, seq: 1001, ack: 5001, flags: wire.ACK | wire.PSH, data: strings.Repeat("x", 100)}.bytes(),
	}
	want := []map[string]string{
		{"tcp.stream": "0", "tcp.seq": "0", "tcp.nxtseq": "1", "tcp.len": "0", "tcp.options.mss_val": "1460", "tcp.option_kind": "2,4"},
		{"tcp.stream": "0", "tcp.seq": "0", "tcp.ack": "1"},
		{"tcp.stream": "0", "tcp.seq": "1", "tcp.ack": "1", "tcp.len": "100", "tcp.nxtseq": "101", "tcp.window_size_scalefactor": "-1"},
	}
	cutAt(t, 60, packets, func(i int, p *Packet) {
		expect(t, p, want[i])
		if i == 0 && layer(t, p, "tcp").Bad == "" {
			t.Error("the cut is not marked")
		}
	})
	// The window is the last that a stream needs.
	cutAt(t, 14+20+16, packets[:1], func(_ int, p *Packet) {
		expect(t, p, map[string]string{"tcp.stream": "0", "tcp.window_size_value": "5", "tcp.checksum": "", "tcp.checksum.status": ""})
	})
}

// A header that runs past its packet says nothing of where the stream begins.
func TestRFC9293_3_1_DataOffsetPastTheEnd(t *testing.T) {
	bogus := seg{dport: 9, seq: 77, flags: wire.ACK, ack: 3}.bytes()
	bogus[14+20+12] = 0xf0
	wire.TCP(bogus[34:]).FillChecksum(client4, server4)
	packets := [][]byte{bogus, seg{dport: 9, seq: 1000, flags: wire.ACK, ack: 3}.bytes()}
	want := []map[string]string{
		{"tcp.stream": "0", "tcp.seq": "77", "tcp.ack": "3", "tcp.len": "", "tcp.nxtseq": "", "tcp.checksum.status": "1"},
		{"tcp.stream": "0", "tcp.seq": "1", "tcp.ack": "1", "tcp.len": "0"},
	}
	cutAt(t, 1000, packets, func(i int, p *Packet) { expect(t, p, want[i]) })
}

// A SYN-ACK says where both ends begin, also in the midst of a stream.
func TestRelativeNumbersFollowASynAck(t *testing.T) {
	packets := [][]byte{
		seg{dport: 9, seq: 1000, ack: 3, flags: wire.ACK}.bytes(),
		seg{dport: 9, seq: 77, ack: 9, flags: wire.SYN | wire.ACK}.bytes(),
		seg{dport: 9, seq: 78, ack: 10, flags: wire.ACK}.bytes(),
	}
	want := []string{"0 1 1", "0 0 1", "0 1 2"}
	cutAt(t, 1000, packets, func(i int, p *Packet) {
		if got := value(t, p, "tcp.stream") + " " + value(t, p, "tcp.seq") + " " + value(t, p, "tcp.ack"); got != want[i] {
			t.Errorf("packet %d: %s, want %s", i, got, want[i])
		}
	})
}

// RFC 791 3.1: the offset "is measured in units of 8 octets".
func TestRFC791_3_1_FragmentOffsetIsTheField(t *testing.T) {
	p := dissected(t, fragment4(1, make([]byte, 3200), 1600, 2400))
	expect(t, p, map[string]string{"ip.frag_offset": "200"})
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Def.Name == "ip.frag_offset" && f.Def.Meaning(f.Num) != "octet 1600" {
			t.Errorf("meaning %q, want octet 1600", f.Def.Meaning(f.Num))
		}
	}
}

// What cannot be an IPv4 header has no fields behind its first octet.
func TestRFC791_3_1_NoHeader(t *testing.T) {
	whole := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 1, 2, []byte("x"))))
	for first, want := range map[byte]map[string]string{
		0x44: {"ip.version": "4", "ip.hdr_len": "16", "ip.src": "", "ip.checksum.status": ""},
		0x55: {"ip.version": "5", "ip.hdr_len": "", "ip.src": ""},
	} {
		whole[14] = first
		p := dissected(t, whole)
		expect(t, p, want)
		if layer(t, p, "ip").Bad == "" || stack(p) != "frame eth ip data" {
			t.Errorf("%#x: layers %q, mark %q", first, stack(p), layer(t, p, "ip").Bad)
		}
	}
}

// Checksums of whole packets that an error quotes are judged; that a router or a
// translator changed the packet first is no damage to the error.
func TestQuotedChecksums(t *testing.T) {
	good := ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 7000, 7001, []byte("hello")))
	bad := slices.Clone(good)
	bad[len(bad)-1]++
	aged := slices.Clone(good)
	aged[8]--
	for _, c := range []struct {
		inner   []byte
		ip, udp string
	}{{good, "1,1", "1"}, {bad, "1,1", "0"}, {aged, "1,0", "1"}, {good[:28], "1,1", "2"}} {
		p := dissected(t, icmp4([8]byte{3, 3}, c.inner))
		expect(t, p, map[string]string{"ip.checksum.status": c.ip, "udp.checksum.status": c.udp})
		for i := range p.Layers {
			if p.Layers[i].Bad != "" {
				t.Errorf("%s is marked: %s", p.Layers[i].Proto.Name, p.Layers[i].Bad)
			}
		}
	}
}

// A length beyond the packet leaves nothing that a checksum could be about.
func TestRFC768_LengthPastTheEndIsNotVerified(t *testing.T) {
	u := udpBytes(client4, server4, 7000, 7001, []byte("hello"))
	binary.BigEndian.PutUint16(u[4:], 100)
	p := dissected(t, ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, u)))
	expect(t, p, map[string]string{"udp.checksum.status": "2", "udp.length": "100"})
}

// A first fragment that no others can be added to is followed like a datagram.
func TestCutFragmentHasAStream(t *testing.T) {
	payload := udpBytes(client4, server4, 7000, 7001, make([]byte, 100))
	cutAt(t, 50, [][]byte{fragment4(1, payload, 0, 64), fragment4(1, payload, 64, 108)}, func(i int, p *Packet) {
		expect(t, p, map[string]string{"udp.stream": []string{"0", ""}[i]})
	})
}

// RFC 1035 3.1: labels hold any octets.
func TestRFC1035_3_1_HiddenOctetsOfNames(t *testing.T) {
	for label, want := range map[string]string{"a\x00b": `a\000b`, "\x1b[m": `\033[m`, "\xffy": "\ufffdy", "b\u00fc": "b\u00fc", "t\tx": "t\tx", "\x7f": `\177`} {
		if got := string(dnsShown([]byte(label))); got != want {
			t.Errorf("%q is shown as %q, want %q", label, got, want)
		}
	}
}

// RFC 2131 2: what the message has before it ends is shown.
func TestRFC2131_2_CutBehindTheHardwareAddress(t *testing.T) {
	b := make([]byte, 300)
	copy(b, []byte{1, 1, 6, 0})
	copy(b[28:], []byte{2, 0, 0, 0, 0, 9})
	u := ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 68, 67, b)))
	cutAt(t, 14+28+50, [][]byte{u}, func(_ int, p *Packet) {
		expect(t, p, map[string]string{"dhcp.hw.mac_addr": "02:00:00:00:00:09"})
	})
}

// IEEE 802.3: 0 is neither a length nor a type that anybody has.
func TestIEEE802_3_TypeZero(t *testing.T) {
	expect(t, dissected(t, ether(0, make([]byte, 46))), map[string]string{"eth.type": "0x0000", "eth.len": "", "data.len": "46"})
}

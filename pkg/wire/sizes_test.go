package wire

import "testing"

func TestFrameLengths(t *testing.T) {
	for _, c := range []struct{ ip, tags, frame, wire int }{
		{1500, 0, 1518, 1538}, // IEEE 802.3: the largest untagged frame; 20 octets of preamble, SFD and gap
		{1500, 1, 1522, 1542}, // 802.1Q adds 4
		{28, 0, 64, 84},       // padded to the minimum
		{46, 0, 64, 84},       // just fits
		{47, 0, 65, 85},
	} {
		if f, w := FrameLen(c.ip, c.tags), OnWireLen(c.ip, c.tags); f != c.frame || w != c.wire {
			t.Errorf("IP packet of %d, %d tags: frame %d, on the wire %d; want %d, %d", c.ip, c.tags, f, w, c.frame, c.wire)
		}
	}
}

func TestCutTCP(t *testing.T) {
	// 1500 - 20 - 20 - 12 = 1448 octets a segment; 10000 = 6*1448 + 1312.
	p := CutTCP(10000, 1500, TCPTimestampsLen, 0, false)
	if len(p) != 2 || p[0].Count != 6 || p[0].Data != 1448 || p[0].IP != 1500 || p[1].Data != 1312 || p[1].Offsets[0] != 8688 || !p[0].More {
		t.Errorf("%+v", p)
	}
	if p := CutTCP(1440, 1500, 0, 0, true); len(p) != 1 || p[0].Data != 1440 || p[0].IP != 1500 || p[0].More {
		t.Errorf("IPv6, one full segment: %+v", p)
	}
	if p := CutTCP(5, 40, 0, 0, false); p != nil {
		t.Errorf("an MTU without room for data: %+v", p)
	}
	if p := CutTCP(1<<62, 1500, 0, 0, false); p[0].Count != (1<<62)/1460 {
		t.Errorf("nothing is made in proportion to the data: %+v", p)
	}
}

// RFC 791 3.2: all fragments but the last carry a multiple of 8 octets; the
// figures for 4000 octets of data are those that Linux gives: 1480, 1480, 1048.
func TestCutUDPFragments(t *testing.T) {
	p := CutUDP(4000, 1500, 0, false)
	if len(p) != 2 || p[0].Count != 2 || p[0].Data != 1480 || p[1].Data != 1048 || p[1].Offsets[0] != 2960 {
		t.Errorf("%+v", p)
	}
	// RFC 8200 4.5: the fragment header takes 8 more: 1500-40-8 = 1452, down to 1448.
	p = CutUDP(4000, 1500, 0, true)
	if len(p) != 2 || p[0].Data != 1448 || p[0].IP != 1496 || p[1].Data != 4008-2*1448 {
		t.Errorf("IPv6: %+v", p)
	}
	if p := CutUDP(1472, 1500, 0, false); len(p) != 1 || p[0].IP != 1500 {
		t.Errorf("the largest datagram without fragments: %+v", p)
	}
	if p := CutUDP(1473, 1500, 0, false); len(p) != 2 || p[1].Data != 1 {
		t.Errorf("one octet more: %+v", p)
	}
	if p := CutUDP(0, 1500, 0, false); len(p) != 1 || p[0].Count != 1 || p[0].IP != 28 || p[0].Frame != 64 {
		t.Errorf("an empty datagram is a packet, too: %+v", p)
	}
}

func TestEncapsulationsByTheirParts(t *testing.T) {
	inner := map[string][2]int{} // MTU 1500: as the documents behind them or the usual interfaces have it
	for _, e := range Encapsulations {
		inner[e.Name] = [2]int{e.Inner(1500, false), e.Inner(1500, true)}
		if e.Adds6 != e.Adds4 && e.Adds6-e.Adds4 != IPv6HeaderLen-IPv4MinHeaderLen {
			t.Errorf("%s: IPv6 outside costs %d more, the headers differ by 20", e.Name, e.Adds6-e.Adds4)
		}
	}
	for name, want := range map[string][2]int{
		"pppoe": {1492, 1492}, "gre": {1476, 1456}, "ipip": {1480, 1460}, "vxlan": {1450, 1430}, "wireguard": {1440, 1420}, "esp-tunnel": {1446, 1426},
	} {
		if inner[name] != want {
			t.Errorf("%s: inner MTU %v, want %v", name, inner[name], want)
		}
	}
	if n := Encapsulations[0].Inner(4, false); n != 0 {
		t.Errorf("no room: %d", n)
	}
}

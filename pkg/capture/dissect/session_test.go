package dissect

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// dnsMessage is a DNS message over TCP: two octets of length, then a query for
// n labels of a.
func dnsMessage(id uint16, response bool, n int) string {
	m := []byte{byte(id >> 8), byte(id), 1, 0, 0, 1, 0, 0, 0, 0, 0, 0}
	if response {
		m[2] |= 0x80
	}
	for range n {
		m = append(m, 1, 'a')
	}
	m = append(m, 0, 0, 1, 0, 1)
	return string(binary.BigEndian.AppendUint16(nil, uint16(len(m)))) + string(m)
}

func handshake() [][]byte {
	return [][]byte{
		seg{seq: 999, flags: wire.SYN, window: 1000}.bytes(),
		seg{back: true, seq: 4999, ack: 1000, flags: wire.SYN | wire.ACK, window: 1000}.bytes(),
		seg{seq: 1000, ack: 5000, flags: wire.ACK, window: 1000}.bytes(),
	}
}

// summary is a packet's layers above IP and what ties them to other packets.
func summary(p *Packet) string {
	s := strings.TrimPrefix(stack(p), "frame eth ip tcp")
	for _, name := range []string{"tcp.segment", "tcp.reassembled.length", "tcp.segment_data", "tcp.segment.again", "tcp.analysis.retransmission", "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "dns.id"} {
		v := valuesOf(p, name)
		for i := range v {
			if strings.HasSuffix(name, "_data") || strings.HasSuffix(name, "again") {
				v[i] = fmt.Sprint(len(v[i]) / 2)
			}
		}
		if len(v) > 0 {
			s += " " + name[strings.LastIndexByte(name, '.')+1:] + "=" + strings.Join(v, ",")
		}
	}
	return strings.TrimSpace(s)
}

func TestStreamsAreNumberedFromZero(t *testing.T) {
	packets := [][]byte{
		seg{sport: 1, dport: 9, flags: wire.SYN, seq: 10}.bytes(),
		seg{sport: 2, dport: 9, flags: wire.SYN, seq: 10}.bytes(),
		seg{back: true, sport: 1, dport: 9, flags: wire.SYN | wire.ACK, seq: 90, ack: 11}.bytes(),
		seg{sport: 1, dport: 9, flags: wire.SYN, seq: 10}.bytes(), // again: the same connection
		seg{sport: 1, dport: 9, flags: wire.SYN, seq: 77}.bytes(), // another number: a new one
	}
	got := tracked(t, Config{}, packets, func(p *Packet) string { return value(t, p, "tcp.stream") })
	if want := []string{"0", "1", "0", "0", "2"}; !slices.Equal(got, want) {
		t.Errorf("streams %q, want %q", got, want)
	}
}

// RFC 9293 3.4: numbers count from the initial sequence number, or where that was
// not captured, so that the first segment begins at 1.
func TestRelativeNumbers(t *testing.T) {
	see := func(p *Packet) string {
		return value(t, p, "tcp.seq") + " " + value(t, p, "tcp.ack") + " " + value(t, p, "tcp.nxtseq")
	}
	if got, want := tracked(t, Config{}, handshake(), see), []string{"0 0 1", "0 1 1", "1 1 1"}; !slices.Equal(got, want) {
		t.Errorf("with SYN: seq, ack, next %q, want %q", got, want)
	}
	middle := [][]byte{
		seg{dport: 9, seq: 0xffffffff, ack: 70, flags: wire.ACK, data: "xyz"}.bytes(),
		seg{dport: 9, back: true, seq: 70, ack: 2, flags: wire.ACK}.bytes(),
	}
	if got, want := tracked(t, Config{}, middle, see), []string{"1 1 4", "1 4 1"}; !slices.Equal(got, want) {
		t.Errorf("without SYN, across 2^32: %q, want %q", got, want)
	}
}

// RFC 7323 2.2: "This option ... must be sent in both directions to enable window
// scaling"; 2.3: the window of a SYN is never scaled.
func TestRFC7323_2_WindowScale(t *testing.T) {
	with, without := wire.TCPOptions{WScale: 7, HasWScale: true}, wire.TCPOptions{}
	for _, c := range []struct {
		name        string
		syn, synAck wire.TCPOptions
		want        string
	}{
		{"both", with, with, "1000  1000  128000 128"},
		{"client only", with, without, "1000  1000  1000 -2"},
		{"server only", without, with, "1000  1000  1000 -2"},
	} {
		p := handshake()
		p[0] = seg{seq: 999, flags: wire.SYN, window: 1000, options: c.syn}.bytes()
		p[1] = seg{back: true, seq: 4999, ack: 1000, flags: wire.SYN | wire.ACK, window: 1000, options: c.synAck}.bytes()
		got := strings.Join(tracked(t, Config{}, p, func(p *Packet) string {
			return value(t, p, "tcp.window_size") + " " + value(t, p, "tcp.window_size_scalefactor")
		}), " ")
		if got != c.want {
			t.Errorf("%s: windows %q, want %q", c.name, got, c.want)
		}
	}
	got := tracked(t, Config{}, handshake()[2:], func(p *Packet) string { return value(t, p, "tcp.window_size_scalefactor") })
	if got[0] != "-1" {
		t.Errorf("without the SYN segments the factor is %s, want -1", got[0])
	}
}

// RFC 7766 8: a message may be sent in any number of segments.
func TestUnitsAcrossSegments(t *testing.T) {
	q := dnsMessage(7, false, 30) // 2 + 12 + 60 + 5 = 79 octets
	r := dnsMessage(8, false, 1)
	for _, c := range []struct {
		name string
		segs []seg
		want []string
	}{
		{"whole", []seg{{seq: 1000, data: q}}, []string{"dns id=0x0007"}},
		{"two in one", []seg{{seq: 1000, data: q + r}}, []string{"dns dns id=0x0007,0x0008"}},
		{"cut in the middle", []seg{{seq: 1000, data: q[:40]}, {seq: 1040, data: q[40:]}},
			[]string{"segment_data=40", "dns segment=4,5 length=79 segment_data=39 id=0x0007"}},
		{"cut in its length", []seg{{seq: 1000, data: q[:1]}, {seq: 1001, data: q[1:]}},
			[]string{"segment_data=1", "dns segment=4,5 length=79 segment_data=78 id=0x0007"}},
		{"three and the next", []seg{{seq: 1000, data: q[:3]}, {seq: 1003, data: q[3:9]}, {seq: 1009, data: q[9:] + r}},
			[]string{"segment_data=3", "segment_data=6", "dns dns segment=4,5,6 length=79 segment_data=70 id=0x0007,0x0008"}},
		{"out of order", []seg{{seq: 1040, data: q[40:] + r}, {seq: 1000, data: q[:40]}},
			[]string{"segment_data=60 out_of_order=1", "dns dns segment=5,4,4 length=79,21 segment_data=40 id=0x0007,0x0008"}},
		{"sent again", []seg{{seq: 1000, data: q}, {seq: 1000, data: q}},
			[]string{"dns id=0x0007", "again=79 retransmission=1"}},
		{"sent again in part", []seg{{seq: 1000, data: q[:40]}, {seq: 1030, data: q[30:]}},
			[]string{"segment_data=40", "dns segment=4,5 length=79 segment_data=39 again=10 id=0x0007"}},
		{"keep-alive", []seg{{seq: 1000, data: q}, {seq: 1078, data: "x"}},
			[]string{"dns id=0x0007", "again=1 retransmission=1"}},
		{"ends with FIN", []seg{{seq: 1000, data: q[:40]}, {seq: 1040, flags: wire.FIN}},
			[]string{"segment_data=40", "dns segment=4 length=79 id=0x0007"}},
		{"FIN comes early", []seg{{seq: 1000, data: q[:40]}, {seq: 1060, data: q[60:], flags: wire.FIN}, {seq: 1040, data: q[40:60]}},
			[]string{"segment_data=40", "segment_data=19 out_of_order=1", "dns segment=4,6,5 length=79 segment_data=20 id=0x0007"}},
	} {
		packets := handshake()
		for _, s := range c.segs {
			s.ack, s.flags = 5000, s.flags|wire.ACK
			packets = append(packets, s.bytes())
		}
		if got := tracked(t, Config{}, packets, summary)[3:]; !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// Octets that the peer has acknowledged were delivered: if the capture lacks them
// they will not come, and what follows is not held back for them.
func TestOctetsThatWereNotCaptured(t *testing.T) {
	q, r := dnsMessage(7, false, 30), dnsMessage(8, false, 1)
	packets := append(handshake(),
		seg{seq: 1000, ack: 5000, flags: wire.ACK, data: q[:40]}.bytes(),
		seg{back: true, seq: 5000, ack: 1079, flags: wire.ACK}.bytes(),
		seg{seq: 1079, ack: 5000, flags: wire.ACK, data: r}.bytes())
	got := tracked(t, Config{}, packets, summary)
	if want := "dns dns segment=4 length=79 lost_segment=1 id=0x0007,0x0008"; got[5] != want {
		t.Errorf("%q, want %q", got[5], want)
	}
}

// A unit beyond the bound is dissected as far as its first segment goes, and its other
// segments are known for parts of it.
func TestUnitBeyondTheBound(t *testing.T) {
	q, r := dnsMessage(7, false, 100), dnsMessage(8, false, 1) // 219 octets
	packets := append(handshake(),
		seg{seq: 1000, ack: 5000, flags: wire.ACK, data: q[:40]}.bytes(),
		seg{seq: 1040, ack: 5000, flags: wire.ACK, data: q[40:200]}.bytes(),
		seg{seq: 1200, ack: 5000, flags: wire.ACK, data: q[200:] + r}.bytes())
	for name, cfg := range map[string]Config{"unit": {MaxUnit: 100}, "buffers": {MaxBuffered: 20}} {
		got := tracked(t, cfg, packets, summary)[3:]
		if want := []string{"dns id=0x0007", "segment_data=160", "dns segment_data=19 id=0x0008"}; !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
}

// What is kept is given back: at the end of a connection, and of its stream.
func TestBuffersAreGivenBack(t *testing.T) {
	q := dnsMessage(7, false, 30)
	s := NewSession(Config{})
	var m Meta
	track := func(b []byte) {
		s.Track(&capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}, nil, &m)
	}
	for _, b := range handshake() {
		track(b)
	}
	track(seg{seq: 1000, flags: wire.ACK, data: q[:40]}.bytes())
	track(seg{seq: 1060, flags: wire.ACK, data: q[60:]}.bytes())
	if s.buffered != 59 {
		t.Fatalf("%d octets are kept, want 40 and 19", s.buffered)
	}
	track(seg{seq: 1040, flags: wire.ACK, data: q[40:60]}.bytes())
	if s.buffered != 0 {
		t.Errorf("%d octets are kept when the unit is complete", s.buffered)
	}
	track(seg{seq: 1079, flags: wire.ACK, data: q[:40]}.bytes())
	track(seg{seq: 77, flags: wire.SYN}.bytes()) // another connection
	if s.buffered != 0 {
		t.Errorf("%d octets are kept of a connection that is gone", s.buffered)
	}
}

func TestStreamsAreBounded(t *testing.T) {
	var table streams
	table.init()
	dropped := 0
	k := func(i int) streamKey {
		return streamKey{a: client4, b: server4, pa: uint16(i), pb: uint16(i >> 16), proto: 6}
	}
	for i := range MaxStreams {
		table.add(k(i), 0, 0, func(*stream) { dropped++ })
	}
	table.get(k(0)) // speaks again, so 1 is the quietest
	table.add(k(MaxStreams), 0, 0, func(st *stream) {
		dropped++
		if st.key != k(1) {
			t.Errorf("dropped the stream of port %d, want the quietest, 1", st.key.pa)
		}
	})
	if dropped != 1 || len(table.byKey) != MaxStreams || table.get(k(0)) == nil || table.get(k(1)) != nil {
		t.Errorf("%d dropped, %d known", dropped, len(table.byKey))
	}
}

func TestRFC1035_ReplyAnswersItsQuery(t *testing.T) {
	ask := func(id uint16) []byte {
		return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 3000, 53, []byte(dnsMessage(id, false, 1)[2:]))))
	}
	reply := func(id uint16) []byte {
		return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP, Src: server4, Dst: client4}, udpBytes(server4, client4, 53, 3000, []byte(dnsMessage(id, true, 1)[2:]))))
	}
	got := tracked(t, Config{}, [][]byte{ask(1), ask(2), ask(1), reply(2), reply(1), reply(3), ask(1), reply(1)},
		func(p *Packet) string { return value(t, p, "dns.response_to") + " " + value(t, p, "dns.time") })
	want := []string{" ", " ", " ", "2 0.002000000", "1 0.004000000", " ", " ", "7 0.001000000"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q: a repeated query is the first one, until it is answered", got, want)
	}
}

// RFC 7766 7: replies over TCP may come in any order.
func TestRFC7766_ReplyAnswersItsQuery(t *testing.T) {
	a, b := dnsMessage(1, false, 1), dnsMessage(2, false, 1)
	replies := dnsMessage(2, true, 1) + dnsMessage(1, true, 1)
	packets := append(handshake(),
		seg{seq: 1000, ack: 5000, flags: wire.ACK, data: a}.bytes(),
		seg{seq: 1000 + uint32(len(a)), ack: 5000, flags: wire.ACK, data: b}.bytes(),
		seg{back: true, seq: 5000, ack: 1042, flags: wire.ACK, data: replies}.bytes())
	got := tracked(t, Config{}, packets, func(p *Packet) string { return strings.Join(valuesOf(p, "dns.response_to"), ",") })
	if got[5] != "5,4" {
		t.Errorf("answers %q, want the frames 5 and 4", got[5])
	}
}

// RFC 9110 15.2: interim responses come before the final one. RFC 9112 9.3.2: responses
// to pipelined requests come in their order.
func TestRFC9110_ResponseAnswersItsRequest(t *testing.T) {
	get := "GET / HTTP/1.1\r\nHost: x\r\n\r\n"
	ok := "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
	packets := [][]byte{
		seg{dport: 80, seq: 1000, ack: 5000, flags: wire.ACK, data: get + get}.bytes(),
		seg{dport: 80, back: true, seq: 5000, ack: 1000, flags: wire.ACK, data: "HTTP/1.1 100 Continue\r\n\r\n"}.bytes(),
		seg{dport: 80, seq: 1000 + 2*uint32(len(get)), ack: 5025, flags: wire.ACK, data: get}.bytes(),
		seg{dport: 80, back: true, seq: 5025, ack: 1000, flags: wire.ACK, data: ok + ok + ok}.bytes(),
	}
	got := tracked(t, Config{}, packets, func(p *Packet) string { return strings.Join(valuesOf(p, "http.request_in"), ",") })
	if want := []string{"", "1", "", "1,1,3"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestRFC792_EchoReplyAnswersItsRequest(t *testing.T) {
	back := func(b []byte) []byte {
		return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoICMP, Src: server4, Dst: client4}, b[34:]))
	}
	packets := [][]byte{icmp4([8]byte{8, 0, 0, 0, 1, 2, 0, 1}, nil), icmp4([8]byte{8, 0, 0, 0, 1, 2, 0, 2}, nil),
		back(icmp4([8]byte{0, 0, 0, 0, 1, 2, 0, 2}, nil)), back(icmp4([8]byte{0, 0, 0, 0, 1, 2, 0, 1}, nil)), back(icmp4([8]byte{0, 0, 0, 0, 1, 2, 0, 9}, nil))}
	got := tracked(t, Config{}, packets, func(p *Packet) string { return value(t, p, "icmp.resp_to") + " " + value(t, p, "icmp.resptime") })
	if want := []string{" ", " ", "2 1.0", "1 3.0", " "}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// RFC 792: an error quotes what it is about; the frame and its stream are found.
func TestRFC792_ErrorFindsWhatItQuotes(t *testing.T) {
	udp := ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 7000, 7001, []byte("hello")))
	tcp := seg{dport: 9, seq: 50, flags: wire.SYN}.bytes()
	unreachable := func(quoted []byte) []byte {
		b := append([]byte{3, 3, 0, 0, 0, 0, 0, 0}, quoted...)
		binary.BigEndian.PutUint16(b[2:], wire.Checksum(b, 0))
		return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoICMP, Src: server4, Dst: client4}, b))
	}
	packets := [][]byte{ether(wire.EtherTypeIPv4, udp), tcp, unreachable(udp), unreachable(tcp[14 : 14+28]), unreachable(tcp[14:])}
	got := tracked(t, Config{}, packets, func(p *Packet) string {
		return value(t, p, "icmp.quotes") + " udp" + value(t, p, "udp.stream") + " tcp" + value(t, p, "tcp.stream")
	})
	if want := []string{" udp0 tcp", " udp tcp0", "1 udp0 tcp", "2 udp tcp", "2 udp tcp0"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// fragments4 cuts a datagram's payload at these offsets.
func fragments4(id uint16, payload []byte, at ...int) (all [][]byte) {
	at = append(append([]int{0}, at...), len(payload))
	for i := range len(at) - 1 {
		all = append(all, fragment4(id, payload, at[i], at[i+1]))
	}
	return all
}

func fragment4(id uint16, payload []byte, from, to int) []byte {
	return ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP, ID: id, FragOffset: from, MF: to < len(payload)}, payload[from:to]))
}

func reassembly(p *Packet) string {
	s := strings.TrimPrefix(strings.TrimPrefix(stack(p), "frame eth "), "frame ")
	for _, name := range []string{"ip.fragment", "ipv6.fragment", "ip.fragment.overlap", "udp.checksum.status", "udp.stream", "data.data"} {
		if v := valuesOf(p, name); len(v) > 0 {
			s += " " + strings.Join(v, ",")
		}
	}
	return s
}

func TestRFC791_3_2_Reassembly(t *testing.T) {
	payload := udpBytes(client4, server4, 7000, 7001, bytes.Repeat([]byte{'f'}, 24))
	data := strings.Repeat("66", 24)
	whole := "ip udp data %s1 0 " + data
	for _, c := range []struct {
		name    string
		packets [][]byte
		want    []string
	}{
		{"in order", fragments4(1, payload, 8, 24), []string{"ip", "ip", fmt.Sprintf(whole, "1,2,3 ")}},
		{"last first", [][]byte{fragment4(1, payload, 16, 32), fragment4(1, payload, 0, 16)}, []string{"ip", fmt.Sprintf(whole, "1,2 ")}},
		{"one twice", [][]byte{fragment4(1, payload, 16, 32), fragment4(1, payload, 16, 32), fragment4(1, payload, 0, 16)},
			[]string{"ip", "ip", fmt.Sprintf(whole, "1,2,3 1 ")}},
		{"overlapping", [][]byte{fragment4(1, payload, 0, 24), fragment4(1, payload, 8, 32)}, []string{"ip", fmt.Sprintf(whole, "1,2 1 ")}},
		{"two datagrams", [][]byte{fragment4(1, payload, 0, 16), fragment4(2, payload, 0, 16), fragment4(2, payload, 16, 32)},
			[]string{"ip", "ip", fmt.Sprintf(whole, "2,3 ")}},
		{"not all", fragments4(1, payload, 8, 24)[:2], []string{"ip", "ip"}},
	} {
		if got := tracked(t, Config{}, c.packets, reassembly); !slices.Equal(got, c.want) {
			t.Errorf("%s:\n got %q\nwant %q", c.name, got, c.want)
		}
	}
}

// Where fragments disagree, the octets that came first stay.
func TestOverlapKeepsWhatCameFirst(t *testing.T) {
	payload := udpBytes(client4, server4, 7000, 7001, []byte("first first  12!"))
	other := slices.Concat(payload[:8], bytes.ToUpper(payload[8:]))
	got := tracked(t, Config{}, [][]byte{fragment4(1, payload, 8, 16), fragment4(1, other, 0, 16), fragment4(1, other, 16, 24)},
		func(p *Packet) string { return value(t, p, "data.data") })
	if want := fmt.Sprintf("%x", "first fi"+"RST  12!"); got[2] != want {
		t.Errorf("data %s, want %s", got[2], want)
	}
}

// RFC 8200 4.5: fragments of one packet share addresses and identification.
func TestRFC8200_4_5_Reassembly(t *testing.T) {
	payload := udpBytes(client6, server6, 7000, 7001, bytes.Repeat([]byte{'f'}, 24))
	frag := func(from, to int) []byte {
		more := uint16(0)
		if to < len(payload) {
			more = 1
		}
		h := binary.BigEndian.AppendUint16([]byte{wire.ProtoUDP, 0}, uint16(from)|more)
		h = append(h, 0, 0, 0, 5)
		return ether(wire.EtherTypeIPv6, ip6(wire.ProtoFragment, append(h, payload[from:to]...)))
	}
	got := tracked(t, Config{}, [][]byte{frag(16, 32), frag(0, 16), frag(0, 32)}, reassembly)
	data := strings.Repeat("66", 24)
	want := []string{"ipv6 ipv6.fraghdr", "ipv6 ipv6.fraghdr udp data 1,2 1 0 " + data, "ipv6 ipv6.fraghdr udp data 1 0 " + data}
	if !slices.Equal(got, want) {
		t.Errorf("\n got %q\nwant %q (an atomic fragment, RFC 6946, stands for itself)", got, want)
	}
}

// RFC 8200 4.5: fragments that have not all come within 60 seconds are discarded.
func TestRFC8200_4_5_Timeout(t *testing.T) {
	payload := udpBytes(client4, server4, 7000, 7001, bytes.Repeat([]byte{'f'}, 24))
	s := NewSession(Config{})
	var m Meta
	for i, b := range fragments4(1, payload, 16) {
		s.Track(&capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b), Time: int64(i) * 61e9}, nil, &m)
	}
	if len(m.bufs) != 0 || s.buffered == 0 {
		t.Errorf("%d datagrams after 61 seconds", len(m.bufs))
	}
}

// A capture that cut its packets cannot give whole datagrams: the first fragment is
// dissected as far as it goes.
func TestCutFragmentIsDissectedAlone(t *testing.T) {
	payload := udpBytes(client4, server4, 7000, 7001, bytes.Repeat([]byte{'f'}, 100))
	b := fragment4(1, payload, 0, 64)
	s := NewSession(Config{})
	d := D{WantFields: true}
	var p Packet
	s.Track(&capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b[:50], OrigLen: len(b)}, nil, &p.Meta)
	d.Dissect(&p)
	if got := stack(&p); got != "frame eth ip udp data" {
		t.Errorf("layers %q", got)
	}
}

func TestFragmentsAreBounded(t *testing.T) {
	s := NewSession(Config{MaxBuffered: 1000})
	var m Meta
	payload := make([]byte, 200)
	for i := range 3 * maxDatagrams {
		b := fragment4(uint16(i), payload, 0, 96)
		s.Track(&capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}, nil, &m)
		if s.buffered > 1000 || len(s.frags.queue) > maxDatagrams || len(s.frags.queue) != len(s.frags.byKey) {
			t.Fatalf("%d octets in %d datagrams", s.buffered, len(s.frags.queue))
		}
	}
	if len(s.frags.queue) != 10 {
		t.Errorf("%d datagrams are kept, want the 10 latest", len(s.frags.queue))
	}
}

// Streams inside a tunnel are followed like others.
func TestStreamsInTunnels(t *testing.T) {
	inner := seg{dport: 9, seq: 50, flags: wire.SYN}.bytes()
	gre := append([]byte{0, 0, 0x08, 0}, inner[14:]...)
	vxlan := append([]byte{8, 0, 0, 0, 0, 0, 1, 0}, inner...)
	packets := [][]byte{
		inner,
		ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 47, Src: server4, Dst: client4}, gre)),
		ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: wire.ProtoUDP}, udpBytes(client4, server4, 5555, 4789, vxlan))),
		ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 4}, inner[14:])),
		ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 47, Src: server4, Dst: client4}, append([]byte{0, 0, 0x88, 0xbe}, inner...))),
		ether(wire.EtherTypeIPv4, ip4(wire.IPv4Fields{Protocol: 47, Src: server4, Dst: client4}, append([]byte{0x10, 0, 0x88, 0xbe, 0, 0, 0, 1, 0x10, 0, 0, 1, 0, 0, 0, 0}, inner...))),
	}
	got := tracked(t, Config{}, packets, func(p *Packet) string { return value(t, p, "tcp.stream") + value(t, p, "tcp.seq") })
	if want := []string{"00", "00", "00", "00", "00", "00"}; !slices.Equal(got, want) {
		t.Errorf("stream and number %q, want %q", got, want)
	}
}

// A Meta may wait while later packets are tracked: what it refers to stays.
func TestMetaStaysValid(t *testing.T) {
	q := dnsMessage(7, false, 30)
	packets := append(handshake(),
		seg{seq: 1000, ack: 5000, flags: wire.ACK, data: q[:40]}.bytes(), seg{seq: 1040, ack: 5000, flags: wire.ACK, data: q[40:]}.bytes())
	for i := range uint32(20) {
		packets = append(packets, seg{seq: 1079 + i*79, ack: 5000, flags: wire.ACK, data: q[:40]}.bytes(), seg{seq: 1119 + i*79, ack: 5000, flags: wire.ACK, data: q[40:]}.bytes())
	}
	s := NewSession(Config{})
	metas := make([]Meta, len(packets))
	for i, b := range packets {
		s.Track(&capture.Packet{LinkType: capture.LinkTypeEthernet, Data: b, OrigLen: len(b)}, nil, &metas[i])
	}
	d := D{WantFields: true}
	var p Packet
	for i := 4; i < len(metas); i += 2 {
		p.Meta = metas[i]
		d.Dissect(&p)
		if got := value(t, &p, "dns.qry.name"); got != strings.Repeat("a.", 29)+"a" {
			t.Errorf("packet %d: name %q", i+1, got)
		}
	}
}

package display_test

import (
	"encoding/binary"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/display"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// ipv4 puts an IPv4 header of TTL ttl before a payload.
func ipv4(src, dst string, ttl, protocol byte, payload []byte) []byte {
	h := make([]byte, 20, 20+len(payload))
	h[0], h[8], h[9] = 0x45, ttl, protocol
	binary.BigEndian.PutUint16(h[2:], uint16(20+len(payload)))
	copy(h[12:], src)
	copy(h[16:], dst)
	binary.BigEndian.PutUint16(h[10:], wire.Checksum(h, 0))
	return append(h, payload...)
}

func udp(src, dst uint16, payload string) []byte {
	h := binary.BigEndian.AppendUint16(nil, src)
	h = binary.BigEndian.AppendUint16(h, dst)
	h = binary.BigEndian.AppendUint16(h, uint16(8+len(payload)))
	return append(append(h, 0, 0), payload...)
}

func dissected(frame []byte) *dissect.Packet {
	d, p := &dissect.D{WantFields: true}, &dissect.Packet{}
	p.Meta = dissect.Meta{Number: 7, Time: 1_700_000_000_500_000_000, LinkType: capture.LinkTypeEthernet, OrigLen: len(frame), Data: frame}
	d.Dissect(p)
	return p
}

// tunnelled is a packet with two IPv4 headers: 10.0.0.1 to 10.0.0.2, TTL 64, and
// in it 192.0.2.1 to 10.0.0.1, TTL 5, UDP from port 4000 to 4001 with "Hello".
func tunnelled() *dissect.Packet {
	inner := ipv4("\xc0\x00\x02\x01", "\x0a\x00\x00\x01", 5, 17, udp(4000, 4001, "Hello"))
	outer := ipv4("\x0a\x00\x00\x01", "\x0a\x00\x00\x02", 64, 4, inner)
	return dissected(append([]byte("\x02\x00\x00\x00\x00\x0b\x02\x00\x00\x00\x00\x0a\x08\x00"), outer...))
}

func TestWhatFiltersTake(t *testing.T) {
	p := tunnelled()
	for _, tt := range []struct {
		text string
		want bool
	}{
		// == any, != all, === all, !== any; the others any
		{`ip.ttl == 64`, true}, {`ip.ttl == 5`, true}, {`ip.ttl == 6`, false},
		{`ip.ttl != 64`, false}, {`ip.ttl != 6`, true},
		{`ip.ttl === 64`, false}, {`ip.ttl !== 64`, true},
		{`ip.ttl < 10`, true}, {`ip.ttl > 10`, true},
		{`ip.ttl eq 64`, true}, {`ip.ttl ne 64`, false}, {`ip.ttl all_eq 64`, false}, {`ip.ttl any_ne 64`, true}, {`ip.ttl any_eq 64`, true}, {`ip.ttl all_ne 64`, false},
		{`all ip.ttl < 10`, false}, {`all ip.ttl < 65`, true}, {`any ip.ttl != 64`, true}, {`all ip.ttl == 64`, false}, {`any ip.ttl === 64`, true},
		{`ip.addr == 10.0.0.0/8`, true}, {`all ip.addr == 10.0.0.0/8`, false}, {`ip.addr != 192.0.2.1`, false},
		// a field that is not there makes a comparison false, and its negation true
		{`tcp.port == 80`, false}, {`tcp.port != 80`, false}, {`not tcp.port == 80`, true}, {`tcp.port !== 80`, false},
		{`count(tcp.port) == 0`, false}, {`ip.ttl == tcp.hdr_len`, false}, {`not tcp`, true},
		// precedence: not, and, xor, or
		{`tcp and tcp or ip`, true}, {`ip or tcp and tcp`, true}, {`not tcp and tcp`, false}, {`not (tcp and ip)`, true},
		{`ip xor udp`, false}, {`ip xor tcp`, true}, {`ip ^^ tcp`, true}, {`tcp xor ip and tcp`, false}, {`ip or ip xor ip`, true},
		{`!tcp && !arp`, true}, {`! ! ip`, true},
		// sets and ranges
		{`udp.port in {1, 4001}`, true}, {`udp.port in {1 4001}`, true}, {`udp.port in {3999..4000}`, true}, {`udp.port in {1..2, 5000..5001}`, false},
		{`udp.port not in {1}`, true}, {`all udp.port in {4000..4001}`, true}, {`all udp.port in {4000, 4001}`, true}, {`all udp.port in {4000}`, false},
		{`ip.src in {192.0.2.0/24, 1.1.1.1}`, true}, {`ip.src in {192.0.2.0..192.0.2.9}`, true}, {`udp.srcport in {udp.dstport, 4000}`, true},
		// the layer operator
		{`ip.ttl#1 == 64`, true}, {`ip.ttl#2 == 64`, false}, {`ip.ttl#2 == 5`, true}, {`ip.ttl#[2-9] == 5`, true}, {`ip.ttl#[1,2] == 5`, true},
		{`ip.ttl#3`, false}, {`ip#2`, true}, {`ip#3`, false}, {`ip.ttl#-1 == 5`, true}, {`ip.ttl#[1:1] == 5`, false},
		// slices
		{`eth.src[0:3] == 02:00:00`, true}, {`eth.src[0-2] == 02:00:00`, true}, {`eth.src[5] == 0a`, true}, {`eth.src[-1] == 0x0a`, true},
		{`eth.src[:2] == 02:00`, true}, {`eth.src[4:] == 00:0a`, true}, {`eth.src[-2:] == 00:0a`, true}, {`eth.src[-2:1] == 00`, true},
		{`eth.src[0,5] == 02:0a`, true}, {`eth.src[0,4-5] == 02.00.0a`, true}, {`eth.src[1:3][0:2] == 00-00`, true}, {`eth.src[-3--2] == 00:00`, true},
		{`eth.src[6]`, false}, {`eth.src[5:2]`, false}, {`eth.src[5:2] != 00`, true}, {`eth.src[3]`, true},
		{`udp.payload[0:1] == "H"`, true}, {`udp.payload[1] == 'e'`, true}, {`frame[-5:] == "Hello"`, true}, {`frame[12:2] == 08:00`, true},
		// bits and arithmetic
		{`ip.ttl & 0x40`, true}, {`ip.ttl & 2`, false}, {`ip.ttl & 0x41 == 0x40`, true}, {`eth.src[0] & 0f == 02`, true}, {`eth.src[0:2] & ff:00`, true},
		{`udp.dstport == udp.srcport + 1`, true}, {`udp.dstport - udp.srcport == 1`, true}, {`udp.srcport * 2 == 8000`, true},
		{`udp.srcport / 1000 == 4`, true}, {`udp.srcport % 1000 == 0`, true}, {`udp.srcport / 0 == 0`, false}, {`udp.srcport == 4 * {999 + 1}`, true},
		{`-ip.ttl == -64`, true}, {`udp.srcport - udp.dstport > 0`, true}, // numbers without a sign wrap
		{`frame.time_epoch - 1 < 1700000000`, true}, {`1 + 1 == ip.version - 2`, true},
		// functions
		{`len(udp.payload) == 5`, true}, {`count(ip.ttl) == 2`, true}, {`max(ip.ttl) == 64`, true}, {`min(ip.ttl) == 5`, true}, {`max(ip.ttl, 100) == 100`, true},
		{`max(udp.srcport, udp.dstport) == 4001`, true}, {`max(udp.srcport, tcp.srcport) == 4000`, false}, {`string(ip.ttl) == "64"`, true},
		{`string(ip.src) matches r"^192\.0\."`, true}, {`string(eth.src) contains "0a"`, true}, {`abs(-ip.ttl) == 64`, true}, {`len(frame) == 67`, true}, {`len(ip) == 20`, true},
		// text and octets
		{`udp contains "ell"`, true}, {`udp.payload contains 6c:6c`, true}, {`udp.payload contains "hello"`, false}, {`udp.payload matches "^hello$"`, true},
		{`udp.payload matches "(?-i)hello"`, false}, {`udp.payload ~ "L{2}"`, true}, {`ip matches "Hello"`, true}, {`frame.protocols contains "udp"`, true},
		{`udp.payload == "Hello"`, true}, {`udp.payload == 48:65:6c:6c:6f`, true}, {`udp.payload == 48656c6c6f`, true}, {`udp.payload > "Hell"`, true},
		{`udp.payload == "\x48\145l\u006c\U0000006f"`, true}, {`udp.payload == r"Hello"`, true},
		// numbers
		{`ip.ttl == 0x40`, true}, {`ip.ttl == 0100`, true}, {`ip.ttl == 0b1000000`, true}, {`ip.ttl == '@'`, true}, {`ip.ttl == '\x40'`, true}, {`64 == ip.ttl`, true},
		{`5 < ip.ttl <= 64`, true}, {`5 <= ip.version <= 9`, false}, {`ip.flags.df == False`, true}, {`ip.flags.df == 0`, true}, {`ip.flags.df == true`, false},
		// times
		{`frame.time_epoch == 1700000000.5`, true}, {`frame.time_epoch > 1700000000.499999999`, true}, {`frame.time == "2023-11-14 22:13:20.5Z"`, true},
		{`frame.time == "2023-11-14T23:13:20.5+01:00"`, true}, {`frame.time == "Nov 14, 2023 22:13:20.5 UTC"`, true}, {`frame.time < "2023-11-14 22:13:20UTC"`, false},
		{`frame.time in {"2023-11-14 00:00 UTC" .. "2023-11-15 00:00 UTC"}`, true},
		{``, true}, {"  \n", true},
		// the packet's record
		{`frame.number == 7`, true}, {`frame.len == 67`, true},
	} {
		f, err := display.Compile(tt.text)
		if err != nil {
			t.Errorf("%s: %v", tt.text, err)
			continue
		}
		if got := f.Match(p); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.text, got, tt.want)
		}
	}
}

// refused are filters that make no sense, and what is said of them.
var refused = []struct {
	text   string
	offset int
	part   string
	says   string
}{
	{`tcp.flags.sym == 1`, 0, `tcp.flags.sym`, "did you mean tcp.flags.syn?"},
	{`ip and tpc`, 7, `tpc`, "neither a field nor a protocol; did you mean tcp?"},
	{`ip.adr == 1.1.1.1`, 0, `ip.adr`, "did you mean ip.addr?"},
	{`xyzzyplugh`, 0, `xyzzyplugh`, "neither a field nor a protocol"},
	{`ip.ttl == 300`, 10, `300`, "largest value is 255"},
	{`ip.ttl == -1`, 10, `-1`, "negative"},
	{`ip.ttl == 08`, 10, `08`, "not a number"},
	{`ip.ttl == nonsense`, 10, `nonsense`, "neither a field nor a number"},
	{`ip.ttl == tcp`, 0, `ip.ttl == tcp`, "they do not compare"},
	{`ip.ttl == "x"`, 10, `"x"`, "is not a number"},
	{`ip.src == 10`, 10, `10`, "not an IPv4 address"},
	{`ip.src == 10.0.0.0/33`, 10, `10.0.0.0/33`, "at most 32"},
	{`ip.src == "10.0.0.1"`, 10, `"10.0.0.1"`, "without quotes"},
	{`ip.src == ::1`, 10, `::1`, "not an IPv4 address"},
	{`ipv6.src == 10.0.0.1`, 12, `10.0.0.1`, "not an IPv6 address"},
	{`eth.src == 00:11`, 11, `00:11`, "it has 2 octets"},
	{`eth.src == "abc"`, 11, `"abc"`, "not a MAC address"},
	{`eth.src[0] == 0x123`, 14, `0x123`, "not one octet"},
	{`frame.time == "yesterday"`, 14, `"yesterday"`, "not a time"},
	{`frame.time_delta > "1"`, 19, `"1"`, "number of seconds"},
	{`ip.ttl contains 4`, 0, `ip.ttl`, "string(ip.ttl) can"},
	{`ip.src matches "10"`, 0, `ip.src`, "string(ip.src) can"},
	{`udp matches hello`, 12, `hello`, "double quotes"},
	{`udp matches "("`, 12, `"("`, "missing closing )"},
	{`udp matches "a{999}{999}"`, 12, `"a{999}{999}"`, "not a regular expression"},
	{`ip.ttl == ip.src`, 0, `ip.ttl == ip.src`, "they do not compare"},
	{`ip.ttl[0] == 1`, 0, `ip.ttl[0]`, "no octets"},
	{`eth.src[x] == 00`, 0, `eth.src[x]`, "not an offset"},
	{`eth.src[3-2] == 00`, 0, `eth.src[3-2]`, "is empty"},
	{`eth.src[0 == 00`, 7, `[`, "] is missing"},
	{`ip.ttl#0`, 0, `ip.ttl#0`, "counted from 1"},
	{`udp.port in {1, 2`, 17, ``, "} is missing"},
	{`udp.port in 1`, 12, `1`, "braces"},
	{`udp.port in {5..1}`, 13, `5..1`, "range is empty"},
	{`udp.port not 5`, 9, `not`, "only in"},
	{`len(ip.ttl) == 1`, 4, `ip.ttl`, "len does not take"},
	{`upper(eth.src) == "x"`, 6, `eth.src`, "upper does not take"},
	{`string(ip.flags.df) == "1"`, 7, `ip.flags.df`, "string does not take"},
	{`size(ip) == 1`, 0, `size`, "no function size"},
	{`len(ip, tcp) == 1`, 0, `len(ip, tcp)`, "one argument"},
	{`max(1, 2) == 2`, 0, `max(1, 2)`, "needs a field"},
	{`len(ip)`, 0, `len(ip)`, "compared with something"},
	{`ip.ttl + 1`, 0, `ip.ttl + 1`, "compared with something"},
	{`ip.src + 1 == 1.1.1.1`, 9, `1`, "not an IPv4 address"},
	{`ip.flags.df & 1`, 0, `ip.flags.df & 1`, "cannot be used"},
	{`1 == 1`, 0, `1 == 1`, "has to be a field"},
	{`"a"`, 0, `"a"`, "is no test"},
	{`any ip`, 0, `any ip`, "needs a comparison"},
	{`tcp.port = 80`, 9, `=`, "means nothing here"},
	{`(ip`, 3, ``, ") is missing"},
	{`ip)`, 2, `)`, "was not expected"},
	{`ip ip`, 3, `ip`, "was not expected"},
	{`ip and`, 6, ``, "the filter ends"},
	{`()`, 1, `)`, "a field or a value was expected"},
	{`ip == `, 6, ``, "the filter ends"},
	{`udp == "abc`, 7, `"abc`, "missing"},
	{`udp == r"abc`, 7, `r"abc`, "missing"},
	{`udp == "\q"`, 8, `\q`, "not an escape sequence"},
	{`udp == "\u12"`, 8, `\u12`, "not a whole escape"},
	{`udp == "\777"`, 8, `\777`, "more than one octet"},
	{`ip.ttl == 'ab'`, 10, `'ab'`, "not one character"},
	{strings.Repeat("(", 200) + "ip" + strings.Repeat(")", 200), 100, `(`, "100 deep"},
	{strings.Repeat("!", 200) + "ip", 100, `!`, "100 deep"},
	{"eth.src" + strings.Repeat("[0:1]", 200) + " == 1", 497, `[0:1]`, "100 deep"},
}

func TestErrorsSayWhereAndWhat(t *testing.T) {
	for _, tt := range refused {
		f, err := display.Compile(tt.text)
		var e *display.Error
		if !errors.As(err, &e) {
			t.Errorf("%s: %v, %v; want an *Error", tt.text, f, err)
			continue
		}
		if e.Offset != tt.offset || e.Part() != tt.part || !strings.Contains(e.Msg, tt.says) {
			t.Errorf("%s: at %d, %q: %s\nwant at %d, %q: …%s…", tt.text, e.Offset, e.Part(), e.Msg, tt.offset, tt.part, tt.says)
		}
	}
	if _, err := display.Compile(strings.Repeat(" ", display.MaxLen) + "ip"); err == nil {
		t.Error("a filter longer than MaxLen is taken")
	}
	if _, err := display.Compile("ip" + strings.Repeat(" or ip", (display.MaxLen-2)/6)); err != nil {
		t.Errorf("a filter of the greatest length: %v", err)
	}
}

// What we refuse, tshark refuses, with a few exceptions.
func TestTsharkRefusesTheseToo(t *testing.T) {
	var filters []string
	for _, tt := range refused {
		filters = append(filters, tt.text)
	}
	path := filepath.Join(need.Captures(t), "tcp", "http_normal.client.pcap")
	for i, got := range askTshark(t, need.Tool(t, "tshark"), path, filters) {
		if !slices.Equal(got, []int64{-1}) && !stricter[filters[i]] {
			t.Errorf("%s: tshark takes it, and %v", filters[i], got)
		}
	}
}

// stricter are the filters that tshark takes: most never match, one always does,
// and two are deeper than we go.
var stricter = map[string]bool{
	`ip.ttl == -1`: true, `ip.ttl#0`: true, `udp.port in {5..1}`: true, `len(ip.ttl) == 1`: true, `ip.ttl + 1`: true,
	strings.Repeat("!", 200) + "ip": true, "eth.src" + strings.Repeat("[0:1]", 200) + " == 1": true,
}

func TestNamesOfValues(t *testing.T) {
	p := tunnelled()
	f, err := display.Compile(`ip.proto == "udp" and ip.proto == UDP`)
	if err != nil || !f.Match(p) {
		t.Errorf("the name of a number: %v", err)
	}
}

func TestNeeds(t *testing.T) {
	f, err := display.Compile(`ip.addr == 10.0.0.1 and tcp and not ip.ttl < 5`)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, d := range f.Needs().Fields {
		names = append(names, d.Name)
	}
	for _, p := range f.Needs().Protos {
		names = append(names, p.Name)
	}
	if got := strings.Join(names, " "); got != "ip.src ip.dst ip.ttl tcp" {
		t.Errorf("needs %s", got)
	}
	if f, _ := display.Compile("tcp or udp"); f.Needs().Fields != nil {
		t.Error("a filter on protocols needs fields")
	}
}

var steady = []string{
	`tcp.flags.syn == 1 && ip.ttl < 64`, `ip.addr == 10.0.0.0/8 and udp.port in {53, 4000..4002}`, `eth.src[0,5] == 02:0a`, `string(ip.src) matches "^192"`,
	`udp.payload contains "ell" and count(ip.addr) == 4`, `udp.dstport == udp.srcport + 1`, `max(ip.ttl, 7) == 64`, `frame.protocols contains "udp"`, `all ip.ttl#[1-2] in {5, 64}`,
}

func TestMatchDoesNotAllocate(t *testing.T) {
	p := tunnelled()
	for _, text := range steady {
		f, err := display.Compile(text)
		if err != nil {
			t.Fatal(err)
		}
		f.Match(p)
		if n := testing.AllocsPerRun(100, func() { f.Match(p) }); n != 0 {
			t.Errorf("%s: %v allocations", text, n)
		}
	}
}

func BenchmarkMatch(b *testing.B) {
	p := tunnelled()
	for _, text := range steady {
		f, err := display.Compile(text)
		if err != nil {
			b.Fatal(err)
		}
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f.Match(p)
			}
		})
	}
}

// FuzzCompile: no text may make the compiler panic, and what it makes of one runs
// on any packet. An error lies within the text.
func FuzzCompile(f *testing.F) {
	for _, text := range oracleFilters {
		f.Add(text)
	}
	for _, text := range steady {
		f.Add(text)
	}
	packets := []*dissect.Packet{tunnelled(), dissected(nil), dissected([]byte("\xff\xff\xff\xff\xff\xff\x02\x00\x00\x00\x00\x0a\x08\x06 not ARP"))}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := display.Compile(text)
		if err != nil {
			var e *display.Error
			if !errors.As(err, &e) || e.Offset < 0 || e.Len < 0 || e.Offset+e.Len > len(text) || e.Msg == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		for _, p := range packets {
			if a, b := c.Match(p), c.Match(p); a != b {
				t.Fatalf("%q takes a packet once and then not", text)
			}
		}
	})
}

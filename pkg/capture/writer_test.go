package capture_test

import (
	"bytes"
	"encoding/hex"
	"errors"
	"io"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

// TestWriterBytes holds the exact bytes of a small file, worked out by hand
// from the draft's figures.
func TestWriterBytes(t *testing.T) {
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.SectionInfo{Application: "netkit"})
	if err != nil {
		t.Fatal(err)
	}
	id, err := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "eth0"})
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WritePacket(capture.Packet{
		Interface: id, Time: 0x1122334455667788, Data: []byte("abcde"), OrigLen: 9,
		Comments: []string{"hi"}, Flags: capture.Outbound | capture.CRCError, ID: 7, Drops: 2,
	}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "0a0d0d0a" + "2c000000" + "4d3c2b1a" + "01000000" + "ffffffffffffffff" + // section header
		"04000600" + "6e65746b69740000" + "00000000" + "2c000000" +
		"01000000" + "28000000" + "01000000" + "00000400" + // interface, Ethernet, 262144
		"02000400" + "65746830" + "09000100" + "09000000" + "00000000" + "28000000" +
		"06000000" + "54000000" + "00000000" + "44332211" + "88776655" + "05000000" + "09000000" + // packet
		"6162636465000000" + "01000200" + "68690000" + "02000400" + "02000001" +
		"04000800" + "0200000000000000" + "05000800" + "0700000000000000" + "00000000" + "54000000"
	if got := hex.EncodeToString(b.Bytes()); got != want {
		t.Errorf("file is\n%s, want\n%s", got, want)
	}
}

func TestPcapWriterBytes(t *testing.T) {
	var b bytes.Buffer
	w, err := capture.NewPcapWriter(&b, capture.LinkTypeLinuxSLL2, 4)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.WritePacket(capture.Packet{Time: 3_000_000_258, Data: []byte("abcde")}); err != nil {
		t.Fatal(err)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "4d3cb2a1" + "02000400" + "0000000000000000" + "04000000" + "14010000" +
		"03000000" + "02010000" + "04000000" + "05000000" + "61626364" // cut to the snapshot length, the original length kept
	if got := hex.EncodeToString(b.Bytes()); got != want {
		t.Errorf("file is\n%s, want\n%s", got, want)
	}
}

// everything writes one of each block and returns the file.
func everything(t testing.TB) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := capture.NewWriter(&b, capture.SectionInfo{Hardware: "simulated", OS: "netkit", Application: "netkit test", Comments: []string{"one\ntwo"}})
	if err != nil {
		t.Fatal(err)
	}
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err = w.AddInterface(capture.Interface{
		LinkType: capture.LinkTypeEthernet, Name: "client", Description: "eth0 of client", Hardware: "netkit NIC", OS: "netkit",
		Comments: []string{"tap"}, MAC: []byte{2, 0, 0, 0, 0, 1}, Speed: 1e10, FCSLen: 4,
		Addrs: []netip.Prefix{netip.MustParsePrefix("198.51.100.2/25"), netip.MustParsePrefix("2001:db8:a::2/64"), netip.MustParsePrefix("0.0.0.0/0")},
	})
	check(err)
	check(w.WriteSecrets(capture.Secrets{Type: capture.TLSKeyLog, Data: []byte("CLIENT_RANDOM 00 00\n")}))
	check(w.WriteNames(capture.Names{
		{Addr: netip.MustParseAddr("203.0.113.80"), Names: []string{"web.lab.test", "web"}},
		{Addr: netip.MustParseAddr("2001:db8:b::80"), Names: []string{"web.lab.test"}},
		{Addr: netip.MustParseAddr("192.0.2.1")}, // no name: nothing to write
	}))
	check(w.WritePacket(capture.Packet{Time: 1_700_000_000_000_000_001, Data: arpRequest, ID: 1, Flags: capture.Outbound, Comments: []string{"who has it?", "zweiter — UTF-8"}}))
	_, err = w.AddInterface(capture.Interface{LinkType: capture.LinkTypeRaw, Name: "raw", SnapLen: 20})
	check(err)
	check(w.WritePacket(capture.Packet{Interface: 1, Time: 1_700_000_000_000_000_002, Data: append(ipv4Header(28), "12345678"...), ID: 2, Flags: capture.Inbound | capture.Broadcast, Drops: 3}))
	check(w.WritePacket(capture.Packet{Time: 1_700_000_000_000_000_003, Data: arpRequest, ID: 1, Flags: (capture.Inbound | capture.CRCError).WithFCSLen(4)}))
	check(w.WriteStatistics(capture.Statistics{Interface: 0, Time: 1_700_000_001_000_000_000, Start: 1_700_000_000_000_000_000, End: 1_700_000_001_000_000_000, Received: 2, Dropped: 1}))
	check(w.WriteStatistics(capture.Statistics{Interface: 1, Time: 1, Accepted: 3, OSDropped: 4, Delivered: 5}))
	check(w.Flush())
	return b.Bytes()
}

var arpRequest = append([]byte{
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6,
	0, 1, 8, 0, 6, 4, 0, 1, 2, 0, 0, 0, 0, 1, 198, 51, 100, 2, 0, 0, 0, 0, 0, 0, 198, 51, 100, 3,
}, make([]byte, 18)...)

// ipv4Header is a valid header for a packet of protocol 253 (experiments).
func ipv4Header(total byte) []byte {
	h := []byte{0x45, 0, 0, total, 0, 0, 0, 0, 64, 253, 0, 0, 192, 0, 2, 1, 192, 0, 2, 2}
	sum := uint32(0)
	for i := 0; i < len(h); i += 2 {
		sum += uint32(h[i])<<8 | uint32(h[i+1])
	}
	sum = ^(sum>>16 + sum&0xffff)
	h[10], h[11] = byte(sum>>8), byte(sum)
	return h
}

func TestWriterToReader(t *testing.T) {
	b := everything(t)
	r, err := capture.Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var metas []capture.Meta
	r.OnMeta = func(m capture.Meta) {
		if s, ok := m.(capture.Secrets); ok {
			s.Data = bytes.Clone(s.Data)
			m = s
		}
		metas = append(metas, m)
	}
	got, err := drain(r)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, got, []packet{
		{time: 1_700_000_000_000_000_001, data: string(arpRequest), orig: 60, link: 1, id: 1, flags: capture.Outbound, comments: "who has it?\nzweiter — UTF-8\n"},
		{iface: 1, time: 1_700_000_000_000_000_002, data: string(ipv4Header(28)), orig: 28, link: 101, id: 2, flags: capture.Inbound | capture.Broadcast, drops: 3},
		{time: 1_700_000_000_000_000_003, data: string(arpRequest), orig: 60, link: 1, id: 1, flags: capture.Inbound | capture.CRCError | 4<<5},
	})
	if f := got[2].flags; f.Direction() != capture.Inbound || f.FCSLen() != 4 || f.Errors() != capture.CRCError || got[1].flags.Reception() != capture.Broadcast {
		t.Errorf("flags %#x and %#x are taken apart wrongly", f, got[1].flags)
	}
	wantMetas := []capture.Meta{
		capture.Interface{LinkType: 1, RawLinkType: 1, Name: "client", Description: "eth0 of client", Hardware: "netkit NIC", OS: "netkit",
			Comments: []string{"tap"}, MAC: []byte{2, 0, 0, 0, 0, 1}, Speed: 1e10, FCSLen: 4, SnapLen: 262144, Resolution: 9,
			Addrs: []netip.Prefix{netip.MustParsePrefix("198.51.100.2/25"), netip.MustParsePrefix("2001:db8:a::2/64"), netip.MustParsePrefix("0.0.0.0/0")}},
		capture.Secrets{Type: capture.TLSKeyLog, Data: []byte("CLIENT_RANDOM 00 00\n")},
		capture.Names{
			{Addr: netip.MustParseAddr("203.0.113.80"), Names: []string{"web.lab.test", "web"}},
			{Addr: netip.MustParseAddr("2001:db8:b::80"), Names: []string{"web.lab.test"}},
		},
		capture.Interface{LinkType: 101, RawLinkType: 101, Name: "raw", SnapLen: 20, Resolution: 9},
		capture.Statistics{Interface: 0, Time: 1_700_000_001_000_000_000, Start: 1_700_000_000_000_000_000, End: 1_700_000_001_000_000_000, Received: 2, Dropped: 1},
		capture.Statistics{Interface: 1, Time: 1, Accepted: 3, OSDropped: 4, Delivered: 5},
	}
	for i := range max(len(metas), len(wantMetas)) {
		if i >= len(metas) || i >= len(wantMetas) {
			t.Fatalf("%d metas, want %d", len(metas), len(wantMetas))
		}
		if !reflect.DeepEqual(metas[i], wantMetas[i]) {
			t.Errorf("meta %d:\n got %+v\nwant %+v", i, metas[i], wantMetas[i])
		}
	}
}

func TestWriterIsDeterministic(t *testing.T) {
	if !bytes.Equal(everything(t), everything(t)) {
		t.Error("the same calls gave two different files")
	}
}

// "It MUST write an Original Packet Length that is greater than or equal to the
// Captured Packet Length."
func TestPcapng_4_3_OriginalLength(t *testing.T) {
	var b bytes.Buffer
	w, _ := capture.NewWriter(&b, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: 1})
	for _, n := range []int{0, 2, 5, 1500, -1, math.MaxInt} {
		if err := w.WritePacket(capture.Packet{Data: []byte("abcde"), OrigLen: n}); err != nil {
			t.Fatal(err)
		}
	}
	w.Flush()
	want := []int{5, 5, 5, 1500, 5, int(min(uint64(math.MaxInt), math.MaxUint32))}
	for i, p := range mustReadAll(t, b.Bytes()) {
		if p.orig != want[i] {
			t.Errorf("packet %d: original length %d, want %d", i, p.orig, want[i])
		}
	}
}

// "Implementations that write string fields MUST write only valid UTF-8 strings."
func TestPcapng_3_6_InvalidUTF8IsRepaired(t *testing.T) {
	var b bytes.Buffer
	w, _ := capture.NewWriter(&b, capture.SectionInfo{Application: "a\xffb"})
	w.AddInterface(capture.Interface{LinkType: 1})
	w.WritePacket(capture.Packet{Comments: []string{"\xc3("}})
	w.Flush()
	r, err := capture.Open(&b)
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Next()
	if err != nil || r.Section().Application != "a\uFFFDb" || p.Comments[0] != "\uFFFD(" {
		t.Errorf("application %q, comment %q, %v", r.Section().Application, p.Comments, err)
	}
}

// A call that is refused leaves the file as it was.
func TestWriterRefusals(t *testing.T) {
	var b bytes.Buffer
	w, _ := capture.NewWriter(&b, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: 1})
	w.Flush()
	good := b.Len()

	long := strings.Repeat("x", 65536)
	huge := make([]string, 300)
	for i := range huge {
		huge[i] = long[1:]
	}
	for _, tt := range []struct {
		name string
		call func() error
		want error
	}{
		{"unknown interface", func() error { return w.WritePacket(capture.Packet{Interface: 1}) }, capture.ErrInterface},
		{"negative interface", func() error { return w.WritePacket(capture.Packet{Interface: -1}) }, capture.ErrInterface},
		{"time before 1970", func() error { return w.WritePacket(capture.Packet{Time: -1}) }, capture.ErrTime},
		{"comment of 65536 bytes", func() error { return w.WritePacket(capture.Packet{Comments: []string{long}}) }, capture.ErrTooLong},
		{"block beyond MaxRecord", func() error { return w.WritePacket(capture.Packet{Comments: huge}) }, capture.ErrTooLong},
		{"interface name of 65536 bytes", func() error { _, err := w.AddInterface(capture.Interface{Name: long}); return err }, capture.ErrTooLong},
		{"snapshot length", func() error { _, err := w.AddInterface(capture.Interface{SnapLen: capture.MaxRecord}); return err }, capture.ErrTooLong},
		{"secrets", func() error { return w.WriteSecrets(capture.Secrets{Data: make([]byte, capture.MaxRecord)}) }, capture.ErrTooLong},
		{"names", func() error {
			return w.WriteNames(capture.Names{{Addr: netip.MustParseAddr("::1"), Names: []string{long}}})
		}, capture.ErrTooLong},
		{"name with a zero byte", func() error {
			return w.WriteNames(capture.Names{{Addr: netip.MustParseAddr("::1"), Names: []string{"a\x00b"}}})
		}, nil},
		{"statistics of no interface", func() error { return w.WriteStatistics(capture.Statistics{Interface: 1}) }, capture.ErrInterface},
		{"statistics before 1970", func() error { return w.WriteStatistics(capture.Statistics{Start: -1}) }, capture.ErrTime},
	} {
		if err := tt.call(); err == nil || tt.want != nil && !errors.Is(err, tt.want) {
			t.Errorf("%s: %v, want %v", tt.name, err, tt.want)
		}
	}
	w.Flush()
	if b.Len() != good {
		t.Errorf("refused calls wrote %d bytes", b.Len()-good)
	}
	id, err := w.AddInterface(capture.Interface{LinkType: 1})
	if err != nil || id != 1 {
		t.Errorf("the next interface is %d, %v; want 1: refused ones take no id", id, err)
	}

	if _, err := capture.NewWriter(io.Discard, capture.SectionInfo{OS: long}); !errors.Is(err, capture.ErrTooLong) {
		t.Errorf("section header with a long string: %v", err)
	}
	if _, err := capture.NewPcapWriter(io.Discard, 1, capture.MaxRecord); !errors.Is(err, capture.ErrTooLong) {
		t.Errorf("pcap snapshot length: %v", err)
	}
	p, _ := capture.NewPcapWriter(io.Discard, 1, 0)
	for _, ns := range []int64{-1, (math.MaxUint32 + 1) * 1e9} {
		if err := p.WritePacket(capture.Packet{Time: ns}); !errors.Is(err, capture.ErrTime) {
			t.Errorf("pcap time %d: %v, want ErrTime", ns, err)
		}
	}
}

// failing accepts n bytes and then fails.
type failing struct{ n int }

var errDiskFull = errors.New("disk full")

func (f *failing) Write(b []byte) (int, error) {
	if f.n -= len(b); f.n < 0 {
		return 0, errDiskFull
	}
	return len(b), nil
}

func TestWriterErrorStays(t *testing.T) {
	w, _ := capture.NewWriter(&failing{100_000}, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: 1})
	pw, _ := capture.NewPcapWriter(&failing{100_000}, 1, 0)
	for _, x := range []interface {
		WritePacket(capture.Packet) error
		Flush() error
	}{w, pw} {
		var err error
		for range 1000 {
			if err = x.WritePacket(capture.Packet{Data: make([]byte, 1000)}); err != nil {
				break
			}
		}
		if !errors.Is(err, errDiskFull) {
			t.Fatalf("%T: %v, want the writer's error", x, err)
		}
		if err := x.WritePacket(capture.Packet{}); !errors.Is(err, errDiskFull) {
			t.Errorf("%T: next packet: %v", x, err)
		}
		if err := x.Flush(); !errors.Is(err, errDiskFull) {
			t.Errorf("%T: Flush: %v", x, err)
		}
	}
}

func TestWritePacketDoesNotAllocate(t *testing.T) {
	w, _ := capture.NewWriter(io.Discard, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: 1})
	pw, _ := capture.NewPcapWriter(io.Discard, 1, 0)
	data := make([]byte, 1514)
	name := "tcp: retransmission"
	write := func() {
		if err := w.WritePacket(capture.Packet{Time: 1, Data: data, Comments: []string{name}, Flags: capture.Inbound, ID: 5, Drops: 1}); err != nil {
			t.Fatal(err)
		}
		if err := pw.WritePacket(capture.Packet{Time: 1, Data: data}); err != nil {
			t.Fatal(err)
		}
	}
	for range 200 {
		write() // the buffers reach their working size
	}
	if n := testing.AllocsPerRun(1000, write); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

package capture_test

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"net/netip"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/netkit-go/netkit/pkg/capture"
)

func TestPcapByteOrdersAndUnits(t *testing.T) {
	for _, o := range orders {
		for _, tt := range []struct {
			magic uint32
			frac  uint32
			want  int64
		}{
			{0xa1b2c3d4, 123456, 1_700_000_000_123_456_000},
			{0xa1b23c4d, 123456789, 1_700_000_000_123_456_789},
		} {
			f := (&file{order: o}).pcap(tt.magic, 2, 4, 65535, 1).
				put(uint32(1_700_000_000), tt.frac, uint32(3), uint32(60), "abc").
				put(uint32(0xffffffff), uint32(0), uint32(0), uint32(0)) // seconds are unsigned: 2106, not 1969
			equal(t, mustReadAll(t, f.b), []packet{
				{time: tt.want, data: "abc", orig: 60, link: 1},
				{time: 0xffffffff * 1e9, link: 1},
			})
		}
	}
}

// The upper 16 bits of the link type field are the FCS length and reserved
// bits; the lower 16 are the type, which exceeds 255 for a good many.
func TestPcap_4_LinkTypeField(t *testing.T) {
	for _, tt := range []struct {
		raw  uint32
		link capture.LinkType
		fcs  uint8
	}{
		{276, capture.LinkTypeLinuxSLL2, 0},
		{257, 257, 0},
		{0x24000001, capture.LinkTypeEthernet, 4}, // P set, 2 words of 16 bits
		{0x30000001, capture.LinkTypeEthernet, 0}, // P clear: the length is not present
		{65535, 65535, 0},
	} {
		for _, o := range orders {
			r, err := capture.Open(bytes.NewReader((&file{order: o}).pcap(0xa1b2c3d4, 2, 4, 0, tt.raw).b))
			if err != nil {
				t.Fatal(err)
			}
			i := r.Interfaces()[0]
			if i.LinkType != tt.link || i.RawLinkType != tt.raw || i.FCSLen != tt.fcs {
				t.Errorf("%#x: link type %d, raw %#x, FCS %d", tt.raw, i.LinkType, i.RawLinkType, i.FCSLen)
			}
		}
	}
}

// Before version 2.3 the original length came first; 2.3 files have either.
func TestPcapOldVersionsSwapLengths(t *testing.T) {
	for _, tt := range []struct {
		major, minor  uint16
		first, second uint32
	}{
		{2, 4, 3, 60}, {2, 3, 3, 60}, {2, 3, 60, 3}, {2, 2, 60, 3}, {543, 0, 60, 3},
	} {
		f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, tt.major, tt.minor, 68, 1).
			put(uint32(1), uint32(0), tt.first, tt.second, "abc")
		equal(t, mustReadAll(t, f.b), []packet{{time: 1e9, data: "abc", orig: 60, link: 1}})
	}
	_, err := readAll((&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 1, 2, 68, 1).b)
	wantError(t, err, capture.ErrUnknownVersion, 0, 0)
	// tshark reads versions that there never were as 2.4.
	for _, v := range [][2]uint16{{2, 5}, {3, 0}, {543, 1}} {
		f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, v[0], v[1], 68, 1).put(uint32(1), uint32(0), uint32(3), uint32(60), "abc")
		equal(t, mustReadAll(t, f.b), []packet{{time: 1e9, data: "abc", orig: 60, link: 1}})
	}
}

// Ixia's file header is four octets longer.
func TestPcapIxia(t *testing.T) {
	for _, o := range orders {
		for _, magic := range []uint32{0x1c0001ac, 0x1c0001ab} {
			f := (&file{order: o}).pcap(magic, 2, 4, 65535, 1).put(uint32(38), uint32(1), uint32(2), uint32(3), uint32(3), "abc", uint32(2), uint32(0), uint32(3), uint32(60), "def")
			equal(t, mustReadAll(t, f.b), []packet{{time: 1_000_002_000, data: "abc", orig: 3, link: 1}, {time: 2e9, data: "def", orig: 60, link: 1}})
			_, err := readAll(f.b[:26])
			wantError(t, err, capture.ErrTruncated, 0, 0)
		}
	}
}

// The "modified" format has 8 more bytes in each record header.
func TestPcapModifiedRecordHeader(t *testing.T) {
	f := (&file{order: binary.LittleEndian}).pcap(0xa1b2cd34, 2, 4, 65535, 1)
	for range 2 {
		f.put(uint32(1), uint32(2), uint32(3), uint32(3), uint32(7), uint16(0x800), byte(0), byte(0), "abc")
	}
	p := packet{time: 1_000_002_000, data: "abc", orig: 3, link: 1}
	equal(t, mustReadAll(t, f.b), []packet{p, p})
}

// Writers that state too small a snapshot length exist; a reader that gives up
// there loses the rest of the file.
func TestPcapRecordLongerThanSnapLen(t *testing.T) {
	f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 2, 4, 2, 1).
		put(uint32(1), uint32(0), uint32(5), uint32(5), "abcde").
		put(uint32(2), uint32(0), uint32(1), uint32(1), "z")
	equal(t, mustReadAll(t, f.b), []packet{
		{time: 1e9, data: "abcde", orig: 5, link: 1},
		{time: 2e9, data: "z", orig: 1, link: 1},
	})
}

// ngSample is a pcapng file with every kind of block, and the packets in it.
func ngSample(o order) ([]byte, []packet) {
	f := &file{order: o}
	f.shb(f.opt(2, "hw"), f.opt(3, "os"), f.opt(4, "app"), f.opt(1, "one"), f.opt(1, "two"), f.opt(0))
	f.idb(1, 96, f.opt(2, "eth0"), f.opt(3, "first"), f.opt(9, byte(9)), f.opt(1, "note"), f.opt(4, "\xc6\x33\x64\x02\xff\xff\xff\x80"),
		f.opt(5, "\x20\x01\x0d\xb8\x00\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x40"), f.opt(6, "\x02\x00\x00\x00\x00\x01"),
		f.opt(8, uint64(1e10)), f.opt(12, "o"), f.opt(13, byte(4)), f.opt(15, "nic")) // no opt_endofopt
	f.epb(0, 1_700_000_000_000_000_001, "hello", 1500, f.opt(1, "first comment"), f.opt(2, uint32(0x01000001)), f.opt(1, "second"), f.opt(4, uint64(7)), f.opt(5, uint64(99)), f.opt(0))
	f.idb(276, 0, f.opt(14, uint64(0xfffffffffffffff6))) // microseconds, offset -10 s
	f.epb(1, 20_000_000, "sll2", 4)
	f.block(0xbad, uint32(32473), "custom block")
	f.block(10, uint32(0x544c534b), uint32(5), "key \n")
	f.block(4, pad4(f.fields(nil, uint16(1), uint16(14), "\xc6\x33\x64\x02client\x00b\x00\x00")), uint16(9), uint16(2), "??\x00\x00",
		pad4(f.fields(nil, uint16(2), uint16(18), "\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01w\x00")), uint32(0))
	f.block(3, uint32(200), strings.Repeat("s", 96))                                                    // simple: interface 0's snapshot length cuts it
	f.block(2, uint16(1), uint16(3), uint32(0), uint32(10_000_001), uint32(2), uint32(9), "pb\x00\x00") // obsolete
	f.block(5, uint32(1), uint32(0), uint32(11_000_000), f.opt(2, uint32(0), uint32(10_000_000)), f.opt(3, uint32(0), uint32(12_000_000)),
		f.opt(4, uint64(1)), f.opt(5, uint64(2)), f.opt(6, uint64(3)), f.opt(7, uint64(4)), f.opt(8, uint64(5)))
	f.shb()
	f.idb(101, 0)
	f.epb(0, 5, "raw", 3)
	return f.b, []packet{
		{time: 1_700_000_000_000_000_001, data: "hello", orig: 1500, link: 1, comments: "first comment\nsecond\n", flags: capture.CRCError | capture.Inbound, drops: 7, id: 99},
		{iface: 1, time: 10e9, data: "sll2", orig: 4, link: 276},
		{data: strings.Repeat("s", 96), orig: 200, link: 1, noTime: true},
		{iface: 1, time: 1000, data: "pb", orig: 9, link: 276, drops: 3},
		{section: 1, time: 5000, data: "raw", orig: 3, link: 101},
	}
}

func TestPcapngAllBlocks(t *testing.T) {
	for _, o := range orders {
		b, want := ngSample(o)
		r, err := capture.Open(bytes.NewReader(b))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := r.Section(), (capture.SectionInfo{Hardware: "hw", OS: "os", Application: "app", Comments: []string{"one", "two"}}); !reflect.DeepEqual(got, want) {
			t.Errorf("section %+v, want %+v", got, want)
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
		equal(t, got, want)
		if r.Skipped() != 1 {
			t.Errorf("%d blocks skipped, want 1: the custom block", r.Skipped())
		}
		wantMetas := []capture.Meta{
			capture.Interface{LinkType: 1, RawLinkType: 1, SnapLen: 96, Name: "eth0", Description: "first", Resolution: 9, Comments: []string{"note"},
				Addrs: []netip.Prefix{netip.MustParsePrefix("198.51.100.2/25"), netip.MustParsePrefix("2001:db8:a::2/64")},
				MAC:   []byte{2, 0, 0, 0, 0, 1}, Speed: 1e10, OS: "o", FCSLen: 4, Hardware: "nic"},
			capture.Interface{LinkType: 276, RawLinkType: 276, Resolution: 6, TimeOffset: -10},
			capture.Secrets{Type: capture.TLSKeyLog, Data: []byte("key \n")},
			capture.Names{{Addr: netip.MustParseAddr("198.51.100.2"), Names: []string{"client", "b", ""}}, {Addr: netip.MustParseAddr("2001:db8::1"), Names: []string{"w"}}},
			capture.Statistics{Interface: 1, Time: 1e9, Start: 0, End: 2e9, Received: 1, Dropped: 2, Accepted: 3, OSDropped: 4, Delivered: 5},
			capture.SectionInfo{},
			capture.Interface{LinkType: 101, RawLinkType: 101, Resolution: 6},
		}
		if !reflect.DeepEqual(metas, wantMetas) {
			t.Errorf("metas:\n got %+v\nwant %+v", metas, wantMetas)
		}
	}
}

// A file cut anywhere gives every packet that is whole, then says where the
// first incomplete record starts.
func TestTruncatedAnywhere(t *testing.T) {
	ng, ngWant := ngSample(binary.BigEndian)
	pc := (&file{order: binary.BigEndian}).pcap(0xa1b23c4d, 2, 4, 65535, 1)
	var pcWant []packet
	for i := range uint32(3) {
		pc.put(i, i, 5+i, 5+i, "12345678"[:5+i])
		pcWant = append(pcWant, packet{time: int64(i) * 1_000_000_001, data: "12345678"[:5+i], orig: int(5 + i), link: 1})
	}
	for _, tt := range []struct {
		name   string
		b      []byte
		want   []packet
		starts []int64 // of records, and the end
	}{
		{"pcapng", ng, ngWant, ngStarts(ng)},
		{"pcap", pc.b, pcWant, []int64{0, 24, 45, 67, 90}},
	} {
		if last := tt.starts[len(tt.starts)-1]; last != int64(len(tt.b)) {
			t.Fatalf("%s: test file ends at %d, not %d", tt.name, len(tt.b), last)
		}
		for n := range tt.b {
			got, err := readAll(tt.b[:n])
			start, boundary := int64(0), false
			for _, s := range tt.starts {
				if s <= int64(n) {
					start = s
				}
				boundary = boundary || s == int64(n) && n > 0
			}
			switch {
			case n < 4:
				wantError(t, err, capture.ErrUnknownFormat, 0, 0) // not even a magic number
			case boundary && err != nil:
				t.Fatalf("%s cut at %d, between records: %v", tt.name, n, err)
			case !boundary:
				wantError(t, err, capture.ErrTruncated, start, int64(len(got)))
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Fatalf("%v is not io.ErrUnexpectedEOF", err)
				}
			}
			equal(t, got, tt.want[:len(got)])
		}
	}
}

// ngStarts walks a big-endian pcapng file by its lengths.
func ngStarts(b []byte) []int64 {
	s := []int64{0}
	for at := 0; at < len(b); {
		at += int(binary.BigEndian.Uint32(b[at+4:]))
		s = append(s, int64(at))
	}
	return s
}

func TestPcapngMalformed(t *testing.T) {
	const shbLen = 28
	type build func(f *file) *file
	for _, tt := range []struct {
		name   string
		kind   error
		offset int64
		build  build
	}{
		{"no byte-order magic", capture.ErrMalformed, 0, func(f *file) *file { return f.put(uint32(0x0a0d0d0a), uint32(28), make([]byte, 20)) }},
		{"section header too short", capture.ErrMalformed, 0, func(f *file) *file {
			return f.put(uint32(0x0a0d0d0a), uint32(24), uint32(0x1a2b3c4d), uint64(0), uint32(24))
		}},
		{"section header too long", capture.ErrTooLong, 0, func(f *file) *file {
			return f.put(uint32(0x0a0d0d0a), uint32(0x7ffffffc), uint32(0x1a2b3c4d), uint64(0), uint32(24))
		}},
		{"version 2.0", capture.ErrUnknownVersion, 0, func(f *file) *file {
			return f.block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(2), uint16(0), ^uint64(0))
		}},
		{"section options overrun", capture.ErrMalformed, 0, func(f *file) *file { return f.shb(uint16(1), uint16(100)) }},
		{"length not a multiple of 4", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().put(uint32(77), uint32(13), byte(0), uint32(13)) }},
		{"length below 12", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().put(uint32(77), uint32(8), uint32(8)) }},
		{"length 0", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().put(uint32(77), uint32(0), uint32(0)) }},
		{"lengths differ", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().put(uint32(1), uint32(20), uint64(1), uint32(24)) }},
		{"lengths of an unknown block differ", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().put(uint32(77), uint32(20), uint64(1), uint32(24)) }},
		{"interface block too short", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(1, uint32(1)) }},
		{"interface options overrun", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().idb(1, 0, uint16(9), uint16(5), byte(9)) }},
		{"packet block too short", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(6, make([]byte, 16)) }},
		{"packet before its interface", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().epb(0, 0, "x", 1) }},
		{"simple packet before its interface", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(3, uint32(1), "x") }},
		{"captured length beyond the block", capture.ErrMalformed, shbLen + 20, func(f *file) *file {
			return f.shb().idb(1, 0).block(6, uint32(0), uint64(0), uint32(9), uint32(9), "12345678")
		}},
		{"captured length 2^32-1", capture.ErrMalformed, shbLen + 20, func(f *file) *file {
			return f.shb().idb(1, 0).block(6, uint32(0), uint64(0), ^uint32(0), ^uint32(0), "12345678")
		}},
		{"simple packet longer than its block", capture.ErrMalformed, shbLen + 20, func(f *file) *file { return f.shb().idb(1, 0).block(3, uint32(9), "12345678") }},
		{"interface 2^32-1", capture.ErrMalformed, shbLen + 20, func(f *file) *file { return f.shb().idb(1, 0).epb(^uint32(0), 0, "x", 1) }},
		{"interface of the section before", capture.ErrMalformed, 2*shbLen + 20, func(f *file) *file { return f.shb().idb(1, 0).shb().epb(0, 0, "x", 1) }},
		{"packet block of 2 GiB", capture.ErrTooLong, shbLen, func(f *file) *file { return f.shb().put(uint32(6), uint32(1<<31)) }},
		{"secrets beyond the block", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(10, uint32(1), uint32(99), "x") }},
		{"name beyond the block", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(4, uint16(1), uint16(99), "x") }},
		{"statistics of no interface", capture.ErrMalformed, shbLen, func(f *file) *file { return f.shb().block(5, make([]byte, 12)) }},
		{"statistics options overrun", capture.ErrMalformed, shbLen + 20, func(f *file) *file {
			return f.shb().idb(1, 0).block(5, make([]byte, 12), uint16(4), uint16(8), uint32(0))
		}},
	} {
		for _, o := range orders {
			t.Run(tt.name+" "+o.String(), func(t *testing.T) {
				r, err := capture.Open(bytes.NewReader(tt.build(&file{order: o}).b))
				if err == nil {
					r.OnMeta = func(capture.Meta) {}
					_, err = r.Next()
					if _, again := r.Next(); again != err {
						t.Errorf("second call: %v, not the same error again", again)
					}
				}
				wantError(t, err, tt.kind, tt.offset, 0)
			})
		}
	}
}

// Damage inside a block does not cost the packets behind it, and is told at the
// end of the file.
func TestPcapngDamagedBlocksArePassedOver(t *testing.T) {
	for _, o := range orders {
		f := (&file{order: o}).shb().idb(1, 0).epb(0, 1, "one", 3)
		at := int64(len(f.b))
		f.epb(7, 2, "of no interface", 15)
		f.block(10, uint32(1), uint32(99), "x") // secrets
		f.block(4, uint16(1), uint16(99), "x")  // names
		f.block(5, make([]byte, 12), uint16(4), uint16(8), uint32(0))
		f.block(6, uint32(0), uint64(0), uint32(99), uint32(99), "12345678")
		f.epb(0, 3, "two", 3)
		r, err := capture.Open(bytes.NewReader(f.b))
		if err != nil {
			t.Fatal(err)
		}
		r.OnMeta = func(capture.Meta) {}
		got, err := drain(r)
		equal(t, got, []packet{{time: 1000, data: "one", orig: 3, link: 1}, {time: 3000, data: "two", orig: 3, link: 1}})
		wantError(t, err, capture.ErrMalformed, at, 1)
		if !strings.Contains(err.Error(), "interface 7") || !strings.Contains(err.Error(), "4 more") {
			t.Errorf("%v", err)
		}
	}
	// A wrong length behind a section header, too.
	f := (&file{order: binary.LittleEndian}).shb()
	f.b[len(f.b)-4] ^= 4
	got, err := readAll(f.idb(1, 0).epb(0, 1, "one", 3).b)
	equal(t, got, []packet{{time: 1000, data: "one", orig: 3, link: 1}})
	wantError(t, err, capture.ErrMalformed, 0, 0)
}

// The bytes of a packet are good even where its options are not.
func TestPcapng_3_5_PacketWithDamagedOptions(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0)
	f.epb(0, 1, "data", 4, f.opt(1, "kept"), uint16(2), uint16(400))
	f.epb(0, 2, "next", 4)
	equal(t, mustReadAll(t, f.b), []packet{
		{time: 1000, data: "data", orig: 4, link: 1, comments: "kept\n", bad: true},
		{time: 2000, data: "next", orig: 4, link: 1},
	})
}

// Options of a wrong size are passed over, not misread.
func TestPcapngOptionOfWrongSize(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0, f.opt(9, "\x09\x09"), f.opt(6, "short"), f.opt(4, "abc"), f.opt(5, strings.Repeat("\xff", 17)))
	f.epb(0, 1, "x", 1, f.opt(2, "\x01"), f.opt(5, uint32(1)))
	equal(t, mustReadAll(t, f.b), []packet{{time: 1000, data: "x", orig: 1, link: 1}})
}

func TestPcapngMinorVersion2(t *testing.T) {
	f := &file{order: binary.BigEndian}
	f.block(0x0a0d0d0a, uint32(0x1a2b3c4d), uint16(1), uint16(2), ^uint64(0)).idb(1, 0).epb(0, 0, "x", 1)
	equal(t, mustReadAll(t, f.b), []packet{{data: "x", orig: 1, link: 1}})
}

func TestPcapngSectionsOfBothByteOrders(t *testing.T) {
	f := (&file{order: binary.BigEndian}).shb().idb(1, 0).epb(0, 1, "b", 1)
	f.order = binary.LittleEndian
	f.shb().idb(113, 0).epb(0, 2, "l", 1)
	equal(t, mustReadAll(t, f.b), []packet{
		{time: 1000, data: "b", orig: 1, link: 1},
		{section: 1, time: 2000, data: "l", orig: 1, link: 113},
	})
}

// "The value xFFFF is reserved for those systems in which this information is
// not available": it is no count.
func TestPcapng_A_PacketBlockDropsUnknown(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0)
	for _, drops := range []uint16{0xffff, 0xfffe} {
		f.block(2, uint16(0), drops, uint64(0), uint32(1), uint32(1), "x\x00\x00\x00", f.opt(2, uint32(1)))
	}
	equal(t, mustReadAll(t, f.b), []packet{
		{data: "x", orig: 1, link: 1, flags: capture.Inbound},
		{data: "x", orig: 1, link: 1, flags: capture.Inbound, drops: 0xfffe},
	})
}

func TestOpenUnknownFormat(t *testing.T) {
	for _, tt := range []struct{ b, hint string }{
		{"", "only 0 bytes"}, {"abc", "only 3 bytes"}, {"<html><body>", "3c68746d"},
		{"\xfd7zXZ\x00", "xz -dc"}, {"\x04\x22\x4d\x18...", "lz4 -dc"}, {"BZh91AY", "bzip2 -dc"},
	} {
		_, err := readAll([]byte(tt.b))
		wantError(t, err, capture.ErrUnknownFormat, 0, 0)
		if !strings.Contains(err.Error(), tt.hint) {
			t.Errorf("%q: %v does not mention %q", tt.b, err, tt.hint)
		}
	}
}

func compressed(b []byte) []byte {
	var z bytes.Buffer
	w := gzip.NewWriter(&z)
	w.Write(b)
	w.Close()
	return z.Bytes()
}

func TestGzip(t *testing.T) {
	b, want := ngSample(binary.LittleEndian)
	z := compressed(b)
	equal(t, mustReadAll(t, z), want)

	for n := 4; n < len(z); n++ { // cut anywhere: never a clean end, as the checksum is missing
		if got, err := readAll(z[:n]); !errors.Is(err, capture.ErrTruncated) {
			t.Fatalf("cut at %d of %d: %d packets, %v", n, len(z), len(got), err)
		}
	}
	z[len(z)-5] ^= 1 // CRC
	if got, err := readAll(z); !errors.Is(err, gzip.ErrChecksum) {
		t.Errorf("damaged checksum: %d packets, %v", len(got), err)
	}
}

// A pipe delivers whatever pieces the other end writes.
func TestReadsInPieces(t *testing.T) {
	b, want := ngSample(binary.LittleEndian)
	for _, src := range []io.Reader{iotest.OneByteReader(bytes.NewReader(b)), iotest.HalfReader(bytes.NewReader(b)), iotest.DataErrReader(bytes.NewReader(b))} {
		r, err := capture.Open(src)
		if err != nil {
			t.Fatal(err)
		}
		got, err := drain(r)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, got, want)
	}
}

// A packet must be delivered when it has arrived, not when more has.
func TestLivePipe(t *testing.T) {
	pr, pw := io.Pipe()
	next := make(chan struct{})
	go func() {
		w, err := capture.NewWriter(pw, capture.SectionInfo{})
		if err != nil {
			t.Error(err)
		}
		id, _ := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet})
		for i := range int64(3) {
			w.WritePacket(capture.Packet{Interface: id, Time: i, Data: []byte{byte(i)}})
			w.Flush()
			<-next
		}
		pw.Close()
	}()
	r, err := capture.Open(pr)
	if err != nil {
		t.Fatal(err)
	}
	for i := range int64(3) {
		p, err := r.Next()
		if err != nil || p.Time != i {
			t.Fatalf("packet %d: %+v, %v", i, p, err)
		}
		next <- struct{}{}
	}
	if _, err := r.Next(); err != io.EOF {
		t.Fatal(err)
	}
}

func TestUnderlyingErrorIsKept(t *testing.T) {
	b, want := ngSample(binary.LittleEndian)
	bad := errors.New("disk on fire")
	r, err := capture.Open(io.MultiReader(bytes.NewReader(b), iotest.ErrReader(bad)))
	if err != nil {
		t.Fatal(err)
	}
	got, err := drain(r)
	equal(t, got, want)
	wantError(t, err, bad, int64(len(b)), int64(len(want)))
}

// A length is not believed before its bytes arrive: 16 MiB claimed by a file
// of a few bytes must not cost 16 MiB.
func TestLyingLengthAllocatesLittle(t *testing.T) {
	ng := &file{order: binary.LittleEndian}
	ng.shb().idb(1, 0).put(uint32(6), uint32(capture.MaxRecord), make([]byte, 100))
	pc := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 2, 4, 0, 1).
		put(uint32(0), uint32(0), uint32(capture.MaxRecord-16), uint32(0), make([]byte, 100))
	for _, b := range [][]byte{ng.b, pc.b} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readAll(b)
		runtime.ReadMemStats(&after)
		if !errors.Is(err, capture.ErrTruncated) {
			t.Errorf("%v, want ErrTruncated", err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%d bytes allocated for a file of %d", n, len(b))
		}
	}
}

// Records up to MaxRecord are read; one byte more is refused.
func TestLongRecords(t *testing.T) {
	big := strings.Repeat("0123456789abcdef", capture.MaxRecord/16)
	for _, n := range []int{65535, 65536, 65537, 300_000, capture.MaxRecord - 16, capture.MaxRecord - 15} {
		f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 2, 4, 0, 1).
			put(uint32(0), uint32(0), uint32(n), uint32(n), big[:n])
		got, err := readAll(f.b)
		if n > capture.MaxRecord-16 {
			wantError(t, err, capture.ErrTooLong, 24, 0)
			continue
		}
		if err != nil {
			t.Fatalf("%d bytes: %v", n, err)
		}
		equal(t, got, []packet{{data: big[:n], orig: n, link: 1}})
	}
}

// An unknown block may be longer than what is kept of any known one.
func TestUnknownBlockIsSkippedWhateverItsLength(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0).block(0x80000001, make([]byte, capture.MaxRecord+4)).epb(0, 1, "x", 1)
	equal(t, mustReadAll(t, f.b), []packet{{time: 1000, data: "x", orig: 1, link: 1}})
}

func TestInterfacesAreBounded(t *testing.T) {
	f := (&file{order: binary.LittleEndian}).shb()
	for range capture.MaxInterfaces {
		f.idb(1, 0)
	}
	ok := len(f.b)
	f.idb(1, 0)
	if _, err := readAll(f.b[:ok]); err != nil {
		t.Errorf("%d interfaces: %v", capture.MaxInterfaces, err)
	}
	_, err := readAll(f.b)
	wantError(t, err, capture.ErrTooLong, int64(ok), 0)

	f = (&file{order: binary.LittleEndian}).shb()
	long := strings.Repeat("n", 65535)
	var at int64
	for range capture.MaxRecord/(8*65540) + 1 {
		at = int64(len(f.b))
		f.idb(1, 0, f.opt(2, long), f.opt(3, long), f.opt(12, long), f.opt(15, long), f.opt(1, long), f.opt(1, long), f.opt(1, long), f.opt(1, long))
	}
	_, err = readAll(f.b)
	wantError(t, err, capture.ErrTooLong, at, 0)

	f.b = f.b[:at] // all that is allowed, twice: the bound is per section
	if _, err := readAll(append(f.b, f.b...)); err != nil {
		t.Error(err)
	}
}

// Memory stays flat: reading does not allocate in the steady state.
func TestNextDoesNotAllocate(t *testing.T) {
	f := &file{order: binary.BigEndian}
	f.shb().idb(1, 0, f.opt(9, byte(9)))
	for i := range 2000 {
		f.epb(0, uint64(i), strings.Repeat("x", i%1500), 1500, f.opt(2, uint32(1)), f.opt(5, uint64(i)), f.opt(0))
	}
	r, err := capture.Open(bytes.NewReader(f.b))
	if err != nil {
		t.Fatal(err)
	}
	r.Next()
	if n := testing.AllocsPerRun(1000, func() {
		if _, err := r.Next(); err != nil {
			t.Fatal(err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

func TestOffsets(t *testing.T) {
	b, _ := ngSample(binary.BigEndian)
	r, err := capture.Open(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	for {
		p, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		if kind := binary.BigEndian.Uint32(b[p.Offset:]); kind != 6 && kind != 3 && kind != 2 {
			t.Errorf("offset %d is that of a block of type %d, not of a packet", p.Offset, kind)
		}
	}
}

// if_tsoffset is a signed 64-bit number of seconds; what leaves the range of
// nanoseconds in int64 saturates.
func TestPcapng_4_2_TimestampOffset(t *testing.T) {
	for _, tt := range []struct {
		units  uint64 // microseconds
		offset int64
		want   int64
	}{
		{5_000_000, 3, 8e9},
		{5_000_000, -5, 0},
		{5_000_000, -6, -1e9}, // before 1970
		{0, math.MaxInt64, math.MaxInt64},
		{0, math.MinInt64, math.MinInt64},
		{9e15, 9e9, math.MaxInt64},
		{0, -9_223_372_036, -9_223_372_036e9},
		{0, -9_223_372_037, math.MinInt64},
	} {
		f := &file{order: binary.BigEndian}
		f.shb().idb(1, 0, f.opt(14, uint64(tt.offset))).epb(0, tt.units, "", 0)
		if got := mustReadAll(t, f.b)[0].time; got != tt.want {
			t.Errorf("%d µs with offset %d s: %d ns, want %d", tt.units, tt.offset, got, tt.want)
		}
	}
}

package wire

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

func randTCPOptions(r *rand.Rand) TCPOptions {
	var o TCPOptions
	if r.IntN(3) == 0 {
		o.HasMSS, o.MSS = true, uint16(r.Uint32())
	}
	if r.IntN(3) == 0 {
		o.HasWScale, o.WScale = true, uint8(r.IntN(15))
	}
	o.SACKPermitted = r.IntN(3) == 0
	if r.IntN(2) == 0 {
		o.HasTS, o.TSVal, o.TSEcr = true, r.Uint32(), r.Uint32()
	}
	o.NSACK = r.IntN(5)
	for i := range o.NSACK {
		o.SACK[i] = SACKBlock{r.Uint32(), r.Uint32()}
	}
	return o
}

// sent is o as the peer sees it: without the blocks that found no room.
func sent(o TCPOptions) TCPOptions {
	room := 40
	for _, c := range []struct {
		has bool
		n   int
	}{{o.HasMSS, 4}, {o.HasWScale, 4}, {o.HasTS, 12}, {o.SACKPermitted && !o.HasTS, 4}} {
		if c.has {
			room -= c.n
		}
	}
	for i := range o.SACK {
		if i >= o.NSACK || 4+8*(i+1) > room {
			o.SACK[i] = SACKBlock{}
			o.NSACK = min(o.NSACK, i)
		}
	}
	return o
}

func randTCPFields(r *rand.Rand) TCPFields {
	return TCPFields{SrcPort: uint16(r.Uint32()), DstPort: uint16(r.Uint32()), Seq: r.Uint32(), Ack: r.Uint32(),
		Flags: TCPFlags(r.Uint32()) & tcpFlagsMask, Window: uint16(r.Uint32()), Checksum: uint16(r.Uint32()),
		Urgent: uint16(r.Uint32()), Options: randTCPOptions(r)}
}

func tcpFields(t testing.TB, s TCP) TCPFields {
	o, err := s.ParseOptions()
	if err != nil {
		t.Fatal(err)
	}
	return TCPFields{s.SrcPort(), s.DstPort(), s.Seq(), s.Ack(), s.Flags(), s.Window(), s.Checksum(), s.Urgent(), o}
}

func gopacketFlags(g *layers.TCP) TCPFlags {
	var f TCPFlags
	for i, on := range []bool{g.FIN, g.SYN, g.RST, g.PSH, g.ACK, g.URG, g.ECE, g.CWR, g.NS} {
		f |= TCPFlags(b2u16(on) << i)
	}
	return f
}

// gopacketTCPOptions reads gopacket's list into our struct, by an own hand.
func gopacketTCPOptions(g *layers.TCP) TCPOptions {
	var o TCPOptions
	for _, opt := range g.Options {
		d := opt.OptionData
		switch opt.OptionType {
		case layers.TCPOptionKindMSS:
			o.HasMSS, o.MSS = true, get16(d, 0)
		case layers.TCPOptionKindWindowScale:
			o.HasWScale, o.WScale = true, d[0]
		case layers.TCPOptionKindSACKPermitted:
			o.SACKPermitted = true
		case layers.TCPOptionKindTimestamps:
			o.HasTS, o.TSVal, o.TSEcr = true, get32(d, 0), get32(d, 4)
		case layers.TCPOptionKindSACK:
			for ; len(d) > 0; d = d[8:] {
				o.SACK[o.NSACK] = SACKBlock{get32(d, 0), get32(d, 4)}
				o.NSACK++
			}
		}
	}
	return o
}

func TestTCPAgainstGopacket(t *testing.T) {
	r := testRand(60)
	for range 3000 {
		f := randTCPFields(r)
		want := f
		want.Options = sent(f.Options)
		b := make([]byte, f.Len(), f.Len()+5)
		fillRandom(r, b)
		if n := f.Put(b); n != f.Len() || n%4 != 0 || n > TCPMaxHeaderLen {
			t.Fatalf("Put wrote %d, Len says %d", n, f.Len())
		}
		b = append(b, "bytes"...)

		g := &layers.TCP{}
		if err := g.DecodeFromBytes(b, gopacket.NilDecodeFeedback); err != nil {
			t.Fatalf("%x: %v", b, err)
		}
		got := TCPFields{uint16(g.SrcPort), uint16(g.DstPort), g.Seq, g.Ack, gopacketFlags(g), g.Window, g.Checksum, g.Urgent, gopacketTCPOptions(g)}
		if got != want || string(g.Payload) != "bytes" {
			t.Fatalf("gopacket reads %+v,\nwant %+v", got, want)
		}

		buf := gopacket.NewSerializeBuffer()
		if err := gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true}, g, gopacket.Payload("bytes")); err != nil {
			t.Fatal(err)
		}
		s, err := ParseTCP(buf.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if got := tcpFields(t, s); got != want || string(s.Payload()) != "bytes" || s.Reserved() != 0 {
			t.Fatalf("we read %+v,\nwant %+v", got, want)
		}
	}
}

func TestTCPMutationsAgainstGopacket(t *testing.T) {
	r := testRand(61)
	compared := 0
	for range 30000 {
		f := randTCPFields(r)
		b := make([]byte, f.Len()+r.IntN(10))
		f.Put(b)
		for range 1 + r.IntN(3) {
			b[r.IntN(len(b))] = byte(r.Uint32())
		}
		s, err := ParseTCP(b)
		g := &layers.TCP{}
		gerr := gopacketDecode(g, b)
		if err != nil {
			if gerr == nil {
				t.Fatalf("%x: we say %v, gopacket takes it", b, err)
			}
			continue
		}
		o, oerr := s.ParseOptions()
		if gerr != nil {
			continue // gopacket refuses the segment where we only stop reading options
		}
		if oerr != nil {
			t.Fatalf("%x: we say %v, gopacket takes it", b, oerr)
		}
		if s.SrcPort() != uint16(g.SrcPort) || s.Seq() != g.Seq || s.Ack() != g.Ack || s.Flags() != gopacketFlags(g) || s.Window() != g.Window ||
			s.DataOffset() != g.DataOffset || s.Checksum() != g.Checksum || s.Urgent() != g.Urgent || !bytes.Equal(s.Payload(), g.Payload) {
			t.Fatalf("%x: we and gopacket differ: %+v", b, g)
		}
		if regularOptions(g) {
			if got := gopacketTCPOptions(g); got != o {
				t.Fatalf("%x: we read %+v,\ngopacket %+v", b, o, got)
			}
			compared++
		}
	}
	if compared < 10000 {
		t.Errorf("options compared only %d times", compared)
	}
}

func gopacketDecode(g *layers.TCP, b []byte) (err error) {
	defer func() {
		if e := recover(); e != nil {
			err = errors.New("gopacket panics")
		}
	}()
	return g.DecodeFromBytes(b, gopacket.NilDecodeFeedback)
}

// regularOptions says whether the lengths are those of the RFCs, the shift is in range and
// no option occurs twice: the ground where both readers must agree.
func regularOptions(g *layers.TCP) bool {
	seen := map[layers.TCPOptionKind]bool{}
	for _, o := range g.Options {
		if o.OptionType > 1 && seen[o.OptionType] {
			return false
		}
		seen[o.OptionType] = true
		n := len(o.OptionData)
		switch o.OptionType {
		case layers.TCPOptionKindMSS:
			if n != 2 {
				return false
			}
		case layers.TCPOptionKindWindowScale:
			if n != 1 || o.OptionData[0] > 14 {
				return false
			}
		case layers.TCPOptionKindSACKPermitted:
			if n != 0 {
				return false
			}
		case layers.TCPOptionKindTimestamps:
			if n != 8 {
				return false
			}
		case layers.TCPOptionKindSACK:
			if n == 0 || n%8 != 0 {
				return false
			}
		}
	}
	return true
}

func TestTCPOptionsLayoutOfLinux(t *testing.T) {
	// What a Linux client and server put on the wire, octet by octet.
	for name, c := range map[string]struct {
		o    TCPOptions
		want string
	}{
		"none": {TCPOptions{}, ""},
		"SYN": {TCPOptions{HasMSS: true, MSS: 1460, SACKPermitted: true, HasTS: true, TSVal: 0x01020304, HasWScale: true, WScale: 7},
			"\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\x00\x00\x00\x00\x01\x03\x03\x07"},
		"SYN without timestamps": {TCPOptions{HasMSS: true, MSS: 1460, SACKPermitted: true, HasWScale: true, WScale: 7},
			"\x02\x04\x05\xb4\x01\x01\x04\x02\x01\x03\x03\x07"},
		"established": {TCPOptions{HasTS: true, TSVal: 1, TSEcr: 2}, "\x01\x01\x08\x0a\x00\x00\x00\x01\x00\x00\x00\x02"},
		"SACK": {TCPOptions{HasTS: true, NSACK: 1, SACK: [4]SACKBlock{{5, 6}}},
			"\x01\x01\x08\x0a\x00\x00\x00\x00\x00\x00\x00\x00\x01\x01\x05\x0a\x00\x00\x00\x05\x00\x00\x00\x06"},
	} {
		b := make([]byte, 40)
		if got := string(b[:c.o.Put(b)]); got != c.want || c.o.Len() != len(c.want) {
			t.Errorf("%s: % x\nwant % x", name, got, c.want)
		}
	}
}

func TestRFC2018_3_RoomForBlocks(t *testing.T) {
	// RFC 2018 3: four blocks fit into 40 octets, three beside timestamps.
	o := TCPOptions{NSACK: 4, SACK: [4]SACKBlock{{1, 2}, {3, 4}, {5, 6}, {7, 8}}}
	if o.Len() != 36 {
		t.Errorf("four blocks take %d octets, want 36", o.Len())
	}
	o.HasTS = true
	b := make([]byte, 60)
	f := TCPFields{Options: o}
	s, err := ParseTCP(b[:f.Put(b)])
	if err != nil {
		t.Fatal(err)
	}
	got, err := s.ParseOptions()
	if err != nil || len(s) != 60 || got.NSACK != 3 || got.SACK != [4]SACKBlock{{1, 2}, {3, 4}, {5, 6}} {
		t.Errorf("with timestamps: %+v, %v; want the first three blocks", got, err)
	}
}

// segmentWith is a segment with the given option octets, padded with End of List.
func segmentWith(opts ...byte) TCP {
	n := (len(opts) + 3) &^ 3
	b := make([]byte, TCPMinHeaderLen+n)
	copy(b[TCPMinHeaderLen:], opts)
	b[12] = byte(len(b)/4) << 4
	return b
}

func TestRFC9293_MUST6_UnknownOptionsAreSkipped(t *testing.T) {
	o, err := segmentWith(253, 4, 0xf9, 0x89, 34, 2, 200, 3, 0, TCPOptMSS, 4, 5, 0xb4).ParseOptions()
	if err != nil || o != (TCPOptions{HasMSS: true, MSS: 1460}) {
		t.Errorf("%+v, %v; want the MSS behind three unknown options", o, err)
	}
}

func TestRFC9293_MUST7_IllegalLengths(t *testing.T) {
	mss := TCPOptions{HasMSS: true, MSS: 1460}
	for name, c := range map[string]struct {
		opts []byte
		want TCPOptions
		err  error
	}{
		"zero":              {[]byte{2, 4, 5, 0xb4, 253, 0, 3, 3, 7}, mss, ErrLength},
		"one":               {[]byte{2, 4, 5, 0xb4, 253, 1, 3, 3, 7}, mss, ErrLength},
		"past the header":   {[]byte{2, 4, 5, 0xb4, 253, 5, 0, 0}, mss, ErrLength},
		"no length octet":   {[]byte{2, 4, 5, 0xb4, 1, 1, 1, 253}, mss, ErrLength},
		"MSS of length 3":   {[]byte{2, 3, 5, 3, 3, 7}, TCPOptions{HasWScale: true, WScale: 7}, nil},
		"timestamps of 6":   {[]byte{8, 6, 1, 2, 3, 4, 2, 4, 5, 0xb4}, mss, nil},
		"SACK of 2":         {[]byte{5, 2, 2, 4, 5, 0xb4}, mss, nil},
		"SACK of 9":         {[]byte{5, 9, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 0xb4}, mss, nil},
		"permitted of 3":    {[]byte{4, 3, 1, 2, 4, 5, 0xb4}, mss, nil},
		"scale of 4":        {[]byte{3, 4, 1, 1, 2, 4, 5, 0xb4}, mss, nil},
		"end of list first": {[]byte{0, 2, 4, 5, 0xb4}, TCPOptions{}, nil},
		"end, then garbage": {[]byte{2, 4, 5, 0xb4, 0, 253, 0, 0}, mss, nil},
		// RFC 9293 MUST-64: options need not begin on a word boundary.
		"not aligned": {[]byte{1, 2, 4, 5, 0xb4, 3, 3, 7}, TCPOptions{HasMSS: true, MSS: 1460, HasWScale: true, WScale: 7}, nil},
		// RFC 7323 2.3: "MUST use 14 instead of the specified value".
		"scale of 15 bits": {[]byte{3, 3, 15}, TCPOptions{HasWScale: true, WScale: 14}, nil},
	} {
		if o, err := segmentWith(c.opts...).ParseOptions(); o != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %+v, %v; want %+v, %v", name, o, err, c.want, c.err)
		}
	}
}

func TestRFC9293_3_1_DataOffset(t *testing.T) {
	b := make([]byte, 24)
	(&TCPFields{Options: TCPOptions{HasMSS: true}}).Put(b)
	for n := range 24 {
		if _, err := ParseTCP(b[:n]); !errors.Is(err, ErrTruncated) {
			t.Errorf("%d octets: %v", n, err)
		}
	}
	for off := range 5 {
		b[12] = byte(off) << 4
		if _, err := ParseTCP(b); !errors.Is(err, ErrLength) {
			t.Errorf("data offset %d: %v", off, err)
		}
	}
}

func TestTCPFlags(t *testing.T) {
	for f, want := range map[TCPFlags]string{
		0: "none", SYN: "SYN", SYN | ACK: "SYN|ACK", FIN | ACK: "FIN|ACK", PSH | ACK: "PSH|ACK", tcpFlagsMask: "FIN|SYN|RST|PSH|ACK|URG|ECE|CWR|AE",
	} {
		if f.String() != want {
			t.Errorf("%#x is %q, want %q", uint16(f), f.String(), want)
		}
	}
	if !(SYN | ACK).Has(SYN) || SYN.Has(SYN|ACK) {
		t.Error("Has means all of the bits")
	}
}

func TestRFC9293_3_4_SegLen(t *testing.T) {
	// SEG.LEN is "the number of octets occupied by the data in the segment (counting SYN and FIN)".
	for f, want := range map[TCPFlags]uint32{ACK: 3, SYN: 4, FIN | ACK: 4, SYN | FIN: 5, RST: 3} {
		b := make([]byte, 35)
		g := TCPFields{Flags: f, Options: TCPOptions{HasTS: true}}
		if got := TCP(b[:g.Put(b)+3]).SegLen(); got != want {
			t.Errorf("%v: %d, want %d", f, got, want)
		}
	}
}

func TestTCPSetters(t *testing.T) {
	r := testRand(62)
	for range 500 {
		b, want := make([]byte, 60), make([]byte, 60)
		fillRandom(r, b)
		copy(want, b)
		f := randTCPFields(r)
		f.Options = TCPOptions{}
		f.Put(want)
		res := b[12] & 0xfe // data offset and reserved bits stay
		s := TCP(b)
		s.SetSrcPort(f.SrcPort)
		s.SetDstPort(f.DstPort)
		s.SetSeq(f.Seq)
		s.SetAck(f.Ack)
		s.SetFlags(f.Flags | 0xfe00)
		s.SetWindow(f.Window)
		s.SetChecksum(f.Checksum)
		put16(b, 18, f.Urgent)
		want[12] = want[12]&1 | res
		if !bytes.Equal(b, want) {
			t.Fatalf("%x\nwant %x", b, want)
		}
	}
}

func FuzzParseTCP(f *testing.F) {
	r := testRand(63)
	for range 6 {
		g := randTCPFields(r)
		b := make([]byte, g.Len()+3)
		g.Put(b)
		f.Add(b)
	}
	f.Add([]byte(segmentWith(253, 0, 1, 1)))
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseTCP(b)
		if err != nil {
			return
		}
		a := netip.IPv6Unspecified()
		_, _, _, _ = s.VerifyChecksum(a, a), s.SegLen(), s.Reserved(), s.DataOffset()
		if len(s.HeaderBytes())+len(s.Payload()) != len(b) {
			t.Error("header and payload are not the segment")
		}
		o, err := s.ParseOptions()
		if err != nil && !errors.Is(err, ErrLength) {
			t.Errorf("unexpected %v", err)
		}
		if o.NSACK > TCPMaxSACK || o.WScale > TCPMaxWScale {
			t.Errorf("%+v", o)
		}
		g := TCPFields{s.SrcPort(), s.DstPort(), s.Seq(), s.Ack(), s.Flags(), s.Window(), s.Checksum(), s.Urgent(), o}
		out := make([]byte, g.Len())
		if n := g.Put(out); n != len(out) || n > TCPMaxHeaderLen {
			t.Fatalf("Put wrote %d, Len says %d", n, len(out))
		}
		g.Options = sent(o)
		back, err := ParseTCP(out)
		if err != nil {
			t.Fatal(err)
		}
		if got := tcpFields(t, back); got != g {
			t.Errorf("round trip: %+v\nwant %+v", got, g)
		}
		s.FillChecksum(a, a)
		if !s.VerifyChecksum(a, a) {
			t.Error("filled checksum does not verify")
		}
	})
}

func TestTransportAllocs(t *testing.T) {
	r := testRand(64)
	f := randTCPFields(r)
	f.Options = TCPOptions{HasMSS: true, HasWScale: true, SACKPermitted: true, HasTS: true, NSACK: 1}
	u := UDPFields{PayloadLen: 40}
	b := make([]byte, 100)
	a := netip.MustParseAddr("2001:db8::1")
	bad := segmentWith(2, 4, 5, 5, 9, 0)
	if n := testing.AllocsPerRun(100, func() {
		s, err := ParseTCP(b[:f.Put(b)])
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.ParseOptions(); err != nil {
			t.Fatal(err)
		}
		s.FillChecksum(a, a)
		if _, err := bad.ParseOptions(); err == nil {
			t.Fatal("no error")
		}
		u.Put(b)
		v, err := ParseUDP(b)
		if err != nil {
			t.Fatal(err)
		}
		v.FillChecksum(a, a)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchmarkTCPParse(b *testing.B, o TCPOptions) {
	seg := make([]byte, TCPMaxHeaderLen)
	f := TCPFields{Flags: ACK, Options: o}
	seg = seg[:f.Put(seg)]
	b.ReportAllocs()
	for b.Loop() {
		s, err := ParseTCP(seg)
		if err != nil {
			b.Fatal(err)
		}
		got, err := s.ParseOptions()
		if err != nil {
			b.Fatal(err)
		}
		benchSink += uint64(got.TSVal) + uint64(s.Seq())
	}
}

func BenchmarkTCPParse(b *testing.B) {
	b.Run("established", func(b *testing.B) { benchmarkTCPParse(b, TCPOptions{HasTS: true}) })
	b.Run("SYN", func(b *testing.B) {
		benchmarkTCPParse(b, TCPOptions{HasMSS: true, HasWScale: true, SACKPermitted: true, HasTS: true})
	})
	b.Run("SACK", func(b *testing.B) { benchmarkTCPParse(b, TCPOptions{HasTS: true, NSACK: 3}) })
}

func BenchmarkTCPPut(b *testing.B) {
	seg := make([]byte, TCPMaxHeaderLen)
	f := TCPFields{Flags: ACK, Options: TCPOptions{HasTS: true}}
	b.ReportAllocs()
	for b.Loop() {
		f.Seq++
		f.Put(seg)
	}
}

package wire

import (
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
)

// naiveSum is RFC 1071 as one would write it on a blackboard.
func naiveSum(b []byte) uint16 {
	var s uint64
	for i := 0; i < len(b); i += 2 {
		w := uint64(b[i]) << 8
		if i+1 < len(b) {
			w |= uint64(b[i+1])
		}
		s += w
		for s > 0xffff {
			s = s>>16 + s&0xffff
		}
	}
	return uint16(s)
}

// same16 compares in ones' complement, where 0 and 0xffff are one number.
func same16(a, b uint16) bool { return a == b || a^b == 0xffff && (a == 0 || b == 0) }

func testRand(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 1)) }

func fillRandom(r *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(r.Uint32())
	}
}

func TestRFC1071_3_Example(t *testing.T) {
	// RFC 1071 3 sums 00 01 f2 03 f4 f5 f6 f7 to 2ddf0, that is ddf2.
	b := []byte{0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7}
	if got := Fold(Sum(b, 0)); got != 0xddf2 {
		t.Errorf("Sum = %#04x, want 0xddf2", got)
	}
	if got := Checksum(b, 0); got != 0x220d {
		t.Errorf("Checksum = %#04x, want the complement 0x220d", got)
	}
}

func TestSumAgainstNaive(t *testing.T) {
	r := testRand(1)
	buf := make([]byte, 2048)
	for n := 0; n <= 700; n++ {
		for off := range 9 { // no alignment of the first octet may matter
			b := buf[off : off+n]
			fillRandom(r, b)
			if n%5 == 0 { // long carry chains
				for i := range b {
					b[i] = 0xff
				}
			}
			want := naiveSum(b)
			if got := Fold(Sum(b, 0)); got != want {
				t.Fatalf("len %d off %d: Sum %#04x, naive %#04x", n, off, got, want)
			}
			dst := make([]byte, n+3)
			dst[n] = 0xa5
			if got := Fold(SumCopy(dst, b, 0)); got != want {
				t.Fatalf("len %d: SumCopy %#04x, naive %#04x", n, got, want)
			}
			if string(dst[:n]) != string(b) || dst[n] != 0xa5 {
				t.Fatalf("len %d: SumCopy copied wrongly", n)
			}
		}
	}
}

func TestCombine(t *testing.T) {
	// RFC 1071 2 (B): a piece at an odd offset counts with its halves swapped.
	r := testRand(2)
	b := make([]byte, 300)
	for range 2000 {
		fillRandom(r, b)
		i, j := r.IntN(len(b)+1), r.IntN(len(b)+1)
		if i > j {
			i, j = j, i
		}
		acc := Sum(b[:i], 0)
		acc = Combine(acc, Sum(b[i:j], 0), i)
		acc = Combine(acc, Sum(b[j:], 0), j)
		if got, want := Fold(acc), naiveSum(b); !same16(got, want) {
			t.Fatalf("cut at %d and %d: %#04x, whole %#04x", i, j, got, want)
		}
	}
}

func TestSumAccumulates(t *testing.T) {
	// A running sum of many large pieces neither overflows nor loses carries.
	b := make([]byte, 65534)
	for i := range b {
		b[i] = 0xff
	}
	b[0] = 0xfe
	acc, one := uint64(0), uint64(0xfeff)
	want := uint64(0)
	for range 10000 {
		acc = Sum(b, acc)
		want += one
	}
	if got := Fold(acc); uint64(got)%0xffff != want%0xffff {
		t.Errorf("sum %#04x, want %#x modulo 0xffff", got, want%0xffff)
	}
}

func TestFoldExtremes(t *testing.T) {
	for acc, want := range map[uint64]uint16{
		0: 0, 0xffff: 0xffff, 0x10000: 1, 1<<64 - 1: 0xffff, 1<<63 | 1: 0x8001, 0xffffffff0000ffff: 0xffff,
	} {
		if got := Fold(acc); got != want {
			t.Errorf("Fold(%#x) = %#04x, want %#04x", acc, got, want)
		}
	}
}

func TestRFC1624_4_Examples(t *testing.T) {
	// RFC 1624 4: checksum dd2f, a word changes from 5555 to 3285, and the new
	// checksum must be 0000 (equation 2 of RFC 1141 gives ffff there).
	if got := UpdateChecksum16(0xdd2f, 0x5555, 0x3285); got != 0 {
		t.Errorf("UpdateChecksum16 = %#04x, want 0", got)
	}
}

func TestRFC1624_3_AgainstRecompute(t *testing.T) {
	r := testRand(3)
	b := make([]byte, 40)
	for range 50000 {
		fillRandom(r, b)
		if r.IntN(4) == 0 { // make zero sums and all-ones words common
			clear(b[:36])
		}
		put16(b, 10, 0)
		old := Checksum(b, 0)
		i := 12 + 2*r.IntN(12)
		from, from32 := get16(b, i), get32(b, i)
		to := []uint32{0, 0xffffffff, r.Uint32()}[r.IntN(3)]
		put16(b, i, uint16(to))
		if got, want := UpdateChecksum16(old, from, uint16(to)), Checksum(b, 0); got != want {
			// The only freedom: a block that is zero but for the checksum has no other form.
			if naiveSum(b) != 0 || got != 0 {
				t.Fatalf("word %#04x -> %#04x: %#04x, recomputed %#04x", from, uint16(to), got, want)
			}
		}
		put32(b, i, to)
		if got, want := UpdateChecksum32(old, from32, to), Checksum(b, 0); got != want && (naiveSum(b) != 0 || got != 0) {
			t.Fatalf("words %#08x -> %#08x: %#04x, recomputed %#04x", from32, to, got, want)
		}
	}
}

func TestUpdateChecksumAddr(t *testing.T) {
	r := testRand(4)
	for range 5000 {
		src, dst, to := randAddr(r, r.IntN(2) == 0), netip.Addr{}, netip.Addr{}
		dst, to = randAddr(r, src.Is4()), randAddr(r, src.Is4())
		body := make([]byte, 20)
		fillRandom(r, body)
		old := Checksum(body, PseudoSum(src, dst, 6, 20))
		got, want := UpdateChecksumAddr(old, src, to), Checksum(body, PseudoSum(to, dst, 6, 20))
		if got != want {
			t.Fatalf("%v -> %v: %#04x, recomputed %#04x", src, to, got, want)
		}
	}
}

func randAddr(r *rand.Rand, v4 bool) netip.Addr {
	var b [16]byte
	fillRandom(r, b[:])
	if v4 {
		return netip.AddrFrom4([4]byte(b[:4]))
	}
	b[0] = 0x20
	return netip.AddrFrom16(b)
}

func TestRFC9293_3_1_PseudoHeader(t *testing.T) {
	r := testRand(5)
	for range 1000 {
		for _, v4 := range []bool{true, false} {
			src, dst := randAddr(r, v4), randAddr(r, v4)
			n := r.IntN(70000)
			// The pseudo-headers octet by octet, as RFC 9293 3.1 and RFC 8200 8.1 draw them.
			ph := append(src.AsSlice(), dst.AsSlice()...)
			if v4 {
				n &= 0xffff
				ph = append(ph, 0, 6, byte(n>>8), byte(n))
			} else {
				ph = binary.BigEndian.AppendUint32(ph, uint32(n))
				ph = append(ph, 0, 0, 0, 6)
			}
			if got, want := Fold(PseudoSum(src, dst, ProtoTCP, n)), naiveSum(ph); got != want {
				t.Fatalf("%v %v %d: %#04x, want %#04x", src, dst, n, got, want)
			}
		}
	}
}

func TestFinishChecksum(t *testing.T) {
	src, dst := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	r := testRand(6)
	for n := 0; n < 100; n++ {
		b := make([]byte, 34+TCPMinHeaderLen+n)
		fillRandom(r, b)
		f := TCPFields{SrcPort: 1, DstPort: 2, Flags: ACK}
		f.Put(b[34:])
		seg := TCP(b[34:])
		seg.FillPartialChecksum(src, dst, len(seg))
		FinishChecksum(b, 34, 16)
		if !seg.VerifyChecksum(src, dst) {
			t.Fatalf("%d octets: the device's checksum does not verify", n)
		}
	}
	// RFC 768: a UDP checksum that comes out as zero is sent as all ones.
	b := make([]byte, UDPHeaderLen+2)
	f := UDPFields{SrcPort: 7, DstPort: 9, PayloadLen: 2}
	f.Put(b)
	u := UDP(b)
	put16(b, 8, ^Fold(Sum(b, PseudoSum(src, dst, ProtoUDP, len(b))))) // now all sums to ffff, the checksum to zero
	u.FillPartialChecksum(src, dst)
	FinishChecksum(b, 0, 6)
	if u.Checksum() != 0xffff || !u.VerifyChecksum(src, dst) {
		t.Errorf("offloaded checksum of zero is %#04x", u.Checksum())
	}
	u.FillChecksum(src, dst)
	if u.Checksum() != 0xffff {
		t.Errorf("filled checksum of zero is %#04x", u.Checksum())
	}
}

func TestChecksumAgainstGopacket(t *testing.T) {
	r := testRand(7)
	for i := range 500 {
		payload := make([]byte, r.IntN(1500))
		fillRandom(r, payload)
		src, dst := randAddr(r, i%2 == 0), randAddr(r, i%2 == 0)
		net := gopacketIP(src, dst, layers.IPProtocolTCP)
		tcp := &layers.TCP{SrcPort: 1, DstPort: 2, Seq: r.Uint32(), ACK: true}
		if err := tcp.SetNetworkLayerForChecksum(net.(gopacket.NetworkLayer)); err != nil {
			t.Fatal(err)
		}
		b := serialize(t, tcp, gopacket.Payload(payload))
		if !TCP(b).VerifyChecksum(src, dst) {
			t.Fatalf("gopacket's checksum %#04x of %d octets does not verify", TCP(b).Checksum(), len(b))
		}
		want := TCP(b).Checksum()
		if TCP(b).FillChecksum(src, dst); TCP(b).Checksum() != want {
			t.Fatalf("checksum %#04x, gopacket %#04x", TCP(b).Checksum(), want)
		}
		b[r.IntN(len(b))] ^= 1 << r.IntN(8)
		if TCP(b).VerifyChecksum(src, dst) {
			t.Fatal("a flipped bit went unnoticed")
		}
	}
}

func FuzzSum(f *testing.F) {
	f.Add([]byte("\xff\xff\xff\xff\x01"), uint64(7))
	f.Fuzz(func(t *testing.T, b []byte, acc uint64) {
		acc &= 1<<48 - 1
		want := naiveSum(b)
		w := uint64(want) + uint64(Fold(acc))
		if got := Fold(Sum(b, acc)); !same16(got, uint16(w>>16+w&0xffff)) {
			t.Errorf("Sum %#04x, naive %#04x plus %#x", got, want, acc)
		}
	})
}

func TestChecksumAllocs(t *testing.T) {
	b, d := make([]byte, 1448), make([]byte, 1448)
	src := netip.MustParseAddr("2001:db8::1")
	var sink uint64
	if n := testing.AllocsPerRun(100, func() {
		sink += Sum(b, 0) + SumCopy(d, b, 0) + PseudoSum(src, src, 6, 1) + uint64(UpdateChecksumAddr(1, src, src))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

var benchSink uint64

func BenchmarkSum(b *testing.B) {
	for _, n := range []int{20, 64, 1448, 65536} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			buf := make([]byte, n)
			b.SetBytes(int64(n))
			for b.Loop() {
				benchSink = Sum(buf, benchSink&0xffff)
			}
		})
	}
}

func BenchmarkSumCopy(b *testing.B) {
	for _, n := range []int{64, 1448, 65536} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			src, dst := make([]byte, n), make([]byte, n)
			b.SetBytes(int64(n))
			for b.Loop() {
				benchSink = SumCopy(dst, src, benchSink&0xffff)
			}
		})
	}
}

func TestRFC1624_3_TCPChecksumOfZeroIsSentAsZero(t *testing.T) {
	src, dst := netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")
	b := make([]byte, TCPMinHeaderLen+2)
	f := TCPFields{SrcPort: 7, DstPort: 9, Flags: ACK}
	f.Put(b)
	put16(b, TCPMinHeaderLen, ^Fold(Sum(b, PseudoSum(src, dst, ProtoTCP, len(b))))) // now all sums to ffff
	seg := TCP(b)
	seg.FillChecksum(src, dst)
	want := seg.Checksum()
	seg.FillPartialChecksum(src, dst, len(b))
	FinishChecksum(b, 0, 16)
	if want != 0 || seg.Checksum() != want || !seg.VerifyChecksum(src, dst) {
		t.Errorf("offloaded checksum %#04x, computed whole %#04x: TCP has no other form of zero", seg.Checksum(), want)
	}
}

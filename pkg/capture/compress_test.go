package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"runtime"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"

	"github.com/netkit-go/netkit/pkg/capture"
)

func zstandard(t testing.TB, b []byte, opts ...zstd.EOption) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil, append(opts, zstd.WithEncoderCRC(true))...)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	return w.EncodeAll(b, nil)
}

func pcapSample(o order) ([]byte, []packet) {
	f := (&file{order: o}).pcap(0xa1b23c4d, 2, 4, 65535, 276)
	var want []packet
	for i := range uint32(20) {
		f.put(i, i, 5+i, 50+i, "123456789012345678901234567890"[:5+i])
		want = append(want, packet{time: int64(i) * 1_000_000_001, data: "123456789012345678901234567890"[:5+i], orig: int(50 + i), link: 276})
	}
	return f.b, want
}

// Both formats of file, both of compression, in one member and in several (as
// concatenated files are), in whatever pieces a pipe delivers them.
func TestCompressed(t *testing.T) {
	skippable := []byte("\x53\x2a\x4d\x18\x03\x00\x00\x00any")
	for _, o := range orders {
		ng, ngWant := ngSample(o)
		pc, pcWant := pcapSample(o)
		for _, plain := range []struct {
			b    []byte
			want []packet
		}{{ng, ngWant}, {pc, pcWant}} {
			b, half := plain.b, len(plain.b)/2
			for name, z := range map[string][]byte{
				"gzip":                  compressed(b),
				"gzip, two members":     append(compressed(b[:half]), compressed(b[half:])...),
				"gzip, an empty member": append(compressed(nil), compressed(b)...),
				"zstd":                  zstandard(t, b),
				"zstd, two frames":      append(zstandard(t, b[:half]), zstandard(t, b[half:])...),
				"zstd, skippable first": append(bytes.Clone(skippable), zstandard(t, b)...),
				"zstd, skippable last":  append(zstandard(t, b), skippable...),
			} {
				for _, src := range []io.Reader{bytes.NewReader(z), iotest.OneByteReader(bytes.NewReader(z)), iotest.DataErrReader(bytes.NewReader(z))} {
					r, err := capture.Open(src)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					got, err := drain(r)
					if err != nil {
						t.Fatalf("%s: %v", name, err)
					}
					equal(t, got, plain.want)
				}
			}
		}
	}
}

// A compressed file that is cut never ends cleanly, and gives every packet that
// could be unpacked.
func TestZstdCutAnywhere(t *testing.T) {
	b, want := ngSample(binary.LittleEndian)
	z := zstandard(t, b)
	for n := 4; n < len(z); n++ {
		got, err := readAll(z[:n])
		if !errors.Is(err, capture.ErrTruncated) {
			t.Fatalf("cut at %d of %d: %d packets, %v", n, len(z), len(got), err)
		}
		equal(t, got, want[:len(got)])
	}
	z[len(z)-1] ^= 1 // the checksum
	if got, err := readAll(z); !errors.Is(err, zstd.ErrCRCMismatch) {
		t.Errorf("damaged checksum: %d packets, %v", len(got), err)
	}
}

// A window is memory that a file asks for: it is granted up to a bound.
func TestZstdWindowIsBounded(t *testing.T) {
	// Frame headers that ask for 2 GiB, and for 64 MiB: RFC 8878, 3.1.1.1.2.
	for _, tt := range []struct {
		window byte
		want   error
		memory uint64
	}{{21 << 3, zstd.ErrWindowSizeExceeded, 0}, {16 << 3, capture.ErrTruncated, 64 << 20}} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := readAll([]byte{0x28, 0xb5, 0x2f, 0xfd, 0, tt.window, 0, 0, 0})
		runtime.ReadMemStats(&after)
		if !errors.Is(err, tt.want) {
			t.Errorf("window %#x: %v, want %v", tt.window, err, tt.want)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > tt.memory+2<<20 {
			t.Errorf("window %#x: %d bytes allocated for a file of 9", tt.window, n)
		}
	}
}

// 64 MiB of zeros are 4 KiB in a file; reading them costs the memory of one
// record.
func TestCompressedMemoryIsFlat(t *testing.T) {
	f := (&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 2, 4, 0, 1)
	record := f.fields(nil, uint64(0), uint32(65000), uint32(65000), make([]byte, 65000))
	f.b = append(f.b, bytes.Repeat(record, 1000)...)
	for name, z := range map[string][]byte{"gzip": compressed(f.b), "zstd": zstandard(t, f.b)} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r, err := capture.Open(bytes.NewReader(z))
		n := 0
		for err == nil {
			if _, err = r.Next(); err == nil {
				n++
			}
		}
		runtime.ReadMemStats(&after)
		if err != io.EOF || n != 1000 {
			t.Errorf("%s: %d packets, %v", name, n, err)
		}
		if n := after.TotalAlloc - before.TotalAlloc; n > 24<<20 {
			t.Errorf("%s: %d bytes allocated to read %d", name, n, len(f.b))
		}
	}
}

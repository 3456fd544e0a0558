package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

// FuzzReader: no input may panic, allocate without bound, deliver a packet
// longer than the input, or end in anything but io.EOF or an *Error that says
// where. What was read can be written and read again.
func FuzzReader(f *testing.F) {
	for _, o := range orders {
		b, _ := ngSample(o)
		f.Add(b)
		for _, magic := range []uint32{0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34} {
			f.Add((&file{order: o}).pcap(magic, 2, 4, 65535, 1).put(uint32(1), uint32(2), uint32(3), uint32(3), uint64(9), "abc").b)
		}
	}
	f.Add(everything(f))
	f.Add(compressed(everything(f)))
	f.Add(zstandard(f, everything(f)))
	f.Add((&file{order: binary.LittleEndian}).pcap(0xa1b2c3d4, 2, 3, 0, 0x24000001).put(uint64(0), uint32(9), uint32(1), "a").b)
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := capture.Open(bytes.NewReader(b))
		if err != nil {
			wantPlaced(t, err, len(b))
			return
		}
		r.OnMeta = func(capture.Meta) {}
		zipped := bytes.HasPrefix(b, []byte("\x1f\x8b")) || bytes.HasPrefix(b, []byte("\x28\xb5\x2f\xfd")) || len(b) > 4 && string(b[1:4]) == "\x2a\x4d\x18"
		var out bytes.Buffer
		w, err := capture.NewWriter(&out, capture.SectionInfo{})
		if err != nil {
			t.Fatal(err)
		}
		var want []packet
		ids := map[[2]int]int{}
		for {
			p, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				if !zipped {
					wantPlaced(t, err, len(b))
				}
				break
			}
			if !zipped && (len(p.Data) > len(b) || p.Offset < 0 || p.Offset >= int64(len(b))) {
				t.Fatalf("packet of %d bytes at offset %d out of a file of %d", len(p.Data), p.Offset, len(b))
			}
			key := [2]int{p.Section, p.Interface}
			id, ok := ids[key]
			if !ok {
				if id, err = w.AddInterface(capture.Interface{LinkType: p.LinkType, SnapLen: capture.MaxRecord / 2}); err != nil {
					t.Fatal(err)
				}
				ids[key] = id
			}
			p.Interface = id
			if err := w.WritePacket(p); err != nil {
				if !errors.Is(err, capture.ErrTime) && !errors.Is(err, capture.ErrTooLong) {
					t.Fatal(err)
				}
				continue
			}
			c := copyOf(p)
			c.orig, c.section, c.noTime, c.bad = max(c.orig, len(c.data)), 0, false, false
			c.comments = string(bytes.ToValidUTF8([]byte(c.comments), []byte("\uFFFD")))
			want = append(want, c)
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		equal(t, mustReadAll(t, out.Bytes()), want)
	})
}

func wantPlaced(t *testing.T, err error, size int) {
	t.Helper()
	var e *capture.Error
	if !errors.As(err, &e) || e.Offset < 0 || e.Offset > int64(size) {
		t.Fatalf("%v does not say where in a file of %d bytes", err, size)
	}
}

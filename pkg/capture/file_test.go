package capture_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"github.com/netkit-go/netkit/pkg/capture"
)

// order is a byte order to build files in.
type order interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

var orders = []order{binary.LittleEndian, binary.BigEndian}

// file builds pcap and pcapng files byte by byte, independently of the writer.
type file struct {
	order
	b []byte
}

func (f *file) put(vs ...any) *file {
	f.b = f.fields(f.b, vs...)
	return f
}

func (f *file) fields(b []byte, vs ...any) []byte {
	for _, v := range vs {
		switch v := v.(type) {
		case byte:
			b = append(b, v)
		case uint16:
			b = f.AppendUint16(b, v)
		case uint32:
			b = f.AppendUint32(b, v)
		case uint64:
			b = f.AppendUint64(b, v)
		case string:
			b = append(b, v...)
		case []byte:
			b = append(b, v...)
		default:
			panic("file: unknown field type")
		}
	}
	return b
}

// block appends a block with its two lengths, padding its body.
func (f *file) block(kind uint32, vs ...any) *file {
	body := pad4(f.fields(nil, vs...))
	n := uint32(len(body) + 12)
	return f.put(kind, n, body, n)
}

// opt makes an option, padded.
func (f *file) opt(code uint16, vs ...any) []byte {
	v := f.fields(nil, vs...)
	return pad4(f.fields(nil, code, uint16(len(v)), v))
}

func pad4(b []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func (f *file) shb(opts ...any) *file {
	return f.block(0x0a0d0d0a, append([]any{uint32(0x1a2b3c4d), uint16(1), uint16(0), ^uint64(0)}, opts...)...)
}

func (f *file) idb(link uint16, snap uint32, opts ...any) *file {
	return f.block(1, append([]any{link, uint16(0), snap}, opts...)...)
}

func (f *file) epb(id uint32, ts uint64, data string, orig uint32, opts ...any) *file {
	d := pad4([]byte(data))
	return f.block(6, append([]any{id, uint32(ts >> 32), uint32(ts), uint32(len(data)), orig, d}, opts...)...)
}

func (f *file) pcap(magic uint32, major, minor uint16, snap, link uint32) *file {
	return f.put(magic, major, minor, uint64(0), snap, link)
}

// packet is a Packet with its buffers copied, comparable with ==.
type packet struct {
	iface, section int
	time           int64
	data           string
	orig           int
	link           capture.LinkType
	comments       string
	flags          capture.Flags
	id, drops      uint64
	noTime, bad    bool
}

func copyOf(p capture.Packet) packet {
	c := ""
	for _, s := range p.Comments {
		c += s + "\n"
	}
	return packet{p.Interface, p.Section, p.Time, string(p.Data), p.OrigLen, p.LinkType, c, p.Flags, p.ID, p.Drops, p.NoTime, p.BadOptions}
}

// readAll returns all packets and how reading ended, nil for a clean end.
func readAll(b []byte) ([]packet, error) {
	r, err := capture.Open(bytes.NewReader(b))
	if err != nil {
		return nil, err
	}
	return drain(r)
}

func drain(r *capture.Reader) ([]packet, error) {
	var list []packet
	for {
		p, err := r.Next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, copyOf(p))
	}
}

func mustReadAll(t *testing.T, b []byte) []packet {
	t.Helper()
	list, err := readAll(b)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func equal(t *testing.T, got, want []packet) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d packets, want %d:\n%+v", len(got), len(want), got)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("packet %d:\n got %+v\nwant %+v", i, got[i], want[i])
		}
	}
}

// wantError checks an error's kind and place.
func wantError(t *testing.T, err, kind error, offset, packets int64) {
	t.Helper()
	var e *capture.Error
	if !errors.As(err, &e) {
		t.Fatalf("error is %v, want a *capture.Error", err)
	}
	if !errors.Is(err, kind) || e.Offset != offset || e.Packets != packets {
		t.Fatalf("error is %v; want %v at offset %d after %d packets", err, kind, offset, packets)
	}
}

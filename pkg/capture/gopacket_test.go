package capture_test

// gopacket's readers are the oracle where they are right. Where they are known
// to be wrong, these tests show the difference.

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"

	"github.com/netkit-go/netkit/pkg/capture"
)

// oracle reads with gopacket what both sides can tell.
func oracle(b []byte) (list []packet, err error) {
	defer func() {
		if x := recover(); x != nil {
			err = fmt.Errorf("gopacket panics: %v", x)
		}
	}()
	var next func() ([]byte, gopacket.CaptureInfo, error)
	var link func(gopacket.CaptureInfo) layers.LinkType
	if r, e := pcapgo.NewReader(bytes.NewReader(b)); e == nil {
		next = r.ReadPacketData
		link = func(gopacket.CaptureInfo) layers.LinkType { return r.LinkType() }
	} else {
		r, e := pcapgo.NewNgReader(bytes.NewReader(b), pcapgo.NgReaderOptions{WantMixedLinkType: true})
		if e != nil {
			return nil, e
		}
		next = r.ReadPacketData
		link = func(ci gopacket.CaptureInfo) layers.LinkType { return ci.AncillaryData[0].(layers.LinkType) }
	}
	for {
		data, ci, err := next()
		if err == io.EOF {
			return list, nil
		}
		if err != nil {
			return list, err
		}
		list = append(list, packet{iface: ci.InterfaceIndex, time: ci.Timestamp.UnixNano(), data: string(data), orig: ci.Length, link: capture.LinkType(link(ci))})
	}
}

// reduce keeps of a packet what gopacket knows.
func reduce(list []packet) []packet {
	out := make([]packet, len(list))
	for i, p := range list {
		out[i] = packet{iface: p.iface, time: p.time, data: p.data, orig: p.orig, link: p.link}
	}
	return out
}

// What our writers write, both read alike; what gopacket's writers write, our
// reader reads as gopacket's does.
func TestDifferentialAgainstGopacket(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var ours, oursPcap, theirs, theirsPcap bytes.Buffer
		w, _ := capture.NewWriter(&ours, capture.SectionInfo{Application: "netkit"})
		pw, _ := capture.NewPcapWriter(&oursPcap, capture.LinkTypeEthernet, 0)
		gw, err := pcapgo.NewNgWriter(&theirs, layers.LinkTypeEthernet)
		if err != nil {
			t.Fatal(err)
		}
		gpw := pcapgo.NewWriterNanos(&theirsPcap)
		gpw.WriteFileHeader(262144, layers.LinkTypeEthernet)
		w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet, Name: "a"})
		w.AddInterface(capture.Interface{LinkType: capture.LinkTypePPP, Name: "b"})
		var want, wantOne []packet
		for range rnd.IntN(40) {
			data := make([]byte, rnd.IntN(2000))
			for i := range data {
				data[i] = byte(rnd.Uint32())
			}
			p := capture.Packet{Interface: rnd.IntN(2), Time: rnd.Int64N(4e18), Data: data, OrigLen: len(data) + rnd.IntN(3), Flags: capture.Flags(rnd.IntN(3))}
			link := []capture.LinkType{capture.LinkTypeEthernet, capture.LinkTypePPP}[p.Interface]
			if err := w.WritePacket(p); err != nil {
				t.Fatal(err)
			}
			want = append(want, packet{iface: p.Interface, time: p.Time, data: string(data), orig: p.OrigLen, link: link})
			wantOne = append(wantOne, packet{time: p.Time, data: string(data), orig: p.OrigLen, link: capture.LinkTypeEthernet})
			if err := pw.WritePacket(p); err != nil {
				t.Fatal(err)
			}
			ci := gopacket.CaptureInfo{Timestamp: time.Unix(0, p.Time), CaptureLength: len(data), Length: p.OrigLen}
			if err := errors.Join(gw.WritePacket(ci, data), gpw.WritePacket(ci, data)); err != nil {
				t.Fatal(err)
			}
		}
		if err := errors.Join(w.Flush(), pw.Flush(), gw.Flush()); err != nil {
			t.Fatal(err)
		}
		for _, f := range []struct {
			name string
			b    []byte
			want []packet
		}{
			{"our pcapng", ours.Bytes(), want}, {"our pcap", oursPcap.Bytes(), wantOne},
			{"gopacket's pcapng", theirs.Bytes(), wantOne}, {"gopacket's pcap", theirsPcap.Bytes(), wantOne},
		} {
			equal(t, reduce(mustReadAll(t, f.b)), f.want)
			peer, err := oracle(f.b)
			if err != nil {
				t.Fatalf("gopacket on %s: %v", f.name, err)
			}
			equal(t, peer, f.want)
		}
	}
}

// gopacket keeps link types in 8 bits: 276 becomes 20 and 257 becomes Ethernet.
func TestLinkTypeAbove255(t *testing.T) {
	for _, o := range orders {
		for _, link := range []uint16{228, 257, 276, 300} {
			pc := (&file{order: o}).pcap(0xa1b2c3d4, 2, 4, 65535, uint32(link)).put(uint64(0), uint64(0))
			ng := (&file{order: o}).shb().idb(link, 0).epb(0, 0, "", 0)
			for _, b := range [][]byte{pc.b, ng.b} {
				if got := mustReadAll(t, b)[0].link; got != capture.LinkType(link) {
					t.Errorf("link type %d is read as %d", link, got)
				}
			}
		}
	}
}

// gopacket ends the file with "capture length exceeds snap length".
func TestCaptureLengthExceedsSnapLength(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.pcap(0xa1b2c3d4, 2, 4, 4, 1).put(uint64(0), uint32(6), uint32(6), "sixsix").put(uint64(0), uint32(2), uint32(2), "ok")
	if list, err := oracle(f.b); err == nil {
		t.Errorf("gopacket has learned this: %+v", list)
	}
	equal(t, mustReadAll(t, f.b), []packet{{data: "sixsix", orig: 6, link: 1}, {data: "ok", orig: 2, link: 1}})
}

// gopacket divides by zero for an if_tsresol of 64.
func TestResolution64(t *testing.T) {
	for r := range 256 {
		f := &file{order: binary.LittleEndian}
		f.shb().idb(1, 0, f.opt(9, byte(r))).epb(0, 1<<62, "x", 1)
		got := mustReadAll(t, f.b)
		if want := capture.Resolution(r).Nanoseconds(1 << 62); len(got) != 1 || got[0].time != want {
			t.Errorf("if_tsresol %d: %+v, want time %d", r, got, want)
		}
	}
}

// gopacket drops packet comments.
func TestPacketCommentsAreKept(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0).epb(0, 0, "x", 1, f.opt(1, "first"), f.opt(5, uint64(1)), f.opt(1, "second"))
	f.epb(0, 0, "y", 1)
	list := mustReadAll(t, f.b)
	if list[0].comments != "first\nsecond\n" || list[1].comments != "" {
		t.Errorf("comments %q and %q", list[0].comments, list[1].comments)
	}
}

// gopacket loses the packets of interfaces whose link type differs from the
// first one's, unless told otherwise.
func TestMixedLinkTypes(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0).idb(276, 0).idb(101, 0)
	for i := range uint32(6) {
		f.epb(i%3, uint64(i), "x", 1)
	}
	list := mustReadAll(t, f.b)
	if len(list) != 6 {
		t.Fatalf("%d packets, want 6", len(list))
	}
	for i, p := range list {
		if want := []capture.LinkType{1, 276, 101}[i%3]; p.iface != i%3 || p.link != want {
			t.Errorf("packet %d: interface %d, link type %v; want %d, %v", i, p.iface, p.link, i%3, want)
		}
	}
}

// gopacket allocates what a length field says: 1 GiB for a file of 70 bytes.
func TestLengthOfOneGiB(t *testing.T) {
	f := &file{order: binary.LittleEndian}
	f.shb().idb(1, 0).put(uint32(6), uint32(1<<30), uint32(0), uint64(0), uint32(1<<29), uint32(1<<29))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := readAll(f.b)
	runtime.ReadMemStats(&after)
	wantError(t, err, capture.ErrTooLong, 48, 0)
	if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
		t.Errorf("%d bytes allocated", n)
	}
}

// gopacket's pcapng reader does not know gzip.
func TestGzipPcapng(t *testing.T) {
	b := everything(t)
	z := compressed(b)
	if list, err := oracle(z); err == nil {
		t.Errorf("gopacket has learned this: %d packets", len(list))
	}
	equal(t, mustReadAll(t, z), mustReadAll(t, b))
}

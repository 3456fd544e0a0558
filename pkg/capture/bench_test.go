package capture_test

import (
	"bytes"
	"io"
	"testing"

	"github.com/google/gopacket/pcapgo"

	"github.com/netkit-go/netkit/pkg/capture"
)

const benchPackets, benchSize = 10_000, 600

func benchFile(b *testing.B) []byte {
	var out bytes.Buffer
	w, _ := capture.NewWriter(&out, capture.SectionInfo{})
	w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet})
	data := make([]byte, benchSize)
	for i := range benchPackets {
		if err := w.WritePacket(capture.Packet{Time: int64(i), Data: data, ID: uint64(i), Flags: capture.Inbound}); err != nil {
			b.Fatal(err)
		}
	}
	w.Flush()
	return out.Bytes()
}

func perSecond(b *testing.B, n int) {
	b.ReportMetric(float64(b.N)*float64(n)/b.Elapsed().Seconds()/1e6, "Mpkt/s")
}

func BenchmarkWritePacket(b *testing.B) {
	data := make([]byte, benchSize)
	b.Run("pcapng", func(b *testing.B) {
		b.ReportAllocs()
		w, _ := capture.NewWriter(io.Discard, capture.SectionInfo{})
		w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet})
		b.SetBytes(benchSize)
		for i := 0; b.Loop(); i++ {
			if err := w.WritePacket(capture.Packet{Time: int64(i), Data: data, ID: uint64(i), Flags: capture.Inbound}); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, 1)
	})
	b.Run("pcap", func(b *testing.B) {
		b.ReportAllocs()
		w, _ := capture.NewPcapWriter(io.Discard, capture.LinkTypeEthernet, 0)
		b.SetBytes(benchSize)
		for i := 0; b.Loop(); i++ {
			if err := w.WritePacket(capture.Packet{Time: int64(i), Data: data}); err != nil {
				b.Fatal(err)
			}
		}
		perSecond(b, 1)
	})
}

func BenchmarkReader(b *testing.B) {
	file := benchFile(b)
	b.Run("netkit", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			r, err := capture.Open(bytes.NewReader(file))
			for err == nil {
				_, err = r.Next()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
		perSecond(b, benchPackets)
	})
	b.Run("pcap of 64-byte records", func(b *testing.B) {
		var out bytes.Buffer
		w, _ := capture.NewPcapWriter(&out, capture.LinkTypeEthernet, 0)
		const packets = 100_000
		for i := range int64(packets) {
			w.WritePacket(capture.Packet{Time: i, Data: make([]byte, 64)})
		}
		w.Flush()
		b.ReportAllocs()
		b.SetBytes(int64(out.Len()))
		for b.Loop() {
			r, err := capture.Open(bytes.NewReader(out.Bytes()))
			for err == nil {
				_, err = r.Next()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
		perSecond(b, packets)
	})
	b.Run("gopacket", func(b *testing.B) { // its fastest way, without copies for the caller
		b.ReportAllocs()
		b.SetBytes(int64(len(file)))
		for b.Loop() {
			r, err := pcapgo.NewNgReader(bytes.NewReader(file), pcapgo.DefaultNgReaderOptions)
			for err == nil {
				_, _, err = r.ZeroCopyReadPacketData()
			}
			if err != io.EOF {
				b.Fatal(err)
			}
		}
		perSecond(b, benchPackets)
	})
}

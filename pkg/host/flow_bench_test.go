package host

import (
	"io"
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
)

// One TCP flow between two hosts on a cable without delay, with frames of 1500
// bytes through the rings of both.
func benchmarkOneFlow(b *testing.B, lc loop.Config, to netip.Addr) {
	const chunk = 1 << 20
	p := newPair(b, lc, Config{NoCosts: true}, nic.Config{}, false)
	defer p.l.Close()
	at := netip.AddrPortFrom(to, 80)
	err := p.l.Run(func() error {
		l := listen(b, p.b, at)
		got := 0
		server := p.l.Go("server", func() {
			c, err := accept(p.b, l)
			if err != nil {
				b.Error(err)
				return
			}
			buf := make([]byte, chunk)
			for {
				n, err := c.read(buf)
				got += n
				if err == io.EOF {
					break
				}
				if err != nil {
					b.Error(err)
					break
				}
			}
			c.close()
		})
		c, err := dial(p.a, at)
		if err != nil {
			return err
		}
		buf := make([]byte, chunk)
		for range 64 { // let the windows open
			if err := c.write(buf); err != nil {
				return err
			}
		}
		first := p.a.ports[0].nic.Stats.TxPackets
		b.ReportAllocs()
		b.SetBytes(chunk)
		b.ResetTimer()
		for range b.N {
			if err := c.write(buf); err != nil {
				return err
			}
		}
		c.close()
		server.Join()
		b.StopTimer()
		if want := (b.N + 64) * chunk; got != want {
			b.Errorf("%d bytes arrived, want %d", got, want)
		}
		frames := float64(p.a.ports[0].nic.Stats.TxPackets - first)
		b.ReportMetric(float64(b.N)*chunk*8/float64(b.Elapsed().Nanoseconds()), "Gbit/s")
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/frames, "ns/segment")
		b.ReportMetric(frames/float64(p.b.ports[0].nic.Stats.Interrupts), "segments/interrupt")
		b.ReportMetric(float64(p.a.ports[0].nic.Stats.RxPackets)/frames, "acks/segment")
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	if n := p.b.ports[0].nic.Stats.RxMissedErrors; n != 0 {
		b.Errorf("missed %d frames", n)
	}
}

func BenchmarkTCPOneFlowVirtual(b *testing.B)  { benchmarkOneFlow(b, loop.Config{}, addrB4) }
func BenchmarkTCPOneFlowVirtual6(b *testing.B) { benchmarkOneFlow(b, loop.Config{}, addrB6) }
func BenchmarkTCPOneFlowReal(b *testing.B)     { benchmarkOneFlow(b, loop.Config{Real: true}, addrB4) }

package kernelpath

import (
	"context"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
)

// BenchmarkFlood is the whole receive path, from the wire to the reader, with nobody
// listening: at a load that the machine can take, so that every datagram is
// read.
func BenchmarkFlood(b *testing.B) { benchmark(b, Scenario{Kind: Flood, PPS: 250_000}) }

// BenchmarkStorm is an overloaded machine: most frames are lost on the way.
func BenchmarkStorm(b *testing.B) { benchmark(b, Scenario{Kind: Storm}) }

// BenchmarkFloodTraced has a sink that does nothing with the events.
func BenchmarkFloodTraced(b *testing.B) {
	benchmark(b, Scenario{Kind: Flood, PPS: 250_000}, nothing{})
}

type nothing struct{}

func (nothing) Emit(*trace.Event) {}

func benchmark(b *testing.B, s Scenario, sinks ...trace.Sink) {
	b.ReportAllocs()
	s.Packets = max(b.N, 100)
	r, err := Run(context.Background(), s, sinks...)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportMetric(float64(s.Packets)/b.Elapsed().Seconds(), "packets/s")
	b.ReportMetric(float64(r.Packets)/float64(s.Packets), "delivered")
}

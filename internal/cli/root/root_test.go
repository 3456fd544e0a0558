package root

import (
	"context"
	"io"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
)

// BenchmarkHelp is what netkit --help costs beside starting the process.
func BenchmarkHelp(b *testing.B) {
	for b.Loop() {
		if Main(context.Background(), &cli.Streams{Out: io.Discard, Err: io.Discard}, []string{"--help"}) != 0 {
			b.Fatal("netkit --help failed")
		}
	}
}

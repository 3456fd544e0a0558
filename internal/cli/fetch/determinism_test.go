package fetch_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/root"
)

// The same virtual command gives the same capture, byte for byte, the same JSON
// and the same timeline, a thousand times, while other goroutines keep all CPUs
// busy and the collector runs: what the machine's scheduler does must not show.
func TestAVirtualCommandIsAFunctionOfItsArguments(t *testing.T) {
	runs := 1000
	if testing.Short() {
		runs = 50
	}
	var stop atomic.Bool
	defer stop.Store(true)
	for range runtime.NumCPU() + 1 {
		go func() {
			var garbage [][]byte
			for n := 0; !stop.Load(); n++ {
				if garbage = append(garbage, make([]byte, 1000)); len(garbage) > 500 {
					garbage = nil
				}
				if n%1000 == 0 {
					runtime.Gosched()
				}
			}
		}()
	}
	dir := t.TempDir()
	pcap, timeline := filepath.Join(dir, "p.pcapng"), filepath.Join(dir, "t.json")
	args := []string{"fetch", "--json", "--pcap", pcap, "--tap", "all", "--trace-out", timeline, "--loss", "8%", "--delay", "3ms",
		"--jitter", "1ms", "--reorder", "2%", "--duplicate", "2%", "--corrupt", "1%", "--seed", "7", "http://web.lab.test/bytes/20000"}
	var first [3][]byte
	for i := range runs {
		var out, errs bytes.Buffer
		if code := root.Main(context.Background(), &cli.Streams{Out: &out, Err: &errs}, args); code != 0 {
			t.Fatalf("run %d: exit code %d\n%s", i, code, errs.String())
		}
		got := [3][]byte{0: out.Bytes()}
		for k, name := range []string{pcap, timeline} {
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			got[k+1] = b
		}
		if i == 0 {
			first = got
			continue
		}
		for k, what := range []string{"JSON", "capture", "timeline"} {
			if !bytes.Equal(got[k], first[k]) {
				t.Fatalf("run %d: the %s differs from the first run's (%d and %d bytes)", i, what, len(got[k]), len(first[k]))
			}
		}
	}
	if len(first[1]) < 20000 {
		t.Fatalf("the capture has only %d bytes: this test would compare nothing", len(first[1]))
	}
}

// Command fetch measures netkit fetch beside curl: both fetch the same number
// of bytes from the same server on loopback, in turns, and the medians and the
// ratio of each pair are printed.
//
//	go run ./fetch -netkit ../netkit -size 1073741824 -n 5
//	go run ./fetch -netkit ../netkit -url http://127.0.0.1:8000/big
//
// Without -url the server is this program; it sends one buffer over and over,
// which is as fast as a server can be. What arrives goes to /dev/null.
package main

import (
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"time"
)

func main() {
	netkit := flag.String("netkit", "netkit", "the netkit binary")
	curl := flag.String("curl", "curl", "the curl binary")
	size := flag.Int64("size", 1<<30, "bytes to fetch")
	n := flag.Int("n", 5, "counted runs of each")
	url := flag.String("url", "", "fetch this from another server on loopback; -size is then for the rate only")
	flag.Parse()
	if err := run(*netkit, *curl, *url, *size, *n); err != nil {
		fmt.Fprintln(os.Stderr, "fetch:", err)
		os.Exit(1)
	}
}

// serve starts a server of size bytes and returns its URL.
func serve(size int64) (string, error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	buf := make([]byte, 1<<20)
	go func() {
		_ = http.Serve(ln, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
			for left := size; left > 0; {
				k, err := w.Write(buf[:min(left, int64(len(buf)))])
				if err != nil {
					return
				}
				left -= int64(k)
			}
		}))
	}()
	return "http://" + ln.Addr().String() + "/", nil
}

func run(netkit, curl, url string, size int64, n int) error {
	if url == "" {
		var err error
		if url, err = serve(size); err != nil {
			return err
		}
	}
	peers := []struct {
		name string
		args []string
		took []float64
	}{
		{"curl", []string{curl, "-s", "-o", "/dev/null", url}, nil},
		{"netkit", []string{netkit, "fetch", "-s", "-o", "/dev/null", url}, nil},
		{"netkit --dev host", []string{netkit, "fetch", "--dev", "host", "-s", "-o", "/dev/null", url}, nil},
	}
	for round := range n + 1 { // the first warms up
		for i := range peers {
			start := time.Now()
			cmd := exec.Command(peers[i].args[0], peers[i].args[1:]...)
			cmd.Stderr = os.Stderr
			if err := cmd.Run(); err != nil {
				return fmt.Errorf("%v: %w", peers[i].args, err)
			}
			if round > 0 {
				peers[i].took = append(peers[i].took, time.Since(start).Seconds())
			}
		}
	}
	fmt.Printf("%-20s %10s %10s %14s\n", "", "median s", "MB/s", "ratio to curl")
	for _, p := range peers {
		ratios := make([]float64, n)
		for i := range p.took {
			ratios[i] = peers[0].took[i] / p.took[i]
		}
		m := median(p.took)
		fmt.Printf("%-20s %10.3f %10.0f %14.2f\n", p.name, m, float64(size)/m/1e6, median(ratios))
	}
	return nil
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}

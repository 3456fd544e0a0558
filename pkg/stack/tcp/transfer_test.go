package tcp

import (
	"fmt"
	"net/netip"
	"testing"
)

// Transfers over a link that behaves badly: data intact, both ends closed, nothing
// leaked, and the invariants of check after each step.
func TestTransfer(t *testing.T) {
	links := []struct {
		name string
		link linkConfig
		size int
	}{
		{"clean", linkConfig{delay: ms}, 1 << 20},
		{"gro", linkConfig{delay: ms, gro: true}, 4 << 20},
		{"loss1", linkConfig{delay: 10 * ms, loss: 0.01}, 1 << 20},
		{"loss10", linkConfig{delay: 5 * ms, loss: 0.10}, 400000},
		{"loss30", linkConfig{delay: 5 * ms, loss: 0.30}, 60000},
		{"reorder", linkConfig{delay: 10 * ms, jitter: 2 * ms, reorder: 0.1}, 1 << 20},
		{"dup", linkConfig{delay: 10 * ms, dup: 0.2}, 1 << 20},
		{"garbage", linkConfig{delay: 5 * ms, garbage: 0.2}, 400000},
		{"all", linkConfig{delay: 10 * ms, jitter: 3 * ms, reorder: 0.05, dup: 0.05, loss: 0.05, garbage: 0.02}, 300000},
	}
	configs := []struct {
		name string
		cfg  Config
	}{
		{"default", Config{}},
		{"gso", Config{GSOMax: 65536}},
		{"nosack", Config{NoSACK: true, GSOMax: 65536}},
		{"plain", plain()},
		{"reno", Config{CongestionControl: "reno", GSOMax: 65536}},
		{"jumbo", Config{MSS: 8960, GSOMax: 65536}},
		{"small", Config{MSS: 100, RecvBuf: 8192, SendBuf: 8192}},
	}
	seeds := 3
	if testing.Short() {
		seeds = 1
	}
	for _, l := range links {
		for _, k := range configs {
			t.Run(l.name+"/"+k.name, func(t *testing.T) {
				for seed := 1; seed <= seeds; seed++ {
					a, b := k.cfg, k.cfg
					size := l.size
					if k.name == "small" {
						size /= 10
					}
					// The sequence space wraps within each transfer.
					a.ISN = func(int64, netip.AddrPort, netip.AddrPort) uint32 { return ^uint32(0) - 5000*uint32(seed) }
					w := newWorld(t, uint64(seed), l.link, a, b)
					w.transfer(size, size/3)
				}
			})
		}
	}
}

// A slow reader: the window closes again and again, and every byte arrives.
func TestTransferSlowReader(t *testing.T) {
	for _, loss := range []float64{0, 0.1} {
		t.Run(fmt.Sprint(loss), func(t *testing.T) {
			w := newWorld(t, 7, linkConfig{delay: 2 * ms, loss: loss}, Config{GSOMax: 65536}, Config{RecvBuf: 16384})
			b := w.ends[1]
			total := 300000
			b.readMax = 0
			var tick func()
			tick = func() {
				b.readMax = 3000
				buf := make([]byte, 3000)
				if n, _ := b.c.Read(w.now, buf); n > 0 {
					sameBytes(t, "received data", buf[:n], patternAt(b.got, n))
					b.got += n
				}
				check(t, b.c)
				b.readMax = 0
				if b.got < total {
					w.at(w.now+20*ms, tick)
				} else {
					b.readMax = 1
				}
			}
			w.at(w.now+20*ms, tick)
			w.transfer(total, 0)
		})
	}
}

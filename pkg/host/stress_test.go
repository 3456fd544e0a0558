package host

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/trace"
)

// However a machine is built, bytes arrive as they were sent, several connections at a
// time, no buffer is lost, and no event of one packet comes before it was made.
func TestTransfersOverAnyMachine(t *testing.T) {
	for seed := range uint64(12) {
		r := rand.New(rand.NewPCG(seed, 7))
		cfg := Config{CPUs: 1 + r.IntN(4), RPSCPUs: uint64(r.IntN(16)), NoNAPI: r.IntN(4) == 0, NoGRO: r.IntN(3) == 0,
			Qdisc: QdiscKind(r.IntN(2)), NoBQL: r.IntN(2) == 0, NetdevBudget: 1 + r.IntN(300), FlowLimit: r.IntN(2) == 0}
		dev := nic.Config{Queues: 1 + r.IntN(4), RxRing: 64 << r.IntN(4), TxRing: 16 << r.IntN(5), NoTSO: r.IntN(2) == 0,
			RxUsecs: r.IntN(2) * 20, AdaptiveRx: r.IntN(3) == 0, Rate: int64(1+r.IntN(10)) * 1_000_000_000}
		p := newPair(t, loop.Config{Watchdog: 20 * time.Second}, cfg, dev, true)
		at := netip.AddrPortFrom(addrB4, 80)
		data := make([]byte, 100_000+r.IntN(300_000))
		for i := range data {
			data[i] = byte(r.Uint32())
		}
		err := p.l.Run(func() error {
			l := listen(t, p.b, at)
			var servers, clients []*loop.Task
			for range 3 {
				servers = append(servers, p.l.Go("server", func() {
					c, err := accept(p.b, l)
					if err != nil {
						t.Error(err)
						return
					}
					var got []byte
					buf := make([]byte, 30_000)
					for {
						n, err := c.read(buf)
						got = append(got, buf[:n]...)
						if err == io.EOF {
							break
						}
						if err != nil {
							t.Error(err)
							break
						}
					}
					if !bytes.Equal(got, data) {
						t.Errorf("seed %d: %d bytes arrived of %d, or others", seed, len(got), len(data))
					}
					c.close()
				}))
				clients = append(clients, p.l.Go("client", func() {
					c, err := dial(p.a, at)
					if err == nil {
						err = c.write(data)
						c.close()
					}
					if err != nil {
						t.Errorf("seed %d: %v", seed, err)
					}
				}))
			}
			for _, task := range append(clients, servers...) {
				task.Join()
			}
			p.l.Settle(time.Second)
			return nil
		})
		if err != nil {
			t.Fatalf("seed %d, %+v, %+v: %v", seed, cfg, dev, err)
		}
		posted := map[uint64]int64{}
		for _, e := range p.rec.Events {
			switch e.Kind {
			case trace.TxDesc:
				posted[e.Pkt] = e.Time
			case trace.TxDone:
				if at, ok := posted[e.Pkt]; ok && e.Time < at {
					t.Fatalf("seed %d: packet %d was sent at %d, its descriptor was filled at %d", seed, e.Pkt, e.Time, at)
				}
			}
		}
	}
}

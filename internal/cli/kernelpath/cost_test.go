package kernelpath

import (
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/stage"
)

// A cost is a stage's name and a time, in nanoseconds unless it says otherwise.
func TestSetCost(t *testing.T) {
	table := stage.Default()
	for text, want := range map[string]time.Duration{"ip_rcv=100": 100, "ip_rcv = 1.5us": 1500, "ip_rcv=0": 0} {
		if err := setCost(table, text); err != nil {
			t.Errorf("%s: %v", text, err)
		}
		if s, _ := table.Find("ip_rcv"); s.Cost != want || s.Basis != stage.User {
			t.Errorf("%s: %v, %s", text, s.Cost, s.Basis)
		}
	}
	if err := setCost(table, "skb_copy_datagram_iter/KiB=77"); err != nil {
		t.Error(err)
	}
	if s, _ := table.Find("skb_copy_datagram_iter"); s.PerKB != 77 {
		t.Errorf("%v for 1024 bytes", s.PerKB)
	}
}

func FuzzSetCost(f *testing.F) {
	for _, s := range []string{"ip_rcv=100", "ip_rcv/KiB=1us", "=", "ip_rcv=-1", "ip_rcv=9999999999999999999"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		table := stage.Default()
		if setCost(table, text) != nil {
			return
		}
		for _, s := range table {
			if s.Cost < 0 || s.PerKB < 0 || s.Cost > time.Second || s.PerKB > time.Second {
				t.Fatalf("%q makes %s cost %v and %v", text, s.Name, s.Cost, s.PerKB)
			}
		}
	})
}

package labrun

import (
	"testing"
	"time"

	"github.com/spf13/cobra"

	"github.com/netkit-go/netkit/pkg/lab"
)

func TestFlags(t *testing.T) {
	var f Flags
	cmd := &cobra.Command{}
	f.AddFlags(cmd)
	if err := cmd.ParseFlags([]string{"--loss", "5%", "--corrupt", "0.5", "--delay", "20ms", "--jitter=1us", "--rate", "10mbit", "--mtu", "576"}); err != nil {
		t.Fatal(err)
	}
	want := lab.Impairments{Rate: 10_000_000, Delay: 20 * time.Millisecond, Jitter: time.Microsecond, Loss: 0.05, Corrupt: 0.005}
	if f.Link != want || f.MTU != 576 || f.Check() != nil {
		t.Errorf("%+v, %v", f, f.Check())
	}
	for _, tc := range []struct{ flag, value string }{
		{"loss", "101%"}, {"loss", "-1"}, {"loss", "x"}, {"loss", "NaN"}, {"delay", "20"}, {"delay", "-1s"},
		{"rate", "0"}, {"rate", "fast"}, {"rate", "1tbit"}, {"rate", "9999999gbit"}, {"rate", "-1k"}, {"rate", "64kbps"}, // which is bytes for tc(8)
	} {
		if err := cmd.Flags().Set(tc.flag, tc.value); err == nil {
			t.Errorf("--%s %s was taken", tc.flag, tc.value)
		}
	}
}

func TestRate(t *testing.T) {
	for in, want := range map[string]int64{"10gbit": 1e10, "1G": 1e9, "2.5Gbit": 2500000000, "100m": 1e8, "9600": 9600, "9600bit": 9600} {
		var v int64
		if err := (rate{&v}).Set(in); err != nil || v != want {
			t.Errorf("%s: %d, %v", in, v, err)
		}
	}
}

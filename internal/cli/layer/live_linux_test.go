package layer

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/need"
	"github.com/netkit-go/netkit/pkg/hostif"
)

// onWrite calls itself with what is written.
type onWrite func(text string)

func (f onWrite) Write(p []byte) (int, error) {
	f(string(p))
	return len(p), nil
}

// An interface that goes down ends the capture as a failure that is said, not as
// success: the packets after that are missing.
func TestInterfaceThatGoesDownIsAFailure(t *testing.T) {
	need.Tool(t, "ip")
	need.Namespace(t)
	link := func(state string) {
		if out, err := exec.Command("ip", "link", "set", "lo", state).CombinedOutput(); err != nil {
			t.Errorf("lo %s: %v: %s", state, err, out)
		}
	}
	link("up")
	var messages strings.Builder
	out := onWrite(func(string) {})
	said := onWrite(func(text string) {
		messages.WriteString(text)
		if strings.HasPrefix(text, "listening") {
			link("down")
		}
	})
	err := dumpTo(context.Background(), &cli.Streams{Out: out, Err: said}, "--dev", "lo", "--oneline")
	if !errors.Is(err, hostif.ErrDown) || cli.Describe(err).Exit != cli.ExitFailure {
		t.Errorf("%v, want %v", err, hostif.ErrDown)
	}
	if !strings.Contains(messages.String(), "0 packets captured") {
		t.Errorf("no summary in %q", messages.String())
	}
}

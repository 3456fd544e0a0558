package root

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/spf13/cobra"

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

// TestFlagGroupsAreUsage expects that flags which exclude or require each other
// count as the command line's fault, before the command starts.
func TestFlagGroupsAreUsage(t *testing.T) {
	for _, c := range []struct {
		name string
		args []string
		mark func(*cobra.Command)
		ok   bool
	}{
		{"both", []string{"--a", "--b"}, func(c *cobra.Command) { c.MarkFlagsMutuallyExclusive("a", "b") }, false},
		{"one alone", []string{"--a"}, func(c *cobra.Command) { c.MarkFlagsRequiredTogether("a", "b") }, false},
		{"none", nil, func(c *cobra.Command) { _ = c.MarkFlagRequired("a") }, false},
		{"as wanted", []string{"--a"}, func(c *cobra.Command) { c.MarkFlagsMutuallyExclusive("a", "b") }, true},
	} {
		cmd, started := New(&cli.Streams{Out: io.Discard, Err: io.Discard})
		ran := false
		sub := &cobra.Command{Use: "grouped", Run: func(*cobra.Command, []string) { ran = true }}
		sub.Flags().Bool("a", false, "")
		sub.Flags().Bool("b", false, "")
		c.mark(sub)
		cmd.AddCommand(sub)
		cmd.SetArgs(append([]string{"grouped"}, c.args...))
		if err := cmd.Execute(); (err == nil) != c.ok || *started != c.ok || ran != c.ok {
			t.Errorf("%s: %v, started %v, ran %v; want %v", c.name, err, *started, ran, c.ok)
		}
	}
}

// Help that nobody got is a failure: a script that reads it must learn so.
func TestHelpThatCannotBeWrittenFails(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"--version"}, {"fetch", "--help"}, {"help"}, {"completion", "bash"}} {
		var stderr strings.Builder
		if code := Main(context.Background(), &cli.Streams{Out: full{}, Err: &stderr}, args); code != 1 || !strings.Contains(stderr.String(), "no room") {
			t.Errorf("%v: exit code %d, %q", args, code, stderr.String())
		}
	}
}

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errors.New("no room") }

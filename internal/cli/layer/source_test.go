//go:build unix

package layer

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/need"
)

// A pipe that has a name is read as standard input is: what has come is shown while
// the writer keeps silent, and an interruption ends the wait.
func TestNamedPipeIsPromptAndEndsWhenInterrupted(t *testing.T) {
	data, err := os.ReadFile(filepath.Join(need.Captures(t), "public", "tftp.pcap"))
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	out, in := io.Pipe()
	result := make(chan error, 1)
	go func() {
		err := dumpTo(ctx, &cli.Streams{In: strings.NewReader(""), Out: in, Err: io.Discard}, name, "--oneline")
		in.Close()
		result <- err
	}()
	w, err := os.OpenFile(name, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if _, err := w.Write(data[:24+16+60]); err != nil { // the header and one packet
		t.Fatal(err)
	}
	line := make([]byte, 1)
	if _, err := io.ReadFull(out, line); err != nil { // it comes although the pipe stays open
		t.Fatal(err)
	}
	cancel(cli.ErrInterrupted)
	if _, err := io.Copy(io.Discard, out); err != nil {
		t.Fatal(err)
	}
	if err := <-result; !errors.Is(err, cli.ErrInterrupted) {
		t.Errorf("%v, want %v", err, cli.ErrInterrupted)
	}
}

// Nobody may ever write to a pipe that has a name: opening it can be interrupted.
func TestNamedPipeWithoutWriterEndsWhenInterrupted(t *testing.T) {
	name := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(name, 0o600); err != nil {
		t.Skip(err)
	}
	ctx, cancel := context.WithCancelCause(context.Background())
	cancel(cli.ErrInterrupted)
	if err := dumpTo(ctx, &cli.Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard}, name); !errors.Is(err, cli.ErrInterrupted) {
		t.Errorf("%v, want %v", err, cli.ErrInterrupted)
	}
}

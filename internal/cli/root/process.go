package root

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/netkit-go/netkit/internal/cli"
)

// Process runs the command line of this process and returns its exit code.
func Process() int {
	signal.Ignore(syscall.SIGPIPE) // a write says EPIPE, and the command ends in order
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		cause := cli.ErrInterrupted
		if <-signals == syscall.SIGTERM {
			cause = cli.ErrTerminated
		}
		signal.Stop(signals) // the second signal kills
		cancel(cause)
	}()
	return Main(ctx, cli.OS(), os.Args[1:])
}

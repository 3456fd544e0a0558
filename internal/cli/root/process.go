package root

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/netkit-go/netkit/internal/cli"
)

// grace is how long a command may take to end in order after a signal. One that
// is stuck in a write to a full pipe never would.
const grace = 2 * time.Second

// Process runs the command line of this process and returns its exit code.
func Process() int {
	signal.Ignore(syscall.SIGPIPE) // a write says EPIPE, and the command ends in order
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	if !signal.Ignored(syscall.SIGHUP) { // as nohup(1) leaves it
		signal.Notify(signals, syscall.SIGHUP)
	}
	done := make(chan int, 1)
	go func() { done <- Main(ctx, cli.OS(), os.Args[1:]) }()
	cause := cli.ErrInterrupted
	select {
	case code := <-done:
		return code
	case sig := <-signals:
		switch sig {
		case syscall.SIGTERM:
			cause = cli.ErrTerminated
		case syscall.SIGHUP:
			cause = cli.ErrHangup
		}
	}
	signal.Stop(signals) // the second signal kills
	cancel(cause)
	select {
	case code := <-done:
		return code
	case <-time.After(grace):
		return cli.Describe(cause).Exit
	}
}

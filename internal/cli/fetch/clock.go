package fetch

import (
	"context"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
)

type machineClock struct{}

func (machineClock) Now() time.Time { return time.Now() }
func (machineClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(ctx, d)
}

func (machineClock) Sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func spawn(_ string, fn func()) func() {
	done := make(chan struct{})
	go func() { defer close(done); fn() }()
	return func() { <-done }
}

type loopClock struct{ l *loop.Loop }

func (c loopClock) Now() time.Time {
	c.l.Enter()
	now := c.l.Now()
	c.l.Exit()
	return time.Unix(0, now)
}

func (c loopClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.l.WithTimeout(ctx, d)
}

// nap is how long a sleep in machine time goes on unaware of its context.
const nap = 50 * time.Millisecond

func (c loopClock) Sleep(ctx context.Context, d time.Duration) error {
	until := c.Now().Add(d)
	deadline, limited := ctx.Deadline()
	if limited && deadline.Before(until) {
		until = deadline
	}
	for {
		left := until.Sub(c.Now())
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case left <= 0 && limited && !c.Now().Before(deadline):
			return context.DeadlineExceeded
		case left <= 0:
			return nil
		}
		if !c.l.Virtual() {
			left = min(left, nap)
		}
		c.l.Sleep(left)
	}
}

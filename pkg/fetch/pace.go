package fetch

import (
	"context"
	"time"
)

// pace keeps a stream at or below a mean rate. A zero rate does nothing.
type pace struct {
	clock Clock
	rate  int64 // bytes a second
	start time.Time
	done  int64
}

func newPace(clock Clock, rate int64) *pace {
	p := &pace{clock: clock, rate: rate}
	if rate > 0 {
		p.start = clock.Now()
	}
	return p
}

// piece is how much to move at a time: about an eighth of a second's worth.
func (p *pace) piece(most int) int {
	if p.rate <= 0 {
		return most
	}
	return int(max(1, min(int64(most), p.rate/8)))
}

// wait accounts for n bytes and sleeps until they are due.
func (p *pace) wait(ctx context.Context, n int) error {
	if p.rate <= 0 {
		return nil
	}
	p.done += int64(n)
	due := time.Duration(float64(p.done) / float64(p.rate) * float64(time.Second))
	if d := due - p.clock.Now().Sub(p.start); d > 0 {
		return p.clock.Sleep(ctx, d)
	}
	return nil
}

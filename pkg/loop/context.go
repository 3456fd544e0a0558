package loop

import (
	"context"
	"time"
)

// Context is a context.Context that ends inside the loop: its deadline is a
// timer of the loop, and whoever waits on it through [OnDone] is told at once,
// in order, without a goroutine.
type Context struct {
	l        *Loop
	parent   context.Context
	deadline int64 // Never: none
	timer    Timer
	done     chan struct{}
	err      error
	calls    []*doneCall
	unlink   func()
}

type doneCall struct{ fn func() }

// WithCancel returns a context that ends with its parent or with cancel.
// An application calls it and cancel.
func (l *Loop) WithCancel(parent context.Context) (*Context, context.CancelFunc) {
	return l.withDeadline(parent, Never)
}

// WithTimeout is WithCancel with a limit of the loop's time.
func (l *Loop) WithTimeout(parent context.Context, d time.Duration) (*Context, context.CancelFunc) {
	l.Enter()
	deadline := l.now + int64(d)
	l.Exit()
	return l.withDeadline(parent, deadline)
}

func (l *Loop) withDeadline(parent context.Context, deadline int64) (*Context, context.CancelFunc) {
	c := &Context{l: l, parent: parent, deadline: deadline, done: make(chan struct{})}
	l.Enter()
	defer l.Exit()
	c.timer.Init(l, func() { c.end(context.DeadlineExceeded) })
	if deadline != Never {
		c.timer.Set(deadline)
	}
	if err := parent.Err(); err != nil {
		c.end(err)
	} else {
		c.unlink = l.OnDone(parent, func() { c.end(parent.Err()) })
	}
	return c, func() {
		l.Enter()
		c.end(context.Canceled)
		l.Exit()
	}
}

// end runs inside.
func (c *Context) end(err error) {
	if c.err != nil {
		return
	}
	c.err = err
	close(c.done)
	c.timer.Stop()
	if c.unlink != nil {
		c.unlink()
	}
	calls := c.calls
	c.calls = nil
	for _, call := range calls {
		if call.fn != nil {
			call.fn()
		}
	}
}

// Deadline implements context.Context.
func (c *Context) Deadline() (time.Time, bool) {
	if c.deadline == Never {
		return c.parent.Deadline()
	}
	t := time.Unix(0, c.deadline)
	if p, ok := c.parent.Deadline(); ok && p.Before(t) {
		return p, true
	}
	return t, true
}

// Done implements context.Context. An application of a virtual loop must not
// wait on it: that would block outside the loop.
func (c *Context) Done() <-chan struct{} { return c.done }

// Err implements context.Context.
func (c *Context) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}

type loopContextKey struct{}

// Value implements context.Context.
func (c *Context) Value(key any) any {
	if _, ok := key.(loopContextKey); ok {
		return c
	}
	return c.parent.Value(key)
}

// OnDone arranges that fn runs inside when ctx ends, and returns a function
// that undoes it. Inside only; ctx may be any context: one that is not the
// loop's own tells the loop through [Loop.Post].
func (l *Loop) OnDone(ctx context.Context, fn func()) (undo func()) {
	if c, ok := ctx.Value(loopContextKey{}).(*Context); ok && c.l == l && c.done == ctx.Done() {
		if c.err != nil {
			fn()
			return func() {}
		}
		call := &doneCall{fn}
		c.calls = append(c.calls, call)
		return func() {
			call.fn = nil
			for i, x := range c.calls {
				if x == call {
					c.calls = append(c.calls[:i], c.calls[i+1:]...)
					break
				}
			}
		}
	}
	if ctx.Done() == nil {
		return func() {}
	}
	live := true
	stop := context.AfterFunc(ctx, func() {
		l.Post(func() {
			if live {
				fn()
			}
		})
	})
	return func() { live = false; stop() }
}

package loop

import (
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Epoch is the moment at which virtual time starts unless a Config says
// otherwise: 2026-01-01T00:00:00Z.
const Epoch int64 = 1767225600 * int64(time.Second)

// Never is later than any time.
const Never int64 = 1<<63 - 1

// Config chooses the driver. The zero value is the virtual driver.
type Config struct {
	Real bool

	// Epoch is the virtual start time in nanoseconds since the Unix epoch;
	// 0 means [Epoch]. The real driver ignores it.
	Epoch int64

	// MaxVirtual caps virtual time; 0 means 24 hours. A run that reaches it
	// ends with [ErrTimeCap].
	MaxVirtual time.Duration

	// Watchdog, when not 0, is the machine time for which an application of
	// a virtual loop may hold the baton. Past it the application blocked
	// somewhere else than in the loop, and the process panics with its name
	// and all stacks. For tests: a command may rightly wait for a slow pipe.
	Watchdog time.Duration
}

// How a virtual run can end before its main application does.
var (
	ErrStalled = errors.New("loop: every application waits and nothing is left that could wake one")
	ErrTimeCap = errors.New("loop: virtual time reached its cap")
)

// Loop is a clock with its timers and applications. New makes one, for one run.
type Loop struct {
	cfg Config

	now        int64 // virtual: the time; real: the latest reading
	heap       []*Timer
	seq        uint64
	foreground int       // armed timers that are not background
	settling   WaitQueue // applications in Settle
	sleepers   WaitQueue // applications in Sleep, which nobody wakes
	freeWait   *waiter

	virtual virtualDriver
	real    realDriver
}

// New returns a loop. A real loop must be closed.
func New(cfg Config) *Loop {
	l := &Loop{cfg: cfg}
	if cfg.Real {
		l.startReal()
	} else {
		l.startVirtual()
	}
	return l
}

// Virtual reports which driver runs the loop.
func (l *Loop) Virtual() bool { return !l.cfg.Real }

// Now returns the loop's time in nanoseconds since the Unix epoch. Inside only.
// In real time it is the latest reading of the clock, so that what belongs to
// one moment carries one time.
func (l *Loop) Now() int64 { return l.now }

// Enter takes the baton. An application of a virtual loop holds it already.
// Enter does not nest: timer callbacks are inside and must not call it.
func (l *Loop) Enter() {
	if l.cfg.Real {
		l.real.mu.Lock()
		l.readClock()
	}
}

// Exit gives the baton back. On a real loop the caller first runs what has
// become due.
func (l *Loop) Exit() {
	if l.cfg.Real {
		l.runDue()
		l.unlock()
	}
}

// Post runs fn inside, on behalf of a goroutine that is not an application: one
// that waits for a host socket or a signal. On a virtual loop fn runs at the
// next step and makes the run depend on machine time: only interrupts may.
func (l *Loop) Post(fn func()) {
	if l.cfg.Real {
		l.Enter()
		fn()
		l.Exit()
		return
	}
	v := &l.virtual
	v.postMu.Lock()
	v.posted = append(v.posted, fn)
	v.hasPosted.Store(true)
	v.postMu.Unlock()
}

// Later is Post for a goroutine that goes on at once: on a real loop, while
// somebody holds the baton, fn runs before the baton is given back, and what
// becomes due through fn is left to others.
func (l *Loop) Later(fn func()) {
	if !l.cfg.Real {
		l.Post(fn)
		return
	}
	r := &l.real
	r.postMu.Lock()
	r.posted = append(r.posted, fn)
	r.hasPosted.Store(true)
	r.postMu.Unlock()
	if r.mu.TryLock() {
		l.unlock()
	}
}

// Settle waits until no foreground timer is armed, or for at most max: what
// was set going has come to rest. An application of the loop calls it.
func (l *Loop) Settle(max time.Duration) {
	l.Enter()
	defer l.Exit()
	if l.foreground == 0 && !l.virtualBusy() {
		return
	}
	l.settling.wait(l, l.now+int64(max), true)
}

func (l *Loop) virtualBusy() bool { return !l.cfg.Real && len(l.virtual.runnable) > 0 }

// Sleep lets time pass. An application of the loop calls it.
func (l *Loop) Sleep(d time.Duration) {
	l.Enter()
	defer l.Exit()
	l.sleepers.Wait(l, l.now+int64(d))
}

// Task is an application that was started with Go.
type Task struct {
	l     *Loop
	ended bool
	join  WaitQueue
}

// Go starts fn as an application. Inside, or from another application.
func (l *Loop) Go(name string, fn func()) *Task {
	t := &Task{l: l}
	run := func() {
		fn()
		l.Enter()
		t.ended = true
		t.join.WakeAll()
		l.Exit()
	}
	if l.cfg.Real {
		go run()
	} else {
		l.virtual.start(l, name, run)
	}
	return t
}

// Join waits until the application has ended.
func (t *Task) Join() {
	t.l.Enter()
	defer t.l.Exit()
	for !t.ended {
		t.join.Wait(t.l, Never)
	}
}

// Run runs fn as the main application and returns what it returns. A lab ends
// with its command: applications that still wait then are ended where they
// wait, one after the other, with their deferred calls. On a virtual loop Run
// returns ErrStalled or ErrTimeCap when the run could not go on.
func (l *Loop) Run(fn func() error) error {
	if l.cfg.Real {
		return fn()
	}
	return l.runVirtual(fn)
}

// Close ends a real loop: no timer runs afterwards.
func (l *Loop) Close() {
	if l.cfg.Real {
		l.closeReal()
	}
}

// realDriver is the state of the machine-time driver.
type realDriver struct {
	mu       sync.Mutex // the baton
	woken    wokenList  // waiters that run when the baton is free
	start    time.Time  // machine time of New, with its monotonic part
	wall     int64      // the same in nanoseconds since the Unix epoch
	kick     chan struct{}
	sleeping atomic.Int64 // time until which the driver sleeps; 0: awake
	closed   bool
	done     chan struct{}

	postMu    sync.Mutex
	posted    []func() // by Later
	hasPosted atomic.Bool
}

// dueBatch bounds the timers that one Exit or one turn of the driver runs, so
// that an application gets back to its own work and others get the baton.
const dueBatch = 1024

func (l *Loop) startReal() {
	r := &l.real
	r.start = time.Now()
	r.wall = r.start.UnixNano()
	r.kick = make(chan struct{}, 1)
	r.done = make(chan struct{})
	l.now = r.wall
	go l.drive()
}

// readClock brings now up to date. It never goes back.
func (l *Loop) readClock() {
	if t := l.real.wall + int64(time.Since(l.real.start)); t > l.now {
		l.now = t
	}
}

func (l *Loop) runDue() {
	r := &l.real
	if r.closed {
		return
	}
	if len(l.heap) > 0 || r.hasPosted.Load() {
		l.readClock()
		for i := 1; i <= dueBatch; i++ {
			if r.hasPosted.Load() {
				l.runPosted()
			}
			if len(l.heap) == 0 || l.heap[0].when > l.now {
				break
			}
			t := l.heap[0]
			l.remove(0)
			t.fn()
			if i%16 == 0 {
				l.readClock()
			}
		}
	}
	if l.foreground == 0 {
		l.settling.WakeAll()
	}
	l.leaveToDriver()
}

// runPosted runs what Later has left.
func (l *Loop) runPosted() {
	r := &l.real
	r.postMu.Lock()
	fns := r.posted
	r.posted = nil
	r.hasPosted.Store(false)
	r.postMu.Unlock()
	l.readClock()
	for _, fn := range fns {
		fn()
	}
}

// leaveToDriver sees to it that the driver is up for the first timer.
func (l *Loop) leaveToDriver() {
	if len(l.heap) > 0 && l.heap[0].when < l.real.sleeping.Load() {
		l.wakeDriver()
	}
}

func (l *Loop) wakeDriver() {
	select {
	case l.real.kick <- struct{}{}:
	default:
	}
}

// drive waits for the next timer and runs it, until Close.
func (l *Loop) drive() {
	r := &l.real
	defer close(r.done)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		r.mu.Lock()
		l.runDue()
		if r.closed {
			l.unlock()
			return
		}
		l.readClock()
		next := l.now + int64(time.Hour)
		if len(l.heap) > 0 {
			next = min(next, l.heap[0].when)
		}
		wait := next - l.now
		if wait > 0 {
			r.sleeping.Store(next)
		}
		l.unlock()
		if wait <= 0 {
			runtime.Gosched() // a batch was full: others may want the baton
			continue
		}
		timer.Reset(time.Duration(wait))
		select {
		case <-timer.C:
		case <-r.kick:
		}
		r.sleeping.Store(0)
	}
}

func (l *Loop) closeReal() {
	r := &l.real
	r.mu.Lock()
	r.closed = true
	r.mu.Unlock()
	l.wakeDriver()
	<-r.done
}

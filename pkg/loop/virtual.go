package loop

import (
	"fmt"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// virtualDriver is the state of the virtual-time driver.
type virtualDriver struct {
	limit    int64  // virtual time may not pass it
	runnable []*app // applications that wait for the baton, in order of waking
	first    int    // index of the next one in runnable
	cur      *app   // who holds the baton
	live     []*app // applications that have not ended, in order of starting
	started  uint64
	stepping bool // a timer's function is running, on behalf of applications that all wait
	over     chan error
	ending   bool // the run is over: whoever waits ends

	postMu    sync.Mutex
	posted    []func()
	hasPosted atomic.Bool

	moves atomic.Uint64 // counts steps and hand-overs; the watchdog reads it
	name  atomic.Pointer[string]
}

// app is an application of a virtual loop.
type app struct {
	id    uint64 // in order of starting, from 1
	name  string
	baton chan struct{} // receives the baton
	ended chan struct{}
}

func (l *Loop) startVirtual() {
	l.now = l.cfg.Epoch
	if l.now == 0 {
		l.now = Epoch
	}
	cap := l.cfg.MaxVirtual
	if cap == 0 {
		cap = 24 * time.Hour
	}
	l.virtual.limit = l.now + int64(cap)
	l.virtual.over = make(chan error, 1)
}

func (v *virtualDriver) start(l *Loop, name string, fn func()) {
	v.started++
	a := &app{id: v.started, name: name, baton: make(chan struct{}, 1), ended: make(chan struct{})}
	v.live = append(v.live, a)
	v.runnable = append(v.runnable, a)
	go func() {
		defer close(a.ended)
		<-a.baton
		if v.ending {
			return
		}
		fn()
		v.forget(a)
		l.handOver(nil)
	}()
}

// Self returns the number and the name of the application that holds the baton
// of a virtual loop; inside a timer's callback, of the one that held it last. A
// real loop does not know: 0 and no name.
func (l *Loop) Self() (id uint64, name string) {
	if a := l.virtual.cur; a != nil {
		return a.id, a.name
	}
	return 0, ""
}

func (v *virtualDriver) forget(a *app) {
	for i, x := range v.live {
		if x == a {
			v.live = append(v.live[:i], v.live[i+1:]...)
			return
		}
	}
}

func (v *virtualDriver) next() *app {
	if v.first == len(v.runnable) {
		v.runnable, v.first = v.runnable[:0], 0
		return nil
	}
	a := v.runnable[v.first]
	v.runnable[v.first] = nil
	v.first++
	if v.first == len(v.runnable) {
		v.runnable, v.first = v.runnable[:0], 0
	}
	return a
}

// handOver drives the loop on behalf of me until me is next to run. With me nil
// (an application that ends) it returns as soon as somebody else has the baton.
func (l *Loop) handOver(me *app) {
	v := &l.virtual
	for {
		if a := v.next(); a != nil {
			v.moves.Add(1)
			v.cur = a
			v.name.Store(&a.name)
			if a == me {
				return
			}
			a.baton <- struct{}{}
			if me == nil {
				return
			}
			<-me.baton
			if v.ending {
				runtime.Goexit()
			}
			return
		}
		if err := l.step(); err != nil {
			v.over <- err
			if me == nil {
				return
			}
			<-me.baton // only the end of the run can send it
			runtime.Goexit()
		}
	}
}

// step runs what comes next: a posted call, else the first timer.
func (l *Loop) step() error {
	v := &l.virtual
	v.moves.Add(1)
	if v.hasPosted.Load() {
		v.postMu.Lock()
		fns := v.posted
		v.posted = nil
		v.hasPosted.Store(false)
		v.postMu.Unlock()
		for _, fn := range fns {
			fn()
		}
		return nil
	}
	if l.foreground == 0 {
		if l.settling.head != nil {
			l.settling.WakeAll()
			return nil
		}
		return ErrStalled
	}
	t := l.heap[0]
	if t.when > v.limit {
		return ErrTimeCap
	}
	l.remove(0)
	if t.when > l.now {
		l.now = t.when
	}
	v.stepping = true
	t.fn()
	v.stepping = false
	return nil
}

// Skip lets the virtual time pass up to a moment before which nothing is due and no
// application is runnable, and reports whether that was so. It spares a timer and a wait
// for it: an application calls it instead of waiting, a timer's function instead of
// setting a timer for what it does next.
func (l *Loop) Skip(to int64) bool {
	v := &l.virtual
	if l.cfg.Real || v.first < len(v.runnable) || v.ending || v.hasPosted.Load() || to > v.limit ||
		len(l.heap) > 0 && l.heap[0].when <= to {
		return false
	}
	l.now = to
	return true
}

// Stepping reports whether a timer's function of a virtual loop is running: every
// application waits.
func (l *Loop) Stepping() bool { return l.virtual.stepping }

func (l *Loop) runVirtual(fn func() error) error {
	v := &l.virtual
	if l.cfg.Watchdog > 0 {
		stop := make(chan struct{})
		defer close(stop)
		go l.watch(stop)
	}
	var result error
	v.started++
	main := &app{id: v.started, name: "main", baton: make(chan struct{}, 1), ended: make(chan struct{})}
	v.live = append(v.live, main)
	// main goes first: it is what the run is for.
	v.runnable = append([]*app{main}, v.runnable[v.first:]...)
	v.first = 0
	go func() {
		defer close(main.ended)
		<-main.baton
		result = fn()
		v.forget(main)
		v.over <- nil
	}()
	v.cur = v.next()
	v.name.Store(&main.name)
	main.baton <- struct{}{}
	err := <-v.over
	// Nobody holds the baton now. End the others in order of starting.
	v.ending = true
	for _, a := range v.live {
		v.cur = a
		a.baton <- struct{}{}
		<-a.ended
	}
	v.live = nil
	if err != nil {
		return err
	}
	return result
}

// watch panics when an application of the loop blocks outside the loop.
func (l *Loop) watch(stop chan struct{}) {
	v := &l.virtual
	tick := time.NewTicker(l.cfg.Watchdog)
	defer tick.Stop()
	last := v.moves.Load()
	for {
		select {
		case <-stop:
			return
		case <-tick.C:
		}
		now := v.moves.Load()
		if now == last {
			buf := make([]byte, 1<<20)
			buf = buf[:runtime.Stack(buf, true)]
			panic(fmt.Sprintf("loop: application %q has held the baton for %v: it blocks outside the loop\n%s", *v.name.Load(), l.cfg.Watchdog, buf))
		}
		last = now
	}
}

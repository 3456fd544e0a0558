package loop

import "runtime"

// WaitQueue is where applications wait for something to happen, as Linux's wait
// queues. The zero value is ready. All methods are inside only.
type WaitQueue struct {
	head, tail *waiter
}

// waiter is one application in one queue.
type waiter struct {
	next, prev *waiter
	q          *WaitQueue
	app        *app          // virtual
	ch         chan struct{} // real
	timer      Timer
	expired    bool
}

func (l *Loop) getWaiter() *waiter {
	w := l.freeWait
	if w != nil {
		l.freeWait = w.next
		w.next = nil
		w.expired = false
		return w
	}
	w = &waiter{}
	if l.cfg.Real {
		w.ch = make(chan struct{}, 1)
	}
	w.timer.Init(l, func() {
		w.expired = true
		w.wake()
	})
	return w
}

func (l *Loop) putWaiter(w *waiter) {
	w.app = nil
	w.next = l.freeWait
	l.freeWait = w
}

// Wait parks the calling application until it is woken (true) or until the
// deadline, in nanoseconds since the Unix epoch (false). It may be woken for
// what another application has taken meanwhile: callers check again.
func (q *WaitQueue) Wait(l *Loop, deadline int64) bool {
	return q.wait(l, deadline, false)
}

func (q *WaitQueue) wait(l *Loop, deadline int64, background bool) bool {
	if deadline <= l.now {
		return false
	}
	if l.virtual.ending {
		runtime.Goexit() // a deferred call of an application that is being ended
	}
	w := l.getWaiter()
	w.q = q
	if w.prev = q.tail; w.prev != nil {
		w.prev.next = w
	} else {
		q.head = w
	}
	q.tail = w
	if deadline != Never {
		w.timer.Background = background
		w.timer.Set(deadline)
	}
	if l.cfg.Real {
		l.runDue()
		l.unlock()
		<-w.ch
		l.real.mu.Lock()
		l.readClock()
	} else {
		w.app = l.virtual.cur
		l.handOver(w.app)
	}
	expired := w.expired
	l.putWaiter(w)
	return !expired
}

// wake takes w out of its queue and makes its application runnable.
func (w *waiter) wake() {
	q := w.q
	if w.prev != nil {
		w.prev.next = w.next
	} else {
		q.head = w.next
	}
	if w.next != nil {
		w.next.prev = w.prev
	} else {
		q.tail = w.prev
	}
	w.next, w.prev, w.q = nil, nil, nil
	w.timer.Stop()
	l := w.timer.l
	if w.ch != nil {
		l.real.woken.push(w)
		return
	}
	l.virtual.runnable = append(l.virtual.runnable, w.app)
}

// wokenList is a list of waiters in order of waking.
type wokenList struct{ head, tail *waiter }

func (k *wokenList) push(w *waiter) {
	if k.tail == nil {
		k.head = w
	} else {
		k.tail.next = w
	}
	k.tail = w
}

// unlock gives the baton of a real loop back and only then lets those run who
// were woken meanwhile: none of them wakes up just to wait for the baton. What
// Later left while the baton was held runs first; whoever calls Later after the
// last look finds the baton free.
func (l *Loop) unlock() {
	r := &l.real
	for {
		if r.hasPosted.Load() {
			l.runPosted()
			l.leaveToDriver()
		}
		w := r.woken.head
		r.woken = wokenList{}
		r.mu.Unlock()
		for w != nil {
			next := w.next
			w.next = nil
			w.ch <- struct{}{} // has room: one waiter, one wake-up
			w = next
		}
		if !r.hasPosted.Load() || !r.mu.TryLock() {
			return
		}
	}
}

// WakeOne makes the application that has waited longest runnable.
func (q *WaitQueue) WakeOne() {
	if q.head != nil {
		q.head.wake()
	}
}

// WakeAll makes all waiting applications runnable.
func (q *WaitQueue) WakeAll() {
	for q.head != nil {
		q.head.wake()
	}
}

// Waiting calls fn with the name of each application that waits, the one that has
// waited longest first. In real time applications have no names.
func (q *WaitQueue) Waiting(fn func(name string)) {
	for w := q.head; w != nil; w = w.next {
		name := ""
		if w.app != nil {
			name = w.app.name
		}
		fn(name)
	}
}

// Empty reports whether nobody waits.
func (q *WaitQueue) Empty() bool { return q.head == nil }

// Queue is a bounded first-in first-out queue between applications.
type Queue[T any] struct {
	l        *Loop
	buf      []T
	max      int
	closed   bool
	get, put WaitQueue
}

// NewQueue returns a queue that holds at most max items.
func NewQueue[T any](l *Loop, max int) *Queue[T] { return &Queue[T]{l: l, max: max} }

// Put appends v, waiting for room. It reports false when the queue is closed.
func (q *Queue[T]) Put(v T) bool {
	q.l.Enter()
	defer q.l.Exit()
	for len(q.buf) >= q.max && !q.closed {
		q.put.Wait(q.l, Never)
	}
	if q.closed {
		return false
	}
	q.buf = append(q.buf, v)
	q.get.WakeOne()
	return true
}

// Get takes the first item, waiting for one. It reports false when the queue is
// closed and empty.
func (q *Queue[T]) Get() (v T, ok bool) {
	q.l.Enter()
	defer q.l.Exit()
	for len(q.buf) == 0 && !q.closed {
		q.get.Wait(q.l, Never)
	}
	if len(q.buf) == 0 {
		return v, false
	}
	v = q.buf[0]
	var zero T
	q.buf[0] = zero
	q.buf = q.buf[1:]
	q.put.WakeOne()
	return v, true
}

// Close ends the queue: what is in it can still be taken.
func (q *Queue[T]) Close() {
	q.l.Enter()
	defer q.l.Exit()
	q.closed = true
	q.get.WakeAll()
	q.put.WakeAll()
}

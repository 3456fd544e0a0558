package loop

import "time"

// Timer calls a function at a moment of the loop's time. A Timer is made once
// and set many times; setting and stopping allocate nothing.
type Timer struct {
	l    *Loop
	fn   func()
	when int64
	seq  uint64
	pos  int32 // index in the heap, -1 when not set

	// Background marks a timer that keeps no run alive: periodic work such
	// as a bystander's next packet or the switch's ageing.
	Background bool
}

// NewTimer returns a timer that will call fn inside the loop.
func (l *Loop) NewTimer(fn func()) *Timer {
	return &Timer{l: l, fn: fn, pos: -1}
}

// Init prepares a timer that is part of a larger struct.
func (t *Timer) Init(l *Loop, fn func()) { *t = Timer{l: l, fn: fn, pos: -1} }

// Set arms the timer for when, in nanoseconds since the Unix epoch, replacing
// an earlier setting. A time that is past runs as soon as the loop can.
// Inside only.
func (t *Timer) Set(when int64) {
	l := t.l
	l.seq++
	t.when, t.seq = when, l.seq
	if t.pos < 0 {
		t.pos = int32(len(l.heap))
		l.heap = append(l.heap, t)
		if !t.Background {
			l.foreground++
		}
		l.up(int(t.pos))
	} else if !l.up(int(t.pos)) {
		l.down(int(t.pos))
	}
}

// After arms the timer d after now. Inside only.
func (t *Timer) After(d time.Duration) { t.Set(t.l.Now() + int64(d)) }

// Stop disarms the timer and reports whether it was armed. Inside only.
func (t *Timer) Stop() bool {
	if t.pos < 0 {
		return false
	}
	t.l.remove(int(t.pos))
	return true
}

// Armed reports whether the timer is set. Inside only.
func (t *Timer) Armed() bool { return t.pos >= 0 }

// When returns the time for which the timer is set, or 0. Inside only.
func (t *Timer) When() int64 {
	if t.pos < 0 {
		return 0
	}
	return t.when
}

// The heap: four children a node, ordered by time, then by order of setting.

func before(a, b *Timer) bool {
	return a.when < b.when || a.when == b.when && a.seq < b.seq
}

func (l *Loop) up(i int) (moved bool) {
	t := l.heap[i]
	for i > 0 {
		p := (i - 1) / 4
		if !before(t, l.heap[p]) {
			break
		}
		l.heap[i] = l.heap[p]
		l.heap[i].pos = int32(i)
		i, moved = p, true
	}
	l.heap[i] = t
	t.pos = int32(i)
	return moved
}

func (l *Loop) down(i int) {
	t := l.heap[i]
	n := len(l.heap)
	for {
		c := 4*i + 1
		if c >= n {
			break
		}
		m := c
		for k := c + 1; k < n && k < c+4; k++ {
			if before(l.heap[k], l.heap[m]) {
				m = k
			}
		}
		if !before(l.heap[m], t) {
			break
		}
		l.heap[i] = l.heap[m]
		l.heap[i].pos = int32(i)
		i = m
	}
	l.heap[i] = t
	t.pos = int32(i)
}

func (l *Loop) remove(i int) {
	t := l.heap[i]
	last := len(l.heap) - 1
	moved := l.heap[last]
	l.heap[last] = nil
	l.heap = l.heap[:last]
	if i < last {
		l.heap[i] = moved
		moved.pos = int32(i)
		if !l.up(i) {
			l.down(i)
		}
	}
	t.pos = -1
	if !t.Background {
		l.foreground--
	}
}

package loop

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

func virtual() *Loop { return New(Config{Watchdog: 10 * time.Second}) }

func TestTimersRunInOrderOfTimeThenOfSetting(t *testing.T) {
	l := virtual()
	rng := rand.New(rand.NewPCG(1, 2))
	type key struct {
		when int64
		n    int
	}
	var want, got []key
	err := l.Run(func() error {
		timers := make([]*Timer, 2000)
		for i := range timers {
			k := key{l.Now() + int64(rng.IntN(50)), i}
			timers[i] = l.NewTimer(func() {
				if l.Now() != k.when {
					t.Errorf("timer set for %d ran at %d", k.when, l.Now())
				}
				got = append(got, k)
			})
			timers[i].Set(k.when)
			want = append(want, k)
		}
		// Stopping some must not disturb the order of the others.
		for i := 0; i < len(timers); i += 7 {
			if !timers[i].Stop() {
				t.Errorf("timer %d was not armed", i)
			}
		}
		want = slices.DeleteFunc(want, func(k key) bool { return k.n%7 == 0 })
		l.Settle(time.Hour)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortStableFunc(want, func(a, b key) int { return int(a.when - b.when) })
	if !slices.Equal(got, want) {
		t.Fatal("timers ran in another order than by time, then by order of setting")
	}
}

func TestTimerSetAgainReplacesTheEarlierSetting(t *testing.T) {
	l := virtual()
	var at []int64
	if err := l.Run(func() error {
		start := l.Now()
		tm := l.NewTimer(func() { at = append(at, l.Now()-start) })
		tm.Set(start + 10)
		tm.Set(start + 30)
		tm.Set(start + 20)
		l.Settle(time.Second)
		if tm.Armed() || tm.When() != 0 {
			t.Error("a timer that has run is still armed")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(at, []int64{20}) {
		t.Fatalf("ran at %v, want once at 20: the last setting counts", at)
	}
}

func TestVirtualSleepTakesNoMachineTimeAndIsExact(t *testing.T) {
	l := virtual()
	if err := l.Run(func() error {
		if l.Now() != Epoch {
			t.Errorf("starts at %d, want the fixed epoch %d", l.Now(), Epoch)
		}
		l.Sleep(3 * time.Hour)
		if d := l.Now() - Epoch; d != int64(3*time.Hour) {
			t.Errorf("slept %d ns", d)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// The baton: of all applications exactly one runs at any moment. A plain
// counter under the race detector would show two at once.
func TestVirtualApplicationsShareOneBaton(t *testing.T) {
	l := virtual()
	inside, most, total := 0, 0, 0
	var order []string
	if err := l.Run(func() error {
		var tasks []*Task
		for i := range 20 {
			tasks = append(tasks, l.Go(fmt.Sprint("app", i), func() {
				for range 50 {
					inside++
					most = max(most, inside)
					total++
					if total < 40 {
						order = append(order, fmt.Sprint(i))
					}
					inside--
					l.Sleep(time.Duration(i+1) * time.Millisecond)
				}
			}))
		}
		for _, k := range tasks {
			k.Join()
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if most != 1 || total != 1000 {
		t.Fatalf("%d applications at once, %d turns; want 1 and 1000", most, total)
	}
	if first := strings.Join(order[:20], " "); first != "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19" {
		t.Fatalf("applications started in the order %s, want that of Go", first)
	}
}

func TestWakeOrderIsTheOrderOfWaiting(t *testing.T) {
	l := virtual()
	var got []int
	if err := l.Run(func() error {
		var q WaitQueue
		for i := range 5 {
			l.Go("waiter", func() {
				if !q.Wait(l, Never) {
					t.Error("woken without a deadline must report true")
				}
				got = append(got, i)
			})
		}
		l.Sleep(1)
		q.WakeOne()
		q.WakeAll()
		l.Sleep(1)
		if !q.Empty() {
			t.Error("queue not empty after WakeAll")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Fatalf("woken in order %v", got)
	}
}

func TestWaitDeadline(t *testing.T) {
	l := virtual()
	if err := l.Run(func() error {
		var q WaitQueue
		start := l.Now()
		if q.Wait(l, start+500) {
			t.Error("nobody woke it: want false at the deadline")
		}
		if l.Now() != start+500 {
			t.Errorf("time-out after %d ns, want 500", l.Now()-start)
		}
		if q.Wait(l, start) {
			t.Error("a deadline that is past must not wait")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestRunStallsWhenOnlyBackgroundTimersAreLeft(t *testing.T) {
	l := virtual()
	ended := false
	err := l.Run(func() error {
		defer func() { ended = true }()
		tick := &Timer{}
		tick.Init(l, func() { tick.After(time.Second) })
		tick.Background = true
		tick.After(time.Second)
		var q WaitQueue
		q.Wait(l, Never)
		t.Error("Wait returned although nothing could wake it")
		return nil
	})
	if !errors.Is(err, ErrStalled) {
		t.Fatalf("got %v, want ErrStalled", err)
	}
	if !ended {
		t.Fatal("the stalled application's deferred calls did not run")
	}
}

func TestRunStopsAtTheTimeCap(t *testing.T) {
	l := New(Config{MaxVirtual: time.Minute})
	err := l.Run(func() error {
		for {
			l.Sleep(time.Second)
		}
	})
	if !errors.Is(err, ErrTimeCap) {
		t.Fatalf("got %v, want ErrTimeCap", err)
	}
	if d := l.Now() - Epoch; d > int64(time.Minute) {
		t.Fatalf("time went %d ns past the cap", d-int64(time.Minute))
	}
}

func TestRunEndsApplicationsThatStillWait(t *testing.T) {
	l := virtual()
	var ended []string
	err := l.Run(func() error {
		for _, n := range []string{"a", "b"} {
			l.Go(n, func() {
				defer func() { ended = append(ended, n) }()
				var q WaitQueue
				q.Wait(l, Never)
			})
		}
		l.Sleep(1)
		l.Go("never started", func() { t.Error("an application that had no turn must not start after the end") })
		return errors.New("main's own")
	})
	if err == nil || err.Error() != "main's own" {
		t.Fatalf("got %v, want main's error", err)
	}
	if !slices.Equal(ended, []string{"a", "b"}) {
		t.Fatalf("deferred calls ran for %v, want a, then b", ended)
	}
}

func TestSettleWaitsForForegroundTimersOnly(t *testing.T) {
	for _, real := range []bool{false, true} {
		l := New(Config{Real: real})
		if err := l.Run(func() error {
			l.Enter()
			start := l.Now()
			tick := &Timer{}
			tick.Init(l, func() { tick.After(time.Second) })
			tick.Background = true
			tick.After(time.Second)
			ran := false
			l.NewTimer(func() { ran = true }).After(20 * time.Millisecond)
			tm := l.NewTimer(func() { ran = true })
			tm.After(20 * time.Millisecond)
			l.Exit()
			l.Settle(time.Hour)
			l.Enter()
			defer l.Exit()
			if !ran || tm.Armed() {
				t.Errorf("real=%v: Settle returned before the foreground timer ran", real)
			}
			if d := l.Now() - start; d >= int64(time.Second) && !real {
				t.Errorf("Settle took %d ns: it waited for the background timer", d)
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
}

func TestQueueIsBoundedAndInOrder(t *testing.T) {
	for _, real := range []bool{false, true} {
		l := New(Config{Real: real})
		if err := l.Run(func() error {
			q := NewQueue[int](l, 3)
			most := 0
			p := l.Go("producer", func() {
				for i := range 100 {
					q.Put(i)
				}
				q.Close()
			})
			for i := 0; ; i++ {
				l.Enter()
				most = max(most, len(q.buf))
				l.Exit()
				v, ok := q.Get()
				if !ok {
					if i != 100 {
						t.Errorf("closed after %d items", i)
					}
					break
				}
				if v != i {
					t.Fatalf("item %d is %d", i, v)
				}
			}
			p.Join()
			if most > 3 {
				t.Errorf("%d items in a queue of 3", most)
			}
			if q.Put(1) {
				t.Error("Put on a closed queue reported true")
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		l.Close()
	}
}

func TestContextEndsInLoopTimeAndTellsInOrder(t *testing.T) {
	l := virtual()
	if err := l.Run(func() error {
		parent, cancel := l.WithCancel(context.Background())
		child, cancelChild := l.WithTimeout(parent, time.Minute)
		defer cancelChild()
		var told []string
		l.OnDone(child, func() { told = append(told, "first") })
		undo := l.OnDone(child, func() { told = append(told, "undone") })
		l.OnDone(child, func() { told = append(told, "second") })
		undo()
		if d, ok := child.Deadline(); !ok || d.UnixNano() != Epoch+int64(time.Minute) {
			t.Errorf("deadline %v", d)
		}
		l.Sleep(59 * time.Second)
		if child.Err() != nil {
			t.Error("ended early")
		}
		l.Sleep(2 * time.Second)
		if !errors.Is(child.Err(), context.DeadlineExceeded) {
			t.Errorf("child: %v, want DeadlineExceeded", child.Err())
		}
		if !slices.Equal(told, []string{"first", "second"}) {
			t.Errorf("told %v", told)
		}
		if parent.Err() != nil {
			t.Error("a child's end ended its parent")
		}
		sibling, cancelSibling := l.WithTimeout(parent, time.Hour)
		defer cancelSibling()
		cancel()
		if !errors.Is(sibling.Err(), context.Canceled) {
			t.Errorf("sibling: %v, want Canceled with its parent", sibling.Err())
		}
		late := false
		l.OnDone(sibling, func() { late = true })
		if !late {
			t.Error("OnDone of an ended context must call at once")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// Ctrl-C reaches a virtual run that would otherwise go on for ever.
func TestForeignContextInterruptsAVirtualRun(t *testing.T) {
	l := New(Config{MaxVirtual: 1 << 62})
	outer, stop := context.WithCancel(context.Background())
	err := l.Run(func() error {
		ctx, cancel := l.WithCancel(outer)
		defer cancel()
		for n := 0; ctx.Err() == nil; n++ {
			l.Sleep(time.Second)
			if n == 1000 {
				stop()
			}
		}
		return ctx.Err()
	})
	if !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
}

func TestRealLoopRunsTimersAndWakesApplications(t *testing.T) {
	l := New(Config{Real: true})
	defer l.Close()
	var q WaitQueue
	n := 0
	l.Enter()
	var tick *Timer
	tick = l.NewTimer(func() {
		if n++; n < 100 {
			tick.After(10 * time.Microsecond)
			return
		}
		q.WakeAll()
	})
	tick.After(0)
	for n < 100 {
		q.Wait(l, Never)
	}
	l.Exit()
	if n != 100 {
		t.Fatalf("%d ticks", n)
	}
}

func TestRealLoopManyApplications(t *testing.T) {
	l := New(Config{Real: true})
	defer l.Close()
	q := NewQueue[int](l, 4)
	var wg sync.WaitGroup
	sum := 0
	for range 8 {
		wg.Add(1)
		l.Go("producer", func() {
			defer wg.Done()
			for i := range 500 {
				q.Put(i)
			}
		})
	}
	for range 8 * 500 {
		v, _ := q.Get()
		sum += v
	}
	wg.Wait()
	if want := 8 * 500 * 499 / 2; sum != want {
		t.Fatalf("sum %d, want %d", sum, want)
	}
}

// While the baton is held Later returns at once, and its call runs before
// another holder can look.
func TestLaterRunsBeforeTheBatonChangesHands(t *testing.T) {
	l := New(Config{Real: true})
	defer l.Close()
	ran := 0
	l.Enter()
	returned := make(chan struct{})
	go func() {
		for range 3 {
			l.Later(func() { ran++ })
		}
		close(returned)
	}()
	<-returned // would never come if Later waited for the baton
	if ran != 0 {
		t.Error("a call ran while somebody else held the baton")
	}
	l.Exit()
	l.Enter()
	if ran != 3 {
		t.Errorf("%d calls ran, want 3", ran)
	}
	l.Exit()
}

// With nobody inside, Later's call runs at once, and what it sets going goes on.
func TestLaterWithTheBatonFree(t *testing.T) {
	l := New(Config{Real: true})
	defer l.Close()
	var q WaitQueue
	tm := l.NewTimer(func() { q.WakeAll() })
	l.Enter()
	done := false
	go func() { l.Later(func() { done = true; tm.Set(l.Now()) }) }()
	for !done {
		q.Wait(l, Never)
	}
	l.Exit()
}

func TestLaterFromManyGoroutines(t *testing.T) {
	l := New(Config{Real: true})
	defer l.Close()
	const each, tasks = 2000, 4
	n := 0
	var wg sync.WaitGroup
	for range tasks {
		wg.Go(func() {
			for i := range each {
				if i%3 == 0 {
					l.Enter()
					n++
					l.Exit()
				} else {
					l.Later(func() { n++ })
				}
			}
		})
	}
	wg.Wait()
	l.Enter()
	defer l.Exit()
	if n != each*tasks {
		t.Errorf("%d calls ran of %d: one was lost between two holders, or ran twice", n, each*tasks)
	}
}

func TestTimersAllocateNothing(t *testing.T) {
	l := virtual()
	if err := l.Run(func() error {
		tm := l.NewTimer(func() {})
		var q WaitQueue
		q.Wait(l, l.Now()+1)
		if n := testing.AllocsPerRun(100, func() {
			tm.After(5)
			tm.After(10)
			tm.Stop()
			q.Wait(l, l.Now()+1)
			l.Sleep(1)
		}); n != 0 {
			t.Errorf("%v allocations, want none", n)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkTimerSetAndRun(b *testing.B) {
	l := New(Config{MaxVirtual: 1 << 62})
	b.ReportAllocs()
	_ = l.Run(func() error {
		// A thousand other timers are armed, as in a busy lab.
		for i := range 1000 {
			l.NewTimer(func() {}).Set(Never - 1000 + int64(i))
		}
		n := 0
		var t *Timer
		t = l.NewTimer(func() {
			if n++; n < b.N {
				t.After(100)
			}
		})
		t.After(100)
		for n < b.N {
			l.Sleep(time.Duration(b.N-n) * 100)
		}
		return nil
	})
}

func BenchmarkTimerReset(b *testing.B) {
	l := New(Config{})
	for i := range 1000 {
		l.NewTimer(func() {}).Set(Never - 1000 + int64(i))
	}
	t := l.NewTimer(func() {})
	b.ReportAllocs()
	for i := range b.N {
		t.Set(Never - int64(i&1023))
	}
}

func BenchmarkBatonPingPong(b *testing.B) {
	l := New(Config{})
	b.ReportAllocs()
	_ = l.Run(func() error {
		a, c := NewQueue[int](l, 1), NewQueue[int](l, 1)
		l.Go("echo", func() {
			for {
				v, ok := a.Get()
				if !ok {
					return
				}
				c.Put(v)
			}
		})
		for i := range b.N {
			a.Put(i)
			c.Get()
		}
		return nil
	})
}

// Skip takes the place of a timer exactly when nothing can come before it or with it.
func TestSkipPassesNothingBy(t *testing.T) {
	l := New(Config{})
	err := l.Run(func() error {
		start := l.Now()
		if !l.Skip(start+100) || l.Now() != start+100 {
			t.Errorf("nothing is due: time should have passed, it is %d", l.Now()-start)
		}
		fired := l.NewTimer(func() {})
		fired.Set(start + 200)
		if l.Skip(start+200) || l.Now() != start+100 {
			t.Error("a timer at the same moment was set earlier and comes first")
		}
		if !l.Skip(start + 199) {
			t.Error("the timer is later")
		}
		l.Go("other", func() {})
		if l.Skip(start + 199) {
			t.Error("another application is runnable now")
		}
		if id, name := l.Self(); id != 1 || name != "main" {
			t.Errorf("Self() = %d, %q", id, name)
		}
		if l.Stepping() {
			t.Error("an application runs, no timer's function")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

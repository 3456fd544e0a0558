package host

// fq_codel: RFC 8290 (flow queues), RFC 8289 (CoDel), net/sched/sch_fq_codel.c and
// include/net/codel_impl.h.

import (
	"math"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
)

// Defaults of FQCodel, as in fq_codel_init.
const (
	fqLimit       = 10240
	fqFlows       = 1024
	fqTarget      = 5 * time.Millisecond
	fqInterval    = 100 * time.Millisecond
	fqMemoryLimit = 32 << 20
	fqDropBatch   = 64 // packets dropped at once from the longest flow at the limit
)

func (cfg FQCodel) withDefaults(mtu int) FQCodel {
	setDefault(&cfg.Limit, fqLimit)
	setDefault(&cfg.Flows, fqFlows)
	setDefault(&cfg.Quantum, mtu)
	setDefault(&cfg.MemoryLimit, fqMemoryLimit)
	if cfg.Target == 0 {
		cfg.Target = fqTarget
	}
	if cfg.Interval == 0 {
		cfg.Interval = fqInterval
	}
	return cfg
}

// fqCodel gives each flow, by hash, a queue of its own, serves new flows first and
// then all in turn with a quantum of bytes (deficit round robin), and lets CoDel drop
// what has stood in a queue for too long.
type fqCodel struct {
	cfg      FQCodel
	flows    []fqFlow
	newFlows fqList
	oldFlows fqList
	packets  int
	bytes    int
	memory   int

	dropOverlimit, dropOvermemory, dropCodel, newFlowCount uint64
}

type fqFlow struct {
	q       skb.Queue
	deficit int
	next    *fqFlow
	listed  bool

	// CoDel, RFC 8289 5.
	dropping   bool
	count      uint32
	lastCount  uint32
	firstAbove int64
	dropNext   int64
}

// fqList is a list of flows in order.
type fqList struct{ head, tail *fqFlow }

func (l *fqList) push(f *fqFlow) {
	f.next = nil
	if l.tail == nil {
		l.head = f
	} else {
		l.tail.next = f
	}
	l.tail = f
}

func (l *fqList) pop() *fqFlow {
	f := l.head
	if l.head = f.next; l.head == nil {
		l.tail = nil
	}
	f.next = nil
	return f
}

func newFQCodel(cfg FQCodel, mtu int) *fqCodel {
	cfg = cfg.withDefaults(mtu)
	return &fqCodel{cfg: cfg, flows: make([]fqFlow, cfg.Flows)}
}

// enqueue returns a list of packets, linked by Next, that had to go: at the limit
// half of the longest flow, 64 at most.
func (f *fqCodel) enqueue(s *skb.SKB, now int64) (dropped *skb.SKB) {
	h := s.Hash
	if h == 0 {
		h = dissect(s)
	}
	flow := &f.flows[uint64(h)*uint64(len(f.flows))>>32]
	s.CB.FirstSent = now // codel_set_enqueue_time
	flow.q.Push(s)
	f.packets++
	f.bytes += s.Len()
	f.memory += s.Truesize()
	if !flow.listed {
		flow.listed = true
		f.newFlows.push(flow)
		f.newFlowCount++
		flow.deficit = f.cfg.Quantum
	}
	if f.packets <= f.cfg.Limit && f.memory <= f.cfg.MemoryLimit {
		return nil
	}
	byMemory := f.memory > f.cfg.MemoryLimit
	longest := flow
	for i := range f.flows {
		if x := &f.flows[i]; x.q.Bytes > longest.q.Bytes {
			longest = x
		}
	}
	threshold := longest.q.Bytes / 2
	gone := 0
	for n := 0; n < fqDropBatch && gone <= threshold; n++ {
		x := f.take(longest)
		if x == nil {
			break
		}
		gone += x.Len()
		x.Next, dropped = dropped, x
		f.dropOverlimit++
		if byMemory {
			f.dropOvermemory++
		}
	}
	return dropped
}

func (f *fqCodel) take(flow *fqFlow) *skb.SKB {
	s := flow.q.Pop()
	if s != nil {
		f.packets--
		f.bytes -= s.Len()
		f.memory -= s.Truesize()
	}
	return s
}

// dequeue is fq_codel_dequeue; drop takes what CoDel drops.
func (f *fqCodel) dequeue(now int64, drop func(*skb.SKB)) *skb.SKB {
	for {
		list := &f.newFlows
		if list.head == nil {
			list = &f.oldFlows
			if list.head == nil {
				return nil
			}
		}
		flow := list.head
		if flow.deficit <= 0 {
			flow.deficit += f.cfg.Quantum
			f.oldFlows.push(list.pop())
			continue
		}
		s := f.codel(flow, now, drop)
		if s == nil {
			// RFC 8290 4.2: an empty new flow is visited once more among the old ones,
			// so that it cannot have priority by coming back at once.
			list.pop()
			if list == &f.newFlows && f.oldFlows.head != nil {
				f.oldFlows.push(flow)
			} else {
				flow.listed = false
			}
			continue
		}
		flow.deficit -= s.Len()
		return s
	}
}

// codel is codel_dequeue: RFC 8289 5.5.
func (f *fqCodel) codel(flow *fqFlow, now int64, drop func(*skb.SKB)) *skb.SKB {
	s := f.take(flow)
	ok := f.shouldDrop(flow, s, now)
	switch {
	case s == nil:
		flow.dropping = false
		return nil
	case flow.dropping:
		if !ok {
			flow.dropping = false
			break
		}
		for now >= flow.dropNext && flow.dropping {
			flow.count++
			f.dropCodel++
			drop(s)
			s = f.take(flow)
			if !f.shouldDrop(flow, s, now) {
				flow.dropping = false
			} else {
				flow.dropNext = f.controlLaw(flow.dropNext, flow.count)
			}
		}
	case ok:
		f.dropCodel++
		drop(s)
		s = f.take(flow)
		f.shouldDrop(flow, s, now)
		flow.dropping = true
		// When the last episode was a short time ago, its rate is a good start.
		delta := flow.count - flow.lastCount
		if delta > 1 && now-flow.dropNext < 16*int64(f.cfg.Interval) {
			flow.count = delta
		} else {
			flow.count = 1
		}
		flow.lastCount = flow.count
		flow.dropNext = f.controlLaw(now, flow.count)
	}
	return s
}

// shouldDrop tells whether the queue has been standing for an interval: its packets
// have waited longer than the target all the time.
func (f *fqCodel) shouldDrop(flow *fqFlow, s *skb.SKB, now int64) bool {
	if s == nil {
		flow.firstAbove = 0
		return false
	}
	if now-s.CB.FirstSent < int64(f.cfg.Target) || flow.q.Bytes <= f.cfg.Quantum {
		flow.firstAbove = 0
		return false
	}
	if flow.firstAbove == 0 {
		flow.firstAbove = now + int64(f.cfg.Interval)
		return false
	}
	return now > flow.firstAbove
}

// controlLaw is RFC 8289 5.3: the next drop comes an interval over the square root of
// the number of drops later.
func (f *fqCodel) controlLaw(t int64, count uint32) int64 {
	return t + int64(float64(f.cfg.Interval)/math.Sqrt(float64(count)))
}

func (f *fqCodel) len() (packets, bytes int) { return f.packets, f.bytes }

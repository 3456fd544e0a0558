package layer

// The way of a packet:
//
//	reader ── batches, in order ──> workers: dissect, filter, draw ──> writer
//	  │ selects, counts, keeps            each batch whole               │ in order
//	  │ what spans packets                                               └ -w, stdout
//	  └<───────────────────────── empty batches ─────────────────────────┘
//
// The number of batches is fixed, so memory does not grow with the input, and a
// slow reader of the output slows down the reader of the input.

import (
	"context"
	"errors"
	"io"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// promptness is how long a packet may wait for its batch to fill, when the input
// may keep its reader waiting.
const promptness = 50 * time.Millisecond

// worker draws the packets of a batch, in order. Each has its own.
type worker interface {
	work(b *batch) error
}

// sink takes the batches in order.
type sink interface {
	take(b *batch) error
}

// pipeline joins a reader, workers and a sink.
type pipeline struct {
	sel     selection
	live    bool                       // the input may keep its reader waiting
	match   func(*capture.Packet) bool // the capture filter; nil takes all
	session *dissect.Session           // nil: no dissection that needs one
	seqs    *layers.Sequences          // nil: nobody wants relative sequence numbers
	workers []worker
	sink    sink

	cancel context.CancelFunc
	free   chan *batch
	work   chan *batch
	order  chan *batch

	next    capture.Packet // under way
	mu      sync.Mutex     // guards cur
	cur     *batch
	file    int
	section int   // of the file
	first   int64 // time of the first packet, and of the one before
	prev    int64
	timed   bool
	seen    int64 // packets of the input
	taken   int64 // of those, selected by what the reader looks at
	ended   bool  // as many were selected as were asked for
}

// selection is what the reader looks at.
type selection struct {
	after, before moment
	skip, count   int64 // 0 for count: all
}

// batchesPerWorker keeps the workers busy while the reader and the writer are.
const batchesPerWorker = 2

// workerCount is how many workers the machine keeps busy.
func workerCount() int { return min(max(1, runtime.GOMAXPROCS(0)), 8) }

// start makes the batches and starts the workers; wait waits for the sink.
func (p *pipeline) start(ctx context.Context) (_ context.Context, wait func() error) {
	ctx, p.cancel = context.WithCancel(ctx)
	n := len(p.workers)*batchesPerWorker + 2
	p.free, p.work, p.order = make(chan *batch, n), make(chan *batch, n), make(chan *batch, n)
	for range n {
		p.free <- newBatch()
	}
	for _, w := range p.workers {
		go func() {
			for b := range p.work {
				b.failed = w.work(b)
				b.done <- struct{}{}
			}
		}()
	}
	result := make(chan error, 1)
	go func() { result <- p.collect() }()
	stop := func() {}
	if p.live {
		stop = p.tick()
	}
	return ctx, func() error {
		p.mu.Lock()
		b := p.current()
		b.last = true
		p.send()
		p.mu.Unlock()
		close(p.work)
		stop()
		defer p.cancel()
		return <-result
	}
}

// tick sends what waits, now and then.
func (p *pipeline) tick() (stop func()) {
	t := time.NewTicker(promptness)
	done := make(chan struct{})
	go func() {
		for {
			select {
			case <-done:
				return
			case <-t.C:
				p.mu.Lock()
				if p.cur != nil && p.cur.n > 0 {
					p.send()
				}
				p.mu.Unlock()
			}
		}
	}()
	return func() { t.Stop(); close(done) }
}

// collect hands the batches to the sink in order. After an error it only takes
// them back, so that nobody waits for ever.
func (p *pipeline) collect() error {
	var failed error
	for b := range p.order {
		<-b.done
		if failed == nil {
			failed = b.failed
			if failed == nil {
				failed = p.sink.take(b)
			}
			if failed != nil || b.stop {
				p.cancel()
			}
			if failed == nil && b.stop {
				failed = errEnough
			}
		}
		last := b.last
		b.reset()
		p.free <- b
		if last {
			break
		}
	}
	if failed == errEnough {
		return nil
	}
	return failed
}

var errEnough = errors.New("as many packets as were asked for")

// current is the batch that is being filled. p.mu is held.
func (p *pipeline) current() *batch {
	if p.cur == nil {
		p.cur = <-p.free
	}
	return p.cur
}

// send hands the current batch on. p.mu is held.
func (p *pipeline) send() {
	b := p.cur
	p.cur = nil
	p.order <- b
	p.work <- b
}

// read takes all packets of one source. It returns nil at the source's end and
// when there are as many packets as were asked for.
func (p *pipeline) read(ctx context.Context, s source) error {
	defer func() { p.file, p.section = p.file+1, 0 }()
	for ctx.Err() == nil && !p.ended {
		pkt, ifc, err := s.next(ctx)
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		p.next = pkt
		p.packet(&p.next, ifc)
	}
	return context.Cause(ctx)
}

func (p *pipeline) packet(pkt *capture.Packet, ifc *capture.Interface) {
	p.seen++
	if !pkt.NoTime && !p.timed {
		p.first, p.prev, p.timed = pkt.Time, pkt.Time, true
	}
	if p.sel.after.set && (pkt.NoTime || pkt.Time < p.sel.after.from(p.first)) ||
		p.sel.before.set && (pkt.NoTime || pkt.Time >= p.sel.before.from(p.first)) ||
		p.match != nil && !p.match(pkt) {
		return
	}
	p.taken++
	if p.taken <= p.sel.skip && p.session == nil {
		return // nothing is learnt from it
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.current()
	if !b.room(len(pkt.Data)) {
		p.send()
		b = p.current()
	}
	used := b.used
	pkt.Data = b.keep(pkt.Data)
	it := b.add()
	it.file, it.packet, it.ifc = p.file, *pkt, ifc
	if len(pkt.Comments) > 0 {
		it.packet.Comments = slices.Clone(pkt.Comments)
	}
	if len(pkt.SectionComments) > 0 {
		it.packet.SectionComments = slices.Clone(pkt.SectionComments)
	}
	it.when = layers.When{Time: pkt.Time, First: p.first, Prev: p.prev, None: pkt.NoTime}
	if p.session != nil {
		p.session.Track(&it.packet, ifc, &it.tracked)
		it.tracked.Number = p.seen
	} else {
		it.tracked.Number, it.tracked.Data = p.seen, pkt.Data
		it.tracked.Time, it.tracked.NoTime = pkt.Time, pkt.NoTime
		it.tracked.LinkType, it.tracked.OrigLen = pkt.LinkType, max(pkt.OrigLen, len(pkt.Data))
		it.tracked.Interface, it.tracked.InterfaceName = pkt.Interface, ifc.Name
		it.tracked.Flags, it.tracked.Comments, it.tracked.SectionComments = pkt.Flags, it.packet.Comments, it.packet.SectionComments
	}
	if p.seqs != nil {
		it.base = p.seqs.Base(pkt.Data, pkt.LinkType, pkt.OrigLen)
	}
	if !pkt.NoTime {
		p.prev = pkt.Time
	}
	if p.taken <= p.sel.skip {
		b.n--
		b.used = used
		return
	}
	if p.sel.count > 0 && p.taken >= p.sel.skip+p.sel.count {
		p.ended = true
		p.send()
	}
}

// meta passes on what is no packet. Its data are copied: they are valid during the
// call only.
func (p *pipeline) meta(m capture.Meta) {
	if s, ok := m.(capture.Secrets); ok {
		s.Data = slices.Clone(s.Data)
		m = s
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	b := p.current()
	if !b.room(0) {
		p.send()
		b = p.current()
	}
	it := b.add()
	if _, ok := m.(capture.SectionInfo); ok {
		p.section++
	}
	it.meta, it.file, it.packet = m, p.file, capture.Packet{Section: p.section}
}

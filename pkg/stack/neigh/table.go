package neigh

// RFC 4861 7.2 and 7.3 (address resolution, unreachability detection), 6.3.2
// (ReachableTime), 10 (constants); RFC 826; RFC 1122 2.3.2; Linux
// net/core/neighbour.c.

import (
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// State is the state of an entry.
type State uint8

// The states. None is an entry that is not there.
const (
	None State = iota
	Incomplete
	Reachable
	Stale
	Delay
	Probe
	Failed
	Permanent
)

var stateNames = [...]string{"NONE", "INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "PERMANENT"}

func (s State) String() string {
	if int(s) < len(stateNames) {
		return stateNames[s]
	}
	return "unknown"
}

// Env is what a table needs from its interface. Its functions may call back
// into the table, except Transmit.
type Env interface {
	// Solicit sends an ARP request or a Neighbour Solicitation: to one
	// station, or to all (or the solicited-node group) when to is zero.
	Solicit(now int64, target netip.Addr, to wire.MAC)
	// Transmit puts a packet on the link; it takes ownership.
	Transmit(s *skb.SKB, to wire.MAC)
	// Unreachable is told of each packet whose next hop did not answer; it
	// takes ownership.
	Unreachable(now int64, target netip.Addr, s *skb.SKB)
	// SetTimer asks for one call of OnTimer at the given time; 0 means none.
	// A background timer only maintains entries: nobody waits for it.
	SetTimer(at int64, background bool)
}

// Config sets a table's limits and times. The zero value is RFC 4861's and
// Linux's defaults.
type Config struct {
	MaxEntries       int           // 1024 (gc_thresh3)
	QueueBytes       int           // 212992 per entry (unres_qlen_bytes)
	ReachableTime    time.Duration // 30 s (REACHABLE_TIME), the base of a random value
	RetransTime      time.Duration // 1 s (RETRANS_TIMER)
	DelayTime        time.Duration // 5 s (DELAY_FIRST_PROBE_TIME)
	MulticastSolicit int           // 3 (MAX_MULTICAST_SOLICIT)
	UnicastSolicit   int           // 3 (MAX_UNICAST_SOLICIT)
	LockTime         time.Duration // 1 s: of several ARP answers the first one counts (Linux locktime)
	Rand             func() uint64 // nil: the base ReachableTime is used as it is
}

func (c *Config) setDefaults() {
	def(&c.MaxEntries, 1024)
	def(&c.QueueBytes, 212992)
	def(&c.ReachableTime, 30*time.Second)
	def(&c.RetransTime, time.Second)
	def(&c.DelayTime, 5*time.Second)
	def(&c.MulticastSolicit, 3)
	def(&c.UnicastSolicit, 3)
	def(&c.LockTime, time.Second)
}

func def[T int | time.Duration](p *T, v T) {
	if *p == 0 {
		*p = v
	}
}

// Entry is what is known about one address.
type Entry struct {
	addr    netip.Addr
	mac     wire.MAC
	state   State
	router  bool
	dead    bool  // removed from the table
	probes  int   // solicitations sent in this state
	due     int64 // when the state's timer fires; 0: never
	updated int64 // when mac was learned
	used    int64 // when a packet was last sent there

	waiting     skb.Queue
	waitingMem  int
	prev, nextE *Entry // by last use, the longest ago first
}

// Addr is the neighbour's IP address.
func (e *Entry) Addr() netip.Addr { return e.addr }

// MAC is its link-layer address, zero while unknown.
func (e *Entry) MAC() wire.MAC { return e.mac }

// State is the entry's state.
func (e *Entry) State() State { return e.state }

// Router says whether the neighbour called itself a router (RFC 4861 4.4).
func (e *Entry) Router() bool { return e.router }

// Updated is when the link-layer address was learned, Used when a packet was
// last sent there, in nanoseconds since the Unix epoch.
func (e *Entry) Updated() int64 { return e.updated }
func (e *Entry) Used() int64    { return e.used }

// Waiting is the number of packets that wait for the address.
func (e *Entry) Waiting() int { return e.waiting.N }

// Stats counts what happened, named as in /proc/net/stat/arp_cache.
type Stats struct {
	Allocs, Destroys   uint64
	Lookups, Hits      uint64
	ResFailed          uint64 // resolutions that failed
	ForcedGCRuns       uint64 // replacements at the bound
	UnresolvedDiscards uint64 // packets dropped because too many waited
	TableFulls         uint64 // entries refused
}

// Table is the neighbour cache of one interface.
type Table struct {
	Stats Stats

	env Env
	tr  *trace.Tracer
	dev string
	cfg Config

	entries     map[netip.Addr]*Entry // looked up only: order comes from the list
	first, last *Entry
	resolving   int   // entries in Incomplete
	timerAt     int64 // what env was asked for
	timerBG     bool
	reachable   time.Duration // the random ReachableTime in use
	redrawAt    int64
	due         []*Entry // scratch of OnTimer
}

// New returns an empty table for the device of the given name.
func New(env Env, tr *trace.Tracer, dev string, cfg Config) *Table {
	cfg.setDefaults()
	return &Table{env: env, tr: tr, dev: dev, cfg: cfg, entries: make(map[netip.Addr]*Entry)}
}

// Len is the number of entries.
func (t *Table) Len() int { return len(t.entries) }

// Lookup returns the entry for addr, or nil.
func (t *Table) Lookup(addr netip.Addr) *Entry { return t.entries[addr] }

// Each calls f for the entries, from the one used longest ago.
func (t *Table) Each(f func(*Entry)) {
	for e := t.first; e != nil; e = e.nextE {
		f(e)
	}
}

// Output sends s to the neighbour with the given address, now or when its
// link-layer address is known. It takes ownership.
func (t *Table) Output(now int64, addr netip.Addr, s *skb.SKB) {
	t.Stats.Lookups++
	e := t.entries[addr]
	if e == nil {
		if e = t.create(now, addr); e == nil {
			t.drop(s, trace.NeighCreateFail)
			return
		}
	} else {
		t.Stats.Hits++
		t.touch(e)
	}
	e.used = now
	switch e.state {
	case Stale:
		// RFC 4861 7.3.3: "The first time a node sends a packet to a neighbor whose entry is STALE, the
		// sender changes the state to DELAY and sets a timer to expire in DELAY_FIRST_PROBE_TIME seconds."
		t.set(e, Delay, "neigh_event_send", now+int64(t.cfg.DelayTime))
		t.env.Transmit(s, e.mac)
	case Reachable, Delay, Probe, Permanent:
		t.env.Transmit(s, e.mac)
	case Incomplete:
		t.enqueue(e, s)
	default:
		t.enqueue(e, s)
		t.resolve(now, e)
	}
}

// resolve begins address resolution.
func (t *Table) resolve(now int64, e *Entry) {
	e.probes = 1
	t.set(e, Incomplete, "neigh_event_send", now+int64(t.cfg.RetransTime))
	t.env.Solicit(now, e.addr, wire.MAC{})
}

// enqueue makes s wait for the address. The bound is on the memory of the
// buffers; the oldest goes first.
func (t *Table) enqueue(e *Entry, s *skb.SKB) {
	size := s.Truesize()
	for e.waiting.N > 0 && e.waitingMem+size > t.cfg.QueueBytes {
		old := e.waiting.Pop()
		e.waitingMem -= old.Truesize()
		t.Stats.UnresolvedDiscards++
		t.drop(old, trace.NeighQueueFull)
	}
	e.waiting.Push(s)
	e.waitingMem += size
	if t.tr.On() {
		ev := packetEvent(trace.NeighQueue, "__neigh_event_send", t.dev, s)
		ev.Neigh = trace.Neigh{Addr: e.addr, Old: uint8(e.state), New: uint8(e.state)}
		t.tr.Emit(ev)
	}
}

// flush sends what waited. The packets leave in the order in which they came.
func (t *Table) flush(e *Entry) {
	q := e.waiting
	e.waiting, e.waitingMem = skb.Queue{}, 0
	for s := q.Pop(); s != nil; s = q.Pop() {
		t.env.Transmit(s, e.mac)
	}
}

// Advert is a Neighbour Advertisement's content.
type Advert struct {
	MAC                         wire.MAC // zero: no target link-layer address option
	Solicited, Override, Router bool
}

// Advert takes in an advertisement for addr: RFC 4861 7.2.5 and its table in
// appendix C.
func (t *Table) Advert(now int64, addr netip.Addr, a Advert) {
	e := t.entries[addr]
	if e == nil || e.state == Permanent {
		return // "There is no need to create an entry if none exists"
	}
	hasMAC := !a.MAC.IsZero()
	if e.state == Incomplete || e.state == Failed || e.state == None {
		if !hasMAC {
			return // "silently discard the received advertisement": there is no address to record
		}
		e.router = a.Router
		t.learn(now, e, a.MAC)
		t.reached(now, e, a.Solicited)
		return
	}
	differs := hasMAC && a.MAC != e.mac
	if differs && !a.Override {
		if e.state == Reachable {
			t.set(e, Stale, "neigh_update", 0)
		}
		return
	}
	if differs {
		t.learn(now, e, a.MAC)
	}
	if a.Solicited || differs {
		t.reached(now, e, a.Solicited)
	}
	e.router = a.Router
}

// Heard takes in the sender's address pair of a solicitation or an ARP request
// for this host: RFC 4861 7.2.3, RFC 826's merge. The pair is news of a
// neighbour, not proof that it can be reached: the entry becomes STALE.
func (t *Table) Heard(now int64, addr netip.Addr, mac wire.MAC) {
	e := t.entries[addr]
	if e == nil {
		if e = t.create(now, addr); e == nil {
			return
		}
	}
	if e.state == Permanent || e.mac == mac && e.state != Incomplete && e.state != Failed && e.state != None {
		return
	}
	t.learn(now, e, mac)
	t.reached(now, e, false)
}

// ARP takes in the sender's address pair of any other ARP packet: it updates
// an entry and makes none (RFC 826; Linux with arp_accept 0). Reply says that it
// answers this host; gratuitous, that sender and target are the same address.
func (t *Table) ARP(now int64, addr netip.Addr, mac wire.MAC, reply, gratuitous bool) {
	e := t.entries[addr]
	if e == nil {
		return
	}
	if !e.mac.IsZero() && e.mac != mac && !gratuitous && now-e.updated < int64(t.cfg.LockTime) {
		return
	}
	t.Advert(now, addr, Advert{MAC: mac, Solicited: reply, Override: true, Router: e.router})
}

// Confirm is a hint of forward progress from an upper layer (RFC 4861 7.3.1).
func (t *Table) Confirm(now int64, addr netip.Addr) {
	e := t.entries[addr]
	if e == nil {
		return
	}
	switch e.state {
	case Stale, Delay, Probe:
		t.reached(now, e, true)
	case Reachable:
		e.due = now + int64(t.reachableTime(now))
	}
}

// AddPermanent makes an entry that is neither doubted nor replaced. It reports
// whether there was room.
func (t *Table) AddPermanent(now int64, addr netip.Addr, mac wire.MAC) bool {
	e := t.entries[addr]
	if e == nil {
		if e = t.create(now, addr); e == nil {
			return false
		}
	}
	t.learn(now, e, mac)
	t.set(e, Permanent, "neigh_update", 0)
	t.flush(e)
	return true
}

// Remove forgets an address; what waits for it is freed.
func (t *Table) Remove(addr netip.Addr) {
	if e := t.entries[addr]; e != nil {
		t.remove(e, "neigh_flush_dev")
		t.schedule()
	}
}

func (t *Table) learn(now int64, e *Entry, mac wire.MAC) { e.mac, e.updated = mac, now }

// reached moves an entry whose address is known to REACHABLE or STALE and sends what waited.
func (t *Table) reached(now int64, e *Entry, confirmed bool) {
	e.probes = 0
	if confirmed {
		t.set(e, Reachable, "neigh_update", now+int64(t.reachableTime(now)))
	} else {
		t.set(e, Stale, "neigh_update", 0)
	}
	if e.waiting.N > 0 {
		t.flush(e)
	}
}

// reachableTime is a uniform random value between 0.5 and 1.5 times the base
// (RFC 4861 6.3.2, MIN_RANDOM_FACTOR and MAX_RANDOM_FACTOR). Linux draws a new one
// every 300 s.
func (t *Table) reachableTime(now int64) time.Duration {
	if t.cfg.Rand == nil {
		return t.cfg.ReachableTime
	}
	if now >= t.redrawAt {
		base := uint64(t.cfg.ReachableTime)
		t.reachable = time.Duration(base/2 + t.cfg.Rand()%base)
		t.redrawAt = now + int64(300*time.Second)
	}
	return t.reachable
}

// OnTimer does what is due.
func (t *Table) OnTimer(now int64) {
	t.timerAt = 0
	t.due = t.due[:0]
	for e := t.first; e != nil; e = e.nextE {
		if e.due != 0 && e.due <= now {
			t.due = append(t.due, e)
		}
	}
	for _, e := range t.due {
		if !e.dead && e.due != 0 && e.due <= now {
			t.expire(now, e)
		}
	}
	t.schedule()
}

func (t *Table) expire(now int64, e *Entry) {
	switch e.state {
	case Reachable:
		t.set(e, Stale, "neigh_timer_handler", 0)
	case Delay:
		e.probes = 1
		t.set(e, Probe, "neigh_timer_handler", now+int64(t.cfg.RetransTime))
		t.env.Solicit(now, e.addr, e.mac)
	case Incomplete, Probe:
		limit, to := t.cfg.MulticastSolicit, wire.MAC{}
		if e.state == Probe {
			limit, to = t.cfg.UnicastSolicit, e.mac
		}
		if e.probes >= limit {
			t.fail(now, e)
			return
		}
		e.probes++
		e.due = now + int64(t.cfg.RetransTime)
		t.env.Solicit(now, e.addr, to)
	}
}

// fail ends a resolution without an answer. RFC 4861 7.2.2: the sender "MUST
// return ICMP destination unreachable indications with code 3 (Address
// Unreachable) for each packet queued awaiting address resolution".
func (t *Table) fail(now int64, e *Entry) {
	t.Stats.ResFailed++
	t.set(e, Failed, "neigh_timer_handler", 0)
	e.mac = wire.MAC{}
	q := e.waiting
	e.waiting, e.waitingMem = skb.Queue{}, 0
	for s := q.Pop(); s != nil; s = q.Pop() {
		t.env.Unreachable(now, e.addr, s)
	}
}

func (t *Table) create(now int64, addr netip.Addr) *Entry {
	if len(t.entries) >= t.cfg.MaxEntries {
		t.Stats.ForcedGCRuns++
		victim := t.first
		for victim != nil && (victim.state == Permanent || victim.state == Incomplete || victim.state == Probe || victim.state == Delay) {
			victim = victim.nextE
		}
		if victim == nil {
			t.Stats.TableFulls++
			return nil
		}
		t.remove(victim, "neigh_forced_gc")
	}
	e := &Entry{addr: addr, updated: now}
	t.entries[addr] = e
	t.append(e)
	t.Stats.Allocs++
	return e
}

func (t *Table) remove(e *Entry, stage string) {
	t.set(e, None, stage, 0)
	for s := e.waiting.Pop(); s != nil; s = e.waiting.Pop() {
		t.drop(s, trace.NeighDead)
	}
	t.unlink(e)
	delete(t.entries, e.addr)
	e.dead = true
	t.Stats.Destroys++
}

// set changes an entry's state and its timer.
func (t *Table) set(e *Entry, to State, stage string, due int64) {
	old := e.state
	if old == Incomplete {
		t.resolving--
	}
	if to == Incomplete {
		t.resolving++
	}
	e.state, e.due = to, due
	if due != 0 && (t.timerAt == 0 || due < t.timerAt) || t.timerBG != (t.resolving == 0) {
		t.schedule()
	}
	if old != to && t.tr.On() {
		t.tr.Emit(trace.Event{
			Kind: trace.NeighState, Stage: stage, Dev: t.dev,
			Neigh: trace.Neigh{Addr: e.addr, MAC: e.mac, Old: uint8(old), New: uint8(to)},
		})
	}
}

// schedule asks for the next call of OnTimer.
func (t *Table) schedule() {
	at := int64(0)
	for e := t.first; e != nil; e = e.nextE {
		if e.due != 0 && (at == 0 || e.due < at) {
			at = e.due
		}
	}
	bg := t.resolving == 0
	if at != t.timerAt || bg != t.timerBG {
		t.timerAt, t.timerBG = at, bg
		t.env.SetTimer(at, bg)
	}
}

// The list by last use.

func (t *Table) touch(e *Entry) {
	if t.last != e {
		t.unlink(e)
		t.append(e)
	}
}

func (t *Table) append(e *Entry) {
	e.prev, e.nextE = t.last, nil
	if t.last != nil {
		t.last.nextE = e
	} else {
		t.first = e
	}
	t.last = e
}

func (t *Table) unlink(e *Entry) {
	if e.prev != nil {
		e.prev.nextE = e.nextE
	} else {
		t.first = e.nextE
	}
	if e.nextE != nil {
		e.nextE.prev = e.prev
	} else {
		t.last = e.prev
	}
}

func (t *Table) drop(s *skb.SKB, why trace.DropReason) {
	if t.tr.On() {
		ev := packetEvent(trace.Drop, "__neigh_event_send", t.dev, s)
		ev.Drop = why
		t.tr.Emit(ev)
	}
	s.Free()
}

func packetEvent(k trace.Kind, stage, dev string, s *skb.SKB) trace.Event {
	e := s.Event(k, stage)
	e.Dev = dev
	return e
}

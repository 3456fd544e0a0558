package neigh

import (
	"fmt"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// fake records what a table asks for.
type fake struct {
	t     *Table
	pool  skb.Pool
	rec   trace.Recorder
	now   int64
	log   []string
	at    int64
	bg    bool
	sent  []int // lengths of transmitted packets
	lost  []int // lengths of unreachable ones
	toMAC []wire.MAC
}

func (f *fake) Solicit(now int64, target netip.Addr, to wire.MAC) {
	kind := "multicast"
	if !to.IsZero() {
		kind = "unicast"
	}
	f.log = append(f.log, fmt.Sprintf("%v %s", time.Duration(now), kind))
}

func (f *fake) Transmit(s *skb.SKB, to wire.MAC) {
	f.sent = append(f.sent, s.Len())
	f.toMAC = append(f.toMAC, to)
	s.Free()
}

func (f *fake) Unreachable(now int64, target netip.Addr, s *skb.SKB) {
	f.lost = append(f.lost, s.Len())
	s.Free()
}

func (f *fake) SetTimer(at int64, background bool) { f.at, f.bg = at, background }

// run lets time pass to the given moment.
func (f *fake) run(to time.Duration) {
	for f.at != 0 && f.at <= int64(to) {
		f.now = f.at
		f.at = 0
		f.t.OnTimer(f.now)
	}
	f.now = int64(to)
}

// send gives the table a packet of n bytes.
func (f *fake) send(a netip.Addr, n int) {
	s := f.pool.Alloc(64, n)
	s.Put(n)
	f.t.Output(f.now, a, s)
}

func (f *fake) state(a netip.Addr) State {
	if e := f.t.Lookup(a); e != nil {
		return e.State()
	}
	return None
}

func newFake(cfg Config) *fake {
	f := &fake{now: 1}
	f.t = New(f, trace.New(&trace.Run{Sink: &f.rec, Now: func() int64 { return f.now }}, "h"), "eth0", cfg)
	return f
}

var (
	ipA  = netip.MustParseAddr("192.0.2.1")
	ipB  = netip.MustParseAddr("192.0.2.2")
	macA = wire.MAC{2, 0, 0, 0, 0, 0xa}
	macB = wire.MAC{2, 0, 0, 0, 0, 0xb}
)

func (f *fake) want(t *testing.T, a netip.Addr, s State) {
	t.Helper()
	if got := f.state(a); got != s {
		t.Fatalf("at %v the entry is %v, want %v", time.Duration(f.now), got, s)
	}
}

func TestRFC4861_7_2_2_ResolutionFailsAfterThreeSolicitations(t *testing.T) {
	f := newFake(Config{})
	f.send(ipA, 100)
	f.send(ipA, 200)
	f.want(t, ipA, Incomplete)
	if f.bg {
		t.Error("resolution is what somebody waits for: its timer is not background")
	}
	f.run(10 * time.Second)
	// MAX_MULTICAST_SOLICIT (3) transmissions, RETRANS_TIMER (1 s) apart.
	if want := []string{"1ns multicast", "1.000000001s multicast", "2.000000001s multicast"}; !slices.Equal(f.log, want) {
		t.Errorf("solicitations %v, want %v", f.log, want)
	}
	f.want(t, ipA, Failed)
	if !slices.Equal(f.lost, []int{100, 200}) {
		t.Errorf("unreachable %v: each waiting packet, in order", f.lost)
	}
	if f.at != 0 {
		t.Error("a timer is left")
	}
	// The next packet starts again at once.
	f.send(ipA, 300)
	f.want(t, ipA, Incomplete)
}

func TestRFC4861_7_3_3_LifeOfAnEntry(t *testing.T) {
	f := newFake(Config{})
	f.send(ipA, 100)
	f.t.Advert(f.now, ipA, Advert{MAC: macA, Solicited: true, Override: true})
	f.want(t, ipA, Reachable)
	if !slices.Equal(f.sent, []int{100}) || f.toMAC[0] != macA {
		t.Fatalf("the waiting packet went %v %v", f.sent, f.toMAC)
	}
	if !f.bg {
		t.Error("ageing is housekeeping: its timer is background")
	}
	f.run(29 * time.Second)
	f.want(t, ipA, Reachable)
	f.run(31 * time.Second) // REACHABLE_TIME is 30 s
	f.want(t, ipA, Stale)
	f.run(500 * time.Second)
	f.want(t, ipA, Stale) // "no action": nothing happens until a packet is sent
	f.send(ipA, 101)
	f.want(t, ipA, Delay)
	if len(f.sent) != 2 {
		t.Error("a packet to a STALE neighbour leaves at once")
	}
	f.run(504 * time.Second)
	f.want(t, ipA, Delay)
	f.log = nil
	f.run(505 * time.Second) // DELAY_FIRST_PROBE_TIME is 5 s
	f.want(t, ipA, Probe)
	f.send(ipA, 102)
	if len(f.sent) != 3 {
		t.Error("packets leave during PROBE too")
	}
	f.run(509 * time.Second)
	if want := []string{"8m25s unicast", "8m26s unicast", "8m27s unicast"}; !slices.Equal(f.log, want) {
		t.Errorf("probes %v, want %v", f.log, want)
	}
	f.want(t, ipA, Failed)
	f.send(ipA, 103)
	f.t.Advert(f.now, ipA, Advert{MAC: macB, Override: true}) // unsolicited
	f.want(t, ipA, Stale)
	var seen []string
	for _, e := range f.rec.OfKind(trace.NeighState) {
		seen = append(seen, State(e.Neigh.New).String())
	}
	want := []string{"INCOMPLETE", "REACHABLE", "STALE", "DELAY", "PROBE", "FAILED", "INCOMPLETE", "STALE"}
	if !slices.Equal(seen, want) {
		t.Errorf("the trace tells %v, want %v", seen, want)
	}
	if f.pool.Live != 0 {
		t.Errorf("%d buffers lost", f.pool.Live)
	}
}

func TestRFC4861_7_3_1_UpperLayerConfirmation(t *testing.T) {
	f := newFake(Config{})
	f.t.Heard(f.now, ipA, macA)
	f.send(ipA, 1)
	f.want(t, ipA, Delay)
	f.t.Confirm(f.now, ipA)
	f.want(t, ipA, Reachable)
	f.run(20 * time.Second)
	f.t.Confirm(f.now, ipA)
	f.run(45 * time.Second)
	f.want(t, ipA, Reachable) // confirmed at 20 s: 30 s from there
	f.run(51 * time.Second)
	f.want(t, ipA, Stale)
	if len(f.log) != 0 {
		t.Errorf("solicited %v although the path was known to work", f.log)
	}
}

// The table of RFC 4861 appendix C, for advertisements.
func TestRFC4861_7_2_5_Advertisements(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   State
		a      Advert
		to     State
		mac    wire.MAC
		router bool
	}{
		{"INCOMPLETE, no address: discarded", Incomplete, Advert{Solicited: true, Override: true}, Incomplete, wire.MAC{}, false},
		{"INCOMPLETE, solicited", Incomplete, Advert{MAC: macB, Solicited: true, Router: true}, Reachable, macB, true},
		{"INCOMPLETE, unsolicited", Incomplete, Advert{MAC: macB}, Stale, macB, false},
		{"REACHABLE, same address, solicited", Reachable, Advert{MAC: macA, Solicited: true}, Reachable, macA, false},
		{"REACHABLE, other address, no override", Reachable, Advert{MAC: macB, Solicited: true}, Stale, macA, false},
		{"REACHABLE, other address, override, unsolicited", Reachable, Advert{MAC: macB, Override: true}, Stale, macB, false},
		{"REACHABLE, other address, override, solicited", Reachable, Advert{MAC: macB, Override: true, Solicited: true}, Reachable, macB, false},
		{"REACHABLE, same address, unsolicited", Reachable, Advert{MAC: macA, Override: true, Router: true}, Reachable, macA, true},
		{"STALE, other address, no override", Stale, Advert{MAC: macB, Solicited: true, Router: true}, Stale, macA, false},
		{"STALE, same address, solicited", Stale, Advert{MAC: macA, Solicited: true}, Reachable, macA, false},
		{"STALE, no address, solicited", Stale, Advert{Solicited: true}, Reachable, macA, false},
		{"STALE, no address, unsolicited", Stale, Advert{}, Stale, macA, false},
		{"DELAY, other address, no override", Delay, Advert{MAC: macB, Solicited: true}, Delay, macA, false},
		{"DELAY, other address, override", Delay, Advert{MAC: macB, Override: true}, Stale, macB, false},
		{"PROBE, same address, solicited", Probe, Advert{MAC: macA, Solicited: true}, Reachable, macA, false},
		{"PROBE, other address, no override", Probe, Advert{MAC: macB, Solicited: true}, Probe, macA, false},
		{"no entry: none is made", None, Advert{MAC: macB, Solicited: true, Override: true}, None, wire.MAC{}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := newFake(Config{})
			switch c.from {
			case Incomplete:
				f.send(ipA, 1)
			case Reachable:
				f.send(ipA, 1)
				f.t.Advert(f.now, ipA, Advert{MAC: macA, Solicited: true})
			case Stale:
				f.t.Heard(f.now, ipA, macA)
			case Delay, Probe:
				f.t.Heard(f.now, ipA, macA)
				f.send(ipA, 1)
				if c.from == Probe {
					f.run(5*time.Second + 1)
				}
			}
			f.want(t, ipA, c.from)
			f.t.Advert(f.now, ipA, c.a)
			f.want(t, ipA, c.to)
			if e := f.t.Lookup(ipA); e != nil && (e.MAC() != c.mac || e.Router() != c.router) {
				t.Errorf("address %v router %v, want %v %v", e.MAC(), e.Router(), c.mac, c.router)
			}
		})
	}
}

func TestRFC826_MergeUpdatesAndDoesNotCreate(t *testing.T) {
	f := newFake(Config{})
	f.t.ARP(f.now, ipA, macA, true, false)
	if f.t.Len() != 0 {
		t.Error("an ARP packet that is not for us made an entry")
	}
	f.t.Heard(f.now, ipA, macA) // a request for us
	f.want(t, ipA, Stale)
	f.t.ARP(f.now+int64(500*time.Millisecond), ipA, macB, false, false)
	if f.t.Lookup(ipA).MAC() != macA {
		t.Error("within locktime the first answer counts")
	}
	f.t.ARP(f.now+int64(500*time.Millisecond), ipA, macB, false, true)
	if f.t.Lookup(ipA).MAC() != macB {
		t.Error("a gratuitous ARP overrides")
	}
	f.t.ARP(f.now+int64(2*time.Second), ipA, macA, false, false)
	if f.t.Lookup(ipA).MAC() != macA {
		t.Error("RFC 826: an existing pair is updated")
	}
	f.t.ARP(f.now+int64(4*time.Second), ipA, macA, true, false)
	f.want(t, ipA, Reachable)
}

func TestBound_WaitingPacketsDropOldest(t *testing.T) {
	f := newFake(Config{QueueBytes: 3 * (skb.SmallSize + skb.DescSize)})
	for n := 1; n <= 5; n++ {
		f.send(ipA, n)
	}
	if e := f.t.Lookup(ipA); e.Waiting() != 3 || f.t.Stats.UnresolvedDiscards != 2 {
		t.Fatalf("%d wait, %d dropped", e.Waiting(), f.t.Stats.UnresolvedDiscards)
	}
	f.t.Advert(f.now, ipA, Advert{MAC: macA, Solicited: true})
	if !slices.Equal(f.sent, []int{3, 4, 5}) {
		t.Errorf("sent %v: RFC 1122 2.3.2.2 keeps the latest", f.sent)
	}
	for _, e := range f.rec.OfKind(trace.Drop) {
		if e.Drop != trace.NeighQueueFull {
			t.Errorf("drop reason %v", e.Drop)
		}
	}
	if f.pool.Live != 0 {
		t.Errorf("%d buffers lost", f.pool.Live)
	}
}

func TestBound_TableReplacesTheLeastRecentlyUsed(t *testing.T) {
	f := newFake(Config{MaxEntries: 4})
	addr := func(n int) netip.Addr { return netip.AddrFrom4([4]byte{192, 0, 2, byte(n)}) }
	f.t.AddPermanent(f.now, addr(1), macA)
	for n := 2; n <= 4; n++ {
		f.t.Heard(f.now, addr(n), macB)
	}
	f.send(addr(2), 1) // 3 is the oldest now; 2 is in DELAY
	f.t.Heard(f.now, addr(5), macB)
	if f.t.Len() != 4 || f.t.Lookup(addr(3)) != nil || f.t.Lookup(addr(1)) == nil || f.t.Lookup(addr(2)) == nil {
		t.Error("the entry used longest ago is to go, and no permanent one")
	}
	// All but the permanent one are busy: a new address is refused.
	f.send(addr(4), 1)
	f.send(addr(5), 1)
	f.send(addr(6), 1)
	if f.t.Stats.TableFulls != 1 {
		t.Errorf("TableFulls %d", f.t.Stats.TableFulls)
	}
	if d := f.rec.OfKind(trace.Drop); len(d) != 1 || d[0].Drop != trace.NeighCreateFail {
		t.Errorf("drops %v", d)
	}
	f.t.Remove(addr(5))
	f.t.Remove(addr(4))
	if f.pool.Live != 0 {
		t.Errorf("%d buffers lost", f.pool.Live)
	}
}

func TestRFC4861_6_3_2_ReachableTimeIsRandom(t *testing.T) {
	x := uint64(0)
	f := newFake(Config{Rand: func() uint64 { x += 0x9e3779b97f4a7c15; return x }})
	seen := map[time.Duration]bool{}
	for i := range 50 {
		d := f.t.reachableTime(int64(i) * int64(301*time.Second))
		if d < 15*time.Second || d >= 45*time.Second {
			t.Fatalf("%v is outside 0.5 to 1.5 times 30 s", d)
		}
		seen[d] = true
	}
	if len(seen) < 40 {
		t.Errorf("only %d different values in 50", len(seen))
	}
}

// Steady traffic to a reachable neighbour allocates nothing.
func TestOutputAllocatesNothing(t *testing.T) {
	f := &quiet{}
	f.t = New(f, trace.New(nil, "h"), "eth0", Config{})
	f.t.AddPermanent(1, ipA, macA)
	f.t.AddPermanent(1, ipB, macB)
	if n := testing.AllocsPerRun(100, func() {
		f.t.Output(1, ipA, f.pool.Alloc(64, 100))
		f.t.Output(1, ipB, f.pool.Alloc(64, 100))
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

type quiet struct {
	t    *Table
	pool skb.Pool
}

func (f *quiet) Solicit(int64, netip.Addr, wire.MAC)           {}
func (f *quiet) Transmit(s *skb.SKB, to wire.MAC)              { s.Free() }
func (f *quiet) Unreachable(_ int64, _ netip.Addr, s *skb.SKB) { s.Free() }
func (f *quiet) SetTimer(at int64, background bool)            {}

package kernelpath

import (
	"fmt"
	"hash/fnv"
	"math/rand/v2"
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// maxVirtual bounds a run in virtual time: a transfer over a line of 1 kbit/s
// ends there too.
const maxVirtual = 24 * time.Hour

// hostCable is the name of the cable at the first card of the machine under test.
const hostCable = "wire"

// farCable is that at a router's other card.
const farCable = "wire2"

// senderName is the name of a sender of an incast, which are counted from 0.
func senderName(i int) string { return fmt.Sprintf("%s%d", Peer, i+1) }

// drain is how long a run goes on after its traffic, for what is still under way.
const drain = 10 * time.Second

// bench is a machine under test with everything around it.
type bench struct {
	s     *Scenario
	l     *loop.Loop
	pool  *skb.Pool
	run   *trace.Run
	sink  trace.Sink // nil: nobody listens
	order *reorder   // the part of it that hands events on in order of time
	taps  taps

	host *host.Host
	net  *netconn.Net
	m    measure
}

// machine is a host with its sockets.
type machine struct {
	h    *host.Host
	net  *netconn.Net
	port *host.Port
	at   endpoint
}

// station is the n-th place on the host's network, in documentation addresses
// (RFC 5737): the host is 1.
func station(n int) endpoint {
	return endpoint{wire.MAC{2, 0, 0, 0, 0, byte(n)}, netip.AddrFrom4([4]byte{198, 51, 100, byte(n)})}
}

// beyond is the same on the far side of a router.
func beyond(n int) endpoint {
	return endpoint{wire.MAC{2, 0, 0, 0, 1, byte(n)}, netip.AddrFrom4([4]byte{203, 0, 113, byte(n)})}
}

func newBench(s *Scenario, sinks []trace.Sink) *bench {
	b := &bench{s: s, l: loop.New(loop.Config{MaxVirtual: maxVirtual}), pool: &skb.Pool{}}
	b.run = &trace.Run{Now: b.l.Now}
	b.m.l = b.l
	b.taps.init(sinks)
	var timed, all trace.Tee
	if b.m.wants(s) {
		timed = append(timed, &b.m)
	}
	for _, k := range sinks {
		_, ordered := k.(causal)
		if _, ok := k.(FrameSink); ok || ordered {
			all = append(all, k)
		} else {
			timed = append(timed, k)
		}
	}
	if len(timed) > 0 {
		b.order = &reorder{now: b.l.Now, to: single(timed)}
		all = append(all, b.order)
	}
	if len(all) > 0 {
		b.sink = single(all)
	}
	if s.Handshake {
		b.run.Sink = b.sink
		b.taps.open = true
	}
	return b
}

// causal is a sink to which the order of cause and effect matters and times do not:
// it gets events as they are reported.
type causal interface{ causal() }

func single(t trace.Tee) trace.Sink {
	if len(t) == 1 {
		return t[0]
	}
	return t
}

// random is a stream of random numbers for whoever has the name.
func (b *bench) random(name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name))
	return rand.New(rand.NewPCG(b.s.Seed, h.Sum64()))
}

// build makes the machine under test with its first card.
func (b *bench) build() (*machine, error) {
	s := b.s
	qdisc, _ := host.ParseQdisc(s.Qdisc)
	cfg := host.Config{
		Name: Host, CPUs: s.CPUs, Costs: s.Costs,
		NetdevBudget: s.Budget, NetdevBudgetUsecs: s.BudgetUsecs, DevWeight: s.Weight, NetdevMaxBacklog: s.MaxBacklog,
		NoGRO: s.NoGRO, GRONormalBatch: s.GROBatch, NoNAPI: s.NoNAPI, SoftirqTime: s.SoftirqTime, SoftirqRestart: s.SoftirqRestart, RPSCPUs: s.RPSCPUs,
		Qdisc: qdisc, TxQueueLen: s.TxQueueLen, NoBQL: s.NoBQL,
		Stack: stack.Config{Forwarding: s.Kind == Forward, Rand: b.random(Host).Uint64},
	}
	cfg.Stack.TCP.RecvBuf, cfg.Stack.TCP.SendBuf, cfg.Stack.TCP.LimitOutputBytes = s.RcvBuf, s.SndBuf, s.LimitOutput
	m, err := b.machine(cfg, b.card("eth0", station(1), s.MTU), station(1))
	if err == nil {
		b.host, b.net = m.h, m.net
	}
	return m, err
}

// card is the configuration of a card of the machine under test.
func (b *bench) card(name string, at endpoint, mtu int) nic.Config {
	s := b.s
	return nic.Config{
		Name: name, MAC: at.mac, MTU: mtu, Rate: s.Rate, RxRing: s.Ring, TxRing: s.TxRing, Queues: s.Queues,
		RxUsecs: s.RxUsecs, RxFrames: s.RxFrames, TxUsecs: s.TxUsecs, TxFrames: s.TxFrames, AdaptiveRx: s.AdaptiveRx, NoTSO: s.NoTSO,
	}
}

// peer makes a machine for the other side. Its CPUs cost nothing, and its rings
// never overflow: it is not what a scenario is about.
func (b *bench) peer(name string, at endpoint) (*machine, error) {
	cfg := host.Config{Name: name, NoCosts: true, Stack: stack.Config{Rand: b.random(name).Uint64}}
	return b.machine(cfg, nic.Config{Name: "eth0", MAC: at.mac, MTU: b.s.MTU, Rate: b.s.Rate, RxRing: 4096}, at)
}

func (b *bench) machine(cfg host.Config, card nic.Config, at endpoint) (*machine, error) {
	h := host.New(b.l, b.run, b.pool, cfg)
	p, err := h.AddNIC(card, netip.PrefixFrom(at.addr, 24))
	if err != nil {
		return nil, fmt.Errorf("kernelpath: %w", err)
	}
	b.taps.add(cfg.Name, card, p)
	return &machine{h: h, net: netconn.New(h), port: p, at: at}, nil
}

// knows gives a machine a permanent neighbour: sources and sinks do not answer ARP.
func (m *machine) knows(p *host.Port, at endpoint) {
	p.Interface().Neighbors().AddPermanent(m.h.Loop().Now(), at.addr, at.mac)
}

// cable makes a cable whose end A is at a card of the machine under test.
func (b *bench) cable(name string, p *host.Port, pacedB bool, mtu int) *lab.Cable {
	c := lab.NewCable(b.l, b.pool, trace.New(b.run, name), lab.CableConfig{
		Name:        name,
		Impairments: lab.Impairments{Rate: b.s.Rate, Delay: b.s.Delay, Loss: b.s.Loss, Corrupt: b.s.Corrupt},
		PacedA:      true, PacedB: pacedB, MTU: mtu, Seed: b.s.Seed,
	})
	p.NIC().Connect(c.A)
	c.A.Connect(p.NIC())
	b.m.cables = append(b.m.cables, c.A, c.B)
	return c
}

// pair builds the machine under test and one peer at the other end of its cable.
func (b *bench) pair() (h, peer *machine, err error) {
	if h, err = b.build(); err != nil {
		return nil, nil, err
	}
	if peer, err = b.peer(Peer, station(2)); err != nil {
		return nil, nil, err
	}
	c := b.cable(hostCable, h.port, true, b.s.MTU)
	peer.port.NIC().Connect(c.B)
	c.B.Connect(peer.port.NIC())
	return h, peer, nil
}

// begin opens the sinks and starts the clock of the measurement.
func (b *bench) begin() {
	b.run.Sink = b.sink
	b.taps.open = true
	b.m.begin(b.host)
}

// TapPoint is a place where packets are seen: the wire side of a card, or the
// other side of its driver, where a packet socket listens.
type TapPoint struct {
	Host, Dev string
	Stack     bool // between driver and protocols
	MAC       wire.MAC
	MTU       int
	Rate      int64
}

// FrameSink is a sink of events that wants the packets too. It gets events as they
// are reported, in step with the packets.
type FrameSink interface {
	// Taps tells the places, in the order of the numbers that Frame and Packet use.
	Taps(points []TapPoint)
	Frame(at int, t nic.Tap)
	Packet(at int, t host.Tap)
}

// taps hands packets to the sinks that want them.
type taps struct {
	sinks  []FrameSink
	points []TapPoint
	open   bool
}

func (t *taps) init(sinks []trace.Sink) {
	for _, s := range sinks {
		if f, ok := s.(FrameSink); ok {
			t.sinks = append(t.sinks, f)
		}
	}
}

func (t *taps) add(name string, card nic.Config, p *host.Port) {
	if len(t.sinks) == 0 {
		return
	}
	at := len(t.points)
	point := TapPoint{Host: name, Dev: card.Name, MAC: card.MAC, MTU: card.MTU, Rate: card.Rate}
	behind := point
	behind.Stack = true
	t.points = append(t.points, point, behind)
	p.NIC().AddTap(func(x nic.Tap) {
		if t.open {
			for _, s := range t.sinks {
				s.Frame(at, x)
			}
		}
	})
	p.AddTap(func(x host.Tap) {
		if t.open {
			for _, s := range t.sinks {
				s.Packet(at+1, x)
			}
		}
	})
}

// built tells the sinks where packets come from.
func (t *taps) built() {
	for _, s := range t.sinks {
		s.Taps(t.points)
	}
}

package stack

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/icmp"
	"github.com/netkit-go/netkit/pkg/stack/ip"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/stack/udp"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/subnet"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Limits of a stack.
const (
	MaxInterfaces = 64
	MaxAddrs      = 256 // per interface
)

// Errors of configuration.
var (
	ErrTooMany  = errors.New("stack: too many interfaces or addresses")
	ErrAddrUsed = errors.New("stack: address is already configured")
	ErrAddr     = errors.New("stack: not an address for an interface")
)

// Config is a stack's configuration. The zero value is a host with Linux's
// defaults.
type Config struct {
	Name       string
	Forwarding bool          // forward packets that are for others, as a router
	TTL        uint8         // 0: 64 (RFC 1700)
	Rand       func() uint64 // nil: crypto/rand
	TCP        tcp.Config
	Meter      *stage.Meter // nil: nothing is charged

	// What a host does for its stack, each nil where it does not.

	// Backlog takes what the loopback sends, to give it to Interface.Input when the
	// sender's code has returned (netif_rx). False: there was no room, and the
	// buffer is gone. Nil: the stack keeps a queue of its own.
	Backlog func(i *Interface, s *skb.SKB) bool
	// SoftIRQ runs the work of a timer in softirq context.
	SoftIRQ func(work func())
	// Wake makes the tasks that wait on q runnable, as of the moment at which the
	// running code is.
	Wake func(q *loop.WaitQueue)
	// Own is told of the socket that a system call locks: the host calls
	// TCPSocket.Own, and waits until that succeeds, and TCPSocket.Release when the
	// call's time has passed.
	Own func(k *TCPSocket)
	// Pass lets the time pass that a system call has taken so far, before its packet
	// reaches queues and devices. Others run meanwhile.
	Pass func()
	// Defer takes a buffer that another CPU has made, to free it there. False: it
	// is this CPU's.
	Defer func(s *skb.SKB) bool
	// CPU is the number of the CPU whose code runs.
	CPU func() int
}

// Stack is the protocols of one host. All of it runs inside the loop.
type Stack struct {
	l     *loop.Loop
	tr    *trace.Tracer
	pool  *skb.Pool
	cfg   Config
	meter *stage.Meter
	rand  func() uint64
	n     Stats

	ifaces []*Interface // the first one is the loopback
	local  map[netip.Addr]*Interface
	bcast  map[netip.Addr]int // broadcast addresses and how many prefixes have them

	routes  ip.Table
	pmtu    ip.PMTU
	gen     uint32 // changes with routes, addresses and path MTUs: cached paths are checked against it
	idents  *ip.Idents
	secret  uint64
	limiter icmp.Limiter

	reasm4, reasm6           *ip.Reassembler
	reasmTimer4, reasmTimer6 loop.Timer

	udp   udp.Table
	tcp   tcpState
	fwd   forwarding
	pings map[uint16]*PingSocket
	ping  uint16 // last identifier given
}

// New returns a stack with a loopback interface.
func New(l *loop.Loop, tr *trace.Tracer, pool *skb.Pool, cfg Config) *Stack {
	s := &Stack{l: l, tr: tr, pool: pool, cfg: cfg, meter: cfg.Meter, rand: cfg.Rand, gen: 1}
	if s.rand == nil {
		s.rand = systemRand
	}
	if s.cfg.TTL == 0 {
		s.cfg.TTL = 64
	}
	s.local = make(map[netip.Addr]*Interface)
	s.bcast = map[netip.Addr]int{broadcast4: 1}
	s.pings = make(map[uint16]*PingSocket)
	s.secret = s.rand()
	s.idents = ip.NewIdents(s.rand)
	s.reasm4, s.reasm6 = ip.NewReassembler(tr, false), ip.NewReassembler(tr, true)
	s.reasmTimer4.Init(l, s.reassemblyTimer4)
	s.reasmTimer6.Init(l, s.reassemblyTimer6)
	s.reasmTimer4.Background, s.reasmTimer6.Background = true, true
	s.initTCP()
	s.fwd.init(s)
	s.addLoopback()
	return s
}

func systemRand() uint64 {
	var b [8]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return binary.LittleEndian.Uint64(b[:])
}

var broadcast4 = netip.AddrFrom4([4]byte{255, 255, 255, 255})

// Name is the host's name.
func (s *Stack) Name() string { return s.cfg.Name }

// Loop is the loop that the stack runs in.
func (s *Stack) Loop() *loop.Loop { return s.l }

// Tracer is the host's tracer.
func (s *Stack) Tracer() *trace.Tracer { return s.tr }

// Interfaces lists the interfaces; the first one is the loopback.
func (s *Stack) Interfaces() []*Interface { return s.ifaces }

// Stats returns the counters.
func (s *Stack) Stats() Stats {
	n := s.n
	a, b := &s.reasm4.Stats, &s.reasm6.Stats
	n.IpReasmReqds, n.IpReasmOKs, n.IpReasmFails, n.IpReasmTimeout = a.Reqds, a.OKs, a.Fails, a.Timeouts
	n.IpExtReasmOverlaps = a.Overlaps
	n.Ip6ReasmReqds, n.Ip6ReasmOKs, n.Ip6ReasmFails, n.Ip6ReasmTimeout = b.Reqds, b.OKs, b.Fails, b.Timeouts
	return n
}

// IsLocal says whether an address is the host's own.
func (s *Stack) IsLocal(a netip.Addr) bool { return s.localInterface(a) != nil }

// localInterface returns the interface that has an address. All of 127.0.0.0/8
// is the loopback's.
func (s *Stack) localInterface(a netip.Addr) *Interface {
	if i := s.local[a]; i != nil {
		return i
	}
	if a.Is4() && a.IsLoopback() {
		return s.ifaces[0]
	}
	return nil
}

func (s *Stack) isBroadcast(a netip.Addr) bool { return a.Is4() && s.bcast[a] > 0 }

// Route says where packets for a prefix go.
type Route struct {
	Dst       netip.Prefix
	Gateway   netip.Addr // invalid: the destinations are on the link
	Interface *Interface // nil: the one that the gateway is on-link of
	Metric    int        // of several routes for one prefix the lowest counts
	MTU       int        // 0: the interface's
	Src       netip.Addr // preferred source address; invalid: selection decides
}

// AddRoute inserts a route.
func (s *Stack) AddRoute(r Route) error {
	i := r.Interface
	if i == nil && r.Gateway.IsValid() {
		if hop := s.routes.Lookup(r.Gateway); hop != nil && !hop.Gateway.IsValid() {
			i = s.ifaces[hop.If]
		}
	}
	if i == nil {
		return fmt.Errorf("stack: route to %v: %w", r.Dst, ip.ErrRoute)
	}
	if err := s.routes.Add(ip.Route{Dst: r.Dst, Gateway: r.Gateway, If: i.index, Metric: r.Metric, MTU: r.MTU, Src: r.Src}); err != nil {
		return fmt.Errorf("stack: route to %v: %w", r.Dst, err)
	}
	s.gen++
	return nil
}

// Routes calls f for all routes, the longest prefixes first.
func (s *Stack) Routes(f func(Route)) {
	s.routes.Each(func(r *ip.Route) {
		f(Route{Dst: r.Dst, Gateway: r.Gateway, Interface: s.ifaces[r.If], Metric: r.Metric, MTU: r.MTU, Src: r.Src})
	})
}

// AddAddr gives an interface an address, and the stack a route for its prefix.
func (i *Interface) AddAddr(p netip.Prefix) error {
	s, a := i.st, p.Addr()
	switch {
	case !p.IsValid() || a.Is4In6() || a.IsUnspecified() || a.IsMulticast():
		return fmt.Errorf("%w: %v", ErrAddr, p)
	case len(i.addrs) >= MaxAddrs:
		return ErrTooMany
	case s.local[a] != nil && !a.IsLinkLocalUnicast():
		return fmt.Errorf("%w: %v", ErrAddrUsed, a)
	}
	p = netip.PrefixFrom(a.WithZone(""), p.Bits())
	i.addrs = append(i.addrs, p)
	s.local[p.Addr()] = i
	if !i.info.Loopback && !p.IsSingleIP() {
		if err := s.routes.Add(ip.Route{Dst: p, If: i.index}); err != nil {
			return fmt.Errorf("stack: %v: %w", p, err)
		}
	}
	if subnet.HasBroadcast(p) && !i.info.Loopback {
		s.bcast[subnet.Last(p)]++
	}
	if a.Is6() && !i.info.Loopback {
		i.join(solicitedNode(a))
	}
	s.gen++
	return nil
}

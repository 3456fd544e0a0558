package host

import (
	"fmt"
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Defaults of Config, as in net/core/hotdata.c and include/net/pkt_sched.h.
const (
	DefaultNetdevBudget      = 300
	DefaultNetdevBudgetUsecs = 8000 // 2 jiffies where HZ is 250
	DefaultDevWeight         = 64
	DefaultTxQueueLen        = 1000
)

// Config describes a host. The zero value is a machine with one CPU and Linux's
// defaults.
type Config struct {
	Name string
	CPUs int // 0: 1

	// Costs of the stages in virtual time; nil: stage.Default. In real time
	// nothing is charged.
	Costs *stage.Table
	// NoCosts makes the CPUs of virtual time infinitely fast.
	NoCosts bool

	NetdevBudget      int // packets in one net_rx_action; 0: 300
	NetdevBudgetUsecs int // and microseconds; 0: 8000
	DevWeight         int // packets in one poll; 0: 64
	TxQueueLen        int // packets in a qdisc; 0: 1000
	NoGRO             bool

	// Stack configures the protocols. Name and Meter are filled in.
	Stack stack.Config
}

// Host is a machine. All methods are inside the loop, except Enter.
type Host struct {
	l     *loop.Loop
	pool  *skb.Pool
	tr    *trace.Tracer
	cfg   Config
	meter *stage.Meter // nil: costs are off
	stack *stack.Stack

	cpus  []*cpu
	cur   *cpu // whose code runs now
	irqs  []irq
	ports []*Port
}

// New returns a host without devices.
func New(l *loop.Loop, run *trace.Run, pool *skb.Pool, cfg Config) *Host {
	setDefault(&cfg.CPUs, 1)
	setDefault(&cfg.NetdevBudget, DefaultNetdevBudget)
	setDefault(&cfg.NetdevBudgetUsecs, DefaultNetdevBudgetUsecs)
	setDefault(&cfg.DevWeight, DefaultDevWeight)
	setDefault(&cfg.TxQueueLen, DefaultTxQueueLen)
	if cfg.Costs == nil {
		cfg.Costs = stage.Default()
	}
	h := &Host{l: l, pool: pool, tr: trace.New(run, cfg.Name), cfg: cfg}
	if l.Virtual() && !cfg.NoCosts {
		h.meter = stage.NewMeter(cfg.Costs)
	}
	for i := range cfg.CPUs {
		h.cpus = append(h.cpus, newCPU(h, i))
	}
	h.cur = h.cpus[0]
	// What runs on behalf of nobody is a timer of the stack, and those are
	// softirqs.
	h.tr.Ctx = trace.SoftIRQ
	cfg.Stack.Name = cfg.Name
	cfg.Stack.Meter = h.meter
	h.stack = stack.New(l, h.tr, pool, cfg.Stack)
	return h
}

func setDefault(v *int, def int) {
	if *v == 0 {
		*v = def
	}
}

// Name returns the host's name.
func (h *Host) Name() string { return h.cfg.Name }

// Stack returns the host's protocols.
func (h *Host) Stack() *stack.Stack { return h.stack }

// Loop returns the loop that the host lives in.
func (h *Host) Loop() *loop.Loop { return h.l }

// Tracer returns the host's tracer.
func (h *Host) Tracer() *trace.Tracer { return h.tr }

// Pool returns the pool of the host's buffers.
func (h *Host) Pool() *skb.Pool { return h.pool }

// Ports returns the host's network cards in the order of AddNIC.
func (h *Host) Ports() []*Port { return h.ports }

// Port is a network card in its slot: the device, its driver and its place in
// the stack.
type Port struct {
	h     *Host
	nic   *nic.NIC
	iface *stack.Interface
	info  stack.DeviceInfo
	napi  napi
	qdisc qdisc
}

// AddNIC puts a network card into the host, fills its receive ring, registers
// its interrupt and gives its interface the addresses. It fails where the stack
// refuses an interface or an address.
func (h *Host) AddNIC(cfg nic.Config, addrs ...netip.Prefix) (*Port, error) {
	n := nic.New(h.l, h.pool, h.tr, cfg)
	cfg = n.Config()
	p := &Port{h: h, nic: n}
	p.info = stack.DeviceInfo{Name: cfg.Name, MAC: cfg.MAC, MTU: cfg.MTU, TxChecksum: !cfg.NoTxChecksum}
	if !cfg.NoTSO && !cfg.NoTxChecksum {
		p.info.GSOMax = gsoMaxSize
	}
	var err error
	if p.iface, err = h.stack.AddInterface(p, stack.InterfaceConfig{}); err != nil {
		return nil, fmt.Errorf("host %s: %s: %w", h.cfg.Name, cfg.Name, err)
	}
	c := h.cpus[len(h.ports)%len(h.cpus)]
	p.qdisc.init(p, h.cfg.TxQueueLen)
	p.napi.init(p, c)
	p.napi.fill()
	vector := h.requestIRQ(cfg.Name, c, p.napi.interrupt)
	n.SetInterrupt(func() { h.interrupt(vector) })
	h.ports = append(h.ports, p)
	for _, a := range addrs {
		if err := p.iface.AddAddr(a); err != nil {
			return nil, fmt.Errorf("host %s: %s: %s: %w", h.cfg.Name, cfg.Name, a, err)
		}
	}
	return p, nil
}

// gsoMaxSize is the longest super-segment, as GSO_LEGACY_MAX_SIZE in
// include/linux/netdevice.h.
const gsoMaxSize = 65536

// NIC returns the device.
func (p *Port) NIC() *nic.NIC { return p.nic }

// Interface returns the device's interface in the stack.
func (p *Port) Interface() *stack.Interface { return p.iface }

// Info implements [stack.Device].
func (p *Port) Info() stack.DeviceInfo { return p.info }

// event begins an event of the port about a buffer.
func (p *Port) event(kind trace.Kind, fn string, s *skb.SKB) trace.Event {
	e := s.Event(kind, fn)
	e.Dev = p.info.Name
	return e
}

// after converts microseconds from now into a moment.
func after(now int64, usecs int) int64 { return now + int64(usecs)*int64(time.Microsecond) }

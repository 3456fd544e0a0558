package host

import (
	"fmt"
	"math/bits"
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
	DefaultGRONormalBatch    = 8
	DefaultNetdevMaxBacklog  = 1000
	DefaultSoftirqTime       = 2 * time.Millisecond
	DefaultSoftirqRestart    = 10
	DefaultSchedSlice        = 700 * time.Microsecond // of one CPU: normalized_sysctl_sched_base_slice
)

// QdiscKind chooses a port's queueing discipline.
type QdiscKind uint8

// The queueing disciplines.
const (
	PFIFOFast QdiscKind = iota
	FQCoDel
	NoQueue
)

var qdiscNames = [...]string{"pfifo_fast", "fq_codel", "noqueue"}

func (k QdiscKind) String() string {
	if int(k) < len(qdiscNames) {
		return qdiscNames[k]
	}
	return "unknown"
}

// ParseQdisc returns the queueing discipline with tc's name for it.
func ParseQdisc(name string) (QdiscKind, bool) {
	for k, n := range qdiscNames {
		if n == name {
			return QdiscKind(k), true
		}
	}
	return 0, false
}

// FQCodel configures fq_codel (RFC 8290); zero values are Linux's defaults.
type FQCodel struct {
	Limit       int           // packets; 0: 10240
	Flows       int           // 0: 1024
	Target      time.Duration // 0: 5 ms
	Interval    time.Duration // 0: 100 ms
	Quantum     int           // bytes; 0: the MTU with an Ethernet header
	MemoryLimit int           // bytes of truesize; 0: 32 MiB
}

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
	TxQueueLen        int // packets in pfifo_fast; 0: 1000

	NoGRO          bool
	GRONormalBatch int // packets that go up together; 0: 8

	// NoNAPI: every frame interrupts and is queued to the CPU's backlog by the
	// interrupt handler, as drivers did before NAPI (netif_rx).
	NoNAPI bool

	SoftirqTime    time.Duration // softirqs in one go before ksoftirqd; 0: 2 ms
	SoftirqRestart int           // and rounds; 0: 10
	SchedSlice     time.Duration // a task's turn while others wait; 0: 0.7 ms of 1 CPU, 1.4 ms of 2 or 3, up to 2.8 ms

	RPSCPUs          uint64 // rps_cpus: CPUs that share the receive work, as bits; 0: no RPS
	NetdevMaxBacklog int    // packets in a CPU's backlog; 0: 1000
	FlowLimit        bool   // flow_limit_cpu_bitmap for all CPUs

	Qdisc   QdiscKind // of all ports; 0: pfifo_fast
	FQCodel FQCodel
	NoBQL   bool // no byte queue limits

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
	cur   *cpu   // whose code runs now
	rps   []*cpu // those that share the receive work
	irqs  []irq
	ports []*Port
	lo    loopback

	threads     map[uint64]*thread
	lastThread  *thread
	minVruntime int64

	wakes     []wakeLater // in order of time
	wakeTimer loop.Timer
}

// New returns a host without devices.
func New(l *loop.Loop, run *trace.Run, pool *skb.Pool, cfg Config) *Host {
	setDefault(&cfg.CPUs, 1)
	setDefault(&cfg.NetdevBudget, DefaultNetdevBudget)
	setDefault(&cfg.NetdevBudgetUsecs, DefaultNetdevBudgetUsecs)
	setDefault(&cfg.DevWeight, DefaultDevWeight)
	setDefault(&cfg.TxQueueLen, DefaultTxQueueLen)
	setDefault(&cfg.GRONormalBatch, DefaultGRONormalBatch)
	setDefault(&cfg.NetdevMaxBacklog, DefaultNetdevMaxBacklog)
	setDefault(&cfg.SoftirqRestart, DefaultSoftirqRestart)
	setDefault(&cfg.SoftirqTime, DefaultSoftirqTime)
	// get_update_sysctl_factor: with 1 + ilog2(CPUs), of 8 at most.
	setDefault(&cfg.SchedSlice, DefaultSchedSlice*time.Duration(bits.Len(uint(min(cfg.CPUs, 8)))))
	if cfg.Costs == nil {
		cfg.Costs = stage.Default()
	}
	h := &Host{l: l, pool: pool, tr: trace.New(run, cfg.Name), cfg: cfg, threads: make(map[uint64]*thread)}
	h.lo.h = h
	h.wakeTimer.Init(l, h.wakeDue)
	if l.Virtual() && !cfg.NoCosts {
		h.meter = stage.NewMeter(cfg.Costs)
		h.tr.Spent = h.meter.Lap
	}
	for i := range cfg.CPUs {
		h.cpus = append(h.cpus, newCPU(h, i))
		if cfg.RPSCPUs&(1<<i) != 0 {
			h.rps = append(h.rps, h.cpus[i])
		}
	}
	h.cur = h.cpus[0]
	// What runs on behalf of nobody is a timer of the stack, and those are
	// softirqs.
	h.tr.Ctx = trace.SoftIRQ
	cfg.Stack.Name = cfg.Name
	cfg.Stack.Meter = h.meter
	cfg.Stack.Backlog = h.netifRx
	cfg.Stack.CPU = func() int { return h.cur.id }
	if h.meter != nil {
		cfg.Stack.SoftIRQ = h.timerSoftIRQ
		cfg.Stack.Wake = h.wake
		cfg.Stack.Own = h.lock
		cfg.Stack.Pass = h.pass
		if cfg.CPUs > 1 {
			cfg.Stack.Defer = h.deferFree
		}
	}
	h.stack = stack.New(l, h.tr, pool, cfg.Stack)
	return h
}

func setDefault[T int | time.Duration](v *T, def T) {
	if *v == 0 {
		*v = def
	}
}

// now is the moment at which the running code is: the loop's time, and what the unit
// of work has spent so far.
func (h *Host) now() int64 { return h.l.Now() + h.meter.Spent() }

// timerSoftIRQ runs a timer of the stack's as softirq work of the first CPU.
func (h *Host) timerSoftIRQ(work func()) {
	c := h.cpus[0]
	from := h.here()
	nested := c.running || c.taken
	if nested {
		c.enter(trace.SoftIRQ)
		work()
		h.enter(from)
		return
	}
	outer := h.meter.Swap()
	c.enter(trace.SoftIRQ)
	work()
	cost := h.meter.Take()
	h.meter.Restore(outer)
	h.enter(from)
	c.time.SoftIRQ += cost
	c.putOff(cost)
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
	napis []*napi
	tx    []*txQueue
	taps  []func(Tap)
}

// AddNIC puts a network card into the host, fills its receive ring, registers
// its interrupt and gives its interface the addresses. It fails where the stack
// refuses an interface or an address.
func (h *Host) AddNIC(cfg nic.Config, addrs ...netip.Prefix) (*Port, error) {
	if len(h.rps) > 0 {
		cfg.RxHash = true
	}
	if h.meter != nil {
		setDefault(&cfg.RxLatency, h.cfg.Costs[stage.RxDMA].Cost)
		setDefault(&cfg.TxLatency, h.cfg.Costs[stage.TxDMA].Cost)
		setDefault(&cfg.IRQLatency, h.cfg.Costs[stage.IRQDelivery].Cost)
	}
	n := nic.New(h.l, h.pool, h.tr, cfg)
	n.SetClock(h.now)
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
	for i := range n.Queues() {
		c := h.cpus[len(h.irqs)%len(h.cpus)]
		q, na := &txQueue{}, &napi{}
		q.init(p, i, c)
		na.init(p, i, c, q)
		na.fill()
		p.tx, p.napis = append(p.tx, q), append(p.napis, na)
		name := cfg.Name
		if n.Queues() > 1 {
			name = fmt.Sprintf("%s-%d", cfg.Name, i)
		}
		vector := h.requestIRQ(name, c, na.interrupt)
		n.Queue(i).SetInterrupt(func() { h.interrupt(vector) })
	}
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

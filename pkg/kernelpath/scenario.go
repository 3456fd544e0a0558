package kernelpath

import (
	"errors"
	"fmt"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Host is the name of the machine under test, Peer that of the one it talks to.
const (
	Host = "host"
	Peer = "peer"
)

// Kind is what happens in a scenario.
type Kind string

// The kinds.
const (
	Request    Kind = "request"     // one TCP request and its answer
	Bulk       Kind = "bulk"        // a TCP transfer to the host, or from it
	Flood      Kind = "flood"       // UDP datagrams at a rate, one flow, to a reading socket
	Storm      Kind = "storm"       // the smallest datagrams, many flows
	Incast     Kind = "incast"      // many senders answer at once, through a switch
	SlowReader Kind = "slow-reader" // a reader that is slower than the sender
	Forward    Kind = "forward"     // the host is a router
	Send       Kind = "send"        // the host sends messages of one size
	Mixed      Kind = "mixed"       // the host sends in bulk, and beside it now and then a datagram
)

// Kinds lists the kinds in the order of the help texts.
func Kinds() []Kind {
	return []Kind{Request, Bulk, Flood, Storm, Incast, SlowReader, Forward, Send, Mixed}
}

// Direction says which side of the host a transfer exercises.
type Direction string

// The directions.
const (
	RX Direction = "rx"
	TX Direction = "tx"
)

// Arrival is how frames of a source are spaced.
type Arrival string

// The arrivals.
const (
	Constant Arrival = "constant" // at equal distances
	Poisson  Arrival = "poisson"  // at random: exponential distances
)

// Scenario is everything that a run depends on. Zero values are the defaults,
// which Fill writes in: Linux's own where Linux has one, else those of the kind.
type Scenario struct {
	Kind      Kind      `json:"scenario" doc:"What happens: request, bulk, flood, storm, incast, slow-reader, forward, send or mixed."`
	Direction Direction `json:"direction,omitempty" doc:"Of a bulk transfer: rx, to the host, or tx, from it."`
	Seed      uint64    `json:"seed" doc:"Where everything random comes from."`

	// Traffic.
	Proto    string        `json:"proto" doc:"tcp or udp."`
	Size     int           `json:"size" doc:"Bytes of payload: of a datagram, of a request and its answer, of each message of a transfer."`
	Packets  int           `json:"packets" doc:"How many datagrams or messages are sent, by all senders together."`
	PPS      int64         `json:"pps,omitempty" doc:"Datagrams a second from the source, of all flows together; never more than the line carries."`
	Arrival  Arrival       `json:"arrival,omitempty" doc:"How datagrams are spaced: constant or poisson."`
	Flows    int           `json:"flows,omitempty" doc:"Flows of a flood or storm."`
	Senders  int           `json:"senders,omitempty" doc:"Machines that send in an incast."`
	Readers  int           `json:"readers,omitempty" doc:"Sockets that datagrams go to, each with a task that reads."`
	NoSocket bool          `json:"no_socket,omitempty" doc:"Nobody has opened the port that datagrams go to."`
	Pause    time.Duration `json:"pause_ns,omitempty" doc:"How long a reader does something else after each read, or a sender of datagrams after each one, in nanoseconds."`

	// The wire.
	Rate    int64         `json:"rate_bps" doc:"Rate of the links in bits a second."`
	Delay   time.Duration `json:"delay_ns" doc:"Propagation, one way, in nanoseconds."`
	Loss    float64       `json:"loss,omitempty" doc:"Share of the frames that the cable loses, 0 to 1."`
	Corrupt float64       `json:"corrupt,omitempty" doc:"Share of the frames in which the cable inverts a bit, 0 to 1."`
	MTU     int           `json:"mtu" doc:"MTU of the host's card."`
	OutMTU  int           `json:"out_mtu,omitempty" doc:"MTU of a router's outgoing card."`

	// The card.
	Ring       int  `json:"ring" doc:"Receive descriptors of a queue."`
	TxRing     int  `json:"tx_ring" doc:"Transmit descriptors of a queue."`
	Queues     int  `json:"queues" doc:"Queues of the card, each with an interrupt of its own."`
	RxUsecs    int  `json:"rx_usecs,omitempty" doc:"Interrupt coalescing: microseconds."`
	RxFrames   int  `json:"rx_frames,omitempty" doc:"Interrupt coalescing: frames."`
	TxUsecs    int  `json:"tx_usecs,omitempty" doc:"Interrupt coalescing of transmission: microseconds."`
	TxFrames   int  `json:"tx_frames,omitempty" doc:"Interrupt coalescing of transmission: frames."`
	AdaptiveRx bool `json:"adaptive_rx,omitempty" doc:"The card chooses rx_usecs and rx_frames by the load."`
	NoTSO      bool `json:"no_tso,omitempty" doc:"Super-segments are cut by software."`

	// The machine.
	CPUs           int           `json:"cpus" doc:"CPUs of the host."`
	RPSCPUs        uint64        `json:"rps_cpus,omitempty" doc:"CPUs that share receive work in software, as bits."`
	Budget         int           `json:"netdev_budget" doc:"Packets of one net_rx_action."`
	BudgetUsecs    int           `json:"netdev_budget_usecs" doc:"Microseconds of one net_rx_action."`
	Weight         int           `json:"dev_weight" doc:"Packets of one poll."`
	MaxBacklog     int           `json:"netdev_max_backlog" doc:"Packets in a CPU's backlog."`
	NoNAPI         bool          `json:"no_napi,omitempty" doc:"Every frame interrupts, as before NAPI."`
	NoGRO          bool          `json:"no_gro,omitempty" doc:"Received segments are not merged."`
	GROBatch       int           `json:"gro_normal_batch" doc:"Packets that GRO passes up together."`
	SoftirqTime    time.Duration `json:"softirq_time_ns,omitempty" doc:"How long softirqs go on before ksoftirqd takes over, in nanoseconds."`
	SoftirqRestart int           `json:"softirq_restart" doc:"How many rounds softirqs go on before ksoftirqd takes over."`
	Qdisc          string        `json:"qdisc" doc:"pfifo_fast, fq_codel or noqueue."`
	TxQueueLen     int           `json:"txqueuelen" doc:"Packets in pfifo_fast."`
	NoBQL          bool          `json:"no_bql,omitempty" doc:"No byte queue limits."`
	ZeroCopy       bool          `json:"zerocopy,omitempty" doc:"The host sends over TCP with MSG_ZEROCOPY."`
	RcvBuf         int           `json:"rcvbuf,omitempty" doc:"SO_RCVBUF of reading sockets in bytes; 0: Linux's default."`
	SndBuf         int           `json:"sndbuf,omitempty" doc:"SO_SNDBUF of the host's TCP sockets in bytes; 0: Linux's default, which grows."`
	LimitOutput    int           `json:"tcp_limit_output_bytes,omitempty" doc:"Bytes of a TCP connection that may wait below TCP; 0: Linux's default."`

	// Costs of the stages; nil: stage.Default.
	Costs *stage.Table `json:"-"`

	// Handshake makes sinks see the run from its beginning: neighbours and TCP
	// handshakes too. Otherwise events begin with the traffic.
	Handshake bool `json:"handshake,omitempty" doc:"The trace shows connections being set up too."`
}

// ErrScenario is wrapped by what Check returns.
var ErrScenario = errors.New("kernelpath: bad scenario")

// Bounds of a scenario.
const (
	MaxPackets = 1_000_000_000
	MaxPPS     = 1_000_000_000
	MaxFlows   = 16384
	MaxSenders = 200
	MaxReaders = 256
	MaxCPUs    = 64
	MaxQueues  = 64
	MaxRing    = 65536
	MaxMTU     = 9000
	MinMTU     = 576
	MaxBuf     = 1 << 30
	MinRcvBuf  = 2304 // SOCK_MIN_RCVBUF and SOCK_MIN_SNDBUF: what Linux makes of less
	MinSndBuf  = 4608

	// stampLen is what a datagram of a source carries: when it was sent.
	stampLen = 8
	// smallest is the payload of a datagram that fills the shortest frame.
	smallest = wire.EthernetMinFrame - wire.EthernetHeaderLen - wire.IPv4MinHeaderLen - wire.UDPHeaderLen
)

func set[T comparable](v *T, def T) {
	var zero T
	if *v == zero {
		*v = def
	}
}

// Fill writes the defaults into a scenario.
func (s *Scenario) Fill() {
	set(&s.Kind, Request)
	type defaults struct {
		proto                 string
		size, packets, pps    int
		flows, readers, sends int
	}
	d := map[Kind]defaults{
		Request:    {proto: "tcp", size: 100, packets: 1},
		Bulk:       {proto: "tcp", size: 64 << 10, packets: 64},
		Flood:      {proto: "udp", size: 64, packets: 20_000, pps: 300_000, flows: 1, readers: 1},
		Storm:      {proto: "udp", size: smallest, packets: 50_000, pps: 5_000_000, flows: 1024, readers: 1},
		Incast:     {proto: "tcp", size: 64 << 10, packets: 32, sends: 32},
		SlowReader: {proto: "tcp", size: 64 << 10, packets: 64},
		Forward:    {proto: "udp", size: 64, packets: 20_000, pps: 500_000, flows: 1},
		Send:       {proto: "udp", size: 1000, packets: 100},
		Mixed:      {proto: "tcp", size: 64 << 10, packets: 64},
	}[s.Kind]
	set(&s.Proto, d.proto)
	if s.Kind == SlowReader && s.Proto == "udp" {
		d = defaults{size: 1000, packets: 2000, pps: 200_000, flows: 1, readers: 1}
	}
	if s.Kind == Bulk {
		set(&s.Direction, RX)
	}
	set(&s.Size, d.size)
	set(&s.Packets, d.packets)
	set(&s.PPS, int64(d.pps))
	set(&s.Flows, d.flows)
	set(&s.Senders, d.sends)
	set(&s.Readers, d.readers)
	if s.PPS > 0 {
		set(&s.Arrival, Constant)
	}
	if s.Kind == SlowReader {
		set(&s.Pause, time.Millisecond)
	}
	if s.Kind == Mixed {
		set(&s.Rate, 100_000_000) // where queues are long
	}
	set(&s.Rate, 10_000_000_000)
	set(&s.Delay, time.Microsecond)
	set(&s.MTU, wire.EthernetMTU)
	if s.Kind == Forward {
		set(&s.OutMTU, s.MTU)
	}
	set(&s.Ring, nic.DefaultRing)
	set(&s.TxRing, nic.DefaultRing)
	set(&s.Queues, 1)
	set(&s.CPUs, 1)
	set(&s.Budget, host.DefaultNetdevBudget)
	set(&s.BudgetUsecs, host.DefaultNetdevBudgetUsecs)
	set(&s.Weight, host.DefaultDevWeight)
	set(&s.MaxBacklog, host.DefaultNetdevMaxBacklog)
	set(&s.SoftirqTime, host.DefaultSoftirqTime)
	set(&s.SoftirqRestart, host.DefaultSoftirqRestart)
	set(&s.GROBatch, host.DefaultGRONormalBatch)
	set(&s.Qdisc, host.PFIFOFast.String())
	set(&s.TxQueueLen, host.DefaultTxQueueLen)
	if s.Costs == nil {
		s.Costs = stage.Default()
	}
}

// Check says whether a filled scenario makes sense.
func (s *Scenario) Check() error {
	known := false
	for _, k := range Kinds() {
		known = known || k == s.Kind
	}
	if !known {
		return fmt.Errorf("%w: no scenario %q", ErrScenario, s.Kind)
	}
	for _, c := range []struct {
		name     string
		v        int64
		min, max int64
	}{
		{"packets", int64(s.Packets), 1, MaxPackets},
		{"pps", s.PPS, 0, MaxPPS},
		{"flows", int64(s.Flows), 0, MaxFlows},
		{"senders", int64(s.Senders), 0, MaxSenders},
		{"readers", int64(s.Readers), 0, MaxReaders},
		{"mtu", int64(s.MTU), MinMTU, MaxMTU},
		{"ring", int64(s.Ring), 1, MaxRing},
		{"tx-ring", int64(s.TxRing), 1, MaxRing},
		{"queues", int64(s.Queues), 1, MaxQueues},
		{"rx-usecs", int64(s.RxUsecs), 0, 1_000_000},
		{"rx-frames", int64(s.RxFrames), 0, MaxRing},
		{"tx-usecs", int64(s.TxUsecs), 0, 1_000_000},
		{"tx-frames", int64(s.TxFrames), 0, MaxRing},
		{"cpus", int64(s.CPUs), 1, MaxCPUs},
		{"budget", int64(s.Budget), 1, 1_000_000},
		{"budget-usecs", int64(s.BudgetUsecs), 1, 10_000_000},
		{"weight", int64(s.Weight), 1, 1_000_000},
		{"max-backlog", int64(s.MaxBacklog), 1, 1_000_000},
		{"txqueuelen", int64(s.TxQueueLen), 1, 1_000_000},
		{"gro-normal-batch", int64(s.GROBatch), 1, 1_000_000},
		{"softirq-restart", int64(s.SoftirqRestart), 1, 1_000_000},
		{"tcp-limit-output-bytes", int64(s.LimitOutput), 0, 1 << 30},
		{"rate", s.Rate, 1000, 1e13},
		{"delay", int64(s.Delay), 0, int64(time.Hour)},
		{"pause", int64(s.Pause), 0, int64(time.Hour)},
		{"softirq-time", int64(s.SoftirqTime), 1, int64(time.Second)},
	} {
		if c.v < c.min || c.v > c.max {
			return fmt.Errorf("%w: %s is from %d to %d, not %d", ErrScenario, c.name, c.min, c.max, c.v)
		}
	}
	for name, v := range map[string]float64{"loss": s.Loss, "corrupt": s.Corrupt} {
		if !(v >= 0 && v < 1) {
			return fmt.Errorf("%w: %s is a share from 0%% to below 100%%", ErrScenario, name)
		}
	}
	for _, c := range []struct {
		name   string
		v, min int
	}{{"rcvbuf", s.RcvBuf, MinRcvBuf}, {"sndbuf", s.SndBuf, MinSndBuf}} {
		if c.v != 0 && (c.v < c.min || c.v > MaxBuf) {
			return fmt.Errorf("%w: %s is from %d to %d, or 0 for Linux's default, not %d", ErrScenario, c.name, c.min, MaxBuf, c.v)
		}
	}
	if _, ok := host.ParseQdisc(s.Qdisc); !ok {
		return fmt.Errorf("%w: no queueing discipline %q", ErrScenario, s.Qdisc)
	}
	if s.Arrival != "" && s.Arrival != Constant && s.Arrival != Poisson {
		return fmt.Errorf("%w: arrivals are constant or poisson, not %q", ErrScenario, s.Arrival)
	}
	if s.Direction != "" && s.Direction != RX && s.Direction != TX {
		return fmt.Errorf("%w: a direction is rx or tx, not %q", ErrScenario, s.Direction)
	}
	if err := s.checkUse(); err != nil {
		return err
	}
	return s.checkTraffic()
}

// checkUse refuses what the kind makes no use of: a figure that changes nothing
// would be read as one that does not matter.
func (s *Scenario) checkUse() error {
	poured := s.Kind == Flood || s.Kind == Storm || s.Kind == SlowReader && s.Proto == "udp" // from a source, to readers
	reads := s.Kind == Bulk || s.Kind == SlowReader || s.Kind == Send || s.Kind == Mixed
	for _, c := range []struct {
		name     string
		set, use bool
	}{
		{"pps", s.PPS != 0, poured || s.Kind == Forward},
		{"arrival", s.Arrival != "", poured || s.Kind == Forward},
		{"flows", s.Flows != 0, poured || s.Kind == Forward},
		{"readers", s.Readers != 0, poured},
		{"no-socket", s.NoSocket, poured},
		{"senders", s.Senders != 0, s.Kind == Incast},
		{"pause", s.Pause != 0, poured || reads},
		{"out-mtu", s.OutMTU != 0, s.Kind == Forward},
	} {
		if c.set && !c.use {
			return fmt.Errorf("%w: the scenario %s has no use for %s", ErrScenario, s.Kind, c.name)
		}
	}
	return nil
}

// Machines lists who reports events in a filled scenario: the host, the machines
// around it, and what connects them.
func (s *Scenario) Machines() []string {
	out := []string{Host, hostCable}
	switch s.Kind {
	case Request, Bulk, Mixed:
		out = append(out, Peer)
	case SlowReader, Send:
		if s.Proto == "tcp" {
			out = append(out, Peer)
		}
	case Forward:
		out = append(out, farCable)
	case Incast:
		out = append(out, "switch")
		for i := range s.Senders {
			out = append(out, senderName(i), fmt.Sprintf("%s%d", hostCable, i+1))
		}
	}
	return out
}

// udpOverhead is what IPv4 and UDP add to a payload.
const udpOverhead = wire.IPv4MinHeaderLen + wire.UDPHeaderLen

// checkTraffic says whether the kind can send what it is asked to.
func (s *Scenario) checkTraffic() error {
	only := map[Kind]string{Request: "tcp", Bulk: "tcp", Incast: "tcp", Mixed: "tcp", Flood: "udp", Storm: "udp", Forward: "udp"}[s.Kind]
	switch {
	case s.Proto != "tcp" && s.Proto != "udp":
		return fmt.Errorf("%w: a protocol is tcp or udp, not %q", ErrScenario, s.Proto)
	case only != "" && s.Proto != only:
		return fmt.Errorf("%w: %s is a scenario of %s", ErrScenario, s.Kind, only)
	case s.ZeroCopy && (s.Proto != "tcp" || s.Kind == Incast || s.Kind == SlowReader || s.Kind == Bulk && s.Direction == RX || s.Kind == Mixed):
		return fmt.Errorf("%w: zerocopy is for what the host sends over TCP: request, send, or bulk in the direction tx", ErrScenario)
	case s.RPSCPUs>>s.CPUs != 0:
		return fmt.Errorf("%w: rps-cpus %x names CPUs that the host does not have: it has %d", ErrScenario, s.RPSCPUs, s.CPUs)
	case s.Proto == "tcp" && (s.Size < 1 || s.Size > 1<<30):
		return fmt.Errorf("%w: size is from 1 to %d", ErrScenario, 1<<30)
	case s.Proto == "tcp":
		return nil
	}
	limit, why := s.MTU-udpOverhead, fmt.Sprintf("for datagrams that fit the MTU of %d", s.MTU) // a source sends whole frames
	if s.Kind == Send {
		limit, why = wire.IPv4MaxTotalLen-udpOverhead, "for a datagram"
	}
	if s.Size < stampLen || s.Size > limit {
		return fmt.Errorf("%w: size is from %d to %d %s, not %d", ErrScenario, stampLen, limit, why, s.Size)
	}
	if s.Kind == Forward && (s.OutMTU < MinMTU || s.OutMTU > MaxMTU) {
		return fmt.Errorf("%w: out-mtu is from %d to %d, not %d", ErrScenario, MinMTU, MaxMTU, s.OutMTU)
	}
	return nil
}

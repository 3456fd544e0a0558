package kernelpath

import (
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
)

// Result is what a run measured on the machine under test. It is of constant
// size.
type Result struct {
	Scenario Scenario `json:"parameters" doc:"What the run depended on, defaults written in."`

	Duration      time.Duration `json:"duration_ns" doc:"Of the traffic: from its beginning until its last datagram or byte arrived, in nanoseconds of virtual time."`
	Offered       uint64        `json:"offered_packets,omitempty" doc:"Datagrams that the source sent, frames on the wire to the host."`
	Packets       uint64        `json:"delivered" doc:"What reached its destination: datagrams, or reads of a stream, or messages sent."`
	Bytes         uint64        `json:"delivered_bytes"`
	PPS           float64       `json:"delivered_pps" doc:"Delivered during the traffic, a second."`
	BitsPerSecond float64       `json:"goodput_bps" doc:"Payload delivered during the traffic, bits a second."`

	Drops         []Drop  `json:"drops" doc:"What was lost, by reason."`
	Frames        uint64  `json:"frames" doc:"Frames that the host's cards received and sent since the traffic began."`
	Interrupts    uint64  `json:"interrupts" doc:"Hard interrupts of the host's cards, of them."`
	IRQPerPacket  float64 `json:"interrupts_per_packet" doc:"Interrupts a frame received or sent."`
	TimeSqueeze   uint64  `json:"time_squeeze" doc:"How often net_rx_action ran out of budget."`
	KsoftirqdWake uint64  `json:"ksoftirqd_wakeups" doc:"How often ksoftirqd was woken."`

	Latency Latency `json:"latency" doc:"From the last bit on the wire to the user, in nanoseconds; of a router, to the first bit on the next wire; of mixed traffic, from the call that sends a datagram to its reader."`
	CPUs    []CPU   `json:"cpus" doc:"What each CPU did during the traffic."`

	Counters Counters `json:"counters" doc:"All counters at the end."`
	Assumed  []string `json:"assumed_costs" doc:"Stages whose cost nobody has measured. Times and rates depend on them."`
}

// Drop is a reason for which packets were lost, and where.
type Drop struct {
	Where   string `json:"where"`
	Reason  string `json:"reason" doc:"As in enum skb_drop_reason where Linux has it."`
	Counter string `json:"counter" doc:"What Linux counts it under."`
	Packets uint64 `json:"packets"`
}

// Latency is the distribution of a time, in nanoseconds.
type Latency struct {
	N   uint64        `json:"count"`
	P50 time.Duration `json:"p50_ns"`
	P99 time.Duration `json:"p99_ns"`
	Max time.Duration `json:"max_ns"`
}

// CPU is the time that a CPU spent, in nanoseconds.
type CPU struct {
	ID      int           `json:"cpu"`
	HardIRQ time.Duration `json:"hardirq_ns"`
	SoftIRQ time.Duration `json:"softirq_ns" doc:"ksoftirqd's time included."`
	Process time.Duration `json:"process_ns"`
	Idle    time.Duration `json:"idle_ns"`
}

// Busy is the share of the time that was not idle.
func (c CPU) Busy() float64 {
	busy := c.HardIRQ + c.SoftIRQ + c.Process
	if busy == 0 {
		return 0
	}
	return float64(busy) / float64(busy+c.Idle)
}

// Busy is the busy share of all CPUs together.
func (r *Result) Busy() float64 {
	var sum CPU
	for _, c := range r.CPUs {
		sum.HardIRQ += c.HardIRQ
		sum.SoftIRQ += c.SoftIRQ
		sum.Process += c.Process
		sum.Idle += c.Idle
	}
	return sum.Busy()
}

// Dropped is the number of packets lost at the host itself, on any account.
func (r *Result) Dropped() uint64 {
	var n uint64
	for _, d := range r.Drops {
		n += d.Packets
	}
	return n
}

func (b *bench) result() *Result {
	m := &b.m
	m.stop()
	qdisc, _ := host.ParseQdisc(b.s.Qdisc)
	r := &Result{Scenario: *b.s, Duration: time.Duration(m.end - m.start), Packets: m.packets, Bytes: m.bytes, Drops: []Drop{}}
	r.Counters = Collect(b.host, qdisc)
	if secs := r.Duration.Seconds(); secs > 0 {
		r.PPS = float64(m.packets-m.late) / secs
		r.BitsPerSecond = float64(m.bytes-m.lateByte) * 8 / secs
	}
	t := sum(b.host)
	r.Frames, r.Interrupts = t.frames-m.before.frames, t.interrupts-m.before.interrupts
	r.TimeSqueeze, r.KsoftirqdWake = t.squeezes-m.before.squeezes, t.ksoftirqd-m.before.ksoftirqd
	if r.Frames > 0 {
		r.IRQPerPacket = float64(r.Interrupts) / float64(r.Frames)
	}
	r.Latency = Latency{N: m.latency.N(), P50: time.Duration(m.latency.Quantile(0.5)), P99: time.Duration(m.latency.Quantile(0.99)), Max: time.Duration(m.latency.Max())}
	for i, c := range m.cpusEnd {
		was := m.cpus[i]
		u := CPU{ID: i, HardIRQ: time.Duration(c.HardIRQ - was.HardIRQ), SoftIRQ: time.Duration(c.SoftIRQ - was.SoftIRQ),
			Process: time.Duration(c.Process - was.Process)}
		u.Idle = max(0, r.Duration-u.HardIRQ-u.SoftIRQ-u.Process)
		r.CPUs = append(r.CPUs, u)
	}
	r.drops(b)
	for i := range b.s.Costs {
		if st := &b.s.Costs[i]; st.Basis == stage.Assumed && (st.Cost != 0 || st.PerKB != 0) {
			r.Assumed = append(r.Assumed, st.Name)
		}
	}
	return r
}

// drops reads the losses out of the counters, in the order of the path.
func (r *Result) drops(b *bench) {
	add := func(where string, why trace.DropReason, counter string, n uint64) {
		for i := range r.Drops {
			if d := &r.Drops[i]; d.Where == where && d.Reason == why.String() && d.Counter == counter {
				d.Packets += n
				return
			}
		}
		if n > 0 {
			r.Drops = append(r.Drops, Drop{Where: where, Reason: why.String(), Counter: counter, Packets: n})
		}
	}
	for _, c := range b.m.cables {
		s := c.Stats()
		add("wire", trace.WireLoss, "", s.Lost)
		add("wire", trace.WireQueue, "", s.QueueDropped)
		add("wire", trace.RxLength, "", s.Giants)
	}
	for _, d := range r.Counters.Devices {
		s := &d.Stats
		add(d.Name, trace.RxLength, "rx_length_errors", s.RxLengthErrors)
		add(d.Name, trace.BadFCS, "rx_crc_errors", s.RxCRCErrors)
		add(d.Name, trace.RxMissed, "rx_missed_errors", s.RxMissedErrors)
	}
	for _, s := range r.Counters.Softnet {
		add("softnet", trace.CPUBacklog, "softnet_stat dropped", s.Dropped)
	}
	n := b.host.Stack().Stats()
	add("ip", trace.IPCSum, "IpExtInCsumErrors", n.IpExtInCsumErrors)
	add("ip", trace.IPInHdr, "IpInHdrErrors", n.IpInHdrErrors-n.IpExtInCsumErrors)
	add("ip", trace.PktTooBig, "IpFragFails", n.IpFragFails)
	add("udp", trace.UDPCSum, "UdpInCsumErrors", n.UdpInCsumErrors)
	add("udp", trace.PktTooSmall, "UdpInErrors", n.UdpInErrors-n.UdpInCsumErrors-n.UdpRcvbufErrors)
	add("udp", trace.NoSocket, "UdpNoPorts", n.UdpNoPorts)
	add("socket", trace.SocketRcvbuff, "UdpRcvbufErrors", n.UdpRcvbufErrors)
	add("tcp", trace.TCPCSum, "TcpInCsumErrors", n.TcpInCsumErrors)
	add("tcp", trace.TCPListenOverflow, "TcpExtListenDrops", n.TCP.ListenDrops)
	add("socket", trace.SocketBacklog, "TcpExtTCPBacklogDrop", n.TCP.TCPBacklogDrop)
	add("socket", trace.SocketRcvbuff, "TcpExtTCPRcvQDrop", n.TCP.TCPRcvQDrop)
	add("socket", trace.TCPOfoMerge, "TcpExtTCPOFODrop", n.TCP.TCPOFODrop)
	for _, d := range r.Counters.Devices {
		add(d.Name, trace.QdiscDrop, "tc -s qdisc dropped", d.Qdisc.Drops)
		add(d.Name, trace.FullRing, "tx_dropped", d.Stats.TxDropped)
	}
}

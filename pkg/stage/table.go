package stage

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// ID names a stage. The order is that of the path.
type ID uint8

// The stages. "Receive" runs from the device to the reader, "send" from the
// writer to the freed clone; the last group serves both.
const (
	// Receive.
	RxDMA ID = iota
	IRQDelivery
	IRQHandler
	NAPISchedule
	SoftIRQEntry
	NetRxAction
	NAPIPoll
	BuildSkb
	RxRefill
	GROReceive
	GROComplete
	NAPIComplete
	EnqueueToBacklog
	SendIPI
	IPIDelivery
	IPIHandler
	NetifReceive
	ARPReceive
	NDReceive
	IPReceive
	IPv6Receive
	RouteInput
	Reassemble
	LocalDeliver
	Forward
	ICMPReceive
	UDPReceive
	TCPReceive
	SocketLookup
	TCPEstablished
	TCPAck
	TCPQueue
	TCPAddBacklog
	ReleaseSock
	SocketReadable
	TaskWakeup
	TCPRecvmsg
	UDPRecvmsg
	CopyToUser

	// Send.
	TCPSendmsg
	UDPSendmsg
	CopyFromUser
	ZeroCopyPin
	TCPWriteXmit
	TCPTransmit
	RouteOutput
	IPQueueXmit
	IPOutput
	Fragment
	NeighOutput
	DevQueueXmit
	QdiscEnqueue
	QdiscDequeue
	ValidateXmit
	GSOSegment
	HardStartXmit
	Doorbell
	TxDMA
	NetTxAction
	TxComplete

	// Both.
	SyscallEntry
	SyscallExit
	ContextSwitch
	TCPTimer
	SkbClone
	SkbFree
	SkbCopy

	// Count is the number of stages.
	Count
)

// Context is where a stage runs, in the words of the trace.
type Context string

// The contexts.
const (
	Hardware Context = "hardware"
	HardIRQ  Context = "hardirq"
	SoftIRQ  Context = "softirq"
	Process  Context = "process"
	Caller   Context = "caller's" // whichever context called: a write, a received ACK or a timer
)

// Assumed is the Basis of a cost that has no source: a guess of the right
// order of magnitude for a 3 GHz core with warm caches.
const Assumed = "assumed"

// Stage is one step of the path.
type Stage struct {
	ID      ID
	Name    string // Linux's function
	Context Context
	Does    string
	Source  string // file in Linux's source tree; empty for the device
	Cost    time.Duration
	PerKB   time.Duration // in addition for each 1024 bytes
	Basis   string        // where the cost comes from
}

// Table holds all stages, indexed by ID. A caller changes costs in its own copy.
type Table [Count]Stage

// ErrUnknown says that no stage has the name.
var ErrUnknown = errors.New("stage: no such stage")

// ErrCost says that a cost is not one.
var ErrCost = errors.New("stage: a cost is a time from 0 to 1 s")

// PerKB behind a stage's name means what each 1024 bytes cost in addition.
const PerKB = "/KiB"

// User is the Basis of a cost that Set changed.
const User = "set by the user"

// Names returns the names of all stages in the order of the path.
func Names() []string {
	names := make([]string, Count)
	for id := range stages {
		names[id] = stages[id].Name
	}
	return names
}

// Find returns the stage with Linux's name for it.
func (t *Table) Find(name string) (*Stage, bool) {
	for id := range t {
		if t[id].Name == name {
			return &t[id], true
		}
	}
	return nil, false
}

// Set changes the cost of the stage with the name, or with [PerKB] behind the
// name what each 1024 bytes cost.
func (t *Table) Set(name string, d time.Duration) error {
	base, perKB := strings.CutSuffix(name, PerKB)
	s, ok := t.Find(base)
	switch {
	case !ok:
		return fmt.Errorf("%w: %q", ErrUnknown, name)
	case d < 0 || d > time.Second:
		return fmt.Errorf("%w: %s: %v", ErrCost, name, d)
	case perKB:
		s.PerKB = d
	default:
		s.Cost = d
	}
	s.Basis = User
	return nil
}

// Default returns a new table with the default costs.
func Default() *Table {
	t := stages
	for id := range t {
		t[id].ID = ID(id)
		if t[id].Basis == "" {
			t[id].Basis = Assumed
		}
	}
	return &t
}

func (id ID) String() string {
	if id < Count {
		return stages[id].Name
	}
	return "unknown"
}

const (
	devC     = "net/core/dev.c"
	groC     = "net/core/gro.c"
	skbuffC  = "net/core/skbuff.c"
	virtioC  = "drivers/net/virtio_net.c"
	softirqC = "kernel/softirq.c"
	tcpC     = "net/ipv4/tcp.c"
	tcpIPv4C = "net/ipv4/tcp_ipv4.c"
	tcpInC   = "net/ipv4/tcp_input.c"
	tcpOutC  = "net/ipv4/tcp_output.c"
	ipInC    = "net/ipv4/ip_input.c"
	ipOutC   = "net/ipv4/ip_output.c"
	routeC   = "net/ipv4/route.c"
	udpC     = "net/ipv4/udp.c"
	schedC   = "kernel/sched/core.c"
	schGenC  = "net/sched/sch_generic.c"
)

// Where the measured costs come from: Linux 6.18 on one CPU of an AMD EPYC virtual
// machine at 2.6 GHz, warm caches; see measure_linux_test.go.
const (
	measuredUDP = "measured: the functions' share of perf's samples (perf record -e cpu-clock) of " +
		"go test -bench UDPLoopback ./pkg/stage; Linux 6.18, AMD EPYC at 2.6 GHz"
	measuredSyscall = "measured: go test -bench Syscall ./pkg/stage gives entry and exit together, 146 ns; Linux 6.18, AMD EPYC at 2.6 GHz"
	measuredCopy    = "measured: go test -bench Copy ./pkg/stage, bytes through a pipe; the fixed part: " +
		"perf's samples of the benchmark UDPLoopback; Linux 6.18, AMD EPYC at 2.6 GHz"
	measuredSwitch = "measured: go test -bench ContextSwitch ./pkg/stage gives switch and wake-up together, 1.6 µs; Linux 6.18, AMD EPYC at 2.6 GHz"
)

var stages = Table{
	RxDMA: {Name: "rx DMA", Context: Hardware, Cost: 500,
		Does: "the device writes the frame into the next posted buffer and hands the descriptor back"},
	IRQDelivery: {Name: "MSI-X", Context: Hardware, Cost: 500,
		Does: "the device's interrupt message reaches the CPU, which leaves what it was doing"},
	IRQHandler: {Name: "handle_irq_event", Context: HardIRQ, Source: "kernel/irq/handle.c", Cost: 400,
		Does: "the CPU takes the interrupt, finds the vector's handlers and calls them"},
	NAPISchedule: {Name: "__napi_schedule", Context: HardIRQ, Source: devC, Cost: 60,
		Does: "the driver masks its interrupt, puts its NAPI on the CPU's poll list and raises NET_RX"},
	SoftIRQEntry: {Name: "handle_softirqs", Context: SoftIRQ, Source: softirqC, Cost: 90, Basis: measuredUDP,
		Does: "pending softirqs run with interrupts enabled, at the exit of an interrupt or in ksoftirqd"},
	NetRxAction: {Name: "net_rx_action", Context: SoftIRQ, Source: devC, Cost: 150, Basis: measuredUDP,
		Does: "polls the devices of the list until all are done or the budget is used up"},
	NAPIPoll: {Name: "__napi_poll", Context: SoftIRQ, Source: devC, Cost: 85, Basis: measuredUDP,
		Does: "calls the driver's poll function with its weight"},
	BuildSkb: {Name: "napi_build_skb", Context: SoftIRQ, Source: skbuffC, Cost: 60,
		Does: "puts a descriptor around the received buffer; the bytes stay where DMA left them"},
	RxRefill: {Name: "try_fill_recv", Context: SoftIRQ, Source: virtioC, Cost: 40,
		Does: "posts an empty buffer in the place of the one taken"},
	GROReceive: {Name: "gro_receive_skb", Context: SoftIRQ, Source: groC, Cost: 60,
		Does: "holds the packet, merges it with one that is held, or lets it pass"},
	GROComplete: {Name: "gro_complete", Context: SoftIRQ, Source: groC, Cost: 40,
		Does: "writes the merged packet's lengths and passes it up"},
	NAPIComplete: {Name: "napi_complete_done", Context: SoftIRQ, Source: devC, Cost: 60,
		Does: "takes the NAPI off the poll list; the driver unmasks its interrupt"},
	EnqueueToBacklog: {Name: "enqueue_to_backlog", Context: Caller, Source: devC, Cost: 45, Basis: measuredUDP,
		Does: "appends the packet to a CPU's input queue (RPS, loopback, drivers without NAPI)"},
	SendIPI: {Name: "net_rps_send_ipi", Context: SoftIRQ, Source: devC, Cost: 150,
		Does: "interrupts another CPU whose backlog has work"},
	IPIDelivery: {Name: "IPI", Context: Hardware, Cost: 500,
		Does: "the interrupt from one CPU reaches the other"},
	IPIHandler: {Name: "rps_trigger_softirq", Context: HardIRQ, Source: devC, Cost: 200,
		Does: "puts the backlog's NAPI on this CPU's poll list"},
	NetifReceive: {Name: "__netif_receive_skb_core", Context: SoftIRQ, Source: devC, Cost: 57, Basis: measuredUDP,
		Does: "hands clones to taps, then finds the protocol by EtherType"},
	ARPReceive: {Name: "arp_rcv", Context: SoftIRQ, Source: "net/ipv4/arp.c", Cost: 150,
		Does: "answers a request for an own address, updates the neighbour cache"},
	NDReceive: {Name: "ndisc_rcv", Context: SoftIRQ, Source: "net/ipv6/ndisc.c", Cost: 200,
		Does: "Neighbour Discovery: what ARP does for IPv4, above ICMPv6"},
	IPReceive: {Name: "ip_rcv", Context: SoftIRQ, Source: ipInC, Cost: 103, Basis: measuredUDP,
		Does: "checks the IPv4 header, its lengths and checksum"},
	IPv6Receive: {Name: "ipv6_rcv", Context: SoftIRQ, Source: "net/ipv6/ip6_input.c", Cost: 60,
		Does: "checks the IPv6 header and its hop-by-hop options"},
	RouteInput: {Name: "ip_route_input_noref", Context: SoftIRQ, Source: routeC, Cost: 60,
		Does: "decides whether the packet is for this host, to be forwarded, or for nobody"},
	Reassemble: {Name: "ip_defrag", Context: SoftIRQ, Source: "net/ipv4/ip_fragment.c", Cost: 200,
		Does: "queues a fragment; the last one makes the packet whole, as a list of fragments"},
	LocalDeliver: {Name: "ip_local_deliver_finish", Context: SoftIRQ, Source: ipInC, Cost: 91, Basis: measuredUDP,
		Does: "drops the IP header and calls the transport protocol"},
	Forward: {Name: "ip_forward", Context: SoftIRQ, Source: "net/ipv4/ip_forward.c", Cost: 80,
		Does: "checks and lowers the TTL, and sends the packet on"},
	ICMPReceive: {Name: "icmp_rcv", Context: SoftIRQ, Source: "net/ipv4/icmp.c", Cost: 150,
		Does: "answers an echo, tells a socket about an error"},
	UDPReceive: {Name: "udp_rcv", Context: SoftIRQ, Source: udpC, Cost: 290, Basis: measuredUDP,
		Does: "finds the socket by addresses and ports and appends the datagram to its queue"},
	TCPReceive: {Name: "tcp_v4_rcv", Context: SoftIRQ, Source: tcpIPv4C, Cost: 80,
		Does: "checks the TCP header and checksum"},
	SocketLookup: {Name: "__inet_lookup_skb", Context: SoftIRQ, Source: "include/net/inet_hashtables.h", Cost: 50,
		Does: "looks the four-tuple up among the connections, then the port among the listeners"},
	TCPEstablished: {Name: "tcp_rcv_established", Context: SoftIRQ, Source: tcpInC, Cost: 200,
		Does: "the state machine: sequence check, options, window"},
	TCPAck: {Name: "tcp_ack", Context: SoftIRQ, Source: tcpInC, Cost: 180,
		Does: "frees what is acknowledged, measures the round trip, lets the congestion window move"},
	TCPQueue: {Name: "tcp_queue_rcv", Context: SoftIRQ, Source: tcpInC, Cost: 50,
		Does: "appends the data to the socket's receive queue, in one buffer with the last if it can"},
	TCPAddBacklog: {Name: "tcp_add_backlog", Context: SoftIRQ, Source: tcpIPv4C, Cost: 60,
		Does: "a system call owns the socket: the segment waits until it lets go"},
	ReleaseSock: {Name: "release_sock", Context: Process, Source: "net/core/sock.c", Cost: 40,
		Does: "the system call lets go of the socket and processes what waited, in its own context"},
	SocketReadable: {Name: "sock_def_readable", Context: SoftIRQ, Source: "net/core/sock.c", Cost: 16, Basis: measuredUDP,
		Does: "tells whoever waits on the socket that there is something to read"},
	TaskWakeup: {Name: "try_to_wake_up", Context: SoftIRQ, Source: schedC, Cost: 590, Basis: measuredSwitch,
		Does: "makes the waiting task runnable"},
	TCPRecvmsg: {Name: "tcp_recvmsg_locked", Context: Process, Source: tcpC, Cost: 150,
		Does: "walks the receive queue, opens the window for what was read"},
	UDPRecvmsg: {Name: "udp_recvmsg", Context: Process, Source: udpC, Cost: 268, Basis: measuredUDP,
		Does: "takes one datagram from the socket's queue"},
	CopyToUser: {Name: "skb_copy_datagram_iter", Context: Process, Source: "net/core/datagram.c", Cost: 84, PerKB: 65, Basis: measuredCopy,
		Does: "copies the bytes from the buffer to the reader's memory: the copy on receive"},

	TCPSendmsg: {Name: "tcp_sendmsg_locked", Context: Process, Source: tcpC, Cost: 200,
		Does: "finds or makes buffers at the end of the send queue"},
	UDPSendmsg: {Name: "udp_sendmsg", Context: Process, Source: udpC, Cost: 830, Basis: measuredUDP,
		Does: "builds one datagram, in pieces of the MTU if it is larger"},
	CopyFromUser: {Name: "_copy_from_iter", Context: Process, Source: "lib/iov_iter.c", Cost: 84, PerKB: 65, Basis: measuredCopy,
		Does: "copies the writer's bytes into the buffer: the copy on send"},
	ZeroCopyPin: {Name: "zerocopy_fill_skb_from_iter", Context: Process, Source: "net/core/datagram.c", Cost: 300, PerKB: 30,
		Does: "pins the writer's pages and refers to them: no copy (MSG_ZEROCOPY)"},
	TCPWriteXmit: {Name: "tcp_write_xmit", Context: Caller, Source: tcpOutC, Cost: 100,
		Does: "sends what the congestion window and the receiver's window allow"},
	TCPTransmit: {Name: "__tcp_transmit_skb", Context: Caller, Source: tcpOutC, Cost: 150,
		Does: "clones the buffer, which shares the data, and pushes the TCP header"},
	RouteOutput: {Name: "ip_route_output_key_hash", Context: Caller, Source: routeC, Cost: 80,
		Does: "longest prefix match for a destination: interface, source address, next hop"},
	IPQueueXmit: {Name: "__ip_queue_xmit", Context: Caller, Source: ipOutC, Cost: 50, Basis: measuredUDP,
		Does: "pushes the IP header"},
	IPOutput: {Name: "ip_output", Context: Caller, Source: ipOutC, Cost: 90, Basis: measuredUDP,
		Does: "compares with the MTU, goes on to the neighbour layer"},
	Fragment: {Name: "ip_do_fragment", Context: Caller, Source: ipOutC, Cost: 250, PerKB: 50,
		Does: "cuts a packet larger than the MTU, where that is allowed"},
	NeighOutput: {Name: "neigh_resolve_output", Context: Caller, Source: "net/core/neighbour.c", Cost: 54, Basis: measuredUDP,
		Does: "pushes the Ethernet header; without an address the packet waits and ARP or ND asks"},
	DevQueueXmit: {Name: "__dev_queue_xmit", Context: Caller, Source: devC, Cost: 88, Basis: measuredUDP,
		Does: "hands the packet to the interface's queueing discipline"},
	QdiscEnqueue: {Name: "pfifo_fast_enqueue", Context: Caller, Source: schGenC, Cost: 40,
		Does: "appends to the band of its priority; an empty queue is passed by"},
	QdiscDequeue: {Name: "pfifo_fast_dequeue", Context: Caller, Source: schGenC, Cost: 40,
		Does: "takes the next packet of the first band that has one"},
	ValidateXmit: {Name: "validate_xmit_skb", Context: Caller, Source: devC, Cost: 56, Basis: measuredUDP,
		Does: "does in software what the device cannot: segmentation, checksums"},
	GSOSegment: {Name: "skb_segment", Context: Caller, Source: skbuffC, Cost: 150, PerKB: 90,
		Does: "cuts a super-segment for a device without TSO"},
	HardStartXmit: {Name: "dev_hard_start_xmit", Context: Caller, Source: devC, Cost: 113, Basis: measuredUDP,
		Does: "the driver fills a TX descriptor; the device owns it from then on"},
	Doorbell: {Name: "virtqueue_notify", Context: Caller, Source: "drivers/virtio/virtio_ring.c", Cost: 100,
		Does: "tells the device that descriptors are waiting"},
	TxDMA: {Name: "tx DMA", Context: Hardware, Cost: 800,
		Does: "the device reads the frame from memory, completes checksums, cuts super-segments, transmits"},
	NetTxAction: {Name: "net_tx_action", Context: SoftIRQ, Source: devC, Cost: 60,
		Does: "runs queueing disciplines that still owe work"},
	TxComplete: {Name: "napi_consume_skb", Context: SoftIRQ, Source: skbuffC, Cost: 50,
		Does: "frees the transmitted clone and its descriptor; a stopped queue starts again"},

	SyscallEntry: {Name: "do_syscall_64", Context: Process, Source: "arch/x86/entry/syscall_64.c", Cost: 100, Basis: measuredSyscall,
		Does: "the task enters the kernel"},
	SyscallExit: {Name: "syscall_exit_to_user_mode", Context: Process, Source: "include/linux/entry-common.h", Cost: 46, Basis: measuredSyscall,
		Does: "the task returns to its own code"},
	ContextSwitch: {Name: "__schedule", Context: Process, Source: schedC, Cost: 1000, Basis: measuredSwitch,
		Does: "the CPU changes from one task to another"},
	TCPTimer: {Name: "tcp_write_timer", Context: SoftIRQ, Source: "net/ipv4/tcp_timer.c", Cost: 150,
		Does: "retransmission, probe and keep-alive timers"},
	SkbClone: {Name: "skb_clone", Context: Caller, Source: skbuffC, Cost: 40,
		Does: "a second descriptor for the same data"},
	SkbFree: {Name: "consume_skb", Context: Caller, Source: skbuffC, Cost: 119, Basis: measuredUDP,
		Does: "gives the descriptor back, and the data when it was the last that held it"},
	SkbCopy: {Name: "skb_copy_bits", Context: Caller, Source: skbuffC, Cost: 40, PerKB: 65, Basis: measuredCopy,
		Does: "copies bytes between buffers where layers cannot share them"},
}

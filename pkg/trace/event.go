package trace

import "net/netip"

// Event is one thing that happened. The zero value of every field means
// "does not apply".
type Event struct {
	Seq  uint64 // order of emission within the run, from 1
	Time int64  // nanoseconds since the Unix epoch: the loop's time and what the unit has spent so far
	Dur  int64  // nanoseconds of CPU time that the unit has spent since its previous event: what led to this one

	Host string  // name of the host, switch, cable or uplink that changed state
	CPU  int16   // CPU it ran on; meaningful unless Ctx is Hardware
	Ctx  Context // hardirq, softirq, process or hardware
	Task string  // whose process context it is: an application's name, ksoftirqd/0

	Kind     Kind     // what happened
	Stage    string   // Linux's own function or tracepoint name, where one exists
	Dev      string   // device or port name
	Evidence Evidence // observed, modelled or inferred
	Source   Source   // simulated or a live kernel

	Pkt  uint64 // packet id: stays the same from host to host
	Buf  uint64 // data block id: shared by clones
	Head int32  // sk_buff offsets into the data block
	Data int32
	Tail int32
	End  int32

	Parent   uint64 // packet this one was made from
	ParentOp ParentOp

	Flow Flow
	Sock uint64 // socket id within its host
	Len  int32  // bytes concerned; for a packet its length from the current header on
	Refs int32  // reference count of the data block after the change

	Copied int32 // payload or header bytes that this step copied
	TTL    uint8 // for an IP packet, its TTL or hop limit after the change
	Drop   DropReason

	Text string // host names, URLs, reasons: never formatted here, escaped by renderers

	NIC   NIC
	Queue Queue
	TCP   TCP
	Neigh Neigh
	Route Route
}

// Flow names the transport flow in the direction of the packet.
type Flow struct {
	Proto    uint8 // IANA protocol number
	Src, Dst netip.AddrPort
}

// NIC is the section that the device and the softirq fill.
type NIC struct {
	Queue  int16 // queue index
	Slot   int32 // descriptor index in the ring
	Fill   int32 // descriptors that the device owns after the change
	Vector int16 // interrupt vector
	Work   int32 // packets done in this poll
	Budget int32 // packets allowed in this poll
	FCS    uint32
	Wire   int32 // bytes on the wire: preamble, SFD, frame, FCS and gap
}

// Queue is the section of whatever holds packets or bytes: a ring, a queueing
// discipline, a CPU's or a socket's backlog, a receive queue against sk_rcvbuf,
// a byte queue limit. It tells how full the queue is after the change.
type Queue struct {
	Len   int32 // packets
	Bytes int32 // bytes; of a socket's queue what Linux accounts, truesize
	Limit int32 // bound, in the unit in which the queue is bounded; 0: none
}

// TCP is the section that a connection fills.
type TCP struct {
	Conn     uint64 // connection id within its host
	Old, New uint8  // states, by number as in the tcp package
	Flags    uint16 // segment flags as in the header
	Seq, Ack uint32
	Len      uint32 // octets of data in the segment
	Window   uint32 // advertised window in bytes, after scaling
	MSS      uint32 // largest amount of data that the connection puts into a segment
	Cwnd     uint32 // congestion window, bytes
	Ssthresh uint32 // slow-start threshold, bytes
	InFlight uint32 // bytes sent and neither acknowledged nor known lost
	SRTT     int64  // smoothed round-trip time, ns
	RTO      int64  // retransmission time-out, ns
	Retrans  uint8  // 0 first transmission, else why it was sent again: see RetransCause
}

// Neigh is the section that the neighbour cache fills.
type Neigh struct {
	Addr     netip.Addr
	MAC      [6]byte
	Old, New uint8 // RFC 4861 states, by number as in the neigh package
}

// Route is the section that a route decision fills.
type Route struct {
	Dst     netip.Addr
	Prefix  netip.Prefix // the route that won
	Gateway netip.Addr   // invalid when the destination is on-link
	Local   netip.Prefix // our address on the link with its mask, which tells what is on-link
}

// Context says in which context of the machine the code ran.
type Context uint8

// Contexts, named as Linux names them.
const (
	Process Context = iota
	SoftIRQ
	HardIRQ
	Hardware
)

// Evidence says how we know.
type Evidence uint8

// Kinds of evidence.
const (
	Observed Evidence = iota // the code that reports it did it, or a live source saw it
	Modelled                 // physical facts that a simulation stands for (preamble, interrupts)
	Inferred                 // concluded from other events
)

// Source says who produced the event.
type Source uint8

// Sources.
const (
	Sim  Source = iota // netkit's own stack
	Live               // a live kernel
)

// ParentOp says how a packet came from its parent.
type ParentOp uint8

// The operations that make one packet out of another.
const (
	NoParent ParentOp = iota
	Clone
	GSO
	GRO
	Frag
	Reasm
	Retrans
)

// RetransCause says why a segment was transmitted again.
type RetransCause uint8

// Causes of retransmission.
const (
	NotRetrans  RetransCause = iota
	RetransRTO               // RFC 6298 time-out
	RetransFast              // fast retransmit or SACK recovery, RFC 6675
	RetransTLP               // probe
	RetransSyn               // SYN or SYN-ACK again
	RetransZWP               // zero-window probe
)

// Package chrome writes trace events as Chrome trace JSON, which Perfetto
// (ui.perfetto.dev) and chrome://tracing open.
//
//	{"displayTimeUnit":"ns","otherData":{"start_ns":"…"},"traceEvents":[ … ]}
//
// What a run's events become:
//
//	process  web                         a host, switch, cable or uplink
//	  counter  eth0 rx ring 0            descriptors that the device owns
//	  counter  eth0 qdisc 0              packets and bytes that wait; so for backlogs and receive queues
//	  counter  tcp 3                     congestion window and bytes in flight
//	  thread   hardware                  ▌     ▌▌
//	  thread   cpu0 hardirq               ▌ ↘     ↗
//	  thread   cpu0 softirq               ╞══▌═▌═▌══╡
//	  thread   cpu0 process                      ╞═recvfrom══╡
//
// An entry and its exit (system call, softirq) are one slice as long as the
// time between them. A task that blocks ends its system call's slice: a lane
// shows what its CPU did. An entry without an exit ends with the trace.
//
// Every other event is a slice that ends with it and is as long as the CPU time
// that led to it (dur_ns of the JSON lines record), at least 1 ns: some viewers drop
// instants.
//
// A packet is followed from slice to slice, over all hosts, by a flow whose id
// is the packet's.
//
// The args of a slice are the members and sections of the JSON lines record
// (package jsonl), with seq to find it there.
//
// # Time
//
// Times are microseconds from the run's first event, with three decimals: a
// double holds them to the nanosecond, which it cannot for times since 1970.
// start_ns is the first event's time.
//
// Slices of a lane must nest. So those that would start before the lane's last one
// has ended are set behind it, in the order of the events; a slice that was moved
// says at_ns, its event's own time since 1970.
//
// # Bounds
//
// Nothing is kept of an event once it is written. The state is a lane for each
// host, CPU and context; at most [MaxOpen] unfinished slices in each lane, and
// an entry beyond that is drawn as 1 ns; and the last place of [FlowSlots]
// packets: when two packets share a slot, the older one's flow ends there.
package chrome

// Package stack is the protocols of one host, IPv4 and IPv6: interfaces, ARP and
// Neighbour Discovery, routing, IP, ICMP, UDP and TCP sockets. It is a host, or
// with Config.Forwarding a router; it needs a device ([Device]), and knows
// nothing of rings, interrupts and cables.
//
//	         TCPSocket UDPSocket PingSocket            Forwarder
//	              │ ^                                      ^
//	        Write │ │ Read                                 │ SYNs and datagrams for others
//	              v │                                      │
//	output:  push IP, route, fragments          input:  checks, for us? ──no──> forward
//	              │                                ^  reassembly, transport demux    │
//	              v                                │                                 │
//	         neighbour: Ethernet header         Interface.Input                      │
//	              │  ^                             │                                 │
//	              │  └─────────────────────────────┼─────────────────────────────────┘
//	              v                                │
//	         Device.Xmit                       Device (or the loopback)
//
// All of it runs inside the loop, single-threaded. Sockets do not block: each has
// wait queues that its owner sleeps on. What a socket call returns as error is a
// system error number, [ErrWouldBlock], or io.EOF.
//
// Work of the stack's own timers (retransmission, neighbours, reassembly, the
// loopback's backlog) runs in softirq context, as in Linux. Timers that only keep
// house (TIME-WAIT, ageing of neighbours, reassembly time-outs) are background timers of the
// loop: no run waits for them.
//
// # Addresses
//
// Sockets speak netip.AddrPort. IPv4 is never written as ::ffff:a.b.c.d. A zone
// selects the interface for a link-local destination and is then forgotten. The
// host model is the weak one (RFC 1122 3.3.4.2), as Linux's: an address belongs
// to the host, and a packet for it is accepted on any interface.
//
// # Super-segments
//
// TCP hands down super-segments where the device cuts them itself
// (DeviceInfo.GSOMax). For a device that does not, and for GRO's super-segments
// that are forwarded to one, gso.go cuts in software. A forwarded super-segment is
// measured segment by segment, not as a whole.
//
// # Bounds
//
// Interfaces, addresses, routes: refused beyond MaxInterfaces, MaxAddrs,
// ip.MaxRoutes. Neighbours: see package neigh. Reassembly: ip.FragMemory. Path MTUs:
// ip.MaxPMTU. ICMP errors: rate-limited, see package icmp. Sockets: MaxTCP and
// udp.MaxSockets; listeners' queues: backlog. Pending Forwarder requests: MaxPending.
//
// # What is left out
//
// Duplicate address detection and autoconfiguration (router solicitations and
// advertisements are ignored: addresses and routes are configured), redirects (neither
// sent nor believed), IGMP and MLD reports (groups are received when joined here, which
// ND needs, and a snooping switch would not know), IP options other than
// skipping them (source routes are not followed, as in Linux by default),
// routing headers (RFC 5095), jumbograms, VLANs, IPsec, reverse path filtering,
// ECN marking.
package stack

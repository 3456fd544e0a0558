// Package lab is a small network inside the process: cables, switches, a
// router, hosts with servers on them, and an uplink to what lies outside.
//
//	      LAN A 198.51.100.0/25                LAN B 203.0.113.0/24
//	      2001:db8:a::/64                      2001:db8:b::/64
//
//	client .2   peer .3   printer .9 …          dns .53      web .80
//	   ‖ impaired  |         |                     |            |
//	  ═╩═══════════╧═════════╧═ sw1               ═╧════════════╧═ sw2
//	                         |                     |
//	                      .1 └───── r1 ────────────┘ .1
//	                                │ .129   198.51.100.128/30, 2001:db8:c::/64
//	                                │ .130
//	                               gw ─ ─ ─ ordinary sockets of this machine (real time only)
//
// Every host is a [host.Host] with CPUs, NICs and a stack of its own; nothing in
// here answers from the side. What a flag makes worse (loss, delay, jitter,
// reordering, duplication, corruption) it makes worse on one cable, the
// client's access link between client and sw1 (‖ above), in both directions: so
// 1 % of loss is 1 % and not 1 % per hop, and everything that the client
// does crosses it. A rate applies to every link, as a slower kind of Ethernet
// would; an MTU applies to all of LAN A, whose stations must agree on one.
//
// In virtual time the links run at 10 Gbit/s unless told otherwise, and a run is
// a pure function of its configuration and its seed: each direction of each
// cable, each host's stack and each bystander draws from a stream of its own,
// derived from the seed and its name. There is no uplink then: the gateway
// answers with ICMP "communication administratively prohibited".
//
// In real time links are not paced unless a rate is given, and the gateway ends
// flows in its own stack and carries the bytes on over sockets of the machine.
// Only the files named uplink_* may start goroutines, block and read host
// clocks (through package net); they come back into the loop by Enter or Post.
package lab

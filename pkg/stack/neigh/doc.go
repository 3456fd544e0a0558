// Package neigh maps the next hop's IP address to its link-layer address: the
// neighbour cache of one interface, for IPv4 (ARP) and IPv6 (Neighbour
// Discovery) alike. It holds no clock and sends nothing itself: packets are
// asked for and handed on through [Env], and now is passed in.
//
// The states are those of RFC 4861 7.3.2, with Linux's None, Failed and
// Permanent beside them. ARP uses the same machine, as in Linux: RFC 826 says
// how a mapping is learned and leaves open when to doubt it.
//
//	packet for an unknown address
//	       │ multicast solicitation, 3 times 1 s apart
//	       v                        no answer
//	  INCOMPLETE ────────────────────────────────> FAILED (packets: unreachable)
//	       │ answer                                   ^
//	       v            30 s ±50 %                    │ no answer
//	   REACHABLE ───────────────> STALE               │ (unicast, 3 times 1 s apart)
//	       ^                        │ a packet is sent│
//	       │ answer                 v        5 s      │
//	       └───────────────────── DELAY ──────────> PROBE
//
// Bounds. A table holds at most Config.MaxEntries entries; a new one then
// replaces the one that was used longest ago, except permanent ones and those
// that are being resolved or probed; if there is no other, the new one is
// refused. Packets that wait for one address take at most Config.QueueBytes of
// buffer; a further one drops the oldest, as in Linux. RFC 1122 2.3.2.2 wants
// the latest packet kept.
package neigh

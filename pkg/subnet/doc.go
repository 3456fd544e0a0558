// Package subnet is address and prefix arithmetic on net/netip, for IPv4 and
// IPv6 alike, exact at every size from /0 to /128.
//
// It has four parts:
//
//   - arithmetic on one prefix: Network, Broadcast, HostRange, Mask, Total,
//     Decide. The stack's own route decision calls it. Nothing here allocates.
//   - reading: Parse accepts every form in which people write an address, a
//     network or a range, and refuses with a reason what has two readings.
//   - facts: Describe gathers what is known of an address and its network,
//     with the IANA special-purpose registries and embedded addresses.
//   - many prefixes: Set is the algebra of address sets (union, difference,
//     intersection, free space), Table is longest-prefix lookup, Split and
//     Allocate cut a block, Sequence and Permutation walk one without ever
//     holding it in memory.
//
// An IPv4-mapped IPv6 address (::ffff:a.b.c.d) is an IPv6 address here, as in
// net/netip; callers that want the IPv4 address call Unmap. Zones belong to an
// interface, not to a network: the arithmetic ignores them.
//
// One prefix, bit by bit (192.168.10.77/26):
//
//	          <-------- network part --------><host->
//	address   11000000 10101000 00001010 01 001101    192.168.10.77
//	mask      11111111 11111111 11111111 11 000000    255.255.255.192
//	AND       11000000 10101000 00001010 01 000000    192.168.10.64   network
//	OR ^mask  11000000 10101000 00001010 01 111111    192.168.10.127  broadcast
//
// and a set, which is a sorted list of ranges that neither overlap nor touch:
//
//	      10.0.0.0        10.0.0.255    10.0.2.0    10.0.2.127
//	---------[=================]-----------[===========]---------->
package subnet

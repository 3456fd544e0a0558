// Package ip holds IP's own mechanisms, each a small machine without a clock:
// the routing table, source address selection, the path MTU cache, fragmentation
// and reassembly. The path of a packet through them is in package stack.
//
//	send:     routes ── source address ── path MTU ── fragments
//	receive:  reassembly
//
// Everything is bounded: [Table] by MaxRoutes, [PMTU] by MaxPMTU, [Reassembler]
// by memory and time.
package ip

// Package icmp knows the rules of ICMP and ICMPv6 errors: when one may be sent,
// how often, how much of the offending packet it quotes, and what a received one
// means to a socket.
//
//	offending packet ── May4/May6 ── Limiter ── Quote4Len/Quote6Len ──> error message
//	error message ── Parse4/Parse6 ──> Error: whose packet, which errno, how hard
//
// Building and sending packets is package stack's work.
package icmp

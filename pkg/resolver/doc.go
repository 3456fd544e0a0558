// Package resolver looks names up in the DNS over connections that somebody else
// dials: a stub resolver (RFC 1034 5.3.1) on whatever sockets there are.
//
//	Addrs(name)
//	  │  one datagram for A, one for AAAA, on one connected UDP socket
//	  ├── answered ──────────── follow the aliases in the answer
//	  │                           └─ they lead out of it: ask again for the last name
//	  ├── truncated ─────────── the same question over TCP (RFC 7766)
//	  ├── FORMERR ───────────── the same question without EDNS (RFC 6891 7)
//	  ├── SERVFAIL, REFUSED, unreachable ── the next server
//	  └── silence ───────────── the next server after Timeout; Attempts rounds
//
// It starts no goroutine and makes no timer: waiting is bounded by deadlines that
// are set on the connections.
//
// # What is believed
//
// An answer counts when it comes on the socket that is connected to the server that
// was asked, is a response with the question's id, and repeats the question. Anything
// else is passed over, and the wait goes on: it may be forged. Records count when
// they belong to the name asked or to the end of a chain of aliases that begins
// there, as the answer section gives it.
//
// # Bounds
//
// An answer has at most 65,535 bytes; a chain at most [MaxAliases] aliases; at most
// [MaxAddrs] addresses are returned; and a wait hears at most [MaxStray] datagrams that
// do not count.
package resolver

// Package display compiles and runs display filters: questions about the fields
// of a dissected packet, in the language of Wireshark (wireshark-filter(4)).
//
//	tcp.flags.syn == 1 && ip.ttl < 64
//	dns.qry.name matches "\\.test$"
//	ip.addr == 10.0.0.0/8 and not tcp.port in {80, 443, 8000..8999}
//	eth.src[0:3] == 00:11:22 or len(http.host) > 40
//
// [Compile] checks everything that can be checked without a packet: that each
// name is a field or protocol that package dissect knows, that the two sides of
// a comparison have types that compare, that a literal is a value of that type.
// What it returns is run packet by packet, without allocation.
//
//	"tcp.port in {80, 443}"
//	      │ lex       words, strings, operators            lex.go
//	      │ parse     a tree, by precedence                parse.go
//	      │ check     names to fields, literals to values  check.go, literal.go
//	      ▼
//	 member ─┬─ field  tcp.srcport, tcp.dstport            fields.go
//	         └─ ranges [80,80] [443,443]                   eval.go
//
// # Fields with several values
//
// A field may occur more than once in a packet, and ip.addr stands for ip.src and
// ip.dst. A comparison is true when it holds for any of the values, except that
// != is true when no value is equal and === when all are; "any" and "all" before
// a comparison say it outright. A comparison with a field that the packet does
// not have is false; so "not ip.ttl < 64" takes packets without ip.ttl, and
// "ip.ttl >= 64" does not.
//
// # What differs from Wireshark
//
// Regular expressions are those of package regexp, which have no backward
// references but a bound on their time. xor, a literal on the left side of a
// comparison, sets without commas and true in lower case are taken, as newer or
// older versions do. A literal that no value of its field can equal is an error.
// Names of hosts are not looked up. "all x in {…}" holds when each value is in the
// set, not only when one element has them all. A protocol's octets, as in "ip[0:2]" and
// len(), are those that its layer shows.
//
// # Why it is our own
//
// General expression libraries (expr-lang, cel-go) have neither these literals
// (addresses, prefixes, octets without quotes), nor slices and ranges of this
// form, nor a rule for fields with many values, so that the language would have
// to be parsed here first and only the simplest part of the work be left to them.
//
// # Bounds
//
// A filter has at most [MaxLen] octets and nests at most [MaxDepth] deep. A
// comparison of two fields looks at all pairs of their values; a packet has a
// bounded number of fields.
package display

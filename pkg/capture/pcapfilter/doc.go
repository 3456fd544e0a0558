// Package pcapfilter compiles tcpdump's filter language, pcap-filter(7), to
// classic BPF.
//
//	p, err := pcapfilter.Compile("tcp port 80 or 443", pcapfilter.Config{LinkType: capture.LinkTypeEthernet})
//	…
//	p.Match(packet.Data, packet.OrigLen) // on packets of a file
//	conn.SetBPF(p.Raw())                 // in the kernel, with Config.Live
//
// What an expression means is what libpcap says that it means: the tests run
// several hundred expressions, and random ones, through the installed tcpdump
// and through this package, and compare the verdicts on thousands of packets.
//
// # Language
//
//	expression = primitive | "not" expression | "(" expression ")"
//	           | expression ("and" | "or") (expression | id)
//	primitive  = [proto] [dir] [type] id     tcp dst port 80, ether src 2:0:0:0:0:1, net 10.1
//	           | proto                       arp, icmp6, isis, stp …
//	           | arith relop arith           ip[8] < 5, tcp[tcpflags] & tcp-syn != 0, len > 100
//	           | [proto] ("broadcast" | "multicast")
//	           | ("less" | "greater") n | "byte" n op n
//	           | "vlan" [n] | "mpls" [n] | "pppoed" | "pppoes" [n] | "geneve" [n]
//	           | "llc" [type] | "inbound" | "outbound" | "ifindex" n
//	proto      = ether ip ip6 arp rarp tcp udp sctp icmp icmp6 igmp pim … decnet atalk iso …
//	dir        = src | dst | src or dst | src and dst
//	type       = host | net | port | portrange | proto | gateway
//	id         = name | number | address | net/len | net mask m | "(" id ("and" | "or") id … ")"
//	arith      = n | len | proto "[" arith [":" size] "]" | arith op arith | "-" arith
//
// "and" and "or" bind alike, from the left. A bare id takes the qualifiers of
// the id before it. Each of vlan, mpls, pppoes and geneve moves the offsets for
// everything that stands behind it in the text. A load beyond the end of the
// packet rejects the packet, also inside a "not".
//
// Ethernet, Linux cooked captures, raw IP, BSD loopback and PPP are supported.
// On other link types there are only less, greater and len. Refused, with the
// reason, is what libpcap knows for other links only (802.11, pflog, ATM, SS7),
// and protochain, which needs a loop.
//
// # Where it differs from libpcap
//
//   - "byte n & m" loads the byte. libpcap's program forgets to.
//   - A DECnet address has two parts; libpcap ignores a third.
//   - "x / ip[0]" is compiled. libpcap takes the 0 for the divisor. A divisor that
//     is 0 once computed, as in "x / (2 - 2)", is always refused.
//   - Behind a geneve that was not there, as in "geneve or vlan", libpcap goes by
//     what scratch memory happens to hold; here it is 0.
//   - Names are looked up by [Config.Resolve] only.
//   - libpcap's optimizer drops or moves loads that do not decide anything, and
//     so lets some packets pass that are too short for the expression. Here
//     they are rejected, as by its unoptimized program.
//
// # From text to instructions
//
//	"tcp port 80 or 443"
//	   │ scan, parse                         lex.go, parse.go
//	   ▼
//	 or ─┬─ match{tcp, port, 80}             ast.go: what the words say
//	     └─ match{tcp, port, 443}
//	   │ generator, in the order of the text gen.go, gen_*.go
//	   ▼
//	 or ─┬─ or ─┬─ ldh[12]==0x86dd and ldb[20]==6 and (ldh[54]==80 or ldh[56]==80)
//	     │      └─ ldh[12]==0x800 and …      cond.go: what is tested
//	     └─ or ─┬─ ldh[12]==0x86dd and …
//	   │ lower                               block.go
//	   ▼
//	 ┌────────────────┐ yes ┌──────────┐ yes
//	 │ ldh[12]==86dd? ├────▶│ ldb[20]… ├────▶ …   one block for each test
//	 └───────┬────────┘     └────┬─────┘
//	         │ no                │ no
//	   │ thread, merge                       optimize.go: no test twice
//	   ▼
//	(000) ldh      [12]                      emit.go: registers, far jumps
//	(001) jeq      #0x86dd          jt 2	jf 12
//	…
//
// # Bounds
//
// An expression has at most [MaxExpression] bytes and nests at most 1000 deep; a
// program has at most [MaxInstructions], or [MaxLiveInstructions] for a socket.
// What goes beyond is refused with [ErrTooLong].
package pcapfilter

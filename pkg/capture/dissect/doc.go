// Package dissect takes packets apart, layer by layer: which protocol, which
// bytes, which fields, and what is wrong with them. Layers know their place in the
// TCP/IP and in the OSI model, fields have Wireshark's names, offset and width.
//
// Three parts, from cheap to thorough:
//
//   - [Quick] finds addresses, ports and offsets, no more, in well under 100 ns.
//   - [Session] sees every packet of a file once, in order, and notes in its [Meta]
//     what the packets before it say about it: stream numbers, where sequence
//     numbers begin, window scaling, fragments and segments put together, what
//     answers what. It is cheap, too, and its memory is bounded.
//   - [D] dissects. It needs nothing but the packet and its Meta, so any
//     number of them work at once.
//
// How a program that uses all cores is built:
//
//	          one goroutine, file order              any goroutine
//	┌────────┐  capture.Packet  ┌─────────┐   Meta   ┌───┐  Packet: Layers, Fields
//	│ Reader │ ───────────────> │ Session │ ───────> │ D │ ───────────────────────> render
//	└────────┘                  └─────────┘ ───────> ├───┤
//	                             streams,            │ D │ ───────────────────────> render
//	                             fragments           └───┘
//
// A Meta refers to the bytes that Track was given and owns what was put together,
// so it must be kept, with its bytes, until it is dissected; then both may be used
// again. A Packet is large and belongs to its D's goroutine: copy the Meta into it.
//
// A dissected packet is two flat lists:
//
//	Bufs[0]  ┌──────────┬───────┬───────┬──────────────┬─────────┐
//	         │ Ethernet │ IPv4  │  TCP  │ HTTP …       │ padding │
//	         └──────────┴───────┴───────┴──────────────┴─────────┘
//	Layers    frame eth   ip      tcp     http            (eth's own field)
//	           │    │     │ First, N
//	Fields    [……][………][…………………][…………………][………]     Depth: below which group
//
// Every octet of the packet belongs to a layer: what no dissector knows becomes a
// layer named data. A layer that ends too early or contradicts itself is marked
// (Bad, BadOff), and what could be read of it is there.
//
// # Bounds
//
// A packet has at most 128 layers and 16384 fields. A session holds at most
// [MaxStreams] streams, forgetting those that were quiet longest, and what is
// put together at one time is limited by [Config]. See there for what happens at
// each limit.
package dissect

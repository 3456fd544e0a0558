// Package layers draws dissected packets: as a tree of layers and fields, as one
// line, as JSON, as columns, as the header diagrams of the RFCs, and as statistics
// over many.
//
// A [Renderer] appends to a buffer that the caller reuses; after its first packets
// it allocates nothing. It holds what it has worked out about definitions (a name
// padded to its column, a name quoted for JSON), so each goroutine has its own.
//
//	                ┌ AppendTree     every layer and field, with its place and width
//	                ├ AppendHex      the same, with each layer's bytes below it
//	dissect.Packet ─┼ AppendLine     one line, as tcpdump -nn has it
//	                ├ AppendJSON     one object
//	                ├ AppendColumns  chosen fields, comma-separated
//	                ├ AppendDiagram  headers as in the RFCs, 32 bits wide
//	                └ Stats.Add      counted: protocols, conversations, sizes, time
//
// Text from the network is escaped in every form: no control character of a packet
// reaches a terminal.
package layers

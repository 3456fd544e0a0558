// Package wire knows what packets look like: Ethernet II with 802.1Q, ARP,
// IPv4, IPv6 and its extension headers, ICMP, ICMPv6 with Neighbour
// Discovery, UDP and TCP with its options; and the checksums over them.
//
// # Reading
//
// A view is a byte slice with a name: [Ethernet], [IPv4], [TCP] and so on. The
// only door to one is its Parse function, which checks every length that an
// accessor of that view relies on. After a Parse without error no accessor
// panics, whatever the bytes say. A view shares the caller's bytes; nothing
// is copied and nothing is allocated, on failure neither: parse errors are
// fixed values of type [*Error], which wrap [ErrTruncated], [ErrLength],
// [ErrVersion] or [ErrValue].
//
// IPv4, IPv6 and UDP carry a length of their own. Their Parse functions end
// the view there, so padding that the link added never reaches a payload.
//
// Parse checks form, not policy and not checksums: VerifyChecksum is a
// question that the caller asks, since a device may already have answered it.
//
// # Writing
//
// A Fields value says what a header should hold; Put writes it to the start
// of a buffer, returns the number of octets written, and allocates nothing.
// Len says that number beforehand. Put panics if the buffer is too short or if
// a value cannot be encoded, as both are mistakes of the caller.
//
// IPv4 headers and ICMP messages are complete after Put. UDP and TCP
// checksums cover a payload that may lie elsewhere, so they are a second
// step: FillChecksum when header and payload are contiguous,
// FillPartialChecksum when a device is to finish the work.
//
// Setters on a view rewrite a packet in place. Those of [IPv4] keep the header
// checksum right by RFC 1624. Those of [UDP] and [TCP] leave the checksum
// alone, except TranslateSrc and TranslateDst, which are made for NAT.
//
// # Lengths and bounds
//
// Lengths and offsets are in octets, as int, also where the header counts
// in units of 4 or 8. Loops over options and extension headers are bounded by
// the packet and, for IPv6, by [IPv6MaxExtHeaders] and [IPv6MaxOptions].
//
// A frame on the wire, and the views over it:
//
//	  7         1     6     6     2    46..1500             4      12
//	+----------+-----+-----+-----+----+--------------------+-----+-----+
//	| preamble | SFD | dst | src |type| payload, padding   | FCS | gap |
//	+----------+-----+-----+-----+----+--------------------+-----+-----+
//	                 |<------------ Ethernet ------------->|
//	                                  |<- IPv4 ->|
//	                                  20   |<TCP>|
package wire

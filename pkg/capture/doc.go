// Package capture writes and reads packet capture files: pcapng and classic
// pcap. It does not look into the packets.
//
// Both directions are streams. A [Writer] or [PcapWriter] needs no seeking, so
// it may write to a pipe; it puts nothing into the file that its caller did not
// hand over, so the same calls give the same bytes. A [Reader] needs no seeking
// either, keeps one record in memory, and believes no length field before the
// bytes behind it have arrived.
//
// Compressed files (gzip, Zstandard) are read as what is in them. A [Copier] writes
// chosen packets to a new file with all that the old one said about them.
//
// A pcapng file is a sequence of blocks, each with its length at both ends:
//
//	┌────────────────────────────────────────────┐
//	│ Section Header       byte order, who wrote │  SectionInfo
//	├────────────────────────────────────────────┤
//	│ Interface 0          name, link type, unit │  Interface, AddInterface
//	│ Interface 1          of time …             │
//	├────────────────────────────────────────────┤
//	│ Decryption Secrets, Name Resolution        │  Secrets, Names
//	├────────────────────────────────────────────┤
//	│ Enhanced Packet      interface, time, data,│  Packet
//	│   + options          flags, id, comments   │
//	│ Interface n          may come at any time  │
//	│ Enhanced Packet …                          │
//	├────────────────────────────────────────────┤
//	│ Interface Statistics                       │  Statistics
//	├────────────────────────────────────────────┤
//	│ Section Header       interfaces start at 0 │
//	│ …                    again                 │
//	└────────────────────────────────────────────┘
//
//	block:   type(4) length(4) body … pad to 4  length(4)
//	option:  code(2) length(2) value … pad to 4
//
// A pcap file is one 24-byte header and then records of a 16-byte header and
// the data, all of one link type.
//
// # Bounds
//
// The reader holds at most [MaxRecord] bytes of one record, [MaxInterfaces]
// interfaces, and [MaxRecord] bytes of interface descriptions, of the current
// section only. What goes beyond is [ErrTooLong]. A file compressed with
// Zstandard may ask for a window of up to [MaxZstdWindow]. Blocks of types that it does
// not know are skipped whatever their length.
//
// # Errors
//
// Reading stops at damage with an [*Error] that says where and what; all packets
// before it have been delivered. Damage inside a pcapng block whose two lengths
// agree costs that block only: what follows is read, and the error comes at the
// end of the file. A last record that the file's end
// cuts short is not, as with tcpdump and tshark: what is there of it would look
// like a packet that was captured like that. errors.Is tells the kinds apart:
// [ErrTruncated], [ErrMalformed], [ErrTooLong], [ErrUnknownFormat],
// [ErrUnknownVersion].
//
// # Specifications
//
// draft-ietf-opsawg-pcapng (pcapng), draft-ietf-opsawg-pcap (pcap), the
// LINKTYPE_ registry of draft-ietf-opsawg-pcaplinktype.
package capture

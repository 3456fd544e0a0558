// Package oui tells who registered the beginning of a MAC address, from the
// IEEE's public registries of 24-, 28- and 36-bit assignments (MA-L, MA-M, MA-S
// and the older IAB), and what an address says of itself.
//
//	octet 0  1  2  3  4  5
//	      ├──────┤            MA-L   16,777,216 addresses
//	      ├────────┤          MA-M    1,048,576
//	      ├──────────┤        MA-S        4,096
//	      ││
//	      │└ bit 0x02: locally administered, so no registry has it
//	      └─ bit 0x01: a group
//
// The registries are embedded, compressed, and unpacked when the first address
// is looked up. They are made by internal/ouigen from the IEEE's files; a file of
// the user's own ([Read]) may come first. The longest assignment wins.
//
// Bounds: a user's file has at most [MaxEntries] entries and [MaxFile] bytes.
package oui

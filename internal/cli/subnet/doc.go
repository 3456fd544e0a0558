// Package subnet is the command netkit subnet: address and prefix arithmetic at
// any size. The arithmetic is package pkg/subnet; here are the verbs, the
// reading of their inputs, and the one table of fields from which every format
// of a calculation is made.
//
// An operand is an item (see pkg/subnet.Parser), a file of items, or "-" for
// standard input:
//
//	operand ── item on the command line ──┐
//	        ├─ @FILE, or a file's name ───┼─> lines -> items -> the verb -> records
//	        └─ -  (standard input) ───────┘     └─ a bad line: its number on Err, go on, exit 1
package subnet

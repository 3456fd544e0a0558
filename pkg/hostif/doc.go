// Package hostif captures packets live from this machine's interfaces, with
// Linux packet sockets (AF_PACKET) and nothing else: no libpcap. On other
// systems [Open] fails with [ErrUnsupported].
//
// A [Live] delivers each frame once, whole, with the kernel's time in
// nanoseconds, as it was on the wire:
//
//   - A VLAN tag that the card or the kernel took off is put back.
//   - On the loopback, where every packet passes the sockets on its way out and
//     again on its way in, the way out is left out.
//   - What the kernel knows of a frame goes into the packet's flags: its
//     direction, whom it was for, whether its checksum was still to be filled in
//     by hardware, and whether it is a TCP super-segment that was not cut yet.
//
// The filter, a classic BPF program, runs in the kernel. The socket takes no
// packet before the filter is in place, so that none slips in before it.
//
//	network card ──> driver ──> packet socket ── filter ── ring of blocks ──> Next
//	                                 no: the packet never leaves the kernel
//	                                 ring full: counted in Stats.Dropped
//
// The ring (TPACKET_V3) is memory shared with the kernel. The kernel fills one
// block after another and hands each over when it is full or [Config.Latency]
// has passed, so a burst costs no system call for each packet. Where the kernel
// refuses a ring, recvmsg serves instead, and all else is the same.
//
// # The interface "any"
//
// [Any] captures on all interfaces. Their frames have different headers, so each
// gets the LINUX_SLL2 header instead (20 octets), which says on which interface
// it was seen, and of what kind. The same is done on an interface whose kind is
// neither Ethernet nor plain IP nor 802.11. A filter is compiled for the link
// type that is delivered; it is changed here to what the kernel sees. One thing
// cannot be had: of a frame with two VLAN tags the kernel (seen with Linux 6.18)
// names to such a socket the protocol behind both, while the inner tag is still
// among the octets.
//
// # Bounds
//
// The ring has a fixed size, [Config.Buffer]. When the reader is slower than the
// packets come, the newest are dropped and counted.
package hostif

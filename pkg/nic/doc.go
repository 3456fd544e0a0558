// Package nic is a network interface card: descriptor rings in memory, DMA, an
// interrupt line, and the offloads that drivers count on. It knows frames and
// checksums; it knows nothing of hosts, routes or connections.
//
// A driver and the device share two rings. Each descriptor has an ownership
// bit, and only its owner touches it:
//
//	          driver                                   device
//	RX   RxPost ──── owner: device ───>  frame arrives: DMA into the buffer
//	     RxReap <─── owner: driver ────  descriptor done, interrupt
//	TX   TxPost ──── owner: device ───>  Doorbell: DMA out, cut, sum, transmit
//	     TxReap <─── owner: driver ────  descriptor done, interrupt
//
//	RX ring   reap          dma                 post
//	          |--- done ----|--- device owns ----|--- empty ---|
//	TX ring   reap          dma                 post
//	          |--- done ----|--- device owns ----|--- free ----|
//
// A device has one or more pairs of rings, each with an interrupt of its own. Received
// frames are dealt to them by the Toeplitz hash of their flow (rss.go), so that a flow
// stays in order; the queues' transmissions take turns on the wire.
//
// Memory and interrupts take time (Config.RxLatency, TxLatency, IRQLatency): a
// received frame is the driver's when its descriptor has reached memory, and a
// device at rest needs a moment to fetch what the doorbell announces.
//
// A frame that finds no posted buffer is lost in the device before any skb
// exists (rx_missed_errors): a driver that does not refill stalls reception.
//
// DMA out copies the frame into a block of its own, so that nothing on the
// cable reaches the sender's queue, except what nobody else can see: a block
// that only the descriptor holds and that ends with the frame goes on the wire
// itself. So a router's frames leave in the blocks in which they came, with
// TSO's headers written where the old ones were, and a TCP sender's, whose send
// queue holds them too, are copied. The descriptor comes back without its block.
// DMA in swaps: the posted block is released and the arriving block takes its
// slot; no byte is copied.
//
// Transmission happens in a loop callback of the device, never inside Doorbell:
// the device runs beside the CPU, and two hosts on a cable without delay cannot
// recurse into each other.
//
// On the wire a frame occupies more than its bytes:
//
//	preamble 7 | SFD 1 | frame 60… (padded) | FCS 4 | gap 12 octets
//
// The FCS is computed lazily. A frame that nobody sealed has not been touched
// since the sender's MAC made it, so its FCS is right by construction; whoever
// may change a frame on the way calls [Frame.Seal] first, and the receiver
// recomputes it. The same holds for a transport checksum that the sending device
// computed: the receiving device sums again only what somebody sealed. The
// payload's share of that checksum travels with the frame and, like Linux's
// CHECKSUM_COMPLETE, with the buffer, so that cutting it again need not sum it
// again.
package nic

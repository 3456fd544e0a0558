// Package tcp is the Transmission Control Protocol of RFC 9293 as a machine: one
// [Conn] per connection, one [Listener] per listening socket. A machine holds
// no clock, no timer and no goroutine. It is told what happens, with the time
// now in nanoseconds since the Unix epoch, and it acts through its [Env].
//
//	          Write Read CloseWrite Close Abort            (the user)
//	                      │
//	Segment ──>  ┌────────┴─────────┐ ──Output──>  segments to IP
//	OnTimer ──>  │       Conn       │ ──SetTimer─> one timer
//	ICMPError ─> └──────────────────┘ ──Notify───> readable, writable, ...
//
// # Calls
//
// All calls for one stack come from one thread of control. Env.Output may
// lead back into the same Conn (a loopback device that delivers at once): a
// segment that arrives while the Conn is at work joins its backlog, as that of a
// Linux socket which a caller owns, and is processed before the outer call
// returns. Env.Notify and Env.SetTimer are called last, when the Conn is at rest.
//
// # Buffers
//
// The send queue holds the user's bytes from SND.UNA on, in order:
//
//	     SND.UNA                    SND.NXT                 end of data
//	head ──> [ skb ] [ skb ] [ skb ] [ skb ] [ skb ] [ skb ] <── tail
//	         │ sent, waiting for ACK │ unsent ──> next │
//
// Write copies behind the data of the last unsent buffer, into bytes of its
// block that no other descriptor covers: the first part of the block may be in
// flight already. A buffer is sent whole or not at all; it is split first where a window
// ends, where a SACK block ends, and where a retransmission stops. Both parts
// share the block: nothing is copied.
//
// Who has the bytes elsewhere than in memory, a socket of the machine for one,
// saves Write's copy: Reserve gives an empty buffer, whose room counts as used,
// and Commit appends it. Little data in a large block are copied all the same.
//
// To send, the machine makes a second descriptor and pushes the TCP header in
// front of it. Where to depends on who else holds the block:
//
//   - Nobody (Writable). What lies in front of the data is headroom, or bytes that
//     have been acknowledged. The second descriptor is a clone, and the
//     header goes directly before the payload: no second block.
//   - Somebody: an earlier transmission that is still queued below, or another
//     part of the block on the send queue, whose bytes lie where the header
//     would. The header gets a small block of its own, and the payload follows it
//     as a frag.
//
// So a header in flight is never overwritten, and neither are data. The original
// stays on the queue until it is acknowledged; a partial acknowledgement moves its
// start.
//
// Receive: segments in order join the receive queue as they are, with the frags
// that GRO gave them; Read copies out of them and frees them. Those out of order
// are kept in runs of contiguous data, from which SACK blocks are made.
//
// # Bounds
//
// Send queue: the send buffer, in payload bytes, and eight times that in block
// memory; SACK blocks cut it into [maxBuffers] buffers at most. Receive queue and
// out-of-order runs: the receive window, which is half of the receive buffer (what
// its scale rounds up may come on top, as far as the buffer goes), and eight times
// the receive buffer in block memory; [maxRuns] runs. Backlog: [maxBacklog]
// segments. A segment that finds no room is dropped and counted; the peer sends it
// again. Listener: see [Listener].
//
// # Where we differ
//
// Each file's head names the RFC sections to read first, and comments say where
// Linux's practice is followed instead, above all: the minimum RTO is 200 ms, the
// delayed ACK 40 ms, TIME-WAIT 60 s. The urgent pointer is ignored: urgent
// data are delivered in line, which is what RFC 6093 advises users to ask for.
// There are no IP source routes (RFC 9293 3.9.2.1). Data on a SYN are left for the
// peer to send again, as there is no TCP Fast Open.
package tcp

// Package story tells the journey of a URL: what happened in one run between
// parsing it and closing the connection, in nine steps.
//
// [Tell] is a query over the run's events and nothing else. What has no event did
// not happen, and the step says so; what an event says is in the story as a
// number with its unit. The bytes of headers, which events do not carry, come from
// captured frames where the caller has them. A [Story] is data; [Story.WriteText],
// [Story.WriteMarkdown], [Story.WriteJSON] and [Story.WriteHTML] are four views of it.
//
//	events ──┐                      ┌─> text
//	         ├─ Tell ──> Story ─────┼─> Markdown
//	frames ──┘   │                  ├─> JSON
//	             │                  └─> HTML with drawings
//	             1 URL    4 TCP   7 NIC
//	             2 HTTP   5 IP    8 switch, router, uplink
//	             3 DNS    6 MAC   9 answer, close
//
// # Packet numbers
//
// Steps point to packets by their number in the capture of the client's NIC. The
// k-th packet is the k-th event of these, in the order of emission:
//
//   - TxDMA of the device: a frame was put on the wire,
//   - RxDMA of the device: a frame was written to memory,
//   - Drop by the device, in context Hardware, of a frame that it saw on the wire: bad FCS,
//     bad length, another station's address, no posted buffer, no cable.
//
// Those are the moments at which the device's taps see a frame, so the number is the one that a
// packet analyser shows for the file that the same run writes. When several hosts
// are tapped into one file, [Options.Taps] names them and their frames count too.
package story

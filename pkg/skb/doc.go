// Package skb is netkit's socket buffer, after Linux's sk_buff: a counted data
// block and a small descriptor with four offsets into it.
//
//	block   0        head..data          data..tail            end
//	        |--------|-------------------|---------------------|
//	        | (head) |     headroom      | headers and payload | tailroom |
//	                 ^ head              ^ data                ^ tail     ^ end
//
// Push moves data down to prepend a header, Pull moves it up past a header that
// has been read, Put extends the tail. Between layers nothing is copied.
//
// A descriptor ([SKB]) has exactly one owner. A block ([Block]) is counted:
// [SKB.Clone] makes a second descriptor on the same block. Nobody writes to a
// block whose count is above one, but for bytes that no other descriptor covers
// (TCP appends behind what is in flight); [SKB.Writable] tells, and [SKB.CopyHeader]
// gives a descriptor with headers of its own and the payload shared, which is
// what a retransmission does while its first copy is still queued.
//
// A super-segment made by GRO is a chain: the first descriptor carries the
// headers, Frags links the others, whose data are payload only. Len counts all.
//
// A device that puts a sole holder's block on the wire as it is takes it out of
// the descriptor ([SKB.Give]), which is then only left to be freed.
//
// Blocks and descriptors come from a [Pool]. Freeing twice panics. A missed
// Free costs a pool miss and nothing else. Pools are not safe for concurrent
// use: all of a run's buffers live inside its loop.
package skb

package layer

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/render/layers"
)

// Bounds on one batch. A packet that is longer than batchBytes has one to itself.
const (
	batchPackets = 64
	batchBytes   = 64 << 10
)

// A batch is what goes from the reader to a worker and from there to the writer:
// packets in the order of the input, and what else the input held between them.
type batch struct {
	items []item
	n     int
	bytes []byte // the packets' data
	used  int

	out  []byte // what the worker wrote
	done chan struct{}

	last   bool  // nothing comes behind it
	failed error // what a worker could not do
	stop   bool  // the worker has seen as many packets as were asked for
}

// item is a packet, or something else that the input held (meta).
type item struct {
	meta capture.Meta // nil: a packet
	file int

	packet  capture.Packet
	ifc     *capture.Interface
	tracked dissect.Meta
	when    layers.When
	base    layers.Base
	match   bool
}

func newBatch() *batch {
	return &batch{items: make([]item, batchPackets), bytes: make([]byte, batchBytes), done: make(chan struct{}, 1)}
}

func (b *batch) reset() {
	b.n, b.used, b.out, b.last, b.failed, b.stop = 0, 0, b.out[:0], false, nil, false
	if cap(b.bytes) > batchBytes {
		b.bytes = make([]byte, batchBytes)
	}
	if cap(b.out) > maxKeptOutput {
		b.out = nil
	}
}

// maxKeptOutput is how much memory for output a batch keeps for the next.
const maxKeptOutput = 2 << 20

// room reports whether a packet of n octets fits.
func (b *batch) room(n int) bool {
	return b.n < batchPackets && (b.used == 0 || b.used+n <= batchBytes)
}

// keep copies data into the batch.
func (b *batch) keep(data []byte) []byte {
	if len(data) > len(b.bytes)-b.used { // alone, and longer than a batch
		b.bytes = make([]byte, len(data))
	}
	to := b.bytes[b.used : b.used+len(data) : b.used+len(data)]
	copy(to, data)
	b.used += len(data)
	return to
}

// add returns the next item, to be filled.
func (b *batch) add() *item {
	it := &b.items[b.n]
	b.n++
	it.meta, it.match, it.base = nil, false, layers.Base{}
	return it
}

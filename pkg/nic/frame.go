package nic

import (
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Frame is a frame on the wire. It owns one reference to its block: who receives
// it passes it on or frees it.
type Frame struct {
	Block    *skb.Block
	Off, Len int // Ethernet header to payload, padded to 60 octets, without the FCS
	FCS      uint32
	Sealed   bool   // FCS holds the sender's check sequence
	Summed   bool   // the sending device has computed the transport checksum
	Sum      uint16 // and this is the payload's share of it; 0: not known
	Pkt      uint64 // packet id of the trace
}

// Wire carries frames away from a device. Send takes over the frame's block,
// and copies what it keeps of f, which the sender uses again. It must not call
// back into the sender before it returns.
type Wire interface {
	Send(f *Frame)
}

// Bytes returns the frame without its FCS.
func (f *Frame) Bytes() []byte { return f.Block.B[f.Off : f.Off+f.Len : f.Off+f.Len] }

// WireLen is the number of octets for which the frame occupies the medium.
func (f *Frame) WireLen() int { return f.Len + wire.EthernetOverhead }

// Seal computes the FCS over the bytes as they are now. Whoever may change the
// bytes on the way seals the frame first, as the sender's MAC did.
func (f *Frame) Seal() {
	if !f.Sealed {
		f.FCS, f.Sealed = wire.FCS(f.Bytes()), true
	}
}

// Copy returns the same frame in a block of its own.
func (f *Frame) Copy(pool *skb.Pool) Frame {
	c := *f
	c.Block = pool.Block(f.Off + f.Len)
	copy(c.Bytes(), f.Bytes())
	return c
}

// Free gives the block back.
func (f *Frame) Free() {
	f.Block.Put()
	f.Block = nil
}

// Dir is the direction of a frame at a tap.
type Dir uint8

// The directions.
const (
	In Dir = iota
	Out
)

func (d Dir) String() string {
	if d == Out {
		return "out"
	}
	return "in"
}

// Tap is what a capture sees: each frame at the wire side of the device, cut
// and with complete checksums. Frame and its bytes are valid during the call and
// belong to the device; a tap that wants the FCS may seal Frame.
type Tap struct {
	Time    int64
	Dir     Dir
	Frame   *Frame
	Dropped trace.DropReason // why the device drops it; NotDropped otherwise
}

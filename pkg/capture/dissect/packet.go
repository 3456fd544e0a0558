package dissect

import "github.com/netkit-go/netkit/pkg/capture"

// Packet is a dissected packet. It is reused: all that it holds is valid until
// the next packet is dissected into it.
type Packet struct {
	Number   int64 // in the file, from 1
	Time     int64 // nanoseconds since the Unix epoch
	LinkType capture.LinkType
	OrigLen  int // on the wire

	// Bufs holds the packet's bytes (0) and what was made of them and of
	// earlier packets: reassembled datagrams and stream units.
	Bufs [][]byte

	Layers []Layer
	Fields []Field // of all layers, each layer's together
	Info   []byte  // one line's worth of text about the innermost layer, tcpdump's way; not escaped

	text []byte // values that are no bytes of the packet
}

// Layer is one protocol's part of a packet.
type Layer struct {
	Proto    *Proto
	Buf      int // index into Bufs
	Off, Len int // in that buffer: header and what follows it that no other layer claims
	First, N int // its fields in Packet.Fields

	Bad    string // what is wrong with it; "" for nothing
	BadOff int    // where, in the buffer
}

// Field is one field of a packet.
type Field struct {
	Def  *Def
	Bit  int32 // first bit, counted from the start of the layer's buffer
	Bits int32 // 0: generated, it has no bytes of its own
	Num  uint64

	text, textLen int32 // made text in Packet.text

	Depth uint8 // below how many groups
	Bad   bool  // the value is wrong: a checksum, a length
}

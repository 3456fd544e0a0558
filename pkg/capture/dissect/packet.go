package dissect

import "github.com/netkit-go/netkit/pkg/capture"

// Packet is a dissected packet. It is reused: all that it holds is valid until
// the next packet is dissected into it.
type Packet struct {
	Meta

	// Bufs holds the packet's bytes (0) and what was made of them and of
	// earlier packets: reassembled datagrams and stream units.
	Bufs [][]byte

	Layers []Layer
	Fields []Field // of all layers, each layer's together
	Info   []byte  // one line's worth of text about the innermost layer, tcpdump's way; not escaped

	text []byte // values that are no bytes of the packet
}

// Meta is a captured packet before dissection, with what the packets before it
// say about it. [Session.Track] fills it; the slices in it are reused by the next
// Track into the same Meta. Without a session the exported fields are enough.
type Meta struct {
	Number   int64 // in the file, from 1
	Time     int64 // nanoseconds since the Unix epoch
	NoTime   bool  // the file states no time for it
	LinkType capture.LinkType
	OrigLen  int    // on the wire
	Data     []byte // what was captured

	Interface     int // index in its section
	InterfaceName string
	Flags         capture.Flags
	FCSLen        int // octets of frame check sequence at the end of the data; 0 for unknown
	Comments      []string
	// SectionComments are those of the file's section that begins with this packet.
	SectionComments []string

	tracked        bool
	keepsFragments bool  // fragments in it are kept, to be dissected when all are there
	sinceFirst     int64 // nanoseconds since the first packet of the file
	sinceLast      int64 // and since the one before this

	flows  [maxFlows]flow // what is known of transport headers, those of tunnels too
	nflows int
	units  []unit // of all flows, each flow's together
	bufs   []made // what was put together for this packet
	parts  []part // of all bufs, each one's together
	store  []byte // the bytes of bufs
}

// maxFlows is the number of transport headers in one packet that the session
// follows; those inside more tunnels than that are dissected without it.
const maxFlows = 4

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

	text, textLen int32 // made text: its place in Packet.text, from 1; 0 for none

	Depth uint8 // below how many groups
	Bad   bool  // the value is wrong: a checksum, a length
	buf   uint8 // the layer's
}

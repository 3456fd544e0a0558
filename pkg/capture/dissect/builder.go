package dissect

// Bounds on what one packet can become, whatever its bytes say. What is beyond
// is shown as data.
const (
	maxLayers = 64
	maxFields = 1 << 14
	maxDepth  = 32
)

// Func dissects one layer. b holds the layer's bytes and all that follows it as
// far as the layers below let it reach; offsets given to d count from b[0]. It
// must accept any bytes. What it neither claims nor passes on becomes data.
type Func func(d *D, b []byte)

// D is what a dissector works with.
type D struct {
	P *Packet // the packet under way

	// What the dissector may want to know of the layers below.
	SrcPort, DstPort uint16 // of UDP, TCP or SCTP
	// WantInfo says that one line about the packet is asked for: the dissector
	// may set P.Info.
	WantInfo bool
	// WantFields says that fields are asked for. Without it they are not kept.
	WantFields bool

	buf, off, end int // b's place
	depth         uint8
	layer         int // index into P.Layers
	next          []step
}

// step is a layer that is still to be dissected.
type step struct {
	fn       Func
	buf      int
	off, end int
}

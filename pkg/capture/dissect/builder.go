package dissect

// Bounds on what one packet can become, whatever its bytes say. What is beyond
// is shown as data.
const (
	maxLayers = 64
	maxFields = 1 << 14
	maxDepth  = 32
	maxBufs   = 255
)

// Func dissects one layer. b holds the layer's bytes and all that follows it as
// far as the layers below let it reach; offsets given to d count from b[0]. It
// must accept any bytes. What it neither claims nor passes on becomes data.
type Func func(d *D, b []byte)

// D is what a dissector works with. A D serves one goroutine.
type D struct {
	P *Packet // the packet under way

	// What the dissector may want to know of the layers below.
	below

	// Missing is how many octets should follow b that are not there: the capture
	// was cut, or a length below promises more than came.
	Missing int

	// WantInfo says that one line about the packet is asked for: the dissector
	// may set P.Info.
	WantInfo bool
	// WantFields says that fields are asked for. Without it they are not kept.
	WantFields bool
	// NoApplications makes data of what TCP and UDP carry; tunnels are gone into.
	// The session must be told, too.
	NoApplications bool
	// NoChecksums leaves checksums unverified.
	NoChecksums bool

	buf, off, end int    // b's place
	cur           []byte // b
	depth         uint8
	layer         int // index into P.Layers; -1 before Begin

	kids []step // what the dissector under way hands on
	next []step // what is still to be dissected, the nearest last
}

// below is what a layer may want to know of those below it.
type below struct {
	SrcPort, DstPort uint16 // of UDP, TCP or SCTP

	ipSum   uint64 // pseudo-header sum of the addresses of the nearest IP header
	ip      uint8  // its version; 0 where there is none
	ipWhole bool   // its payload is all there: no fragment, not cut
	quoted  bool   // the layer is part of a packet that an ICMP error quotes
}

// step is a layer that is still to be dissected.
type step struct {
	fn       Func // nil: the octets belong to the layer that handed them on
	buf      int
	off, end int
	missing  int
	answer   answer
	below
}

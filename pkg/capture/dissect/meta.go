package dissect

// flow is what the session knows about one transport header of a packet.
type flow struct {
	buf, off int32 // where the header is
	stream   uint32

	sinceFirst, sinceLast int64 // nanoseconds, in the stream

	// Of TCP.
	seqBase, ackBase uint32 // what relative numbers count from
	scale            int8   // of the window: a shift, or one of the two below
	completeness     uint8  // kinds of segments seen so far
	marks            uint8
	app              *App
	unit, nunits     int // what the payload is made of, in Meta.units

	// Of ICMP: the frame that this one answers or quotes, and the time since then.
	answers, elapsed int64
}

// Values of scale that are no shift, numbered as Wireshark does.
const (
	scaleUnknown = -1 // the SYN segments were not captured
	scaleNone    = -2 // window scaling is not used
)

// Marks of segments.
const (
	markAgain = 1 << iota // all octets came before
	markAhead             // octets before these are missing so far
	markLost              // octets before these will not come
)

// unit is a part of a TCP payload.
type unit struct {
	kind    uint8
	n       int // octets of the payload
	made    int // of unitMade: index into Meta.bufs
	missing int // octets that the unit should have beyond those that are there
	answer  answer
}

// Kinds of unit.
const (
	unitWhole = iota // begins and ends in this segment
	unitPart         // belongs to a unit that is not complete
	unitMade         // the last octets of a unit that is complete now
	unitAgain        // came before
	unitData         // is no unit of the application
)

// maxUnits is how many units in one segment are told apart; the last one holds
// what is left.
const maxUnits = maxLayers - 8

// answer says that a unit or datagram answers an earlier one.
type answer struct {
	kind    uint8
	frame   int64
	elapsed int64 // nanoseconds since then
}

const (
	noAnswer = iota
	dnsAnswer
	httpAnswer
)

// made is a datagram or unit that was put together for a packet.
type made struct {
	off, n        int   // in Meta.store
	first, nparts int   // in Meta.parts
	byBuf, byOff  int32 // the fragment's header that completed it; byBuf is -1 for a unit of TCP
	overlap       bool
}

// part is a packet that contributed to something put together.
type part struct {
	frame int64
}

// flow is what the session knows of the layer under way.
func (d *D) flow() *flow {
	p := d.P
	for i := range p.flows[:p.nflows] {
		if f := &p.flows[i]; int(f.off) == d.off && int(f.buf) == d.buf {
			return f
		}
	}
	return nil
}

// madeHere is the datagram that the fragment under way completed, and its index
// in Bufs.
func (d *D) madeHere() (*made, int) {
	p := d.P
	for i := range p.bufs {
		if m := &p.bufs[i]; int(m.byOff) == d.off && int(m.byBuf) == d.buf {
			return m, i + 1
		}
	}
	return nil, 0
}

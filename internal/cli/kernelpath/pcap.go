package kernelpath

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/kernelpath"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
)

// pcap writes the packets at each tap point, one interface for each, under the packet
// ids of the trace. From the events it learns what a frame does not tell: why it is
// sent again, and what it was cut from.
type pcap struct {
	w     *capture.Writer
	err   error
	notes map[uint64]note // by packet id
	buf   []byte
	only  []string // the tap points that are wanted; none: all
	index []int    // of each tap point in the file; -1: not in it
}

type note struct {
	again trace.RetransCause
	from  uint64 // the super-segment that the device cut it from
}

// maxNotes bounds the packets between TCP and the wire of which something is known;
// beyond it all are forgotten.
const maxNotes = 1 << 14

func newPcap(w io.Writer, only []string) (*pcap, error) {
	c, err := capture.NewWriter(w, capture.SectionInfo{Application: "netkit"})
	return &pcap{w: c, notes: make(map[uint64]note), only: only}, err
}

// Emit implements trace.Sink.
func (p *pcap) Emit(e *trace.Event) {
	if len(p.notes) >= maxNotes {
		clear(p.notes)
	}
	switch e.Kind {
	case trace.TCPSend:
		if cause := trace.RetransCause(e.TCP.Retrans); cause != trace.NotRetrans {
			p.notes[e.Pkt] = note{again: cause}
		}
	case trace.TSOCut:
		p.notes[e.Pkt] = note{again: p.notes[e.Parent].again, from: e.Parent}
	case trace.TxComplete:
		delete(p.notes, e.Pkt)
	}
}

// Taps implements kernelpath.FrameSink.
func (p *pcap) Taps(points []kernelpath.TapPoint) {
	var names []string
	for _, t := range points {
		i := capture.Interface{LinkType: capture.LinkTypeEthernet, Name: t.Host + "-" + t.Dev, MAC: t.MAC[:],
			Speed: uint64(t.Rate), Description: "simulated NIC " + t.Dev + " of " + t.Host + ", at the wire"}
		if t.Stack {
			i.Name += "-stack"
			i.Description = "packet socket on " + t.Dev + " of " + t.Host + ": after GRO, before TSO and checksum offload"
		}
		names = append(names, i.Name)
		at := -1
		if p.err == nil && (len(p.only) == 0 || slices.Contains(p.only, i.Name)) {
			at, p.err = p.w.AddInterface(i)
		}
		p.index = append(p.index, at)
	}
	for _, name := range p.only {
		if !slices.Contains(names, name) {
			p.err = cli.Usagef("--tap %s: there is no such tap point in this scenario", name).WithHint("one of %s", strings.Join(names, ", "))
		}
	}
}

// at returns where packets of a tap point go, and whether they do.
func (p *pcap) at(point int) (int, bool) {
	i := p.index[point]
	return i, i >= 0 && p.err == nil
}

// Frame implements kernelpath.FrameSink.
func (p *pcap) Frame(point int, t nic.Tap) {
	at, ok := p.at(point)
	if !ok {
		return
	}
	pkt := capture.Packet{Interface: at, Time: t.Time, Data: t.Frame.Bytes(), ID: t.Frame.Pkt, Flags: capture.Outbound}
	if t.Dir == nic.In {
		pkt.Flags = capture.Inbound
	}
	if t.Dir == nic.Out {
		if n, ok := p.notes[pkt.ID]; ok {
			pkt.Comments = n.comments(pkt.Comments)
			if n.from != 0 {
				delete(p.notes, pkt.ID)
			}
		}
	}
	if t.Dropped != trace.NotDropped {
		pkt.Comments = append(pkt.Comments, "dropped by the device: "+t.Dropped.String())
		if t.Dropped == trace.BadFCS {
			pkt.Flags |= capture.CRCError
		}
	}
	p.err = p.w.WritePacket(pkt)
}

// Packet implements kernelpath.FrameSink.
func (p *pcap) Packet(point int, t host.Tap) {
	at, ok := p.at(point)
	if !ok {
		return
	}
	s := t.SKB
	n := s.Len()
	p.buf = slices.Grow(p.buf[:0], n)[:n]
	pkt := capture.Packet{Interface: at, Time: t.Time, Data: p.buf[:s.CopyTo(p.buf, 0)], ID: s.Pkt, Flags: capture.Outbound}
	if t.Dir == nic.In {
		pkt.Flags = capture.Inbound
		if s.GSOSegs > 1 {
			pkt.Comments = append(pkt.Comments, fmt.Sprintf("merged by GRO from %d frames", s.GSOSegs))
		}
	} else {
		if s.Checksum == skb.ChecksumPartial {
			pkt.Flags |= capture.ChecksumNotReady
		}
		if s.GSOSize > 0 {
			pkt.Flags |= capture.SegmentationOffload
			pkt.Comments = append(pkt.Comments, fmt.Sprintf("a super-segment: the card cuts it into %d frames", s.GSOSegs))
		}
		pkt.Comments = p.notes[s.Pkt].comments(pkt.Comments)
	}
	p.err = p.w.WritePacket(pkt)
}

func (n note) comments(list []string) []string {
	if n.from != 0 {
		list = append(list, "cut by the card (TSO) from packet "+strconv.FormatUint(n.from, 10))
	}
	if n.again != trace.NotRetrans {
		list = append(list, "retransmission: "+n.again.String())
	}
	return list
}

func (p *pcap) close() error {
	if p.err != nil {
		return p.err
	}
	return p.w.Flush()
}

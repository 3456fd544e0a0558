package labrun

import (
	"io"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/trace"
)

// pcap writes what the lab's taps see. It also listens to the trace, for why a
// packet was sent again: a capture alone cannot tell.
type pcap struct {
	out io.Writer
	w   *capture.Writer
	err error

	secrets *secrets // nil: none are wanted

	again, before map[uint64]trace.RetransCause // packets that were sent again
}

// remembered bounds again; when it is full, before is forgotten.
const remembered = 1 << 14

func (p *pcap) start(l *lab.Lab) (err error) {
	p.again = make(map[uint64]trace.RetransCause)
	p.w, err = capture.NewWriter(p.out, capture.SectionInfo{Application: "netkit"})
	if err != nil {
		return err
	}
	topo := l.Topology()
	for _, t := range l.TapPoints() {
		i := capture.Interface{LinkType: capture.LinkTypeEthernet, Name: t.Host + "-" + t.Dev, MAC: t.MAC[:],
			Description: "simulated NIC " + t.Dev + " of " + t.Host}
		for _, n := range topo.Nodes {
			for _, port := range n.Ports {
				if n.Name == t.Host && port.Name == t.Dev {
					i.Addrs = port.Addrs
				}
			}
		}
		for _, link := range topo.Links {
			if link.A == t.Host+" "+t.Dev || link.B == t.Host+" "+t.Dev {
				i.Speed = uint64(link.Rate)
			}
		}
		if _, err = p.w.AddInterface(i); err != nil {
			return err
		}
	}
	if p.secrets != nil {
		return p.secrets.packets(p.w)
	}
	return nil
}

// Emit implements trace.Sink.
func (p *pcap) Emit(e *trace.Event) {
	switch e.Kind {
	case trace.TCPSend:
		if cause := trace.RetransCause(e.TCP.Retrans); cause != trace.NotRetrans {
			p.note(e.Pkt, cause)
		}
	case trace.TSOCut:
		if cause, ok := p.cause(e.Parent); ok {
			p.note(e.Pkt, cause)
		}
	}
}

func (p *pcap) note(pkt uint64, cause trace.RetransCause) {
	if len(p.again) >= remembered {
		p.again, p.before = make(map[uint64]trace.RetransCause), p.again
	}
	p.again[pkt] = cause
}

func (p *pcap) cause(pkt uint64) (trace.RetransCause, bool) {
	c, ok := p.again[pkt]
	if !ok {
		c, ok = p.before[pkt]
	}
	return c, ok
}

// frame is the lab's tap.
func (p *pcap) frame(at lab.TapPoint, t nic.Tap) {
	if p.err != nil {
		return
	}
	pkt := capture.Packet{Interface: at.Index, Time: t.Time, Data: t.Frame.Bytes(), ID: t.Frame.Pkt, Flags: capture.Outbound}
	if t.Dir == nic.In {
		pkt.Flags = capture.Inbound
	}
	if cause, ok := p.cause(t.Frame.Pkt); ok {
		pkt.Comments = append(pkt.Comments, retransmission(cause))
	}
	if t.Dropped != trace.NotDropped {
		pkt.Comments = append(pkt.Comments, "dropped by the device: "+t.Dropped.String())
		if t.Dropped == trace.BadFCS {
			pkt.Flags |= capture.CRCError
		}
	}
	p.err = p.w.WritePacket(pkt)
}

func retransmission(c trace.RetransCause) string {
	switch c {
	case trace.RetransRTO:
		return "retransmission: time-out"
	case trace.RetransFast:
		return "retransmission: fast or SACK recovery"
	case trace.RetransTLP:
		return "retransmission: tail loss probe"
	case trace.RetransSyn:
		return "retransmission: SYN"
	case trace.RetransZWP:
		return "zero-window probe"
	}
	return "retransmission: " + c.String()
}

func (p *pcap) close() error {
	switch {
	case p.err != nil:
		p.discard()
		return p.err
	case p.secrets != nil:
		return p.secrets.finish(p.w)
	}
	return p.w.Flush()
}

// discard drops what waits.
func (p *pcap) discard() {
	if p.secrets != nil {
		p.secrets.discard()
	}
}

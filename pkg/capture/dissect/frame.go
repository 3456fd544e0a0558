package dissect

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// The record in the capture file, as a layer of its own before the packet's: when
// and where it was seen, and how long it was.
var frameProto = Proto{Name: "frame", Title: "Frame", TCPIP: Link, OSI: OSIPhysical,
	Fields: []*Def{&frameNumber, &frameTime, &frameSinceLast, &frameSinceFirst, &frameLen, &frameCapLen, &frameInterface,
		&frameInterfaceName, &frameLinkType, &frameComment, &frameDirection, &frameReception, &frameFCSLen, &frameErrors}}

var (
	frameNumber        = loose("frame.number", "Number", 0)
	frameTime          = loose("frame.time_epoch", "Time", Time)
	frameSinceLast     = loose("frame.time_delta", "Since the packet before", Dur)
	frameSinceFirst    = loose("frame.time_relative", "Since the first packet", Dur)
	frameLen           = loose("frame.len", "Length on the wire", 0)
	frameCapLen        = loose("frame.cap_len", "Length captured", 0)
	frameInterface     = loose("frame.interface_id", "Interface", 0)
	frameInterfaceName = loose("frame.interface_name", "Interface name", Text)
	frameLinkType      = looseCode("frame.linktype", "Link type", func(v uint64) string { return capture.LinkType(v).String() })
	frameComment       = loose("frame.comment", "Comment", Text)
	frameDirection     = looseCode("frame.packet_flags_direction", "Direction", directionName)
	frameReception     = looseCode("frame.packet_flags_reception_type", "Reception", receptionName)
	frameFCSLen        = loose("frame.packet_flags_fcs_length", "FCS length", 0)
	frameErrors        = loose("frame.packet_flags", "Flags", wire.FieldHex)
)

func directionName(v uint64) string {
	switch v {
	case 1:
		return "Inbound"
	case 2:
		return "Outbound"
	}
	return "Unknown"
}

func receptionName(v uint64) string {
	switch v {
	case 1:
		return "Unicast"
	case 2:
		return "Multicast"
	case 3:
		return "Broadcast"
	case 4:
		return "Promiscuous"
	}
	return "Unspecified"
}

func (d *D) frame() {
	p := d.P
	d.Begin(&frameProto)
	p.Layers[0].Len = 0
	if !d.WantFields {
		return
	}
	d.Gen(&frameNumber, uint64(p.Number))
	if !p.NoTime {
		d.Gen(&frameTime, uint64(p.Time))
		if p.tracked {
			d.Gen(&frameSinceLast, uint64(p.sinceLast))
			d.Gen(&frameSinceFirst, uint64(p.sinceFirst))
		}
	}
	d.Gen(&frameLen, uint64(p.OrigLen))
	d.Gen(&frameCapLen, uint64(len(p.Data)))
	d.Gen(&frameInterface, uint64(p.Interface))
	if p.InterfaceName != "" {
		d.put(d.add(&frameInterfaceName, 0, 0), []byte(p.InterfaceName))
	}
	d.Gen(&frameLinkType, uint64(p.LinkType))
	if p.Flags != 0 {
		d.Gen(&frameErrors, uint64(p.Flags))
		d.depth++
		d.Gen(&frameDirection, uint64(p.Flags.Direction()))
		d.Gen(&frameReception, uint64(p.Flags.Reception()>>2))
		d.Gen(&frameFCSLen, uint64(p.Flags.FCSLen()))
		d.depth--
	}
	for _, c := range p.Comments {
		d.put(d.add(&frameComment, 0, 0), []byte(c))
	}
}

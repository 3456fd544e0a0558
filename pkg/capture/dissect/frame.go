package dissect

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// The record in the capture file, as a layer of its own before the packet's: when
// and where it was seen, and how long it was.
var frameProto = Proto{Name: "frame", Title: "Frame", TCPIP: Link, OSI: OSIPhysical,
	Fields: []*Def{&frameNumber, &frameTime, &frameSinceLast, &frameSinceFirst, &frameLen, &frameCapLen, &frameInterface,
		&frameInterfaceName, &frameLinkType, &frameProtocols, &frameComment, &frameDirection, &frameReception, &frameFCSLen, &frameErrors}}

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
	frameProtocols     = loose("frame.protocols", "Protocols", Text)
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
	d.Gen(&frameProtocols, 0) // its text comes when the layers are known
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

// protocols fills in frame.protocols: the layers' names in their order, as Wireshark
// joins them. It counts the choice by EtherType as a layer.
func (d *D) protocols() {
	p := d.P
	for i := range p.Fields {
		if f := &p.Fields[i]; f.Def == &frameProtocols {
			f.text = int32(len(p.text) + 1)
			for j := 1; j < len(p.Layers); j++ {
				if j > 1 {
					p.text = append(p.text, ':')
				}
				p.text = append(p.text, p.Layers[j].Proto.Name...)
				if j+1 < len(p.Layers) && byType(p.Layers[j].Proto.Name, p.Layers[j+1].Proto.Name) {
					p.text = append(p.text, ":ethertype"...)
				}
			}
			f.textLen = int32(len(p.text)+1) - f.text
			return
		}
	}
}

// byType reports whether an EtherType chose the layer behind another.
func byType(name, next string) bool {
	switch name {
	case "eth", "vlan", "ieee8021ad", "sll":
		return next != "llc" && next != "ipx"
	}
	return false
}

package dissect

// Address Resolution Protocol: RFC 826; RARP: RFC 903; InARP: RFC 2390; probes
// and announcements: RFC 5227.

import (
	"bytes"

	"github.com/netkit-go/netkit/pkg/wire"
)

const hwIEEE802 = 6

var arp = Proto{Name: "arp", Title: "Address Resolution Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("arp.hw.type", "Hardware type", 0, 16, hardwareName),
		hexCode("arp.proto.type", "Protocol type", 16, 16, etherTypeName),
		field("arp.hw.size", "Hardware length", 32, 8, wire.FieldDec),
		field("arp.proto.size", "Protocol length", 40, 8, wire.FieldDec),
		code("arp.opcode", "Operation", 48, 16, arpOperation),
	},
	Fields: []*Def{&arpSrcMAC, &arpSrcIP, &arpDstMAC, &arpDstIP, &arpSrcHW, &arpSrcProto, &arpDstHW, &arpDstProto,
		&arpGratuitous, &arpProbe, &arpAnnouncement}}

var (
	arpSrcMAC       = loose("arp.src.hw_mac", "Sender MAC", wire.FieldMAC)
	arpSrcIP        = loose("arp.src.proto_ipv4", "Sender IP", wire.FieldIPv4)
	arpDstMAC       = loose("arp.dst.hw_mac", "Target MAC", wire.FieldMAC)
	arpDstIP        = loose("arp.dst.proto_ipv4", "Target IP", wire.FieldIPv4)
	arpSrcHW        = loose("arp.src.hw", "Sender hardware address", Bytes)
	arpSrcProto     = loose("arp.src.proto", "Sender protocol address", Bytes)
	arpDstHW        = loose("arp.dst.hw", "Target hardware address", Bytes)
	arpDstProto     = loose("arp.dst.proto", "Target protocol address", Bytes)
	arpGratuitous   = loose("arp.isgratuitous", "Gratuitous", wire.FieldFlag)
	arpProbe        = loose("arp.isprobe", "Probe", wire.FieldFlag)
	arpAnnouncement = loose("arp.isannouncement", "Announcement", wire.FieldFlag)
)

func arpOperation(v uint64) string {
	switch v {
	case 1:
		return "request"
	case 2:
		return "reply"
	case 3:
		return "reverse request"
	case 4:
		return "reverse reply"
	case 8:
		return "inverse request"
	case 9:
		return "inverse reply"
	}
	return ""
}

func dissectARP(d *D, b []byte) {
	d.Begin(&arp)
	if !d.Header() {
		return
	}
	hl, pl := int(b[4]), int(b[5])
	src, dst := 8, 8+hl+pl
	d.Claim(8 + 2*(hl+pl))
	defs := [4]*Def{&arpSrcHW, &arpSrcProto, &arpDstHW, &arpDstProto}
	if hw := be16(b, 0); hl == 6 && (hw == hwEthernet || hw == hwIEEE802) {
		defs[0], defs[2] = &arpSrcMAC, &arpDstMAC
	}
	ipv4 := pl == 4 && be16(b, 2) == int(wire.EtherTypeIPv4)
	if ipv4 {
		defs[1], defs[3] = &arpSrcIP, &arpDstIP
	}
	d.Bytes(defs[0], src, hl)
	d.Bytes(defs[1], src+hl, pl)
	d.Bytes(defs[2], dst, hl)
	d.Bytes(defs[3], dst+hl, pl)
	if !ipv4 || 8+2*(hl+pl) > len(b) {
		return
	}
	sender, target := b[src+hl:src+hl+4], b[dst+hl:dst+hl+4]
	switch op := be16(b, 6); {
	case op == int(wire.ARPRequest) && zero(sender) && zero(b[dst:dst+hl]) && !zero(target):
		d.Gen(&arpProbe, 1)
	case op <= int(wire.ARPReply) && bytes.Equal(sender, target):
		d.Gen(&arpGratuitous, 1)
		if op == int(wire.ARPRequest) && zero(b[dst:dst+hl]) {
			d.Gen(&arpAnnouncement, 1)
		}
	}
	d.arpInfo(b, hl, sender, target)
}

// arpInfo says it as tcpdump does: who-has and is-at.
func (d *D) arpInfo(b []byte, hl int, sender, target []byte) {
	if !d.WantInfo {
		return
	}
	d.newInfo()
	switch be16(b, 6) {
	case int(wire.ARPRequest):
		d.say("ARP, Request who-has ")
		d.sayAddr(target)
		d.say(" tell ")
		d.sayAddr(sender)
	case int(wire.ARPReply):
		d.say("ARP, Reply ")
		d.sayAddr(sender)
		if hl == 6 {
			d.say(" is-at ")
			d.P.Info = wire.MAC(b[8:14]).AppendTo(d.P.Info)
		}
	default:
		d.say("ARP, ")
		d.say(arpOperation(uint64(be16(b, 6))))
	}
}

package dissect

// Generic Routing Encapsulation: RFC 2784 and 2890, with the routing of RFC 1701;
// version 1 is PPTP's (RFC 2637 section 4.1). ERSPAN as in
// draft-foschiano-erspan.

import (
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

var gre = Proto{Name: "gre", Title: "Generic Routing Encapsulation", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("gre.flags_and_version", "Flags and Version", 0, 16, wire.FieldHex),
		field("gre.flags.checksum", "Checksum Bit", 0, 1, wire.FieldFlag),
		field("gre.flags.routing", "Routing Bit", 1, 1, wire.FieldFlag),
		field("gre.flags.key", "Key Bit", 2, 1, wire.FieldFlag),
		field("gre.flags.sequence_number", "Sequence Number Bit", 3, 1, wire.FieldFlag),
		field("gre.flags.strict_source_route", "Strict Source Route Bit", 4, 1, wire.FieldFlag),
		field("gre.flags.recursion_control", "Recursion control", 5, 3, wire.FieldDec),
		field("gre.flags.ack", "Acknowledgment", 8, 1, wire.FieldFlag),
		field("gre.flags.reserved", "Flags (Reserved)", 9, 4, wire.FieldDec),
		code("gre.flags.version", "Version", 13, 3, greVersion),
		hexCode("gre.proto", "Protocol Type", 16, 16, etherTypeName),
	},
	Fields: []*Def{&greChecksum, &greStatus, &greOffset, &greKey, &grePayloadLen, &greCallID, &greSeq, &greAck, &greRouting, &greFamily,
		&greSREOffset, &greSRELen, &greRoute}}

var (
	greChecksum   = loose("gre.checksum", "Checksum", wire.FieldHex)
	greStatus     = looseCode("gre.checksum.status", "Checksum Status", checksumStatus)
	greOffset     = loose("gre.offset", "Offset", wire.FieldDec)
	greKey        = loose("gre.key", "Key", wire.FieldHex)
	grePayloadLen = loose("gre.key.payload_length", "Payload Length", wire.FieldDec)
	greCallID     = loose("gre.key.call_id", "Call ID", wire.FieldDec)
	greSeq        = loose("gre.sequence_number", "Sequence Number", wire.FieldDec)
	greAck        = loose("gre.ack_number", "Acknowledgment Number", wire.FieldDec)
	greRouting    = loose("gre.routing", "Routing", Group)
	greFamily     = loose("gre.routing.address_family", "Address Family", wire.FieldDec)
	greSREOffset  = loose("gre.routing.sre_offset", "SRE Offset", wire.FieldDec)
	greSRELen     = loose("gre.routing.src_length", "SRE Length", wire.FieldDec)
	greRoute      = loose("gre.routing.information", "Routing Information", Bytes)
)

func greVersion(v uint64) string {
	switch v {
	case 0:
		return "GRE"
	case 1:
		return "Enhanced GRE"
	}
	return ""
}

// The bits of GRE's first two octets.
const (
	greHasChecksum = 0x8000
	greHasRouting  = 0x4000
	greHasKey      = 0x2000
	greHasSeq      = 0x1000
	greHasAck      = 0x0080
)

func dissectGRE(d *D, b []byte) {
	d.Begin(&gre)
	if !d.Header() {
		return
	}
	flags, proto := binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	version := flags & 7
	if d.WantInfo {
		d.P.Info = fmt.Appendf(d.P.Info[:0], "GREv%d", version)
	}
	if version > 1 {
		d.Wrong("unknown version", 1)
		return
	}
	off := 4
	if flags&(greHasChecksum|greHasRouting) != 0 && version == 0 {
		d.Uint(&greChecksum, off, 2)
		d.greVerdict(b, flags)
		d.Uint(&greOffset, off+2, 2)
		off += 4
	}
	if flags&greHasKey != 0 {
		if version == 1 {
			d.Uint(&grePayloadLen, off, 2)
			id := d.Uint(&greCallID, off+2, 2)
			d.sayWord(", call ", id)
		} else {
			key := d.Uint(&greKey, off, 4)
			if d.WantInfo {
				d.P.Info = fmt.Appendf(d.P.Info, ", key=0x%x", key)
			}
		}
		off += 4
	}
	if flags&greHasSeq != 0 {
		seq := d.Uint(&greSeq, off, 4)
		d.sayWord(", seq ", seq)
		off += 4
	}
	if flags&greHasAck != 0 && version == 1 {
		ack := d.Uint(&greAck, off, 4)
		d.sayWord(", ack ", ack)
		off += 4
	}
	if flags&greHasRouting != 0 && version == 0 {
		off = greRoutes(d, b, off)
	}
	d.sayWord(", length ", uint64(len(b)))
	if off > len(b) || d.P.Layers[d.layer].Bad != "" && flags&greHasRouting != 0 {
		return
	}
	fn := byEtherType(proto)
	switch {
	case proto == 0x880b && version == 1:
		fn = dissectPPP
	case proto == 0x88be && flags&greHasSeq == 0: // type I has no header of its own
		fn = dissectEthernet
	case proto == 0x00fe:
		fn = dissectOSI
	}
	d.Next(fn, off, len(b)-off)
}

// sayWord appends a word and a number to the packet's line.
func (d *D) sayWord(word string, v uint64) {
	if d.WantInfo {
		d.P.Info = strconv.AppendUint(append(d.P.Info, word...), v, 10)
	}
}

// greVerdict says whether the checksum, which was added last, is right. It covers
// the header and all of the payload (RFC 2784 2.3).
func (d *D) greVerdict(b []byte, flags uint16) {
	switch {
	case flags&greHasChecksum == 0:
		d.Gen(&greStatus, sumAbsent)
	case d.Missing > 0 || !d.ipWhole || d.quoted:
		d.Gen(&greStatus, sumUnverified)
	default:
		d.verdict(&greStatus, wire.Fold(wire.Sum(b, 0)) == 0xffff, 4)
	}
}

// verdict adds what became of a checksum, the field that was added last.
func (d *D) verdict(status *Def, good bool, off int) {
	if good {
		d.Gen(status, sumGood)
		return
	}
	d.MarkBad()
	d.Gen(status, sumBad)
	d.Wrong("checksum is wrong", off)
}

// greRoutes walks the source route entries up to the empty one that ends them.
func greRoutes(d *D, b []byte, off int) int {
	for {
		if off+4 > len(b) {
			d.Wrong("routing is cut short", off)
			return len(b)
		}
		n := int(b[off+3])
		d.Open(&greRouting, off, 4+n)
		family := d.Uint(&greFamily, off, 2)
		d.Uint(&greSREOffset, off+2, 1)
		d.Uint(&greSRELen, off+3, 1)
		switch {
		case off+4+n > len(b):
			d.Wrong("routing entry's length does not fit", off+3)
			d.Close()
			return len(b)
		case n > 0:
			d.Bytes(&greRoute, off+4, n)
		}
		d.Close()
		off += 4 + n
		if family == 0 && n == 0 {
			return off
		}
	}
}

var erspan = Proto{Name: "erspan", Title: "Encapsulated Remote Switch Packet ANalysis", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("erspan.version", "Version", 0, 4, erspanVersion),
		field("erspan.vlan", "Vlan", 4, 12, wire.FieldDec),
		field("erspan.cos", "COS", 16, 3, wire.FieldDec),
	},
	Fields: []*Def{&erspanEncap, &erspanBSO, &erspanTruncated, &erspanSession, &erspanIndex, &erspanTime, &erspanSGT,
		&erspanP, &erspanFrame, &erspanHW, &erspanDir, &erspanGra, &erspanO, &erspanPlatform}}

var (
	erspanEncap     = loose("erspan.encap", "Encap", wire.FieldDec)
	erspanBSO       = loose("erspan.bso", "Bad/Short/Oversized", wire.FieldDec)
	erspanTruncated = loose("erspan.truncated", "Truncated", wire.FieldFlag)
	erspanSession   = loose("erspan.spanid", "SpanID", wire.FieldDec)
	erspanIndex     = loose("erspan.index", "Index", wire.FieldDec)
	erspanTime      = loose("erspan.timestamp", "Timestamp", wire.FieldDec)
	erspanSGT       = loose("erspan.sgt", "Security Group Tag", wire.FieldDec)
	erspanP         = loose("erspan.p", "Has Ethernet PDU", wire.FieldFlag)
	erspanFrame     = loose("erspan.ft", "Frame Type", wire.FieldDec)
	erspanHW        = loose("erspan.hw", "Hardware ID", wire.FieldDec)
	erspanDir       = looseCode("erspan.direction", "Direction", erspanDirection)
	erspanGra       = loose("erspan.gra", "Timestamp granularity", wire.FieldDec)
	erspanO         = loose("erspan.o", "Optional Sub headers", wire.FieldFlag)
	erspanPlatform  = loose("erspan.platid", "Platform ID", wire.FieldDec)
)

func erspanVersion(v uint64) string {
	switch v {
	case 1:
		return "Type II"
	case 2:
		return "Type III"
	}
	return ""
}

func erspanDirection(v uint64) string {
	if v == 1 {
		return "Egress"
	}
	return "Ingress"
}

func dissectERSPAN2(d *D, b []byte) {
	d.Begin(&erspan)
	if !d.Header() {
		return
	}
	d.Bits(&erspanEncap, 19, 2)
	d.Bits(&erspanTruncated, 21, 1)
	d.Bits(&erspanSession, 22, 10)
	d.Bits(&erspanIndex, 44, 20)
	d.Next(dissectEthernet, 8, len(b)-8)
}

func dissectERSPAN3(d *D, b []byte) {
	d.Begin(&erspan)
	if !d.Header() {
		return
	}
	d.Bits(&erspanBSO, 19, 2)
	d.Bits(&erspanTruncated, 21, 1)
	d.Bits(&erspanSession, 22, 10)
	d.Uint(&erspanTime, 4, 4)
	d.Uint(&erspanSGT, 8, 2)
	d.Bits(&erspanP, 80, 1)
	frame := d.Bits(&erspanFrame, 81, 5)
	d.Bits(&erspanHW, 86, 6)
	d.Bits(&erspanDir, 92, 1)
	d.Bits(&erspanGra, 93, 2)
	more := d.Bits(&erspanO, 95, 1)
	off := 12
	if more == 1 {
		d.Bits(&erspanPlatform, 96, 6)
		off += 8
	}
	fn := Func(dissectEthernet)
	if frame == 2 {
		fn = dissectRawIP
	}
	d.Next(fn, off, len(b)-off)
}

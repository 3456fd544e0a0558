package dissect

// Ethernet: IEEE 802.3-2018 clause 3. What follows the payload of a frame is
// padding up to the least length, then perhaps a trailer that some device
// added, then perhaps the frame check sequence, which few captures have.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ethernet = Proto{Name: "eth", Title: "Ethernet", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		field("eth.dst", "Destination", 0, 48, wire.FieldMAC),
		code("eth.dst.lg", "Administration", 6, 1, macLocal),
		code("eth.dst.ig", "Kind", 7, 1, macGroup),
		field("eth.src", "Source", 48, 48, wire.FieldMAC),
		code("eth.src.lg", "Administration", 54, 1, macLocal),
		code("eth.src.ig", "Kind", 55, 1, macGroup),
	},
	Fields: []*Def{&ethType, &ethLen, &ethPadding, &ethTrailer, &ethFCS, &ethFCSStatus}}

var (
	ethType      = hexCode("eth.type", "Type", 96, 16, etherTypeName)
	ethLen       = field("eth.len", "Length", 96, 16, wire.FieldDec)
	ethPadding   = loose("eth.padding", "Padding", Bytes)
	ethTrailer   = loose("eth.trailer", "Trailer", Bytes)
	ethFCS       = loose("eth.fcs", "Frame check sequence", wire.FieldHex)
	ethFCSStatus = looseCode("eth.fcs.status", "FCS status", checksumStatus)
)

func macLocal(v uint64) string {
	if v != 0 {
		return "locally administered"
	}
	return "globally unique"
}

func macGroup(v uint64) string {
	if v != 0 {
		return "group"
	}
	return "individual"
}

func dissectEthernet(d *D, b []byte) {
	if isISL(b) {
		dissectISL(d, b)
		return
	}
	d.Begin(&ethernet)
	if !d.Header() {
		return
	}
	if len(b) < wire.EthernetHeaderLen {
		d.Uint(&ethType, 12, 2)
		return
	}
	t := binary.BigEndian.Uint16(b[12:])
	var fn Func
	n := len(b) - wire.EthernetHeaderLen + d.Missing
	if l, ok := payloadLen(t, b[wire.EthernetHeaderLen:]); ok {
		n = min(n, l)
	} else if d.Missing == 0 {
		n = max(0, n-d.statedFCS())
	}
	if t >= wire.EthernetMinType || t == 0 { // a frame of no length says nothing of its payload either
		d.Uint(&ethType, 12, 2)
		fn = byEtherType(t)
	} else {
		d.Uint(&ethLen, 12, 2)
		if int(t) > len(b)-wire.EthernetHeaderLen+d.Missing {
			d.MarkBad()
			d.Wrong("length runs past the end", 12)
		}
		n = min(int(t), n)
		fn = by8023(b[wire.EthernetHeaderLen:])
	}
	d.Claim(wire.EthernetHeaderLen)
	if end := wire.EthernetHeaderLen + n; end < len(b) {
		d.ethernetEnd(b, end)
	}
	if n > 0 {
		d.Next(fn, wire.EthernetHeaderLen, n)
	}
	if end := wire.EthernetHeaderLen + n; end < len(b) {
		d.Own(end, len(b)-end)
	}
}

// ethernetEnd adds what follows the payload. Without word from the capture the
// last four octets are a frame check sequence if they check.
func (d *D) ethernetEnd(b []byte, end int) {
	fcs := min(d.statedFCS(), len(b)-end)
	switch {
	case d.Missing > 0:
		fcs = 0
	case fcs == 0 && len(b) >= wire.EthernetMinFrame+wire.EthernetFCSLen && len(b)-end >= wire.EthernetFCSLen && wire.VerifyFCS(b):
		fcs = wire.EthernetFCSLen
	}
	rest := len(b) - fcs
	// Padding is zeros, up to the least length or to the end.
	pad := min(rest, max(end, wire.EthernetMinFrame))
	switch {
	case zero(b[end:rest]):
		pad = rest
	case !zero(b[end:pad]):
		pad = end
	}
	if pad > end {
		d.Bytes(&ethPadding, end, pad-end)
	}
	if rest > pad {
		d.Bytes(&ethTrailer, pad, rest-pad)
	}
	if fcs == wire.EthernetFCSLen {
		ok := wire.VerifyFCS(b)
		d.Uint(&ethFCS, rest, fcs)
		if !ok {
			d.MarkBad()
			d.Wrong("frame check sequence is wrong", rest)
		}
		d.Gen(&ethFCSStatus, verdict(ok))
	} else if fcs > 0 {
		d.Uint(&ethFCS, rest, fcs)
	}
}

// statedFCS is how many octets of frame check sequence the capture says are there.
func (d *D) statedFCS() int {
	if d.buf == 0 && d.off == 0 {
		return d.P.FCSLen
	}
	return 0 // a frame inside a tunnel
}

func verdict(ok bool) uint64 {
	if ok {
		return sumGood
	}
	return sumBad
}

func zero(b []byte) bool {
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// payloadLen is how long the payload of an Ethernet frame says that it is, tags
// included.
func payloadLen(t uint16, b []byte) (n int, ok bool) {
	tags := 0
	for ; isTag(t) && len(b) >= wire.VLANTagLen && tags < maxTags; tags++ {
		t, b = binary.BigEndian.Uint16(b[2:]), b[wire.VLANTagLen:]
	}
	switch {
	case t == 0:
		return 0, false
	case t < wire.EthernetMinType:
		n = int(t)
	case t == wire.EtherTypeIPv4 && len(b) >= wire.IPv4MinHeaderLen && b[0]>>4 == 4:
		n = int(binary.BigEndian.Uint16(b[2:]))
		if n < wire.IPv4MinHeaderLen {
			return 0, false // 0 is segmentation offload, the rest is damage
		}
	case t == wire.EtherTypeIPv6 && len(b) >= wire.IPv6HeaderLen && b[0]>>4 == 6:
		n = int(binary.BigEndian.Uint16(b[4:]))
		if n == 0 && b[6] == wire.ProtoHopByHop {
			return 0, false // a jumbogram
		}
		n += wire.IPv6HeaderLen
	case t == wire.EtherTypeARP && len(b) >= 8:
		n = 8 + 2*(int(b[4])+int(b[5]))
	default:
		if n, ok = linkPayloadLen(t, b); !ok {
			return 0, false
		}
	}
	return n + tags*wire.VLANTagLen, true
}

// maxTags is how many VLAN tags in a row are seen through.
const maxTags = 8

func isTag(t uint16) bool {
	switch t {
	case wire.EtherTypeVLAN, 0x88a8, 0x9100, 0x9200, 0x9300:
		return true
	}
	return false
}

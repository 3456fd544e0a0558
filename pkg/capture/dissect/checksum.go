package dissect

// Verdicts on transport checksums. A capture taken where packets are sent sees
// them before the card has completed their checksums: such a checksum is
// not wrong, it is unfinished, and what stands in its field is told apart from
// damage.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/wire"
)

// sumDefs are the fields for a verdict.
type sumDefs struct{ status, calculated, partial *Def }

// checksum judges the checksum at octet at, which was added last, of the first n
// octets of the layer, with a pseudo-header that states a length of stated.
func (d *D) checksum(defs *sumDefs, b []byte, n, at int, proto uint8, stated int) {
	if !d.WantFields {
		return
	}
	d.depth++
	defer func() { d.depth-- }()
	if d.NoChecksums || d.ip == 0 || !d.ipWhole || n > len(b) || n < at+2 {
		d.Gen(defs.status, sumUnverified)
		return
	}
	field := binary.BigEndian.Uint16(b[at:])
	pseudo := d.ipSum + uint64(proto) + uint64(stated)
	got := wire.Fold(wire.Sum(b[:n], pseudo))
	if got == 0xffff {
		d.Gen(defs.status, sumGood)
		return
	}
	if d.P.Flags&capture.ChecksumValid == 0 && d.unfinished(field, pseudo, uint64(stated)) {
		d.Gen(defs.status, sumUnverified)
		d.Gen(defs.partial, 1)
		return
	}
	if d.quoted { // of a packet that was translated on its way, as like as not
		d.Gen(defs.status, sumBad)
		return
	}
	d.markSum(at)
	d.Wrong("checksum is wrong", at)
	d.Gen(defs.status, sumBad)
	d.Gen(defs.calculated, uint64(wire.UpdateChecksum16(^got, field, 0)))
}

// markSum marks the checksum's field, wherever it is in the layer.
func (d *D) markSum(at int) {
	l := &d.P.Layers[d.layer]
	bit := int32((d.off + at) * 8)
	for i := l.First; i < len(d.P.Fields); i++ {
		if f := &d.P.Fields[i]; f.Bit == bit && f.Bits == 16 {
			f.Bad = true
			return
		}
	}
}

// unfinished says whether a checksum was left to the card: the field holds the
// sum of the pseudo-header alone, as on Linux (with large segments to be cut by the
// card, on some systems without the length), or the capture says so.
func (d *D) unfinished(field uint16, pseudo, length uint64) bool {
	p := d.P
	switch {
	case field == wire.Fold(pseudo), field == wire.Fold(pseudo-length):
		return true
	case p.Flags&capture.ChecksumNotReady != 0, p.Flags.Direction() == capture.Outbound:
		return true
	case p.LinkType == capture.LinkTypeNull, p.LinkType == capture.LinkTypeLoop:
		return true
	}
	return field == 0 && d.offloading()
}

// offloading says whether the packet was captured on its way out, or on a loopback
// interface, where a card's work may never be done.
func (d *D) offloading() bool {
	p := d.P
	if p.Flags&capture.ChecksumNotReady != 0 || p.Flags.Direction() == capture.Outbound {
		return true
	}
	const outgoing, loopback = 4, 772 // PACKET_OUTGOING, ARPHRD_LOOPBACK
	b := p.Bufs[0]
	switch p.LinkType {
	case capture.LinkTypeNull, capture.LinkTypeLoop:
		return true
	case capture.LinkTypeLinuxSLL:
		return be16(b, 0) == outgoing || be16(b, 2) == loopback
	case capture.LinkTypeLinuxSLL2:
		return len(b) > 10 && b[10] == outgoing || be16(b, 8) == loopback
	case capture.LinkTypeEthernet:
		return len(b) >= 12 && zero(b[:12])
	}
	return false
}

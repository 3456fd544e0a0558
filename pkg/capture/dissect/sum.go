package dissect

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/wire"
)

// sum says whether the internet checksum over b is right: with the pseudo-header
// of the addresses below and of protocol proto, where pseudo asks for it. A
// packet that is not all there cannot be judged.
func (d *D) sum(b []byte, pseudo bool, proto uint8) uint64 {
	if d.NoChecksums || d.Missing > 0 || !d.ipWhole || d.quoted || pseudo && d.ip == 0 {
		return sumUnverified
	}
	acc := uint64(0)
	if pseudo {
		acc = d.ipSum + uint64(proto) + uint64(len(b))
	}
	if wire.Fold(wire.Sum(b, acc)) == 0xffff {
		return sumGood
	}
	return sumBad
}

// sum16 adds a checksum of 16 bits at off and the verdict on it.
func (d *D) sum16(def, status *Def, off int, verdict uint64) {
	if !d.fits(off*8, 16) {
		d.cut(off)
		return
	}
	d.Uint(def, off, 2)
	if verdict == sumBad {
		d.MarkBad()
		d.Wrong("checksum is wrong", off)
	}
	d.Gen(status, verdict)
}

// addr4 is the address that b begins with.
func addr4(b []byte) netip.Addr { return netip.AddrFrom4([4]byte(b)) }

package ip

// Identification: RFC 6864 (IPv4), RFC 7739 (IPv6). A datagram that is not and will
// not be a fragment (DF set) needs none: RFC 6864 4.1 allows
// any value in such atomic datagrams. For the others source, destination
// and protocol share one of a table of counters; each starts at a random
// number, and which counter it is depends on a secret, so that
// counting packets of one destination says little about another.

import (
	"net/netip"
)

const identSlots = 2048

// Idents hands out identifications. The zero value is not ready: use NewIdents.
type Idents struct {
	secret uint64
	rand   func() uint64
	next   []uint32
}

// NewIdents returns counters that start at random values.
func NewIdents(rand func() uint64) *Idents { return &Idents{secret: rand(), rand: rand} }

// Next returns an identification for a datagram that may be fragmented.
func (d *Idents) Next(src, dst netip.Addr, proto uint8) uint32 {
	if d.next == nil {
		d.next = make([]uint32, identSlots)
		for i := range d.next {
			d.next[i] = uint32(d.rand())
		}
	}
	h := Hash(d.secret, src, dst) ^ uint64(proto)*0x9e3779b97f4a7c15
	p := &d.next[mix(h)%identSlots]
	*p++
	return *p
}

// Hash mixes a secret and two addresses.
func Hash(secret uint64, a, b netip.Addr) uint64 {
	h := secret
	for _, x := range [2]netip.Addr{a, b} {
		v := x.As16()
		for i := 0; i < 16; i += 8 {
			w := uint64(v[i])<<56 | uint64(v[i+1])<<48 | uint64(v[i+2])<<40 | uint64(v[i+3])<<32 |
				uint64(v[i+4])<<24 | uint64(v[i+5])<<16 | uint64(v[i+6])<<8 | uint64(v[i+7])
			h = mix(h ^ w)
		}
	}
	return h
}

// mix is the finalizer of splitmix64.
func mix(h uint64) uint64 {
	h += 0x9e3779b97f4a7c15
	h = (h ^ h>>30) * 0xbf58476d1ce4e5b9
	h = (h ^ h>>27) * 0x94d049bb133111eb
	return h ^ h>>31
}

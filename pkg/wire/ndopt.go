package wire

// Neighbour Discovery options: RFC 4861 4.6; RDNSS: RFC 8106 5.1.

import (
	"net/netip"
	"time"
)

// Option types.
const (
	NDOptSourceLL   uint8 = 1
	NDOptTargetLL   uint8 = 2
	NDOptPrefixInfo uint8 = 3
	NDOptRedirected uint8 = 4
	NDOptMTU        uint8 = 5
	NDOptRDNSS      uint8 = 25
)

// NDInfinity is the lifetime that RFC 4861 4.6.2 encodes as all ones.
const NDInfinity = (1<<32 - 1) * time.Second

const (
	ndOptUnit       = 8
	ndLLLen         = 8 // with an Ethernet address (RFC 2464 6)
	ndMTULen        = 8
	ndPrefixLen     = 32
	ndRedirectedLen = 8 // before the quoted packet
	ndRDNSSLen      = 8 // before the addresses
	ndOptMaxLen     = 255 * ndOptUnit
)

var (
	errNDOptionZero  = &Error{"nd", "option of length zero", ErrLength}
	errNDOptionShort = &Error{"nd", "option", ErrTruncated}
)

// checkNDOptions walks all options. RFC 4861 4.6: nodes "MUST silently discard an
// ND packet that contains an option with length zero".
func checkNDOptions(b []byte) error {
	for len(b) > 0 {
		if len(b) < ndOptUnit {
			return errNDOptionShort
		}
		n := int(b[1]) * ndOptUnit
		if n == 0 {
			return errNDOptionZero
		}
		if n > len(b) {
			return errNDOptionShort
		}
		b = b[n:]
	}
	return nil
}

// NDOptions is a list of options that a Parse function has checked.
type NDOptions []byte

// Next splits the first option off the list; ok is false at its end.
func (o NDOptions) Next() (opt NDOption, rest NDOptions, ok bool) {
	if len(o) < ndOptUnit {
		return nil, nil, false
	}
	n := int(o[1]) * ndOptUnit
	if n == 0 || n > len(o) {
		return nil, nil, false
	}
	return NDOption(o[:n]), o[n:], true
}

// SourceLL is the address in the first source link-layer address option.
func (o NDOptions) SourceLL() (MAC, bool) { return o.findLL(NDOptSourceLL) }

// TargetLL is the address in the first target link-layer address option.
func (o NDOptions) TargetLL() (MAC, bool) { return o.findLL(NDOptTargetLL) }

func (o NDOptions) findLL(typ uint8) (MAC, bool) {
	for opt, rest, ok := o.Next(); ok; opt, rest, ok = rest.Next() {
		if opt.Type() == typ {
			return opt.LinkLayer()
		}
	}
	return MAC{}, false
}

// NDOption is one option with its type and length. The accessors of a
// content say false if the option is of another type or too short for it.
type NDOption []byte

func (o NDOption) Type() uint8 { return o[0] }

// Len is in octets: eight times the field.
func (o NDOption) Len() int { return len(o) }

// LinkLayer is the Ethernet address of a source or target link-layer address option.
func (o NDOption) LinkLayer() (MAC, bool) {
	if o[0] != NDOptSourceLL && o[0] != NDOptTargetLL || len(o) != ndLLLen {
		return MAC{}, false
	}
	return MAC(o[2:8]), true
}

// PrefixInfo is a prefix information option (RFC 4861 4.6.2).
type PrefixInfo struct {
	Prefix            netip.Prefix
	OnLink            bool
	Autonomous        bool
	ValidLifetime     time.Duration // whole seconds, or NDInfinity
	PreferredLifetime time.Duration
}

// PrefixInfo says false also for a prefix length above 128.
func (o NDOption) PrefixInfo() (PrefixInfo, bool) {
	if o[0] != NDOptPrefixInfo || len(o) != ndPrefixLen || o[2] > 128 {
		return PrefixInfo{}, false
	}
	return PrefixInfo{
		// RFC 4861 4.6.2: the receiver ignores the bits behind the prefix length.
		Prefix:            netip.PrefixFrom(addr16(o, 16), int(o[2])).Masked(),
		OnLink:            o[3]&0x80 != 0,
		Autonomous:        o[3]&0x40 != 0,
		ValidLifetime:     seconds(get32(o, 4)),
		PreferredLifetime: seconds(get32(o, 8)),
	}, true
}

// MTU is that of an MTU option.
func (o NDOption) MTU() (uint32, bool) {
	if o[0] != NDOptMTU || len(o) != ndMTULen {
		return 0, false
	}
	return get32(o, 4), true
}

// Redirected is the packet quoted by a redirected header option.
func (o NDOption) Redirected() ([]byte, bool) {
	if o[0] != NDOptRedirected {
		return nil, false
	}
	return o[ndRedirectedLen:], true
}

// RDNSS is a recursive DNS server option.
type RDNSS struct {
	Lifetime time.Duration // whole seconds, or NDInfinity
	Servers  []netip.Addr
}

// RDNSS allocates the list of servers. RFC 8106 5.3.1: without a whole number of
// addresses, at least one, the option is not valid.
func (o NDOption) RDNSS() (RDNSS, bool) {
	if o[0] != NDOptRDNSS || len(o) < ndRDNSSLen+16 || (len(o)-ndRDNSSLen)%16 != 0 {
		return RDNSS{}, false
	}
	r := RDNSS{Lifetime: seconds(get32(o, 4)), Servers: make([]netip.Addr, 0, (len(o)-ndRDNSSLen)/16)}
	for i := ndRDNSSLen; i < len(o); i += 16 {
		r.Servers = append(r.Servers, addr16(o, i))
	}
	return r, true
}

func llOptionLen(m MAC) int {
	if m.IsZero() {
		return 0
	}
	return ndLLLen
}

func putLLOption(b []byte, typ uint8, m MAC) int {
	if m.IsZero() {
		return 0
	}
	b[0], b[1] = typ, ndLLLen/ndOptUnit
	copy(b[2:ndLLLen], m[:])
	return ndLLLen
}

func putMTUOption(b []byte, mtu uint32) int {
	b[0], b[1], b[2], b[3] = NDOptMTU, ndMTULen/ndOptUnit, 0, 0
	put32(b, 4, mtu)
	return ndMTULen
}

func (p *PrefixInfo) put(b []byte) int {
	clear(b[:ndPrefixLen])
	b[0], b[1], b[2] = NDOptPrefixInfo, ndPrefixLen/ndOptUnit, uint8(p.Prefix.Bits())
	if p.OnLink {
		b[3] |= 0x80
	}
	if p.Autonomous {
		b[3] |= 0x40
	}
	putSeconds(b, 4, p.ValidLifetime)
	putSeconds(b, 8, p.PreferredLifetime)
	putAddr16(b, 16, p.Prefix.Masked().Addr())
	return ndPrefixLen
}

func (r *RDNSS) len() int {
	if len(r.Servers) == 0 {
		return 0
	}
	n := ndRDNSSLen + 16*len(r.Servers)
	if n > ndOptMaxLen {
		panic("wire: RDNSS: too many servers for one option")
	}
	return n
}

func (r *RDNSS) put(b []byte) {
	n := r.len()
	if n == 0 {
		return
	}
	b[0], b[1], b[2], b[3] = NDOptRDNSS, uint8(n/ndOptUnit), 0, 0
	putSeconds(b, 4, r.Lifetime)
	for i, a := range r.Servers {
		putAddr16(b, ndRDNSSLen+16*i, a)
	}
}

func redirectedLen(p []byte) int {
	if len(p) == 0 {
		return 0
	}
	n := ndRedirectedLen + (len(p)+7)&^7
	if n > ndOptMaxLen {
		panic("wire: RedirectFields: quoted packet too long for one option")
	}
	return n
}

func putRedirected(b, p []byte) {
	n := redirectedLen(p)
	if n == 0 {
		return
	}
	clear(b[:ndRedirectedLen])
	b[0], b[1] = NDOptRedirected, uint8(n/ndOptUnit)
	clear(b[ndRedirectedLen+copy(b[ndRedirectedLen:n], p) : n])
}

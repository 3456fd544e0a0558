package wire

// Neighbour Discovery messages: RFC 4861 4.1 to 4.5. The options are in ndopt.go.

import (
	"net/netip"
	"time"
)

// Lengths of the messages before their options, in octets, and the only hop
// limit that they are valid with (RFC 4861 6.1, 7.1, 8.1).
const (
	NDHopLimit       = 255
	routerSolLen     = 8
	routerAdvLen     = 16
	neighborLen      = 24
	redirectLen      = 40
	ndRedirectDestAt = 24
	ndTargetAt       = 8
)

var (
	errNDType  = &Error{"nd", "message type", ErrValue}
	errNDShort = &Error{"nd", "message", ErrTruncated}
)

// The views of Neighbour Discovery messages. Each starts at the ICMPv6 type, and
// Parse has checked that its options are well formed. What also makes a
// message valid (hop limit 255, code 0, checksum, addresses) is for the receiver to check.
type (
	RouterSolicitation    []byte // RFC 4861 4.1
	RouterAdvertisement   []byte // RFC 4861 4.2
	NeighborSolicitation  []byte // RFC 4861 4.3
	NeighborAdvertisement []byte // RFC 4861 4.4
	Redirect              []byte // RFC 4861 4.5
)

// parseND checks the type, the fixed part of the message and its options.
func parseND(m ICMPv6, typ uint8, fixed int) error {
	if m.Type() != typ {
		return errNDType
	}
	if len(m) < fixed {
		return errNDShort
	}
	return checkNDOptions(m[fixed:])
}

func ParseRouterSolicitation(m ICMPv6) (RouterSolicitation, error) {
	if err := parseND(m, ICMPv6RouterSol, routerSolLen); err != nil {
		return nil, err
	}
	return RouterSolicitation(m), nil
}

func ParseRouterAdvertisement(m ICMPv6) (RouterAdvertisement, error) {
	if err := parseND(m, ICMPv6RouterAdv, routerAdvLen); err != nil {
		return nil, err
	}
	return RouterAdvertisement(m), nil
}

func ParseNeighborSolicitation(m ICMPv6) (NeighborSolicitation, error) {
	if err := parseND(m, ICMPv6NeighborSol, neighborLen); err != nil {
		return nil, err
	}
	return NeighborSolicitation(m), nil
}

func ParseNeighborAdvertisement(m ICMPv6) (NeighborAdvertisement, error) {
	if err := parseND(m, ICMPv6NeighborAdv, neighborLen); err != nil {
		return nil, err
	}
	return NeighborAdvertisement(m), nil
}

func ParseRedirect(m ICMPv6) (Redirect, error) {
	if err := parseND(m, ICMPv6Redirect, redirectLen); err != nil {
		return nil, err
	}
	return Redirect(m), nil
}

func (m RouterSolicitation) Options() NDOptions { return NDOptions(m[routerSolLen:]) }

func (m RouterAdvertisement) CurHopLimit() uint8 { return m[4] }
func (m RouterAdvertisement) Managed() bool      { return m[5]&0x80 != 0 }
func (m RouterAdvertisement) OtherConfig() bool  { return m[5]&0x40 != 0 }

// RouterLifetime is zero if the router is not a default router.
func (m RouterAdvertisement) RouterLifetime() time.Duration { return seconds(uint32(get16(m, 6))) }

// ReachableTime is zero if the router does not say.
func (m RouterAdvertisement) ReachableTime() time.Duration { return milliseconds(get32(m, 8)) }

// RetransTimer is zero if the router does not say.
func (m RouterAdvertisement) RetransTimer() time.Duration { return milliseconds(get32(m, 12)) }

func (m RouterAdvertisement) Options() NDOptions { return NDOptions(m[routerAdvLen:]) }

func (m NeighborSolicitation) Target() netip.Addr { return addr16(m, ndTargetAt) }
func (m NeighborSolicitation) Options() NDOptions { return NDOptions(m[neighborLen:]) }

func (m NeighborAdvertisement) Router() bool       { return m[4]&0x80 != 0 }
func (m NeighborAdvertisement) Solicited() bool    { return m[4]&0x40 != 0 }
func (m NeighborAdvertisement) Override() bool     { return m[4]&0x20 != 0 }
func (m NeighborAdvertisement) Target() netip.Addr { return addr16(m, ndTargetAt) }
func (m NeighborAdvertisement) Options() NDOptions { return NDOptions(m[neighborLen:]) }

func (m Redirect) Target() netip.Addr      { return addr16(m, ndTargetAt) }
func (m Redirect) Destination() netip.Addr { return addr16(m, ndRedirectDestAt) }
func (m Redirect) Options() NDOptions      { return NDOptions(m[redirectLen:]) }

func addr16(b []byte, i int) netip.Addr           { return netip.AddrFrom16([16]byte(b[i : i+16])) }
func seconds(n uint32) time.Duration              { return time.Duration(n) * time.Second }
func milliseconds(n uint32) time.Duration         { return time.Duration(n) * time.Millisecond }
func putSeconds(b []byte, i int, d time.Duration) { put32(b, i, units32(d, time.Second)) }
func putMillis(b []byte, i int, d time.Duration)  { put32(b, i, units32(d, time.Millisecond)) }
func units32(d time.Duration, u time.Duration) uint32 {
	return uint32(min(max(d/u, 0), 1<<32-1))
}

// begin clears the fixed part of a message and sets its type.
func begin(b []byte, typ uint8, fixed int) {
	clear(b[:fixed])
	b[0] = typ
}

// RouterSolicitationFields is what a Router Solicitation holds. The addresses are those
// of the IPv6 header, here and in the other messages.
type RouterSolicitationFields struct {
	Src, Dst netip.Addr
	SourceLL MAC // zero: no option
}

// Len is the length of the message.
func (f *RouterSolicitationFields) Len() int { return routerSolLen + llOptionLen(f.SourceLL) }

// Put writes the message with its checksum to b and returns its length.
func (f *RouterSolicitationFields) Put(b []byte) int {
	b = b[:f.Len()]
	begin(b, ICMPv6RouterSol, routerSolLen)
	putLLOption(b[routerSolLen:], NDOptSourceLL, f.SourceLL)
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return len(b)
}

// RouterAdvertisementFields is what a Router Advertisement holds.
type RouterAdvertisementFields struct {
	Src, Dst       netip.Addr
	CurHopLimit    uint8
	Managed        bool
	OtherConfig    bool
	RouterLifetime time.Duration // whole seconds, at most 65535
	ReachableTime  time.Duration // whole milliseconds
	RetransTimer   time.Duration // whole milliseconds
	SourceLL       MAC           // zero: no option
	MTU            uint32        // zero: no option
	Prefixes       []PrefixInfo
	RDNSS          RDNSS // no servers: no option
}

// Len is the length of the message.
func (f *RouterAdvertisementFields) Len() int {
	n := routerAdvLen + llOptionLen(f.SourceLL) + len(f.Prefixes)*ndPrefixLen + f.RDNSS.len()
	if f.MTU != 0 {
		n += ndMTULen
	}
	return n
}

// Put writes the message with its checksum to b and returns its length.
func (f *RouterAdvertisementFields) Put(b []byte) int {
	b = b[:f.Len()]
	begin(b, ICMPv6RouterAdv, routerAdvLen)
	b[4] = f.CurHopLimit
	if f.Managed {
		b[5] |= 0x80
	}
	if f.OtherConfig {
		b[5] |= 0x40
	}
	put16(b, 6, uint16(min(units32(f.RouterLifetime, time.Second), 0xffff)))
	putMillis(b, 8, f.ReachableTime)
	putMillis(b, 12, f.RetransTimer)
	n := routerAdvLen
	n += putLLOption(b[n:], NDOptSourceLL, f.SourceLL)
	if f.MTU != 0 {
		n += putMTUOption(b[n:], f.MTU)
	}
	for i := range f.Prefixes {
		n += f.Prefixes[i].put(b[n:])
	}
	f.RDNSS.put(b[n:])
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return len(b)
}

// NeighborSolicitationFields is what a Neighbor Solicitation holds.
type NeighborSolicitationFields struct {
	Src, Dst netip.Addr
	Target   netip.Addr
	SourceLL MAC // zero: no option, as from the unspecified address (RFC 4861 4.3)
}

// Len is the length of the message.
func (f *NeighborSolicitationFields) Len() int { return neighborLen + llOptionLen(f.SourceLL) }

// Put writes the message with its checksum to b and returns its length.
func (f *NeighborSolicitationFields) Put(b []byte) int {
	b = b[:f.Len()]
	begin(b, ICMPv6NeighborSol, neighborLen)
	putAddr16(b, ndTargetAt, f.Target)
	putLLOption(b[neighborLen:], NDOptSourceLL, f.SourceLL)
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return len(b)
}

// NeighborAdvertisementFields is what a Neighbor Advertisement holds.
type NeighborAdvertisementFields struct {
	Src, Dst  netip.Addr
	Router    bool
	Solicited bool
	Override  bool
	Target    netip.Addr
	TargetLL  MAC // zero: no option
}

// Len is the length of the message.
func (f *NeighborAdvertisementFields) Len() int { return neighborLen + llOptionLen(f.TargetLL) }

// Put writes the message with its checksum to b and returns its length.
func (f *NeighborAdvertisementFields) Put(b []byte) int {
	b = b[:f.Len()]
	begin(b, ICMPv6NeighborAdv, neighborLen)
	if f.Router {
		b[4] |= 0x80
	}
	if f.Solicited {
		b[4] |= 0x40
	}
	if f.Override {
		b[4] |= 0x20
	}
	putAddr16(b, ndTargetAt, f.Target)
	putLLOption(b[neighborLen:], NDOptTargetLL, f.TargetLL)
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return len(b)
}

// RedirectFields is what a Redirect holds.
type RedirectFields struct {
	Src, Dst    netip.Addr
	Target      netip.Addr
	Destination netip.Addr
	TargetLL    MAC    // zero: no option
	Redirected  []byte // start of the packet that caused it; padded to 8; empty: no option
}

// Len is the length of the message.
func (f *RedirectFields) Len() int {
	return redirectLen + llOptionLen(f.TargetLL) + redirectedLen(f.Redirected)
}

// Put writes the message with its checksum to b and returns its length.
func (f *RedirectFields) Put(b []byte) int {
	b = b[:f.Len()]
	begin(b, ICMPv6Redirect, redirectLen)
	putAddr16(b, ndTargetAt, f.Target)
	putAddr16(b, ndRedirectDestAt, f.Destination)
	n := redirectLen + putLLOption(b[redirectLen:], NDOptTargetLL, f.TargetLL)
	putRedirected(b[n:], f.Redirected)
	ICMPv6(b).FillChecksum(f.Src, f.Dst)
	return len(b)
}

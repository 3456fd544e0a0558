package wire

// IPv6 extension headers: RFC 8200 4; their order and options: 4.1, 4.2; complete
// chain in the first fragment: RFC 7112; limits: RFC 8504 5.3, RFC 8883 2.

// Bounds of WalkIPv6. RFC 8504 5.3 allows a host to limit what it parses; the
// limits on options are its suggested defaults, which Linux has too.
const (
	IPv6MaxExtHeaders = 8 // extension headers in one packet
	IPv6MaxOptions    = 8 // options other than padding in one header
	IPv6MaxPadding    = 7 // octets of padding in a row: more is never needed to align to 8
)

// IPv6FragHeaderLen is the length of a fragment header.
const IPv6FragHeaderLen = 8

const (
	ipv6ExtUnit      = 8 // Hdr Ext Len counts these, not including the first
	ipv6AHUnit       = 4 // AH counts these, minus two (RFC 4302 2.2)
	ipv6AHLenBias    = 2
	ipv6NextHeaderAt = 6 // offset of Next Header in the IPv6 header
	ipv6OptPad1      = 0
	ipv6OptPadN      = 1
)

var (
	errIPv6Ext     = &Error{"ipv6", "extension header", ErrTruncated}
	errIPv6Option  = &Error{"ipv6", "option length", ErrLength}
	errIPv6Padding = &Error{"ipv6", "option padding", ErrLength}
	errIPv6FragHdr = &Error{"ipv6", "fragment header", ErrTruncated}
)

// IPv6Fragment is a fragment header and what follows it.
type IPv6Fragment []byte

// ParseIPv6Fragment checks that b holds a fragment header.
func ParseIPv6Fragment(b []byte) (IPv6Fragment, error) {
	if len(b) < IPv6FragHeaderLen {
		return nil, errIPv6FragHdr
	}
	return b, nil
}

func (f IPv6Fragment) NextHeader() uint8 { return f[0] }
func (f IPv6Fragment) ID() uint32        { return get32(f, 4) }
func (f IPv6Fragment) MF() bool          { return f[3]&1 != 0 }
func (f IPv6Fragment) Payload() []byte   { return f[IPv6FragHeaderLen:] }

// FragOffset is in octets; the field counts units of 8 above three other bits.
func (f IPv6Fragment) FragOffset() int { return int(get16(f, 2) &^ 7) }

// IsAtomic says whether the "fragment" is a whole packet (RFC 6946).
func (f IPv6Fragment) IsAtomic() bool { return get16(f, 2)&0xfff9 == 0 }

// IPv6FragmentFields is what a fragment header holds.
type IPv6FragmentFields struct {
	NextHeader uint8
	FragOffset int // octets, a multiple of 8
	MF         bool
	ID         uint32
}

// Len is IPv6FragHeaderLen.
func (f *IPv6FragmentFields) Len() int { return IPv6FragHeaderLen }

// Put writes the header to b and returns its length.
func (f *IPv6FragmentFields) Put(b []byte) int {
	if f.FragOffset&7 != 0 {
		panic("wire: IPv6FragmentFields: offset is not a multiple of 8")
	}
	b = b[:IPv6FragHeaderLen]
	w := length16(f.FragOffset)
	if f.MF {
		w |= 1
	}
	b[0], b[1] = f.NextHeader, 0
	put16(b, 2, w)
	put32(b, 4, f.ID)
	return IPv6FragHeaderLen
}

// IPv6Action says what to do with a packet, as the two highest bits of an
// unrecognized option do (RFC 8200 4.2).
type IPv6Action uint8

const (
	IPv6Skip           IPv6Action = iota // 00: go on with the header
	IPv6Discard                          // 01: discard silently
	IPv6Report                           // 10: discard, and send Parameter Problem
	IPv6ReportUnlessMC                   // 11: the same, but only if the destination is not multicast
)

func (a IPv6Action) String() string {
	return [...]string{"skip", "discard", "report", "report unless multicast"}[a&3]
}

// IPv6Problem is why a node must not process a packet further. Action already
// holds that of all Parameter Problems only code 2 answers a packet to a
// multicast address (RFC 4443 2.4 (e.3)).
type IPv6Problem struct {
	Action  IPv6Action // IPv6Skip: there is no problem
	Code    uint8      // of the ICMPv6 Parameter Problem
	Pointer uint32     // its pointer: octets from the start of the packet
}

// IPv6Chain is where the headers of a packet are. Offsets are from the start of
// the packet; zero means that there is no such header.
type IPv6Chain struct {
	Proto        uint8 // upper-layer protocol, ESP, ProtoNoNext, or what WalkIPv6 could not go past
	Offset       int   // of its first octet
	NextHeaderAt int   // of the Next Header octet that names Proto
	HopByHopAt   int
	RoutingAt    int
	FragmentAt   int
	FragmentPrev int         // of the Next Header octet that names the fragment header
	Problem      IPv6Problem // the first one; the walk ended there
}

// Fragment is the fragment header that WalkIPv6 found, or nil.
func (c *IPv6Chain) Fragment(p IPv6) IPv6Fragment {
	if c.FragmentAt == 0 {
		return nil
	}
	return IPv6Fragment(p[c.FragmentAt:])
}

// WalkIPv6 goes through the extension headers as the destination does. An
// error means that the chain is malformed and the packet is dropped; a Problem,
// that the node must say so to the sender or be silent, as it tells. The chain is
// right as far as the walk came, in both cases.
//
// The walk ends at a fragment whose offset is not zero, since what follows is
// not a header: Proto and Offset are then those of the fragment header's next
// header and of the fragment's data. It goes on behind a first or atomic fragment.
// It does not go past ESP.
func WalkIPv6(p IPv6) (IPv6Chain, error) {
	end := IPv6HeaderLen + len(p.Payload())
	b := p[:end]
	c := IPv6Chain{Proto: p.NextHeader(), Offset: IPv6HeaderLen, NextHeaderAt: ipv6NextHeaderAt}
	for n := 0; ; n++ {
		switch c.Proto {
		case ProtoHopByHop, ProtoRouting, ProtoFragment, ProtoDestOpts, ProtoAH:
		default:
			return c, nil
		}
		if n == IPv6MaxExtHeaders {
			c.problem(IPv6ReportUnlessMC, ICMPv6ParamTooManyExt, c.Offset)
			return c, nil
		}
		size, ok := ipv6ExtLen(b, c.Proto, c.Offset)
		if !ok {
			if f := c.Fragment(b); f != nil && !f.IsAtomic() {
				// RFC 8200 4.5: a first fragment without all headers is discarded with code 3, pointer zero.
				c.problem(IPv6ReportUnlessMC, ICMPv6ParamFirstFragment, 0)
				return c, nil
			}
			return c, errIPv6Ext
		}
		if more, err := c.header(b, size); !more || err != nil {
			return c, err
		}
		c.Proto, c.NextHeaderAt = b[c.Offset], c.Offset
		c.Offset += size
		if f := c.Fragment(b); f != nil && f.FragOffset() != 0 {
			return c, nil
		}
	}
}

// ipv6ExtLen is the length of the extension header at off, if it lies within b.
func ipv6ExtLen(b []byte, proto uint8, off int) (int, bool) {
	if len(b)-off < ipv6ExtUnit {
		return 0, false
	}
	n := ipv6ExtUnit
	switch proto {
	case ProtoFragment:
	case ProtoAH:
		n = (int(b[off+1]) + ipv6AHLenBias) * ipv6AHUnit
	default:
		n += int(b[off+1]) * ipv6ExtUnit
	}
	return n, n <= len(b)-off
}

// header processes the extension header c.Proto of the given size at c.Offset
// and says whether the walk goes on.
func (c *IPv6Chain) header(b []byte, size int) (bool, error) {
	off := c.Offset
	switch c.Proto {
	case ProtoHopByHop:
		// RFC 8200 4: a Next Header of zero anywhere but in the IPv6 header is an unrecognized one.
		if off != IPv6HeaderLen {
			c.problem(IPv6ReportUnlessMC, ICMPv6ParamNextHeader, c.NextHeaderAt)
			return false, nil
		}
		c.HopByHopAt = off
		return c.options(b, off, size)
	case ProtoDestOpts:
		return c.options(b, off, size)
	case ProtoRouting:
		c.RoutingAt = off
		// RFC 8200 4.4: no routing type is recognized here, so one with segments left is
		// discarded with code 0 at the Routing Type, and one without is ignored.
		if b[off+3] != 0 {
			c.problem(IPv6ReportUnlessMC, ICMPv6ParamField, off+2)
			return false, nil
		}
	case ProtoFragment:
		if c.FragmentAt != 0 {
			// RFC 8200 4.1 lets a header occur any number of times. We differ: no sender
			// nests fragments, but for evading filters.
			c.problem(IPv6Discard, 0, off)
			return false, nil
		}
		c.FragmentAt, c.FragmentPrev = off, c.NextHeaderAt
	}
	return true, nil
}

// options walks the options of a hop-by-hop or destination options header.
func (c *IPv6Chain) options(b []byte, off, size int) (bool, error) {
	count, padding := 0, 0
	for i, end := off+2, off+size; i < end; {
		if b[i] == ipv6OptPad1 {
			i, padding = i+1, padding+1
		} else {
			if i+2 > end || i+2+int(b[i+1]) > end {
				return false, errIPv6Option
			}
			n := 2 + int(b[i+1])
			if b[i] == ipv6OptPadN {
				padding += n
			} else {
				padding = 0
				if count++; count > IPv6MaxOptions {
					c.problem(IPv6ReportUnlessMC, ICMPv6ParamTooManyOpts, i)
					return false, nil
				}
				// No option is acted upon. Router alert (RFC 2711), the one that might be, is of the kind to skip.
				if a := IPv6Action(b[i] >> 6); a != IPv6Skip {
					c.problem(a, ICMPv6ParamOption, i)
					return false, nil
				}
			}
			i += n
		}
		if padding > IPv6MaxPadding {
			return false, errIPv6Padding
		}
	}
	return true, nil
}

func (c *IPv6Chain) problem(a IPv6Action, code uint8, pointer int) {
	c.Problem = IPv6Problem{Action: a, Code: code, Pointer: uint32(pointer)}
}

package wire

// TCP options: RFC 9293 3.1, 3.2 (format, MSS), RFC 7323 (window scale,
// timestamps), RFC 2018 (selective acknowledgements).

import "encoding/binary"

// TCP option kinds.
const (
	TCPOptEnd           uint8 = 0
	TCPOptNOP           uint8 = 1
	TCPOptMSS           uint8 = 2
	TCPOptWScale        uint8 = 3
	TCPOptSACKPermitted uint8 = 4
	TCPOptSACK          uint8 = 5
	TCPOptTimestamps    uint8 = 8
)

// TCPMaxWScale is the largest shift (RFC 7323 2.3).
const TCPMaxWScale = 14

// TCPMaxSACK is the most blocks that 40 octets of options hold.
const TCPMaxSACK = 4

// The lengths that options have on the wire, and those of the aligned form that Put writes.
const (
	tcpLenMSS, tcpLenWScale, tcpLenSACKPermitted, tcpLenTimestamps = 4, 3, 2, 10
	tcpLenSACKBase, tcpLenSACKBlock                                = 2, 8

	tcpAlignedMSS, tcpAlignedWScale, tcpAlignedSACKPermitted, tcpAlignedTimestamps = 4, 4, 4, 12
	tcpAlignedSACKBase                                                             = 4
)

// tcpTimestampsAligned is NOP, NOP, kind and length of timestamps: how nearly
// every segment of an established connection begins its options (RFC 7323 appendix A).
const tcpTimestampsAligned = uint32(TCPOptNOP)<<24 | uint32(TCPOptNOP)<<16 | uint32(TCPOptTimestamps)<<8 | tcpLenTimestamps

// SACKBlock is the sequence space from Left up to but not including Right.
type SACKBlock struct{ Left, Right uint32 }

// TCPOptions are the options that a connection acts on.
type TCPOptions struct {
	MSS           uint16
	HasMSS        bool
	WScale        uint8 // parsed: at most TCPMaxWScale
	HasWScale     bool
	SACKPermitted bool
	HasTS         bool
	TSVal, TSEcr  uint32
	NSACK         int // blocks in use of SACK
	SACK          [TCPMaxSACK]SACKBlock
}

var errTCPOptionLength = &Error{"tcp", "option length", ErrLength}

// ParseOptions reads the options. RFC 9293 (MUST-6, MUST-7): an unknown option is skipped by
// its length, and an illegal length must be survived: parsing stops there, and the
// options before it are returned beside the error. As in Linux, a known
// option whose length is not its own is skipped as if unknown. Whether an
// option is allowed in this segment (MSS only with SYN) is left to the caller.
func (t TCP) ParseOptions() (TCPOptions, error) {
	var o TCPOptions
	b := t.Options()
	if len(b) == tcpAlignedTimestamps && get32(b, 0) == tcpTimestampsAligned {
		o.HasTS, o.TSVal, o.TSEcr = true, get32(b, 4), get32(b, 8)
		return o, nil
	}
	for len(b) > 0 {
		opt, rest, err := NextTCPOption(b)
		if err != nil {
			return o, err
		}
		b = rest
		o.take(opt)
	}
	return o, nil
}

func (o *TCPOptions) take(opt TCPOption) {
	d := opt.Data
	switch opt.Kind {
	case TCPOptMSS:
		if len(d) == tcpLenMSS-2 {
			o.MSS, o.HasMSS = get16(d, 0), true
		}
	case TCPOptWScale:
		if len(d) == tcpLenWScale-2 {
			// RFC 7323 2.3: above 14 the receiver "MUST use 14 instead of the specified value".
			o.WScale, o.HasWScale = min(d[0], TCPMaxWScale), true
		}
	case TCPOptSACKPermitted:
		if len(d) == tcpLenSACKPermitted-2 {
			o.SACKPermitted = true
		}
	case TCPOptTimestamps:
		if len(d) == tcpLenTimestamps-2 {
			o.HasTS, o.TSVal, o.TSEcr = true, get32(d, 0), get32(d, 4)
		}
	case TCPOptSACK:
		if len(d) == 0 || len(d)%tcpLenSACKBlock != 0 {
			return
		}
		o.NSACK = 0
		for ; len(d) > 0 && o.NSACK < TCPMaxSACK; d = d[tcpLenSACKBlock:] {
			o.SACK[o.NSACK] = SACKBlock{get32(d, 0), get32(d, 4)}
			o.NSACK++
		}
	}
}

// TCPOption is one option as it is on the wire.
type TCPOption struct {
	Kind uint8
	Data []byte // without kind and length
}

// NextTCPOption splits the first option off b, which must not be empty. End of
// Option List ends the list: nothing of b is left after it.
func NextTCPOption(b []byte) (opt TCPOption, rest []byte, err error) {
	switch kind := b[0]; kind {
	case TCPOptEnd:
		return TCPOption{Kind: kind}, nil, nil
	case TCPOptNOP:
		return TCPOption{Kind: kind}, b[1:], nil
	default:
		if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
			return TCPOption{Kind: kind}, nil, errTCPOptionLength
		}
		n := int(b[1])
		return TCPOption{Kind: kind, Data: b[2:n]}, b[n:], nil
	}
}

// Len is the number of octets that Put writes.
func (o *TCPOptions) Len() int {
	n := o.fixedLen()
	if k := o.sackBlocks(n); k > 0 {
		n += tcpAlignedSACKBase + k*tcpLenSACKBlock
	}
	return n
}

// fixedLen is the length of all options but the SACK blocks: 24 at most.
func (o *TCPOptions) fixedLen() int {
	n := 0
	if o.HasMSS {
		n += tcpAlignedMSS
	}
	if o.HasTS {
		n += tcpAlignedTimestamps
	}
	if o.SACKPermitted && !o.HasTS {
		n += tcpAlignedSACKPermitted
	}
	if o.HasWScale {
		n += tcpAlignedWScale
	}
	return n
}

// sackBlocks is how many SACK blocks fit behind n octets of options.
func (o *TCPOptions) sackBlocks(n int) int {
	return min(o.NSACK, (TCPMaxOptionsLen-n-tcpAlignedSACKBase)/tcpLenSACKBlock)
}

// Put writes the options to b and returns their length, a multiple of four.
// Order and padding are those of Linux's tcp_options_write, which middleboxes have
// learnt: MSS; SACK permitted in the place of two NOPs before timestamps; window
// scale; SACK blocks. Blocks that find no room are left out, the last ones first
// (RFC 2018 3: with timestamps there is room for three).
func (o *TCPOptions) Put(b []byte) int {
	n := 0
	if o.HasMSS {
		put32(b, n, uint32(TCPOptMSS)<<24|tcpLenMSS<<16|uint32(o.MSS))
		n += tcpAlignedMSS
	}
	pad := uint32(TCPOptNOP)<<24 | uint32(TCPOptNOP)<<16
	permitted := uint32(TCPOptSACKPermitted)<<8 | tcpLenSACKPermitted
	if o.HasTS {
		lead := tcpTimestampsAligned
		if o.SACKPermitted {
			lead = permitted<<16 | lead&0xffff
		}
		put32(b, n, lead)
		binary.BigEndian.PutUint64(b[n+4:], uint64(o.TSVal)<<32|uint64(o.TSEcr))
		n += tcpAlignedTimestamps
	} else if o.SACKPermitted {
		put32(b, n, pad|permitted)
		n += tcpAlignedSACKPermitted
	}
	if o.HasWScale {
		put32(b, n, uint32(TCPOptNOP)<<24|uint32(TCPOptWScale)<<16|tcpLenWScale<<8|uint32(o.WScale))
		n += tcpAlignedWScale
	}
	if k := o.sackBlocks(n); k > 0 {
		put32(b, n, pad|uint32(TCPOptSACK)<<8|uint32(tcpLenSACKBase+k*tcpLenSACKBlock))
		n += tcpAlignedSACKBase
		for _, s := range o.SACK[:k] {
			put32(b, n, s.Left)
			put32(b, n+4, s.Right)
			n += tcpLenSACKBlock
		}
	}
	return n
}

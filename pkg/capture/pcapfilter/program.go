package pcapfilter

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"

	"golang.org/x/net/bpf"

	"github.com/netkit-go/netkit/pkg/capture"
)

// Program is a compiled filter. It is never changed, and may be used by several
// goroutines at once.
type Program struct {
	raw      []bpf.RawInstruction // as a socket takes it
	offline  []bpf.RawInstruction // as Match runs it
	linkType capture.LinkType
}

func newProgram(raw []bpf.RawInstruction, cfg *Config) *Program {
	p := &Program{raw: raw, offline: raw, linkType: cfg.LinkType}
	if !cfg.Live {
		return p
	}
	p.offline = slices.Clone(raw)
	for i, in := range p.offline {
		if _, ok := ancillaryNames[in.K-skfOffset]; ok && in.Op == bpfLD|bpfABS|bpfW {
			p.offline[i] = bpf.RawInstruction{Op: bpfLD | bpfIMM}
		}
	}
	return p
}

// Raw returns the instructions as a socket takes them.
func (p *Program) Raw() []bpf.RawInstruction { return slices.Clone(p.raw) }

// LinkType returns the link type that the program is for.
func (p *Program) LinkType() capture.LinkType { return p.linkType }

// Match reports whether the packet passes: pkt is what was captured of it and
// origLen its length on the wire. What only a live socket knows beside the
// packet is 0: no VLAN tag was taken out, the interface is 0, the packet came
// in. It allocates nothing.
func (p *Program) Match(pkt []byte, origLen int) bool {
	return run(p.offline, pkt, uint32(origLen)) != 0
}

// run is a machine for the instructions that emit writes. The program ends, as
// jumps only go forwards and the last instruction returns; a load beyond the
// end of the packet, and a division by 0, end it with 0.
func run(prog []bpf.RawInstruction, pkt []byte, origLen uint32) uint32 {
	var a, x uint32
	n := uint64(len(pkt))
	var mem [scratchWords]uint32
	for pc := 0; pc < len(prog); pc++ {
		in := &prog[pc]
		switch in.Op {
		case bpfRET:
			return in.K

		case bpfLD | bpfABS | bpfW:
			i := uint64(in.K)
			if i+4 > n {
				return 0
			}
			a = binary.BigEndian.Uint32(pkt[i:])
		case bpfLD | bpfABS | bpfH:
			i := uint64(in.K)
			if i+2 > n {
				return 0
			}
			a = uint32(binary.BigEndian.Uint16(pkt[i:]))
		case bpfLD | bpfABS | bpfB:
			i := uint64(in.K)
			if i >= n {
				return 0
			}
			a = uint32(pkt[i])
		// x + k does not wrap: as for libpcap, what is beyond 32 bits is
		// beyond the packet.
		case bpfLD | bpfIND | bpfW:
			i := uint64(in.K) + uint64(x)
			if i+4 > n {
				return 0
			}
			a = binary.BigEndian.Uint32(pkt[i:])
		case bpfLD | bpfIND | bpfH:
			i := uint64(in.K) + uint64(x)
			if i+2 > n {
				return 0
			}
			a = uint32(binary.BigEndian.Uint16(pkt[i:]))
		case bpfLD | bpfIND | bpfB:
			i := uint64(in.K) + uint64(x)
			if i >= n {
				return 0
			}
			a = uint32(pkt[i])
		case bpfLDX | bpfMSH | bpfB:
			i := uint64(in.K)
			if i >= n {
				return 0
			}
			x = uint32(pkt[i]&0xf) << 2
		case bpfLD | bpfLEN:
			a = origLen
		case bpfLD | bpfIMM:
			a = in.K
		case bpfLDX | bpfIMM:
			x = in.K
		case bpfLD | bpfMEM:
			a = mem[in.K&(scratchWords-1)]
		case bpfLDX | bpfMEM:
			x = mem[in.K&(scratchWords-1)]
		case bpfST:
			mem[in.K&(scratchWords-1)] = a
		case bpfMISC | bpfTAX:
			x = a
		case bpfMISC | bpfTXA:
			a = x

		case bpfJMP | bpfJA:
			pc += int(in.K)
		case bpfJMP | bpfJEQ:
			pc += branch(in, a == in.K)
		case bpfJMP | bpfJGT:
			pc += branch(in, a > in.K)
		case bpfJMP | bpfJGE:
			pc += branch(in, a >= in.K)
		case bpfJMP | bpfJSET:
			pc += branch(in, a&in.K != 0)
		case bpfJMP | bpfJEQ | bpfX:
			pc += branch(in, a == x)
		case bpfJMP | bpfJGT | bpfX:
			pc += branch(in, a > x)
		case bpfJMP | bpfJGE | bpfX:
			pc += branch(in, a >= x)
		case bpfJMP | bpfJSET | bpfX:
			pc += branch(in, a&x != 0)

		case bpfALU | bpfADD:
			a += in.K
		case bpfALU | bpfSUB:
			a -= in.K
		case bpfALU | bpfMUL:
			a *= in.K
		case bpfALU | bpfDIV:
			if in.K == 0 {
				return 0
			}
			a /= in.K
		case bpfALU | bpfMOD:
			if in.K == 0 {
				return 0
			}
			a %= in.K
		case bpfALU | bpfAND:
			a &= in.K
		case bpfALU | bpfOR:
			a |= in.K
		case bpfALU | bpfXOR:
			a ^= in.K
		case bpfALU | bpfLSH:
			a <<= in.K
		case bpfALU | bpfRSH:
			a >>= in.K
		case bpfALU | bpfADD | bpfX:
			a += x
		case bpfALU | bpfSUB | bpfX:
			a -= x
		case bpfALU | bpfMUL | bpfX:
			a *= x
		case bpfALU | bpfDIV | bpfX:
			if x == 0 {
				return 0
			}
			a /= x
		case bpfALU | bpfMOD | bpfX:
			if x == 0 {
				return 0
			}
			a %= x
		case bpfALU | bpfAND | bpfX:
			a &= x
		case bpfALU | bpfOR | bpfX:
			a |= x
		case bpfALU | bpfXOR | bpfX:
			a ^= x
		case bpfALU | bpfLSH | bpfX:
			a <<= x
		case bpfALU | bpfRSH | bpfX:
			a >>= x

		default:
			return 0
		}
	}
	return 0
}

func branch(in *bpf.RawInstruction, holds bool) int {
	if holds {
		return int(in.Jt)
	}
	return int(in.Jf)
}

// String lists the program as "tcpdump -d" does.
func (p *Program) String() string {
	var b strings.Builder
	for i, in := range p.raw {
		op, operand := mnemonic(in)
		if in.Op&7 == bpfJMP {
			if in.Op == bpfJMP|bpfJA {
				operand = fmt.Sprintf("%d", i+1+int(in.K))
			} else {
				operand = fmt.Sprintf("%-16s jt %d\tjf %d", operand, i+1+int(in.Jt), i+1+int(in.Jf))
			}
		}
		fmt.Fprintf(&b, "(%03d) %-8s %s\n", i, op, operand)
	}
	return b.String()
}

var ancillaryNames = map[uint32]string{
	skfPacketType: "type", skfIfindex: "ifidx", skfVLANTag: "vlan_tci", skfVLANPresent: "vlanp",
}

// mnemonic names an instruction and its operand, jumps without their targets.
func mnemonic(in bpf.RawInstruction) (op, operand string) {
	suffix := map[uint16]string{bpfW: "", bpfH: "h", bpfB: "b"}[in.Op&0x18]
	switch in.Op & 7 {
	case bpfLD:
		switch in.Op & 0xe0 {
		case bpfABS:
			if name, ok := ancillaryNames[in.K-skfOffset]; ok {
				return "ld" + suffix, "[" + name + "]"
			}
			return "ld" + suffix, fmt.Sprintf("[%d]", in.K)
		case bpfIND:
			return "ld" + suffix, fmt.Sprintf("[x + %d]", in.K)
		case bpfMEM:
			return "ld", fmt.Sprintf("M[%d]", in.K)
		case bpfLEN:
			return "ld", "#pktlen"
		}
		return "ld", fmt.Sprintf("#0x%x", in.K)
	case bpfLDX:
		switch in.Op & 0xe0 {
		case bpfMSH:
			return "ldxb", fmt.Sprintf("4*([%d]&0xf)", in.K)
		case bpfMEM:
			return "ldx", fmt.Sprintf("M[%d]", in.K)
		}
		return "ldx", fmt.Sprintf("#0x%x", in.K)
	case bpfST:
		return "st", fmt.Sprintf("M[%d]", in.K)
	case bpfRET:
		return "ret", fmt.Sprintf("#%d", in.K)
	case bpfMISC:
		if in.Op == bpfMISC|bpfTXA {
			return "txa", ""
		}
		return "tax", ""
	case bpfJMP:
		op = map[uint16]string{bpfJA: "ja", bpfJEQ: "jeq", bpfJGT: "jgt", bpfJGE: "jge", bpfJSET: "jset"}[in.Op&0xf0]
	default:
		op = map[uint16]string{bpfADD: "add", bpfSUB: "sub", bpfMUL: "mul", bpfDIV: "div", bpfMOD: "mod",
			bpfAND: "and", bpfOR: "or", bpfXOR: "xor", bpfLSH: "lsh", bpfRSH: "rsh"}[in.Op&0xf0]
		switch in.Op & 0xf0 {
		case bpfAND, bpfOR, bpfXOR:
		default:
			if in.Op&bpfX == 0 {
				return op, fmt.Sprintf("#%d", in.K)
			}
		}
	}
	if in.Op&bpfX != 0 {
		return op, "x"
	}
	return op, fmt.Sprintf("#0x%x", in.K)
}

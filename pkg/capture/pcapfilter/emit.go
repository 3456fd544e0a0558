package pcapfilter

import (
	"math"
	"math/bits"

	"golang.org/x/net/bpf"
)

// Parts of an instruction's code, from linux/bpf_common.h and linux/filter.h.
const (
	bpfLD   = 0x00
	bpfLDX  = 0x01
	bpfST   = 0x02
	bpfSTX  = 0x03
	bpfALU  = 0x04
	bpfJMP  = 0x05
	bpfRET  = 0x06
	bpfMISC = 0x07

	bpfW = 0x00
	bpfH = 0x08
	bpfB = 0x10

	bpfIMM = 0x00
	bpfABS = 0x20
	bpfIND = 0x40
	bpfMEM = 0x60
	bpfLEN = 0x80
	bpfMSH = 0xa0

	bpfX = 0x08 // the operand is the index register, not the constant

	bpfADD = 0x00
	bpfSUB = 0x10
	bpfMUL = 0x20
	bpfDIV = 0x30
	bpfOR  = 0x40
	bpfAND = 0x50
	bpfLSH = 0x60
	bpfRSH = 0x70
	bpfMOD = 0x90
	bpfXOR = 0xa0

	bpfJA   = 0x00
	bpfJEQ  = 0x10
	bpfJGT  = 0x20
	bpfJGE  = 0x30
	bpfJSET = 0x40

	bpfTAX = 0x00
	bpfTXA = 0x80
)

// scratchWords is BPF_MEMWORDS.
const scratchWords = 16

var aluCodes = map[word]uint16{
	wAdd: bpfADD, wSub: bpfSUB, wMul: bpfMUL, wDiv: bpfDIV, wMod: bpfMOD, wBitAnd: bpfAND, wBitOr: bpfOR,
	wXor: bpfXOR, wLsh: bpfLSH, wRsh: bpfRSH,
}

var jumpCodes = [...]uint16{opEq: bpfJEQ, opGt: bpfJGT, opGe: bpfJGE, opSet: bpfJSET}

// registers says which values A and X hold; "" is unknown.
type registers struct{ a, x string }

// forget drops what depends on a scratch word.
func (r *registers) forget(slot uint32, v *value) {
	r.a, r.x = "", ""
	if !v.reads(slot) {
		r.a = v.key
	}
}

// chunk is a block's code, up to its jump.
type chunk struct {
	*block
	code        []bpf.RawInstruction
	in, out     registers
	entered     bool
	stored      uint32 // slots that every way here has set
	start       int    // place in the program
	farT, farF  bool   // the jump needs an instruction of its own
	jumpsAlways bool
}

// assembler turns one block into instructions.
type assembler struct {
	code  []bpf.RawInstruction
	regs  registers
	slots uint32 // scratch words in use for the whole program
	temps uint32 // and those in use at the moment, from the top
	ok    bool
}

func (a *assembler) put(op uint16, k uint32) {
	a.code = append(a.code, bpf.RawInstruction{Op: op, K: k})
}

var sizeCodes = map[uint32]uint16{1: bpfB, 2: bpfH, 4: bpfW}

// toA computes v into A.
func (a *assembler) toA(v *value) {
	if a.regs.a == v.key {
		return
	}
	switch v.op {
	case vConst:
		a.put(bpfLD|bpfIMM, v.k)
	case vLen:
		a.put(bpfLD|bpfLEN, 0)
	case vSlot:
		a.put(bpfLD|bpfMEM, v.k)
	case vAncillary:
		a.put(bpfLD|bpfABS|bpfW, skfOffset+v.k)
	case vHeaderLen:
		a.toX(v)
		a.put(bpfMISC|bpfTXA, 0)
	case vLoad:
		if v.l == nil && v.k > math.MaxInt32 {
			// No packet is that long. Linux takes such an offset for a
			// negative one, with a meaning of its own (SKF_LL_OFF).
			a.put(bpfRET, 0)
			break
		}
		if v.l == nil {
			a.put(bpfLD|bpfABS|sizeCodes[v.size], v.k)
			break
		}
		a.toX(v.l)
		a.put(bpfLD|bpfIND|sizeCodes[v.size], v.k)
	default:
		a.alu(v)
	}
	a.regs.a = v.key
}

func (a *assembler) alu(v *value) {
	op := bpfALU | aluCodes[v.alu]
	if v.r.op == vConst {
		a.toA(v.l)
		a.put(op, v.r.k)
		return
	}
	a.pair(v.l, v.r)
	a.put(op|bpfX, 0)
}

// pair computes l into A and r into X.
func (a *assembler) pair(l, r *value) {
	if a.regs.x == r.key && l.leavesX() || r.leavesA() {
		a.toA(l)
		a.toX(r)
		return
	}
	a.toA(r)
	slot := a.temp()
	a.put(bpfST, slot)
	a.toA(l)
	a.put(bpfLDX|bpfMEM, slot)
	a.regs.x = r.key
	a.temps--
}

// leavesA reports whether toX(v) does without A.
func (v *value) leavesA() bool {
	return v.op == vConst || v.op == vSlot || v.op == vHeaderLen
}

// leavesX reports whether toA(v) does without X.
func (v *value) leavesX() bool {
	switch v.op {
	case vHeaderLen:
		return false
	case vLoad:
		return v.l == nil
	case vALU:
		return v.r.op == vConst && v.l.leavesX()
	}
	return true
}

func (a *assembler) temp() uint32 {
	a.temps++
	if a.slots+a.temps > scratchWords {
		a.ok = false
		return 0
	}
	return scratchWords - a.temps
}

// toX computes v into X.
func (a *assembler) toX(v *value) {
	if a.regs.x == v.key {
		return
	}
	switch v.op {
	case vConst:
		a.put(bpfLDX|bpfIMM, v.k)
	case vSlot:
		a.put(bpfLDX|bpfMEM, v.k)
	case vHeaderLen:
		a.put(bpfLDX|bpfMSH|bpfB, v.k)
	default:
		a.toA(v)
		a.put(bpfMISC|bpfTAX, 0)
	}
	a.regs.x = v.key
}

// emit writes the program. It reports false if scratch memory does not suffice.
func emit(g *graph, slots, accept uint32) ([]bpf.RawInstruction, bool) {
	chunks := make(map[*block]*chunk, len(g.order))
	list := make([]*chunk, len(g.order))
	for i, b := range g.order {
		list[i] = &chunk{block: b}
		chunks[b] = list[i]
	}
	unset := uint32(0) // slots that are read where they may not be set
	for i, c := range list {
		a := assembler{regs: c.in, slots: slots, ok: true}
		stored := c.stored
		switch c.kind {
		case kindReturn:
			k := uint32(0)
			if c.block == g.accept {
				k = accept
			}
			a.put(bpfRET, k)
		case kindAssign:
			a.toA(c.l)
			a.put(bpfST, c.slot)
			a.regs.forget(c.slot, c.l)
			stored |= 1 << c.slot
		default:
			op := bpfJMP | jumpCodes[c.op]
			if c.r.op == vConst {
				a.toA(c.l)
				a.put(op, c.r.k)
			} else {
				a.pair(c.l, c.r)
				a.put(op|bpfX, 0)
			}
		}
		if !a.ok {
			return nil, false
		}
		for _, v := range [2]*value{c.l, c.r} {
			for s := range slots {
				if v != nil && c.stored&(1<<s) == 0 && v.reads(s) {
					unset |= 1 << s
				}
			}
		}
		c.code, c.out = a.code, a.regs
		if c.kind == kindAssign && c.t != list[min(i+1, len(list)-1)].block {
			c.jumpsAlways = true
		}
		for _, b := range [2]*block{c.t, c.f} {
			if b != nil {
				chunks[b].enter(c.out, stored)
			}
		}
	}

	var raw []bpf.RawInstruction
	if unset != 0 {
		// Linux refuses a program that reads scratch memory before it has
		// written it (check_load_and_stores in net/core/filter.c).
		raw = append(raw, bpf.RawInstruction{Op: bpfLD | bpfIMM})
		for ; unset != 0; unset &= unset - 1 {
			raw = append(raw, bpf.RawInstruction{Op: bpfST, K: uint32(bits.TrailingZeros32(unset))})
		}
	}
	place(list, chunks, len(raw))
	for _, c := range list {
		raw = append(raw, c.code...)
		if c.kind == kindReturn {
			continue
		}
		if c.kind == kindAssign {
			if c.jumpsAlways {
				raw = append(raw, leap(len(raw), chunks[c.t]))
			}
			continue
		}
		here := len(raw)
		if c.farT {
			raw = append(raw, leap(here, chunks[c.t]))
		} else {
			raw[here-1].Jt = uint8(chunks[c.t].start - here)
		}
		if c.farF {
			raw[here-1].Jf = uint8(len(raw) - here)
			raw = append(raw, leap(len(raw), chunks[c.f]))
		} else {
			raw[here-1].Jf = uint8(chunks[c.f].start - here)
		}
	}
	return raw, true
}

// enter notes a way into the block.
func (c *chunk) enter(r registers, stored uint32) {
	if !c.entered {
		c.entered, c.in, c.stored = true, r, stored
		return
	}
	if c.in.a != r.a {
		c.in.a = ""
	}
	if c.in.x != r.x {
		c.in.x = ""
	}
	c.stored &= stored
}

// leap is the instruction at place from that stands for a far target: a jump,
// or the return itself.
func leap(from int, to *chunk) bpf.RawInstruction {
	if to.kind == kindReturn {
		return to.code[0]
	}
	return bpf.RawInstruction{Op: bpfJMP | bpfJA, K: uint32(to.start - from - 1)}
}

// place finds where each block begins. A conditional jump reaches 255
// instructions; a farther one gets an instruction of its own behind it, which
// moves what follows, so it takes some rounds. Jumps only become far, never
// near again, so the rounds end.
func place(list []*chunk, chunks map[*block]*chunk, start int) {
	for again := true; again; {
		again = false
		n := start
		for _, c := range list {
			c.start = n
			n += len(c.code)
			for _, more := range [3]bool{c.farT, c.farF, c.jumpsAlways} {
				if more {
					n++
				}
			}
		}
		for _, c := range list {
			if c.kind != kindTest {
				continue
			}
			here := c.start + len(c.code)
			if !c.farT && chunks[c.t].start-here > 255 {
				c.farT, again = true, true
			}
			if !c.farF && chunks[c.f].start-here > 255 {
				c.farF, again = true, true
			}
		}
	}
}

package pcapfilter

import (
	"strconv"
	"strings"
)

// value is what a test looks at: the tree of an arithmetic expression over
// packet loads. Values are never changed once made. Two values with the same
// key are the same number, as long as no scratch word that they read is
// written between.
type value struct {
	op   valueOp
	alu  word   // vALU
	k    uint32 // constant, offset or slot
	size uint32 // vLoad: 1, 2 or 4
	l, r *value // vALU; l is the index of a vLoad, or nil
	key  string
}

type valueOp uint8

const (
	vConst     valueOp = iota // k
	vLen                      // the packet's length on the wire
	vLoad                     // size bytes at l + k
	vSlot                     // scratch word k
	vHeaderLen                // 4 * (byte at k & 15)
	vAncillary                // what Linux knows beside the packet, by number
)

const vALU valueOp = 0xff // l alu r

func constant(k uint32) *value {
	return &value{op: vConst, k: k, key: "#" + strconv.FormatUint(uint64(k), 10)}
}

var packetLength = &value{op: vLen, key: "len"}

func slotValue(slot uint32) *value { return &value{op: vSlot, k: slot, key: slotKey(slot)} }

// slotKey is part of the key of every value that reads the slot.
func slotKey(slot uint32) string { return "M" + strconv.Itoa(int(slot)) + "." }

func (v *value) reads(slot uint32) bool { return strings.Contains(v.key, slotKey(slot)) }

func ancillary(n uint32) *value {
	return &value{op: vAncillary, k: n, key: "anc" + strconv.Itoa(int(n))}
}

func headerLen(off uint32) *value {
	return &value{op: vHeaderLen, k: off, key: "msh" + strconv.Itoa(int(off))}
}

// load is size bytes at off, counted from index unless that is nil.
func load(size, off uint32, index *value) *value {
	if index != nil && index.op == vConst {
		off, index = off+index.k, nil
	}
	v := &value{op: vLoad, size: size, k: off, l: index}
	v.key = "[" + strconv.Itoa(int(size)) + ":" + strconv.FormatUint(uint64(off), 10)
	if index != nil {
		v.key += "+" + index.key
	}
	v.key += "]"
	return v
}

func (v *value) isConst(k uint32) bool { return v.op == vConst && v.k == k }

// alu is l op r, folded where that is possible. Both sides of a division by a
// constant 0 must have been refused.
func alu(op word, l, r *value) *value {
	if l.op == vConst && r.op == vConst {
		return constant(fold(op, l.k, r.k))
	}
	if l.op == vConst && (op == wAdd || op == wMul || op == wBitAnd || op == wBitOr || op == wXor) {
		l, r = r, l
	}
	if r.op == vConst {
		switch {
		case r.k == 0 && (op == wAdd || op == wSub || op == wBitOr || op == wXor || op == wLsh || op == wRsh),
			r.k == 1 && (op == wMul || op == wDiv),
			r.k == 1<<32-1 && op == wBitAnd:
			return l
		case r.k == 0 && (op == wMul || op == wBitAnd):
			return r
		}
	}
	return &value{op: vALU, alu: op, l: l, r: r, key: "(" + l.key + aluNames[op] + r.key + ")"}
}

var aluNames = map[word]string{
	wAdd: "+", wSub: "-", wMul: "*", wDiv: "/", wMod: "%", wBitAnd: "&", wBitOr: "|", wXor: "^", wLsh: "<<", wRsh: ">>",
}

// fold computes l op r as a BPF machine does: on 32 bits, and a shift by 32 or
// more leaves nothing.
func fold(op word, l, r uint32) uint32 {
	switch op {
	case wAdd:
		return l + r
	case wSub:
		return l - r
	case wMul:
		return l * r
	case wDiv:
		return l / r
	case wMod:
		return l % r
	case wBitAnd:
		return l & r
	case wBitOr:
		return l | r
	case wXor:
		return l ^ r
	case wLsh:
		return l << r
	}
	return l >> r
}

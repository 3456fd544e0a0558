package hostif

// Classic BPF in the kernel: net/core/filter.c (bpf_convert_filter,
// bpf_convert_bpf_extensions), include/uapi/linux/filter.h.

import (
	"fmt"
	"math"
	"unsafe"

	"golang.org/x/net/bpf"
	"golang.org/x/sys/unix"
)

// Parts of an operation code, and loads of what the kernel knows of a packet
// (SKF_AD_OFF and what is added to it).
const (
	classMask  = 0x07
	classLD    = 0x00
	classLDX   = 0x01
	classALU   = 0x04
	classJMP   = 0x05
	classRET   = 0x06
	modeMask   = 0xe0
	modeABS    = 0x20
	modeIND    = 0x40
	modeLEN    = 0x80
	modeMSH    = 0xa0
	sizeMask   = 0x18
	sizeW      = 0x00
	sizeH      = 0x08
	sizeB      = 0x10
	jumpAlways = 0x05
	jumpEqual  = 0x15
	returnK    = 0x06
	addK       = 0x04

	ancillary        = 0xfffff000
	negative         = 0x80000000
	loadProtocol     = ancillary + 0
	loadPacketType   = ancillary + 4
	loadIfIndex      = ancillary + 8
	loadHardwareType = ancillary + 28
)

// program is what the kernel is given: the loopback's way out is left out, the
// caller's filter is asked, and snap octets are kept of what it takes.
func program(filter []bpf.RawInstruction, cooked bool, snap int) ([]unix.SockFilter, error) {
	if len(filter) == 0 {
		filter = []bpf.RawInstruction{{Op: returnK, K: math.MaxUint32}}
	}
	if cooked {
		var err error
		if filter, err = withoutSLL2(filter); err != nil {
			return nil, err
		}
	}
	out := []unix.SockFilter{
		{Code: classLD | sizeW | modeABS, K: loadHardwareType},
		{Code: jumpEqual, Jf: 3, K: unix.ARPHRD_LOOPBACK},
		{Code: classLD | sizeW | modeABS, K: loadPacketType},
		{Code: jumpEqual, Jf: 1, K: unix.PACKET_OUTGOING},
		{Code: returnK, K: 0},
	}
	for _, i := range filter {
		if i.Op == returnK {
			i.K = min(i.K, uint32(snap))
		}
		out = append(out, unix.SockFilter{Code: i.Op, Jt: i.Jt, Jf: i.Jf, K: i.K})
	}
	if len(out) > unix.BPF_MAXINSNS {
		return nil, fmt.Errorf("%w: %d instructions, %d are allowed", ErrFilter, len(out), unix.BPF_MAXINSNS)
	}
	return out, nil
}

// withoutSLL2 turns a filter for LINUX_SLL2 packets into one for what a cooked
// socket sees, which begins where the SLL2 header ends. Header fields are asked
// of the kernel instead; the lengths of packets grow by the header's.
func withoutSLL2(filter []bpf.RawInstruction) ([]bpf.RawInstruction, error) {
	at := make([]int, len(filter)+1) // where each instruction goes
	for i, ins := range filter {
		at[i+1] = at[i] + 1
		if isLoadLen(ins) {
			at[i+1]++
		}
	}
	out := make([]bpf.RawInstruction, 0, at[len(filter)])
	for i, ins := range filter {
		load := ins.Op&classMask == classLD || ins.Op&classMask == classLDX
		switch mode := ins.Op & modeMask; {
		case isLoadLen(ins):
			if ins.Op&classMask == classLDX {
				return nil, fmt.Errorf("%w on cooked packets: it loads the length into X", ErrFilter)
			}
			out = append(out, ins)
			ins = bpf.RawInstruction{Op: classALU | addK, K: sll2Len}
		case load && mode == modeABS && ins.K < sll2Len:
			k, ok := headerField(ins.K, ins.Op&sizeMask)
			if !ok {
				return nil, fmt.Errorf("%w on cooked packets: it looks at octet %d of the link-layer header", ErrFilter, ins.K)
			}
			ins.Op, ins.K = classLD|sizeW|modeABS, k
		case load && mode == modeMSH && ins.K < sll2Len, load && mode == modeIND && ins.K < sll2Len:
			return nil, fmt.Errorf("%w on cooked packets: it computes a place in the link-layer header", ErrFilter)
		case load && (mode == modeABS || mode == modeIND || mode == modeMSH) && ins.K < negative:
			ins.K -= sll2Len
		case ins.Op&classMask == classJMP:
			jump := func(skip int) (int, error) {
				to := i + 1 + skip
				if to < 0 || to >= len(filter) {
					return 0, fmt.Errorf("%w: instruction %d jumps past its end", ErrFilter, i)
				}
				return at[to] - at[i] - 1, nil
			}
			if ins.Op == jumpAlways {
				skip, err := jump(int(min(ins.K, math.MaxInt32)))
				if err != nil {
					return nil, err
				}
				ins.K = uint32(skip)
				break
			}
			jt, err := jump(int(ins.Jt))
			if err != nil {
				return nil, err
			}
			jf, err := jump(int(ins.Jf))
			if err != nil {
				return nil, err
			}
			if jt > math.MaxUint8 || jf > math.MaxUint8 {
				return nil, fmt.Errorf("%w on cooked packets: a jump becomes too long", ErrFilter)
			}
			ins.Jt, ins.Jf = uint8(jt), uint8(jf)
		}
		out = append(out, ins)
	}
	return out, nil
}

func isLoadLen(i bpf.RawInstruction) bool {
	return i.Op&classMask <= classLDX && i.Op&modeMask == modeLEN
}

// headerField says how the kernel is asked for the field at this place in the
// SLL2 header.
func headerField(off uint32, size uint16) (uint32, bool) {
	switch {
	case off == 0 && size == sizeH:
		return loadProtocol, true
	case off == 4 && size == sizeW:
		return loadIfIndex, true
	case off == 8 && size == sizeH:
		return loadHardwareType, true
	case off == 10 && size == sizeB:
		return loadPacketType, true
	}
	return 0, false
}

func attach(fd int, prog []unix.SockFilter) error {
	f := unix.SockFprog{Len: uint16(len(prog)), Filter: unsafe.SliceData(prog)}
	if err := unix.SetsockoptSockFprog(fd, unix.SOL_SOCKET, unix.SO_ATTACH_FILTER, &f); err != nil {
		return fmt.Errorf("%w: %w", ErrFilter, err)
	}
	return nil
}

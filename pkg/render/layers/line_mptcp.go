package layers

// The Multipath TCP option on one line: RFC 8684 section 3.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var mptcpSubtypes = [...]string{"capable", "join", "dss", "add-addr", "rem-addr", "prio", "fail", "fast-close", "tcprst"}

// mptcp writes the option whose octets behind the length are v.
func (l *liner) mptcp(v []byte, flags byte) {
	l.num("mptcp ", uint64(len(v)+2))
	if len(v) < 1 {
		return
	}
	subtype := int(v[0] >> 4)
	if subtype >= len(mptcpSubtypes) {
		l.text(" unknown")
		return
	}
	l.text(" ")
	l.text(mptcpSubtypes[subtype])
	switch subtype {
	case 0:
		l.mptcpCapable(v)
	case 1:
		l.mptcpJoin(v)
	case 2:
		if flags&byte(wire.SYN) == 0 && len(v) >= 2 {
			l.mptcpSequence(v[1], v[2:])
		}
	}
}

// Section 3.1. Version 1 sends no key in the SYN.
func (l *liner) mptcpCapable(v []byte) {
	if version := v[0] & 15; version > 0 {
		l.num(" v", uint64(version))
	}
	if len(v) < 2 {
		return
	}
	if v[1]&0x80 != 0 {
		l.text(" csum")
	}
	for i, keys := 0, v[2:]; i < 2 && len(keys) >= 8; i, keys = i+1, keys[8:] {
		if i == 0 {
			l.text(" {0x")
		} else {
			l.text(",0x")
		}
		l.dst = appendHex(l.dst, binary.BigEndian.Uint64(keys), 1)
		if i == 1 || len(keys) < 16 {
			l.text("}")
		}
	}
}

// Section 3.2: the SYN, the SYN-ACK and the ACK, told apart by their lengths.
func (l *liner) mptcpJoin(v []byte) {
	if len(v) == 22 {
		l.text(" hmac 0x")
		l.dst = appendHexBytes(l.dst, v[2:])
		return
	}
	if len(v) < 2 {
		return
	}
	if v[0]&1 != 0 {
		l.text(" backup")
	}
	l.num(" id ", uint64(v[1]))
	switch len(v) {
	case 10:
		l.text(" token 0x")
		l.dst = appendHex(l.dst, uint64(be32(v[2:])), 1)
		l.text(" nonce 0x")
		l.dst = appendHex(l.dst, uint64(be32(v[6:])), 1)
	case 14:
		l.text(" hmac 0x")
		l.dst = appendHex(l.dst, binary.BigEndian.Uint64(v[2:]), 1)
		l.text(" nonce 0x")
		l.dst = appendHex(l.dst, uint64(be32(v[10:])), 1)
	}
}

// Section 3.3: Data Sequence Signal.
func (l *liner) mptcpSequence(flags byte, v []byte) {
	if flags&0x10 != 0 {
		l.text(" fin")
	}
	number := func(wide bool) bool {
		switch {
		case wide && len(v) >= 8:
			l.uint(binary.BigEndian.Uint64(v))
			v = v[8:]
		case !wide && len(v) >= 4:
			l.uint(uint64(be32(v)))
			v = v[4:]
		default:
			return false
		}
		return true
	}
	if flags&1 != 0 {
		l.text(" ack ")
		if !number(flags&2 != 0) {
			return
		}
	}
	if flags&4 == 0 {
		return
	}
	l.text(" seq ")
	if !number(flags&8 != 0) || len(v) < 6 {
		return
	}
	l.num(" subseq ", uint64(be32(v)))
	l.num(" len ", uint64(be16(v[4:])))
	if len(v) >= 8 {
		l.text(" csum 0x")
		l.dst = appendHex(l.dst, uint64(be16(v[6:])), 1)
	}
}

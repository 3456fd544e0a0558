package nic

// Receive side scaling: the Toeplitz hash and the indirection table of Microsoft's
// RSS specification ("RSS hashing types", "Verifying the RSS hash calculation"),
// which Linux's drivers program (netdev_rss_key_fill, ethtool -x).

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

// indirection is the length of the table that maps hashes to queues
// (ethtool_rxfh_indir_default deals its entries to the queues in turn).
const indirection = 128

// MicrosoftKey is the key with which Microsoft's specification verifies the
// hash, and which drivers have as their default.
var MicrosoftKey = [40]byte{
	0x6d, 0x5a, 0x56, 0xda, 0x25, 0x5b, 0x0e, 0xc2, 0x41, 0x67, 0x25, 0x3d, 0x43, 0xa3, 0x8f, 0xb0,
	0xd0, 0xca, 0x2b, 0xcb, 0xae, 0x7b, 0x30, 0xb4, 0x77, 0xcb, 0x2d, 0xa3, 0x80, 0x30, 0xf2, 0x0c,
	0x6a, 0x42, 0xb7, 0x3b, 0xbe, 0xac, 0x01, 0xfa,
}

// hashInput is the longest input: two IPv6 addresses and two ports.
const hashInput = 36

// rss is the hash, as a table for each byte of input, and the way to a queue.
type rss struct {
	table [hashInput][256]uint32
	queue [indirection]uint8
}

func newRSS(key [40]byte, queues int) *rss {
	if key == [40]byte{} {
		key = MicrosoftKey
	}
	r := &rss{}
	for i := range r.table {
		// The 32 bits of the key at each of the byte's eight bits.
		window := binary.BigEndian.Uint64(append(append([]byte(nil), key[i:min(i+5, len(key))]...), 0, 0, 0)[:8])
		for b := range 256 {
			var h uint32
			for bit := range 8 {
				if b&(0x80>>bit) != 0 {
					h ^= uint32(window << bit >> 32)
				}
			}
			r.table[i][b] = h
		}
	}
	for i := range r.queue {
		r.queue[i] = uint8(i % queues)
	}
	return r
}

// hash is the Toeplitz hash of addresses and ports as they stand in the headers.
func (r *rss) hash(addrs, ports []byte) uint32 {
	var h uint32
	for i, b := range addrs {
		h ^= r.table[i][b]
	}
	for i, b := range ports {
		h ^= r.table[len(addrs)+i][b]
	}
	return h
}

// Toeplitz is the RSS hash of a flow, source first, with the given key; the zero
// key is Microsoft's. Without ports it is that of the addresses.
func Toeplitz(key [40]byte, addrs, ports []byte) uint32 {
	return newRSS(key, 1).hash(addrs, ports)
}

// steer hashes a frame and chooses its queue: TCP and UDP by the four-tuple, other
// IP and fragments by the addresses, the rest goes to queue 0 without a hash.
func (n *NIC) steer(frame []byte) (uint32, *Queue) {
	addrs, ports := flow(frame)
	if addrs == nil {
		return 0, n.queues[0]
	}
	h := n.rss.hash(addrs, ports)
	return max(h, 1), n.queues[n.rss.queue[h%indirection]] // 0 means that there is none
}

// flow finds what is hashed.
func flow(frame []byte) (addrs, ports []byte) {
	if len(frame) < wire.EthernetHeaderLen {
		return nil, nil
	}
	ip := frame[wire.EthernetHeaderLen:]
	var proto uint8
	var l4 []byte
	switch uint16(frame[12])<<8 | uint16(frame[13]) {
	case wire.EtherTypeIPv4:
		p, err := wire.ParseIPv4Header(ip)
		if err != nil {
			return nil, nil
		}
		addrs = p[12:20]
		if !p.IsFragment() {
			proto, l4 = p.Protocol(), ip[p.HeaderLen():]
		}
	case wire.EtherTypeIPv6:
		p, err := wire.ParseIPv6Header(ip)
		if err != nil {
			return nil, nil
		}
		addrs, proto, l4 = p[8:40], p.NextHeader(), ip[wire.IPv6HeaderLen:]
	default:
		return nil, nil
	}
	if (proto == wire.ProtoTCP || proto == wire.ProtoUDP) && len(l4) >= 4 {
		ports = l4[:4]
	}
	return addrs, ports
}

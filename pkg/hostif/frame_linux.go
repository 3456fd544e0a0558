package hostif

// From what the kernel hands over to what was on the wire.
// Documentation/networking/packet_mmap.rst; LINKTYPE_LINUX_SLL2.

import (
	"encoding/binary"
	"slices"

	"golang.org/x/sys/unix"

	"github.com/netkit-go/netkit/pkg/capture"
)

const (
	sll2Len   = 20
	macAddrs  = 12 // octets before the tag of an Ethernet frame
	vlanTag   = 4
	tpid8021Q = 0x8100
)

// seen is a packet as the kernel describes it.
type seen struct {
	time   int64
	length int // on the wire, without what was taken off
	status uint32
	tci    uint16
	tpid   uint16
	from   unix.RawSockaddrLinklayer
}

// tag is the VLAN tag that was taken off, if one was.
func (s *seen) tag() (tag [vlanTag]byte, ok bool) {
	// Before Linux 3.14 there was no bit for it; a tag other than 0 told.
	if s.status&unix.TP_STATUS_VLAN_VALID == 0 && s.tci == 0 {
		return tag, false
	}
	tpid := uint16(tpid8021Q)
	if s.status&unix.TP_STATUS_VLAN_TPID_VALID != 0 {
		tpid = s.tpid
	}
	binary.BigEndian.PutUint16(tag[:], tpid)
	binary.BigEndian.PutUint16(tag[2:], s.tci)
	return tag, true
}

// flags says what the kernel knows.
func (s *seen) flags() (f capture.Flags) {
	switch s.from.Pkttype {
	case unix.PACKET_OUTGOING:
		f = capture.Outbound
	case unix.PACKET_HOST:
		f = capture.Inbound | capture.Unicast
	case unix.PACKET_BROADCAST:
		f = capture.Inbound | capture.Broadcast
	case unix.PACKET_MULTICAST:
		f = capture.Inbound | capture.Multicast
	case unix.PACKET_OTHERHOST:
		f = capture.Inbound | capture.Promiscuous
	}
	if s.status&unix.TP_STATUS_CSUMNOTREADY != 0 {
		f |= capture.ChecksumNotReady
	}
	if s.status&unix.TP_STATUS_CSUM_VALID != 0 {
		f |= capture.ChecksumValid
	}
	if s.status&unix.TP_STATUS_GSO_TCP != 0 {
		f |= capture.SegmentationOffload
	}
	return f
}

// put makes the packet in buf, which it returns grown. data is what the kernel
// captured.
func (s *seen) put(p *capture.Packet, buf, data []byte, link capture.LinkType, snap int) []byte {
	buf = slices.Grow(buf[:0], sll2Len+vlanTag+len(data))
	length := s.length
	tag, tagged := s.tag()
	switch {
	case link == capture.LinkTypeLinuxSLL2:
		var protocol [2]byte // s.from has it as it was on the wire
		binary.NativeEndian.PutUint16(protocol[:], s.from.Protocol)
		if tagged {
			buf = append(buf, tag[0], tag[1])
		} else {
			buf = append(buf, protocol[:]...)
		}
		buf = append(buf, 0, 0)
		buf = binary.BigEndian.AppendUint32(buf, uint32(s.from.Ifindex))
		buf = binary.BigEndian.AppendUint16(buf, s.from.Hatype)
		buf = append(buf, s.from.Pkttype, s.from.Halen)
		buf = append(buf, s.from.Addr[:]...)
		length += sll2Len
		if tagged {
			buf = append(append(buf, tag[2:]...), protocol[:]...)
			length += vlanTag
		}
	case tagged && link == capture.LinkTypeEthernet && len(data) >= macAddrs:
		buf = append(append(buf, data[:macAddrs]...), tag[:]...)
		data = data[macAddrs:]
		length += vlanTag
	}
	buf = append(buf, data...)
	buf = buf[:min(len(buf), snap)]
	*p = capture.Packet{Time: s.time, Data: buf, OrigLen: length, Flags: s.flags(), LinkType: link}
	return buf
}

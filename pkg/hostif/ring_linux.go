package hostif

// The ring of blocks: net/packet/af_packet.c (tpacket_rcv, prb_*),
// Documentation/networking/packet_mmap.rst.

import (
	"sync/atomic"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// blockSize leaves room for the largest packet that is kept: a block holds only
// whole packets.
const blockSize = 2 * DefaultSnapLen

// afterHeader is where the packet's address follows its header: aligned as the
// kernel's TPACKET_ALIGN does.
const afterHeader = (unix.SizeofTpacket3Hdr + 15) &^ 15

type ring struct {
	mem    []byte
	blocks int
	block  int    // the one to read
	held   bool   // it is ours
	left   uint32 // packets in it that were not read yet
	off    uint32 // the next of them, in the block
}

func newRing(fd, buffer int, latency time.Duration) (*ring, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V3); err != nil {
		return nil, err
	}
	blocks := max(2, (buffer+blockSize-1)/blockSize)
	req := unix.TpacketReq3{
		Block_size: blockSize, Block_nr: uint32(blocks),
		// With blocks the frame size means nothing, but it has to divide the
		// block's.
		Frame_size: blockSize, Frame_nr: uint32(blocks),
		Retire_blk_tov: uint32(latency.Milliseconds()),
	}
	if err := unix.SetsockoptTpacketReq3(fd, unix.SOL_PACKET, unix.PACKET_RX_RING, &req); err != nil {
		return nil, err
	}
	mem, err := unix.Mmap(fd, 0, blocks*blockSize, unix.PROT_READ|unix.PROT_WRITE, unix.MAP_SHARED)
	if err != nil {
		return nil, err
	}
	return &ring{mem: mem, blocks: blocks}, nil
}

func (r *ring) header() *unix.TpacketHdrV1 {
	d := (*unix.TpacketBlockDesc)(unsafe.Pointer(&r.mem[r.block*blockSize]))
	return (*unix.TpacketHdrV1)(unsafe.Pointer(&d.Hdr))
}

// ready reports whether next has a packet.
func (r *ring) ready() bool {
	for r.left == 0 {
		h := r.header()
		if r.held {
			atomic.StoreUint32(&h.Block_status, unix.TP_STATUS_KERNEL)
			r.held = false
			r.block = (r.block + 1) % r.blocks
			h = r.header()
		}
		if atomic.LoadUint32(&h.Block_status)&unix.TP_STATUS_USER == 0 {
			return false
		}
		r.held, r.left, r.off = true, h.Num_pkts, h.Offset_to_first_pkt
	}
	return true
}

// next returns what was captured of the next packet, which is valid until ready
// is asked again. ready must have said that there is one.
func (r *ring) next(s *seen) []byte {
	block := r.mem[r.block*blockSize:][:blockSize]
	at := block[r.off:]
	h := (*unix.Tpacket3Hdr)(unsafe.Pointer(&at[0]))
	s.time = int64(h.Sec)*1e9 + int64(h.Nsec)
	s.length = int(h.Len)
	s.status = h.Status
	s.tci, s.tpid = uint16(h.Hv1.Vlan_tci), h.Hv1.Vlan_tpid
	s.from = *(*unix.RawSockaddrLinklayer)(unsafe.Pointer(&at[afterHeader]))
	r.left--
	r.off += h.Next_offset
	return at[h.Mac:][:h.Snaplen]
}

func (r *ring) close() error { return unix.Munmap(r.mem) }

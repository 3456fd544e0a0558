package hostif

// One system call a packet, where there is no ring: packet(7), PACKET_AUXDATA.

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

type receiver struct {
	buf     []byte
	control []byte
	n       int // octets of a packet that was received and not yet taken
	have    bool
	seen    seen
}

func newReceiver(fd, buffer, snap int) (*receiver, error) {
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_VERSION, unix.TPACKET_V1); err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_PACKET, unix.PACKET_AUXDATA, 1); err != nil {
		return nil, err
	}
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1); err != nil {
		return nil, err
	}
	// Beyond net.core.rmem_max only a privileged process may go; a smaller
	// buffer drops earlier, which is counted.
	if unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, buffer) != nil {
		if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, buffer); err != nil {
			return nil, err
		}
	}
	return &receiver{buf: make([]byte, snap), control: make([]byte, 256)}, nil
}

// ready reports whether next has a packet, and takes it from the kernel.
func (r *receiver) ready(fd int) (bool, error) {
	if r.have {
		return true, nil
	}
	n, oobn, _, from, err := unix.Recvmsg(fd, r.buf, r.control, unix.MSG_TRUNC|unix.MSG_DONTWAIT)
	switch err {
	case nil:
	case unix.EAGAIN, unix.EINTR:
		return false, nil
	default:
		return false, err
	}
	r.seen = seen{length: n}
	r.n = min(n, len(r.buf))
	if a, ok := from.(*unix.SockaddrLinklayer); ok {
		r.seen.from = unix.RawSockaddrLinklayer{Protocol: a.Protocol, Ifindex: int32(a.Ifindex), Hatype: a.Hatype, Pkttype: a.Pkttype, Halen: a.Halen, Addr: a.Addr}
	}
	messages, err := unix.ParseSocketControlMessage(r.control[:oobn])
	if err != nil {
		return false, err
	}
	for _, m := range messages {
		switch {
		case m.Header.Level == unix.SOL_PACKET && m.Header.Type == unix.PACKET_AUXDATA && len(m.Data) >= int(unsafe.Sizeof(unix.TpacketAuxdata{})):
			a := (*unix.TpacketAuxdata)(unsafe.Pointer(&m.Data[0]))
			r.seen.status, r.seen.length = a.Status, int(a.Len)
			r.seen.tci, r.seen.tpid = a.Vlan_tci, a.Vlan_tpid
			r.n = min(r.n, int(a.Snaplen))
		case m.Header.Level == unix.SOL_SOCKET && m.Header.Type == unix.SCM_TIMESTAMPNS && len(m.Data) >= int(unsafe.Sizeof(unix.Timespec{})):
			t := (*unix.Timespec)(unsafe.Pointer(&m.Data[0]))
			r.seen.time = t.Nano()
		}
	}
	r.have = true
	return true, nil
}

func (r *receiver) next(s *seen) []byte {
	r.have = false
	*s = r.seen
	return r.buf[:r.n]
}

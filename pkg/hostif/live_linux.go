package hostif

// packet(7); net/packet/af_packet.c.

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/netkit-go/netkit/pkg/capture"
)

// Live is a capture in progress. Next is for one goroutine; Stats and Close may
// be called from others.
type Live struct {
	file *os.File
	raw  syscall.RawConn
	desc capture.Interface
	snap int

	closed atomic.Bool

	mu   sync.Mutex // held while Next runs; what follows is Next's
	ring *ring
	recv *receiver
	buf  []byte

	count sync.Mutex
	stats Stats
}

// Open starts a capture. It needs CAP_NET_RAW.
func Open(cfg Config) (*Live, error) {
	cfg = cfg.withDefaults()
	l, err := open(cfg)
	if err != nil {
		return nil, fmt.Errorf("capture on %s: %w", cfg.Interface, err)
	}
	return l, nil
}

func open(cfg Config) (*Live, error) {
	desc := capture.Interface{Name: cfg.Interface, SnapLen: uint32(cfg.SnapLen), LinkType: capture.LinkTypeLinuxSLL2, OS: kernel(), Resolution: capture.Nanoseconds}
	index := 0
	if cfg.Interface != Any {
		i, err := net.InterfaceByName(cfg.Interface)
		if err != nil {
			return nil, noDevice(cfg.Interface)
		}
		index = i.Index
		desc.MAC, desc.Addrs = i.HardwareAddr, prefixes(i)
		if len(desc.MAC) != 6 {
			desc.MAC = nil
		}
		hw, err := hardwareType(cfg.Interface)
		if err != nil {
			return nil, err
		}
		desc.LinkType = linkType(hw)
	}
	cooked := desc.LinkType == capture.LinkTypeLinuxSLL2
	kind, snap := unix.SOCK_RAW, cfg.SnapLen
	if cooked {
		kind, snap = unix.SOCK_DGRAM, max(1, snap-sll2Len)
	}
	prog, err := program(cfg.Filter, cooked, snap)
	if err != nil {
		return nil, err
	}

	// A socket of protocol 0 gets no packets until it is bound to one: nothing
	// slips in before the filter.
	fd, err := unix.Socket(unix.AF_PACKET, kind|unix.SOCK_CLOEXEC|unix.SOCK_NONBLOCK, 0)
	switch err {
	case nil:
	case unix.EPERM, unix.EACCES:
		return nil, notPermitted()
	default:
		return nil, os.NewSyscallError("socket", err)
	}
	l := &Live{desc: desc, snap: cfg.SnapLen}
	if err := l.start(fd, index, prog, snap, cfg); err != nil {
		if l.ring != nil {
			l.ring.close()
		}
		unix.Close(fd)
		return nil, err
	}
	l.file = os.NewFile(uintptr(fd), "packet socket") // non-blocking: it waits in the runtime's poller
	l.raw, err = l.file.SyscallConn()
	return l, err
}

func (l *Live) start(fd, index int, prog []unix.SockFilter, snap int, cfg Config) (err error) {
	if err := attach(fd, prog); err != nil {
		return err
	}
	if !cfg.NoRing {
		l.ring, err = newRing(fd, cfg.Buffer, cfg.Latency)
	}
	if cfg.NoRing || err != nil {
		if l.recv, err = newReceiver(fd, cfg.Buffer, snap); err != nil {
			return err
		}
	}
	if index != 0 && !cfg.NotPromiscuous {
		m := unix.PacketMreq{Ifindex: int32(index), Type: unix.PACKET_MR_PROMISC}
		if err := unix.SetsockoptPacketMreq(fd, unix.SOL_PACKET, unix.PACKET_ADD_MEMBERSHIP, &m); err != nil {
			return fmt.Errorf("promiscuous mode: %w", err)
		}
	}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: networkOrder(unix.ETH_P_ALL), Ifindex: index}); err != nil {
		return os.NewSyscallError("bind", err)
	}
	return pending(fd)
}

// pending returns the error that the kernel noted on the socket.
func pending(fd int) error {
	errno, err := unix.GetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_ERROR)
	if err == nil && errno != 0 {
		err = syscall.Errno(errno)
	}
	if err == unix.ENETDOWN {
		return ErrDown
	}
	return err
}

// Interface describes what is captured, for the head of a file.
func (l *Live) Interface() capture.Interface { return l.desc }

// Next waits for the next packet. Its Data is valid until the next call. The
// error is the context's when that ends, os.ErrClosed after Close, and ErrDown
// when the interface goes away.
func (l *Live) Next(ctx context.Context) (p capture.Packet, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := ctx.Err(); err != nil {
		return p, err
	}
	if l.closed.Load() {
		return p, os.ErrClosed
	}
	if l.ring == nil || !l.ring.ready() {
		if err := l.wait(ctx); err != nil {
			return p, err
		}
	}
	var s seen
	var data []byte
	if l.ring != nil {
		data = l.ring.next(&s)
	} else {
		data = l.recv.next(&s)
	}
	l.buf = s.put(&p, l.buf, data, l.desc.LinkType, l.snap)
	l.count.Lock()
	l.stats.Delivered++
	l.count.Unlock()
	return p, nil
}

// wait returns when there is a packet.
func (l *Live) wait(ctx context.Context) error {
	ended := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		l.file.SetReadDeadline(time.Unix(1, 0))
		close(ended)
	})
	var failed error
	err := l.raw.Read(func(fd uintptr) bool {
		var ready bool
		if l.ring != nil {
			ready = l.ring.ready()
		} else {
			ready, failed = l.recv.ready(int(fd))
		}
		if !ready && failed == nil {
			failed = pending(int(fd))
		}
		return ready || failed != nil
	})
	if !stop() {
		<-ended
		l.file.SetReadDeadline(time.Time{})
	}
	switch {
	case l.closed.Load():
		return os.ErrClosed
	case err == nil && failed == unix.ENETDOWN:
		return ErrDown
	case err == nil:
		return failed
	case errors.Is(err, os.ErrDeadlineExceeded):
		return ctx.Err()
	}
	return err
}

// Stats returns the counts so far; after Close, those at the end.
func (l *Live) Stats() Stats {
	l.count.Lock()
	defer l.count.Unlock()
	l.readStats()
	return l.stats
}

// readStats adds the kernel's counters, which begin at 0 with every reading. A
// drop is among the packets.
func (l *Live) readStats() {
	l.raw.Control(func(fd uintptr) {
		// With a ring of version 3 the structure is longer; its first two
		// counters are the same.
		if s, err := unix.GetsockoptTpacketStats(int(fd), unix.SOL_PACKET, unix.PACKET_STATISTICS); err == nil {
			l.stats.Seen += uint64(s.Packets)
			l.stats.Dropped += uint64(s.Drops)
		}
	})
}

// Close ends the capture and whatever Next is waiting for.
func (l *Live) Close() error {
	if l.closed.Swap(true) {
		return os.ErrClosed
	}
	l.Stats()
	err := l.file.Close() // ends a waiting Next, which then lets go of mu
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ring != nil {
		err = errors.Join(err, l.ring.close())
	}
	return err
}

func hardwareType(name string) (uint16, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return 0, os.NewSyscallError("socket", err)
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return 0, noDevice(name)
	}
	if err := unix.IoctlIfreq(fd, unix.SIOCGIFHWADDR, req); err != nil {
		return 0, os.NewSyscallError("SIOCGIFHWADDR", err)
	}
	return req.Uint16(), nil // sa_family is the hardware type
}

// linkType is what packets of an interface of this kind (ARPHRD_) begin with.
// Those without a header that all agree on get a cooked one.
func linkType(hw uint16) capture.LinkType {
	switch hw {
	case unix.ARPHRD_ETHER, unix.ARPHRD_LOOPBACK:
		return capture.LinkTypeEthernet
	case unix.ARPHRD_NONE, unix.ARPHRD_TUNNEL, unix.ARPHRD_TUNNEL6, unix.ARPHRD_SIT, unix.ARPHRD_RAWIP:
		return capture.LinkTypeRaw
	case unix.ARPHRD_IEEE80211:
		return capture.LinkTypeIEEE80211
	case unix.ARPHRD_IEEE80211_RADIOTAP:
		return capture.LinkTypeRadiotap
	}
	return capture.LinkTypeLinuxSLL2
}

// notPermitted says how to get the permission.
func notPermitted() error {
	self, err := os.Executable()
	if err != nil {
		self = "netkit"
	}
	if strings.ContainsAny(self, " '\"$`\\*?&;|<>()") {
		self = "'" + strings.ReplaceAll(self, "'", `'\''`) + "'"
	}
	return fmt.Errorf("%w; use sudo, or give it to the program once: sudo setcap cap_net_raw+ep %s", ErrPermission, self)
}

func kernel() string {
	var u unix.Utsname
	if unix.Uname(&u) != nil {
		return ""
	}
	return unix.ByteSliceToString(u.Sysname[:]) + " " + unix.ByteSliceToString(u.Release[:])
}

func networkOrder(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}

package hostif

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"time"

	"golang.org/x/net/bpf"
)

// Any is the name that stands for all interfaces.
const Any = "any"

// The defaults of Config.
const (
	DefaultSnapLen = 262144
	DefaultBuffer  = 8 << 20
	DefaultLatency = 10 * time.Millisecond
)

// Why a capture cannot start, or ended.
var (
	ErrUnsupported = errors.New("live capture is built for Linux only")
	ErrPermission  = errors.New("live capture needs the capability CAP_NET_RAW")
	ErrNoDevice    = errors.New("no such interface")
	ErrDown        = errors.New("the interface is down")
	ErrFilter      = errors.New("the kernel cannot run this filter")
)

// Config says what to capture. Only Interface must be set.
type Config struct {
	Interface string // a name, or Any

	// SnapLen is the largest number of octets kept of a packet; 0 means
	// DefaultSnapLen.
	SnapLen int

	// NotPromiscuous leaves the interface's mode as it is. Otherwise the card
	// is asked for the frames of other stations, too; with Any it never is.
	NotPromiscuous bool

	// Filter is run in the kernel. An empty one takes every packet.
	Filter []bpf.RawInstruction

	// Buffer is the ring's size in octets; 0 means DefaultBuffer.
	Buffer int

	// Latency is how long the kernel may hold back a packet to hand over
	// several at once; 0 means DefaultLatency. Less than a millisecond is one.
	Latency time.Duration

	// NoRing asks for recvmsg although the kernel may have a ring to offer.
	NoRing bool
}

func (c Config) withDefaults() Config {
	if c.SnapLen <= 0 || c.SnapLen > DefaultSnapLen {
		c.SnapLen = DefaultSnapLen
	}
	if c.Buffer <= 0 {
		c.Buffer = DefaultBuffer
	}
	if c.Latency <= 0 {
		c.Latency = DefaultLatency
	}
	c.Latency = max(c.Latency, time.Millisecond)
	return c
}

// Stats counts since Open.
type Stats struct {
	Seen      uint64 // packets that passed the filter, in the kernel
	Dropped   uint64 // of those, lost because the buffer was full
	Delivered uint64 // returned by Next
}

// Device is an interface of this machine.
type Device struct {
	Name     string
	Index    int // 0 for Any
	Up       bool
	Loopback bool
	MTU      int
	Addrs    []netip.Prefix
}

// Devices lists the interfaces that Open takes, Any last.
func Devices() ([]Device, error) {
	list, err := net.Interfaces()
	if err != nil {
		return nil, fmt.Errorf("listing the interfaces: %w", err)
	}
	out := make([]Device, 0, len(list)+1)
	for i := range list {
		d := Device{Name: list[i].Name, Index: list[i].Index, MTU: list[i].MTU,
			Up: list[i].Flags&net.FlagUp != 0, Loopback: list[i].Flags&net.FlagLoopback != 0}
		d.Addrs = prefixes(&list[i])
		out = append(out, d)
	}
	return append(out, Device{Name: Any, Up: true}), nil
}

func prefixes(i *net.Interface) (out []netip.Prefix) {
	addrs, _ := i.Addrs() // without its addresses an interface is still one
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil {
			out = append(out, p)
		}
	}
	return out
}

// noDevice says which interfaces there are.
func noDevice(name string) error {
	var names []string
	if list, err := Devices(); err == nil {
		for _, d := range list {
			names = append(names, d.Name)
		}
	}
	return fmt.Errorf("%w: %q; there are %s", ErrNoDevice, name, strings.Join(names, ", "))
}

package stack

// Frames in and out: RFC 894, RFC 2464; RFC 1122 2.3 (link layer); modified EUI-64:
// RFC 4291 appendix A.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack/neigh"
	"github.com/netkit-go/netkit/pkg/stage"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Device is what the stack sends through.
type Device interface {
	Info() DeviceInfo
	// Xmit queues a frame that starts at its Ethernet header, with L3 and L4
	// set (dev_queue_xmit). It takes ownership. Unless DeviceInfo allows them
	// there is no partial checksum and no super-segment. Xmit must not
	// call back into the stack.
	Xmit(s *skb.SKB)
}

// DeviceInfo describes a device. It must not change.
type DeviceInfo struct {
	Name       string
	MAC        wire.MAC
	MTU        int
	TxChecksum bool // takes partial checksums
	GSOMax     int  // largest super-segment; 0: none
	Loopback   bool
}

// InterfaceConfig configures an interface.
type InterfaceConfig struct {
	NoLinkLocal bool         // no IPv6 link-local address
	Neigh       neigh.Config // Rand is the stack's
}

// Interface is a device with its addresses and neighbours.
type Interface struct {
	st     *Stack
	dev    Device
	info   DeviceInfo
	index  int
	addrs  []netip.Prefix
	neigh  *neigh.Table
	timer  loop.Timer
	groups map[wire.MAC]int // link-layer groups that are received, and for how many reasons
}

// AddInterface attaches a device. Its IPv6 link-local address is made from the
// MAC address. Addresses are used at once: there is no duplicate address detection
// (RFC 4862 5.4 with DupAddrDetectTransmits 0).
func (s *Stack) AddInterface(d Device, cfg InterfaceConfig) (*Interface, error) {
	if len(s.ifaces) >= MaxInterfaces {
		return nil, ErrTooMany
	}
	i := &Interface{st: s, dev: d, info: d.Info(), index: len(s.ifaces), groups: make(map[wire.MAC]int)}
	cfg.Neigh.Rand = s.rand
	i.neigh = neigh.New((*neighEnv)(i), s.tr, i.info.Name, cfg.Neigh)
	i.timer.Init(s.l, func() { s.softirq(func() { i.neigh.OnTimer(s.l.Now()) }) })
	s.ifaces = append(s.ifaces, i)
	if i.info.Loopback {
		return i, nil
	}
	i.groups[wire.MulticastMAC4(allSystems4)]++
	i.groups[wire.MulticastMAC6(allNodes6)]++
	if !cfg.NoLinkLocal {
		if err := i.AddAddr(netip.PrefixFrom(linkLocal(i.info.MAC), 64)); err != nil {
			return nil, err
		}
	}
	return i, nil
}

var (
	allSystems4 = netip.AddrFrom4([4]byte{224, 0, 0, 1})
	allNodes6   = netip.IPv6LinkLocalAllNodes()
)

// linkLocal is fe80:: with the modified EUI-64 of a MAC address: ff-fe in the middle
// and the universal/local bit inverted (RFC 4291 appendix A).
func linkLocal(m wire.MAC) netip.Addr {
	return netip.AddrFrom16([16]byte{0xfe, 0x80, 8: m[0] ^ 2, 9: m[1], 10: m[2], 11: 0xff, 12: 0xfe, 13: m[3], 14: m[4], 15: m[5]})
}

// Name is the device's name, MAC its address, MTU its link MTU.
func (i *Interface) Name() string  { return i.info.Name }
func (i *Interface) MAC() wire.MAC { return i.info.MAC }
func (i *Interface) MTU() int      { return i.info.MTU }

// Stack is the stack that the interface belongs to.
func (i *Interface) Stack() *Stack { return i.st }

// Addrs lists the addresses in the order of configuration.
func (i *Interface) Addrs() []netip.Prefix { return i.addrs }

// Neighbors is the neighbour cache.
func (i *Interface) Neighbors() *neigh.Table { return i.neigh }

// join receives the link-layer group of an IPv6 group.
func (i *Interface) join(group netip.Addr) { i.groups[wire.MulticastMAC6(group)]++ }

// Input takes a received frame (netif_receive_skb): s starts at the Ethernet
// header. It takes ownership.
func (i *Interface) Input(s *skb.SKB) {
	st := i.st
	e, err := wire.ParseEthernet(s.Bytes())
	if err != nil {
		st.drop(s, i, trace.HdrTrunc, "eth_type_trans", "")
		return
	}
	s.L2 = s.Data()
	dst := e.Dst()
	group := dst.IsMulticast()
	switch {
	case dst == i.info.MAC:
	case dst.IsBroadcast(), group && i.groups[dst] > 0:
	default:
		st.n.OtherHost++
		st.drop(s, i, trace.OtherHost, "__netif_receive_skb_core", "")
		return
	}
	if _, tagged := e.VLAN(); tagged {
		// No VLAN interfaces here: Linux, too, treats the frame as another host's.
		st.n.OtherHost++
		st.drop(s, i, trace.OtherHost, "vlan_do_receive", "")
		return
	}
	s.Protocol = e.EtherType()
	s.Pull(wire.EthernetHeaderLen)
	s.L3 = s.Data()
	if s.Pkt == 0 {
		s.Pkt = st.tr.NextPkt()
	}
	switch s.Protocol {
	case wire.EtherTypeIPv4:
		st.input4(i, s, group)
	case wire.EtherTypeIPv6:
		st.input6(i, s, group)
	case wire.EtherTypeARP:
		i.arpInput(s, group)
	default:
		st.n.UnknownEtherType++
		st.drop(s, i, trace.UnhandledProto, "__netif_receive_skb_core", "")
	}
}

// neighEnv is the interface as its neighbour table sees it.
type neighEnv Interface

func (e *neighEnv) Solicit(now int64, target netip.Addr, to wire.MAC) {
	i := (*Interface)(e)
	if target.Is4() {
		i.arpRequest(target, to)
	} else {
		i.ndSolicit(target, to)
	}
}

// Transmit pushes the Ethernet header and hands the frame to the device.
func (e *neighEnv) Transmit(s *skb.SKB, to wire.MAC) { (*Interface)(e).transmit(s, to) }

func (i *Interface) transmit(s *skb.SKB, to wire.MAC) {
	h := wire.EthernetFields{Dst: to, Src: i.info.MAC, EtherType: s.Protocol}
	h.Put(s.Push(wire.EthernetHeaderLen))
	s.L2 = s.Data()
	i.dev.Xmit(s)
}

// Unreachable answers a packet whose next hop is silent: RFC 1812 4.3.3.1 (code 1,
// host unreachable, from the last router), RFC 4443 3.1 (code 3, address unreachable).
// The host's own packet gets its answer over the loopback, as in Linux, and it
// reaches the socket like any other error.
func (e *neighEnv) Unreachable(now int64, target netip.Addr, s *skb.SKB) {
	i := (*Interface)(e)
	st := i.st
	if target.Is4() {
		st.sendError4(now, s, false, wire.ICMPv4Unreachable, wire.ICMPv4HostUnreachable, 0)
	} else {
		st.sendError6(now, s, false, wire.ICMPv6Unreachable, wire.ICMPv6AddrUnreachable, 0)
	}
	st.drop(s, i, trace.NeighFailed, byVersion(target, "arp_error_report", "ndisc_error_report"), "")
}

func (e *neighEnv) SetTimer(at int64, background bool) {
	t := &(*Interface)(e).timer
	setTimer(t, at, background)
}

// setTimer arms a timer that is sometimes background and sometimes not.
func setTimer(t *loop.Timer, at int64, background bool) {
	if at == 0 {
		t.Stop()
		return
	}
	if t.Background != background {
		t.Stop()
		t.Background = background
	}
	t.Set(at)
}

// output sends a packet that starts at its IP header to a next hop.
func (i *Interface) output(now int64, p *path, s *skb.SKB) {
	i.st.meter.Charge(stage.NeighOutput)
	switch p.to {
	case toNeighbor:
		i.neigh.Output(now, p.next, s)
	case toBroadcast:
		i.transmit(s, wire.Broadcast)
	case toMulticast:
		if p.next.Is4() {
			i.transmit(s, wire.MulticastMAC4(p.next))
		} else {
			i.transmit(s, wire.MulticastMAC6(p.next))
		}
	case toSelf:
		i.transmit(s, i.info.MAC)
	}
}

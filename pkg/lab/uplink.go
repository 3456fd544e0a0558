package lab

// The gateway. RFC 1812 5.2.7.1 and RFC 4443 3.1: what is said of a destination that is not allowed
// (ICMP 3/13, ICMPv6 1/1).

import (
	"context"
	"net"
	"net/netip"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
)

// UplinkConfig describes what lies behind the gateway in real time.
type UplinkConfig struct {
	// Resolvers are where names outside the lab are asked for; nil means
	// the nameservers of ResolvConf.
	Resolvers []netip.AddrPort
	// ResolvConf and HostsFile are files of this machine; "" means
	// /etc/resolv.conf and /etc/hosts, or where the system has them.
	ResolvConf, HostsFile string

	MaxFlows int           // TCP connections at once; 0 means DefaultMaxFlows
	MaxUDP   int           // UDP flows at once; 0 means DefaultMaxUDP
	UDPIdle  time.Duration // after which a silent UDP flow ends; 0 means DefaultUDPIdle
}

// Defaults of UplinkConfig.
const (
	DefaultMaxFlows = 512
	DefaultMaxUDP   = 256
	DefaultUDPIdle  = time.Minute
)

// nowhere is what lies behind the gateway in virtual time.
type nowhere struct{}

func (nowhere) TCP(r *stack.TCPRequest) { r.Unreachable(stack.AdminProhibited) }
func (nowhere) UDP(r *stack.UDPRequest) { r.Unreachable(stack.AdminProhibited) }

// uplink carries flows on over sockets of this machine. Its fields are inside
// the loop; what blocks is in the files named uplink_*.
//
//	client ── lab ──> gateway's stack ─┬─ TCPRequest ─> dial ─> Accept, Refuse, Unreachable or Drop
//	                                   ├─ UDPRequest ─> connected socket
//	                                   └─ gw:53 ──────> hosts file, else a resolver of this machine
type uplink struct {
	lab  *Lab
	l    *loop.Loop
	h    *host.Host
	tr   *trace.Tracer
	cfg  UplinkConfig
	dial func(ctx context.Context, network, address string) (net.Conn, error)
	tcp  []*tcpFlow
	udp  []*udpFlow
	dns  dnsForwarder
	gone loop.WaitQueue // a task has ended

	refused []refusal // UDP flows that were refused lately, oldest first
	running int       // tasks
	closed  bool
}

func newUplink(lab *Lab, h *host.Host) *uplink {
	u := &uplink{lab: lab, l: lab.l, h: h, tr: trace.New(lab.run, "uplink"), cfg: lab.cfg.Uplink, dial: new(net.Dialer).DialContext}
	if u.cfg.MaxFlows == 0 {
		u.cfg.MaxFlows = DefaultMaxFlows
	}
	if u.cfg.MaxUDP == 0 {
		u.cfg.MaxUDP = DefaultMaxUDP
	}
	if u.cfg.UDPIdle == 0 {
		u.cfg.UDPIdle = DefaultUDPIdle
	}
	return u
}

// destination returns where on this machine's networks a flow goes: the NAT step
// from an alias to a loopback address is here. False: nowhere.
func (u *uplink) destination(dst netip.AddrPort) (netip.AddrPort, bool) {
	if a, ok := u.lab.aliases.real(dst.Addr()); ok {
		return netip.AddrPortFrom(a, dst.Port()), true
	}
	return dst, outside(dst.Addr()) && !aliases4.Contains(dst.Addr())
}

// Outside reports whether flows to an address leave the lab: whoever answers
// them, the packets that the client sees are the gateway's.
func (lab *Lab) Outside(a netip.Addr) bool { return outside(a.Unmap()) }

// outside says whether an address is one that flows are carried to. The lab's
// own ranges are not: nothing of them exists outside.
func outside(a netip.Addr) bool {
	for _, n := range []lan{lanA, lanB, lanC} {
		if n.v4.Contains(a) || n.v6.Contains(a) {
			return false
		}
	}
	return !a.IsMulticast() && !a.IsUnspecified() && !a.IsLoopback() && !a.IsLinkLocalUnicast()
}

func (u *uplink) event(k trace.Kind, flow trace.Flow, text string) {
	if u.tr.On() {
		u.tr.Emit(trace.Event{Kind: k, Flow: flow, Text: text})
	}
}

// task runs fn as an application that close waits for. Inside.
func (u *uplink) task(name string, fn func()) {
	u.running++
	u.l.Go(name, func() {
		fn()
		u.l.Enter()
		u.running--
		u.gone.WakeAll()
		u.l.Exit()
	})
}

// close ends all flows and waits for their tasks.
func (u *uplink) close() {
	u.l.Enter()
	u.closed = true
	for _, f := range append([]*tcpFlow(nil), u.tcp...) {
		f.abort()
	}
	for _, f := range append([]*udpFlow(nil), u.udp...) {
		f.end()
	}
	u.l.Exit()
	u.dns.close()
	u.l.Enter()
	defer u.l.Exit()
	for u.running > 0 {
		u.gone.Wait(u.l, loop.Never)
	}
}

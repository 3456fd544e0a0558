package lab

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/stack/tcp"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// DefaultRate is the rate of the links in virtual time.
const DefaultRate = 10_000_000_000

// MTUs that a LAN can have: RFC 791 requires 68, an Ethernet frame carries 1500.
const (
	MinMTU = 68
	MaxMTU = wire.EthernetMTU

	minMTU6 = 1280 // RFC 8200 5: below, a link has no IPv6
)

// nearRecvBuf bounds TCP's receive buffers in machine time on links without
// delay. A round trip takes microseconds there, no path needs a window of
// megabytes, and what is queued beyond the processor's cache is copied out of
// memory later: it costs a quarter of the throughput.
const nearRecvBuf = 512 << 10

// ErrConfig is wrapped by the errors of New.
var ErrConfig = errors.New("lab: bad configuration")

// Config describes a lab. Its zero value is the default lab in virtual time.
type Config struct {
	Real bool   // machine time, with an uplink; else virtual time without
	Seed uint64 // of impairments and bystanders; in virtual time of all else too

	Hosts int // stations on LAN A beside client, peer and printer, up to MaxHosts

	// Link impairs the client's access link in both directions. Its Rate
	// is that of all links; 0 means DefaultRate in virtual time and none in real.
	Link Impairments
	MTU  int // of LAN A; 0 means 1500

	CongestionControl string // of all hosts: "cubic" (also for "") or "reno"
	NoBystanders      bool   // peer and printer keep silent

	Web    http.Handler // served by web.lab.test; nil means Pages
	Uplink UplinkConfig

	Trace trace.Sink
	// Tap is told of every frame at the NICs of TapHosts: of the client alone
	// if there are none, of every host's if the first is "all".
	Tap      func(TapPoint, nic.Tap)
	TapHosts []string

	// TuneHost and TuneNIC may change the configuration of each machine and
	// card before it is built.
	TuneHost func(name string, c *host.Config)
	TuneNIC  func(host string, c *nic.Config)

	// MaxVirtual and Watchdog are the loop's.
	MaxVirtual, Watchdog time.Duration
}

// TapPoint is a NIC that is tapped.
type TapPoint struct {
	Index     int // in Lab.TapPoints
	Host, Dev string
	MAC       wire.MAC
	MTU       int
}

// Lab is a network with everything in it.
type Lab struct {
	cfg      Config
	l        *loop.Loop
	pool     *skb.Pool
	run      *trace.Run
	stations []station
	hosts    []*host.Host // as stations
	nets     []*netconn.Net
	cables   []*Cable
	switches []*Switch
	access   *Cable // client to sw1
	taps     []TapPoint
	topo     Topology
	zones    *zones
	aliases  aliasTable
	web      HTTPServer
	dns      dnsServer
	dnsUDP   *netconn.PacketConn
	crowd    bystanders
	uplink   *uplink // nil in virtual time
}

// New builds a lab. A lab in real time must be closed.
func New(cfg Config) (*Lab, error) {
	if cfg.MTU == 0 {
		cfg.MTU = MaxMTU
	}
	if cfg.MTU < MinMTU || cfg.MTU > MaxMTU {
		return nil, fmt.Errorf("%w: an MTU is from %d to %d", ErrConfig, MinMTU, MaxMTU)
	}
	if cfg.Hosts < 0 || cfg.Hosts > MaxHosts {
		return nil, fmt.Errorf("%w: %d hosts; up to %d", ErrConfig, cfg.Hosts, MaxHosts)
	}
	if err := cfg.Link.Check(); err != nil {
		return nil, err
	}
	switch cfg.CongestionControl {
	case "", "cubic", "reno":
	default:
		return nil, fmt.Errorf("%w: congestion control %q; cubic and reno are known", ErrConfig, cfg.CongestionControl)
	}
	if cfg.Link.Rate == 0 && !cfg.Real {
		cfg.Link.Rate = DefaultRate
	}
	lab := &Lab{cfg: cfg, pool: &skb.Pool{}, stations: stations(cfg.Hosts)}
	list := names(lab.stations, lab.noV6)
	z, err := parseZones(zoneFiles(list)...)
	if err != nil {
		return nil, err
	}
	lab.zones = z
	lab.topo.Names, lab.topo.Networks = list, networks()
	lab.l = loop.New(loop.Config{Real: cfg.Real, MaxVirtual: cfg.MaxVirtual, Watchdog: cfg.Watchdog})
	lab.run = &trace.Run{Sink: cfg.Trace, Now: lab.l.Now}
	lab.l.Enter()
	err = lab.build()
	lab.l.Exit()
	if err != nil {
		lab.l.Close()
		return nil, err
	}
	return lab, nil
}

// noV6 says that a LAN's MTU is too small for IPv6.
func (lab *Lab) noV6(n lan) bool { return n == lanA && lab.cfg.MTU < minMTU6 }

func (lab *Lab) mtu(n lan) int {
	if n == lanA {
		return lab.cfg.MTU
	}
	return MaxMTU
}

func (lab *Lab) build() error {
	sw := map[lan]*Switch{}
	for _, n := range []struct {
		lan  lan
		name string
	}{{lanA, "sw1"}, {lanB, "sw2"}} {
		s := NewSwitch(lab.l, lab.pool, trace.New(lab.run, n.name), n.name)
		sw[n.lan] = s
		lab.switches = append(lab.switches, s)
	}
	var routerC *host.Port
	for _, st := range lab.stations {
		h := lab.newHost(st)
		lab.hosts = append(lab.hosts, h)
		lab.nets = append(lab.nets, netconn.New(h))
		node := Node{Name: st.name, Kind: st.kind, Services: st.does}
		for i, at := range st.ports {
			p, err := lab.newPort(h, at, i)
			if err != nil {
				return err
			}
			switch {
			case at.lan != lanC:
				lab.plug(p, sw[at.lan], at.lan)
			case routerC == nil:
				routerC = p
			default:
				lab.join(routerC, p)
			}
			link := lab.topo.Links
			info := p.Interface()
			port := Port{Name: info.Name(), MAC: info.MAC().String(), MTU: info.MTU(), Addrs: lab.prefixes(at)}
			if at.lan == lanC {
				port.Link = "r1-gw"
			} else {
				port.Link = link[len(link)-1].Name
			}
			node.Ports = append(node.Ports, port)
		}
		if err := lab.route(st, h); err != nil {
			return err
		}
		lab.topo.Nodes = append(lab.topo.Nodes, node)
	}
	for _, s := range lab.switches {
		node := Node{Name: s.Name, Kind: "switch"}
		for _, p := range s.ports {
			node.Ports = append(node.Ports, Port{Name: p.Name, Link: p.cable})
		}
		lab.topo.Nodes = append(lab.topo.Nodes, node)
	}
	gw := lab.Host("gw")
	if lab.cfg.Real {
		lab.uplink = newUplink(lab, gw)
		gw.Stack().SetForwarder(lab.uplink)
	} else {
		gw.Stack().SetForwarder(nowhere{})
	}
	return nil
}

func (lab *Lab) newHost(st station) *host.Host {
	cfg := host.Config{Name: st.name, Stack: stack.Config{
		Forwarding: st.kind == "router",
		TCP:        tcp.Config{CongestionControl: lab.cfg.CongestionControl},
	}}
	if !lab.cfg.Real {
		cfg.Stack.Rand = stream(lab.cfg.Seed, "host "+st.name).Uint64
	} else if lab.cfg.Link.Delay+lab.cfg.Link.Jitter == 0 {
		cfg.Stack.TCP.RecvBufMax = nearRecvBuf
	}
	if lab.cfg.TuneHost != nil {
		lab.cfg.TuneHost(st.name, &cfg)
	}
	return host.New(lab.l, lab.run, lab.pool, cfg)
}

func (lab *Lab) prefixes(at attachment) []netip.Prefix {
	v4, v6 := at.lan.addrs(at.num)
	if lab.noV6(at.lan) {
		return []netip.Prefix{v4}
	}
	return []netip.Prefix{v4, v6}
}

func (lab *Lab) newPort(h *host.Host, at attachment, index int) (*host.Port, error) {
	cfg := nic.Config{Name: fmt.Sprintf("eth%d", index), MAC: at.lan.mac(at.num), MTU: lab.mtu(at.lan), Rate: lab.cfg.Link.Rate}
	if lab.cfg.TuneNIC != nil {
		lab.cfg.TuneNIC(h.Name(), &cfg)
	}
	p, err := h.AddNIC(cfg, lab.prefixes(at)...)
	if err != nil {
		return nil, err
	}
	if lab.tapped(h.Name()) {
		t := TapPoint{Index: len(lab.taps), Host: h.Name(), Dev: cfg.Name, MAC: cfg.MAC, MTU: cfg.MTU}
		lab.taps = append(lab.taps, t)
		p.NIC().AddTap(func(x nic.Tap) { lab.cfg.Tap(t, x) })
	}
	return p, nil
}

func (lab *Lab) tapped(name string) bool {
	if lab.cfg.Tap == nil {
		return false
	}
	if len(lab.cfg.TapHosts) == 0 {
		return name == "client"
	}
	for _, h := range lab.cfg.TapHosts {
		if h == name || h == "all" || h == name+"."+Domain {
			return true
		}
	}
	return false
}

// plug connects a host's port to a switch.
func (lab *Lab) plug(p *host.Port, s *Switch, n lan) {
	name := p.Interface().Stack().Name()
	cfg := CableConfig{Name: name + "-" + s.Name, Impairments: Impairments{Rate: lab.cfg.Link.Rate}, PacedA: true, MTU: lab.mtu(n), Seed: lab.cfg.Seed}
	client := name == "client"
	if client {
		cfg.Impairments = lab.cfg.Link
	}
	c := lab.cable(cfg)
	if client {
		lab.access = c
	}
	p.NIC().Connect(c.A)
	c.A.Connect(p.NIC())
	port := s.AddPort(fmt.Sprintf("port%d", len(s.ports)+1), c.B)
	port.cable = c.Name
	lab.topo.Links = append(lab.topo.Links, Link{Name: c.Name, A: name + " " + p.Interface().Name(), B: s.Name + " " + port.Name,
		Rate: lab.cfg.Link.Rate, Impaired: client})
}

// join connects two hosts directly.
func (lab *Lab) join(a, b *host.Port) {
	an, bn := a.Interface().Stack().Name(), b.Interface().Stack().Name()
	c := lab.cable(CableConfig{Name: an + "-" + bn, Impairments: Impairments{Rate: lab.cfg.Link.Rate}, PacedA: true, PacedB: true, Seed: lab.cfg.Seed})
	a.NIC().Connect(c.A)
	c.A.Connect(a.NIC())
	b.NIC().Connect(c.B)
	c.B.Connect(b.NIC())
	lab.topo.Links = append(lab.topo.Links, Link{Name: c.Name, A: an + " " + a.Interface().Name(), B: bn + " " + b.Interface().Name(), Rate: lab.cfg.Link.Rate})
}

func (lab *Lab) cable(cfg CableConfig) *Cable {
	c := NewCable(lab.l, lab.pool, trace.New(lab.run, cfg.Name), cfg)
	lab.cables = append(lab.cables, c)
	return c
}

// route gives a host its routes beyond its own networks.
func (lab *Lab) route(st station, h *host.Host) error {
	all4, all6 := netip.PrefixFrom(netip.IPv4Unspecified(), 0), netip.PrefixFrom(netip.IPv6Unspecified(), 0)
	var routes []stack.Route
	via := func(n lan, num int, v4, v6 netip.Prefix) {
		routes = append(routes, stack.Route{Dst: v4, Gateway: n.addr4(num)})
		if !lab.noV6(n) {
			routes = append(routes, stack.Route{Dst: v6, Gateway: n.addr6(num)})
		}
	}
	switch st.kind {
	case "router":
		via(lanC, numGateway, all4, all6)
	case "gateway":
		via(lanC, numRouter, lanA.v4, lanA.v6)
		via(lanC, numRouter, lanB.v4, lanB.v6)
	default:
		via(st.ports[0].lan, numRouter, all4, all6)
	}
	for _, r := range routes {
		if err := h.Stack().AddRoute(r); err != nil {
			return err
		}
	}
	return nil
}

// Run runs fn as the main application, with the servers listening. In virtual
// time a lab runs once. The context of fn ends with ctx.
func (lab *Lab) Run(ctx context.Context, fn func(ctx context.Context) error) error {
	return lab.l.Run(func() error {
		if err := lab.start(); err != nil {
			return err
		}
		c, cancel := lab.l.WithCancel(ctx)
		defer cancel()
		return fn(c)
	})
}

// start opens the servers' sockets and starts the applications of the lab.
func (lab *Lab) start() error {
	web, dns := lab.Dialer("web"), lab.Dialer("dns")
	lab.web.Loop, lab.web.Handler = lab.l, lab.cfg.Web
	if lab.web.Handler == nil {
		lab.web.Handler = Pages(lab.l)
	}
	webTCP, err := web.Listen("tcp", ":80")
	if err != nil {
		return err
	}
	lab.dns.l, lab.dns.zones = lab.l, lab.zones
	dnsTCP, err := dns.Listen("tcp", ":53")
	if err != nil {
		return err
	}
	if lab.dnsUDP, err = dns.ListenPacket("udp", ":53"); err != nil {
		return err
	}
	lab.l.Go("web", func() { lab.web.Serve(webTCP) })
	lab.l.Go("dns", func() { lab.dns.serveTCP(dnsTCP) })
	lab.l.Go("dns udp", func() { lab.dns.serveUDP(lab.dnsUDP) })
	if !lab.cfg.NoBystanders {
		if err := lab.crowd.start(lab); err != nil {
			return err
		}
	}
	if lab.uplink != nil {
		return lab.uplink.start()
	}
	return nil
}

// settleReal bounds how long a run in machine time waits for what is on the way.
const settleReal = 250 * time.Millisecond

// Settle waits until what was set going has come to rest: the close handshakes
// at the end of a run. An application calls it.
func (lab *Lab) Settle() {
	if lab.cfg.Real {
		lab.l.Settle(settleReal)
	} else {
		lab.l.Settle(time.Minute)
	}
}

// Close ends a lab in real time: its servers, its uplink with all flows, and
// its loop. In virtual time Run has ended everything.
func (lab *Lab) Close() {
	if !lab.cfg.Real {
		return
	}
	lab.uplink.close()
	lab.web.Close()
	lab.dns.conns.close(lab.l)
	if lab.dnsUDP != nil {
		lab.dnsUDP.Close()
	}
	lab.crowd.close()
	lab.l.Close()
}

// Loop returns the loop that the lab lives in.
func (lab *Lab) Loop() *loop.Loop { return lab.l }

// TraceRun is what numbers the events: for applications with events of their own.
func (lab *Lab) TraceRun() *trace.Run { return lab.run }

// Client is the host that commands work on.
func (lab *Lab) Client() *host.Host { return lab.Host("client") }

// Host returns a host by its name, with or without the domain, or nil.
func (lab *Lab) Host(name string) *host.Host {
	if i := lab.index(name); i >= 0 {
		return lab.hosts[i]
	}
	return nil
}

// Dialer returns the sockets of a host, or nil.
func (lab *Lab) Dialer(name string) *netconn.Net {
	if i := lab.index(name); i >= 0 {
		return lab.nets[i]
	}
	return nil
}

func (lab *Lab) index(name string) int {
	name = strings.TrimSuffix(strings.ToLower(strings.TrimSuffix(name, ".")), "."+Domain)
	for i, s := range lab.stations {
		if s.name == name {
			return i
		}
	}
	return -1
}

// Names lists the names of the lab that have addresses.
func (lab *Lab) Names() []string {
	var out []string
	for _, n := range lab.topo.Names {
		out = append(out, n.Name)
	}
	return out
}

// Topology describes the lab.
func (lab *Lab) Topology() Topology { return lab.topo }

// TapPoints lists what Tap is told of, in order of index.
func (lab *Lab) TapPoints() []TapPoint { return lab.taps }

// AccessLink is the cable that the impairments act on; its end A is the client.
func (lab *Lab) AccessLink() *Cable { return lab.access }

// Switches lists the switches.
func (lab *Lab) Switches() []*Switch { return lab.switches }

// Nameservers returns the servers that the client asks about a name: the
// lab's own for what the lab serves, else the gateway, which forwards to the
// resolvers of the machine.
func (lab *Lab) Nameservers(name string) []netip.AddrPort {
	n, num := lanC, numGateway
	if _, ok := lab.zones.zone(strings.ToLower(strings.TrimSuffix(name, ".") + ".")); ok {
		n, num = lanB, numDNS
	}
	servers := []netip.AddrPort{netip.AddrPortFrom(n.addr4(num), 53)}
	if !lab.noV6(lanA) {
		servers = append(servers, netip.AddrPortFrom(n.addr6(num), 53))
	}
	return servers
}

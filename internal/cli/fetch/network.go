package fetch

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"

	"github.com/netkit-go/netkit/internal/cli"
	"github.com/netkit-go/netkit/internal/cli/labrun"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/resolver"
	"github.com/netkit-go/netkit/pkg/trace"
)

// hostAlias is the lab's name for the machine that netkit runs on.
const hostAlias = "host." + lab.Domain

// inLab reports whether a host is served by the lab itself, without its uplink.
func inLab(u *fetch.URL) bool {
	if a, ok := u.Addr(); ok {
		return labAddr(a)
	}
	host := strings.TrimSuffix(u.Host, ".")
	return host == lab.Domain || strings.HasSuffix(host, "."+lab.Domain) && host != hostAlias
}

// labAddr reports whether an address lies in the ranges of the lab's networks.
// 192.0.2.0/24 and 2001:db8:d::/48 stand for this machine, behind the uplink.
func labAddr(a netip.Addr) bool {
	b := a.Unmap().AsSlice()
	switch len(b) {
	case 4:
		return b[0] == 198 && b[1] == 51 && b[2] == 100 || b[0] == 203 && b[1] == 0 && b[2] == 113
	case 16:
		return b[0] == 0x20 && b[1] == 0x01 && b[2] == 0x0d && b[3] == 0xb8 && !(b[4] == 0 && b[5] == 0x0d)
	}
	return false
}

// network is what the client runs on.
type network struct {
	cfg     fetch.Config // Dial, Resolve, Clock, Go, Trace
	virtual bool
	dns     map[string]*resolver.Answer // by host, of this run
	nat     map[netip.Addr]netip.Addr   // address in the lab -> loopback address that it stands for
}

// pinned is --resolve: addresses by "host:port", "*:port" for any host.
type pinned map[string][]netip.Addr

func parseResolve(list []string) (pinned, error) {
	p := pinned{}
	for _, s := range list {
		bad := func() (pinned, error) {
			return nil, cli.Usagef("--resolve %q is not HOST:PORT:ADDRESS[,ADDRESS]", s)
		}
		host, rest, ok := strings.Cut(strings.TrimPrefix(s, "+"), ":")
		if strings.HasPrefix(s, "[") {
			host, rest, ok = strings.Cut(s[1:], "]:")
		}
		port, addrs, ok2 := strings.Cut(rest, ":")
		n, err := strconv.ParseUint(port, 10, 16)
		if !ok || !ok2 || host == "" || err != nil {
			return bad()
		}
		key := strings.ToLower(host) + ":" + strconv.FormatUint(n, 10)
		p[key] = nil
		for a := range strings.SplitSeq(addrs, ",") {
			ip, err := netip.ParseAddr(strings.Trim(a, "[] "))
			if err != nil {
				return bad()
			}
			p[key] = append(p[key], ip)
		}
	}
	return p, nil
}

func (p pinned) lookup(host string, port uint16) []netip.Addr {
	suffix := ":" + strconv.Itoa(int(port))
	if a, ok := p[host+suffix]; ok {
		return a
	}
	return p["*"+suffix]
}

// family keeps the addresses that -4 and -6 allow.
func (o *Options) family(host string, addrs []netip.Addr) ([]netip.Addr, error) {
	var out []netip.Addr
	for _, a := range addrs {
		a = a.Unmap()
		if a.Is4() && !o.IPv6 || a.Is6() && !o.IPv4 {
			out = append(out, a)
		}
	}
	if len(out) == 0 {
		return nil, &fetch.Error{Code: fetch.CannotResolve, Layer: fetch.LayerDNS,
			Message: "host " + host + " has no address of the family that is asked for", Hint: "leave out -4 or -6"}
	}
	return out, nil
}

// hostNetwork is --dev host: the kernel's sockets.
func (o *Options) hostNetwork(pins pinned) *network {
	var d net.Dialer
	n := &network{}
	n.cfg = fetch.Config{
		Dial:  d.DialContext,
		Clock: machineClock{},
		Go:    spawn,
		Resolve: func(ctx context.Context, host string, port uint16) ([]netip.Addr, error) {
			if a := pins.lookup(host, port); a != nil {
				return o.family(host, a)
			}
			if a, err := netip.ParseAddr(host); err == nil {
				return o.family(host, []netip.Addr{a})
			}
			addrs, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
			if err != nil {
				var de *net.DNSError
				if errors.As(err, &de) {
					err = errors.New(de.Err)
				}
				return nil, &fetch.Error{Code: fetch.CannotResolve, Layer: fetch.LayerDNS, Message: "cannot resolve " + host + ": " + err.Error(), Err: err}
			}
			return o.family(host, addrs)
		},
	}
	return n
}

// labNetwork is --dev lab: the sockets of the lab's client.
func (o *Options) labNetwork(run *labrun.Run, pins pinned) *network {
	l, dialer := run.Lab.Loop(), run.Lab.Dialer("client")
	n := &network{virtual: l.Virtual(), dns: map[string]*resolver.Answer{}, nat: map[netip.Addr]netip.Addr{}}
	n.cfg = fetch.Config{
		Dial:  dialer.DialContext,
		Clock: loopClock{l},
		Go: func(name string, fn func()) func() {
			l.Enter()
			t := l.Go(name, fn)
			l.Exit()
			return t.Join
		},
	}
	if run.Traced() {
		tr := run.Lab.Client().Tracer()
		n.cfg.Trace = func(e trace.Event) {
			l.Enter()
			tr.Emit(e)
			l.Exit()
		}
	}
	lookup := labLookup{o: o, n: n, lab: run.Lab, dialer: dialer}
	if n.virtual {
		lookup.rand = rand.New(rand.NewPCG(o.Net.Seed, 0x646e73)).Uint64 // a stream of its own: "dns"
	}
	n.cfg.Resolve = func(ctx context.Context, host string, port uint16) ([]netip.Addr, error) {
		addrs := pins.lookup(host, port)
		if addrs == nil {
			var err error
			if addrs, err = lookup.addrs(ctx, host); err != nil {
				return nil, err
			}
		}
		if addrs, err := o.family(host, addrs); err != nil {
			return nil, err
		} else {
			return lookup.reachable(host, addrs)
		}
	}
	return n
}

// labLookup resolves names for the lab's client.
type labLookup struct {
	o      *Options
	n      *network
	lab    *lab.Lab
	dialer *netconn.Net
	rand   func() uint64
}

func (r *labLookup) addrs(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	name := strings.TrimSuffix(host, ".")
	if name == "localhost" || strings.HasSuffix(name, ".localhost") {
		// RFC 6761 6.3: "Name resolution APIs and libraries SHOULD recognize localhost
		// names as special and SHOULD always return the IP loopback address".
		return []netip.Addr{netip.AddrFrom4([4]byte{127, 0, 0, 1}), netip.IPv6Loopback()}, nil
	}
	if r.n.virtual && !inLab(&fetch.URL{Host: host}) {
		return nil, outside(host)
	}
	if ans, ok := r.n.dns[name]; ok {
		if r.n.cfg.Trace != nil {
			r.n.cfg.Trace(trace.Event{Kind: trace.DNSCacheHit, Text: name})
		}
		return ans.Addrs, nil
	}
	fam := resolver.Any
	switch {
	case r.o.IPv4:
		fam = resolver.IPv4
	case r.o.IPv6:
		fam = resolver.IPv6
	}
	c := resolver.New(resolver.Config{
		Dial: r.dialer.DialContext, Now: r.n.cfg.Clock.Now, Servers: r.lab.Nameservers(name), Rand: r.rand, Trace: r.n.cfg.Trace,
	})
	ans, err := c.Addrs(ctx, name, fam)
	r.n.dns[name] = ans
	if err != nil {
		delete(r.n.dns, name)
		return nil, resolveError(name, err)
	}
	return ans.Addrs, nil
}

func resolveError(name string, err error) error {
	var re *resolver.Error
	if !errors.As(err, &re) {
		return err // the context's
	}
	e := &fetch.Error{Code: fetch.CannotResolve, Layer: fetch.LayerDNS, Message: "cannot resolve " + re.Error(), Err: err}
	inside := inLab(&fetch.URL{Host: name})
	switch {
	case errors.Is(err, resolver.ErrNotFound) && inside:
		e.Hint = "netkit lab show lists the lab's names"
	case errors.Is(err, resolver.ErrNotFound):
		e.Hint = "check how the name is written"
	case inside && (errors.Is(err, resolver.ErrTimeout) || errors.Is(err, resolver.ErrUnreached)):
		e.Hint = "the lab's name server was asked and nothing came back: see --loss, --corrupt and --pcap"
	case errors.Is(err, resolver.ErrTimeout), errors.Is(err, resolver.ErrServer), errors.Is(err, resolver.ErrUnreached), errors.Is(err, resolver.ErrRefused):
		e.Hint = "the gateway asks the name servers of /etc/resolv.conf: check that this machine can resolve the name"
	}
	return e
}

func outside(host string) error {
	return &fetch.Error{Code: fetch.CannotResolve, Layer: fetch.LayerDNS,
		Message: fmt.Sprintf("%s is outside the lab, and a run that began inside is in virtual time, without an uplink", host),
		Hint:    "fetch that URL itself, or add it to the command line so that the run is in machine time"}
}

// reachable maps loopback addresses to those under which the gateway has them.
func (r *labLookup) reachable(host string, addrs []netip.Addr) ([]netip.Addr, error) {
	out := make([]netip.Addr, len(addrs))
	for i, a := range addrs {
		out[i] = a
		if r.n.virtual && !labAddr(a) {
			return nil, outside(host)
		}
		if !a.IsLoopback() {
			continue
		}
		alias, ok := r.lab.HostAlias(a)
		if !ok {
			return nil, &fetch.Error{Code: fetch.CannotConnect, Layer: fetch.LayerTCP, Message: "too many loopback addresses in one run"}
		}
		out[i] = alias
		r.n.nat[alias] = a
	}
	return out, nil
}

// terminatedBy says who ended the connection to an address of the lab.
func terminatedBy(run *labrun.Run, a netip.Addr) string {
	switch {
	case run == nil:
		return "peer"
	case labAddr(a):
		return "lab"
	}
	return "uplink"
}

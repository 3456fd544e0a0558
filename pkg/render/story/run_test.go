package story

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/fetch"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/resolver"
	"github.com/netkit-go/netkit/pkg/trace"
)

// scene is a run in the virtual lab.
type scene struct {
	url  string
	cfg  lab.Config
	fam  resolver.Family
	more []string // further URLs
	hops int      // redirects that are followed
}

// record is what a run left behind.
type record struct {
	events []trace.Event
	frames []Frame
	pcap   []byte // with the same frames
}

func (r *record) tell() *Story { return Tell(r.events, Options{Frames: r.frames}) }

type labClock struct{ l *loop.Loop }

func (c labClock) Now() time.Time {
	c.l.Enter()
	defer c.l.Exit()
	return time.Unix(0, c.l.Now())
}

func (c labClock) WithTimeout(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return c.l.WithTimeout(ctx, d)
}

func (c labClock) Sleep(ctx context.Context, d time.Duration) error {
	c.l.Sleep(d)
	return ctx.Err()
}

// play fetches in the lab as the command does.
func play(t testing.TB, sc scene) *record {
	t.Helper()
	out := &record{}
	rec := &trace.Recorder{}
	var file bytes.Buffer
	w, err := capture.NewWriter(&file, capture.SectionInfo{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.AddInterface(capture.Interface{LinkType: capture.LinkTypeEthernet}); err != nil {
		t.Fatal(err)
	}
	n := 0
	cfg := sc.cfg
	cfg.Trace = rec
	cfg.Tap = func(at lab.TapPoint, x nic.Tap) {
		n++
		if at.Host == "client" {
			out.frames = append(out.frames, Frame{Packet: n, Data: bytes.Clone(x.Frame.Bytes())})
		}
		if err := w.WritePacket(capture.Packet{Time: x.Time, Data: x.Frame.Bytes()}); err != nil {
			t.Error(err)
		}
	}
	l, err := lab.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	tr, clock, dial := l.Client().Tracer(), labClock{l.Loop()}, l.Dialer("client").DialContext
	emit := func(e trace.Event) { l.Loop().Enter(); tr.Emit(e); l.Loop().Exit() }
	rnd := rand.New(rand.NewPCG(1, 2)).Uint64
	cache := map[string][]netip.Addr{}
	fc := fetch.Config{Dial: dial, Clock: clock, Trace: emit,
		Go: func(name string, fn func()) func() {
			l.Loop().Enter()
			task := l.Loop().Go(name, fn)
			l.Loop().Exit()
			return task.Join
		},
		Resolve: func(ctx context.Context, host string, port uint16) ([]netip.Addr, error) {
			if a, err := netip.ParseAddr(host); err == nil {
				return []netip.Addr{a}, nil
			}
			if a, ok := cache[host]; ok {
				emit(trace.Event{Kind: trace.DNSCacheHit, Text: host})
				return a, nil
			}
			a, err := resolver.New(resolver.Config{Dial: dial, Now: clock.Now, Servers: l.Nameservers(host), Rand: rnd, Trace: emit}).Addrs(ctx, host, sc.fam)
			if err != nil {
				return nil, err
			}
			cache[host] = a.Addrs
			return a.Addrs, nil
		}}
	err = l.Run(context.Background(), func(ctx context.Context) error {
		c := fetch.New(fc)
		defer l.Settle()
		defer c.Close()
		for _, s := range append([]string{sc.url}, sc.more...) {
			u, err := fetch.ParseURL(s)
			if err != nil {
				return err
			}
			if _, err := c.Do(ctx, &fetch.Request{URL: u, Out: io.Discard, UserAgent: "netkit", Redirects: sc.hops}); err != nil {
				t.Log(err) // a failed fetch has a story too
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if rec.Lost > 0 {
		t.Fatal("the recorder was too small")
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	out.events, out.pcap = rec.Events, file.Bytes()
	return out
}

var (
	plain = scene{url: "http://web.lab.test/", fam: resolver.IPv4}
	six   = scene{url: "http://web.lab.test/", fam: resolver.IPv6}
	small = scene{url: "http://web.lab.test/bytes/5000", fam: resolver.IPv4, cfg: lab.Config{MTU: 576}}
	bad   = scene{url: "http://web.lab.test/bytes/60000", fam: resolver.Any, cfg: lab.Config{Seed: 7, MTU: 1280, Link: lab.Impairments{
		Loss: 0.02, Duplicate: 0.03, Reorder: 0.03, Corrupt: 0.03}}}
	lossy = scene{url: "http://web.lab.test/bytes/100000", fam: resolver.IPv4, cfg: lab.Config{Link: lab.Impairments{Loss: 0.05}}}
)

package lab

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/netconn"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

const (
	web4 = "203.0.113.80:80"
	web6 = "[2001:db8:b::80]:80"
	dns4 = "203.0.113.53:53"
)

// inLab runs fn as the client of a lab in virtual time. fn must return: an
// application that FailNow ends leaves the others waiting, so it panics instead.
func inLab(t testing.TB, cfg Config, fn func(ctx context.Context, lab *Lab)) {
	t.Helper()
	cfg.Watchdog = 30 * time.Second
	lab, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	defer lab.Close()
	err = lab.Run(context.Background(), func(ctx context.Context) error {
		fn(ctx, lab)
		lab.Settle()
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// fetchPage sends one GET from the client and returns status and body.
func fetchPage(ctx context.Context, lab *Lab, addr, path string) (int, []byte, error) {
	c, err := lab.Dialer("client").DialContext(ctx, "tcp", addr)
	if err != nil {
		return 0, nil, err
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET "+path+" HTTP/1.1\r\nHost: web.lab.test\r\nConnection: close\r\n\r\n"); err != nil {
		return 0, nil, err
	}
	r, err := http.ReadResponse(bufio.NewReaderSize(c, 64<<10), nil)
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(r.Body)
	return r.StatusCode, body, err
}

// wantBytes fails unless /bytes/n comes intact.
func wantBytes(ctx context.Context, t testing.TB, lab *Lab, addr string, n int) {
	t.Helper()
	status, body, err := fetchPage(ctx, lab, addr, fmt.Sprintf("/bytes/%d", n))
	want := make([]byte, n)
	Content(want, 0)
	if err != nil || status != 200 || !bytes.Equal(body, want) {
		t.Errorf("/bytes/%d from %s: status %d, %d bytes, intact %v, %v", n, addr, status, len(body), bytes.Equal(body, want), err)
	}
}

func TestLabServesOverIPv4AndIPv6(t *testing.T) {
	inLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		for _, addr := range []string{web4, web6} {
			status, body, err := fetchPage(ctx, lab, addr, "/")
			if err != nil || status != 200 || !bytes.Contains(body, []byte("web.lab.test")) {
				t.Errorf("%s: %d %v", addr, status, err)
			}
			wantBytes(ctx, t, lab, addr, 300_000)
		}
	})
}

// A run is a pure function of configuration and seed: every frame at every NIC,
// with its time, and every event.
func TestLabRunsAreReproducible(t *testing.T) {
	type result struct{ frames, events [32]byte }
	run := func(seed uint64, traced bool) result {
		frames, events := sha256.New(), sha256.New()
		cfg := Config{Seed: seed, Hosts: 2, TapHosts: []string{"all"},
			Link: Impairments{Loss: 0.05, Delay: 3 * time.Millisecond, Jitter: time.Millisecond, Reorder: 0.02, Duplicate: 0.02, Corrupt: 0.02},
			Tap: func(p TapPoint, x nic.Tap) {
				binary.Write(frames, binary.BigEndian, []int64{int64(p.Index), x.Time, int64(x.Dir), int64(x.Dropped)})
				frames.Write(x.Frame.Bytes())
			}}
		if traced {
			cfg.Trace = sinkFunc(func(e *trace.Event) { fmt.Fprintf(events, "%+v\n", *e) })
		}
		inLab(t, cfg, func(ctx context.Context, lab *Lab) { wantBytes(ctx, t, lab, web4, 60_000) })
		return result{[32]byte(frames.Sum(nil)), [32]byte(events.Sum(nil))}
	}
	first := run(7, true)
	for range 3 {
		if again := run(7, true); again != first {
			t.Fatal("the same seed gave other frames or events")
		}
	}
	if run(7, false).frames != first.frames {
		t.Error("a trace changed the frames")
	}
	if run(8, true).frames == first.frames {
		t.Error("another seed made no difference")
	}
}

type sinkFunc func(*trace.Event)

func (f sinkFunc) Emit(e *trace.Event) { f(e) }

func TestLabImpairedFetchesComplete(t *testing.T) {
	for _, m := range []Impairments{
		{Loss: 0.05, Delay: 20 * time.Millisecond},
		{Loss: 0.1},
		{Reorder: 0.2, Duplicate: 0.2, Delay: time.Millisecond},
		{Corrupt: 0.05, Delay: time.Millisecond},
		{Rate: 1_000_000},
		{Rate: 100_000_000, Delay: 10 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.01},
	} {
		for seed := range uint64(3) {
			inLab(t, Config{Link: m, Seed: seed}, func(ctx context.Context, lab *Lab) {
				wantBytes(ctx, t, lab, web4, 100_000)
			})
			if t.Failed() {
				t.Fatalf("with %+v, seed %d", m, seed)
			}
		}
	}
}

func TestLabImpairmentsAreOnTheAccessLink(t *testing.T) {
	inLab(t, Config{Link: Impairments{Loss: 1}}, func(ctx context.Context, lab *Lab) {
		// Nothing answers from the side: neither name nor page.
		c, cancel := lab.Loop().WithTimeout(ctx, 5*time.Second)
		defer cancel()
		// ARP gives up first, after three seconds, and that is no route to host.
		if _, _, err := fetchPage(c, lab, web4, "/"); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("web over a cable that loses all: %v", err)
		}
		short, cancel2 := lab.Loop().WithTimeout(ctx, 2*time.Second)
		defer cancel2()
		if _, _, err := fetchPage(short, lab, web6, "/"); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("web over a cable that loses all: %v", err)
		}
		if m, err := ask(lab, "udp", dns4, question("web.lab.test.", dns.TypeA), 2*time.Second); err == nil {
			t.Errorf("dns answered over a cable that loses all: %v", m)
		}
		// The other links are good.
		page, err := lab.Dialer("peer").DialContext(ctx, "tcp", web4)
		if err != nil {
			t.Errorf("peer to web: %v", err)
			return
		}
		page.Close()
	})
}

// ask sends a query from the client and returns the answer.
func ask(lab *Lab, network, server string, q *dns.Msg, limit time.Duration) (*dns.Msg, error) {
	c, err := lab.Dialer("client").DialContext(context.Background(), network, server)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	lab.Loop().Enter()
	now := lab.Loop().Now()
	lab.Loop().Exit()
	c.SetDeadline(time.Unix(0, now+int64(limit)))
	wire, err := q.Pack()
	if err != nil {
		return nil, err
	}
	var answer []byte
	if network == "tcp" {
		if err := writeDNS(c, wire); err != nil {
			return nil, err
		}
		answer, err = readDNS(c)
	} else {
		if _, err := c.Write(wire); err != nil {
			return nil, err
		}
		answer = make([]byte, 65535)
		var n int
		n, err = c.Read(answer)
		answer = answer[:n]
	}
	if err != nil {
		return nil, err
	}
	m := &dns.Msg{}
	return m, m.Unpack(answer)
}

func TestLabNames(t *testing.T) {
	inLab(t, Config{Hosts: 1}, func(ctx context.Context, lab *Lab) {
		for _, name := range lab.Names() {
			for _, server := range lab.Nameservers(name) {
				m, err := ask(lab, "udp", server.String(), question(name+".", dns.TypeA), time.Second)
				if err != nil || len(m.Answer) == 0 {
					t.Errorf("%s at %v: %v %v", name, server, m, err)
				}
			}
		}
		m, err := ask(lab, "tcp", dns4, question("big.lab.test.", dns.TypeTXT), time.Second)
		if err != nil || len(m.Answer) != 12 {
			t.Errorf("over TCP: %v %v", m, err)
		}
		q := question("big.lab.test.", dns.TypeTXT)
		q.SetEdns0(4096, false)
		if m, err = ask(lab, "udp", dns4, q, time.Second); err != nil || len(m.Answer) != 12 {
			t.Errorf("2.7 KB over UDP come in fragments: %v %v", m, err)
		}
		if s := lab.Nameservers("example.com"); s[0].Addr() != lanC.addr4(numGateway) {
			t.Errorf("names outside are asked for at %v, want the gateway", s)
		}
		if s := lab.Nameservers("80.113.0.203.in-addr.arpa"); s[0].Addr() != lanB.addr4(numDNS) {
			t.Errorf("the lab's reverse names are asked for at %v", s)
		}
	})
}

func TestLabVirtualTimeHasNoOutside(t *testing.T) {
	for _, addr := range []string{"192.0.2.1:80", "8.8.8.8:53", "[2001:db8:d::1]:80", "[2001:4860:4860::8888]:443"} {
		rec := &trace.Recorder{}
		inLab(t, Config{Trace: rec, NoBystanders: true}, func(ctx context.Context, lab *Lab) {
			c, err := lab.Dialer("client").DialContext(ctx, "tcp", addr)
			if err == nil {
				c.Close()
				t.Errorf("%s was connected to in virtual time", addr)
				return
			}
			if !errors.Is(err, syscall.EHOSTUNREACH) && !errors.Is(err, syscall.EACCES) {
				t.Errorf("%s: %v; want the error of ICMP administratively prohibited", addr, err)
			}
		})
	}
}

func TestLabClosedPortsRefuse(t *testing.T) {
	inLab(t, Config{}, func(ctx context.Context, lab *Lab) {
		if _, err := lab.Dialer("client").DialContext(ctx, "tcp", "203.0.113.80:81"); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("TCP: %v", err)
		}
		c, err := lab.Dialer("client").DialContext(ctx, "udp", "203.0.113.80:81")
		if err != nil {
			panic(err)
		}
		defer c.Close()
		c.Write([]byte("anybody?"))
		if _, err := c.Read(make([]byte, 10)); !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("UDP: %v", err)
		}
		if _, err := lab.Dialer("client").DialContext(ctx, "tcp", "198.51.100.77:80"); !errors.Is(err, syscall.EHOSTUNREACH) {
			t.Errorf("an address nobody has: %v", err)
		}
	})
}

// icmpSeen collects the ICMP messages that reach the client's card.
func icmpSeen(got *[]string) func(TapPoint, nic.Tap) {
	return func(_ TapPoint, x nic.Tap) {
		if x.Dir != nic.In || x.Dropped != trace.NotDropped {
			return
		}
		e, err := wire.ParseEthernet(x.Frame.Bytes())
		if err != nil || e.EtherType() != wire.EtherTypeIPv4 {
			return
		}
		p, err := wire.ParseIPv4(e.Payload())
		if err != nil || p.Protocol() != wire.ProtoICMP {
			return
		}
		body := p[p.HeaderLen():]
		*got = append(*got, fmt.Sprintf("%v %d/%d ttl %d", p.Src(), body[0], body[1], p.TTL()))
	}
}

func TestRFC1812_RouterAnswersExpiredTTL(t *testing.T) {
	var got []string
	inLab(t, Config{Tap: icmpSeen(&got), NoBystanders: true}, func(ctx context.Context, lab *Lab) {
		l := lab.Loop()
		for _, ttl := range []uint8{1, 2} {
			l.Enter()
			s, err := lab.Client().Stack().BindUDP(netip.AddrPort{}, netip.MustParseAddrPort("203.0.113.80:33434"))
			if err != nil {
				panic(err)
			}
			s.TTL = ttl
			err = s.Send([]byte("probe"), netip.AddrPort{})
			l.Exit()
			if err != nil {
				panic(err)
			}
			l.Sleep(10 * time.Millisecond)
			l.Enter()
			s.Close()
			l.Exit()
		}
	})
	// The router is next to the client and its answer arrives with the TTL that it
	// was sent with; web's has crossed the router once.
	want := []string{"198.51.100.1 11/0 ttl 64", "203.0.113.80 3/3 ttl 63"}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestRFC1191_RouterReportsTheSmallerMTU(t *testing.T) {
	var tooLong int
	cfg := Config{MTU: 700, Tap: func(_ TapPoint, x nic.Tap) {
		if x.Frame.Len > 700+wire.EthernetHeaderLen {
			tooLong++
		}
	}}
	inLab(t, cfg, func(ctx context.Context, lab *Lab) {
		wantBytes(ctx, t, lab, web4, 50_000)
		// UDP from LAN B does not know of LAN A's MTU: the router says so, then
		// what is sent again comes in fragments.
		c, err := lab.Dialer("client").ListenPacket("udp", ":7000")
		if err != nil {
			panic(err)
		}
		defer c.Close()
		w, err := lab.Dialer("web").DialContext(ctx, "udp", "198.51.100.2:7000")
		if err != nil {
			panic(err)
		}
		defer w.Close()
		big := make([]byte, 1400)
		Content(big, 0)
		w.Write(big)
		lab.Loop().Sleep(time.Millisecond)
		w.Write(big)
		lab.Loop().Sleep(50 * time.Millisecond)
		buf := make([]byte, 2000)
		lab.Loop().Enter()
		now := lab.Loop().Now()
		lab.Loop().Exit()
		c.SetReadDeadline(time.Unix(0, now+1e9))
		n, _, err := c.ReadFromAddrPort(buf)
		if err != nil || !bytes.Equal(buf[:n], big) {
			t.Errorf("%d bytes, %v", n, err)
		}
		if n := lab.Host("r1").Stack().Stats().IpFragFails; n != 1 {
			t.Errorf("the router reported %d packets that did not fit, want the first one", n)
		}
	})
	if tooLong > 0 {
		t.Errorf("%d frames were longer than LAN A's MTU", tooLong)
	}
}

func TestLabBystandersMakeTheSwitchFloodAndForward(t *testing.T) {
	for _, quiet := range []bool{false, true} {
		inLab(t, Config{NoBystanders: quiet}, func(ctx context.Context, lab *Lab) {
			lab.Loop().Sleep(5 * time.Second)
			st := lab.Switches()[0].Stats
			if quiet && st.Flooded+st.Forwarded > 0 {
				t.Errorf("without bystanders: %+v", st)
			}
			if !quiet && (st.Flooded == 0 || st.Forwarded < 6) {
				t.Errorf("with bystanders: %+v", st)
			}
		})
	}
}

func TestLabBystandersKeepNoRunAlive(t *testing.T) {
	lab, err := New(Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = lab.Run(context.Background(), func(ctx context.Context) error {
		c, err := lab.Dialer("client").ListenPacket("udp", ":9999")
		if err != nil {
			return err
		}
		c.ReadFromAddrPort(make([]byte, 10)) // nobody will ever send here
		return nil
	})
	if err == nil || lab.Loop().Now() > lab.run.Now()+int64(time.Minute) {
		t.Errorf("a run that waits for nothing ended with %v", err)
	}
}

func TestLabFreesItsBuffers(t *testing.T) {
	for _, m := range []Impairments{{}, {Loss: 0.05, Duplicate: 0.05, Reorder: 0.05, Corrupt: 0.05}} {
		inLab(t, Config{Link: m, NoBystanders: true}, func(ctx context.Context, lab *Lab) {
			wantBytes(ctx, t, lab, web4, 500_000)
			lab.Loop().Sleep(10 * time.Minute) // until TIME-WAIT and all neighbours' timers are over
			if n := lab.pool.Live; n != 0 {
				t.Errorf("%d buffers were not freed with %+v", n, m)
			}
		})
	}
}

func TestLabInRealTime(t *testing.T) {
	cfg := Config{Link: Impairments{Delay: time.Millisecond, Loss: 0.02, Reorder: 0.02, Duplicate: 0.02, Corrupt: 0.02}}
	realLab(t, cfg, func(ctx context.Context, lab *Lab) {
		done := lab.Loop().Go("second client", func() { wantBytes(ctx, t, lab, web6, 200_000) })
		wantBytes(ctx, t, lab, web4, 200_000)
		done.Join()
		lab.Settle()
	})
}

func TestLabTopology(t *testing.T) {
	var cfg Config
	cfg.Hosts, cfg.TapHosts = 2, []string{"all"}
	cfg.Tap = func(TapPoint, nic.Tap) {}
	lab, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	topo := lab.Topology()
	links := map[string]int{}
	ports, macs := 0, map[string]bool{}
	for _, n := range topo.Nodes {
		for _, p := range n.Ports {
			links[p.Link]++
			if n.Kind == "switch" {
				if p.MAC != "" || len(p.Addrs) > 0 {
					t.Errorf("a switch's port has an address: %+v", p)
				}
				continue
			}
			ports++
			if macs[p.MAC] {
				t.Errorf("%s is used twice", p.MAC)
			}
			macs[p.MAC] = true
			if m, err := wire.ParseMAC(p.MAC); err != nil || !m.IsLocal() || m.IsMulticast() {
				t.Errorf("%s is not a locally administered address", p.MAC)
			}
		}
	}
	impaired := 0
	for _, l := range topo.Links {
		if links[l.Name] != 2 {
			t.Errorf("link %s has %d ends", l.Name, links[l.Name])
		}
		if l.Impaired {
			impaired++
		}
		if l.Rate != DefaultRate {
			t.Errorf("link %s runs at %d", l.Name, l.Rate)
		}
	}
	if impaired != 1 || len(topo.Links) != len(links) || len(lab.TapPoints()) != ports {
		t.Errorf("%d impaired links, %d links named by ports of %d, %d tap points of %d ports", impaired, len(links), len(topo.Links), len(lab.TapPoints()), ports)
	}
	for _, name := range []string{"client", "client.lab.test", "CLIENT.lab.test."} {
		if h := lab.Host(name); h == nil || h.Name() != "client" {
			t.Errorf("Host(%q) is not the client", name)
		}
	}
	if lab.Host("nosuch") != nil || lab.Dialer("nosuch") != nil {
		t.Error("a host that does not exist was found")
	}
}

func TestLabRejectsBadConfigurations(t *testing.T) {
	for _, cfg := range []Config{{MTU: 10}, {MTU: 9000}, {Hosts: -1}, {Hosts: 1000}, {Link: Impairments{Loss: 2}}, {CongestionControl: "bbr9"}} {
		if lab, err := New(cfg); err == nil {
			t.Errorf("%+v was accepted", cfg)
			lab.Close()
		} else if !errors.Is(err, ErrConfig) && !errors.Is(err, ErrImpairment) {
			t.Errorf("%v", err)
		}
	}
}

func TestLabTuning(t *testing.T) {
	cfg := Config{
		TuneHost: func(name string, c *host.Config) { c.NoCosts = true },
		TuneNIC:  func(name string, c *nic.Config) { c.NoTSO = true },
		Web:      http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "mine") }),
	}
	inLab(t, cfg, func(ctx context.Context, lab *Lab) {
		if _, body, err := fetchPage(ctx, lab, web4, "/"); err != nil || string(body) != "mine" {
			t.Errorf("%q %v", body, err)
		}
	})
}

// One flow from web to client across two switches and the router.
func BenchmarkLabFlow(b *testing.B) {
	for _, real := range []bool{false, true} {
		b.Run(fmt.Sprintf("real=%v", real), func(b *testing.B) {
			const size = 64 << 20
			cfg := Config{Real: real, NoBystanders: true, TuneHost: func(_ string, c *host.Config) { c.NoCosts = true }}
			lab, err := New(cfg)
			if err != nil {
				b.Fatal(err)
			}
			defer lab.Close()
			b.SetBytes(size)
			b.ReportAllocs()
			err = lab.Run(context.Background(), func(ctx context.Context) error {
				b.ResetTimer()
				for range b.N {
					if err := drain(ctx, lab.Dialer("client"), size); err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(b.N)*size*8/1e9/b.Elapsed().Seconds(), "Gbit/s")
		})
	}
}

func drain(ctx context.Context, n *netconn.Net, size int) error {
	c, err := n.DialContext(ctx, "tcp", web4)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Fprintf(c, "GET /bytes/%d HTTP/1.0\r\nHost: web.lab.test\r\n\r\n", size)
	got, err := io.CopyBuffer(onlyWriter{}, onlyReader{c}, make([]byte, 256<<10))
	if err == nil && got < int64(size) {
		err = io.ErrUnexpectedEOF
	}
	return err
}

type onlyWriter struct{}

func (onlyWriter) Write(p []byte) (int, error) { return len(p), nil }

type onlyReader struct{ net.Conn }

package stack

import (
	"bytes"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// world is a virtual loop with stacks on cables. Frames are delivered by timers,
// one microsecond after they were sent unless the cable says otherwise.
type world struct {
	t    testing.TB
	l    *loop.Loop
	run  *trace.Run
	rec  *trace.Recorder
	pool *skb.Pool
	rng  *rand.Rand
}

func newWorld(t testing.TB) *world {
	w := &world{t: t, l: loop.New(loop.Config{}), rec: &trace.Recorder{}, pool: &skb.Pool{}, rng: rand.New(rand.NewPCG(1, 2))}
	w.run = &trace.Run{Sink: w.rec, Now: w.l.Now}
	return w
}

func (w *world) stack(name string, cfg Config) *Stack {
	cfg.Name, cfg.Rand = name, w.rng.Uint64
	return New(w.l, trace.New(w.run, name), w.pool, cfg)
}

// do runs fn as the main application.
func (w *world) do(fn func()) {
	w.t.Helper()
	if err := w.l.Run(func() error { fn(); return nil }); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) sleep(d time.Duration) { w.l.Sleep(d) }

// port is one end of a cable.
type port struct {
	w    *world
	info DeviceInfo
	peer *port
	ifc  *Interface

	delay time.Duration
	drop  func(frame []byte) bool // frames that the cable loses
	sent  [][]byte                // what was sent, checksums complete
	gso   int                     // super-segments sent
}

var _ Device = (*port)(nil)

func (p *port) Info() DeviceInfo { return p.info }

func (p *port) Xmit(s *skb.SKB) {
	w := p.w
	if !p.info.TxChecksum && s.Checksum == skb.ChecksumPartial {
		w.t.Errorf("%s: a partial checksum for a device that takes none", p.info.Name)
	}
	if s.GSOSize > 0 && s.Len() > p.info.GSOMax+wire.EthernetHeaderLen {
		w.t.Errorf("%s: a super-segment of %d bytes, more than the device takes", p.info.Name, s.Len())
	}
	if s.GSOSize == 0 && s.Len() > p.info.MTU+wire.EthernetHeaderLen {
		w.t.Errorf("%s: a frame of %d bytes on a link with MTU %d", p.info.Name, s.Len(), p.info.MTU)
	}
	n := s.Len()
	b := w.pool.Block(n)
	s.CopyTo(b.B[:n], 0)
	if s.Checksum == skb.ChecksumPartial {
		wire.FinishChecksum(b.B[:n], int(s.CsumStart-s.Data()), int(s.CsumOffset))
	}
	gsoSize, gsoSegs, pkt := s.GSOSize, s.GSOSegs, s.Pkt
	s.Free()
	frame := bytes.Clone(b.B[:n])
	p.sent = append(p.sent, frame)
	if gsoSize > 0 {
		p.gso++
	}
	if p.drop != nil && p.drop(frame) || p.peer == nil || p.peer.ifc == nil {
		b.Put()
		return
	}
	w.l.NewTimer(func() {
		r := w.pool.Build(b, 0, n)
		r.Pkt, r.GSOSize, r.GSOSegs, r.Stamp = pkt, gsoSize, gsoSegs, w.l.Now()
		p.peer.ifc.Input(r)
	}).After(p.delay + time.Microsecond)
}

// cable joins two stacks. The devices take what info says.
func (w *world) cable(a, b *Stack, info DeviceInfo) (*port, *port) {
	if info.MTU == 0 {
		info.MTU = 1500
	}
	mk := func(s *Stack) *port {
		i := info
		i.Name = "eth" + string(rune('0'+len(s.ifaces)-1))
		i.MAC = wire.MAC{0x02, 0, 0, byte(w.rng.Uint32()), byte(w.rng.Uint32()), byte(len(s.ifaces))}
		return &port{w: w, info: i}
	}
	pa, pb := mk(a), mk(b)
	pa.peer, pb.peer = pb, pa
	for _, x := range []struct {
		p *port
		s *Stack
	}{{pa, a}, {pb, b}} {
		ifc, err := x.s.AddInterface(x.p, InterfaceConfig{})
		if err != nil {
			w.t.Fatal(err)
		}
		x.p.ifc = ifc
	}
	return pa, pb
}

func (w *world) addr(p *port, addrs ...string) {
	w.t.Helper()
	for _, a := range addrs {
		if err := p.ifc.AddAddr(netip.MustParsePrefix(a)); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) gateway(s *Stack, dst, gw string) {
	w.t.Helper()
	if err := s.AddRoute(Route{Dst: netip.MustParsePrefix(dst), Gateway: netip.MustParseAddr(gw)}); err != nil {
		w.t.Fatal(err)
	}
}

// pair is two hosts on one cable: a 192.0.2.1 and 2001:db8::1, b .2 and ::2.
type pair struct {
	*world
	a, b   *Stack
	pa, pb *port
}

var (
	a4 = netip.MustParseAddr("192.0.2.1")
	b4 = netip.MustParseAddr("192.0.2.2")
	a6 = netip.MustParseAddr("2001:db8::1")
	b6 = netip.MustParseAddr("2001:db8::2")
)

func newPair(t testing.TB, info DeviceInfo) *pair {
	w := newWorld(t)
	p := &pair{world: w, a: w.stack("a", Config{}), b: w.stack("b", Config{})}
	p.pa, p.pb = w.cable(p.a, p.b, info)
	w.addr(p.pa, "192.0.2.1/24", "2001:db8::1/64")
	w.addr(p.pb, "192.0.2.2/24", "2001:db8::2/64")
	return p
}

// trio is a host on each side of a router: 192.0.2.1 - r - 198.51.100.2, and
// 2001:db8:1::1 - r - 2001:db8:2::2.
type trio struct {
	*world
	a, r, b          *Stack
	pa, pra, prb, pb *port
}

var (
	t4a = netip.MustParseAddr("192.0.2.1")
	t4b = netip.MustParseAddr("198.51.100.2")
	t6a = netip.MustParseAddr("2001:db8:1::1")
	t6b = netip.MustParseAddr("2001:db8:2::2")
)

func newTrio(t testing.TB, left, right DeviceInfo) *trio {
	w := newWorld(t)
	x := &trio{world: w, a: w.stack("a", Config{}), r: w.stack("r", Config{Forwarding: true}), b: w.stack("b", Config{})}
	x.pa, x.pra = w.cable(x.a, x.r, left)
	x.prb, x.pb = w.cable(x.r, x.b, right)
	w.addr(x.pa, "192.0.2.1/24", "2001:db8:1::1/64")
	w.addr(x.pra, "192.0.2.254/24", "2001:db8:1::fe/64")
	w.addr(x.prb, "198.51.100.254/24", "2001:db8:2::fe/64")
	w.addr(x.pb, "198.51.100.2/24", "2001:db8:2::2/64")
	w.gateway(x.a, "0.0.0.0/0", "192.0.2.254")
	w.gateway(x.a, "::/0", "2001:db8:1::fe")
	w.gateway(x.b, "0.0.0.0/0", "198.51.100.254")
	w.gateway(x.b, "::/0", "2001:db8:2::fe")
	return x
}

// inject gives an interface a frame of its own.
func (p *port) inject(frame []byte) {
	s := p.w.pool.Alloc(0, len(frame))
	copy(s.Put(len(frame)), frame)
	p.ifc.Input(s)
}

// frame wraps a packet for the port's interface.
func (p *port) frame(src wire.MAC, typ uint16, packet []byte) []byte {
	h := wire.EthernetFields{Dst: p.info.MAC, Src: src, EtherType: typ}
	b := make([]byte, h.Len())
	h.Put(b)
	return append(b, packet...)
}

// drops lists the reasons of a host's drops so far.
func (w *world) drops(host string) []trace.DropReason {
	var out []trace.DropReason
	for _, e := range w.rec.OfKind(trace.Drop) {
		if e.Host == host {
			out = append(out, e.Drop)
		}
	}
	return out
}

// oracle decodes a frame with gopacket and serializes it again with computed
// lengths and checksums: the result must be what we sent.
func oracle(t testing.TB, frame []byte) gopacket.Packet {
	t.Helper()
	pkt := gopacket.NewPacket(frame, layers.LayerTypeEthernet, gopacket.Default)
	if e := pkt.ErrorLayer(); e != nil {
		t.Fatalf("gopacket cannot decode %x: %v", frame, e.Error())
	}
	var out []gopacket.SerializableLayer
	var network gopacket.NetworkLayer
	for _, l := range pkt.Layers() {
		switch l := l.(type) {
		case *layers.IPv4:
			network = l
			out = append(out, l)
			if l.FragOffset > 0 || l.Flags&layers.IPv4MoreFragments != 0 {
				out = append(out, gopacket.Payload(l.Payload))
				goto compare
			}
			continue
		case *layers.IPv6:
			network = l
			if l.NextHeader == layers.IPProtocolIPv6Fragment {
				return pkt // gopacket does not write fragment headers
			}
		case *layers.TCP:
			must(t, l.SetNetworkLayerForChecksum(network))
		case *layers.UDP:
			must(t, l.SetNetworkLayerForChecksum(network))
		case *layers.ICMPv6:
			must(t, l.SetNetworkLayerForChecksum(network))
			// What follows is payload to us: some of its layers cannot be written.
			out = append(out, l, gopacket.Payload(l.Payload))
			goto compare
		case *layers.ICMPv4:
			out = append(out, l, gopacket.Payload(l.Payload))
			goto compare
		}
		if s, ok := l.(gopacket.SerializableLayer); ok {
			out = append(out, s)
		}
	}
compare:
	buf := gopacket.NewSerializeBuffer()
	must(t, gopacket.SerializeLayers(buf, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, out...))
	if !bytes.Equal(buf.Bytes()[:len(frame)], frame) {
		t.Fatalf("gopacket would have written\n%x, we sent\n%x", buf.Bytes(), frame)
	}
	return pkt
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// checkSent decodes everything that the ports sent.
func checkSent(t testing.TB, ports ...*port) {
	t.Helper()
	for _, p := range ports {
		for _, f := range p.sent {
			if len(f) <= p.info.MTU+wire.EthernetHeaderLen {
				oracle(t, f)
			}
		}
	}
}

// checkLeaks looks for lost buffers.
func (w *world) checkLeaks() {
	w.t.Helper()
	if w.pool.Live != 0 {
		w.t.Errorf("%d buffers are lost", w.pool.Live)
	}
}

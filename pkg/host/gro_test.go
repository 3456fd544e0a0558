package host

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/wire"
)

var (
	macA = wire.MAC{2, 0, 0, 0, 0, 0xa}
	macB = wire.MAC{2, 0, 0, 0, 0, 0xb}

	addrA4 = netip.MustParseAddr("198.51.100.2")
	addrB4 = netip.MustParseAddr("198.51.100.3")
	addrA6 = netip.MustParseAddr("2001:db8:a::2")
	addrB6 = netip.MustParseAddr("2001:db8:a::3")
)

// tcpFrame describes a TCP segment from B to A. The zero value but for Payload
// is one that GRO can hold.
type tcpFrame struct {
	v6      bool
	port    uint16
	id      uint16
	seq     uint32
	ack     uint32
	flags   wire.TCPFlags // 0: ACK
	window  uint16
	urgent  uint16
	tos     uint8
	ttl     uint8
	mf      bool
	noDF    bool
	ipOpt   []byte
	opt     wire.TCPOptions
	payload []byte
	edit    func(b []byte) // after the checksums
}

// bytes writes the frame, padded.
func (f tcpFrame) bytes() []byte {
	b := make([]byte, 160+len(f.payload))
	eth := wire.EthernetFields{Dst: macA, Src: macB, EtherType: wire.EtherTypeIPv4}
	src, dst := addrB4, addrA4
	if f.v6 {
		eth.EtherType, src, dst = wire.EtherTypeIPv6, addrB6, addrA6
	}
	if f.flags == 0 {
		f.flags = wire.ACK
	}
	tcp := wire.TCPFields{SrcPort: 80, DstPort: 40000 + f.port, Seq: f.seq, Ack: f.ack, Flags: f.flags, Window: f.window, Urgent: f.urgent, Options: f.opt}
	n := eth.Put(b)
	if f.v6 {
		ip := wire.IPv6Fields{TrafficClass: f.tos, PayloadLen: tcp.Len() + len(f.payload), NextHeader: wire.ProtoTCP, HopLimit: 64 - f.ttl, Src: src, Dst: dst}
		n += ip.Put(b[n:])
	} else {
		ip := wire.IPv4Fields{TOS: f.tos, ID: f.id, DF: !f.mf && !f.noDF, MF: f.mf, TTL: 64 - f.ttl, Protocol: wire.ProtoTCP, Src: src, Dst: dst, Options: f.ipOpt, PayloadLen: tcp.Len() + len(f.payload)}
		n += ip.Put(b[n:])
	}
	l4 := n
	n += tcp.Put(b[n:])
	n += copy(b[n:], f.payload)
	wire.TCP(b[l4:n]).FillChecksum(src, dst)
	if f.edit != nil {
		f.edit(b[:n])
	}
	return b[:max(n, wire.EthernetMinFrame)]
}

func received(pool *skb.Pool, b []byte) *skb.SKB {
	s := pool.Alloc(nic.Headroom, len(b))
	copy(s.Put(len(b)), b)
	s.L2 = s.Data()
	return s
}

func payload(n int) []byte {
	p := make([]byte, n)
	for i := range p {
		p[i] = byte(i*7 + i>>8)
	}
	return p
}

// drain flushes GRO and returns what went up.
func (g *gro) drain() []*skb.SKB {
	g.flush()
	g.deliver()
	var out []*skb.SKB
	for s := g.next(); s != nil; s = g.next() {
		out = append(out, s)
	}
	return out
}

func TestGRORules(t *testing.T) {
	data := payload(1000)
	first := tcpFrame{seq: 5000, id: 9, payload: data}
	second := tcpFrame{seq: 6000, id: 10, payload: data}
	with := func(f tcpFrame, edit func(*tcpFrame)) tcpFrame { edit(&f); return f }
	ts := wire.TCPOptions{HasTS: true, TSVal: 1}
	for _, c := range []struct {
		name string
		a, b tcpFrame
		want string // results, then how many packets go up
	}{
		{"in order", first, second, "held merged 1"},
		{"shorter last segment", first, with(second, func(f *tcpFrame) { f.payload = data[:999] }), "held merged 1"},
		{"PSH ends a packet", first, with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.PSH }), "held merged 1"},
		{"FIN ends a packet", first, with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.FIN }), "held merged 1"},
		{"first has PSH: nothing to wait for", with(first, func(f *tcpFrame) { f.flags = wire.ACK | wire.PSH }), second, "normal held 2"},
		{"longer than the first", first, with(second, func(f *tcpFrame) { f.payload = payload(1001) }), "held held 2"},
		{"sequence gap", first, with(second, func(f *tcpFrame) { f.seq++ }), "held held 2"},
		{"identification gap", first, with(second, func(f *tcpFrame) { f.id++ }), "held held 2"},
		{"identification repeated", first, with(second, func(f *tcpFrame) { f.id-- }), "held held 2"},
		{"other acknowledgement", first, with(second, func(f *tcpFrame) { f.ack++ }), "held held 2"},
		{"other window", first, with(second, func(f *tcpFrame) { f.window++ }), "held held 2"},
		{"other urgent pointer", first, with(second, func(f *tcpFrame) { f.urgent++ }), "held held 2"},
		{"ECE", first, with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.ECE }), "held held 2"},
		{"CWR on both", with(first, func(f *tcpFrame) { f.flags = wire.ACK | wire.CWR }), with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.CWR }), "held held 2"},
		{"RST", first, with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.RST }), "held normal 2"},
		{"SYN", first, with(second, func(f *tcpFrame) { f.flags = wire.ACK | wire.SYN }), "held normal 2"},
		{"options appear", first, with(second, func(f *tcpFrame) { f.opt = ts }), "held held 2"},
		{"equal timestamps", with(first, func(f *tcpFrame) { f.opt = ts }), with(second, func(f *tcpFrame) { f.opt = ts }), "held merged 1"},
		{"other timestamp", with(first, func(f *tcpFrame) { f.opt = ts }), with(second, func(f *tcpFrame) { f.opt = wire.TCPOptions{HasTS: true, TSVal: 2} }), "held held 2"},
		{"other type of service", first, with(second, func(f *tcpFrame) { f.tos = 3 }), "held held 2"},
		{"other time to live", first, with(second, func(f *tcpFrame) { f.ttl = 1 }), "held held 2"},
		{"may be fragmented", first, with(second, func(f *tcpFrame) { f.noDF = true }), "held held 2"},
		{"other flow", first, with(second, func(f *tcpFrame) { f.port = 1 }), "held held 2"},
		{"pure acknowledgement", first, tcpFrame{seq: 6000, id: 10}, "held normal 2"},
		{"acknowledgement that padding makes longer", first, with(second, func(f *tcpFrame) { f.payload = data[:3] }), "held normal 2"},
		{"IP options", with(first, func(f *tcpFrame) { f.ipOpt = []byte{1, 1, 1, 1} }), with(second, func(f *tcpFrame) { f.ipOpt = []byte{1, 1, 1, 1} }), "normal normal 2"},
		{"fragment", with(first, func(f *tcpFrame) { f.mf = true }), with(second, func(f *tcpFrame) { f.mf = true }), "normal normal 2"},
		{"wrong TCP checksum", first, with(second, func(f *tcpFrame) { f.edit = func(b []byte) { b[100] ^= 1 } }), "held normal 2"},
		{"wrong IP checksum", first, with(second, func(f *tcpFrame) { f.edit = func(b []byte) { b[24] ^= 1 } }), "held normal 2"},
		{"other sender on the link", first, with(second, func(f *tcpFrame) { f.edit = func(b []byte) { b[11] ^= 1 } }), "held held 2"},
		{"IPv6", with(first, func(f *tcpFrame) { f.v6 = true }), with(second, func(f *tcpFrame) { f.v6 = true }), "held merged 1"},
		{"IPv6, other traffic class", with(first, func(f *tcpFrame) { f.v6 = true }), with(second, func(f *tcpFrame) { f.v6, f.tos = true, 1 }), "held held 2"},
		{"IPv6, other hop limit", with(first, func(f *tcpFrame) { f.v6 = true }), with(second, func(f *tcpFrame) { f.v6, f.ttl = true, 1 }), "held held 2"},
	} {
		var pool skb.Pool
		g := gro{batch: DefaultGRONormalBatch}
		var got []string
		for _, f := range []tcpFrame{c.a, c.b} {
			_, r := g.receive(received(&pool, f.bytes()))
			got = append(got, r.String())
		}
		up := g.drain()
		got = append(got, string(rune('0'+len(up))))
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
		// As in Linux a packet with a wrong checksum is no packet of the flow,
		// and flows have no order among themselves.
		if len(up) == 2 && !bytes.Equal(up[0].Bytes(), c.a.bytes()) && !strings.HasPrefix(c.name, "wrong") && c.name != "other flow" {
			t.Errorf("%s: the second packet overtook the first", c.name)
		}
		for _, s := range up {
			s.Free()
		}
		if pool.Live != 0 || g.held != 0 {
			t.Errorf("%s: %d buffers leaked, %d held", c.name, pool.Live, g.held)
		}
	}
}

func TestGROPacketGoesUpAtOnceWhenItEnds(t *testing.T) {
	var pool skb.Pool
	data := payload(100)
	for _, c := range []struct {
		name  string
		n     int
		flags wire.TCPFlags
		want  int
	}{
		{"full segment", 100, wire.ACK, 1},
		{"short segment", 99, wire.ACK, 0},
		{"PSH", 100, wire.ACK | wire.PSH, 0},
		{"FIN", 100, wire.ACK | wire.FIN, 0},
	} {
		g := gro{batch: DefaultGRONormalBatch}
		g.receive(received(&pool, tcpFrame{payload: data}.bytes()))
		g.receive(received(&pool, tcpFrame{seq: 100, id: 1, flags: c.flags, payload: data[:c.n]}.bytes()))
		if g.held != c.want {
			t.Errorf("%s: %d packets held, want %d", c.name, g.held, c.want)
		}
		up := g.drain()
		if len(up) != 1 || up[0].GSOSize != 100 || up[0].GSOSegs != 2 || up[0].Len() != 54+100+c.n {
			t.Fatalf("%s: %+v", c.name, up)
		}
		s := up[0]
		ip, err := wire.ParseIPv4Header(s.From(s.L3))
		if err != nil || ip.TotalLen() != s.Len()-14 || !ip.VerifyChecksum() {
			t.Errorf("%s: merged IP header: %v, length %d, checksum right: %v", c.name, err, ip.TotalLen(), ip.VerifyChecksum())
		}
		if got := wire.TCP(s.From(s.L4)).Flags(); got != c.flags {
			t.Errorf("%s: merged flags %v, want %v", c.name, got, c.flags)
		}
		if s.Checksum != skb.ChecksumUnnecessary || s.CB != (skb.CB{}) {
			t.Errorf("%s: checksum state %d, control block %+v", c.name, s.Checksum, s.CB)
		}
	}
}

func TestGROBounds(t *testing.T) {
	var pool skb.Pool
	g := gro{batch: DefaultGRONormalBatch}
	// Size: total length must stay below 64 KiB.
	data := payload(1460)
	for i := range 50 {
		g.receive(received(&pool, tcpFrame{seq: uint32(i * 1460), id: uint16(i), payload: data}.bytes()))
	}
	up := g.drain()
	if len(up) != 2 || up[0].GSOSegs != 44 || up[1].GSOSegs != 6 {
		t.Fatalf("%d packets, the first of %d segments; want 44 (40+44·1460 < 65536) and 6", len(up), up[0].GSOSegs)
	}
	// Flows: a full bucket passes its oldest packet up.
	for i := range 200 {
		g.receive(received(&pool, tcpFrame{port: uint16(i), payload: data}.bytes()))
		if g.held > groBuckets*groBucketSize {
			t.Fatalf("%d packets held, the bound is %d", g.held, groBuckets*groBucketSize)
		}
	}
	if up := g.drain(); len(up) != 200 {
		t.Errorf("%d packets went up, want all 200", len(up))
	}
	// Batch: eight segments go up together.
	for i := range DefaultGRONormalBatch {
		if g.next() != nil {
			t.Errorf("a packet went up after %d, want batches of %d", i, DefaultGRONormalBatch)
		}
		g.receive(received(&pool, tcpFrame{flags: wire.ACK | wire.PSH, payload: data}.bytes()))
	}
	if g.next() == nil {
		t.Error("a full batch did not go up")
	}
}

func TestGROLeavesSharedBlocksAlone(t *testing.T) {
	var pool skb.Pool
	g := gro{batch: DefaultGRONormalBatch}
	s := received(&pool, tcpFrame{payload: payload(100)}.bytes())
	other := s.Clone()
	if _, r := g.receive(s); r != groNormal {
		t.Errorf("%v, want normal: the headers of a merged packet are rewritten, and this block has another holder", r)
	}
	other.Free()
}

type collect struct {
	frames [][]byte
	came   map[*skb.Block]bool // blocks of what goes out
	kept   int                 // frames in these blocks
}

func (c *collect) Send(f *nic.Frame) {
	if c.came[f.Block] {
		c.kept++
	}
	c.frames = append(c.frames, append([]byte(nil), f.Bytes()...))
	f.Free()
}

// cut sends buffers through a device and returns its frames.
func cut(t testing.TB, pool *skb.Pool, up []*skb.SKB) [][]byte {
	l := loop.New(loop.Config{})
	out := collect{came: map[*skb.Block]bool{}}
	for _, s := range up {
		out.came[s.Block()] = true
		for f := s.Frags; f != nil; f = f.Next {
			out.came[f.Block()] = true
		}
	}
	n := nic.New(l, pool, nil, nic.Config{})
	n.Connect(&out)
	err := l.Run(func() error {
		for _, s := range up {
			for !n.Queue(0).TxPost(s) {
				l.Settle(time.Second)
				for d := n.Queue(0).TxReap(); d != nil; d = n.Queue(0).TxReap() {
					d.Free()
				}
			}
			n.Queue(0).Doorbell()
		}
		l.Settle(time.Second)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for d := n.Queue(0).TxReap(); d != nil; d = n.Queue(0).TxReap() {
		d.Free()
	}
	if out.kept != len(out.frames) {
		t.Errorf("%d of %d frames went out in the blocks in which they came, want all: nobody else holds them", out.kept, len(out.frames))
	}
	return out.frames
}

// What GRO merges, TSO cuts into the frames that came: a router that does both
// is transparent. Flows stay in order.
func TestGROThenTSOGivesBackTheSameFrames(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 1))
		var pool skb.Pool
		g := gro{batch: DefaultGRONormalBatch}
		type flow struct{ next tcpFrame }
		flows := make([]flow, 1+r.IntN(20))
		for i := range flows {
			flows[i].next = tcpFrame{v6: r.IntN(2) == 0, port: uint16(i), seq: r.Uint32(), id: uint16(r.Uint32()), window: uint16(r.Uint32())}
			if r.IntN(2) == 0 {
				flows[i].next.opt = wire.TCPOptions{HasTS: true, TSVal: r.Uint32()}
			}
		}
		data := payload(1400)
		var in [][]byte
		var up []*skb.SKB
		damaged := map[string]bool{}
		for range 300 {
			f := &flows[r.IntN(len(flows))].next
			for range 1 + r.IntN(8) {
				x := *f
				x.payload = data[:1400]
				switch r.IntN(20) {
				case 0:
					x.payload = data[:r.IntN(1400)]
				case 1:
					x.flags = wire.ACK | wire.PSH
				case 2:
					x.flags = wire.TCPFlags(r.IntN(512))
				case 3:
					f.ack++
				case 4:
					f.opt.TSVal++
				case 5:
					x.seq += 3
				case 6:
					x.id++
				case 7:
					x.tos = uint8(r.Uint32())
				case 8:
					at := r.IntN(54)
					bit := byte(1) << r.IntN(8)
					x.edit = func(b []byte) { b[at] ^= bit }
				}
				f.seq += uint32(len(x.payload))
				f.id++
				b := x.bytes()
				in = append(in, b)
				if x.edit != nil {
					damaged[string(b)] = true
				}
				s := received(&pool, b)
				if r.IntN(2) == 0 && x.edit == nil {
					s.Checksum = skb.ChecksumUnnecessary
					if r.IntN(2) == 0 && len(x.payload) > 0 {
						s.Sum = max(1, wire.Fold(wire.Sum(x.payload, 0)))
					}
				}
				g.receive(s)
				for s := g.next(); s != nil; s = g.next() {
					up = append(up, s)
				}
			}
			if r.IntN(10) == 0 {
				up = append(up, g.drain()...)
			}
		}
		up = append(up, g.drain()...)
		if len(up) == len(in) {
			t.Fatal("nothing was merged: the test shows nothing")
		}
		out := cut(t, &pool, up)
		if len(out) != len(in) {
			t.Fatalf("seed %d: %d frames went in, %d came out", seed, len(in), len(out))
		}
		byFlow := func(frames [][]byte) map[string][][]byte {
			m := map[string][][]byte{}
			for _, b := range frames {
				key := ""
				if damaged[string(b)] {
					key = string(b) // belongs to no flow: only that it comes out
				} else if binary.BigEndian.Uint16(b[12:]) == wire.EtherTypeIPv6 {
					key = string(b[:14]) + string(b[22:58])
				} else {
					key = string(b[:14]) + string(b[26:38])
				}
				m[key] = append(m[key], b)
			}
			return m
		}
		want := byFlow(in)
		for key, frames := range byFlow(out) {
			if !slices.EqualFunc(frames, want[key], bytes.Equal) {
				t.Fatalf("seed %d: a flow's frames changed or changed their order", seed)
			}
		}
		if pool.Live != 0 {
			t.Fatalf("seed %d: %d buffers leaked", seed, pool.Live)
		}
	}
}

// FuzzGRO merges three frames of any content and cuts the result: the same
// frames must come out, in some order.
func FuzzGRO(f *testing.F) {
	data := payload(200)
	f.Add(tcpFrame{payload: data}.bytes(), tcpFrame{seq: 200, id: 1, payload: data}.bytes(), tcpFrame{seq: 400, id: 2, payload: data[:9]}.bytes())
	f.Add(tcpFrame{v6: true, payload: data}.bytes(), tcpFrame{v6: true, seq: 200, payload: data}.bytes(), tcpFrame{v6: true, seq: 400}.bytes())
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var pool skb.Pool
		g := gro{batch: DefaultGRONormalBatch}
		in := [][]byte{a, b, c}
		for _, x := range in {
			if len(x) < 60 || len(x) > 1514 {
				return
			}
			s := received(&pool, x)
			// Mutations rarely keep the sum right; the rules are what is tested.
			if len(x) > 54 {
				s.Checksum = skb.ChecksumUnnecessary
			}
			g.receive(s)
		}
		out := cut(t, &pool, g.drain())
		// A cut frame has right checksums, which the mutated one may not have.
		if len(out) != len(in) {
			t.Fatalf("%d frames came out of 3", len(out))
		}
		n := 0
		for _, x := range in {
			n += len(x)
		}
		for _, x := range out {
			n -= len(x)
		}
		if n != 0 {
			t.Errorf("%d bytes are missing", n)
		}
	})
}

func BenchmarkGRO44Segments(b *testing.B) {
	var pool skb.Pool
	g := gro{batch: DefaultGRONormalBatch}
	frames := fullSegments(44)
	skbs := make([]*skb.SKB, len(frames))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		for i := range skbs {
			skbs[i] = received(&pool, frames[i])
			skbs[i].Checksum = skb.ChecksumUnnecessary
		}
		b.StartTimer()
		for _, s := range skbs {
			g.receive(s)
		}
		g.flush()
		g.deliver()
		g.next().Free()
		g.next()
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/44, "ns/segment")
}

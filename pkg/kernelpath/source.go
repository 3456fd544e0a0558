package kernelpath

// Where the frames of a flood come from: a source on the wire that has no
// stack. UDP: RFC 768; IPv4: RFC 791.

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"net/netip"

	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Offsets in a frame of a source.
const (
	sourceIP      = wire.EthernetHeaderLen
	sourceUDP     = sourceIP + wire.IPv4MinHeaderLen
	sourcePayload = sourceUDP + wire.UDPHeaderLen
)

// source sends UDP datagrams at a rate, round its flows or, with Poisson
// arrivals, of a flow drawn by lot. Each carries the time at which its last bit
// reaches the other end of the cable. The line limits the rate.
type source struct {
	l     *loop.Loop
	pool  *skb.Pool
	run   *trace.Run
	end   *lab.CableEnd
	rnd   *rand.Rand // nil: constant arrivals
	frame []byte     // the template: ports, time and IP id are 0
	sum   uint64     // of the datagram with its pseudo-header
	df    bool

	flows, ports int
	pps          int64
	line         int64 // for how long a frame occupies the line
	flight       int64 // from the first bit sent to the last bit arrived
	total        int64

	timer loop.Timer
	out   nic.Frame
	start int64
	sent  int64
	due   float64 // when the next datagram is due, after start, with Poisson arrivals
	free  int64   // when the line is free
	first int64   // arrival of the first datagram
	last  int64   // and of the latest
	over  bool
	done  loop.WaitQueue
	atEnd func() // runs when the last one has arrived
}

// endpoint is one end of a cable.
type endpoint struct {
	mac  wire.MAC
	addr netip.Addr
}

// sourcePort is the source port of the first flow, readerPort the port of the
// first reader.
const (
	sourcePort = 20000
	readerPort = 9000
)

// newSource prepares a source at one end of a cable. next is whose MAC address
// the frames go to, to whose IP address.
func (b *bench) newSource(end *lab.CableEnd, from endpoint, next wire.MAC, to netip.Addr) *source {
	s := b.s
	x := &source{l: b.l, pool: b.pool, run: b.run, end: end, flows: max(s.Flows, 1), ports: max(s.Readers, 1), pps: s.PPS, total: int64(s.Packets)}
	x.df = s.Kind != Forward // what may have to be cut must allow it
	if s.Arrival == Poisson {
		x.rnd = rand.New(rand.NewPCG(s.Seed, 0x706f6973736f6e))
	}
	x.frame = make([]byte, max(sourcePayload+s.Size, wire.EthernetMinFrame))
	eth := wire.EthernetFields{Dst: next, Src: from.mac, EtherType: wire.EtherTypeIPv4}
	eth.Put(x.frame)
	ip := wire.IPv4Fields{DF: x.df, TTL: 64, Protocol: wire.ProtoUDP, Src: from.addr, Dst: to, PayloadLen: wire.UDPHeaderLen + s.Size}
	ip.Put(x.frame[sourceIP:])
	udp := wire.UDPFields{PayloadLen: s.Size}
	udp.Put(x.frame[sourceUDP:])
	for i := range s.Size - stampLen {
		x.frame[sourcePayload+stampLen+i] = byte('a' + i%26)
	}
	x.sum = uint64(wire.Fold(wire.Sum(x.frame[sourceUDP:sourcePayload+s.Size], wire.PseudoSum(from.addr, to, wire.ProtoUDP, wire.UDPHeaderLen+s.Size))))
	x.line = lineTime(len(x.frame)+wire.EthernetOverhead, s.Rate)
	x.flight = x.line + int64(s.Delay)
	x.timer.Init(b.l, x.fire)
	return x
}

// lineTime is how long a line is busy with that many octets.
func lineTime(octets int, rate int64) int64 { return (int64(octets)*8e9 + rate - 1) / rate }

// begin sends the first datagram now.
func (x *source) begin() {
	x.start = x.l.Now()
	x.first = x.start + x.flight
	x.timer.Set(x.start)
}

// wait blocks the calling application until the last datagram has arrived.
func (x *source) wait() {
	x.l.Enter()
	defer x.l.Exit()
	for !x.over {
		x.done.Wait(x.l, loop.Never)
	}
}

func (x *source) fire() {
	if x.sent == x.total {
		x.over = true
		if x.atEnd != nil {
			x.atEnd()
		}
		x.done.WakeAll()
		return
	}
	x.send()
	x.sent++
	x.free = x.l.Now() + x.line
	if x.sent == x.total {
		x.timer.Set(x.last)
		return
	}
	x.timer.Set(max(x.free, x.start+x.next()))
}

// next is when the next datagram is due, after start.
func (x *source) next() int64 {
	if x.rnd == nil {
		return int64(float64(x.sent) * 1e9 / float64(x.pps))
	}
	x.due += -math.Log(1-x.rnd.Float64()) * 1e9 / float64(x.pps)
	return int64(x.due)
}

func (x *source) send() {
	flow := uint64(x.sent)
	if x.rnd != nil {
		flow = x.rnd.Uint64()
	}
	flow %= uint64(x.flows)
	sport, dport := uint16(sourcePort+flow), uint16(readerPort+flow%uint64(x.ports))
	x.last = x.l.Now() + x.flight

	block := x.pool.Block(nic.Headroom + len(x.frame))
	f := block.B[nic.Headroom : nic.Headroom+len(x.frame)]
	copy(f, x.frame)
	if !x.df {
		ip := wire.IPv4(f[sourceIP:sourceUDP])
		binary.BigEndian.PutUint16(ip[4:], uint16(x.sent))
		binary.BigEndian.PutUint16(ip[10:], 0)
		binary.BigEndian.PutUint16(ip[10:], ^wire.Fold(wire.Sum(ip, 0)))
	}
	binary.BigEndian.PutUint16(f[sourceUDP:], sport)
	binary.BigEndian.PutUint16(f[sourceUDP+2:], dport)
	stamp := uint64(x.last)
	binary.BigEndian.PutUint64(f[sourcePayload:], stamp)
	sum := x.sum + uint64(sport) + uint64(dport) + stamp>>48 + stamp>>32&0xffff + stamp>>16&0xffff + stamp&0xffff
	c := ^wire.Fold(sum)
	if c == 0 {
		c = 0xffff // RFC 768: a sum of zero is sent as all ones
	}
	binary.BigEndian.PutUint16(f[sourceUDP+6:], c)
	x.out = nic.Frame{Block: block, Off: nic.Headroom, Len: len(f), Summed: true, Pkt: x.run.NextPkt()}
	x.end.Send(&x.out)
}

// stampOf reads the time that a source's datagram carries.
func stampOf(payload []byte) int64 { return int64(binary.BigEndian.Uint64(payload)) }

// sink is the other end of a wire that ends nowhere: it counts what arrives.
type sink struct {
	deliver func(payload []byte, octets int) // nil: nobody wants to know
	frames  uint64
	bytes   uint64
}

// Receive implements lab.Receiver.
func (k *sink) Receive(f *nic.Frame) {
	k.frames++
	k.bytes += uint64(f.Len)
	if p := datagram(f.Bytes()); p != nil && k.deliver != nil {
		k.deliver(p, f.WireLen())
	}
	f.Free()
}

// datagram returns the payload of a UDP datagram's first fragment, or nil.
func datagram(frame []byte) []byte {
	e, err := wire.ParseEthernet(frame)
	if err != nil || e.EtherType() != wire.EtherTypeIPv4 {
		return nil
	}
	p, err := wire.ParseIPv4(e.Payload())
	if err != nil || p.Protocol() != wire.ProtoUDP || p.FragOffset() != 0 {
		return nil
	}
	if b := p[p.HeaderLen():]; len(b) >= wire.UDPHeaderLen+stampLen {
		return b[wire.UDPHeaderLen:]
	}
	return nil
}

package stack

import (
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

func etherType(v6 bool) uint16 {
	if v6 {
		return wire.EtherTypeIPv6
	}
	return wire.EtherTypeIPv4
}

// ipPacket is an IP header before a payload.
func ipPacket(src, dst netip.Addr, proto, ttl uint8, payload []byte) []byte {
	if src.Is4() {
		h := wire.IPv4Fields{TTL: ttl, ID: 77, Protocol: proto, Src: src, Dst: dst, PayloadLen: len(payload)}
		b := make([]byte, h.Len())
		h.Put(b)
		return append(b, payload...)
	}
	h := wire.IPv6Fields{HopLimit: ttl, NextHeader: proto, Src: src, Dst: dst, PayloadLen: len(payload)}
	b := make([]byte, h.Len())
	h.Put(b)
	return append(b, payload...)
}

// udpPacket is a whole datagram with its checksum.
func udpPacket(src, dst netip.AddrPort, ttl uint8, data []byte) []byte {
	f := wire.UDPFields{SrcPort: src.Port(), DstPort: dst.Port(), PayloadLen: len(data)}
	b := make([]byte, wire.UDPHeaderLen, wire.UDPHeaderLen+len(data))
	f.Put(b)
	b = append(b, data...)
	wire.UDP(b).FillChecksum(src.Addr(), dst.Addr())
	return ipPacket(src.Addr(), dst.Addr(), wire.ProtoUDP, ttl, b)
}

// directPort hands frames to its peer at the next step of the loop without any
// copy or allocation.
type directPort struct {
	info  DeviceInfo
	peer  *Interface
	queue skb.Queue
	timer loop.Timer
	l     *loop.Loop
}

func (d *directPort) Info() DeviceInfo { return d.info }
func (d *directPort) Xmit(s *skb.SKB) {
	if s.Checksum == skb.ChecksumPartial {
		s.Checksum = skb.ChecksumUnnecessary
	}
	d.queue.Push(s)
	if !d.timer.Armed() {
		d.timer.After(1000)
	}
}

func (d *directPort) deliver() {
	for s := d.queue.Pop(); s != nil; s = d.queue.Pop() {
		d.peer.Input(s)
	}
}

// quietPair is two hosts without trace on such ports.
func quietPair(t testing.TB) (l *loop.Loop, a, b *Stack) {
	l = loop.New(loop.Config{MaxVirtual: 1 << 62})
	pool := &skb.Pool{}
	a = New(l, trace.New(nil, "a"), pool, Config{Name: "a"})
	b = New(l, trace.New(nil, "b"), pool, Config{Name: "b"})
	quietCable(t, l, a, b, netip.MustParsePrefix("192.0.2.1/24"), netip.MustParsePrefix("192.0.2.2/24"))
	return l, a, b
}

func quietCable(t testing.TB, l *loop.Loop, a, b *Stack, pa, pb netip.Prefix) {
	da := &directPort{l: l, info: DeviceInfo{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, byte(len(a.ifaces)), 1}, MTU: 1500, TxChecksum: true, GSOMax: 65536}}
	db := &directPort{l: l, info: DeviceInfo{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, byte(len(a.ifaces)), 2}, MTU: 1500, TxChecksum: true, GSOMax: 65536}}
	da.timer.Init(l, da.deliver)
	db.timer.Init(l, db.deliver)
	var err error
	db.peer, err = a.AddInterface(da, InterfaceConfig{})
	must(t, err)
	da.peer, err = b.AddInterface(db, InterfaceConfig{})
	must(t, err)
	must(t, db.peer.AddAddr(pa))
	must(t, da.peer.AddAddr(pb))
}

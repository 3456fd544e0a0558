package host

import (
	"net/netip"
	"testing"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/stack"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// datagram is a frame with an empty or filled UDP datagram for this machine.
func datagram(src, dst netip.AddrPort, payload int) []byte {
	n := wire.EthernetHeaderLen + wire.IPv4MinHeaderLen + wire.UDPHeaderLen + payload
	b := make([]byte, max(n, wire.EthernetMinFrame))
	e := wire.EthernetFields{Dst: macA, Src: macB, EtherType: wire.EtherTypeIPv4}
	e.Put(b)
	ip := wire.IPv4Fields{TTL: 64, Protocol: wire.ProtoUDP, Src: src.Addr(), Dst: dst.Addr(), PayloadLen: wire.UDPHeaderLen + payload}
	ip.Put(b[wire.EthernetHeaderLen:])
	u := wire.UDPFields{SrcPort: src.Port(), DstPort: dst.Port(), PayloadLen: payload}
	d := b[wire.EthernetHeaderLen+wire.IPv4MinHeaderLen : n]
	u.Put(d)
	wire.UDP(d).FillChecksum(src.Addr(), dst.Addr())
	return b
}

// arriveBytes puts a frame into the device as from the cable.
func (m *machine) arriveBytes(p *Port, b []byte, f *nic.Frame) {
	*f = nic.Frame{Block: m.pool.Block(2048), Off: nic.Headroom, Len: len(b), Summed: true}
	copy(f.Bytes(), b)
	p.nic.Receive(f)
}

// recv is recvfrom on a UDP socket.
func (m *machine) recv(s *stack.UDPSocket, p []byte) int {
	m.Enter("recvfrom")
	n := 0
	for {
		var err error
		if n, _, err = s.Recv(p); err != stack.ErrWouldBlock {
			break
		}
		m.Wait(&s.RecvQ, "recvfrom", loop.Never)
	}
	m.Exit("recvfrom", n)
	return n
}

// The whole receive path in virtual time with costs, as fast as the simulation
// goes: 60-byte frames, an interrupt or a poll, IP, UDP, the socket, a reader.
func BenchmarkReceiveStorm(b *testing.B) {
	for _, gap := range []int64{800, 4000} { // ns between frames: polling, and near one interrupt a frame
		b.Run(map[int64]string{800: "polling", 4000: "interrupts"}[gap], func(b *testing.B) {
			m := newMachine(b, Config{}, nic.Config{}, 1)
			*m.tr = *trace.New(nil, "a")
			if err := m.port.iface.AddAddr(netip.PrefixFrom(addrA4, 25)); err != nil {
				b.Fatal(err)
			}
			frame := datagram(netip.AddrPortFrom(addrB4, 1000), netip.AddrPortFrom(addrA4, 2000), 18)
			got := 0
			err := m.l.Run(func() error {
				s, err := m.stack.BindUDP(netip.AddrPortFrom(addrA4, 2000), netip.AddrPort{})
				if err != nil {
					return err
				}
				s.SetRecvBuf(4 << 20)
				sent := 0
				var f nic.Frame
				feed := m.l.NewTimer(nil)
				feed.Init(m.l, func() {
					m.arriveBytes(m.port, frame, &f)
					if sent++; sent < b.N {
						feed.Set(m.l.Now() + gap)
					}
				})
				feed.After(0)
				buf := make([]byte, 64)
				b.ReportAllocs()
				b.ResetTimer()
				for got+int(m.port.nic.Stats.RxMissedErrors+s.Drops()) < b.N {
					m.recv(s, buf)
					got++
				}
				b.StopTimer()
				return nil
			})
			if err != nil && got < b.N/2 {
				b.Fatal(err, got)
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "packets/s")
			b.ReportMetric(float64(got)/float64(b.N), "read/packet")
			b.ReportMetric(float64(m.port.nic.Stats.Interrupts)/float64(b.N), "interrupts/packet")
		})
	}
}

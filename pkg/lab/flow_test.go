package lab

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"testing"

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

// twoHosts joins two hosts by one cable.
func twoHosts(b *testing.B, l *loop.Loop, cable CableConfig) (client, server *netconn.Net) {
	b.Helper()
	l.Enter()
	defer l.Exit()
	pool, run := &skb.Pool{}, &trace.Run{Now: l.Now}
	c := NewCable(l, pool, nil, cable)
	var nets [2]*netconn.Net
	for i, end := range []*CableEnd{c.A, c.B} {
		h := host.New(l, run, pool, host.Config{Name: fmt.Sprintf("h%d", i+1), NoCosts: true,
			Stack: stack.Config{TCP: tcp.Config{RecvBufMax: nearRecvBuf}}})
		p, err := h.AddNIC(nic.Config{Name: "eth0", MAC: wire.MAC{2, 0, 0, 0, 0, byte(i + 1)}},
			netip.PrefixFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i + 1)}), 24))
		if err != nil {
			b.Fatal(err)
		}
		p.NIC().Connect(end)
		end.Connect(p.NIC())
		nets[i] = netconn.New(h)
	}
	return nets[0], nets[1]
}

// One TCP flow between two hosts on one cable, 1500-byte frames.
func BenchmarkCableFlow(b *testing.B) {
	for _, real := range []bool{false, true} {
		b.Run(fmt.Sprintf("real=%v", real), func(b *testing.B) {
			l := loop.New(loop.Config{Real: real, MaxVirtual: 1 << 60})
			defer l.Close()
			client, server := twoHosts(b, l, CableConfig{Name: "x"})
			const block = 256 << 10
			total := int64(b.N) * block
			b.SetBytes(block)
			b.ReportAllocs()
			err := l.Run(func() error {
				ln, err := server.Listen("tcp", ":5001")
				if err != nil {
					return err
				}
				sent := l.Go("send", func() {
					c, err := client.DialContext(context.Background(), "tcp", "192.0.2.2:5001")
					if err != nil {
						b.Error(err)
						return
					}
					buf := make([]byte, block)
					for range b.N {
						if _, err := c.Write(buf); err != nil {
							b.Error(err)
						}
					}
					c.Close()
				})
				c, err := ln.Accept()
				if err != nil {
					return err
				}
				b.ResetTimer()
				n, err := io.CopyBuffer(onlyWriter{}, onlyReader{c}, make([]byte, block))
				b.StopTimer()
				if err == nil && n != total {
					err = io.ErrUnexpectedEOF
				}
				sent.Join()
				c.Close()
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			segments := float64(total) / 1448
			b.ReportMetric(float64(total)*8/1e9/b.Elapsed().Seconds(), "Gbit/s")
			b.ReportMetric(segments/b.Elapsed().Seconds(), "segments/s")
		})
	}
}

// One TCP flow from a server on LAN B through the router to the client, in
// machine time: what the lab itself costs, without the uplink.
func BenchmarkRoutedFlow(b *testing.B) {
	const block = 256 << 10
	b.SetBytes(block)
	b.ReportAllocs()
	realLab(b, Config{NoBystanders: true}, func(ctx context.Context, lab *Lab) {
		ln, err := lab.Dialer("web").Listen("tcp", ":5001")
		if err != nil {
			b.Fatal(err)
		}
		sent := lab.Loop().Go("send", func() {
			c, err := ln.Accept()
			if err != nil {
				b.Error(err)
				return
			}
			buf := make([]byte, block)
			for range b.N {
				if _, err := c.Write(buf); err != nil {
					b.Error(err)
				}
			}
			c.Close()
		})
		c, err := lab.Dialer("client").DialContext(ctx, "tcp", "203.0.113.80:5001")
		if err != nil {
			b.Fatal(err)
		}
		b.ResetTimer()
		n, err := io.CopyBuffer(onlyWriter{}, onlyReader{c}, make([]byte, block))
		b.StopTimer()
		if err != nil || n != int64(b.N)*block {
			b.Error(n, err)
		}
		c.Close()
		sent.Join()
		ln.Close()
	})
}

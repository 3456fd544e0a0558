package stack

// The loopback device: RFC 1122 3.2.1.3 (g), RFC 4291 2.5.3. It has no ring, no DMA
// and no interrupt. As in Linux's loopback_xmit a packet goes to the CPU's backlog and
// is received when the sender's code has returned: the host's backlog, or without a
// host a queue with a timer that is due at once.

import (
	"net/netip"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
)

const (
	loopbackMTU     = 65536
	loopbackBacklog = 1000 // netdev_max_backlog
	loopbackBatch   = 64   // dev_weight
)

type loopback struct {
	st    *Stack
	ifc   *Interface
	queue skb.Queue
	timer loop.Timer
}

func (s *Stack) addLoopback() {
	d := &loopback{st: s}
	d.timer.Init(s.l, func() { s.softirq(d.process) })
	d.ifc, _ = s.AddInterface(d, InterfaceConfig{}) // the first interface: there is room
	for _, p := range []netip.Prefix{
		netip.PrefixFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), 8),
		netip.PrefixFrom(netip.IPv6Loopback(), 128),
	} {
		if err := d.ifc.AddAddr(p); err != nil {
			panic(err) // constant addresses on an empty interface
		}
	}
}

func (d *loopback) Info() DeviceInfo {
	return DeviceInfo{Name: "lo", MTU: loopbackMTU, TxChecksum: true, GSOMax: 65536, Loopback: true}
}

func (d *loopback) Xmit(s *skb.SKB) {
	if d.st.cfg.Backlog != nil {
		s.Stamp = d.st.l.Now()
		if s.Checksum == skb.ChecksumPartial {
			s.Checksum = skb.ChecksumUnnecessary // see process
		}
		s.Uncharge() // skb_orphan
		s = d.st.orphan(s)
		s.L2 = s.Data()
		if !d.st.cfg.Backlog(d.ifc, s) {
			d.st.n.LoopbackDrops++
		}
		return
	}
	if d.queue.N >= loopbackBacklog {
		d.st.n.LoopbackDrops++
		d.st.drop(s, d.ifc, trace.CPUBacklog, "enqueue_to_backlog", "")
		return
	}
	s.Stamp = d.st.l.Now()
	d.queue.Push(s)
	if !d.timer.Armed() {
		d.timer.Set(d.st.l.Now())
	}
}

// process is process_backlog.
func (d *loopback) process() {
	for n := 0; n < loopbackBatch; n++ {
		s := d.queue.Pop()
		if s == nil {
			return
		}
		if s.Checksum == skb.ChecksumPartial {
			// The bytes never left memory: there is nothing to verify.
			s.Checksum = skb.ChecksumUnnecessary
		}
		d.ifc.Input(s)
	}
	if d.queue.N > 0 {
		d.timer.Set(d.st.l.Now())
	}
}

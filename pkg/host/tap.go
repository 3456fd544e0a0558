package host

// Packet sockets: what tcpdump on the machine itself sees. net/core/dev.c:
// __netif_receive_skb_core (ptype_all) on receive, xmit_one with dev_queue_xmit_nit on
// send.

import (
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
)

// Tap is a packet between the driver and the protocols: on receive what GRO has
// merged, on send before the device cuts it and completes its checksum. It begins
// at the Ethernet header, and belongs to the host: it is valid during the call. Linux
// gives a packet socket a clone; taps here stand outside the reference counts.
type Tap struct {
	Time int64
	Dir  nic.Dir
	SKB  *skb.SKB
}

// AddTap calls fn for each packet that the port receives or sends. What the wire
// carries is seen by [nic.NIC.AddTap].
func (p *Port) AddTap(fn func(Tap)) { p.taps = append(p.taps, fn) }

func (p *Port) tap(dir nic.Dir, s *skb.SKB) {
	for _, fn := range p.taps {
		fn(Tap{Time: p.h.now(), Dir: dir, SKB: s})
	}
}

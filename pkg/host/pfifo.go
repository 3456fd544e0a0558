package host

// pfifo_fast: net/sched/sch_generic.c.

import "github.com/netkit-go/netkit/pkg/skb"

// prioToBand maps a packet's priority to its band (sch_default_prio2band).
var prioToBand = [16]uint8{1, 2, 2, 2, 1, 2, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1}

const pfifoBands = 3

// pfifo is three queues, of which the first that has a packet is served. Each
// holds txqueuelen packets; the newest are dropped.
type pfifo struct {
	bands [pfifoBands]skb.Queue
	limit int
}

func (f *pfifo) enqueue(s *skb.SKB, _ int64) (dropped *skb.SKB) {
	b := &f.bands[prioToBand[s.Priority&15]]
	if b.N >= f.limit {
		return s
	}
	b.Push(s)
	return nil
}

func (f *pfifo) dequeue(_ int64, _ func(*skb.SKB)) *skb.SKB {
	for i := range f.bands {
		if s := f.bands[i].Pop(); s != nil {
			return s
		}
	}
	return nil
}

func (f *pfifo) len() (packets, bytes int) {
	for i := range f.bands {
		packets += f.bands[i].N
		bytes += f.bands[i].Bytes
	}
	return packets, bytes
}

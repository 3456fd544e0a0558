package kernelpath

import (
	"slices"
	"testing"

	"github.com/netkit-go/netkit/pkg/trace"
)

// A discipline's statistics count a super-segment as the frames that the card makes of
// it (bstats_update, qdisc_pkt_len_init): tc agrees with the card.
func TestQdiscCountsTheFramesOfASuperSegment(t *testing.T) {
	r := run(t, Scenario{Kind: Bulk, Direction: TX, Packets: 8})
	d := r.Counters.Devices[0]
	if d.Stats.TxTSO == 0 || d.Qdisc.Packets != d.Stats.TxPackets {
		t.Errorf("tc counts %d packets, the card %d, of %d super-segments", d.Qdisc.Packets, d.Stats.TxPackets, d.Stats.TxTSO)
	}
	const padding = 18 // of one ARP packet, which only the card sees
	if d.Qdisc.Bytes+padding != d.Stats.TxBytes {
		t.Errorf("tc counts %d bytes, the card %d", d.Qdisc.Bytes, d.Stats.TxBytes)
	}
}

// tcp_v4_rcv counts what GRO has merged as one segment, as ip_rcv does.
func TestMergedSegmentsCountOnce(t *testing.T) {
	n := run(t, Scenario{Kind: Bulk, Packets: 8}).Counters
	value := func(name string) uint64 {
		i := slices.IndexFunc(n.SNMP, func(c Counter) bool { return c.Name == name })
		return n.SNMP[i].Value
	}
	if ip, tcp := value("IpInReceives"), value("TcpInSegs"); ip != tcp || tcp >= n.Devices[0].Stats.RxPackets {
		t.Errorf("%d packets, %d segments, %d frames", ip, tcp, n.Devices[0].Stats.RxPackets)
	}
}

// A queue that byte queue limits stopped is scheduled when it starts again, with
// packets or without (netif_schedule_queue): NET_TX looks.
func TestQueueThatStartsAgainRaisesNetTX(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{}, o)
	woken, raised := 0, 0
	for _, e := range o.events {
		switch {
		case e.Kind == trace.TxWake && e.Stage == "netif_schedule_queue":
			woken++
		case e.Kind == trace.SoftIRQRaise && e.Text == "NET_TX":
			raised++
		}
	}
	if woken == 0 || raised != woken {
		t.Errorf("%d times a queue started again, %d times NET_TX was raised", woken, raised)
	}
}

// ip_append_data fills all pieces of a datagram before udp_send_skb sends the first.
func TestPiecesAreFilledBeforeTheFirstIsSent(t *testing.T) {
	o := &order{host: Host}
	run(t, Scenario{Kind: Send, Size: 4000, Packets: 1}, o)
	var kinds []trace.Kind
	for _, e := range o.events {
		if e.Kind == trace.CopyFromUser || e.Kind == trace.IPFragment {
			kinds = append(kinds, e.Kind)
		}
	}
	c, f := trace.CopyFromUser, trace.IPFragment
	if !slices.Equal(kinds, []trace.Kind{c, c, c, f, f, f}) {
		t.Errorf("%v", kinds)
	}
}

// What the card reads is the buffer that the driver gave it.
func TestCardReadsTheBufferOfTheDescriptor(t *testing.T) {
	for _, s := range []Scenario{{}, {Kind: Send, Packets: 5}, {Kind: Forward, Packets: 5}, {Kind: Bulk, Direction: TX, Packets: 2, NoTSO: true}} {
		o := &order{host: Host}
		run(t, s, o)
		given, read := map[uint64]uint64{}, 0
		for _, e := range o.events {
			switch e.Kind {
			case trace.TxDesc:
				given[e.Pkt] = e.Buf
			case trace.TxDMA:
				if read++; given[e.Pkt] != e.Buf {
					t.Errorf("%s: packet %d is in buffer %d, and the card reads %d", s.Kind, e.Pkt, given[e.Pkt], e.Buf)
				}
			}
		}
		if read == 0 {
			t.Errorf("%s: nothing was read", s.Kind)
		}
	}
}

// hosts are the machines that events come from.
type hosts map[string]bool

func (h hosts) Emit(e *trace.Event) { h[e.Host] = true }

func TestEventsComeFromTheMachinesOfTheScenario(t *testing.T) {
	for _, s := range []Scenario{{}, {Kind: Bulk}, {Kind: Flood, Packets: 9}, {Kind: Incast}, {Kind: Forward, Packets: 9}, {Kind: Send}, {Kind: Send, Proto: "tcp"}, {Kind: SlowReader}, {Kind: SlowReader, Proto: "udp"}, {Kind: Mixed}} {
		s.Handshake = true
		seen := hosts{}
		run(t, s, seen)
		s.Fill()
		known := s.Machines()
		for h := range seen {
			if !slices.Contains(known, h) {
				t.Errorf("%s: events of %s, which is none of %v", s.Kind, h, known)
			}
		}
		for _, h := range known {
			if !seen[h] {
				t.Errorf("%s: no event of %s", s.Kind, h)
			}
		}
	}
}

// losses counts what the host's events say was dropped.
type losses map[string]uint64

func (l losses) Emit(e *trace.Event) {
	if e.Host == Host && e.Drop != trace.NotDropped {
		l[e.Drop.String()]++
	}
}

// Each way of losing a packet can be had, goes by Linux's name, and its counter says
// the same as the events.
func TestEachLossHasItsReasonAndCounter(t *testing.T) {
	for _, x := range []struct {
		s    Scenario
		want []trace.DropReason
	}{
		{Scenario{Kind: Flood, Packets: 3000, PPS: 3_000_000, Ring: 64}, []trace.DropReason{trace.RxMissed}},
		{Scenario{Kind: Flood, Packets: 3000, PPS: 3_000_000, CPUs: 2, RPSCPUs: 2, MaxBacklog: 10}, []trace.DropReason{trace.CPUBacklog}},
		{Scenario{Kind: Flood, Packets: 2000, RcvBuf: 20_000, PPS: 1_000_000}, []trace.DropReason{trace.SocketRcvbuff}},
		{Scenario{Kind: Flood, Packets: 100, NoSocket: true}, []trace.DropReason{trace.NoSocket}},
		{Scenario{Kind: Flood, Packets: 5000, Corrupt: 0.3}, []trace.DropReason{trace.BadFCS, trace.UDPCSum, trace.IPCSum, trace.IPInHdr, trace.PktTooSmall}},
		{Scenario{Kind: Send, Packets: 300, TxQueueLen: 5, Rate: 100_000_000}, []trace.DropReason{trace.QdiscDrop}},
		{Scenario{Kind: Send, Packets: 300, Qdisc: "noqueue", Rate: 100_000_000}, []trace.DropReason{trace.FullRing}},
		{Scenario{Kind: Forward, Packets: 500, Size: 1400, OutMTU: 576, PPS: 700_000, TxQueueLen: 5, Rate: 1_000_000_000}, []trace.DropReason{trace.QdiscDrop}},
	} {
		seen := losses{}
		r := run(t, x.s, seen)
		counted := map[string]uint64{}
		for _, d := range r.Drops {
			if d.Where != "wire" {
				counted[d.Reason] += d.Packets
			}
		}
		for _, why := range x.want {
			if seen[why.String()] == 0 {
				t.Errorf("%+v: nothing lost for %s", x.s, why)
			}
		}
		for why := range seen {
			if seen[why] != counted[why] {
				t.Errorf("%s: %d events of %s, and a count of %d", x.s.Kind, seen[why], why, counted[why])
			}
		}
		for why := range counted {
			if seen[why] != counted[why] {
				t.Errorf("%s: a count of %d for %s, and %d events", x.s.Kind, counted[why], why, seen[why])
			}
		}
	}
}

package kernelpath

import (
	"github.com/netkit-go/netkit/pkg/host"
	"github.com/netkit-go/netkit/pkg/lab"
	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/trace"
)

// measure takes the measurements of a run that no counter of the machine has:
// when, how much, and how long from the wire to the user. Datagrams of a source
// carry their time of arrival. Segments do not: of those it listens to the
// events of the device's DMA and of the copy to the user.
type measure struct {
	l      *loop.Loop
	host   *host.Host
	cables []*lab.CableEnd

	start, end     int64 // of the traffic
	packets, bytes uint64
	expect         uint64 // bytes after which the traffic is over; 0: whoever runs it says
	late, lateByte uint64 // of them, delivered after end
	latency        Histogram
	cpus           []host.CPUTime // at start
	cpusEnd        []host.CPUTime // at end
	before         totals         // what had been counted at start

	arrived [arrivedSlots]arrival // by packet id
}

// arrivedSlots bounds the segments between the wire and the user whose arrival
// is remembered: more than any receive window holds in full frames. When two share a
// slot the older one is forgotten, and its latency not counted.
const arrivedSlots = 1 << 14

type arrival struct {
	pkt uint64
	at  int64
}

// wants says whether events are needed.
func (m *measure) wants(s *Scenario) bool { return s.Proto == "tcp" && s.Kind != Mixed }

func (m *measure) begin(h *host.Host) {
	m.host, m.start = h, m.l.Now()
	m.cpus = h.CPUTimes()
	m.before = sum(h)
}

// totals are counters of which the traffic's share counts.
type totals struct{ frames, interrupts, squeezes, ksoftirqd uint64 }

func sum(h *host.Host) (t totals) {
	for _, p := range h.Ports() {
		s := p.NIC().Stats
		t.frames += s.RxPackets + s.TxPackets
		t.interrupts += s.Interrupts
	}
	for _, s := range h.Softnet() {
		t.squeezes += s.TimeSqueeze
		t.ksoftirqd += s.KsoftirqdWake
	}
	return t
}

// stop ends the measured time: what is delivered later is counted apart.
func (m *measure) stop() {
	if m.end == 0 {
		m.end = m.l.Now()
		m.cpusEnd = m.host.CPUTimes()
	}
}

// delivered counts what a reader has.
func (m *measure) delivered(n int) {
	m.packets++
	m.bytes += uint64(n)
	switch {
	case m.end != 0:
		m.late++
		m.lateByte += uint64(n)
	case m.bytes == m.expect:
		m.stop()
	}
}

// Emit implements trace.Sink.
func (m *measure) Emit(e *trace.Event) {
	switch {
	case e.Kind == trace.WireRecv && e.Dev == toHost:
		m.arrived[e.Pkt%arrivedSlots] = arrival{e.Pkt, e.Time}
	case e.Kind == trace.CopyToUser && e.Host == Host:
		if a := m.arrived[e.Pkt%arrivedSlots]; a.pkt == e.Pkt {
			m.latency.Add(e.Time - a.at)
		}
	}
}

// toHost is the direction of the host's cable in which it receives: its card is at
// end A.
const toHost = hostCable + " b>a"

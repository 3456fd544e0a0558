package lab

// A learning bridge: IEEE 802.1Q-2018 8.6 (forwarding), 8.7 (learning), 8.8 (filtering database and ageing).

import (
	"time"

	"github.com/netkit-go/netkit/pkg/loop"
	"github.com/netkit-go/netkit/pkg/nic"
	"github.com/netkit-go/netkit/pkg/skb"
	"github.com/netkit-go/netkit/pkg/trace"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Bounds of a switch.
const (
	// AgeingTime is how long a learned address is kept without being seen:
	// what 802.1Q recommends.
	AgeingTime = 300 * time.Second
	// MaxLearned is how many addresses a switch knows. Beyond, new ones are
	// not learned, and frames for them are flooded.
	MaxLearned = 1024
	// ageEvery is how often the table is searched for what is too old.
	ageEvery = 10 * time.Second
)

// Switch forwards frames between its ports by what it has learned. Its ports
// have no address and it never sends a frame of its own. What waits for a port's
// line waits in the cable's paced end, which is the port's output queue.
type Switch struct {
	Name string

	l     *loop.Loop
	pool  *skb.Pool
	tr    *trace.Tracer
	ports []*SwitchPort
	table map[wire.MAC]*learned
	order []*learned // in order of learning: what ageing goes through
	age   loop.Timer
	copy  nic.Frame // of a flooded frame, for one port

	Stats SwitchStats
}

// SwitchStats counts frames.
type SwitchStats struct {
	Forwarded uint64 // sent to the one port where the destination is
	Flooded   uint64 // sent to all other ports
	Filtered  uint64 // destination behind the port of arrival, or reserved
	BadFCS    uint64
	Learned   uint64
	Moved     uint64 // learned again behind another port
	Aged      uint64
	TableFull uint64 // addresses not learned because of MaxLearned
}

type learned struct {
	mac  wire.MAC
	port *SwitchPort
	seen int64
}

// SwitchPort is where a cable is plugged in.
type SwitchPort struct {
	Name  string
	s     *Switch
	wire  nic.Wire
	cable string // its name
	// The entries that the latest frame used, since flows come in trains.
	src, dst *learned
}

// NewSwitch returns a switch without ports.
func NewSwitch(l *loop.Loop, pool *skb.Pool, tr *trace.Tracer, name string) *Switch {
	s := &Switch{Name: name, l: l, pool: pool, tr: tr, table: make(map[wire.MAC]*learned)}
	s.age.Init(l, s.ageOut)
	s.age.Background = true
	return s
}

// AddPort plugs an end of a cable into a new port.
func (s *Switch) AddPort(name string, end *CableEnd) *SwitchPort {
	p := &SwitchPort{Name: name, s: s, wire: end}
	s.ports = append(s.ports, p)
	end.Connect(p)
	return p
}

// Learned returns the port behind which the address was seen, or nil.
func (s *Switch) Learned(mac wire.MAC) *SwitchPort {
	if e := s.table[mac]; e != nil {
		return e.port
	}
	return nil
}

// Receive takes a frame that arrived at the port.
func (p *SwitchPort) Receive(f *nic.Frame) {
	s := p.s
	// The switch stores a frame before it forwards it: damage ends here.
	if f.Sealed && wire.FCS(f.Bytes()) != f.FCS {
		s.Stats.BadFCS++
		s.drop(p, f, trace.BadFCS)
		return
	}
	e, err := wire.ParseEthernet(f.Bytes())
	if err != nil {
		s.drop(p, f, trace.HdrTrunc)
		return
	}
	s.learn(p, e.Src(), f)
	dst := e.Dst()
	if dst.IsMulticast() {
		if reserved(dst) {
			s.filter(f)
		} else {
			s.flood(p, f)
		}
		return
	}
	to := p.dst
	if to == nil || to.mac != dst {
		if to = s.table[dst]; to == nil {
			s.flood(p, f)
			return
		}
		p.dst = to
	}
	if to.port == p {
		s.filter(f)
		return
	}
	s.Stats.Forwarded++
	if s.tr.On() {
		s.emit(trace.SwitchForward, to.port, dst, f)
	}
	to.port.wire.Send(f)
}

// reserved says whether the address is one of 01-80-C2-00-00-00 to -0F, which
// no bridge forwards (802.1Q-2018 8.6.3).
func reserved(m wire.MAC) bool {
	return m[0] == 0x01 && m[1] == 0x80 && m[2] == 0xc2 && m[3] == 0 && m[4] == 0 && m[5] < 0x10
}

func (s *Switch) filter(f *nic.Frame) {
	s.Stats.Filtered++
	f.Free()
}

func (s *Switch) drop(p *SwitchPort, f *nic.Frame, why trace.DropReason) {
	if s.tr.On() {
		s.tr.Emit(trace.Event{Kind: trace.Drop, Ctx: trace.Hardware, Dev: p.Name, Pkt: f.Pkt, Len: int32(f.Len), Drop: why})
	}
	f.Free()
}

func (s *Switch) emit(k trace.Kind, p *SwitchPort, mac wire.MAC, f *nic.Frame) {
	e := trace.Event{Kind: k, Ctx: trace.Hardware, Dev: p.Name, Neigh: trace.Neigh{MAC: mac}}
	if f != nil {
		e.Pkt, e.Buf, e.Len = f.Pkt, f.Block.ID, int32(f.Len)
	}
	s.tr.Emit(e)
}

// learn notes behind which port the sender is. 802.1Q-2018 8.7: a group address
// is no sender's.
func (s *Switch) learn(p *SwitchPort, src wire.MAC, f *nic.Frame) {
	now := s.l.Now()
	e := p.src
	if e != nil && e.mac == src && e.port == p {
		e.seen = now
		return
	}
	if src.IsMulticast() || src.IsZero() {
		return
	}
	if e = s.table[src]; e == nil {
		if len(s.order) >= MaxLearned {
			s.Stats.TableFull++
			return
		}
		e = &learned{mac: src, port: p}
		s.table[src] = e
		s.order = append(s.order, e)
		s.Stats.Learned++
		if !s.age.Armed() {
			s.age.After(ageEvery)
		}
		s.emit(trace.SwitchLearn, p, src, f)
	} else if e.port != p {
		e.port = p
		s.Stats.Moved++
		s.emit(trace.SwitchLearn, p, src, f)
	}
	e.seen = now
	p.src = e
}

// ageOut forgets who has not been seen for too long.
func (s *Switch) ageOut() {
	limit := s.l.Now() - int64(AgeingTime)
	kept := s.order[:0]
	for _, e := range s.order {
		if e.seen > limit {
			kept = append(kept, e)
			continue
		}
		delete(s.table, e.mac)
		s.Stats.Aged++
		s.emit(trace.SwitchAge, e.port, e.mac, nil)
		for _, p := range s.ports {
			if p.src == e {
				p.src = nil
			}
			if p.dst == e {
				p.dst = nil
			}
		}
	}
	clear(s.order[len(kept):])
	s.order = kept
	if len(s.order) > 0 {
		s.age.After(ageEvery)
	}
}

// flood sends a frame out of all ports but the one it came in by. Each gets a
// block of its own, for receivers write to what they get.
func (s *Switch) flood(in *SwitchPort, f *nic.Frame) {
	s.Stats.Flooded++
	if s.tr.On() {
		s.emit(trace.SwitchFlood, in, wire.MAC(f.Bytes()[:6]), f)
	}
	for _, p := range s.ports {
		if p != in {
			s.copy = f.Copy(s.pool)
			p.wire.Send(&s.copy)
		}
	}
	f.Free()
}

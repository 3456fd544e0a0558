package layers

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// Bounds on what is counted. What comes when a table is full is counted in its
// "other".
const (
	MaxConversations = 1 << 15
	maxHierarchy     = 1 << 12
)

// Stats counts packets. Each goroutine counts its own; Merge adds them up.
type Stats struct {
	packets, bytes int64
	captured       int64
	timed          bool
	first, last    int64

	root     hierarchy
	nodes    int
	talks    map[talkKey]*talk
	other    int64 // packets of conversations that are not in talks
	sizes    [len(sizeEdges) + 1]count
	timeline timeline
	minSize  int
	maxSize  int
}

type count struct{ packets, bytes int64 }

func (c *count) add(n int) { c.packets++; c.bytes += int64(n) }

// hierarchy is a protocol below another.
type hierarchy struct {
	proto *dissect.Proto
	count
	below []*hierarchy
}

type talkKind uint8

const (
	talkEthernet talkKind = iota
	talkIPv4
	talkIPv6
	talkTCP
	talkUDP
	talkSCTP
)

var talkNames = [...]string{"eth", "ip", "ipv6", "tcp", "udp", "sctp"}

// talkKey names a conversation; a is the end that sorts first.
type talkKey struct {
	kind   talkKind
	v6     bool
	a, b   [16]byte
	pa, pb uint16
}

type talk struct {
	ab, ba      count
	number      int64 // of its first packet
	fromB       bool  // which b sent
	first, last int64
}

// sizeEdges are the lower bounds of all size classes but the first.
var sizeEdges = [...]int{20, 40, 80, 160, 320, 640, 1280, 2560, 5120}

// NewStats returns an empty count.
func NewStats() *Stats { return &Stats{talks: map[talkKey]*talk{}} }

// Add counts a packet. Fields are not needed.
func (s *Stats) Add(p *dissect.Packet, w When) {
	s.packets++
	s.bytes += int64(p.OrigLen)
	s.captured += int64(len(p.Bufs[0]))
	if s.packets == 1 || p.OrigLen < s.minSize {
		s.minSize = p.OrigLen
	}
	s.maxSize = max(s.maxSize, p.OrigLen)
	class := 0
	for class < len(sizeEdges) && p.OrigLen >= sizeEdges[class] {
		class++
	}
	s.sizes[class].add(p.OrigLen)
	if !w.None {
		if !s.timed {
			s.first, s.last, s.timed = w.Time, w.Time, true
		}
		s.first, s.last = min(s.first, w.Time), max(s.last, w.Time)
		s.timeline.add(max(0, w.Time-w.First), p.OrigLen)
	}
	s.layers(p, w)
}

func (s *Stats) layers(p *dissect.Packet, w When) {
	node := &s.root
	var src, dst []byte // of the innermost IP header so far
	for i := range p.Layers {
		l := &p.Layers[i]
		if l.Len == 0 {
			continue // a record's own facts
		}
		if node.proto != l.Proto {
			if node = s.child(node, l.Proto); node == nil {
				return
			}
			node.add(p.OrigLen)
		}
		b := p.Bufs[l.Buf]
		b = b[min(l.Off, len(b)):]
		switch l.Proto.Name {
		case "eth":
			if len(b) >= 12 {
				s.talk(talkEthernet, b[6:12], b[:6], 0, 0, p, w)
			}
		case "ip":
			if len(b) >= 20 {
				src, dst = b[12:16], b[16:20]
				s.talk(talkIPv4, src, dst, 0, 0, p, w)
			}
		case "ipv6":
			if len(b) >= 40 {
				src, dst = b[8:24], b[24:40]
				s.talk(talkIPv6, src, dst, 0, 0, p, w)
			}
		case "tcp", "udp", "sctp":
			if len(b) >= 4 && src != nil {
				kind := talkTCP
				switch l.Proto.Name {
				case "udp":
					kind = talkUDP
				case "sctp":
					kind = talkSCTP
				}
				s.talk(kind, src, dst, be16(b), be16(b[2:]), p, w)
			}
		}
	}
}

func (s *Stats) child(n *hierarchy, p *dissect.Proto) *hierarchy {
	for _, c := range n.below {
		if c.proto == p {
			return c
		}
	}
	if s.nodes >= maxHierarchy {
		return nil
	}
	s.nodes++
	c := &hierarchy{proto: p}
	n.below = append(n.below, c)
	return c
}

func (s *Stats) talk(kind talkKind, src, dst []byte, sport, dport uint16, p *dissect.Packet, w When) {
	key := talkKey{kind: kind, v6: len(src) == 16}
	order := bytes.Compare(src, dst)
	fromB := order > 0 || order == 0 && sport > dport
	if fromB {
		copy(key.a[:], dst)
		copy(key.b[:], src)
		key.pa, key.pb = dport, sport
	} else {
		copy(key.a[:], src)
		copy(key.b[:], dst)
		key.pa, key.pb = sport, dport
	}
	t := s.talks[key]
	if t == nil {
		if len(s.talks) >= MaxConversations {
			s.other++
			return
		}
		t = &talk{number: p.Number, fromB: fromB, first: w.Time, last: w.Time}
		s.talks[key] = t
	}
	t.first, t.last = min(t.first, w.Time), max(t.last, w.Time)
	if fromB {
		t.ba.add(p.OrigLen)
	} else {
		t.ab.add(p.OrigLen)
	}
}

// Merge adds what o has counted.
func (s *Stats) Merge(o *Stats) {
	if o.packets == 0 {
		return
	}
	if s.packets == 0 || o.minSize < s.minSize {
		s.minSize = o.minSize
	}
	s.maxSize = max(s.maxSize, o.maxSize)
	s.packets, s.bytes, s.captured, s.other = s.packets+o.packets, s.bytes+o.bytes, s.captured+o.captured, s.other+o.other
	if o.timed {
		if !s.timed {
			s.first, s.last, s.timed = o.first, o.last, true
		}
		s.first, s.last = min(s.first, o.first), max(s.last, o.last)
	}
	for i := range s.sizes {
		s.sizes[i].packets += o.sizes[i].packets
		s.sizes[i].bytes += o.sizes[i].bytes
	}
	s.timeline.merge(&o.timeline)
	s.mergeBelow(&s.root, &o.root)
	for k, t := range o.talks {
		mine := s.talks[k]
		switch {
		case mine == nil && len(s.talks) >= MaxConversations:
			s.other += t.ab.packets + t.ba.packets
			continue
		case mine == nil:
			s.talks[k] = t
			continue
		case t.number < mine.number:
			mine.number, mine.fromB = t.number, t.fromB
		}
		mine.first, mine.last = min(mine.first, t.first), max(mine.last, t.last)
		mine.ab.packets, mine.ab.bytes = mine.ab.packets+t.ab.packets, mine.ab.bytes+t.ab.bytes
		mine.ba.packets, mine.ba.bytes = mine.ba.packets+t.ba.packets, mine.ba.bytes+t.ba.bytes
	}
}

func (s *Stats) mergeBelow(to, from *hierarchy) {
	to.packets += from.packets
	to.bytes += from.bytes
	for _, c := range from.below {
		if mine := s.child(to, c.proto); mine != nil {
			s.mergeBelow(mine, c)
		}
	}
}

// timeline counts packets in intervals. It begins with intervals of a millisecond
// and makes them ten times as long whenever there would be too many.
type timeline struct {
	width int64 // nanoseconds
	bins  []count
}

const maxBins = 10000

func (t *timeline) add(ns int64, size int) {
	if t.width == 0 {
		t.width = 1e6
	}
	for ns/t.width >= maxBins {
		t.widen()
	}
	i := int(ns / t.width)
	for len(t.bins) <= i {
		t.bins = append(t.bins, count{})
	}
	t.bins[i].add(size)
}

func (t *timeline) widen() {
	t.width *= 10
	t.bins = grouped(t.bins, 10)
}

// grouped adds up n neighbours each.
func grouped(bins []count, n int) []count {
	out := bins[:0]
	for i := 0; i < len(bins); i += n {
		var c count
		for _, b := range bins[i:min(i+n, len(bins))] {
			c.packets, c.bytes = c.packets+b.packets, c.bytes+b.bytes
		}
		out = append(out, c)
	}
	return out
}

func (t *timeline) merge(o *timeline) {
	if o.width == 0 {
		return
	}
	if t.width == 0 {
		t.width = o.width
	}
	for t.width < o.width {
		t.widen()
	}
	for o.width < t.width {
		o.widen()
	}
	for i, c := range o.bins {
		if len(t.bins) <= i {
			t.bins = append(t.bins, count{})
		}
		t.bins[i].packets += c.packets
		t.bins[i].bytes += c.bytes
	}
}

// Summary is what was counted, as a document.
type Summary struct {
	Packets       int64          `json:"packets" doc:"How many packets."`
	Bytes         int64          `json:"bytes" doc:"Their octets on the wire."`
	Captured      int64          `json:"captured" doc:"Their octets in the input."`
	First         string         `json:"first,omitempty" doc:"Time of the earliest packet, RFC 3339."`
	Last          string         `json:"last,omitempty" doc:"Time of the latest packet."`
	Duration      Number         `json:"duration" doc:"Seconds between them."`
	Protocols     []ProtocolSum  `json:"protocols" doc:"The protocol hierarchy, each protocol before those that it carries."`
	Conversations []Conversation `json:"conversations" doc:"Who talked with whom, the most octets first, by kind."`
	Endpoints     []Endpoint     `json:"endpoints" doc:"Who sent and received, the most octets first, by kind."`
	Other         int64          `json:"other" doc:"Packets of conversations for which the table had no room."`
	Sizes         []SizeClass    `json:"sizes" doc:"Packets by their length on the wire."`
	Timeline      Timeline       `json:"timeline" doc:"Packets over time."`
}

// ProtocolSum is a line of the protocol hierarchy.
type ProtocolSum struct {
	Path     string `json:"path" doc:"The protocol behind those that carry it, apart by colons."`
	Depth    int    `json:"depth" doc:"How many carry it."`
	Protocol string `json:"protocol" doc:"Its name, as display filters have it."`
	Title    string `json:"title" doc:"Its name in words."`
	Packets  int64  `json:"packets" doc:"Packets that hold it."`
	Bytes    int64  `json:"bytes" doc:"The whole length of those packets."`
}

// Conversation is two ends that exchanged packets.
type Conversation struct {
	Kind      string `json:"kind" doc:"eth, ip, ipv6, tcp, udp or sctp."`
	A         string `json:"a" doc:"The end that sent the first packet."`
	B         string `json:"b" doc:"The other end."`
	PacketsAB int64  `json:"packets_ab" doc:"Packets from A to B."`
	BytesAB   int64  `json:"bytes_ab" doc:"Their octets on the wire."`
	PacketsBA int64  `json:"packets_ba" doc:"Packets from B to A."`
	BytesBA   int64  `json:"bytes_ba" doc:"Their octets on the wire."`
	Start     Number `json:"start" doc:"Seconds from the earliest packet to the conversation's first."`
	Duration  Number `json:"duration" doc:"Seconds from its first packet to its last."`
}

// Endpoint is one end.
type Endpoint struct {
	Kind            string `json:"kind" doc:"eth, ip, ipv6, tcp, udp or sctp."`
	Address         string `json:"address" doc:"Its address, with the port where the kind has ports."`
	PacketsSent     int64  `json:"packets_sent" doc:"Packets that it sent."`
	BytesSent       int64  `json:"bytes_sent" doc:"Their octets on the wire."`
	PacketsReceived int64  `json:"packets_received" doc:"Packets that it received."`
	BytesReceived   int64  `json:"bytes_received" doc:"Their octets on the wire."`
}

// SizeClass is how many packets have a length.
type SizeClass struct {
	From    int   `json:"from" doc:"Smallest length of the class."`
	To      int   `json:"to,omitempty" doc:"Largest length of the class; absent for the last."`
	Packets int64 `json:"packets" doc:"Packets of such a length."`
	Bytes   int64 `json:"bytes" doc:"Their octets."`
}

// Timeline is packets by intervals of one length.
type Timeline struct {
	Interval Number     `json:"interval" doc:"Seconds of each interval."`
	Bins     []Interval `json:"bins" doc:"The intervals from the first packet on."`
}

// Interval is one of them.
type Interval struct {
	Start   Number `json:"start" doc:"Seconds from the first packet."`
	Packets int64  `json:"packets" doc:"Packets."`
	Bytes   int64  `json:"bytes" doc:"Their octets on the wire."`
}

// shownBins is how many intervals a summary has at most.
const shownBins = 60

// Summary returns what was counted.
func (s *Stats) Summary(c Config) Summary {
	r := New(c)
	out := Summary{Packets: s.packets, Bytes: s.bytes, Captured: s.captured, Other: s.other,
		Protocols: []ProtocolSum{}, Conversations: []Conversation{}, Endpoints: []Endpoint{}, Sizes: []SizeClass{}}
	if s.timed {
		out.First = string(r.clock.appendRFC3339(nil, s.first))
		out.Last = string(r.clock.appendRFC3339(nil, s.last))
		out.Duration = seconds(s.last - s.first)
	}
	out.hierarchy(&s.root, "", 0)
	s.conversations(&out)
	from := 0
	for i, n := range s.sizes {
		class := SizeClass{From: from, Packets: n.packets, Bytes: n.bytes}
		if i < len(sizeEdges) {
			class.To, from = sizeEdges[i]-1, sizeEdges[i]
		}
		out.Sizes = append(out.Sizes, class)
	}
	out.Timeline = s.timeline.shown()
	return out
}

func seconds(ns int64) Number { return Number(float64(ns) / 1e9) }

func (t *timeline) shown() Timeline {
	width, bins := t.width, slices.Clone(t.bins)
	for _, n := range []int{2, 5, 10, 20, 50, 100, 200} {
		if len(t.bins) <= shownBins {
			break
		}
		width, bins = t.width*int64(n), grouped(slices.Clone(t.bins), n)
		if len(bins) <= shownBins {
			break
		}
	}
	out := Timeline{Interval: seconds(width), Bins: []Interval{}}
	for i, b := range bins {
		out.Bins = append(out.Bins, Interval{seconds(int64(i) * width), b.packets, b.bytes})
	}
	return out
}

func (out *Summary) hierarchy(n *hierarchy, path string, depth int) {
	slices.SortFunc(n.below, func(a, b *hierarchy) int {
		return cmp.Or(cmp.Compare(b.packets, a.packets), cmp.Compare(a.proto.Name, b.proto.Name), cmp.Compare(a.proto.Title, b.proto.Title))
	})
	for _, c := range n.below {
		name := path + c.proto.Name
		out.Protocols = append(out.Protocols, ProtocolSum{name, depth, c.proto.Name, c.proto.Title, c.packets, c.bytes})
		out.hierarchy(c, name+":", depth+1)
	}
}

func (s *Stats) conversations(out *Summary) {
	type end struct {
		kind talkKind
		v6   bool
		addr [16]byte
		port uint16
	}
	ends := map[end]*Endpoint{}
	keys := make([]talkKey, 0, len(s.talks))
	for k := range s.talks {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(x, y talkKey) int {
		a, b := s.talks[x], s.talks[y]
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(b.ab.bytes+b.ba.bytes, a.ab.bytes+a.ba.bytes), cmp.Compare(a.number, b.number),
			bytes.Compare(x.a[:], y.a[:]), bytes.Compare(x.b[:], y.b[:]))
	})
	var order []end
	note := func(e end, sent, received count) {
		p := ends[e]
		if p == nil {
			p = &Endpoint{Kind: talkNames[e.kind], Address: endName(e.kind, e.v6, e.addr, e.port)}
			ends[e] = p
			order = append(order, e)
		}
		p.PacketsSent += sent.packets
		p.BytesSent += sent.bytes
		p.PacketsReceived += received.packets
		p.BytesReceived += received.bytes
	}
	for _, k := range keys {
		t := s.talks[k]
		a, b := endName(k.kind, k.v6, k.a, k.pa), endName(k.kind, k.v6, k.b, k.pb)
		ab, ba := t.ab, t.ba
		if t.fromB {
			a, b, ab, ba = b, a, ba, ab
		}
		out.Conversations = append(out.Conversations, Conversation{talkNames[k.kind], a, b, ab.packets, ab.bytes, ba.packets, ba.bytes,
			seconds(max(0, t.first-s.first)), seconds(t.last - t.first)})
		note(end{k.kind, k.v6, k.a, k.pa}, t.ab, t.ba)
		note(end{k.kind, k.v6, k.b, k.pb}, t.ba, t.ab)
	}
	slices.SortStableFunc(order, func(x, y end) int {
		a, b := ends[x], ends[y]
		return cmp.Or(cmp.Compare(x.kind, y.kind), cmp.Compare(b.BytesSent+b.BytesReceived, a.BytesSent+a.BytesReceived))
	})
	for _, e := range order {
		out.Endpoints = append(out.Endpoints, *ends[e])
	}
}

func endName(kind talkKind, v6 bool, addr [16]byte, port uint16) string {
	if kind == talkEthernet {
		return string(appendMAC(nil, addr[:6]))
	}
	var b []byte
	if v6 {
		b = appendIPv6(nil, addr[:])
		if kind >= talkTCP {
			b = append(append([]byte{'['}, b...), ']')
		}
	} else {
		b = appendIPv4(nil, addr[:4])
	}
	if kind >= talkTCP {
		b = appendUint(append(b, ':'), uint64(port))
	}
	return string(b)
}

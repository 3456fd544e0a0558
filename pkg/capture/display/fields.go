package display

// What a name stands for, and its values in a packet.

import (
	"strings"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// field gives the values of a field.
type field struct {
	defs   []*dissect.Def
	class  class
	layers ranges // of which layers of its protocol, from 1; nil for all
}

func (f *field) has(d *dissect.Def) bool {
	for _, x := range f.defs {
		if x == d {
			return true
		}
	}
	return false
}

func (f *field) push(m *machine) {
	if f.layers == nil {
		for i := range m.p.Fields {
			if x := &m.p.Fields[i]; f.has(x.Def) {
				f.pushField(m, x)
			}
		}
		return
	}
	f.eachLayer(m, func(x *dissect.Field) { f.pushField(m, x) })
}

// eachLayer calls do for the fields in the layers that were asked for.
func (f *field) eachLayer(m *machine, do func(*dissect.Field)) {
	for i := range m.p.Layers {
		l := &m.p.Layers[i]
		if n, count := ordinal(m.p, i); f.layers.has(n, count) {
			for j := l.First; j < l.First+l.N; j++ {
				if x := &m.p.Fields[j]; f.has(x.Def) {
					do(x)
				}
			}
		}
	}
}

// ordinal says which of the layers of its protocol layer i is, from 1, and how
// many there are.
func ordinal(p *dissect.Packet, i int) (n, count int) {
	for j := range p.Layers {
		if p.Layers[j].Proto == p.Layers[i].Proto {
			count++
			if j <= i {
				n = count
			}
		}
	}
	return n, count
}

func (f *field) pushField(m *machine, x *dissect.Field) {
	switch f.class {
	case uintClass:
		if x.IsNumber() {
			m.stack = append(m.stack, value{num: x.Num})
		}
	case boolClass:
		v := value{}
		if x.Num != 0 {
			v.num = 1
		}
		m.stack = append(m.stack, v)
	case intClass, timeClass, durClass:
		m.stack = append(m.stack, value{num: uint64(x.Int())})
	default:
		b, ok := m.p.Text(x)
		if !ok {
			b = m.p.Octets(x)
		}
		if size := sizeOf(f.class); size != 0 && len(b) != size {
			return
		}
		m.stack = append(m.stack, value{b: b})
	}
}

// sizeOf is the size of an address of this class, 0 for what has no fixed size.
func sizeOf(c class) int {
	switch c {
	case macClass:
		return 6
	case ipv4Class:
		return 4
	case ipv6Class:
		return 16
	}
	return 0
}

// exists reports whether the packet has the field.
func (f *field) exists(m *machine) bool {
	if f.layers != nil {
		found := false
		f.eachLayer(m, func(*dissect.Field) { found = true })
		return found
	}
	for i := range m.p.Fields {
		if f.has(m.p.Fields[i].Def) {
			return true
		}
	}
	return false
}

// proto gives the octets of a protocol's layers.
type proto struct {
	name   string
	whole  bool // with all that its layer carries
	layers ranges
}

func (f *proto) push(m *machine) {
	for i := range m.p.Layers {
		if f.is(m.p, i) {
			l := &m.p.Layers[i]
			if f.name == "frame" { // its layer has no octets of its own
				m.stack = append(m.stack, value{b: m.p.Bufs[0]})
				continue
			}
			end := l.Off + l.Len
			if f.whole {
				end = reach(m.p, l)
			}
			b := m.p.Bufs[l.Buf]
			m.stack = append(m.stack, value{b: b[l.Off:min(end, len(b))]})
		}
	}
}

// reach is where what a layer carries ends: the layers behind it, and fields that
// show octets which belong to no layer, such as the payload of a TCP segment whose
// stream is put together elsewhere.
func reach(p *dissect.Packet, l *dissect.Layer) int {
	end := l.Off + l.Len
	for j := range p.Layers {
		if o := &p.Layers[j]; o.Buf == l.Buf && o.Off >= l.Off {
			end = max(end, o.Off+o.Len)
		}
	}
	for j := range p.Fields {
		if x := &p.Fields[j]; x.Buf() == l.Buf && int(x.Bit)/8 >= l.Off {
			end = max(end, int(x.Bit+x.Bits+7)/8)
		}
	}
	return end
}

func (f *proto) is(p *dissect.Packet, i int) bool {
	if p.Layers[i].Proto.Name != f.name {
		return false
	}
	if f.layers == nil {
		return true
	}
	n, count := ordinal(p, i)
	return f.layers.has(n, count)
}

func (f *proto) exists(m *machine) bool {
	for i := range m.p.Layers {
		if f.is(m.p, i) {
			return true
		}
	}
	return false
}

// renamed are names that protocols had once, and one that only asks for a date.
var renamed = map[string]string{"ssl": "tls", "bootp": "dhcp", "frame.time": "frame.time_epoch"}

// lookup finds what a name stands for. A name that is none is not ok.
func (c *checker) lookup(name string) (typed, bool) {
	first, rest, _ := strings.Cut(name, ".")
	if now, ok := renamed[name]; ok {
		name = now
	} else if now, ok := renamed[first]; ok {
		name = now + "." + rest
	}
	if all := dissect.FieldDefs(name); all != nil {
		f := &field{class: classOf(all[0])}
		for _, d := range all {
			if f.class == boolClass && classOf(d) == uintClass {
				f.class = uintClass // variants of a header may have a flag where others have a number
			}
		}
		for _, d := range all {
			if k := classOf(d); k == f.class || k == boolClass && f.class == uintClass {
				f.defs = append(f.defs, d)
			}
		}
		c.needs.Fields = append(c.needs.Fields, f.defs...)
		return typed{operand: f, class: f.class, defs: f.defs, max: maxOf(f.defs)}, true
	}
	if list := dissect.ProtoByName(name); list != nil {
		c.needs.Protos = append(c.needs.Protos, list...)
		return typed{operand: &proto{name: name}, class: protoClass}, true
	}
	return typed{}, false
}

// maxOf is the largest number that the fields can hold, as far as is known:
// Wireshark's types have whole octets.
func maxOf(defs []*dissect.Def) uint64 {
	var most uint64
	for _, d := range defs {
		if d.Width == 0 || d.Width > 32 || d.Unit > 1 || d.Kind != wire.FieldDec && d.Kind != wire.FieldHex {
			return ^uint64(0)
		}
		most = max(most, 1<<((d.Width+7)/8*8)-1)
	}
	return most
}

// nearest is the name that is most like a wrong one; "" where none is.
func nearest(wrong string) string {
	best, at := "", max(1, len(wrong)/4)+1
	try := func(name string) {
		if n := len(name) - len(wrong); n >= at || -n >= at {
			return
		}
		if d := distance(wrong, name); d < at || d == at && name < best {
			best, at = name, d
		}
	}
	for _, p := range dissect.Protos() {
		try(p.Name)
		for i := range p.Header {
			try(p.Header[i].Name)
		}
		for _, d := range p.Fields {
			try(d.Name)
		}
	}
	for _, name := range []string{"ip.addr", "ipv6.addr", "eth.addr", "tcp.port", "udp.port"} {
		try(name)
	}
	return best
}

// distance is how many letters have to be changed, added or taken away, or
// neighbours swapped.
func distance(a, b string) int {
	if len(a) > 64 || len(b) > 64 {
		return 64
	}
	var rows [3][65]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

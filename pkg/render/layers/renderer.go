package layers

import (
	"bytes"
	"time"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// Config says how packets are drawn. The zero value is plain text with absolute
// local times and no names.
type Config struct {
	Time     TimeForm
	Location *time.Location // nil: the machine's zone
	Color    bool           // colour text with SGR sequences
	Names    *Names         // nil: addresses and ports as numbers only

	// MaxBytes is how many octets of a field the tree shows; 0 means 32, a
	// negative number all. The other forms show all always.
	MaxBytes int

	// Verbose makes the tree show the fields of the frame that its first line
	// and the layers say already.
	Verbose bool
}

// Renderer draws packets. It is for one goroutine.
type Renderer struct {
	c      Config
	defs   ptrTable[dissect.Def, defText]
	protos ptrTable[dissect.Proto, protoText]
	last   *defText // the last that was asked for
	clock  clock    // times of packets
	utc    clock    // times in packets
	col    []byte   // scratch: a cell before it is quoted
	cols   [][]byte
}

// New returns a renderer.
func New(c Config) *Renderer {
	if c.Location == nil {
		c.Location = time.Local
	}
	switch {
	case c.MaxBytes == 0:
		c.MaxBytes = 32
	case c.MaxBytes < 0:
		c.MaxBytes = 1 << 30
	}
	return &Renderer{c: c, last: &defText{}, clock: clock{loc: c.Location}, utc: clock{loc: time.UTC}}
}

// defText is what the forms write for every field of one definition.
type defText struct {
	of    *dissect.Def
	next  *defText           // which followed last time
	heads [headDepths][]byte // the tree's name column and "Label: ", by the field's depth
	json  []byte             // {"name":"…","label":"…"
	digit int                // hexadecimal digits of a fixed width, 0 where it varies
	kind  dissect.Kind

	meaning func(uint64) string
	unit    int
	// lead is how the tree's line began for the field that came last: place,
	// name and label. Most fields are always in the same place.
	lead      []byte
	leadBit   int32
	leadBits  int32
	leadDepth uint8

	meanings [smallMeanings]smallMeaning
	port     bool // its number is a port
}

// headDepths is how many depths have a text of their own; deeper fields are
// indented no further.
const headDepths = 8

// smallMeanings is how many small numbers have their meaning kept: working it out
// may format text.
const smallMeanings = 16

type smallMeaning struct {
	known bool
	text  string
}

// nameColumn is the width of the tree's column of field names; longer names push
// their line to the right.
const nameColumn = 28

// def finds what is known of a definition. Fields follow one another as they did in
// the packet before, so the one behind the last is tried first.
func (r *Renderer) def(d *dissect.Def) *defText {
	t := r.last.next
	if t == nil || t.of != d {
		if t = r.defs.get(d); t == nil {
			t = r.define(d)
		}
		r.last.next = t
	}
	r.last = t
	return t
}

func (r *Renderer) define(d *dissect.Def) *defText {
	t := &defText{of: d, kind: d.Kind, meaning: d.Meaning, unit: d.Unit}
	name := append([]byte("  "), d.Name...)
	name = append(name, bytes.Repeat([]byte{' '}, max(1, nameColumn-len(d.Name)))...)
	if r.c.Color {
		name = append(append([]byte(dim), name...), reset...)
	}
	for i := range t.heads {
		t.heads[i] = append(t.heads[i], name...)
		t.heads[i] = append(t.heads[i], bytes.Repeat([]byte("  "), i)...)
		t.heads[i] = append(append(t.heads[i], d.Label...), ": "...)
	}
	t.json = appendJSONString(append(t.json, `{"name":`...), []byte(d.Name))
	t.json = appendJSONString(append(t.json, `,"label":`...), []byte(d.Label))
	if d.Width > 0 {
		t.digit = (d.Width + 3) / 4
	}
	t.port = portField(d.Name)
	r.defs.put(d, t)
	return t
}

// means is what v means to the field; "" for nothing.
func (t *defText) means(v uint64) string {
	if t.meaning == nil {
		return ""
	}
	if v >= smallMeanings {
		return t.meaning(v)
	}
	m := &t.meanings[v]
	if !m.known {
		*m = smallMeaning{true, t.meaning(v)}
	}
	return m.text
}

type protoText struct {
	tree  []byte // the layer's line up to its range of bytes
	frame bool   // it is the packet's frame
	json  []byte // {"protocol":…,"osi_name":"…"
}

func (r *Renderer) proto(p *dissect.Proto) *protoText {
	if t := r.protos.get(p); t != nil {
		return t
	}
	t := &protoText{frame: p.Name == "frame"}
	t.tree = append(t.tree, "  "...)
	if r.c.Color {
		t.tree = append(t.tree, bold...)
	}
	t.tree = append(append(append(append(t.tree, p.Title...), " ("...), p.Name...), ')')
	if r.c.Color {
		t.tree = append(t.tree, reset...)
	}
	t.tree = append(append(t.tree, ", TCP/IP "...), TCPIPName(p.TCPIP)...)
	t.tree = append(append(t.tree, ", OSI "...), byte('0'+p.OSI), ' ')
	t.tree = append(append(t.tree, OSIName(p.OSI)...), ", "...)

	t.json = appendJSONString(append(t.json, `{"protocol":`...), []byte(p.Name))
	t.json = appendJSONString(append(t.json, `,"title":`...), []byte(p.Title))
	t.json = appendJSONString(append(t.json, `,"tcpip":`...), []byte(TCPIPName(p.TCPIP)))
	t.json = append(append(t.json, `,"osi":`...), byte('0'+p.OSI))
	t.json = appendJSONString(append(t.json, `,"osi_name":`...), []byte(OSIName(p.OSI)))
	r.protos.put(p, t)
	return t
}

// TCPIPName names a layer of the TCP/IP model (RFC 1122 section 1.1.3).
func TCPIPName(l dissect.TCPIPLayer) string {
	switch l {
	case dissect.Link:
		return "link"
	case dissect.Internet:
		return "internet"
	case dissect.Transport:
		return "transport"
	case dissect.Application:
		return "application"
	}
	return "none"
}

// OSIName names a layer of the OSI model (ISO/IEC 7498-1).
func OSIName(l dissect.OSILayer) string {
	switch l {
	case dissect.OSIPhysical:
		return "physical"
	case dissect.OSIDataLink:
		return "data link"
	case dissect.OSINetwork:
		return "network"
	case dissect.OSITransport:
		return "transport"
	case dissect.OSISession:
		return "session"
	case dissect.OSIPresentation:
		return "presentation"
	case dissect.OSIApplication:
		return "application"
	}
	return "none"
}

// SGR sequences (ECMA-48 8.3.117).
const (
	reset = "\x1b[0m"
	bold  = "\x1b[1;36m"
	dim   = "\x1b[2m"
	red   = "\x1b[31m"
	own   = "\x1b[1;33m"
)

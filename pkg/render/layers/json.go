package layers

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// The forms below say what AppendJSON writes; the JSON Schema is made from them.

// Packet is a packet as JSON.
type Packet struct {
	Number    int64    `json:"number" doc:"Place in the input, from 1."`
	Time      string   `json:"time,omitempty" doc:"When it was captured, RFC 3339 with nanoseconds; absent where the file does not say."`
	Relative  *Number  `json:"relative,omitempty" doc:"Seconds since the first packet of the input."`
	Length    int      `json:"length" doc:"Octets on the wire."`
	Captured  int      `json:"captured" doc:"Octets in the input."`
	LinkType  string   `json:"link_type" doc:"What the packet begins with: a LINKTYPE_ name without its prefix, or its number."`
	Interface string   `json:"interface,omitempty" doc:"Name of the interface that captured it."`
	Direction string   `json:"direction,omitempty" doc:"in or out, where the input says."`
	Comments  []string `json:"comments,omitempty" doc:"The packet's comments in the input."`
	Section   []string `json:"section_comments,omitempty" doc:"Comments of the input's section that begins with this packet."`
	Layers    []Layer  `json:"layers" doc:"The layers, outermost first."`
}

// Layer is one protocol's part of a packet as JSON.
type Layer struct {
	Protocol    string  `json:"protocol" doc:"Name of the protocol, as display filters have it."`
	Title       string  `json:"title" doc:"The protocol's name in words."`
	TCPIP       string  `json:"tcpip" doc:"Place in the TCP/IP model: link, internet, transport or application."`
	OSI         int     `json:"osi" doc:"Place in the OSI model, 1 to 7."`
	OSIName     string  `json:"osi_name" doc:"Name of that layer."`
	Buffer      int     `json:"buffer,omitempty" doc:"0 for the packet itself; above that, what was put together of several packets."`
	Offset      int     `json:"offset" doc:"First octet in the buffer."`
	Length      int     `json:"length" doc:"Octets."`
	Error       string  `json:"error,omitempty" doc:"What is wrong with the layer."`
	ErrorOffset *Number `json:"error_offset,omitempty" doc:"The octet of the buffer at which it is wrong."`
	Fields      []Field `json:"fields" doc:"The fields in the order of the wire, those of a heading after it and one deeper."`
}

// Field is a field as JSON.
type Field struct {
	Name    string  `json:"name" doc:"Name of the field, as display filters have it."`
	Label   string  `json:"label" doc:"What the field is called."`
	Value   *Value  `json:"value,omitempty" doc:"A number, true or false for a flag, a string for everything else; octets in hexadecimal. Numbers above 2^53-1 are strings of digits. A heading may have none."`
	Meaning string  `json:"meaning,omitempty" doc:"What the number means."`
	Offset  *Number `json:"offset,omitempty" doc:"First octet in the layer's buffer; absent for what was concluded."`
	Bit     int     `json:"bit,omitempty" doc:"First bit in that octet, the most significant being 0; absent for 0."`
	Width   int     `json:"width,omitempty" doc:"Bits; absent for what was concluded."`
	Depth   int     `json:"depth,omitempty" doc:"Below how many headings the field is; absent for 0."`
	Wrong   bool    `json:"wrong,omitempty" doc:"Whether the value is wrong, as a checksum may be."`
}

// Value is a field's value: a string, a number or a truth value.
type Value struct{}

// Number is a number that may be 0 and present.
type Number float64

// AppendJSON writes a packet as one JSON object without a line break.
func (r *Renderer) AppendJSON(dst []byte, p *dissect.Packet, w When) []byte {
	dst = appendUint(append(dst, `{"number":`...), uint64(p.Number))
	if !w.None {
		dst = r.clock.appendRFC3339(append(dst, `,"time":"`...), w.Time)
		dst = appendSeconds(append(dst, `","relative":`...), w.Time-w.First, 9)
	}
	dst = appendUint(append(dst, `,"length":`...), uint64(p.OrigLen))
	dst = appendUint(append(dst, `,"captured":`...), uint64(len(p.Bufs[0])))
	dst = append(append(append(dst, `,"link_type":"`...), p.LinkType.String()...), '"')
	if p.InterfaceName != "" {
		dst = appendJSONString(append(dst, `,"interface":`...), []byte(p.InterfaceName))
	}
	switch p.Flags.Direction() {
	case capture.Inbound:
		dst = append(dst, `,"direction":"in"`...)
	case capture.Outbound:
		dst = append(dst, `,"direction":"out"`...)
	}
	dst = appendJSONStrings(dst, `,"comments":[`, p.Comments)
	dst = appendJSONStrings(dst, `,"section_comments":[`, p.SectionComments)
	dst = append(dst, `,"layers":[`...)
	for i := range p.Layers {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendJSONLayer(dst, p, &p.Layers[i])
	}
	return append(dst, "]}"...)
}

// appendJSONStrings appends a member that is a list of strings, if there are any.
func appendJSONStrings(dst []byte, member string, list []string) []byte {
	for i, s := range list {
		if i == 0 {
			dst = append(dst, member...)
		} else {
			dst = append(dst, ',')
		}
		dst = appendJSONString(dst, []byte(s))
	}
	if len(list) > 0 {
		dst = append(dst, ']')
	}
	return dst
}

func (r *Renderer) appendJSONLayer(dst []byte, p *dissect.Packet, l *dissect.Layer) []byte {
	dst = append(dst, r.proto(l.Proto).json...)
	if l.Buf > 0 {
		dst = appendUint(append(dst, `,"buffer":`...), uint64(l.Buf))
	}
	dst = appendUint(append(dst, `,"offset":`...), uint64(l.Off))
	dst = appendUint(append(dst, `,"length":`...), uint64(l.Len))
	if l.Bad != "" {
		dst = appendJSONString(append(dst, `,"error":`...), []byte(l.Bad))
		dst = appendUint(append(dst, `,"error_offset":`...), uint64(l.BadOff))
	}
	dst = append(dst, `,"fields":[`...)
	fields := p.Fields[l.First : l.First+l.N]
	for i := range fields {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = r.appendJSONField(dst, p, l, &fields[i])
	}
	return append(dst, "]}"...)
}

func (r *Renderer) appendJSONField(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field) []byte {
	t := r.def(f.Def)
	dst = append(dst, t.json...)
	if _, text := p.Text(f); text || t.kind != dissect.Group {
		dst = r.appendJSONValue(append(dst, `,"value":`...), p, l, f, t)
	}
	if m := t.means(f.Num); m != "" {
		dst = appendJSONString(append(dst, `,"meaning":`...), []byte(m))
	} else if r.c.Names != nil {
		at := len(dst)
		dst = r.c.Names.appendName(append(dst, `,"meaning":"`...), p, l, f, t)
		if len(dst) == at+len(`,"meaning":"`) {
			dst = dst[:at]
		} else {
			dst = append(dst, '"')
		}
	}
	if f.Bits > 0 {
		dst = appendUint(append(dst, `,"offset":`...), uint64(f.Bit>>3))
		if bit := f.Bit & 7; bit != 0 {
			dst = append(append(dst, `,"bit":`...), byte('0'+bit))
		}
		dst = appendUint(append(dst, `,"width":`...), uint64(f.Bits))
	}
	if f.Depth > 0 {
		dst = appendUint(append(dst, `,"depth":`...), uint64(f.Depth))
	}
	if f.Bad {
		dst = append(dst, `,"wrong":true`...)
	}
	return append(dst, '}')
}

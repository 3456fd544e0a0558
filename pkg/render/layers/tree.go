package layers

import (
	"github.com/netkit-go/netkit/pkg/capture"
	"github.com/netkit-go/netkit/pkg/capture/dissect"
)

// AppendTree writes a packet as a tree: a line about the packet, one for each
// layer, one for each field. A field's line begins with its place, the octet and
// after a dot the bit where it does not begin on an octet, and its width in bits;
// what was concluded has neither.
func (r *Renderer) AppendTree(dst []byte, p *dissect.Packet, w When) []byte {
	dst = r.appendHead(dst, p, w)
	for i := range p.Layers {
		dst = r.appendLayer(dst, p, &p.Layers[i])
	}
	return append(dst, '\n')
}

func (r *Renderer) appendHead(dst []byte, p *dissect.Packet, w When) []byte {
	if r.c.Color {
		dst = append(dst, "\x1b[1m"...)
	}
	dst = appendUint(append(dst, "Packet "...), uint64(p.Number))
	if r.c.Color {
		dst = append(dst, reset...)
	}
	dst = r.appendTime(append(dst, ", "...), w, false)
	dst = append(appendUint(append(dst, ", "...), uint64(p.OrigLen)), " bytes"...)
	if n := len(p.Bufs[0]); n != p.OrigLen {
		dst = append(appendUint(append(dst, " ("...), uint64(n)), " captured)"...)
	}
	if p.InterfaceName != "" {
		dst = appendText(append(dst, ", on "...), []byte(p.InterfaceName))
	}
	switch p.Flags.Direction() {
	case capture.Inbound:
		dst = append(dst, ", inbound"...)
	case capture.Outbound:
		dst = append(dst, ", outbound"...)
	}
	dst = append(dst, '\n')
	for _, c := range p.SectionComments {
		dst = appendText(append(dst, "  Comment of the section: "...), []byte(c))
		dst = append(dst, '\n')
	}
	for _, c := range p.Comments {
		dst = appendText(append(dst, "  Comment: "...), []byte(c))
		dst = append(dst, '\n')
	}
	return dst
}

func (r *Renderer) appendLayer(dst []byte, p *dissect.Packet, l *dissect.Layer) []byte {
	t := r.proto(l.Proto)
	dst = append(dst, t.tree...)
	dst = appendRange(dst, l.Off, l.Len)
	if l.Buf > 0 {
		dst = append(dst, " of what was put together ("...)
		dst = append(appendUint(dst, uint64(len(p.Bufs[l.Buf]))), " bytes)"...)
	}
	dst = append(dst, '\n')
	if l.Bad != "" {
		dst = r.appendWrong(dst, l)
	}
	fields := p.Fields[l.First : l.First+l.N]
	for i := range fields {
		if t.frame && !r.c.Verbose && inHead(fields[i].Def) {
			continue
		}
		dst = r.appendField(dst, p, l, &fields[i])
	}
	return dst
}

// inHead reports whether a field of the packet's frame is one that the packet's own
// line and the layers say, or the file's nature.
func inHead(d *dissect.Def) bool {
	switch d.Name {
	case "frame.number", "frame.time_epoch", "frame.time_delta", "frame.time_relative", "frame.len", "frame.cap_len",
		"frame.interface_id", "frame.interface_name", "frame.linktype", "frame.protocols":
		return true
	}
	return false
}

// appendRange writes "bytes 14-33 (20)".
func appendRange(dst []byte, off, n int) []byte {
	if n == 0 {
		return append(dst, "no bytes"...)
	}
	dst = appendUint(append(dst, "bytes "...), uint64(off))
	dst = appendUint(append(dst, '-'), uint64(off+n-1))
	return append(appendUint(append(dst, " ("...), uint64(n)), ')')
}

func (r *Renderer) appendWrong(dst []byte, l *dissect.Layer) []byte {
	dst = append(dst, "  "...)
	if r.c.Color {
		dst = append(dst, red...)
	}
	dst = appendUint(append(dst, "! Wrong at byte "...), uint64(l.BadOff))
	dst = append(append(dst, ": "...), l.Bad...)
	if r.c.Color {
		dst = append(dst, reset...)
	}
	return append(dst, '\n')
}

// The columns of a field's place: octet, bit, width.
const (
	octetColumn  = 8
	widthColumn  = 7
	placeColumns = octetColumn + 2 + widthColumn
)

const noPlace = "                 "

// appendPlace writes a field's octet, bit and width in their columns.
func appendPlace(dst []byte, f *dissect.Field) []byte {
	if f.Bits <= 0 {
		return append(dst, noPlace[:placeColumns]...)
	}
	n := len(dst)
	dst = append(dst, noPlace[:placeColumns]...)
	at := dst[n : n+placeColumns]
	right(at[:octetColumn], uint32(f.Bit)>>3)
	if bit := f.Bit & 7; bit != 0 {
		at[octetColumn], at[octetColumn+1] = '.', byte('0'+bit)
	}
	right(at[octetColumn+2:], uint32(f.Bits))
	return dst
}

// right writes v at the end of b, as far as it has room.
func right(b []byte, v uint32) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + v%10)
		if v /= 10; v == 0 {
			return
		}
	}
}

func (r *Renderer) appendField(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field) []byte {
	t := r.def(f.Def)
	if f.Bad && r.c.Color {
		dst = append(appendPlace(dst, f), red...)
		dst = append(dst, t.heads[min(f.Depth, headDepths-1)]...)
	} else {
		if f.Bit != t.leadBit || f.Bits != t.leadBits || f.Depth != t.leadDepth || t.lead == nil {
			t.lead = append(appendPlace(t.lead[:0], f), t.heads[min(f.Depth, headDepths-1)]...)
			t.leadBit, t.leadBits, t.leadDepth = f.Bit, f.Bits, f.Depth
		}
		dst = append(dst, t.lead...)
	}
	at := len(dst)
	dst = r.appendValue(dst, p, l, f, t, r.c.MaxBytes)
	if m := t.means(f.Num); m != "" {
		dst = append(append(append(dst, " ("...), m...), ')')
	} else if r.c.Names != nil {
		dst = r.c.Names.appendNote(dst, p, l, f, t)
	}
	if len(dst) == at { // a heading without words
		dst = dst[:at-2]
	}
	if f.Bad {
		dst = append(dst, " [wrong]"...)
		if r.c.Color {
			dst = append(dst, reset...)
		}
	}
	return append(dst, '\n')
}

// AppendHex writes the tree, and below each layer the rows of 16 octets in which
// it has bytes. In colour the layer's own are bright and its neighbours' dim;
// without, only its own are there, each in its place.
func (r *Renderer) AppendHex(dst []byte, p *dissect.Packet, w When) []byte {
	dst = r.appendHead(dst, p, w)
	for i := range p.Layers {
		l := &p.Layers[i]
		dst = r.appendLayer(dst, p, l)
		dst = r.appendRows(dst, p.Bufs[l.Buf], l.Off, l.Off+l.Len)
	}
	return append(dst, '\n')
}

const hexRow = 16

func (r *Renderer) appendRows(dst, b []byte, from, to int) []byte {
	from, to = max(0, from), min(to, len(b))
	for row := from &^ (hexRow - 1); row < to; row += hexRow {
		dst = appendHex(append(dst, "      "...), uint64(row), 4)
		dst = append(dst, "  "...)
		end := min(row+hexRow, len(b))
		dst = r.appendRow(dst, b, row, end, from, to, true)
		dst = append(dst, "  "...)
		dst = r.appendRow(dst, b, row, end, from, to, false)
		for len(dst) > 0 && dst[len(dst)-1] == ' ' {
			dst = dst[:len(dst)-1]
		}
		dst = append(dst, '\n')
	}
	return dst
}

// appendRow writes the octets row to end, as digits or as characters, those from
// "from" to "to" as the layer's own.
func (r *Renderer) appendRow(dst, b []byte, row, end, from, to int, digits bool) []byte {
	shade := ""
	for i := row; i < row+hexRow; i++ {
		inside := i >= from && i < to
		if r.c.Color && i < end {
			want := dim
			if inside {
				want = own
			}
			if want != shade {
				if shade != "" {
					dst = append(dst, reset...)
				}
				dst, shade = append(dst, want...), want
			}
		}
		show := i < end && (inside || r.c.Color)
		switch {
		case digits && show:
			dst = append(dst, hexPairs[2*int(b[i])], hexPairs[2*int(b[i])+1], ' ')
		case digits:
			dst = append(dst, "   "...)
		case show && b[i] >= 0x20 && b[i] < 0x7f:
			dst = append(dst, b[i])
		case show:
			dst = append(dst, '.')
		default:
			dst = append(dst, ' ')
		}
		if digits && i == row+hexRow/2-1 {
			dst = append(dst, ' ')
		}
	}
	if shade != "" {
		dst = append(dst, reset...)
	}
	return dst
}

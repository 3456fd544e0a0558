package dissect

import (
	"encoding/binary"
	"slices"
)

// What a dissector says about its layer. All offsets and lengths are octets from
// the layer's first. A field that does not fit into what is there is not added:
// the layer is marked as cut short instead, and the value is 0.

// Begin starts the dissector's layer. It comes first, once, and the layer
// claims all bytes unless Claim or Next says otherwise.
func (d *D) Begin(p *Proto) {
	d.layer = len(d.P.Layers)
	d.P.Layers = append(d.P.Layers, Layer{Proto: p, Buf: d.buf, Off: d.off, Len: d.end - d.off, First: len(d.P.Fields)})
	d.depth = 0
}

// Header adds the fields of the protocol's fixed header, as far as they fit,
// and reports whether all did. A field that lies inside the one before it is
// shown below it, like a flag in its octet.
func (d *D) Header() bool { return d.header(d.P.Layers[d.layer].Proto.Header) }

// header adds some fields of a fixed header.
func (d *D) header(defs []Def) bool {
	depth, outerEnd := d.depth, 0
	for i := range defs {
		def := &defs[i]
		end := def.Bit + def.Width
		if end > len(d.cur)*8 {
			d.depth = depth
			d.cut(def.Bit / 8)
			return false
		}
		if !d.WantFields {
			continue
		}
		if end <= outerEnd {
			d.depth = depth + 1
		} else {
			d.depth, outerEnd = depth, end
		}
		v := number(d.cur, def.Bit, def.Width)
		if def.Unit > 1 {
			v *= uint64(def.Unit)
		}
		if f := d.add(def, d.off*8+def.Bit, def.Width); f != nil {
			f.Num = v
		}
	}
	d.depth = depth
	return true
}

// Uint adds a number of n octets, most significant first, 1 to 8 of them.
func (d *D) Uint(def *Def, off, n int) uint64 { return d.Bits(def, off*8, n*8) }

// Bits adds a number of 1 to 64 bits, the first of which is bit (from the
// layer's first, the most significant of an octet first).
func (d *D) Bits(def *Def, bit, width int) uint64 {
	if !d.fits(bit, width) {
		d.cut(bit / 8)
		return 0
	}
	return d.bits(def, bit, width)
}

// UintLE adds a number of n octets, least significant first.
func (d *D) UintLE(def *Def, off, n int) uint64 {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return 0
	}
	var v uint64
	for i := n - 1; i >= 0; i-- {
		v = v<<8 | uint64(d.cur[off+i])
	}
	d.Num(def, off, n, v)
	return v
}

// Num adds a number that its octets mean by a rule of their own: a timestamp, a
// sum.
func (d *D) Num(def *Def, off, n int, v uint64) {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return
	}
	if f := d.add(def, (d.off+off)*8, n*8); f != nil {
		f.Num = v
	}
}

// Bytes adds octets: an address, text, or what has no further meaning.
func (d *D) Bytes(def *Def, off, n int) []byte {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return nil
	}
	d.add(def, (d.off+off)*8, n*8)
	return d.cur[off : off+n]
}

// Made adds text that was made of n octets: a name without its compression.
func (d *D) Made(def *Def, off, n int, text []byte) {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return
	}
	d.put(d.add(def, (d.off+off)*8, n*8), text)
}

// Gen adds a number that no octet of the packet holds: what was concluded.
func (d *D) Gen(def *Def, v uint64) {
	if f := d.add(def, d.off*8, 0); f != nil {
		f.Num = v
	}
}

// GenText adds text that no octet of the packet holds.
func (d *D) GenText(def *Def, text []byte) { d.put(d.add(def, d.off*8, 0), text) }

// Open adds a heading for n octets: what follows until Close belongs to it.
func (d *D) Open(def *Def, off, n int) {
	off = max(0, min(off, d.end-d.off))
	n = max(0, min(n, d.end-d.off-off))
	d.add(def, (d.off+off)*8, n*8)
	d.depth++
}

// OpenText is Open with a few words about what is below.
func (d *D) OpenText(def *Def, off, n int, text []byte) {
	off = max(0, min(off, d.end-d.off))
	n = max(0, min(n, d.end-d.off-off))
	d.put(d.add(def, (d.off+off)*8, n*8), text)
	d.depth++
}

// OpenBits is Open for a heading that is a number itself, such as an octet of
// flags.
func (d *D) OpenBits(def *Def, bit, width int) uint64 {
	v := d.Bits(def, bit, width)
	d.depth++
	return v
}

// OpenUint is OpenBits for whole octets.
func (d *D) OpenUint(def *Def, off, n int) uint64 { return d.OpenBits(def, off*8, n*8) }

// Close ends the heading that was opened last.
func (d *D) Close() {
	if d.depth > 0 {
		d.depth--
	}
}

// MarkBad says that the value of the field that was added last is wrong.
func (d *D) MarkBad() {
	if n := len(d.P.Fields); d.WantFields && n > d.P.Layers[d.layer].First {
		d.P.Fields[n-1].Bad = true
	}
}

// Wrong marks the layer as damaged: why, and at which octet. The first mark
// stays. What was read before it is kept.
func (d *D) Wrong(why string, off int) {
	l := &d.P.Layers[d.layer]
	if l.Bad == "" {
		l.Bad, l.BadOff = why, d.off+max(0, min(off, d.end-d.off))
	}
}

// Claim says that the layer is its first n octets. What follows them, and no
// Next takes, is data.
func (d *D) Claim(n int) {
	d.P.Layers[d.layer].Len = max(0, min(n, d.end-d.off))
}

// Own says that n octets behind what another layer gets are this layer's:
// padding, a trailer.
func (d *D) Own(off, n int) { d.hand(nil, off, n) }

// Next hands n octets to another dissector, once this one returns. A nil fn
// makes them data. Where octets are missing, fn gets those that are there; the
// last octets that are there bring d.Missing with them. A layer that has not said how much it claims ends where the first Next begins.
func (d *D) Next(fn Func, off, n int) {
	if fn == nil {
		fn = dissectData
	}
	d.hand(fn, off, n)
}

// nextBuf hands what was put together from several packets to a dissector.
func (d *D) nextBuf(fn Func, buf, off, n, missing int) *step {
	if fn == nil {
		fn = dissectData
	}
	return d.kid(step{fn: fn, buf: buf, off: off, end: off + n, missing: missing, below: d.below})
}

// kid is a place for one more step; nil where there are too many.
func (d *D) kid(s step) *step {
	if len(d.kids) == maxLayers {
		return nil
	}
	d.kids = append(d.kids, s)
	return &d.kids[len(d.kids)-1]
}

// hand hands n octets of the layer on, and returns the step that was made of
// it, if any.
func (d *D) hand(fn Func, off, n int) *step {
	have := d.end - d.off
	off = max(0, off)
	missing := max(0, off+n-max(have, off))
	if off+n == have {
		missing = d.Missing // what is left of this layer
	}
	off = min(off, have)
	n = max(0, min(n, have-off))
	if d.layer >= 0 {
		if l := &d.P.Layers[d.layer]; l.Off+l.Len > d.off+off {
			l.Len = off
		}
	}
	return d.kid(step{fn: fn, buf: d.buf, off: d.off + off, end: d.off + off + n, missing: missing, below: d.below})
}

func (d *D) fits(bit, width int) bool {
	return bit >= 0 && width >= 0 && (bit+width+7)/8 <= len(d.cur)
}

// cut marks the layer as ending too early, and says whose fault it is.
func (d *D) cut(off int) {
	if d.Missing > 0 {
		d.Wrong("cut short: the rest was not captured", off)
		return
	}
	d.Wrong("cut short", off)
}

// bits adds a field that is there, and gives its value where it is a number of
// up to 64 bits.
func (d *D) bits(def *Def, bit, width int) uint64 {
	v := number(d.cur, bit, width)
	if def.Unit > 1 {
		v *= uint64(def.Unit)
	}
	if f := d.add(def, d.off*8+bit, width); f != nil {
		f.Num = v
	}
	return v
}

// number reads 1 to 64 bits that are there; 0 for a width beyond.
func number(b []byte, bit, width int) uint64 {
	o, first := bit>>3, bit&7
	if width > 64 || width <= 0 {
		return 0
	}
	if first+width <= 64 && o+8 <= len(b) {
		return binary.BigEndian.Uint64(b[o:]) << first >> (64 - width)
	}
	var v uint64
	last := first + width // bits of b[o:] up to the field's end
	for i := 0; i < (last+7)/8; i++ {
		c := uint64(b[o+i])
		if i == 0 {
			c &= 0xff >> first
		}
		if rest := last - i*8; rest < 8 {
			v = v<<rest | c>>(8-rest)
			break
		}
		v = v<<8 | c
	}
	return v
}

func (d *D) put(f *Field, text []byte) {
	if f == nil {
		return
	}
	f.text, f.textLen = int32(len(d.P.text)+1), int32(len(text))
	d.P.text = append(d.P.text, text...)
}

// add adds a field and returns it to be completed; nil where fields are not
// kept.
func (d *D) add(def *Def, bit, bits int) *Field {
	if !d.WantFields {
		return nil
	}
	p := d.P
	n := len(p.Fields)
	if n >= maxFields {
		d.Wrong("more fields than are shown", bit/8-d.off)
		return nil
	}
	if n == cap(p.Fields) {
		p.Fields = slices.Grow(p.Fields, max(n, 64))
	}
	p.Fields = p.Fields[:n+1]
	f := &p.Fields[n]
	f.Def = def
	f.Bit, f.Bits, f.Num = int32(bit), int32(bits), 0
	f.text, f.textLen = 0, 0
	f.Depth, f.Bad, f.buf = min(d.depth, maxDepth), false, uint8(d.buf)
	return f
}

package dissect

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
// and reports whether all did.
func (d *D) Header() bool {
	l := &d.P.Layers[d.layer]
	for i := range l.Proto.Header {
		def := &l.Proto.Header[i]
		if !d.fits(def.Bit, def.Width) {
			d.cut(def.Bit / 8)
			return false
		}
		d.bits(def, def.Bit, def.Width)
	}
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
		v = v<<8 | uint64(d.b()[off+i])
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
	d.add(Field{Def: def, Bit: int32((d.off + off) * 8), Bits: int32(n * 8), Num: v})
}

// Bytes adds octets: an address, text, or what has no further meaning.
func (d *D) Bytes(def *Def, off, n int) []byte {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return nil
	}
	d.add(Field{Def: def, Bit: int32((d.off + off) * 8), Bits: int32(n * 8)})
	return d.b()[off : off+n]
}

// Made adds text that was made of n octets: a name without its compression.
func (d *D) Made(def *Def, off, n int, text []byte) {
	if !d.fits(off*8, n*8) {
		d.cut(off)
		return
	}
	f := Field{Def: def, Bit: int32((d.off + off) * 8), Bits: int32(n * 8)}
	d.put(&f, text)
	d.add(f)
}

// Gen adds a number that no octet of the packet holds: what was concluded.
func (d *D) Gen(def *Def, v uint64) { d.add(Field{Def: def, Bit: int32(d.off * 8), Num: v}) }

// GenText adds text that no octet of the packet holds.
func (d *D) GenText(def *Def, text []byte) {
	f := Field{Def: def, Bit: int32(d.off * 8)}
	d.put(&f, text)
	d.add(f)
}

// Open adds a heading for n octets: what follows until Close belongs to it.
func (d *D) Open(def *Def, off, n int) {
	n = max(0, min(n, d.end-d.off-off))
	d.add(Field{Def: def, Bit: int32((d.off + off) * 8), Bits: int32(n * 8)})
	d.depth++
}

// OpenText is Open with a few words about what is below.
func (d *D) OpenText(def *Def, off, n int, text []byte) {
	n = max(0, min(n, d.end-d.off-off))
	f := Field{Def: def, Bit: int32((d.off + off) * 8), Bits: int32(n * 8)}
	d.put(&f, text)
	d.add(f)
	d.depth++
}

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

// Next hands n octets to another dissector, once this one returns. A nil fn
// makes them data. Where octets are missing, fn gets those that are there. A
// layer that has not said how much it claims ends where the first Next begins.
func (d *D) Next(fn Func, off, n int) {
	off = max(0, min(off, d.end-d.off))
	n = max(0, min(n, d.end-d.off-off))
	l := &d.P.Layers[d.layer]
	if l.Off+l.Len > d.off+off {
		l.Len = off
	}
	if fn == nil {
		fn = dissectData
	}
	d.next = append(d.next, step{fn: fn, buf: d.buf, off: d.off + off, end: d.off + off + n})
}

// b is the layer's bytes.
func (d *D) b() []byte { return d.P.Bufs[d.buf][d.off:d.end] }

func (d *D) fits(bit, width int) bool {
	return bit >= 0 && width >= 0 && (bit+width+7)/8 <= d.end-d.off
}

func (d *D) cut(off int) { d.Wrong("cut short", off) }

func (d *D) bits(def *Def, bit, width int) uint64 {
	f := Field{Def: def, Bit: int32(d.off*8 + bit), Bits: int32(width)}
	if width <= 64 {
		place := def.Field
		place.Bit, place.Width = bit, width
		f.Num, _ = place.Uint(d.b())
		if def.Unit > 1 {
			f.Num *= uint64(def.Unit)
		}
	}
	d.add(f)
	return f.Num
}

func (d *D) put(f *Field, text []byte) {
	if !d.WantFields {
		return
	}
	f.text, f.textLen = int32(len(d.P.text)), int32(len(text))
	d.P.text = append(d.P.text, text...)
}

func (d *D) add(f Field) {
	if !d.WantFields {
		return
	}
	if len(d.P.Fields) >= maxFields {
		d.Wrong("more fields than are shown", int(f.Bit)/8-d.off)
		return
	}
	f.Depth = min(d.depth, maxDepth)
	d.P.Fields = append(d.P.Fields, f)
	d.P.Layers[d.layer].N++
}

package dissect

// Dissect takes a packet apart from its link layer on. p.Meta says what it is;
// with what [Session.Track] put there, it is dissected in the light of the packets
// before it.
func (d *D) Dissect(p *Packet) {
	p.Bufs = append(p.Bufs[:0], p.Data)
	for i := range p.bufs {
		m := &p.bufs[i]
		p.Bufs = append(p.Bufs, p.store[m.off:m.off+m.n])
	}
	d.start(p)
	d.frame()
	d.leave()
	d.run(byLinkType(p.LinkType), max(0, p.OrigLen-len(p.Data)))
	if d.WantFields {
		d.protocols()
	}
}

// DissectAs takes p.Bufs[0] apart, beginning with fn, whatever p.Meta says.
func (d *D) DissectAs(p *Packet, fn Func) {
	p.tracked, p.keepsFragments, p.nflows = false, false, 0
	p.units, p.bufs = nil, nil
	d.start(p)
	d.run(fn, 0)
}

func (d *D) start(p *Packet) {
	d.P = p
	p.Layers, p.Fields, p.Info, p.text = p.Layers[:0], p.Fields[:0], p.Info[:0], p.text[:0]
	d.next, d.kids = d.next[:0], d.kids[:0]
	d.enter(&step{})
}

// run dissects Bufs[0] and all that follows from it, each layer before what
// comes behind it.
func (d *D) run(fn Func, missing int) {
	p := d.P
	if fn == nil {
		fn = dissectData
	}
	d.next = append(d.next, step{fn: fn, end: len(p.Bufs[0]), missing: missing})
	if guard {
		defer d.failed()
	}
	for len(d.next) > 0 {
		s := &d.next[len(d.next)-1]
		d.next = d.next[:len(d.next)-1]
		if len(p.Layers) >= maxLayers {
			s.fn = dissectData
			if len(p.Layers) >= 2*maxLayers {
				d.Wrong("more layers than are shown", s.off-d.off)
				return
			}
		}
		d.enter(s)
		a := s.answer
		s.fn(d, d.cur)
		if a.kind != noAnswer && d.layer >= 0 {
			d.answered(a)
		}
		d.leave()
	}
}

func (d *D) enter(s *step) {
	d.buf, d.off, d.end, d.Missing, d.below = s.buf, s.off, s.end, s.missing, s.below
	d.cur = d.P.Bufs[s.buf][s.off:s.end:s.end]
	d.layer, d.depth, d.kids = -1, 0, d.kids[:0]
}

// leave lays out what the dissector handed on, with data for what it left out.
func (d *D) leave() {
	pos := d.off
	if d.layer >= 0 {
		l := &d.P.Layers[d.layer]
		l.N = len(d.P.Fields) - l.First
		pos += l.Len
	}
	if len(d.kids) == 0 {
		if pos < d.end {
			d.push(step{fn: dissectData, buf: d.buf, off: pos, end: d.end, below: d.below})
		}
		return
	}
	first := len(d.next)
	sorted := d.sorted(pos)
	for i := range d.kids {
		k := &d.kids[i]
		if k.buf == d.buf {
			if sorted && k.off > pos {
				d.push(step{fn: dissectData, buf: d.buf, off: pos, end: k.off, below: d.below})
			}
			pos = max(pos, k.end)
		}
		if k.fn != nil && (k.end > k.off || k.missing > 0) {
			d.push(*k)
		}
	}
	if sorted && pos < d.end {
		d.push(step{fn: dissectData, buf: d.buf, off: pos, end: d.end, below: d.below})
	}
	if !sorted {
		d.gaps()
	}
	for i, j := first, len(d.next)-1; i < j; i, j = i+1, j-1 {
		d.next[i], d.next[j] = d.next[j], d.next[i]
	}
}

func (d *D) push(s step) { d.next = append(d.next, s) }

// sorted says whether what was handed on lies in the order of the bytes.
func (d *D) sorted(pos int) bool {
	for i := range d.kids {
		if k := &d.kids[i]; k.buf == d.buf {
			if k.off < pos && i > 0 {
				return false
			}
			pos = max(pos, k.end)
		}
	}
	return true
}

// gaps makes data of what nobody has, where what was handed on lies in any
// order.
func (d *D) gaps() {
	pos := d.off
	if d.layer >= 0 {
		pos += d.P.Layers[d.layer].Len
	}
	for pos < d.end {
		next, covered := d.end, false
		for i := range d.kids {
			k := &d.kids[i]
			switch {
			case k.buf != d.buf:
			case k.off <= pos && pos < k.end:
				pos, covered = k.end, true
			case k.off > pos:
				next = min(next, k.off)
			}
		}
		if !covered {
			d.push(step{fn: dissectData, buf: d.buf, off: pos, end: next, below: d.below})
			pos = next
		}
	}
}

// guard keeps a mistake in one dissector from ending the program. Tests switch
// it off, so that they see it.
var guard = true

// failed shows the bytes of a layer whose dissector failed, and ends the packet.
func (d *D) failed() {
	if recover() == nil {
		return
	}
	if d.layer < 0 {
		d.Begin(&data)
	}
	l := &d.P.Layers[d.layer]
	l.N = len(d.P.Fields) - l.First
	d.Wrong("could not be dissected: please report this packet", 0)
}

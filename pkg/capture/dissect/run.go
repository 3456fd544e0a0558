package dissect

import "github.com/netkit-go/netkit/pkg/wire"

// Dissect takes p.Bufs[0] apart, beginning with fn.
func (d *D) Dissect(p *Packet, fn Func) {
	d.P = p
	p.Layers, p.Fields, p.Info, p.text = p.Layers[:0], p.Fields[:0], p.Info[:0], p.text[:0]
	d.next = append(d.next[:0], step{fn: fn, end: len(p.Bufs[0])})
	for i := 0; i < len(d.next); i++ {
		s := d.next[i]
		if len(p.Layers) >= maxLayers {
			s.fn = dissectData
		}
		d.buf, d.off, d.end = s.buf, s.off, s.end
		s.fn(d, p.Bufs[s.buf][s.off:s.end])
		d.unclaimed(s)
		if len(p.Layers) > maxLayers {
			break
		}
	}
}

// unclaimed makes data of what a dissector neither claimed nor passed on. (To be
// worked out by the engine: ranges covered by Next are not data.)
func (d *D) unclaimed(s step) {}

var data = Proto{Name: "data", Title: "Data", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{&dataData, &dataLen}}

var (
	dataData = Def{Field: wire.Field{Name: "data.data", Label: "Data", Kind: Bytes}}
	dataLen  = Def{Field: wire.Field{Name: "data.len", Label: "Length"}}
)

func dissectData(d *D, b []byte) {
	if len(b) == 0 {
		return
	}
	d.Begin(&data)
	d.Bytes(&dataData, 0, len(b))
	d.Gen(&dataLen, uint64(len(b)))
}

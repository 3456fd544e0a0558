package layers

import (
	"bytes"

	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// Columns are the fields that AppendColumns writes, each a column of its own.
type Columns struct {
	Names []string
	Tabs  bool                         // apart by tabs and without quotes, an empty one as -
	of    ptrTable[dissect.Def, []int] // which columns a field goes into
}

// NewColumns returns the columns of the named fields. defs gives the definitions
// that a name stands for: a name may stand for several, as ip.addr does for the
// source and the destination.
func NewColumns(names []string, defs func(name string) []*dissect.Def) *Columns {
	c := &Columns{Names: names}
	for i, n := range names {
		for _, d := range defs(n) {
			if into := c.of.get(d); into != nil {
				*into = append(*into, i)
			} else {
				c.of.put(d, &[]int{i})
			}
		}
	}
	return c
}

// AppendHeading writes the names of the columns.
func (c *Columns) AppendHeading(dst []byte) []byte {
	for i, n := range c.Names {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, []byte(n))
	}
	return append(dst, '\n')
}

// AppendColumns writes a packet's chosen fields as one record of comma-separated
// values (RFC 4180, with a line feed only). Values of one column are joined by
// commas. A flag is 1 or 0, a number has no meaning beside it.
func (r *Renderer) AppendColumns(dst []byte, p *dissect.Packet, c *Columns) []byte {
	for len(r.cols) < len(c.Names) {
		r.cols = append(r.cols, nil)
	}
	cols := r.cols[:len(c.Names)]
	for i := range cols {
		cols[i] = cols[i][:0]
	}
	for i := range p.Layers {
		l := &p.Layers[i]
		fields := p.Fields[l.First : l.First+l.N]
		for j := range fields {
			f := &fields[j]
			into := c.of.get(f.Def)
			if into == nil {
				continue
			}
			for _, k := range *into {
				cell := cols[k]
				if len(cell) > 0 {
					cell = append(cell, ',')
				}
				cols[k] = r.appendCellValue(cell, p, l, f)
			}
		}
	}
	if c.Tabs {
		for i, cell := range cols {
			if i > 0 {
				dst = append(dst, '\t')
			}
			if len(cell) == 0 {
				cell = empty
			}
			dst = append(dst, cell...)
		}
		return append(dst, '\n')
	}
	for i, cell := range cols {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = appendCell(dst, cell)
	}
	return append(dst, '\n')
}

var empty = []byte("-")

func (r *Renderer) appendCellValue(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field) []byte {
	t := r.def(f.Def)
	if t.kind == dissect.Dur || t.kind == dissect.Time {
		return appendSeconds(dst, int64(f.Num), 9)
	}
	if t.kind == wire.FieldFlag {
		return append(dst, byte('0'+f.Num&1))
	}
	return r.appendValue(dst, p, l, f, t, 1<<30)
}

// appendCell quotes what would be read as something else (RFC 4180 section 2).
func appendCell(dst, cell []byte) []byte {
	if !bytes.ContainsAny(cell, ",\"") {
		return append(dst, cell...)
	}
	dst = append(dst, '"')
	for _, c := range cell {
		if c == '"' {
			dst = append(dst, '"')
		}
		dst = append(dst, c)
	}
	return append(dst, '"')
}

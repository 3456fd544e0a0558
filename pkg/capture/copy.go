package capture

import "io"

// Copier writes packets of a [Reader] to a pcapng file, with all that the file
// said about them: the section's header, the interfaces, comments, names, secrets
// and statistics. Which packets are written is the caller's choice.
//
// The new file has one section. Interfaces of later sections of the old one follow
// those of the first, and each takes the comments of its section to its own.
// Times are written in nanoseconds.
type Copier struct {
	r *Reader
	w *Writer

	ids     []int // of the section's interfaces in the new file; -1 for not written yet
	snaps   []int // how long their packets may be there
	section SectionInfo
	later   bool // the section is not the first
	err     error
}

// NewCopier starts a file on w. It comes before the first Next of r, and takes
// r.OnMeta, calling what was there before.
func NewCopier(r *Reader, w io.Writer) (*Copier, error) {
	x, err := NewWriter(w, r.Section())
	if err != nil {
		return nil, err
	}
	c := &Copier{r: r, w: x}
	before := r.OnMeta
	r.OnMeta = func(m Meta) {
		c.meta(m)
		if before != nil {
			before(m)
		}
	}
	return c, nil
}

func (c *Copier) meta(m Meta) {
	var err error
	switch m := m.(type) {
	case SectionInfo:
		c.ids, c.snaps, c.section, c.later = c.ids[:0], c.snaps[:0], m, true
	case Secrets:
		err = c.w.WriteSecrets(m)
	case Names:
		err = c.w.WriteNames(m)
	case Statistics:
		if m.Interface, err = c.id(m.Interface, 0); err == nil {
			err = c.w.WriteStatistics(m)
		}
	}
	if c.err == nil {
		c.err = err
	}
}

// id is the interface's number in the new file, where packets of this length fit
// under it. An interface that stated too small a length gets a second entry.
func (c *Copier) id(i, length int) (int, error) {
	for len(c.ids) <= i {
		c.ids, c.snaps = append(c.ids, -1), append(c.snaps, 0)
	}
	if c.ids[i] >= 0 && length <= c.snaps[i] {
		return c.ids[i], nil
	}
	desc := c.r.Interfaces()[i]
	if desc.SnapLen == 0 || desc.SnapLen > MaxRecord/2 {
		desc.SnapLen = DefaultSnapLen
	}
	if length > int(desc.SnapLen) {
		desc.SnapLen = MaxRecord / 2
	}
	if c.later {
		desc.Comments = append(desc.Comments[:len(desc.Comments):len(desc.Comments)], c.section.Comments...)
	}
	id, err := c.w.AddInterface(desc)
	if err == nil {
		c.ids[i], c.snaps[i] = id, int(desc.SnapLen)
	}
	return id, err
}

// WritePacket writes a packet that Next returned last.
func (c *Copier) WritePacket(p Packet) error {
	if c.err != nil {
		return c.err
	}
	id, err := c.id(p.Interface, len(p.Data))
	if err != nil {
		return err
	}
	p.Interface = id
	return c.w.WritePacket(p)
}

// Flush hands everything written so far to the underlying writer.
func (c *Copier) Flush() error {
	if err := c.w.Flush(); err != nil {
		return err
	}
	return c.err
}

package dissect

import (
	"bytes"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Short ways to write a Def. The compiler evaluates them: a table made with
// them is data in the binary, like one that is written out.

// field is a field of a fixed header at a place of its own.
func field(name, label string, bit, width int, kind Kind) Def {
	return Def{Field: wire.Field{Name: name, Label: label, Bit: bit, Width: width, Kind: kind}}
}

// code is a number of a fixed header whose values have names.
func code(name, label string, bit, width int, meaning func(uint64) string) Def {
	return Def{Field: wire.Field{Name: name, Label: label, Bit: bit, Width: width}, Meaning: meaning}
}

// hexCode is code, written in hexadecimal.
func hexCode(name, label string, bit, width int, meaning func(uint64) string) Def {
	return Def{Field: wire.Field{Name: name, Label: label, Bit: bit, Width: width, Kind: wire.FieldHex}, Meaning: meaning}
}

// loose is a field whose place varies.
func loose(name, label string, kind Kind) Def {
	return Def{Field: wire.Field{Name: name, Label: label, Kind: kind}}
}

// looseCode is a number whose place varies and whose values have names.
func looseCode(name, label string, meaning func(uint64) string) Def {
	return Def{Field: wire.Field{Name: name, Label: label}, Meaning: meaning}
}

// hexLoose is looseCode, written in hexadecimal.
func hexLoose(name, label string, meaning func(uint64) string) Def {
	return Def{Field: wire.Field{Name: name, Label: label, Kind: wire.FieldHex}, Meaning: meaning}
}

// checksumStatus names the verdicts on a checksum, numbered as Wireshark does.
func checksumStatus(v uint64) string {
	switch v {
	case sumBad:
		return "Bad"
	case sumGood:
		return "Good"
	case sumUnverified:
		return "Unverified"
	case sumAbsent:
		return "Not present"
	}
	return ""
}

// The verdicts on a checksum.
const (
	sumBad        = 0
	sumGood       = 1
	sumUnverified = 2
	sumAbsent     = 3
)

// info sets the packet's line, if one is asked for. Callers on a fast path test
// d.WantInfo themselves, before they gather what to say.
func (d *D) info(format string, args ...any) {
	if d.WantInfo && !d.quoted {
		d.P.Info = fmt.Appendf(d.P.Info[:0], format, args...)
	}
}

// mac is the hardware address that b begins with, six octets of it at least.
func mac(b []byte) wire.MAC { return wire.MAC(b[:6]) }

// openName opens a heading, with a name of what is below if there is one.
func (d *D) openName(def *Def, off, n int, name string) {
	if name == "" {
		d.Open(def, off, n)
		return
	}
	d.OpenText(def, off, n, []byte(name))
}

// part adds the fields of one of the protocol's parts, which begins at octet
// off, as far as they fit, and reports whether all did. Fields inside the one
// before them are shown below it, as in a header. Text is without the zeros that
// fill it up.
func (d *D) part(defs []Def, off int) bool {
	outerEnd := 0
	depth := d.depth
	defer func() { d.depth = depth }()
	for i := range defs {
		def := &defs[i]
		if !d.fits(off*8+def.Bit, def.Width) {
			d.cut(off + def.Bit/8)
			return false
		}
		if end := def.Bit + def.Width; end <= outerEnd {
			d.depth = depth + 1
		} else {
			d.depth, outerEnd = depth, end
		}
		if def.Kind == Text {
			at, n := off+def.Bit/8, def.Width/8
			d.Made(def, at, n, bytes.TrimRight(d.cur[at:at+n], "\x00"))
			continue
		}
		d.bits(def, off*8+def.Bit, def.Width)
	}
	return true
}

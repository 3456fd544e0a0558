package wire

// Fields of headers as data, for layer dumps and diagrams. The tables are in fieldtables.go.

// FieldKind says how a field's value is best written.
type FieldKind uint8

const (
	FieldDec  FieldKind = iota // a number
	FieldHex                   // a number that means something digit by digit
	FieldFlag                  // one bit
	FieldMAC                   // 48 bits
	FieldIPv4                  // 32 bits
	FieldIPv6                  // 128 bits
)

// Field is a run of bits in a header. Bit 0 is the first on the wire, the most
// significant of the first octet, as in the diagrams of the RFCs; a diagram's
// row is Bit/32 and its column Bit%32.
type Field struct {
	Name       string // Wireshark's name of the field, so that filters carry over
	Label      string // as in the RFC's diagram
	Bit, Width int
	Kind       FieldKind
	Unit       int // octets that one count stands for, in fields that count octets in larger units; else 0
}

// Uint is the field's value in the header that b starts with. It says false if
// b ends before the field does or if the field is wider than 64 bits.
func (f Field) Uint(b []byte) (uint64, bool) {
	last := f.Bit + f.Width - 1
	if f.Width < 1 || f.Width > 64 || f.Bit < 0 || last/8 >= len(b) {
		return 0, false
	}
	var v uint64
	for i := f.Bit / 8; i < last/8; i++ {
		v = v<<8 | uint64(b[i])
	}
	tail := uint(last%8 + 1) // bits of the last octet, and the room that is left for them
	v = v<<tail | uint64(b[last/8])>>(8-tail)
	if f.Width < 64 {
		v &= 1<<f.Width - 1
	}
	return v, true
}

// Bytes are the octets that hold the field, neighbours in a shared octet
// included. It says false if b ends before the field does.
func (f Field) Bytes(b []byte) ([]byte, bool) {
	end := (f.Bit + f.Width + 7) / 8
	if f.Width < 1 || f.Bit < 0 || end > len(b) {
		return nil, false
	}
	return b[f.Bit/8 : end], true
}

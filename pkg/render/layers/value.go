package layers

import (
	"github.com/netkit-go/netkit/pkg/capture/dissect"
	"github.com/netkit-go/netkit/pkg/wire"
)

// fieldBytes are the octets that hold the field, nil where it was concluded.
func fieldBytes(p *dissect.Packet, l *dissect.Layer, f *dissect.Field) []byte {
	if f.Bits == 0 {
		return nil
	}
	b := p.Bufs[l.Buf]
	from, to := int(f.Bit)>>3, (int(f.Bit)+int(f.Bits)+7)>>3
	if from < 0 || to > len(b) || from > to {
		return nil
	}
	return b[from:to]
}

// signed is v as a number in two's complement of that many bits.
func signed(v uint64, bits int32) int64 {
	if bits <= 0 || bits >= 64 {
		return int64(v)
	}
	return int64(v<<(64-bits)) >> (64 - bits)
}

// digits is how many hexadecimal digits a number of the field has.
func (t *defText) digits(f *dissect.Field) int {
	if f.Bits > 0 && f.Bits <= 64 {
		return int(f.Bits+3) / 4
	}
	return max(t.digit, 1)
}

// appendValue writes a field's value as text. limit is how many octets of bytes
// or text are shown.
func (r *Renderer) appendValue(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field, t *defText, limit int) []byte {
	if s, ok := p.Text(f); ok {
		return appendCut(dst, s, limit, false)
	}
	switch t.kind {
	case wire.FieldDec, wire.FieldFlag:
		return appendUint(dst, f.Num)
	case wire.FieldHex:
		return appendHex(append(dst, '0', 'x'), f.Num, t.digits(f))
	case wire.FieldMAC:
		if b := fieldBytes(p, l, f); len(b) == 6 {
			return appendMAC(dst, b)
		}
	case wire.FieldIPv4:
		if b := fieldBytes(p, l, f); len(b) == 4 {
			return appendIPv4(dst, b)
		}
	case wire.FieldIPv6:
		if b := fieldBytes(p, l, f); len(b) == 16 {
			return appendIPv6(dst, b)
		}
	case dissect.Text:
		return appendCut(dst, fieldBytes(p, l, f), limit, false)
	case dissect.Signed:
		v := signed(f.Num, f.Bits)
		if v < 0 {
			return appendUint(append(dst, '-'), -uint64(v))
		}
		return appendUint(dst, uint64(v))
	case dissect.Time:
		return r.utc.appendRFC3339(dst, int64(f.Num))
	case dissect.Dur:
		return append(appendSeconds(dst, int64(f.Num), 9), " s"...)
	case dissect.Group:
		return dst
	}
	return appendCut(dst, fieldBytes(p, l, f), limit, true)
}

// appendCut writes the first limit octets, as hexadecimal digits or as text, and
// says how many there are when that is not all.
func appendCut(dst, b []byte, limit int, hex bool) []byte {
	show := b[:min(len(b), limit)]
	if hex {
		dst = appendHexBytes(dst, show)
	} else {
		dst = appendText(dst, show)
	}
	if len(show) < len(b) {
		dst = append(dst, "... ("...)
		dst = append(appendUint(dst, uint64(len(b))), " bytes)"...)
	}
	return dst
}

// maxSafe is the largest number that every reader of JSON keeps (RFC 8259
// section 6): those above are written as strings of digits.
const maxSafe = 1<<53 - 1

// appendJSONValue writes a field's value with its type.
func (r *Renderer) appendJSONValue(dst []byte, p *dissect.Packet, l *dissect.Layer, f *dissect.Field, t *defText) []byte {
	if s, ok := p.Text(f); ok {
		return appendJSONString(dst, s)
	}
	switch t.kind {
	case wire.FieldFlag:
		if f.Num != 0 {
			return append(dst, "true"...)
		}
		return append(dst, "false"...)
	case dissect.Text:
		return appendJSONString(dst, fieldBytes(p, l, f))
	case wire.FieldDec, wire.FieldHex:
		return appendJSONNumber(dst, f.Num)
	case dissect.Signed:
		v := signed(f.Num, f.Bits)
		if v < 0 && v >= -maxSafe {
			return appendUint(append(dst, '-'), -uint64(v))
		} else if v >= 0 {
			return appendJSONNumber(dst, uint64(v))
		}
	case dissect.Dur:
		return appendSeconds(dst, int64(f.Num), 9)
	}
	dst = append(dst, '"')
	dst = r.appendValue(dst, p, l, f, t, 1<<30)
	return append(dst, '"')
}

func appendJSONNumber(dst []byte, v uint64) []byte {
	if v > maxSafe {
		return append(appendUint(append(dst, '"'), v), '"')
	}
	return appendUint(dst, v)
}

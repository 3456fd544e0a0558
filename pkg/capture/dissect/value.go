package dissect

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"time"

	"github.com/netkit-go/netkit/pkg/wire"
)

// Octets are those that hold the field, neighbours in a shared octet included;
// none where it is generated.
func (p *Packet) Octets(f *Field) []byte {
	b := p.Bufs[f.buf]
	first, last := int(f.Bit)/8, (int(f.Bit)+int(f.Bits)+7)/8
	if f.Bits == 0 || first > last || last > len(b) {
		return nil
	}
	return b[first:last]
}

// Buf is the index into Bufs of the buffer that holds the field.
func (f *Field) Buf() int { return int(f.buf) }

// Text is the text that was made for the field, and whether there is any.
func (p *Packet) Text(f *Field) ([]byte, bool) {
	if f.text == 0 {
		return nil, false
	}
	return p.text[f.text-1 : f.text-1+f.textLen], true
}

// Addr is the field's value as an address; the zero Addr where it is none.
func (p *Packet) Addr(f *Field) netip.Addr {
	b := p.Octets(f)
	switch {
	case f.Def.Kind == wire.FieldIPv4 && len(b) == 4:
		return netip.AddrFrom4([4]byte(b))
	case f.Def.Kind == wire.FieldIPv6 && len(b) == 16:
		return netip.AddrFrom16([16]byte(b))
	}
	return netip.Addr{}
}

// Int is the value of a Signed field, a Time or a Dur.
func (f *Field) Int() int64 {
	if f.Def.Kind == Signed && f.Bits > 0 && f.Bits < 64 {
		return int64(f.Num<<(64-f.Bits)) >> (64 - f.Bits)
	}
	return int64(f.Num)
}

// IsNumber says whether the field's value is its Num.
func (f *Field) IsNumber() bool {
	switch f.Def.Kind {
	case wire.FieldDec, wire.FieldHex, wire.FieldFlag, Signed, Time, Dur:
		return f.text == 0
	}
	return false
}

// Meaning is what the field's number means, "" for nothing.
func (f *Field) Meaning() string {
	if f.Def.Meaning == nil || !f.IsNumber() {
		return ""
	}
	return f.Def.Meaning(f.Num)
}

// AppendValue appends the field's value as text, without its meaning: numbers in
// decimal or as 0x…, flags as 1 and 0, addresses in their usual form, octets in
// hexadecimal, times as seconds. Text is appended as it is, not escaped.
func (p *Packet) AppendValue(dst []byte, f *Field) []byte {
	if t, ok := p.Text(f); ok {
		return append(dst, t...)
	}
	switch f.Def.Kind {
	case wire.FieldDec, wire.FieldFlag:
		return strconv.AppendUint(dst, f.Num, 10)
	case wire.FieldHex:
		return appendHex(dst, f.Num, (int(f.Bits)+7)/8*2)
	case wire.FieldMAC:
		if b := p.Octets(f); len(b) == 6 {
			return wire.MAC(b).AppendTo(dst)
		}
	case wire.FieldIPv4, wire.FieldIPv6:
		if a := p.Addr(f); a.IsValid() {
			return a.AppendTo(dst)
		}
	case Signed:
		return strconv.AppendInt(dst, f.Int(), 10)
	case Time, Dur:
		return appendDecimal(dst, f.Int(), f.Def.Unit)
	case Text:
		return append(dst, p.Octets(f)...)
	case Group:
		return dst
	}
	for _, c := range p.Octets(f) {
		dst = append(dst, hexDigits[c>>4], hexDigits[c&15])
	}
	return dst
}

// AppendText is AppendValue and, where there is one, the meaning in brackets;
// moments are written as RFC 3339 has them, in UTC.
func (p *Packet) AppendText(dst []byte, f *Field) []byte {
	if f.Def.Kind == Time {
		return time.Unix(0, f.Int()).UTC().AppendFormat(dst, time.RFC3339Nano)
	}
	dst = p.AppendValue(dst, f)
	if m := f.Meaning(); m != "" {
		dst = append(append(append(dst, " ("...), m...), ')')
	}
	return dst
}

const hexDigits = "0123456789abcdef"

func appendHex(dst []byte, v uint64, digits int) []byte {
	var buf [16]byte
	binary.BigEndian.PutUint64(buf[:8], v)
	dst = append(dst, "0x"...)
	for digits < 16 && v>>(4*digits) != 0 {
		digits++
	}
	for i := max(digits, 1) - 1; i >= 0; i-- {
		dst = append(dst, hexDigits[v>>(4*i)&15])
	}
	return dst
}

// appendDecimal writes nanoseconds in a unit of so many of them, 0 for seconds, which
// have all their digits.
func appendDecimal(dst []byte, ns int64, unit int) []byte {
	per := uint64(unit)
	if per == 0 {
		per = 1e9
	}
	u := uint64(ns)
	if ns < 0 {
		dst, u = append(dst, '-'), -u
	}
	dst = append(strconv.AppendUint(dst, u/per, 10), '.')
	for frac, left := u%per, per; left > 1 && (unit == 0 || frac > 0); left /= 10 {
		frac *= 10
		dst = append(dst, byte('0'+frac/per))
		frac %= per
	}
	if dst[len(dst)-1] == '.' {
		dst = append(dst, '0')
	}
	return dst
}

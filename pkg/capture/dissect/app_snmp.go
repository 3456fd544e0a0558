package dissect

import "strconv"

// SNMP: RFC 1157 (version 1), RFC 1901 and 3416 (2c), RFC 3412 section 6 (3), in
// BER (ITU-T X.690).

var appSNMP = App{Name: "snmp", Dissect: dissectSNMP}

// snmpTLV is a BER element: where its content begins and ends.
type snmpTLV struct {
	tag      byte
	at       int // where the element begins
	off, end int
}

// snmpReader reads elements one after the other.
type snmpReader struct {
	d        *D
	b        []byte
	off, end int
}

// next is the element at off. Where there is none the layer is marked.
func (r *snmpReader) next() (t snmpTLV, ok bool) {
	b := r.b[:r.end]
	t.at = r.off
	if r.off+2 > len(b) || b[r.off]&0x1f == 0x1f {
		r.fail()
		return t, false
	}
	t.tag = b[r.off]
	n := int(b[r.off+1])
	t.off = r.off + 2
	if n >= 0x80 {
		width := n & 0x7f
		if width == 0 || width > 4 || t.off+width > len(b) {
			r.fail()
			return t, false
		}
		n = 0
		for _, c := range b[t.off : t.off+width] {
			n = n<<8 | int(c)
		}
		t.off += width
	}
	if n > len(b)-t.off {
		r.d.Wrong("element longer than what is around it", r.off)
		n = len(b) - t.off
	}
	t.end = t.off + n
	r.off = t.end
	return t, true
}

func (r *snmpReader) fail() {
	r.d.Wrong("no BER element", r.off)
	r.off = r.end
}

// in reads the elements inside t.
func (r *snmpReader) in(t snmpTLV) snmpReader {
	return snmpReader{d: r.d, b: r.b, off: t.off, end: t.end}
}

// number adds an INTEGER, or what is coded as one.
func (r *snmpReader) number(def *Def) int64 {
	t, ok := r.next()
	if !ok {
		return 0
	}
	return r.int(def, t)
}

func (r *snmpReader) int(def *Def, t snmpTLV) int64 {
	b := r.b[t.off:t.end]
	if len(b) == 0 || len(b) > 9 {
		r.d.Wrong("number of impossible length", t.off)
		return 0
	}
	v := int64(0)
	if b[0]&0x80 != 0 && def.Kind == Signed {
		v = -1
	}
	for _, c := range b {
		v = v<<8 | int64(c)
	}
	if def.Kind == Signed && len(b) < 8 {
		// The field says its width, and the number is cut to it.
		v &= 1<<(8*len(b)) - 1
	}
	r.d.Num(def, t.off, len(b), uint64(v))
	return v
}

func (r *snmpReader) octets(def *Def) {
	if t, ok := r.next(); ok {
		r.d.Bytes(def, t.off, t.end-t.off)
	}
}

func (r *snmpReader) oid(def *Def, t snmpTLV) {
	var buf [256]byte
	r.d.Made(def, t.off, t.end-t.off, snmpOIDText(buf[:0], r.b[t.off:t.end]))
}

// snmpOIDText is X.690 section 8.19: base 128, the first two in one.
func snmpOIDText(dst, b []byte) []byte {
	v, first := uint64(0), true
	for _, c := range b {
		v = v<<7 | uint64(c&0x7f)
		if c&0x80 != 0 {
			continue
		}
		if first {
			x := min(v/40, 2)
			dst = strconv.AppendUint(dst, x, 10)
			v -= x * 40
			first = false
		}
		dst = append(dst, '.')
		dst = strconv.AppendUint(dst, v, 10)
		v = 0
	}
	return dst
}

func dissectSNMP(d *D, b []byte) {
	if len(b) == 0 || b[0] != 0x30 {
		return
	}
	d.Begin(&snmp)
	d.newInfo()
	r := snmpReader{d: d, b: b, end: len(b)}
	t, ok := r.next()
	if !ok {
		return
	}
	d.Claim(t.end)
	m := r.in(t)
	if version := m.number(&snmpVersion); version == 3 {
		snmpV3(&m)
		return
	}
	m.octets(&snmpCommunity)
	snmpBody(&m)
}

// snmpV3 is RFC 3412 section 6 and RFC 3414 section 2.4.
func snmpV3(m *snmpReader) {
	d := m.d
	d.say("F=v3")
	t, ok := m.next()
	if !ok {
		return
	}
	h := m.in(t)
	h.number(&snmpMsgID)
	h.number(&snmpMaxSize)
	flags := byte(0)
	if t, ok := h.next(); ok && t.off < t.end {
		flags = m.b[t.off]
		d.Uint(&snmpFlags, t.off, 1)
	}
	model := h.number(&snmpSecurity)
	t, ok = m.next()
	if !ok {
		return
	}
	if s := m.in(t); model == 3 {
		if t, ok := s.next(); ok {
			u := s.in(t)
			u.octets(&snmpEngine)
			u.number(&snmpBoots)
			u.number(&snmpEngineTime)
			u.octets(&snmpUser)
			u.octets(&snmpAuth)
			u.octets(&snmpPriv)
		}
	}
	if flags&2 != 0 {
		m.octets(&snmpEncrypted)
		return
	}
	if t, ok := m.next(); ok {
		s := m.in(t)
		s.octets(&snmpContextID)
		s.octets(&snmpContext)
		snmpBody(&s)
	}
}

// snmpBody is a PDU: RFC 3416 section 3, RFC 1157 section 4.1.6 (traps).
func snmpBody(m *snmpReader) {
	d := m.d
	t, ok := m.next()
	if !ok {
		return
	}
	kind := uint64(t.tag & 0x1f)
	d.OpenBits(&snmpPDU, t.at*8+3, 5)
	if d.WantInfo {
		d.say(snmpPDUName(kind))
		d.say("(")
		d.sayUint(uint64(t.end - t.off))
		d.say(") ")
	}
	p := m.in(t)
	switch kind {
	case 4:
		if t, ok := p.next(); ok {
			p.oid(&snmpEnterprise, t)
		}
		if t, ok := p.next(); ok && t.end-t.off == 4 {
			d.Uint(&snmpAgent, t.off, 4)
		}
		p.number(&snmpGeneric)
		p.number(&snmpSpecific)
		p.number(&snmpTime)
	case 5:
		p.number(&snmpRequest)
		p.number(&snmpNonRep)
		p.number(&snmpMaxRep)
	default:
		p.number(&snmpRequest)
		p.number(&snmpError)
		p.number(&snmpIndex)
	}
	if t, ok := p.next(); ok {
		list := p.in(t)
		for list.off < list.end {
			t, ok := list.next()
			if !ok {
				break
			}
			d.Open(&snmpBinding, t.at, t.end-t.at)
			one := list.in(t)
			snmpBind(&one)
			d.Close()
		}
	}
	d.Close()
}

func snmpBind(v *snmpReader) {
	d := v.d
	t, ok := v.next()
	if !ok {
		return
	}
	v.oid(&snmpName, t)
	if d.WantInfo {
		d.say(" .")
		d.P.Info = snmpOIDText(d.P.Info, v.b[t.off:t.end])
	}
	if t, ok = v.next(); !ok {
		return
	}
	n := t.end - t.off
	switch t.tag {
	case 0x02:
		value := v.int(&snmpInt, t)
		if d.WantInfo {
			d.say("=")
			d.P.Info = strconv.AppendInt(d.P.Info, value, 10)
		}
	case 0x04:
		d.Bytes(&snmpOctets, t.off, n)
	case 0x05:
		d.Open(&snmpNull, t.at, t.end-t.at)
		d.Close()
	case 0x06:
		v.oid(&snmpOID, t)
	case 0x40:
		if n == 4 {
			d.Uint(&snmpIPv4, t.off, 4)
			return
		}
		d.Bytes(&snmpOther, t.off, n)
	case 0x41, 0x46:
		v.int(&snmpCounter, t)
	case 0x42:
		v.int(&snmpGauge, t)
	case 0x43:
		v.int(&snmpTicks, t)
	case 0x44:
		d.Bytes(&snmpOpaque, t.off, n)
	case 0x47:
		v.int(&snmpU32, t)
	case 0x80, 0x81, 0x82:
		d.Num(&snmpNone, t.at, 1, uint64(t.tag&3))
	default:
		d.Bytes(&snmpOther, t.off, n)
	}
}

func snmpVersionName(v uint64) string {
	switch v {
	case 0:
		return "1"
	case 1:
		return "2c"
	case 3:
		return "3"
	}
	return ""
}

func snmpPDUName(v uint64) string {
	switch v {
	case 0:
		return "GetRequest"
	case 1:
		return "GetNextRequest"
	case 2:
		return "GetResponse"
	case 3:
		return "SetRequest"
	case 4:
		return "Trap"
	case 5:
		return "GetBulk"
	case 6:
		return "Inform"
	case 7:
		return "V2Trap"
	case 8:
		return "Report"
	}
	return ""
}

// snmpErrors is RFC 3416 section 3, from 0.
var snmpErrors = [...]string{"noError", "tooBig", "noSuchName", "badValue", "readOnly", "genErr", "noAccess", "wrongType",
	"wrongLength", "wrongEncoding", "wrongValue", "noCreation", "inconsistentValue", "resourceUnavailable",
	"commitFailed", "undoFailed", "authorizationError", "notWritable", "inconsistentName"}

func snmpErrorName(v uint64) string {
	if v < uint64(len(snmpErrors)) {
		return snmpErrors[v]
	}
	return ""
}

func snmpTrapName(v uint64) string {
	switch v {
	case 0:
		return "coldStart"
	case 1:
		return "warmStart"
	case 2:
		return "linkDown"
	case 3:
		return "linkUp"
	case 4:
		return "authenticationFailure"
	case 5:
		return "egpNeighborLoss"
	case 6:
		return "enterpriseSpecific"
	}
	return ""
}

func snmpExceptionName(v uint64) string {
	switch v {
	case 0:
		return "noSuchObject"
	case 1:
		return "noSuchInstance"
	case 2:
		return "endOfMibView"
	}
	return ""
}

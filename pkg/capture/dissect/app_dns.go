package dissect

import (
	"bytes"
	"strconv"
	"unicode/utf8"
)

// DNS messages: RFC 1035 section 4, RFC 6762 (multicast), RFC 4795 (link-local),
// RFC 2136 (update), RFC 8490 (stateful operations).

var (
	appDNS    = App{Name: "dns", Dissect: dissectDNS}
	appDNSTCP = App{Name: "dns", Dissect: dissectDNSTCP, PDU: pduDNS}
	appMDNS   = App{Name: "mdns", Dissect: dissectMDNS}
	appLLMNR  = App{Name: "llmnr", Dissect: dissectLLMNR}
)

// dnsHeaderLen is that of RFC 1035 section 4.1.1.
const dnsHeaderLen = 12

// pduDNS: "the message is prefixed with a two byte length field" (RFC 1035
// section 4.2.2).
func pduDNS(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	n := be16(b, 0)
	if n < dnsHeaderLen {
		return -1
	}
	return 2 + n
}

func dissectDNS(d *D, b []byte)   { dissectDNSAs(d, b, &dns) }
func dissectMDNS(d *D, b []byte)  { dissectDNSAs(d, b, &mdns) }
func dissectLLMNR(d *D, b []byte) { dissectDNSAs(d, b, &llmnr) }

func dissectDNSAs(d *D, b []byte, p *Proto) {
	d.Begin(p)
	m := dnsMsg{d: d, b: b, end: len(b), multicast: p == &mdns, linkLocal: p == &llmnr}
	m.message()
}

func dissectDNSTCP(d *D, b []byte) {
	d.Begin(&dns)
	n := int(d.Uint(&dnsLength, 0, 2))
	end := min(2+n, len(b))
	if n > len(b)-2 {
		d.cut(len(b))
	}
	m := dnsMsg{d: d, b: b, base: min(2, end), end: end}
	m.message()
}

// dnsMsg is a message under way. Offsets are the layer's; base is the message's
// first octet, which pointers count from, and end is behind its last.
type dnsMsg struct {
	d         *D
	b         []byte
	base, end int
	multicast bool
	linkLocal bool
	update    bool // RFC 2136 names the sections anew
	stop      bool // nothing more can be read
	name      [dnsMaxName]byte
}

func (m *dnsMsg) message() {
	d := m.d
	d.newInfo()
	flags := m.header()
	if m.stop {
		return
	}
	off := m.base + dnsHeaderLen
	qd, an := be16(m.b, m.base+4), be16(m.b, m.base+6)
	ns, ar := be16(m.b, m.base+8), be16(m.b, m.base+10)
	if d.WantInfo {
		m.sayHeader(flags, qd, an, ns, ar)
	}
	if flags>>11&15 == 6 && qd|an|ns|ar == 0 {
		off = m.dso(off)
	}
	response := flags>>15 == 1
	for i := 0; i < qd && !m.stop; i++ {
		off = m.question(off, !response)
	}
	if d.WantInfo && !response {
		m.sayLen()
	}
	for i := 0; i < an && !m.stop; i++ {
		off = m.record(&dnsAnswerGroup, off, i, response)
	}
	if d.WantInfo && response {
		m.sayLen()
	}
	for i := 0; i < ns && !m.stop; i++ {
		off = m.record(&dnsAuthorityGroup, off, i, false)
	}
	for i := 0; i < ar && !m.stop; i++ {
		off = m.record(&dnsAdditionalGroup, off, i, false)
	}
	if !m.stop {
		d.Claim(off)
	}
}

// header adds the twelve octets, or as many as there are, and returns the flags.
func (m *dnsMsg) header() uint16 {
	d, at := m.d, m.base
	if m.end-at < dnsHeaderLen {
		m.stop = true
	}
	one := func(i int) {
		def := &dnsHeader[i]
		d.Bits(def, at*8+def.Bit, def.Width)
	}
	one(dnsHID)
	flags := uint16(d.OpenBits(&dnsFlags, (at+2)*8, 16))
	response := flags>>15 == 1
	one(dnsHQR)
	one(dnsHOpcode)
	switch {
	case m.linkLocal:
		d.Bits(&dnsConflict, at*8+21, 1)
		one(dnsHTC)
		d.Bits(&dnsTentative, at*8+23, 1)
	default:
		if response {
			one(dnsHAA)
		}
		one(dnsHTC)
		one(dnsHRD)
		if response {
			one(dnsHRA)
		}
		one(dnsHZ)
		if response || flags&0x20 != 0 { // in a query only RFC 6840 section 5.7 gives it a meaning
			one(dnsHAD)
		}
		one(dnsHCD)
	}
	if response {
		one(dnsHRcode)
	}
	d.Close()
	m.update = flags>>11&15 == 5
	if m.update {
		d.Uint(&dnsZones, at+4, 2)
		d.Uint(&dnsPrereqs, at+6, 2)
		d.Uint(&dnsUpdates, at+8, 2)
	} else {
		one(dnsHQD)
		one(dnsHAN)
		one(dnsHNS)
	}
	one(dnsHAR)
	return flags
}

// owner reads the name that a question or a record begins with. Where it, or the
// fixed octets behind it, are not all there, the message stops.
func (m *dnsMsg) owner(off, fixed int) (name []byte, next, labels int) {
	name, next, labels, why := dnsReadName(m.name[:0], m.b[:m.end], m.base, off)
	if why != "" {
		m.d.Wrong(why, off)
	}
	if next < 0 || next+fixed > m.end {
		if next >= 0 {
			m.d.cut(next)
		}
		m.stop = true
	}
	return name, next, labels
}

func (m *dnsMsg) question(off int, say bool) int {
	d := m.d
	name, next, labels := m.owner(off, 4)
	if m.stop {
		return off
	}
	typ, class := uint64(be16(m.b, next)), uint64(be16(m.b, next+2))
	if d.WantFields {
		shown := dnsShown(name)
		d.OpenText(&dnsQuestionGroup, off, next+4-off, shown)
		d.Made(&dnsQName, off, next-off, shown)
		d.Num(&dnsQNameLen, off, next-off, uint64(len(name)))
		d.Num(&dnsQLabels, off, next-off, uint64(labels))
		d.Uint(&dnsQType, next, 2)
		if m.multicast {
			d.Bits(&dnsQClass, next*8+17, 15)
			d.Bits(&dnsQU, next*8+16, 1)
		} else {
			d.Uint(&dnsQClass, next+2, 2)
		}
		d.Close()
	}
	if d.WantInfo && say {
		d.say(" ")
		m.sayType(typ)
		if m.multicast {
			if class&0x8000 != 0 {
				d.say(" (QU)")
			} else {
				d.say(" (QM)")
			}
			class &= 0x7fff
		}
		m.sayClass(class)
		d.say("? ")
		d.sayBytes(name)
		d.say(".")
	}
	return next + 4
}

// record adds a resource record (RFC 1035 section 4.1.3).
func (m *dnsMsg) record(group *Def, off, i int, say bool) int {
	d := m.d
	name, next, _ := m.owner(off, 10)
	if m.stop {
		return off
	}
	typ, class := uint64(be16(m.b, next)), uint64(be16(m.b, next+2))
	n := be16(m.b, next+8)
	data := next + 10
	end := data + n
	if end > m.end {
		d.Wrong("record data beyond the end of the message", next+8)
		end, m.stop = m.end, true
	}
	if d.WantFields && m.stop { // its fields may be another's octets; Wireshark has none of them either
		d.OpenText(group, off, end-off, dnsShown(name))
		d.Bytes(&dnsData, off, end-off)
		d.Close()
	} else if d.WantFields {
		shown := dnsShown(name)
		d.OpenText(group, off, end-off, shown)
		d.Made(&dnsName, off, next-off, shown)
		if typ == 33 {
			m.serviceName(name, off, next)
		}
		d.Uint(&dnsRType, next, 2)
		switch {
		case typ == dnsTypeOPT:
			m.optHeader(next + 2)
			if m.multicast {
				d.Bits(&dnsCacheFlush, next*8+16, 1)
			}
		case m.multicast:
			d.Bits(&dnsRClass, next*8+17, 15)
			d.Bits(&dnsCacheFlush, next*8+16, 1)
			d.Uint(&dnsTTL, next+4, 4)
		default:
			d.Uint(&dnsRClass, next+2, 2)
			d.Uint(&dnsTTL, next+4, 4)
		}
		d.Uint(&dnsRLen, next+8, 2)
		// "RDLENGTH 0" is how an update names what it has no data for (RFC 2136
		// section 2.4).
		if end > data {
			m.rdata(typ, data, end)
		}
		d.Close()
	}
	if d.WantInfo && say {
		if i > 0 {
			d.say(",")
		}
		flush := m.multicast && class&0x8000 != 0
		if m.multicast {
			class &= 0x7fff
		}
		if typ != dnsTypeOPT {
			m.sayClass(class)
		}
		if flush {
			d.say(" (Cache flush)")
		}
		d.say(" ")
		m.sayType(typ)
		m.sayData(typ, class, data, end)
	}
	return end
}

// serviceName takes _service._proto.name apart (RFC 2782).
func (m *dnsMsg) serviceName(name []byte, off, next int) {
	i := bytes.IndexByte(name, '.')
	if i < 0 {
		return
	}
	rest := name[i+1:]
	j := bytes.IndexByte(rest, '.')
	if j < 0 {
		return
	}
	m.d.Made(&dnsSRVService, off, next-off, name[:i])
	m.d.Made(&dnsSRVProto, off, next-off, rest[:j])
	m.d.Made(&dnsSRVName, off, next-off, rest[j+1:])
}

// optHeader adds what an OPT record makes of class and TTL (RFC 6891 section
// 6.1.2).
func (m *dnsMsg) optHeader(off int) {
	d := m.d
	d.Uint(&dnsUDPSize, off, 2)
	d.Uint(&dnsExtRcode, off+2, 1)
	d.Uint(&dnsEDNSVersion, off+3, 1)
	d.OpenBits(&dnsEDNSZ, (off+4)*8, 16)
	d.Bits(&dnsDO, (off+4)*8, 1)
	d.Bits(&dnsEDNSRes, (off+4)*8+1, 15)
	d.Close()
}

// dso adds the TLVs of RFC 8490 section 5.4.
func (m *dnsMsg) dso(off int) int {
	d := m.d
	for off+4 <= m.end {
		typ, n := be16(m.b, off), be16(m.b, off+2)
		d.Open(&dnsDSO, off, 4+n)
		d.Uint(&dnsDSOType, off, 2)
		d.Uint(&dnsDSOLen, off+2, 2)
		v := off + 4
		switch {
		case v+n > m.end:
			d.cut(v)
			n = m.end - v
		case typ == 1 && n == 8:
			d.Uint(&dnsDSOInactivity, v, 4)
			d.Uint(&dnsDSOInterval, v+4, 4)
		case typ == 2 && n == 4:
			d.Uint(&dnsDSORetry, v, 4)
		case typ == 3:
			d.Bytes(&dnsDSOPad, v, n)
		default:
			d.Bytes(&dnsDSOData, v, n)
		}
		d.Close()
		off = v + n
	}
	return off
}

// sayHeader writes what tcpdump writes before the sections: + recursion
// desired, % checking disabled, * authoritative, - recursion not available, |
// truncated, $ authenticated.
func (m *dnsMsg) sayHeader(flags uint16, qd, an, ns, ar int) {
	d := m.d
	id, op := be16(m.b, m.base), int(flags>>11&15)
	d.sayUint(uint64(id))
	switch op {
	case 0:
	case 1:
		d.say(" inv_q")
	case 2:
		d.say(" stat")
	case 4:
		d.say(" notify")
	case 5:
		d.say(" update")
	default:
		d.say(" op")
		d.sayUint(uint64(op))
	}
	mark := func(bit uint16, set, clear string) {
		if flags&bit != 0 {
			d.say(set)
		} else {
			d.say(clear)
		}
	}
	count := func(n, usual int, unit string) {
		if n != usual {
			d.say(" [")
			d.sayUint(uint64(n))
			d.say(unit)
		}
	}
	if flags>>15 == 1 {
		m.sayRcode(int(flags & 15))
		mark(0x0400, "*", "")
		mark(0x0080, "", "-")
		mark(0x0200, "|", "")
		mark(0x0020, "$", "")
		count(qd, 1, "q]")
		d.say(" ")
		d.sayUint(uint64(an))
		d.say("/")
		d.sayUint(uint64(ns))
		d.say("/")
		d.sayUint(uint64(ar))
		return
	}
	mark(0x0100, "+", "")
	mark(0x0010, "%", "")
	if flags&0x06cf != 0 {
		d.say(" [b2&3=0x")
		d.P.Info = strconv.AppendUint(d.P.Info, uint64(flags), 16)
		d.say("]")
	}
	count(an, 0, "a]")
	count(qd, 1, "q]")
	count(ns, 0, "n]")
	count(ar, 0, "au]")
}

func (m *dnsMsg) sayRcode(v int) {
	switch v {
	case 0:
	case 1:
		m.d.say(" FormErr")
	case 2:
		m.d.say(" ServFail")
	case 3:
		m.d.say(" NXDomain")
	case 4:
		m.d.say(" NotImp")
	case 5:
		m.d.say(" Refused")
	case 6:
		m.d.say(" YXDomain")
	case 7:
		m.d.say(" YXRRSet")
	case 8:
		m.d.say(" NXRRSet")
	case 9:
		m.d.say(" NotAuth")
	case 10:
		m.d.say(" NotZone")
	default:
		m.d.say(" Resp")
		m.d.sayUint(uint64(v))
	}
}

func (m *dnsMsg) sayLen() {
	m.d.say(" (")
	m.d.sayUint(uint64(m.end - m.base))
	m.d.say(")")
}

func (m *dnsMsg) sayType(v uint64) {
	if s := dnsType(v); s != "" {
		m.d.say(s)
		return
	}
	m.d.say("Type")
	m.d.sayUint(v)
}

func (m *dnsMsg) sayClass(v uint64) {
	if v == 1 {
		return
	}
	m.d.say(" ")
	if s := dnsClass(v); s != "" {
		m.d.say(s)
		return
	}
	m.d.say("Class")
	m.d.sayUint(v)
}

// sayName appends the name at off and a final dot.
func (m *dnsMsg) sayName(off int) {
	name, next, _, _ := dnsReadName(m.name[:0], m.b[:m.end], m.base, off)
	if next >= 0 {
		m.d.sayBytes(name)
		m.d.say(".")
	}
}

// sayData appends what tcpdump shows of a record.
func (m *dnsMsg) sayData(typ, class uint64, off, end int) {
	d, n := m.d, end-off
	if class == 254 || class == 255 || n == 0 {
		return
	}
	switch typ {
	case 1, 28:
		d.say(" ")
		d.sayAddr(m.b[off:end])
	case 2, 5, 12, 39:
		d.say(" ")
		m.sayName(off)
	case 15:
		d.say(" ")
		m.sayName(off + 2)
		d.say(" ")
		d.sayUint(uint64(be16(m.b, off)))
	case 16:
		for off < end {
			n := min(int(m.b[off]), end-off-1)
			d.say(` "`)
			d.sayBytes(m.b[off+1 : off+1+n])
			d.say(`"`)
			off += 1 + n
		}
	case 33:
		d.say(" ")
		m.sayName(off + 6)
		d.say(":")
		d.sayUint(uint64(be16(m.b, off+4)))
		d.say(" ")
		d.sayUint(uint64(be16(m.b, off)))
		d.say(" ")
		d.sayUint(uint64(be16(m.b, off+2)))
	case 256:
		if n > 4 {
			d.say(" ")
			d.sayUint(uint64(be16(m.b, off)))
			d.say(" ")
			d.sayUint(uint64(be16(m.b, off+2)))
			d.say(" ")
			d.sayBytes(m.b[off+4 : end])
		}
	case dnsTypeOPT:
		d.say(" UDPsize=")
		d.sayUint(class)
	}
}

// Bounds on a name.
const (
	dnsMaxName     = 255 // octets on the wire (RFC 1035 section 2.3.4), and so in text
	dnsMaxPointers = 127 // more than any name of 255 octets can use
)

// dnsReadName appends the name at off to dst: its labels with dots between
// them, as they are. next is where the name ends in place, or -1 if that cannot
// be told; labels is how many it has; why says what is wrong with it.
func dnsReadName(dst, b []byte, base, off int) (name []byte, next, labels int, why string) {
	next = -1
	size := 0
	for jumps := 0; ; {
		if off >= len(b) {
			return dst, next, labels, "name cut short"
		}
		n := int(b[off])
		switch n >> 6 {
		case 0:
			off++
			if n == 0 {
				if next < 0 {
					next = off
				}
				return dst, next, labels, why
			}
			if off+n > len(b) {
				return dst, next, labels, "name cut short"
			}
			if size += 1 + n; size >= dnsMaxName {
				if why == "" {
					why = "name longer than 255 octets"
				}
				if next >= 0 {
					return dst, next, labels, why
				}
				off += n // where it ends is still of use
				continue
			}
			if labels > 0 {
				dst = append(dst, '.')
			}
			dst = append(dst, b[off:off+n]...)
			labels++
			off += n
		case 3:
			if off+2 > len(b) {
				return dst, next, labels, "name cut short"
			}
			if next < 0 {
				next = off + 2
			}
			if why != "" {
				return dst, next, labels, why
			}
			if jumps++; jumps > dnsMaxPointers {
				return dst, next, labels, "name compression loops"
			}
			off = base + (n&0x3f<<8 | int(b[off+1]))
		default:
			return dst, next, labels, "unknown kind of label"
		}
	}
}

// dnsShown is a name for display, as Wireshark writes it: the root has a name, a
// control character is three octal digits, what is no UTF-8 is U+FFFD.
func dnsShown(name []byte) []byte {
	if len(name) == 0 {
		return dnsRoot
	}
	if i := bytes.IndexFunc(name, dnsHidden); i >= 0 {
		return dnsEscaped(name, i)
	}
	return name
}

func dnsHidden(r rune) bool {
	return r < '\a' || r > '\r' && r < ' ' || r == 0x7f || r == utf8.RuneError
}

// dnsEscaped is the name with all that is hidden, from octet i on, written out.
func dnsEscaped(name []byte, i int) []byte {
	out := append(make([]byte, 0, len(name)+16), name[:i]...)
	for i < len(name) {
		r, n := utf8.DecodeRune(name[i:])
		if dnsHidden(r) && r != utf8.RuneError {
			out = append(out, '\\', '0'+byte(r>>6), '0'+byte(r>>3&7), '0'+byte(r&7))
		} else {
			out = utf8.AppendRune(out, r)
		}
		i += n
	}
	return out
}

var dnsRoot = []byte("<Root>")

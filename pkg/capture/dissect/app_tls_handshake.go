package dissect

import (
	"crypto/md5"
	"crypto/x509"
	"strconv"
)

// Handshake messages in the clear: RFC 8446 section 4, RFC 5246 section 7.4, RFC
// 8422 section 5.4 (elliptic curves), RFC 6066 (certificate status).

// handshake adds one message; short says that it does not end where it should.
func (m *tlsMsg) handshake(off, end int, short bool) {
	d := m.d
	name := tlsHandshakeType(uint64(m.b[off]))
	if d.WantInfo {
		d.say(", ")
		d.say(name)
	}
	d.OpenText(&tlsHandshake, off, end-off, []byte(name))
	typ := d.Uint(&tlsHSType, off, 1)
	d.Uint(&tlsHSLen, off+1, 3)
	if short {
		d.cut(end)
	}
	if off += 4; off < end && (d.WantFields || typ == 1) {
		r := tlsReader{m, off, end}
		switch typ {
		case 1:
			r.clientHello()
		case 2:
			r.serverHello()
		case 4:
			r.newSessionTicket()
		case 8:
			r.extensions(typ)
		case 11:
			r.certificates()
		case 12:
			r.serverKeyExchange()
		case 13:
			r.certificateRequest()
		case 15:
			r.num(&tlsSigAlg, 2)
			r.vector(&tlsVerifyLen, 2, &tlsVerify)
		case 16:
			r.clientKeyExchange()
		case 20:
			r.rest(&tlsFinished)
		case 22:
			r.num(&tlsStatusType, 1)
			r.vector(&tlsOCSPLen, 3, &tlsOCSP)
		}
		r.rest(&tlsBody)
	}
	d.Close()
}

// tlsReader reads a stretch of a message in order. Past its end it reads zeros
// and marks the layer.
type tlsReader struct {
	m        *tlsMsg
	off, end int
}

func (r *tlsReader) has(n int) bool {
	if r.end-r.off >= n {
		return true
	}
	r.m.d.Wrong("a vector ends too early", r.off)
	r.off = r.end
	return false
}

func (r *tlsReader) num(def *Def, n int) uint64 {
	if !r.has(n) {
		return 0
	}
	v := r.m.d.Uint(def, r.off, n)
	r.off += n
	return v
}

func (r *tlsReader) bytes(def *Def, n int) []byte {
	if !r.has(n) {
		return nil
	}
	b := r.m.d.Bytes(def, r.off, n)
	r.off += n
	return b
}

// rest adds what is left, if anything is.
func (r *tlsReader) rest(def *Def) {
	if r.off < r.end {
		r.bytes(def, r.end-r.off)
	}
}

// sub is the stretch of the next n octets.
func (r *tlsReader) sub(n int) tlsReader {
	if !r.has(n) {
		return tlsReader{r.m, r.end, r.end}
	}
	s := tlsReader{r.m, r.off, r.off + n}
	r.off += n
	return s
}

// list is the stretch whose length a number of width octets tells.
func (r *tlsReader) list(length *Def, width int) tlsReader {
	return r.sub(int(r.num(length, width)))
}

// vector is a length and so many octets.
func (r *tlsReader) vector(length *Def, width int, def *Def) []byte {
	n := int(r.num(length, width))
	if n == 0 {
		return nil
	}
	return r.bytes(def, n)
}

// numbers adds numbers of n octets to the end.
func (r *tlsReader) numbers(def *Def, n int) {
	for r.off < r.end {
		r.num(def, n)
	}
}

func (r *tlsReader) random() {
	d := r.m.d
	if !r.has(32) {
		return
	}
	d.Bytes(&tlsRandom, r.off, 32)
	d.depth++
	d.Num(&tlsRandomTime, r.off, 4, uint64(be32(r.m.b, r.off))*1e9)
	d.Bytes(&tlsRandomBytes, r.off+4, 28)
	d.Close()
	r.off += 32
}

// clientHello is RFC 8446 section 4.1.2.
func (r *tlsReader) clientHello() {
	m := r.m
	var ja3 [1024]byte
	m.ja3 = ja3[:0]
	m.ja3Num(r.num(&tlsHSVersion, 2))
	r.random()
	r.vector(&tlsSessionLen, 1, &tlsSession)
	suites := r.list(&tlsSuitesLen, 2)
	m.ja3 = append(m.ja3, ',')
	at := suites.off
	suites.numbers(&tlsSuite, 2)
	m.ja3List(at, suites.end, 2)
	comp := r.list(&tlsCompLen, 1)
	comp.numbers(&tlsComp, 1)
	// "It was possible … to omit the extensions" before TLS 1.3.
	ja3At := [3]tlsReader{}
	if r.off < r.end {
		ja3At = r.extensions(1)
	}
	m.ja3 = append(m.ja3, ',')
	m.ja3Exts(ja3At[0].off, ja3At[0].end)
	m.ja3 = append(m.ja3, ',')
	m.ja3List(ja3At[1].off, ja3At[1].end, 2)
	m.ja3 = append(m.ja3, ',')
	m.ja3List(ja3At[2].off, ja3At[2].end, 1)
	m.ja3Done(&tlsJA3Full, &tlsJA3)
}

func (r *tlsReader) serverHello() {
	m := r.m
	var ja3 [256]byte
	m.ja3 = ja3[:0]
	m.ja3Num(r.num(&tlsHSVersion, 2))
	r.random()
	r.vector(&tlsSessionLen, 1, &tlsSession)
	m.ja3 = append(m.ja3, ',')
	suite := r.num(&tlsSuite, 2)
	m.ja3Num(suite)
	if m.d.WantInfo {
		if s := tlsSuiteName(suite); s != "" {
			m.d.say(" ")
			m.d.say(s)
		}
	}
	r.num(&tlsComp, 1)
	at := [3]tlsReader{}
	if r.off < r.end {
		at = r.extensions(2)
	}
	m.ja3 = append(m.ja3, ',')
	m.ja3Exts(at[0].off, at[0].end)
	m.ja3Done(&tlsJA3SFull, &tlsJA3S)
}

// JA3 is a fingerprint of a hello: its numbers in decimal, and their MD5 sum.
// Numbers that are there to be ignored (GREASE) are left out.

func (m *tlsMsg) ja3Num(v uint64) { m.ja3 = strconv.AppendUint(m.ja3, v, 10) }

func (m *tlsMsg) ja3Item(v uint64, first bool) bool {
	if tlsGrease(v) {
		return first
	}
	if !first {
		m.ja3 = append(m.ja3, '-')
	}
	m.ja3Num(v)
	return false
}

func (m *tlsMsg) ja3List(off, end, width int) {
	first := true
	for ; off+width <= end; off += width {
		v := uint64(m.b[off])
		if width == 2 {
			v = uint64(be16(m.b, off))
		}
		first = m.ja3Item(v, first)
	}
}

func (m *tlsMsg) ja3Exts(off, end int) {
	first := true
	for off+4 <= end {
		first = m.ja3Item(uint64(be16(m.b, off)), first)
		off += 4 + be16(m.b, off+2)
	}
}

func (m *tlsMsg) ja3Done(full, sum *Def) {
	if m.d.WantFields {
		m.d.GenText(full, m.ja3)
		h := md5.Sum(m.ja3)
		var text [32]byte
		for i, c := range h {
			text[2*i], text[2*i+1] = hexDigits[c>>4], hexDigits[c&15]
		}
		m.d.GenText(sum, text[:])
	}
	m.ja3 = nil
}

// extensions adds a list of extensions (RFC 8446 section 4.2) of a message of
// type msg. It returns the stretches of all, of the groups and of the point
// formats.
func (r *tlsReader) extensions(msg uint64) (parts [3]tlsReader) {
	d := r.m.d
	list := r.list(&tlsExtsLen, 2)
	parts[0] = list
	for list.off < list.end {
		if !list.has(4) {
			return parts
		}
		typ, n := be16(r.m.b, list.off), be16(r.m.b, list.off+2)
		d.OpenText(&tlsExt, list.off, 4+n, []byte(tlsExtensionName(uint64(typ))))
		list.num(&tlsExtType, 2)
		list.num(&tlsExtLen, 2)
		e := list.sub(n)
		switch typ {
		case 10:
			if parts[1] = e; n >= 2 {
				parts[1].off += 2
			}
		case 11:
			if parts[2] = e; n >= 1 {
				parts[2].off++
			}
		}
		if n > 0 {
			e.extension(typ, msg)
			e.rest(&tlsExtData)
		}
		d.Close()
	}
	return parts
}

func (r *tlsReader) extension(typ int, msg uint64) {
	d := r.m.d
	switch typ {
	case 0:
		list := r.list(&tlsSNIListLen, 2)
		for list.off < list.end {
			list.num(&tlsSNIType, 1)
			if name := list.vector(&tlsSNILen, 2, &tlsSNI); name != nil && d.WantInfo {
				d.say(" ")
				d.sayBytes(name)
			}
		}
	case 1:
		r.num(&tlsMaxFragment, 1)
	case 5:
		if msg == 1 {
			r.num(&tlsStatusType, 1)
			r.vector(&tlsStatusIDsLen, 2, &tlsExtData)
			r.vector(&tlsStatusExtsLen, 2, &tlsExtData)
		}
	case 10:
		list := r.list(&tlsGroupsLen, 2)
		list.numbers(&tlsGroup, 2)
	case 11:
		list := r.list(&tlsPointsLen, 1)
		list.numbers(&tlsPoint, 1)
	case 13, 50:
		r.signatureAlgorithms()
	case 15:
		r.num(&tlsHeartbeatMode, 1)
	case 16:
		list := r.list(&tlsALPNLen, 2)
		for list.off < list.end {
			list.vector(&tlsALPNStrLen, 1, &tlsALPN)
		}
	case 21:
		r.rest(&tlsPadding)
	case 27:
		list := r.list(&tlsCompCertLen, 1)
		list.numbers(&tlsCompCert, 2)
	case 28:
		r.num(&tlsRecordLimit, 2)
	case 35:
		r.rest(&tlsTicket)
	case 41:
		r.preSharedKey(msg)
	case 42:
		if msg == 4 {
			r.num(&tlsEarlyMax, 4)
		}
	case 43:
		if msg != 1 {
			r.num(&tlsSupported, 2)
			return
		}
		list := r.list(&tlsVersionsLen, 1)
		list.numbers(&tlsSupported, 2)
	case 44:
		r.vector(&tlsCookieLen, 2, &tlsCookie)
	case 45:
		list := r.list(&tlsPSKModesLen, 1)
		list.numbers(&tlsPSKMode, 1)
	case 51:
		r.keyShare(msg)
	case 57:
		r.quicParameters()
	case 65445: // in drafts, the earlier of which had lengths of two octets
		if quicParametersFit(r.m.b[r.off:r.end]) {
			r.quicParameters()
		}
	case 17513, 17613:
		list := r.list(&tlsALPSLen, 2)
		for list.off < list.end {
			list.vector(&tlsALPSStrLen, 1, &tlsALPS)
		}
	case 65281:
		r.vector(&tlsRenegLen, 1, &tlsReneg)
	}
}

func (r *tlsReader) signatureAlgorithms() {
	list := r.list(&tlsSigAlgsLen, 2)
	list.numbers(&tlsSigAlg, 2)
}

// keyShare is RFC 8446 section 4.2.8.
func (r *tlsReader) keyShare(msg uint64) {
	list := *r
	switch {
	case msg == 1:
		list = r.list(&tlsKeyShareLen, 2)
	case r.end-r.off == 2: // in a HelloRetryRequest
		r.num(&tlsKeySelected, 2)
		return
	default:
		r.off = r.end
	}
	for list.off < list.end {
		list.num(&tlsKeyGroup, 2)
		list.vector(&tlsKeyLen, 2, &tlsKey)
	}
}

// preSharedKey is RFC 8446 section 4.2.11.
func (r *tlsReader) preSharedKey(msg uint64) {
	if msg != 1 {
		r.num(&tlsPSKSelected, 2)
		return
	}
	list := r.list(&tlsPSKIDsLen, 2)
	for list.off < list.end {
		list.vector(&tlsPSKIDLen, 2, &tlsPSKID)
		list.num(&tlsPSKAge, 4)
	}
	r.vector(&tlsPSKBindersLen, 2, &tlsPSKBinders)
}

// quicParameters is RFC 9000 section 18: all numbers are of variable length.
func (r *tlsReader) quicParameters() {
	d := r.m.d
	for r.off < r.end {
		typ, a := quicVarint(r.m.b[r.off:r.end])
		n, z := quicVarint(r.m.b[r.off+a : r.end])
		if a == 0 || z == 0 || n > uint64(r.end-r.off-a-z) {
			r.has(r.end - r.off + 1)
			return
		}
		d.Open(&tlsQUICParam, r.off, a+z+int(n))
		d.Num(&tlsQUICType, r.off, a, typ)
		d.Num(&tlsQUICLen, r.off+a, z, n)
		r.off += a + z
		if v, w := quicVarint(r.m.b[r.off : r.off+int(n)]); w == int(n) && w > 0 && quicParamIsNumber(typ) {
			d.Num(&tlsQUICNum, r.off, w, v)
		} else if n > 0 {
			d.Bytes(&tlsQUICValue, r.off, int(n))
		}
		r.off += int(n)
		d.Close()
	}
}

func quicParametersFit(b []byte) bool {
	for len(b) > 0 {
		_, a := quicVarint(b)
		n, z := quicVarint(b[a:])
		if a == 0 || z == 0 || n > uint64(len(b)-a-z) {
			return false
		}
		b = b[a+z+int(n):]
	}
	return true
}

func quicParamIsNumber(typ uint64) bool {
	switch typ {
	case 1, 3, 4, 5, 6, 7, 8, 9, 10, 11, 14, 0x20:
		return true
	}
	return false
}

// certificates is RFC 5246 section 7.4.2. TLS 1.3 sends its own encrypted.
func (r *tlsReader) certificates() {
	d := r.m.d
	list := r.list(&tlsCertsLen, 3)
	for list.off < list.end {
		n := int(list.num(&tlsCertLen, 3))
		at := list.off
		if der := list.bytes(&tlsCert, n); der != nil && d.WantFields {
			d.depth++
			r.m.certificate(der, at)
			d.Close()
		}
	}
}

// certificate adds what a certificate (RFC 5280) says about itself. One that
// cannot be parsed is shown as octets only.
func (m *tlsMsg) certificate(der []byte, off int) {
	c, err := x509.ParseCertificate(der)
	if err != nil {
		return
	}
	d, n := m.d, len(der)
	d.Made(&tlsCertSubject, off, n, []byte(c.Subject.String()))
	d.Made(&tlsCertIssuer, off, n, []byte(c.Issuer.String()))
	d.Made(&tlsCertSerial, off, n, []byte(c.SerialNumber.Text(16)))
	d.Num(&tlsCertFrom, off, n, uint64(c.NotBefore.UnixNano()))
	d.Num(&tlsCertTo, off, n, uint64(c.NotAfter.UnixNano()))
	for _, name := range c.DNSNames {
		d.Made(&tlsCertName, off, n, []byte(name))
	}
	for _, ip := range c.IPAddresses {
		d.Made(&tlsCertAddr, off, n, []byte(ip.String()))
	}
}

// serverKeyExchange is RFC 8422 section 5.4 or RFC 5246 section 7.4.3; which one
// the cipher suite says, and what is here tells.
func (r *tlsReader) serverKeyExchange() {
	b := r.m.b[r.off:r.end]
	switch {
	case len(b) >= 4 && b[0] == 3 && 4+int(b[3]) <= len(b) && tlsGroupName(uint64(be16(b, 1))) != "":
		r.num(&tlsCurveType, 1)
		r.num(&tlsCurve, 2)
		r.vector(&tlsServerPointLen, 1, &tlsServerPoint)
	case tlsIsDH(b):
		r.vector(&tlsPLen, 2, &tlsP)
		r.vector(&tlsGLen, 2, &tlsG)
		r.vector(&tlsYsLen, 2, &tlsYs)
	default:
		return
	}
	// Before TLS 1.2 there is no algorithm, and without authentication nothing.
	if n := r.end - r.off; n >= 4 && be16(r.m.b, r.off+2) == n-4 {
		r.num(&tlsSigAlg, 2)
	}
	if r.end-r.off >= 2 {
		r.vector(&tlsSigLen, 2, &tlsSig)
	}
}

// tlsIsDH reports whether b begins with three vectors as Diffie-Hellman has
// them.
func tlsIsDH(b []byte) bool {
	for range 3 {
		if len(b) < 2 {
			return false
		}
		n := be16(b, 0)
		if n == 0 || 2+n > len(b) {
			return false
		}
		b = b[2+n:]
	}
	return true
}

// clientKeyExchange: an elliptic curve's point has a length of one octet, what
// RSA encrypted or a Diffie-Hellman key one of two.
func (r *tlsReader) clientKeyExchange() {
	n := r.end - r.off
	switch {
	case n >= 1 && int(r.m.b[r.off]) == n-1:
		r.vector(&tlsClientPointLen, 1, &tlsClientPoint)
	case n >= 2 && be16(r.m.b, r.off) == n-2:
		r.vector(&tlsEPMSLen, 2, &tlsEPMS)
	}
}

// certificateRequest is RFC 5246 section 7.4.4.
func (r *tlsReader) certificateRequest() {
	types := r.list(&tlsCertTypesCount, 1)
	types.numbers(&tlsCertTypeF, 1)
	// TLS 1.1 and older have no signature algorithms here.
	if n := r.end - r.off; n >= 2 && be16(r.m.b, r.off) < n-2 {
		r.signatureAlgorithms()
	}
	names := r.list(&tlsDNamesLen, 2)
	for names.off < names.end {
		names.vector(&tlsDNameLen, 2, &tlsDName)
	}
}

// newSessionTicket is RFC 5077 section 3.3.
func (r *tlsReader) newSessionTicket() {
	if n := r.end - r.off; n < 6 || be16(r.m.b, r.off+4) != n-6 {
		return
	}
	r.num(&tlsTicketLife, 4)
	r.vector(&tlsTicketLen, 2, &tlsTicket)
}

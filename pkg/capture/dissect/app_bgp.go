package dissect

// BGP-4 messages: RFC 4271 section 4, RFC 5492, RFC 2918, RFC 9003.

var appBGP = App{Name: "bgp", Dissect: dissectBGP, PDU: pduBGP}

const (
	bgpHeaderLen = 19
	bgpMaxLen    = 65535 // RFC 8654
)

// pduBGP takes a marker with some wrong octets for one: it is damaged, and the
// length behind it still leads to the next message.
func pduBGP(b []byte) int {
	if wrong := bgpMarkerWrong(b); wrong > 4 {
		return -1
	}
	if len(b) < bgpHeaderLen {
		return 0
	}
	if n := be16(b, 16); n >= bgpHeaderLen && b[18] >= 1 && b[18] <= 5 {
		return n
	}
	return -1
}

// bgpMarkerWrong counts the octets of the marker that are not all ones.
func bgpMarkerWrong(b []byte) int {
	n := 0
	for i := 0; i < min(len(b), 16); i++ {
		if b[i] != 0xff {
			n++
		}
	}
	return n
}

func dissectBGP(d *D, b []byte) {
	if pduBGP(b) < 0 {
		return
	}
	d.Begin(&bgp)
	d.newInfo()
	d.say("BGP")
	if !d.Header() {
		return
	}
	if bgpMarkerWrong(b) > 0 { // RFC 4271 section 6.1: "not synchronized"
		d.Wrong("marker is not all ones", 0)
	}
	n := be16(b, 16)
	if n > len(b) {
		d.cut(len(b))
		n = len(b)
	}
	d.Claim(n)
	r := bgpReader{d: d, b: b, off: bgpHeaderLen, end: n}
	switch b[18] {
	case 1:
		r.open()
	case 2:
		r.update()
	case 3:
		r.notification()
	case 5:
		r.num(&bgpRefreshAFI, 2)
		r.num(&bgpRefreshSub, 1)
		r.num(&bgpRefreshSAFI, 1)
		r.rest(&bgpRefreshORF)
	}
}

// bgpReader reads a stretch of a message in order, and stops at its end.
type bgpReader struct {
	d        *D
	b        []byte
	off, end int
	bad      bool
}

func (r *bgpReader) has(n int) bool {
	if r.end-r.off >= n {
		return true
	}
	if !r.bad {
		r.d.Wrong("cut short", r.off)
	}
	r.off, r.bad = r.end, true
	return false
}

func (r *bgpReader) num(def *Def, n int) int {
	if !r.has(n) {
		return 0
	}
	v := r.d.Uint(def, r.off, n)
	r.off += n
	return int(v)
}

func (r *bgpReader) bytes(def *Def, n int) {
	if n > 0 && r.has(n) {
		r.d.Bytes(def, r.off, n)
		r.off += n
	}
}

func (r *bgpReader) rest(def *Def) { r.bytes(def, r.end-r.off) }

// sub is the stretch of the next n octets.
func (r *bgpReader) sub(n int) bgpReader {
	if !r.has(n) {
		return bgpReader{d: r.d, b: r.b, off: r.end, end: r.end}
	}
	s := bgpReader{d: r.d, b: r.b, off: r.off, end: r.off + n}
	r.off += n
	return s
}

func (r *bgpReader) open() {
	r.num(&bgpVersion, 1)
	r.num(&bgpMyAS, 2)
	r.num(&bgpHold, 2)
	r.num(&bgpID, 4)
	n, width := r.num(&bgpOptLen, 1), 1
	// RFC 9072: 255 and a type of 255 mean lengths of two octets.
	if n == 255 && r.off < r.end && r.b[r.off] == 255 {
		r.num(&bgpOptType, 1)
		n, width = r.num(&bgpOptLen, 2), 2
	}
	list := r.sub(n)
	for list.off < list.end {
		size := 0
		if list.off+1+width <= list.end {
			size = int(list.b[list.off+1])
			if width == 2 {
				size = be16(list.b, list.off+1)
			}
		}
		list.d.Open(&bgpOpt, list.off, 1+width+size)
		typ := list.num(&bgpOptType, 1)
		list.num(&bgpOptPLen, width)
		o := list.sub(size)
		if typ == 2 {
			o.capabilities()
		}
		o.rest(&bgpOptValue)
		list.d.Close()
	}
}

// capabilities is RFC 5492 section 4.
func (r *bgpReader) capabilities() {
	for r.off < r.end {
		size := 0
		if r.off+2 <= r.end {
			size = int(r.b[r.off+1])
		}
		r.d.Open(&bgpCap, r.off, 2+size)
		typ := r.num(&bgpCapType, 1)
		r.num(&bgpCapLen, 1)
		c := r.sub(size)
		switch typ {
		case 1: // RFC 4760
			c.num(&bgpCapAFI, 2)
			c.bytes(&bgpCapReserved, 1)
			c.num(&bgpCapSAFI, 1)
		case 5: // RFC 8950
			for c.off < c.end {
				c.num(&bgpCapENHAFI, 2)
				c.num(&bgpCapENHSAFI, 2)
				c.num(&bgpCapENHNext, 2)
			}
		case 64:
			c.gracefulRestart()
		case 65: // RFC 6793
			c.num(&bgpCapAS4, 4)
		case 69: // RFC 7911
			for c.off < c.end {
				c.num(&bgpCapAPAFI, 2)
				c.num(&bgpCapAPSAFI, 1)
				c.num(&bgpCapAPSend, 1)
			}
		case 73:
			c.bytes(&bgpCapHost, c.num(&bgpCapHostLen, 1))
			c.bytes(&bgpCapDomain, c.num(&bgpCapDomainLen, 1))
		}
		c.rest(&bgpCapValue)
		r.d.Close()
	}
}

// gracefulRestart is RFC 4724 section 3.
func (r *bgpReader) gracefulRestart() {
	if !r.has(2) {
		return
	}
	d, bit := r.d, r.off*8
	d.OpenBits(&bgpCapGR, bit, 16)
	d.Bits(&bgpCapGRFlag, bit, 1)
	d.Bits(&bgpCapGRNotify, bit+1, 1)
	d.Bits(&bgpCapGRTime, bit+4, 12)
	d.Close()
	r.off += 2
	for r.end-r.off >= 4 {
		r.num(&bgpCapGRAFI, 2)
		r.num(&bgpCapGRSAFI, 1)
		d.OpenBits(&bgpCapGRFlags, r.off*8, 8)
		d.Bits(&bgpCapGRPreserve, r.off*8, 1)
		d.Close()
		r.off++
	}
}

func (r *bgpReader) notification() {
	major := r.num(&bgpMajor, 1)
	minor := 0
	switch major {
	case 1:
		minor = r.num(&bgpMinorHeader, 1)
	case 2:
		minor = r.num(&bgpMinorOpen, 1)
	case 3:
		minor = r.num(&bgpMinorUpdate, 1)
	case 5:
		minor = r.num(&bgpMinorState, 1)
	case 6:
		minor = r.num(&bgpMinorCease, 1)
	default:
		r.num(&bgpMinor, 1)
	}
	// RFC 9003: a shutdown or reset may say why.
	if major == 6 && (minor == 2 || minor == 4) && r.off < r.end && int(r.b[r.off]) <= r.end-r.off-1 {
		r.bytes(&bgpComm, r.num(&bgpCommLen, 1))
	}
	r.rest(&bgpNotifyData)
}

func (r *bgpReader) update() {
	d := r.d
	n := r.num(&bgpWithdrawnLen, 2)
	if n > 0 {
		d.Open(&bgpWithdrawn, r.off, n)
		w := r.sub(n)
		w.prefixes(&bgpPrefix4W, 4)
		d.Close()
	}
	n = r.num(&bgpAttrsLen, 2)
	if n > 0 {
		d.Open(&bgpAttrs, r.off, n)
		a := r.sub(n)
		a.attributes(0)
		d.Close()
	}
	if r.off < r.end {
		d.Open(&bgpNLRI, r.off, r.end-r.off)
		r.prefixes(&bgpPrefix4, 4)
		d.Close()
	}
}

// prefixes adds <length, prefix> pairs (RFC 4271 section 4.3), each, if that
// alone makes sense of them, behind a path ID (RFC 7911 section 3).
func (r *bgpReader) prefixes(def *Def, size int) {
	d := r.d
	ids := !bgpPrefixesFit(r.b[r.off:r.end], size, 0) && bgpPrefixesFit(r.b[r.off:r.end], size, 4)
	for r.off < r.end {
		if ids {
			r.num(&bgpPathID, 4)
		}
		width := r.num(&bgpPrefixLen, 1)
		n := (width + 7) / 8
		if n > size {
			d.MarkBad()
			d.Wrong("prefix longer than an address", r.off-1)
			r.off = r.end
			return
		}
		if !r.has(n) {
			return
		}
		var a [16]byte
		copy(a[:size], r.b[r.off:r.off+n])
		var text [48]byte
		t := appendAddr(text[:0], a[:size])
		if n == 0 {
			d.Made(def, r.off-1, 1, t)
			continue
		}
		d.Made(def, r.off, n, t)
		r.off += n
	}
}

func bgpPrefixesFit(b []byte, size, id int) bool {
	for len(b) > 0 {
		if len(b) < id+1 {
			return false
		}
		n := (int(b[id]) + 7) / 8
		if n > size || len(b) < id+1+n {
			return false
		}
		b = b[id+1+n:]
	}
	return true
}

// attributes adds path attributes; level says how many ATTR_SETs are around.
func (r bgpReader) attributes(level int) {
	d := r.d
	for r.off < r.end {
		if !r.has(3) {
			return
		}
		flags, width := r.b[r.off], 1
		n := int(r.b[r.off+2])
		if flags&0x10 != 0 {
			width = 2
			n = be16(r.b[:r.end], r.off+2)
		}
		typ := uint64(r.b[r.off+1])
		d.OpenText(&bgpAttr, r.off, 2+width+n, []byte(bgpAttrName(typ)))
		bit := r.off * 8
		d.OpenBits(&bgpAttrFlags, bit, 8)
		d.Bits(&bgpAttrOptional, bit, 1)
		d.Bits(&bgpAttrTransitive, bit+1, 1)
		d.Bits(&bgpAttrPartial, bit+2, 1)
		d.Bits(&bgpAttrExtended, bit+3, 1)
		d.Bits(&bgpAttrUnused, bit+4, 4)
		d.Close()
		r.off++
		r.num(&bgpAttrType, 1)
		r.num(&bgpAttrLen, width)
		a := r.sub(n)
		if a.off < a.end {
			a.attribute(typ)
			if typ == 128 && level < 4 && a.off < a.end { // RFC 6368
				d.Open(&bgpAttrs, a.off, a.end-a.off)
				a.attributes(level + 1)
				d.Close()
				a.off = a.end
			}
			a.rest(&bgpAttrValue)
		}
		d.Close()
	}
}

func (r *bgpReader) attribute(typ uint64) {
	d := r.d
	switch typ {
	case 1:
		r.num(&bgpOrigin, 1)
	case 2, 17:
		r.asPath(typ == 17)
	case 3:
		r.num(&bgpNextHop, 4)
	case 4:
		r.num(&bgpMED, 4)
	case 5:
		r.num(&bgpLocalPref, 4)
	case 7, 18:
		r.num(&bgpAggAS, max(2, min(4, r.end-r.off-4)))
		r.num(&bgpAggID, 4)
	case 8:
		for r.end-r.off >= 4 {
			d.Open(&bgpCommunity, r.off, 4)
			if bgpCommunityName(uint64(be32(r.b, r.off))) != "" {
				r.num(&bgpCommunityKnown, 4)
			} else {
				r.num(&bgpCommunityAS, 2)
				r.num(&bgpCommunityValue, 2)
			}
			d.Close()
		}
	case 9:
		r.num(&bgpOriginator, 4)
	case 10:
		for r.end-r.off >= 4 {
			r.num(&bgpCluster, 4)
		}
	case 14:
		r.reach()
	case 15:
		afi, safi := r.num(&bgpUnreachAFI, 2), r.num(&bgpUnreachSAFI, 1)
		r.multiprotocol(afi, safi, &bgpPrefix4MPU, &bgpPrefix6MPU, &bgpUnreachNLRI)
	case 16:
		for r.end-r.off >= 8 {
			r.extended()
		}
	case 32:
		for r.end-r.off >= 12 {
			d.Open(&bgpLarge, r.off, 12)
			r.num(&bgpLargeGA, 4)
			r.num(&bgpLarge1, 4)
			r.num(&bgpLarge2, 4)
			d.Close()
		}
	case 128:
		r.num(&bgpAttrSetAS, 4)
	}
}

// asPath: ASes have four octets since RFC 6793, if both sides said so in their
// OPENs; the segments tell which it is.
func (r *bgpReader) asPath(four bool) {
	d := r.d
	def, width := &bgpAS2, 2
	if four || !bgpSegmentsFit(r.b[r.off:r.end], 2) && bgpSegmentsFit(r.b[r.off:r.end], 4) {
		def, width = &bgpAS4, 4
	}
	for r.end-r.off >= 2 {
		n := int(r.b[r.off+1])
		d.Open(&bgpSegment, r.off, 2+n*width)
		r.num(&bgpSegType, 1)
		r.num(&bgpSegLen, 1)
		for i := 0; i < n && !r.bad; i++ {
			r.num(def, width)
		}
		d.Close()
	}
}

func bgpSegmentsFit(b []byte, width int) bool {
	for len(b) > 0 {
		if len(b) < 2 || b[0] == 0 || b[0] > 4 || b[1] == 0 || len(b) < 2+int(b[1])*width {
			return false
		}
		b = b[2+int(b[1])*width:]
	}
	return true
}

// reach is RFC 4760 section 3.
func (r *bgpReader) reach() {
	afi, safi := r.num(&bgpReachAFI, 2), r.num(&bgpReachSAFI, 1)
	hop := r.sub(r.num(&bgpReachHopLen, 1))
	switch n := hop.end - hop.off; {
	case n == 4:
		hop.num(&bgpReachHop4, 4)
	case n == 16:
		hop.bytes(&bgpReachHop6, 16)
	case n == 12 || n == 24: // of a VPN: behind a route distinguisher of zeros (RFC 4364 section 4.3.2)
		hop.bytes(&bgpReachRD, 8)
		if n == 12 {
			hop.num(&bgpReachHop4, 4)
		} else {
			hop.bytes(&bgpReachHop6, 16)
		}
	case n == 32: // RFC 2545 section 3
		hop.bytes(&bgpReachHop6, 16)
		hop.bytes(&bgpReachLocal, 16)
	}
	hop.rest(&bgpReachHop)
	r.num(&bgpReachSNPA, 1)
	r.multiprotocol(afi, safi, &bgpPrefix4MP, &bgpPrefix6, &bgpReachNLRI)
}

// multiprotocol adds the prefixes of unicast and multicast; those of other
// families have forms of their own and are shown as octets.
func (r *bgpReader) multiprotocol(afi, safi int, v4, v6, other *Def) {
	plain := safi == 1 || safi == 2
	switch {
	case r.off == r.end:
	case afi == 1 && plain:
		r.prefixes(v4, 4)
	case afi == 2 && plain:
		r.prefixes(v6, 16)
	default:
		r.rest(other)
	}
}

// extended is RFC 4360 section 3.
func (r *bgpReader) extended() {
	d := r.d
	d.Open(&bgpExtCommunity, r.off, 8)
	typ := r.num(&bgpExtType, 1)
	r.num(&bgpExtSub, 1)
	switch typ & 0xbf {
	case 0x00:
		r.num(&bgpExtAS2, 2)
		r.num(&bgpExtAN4, 4)
	case 0x01:
		r.num(&bgpExtIP, 4)
		r.num(&bgpExtAN2, 2)
	case 0x02:
		r.num(&bgpExtAS4, 4)
		r.num(&bgpExtAN2, 2)
	default:
		r.bytes(&bgpExtValue, 6)
	}
	d.Close()
}

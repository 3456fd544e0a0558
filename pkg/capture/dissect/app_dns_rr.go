package dissect

// The data of resource records: those of the tables in app_dns_types.go, and
// those that no table fits.

// rdata adds a record's data. What its type does not account for is shown as
// octets, and said to be wrong.
func (m *dnsMsg) rdata(typ uint64, off, end int) {
	at := off
	switch typ {
	case 11:
		at = m.parts(dnsPartsWKS, at, end)
		for ; at >= 0 && at < end; at++ {
			m.d.Uint(&dnsWKSBits, at, 1)
		}
	case 16:
		at = m.strings(&dnsTXTLen, &dnsTXT, at, end)
	case 99:
		at = m.strings(&dnsSPFLen, &dnsSPF, at, end)
	case dnsTypeOPT:
		at = m.options(at, end)
	case 38:
		at = m.a6(at, end)
	case 42:
		at = m.prefixes(at, end)
	case 45:
		at = m.ipsecKey(at, end)
	case 55:
		at = m.hip(at, end)
	case 62:
		at = m.csync(at, end)
	case 64, 65:
		at = m.svcb(at, end)
	case 250:
		at = m.tsig(at, end)
	case 257:
		at = m.caa(at, end)
	default:
		parts := dnsPartsOf(typ)
		if parts == nil {
			m.d.Bytes(&dnsData, at, end-at)
			return
		}
		at = m.parts(parts, at, end)
	}
	if at < 0 {
		m.d.Wrong("record data cut short", off)
		return
	}
	if at < end {
		m.d.Wrong("record data longer than its type", at)
		m.d.Bytes(&dnsData, at, end-at)
	}
}

// parts adds fields by a table. It returns where they end, or -1 if they do not
// fit.
func (m *dnsMsg) parts(parts []dnsPart, off, end int) int {
	d, start, counted := m.d, off, 0
	for i := range parts {
		p := &parts[i]
		n := 0
		switch p.form {
		case dnsNumber1, dnsLength1:
			n = 1
		case dnsNumber2, dnsLength2:
			n = 2
		case dnsNumber4, dnsSeconds, dnsIPv4:
			n = 4
		case dnsOctets6:
			n = 6
		case dnsOctets8:
			n = 8
		case dnsIPv6:
			n = 16
		case dnsCounted, dnsBase32:
			n = counted
		case dnsRest:
			n = end - off
		case dnsDNSFlags:
			if n = 2; p.def == &dnsNSEC3Flags {
				n = 1
			}
		case dnsDomain:
			next := m.domain(p.def, off, end)
			if next < 0 {
				return -1
			}
			off = next
			continue
		case dnsTypes:
			return m.bitmap(off, end)
		case dnsKeyTag:
			d.Gen(p.def, dnsTagOf(m.b[start:end]))
			continue
		}
		if off+n > end {
			return -1
		}
		switch p.form {
		case dnsLength1, dnsLength2:
			counted = int(d.Uint(p.def, off, n))
		case dnsSeconds:
			d.Num(p.def, off, n, uint64(be32(m.b, off))*1e9)
		case dnsIPv6, dnsOctets6, dnsOctets8, dnsCounted, dnsRest:
			if n > 0 || p.form != dnsRest {
				d.Bytes(p.def, off, n)
			}
		case dnsDNSFlags:
			m.keyFlags(p.def, off, n)
		case dnsBase32:
			m.base32(p.def, off, n)
		default:
			d.Uint(p.def, off, n)
		}
		off += n
	}
	return off
}

func (m *dnsMsg) keyFlags(def *Def, off, n int) {
	d := m.d
	d.OpenBits(def, (off)*8, n*8)
	if def == &dnsNSEC3Flags {
		d.Bits(&dnsNSEC3OptOut, off*8+7, 1)
	} else {
		d.Bits(&dnsDNSKEYZone, off*8+7, 1)
		d.Bits(&dnsDNSKEYRevoked, off*8+8, 1)
		d.Bits(&dnsDNSKEYSEP, off*8+15, 1)
	}
	d.Close()
}

// base32 adds octets in the encoding of RFC 4648 section 7, as zone files have
// them.
func (m *dnsMsg) base32(def *Def, off, n int) {
	var text [(255*8 + 4) / 5]byte
	b := m.b[off : off+n]
	acc, bits, k := uint(0), 0, 0
	for _, c := range b {
		acc, bits = acc<<8|uint(c), bits+8
		for bits >= 5 {
			bits -= 5
			text[k] = base32Digits[acc>>bits&31]
			k++
		}
	}
	if bits > 0 {
		text[k] = base32Digits[acc<<(5-bits)&31]
		k++
	}
	m.d.Made(def, off, n, text[:k])
}

const base32Digits = "0123456789abcdefghijklmnopqrstuv"

// dnsTagOf is RFC 4034 appendix B's key tag of a record's data.
func dnsTagOf(b []byte) uint64 {
	if len(b) < 4 {
		return 0
	}
	if b[3] == 1 && len(b) >= 7 { // RSA/MD5: "the most significant 16 of the least significant 24 bits"
		return uint64(b[len(b)-3])<<8 | uint64(b[len(b)-2])
	}
	var acc uint32
	for i, c := range b {
		if i&1 == 0 {
			acc += uint32(c) << 8
		} else {
			acc += uint32(c)
		}
	}
	return uint64((acc + acc>>16) & 0xffff)
}

// domain adds the name at off. It returns where it ends, or -1.
func (m *dnsMsg) domain(def *Def, off, end int) int {
	name, next, _, why := dnsReadName(m.name[:0], m.b[:m.end], m.base, off)
	if why != "" {
		m.d.Wrong(why, off)
	}
	if next < 0 || next > end {
		return -1
	}
	m.d.Made(def, off, next-off, dnsShown(name))
	return next
}

// bitmap adds the types of a type bit map: window, length, bits.
func (m *dnsMsg) bitmap(off, end int) int {
	for off+2 <= end {
		window, n := int(m.b[off]), int(m.b[off+1])
		off += 2
		if off+n > end {
			return -1
		}
		for i := range n {
			for bit := range 8 {
				if m.b[off+i]&(0x80>>bit) != 0 {
					if f := m.d.add(&dnsBitmapType, (m.d.off+off+i)*8+bit, 1); f != nil {
						f.Num = uint64(window<<8 | i<<3 | bit)
					}
				}
			}
		}
		off += n
	}
	return off
}

// strings adds <character-string>s to the end.
func (m *dnsMsg) strings(length, text *Def, off, end int) int {
	for off < end {
		n := int(m.b[off])
		if off+1+n > end {
			return -1
		}
		m.d.Uint(length, off, 1)
		m.d.Bytes(text, off+1, n)
		off += 1 + n
	}
	return off
}

// a6 is RFC 2874: as much of the address as the prefix leaves open.
func (m *dnsMsg) a6(off, end int) int {
	prefix := int(m.b[off])
	m.d.Uint(&dnsA6Prefix, off, 1)
	off++
	if prefix > 128 {
		return -1
	}
	n := (128 - prefix + 7) / 8
	if off+n > end {
		return -1
	}
	var a [16]byte
	copy(a[16-n:], m.b[off:off+n])
	m.made(&dnsA6Suffix, off, n, a[:])
	off += n
	if prefix > 0 {
		return m.domain(&dnsA6Name, off, end)
	}
	return off
}

// made adds an address that is shorter on the wire than it is.
func (m *dnsMsg) made(def *Def, off, n int, a []byte) {
	var text [64]byte
	m.d.Made(def, off, n, appendAddr(text[:0], a))
}

// prefixes is APL, RFC 3123.
func (m *dnsMsg) prefixes(off, end int) int {
	d := m.d
	for off < end {
		if off+4 > end {
			return -1
		}
		family, n := be16(m.b, off), int(m.b[off+3]&0x7f)
		d.Uint(&dnsAPLFamily, off, 2)
		d.Uint(&dnsAPLPrefix, off+2, 1)
		d.Bits(&dnsAPLNeg, (off+3)*8, 1)
		d.Bits(&dnsAPLLen, (off+3)*8+1, 7)
		off += 4
		if off+n > end {
			return -1
		}
		var a [16]byte
		switch {
		case family == 1 && n <= 4:
			copy(a[:], m.b[off:off+n])
			m.made(&dnsAPLAddr4, off, n, a[:4])
		case family == 2 && n <= 16:
			copy(a[:], m.b[off:off+n])
			m.made(&dnsAPLAddr6, off, n, a[:])
		default:
			d.Bytes(&dnsAPLData, off, n)
		}
		off += n
	}
	return off
}

// ipsecKey is RFC 4025.
func (m *dnsMsg) ipsecKey(off, end int) int {
	if off+3 > end {
		return -1
	}
	d := m.d
	d.Uint(&dnsIPSECPrec, off, 1)
	d.Uint(&dnsIPSECType, off+1, 1)
	d.Uint(&dnsIPSECAlg, off+2, 1)
	kind := m.b[off+1]
	off += 3
	switch kind {
	case 1:
		if off+4 > end {
			return -1
		}
		d.Uint(&dnsIPSEC4, off, 4)
		off += 4
	case 2:
		if off+16 > end {
			return -1
		}
		d.Bytes(&dnsIPSEC6, off, 16)
		off += 16
	case 3:
		if off = m.domain(&dnsIPSECName, off, end); off < 0 {
			return -1
		}
	}
	if off < end {
		d.Bytes(&dnsIPSECKeyData, off, end-off)
	}
	return end
}

// hip is RFC 8005.
func (m *dnsMsg) hip(off, end int) int {
	if off+4 > end {
		return -1
	}
	d, hit, key := m.d, int(m.b[off]), be16(m.b, off+2)
	d.Uint(&dnsHIPHITLen, off, 1)
	d.Uint(&dnsHIPAlgo, off+1, 1)
	d.Uint(&dnsHIPPKLen, off+2, 2)
	off += 4
	if off+hit+key > end {
		return -1
	}
	d.Bytes(&dnsHIPHIT, off, hit)
	d.Bytes(&dnsHIPPK, off+hit, key)
	off += hit + key
	for off >= 0 && off < end {
		off = m.domain(&dnsHIPServer, off, end)
	}
	return off
}

// csync is RFC 7477.
func (m *dnsMsg) csync(off, end int) int {
	if off+6 > end {
		return -1
	}
	d := m.d
	d.Uint(&dnsCSYNCSOA, off, 4)
	d.OpenBits(&dnsCSYNCFlags, (off+4)*8, 16)
	d.Bits(&dnsCSYNCMin, (off+4)*8+14, 1)
	d.Bits(&dnsCSYNCImm, (off+4)*8+15, 1)
	d.Close()
	return m.bitmap(off+6, end)
}

// tsig is RFC 8945: its time has 48 bits.
func (m *dnsMsg) tsig(off, end int) int {
	if off = m.domain(&dnsTSIGAlg, off, end); off < 0 || off+10 > end {
		return -1
	}
	d := m.d
	d.Num(&dnsTSIGTime, off, 6, (uint64(be16(m.b, off))<<32|uint64(be32(m.b, off+2)))*1e9)
	d.Uint(&dnsTSIGFudge, off+6, 2)
	n := be16(m.b, off+8)
	d.Uint(&dnsTSIGMACLen, off+8, 2)
	off += 10
	if off+n+6 > end {
		return -1
	}
	d.Bytes(&dnsTSIGMAC, off, n)
	off += n
	d.Uint(&dnsTSIGID, off, 2)
	d.Uint(&dnsTSIGError, off+2, 2)
	d.Uint(&dnsTSIGOtherLen, off+4, 2)
	n = be16(m.b, off+4)
	off += 6
	if off+n > end {
		return -1
	}
	if n > 0 {
		d.Bytes(&dnsTSIGOther, off, n)
	}
	return off + n
}

// caa is RFC 8659.
func (m *dnsMsg) caa(off, end int) int {
	if off+2 > end {
		return -1
	}
	d, n := m.d, int(m.b[off+1])
	d.OpenBits(&dnsCAAFlags, (off)*8, 8)
	d.Bits(&dnsCAACritical, off*8, 1)
	d.Close()
	at := off + 2
	if at+n > end {
		return -1
	}
	tag := m.b[at : at+n]
	// The whole property carries its tag's name, as Wireshark has it.
	def := &dnsCAAUnknown
	switch string(tag) {
	case "issue":
		def = &dnsCAAIssue
	case "issuewild":
		def = &dnsCAAIssueWild
	case "iodef":
		def = &dnsCAAIodef
	}
	d.Made(def, off+1, end-off-1, m.b[at+n:end])
	d.depth++
	d.Uint(&dnsCAATagLen, off+1, 1)
	d.Bytes(&dnsCAATag, at, n)
	d.Bytes(&dnsCAAValue, at+n, end-at-n)
	d.Close()
	return end
}

// svcb is RFC 9460 section 2.2.
func (m *dnsMsg) svcb(off, end int) int {
	if off+2 > end {
		return -1
	}
	d := m.d
	d.Uint(&dnsSVCBPriority, off, 2)
	if off = m.domain(&dnsSVCBTarget, off+2, end); off < 0 {
		return -1
	}
	for off < end {
		if off+4 > end {
			return -1
		}
		key, n := be16(m.b, off), be16(m.b, off+2)
		if off+4+n > end {
			return -1
		}
		d.Open(&dnsSVCBParam, off, 4+n)
		d.Uint(&dnsSVCBKey, off, 2)
		d.Uint(&dnsSVCBLen, off+2, 2)
		m.svcParam(key, off+4, off+4+n)
		d.Close()
		off += 4 + n
	}
	return off
}

func (m *dnsMsg) svcParam(key, off, end int) {
	d, n := m.d, end-off
	switch {
	case key == 0 && n%2 == 0:
		for ; off < end; off += 2 {
			d.Uint(&dnsSVCBMandatory, off, 2)
		}
	case key == 1:
		if m.strings(&dnsSVCBALPNLen, &dnsSVCBALPN, off, end) < 0 {
			d.Wrong("protocol names cut short", off)
		}
	case key == 2 && n == 0:
	case key == 3 && n == 2:
		d.Uint(&dnsSVCBPort, off, 2)
	case key == 4 && n%4 == 0:
		for ; off < end; off += 4 {
			d.Uint(&dnsSVCB4, off, 4)
		}
	case key == 5:
		d.Bytes(&dnsSVCBECH, off, n)
	case key == 6 && n%16 == 0:
		for ; off < end; off += 16 {
			d.Bytes(&dnsSVCB6, off, 16)
		}
	default:
		d.Bytes(&dnsSVCBValue, off, n)
	}
}

// options is EDNS: RFC 6891 section 6.1.2.
func (m *dnsMsg) options(off, end int) int {
	d := m.d
	for off < end {
		if off+4 > end {
			return -1
		}
		code, n := be16(m.b, off), be16(m.b, off+2)
		if off+4+n > end {
			return -1
		}
		d.OpenText(&dnsOpt, off, 4+n, []byte(dnsOptName(uint64(code))))
		d.Uint(&dnsOptCode, off, 2)
		d.Uint(&dnsOptLen, off+2, 2)
		off += 4
		if n > 0 {
			d.Bytes(&dnsOptData, off, n)
			m.option(code, off, off+n)
		}
		d.Close()
		off += n
	}
	return off
}

func (m *dnsMsg) option(code, off, end int) {
	d, n := m.d, end-off
	each := func(def *Def) {
		for ; off < end; off++ {
			d.Uint(def, off, 1)
		}
	}
	switch code {
	case 5:
		each(&dnsOptDAU)
	case 6:
		each(&dnsOptDHU)
	case 7:
		each(&dnsOptN3U)
	case 8:
		m.clientSubnet(off, end)
	case 10: // RFC 7873 section 4: 8 octets, then none or 8 to 32
		d.Bytes(&dnsCookieClient, off, min(n, 8))
		if n > 8 {
			d.Bytes(&dnsCookieServer, off+8, n-8)
		}
		if n < 8 || n > 8 && n < 16 || n > 40 {
			d.Wrong("cookie of impossible length", off)
		}
	case 11:
		d.Uint(&dnsKeepalive, off, min(n, 2))
	case 12:
		d.Bytes(&dnsPadding, off, n)
	case 13:
		if m.domain(&dnsChain, off, end) < 0 {
			d.Wrong("name cut short", off)
		}
	case 15:
		if n < 2 {
			d.cut(off)
			return
		}
		d.Uint(&dnsEDE, off, 2)
		if n > 2 {
			d.Bytes(&dnsEDEText, off+2, n-2)
		}
	}
}

// clientSubnet is RFC 7871 section 6: the address is cut to the prefix.
func (m *dnsMsg) clientSubnet(off, end int) {
	d := m.d
	if end-off < 4 {
		d.cut(off)
		return
	}
	d.Uint(&dnsECSFamily, off, 2)
	d.Uint(&dnsECSSource, off+2, 1)
	d.Uint(&dnsECSScope, off+3, 1)
	n := end - off - 4
	var a [16]byte
	family := be16(m.b, off)
	switch {
	case family == 1 && n <= 4:
		copy(a[:], m.b[off+4:end])
		m.made(&dnsECSAddr4, off+4, n, a[:4])
	case family == 2 && n <= 16:
		copy(a[:], m.b[off+4:end])
		m.made(&dnsECSAddr6, off+4, n, a[:])
	default:
		d.Bytes(&dnsECSAddr, off+4, n)
	}
}

package dissect

// IKE in both versions: RFC 2408 section 3 (ISAKMP, IKEv1), RFC 7296 section 3
// (IKEv2). What is encrypted is shown as octets.

var appISAKMP = App{Name: "isakmp", Dissect: dissectISAKMP}

const (
	isakmpHeaderLen   = 28
	isakmpMaxPayloads = 256
)

// Payload types that end the chain: what is in them is encrypted.
const (
	isakmpSK  = 46
	isakmpSKF = 53
)

func dissectISAKMP(d *D, b []byte) {
	d.Begin(&isakmp)
	d.newInfo()
	d.say("isakmp")
	if len(b) < isakmpHeaderLen {
		d.Header()
		return
	}
	two := b[17]>>4 == 2
	for i := range isakmp.Header {
		def := &isakmp.Header[i]
		switch i {
		case isakmpHMessage:
			isakmpFlags(d, two)
		case isakmpHMajor:
			d.depth++
		case isakmpHExchange:
			d.Close()
		}
		d.Bits(def, def.Bit, def.Width)
	}
	if d.WantInfo {
		d.say(": ")
		d.say(isakmpExchange(uint64(b[18])))
	}
	end := len(b)
	if n := be32(b, 24); n < isakmpHeaderLen || uint64(n) > uint64(len(b)) {
		d.Wrong("length does not fit", 24)
	} else {
		end = int(n)
	}
	d.Claim(end)
	r := isakmpReader{d: d, b: b[:end], two: two}
	switch {
	case end == isakmpHeaderLen:
	case !two && b[19]&1 != 0:
		d.Bytes(&isakmpEncrypted, isakmpHeaderLen, end-isakmpHeaderLen)
	default:
		r.payloads(b[16], isakmpHeaderLen)
	}
}

// isakmpFlags adds the bits: RFC 2408 section 3.1, RFC 7296 section 3.1.
func isakmpFlags(d *D, two bool) {
	const bit = 19 * 8
	d.depth++
	if two {
		d.Bits(&isakmpI, bit+4, 1)
		d.Bits(&isakmpV, bit+3, 1)
		d.Bits(&isakmpR, bit+2, 1)
	} else {
		d.Bits(&isakmpE, bit+7, 1)
		d.Bits(&isakmpC, bit+6, 1)
		d.Bits(&isakmpA, bit+5, 1)
	}
	d.Close()
}

type isakmpReader struct {
	d   *D
	b   []byte
	two bool
}

// payloads adds the chain that begins with a payload of type typ.
func (r *isakmpReader) payloads(typ byte, off int) {
	d := r.d
	for range isakmpMaxPayloads {
		if typ == 0 || off >= len(r.b) {
			break
		}
		if off+4 > len(r.b) {
			d.cut(off)
			return
		}
		n := be16(r.b, off+2)
		if n < 4 {
			d.Wrong("payload of impossible length", off+2)
			return
		}
		end := min(off+n, len(r.b))
		d.OpenText(&isakmpGroup, off, end-off, []byte(isakmpPayload(uint64(typ))))
		next := byte(d.Uint(&isakmpNext, off, 1))
		if r.two {
			d.Bits(&isakmpCritical, (off+1)*8, 1)
		}
		d.Uint(&isakmpLen, off+2, 2)
		if off+n > len(r.b) {
			d.cut(off)
		}
		if end > off+4 {
			r.payload(typ, off+4, end)
		}
		d.Close()
		if typ == isakmpSK || typ == isakmpSKF {
			break // its next payload is inside
		}
		typ, off = next, end
	}
	if off < len(r.b) && typ == 0 {
		d.Claim(off)
	}
}

func (r *isakmpReader) payload(typ byte, off, end int) {
	d, n := r.d, end-off
	switch {
	case typ == 1 && n >= 8:
		d.Uint(&isakmpDOI, off, 4)
		d.Bytes(&isakmpSituation, off+4, 4)
		r.proposals(off+8, end)
	case typ == 33:
		r.proposals(off, end)
	case typ == 34 && n >= 4:
		d.Uint(&isakmpDH, off, 2)
		if n > 4 {
			d.Bytes(&isakmpKey, off+4, n-4)
		}
	case typ == 4:
		d.Bytes(&isakmpKey, off, n)
	case typ == 10 || typ == 40:
		d.Bytes(&isakmpNonce, off, n)
	case typ == 8:
		d.Bytes(&isakmpHash, off, n)
	case typ == 13 || typ == 43:
		d.Bytes(&isakmpVendor, off, n)
	case typ == 11 && n >= 8:
		d.Uint(&isakmpNotifyDOI, off, 4)
		r.notify(off+4, end)
	case typ == 41 && n >= 4:
		r.notify(off, end)
	default:
		d.Bytes(&isakmpData, off, n)
	}
}

func (r *isakmpReader) notify(off, end int) {
	d := r.d
	d.Uint(&isakmpNotifyProto, off, 1)
	size := int(d.Uint(&isakmpSPISize, off+1, 1))
	d.Uint(&isakmpNotify, off+2, 2)
	if off += 4; size > end-off {
		d.Wrong("SPI longer than its payload", off-3)
		size = end - off
	}
	if size > 0 {
		d.Bytes(&isakmpSPI, off, size)
	}
	if off += size; off < end {
		d.Bytes(&isakmpNotifyData, off, end-off)
	}
}

// proposals adds the proposals of an SA payload, and their transforms: RFC 2408
// sections 3.5 and 3.6, RFC 7296 section 3.3.
func (r *isakmpReader) proposals(off, end int) {
	d := r.d
	for off+8 <= end {
		n := be16(r.b, off+2)
		if n < 8 || off+n > end {
			d.Wrong("proposal of impossible length", off+2)
			return
		}
		d.Uint(&isakmpNext, off, 1)
		d.Uint(&isakmpLen, off+2, 2)
		d.Uint(&isakmpPropNum, off+4, 1)
		d.Uint(&isakmpPropProto, off+5, 1)
		size := int(d.Uint(&isakmpSPISize, off+6, 1))
		d.Uint(&isakmpPropTrans, off+7, 1)
		at, stop := off+8, off+n
		if size > stop-at {
			d.Wrong("SPI longer than its proposal", off+6)
			size = stop - at
		}
		if size > 0 {
			d.Bytes(&isakmpSPI, at, size)
		}
		for at += size; at+8 <= stop; {
			n := be16(r.b, at+2)
			if n < 8 || at+n > stop {
				d.Wrong("transform of impossible length", at+2)
				break
			}
			d.Uint(&isakmpNext, at, 1)
			d.Uint(&isakmpLen, at+2, 2)
			if r.two {
				d.Uint(isakmpTransformID(d.Uint(&isakmpTFType, at+4, 1)), at+6, 2)
			} else {
				d.Uint(&isakmpTransNum, at+4, 1)
				d.Uint(&isakmpTransID, at+5, 1)
			}
			if n > 8 {
				d.Bytes(&isakmpData, at+8, n-8)
			}
			at += n
		}
		off = stop
	}
}

// isakmpTransformID is the field of a transform's ID, by its type (RFC 7296
// section 3.3.2).
func isakmpTransformID(typ uint64) *Def {
	switch typ {
	case 1:
		return &isakmpTFEncr
	case 2:
		return &isakmpTFPRF
	case 3:
		return &isakmpTFInteg
	case 4:
		return &isakmpTFDH
	case 5:
		return &isakmpTFESN
	}
	return &isakmpTFOther
}

func isakmpTransform(v uint64) string {
	switch v {
	case 1:
		return "encryption"
	case 2:
		return "pseudorandom function"
	case 3:
		return "integrity"
	case 4:
		return "Diffie-Hellman"
	case 5:
		return "extended sequence numbers"
	}
	return ""
}

// isakmpPayload names payload types (IANA, both versions).
func isakmpPayload(v uint64) string {
	switch v {
	case 0:
		return "none"
	case 1:
		return "security association"
	case 2:
		return "proposal"
	case 3:
		return "transform"
	case 4:
		return "key exchange"
	case 5:
		return "identification"
	case 6:
		return "certificate"
	case 7:
		return "certificate request"
	case 8:
		return "hash"
	case 9:
		return "signature"
	case 10:
		return "nonce"
	case 11:
		return "notification"
	case 12:
		return "delete"
	case 13:
		return "vendor ID"
	case 20:
		return "NAT discovery"
	case 21:
		return "NAT original address"
	case 33:
		return "security association"
	case 34:
		return "key exchange"
	case 35:
		return "identification, initiator"
	case 36:
		return "identification, responder"
	case 37:
		return "certificate"
	case 38:
		return "certificate request"
	case 39:
		return "authentication"
	case 40:
		return "nonce"
	case 41:
		return "notify"
	case 42:
		return "delete"
	case 43:
		return "vendor ID"
	case 44:
		return "traffic selector, initiator"
	case 45:
		return "traffic selector, responder"
	case isakmpSK:
		return "encrypted and authenticated"
	case 47:
		return "configuration"
	case 48:
		return "EAP"
	case isakmpSKF:
		return "encrypted fragment"
	}
	return ""
}

func isakmpExchange(v uint64) string {
	switch v {
	case 1:
		return "base"
	case 2:
		return "identity protection"
	case 3:
		return "authentication only"
	case 4:
		return "aggressive"
	case 5:
		return "informational"
	case 32:
		return "quick mode"
	case 33:
		return "new group mode"
	case 34:
		return "IKE_SA_INIT"
	case 35:
		return "IKE_AUTH"
	case 36:
		return "CREATE_CHILD_SA"
	case 37:
		return "INFORMATIONAL"
	}
	return ""
}

func isakmpDOIName(v uint64) string {
	switch v {
	case 0:
		return "ISAKMP"
	case 1:
		return "IPsec"
	}
	return ""
}

func isakmpProtocol(v uint64) string {
	switch v {
	case 1:
		return "IKE"
	case 2:
		return "AH"
	case 3:
		return "ESP"
	case 4:
		return "IPComp"
	}
	return ""
}

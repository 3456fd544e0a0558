package dissect

// RADIUS: RFC 2865 section 3 and 5, RFC 2868 section 3 (tags).

var appRADIUS = App{Name: "radius", Dissect: dissectRADIUS}

const radiusHeaderLen = 20

func dissectRADIUS(d *D, b []byte) {
	if len(b) >= 4 && (radiusCode(uint64(b[0])) == "" || be16(b, 2) < radiusHeaderLen) {
		return
	}
	d.Begin(&radius)
	if d.WantInfo && len(b) >= 4 {
		d.newInfo()
		d.say("RADIUS, ")
		d.say(radiusCode(uint64(b[0])))
		d.say(" (")
		d.sayUint(uint64(b[0]))
		d.say("), id: 0x")
		d.P.Info = append(d.P.Info, hexDigits[b[1]>>4], hexDigits[b[1]&15])
		d.say(" length: ")
		d.sayUint(uint64(be16(b, 2)))
	}
	if !d.Header() {
		return
	}
	end := be16(b, 2)
	if end > len(b) {
		d.cut(len(b))
		end = len(b)
	}
	// "Octets outside the range of the Length field MUST be treated as padding."
	d.Claim(end)
	for off := radiusHeaderLen; off < end; {
		if off+2 > end {
			d.cut(off)
			return
		}
		n := int(b[off+1])
		if n < 2 {
			d.Wrong("attribute of impossible length", off+1)
			return
		}
		next := min(off+n, end)
		d.OpenText(&radiusAVP, off, next-off, []byte(radiusAttributes[b[off]].name))
		d.Uint(&radiusAVPType, off, 1)
		d.Uint(&radiusAVPLen, off+1, 1)
		if off+n > end {
			d.cut(off)
		}
		if next > off+2 {
			radiusValue(d, b, b[off], off+2, next)
		}
		d.Close()
		off = next
	}
}

func radiusValue(d *D, b []byte, typ byte, off, end int) {
	n := end - off
	a := &radiusAttributes[typ]
	switch {
	case typ == 3:
		d.Uint(&radiusCHAPIdent, off, 1)
		if n > 1 {
			d.Bytes(&radiusCHAPString, off+1, n-1)
		}
	case typ == 26 && n >= 4:
		radiusVendorSpecific(d, b, off, end)
	case a.def == nil:
		d.Bytes(&radiusUnknown, off, n)
	case a.form == radiusNumber && n == 4:
		d.Uint(a.def, off, 4)
	case a.form == radiusDate && n == 4:
		d.Num(a.def, off, 4, uint64(be32(b, off))*1e9)
	case a.form == radiusTagged && n == 4:
		d.Uint(&radiusTag, off, 1)
		d.Uint(a.def, off+1, 3)
	case a.form == radiusTaggedText && b[off] <= 0x1f && n > 1:
		d.Uint(&radiusTag, off, 1)
		d.Bytes(a.def, off+1, n-1)
	case a.form == radiusOctets, a.form == radiusTaggedText, a.form == radiusAddr6 && n == 16:
		d.Bytes(a.def, off, n)
	default:
		d.Bytes(&radiusUnknown, off, n)
		d.Wrong("attribute of impossible length", off)
	}
}

// radiusVendorSpecific is RFC 2865 section 5.26: the vendor, and, if it keeps to
// the suggestion there, attributes of its own.
func radiusVendorSpecific(d *D, b []byte, off, end int) {
	d.Uint(&radiusVendor, off, 4)
	off += 4
	for off+2 <= end && int(b[off+1]) >= 2 && off+int(b[off+1]) <= end {
		n := int(b[off+1])
		d.Uint(&radiusVendorType, off, 1)
		d.Uint(&radiusVendorLen, off+1, 1)
		if n > 2 {
			d.Bytes(&radiusVendorData, off+2, n-2)
		}
		off += n
	}
	if off < end {
		d.Bytes(&radiusVendorData, off, end-off)
	}
}

package dissect

// The NetBIOS name service: RFC 1002 section 4.2; names are RFC 1001 section
// 14.1.

var appNBNS = App{Name: "nbns", Dissect: dissectNBNS}

func dissectNBNS(d *D, b []byte) {
	d.Begin(&nbns)
	if len(b) < dnsHeaderLen {
		d.Header()
		return
	}
	response := b[2]&0x80 != 0
	for i := range nbns.Header {
		switch i {
		case nbnsHAuthoritative, nbnsHAvailable, nbnsHRcode:
			if !response {
				continue // RFC 1002 section 4.2.1.1: they say something in replies
			}
		case nbnsHResponse:
			d.depth++
		case nbnsHQueries:
			d.Close()
		}
		d.head(i)
	}
	if d.WantInfo {
		nbnsInfo(d, be16(b, 2))
	}
	off := dnsHeaderLen
	records := be16(b, 6) + be16(b, 8) + be16(b, 10)
	for i := be16(b, 4); i > 0; i-- {
		next := nbnsOwner(d, b, off, 4, 0)
		if next < 0 {
			return
		}
		off = next
	}
	for ; records > 0; records-- {
		next := nbnsOwner(d, b, off, 10, 6)
		if next < 0 {
			return
		}
		off = next
	}
	d.Claim(off)
}

// nbnsOwner adds a name, type and class, and, of a record, what follows. It
// returns where that ends, or -1.
func nbnsOwner(d *D, b []byte, off, fixed, more int) int {
	var buf [dnsMaxName]byte
	name, next, _, why := dnsReadName(buf[:0], b, 0, off)
	if why != "" {
		d.Wrong(why, off)
	}
	if next < 0 || next+fixed > len(b) {
		d.cut(off)
		return -1
	}
	end := next + fixed
	if more > 0 {
		end = min(end+be16(b, next+8), len(b))
	}
	var text [dnsMaxName]byte
	shown := nbnsText(text[:0], name)
	d.OpenText(&nbnsRecord, off, end-off, shown)
	d.Made(&nbnsName, off, next-off, shown)
	typ := d.Uint(&nbnsType, next, 2)
	d.Uint(&nbnsClass, next+2, 2)
	if more > 0 {
		d.Uint(&nbnsTTL, next+4, 4)
		n := int(d.Uint(&nbnsLen, next+8, 2))
		at := next + 10
		if at+n > len(b) {
			d.cut(len(b))
		}
		for typ == 0x20 && at+6 <= end {
			d.OpenBits(&nbnsNBFlags, at*8, 16)
			d.Bits(&nbnsGroup, at*8, 1)
			d.Close()
			d.Uint(&nbnsAddr, at+2, 4)
			at += 6
		}
		if at < end {
			d.Bytes(&nbnsData, at, end-at)
		}
	}
	d.Close()
	return end
}

// nbnsText undoes the first-level encoding: each octet is two letters from A to
// P. The last octet is the name's kind.
func nbnsText(dst, name []byte) []byte {
	if len(name) < 32 {
		return append(dst, name...)
	}
	for i := 0; i < 32; i += 2 {
		hi, lo := name[i]-'A', name[i+1]-'A'
		if hi > 15 || lo > 15 {
			return append(dst[:0], name...)
		}
		dst = append(dst, hi<<4|lo)
	}
	kind := dst[15]
	dst = dst[:15]
	for len(dst) > 0 && dst[len(dst)-1] == ' ' {
		dst = dst[:len(dst)-1]
	}
	dst = append(dst, '<', hexDigits[kind>>4], hexDigits[kind&15], '>')
	return append(dst, name[32:]...)
}

func nbnsInfo(d *D, flags int) {
	d.newInfo()
	d.say("NBT UDP PACKET(137): ")
	d.say(nbnsOpcode(uint64(flags >> 11 & 15)))
	if flags&0x8000 != 0 {
		d.say("; RESPONSE")
	} else {
		d.say("; REQUEST")
	}
	if flags&0x10 != 0 {
		d.say("; BROADCAST")
	} else {
		d.say("; UNICAST")
	}
}

func nbnsOpcode(v uint64) string {
	switch v {
	case 0:
		return "QUERY"
	case 5:
		return "REGISTRATION"
	case 6:
		return "RELEASE"
	case 7:
		return "WACK"
	case 8, 9:
		return "REFRESH"
	case 15:
		return "MULTIHOMED REGISTRATION"
	}
	return ""
}

func nbnsRcode(v uint64) string {
	switch v {
	case 0:
		return "No error"
	case 1:
		return "Format error"
	case 2:
		return "Server failure"
	case 3:
		return "No such name"
	case 4:
		return "Unsupported request"
	case 5:
		return "Refused"
	case 6:
		return "Name is active"
	case 7:
		return "Name in conflict"
	}
	return ""
}

func nbnsTypeName(v uint64) string {
	switch v {
	case 0x0a:
		return "NULL"
	case 0x20:
		return "NB"
	case 0x21:
		return "NBSTAT"
	}
	return dnsType(v)
}

package dissect

// Extensions of ICMP and ICMPv6 errors: RFC 4884 section 7; MPLS label stacks: RFC 4950;
// interface information: RFC 5837; interface identification: RFC 8335 section 2.1.

import "github.com/netkit-go/netkit/pkg/wire"

var (
	extGroup          = loose("icmp.ext", "Extensions", Group)
	extVersion        = loose("icmp.ext.version", "Version", 0)
	extReserved       = loose("icmp.ext.res", "Reserved", wire.FieldHex)
	extChecksum       = loose("icmp.ext.checksum", "Checksum", wire.FieldHex)
	extChecksumStatus = looseCode("icmp.ext.checksum.status", "Status", checksumStatus)
	extObject         = loose("icmp.ext.object", "Object", Group)
	extLength         = loose("icmp.ext.length", "Length", 0)
	extClass          = looseCode("icmp.ext.class", "Class", extClassName)
	extType           = loose("icmp.ext.ctype", "C-Type", 0)
	extData           = loose("icmp.ext.data", "Data", Bytes)
	extLabel          = loose("icmp.mpls.label", "Label", 0)
	extExp            = loose("icmp.mpls.exp", "Traffic class", 0)
	extBottom         = loose("icmp.mpls.s", "Bottom of stack", wire.FieldFlag)
	extTTL            = loose("icmp.mpls.ttl", "TTL", 0)
	extRole           = looseCode("icmp.int_info.role", "Interface role", extRoleName)
	extIfIndex        = loose("icmp.int_info.index", "ifIndex", 0)
	extAFI            = looseCode("icmp.int_info.afi", "Address family", addrFamily)
	extIPv4           = loose("icmp.int_info.ipv4", "Address", wire.FieldIPv4)
	extIPv6           = loose("icmp.int_info.ipv6", "Address", wire.FieldIPv6)
	extAddr           = loose("icmp.int_info.ipunknown", "Address", Bytes)
	extNameLen        = loose("icmp.int_info.name_length", "Name length", 0)
	extName           = loose("icmp.int_info.name", "Name", Text)
	extMTU            = loose("icmp.int_info.mtu", "MTU", 0)
	extIdentName      = loose("icmp.int_ident.name", "Name", Text)
	extIdentIndex     = loose("icmp.int_ident.index", "ifIndex", 0)
	extIdentAFI       = looseCode("icmp.int_ident.afi", "Address family", addrFamily)
	extIdentLen       = loose("icmp.int_ident.addr_length", "Address length", 0)
	extIdentIPv4      = loose("icmp.int_ident.ipv4", "Address", wire.FieldIPv4)
	extIdentIPv6      = loose("icmp.int_ident.ipv6", "Address", wire.FieldIPv6)
	extIdentAddr      = loose("icmp.int_ident.address", "Address", Bytes)
)

// Classes of objects.
const (
	extMPLS      = 1
	extInterface = 2
	extIdent     = 3
)

func extClassName(v uint64) string {
	switch v {
	case extMPLS:
		return "MPLS Label Stack"
	case extInterface:
		return "Interface Information"
	case extIdent:
		return "Interface Identification"
	}
	return ""
}

func extRoleName(v uint64) string {
	return [...]string{"incoming", "sub-IP component of incoming", "outgoing", "next hop"}[v&3]
}

// extensions dissects the structure that begins at octet at and ends with the
// message.
func (d *D) extensions(b []byte, at int) {
	d.Open(&extGroup, at, len(b)-at)
	defer d.Close()
	d.Bits(&extVersion, at*8, 4)
	d.Bits(&extReserved, at*8+4, 12)
	d.Uint(&extChecksum, at+2, 2)
	if at+4 > len(b) {
		return
	}
	switch sum := wire.Fold(wire.Sum(b[at:], 0)); {
	case be16(b, at+2) == 0:
		d.Gen(&extChecksumStatus, sumAbsent) // RFC 4884 7: 0 is no checksum
	case d.Missing > 0:
		d.Gen(&extChecksumStatus, sumUnverified)
	case sum == 0xffff:
		d.Gen(&extChecksumStatus, sumGood)
	default:
		d.Gen(&extChecksumStatus, sumBad)
		d.MarkBad()
	}
	for off := at + 4; off < len(b); {
		n := be16(b, off)
		if n < 4 || off+n > len(b) {
			d.Bytes(&extData, off, len(b)-off)
			d.Wrong("extension object does not fit", off)
			return
		}
		d.Open(&extObject, off, n)
		d.Uint(&extLength, off, 2)
		class := d.Uint(&extClass, off+2, 1)
		d.Uint(&extType, off+3, 1)
		d.extension4884(byte(class), b[off+3], b, off+4, off+n)
		d.Close()
		off += n
	}
}

// extendedEcho dissects the extension structure of an extended echo message, which
// holds one object (RFC 8335 2), and hands on the data behind it.
func (d *D) extendedEcho(b []byte, at int) {
	if at >= len(b) {
		return
	}
	end := len(b)
	if n := be16(b, at+4); n >= 4 && at+4+n <= len(b) {
		end = at + 4 + n
	}
	d.extensions(b[:end], at)
	if end < len(b) {
		d.Next(nil, end, len(b)-end)
	}
}

// extension4884 dissects the octets from off to end of an object.
func (d *D) extension4884(class, ctype byte, b []byte, off, end int) {
	switch {
	case class == extMPLS && ctype == 1:
		for ; off+4 <= end; off += 4 {
			d.Bits(&extLabel, off*8, 20)
			d.Bits(&extExp, off*8+20, 3)
			d.Bits(&extBottom, off*8+23, 1)
			d.Uint(&extTTL, off+3, 1)
		}
	case class == extInterface:
		d.Bits(&extRole, (off-1)*8, 2)
		if ctype&8 != 0 && off+4 <= end {
			d.Uint(&extIfIndex, off, 4)
			off += 4
		}
		if ctype&4 != 0 && off+4 <= end {
			off = d.extAddress(off, end)
		}
		if ctype&2 != 0 && off < end {
			n := min(int(b[off]), end-off)
			d.Uint(&extNameLen, off, 1)
			if n > 1 {
				d.Bytes(&extName, off+1, n-1)
			}
			off += max(n, 1)
		}
		if ctype&1 != 0 && off+4 <= end {
			d.Uint(&extMTU, off, 4)
			off += 4
		}
	case class == extIdent && ctype == 1:
		// RFC 8335 2.1: padded with zeros to a multiple of four octets.
		n := end - off
		for n > 0 && b[off+n-1] == 0 {
			n--
		}
		d.Bytes(&extIdentName, off, n)
		return
	case class == extIdent && ctype == 2 && off+4 <= end:
		d.Uint(&extIdentIndex, off, 4)
		off += 4
	case class == extIdent && ctype == 3 && off+4 <= end:
		afi := d.Uint(&extIdentAFI, off, 2)
		n := int(d.Uint(&extIdentLen, off+2, 1))
		off += 4
		n = min(n, end-off)
		switch {
		case afi == 1 && n == 4:
			d.Bytes(&extIdentIPv4, off, n)
		case afi == 2 && n == 16:
			d.Bytes(&extIdentIPv6, off, n)
		case n > 0:
			d.Bytes(&extIdentAddr, off, n)
		}
		off += n
	}
	if off < end {
		d.Bytes(&extData, off, end-off)
	}
}

// extAddress dissects an address sub-object: RFC 5837 4.2.
func (d *D) extAddress(off, end int) int {
	afi := d.Uint(&extAFI, off, 2)
	off += 4
	switch {
	case afi == 1 && off+4 <= end:
		d.Bytes(&extIPv4, off, 4)
		return off + 4
	case afi == 2 && off+16 <= end:
		d.Bytes(&extIPv6, off, 16)
		return off + 16
	}
	return off
}

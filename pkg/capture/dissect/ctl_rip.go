package dissect

// RIP: RFC 2453 section 4, RFC 4822 section 2; RIPng: RFC 2080 section 2.1.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var rip = Proto{Name: "rip", Title: "Routing Information Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		code("rip.command", "Command", 0, 8, ripCommand),
		code("rip.version", "Version", 8, 8, ripVersion),
		field("rip.routing_domain", "Routing Domain", 16, 16, wire.FieldDec),
	},
	Parts:  [][]Def{ripEntry2, ripAuthSimple, ripAuthDigest},
	Fields: []*Def{&ripEntry, &ripAuthData}}

var ripEntry2 = []Def{
	code("rip.family", "Address Family", 0, 16, ripFamily),
	field("rip.route_tag", "Route Tag", 16, 16, wire.FieldDec),
	field("rip.ip", "IP Address", 32, 32, wire.FieldIPv4),
	field("rip.netmask", "Netmask", 64, 32, wire.FieldIPv4),
	field("rip.next_hop", "Next Hop", 96, 32, wire.FieldIPv4),
	field("rip.metric", "Metric", 128, 32, wire.FieldDec),
}

var ripAuthSimple = []Def{
	code("rip.family", "Address Family", 0, 16, ripFamily),
	code("rip.auth.type", "Authentication type", 16, 16, ripAuthName),
	field("rip.auth.passwd", "Password", 32, 128, Text),
}

var ripAuthDigest = []Def{
	code("rip.family", "Address Family", 0, 16, ripFamily),
	code("rip.auth.type", "Authentication type", 16, 16, ripAuthName),
	field("rip.digest_offset", "Digest Offset", 32, 16, wire.FieldDec),
	field("rip.key_id", "Key ID", 48, 8, wire.FieldDec),
	field("rip.auth_data_len", "Auth Data Len", 56, 8, wire.FieldDec),
	field("rip.seq_num", "Seq num", 64, 32, wire.FieldDec),
	field("rip.zero_padding", "Zero adding", 96, 64, Bytes),
}

var (
	ripEntry    = loose("rip.entry", "Entry", Group)
	ripAuthData = loose("rip.authentication_data", "Authentication Data", Bytes)
)

func ripCommand(v uint64) string {
	switch v {
	case 1:
		return "Request"
	case 2:
		return "Response"
	case 3:
		return "Traceon"
	case 4:
		return "Traceoff"
	}
	return ""
}

func ripVersion(v uint64) string {
	switch v {
	case 1:
		return "RIPv1"
	case 2:
		return "RIPv2"
	}
	return ""
}

func ripFamily(v uint64) string {
	switch v {
	case 0:
		return "Unspecified"
	case 2:
		return "IP"
	case 0xffff:
		return "Authentication"
	}
	return ""
}

func ripAuthName(v uint64) string {
	switch v {
	case 1:
		return "IP Route"
	case 2:
		return "Simple Password"
	case 3:
		return "Keyed Message Digest"
	}
	return ""
}

func dissectRIP(d *D, b []byte) {
	d.Begin(&rip)
	if !d.Header() {
		return
	}
	if b[0] == 1 || b[0] == 2 {
		d.info("RIPv%d, %s, length: %d", b[1], ripCommand(uint64(b[0])), len(b))
	} else {
		d.info("RIPv%d, unknown (%d), length: %d", b[1], b[0], len(b))
	}
	for off := 4; off < len(b); off += 20 {
		if off+20 > len(b) {
			d.cut(off)
			return
		}
		d.Open(&ripEntry, off, 20)
		switch family, tag := be16(b, off), be16(b, off+2); {
		case family == 0xffff && tag == 3:
			d.part(ripAuthDigest, off)
		case family == 0xffff && tag == 1: // the digest itself, RFC 4822 2.5: all that is left
			d.some(&ripAuthData, off+4, len(b))
			d.Close()
			return
		case family == 0xffff:
			d.part(ripAuthSimple, off)
		default:
			d.part(ripEntry2, off)
		}
		d.Close()
	}
}

var ripng = Proto{Name: "ripng", Title: "RIPng", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		code("ripng.cmd", "Command", 0, 8, ripCommand),
		field("ripng.version", "Version", 8, 8, wire.FieldDec),
		field("ripng.reserved", "Reserved", 16, 16, Bytes),
	},
	Parts:  [][]Def{ripngEntry},
	Fields: []*Def{&ripngGroup}}

var ripngEntry = []Def{
	field("ripng.rte.ipv6_prefix", "IPv6 Prefix", 0, 128, wire.FieldIPv6),
	field("ripng.rte.route_tag", "Route Tag", 128, 16, wire.FieldHex),
	field("ripng.rte.prefix_length", "Prefix Length", 144, 8, wire.FieldDec),
	field("ripng.rte.metric", "Metric", 152, 8, wire.FieldDec),
}

var ripngGroup = loose("ripng.rte", "Route Table Entry", Group)

func dissectRIPng(d *D, b []byte) {
	d.Begin(&ripng)
	if !d.Header() {
		return
	}
	switch n := (len(b) - 4) / 20; {
	case b[0] == 1 && n == 1 && len(b) == 24 && zero(b[4:20]) && b[23] == 16:
		d.info("ripng-req dump")
	case b[0] == 1:
		d.info("ripng-req %d:", n)
		d.ripngRoutes(b)
	case b[0] == 2:
		d.info("ripng-resp %d:", n)
		d.ripngRoutes(b)
	default:
		d.info("ripng-%d ?? %d", b[0], len(b))
	}
	for off := 4; off < len(b); off += 20 {
		d.Open(&ripngGroup, off, 20)
		ok := d.part(ripngEntry, off)
		d.Close()
		if !ok {
			return
		}
	}
}

// ripngRoutes writes the routes to the packet's line.
func (d *D) ripngRoutes(b []byte) {
	if !d.WantInfo {
		return
	}
	for off := 4; off+20 <= len(b); off += 20 {
		d.P.Info = appendAddr(append(d.P.Info, ' '), b[off:off+16])
		d.P.Info = fmt.Appendf(d.P.Info, "/%d (%d)", b[off+18], b[off+19])
	}
}

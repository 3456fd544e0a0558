package dissect

// First hop redundancy: VRRP (RFC 3768 section 5 for version 2, RFC 9568 section
// 5 for version 3), CARP, which borrows its number and its version, and HSRP
// (RFC 2281 section 5).

import (
	"fmt"
	"strings"

	"github.com/netkit-go/netkit/pkg/wire"
)

var vrrp = Proto{Name: "vrrp", Title: "Virtual Router Redundancy Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("vrrp.version", "VRRP protocol version", 0, 4, wire.FieldDec),
		code("vrrp.type", "VRRP packet type", 4, 4, vrrpType),
		field("vrrp.virt_rtr_id", "Virtual Rtr ID", 8, 8, wire.FieldDec),
		field("vrrp.prio", "Priority", 16, 8, wire.FieldDec),
		field("vrrp.addr_count", "Addr Count", 24, 8, wire.FieldDec),
	},
	Fields: []*Def{&vrrpAuth, &vrrpInterval, &vrrpShort, &vrrpChecksum, &vrrpStatus, &vrrpAddr4, &vrrpAddr6, &vrrpPassword}}

var (
	vrrpAuth     = looseCode("vrrp.auth_type", "Auth Type", vrrpAuthName)
	vrrpInterval = loose("vrrp.adver_int", "Adver Int", wire.FieldDec)
	vrrpShort    = loose("vrrp.short_adver_int", "Adver Int", wire.FieldDec)
	vrrpChecksum = field("vrrp.checksum", "Checksum", 48, 16, wire.FieldHex)
	vrrpStatus   = looseCode("vrrp.checksum.status", "Checksum Status", checksumStatus)
	vrrpAddr4    = loose("vrrp.ip_addr", "IP Address", wire.FieldIPv4)
	vrrpAddr6    = loose("vrrp.ipv6_addr", "IPv6 Address", wire.FieldIPv6)
	vrrpPassword = loose("vrrp.auth_string", "Authentication String", Text)
)

func vrrpType(v uint64) string {
	if v == 1 {
		return "Advertisement"
	}
	return ""
}

func vrrpAuthName(v uint64) string {
	switch v {
	case 0:
		return "No Authentication"
	case 1:
		return "Simple Text Authentication [RFC 2338] / Reserved [RFC 3768]"
	case 2:
		return "IP Authentication Header [RFC 2338] / Reserved [RFC 3768]"
	}
	return ""
}

// vrrpAuthWord is tcpdump's word for an authentication type.
func vrrpAuthWord(t byte) string {
	switch t {
	case 0:
		return "none"
	case 1:
		return "simple"
	case 2:
		return "ah"
	}
	return fmt.Sprintf("#%d", t)
}

func dissectVRRP(d *D, b []byte) {
	if len(b) >= carpLen && b[0] == 0x21 && b[3] == carpAuthLen {
		dissectCARP(d, b)
		return
	}
	d.Begin(&vrrp)
	if !d.Header() {
		return
	}
	version, n := b[0]>>4, int(b[3])
	if len(b) < 8 {
		d.cut(4)
		return
	}
	if d.WantInfo {
		d.info("VRRPv%d, %s, vrid %d, prio %d", version, vrrpType(uint64(b[0]&0xf)), b[1], b[2])
	}
	size, addr := 4, &vrrpAddr4
	if d.ip == 6 {
		size, addr = 16, &vrrpAddr6
	}
	switch version {
	case 2:
		d.Uint(&vrrpAuth, 4, 1)
		interval := d.Uint(&vrrpInterval, 5, 1)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, ", authtype %s, intvl %ds, length %d", vrrpAuthWord(b[4]), interval, len(b))
		}
		d.sum16(&vrrpChecksum, &vrrpStatus, 6, d.sum(b, d.ip == 6, 112))
	case 3:
		interval := d.Bits(&vrrpShort, 36, 12)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, ", intvl %dcs, length %d", interval, len(b))
		}
		d.sum16(&vrrpChecksum, &vrrpStatus, 6, d.sum(b, true, 112))
	default:
		d.Wrong("unknown version", 0)
		return
	}
	off := d.addrs(addr, 8, n, size)
	if version == 2 && b[4] == 1 && off+8 <= len(b) {
		d.Bytes(&vrrpPassword, off, 8)
	}
}

// CARP has VRRP's version 2 and type 1; what tells it is an authentication data
// length of 7 words where VRRP counts addresses, and a length that fits it.
const (
	carpLen     = 36
	carpAuthLen = 7
)

var carp = Proto{Name: "carp", Title: "Common Address Redundancy Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("carp.version", "Version", 0, 4, wire.FieldDec),
		field("carp.type", "Type", 4, 4, wire.FieldDec),
		field("carp.vhid", "Virtual Host ID", 8, 8, wire.FieldDec),
		field("carp.advskew", "Advertisement Skew", 16, 8, wire.FieldDec),
		field("carp.authlen", "Auth Len", 24, 8, wire.FieldDec),
		field("carp.demotion", "Demotion indicator", 32, 8, wire.FieldDec),
		field("carp.adver_int", "Adver Int", 40, 8, wire.FieldDec),
	},
	Parts:  [][]Def{carpRest},
	Fields: []*Def{&carpChecksum, &carpStatus}}

var carpRest = []Def{
	field("carp.counter", "Counter", 64, 64, wire.FieldDec),
	field("carp.hmac", "HMAC", 128, 160, Bytes),
}

var (
	carpChecksum = field("carp.checksum", "Checksum", 48, 16, wire.FieldHex)
	carpStatus   = looseCode("carp.checksum.status", "Checksum Status", checksumStatus)
)

func dissectCARP(d *D, b []byte) {
	d.Begin(&carp)
	d.Header()
	d.sum16(&carpChecksum, &carpStatus, 6, d.sum(b, false, 112))
	d.part(carpRest, 0)
	d.Claim(carpLen)
	d.info("CARPv2-advertise %d: vhid=%d advbase=%d advskew=%d authlen=%d", len(b), b[1], b[5], b[2], b[3])
}

var hsrp = Proto{Name: "hsrp", Title: "Cisco Hot Standby Router Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("hsrp.version", "Version", 0, 8, wire.FieldDec),
		code("hsrp.opcode", "Op Code", 8, 8, hsrpOp),
	},
	Parts: [][]Def{hsrpBody}, Fields: []*Def{&hsrpData}}

var hsrpBody = []Def{
	code("hsrp.state", "State", 16, 8, hsrpState),
	field("hsrp.hellotime", "Hellotime", 24, 8, wire.FieldDec),
	field("hsrp.holdtime", "Holdtime", 32, 8, wire.FieldDec),
	field("hsrp.priority", "Priority", 40, 8, wire.FieldDec),
	field("hsrp.group", "Group", 48, 8, wire.FieldDec),
	field("hsrp.reserved", "Reserved", 56, 8, wire.FieldDec),
	field("hsrp.auth_data", "Authentication Data", 64, 64, Text),
	field("hsrp.virt_ip", "Virtual IP Address", 128, 32, wire.FieldIPv4),
}

var hsrpData = loose("hsrp.unknown_tlv", "Unknown TLV sequence", Bytes)

func hsrpOp(v uint64) string {
	switch v {
	case 0:
		return "Hello"
	case 1:
		return "Coup"
	case 2:
		return "Resign"
	case 3:
		return "Advertise"
	}
	return ""
}

func hsrpState(v uint64) string {
	switch v {
	case 0:
		return "Initial"
	case 1:
		return "Learn"
	case 2:
		return "Listen"
	case 4:
		return "Speak"
	case 8:
		return "Standby"
	case 16:
		return "Active"
	}
	return ""
}

func dissectHSRP(d *D, b []byte) {
	d.Begin(&hsrp)
	if !d.Header() {
		return
	}
	if b[0] == 0 && b[1] < 3 {
		if !d.part(hsrpBody, 0) {
			return
		}
		d.some(&hsrpData, 20, len(b))
		d.info("HSRPv0-%s %d: state=%s group=%d addr=%v", hsrpWord(b[1]), len(b), strings.ToLower(hsrpState(uint64(b[2]))), b[6], addr4(b[16:]))
		return
	}
	d.info("HSRPv%d", b[0])
	d.some(&hsrpData, 2, len(b))
}

func hsrpWord(op byte) string {
	switch op {
	case 0:
		return "hello"
	case 1:
		return "coup"
	}
	return "resign"
}

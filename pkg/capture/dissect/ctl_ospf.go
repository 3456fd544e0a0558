package dissect

// OSPF: RFC 2328 appendix A (version 2), RFC 5340 appendix A (version 3), RFC
// 5838 (address families), RFC 5250 (opaque LSAs). The LSAs are in ctl_ospflsa.go.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var ospf = Proto{Name: "ospf", Title: "Open Shortest Path First", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		field("ospf.version", "Version", 0, 8, wire.FieldDec),
		code("ospf.msg", "Message Type", 8, 8, ospfMessage),
		field("ospf.packet_length", "Packet Length", 16, 16, wire.FieldDec),
		field("ospf.srcrouter", "Source OSPF Router", 32, 32, wire.FieldIPv4),
		field("ospf.area_id", "Area ID", 64, 32, wire.FieldIPv4),
		field("ospf.checksum", "Checksum", 96, 16, wire.FieldHex),
	},
	Parts: [][]Def{ospfHello2, ospfHello3, ospfDB2, ospfDB3, ospfLSA2, ospfLSA3, ospfRequest2, ospfRequest3, ospfLink2, ospfExternal2,
		ospfRouter3, ospfLink3, ospfOptions3, ospfExternal3, ospfIntra3, ospfCrypt},
	Fields: []*Def{&ospfStatus, &ospfAuthType, &ospfAuthNone, &ospfAuthSimple, &ospfAuthUnknown, &ospfAuthData, &ospfInstance, &ospfReserved,
		&ospfHello, &ospfDB, &ospfRequests, &ospfLSA, &ospfNeighbor, &ospfCount, &ospfMask, &ospfAttached, &ospfMetric,
		&ospfTOS, &ospfTOSMetric, &ospfOpaque, &ospfPrefixes, &ospfPrefix, &ospfPrefixLen, &ospfPrefixOpts, &ospfAddress,
		&ospfRefType, &ospfForward6, &ospfTag, &ospfLinks, &ospfPriority, &ospfLinkLocal, &ospfAttached3, &ospfDest3, &ospfRefID}}

var (
	ospfStatus      = looseCode("ospf.checksum.status", "Checksum Status", checksumStatus)
	ospfAuthType    = looseCode("ospf.auth.type", "Auth Type", ospfAuthName)
	ospfAuthNone    = loose("ospf.auth.none", "Auth Data (none)", Bytes)
	ospfAuthSimple  = loose("ospf.auth.simple", "Auth Data (Simple)", Text)
	ospfAuthUnknown = loose("ospf.auth.unknown", "Auth Unknown", Bytes)
	ospfAuthData    = loose("ospf.auth.crypt.data", "Auth Crypt Data", Bytes)
	ospfInstance    = looseCode("ospf.instance_id", "Instance ID", ospfInstanceName)
	ospfReserved    = loose("ospf.reserved", "Reserved", Bytes)
	ospfHello       = loose("ospf.hello", "OSPF Hello Packet", Group)
	ospfDB          = loose("ospf.db", "OSPF DB Description", Group)
	ospfRequests    = loose("ospf.lsreq", "Link State Request", Group)
	ospfLSA         = loose("ospf.lsa.entry", "LSA", Group)
	ospfNeighbor    = loose("ospf.hello.active_neighbor", "Active Neighbor", wire.FieldIPv4)
	ospfCount       = loose("ospf.ls.number_of_lsas", "Number of LSAs", wire.FieldDec)
)

var ospfCrypt = []Def{
	field("ospf.reserved", "Reserved", 0, 16, Bytes),
	field("ospf.auth.crypt.key_id", "Auth Crypt Key id", 16, 8, wire.FieldDec),
	field("ospf.auth.crypt.data_length", "Auth Crypt Data Length", 24, 8, wire.FieldDec),
	field("ospf.auth.crypt.seq_nbr", "Auth Crypt Sequence Number", 32, 32, wire.FieldDec),
}

var ospfHello2 = []Def{
	field("ospf.hello.network_mask", "Network Mask", 0, 32, wire.FieldIPv4),
	field("ospf.hello.hello_interval", "Hello Interval [sec]", 32, 16, wire.FieldDec),
	field("ospf.v2.options", "Options", 48, 8, wire.FieldHex),
	field("ospf.v2.options.dn", "DN", 48, 1, wire.FieldFlag),
	field("ospf.v2.options.o", "O", 49, 1, wire.FieldFlag),
	field("ospf.v2.options.dc", "(DC) Demand Circuits", 50, 1, wire.FieldFlag),
	field("ospf.v2.options.l", "(L) LLS Data block", 51, 1, wire.FieldFlag),
	field("ospf.v2.options.n", "(N) NSSA", 52, 1, wire.FieldFlag),
	field("ospf.v2.options.mc", "(MC) Multicast", 53, 1, wire.FieldFlag),
	field("ospf.v2.options.e", "(E) External Routing", 54, 1, wire.FieldFlag),
	field("ospf.v2.options.mt", "(MT) Multi-Topology Routing", 55, 1, wire.FieldFlag),
	field("ospf.hello.router_priority", "Router Priority", 56, 8, wire.FieldDec),
	field("ospf.hello.router_dead_interval", "Router Dead Interval [sec]", 64, 32, wire.FieldDec),
	field("ospf.hello.designated_router", "Designated Router", 96, 32, wire.FieldIPv4),
	field("ospf.hello.backup_designated_router", "Backup Designated Router", 128, 32, wire.FieldIPv4),
}

var ospfHello3 = []Def{
	field("ospf.hello.interface_id", "Interface ID", 0, 32, wire.FieldDec),
	field("ospf.hello.router_priority", "Router Priority", 32, 8, wire.FieldDec),
	field("ospf.v3.options", "Options", 40, 24, wire.FieldHex),
	field("ospf.v3.options.at", "AT", 53, 1, wire.FieldFlag),
	field("ospf.v3.options.l", "L", 54, 1, wire.FieldFlag),
	field("ospf.v3.options.af", "AF", 55, 1, wire.FieldFlag),
	field("ospf.v3.options.dc", "DC", 58, 1, wire.FieldFlag),
	field("ospf.v3.options.r", "R", 59, 1, wire.FieldFlag),
	field("ospf.v3.options.n", "N", 60, 1, wire.FieldFlag),
	field("ospf.v3.options.mc", "MC", 61, 1, wire.FieldFlag),
	field("ospf.v3.options.e", "E", 62, 1, wire.FieldFlag),
	field("ospf.v3.options.v6", "V6", 63, 1, wire.FieldFlag),
	field("ospf.hello.hello_interval", "Hello Interval [sec]", 64, 16, wire.FieldDec),
	field("ospf.hello.router_dead_interval", "Router Dead Interval [sec]", 80, 16, wire.FieldDec),
	field("ospf.hello.designated_router", "Designated Router", 96, 32, wire.FieldIPv4),
	field("ospf.hello.backup_designated_router", "Backup Designated Router", 128, 32, wire.FieldIPv4),
}

var ospfDB2 = []Def{
	field("ospf.db.interface_mtu", "Interface MTU", 0, 16, wire.FieldDec),
	field("ospf.v2.options", "Options", 16, 8, wire.FieldHex),
	field("ospf.dbd", "DB Description", 24, 8, wire.FieldHex),
	field("ospf.dbd.r", "(R) OOBResync", 28, 1, wire.FieldFlag),
	field("ospf.dbd.i", "(I) Init", 29, 1, wire.FieldFlag),
	field("ospf.dbd.m", "(M) More", 30, 1, wire.FieldFlag),
	field("ospf.dbd.ms", "(MS) Master", 31, 1, wire.FieldFlag),
	field("ospf.db.dd_sequence", "DD Sequence", 32, 32, wire.FieldDec),
}

var ospfDB3 = []Def{
	field("ospf.reserved", "Reserved", 0, 8, Bytes),
	field("ospf.v3.options", "Options", 8, 24, wire.FieldHex),
	field("ospf.db.interface_mtu", "Interface MTU", 32, 16, wire.FieldDec),
	field("ospf.reserved", "Reserved", 48, 8, Bytes),
	field("ospf.dbd", "DB Description", 56, 8, wire.FieldHex),
	field("ospf.dbd.r", "(R) OOBResync", 60, 1, wire.FieldFlag),
	field("ospf.dbd.i", "(I) Init", 61, 1, wire.FieldFlag),
	field("ospf.dbd.m", "(M) More", 62, 1, wire.FieldFlag),
	field("ospf.dbd.ms", "(MS) Master", 63, 1, wire.FieldFlag),
	field("ospf.db.dd_sequence", "DD Sequence", 64, 32, wire.FieldDec),
}

var ospfRequest2 = []Def{
	code("ospf.lsa", "LS Type", 0, 32, ospfLSAName),
	field("ospf.lsa.id", "Link State ID", 32, 32, wire.FieldIPv4),
	field("ospf.advrouter", "Advertising Router", 64, 32, wire.FieldIPv4),
}

var ospfRequest3 = []Def{
	field("ospf.reserved", "Reserved", 0, 16, Bytes),
	field("ospf.v3.lsa", "LS Type", 16, 16, wire.FieldHex),
	field("ospf.v3.lsa.u", "LSA Handling", 16, 1, wire.FieldFlag),
	field("ospf.v3.lsa.s12", "Flooding Scope", 17, 2, wire.FieldHex),
	code("ospf.v3.lsa.fc", "Function Code", 19, 13, ospfFunction),
	field("ospf.link_state_id", "Link State ID", 32, 32, wire.FieldIPv4),
	field("ospf.advrouter", "Advertising Router", 64, 32, wire.FieldIPv4),
}

func ospfMessage(v uint64) string {
	switch v {
	case 1:
		return "Hello Packet"
	case 2:
		return "DB Description"
	case 3:
		return "LS Request"
	case 4:
		return "LS Update"
	case 5:
		return "LS Acknowledge"
	}
	return ""
}

// ospfWord is tcpdump's word for a message.
func ospfWord(v byte) string {
	switch v {
	case 1:
		return "Hello"
	case 2:
		return "Database Description"
	case 3:
		return "LS-Request"
	case 4:
		return "LS-Update"
	case 5:
		return "LS-Ack"
	}
	return fmt.Sprintf("unknown packet type (%d)", v)
}

func ospfAuthName(v uint64) string {
	switch v {
	case 0:
		return "Null"
	case 1:
		return "Simple password"
	case 2:
		return "Cryptographic"
	}
	return "Unknown"
}

// ospfInstanceName is RFC 5838 section 2.1.
func ospfInstanceName(v uint64) string {
	switch {
	case v <= 31:
		return "IPv6 unicast AF"
	case v <= 63:
		return "IPv6 multicast AF"
	case v <= 95:
		return "IPv4 unicast AF"
	case v <= 127:
		return "IPv4 multicast AF"
	}
	return "Reserved"
}

func dissectOSPF(d *D, b []byte) {
	d.Begin(&ospf)
	if !d.Header() {
		return
	}
	version, msg, n := b[0], b[1], be16(b, 2)
	d.info("OSPFv%d, %s, length %d", version, ospfWord(msg), len(b))
	head := 24
	if version == 3 {
		head = 16
	}
	if version != 2 && version != 3 {
		d.Wrong("unknown version", 0)
		return
	}
	if n < head || n > len(b) {
		d.Wrong("packet length does not fit", 2)
		n = len(b)
	}
	if len(b) < head {
		d.cut(14)
		return
	}
	if version == 2 {
		ospfAuth(d, b, n)
	} else {
		d.sumVerdict(&ospfStatus, 12, d.sum(b[:n], true, 89))
		d.Uint(&ospfInstance, 14, 1)
		d.Bytes(&ospfReserved, 15, 1)
	}
	switch msg {
	case 1:
		ospfHelloBody(d, version, head, n)
	case 2:
		ospfDBBody(d, b, version, head, n)
	case 3:
		ospfRequestBody(d, version, head, n)
	case 4:
		d.Uint(&ospfCount, head, 4)
		off := head + 4
		for count := be32(b, head); count > 0 && off < n; count-- {
			off = ospfEntry(d, b, version, off, n, true)
		}
		d.Claim(off)
	case 5:
		for off := head; off < n; {
			off = ospfEntry(d, b, version, off, n, false)
		}
	default:
		d.Wrong("unknown message", 1)
	}
}

// sumVerdict adds the verdict on a checksum that the header holds at off.
func (d *D) sumVerdict(status *Def, off int, verdict uint64) {
	d.Gen(status, verdict)
	if verdict == sumBad {
		d.Wrong("checksum is wrong", off)
		if d.WantFields {
			d.markSum(off)
		}
	}
}

// ospfAuth takes the authentication of version 2. Its data is no part of what the
// checksum covers; a cryptographic one replaces the checksum (RFC 2328 D.4).
func ospfAuth(d *D, b []byte, n int) {
	typ := be16(b, 14)
	verdict := uint64(sumAbsent)
	if typ != 2 {
		verdict = sumUnverified
		if d.Missing == 0 && d.ipWhole && !d.quoted {
			verdict = sumBad
			if wire.Fold(wire.Sum(b[24:n], wire.Sum(b[:16], 0))) == 0xffff {
				verdict = sumGood
			}
		}
	}
	d.sumVerdict(&ospfStatus, 12, verdict)
	d.Uint(&ospfAuthType, 14, 2)
	switch typ {
	case 0:
		d.Bytes(&ospfAuthNone, 16, 8)
	case 1:
		d.Bytes(&ospfAuthSimple, 16, 8)
	case 2:
		d.part(ospfCrypt, 16)
		if k := int(b[19]); k > 0 && n+k <= len(b) {
			d.Bytes(&ospfAuthData, n, k)
		}
	default:
		d.Bytes(&ospfAuthUnknown, 16, 8)
	}
}

func ospfHelloBody(d *D, version byte, off, end int) {
	d.Open(&ospfHello, off, end-off)
	ok := false
	if version == 2 {
		ok = d.part(ospfHello2, off)
	} else {
		ok = d.part(ospfHello3, off)
	}
	for off += 20; ok && off+4 <= end; off += 4 {
		d.Uint(&ospfNeighbor, off, 4)
	}
	d.Close()
}

func ospfDBBody(d *D, b []byte, version byte, off, end int) {
	size := 8
	if version == 3 {
		size = 12
	}
	d.Open(&ospfDB, off, size)
	ok := false
	if version == 2 {
		ok = d.part(ospfDB2, off)
	} else {
		ok = d.part(ospfDB3, off)
	}
	d.Close()
	for off += size; ok && off < end; {
		off = ospfEntry(d, b, version, off, end, false)
	}
}

func ospfRequestBody(d *D, version byte, off, end int) {
	for ; off < end; off += 12 {
		d.Open(&ospfRequests, off, 12)
		ok := false
		if version == 2 {
			ok = d.part(ospfRequest2, off)
		} else {
			ok = d.part(ospfRequest3, off)
		}
		d.Close()
		if !ok {
			return
		}
	}
}

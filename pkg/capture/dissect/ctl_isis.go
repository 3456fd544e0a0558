package dissect

// The OSI network layer's router protocols: IS-IS (ISO/IEC 10589 section 9, RFC
// 1195, RFC 5305, RFC 5308), and what announces them, an initial protocol
// identifier (ISO/IEC TR 9577).

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var osi = Proto{Name: "osi", Title: "OSI network layer", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{hexCode("osi.nlpid", "Network Layer Protocol Identifier", 0, 8, nlpidName)}}

func nlpidName(v uint64) string {
	switch v {
	case 0x00:
		return "Null"
	case 0x80:
		return "SNAP"
	case 0x81:
		return "ISO 8473 CLNP"
	case 0x82:
		return "ISO 9542 ESIS"
	case 0x83:
		return "ISO 10589 ISIS"
	case 0x8e:
		return "IPv6"
	case 0xcc:
		return "IP"
	case 0xcf:
		return "PPP"
	}
	return ""
}

// dissectOSI takes what begins with a network layer protocol identifier. IS-IS
// counts that octet as its own.
func dissectOSI(d *D, b []byte) {
	if len(b) > 0 && b[0] == 0x83 {
		dissectISIS(d, b)
		return
	}
	d.Begin(&osi)
	if !d.Header() {
		return
	}
	d.info("OSI NLPID %s (0x%02x): length %d", nlpidName(uint64(b[0])), b[0], len(b))
	var fn Func
	switch b[0] {
	case 0x8e:
		fn = dissectIPv6
	case 0xcc:
		fn = dissectIPv4
	case 0xcf:
		fn = dissectPPP
	}
	d.Next(fn, 1, len(b)-1)
}

var isis = Proto{Name: "isis", Title: "ISO 10589 ISIS InTRA Domain Routeing Information Exchange Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{
		hexCode("isis.irpd", "Intradomain Routing Protocol Discriminator", 0, 8, nlpidName),
		field("isis.len", "Length Indicator", 8, 8, wire.FieldDec),
		field("isis.version", "Version/Protocol ID Extension", 16, 8, wire.FieldDec),
		field("isis.sysid_len", "ID Length", 24, 8, wire.FieldDec),
		code("isis.type", "PDU Type", 35, 5, isisType),
		field("isis.version2", "Version", 40, 8, wire.FieldDec),
		field("isis.reserved", "Reserved", 48, 8, wire.FieldHex),
		field("isis.max_area_adr", "Maximum Area Addresses", 56, 8, wire.FieldDec),
	},
	Parts: [][]Def{isisLANHello, isisPTPHello, isisLSP, isisCSNP, isisPSNP, isisEntry, isisReach, isisIPReach},
	Fields: []*Def{&isisTLV, &isisTLVType, &isisTLVLen, &isisTLVValue, &isisArea, &isisNLPID, &isisAddr4, &isisAddr6, &isisHost,
		&isisNeighbor, &isisStatus, &isisPrefix, &isisRouterID}}

// All parts stand behind the header of 8 octets.

var isisLANHello = []Def{
	code("isis.hello.circuit_type", "Circuit type", 6, 2, isisLevel),
	field("isis.hello.source_id", "SystemID {Sender of PDU}", 8, 48, Bytes),
	field("isis.hello.holding_timer", "Holding timer", 56, 16, wire.FieldDec),
	field("isis.hello.pdu_length", "PDU length", 72, 16, wire.FieldDec),
	field("isis.hello.priority", "Priority", 89, 7, wire.FieldDec),
	field("isis.hello.lan_id", "SystemID {Designated IS}", 96, 56, Bytes),
}

var isisPTPHello = []Def{
	code("isis.hello.circuit_type", "Circuit type", 6, 2, isisLevel),
	field("isis.hello.source_id", "SystemID {Sender of PDU}", 8, 48, Bytes),
	field("isis.hello.holding_timer", "Holding timer", 56, 16, wire.FieldDec),
	field("isis.hello.pdu_length", "PDU length", 72, 16, wire.FieldDec),
	field("isis.hello.local_circuit_id", "Local circuit ID", 88, 8, wire.FieldDec),
}

var isisLSP = []Def{
	field("isis.lsp.pdu_length", "PDU length", 0, 16, wire.FieldDec),
	field("isis.lsp.remaining_life", "Remaining lifetime", 16, 16, wire.FieldDec),
	field("isis.lsp.lsp_id", "LSP-ID", 32, 64, Bytes),
	field("isis.lsp.sequence_number", "Sequence number", 96, 32, wire.FieldHex),
	field("isis.lsp.checksum", "Checksum", 128, 16, wire.FieldHex),
	field("isis.lsp.partition_repair", "Partition Repair", 144, 1, wire.FieldFlag),
	field("isis.lsp.att", "Attachment", 145, 4, wire.FieldDec),
	field("isis.lsp.overload", "Overload bit", 149, 1, wire.FieldFlag),
	code("isis.lsp.is_type", "Type of Intermediate System", 150, 2, isisLevel),
}

var isisCSNP = []Def{
	field("isis.csnp.pdu_length", "PDU length", 0, 16, wire.FieldDec),
	field("isis.csnp.source_id", "Source-ID", 16, 48, Bytes),
	field("isis.csnp.source_circuit", "Source-ID-Circuit", 64, 8, wire.FieldHex),
	field("isis.csnp.start_lsp_id", "Start LSP-ID", 72, 64, Bytes),
	field("isis.csnp.end_lsp_id", "End LSP-ID", 136, 64, Bytes),
}

var isisPSNP = []Def{
	field("isis.psnp.pdu_length", "PDU length", 0, 16, wire.FieldDec),
	field("isis.psnp.source_id", "Source-ID", 16, 48, Bytes),
	field("isis.psnp.source_circuit", "Source-ID-Circuit", 64, 8, wire.FieldHex),
}

// An entry of a sequence number PDU.
var isisEntry = []Def{
	field("isis.csnp.lsp_remain_life", "Remaining Lifetime", 0, 16, wire.FieldDec),
	field("isis.csnp.lsp_id", "LSP-ID", 16, 64, Bytes),
	field("isis.csnp.lsp_seq_num", "LSP Sequence Number", 80, 32, wire.FieldHex),
	field("isis.csnp.lsp_checksum", "LSP checksum", 112, 16, wire.FieldHex),
}

// RFC 5305 section 3 and 4, RFC 5308 section 2: reachability.
var isisReach = []Def{
	field("isis.lsp.ext_is_reachability.is_neighbor_id", "IS neighbor ID", 0, 56, Bytes),
	field("isis.lsp.ext_is_reachability.metric", "Metric", 56, 24, wire.FieldDec),
	field("isis.lsp.ext_is_reachability.subclvs_length", "SubCLV Length", 80, 8, wire.FieldDec),
}

var isisIPReach = []Def{
	field("isis.lsp.ext_ip_reachability.metric", "Metric", 0, 32, wire.FieldDec),
	field("isis.lsp.ext_ip_reachability.distribution", "Distribution", 32, 1, wire.FieldFlag),
	field("isis.lsp.ext_ip_reachability.subtlv", "Sub-TLV", 33, 1, wire.FieldFlag),
	field("isis.lsp.ext_ip_reachability.prefix_length", "Prefix Length", 34, 6, wire.FieldDec),
}

var (
	isisTLV      = loose("isis.clv", "TLV", Group)
	isisTLVType  = looseCode("isis.clv.type", "Type", isisTLVName)
	isisTLVLen   = loose("isis.clv.length", "Length", wire.FieldDec)
	isisTLVValue = loose("isis.clv.value", "Value", Bytes)
	isisArea     = loose("isis.hello.area_address", "Area address", Bytes)
	isisNLPID    = looseCode("isis.hello.clv_nlpid.nlpid", "NLPID", nlpidName)
	isisAddr4    = loose("isis.hello.clv_ipv4_int_addr", "IPv4 interface address", wire.FieldIPv4)
	isisAddr6    = loose("isis.hello.clv_ipv6_int_addr", "IPv6 interface address", wire.FieldIPv6)
	isisHost     = loose("isis.lsp.hostname", "Hostname", Text)
	isisNeighbor = loose("isis.hello.is_neighbor", "IS Neighbor", wire.FieldMAC)
	isisStatus   = looseCode("isis.lsp.checksum.status", "Checksum Status", checksumStatus)
	isisPrefix   = loose("isis.lsp.ext_ip_reachability.ipv4_prefix", "IPv4 prefix", Text)
	isisRouterID = loose("isis.lsp.clv_te_router_id", "Traffic Engineering Router ID", wire.FieldIPv4)
)

func isisType(v uint64) string {
	switch v {
	case 15:
		return "L1 HELLO"
	case 16:
		return "L2 HELLO"
	case 17:
		return "P2P HELLO"
	case 18:
		return "L1 LSP"
	case 20:
		return "L2 LSP"
	case 24:
		return "L1 CSNP"
	case 25:
		return "L2 CSNP"
	case 26:
		return "L1 PSNP"
	case 27:
		return "L2 PSNP"
	}
	return ""
}

// isisWord is tcpdump's word for a PDU.
func isisWord(t byte) string {
	switch t {
	case 15:
		return "L1 Lan IIH"
	case 16:
		return "L2 Lan IIH"
	case 17:
		return "p2p IIH"
	}
	if name := isisType(uint64(t)); name != "" {
		return name
	}
	return "unknown PDU"
}

func isisLevel(v uint64) string {
	switch v {
	case 1:
		return "Level 1 only"
	case 2:
		return "Level 2 only"
	case 3:
		return "Level 1 and 2"
	}
	return ""
}

func isisTLVName(v uint64) string {
	switch v {
	case 1:
		return "Area address(es)"
	case 2:
		return "IS Reachability"
	case 6:
		return "IS Neighbor(s)"
	case 8:
		return "Padding"
	case 9:
		return "LSP entries"
	case 10:
		return "Authentication"
	case 12:
		return "Checksum"
	case 14:
		return "Originating LSP Buffer Size"
	case 22:
		return "Extended IS reachability"
	case 128:
		return "IP Internal reachability"
	case 129:
		return "Protocols Supported"
	case 130:
		return "IP External reachability"
	case 132:
		return "IP Interface address(es)"
	case 134:
		return "Traffic Engineering Router ID"
	case 135:
		return "Extended IP Reachability"
	case 137:
		return "Hostname"
	case 211:
		return "Restart Signaling"
	case 222:
		return "Multi Topology IS Reachability"
	case 229:
		return "Multi Topology"
	case 232:
		return "IPv6 Interface address(es)"
	case 236:
		return "IPv6 reachability"
	case 240:
		return "Point-to-point Adjacency State"
	case 242:
		return "Router Capability"
	}
	return ""
}

func dissectISIS(d *D, b []byte) {
	d.Begin(&isis)
	if !d.Header() {
		return
	}
	typ := b[4] & 0x1f
	d.info("IS-IS, %s, length %d", isisWord(typ), len(b))
	var body []Def
	size, lengthAt := 0, 8
	switch typ {
	case 15, 16:
		body, size, lengthAt = isisLANHello, 19, 17
	case 17:
		body, size, lengthAt = isisPTPHello, 12, 17
	case 18, 20:
		body, size = isisLSP, 19
	case 24, 25:
		body, size = isisCSNP, 25
	case 26, 27:
		body, size = isisPSNP, 9
	default:
		d.Wrong("unknown PDU type", 4)
		return
	}
	if b[3] != 0 && b[3] != 6 {
		d.Wrong("system ids are not of 6 octets", 3)
		return
	}
	if !d.part(body, 8) {
		return
	}
	end := be16(b, lengthAt)
	if end < 8+size || end > len(b) {
		d.Wrong("PDU length does not fit", lengthAt)
		end = len(b)
	}
	if (typ == 18 || typ == 20) && end == be16(b, 8) {
		isisVerdict(d, b[:end])
	}
	d.Claim(end)
	if d.WantInfo {
		d.P.Info = appendISIS(d.P.Info[:0], typ, b)
	}
	isisTLVs(d, b, 8+size, end)
}

// appendISIS writes a PDU whose body is there, as tcpdump does.
func appendISIS(dst []byte, typ byte, b []byte) []byte {
	dst = append(append(dst, "IS-IS, "...), isisWord(typ)...)
	switch typ {
	case 15, 16:
		dst = fmt.Appendf(dst, ", src-id %s, lan-id %s, prio %d", systemID(b[9:15]), systemID(b[20:27]), b[19]&0x7f)
	case 17:
		dst = fmt.Appendf(dst, ", src-id %s", systemID(b[9:15]))
	case 18, 20:
		dst = fmt.Appendf(dst, ", lsp-id %s, seq 0x%08x, lifetime %5ds", systemID(b[12:20]), be32(b, 20), be16(b, 10))
	default:
		dst = fmt.Appendf(dst, ", src-id %s", systemID(b[10:17]))
	}
	return fmt.Appendf(dst, ", length %d", len(b))
}

// systemID writes a system id, with the circuit and the fragment that may follow.
func systemID(b []byte) string {
	s := fmt.Sprintf("%04x.%04x.%04x", be16(b, 0), be16(b, 2), be16(b, 4))
	if len(b) > 6 {
		s += fmt.Sprintf(".%02x", b[6])
	}
	if len(b) > 7 {
		s += fmt.Sprintf("-%02x", b[7])
	}
	return s
}

// isisVerdict checks an LSP's checksum, which covers it from the LSP id on (ISO
// 10589 7.3.11): ISO 8473's, where both sums of a right one are zero.
func isisVerdict(d *D, b []byte) {
	switch {
	case be16(b, 24) == 0:
		d.Gen(&isisStatus, sumAbsent)
	case fletcher(b[12:]):
		d.Gen(&isisStatus, sumGood)
	default:
		d.Gen(&isisStatus, sumBad)
		d.Wrong("checksum is wrong", 24)
	}
}

// fletcher says whether octets with the checksum of ISO 8473 in them are right.
func fletcher(b []byte) bool {
	c0, c1 := 0, 0
	for _, v := range b {
		c0 = (c0 + int(v)) % 255
		c1 = (c1 + c0) % 255
	}
	return c0 == 0 && c1 == 0
}

func isisTLVs(d *D, b []byte, off, end int) {
	for off < end {
		if off+2 > end {
			d.cut(off)
			return
		}
		typ, n := b[off], int(b[off+1])
		d.openName(&isisTLV, off, 2+n, isisTLVName(uint64(typ)))
		d.Uint(&isisTLVType, off, 1)
		d.Uint(&isisTLVLen, off+1, 1)
		if off+2+n > end {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+1)
			d.Close()
			return
		}
		isisValue(d, b, typ, off+2, off+2+n)
		d.Close()
		off += 2 + n
	}
}

func isisValue(d *D, b []byte, typ byte, off, end int) {
	switch typ {
	case 1:
		for off < end && off+1+int(b[off]) <= end {
			n := int(b[off])
			d.some(&isisArea, off, off+1+n)
			off += 1 + n
		}
	case 6:
		for ; off+6 <= end; off += 6 {
			d.Uint(&isisNeighbor, off, 6)
		}
	case 9:
		for ; off+16 <= end; off += 16 {
			d.part(isisEntry, off)
		}
	case 22:
		for off+11 <= end && off+11+int(b[off+10]) <= end {
			d.part(isisReach, off)
			n := int(b[off+10])
			d.some(&isisTLVValue, off+11, off+11+n)
			off += 11 + n
		}
	case 129:
		for ; off < end; off++ {
			d.Uint(&isisNLPID, off, 1)
		}
	case 132:
		for ; off+4 <= end; off += 4 {
			d.Uint(&isisAddr4, off, 4)
		}
	case 134:
		if off+4 <= end {
			d.Uint(&isisRouterID, off, 4)
			off += 4
		}
	case 135:
		for off+5 <= end {
			bits, sub := int(b[off+4]&0x3f), b[off+4]&0x40 != 0
			n := (bits + 7) / 8
			if bits > 32 || off+5+n > end {
				break
			}
			d.part(isisIPReach, off)
			var a [4]byte
			copy(a[:], b[off+5:off+5+n])
			d.Made(&isisPrefix, off+5, n, addr4(a[:]).AppendTo(nil))
			off += 5 + n
			if sub && off < end && off+1+int(b[off]) <= end {
				k := int(b[off])
				d.some(&isisTLVValue, off+1, off+1+k)
				off += 1 + k
			}
		}
	case 137:
		d.some(&isisHost, off, end)
		return
	case 232:
		for ; off+16 <= end; off += 16 {
			d.Bytes(&isisAddr6, off, 16)
		}
	}
	d.some(&isisTLVValue, off, end)
}

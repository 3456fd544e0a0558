package dissect

// SCTP: RFC 9260 section 3; RFC 3758 (FORWARD TSN), RFC 4895 (AUTH), RFC 5061
// (ASCONF), RFC 6525 (RE-CONFIG), RFC 8260 (I-DATA), RFC 4820 (PAD). Its
// parameters and causes are in ctl_sctpparam.go.

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/netkit-go/netkit/pkg/wire"
)

var sctp = Proto{Name: "sctp", Title: "Stream Control Transmission Protocol", TCPIP: Transport, OSI: OSITransport,
	Header: []Def{
		field("sctp.srcport", "Source port", 0, 16, wire.FieldDec),
		field("sctp.dstport", "Destination port", 16, 16, wire.FieldDec),
		field("sctp.verification_tag", "Verification tag", 32, 32, wire.FieldHex),
		field("sctp.checksum", "Checksum", 64, 32, wire.FieldHex),
	},
	Parts: [][]Def{sctpChunkHead, sctpData, sctpIData, sctpInit, sctpInitAck, sctpSack, sctpGap, sctpParamHead, sctpCauseHead,
		sctpDataFlags},
	Fields: []*Def{&sctpStatus, &sctpChunk, &sctpPad, &sctpValue, &sctpDup, &sctpCookie, &sctpShutdown, &sctpECNE, &sctpCWR,
		&sctpTSN, &sctpTSNStream, &sctpTSNSeq, &sctpComplete, &sctpAbort, &sctpParam, &sctpParamValue, &sctpParamPad,
		&sctpParam4, &sctpParam6, &sctpParamHB, &sctpParamCookie, &sctpParamIncr, &sctpParamHost, &sctpParamFamily,
		&sctpParamChunk, &sctpCorrelation, &sctpIndication, &sctpRandom, &sctpAuthChunk, &sctpHMACID, &sctpHMAC,
		&sctpSharedKey, &sctpSequence, &sctpCause, &sctpCauseInfo, &sctpCauseStream, &sctpCauseMissing, &sctpCauseParam,
		&sctpCauseStale, &sctpCauseTSN, &sctpPadding, &sctpReqSeq, &sctpRespSeq, &sctpLastTSN, &sctpResult, &sctpResetStream}}

var (
	sctpStatus    = looseCode("sctp.checksum.status", "Checksum Status", checksumStatus)
	sctpChunk     = loose("sctp.chunk", "Chunk", Group)
	sctpPad       = loose("sctp.chunk_padding", "Chunk padding", Bytes)
	sctpValue     = loose("sctp.chunk_value", "Chunk value", Bytes)
	sctpDup       = loose("sctp.sack_duplicate_tsn", "Duplicate TSN", wire.FieldDec)
	sctpCookie    = loose("sctp.cookie", "Cookie", Bytes)
	sctpShutdown  = loose("sctp.shutdown_cumulative_tsn_ack", "Cumulative TSN Ack", wire.FieldDec)
	sctpECNE      = loose("sctp.ecne_lowest_tsn", "Lowest TSN", wire.FieldDec)
	sctpCWR       = loose("sctp.cwr_lowest_tsn", "Lowest TSN", wire.FieldDec)
	sctpTSN       = loose("sctp.forward_tsn_tsn", "New cumulative TSN", wire.FieldDec)
	sctpTSNStream = loose("sctp.forward_tsn_sid", "Stream identifier", wire.FieldDec)
	sctpTSNSeq    = loose("sctp.forward_tsn_ssn", "Stream sequence number", wire.FieldDec)
	sctpComplete  = loose("sctp.shutdown_complete_t_bit", "T-Bit", wire.FieldFlag)
	sctpAbort     = loose("sctp.abort_t_bit", "T-Bit", wire.FieldFlag)
	sctpAuthChunk = loose("sctp.chunk_type_to_auth", "Chunk type", wire.FieldDec)
	sctpSharedKey = loose("sctp.shared_key_id", "Shared key identifier", wire.FieldDec)
	sctpHMACID    = loose("sctp.hmac_id", "HMAC identifier", wire.FieldDec)
	sctpHMAC      = loose("sctp.hmac", "HMAC", Bytes)
	sctpSequence  = loose("sctp.asconf_seq_nr_number", "Sequence number", wire.FieldHex)
	sctpPadding   = loose("sctp.padding_data", "Padding data", Bytes)
)

var sctpChunkHead = []Def{
	code("sctp.chunk_type", "Chunk type", 0, 8, sctpChunkName),
	field("sctp.chunk_flags", "Chunk flags", 8, 8, wire.FieldHex),
	field("sctp.chunk_length", "Chunk length", 16, 16, wire.FieldDec),
}

// The flags of DATA and I-DATA, relative to the chunk.
var sctpDataFlags = []Def{
	field("sctp.data_i_bit", "I-Bit", 12, 1, wire.FieldFlag),
	field("sctp.data_u_bit", "U-Bit", 13, 1, wire.FieldFlag),
	field("sctp.data_b_bit", "B-Bit", 14, 1, wire.FieldFlag),
	field("sctp.data_e_bit", "E-Bit", 15, 1, wire.FieldFlag),
}

// What follows is relative to a chunk's value.

var sctpData = []Def{
	field("sctp.data_tsn_raw", "Transmission sequence number (absolute)", 0, 32, wire.FieldDec),
	field("sctp.data_sid", "Stream identifier", 32, 16, wire.FieldHex),
	field("sctp.data_ssn", "Stream sequence number", 48, 16, wire.FieldDec),
	field("sctp.data_payload_proto_id", "Payload protocol identifier", 64, 32, wire.FieldDec),
}

var sctpIData = []Def{
	field("sctp.data_tsn_raw", "Transmission sequence number (absolute)", 0, 32, wire.FieldDec),
	field("sctp.data_sid", "Stream identifier", 32, 16, wire.FieldHex),
	field("sctp.data_reserved", "Reserved", 48, 16, wire.FieldDec),
	field("sctp.data_mid", "Message identifier", 64, 32, wire.FieldDec),
	field("sctp.data_fsn", "Fragment sequence number", 96, 32, wire.FieldDec),
}

var sctpInit = []Def{
	field("sctp.init_initiate_tag", "Initiate tag", 0, 32, wire.FieldHex),
	field("sctp.init_credit", "Advertised receiver window credit (a_rwnd)", 32, 32, wire.FieldDec),
	field("sctp.init_nr_out_streams", "Number of outbound streams", 64, 16, wire.FieldDec),
	field("sctp.init_nr_in_streams", "Number of inbound streams", 80, 16, wire.FieldDec),
	field("sctp.init_initial_tsn", "Initial TSN", 96, 32, wire.FieldDec),
}

var sctpInitAck = []Def{
	field("sctp.initack_initiate_tag", "Initiate tag", 0, 32, wire.FieldHex),
	field("sctp.initack_credit", "Advertised receiver window credit (a_rwnd)", 32, 32, wire.FieldDec),
	field("sctp.initack_nr_out_streams", "Number of outbound streams", 64, 16, wire.FieldDec),
	field("sctp.initack_nr_in_streams", "Number of inbound streams", 80, 16, wire.FieldDec),
	field("sctp.initack_initial_tsn", "Initial TSN", 96, 32, wire.FieldDec),
}

var sctpSack = []Def{
	field("sctp.sack_cumulative_tsn_ack_raw", "Cumulative TSN ACK (absolute)", 0, 32, wire.FieldDec),
	field("sctp.sack_a_rwnd", "Advertised receiver window credit (a_rwnd)", 32, 32, wire.FieldDec),
	field("sctp.sack_number_of_gap_blocks", "Number of gap acknowledgement blocks", 64, 16, wire.FieldDec),
	field("sctp.sack_number_of_duplicated_tsns", "Number of duplicated TSNs", 80, 16, wire.FieldDec),
}

var sctpGap = []Def{
	field("sctp.sack_gap_block_start", "Start", 0, 16, wire.FieldDec),
	field("sctp.sack_gap_block_end", "End", 16, 16, wire.FieldDec),
}

// The chunk types.
const (
	sctpDATA             = 0
	sctpINIT             = 1
	sctpINITACK          = 2
	sctpSACK             = 3
	sctpHEARTBEAT        = 4
	sctpHEARTBEATACK     = 5
	sctpABORT            = 6
	sctpSHUTDOWN         = 7
	sctpERROR            = 9
	sctpCOOKIEECHO       = 10
	sctpECNEchoed        = 12
	sctpCWRSent          = 13
	sctpSHUTDOWNCOMPLETE = 14
	sctpAUTH             = 15
	sctpIDATA            = 64
	sctpASCONFACK        = 128
	sctpRECONFIG         = 130
	sctpPAD              = 132
	sctpFORWARDTSN       = 192
	sctpASCONF           = 193
)

func sctpChunkName(v uint64) string {
	switch v {
	case sctpDATA:
		return "DATA"
	case sctpINIT:
		return "INIT"
	case sctpINITACK:
		return "INIT_ACK"
	case sctpSACK:
		return "SACK"
	case sctpHEARTBEAT:
		return "HEARTBEAT"
	case sctpHEARTBEATACK:
		return "HEARTBEAT_ACK"
	case sctpABORT:
		return "ABORT"
	case sctpSHUTDOWN:
		return "SHUTDOWN"
	case 8:
		return "SHUTDOWN_ACK"
	case sctpERROR:
		return "ERROR"
	case sctpCOOKIEECHO:
		return "COOKIE_ECHO"
	case 11:
		return "COOKIE_ACK"
	case sctpECNEchoed:
		return "ECNE"
	case sctpCWRSent:
		return "CWR"
	case sctpSHUTDOWNCOMPLETE:
		return "SHUTDOWN_COMPLETE"
	case sctpAUTH:
		return "AUTH"
	case 16:
		return "NR_SACK"
	case sctpIDATA:
		return "I_DATA"
	case sctpASCONFACK:
		return "ASCONF_ACK"
	case 129:
		return "PKTDROP"
	case sctpRECONFIG:
		return "RE_CONFIG"
	case sctpPAD:
		return "PAD"
	case sctpFORWARDTSN:
		return "FORWARD_TSN"
	case sctpASCONF:
		return "ASCONF"
	case 194:
		return "I_FORWARD_TSN"
	}
	return ""
}

// sctpWord is tcpdump's word for a chunk.
func sctpWord(t byte) string {
	switch t {
	case sctpINITACK:
		return "INIT ACK"
	case sctpHEARTBEAT:
		return "HB REQ"
	case sctpHEARTBEATACK:
		return "HB ACK"
	case 8:
		return "SHUTDOWN ACK"
	case sctpERROR:
		return "OP ERR"
	case sctpCOOKIEECHO:
		return "COOKIE ECHO"
	case 11:
		return "COOKIE ACK"
	case sctpSHUTDOWNCOMPLETE:
		return "SHUTDOWN COMPLETE"
	}
	if name := sctpChunkName(uint64(t)); name != "" {
		return name
	}
	return fmt.Sprintf("Unknown chunk type: 0x%x", t)
}

func dissectSCTP(d *D, b []byte) {
	d.Begin(&sctp)
	if !d.Header() {
		return
	}
	d.SrcPort, d.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	sctpVerdict(d, b)
	if d.WantInfo {
		d.P.Info = append(d.P.Info[:0], "sctp"...)
	}
	handed := false // octets went to another dissector: those after them must be owned
	count := 0
	for off := 12; off < len(b); {
		if off+4 > len(b) {
			d.cut(off)
			return
		}
		count++
		n := be16(b, off+2)
		end := off + n
		padded := off + (n+3)&^3
		d.openName(&sctpChunk, off, n, sctpChunkName(uint64(b[off])))
		d.part(sctpChunkHead, off)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, " (%d) [%s]", count, sctpWord(b[off]))
		}
		if n < 4 {
			d.Wrong("chunk's length is too short", off+2)
			d.Close()
			return
		}
		if end > len(b) {
			if d.Missing == 0 {
				d.Wrong("chunk's length does not fit", off+2)
			} else {
				d.cut(len(b))
			}
			end = len(b)
			padded = len(b)
		}
		own := end
		switch b[off] {
		case sctpDATA, sctpIDATA:
			own = sctpDataChunk(d, b, off, end)
		default:
			sctpBody(d, b, b[off], off+4, end)
		}
		if handed || own < end {
			d.Own(off, own-off)
		}
		if own < end {
			d.Next(nil, own, end-own)
			handed = true
		}
		padded = min(padded, len(b))
		if end < padded {
			d.Bytes(&sctpPad, end, padded-end)
			if handed {
				d.Own(end, padded-end)
			}
		}
		d.Close()
		off = padded
	}
}

// sctpVerdict checks the CRC-32c of RFC 9260 section 6.8, over the packet with
// zeros in the checksum's place; it is sent least significant octet first.
func sctpVerdict(d *D, b []byte) {
	if d.Missing > 0 || d.ip != 0 && !d.ipWhole || d.quoted {
		d.Gen(&sctpStatus, sumUnverified)
		return
	}
	table := crc32.MakeTable(crc32.Castagnoli)
	var zero [4]byte
	crc := crc32.Update(0, table, b[:8])
	crc = crc32.Update(crc, table, zero[:])
	crc = crc32.Update(crc, table, b[12:])
	got := binary.LittleEndian.Uint32(b[8:])
	switch {
	case crc == got:
		d.Gen(&sctpStatus, sumGood)
	case got == 0: // left to the card
		d.Gen(&sctpStatus, sumUnverified)
	default:
		d.MarkBad()
		d.Gen(&sctpStatus, sumBad)
		d.Wrong("checksum is wrong", 8)
	}
}

// sctpDataChunk returns where the user's data begin.
func sctpDataChunk(d *D, b []byte, off, end int) int {
	d.part(sctpDataFlags, off)
	defs, head := sctpData, 16
	if b[off] == sctpIDATA {
		defs, head = sctpIData, 20
	}
	if off+head > end {
		d.Wrong("chunk is too short", off)
		return end
	}
	d.part(defs, off+4)
	if d.WantInfo {
		d.P.Info = append(d.P.Info, ' ')
		for _, f := range [...]struct {
			bit  byte
			text string
		}{{4, "(U)"}, {2, "(B)"}, {1, "(E)"}} {
			if b[off+1]&f.bit != 0 {
				d.P.Info = append(d.P.Info, f.text...)
			}
		}
		d.P.Info = fmt.Appendf(d.P.Info, " [TSN: %d] [SID: %d] [SSEQ %d] [PPID 0x%x]", be32(b, off+4), be16(b, off+8), be16(b, off+10), be32(b, off+12))
	}
	return off + head
}

func sctpBody(d *D, b []byte, typ byte, off, end int) {
	short := func(n int) bool {
		if end-off < n {
			d.Wrong("chunk is too short", off)
			return true
		}
		return false
	}
	switch typ {
	case sctpINIT, sctpINITACK:
		if short(16) {
			return
		}
		if typ == sctpINIT {
			d.part(sctpInit, off)
		} else {
			d.part(sctpInitAck, off)
		}
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, " [init tag: %d] [rwnd: %d] [OS: %d] [MIS: %d] [init TSN: %d]",
				be32(b, off), be32(b, off+4), be16(b, off+8), be16(b, off+10), be32(b, off+12))
		}
		sctpParams(d, b, off+16, end, 0)
	case sctpSACK:
		if short(12) {
			return
		}
		d.part(sctpSack, off)
		gaps, dups := be16(b, off+8), be16(b, off+10)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, " [cum ack %d] [a_rwnd %d] [#gap acks %d] [#dup tsns %d]", be32(b, off), be32(b, off+4), gaps, dups)
		}
		for off += 12; gaps > 0 && off+4 <= end; gaps-- {
			d.part(sctpGap, off)
			off += 4
		}
		for ; dups > 0 && off+4 <= end; dups-- {
			d.Uint(&sctpDup, off, 4)
			off += 4
		}
		if gaps+dups > 0 {
			d.Wrong("more blocks are announced than fit", off)
		}
	case sctpHEARTBEAT, sctpHEARTBEATACK, sctpRECONFIG:
		sctpParams(d, b, off, end, 0)
	case sctpABORT:
		d.Bits(&sctpAbort, (off-3)*8+7, 1)
		sctpCauses(d, b, off, end)
	case sctpERROR:
		sctpCauses(d, b, off, end)
	case sctpSHUTDOWN:
		d.Uint(&sctpShutdown, off, 4)
	case sctpCOOKIEECHO:
		d.some(&sctpCookie, off, end)
	case sctpECNEchoed:
		d.Uint(&sctpECNE, off, 4)
	case sctpCWRSent:
		d.Uint(&sctpCWR, off, 4)
	case sctpSHUTDOWNCOMPLETE:
		d.Bits(&sctpComplete, (off-3)*8+7, 1)
	case sctpAUTH:
		d.Uint(&sctpSharedKey, off, 2)
		d.Uint(&sctpHMACID, off+2, 2)
		d.some(&sctpHMAC, off+4, end)
	case sctpASCONF, sctpASCONFACK:
		d.Uint(&sctpSequence, off, 4)
		sctpParams(d, b, off+4, end, 0)
	case sctpPAD:
		d.some(&sctpPadding, off, end)
	case sctpFORWARDTSN:
		d.Uint(&sctpTSN, off, 4)
		for off += 4; off+4 <= end; off += 4 {
			d.Uint(&sctpTSNStream, off, 2)
			d.Uint(&sctpTSNSeq, off+2, 2)
		}
	default:
		d.some(&sctpValue, off, end)
	}
}

// some adds the octets from off up to end, if there are any.
func (d *D) some(def *Def, off, end int) {
	if off < end {
		d.Bytes(def, off, end-off)
	}
}

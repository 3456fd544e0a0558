package dissect

// SCTP's parameters and error causes: RFC 9260 sections 3.3.2.1, 3.3.3.1 and
// 3.3.10, and those of the extensions.

import "github.com/netkit-go/netkit/pkg/wire"

var sctpParamHead = []Def{
	hexCode("sctp.parameter_type", "Parameter type", 0, 16, sctpParamName),
	field("sctp.parameter_length", "Parameter length", 16, 16, wire.FieldDec),
}

var sctpCauseHead = []Def{
	hexCode("sctp.cause_code", "Cause code", 0, 16, sctpCauseName),
	field("sctp.cause_length", "Cause length", 16, 16, wire.FieldDec),
}

var (
	sctpParam        = loose("sctp.parameter", "Parameter", Group)
	sctpParamValue   = loose("sctp.parameter_value", "Parameter value", Bytes)
	sctpParamPad     = loose("sctp.parameter_padding", "Parameter padding", Bytes)
	sctpParam4       = loose("sctp.parameter_ipv4_address", "IP Version 4 address", wire.FieldIPv4)
	sctpParam6       = loose("sctp.parameter_ipv6_address", "IP Version 6 address", wire.FieldIPv6)
	sctpParamHB      = loose("sctp.parameter_heartbeat_information", "Heartbeat information", Bytes)
	sctpParamCookie  = loose("sctp.parameter_state_cookie", "State cookie", Bytes)
	sctpParamIncr    = loose("sctp.parameter_cookie_preservative_incr", "Suggested Cookie life-span increment (msec)", wire.FieldDec)
	sctpParamHost    = loose("sctp.parameter_hostname", "Hostname", Text)
	sctpParamFamily  = looseCode("sctp.parameter_supported_address_type", "Supported address type", sctpParamName)
	sctpParamChunk   = looseCode("sctp.supported_chunk_type", "Supported chunk type", sctpChunkName)
	sctpCorrelation  = loose("sctp.correlation_id", "Correlation_id", wire.FieldHex)
	sctpIndication   = loose("sctp.adaptation_layer_indication", "Indication", wire.FieldHex)
	sctpRandom       = loose("sctp.random_number", "Random number", Bytes)
	sctpReqSeq       = loose("sctp.parameter_reconfig_request_sequence_number", "Re-configuration request sequence number", wire.FieldDec)
	sctpRespSeq      = loose("sctp.parameter_reconfig_response_sequence_number", "Re-configuration response sequence number", wire.FieldDec)
	sctpLastTSN      = loose("sctp.parameter_senders_last_assigned_tsn", "Senders last assigned TSN", wire.FieldDec)
	sctpResult       = loose("sctp.parameter_reconfig_response_result", "Result", wire.FieldDec)
	sctpResetStream  = loose("sctp.parameter_reconfig_sid", "Stream Identifier", wire.FieldDec)
	sctpCause        = loose("sctp.cause", "Cause", Group)
	sctpCauseInfo    = loose("sctp.cause_information", "Cause information", Bytes)
	sctpCauseStream  = loose("sctp.cause_stream_identifier", "Stream identifier", wire.FieldDec)
	sctpCauseMissing = loose("sctp.cause_nr_of_missing_parameters", "Number of missing parameters", wire.FieldDec)
	sctpCauseParam   = looseCode("sctp.cause_missing_parameter_type", "Missing parameter type", sctpParamName)
	sctpCauseStale   = loose("sctp.cause_measure_of_staleness", "Measure of staleness in usec", wire.FieldDec)
	sctpCauseTSN     = loose("sctp.cause_tsn", "TSN", wire.FieldDec)
)

func sctpParamName(v uint64) string {
	switch v {
	case 1:
		return "Heartbeat info"
	case 5:
		return "IPv4 address"
	case 6:
		return "IPv6 address"
	case 7:
		return "State cookie"
	case 8:
		return "Unrecognized parameter"
	case 9:
		return "Cookie preservative"
	case 11:
		return "Hostname address"
	case 12:
		return "Supported address types"
	case 0x000d:
		return "Outgoing SSN reset request"
	case 0x000e:
		return "Incoming SSN reset request"
	case 0x000f:
		return "SSN/TSN reset request"
	case 0x0010:
		return "Re-configuration response"
	case 0x0011:
		return "Add outgoing streams request"
	case 0x0012:
		return "Add incoming streams request"
	case 0x8000:
		return "ECN"
	case 0x8001:
		return "Zero checksum acceptable"
	case 0x8002:
		return "Random"
	case 0x8003:
		return "Authenticated Chunk list"
	case 0x8004:
		return "Requested HMAC Algorithm"
	case 0x8005:
		return "Padding"
	case 0x8008:
		return "Supported Extensions"
	case 0xc000:
		return "Forward TSN supported"
	case 0xc001:
		return "Add IP address"
	case 0xc002:
		return "Delete IP address"
	case 0xc003:
		return "Error cause indication"
	case 0xc004:
		return "Set primary address"
	case 0xc005:
		return "Success report"
	case 0xc006:
		return "Adaptation Layer Indication"
	}
	return ""
}

func sctpCauseName(v uint64) string {
	switch v {
	case 1:
		return "Invalid stream identifier"
	case 2:
		return "Missing mandatory parameter"
	case 3:
		return "Stale cookie error"
	case 4:
		return "Out of resource"
	case 5:
		return "Unresolvable address"
	case 6:
		return "Unrecognized chunk type"
	case 7:
		return "Invalid mandatory parameter"
	case 8:
		return "Unrecognized parameters"
	case 9:
		return "No user data"
	case 10:
		return "Cookie received while shutting down"
	case 11:
		return "Restart of an association with new addresses"
	case 12:
		return "User initiated ABORT"
	case 13:
		return "Protocol violation"
	case 0x00a0:
		return "Request to delete last address"
	case 0x00a1:
		return "Operation refused due to resource shortage"
	case 0x00a2:
		return "Request to delete source address"
	case 0x0105:
		return "Unsupported HMAC Identifier"
	}
	return ""
}

// Parameters hold parameters where a request to change an address does.
const sctpMaxNesting = 3

func sctpParams(d *D, b []byte, off, end, depth int) {
	for off < end {
		if off+4 > end {
			d.Wrong("parameter is cut short", off)
			return
		}
		typ, n := be16(b, off), be16(b, off+2)
		d.openName(&sctpParam, off, n, sctpParamName(uint64(typ)))
		d.part(sctpParamHead, off)
		if n < 4 || off+n > end {
			d.MarkBad()
			d.Wrong("parameter's length does not fit", off+2)
			d.Close()
			return
		}
		sctpParamBody(d, b, typ, off+4, off+n, depth)
		padded := min(off+(n+3)&^3, end)
		d.some(&sctpParamPad, off+n, padded)
		d.Close()
		off = padded
	}
}

func sctpParamBody(d *D, b []byte, typ, off, end, depth int) {
	n := end - off
	switch {
	case typ == 1:
		d.some(&sctpParamHB, off, end)
	case typ == 5 && n == 4:
		d.Uint(&sctpParam4, off, 4)
	case typ == 6 && n == 16:
		d.Bytes(&sctpParam6, off, 16)
	case typ == 7:
		d.some(&sctpParamCookie, off, end)
	case typ == 8 && depth < sctpMaxNesting:
		sctpParams(d, b, off, end, depth+1)
	case typ == 9 && n == 4:
		d.Uint(&sctpParamIncr, off, 4)
	case typ == 11:
		d.some(&sctpParamHost, off, end)
	case typ == 12:
		for ; off+2 <= end; off += 2 {
			d.Uint(&sctpParamFamily, off, 2)
		}
	case typ == 0x0d && n >= 12:
		d.Uint(&sctpReqSeq, off, 4)
		d.Uint(&sctpRespSeq, off+4, 4)
		d.Uint(&sctpLastTSN, off+8, 4)
		for off += 12; off+2 <= end; off += 2 {
			d.Uint(&sctpResetStream, off, 2)
		}
	case typ == 0x10 && n >= 8:
		d.Uint(&sctpRespSeq, off, 4)
		d.Uint(&sctpResult, off+4, 4)
		d.some(&sctpParamValue, off+8, end)
	case typ == 0x8002:
		d.some(&sctpRandom, off, end)
	case typ == 0x8003:
		for ; off < end; off++ {
			d.Uint(&sctpAuthChunk, off, 1)
		}
	case typ == 0x8004:
		for ; off+2 <= end; off += 2 {
			d.Uint(&sctpHMACID, off, 2)
		}
	case typ == 0x8008:
		for ; off < end; off++ {
			d.Uint(&sctpParamChunk, off, 1)
		}
	case typ >= 0xc001 && typ <= 0xc005 && n >= 4 && depth < sctpMaxNesting:
		d.Uint(&sctpCorrelation, off, 4)
		if typ == 0xc003 {
			sctpCauses(d, b, off+4, end)
		} else {
			sctpParams(d, b, off+4, end, depth+1)
		}
	case typ == 0xc006 && n == 4:
		d.Uint(&sctpIndication, off, 4)
	default:
		d.some(&sctpParamValue, off, end)
	}
}

func sctpCauses(d *D, b []byte, off, end int) {
	for off < end {
		if off+4 > end {
			d.Wrong("cause is cut short", off)
			return
		}
		typ, n := be16(b, off), be16(b, off+2)
		d.openName(&sctpCause, off, n, sctpCauseName(uint64(typ)))
		d.part(sctpCauseHead, off)
		if n < 4 || off+n > end {
			d.MarkBad()
			d.Wrong("cause's length does not fit", off+2)
			d.Close()
			return
		}
		at, stop := off+4, off+n
		switch {
		case typ == 1 && n >= 8:
			d.Uint(&sctpCauseStream, at, 2)
		case typ == 2 && n >= 8:
			d.Uint(&sctpCauseMissing, at, 4)
			for at += 4; at+2 <= stop; at += 2 {
				d.Uint(&sctpCauseParam, at, 2)
			}
		case typ == 3 && n >= 8:
			d.Uint(&sctpCauseStale, at, 4)
		case typ == 9 && n >= 8:
			d.Uint(&sctpCauseTSN, at, 4)
		default:
			d.some(&sctpCauseInfo, at, stop)
		}
		d.Close()
		off = min(off+(n+3)&^3, end)
	}
}

package dissect

// The Datagram Congestion Control Protocol: RFC 4340 section 5.

import (
	"encoding/binary"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var dccp = Proto{Name: "dccp", Title: "Datagram Congestion Control Protocol", TCPIP: Transport, OSI: OSITransport,
	Header: []Def{
		field("dccp.srcport", "Source Port", 0, 16, wire.FieldDec),
		field("dccp.dstport", "Destination Port", 16, 16, wire.FieldDec),
		{Field: wire.Field{Name: "dccp.data_offset", Label: "Data Offset", Bit: 32, Width: 8}},
		field("dccp.ccval", "CCVal", 40, 4, wire.FieldDec),
		field("dccp.cscov", "Checksum Coverage", 44, 4, wire.FieldDec),
		field("dccp.checksum", "Checksum", 48, 16, wire.FieldHex),
		code("dccp.type", "Type", 67, 4, dccpType),
		field("dccp.x", "Extended Sequence Numbers", 71, 1, wire.FieldFlag),
	},
	Fields: []*Def{&dccpStatus, &dccpSeq, &dccpAck, &dccpService, &dccpReset, &dccpResetData, &dccpOptions}}

var (
	dccpStatus    = looseCode("dccp.checksum.status", "Checksum Status", checksumStatus)
	dccpSeq       = loose("dccp.seq_raw", "Sequence Number (raw)", wire.FieldDec)
	dccpAck       = loose("dccp.ack_raw", "Acknowledgement Number (raw)", wire.FieldDec)
	dccpService   = loose("dccp.service_code", "Service Code", wire.FieldDec)
	dccpReset     = looseCode("dccp.reset_code", "Reset Code", dccpResetName)
	dccpResetData = loose("dccp.data1", "Data 1", Bytes)
	dccpOptions   = loose("dccp.options", "Options", Bytes)
)

func dccpType(v uint64) string {
	switch v {
	case 0:
		return "Request"
	case 1:
		return "Response"
	case 2:
		return "Data"
	case 3:
		return "Ack"
	case 4:
		return "DataAck"
	case 5:
		return "CloseReq"
	case 6:
		return "Close"
	case 7:
		return "Reset"
	case 8:
		return "Sync"
	case 9:
		return "SyncAck"
	}
	return "Reserved"
}

func dccpResetName(v uint64) string {
	switch v {
	case 0:
		return "Unspecified"
	case 1:
		return "Closed"
	case 2:
		return "Aborted"
	case 3:
		return "No Connection"
	case 4:
		return "Packet Error"
	case 5:
		return "Option Error"
	case 6:
		return "Mandatory Error"
	case 7:
		return "Connection Refused"
	case 8:
		return "Bad Service Code"
	case 9:
		return "Too Busy"
	case 10:
		return "Bad Init Cookie"
	case 11:
		return "Aggression Penalty"
	}
	return ""
}

func dissectDCCP(d *D, b []byte) {
	d.Begin(&dccp)
	if !d.Header() {
		return
	}
	d.SrcPort, d.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	typ, extended, head := b[8]>>1&0xf, b[8]&1 == 1, int(b[4])*4
	d.info("DCCP DCCP-%s", dccpType(uint64(typ)))
	d.sumVerdict(&dccpStatus, 6, dccpVerdict(d, b, head))
	off, n := 9, 3
	if extended {
		off, n = 10, 6
	}
	d.Uint(&dccpSeq, off, n)
	off += n
	if typ != 0 && typ != 2 { // RFC 4340 5.3: all but Request and Data
		if extended {
			d.Uint(&dccpAck, off+2, 6)
			off += 8
		} else {
			d.Uint(&dccpAck, off+1, 3)
			off += 4
		}
	}
	switch typ {
	case 0, 1:
		d.sayWord(" (service=", d.Uint(&dccpService, off, 4))
		d.say(")")
		off += 4
	case 7:
		if code := d.Uint(&dccpReset, off, 1); d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, " (code=%s)", dccpResetName(code))
		}
		if d.fits((off+1)*8, 24) {
			d.Bytes(&dccpResetData, off+1, 3)
		}
		off += 4
	}
	if head < off || head > len(b) {
		d.Wrong("data offset does not fit", 4)
		return
	}
	d.some(&dccpOptions, off, head)
	d.Next(nil, head, len(b)-head)
}

// dccpVerdict checks the checksum over what it covers (RFC 4340 9.2).
func dccpVerdict(d *D, b []byte, head int) uint64 {
	covered := len(b)
	if c := int(b[5] & 0xf); c > 0 {
		covered = head + (c-1)*4
	}
	if covered > len(b) || covered < 12 || d.ip == 0 || !d.ipWhole || d.Missing > 0 || d.quoted {
		return sumUnverified
	}
	if wire.Fold(wire.Sum(b[:covered], d.ipSum+33+uint64(len(b)))) == 0xffff {
		return sumGood
	}
	return sumBad
}

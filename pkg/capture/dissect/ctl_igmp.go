package dissect

// IGMP: RFC 1112 appendix I, RFC 2236 section 2, RFC 3376 section 4.

import (
	"fmt"
	"strconv"

	"github.com/netkit-go/netkit/pkg/wire"
)

var igmp = Proto{Name: "igmp", Title: "Internet Group Management Protocol", TCPIP: Internet, OSI: OSINetwork,
	Header: []Def{hexCode("igmp.type", "Type", 0, 8, igmpType)},
	Fields: []*Def{&igmpVersion, &igmpMaxResp, &igmpReserved, &igmpChecksum, &igmpStatus, &igmpGroup, &igmpS, &igmpQRV, &igmpQQIC,
		&igmpNumSrc, &igmpSource, &igmpNumRecords, &igmpRecord, &igmpRecordType, &igmpAuxLen, &igmpAux}}

var (
	igmpVersion    = loose("igmp.version", "IGMP Version", wire.FieldDec)
	igmpMaxResp    = looseCode("igmp.max_resp", "Max Resp Time", tenths)
	igmpReserved   = loose("igmp.reserved", "Reserved", Bytes)
	igmpChecksum   = field("igmp.checksum", "Checksum", 16, 16, wire.FieldHex)
	igmpStatus     = looseCode("igmp.checksum.status", "Checksum Status", checksumStatus)
	igmpGroup      = loose("igmp.maddr", "Multicast Address", wire.FieldIPv4)
	igmpS          = loose("igmp.s", "S", wire.FieldFlag)
	igmpQRV        = loose("igmp.qrv", "QRV", wire.FieldDec)
	igmpQQIC       = looseCode("igmp.qqic", "QQIC", igmpSeconds)
	igmpNumSrc     = loose("igmp.num_src", "Num Src", wire.FieldDec)
	igmpSource     = loose("igmp.saddr", "Source Address", wire.FieldIPv4)
	igmpNumRecords = loose("igmp.num_grp_recs", "Num Group Records", wire.FieldDec)
	igmpRecord     = loose("igmp.grp_rec", "Group Record", Group)
	igmpRecordType = looseCode("igmp.record_type", "Record Type", listenerRecord)
	igmpAuxLen     = Def{Field: wire.Field{Name: "igmp.aux_data_len", Label: "Aux Data Len", Unit: 4}}
	igmpAux        = loose("igmp.aux_data", "Aux Data", Bytes)
)

func igmpType(v uint64) string {
	switch v {
	case 0x11:
		return "Membership Query"
	case 0x12:
		return "Membership Report (version 1)"
	case 0x13:
		return "DVMRP Protocol"
	case 0x14:
		return "PIMv1 Protocol"
	case 0x16:
		return "Membership Report"
	case 0x17:
		return "Leave Group"
	case 0x22:
		return "Membership Report (version 3)"
	}
	return ""
}

// listenerRecord is RFC 3376 4.2.12, and RFC 3810 5.2.12, which says the same.
func listenerRecord(v uint64) string {
	switch v {
	case 1:
		return "Mode Is Include"
	case 2:
		return "Mode Is Exclude"
	case 3:
		return "Change To Include Mode"
	case 4:
		return "Change To Exclude Mode"
	case 5:
		return "Allow New Sources"
	case 6:
		return "Block Old Sources"
	}
	return ""
}

// igmpFloat is RFC 3376 4.1.1: from 128 on a mantissa of four bits and an
// exponent of three.
func igmpFloat(v uint64) uint64 {
	if v < 128 {
		return v
	}
	return (v&0xf | 0x10) << (v>>4&7 + 3)
}

func tenths(v uint64) string {
	v = igmpFloat(v)
	return strconv.FormatUint(v/10, 10) + "." + strconv.FormatUint(v%10, 10) + " sec"
}

func igmpSeconds(v uint64) string { return strconv.FormatUint(igmpFloat(v), 10) + " sec" }

func dissectIGMP(d *D, b []byte) {
	d.Begin(&igmp)
	if !d.Header() {
		return
	}
	switch t := b[0]; {
	case t == 0x14:
		d.Claim(1)
		d.Next(dissectPIMv1, 1, len(b)-1)
		return
	case t == 0x22:
		igmpReport(d, b)
		return
	case t == 0x11 && len(b) >= 12:
		d.Gen(&igmpVersion, 3)
	case t == 0x12 || t == 0x11 && len(b) > 1 && b[1] == 0:
		d.Gen(&igmpVersion, 1)
	default:
		d.Gen(&igmpVersion, 2)
	}
	v3 := b[0] == 0x11 && len(b) >= 12
	if v3 && b[1] >= 128 {
		d.Num(&igmpMaxResp, 1, 1, uint64(b[1]))
	} else {
		d.Uint(&igmpMaxResp, 1, 1)
	}
	d.sum16(&igmpChecksum, &igmpStatus, 2, d.sum(b, false, 2))
	if b[0] == 0x13 { // DVMRP's body is another
		if len(b) > 4 {
			d.Bytes(&igmpAux, 4, len(b)-4)
		}
		return
	}
	d.Uint(&igmpGroup, 4, 4)
	end := 8
	if v3 {
		d.Bits(&igmpS, 68, 1)
		d.Bits(&igmpQRV, 69, 3)
		d.Uint(&igmpQQIC, 9, 1)
		n := int(d.Uint(&igmpNumSrc, 10, 2))
		end = d.addrs(&igmpSource, 12, n, 4)
	}
	d.Claim(end)
	if d.WantInfo && len(b) >= 8 {
		igmpInfo(d, b, v3)
	}
}

// addrs adds n addresses of size octets each and returns where they end.
func (d *D) addrs(def *Def, off, n, size int) int {
	for range n {
		if off+size > len(d.cur) {
			d.cut(off)
			return len(d.cur)
		}
		d.Bytes(def, off, size)
		off += size
	}
	return off
}

func igmpInfo(d *D, b []byte, v3 bool) {
	group := addr4(b[4:])
	switch b[0] {
	case 0x11:
		switch {
		case v3:
			d.info("igmp query v3")
			if c := igmpFloat(uint64(b[1])); c != 100 {
				d.P.Info = fmt.Appendf(d.P.Info, " [max resp time %s]", tenthsShort(c))
			}
		case b[1] == 0:
			d.info("igmp query v1")
			return
		default:
			d.info("igmp query v2")
			if b[1] != 100 {
				d.P.Info = fmt.Appendf(d.P.Info, " [max resp time %d]", b[1])
			}
		}
		if !group.IsUnspecified() {
			d.P.Info = fmt.Appendf(d.P.Info, " [gaddr %v", group)
			if v3 && be16(b, 10) > 0 {
				d.P.Info = fmt.Appendf(d.P.Info, ", %d source(s)", be16(b, 10))
			}
			d.P.Info = append(d.P.Info, ']')
		}
	case 0x12:
		d.info("igmp v1 report %v", group)
	case 0x16:
		d.info("igmp v2 report %v", group)
	case 0x17:
		d.info("igmp leave %v", group)
	default:
		d.info("igmp-%d", b[0])
	}
}

// tenthsShort writes a time given in tenths of seconds as tcpdump does.
func tenthsShort(v uint64) string {
	if v%10 == 0 {
		return strconv.FormatUint(v/10, 10) + "s"
	}
	return strconv.FormatUint(v/10, 10) + "." + strconv.FormatUint(v%10, 10) + "s"
}

func igmpReport(d *D, b []byte) {
	d.Gen(&igmpVersion, 3)
	d.Bytes(&igmpReserved, 1, 1)
	d.sum16(&igmpChecksum, &igmpStatus, 2, d.sum(b, false, 2))
	d.Bytes(&igmpReserved, 4, 2)
	n := int(d.Uint(&igmpNumRecords, 6, 2))
	d.info("igmp v3 report, %d group record(s)", n)
	off := 8
	for range n {
		if off+8 > len(b) {
			d.cut(off)
			return
		}
		sources, aux := be16(b, off+2), int(b[off+1])*4
		d.openName(&igmpRecord, off, 8+sources*4+aux, listenerRecord(uint64(b[off])))
		d.Uint(&igmpRecordType, off, 1)
		d.Bits(&igmpAuxLen, (off+1)*8, 8)
		d.Uint(&igmpNumSrc, off+2, 2)
		d.Uint(&igmpGroup, off+4, 4)
		off = d.addrs(&igmpSource, off+8, sources, 4)
		if aux > 0 {
			d.Bytes(&igmpAux, off, aux)
			off += aux
		}
		d.Close()
	}
	d.Claim(off)
}

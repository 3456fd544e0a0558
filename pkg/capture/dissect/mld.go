package dissect

// Multicast Listener Discovery: RFC 2710, RFC 9777 (version 2) section 5. Its messages
// are ICMPv6's.

import "github.com/netkit-go/netkit/pkg/wire"

const (
	mldQuery   = 130
	mldReport  = 131
	mldDone    = 132
	mldReport2 = 143
)

var (
	mldMaxDelay      = loose("icmpv6.mld.maximum_response_delay", "Maximum Response Delay, ms", 0)
	mldMaxCode       = loose("icmpv6.mld.maximum_response_code", "Maximum Response Code", 0)
	mldAddr          = loose("icmpv6.mld.multicast_address", "Multicast Address", wire.FieldIPv6)
	mldFlags         = loose("icmpv6.mld.flag", "Flags", wire.FieldHex)
	mldS             = loose("icmpv6.mld.flag.s", "S, suppress router-side processing", wire.FieldFlag)
	mldQRV           = loose("icmpv6.mld.flag.qrv", "QRV", 0)
	mldQQIC          = loose("icmpv6.mld.qqi", "QQIC", 0)
	mldSources       = loose("icmpv6.mld.nb_sources", "Number of Sources", 0)
	mldSource        = loose("icmpv6.mld.source_address", "Source Address", wire.FieldIPv6)
	mldRecords       = loose("icmpv6.mldr.nb_mcast_records", "Number of Records", 0)
	mldRecord        = loose("icmpv6.mldr.mar", "Multicast Address Record", Group)
	mldRecordType    = looseCode("icmpv6.mldr.mar.record_type", "Record Type", mldRecordName)
	mldAuxLen        = loose("icmpv6.mldr.mar.aux_data_len", "Aux Data Len", 0)
	mldRecordSources = loose("icmpv6.mldr.mar.nb_sources", "Number of Sources", 0)
	mldRecordAddr    = loose("icmpv6.mldr.mar.multicast_address", "Multicast Address", wire.FieldIPv6)
	mldRecordSource  = loose("icmpv6.mldr.mar.source_address", "Source Address", wire.FieldIPv6)
	mldAux           = loose("icmpv6.mldr.mar.auxiliary_data", "Auxiliary Data", Bytes)
)

func mldRecordName(v uint64) string {
	switch v {
	case 1:
		return "MODE_IS_INCLUDE"
	case 2:
		return "MODE_IS_EXCLUDE"
	case 3:
		return "CHANGE_TO_INCLUDE_MODE"
	case 4:
		return "CHANGE_TO_EXCLUDE_MODE"
	case 5:
		return "ALLOW_NEW_SOURCES"
	case 6:
		return "BLOCK_OLD_SOURCES"
	}
	return ""
}

func (d *D) mld(typ byte, b []byte) {
	if typ == mldReport2 {
		d.Bytes(&icmp6Reserved, 4, 2)
		d.mldRecords(b)
		return
	}
	// RFC 9777 8.1: a query of 24 octets is version 1's, a longer one version 2's.
	v2 := typ == mldQuery && len(b) >= 28
	if v2 {
		d.Uint(&mldMaxCode, 4, 2)
	} else {
		d.Uint(&mldMaxDelay, 4, 2)
	}
	d.Bytes(&icmp6Reserved, 6, 2)
	d.Bytes(&mldAddr, 8, 16)
	if !v2 {
		d.icmpv6Rest(b, 24)
		return
	}
	d.OpenUint(&mldFlags, 24, 1)
	d.Bits(&mldS, 24*8+4, 1)
	d.Bits(&mldQRV, 24*8+5, 3)
	d.Close()
	d.Uint(&mldQQIC, 25, 1)
	off, n := 28, int(d.Uint(&mldSources, 26, 2))
	for ; n > 0 && off+16 <= len(b); n, off = n-1, off+16 {
		d.Bytes(&mldSource, off, 16)
	}
	if n > 0 {
		d.cut(26)
	}
	d.icmpv6Rest(b, off)
}

func (d *D) mldRecords(b []byte) {
	off, n := 8, int(d.Uint(&mldRecords, 6, 2))
	for ; n > 0 && off+20 <= len(b); n-- {
		sources, aux := be16(b, off+2), int(b[off+1])*4
		d.Open(&mldRecord, off, 20+16*sources+aux)
		d.Uint(&mldRecordType, off, 1)
		d.Uint(&mldAuxLen, off+1, 1)
		d.Uint(&mldRecordSources, off+2, 2)
		d.Bytes(&mldRecordAddr, off+4, 16)
		off += 20
		for ; sources > 0 && off+16 <= len(b); sources, off = sources-1, off+16 {
			d.Bytes(&mldRecordSource, off, 16)
		}
		if sources > 0 || off+aux > len(b) {
			d.Close()
			d.cut(off)
			return
		}
		if aux > 0 {
			d.Bytes(&mldAux, off, aux)
		}
		off += aux
		d.Close()
	}
	if n > 0 {
		d.cut(6)
	}
	d.icmpv6Rest(b, off)
}

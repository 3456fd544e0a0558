package dissect

// TCP options: RFC 9293 section 3.2 and IANA's list of option kinds. RFC 7323 (window
// scale, timestamps), RFC 2018 (SACK), RFC 2385 (MD5), RFC 5925 (AO), RFC 7413 (Fast
// Open), RFC 8684 (Multipath TCP), RFC 5482 (user timeout), RFC 4782 (Quick-Start),
// RFC 6994 (experiments), RFC 9768 (Accurate ECN).

import "github.com/netkit-go/netkit/pkg/wire"

var (
	tcpOptions         = loose("tcp.options", "Options", Bytes)
	tcpOpt             = loose("tcp.option", "Option", Group)
	tcpOptKind         = looseCode("tcp.option_kind", "Kind", tcpOptionName)
	tcpOptLen          = loose("tcp.option_len", "Length", 0)
	tcpMSS             = loose("tcp.options.mss_val", "MSS", 0)
	tcpShift           = loose("tcp.options.wscale.shift", "Shift count", 0)
	tcpMultiplier      = loose("tcp.options.wscale.multiplier", "Multiplier", 0)
	tcpSackLeft        = loose("tcp.options.sack_le", "Left edge", 0)
	tcpSackRight       = loose("tcp.options.sack_re", "Right edge", 0)
	tcpSackCount       = loose("tcp.options.sack.count", "Blocks", 0)
	tcpEcho            = loose("tcp.options.echo_value", "Echo value", 0)
	tcpTSVal           = loose("tcp.options.timestamp.tsval", "TSval", 0)
	tcpTSEcr           = loose("tcp.options.timestamp.tsecr", "TSecr", 0)
	tcpMD5             = loose("tcp.options.md5.digest", "MD5 digest", Bytes)
	tcpAOKey           = loose("tcp.options.ao.keyid", "KeyID", 0)
	tcpAONext          = loose("tcp.options.ao.rnextkeyid", "RNextKeyID", 0)
	tcpAOMAC           = loose("tcp.options.ao.mac", "MAC", Bytes)
	tcpTFOCookie       = loose("tcp.options.tfo.cookie", "Fast Open cookie", Bytes)
	tcpTFORequest      = loose("tcp.options.tfo.request", "Fast Open cookie request", wire.FieldFlag)
	tcpUserTimeoutUnit = loose("tcp.options.user_to_granularity", "In minutes", wire.FieldFlag)
	tcpUserTimeout     = loose("tcp.options.user_to_val", "User timeout", 0)
	tcpAccECN0         = loose("tcp.options.acc_ecn.ee0b", "ECT(0) octets", 0)
	tcpAccECNCE        = loose("tcp.options.acc_ecn.eceb", "CE octets", 0)
	tcpAccECN1         = loose("tcp.options.acc_ecn.ee1b", "ECT(1) octets", 0)
	tcpQSRate          = loose("tcp.options.qs.rate", "Rate", 0)
	tcpQSTTL           = loose("tcp.options.qs.ttl_diff", "TTL difference", 0)
	tcpQSNonce         = loose("tcp.options.qs.nonce", "Nonce", wire.FieldHex)
	tcpExID            = loose("tcp.options.experimental.exid", "Experiment", wire.FieldHex)
	tcpExData          = loose("tcp.options.experimental.data", "Data", Bytes)
	tcpOptData         = loose("tcp.options.unknown.payload", "Data", Bytes)

	mpSubtype     = looseCode("tcp.options.mptcp.subtype", "Subtype", mptcpSubtype)
	mpVersion     = loose("tcp.options.mptcp.version", "Version", 0)
	mpFlags       = loose("tcp.options.mptcp.flags", "Flags", wire.FieldHex)
	mpBackup      = loose("tcp.options.mptcp.backup.flag", "Backup", wire.FieldFlag)
	mpAddrID      = loose("tcp.options.mptcp.addrid", "Address ID", 0)
	mpSendKey     = loose("tcp.options.mptcp.sendkey", "Sender's key", 0)
	mpRecvKey     = loose("tcp.options.mptcp.recvkey", "Receiver's key", 0)
	mpRecvToken   = loose("tcp.options.mptcp.recvtok", "Receiver's token", 0)
	mpSendRand    = loose("tcp.options.mptcp.sendrand", "Sender's random number", 0)
	mpTruncMAC    = loose("tcp.options.mptcp.sendtrunchmac", "Sender's truncated HMAC", 0)
	mpHMAC        = loose("tcp.options.mptcp.sendhmac", "Sender's HMAC", Bytes)
	mpDataFin     = loose("tcp.options.mptcp.datafin.flag", "DATA_FIN", wire.FieldFlag)
	mpSeq8        = loose("tcp.options.mptcp.dseqn8.flag", "Data sequence number has 8 octets", wire.FieldFlag)
	mpSeqPresent  = loose("tcp.options.mptcp.dseqnpresent.flag", "Mapping present", wire.FieldFlag)
	mpAck8        = loose("tcp.options.mptcp.dataack8.flag", "Data ACK has 8 octets", wire.FieldFlag)
	mpAckPresent  = loose("tcp.options.mptcp.dataackpresent.flag", "Data ACK present", wire.FieldFlag)
	mpDataAck     = loose("tcp.options.mptcp.rawdataack", "Data ACK", 0)
	mpDataSeq     = loose("tcp.options.mptcp.rawdataseqno", "Data sequence number", 0)
	mpSubSeq      = loose("tcp.options.mptcp.subflowseqno", "Subflow sequence number", 0)
	mpDataLen     = loose("tcp.options.mptcp.datalvllen", "Data-level length", 0)
	mpChecksum    = loose("tcp.options.mptcp.checksum", "Checksum", wire.FieldHex)
	mpIPVer       = loose("tcp.options.mptcp.ipver", "IP version", 0)
	mpEcho        = loose("tcp.options.mptcp.echo", "Echo", wire.FieldFlag)
	mpIPv4        = loose("tcp.options.mptcp.ipv4", "Address", wire.FieldIPv4)
	mpIPv6        = loose("tcp.options.mptcp.ipv6", "Address", wire.FieldIPv6)
	mpPort        = loose("tcp.options.mptcp.port", "Port", 0)
	mpAddMAC      = loose("tcp.options.mptcp.addaddrtrunchmac", "Truncated HMAC", 0)
	mpResetReason = loose("tcp.options.mptcp.rst_reason", "Reason", wire.FieldHex)
)

// Option kinds beside those of package wire.
const (
	tcpOptEcho        = 6
	tcpOptEchoReply   = 7
	tcpOptMD5         = 19
	tcpOptQuickStart  = 27
	tcpOptUserTimeout = 28
	tcpOptAO          = 29
	tcpOptMPTCP       = 30
	tcpOptFastOpen    = 34
	tcpOptAccECN0     = 172
	tcpOptAccECN1     = 174
	tcpOptEx1         = 253
	tcpOptEx2         = 254
)

// Experiment identifiers (RFC 6994) of what became standard later.
const (
	exFastOpen = 0xf989
)

func tcpOptionName(v uint64) string {
	switch v {
	case 0:
		return "End of Option List"
	case 1:
		return "No-Operation"
	case 2:
		return "Maximum Segment Size"
	case 3:
		return "Window Scale"
	case 4:
		return "SACK Permitted"
	case 5:
		return "SACK"
	case tcpOptEcho:
		return "Echo"
	case tcpOptEchoReply:
		return "Echo Reply"
	case 8:
		return "Timestamps"
	case 9:
		return "Partial Order Connection Permitted"
	case 10:
		return "Partial Order Service Profile"
	case 11:
		return "CC"
	case 12:
		return "CC.NEW"
	case 13:
		return "CC.ECHO"
	case 14:
		return "TCP Alternate Checksum Request"
	case 15:
		return "TCP Alternate Checksum Data"
	case 18:
		return "Trailer Checksum"
	case tcpOptMD5:
		return "MD5 Signature"
	case 20:
		return "SCPS Capabilities"
	case 21:
		return "Selective Negative Acknowledgements"
	case 22:
		return "Record Boundaries"
	case 23:
		return "Corruption experienced"
	case tcpOptQuickStart:
		return "Quick-Start Response"
	case tcpOptUserTimeout:
		return "User Timeout"
	case tcpOptAO:
		return "TCP Authentication Option"
	case tcpOptMPTCP:
		return "Multipath TCP"
	case tcpOptFastOpen:
		return "TCP Fast Open Cookie"
	case 69:
		return "Encryption Negotiation"
	case tcpOptAccECN0:
		return "Accurate ECN Order 0"
	case tcpOptAccECN1:
		return "Accurate ECN Order 1"
	case tcpOptEx1, tcpOptEx2:
		return "Experiment"
	}
	return ""
}

func mptcpSubtype(v uint64) string {
	switch v {
	case 0:
		return "MP_CAPABLE"
	case 1:
		return "MP_JOIN"
	case 2:
		return "DSS"
	case 3:
		return "ADD_ADDR"
	case 4:
		return "REMOVE_ADDR"
	case 5:
		return "MP_PRIO"
	case 6:
		return "MP_FAIL"
	case 7:
		return "MP_FASTCLOSE"
	case 8:
		return "MP_TCPRST"
	case 15:
		return "MP_EXPERIMENTAL"
	}
	return ""
}

// tcpOptions dissects the options of a header that is h.
func (d *D) tcpOptions(h []byte, f *flow) {
	d.Open(&tcpOptions, wire.TCPMinHeaderLen, len(h)-wire.TCPMinHeaderLen)
	defer d.Close()
	for off := wire.TCPMinHeaderLen; off < len(h); {
		kind, n := h[off], 1
		if kind != wire.TCPOptEnd && kind != wire.TCPOptNOP {
			if off+1 >= len(h) || h[off+1] < 2 || off+int(h[off+1]) > len(h) {
				if int(h[12]>>4)*4 > len(h) { // the header is cut, not wrong
					if d.Uint(&tcpOptKind, off, 1); off+2 <= len(h) {
						d.Uint(&tcpOptLen, off+1, 1)
						d.Bytes(&tcpOptData, off+2, len(h)-off-2)
					}
					return
				}
				d.Bytes(&tcpOptData, off, len(h)-off)
				d.Wrong("option length does not fit the header", off)
				return
			}
			n = int(h[off+1])
		}
		d.Open(&tcpOpt, off, n)
		d.Uint(&tcpOptKind, off, 1)
		if n > 1 {
			d.Uint(&tcpOptLen, off+1, 1)
			d.tcpOption(kind, h, off, n, f)
		}
		d.Close()
		off += n
		if kind == wire.TCPOptEnd && !zero(h[off:]) {
			// RFC 9293 3.1: "The content of the header beyond the End of Option List
			// option MUST be header padding of zeros."
			d.Bytes(&tcpOptData, off, len(h)-off)
			return
		}
	}
}

// tcpOption dissects an option of n octets, kind and length included. One whose
// length is not its kind's is shown as octets.
func (d *D) tcpOption(kind byte, h []byte, off, n int, f *flow) {
	switch {
	case kind == wire.TCPOptMSS && n == 4:
		d.Uint(&tcpMSS, off+2, 2)
	case kind == wire.TCPOptWScale && n == 3:
		d.Uint(&tcpShift, off+2, 1)
		d.Gen(&tcpMultiplier, 1<<min(h[off+2], wire.TCPMaxWScale))
	case kind == wire.TCPOptSACKPermitted && n == 2:
	case kind == wire.TCPOptSACK && n > 2 && (n-2)%8 == 0:
		var base uint32
		if f != nil {
			base = f.ackBase
		}
		for i := off + 2; i+8 <= off+n; i += 8 {
			d.Num(&tcpSackLeft, i, 4, uint64(be32(h, i)-base))
			d.Num(&tcpSackRight, i+4, 4, uint64(be32(h, i+4)-base))
		}
		d.Gen(&tcpSackCount, uint64(n-2)/8)
	case kind == wire.TCPOptTimestamps && n == 10:
		d.Uint(&tcpTSVal, off+2, 4)
		d.Uint(&tcpTSEcr, off+6, 4)
	case (kind == tcpOptEcho || kind == tcpOptEchoReply) && n == 6:
		d.Uint(&tcpEcho, off+2, 4)
	case kind == tcpOptMD5 && n == 18:
		d.Bytes(&tcpMD5, off+2, 16)
	case kind == tcpOptAO && n >= 4:
		d.Uint(&tcpAOKey, off+2, 1)
		d.Uint(&tcpAONext, off+3, 1)
		if n > 4 {
			d.Bytes(&tcpAOMAC, off+4, n-4)
		}
	case kind == tcpOptFastOpen:
		d.tcpFastOpen(off+2, n-2)
	case kind == tcpOptUserTimeout && n == 4:
		d.Bits(&tcpUserTimeoutUnit, (off+2)*8, 1)
		d.Bits(&tcpUserTimeout, (off+2)*8+1, 15)
	case kind == tcpOptQuickStart && n == 8:
		d.Bits(&tcpQSRate, (off+2)*8+4, 4)
		d.Uint(&tcpQSTTL, off+3, 1)
		d.Bits(&tcpQSNonce, (off+4)*8, 30)
	case kind == tcpOptAccECN0 || kind == tcpOptAccECN1:
		order := [3]*Def{&tcpAccECN0, &tcpAccECNCE, &tcpAccECN1}
		if kind == tcpOptAccECN1 {
			order[0], order[2] = order[2], order[0]
		}
		for i, def := range order {
			if 2+3*(i+1) <= n {
				d.Uint(def, off+2+3*i, 3)
			}
		}
	case kind == tcpOptMPTCP && n >= 3:
		d.mptcp(h, off, n)
	case (kind == tcpOptEx1 || kind == tcpOptEx2) && n >= 4:
		if d.Uint(&tcpExID, off+2, 2) == exFastOpen {
			d.tcpFastOpen(off+4, n-4)
		} else if n > 4 {
			d.Bytes(&tcpExData, off+4, n-4)
		}
	case n > 2:
		d.Bytes(&tcpOptData, off+2, n-2)
	}
}

func (d *D) tcpFastOpen(off, n int) {
	if n == 0 {
		d.Gen(&tcpTFORequest, 1)
		return
	}
	d.Bytes(&tcpTFOCookie, off, n)
}

// mptcp dissects an option of Multipath TCP (RFC 8684 section 3).
func (d *D) mptcp(h []byte, off, n int) {
	end := off + n
	sub := d.Bits(&mpSubtype, (off+2)*8, 4)
	at := off + 3
	number := func(def *Def, size int) {
		if at+size <= end {
			d.Uint(def, at, size)
			at += size
		}
	}
	switch sub {
	case 0: // MP_CAPABLE
		d.Bits(&mpVersion, (off+2)*8+4, 4)
		number(&mpFlags, 1)
		number(&mpSendKey, 8)
		number(&mpRecvKey, 8)
		number(&mpDataLen, 2)
		number(&mpChecksum, 2)
	case 1: // MP_JOIN: SYN, SYN-ACK and ACK differ in length
		if n == 12 || n == 16 {
			d.Bits(&mpBackup, (off+2)*8+7, 1)
		}
		switch n {
		case 12:
			number(&mpAddrID, 1)
			number(&mpRecvToken, 4)
			number(&mpSendRand, 4)
		case 16:
			number(&mpAddrID, 1)
			number(&mpTruncMAC, 8)
			number(&mpSendRand, 4)
		case 24:
			at = off + 4
			d.Bytes(&mpHMAC, at, 20)
			at += 20
		}
	case 2: // DSS
		if at >= end {
			break
		}
		flags := h[at]
		d.OpenUint(&mpFlags, at, 1)
		d.Bits(&mpDataFin, at*8+3, 1)
		d.Bits(&mpSeq8, at*8+4, 1)
		d.Bits(&mpSeqPresent, at*8+5, 1)
		d.Bits(&mpAck8, at*8+6, 1)
		d.Bits(&mpAckPresent, at*8+7, 1)
		d.Close()
		at++
		if flags&1 != 0 {
			number(&mpDataAck, 4+4*int(flags>>1&1))
		}
		if flags&4 != 0 {
			number(&mpDataSeq, 4+4*int(flags>>3&1))
			number(&mpSubSeq, 4)
			number(&mpDataLen, 2)
			number(&mpChecksum, 2)
		}
	case 3: // ADD_ADDR
		d.Bits(&mpEcho, (off+2)*8+7, 1)
		number(&mpAddrID, 1)
		size := 4
		if n >= 20 {
			size = 16
		}
		if at+size <= end {
			if size == 4 {
				d.Bytes(&mpIPv4, at, 4)
			} else {
				d.Bytes(&mpIPv6, at, 16)
			}
			at += size
		}
		if rest := end - at; rest == 2 || rest == 10 {
			number(&mpPort, 2)
		}
		number(&mpAddMAC, 8)
	case 4: // REMOVE_ADDR
		for at < end {
			number(&mpAddrID, 1)
		}
	case 5: // MP_PRIO
		d.Bits(&mpBackup, (off+2)*8+7, 1)
		number(&mpAddrID, 1)
	case 6: // MP_FAIL
		at = off + 4
		number(&mpDataSeq, 8)
	case 7: // MP_FASTCLOSE
		at = off + 4
		number(&mpRecvKey, 8)
	case 8: // MP_TCPRST
		d.Bits(&mpFlags, (off+2)*8+4, 4)
		number(&mpResetReason, 1)
	}
	if at < end {
		d.Bytes(&tcpOptData, at, end-at)
	}
}

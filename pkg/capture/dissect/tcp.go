package dissect

// TCP: RFC 9293 section 3.1; ECN: RFC 3168, RFC 9768. Options are in tcpopt.go;
// what segments carry together is the session's (stream.go).

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var tcp = Proto{Name: "tcp", Title: "Transmission Control Protocol", TCPIP: Transport, OSI: OSITransport,
	Header: []Def{
		field("tcp.srcport", "Source Port", 0, 16, wire.FieldDec),
		field("tcp.dstport", "Destination Port", 16, 16, wire.FieldDec),
		field("tcp.seq_raw", "Sequence Number, raw", 32, 32, wire.FieldDec),
		field("tcp.ack_raw", "Acknowledgment Number, raw", 64, 32, wire.FieldDec),
		{Field: wire.Field{Name: "tcp.hdr_len", Label: "Data Offset", Bit: 96, Width: 4, Unit: 4}},
		hexCode("tcp.flags", "Flags", 100, 12, tcpFlagNames),
		field("tcp.flags.res", "Reserved", 100, 3, wire.FieldDec),
		field("tcp.flags.ae", "AE", 103, 1, wire.FieldFlag),
		field("tcp.flags.cwr", "CWR", 104, 1, wire.FieldFlag),
		field("tcp.flags.ece", "ECE", 105, 1, wire.FieldFlag),
		field("tcp.flags.urg", "URG", 106, 1, wire.FieldFlag),
		field("tcp.flags.ack", "ACK", 107, 1, wire.FieldFlag),
		field("tcp.flags.push", "PSH", 108, 1, wire.FieldFlag),
		field("tcp.flags.reset", "RST", 109, 1, wire.FieldFlag),
		field("tcp.flags.syn", "SYN", 110, 1, wire.FieldFlag),
		field("tcp.flags.fin", "FIN", 111, 1, wire.FieldFlag),
		field("tcp.window_size_value", "Window", 112, 16, wire.FieldDec),
		field("tcp.checksum", "Checksum", 128, 16, wire.FieldHex),
		field("tcp.urgent_pointer", "Urgent Pointer", 144, 16, wire.FieldDec),
	},
	Fields: []*Def{&tcpStream, &tcpCompleteness, &tcpLen, &tcpSeq, &tcpNext, &tcpAck, &tcpWindow, &tcpScale,
		&tcpChecksumStatus, &tcpChecksumCalculated, &tcpChecksumPartial, &tcpSinceFirst, &tcpSinceLast, &tcpPayload,
		&tcpAgain, &tcpSegmentData, &tcpSegments, &tcpSegment, &tcpSegmentCount, &tcpReassembledLen, &tcpRetransmission, &tcpOutOfOrder,
		&tcpLost, &tcpOptions, &tcpOpt, &tcpOptKind, &tcpOptLen, &tcpMSS, &tcpShift, &tcpMultiplier, &tcpSackLeft, &tcpSackRight, &tcpSackCount,
		&tcpEcho, &tcpTSVal, &tcpTSEcr, &tcpMD5, &tcpAOKey, &tcpAONext, &tcpAOMAC, &tcpTFOCookie, &tcpTFORequest, &tcpUserTimeoutUnit, &tcpUserTimeout,
		&tcpAccECN0, &tcpAccECNCE, &tcpAccECN1, &tcpQSRate, &tcpQSTTL, &tcpQSNonce, &tcpExID, &tcpExData, &tcpOptData,
		&mpSubtype, &mpVersion, &mpFlags, &mpBackup, &mpAddrID, &mpSendKey, &mpRecvKey, &mpRecvToken, &mpSendRand, &mpTruncMAC, &mpHMAC,
		&mpDataAck, &mpDataSeq, &mpSubSeq, &mpDataLen, &mpChecksum, &mpAckPresent, &mpAck8, &mpSeqPresent, &mpSeq8, &mpDataFin,
		&mpIPVer, &mpEcho, &mpIPv4, &mpIPv6, &mpPort, &mpAddMAC, &mpResetReason}}

// Where the header's table is cut to put in what follows from a field.
const (
	tcpSeqAt    = 2
	tcpAckAt    = 3
	tcpHdrLenAt = 4
	tcpCksumAt  = 17
	tcpUrgentAt = 18
)

// tcpChecksumOff is where what a stream is followed by ends: ports, numbers, flags and
// window. A capture may have cut what is behind.
const tcpChecksumOff = 16

var (
	tcpStream             = loose("tcp.stream", "Stream", 0)
	tcpCompleteness       = looseCode("tcp.completeness", "Seen of the connection", completeness)
	tcpLen                = loose("tcp.len", "Segment length", 0)
	tcpSeq                = loose("tcp.seq", "Sequence Number", 0)
	tcpNext               = loose("tcp.nxtseq", "Next Sequence Number", 0)
	tcpAck                = loose("tcp.ack", "Acknowledgment Number", 0)
	tcpWindow             = loose("tcp.window_size", "Window, scaled", 0)
	tcpScale              = Def{Field: wire.Field{Name: "tcp.window_size_scalefactor", Label: "Scale factor", Kind: Signed}, Meaning: scaleMeaning}
	tcpChecksumStatus     = looseCode("tcp.checksum.status", "Status", checksumStatus)
	tcpChecksumCalculated = loose("tcp.checksum_calculated", "Calculated", wire.FieldHex)
	tcpChecksumPartial    = loose("tcp.checksum.partial", "Left to the card", wire.FieldFlag)
	tcpSinceFirst         = loose("tcp.time_relative", "Since the stream's first packet", Dur)
	tcpSinceLast          = loose("tcp.time_delta", "Since the stream's packet before", Dur)
	tcpPayload            = loose("tcp.payload", "Payload", Bytes)
	tcpAgain              = loose("tcp.segment.again", "Octets that came before", Bytes)
	tcpSegmentData        = loose("tcp.segment_data", "Part of a unit that spans segments", Bytes)
	tcpSegments           = loose("tcp.segments", "Put together from", Group)
	tcpSegment            = loose("tcp.segment", "Frame", 0)
	tcpSegmentCount       = loose("tcp.segment.count", "Segments", 0)
	tcpReassembledLen     = loose("tcp.reassembled.length", "Length together", 0)
	tcpRetransmission     = loose("tcp.analysis.retransmission", "Retransmission", wire.FieldFlag)
	tcpOutOfOrder         = loose("tcp.analysis.out_of_order", "Ahead of octets that are still missing", wire.FieldFlag)
	tcpLost               = loose("tcp.analysis.lost_segment", "Octets before these were not captured", wire.FieldFlag)
)

var tcpSums = sumDefs{&tcpChecksumStatus, &tcpChecksumCalculated, &tcpChecksumPartial}

// tcpFlagNames is "SYN, ACK" and the like. Those that are met often are
// constants.
func tcpFlagNames(v uint64) string {
	switch wire.TCPFlags(v) {
	case 0:
		return "none"
	case wire.ACK:
		return "ACK"
	case wire.SYN:
		return "SYN"
	case wire.SYN | wire.ACK:
		return "SYN, ACK"
	case wire.PSH | wire.ACK:
		return "PSH, ACK"
	case wire.FIN | wire.ACK:
		return "FIN, ACK"
	case wire.FIN | wire.PSH | wire.ACK:
		return "FIN, PSH, ACK"
	case wire.RST:
		return "RST"
	case wire.RST | wire.ACK:
		return "RST, ACK"
	}
	var s []byte
	for i, name := range [...]string{"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR", "AE"} {
		if v>>i&1 != 0 {
			if len(s) > 0 {
				s = append(s, ", "...)
			}
			s = append(s, name...)
		}
	}
	if v>>9 != 0 {
		s = append(s, ", reserved"...)
	}
	return string(s)
}

// completeness names the sets of segments that are met often; the bits are SYN,
// SYN-ACK, ACK, data, FIN, RST.
func completeness(v uint64) string {
	switch v {
	case 31:
		return "Complete, WITH_DATA"
	case 23:
		return "Complete, NO_DATA"
	case 63, 47:
		return "Complete, WITH_DATA, reset"
	case 7:
		return "Incomplete, ESTABLISHED"
	case 15:
		return "Incomplete, DATA"
	case 1:
		return "Incomplete, SYN_SENT"
	}
	return "Incomplete"
}

// scaleMeaning is of a number in two's complement.
func scaleMeaning(v uint64) string {
	switch int64(v) {
	case -1:
		return "unknown"
	case -2:
		return "no window scaling used"
	}
	return ""
}

func dissectTCP(d *D, b []byte) {
	d.Begin(&tcp)
	if !d.header(tcp.Header[:tcpSeqAt]) {
		return
	}
	d.SrcPort, d.DstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	if len(b) < tcpChecksumOff {
		d.header(tcp.Header[tcpSeqAt:])
		return
	}
	hl := int(b[12]>>4) * 4
	n := len(b) + d.Missing - hl
	f := d.flow()
	if d.WantFields {
		d.tcpFields(b, f, hl, n)
	}
	if len(b) < wire.TCPMinHeaderLen {
		if !d.WantFields {
			d.cut(len(b))
		}
		return
	}
	d.Claim(hl)
	switch {
	case hl < wire.TCPMinHeaderLen:
		d.Claim(wire.TCPMinHeaderLen)
		d.Wrong("data offset is less than 5", 12)
		return
	case hl > len(b):
		d.Claim(len(b))
		d.cut(len(b))
		return
	}
	if d.WantFields && n > 0 && len(b) > hl {
		d.Bytes(&tcpPayload, hl, len(b)-hl)
	}
	d.tcpInfo(b, f, hl, n)
	d.tcpPayload(b, f, hl, n)
}

// tcpFields adds the fields of a header of hl octets before n of payload; n is less
// than 0 where the header runs past the packet's end.
func (d *D) tcpFields(b []byte, f *flow, hl, n int) {
	flags := wire.TCPFlags(binary.BigEndian.Uint16(b[12:]) & 0xfff)
	seq, ack := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	shift := int8(scaleUnknown)
	if f != nil {
		d.Gen(&tcpStream, uint64(f.stream))
		d.Gen(&tcpCompleteness, uint64(f.completeness))
		seq -= f.seqBase
		if flags&wire.ACK != 0 {
			ack -= f.ackBase
		}
		shift = f.scale
	}
	if n >= 0 {
		d.Gen(&tcpLen, uint64(n))
	}
	d.Num(&tcpSeq, 4, 4, uint64(seq))
	d.header(tcp.Header[tcpSeqAt:tcpAckAt])
	if n >= 0 {
		next := seq + uint32(n)
		if flags&(wire.SYN|wire.FIN) != 0 {
			next++
		}
		d.Gen(&tcpNext, uint64(next))
	}
	d.Num(&tcpAck, 8, 4, uint64(ack))
	d.header(tcp.Header[tcpAckAt:tcpCksumAt])
	window := uint64(binary.BigEndian.Uint16(b[14:]))
	scaled := flags&wire.SYN == 0 && shift >= 0
	if scaled {
		window <<= shift
	}
	d.Gen(&tcpWindow, window)
	if flags&wire.SYN == 0 && f != nil {
		if scaled {
			d.Gen(&tcpScale, 1<<shift)
		} else {
			d.Gen(&tcpScale, uint64(int64(shift)))
		}
	}
	if !d.header(tcp.Header[tcpCksumAt:tcpUrgentAt]) {
		return
	}
	total := len(b) + d.Missing
	d.checksum(&tcpSums, b, total, 16, wire.ProtoTCP, total)
	if !d.header(tcp.Header[tcpUrgentAt:]) {
		return
	}
	if hl > wire.TCPMinHeaderLen && len(b) > wire.TCPMinHeaderLen {
		d.tcpOptions(b[:min(hl, len(b))], f)
	}
	if f == nil {
		return
	}
	if !d.P.NoTime && !d.quoted {
		d.Gen(&tcpSinceFirst, uint64(f.sinceFirst))
		d.Gen(&tcpSinceLast, uint64(f.sinceLast))
	}
	if f.marks&markAgain != 0 {
		d.Gen(&tcpRetransmission, 1)
	}
	if f.marks&markAhead != 0 {
		d.Gen(&tcpOutOfOrder, 1)
	}
	if f.marks&markLost != 0 {
		d.Gen(&tcpLost, 1)
	}
}

// tcpPayload hands the payload on: by the units that the session found, or,
// without a session, by those that lie in this segment.
func (d *D) tcpPayload(b []byte, f *flow, hl, n int) {
	if f != nil {
		d.tcpPieces(f, hl, max(0, n))
		return
	}
	if n <= 0 {
		return
	}
	var app *App
	if payload := b[hl:]; len(payload) > 0 && !d.NoApplications {
		if app = appByTCPPort(d.SrcPort, d.DstPort); app == nil {
			app = appByContent(true, payload)
		}
	}
	if app == nil {
		d.Next(nil, hl, n)
		return
	}
	for off := hl; ; {
		size := 0
		if app.PDU != nil && off < len(b) {
			size = app.PDU(b[off:])
		}
		if rest := hl + n - off; size <= 0 || size >= rest || len(d.kids) >= maxUnits {
			d.Next(app.Dissect, off, rest)
			return
		}
		d.Next(app.Dissect, off, size)
		off += size
	}
}

// tcpPieces hands on what the session made of the payload.
func (d *D) tcpPieces(f *flow, hl, n int) {
	off := hl
	units := d.P.units[f.unit : f.unit+f.nunits]
	for i := range units {
		u := &units[i]
		have := max(0, min(u.n, d.end-d.off-off))
		switch u.kind {
		case unitWhole:
			var fn Func
			if f.app != nil {
				fn = f.app.Dissect
			}
			if fn == nil {
				fn = dissectData
			}
			if k := d.hand(fn, off, u.n); k != nil {
				k.missing, k.answer = max(k.missing, u.missing), u.answer
			}
		case unitData:
			d.Next(nil, off, u.n)
		case unitPart:
			d.Bytes(&tcpSegmentData, off, have)
			d.Own(off, u.n)
		case unitAgain:
			d.Bytes(&tcpAgain, off, have)
			d.Own(off, u.n)
		case unitMade:
			if u.n > 0 {
				d.Bytes(&tcpSegmentData, off, have)
				d.Own(off, u.n)
			}
			d.tcpMade(f, u)
		}
		off += u.n
	}
	if rest := hl + n - off; rest > 0 {
		d.Next(nil, off, rest)
	}
}

// tcpMade hands on a unit that was put together from several segments.
func (d *D) tcpMade(f *flow, u *unit) {
	m := &d.P.bufs[u.made]
	d.Gen(&tcpSegments, 0)
	d.depth++
	for _, p := range d.P.parts[m.first : m.first+m.nparts] {
		d.Gen(&tcpSegment, uint64(p.frame))
	}
	d.Gen(&tcpSegmentCount, uint64(m.nparts))
	d.Gen(&tcpReassembledLen, uint64(m.n+u.missing))
	d.depth--
	if f.app == nil {
		return
	}
	if k := d.nextBuf(f.app.Dissect, u.made+1, 0, m.n, u.missing); k != nil {
		k.answer = u.answer
	}
}

// tcpInfo says it as tcpdump does.
func (d *D) tcpInfo(b []byte, f *flow, hl, n int) {
	if !d.WantInfo {
		return
	}
	d.newInfo()
	flags := wire.TCPFlags(binary.BigEndian.Uint16(b[12:]) & 0x1ff)
	seq, ack := binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
	if f != nil {
		seq -= f.seqBase
		ack -= f.ackBase
	}
	d.say("Flags [")
	for i, c := range "FSRP.UEWe" {
		if flags>>i&1 != 0 {
			d.P.Info = append(d.P.Info, byte(c))
		}
	}
	if flags == 0 {
		d.say("none")
	}
	d.say("], seq ")
	d.sayUint(uint64(seq))
	if n > 0 {
		d.say(":")
		d.sayUint(uint64(seq + uint32(n)))
	}
	if flags&wire.ACK != 0 {
		d.say(", ack ")
		d.sayUint(uint64(ack))
	}
	d.say(", win ")
	d.sayUint(uint64(binary.BigEndian.Uint16(b[14:])))
	d.say(", length ")
	d.sayUint(uint64(max(0, n)))
}

package dissect

// The TLS record layer: RFC 8446 section 5, RFC 5246 section 6. One layer is one
// record, or the run of records that a handshake message spans.

var appTLS = App{Name: "tls", Dissect: dissectTLS, PDU: pduTLS}

// Content types (RFC 8446 section 5.1, RFC 6520).
const (
	tlsTypeCCS       = 20
	tlsTypeAlert     = 21
	tlsTypeHandshake = 22
	tlsTypeData      = 23
	tlsTypeHeartbeat = 24
)

const (
	tlsHeaderLen = 5
	tlsMaxRecord = 1<<14 + 2048 // RFC 5246 section 6.2.3
	tlsMaxSpan   = 1 << 17      // octets of a message, and so of the records that it spans
)

// tlsRecordAt is the length of the record at the start of b: 0 for more octets
// needed, -1 for none.
func tlsRecordAt(b []byte) int {
	switch {
	case len(b) > 0 && (b[0] < tlsTypeCCS || b[0] > tlsTypeHeartbeat),
		len(b) > 1 && b[1] != 3,
		len(b) > 2 && b[2] > 4:
		return -1
	case len(b) < tlsHeaderLen:
		return 0
	}
	n := be16(b, 3)
	if n > tlsMaxRecord || n == 0 && b[0] != tlsTypeData {
		return -1
	}
	return tlsHeaderLen + n
}

// pduTLS takes further records in while a handshake message is not whole.
func pduTLS(b []byte) int {
	end, need := 0, 0
	for {
		n := tlsRecordAt(b[end:])
		if end > 0 && (n < 0 || n > 0 && b[end] != tlsTypeHandshake) {
			return end // what should go on does not
		}
		if n <= 0 || end+n > len(b) {
			return min(n, 0)
		}
		if b[end] == tlsTypeHandshake {
			need = tlsUnfinished(b[end+tlsHeaderLen:end+n], need)
		}
		end += n
		if need == 0 || end > tlsMaxSpan {
			return end
		}
	}
}

// tlsUnfinished goes over the messages of a handshake record, the first need
// octets of which end an earlier message. It returns how many octets of the last
// message are still to come; 0 also for what is encrypted.
func tlsUnfinished(b []byte, need int) int {
	if need > len(b) {
		return need - len(b)
	}
	b = b[need:]
	for len(b) > 0 {
		if !tlsPlausible(b) {
			return 0
		}
		if len(b) < 4 {
			return 4 - len(b)
		}
		n := 4 + be24(b, 1)
		if n > len(b) {
			return n - len(b)
		}
		b = b[n:]
	}
	return 0
}

// tlsPlausible tells a message in the clear from what is encrypted: a known
// type, and a length that such a message can have.
func tlsPlausible(b []byte) bool {
	typ := b[0]
	if tlsHandshakeType(uint64(typ)) == "" {
		return false
	}
	if len(b) < 4 {
		return true
	}
	n := be24(b, 1)
	switch typ {
	case 0, 5, 14: // HelloRequest, EndOfEarlyData, ServerHelloDone
		return n == 0 && (typ != 0 || len(b) == 4)
	case 1, 2:
		return n >= 38 && n < 1<<16
	case 20:
		return n >= 12 && n <= 64
	case 24:
		return n == 1
	}
	return n < tlsMaxSpan
}

func dissectTLS(d *D, b []byte) {
	n := tlsRecordAt(b)
	if n < 0 {
		return
	}
	d.Begin(&tls)
	d.newInfo()
	m := tlsMsg{d: d, b: b}
	first := true
	var joined []byte
	need, end := 0, 0
	for {
		typ := byte(0)
		if len(b) > end {
			typ = b[end]
		}
		if first && len(b) >= 3 {
			d.say(tlsVersionName(uint64(be16(b, 1))))
		}
		end = m.record(end)
		if typ != tlsTypeHandshake || end-tlsHeaderLen < 0 {
			break
		}
		start := end - m.recLen
		// A message that began in an earlier record, or does not end in this one,
		// is put together.
		left := tlsUnfinished(b[start:end], need)
		switch {
		case need == 0 && left > 0 && end < len(b):
			whole := m.whole(start, end)
			m.handshakes(start, whole)
			m.fragment(whole, end)
			joined = append(joined, b[whole:end]...)
		case need == 0:
			m.handshakes(start, end)
		default:
			m.fragment(start, end)
			joined = append(joined, b[start:end]...)
		}
		need, first = left, false
		if need == 0 || end >= len(b) || b[end] != tlsTypeHandshake || tlsRecordAt(b[end:]) < 0 {
			break
		}
	}
	if len(joined) > 0 && len(d.P.Bufs) < maxBufs {
		d.P.Bufs = append(d.P.Bufs, joined)
		d.nextBuf(dissectTLSJoined, len(d.P.Bufs)-1, 0, len(joined), 0)
	}
	d.Claim(end)
}

// startTLS dissects b if it is a record, in a stream that began in the clear;
// rest takes what follows it.
func startTLS(d *D, b []byte, rest Func) bool {
	if tlsRecordAt(b) <= 0 {
		return false
	}
	dissectTLS(d, b)
	if n := d.P.Layers[d.layer].Len; n < len(b) {
		d.Next(rest, n, len(b)-n)
	}
	return true
}

// dissectTLSJoined takes handshake messages that spanned records.
func dissectTLSJoined(d *D, b []byte) {
	d.Begin(&tls)
	m := tlsMsg{d: d, b: b}
	m.handshakes(0, len(b))
}

// tlsMsg is the layer under way.
type tlsMsg struct {
	d      *D
	b      []byte
	recLen int // of the record's content, as far as it came
	ja3    []byte
}

// record adds the record at off, but not the messages of a handshake. It
// returns where it ends.
func (m *tlsMsg) record(off int) int {
	d, b := m.d, m.b
	n := be16(b, off+3)
	data := off + tlsHeaderLen
	end := data + n
	if end > len(b) {
		end = len(b)
	}
	m.recLen = max(0, end-data)
	d.Open(&tlsRecord, off, end-off)
	typ := d.Uint(&tlsType, off, 1)
	d.Uint(&tlsVersion, off+1, 2)
	d.Uint(&tlsRecLen, off+3, 2)
	if data+n > len(b) {
		d.cut(len(b))
	}
	if data <= len(b) {
		m.content(typ, data, end)
	}
	if typ != tlsTypeHandshake {
		d.say(", ")
		d.say(tlsContentType(typ))
		if typ == tlsTypeAlert && n == 2 && end-data == 2 {
			d.say(" ")
			d.say(tlsAlertName(uint64(b[data+1])))
		}
	}
	d.Close()
	return end
}

func (m *tlsMsg) content(typ uint64, off, end int) {
	d, n := m.d, end-off
	switch {
	case n == 0 || typ == tlsTypeHandshake:
	case typ == tlsTypeCCS:
		d.Uint(&tlsCCS, off, 1)
	case typ == tlsTypeAlert && n == 2:
		d.Open(&tlsAlert, off, n)
		d.Uint(&tlsAlertLevel, off, 1)
		d.Uint(&tlsAlertDesc, off+1, 1)
		d.Close()
	case typ == tlsTypeData:
		d.Bytes(&tlsAppData, off, n)
	case typ == tlsTypeHeartbeat && n >= 3 && (m.b[off] == 1 || m.b[off] == 2):
		d.Uint(&tlsHeartbeatType, off, 1)
		said := int(d.Uint(&tlsHeartbeatLen, off+1, 2))
		if said > n-3 { // RFC 6520 section 4: "MUST be discarded silently"
			d.MarkBad()
			d.Wrong("heartbeat payload longer than its record", off+1)
			said = n - 3
		}
		d.Bytes(&tlsHeartbeatData, off+3, said)
		if off+3+said < end {
			d.Bytes(&tlsHeartbeatPad, off+3+said, n-3-said)
		}
	default:
		d.Bytes(&tlsEncrypted, off, n)
	}
}

func (m *tlsMsg) fragment(off, end int) {
	if off < end {
		m.d.Bytes(&tlsFragment, off, end-off)
	}
}

// whole is where the last whole message of a handshake record ends.
func (m *tlsMsg) whole(off, end int) int {
	for off+4 <= end {
		n := 4 + be24(m.b, off+1)
		if off+n > end {
			break
		}
		off += n
	}
	return off
}

// handshakes adds the messages between off and end.
func (m *tlsMsg) handshakes(off, end int) {
	d := m.d
	for off < end {
		if !tlsPlausible(m.b[off:end]) {
			d.Bytes(&tlsEncrypted, off, end-off)
			d.say(", encrypted handshake")
			return
		}
		n := 4 + be24(m.b, off+1)
		stop := min(off+n, end)
		m.handshake(off, stop, off+n > end)
		off = stop
	}
}

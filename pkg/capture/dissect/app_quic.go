package dissect

// QUIC packets: RFC 9000 section 17, RFC 9369 (version 2). What protects an
// Initial packet is no secret (RFC 9001 section 5.2), so that a client's first
// flight is read; see app_quic_initial.go.

var appQUIC = App{Name: "quic", Dissect: dissectQUIC}

// Versions (IANA QUIC Versions).
const (
	quicV1 = 0x00000001
	quicV2 = 0x6b3343cf
)

// Long header packet types as version 1 has them.
const (
	quicInitial = iota
	quicZeroRTT
	quicHandshake
	quicRetry
)

// quicIsLong is a strict test for a long header: a known version, connection
// IDs of lengths that are allowed.
func quicIsLong(b []byte) bool {
	if len(b) < 7 || b[0]&0x80 == 0 {
		return false
	}
	v := be32(b, 1)
	if quicVersionName(uint64(v)) == "" || v != 0 && b[0]&0x40 == 0 {
		return false
	}
	dcil := int(b[5])
	if dcil > 20 || 6+dcil >= len(b) {
		return false
	}
	scil := int(b[6+dcil])
	return scil <= 20 && 7+dcil+scil <= len(b)
}

func dissectQUIC(d *D, b []byte) {
	switch {
	case len(b) == 0, b[0]&0x80 == 0 && (b[0]&0x40 == 0 || len(b) < 21):
		return // "Packets containing a zero value for this bit are not valid"
	case b[0]&0x80 == 0:
		d.Begin(&quic)
		d.newInfo()
		d.say("quic, protected")
		d.Gen(&quicPacketLen, uint64(len(b)))
		d.Bits(&quicForm, 0, 1)
		d.Bits(&quicFixed, 1, 1)
		d.Bits(&quicSpin, 2, 1)
		// How long the connection ID is only the endpoints know.
		d.Bytes(&quicRemaining, 1, len(b)-1)
		return
	case !quicIsLong(b):
		return
	}
	d.Begin(&quic)
	d.newInfo()
	version := be32(b, 1)
	typ := int(b[0]>>4) & 3
	if version == quicV2 { // RFC 9369 section 3.2
		typ = (typ + 3) & 3
	}
	d.Bits(&quicForm, 0, 1)
	switch {
	case version == 0:
		d.say("quic, version negotiation")
	case version == quicV2:
		d.Bits(&quicFixed, 1, 1)
		d.Bits(&quicType2, 2, 2)
	default:
		d.Bits(&quicFixed, 1, 1)
		d.Bits(&quicType, 2, 2)
	}
	if version != 0 {
		d.say("quic, ")
		d.say(quicTypeName(uint64(typ)))
	}
	d.Uint(&quicVersion, 1, 4)
	off := 5
	id := func(length, def *Def) []byte {
		n := int(d.Uint(length, off, 1))
		off += 1 + n
		if n == 0 {
			return nil
		}
		return d.Bytes(def, off-n, n)
	}
	dcid := id(&quicDCIL, &quicDCID)
	id(&quicSCIL, &quicSCID)
	switch {
	case version == 0:
		for ; off+4 <= len(b); off += 4 {
			d.Uint(&quicSupported, off, 4)
		}
		if off < len(b) {
			d.cut(off)
		}
		return
	case typ == quicRetry:
		n := len(b) - off - 16
		if n < 0 {
			d.cut(off)
			return
		}
		if n > 0 {
			d.Bytes(&quicRetryToken, off, n)
		}
		d.Bytes(&quicRetryTag, off+n, 16)
		return
	case typ == quicInitial:
		n, w := quicVarint(b[off:])
		if w == 0 || n > uint64(len(b)-off-w) {
			d.cut(off)
			return
		}
		d.Num(&quicTokenLen, off, w, n)
		if off += w; n > 0 {
			d.Bytes(&quicToken, off, int(n))
		}
		off += int(n)
	}
	n, w := quicVarint(b[off:])
	if w == 0 {
		d.cut(off)
		return
	}
	d.Num(&quicLength, off, w, n)
	off += w
	end := len(b)
	if n <= uint64(len(b)-off) {
		end = off + int(n)
	} else {
		d.cut(end)
	}
	d.Gen(&quicPacketLen, uint64(end))
	if typ != quicInitial || !quicOpen(d, version, dcid, b[:end], off) {
		if off < end {
			d.Bytes(&quicPayload, off, end-off)
		}
	}
	// "multiple QUIC packets can be coalesced into a single UDP datagram" (RFC 9000
	// section 12.2); zeros behind the last are padding.
	if end < len(b) && b[end] != 0 {
		d.Next(dissectQUIC, end, len(b)-end)
	}
	d.Claim(end)
}

// quicVarint is RFC 9000 section 16: a number and its octets, 0 for too few.
func quicVarint(b []byte) (v uint64, n int) {
	if len(b) == 0 {
		return 0, 0
	}
	n = 1 << (b[0] >> 6)
	if len(b) < n {
		return 0, 0
	}
	v = uint64(b[0] & 0x3f)
	for _, c := range b[1:n] {
		v = v<<8 | uint64(c)
	}
	return v, n
}

// dissectQUICFrames takes what an Initial packet protected: RFC 9000 section 19,
// the frames that section 12.4 allows there.
func dissectQUICFrames(d *D, b []byte) {
	d.Begin(&quic)
	f := quicFrames{d: d, b: b}
	for f.off < len(b) && !f.bad {
		f.frame()
	}
	if f.bad {
		d.Wrong("frame that cannot be here", f.off)
		d.Bytes(&quicRemaining, f.off, len(b)-f.off)
	}
}

type quicFrames struct {
	d   *D
	b   []byte
	off int
	bad bool
}

// num adds the number at off; nothing where there is none.
func (f *quicFrames) num(def *Def) uint64 {
	v, w := quicVarint(f.b[f.off:])
	if w == 0 {
		f.bad = true
		return 0
	}
	f.d.Num(def, f.off, w, v)
	f.off += w
	return v
}

func (f *quicFrames) frame() {
	d, at := f.d, f.off
	typ := f.b[at]
	h := d.openHere(&quicFrame, at)
	d.Uint(&quicFrameType, at, 1)
	f.off++
	switch typ {
	case 0x00:
		for f.off < len(f.b) && f.b[f.off] == 0 {
			f.off++
		}
		d.Gen(&quicPaddingLen, uint64(f.off-at))
	case 0x01:
	case 0x02, 0x03:
		f.num(&quicAckLargest)
		f.num(&quicAckDelay)
		n := f.num(&quicAckCount)
		f.num(&quicAckFirst)
		for ; n > 0 && !f.bad; n-- {
			f.num(&quicAckGap)
			f.num(&quicAckRange)
		}
		for i := 0; typ == 0x03 && i < 3 && !f.bad; i++ {
			f.num(&quicAckRange)
		}
	case 0x06:
		f.num(&quicCryptoOff)
		f.data(f.num(&quicCryptoLen), &quicCryptoData)
	case 0x1c, 0x1d:
		f.num(&quicCCError)
		if typ == 0x1c {
			f.num(&quicCCFrame)
		}
		f.data(f.num(&quicCCReasonLen), &quicCCReason)
	default:
		f.off, f.bad = at, true
	}
	d.closeAt(h, f.off)
}

func (f *quicFrames) data(n uint64, def *Def) {
	if f.bad || n > uint64(len(f.b)-f.off) {
		f.bad = true
		return
	}
	if n > 0 {
		f.d.Bytes(def, f.off, int(n))
	}
	f.off += int(n)
}

// dissectQUICCrypto takes handshake messages without a record layer.
func dissectQUICCrypto(d *D, b []byte) {
	d.Begin(&tls)
	m := tlsMsg{d: d, b: b}
	m.handshakes(0, len(b))
}

func quicFormName(v uint64) string {
	if v == 1 {
		return "long"
	}
	return "short"
}

func quicTypeName(v uint64) string {
	switch v {
	case quicInitial:
		return "initial"
	case quicZeroRTT:
		return "0-RTT"
	case quicHandshake:
		return "handshake"
	case quicRetry:
		return "retry"
	}
	return ""
}

func quicType2Name(v uint64) string { return quicTypeName((v + 3) & 3) }

func quicVersionName(v uint64) string {
	switch {
	case v == 0:
		return "version negotiation"
	case v == quicV1:
		return "1"
	case v == quicV2:
		return "2"
	case v>>8 == 0xff0000 && v&0xff > 0 && v&0xff <= 34:
		return "draft"
	case v>>8 == 0xfaceb0:
		return "mvfst"
	case v>>24 == 'Q' && v>>16&0xff == '0' || v>>24 == 'T' && v>>16&0xff == '0':
		return "Google"
	case v&0x0f0f0f0f == 0x0a0a0a0a:
		return "GREASE"
	}
	return ""
}

func quicFrameName(v uint64) string {
	switch v {
	case 0x00:
		return "PADDING"
	case 0x01:
		return "PING"
	case 0x02, 0x03:
		return "ACK"
	case 0x06:
		return "CRYPTO"
	case 0x1c, 0x1d:
		return "CONNECTION_CLOSE"
	}
	return ""
}

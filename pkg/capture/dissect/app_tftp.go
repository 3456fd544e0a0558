package dissect

import "bytes"

// TFTP: RFC 1350 section 5, RFC 2347 (options).

var appTFTP = App{Name: "tftp", Dissect: dissectTFTP}

func dissectTFTP(d *D, b []byte) {
	op := be16(b, 0)
	if len(b) >= 2 && tftpOpName(uint64(op)) == "" {
		return
	}
	d.Begin(&tftp)
	d.Uint(&tftpOp, 0, 2)
	if d.WantInfo {
		d.newInfo()
		d.say("TFTP, length ")
		d.sayUint(uint64(len(b) + d.Missing))
		d.say(", ")
		d.say(tftpOpName(uint64(op)))
	}
	t := tftpText{d: d, b: b, off: 2}
	switch op {
	case 1, 2:
		name := &tftpSource
		if op == 2 {
			name = &tftpDest
		}
		file, mode := t.next(name), t.next(&tftpMode)
		if d.WantInfo {
			d.say(` "`)
			d.sayBytes(file)
			d.say(`" `)
			d.sayBytes(mode)
		}
		t.options()
	case 3, 4:
		d.Uint(&tftpBlock, 2, 2)
		d.say(" block ")
		d.sayUint(uint64(be16(b, 2)))
		if op == 3 && len(b) > 4 {
			d.Bytes(&tftpData, 4, len(b)-4)
		} else {
			d.Claim(4)
		}
	case 5:
		code := d.Uint(&tftpErr, 2, 2)
		t.off = 4
		text := t.next(&tftpErrText)
		if d.WantInfo {
			d.say(" ")
			d.say(tftpErrorName(code))
			d.say(` "`)
			d.sayBytes(text)
			d.say(`"`)
		}
	case 6:
		t.options()
	}
}

// tftpText reads strings that end with a zero.
type tftpText struct {
	d   *D
	b   []byte
	off int
}

func (t *tftpText) next(def *Def) []byte {
	if t.off >= len(t.b) {
		t.d.cut(len(t.b))
		return nil
	}
	n := bytes.IndexByte(t.b[t.off:], 0)
	if n < 0 {
		t.d.cut(len(t.b))
		n = len(t.b) - t.off
	}
	text := t.b[t.off : t.off+n]
	t.d.Made(def, t.off, min(n+1, len(t.b)-t.off), text)
	t.off += n + 1
	return text
}

func (t *tftpText) options() {
	for t.off < len(t.b) {
		t.next(&tftpOptName)
		t.next(&tftpOptValue)
	}
}

// tftpOpName is tcpdump's word for an opcode.
func tftpOpName(v uint64) string {
	switch v {
	case 1:
		return "RRQ"
	case 2:
		return "WRQ"
	case 3:
		return "DATA"
	case 4:
		return "ACK"
	case 5:
		return "ERROR"
	case 6:
		return "OACK"
	}
	return ""
}

func tftpErrorName(v uint64) string {
	switch v {
	case 0:
		return "not defined"
	case 1:
		return "file not found"
	case 2:
		return "access violation"
	case 3:
		return "disk full or allocation exceeded"
	case 4:
		return "illegal operation"
	case 5:
		return "unknown transfer ID"
	case 6:
		return "file already exists"
	case 7:
		return "no such user"
	case 8:
		return "option negotiation failed"
	}
	return ""
}

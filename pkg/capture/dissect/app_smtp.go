package dissect

import "bytes"

// SMTP: RFC 5321 sections 4.1.1 (commands) and 4.2 (replies).

var appSMTP = App{Name: "smtp", Dissect: dissectSMTP}

func smtpServer(port uint16) bool { return port == 25 || port == 587 || port == 465 || port == 2525 }

func dissectSMTP(d *D, b []byte) {
	if startTLS(d, b, dissectSMTP) {
		return
	}
	d.Begin(&smtp)
	if d.WantInfo {
		end, _ := textLine(b, 0)
		d.newInfo()
		d.say("SMTP: ")
		d.sayBytes(b[:end])
	}
	request := smtpServer(d.DstPort)
	if !request {
		d.Gen(&smtpRsp, 1)
	}
	code := false // of the reply under way
	for off := 0; off < len(b); {
		end, next := textLine(b, off)
		if next < 0 {
			next = len(b)
		}
		switch {
		case !request:
			code = smtpReply(d, b, off, end, next, !code)
		case smtpIsCommand(b[off:end]):
			smtpRequest(d, b, off, end, next)
		default:
			// Not a command: the rest is of a message, or of what AUTH asked for.
			d.Bytes(&smtpMessage, off, len(b)-off)
			if bytes.HasSuffix(b[off:], []byte("\r\n.\r\n")) || string(b[off:]) == ".\r\n" {
				d.Gen(&smtpEOM, 1)
			}
			return
		}
		off = next
	}
}

func smtpRequest(d *D, b []byte, off, end, next int) {
	d.Gen(&smtpReq, 1)
	d.Bytes(&smtpLine, off, next-off)
	d.depth++
	z := textWord(b, off, end)
	d.Bytes(&smtpCommand, off, z-off)
	if z+1 < end {
		d.Bytes(&smtpParam, z+1, end-z-1)
	}
	d.Close()
}

// smtpReply adds a line of a reply, with its code if it is the first, and
// reports whether more lines are to come: "250-" (RFC 5321 section 4.2.1).
func smtpReply(d *D, b []byte, off, end, next int, first bool) (more bool) {
	if end-off < 3 {
		return false
	}
	v, ok := textUint(b[off : off+3])
	if !ok {
		return false
	}
	d.Bytes(&smtpRspLine, off, next-off)
	d.depth++
	if first {
		d.Num(&smtpCode, off, 3, v)
	}
	if off+4 < end {
		d.Bytes(&smtpRspParam, off+4, end-off-4)
	}
	d.Close()
	return end-off > 3 && b[off+3] == '-'
}

// smtpIsCommand tells commands (IANA Mail Parameters) from text.
func smtpIsCommand(line []byte) bool {
	var buf [8]byte
	switch string(textLower(buf[:], line[:textWord(line, 0, len(line))])) {
	case "ehlo", "helo", "mail", "rcpt", "data", "rset", "send", "soml", "saml", "vrfy", "expn", "help", "noop", "quit",
		"turn", "auth", "bdat", "etrn", "atrn", "burl", "starttls", "lhlo", "xclient", "xforward":
		return true
	}
	return false
}

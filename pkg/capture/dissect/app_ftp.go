package dissect

import "bytes"

// The FTP control connection: RFC 959 sections 4.1 and 4.2, RFC 2428 (EPSV).

var appFTP = App{Name: "ftp", Dissect: dissectFTP}

const ftpPort = 21

func dissectFTP(d *D, b []byte) {
	if startTLS(d, b, dissectFTP) {
		return
	}
	d.Begin(&ftp)
	if d.WantInfo {
		end, _ := textLine(b, 0)
		d.newInfo()
		d.say("FTP: ")
		d.sayBytes(b[:end])
	}
	request := d.DstPort == ftpPort
	d.Gen(&ftpRequest, flag(request))
	d.Gen(&ftpResponse, flag(!request))
	for off := 0; off < len(b); {
		end, next := textLine(b, off)
		if next < 0 {
			next = len(b)
		}
		if request {
			ftpRequestLine(d, b, off, end)
		} else {
			ftpReply(d, b, off, end)
		}
		off = next
	}
}

func ftpRequestLine(d *D, b []byte, off, end int) {
	z := textWord(b, off, end)
	if z == off {
		return
	}
	d.Bytes(&ftpCommand, off, z-off)
	if z+1 >= end {
		return
	}
	d.Bytes(&ftpArg, z+1, end-z-1)
	var buf [8]byte
	if string(textLower(buf[:], b[off:z])) == "port" {
		if ip, port, ok := ftpAddress(b[z+1 : end]); ok {
			var text [16]byte
			d.Made(&ftpActiveIP, z+1, end-z-1, appendAddr(text[:0], ip[:]))
			d.Num(&ftpActivePort, z+1, end-z-1, port)
		}
	}
}

// ftpReply: three digits, a space or a hyphen, text; other lines are text too.
func ftpReply(d *D, b []byte, off, end int) {
	code := uint64(0)
	if end-off >= 3 {
		if v, ok := textUint(b[off : off+3]); ok && (end-off == 3 || b[off+3] == ' ' || b[off+3] == '-') {
			code = v
			d.Num(&ftpCode, off, 3, v)
			off = min(off+4, end)
		}
	}
	if off >= end {
		return
	}
	text := d.Bytes(&ftpText, off, end-off)
	switch code {
	case 227: // "(h1,h2,h3,h4,p1,p2)"
		for i := range text {
			if text[i] < '0' || text[i] > '9' {
				continue
			}
			if ip, port, ok := ftpAddress(text[i:]); ok {
				var addr [16]byte
				d.Made(&ftpPassiveIP, off+i, len(text)-i, appendAddr(addr[:0], ip[:]))
				d.Num(&ftpPassivePort, off+i, len(text)-i, port)
			}
			return
		}
	case 229: // "(|||port|)"
		i := bytes.Index(text, []byte("|||"))
		if i < 0 {
			return
		}
		z := i + 3
		for z < len(text) && text[z] != '|' {
			z++
		}
		if v, ok := textUint(text[i+3 : z]); ok && v < 1<<16 {
			d.Num(&ftpEPSVPort, off+i+3, z-i-3, v)
		}
	}
}

// ftpAddress reads six numbers with commas between them.
func ftpAddress(b []byte) (ip [4]byte, port uint64, ok bool) {
	var n [6]byte
	i := 0
	for k := range n {
		z := i
		for z < len(b) && '0' <= b[z] && b[z] <= '9' {
			z++
		}
		v, ok := textUint(b[i:z])
		if !ok || v > 255 {
			return ip, 0, false
		}
		n[k] = byte(v)
		if k < 5 && (z >= len(b) || b[z] != ',') {
			return ip, 0, false
		}
		i = z + 1
	}
	return [4]byte(n[:4]), uint64(n[4])<<8 | uint64(n[5]), true
}

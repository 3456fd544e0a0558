package dissect

import "bytes"

// SIP messages: RFC 3261 sections 7 and 20.

var appSIP = App{Name: "sip", Dissect: dissectSIP, PDU: pduSIP}

// sipStart tells a message: a status line, or a request line with a version.
func sipStart(b []byte) bool {
	end, _ := textLine(b, 0)
	line := b[:end]
	return bytes.HasPrefix(line, []byte("SIP/2.0 ")) || bytes.HasSuffix(line, []byte(" SIP/2.0"))
}

// pduSIP is RFC 3261 section 18.3: over a stream the length must be told.
func pduSIP(b []byte) int {
	head := textHead(b)
	if head == 0 {
		if len(b) > httpMaxHead || len(b) > 0 && !isText(b[:1]) {
			return -1
		}
		return 0
	}
	if !sipStart(b) {
		return -1
	}
	v, ok := textHeader(b[:head], "content-length")
	if !ok {
		v, ok = textHeader(b[:head], "l")
	}
	if n, isNumber := textUint(v); ok && isNumber && n <= httpMaxBody {
		if head+int(n) > len(b) {
			return 0
		}
		return head + int(n)
	}
	return head
}

func dissectSIP(d *D, b []byte) {
	if !sipStart(b) {
		return
	}
	d.Begin(&sip)
	end, next := textLine(b, 0)
	if d.WantInfo {
		d.newInfo()
		d.say("SIP: ")
		d.sayBytes(b[:end])
	}
	s := sipMsg{d: d, b: b}
	s.startLine(end)
	off := next
	for off >= 0 && off < len(b) {
		end, next := textLine(b, off)
		if next < 0 {
			d.cut(len(b))
			return
		}
		if end == off {
			if next < len(b) {
				d.Bytes(&sipBody, next, len(b)-next)
			}
			return
		}
		for next < len(b) && (b[next] == ' ' || b[next] == '\t') {
			e, n := textLine(b, next)
			if n < 0 {
				break
			}
			end, next = e, n
		}
		s.header(off, end)
		off = next
	}
}

type sipMsg struct {
	d *D
	b []byte
}

func (s *sipMsg) startLine(end int) {
	d, b := s.d, s.b
	if b[3] == '/' {
		d.Bytes(&sipStatusLine, 0, end)
		d.depth++
		z := textWord(b, 8, end)
		if v, ok := textUint(b[8:z]); ok {
			d.Num(&sipStatus, 8, z-8, v)
		}
		d.Close()
		return
	}
	d.Bytes(&sipRequestLine, 0, end)
	d.depth++
	z := textWord(b, 0, end)
	d.Bytes(&sipMethod, 0, z)
	if u := textWord(b, min(z+1, end), end); u > z+1 {
		d.Bytes(&sipURI, z+1, u-z-1)
		d.depth++
		s.uri(z+1, u, &sipURIUser, &sipURIHost, &sipURIPort)
		d.Close()
	}
	d.Close()
}

// header adds a header line: under its own name if that has a field.
func (s *sipMsg) header(off, end int) {
	d, b := s.d, s.b
	colon := bytes.IndexByte(b[off:end], ':')
	if colon < 0 {
		d.Bytes(&sipHeader, off, end-off)
		return
	}
	_, nameEnd := textTrim(b, off, off+colon)
	v, z := textTrim(b, off+colon+1, end)
	def := sipHeaderDef(b[off:nameEnd])
	switch def {
	case nil:
		d.Bytes(&sipHeader, off, end-off)
		return
	case &sipMaxForwards, &sipContentLength, &sipExpires:
		if n, ok := textUint(b[v:z]); ok {
			d.Num(def, v, z-v, n)
		} else {
			d.Bytes(&sipHeader, off, end-off)
		}
		return
	}
	d.Bytes(def, v, z-v)
	d.depth++
	switch def {
	case &sipFrom:
		s.address(v, z, &sipFromDisplay, &sipFromAddr, &sipFromUser, &sipFromHost, &sipFromPort, &sipFromTag)
	case &sipTo:
		s.address(v, z, &sipToDisplay, &sipToAddr, &sipToUser, &sipToHost, &sipToPort, &sipToTag)
	case &sipContact:
		s.address(v, z, nil, &sipContactURI, &sipContactUser, &sipContactHost, &sipContactPort, nil)
	case &sipCSeq:
		w := textWord(b, v, z)
		if n, ok := textUint(b[v:w]); ok {
			d.Num(&sipCSeqSeq, v, w-v, n)
		}
		if w, z = textTrim(b, w, z); w < z {
			d.Bytes(&sipCSeqMethod, w, z-w)
		}
	case &sipVia:
		s.via(v, z)
	}
	d.Close()
}

// address takes apart "display name" <uri>;tag=… (RFC 3261 section 20.10).
func (s *sipMsg) address(off, end int, display, addr, user, host, port, tag *Def) {
	d, b := s.d, s.b
	uri, uriEnd, rest := off, end, end
	if i := bytes.IndexByte(b[off:end], '<'); i >= 0 {
		if a, z := textTrim(b, off, off+i); a < z && display != nil {
			d.Bytes(display, a, z-a)
		}
		uri = off + i + 1
		if j := bytes.IndexByte(b[uri:end], '>'); j >= 0 {
			uriEnd, rest = uri+j, uri+j+1
		}
	} else if i := bytes.IndexByte(b[off:end], ';'); i >= 0 {
		uriEnd, rest = off+i, off+i
	}
	if uri < uriEnd {
		d.Bytes(addr, uri, uriEnd-uri)
		s.uri(uri, uriEnd, user, host, port)
	}
	if tag != nil {
		if a, z := s.param(rest, end, "tag"); a < z {
			d.Bytes(tag, a, z-a)
		}
	}
}

// uri takes apart scheme:user@host:port;parameters (RFC 3261 section 19.1.1).
func (s *sipMsg) uri(off, end int, user, host, port *Def) {
	d, b := s.d, s.b
	if i := bytes.IndexByte(b[off:end], ':'); i >= 0 {
		off += i + 1
	}
	if i := bytes.IndexAny(b[off:end], ";?"); i >= 0 {
		end = off + i
	}
	if i := bytes.IndexByte(b[off:end], '@'); i >= 0 {
		if u, _, _ := bytes.Cut(b[off:off+i], []byte(":")); len(u) > 0 {
			d.Bytes(user, off, len(u))
		}
		off += i + 1
	}
	h, p := s.hostPort(off, end)
	if off < h {
		d.Bytes(host, off, h-off)
	}
	if p < end {
		d.Bytes(port, p, end-p)
	}
}

// hostPort is where the host at off ends and where its port begins, at end if
// there is none.
func (s *sipMsg) hostPort(off, end int) (host, port int) {
	skip := 0
	if off < end && s.b[off] == '[' {
		if skip = bytes.IndexByte(s.b[off:end], ']'); skip < 0 {
			return end, end
		}
	}
	i := bytes.IndexByte(s.b[off+skip:end], ':')
	if i < 0 {
		return end, end
	}
	return off + skip + i, off + skip + i + 1
}

// param finds ;name=value between off and end.
func (s *sipMsg) param(off, end int, name string) (a, z int) {
	for off < end {
		i := bytes.IndexByte(s.b[off:end], ';')
		if i < 0 {
			break
		}
		a = off + i + 1
		for z = a; z < end && s.b[z] != ';'; z++ {
		}
		var buf [16]byte
		if v := a + len(name) + 1; v <= z && s.b[v-1] == '=' && string(textLower(buf[:], s.b[a:v-1])) == name {
			return v, z
		}
		off = z
	}
	return 0, 0
}

// via is RFC 3261 section 20.42.
func (s *sipMsg) via(off, end int) {
	d, b := s.d, s.b
	z := textWord(b, off, end)
	if i := bytes.LastIndexByte(b[off:z], '/'); i >= 0 && off+i+1 < z {
		d.Bytes(&sipViaTransport, off+i+1, z-off-i-1)
	}
	a, _ := textTrim(b, z, end)
	stop := a
	for stop < end && b[stop] != ';' && b[stop] != ' ' {
		stop++
	}
	h, p := s.hostPort(a, stop)
	if a < h {
		d.Bytes(&sipViaAddr, a, h-a)
	}
	if v, ok := textUint(b[p:stop]); ok {
		d.Num(&sipViaPort, p, stop-p, v)
	}
	if x, y := s.param(stop, end, "branch"); x < y {
		d.Bytes(&sipViaBranch, x, y-x)
	}
}

// sipHeaderDef knows headers by their names and their short forms (RFC 3261
// section 7.3.3).
func sipHeaderDef(name []byte) *Def {
	var buf [32]byte
	switch string(textLower(buf[:], name)) {
	case "from", "f":
		return &sipFrom
	case "to", "t":
		return &sipTo
	case "contact", "m":
		return &sipContact
	case "call-id", "i":
		return &sipCallID
	case "cseq":
		return &sipCSeq
	case "via", "v":
		return &sipVia
	case "max-forwards":
		return &sipMaxForwards
	case "content-type", "c":
		return &sipContentType
	case "content-length", "l":
		return &sipContentLength
	case "user-agent":
		return &sipUserAgent
	case "server":
		return &sipServer
	case "expires":
		return &sipExpires
	case "allow":
		return &sipAllow
	case "supported", "k":
		return &sipSupported
	case "require":
		return &sipRequire
	case "route":
		return &sipRoute
	case "record-route":
		return &sipRecordRoute
	case "subject", "s":
		return &sipSubject
	case "event", "o":
		return &sipEvent
	case "authorization":
		return &sipAuthorization
	case "proxy-authorization":
		return &sipProxyAuthorization
	case "www-authenticate":
		return &sipAuthenticate
	case "proxy-authenticate":
		return &sipProxyAuthenticate
	}
	return nil
}

// sipStatusName names status codes (IANA SIP Response Codes).
func sipStatusName(v uint64) string {
	switch v {
	case 100:
		return "Trying"
	case 180:
		return "Ringing"
	case 181:
		return "Call Is Being Forwarded"
	case 182:
		return "Queued"
	case 183:
		return "Session Progress"
	case 200:
		return "OK"
	case 202:
		return "Accepted"
	case 300:
		return "Multiple Choices"
	case 301:
		return "Moved Permanently"
	case 302:
		return "Moved Temporarily"
	case 305:
		return "Use Proxy"
	case 380:
		return "Alternative Service"
	case 400:
		return "Bad Request"
	case 401:
		return "Unauthorized"
	case 403:
		return "Forbidden"
	case 404:
		return "Not Found"
	case 405:
		return "Method Not Allowed"
	case 406:
		return "Not Acceptable"
	case 407:
		return "Proxy Authentication Required"
	case 408:
		return "Request Timeout"
	case 410:
		return "Gone"
	case 415:
		return "Unsupported Media Type"
	case 420:
		return "Bad Extension"
	case 480:
		return "Temporarily Unavailable"
	case 481:
		return "Call/Transaction Does Not Exist"
	case 482:
		return "Loop Detected"
	case 483:
		return "Too Many Hops"
	case 484:
		return "Address Incomplete"
	case 486:
		return "Busy Here"
	case 487:
		return "Request Terminated"
	case 488:
		return "Not Acceptable Here"
	case 491:
		return "Request Pending"
	case 500:
		return "Server Internal Error"
	case 501:
		return "Not Implemented"
	case 503:
		return "Service Unavailable"
	case 504:
		return "Server Time-out"
	case 600:
		return "Busy Everywhere"
	case 603:
		return "Decline"
	}
	return ""
}

package dissect

import (
	"bytes"
	"encoding/base64"
)

// HTTP/1 messages: RFC 9112 sections 2 to 7. SSDP is the same over UDP.

var (
	appHTTP = App{Name: "http", Dissect: dissectHTTP, PDU: pduHTTP}
	appSSDP = App{Name: "ssdp", Dissect: dissectSSDP}
)

// Bounds on what is one unit of a stream.
const (
	httpMaxHead = 64 << 10
	httpMaxBody = 1 << 20 // a larger body is left to follow its head as data
)

// What a stream begins with.
const (
	httpNot  = -1
	httpMore = 0 // cannot be told yet
	httpReq  = 1
	httpRsp  = 2
)

// httpVersion is what a response begins with; a digit and a space follow.
const httpVersion = "HTTP/1."

// httpKind tells what b begins with: RFC 9112 section 3, a token, a target and a
// version; section 4, a version and three digits.
func httpKind(b []byte) int {
	const version = httpVersion
	if n := min(len(b), len(version)); string(b[:n]) == version[:n] {
		if len(b) < len(version)+2 {
			return httpMore
		}
		if b[len(version)+1] == ' ' {
			return httpRsp
		}
		return httpNot
	}
	i := 0
	for i < len(b) && ('A' <= b[i] && b[i] <= 'Z' || b[i] == '-' || b[i] == '_') {
		i++
	}
	switch {
	case i > 24 || i == len(b) && i == 0:
		return httpNot
	case i == len(b):
		return httpMore
	case i < 3 || b[i] != ' ':
		return httpNot
	}
	end, next := textLine(b, 0)
	if next < 0 {
		if len(b) > httpMaxHead || !isText(b) {
			return httpNot
		}
		return httpMore
	}
	if end < i+3+len(version)+1 || string(b[end-len(version)-2:end-1]) != " "+version {
		return httpNot
	}
	return httpReq
}

// pduHTTP is RFC 9112 section 6.3: how long a message's body is.
func pduHTTP(b []byte) int {
	kind := httpKind(b)
	if kind <= 0 {
		return kind
	}
	head := textHead(b)
	if head == 0 {
		if len(b) > httpMaxHead {
			return -1
		}
		return 0
	}
	n, chunked := httpBody(b[:head], kind)
	switch {
	case chunked:
		end := httpChunksEnd(b, head)
		switch {
		case end > 0:
			return end
		case end < 0 || len(b)-head > httpMaxBody:
			return head
		}
		return 0
	case n <= 0 || n > httpMaxBody:
		return head
	case len(b) < head+min(n, len(httpVersion)+2):
		return 0
	case kind == httpRsp && httpKind(b[head:]) == httpRsp:
		return head // an answer to HEAD has the length of what it does not have
	}
	return head + n
}

// httpBody is the length of the body that a head announces, -1 for none.
func httpBody(head []byte, kind int) (n int, chunked bool) {
	if kind == httpRsp && len(head) >= 12 {
		// "1xx, 204 and 304: always terminated by the first empty line"
		if head[9] == '1' || string(head[9:12]) == "204" || string(head[9:12]) == "304" {
			return -1, false
		}
	}
	// "If a message is received with both, the Transfer-Encoding overrides"
	if v, ok := textHeader(head, "transfer-encoding"); ok {
		var buf [64]byte
		if bytes.HasSuffix(textLower(buf[:], v), []byte("chunked")) {
			return -1, true
		}
		return -1, false
	}
	if v, ok := textHeader(head, "content-length"); ok {
		if u, ok := textUint(v); ok && u <= 1<<62 {
			return int(u), false
		}
	}
	return -1, false
}

// httpChunk reads the chunk at off (RFC 9112 section 7.1): where its data
// begin and how long they are. data is 0 if its line has not all come, and -1
// if it is no chunk.
func httpChunkAt(b []byte, off int) (data, size int) {
	i := off
	for i < len(b) && i-off < 8 {
		v := hexValue(b[i])
		if v < 0 {
			break
		}
		size = size<<4 | v
		i++
	}
	if i == len(b) {
		return 0, 0
	}
	if i == off || b[i] != '\r' && b[i] != '\n' && b[i] != ';' && b[i] != ' ' {
		return -1, 0
	}
	_, next := textLine(b, i)
	if next < 0 {
		return 0, 0
	}
	return next, size
}

// httpChunksEnd is the end of a chunked body: 0 for not yet, -1 for none.
func httpChunksEnd(b []byte, off int) int {
	for off < len(b) {
		data, size := httpChunkAt(b, off)
		if data <= 0 {
			return data
		}
		if size == 0 {
			for {
				end, next := textLine(b, data)
				if next < 0 {
					return 0
				}
				if end == data {
					return next
				}
				data = next
			}
		}
		off = data + size
		if off >= len(b) {
			return 0
		}
		_, next := textLine(b, off)
		if next < 0 || next > off+2 {
			if next < 0 && len(b)-off < 2 {
				return 0
			}
			return -1
		}
		off = next
	}
	return 0
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

func dissectHTTP(d *D, b []byte) { dissectHTTPAs(d, b, &httpProto) }
func dissectSSDP(d *D, b []byte) { dissectHTTPAs(d, b, &ssdp) }

func dissectHTTPAs(d *D, b []byte, p *Proto) {
	kind := httpKind(b)
	if kind <= 0 {
		return
	}
	d.Begin(p)
	end, next := textLine(b, 0)
	if d.WantInfo {
		d.newInfo()
		d.say("HTTP: ")
		d.sayBytes(b[:end])
	}
	m := httpMsg{d: d, b: b}
	if kind == httpReq {
		m.requestLine(end)
	} else {
		m.statusLine(end)
	}
	if next < 0 {
		d.cut(len(b))
		return
	}
	off := m.headers(next, kind)
	if off < 0 {
		return
	}
	n, chunked := httpBody(b[:off], kind)
	switch {
	case chunked:
		off = m.chunks(off)
	case n >= 0 && off < len(b):
		n = min(n, len(b)-off)
		if n > 0 {
			d.Bytes(&httpFileData, off, n)
		}
		off += n
	case n < 0 && kind == httpRsp && off < len(b) && httpKind(b[off:]) <= 0:
		// "the message body length is determined by the number of octets received
		// prior to the server closing the connection"
		d.Bytes(&httpFileData, off, len(b)-off)
		off = len(b)
	}
	d.Claim(off)
}

type httpMsg struct {
	d      *D
	b      []byte
	uri    []byte
	method []byte
	host   []byte
}

func (m *httpMsg) requestLine(end int) {
	d, b := m.d, m.b
	d.Gen(&httpRequest, 1)
	i := textWord(b, 0, end)
	m.method = d.Bytes(&httpMethod, 0, i)
	i++
	z := end
	for z > i && b[z-1] != ' ' {
		z--
	}
	if z > i {
		m.target(i, z-1)
	}
	d.Bytes(&httpReqVersion, z, end-z)
}

// target adds a request's target: RFC 9112 section 3.2.
func (m *httpMsg) target(off, end int) {
	d, b := m.d, m.b
	m.uri = d.Bytes(&httpURI, off, end-off)
	q := bytes.IndexByte(m.uri, '?')
	if q < 0 {
		return
	}
	d.depth++
	d.Bytes(&httpPath, off, q)
	off += q + 1
	d.Bytes(&httpQuery, off, end-off)
	d.depth++
	for off <= end {
		z := off
		for z < end && b[z] != '&' {
			z++
		}
		if z > off {
			d.Bytes(&httpParam, off, z-off)
		}
		off = z + 1
	}
	d.depth -= 2
}

func (m *httpMsg) statusLine(end int) {
	d, b := m.d, m.b
	d.Gen(&httpResponse, 1)
	i := textWord(b, 0, end)
	d.Bytes(&httpRspVersion, 0, i)
	i, _ = textTrim(b, i, end)
	z := textWord(b, i, end)
	if v, ok := textUint(b[i:z]); ok {
		d.Num(&httpCode, i, z-i, v)
	} else {
		d.Wrong("status is no number", i)
	}
	if z < end {
		d.Bytes(&httpPhrase, z+1, end-z-1)
	}
}

// headers adds the lines of the head from off on. It returns where the head
// ends, or -1 if it does not.
func (m *httpMsg) headers(off, kind int) int {
	d, b := m.d, m.b
	line := &httpReqLine
	if kind == httpRsp {
		line = &httpRspLine
	}
	for off < len(b) {
		end, next := textLine(b, off)
		if next < 0 {
			break
		}
		if end == off {
			m.whole(kind)
			return next
		}
		// "A sender MUST NOT generate … line folding", but a receiver may see it.
		for next < len(b) && (b[next] == ' ' || b[next] == '\t') {
			e, n := textLine(b, next)
			if n < 0 {
				break
			}
			end, next = e, n
		}
		d.Bytes(line, off, next-off)
		m.header(off, end)
		off = next
	}
	d.cut(len(b))
	m.whole(kind)
	return -1
}

// header adds the value of one header line, if its name has a field.
func (m *httpMsg) header(off, end int) {
	d, b := m.d, m.b
	colon := bytes.IndexByte(b[off:end], ':')
	if colon < 0 {
		d.Wrong("header without a colon", off)
		return
	}
	def := httpHeaderDef(b[off : off+colon])
	if def == nil {
		return
	}
	v, z := textTrim(b, off+colon+1, end)
	value := b[v:z]
	d.depth++
	d.Bytes(def, v, z-v)
	d.depth++
	switch def {
	case &httpHost:
		m.host = value
	case &httpContentLengthText:
		if n, ok := textUint(value); ok {
			d.Num(&httpContentLength, v, z-v, n)
		} else {
			d.Wrong("length is no number", v)
		}
	case &httpCookie:
		for v < z {
			e := v
			for e < z && b[e] != ';' {
				e++
			}
			if a, e := textTrim(b, v, e); a < e {
				d.Bytes(&httpCookiePair, a, e-a)
			}
			v = e + 1
		}
	case &httpAuthorization, &httpProxyAuthorization:
		m.basic(v, z)
	}
	d.depth -= 2
}

// basic is RFC 7617: user and password in base64.
func (m *httpMsg) basic(off, end int) {
	var scheme [6]byte
	if end-off < 7 || string(textLower(scheme[:], m.b[off:off+6])) != "basic " {
		return
	}
	var out [192]byte
	a, z := textTrim(m.b, off+6, end)
	if base64.StdEncoding.DecodedLen(z-a) > len(out) {
		return
	}
	n, err := base64.StdEncoding.Decode(out[:], m.b[a:z])
	if err == nil {
		m.d.Made(&httpAuthBasic, a, z-a, out[:n])
	}
}

// whole adds the request's whole URI (RFC 9110 section 7.1).
func (m *httpMsg) whole(kind int) {
	if kind != httpReq || !m.d.WantFields || len(m.uri) == 0 {
		return
	}
	var buf [512]byte
	uri := buf[:0]
	switch {
	case string(m.method) == "CONNECT" || m.uri[0] != '/' && m.uri[0] != '*':
	case len(m.host) == 0:
		return
	default:
		uri = append(append(uri, "http://"...), m.host...)
	}
	if m.uri[0] != '*' {
		uri = append(uri, m.uri...)
	}
	m.d.GenText(&httpFullURI, uri)
}

// chunks adds a chunked body and returns where it ends, as far as it came.
func (m *httpMsg) chunks(off int) int {
	d, b := m.d, m.b
	for off < len(b) {
		data, size := httpChunkAt(b, off)
		if data <= 0 {
			if data < 0 {
				d.Wrong("no chunk", off)
			} else {
				d.cut(off)
			}
			return len(b)
		}
		n := min(size, len(b)-data)
		d.Open(&httpChunk, off, data+n-off)
		d.Num(&httpChunkSize, off, data-off, uint64(size))
		if n > 0 {
			d.Bytes(&httpChunkData, data, n)
		}
		d.Close()
		if size > n {
			d.cut(len(b))
			return len(b)
		}
		off = data + n
		if size == 0 {
			return m.trailer(off)
		}
		_, next := textLine(b, off)
		if next < 0 || next > off+2 {
			d.Wrong("chunk without an end of line", off)
			return off
		}
		off = next
	}
	return off
}

func (m *httpMsg) trailer(off int) int {
	start := off
	for off < len(m.b) {
		end, next := textLine(m.b, off)
		if next < 0 {
			break
		}
		if end == off {
			if off > start {
				m.d.Bytes(&httpTrailer, start, off-start)
			}
			return next
		}
		off = next
	}
	m.d.cut(len(m.b))
	return len(m.b)
}

func httpHeaderDef(name []byte) *Def {
	var buf [32]byte
	switch string(textLower(buf[:], name)) {
	case "host":
		return &httpHost
	case "user-agent":
		return &httpUserAgent
	case "server":
		return &httpServer
	case "connection":
		return &httpConnection
	case "content-type":
		return &httpContentType
	case "content-length":
		return &httpContentLengthText
	case "content-encoding":
		return &httpContentEncoding
	case "transfer-encoding":
		return &httpTransferEncoding
	case "upgrade":
		return &httpUpgrade
	case "accept":
		return &httpAccept
	case "accept-language":
		return &httpAcceptLanguage
	case "accept-encoding":
		return &httpAcceptEncoding
	case "referer":
		return &httpReferer
	case "cookie":
		return &httpCookie
	case "set-cookie":
		return &httpSetCookie
	case "date":
		return &httpDate
	case "cache-control":
		return &httpCacheControl
	case "location":
		return &httpLocation
	case "last-modified":
		return &httpLastModified
	case "x-forwarded-for":
		return &httpForwardedFor
	case "authorization":
		return &httpAuthorization
	case "proxy-authenticate":
		return &httpProxyAuthenticate
	case "proxy-authorization":
		return &httpProxyAuthorization
	case "www-authenticate":
		return &httpWWWAuthenticate
	case "sec-websocket-accept":
		return &httpWSAccept
	case "sec-websocket-extensions":
		return &httpWSExtensions
	case "sec-websocket-key":
		return &httpWSKey
	case "sec-websocket-protocol":
		return &httpWSProtocol
	case "sec-websocket-version":
		return &httpWSVersion
	case "http2-settings":
		return &httpHTTP2Settings
	}
	return nil
}

package dissect

// PAP (RFC 1334 section 2) and CHAP (RFC 1994 section 4).

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var pap = Proto{Name: "pap", Title: "PPP Password Authentication Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("pap.code", "Code", 0, 8, papCode),
		field("pap.identifier", "Identifier", 8, 8, wire.FieldDec),
		field("pap.length", "Length", 16, 16, wire.FieldDec),
	},
	Fields: []*Def{&papIDLen, &papID, &papPassLen, &papPass, &papMsgLen, &papMsg}}

var (
	papIDLen   = loose("pap.peer_id.length", "Peer-ID-Length", wire.FieldDec)
	papID      = loose("pap.peer_id", "Peer-ID", Text)
	papPassLen = loose("pap.password.length", "Password-Length", wire.FieldDec)
	papPass    = loose("pap.password", "Password", Text)
	papMsgLen  = loose("pap.message.length", "Message-Length", wire.FieldDec)
	papMsg     = loose("pap.message", "Message", Text)
)

func papCode(v uint64) string {
	switch v {
	case 1:
		return "Authenticate-Request"
	case 2:
		return "Authenticate-Ack"
	case 3:
		return "Authenticate-Nak"
	}
	return ""
}

// authHead is what both protocols begin with. It returns where the packet ends.
func authHead(d *D, b []byte, p *Proto) int {
	d.Begin(p)
	if !d.Header() {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b[2:]))
	if n < 4 || n > len(b) {
		d.Wrong("length does not fit", 2)
		n = len(b)
	}
	d.Claim(n)
	return n
}

// counted adds a length octet and the text that it counts, and returns where
// the next one begins and the text.
func counted(d *D, b []byte, length, text *Def, off, end int) (int, []byte) {
	if off >= end {
		return end, nil
	}
	n := int(d.Uint(length, off, 1))
	if off+1+n > end {
		d.MarkBad()
		d.Wrong("length does not fit", off)
		n = end - off - 1
	}
	if n > 0 {
		d.Bytes(text, off+1, n)
	}
	return off + 1 + n, b[off+1 : off+1+n]
}

func dissectPAP(d *D, b []byte) {
	end := authHead(d, b, &pap)
	if end == 0 {
		return
	}
	switch b[0] {
	case 1:
		off, id := counted(d, b, &papIDLen, &papID, 4, end)
		_, pass := counted(d, b, &papPassLen, &papPass, off, end)
		d.info("PAP, Auth-Req (0x01), id %d, Peer %s, Name %s", b[1], id, pass)
	case 2, 3:
		_, msg := counted(d, b, &papMsgLen, &papMsg, 4, end)
		d.info("PAP, %s (0x%02x), id %d, Msg %s", [...]string{"Auth-ACK", "Auth-NACK"}[b[0]-2], b[0], b[1], msg)
	}
}

var chap = Proto{Name: "chap", Title: "PPP Challenge Handshake Authentication Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("chap.code", "Code", 0, 8, chapCode),
		field("chap.identifier", "Identifier", 8, 8, wire.FieldDec),
		field("chap.length", "Length", 16, 16, wire.FieldDec),
	},
	Fields: []*Def{&chapSize, &chapValue, &chapName, &chapMessage}}

var (
	chapSize    = loose("chap.value_size", "Value Size", wire.FieldDec)
	chapValue   = loose("chap.value", "Value", Bytes)
	chapName    = loose("chap.name", "Name", Text)
	chapMessage = loose("chap.message", "Message", Text)
)

func chapCode(v uint64) string {
	switch v {
	case 1:
		return "Challenge"
	case 2:
		return "Response"
	case 3:
		return "Success"
	case 4:
		return "Failure"
	}
	return ""
}

func dissectCHAP(d *D, b []byte) {
	end := authHead(d, b, &chap)
	if end == 0 {
		return
	}
	switch b[0] {
	case 1, 2:
		off, value := counted(d, b, &chapSize, &chapValue, 4, end)
		if off < end {
			d.Bytes(&chapName, off, end-off)
		}
		d.info("CHAP, %s (0x%02x), id %d, Value %x, Name %s", chapCode(uint64(b[0])), b[0], b[1], value, b[off:end])
	case 3, 4:
		if end > 4 {
			d.Bytes(&chapMessage, 4, end-4)
		}
		d.info("CHAP, %s (0x%02x), id %d, Msg %s", chapCode(uint64(b[0])), b[0], b[1], b[4:end])
	}
}

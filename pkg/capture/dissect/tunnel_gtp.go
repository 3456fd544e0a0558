package dissect

// The GPRS tunnelling protocol, version 1: 3GPP TS 29.281 section 5.1 (user plane)
// and TS 29.060 section 6 (control plane).

import "github.com/netkit-go/netkit/pkg/wire"

var gtp = Proto{Name: "gtp", Title: "GPRS Tunneling Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("gtp.flags", "Flags", 0, 8, wire.FieldHex),
		field("gtp.flags.version", "Version", 0, 3, wire.FieldDec),
		field("gtp.flags.payload", "Protocol type", 3, 1, wire.FieldDec),
		field("gtp.flags.e", "Is Next Extension Header present?", 5, 1, wire.FieldFlag),
		field("gtp.flags.s", "Is Sequence Number present?", 6, 1, wire.FieldFlag),
		field("gtp.flags.pn", "Is N-PDU number present?", 7, 1, wire.FieldFlag),
		hexCode("gtp.message", "Message Type", 8, 8, gtpMessage),
		field("gtp.length", "Length", 16, 16, wire.FieldDec),
		field("gtp.teid", "TEID", 32, 32, wire.FieldHex),
	},
	Fields: []*Def{&gtpSeq, &gtpNPDU, &gtpNext, &gtpExtLen, &gtpExt, &gtpBody}}

var (
	gtpSeq    = loose("gtp.seq_number", "Sequence number", wire.FieldHex)
	gtpNPDU   = loose("gtp.npdu_number", "N-PDU Number", wire.FieldHex)
	gtpNext   = loose("gtp.ext_hdr.next", "Next extension header type", wire.FieldHex)
	gtpExtLen = Def{Field: wire.Field{Name: "gtp.ext_length", Label: "Extension header length", Unit: 4}}
	gtpExt    = loose("gtp.ext_hdr.data", "Extension header", Bytes)
	gtpBody   = loose("gtp.data", "Information elements", Bytes)
)

func gtpMessage(v uint64) string {
	switch v {
	case 1:
		return "Echo request"
	case 2:
		return "Echo response"
	case 16:
		return "Create PDP context request"
	case 17:
		return "Create PDP context response"
	case 18:
		return "Update PDP context request"
	case 19:
		return "Update PDP context response"
	case 20:
		return "Delete PDP context request"
	case 21:
		return "Delete PDP context response"
	case 26:
		return "Error indication"
	case 31:
		return "Supported extension headers notification"
	case 254:
		return "End Marker"
	case 255:
		return "T-PDU"
	}
	return ""
}

func dissectGTP(d *D, b []byte) {
	d.Begin(&gtp)
	if !d.Header() {
		return
	}
	d.info("GTPv%d %s, teid 0x%x, length %d", b[0]>>5, gtpMessage(uint64(b[1])), be32(b, 4), be16(b, 2))
	if b[0]>>5 != 1 {
		d.Wrong("unknown version", 0)
		return
	}
	end := 8 + be16(b, 2)
	if end > len(b) {
		d.Wrong("length does not fit", 2)
		end = len(b)
	}
	off := 8
	if b[0]&7 != 0 { // the three fields are there together
		d.Uint(&gtpSeq, 8, 2)
		d.Uint(&gtpNPDU, 10, 1)
		next := d.Uint(&gtpNext, 11, 1)
		off = 12
		for b[0]&4 != 0 && next != 0 && off < end {
			n := int(b[off]) * 4
			d.Bits(&gtpExtLen, off*8, 8)
			if n == 0 || off+n > end {
				d.Wrong("extension header's length does not fit", off)
				return
			}
			d.some(&gtpExt, off+1, off+n-1)
			next = d.Uint(&gtpNext, off+n-1, 1)
			off += n
		}
	}
	if off > end {
		d.cut(end)
		return
	}
	if b[1] != 255 {
		d.Claim(end)
		d.some(&gtpBody, off, end)
		return
	}
	d.Next(dissectRawIP, off, end-off)
}

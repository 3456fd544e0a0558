package dissect

// PPP over Ethernet: RFC 2516 (section 4: the header, appendix A: the tags), RFC
// 4638 (PPP-Max-Payload), RFC 5578 (credits and metrics), and the Broadband
// Forum's vendor tag (TR-101 section 3.9).

import (
	"encoding/binary"
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var pppoed = Proto{Name: "pppoed", Title: "PPP-over-Ethernet Discovery", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{pppoeVersion, pppoeType, pppoeCode, pppoeSession, pppoeLength},
	Fields: []*Def{&pppoedTags, &pppoedTag, &pppoedTagLength, &pppoedUnknown, &pppoedService, &pppoedAC, &pppoedUniq,
		&pppoedCookie, &pppoedVendor, &pppoedVendorData, &pppoedCredits, &pppoedMetrics, &pppoedRelay, &pppoedMaxPayload,
		&pppoedHURL, &pppoedMOTM, &pppoedServiceError, &pppoedACError, &pppoedGenericError, &pppoedCircuit, &pppoedRemote}}

var pppoes = Proto{Name: "pppoes", Title: "PPP-over-Ethernet Session", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{pppoeVersion, pppoeType, pppoeCode, pppoeSession, pppoeLength}}

var (
	pppoeVersion = field("pppoe.version", "Version", 0, 4, wire.FieldDec)
	pppoeType    = field("pppoe.type", "Type", 4, 4, wire.FieldDec)
	pppoeCode    = hexCode("pppoe.code", "Code", 8, 8, pppoeCodeName)
	pppoeSession = field("pppoe.session_id", "Session ID", 16, 16, wire.FieldHex)
	pppoeLength  = field("pppoe.payload_length", "Payload Length", 32, 16, wire.FieldDec)

	pppoedTags         = loose("pppoed.tags", "PPPoE Tags", Group)
	pppoedTag          = Def{Field: wire.Field{Name: "pppoed.tag", Label: "Tag", Kind: wire.FieldHex}, Meaning: pppoeTagName}
	pppoedTagLength    = loose("pppoed.tag_length", "Tag Length", wire.FieldDec)
	pppoedUnknown      = loose("pppoed.tag.unknown_data", "Unknown Data", Bytes)
	pppoedService      = loose("pppoed.tags.service_name", "Service-Name", Text)
	pppoedAC           = loose("pppoed.tags.ac_name", "AC-Name", Text)
	pppoedUniq         = loose("pppoed.tags.host_uniq", "Host-Uniq", Bytes)
	pppoedCookie       = loose("pppoed.tags.ac_cookie", "AC-Cookie", Bytes)
	pppoedVendor       = loose("pppoed.tags.vendor_id", "Vendor id", wire.FieldDec)
	pppoedVendorData   = loose("pppoed.tags.vendor_unspecified", "Vendor unspecified", Bytes)
	pppoedCircuit      = loose("pppoed.tags.circuit_id", "Circuit ID", Text)
	pppoedRemote       = loose("pppoed.tags.remote_id", "Remote ID", Text)
	pppoedCredits      = loose("pppoed.tags.credits", "Credits", Bytes)
	pppoedMetrics      = loose("pppoed.tags.metrics", "Metrics", Bytes)
	pppoedRelay        = loose("pppoed.tags.relay_session_id", "Relay-Session-Id", Bytes)
	pppoedMaxPayload   = loose("pppoed.tags.max_payload", "PPP-Max-Payload", Bytes)
	pppoedHURL         = loose("pppoed.tags.hurl", "HURL", Bytes)
	pppoedMOTM         = loose("pppoed.tags.motm", "MOTM", Bytes)
	pppoedServiceError = loose("pppoed.tags.service_name_error", "Service-Name-Error", Text)
	pppoedACError      = loose("pppoed.tags.ac_system_error", "AC-System-Error", Text)
	pppoedGenericError = loose("pppoed.tags.generic_error", "Generic-Error", Text)
)

func pppoeCodeName(v uint64) string {
	switch v {
	case 0x00:
		return "Session Data"
	case 0x07:
		return "Active Discovery Offer (PADO)"
	case 0x09:
		return "Active Discovery Initiation (PADI)"
	case 0x0a:
		return "Active Discovery Session-Grant (PADG)"
	case 0x0b:
		return "Active Discovery Session-Credit Response (PADC)"
	case 0x0c:
		return "Active Discovery Quality (PADQ)"
	case 0x19:
		return "Active Discovery Request (PADR)"
	case 0x65:
		return "Active Discovery Session-confirmation (PADS)"
	case 0xa7:
		return "Active Discovery Terminate (PADT)"
	case 0xd3:
		return "Active Discovery Message (PADM)"
	case 0xd4:
		return "Active Discovery Network (PADN)"
	}
	return ""
}

// pppoeCodeWord is tcpdump's word for a code.
func pppoeCodeWord(c byte) string {
	name := pppoeCodeName(uint64(c))
	if n := len(name); n > 6 && name[n-1] == ')' {
		return name[n-5 : n-1]
	}
	return fmt.Sprintf("Unknown (0x%02x)", c)
}

func pppoeTagName(v uint64) string {
	if name, _ := pppoeTag(uint16(v)); name != "" {
		return name
	}
	return ""
}

// pppoeTag returns a tag's name and the field of its value.
func pppoeTag(t uint16) (string, *Def) {
	switch t {
	case 0x0000:
		return "End-Of-List", nil
	case 0x0101:
		return "Service-Name", &pppoedService
	case 0x0102:
		return "AC-Name", &pppoedAC
	case 0x0103:
		return "Host-Uniq", &pppoedUniq
	case 0x0104:
		return "AC-Cookie", &pppoedCookie
	case 0x0105:
		return "Vendor-Specific", &pppoedVendorData
	case 0x0106:
		return "Credits", &pppoedCredits
	case 0x0107:
		return "Metrics", &pppoedMetrics
	case 0x0110:
		return "Relay-Session-ID", &pppoedRelay
	case 0x0111:
		return "HURL", &pppoedHURL
	case 0x0112:
		return "MOTM", &pppoedMOTM
	case 0x0120:
		return "PPP-Max-Payload", &pppoedMaxPayload
	case 0x0201:
		return "Service-Name-Error", &pppoedServiceError
	case 0x0202:
		return "AC-System-Error", &pppoedACError
	case 0x0203:
		return "Generic-Error", &pppoedGenericError
	}
	return "", &pppoedUnknown
}

// pppoeHead is what both begin with. It returns where the payload ends.
func pppoeHead(d *D, b []byte, p *Proto) int {
	d.Begin(p)
	if !d.Header() {
		return 0
	}
	n := 6 + int(binary.BigEndian.Uint16(b[4:]))
	if n > len(b) {
		d.Wrong("payload length runs past the end", 4)
		n = len(b)
	}
	return n
}

func dissectPPPoED(d *D, b []byte) {
	end := pppoeHead(d, b, &pppoed)
	if end == 0 {
		return
	}
	d.Claim(end)
	if d.WantInfo {
		d.info("PPPoE %s", pppoeCodeWord(b[1]))
		if id := binary.BigEndian.Uint16(b[2:]); id != 0 {
			d.P.Info = fmt.Appendf(d.P.Info, " [ses 0x%x]", id)
		}
	}
	d.Open(&pppoedTags, 6, end-6)
	for off := 6; off < end; {
		if off+4 > end {
			d.Wrong("tag is cut short", off)
			break
		}
		t, n := binary.BigEndian.Uint16(b[off:]), int(binary.BigEndian.Uint16(b[off+2:]))
		d.Uint(&pppoedTag, off, 2)
		d.Uint(&pppoedTagLength, off+2, 2)
		if t == 0 {
			break
		}
		if off+4+n > end {
			d.MarkBad()
			d.Wrong("tag's length does not fit", off+2)
			break
		}
		name, def := pppoeTag(t)
		value := b[off+4 : off+4+n]
		switch {
		case t == 0x0105 && n >= 4:
			pppoedVendorTag(d, value, off+4)
		case n > 0:
			d.Bytes(def, off+4, n)
		}
		if d.WantInfo {
			d.P.Info = appendPPPoETag(d.P.Info, name, t, value)
		}
		off += 4 + n
	}
	d.Close()
}

// appendPPPoETag writes a tag as tcpdump does: text where it looks like text,
// else its first octets.
func appendPPPoETag(dst []byte, name string, t uint16, value []byte) []byte {
	if name == "" {
		name = fmt.Sprintf("TAG-0x%x", t)
	}
	dst = append(append(dst, " ["...), name...)
	printable := 0
	for _, c := range value {
		if c > 0x20 && c < 0x7f {
			printable++
		}
	}
	switch n := min(len(value), 80); {
	case n == 0:
	case printable*2 > n:
		dst = append(append(append(dst, ` "`...), value[:n]...), '"')
	default:
		dst = fmt.Appendf(dst, " 0x%X", value[:min(n, 20)])
	}
	return append(dst, ']')
}

// pppoedVendorTag takes a vendor's tag: its enterprise number in four octets,
// and for the Broadband Forum (3561) sub-options of type, length and value.
func pppoedVendorTag(d *D, v []byte, at int) {
	vendor := d.Uint(&pppoedVendor, at, 4)
	off := 4
	for vendor == 3561 && off+2 <= len(v) {
		n := int(v[off+1])
		if off+2+n > len(v) {
			break
		}
		def := &pppoedUnknown
		switch v[off] {
		case 1:
			def = &pppoedCircuit
		case 2:
			def = &pppoedRemote
		}
		if n > 0 {
			d.Bytes(def, at+off+2, n)
		}
		off += 2 + n
	}
	if off < len(v) {
		d.Bytes(&pppoedVendorData, at+off, len(v)-off)
	}
}

func dissectPPPoES(d *D, b []byte) {
	end := pppoeHead(d, b, &pppoes)
	if end == 0 {
		return
	}
	if d.WantInfo {
		d.info("PPPoE  [ses 0x%x]", binary.BigEndian.Uint16(b[2:]))
	}
	d.Next(dissectPPP, 6, end-6)
}

// dissectPPPoE takes either, without an EtherType to tell them apart: session data
// have the code 0.
func dissectPPPoE(d *D, b []byte) {
	if len(b) > 1 && b[1] != 0 {
		dissectPPPoED(d, b)
		return
	}
	dissectPPPoES(d, b)
}

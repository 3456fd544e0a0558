package dissect

// The remote management control protocol: DMTF ASF 2.0 section 3.2.

import "github.com/netkit-go/netkit/pkg/wire"

var rmcp = Proto{Name: "rmcp", Title: "Remote Management Control Protocol", TCPIP: Application, OSI: OSISession, Header: []Def{
	field("rmcp.version", "Version", 0, 8, wire.FieldHex),
	field("rmcp.reserved", "Reserved", 8, 8, wire.FieldHex),
	field("rmcp.sequence", "Sequence", 16, 8, wire.FieldHex),
	code("rmcp.type", "Message Type", 24, 1, rmcpType),
	code("rmcp.class", "Class", 27, 5, rmcpClass),
}}

func rmcpType(v uint64) string {
	if v == 1 {
		return "ACK"
	}
	return "Normal RMCP"
}

func rmcpClass(v uint64) string {
	switch v {
	case 6:
		return "ASF"
	case 7:
		return "IPMI"
	case 8:
		return "OEM-defined"
	}
	return ""
}

func dissectRMCP(d *D, b []byte) {
	d.Begin(&rmcp)
	if !d.Header() {
		return
	}
	d.info("RMCP %s, length %d", rmcpClass(uint64(b[3]&0x1f)), len(b))
	var fn Func
	if b[3] == 6 {
		fn = dissectASF
	}
	d.Next(fn, 4, len(b)-4)
}

var asf = Proto{Name: "asf", Title: "Alert Standard Forum", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("asf.iana", "IANA Enterprise Number", 0, 32, wire.FieldDec),
		hexCode("asf.type", "Message Type", 32, 8, asfType),
		field("asf.tag", "Message Tag", 40, 8, wire.FieldHex),
		field("asf.len", "Data Length", 56, 8, wire.FieldDec),
	},
	Fields: []*Def{&asfData}}

var asfData = loose("asf.data", "Data", Bytes)

func asfType(v uint64) string {
	switch v {
	case 0x10:
		return "Reset"
	case 0x11:
		return "Power-up"
	case 0x12:
		return "Unconditional Power-down"
	case 0x13:
		return "Power Cycle"
	case 0x40:
		return "Presence Pong"
	case 0x41:
		return "Capabilities Response"
	case 0x42:
		return "System State Response"
	case 0x80:
		return "Presence Ping"
	case 0x81:
		return "Capabilities Request"
	case 0x82:
		return "System State Request"
	}
	return ""
}

func dissectASF(d *D, b []byte) {
	d.Begin(&asf)
	if !d.Header() {
		return
	}
	end := 8 + int(b[7])
	if end > len(b) {
		d.Wrong("length does not fit", 7)
		end = len(b)
	}
	d.some(&asfData, 8, end)
	d.Claim(end)
}

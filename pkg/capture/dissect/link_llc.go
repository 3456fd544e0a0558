package dissect

// IEEE 802.2 logical link control (ISO/IEC 8802-2 sections 3 and 5) and the SNAP
// header of IEEE 802 section 9 and RFC 1042.

import (
	"encoding/binary"

	"github.com/netkit-go/netkit/pkg/wire"
)

var llc = Proto{Name: "llc", Title: "Logical-Link Control", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		hexCode("llc.dsap", "DSAP", 0, 8, sapName),
		code("llc.dsap.ig", "IG Bit", 7, 1, llcGroup),
		hexCode("llc.ssap", "SSAP", 8, 8, sapName),
		code("llc.ssap.cr", "CR Bit", 15, 1, llcResponse),
	},
	Fields: []*Def{&llcControl, &llcFrame, &llcNR, &llcNS, &llcPoll, &llcFinal, &llcSType, &llcUCommand, &llcUResponse,
		&llcOUI, &llcType, &llcPID, &llcCisco}}

var (
	llcControl   = loose("llc.control", "Control", wire.FieldHex)
	llcFrame     = looseCode("llc.control.ftype", "Frame type", llcFrameType)
	llcNR        = loose("llc.control.n_r", "N(R)", wire.FieldDec)
	llcNS        = loose("llc.control.n_s", "N(S)", wire.FieldDec)
	llcPoll      = loose("llc.control.p", "Poll", wire.FieldFlag)
	llcFinal     = loose("llc.control.f", "Final", wire.FieldFlag)
	llcSType     = looseCode("llc.control.s_ftype", "Supervisory frame type", llcSupervisory)
	llcUCommand  = looseCode("llc.control.u_modifier_cmd", "Command", llcCommand)
	llcUResponse = looseCode("llc.control.u_modifier_resp", "Response", llcReply)
	llcOUI       = Def{Field: wire.Field{Name: "llc.oui", Label: "Organization Code", Kind: wire.FieldHex}, Meaning: ouiName}
	llcType      = Def{Field: wire.Field{Name: "llc.type", Label: "Type", Kind: wire.FieldHex}, Meaning: etherTypeName}
	llcCisco     = Def{Field: wire.Field{Name: "llc.cisco_pid", Label: "PID", Kind: wire.FieldHex}, Meaning: ciscoPID}
	llcPID       = loose("llc.pid", "Protocol ID", wire.FieldHex)
)

func llcGroup(v uint64) string {
	if v == 1 {
		return "Group"
	}
	return "Individual"
}

func llcResponse(v uint64) string {
	if v == 1 {
		return "Response"
	}
	return "Command"
}

func llcFrameType(v uint64) string {
	switch v {
	case 0, 2:
		return "Information frame"
	case 1:
		return "Supervisory frame"
	case 3:
		return "Unnumbered frame"
	}
	return ""
}

func llcSupervisory(v uint64) string {
	switch v {
	case 0:
		return "Receiver ready"
	case 1:
		return "Receiver not ready"
	case 2:
		return "Reject"
	}
	return ""
}

// llcCommand takes the five modifier bits, in their places, shifted down by 2.
func llcCommand(v uint64) string {
	switch v {
	case 0x00:
		return "Unnumbered Information"
	case 0x03:
		return "Disconnected mode"
	case 0x10:
		return "Disconnect"
	case 0x1b:
		return "Set Asynchronous Balanced Mode Extended"
	case 0x2b:
		return "Exchange identification"
	case 0x38:
		return "Test"
	}
	return ""
}

func llcReply(v uint64) string {
	switch v {
	case 0x03:
		return "Disconnected mode"
	case 0x18:
		return "Unnumbered Acknowledge"
	case 0x21:
		return "Frame reject"
	case 0x2b:
		return "Exchange identification"
	case 0x38:
		return "Test"
	}
	return ""
}

// sapName names the service access points of the IEEE's list.
func sapName(v uint64) string {
	switch v &^ 1 {
	case 0x00:
		return "NULL LSAP"
	case 0x02:
		return "LLC Sub-Layer Management"
	case 0x04, 0x08, 0x0c:
		return "SNA"
	case 0x06:
		return "TCP/IP"
	case 0x0e:
		return "PROWAY network management"
	case 0x42:
		return "Spanning Tree BPDU"
	case 0x7e:
		return "ISO 8208"
	case 0x80:
		return "XNS"
	case 0x98:
		return "ARP"
	case 0xaa:
		return "SNAP"
	case 0xbc:
		return "Banyan Vines"
	case 0xe0:
		return "NetWare"
	case 0xf0:
		return "NetBIOS"
	case 0xf4:
		return "IBM Net Management"
	case 0xfe:
		if v&1 == 1 {
			return "Global DSAP"
		}
		return "ISO Network Layer"
	}
	return ""
}

func dissectLLC(d *D, b []byte) {
	d.Begin(&llc)
	if !d.Header() {
		return
	}
	n := llcControlField(d, b)
	if n == 0 || len(b) < 2+n {
		return
	}
	off := 2 + n
	if d.WantInfo {
		d.info("LLC, dsap %s (0x%02x), ssap %s (0x%02x), ctrl 0x%02x, length %d",
			sapName(uint64(b[0])), b[0], sapName(uint64(b[1])), b[1], b[2], len(b))
	}
	if b[0]&^1 == 0xaa && b[1]&^1 == 0xaa && b[2] == 0x03 {
		dissectSNAP(d, b, off)
		return
	}
	if b[2]&3 != 3 && b[2]&1 != 0 || b[2]&3 == 3 && b[2]&0xef != 0x03 {
		return // no information field that belongs to a protocol
	}
	d.Next(bySAP(b[0]), off, len(b)-off)
}

// llcControlField adds the control field and returns how long it is, 0 if it is
// not there.
func llcControlField(d *D, b []byte) int {
	if len(b) < 3 {
		d.Uint(&llcControl, 2, 1)
		return 0
	}
	c := b[2]
	final := &llcPoll
	if b[1]&1 == 1 {
		final = &llcFinal
	}
	if c&3 == 3 { // unnumbered: one octet, M M M P/F M M 1 1
		d.Uint(&llcControl, 2, 1)
		modifier := &llcUCommand
		if b[1]&1 == 1 {
			modifier = &llcUResponse
		}
		d.Num(modifier, 2, 1, uint64(c&0xec)>>2)
		if c&0x10 != 0 {
			d.Bits(final, 19, 1)
		}
		d.Bits(&llcFrame, 22, 2)
		return 1
	}
	if len(b) < 4 {
		d.Uint(&llcControl, 2, 2)
		return 0
	}
	d.Num(&llcControl, 2, 2, uint64(binary.LittleEndian.Uint16(b[2:])))
	d.Bits(&llcNR, 24, 7)
	if c&1 == 0 {
		d.Bits(&llcNS, 16, 7)
	} else {
		d.Bits(&llcSType, 20, 2)
	}
	d.Bits(final, 31, 1)
	if c&1 == 0 {
		d.Num(&llcFrame, 2, 1, 0)
	} else {
		d.Bits(&llcFrame, 22, 2)
	}
	return 2
}

func bySAP(sap byte) Func {
	switch sap {
	case 0x06:
		return dissectRawIP
	case 0x42:
		return dissectSTP
	case 0xe0:
		return dissectIPX
	case 0xfe:
		return dissectOSI
	}
	return nil
}

func dissectSNAP(d *D, b []byte, off int) {
	oui := d.Uint(&llcOUI, off, 3)
	if len(b) < off+5 {
		d.Uint(&llcPID, off+3, 2)
		return
	}
	pid := binary.BigEndian.Uint16(b[off+3:])
	rest := len(b) - off - 5
	switch oui {
	case ouiEncapsulated, ouiCiscoBridged:
		d.Uint(&llcType, off+3, 2)
		if pid < wire.EthernetMinType {
			d.Next(nil, off+5, rest)
			return
		}
		d.Next(byEtherType(pid), off+5, rest)
		return
	}
	def := &llcPID
	if oui == ouiCisco {
		def = &llcCisco
	}
	d.Uint(def, off+3, 2)
	if d.WantInfo {
		d.info("SNAP, oui %s (0x%06x), pid 0x%04x, length %d", ouiName(oui), oui, pid, rest)
	}
	var fn Func
	switch oui {
	case ouiCisco:
		switch pid {
		case 0x2000:
			fn = dissectCDP
		case 0x010b, 0x010a: // per-VLAN spanning tree
			fn = dissectSTP
		}
	case ouiApple:
		switch pid {
		case 0x809b:
			fn = dissectDDP
		case 0x80f3:
			fn = dissectAARP
		}
	case ouiBridged: // RFC 2684 5.3: with the frame's FCS (1) or without (7)
		switch pid {
		case 0x0001, 0x0007:
			fn = dissectEthernet
		case 0x000e:
			fn = dissectSTP
		}
	}
	d.Next(fn, off+5, rest)
}

// The organisations that SNAP's protocol numbers belong to.
const (
	ouiEncapsulated = 0x000000 // the protocol number is an EtherType
	ouiCisco        = 0x00000c
	ouiCiscoBridged = 0x0000f8
	ouiBridged      = 0x0080c2 // IEEE 802.1
	ouiApple        = 0x080007
	ouiIEEE8023     = 0x00120f
	ouiMED          = 0x0012bb // TIA TR-41: LLDP-MED
)

func ouiName(v uint64) string {
	switch v {
	case ouiEncapsulated:
		return "Encapsulated Ethernet"
	case ouiCisco:
		return "Cisco"
	case ouiCiscoBridged:
		return "Cisco bridged"
	case ouiBridged:
		return "IEEE 802.1"
	case ouiApple:
		return "Apple"
	case ouiIEEE8023:
		return "IEEE 802.3"
	case ouiMED:
		return "TIA"
	case 0x00005e:
		return "IANA"
	case 0x000ecf:
		return "PROFIBUS"
	case 0x0050f2:
		return "Microsoft"
	case 0x00e02b:
		return "Extreme"
	}
	return ""
}

func ciscoPID(v uint64) string {
	switch v {
	case 0x0104:
		return "Port Aggregation Protocol"
	case 0x010a, 0x010b:
		return "PVSTP+"
	case 0x0111:
		return "UDLD"
	case 0x2000:
		return "CDP"
	case 0x2003:
		return "VTP"
	case 0x2004:
		return "DTP"
	}
	return ""
}

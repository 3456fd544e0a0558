package dissect

// The Link Layer Discovery Protocol: IEEE 802.1AB-2016 section 8. What
// organisations add to it is in ctl_lldporg.go.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var lldp = Proto{Name: "lldp", Title: "Link Layer Discovery Protocol", TCPIP: Link, OSI: OSIDataLink,
	Parts: [][]Def{lldpHead, lldpCapabilities, lldpAutoNeg, lldpPower, lldpAggregation8023, lldpAggregation8021, lldpEEE,
		lldpPolicy, lldpMEDCaps, lldpMEDPower, lldpCoordinates, lldpPortProto},
	Fields: []*Def{&lldpTLV, &lldpChassisType, &lldpChassisID, &lldpChassisMAC, &lldpChassis4, &lldpChassis6, &lldpPortType, &lldpPortID,
		&lldpPortMAC, &lldpPort4, &lldpPort6, &lldpFamily, &lldpTTL, &lldpPortDesc, &lldpSysName, &lldpSysDesc, &lldpMgmtLen,
		&lldpMgmtType, &lldpMgmt4, &lldpMgmt6, &lldpMgmtHex, &lldpMgmtIfType, &lldpMgmtIf, &lldpOIDLen, &lldpOID, &lldpOUI,
		&lldpRest, &lldp8021Type, &lldpPVID, &lldpVLAN, &lldpVLANNameLen, &lldpVLANName, &lldpProtoLen, &lldpProto,
		&lldp8023Type, &lldpFrameSize, &lldpMEDType, &lldpHardware, &lldpFirmware, &lldpSoftware, &lldpSerial,
		&lldpManufacturer, &lldpModel, &lldpAsset, &lldpLocFormat, &lldpCivicLen, &lldpCivicWhat, &lldpCountry, &lldpCAType,
		&lldpCAValue, &lldpELIN}}

var lldpHead = []Def{
	code("lldp.tlv.type", "TLV Type", 0, 7, lldpTLVName),
	field("lldp.tlv.len", "TLV Length", 7, 9, wire.FieldDec),
}

var lldpCapabilities = []Def{
	field("lldp.tlv.system_cap", "Capabilities", 0, 16, wire.FieldHex),
	field("lldp.tlv.system_cap.station_only", "Station only", 8, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.docsis_cable_device", "DOCSIS cable device", 9, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.telephone", "Telephone", 10, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.router", "Router", 11, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.wlan_access_pt", "WLAN access point", 12, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.bridge", "Bridge", 13, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.repeater", "Repeater", 14, 1, wire.FieldFlag),
	field("lldp.tlv.system_cap.other", "Other", 15, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap", "Enabled Capabilities", 16, 16, wire.FieldHex),
	field("lldp.tlv.enable_system_cap.station_only", "Station only", 24, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.docsis_cable_device", "DOCSIS cable device", 25, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.telephone", "Telephone", 26, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.router", "Router", 27, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.wlan_access_pt", "WLAN access point", 28, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.bridge", "Bridge", 29, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.repeater", "Repeater", 30, 1, wire.FieldFlag),
	field("lldp.tlv.enable_system_cap.other", "Other", 31, 1, wire.FieldFlag),
}

var (
	lldpTLV         = loose("lldp.tlv", "TLV", Group)
	lldpChassisType = looseCode("lldp.chassis.subtype", "Chassis Id Subtype", lldpChassisName)
	lldpChassisID   = loose("lldp.chassis.id", "Chassis Id", Bytes)
	lldpChassisMAC  = loose("lldp.chassis.id.mac", "Chassis Id", wire.FieldMAC)
	lldpChassis4    = loose("lldp.chassis.id.ip4", "Chassis Id", wire.FieldIPv4)
	lldpChassis6    = loose("lldp.chassis.id.ip6", "Chassis Id", wire.FieldIPv6)
	lldpPortType    = looseCode("lldp.port.subtype", "Port Id Subtype", lldpPortName)
	lldpPortID      = loose("lldp.port.id", "Port Id", Text)
	lldpPortMAC     = loose("lldp.port.id.mac", "Port Id", wire.FieldMAC)
	lldpPort4       = loose("lldp.port.id.ip4", "Port Id", wire.FieldIPv4)
	lldpPort6       = loose("lldp.port.id.ip6", "Port Id", wire.FieldIPv6)
	lldpFamily      = looseCode("lldp.network_address.subtype", "Network Address family", addrFamily)
	lldpTTL         = loose("lldp.time_to_live", "Seconds", wire.FieldDec)
	lldpPortDesc    = loose("lldp.port.desc", "Port Description", Text)
	lldpSysName     = loose("lldp.tlv.system.name", "System Name", Text)
	lldpSysDesc     = loose("lldp.tlv.system.desc", "System Description", Text)
	lldpMgmtLen     = loose("lldp.mgn.address.len", "Address String Length", wire.FieldDec)
	lldpMgmtType    = looseCode("lldp.mgn.address.subtype", "Address Subtype", addrFamily)
	lldpMgmt4       = loose("lldp.mgn.addr.ip4", "Management Address", wire.FieldIPv4)
	lldpMgmt6       = loose("lldp.mgn.addr.ip6", "Management Address", wire.FieldIPv6)
	lldpMgmtHex     = loose("lldp.mgn.addr.hex", "Management Address", Bytes)
	lldpMgmtIfType  = looseCode("lldp.mgn.interface.subtype", "Interface Subtype", lldpInterfaceName)
	lldpMgmtIf      = loose("lldp.mgn.interface.number", "Interface Number", wire.FieldDec)
	lldpOIDLen      = loose("lldp.mgn.obj.len", "OID String Length", wire.FieldDec)
	lldpOID         = loose("lldp.mgn.obj.id", "Object Identifier", Bytes)
	lldpOUI         = Def{Field: wire.Field{Name: "lldp.orgtlv.oui", Label: "Organization Unique Code", Kind: wire.FieldHex}, Meaning: ouiName}
	lldpRest        = loose("lldp.subtype.content_remaining", "Subtype Unknown Trailing Bytes", Bytes)
)

func lldpTLVName(v uint64) string {
	switch v {
	case 0:
		return "End of LLDPDU"
	case 1:
		return "Chassis Id"
	case 2:
		return "Port Id"
	case 3:
		return "Time to Live"
	case 4:
		return "Port Description"
	case 5:
		return "System Name"
	case 6:
		return "System Description"
	case 7:
		return "System Capabilities"
	case 8:
		return "Management Address"
	case 127:
		return "Organization Specific"
	}
	return "Reserved"
}

func lldpChassisName(v uint64) string {
	switch v {
	case 1:
		return "Chassis component"
	case 2:
		return "Interface alias"
	case 3:
		return "Port component"
	case 4:
		return "MAC address"
	case 5:
		return "Network address"
	case 6:
		return "Interface name"
	case 7:
		return "Locally assigned"
	}
	return "Reserved"
}

func lldpPortName(v uint64) string {
	switch v {
	case 1:
		return "Interface alias"
	case 2:
		return "Port component"
	case 3:
		return "MAC address"
	case 4:
		return "Network address"
	case 5:
		return "Interface name"
	case 6:
		return "Agent circuit Id"
	case 7:
		return "Locally assigned"
	}
	return "Reserved"
}

func lldpInterfaceName(v uint64) string {
	switch v {
	case 1:
		return "Unknown"
	case 2:
		return "ifIndex"
	case 3:
		return "System port number"
	}
	return ""
}

func dissectLLDP(d *D, b []byte) {
	d.Begin(&lldp)
	d.info("LLDP, length %d", len(b))
	for off := 0; off < len(b); {
		if off+2 > len(b) {
			d.cut(off)
			return
		}
		typ, n := b[off]>>1, be16(b, off)&0x1ff
		d.openName(&lldpTLV, off, 2+n, lldpTLVName(uint64(typ)))
		d.part(lldpHead, off)
		if off+2+n > len(b) {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off)
			d.Close()
			return
		}
		lldpValue(d, typ, b[off+2:off+2+n], off+2)
		d.Close()
		off += 2 + n
		if typ == 0 {
			d.Claim(off)
			return
		}
	}
}

// rest adds what is left of a value from octet off of it on. at is where the
// value begins.
func (d *D) rest(def *Def, v []byte, at, off int) {
	if off < len(v) {
		d.Bytes(def, at+off, len(v)-off)
	}
}

func lldpValue(d *D, typ byte, v []byte, at int) {
	switch typ {
	case 0:
	case 1:
		lldpID(d, v, at, &lldpChassisType, lldpIDDefs{&lldpChassisID, &lldpChassisMAC, &lldpChassis4, &lldpChassis6}, 4, 5)
	case 2:
		lldpID(d, v, at, &lldpPortType, lldpIDDefs{&lldpPortID, &lldpPortMAC, &lldpPort4, &lldpPort6}, 3, 4)
	case 3:
		d.Uint(&lldpTTL, at, 2)
		d.rest(&lldpRest, v, at, 2)
	case 4:
		d.rest(&lldpPortDesc, v, at, 0)
	case 5:
		d.rest(&lldpSysName, v, at, 0)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, ": %s", v)
		}
	case 6:
		d.rest(&lldpSysDesc, v, at, 0)
	case 7:
		d.part(lldpCapabilities, at)
		d.rest(&lldpRest, v, at, 4)
	case 8:
		lldpManagement(d, v, at)
	case 127:
		lldpOrganization(d, v, at)
	default:
		d.rest(&lldpRest, v, at, 0)
	}
}

type lldpIDDefs struct{ any, mac, v4, v6 *Def }

// lldpID takes a chassis or port id: a subtype and what it says.
func lldpID(d *D, v []byte, at int, subtype *Def, defs lldpIDDefs, macType, netType byte) {
	if len(v) == 0 {
		d.Wrong("TLV is too short", at)
		return
	}
	d.Uint(subtype, at, 1)
	switch {
	case v[0] == macType && len(v) == 7:
		d.Uint(defs.mac, at+1, 6)
	case v[0] == netType && len(v) == 6 && v[1] == 1:
		d.Uint(&lldpFamily, at+1, 1)
		d.Uint(defs.v4, at+2, 4)
	case v[0] == netType && len(v) == 18 && v[1] == 2:
		d.Uint(&lldpFamily, at+1, 1)
		d.Bytes(defs.v6, at+2, 16)
	default:
		d.rest(defs.any, v, at, 1)
	}
}

func lldpManagement(d *D, v []byte, at int) {
	if len(v) < 2 {
		d.Wrong("TLV is too short", at)
		return
	}
	n := int(v[0])
	d.Uint(&lldpMgmtLen, at, 1)
	if n < 1 || 1+n+6 > len(v) {
		d.MarkBad()
		d.Wrong("address's length does not fit", at)
		return
	}
	d.Uint(&lldpMgmtType, at+1, 1)
	switch {
	case v[1] == 1 && n == 5:
		d.Uint(&lldpMgmt4, at+2, 4)
	case v[1] == 2 && n == 17:
		d.Bytes(&lldpMgmt6, at+2, 16)
	case n > 1:
		d.Bytes(&lldpMgmtHex, at+2, n-1)
	}
	off := 1 + n
	d.Uint(&lldpMgmtIfType, at+off, 1)
	d.Uint(&lldpMgmtIf, at+off+1, 4)
	oid := int(v[off+5])
	d.Uint(&lldpOIDLen, at+off+5, 1)
	if oid > len(v)-off-6 {
		d.MarkBad()
		d.Wrong("object identifier's length does not fit", at+off+5)
		oid = len(v) - off - 6
	}
	if oid > 0 {
		d.Bytes(&lldpOID, at+off+6, oid)
	}
	d.rest(&lldpRest, v, at, off+6+oid)
}

package dissect

// The Cisco Discovery Protocol, as far as it is publicly known.

import (
	"fmt"

	"github.com/netkit-go/netkit/pkg/wire"
)

var cdp = Proto{Name: "cdp", Title: "Cisco Discovery Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		field("cdp.version", "Version", 0, 8, wire.FieldDec),
		field("cdp.ttl", "TTL", 8, 8, wire.FieldDec),
	},
	Parts: [][]Def{cdpHead, cdpCapabilities, cdpPower},
	Fields: []*Def{&cdpChecksum, &cdpStatus, &cdpTLV, &cdpDevice, &cdpPort, &cdpSoftware, &cdpPlatform, &cdpVTP, &cdpVLAN, &cdpVoice,
		&cdpDuplex, &cdpTrust, &cdpCoS, &cdpMTU, &cdpSystem, &cdpOID, &cdpConsumption, &cdpCount, &cdpAddress, &cdpProtoType,
		&cdpProtoLen, &cdpProtocol, &cdpAddrLen, &cdpAddr4, &cdpAddr, &cdpOUI, &cdpHelloID, &cdpHello, &cdpData,
		&cdpAvailable}}

var cdpHead = []Def{
	hexCode("cdp.tlv.type", "Type", 0, 16, cdpTLVName),
	field("cdp.tlv.len", "Length", 16, 16, wire.FieldDec),
}

var cdpCapabilities = []Def{
	field("cdp.capabilities", "Capabilities", 0, 32, wire.FieldHex),
	field("cdp.capabilities.mac_relay", "Two Port Mac Relay", 21, 1, wire.FieldFlag),
	field("cdp.capabilities.cvta", "CVTA/STP Dispute Resolution/Cisco VT Camera", 22, 1, wire.FieldFlag),
	field("cdp.capabilities.remote", "Remotely Managed Device", 23, 1, wire.FieldFlag),
	field("cdp.capabilities.voip_phone", "VoIP Phone", 24, 1, wire.FieldFlag),
	field("cdp.capabilities.repeater", "Repeater", 25, 1, wire.FieldFlag),
	field("cdp.capabilities.igmp_capable", "IGMP capable", 26, 1, wire.FieldFlag),
	field("cdp.capabilities.host", "Host", 27, 1, wire.FieldFlag),
	field("cdp.capabilities.switch", "Switch", 28, 1, wire.FieldFlag),
	field("cdp.capabilities.src_bridge", "Source Route Bridge", 29, 1, wire.FieldFlag),
	field("cdp.capabilities.trans_bridge", "Transparent Bridge", 30, 1, wire.FieldFlag),
	field("cdp.capabilities.router", "Router", 31, 1, wire.FieldFlag),
}

var cdpPower = []Def{
	field("cdp.request_id", "Request-ID", 0, 16, wire.FieldDec),
	field("cdp.management_id", "Management-ID", 16, 16, wire.FieldDec),
}

var (
	cdpChecksum    = field("cdp.checksum", "Checksum", 16, 16, wire.FieldHex)
	cdpStatus      = looseCode("cdp.checksum.status", "Checksum Status", checksumStatus)
	cdpTLV         = loose("cdp.tlv", "TLV", Group)
	cdpDevice      = loose("cdp.deviceid", "Device ID", Text)
	cdpPort        = loose("cdp.portid", "Sent through Interface", Text)
	cdpSoftware    = loose("cdp.software_version", "Software version", Text)
	cdpPlatform    = loose("cdp.platform", "Platform", Text)
	cdpVTP         = loose("cdp.vtp_management_domain", "VTP Management Domain", Text)
	cdpVLAN        = loose("cdp.native_vlan", "Native VLAN", wire.FieldDec)
	cdpVoice       = loose("cdp.voice_vlan", "Voice VLAN", wire.FieldDec)
	cdpDuplex      = looseCode("cdp.duplex", "Duplex", cdpDuplexName)
	cdpTrust       = loose("cdp.trust_bitmap", "Trust Bitmap", wire.FieldHex)
	cdpCoS         = loose("cdp.untrusted_port_cos", "Untrusted port CoS", wire.FieldHex)
	cdpMTU         = loose("cdp.mtu", "MTU", wire.FieldDec)
	cdpSystem      = loose("cdp.system_name", "System Name", Text)
	cdpOID         = loose("cdp.system_object_identifier", "System Object Identifier", Bytes)
	cdpConsumption = loose("cdp.power_consumption", "Power Consumption", wire.FieldDec)
	cdpAvailable   = loose("cdp.power_available", "Power Available", wire.FieldDec)
	cdpCount       = loose("cdp.number_of_addresses", "Number of addresses", wire.FieldDec)
	cdpAddress     = loose("cdp.address_item", "Address", Group)
	cdpProtoType   = Def{Field: wire.Field{Name: "cdp.protocol_type", Label: "Protocol type", Kind: wire.FieldHex}, Meaning: cdpProtoTypeName}
	cdpProtoLen    = loose("cdp.protocol_length", "Protocol length", wire.FieldDec)
	cdpProtocol    = loose("cdp.protocol", "Protocol", Bytes)
	cdpAddrLen     = loose("cdp.address_length", "Address length", wire.FieldDec)
	cdpAddr4       = loose("cdp.nrgyz.ip_address", "IP Address", wire.FieldIPv4)
	cdpAddr        = loose("cdp.address", "Address", Bytes)
	cdpOUI         = Def{Field: wire.Field{Name: "cdp.oui", Label: "OUI", Kind: wire.FieldHex}, Meaning: ouiName}
	cdpHelloID     = loose("cdp.protocol_id", "Protocol ID", wire.FieldHex)
	cdpHello       = loose("cdp.hello.unknown", "Unknown", Bytes)
	cdpData        = loose("cdp.data", "Data", Bytes)
)

func cdpTLVName(v uint64) string {
	switch v {
	case 0x0001:
		return "Device ID"
	case 0x0002:
		return "Addresses"
	case 0x0003:
		return "Port ID"
	case 0x0004:
		return "Capabilities"
	case 0x0005:
		return "Software version"
	case 0x0006:
		return "Platform"
	case 0x0007:
		return "IP Prefix/Gateway (used for ODR)"
	case 0x0008:
		return "Protocol Hello"
	case 0x0009:
		return "VTP Management Domain"
	case 0x000a:
		return "Native VLAN"
	case 0x000b:
		return "Duplex"
	case 0x000e:
		return "VoIP VLAN Reply"
	case 0x000f:
		return "VoIP VLAN Query"
	case 0x0010:
		return "Power consumption"
	case 0x0011:
		return "MTU"
	case 0x0012:
		return "Trust Bitmap"
	case 0x0013:
		return "Untrusted Port CoS"
	case 0x0014:
		return "System Name"
	case 0x0015:
		return "System Object ID"
	case 0x0016:
		return "Management Address"
	case 0x0017:
		return "Location"
	case 0x0018:
		return "External Port-ID"
	case 0x0019:
		return "Power Requested"
	case 0x001a:
		return "Power Available"
	}
	return ""
}

func cdpDuplexName(v uint64) string {
	if v == 1 {
		return "Full"
	}
	return "Half"
}

func cdpProtoTypeName(v uint64) string {
	switch v {
	case 1:
		return "NLPID"
	case 2:
		return "802.2"
	}
	return ""
}

func dissectCDP(d *D, b []byte) {
	d.Begin(&cdp)
	if !d.Header() {
		return
	}
	if len(b) < 4 {
		d.cut(2)
		return
	}
	d.info("CDPv%d, ttl: %ds", b[0], b[1])
	verdict := uint64(sumUnverified)
	if d.Missing == 0 {
		verdict = cdpVerdict(b)
	}
	d.sum16(&cdpChecksum, &cdpStatus, 2, verdict)
	for off := 4; off < len(b); {
		if off+4 > len(b) {
			d.cut(off)
			return
		}
		typ, n := be16(b, off), be16(b, off+2)
		d.openName(&cdpTLV, off, n, cdpTLVName(uint64(typ)))
		d.part(cdpHead, off)
		if n < 4 || off+n > len(b) {
			d.MarkBad()
			d.Wrong("TLV's length does not fit", off+2)
			d.Close()
			return
		}
		cdpValue(d, typ, b[off+4:off+n], off+4)
		d.Close()
		off += n
	}
}

// cdpVerdict checks the internet checksum, which Cisco's code computes in a way
// of its own over an odd last octet: as the low half of the last word, with its
// sign.
func cdpVerdict(b []byte) uint64 {
	if wire.Fold(wire.Sum(b, 0)) == 0xffff {
		return sumGood
	}
	if n := len(b); n%2 == 1 {
		last := b[n-1]
		acc := wire.Sum(b[:n-1], 0) + uint64(last)
		if last&0x80 != 0 {
			acc += 0xff00 - 1
		}
		if wire.Fold(acc) == 0xffff {
			return sumGood
		}
	}
	return sumBad
}

func cdpValue(d *D, typ int, v []byte, at int) {
	number := func(def *Def, n int) {
		if len(v) < n {
			d.Wrong("TLV is too short", at)
			return
		}
		d.Uint(def, at, n)
		d.rest(&cdpData, v, at, n)
	}
	switch typ {
	case 0x0001:
		d.rest(&cdpDevice, v, at, 0)
		if d.WantInfo {
			d.P.Info = fmt.Appendf(d.P.Info, ", Device-ID '%s'", v)
		}
	case 0x0002, 0x0016:
		cdpAddresses(d, v, at)
	case 0x0003:
		d.rest(&cdpPort, v, at, 0)
	case 0x0004:
		if len(v) < 4 {
			d.Wrong("TLV is too short", at)
			return
		}
		d.part(cdpCapabilities, at)
		d.rest(&cdpData, v, at, 4)
	case 0x0005:
		d.rest(&cdpSoftware, v, at, 0)
	case 0x0006:
		d.rest(&cdpPlatform, v, at, 0)
	case 0x0008:
		if len(v) < 5 {
			d.Wrong("TLV is too short", at)
			return
		}
		d.Uint(&cdpOUI, at, 3)
		d.Uint(&cdpHelloID, at+3, 2)
		d.rest(&cdpHello, v, at, 5)
	case 0x0009:
		d.rest(&cdpVTP, v, at, 0)
	case 0x000a:
		number(&cdpVLAN, 2)
	case 0x000b:
		number(&cdpDuplex, 1)
	case 0x000e, 0x000f:
		if len(v) < 3 {
			d.rest(&cdpData, v, at, 0)
			return
		}
		d.Bytes(&cdpData, at, 1)
		d.Uint(&cdpVoice, at+1, 2)
	case 0x0010:
		number(&cdpConsumption, 2)
	case 0x0011:
		number(&cdpMTU, 4)
	case 0x0012:
		number(&cdpTrust, 1)
	case 0x0013:
		number(&cdpCoS, 1)
	case 0x0014:
		d.rest(&cdpSystem, v, at, 0)
	case 0x0015:
		d.rest(&cdpOID, v, at, 0)
	case 0x001a:
		if len(v) < 4 {
			d.Wrong("TLV is too short", at)
			return
		}
		d.part(cdpPower, at)
		off := 4
		for ; off+4 <= len(v); off += 4 {
			d.Uint(&cdpAvailable, at+off, 4)
		}
		d.rest(&cdpData, v, at, off)
	default:
		d.rest(&cdpData, v, at, 0)
	}
}

func cdpAddresses(d *D, v []byte, at int) {
	if len(v) < 4 {
		d.Wrong("TLV is too short", at)
		return
	}
	n := d.Uint(&cdpCount, at, 4)
	off := 4
	for ; n > 0 && off < len(v); n-- {
		if off+2 > len(v) {
			d.Wrong("address is cut short", at+off)
			return
		}
		pl := int(v[off+1])
		if off+4+pl > len(v) {
			d.Wrong("protocol's length does not fit", at+off+1)
			return
		}
		al := be16(v, off+2+pl)
		d.Open(&cdpAddress, at+off, 4+pl+al)
		d.Uint(&cdpProtoType, at+off, 1)
		d.Uint(&cdpProtoLen, at+off+1, 1)
		d.rest(&cdpProtocol, v[:off+2+pl], at, off+2)
		d.Uint(&cdpAddrLen, at+off+2+pl, 2)
		off += 4 + pl
		switch {
		case off+al > len(v):
			d.MarkBad()
			d.Wrong("address's length does not fit", at+off-2)
			d.Close()
			return
		case al == 4:
			d.Uint(&cdpAddr4, at+off, 4)
		case al > 0:
			d.Bytes(&cdpAddr, at+off, al)
		}
		d.Close()
		off += al
	}
	d.rest(&cdpData, v, at, off)
}

package dissect

// What organisations add to LLDP: IEEE 802.1Q annex D, IEEE 802.3 section 79,
// and ANSI/TIA-1057 section 10 (media endpoint discovery).

import "github.com/netkit-go/netkit/pkg/wire"

var lldpPortProto = []Def{
	field("lldp.ieee.802_1.port_and_vlan_id_flag", "Flags", 0, 8, wire.FieldHex),
	field("lldp.ieee.802_1.port_and_vlan_id_flag.enabled", "Port and Protocol VLAN: Enabled", 5, 1, wire.FieldFlag),
	field("lldp.ieee.802_1.port_and_vlan_id_flag.supported", "Port and Protocol VLAN: Supported", 6, 1, wire.FieldFlag),
	field("lldp.ieee.802_1.port_proto_vlan.id", "Port and Protocol VLAN Identifier", 8, 16, wire.FieldDec),
}

var lldpAutoNeg = []Def{
	field("lldp.ieee.802_3.mac_phy_auto_neg_status", "Auto-Negotiation Support/Status", 0, 8, wire.FieldHex),
	field("lldp.ieee.802_3.mac_phy_auto_neg_status.enabled", "Auto-Negotiation: Enabled", 6, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.mac_phy_auto_neg_status.supported", "Auto-Negotiation: Supported", 7, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.pmd_auto_neg_advertised_caps", "PMD Auto-Negotiation Advertised Capability", 8, 16, wire.FieldHex),
	field("lldp.ieee.802_3.pmd_mau_type", "Operational MAU Type", 24, 16, wire.FieldHex),
}

var lldpPower = []Def{
	field("lldp.ieee.802_3.mdi_power_support", "MDI Power Support", 0, 8, wire.FieldHex),
	field("lldp.ieee.802_3.mdi_power_support.pse_pairs", "PSE Pairs Control Ability", 4, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.mdi_power_support.enabled", "PSE MDI Power: Enabled", 5, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.mdi_power_support.supported", "PSE MDI Power: Supported", 6, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.mdi_power_support.port_class", "Port Class", 7, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.mdi_pse_pair", "PSE Power Pair", 8, 8, wire.FieldDec),
	field("lldp.ieee.802_3.mdi_power_class", "Power Class", 16, 8, wire.FieldDec),
}

var lldpAggregation8021 = []Def{
	field("lldp.ieee.802_1.aggregation_status", "Aggregation Status", 0, 8, wire.FieldHex),
	field("lldp.ieee.802_1.aggregation_status.enabled", "Aggregation Status", 6, 1, wire.FieldFlag),
	field("lldp.ieee.802_1.aggregation_status.cap", "Aggregation Capability", 7, 1, wire.FieldFlag),
	field("lldp.ieee.802_1.aggregated_port_id", "Aggregated Port Id", 8, 32, wire.FieldDec),
}

var lldpAggregation8023 = []Def{
	field("lldp.ieee.802_3.aggregation_status", "Aggregation Status", 0, 8, wire.FieldHex),
	field("lldp.ieee.802_3.aggregation_status.enabled", "Aggregation Status", 6, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.aggregation_status.cap", "Aggregation Capability", 7, 1, wire.FieldFlag),
	field("lldp.ieee.802_3.aggregated_port_id", "Aggregated Port Id", 8, 32, wire.FieldDec),
}

var lldpEEE = []Def{
	field("lldp.ieee.802_3.eee.transmit", "Transmit", 0, 16, wire.FieldDec),
	field("lldp.ieee.802_3.eee.receive", "Receive", 16, 16, wire.FieldDec),
	field("lldp.ieee.802_3.eee.fallback_receive", "Fallback Receive", 32, 16, wire.FieldDec),
	field("lldp.ieee.802_3.eee.echo_transmit", "Echo Transmit", 48, 16, wire.FieldDec),
	field("lldp.ieee.802_3.eee.echo_receive", "Echo Receive", 64, 16, wire.FieldDec),
}

var lldpMEDCaps = []Def{
	field("lldp.media.subtype.caps", "Capabilities", 0, 16, wire.FieldHex),
	field("lldp.media.subtype.caps.inventory", "Inventory", 10, 1, wire.FieldFlag),
	field("lldp.media.subtype.caps.mid_pd", "Extended Power via MDI-PD", 11, 1, wire.FieldFlag),
	field("lldp.media.subtype.caps.mdi_pse", "Extended Power via MDI-PSE", 12, 1, wire.FieldFlag),
	field("lldp.media.subtype.caps.location_id", "Location Identification", 13, 1, wire.FieldFlag),
	field("lldp.media.subtype.caps.network_policy", "Network Policy", 14, 1, wire.FieldFlag),
	field("lldp.media.subtype.caps.llpd", "LLDP-MED Capabilities", 15, 1, wire.FieldFlag),
	code("lldp.media.subtype.class", "Class Type", 16, 8, lldpMEDClass),
}

var lldpPolicy = []Def{
	code("lldp.media.app_type", "Application Type", 0, 8, lldpMEDApp),
	field("lldp.media.policy_flag", "Policy", 8, 1, wire.FieldFlag),
	field("lldp.media.tag_flag", "Tagged", 9, 1, wire.FieldFlag),
	field("lldp.media.vlan_id", "VLAN Id", 11, 12, wire.FieldDec),
	field("lldp.media.l2_prio", "L2 Priority", 23, 3, wire.FieldDec),
	field("lldp.media.dscp", "DSCP Priority", 26, 6, wire.FieldDec),
}

var lldpMEDPower = []Def{
	field("lldp.media.power.type", "Power Type", 0, 2, wire.FieldDec),
	field("lldp.media.power.source", "Power Source", 2, 2, wire.FieldDec),
	field("lldp.media.power.prio", "Power Priority", 4, 4, wire.FieldDec),
	field("lldp.media.power.value", "Power Value", 8, 16, wire.FieldDec),
}

// RFC 3825 section 2.
var lldpCoordinates = []Def{
	field("lldp.media.loc.lat_resolution", "Latitude Resolution", 0, 6, wire.FieldDec),
	field("lldp.media.loc.latitude", "Latitude", 6, 34, wire.FieldHex),
	field("lldp.media.loc.long_resolution", "Longitude Resolution", 40, 6, wire.FieldDec),
	field("lldp.media.loc.longitude", "Longitude", 46, 34, wire.FieldHex),
	field("lldp.media.loc.alt_type", "Altitude Type", 80, 4, wire.FieldDec),
	field("lldp.media.loc.alt_resolution", "Altitude Resolution", 84, 6, wire.FieldDec),
	field("lldp.media.loc.altitude", "Altitude", 90, 30, wire.FieldHex),
	field("lldp.media.loc.datum", "Datum", 120, 8, wire.FieldDec),
}

var (
	lldp8021Type     = Def{Field: wire.Field{Name: "lldp.ieee.802_1.subtype", Label: "IEEE 802.1 Subtype", Kind: wire.FieldHex}, Meaning: lldp8021Name}
	lldpPVID         = loose("lldp.ieee.802_1.port_vlan.id", "Port VLAN Identifier", wire.FieldDec)
	lldpVLAN         = loose("lldp.ieee.802_1.vlan.id", "VLAN Identifier", wire.FieldDec)
	lldpVLANNameLen  = loose("lldp.ieee.802_1.vlan.name_len", "VLAN Name Length", wire.FieldDec)
	lldpVLANName     = loose("lldp.ieee.802_1.vlan.name", "VLAN Name", Text)
	lldpProtoLen     = loose("lldp.ieee.802_1.proto.id_length", "Protocol Identity Length", wire.FieldDec)
	lldpProto        = loose("lldp.ieee.802_1.proto.id", "Protocol Identity", Bytes)
	lldp8023Type     = Def{Field: wire.Field{Name: "lldp.ieee.802_3.subtype", Label: "IEEE 802.3 Subtype", Kind: wire.FieldHex}, Meaning: lldp8023Name}
	lldpFrameSize    = loose("lldp.ieee.802_3.max_frame_size", "Maximum Frame Size", wire.FieldDec)
	lldpMEDType      = Def{Field: wire.Field{Name: "lldp.media.subtype", Label: "Media Subtype", Kind: wire.FieldHex}, Meaning: lldpMEDName}
	lldpHardware     = loose("lldp.media.hardware", "Hardware Revision", Text)
	lldpFirmware     = loose("lldp.media.firmware", "Firmware Revision", Text)
	lldpSoftware     = loose("lldp.media.software", "Software Revision", Text)
	lldpSerial       = loose("lldp.media.sn", "Serial Number", Text)
	lldpManufacturer = loose("lldp.media.manufacturer", "Manufacturer Name", Text)
	lldpModel        = loose("lldp.media.model", "Model Name", Text)
	lldpAsset        = loose("lldp.media.asset", "Asset ID", Text)
	lldpLocFormat    = looseCode("lldp.media.loc.data_format", "Location Data Format", lldpLocationName)
	lldpCivicLen     = loose("lldp.media.civic.length", "LCI Length", wire.FieldDec)
	lldpCivicWhat    = loose("lldp.media.civic.what", "What", wire.FieldDec)
	lldpCountry      = loose("lldp.media.civic.country", "Country", Text)
	lldpCAType       = loose("lldp.media.civic.type", "CA Type", wire.FieldDec)
	lldpCAValue      = loose("lldp.media.civic.value", "CA Value", Text)
	lldpELIN         = loose("lldp.media.ecs", "ELIN", Text)
)

func lldp8021Name(v uint64) string {
	switch v {
	case 1:
		return "Port VLAN ID"
	case 2:
		return "Port and Protocol VLAN ID"
	case 3:
		return "VLAN Name"
	case 4:
		return "Protocol Identity"
	case 5:
		return "VID Usage Digest"
	case 6:
		return "Management VID"
	case 7:
		return "Link Aggregation"
	case 8:
		return "Congestion Notification"
	case 9:
		return "ETS Configuration"
	case 0xa:
		return "ETS Recommendation"
	case 0xb:
		return "Priority Flow Control Configuration"
	case 0xc:
		return "Application Protocol"
	}
	return ""
}

func lldp8023Name(v uint64) string {
	switch v {
	case 1:
		return "MAC/PHY Configuration/Status"
	case 2:
		return "Power Via MDI"
	case 3:
		return "Link Aggregation"
	case 4:
		return "Maximum Frame Size"
	case 5:
		return "EEE (Energy-Efficient Ethernet)"
	case 7:
		return "Additional Ethernet Capabilities"
	}
	return ""
}

func lldpMEDName(v uint64) string {
	switch v {
	case 1:
		return "Media Capabilities"
	case 2:
		return "Network Policy"
	case 3:
		return "Location Identification"
	case 4:
		return "Extended Power-via-MDI"
	case 5:
		return "Inventory - Hardware Revision"
	case 6:
		return "Inventory - Firmware Revision"
	case 7:
		return "Inventory - Software Revision"
	case 8:
		return "Inventory - Serial Number"
	case 9:
		return "Inventory - Manufacturer Name"
	case 10:
		return "Inventory - Model Name"
	case 11:
		return "Inventory - Asset ID"
	}
	return ""
}

func lldpMEDClass(v uint64) string {
	switch v {
	case 1:
		return "Endpoint Class I"
	case 2:
		return "Endpoint Class II"
	case 3:
		return "Endpoint Class III"
	case 4:
		return "Network Connectivity"
	}
	return ""
}

func lldpMEDApp(v uint64) string {
	switch v {
	case 1:
		return "Voice"
	case 2:
		return "Voice Signaling"
	case 3:
		return "Guest Voice"
	case 4:
		return "Guest Voice Signaling"
	case 5:
		return "Softphone Voice"
	case 6:
		return "Video Conferencing"
	case 7:
		return "Streaming Video"
	case 8:
		return "Video Signaling"
	}
	return ""
}

func lldpLocationName(v uint64) string {
	switch v {
	case 1:
		return "Coordinate-based LCI"
	case 2:
		return "Civic Address LCI"
	case 3:
		return "ECS ELIN"
	}
	return ""
}

func lldpOrganization(d *D, v []byte, at int) {
	if len(v) < 4 {
		d.Wrong("TLV is too short", at)
		return
	}
	oui := d.Uint(&lldpOUI, at, 3)
	sub, body := v[3], v[4:]
	var used int
	switch oui {
	case ouiBridged:
		d.Uint(&lldp8021Type, at+3, 1)
		used = lldp8021(d, sub, body, at+4)
	case ouiIEEE8023:
		d.Uint(&lldp8023Type, at+3, 1)
		used = lldp8023(d, sub, body, at+4)
	case ouiMED:
		d.Uint(&lldpMEDType, at+3, 1)
		used = lldpMED(d, sub, body, at+4)
	default:
		d.rest(&lldpRest, v, at, 3)
		return
	}
	d.rest(&lldpRest, body, at+4, used)
}

// The functions below take what they know of a value and return how much that
// was.

func lldp8021(d *D, sub byte, v []byte, at int) int {
	switch {
	case sub == 1 && len(v) >= 2:
		d.Uint(&lldpPVID, at, 2)
		return 2
	case sub == 2 && len(v) >= 3:
		d.part(lldpPortProto, at)
		return 3
	case sub == 3 && len(v) >= 3 && len(v) >= 3+int(v[2]):
		d.Uint(&lldpVLAN, at, 2)
		d.Uint(&lldpVLANNameLen, at+2, 1)
		d.rest(&lldpVLANName, v[:3+int(v[2])], at, 3)
		return 3 + int(v[2])
	case sub == 4 && len(v) >= 1 && len(v) >= 1+int(v[0]):
		d.Uint(&lldpProtoLen, at, 1)
		d.rest(&lldpProto, v[:1+int(v[0])], at, 1)
		return 1 + int(v[0])
	case sub == 7 && len(v) >= 5:
		d.part(lldpAggregation8021, at)
		return 5
	}
	return 0
}

func lldp8023(d *D, sub byte, v []byte, at int) int {
	switch {
	case sub == 1 && len(v) >= 5:
		d.part(lldpAutoNeg, at)
		return 5
	case sub == 2 && len(v) >= 3:
		d.part(lldpPower, at)
		return 3
	case sub == 3 && len(v) >= 5:
		d.part(lldpAggregation8023, at)
		return 5
	case sub == 4 && len(v) >= 2:
		d.Uint(&lldpFrameSize, at, 2)
		return 2
	case sub == 5 && len(v) >= 10:
		d.part(lldpEEE, at)
		return 10
	}
	return 0
}

func lldpMED(d *D, sub byte, v []byte, at int) int {
	var text *Def
	switch sub {
	case 1:
		if len(v) >= 3 {
			d.part(lldpMEDCaps, at)
			return 3
		}
	case 2:
		if len(v) >= 4 {
			d.part(lldpPolicy, at)
			return 4
		}
	case 3:
		return lldpLocation(d, v, at)
	case 4:
		if len(v) >= 3 {
			d.part(lldpMEDPower, at)
			return 3
		}
	case 5:
		text = &lldpHardware
	case 6:
		text = &lldpFirmware
	case 7:
		text = &lldpSoftware
	case 8:
		text = &lldpSerial
	case 9:
		text = &lldpManufacturer
	case 10:
		text = &lldpModel
	case 11:
		text = &lldpAsset
	}
	if text == nil {
		return 0
	}
	d.rest(text, v, at, 0)
	return len(v)
}

func lldpLocation(d *D, v []byte, at int) int {
	if len(v) == 0 {
		return 0
	}
	d.Uint(&lldpLocFormat, at, 1)
	switch {
	case v[0] == 1 && len(v) >= 17:
		d.part(lldpCoordinates, at+1)
		return 17
	case v[0] == 2 && len(v) >= 5:
		d.Uint(&lldpCivicLen, at+1, 1)
		d.Uint(&lldpCivicWhat, at+2, 1)
		d.Bytes(&lldpCountry, at+3, 2)
		off, end := 5, min(len(v), 2+int(v[1]))
		for off+2 <= end && off+2+int(v[off+1]) <= end {
			n := int(v[off+1])
			d.Uint(&lldpCAType, at+off, 1)
			if n > 0 {
				d.Bytes(&lldpCAValue, at+off+2, n)
			}
			off += 2 + n
		}
		return off
	case v[0] == 3:
		d.rest(&lldpELIN, v, at, 1)
		return len(v)
	}
	return 1
}

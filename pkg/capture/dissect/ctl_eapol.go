package dissect

// IEEE 802.1X section 11 (EAP over LANs), IEEE 802.11 section 12.7.2 (its key
// frames), and EAP itself, RFC 3748 section 4.

import "github.com/netkit-go/netkit/pkg/wire"

var eapol = Proto{Name: "eapol", Title: "802.1X Authentication", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("eapol.version", "Version", 0, 8, eapolVersion),
		code("eapol.type", "Type", 8, 8, eapolType),
		field("eapol.len", "Length", 16, 16, wire.FieldDec),
	},
	Parts:  [][]Def{eapolKey},
	Fields: []*Def{&eapolDescriptor, &eapolBody, &eapolKeyData}}

var (
	eapolDescriptor = looseCode("eapol.keydes.type", "Key Descriptor Type", eapolDescriptorName)
	eapolBody       = loose("eapol.keydes.body", "Key Descriptor Body", Bytes)
	eapolKeyData    = loose("wlan_rsna_eapol.keydes.data", "WPA Key Data", Bytes)
)

// The key descriptor of 802.11, behind its type.
var eapolKey = []Def{
	field("wlan_rsna_eapol.keydes.key_info", "Key Information", 0, 16, wire.FieldHex),
	field("wlan_rsna_eapol.keydes.key_info.encrypted_key_data", "Encrypted Key Data", 3, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.request", "Request", 4, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.error", "Error", 5, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.secure", "Secure", 6, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.key_mic", "Key MIC", 7, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.key_ack", "Key ACK", 8, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.install", "Install", 9, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.key_index", "Key Index", 10, 2, wire.FieldDec),
	field("wlan_rsna_eapol.keydes.key_info.key_type", "Key Type", 12, 1, wire.FieldFlag),
	field("wlan_rsna_eapol.keydes.key_info.keydes_version", "Key Descriptor Version", 13, 3, wire.FieldDec),
	field("eapol.keydes.key_len", "Key Length", 16, 16, wire.FieldDec),
	field("eapol.keydes.replay_counter", "Replay Counter", 32, 64, wire.FieldDec),
	field("wlan_rsna_eapol.keydes.nonce", "WPA Key Nonce", 96, 256, Bytes),
	field("eapol.keydes.key_iv", "Key IV", 352, 128, Bytes),
	field("wlan_rsna_eapol.keydes.rsc", "WPA Key RSC", 480, 64, Bytes),
	field("wlan_rsna_eapol.keydes.id", "WPA Key ID", 544, 64, Bytes),
	field("wlan_rsna_eapol.keydes.mic", "WPA Key MIC", 608, 128, Bytes),
	field("wlan_rsna_eapol.keydes.data_len", "WPA Key Data Length", 736, 16, wire.FieldDec),
}

const eapolKeyLen = 94

func eapolVersion(v uint64) string {
	switch v {
	case 1:
		return "802.1X-2001"
	case 2:
		return "802.1X-2004"
	case 3:
		return "802.1X-2010"
	}
	return ""
}

func eapolType(v uint64) string {
	switch v {
	case 0:
		return "EAP Packet"
	case 1:
		return "Start"
	case 2:
		return "Logoff"
	case 3:
		return "Key"
	case 4:
		return "Encapsulated ASF Alert"
	case 5:
		return "MKA"
	}
	return ""
}

// eapolWord is tcpdump's word for a type.
func eapolWord(t byte) string {
	switch t {
	case 0:
		return "EAP packet"
	case 1:
		return "EAPOL start"
	case 2:
		return "EAPOL logoff"
	case 3:
		return "EAPOL key"
	case 4:
		return "Encap. ASF alert"
	}
	return "unknown"
}

func eapolDescriptorName(v uint64) string {
	switch v {
	case 1:
		return "RC4 Descriptor"
	case 2:
		return "EAPOL RSN Key"
	case 254:
		return "EAPOL WPA Key"
	}
	return ""
}

func dissectEAPOL(d *D, b []byte) {
	d.Begin(&eapol)
	if !d.Header() {
		return
	}
	if d.WantInfo {
		d.info("%s (%d) v%d, len %d", eapolWord(b[1]), b[1], b[0], be16(b, 2))
	}
	end := 4 + be16(b, 2)
	if end > len(b) {
		d.Wrong("length runs past the end", 2)
		end = len(b)
	}
	switch b[1] {
	case 0:
		d.Next(dissectEAP, 4, end-4)
		return
	case 3:
		if end > 4 {
			eapolKeyBody(d, b, end)
		}
	default:
		d.some(&eapolBody, 4, end)
	}
}

func eapolKeyBody(d *D, b []byte, end int) {
	typ := d.Uint(&eapolDescriptor, 4, 1)
	if typ != 2 && typ != 254 || end < 5+eapolKeyLen {
		d.some(&eapolBody, 5, end)
		return
	}
	d.part(eapolKey, 5)
	n := be16(b, 5+eapolKeyLen-2)
	at := 5 + eapolKeyLen
	if at+n > end {
		d.Wrong("key data's length does not fit", at-2)
		n = end - at
	}
	d.some(&eapolKeyData, at, at+n)
}

var eap = Proto{Name: "eap", Title: "Extensible Authentication Protocol", TCPIP: Link, OSI: OSIDataLink,
	Header: []Def{
		code("eap.code", "Code", 0, 8, eapCode),
		field("eap.id", "Id", 8, 8, wire.FieldDec),
		field("eap.len", "Length", 16, 16, wire.FieldDec),
	},
	Fields: []*Def{&eapType, &eapIdentity, &eapNotification, &eapDesired, &eapMD5Size, &eapMD5, &eapMD5Extra, &eapTLSFlags, &eapTLSLen, &eapData}}

var (
	eapType         = looseCode("eap.type", "Type", eapTypeName)
	eapIdentity     = loose("eap.identity", "Identity", Text)
	eapNotification = loose("eap.notification", "Notification", Text)
	eapDesired      = looseCode("eap.desired_type", "Desired Auth Type", eapTypeName)
	eapMD5Size      = loose("eap.md5.value_size", "EAP-MD5 Value-Size", wire.FieldDec)
	eapMD5          = loose("eap.md5.value", "EAP-MD5 Value", Bytes)
	eapMD5Extra     = loose("eap.md5.extra_data", "EAP-MD5 Extra Data", Bytes)
	eapTLSFlags     = loose("eap.tls.flags", "EAP-TLS Flags", wire.FieldHex)
	eapTLSLen       = loose("eap.tls.len", "EAP-TLS Length", wire.FieldDec)
	eapData         = loose("eap.data", "EAP Data", Bytes)
)

func eapCode(v uint64) string {
	switch v {
	case 1:
		return "Request"
	case 2:
		return "Response"
	case 3:
		return "Success"
	case 4:
		return "Failure"
	}
	return ""
}

func eapTypeName(v uint64) string {
	switch v {
	case 1:
		return "Identity"
	case 2:
		return "Notification"
	case 3:
		return "Legacy Nak (Response Only)"
	case 4:
		return "MD5-Challenge EAP"
	case 5:
		return "One-Time Password EAP"
	case 6:
		return "Generic Token Card EAP"
	case 13:
		return "TLS EAP"
	case 17:
		return "Cisco Wireless EAP / Lightweight EAP"
	case 18:
		return "EAP-SIM"
	case 21:
		return "Tunneled TLS EAP"
	case 23:
		return "3GPP-AKA"
	case 25:
		return "Protected EAP"
	case 26:
		return "MS-EAP-Authentication"
	case 43:
		return "EAP-FAST"
	case 254:
		return "Expanded Type"
	}
	return ""
}

func dissectEAP(d *D, b []byte) {
	d.Begin(&eap)
	if !d.Header() {
		return
	}
	end := be16(b, 2)
	if end < 4 || end > len(b) {
		d.Wrong("length does not fit", 2)
		end = len(b)
	}
	d.Claim(end)
	if d.WantInfo && len(d.P.Info) == 0 {
		d.info("%s (%d), id %d, len %d", eapCode(uint64(b[0])), b[0], b[1], end)
	}
	if b[0] != 1 && b[0] != 2 || end < 5 {
		return
	}
	switch d.Uint(&eapType, 4, 1) {
	case 1:
		d.some(&eapIdentity, 5, end)
	case 2:
		d.some(&eapNotification, 5, end)
	case 3:
		for off := 5; off < end; off++ {
			d.Uint(&eapDesired, off, 1)
		}
	case 4:
		off, _ := counted(d, b, &eapMD5Size, &eapMD5, 5, end)
		d.some(&eapMD5Extra, off, end)
	case 13, 21, 25, 43:
		if end < 6 {
			return
		}
		flags, off := d.Uint(&eapTLSFlags, 5, 1), 6
		if flags&0x80 != 0 && end >= 10 {
			d.Uint(&eapTLSLen, 6, 4)
			off = 10
		}
		d.some(&eapData, off, end)
	default:
		d.some(&eapData, 5, end)
	}
}

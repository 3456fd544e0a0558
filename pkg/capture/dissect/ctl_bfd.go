package dissect

// Bidirectional forwarding detection: RFC 5880 section 4.

import "github.com/netkit-go/netkit/pkg/wire"

var bfd = Proto{Name: "bfd", Title: "Bidirectional Forwarding Detection Control Message", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("bfd.version", "Protocol Version", 0, 3, wire.FieldDec),
		hexCode("bfd.diag", "Diagnostic Code", 3, 5, bfdDiag),
		hexCode("bfd.sta", "Session State", 8, 2, bfdState),
		field("bfd.flags.p", "Poll", 10, 1, wire.FieldFlag),
		field("bfd.flags.f", "Final", 11, 1, wire.FieldFlag),
		field("bfd.flags.c", "Control Plane Independent", 12, 1, wire.FieldFlag),
		field("bfd.flags.a", "Authentication Present", 13, 1, wire.FieldFlag),
		field("bfd.flags.d", "Demand", 14, 1, wire.FieldFlag),
		field("bfd.flags.m", "Multipoint", 15, 1, wire.FieldFlag),
		field("bfd.detect_time_multiplier", "Detect Time Multiplier", 16, 8, wire.FieldDec),
		field("bfd.message_length", "Message Length", 24, 8, wire.FieldDec),
		field("bfd.my_discriminator", "My Discriminator", 32, 32, wire.FieldHex),
		field("bfd.your_discriminator", "Your Discriminator", 64, 32, wire.FieldHex),
		field("bfd.desired_min_tx_interval", "Desired Min TX Interval", 96, 32, wire.FieldDec),
		field("bfd.required_min_rx_interval", "Required Min RX Interval", 128, 32, wire.FieldDec),
		field("bfd.required_min_echo_interval", "Required Min Echo Interval", 160, 32, wire.FieldDec),
	},
	Fields: []*Def{&bfdAuthType, &bfdAuthLen, &bfdAuthKey, &bfdAuthPassword, &bfdAuthSeq, &bfdAuthData}}

var (
	bfdAuthType     = looseCode("bfd.auth.type", "Authentication Type", bfdAuthName)
	bfdAuthLen      = loose("bfd.auth.len", "Authentication Length", wire.FieldDec)
	bfdAuthKey      = loose("bfd.auth.key", "Authentication Key ID", wire.FieldDec)
	bfdAuthPassword = loose("bfd.auth.password", "Password", Text)
	bfdAuthSeq      = loose("bfd.auth.seq_num", "Sequence Number", wire.FieldHex)
	bfdAuthData     = loose("bfd.checksum", "Checksum", Bytes)
)

func bfdDiag(v uint64) string {
	switch v {
	case 0:
		return "No Diagnostic"
	case 1:
		return "Control Detection Time Expired"
	case 2:
		return "Echo Function Failed"
	case 3:
		return "Neighbor Signaled Session Down"
	case 4:
		return "Forwarding Plane Reset"
	case 5:
		return "Path Down"
	case 6:
		return "Concatenated Path Down"
	case 7:
		return "Administratively Down"
	case 8:
		return "Reverse Concatenated Path Down"
	}
	return ""
}

func bfdState(v uint64) string {
	return [4]string{"AdminDown", "Down", "Init", "Up"}[v&3]
}

func bfdAuthName(v uint64) string {
	switch v {
	case 1:
		return "Simple Password"
	case 2:
		return "Keyed MD5"
	case 3:
		return "Meticulous Keyed MD5"
	case 4:
		return "Keyed SHA1"
	case 5:
		return "Meticulous Keyed SHA1"
	}
	return ""
}

func dissectBFD(d *D, b []byte) {
	d.Begin(&bfd)
	if !d.Header() {
		return
	}
	d.info("BFDv%d, Control, State %s, Flags: [%s], length: %d", b[0]>>5, bfdState(uint64(b[1]>>6)), bfdFlags(b[1]), len(b))
	n := int(b[3])
	if n < 24 || n > len(b) {
		d.Wrong("message length does not fit", 3)
		return
	}
	d.Claim(n)
	if b[1]&4 == 0 {
		return
	}
	if n < 27 {
		d.Wrong("authentication is missing", 24)
		return
	}
	typ := d.Uint(&bfdAuthType, 24, 1)
	d.Uint(&bfdAuthLen, 25, 1)
	d.Uint(&bfdAuthKey, 26, 1)
	switch {
	case typ == 1:
		d.some(&bfdAuthPassword, 27, n)
	case n >= 32:
		d.Uint(&bfdAuthSeq, 28, 4)
		d.some(&bfdAuthData, 32, n)
	default:
		d.some(&bfdAuthData, 27, n)
	}
}

func bfdFlags(f byte) string {
	s := ""
	for i, name := range [...]string{"Multipoint", "Demand", "Authentication Present", "Control Plane Independent", "Final", "Poll"} {
		if f&(1<<i) != 0 {
			if s != "" {
				s += ", "
			}
			s += name
		}
	}
	if s == "" {
		return "none"
	}
	return s
}

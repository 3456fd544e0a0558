package dissect

// Options of Neighbor Discovery: RFC 4861 section 4.6; RFC 3971 (SEND), RFC 4191 (routes),
// RFC 5175 (flags), RFC 6275 (mobility), RFC 6775 (6LoWPAN), RFC 7400 (capability),
// RFC 8106 (DNS), RFC 8781 (PREF64), RFC 8910 (captive portal), RFC 5380 (MAP).

import "github.com/netkit-go/netkit/pkg/wire"

var (
	ndOpt             = loose("icmpv6.opt", "Option", Group)
	ndOptType         = looseCode("icmpv6.opt.type", "Type", ndOptionName)
	ndOptLen          = Def{Field: wire.Field{Name: "icmpv6.opt.length", Label: "Length, in units of 8 octets"}}
	ndOptReserved     = loose("icmpv6.opt.reserved", "Reserved", Bytes)
	ndOptPadding      = loose("icmpv6.opt.padding", "Padding", Bytes)
	ndOptAddr         = loose("icmpv6.opt.linkaddr", "Link-layer address", wire.FieldMAC)
	ndOptSource       = loose("icmpv6.opt.src_linkaddr", "Source link-layer address", wire.FieldMAC)
	ndOptTarget       = loose("icmpv6.opt.target_linkaddr", "Target link-layer address", wire.FieldMAC)
	ndPrefixLen       = loose("icmpv6.opt.prefix.length", "Prefix Length", 0)
	ndPrefixFlags     = loose("icmpv6.opt.prefix.flag", "Flags", wire.FieldHex)
	ndPrefixL         = loose("icmpv6.opt.prefix.flag.l", "L, on-link", wire.FieldFlag)
	ndPrefixA         = loose("icmpv6.opt.prefix.flag.a", "A, autonomous", wire.FieldFlag)
	ndPrefixR         = loose("icmpv6.opt.prefix.flag.r", "R, router address", wire.FieldFlag)
	ndPrefixRsv       = loose("icmpv6.opt.prefix.flag.reserved", "Reserved", 0)
	ndPrefixValid     = looseCode("icmpv6.opt.prefix.valid_lifetime", "Valid Lifetime, s", lifetime)
	ndPrefixPreferred = looseCode("icmpv6.opt.prefix.preferred_lifetime", "Preferred Lifetime, s", lifetime)
	ndPrefix          = loose("icmpv6.opt.prefix", "Prefix", wire.FieldIPv6)
	ndRedirected      = loose("icmpv6.opt.redirected_packet", "Redirected packet", Group)
	ndMTU             = loose("icmpv6.opt.mtu", "MTU", 0)
	ndShortcut        = loose("icmpv6.opt.nbma.shortcut_limit", "Shortcut Limit", 0)
	ndAdvInterval     = loose("icmpv6.opt.advertisement_interval", "Advertisement Interval, ms", 0)
	ndHomePref        = loose("icmpv6.opt.home_agent_preference", "Home Agent Preference", 0)
	ndHomeLifetime    = loose("icmpv6.opt.home_agent_lifetime", "Home Agent Lifetime, s", 0)
	ndRoutePrf        = looseCode("icmpv6.opt.route_info.flag.route_preference", "Prf", routerPreference)
	ndRouteLifetime   = looseCode("icmpv6.opt.route_lifetime", "Route Lifetime, s", lifetime)
	ndRDNSSLifetime   = looseCode("icmpv6.opt.rdnss.lifetime", "Lifetime, s", lifetime)
	ndRDNSS           = loose("icmpv6.opt.rdnss", "Recursive DNS server", wire.FieldIPv6)
	ndDNSSLLifetime   = looseCode("icmpv6.opt.dnssl.lifetime", "Lifetime, s", lifetime)
	ndDNSSL           = loose("icmpv6.opt.dnssl", "Domain", Text)
	ndFlagsExt        = loose("icmpv6.opt.efo", "Flags", Bytes)
	ndTimestamp       = loose("icmpv6.opt.timestamp", "Timestamp", Time)
	ndNonce           = loose("icmpv6.opt.nonce", "Nonce", Bytes)
	ndKeyHash         = loose("icmpv6.opt.rsa.key_hash", "Key Hash", Bytes)
	ndSignature       = loose("icmpv6.opt.digital_signature_padding", "Digital signature and padding", Bytes)
	ndCGAPad          = loose("icmpv6.opt.cga.pad_length", "Pad Length", 0)
	ndCGA             = loose("icmpv6.opt.cga", "CGA parameters", Bytes)
	ndNameType        = loose("icmpv6.opt.name_type", "Name Type", 0)
	ndName            = loose("icmpv6.opt.name_type.fqdn", "Name", Text)
	ndX501            = loose("icmpv6.opt.name_x501", "DER encoded name", Bytes)
	ndCertificate     = loose("icmpv6.opt.certificate_padding", "Certificate and padding", Bytes)
	ndAROStatus       = loose("icmpv6.opt.aro.status", "Status", 0)
	ndAROLifetime     = loose("icmpv6.opt.aro.registration_lifetime", "Registration Lifetime, min", 0)
	ndAROEUI          = loose("icmpv6.opt.aro.eui64", "EUI-64", Bytes)
	ndCOLen           = loose("icmpv6.opt.6co.context_length", "Context Length", 0)
	ndCOC             = loose("icmpv6.opt.6co.flag.c", "C, valid for compression", wire.FieldFlag)
	ndCOCID           = loose("icmpv6.opt.6co.flag.cid", "CID", 0)
	ndCOLifetime      = loose("icmpv6.opt.6co.valid_lifetime", "Valid Lifetime, min", 0)
	ndCOPrefix        = loose("icmpv6.opt.6co.context_prefix", "Context Prefix", Bytes)
	ndABROLow         = loose("icmpv6.opt.abro.version_low", "Version Low", 0)
	ndABROHigh        = loose("icmpv6.opt.abro.version_high", "Version High", 0)
	ndABROLifetime    = loose("icmpv6.opt.abro.valid_lifetime", "Valid Lifetime, min", 0)
	ndABROAddr        = loose("icmpv6.opt.abro.6lbr_address", "6LBR Address", wire.FieldIPv6)
	ndCaptive         = loose("icmpv6.opt.captive_portal", "Captive portal", Text)
	ndPref64Lifetime  = loose("icmpv6.opt.pref64.scaled_lifetime", "Lifetime, in units of 8 s", 0)
	ndPref64PLC       = hexLoose("icmpv6.opt.pref64.plc", "Prefix length code", pref64Length)
	ndPref64          = loose("icmpv6.opt.pref64.prefix", "Prefix", Text)
	ndMAPDist         = loose("icmpv6.opt.map.distance", "Distance", 0)
	ndMAPPref         = loose("icmpv6.opt.map.preference", "Preference", 0)
	ndMAPFlags        = loose("icmpv6.opt.map.flag", "Flags", wire.FieldHex)
	ndMAPLifetime     = looseCode("icmpv6.opt.map.valid_lifetime", "Valid Lifetime, s", lifetime)
	ndMAPAddr         = loose("icmpv6.opt.map.global_address", "Global Address", wire.FieldIPv6)
	nd6CIO            = loose("icmpv6.opt.6cio.flag_g", "G, generic header compression", wire.FieldFlag)
	ndData            = loose("icmpv6.opt.data", "Data", Bytes)
)

func ndOptionName(v uint64) string {
	switch v {
	case 1:
		return "Source link-layer address"
	case 2:
		return "Target link-layer address"
	case 3:
		return "Prefix information"
	case 4:
		return "Redirected header"
	case 5:
		return "MTU"
	case 6:
		return "NBMA shortcut limit"
	case 7:
		return "Advertisement interval"
	case 8:
		return "Home agent information"
	case 9:
		return "Source address list"
	case 10:
		return "Target address list"
	case 11:
		return "CGA"
	case 12:
		return "RSA signature"
	case 13:
		return "Timestamp"
	case 14:
		return "Nonce"
	case 15:
		return "Trust anchor"
	case 16:
		return "Certificate"
	case 17:
		return "IP address/prefix"
	case 18:
		return "New router prefix information"
	case 19:
		return "Link-layer address"
	case 20:
		return "Neighbor advertisement acknowledgement"
	case 23:
		return "MAP"
	case 24:
		return "Route information"
	case 25:
		return "Recursive DNS server"
	case 26:
		return "RA flags extension"
	case 27:
		return "Handover key request"
	case 28:
		return "Handover key reply"
	case 31:
		return "DNS search list"
	case 32:
		return "Proxy signature"
	case 33:
		return "Address registration"
	case 34:
		return "6LoWPAN context"
	case 35:
		return "Authoritative border router"
	case 36:
		return "6LoWPAN capability indication"
	case 37:
		return "Captive portal"
	case 38:
		return "PREF64"
	}
	return ""
}

func lifetime(v uint64) string {
	if v == 0xffffffff {
		return "infinity"
	}
	return ""
}

// pref64Length is the prefix length code of RFC 8781 4.
func pref64Length(v uint64) string {
	if v < 6 {
		return [...]string{"/96", "/64", "/56", "/48", "/40", "/32"}[v]
	}
	return ""
}

// ndOptions dissects the options from octet off to the message's end. RFC 4861 4.6:
// "Nodes MUST silently discard an ND packet that contains an option with length
// zero".
func (d *D) ndOptions(b []byte, off int) {
	for off < len(b) {
		if off+2 > len(b) || b[off+1] == 0 {
			if d.Uint(&ndOptType, off, 1); off+2 <= len(b) {
				d.Uint(&ndOptLen, off+1, 1)
				d.Bytes(&ndData, off+2, len(b)-off-2)
			}
			d.Wrong("option of length zero", off)
			return
		}
		n := int(b[off+1]) * 8
		d.Open(&ndOpt, off, n)
		t := d.Uint(&ndOptType, off, 1)
		d.Uint(&ndOptLen, off+1, 1)
		if off+n > len(b) {
			if off+2 < len(b) {
				d.Bytes(&ndData, off+2, len(b)-off-2)
			}
			d.Close()
			d.cut(off + 1)
			return
		}
		d.ndOption(byte(t), b[off:off+n], off)
		d.Close()
		off += n
	}
}

// ndOption dissects the option o, which is at octet off of the message, behind its
// type and length.
func (d *D) ndOption(t byte, o []byte, off int) {
	n := len(o)
	switch {
	case t == 1 && n == 8, t == 2 && n == 8, t == 19 && n == 16:
		d.ndLinkAddr(t, off)
	case t == 3 && n == 32:
		d.Uint(&ndPrefixLen, off+2, 1)
		d.OpenUint(&ndPrefixFlags, off+3, 1)
		d.Bits(&ndPrefixL, (off+3)*8, 1)
		d.Bits(&ndPrefixA, (off+3)*8+1, 1)
		d.Bits(&ndPrefixR, (off+3)*8+2, 1)
		d.Bits(&ndPrefixRsv, (off+3)*8+3, 5)
		d.Close()
		d.Uint(&ndPrefixValid, off+4, 4)
		d.Uint(&ndPrefixPreferred, off+8, 4)
		d.Bytes(&ndOptReserved, off+12, 4)
		d.Bytes(&ndPrefix, off+16, 16)
	case t == 4 && n > 8:
		d.Bytes(&ndOptReserved, off+2, 6)
		d.Open(&ndRedirected, off+8, n-8)
		d.Close()
		d.quoted = true
		d.Next(dissectIPv6, off+8, n-8)
		d.restOwned(off + n)
	case t == 5 && n == 8:
		d.Bytes(&ndOptReserved, off+2, 2)
		d.Uint(&ndMTU, off+4, 4)
	case t == 6 && n == 8:
		d.Uint(&ndShortcut, off+2, 1)
	case t == 7 && n == 8:
		d.Bytes(&ndOptReserved, off+2, 2)
		d.Uint(&ndAdvInterval, off+4, 4)
	case t == 8 && n == 8:
		d.Bytes(&ndOptReserved, off+2, 2)
		d.Uint(&ndHomePref, off+4, 2)
		d.Uint(&ndHomeLifetime, off+6, 2)
	case t == 11 && n > 8:
		d.Uint(&ndCGAPad, off+2, 1)
		d.Bytes(&ndCGA, off+4, n-4)
	case t == 12 && n > 20:
		d.Bytes(&ndKeyHash, off+4, 16)
		d.Bytes(&ndSignature, off+20, n-20)
	case t == 13 && n == 16:
		// RFC 3971 5.3.1: 48 bits of seconds since 1970, and 16 bits of 1/65536 s.
		v := d.uint64(off + 8)
		d.Num(&ndTimestamp, off+8, 8, v>>16*1e9+(v&0xffff*1e9)>>16)
	case t == 14:
		d.Bytes(&ndNonce, off+2, n-2)
	case t == 15 && n > 4:
		name := int(o[3])
		if d.Uint(&ndNameType, off+2, 1) == 2 {
			d.Bytes(&ndName, off+4, max(0, n-4-name))
		} else {
			d.Bytes(&ndX501, off+4, n-4)
		}
	case t == 16 && n > 4:
		d.Bytes(&ndCertificate, off+4, n-4)
	case t == 23 && n == 24:
		d.Bits(&ndMAPDist, (off+2)*8, 4)
		d.Bits(&ndMAPPref, (off+2)*8+4, 4)
		d.Uint(&ndMAPFlags, off+3, 1)
		d.Uint(&ndMAPLifetime, off+4, 4)
		d.Bytes(&ndMAPAddr, off+8, 16)
	case t == 24 && n <= 24:
		d.Uint(&ndPrefixLen, off+2, 1)
		d.Bits(&ndRoutePrf, (off+3)*8+3, 2)
		d.Uint(&ndRouteLifetime, off+4, 4)
		if n == 24 {
			d.Bytes(&ndPrefix, off+8, 16)
		} else if n > 8 {
			var a [16]byte
			copy(a[:], o[8:])
			var text [40]byte
			d.Made(&ndPrefix, off+8, n-8, appendAddr(text[:0], a[:]))
		}
	case t == 25 && n >= 8:
		d.Bytes(&ndOptReserved, off+2, 2)
		d.Uint(&ndRDNSSLifetime, off+4, 4)
		for i := 8; i+16 <= n; i += 16 {
			d.Bytes(&ndRDNSS, off+i, 16)
		}
	case t == 26:
		d.Bytes(&ndFlagsExt, off+2, n-2)
	case t == 31 && n >= 8:
		d.Bytes(&ndOptReserved, off+2, 2)
		d.Uint(&ndDNSSLLifetime, off+4, 4)
		d.searchList(o, off)
	case t == 33 && n == 16:
		d.Uint(&ndAROStatus, off+2, 1)
		d.Uint(&ndAROLifetime, off+6, 2)
		d.Bytes(&ndAROEUI, off+8, 8)
	case t == 34 && n >= 8:
		d.Uint(&ndCOLen, off+2, 1)
		d.Bits(&ndCOC, (off+3)*8+3, 1)
		d.Bits(&ndCOCID, (off+3)*8+4, 4)
		d.Uint(&ndCOLifetime, off+6, 2)
		if n > 8 {
			d.Bytes(&ndCOPrefix, off+8, n-8)
		}
	case t == 35 && n == 24:
		d.Uint(&ndABROLow, off+2, 2)
		d.Uint(&ndABROHigh, off+4, 2)
		d.Uint(&ndABROLifetime, off+6, 2)
		d.Bytes(&ndABROAddr, off+8, 16)
	case t == 36 && n == 8:
		d.Bits(&nd6CIO, (off+3)*8+7, 1)
	case t == 37:
		end := n
		for end > 2 && o[end-1] == 0 {
			end--
		}
		d.Bytes(&ndCaptive, off+2, end-2)
	case t == 38 && n == 16:
		d.pref64(o, off)
	case n > 2:
		d.Bytes(&ndData, off+2, n-2)
	}
}

func (d *D) ndLinkAddr(t byte, off int) {
	switch t {
	case 1:
		d.Bytes(&ndOptSource, off+2, 6)
		d.Bytes(&ndOptAddr, off+2, 6)
	case 2:
		d.Bytes(&ndOptTarget, off+2, 6)
		d.Bytes(&ndOptAddr, off+2, 6)
	default:
		d.Bytes(&ndOptAddr, off+3, 6)
	}
}

// restOwned says that what follows octet off is this layer's.
func (d *D) restOwned(off int) {
	if rest := d.end - d.off - off; rest > 0 {
		d.Own(off, rest)
	}
}

func (d *D) uint64(off int) uint64 { return number(d.cur, off*8, 64) }

// searchList dissects names as they are in DNS, without compression, padded with
// zeros (RFC 8106 5.2).
func (d *D) searchList(o []byte, off int) {
	for i := 8; i < len(o) && o[i] != 0; {
		var text [256]byte
		name, start := text[:0], i
		for i < len(o) && o[i] != 0 {
			l := int(o[i])
			if i+1+l > len(o) || len(name)+l+1 > len(text) {
				d.Wrong("name runs past the option's end", off+i)
				return
			}
			if len(name) > 0 {
				name = append(name, '.')
			}
			name = append(name, o[i+1:i+1+l]...)
			i += 1 + l
		}
		i++
		d.Made(&ndDNSSL, off+start, min(i, len(o))-start, name)
	}
}

// pref64 dissects the option of RFC 8781 4: the prefix's first 96 bits are there,
// and how many of them count.
func (d *D) pref64(o []byte, off int) {
	d.Bits(&ndPref64Lifetime, (off+2)*8, 13)
	d.Bits(&ndPref64PLC, (off+2)*8+13, 3)
	var a [16]byte
	copy(a[:], o[4:])
	var text [40]byte
	d.Made(&ndPref64, off+4, 12, appendAddr(text[:0], a[:]))
}

package dissect

import "fmt"

// What the numbers in DNS messages mean: the IANA registries "Domain Name System
// (DNS) Parameters", "DNSSEC Algorithm Numbers" and their like.

func dnsOpcode(v uint64) string {
	switch v {
	case 0:
		return "Standard query"
	case 1:
		return "Inverse query"
	case 2:
		return "Server status request"
	case 4:
		return "Zone change notification"
	case 5:
		return "Dynamic update"
	case 6:
		return "DNS stateful operations"
	}
	return ""
}

func dnsRcode(v uint64) string {
	switch v {
	case 0:
		return "No error"
	case 1:
		return "Format error"
	case 2:
		return "Server failure"
	case 3:
		return "No such name"
	case 4:
		return "Not implemented"
	case 5:
		return "Refused"
	case 6:
		return "Name exists"
	case 7:
		return "RRset exists"
	case 8:
		return "RRset does not exist"
	case 9:
		return "Not authoritative"
	case 10:
		return "Name out of zone"
	case 11:
		return "DSO type not implemented"
	}
	return ""
}

// dnsExtRcodeName covers the codes that need more than four bits.
func dnsExtRcodeName(v uint64) string {
	switch v {
	case 16:
		return "Bad OPT version or TSIG failure"
	case 17:
		return "Key not recognized"
	case 18:
		return "Signature out of time window"
	case 19:
		return "Bad TKEY mode"
	case 20:
		return "Duplicate key name"
	case 21:
		return "Algorithm not supported"
	case 22:
		return "Bad truncation"
	case 23:
		return "Bad or missing server cookie"
	}
	return dnsRcode(v)
}

func dnsClass(v uint64) string {
	switch v {
	case 1:
		return "IN"
	case 2:
		return "CSNET"
	case 3:
		return "CH"
	case 4:
		return "HS"
	case 254:
		return "NONE"
	case 255:
		return "ANY"
	}
	return ""
}

// dnsTypeLow holds the types without gaps, from 0.
var dnsTypeLow = [...]string{
	"", "A", "NS", "MD", "MF", "CNAME", "SOA", "MB", "MG", "MR", "NULL", "WKS", "PTR", "HINFO", "MINFO", "MX",
	"TXT", "RP", "AFSDB", "X25", "ISDN", "RT", "NSAP", "NSAP-PTR", "SIG", "KEY", "PX", "GPOS", "AAAA", "LOC", "NXT",
	"EID", "NIMLOC", "SRV", "ATMA", "NAPTR", "KX", "CERT", "A6", "DNAME", "SINK", "OPT", "APL", "DS", "SSHFP",
	"IPSECKEY", "RRSIG", "NSEC", "DNSKEY", "DHCID", "NSEC3", "NSEC3PARAM", "TLSA", "SMIMEA", "", "HIP", "NINFO",
	"RKEY", "TALINK", "CDS", "CDNSKEY", "OPENPGPKEY", "CSYNC", "ZONEMD", "SVCB", "HTTPS", "DSYNC", "HHIT", "BRID",
}

func dnsType(v uint64) string {
	if v < uint64(len(dnsTypeLow)) {
		return dnsTypeLow[v]
	}
	switch v {
	case 99:
		return "SPF"
	case 100:
		return "UINFO"
	case 101:
		return "UID"
	case 102:
		return "GID"
	case 103:
		return "UNSPEC"
	case 104:
		return "NID"
	case 105:
		return "L32"
	case 106:
		return "L64"
	case 107:
		return "LP"
	case 108:
		return "EUI48"
	case 109:
		return "EUI64"
	case 128:
		return "NXNAME"
	case 249:
		return "TKEY"
	case 250:
		return "TSIG"
	case 251:
		return "IXFR"
	case 252:
		return "AXFR"
	case 253:
		return "MAILB"
	case 254:
		return "MAILA"
	case 255:
		return "ANY"
	case 256:
		return "URI"
	case 257:
		return "CAA"
	case 258:
		return "AVC"
	case 259:
		return "DOA"
	case 260:
		return "AMTRELAY"
	case 261:
		return "RESINFO"
	case 262:
		return "WALLET"
	case 263:
		return "CLA"
	case 264:
		return "IPN"
	case 32768:
		return "TA"
	case 32769:
		return "DLV"
	}
	return ""
}

func dnsOptName(v uint64) string {
	switch v {
	case 1:
		return "LLQ"
	case 2:
		return "Update lease"
	case 3:
		return "NSID"
	case 5:
		return "DAU"
	case 6:
		return "DHU"
	case 7:
		return "N3U"
	case 8:
		return "Client subnet"
	case 9:
		return "Expire"
	case 10:
		return "Cookie"
	case 11:
		return "TCP keepalive"
	case 12:
		return "Padding"
	case 13:
		return "Chain"
	case 14:
		return "Key tag"
	case 15:
		return "Extended error"
	case 16:
		return "Client tag"
	case 17:
		return "Server tag"
	case 18:
		return "Report channel"
	case 19:
		return "Zone version"
	}
	return ""
}

func dnsAlgorithm(v uint64) string {
	switch v {
	case 0:
		return "DELETE"
	case 1:
		return "RSA/MD5"
	case 2:
		return "Diffie-Hellman"
	case 3:
		return "DSA/SHA-1"
	case 5:
		return "RSA/SHA-1"
	case 6:
		return "DSA-NSEC3-SHA1"
	case 7:
		return "RSASHA1-NSEC3-SHA1"
	case 8:
		return "RSA/SHA-256"
	case 10:
		return "RSA/SHA-512"
	case 12:
		return "GOST R 34.10-2001"
	case 13:
		return "ECDSA P-256 with SHA-256"
	case 14:
		return "ECDSA P-384 with SHA-384"
	case 15:
		return "Ed25519"
	case 16:
		return "Ed448"
	case 17:
		return "SM2 with SM3"
	case 23:
		return "GOST R 34.10-2012"
	case 252:
		return "Indirect"
	case 253:
		return "Private, by domain name"
	case 254:
		return "Private, by OID"
	}
	return ""
}

func dnsDigest(v uint64) string {
	switch v {
	case 1:
		return "SHA-1"
	case 2:
		return "SHA-256"
	case 3:
		return "GOST R 34.11-94"
	case 4:
		return "SHA-384"
	case 5:
		return "GOST R 34.11-2012"
	case 6:
		return "SM3"
	}
	return ""
}

func dnsNSEC3Hash(v uint64) string {
	if v == 1 {
		return "SHA-1"
	}
	return ""
}

var dnsExtErrors = [...]string{
	"Other error", "Unsupported DNSKEY algorithm", "Unsupported DS digest type", "Stale answer", "Forged answer",
	"DNSSEC indeterminate", "DNSSEC bogus", "Signature expired", "Signature not yet valid", "DNSKEY missing",
	"RRSIGs missing", "No zone key bit set", "NSEC missing", "Cached error", "Not ready", "Blocked", "Censored",
	"Filtered", "Prohibited", "Stale NXDOMAIN answer", "Not authoritative", "Not supported",
	"No reachable authority", "Network error", "Invalid data", "Signature expired before valid", "Too early",
	"Unsupported NSEC3 iterations value", "Unable to conform to policy", "Synthesized", "Invalid query type",
}

func dnsExtError(v uint64) string {
	if v < uint64(len(dnsExtErrors)) {
		return dnsExtErrors[v]
	}
	return ""
}

func dnsCertKind(v uint64) string {
	switch v {
	case 1:
		return "PKIX"
	case 2:
		return "SPKI"
	case 3:
		return "PGP"
	case 4:
		return "IPKIX"
	case 5:
		return "ISPKI"
	case 6:
		return "IPGP"
	case 7:
		return "ACPKIX"
	case 8:
		return "IACPKIX"
	case 253:
		return "URI"
	case 254:
		return "OID"
	}
	return ""
}

func dnsSSHFPAlgorithm(v uint64) string {
	switch v {
	case 1:
		return "RSA"
	case 2:
		return "DSA"
	case 3:
		return "ECDSA"
	case 4:
		return "Ed25519"
	case 6:
		return "Ed448"
	}
	return ""
}

func dnsSSHFPHash(v uint64) string {
	switch v {
	case 1:
		return "SHA-1"
	case 2:
		return "SHA-256"
	}
	return ""
}

func dnsIPSECGateway(v uint64) string {
	switch v {
	case 0:
		return "none"
	case 1:
		return "IPv4"
	case 2:
		return "IPv6"
	case 3:
		return "name"
	}
	return ""
}

func dnsIPSECAlgorithm(v uint64) string {
	switch v {
	case 1:
		return "DSA"
	case 2:
		return "RSA"
	case 3:
		return "ECDSA"
	case 4:
		return "EdDSA"
	}
	return ""
}

func dnsTLSAUse(v uint64) string {
	switch v {
	case 0:
		return "PKIX-TA"
	case 1:
		return "PKIX-EE"
	case 2:
		return "DANE-TA"
	case 3:
		return "DANE-EE"
	}
	return ""
}

func dnsTLSASelect(v uint64) string {
	switch v {
	case 0:
		return "full certificate"
	case 1:
		return "public key"
	}
	return ""
}

func dnsTLSAMatching(v uint64) string {
	switch v {
	case 0:
		return "no hash"
	case 1:
		return "SHA-256"
	case 2:
		return "SHA-512"
	}
	return ""
}

func dnsSVCBKeyName(v uint64) string {
	switch v {
	case 0:
		return "mandatory"
	case 1:
		return "alpn"
	case 2:
		return "no-default-alpn"
	case 3:
		return "port"
	case 4:
		return "ipv4hint"
	case 5:
		return "ech"
	case 6:
		return "ipv6hint"
	case 7:
		return "dohpath"
	case 8:
		return "ohttp"
	}
	return ""
}

func dnsTKEYModeName(v uint64) string {
	switch v {
	case 1:
		return "server assignment"
	case 2:
		return "Diffie-Hellman"
	case 3:
		return "GSS-API"
	case 4:
		return "resolver assignment"
	case 5:
		return "key deletion"
	}
	return ""
}

func dnsDSOTypeName(v uint64) string {
	switch v {
	case 1:
		return "Keepalive"
	case 2:
		return "Retry delay"
	case 3:
		return "Encryption padding"
	case 0x40:
		return "Subscribe"
	case 0x41:
		return "Push"
	case 0x42:
		return "Unsubscribe"
	case 0x43:
		return "Reconfirm"
	}
	return ""
}

// dnsLOCPrecision reads RFC 1876's sizes: a mantissa and a power of ten, in
// centimetres.
func dnsLOCPrecision(v uint64) string {
	mant, exp := v>>4&15, v&15
	if mant > 9 || exp > 9 {
		return ""
	}
	cm := mant
	for range exp {
		cm *= 10
	}
	return fmt.Sprintf("%d.%02d m", cm/100, cm%100)
}

// dnsLOCAngle reads thousandths of an arc second around 2^31.
func dnsLOCAngle(v uint64) string {
	return fmt.Sprintf("%.7f°", float64(int64(v)-1<<31)/3600000)
}

// dnsLOCAltitude reads centimetres above 100 km below the ellipsoid.
func dnsLOCAltitude(v uint64) string {
	return fmt.Sprintf("%.2f m", float64(int64(v)-10000000)/100)
}

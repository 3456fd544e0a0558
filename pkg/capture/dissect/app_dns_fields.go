package dissect

// The fields of a DNS message: RFC 1035 section 4.1, and the RFCs of the record
// types.

import "github.com/netkit-go/netkit/pkg/wire"

// Places in the header of dns.
const (
	dnsHID = iota
	dnsHQR
	dnsHOpcode
	dnsHAA
	dnsHTC
	dnsHRD
	dnsHRA
	dnsHZ
	dnsHAD
	dnsHCD
	dnsHRcode
	dnsHQD
	dnsHAN
	dnsHNS
	dnsHAR
)

var dnsHeader = []Def{
	field("dns.id", "Transaction ID", 0, 16, wire.FieldHex),
	field("dns.flags.response", "Response", 16, 1, wire.FieldFlag),
	code("dns.flags.opcode", "Opcode", 17, 4, dnsOpcode),
	field("dns.flags.authoritative", "Authoritative answer", 21, 1, wire.FieldFlag),
	field("dns.flags.truncated", "Truncated", 22, 1, wire.FieldFlag),
	field("dns.flags.recdesired", "Recursion desired", 23, 1, wire.FieldFlag),
	field("dns.flags.recavail", "Recursion available", 24, 1, wire.FieldFlag),
	field("dns.flags.z", "Reserved", 25, 1, wire.FieldFlag),
	field("dns.flags.authenticated", "Authentic data", 26, 1, wire.FieldFlag),
	field("dns.flags.checkdisable", "Checking disabled", 27, 1, wire.FieldFlag),
	code("dns.flags.rcode", "Response code", 28, 4, dnsRcode),
	field("dns.count.queries", "Questions", 32, 16, wire.FieldDec),
	field("dns.count.answers", "Answers", 48, 16, wire.FieldDec),
	field("dns.count.auth_rr", "Authority records", 64, 16, wire.FieldDec),
	field("dns.count.add_rr", "Additional records", 80, 16, wire.FieldDec),
}

var dnsFields = []*Def{
	&dnsLength, &dnsFlags, &dnsConflict, &dnsTentative, &dnsZones, &dnsPrereqs, &dnsUpdates, &dnsQuestionGroup, &dnsAnswerGroup,
	&dnsAuthorityGroup, &dnsAdditionalGroup, &dnsQName, &dnsQNameLen, &dnsQLabels, &dnsQType, &dnsQU, &dnsQClass, &dnsName,
	&dnsRType, &dnsCacheFlush, &dnsRClass, &dnsTTL, &dnsRLen, &dnsData, &dnsUDPSize, &dnsExtRcode, &dnsEDNSVersion, &dnsEDNSZ,
	&dnsDO, &dnsEDNSRes, &dnsOpt, &dnsOptCode, &dnsOptLen, &dnsOptData, &dnsOptDAU, &dnsOptDHU, &dnsOptN3U, &dnsECSFamily,
	&dnsECSSource, &dnsECSScope, &dnsECSAddr, &dnsECSAddr4, &dnsECSAddr6, &dnsCookieClient, &dnsCookieServer, &dnsKeepalive,
	&dnsPadding, &dnsChain, &dnsEDE, &dnsEDEText, &dnsA, &dnsAAAA, &dnsNS, &dnsMD, &dnsMF, &dnsCNAME, &dnsSOAMName, &dnsSOARName,
	&dnsSOASerial, &dnsSOARefresh, &dnsSOARetry, &dnsSOAExpire, &dnsSOAMinimum, &dnsMB, &dnsMG, &dnsMR, &dnsNull, &dnsWKSAddr,
	&dnsWKSProto, &dnsWKSBits, &dnsPTR, &dnsHInfoCPULen, &dnsHInfoCPU, &dnsHInfoOSLen, &dnsHInfoOS, &dnsMInfoR, &dnsMInfoE,
	&dnsMXPref, &dnsMXHost, &dnsTXTLen, &dnsTXT, &dnsRPMailbox, &dnsRPText, &dnsAFSDBSub, &dnsAFSDBHost, &dnsX25Len, &dnsX25,
	&dnsISDNLen, &dnsISDN, &dnsISDNSubLen, &dnsISDNSub, &dnsRTPref, &dnsRTHost, &dnsNSAP, &dnsNSAPPTR, &dnsKeyFlags, &dnsKeyProto,
	&dnsKeyAlg, &dnsKeyID, &dnsKeyData, &dnsPXPref, &dnsPX822, &dnsPX400, &dnsGPOSLonLen, &dnsGPOSLon, &dnsGPOSLatLen, &dnsGPOSLat,
	&dnsGPOSAltLen, &dnsGPOSAlt, &dnsLOCVersion, &dnsLOCSize, &dnsLOCH, &dnsLOCV, &dnsLOCLat, &dnsLOCLon, &dnsLOCAlt, &dnsNXTNext,
	&dnsSRVService, &dnsSRVProto, &dnsSRVName, &dnsSRVPriority, &dnsSRVWeight, &dnsSRVPort, &dnsSRVTarget, &dnsNAPTROrder,
	&dnsNAPTRPref, &dnsNAPTRFlagsLen, &dnsNAPTRFlags, &dnsNAPTRServiceLen, &dnsNAPTRService, &dnsNAPTRRegexLen, &dnsNAPTRRegex,
	&dnsNAPTRReplLen, &dnsNAPTRRepl, &dnsKXPref, &dnsKX, &dnsCertType, &dnsCertTag, &dnsCertAlg, &dnsCertData, &dnsA6Prefix,
	&dnsA6Suffix, &dnsA6Name, &dnsDNAME, &dnsAPLFamily, &dnsAPLPrefix, &dnsAPLNeg, &dnsAPLLen, &dnsAPLAddr4, &dnsAPLAddr6,
	&dnsAPLData, &dnsDSTag, &dnsDSAlg, &dnsDSType, &dnsDSDigest, &dnsSSHFPAlg, &dnsSSHFPType, &dnsSSHFP, &dnsIPSECPrec,
	&dnsIPSECType, &dnsIPSECAlg, &dnsIPSEC4, &dnsIPSEC6, &dnsIPSECName, &dnsIPSECKeyData, &dnsSigCovered, &dnsSigAlg,
	&dnsSigLabels, &dnsSigTTL, &dnsSigExpire, &dnsSigIncept, &dnsSigTag, &dnsSigner, &dnsSig, &dnsNSECNext, &dnsBitmapType,
	&dnsDNSKEYFlags, &dnsDNSKEYZone, &dnsDNSKEYRevoked, &dnsDNSKEYSEP, &dnsDNSKEYProto, &dnsDNSKEYAlg, &dnsDNSKEYTag,
	&dnsDNSKEYData, &dnsDHCID, &dnsNSEC3Algo, &dnsNSEC3Flags, &dnsNSEC3OptOut, &dnsNSEC3Iter, &dnsNSEC3SaltLen, &dnsNSEC3Salt,
	&dnsNSEC3HashLen, &dnsNSEC3Next, &dnsTLSAUsage, &dnsTLSASelector, &dnsTLSAMatch, &dnsTLSAData, &dnsHIPHITLen, &dnsHIPAlgo,
	&dnsHIPPKLen, &dnsHIPHIT, &dnsHIPPK, &dnsHIPServer, &dnsOpenPGP, &dnsCSYNCSOA, &dnsCSYNCFlags, &dnsCSYNCImm, &dnsCSYNCMin,
	&dnsZONEMDSerial, &dnsZONEMDScheme, &dnsZONEMDHash, &dnsZONEMDDigest, &dnsSVCBPriority, &dnsSVCBTarget, &dnsSVCBParam,
	&dnsSVCBKey, &dnsSVCBLen, &dnsSVCBValue, &dnsSVCBMandatory, &dnsSVCBALPNLen, &dnsSVCBALPN, &dnsSVCBPort, &dnsSVCB4, &dnsSVCB6,
	&dnsSVCBECH, &dnsSPFLen, &dnsSPF, &dnsNIDPref, &dnsNID, &dnsL32Pref, &dnsL32, &dnsL64Pref, &dnsL64, &dnsLPPref, &dnsLP,
	&dnsEUI48, &dnsEUI64, &dnsTKEYAlg, &dnsTKEYIncept, &dnsTKEYExpire, &dnsTKEYMode, &dnsTKEYError, &dnsTKEYKeyLen, &dnsTKEYKey,
	&dnsTKEYOtherLen, &dnsTKEYOther, &dnsTSIGAlg, &dnsTSIGTime, &dnsTSIGFudge, &dnsTSIGMACLen, &dnsTSIGMAC, &dnsTSIGID,
	&dnsTSIGError, &dnsTSIGOtherLen, &dnsTSIGOther, &dnsCAAFlags, &dnsCAACritical, &dnsCAATagLen, &dnsCAATag, &dnsCAAIssue,
	&dnsCAAIssueWild, &dnsCAAIodef, &dnsCAAUnknown, &dnsCAAValue, &dnsDSO, &dnsDSOType, &dnsDSOLen, &dnsDSOData, &dnsDSOInactivity,
	&dnsDSOInterval, &dnsDSORetry, &dnsDSOPad,
}

var dns = Proto{Name: "dns", Title: "Domain Name System", TCPIP: Application, OSI: OSIApplication, Header: dnsHeader, Fields: dnsFields}

var mdns = Proto{Name: "mdns", Title: "Multicast Domain Name System", TCPIP: Application, OSI: OSIApplication, Header: dnsHeader, Fields: dnsFields}

var llmnr = Proto{Name: "llmnr", Title: "Link-local Multicast Name Resolution", TCPIP: Application, OSI: OSIApplication, Header: dnsHeader, Fields: dnsFields}

var (
	dnsLength          = loose("dns.length", "Length", wire.FieldDec)
	dnsFlags           = loose("dns.flags", "Flags", wire.FieldHex)
	dnsConflict        = loose("dns.flags.conflict", "Conflict", wire.FieldFlag)
	dnsTentative       = loose("dns.flags.tentative", "Tentative", wire.FieldFlag)
	dnsZones           = loose("dns.count.zones", "Zones", wire.FieldDec)
	dnsPrereqs         = loose("dns.count.prerequisites", "Prerequisites", wire.FieldDec)
	dnsUpdates         = loose("dns.count.updates", "Updates", wire.FieldDec)
	dnsQuestionGroup   = loose("dns.question", "Question", Group)
	dnsAnswerGroup     = loose("dns.answer", "Answer", Group)
	dnsAuthorityGroup  = loose("dns.authority", "Authority", Group)
	dnsAdditionalGroup = loose("dns.additional", "Additional", Group)
	dnsQName           = loose("dns.qry.name", "Name", Text)
	dnsQNameLen        = loose("dns.qry.name.len", "Name length", wire.FieldDec)
	dnsQLabels         = loose("dns.count.labels", "Labels", wire.FieldDec)
	dnsQType           = looseCode("dns.qry.type", "Type", dnsType)
	dnsQU              = loose("dns.qry.qu", "Unicast reply wanted", wire.FieldFlag)
	dnsQClass          = Def{Field: wire.Field{Name: "dns.qry.class", Label: "Class", Kind: wire.FieldHex}, Meaning: dnsClass}
	dnsName            = loose("dns.resp.name", "Name", Text)
	dnsRType           = looseCode("dns.resp.type", "Type", dnsType)
	dnsCacheFlush      = loose("dns.resp.cache_flush", "Cache flush", wire.FieldFlag)
	dnsRClass          = Def{Field: wire.Field{Name: "dns.resp.class", Label: "Class", Kind: wire.FieldHex}, Meaning: dnsClass}
	dnsTTL             = loose("dns.resp.ttl", "Time to live", wire.FieldDec)
	dnsRLen            = loose("dns.resp.len", "Data length", wire.FieldDec)
	dnsData            = loose("dns.data", "Data", Bytes)
	dnsUDPSize         = loose("dns.rr.udp_payload_size", "UDP payload size", wire.FieldDec)
	dnsExtRcode        = loose("dns.resp.ext_rcode", "Extended response code, upper bits", wire.FieldHex)
	dnsEDNSVersion     = loose("dns.resp.edns0_version", "EDNS version", wire.FieldDec)
	dnsEDNSZ           = loose("dns.resp.z", "Flags", wire.FieldHex)
	dnsDO              = loose("dns.resp.z.do", "DNSSEC answer OK", wire.FieldFlag)
	dnsEDNSRes         = loose("dns.resp.z.reserved", "Reserved", wire.FieldHex)
	dnsOpt             = loose("dns.opt", "Option", Group)
	dnsOptCode         = looseCode("dns.opt.code", "Code", dnsOptName)
	dnsOptLen          = loose("dns.opt.len", "Length", wire.FieldDec)
	dnsOptData         = loose("dns.opt.data", "Data", Bytes)
	dnsOptDAU          = looseCode("dns.opt.dau", "Algorithm understood", dnsAlgorithm)
	dnsOptDHU          = looseCode("dns.opt.dhu", "DS hash understood", dnsDigest)
	dnsOptN3U          = looseCode("dns.opt.n3u", "NSEC3 hash understood", dnsNSEC3Hash)
	dnsECSFamily       = looseCode("dns.opt.client.family", "Address family", addrFamily)
	dnsECSSource       = loose("dns.opt.client.netmask", "Source prefix length", wire.FieldDec)
	dnsECSScope        = loose("dns.opt.client.scope", "Scope prefix length", wire.FieldDec)
	dnsECSAddr         = loose("dns.opt.client.addr", "Client subnet", Bytes)
	dnsECSAddr4        = loose("dns.opt.client.addr4", "Client subnet", Text)
	dnsECSAddr6        = loose("dns.opt.client.addr6", "Client subnet", Text)
	dnsCookieClient    = loose("dns.opt.cookie.client", "Client cookie", Bytes)
	dnsCookieServer    = loose("dns.opt.cookie.server", "Server cookie", Bytes)
	dnsKeepalive       = loose("dns.opt.edns_tcp_keepalive.timeout", "Idle timeout, 100 ms", wire.FieldDec)
	dnsPadding         = loose("dns.opt.padding", "Padding", Bytes)
	dnsChain           = loose("dns.opt.chain.fqdn", "Closest trust point", Text)
	dnsEDE             = looseCode("dns.opt.ext_error.info_code", "Extended error", dnsExtError)
	dnsEDEText         = loose("dns.opt.ext_error.extra_text", "Extra text", Text)
	dnsA               = loose("dns.a", "Address", wire.FieldIPv4)
	dnsAAAA            = loose("dns.aaaa", "Address", wire.FieldIPv6)
	dnsNS              = loose("dns.ns", "Name server", Text)
	dnsMD              = loose("dns.md", "Mail destination", Text)
	dnsMF              = loose("dns.mf", "Mail forwarder", Text)
	dnsCNAME           = loose("dns.cname", "Canonical name", Text)
	dnsSOAMName        = loose("dns.soa.mname", "Primary name server", Text)
	dnsSOARName        = loose("dns.soa.rname", "Mailbox of who is responsible", Text)
	dnsSOASerial       = loose("dns.soa.serial_number", "Serial", wire.FieldDec)
	dnsSOARefresh      = loose("dns.soa.refresh_interval", "Refresh", wire.FieldDec)
	dnsSOARetry        = loose("dns.soa.retry_interval", "Retry", wire.FieldDec)
	dnsSOAExpire       = loose("dns.soa.expire_limit", "Expire", wire.FieldDec)
	dnsSOAMinimum      = loose("dns.soa.minimum_ttl", "Minimum TTL", wire.FieldDec)
	dnsMB              = loose("dns.mb", "Mailbox host", Text)
	dnsMG              = loose("dns.mg", "Mail group member", Text)
	dnsMR              = loose("dns.mr", "Mailbox renamed to", Text)
	dnsNull            = loose("dns.null", "Data", Bytes)
	dnsWKSAddr         = loose("dns.wks.address", "Address", wire.FieldIPv4)
	dnsWKSProto        = loose("dns.wks.protocol", "Protocol", wire.FieldDec)
	dnsWKSBits         = loose("dns.wks.bits", "Bit map, octet", wire.FieldHex)
	dnsPTR             = loose("dns.ptr.domain_name", "Domain name", Text)
	dnsHInfoCPULen     = loose("dns.hinfo.cpu_length", "CPU length", wire.FieldDec)
	dnsHInfoCPU        = loose("dns.hinfo.cpu", "CPU", Text)
	dnsHInfoOSLen      = loose("dns.hinfo.os_length", "OS length", wire.FieldDec)
	dnsHInfoOS         = loose("dns.hinfo.os", "OS", Text)
	dnsMInfoR          = loose("dns.minfo.r", "Responsible mailbox", Text)
	dnsMInfoE          = loose("dns.minfo.e", "Error mailbox", Text)
	dnsMXPref          = loose("dns.mx.preference", "Preference", wire.FieldDec)
	dnsMXHost          = loose("dns.mx.mail_exchange", "Mail exchange", Text)
	dnsTXTLen          = loose("dns.txt.length", "Length", wire.FieldDec)
	dnsTXT             = loose("dns.txt", "Text", Text)
	dnsRPMailbox       = loose("dns.rp.mailbox", "Mailbox", Text)
	dnsRPText          = loose("dns.rp.txt_rr", "TXT record", Text)
	dnsAFSDBSub        = loose("dns.afsdb.subtype", "Subtype", wire.FieldDec)
	dnsAFSDBHost       = loose("dns.afsdb.hostname", "Host name", Text)
	dnsX25Len          = loose("dns.x25.length", "Length", wire.FieldDec)
	dnsX25             = loose("dns.x25.psdn_address", "PSDN address", Text)
	dnsISDNLen         = loose("dns.idsn.length", "Length", wire.FieldDec)
	dnsISDN            = loose("dns.idsn.address", "ISDN address", Text)
	dnsISDNSubLen      = loose("dns.idsn.sa.length", "Length", wire.FieldDec)
	dnsISDNSub         = loose("dns.idsn.sa.address", "Subaddress", Text)
	dnsRTPref          = loose("dns.rt.subtype", "Preference", wire.FieldDec)
	dnsRTHost          = loose("dns.rt.intermediate_host", "Intermediate host", Text)
	dnsNSAP            = loose("dns.nsap.rdata", "NSAP", Bytes)
	dnsNSAPPTR         = loose("dns.nsap_ptr.owner", "Owner", Text)
	dnsKeyFlags        = loose("dns.key.flags", "Flags", wire.FieldHex)
	dnsKeyProto        = loose("dns.key.protocol", "Protocol", wire.FieldDec)
	dnsKeyAlg          = looseCode("dns.key.algorithm", "Algorithm", dnsAlgorithm)
	dnsKeyID           = loose("dns.key.key_id", "Key tag", wire.FieldDec)
	dnsKeyData         = loose("dns.key.public_key", "Public key", Bytes)
	dnsPXPref          = loose("dns.px.preference", "Preference", wire.FieldDec)
	dnsPX822           = loose("dns.px.map822", "RFC 822 domain", Text)
	dnsPX400           = loose("dns.px.map400", "X.400 domain", Text)
	dnsGPOSLonLen      = loose("dns.gpos.longitude_length", "Longitude length", wire.FieldDec)
	dnsGPOSLon         = loose("dns.gpos.longitude", "Longitude", Text)
	dnsGPOSLatLen      = loose("dns.gpos.latitude_length", "Latitude length", wire.FieldDec)
	dnsGPOSLat         = loose("dns.gpos.latitude", "Latitude", Text)
	dnsGPOSAltLen      = loose("dns.gpos.altitude_length", "Altitude length", wire.FieldDec)
	dnsGPOSAlt         = loose("dns.gpos.altitude", "Altitude", Text)
	dnsLOCVersion      = loose("dns.loc.version", "Version", wire.FieldDec)
	dnsLOCSize         = looseCode("dns.loc.size", "Size", dnsLOCPrecision)
	dnsLOCH            = looseCode("dns.loc.horizontal_precision", "Horizontal precision", dnsLOCPrecision)
	dnsLOCV            = looseCode("dns.loc.vertical_precision", "Vertical precision", dnsLOCPrecision)
	dnsLOCLat          = looseCode("dns.loc.latitude", "Latitude", dnsLOCAngle)
	dnsLOCLon          = looseCode("dns.loc.longitude", "Longitude", dnsLOCAngle)
	dnsLOCAlt          = looseCode("dns.loc.altitude", "Altitude", dnsLOCAltitude)
	dnsNXTNext         = loose("dns.nxt.next_domain_name", "Next domain name", Text)
	dnsSRVService      = loose("dns.srv.service", "Service", Text)
	dnsSRVProto        = loose("dns.srv.proto", "Protocol", Text)
	dnsSRVName         = loose("dns.srv.name", "Name", Text)
	dnsSRVPriority     = loose("dns.srv.priority", "Priority", wire.FieldDec)
	dnsSRVWeight       = loose("dns.srv.weight", "Weight", wire.FieldDec)
	dnsSRVPort         = loose("dns.srv.port", "Port", wire.FieldDec)
	dnsSRVTarget       = loose("dns.srv.target", "Target", Text)
	dnsNAPTROrder      = loose("dns.naptr.order", "Order", wire.FieldDec)
	dnsNAPTRPref       = loose("dns.naptr.preference", "Preference", wire.FieldDec)
	dnsNAPTRFlagsLen   = loose("dns.naptr.flags_length", "Flags length", wire.FieldDec)
	dnsNAPTRFlags      = loose("dns.naptr.flags", "Flags", Text)
	dnsNAPTRServiceLen = loose("dns.naptr.service_length", "Service length", wire.FieldDec)
	dnsNAPTRService    = loose("dns.naptr.service", "Service", Text)
	dnsNAPTRRegexLen   = loose("dns.naptr.regex_length", "Regular expression length", wire.FieldDec)
	dnsNAPTRRegex      = loose("dns.naptr.regex", "Regular expression", Text)
	dnsNAPTRReplLen    = loose("dns.naptr.replacement_length", "Replacement length", wire.FieldDec)
	dnsNAPTRRepl       = loose("dns.naptr.replacement", "Replacement", Text)
	dnsKXPref          = loose("dns.kx.preference", "Preference", wire.FieldDec)
	dnsKX              = loose("dns.kx.key_exchange", "Key exchange", Text)
	dnsCertType        = looseCode("dns.cert.type", "Type", dnsCertKind)
	dnsCertTag         = loose("dns.cert.key_tag", "Key tag", wire.FieldDec)
	dnsCertAlg         = looseCode("dns.cert.algorithm", "Algorithm", dnsAlgorithm)
	dnsCertData        = loose("dns.cert.certificate", "Certificate", Bytes)
	dnsA6Prefix        = loose("dns.a6.prefix_len", "Prefix length", wire.FieldDec)
	dnsA6Suffix        = loose("dns.a6.address_suffix", "Address suffix", Text)
	dnsA6Name          = loose("dns.a6.prefix_name", "Prefix name", Text)
	dnsDNAME           = loose("dns.dname", "Delegation name", Text)
	dnsAPLFamily       = looseCode("dns.apl.address_family", "Address family", addrFamily)
	dnsAPLPrefix       = loose("dns.apl.coded_prefix", "Prefix length", wire.FieldDec)
	dnsAPLNeg          = loose("dns.apl.negation", "Negation", wire.FieldFlag)
	dnsAPLLen          = loose("dns.apl.afdlength", "Address length", wire.FieldDec)
	dnsAPLAddr4        = loose("dns.apl.afdpart.ipv4", "Address", Text)
	dnsAPLAddr6        = loose("dns.apl.afdpart.ipv6", "Address", Text)
	dnsAPLData         = loose("dns.apl.afdpart.data", "Address", Bytes)
	dnsDSTag           = loose("dns.ds.key_id", "Key tag", wire.FieldHex)
	dnsDSAlg           = looseCode("dns.ds.algorithm", "Algorithm", dnsAlgorithm)
	dnsDSType          = looseCode("dns.ds.digest_type", "Digest type", dnsDigest)
	dnsDSDigest        = loose("dns.ds.digest", "Digest", Bytes)
	dnsSSHFPAlg        = looseCode("dns.sshfp.algorithm", "Algorithm", dnsSSHFPAlgorithm)
	dnsSSHFPType       = looseCode("dns.sshfp.fingerprint.type", "Fingerprint type", dnsSSHFPHash)
	dnsSSHFP           = loose("dns.sshfp.fingerprint", "Fingerprint", Bytes)
	dnsIPSECPrec       = loose("dns.ipseckey.gateway_precedence", "Precedence", wire.FieldDec)
	dnsIPSECType       = looseCode("dns.ipseckey.gateway_type", "Gateway type", dnsIPSECGateway)
	dnsIPSECAlg        = looseCode("dns.ipseckey.gateway_algorithm", "Algorithm", dnsIPSECAlgorithm)
	dnsIPSEC4          = loose("dns.ipseckey.gateway_ipv4", "Gateway", wire.FieldIPv4)
	dnsIPSEC6          = loose("dns.ipseckey.gateway_ipv6", "Gateway", wire.FieldIPv6)
	dnsIPSECName       = loose("dns.ipseckey.gateway_dns", "Gateway", Text)
	dnsIPSECKeyData    = loose("dns.ipseckey.public_key", "Public key", Bytes)
	dnsSigCovered      = looseCode("dns.rrsig.type_covered", "Type covered", dnsType)
	dnsSigAlg          = looseCode("dns.rrsig.algorithm", "Algorithm", dnsAlgorithm)
	dnsSigLabels       = loose("dns.rrsig.labels", "Labels", wire.FieldDec)
	dnsSigTTL          = loose("dns.rrsig.original_ttl", "Original TTL", wire.FieldDec)
	dnsSigExpire       = loose("dns.rrsig.signature_expiration", "Expiration", Time)
	dnsSigIncept       = loose("dns.rrsig.signature_inception", "Inception", Time)
	dnsSigTag          = loose("dns.rrsig.key_tag", "Key tag", wire.FieldDec)
	dnsSigner          = loose("dns.rrsig.signers_name", "Signer", Text)
	dnsSig             = loose("dns.rrsig.signature", "Signature", Bytes)
	dnsNSECNext        = loose("dns.nsec.next_domain_name", "Next domain name", Text)
	dnsBitmapType      = looseCode("dns.resp.type", "Type in the bit map", dnsType)
	dnsDNSKEYFlags     = loose("dns.dnskey.flags", "Flags", wire.FieldHex)
	dnsDNSKEYZone      = loose("dns.dnskey.flags.zone_key", "Zone key", wire.FieldFlag)
	dnsDNSKEYRevoked   = loose("dns.dnskey.flags.key_revoked", "Revoked", wire.FieldFlag)
	dnsDNSKEYSEP       = loose("dns.dnskey.flags.secure_entry_point", "Secure entry point", wire.FieldFlag)
	dnsDNSKEYProto     = loose("dns.dnskey.protocol", "Protocol", wire.FieldDec)
	dnsDNSKEYAlg       = looseCode("dns.dnskey.algorithm", "Algorithm", dnsAlgorithm)
	dnsDNSKEYTag       = loose("dns.dnskey.key_id", "Key tag", wire.FieldDec)
	dnsDNSKEYData      = loose("dns.dnskey.public_key", "Public key", Bytes)
	dnsDHCID           = loose("dns.dhcid.rdata", "Data", Bytes)
	dnsNSEC3Algo       = looseCode("dns.nsec3.algo", "Hash algorithm", dnsNSEC3Hash)
	dnsNSEC3Flags      = loose("dns.nsec3.flags", "Flags", wire.FieldHex)
	dnsNSEC3OptOut     = loose("dns.nsec3.flags.opt_out", "Opt-out", wire.FieldFlag)
	dnsNSEC3Iter       = loose("dns.nsec3.iterations", "Iterations", wire.FieldDec)
	dnsNSEC3SaltLen    = loose("dns.nsec3.salt_length", "Salt length", wire.FieldDec)
	dnsNSEC3Salt       = loose("dns.nsec3.salt_value", "Salt", Bytes)
	dnsNSEC3HashLen    = loose("dns.nsec3.hash_length", "Hash length", wire.FieldDec)
	dnsNSEC3Next       = loose("dns.nsec3.hash_value", "Next hashed owner", Text)
	dnsTLSAUsage       = looseCode("dns.tlsa.certificate_usage", "Certificate usage", dnsTLSAUse)
	dnsTLSASelector    = looseCode("dns.tlsa.selector", "Selector", dnsTLSASelect)
	dnsTLSAMatch       = looseCode("dns.tlsa.matching_type", "Matching type", dnsTLSAMatching)
	dnsTLSAData        = loose("dns.tlsa.certificate_association_data", "Association data", Bytes)
	dnsHIPHITLen       = loose("dns.hip.hit.length", "HIT length", wire.FieldDec)
	dnsHIPAlgo         = loose("dns.hip.hit.pk.algo", "Public key algorithm", wire.FieldDec)
	dnsHIPPKLen        = loose("dns.hip.pk.length", "Public key length", wire.FieldDec)
	dnsHIPHIT          = loose("dns.hip.hit", "Host identity tag", Bytes)
	dnsHIPPK           = loose("dns.hip.pk", "Public key", Bytes)
	dnsHIPServer       = loose("dns.hip.rendezvous_server", "Rendezvous server", Text)
	dnsOpenPGP         = loose("dns.openpgpkey", "OpenPGP key", Bytes)
	dnsCSYNCSOA        = loose("dns.csync.soa", "SOA serial", wire.FieldDec)
	dnsCSYNCFlags      = loose("dns.csync.flags", "Flags", wire.FieldHex)
	dnsCSYNCImm        = loose("dns.csync.flags.immediate", "Immediate", wire.FieldFlag)
	dnsCSYNCMin        = loose("dns.csync.flags.soaminimum", "SOA minimum", wire.FieldFlag)
	dnsZONEMDSerial    = loose("dns.zonemd.serial", "Serial", wire.FieldDec)
	dnsZONEMDScheme    = loose("dns.zonemd.scheme", "Scheme", wire.FieldDec)
	dnsZONEMDHash      = loose("dns.zonemd.hash_algo", "Hash algorithm", wire.FieldDec)
	dnsZONEMDDigest    = loose("dns.zonemd.digest", "Digest", Bytes)
	dnsSVCBPriority    = loose("dns.svcb.svcpriority", "Priority", wire.FieldDec)
	dnsSVCBTarget      = loose("dns.svcb.targetname", "Target", Text)
	dnsSVCBParam       = loose("dns.svcb.svcparam", "Parameter", Group)
	dnsSVCBKey         = looseCode("dns.svcb.svcparam.key", "Key", dnsSVCBKeyName)
	dnsSVCBLen         = loose("dns.svcb.svcparam.value.length", "Length", wire.FieldDec)
	dnsSVCBValue       = loose("dns.svcb.svcparam.value", "Value", Bytes)
	dnsSVCBMandatory   = looseCode("dns.svcb.svcparam.mandatory.key", "Mandatory key", dnsSVCBKeyName)
	dnsSVCBALPNLen     = loose("dns.svcb.svcparam.alpn.length", "ALPN length", wire.FieldDec)
	dnsSVCBALPN        = loose("dns.svcb.svcparam.alpn", "ALPN", Text)
	dnsSVCBPort        = loose("dns.svcb.svcparam.port", "Port", wire.FieldDec)
	dnsSVCB4           = loose("dns.svcb.svcparam.ipv4hint.ip", "Address hint", wire.FieldIPv4)
	dnsSVCB6           = loose("dns.svcb.svcparam.ipv6hint.ip", "Address hint", wire.FieldIPv6)
	dnsSVCBECH         = loose("dns.svcb.svcparam.echconfig", "ECH configuration", Bytes)
	dnsSPFLen          = loose("dns.spf.length", "Length", wire.FieldDec)
	dnsSPF             = loose("dns.spf", "Text", Text)
	dnsNIDPref         = loose("dns.ilnp.nid.preference", "Preference", wire.FieldDec)
	dnsNID             = loose("dns.ilnp.nid", "Node ID", Bytes)
	dnsL32Pref         = loose("dns.ilnp.l32.preference", "Preference", wire.FieldDec)
	dnsL32             = loose("dns.ilnp.l32", "Locator", wire.FieldIPv4)
	dnsL64Pref         = loose("dns.ilnp.l64.preference", "Preference", wire.FieldDec)
	dnsL64             = loose("dns.ilnp.l64", "Locator", Bytes)
	dnsLPPref          = loose("dns.ilnp.lp.preference", "Preference", wire.FieldDec)
	dnsLP              = loose("dns.ilnp.lp", "Locator name", Text)
	dnsEUI48           = loose("dns.eui48", "Address", wire.FieldMAC)
	dnsEUI64           = loose("dns.eui64", "Address", Bytes)
	dnsTKEYAlg         = loose("dns.tkey.algo_name", "Algorithm", Text)
	dnsTKEYIncept      = loose("dns.tkey.signature_inception", "Inception", Time)
	dnsTKEYExpire      = loose("dns.tkey.signature_expiration", "Expiration", Time)
	dnsTKEYMode        = looseCode("dns.tkey.mode", "Mode", dnsTKEYModeName)
	dnsTKEYError       = looseCode("dns.tkey.error", "Error", dnsExtRcodeName)
	dnsTKEYKeyLen      = loose("dns.tkey.key_size", "Key length", wire.FieldDec)
	dnsTKEYKey         = loose("dns.tkey.key_data", "Key", Bytes)
	dnsTKEYOtherLen    = loose("dns.tkey.other_size", "Other length", wire.FieldDec)
	dnsTKEYOther       = loose("dns.tkey.other_data", "Other data", Bytes)
	dnsTSIGAlg         = loose("dns.tsig.algorithm_name", "Algorithm", Text)
	dnsTSIGTime        = loose("dns.tsig.time_signed", "Time signed", Time)
	dnsTSIGFudge       = loose("dns.tsig.fudge", "Fudge", wire.FieldDec)
	dnsTSIGMACLen      = loose("dns.tsig.mac_size", "MAC length", wire.FieldDec)
	dnsTSIGMAC         = loose("dns.tsig.mac", "MAC", Bytes)
	dnsTSIGID          = loose("dns.tsig.original_id", "Original ID", wire.FieldDec)
	dnsTSIGError       = looseCode("dns.tsig.error", "Error", dnsExtRcodeName)
	dnsTSIGOtherLen    = loose("dns.tsig.other_len", "Other length", wire.FieldDec)
	dnsTSIGOther       = loose("dns.tsig.other_data", "Other data", Bytes)
	dnsCAAFlags        = loose("dns.caa.flags", "Flags", wire.FieldHex)
	dnsCAACritical     = loose("dns.caa.flags.issuer_critical", "Issuer critical", wire.FieldFlag)
	dnsCAATagLen       = loose("dns.caa.tag_length", "Tag length", wire.FieldDec)
	dnsCAATag          = loose("dns.caa.tag", "Tag", Text)
	dnsCAAIssue        = loose("dns.caa.issue", "Issue", Text)
	dnsCAAIssueWild    = loose("dns.caa.issuewild", "Issue wildcard", Text)
	dnsCAAIodef        = loose("dns.caa.iodef", "Report URL", Text)
	dnsCAAUnknown      = loose("dns.caa.unknown", "Unknown tag", Text)
	dnsCAAValue        = loose("dns.caa.value", "Value", Text)
	dnsDSO             = loose("dns.dso.tlv", "TLV", Group)
	dnsDSOType         = looseCode("dns.dso.tlv.type", "Type", dnsDSOTypeName)
	dnsDSOLen          = loose("dns.dso.tlv.length", "Length", wire.FieldDec)
	dnsDSOData         = loose("dns.dso.tlv.data", "Data", Bytes)
	dnsDSOInactivity   = loose("dns.dso.tlv.keepalive.inactivity", "Inactivity timeout, ms", wire.FieldDec)
	dnsDSOInterval     = loose("dns.dso.tlv.keepalive.interval", "Keepalive interval, ms", wire.FieldDec)
	dnsDSORetry        = loose("dns.dso.tlv.retrydelay.retrydelay", "Retry delay, ms", wire.FieldDec)
	dnsDSOPad          = loose("dns.dso.tlv.encpad.padding", "Padding", Bytes)
)

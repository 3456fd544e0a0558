package dissect

// The fields of TLS: RFC 8446 and RFC 5246.

import "github.com/netkit-go/netkit/pkg/wire"

var tls = Proto{Name: "tls", Title: "Transport Layer Security", TCPIP: Application, OSI: OSIPresentation,
	Fields: []*Def{
		&tlsRecord, &tlsType, &tlsVersion, &tlsRecLen, &tlsAppData, &tlsCCS, &tlsAlert, &tlsAlertLevel, &tlsAlertDesc, &tlsEncrypted,
		&tlsHeartbeatType, &tlsHeartbeatLen, &tlsHeartbeatData, &tlsHeartbeatPad, &tlsHandshake, &tlsFragment, &tlsHSType, &tlsHSLen,
		&tlsHSVersion, &tlsRandom, &tlsRandomTime, &tlsRandomBytes, &tlsSessionLen, &tlsSession, &tlsSuitesLen, &tlsSuite, &tlsCompLen,
		&tlsComp, &tlsExtsLen, &tlsExt, &tlsExtType, &tlsExtLen, &tlsExtData, &tlsSNIListLen, &tlsSNIType, &tlsSNILen, &tlsSNI,
		&tlsMaxFragment, &tlsStatusType, &tlsStatusIDsLen, &tlsStatusExtsLen, &tlsOCSPLen, &tlsOCSP, &tlsGroupsLen, &tlsGroup,
		&tlsPointsLen, &tlsPoint, &tlsALPNLen, &tlsALPNStrLen, &tlsALPN, &tlsHeartbeatMode, &tlsPadding, &tlsRenegLen, &tlsReneg,
		&tlsKeyShareLen, &tlsKeyGroup, &tlsKeyLen, &tlsKey, &tlsKeySelected, &tlsPSKIDsLen, &tlsPSKIDLen, &tlsPSKID, &tlsPSKAge,
		&tlsPSKBindersLen, &tlsPSKBinders, &tlsPSKSelected, &tlsVersionsLen, &tlsSupported, &tlsCookieLen, &tlsCookie, &tlsPSKModesLen,
		&tlsPSKMode, &tlsEarlyMax, &tlsRecordLimit, &tlsCompCertLen, &tlsCompCert, &tlsALPSLen, &tlsALPSStrLen, &tlsALPS,
		&tlsSigAlgsLen, &tlsSigAlg, &tlsCertsLen, &tlsCertLen, &tlsCert, &tlsCertSubject, &tlsCertIssuer, &tlsCertSerial, &tlsCertFrom,
		&tlsCertTo, &tlsCertName, &tlsCertAddr, &tlsCertTypesCount, &tlsCertTypeF, &tlsDNamesLen, &tlsDNameLen, &tlsDName,
		&tlsTicketLife, &tlsTicketLen, &tlsTicket, &tlsCurveType, &tlsCurve, &tlsServerPointLen, &tlsServerPoint, &tlsPLen, &tlsP,
		&tlsGLen, &tlsG, &tlsYsLen, &tlsYs, &tlsSigLen, &tlsSig, &tlsClientPointLen, &tlsClientPoint, &tlsEPMSLen, &tlsEPMS,
		&tlsVerifyLen, &tlsVerify, &tlsFinished, &tlsBody, &tlsJA3Full, &tlsJA3, &tlsJA3SFull, &tlsJA3S, &tlsQUICParam, &tlsQUICType,
		&tlsQUICLen, &tlsQUICNum, &tlsQUICValue,
	}}

var (
	tlsRecord         = loose("tls.record", "Record", Group)
	tlsType           = looseCode("tls.record.content_type", "Content type", tlsContentType)
	tlsVersion        = Def{Field: wire.Field{Name: "tls.record.version", Label: "Version", Kind: wire.FieldHex}, Meaning: tlsVersionName}
	tlsRecLen         = loose("tls.record.length", "Length", wire.FieldDec)
	tlsAppData        = loose("tls.app_data", "Encrypted application data", Bytes)
	tlsCCS            = loose("tls.change_cipher_spec", "Change cipher spec", wire.FieldDec)
	tlsAlert          = loose("tls.alert_message", "Alert", Group)
	tlsAlertLevel     = looseCode("tls.alert_message.level", "Level", tlsAlertLevelName)
	tlsAlertDesc      = looseCode("tls.alert_message.desc", "Description", tlsAlertName)
	tlsEncrypted      = loose("tls.encrypted", "Encrypted", Bytes)
	tlsHeartbeatType  = looseCode("tls.heartbeat_message.type", "Heartbeat", tlsHeartbeatName)
	tlsHeartbeatLen   = loose("tls.heartbeat_message.payload_length", "Payload length", wire.FieldDec)
	tlsHeartbeatData  = loose("tls.heartbeat_message.payload", "Payload", Bytes)
	tlsHeartbeatPad   = loose("tls.heartbeat_message.padding", "Padding", Bytes)
	tlsHandshake      = loose("tls.handshake", "Handshake message", Group)
	tlsFragment       = loose("tls.handshake.fragment", "Handshake fragment", Bytes)
	tlsHSType         = looseCode("tls.handshake.type", "Type", tlsHandshakeType)
	tlsHSLen          = loose("tls.handshake.length", "Length", wire.FieldDec)
	tlsHSVersion      = Def{Field: wire.Field{Name: "tls.handshake.version", Label: "Version", Kind: wire.FieldHex}, Meaning: tlsVersionName}
	tlsRandom         = loose("tls.handshake.random", "Random", Bytes)
	tlsRandomTime     = loose("tls.handshake.random_time", "Time", Time)
	tlsRandomBytes    = loose("tls.handshake.random_bytes", "Random octets", Bytes)
	tlsSessionLen     = loose("tls.handshake.session_id_length", "Session ID length", wire.FieldDec)
	tlsSession        = loose("tls.handshake.session_id", "Session ID", Bytes)
	tlsSuitesLen      = loose("tls.handshake.cipher_suites_length", "Cipher suites length", wire.FieldDec)
	tlsSuite          = Def{Field: wire.Field{Name: "tls.handshake.ciphersuite", Label: "Cipher suite", Kind: wire.FieldHex}, Meaning: tlsSuiteName}
	tlsCompLen        = loose("tls.handshake.comp_methods_length", "Compression methods length", wire.FieldDec)
	tlsComp           = looseCode("tls.handshake.comp_method", "Compression method", tlsCompression)
	tlsExtsLen        = loose("tls.handshake.extensions_length", "Extensions length", wire.FieldDec)
	tlsExt            = loose("tls.handshake.extension", "Extension", Group)
	tlsExtType        = looseCode("tls.handshake.extension.type", "Type", tlsExtensionName)
	tlsExtLen         = loose("tls.handshake.extension.len", "Length", wire.FieldDec)
	tlsExtData        = loose("tls.handshake.extension.data", "Data", Bytes)
	tlsSNIListLen     = loose("tls.handshake.extensions_server_name_list_len", "Server name list length", wire.FieldDec)
	tlsSNIType        = looseCode("tls.handshake.extensions_server_name_type", "Server name type", tlsNameType)
	tlsSNILen         = loose("tls.handshake.extensions_server_name_len", "Server name length", wire.FieldDec)
	tlsSNI            = loose("tls.handshake.extensions_server_name", "Server name", Text)
	tlsMaxFragment    = looseCode("tls.handshake.max_fragment_length", "Maximum fragment length", tlsMaxFragmentName)
	tlsStatusType     = looseCode("tls.handshake.extensions_status_request_type", "Status type", tlsStatusName)
	tlsStatusIDsLen   = loose("tls.handshake.extensions_status_request_responder_ids_len", "Responder IDs length", wire.FieldDec)
	tlsStatusExtsLen  = loose("tls.handshake.extensions_status_request_exts_len", "Request extensions length", wire.FieldDec)
	tlsOCSPLen        = loose("tls.handshake.ocsp_response_len", "OCSP response length", wire.FieldDec)
	tlsOCSP           = loose("tls.handshake.ocsp_response", "OCSP response", Bytes)
	tlsGroupsLen      = loose("tls.handshake.extensions_supported_groups_length", "Supported groups length", wire.FieldDec)
	tlsGroup          = Def{Field: wire.Field{Name: "tls.handshake.extensions_supported_group", Label: "Supported group", Kind: wire.FieldHex}, Meaning: tlsGroupName}
	tlsPointsLen      = loose("tls.handshake.extensions_ec_point_formats_length", "Point formats length", wire.FieldDec)
	tlsPoint          = looseCode("tls.handshake.extensions_ec_point_format", "Point format", tlsPointFormat)
	tlsALPNLen        = loose("tls.handshake.extensions_alpn_len", "Protocols length", wire.FieldDec)
	tlsALPNStrLen     = loose("tls.handshake.extensions_alpn_str_len", "Protocol length", wire.FieldDec)
	tlsALPN           = loose("tls.handshake.extensions_alpn_str", "Protocol", Text)
	tlsHeartbeatMode  = looseCode("tls.handshake.extension.heartbeat.mode", "Heartbeat mode", tlsHeartbeatModeName)
	tlsPadding        = loose("tls.handshake.extensions_padding_data", "Padding", Bytes)
	tlsRenegLen       = loose("tls.handshake.extensions_reneg_info_len", "Renegotiation info length", wire.FieldDec)
	tlsReneg          = loose("tls.handshake.extensions_reneg_info", "Renegotiation info", Bytes)
	tlsKeyShareLen    = loose("tls.handshake.extensions_key_share_client_length", "Key shares length", wire.FieldDec)
	tlsKeyGroup       = looseCode("tls.handshake.extensions_key_share_group", "Group", tlsGroupName)
	tlsKeyLen         = loose("tls.handshake.extensions_key_share_key_exchange_length", "Key length", wire.FieldDec)
	tlsKey            = loose("tls.handshake.extensions_key_share_key_exchange", "Key", Bytes)
	tlsKeySelected    = looseCode("tls.handshake.extensions_key_share_selected_group", "Selected group", tlsGroupName)
	tlsPSKIDsLen      = loose("tls.handshake.extensions.psk.identities.length", "Identities length", wire.FieldDec)
	tlsPSKIDLen       = loose("tls.handshake.extensions.psk.identity.identity_length", "Identity length", wire.FieldDec)
	tlsPSKID          = loose("tls.handshake.extensions.psk.identity.identity", "Identity", Bytes)
	tlsPSKAge         = loose("tls.handshake.extensions.psk.identity.obfuscated_ticket_age", "Obfuscated ticket age", wire.FieldDec)
	tlsPSKBindersLen  = loose("tls.handshake.extensions.psk.binders_len", "Binders length", wire.FieldDec)
	tlsPSKBinders     = loose("tls.handshake.extensions.psk.binders", "Binders", Bytes)
	tlsPSKSelected    = loose("tls.handshake.extensions.psk.identity.selected", "Selected identity", wire.FieldDec)
	tlsVersionsLen    = loose("tls.handshake.extensions.supported_versions_len", "Supported versions length", wire.FieldDec)
	tlsSupported      = Def{Field: wire.Field{Name: "tls.handshake.extensions.supported_version", Label: "Supported version", Kind: wire.FieldHex}, Meaning: tlsVersionName}
	tlsCookieLen      = loose("tls.handshake.extensions.cookie_len", "Cookie length", wire.FieldDec)
	tlsCookie         = loose("tls.handshake.extensions.cookie", "Cookie", Bytes)
	tlsPSKModesLen    = loose("tls.extension.psk_ke_modes_length", "PSK modes length", wire.FieldDec)
	tlsPSKMode        = looseCode("tls.extension.psk_ke_mode", "PSK key exchange mode", tlsPSKModeName)
	tlsEarlyMax       = loose("tls.early_data.max_early_data_size", "Most early data", wire.FieldDec)
	tlsRecordLimit    = loose("tls.record_size_limit", "Record size limit", wire.FieldDec)
	tlsCompCertLen    = loose("tls.compress_certificate.algorithms_length", "Algorithms length", wire.FieldDec)
	tlsCompCert       = looseCode("tls.compress_certificate.algorithm", "Algorithm", tlsCompCertName)
	tlsALPSLen        = loose("tls.handshake.extensions_alps_len", "Protocols length", wire.FieldDec)
	tlsALPSStrLen     = loose("tls.handshake.extensions_alps_alpn_str_len", "Protocol length", wire.FieldDec)
	tlsALPS           = loose("tls.handshake.extensions_alps_alpn_str", "Protocol", Text)
	tlsSigAlgsLen     = loose("tls.handshake.sig_hash_alg_len", "Signature algorithms length", wire.FieldDec)
	tlsSigAlg         = Def{Field: wire.Field{Name: "tls.handshake.sig_hash_alg", Label: "Signature algorithm", Kind: wire.FieldHex}, Meaning: tlsSignatureName}
	tlsCertsLen       = loose("tls.handshake.certificates_length", "Certificates length", wire.FieldDec)
	tlsCertLen        = loose("tls.handshake.certificate_length", "Certificate length", wire.FieldDec)
	tlsCert           = loose("tls.handshake.certificate", "Certificate", Bytes)
	tlsCertSubject    = loose("tls.certificate.subject", "Subject", Text)
	tlsCertIssuer     = loose("tls.certificate.issuer", "Issuer", Text)
	tlsCertSerial     = loose("tls.certificate.serial", "Serial", Text)
	tlsCertFrom       = loose("tls.certificate.not_before", "Not before", Time)
	tlsCertTo         = loose("tls.certificate.not_after", "Not after", Time)
	tlsCertName       = loose("tls.certificate.dns_name", "DNS name", Text)
	tlsCertAddr       = loose("tls.certificate.ip", "IP address", Text)
	tlsCertTypesCount = loose("tls.handshake.cert_types_count", "Certificate types", wire.FieldDec)
	tlsCertTypeF      = looseCode("tls.handshake.cert_type", "Certificate type", tlsCertTypeName)
	tlsDNamesLen      = loose("tls.handshake.dnames_len", "Distinguished names length", wire.FieldDec)
	tlsDNameLen       = loose("tls.handshake.dname_len", "Distinguished name length", wire.FieldDec)
	tlsDName          = loose("tls.handshake.dname", "Distinguished name", Bytes)
	tlsTicketLife     = loose("tls.handshake.session_ticket_lifetime_hint", "Ticket lifetime, s", wire.FieldDec)
	tlsTicketLen      = loose("tls.handshake.session_ticket_length", "Ticket length", wire.FieldDec)
	tlsTicket         = loose("tls.handshake.session_ticket", "Ticket", Bytes)
	tlsCurveType      = looseCode("tls.handshake.server_curve_type", "Curve type", tlsCurveKind)
	tlsCurve          = Def{Field: wire.Field{Name: "tls.handshake.server_named_curve", Label: "Curve", Kind: wire.FieldHex}, Meaning: tlsGroupName}
	tlsServerPointLen = loose("tls.handshake.server_point_len", "Public key length", wire.FieldDec)
	tlsServerPoint    = loose("tls.handshake.server_point", "Public key", Bytes)
	tlsPLen           = loose("tls.handshake.p_len", "p length", wire.FieldDec)
	tlsP              = loose("tls.handshake.p", "p", Bytes)
	tlsGLen           = loose("tls.handshake.g_len", "g length", wire.FieldDec)
	tlsG              = loose("tls.handshake.g", "g", Bytes)
	tlsYsLen          = loose("tls.handshake.ys_len", "Public key length", wire.FieldDec)
	tlsYs             = loose("tls.handshake.ys", "Public key", Bytes)
	tlsSigLen         = loose("tls.handshake.sig_len", "Signature length", wire.FieldDec)
	tlsSig            = loose("tls.handshake.sig", "Signature", Bytes)
	tlsClientPointLen = loose("tls.handshake.client_point_len", "Public key length", wire.FieldDec)
	tlsClientPoint    = loose("tls.handshake.client_point", "Public key", Bytes)
	tlsEPMSLen        = loose("tls.handshake.epms_len", "Encrypted premaster secret length", wire.FieldDec)
	tlsEPMS           = loose("tls.handshake.epms", "Encrypted premaster secret", Bytes)
	tlsVerifyLen      = loose("tls.handshake.client_cert_vrfy.sig_len", "Signature length", wire.FieldDec)
	tlsVerify         = loose("tls.handshake.client_cert_vrfy.sig", "Signature", Bytes)
	tlsFinished       = loose("tls.handshake.verify_data", "Verify data", Bytes)
	tlsBody           = loose("tls.handshake.body", "Body", Bytes)
	tlsJA3Full        = loose("tls.handshake.ja3_full", "JA3 string", Text)
	tlsJA3            = loose("tls.handshake.ja3", "JA3", Text)
	tlsJA3SFull       = loose("tls.handshake.ja3s_full", "JA3S string", Text)
	tlsJA3S           = loose("tls.handshake.ja3s", "JA3S", Text)
	tlsQUICParam      = loose("tls.quic.parameter", "Transport parameter", Group)
	tlsQUICType       = Def{Field: wire.Field{Name: "tls.quic.parameter.type", Label: "Type", Kind: wire.FieldHex}, Meaning: quicParamName}
	tlsQUICLen        = loose("tls.quic.parameter.length", "Length", wire.FieldDec)
	tlsQUICNum        = loose("tls.quic.parameter.number", "Value", wire.FieldDec)
	tlsQUICValue      = loose("tls.quic.parameter.value", "Value", Bytes)
)

package dissect

// The fields of RADIUS: RFC 2865, 2866, 2867, 2868, 2869, 3162, 5176, 5090 and
// 6911.

import "github.com/netkit-go/netkit/pkg/wire"

var radius = Proto{Name: "radius", Title: "RADIUS", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		code("radius.code", "Code", 0, 8, radiusCode),
		field("radius.id", "Identifier", 8, 8, wire.FieldDec),
		field("radius.length", "Length", 16, 16, wire.FieldDec),
		field("radius.authenticator", "Authenticator", 32, 128, Bytes),
	},
	Fields: []*Def{
		&radiusAVP, &radiusAVPType, &radiusAVPLen, &radiusVendor, &radiusVendorType, &radiusVendorLen, &radiusVendorData,
		&radiusCHAPIdent, &radiusCHAPString, &radiusTag, &radiusUnknown, &radiusUserName, &radiusUserPassword, &radiusNASIPAddress,
		&radiusNASPort, &radiusServiceType, &radiusFramedProtocol, &radiusFramedIPAddress, &radiusFramedIPNetmask,
		&radiusFramedRouting, &radiusFilterId, &radiusFramedMTU, &radiusFramedCompression, &radiusLoginIPHost, &radiusLoginService,
		&radiusLoginTCPPort, &radiusReplyMessage, &radiusCallbackNumber, &radiusCallbackId, &radiusFramedRoute,
		&radiusFramedIPXNetwork, &radiusState, &radiusClass, &radiusSessionTimeout, &radiusIdleTimeout, &radiusTerminationAction,
		&radiusCalledStationId, &radiusCallingStationId, &radiusNASIdentifier, &radiusProxyState, &radiusLoginLATService,
		&radiusLoginLATNode, &radiusLoginLATGroup, &radiusFramedAppleTalkLink, &radiusFramedAppleTalkNetwork,
		&radiusFramedAppleTalkZone, &radiusAcctStatusType, &radiusAcctDelayTime, &radiusAcctInputOctets, &radiusAcctOutputOctets,
		&radiusAcctSessionId, &radiusAcctAuthentic, &radiusAcctSessionTime, &radiusAcctInputPackets, &radiusAcctOutputPackets,
		&radiusAcctTerminateCause, &radiusAcctMultiSessionId, &radiusAcctLinkCount, &radiusAcctInputGigawords,
		&radiusAcctOutputGigawords, &radiusEventTimestamp, &radiusCHAPChallenge, &radiusNASPortType, &radiusPortLimit,
		&radiusLoginLATPort, &radiusTunnelType, &radiusTunnelMediumType, &radiusTunnelClientEndpoint, &radiusTunnelServerEndpoint,
		&radiusAcctTunnelConnection, &radiusARAPPassword, &radiusARAPFeatures, &radiusARAPZoneAccess, &radiusARAPSecurity,
		&radiusARAPSecurityData, &radiusPasswordRetry, &radiusPrompt, &radiusConnectInfo, &radiusConfigurationToken, &radiusEAPMessage,
		&radiusMessageAuthenticator, &radiusTunnelPrivateGroupId, &radiusTunnelAssignmentId, &radiusTunnelPreference,
		&radiusARAPChallengeResponse, &radiusAcctInterimInterval, &radiusAcctTunnelPacketsLost, &radiusNASPortId, &radiusFramedPool,
		&radiusChargeableUserIdentity, &radiusTunnelClientAuthId, &radiusTunnelServerAuthId, &radiusOriginatingLineInfo,
		&radiusNASIPv6Address, &radiusFramedInterfaceId, &radiusFramedIPv6Prefix, &radiusLoginIPv6Host, &radiusFramedIPv6Route,
		&radiusFramedIPv6Pool, &radiusErrorCause, &radiusEAPKeyName, &radiusDigestResponse, &radiusDelegatedIPv6Prefix,
		&radiusFramedIPv6Address, &radiusDNSServerIPv6Address,
	}}

var (
	radiusAVP                    = loose("radius.avp", "Attribute", Group)
	radiusAVPType                = looseCode("radius.avp.type", "Type", radiusAttribute)
	radiusAVPLen                 = loose("radius.avp.length", "Length", wire.FieldDec)
	radiusVendor                 = looseCode("radius.avp.vendor_id", "Vendor", enterprise)
	radiusVendorType             = loose("radius.avp.vendor_type", "Vendor type", wire.FieldDec)
	radiusVendorLen              = loose("radius.avp.vendor_len", "Vendor length", wire.FieldDec)
	radiusVendorData             = loose("radius.Vendor_Specific", "Vendor data", Bytes)
	radiusCHAPIdent              = loose("radius.CHAP_Ident", "CHAP identifier", wire.FieldDec)
	radiusCHAPString             = loose("radius.CHAP_String", "CHAP response", Bytes)
	radiusTag                    = loose("radius.avp.tag", "Tag", wire.FieldHex)
	radiusUnknown                = loose("radius.Unknown_Attribute", "Value", Bytes)
	radiusUserName               = loose("radius.User_Name", "User-Name", Text)
	radiusUserPassword           = loose("radius.User_Password", "User-Password", Bytes)
	radiusNASIPAddress           = loose("radius.NAS_IP_Address", "NAS-IP-Address", wire.FieldIPv4)
	radiusNASPort                = loose("radius.NAS_Port", "NAS-Port", wire.FieldDec)
	radiusServiceType            = looseCode("radius.Service_Type", "Service-Type", radiusServiceTypeName)
	radiusFramedProtocol         = looseCode("radius.Framed_Protocol", "Framed-Protocol", radiusFramedProtocolName)
	radiusFramedIPAddress        = loose("radius.Framed-IP-Address", "Framed-IP-Address", wire.FieldIPv4)
	radiusFramedIPNetmask        = loose("radius.Framed_IP_Netmask", "Framed-IP-Netmask", wire.FieldIPv4)
	radiusFramedRouting          = looseCode("radius.Framed_Routing", "Framed-Routing", radiusFramedRoutingName)
	radiusFilterId               = loose("radius.Filter_Id", "Filter-Id", Text)
	radiusFramedMTU              = loose("radius.Framed_MTU", "Framed-MTU", wire.FieldDec)
	radiusFramedCompression      = looseCode("radius.Framed_Compression", "Framed-Compression", radiusCompressionName)
	radiusLoginIPHost            = loose("radius.Login-IP-Host", "Login-IP-Host", wire.FieldIPv4)
	radiusLoginService           = looseCode("radius.Login_Service", "Login-Service", radiusLoginServiceName)
	radiusLoginTCPPort           = loose("radius.Login_TCP_Port", "Login-TCP-Port", wire.FieldDec)
	radiusReplyMessage           = loose("radius.Reply_Message", "Reply-Message", Text)
	radiusCallbackNumber         = loose("radius.Callback_Number", "Callback-Number", Text)
	radiusCallbackId             = loose("radius.Callback_Id", "Callback-Id", Text)
	radiusFramedRoute            = loose("radius.Framed_Route", "Framed-Route", Text)
	radiusFramedIPXNetwork       = loose("radius.Framed_IPX_Network", "Framed-IPX-Network", wire.FieldDec)
	radiusState                  = loose("radius.State", "State", Bytes)
	radiusClass                  = loose("radius.Class", "Class", Bytes)
	radiusSessionTimeout         = loose("radius.Session_Timeout", "Session-Timeout", wire.FieldDec)
	radiusIdleTimeout            = loose("radius.Idle_Timeout", "Idle-Timeout", wire.FieldDec)
	radiusTerminationAction      = looseCode("radius.Termination_Action", "Termination-Action", radiusTerminationName)
	radiusCalledStationId        = loose("radius.Called_Station_Id", "Called-Station-Id", Text)
	radiusCallingStationId       = loose("radius.Calling_Station_Id", "Calling-Station-Id", Text)
	radiusNASIdentifier          = loose("radius.NAS_Identifier", "NAS-Identifier", Text)
	radiusProxyState             = loose("radius.Proxy_State", "Proxy-State", Bytes)
	radiusLoginLATService        = loose("radius.Login_LAT_Service", "Login-LAT-Service", Text)
	radiusLoginLATNode           = loose("radius.Login_LAT_Node", "Login-LAT-Node", Text)
	radiusLoginLATGroup          = loose("radius.Login_LAT_Group", "Login-LAT-Group", Bytes)
	radiusFramedAppleTalkLink    = loose("radius.Framed_AppleTalk_Link", "Framed-AppleTalk-Link", wire.FieldDec)
	radiusFramedAppleTalkNetwork = loose("radius.Framed_AppleTalk_Network", "Framed-AppleTalk-Network", wire.FieldDec)
	radiusFramedAppleTalkZone    = loose("radius.Framed_AppleTalk_Zone", "Framed-AppleTalk-Zone", Text)
	radiusAcctStatusType         = looseCode("radius.Acct_Status_Type", "Acct-Status-Type", radiusAcctStatusName)
	radiusAcctDelayTime          = loose("radius.Acct_Delay_Time", "Acct-Delay-Time", wire.FieldDec)
	radiusAcctInputOctets        = loose("radius.Acct_Input_Octets", "Acct-Input-Octets", wire.FieldDec)
	radiusAcctOutputOctets       = loose("radius.Acct_Output_Octets", "Acct-Output-Octets", wire.FieldDec)
	radiusAcctSessionId          = loose("radius.Acct_Session_Id", "Acct-Session-Id", Text)
	radiusAcctAuthentic          = looseCode("radius.Acct_Authentic", "Acct-Authentic", radiusAcctAuthenticName)
	radiusAcctSessionTime        = loose("radius.Acct_Session_Time", "Acct-Session-Time", wire.FieldDec)
	radiusAcctInputPackets       = loose("radius.Acct_Input_Packets", "Acct-Input-Packets", wire.FieldDec)
	radiusAcctOutputPackets      = loose("radius.Acct_Output_Packets", "Acct-Output-Packets", wire.FieldDec)
	radiusAcctTerminateCause     = looseCode("radius.Acct_Terminate_Cause", "Acct-Terminate-Cause", radiusAcctCauseName)
	radiusAcctMultiSessionId     = loose("radius.Acct_Multi_Session_Id", "Acct-Multi-Session-Id", Text)
	radiusAcctLinkCount          = loose("radius.Acct_Link_Count", "Acct-Link-Count", wire.FieldDec)
	radiusAcctInputGigawords     = loose("radius.Acct_Input_Gigawords", "Acct-Input-Gigawords", wire.FieldDec)
	radiusAcctOutputGigawords    = loose("radius.Acct_Output_Gigawords", "Acct-Output-Gigawords", wire.FieldDec)
	radiusEventTimestamp         = loose("radius.Event_Timestamp", "Event-Timestamp", Time)
	radiusCHAPChallenge          = loose("radius.CHAP_Challenge", "CHAP-Challenge", Bytes)
	radiusNASPortType            = looseCode("radius.NAS_Port_Type", "NAS-Port-Type", radiusPortTypeName)
	radiusPortLimit              = loose("radius.Port_Limit", "Port-Limit", wire.FieldDec)
	radiusLoginLATPort           = loose("radius.Login_LAT_Port", "Login-LAT-Port", Text)
	radiusTunnelType             = looseCode("radius.Tunnel_Type", "Tunnel-Type", radiusTunnelTypeName)
	radiusTunnelMediumType       = looseCode("radius.Tunnel_Medium_Type", "Tunnel-Medium-Type", radiusTunnelMediumName)
	radiusTunnelClientEndpoint   = loose("radius.Tunnel_Client_Endpoint", "Tunnel-Client-Endpoint", Text)
	radiusTunnelServerEndpoint   = loose("radius.Tunnel_Server_Endpoint", "Tunnel-Server-Endpoint", Text)
	radiusAcctTunnelConnection   = loose("radius.Acct_Tunnel_Connection", "Acct-Tunnel-Connection", Text)
	radiusARAPPassword           = loose("radius.ARAP_Password", "ARAP-Password", Bytes)
	radiusARAPFeatures           = loose("radius.ARAP_Features", "ARAP-Features", Bytes)
	radiusARAPZoneAccess         = loose("radius.ARAP_Zone_Access", "ARAP-Zone-Access", wire.FieldDec)
	radiusARAPSecurity           = loose("radius.ARAP_Security", "ARAP-Security", wire.FieldDec)
	radiusARAPSecurityData       = loose("radius.ARAP_Security_Data", "ARAP-Security-Data", Text)
	radiusPasswordRetry          = loose("radius.Password_Retry", "Password-Retry", wire.FieldDec)
	radiusPrompt                 = loose("radius.Prompt", "Prompt", wire.FieldDec)
	radiusConnectInfo            = loose("radius.Connect_Info", "Connect-Info", Text)
	radiusConfigurationToken     = loose("radius.Configuration_Token", "Configuration-Token", Text)
	radiusEAPMessage             = loose("radius.EAP_Message", "EAP-Message", Bytes)
	radiusMessageAuthenticator   = loose("radius.Message_Authenticator", "Message-Authenticator", Bytes)
	radiusTunnelPrivateGroupId   = loose("radius.Tunnel_Private_Group_Id", "Tunnel-Private-Group-Id", Text)
	radiusTunnelAssignmentId     = loose("radius.Tunnel_Assignment_Id", "Tunnel-Assignment-Id", Text)
	radiusTunnelPreference       = loose("radius.Tunnel_Preference", "Tunnel-Preference", wire.FieldDec)
	radiusARAPChallengeResponse  = loose("radius.ARAP_Challenge_Response", "ARAP-Challenge-Response", Bytes)
	radiusAcctInterimInterval    = loose("radius.Acct_Interim_Interval", "Acct-Interim-Interval", wire.FieldDec)
	radiusAcctTunnelPacketsLost  = loose("radius.Acct_Tunnel_Packets_Lost", "Acct-Tunnel-Packets-Lost", wire.FieldDec)
	radiusNASPortId              = loose("radius.NAS_Port_Id", "NAS-Port-Id", Text)
	radiusFramedPool             = loose("radius.Framed_Pool", "Framed-Pool", Text)
	radiusChargeableUserIdentity = loose("radius.Chargeable_User_Identity", "Chargeable-User-Identity", Bytes)
	radiusTunnelClientAuthId     = loose("radius.Tunnel_Client_Auth_Id", "Tunnel-Client-Auth-Id", Text)
	radiusTunnelServerAuthId     = loose("radius.Tunnel_Server_Auth_Id", "Tunnel-Server-Auth-Id", Text)
	radiusOriginatingLineInfo    = loose("radius.Originating_Line_Info", "Originating-Line-Info", Bytes)
	radiusNASIPv6Address         = loose("radius.NAS_IPv6_Address", "NAS-IPv6-Address", wire.FieldIPv6)
	radiusFramedInterfaceId      = loose("radius.Framed_Interface_Id", "Framed-Interface-Id", Bytes)
	radiusFramedIPv6Prefix       = loose("radius.Framed_IPv6_Prefix", "Framed-IPv6-Prefix", Bytes)
	radiusLoginIPv6Host          = loose("radius.Login_IPv6_Host", "Login-IPv6-Host", wire.FieldIPv6)
	radiusFramedIPv6Route        = loose("radius.Framed_IPv6_Route", "Framed-IPv6-Route", Text)
	radiusFramedIPv6Pool         = loose("radius.Framed_IPv6_Pool", "Framed-IPv6-Pool", Text)
	radiusErrorCause             = looseCode("radius.Error_Cause", "Error-Cause", radiusErrorCauseName)
	radiusEAPKeyName             = loose("radius.EAP_Key_Name", "EAP-Key-Name", Bytes)
	radiusDigestResponse         = loose("radius.Digest_Response", "Digest-Response", Text)
	radiusDelegatedIPv6Prefix    = loose("radius.Delegated_IPv6_Prefix", "Delegated-IPv6-Prefix", Bytes)
	radiusFramedIPv6Address      = loose("radius.Framed_IPv6_Address", "Framed-IPv6-Address", wire.FieldIPv6)
	radiusDNSServerIPv6Address   = loose("radius.DNS_Server_IPv6_Address", "DNS-Server-IPv6-Address", wire.FieldIPv6)
)

// radiusForm is how an attribute's value is made up.
type radiusForm uint8

const (
	radiusOctets     radiusForm = iota // octets or text
	radiusNumber                       // four octets
	radiusAddr6                        //
	radiusDate                         // seconds since 1970
	radiusTagged                       // a tag of one octet, a number of three (RFC 2868)
	radiusTaggedText                   // a tag, if below 0x20, and text
)

type radiusDef struct {
	def  *Def
	form radiusForm
	name string
}

// radiusAttributes are indexed by type (IANA RADIUS Attribute Types).
var radiusAttributes = [256]radiusDef{
	3:   {nil, radiusOctets, "CHAP-Password"},
	26:  {nil, radiusOctets, "Vendor-Specific"},
	1:   {&radiusUserName, radiusOctets, "User-Name"},
	2:   {&radiusUserPassword, radiusOctets, "User-Password"},
	4:   {&radiusNASIPAddress, radiusNumber, "NAS-IP-Address"},
	5:   {&radiusNASPort, radiusNumber, "NAS-Port"},
	6:   {&radiusServiceType, radiusNumber, "Service-Type"},
	7:   {&radiusFramedProtocol, radiusNumber, "Framed-Protocol"},
	8:   {&radiusFramedIPAddress, radiusNumber, "Framed-IP-Address"},
	9:   {&radiusFramedIPNetmask, radiusNumber, "Framed-IP-Netmask"},
	10:  {&radiusFramedRouting, radiusNumber, "Framed-Routing"},
	11:  {&radiusFilterId, radiusOctets, "Filter-Id"},
	12:  {&radiusFramedMTU, radiusNumber, "Framed-MTU"},
	13:  {&radiusFramedCompression, radiusNumber, "Framed-Compression"},
	14:  {&radiusLoginIPHost, radiusNumber, "Login-IP-Host"},
	15:  {&radiusLoginService, radiusNumber, "Login-Service"},
	16:  {&radiusLoginTCPPort, radiusNumber, "Login-TCP-Port"},
	18:  {&radiusReplyMessage, radiusOctets, "Reply-Message"},
	19:  {&radiusCallbackNumber, radiusOctets, "Callback-Number"},
	20:  {&radiusCallbackId, radiusOctets, "Callback-Id"},
	22:  {&radiusFramedRoute, radiusOctets, "Framed-Route"},
	23:  {&radiusFramedIPXNetwork, radiusNumber, "Framed-IPX-Network"},
	24:  {&radiusState, radiusOctets, "State"},
	25:  {&radiusClass, radiusOctets, "Class"},
	27:  {&radiusSessionTimeout, radiusNumber, "Session-Timeout"},
	28:  {&radiusIdleTimeout, radiusNumber, "Idle-Timeout"},
	29:  {&radiusTerminationAction, radiusNumber, "Termination-Action"},
	30:  {&radiusCalledStationId, radiusOctets, "Called-Station-Id"},
	31:  {&radiusCallingStationId, radiusOctets, "Calling-Station-Id"},
	32:  {&radiusNASIdentifier, radiusOctets, "NAS-Identifier"},
	33:  {&radiusProxyState, radiusOctets, "Proxy-State"},
	34:  {&radiusLoginLATService, radiusOctets, "Login-LAT-Service"},
	35:  {&radiusLoginLATNode, radiusOctets, "Login-LAT-Node"},
	36:  {&radiusLoginLATGroup, radiusOctets, "Login-LAT-Group"},
	37:  {&radiusFramedAppleTalkLink, radiusNumber, "Framed-AppleTalk-Link"},
	38:  {&radiusFramedAppleTalkNetwork, radiusNumber, "Framed-AppleTalk-Network"},
	39:  {&radiusFramedAppleTalkZone, radiusOctets, "Framed-AppleTalk-Zone"},
	40:  {&radiusAcctStatusType, radiusNumber, "Acct-Status-Type"},
	41:  {&radiusAcctDelayTime, radiusNumber, "Acct-Delay-Time"},
	42:  {&radiusAcctInputOctets, radiusNumber, "Acct-Input-Octets"},
	43:  {&radiusAcctOutputOctets, radiusNumber, "Acct-Output-Octets"},
	44:  {&radiusAcctSessionId, radiusOctets, "Acct-Session-Id"},
	45:  {&radiusAcctAuthentic, radiusNumber, "Acct-Authentic"},
	46:  {&radiusAcctSessionTime, radiusNumber, "Acct-Session-Time"},
	47:  {&radiusAcctInputPackets, radiusNumber, "Acct-Input-Packets"},
	48:  {&radiusAcctOutputPackets, radiusNumber, "Acct-Output-Packets"},
	49:  {&radiusAcctTerminateCause, radiusNumber, "Acct-Terminate-Cause"},
	50:  {&radiusAcctMultiSessionId, radiusOctets, "Acct-Multi-Session-Id"},
	51:  {&radiusAcctLinkCount, radiusNumber, "Acct-Link-Count"},
	52:  {&radiusAcctInputGigawords, radiusNumber, "Acct-Input-Gigawords"},
	53:  {&radiusAcctOutputGigawords, radiusNumber, "Acct-Output-Gigawords"},
	55:  {&radiusEventTimestamp, radiusDate, "Event-Timestamp"},
	60:  {&radiusCHAPChallenge, radiusOctets, "CHAP-Challenge"},
	61:  {&radiusNASPortType, radiusNumber, "NAS-Port-Type"},
	62:  {&radiusPortLimit, radiusNumber, "Port-Limit"},
	63:  {&radiusLoginLATPort, radiusOctets, "Login-LAT-Port"},
	64:  {&radiusTunnelType, radiusTagged, "Tunnel-Type"},
	65:  {&radiusTunnelMediumType, radiusTagged, "Tunnel-Medium-Type"},
	66:  {&radiusTunnelClientEndpoint, radiusTaggedText, "Tunnel-Client-Endpoint"},
	67:  {&radiusTunnelServerEndpoint, radiusTaggedText, "Tunnel-Server-Endpoint"},
	68:  {&radiusAcctTunnelConnection, radiusOctets, "Acct-Tunnel-Connection"},
	70:  {&radiusARAPPassword, radiusOctets, "ARAP-Password"},
	71:  {&radiusARAPFeatures, radiusOctets, "ARAP-Features"},
	72:  {&radiusARAPZoneAccess, radiusNumber, "ARAP-Zone-Access"},
	73:  {&radiusARAPSecurity, radiusNumber, "ARAP-Security"},
	74:  {&radiusARAPSecurityData, radiusOctets, "ARAP-Security-Data"},
	75:  {&radiusPasswordRetry, radiusNumber, "Password-Retry"},
	76:  {&radiusPrompt, radiusNumber, "Prompt"},
	77:  {&radiusConnectInfo, radiusOctets, "Connect-Info"},
	78:  {&radiusConfigurationToken, radiusOctets, "Configuration-Token"},
	79:  {&radiusEAPMessage, radiusOctets, "EAP-Message"},
	80:  {&radiusMessageAuthenticator, radiusOctets, "Message-Authenticator"},
	81:  {&radiusTunnelPrivateGroupId, radiusTaggedText, "Tunnel-Private-Group-Id"},
	82:  {&radiusTunnelAssignmentId, radiusTaggedText, "Tunnel-Assignment-Id"},
	83:  {&radiusTunnelPreference, radiusTagged, "Tunnel-Preference"},
	84:  {&radiusARAPChallengeResponse, radiusOctets, "ARAP-Challenge-Response"},
	85:  {&radiusAcctInterimInterval, radiusNumber, "Acct-Interim-Interval"},
	86:  {&radiusAcctTunnelPacketsLost, radiusNumber, "Acct-Tunnel-Packets-Lost"},
	87:  {&radiusNASPortId, radiusOctets, "NAS-Port-Id"},
	88:  {&radiusFramedPool, radiusOctets, "Framed-Pool"},
	89:  {&radiusChargeableUserIdentity, radiusOctets, "Chargeable-User-Identity"},
	90:  {&radiusTunnelClientAuthId, radiusTaggedText, "Tunnel-Client-Auth-Id"},
	91:  {&radiusTunnelServerAuthId, radiusTaggedText, "Tunnel-Server-Auth-Id"},
	94:  {&radiusOriginatingLineInfo, radiusOctets, "Originating-Line-Info"},
	95:  {&radiusNASIPv6Address, radiusAddr6, "NAS-IPv6-Address"},
	96:  {&radiusFramedInterfaceId, radiusOctets, "Framed-Interface-Id"},
	97:  {&radiusFramedIPv6Prefix, radiusOctets, "Framed-IPv6-Prefix"},
	98:  {&radiusLoginIPv6Host, radiusAddr6, "Login-IPv6-Host"},
	99:  {&radiusFramedIPv6Route, radiusOctets, "Framed-IPv6-Route"},
	100: {&radiusFramedIPv6Pool, radiusOctets, "Framed-IPv6-Pool"},
	101: {&radiusErrorCause, radiusNumber, "Error-Cause"},
	102: {&radiusEAPKeyName, radiusOctets, "EAP-Key-Name"},
	103: {&radiusDigestResponse, radiusOctets, "Digest-Response"},
	104: {nil, radiusOctets, "Digest-Realm"},
	105: {nil, radiusOctets, "Digest-Nonce"},
	106: {nil, radiusOctets, "Digest-Response-Auth"},
	107: {nil, radiusOctets, "Digest-Nextnonce"},
	108: {nil, radiusOctets, "Digest-Method"},
	109: {nil, radiusOctets, "Digest-URI"},
	110: {nil, radiusOctets, "Digest-Qop"},
	111: {nil, radiusOctets, "Digest-Algorithm"},
	112: {nil, radiusOctets, "Digest-Entity-Body-Hash"},
	113: {nil, radiusOctets, "Digest-CNonce"},
	114: {nil, radiusOctets, "Digest-Nonce-Count"},
	115: {nil, radiusOctets, "Digest-Username"},
	116: {nil, radiusOctets, "Digest-Opaque"},
	123: {&radiusDelegatedIPv6Prefix, radiusOctets, "Delegated-IPv6-Prefix"},
	126: {nil, radiusOctets, "Operator-Name"},
	168: {&radiusFramedIPv6Address, radiusAddr6, "Framed-IPv6-Address"},
	169: {&radiusDNSServerIPv6Address, radiusAddr6, "DNS-Server-IPv6-Address"},
}

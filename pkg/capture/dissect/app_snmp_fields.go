package dissect

// The fields of SNMP: RFC 1157, RFC 3416, RFC 3412.

import "github.com/netkit-go/netkit/pkg/wire"

var snmp = Proto{Name: "snmp", Title: "Simple Network Management Protocol", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&snmpVersion, &snmpCommunity, &snmpPDU, &snmpRequest, &snmpError, &snmpIndex, &snmpNonRep, &snmpMaxRep, &snmpEnterprise,
		&snmpAgent, &snmpGeneric, &snmpSpecific, &snmpTime, &snmpBinding, &snmpName, &snmpInt, &snmpOctets, &snmpOID, &snmpNull,
		&snmpIPv4, &snmpCounter, &snmpGauge, &snmpU32, &snmpTicks, &snmpOpaque, &snmpOther, &snmpNone, &snmpMsgID, &snmpMaxSize,
		&snmpFlags, &snmpSecurity, &snmpEngine, &snmpBoots, &snmpEngineTime, &snmpUser, &snmpAuth, &snmpPriv, &snmpContextID,
		&snmpContext, &snmpEncrypted,
	}}

var (
	snmpVersion    = looseCode("snmp.version", "Version", snmpVersionName)
	snmpCommunity  = loose("snmp.community", "Community", Text)
	snmpPDU        = looseCode("snmp.data", "PDU", snmpPDUName)
	snmpRequest    = loose("snmp.request_id", "Request ID", Signed)
	snmpError      = looseCode("snmp.error_status", "Error status", snmpErrorName)
	snmpIndex      = loose("snmp.error_index", "Error index", wire.FieldDec)
	snmpNonRep     = loose("snmp.non_repeaters", "Non-repeaters", wire.FieldDec)
	snmpMaxRep     = loose("snmp.max_repetitions", "Maximum repetitions", wire.FieldDec)
	snmpEnterprise = loose("snmp.enterprise", "Enterprise", Text)
	snmpAgent      = loose("snmp.agent_addr", "Agent address", wire.FieldIPv4)
	snmpGeneric    = looseCode("snmp.generic_trap", "Generic trap", snmpTrapName)
	snmpSpecific   = loose("snmp.specific_trap", "Specific trap", wire.FieldDec)
	snmpTime       = loose("snmp.time_stamp", "Timestamp, 10 ms", wire.FieldDec)
	snmpBinding    = loose("snmp.VarBind_element", "Variable binding", Group)
	snmpName       = loose("snmp.name", "Name", Text)
	snmpInt        = loose("snmp.value.int", "Integer", Signed)
	snmpOctets     = loose("snmp.value.octets", "Octets", Bytes)
	snmpOID        = loose("snmp.value.oid", "OID", Text)
	snmpNull       = loose("snmp.value.null", "Null", Group)
	snmpIPv4       = loose("snmp.value.ipv4", "IP address", wire.FieldIPv4)
	snmpCounter    = loose("snmp.value.counter", "Counter", wire.FieldDec)
	snmpGauge      = loose("snmp.value.g32", "Gauge", wire.FieldDec)
	snmpU32        = loose("snmp.value.u32", "Unsigned", wire.FieldDec)
	snmpTicks      = loose("snmp.value.timeticks", "Time ticks, 10 ms", wire.FieldDec)
	snmpOpaque     = loose("snmp.value.opaque", "Opaque", Bytes)
	snmpOther      = loose("snmp.value.unk", "Value", Bytes)
	snmpNone       = looseCode("snmp.exception", "Exception", snmpExceptionName)
	snmpMsgID      = loose("snmp.msgID", "Message ID", wire.FieldDec)
	snmpMaxSize    = loose("snmp.msgMaxSize", "Maximum size", wire.FieldDec)
	snmpFlags      = loose("snmp.msgFlags", "Flags", wire.FieldHex)
	snmpSecurity   = loose("snmp.msgSecurityModel", "Security model", wire.FieldDec)
	snmpEngine     = loose("snmp.msgAuthoritativeEngineID", "Authoritative engine ID", Bytes)
	snmpBoots      = loose("snmp.msgAuthoritativeEngineBoots", "Authoritative engine boots", wire.FieldDec)
	snmpEngineTime = loose("snmp.msgAuthoritativeEngineTime", "Authoritative engine time", wire.FieldDec)
	snmpUser       = loose("snmp.msgUserName", "User", Text)
	snmpAuth       = loose("snmp.msgAuthenticationParameters", "Authentication parameters", Bytes)
	snmpPriv       = loose("snmp.msgPrivacyParameters", "Privacy parameters", Bytes)
	snmpContextID  = loose("snmp.contextEngineID", "Context engine ID", Bytes)
	snmpContext    = loose("snmp.contextName", "Context", Text)
	snmpEncrypted  = loose("snmp.encryptedPDU", "Encrypted PDU", Bytes)
)

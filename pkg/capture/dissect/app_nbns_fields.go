package dissect

// The fields of the NetBIOS name service: RFC 1002 section 4.2.

import "github.com/netkit-go/netkit/pkg/wire"

// Places in the header of nbns.
const (
	_ = iota
	_
	nbnsHResponse
	_
	nbnsHAuthoritative
	_
	_
	nbnsHAvailable
	_
	nbnsHRcode
	nbnsHQueries
	_
	_
	_
)

var nbns = Proto{Name: "nbns", Title: "NetBIOS Name Service", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("nbns.id", "Transaction ID", 0, 16, wire.FieldHex),
		field("nbns.flags", "Flags", 16, 16, wire.FieldHex),
		field("nbns.flags.response", "Response", 16, 1, wire.FieldFlag),
		code("nbns.flags.opcode", "Opcode", 17, 4, nbnsOpcode),
		field("nbns.flags.authoritative", "Authoritative", 21, 1, wire.FieldFlag),
		field("nbns.flags.truncated", "Truncated", 22, 1, wire.FieldFlag),
		field("nbns.flags.recdesired", "Recursion desired", 23, 1, wire.FieldFlag),
		field("nbns.flags.recavail", "Recursion available", 24, 1, wire.FieldFlag),
		field("nbns.flags.broadcast", "Broadcast", 27, 1, wire.FieldFlag),
		code("nbns.flags.rcode", "Reply code", 28, 4, nbnsRcode),
		field("nbns.count.queries", "Questions", 32, 16, wire.FieldDec),
		field("nbns.count.answers", "Answers", 48, 16, wire.FieldDec),
		field("nbns.count.auth_rr", "Authority records", 64, 16, wire.FieldDec),
		field("nbns.count.add_rr", "Additional records", 80, 16, wire.FieldDec),
	},
	Fields: []*Def{
		&nbnsRecord, &nbnsName, &nbnsType, &nbnsClass, &nbnsTTL, &nbnsLen, &nbnsNBFlags, &nbnsGroup, &nbnsAddr, &nbnsData,
	}}

var (
	nbnsRecord  = loose("nbns.record", "Record", Group)
	nbnsName    = loose("nbns.name", "Name", Text)
	nbnsType    = looseCode("nbns.type", "Type", nbnsTypeName)
	nbnsClass   = looseCode("nbns.class", "Class", dnsClass)
	nbnsTTL     = loose("nbns.ttl", "Time to live", wire.FieldDec)
	nbnsLen     = loose("nbns.data_length", "Data length", wire.FieldDec)
	nbnsNBFlags = loose("nbns.nb_flags", "Name flags", wire.FieldHex)
	nbnsGroup   = loose("nbns.nb_flags.group", "Group name", wire.FieldFlag)
	nbnsAddr    = loose("nbns.addr", "Address", wire.FieldIPv4)
	nbnsData    = loose("nbns.data", "Data", Bytes)
)

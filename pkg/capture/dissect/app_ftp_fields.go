package dissect

// The fields of FTP: RFC 959, RFC 2428.

import "github.com/netkit-go/netkit/pkg/wire"

var ftp = Proto{Name: "ftp", Title: "File Transfer Protocol", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&ftpRequest, &ftpCommand, &ftpArg, &ftpResponse, &ftpCode, &ftpText, &ftpPassiveIP, &ftpPassivePort, &ftpActiveIP,
		&ftpActivePort, &ftpEPSVPort,
	}}

var (
	ftpRequest     = loose("ftp.request", "Request", wire.FieldFlag)
	ftpCommand     = loose("ftp.request.command", "Command", Text)
	ftpArg         = loose("ftp.request.arg", "Argument", Text)
	ftpResponse    = loose("ftp.response", "Response", wire.FieldFlag)
	ftpCode        = loose("ftp.response.code", "Code", wire.FieldDec)
	ftpText        = loose("ftp.response.arg", "Text", Text)
	ftpPassiveIP   = loose("ftp.passive.ip", "Passive IP address", Text)
	ftpPassivePort = loose("ftp.passive.port", "Passive port", wire.FieldDec)
	ftpActiveIP    = loose("ftp.active.cip", "Active IP address", Text)
	ftpActivePort  = loose("ftp.active.port", "Active port", wire.FieldDec)
	ftpEPSVPort    = loose("ftp.epsv.port", "Extended passive port", wire.FieldDec)
)

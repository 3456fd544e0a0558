package dissect

// The fields of SMTP: RFC 5321.

import "github.com/netkit-go/netkit/pkg/wire"

var smtp = Proto{Name: "smtp", Title: "Simple Mail Transfer Protocol", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&smtpReq, &smtpLine, &smtpCommand, &smtpParam, &smtpRsp, &smtpRspLine, &smtpCode, &smtpRspParam, &smtpEOM, &smtpMessage,
	}}

var (
	smtpReq      = loose("smtp.req", "Request", wire.FieldFlag)
	smtpLine     = loose("smtp.command_line", "Command line", Text)
	smtpCommand  = loose("smtp.req.command", "Command", Text)
	smtpParam    = loose("smtp.req.parameter", "Parameter", Text)
	smtpRsp      = loose("smtp.rsp", "Response", wire.FieldFlag)
	smtpRspLine  = loose("smtp.response", "Response line", Text)
	smtpCode     = loose("smtp.response.code", "Code", wire.FieldDec)
	smtpRspParam = loose("smtp.rsp.parameter", "Text", Text)
	smtpEOM      = loose("smtp.eom", "End of message", wire.FieldFlag)
	smtpMessage  = loose("smtp.message", "Message", Text)
)

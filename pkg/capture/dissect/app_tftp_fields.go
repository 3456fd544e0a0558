package dissect

// The fields of TFTP: RFC 1350, RFC 2347.

import "github.com/netkit-go/netkit/pkg/wire"

var tftp = Proto{Name: "tftp", Title: "Trivial File Transfer Protocol", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&tftpOp, &tftpSource, &tftpDest, &tftpMode, &tftpOptName, &tftpOptValue, &tftpBlock, &tftpData, &tftpErr, &tftpErrText,
	}}

var (
	tftpOp       = looseCode("tftp.opcode", "Opcode", tftpOpName)
	tftpSource   = loose("tftp.source_file", "Source file", Text)
	tftpDest     = loose("tftp.destination_file", "Destination file", Text)
	tftpMode     = loose("tftp.type", "Mode", Text)
	tftpOptName  = loose("tftp.option.name", "Option", Text)
	tftpOptValue = loose("tftp.option.value", "Value", Text)
	tftpBlock    = loose("tftp.block", "Block", wire.FieldDec)
	tftpData     = loose("tftp.data", "Data", Bytes)
	tftpErr      = looseCode("tftp.error.code", "Error", tftpErrorName)
	tftpErrText  = loose("tftp.error.message", "Message", Text)
)

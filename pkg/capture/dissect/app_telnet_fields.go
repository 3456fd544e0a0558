package dissect

// The fields of Telnet: RFC 854, RFC 855.

import "github.com/netkit-go/netkit/pkg/wire"

var telnet = Proto{Name: "telnet", Title: "Telnet", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&telnetCmd, &telnetSub, &telnetData, &telnetSubData, &telnetWidth, &telnetHeight, &telnetString,
	}}

var (
	telnetCmd     = looseCode("telnet.cmd", "Command", telnetCommand)
	telnetSub     = looseCode("telnet.subcmd", "Option", telnetOption)
	telnetData    = loose("telnet.data", "Data", Text)
	telnetSubData = loose("telnet.option_data", "Option data", Bytes)
	telnetWidth   = loose("telnet.naws_subopt.width", "Width", wire.FieldDec)
	telnetHeight  = loose("telnet.naws_subopt.height", "Height", wire.FieldDec)
	telnetString  = loose("telnet.string_subopt.value", "Value", Text)
)

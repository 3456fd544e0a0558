package dissect

// The fields of syslog: RFC 5424, RFC 3164.

import "github.com/netkit-go/netkit/pkg/wire"

var syslog = Proto{Name: "syslog", Title: "Syslog", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&syslogFacility, &syslogLevel, &syslogVersion, &syslogTimestamp, &syslogHost, &syslogApp, &syslogProc, &syslogMsgID,
		&syslogMsg,
	}}

var (
	syslogFacility  = looseCode("syslog.facility", "Facility", syslogFacilityName)
	syslogLevel     = looseCode("syslog.level", "Level", syslogLevelName)
	syslogVersion   = loose("syslog.version", "Version", wire.FieldDec)
	syslogTimestamp = loose("syslog.timestamp", "Timestamp", Text)
	syslogHost      = loose("syslog.hostname", "Host name", Text)
	syslogApp       = loose("syslog.appname", "Application", Text)
	syslogProc      = loose("syslog.procid", "Process ID", Text)
	syslogMsgID     = loose("syslog.msgid", "Message ID", Text)
	syslogMsg       = loose("syslog.msg", "Message", Text)
)

package dissect

// The fields of PPTP: RFC 2637.

import "github.com/netkit-go/netkit/pkg/wire"

var pptp = Proto{Name: "pptp", Title: "Point-to-Point Tunnelling Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("pptp.length", "Length", 0, 16, wire.FieldDec),
		code("pptp.type", "Message type", 16, 16, pptpKind),
		field("pptp.magic_cookie", "Magic cookie", 32, 32, wire.FieldHex),
		code("pptp.control_message_type", "Control message", 64, 16, pptpMessageName),
		field("pptp.reserved", "Reserved", 80, 16, wire.FieldHex),
	},
	Fields: []*Def{
		&pptpReserved, &pptpVersion, &pptpFraming, &pptpBearer, &pptpChannels, &pptpFirmware, &pptpHost, &pptpVendor,
		&pptpControlResult, &pptpError, &pptpReason, &pptpStopResult, &pptpID, &pptpEchoResult, &pptpCall, &pptpSerial, &pptpMinBPS,
		&pptpMaxBPS, &pptpBearerType, &pptpFramingType, &pptpWindow, &pptpDelay, &pptpPhoneLen, &pptpPhone, &pptpSubaddress,
		&pptpPeerCall, &pptpOutResult, &pptpCause, &pptpSpeed, &pptpChannel, &pptpDialedLen, &pptpDialed, &pptpDialingLen,
		&pptpDialing, &pptpInResult, &pptpDiscResult, &pptpStatistics, &pptpCRC, &pptpFrameErrors, &pptpHardware, &pptpBuffer,
		&pptpTimeouts, &pptpAlignment, &pptpSendACCM, &pptpRecvACCM,
	}}

var (
	pptpReserved      = loose("pptp.reserved", "Reserved", wire.FieldHex)
	pptpVersion       = loose("pptp.protocol_version", "Protocol version", wire.FieldHex)
	pptpFraming       = loose("pptp.framing_capabilities", "Framing capabilities", wire.FieldHex)
	pptpBearer        = loose("pptp.bearer_capabilities", "Bearer capabilities", wire.FieldHex)
	pptpChannels      = loose("pptp.maximum_channels", "Maximum channels", wire.FieldDec)
	pptpFirmware      = loose("pptp.firmware_revision", "Firmware revision", wire.FieldDec)
	pptpHost          = loose("pptp.host_name", "Host name", Text)
	pptpVendor        = loose("pptp.vendor_name", "Vendor", Text)
	pptpControlResult = looseCode("pptp.control_result", "Result", pptpControlResultName)
	pptpError         = looseCode("pptp.error", "Error", pptpErrorName)
	pptpReason        = looseCode("pptp.reason", "Reason", pptpReasonName)
	pptpStopResult    = loose("pptp.stop_result", "Result", wire.FieldDec)
	pptpID            = loose("pptp.identifier", "Identifier", wire.FieldDec)
	pptpEchoResult    = loose("pptp.echo_result", "Result", wire.FieldDec)
	pptpCall          = loose("pptp.call_id", "Call ID", wire.FieldDec)
	pptpSerial        = loose("pptp.call_serial_number", "Call serial number", wire.FieldDec)
	pptpMinBPS        = loose("pptp.minimum_bps", "Minimum, bit/s", wire.FieldDec)
	pptpMaxBPS        = loose("pptp.maximum_bps", "Maximum, bit/s", wire.FieldDec)
	pptpBearerType    = loose("pptp.bearer_type", "Bearer type", wire.FieldDec)
	pptpFramingType   = loose("pptp.framing_type", "Framing type", wire.FieldDec)
	pptpWindow        = loose("pptp.packet_receive_window_size", "Receive window", wire.FieldDec)
	pptpDelay         = loose("pptp.packet_processing_delay", "Processing delay", wire.FieldDec)
	pptpPhoneLen      = loose("pptp.phone_number_length", "Phone number length", wire.FieldDec)
	pptpPhone         = loose("pptp.phone_number", "Phone number", Text)
	pptpSubaddress    = loose("pptp.subaddress", "Subaddress", Text)
	pptpPeerCall      = loose("pptp.peer_call_id", "Peer's call ID", wire.FieldDec)
	pptpOutResult     = looseCode("pptp.out_result", "Result", pptpOutResultName)
	pptpCause         = loose("pptp.cause", "Cause", wire.FieldDec)
	pptpSpeed         = loose("pptp.connect_speed", "Connect speed", wire.FieldDec)
	pptpChannel       = loose("pptp.physical_channel_id", "Physical channel", wire.FieldDec)
	pptpDialedLen     = loose("pptp.dialed_number_length", "Dialed number length", wire.FieldDec)
	pptpDialed        = loose("pptp.dialed_number", "Dialed number", Text)
	pptpDialingLen    = loose("pptp.dialing_number_length", "Dialing number length", wire.FieldDec)
	pptpDialing       = loose("pptp.dialing_number", "Dialing number", Text)
	pptpInResult      = loose("pptp.in_result", "Result", wire.FieldDec)
	pptpDiscResult    = loose("pptp.disc_result", "Result", wire.FieldDec)
	pptpStatistics    = loose("pptp.call_Statistics", "Call statistics", Text)
	pptpCRC           = loose("pptp.crc_errors", "CRC errors", wire.FieldDec)
	pptpFrameErrors   = loose("pptp.framing_errors", "Framing errors", wire.FieldDec)
	pptpHardware      = loose("pptp.hardware_overruns", "Hardware overruns", wire.FieldDec)
	pptpBuffer        = loose("pptp.buffer_overruns", "Buffer overruns", wire.FieldDec)
	pptpTimeouts      = loose("pptp.timeout_errors", "Timeouts", wire.FieldDec)
	pptpAlignment     = loose("pptp.alignment_errors", "Alignment errors", wire.FieldDec)
	pptpSendACCM      = loose("pptp.send_accm", "Send ACCM", wire.FieldHex)
	pptpRecvACCM      = loose("pptp.receive_accm", "Receive ACCM", wire.FieldHex)
)

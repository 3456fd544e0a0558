package dissect

// The fields of NTP packets: RFC 5905 section 7.3, RFC 9327 (control messages).

import "github.com/netkit-go/netkit/pkg/wire"

// Places in the header of ntp.
const (
	ntpHFlags = iota
	ntpHLI
	ntpHVN
	ntpHMode
	ntpHStratum
	ntpHPoll
	ntpHPrecision
	ntpHDelay
	ntpHDispersion
	ntpHRefID
)

var ntp = Proto{Name: "ntp", Title: "Network Time Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("ntp.flags", "Flags", 0, 8, wire.FieldHex),
		code("ntp.flags.li", "Leap indicator", 0, 2, ntpLeap),
		field("ntp.flags.vn", "Version", 2, 3, wire.FieldDec),
		code("ntp.flags.mode", "Mode", 5, 3, ntpModeName),
		code("ntp.stratum", "Stratum", 8, 8, ntpStratum),
		code("ntp.ppoll", "Poll interval", 16, 8, ntpPower),
		code("ntp.precision", "Precision", 24, 8, ntpPower),
		code("ntp.rootdelay", "Root delay", 32, 32, ntpShort),
		code("ntp.rootdispersion", "Root dispersion", 64, 32, ntpShort),
		field("ntp.refid", "Reference ID", 96, 32, Bytes),
	},
	Fields: []*Def{
		&ntpRefTime, &ntpOrigin, &ntpReceive, &ntpTransmit, &ntpExt, &ntpExtType, &ntpExtLen, &ntpExtValue, &ntpKeyID, &ntpMAC,
		&ntpPad, &ntpCtrlFlags, &ntpCtrlR, &ntpCtrlError, &ntpCtrlMore, &ntpCtrlOp, &ntpCtrlSeq, &ntpCtrlStatus, &ntpCtrlAssoc,
		&ntpCtrlOffset, &ntpCtrlCount, &ntpCtrlData, &ntpPrivR, &ntpPrivMore, &ntpPrivAuth, &ntpPrivSeq, &ntpPrivImpl, &ntpPrivReq,
		&ntpPrivErr, &ntpPrivItems, &ntpPrivSize, &ntpPrivData,
	}}

var (
	ntpRefTime    = loose("ntp.reftime", "Reference time", Time)
	ntpOrigin     = loose("ntp.org", "Origin time", Time)
	ntpReceive    = loose("ntp.rec", "Receive time", Time)
	ntpTransmit   = loose("ntp.xmt", "Transmit time", Time)
	ntpExt        = loose("ntp.ext", "Extension", Group)
	ntpExtType    = Def{Field: wire.Field{Name: "ntp.ext.type", Label: "Type", Kind: wire.FieldHex}, Meaning: ntpExtName}
	ntpExtLen     = loose("ntp.ext.length", "Length", wire.FieldDec)
	ntpExtValue   = loose("ntp.ext.value", "Value", Bytes)
	ntpKeyID      = loose("ntp.keyid", "Key ID", Bytes)
	ntpMAC        = loose("ntp.mac", "Message authentication code", Bytes)
	ntpPad        = loose("ntp.padding", "Padding", Bytes)
	ntpCtrlFlags  = loose("ntp.ctrl.flags2", "Flags", wire.FieldHex)
	ntpCtrlR      = loose("ntp.ctrl.flags2.r", "Response", wire.FieldFlag)
	ntpCtrlError  = loose("ntp.ctrl.flags2.error", "Error", wire.FieldFlag)
	ntpCtrlMore   = loose("ntp.ctrl.flags2.more", "More", wire.FieldFlag)
	ntpCtrlOp     = looseCode("ntp.ctrl.flags2.opcode", "Operation", ntpCtrlName)
	ntpCtrlSeq    = loose("ntp.ctrl.sequence", "Sequence", wire.FieldDec)
	ntpCtrlStatus = loose("ntp.ctrl.status", "Status", wire.FieldHex)
	ntpCtrlAssoc  = loose("ntp.ctrl.associd", "Association ID", wire.FieldDec)
	ntpCtrlOffset = loose("ntp.ctrl.offset", "Offset", wire.FieldDec)
	ntpCtrlCount  = loose("ntp.ctrl.count", "Count", wire.FieldDec)
	ntpCtrlData   = loose("ntp.ctrl.data", "Data", Bytes)
	ntpPrivR      = loose("ntp.priv.flags.r", "Response", wire.FieldFlag)
	ntpPrivMore   = loose("ntp.priv.flags.more", "More", wire.FieldFlag)
	ntpPrivAuth   = loose("ntp.priv.auth", "Authenticated", wire.FieldFlag)
	ntpPrivSeq    = loose("ntp.priv.seq", "Sequence", wire.FieldDec)
	ntpPrivImpl   = looseCode("ntp.priv.impl", "Implementation", ntpPrivImplName)
	ntpPrivReq    = looseCode("ntp.priv.reqcode", "Request code", ntpPrivReqName)
	ntpPrivErr    = loose("ntp.priv.err", "Error", wire.FieldHex)
	ntpPrivItems  = loose("ntp.priv.numitems", "Items", wire.FieldHex)
	ntpPrivSize   = loose("ntp.priv.itemsize", "Item size", wire.FieldHex)
	ntpPrivData   = loose("ntp.priv.data", "Data", Bytes)
)

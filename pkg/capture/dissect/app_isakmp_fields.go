package dissect

// The fields of ISAKMP and IKE: RFC 2408 section 3, RFC 7296 section 3.

import "github.com/netkit-go/netkit/pkg/wire"

// Places in the header of isakmp.
const (
	_ = iota
	_
	_
	_
	isakmpHMajor
	_
	isakmpHExchange
	_
	isakmpHMessage
	_
)

var isakmp = Proto{Name: "isakmp", Title: "Internet Security Association and Key Management Protocol", TCPIP: Application, OSI: OSIApplication,
	Header: []Def{
		field("isakmp.ispi", "Initiator SPI", 0, 64, Bytes),
		field("isakmp.rspi", "Responder SPI", 64, 64, Bytes),
		code("isakmp.nextpayload", "Next payload", 128, 8, isakmpPayload),
		field("isakmp.version", "Version", 136, 8, wire.FieldHex),
		field("isakmp.mjver", "Major version", 136, 4, wire.FieldHex),
		field("isakmp.mnver", "Minor version", 140, 4, wire.FieldHex),
		code("isakmp.exchangetype", "Exchange", 144, 8, isakmpExchange),
		field("isakmp.flags", "Flags", 152, 8, wire.FieldHex),
		field("isakmp.messageid", "Message ID", 160, 32, wire.FieldHex),
		field("isakmp.length", "Length", 192, 32, wire.FieldDec),
	},
	Fields: []*Def{
		&isakmpE, &isakmpC, &isakmpA, &isakmpI, &isakmpV, &isakmpR, &isakmpEncrypted, &isakmpGroup, &isakmpNext, &isakmpCritical,
		&isakmpLen, &isakmpData, &isakmpDOI, &isakmpSituation, &isakmpPropNum, &isakmpPropProto, &isakmpSPISize, &isakmpPropTrans,
		&isakmpSPI, &isakmpTransNum, &isakmpTransID, &isakmpNotifyDOI, &isakmpNotifyProto, &isakmpNotify, &isakmpNotifyData,
		&isakmpKey, &isakmpDH, &isakmpNonce, &isakmpVendor, &isakmpHash, &isakmpTFType, &isakmpTFEncr, &isakmpTFPRF, &isakmpTFInteg,
		&isakmpTFDH, &isakmpTFESN, &isakmpTFOther,
	}}

var (
	isakmpE           = loose("isakmp.flag_e", "Encrypted", wire.FieldFlag)
	isakmpC           = loose("isakmp.flag_c", "Commit", wire.FieldFlag)
	isakmpA           = loose("isakmp.flag_a", "Authentication only", wire.FieldFlag)
	isakmpI           = loose("isakmp.flag_i", "From the initiator", wire.FieldFlag)
	isakmpV           = loose("isakmp.flag_v", "A higher version is known", wire.FieldFlag)
	isakmpR           = loose("isakmp.flag_r", "Response", wire.FieldFlag)
	isakmpEncrypted   = loose("isakmp.enc.data", "Encrypted", Bytes)
	isakmpGroup       = loose("isakmp.payload", "Payload", Group)
	isakmpNext        = looseCode("isakmp.nextpayload", "Next payload", isakmpPayload)
	isakmpCritical    = loose("isakmp.criticalpayload", "Critical", wire.FieldFlag)
	isakmpLen         = loose("isakmp.payloadlength", "Length", wire.FieldDec)
	isakmpData        = loose("isakmp.datapayload", "Data", Bytes)
	isakmpDOI         = looseCode("isakmp.sa.doi", "Domain of interpretation", isakmpDOIName)
	isakmpSituation   = loose("isakmp.sa.situation", "Situation", Bytes)
	isakmpPropNum     = loose("isakmp.prop.number", "Proposal number", wire.FieldDec)
	isakmpPropProto   = looseCode("isakmp.prop.protoid", "Protocol", isakmpProtocol)
	isakmpSPISize     = loose("isakmp.spisize", "SPI size", wire.FieldDec)
	isakmpPropTrans   = loose("isakmp.prop.transforms", "Transforms", wire.FieldDec)
	isakmpSPI         = loose("isakmp.spi", "SPI", Bytes)
	isakmpTransNum    = loose("isakmp.trans.number", "Transform number", wire.FieldDec)
	isakmpTransID     = loose("isakmp.trans.id", "Transform ID", wire.FieldDec)
	isakmpNotifyDOI   = looseCode("isakmp.notify.doi", "Domain of interpretation", isakmpDOIName)
	isakmpNotifyProto = looseCode("isakmp.notify.protoid", "Protocol", isakmpProtocol)
	isakmpNotify      = loose("isakmp.notify.msgtype", "Notification", wire.FieldDec)
	isakmpNotifyData  = loose("isakmp.notify.data", "Data", Bytes)
	isakmpKey         = loose("isakmp.key_exchange.data", "Key exchange data", Bytes)
	isakmpDH          = loose("isakmp.key_exchange.dh_group", "Diffie-Hellman group", wire.FieldDec)
	isakmpNonce       = loose("isakmp.nonce", "Nonce", Bytes)
	isakmpVendor      = loose("isakmp.vid_bytes", "Vendor ID", Bytes)
	isakmpHash        = loose("isakmp.hash", "Hash", Bytes)
	isakmpTFType      = looseCode("isakmp.tf.type", "Transform type", isakmpTransform)
	isakmpTFEncr      = loose("isakmp.tf.id.encr", "Encryption", wire.FieldDec)
	isakmpTFPRF       = loose("isakmp.tf.id.prf", "Pseudorandom function", wire.FieldDec)
	isakmpTFInteg     = loose("isakmp.tf.id.integ", "Integrity", wire.FieldDec)
	isakmpTFDH        = loose("isakmp.tf.id.dh", "Diffie-Hellman group", wire.FieldDec)
	isakmpTFESN       = loose("isakmp.tf.id.esn", "Extended sequence numbers", wire.FieldDec)
	isakmpTFOther     = loose("isakmp.tf.id", "Transform ID", wire.FieldDec)
)

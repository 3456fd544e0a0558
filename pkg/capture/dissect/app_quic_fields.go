package dissect

// The fields of QUIC packets: RFC 9000 sections 17 and 19.

import "github.com/netkit-go/netkit/pkg/wire"

var quic = Proto{Name: "quic", Title: "QUIC", TCPIP: Application, OSI: OSIApplication,
	Fields: []*Def{
		&quicPacketLen, &quicForm, &quicFixed, &quicType, &quicType2, &quicSpin, &quicVersion, &quicDCIL, &quicDCID, &quicSCIL,
		&quicSCID, &quicSupported, &quicTokenLen, &quicToken, &quicRetryToken, &quicRetryTag, &quicLength, &quicPNLen, &quicPN,
		&quicPayload, &quicRemaining, &quicFrame, &quicFrameType, &quicPaddingLen, &quicCryptoOff, &quicCryptoLen, &quicCryptoData,
		&quicAckLargest, &quicAckDelay, &quicAckCount, &quicAckFirst, &quicAckGap, &quicAckRange, &quicCCError, &quicCCFrame,
		&quicCCReasonLen, &quicCCReason,
	}}

var (
	quicPacketLen   = loose("quic.packet_length", "Packet length", wire.FieldDec)
	quicForm        = looseCode("quic.header_form", "Header form", quicFormName)
	quicFixed       = loose("quic.fixed_bit", "Fixed bit", wire.FieldFlag)
	quicType        = looseCode("quic.long.packet_type", "Packet type", quicTypeName)
	quicType2       = looseCode("quic.long.packet_type_v2", "Packet type", quicType2Name)
	quicSpin        = loose("quic.spin_bit", "Spin bit", wire.FieldFlag)
	quicVersion     = Def{Field: wire.Field{Name: "quic.version", Label: "Version", Kind: wire.FieldHex}, Meaning: quicVersionName}
	quicDCIL        = loose("quic.dcil", "Destination connection ID length", wire.FieldDec)
	quicDCID        = loose("quic.dcid", "Destination connection ID", Bytes)
	quicSCIL        = loose("quic.scil", "Source connection ID length", wire.FieldDec)
	quicSCID        = loose("quic.scid", "Source connection ID", Bytes)
	quicSupported   = Def{Field: wire.Field{Name: "quic.supported_version", Label: "Supported version", Kind: wire.FieldHex}, Meaning: quicVersionName}
	quicTokenLen    = loose("quic.token_length", "Token length", wire.FieldDec)
	quicToken       = loose("quic.token", "Token", Bytes)
	quicRetryToken  = loose("quic.retry_token", "Retry token", Bytes)
	quicRetryTag    = loose("quic.retry_integrity_tag", "Retry integrity tag", Bytes)
	quicLength      = loose("quic.length", "Length", wire.FieldDec)
	quicPNLen       = loose("quic.packet_number_length", "Packet number length", wire.FieldDec)
	quicPN          = loose("quic.packet_number", "Packet number", wire.FieldDec)
	quicPayload     = loose("quic.payload", "Protected payload", Bytes)
	quicRemaining   = loose("quic.remaining_payload", "Remaining payload", Bytes)
	quicFrame       = loose("quic.frame", "Frame", Group)
	quicFrameType   = looseCode("quic.frame_type", "Type", quicFrameName)
	quicPaddingLen  = loose("quic.padding_length", "Padding length", wire.FieldDec)
	quicCryptoOff   = loose("quic.crypto.offset", "Offset", wire.FieldDec)
	quicCryptoLen   = loose("quic.crypto.length", "Length", wire.FieldDec)
	quicCryptoData  = loose("quic.crypto.crypto_data", "Crypto data", Bytes)
	quicAckLargest  = loose("quic.ack.largest_acknowledged", "Largest acknowledged", wire.FieldDec)
	quicAckDelay    = loose("quic.ack.ack_delay", "Delay", wire.FieldDec)
	quicAckCount    = loose("quic.ack.ack_range_count", "Ranges", wire.FieldDec)
	quicAckFirst    = loose("quic.ack.first_ack_range", "First range", wire.FieldDec)
	quicAckGap      = loose("quic.ack.gap", "Gap", wire.FieldDec)
	quicAckRange    = loose("quic.ack.ack_range", "Range", wire.FieldDec)
	quicCCError     = loose("quic.cc.error_code", "Error code", wire.FieldDec)
	quicCCFrame     = loose("quic.cc.frame_type", "Frame type", wire.FieldDec)
	quicCCReasonLen = loose("quic.cc.reason_phrase.length", "Reason length", wire.FieldDec)
	quicCCReason    = loose("quic.cc.reason_phrase", "Reason", Text)
)

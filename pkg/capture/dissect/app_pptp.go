package dissect

import "bytes"

// PPTP's control connection: RFC 2637 section 2.

var appPPTP = App{Name: "pptp", Dissect: dissectPPTP, PDU: pduPPTP}

const pptpMagic = 0x1a2b3c4d

func pduPPTP(b []byte) int {
	if len(b) < 8 {
		return 0
	}
	if n := be16(b, 0); be32(b, 4) == pptpMagic && n >= 12 && n <= 256 {
		return n
	}
	return -1
}

// pptpPart is a field of a message: its octets, in order.
type pptpPart struct {
	def *Def
	n   int
}

// The messages, after their header of 12 octets: RFC 2637 sections 2.1 to 2.15.
var (
	pptpStart = [...]pptpPart{
		{&pptpVersion, 2}, {&pptpReserved, 2}, {&pptpFraming, 4}, {&pptpBearer, 4}, {&pptpChannels, 2},
		{&pptpFirmware, 2}, {&pptpHost, 64}, {&pptpVendor, 64},
	}
	pptpStartReply = [...]pptpPart{
		{&pptpVersion, 2}, {&pptpControlResult, 1}, {&pptpError, 1}, {&pptpFraming, 4}, {&pptpBearer, 4},
		{&pptpChannels, 2}, {&pptpFirmware, 2}, {&pptpHost, 64}, {&pptpVendor, 64},
	}
	pptpStop      = [...]pptpPart{{&pptpReason, 1}, {&pptpReserved, 1}, {&pptpReserved, 2}}
	pptpStopReply = [...]pptpPart{{&pptpStopResult, 1}, {&pptpError, 1}, {&pptpReserved, 2}}
	pptpEcho      = [...]pptpPart{{&pptpID, 4}}
	pptpEchoReply = [...]pptpPart{{&pptpID, 4}, {&pptpEchoResult, 1}, {&pptpError, 1}, {&pptpReserved, 2}}
	pptpOut       = [...]pptpPart{
		{&pptpCall, 2}, {&pptpSerial, 2}, {&pptpMinBPS, 4}, {&pptpMaxBPS, 4}, {&pptpBearerType, 4},
		{&pptpFramingType, 4}, {&pptpWindow, 2}, {&pptpDelay, 2}, {&pptpPhoneLen, 2}, {&pptpReserved, 2},
		{&pptpPhone, 64}, {&pptpSubaddress, 64},
	}
	pptpOutReply = [...]pptpPart{
		{&pptpCall, 2}, {&pptpPeerCall, 2}, {&pptpOutResult, 1}, {&pptpError, 1}, {&pptpCause, 2}, {&pptpSpeed, 4},
		{&pptpWindow, 2}, {&pptpDelay, 2}, {&pptpChannel, 4},
	}
	pptpIn = [...]pptpPart{
		{&pptpCall, 2}, {&pptpSerial, 2}, {&pptpBearerType, 4}, {&pptpChannel, 4}, {&pptpDialedLen, 2},
		{&pptpDialingLen, 2}, {&pptpDialed, 64}, {&pptpDialing, 64}, {&pptpSubaddress, 64},
	}
	pptpInReply = [...]pptpPart{
		{&pptpCall, 2}, {&pptpPeerCall, 2}, {&pptpInResult, 1}, {&pptpError, 1}, {&pptpWindow, 2}, {&pptpDelay, 2},
		{&pptpReserved, 2},
	}
	pptpConnected = [...]pptpPart{
		{&pptpPeerCall, 2}, {&pptpReserved, 2}, {&pptpSpeed, 4}, {&pptpWindow, 2}, {&pptpDelay, 2},
		{&pptpFramingType, 4},
	}
	pptpClear      = [...]pptpPart{{&pptpCall, 2}, {&pptpReserved, 2}}
	pptpDisconnect = [...]pptpPart{
		{&pptpCall, 2}, {&pptpDiscResult, 1}, {&pptpError, 1}, {&pptpCause, 2}, {&pptpReserved, 2},
		{&pptpStatistics, 128},
	}
	pptpWANError = [...]pptpPart{
		{&pptpPeerCall, 2}, {&pptpReserved, 2}, {&pptpCRC, 4}, {&pptpFrameErrors, 4}, {&pptpHardware, 4},
		{&pptpBuffer, 4}, {&pptpTimeouts, 4}, {&pptpAlignment, 4},
	}
	pptpLinkInfo = [...]pptpPart{{&pptpPeerCall, 2}, {&pptpReserved, 2}, {&pptpSendACCM, 4}, {&pptpRecvACCM, 4}}
)

func pptpParts(typ int) []pptpPart {
	switch typ {
	case 1:
		return pptpStart[:]
	case 2:
		return pptpStartReply[:]
	case 3:
		return pptpStop[:]
	case 4:
		return pptpStopReply[:]
	case 5:
		return pptpEcho[:]
	case 6:
		return pptpEchoReply[:]
	case 7:
		return pptpOut[:]
	case 8:
		return pptpOutReply[:]
	case 9:
		return pptpIn[:]
	case 10:
		return pptpInReply[:]
	case 11:
		return pptpConnected[:]
	case 12:
		return pptpClear[:]
	case 13:
		return pptpDisconnect[:]
	case 14:
		return pptpWANError[:]
	case 15:
		return pptpLinkInfo[:]
	}
	return nil
}

func dissectPPTP(d *D, b []byte) {
	d.Begin(&pptp)
	d.newInfo()
	d.say("pptp")
	if !d.Header() {
		return
	}
	end := be16(b, 0)
	if end > len(b) {
		d.cut(len(b))
		end = len(b)
	}
	if be32(b, 4) != pptpMagic {
		d.Wrong("magic cookie is another", 4)
		return
	}
	d.say(" CTRL_MSGTYPE=")
	d.say(pptpMessageName(uint64(be16(b, 8))))
	off := 12
	for _, p := range pptpParts(be16(b, 8)) {
		if off+p.n > end {
			d.cut(off)
			break
		}
		if p.def.Kind == Text {
			text := b[off : off+p.n]
			if i := bytes.IndexByte(text, 0); i >= 0 {
				text = text[:i]
			}
			d.Made(p.def, off, p.n, text)
		} else {
			d.Uint(p.def, off, p.n)
		}
		off += p.n
	}
	d.Claim(max(end, off))
}

func pptpKind(v uint64) string {
	switch v {
	case 1:
		return "control"
	case 2:
		return "management"
	}
	return ""
}

// pptpMessageName is tcpdump's word for a message type.
func pptpMessageName(v uint64) string {
	switch v {
	case 1:
		return "SCCRQ"
	case 2:
		return "SCCRP"
	case 3:
		return "StopCCRQ"
	case 4:
		return "StopCCRP"
	case 5:
		return "ECHORQ"
	case 6:
		return "ECHORP"
	case 7:
		return "OCRQ"
	case 8:
		return "OCRP"
	case 9:
		return "ICRQ"
	case 10:
		return "ICRP"
	case 11:
		return "ICCN"
	case 12:
		return "CCRQ"
	case 13:
		return "CDN"
	case 14:
		return "WEN"
	case 15:
		return "SLI"
	}
	return ""
}

func pptpControlResultName(v uint64) string {
	switch v {
	case 1:
		return "successful"
	case 2:
		return "general error"
	case 3:
		return "channel exists already"
	case 4:
		return "not authorized"
	case 5:
		return "protocol version not supported"
	}
	return ""
}

func pptpErrorName(v uint64) string {
	switch v {
	case 0:
		return "none"
	case 1:
		return "not connected"
	case 2:
		return "bad format"
	case 3:
		return "bad value"
	case 4:
		return "no resource"
	case 5:
		return "bad call ID"
	case 6:
		return "PAC error"
	}
	return ""
}

func pptpReasonName(v uint64) string {
	switch v {
	case 1:
		return "none"
	case 2:
		return "protocol version not supported"
	case 3:
		return "local shutdown"
	}
	return ""
}

func pptpOutResultName(v uint64) string {
	switch v {
	case 1:
		return "connected"
	case 2:
		return "general error"
	case 3:
		return "no carrier"
	case 4:
		return "busy"
	case 5:
		return "no dial tone"
	case 6:
		return "time-out"
	case 7:
		return "do not accept"
	}
	return ""
}

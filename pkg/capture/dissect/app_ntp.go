package dissect

import "fmt"

// NTP versions 1 to 4: RFC 5905 section 7.3 and 7.5, RFC 1305; SNTP (RFC 4330) is
// the same on the wire. Mode 6 is RFC 9327, mode 7 ntpd's own.

var appNTP = App{Name: "ntp", Dissect: dissectNTP}

const ntpHeaderLen = 48

func dissectNTP(d *D, b []byte) {
	if len(b) == 0 {
		return
	}
	d.Begin(&ntp)
	mode := uint64(b[0] & 7)
	if d.WantInfo {
		d.newInfo()
		d.say("NTPv")
		d.sayUint(uint64(b[0] >> 3 & 7))
		d.say(", ")
		d.say(ntpInfoMode(mode))
		d.say(", length ")
		d.sayUint(uint64(len(b) + d.Missing))
	}
	switch mode {
	case 6:
		ntpControl(d, b)
		return
	case 7:
		ntpPrivate(d, b)
		return
	}
	if !d.Header() {
		return
	}
	ntpTime(d, b, &ntpRefTime, 16)
	ntpTime(d, b, &ntpOrigin, 24)
	ntpTime(d, b, &ntpReceive, 32)
	ntpTime(d, b, &ntpTransmit, 40)
	off := ntpHeaderLen
	// "If … 4 octets remain, a crypto-NAK; 20 or 24, a MAC; else extension fields"
	// (RFC 7822 section 3): an extension has at least 16 octets, and 28 if no MAC
	// follows.
	for len(b)-off > 24 {
		n := be16(b, off+2)
		if n < 16 || n%4 != 0 || n > len(b)-off {
			break
		}
		d.Open(&ntpExt, off, n)
		d.Uint(&ntpExtType, off, 2)
		d.Uint(&ntpExtLen, off+2, 2)
		d.Bytes(&ntpExtValue, off+4, n-4)
		d.Close()
		off += n
	}
	if rest := len(b) - off; rest >= 4 {
		d.Bytes(&ntpKeyID, off, 4)
		if rest > 4 {
			d.Bytes(&ntpMAC, off+4, rest-4)
		}
		off = len(b)
	}
	d.Claim(off)
}

// ntpTime adds a timestamp: seconds since 1900 and a fraction. RFC 5905 section 6
// counts eras; a first bit of 0 means the next one, as nobody sends packets of
// before 1968. 0 is "unknown".
func ntpTime(d *D, b []byte, def *Def, off int) {
	if off+8 > len(b) {
		d.cut(off)
		return
	}
	sec, frac := uint64(be32(b, off)), uint64(be32(b, off+4))
	if sec|frac == 0 {
		d.Made(def, off, 8, ntpUnknown)
		return
	}
	const epoch = 2208988800 // of Unix, from 1900
	if sec&0x80000000 == 0 {
		sec += 1 << 32
	}
	d.Num(def, off, 8, uint64((int64(sec)-epoch)*1e9)+frac*1e9>>32)
}

var ntpUnknown = []byte("NULL")

func ntpControl(d *D, b []byte) {
	h := ntp.Header
	d.OpenBits(&h[ntpHFlags], 0, 8)
	d.head(ntpHLI)
	d.head(ntpHVN)
	d.head(ntpHMode)
	d.Close()
	d.OpenBits(&ntpCtrlFlags, 8, 8)
	d.Bits(&ntpCtrlR, 8, 1)
	d.Bits(&ntpCtrlError, 9, 1)
	d.Bits(&ntpCtrlMore, 10, 1)
	d.Bits(&ntpCtrlOp, 11, 5)
	d.Close()
	d.Uint(&ntpCtrlSeq, 2, 2)
	d.Uint(&ntpCtrlStatus, 4, 2)
	d.Uint(&ntpCtrlAssoc, 6, 2)
	d.Uint(&ntpCtrlOffset, 8, 2)
	n := int(d.Uint(&ntpCtrlCount, 10, 2))
	if len(b) < 12 {
		return
	}
	have := min(n, len(b)-12)
	if n > have {
		d.cut(len(b))
	}
	if have > 0 {
		d.Bytes(&ntpCtrlData, 12, have)
	}
	// What follows, to a multiple of four octets, is padding, then perhaps a MAC.
	off := 12 + have
	pad := min((4-have%4)%4, len(b)-off)
	if pad > 0 {
		d.Bytes(&ntpPad, off, pad)
	}
	if off += pad; len(b)-off > 4 {
		d.Bytes(&ntpKeyID, off, 4)
		d.Bytes(&ntpMAC, off+4, len(b)-off-4)
		off = len(b)
	}
	d.Claim(off)
}

func ntpPrivate(d *D, b []byte) {
	h := ntp.Header
	d.OpenBits(&h[ntpHFlags], 0, 8)
	d.Bits(&ntpPrivR, 0, 1)
	d.Bits(&ntpPrivMore, 1, 1)
	d.head(ntpHVN)
	d.head(ntpHMode)
	d.Close()
	d.Bits(&ntpPrivAuth, 8, 1)
	d.Bits(&ntpPrivSeq, 9, 7)
	d.Uint(&ntpPrivImpl, 2, 1)
	d.Uint(&ntpPrivReq, 3, 1)
	d.Bits(&ntpPrivErr, 32, 4)
	d.Bits(&ntpPrivItems, 36, 12)
	d.Bits(&ntpPrivSize, 52, 12)
	if len(b) > 8 {
		d.Bytes(&ntpPrivData, 8, len(b)-8)
	}
}

// ntpInfoMode is tcpdump's word for a mode.
func ntpInfoMode(v uint64) string {
	switch v {
	case 0:
		return "unspecified"
	case 1:
		return "symmetric active"
	case 2:
		return "symmetric passive"
	case 3:
		return "Client"
	case 4:
		return "Server"
	case 5:
		return "Broadcast"
	case 6:
		return "Control Message"
	}
	return "Reserved"
}

func ntpModeName(v uint64) string {
	switch v {
	case 0:
		return "reserved"
	case 1:
		return "symmetric active"
	case 2:
		return "symmetric passive"
	case 3:
		return "client"
	case 4:
		return "server"
	case 5:
		return "broadcast"
	case 6:
		return "control"
	case 7:
		return "private"
	}
	return ""
}

func ntpLeap(v uint64) string {
	switch v {
	case 0:
		return "no warning"
	case 1:
		return "last minute has 61 seconds"
	case 2:
		return "last minute has 59 seconds"
	case 3:
		return "not synchronized"
	}
	return ""
}

func ntpStratum(v uint64) string {
	switch {
	case v == 0:
		return "unspecified or invalid"
	case v == 1:
		return "primary server"
	case v < 16:
		return "secondary server"
	case v == 16:
		return "unsynchronized"
	}
	return "reserved"
}

// ntpPower reads an exponent of two, in two's complement, as seconds.
func ntpPower(v uint64) string {
	e := int(int8(v))
	switch {
	case e >= 0 && e <= 17:
		return fmt.Sprintf("%d s", 1<<e)
	case e < 0 && e >= -32:
		return fmt.Sprintf("%.9f s", 1/float64(uint64(1)<<-e))
	}
	return ""
}

// ntpShort reads the short format: 16 bits of seconds, 16 of a fraction.
func ntpShort(v uint64) string { return fmt.Sprintf("%.6f s", float64(v)/65536) }

func ntpCtrlName(v uint64) string {
	switch v {
	case 1:
		return "read status"
	case 2:
		return "read variables"
	case 3:
		return "write variables"
	case 4:
		return "read clock variables"
	case 5:
		return "write clock variables"
	case 6:
		return "set trap"
	case 7:
		return "trap response"
	case 8:
		return "runtime configuration"
	case 9:
		return "export configuration"
	case 10:
		return "retrieve remote addresses"
	case 11:
		return "retrieve ordered list"
	case 12:
		return "request nonce"
	case 31:
		return "unset trap"
	}
	return ""
}

func ntpPrivImplName(v uint64) string {
	switch v {
	case 0:
		return "universal"
	case 2:
		return "xntpd before IPv6"
	case 3:
		return "xntpd"
	}
	return ""
}

// ntpPrivReqName names the requests that are seen in the wild.
func ntpPrivReqName(v uint64) string {
	switch v {
	case 0:
		return "PEER_LIST"
	case 1:
		return "PEER_LIST_SUM"
	case 2:
		return "PEER_INFO"
	case 3:
		return "PEER_STATS"
	case 4:
		return "SYS_INFO"
	case 5:
		return "SYS_STATS"
	case 16:
		return "GET_RESTRICT"
	case 20:
		return "MON_GETLIST"
	case 42:
		return "MON_GETLIST_1"
	}
	return ""
}

// ntpExtName is IANA's registry "NTP Extension Field Types".
func ntpExtName(v uint64) string {
	switch v {
	case 0x0002, 0x0102:
		return "Autokey"
	case 0x0104:
		return "Unique identifier (NTS)"
	case 0x0204:
		return "NTS cookie"
	case 0x0304:
		return "NTS cookie placeholder"
	case 0x0404:
		return "NTS authenticator and encrypted fields"
	case 0x2005:
		return "UDP checksum complement"
	}
	return ""
}

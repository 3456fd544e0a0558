package dissect

import "bytes"

// SSH before encryption: RFC 4253 sections 4.2 (banner), 6 (packets), 7.1
// (KEXINIT). What is encrypted is shown as octets.

var appSSH = App{Name: "ssh", Dissect: dissectSSH, PDU: pduSSH}

const (
	sshPort      = 22
	sshMaxBanner = 255
	sshMaxPacket = 35000 // RFC 4253 section 6.1
	sshKexInit   = 20
)

var sshVersion = []byte("SSH-")

// sshPlain reports whether b begins with a packet in the clear: its length is a
// multiple of 8, its padding fits, its message is one of the key exchange.
func sshPlain(b []byte) bool {
	if len(b) < 6 {
		return false
	}
	n, pad := be32(b, 0), uint32(b[4])
	return n >= 5 && n <= sshMaxPacket && (n+4)%8 == 0 && pad >= 4 && pad < n-1 && sshMessageName(uint64(b[5])) != ""
}

func pduSSH(b []byte) int {
	switch n := min(len(b), len(sshVersion)); {
	case n == 0:
		return 0
	case bytes.Equal(b[:n], sshVersion[:n]):
		_, next := textLine(b, 0)
		if next < 0 && len(b) > sshMaxBanner {
			return len(b)
		}
		return max(next, 0)
	case len(b) < 6:
		if b[0] == 0 {
			return 0
		}
		return len(b)
	case sshPlain(b):
		if n := 4 + int(be32(b, 0)); n <= len(b) {
			return n
		}
		return 0
	}
	return len(b)
}

func dissectSSH(d *D, b []byte) {
	d.Begin(&ssh)
	d.newInfo()
	switch {
	case bytes.HasPrefix(b, sshVersion):
		end, next := textLine(b, 0)
		if next < 0 {
			next = len(b)
		}
		if d.WantInfo {
			d.say("SSH: ")
			d.sayBytes(b[:end])
		}
		d.Bytes(&sshBanner, 0, end)
		d.Claim(next)
	case sshPlain(b):
		sshPacket(d, b)
	default:
		d.say("SSH: encrypted")
		if len(b) > 0 {
			d.Bytes(&sshEncrypted, 0, len(b))
		}
	}
}

func sshPacket(d *D, b []byte) {
	n, pad := int(d.Uint(&sshLen, 0, 4)), int(d.Uint(&sshPadLen, 4, 1))
	code := d.Uint(&sshCode, 5, 1)
	d.say("SSH: ")
	d.say(sshMessageName(code))
	end := 4 + n
	body := end - pad // where the padding begins
	if end > len(b) {
		d.cut(len(b))
		end, body = len(b), min(body, len(b))
	}
	off := 6
	if code == sshKexInit && off+16 <= body {
		d.Bytes(&sshCookie, off, 16)
		off += 16
		for i := range sshLists {
			if off+4 > body {
				break
			}
			size := int(min(be32(b, off), sshMaxPacket))
			if off+4+size > body {
				d.Wrong("name list longer than its packet", off)
				break
			}
			l := &sshLists[i]
			d.Uint(l.length, off, 4)
			d.Bytes(l.list, off+4, size)
			off += 4 + size
		}
		if off+5 <= body {
			d.Uint(&sshFirst, off, 1)
			d.Uint(&sshReserved, off+1, 4)
			off += 5
		}
	}
	if off < body {
		d.Bytes(&sshPayload, off, body-off)
	}
	if body < end {
		d.Bytes(&sshPadding, body, end-body)
	}
	d.Claim(end)
}

// sshLists are KEXINIT's name lists, in their order.
var sshLists = [...]struct{ length, list *Def }{
	{&sshKexLen, &sshKex}, {&sshHostKeyLen, &sshHostKey}, {&sshEncCSLen, &sshEncCS}, {&sshEncSCLen, &sshEncSC},
	{&sshMACCSLen, &sshMACCS}, {&sshMACSCLen, &sshMACSC}, {&sshCompCSLen, &sshCompCS}, {&sshCompSCLen, &sshCompSC},
	{&sshLangCSLen, &sshLangCS}, {&sshLangSCLen, &sshLangSC},
}

// sshMessageName names the messages that can come in the clear (IANA SSH Message
// Numbers); 30 to 34 mean what the key exchange makes of them.
func sshMessageName(v uint64) string {
	switch v {
	case 1:
		return "DISCONNECT"
	case 2:
		return "IGNORE"
	case 3:
		return "UNIMPLEMENTED"
	case 4:
		return "DEBUG"
	case 7:
		return "EXT_INFO"
	case sshKexInit:
		return "KEXINIT"
	case 21:
		return "NEWKEYS"
	case 30, 31, 32, 33, 34:
		return "KEX"
	}
	return ""
}

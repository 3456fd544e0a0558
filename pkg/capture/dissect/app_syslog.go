package dissect

// Syslog: RFC 5424 section 6, RFC 3164.

var appSyslog = App{Name: "syslog", Dissect: dissectSyslog}

func dissectSyslog(d *D, b []byte) {
	d.Begin(&syslog)
	end, off := 0, 0
	if len(b) > 0 && b[0] == '<' {
		for end = 1; end < len(b) && end < 5 && b[end] != '>'; end++ {
		}
	}
	if v, ok := textUint(b[min(1, end):end]); ok && end < len(b) && b[end] == '>' && v < 1024 {
		d.Num(&syslogFacility, 1, end-1, v>>3)
		d.Num(&syslogLevel, 1, end-1, v&7)
		off = end + 1
		if d.WantInfo {
			d.newInfo()
			d.say("SYSLOG ")
			d.say(syslogFacilityName(v >> 3))
			d.say(".")
			d.say(syslogLevelName(v & 7))
			d.say(", length: ")
			d.sayUint(uint64(len(b) + d.Missing))
		}
	}
	if off+1 < len(b) && b[off] == '1' && b[off+1] == ' ' {
		off = syslogHeader(d, b, off)
	}
	if off < len(b) {
		d.Bytes(&syslogMsg, off, len(b)-off)
	}
}

// syslogHeader adds what RFC 5424 puts before the message; "-" is nothing.
func syslogHeader(d *D, b []byte, off int) int {
	d.Num(&syslogVersion, off, 1, 1)
	off += 2
	word := func(def *Def) {
		z := textWord(b, off, len(b))
		if z > off && (z-off > 1 || b[off] != '-') {
			d.Bytes(def, off, z-off)
		}
		off = min(z+1, len(b))
	}
	word(&syslogTimestamp)
	word(&syslogHost)
	word(&syslogApp)
	word(&syslogProc)
	word(&syslogMsgID)
	return off
}

func syslogFacilityName(v uint64) string {
	switch v {
	case 0:
		return "kernel"
	case 1:
		return "user"
	case 2:
		return "mail"
	case 3:
		return "daemon"
	case 4:
		return "auth"
	case 5:
		return "syslog"
	case 6:
		return "lpr"
	case 7:
		return "news"
	case 8:
		return "uucp"
	case 9:
		return "cron"
	case 10:
		return "authpriv"
	case 11:
		return "ftp"
	case 12:
		return "ntp"
	case 13:
		return "security"
	case 14:
		return "console"
	case 15:
		return "clock"
	}
	if v >= 16 && v <= 23 {
		return "local" + string(rune('0'+v-16))
	}
	return ""
}

func syslogLevelName(v uint64) string {
	switch v {
	case 0:
		return "emergency"
	case 1:
		return "alert"
	case 2:
		return "critical"
	case 3:
		return "error"
	case 4:
		return "warning"
	case 5:
		return "notice"
	case 6:
		return "info"
	case 7:
		return "debug"
	}
	return ""
}

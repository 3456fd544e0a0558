package dissect

// Telnet: RFC 854 (commands), RFC 855 (options), RFC 1073 (window size), RFC 1091
// (terminal type).

var appTelnet = App{Name: "telnet", Dissect: dissectTelnet}

const (
	telnetSE   = 240
	telnetSB   = 250
	telnetWill = 251
	telnetDont = 254
	telnetIAC  = 255
)

func dissectTelnet(d *D, b []byte) {
	d.Begin(&telnet)
	d.newInfo()
	said := false
	for off := 0; off < len(b); {
		if b[off] != telnetIAC {
			z := off
			for z < len(b) && b[z] != telnetIAC {
				z++
			}
			d.Bytes(&telnetData, off, z-off)
			off = z
			continue
		}
		if off+1 >= len(b) {
			d.cut(off)
			return
		}
		cmd := b[off+1]
		if d.WantInfo {
			if said {
				d.say(", ")
			} else {
				d.say("[telnet ")
			}
			said = true
			d.say(telnetCommand(uint64(cmd)))
		}
		switch {
		case cmd == telnetIAC: // "the data byte 255"
			d.Bytes(&telnetData, off+1, 1)
			off += 2
		case cmd >= telnetSB && cmd <= telnetDont:
			if off+2 >= len(b) {
				d.cut(off)
				return
			}
			d.OpenBits(&telnetCmd, (off+1)*8, 8)
			d.Uint(&telnetSub, off+2, 1)
			d.say(" ")
			d.say(telnetOption(uint64(b[off+2])))
			if cmd == telnetSB {
				off = telnetSuboption(d, b, off+2)
			} else {
				off += 3
			}
			d.Close()
		default:
			d.Uint(&telnetCmd, off+1, 1)
			off += 2
		}
	}
	if said {
		d.say("]")
	}
}

// telnetSuboption adds what is between the option at off and IAC SE, and
// returns where that ends.
func telnetSuboption(d *D, b []byte, off int) int {
	option, start := b[off], off+1
	end := start
	for end < len(b) && (b[end] != telnetIAC || end+1 < len(b) && b[end+1] == telnetIAC) {
		if b[end] == telnetIAC {
			end++
		}
		end++
	}
	next := end
	switch {
	case end+1 >= len(b):
		d.cut(len(b))
		end, next = len(b), len(b)
	case b[end+1] == telnetSE:
		next = end + 2
	default:
		d.Wrong("suboption without an end", end)
	}
	n := end - start
	switch {
	case n == 0:
	case option == 31 && n == 4:
		d.Uint(&telnetWidth, start, 2)
		d.Uint(&telnetHeight, start+2, 2)
	case option == 24 && n > 1 && b[start] == 0:
		d.Bytes(&telnetString, start+1, n-1)
	default:
		d.Bytes(&telnetSubData, start, n)
	}
	return next
}

func telnetCommand(v uint64) string {
	switch v {
	case 236:
		return "EOF"
	case 237:
		return "SUSP"
	case 238:
		return "ABORT"
	case 239:
		return "EOR"
	case telnetSE:
		return "SE"
	case 241:
		return "NOP"
	case 242:
		return "DM"
	case 243:
		return "BRK"
	case 244:
		return "IP"
	case 245:
		return "AO"
	case 246:
		return "AYT"
	case 247:
		return "EC"
	case 248:
		return "EL"
	case 249:
		return "GA"
	case telnetSB:
		return "SB"
	case telnetWill:
		return "WILL"
	case 252:
		return "WONT"
	case 253:
		return "DO"
	case telnetDont:
		return "DONT"
	case telnetIAC:
		return "IAC"
	}
	return ""
}

// telnetOptions is IANA's registry "Telnet Options", from 0.
var telnetOptions = [...]string{
	"BINARY", "ECHO", "RCP", "SUPPRESS GO AHEAD", "NAME", "STATUS", "TIMING MARK", "RCTE", "NAOL", "NAOP", "NAOCRD",
	"NAOHTS", "NAOHTD", "NAOFFD", "NAOVTS", "NAOVTD", "NAOLFD", "XASCII", "LOGOUT", "BYTE MACRO", "DATA ENTRY TERMINAL",
	"SUPDUP", "SUPDUP OUTPUT", "SEND LOCATION", "TERMINAL TYPE", "END OF RECORD", "TACACS UID", "OUTPUT MARKING",
	"TTYLOC", "3270 REGIME", "X.3 PAD", "NAWS", "TSPEED", "LFLOW", "LINEMODE", "XDISPLOC", "OLD-ENVIRON",
	"AUTHENTICATION", "ENCRYPT", "NEW-ENVIRON", "TN3270E", "XAUTH", "CHARSET", "RSP", "COM PORT CONTROL",
	"SUPPRESS LOCAL ECHO", "START TLS", "KERMIT", "SEND-URL", "FORWARD_X",
}

func telnetOption(v uint64) string {
	if v < uint64(len(telnetOptions)) {
		return telnetOptions[v]
	}
	if v == 255 {
		return "EXTENDED-OPTIONS-LIST"
	}
	return ""
}

package layers

// TCP on one line: RFC 9293 3.1 and 3.2, RFC 7323, RFC 2018, RFC 7413, RFC 8684.

import (
	"bytes"

	"github.com/netkit-go/netkit/pkg/wire"
)

var tcpFlagLetters = func() (t [256]string) {
	for i := range t {
		if i == 0 {
			t[i] = "none"
		}
		for bit, letter := range []byte("FSRP.UEW") {
			if i>>bit&1 != 0 {
				t[i] += string(letter)
			}
		}
	}
	return t
}()

const tcpPrompting = 0x07 // FIN, SYN, RST: their sequence number is always written

func (l *liner) tcp(src, dst, b []byte, size int) bool {
	if len(b) < 20 {
		return false
	}
	head := int(b[12]>>4) * 4
	data := size - head
	if head < 20 || head > len(b) && size >= head {
		return false
	}
	if l.p == nil && data > 0 && (dissectedPort(false, be16(b)) || dissectedPort(false, be16(b[2:]))) {
		return false
	}
	l.portEnds(false, src, dst, b)
	flags := b[13]
	l.text("Flags [")
	l.text(tcpFlagLetters[flags])
	l.text("]")
	if data < 0 {
		l.num(" [bad hdr length ", uint64(head))
		l.num(" - too long, > ", uint64(size))
		l.text("]")
		return true
	}
	if data > 0 || flags&tcpPrompting != 0 {
		seq := be32(b[4:]) - l.base.Seq
		l.num(", seq ", uint64(seq))
		if data > 0 {
			l.num(":", uint64(seq+uint32(data)))
		}
	}
	if flags&byte(wire.ACK) != 0 {
		l.num(", ack ", uint64(be32(b[8:])-l.base.Ack))
	}
	l.num(", win ", uint64(be16(b[14:])))
	if flags&0x20 != 0 {
		l.num(", urg ", uint64(be16(b[18:])))
	}
	if head > 20 {
		l.text(", options [")
		l.tcpOptions(b[20:head], flags)
		l.text("]")
	}
	l.num(", length ", uint64(data))
	if data > 0 {
		l.application(be16(b), be16(b[2:]))
	}
	return true
}

// application writes what the dissectors say about the data, as tcpdump joins it.
func (l *liner) application(src, dst uint16) {
	sep := ": "
	if isDNS(src) || isDNS(dst) || l.p != nil && bytes.HasPrefix(l.p.Info, []byte("[")) {
		sep = " "
	}
	if l.p == nil || l.app(sep) {
		return
	}
	name := textProtocol(src)
	if name == "" {
		name = textProtocol(dst)
	}
	if name != "" {
		l.text(": ")
		l.text(name)
	}
}

func isDNS(port uint16) bool { return port == 53 || port == 5353 }

// textProtocol names the protocols of text that are named whatever the data are.
func textProtocol(port uint16) string {
	switch port {
	case 21:
		return "FTP"
	case 25, 587:
		return "SMTP"
	case 43:
		return "WHOIS"
	case 80, 3128, 8080:
		return "HTTP"
	case 554, 8554:
		return "RTSP"
	case 5060:
		return "SIP"
	}
	return ""
}

func (l *liner) tcpOptions(b []byte, flags byte) {
	for first := true; len(b) > 0; first = false {
		if !first {
			l.dst = append(l.dst, ',')
		}
		kind, n := b[0], 1
		if kind > 1 {
			if len(b) < 2 || b[1] < 2 || int(b[1]) > len(b) {
				l.text("[bad opt]")
				return
			}
			n = int(b[1])
		}
		if !l.tcpOption(kind, b[min(2, n):n], flags) {
			l.text("[bad opt]")
			return
		}
		if kind == 0 {
			return
		}
		b = b[n:]
	}
}

// tcpOption writes an option with the octets behind its length. A length that is
// not the option's own is said in brackets.
func (l *liner) tcpOption(kind byte, v []byte, flags byte) bool {
	fixed := -1 // octets that the option has
	switch kind {
	case 0:
		l.text("eol")
	case 1:
		l.text("nop")
	case 2:
		if fixed = 2; len(v) < fixed {
			return false
		}
		l.num("mss ", uint64(be16(v)))
	case 3:
		if fixed = 1; len(v) < fixed {
			return false
		}
		l.num("wscale ", uint64(v[0]))
	case 4:
		fixed = 0
		l.text("sackOK")
	case 5:
		l.text("sack")
		if len(v)%8 != 0 {
			l.text(" invalid sack")
			break
		}
		l.num(" ", uint64(len(v)/8))
		l.text(" ")
		for ; len(v) > 0; v = v[8:] {
			l.num("{", uint64(be32(v)-l.base.Ack))
			l.num(":", uint64(be32(v[4:])-l.base.Ack))
			l.text("}")
		}
	case 8:
		if fixed = 8; len(v) < fixed {
			return false
		}
		l.num("TS val ", uint64(be32(v)))
		l.num(" ecr ", uint64(be32(v[4:])))
	case 19:
		if fixed = 16; len(v) < fixed {
			return false
		}
		l.text("md5 ")
		l.dst = appendHexBytes(l.dst, v[:16])
	case 28:
		if fixed = 2; len(v) < fixed {
			return false
		}
		t := be16(v)
		l.text("uto 0x")
		l.dst = appendHex(l.dst, uint64(t), 1)
		seconds := uint64(t >> 1)
		if t&0x8000 != 0 {
			seconds = uint64(t&0x7fff) * 60
		}
		l.num(" ", seconds)
	case 29:
		l.text("tcp-ao")
		if len(v) < 2 {
			l.text(" invalid")
			break
		}
		l.num(" keyid ", uint64(v[0]))
		l.num(" rnextkeyid ", uint64(v[1]))
		if len(v) > 2 {
			l.text(" mac 0x")
			l.dst = appendHexBytes(l.dst, v[2:])
		}
	case 30:
		l.mptcp(v, flags)
	case 34:
		l.text("tfo")
		l.fastOpen(v)
	case 254:
		if len(v) < 2 {
			return false
		}
		l.text("exp-")
		if be16(v) == 0xf989 {
			l.text("tfo")
			l.fastOpen(v[2:])
			break
		}
		l.dst = appendHex(l.dst, uint64(be16(v)), 4)
	default:
		l.num("unknown-", uint64(kind))
		if len(v) > 0 {
			l.text(" 0x")
			l.dst = appendHexBytes(l.dst, v)
		}
	}
	if fixed >= 0 && fixed != len(v) {
		l.num("[len ", uint64(len(v)+2))
		l.text("]")
	}
	return true
}

// RFC 7413 4.1.1: a request for a cookie, or the cookie.
func (l *liner) fastOpen(v []byte) {
	switch {
	case len(v) == 0:
		l.text(" cookiereq")
	case len(v)%2 != 0 || len(v) < 4 || len(v) > 16:
		l.text(" invalid")
	default:
		l.text(" cookie ")
		l.dst = appendHexBytes(l.dst, v)
	}
}

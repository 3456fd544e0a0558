package layers

// ICMP on one line: RFC 792, RFC 4443, RFC 4861. What else there is comes from the
// dissectors.

func (l *liner) icmpv4(b []byte, size int) bool {
	if len(b) < 8 {
		return false
	}
	switch b[0] {
	case 0, 8:
		l.text("ICMP echo re")
		if b[0] == 0 {
			l.text("ply, id ")
		} else {
			l.text("quest, id ")
		}
		l.uint(uint64(be16(b[4:])))
		l.num(", seq ", uint64(be16(b[6:])))
	case 3:
		if !l.unreachable(b) {
			return l.icmpInfo()
		}
	case 11:
		switch b[1] {
		case 0:
			l.text("ICMP time exceeded in-transit")
		case 1:
			l.text("ICMP ip reassembly time exceeded")
		default:
			return l.icmpInfo()
		}
	default:
		return l.icmpInfo()
	}
	l.num(", length ", uint64(size))
	return true
}

func (l *liner) icmpInfo() bool { return l.app("") }

// unreachable writes the codes of RFC 792 that quote a destination.
func (l *liner) unreachable(b []byte) bool {
	q := b[8:]
	if len(q) < 20 || q[0]>>4 != 4 {
		return false
	}
	dst := q[16:20]
	switch b[1] {
	case 0:
		l.text("ICMP net ")
		l.addr(dst)
		l.text(" unreachable")
	case 1:
		l.text("ICMP host ")
		l.addr(dst)
		l.text(" unreachable")
	case 2:
		l.text("ICMP ")
		l.addr(dst)
		l.num(" protocol ", uint64(q[9]))
		l.text(" unreachable")
	case 3:
		n := int(q[0]&15) * 4
		if n < 20 || len(q) < n+4 {
			return false
		}
		l.text("ICMP ")
		l.addr(dst)
		switch q[9] {
		case 6:
			l.text(" tcp port ")
		case 17:
			l.text(" udp port ")
		default:
			l.num(" protocol ", uint64(q[9]))
			l.text(" port ")
		}
		l.uint(uint64(be16(q[n+2:])))
		l.text(" unreachable")
	case 4:
		l.text("ICMP ")
		l.addr(dst)
		l.text(" unreachable - need to frag")
		if mtu := be16(b[6:]); mtu != 0 {
			l.num(" (mtu ", uint64(mtu))
			l.text(")")
		}
	case 13:
		l.text("ICMP host ")
		l.addr(dst)
		l.text(" unreachable - admin prohibited filter")
	default:
		return false
	}
	return true
}

func (l *liner) icmpv6(b []byte, size int) bool {
	if len(b) < 4 {
		return false
	}
	switch t := b[0]; {
	case t == 128 && len(b) >= 8, t == 129 && len(b) >= 8:
		l.text("ICMP6, echo re")
		if t == 128 {
			l.text("quest, id ")
		} else {
			l.text("ply, id ")
		}
		l.uint(uint64(be16(b[4:])))
		l.num(", seq ", uint64(be16(b[6:])))
	case t == 133:
		l.text("ICMP6, router solicitation")
	case t == 134:
		l.text("ICMP6, router advertisement")
	case t == 135 && len(b) >= 24:
		l.text("ICMP6, neighbor solicitation, who has ")
		l.addr(b[8:24])
	case t == 136 && len(b) >= 24:
		l.text("ICMP6, neighbor advertisement, tgt is ")
		l.addr(b[8:24])
	case t == 143 && len(b) >= 8:
		l.num("ICMP6, multicast listener report v2, ", uint64(be16(b[6:])))
		l.text(" group record(s)")
	case t == 3 && b[1] == 0:
		l.text("ICMP6, time exceeded in-transit")
	default:
		return l.icmpInfo()
	}
	l.num(", length ", uint64(size))
	return true
}

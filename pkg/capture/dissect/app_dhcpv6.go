package dissect

import "strconv"

// DHCPv6: RFC 8415 sections 8 (messages), 9 (relays), 21 (options).

var appDHCPv6 = App{Name: "dhcpv6", Dissect: dissectDHCPv6}

// d6MaxLevel bounds options inside options, relayed messages among them.
const d6MaxLevel = 12

func dissectDHCPv6(d *D, b []byte) {
	if len(b) == 0 {
		return
	}
	d.Begin(&dhcpv6)
	if d.WantInfo {
		d.newInfo()
		d.say("dhcp6 ")
		d.say(d6InfoName(uint64(b[0])))
	}
	m := d6Msg{d: d, b: b}
	m.message(0, len(b), 0)
}

type d6Msg struct {
	d *D
	b []byte
}

func (m *d6Msg) message(off, end, level int) {
	d := m.d
	typ := d.Uint(&d6Type, off, 1)
	if typ == 12 || typ == 13 {
		if off+34 > end {
			d.cut(off)
			return
		}
		d.Uint(&d6Hops, off+1, 1)
		d.Bytes(&d6Link, off+2, 16)
		d.Bytes(&d6Peer, off+18, 16)
		m.options(off+34, end, level)
		return
	}
	if off+4 > end {
		d.cut(off)
		return
	}
	d.Uint(&d6XID, off+1, 3)
	m.options(off+4, end, level)
}

func (m *d6Msg) options(off, end, level int) {
	d := m.d
	for off < end {
		if off+4 > end {
			d.cut(off)
			return
		}
		code, n := be16(m.b, off), be16(m.b, off+2)
		d.OpenBits(&d6Option, off*8, 16)
		d.Uint(&d6Length, off+2, 2)
		if off += 4; off+n > end {
			d.Wrong("option longer than what is around it", off-2)
			n = end - off
		}
		if level >= d6MaxLevel {
			d.Wrong("options too deep", off)
			code = 0
		}
		if n > 0 {
			at := m.option(code, off, off+n, level+1)
			if at < off+n {
				d.Bytes(&d6Value, at, off+n-at)
			}
		}
		d.Close()
		off += n
	}
}

// option adds an option's value and returns how far it is understood.
func (m *d6Msg) option(code, off, end, level int) int {
	d, n := m.d, end-off
	each := func(def *Def, size int) int {
		for ; off+size <= end; off += size {
			if size == 16 {
				d.Bytes(def, off, size)
			} else {
				d.Uint(def, off, size)
			}
		}
		return off
	}
	all := func(def *Def) int {
		d.Bytes(def, off, n)
		return end
	}
	switch code {
	case 1, 2:
		return m.duid(off, end)
	case 3, 25:
		if n < 12 {
			break
		}
		d.Uint(&d6IAID, off, 4)
		d.Uint(&d6T1, off+4, 4)
		d.Uint(&d6T2, off+8, 4)
		m.options(off+12, end, level)
		return end
	case 4:
		if n < 4 {
			break
		}
		d.Uint(&d6IATA, off, 4)
		m.options(off+4, end, level)
		return end
	case 5:
		if n < 24 {
			break
		}
		d.Bytes(&d6Addr, off, 16)
		d.Uint(&d6AddrPref, off+16, 4)
		d.Uint(&d6AddrValid, off+20, 4)
		m.options(off+24, end, level)
		return end
	case 6, 43:
		return each(&d6Requested, 2)
	case 7:
		d.Uint(&d6Preference, off, 1)
		return off + 1
	case 8:
		if n == 2 { // in hundredths of a second
			d.Num(&d6Elapsed, off, 2, uint64(be16(m.b, off))*10)
			return end
		}
	case 9:
		m.message(off, end, level)
		return end
	case 11:
		if n < 11 {
			break
		}
		d.Uint(&d6AuthProto, off, 1)
		d.Uint(&d6AuthAlg, off+1, 1)
		d.Uint(&d6AuthRDM, off+2, 1)
		d.Uint(&d6AuthReplay, off+3, 8)
		if n > 11 {
			d.Bytes(&d6AuthInfo, off+11, n-11)
		}
		return end
	case 12:
		if n == 16 {
			return each(&d6Unicast, 16)
		}
	case 13:
		if n < 2 {
			break
		}
		d.Uint(&d6Status, off, 2)
		if n > 2 {
			d.Bytes(&d6StatusText, off+2, n-2)
		}
		return end
	case 15:
		return m.counted(&d6UserClassLen, &d6UserClass, off, end)
	case 16:
		if n < 4 {
			break
		}
		d.Uint(&d6VendorClass, off, 4)
		return m.counted(nil, &d6VendorClassData, off+4, end)
	case 17:
		return m.vendor(off, end)
	case 18:
		return all(&d6Interface)
	case 19:
		d.Uint(&d6Reconf, off, 1)
		return off + 1
	case 21:
		return m.names(&d6SIPName, off, end)
	case 22:
		return each(&d6SIP, 16)
	case 23:
		return each(&d6DNS, 16)
	case 24:
		return m.names(&d6Search, off, end)
	case 26:
		if n < 25 {
			break
		}
		d.Uint(&d6PDPref, off, 4)
		d.Uint(&d6PDValid, off+4, 4)
		d.Uint(&d6PDLen, off+8, 1)
		d.Bytes(&d6PDAddr, off+9, 16)
		m.options(off+25, end, level)
		return end
	case 27:
		return each(&d6NIS, 16)
	case 28:
		return each(&d6NISP, 16)
	case 31:
		return each(&d6SNTP, 16)
	case 32:
		return each(&d6Lifetime, 4)
	case 37:
		if n >= 4 {
			d.Uint(&d6RemoteEN, off, 4)
			return off + 4
		}
	case 38:
		return all(&d6Subscriber)
	case 39:
		d.Uint(&d6FQDNFlags, off, 1)
		return m.names(&d6FQDN, off+1, end)
	case 40:
		return each(&d6PANA, 16)
	case 41:
		return all(&d6TZ)
	case 42:
		return all(&d6TZDB)
	case 46:
		return each(&d6CLT, 4)
	case 52:
		return each(&d6CAPWAP, 16)
	case 56:
		return m.ntp(off, end)
	case 64:
		return m.names(&d6AFTR, off, end)
	case 103:
		return all(&d6Captive)
	case 112:
		return all(&d6MUD)
	}
	return off
}

// duid is RFC 8415 section 11.
func (m *d6Msg) duid(off, end int) int {
	d, n := m.d, end-off
	d.Bytes(&d6DUID, off, n)
	if n < 2 {
		return end
	}
	d.depth++
	typ := d.Uint(&d6DUIDType, off, 2)
	rest := func(def *Def, at int) {
		if at < end {
			d.Bytes(def, at, end-at)
		}
	}
	switch {
	case typ == 1 && n >= 8: // "seconds since midnight (UTC), January 1, 2000, modulo 2^32"
		const epoch = 946684800
		d.Uint(&d6LLTHw, off+2, 2)
		d.Num(&d6LLTTime, off+4, 4, (uint64(be32(m.b, off+4))+epoch)*1e9)
		rest(&d6LLTAddr, off+8)
	case typ == 2 && n >= 6:
		d.Uint(&d6EN, off+2, 4)
		rest(&d6ENID, off+6)
	case typ == 3 && n >= 4:
		d.Uint(&d6LLHw, off+2, 2)
		rest(&d6LLAddr, off+4)
	case typ == 4:
		rest(&d6UUID, off+2)
	}
	d.Close()
	return end
}

// counted adds values behind lengths of two octets.
func (m *d6Msg) counted(length, value *Def, off, end int) int {
	d := m.d
	for off+2 <= end {
		n := be16(m.b, off)
		if off+2+n > end {
			break
		}
		if length != nil {
			d.Uint(length, off, 2)
		}
		if n > 0 {
			d.Bytes(value, off+2, n)
		}
		off += 2 + n
	}
	return off
}

func (m *d6Msg) vendor(off, end int) int {
	d := m.d
	if end-off < 4 {
		return off
	}
	d.Uint(&d6VendorOpts, off, 4)
	off += 4
	for off+4 <= end {
		n := be16(m.b, off+2)
		if off+4+n > end {
			break
		}
		d.Uint(&d6VendorCode, off, 2)
		d.Uint(&d6VendorLen, off+2, 2)
		if n > 0 {
			d.Bytes(&d6VendorData, off+4, n)
		}
		off += 4 + n
	}
	return off
}

// names adds domain names in DNS's form, without compression (RFC 8415 section
// 10). A client's own name may end without a root (RFC 4704 section 4.2).
func (m *d6Msg) names(def *Def, off, end int) int {
	for off < end {
		var buf [dnsMaxName]byte
		name, next, _, why := dnsReadName(buf[:0], m.b[:end], end, off)
		if next < 0 {
			next = end
		}
		if why != "" && def != &d6FQDN {
			m.d.Wrong(why, off)
		}
		if b := m.b[next-1]; b == 0 && len(name) > 0 && len(name) < cap(name) {
			name = append(name, '.') // fully qualified
		}
		m.d.Made(def, off, next-off, name)
		off = next
	}
	return off
}

// ntp is RFC 5908.
func (m *d6Msg) ntp(off, end int) int {
	d := m.d
	for off+4 <= end {
		typ, n := be16(m.b, off), be16(m.b, off+2)
		at := off + 4
		if at+n > end {
			break
		}
		d.Uint(&d6NTPType, off, 2)
		d.Uint(&d6NTPLen, off+2, 2)
		switch {
		case typ == 1 && n == 16:
			d.Bytes(&d6NTPAddr, at, 16)
		case typ == 2 && n == 16:
			d.Bytes(&d6NTPMulti, at, 16)
		case typ == 3:
			m.names(&d6NTPName6, at, at+n)
		case n > 0:
			d.Bytes(&d6Value, at, n)
		}
		off = at + n
	}
	return off
}

func d6TypeName(v uint64) string {
	switch v {
	case 1:
		return "Solicit"
	case 2:
		return "Advertise"
	case 3:
		return "Request"
	case 4:
		return "Confirm"
	case 5:
		return "Renew"
	case 6:
		return "Rebind"
	case 7:
		return "Reply"
	case 8:
		return "Release"
	case 9:
		return "Decline"
	case 10:
		return "Reconfigure"
	case 11:
		return "Information-request"
	case 12:
		return "Relay-forward"
	case 13:
		return "Relay-reply"
	case 14:
		return "Leasequery"
	case 15:
		return "Leasequery-reply"
	case 16:
		return "Leasequery-done"
	case 17:
		return "Leasequery-data"
	case 18:
		return "Reconfigure-request"
	case 19:
		return "Reconfigure-reply"
	case 20:
		return "DHCPv4-query"
	case 21:
		return "DHCPv4-response"
	}
	return ""
}

// d6InfoName is tcpdump's word for a message.
func d6InfoName(v uint64) string {
	switch v {
	case 1:
		return "solicit"
	case 2:
		return "advertise"
	case 3:
		return "request"
	case 4:
		return "confirm"
	case 5:
		return "renew"
	case 6:
		return "rebind"
	case 7:
		return "reply"
	case 8:
		return "release"
	case 9:
		return "decline"
	case 10:
		return "reconf"
	case 11:
		return "inf-req"
	case 12:
		return "relay-fwd"
	case 13:
		return "relay-reply"
	case 14:
		return "leasequery"
	case 15:
		return "leasequery-reply"
	case 16:
		return "leasequery-done"
	case 17:
		return "leasequery-data"
	}
	return "msgtype-" + strconv.FormatUint(v, 10)
}

func d6StatusName(v uint64) string {
	switch v {
	case 0:
		return "Success"
	case 1:
		return "UnspecFail"
	case 2:
		return "NoAddrsAvail"
	case 3:
		return "NoBinding"
	case 4:
		return "NotOnLink"
	case 5:
		return "UseMulticast"
	case 6:
		return "NoPrefixAvail"
	case 7:
		return "UnknownQueryType"
	case 8:
		return "MalformedQuery"
	case 9:
		return "NotConfigured"
	case 10:
		return "NotAllowed"
	}
	return ""
}

func d6NTPName(v uint64) string {
	switch v {
	case 1:
		return "server address"
	case 2:
		return "multicast address"
	case 3:
		return "server name"
	}
	return ""
}

// d6Options are indexed by code (IANA DHCPv6 Option Codes).
var d6Options = [...]string{
	1: "Client identifier", 2: "Server identifier", 3: "IA for non-temporary addresses", 4: "IA for temporary addresses",
	5: "IA address", 6: "Option request", 7: "Preference", 8: "Elapsed time", 9: "Relay message", 11: "Authentication",
	12: "Server unicast", 13: "Status code", 14: "Rapid commit", 15: "User class", 16: "Vendor class",
	17: "Vendor-specific information", 18: "Interface ID", 19: "Reconfigure message", 20: "Reconfigure accept",
	21: "SIP server names", 22: "SIP servers", 23: "DNS servers", 24: "Domain search list",
	25: "IA for prefix delegation", 26: "IA prefix", 27: "NIS servers", 28: "NIS+ servers", 29: "NIS domain",
	30: "NIS+ domain", 31: "SNTP servers", 32: "Information refresh time", 33: "BCMCS names", 34: "BCMCS addresses",
	36: "Civic location", 37: "Remote ID", 38: "Subscriber ID", 39: "Client FQDN", 40: "PANA agent",
	41: "Time zone, POSIX", 42: "Time zone, name", 43: "Echo request", 44: "Leasequery", 45: "Client data",
	46: "Client last transaction time", 47: "Leasequery relay data", 48: "Leasequery client link", 52: "CAPWAP controllers",
	56: "NTP server", 59: "Boot file URL", 60: "Boot file parameters", 61: "Client architecture",
	62: "Client network interface", 64: "AFTR name", 65: "ERP local domain", 66: "Relay-supplied options",
	67: "Prefix exclude", 68: "Virtual subnet selection", 74: "RDNSS selection", 79: "Client link-layer address",
	82: "SOL_MAX_RT", 83: "INF_MAX_RT", 86: "PCP server", 87: "DHCPv4 message", 88: "DHCPv4-over-DHCPv6 server",
	89: "Softwire rule", 90: "Softwire border relay", 94: "Softwire MAP-E", 95: "Softwire MAP-T",
	96: "Softwire lightweight 4over6", 103: "Captive portal", 112: "MUD URL", 135: "Relay source port",
	136: "SZTP redirect", 143: "IPv6 address, ANDSF", 144: "DNR",
}

func d6OptionName(v uint64) string {
	if v < uint64(len(d6Options)) {
		return d6Options[v]
	}
	return ""
}

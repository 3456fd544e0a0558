package dissect

import "bytes"

// App is an application protocol: how it is taken apart, and how its units are
// found in a TCP stream.
type App struct {
	Name    string // its Proto's
	Dissect Func

	// PDU is the length of the first unit of a stream that begins with b: 0 for
	// more octets needed, negative for another protocol. Where it is nil each
	// segment stands alone.
	PDU func(b []byte) int
}

// appByTCPPort is the protocol that a TCP port is known for, or nil. The lower
// port is asked first, as Wireshark does.
func appByTCPPort(src, dst uint16) *App {
	if a := appOfTCP(min(src, dst)); a != nil {
		return a
	}
	return appOfTCP(max(src, dst))
}

// appByUDPPort is the protocol that a UDP port is known for, or nil.
func appByUDPPort(src, dst uint16) *App {
	if a := appOfUDP(min(src, dst)); a != nil {
		return a
	}
	return appOfUDP(max(src, dst))
}

// appOfTCP knows the ports of IANA's registry and the usual second ones.
func appOfTCP(port uint16) *App {
	switch port {
	case ftpPort:
		return &appFTP
	case sshPort:
		return &appSSH
	case 23:
		return &appTelnet
	case 25, 587, 2525:
		return &appSMTP
	case 53:
		return &appDNSTCP
	case 80, 3128, 8000, 8008, 8080, 8088, 11371:
		return &appHTTP
	case 179:
		return &appBGP
	case 443, 465, 636, 853, 989, 990, 993, 995, 5061, 8443:
		return &appTLS
	case 1723:
		return &appPPTP
	case 5060:
		return &appSIP
	}
	return nil
}

func appOfUDP(port uint16) *App {
	switch port {
	case 53:
		return &appDNS
	case 67, 68:
		return &appDHCP
	case 69:
		return &appTFTP
	case 123:
		return &appNTP
	case 137:
		return &appNBNS
	case 161, 162:
		return &appSNMP
	case 443:
		return &appQUIC
	case 500:
		return &appISAKMP
	case 514:
		return &appSyslog
	case 546, 547:
		return &appDHCPv6
	case 1645, 1646, 1812, 1813, 3799:
		return &appRADIUS
	case 1900:
		return &appSSDP
	case 5060:
		return &appSIP
	case 5353:
		return &appMDNS
	case 5355:
		return &appLLMNR
	}
	return nil
}

// appByContent is the protocol that a stream or datagram on unknown ports
// begins with, or nil. Only what can hardly be anything else counts.
func appByContent(tcp bool, b []byte) *App {
	if !tcp {
		if quicIsLong(b) && be32(b, 1) != 0 && len(b) >= 20 {
			return &appQUIC
		}
		return nil
	}
	switch {
	case len(b) < 5:
		return nil
	case b[0] == tlsTypeHandshake && tlsRecordAt(b) >= 0 && len(b) > tlsHeaderLen && tlsPlausible(b[tlsHeaderLen:]):
		return &appTLS
	case bytes.HasPrefix(b, sshVersion):
		return &appSSH
	case httpKind(b) > 0:
		return &appHTTP
	}
	return nil
}

// appProtos are the protocols of this file.
func appProtos() []*Proto {
	return []*Proto{&dns, &mdns, &llmnr, &nbns, &dhcp, &dhcpv6, &ntp, &httpProto, &ssdp, &tls, &quic, &ssh, &radius, &sip,
		&ftp, &smtp, &telnet, &pptp, &bgp, &tftp, &snmp, &syslog, &isakmp}
}

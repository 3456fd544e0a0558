package dissect

// What the numbers in RADIUS mean (IANA RADIUS Types).

func radiusAttribute(v uint64) string {
	if v < uint64(len(radiusAttributes)) {
		return radiusAttributes[v].name
	}
	return ""
}

func radiusCode(v uint64) string {
	switch v {
	case 1:
		return "Access-Request"
	case 2:
		return "Access-Accept"
	case 3:
		return "Access-Reject"
	case 4:
		return "Accounting-Request"
	case 5:
		return "Accounting-Response"
	case 11:
		return "Access-Challenge"
	case 12:
		return "Status-Server"
	case 13:
		return "Status-Client"
	case 40:
		return "Disconnect-Request"
	case 41:
		return "Disconnect-ACK"
	case 42:
		return "Disconnect-NAK"
	case 43:
		return "CoA-Request"
	case 44:
		return "CoA-ACK"
	case 45:
		return "CoA-NAK"
	case 50:
		return "IP-Address-Allocate"
	case 51:
		return "IP-Address-Release"
	case 52:
		return "Protocol-Error"
	case 255:
		return "Reserved"
	}
	return ""
}

func radiusServiceTypeName(v uint64) string {
	switch v {
	case 1:
		return "Login"
	case 2:
		return "Framed"
	case 3:
		return "Callback-Login"
	case 4:
		return "Callback-Framed"
	case 5:
		return "Outbound"
	case 6:
		return "Administrative"
	case 7:
		return "NAS-Prompt"
	case 8:
		return "Authenticate-Only"
	case 9:
		return "Callback-NAS-Prompt"
	case 10:
		return "Call-Check"
	case 11:
		return "Callback-Administrative"
	case 12:
		return "Voice"
	case 13:
		return "Fax"
	case 14:
		return "Modem-Relay"
	case 15:
		return "IAPP-Register"
	case 16:
		return "IAPP-AP-Check"
	case 17:
		return "Authorize-Only"
	case 18:
		return "Framed-Management"
	}
	return ""
}

func radiusFramedProtocolName(v uint64) string {
	switch v {
	case 1:
		return "PPP"
	case 2:
		return "SLIP"
	case 3:
		return "ARAP"
	case 4:
		return "Gandalf"
	case 5:
		return "Xylogics"
	case 6:
		return "X.75"
	case 7:
		return "GPRS-PDP-Context"
	}
	return ""
}

func radiusFramedRoutingName(v uint64) string {
	switch v {
	case 0:
		return "None"
	case 1:
		return "Send"
	case 2:
		return "Listen"
	case 3:
		return "Send and listen"
	}
	return ""
}

func radiusCompressionName(v uint64) string {
	switch v {
	case 0:
		return "None"
	case 1:
		return "VJ TCP/IP"
	case 2:
		return "IPX"
	case 3:
		return "Stac-LZS"
	}
	return ""
}

func radiusLoginServiceName(v uint64) string {
	switch v {
	case 0:
		return "Telnet"
	case 1:
		return "Rlogin"
	case 2:
		return "TCP Clear"
	case 3:
		return "PortMaster"
	case 4:
		return "LAT"
	case 5:
		return "X25-PAD"
	case 6:
		return "X25-T3POS"
	case 8:
		return "TCP Clear Quiet"
	}
	return ""
}

func radiusTerminationName(v uint64) string {
	switch v {
	case 0:
		return "Default"
	case 1:
		return "RADIUS-Request"
	}
	return ""
}

func radiusAcctStatusName(v uint64) string {
	switch v {
	case 1:
		return "Start"
	case 2:
		return "Stop"
	case 3:
		return "Interim-Update"
	case 7:
		return "Accounting-On"
	case 8:
		return "Accounting-Off"
	case 9:
		return "Tunnel-Start"
	case 10:
		return "Tunnel-Stop"
	case 11:
		return "Tunnel-Reject"
	case 12:
		return "Tunnel-Link-Start"
	case 13:
		return "Tunnel-Link-Stop"
	case 14:
		return "Tunnel-Link-Reject"
	case 15:
		return "Failed"
	}
	return ""
}

func radiusAcctAuthenticName(v uint64) string {
	switch v {
	case 1:
		return "RADIUS"
	case 2:
		return "Local"
	case 3:
		return "Remote"
	case 4:
		return "Diameter"
	}
	return ""
}

func radiusAcctCauseName(v uint64) string {
	switch v {
	case 1:
		return "User-Request"
	case 2:
		return "Lost-Carrier"
	case 3:
		return "Lost-Service"
	case 4:
		return "Idle-Timeout"
	case 5:
		return "Session-Timeout"
	case 6:
		return "Admin-Reset"
	case 7:
		return "Admin-Reboot"
	case 8:
		return "Port-Error"
	case 9:
		return "NAS-Error"
	case 10:
		return "NAS-Request"
	case 11:
		return "NAS-Reboot"
	case 12:
		return "Port-Unneeded"
	case 13:
		return "Port-Preempted"
	case 14:
		return "Port-Suspended"
	case 15:
		return "Service-Unavailable"
	case 16:
		return "Callback"
	case 17:
		return "User-Error"
	case 18:
		return "Host-Request"
	case 19:
		return "Supplicant-Restart"
	case 20:
		return "Reauthentication-Failure"
	case 21:
		return "Port-Reinitialized"
	case 22:
		return "Port-Administratively-Disabled"
	case 23:
		return "Lost-Power"
	}
	return ""
}

func radiusPortTypeName(v uint64) string {
	switch v {
	case 0:
		return "Async"
	case 1:
		return "Sync"
	case 2:
		return "ISDN-Sync"
	case 3:
		return "ISDN-Async-V.120"
	case 4:
		return "ISDN-Async-V.110"
	case 5:
		return "Virtual"
	case 6:
		return "PIAFS"
	case 7:
		return "HDLC-Clear-Channel"
	case 8:
		return "X.25"
	case 9:
		return "X.75"
	case 10:
		return "G.3-Fax"
	case 11:
		return "SDSL"
	case 12:
		return "ADSL-CAP"
	case 13:
		return "ADSL-DMT"
	case 14:
		return "IDSL"
	case 15:
		return "Ethernet"
	case 16:
		return "xDSL"
	case 17:
		return "Cable"
	case 18:
		return "Wireless-Other"
	case 19:
		return "Wireless-802.11"
	case 20:
		return "Token-Ring"
	case 21:
		return "FDDI"
	case 22:
		return "Wireless-CDMA2000"
	case 23:
		return "Wireless-UMTS"
	case 24:
		return "Wireless-1X-EV"
	case 25:
		return "IAPP"
	case 26:
		return "FTTP"
	case 27:
		return "Wireless-802.16"
	case 28:
		return "Wireless-802.20"
	case 29:
		return "Wireless-802.22"
	case 30:
		return "PPPoA"
	case 31:
		return "PPPoEoA"
	case 32:
		return "PPPoEoE"
	case 33:
		return "PPPoEoVLAN"
	case 34:
		return "PPPoEoQinQ"
	case 35:
		return "xPON"
	case 36:
		return "Wireless-XGP"
	}
	return ""
}

func radiusTunnelTypeName(v uint64) string {
	switch v {
	case 1:
		return "PPTP"
	case 2:
		return "L2F"
	case 3:
		return "L2TP"
	case 4:
		return "ATMP"
	case 5:
		return "VTP"
	case 6:
		return "AH"
	case 7:
		return "IP-IP"
	case 8:
		return "MIN-IP-IP"
	case 9:
		return "ESP"
	case 10:
		return "GRE"
	case 11:
		return "DVS"
	case 12:
		return "IP-in-IP"
	case 13:
		return "VLAN"
	}
	return ""
}

func radiusTunnelMediumName(v uint64) string {
	switch v {
	case 1:
		return "IPv4"
	case 2:
		return "IPv6"
	case 3:
		return "NSAP"
	case 4:
		return "HDLC"
	case 5:
		return "BBN-1822"
	case 6:
		return "802"
	case 7:
		return "E.163"
	case 8:
		return "E.164"
	case 9:
		return "F.69"
	case 10:
		return "X.121"
	case 11:
		return "IPX"
	case 12:
		return "AppleTalk"
	case 13:
		return "DECnet-IV"
	case 14:
		return "Banyan-Vines"
	case 15:
		return "E.164-NSAP"
	}
	return ""
}

func radiusErrorCauseName(v uint64) string {
	switch v {
	case 201:
		return "Residual-Session-Context-Removed"
	case 202:
		return "Invalid-EAP-Packet"
	case 401:
		return "Unsupported-Attribute"
	case 402:
		return "Missing-Attribute"
	case 403:
		return "NAS-Identification-Mismatch"
	case 404:
		return "Invalid-Request"
	case 405:
		return "Unsupported-Service"
	case 406:
		return "Unsupported-Extension"
	case 407:
		return "Invalid-Attribute-Value"
	case 501:
		return "Administratively-Prohibited"
	case 502:
		return "Request-Not-Routable"
	case 503:
		return "Session-Context-Not-Found"
	case 504:
		return "Session-Context-Not-Removable"
	case 505:
		return "Other-Proxy-Processing-Error"
	case 506:
		return "Resources-Unavailable"
	case 507:
		return "Request-Initiated"
	case 508:
		return "Multiple-Session-Selection-Unsupported"
	}
	return ""
}

package dissect

import (
	"strings"
	"testing"
)

func dhcpTestDiscover() []byte {
	b := make([]byte, dhcpFixedLen)
	copy(b, "\x01\x01\x06\x00\x39\x03\xf3\x26\x00\x01\x80\x00")
	copy(b[28:], "\x00\x0b\x82\x01\xfc\x42")
	copy(b[44:], "server")
	return cat(b, "\x63\x82\x53\x63", "\x35\x01\x01", "\x3d\x07\x01\x00\x0b\x82\x01\xfc\x42", "\x32\x04\xc0\x00\x02\x05", "\x0c\x04host",
		"\x37\x04\x01\x03\x06\x2a", "\x79\x0d\x18\xc0\x00\x02\xc0\x00\x02\x01\x00\xc0\x00\x02\xfe", "\x77\x0b\x03eng\x01a\x00\x01b\xc0\x04",
		"\x51\x07\x05\x00\x00\x01h\x01d", "\x52\x06\x01\x04eth0", "\x00", "\xff", "\x00\x00")
}

// RFC 2131 2, RFC 2132, RFC 3046, RFC 3397, RFC 3442, RFC 4702.
func TestDHCPDiscover(t *testing.T) {
	p := appDissect(t, dissectDHCP, dhcpTestDiscover(), 68, 67)
	wantSound(t, p)
	wantValues(t, p, "dhcp.type=1", "dhcp.id=0x3903f326", "dhcp.secs=1", "dhcp.flags.bc=1", "dhcp.hw.mac_addr=00:0b:82:01:fc:42|00:0b:82:01:fc:42",
		"dhcp.server=server", "dhcp.file=", "dhcp.option.dhcp=1", "dhcp.option.requested_ip_address=192.0.2.5", "dhcp.option.hostname=host",
		"dhcp.option.request_list_item=1|3|6|42", "dhcp.option.classless_static_route=192.0.2.0/24-192.0.2.1|0.0.0.0/0-192.0.2.254",
		"dhcp.option.dhcp_dns_domain_search_list_fqdn=eng.a|b.a", "dhcp.fqdn.s=1", "dhcp.fqdn.e=1", "dhcp.fqdn.name=h.d",
		"dhcp.option.agent_information_option.agent_circuit_id=65746830", "dhcp.option.end=255")
	wantInfo(t, p, "BOOTP/DHCP, Request from 00:0b:82:01:fc:42, length 319")
}

// RFC 2131 4.1: options continue in file and sname where option 52 says so.
func TestDHCPOverload(t *testing.T) {
	b := make([]byte, dhcpFixedLen)
	copy(b, "\x02\x01\x06")
	copy(b[44:], "\x0c\x01s\xff")
	copy(b[108:], "\x0f\x01f\xff")
	p := appDissect(t, dissectDHCP, cat(b, "\x63\x82\x53\x63\x34\x01\x03\xff"), 67, 68)
	wantSound(t, p)
	wantValues(t, p, "dhcp.option.hostname=s", "dhcp.option.domain_name=f", "dhcp.server=", "dhcp.file=", "dhcp.option.option_overload=3")
	wantBad(t, appDissect(t, dissectDHCP, cat(b, "\x63\x82\x53\x63\x0c\x09ab"), 67, 68), "cut short")
	wantBad(t, appDissect(t, dissectDHCP, cat(b, "\x63\x82\x53\x63\x33\x03abc"), 67, 68), "option of impossible length")
}

func dhcpv6TestSolicit() []byte {
	return cat("\x01\x10\x08\x74", "\x00\x01\x00\x0e\x00\x01\x00\x01\x1c\x39\xcf\x88\x08\x00\x27\xfe\x8f\x95", "\x00\x06\x00\x04\x00\x17\x00\x18",
		"\x00\x08\x00\x02\x00\x0a", "\x00\x19\x00\x29\x27\xfe\x8f\x95\x00\x00\x0e\x10\x00\x00\x15\x18",
		"\x00\x1a\x00\x19\x00\x00\x1c\x20\x00\x00\x1d\x4c\x38\x20\x01\x0d\xb8\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00",
		"\x00\x18\x00\x05\x01a\x01b\x00")
}

// RFC 8415 8 and 21, and a relayed message (section 9) around it.
func TestDHCPv6(t *testing.T) {
	solicit := dhcpv6TestSolicit()
	p := appDissect(t, dissectDHCPv6, solicit, 546, 547)
	wantSound(t, p)
	want := []string{"dhcpv6.xid=0x100874", "dhcpv6.duid.type=1", "dhcpv6.duidllt.time=1420235528.000000000", "dhcpv6.duidllt.link_layer_addr=08:00:27:fe:8f:95",
		"dhcpv6.requested_option_code=23|24", "dhcpv6.elapsed_time=100", "dhcpv6.iaid=0x27fe8f95", "dhcpv6.iaid.t1=3600", "dhcpv6.iaid.t2=5400",
		"dhcpv6.iaprefix.pref_len=56", "dhcpv6.iaprefix.pref_addr=2001:db8:0:100::", "dhcpv6.search_list_entry=a.b."}
	wantValues(t, p, append(want, "dhcpv6.msgtype=1")...)
	wantInfo(t, p, "dhcp6 solicit")
	relay := cat("\x0c\x01", strings.Repeat("\x00", 15), "\x01", strings.Repeat("\x00", 15), "\x02", "\x00\x09", 0, len(solicit), solicit)
	p = appDissect(t, dissectDHCPv6, relay, 547, 547)
	wantSound(t, p)
	wantValues(t, p, append(want, "dhcpv6.msgtype=12|1", "dhcpv6.hopcount=1", "dhcpv6.linkaddr=::1", "dhcpv6.peeraddr=::2")...)
}

// A message inside a message, many times, ends at a bound.
func TestDHCPv6DoesNotNestWithoutBound(t *testing.T) {
	b := []byte("\x01\x00\x00\x00")
	for len(b) < 60000 {
		b = cat("\x0c\x00", strings.Repeat("\x00", 32), "\x00\x09", len(b)>>8, len(b)&255, b)
	}
	wantBad(t, appDissect(t, dissectDHCPv6, b, 547, 547), "options too deep")
}

func ntpTestRequest() []byte {
	b := make([]byte, ntpHeaderLen)
	copy(b, "\x23\x02\x06\xec\x00\x00\x01\x00\x00\x00\x80\x00GPS\x00")
	copy(b[40:], "\xe4\xd0\x00\x00\x80\x00\x00\x00")
	return b
}

// RFC 5905 7.3 and 6: what is 0 is unknown, and a clear first bit is the era
// that begins in 2036.
func TestNTP(t *testing.T) {
	p := appDissect(t, dissectNTP, ntpTestRequest(), 4000, 123)
	wantSound(t, p)
	wantValues(t, p, "ntp.flags.vn=4", "ntp.flags.mode=3", "ntp.stratum=2", "ntp.ppoll=6", "ntp.precision=236", "ntp.rootdelay=256",
		"ntp.rootdispersion=32768", "ntp.refid=47505300", "ntp.reftime=NULL", "ntp.xmt=1629847936.500000000")
	wantInfo(t, p, "NTPv4, Client, length 48")
	b := ntpTestRequest()
	copy(b[40:], "\x00\x00\x00\x01\x00\x00\x00\x00")
	p = appDissect(t, dissectNTP, b, 4000, 123)
	if got := values(p, "ntp.xmt"); got[0] != "2085978497.000000000" { // 7 February 2036, 06:28:17
		t.Errorf("era 1 begins at %v", got)
	}
	p = appDissect(t, dissectNTP, cat(ntpTestRequest(), "\x01\x04\x00\x10", strings.Repeat("u", 12), "\x00\x00\x00\x08", strings.Repeat("m", 20)), 4000, 123)
	wantValues(t, p, "ntp.ext.type=0x0104", "ntp.ext.length=16", "ntp.keyid=00000008", "ntp.mac="+strings.Repeat("6d", 20))
}

func radiusTestRequest() []byte {
	avps := cat("\x01\x05bob", "\x04\x06\xc0\x00\x02\x01", "\x37\x06\x00\x00\x00\x3c", "\x40\x06\x01\x00\x00\x0d", "\x51\x05\x0042",
		"\x03\x13\x07", strings.Repeat("c", 16), "\x1a\x0c\x00\x00\x00\x09\x01\x06abcd", "\xc8\x03x")
	return cat("\x01\x05", 0, radiusHeaderLen+len(avps), strings.Repeat("A", 16), avps)
}

// RFC 2865 5, RFC 2868 3.
func TestRADIUS(t *testing.T) {
	b := radiusTestRequest()
	p := appDissect(t, dissectRADIUS, append(b, "pad"...), 4000, 1812)
	wantSound(t, p)
	wantValues(t, p, "radius.code=1", "radius.id=5", "radius.User_Name=bob", "radius.NAS_IP_Address=192.0.2.1",
		"radius.Event_Timestamp=60.000000000", "radius.Tunnel_Type=13", "radius.Tunnel_Private_Group_Id=42", "radius.avp.tag=0x01|0x00",
		"radius.CHAP_Ident=7", "radius.avp.vendor_id=9", "radius.avp.vendor_type=1", "radius.Vendor_Specific=61626364", "radius.Unknown_Attribute=78")
	if p.Layers[0].Len != len(b) {
		t.Errorf("the layer has %d octets: what is outside its length is padding", p.Layers[0].Len)
	}
	b = radiusTestRequest()
	b[21] = 1
	wantBad(t, appDissect(t, dissectRADIUS, b, 4000, 1812), "attribute of impossible length")
}

func bgpTest(typ int, body []byte) []byte {
	return cat(strings.Repeat("\xff", 16), 0, bgpHeaderLen+len(body), typ, body)
}

func bgpTestOpen() []byte {
	return bgpTest(1, []byte("\x04\x5b\xa0\x00\xb4\xc0\x00\x02\x01\x16\x02\x06\x01\x04\x00\x02\x00\x01\x02\x06\x41\x04\x00\x01\x11\x70\x02\x04\x40\x02\x80\x78"))
}

func bgpTestUpdate() []byte {
	attrs := cat("\x40\x01\x01\x00", "\x40\x02\x0a\x02\x02\x00\x00\xfd\xe8\x00\x01\x11\x70", "\x40\x03\x04\xc0\x00\x02\x01", "\x80\x04\x04\x00\x00\x00\x07",
		"\xc0\x08\x08\xff\xff\xff\x01\xfd\xe8\x00\x64", "\xc0\x20\x0c\x00\x00\x00\x01\x00\x00\x00\x02\x00\x00\x00\x03",
		"\x80\x0e\x1a\x00\x02\x01\x10\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01\x00\x20\x20\x01\x0d\xb8",
		"\xc0\x10\x08\x00\x02\x01\x2c\x00\x00\x01\x2c")
	return bgpTest(2, cat("\x00\x04\x18\xc6\x33\x64", 0, len(attrs), attrs, "\x18\xcb\x00\x71\x00"))
}

// RFC 4271 4.2 and 4.3, RFC 4760 3, RFC 5492 4, RFC 6793 3, RFC 8092 3.
func TestBGP(t *testing.T) {
	p := appDissect(t, dissectBGP, bgpTestOpen(), 179, 4000)
	wantSound(t, p)
	wantValues(t, p, "bgp.type=1", "bgp.open.version=4", "bgp.open.myas=23456", "bgp.open.holdtime=180", "bgp.open.identifier=192.0.2.1",
		"bgp.cap.type=1|65|64", "bgp.cap.mp.afi=2", "bgp.cap.mp.safi=1", "bgp.cap.4as=70000", "bgp.cap.gr.timers.restart_flag=1", "bgp.cap.gr.timers.restart_time=120")
	p = appDissect(t, dissectBGP, bgpTestUpdate(), 179, 4000)
	wantSound(t, p)
	wantValues(t, p, "bgp.withdrawn_prefix=198.51.100.0", "bgp.update.path_attribute.type_code=1|2|3|4|8|32|14|16",
		"bgp.update.path_attribute.as_path_segment.as4=65000|70000", "bgp.update.path_attribute.next_hop=192.0.2.1",
		"bgp.update.path_attribute.multi_exit_disc=7", "bgp.update.path_attribute.community_wellknown=0xffffff01",
		"bgp.update.path_attribute.community_as=65000", "bgp.update.path_attribute.community_value=100", "bgp.large_communities.ldp2=3",
		"bgp.update.path_attribute.mp_reach_nlri.next_hop.ipv6=2001:db8::1", "bgp.mp_reach_nlri_ipv6_prefix=2001:db8::",
		"bgp.ext_com.value_as2=300", "bgp.ext_com.value_an4=300", "bgp.nlri_prefix=203.0.113.0|0.0.0.0", "bgp.prefix_length=24|32|24|0")
	p = appDissect(t, dissectBGP, bgpTest(3, []byte("\x06\x02\x04away")), 179, 4000)
	wantValues(t, p, "bgp.notify.major_error=6", "bgp.notify.minor_error_cease=2", "bgp.notify.communication=away")
	two := cat(bgpTest(4, nil), bgpTest(4, nil))
	if n := pduBGP(two); n != bgpHeaderLen {
		t.Errorf("a KEEPALIVE has %d octets", n)
	}
	if n := pduBGP([]byte("not a marker at all")); n != -1 {
		t.Errorf("text is a unit of %d", n)
	}
	// RFC 4271 6.1: a damaged marker is an error, but what is behind it is shown.
	two[3] = 0
	wantBad(t, appDissect(t, dissectBGP, two, 179, 4000), "marker is not all ones")
}

// RFC 7911 3: with path IDs the prefixes make sense, without them they do not.
func TestBGPPathIDs(t *testing.T) {
	p := appDissect(t, dissectBGP, bgpTest(2, []byte("\x00\x00\x00\x00\x00\x00\x00\x63\x18\xcb\x00\x71\x00\x00\x00\x64\x18\xc6\x33\x64")), 179, 4000)
	wantSound(t, p)
	wantValues(t, p, "bgp.nlri_path_id=99|100", "bgp.nlri_prefix=203.0.113.0|198.51.100.0")
}

func pptpTestStart() []byte {
	b := make([]byte, 156)
	copy(b, "\x00\x9c\x00\x01\x1a\x2b\x3c\x4d\x00\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x01\x00\x05\x00\x07")
	copy(b[28:], "host")
	copy(b[92:], "vendor")
	return b
}

// RFC 2637 2.1 and 2.7.
func TestPPTP(t *testing.T) {
	p := appDissect(t, dissectPPTP, pptpTestStart(), 4000, 1723)
	wantSound(t, p)
	wantValues(t, p, "pptp.control_message_type=1", "pptp.framing_capabilities=0x00000003", "pptp.maximum_channels=5", "pptp.host_name=host", "pptp.vendor_name=vendor")
	wantInfo(t, p, "pptp CTRL_MSGTYPE=SCCRQ")
	if n := pduPPTP(pptpTestStart()); n != 156 {
		t.Errorf("the unit has %d octets", n)
	}
	wantBad(t, appDissect(t, dissectPPTP, pptpTestStart()[:100], 4000, 1723), "cut short")
}

// RFC 1350 5, RFC 2347.
func TestTFTP(t *testing.T) {
	p := appDissect(t, dissectTFTP, []byte("\x00\x02name\x00octet\x00blksize\x001024\x00"), 4000, 69)
	wantSound(t, p)
	wantValues(t, p, "tftp.opcode=2", "tftp.destination_file=name", "tftp.type=octet", "tftp.option.name=blksize", "tftp.option.value=1024")
	wantInfo(t, p, `TFTP, length 26, WRQ "name" octet`)
	p = appDissect(t, dissectTFTP, []byte("\x00\x03\x00\x07data"), 69, 4000)
	wantValues(t, p, "tftp.block=7", "tftp.data=64617461")
	p = appDissect(t, dissectTFTP, []byte("\x00\x05\x00\x01gone\x00"), 69, 4000)
	wantInfo(t, p, `TFTP, length 9, ERROR file not found "gone"`)
}

func snmpTestGet() []byte {
	return []byte("\x30\x26\x02\x01\x01\x04\x06public\xa0\x19\x02\x01\x2a\x02\x01\x00\x02\x01\x00\x30\x0e\x30\x0c\x06\x08\x2b\x06\x01\x02\x01\x01\x01\x00\x05\x00")
}

// RFC 3416 3, X.690 8.19: the first two numbers of an identifier share one.
func TestSNMP(t *testing.T) {
	p := appDissect(t, dissectSNMP, snmpTestGet(), 4000, 161)
	wantSound(t, p)
	wantValues(t, p, "snmp.version=1", "snmp.community=public", "snmp.data=0", "snmp.request_id=42", "snmp.error_status=0", "snmp.name=1.3.6.1.2.1.1.1.0")
	wantInfo(t, p, "GetRequest(25)  .1.3.6.1.2.1.1.1.0")
	b := []byte("\x30\x2b\x02\x01\x00\x04\x01p\xa2\x23\x02\x02\xff\x38\x02\x01\x00\x02\x01\x00\x30\x17\x30\x08\x06\x02\x88\x37\x02\x02\xff\x38" +
		"\x30\x0b\x06\x02\x2b\x06\x41\x05\x00\xff\xff\xff\xff")
	p = appDissect(t, dissectSNMP, b, 161, 4000)
	wantSound(t, p)
	wantValues(t, p, "snmp.request_id=-200", "snmp.name=2.999|1.3.6", "snmp.value.int=-200", "snmp.value.counter=4294967295")
	wantBad(t, appDissect(t, dissectSNMP, []byte("\x30\x84\x01"), 161, 1), "no BER element")
}

func nbnsTestQuery() []byte {
	return cat("\x00\x01\x01\x10\x00\x01\x00\x00\x00\x00\x00\x00\x20", "FGEPFCEMEECACACACACACACACACACAAA", "\x00\x00\x20\x00\x01")
}

// RFC 1001 14.1: two letters are one octet, the last of which is the name's kind.
func TestNBNS(t *testing.T) {
	p := appDissect(t, dissectNBNS, nbnsTestQuery(), 137, 137)
	wantSound(t, p)
	wantValues(t, p, "nbns.name=VORLD<00>", "nbns.type=32", "nbns.flags.broadcast=1")
	wantInfo(t, p, "NBT UDP PACKET(137): QUERY; REQUEST; BROADCAST")
}

func sshTestKexInit() []byte {
	body := cat("\x14", strings.Repeat("c", 16))
	for _, list := range []string{"curve25519-sha256", "ssh-ed25519", "aes128-ctr", "aes256-ctr", "hmac-sha2-256", "hmac-sha1", "none", "zlib", "", ""} {
		body = cat(body, 0, 0, 0, len(list), list)
	}
	body = cat(body, "\x00\x00\x00\x00\x00")
	pad := 8 - (5+len(body))%8 + 8
	return cat(0, 0, (1+len(body)+pad)>>8, (1+len(body)+pad)&255, pad, body, strings.Repeat("\x00", pad))
}

// RFC 4253 4.2, 6 and 7.1; what is no packet in the clear is taken for encrypted.
func TestSSH(t *testing.T) {
	p := appDissect(t, dissectSSH, []byte("SSH-2.0-OpenSSH_9.9\r\n"), 4000, 22)
	wantValues(t, p, "ssh.protocol=SSH-2.0-OpenSSH_9.9")
	kex := sshTestKexInit()
	p = appDissect(t, dissectSSH, kex, 4000, 22)
	wantSound(t, p)
	wantValues(t, p, "ssh.message_code=20", "ssh.kex_algorithms=curve25519-sha256", "ssh.server_host_key_algorithms=ssh-ed25519",
		"ssh.encryption_algorithms_client_to_server=aes128-ctr", "ssh.encryption_algorithms_server_to_client=aes256-ctr",
		"ssh.mac_algorithms_server_to_client=hmac-sha1", "ssh.compression_algorithms_server_to_client=zlib", "ssh.first_kex_packet_follows=0")
	if n := pduSSH(cat(kex, kex)); n != len(kex) {
		t.Errorf("the unit has %d of %d octets", n, len(kex))
	}
	if n := pduSSH(kex[:50]); n != 0 {
		t.Errorf("half a packet is a unit of %d", n)
	}
	secret := strings.Repeat("\x9a\x17\xff", 12)
	if n := pduSSH([]byte(secret)); n != len(secret) {
		t.Errorf("encrypted octets are a unit of %d", n)
	}
	wantValues(t, appDissect(t, dissectSSH, []byte(secret), 4000, 22), "ssh.encrypted_packet="+strings.Repeat("9a17ff", 12))
}

func isakmpTestInit() []byte {
	sa := "\x22\x00\x00\x14\x00\x00\x00\x10\x01\x01\x00\x01\x00\x00\x00\x08\x01\x00\x00\x0c"
	ke := "\x28\x00\x00\x0c\x00\x1f\x00\x00keys"
	nonce := "\x29\x00\x00\x08once"
	notify := "\x00\x00\x00\x08\x00\x00\x40\x2e"
	body := sa + ke + nonce + notify
	return cat("initiatr", strings.Repeat("\x00", 8), "\x21\x20\x22\x08\x00\x00\x00\x00\x00\x00\x00", isakmpHeaderLen+len(body), body)
}

// RFC 7296 3.1 to 3.10, and RFC 3948 2.2: the marker before it on port 4500.
func TestISAKMP(t *testing.T) {
	b := isakmpTestInit()
	for _, p := range []*Packet{appDissect(t, dissectISAKMP, b, 500, 500), appDissect(t, dissectUDPEncap, cat("\x00\x00\x00\x00", b), 4500, 4500)} {
		wantSound(t, p)
		wantValues(t, p, "isakmp.ispi=696e697469617472", "isakmp.exchangetype=34", "isakmp.flag_i=1", "isakmp.flag_r=0", "isakmp.prop.protoid=1",
			"isakmp.tf.type=1", "isakmp.tf.id.encr=12", "isakmp.key_exchange.dh_group=31", "isakmp.key_exchange.data=6b657973",
			"isakmp.nonce=6f6e6365", "isakmp.notify.msgtype=16430", "isakmp.payloadlength=20|16|8|12|8|8")
	}
	b[31] = 3
	wantBad(t, appDissect(t, dissectISAKMP, b, 500, 500), "payload of impossible length")
}

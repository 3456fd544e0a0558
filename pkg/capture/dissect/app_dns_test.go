package dissect

import (
	"fmt"
	"strings"
	"testing"

	mdns1 "github.com/miekg/dns"
)

// Every message that miekg/dns packs is read back as it was: names, types,
// classes, times, and of each type the parts of its data in their order.
func TestDNSRecordsAgainstMiekg(t *testing.T) {
	for _, c := range []struct{ rr, want string }{
		{"A 192.0.2.1", "dns.a=192.0.2.1"},
		{"NS ns.example.org.", "dns.ns=ns.example.org"},
		{"MD md.example.org.", "dns.md=md.example.org"},
		{"MF mf.example.org.", "dns.mf=mf.example.org"},
		{"CNAME www.example.org.", "dns.cname=www.example.org"},
		{"SOA ns.example.org. admin.example.org. 2026010101 7200 3600 1209600 300", "dns.soa.mname=ns.example.org;dns.soa.rname=admin.example.org;dns.soa.serial_number=2026010101;dns.soa.refresh_interval=7200;dns.soa.retry_interval=3600;dns.soa.expire_limit=1209600;dns.soa.minimum_ttl=300"},
		{"MB mb.example.org.", "dns.mb=mb.example.org"},
		{"MG mg.example.org.", "dns.mg=mg.example.org"},
		{"MR mr.example.org.", "dns.mr=mr.example.org"},
		{"PTR host.example.org.", "dns.ptr.domain_name=host.example.org"},
		{`HINFO "PDP-11" "UNIX"`, "dns.hinfo.cpu_length=6;dns.hinfo.cpu=PDP-11;dns.hinfo.os_length=4;dns.hinfo.os=UNIX"},
		{"MINFO r.example.org. e.example.org.", "dns.minfo.r=r.example.org;dns.minfo.e=e.example.org"},
		{"MX 10 mail.example.org.", "dns.mx.preference=10;dns.mx.mail_exchange=mail.example.org"},
		{`TXT "one" "two two"`, "dns.txt.length=3|7;dns.txt=one|two two"},
		{"RP a.example.org. b.example.org.", "dns.rp.mailbox=a.example.org;dns.rp.txt_rr=b.example.org"},
		{"AFSDB 1 afs.example.org.", "dns.afsdb.subtype=1;dns.afsdb.hostname=afs.example.org"},
		{`X25 311061700956`, "dns.x25.length=12;dns.x25.psdn_address=311061700956"},
		{"RT 5 rt.example.org.", "dns.rt.subtype=5;dns.rt.intermediate_host=rt.example.org"},
		{"PX 10 a.example.org. b.example.org.", "dns.px.preference=10;dns.px.map822=a.example.org;dns.px.map400=b.example.org"},
		{"GPOS -32.6882 116.8652 10.0", "dns.gpos.longitude=-32.6882;dns.gpos.latitude=116.8652;dns.gpos.altitude=10.0"},
		{"AAAA 2001:db8::1", "dns.aaaa=2001:db8::1"},
		{"LOC 51 30 12.748 N 0 7 39.611 W 0.00m 0.00m 0.00m 0.00m", "dns.loc.version=0;dns.loc.latitude=2332896396;dns.loc.longitude=2147024037;dns.loc.altitude=10000000"},
		{"SRV 1 2 5060 sip.example.org.", "dns.srv.priority=1;dns.srv.weight=2;dns.srv.port=5060;dns.srv.target=sip.example.org"},
		{`NAPTR 100 50 "s" "SIP+D2U" "!^.*$!sip:x!" _sip._udp.example.org.`, "dns.naptr.order=100;dns.naptr.preference=50;dns.naptr.flags_length=1;dns.naptr.flags=s;dns.naptr.service=SIP+D2U;dns.naptr.regex=!^.*$!sip:x!;dns.naptr.replacement=_sip._udp.example.org"},
		{"KX 5 kx.example.org.", "dns.kx.preference=5;dns.kx.key_exchange=kx.example.org"},
		{"CERT PKIX 12345 8 YWJj", "dns.cert.type=1;dns.cert.key_tag=12345;dns.cert.algorithm=8;dns.cert.certificate=616263"},
		{"DNAME other.example.", "dns.dname=other.example"},
		{"APL 1:192.0.2.0/25 !2:2001:db8::/32", "dns.apl.address_family=1|2;dns.apl.coded_prefix=25|32;dns.apl.negation=0|1;dns.apl.afdlength=3|4;dns.apl.afdpart.ipv4=192.0.2.0;dns.apl.afdpart.ipv6=2001:db8::"},
		{"DS 60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118", "dns.ds.key_id=0xec45;dns.ds.algorithm=5;dns.ds.digest_type=1;dns.ds.digest=2bb183af5f22588179a53b0a98631fad1a292118"},
		{"SSHFP 4 2 0011", "dns.sshfp.algorithm=4;dns.sshfp.fingerprint.type=2;dns.sshfp.fingerprint=0011"},
		{"IPSECKEY 10 1 2 192.0.2.38 YWJj", "dns.ipseckey.gateway_precedence=10;dns.ipseckey.gateway_type=1;dns.ipseckey.gateway_algorithm=2;dns.ipseckey.gateway_ipv4=192.0.2.38;dns.ipseckey.public_key=616263"},
		{"IPSECKEY 10 3 2 gw.example.org. YWJj", "dns.ipseckey.gateway_dns=gw.example.org;dns.ipseckey.public_key=616263"},
		{"RRSIG A 5 3 86400 20300322173103 20260220173103 2642 example.org. YWJj", "dns.rrsig.type_covered=1;dns.rrsig.algorithm=5;dns.rrsig.labels=3;dns.rrsig.original_ttl=86400;dns.rrsig.signature_expiration=1900431063.000000000;dns.rrsig.signature_inception=1771608663.000000000;dns.rrsig.key_tag=2642;dns.rrsig.signers_name=example.org;dns.rrsig.signature=616263"},
		{"NSEC host.example.org. A MX RRSIG NSEC CAA", "dns.nsec.next_domain_name=host.example.org;dns.resp.type=47|1|15|46|47|257"},
		{"DNSKEY 257 3 8 AwEAAQ==", "dns.dnskey.flags=0x0101;dns.dnskey.flags.zone_key=1;dns.dnskey.flags.key_revoked=0;dns.dnskey.flags.secure_entry_point=1;dns.dnskey.protocol=3;dns.dnskey.algorithm=8;dns.dnskey.public_key=03010001"},
		{"DHCID AAEBYWJj", "dns.dhcid.rdata=000101616263"},
		{"NSEC3 1 1 12 AABBCCDD 2vptu5timamqttgl4luu9kg21e0aor3s A RRSIG", "dns.nsec3.algo=1;dns.nsec3.flags=0x01;dns.nsec3.flags.opt_out=1;dns.nsec3.iterations=12;dns.nsec3.salt_length=4;dns.nsec3.salt_value=aabbccdd;dns.nsec3.hash_length=20;dns.nsec3.hash_value=2vptu5timamqttgl4luu9kg21e0aor3s;dns.resp.type=50|1|46"},
		{"NSEC3PARAM 1 0 12 AABBCCDD", "dns.nsec3.algo=1;dns.nsec3.flags=0x00;dns.nsec3.iterations=12;dns.nsec3.salt_value=aabbccdd"},
		{"TLSA 3 1 1 0011", "dns.tlsa.certificate_usage=3;dns.tlsa.selector=1;dns.tlsa.matching_type=1;dns.tlsa.certificate_association_data=0011"},
		{"HIP 2 200100107B1A74DF365639CC39F1D578 AwEAAQ== rvs.example.org.", "dns.hip.hit.length=16;dns.hip.hit.pk.algo=2;dns.hip.pk.length=4;dns.hip.hit=200100107b1a74df365639cc39f1d578;dns.hip.pk=03010001;dns.hip.rendezvous_server=rvs.example.org"},
		{"OPENPGPKEY YWJj", "dns.openpgpkey=616263"},
		{"CSYNC 66 3 A NS AAAA", "dns.csync.soa=66;dns.csync.flags=0x0003;dns.csync.flags.immediate=1;dns.csync.flags.soaminimum=1;dns.resp.type=62|1|2|28"},
		{"ZONEMD 2018031500 1 1 0011", "dns.zonemd.serial=2018031500;dns.zonemd.scheme=1;dns.zonemd.hash_algo=1;dns.zonemd.digest=0011"},
		{`HTTPS 1 . alpn="h2,h3" port="8443" ipv4hint="192.0.2.1,192.0.2.2" ipv6hint="2001:db8::1"`, "dns.svcb.svcpriority=1;dns.svcb.targetname=<Root>;dns.svcb.svcparam.key=1|3|4|6;dns.svcb.svcparam.alpn=h2|h3;dns.svcb.svcparam.port=8443;dns.svcb.svcparam.ipv4hint.ip=192.0.2.1|192.0.2.2;dns.svcb.svcparam.ipv6hint.ip=2001:db8::1"},
		{`SVCB 0 svc.example.org.`, "dns.svcb.svcpriority=0;dns.svcb.targetname=svc.example.org"},
		{`SPF "v=spf1 -all"`, "dns.spf.length=11;dns.spf=v=spf1 -all"},
		{"NID 10 0014:4fff:ff20:ee64", "dns.ilnp.nid.preference=10;dns.ilnp.nid=00144fffff20ee64"},
		{"L32 10 192.0.2.7", "dns.ilnp.l32.preference=10;dns.ilnp.l32=192.0.2.7"},
		{"L64 10 2001:0db8:1140:1000", "dns.ilnp.l64.preference=10;dns.ilnp.l64=20010db811401000"},
		{"LP 10 l64.example.org.", "dns.ilnp.lp.preference=10;dns.ilnp.lp=l64.example.org"},
		{"EUI48 00-00-5e-00-53-2a", "dns.eui48=00:00:5e:00:53:2a"},
		{"EUI64 00-00-5e-ef-10-00-00-2a", "dns.eui64=00005eef1000002a"},
		{`CAA 128 issue "ca.example.net"`, "dns.caa.flags=0x80;dns.caa.flags.issuer_critical=1;dns.caa.tag_length=5;dns.caa.tag=issue;dns.caa.issue=ca.example.net;dns.caa.value=ca.example.net"},
		{`CAA 0 odd "x"`, "dns.caa.tag=odd;dns.caa.unknown=x;dns.caa.value=x"},
		{`URI 10 1 "https://example.org/"`, "dns.data=000a000168747470733a2f2f6578616d706c652e6f72672f"},
	} {
		name, _, _ := strings.Cut(c.rr, " ")
		t.Run(name, func(t *testing.T) {
			rr, err := mdns1.NewRR("Host.example.org. 3600 IN " + c.rr)
			if err != nil {
				t.Fatal(err)
			}
			m := new(mdns1.Msg)
			m.SetQuestion("host.example.org.", rr.Header().Rrtype)
			m.Id, m.Response, m.Compress = 0x1234, true, true
			m.Answer = []mdns1.RR{rr}
			b, err := m.Pack()
			if err != nil {
				t.Fatal(err)
			}
			p := appDissect(t, dissectDNS, b, 53, 4000)
			wantSound(t, p)
			wantValues(t, p, "dns.id=0x1234", "dns.flags.response=1", "dns.count.answers=1", "dns.qry.name=host.example.org",
				"dns.qry.name.len=16", "dns.count.labels=3", "dns.resp.name=Host.example.org", "dns.resp.ttl=3600", "dns.resp.class=0x0001",
				fmt.Sprintf("dns.resp.len=%d", rr.Header().Rdlength+rdlen(t, rr)))
			if got := values(p, "dns.resp.type"); len(got) == 0 || got[0] != fmt.Sprint(rr.Header().Rrtype) {
				t.Errorf("types are %v", got)
			}
			wantValues(t, p, strings.Split(c.want, ";")...)
			if l := p.Layers[0]; l.Len != len(b) {
				t.Errorf("the layer has %d of %d octets", l.Len, len(b))
			}
		})
	}
}

// rdlen is the length of a record's data as miekg/dns packs it in a message
// with its owner: the header's field is set by unpacking only.
func rdlen(t *testing.T, rr mdns1.RR) uint16 {
	t.Helper()
	m := new(mdns1.Msg)
	m.SetQuestion("host.example.org.", rr.Header().Rrtype)
	m.Response, m.Compress, m.Answer = true, true, []mdns1.RR{rr}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	var back mdns1.Msg
	if err := back.Unpack(b); err != nil {
		t.Fatal(err)
	}
	return back.Answer[0].Header().Rdlength
}

// RFC 6891 and the RFCs of the options.
func TestDNSOptions(t *testing.T) {
	m := new(mdns1.Msg)
	m.SetQuestion("example.com.", mdns1.TypeA)
	m.SetEdns0(1232, true)
	o := m.IsEdns0()
	o.Option = []mdns1.EDNS0{
		&mdns1.EDNS0_SUBNET{Code: mdns1.EDNS0SUBNET, Family: 1, SourceNetmask: 24, Address: []byte{192, 0, 2, 0}},
		&mdns1.EDNS0_COOKIE{Code: mdns1.EDNS0COOKIE, Cookie: "0102030405060708090a0b0c0d0e0f10"},
		&mdns1.EDNS0_NSID{Code: mdns1.EDNS0NSID, Nsid: "6e73"},
		&mdns1.EDNS0_TCP_KEEPALIVE{Code: mdns1.EDNS0TCPKEEPALIVE, Timeout: 100},
		&mdns1.EDNS0_EDE{InfoCode: 6, ExtraText: "bogus"},
		&mdns1.EDNS0_PADDING{Padding: make([]byte, 4)},
		&mdns1.EDNS0_DAU{Code: mdns1.EDNS0DAU, AlgCode: []uint8{8, 13}},
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	p := appDissect(t, dissectDNS, b, 4000, 53)
	wantSound(t, p)
	wantValues(t, p, "dns.resp.name=<Root>", "dns.rr.udp_payload_size=1232", "dns.resp.z.do=1", "dns.opt.code=8|10|3|11|15|12|5",
		"dns.opt.client.family=1", "dns.opt.client.netmask=24", "dns.opt.client.addr4=192.0.2.0", "dns.opt.cookie.client=0102030405060708",
		"dns.opt.cookie.server=090a0b0c0d0e0f10", "dns.opt.edns_tcp_keepalive.timeout=100", "dns.opt.ext_error.info_code=6",
		"dns.opt.ext_error.extra_text=bogus", "dns.opt.padding=00000000", "dns.opt.dau=8|13")
}

// The line is tcpdump's.
func TestDNSLines(t *testing.T) {
	query := new(mdns1.Msg)
	query.SetQuestion("example.com.", mdns1.TypeA)
	query.Id = 12345
	b, _ := query.Pack()
	wantInfo(t, appDissect(t, dissectDNS, b, 4000, 53), "12345+ A? example.com. (29)")
	wantInfo(t, appDissect(t, dissectMDNS, b, 5353, 5353), "12345+ A (QM)? example.com. (29)")

	reply := new(mdns1.Msg)
	reply.SetReply(query)
	for _, s := range []string{"www.example.com. 1 IN CNAME x.", "x. 1 IN A 192.0.2.1", "x. 1 IN MX 10 m.", `x. 1 IN TXT "t"`, "x. 1 IN SRV 1 2 3 s."} {
		rr, err := mdns1.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		reply.Answer = append(reply.Answer, rr)
	}
	reply.Rcode = mdns1.RcodeNameError
	b, _ = reply.Pack()
	wantInfo(t, appDissect(t, dissectDNS, b, 53, 4000),
		fmt.Sprintf(`12345 NXDomain- 5/0/0 CNAME x., A 192.0.2.1, MX m. 10, TXT "t", SRV s.:3 1 2 (%d)`, len(b)))
}

// RFC 1035 4.1.4: a pointer leads to "a prior occurance"; one that leads round in
// a circle ends somewhere all the same, and says so.
func TestDNSNameCompressionLoops(t *testing.T) {
	head := "\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	p := appDissect(t, dissectDNS, []byte(head+"\xc0\x0c\x00\x01\x00\x01"), 1, 53)
	wantBad(t, p, "name compression loops")
	p = appDissect(t, dissectDNS, []byte(head+"\x01a\xc0\x0c\x00\x01\x00\x01"), 1, 53)
	wantBad(t, p, "name longer than 255 octets")
	if got := values(p, "dns.qry.type"); len(got) != 1 {
		t.Errorf("what follows the name is lost: %v", got)
	}
	p = appDissect(t, dissectDNS, []byte(head+"\x41\x00\x00\x01\x00\x01"), 1, 53)
	wantBad(t, p, "unknown kind of label")
}

// RFC 1035 2.3.4: "names: 255 octets or less".
func TestDNSLongestName(t *testing.T) {
	label := "\x3f" + strings.Repeat("a", 63)
	head := "\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00"
	longest := label + label + label + "\x3d" + strings.Repeat("b", 61) + "\x00"
	p := appDissect(t, dissectDNS, []byte(head+longest+"\x00\x01\x00\x01"), 1, 53)
	wantSound(t, p)
	wantValues(t, p, "dns.qry.name.len=253", "dns.count.labels=4")
	p = appDissect(t, dissectDNS, []byte(head+label+label+label+"\x3e"+strings.Repeat("b", 62)+"\x00\x00\x01\x00\x01"), 1, 53)
	wantBad(t, p, "name longer than 255 octets")
}

// RFC 1035 4.2.2: over TCP a length comes first; pointers count from behind it.
func TestDNSOverTCP(t *testing.T) {
	m := new(mdns1.Msg)
	m.SetQuestion("example.com.", mdns1.TypeNS)
	m.Compress = true
	rr, _ := mdns1.NewRR("example.com. 1 IN NS ns.example.com.")
	m.Answer = []mdns1.RR{rr}
	b, _ := m.Pack()
	stream := cat(len(b)>>8, len(b)&255, b, "more")
	if n := pduDNS(stream); n != len(b)+2 {
		t.Fatalf("the unit has %d octets", n)
	}
	if n := pduDNS(stream[:1]); n != 0 {
		t.Errorf("one octet is a unit of %d", n)
	}
	p := appDissect(t, dissectDNSTCP, stream[:len(b)+2], 4000, 53)
	wantSound(t, p)
	wantValues(t, p, fmt.Sprintf("dns.length=%d", len(b)), "dns.ns=ns.example.com")
	p = appDissect(t, dissectDNSTCP, stream[:20], 4000, 53)
	wantBad(t, p, "cut short")
}

// RFC 6762 10.2 and 5.4: the top bits of the classes.
func TestMDNSBits(t *testing.T) {
	b := []byte("\x00\x00\x00\x00\x00\x01\x00\x01\x00\x00\x00\x00\x01a\x00\x00\x01\x80\x01\x01a\x00\x00\x01\x80\x01\x00\x00\x00\x0a\x00\x04\xc0\x00\x02\x01")
	p := appDissect(t, dissectMDNS, b, 5353, 5353)
	wantSound(t, p)
	wantValues(t, p, "dns.qry.qu=1", "dns.qry.class=0x0001", "dns.resp.cache_flush=1", "dns.resp.class=0x0001")
	if p.Layers[0].Proto != &mdns {
		t.Errorf("the layer is %s", p.Layers[0].Proto.Name)
	}
}

// What lies behind the last record is not the message's.
func TestDNSClaimsItsRecordsOnly(t *testing.T) {
	b := []byte("\x00\x01\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x01a\x00\x00\x01\x00\x01junk")
	p := appDissect(t, dissectDNS, b, 4000, 53)
	if p.Layers[0].Len != len(b)-4 {
		t.Errorf("the layer has %d octets of %d", p.Layers[0].Len, len(b))
	}
}

func dnsUsual(t testing.TB) []byte {
	m := new(mdns1.Msg)
	m.SetQuestion("www.example.com.", mdns1.TypeA)
	m.Response, m.Compress = true, true
	for _, s := range []string{"www.example.com. 300 IN CNAME web.example.com.", "web.example.com. 60 IN A 192.0.2.1"} {
		rr, err := mdns1.NewRR(s)
		if err != nil {
			t.Fatal(err)
		}
		m.Answer = append(m.Answer, rr)
	}
	b, err := m.Pack()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestAppsDoNotAllocate(t *testing.T) {
	for _, s := range appSeeds() {
		if s.app == &appQUIC || s.app == &appTLS {
			continue // keys; records that are put together
		}
		p := &Packet{Bufs: [][]byte{s.b}}
		d := D{WantFields: true, WantInfo: true}
		if n := testing.AllocsPerRun(100, func() { d.DissectAs(p, s.app.Dissect) }); n != 0 {
			t.Errorf("%s: %v allocations", s.app.Name, n)
		}
	}
}

func BenchmarkDNS(b *testing.B) {
	p := &Packet{Bufs: [][]byte{dnsUsual(b)}}
	d := D{WantFields: true, WantInfo: true}
	b.ReportAllocs()
	for b.Loop() {
		d.DissectAs(p, dissectDNS)
	}
}

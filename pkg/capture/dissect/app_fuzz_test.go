package dissect

import (
	"strings"
	"testing"
)

type appSeed struct {
	app      *App
	src, dst uint16
	b        []byte
}

// appSeeds is a sound message of every protocol.
func appSeeds() []appSeed {
	dnsQuery := "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x01\x07example\x03com\x00\x00\x01\x00\x01\x00\x00\x29\x10\x00\x00\x00\x80\x00\x00\x0c\x00\x0a\x00\x08abcdefgh"
	dnsReply := "\x12\x34\x81\x80\x00\x01\x00\x02\x00\x00\x00\x00\x03www\x07example\x03com\x00\x00\x01\x00\x01" +
		"\xc0\x0c\x00\x05\x00\x01\x00\x00\x00\x3c\x00\x04\x01x\xc0\x10\xc0\x2d\x00\x01\x00\x01\x00\x00\x00\x3c\x00\x04\xc0\x00\x02\x01"
	hello := tlsTestHello()
	s := []appSeed{
		{&appDNS, 4000, 53, []byte(dnsQuery)},
		{&appDNS, 53, 4000, []byte(dnsReply)},
		{&appDNSTCP, 4000, 53, cat(0, len(dnsQuery), dnsQuery)},
		{&appMDNS, 5353, 5353, []byte(dnsReply)},
		{&appLLMNR, 4000, 5355, []byte(dnsQuery)},
		{&appNBNS, 137, 137, nbnsTestQuery()},
		{&appDHCP, 68, 67, dhcpTestDiscover()},
		{&appDHCPv6, 546, 547, dhcpv6TestSolicit()},
		{&appNTP, 4000, 123, ntpTestRequest()},
		{&appHTTP, 4000, 80, []byte("GET /a?b=c&d HTTP/1.1\r\nHost: example.com\r\nCookie: a=b; c=d\r\nAuthorization: Basic YTpi\r\n\r\n")},
		{&appHTTP, 80, 4000, []byte("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nX: y\r\n\r\n")},
		{&appSSDP, 4000, 1900, []byte("M-SEARCH * HTTP/1.1\r\nHost: 239.255.255.250:1900\r\n\r\n")},
		{&appTLS, 4000, 443, hello},
		{&appTLS, 4000, 443, tlsTestSplit(hello)},
		{&appQUIC, 4000, 443, quicTestInitial()},
		{&appQUIC, 443, 4000, []byte("\x80\x00\x00\x00\x00\x01a\x01b\x00\x00\x00\x01\x6b\x33\x43\xcf")},
		{&appSSH, 4000, 22, []byte("SSH-2.0-OpenSSH_9.9\r\n")},
		{&appSSH, 4000, 22, sshTestKexInit()},
		{&appRADIUS, 4000, 1812, radiusTestRequest()},
		{&appSIP, 5060, 5060, []byte(sipTestInvite)},
		{&appFTP, 21, 4000, []byte("227 Entering Passive Mode (192,0,2,1,4,1)\r\n")},
		{&appFTP, 4000, 21, []byte("PORT 192,0,2,1,4,1\r\n")},
		{&appSMTP, 4000, 25, []byte("MAIL FROM:<a@example.com>\r\n")},
		{&appSMTP, 25, 4000, []byte("250-example.com\r\n250 SIZE\r\n")},
		{&appTelnet, 23, 4000, []byte("\xff\xfb\x01\xff\xfa\x18\x00xterm\xff\xf0login: ")},
		{&appPPTP, 4000, 1723, pptpTestStart()},
		{&appBGP, 179, 4000, bgpTestOpen()},
		{&appBGP, 179, 4000, bgpTestUpdate()},
		{&appTFTP, 4000, 69, []byte("\x00\x01file\x00octet\x00blksize\x001024\x00")},
		{&appSNMP, 4000, 161, snmpTestGet()},
		{&appISAKMP, 500, 500, isakmpTestInit()},
		{&appSyslog, 4000, 514, []byte("<34>1 2026-01-02T03:04:05Z host app 12 ID - text")},
	}
	return s
}

// FuzzApps feeds the dissectors: which says which. What they make of any octets
// lies inside those octets, and a unit's length is one that the engine can use.
func FuzzApps(f *testing.F) {
	apps := allApps()
	for _, s := range appSeeds() {
		for i, a := range apps {
			if a == s.app {
				f.Add(uint8(i), s.src, s.dst, s.b)
			}
		}
	}
	f.Fuzz(func(t *testing.T, which uint8, src, dst uint16, b []byte) {
		fuzzApp(t, apps[int(which)%len(apps)], src, dst, b)
	})
}

func fuzzApp(t *testing.T, a *App, src, dst uint16, b []byte) {
	if a.PDU != nil && len(b) > 0 {
		n := a.PDU(b)
		if n > 0 && n <= len(b) {
			// The unit is the same when it is all that there is, except where what
			// follows it decides.
			if m := a.PDU(b[:n]); m > n {
				t.Fatalf("%s: a unit of %d octets is one of %d by itself", a.Name, n, m)
			}
		}
	}
	appByContent(true, b)
	appByContent(false, b)
	p := appDissect(t, a.Dissect, b, src, dst)
	if len(p.Fields) > maxFields {
		t.Fatalf("%s: %d fields", a.Name, len(p.Fields))
	}
	// Without fields and line the layers are the same.
	q := &Packet{Bufs: [][]byte{b}}
	var d D
	d.DissectAs(q, func(d *D, b []byte) {
		d.SrcPort, d.DstPort = src, dst
		a.Dissect(d, b)
	})
	if a != &appQUIC && strings.Join(layerNames(p), " ") != strings.Join(layerNames(q), " ") {
		t.Fatalf("%s: layers %v with fields, %v without", a.Name, layerNames(p), layerNames(q))
	}
}

func layerNames(p *Packet) []string {
	var all []string
	for _, l := range p.Layers {
		all = append(all, l.Proto.Name)
	}
	return all
}

// One target a dissector, so that each can be run for itself.

func fuzzOne(f *testing.F, app *App) {
	for _, s := range appSeeds() {
		if s.app == app {
			f.Add(s.src, s.dst, s.b)
		}
	}
	f.Fuzz(func(t *testing.T, src, dst uint16, b []byte) { fuzzApp(t, app, src, dst, b) })
}

func FuzzAppDNS(f *testing.F)    { fuzzOne(f, &appDNS) }
func FuzzAppDNSTCP(f *testing.F) { fuzzOne(f, &appDNSTCP) }
func FuzzAppMDNS(f *testing.F)   { fuzzOne(f, &appMDNS) }
func FuzzAppLLMNR(f *testing.F)  { fuzzOne(f, &appLLMNR) }
func FuzzAppNBNS(f *testing.F)   { fuzzOne(f, &appNBNS) }
func FuzzAppDHCP(f *testing.F)   { fuzzOne(f, &appDHCP) }
func FuzzAppDHCPv6(f *testing.F) { fuzzOne(f, &appDHCPv6) }
func FuzzAppNTP(f *testing.F)    { fuzzOne(f, &appNTP) }
func FuzzAppHTTP(f *testing.F)   { fuzzOne(f, &appHTTP) }
func FuzzAppSSDP(f *testing.F)   { fuzzOne(f, &appSSDP) }
func FuzzAppTLS(f *testing.F)    { fuzzOne(f, &appTLS) }
func FuzzAppQUIC(f *testing.F)   { fuzzOne(f, &appQUIC) }
func FuzzAppSSH(f *testing.F)    { fuzzOne(f, &appSSH) }
func FuzzAppRADIUS(f *testing.F) { fuzzOne(f, &appRADIUS) }
func FuzzAppSIP(f *testing.F)    { fuzzOne(f, &appSIP) }
func FuzzAppFTP(f *testing.F)    { fuzzOne(f, &appFTP) }
func FuzzAppSMTP(f *testing.F)   { fuzzOne(f, &appSMTP) }
func FuzzAppTelnet(f *testing.F) { fuzzOne(f, &appTelnet) }
func FuzzAppPPTP(f *testing.F)   { fuzzOne(f, &appPPTP) }
func FuzzAppBGP(f *testing.F)    { fuzzOne(f, &appBGP) }
func FuzzAppTFTP(f *testing.F)   { fuzzOne(f, &appTFTP) }
func FuzzAppSNMP(f *testing.F)   { fuzzOne(f, &appSNMP) }
func FuzzAppISAKMP(f *testing.F) { fuzzOne(f, &appISAKMP) }
func FuzzAppSyslog(f *testing.F) { fuzzOne(f, &appSyslog) }
